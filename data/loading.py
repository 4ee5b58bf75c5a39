"""Files in: found, recognised, read, staged and published as one release."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Literal

from data.checks import Background, Remark, remarks_on
from data.coverage import KEYS, Parts
from data.faults import of_the_store
from data.publishing import Progress, publish, silent
from data.readers import needs_mapping, own_table, recognise, why_passed_over
from data.readers.mappings import Named, find_mapped_sources, misfits
from data.readers.personal_data import pseudonyms, respondent_key
from data.readers.source import MOST_PROBLEMS, Problem, Reading, Refused, Source
from data.readers.sources import Given, Unopened, as_text, find_sources
from data.readers.survey_mapping import parse
from data.store import Load, Release, Store, Writer, load_id, load_rows
from data.tables import CANONICAL, LOADS, RESPONSES
from data.words import shortened

if TYPE_CHECKING:
    import pandas as pd

Status = Literal["loaded", "already loaded", "needs a mapping", "passed over", "refused"]

UNLISTED = "is not in our list"
"""What readers say of a value that no vocabulary lists; sentences with it are always shown."""

LOG = logging.getLogger("confidence_cycle.files")
"""Where is written what nobody foresaw of a file, and how it came about."""

_MOST_NOTES = 200
_MOST_PROBLEMS = 2 * MOST_PROBLEMS
_UNFORESEEN = Problem(
    "it could not be read; the log says why",
    "Save or fetch it again; if it is refused again, send it to whoever looks after this dashboard",
)
_NO_MEMORY = Problem("reading it takes more memory than this machine has", "Split it into several files")


@dataclass(frozen=True)
class Outcome:
    """What became of one file: one line of the report.

    Attributes
    ----------
    remarks
        What is worth a look in a file that can be loaded.
    load
        The load that it is; None where nothing new came of it.
    problems, beside
        Everything that keeps a refused file from being read; and what was noticed in it that would not.
    """

    path: str
    status: Status
    detail: str
    notes: tuple[str, ...] = ()
    remarks: tuple[Remark, ...] = ()
    load: Load | None = None
    problems: tuple[Problem, ...] = ()
    beside: tuple[Problem, ...] = ()

    def __str__(self) -> str:
        return f"{self.status} · {self.path} · {self.detail}"

    @property
    def unlisted(self) -> tuple[str, ...]:
        """The notes that name a value which no vocabulary lists."""
        return tuple(note for note in self.notes if UNLISTED in note)


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
    """What is known before a file is opened: every load with its status, and the current file of every slot."""

    statuses: dict[str, str]
    withdrawn: dict[str, datetime]
    files: dict[tuple[str, ...], str]
    parts: Parts
    background: Background

    @classmethod
    def of(cls, store: Store) -> _Known:
        history = store.history()
        loads = history.to_dict("records")
        return cls(
            {row["load_id"]: row["status"] for row in loads},
            {load: release.at for release in store.releases() for load in release.withdrawn},
            {
                (row["table"], row["subject"], row["period"] or ""): row["file"]
                for row in loads
                if row["status"] == "current"
            },
            Parts(store.view(), history),
            Background(store.view()),
        )


@dataclass(frozen=True)
class _Opened:
    load: Load
    source: Source
    reading: Reading


def load_files(
    paths: Iterable[Given],
    store: Store,
    by: str = "",
    reason: str = "",
    progress: Progress = silent,
    mappings: Sequence[Given] = (),
) -> Report:
    """Load every file that a reader recognises, as one release.

    A file that is refused keeps nothing else out. Files that are loaded already change nothing, nor
    do files that were withdrawn: a folder can be loaded again and again, and `restore` alone brings
    back what a person took away.

    Parameters
    ----------
    paths
        Files, folders, zips and uploads.
    by, reason
        Who loads and why; they stay in the history.
    progress
        Called with a few words before each step.
    mappings
        Mapping files of surveys, beside those that are named after their data files.
    """
    with store.writing() as writer:
        opened, outcomes = _open_all(paths, mappings, _Known.of(store), progress)
        opened, outcomes, rows = _fitting(opened, outcomes, writer)
        if not opened:
            return Report(tuple(outcomes), None)
        progress("writing rows")
        _append(writer, opened, rows, by, reason)
        added = [item.load.load_id for item in opened]
        return Report(tuple(outcomes), publish(writer, "load", by, reason, added, [], progress))


def check_files(
    paths: Iterable[Given], store: Store, progress: Progress = silent, mappings: Sequence[Given] = ()
) -> Report:
    """The report that loading these files would give; nothing is stored."""
    _, outcomes = _open_all(paths, mappings, _Known.of(store), progress)
    return Report(tuple(outcomes), None)


def opened_sources(given: Sequence[Given]) -> Iterator[Source]:
    """The files that can be opened among those that were given.

    Parameters
    ----------
    given
        Paths and uploads.
    """
    yield from (source for source in _sources(given, find_sources) if isinstance(source, Source))


def _open_all(
    paths: Iterable[Given], mappings: Sequence[Given], known: _Known, progress: Progress
) -> tuple[list[_Opened], list[Outcome]]:
    opened: list[_Opened] = []
    named, outcomes = _named(mappings)
    for outcome, item in _each(paths, named, known):
        progress(outcome.path)
        outcomes.append(outcome)
        if item is not None:
            opened.append(item)
    return _looked_at(opened, outcomes, known.background)


def _looked_at(
    opened: list[_Opened], outcomes: list[Outcome], background: Background
) -> tuple[list[_Opened], list[Outcome]]:
    """The files with what the rules say of each, beside the store and all files of the command."""
    refused: dict[str, Outcome] = {}
    remarks: dict[str, tuple[Remark, ...]] = {}
    for item in opened:
        try:
            background.add(item.load, item.reading)
        except Exception as error:
            refused[item.load.load_id] = _unforeseen(item.source.path, error)
    for item in opened:
        try:
            remarks[item.load.load_id] = remarks_on(item.load, item.reading, background)
        except Exception as error:
            refused[item.load.load_id] = _unforeseen(item.source.path, error)
    kept = [
        replace(item, load=replace(item.load, notes=(*item.load.notes, *map(str, remarks[item.load.load_id]))))
        for item in opened
        if item.load.load_id not in refused
    ]
    said = [
        replace(outcome, remarks=remarks.get(outcome.load.load_id, ())) if outcome.load is not None else outcome
        for outcome in outcomes
    ]
    return kept, _instead(said, refused)


def _instead(outcomes: list[Outcome], refused: dict[str, Outcome]) -> list[Outcome]:
    """The outcomes, with those of some loads replaced."""
    return [refused.get(outcome.load.load_id, outcome) if outcome.load is not None else outcome for outcome in outcomes]


def _named(mappings: Sequence[Given]) -> tuple[list[Named], list[Outcome]]:
    """The mapping files that can be read, and what is to be said of the others."""
    named: list[Named] = []
    outcomes: list[Outcome] = []
    for source in _sources(mappings, find_sources):
        if isinstance(source, Outcome):
            outcomes.append(source)
            continue
        if isinstance(source, Unopened):
            outcomes.append(_unopened(source))
            continue
        try:
            named.append((source, parse(source)))
        except Refused as refusal:
            outcomes.append(_refused(source, refusal))
        except Exception as error:
            outcomes.append(_unforeseen(source.path, error))
    return named, outcomes


def _sources(
    given: Sequence[Given], find: Callable[[Sequence[Given]], Iterator[Source | Unopened]]
) -> Iterator[Source | Unopened | Outcome]:
    """Every source of what was given; where one can't be opened for a reason that nobody foresaw, its refusal."""
    for root in given:
        found = find([root])
        while True:
            try:
                source = next(found, None)
            except Exception as error:
                yield _unforeseen(as_text(root.name), error)
                break
            if source is None:
                break
            yield source


def _each(paths: Iterable[Given], named: Sequence[Named], known: _Known) -> Iterator[tuple[Outcome, _Opened | None]]:
    given = list(paths)
    waiting = {file.sha256: file for file, _ in named}
    for source in _sources(given, lambda roots: find_mapped_sources(roots, named, given)):
        if isinstance(source, Outcome):
            yield source, None
            continue
        if isinstance(source, Unopened):
            yield _unopened(source), None
            continue
        if source.mapping is not None:
            waiting.pop(source.mapping.sha256, None)
        try:
            outcome, item = _open(source, named, known)
        except Refused as refusal:
            yield _refused(source, refusal), None
            continue
        except Exception as error:
            yield _unforeseen(source.path, error), None
            continue
        if item is not None:
            known.statuses[item.load.load_id] = "current"
            known.files[_slot(item.load)] = source.path
        yield outcome, item
    for file in waiting.values():
        yield Outcome(shortened(file.path), "refused", "no file has every column that this mapping names"), None


def _open(source: Source, named: Sequence[Named], known: _Known) -> tuple[Outcome, _Opened | None]:
    recognised = recognise(source)
    if recognised is None and needs_mapping(source):
        why = misfits(source, named) or "`python -m data mapping FILE` writes one to start from"
        return Outcome(source.path, "needs a mapping", f"it looks like survey answers; {why}"), None
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
        when = known.withdrawn[identity]
        why = f"withdrawn on {when.day} {when:%B %Y}; `python -m data restore {identity} --reason TEXT` brings it back"
        return Outcome(source.path, "passed over", f"{slot.kind}, {place}: {why}"), None
    reading = reader.read(source, slot)
    reading = replace(reading, notes=_noted(reading.notes))
    load = Load(
        slot,
        source.sha256,
        source.path,
        len(source.content),
        len(reading.frame),
        reading.records,
        reading.notes,
        mapping=source.mapping.sha256 if source.mapping else "",
    )
    load = known.parts.place(load, reading.frame)
    replaced = f"; replaces {known.files[_slot(load)]}" if _slot(load) in known.files else ""
    beside = (
        f"; its {KEYS[slot.table][1]} stand beside those of other files as “{load.subject}”" if load.part > 1 else ""
    )
    count = f"{len(reading.frame):,} row{'' if len(reading.frame) == 1 else 's'}"
    told = f"{slot.kind}, {place}: {count}{replaced or beside}"
    return Outcome(source.path, "loaded", told, reading.notes, load=load), _Opened(load, source, reading)


def _slot(load: Load) -> tuple[str, ...]:
    return (load.slot.table, load.subject, load.slot.period)


def _fitting(
    items: list[_Opened], outcomes: list[Outcome], writer: Writer
) -> tuple[list[_Opened], list[Outcome], dict[str, pd.DataFrame]]:
    """The files whose rows fit the tables, with those rows; looked for one by one only where together they do not."""
    try:
        return items, outcomes, _rows(items, writer)
    except OSError:  # the key of the respondents could not be written
        raise
    except Exception:
        refused: dict[str, Outcome] = {}
        for item in items:
            try:
                _rows([item], writer)
            except OSError:
                raise
            except Exception as error:
                refused[item.load.load_id] = _unforeseen(item.source.path, error)
        if not refused:
            raise
    kept = [item for item in items if item.load.load_id not in refused]
    return kept, _instead(outcomes, refused), _rows(kept, writer)


def _rows(items: list[_Opened], writer: Writer) -> dict[str, pd.DataFrame]:
    """The rows of some files by table, as they are written.

    Raises
    ------
    pandera.errors.SchemaErrors
        If some do not fit their table.
    """
    import pandas as pd

    found: dict[str, pd.DataFrame] = {}
    for name, table in CANONICAL.items():
        frames = [
            frame.assign(load_id=item.load.load_id)
            for item in items
            for into, frame in ((item.load.slot.table, item.reading.frame), *item.reading.also.items())
            if into == name
        ]
        if frames:
            rows = pd.concat(frames, ignore_index=True)
            if table is RESPONSES:
                key = respondent_key(writer.store.root)
                rows["respondent"] = pseudonyms(rows["respondent"], rows["survey"], rows["force"], key)
            table.schema.validate(rows, lazy=True)
            found[name] = rows
    return found


def _append(writer: Writer, items: list[_Opened], rows: dict[str, pd.DataFrame], by: str, reason: str) -> None:
    for name in list(rows):
        writer.append(CANONICAL[name], rows.pop(name))
    writer.append(LOADS, load_rows([item.load for item in items], by, reason))
    for item in items:
        # Of answers to a survey the mapping is kept, never the file; of one's own records nothing but the rows.
        if item.load.slot.table not in own_table.TABLES and item.reading.kept:
            writer.keep(item.source.mapping or item.source)


def _unopened(source: Unopened) -> Outcome:
    return Outcome(shortened(source.path), "refused" if source.refused else "passed over", source.why)


def _unforeseen(path: str, error: Exception) -> Outcome:
    """The refusal of a file that failed in a way that nobody foresaw; how it came about is for the log alone.

    Raises
    ------
    StoreError
        If not the file but the store is at fault.
    """
    why = of_the_store(error)
    if why is not None:
        raise why from error
    LOG.error("%r could not be read", shortened(path), exc_info=error)
    problem = _NO_MEMORY if isinstance(error, MemoryError) else _UNFORESEEN
    return Outcome(shortened(path), "refused", str(problem), (str(problem),), problems=(problem,))


def _refused(source: Source, refusal: Refused) -> Outcome:
    problems = tuple(_told(problem) for problem in refusal.problems[:_MOST_PROBLEMS])
    beside = tuple(_told(problem) for problem in refusal.beside[:_MOST_PROBLEMS])
    detail = _first(problems)
    return Outcome(
        shortened(source.path),
        "refused",
        detail,
        tuple(map(str, (*problems, *beside))),
        problems=problems,
        beside=beside,
    )


def _told(problem: Problem) -> Problem:
    """A problem as it is told: names and values of a file can be of any length."""
    column = None if problem.column is None else shortened(problem.column)
    value = None if problem.value is None else shortened(problem.value)
    told = problem.in_form and problem.in_form._replace(what=shortened(problem.in_form.what, 500))
    return replace(problem, what=shortened(problem.what, 500), column=column, value=value, in_form=told)


def _noted(notes: Sequence[str]) -> tuple[str, ...]:
    """Notes as they are kept: each of a length that is read, and no more than anybody reads."""
    rest = len(notes) - _MOST_NOTES
    more = (f"And {rest:,} more of this kind.",) if rest > 0 else ()
    return (*(shortened(note, 1_000) for note in notes[:_MOST_NOTES]), *more)


def _first(problems: Sequence[Problem]) -> str:
    more = len(problems) - 1
    return f"{problems[0]}{f' {more:,} more: --notes prints them all.' if more else ''}"
