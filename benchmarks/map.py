"""Measure the map: how large the shapes are that are sent, and how long a change of layer takes on the server.

    python -m benchmarks.map [--store URL ...] [--force NAME ...] [--changes N]

The sizes are those of the JSON of polygons, for each force and level, the largest first. For the times a server of its
own is started with its agent interface on; each change sets the layer, or the level, in one session and waits for the
finished page, the JSON of the map included. First visits to a view are timed apart from returns to it.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics

from benchmarks.machine import machine
from benchmarks.server import ROOT, Session, server
from data.chosen import chosen_store
from data.shapes import AREA, SHAPES
from data.vocabularies import forces

_SHOWN = 8


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--store", action="append", help="folder of a store; may be given several times")
    parser.add_argument("--force", action="append", help="force whose map is timed; otherwise the one shown first")
    parser.add_argument("--changes", type=int, default=120)
    options = parser.parse_args()
    print(machine())
    for store in options.store or [None]:
        print(f"\n{store or 'the chosen store'}")
        _sizes(store)
        for force in options.force or [None]:
            _times(store, force, options.changes)


def _sizes(store: str | None) -> None:
    """Print how large the shapes of each force and level are."""
    view = chosen_store(store).view()
    drawn = view.rows(SHAPES.name).collect("pandas").to_native()
    names = {row["pfa_code"]: row["short"] for row in forces().values()}
    drawn = drawn.assign(bytes=drawn["polygons"].str.len(), areas=drawn["part"] == AREA)
    sets = drawn.groupby(["force_code", "area_level"]).agg(
        areas=("areas", "sum"), bytes=("bytes", "sum"), metres=("metres", "max")
    )
    for (code, level), row in sets.sort_values("bytes", ascending=False).head(_SHOWN).iterrows():
        print(
            f"{names.get(code, code)}, {row['areas']} {level}s: {row['bytes'] / 1000:.0f} kB, borders moved by up to "
            f"{row['metres']} m"
        )
    if len(sets) > _SHOWN:
        rest = sets.sort_values("bytes", ascending=False)["bytes"].iloc[_SHOWN:]
        print(f"{len(rest)} other maps: at most {rest.max() / 1000:.0f} kB")


def _times(store: str | None, force: str | None, changes: int) -> None:
    """Time changes of layer and level in one session."""
    with server(ROOT / "app.py", store) as port:
        session = Session(port)
        session.send({"page": "neighbourhoods"})
        if force is not None:
            session.send({"widget_state": {"filter_force": forces()[force]["short"]}})
        shown = session.snapshot["query_params"].get("force", "the force shown first")
        chance = random.Random(3)  # noqa: S311
        seen, first, again = {_address(session)}, [], []
        idle = 0
        while len(first) + len(again) < changes and idle < changes:
            key = "filter_layer" if chance.random() < 0.8 else "filter_area_level"
            values = session.options(key)
            if len(values) < 2:
                idle += 1
                continue
            before = _address(session)
            taken = session.timed(key, chance.choice(values))
            address = _address(session)
            if address == before:
                idle += 1
                continue
            (again if address in seen else first).append(taken)
            seen.add(address)
    for what, times in (("first visits", first), ("returns", again), ("every change", first + again)):
        _print(f"{shown}, {what}", times)


def _address(session: Session) -> str:
    return json.dumps(session.snapshot["query_params"], sort_keys=True)


def _print(what: str, times: list[float]) -> None:
    if len(times) < 2:
        print(f"{what}: {len(times)} changes, too few to say")
        return
    cuts = statistics.quantiles(times, n=20)
    print(
        f"{what}: {len(times)} changes, median {statistics.median(times):.0f} ms, p95 {cuts[18]:.0f} ms, "
        f"worst {max(times):.0f} ms"
    )


if __name__ == "__main__":
    main()
