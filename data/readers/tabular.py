"""Tables as analysts send them: delimited text, Excel workbooks and SPSS files, every cell read as text.

A whole number is written the way a person types it, ``1`` and never ``1.0``, whichever file it comes from, so that a
code is one text everywhere. Of an SPSS file the labels come along, and codes that it declares missing keep their value.
"""

from __future__ import annotations

import csv
import io
import warnings
import zipfile
import zlib
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain, islice
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from data.readers.apart import read_apart
from data.readers.cells import code as code
from data.readers.cells import number as number
from data.readers.source import Limits, Problem, Refused, Source, TooLarge
from data.readers.text import decode, ragged, split
from data.readers.workbooks import check_workbook

if TYPE_CHECKING:
    import pandas as pd

TEXT, EXCEL, SPSS = (".csv", ".tsv", ".tab"), (".xlsx",), (".sav", ".zsav")

_DELIMITERS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
_START = 262_144
_ROWS_OF_A_SHEET = 1_048_576
_LONGEST_COLUMN = 2_000
_LONGEST_CELL = 131_072
"""Letters of a cell; the same as of a cell of delimited text, for which Python's own reader has this limit."""
_SIGN_OF_SPSS = (b"$FL2", b"$FL3")
_HOW_SPSS = "Read as an SPSS file."
_HEADERS: dict[str, list[str]] = {}
"""Columns of SPSS files by their digest: every reader asks for them, and opening such a file takes a process."""
_MOST_HEADERS = 64
_CHECKED: deque[str] = deque(maxlen=64)
"""Digests of workbooks that hold no more than they may: every reader asks for their header."""
# What openpyxl raises of damaged workbooks is not said anywhere: each of these was seen.
_BAD_WORKBOOK = (
    *(zipfile.BadZipFile, zlib.error, KeyError, ValueError, OSError, EOFError, TypeError, AttributeError, SyntaxError),
    *(IndexError, NotImplementedError, RuntimeError, OverflowError),
)


@dataclass(frozen=True, eq=False)
class Sheet:
    """One table of text.

    Attributes
    ----------
    cells
        Cells without spaces at their ends, blank where there is nothing; indexed by row of the file, the header being
        row 1 of a text file.
    how
        A sentence on how the file was read: encoding and delimiter, sheet, or SPSS.
    decimal_comma
        Whether a comma in a number is its decimal mark: where commas do not separate columns.
    labels
        Label of a column, where the file has one.
    value_labels
        Label of a code, by column and code.
    missing
        Codes that the file declares missing and that occur in it, by column.
    name
        The sheet of a workbook that it stands on; None in any other file.
    """

    cells: pd.DataFrame
    how: str
    decimal_comma: bool = False
    labels: Mapping[str, str] = field(default_factory=dict)
    value_labels: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    missing: Mapping[str, frozenset[str]] = field(default_factory=dict)
    name: str | None = None

    @property
    def columns(self) -> list[str]:
        """The column names, in order."""
        return [str(column) for column in self.cells.columns]

    def refused(self, problems: Iterable[Problem], beside: Iterable[Problem] = ()) -> Refused:
        """The refusal of this table, whose problems with a row name its sheet too, where it stands on one."""
        found, others = (
            [replace(one, sheet=self.name) if one.row is not None else one for one in some]
            for some in (problems, beside)
        )
        return Refused(found, others)


def is_tabular(source: Source) -> bool:
    """Whether the name of the file ends as a table's does.

    Parameters
    ----------
    source
        Any file.
    """
    return _ending(source) in TEXT + EXCEL + SPSS


def is_spss(source: Source) -> bool:
    """Whether the name of the file ends as an SPSS file's does.

    Parameters
    ----------
    source
        Any file.
    """
    return _ending(source) in SPSS


def header(source: Source, sheet: str | None = None) -> list[str]:
    """Column names of a table; none where it has none or can't be read.

    Parameters
    ----------
    source
        Any file.
    sheet
        Sheet of a workbook; otherwise the first that has a header.

    Raises
    ------
    TooLarge
        If it holds more than it may.
    """
    if _ending(source) in TEXT:
        # Whole lines, so that no sign is cut in two; a large file is not decoded for its first line.
        start = source.content[:_START]
        source = replace(source, content=start[: start.rfind(b"\n") + 1] or source.content)
    try:
        return read(source, sheet, limit=0).columns if is_tabular(source) else []
    except TooLarge:
        raise
    except Refused:
        return []


def read(source: Source, sheet: str | None = None, limit: int | None = None) -> Sheet:
    """Read a table.

    Parameters
    ----------
    source
        A file that `is_tabular` knows.
    sheet
        Sheet of a workbook; otherwise the first that has a header.
    limit
        The most records to read.

    Raises
    ------
    Refused
        If the file is damaged, a column name stands twice, or a record has more cells than there are columns.
    """
    ending = _ending(source)
    if ending in SPSS:
        return _spss(source, limit)
    if ending in EXCEL:
        if source.sha256 not in _CHECKED:
            check_workbook(source.content, source.limits)
            _CHECKED.append(source.sha256)
        return _excel(source.content, sheet, limit, source.limits)
    return _text_file(source.content, limit, source.limits)


def _ending(source: Source) -> str:
    return PurePosixPath(source.name.lower()).suffix


def _sheet(columns: list[str], rows: list[int], cells: list[list[str]], how: str, decimal_comma: bool = False) -> Sheet:
    import pandas as pd

    if any(len(name) > _LONGEST_COLUMN for name in columns):
        what = f"a column name has more than {_LONGEST_COLUMN:,} letters"
        raise TooLarge([Problem(what, "Put the column names in the first row, and shorter ones", row=1)])
    problems = [
        Problem("this column name stands more than once", "Give one of the columns another name", row=1, column=name)
        for name, times in Counter(columns).items()
        if times > 1
    ]
    if problems:
        raise Refused(problems)
    return Sheet(pd.DataFrame(cells, rows, columns, dtype="str"), how, decimal_comma)


# Delimited text


def _text_file(content: bytes, limit: int | None, limits: Limits) -> Sheet:
    text, encoding = _decoded(content)
    delimiter = _delimiter(text)
    names, numbered = split(text, delimiter, limit)
    if len(names) > limits.columns:
        raise _too_large(f"{limits.columns:,} columns")
    problems = ragged(names, numbered)
    if problems:
        raise Refused(problems)
    how = f"Read as {encoding} text with columns separated by {_DELIMITERS[delimiter]}."
    cells = [list(map(code, cells)) for _, cells in numbered]
    return _sheet(_named(names), [row for row, _ in numbered], cells, how, delimiter != ",")


def _decoded(content: bytes) -> tuple[str, str]:
    """The text of a file and the name of its encoding."""
    encoding = _utf_16(content[:4_000])
    if encoding:
        text = content.decode(encoding, errors="replace").removeprefix("\ufeff")
        return text, "UTF-16"
    text, note = decode(content)
    return text, "UTF-8" if note is None else "Windows-1252"


def _utf_16(start: bytes) -> str | None:
    """Which UTF-16 some bytes are, told by their mark, or by the zero in every other byte of plain letters."""
    if start[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return "utf-16"
    half = len(start) // 2
    if half and start[1::2].count(0) > 0.7 * half and start[::2].count(0) == 0:
        return "utf-16-le"
    if half and start[::2].count(0) > 0.7 * half and start[1::2].count(0) == 0:
        return "utf-16-be"
    return None


def _delimiter(text: str) -> str:
    """The delimiter that cuts the header into most cells."""
    start = text[:100_000]

    def width(delimiter: str) -> int:
        try:
            return len(next(csv.reader(io.StringIO(start, newline=""), delimiter=delimiter), []))
        except csv.Error:
            return 0

    return max(_DELIMITERS, key=width)


def _named(cells: Sequence[object]) -> list[str]:
    """Column names; a column without one is called by its place."""
    return [code(cell) or f"column {place}" for place, cell in enumerate(cells, start=1)]


# Excel


def _excel(content: bytes, sheet: str | None, limit: int | None, limits: Limits) -> Sheet:
    import openpyxl

    try:
        # A date or number that can't be one is a warning of openpyxl's and a text of ours.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)
            workbook = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
            names = [worksheet.title for worksheet in workbook.worksheets]
            if sheet is not None and sheet not in names:
                what = f"the workbook has no sheet “{sheet}”"
                raise Refused([Problem(what, f"Name one of its sheets: {', '.join(names[:20])}")])
            for name in names if sheet is None else [sheet]:
                worksheet = workbook[name]
                worksheet.reset_dimensions()  # what the file says of its size is not to be relied on
                found = _worksheet(worksheet.iter_rows(values_only=True), name, limit, limits)
                if found is not None:
                    return found
    except Refused:
        raise
    except _BAD_WORKBOOK as error:
        what = "the file can't be opened as an Excel workbook"
        raise Refused([Problem(what, "It may be damaged or locked with a password; save it again as .xlsx")]) from error
    what = "no sheet has a header" if sheet is None else f"the sheet “{sheet}” has no header"
    raise Refused([Problem(what, "Put the column names in the first row that is filled")])


def _worksheet(lines: Iterable[tuple[object, ...]], name: str, limit: int | None, limits: Limits) -> Sheet | None:
    """The table of a sheet; None where its first filled row is no header: at least two texts and nothing else."""
    numbered = ((row, cells) for row, cells in _rows(lines, limits) if any(cell is not None for cell in cells))
    first = next(numbered, None)
    if first is None:
        return None
    top, names = first
    filled = [cell for cell in names if code(cell)]
    if len(filled) < 2 or not all(isinstance(cell, str) for cell in filled):
        return None
    written = ((row, _trimmed(list(map(code, cells)))) for row, cells in numbered)
    records = list(islice(((row, cells) for row, cells in _counted(written, limits) if cells), limit))
    width = max(chain([_width(list(map(code, names)))], (len(cells) for _, cells in records)))
    if width * len(records) > limits.cells:
        raise _too_large(f"{limits.cells:,} cells")
    columns = _named([*names[:width], *[None] * (width - len(names))])
    cells = [[*cells, *[""] * (width - len(cells))] for _, cells in records]
    how = f"Read from the sheet “{name}” of the workbook" + (f", whose header is row {top}." if top > 1 else ".")
    return replace(_sheet(columns, [row for row, _ in records], cells, how), name=name)


def _rows(lines: Iterable[tuple[object, ...]], limits: Limits) -> Iterator[tuple[int, tuple[object, ...]]]:
    """The rows of a sheet with their numbers: a row can say that it is any, and those before it count as blank."""
    most = min(limits.rows, _ROWS_OF_A_SHEET)
    for row, cells in enumerate(lines, start=1):
        if row > most:
            raise _too_large(f"{most:,} rows")
        yield row, cells


def _counted(rows: Iterable[tuple[int, list[str]]], limits: Limits) -> Iterator[tuple[int, list[str]]]:
    """Rows, as long as they have no more cells than can be held, and none that nobody could read."""
    held = 0
    for row, cells in rows:
        held += len(cells)
        if held > limits.cells:
            raise _too_large(f"{limits.cells:,} cells")
        if any(len(cell) > _LONGEST_CELL for cell in cells):
            what = f"a cell holds more than {_LONGEST_CELL:,} letters"
            raise Refused([Problem(what, "Take the text out of the cell, or its column out of the file", row)])
        yield row, cells


def _too_large(what: str) -> TooLarge:
    return TooLarge([Problem(f"the table has more than {what}", "Split the file, or leave out columns and blank rows")])


def _trimmed(cells: list[str]) -> list[str]:
    """The cells of a row up to the last one that is filled."""
    return cells[: _width(cells)]


def _width(cells: list[str]) -> int:
    width = len(cells)
    while width and not cells[width - 1]:
        width -= 1
    return width


# SPSS


def _spss(source: Source, limit: int | None) -> Sheet:
    import pandas as pd

    limits = source.limits
    if not source.content.startswith(_SIGN_OF_SPSS):
        what = "the file can't be opened as an SPSS file"
        raise Refused([Problem(what, "It may be damaged or cut short; export it again as .sav")])
    if limit == 0 and source.sha256 in _HEADERS:
        return _sheet(_HEADERS[source.sha256], [], [], _HOW_SPSS)
    table, about = read_apart("spss", source.content, limit=limit, cells=limits.cells, columns=limits.columns)
    if len(_HEADERS) > _MOST_HEADERS:
        _HEADERS.clear()
    names = _HEADERS[source.sha256] = about["columns"]
    sheet = _sheet(names, [], [], _HOW_SPSS)
    cells = pd.DataFrame({place: pd.array(table.column(place), dtype="str") for place in range(len(names))})
    return replace(
        sheet,
        cells=cells.set_axis(names, axis=1).set_axis(pd.RangeIndex(2, len(cells) + 2), axis=0),
        labels=about["labels"],
        value_labels=about["value_labels"],
        missing={name: frozenset(codes) for name, codes in about["missing"].items()},
    )
