"""Lookups of the Office for National Statistics from local authority districts to police force areas.

Columns are named by layer and year: ``LAD16CD``, ``LAD16NM``, ``PFA16CD``, ``PFA16NM``. A lookup gives areas their
parents; it holds no shapes.
"""

from __future__ import annotations

import re

from data.readers import gss
from data.readers.source import Problem, Reading, Refused, Slot, Source
from data.readers.text import Records, header, records
from data.tables import AREAS
from data.words import agreeing, plural

KIND = "area lookup"

_REPEATED = "{rows} {repeat} a district that stands further up; {they} {were} left out."
_LAYERS = {"LAD": re.compile(r"LAD\d\dCD"), "PFA": re.compile(r"PFA\d\dCD")}


def recognise(source: Source) -> Slot | None:
    """The lookup that the file fills, told by its header; None where it is no such file.

    Parameters
    ----------
    source
        Any file.
    """
    pair = _pair(header(source.content))
    return None if pair is None else Slot(KIND, "areas", _subject(*pair), "")


def read(source: Source, slot: Slot) -> Reading:
    """One row for each district: its code, its name, and the code of its police force area.

    Parameters
    ----------
    source
        A file that `recognise` knows.
    slot
        What `recognise` said of it.

    Returns
    -------
    Reading
        Rows of the table ``areas``, without shapes.

    Raises
    ------
    Refused
        If a code is no district or police force area of England or Wales, or a district has two parents or names.
    """
    table = records(source.content)
    pair = _pair(table.columns)
    if pair is None:
        raise Refused([Problem("the header has no district beside a police force area", "Fetch the file again", row=1)])
    child, parent = pair
    codes = [cell.strip() for cell in table.column(child)]
    parents = [cell.strip() for cell in table.column(parent)]
    names = table.column(child[:-2] + "NM")
    problems = _level_problems(table, child, codes, "district") + _level_problems(table, parent, parents, "force")
    first: dict[str, tuple[int, tuple[str, str]]] = {}
    for row, code, facts in zip(table.rows, codes, zip(names, parents, strict=True), strict=True):
        before, known = first.setdefault(code, (row, facts))
        if known != facts:
            what = f"this district has another name or parent in row {before:,}"
            problems.append(Problem(what, "Keep the row that is right", row, child, code))
    if problems:
        raise Refused(problems)
    frame = AREAS.frame(
        {
            "boundary_set": _subject(child, parent),
            "level": ["district"] * len(first),
            "code": list(first),
            "name": [name for _, (name, _) in first.values()],
            "parent_code": [above for _, (_, above) in first.values()],
        }
    )
    repeated = len(codes) - len(first)
    notes = (
        table.note,
        f"{plural(len(first), 'district')} in {plural(len(set(parents)), 'police force area')}.",
        agreeing(_REPEATED, repeated, rows="row") if repeated else None,
    )
    return Reading(frame, len(codes), tuple(note for note in notes if note is not None))


def _pair(columns: list[str]) -> tuple[str, str] | None:
    """Names of the district and the force column; None unless there is one of each, with their names beside them."""
    found = [[column for column in columns if layer.fullmatch(column)] for layer in _LAYERS.values()]
    complete = all(len(codes) == 1 and codes[0][:-2] + "NM" in columns for codes in found)
    return (found[0][0], found[1][0]) if complete else None


def _subject(child: str, parent: str) -> str:
    return f"{child[:-2]} to {parent[:-2]}"


def _level_problems(table: Records, column: str, codes: list[str], level: str) -> list[Problem]:
    what = f"this is not the GSS code of a {gss.NAMES[level]} of England or Wales"
    return [
        Problem(what, "Correct the code or remove the row", row, column, code)
        for row, code in zip(table.rows, codes, strict=True)
        if gss.level(code) != level
    ]
