"""What can be wrong with a store or its disk, each in one sentence for the person.

Delta Lake, DuckDB and the operating system speak of files, kernels and numbers. Here they are given words; what is none
of the store's is left as it is, for it is a fault of the program.
"""

from __future__ import annotations

import errno
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pyarrow as pa
from deltalake.exceptions import DeltaError

RESTORE = "restore the store from a backup"
LIST_OF_RELEASES = "releases"
"""Name of the table of releases."""

_NUMBER = re.compile(r"\(os error (\d+)\)")
_TABLE = re.compile(r"[\\/]tables[\\/](\w+)[\\/]")
_FULL = (errno.ENOSPC, errno.EDQUOT)
_REFUSED = (errno.EROFS, errno.EACCES, errno.EPERM, errno.EFBIG, errno.EIO)
_CROWDED = (errno.EMFILE, errno.ENFILE)
_NO_MEMORY = (duckdb.OutOfMemoryException, pa.ArrowMemoryError)


class StoreError(RuntimeError):
    """The store can't do what was asked; the message is one sentence for the person."""


@contextmanager
def reading(table: str) -> Iterator[None]:
    """Say in one sentence what keeps a table of the store from being read.

    Raises
    ------
    StoreError
        If the block fails with an error of Delta Lake, DuckDB, Arrow or the disk.
    """
    try:
        yield
    except (DeltaError, duckdb.Error, pa.ArrowException, OSError) as error:
        raise StoreError(_unreadable(table, error)) from error


@contextmanager
def writing_to(root: Path) -> Iterator[None]:
    """Say in one sentence what keeps a store from being written to.

    Raises
    ------
    StoreError
        If the block fails because the disk is full or will not take what is written below the folder.
    """
    try:
        yield
    except (OSError, DeltaError) as error:
        why = _unwritten(root, error)
        if why is None:
            raise
        raise StoreError(why) from error


def of_the_store(error: BaseException) -> StoreError | None:
    """What an error says of the store, where rows were counted long after their table was opened; else None."""
    if isinstance(error, StoreError):
        return error
    found = _TABLE.findall(str(error)) if isinstance(error, duckdb.Error) else []
    return StoreError(_unreadable(found[-1], error)) if found else None


def _unreadable(table: str, error: BaseException) -> str:
    what = "The list of releases" if table == LIST_OF_RELEASES else f"The table “{table}” of the store"
    number = _number(error)
    if number in (errno.EACCES, errno.EPERM):
        return f"{what} may not be read by this account: let it read the whole folder of the store."
    if number in _CROWDED:
        return f"{what} can't be read just now, because too many files are open: try again, or allow more open files."
    if number == errno.ENOMEM or isinstance(error, _NO_MEMORY):
        return f"{what} can't be read just now, because the computer has no memory left: try again."
    return f"{what} can't be read, because a file of it is missing or damaged: {RESTORE}."


def _unwritten(root: Path, error: OSError | DeltaError) -> str | None:
    number = _number(error)
    if number in _FULL:
        return f"The disk of the store “{root}” is full, so nothing was changed: make room, then try again."
    own = isinstance(error, DeltaError) or _lies_in(root, error.filename)
    if number == errno.EROFS or (own and number in _REFUSED):
        return f"The store “{root}” can't be written to ({os.strerror(number).lower()}), so nothing was changed."
    return None


def _lies_in(root: Path, name: object) -> bool:
    return isinstance(name, str) and Path(name).is_relative_to(root)


def _number(error: BaseException) -> int:
    """The number that the operating system gave an error, as Delta Lake and DuckDB repeat it in words; else 0."""
    if isinstance(error, OSError) and error.errno:
        return error.errno
    told = str(error)
    given = _NUMBER.search(told)
    if given:
        # Windows has numbers of its own, which Python translates where they come fourth.
        return int(given[1]) if os.name != "nt" else OSError(0, "", None, int(given[1])).errno or 0
    return next((known for known in (*_FULL, *_REFUSED, *_CROWDED) if os.strerror(known) in told), 0)
