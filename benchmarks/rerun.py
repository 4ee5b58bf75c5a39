"""Time a rerun of each page after a filter change, over the running server.

    python -m benchmarks.rerun [--store URL] [--changes N] [--page NAME ...]

A server of its own is started with its agent interface on; each change sets one filter in one session
and waits for the finished page. First visits to a view are timed apart from returns to it. Beside it,
in the same run, stands the same server's answer for a page without any figure: the floor. The processor's
time of the server stands beside the time on the clock: other work on the machine changes it far less.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.machine import machine
from benchmarks.server import AGENT, ROOT, Server, Session, started

FILTERS = {
    "overview": ("area", "to"),
    "trends": ("measure", "area", "by", "from", "to"),
    "neighbourhoods": ("layer", "area", "area_level", "to"),
    "engagement": ("by", "from", "to"),
    "stop_and_search": ("force", "group", "area", "from", "to", "power", "definition"),
}
"""The filters that are changed on each page."""
FIRST_PAGE = "overview"  # It has no address of its own.
_BARE = "import streamlit as st\nst.selectbox('x', range(100), key='filter')\n"


@dataclass
class Times:
    """Milliseconds of each change, on the clock and of the server's processor."""

    clock: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)

    def both(self, other: Times) -> Times:
        """These times and others together."""
        return Times(self.clock + other.clock, self.cpu + other.cpu)

    def time(self, session: Session, server: Server, key: str, value: str) -> None:
        """Set one widget, and keep what it took."""
        before = server.cpu
        self.clock.append(session.timed(key, value))
        self.cpu.append((server.cpu - before) * 1000)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--store", help="folder of the store; otherwise CONFIDENCE_STORE, otherwise .store")
    parser.add_argument("--changes", type=int, default=200)
    parser.add_argument("--page", action="append", choices=list(FILTERS), help="may be given several times")
    options = parser.parse_args()
    print(machine())
    with TemporaryDirectory() as folder:
        bare_script = Path(folder) / "bare.py"
        bare_script.write_text(_BARE)
        with started(bare_script, options=AGENT) as server:
            floor, bare = Times(), Session(server.port)
            for value in random.Random(1).choices(range(100), k=50):  # noqa: S311
                floor.time(bare, server, "filter", value)
    _print("a page without any figure", floor, floor)
    for page in options.page or FILTERS:
        with started(ROOT / "app.py", options.store, AGENT) as server:
            session = Session(server.port)
            if page != FIRST_PAGE:
                session.send({"page": page})
            first, again = _walk(session, server, FILTERS[page], options.changes)
        _print(f"{page}, every change", first.both(again), floor)
        _print(f"{page}, view not seen before", first, floor)
        _print(f"{page}, view seen before", again, floor)


def _walk(session: Session, server: Server, filters: tuple[str, ...], changes: int) -> tuple[Times, Times]:
    """Change one filter after the other, at random but the same in every run."""
    chance = random.Random(2)  # noqa: S311
    seen: set[str] = {json.dumps(session.snapshot["query_params"], sort_keys=True)}
    first, again = Times(), Times()
    while len(first.clock) + len(again.clock) < changes:
        key = f"filter_{chance.choice(filters)}"
        values = session.options(key)
        if len(values) < 2:
            continue
        change = Times()
        change.time(session, server, key, chance.choice(values))
        address = json.dumps(session.snapshot["query_params"], sort_keys=True)
        if address in seen:
            again = again.both(change)
        else:
            first = first.both(change)
        seen.add(address)
    return first, again


def _print(what: str, times: Times, floor: Times) -> None:
    if len(times.clock) < 2:
        print(f"{what}: {len(times.clock)} changes, too few to say")
        return
    cuts = statistics.quantiles(times.clock, n=20)
    ratio = statistics.median(times.clock) / statistics.median(floor.clock)
    print(
        f"{what}: {len(times.clock)} changes, median {statistics.median(times.clock):.0f} ms, p95 {cuts[18]:.0f} ms, "
        f"worst {max(times.clock):.0f} ms, {ratio:.1f} times the floor; processor: mean "
        f"{statistics.mean(times.cpu):.0f} ms, p95 {statistics.quantiles(times.cpu, n=20)[18]:.0f} ms"
    )


if __name__ == "__main__":
    main()
