"""Kill loads, withdrawals, restorings and recounts at random moments, and look what each kill leaves behind.

    python -m benchmarks.kills [--kills N] [--seed N]

Each kill is a real SIGKILL of a real process that runs `python -m data …` on a copy of a small store. The moments are
random: half of them over the whole of the run, the others from the first file that is written. After it, before anybody
writes: every release is read whole, every row and cube of it, and must be as it was before, or as a run that nobody
killed leaves it. Then the same command runs to its end: what it publishes must be the same as without the kill, and no
file may lie in the store that no release names.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import io
import itertools
import json
import random
import shutil
import signal
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.machine import machine
from benchmarks.processes import Command, run
from data.publishing import CUBES
from data.store import Store, View
from data.sweeping import files_of
from data.tables import FITS, LOADS, RELEASES

MONTHS = ("2018-04", "2018-05", "2018-06")
PLACES = ("nothing written", "rows", "list of loads", "kept files", "areas and cubes", "release")
"""How far a command had come when it was killed, by what lies in the store."""

_COLUMNS = ("Type", "Date", "Latitude", "Longitude", "Gender", "Age range", "Officer-defined ethnicity", "Legislation")
_COLUMNS += ("Part of a policing operation", "Policing operation", "Self-defined ethnicity", "Object of search")
_COLUMNS += ("Outcome", "Outcome linked to object of search", "Removal of more than just outer clothing")
Fingerprints = dict[int, dict[str, tuple[int, str]]]
"""By release and table: the number of rows, and a digest of all that they hold."""


@dataclass(frozen=True)
class Trial:
    """One command: the store it runs on, what it is called, and its arguments."""

    base: Path
    name: str
    arguments: tuple[str, ...]


@dataclass(frozen=True)
class Kill:
    """One kill and what it left.

    Attributes
    ----------
    moment
        Share of the run, or of its writing, after which the process was killed.
    place
        How far it had come.
    released
        Whether the release was there.
    left
        Files that no release named, before the next writer.
    killed
        False where the command had ended before.
    """

    trial: str
    moment: float
    place: str
    released: bool
    left: int
    killed: bool


def fingerprints(store: Store) -> Fingerprints:
    """What every release of a store shows, row by row; raises where one can't be read."""
    return {release.number: _fingerprint(store.view(release.number)) for release in store.releases()}


def leftovers(store: Store) -> list[str]:
    """Files of a store that no release names, and that are neither log nor lock."""
    versions: dict[str, set[int]] = {}
    for release in store.releases():
        for table, version in release.versions.items():
            versions.setdefault(table, set()).add(version)
    named = {
        f"tables/{table}/{name}" for table, found in versions.items() for v in found for name in _files(store, table, v)
    }
    for table in (RELEASES.name, FITS.name) if store.releases() else ():
        if _newest(store.table_path(table)) >= 0:
            named |= {f"tables/{table}/{name}" for name in _files(store, table, None)}
    named |= {store.kept_path(sha256).relative_to(store.root).as_posix() for sha256 in store.named_files()}
    paths = (path.relative_to(store.root) for path in store.root.rglob("*") if path.is_file())
    return sorted(str(path) for path in paths if path.as_posix() not in named and not _is_usual(path))


def kill(trial: Trial, moment: float, in_writing: bool, whole: Expected, folder: Path) -> Kill:
    """Kill a command at a moment of its run, look at what is left, and run it again to its end.

    Parameters
    ----------
    moment
        Share of the time that the command takes.
    in_writing
        Whether the time is counted from the first file that is written.
    whole
        What the same command does when nobody kills it.
    folder
        Where the copy of the store may lie.

    Raises
    ------
    AssertionError
        If anything is not as it was, or not as it should become.
    """
    store = Store(shutil.copytree(trial.base, folder / "store"))
    command = Command((*trial.arguments, "--store", str(store.root)))
    if in_writing:
        command.wait_until(_changed(store))
    command.kill_after(moment * (whole.writing if in_writing else whole.seconds))
    code = command.end().code
    released, left = len(store.releases()) == len(whole.after), len(leftovers(store))
    found = Kill(trial.name, moment, _place(store, whole.before), released, left, code == -signal.SIGKILL)
    if code not in (0, -signal.SIGKILL):
        raise AssertionError(f"{found}: the command ended by itself with {code}")
    if fingerprints(store) != (whole.after if found.released else whole.before):
        raise AssertionError(f"{found}: the store shows neither what it was nor what it was to become")
    if found.released:
        with store.writing():
            pass
    elif run((*trial.arguments, "--store", str(store.root))).code != 0:
        raise AssertionError(f"{found}: the same command fails after the kill")
    if fingerprints(store) != whole.after:
        raise AssertionError(f"{found}: after the kill the same command publishes something else")
    if leftovers(store):
        raise AssertionError(f"{found}: the next writer left {leftovers(store)}")
    shutil.rmtree(store.root)
    return found


@dataclass(frozen=True)
class Expected:
    """What a command finds, what it leaves when nobody kills it, how long it takes, and how long it writes."""

    before: Fingerprints
    after: Fingerprints
    seconds: float
    writing: float


def expected(trial: Trial, folder: Path) -> Expected:
    """Run a command to its end on a copy of its store."""
    store = Store(shutil.copytree(trial.base, folder / "whole"))
    before = fingerprints(store)
    command = Command((*trial.arguments, "--store", str(store.root)))
    first = command.wait_until(_changed(store))
    ended = command.end()
    if ended.code != 0:
        raise RuntimeError(f"{trial.name} fails without a kill: {ended.err}")
    found = Expected(before, fingerprints(store), ended.seconds, ended.seconds - first)
    shutil.rmtree(store.root)
    return found


def trials(folder: Path) -> list[Trial]:
    """Six commands, each with the store it runs on: a first load, a later one, areas, withdraw, restore and recount."""
    files = {name: folder / name for name in (*MONTHS, "wards")}
    for month in MONTHS:
        _write(files[month] / f"{month}-surrey-stop-and-search.csv", _searches(month))
    _write(files["wards"] / "wards.geojson", _wards())
    empty, april, may, withdrawn = (folder / name for name in ("empty", "april", "may", "withdrawn"))
    empty.mkdir()
    _done("load", str(files[MONTHS[0]]), "--store", str(april))
    shutil.copytree(april, may)
    _done("load", str(files[MONTHS[1]]), str(files["wards"]), "--store", str(may))
    load = next(row.load_id for row in Store(may).history().itertuples() if row.period == MONTHS[0])
    shutil.copytree(may, withdrawn)
    _done("withdraw", load, "--reason", "a benchmark", "--store", str(withdrawn))
    return [
        Trial(empty, "first load", ("load", str(files[MONTHS[0]]))),
        Trial(may, "later load", ("load", str(files[MONTHS[2]]))),
        Trial(april, "load with areas", ("load", str(files[MONTHS[1]]), str(files["wards"]))),
        Trial(may, "withdraw", ("withdraw", load, "--reason", "a benchmark")),
        Trial(withdrawn, "restore", ("restore", load, "--reason", "a benchmark")),
        Trial(may, "recount", ("recount", "--reason", "a benchmark")),
    ]


def main() -> None:
    """Kill, look and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    print(machine())
    chance = random.Random(options.seed)  # noqa: S311
    with TemporaryDirectory() as place:
        folder = Path(place)
        every = trials(folder)
        wholes = {trial.name: expected(trial, folder) for trial in every}
        kills: list[Kill] = []
        for number in itertools.count():
            trial, in_writing = every[number % len(every)], number // len(every) % 2 == 1
            found = kill(trial, chance.random(), in_writing, wholes[trial.name], folder)
            if found.killed:  # else it was quicker than when it was timed, and another moment is drawn
                kills.append(found)
                print(f"{len(kills)}: {_told(found)}", file=sys.stderr)
            if len(kills) == options.kills:
                break
    for name in wholes:
        places = Counter(kill.place for kill in kills if kill.trial == name)
        print(f"{name}: {', '.join(f'{place} {places[place]}' for place in PLACES if places[place])}")
    released = sum(kill.released for kill in kills)
    print(
        f"{len(kills)} kills: after each, every release was whole, and as before ({len(kills) - released}) or as after "
        f"({released}); {sum(kill.left > 0 for kill in kills)} left files behind, {sum(kill.left for kill in kills)} "
        "in all, and the next writer swept every one."
    )


def _told(kill: Kill) -> str:
    return f"{kill.trial} at {kill.moment:.0%} of its run, {kill.place}; {kill.left} files left"


def _done(*arguments: str) -> None:
    ended = run(arguments)
    if ended.code != 0:
        raise RuntimeError(f"{' '.join(arguments)} fails: {ended.err}")


def _fingerprint(view: View) -> dict[str, tuple[int, str]]:
    return {table: _of_rows(view, table) for table in (view.release.versions if view.release else ())}


def _of_rows(view: View, table: str) -> tuple[int, str]:
    """Number and digest of the rows that a release shows of a table, in any order, without when they were loaded."""
    rows = view.rows(table) if table != LOADS.name else view.every_row(table)
    frame = rows.collect("pandas").to_native().drop(columns=["at", "by", "reason", "file"], errors="ignore")
    texts = sorted(json.dumps([str(value) for value in row]) for row in frame.itertuples(index=False))
    return len(frame), hashlib.sha256("\n".join(texts).encode()).hexdigest()


def _changed(store: Store) -> Callable[[], bool]:
    """Whether the tables of a store hold other files than now."""
    tables = store.root / "tables"
    before = sum(1 for _ in tables.rglob("*"))
    return lambda: sum(1 for _ in tables.rglob("*")) != before


def _place(store: Store, before: Fingerprints) -> str:
    """How far the command had come, from what lies in the store."""
    if len(store.releases()) > len(before):
        return PLACES[5]
    release = store.release()
    pinned = release.versions if release else {}
    newer = {path.name for path in _tables(store) if _newest(path) > pinned.get(path.name, -1)}
    if newer & {"geography", "shapes", "counted_with", *(cube.table.name for cube in CUBES)}:
        return PLACES[4]
    known = store.named_files()
    if any(path.stem not in known for path in (store.root / "files").glob("*/*")):
        return PLACES[3]
    if LOADS.name in newer:
        return PLACES[2]
    return PLACES[1] if newer or leftovers(store) else PLACES[0]


def _tables(store: Store) -> Iterator[Path]:
    tables = store.root / "tables"
    return (path for path in (tables.iterdir() if tables.exists() else ()) if path.name != RELEASES.name)


def _newest(table: Path) -> int:
    return max((int(path.stem) for path in (table / "_delta_log").glob("*.json") if path.stem.isdigit()), default=-1)


def _files(store: Store, table: str, version: int | None) -> set[str]:
    return files_of(store.table_path(table), version)


def _is_usual(path: Path) -> bool:
    """Whether a file is a commit, a checkpoint, the lock or the mark of a store."""
    if path.parent.name == "_delta_log":
        commit = path.suffix == ".json" and path.stem.isdigit()
        return commit or ".checkpoint." in path.name or path.name == "_last_checkpoint"
    return path.as_posix() in ("writer.lock", "store.json")


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def _searches(month: str) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, _COLUMNS, restval="", lineterminator="\n")
    writer.writeheader()
    chance = random.Random(month)  # noqa: S311
    for _ in range(400):
        date = f"{month}-{chance.randint(1, 28):02}T{chance.randint(0, 23):02}:15:00+00:00"
        place = {"Latitude": f"{51 + chance.random():.6f}", "Longitude": f"{chance.random() * 2:.6f}"}
        group = chance.choice(("White", "Black", "Asian", "Other"))
        writer.writerow({"Type": "Person search", "Date": date, **place, "Officer-defined ethnicity": group})
    return text.getvalue().encode()


def _wards() -> bytes:
    features = []
    for number in range(8):
        west, south = number % 4 * 0.5, 51 + number // 4 * 0.5
        ring = [[west, south], [west + 0.5, south], [west + 0.5, south + 0.5], [west, south + 0.5], [west, south]]
        names = {"WD22CD": f"E0500000{number + 1}", "WD22NM": f"Ward {number + 1}"}
        features.append(
            {"type": "Feature", "properties": names, "geometry": {"type": "Polygon", "coordinates": [ring]}}
        )
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


if __name__ == "__main__":
    main()
