"""The sweep: what a kill leaves goes, what any release names stays."""

import shutil

import pytest

from benchmarks.kills import fingerprints, leftovers
from data import publishing
from data import store as module
from data.loading import load_files
from data.store import Store, StoreError
from data.tables import STOPS

APRIL, MAY = "2018-04-surrey-stop-and-search.csv", "2018-05-surrey-stop-and-search.csv"


@pytest.fixture(scope="module")
def searches(police_csv):
    """A month with so many searches."""
    return lambda count: police_csv([{"Type": "Person search", "Latitude": "51.5", "Longitude": "0.5"}] * count)


@pytest.fixture(scope="module")
def template(tmp_path_factory, searches, square_areas):
    """A store of two releases, the second of which counted everything again, to be copied."""
    folder = tmp_path_factory.mktemp("template")
    (folder / APRIL).write_bytes(searches(2))
    (folder / "wards.geojson").write_bytes(square_areas("WD22", {"E05000001": (0, 51)}))
    made = Store(folder / "store")
    load_files([folder / APRIL], made)
    load_files([folder / "wards.geojson"], made)
    return made.root


@pytest.fixture
def two(store, template):
    """The store after two releases."""
    shutil.copytree(template, store.root)
    return store


def parquet(store, table):
    return {path.name for path in store.table_path(table).glob("*.parquet")}


def sweep(store):
    with store.writing():
        pass


@pytest.mark.long
def test_what_no_version_names_goes_and_what_an_earlier_release_names_stays(two):
    before, cubes = fingerprints(two), parquet(two, "stops_cube")
    assert len(cubes) == 2  # one of each release: the second counted everything again
    for table in ("stops", "stops_cube", "releases"):
        folder = two.table_path(table)
        (folder / "part-00000-0.snappy.parquet").write_bytes(b"killed before its commit")
        (folder / "part-00000-1.snappy.parquet#1").write_bytes(b"half a file")
        (folder / "_delta_log" / "_commit_0.json.tmp").write_bytes(b"half a commit")
        (folder / "_delta_log" / f"{9:020}.json#1").write_bytes(b"half a commit")
    (two.root / "files" / "ab").mkdir()
    (two.root / "files" / "ab" / "abc.part").write_bytes(b"half a kept file")
    (two.root / "files" / "ab" / f"{'ab' * 32}.zst").write_bytes(b"a file that was kept before the kill")
    (two.root / "respondent.part").write_bytes(b"half a key")
    kept = {path.name for path in (two.root / "files").glob("*/*.zst")}
    assert len(leftovers(two)) == 15
    sweep(two)
    assert leftovers(two) == []
    assert {path.name for path in (two.root / "files").glob("*/*.zst")} == kept - {f"{'ab' * 32}.zst"}
    assert len(kept) > 1
    assert parquet(two, "stops_cube") == cubes
    assert fingerprints(two) == before


def test_a_table_that_was_killed_before_its_first_commit_goes(two):
    half = two.table_path("population")
    half.mkdir()
    (half / "part-00000-0.snappy.parquet").write_bytes(b"")
    sweep(two)
    assert not half.exists()


@pytest.mark.long
def test_rows_of_a_failed_load_are_gone_from_the_disk_at_once(two, searches, tmp_path, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    (tmp_path / MAY).write_bytes(searches(3))
    before, stops = fingerprints(two), parquet(two, "stops")
    with monkeypatch.context() as patched:
        patched.setattr(module.Writer, "publish", full)
        with pytest.raises(StoreError, match=r"^The disk of the store “[^”]+” is full, so nothing was changed: make"):
            load_files([tmp_path / MAY], two)
    assert parquet(two, "stops") == stops
    assert leftovers(two) == []
    assert fingerprints(two) == before
    assert load_files([tmp_path / MAY], two).release.number == 3
    assert len(two.view().rows("stops").collect("pandas")) == 5


def test_a_sweep_that_was_killed_itself_is_finished_by_the_next(two):
    before = fingerprints(two)
    with two.writing() as writer:
        writer.append(STOPS, STOPS.frame({"load_id": ["later"]}))
        # As a sweep leaves it that was killed between the file and the commit.
        new = set(parquet(two, "stops")) - {name.rpartition("/")[2] for name in two.view()._files("stops")[0]}
        assert len(new) == 1
        for name in new:
            (two.table_path("stops") / name).unlink()
    sweep(two)
    assert fingerprints(two) == before
    with two.writing() as writer:
        writer.append(STOPS, STOPS.frame({"load_id": ["later"]}))
    sweep(two)
    assert (fingerprints(two), leftovers(two)) == (before, [])


def test_a_log_that_is_not_whole_is_no_reason_to_remove_anything(two):
    (two.table_path("stops") / "part-00000-0.snappy.parquet").write_bytes(b"")
    log = two.table_path("stops") / "_delta_log"
    module.DeltaTable(str(two.table_path("stops"))).create_checkpoint()
    (log / f"{0:020}.json").unlink()
    before = fingerprints(two)
    sweep(two)
    assert "part-00000-0.snappy.parquet" in parquet(two, "stops")
    assert fingerprints(two) == before


def test_a_release_that_is_published_stays_so_whatever_fails_after_its_commit(two, searches, tmp_path, monkeypatch):
    def full(root):
        raise OSError(28, "No space left on device")

    (tmp_path / MAY).write_bytes(searches(3))
    monkeypatch.setattr(module.releases, "mark", lambda root: None)
    publish = module.Writer.publish

    def published(writer, view):
        with monkeypatch.context() as patched:
            patched.setattr(module.releases, "mark", full)
            return publish(writer, view)

    monkeypatch.setattr(module.Writer, "publish", published)
    assert load_files([tmp_path / MAY], two).release.number == 3
    assert two.release().number == 3
    assert publishing.counted_otherwise(two.view()) is None
