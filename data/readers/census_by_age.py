"""Census counts that cross ethnic groups with ages, in the long layouts in which they are handed out.

- Census 2021: a custom dataset of the Office for National Statistics, or RM032, one row for each area, ethnic group
  (20 categories), age and sex.
- Census 2011: DC2101EW as the interface of Nomis hands it out, one row for each area, ethnic group, sex and age.

Both are read into the columns of a population table and checked as one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from data.readers import gss, population_table, tabular
from data.readers.source import Problem, Reading, Refused, Slot, Source
from data.tables import POPULATION

if TYPE_CHECKING:
    import pandas as pd

KIND = "census ethnicity by age"


@dataclass(frozen=True)
class _Layout:
    """One layout: a pattern for the name of each column, and the values that count nobody new.

    Attributes
    ----------
    columns
        Pattern of the file's name of each column of a population table.
    totals
        Pattern of values that add up others.
    nobody
        The value under which a table counts those whom its question is not for; empty where it has none.
    sexes
        What the file's words for a sex are here, where they differ.
    """

    year: int
    ethnicity_list: str
    columns: Mapping[str, str]
    totals: str
    nobody: str
    sexes: Mapping[str, str]


_OF_AREAS = (
    "lower tier local authorities|electoral wards and divisions|middle layer super output areas|"
    "lower layer super output areas"
)
_LAYOUTS = (
    _Layout(
        year=2021,
        ethnicity_list="census_2021",
        columns={
            "area_code": rf"({_OF_AREAS}) code",
            "area_name": _OF_AREAS,
            "ethnicity": r"ethnic group \(\d+ categories\)",
            "age": r"age( \([a-z]\))? \(\d+ categories\)",
            "sex": r"sex \(2 categories\)",
            "residents": "observation",
        },
        totals="(?!)",
        nobody="Does not apply",
        sexes={},
    ),
    _Layout(
        year=2011,
        ethnicity_list="census_2011",
        columns={
            "area_code": "geography_code",
            "area_name": "geography_name",
            "ethnicity": "c_ethpuk11_name",
            "age": "c_age_name",
            "sex": "c_sex_name",
            "residents": "obs_value",
        },
        totals=r"All categories: .*|All persons|.*: Total",
        nobody="",
        sexes={"Females": "Female", "Males": "Male"},
    ),
)
_OTHER_MEASURES = "measures_name"
"""Of Nomis: which rows are counts, and which are per cents of them."""
_NEEDED = ("area_code", "ethnicity", "age", "residents")
_CROSSED = ["ethnicity", "age", "sex"]


def recognise(source: Source) -> Slot | None:
    """The census and area level that the file fills; None where it does not cross ethnic groups with ages.

    Parameters
    ----------
    source
        Any file.
    """
    known = _layout(tabular.header(source))
    if known is None:
        return None
    layout, found = known
    first = tabular.read(source, limit=1).cells[found["area_code"]]
    level = gss.level(first.iloc[0]) if len(first) else None
    by = f" by {gss.NAMES[level]}" if level else ""
    return Slot(KIND, POPULATION.name, f"{_name(layout, found)}{by}", str(layout.year))


def read(source: Source, slot: Slot) -> Reading:
    """The residents of every area, ethnic group and age, and sex where the file has it.

    Returns
    -------
    Reading
        Rows of the table ``population``; totals, and rows of whom the question of ethnicity is not for, are left out.

    Raises
    ------
    Refused
        If a code is no area of England or Wales, a number or a group can't be one, a row stands twice, or an area lacks
        a row that others have; every problem at once.
    """
    sheet = tabular.read(source)
    known = _layout(sheet.columns)
    if known is None:
        raise Refused([Problem("the header is not one of a census file that we read", "Fetch the file again", row=1)])
    layout, found = known
    cells = sheet.cells[list(found.values())].set_axis(list(found), axis=1)
    total = (
        cells[[name for name in _CROSSED if name in found]]
        .apply(lambda column: column.str.fullmatch(layout.totals))
        .any(axis=1)
    )
    percent = _percent(sheet.cells)
    nobody = (cells["ethnicity"] == layout.nobody) & (layout.nobody != "")
    kept = cells[~(total | percent | nobody)]
    kept = kept.assign(
        year=str(layout.year),
        ethnicity_list=layout.ethnicity_list,
        **({"sex": kept["sex"].replace(layout.sexes)} if "sex" in found else {}),
    )
    if kept.empty:
        what = "the file holds no row of one ethnic group and age"
        raise Refused([Problem(what, "Fetch it again with every group and age, not their totals alone")])
    problems = [*population_table.problems_of(kept, {"year": "year", **found}), *_lacking(kept, found)]
    if problems:
        raise sheet.refused(sorted(problems, key=lambda problem: problem.row or 0))
    frame = population_table.rows_of(kept, _name(layout, found))
    unused = [column for column in sheet.columns if column not in found.values() and not _is_code(column, found)]
    not_asked = cells.loc[nobody, "residents"]
    notes = (
        sheet.how,
        f"Areas: {kept['area_code'].nunique():,}; residents: {int(frame['residents'].sum()):,}; ages: "
        f"{kept['age'].nunique()} bands, {kept['age'].iloc[0]} to {kept['age'].iloc[-1]}.",
        f"Rows left out, for they add up others or are per cents: {int((total | percent).sum()):,}."
        if (total | percent).any()
        else "",
        f"Rows left out, under “{layout.nobody}”: {len(not_asked):,}, with "
        f"{sum(int(number) for number in not_asked if number.isdecimal()):,} residents."
        if len(not_asked)
        else "",
        f"Columns not used: {', '.join(unused)}." if unused else "",
    )
    return Reading(frame, len(sheet.cells), tuple(note for note in notes if note))


def _layout(columns: list[str]) -> tuple[_Layout, dict[str, str]] | None:
    """The layout, and the column of the file for each one of a population table that it has."""
    for layout in _LAYOUTS:
        found = {
            name: column
            for name, pattern in layout.columns.items()
            for column in columns
            if re.fullmatch(pattern, column.casefold())
        }
        if all(name in found for name in _NEEDED):
            return layout, {name: found[name] for name in layout.columns if name in found}
    return None


def _name(layout: _Layout, found: Mapping[str, str]) -> str:
    """What the source of these residents is called: beside the census without ages it is one of its own."""
    return f"Census {layout.year}, {'age and sex' if 'sex' in found else 'age'} crossed with ethnicity"


def _is_code(column: str, found: Mapping[str, str]) -> bool:
    """Whether a column holds the codes of the words in another one that is read."""
    named = {name.casefold() for name in found.values()}
    return column.casefold().removesuffix(" code") in named or f"{column.casefold()}_name" in named


def _percent(cells: pd.DataFrame) -> pd.Series:
    """Rows that are no counts."""
    measures = [column for column in cells.columns if str(column).casefold() == _OTHER_MEASURES]
    counted = cells[measures[0]].str.casefold() == "value" if measures else cells.iloc[:, 0].notna()
    return ~counted


def _lacking(cells: pd.DataFrame, found: Mapping[str, str]) -> list[Problem]:
    """Areas that lack a row of some group, age and sex: Nomis cuts what it hands out after 25,000 rows."""
    crossed = [name for name in _CROSSED if name in found]
    whole = 1
    for name in crossed:
        whole *= cells[name].nunique()
    rows = cells.drop_duplicates(["area_code", *crossed]).groupby("area_code", sort=False).size()
    return [
        Problem(
            f"it has {number:,} of the {whole:,} rows of ethnic groups, ages and sexes in the file",
            "Fetch the file again: it may have been cut short, as Nomis does after 25,000 rows",
            column=found["area_code"],
            value=str(code),
        )
        for code, number in rows.items()
        if number != whole
    ]
