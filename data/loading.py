"""Files in: found, recognised, read, staged and published as one release."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from data.publishing import Progress, publish, silent
from data.readers import recognise, why_passed_over
from data.readers.source import Reading, Refused, Slot, Source
from data.readers.sources import Unopened, find_sources
from data.store import Load, Release, Store, Writer, load_id
from data.tables import CANONICAL, LOADS

if TYPE_CHECKING:
    import pandas as pd

Status = Literal["loaded", "restored", "already loaded", "passed over", "refused"]


@dataclass(frozen=True)
class Outcome:
    """What became of one file: one line of the report."""

    path: str
    status: Status
    detail: str
    notes: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.status} · {self.path} · {self.detail}"


@dataclass(frozen=True)
class Report:
    """What became of every file, and the release that came of it; None where nothing was new."""

    outcomes: tuple[Outcome, ...]
    release: Release | None

    def count(self, status: Status) -> int:
        """Number of files with this status."""
        return sum(outcome.status == status for outcome in self.outcomes)

    @property
    def refused(self) -> bool:
        """Whether any file was refused."""
        return self.count("refused") > 0


@dataclass(frozen=True)
class _Known:
    """What is known before a file is opened: the status of every load, and the current file of every slot."""

    statuses: dict[str, str]
    files: dict[Slot, str]

    @classmethod
    def of(cls, store: Store) -> _Known:
        loads = store.history().to_dict("records")
        return cls(
            {row["load_id"]: row["status"] for row in loads},
            {
                Slot(row["kind"], row["table"], row["subject"], row["period"] or ""): row["file"]
                for row in loads
                if row["status"] == "current"
            },
        )


@dataclass(frozen=True)
class _Opened:
    load: Load
    source: Source
    reading: Reading | None  # None for a load whose rows the store holds already


def load_files(
    paths: Iterable[Path], store: Store, by: str = "", reason: str = "", progress: Progress = silent
) -> Report:
    """Load every file that a reader recognises, as one release.

    A file that is refused keeps nothing else out. Files that are loaded already change nothing; a
    file that was withdrawn becomes current again.

    Parameters
    ----------
    paths
        Files, folders and zips.
    by, reason
        Who loads and why; they stay in the history.
    progress
        Called with a few words before each step.
    """
    with store.writing() as writer:
        opened, outcomes = _open_all(paths, _Known.of(store), progress)
        new = [item for item in opened if item.reading is not None]
        if not opened:
            return Report(tuple(outcomes), None)
        progress("writing rows")
        _append(writer, new, by, reason)
        added = [item.load.load_id for item in opened]
        return Report(tuple(outcomes), publish(writer, "load", by, reason, added, [], progress))


def check_files(paths: Iterable[Path], store: Store, progress: Progress = silent) -> Report:
    """The report that loading these files would give; nothing is stored."""
    _, outcomes = _open_all(paths, _Known.of(store), progress)
    return Report(tuple(outcomes), None)


def _open_all(paths: Iterable[Path], known: _Known, progress: Progress) -> tuple[list[_Opened], list[Outcome]]:
    opened: list[_Opened] = []
    outcomes: list[Outcome] = []
    for outcome, item in _each(paths, known):
        progress(outcome.path)
        outcomes.append(outcome)
        if item is not None:
            opened.append(item)
    return opened, outcomes


def _each(paths: Iterable[Path], known: _Known) -> Iterator[tuple[Outcome, _Opened | None]]:
    for source in find_sources(paths):
        if isinstance(source, Unopened):
            yield Outcome(source.path, "refused" if source.refused else "passed over", source.why), None
            continue
        try:
            outcome, item = _open(source, known)
        except Refused as refusal:
            yield Outcome(source.path, "refused", _first(refusal), tuple(map(str, refusal.problems))), None
            continue
        if item is not None:
            known.statuses[item.load.load_id] = "current"
            known.files[item.load.slot] = source.path
        yield outcome, item


def _open(source: Source, known: _Known) -> tuple[Outcome, _Opened | None]:
    recognised = recognise(source)
    if recognised is None:
        return Outcome(source.path, "passed over", why_passed_over(source)), None
    reader, slot = recognised
    identity = load_id(slot, source.sha256)
    place = " ".join(part for part in (slot.subject, slot.period) if part)
    status = known.statuses.get(identity)
    if status in ("current", "superseded"):
        later = "" if status == "current" else "; a later file has superseded it"
        return Outcome(source.path, "already loaded", f"{slot.kind}, {place}{later}"), None
    if status == "withdrawn":
        load = Load(slot, source.sha256, source.path, len(source.content), 0, 0, ())
        return Outcome(source.path, "restored", f"{slot.kind}, {place}: withdrawn before, current again"), _Opened(
            load, source, None
        )
    reading = reader.read(source, slot)
    load = Load(
        slot, source.sha256, source.path, len(source.content), len(reading.frame), reading.records, reading.notes
    )
    replaced = f"; replaces {known.files[slot]}" if slot in known.files else ""
    told = f"{slot.kind}, {place}: {len(reading.frame):,} rows{replaced}"
    return Outcome(source.path, "loaded", told, reading.notes), _Opened(load, source, reading)


def _append(writer: Writer, items: list[_Opened], by: str, reason: str) -> None:
    import pandas as pd

    for name, table in CANONICAL.items():
        frames = [
            frame.assign(load_id=item.load.load_id)
            for item in items
            if item.reading is not None
            for into, frame in ((item.load.slot.table, item.reading.frame), *item.reading.also.items())
            if into == name
        ]
        if frames:
            rows = pd.concat(frames, ignore_index=True)
            table.schema.validate(rows, lazy=True)
            writer.append(table, rows)
    if items:
        writer.append(LOADS, _load_rows([item.load for item in items], by, reason))
    for item in items:
        writer.keep(item.source)


def _load_rows(loads: list[Load], by: str, reason: str) -> pd.DataFrame:
    now = datetime.now(UTC)
    return LOADS.frame(
        {
            "load_id": [load.load_id for load in loads],
            "table": [load.slot.table for load in loads],
            "kind": [load.slot.kind for load in loads],
            "subject": [load.slot.subject for load in loads],
            "period": [load.slot.period for load in loads],
            "sha256": [load.sha256 for load in loads],
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


def _first(refusal: Refused) -> str:
    more = len(refusal.problems) - 1
    return f"{refusal.problems[0]}{f' And {more:,} more like this or other.' if more else ''}"
