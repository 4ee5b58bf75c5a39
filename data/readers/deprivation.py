"""The English indices of deprivation by LSOA, as the Ministry of Housing publishes them: score, rank and decile.

Decile 1 is the most deprived tenth of the LSOAs of England. Source: English Indices of Deprivation 2019, File 7 and the
workbooks made from it.
"""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from data.readers import gss, tabular
from data.readers.source import Problem, Reading, Slot, Source, problems_in
from data.tables import DEPRIVATION

if TYPE_CHECKING:
    import pandas as pd

KIND = "deprivation"

_INDEX = "Index of Multiple Deprivation (IMD)"
_COLUMNS = {
    "area_code": re.compile(r"LSOA code \(\d{4}\)"),
    "area_name": re.compile(r"LSOA name \(\d{4}\)"),
    "score": re.compile(re.escape(_INDEX) + " Score"),
    "rank": re.compile(re.escape(_INDEX) + r" Rank.*"),
    "decile": re.compile(re.escape(_INDEX) + r" Decile.*"),
}
_EDITION = re.compile(r"(?:IMD|IoD)[ _-]?(\d{4})", re.IGNORECASE)
_LIMITS = {"score": (0.0, 100.0), "rank": (1.0, 40_000.0), "decile": (1.0, 10.0)}


def recognise(source: Source) -> Slot | None:
    """The edition of the index that the file fills, told by its header; None where it is no such file.

    Parameters
    ----------
    source
        Any file.
    """
    if len(_columns(tabular.header(source))) < len(_COLUMNS):
        return None
    return Slot(KIND, DEPRIVATION.name, _edition(source), "")


def read(source: Source, slot: Slot) -> Reading:
    """Score, rank and decile of each LSOA; the domains of the index are left out.

    Raises
    ------
    Refused
        If a code is no LSOA or stands twice, or a score, rank or decile can't be one; every problem at once.
    """
    sheet = tabular.read(source)
    found = _columns(sheet.columns)
    cells = sheet.cells[list(found.values())].set_axis(list(found), axis=1)
    numbers = {name: cells[name].map(lambda cell: tabular.number(cell, sheet.decimal_comma)) for name in _LIMITS}
    problems = _area_problems(cells, found["area_code"])
    for name, values in numbers.items():
        low, high = _LIMITS[name]
        given = values.astype(float)
        bad = ~given.between(low, high) | ((given % 1 != 0) & (name != "score"))
        what = f"this is no {name}, which lies between {low:g} and {high:,.0f}"
        problems += problems_in(cells[name], bad, found[name], what, "Fetch the file again")
    if cells.empty:
        problems.append(Problem("the file holds no rows", "Fetch it again; it may have been cut short"))
    if problems:
        raise sheet.refused(sorted(problems, key=lambda problem: problem.row or 0))
    frame = DEPRIVATION.frame(
        {
            "row": cells.index,
            "source": slot.subject,
            "area_code": cells["area_code"],
            "area_name": cells["area_name"],
            **{name: values.astype(float) for name, values in numbers.items()},
        }
    ).reset_index(drop=True)
    others = len(sheet.columns) - len(found)
    notes = (sheet.how, f"Areas: {len(frame):,} (LSOA).", f"Columns of domains and larger areas left out: {others:,}.")
    return Reading(frame, len(frame), notes if others else notes[:2])


def _columns(columns: list[str]) -> dict[str, str]:
    """The column of the file for each one of the table that it has."""
    chosen = {name: next(filter(sign.fullmatch, columns), None) for name, sign in _COLUMNS.items()}
    return {name: column for name, column in chosen.items() if column is not None}


def _edition(source: Source) -> str:
    """Which index it is, from the sheet or the name of the file; else the name of the file."""
    named = _EDITION.search(tabular.read(source, limit=0).how) or _EDITION.search(source.name)
    return f"IMD {named[1]}" if named else PurePosixPath(source.name).stem


def _area_problems(cells: pd.DataFrame, column: str) -> list[Problem]:
    codes = cells["area_code"]
    bad = (codes.map(gss.level) != "lsoa") | ~codes.str.startswith("E")
    what, remedy = "this is not the GSS code of an LSOA of England", "Correct the code or remove the row"
    return [
        *problems_in(codes, bad, column, what, remedy),
        *problems_in(codes, codes.duplicated() & ~bad, column, "this area stands already", "Keep one row"),
    ]
