"""The files and columns of a version of a table."""

from __future__ import annotations

import shutil
from pathlib import Path

import pyarrow as pa
import pytest
from deltalake import DeltaTable, write_deltalake
from deltalake.exceptions import DeltaError

from data import versions
from data.versions import files_at, newest_version


@pytest.fixture
def table(tmp_path):
    """A table of two versions: one column, then another beside it."""
    path = tmp_path / "a folder"
    write_deltalake(str(path), pa.table({"x": [1]}))
    write_deltalake(str(path), pa.table({"x": [2], "y": [3]}), mode="append", schema_mode="merge")
    return path


def test_each_version_has_its_files_and_columns(table):
    (first,), columns = files_at(table, 0)
    both, more = files_at(table, 1)
    assert (columns.names, more.names) == (["x"], ["x", "y"])
    assert first in both
    assert {Path(name) for name in both} == set(table.glob("*.parquet"))
    assert newest_version(table) == 1
    assert newest_version(table.parent) == -1


def test_a_version_is_read_once(table, monkeypatch):
    found = files_at(table, 1)
    monkeypatch.setattr(versions, "DeltaTable", None)
    assert files_at(table, 1) == found


def test_the_version_of_another_table_that_took_its_place_is_read(table):
    files_at(table, 0)
    shutil.rmtree(table)
    write_deltalake(str(table), pa.table({"z": [1, 2]}))
    files, columns = files_at(table, 0)
    assert columns.names == ["z"]
    assert list(files) == [str(path) for path in table.glob("*.parquet")]


def test_a_checkpoint_may_stand_for_the_commits(table):
    found = files_at(table, 1)
    DeltaTable(str(table)).create_checkpoint()
    for commit in (table / "_delta_log").glob("*.json"):
        commit.unlink()
    assert files_at(table, 1)[1] == found[1]
    assert set(files_at(table, 1)[0]) == set(found[0])


def test_there_is_no_version_to_come(table):
    with pytest.raises(DeltaError):
        files_at(table, 2)
