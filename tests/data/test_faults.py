"""Full disks, disks that take nothing, damage, newer and older stores, and clocks: each is told in one sentence."""

import json
import os
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from deltalake import write_deltalake

from analytics.__main__ import main as analytics_command
from benchmarks.kills import fingerprints, leftovers
from data import releases
from data import store as module
from data.__main__ import main
from data.faults import StoreError, of_the_store, writing_to
from data.loading import load_files
from data.publishing import restore, withdraw
from data.releases import FORMAT, MARK
from data.staging import stage
from data.store import Store
from data.verifying import verify
from tests.disks import fill, read_only, small_disk

ROOT = Path(__file__).resolve().parents[2]
MONTHS = ("2018-04", "2018-05")
DAMAGED = "can't be read, because a file of it is missing or damaged: restore the store from a backup."


@pytest.fixture(scope="module")
def files(tmp_path_factory, police_csv, square_areas):
    """Files of two months and of areas, of some size."""
    folder = tmp_path_factory.mktemp("files")
    for month in MONTHS:
        searches = [
            {"Type": "Person search", "Latitude": f"{51 + number / 700:.6f}", "Longitude": f"{number / 500:.6f}"}
            for number in range(600)
        ]
        (folder / f"{month}-surrey-stop-and-search.csv").write_bytes(police_csv(searches))
    areas = {f"E0500000{number}": (number % 2, 51 + number / 2) for number in range(4)}
    (folder / "wards.geojson").write_bytes(square_areas("WD22", areas))
    return {path.name[:7]: path for path in folder.iterdir()}


@pytest.fixture(scope="module")
def template(tmp_path_factory, files):
    """A store of two releases, to be copied."""
    made = Store(tmp_path_factory.mktemp("template") / "store")
    load_files([files["2018-04"]], made, "Ada", "April")
    load_files([files["wards.g"]], made, "Ada", "wards")
    return made.root


@pytest.fixture
def two(store, template):
    """A store of two releases: a month, then areas in which it is counted again."""
    shutil.copytree(template, store.root)
    return store


def told(capsys, *arguments):
    """What a command that fails says: one line of error, and no line of success."""
    assert main([*map(str, arguments)]) == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.count("\n") == 1
    return printed.err.strip()


@pytest.mark.long
@pytest.mark.parametrize("left", [0, 16, 32, 48])
def test_a_full_disk_changes_nothing_and_is_told_in_one_sentence(left, template, files, tmp_path, capsys):
    with small_disk(tmp_path / "disk", 2048) as disk:
        store = Store(shutil.copytree(template, disk / "store"))
        before = fingerprints(store)
        filler = fill(disk, left)
        assert told(capsys, "load", files["2018-05"], "--store", store.root) == (
            f"The disk of the store “{store.root}” is full, so nothing was changed: make room, then try again."
        )
        assert fingerprints(store) == before
        assert leftovers(store) == []
        filler.unlink()
        assert load_files([files["2018-05"]], store).release.number == 3
        assert leftovers(store) == []


@pytest.mark.long
@pytest.mark.skipif(os.name == "nt", reason="Windows sets no limit to the size of files")
def test_a_disk_that_takes_no_more_of_a_file_is_told_in_one_sentence(two, files):
    import resource

    before = fingerprints(two)
    ended = subprocess.run(
        [sys.executable, "-m", "data", "load", files["2018-05"], "--store", two.root],
        cwd=ROOT,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096)),
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert (ended.returncode, ended.stdout) == (1, "")
    # Delta Lake's own threads say more before it; the last line is the person's.
    assert ended.stderr.splitlines()[-1] == (
        f"The store “{two.root}” can't be written to (file too large), so nothing was changed."
    )
    assert fingerprints(two) == before
    assert leftovers(two) == []


def test_a_store_that_can_not_be_written_to_is_read_as_any_other(two, files, capsys, monkeypatch):
    before, load = fingerprints(two), two.history()["load_id"].iloc[-1]
    with read_only(two.root):
        reader = Store(two.root)
        assert fingerprints(reader) == before
        assert verify(reader).faults == ()
        assert main(["history", "--store", str(two.root)]) == 0
        assert main(["check", str(files["2018-05"]), "--store", str(two.root)]) == 0
        assert analytics_command(["answer", "data.coverage", "--store", str(two.root)]) == 0
        capsys.readouterr()
        why = told(capsys, "load", files["2018-05"], "--store", two.root)
        assert why.startswith(f"The store “{two.root}” can't be written to (")
        assert why.endswith("), so nothing was changed.")
        assert told(capsys, "withdraw", load, "--reason", "x", "--store", two.root) == why
        with pytest.raises(StoreError, match=r"A preview can't be made in .*: [^\n]+\.$"):
            stage([files["2018-05"]], reader)
    assert fingerprints(two) == before


def test_what_is_no_fault_of_the_store_is_left_as_it_is(tmp_path):
    with pytest.raises(PermissionError), writing_to(tmp_path):
        raise PermissionError(13, "Permission denied", "/elsewhere/file.csv")
    with pytest.raises(StoreError, match=r"can't be written to \(permission denied\)"), writing_to(tmp_path):
        raise PermissionError(13, "Permission denied", str(tmp_path / "tables"))
    assert of_the_store(ValueError("/tables/stops/part-1.parquet")) is None


def newest(store, table, pattern):
    return max(store.table_path(table).glob(pattern))


def cut(path, share=0.5):
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * share)])


DAMAGE = {
    "a missing data file": lambda store, table: newest(store, table, "*.parquet").unlink(),
    "half a data file": lambda store, table: cut(newest(store, table, "*.parquet")),
    "an empty data file": lambda store, table: cut(newest(store, table, "*.parquet"), 0),
    "a missing log file": lambda store, table: min(store.table_path(table).glob("_delta_log/*.json")).unlink(),
    "half a log file": lambda store, table: cut(newest(store, table, "_delta_log/*.json")),
    "an empty log file": lambda store, table: cut(min(store.table_path(table).glob("_delta_log/*.json")), 0),
    "no log": lambda store, table: shutil.rmtree(store.table_path(table) / "_delta_log"),
    "nothing of the table": lambda store, table: shutil.rmtree(store.table_path(table)),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_table_is_named_with_the_remedy(damage, two, files, capsys):
    DAMAGE[damage](two, "loads")
    assert told(capsys, "history", "--store", two.root) == f"The table “loads” of the store {DAMAGED}"
    assert told(capsys, "load", files["2018-05"], "--store", two.root) == f"The table “loads” of the store {DAMAGED}"
    assert analytics_command(["answer", "data.coverage", "--store", str(two.root)]) == 1
    assert capsys.readouterr().err == f"The table “loads” of the store {DAMAGED}\n"
    assert main(["verify", "--store", str(two.root)]) == 1
    out = capsys.readouterr().out.splitlines()
    assert "“loads”" in out[0]
    assert out[-1] == "1 fault: restore the store from a backup."


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_list_of_releases_is_no_empty_store_and_nothing_is_swept(damage, two, files, capsys):
    rows = sorted(two.table_path("stops").glob("*.parquet"))
    DAMAGE[damage](two, "releases")
    for arguments in (("history",), ("load", files["2018-05"]), ("verify",), ("recount", "--reason", "x")):
        said = told(capsys, *arguments, "--store", two.root)
        assert said in (
            f"The list of releases {DAMAGED}",
            "The list of releases is missing, though the store holds some: restore the store from a backup.",
        )
    assert sorted(two.table_path("stops").glob("*.parquet")) == rows


def test_an_error_that_comes_while_rows_are_counted_names_the_table(two):
    view = two.view()
    rows = view.rows("stops")
    newest(two, "stops", "*.parquet").unlink()
    with pytest.raises(Exception, match="part-") as caught:
        rows.collect("pandas")
    assert not isinstance(caught.value, StoreError)
    assert str(of_the_store(caught.value)) == f"The table “stops” of the store {DAMAGED}"


def test_a_store_of_a_newer_program_is_told_to_be_so(two, files, capsys):
    assert json.loads((two.root / MARK).read_text()) == {"format": FORMAT}
    (two.root / MARK).write_text(json.dumps({"format": FORMAT + 1}))
    why = (
        f"A newer version of this program wrote the store, in format {FORMAT + 1} where this one reads up to {FORMAT}: "
        "update the program."
    )
    for arguments in (("history",), ("load", files["2018-05"]), ("verify",), ("backup", two.root.parent / "copy")):
        assert told(capsys, *arguments, "--store", two.root) == why
    assert analytics_command(["answer", "data.coverage", "--store", str(two.root)]) == 1
    assert capsys.readouterr().err == f"{why}\n"


@pytest.mark.parametrize("text", ["", "{", "[1]", "{}", '{"format": "1"}', "\x00"])
def test_a_damaged_number_of_the_format_is_told(text, two, capsys):
    (two.root / MARK).write_text(text)
    said = told(capsys, "history", "--store", two.root)
    assert said.startswith("The file “store.json” of the store is damaged: ")


def test_a_program_of_a_higher_number_writes_it_before_its_release(two, files, monkeypatch):
    monkeypatch.setattr(releases, "FORMAT", FORMAT + 1)
    load_files([files["2018-05"]], two)
    assert json.loads((two.root / MARK).read_text()) == {"format": FORMAT + 1}


@pytest.mark.long
def test_a_store_that_is_older_than_the_number_opens_and_gets_one(two, files):
    (two.root / MARK).unlink()
    path = two.table_path("releases")
    rows = module.DeltaTable(str(path)).to_pyarrow_table().drop_columns(["digests"])
    shutil.rmtree(path)
    write_deltalake(str(path), rows)
    older = Store(two.root)
    assert [release.digests for release in older.releases()] == [{}, {}]
    assert "older than digests, and only read" in str(verify(older))
    assert not (two.root / MARK).exists()
    before = fingerprints(older)
    assert load_files([files["2018-05"]], older).release.number == 3
    assert (two.root / MARK).exists()
    after = fingerprints(older)
    assert {number: after[number] for number in before} == before
    assert verify(older).faults == ()


@pytest.mark.long
def test_a_clock_that_goes_backwards_changes_no_order_and_no_figure(store, files, monkeypatch):
    years = iter(range(2030, 2000, -1))

    class Backwards(datetime):
        @classmethod
        def now(cls, tz=None):
            return datetime(next(years), 1, 1, tzinfo=UTC)

    monkeypatch.setattr(module, "datetime", Backwards)
    first = load_files([files["2018-04"]], store).release
    second = load_files([files["2018-05"]], store).release
    load = second.added[0]
    taken = withdraw(store, load, "Ada", "wrong")
    assert len(store.view().rows("stops").collect("pandas")) == 600
    back = restore(store, load, "Ada", "right")
    assert first.at > second.at > taken.at > back.at
    assert [release.number for release in store.releases()] == [1, 2, 3, 4]
    assert store.history()["load_id"].tolist() == [load, *first.added]
    assert len(store.view().rows("stops").collect("pandas")) == 1200
    for path in sorted(store.root.rglob("*")):
        os.utime(path, (4e9, 4e9))  # a disk that was written in another century
    with store.writing():
        pass
    assert leftovers(store) == []
    assert verify(store).faults == ()
