"""The versions of a Delta table: their commits, and the files and columns of each."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import pyarrow as pa
from deltalake import DeltaTable

_LOG = "_delta_log"


def newest_commit(table: Path) -> Path | None:
    """The newest commit of a table; None before the first one."""
    commits = (path for path in (table / _LOG).glob("*.json") if path.stem.isdigit())
    return max(commits, key=lambda path: path.stem, default=None)  # all names are of 20 digits


def newest_version(table: Path) -> int:
    """Number of the newest version of a table; −1 before the first one."""
    newest = newest_commit(table)
    return int(newest.stem) if newest else -1


def files_at(table: Path, version: int) -> tuple[tuple[str, ...], pa.Schema]:
    """The files and the columns of a version of a table; read again only where its commit is another file.

    Parameters
    ----------
    table
        Folder of the table.
    version
        Number of the version.

    Returns
    -------
    tuple of tuple of str and Schema
        Paths of the files, and the columns.

    Raises
    ------
    DeltaError
        If there is no such version, or the log is damaged.
    """
    try:
        commit = (table / _LOG / f"{version:020}.json").stat()
    except FileNotFoundError:  # a checkpoint may stand for it
        return _read(table, version)
    # A table that a failed writer began is swept away, and its versions are then those of another.
    return _read_once(table, version, (commit.st_ino, commit.st_mtime_ns, commit.st_size))


@lru_cache(maxsize=1024)
def _read_once(table: Path, version: int, _commit: tuple[int, int, int]) -> tuple[tuple[str, ...], pa.Schema]:
    return _read(table, version)


def _read(table: Path, version: int) -> tuple[tuple[str, ...], pa.Schema]:
    delta = DeltaTable(str(table), version=version)
    # The addresses that Delta gives write a space as %20; no table is partitioned, so names are enough.
    files = tuple(str(table / address.rpartition("/")[2]) for address in delta.file_uris())
    return files, pa.schema(delta.schema().to_arrow())
