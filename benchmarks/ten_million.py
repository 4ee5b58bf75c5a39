"""Stores of a hundred thousand, a million and ten million searches: what a row costs, and how fast a page answers.

    python -m benchmarks.ten_million [--searches 100000 1000000 10000000] [--areas 7000] [--changes 150]

Ten years of 44 forces, 5,280 force-months, in every store; only the searches in each grow. The rows are written
straight into the store by its own writer, as if their files had been read: one year of `benchmarks.nation` is drawn and
typed, and stands in the store ten times, under the months of ten years. Counting and publishing are the real ones, in a
process of their own. Then the page Stop and search of a running server is timed by `benchmarks.rerun`.

Each store is removed before the next one is made; while it is filled, the largest takes some 2 GB of the temporary
folder.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import pickle
import resource
import shutil
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from benchmarks import nation
from benchmarks.machine import machine

if TYPE_CHECKING:
    import pyarrow as pa

    from data.store import Load

ROOT = Path(__file__).resolve().parent.parent
YEARS = 10


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--searches", type=int, nargs="+", default=[10**5, 10**6, 10**7])
    parser.add_argument("--areas", type=int, default=7_000)
    parser.add_argument("--changes", type=int, default=150)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--fill", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.fill:
        _fill(options.fill, options.searches[0], options.seed)
        return
    print(f"{machine()}; load of the machine {os.getloadavg()[0]:.1f}", flush=True)
    itself = [sys.executable, "-m", "benchmarks.ten_million", "--seed", str(options.seed)]
    with TemporaryDirectory() as temporary:
        folder = Path(temporary)
        _land(folder, options.areas, options.seed)
        load = [sys.executable, "-m", "data", "load", str(folder / "areas"), "--store", str(folder / "areas_only")]
        subprocess.run([*load, "--reason", "benchmark"], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)  # noqa: S603
        for searches in options.searches:
            print(f"\n{searches:,} searches", flush=True)
            shutil.copytree(folder / "areas_only", folder / "store")
            fill_one = [*itself, "--fill", temporary, "--searches", str(searches)]
            subprocess.run(fill_one, cwd=ROOT, check=True)  # noqa: S603
            size = sum(path.stat().st_size for path in (folder / "store").rglob("*") if path.is_file())
            print(f"    the store takes {size / 2**20:,.0f} MiB", flush=True)
            _rerun(folder / "store", options.changes)
            shutil.rmtree(folder / "store")


def rows_of(year: pa.Table, later: int) -> tuple[pa.Table, list[Load]]:
    """The rows of a year under the months of another one, and a load for each force-month of them.

    Parameters
    ----------
    year
        Rows of ``stops`` without loads, by force and month.
    later
        By how many years.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    from data.readers.source import Slot
    from data.readers.stop_and_search import KIND
    from data.store import Load
    from data.tables import STOPS

    month = pc.binary_join_element_wise(str(nation.YEAR + later), pc.utf8_slice_codeunits(year["month"], 4), "")
    pairs = pc.binary_join_element_wise(year["force"], month, "|").combine_chunks().dictionary_encode()
    numbers = dict(zip(*(field.to_pylist() for field in pairs.value_counts().flatten()), strict=True))
    loads = []
    for pair in pairs.dictionary.to_pylist():
        force, period = pair.split("|")
        name, digest = f"{period}-{force}-stop-and-search.csv", hashlib.sha256(pair.encode()).hexdigest()
        loads.append(Load(Slot(KIND, STOPS.name, force, period), digest, name, 0, numbers[pair], numbers[pair], ()))
    ids = pa.array([load.load_id for load in loads]).take(pairs.indices)
    table = year.set_column(year.schema.get_field_index("month"), "month", month)
    return table.set_column(table.schema.get_field_index("load_id"), "load_id", ids).cast(STOPS.arrow), loads


def typed_year(land: nation.Nation, searches: int, seed: int) -> pa.Table:
    """A year of searches as rows of ``stops``, made of their cells as the reader makes them; without loads."""
    import numpy as np
    import pyarrow as pa

    from data.readers.columnar import degrees, filled_in, moments, truth
    from data.readers.stop_and_search import COLUMNS
    from data.tables import STOPS

    drawn, _ = nation.draw(np.random.default_rng(seed), land, searches)
    cells = {name: pa.array(drawn[name], pa.large_string()) for name in ("force", "month", *COLUMNS)}
    made = {COLUMNS[name]: filled_in(column) for name, column in cells.items() if name in COLUMNS}
    made |= {COLUMNS[name]: truth(cells[name]) for name in COLUMNS if _is_truth(COLUMNS[name])}
    made |= {"force": cells["force"], "month": cells["month"], "at": moments(cells["Date"])}
    made |= {"latitude": degrees(cells["Latitude"], 90), "longitude": degrees(cells["Longitude"], 180)}
    made |= {"row": pa.array(range(2, searches + 2)), "load_id": pa.nulls(searches, pa.string())}
    # What only a force's own files hold is blank.
    blank = pa.nulls(searches)
    return pa.table({name: made.get(name, blank) for name in STOPS.names}).cast(STOPS.arrow)


def fill(store_folder: Path, year: pa.Table, years: int = YEARS) -> dict[str, tuple[float, float]]:
    """Write, count and publish; seconds of the wall and of CPU by step.

    Parameters
    ----------
    store_folder
        A store that holds the areas.
    year
        What `typed_year` gives.
    years
        How many.
    """
    from data import cubes
    from data.publishing import publish
    from data.store import Store, load_rows
    from data.tables import LOADS, STOPS

    watch = _Watch()
    loads: list[Load] = []
    inner = cubes.place
    cubes.place = watch.of("assign to areas", inner)
    try:
        with Store(store_folder).writing() as writer:
            for later in range(years):
                rows, of_year = rows_of(year, later)
                loads += of_year
                watch.of("write rows", writer.append)(STOPS, rows)
            writer.append(LOADS, load_rows(loads, "benchmark", "benchmark"))
            added = [load.load_id for load in loads]
            watch.of("count and publish", publish)(writer, "load", "benchmark", "benchmark", added, [])
    finally:
        cubes.place = inner
    whole, part = watch.spent["count and publish"], watch.spent["assign to areas"]
    watch.spent["count and publish"] = (whole[0] - part[0], whole[1] - part[1])
    return watch.spent


class _Watch:
    def __init__(self) -> None:
        self.spent: dict[str, tuple[float, float]] = {}

    def of(self, step: str, inner):  # noqa: ANN001, ANN202
        """The function, timed."""

        def outer(*given: object) -> object:
            wall, cpu = time.perf_counter(), time.process_time()
            result = inner(*given)
            before = self.spent.get(step, (0.0, 0.0))
            self.spent[step] = (before[0] + time.perf_counter() - wall, before[1] + time.process_time() - cpu)
            return result

        return outer


def _is_truth(name: str) -> bool:
    from data.tables import STOPS

    return any(column.name == name and column.kind == "boolean" for column in STOPS.columns)


def _land(folder: Path, areas: int, seed: int) -> None:
    import numpy as np

    random = np.random.default_rng(seed)
    land = nation.nation(random, areas)
    nation.write_areas(folder / "areas", land, random)
    (folder / "land.pkl").write_bytes(pickle.dumps(land))


def _fill(folder: Path, searches: int, seed: int) -> None:
    from data.store import Store

    land = pickle.loads((folder / "land.pkl").read_bytes())  # noqa: S301
    cpu = time.process_time()
    year = typed_year(land, searches // YEARS, seed)
    print(f"    drawing and typing a year, which is not counted: {time.process_time() - cpu:.1f} s of CPU")
    spent = fill(folder / "store", year)
    for step, (wall, cpu) in spent.items():
        million = searches / 10**6
        print(f"    {step}: {wall:.2f} s, {cpu:.2f} s of CPU; {cpu / million:.2f} s of CPU for a million rows")
    cube = Store(folder / "store").view().rows("stops_cube").select("area_level").collect("pyarrow").to_native()
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"    rows of the cube: {len(cube):,}; {memory:,.0f} MiB at most, with the drawing", flush=True)


def _rerun(store: Path, changes: int) -> None:
    command = [sys.executable, "-m", "benchmarks.rerun", "--store", str(store), "--page", "stop_and_search"]
    printed = subprocess.run(  # noqa: S603
        [*command, "--changes", str(changes)], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout
    for line in printed.splitlines()[1:]:
        print(f"    {line}", flush=True)


if __name__ == "__main__":
    main()
