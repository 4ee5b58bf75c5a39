"""The store: what is seen before and after a release, by whom, and what a killed writer leaves."""

import hashlib
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest
from deltalake import DeltaTable

from data import store as module
from data.loading import load_files
from data.readers.source import Slot
from data.settings import Settings
from data.store import Store, StoreError, load_id, whole_subjects
from data.tables import LOADS, STOPS

APRIL, MAY = "2018-04-surrey-stop-and-search.csv", "2018-05-surrey-stop-and-search.csv"
ROOT = Path(__file__).resolve().parents[2]


def versions(store):
    return {path.name: DeltaTable(str(path)).version() for path in sorted((store.root / "tables").iterdir())}


def rows(view, table="stops"):
    return view.rows(table).collect("pandas").to_native()


def newest_rows(store, table):
    """The rows of the newest version of a table, published or not."""
    return DeltaTable(str(store.table_path(table))).to_pyarrow_table().num_rows


@pytest.fixture(scope="module")
def searches(police_csv):
    """A month with so many searches."""
    return lambda count: police_csv([{"Type": "Person search"}] * count)


@pytest.fixture(scope="module")
def template(tmp_path_factory, searches):
    """A store with one release of one month of 2 searches, to be copied."""
    folder = tmp_path_factory.mktemp("template")
    (folder / APRIL).write_bytes(searches(2))
    made = Store(folder / "store")
    load_files([folder / APRIL], made, "Ada", "April")
    return made.root


@pytest.fixture
def april(store, template):
    """The store after its first release: one month of 2 searches."""
    shutil.copytree(template, store.root)
    return store.release()


@pytest.fixture
def impatient(monkeypatch):
    monkeypatch.setattr(module, "settings", lambda: Settings(lock_seconds=0.3))


class Killed(BaseException):
    """Stands for the end of the process: nothing catches it."""


@pytest.fixture
def killed_load(load, monkeypatch):
    """Load files, and be killed when the rows are appended and the release is not yet published."""

    def run(files):
        def killed(writer, view):
            raise Killed

        with monkeypatch.context() as patched:
            patched.setattr(module.Writer, "publish", killed)
            with pytest.raises(Killed):
                load(files)

    return run


def test_an_empty_store_says_so(store):
    view = store.view()
    assert not view
    assert (store.version, store.release(), store.releases(), view.has("stops")) == (-1, None, [], False)
    assert store.history().empty
    assert list(store.history().columns) == [*LOADS.names, "current", "status"]
    with pytest.raises(StoreError, match="Nothing of the kind “stops” has been loaded yet"):
        view.rows("stops")
    assert not store.root.exists()


def test_identity_is_a_hash_of_slot_and_bytes():
    april, may = (Slot("stop and search", "stops", "surrey", month) for month in ("2018-04", "2018-05"))
    # The definition, written out: SHA-256 of kind, subject, period and the file's SHA-256, one a line.
    written = hashlib.sha256(b"stop and search\nsurrey\n2018-04\nabc").hexdigest()[:16]
    assert load_id(april, "abc") == written
    assert len({load_id(april, "abc"), load_id(may, "abc"), load_id(april, "abd")}) == 3


@pytest.mark.long
def test_a_release_says_which_loads_and_versions_belong_together(store, april, load, searches):
    second = load({MAY: searches(3)}, by="Grace", reason="May").release
    assert [(r.number, r.by, r.reason, r.action) for r in store.releases()] == [
        (1, "Ada", "April", "load"),
        (2, "Grace", "May", "load"),
    ]
    assert store.releases() == [april, second]
    assert second.current == april.current | set(second.added)
    assert {table: version for table, version in versions(store).items() if table != "releases"} == second.versions
    assert store.version == 1


def test_nothing_is_seen_before_the_release(store, april, load, searches, monkeypatch):
    seen = []
    publish = module.Writer.publish

    def look_first(writer, view):
        other = Store(store.root)
        seen.append((newest_rows(other, "stops"), len(rows(other.view())), other.version, len(other.history())))
        return publish(writer, view)

    monkeypatch.setattr(module.Writer, "publish", look_first)
    load({MAY: searches(3)})
    assert seen == [(5, 2, 0, 1)]
    assert (len(rows(Store(store.root).view())), store.version, len(store.history())) == (5, 1, 2)


def test_a_staged_view_shows_what_will_be_published(store, load, searches, monkeypatch):
    staged = []
    publish = module.Writer.publish
    monkeypatch.setattr(
        module.Writer, "publish", lambda writer, view: staged.append(len(rows(view))) or publish(writer, view)
    )
    load({APRIL: searches(2)})
    load({APRIL: searches(3)})
    assert staged == [2, 3]


@pytest.mark.long
def test_a_pinned_view_stays_as_it_was(store, load, searches, square_areas):
    load({APRIL: searches(2), "wards.geojson": square_areas("WD22", {"E05000001": (0, 51)})})
    pinned, unread = store.view(), store.view()
    before = {table: rows(pinned, table) for table in ("stops", "stops_cube", "geography")}
    load({APRIL: searches(7), "wards.geojson": square_areas("WD22", {"E05000001": (0, 51), "E05000002": (1, 51)})})
    for view in (pinned, unread, store.view(1)):
        assert view.release.number == 1
        for table, expected in before.items():
            assert rows(view, table).equals(expected), table
    assert (len(rows(store.view())), len(rows(store.view(), "geography"))) == (7, 2)


def test_many_readers_at_once(store, april):
    shared = store.view()
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda n: len(rows(shared if n % 2 else Store(store.root).view())), range(40)))
    assert found == [2] * 40


def test_a_release_that_is_not_there(store, april, tmp_path):
    with pytest.raises(StoreError, match="There is no release 3; the newest is none"):
        Store(tmp_path / "empty").view(3)
    with pytest.raises(StoreError, match="There is no release 3; the newest is 1"):
        store.view(3)


def test_a_month_without_searches_can_be_the_first(store, load, searches):
    load({APRIL: searches(0)})
    assert rows(store.view()).empty
    assert list(rows(store.view()).columns) == STOPS.names
    assert rows(store.view(), "stops_cube").empty
    load({MAY: searches(2)})
    assert len(rows(store.view())) == 2


def test_kept_bytes_are_the_decompressed_file(store, april, searches):
    history = store.history()
    with pa.CompressedInputStream(str(store.kept_path(history["sha256"][0])), "zstd") as stream:
        assert stream.read() == searches(2)
    assert history["bytes"][0] == len(searches(2))
    assert not list(store.root.rglob("*.part"))


def test_half_a_kept_file_is_written_anew(store, load, searches, monkeypatch):
    def cut(path, codec):
        Path(path).write_bytes(b"half")
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(module.pa, "CompressedOutputStream", cut)
        with pytest.raises(Killed):
            load({APRIL: searches(2)})
    load({APRIL: searches(2)})
    with pa.CompressedInputStream(str(store.kept_path(store.history()["sha256"][0])), "zstd") as stream:
        assert stream.read() == searches(2)


@pytest.mark.long
def test_a_killed_publish_leaves_the_last_release_whole_and_is_swept(store, load, killed_load, searches, square_areas):
    load({APRIL: searches(2), "wards.geojson": square_areas("WD22", {"E05000001": (0, 51)})})
    before = {table: rows(store.view(), table) for table in ("stops", "stops_cube", "areas", "geography", "loads")}
    killed_load({MAY: searches(3), "wards.geojson": square_areas("WD22", {"E05000009": (0, 52)})})
    assert newest_rows(store, "stops") == 5
    for table, expected in before.items():
        assert rows(store.view(), table).equals(expected), table
    with store.writing():
        pass
    assert {table: newest_rows(store, table) for table in before} == {t: len(b) for t, b in before.items()}
    swept = versions(store)
    with store.writing():
        pass
    assert versions(store) == swept
    load({MAY: searches(4)})
    assert (len(rows(store.view())), newest_rows(store, "stops"), len(store.releases())) == (6, 6, 2)
    assert rows(store.view(1)).equals(before["stops"])


@pytest.mark.long
def test_a_killed_first_publish_leaves_an_empty_store_that_can_be_loaded(store, load, killed_load, searches):
    killed_load({APRIL: searches(3)})
    assert not store.view()
    assert store.history().empty
    assert load({APRIL: searches(3)}).count("loaded") == 1
    assert (len(rows(store.view())), newest_rows(store, "stops")) == (3, 3)


@pytest.mark.long
@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGKILL")
def test_a_process_killed_between_append_and_publish(store, april, searches, tmp_path):
    (tmp_path / MAY).write_bytes(searches(3))
    script = (
        "import os, signal, sys; from pathlib import Path\n"
        "from data import store; from data.loading import load_files\n"
        "store.Writer.publish = lambda *_: os.kill(os.getpid(), signal.SIGKILL)\n"
        "load_files([Path(sys.argv[1])], store.Store(sys.argv[2]))\n"
    )
    command = [sys.executable, "-c", script, str(tmp_path / MAY), str(store.root)]
    killed = subprocess.run(command, cwd=ROOT, capture_output=True, check=False)
    assert killed.returncode == -signal.SIGKILL, killed.stderr.decode()
    assert newest_rows(store, "stops") == 5
    assert (len(rows(store.view())), store.release().number) == (2, 1)
    # The kernel has let the dead process's lock go, and the next writer sweeps.
    assert load_files([tmp_path / MAY], store).count("loaded") == 1
    assert (len(rows(store.view())), newest_rows(store, "stops")) == (5, 5)


def test_the_sweep_leaves_what_is_no_table_of_ours(store, load, searches):
    note = store.root / "tables" / "mine" / "note.txt"
    note.parent.mkdir(parents=True)
    note.write_text("keep me")
    (store.root / "tables" / ".DS_Store").write_bytes(b"")
    load({APRIL: searches(1)})
    assert note.read_text() == "keep me"


def test_a_second_writer_is_told_in_one_sentence(store, april, impatient):
    before = versions(store)
    with store.writing():
        began = time.monotonic()
        with pytest.raises(StoreError) as caught:
            load_files([], Store(store.root))
        waited = time.monotonic() - began
    assert str(caught.value) == "Another load is being published; try again when it has finished."
    assert 0.3 <= waited < 5
    assert versions(store) == before


def test_a_second_writer_waits_for_the_first(store, april):
    order = []

    def second():
        with Store(store.root).writing():
            order.append("second")

    other = threading.Thread(target=second)
    with store.writing():
        other.start()
        time.sleep(0.2)
        order.append("first")
    other.join(10)
    assert order == ["first", "second"]


def test_the_lock_is_let_go_when_a_writer_fails(store, april, impatient):
    def fail():
        with store.writing():
            raise Killed

    with pytest.raises(Killed):
        fail()
    with store.writing() as writer:
        assert writer.before == april


def test_versions_that_releases_pin_are_never_forgotten(store, april):
    table = DeltaTable(str(store.table_path("stops")))
    table.alter.set_table_properties({"delta.checkpointInterval": "2"})
    for entry in (store.table_path("stops") / "_delta_log").iterdir():
        os.utime(entry, (0, 0))  # older than the 30 days for which Delta keeps its log
    with store.writing() as writer:
        for _ in range(5):
            writer.append(STOPS, STOPS.frame({"load_id": ["later"]}))
    assert list((store.table_path("stops") / "_delta_log").glob("*.checkpoint.parquet"))
    assert len(rows(store.view(1))) == 2


@pytest.mark.parametrize("name", ["our store", "café", "a#b?c&d=e+f", "{braces}, *stars*"])
def test_a_folder_may_have_any_ordinary_name(tmp_path, searches, name):
    store = Store(tmp_path / name)
    (tmp_path / APRIL).write_bytes(searches(2))
    load_files([tmp_path / APRIL], store)
    assert len(rows(Store(tmp_path / name).view())) == 2


def test_a_place_that_can_not_hold_a_store(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="is a file; give a folder"):
        Store(tmp_path / "file")
    below = Store(tmp_path / "file" / "below")
    with pytest.raises(StoreError, match=r"can't be made: .*; choose another folder"), below.writing():
        pass


def test_a_subject_is_told_from_its_part_and_from_one_that_begins_like_it():
    loads = pd.DataFrame({"subject": ["kent", "kent / part 2", "kent-x", "kent / a"]}, index=[3, 1, 2, 0])
    assert whole_subjects(loads).to_dict() == {3: "kent", 1: "kent", 2: "kent-x", 0: "kent / a"}
    assert whole_subjects(loads[:0]).empty


def test_selected_rows_are_the_current_ones_that_hold_the_values(april, load, store, searches):
    load({APRIL: searches(3), MAY: searches(5)}, reason="corrected")
    view = store.view()
    for month, number in (("2018-04", 3), ("2018-05", 5), ("2018-06", 0)):
        selected = view.select("stops", ["month", "force", "row"], month=month, force="surrey")
        assert selected.column_names == ["month", "force", "row"]
        assert selected["month"].to_pylist() == [month] * number
    assert view.select("stops", ["row"]).num_rows == len(rows(view)) == 8


def test_an_unknown_table_or_column_is_not_selected(april, store):
    view = store.view()
    with pytest.raises(StoreError, match="Nothing of the kind “crime” has been loaded yet"):
        view.select("crime", ["month"])
    with pytest.raises(ValueError, match='The table stops has no column x" OR 1, y'):
        view.select("stops", ["y"], **{'x" OR 1': "surrey"})
