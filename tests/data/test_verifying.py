"""Verifying: all is well in one line, and every byte that is otherwise is found."""

import shutil

import pytest

from data.__main__ import main
from data.loading import load_files
from data.store import Store, StoreError
from data.tables import STOPS
from data.verifying import verify

MONTHS = ("2018-04", "2018-05")


@pytest.fixture(scope="module")
def template(tmp_path_factory, police_csv):
    """A store of two months, 2 and 3 searches, in two releases."""
    folder = tmp_path_factory.mktemp("template")
    made = Store(folder / "store")
    for month, count in zip(MONTHS, (2, 3), strict=True):
        path = folder / f"{month}-surrey-stop-and-search.csv"
        path.write_bytes(police_csv([{"Type": "Person search"}] * count))
        load_files([path], made)
    return made.root


@pytest.fixture
def two(store, template):
    """The store of two months."""
    shutil.copytree(template, store.root)
    return store


@pytest.mark.long
def test_all_is_well_in_one_line(two, capsys):
    assert main(["verify", "--store", str(two.root)]) == 0
    verified = verify(two)
    tables = two.release().versions
    rows = sum(len(two.view().every_row(table).collect("pandas")) for table in tables)
    files = sum(1 for table in tables for _ in two.table_path(table).glob("*.parquet"))
    assert (verified.rows, verified.files, verified.unsigned, verified.kept) == (rows, files, 0, 2)
    assert capsys.readouterr().out == (
        f"All is well: release 2 with {len(tables)} tables and {rows} rows, {files} data files and 2 kept files, "
        "as they were written.\n"
    )


def test_an_empty_store_has_nothing_to_verify(store):
    with pytest.raises(StoreError, match="Nothing has been loaded yet, so there is nothing to verify"):
        verify(store)


@pytest.mark.parametrize("place", [0, 0.3, 0.6, 0.99])
def test_one_bit_of_a_data_file_is_found(place, two):
    path = max(two.table_path("stops").glob("*.parquet"))
    content = bytearray(path.read_bytes())
    content[int(place * len(content))] ^= 1
    path.write_bytes(content)
    assert verify(two).faults == (f"The table “stops”: {path.name} is not as written.",)


def test_one_bit_of_a_kept_file_is_found(two):
    path = max((two.root / "files").glob("*/*.zst"))
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    assert verify(two).faults == (f"The kept file {path.name} is damaged.",)
    path.write_bytes(content[:20])
    assert verify(two).faults == (f"The kept file {path.name} is damaged.",)
    with pytest.raises(StoreError, match=rf"keeps under the SHA-256 {path.stem} is damaged: restore the store from a"):
        two.kept(path.stem)


def test_a_file_of_an_earlier_release_alone_is_looked_at_too(two):
    first = two.view(1)
    with two.writing() as writer:
        writer.replace(STOPS, two.view().rows("stops").collect("pandas").to_native())
        writer.publish(writer.staged("recount", "Ada", "test", [], []))
    (two.table_path("stops") / first._files("stops")[0][0].rpartition("/")[2]).unlink()
    assert len(two.view().rows("stops").collect("pandas")) == 5
    assert len(verify(two).faults) == 1


def test_rows_that_were_written_otherwise_than_loaded_are_found(two):
    rows = two.view().rows("stops").collect("pandas").to_native().sort_values("month")
    with two.writing() as writer:
        writer.replace(STOPS, rows[1:])
        writer.publish(writer.staged("recount", "Ada", "test", [], []))
    assert verify(two).faults == ("The table “stops” holds 1 of the 2 rows of 2018-04-surrey-stop-and-search.csv.",)
