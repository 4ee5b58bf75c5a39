"""Kill the fitting of a release at random moments, and look what each kill leaves of the fits.

    python -m benchmarks.killed_fits [--kills N] [--seed N]

Each kill is a real SIGKILL of a real process that runs `python -m analytics fit` on a copy of the demonstration. The
moments are random: after so many fits were kept, and then so long into the next one. After it, before anybody writes:
every fit that is there must be as a run that nobody killed makes it, the fits of before among them, and those that were
made the first of the list. Then the same command runs to its end: every fit must be there, and no file that no version
of the table names.
"""

from __future__ import annotations

import argparse
import hashlib
import random
import shutil
import signal
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from analytics import fits
from benchmarks.machine import machine
from benchmarks.processes import Command
from data import fit_results
from data.demo import build
from data.store import Store
from data.sweeping import files_of
from data.tables import FITS
from data.verifying import verify

PROGRAM = "analytics"
Kept = dict[int, dict[str, str]]
"""By release and fit, in the order in which they are made: a digest of all that the fit holds."""


@dataclass(frozen=True)
class Whole:
    """What fitting finds, what it leaves when nobody kills it, and how many seconds it takes."""

    before: Kept
    after: Kept
    seconds: float


@dataclass(frozen=True)
class Killed:
    """One kill: after how many fits, how many seconds later, how many it found kept, and whether it was in time."""

    commits: int
    seconds: float
    made: int
    killed: bool


def kept(store: Store) -> Kept:
    """The fits of every release that are there; raises where one can't be read."""
    found: Kept = {}
    for release in store.releases():
        view = store.view(release.number)
        held = {str(fit): fit_results.kept(store, fit.key(view)) for fit in fits.declared(view)}
        found[release.number] = {name: _digest(result) for name, result in held.items() if result is not None}
    return found


def unnamed(store: Store) -> list[str]:
    """Files of the table of fits that none of its versions names."""
    path = store.table_path(FITS.name)
    newest = fit_results.version(store)
    named = {name for version in range(newest + 1) for name in files_of(path, version)}
    return sorted(file.name for file in path.glob("*.parquet") if file.name not in named)


def whole(base: Path, folder: Path) -> Whole:
    """Fit a copy of a store to its end."""
    store = Store(shutil.copytree(base, folder / "whole"))
    before = kept(store)
    ended = _fitting(store).end()
    if ended.code != 0:
        raise RuntimeError(f"Fitting fails without a kill: {ended.err}")
    found = Whole(before, kept(store), ended.seconds)
    shutil.rmtree(store.root)
    return found


def kill(base: Path, commits: int, seconds: float, expected: Whole, folder: Path) -> Killed:
    """Kill the fitting of a copy of a store, look at what is left, and fit it to its end.

    Parameters
    ----------
    base
        The store.
    commits, seconds
        After how many fits were kept, and how long after that.
    expected
        What fitting does when nobody kills it.
    folder
        Where the copy may lie.

    Raises
    ------
    AssertionError
        If a fit is not as it was or as it should become, or anything is left over.
    """
    store = Store(shutil.copytree(base, folder / "store"))
    first = fit_results.version(store)
    command = _fitting(store)
    command.wait_until(lambda: fit_results.version(store) >= first + commits)
    command.kill_after(seconds)
    code, left = command.end().code, kept(store)
    made = sum(map(len, left.values())) - sum(map(len, expected.before.values()))
    found = Killed(commits, seconds, made, code == -signal.SIGKILL)
    if code not in (0, -signal.SIGKILL):
        raise AssertionError(f"{found}: the command ended by itself with {code}")
    for number, own in left.items():
        as_made = list(expected.after[number].items())[: len(own)]
        if list(own.items()) != as_made or not own.items() >= expected.before[number].items():
            raise AssertionError(f"{found}: the fits of release {number} are not the first ones, each whole")
    if verify(store).faults:
        raise AssertionError(f"{found}: {verify(store).faults}")
    if _fitting(store).end().code != 0:
        raise AssertionError(f"{found}: the same command fails after the kill")
    if kept(store) != expected.after:
        raise AssertionError(f"{found}: after the kill the same command makes something else")
    with store.writing():
        pass
    if unnamed(store):
        raise AssertionError(f"{found}: the next writer left {unnamed(store)}")
    shutil.rmtree(store.root)
    return found


def main() -> None:
    """Kill, look and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    print(machine())
    chance = random.Random(options.seed)  # noqa: S311
    with TemporaryDirectory() as place:
        base = Store(Path(place) / "base")
        build(base)
        expected = whole(base.root, Path(place))
        number = len(expected.after[max(expected.after)])
        done: list[Killed] = []
        while len(done) < options.kills:
            commits, seconds = len(done) % number, chance.random() * expected.seconds / number
            found = kill(base.root, commits, seconds, expected, Path(place))
            if found.killed:
                done.append(found)
    made = Counter(one.made for one in done)
    told = ", ".join(f"{count} after {size}" for size, count in sorted(made.items()))
    print(
        f"{len(done)} kills, {told} of {number} fits: every fit that was there was whole, and a rerun made the others."
    )


def _fitting(store: Store) -> Command:
    return Command(("fit", "--store", str(store.root)), program=PROGRAM)


def _digest(result: fit_results.Result) -> str:
    text = "".join(f"{name}{fit_results.to_json(table)}" for name, table in result.tables.items())
    return hashlib.sha256(f"{text}{result.refusal}".encode()).hexdigest()


if __name__ == "__main__":
    main()
