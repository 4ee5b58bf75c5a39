"""Tables as Nomis hands them out: title lines above the header, a note on disclosure below the last row.

Every row between them has the name of an area, its code under “mnemonic”, and counts.
"""

from __future__ import annotations

from data.readers.source import Problem, Refused
from data.readers.text import Records, decode, ragged, split

AREA, CODE = "area", "mnemonic"
"""What the column of names is called here, whatever the year and the kind of area; and the column of codes."""

_SIGN = b"[from Nomis on"
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
    """Names of its columns, the first being `AREA`; none where no line is a header.

    Parameters
    ----------
    content
        Bytes of a file that `is_export` knows; its first lines are enough.
    """
    try:
        return table(content[:_START].rpartition(b"\n")[0]).columns
    except Refused:
        return []


def table(content: bytes) -> Records:
    """The rows of areas, numbered as in the file.

    Parameters
    ----------
    content
        Bytes of a file that `is_export` knows.

    Raises
    ------
    Refused
        If no line is a header, a quote is left open, or a row has more or fewer cells than the header.
    """
    text, note = decode(content)
    _, lines = split("\n" + text)  # no line of it is the header that `split` sets apart
    numbered = [(row - 1, cells) for row, cells in lines]
    top = next((place for place, (_, cells) in enumerate(numbered) if CODE in map(str.strip, cells)), None)
    if top is None:
        what = f"no line of the Nomis table has a column “{CODE}”, which holds the codes of the areas"
        raise Refused([Problem(what, "Export it again with area codes")])
    header = [AREA, *(cell.strip() for cell in numbered[top][1][1:])]
    # Below the areas comes the note, in lines whose first cell is blank.
    body = [(row, cells) for row, cells in numbered[top + 1 :] if cells[0].strip()]
    problems = ragged(header, body)
    if problems:
        raise Refused(problems)
    return Records(header, [cells for _, cells in body], [row for row, _ in body], note)
