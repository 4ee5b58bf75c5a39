"""Real processes, killed at random moments or many at once: what the store shows after them, and what lies in it."""

import os
import re
import shutil

import pytest

from benchmarks import kills
from benchmarks.processes import Command
from data.store import Store
from data.verifying import verify

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGKILL and forks no process"),
]

MOMENTS = {
    "first load": 0.6,
    "later load": 0.3,
    "load with areas": 0.7,
    "withdraw": 0.1,
    "restore": 0.5,
    "recount": 0.4,
}
"""One moment of each command: `python -m benchmarks.kills` takes as many as are asked for, at random."""
PATIENT = {"CONFIDENCE_LOCK_SECONDS": "100", "CONFIDENCE_DEMONSTRATION": ""}
IMPATIENT = PATIENT | {"CONFIDENCE_LOCK_SECONDS": "0.01"}
BUSY = "Another load is being published; try again when it has finished.\n"


@pytest.fixture(scope="module")
def trials(tmp_path_factory):
    """The commands and the stores they run on."""
    return {trial.name: trial for trial in kills.trials(tmp_path_factory.mktemp("trials"))}


def test_every_command_has_its_moment(trials):
    assert trials.keys() == MOMENTS.keys()


@pytest.mark.parametrize("name", MOMENTS)
def test_a_kill_leaves_the_release_before_or_after_and_the_next_writer_sweeps(name, trials, tmp_path):
    whole = kills.expected(trials[name], tmp_path)
    assert whole.after.keys() == {*whole.before, max(whole.before, default=0) + 1}
    # It may write for less than it takes to see that it does, and then has ended: a little earlier, at last at once.
    moments = [(MOMENTS[name] / 2**turn, True) for turn in range(6)] + [(share, False) for share in (0.9, 0.6, 0.3, 0)]
    found = (kills.kill(trials[name], *moment, whole, tmp_path) for moment in moments)
    assert any(kill.killed for kill in found)


def test_a_trial_tells_what_is_lost_and_what_is_left(trials, tmp_path):
    trial = trials["later load"]
    whole = kills.expected(trial, tmp_path)
    other = kills.Expected(whole.before | {1: {}}, whole.after | {1: {}}, 0, 0)
    with pytest.raises(AssertionError, match="neither what it was nor what it was to become"):
        kills.kill(trial, 0, False, other, tmp_path)
    store = Store(tmp_path / "store")
    (store.table_path("stops") / "part-of-nobody.parquet").write_bytes(b"")
    assert "tables/stops/part-of-nobody.parquet" in kills.leftovers(store)


def test_eight_processes_load_at_once_and_all_land(tmp_path, police_csv):
    months = [f"2018-{month:02}" for month in range(1, 9)]
    for month in months:
        (tmp_path / f"{month}-surrey-stop-and-search.csv").write_bytes(
            police_csv([{"Type": "Person search"}] * int(month[-2:]))
        )
    store = Store(tmp_path / "store")
    files = sorted(tmp_path.glob("*.csv"))
    commands = [Command(("load", str(file), "--store", str(store.root)), PATIENT) for file in files]
    ended = [command.end() for command in commands]
    assert [(end.code, end.err) for end in ended] == [(0, "")] * 8
    published = sorted(int(re.search(r"Release (\d+) is published", end.out)[1]) for end in ended)
    assert published == [release.number for release in store.releases()] == [*range(1, 9)]
    shown = store.view().rows("stops").collect("pandas").to_native()
    assert shown.groupby("month").size().to_dict() == {month: int(month[-2:]) for month in months}
    assert kills.leftovers(store) == []


def test_eight_processes_at_once_each_change_the_store_or_are_told_why_not(trials, tmp_path):
    store = Store(tmp_path / "store")
    trial, at = trials["later load"], ("--store", str(store.root))
    shutil.copytree(trial.base, store.root)
    load = trials["withdraw"].arguments[1]
    given = [trial.arguments, ("withdraw", load, "--reason", "x"), ("restore", load, "--reason", "x")]
    given = [*given * 2, ("recount", "--reason", "x"), ("recount", "--reason", "y")]
    before = len(store.releases())
    commands = [Command((*arguments, *at), IMPATIENT) for arguments in given]
    ended = [command.end() for command in commands]
    told = [end.err for end in ended if end.code]
    allowed = {BUSY, f"Load {load} has been withdrawn already.\n"}
    allowed |= {f"Load {load} is not withdrawn, so there is nothing to restore.\n"}
    assert set(told) <= allowed
    nothing_new = sum("no release made" in end.out for end in ended)
    numbers = [release.number for release in store.releases()]
    assert numbers == [*range(1, before + 8 - len(told) - nothing_new + 1)]
    assert verify(store).faults == ()
    with store.writing():
        pass
    assert kills.leftovers(store) == []
