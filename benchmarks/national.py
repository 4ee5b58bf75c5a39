"""Time a national year from files to cubes: 44 forces, twelve months, laid into wards and districts.

    python -m benchmarks.national [--searches 480000] [--areas 7000] [--seed 1]

The files are drawn anew into a temporary folder, which is not timed, and loaded by the real command, `python -m data
load`, in processes of their own: the areas first, then the searches. A third process loads the searches once more with
a stopwatch at each step. Peers in the same run: reading and hashing every byte, and a plain script that reads the files
with pandas, lays the points into the areas with shapely, and counts; it checks nothing, keeps nothing and says nothing.

Seconds are those of the wall, and CPU those of all threads of user and system: on a machine with other work, the second
says more.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import redirect_stdout
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks import nation
from benchmarks.machine import machine

ROOT = Path(__file__).resolve().parent.parent
SEARCHLIGHT = (544, 1043)
"""Seconds that searchlight 0.1.0 for R publishes for a national year of 476,738 searches and 7,264 areas."""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--searches", type=int, default=480_000)
    parser.add_argument("--areas", type=int, default=7_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--step", nargs=2, metavar=("WHAT", "FOLDER"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.step:
        steps: dict[str, Callable[[Path], None]] = {
            "draw": lambda folder: _draw(folder, options),
            "watched": _watched,
            "plain": _plain,
            "hash": _hash,
            "compare": _compare,
        }
        steps[options.step[0]](Path(options.step[1]))
        return
    print(f"{machine()}; load of the machine {os.getloadavg()[0]:.1f}", flush=True)
    # This process stays small: Linux counts the memory of a parent to that of its children.
    itself = [sys.executable, "-m", "benchmarks.national", "--step"]
    with TemporaryDirectory() as temporary:
        folder = Path(temporary)
        size = ["--searches", str(options.searches), "--areas", str(options.areas), "--seed", str(options.seed)]
        subprocess.run([*itself, "draw", temporary, *size], cwd=ROOT, check=True)  # noqa: S603
        load = [sys.executable, "-m", "data", "load", "--store", str(folder / "store"), "--reason", "benchmark"]
        _run("areas and census, loaded before", [*load, str(folder / "areas")])
        shutil.copytree(folder / "store", folder / "watched")
        year = _run("the national year, from files to cubes", [*load, str(folder / "searches")])
        _run("once more with a stopwatch", [*itself, "watched", temporary], show=True)
        floor = _run("peer: reading and hashing every byte, with the start of Python", [*itself, "hash", temporary])
        plain = _run("peer: pandas and shapely alone, nothing checked or kept", [*itself, "plain", temporary])
        print(f"{year / floor:.0f} times the floor, {year / plain:.1f} times the plain script, by CPU", flush=True)
        subprocess.run([*itself, "compare", temporary], cwd=ROOT, check=True)  # noqa: S603
    print(f"searchlight publishes {SEARCHLIGHT[0]} to {SEARCHLIGHT[1]:,} s, on another machine, with 12 threads")


def _draw(folder: Path, options: argparse.Namespace) -> None:
    truth = nation.write(folder, options.searches, options.areas, options.seed)
    truth.to_pickle(folder / "truth.pkl")
    size = sum(path.stat().st_size for path in nation.files(folder)) / 2**20
    print(
        f"{len(truth):,} searches in {len(nation.files(folder))} files, {size:.0f} MiB, {options.areas:,} wards; "
        f"{truth['located'].mean():.0%} with a point"
    )


def _run(what: str, command: list[str], show: bool = False) -> float:
    """Seconds of CPU of a process, which are printed with its seconds and its memory."""
    start = time.perf_counter()
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)  # noqa: S603
    printed = process.stdout.read() if process.stdout else ""
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise RuntimeError(f"{what} failed: {printed[-500:]}")
    cpu = usage.ru_utime + usage.ru_stime
    print(f"{what}: {time.perf_counter() - start:.1f} s, {cpu:.1f} s of CPU, {usage.ru_maxrss / 1024:,.0f} MiB at most")
    if show:
        print(printed, end="", flush=True)
    return cpu


def _compare(folder: Path) -> None:
    """Say whether the cube holds what was drawn."""
    import pandas as pd

    from data.store import Store

    truth = pd.read_pickle(folder / "truth.pkl")  # noqa: S301
    cube = Store(folder / "store").view().rows("stops_cube").collect("pandas").to_native()
    for level, column in (("district", "district"), ("neighbourhood", "ward")):
        counted = cube[cube["area_level"] == level].rename(columns={"area": column})
        keys = ["force", "month", column, "self_defined", "officer_defined", "located", "person"]
        held = counted.groupby(keys, dropna=False)["stops"].sum()
        drawn = truth.groupby(keys, dropna=False).size()
        wrong = int((held.sub(drawn, fill_value=0) != 0).sum())
        print(f"cells of the cube by {column} that are not as they were drawn: {wrong:,} of {len(drawn):,}")


def _watched(folder: Path) -> None:
    """Load the searches with a stopwatch at each step."""
    from data import cubes, loading, publishing
    from data.__main__ import main as command
    from data.checks.background import Background
    from data.readers import sources, stop_and_search
    from data.store import Writer

    spent: dict[str, list[float]] = {}

    def watch(place: object, name: str, step: str) -> None:
        inner: Callable[..., Any] = getattr(place, name)

        def outer(*given: object, **named: object) -> object:
            wall, cpu = time.perf_counter(), time.process_time()
            try:
                return inner(*given, **named)
            finally:
                total = spent.setdefault(step, [0.0, 0.0])
                total[0] += time.perf_counter() - wall
                total[1] += time.process_time() - cpu

        setattr(place, name, outer)

    watch(sources, "sha256", "hash")
    watch(stop_and_search, "read", "parse")
    watch(Background, "add", "checks")
    watch(loading, "remarks_on", "checks")
    watch(loading, "_rows", "hold rows to their tables")
    watch(loading, "_append", "write, with the files that are kept")
    watch(cubes, "place", "assign to areas")
    counted = ("count_stops", "count_outcomes", "count_conduct", "count_teams")
    for name in counted:
        watch(cubes, name, "assign and count")
    watch(Writer, "publish", "publish")
    watched = (replace(cube, count=getattr(cubes, name)) for cube, name in zip(publishing.CUBES, counted, strict=False))
    publishing.CUBES = (*watched, *publishing.CUBES[len(counted) :])
    start = time.perf_counter(), time.process_time()
    with redirect_stdout(io.StringIO()):
        command(["load", str(folder / "searches"), "--store", str(folder / "watched"), "--reason", "benchmark"])
    spent["count"] = [a - b for a, b in zip(spent.pop("assign and count"), spent["assign to areas"], strict=True)]
    whole = [time.perf_counter() - start[0], time.process_time() - start[1]]
    spent["the rest: finding files, history, start"] = [
        whole[i] - sum(one[i] for one in spent.values()) for i in range(2)
    ]
    for step, (wall, cpu) in spent.items():
        print(f"    {step}: {wall:.2f} s, {cpu:.2f} s of CPU")


def _hash(folder: Path) -> None:
    for path in nation.files(folder):
        hashlib.sha256(path.read_bytes()).hexdigest()


def _plain(folder: Path) -> None:
    """What an analyst would write: read, lay into areas, count."""
    import pandas as pd
    import shapely

    rows = pd.concat(
        [pd.read_csv(path).assign(force=path.name[8:], month=path.name[:7]) for path in nation.files(folder)],
        ignore_index=True,
    )
    for layer in ("WD", "LAD"):
        shapes = shapely.from_geojson((folder / "areas" / f"{layer}_MAY_{nation.YEAR}.geojson").read_text())
        points = shapely.points(rows["Longitude"], rows["Latitude"])
        row, area = shapely.STRtree(shapely.get_parts(shapes)).query(points, predicate="intersects")
        rows[layer] = pd.Series(area, row).groupby(level=0).first().reindex(rows.index)
        keys = [layer, "force", "month", "Self-defined ethnicity", "Officer-defined ethnicity", "Legislation"]
        rows.groupby(keys, dropna=False).size()


if __name__ == "__main__":
    main()
