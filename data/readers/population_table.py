"""A population table that somebody holds: residents by area and year, maybe also by ethnic group, sex and age.

Columns are told by their names, in any order and case; those of the table ``population`` are among them. The counts of
different years are different sources, so that no two are added up.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from data.readers import gss, tabular
from data.readers.source import Problem, Reading, Refused, Slot, Source, problems_in
from data.tables import POPULATION
from data.vocabularies import ethnicity, list_names

if TYPE_CHECKING:
    import pandas as pd

KIND = "population table"

NAMES: Mapping[str, tuple[str, ...]] = {
    "area_code": ("area_code", "gss_code", "code", "geography code"),
    "year": ("year",),
    "residents": ("residents", "population"),
    "area_name": ("area_name", "ward_name", "ward", "name"),
    "ethnicity_list": ("ethnicity_list",),
    "ethnicity": ("ethnicity",),
    "sex": ("sex",),
    "age": ("age",),
}
"""Names that a column of the table may have in a file."""
_NEEDED = ("area_code", "year", "residents")
_YEARS = (1990, 2100)
_MOST = 100_000_000
_KEY = ["area_code", "year", "ethnicity", "sex", "age"]

NO_YEAR = "it counts residents by area, but no column says of which year; add a column “year”"
"""Why a table that lacks nothing else is passed over."""


def recognise(source: Source) -> Slot | None:
    """The population that the file fills; None where it lacks the code of an area, a year or a number of residents.

    Parameters
    ----------
    source
        Any file.
    """
    found = _columns(tabular.header(source))
    if not all(name in found for name in _NEEDED):
        return None
    first = tabular.read(source, limit=1).cells[found["area_code"]]
    level = gss.level(first.iloc[0]) if len(first) else None
    by = f" by {gss.NAMES[level]}" if level else ""
    return Slot(KIND, POPULATION.name, f"{PurePosixPath(source.name).stem}{by}", "")


def lacks_year(source: Source) -> bool:
    """Whether a file would be a population table if it said of which year.

    Parameters
    ----------
    source
        Any file.
    """
    found = _columns(tabular.header(source))
    return "year" not in found and all(name in found for name in _NEEDED if name != "year")


def read(source: Source, slot: Slot) -> Reading:
    """The residents of every row.

    Returns
    -------
    Reading
        Rows of the table ``population``; a blank number is a suppressed one.

    Raises
    ------
    Refused
        If a code is no area of England or Wales, areas are of several levels, a year or a number can't be one, a group
        is in no list or without its list, or a row stands twice; every problem at once.
    """
    sheet = tabular.read(source)
    found = _columns(sheet.columns)
    cells = sheet.cells[list(found.values())].set_axis(list(found), axis=1)
    if cells.empty:
        raise Refused([Problem("the file holds no rows", "Fetch it again; it may have been cut short")])
    cells = cells.reindex(columns=[*NAMES], fill_value="")
    problems = problems_of(cells, found)
    if problems:
        raise sheet.refused(sorted(problems, key=lambda problem: problem.row or 0))
    frame = rows_of(cells, PurePosixPath(source.name).stem + ", " + cells["year"])
    suppressed = int(frame["residents"].isna().sum())
    unused = [column for column in sheet.columns if column not in found.values()]
    years = sorted(set(cells["year"]))
    notes = (
        sheet.how,
        f"Areas: {cells['area_code'].nunique():,}, {years[0]}" + (f" to {years[-1]}." if len(years) > 1 else "."),
        f"Blank numbers: {suppressed:,}; they count as suppressed, never as zero." if suppressed else "",
        f"Columns not used: {', '.join(unused)}." if unused else "",
    )
    return Reading(frame, len(frame), tuple(note for note in notes if note))


def problems_of(cells: pd.DataFrame, found: Mapping[str, str]) -> list[Problem]:
    """Everything for which the rows of a population table can't be taken.

    Parameters
    ----------
    cells
        Cells under the names of `NAMES`, blank where there is nothing; indexed by row of the file.
    found
        What each column is called in the file.
    """
    cells = cells.reindex(columns=[*NAMES], fill_value="")
    return [
        *_area_problems(cells, found),
        *_number_problems(cells, found, "year", _YEARS, "this is no year", "Write it as four digits"),
        *_number_problems(
            cells, found, "residents", (0, _MOST), "this is not a whole number of residents", "Write digits alone"
        ),
        *_group_problems(cells, found),
        *_repeats(cells, found),
        *_totals(cells, found),
    ]


def _columns(columns: list[str]) -> dict[str, str]:
    """The column of the file for each one of the table that it has."""
    named = {column.casefold(): column for column in reversed(columns)}
    chosen = {name: next((named[known] for known in names if known in named), None) for name, names in NAMES.items()}
    return {name: column for name, column in chosen.items() if column is not None}


def rows_of(cells: pd.DataFrame, named: pd.Series | str) -> pd.DataFrame:
    """Rows of the table ``population`` from cells without problems.

    Parameters
    ----------
    cells
        As `problems_of` takes them.
    named
        What the source of each row is called.
    """
    import pandas as pd

    cells = cells.reindex(columns=[*NAMES], fill_value="")
    texts = {
        name: cells[name].where(cells[name] != "")
        for name in ("area_name", "ethnicity_list", "ethnicity", "sex", "age")
    }
    return POPULATION.frame(
        {
            "source": named,
            "year": pd.to_numeric(cells["year"]),
            "level": str(gss.level(cells["area_code"].iloc[0])),
            "area_code": cells["area_code"],
            "residents": pd.to_numeric(cells["residents"].where(cells["residents"] != "")).astype("Int64"),
            **texts,
        }
    ).reset_index(drop=True)


def _area_problems(cells: pd.DataFrame, found: Mapping[str, str]) -> list[Problem]:
    codes = cells["area_code"]
    levels = {code: gss.level(code) for code in codes.unique()}
    bad = codes.isin([code for code, level in levels.items() if level in (None, "force")])
    what = "this is not the GSS code of a district, ward, MSOA or LSOA of England or Wales"
    problems = problems_in(codes, bad, found["area_code"], what, "Correct the code or remove the row")
    kinds = sorted({gss.NAMES[level] for level in levels.values() if level})
    if len(kinds) > 1:
        what = f"the file mixes area levels ({', '.join(kinds)})"
        problems.append(Problem(what, "Split it into one file a level", column=found["area_code"]))
    return problems


def _number_problems(
    cells: pd.DataFrame, found: Mapping[str, str], name: str, limits: tuple[int, int], what: str, remedy: str
) -> list[Problem]:
    """Cells that are no whole number between two; a number of residents may be blank."""
    values = cells[name]
    whole = values.str.fullmatch(r"[0-9]{1,9}")
    low, high = limits
    good = whole & values.where(whole, "-1").astype(int).between(low, high)
    return problems_in(values, ~good & ((values != "") | (name == "year")), found[name], what, remedy)


def _group_problems(cells: pd.DataFrame, found: Mapping[str, str]) -> list[Problem]:
    problems = []
    pairs = cells[["ethnicity_list", "ethnicity"]]
    for row, name, value in pairs.drop_duplicates().itertuples(name=None):
        column = found.get("ethnicity", "ethnicity")
        if not value and not name:
            continue
        if name not in list_names("ethnicity"):
            what = f"the list of this ethnic group is “{name}”, which is none that we know"
            remedy = f"Name its list in a column “ethnicity_list”: {', '.join(list_names('ethnicity'))}"
            problems.append(Problem(what, remedy, row, column, value))
        elif ethnicity(name).get(value) is None:
            what = f"this ethnic group is not in the list {name}"
            problems.append(Problem(what, "Write it as the list does", row, column, value))
    return problems


def _totals(cells: pd.DataFrame, found: Mapping[str, str]) -> list[Problem]:
    """Rows that count again whom other rows count: a total beside its parts."""
    problems = []
    if "sex" in found:
        bad = ~cells["sex"].isin(["Female", "Male", ""])
        what = "this is neither Female nor Male"
        problems += problems_in(
            cells["sex"], bad, found["sex"], what, "Remove rows of both together, or leave it blank"
        )
    if "age" in found:
        bad = cells["age"].str.casefold().isin(["all ages", "all", "total"])
        what = "this is a total, and its parts would count again"
        problems += problems_in(cells["age"], bad, found["age"], what, "Remove the row, or leave the age blank")
    for name in ("ethnicity", "sex", "age"):
        blank = cells[name] == ""
        if name in found and blank.any():
            others = blank.groupby([cells[column] for column in _KEY if column != name])
            what = f"this is blank, and other rows of the same area give the {name}: everyone would count twice"
            total = blank & ~others.transform("all")
            problems += problems_in(cells[name], total, found[name], what, "Remove the row of the total")
    return problems


def _repeats(cells: pd.DataFrame, found: Mapping[str, str]) -> list[Problem]:
    what = "this area stands already with the same year, group, sex and age"
    again = cells.duplicated(_KEY)
    return problems_in(cells["area_code"], again, found["area_code"], what, "Keep one of the rows")
