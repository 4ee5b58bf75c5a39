"""The store: facts appended as loads, made visible by releases.

A load is one file or one member of a zip. Its rows are appended to Delta tables and never changed.
A release is one row of the table ``releases``: which load is current for each slot, and which
version of every table belongs together. Writing that row is the single commit that makes anything
visible; readers pin one release, so nobody ever sees half of a load.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import duckdb
import narwhals as nw
import pyarrow as pa
from deltalake import DeltaTable, WriterProperties, write_deltalake
from deltalake.exceptions import DeltaError
from filelock import FileLock, Timeout

from data import releases
from data.disks import why_unsuitable
from data.faults import RESTORE, reading, writing_to
from data.faults import StoreError as StoreError
from data.readers.source import Slot, Source
from data.releases import Release as Release
from data.settings import settings
from data.sweeping import sweep
from data.tables import CANONICAL, LOADS, RELEASES, Kind, Table
from data.versions import files_at, newest_version

if TYPE_CHECKING:
    import pandas as pd


_KEEP_VERSIONS = {"delta.enableExpiredLogCleanup": "false"}
"""By default Delta forgets versions after 30 days; releases pin theirs for good."""

_GROUPS = WriterProperties(max_row_group_size=131_072)
"""A cube is in the order of its questions, and a question skips the row groups of the others: smaller groups are read
faster, but their statistics, which every question reads, take longer."""

_BLANKS: dict[Kind, str] = {
    "text": "VARCHAR",
    "texts": "VARCHAR[]",
    "day": "VARCHAR",
    "month": "VARCHAR",
    "integer": "BIGINT",
    "number": "DOUBLE",
    "boolean": "BOOLEAN",
    "moment": "TIMESTAMPTZ",
    "bytes": "BLOB",
}
"""What DuckDB calls each kind of column."""

PART = " / part "
"""Between the subject and the number of a part: no file name has a stroke, so no subject of a file has this."""


def whole_subjects(loads: pd.DataFrame) -> pd.Series:
    """The subject of each load without the number of its part: of a force's own files, the force.

    Parameters
    ----------
    loads
        Rows of the table ``loads``.

    Returns
    -------
    Series
        Texts, by the index of the rows.
    """
    return loads["subject"].str.split(PART, regex=False).str[0]


@dataclass(frozen=True)
class Load:
    """One load: what it is, where it came from, what was noticed while it was read.

    Two loads are the same if slot and bytes are the same, whatever the file was called or packed in.
    A census or boundary set may come in parts, each a file of other areas; the part is no part of the
    identity, because it hangs on what was loaded before.
    """

    slot: Slot
    sha256: str
    file: str
    size: int
    rows: int
    records: int
    notes: tuple[str, ...]
    part: int = 1
    mapping: str = ""

    @property
    def subject(self) -> str:
        """The subject of the slot, with the part where it is not the first."""
        return self.slot.subject if self.part == 1 else f"{self.slot.subject}{PART}{self.part}"

    @property
    def load_id(self) -> str:
        """Identity of the load: a hash of its slot and of the decompressed bytes."""
        return load_id(self.slot, self.sha256)


def load_id(slot: Slot, sha256: str) -> str:
    """Identity of the load of some bytes into a slot: 16 hexadecimal digits."""
    text = "\n".join((slot.kind, slot.subject, slot.period, sha256))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def load_rows(loads: list[Load], by: str, reason: str) -> pd.DataFrame:
    """Rows of the table ``loads``: the files of one command, in their order."""
    now = datetime.now(UTC)
    return LOADS.frame(
        {
            "load_id": [load.load_id for load in loads],
            "table": [load.slot.table for load in loads],
            "kind": [load.slot.kind for load in loads],
            "subject": [load.subject for load in loads],
            "period": [load.slot.period for load in loads],
            "sha256": [load.sha256 for load in loads],
            "mapping": [load.mapping or None for load in loads],
            "file": [load.file for load in loads],
            "bytes": [load.size for load in loads],
            "rows": [load.rows for load in loads],
            "records": [load.records for load in loads],
            "notes": [list(load.notes) for load in loads],
            # A microsecond apart: of two files of one month in one folder, the later one is later.
            "at": [now + timedelta(microseconds=place) for place in range(len(loads))],
            "by": [by] * len(loads),
            "reason": [reason] * len(loads),
        }
    )


class View:
    """One release, pinned: everything a Finding may read. A staged release is viewed the same way."""

    def __init__(self, store: Store, release: Release | None) -> None:
        self.store = store
        self.release = release

    def __bool__(self) -> bool:
        return self.release is not None and bool(self.release.current)

    def has(self, table: str, column: str | None = None) -> bool:
        """Whether the release holds this table at all, and in it this column."""
        if self.release is None or table not in self.release.versions:
            return False
        if column is None:
            return True
        with reading(table):
            return column in self._files(table)[1].names

    def rows(self, table: str) -> nw.LazyFrame[duckdb.DuckDBPyRelation]:
        """The rows of a table or cube that belong to current loads, counted where they lie.

        Raises
        ------
        StoreError
            If the release does not hold the table.
        """
        frame = self.every_row(table)
        return frame if self._all_current(table) else frame.filter(nw.col("load_id").is_in(self._current))

    def every_row(self, table: str) -> nw.LazyFrame[duckdb.DuckDBPyRelation]:
        """The rows of all loads, current or not: for counting cubes, never for a figure.

        A column that a canonical table has gained since they were written is blank.
        """
        if not self.has(table):
            raise StoreError(f"Nothing of the kind “{table}” has been loaded yet.")
        with reading(table):
            files, schema = self._files(table)
            connection = _duckdb().cursor()
            if not files:  # a month without searches, alone
                return nw.from_native(connection.from_arrow(schema.empty_table()))
            rows = connection.read_parquet(list(files), union_by_name=True)
            held = set(rows.columns)
            gained = (
                [column for column in CANONICAL[table].columns if column.name not in held] if table in CANONICAL else []
            )
            if gained:
                blanks = ", ".join(f'NULL::{_BLANKS[column.kind]} AS "{column.name}"' for column in gained)
                rows = rows.project(f"*, {blanks}")
            return nw.from_native(rows)

    def select(self, table: str, columns: Sequence[str], **values: str) -> pa.Table:
        """Columns of the rows of `rows` that hold some values, in one statement: a page asks it many times.

        Parameters
        ----------
        table
            Name of a table or cube.
        columns
            Names of its columns.
        **values
            Text that a column of this name must hold.

        Raises
        ------
        StoreError
            If the release does not hold the table, or it can't be read.
        """
        if not self.has(table):
            raise StoreError(f"Nothing of the kind “{table}” has been loaded yet.")
        current = [] if self._all_current(table) else [("load_id", "IN", list(self._current))]
        with reading(table):
            files, schema = self._files(table)
            unknown = {*columns, *values} - set(schema.names)
            if unknown:
                raise ValueError(f"The table {table} has no column {', '.join(sorted(unknown))}.")
            if not files:
                return schema.empty_table().select(list(columns))
            asked = [*((name, "=", value) for name, value in values.items()), *current]
            conditions = " AND ".join(f'"{name}" {holds} ?' for name, holds, _ in asked) or "true"
            listed = ", ".join(f'"{name}"' for name in columns)
            statement = f"SELECT {listed} FROM read_parquet(?, union_by_name = true) WHERE {conditions}"  # noqa: S608
            given = [list(files), *(value for _, _, value in asked)]
            return _duckdb().cursor().sql(statement, params=given).to_arrow_table()

    def fingerprint(self, tables: Iterable[str]) -> str:
        """What some tables of the release hold: 16 hexadecimal digits, the same as long as no row of them changes.

        Rows of a canonical table are known by their loads. Of what is made from them, which may be made anew, the files
        count too.

        Parameters
        ----------
        tables
            Names of tables; one that the release does not hold is known by that.
        """
        held: dict[str, object] = {}
        for table in sorted(set(tables)):
            if not self.has(table):
                held[table] = None
                continue
            names = self.rows(table)
            with_loads = "load_id" in names.collect_schema().names()
            loads = names.select("load_id").unique().collect("pyarrow").to_native() if with_loads else None
            files = () if table in CANONICAL else [Path(file).name for file in self._files(table)[0]]
            held[table] = (sorted(loads["load_id"].to_pylist()) if loads is not None else (), sorted(files))
        return hashlib.sha256(json.dumps(held).encode()).hexdigest()[:16]

    def only(self, tables: Iterable[str]) -> View:
        """The same release, of which some tables alone can be read."""
        return _Part(self, tables)

    @cached_property
    def loads(self) -> pd.DataFrame:
        """Every load the release knows of, in the order of the releases, with ``current`` saying which it shows."""
        # A column that is newer than the release is blank.
        loads = self.every_row(LOADS.name).collect("pandas").to_native().reindex(columns=LOADS.names)
        # Compared many times a page, and plain Python texts compare several times faster than Arrow's.
        loads = loads.astype({column.name: "object" for column in LOADS.columns if column.kind == "text"})
        loads["current"] = loads["load_id"].isin(self._current)
        # By release and never by clock: a clock can be put back.
        place = {load: place for place, load in enumerate(self._published)}
        return loads.sort_values("load_id", key=lambda load: load.map(place), kind="stable", ignore_index=True)

    @cached_property
    def current_loads(self) -> pd.DataFrame:
        """The loads that the release shows."""
        return self.loads[self.loads["current"]]

    @cached_property
    def _published(self) -> list[str]:
        """Every load of this release and those before it, in the order in which they were first published."""
        if self.release is None:
            return []
        before = [release for release in self.store.releases() if release.number < self.release.number]
        return list(dict.fromkeys(load for release in [*before, self.release] for load in release.added))

    @cached_property
    def _current(self) -> list[str]:
        return sorted(self.release.current) if self.release else []

    def _all_current(self, table: str) -> bool:
        """Whether a table holds no row of a load that is not current, or no loads at all."""
        if table not in self._whole:
            frame = self.every_row(table)
            # Where every load there is belongs to the release, no row need be looked at.
            if self.has(LOADS.name) and self.loads["current"].all():
                self._whole[table] = True
            elif "load_id" in frame.collect_schema().names():
                held = frame.select("load_id").unique().collect("pyarrow").to_native()["load_id"].to_pylist()
                self._whole[table] = set(held) <= set(self._current)
            else:
                self._whole[table] = True
        return self._whole[table]

    @cached_property
    def _whole(self) -> dict[str, bool]:
        return {}

    def _files(self, table: str) -> tuple[tuple[str, ...], pa.Schema]:
        if self.release is None:
            raise StoreError("Nothing has been loaded yet.")
        return files_at(self.store.table_path(table), self.release.versions[table])


class _Part(View):
    """Some tables of a release, and what says which of their rows are current."""

    def __init__(self, whole: View, tables: Iterable[str]) -> None:
        super().__init__(whole.store, whole.release)
        self._readable = frozenset({*tables, LOADS.name})

    def has(self, table: str, column: str | None = None) -> bool:
        """Whether the release holds a table, and in it this column.

        Raises
        ------
        ValueError
            If it is none of those that may be read.
        """
        if table not in self._readable:
            raise ValueError(f"The table {table} is none of those that may be read here.")
        return super().has(table, column)


class Writer:
    """What one writer may do while it holds the lock: append, then publish once."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.before = store.release()
        self.versions = dict(self.before.versions) if self.before else {}
        self._digests: dict[str, str] = {}
        self._opened: dict[str, DeltaTable] = {}
        self._written: set[str] = set()

    def append(self, table: Table, frame: pd.DataFrame | pa.Table) -> None:
        """Append rows to a table in one commit; nobody sees them before a release is published."""
        self._write(table, frame, "append")

    def replace(self, table: Table, frame: pd.DataFrame | pa.Table) -> None:
        """Replace a derived table by a new version; earlier releases keep theirs."""
        self._write(table, frame, "overwrite")

    def keep(self, source: Source) -> None:
        """Keep the bytes of a published open file, compressed, under their own hash."""
        path = self.store.kept_path(source.sha256)
        if self.store.keeps_files and not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            # Written beside and moved, so that a kill never leaves half a file under its hash.
            part = path.with_suffix(".part")
            with pa.CompressedOutputStream(str(part), "zstd") as stream:
                stream.write(source.content)
            part.replace(path)

    def staged(self, action: str, by: str, reason: str, added: list[str], withdrawn: list[str]) -> View:
        """A view of the release as it would be: what an analyst previews, what cubes are counted from."""
        history = self.store.releases()
        number = history[-1].number + 1 if history else 1
        release = Release(number, datetime.now(UTC), by, reason, action, tuple(added), tuple(withdrawn))
        stacks = releases.stacks([*history, release], self._slots())
        current = frozenset(stack[-1] for stack in stacks.values() if stack)
        return View(self.store, replace(release, current=current, versions=dict(self.versions)))

    def publish(self, view: View) -> Release:
        """Write the release: the single commit that makes the staged rows visible."""
        release = view.release
        if release is None:
            raise StoreError("There is nothing to publish.")
        release = replace(release, versions=dict(self.versions), digests=dict(self._digests))
        row = RELEASES.frame(
            {
                "release": [release.number],
                "at": [release.at],
                "by": [release.by],
                "reason": [release.reason],
                "action": [release.action],
                "added": [list(release.added)],
                "withdrawn": [list(release.withdrawn)],
                "current": [sorted(release.current)],
                "versions": [json.dumps(release.versions, sort_keys=True)],
                "digests": [json.dumps(release.digests, sort_keys=True)],
            }
        )
        try:
            write_deltalake(
                str(self.store.table_path(RELEASES.name)),
                pa.Table.from_pandas(row, RELEASES.arrow, False),
                mode="append",
                schema_mode="merge",
                configuration=_KEEP_VERSIONS,
            )
            releases.mark(self.store.root)
        except (DeltaError, OSError):
            # After its commit a release is there, whatever was to be written beside it; the next writer writes that.
            newest = self.store.release()
            if newest is None or newest.number != release.number:
                raise
            logging.getLogger("confidence_cycle").exception("Release %s is published, with an error", release.number)
        return release

    def _write(self, table: Table, frame: pd.DataFrame | pa.Table, mode: Literal["append", "overwrite"]) -> None:
        path = self.store.table_path(table.name)
        path.parent.mkdir(parents=True, exist_ok=True)
        before = set(path.glob("*.parquet"))
        rows = (
            frame.select(table.names).cast(table.arrow)
            if isinstance(frame, pa.Table)
            else pa.Table.from_pandas(frame[table.names], table.arrow, preserve_index=False)
        )
        # A table that was opened knows of its own writes, and the lock leaves no other; not of one that failed. Most
        # are written once a release, and to open them would be for nothing.
        opened = self._opened.pop(table.name, None)
        if opened is None and table.name in self._written:
            opened = DeltaTable(str(path))
        self._written.add(table.name)
        write_deltalake(
            opened or str(path),
            rows,
            mode=mode,
            schema_mode="merge" if mode == "append" else "overwrite",
            configuration=_KEEP_VERSIONS,
            writer_properties=_GROUPS,
        )
        if opened:
            self._opened[table.name] = opened
        self.versions[table.name] = newest_version(path)
        for new in sorted(set(path.glob("*.parquet")) - before):
            with new.open("rb") as file:
                self._digests[f"{table.name}/{new.name}"] = hashlib.file_digest(file, "sha256").hexdigest()

    def _slots(self) -> dict[str, tuple[str, str, str]]:
        return _slots(View(self.store, Release(0, datetime.now(UTC), "", "", "", versions=self.versions)))


class Store:
    """A folder of Delta tables and kept files.

    Parameters
    ----------
    url
        The folder; made when the first load is published.
    keeps_files
        Whether the bytes of published open files are kept; a copy that is made to be looked at keeps none.

    Raises
    ------
    StoreError
        If the place is not on a local disk: a network share can't promise that a commit is whole.
    """

    def __init__(self, url: str | Path | None = None, keeps_files: bool = True) -> None:
        self.keeps_files = keeps_files
        given = str(url or settings().store)
        why = why_unsuitable(given)
        if why:
            raise StoreError(why)
        self.root = Path(given).absolute()

    def table_path(self, table: str) -> Path:
        """Folder of one table."""
        return self.root / "tables" / table

    def kept_path(self, sha256: str) -> Path:
        """Where the bytes of a published open file are kept."""
        return self.root / "files" / sha256[:2] / f"{sha256}.zst"

    def kept(self, sha256: str) -> bytes:
        """The bytes of a file that is kept.

        Raises
        ------
        StoreError
            If the store keeps no file of this hash, or it is damaged.
        """
        path = self.kept_path(sha256)
        if not path.exists():
            raise StoreError(f"The store keeps no file with the SHA-256 {sha256}.")
        try:
            with pa.CompressedInputStream(str(path), "zstd") as stream:
                return bytes(stream.read())
        except OSError as error:
            why = f"The file that the store keeps under the SHA-256 {sha256} is damaged: {RESTORE}."
            raise StoreError(why) from error

    def named_files(self) -> set[str]:
        """Hashes of the kept files that any load names, current or not."""
        view = self.view()
        if not view.has(LOADS.name):
            return set()
        loads = view.every_row(LOADS.name)
        columns = [name for name in ("sha256", "mapping") if name in loads.collect_schema().names()]
        named = loads.select(columns).collect("pyarrow").to_native()
        return {value for column in named.columns for value in column.to_pylist() if value}

    def releases(self) -> list[Release]:
        """Every release, oldest first."""
        return releases.listed(self.root, self.table_path(RELEASES.name))

    def release(self, number: int | None = None) -> Release | None:
        """The newest release, or the one with this number; None in an empty store.

        Raises
        ------
        StoreError
            If no release has this number.
        """
        every = self.releases()
        if number is None:
            return every[-1] if every else None
        for release in every:
            if release.number == number:
                return release
        raise StoreError(f"There is no release {number}; the newest is {every[-1].number if every else 'none'}.")

    def view(self, number: int | None = None) -> View:
        """A view of the newest release, or of an earlier one."""
        return View(self, self.release(number))

    @property
    def version(self) -> int:
        """A number that changes whenever a release is published; cheap to ask. −1 in an empty store."""
        return newest_version(self.table_path(RELEASES.name))

    def history(self) -> pd.DataFrame:
        """Every load with its status: current, superseded or withdrawn; the newest first, by release."""
        import pandas as pd

        view = self.view()
        if not view.has(LOADS.name):
            return LOADS.frame({"load_id": []}).assign(current=pd.Series(dtype=bool), status=pd.Series(dtype=str))
        stacks = releases.stacks(self.releases(), _slots(view))
        kept = {load for stack in stacks.values() for load in stack}
        published = {load for release in self.releases() for load in release.added}
        loads = view.loads[view.loads["load_id"].isin(published)].copy()
        loads["status"] = [
            "current" if current else "superseded" if load in kept else "withdrawn"
            for load, current in zip(loads["load_id"], loads["current"], strict=True)
        ]
        return loads[::-1].reset_index(drop=True)

    @contextmanager
    def writing(self) -> Iterator[Writer]:
        """Hold the one writer's lock, with whatever a killed publish left behind swept away.

        Raises
        ------
        StoreError
            If the folder can't be made or written to, its disk is full, or another load holds the lock for longer than
            the setting ``lock_seconds``.
        """
        try:
            self.root.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            why = f"The store “{self.root}” can't be made: {error.strerror}; choose another folder."
            raise StoreError(why) from error
        with writing_to(self.root), self._lock():
            self._sweep()
            try:
                yield Writer(self)
            except Exception:
                self._sweep_after_failure()
                raise

    @contextmanager
    def _lock(self) -> Iterator[None]:
        lock = FileLock(self.root / "writer.lock", timeout=settings().lock_seconds)
        try:
            lock.acquire()
        except Timeout as error:
            raise StoreError("Another load is being published; try again when it has finished.") from error
        try:
            yield
        finally:
            lock.release()

    def _sweep(self) -> None:
        release = self.release()
        sweep(self.root, release.versions if release else {}, self.named_files())
        if release:
            releases.mark(self.root)  # of a store that is older than the mark, or of a kill just before it

    def _sweep_after_failure(self) -> None:
        """Give the room of what was not published back at once; the failure itself is what the person is told."""
        try:
            self._sweep()
        except Exception:
            logging.getLogger("confidence_cycle").exception("The sweep failed; the next load sweeps again")


@cache
def _duckdb() -> duckdb.DuckDBPyConnection:
    # An offline machine must not try to fetch an extension.
    return duckdb.connect(config={"autoinstall_known_extensions": "false", "autoload_known_extensions": "false"})


def _slots(view: View) -> dict[str, tuple[str, str, str]]:
    if not view.has(LOADS.name):
        return {}
    loads = view.every_row(LOADS.name).select("load_id", "table", "subject", "period").collect("pyarrow").to_native()
    return {row["load_id"]: (row["table"], row["subject"], row["period"]) for row in loads.to_pylist()}
