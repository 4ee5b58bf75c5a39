"""Text files: from bytes to text, and from text to records whose rows are numbered as a person sees them."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from dataclasses import dataclass
from itertools import islice
from typing import Any

from data.readers.source import MOST_PROBLEMS, Problem, Refused

_BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True)
class Records:
    """The records of a CSV file: every cell is text, every record has one cell a column.

    Attributes
    ----------
    columns
        Column names, without spaces at their ends.
    cells
        Records in order of the file, one list of cells each; blank records are left out.
    rows
        Row of the file for each record, the header being row 1.
    note
        A sentence on how the text was decoded, where there is something to say.
    """

    columns: list[str]
    cells: list[list[str]]
    rows: list[int]
    note: str | None

    def column(self, name: str) -> list[str]:
        """The cells of one column."""
        place = self.columns.index(name)
        return [record[place] for record in self.cells]


def decode(content: bytes) -> tuple[str, str | None]:
    """Turn the bytes of a text file into text: UTF-8 with or without a byte order mark, else Windows-1252.

    Parameters
    ----------
    content
        Bytes of the file.

    Returns
    -------
    tuple of str and (str or None)
        The text without byte order mark, and a sentence where the file is not UTF-8.
    """
    try:
        return content.decode("utf-8-sig"), None
    except UnicodeDecodeError:
        text = content.removeprefix(_BOM).decode("cp1252", errors="replace")
    note = "The file is not UTF-8; it was read as Windows-1252."
    lost = text.count("\ufffd")
    return text, note + (f" {lost:,} bytes have no character there and are shown as \ufffd." if lost else "")


def json_in(content: bytes) -> tuple[Any, str | None]:
    """What a JSON file holds.

    Parameters
    ----------
    content
        Bytes of the file.

    Returns
    -------
    tuple of Any and (str or None)
        The value, and a sentence where the file is not UTF-8.

    Raises
    ------
    Refused
        If it is no JSON, or nested too deeply.
    """
    text, note = decode(content)
    remedy = "It may be cut short or damaged; fetch it again"
    try:
        return json.loads(text), note
    except ValueError as error:
        raise Refused([Problem(f"the file can't be read as JSON ({error})", remedy)]) from error
    except RecursionError as error:
        raise Refused([Problem("the file can't be read as JSON (it is nested too deeply)", remedy)]) from error


def header(content: bytes) -> list[str]:
    """Column names of a CSV file, from its first line alone; none where that line is not CSV.

    Parameters
    ----------
    content
        Bytes of the file.
    """
    line = content[:65_536].partition(b"\n")[0]
    try:
        return _names(next(csv.reader([decode(line)[0]], strict=True), []))
    except csv.Error:
        return []


def records(content: bytes, header_alone: bool = False) -> Records:
    """Read a whole CSV file.

    Parameters
    ----------
    content
        Bytes of the file.
    header_alone
        Whether a header without any record is a good file.

    Raises
    ------
    Refused
        If a quote is left open, a column name stands twice, a record has more or fewer cells than the
        header, or no record follows it where one must.
    """
    text, note = decode(content)
    names, numbered = split(text)
    columns = _names(names)
    problems = [
        Problem("this column name stands more than once", "Keep one of the columns", row=1, column=name)
        for name, times in Counter(columns).items()
        if times > 1
    ]
    if not numbered and not header_alone:
        problems.append(Problem("the file holds no records", "Fetch it again; it may have been cut short"))
    problems += ragged(columns, numbered)
    if problems:
        raise Refused(problems)
    return Records(columns, [cells for _, cells in numbered], [row for row, _ in numbered], note)


def split(text: str, delimiter: str = ",", limit: int | None = None) -> tuple[list[str], list[tuple[int, list[str]]]]:
    """Cut delimited text into the cells of its header and those of its records, each with its row of the file.

    Parameters
    ----------
    text
        The text; blank records are left out.
    delimiter
        What separates cells.
    limit
        The most records to read.

    Raises
    ------
    Refused
        If a quote is left open.
    """
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        names = next(reader, [])
        filled = ((row, cells) for row, cells in enumerate(reader, start=2) if any(map(str.strip, cells)))
        return names, list(islice(filled, limit))
    except csv.Error as error:
        if "field limit" in str(error):
            what = f"a cell near line {reader.line_num:,} holds more than {csv.field_size_limit():,} letters"
            remedy = "A quote may be left open before it; else take the text out of the cell"
            raise Refused([Problem(what, remedy)]) from error
        what = f"the file can't be read as a table near line {reader.line_num:,} ({error})"
        raise Refused([Problem(what, "It may be cut short or hold a stray quote; save or fetch it again")]) from error


def ragged(columns: list[str], numbered: list[tuple[int, list[str]]]) -> list[Problem]:
    """One problem for each record that has more or fewer cells than there are columns; of very many the first.

    Parameters
    ----------
    columns, numbered
        As `split` gives them.
    """
    found = (
        Problem(
            f"the row has {len(cells):,} cells where the header has {len(columns):,}",
            "The row may be cut short or hold a stray delimiter; save or fetch the file again",
            row=row,
        )
        for row, cells in numbered
        if len(cells) != len(columns)
    )
    return list(islice(found, MOST_PROBLEMS))


def _names(cells: list[str]) -> list[str]:
    return [cell.strip() for cell in cells]
