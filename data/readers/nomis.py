"""Tables as Nomis hands them out: title lines above the header, a note on disclosure below the last row.

Every row between them has the name of an area, its code under “mnemonic”, and counts.
"""

from __future__ import annotations

import re

from data.readers.source import Problem, Refused
from data.readers.text import Records, decode, ragged, split

AREA, CODE = "area", "mnemonic"
"""What the column of names is called here, whatever the year and the kind of area; and the column of codes."""

_SIGN = b"[from Nomis on"
_YEAR = re.compile(r"(19|20)\d\d")
_ABOUT = ("units", "date", "area type", "area types", "geography")
"""Title lines that say nothing of who is counted."""
_START = 4_096


def is_export(content: bytes) -> bool:
    """Whether this is a table of Nomis with its title lines.

    Parameters
    ----------
    content
        Bytes of a file.
    """
    return _SIGN in content[:_START]


def columns(content: bytes) -> list[str]:
    """Names of its columns, as `table` has them; none where no line is a header.

    Parameters
    ----------
    content
        Bytes of a file that `is_export` knows; its first lines are enough.
    """
    try:
        return _header(_lines(content[:_START].rpartition(b"\n")[0])[0])[1]
    except Refused:
        return []


def table(content: bytes) -> Records:
    """The rows of areas, numbered as in the file.

    The first column is called `AREA`, and one that is called by a year also by its table: ``TS001 2021``. Where the
    title lines say that only some are counted, it keeps the year alone, for then it is of nobody knows whom.

    Parameters
    ----------
    content
        Bytes of a file that `is_export` knows.

    Raises
    ------
    Refused
        If no line is a header, a quote is left open, or a row has more or fewer cells than the header.
    """
    numbered, note = _lines(content)
    top, header = _header(numbered)
    # Below the areas comes the note, in lines without a code.
    place = header.index(CODE)
    body = [(row, cells) for row, cells in numbered[top + 1 :] if len(cells) > place and cells[place].strip()]
    body = [(row, cells) for row, cells in body if len(cells) > 2 or cells[0].strip()]
    problems = ragged(header, body)
    if problems:
        raise Refused(problems)
    return Records(header, [cells for _, cells in body], [row for row, _ in body], note)


def _lines(content: bytes) -> tuple[list[tuple[int, list[str]]], str | None]:
    text, note = decode(content)
    _, lines = split("\n" + text)  # no line of it is the header that `split` sets apart
    return [(row - 1, cells) for row, cells in lines], note


def _header(numbered: list[tuple[int, list[str]]]) -> tuple[int, list[str]]:
    """Which of the lines is the header, and the names of the columns."""
    top = next((place for place, (_, cells) in enumerate(numbered) if CODE in map(str.strip, cells)), None)
    if top is None:
        what = f"no line of the Nomis table has a column “{CODE}”, which holds the codes of the areas"
        raise Refused([Problem(what, "Export it again with area codes")])
    titles = [[cell.strip() for cell in cells] for _, cells in numbered[:top]]
    number = titles[0][0].partition(" ")[0] if titles and all(map(_is_of_all, titles)) else ""
    names = [cell.strip() for cell in numbered[top][1][1:]]
    return top, [AREA, *(f"{number} {name}".strip() if _YEAR.fullmatch(name) else name for name in names)]


def _is_of_all(title: list[str]) -> bool:
    """Whether a title line leaves nobody out: it says nothing of whom, or that they are all of them."""
    if len(title) < 2 or not title[1]:
        return True
    what, said = title[0].rstrip(" :").casefold(), title[1].casefold()
    return what in _ABOUT or said.startswith(("total", "all"))
