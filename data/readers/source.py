"""What a reader is given and what it gives back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Limits:
    """What one file may hold at most, so that reading it fits into the memory of the machine.

    Attributes
    ----------
    unpacked, together
        Bytes of one file once it is decompressed, and of all members of a zip.
    members
        Members of a zip.
    cells, rows, columns
        Of a table.
    elements
        Lists, records and elements of a JSON or XML file.
    way
        What to do with one that holds more.
    """

    unpacked: int
    together: int
    members: int
    cells: int
    rows: int
    columns: int
    elements: int
    way: str


OF_A_PATH = Limits(
    unpacked=512 * 2**20,
    together=64 * 2**30,
    members=100_000,
    cells=100_000_000,
    rows=50_000_000,
    columns=16_384,
    elements=50_000_000,
    way="split it",
)
"""Of a file that the command line is given: whoever may name a path of the machine may use its memory."""

OF_AN_UPLOAD = Limits(
    unpacked=64 * 2**20,
    together=192 * 2**20,
    members=5_000,
    cells=4_000_000,
    rows=1_048_576,
    columns=16_384,
    elements=2_000_000,
    way="split it, or load it with `python -m data load`",
)
"""Of a file that comes through the page: with them no upload of 20 MB takes a gigabyte."""


@dataclass(frozen=True)
class Source:
    """The decompressed bytes of one file, or of one member of a zip.

    Attributes
    ----------
    name
        File name without folders and without ``.gz``: ``2018-04-metropolitan-stop-and-search.csv``.
    path
        The file as the person gave it, for messages: ``archive.zip » 2018-04/….csv``.
    content
        Decompressed bytes.
    sha256
        SHA-256 of ``content``, in hexadecimal; of a source with several parts, of them all.
    mapping
        The mapping file that says what the columns mean, of a file of survey answers.
    limits
        What it may hold at most.
    """

    name: str
    path: str
    content: bytes
    sha256: str
    mapping: Source | None = None
    limits: Limits = OF_A_PATH


@dataclass(frozen=True)
class Slot:
    """The place in the store that one load fills: a later load of the same slot supersedes it.

    Attributes
    ----------
    kind
        Family of files: ``stop and search``, ``census ethnicity``, ``boundaries``, ``survey wave``.
    table
        Canonical table: ``stops``, ``population``, ``areas``, ``responses`` or ``aggregates``.
    subject
        Force slug, census with its level, boundary set, or survey.
    period
        ``YYYY-MM``, a year, a wave, or an empty text where there is none.
    """

    kind: str
    table: str
    subject: str
    period: str


@dataclass(frozen=True)
class Reading:
    """Rows read from a source, with everything worth telling the person.

    Attributes
    ----------
    frame
        Rows in the columns of the canonical table; ``load_id`` is empty until the load is staged.
    records
        Records in the file: equals ``len(frame)`` where one record is one row.
    notes
        Sentences: unknown values with their counts, suppressed cells, what was derived.
    also
        Rows of other canonical tables that the same file fills, by table: of a wave its description.
    unread
        Values that nobody has given a meaning, taken as blank, each with its number of records.
    columns
        Column of the file by column of the table, where a mapping names them.
    kept
        Whether the bytes may be kept: not where a published file was given columns that nobody publishes.
    """

    frame: pd.DataFrame
    records: int
    notes: tuple[str, ...] = ()
    also: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    unread: tuple[tuple[Problem, int], ...] = ()
    columns: Mapping[str, str] = field(default_factory=dict)
    kept: bool = True


class InForm(NamedTuple):
    """What a problem is and what to do in the words of the form of a mapping, and its value where that differs."""

    what: str
    remedy: str
    value: str | None = None


@dataclass(frozen=True)
class Problem:
    """One thing that keeps a file from being read: where it stands, what it is, what to do.

    ``in_form`` says the same to whoever made the mapping in the form and knows no file of it.
    """

    what: str
    remedy: str
    row: int | None = None
    column: str | None = None
    value: str | None = None
    sheet: str | None = None
    in_form: InForm | None = None

    def said_in_form(self) -> Problem:
        """The problem in the words of the form, where there are some."""
        if self.in_form is None:
            return self
        what, remedy, value = self.in_form
        return replace(self, what=what, remedy=remedy, value=self.value if value is None else value, in_form=None)

    def __str__(self) -> str:
        place = ", ".join(
            part
            for part in (
                f"sheet “{self.sheet}”" if self.sheet is not None else "",
                f"row {self.row:,}" if self.row is not None else "",
                f"column “{self.column}”" if self.column is not None else "",
                f"value “{self.value[:80]}”" if self.value is not None else "",
            )
            if part
        )
        return f"{place}: {self.what}. {self.remedy}." if place else f"{self.what}. {self.remedy}."


MOST_PROBLEMS = 10_000
"""Problems of one kind that are told one by one: nobody corrects more by hand."""


def problems_in(values: pd.Series, bad: pd.Series, column: str, what: str, remedy: str) -> list[Problem]:
    """One problem for each bad cell of a column, by the row of the file that is its index; of very many the first."""
    rows = values.index[bad]
    found = [Problem(what, remedy, int(row), column, str(values.at[row])) for row in rows[:MOST_PROBLEMS]]
    return [*found, *_and_more(len(rows), what, remedy, column)]


def _and_more(number: int, what: str, remedy: str, column: str | None = None) -> list[Problem]:
    """One problem that counts those of a kind that are not told one by one; none where all are."""
    rest = number - MOST_PROBLEMS
    return [Problem(f"{what}, in {rest:,} more rows too", remedy, column=column)] if rest > 0 else []


class Refused(ValueError):
    """A file that was recognised but can't be read.

    Carries every problem found, not only the first, and beside them what would keep no file out, so that whoever
    corrects the file sees all of it at once.
    """

    def __init__(self, problems: list[Problem], beside: Sequence[Problem] = ()) -> None:
        self.problems = problems
        self.beside = tuple(beside)
        super().__init__(" ".join(str(problem) for problem in problems[:5]))


class TooLarge(Refused):
    """A file that holds more than it may, whatever it would be recognised as."""


class Reader(Protocol):
    """A module of this package: it says whether it recognises a file, and reads it."""

    def recognise(self, source: Source) -> Slot | None:
        """The slot that the file fills, or None where this reader does not know the file."""

    def read(self, source: Source, slot: Slot) -> Reading:
        """The rows of the file.

        Raises
        ------
        Refused
            If the file is of this reader's kind but can't be read; every problem at once.
        """
