"""Backups: a copy opens, wherever it lies, and whoever wrote to the store while it was made."""

import os
import random
import shutil
from pathlib import Path

import pytest

from benchmarks import kills
from benchmarks.kills import fingerprints, leftovers
from benchmarks.processes import Command
from data.__main__ import main
from data.copying import back_up, copy_into
from data.loading import load_files
from data.store import Store, StoreError
from data.verifying import verify

pytestmark = pytest.mark.long

FORKS = pytest.mark.skipif(os.name == "nt", reason="Windows forks no process")


@pytest.fixture(scope="module")
def trials(tmp_path_factory):
    """Commands and the stores they run on."""
    return {trial.name: trial for trial in kills.trials(tmp_path_factory.mktemp("trials"))}


@pytest.fixture
def given(store, trials):
    """A store of a month, and the files of another one and of areas."""
    trial = trials["load with areas"]
    shutil.copytree(trial.base, store.root)
    return store, [Path(file) for file in trial.arguments[1:]]


def test_a_backup_is_the_store_at_its_newest_release(given, tmp_path, capsys):
    store, _ = given
    (store.root / "respondent.key").write_text("0" * 64)
    (store.root / "staged" / "somebody").mkdir(parents=True)
    assert main(["backup", str(tmp_path / "copy"), "--store", str(store.root)]) == 0
    said = f"Release 1 is copied to {tmp_path / 'copy'}; `python -m data verify` looks at every file of it.\n"
    assert capsys.readouterr().out == said
    copy = Store(tmp_path / "copy")
    assert fingerprints(copy) == fingerprints(store)
    assert verify(copy) == verify(store)
    assert verify(copy).kept == 1
    assert {path.name for path in copy.root.iterdir()} == {"files", "respondent.key", "store.json", "tables"}


def test_a_store_that_was_moved_goes_on(given, tmp_path):
    store, files = given
    before = fingerprints(store)
    moved = Store(shutil.move(store.root, tmp_path / "another place"))
    assert fingerprints(moved) == before
    assert load_files(files, moved).release.number == 2
    assert verify(moved).faults == ()
    assert not store.root.exists()


def test_where_no_backup_is_made(given, tmp_path):
    store, _ = given
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "note.txt").write_text("mine")
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match=r"is not empty: give a new one, so that no two copies mix\.$"):
        back_up(store, tmp_path / "full")
    with pytest.raises(StoreError, match=r"lies in the store: give one outside of it\.$"):
        back_up(store, store.root / "backup")
    with pytest.raises(StoreError, match=r"^The copy in “[^”]+” can't be made: [^\n]+\.$"):
        back_up(store, tmp_path / "file" / "below")
    with pytest.raises(StoreError, match="Nothing has been loaded yet, so there is nothing to copy"):
        back_up(Store(tmp_path / "empty"), tmp_path / "copy")
    assert not (store.root / "backup").exists()


@pytest.mark.parametrize("share", [0, 0.02, 0.1, 0.3, 0.5, 0.8, 1])
def test_a_release_that_comes_between_two_files_of_a_copy(share, given, tmp_path):
    store, files = given
    before = fingerprints(store)
    count = sum(path.is_file() and path.name != "writer.lock" for path in store.root.rglob("*"))
    done = []

    def copied(path, to):
        if len(done) == round(share * (count - 1)):
            load_files(files, store)
        done.append(path)
        shutil.copy2(path, to)

    copy_into(tmp_path / "copy", store.root, copied, kept=True)
    assert len(store.releases()) == 2
    copy = Store(tmp_path / "copy")
    assert fingerprints(copy) in (before, fingerprints(store))
    assert load_files(files, copy).count("refused") == 0
    assert fingerprints(copy) == fingerprints(store)
    assert leftovers(copy) == []


def test_the_list_of_releases_first_is_what_makes_a_copy_safe(given, tmp_path):
    """The same in the order of names, as most tools copy: the copy knows a release whose rows came too late for it."""
    store, files = given
    tables = sorted(store.root.rglob("*"))
    for path in (path for path in tables if path.is_file()):
        if path.is_relative_to(store.table_path("releases")) and len(store.releases()) == 1:
            load_files(files, store)
        to = tmp_path / "copy" / path.relative_to(store.root)
        to.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(path, to)
    shutil.copytree(store.table_path("releases"), tmp_path / "copy" / "tables" / "releases", dirs_exist_ok=True)
    with pytest.raises(StoreError, match="restore the store from a backup"):
        fingerprints(Store(tmp_path / "copy"))


@FORKS
@pytest.mark.parametrize("seed", range(4))
def test_a_copy_at_a_random_moment_of_a_load_opens_at_the_release_before_or_after(seed, given, trials, tmp_path):
    store, files = given
    before, whole = fingerprints(store), kills.expected(trials["load with areas"], tmp_path)
    load = Command(("load", *map(str, files), "--store", str(store.root)), {"CONFIDENCE_DEMONSTRATION": ""})
    load.wait_until(kills._changed(store))
    load.wait(random.Random(seed).random() * whole.writing)  # noqa: S311
    back_up(store, tmp_path / "copy")
    assert load.end().code == 0
    copy = Store(tmp_path / "copy")
    assert fingerprints(copy) in (before, fingerprints(store))
    assert verify(copy).faults == ()
    with copy.writing():
        pass
    assert leftovers(copy) == []
