"""Columns that a force may add to a stop-and-search file of its own: how a search was carried out and looked at.

data.police.uk publishes none of them. A file that is laid out as there may hold any of them beside the published ones;
what a file lacks is blank, and blank is never False. A team is a pseudonym: an officer in its place keeps the file out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from data.readers.columnar import filled_in, one_of, truth
from data.readers.police_uk import filled
from data.readers.source import Problem, Refused, problems_in
from data.tables import GROUNDS_GRADES

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

OWN = {
    "Team": "team",
    "Body-worn video on": "bwv_on",
    "Grounds grade": "grounds_grade",
    "Supervisor reviewed": "supervisor_reviewed",
    "Receipt given": "receipt",
    "Force used": "force_used",
}
"""Columns of the file, and those of the table that they fill. Either name may head one, in any case."""

_TEAM, _GRADE = "team", "grounds_grade"
_TRUTHS = {"true": True, "false": False}
_RANKS = "pcso|pc|ps|dc|ds|di|wpc|sgt|sergeant|constable|insp|inspector|officer|collar|shoulder|warrant|badge"
_OFFICER = rf"[0-9]+|(?:{_RANKS})[^A-Za-z].*|.*@.*"
"""What no pseudonym of a team is, whatever its case: a number alone, a rank with what follows it, an address."""


def own_columns(columns: Iterable[str]) -> dict[str, str]:
    """The columns of a file that a force added and that are read, each with the one of the table that it fills.

    Raises
    ------
    Refused
        If two of them fill the same.
    """
    names = {_plain(said): name for header, name in OWN.items() for said in (header, name)}
    found = {column: names[_plain(column)] for column in columns if _plain(column) in names}
    doubled = [column for place, column in enumerate(found) if found[column] in list(found.values())[:place]]
    if doubled:
        what = "this column stands more than once, under another spelling of its name"
        raise Refused([Problem(what, "Keep one of the columns", row=1, column=column) for column in doubled])
    return found


def own_problems(raw: pd.DataFrame) -> list[Problem]:
    """Everything in these columns that keeps the file out, cell by cell."""
    problems: list[Problem] = []
    for column, name in own_columns(raw.columns).items():
        cells = raw[column]
        if name == _TEAM:
            bad, what = _may_be_officers(cells), "This may be the number or the name of an officer"
            remedy = "Write a pseudonym of the team, such as Team 4, or leave it blank"
        elif name == _GRADE:
            bad, what = ~cells.str.casefold().isin([*GROUNDS_GRADES, ""]), "This is no grade of grounds"
            remedy = f"Write {', '.join(GROUNDS_GRADES[:-1])} or {GROUNDS_GRADES[-1]}, or leave it blank"
        else:
            bad, what = ~cells.str.casefold().isin([*_TRUTHS, ""]), "This is neither True nor False"
            remedy = "Write True or False, or leave it blank"
        problems += problems_in(cells, bad, column, what, remedy)
    return problems


def own_cells(raw: pd.DataFrame) -> dict[str, pd.Series]:
    """What these columns hold, by the column of the table that they fill."""
    made = {}
    for column, name in own_columns(raw.columns).items():
        cells = raw[column]
        if name == _TEAM:
            made[name] = filled(cells)
        elif name == _GRADE:
            made[name] = filled(cells.str.casefold())
        else:
            made[name] = cells.str.casefold().map(_TRUTHS).astype("boolean")
    return made


def own_arrays(plain: Mapping[str, pa.Array]) -> dict[str, pa.Array] | None:
    """The same of the columns of a plain file; None where a cell is not as it should be.

    Parameters
    ----------
    plain
        Cells by the column of the table that they fill.
    """
    import pyarrow.compute as pc

    made: dict[str, pa.Array] = {}
    for name, cells in plain.items():
        found = filled_in(cells) if name == _TEAM else one_of(cells, GROUNDS_GRADES) if name == _GRADE else truth(cells)
        if found is None:
            return None
        made[name] = found
    if _TEAM in made and pc.any(pc.match_substring_regex(made[_TEAM], f"^(?:{_OFFICER})$", ignore_case=True)).as_py():
        return None
    return made


def _plain(header: str) -> str:
    return re.sub(r"[\W_]+", " ", header).strip().casefold()


def _may_be_officers(cells: pd.Series) -> pd.Series:
    may_be = {value: re.fullmatch(_OFFICER, value, re.IGNORECASE | re.DOTALL) is not None for value in cells.unique()}
    return cells.map(may_be).astype(bool)
