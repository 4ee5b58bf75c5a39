"""What heavy fits gave, kept beside the releases.

A fit is known by its name, its scope, the version of its method and the rows that it was made from. So a release finds
the fits of an earlier one where none of those rows has changed, an old release can be given its fits long after it was
published, and a fit of an older method is as good as none. Each fit is one commit: a kill leaves it whole or not there.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from deltalake import DeltaTable

from data import counting
from data.faults import reading
from data.store import Store, View
from data.tables import FITS
from data.versions import newest_commit, newest_version

if TYPE_CHECKING:
    import pandas as pd

_TOGETHER = 64
"""Fits after which the table is written anew in one file: many small ones are read slowly."""


class Unfit(Exception):
    """The data can't bear a fit; the message is one sentence that says why."""


class Key(NamedTuple):
    """What a fit is known by: its name, its scope as JSON, the version of its method, and a fingerprint of its rows."""

    fit: str
    scope: str
    method: int
    inputs: str


@dataclass(frozen=True, eq=False)
class Result:
    """What a fit gave; the same one for all who ask, as long as nothing else is kept.

    Attributes
    ----------
    tables
        Frames by name; none where it was refused. Whoever reads them shares them, and may not change them.
    refusal
        Why the data can't bear the fit, in a sentence; blank where they can.
    release
        Number of the release that it was first made for.
    seconds
        How long it took.
    """

    tables: Mapping[str, pd.DataFrame]
    refusal: str
    release: int
    seconds: float


def key_of(view: View, fit: str, address: Mapping[str, str], method: int, reads: Iterable[str]) -> Key:
    """What a fit of a release is known by.

    Parameters
    ----------
    view
        The release.
    fit, address, method
        Name of the fit, what it is of, and the version of its method.
    reads
        Names of the tables that it reads.
    """
    return Key(fit, json.dumps(dict(address), sort_keys=True), method, _inputs(view, frozenset(reads)))


def version(store: Store) -> int:
    """A number that changes whenever a fit is kept; cheap to ask. −1 before the first one."""
    return newest_version(store.table_path(FITS.name))


def is_kept(store: Store, key: Key) -> bool:
    """Whether a fit is there already."""
    newest = newest_commit(store.table_path(FITS.name))
    return newest is not None and key in _keys(newest, newest.stat().st_mtime_ns)


def kept(store: Store, key: Key) -> Result | None:
    """What a fit gave; None where it is not there.

    Raises
    ------
    StoreError
        If the table of fits is damaged.
    """
    if not is_kept(store, key):
        return None
    newest = newest_commit(store.table_path(FITS.name))
    return None if newest is None else _result(newest, newest.stat().st_mtime_ns, key)


def keep(store: Store, key: Key, result: Result) -> None:
    """Keep what a fit gave, in one commit; nothing is done where somebody else has kept it meanwhile.

    Raises
    ------
    StoreError
        If the store can't be written to, or another load holds the lock for too long.
    """
    with store.writing() as writer:
        if is_kept(store, key):
            return
        rows = _rows(key, result)
        path = store.table_path(FITS.name)
        if len(_files(path)) >= _TOGETHER:
            import pandas as pd

            writer.replace(FITS, pd.concat([_every_row(path), rows], ignore_index=True))
        else:
            writer.append(FITS, rows)


def damaged(store: Store) -> tuple[int, list[str]]:
    """The number of fits that are kept, and those that are not as they were written, by name.

    Raises
    ------
    StoreError
        If the table can't be read at all.
    """
    path = store.table_path(FITS.name)
    if newest_commit(path) is None:
        return 0, []
    rows = _every_row(path).to_dict("records")
    wrong = {row["fit"] for row in rows if row["sha256"] != _digest(row["rows"], row["refusal"])}
    return len({_key(row) for row in rows}), sorted(wrong)


def to_json(frame: pd.DataFrame) -> str:
    """A frame without its index as JSON: the type of each column, then its values; numbers lose no digit.

    Raises
    ------
    ValueError
        If a number is infinite.
    """
    columns = {str(name): [_plain(value) for value in frame[name].tolist()] for name in frame.columns}
    types = {str(name): str(frame[name].dtype) for name in frame.columns}
    return json.dumps({"types": types, "columns": columns}, ensure_ascii=False, allow_nan=False)


def of_json(text: str) -> pd.DataFrame:
    """The frame that `to_json` wrote."""
    import pandas as pd

    read = json.loads(text)
    return pd.DataFrame(
        {name: pd.Series(values, dtype=read["types"][name]) for name, values in read["columns"].items()},
        columns=list(read["columns"]),
    )


def _plain(value: Any) -> Any:  # noqa: ANN401 - a cell holds anything
    import pandas as pd

    return None if pd.api.types.is_scalar(value) and pd.isna(value) else value


@lru_cache(maxsize=64)
def _inputs(view: View, reads: frozenset[str]) -> str:
    """Of the rows, and of the lists and settings that the release was counted with."""
    counted = sorted(counting.counted_with(view).items())
    return hashlib.sha256(json.dumps([view.fingerprint(reads), counted]).encode()).hexdigest()[:16]


@lru_cache(maxsize=8)
def _keys(newest: Path, _written: int) -> frozenset[Key]:
    """Every fit that is there up to a commit, by when it was written: a page asks for it each time."""
    with reading(FITS.name):
        rows = DeltaTable(str(newest.parents[1])).to_pyarrow_table(columns=list(Key._fields)).to_pylist()
    return frozenset(_key(row) for row in rows)


@lru_cache(maxsize=128)
def _result(newest: Path, _written: int, key: Key) -> Result:
    with reading(FITS.name):
        filters = [(name, "=", value) for name, value in key._asdict().items()]
        rows = DeltaTable(str(newest.parents[1])).to_pyarrow_table(filters=filters).to_pylist()
    first = rows[0]
    tables = {row["table"]: of_json(row["rows"]) for row in rows if row["table"]}
    return Result(tables, first["refusal"] or "", first["release"], first["seconds"])


def _rows(key: Key, result: Result) -> pd.DataFrame:
    written: list[tuple[str | None, str | None, str | None]] = [
        (name, to_json(frame), None) for name, frame in result.tables.items()
    ] or [(None, None, result.refusal)]
    return FITS.frame(
        {
            "table": [name for name, _, _ in written],
            "rows": [rows for _, rows, _ in written],
            "refusal": [refusal for _, _, refusal in written],
            "sha256": [_digest(rows, refusal) for _, rows, refusal in written],
            **key._asdict(),
            "release": result.release,
            "seconds": result.seconds,
            "at": datetime.now(UTC),
        }
    )


def _key(row: Mapping[Any, Any]) -> Key:
    return Key(row["fit"], row["scope"], int(row["method"]), row["inputs"])


def _digest(rows: str | None, refusal: str | None) -> str:
    text = rows if isinstance(rows, str) else refusal
    return hashlib.sha256(str(text).encode()).hexdigest()


def _files(path: Path) -> list[str]:
    return DeltaTable(str(path)).file_uris() if newest_commit(path) else []


def _every_row(path: Path) -> pd.DataFrame:
    with reading(FITS.name):
        rows = DeltaTable(str(path)).to_pyarrow_table().to_pylist()
    return FITS.frame({name: [row[name] for row in rows] for name in FITS.names})
