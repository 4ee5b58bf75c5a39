"""Census counts: residents by ethnic group, or all of them, in the layouts in which they really travel.

- Census 2021, 19 groups by sex, one row an area and sex (Office for National Statistics, custom table of TS021).
- Census 2021, TS021 and TS001 (everyone), one row an area, as Nomis hands them out.
- Census 2011, QS201EW by local authority, one row an area (Nomis).
- Census 2011 by LSOA, one row an area (the data of the R package MLID): 14 groups, Mixed being one of them, and
  without Gypsy or Irish Traveller, which is what remains of all persons.

A suppressed count is blank, never zero.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from data.readers import gss, nomis
from data.readers.source import Problem, Reading, Refused, Slot, Source
from data.readers.text import Records, header, records
from data.tables import POPULATION
from data.words import agreeing

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

KIND, RESIDENTS = "census ethnicity", "census residents"


@dataclass(frozen=True)
class _Layout:
    """One layout: its columns, and which of them hold groups that add up without overlap."""

    ethnicity_list: str | None
    year: int
    code: str
    groups: dict[str, str]
    name: str | None = None
    sex: str | None = None
    total: str | None = None
    remainder: str | None = None
    fixed: dict[str, str] = field(default_factory=dict)

    @property
    def required(self) -> list[str]:
        places = (self.code, self.name, self.sex, self.total)
        return [column for column in places if column is not None] + list(self.groups)


_GROUPS_2021 = (
    "Asian, Asian British or Asian Welsh: Bangladeshi",
    "Asian, Asian British or Asian Welsh: Chinese",
    "Asian, Asian British or Asian Welsh: Indian",
    "Asian, Asian British or Asian Welsh: Pakistani",
    "Asian, Asian British or Asian Welsh: Other Asian",
    "Black, Black British, Black Welsh, Caribbean or African: African",
    "Black, Black British, Black Welsh, Caribbean or African: Caribbean",
    "Black, Black British, Black Welsh, Caribbean or African: Other Black",
    "Mixed or Multiple ethnic groups: White and Asian",
    "Mixed or Multiple ethnic groups: White and Black African",
    "Mixed or Multiple ethnic groups: White and Black Caribbean",
    "Mixed or Multiple ethnic groups: Other Mixed or Multiple ethnic groups",
    "White: English, Welsh, Scottish, Northern Irish or British",
    "White: Gypsy or Irish Traveller",
    "White: Irish",
    "White: Roma",
    "White: Other White",
    "Other ethnic group: Arab",
    "Other ethnic group: Any other ethnic group",
)
_GROUPS_2011 = (
    "White: English/Welsh/Scottish/Northern Irish/British",
    "White: Irish",
    "White: Gypsy or Irish Traveller",
    "White: Other White",
    "Mixed/multiple ethnic group: White and Black Caribbean",
    "Mixed/multiple ethnic group: White and Black African",
    "Mixed/multiple ethnic group: White and Asian",
    "Mixed/multiple ethnic group: Other Mixed",
    "Asian/Asian British: Indian",
    "Asian/Asian British: Pakistani",
    "Asian/Asian British: Bangladeshi",
    "Asian/Asian British: Chinese",
    "Asian/Asian British: Other Asian",
    "Black/African/Caribbean/Black British: African",
    "Black/African/Caribbean/Black British: Caribbean",
    "Black/African/Caribbean/Black British: Other Black",
    "Other ethnic group: Arab",
    "Other ethnic group: Any other ethnic group",
)
_GROUPS_MLID = (
    "WhiteBrit",
    "Irish",
    "OtherWhite",
    "Mixed",
    "Indian",
    "Pakistani",
    "Bangladeshi",
    "Chinese",
    "OtherAsian",
    "BlkAfrican",
    "BlkCaribbean",
    "OtherBlk",
    "Arab",
    "Other",
)
_EVERYONE = "everyone"
"""What stands for the group where a file counts all residents alone."""
_LAYOUTS = (
    _Layout(
        ethnicity_list="census_2021",
        year=2021,
        code="Geography Code",
        name="Geography Name",
        sex="Sex",
        groups={group: group for group in _GROUPS_2021},
    ),
    _Layout(
        ethnicity_list="census_2021",
        year=2021,
        code=nomis.CODE,
        name=nomis.AREA,
        total="Total: All usual residents",
        groups={group: group for group in _GROUPS_2021},
    ),
    _Layout(
        ethnicity_list=None,
        year=2021,
        code=nomis.CODE,
        name=nomis.AREA,
        groups={"TS001 2021": _EVERYONE},
    ),
    _Layout(
        ethnicity_list="census_2011",
        year=2011,
        code="geography code",
        name="geography",
        total="Ethnic Group: All categories: Ethnic group; measures: Value",
        groups={f"Ethnic Group: {group}; measures: Value": group for group in _GROUPS_2011},
        fixed={"date": "2011", "Rural Urban": "Total"},
    ),
    _Layout(
        ethnicity_list="census_2011_mlid",
        year=2011,
        code="LSOA",
        total="Persons",
        groups={group: group for group in _GROUPS_MLID},
        remainder="Gypsy or Irish Traveller",
    ),
)
_MERGED = {"E09000001": ("City of London", "E09000033"), "E06000052": ("Cornwall", "E06000053")}
"""Areas that census tables merge with another, under the code of one: its own name, and the code of the other."""
_SEXES = ("Female", "Male")
_LARGER = "{rows} of larger areas {were} left out by their codes, so that nobody is counted twice: "
_SUPPRESSED = ("", "c")
_COUNT = re.compile(r"([0-9]{1,9})(\.0+)?")
_AREA = re.compile(b"(?:" + "|".join(gss.LEVELS).encode() + b")[0-9]{6}")


def recognise(source: Source) -> Slot | None:
    """The census and area level that the file fills, told by its header; None where it is no such file.

    Parameters
    ----------
    source
        Any file.
    """
    exported = nomis.is_export(source.content)
    layout = _layout(nomis.columns(source.content) if exported else header(source.content))
    if layout is None:
        return None
    first = _AREA.search(source.content)
    by = f" by {gss.NAMES[gss.LEVELS[first[0][:3].decode()]]}" if first else ""
    kind, whom = (RESIDENTS, ", all residents") if layout.ethnicity_list is None else (KIND, "")
    return Slot(kind, "population", f"Census {layout.year}{by}{whom}", str(layout.year))


def read(source: Source, slot: Slot) -> Reading:
    """Residents in long form: one row for each area, ethnic group and, where the file has it, sex.

    Parameters
    ----------
    source
        A file that `recognise` knows.
    slot
        What `recognise` said of it.

    Returns
    -------
    Reading
        Rows of the table ``population``.

    Raises
    ------
    Refused
        If a column is missing, a code is no area of England or Wales, an area stands twice, a count is not a whole
        number, or counts contradict their total; every problem at once.
    """
    table = nomis.table(source.content) if nomis.is_export(source.content) else records(source.content)
    layout = _layout(table.columns)
    if layout is None:
        raise Refused([Problem("the header is not one of a census file that we read", "Fetch the file again", row=1)])
    missing = [column for column in layout.required if column not in table.columns]
    if missing:
        remedy = "Fetch the table again with every ethnic group: without one, its residents would be missing"
        raise Refused([Problem("this column is missing", remedy, row=1, column=column) for column in missing])

    kept, left_out = _split(table, layout)
    counts, problems = _counts(kept, layout)
    problems = _code_problems(kept, layout) + _row_problems(kept, layout) + problems
    if not kept.cells:
        problems.append(Problem("every row is a region or a country", "Fetch the table by local authority or smaller"))
    if problems:
        raise Refused(problems)
    groups, residents, derived = _groups(kept, layout, counts)
    return Reading(
        frame=_long(kept, layout, groups, residents),
        records=len(table.cells),
        notes=_notes(kept, layout, residents, left_out, derived),
    )


def _layout(columns: list[str]) -> _Layout | None:
    present = set(columns)
    for layout in _LAYOUTS:
        others = set(layout.required) - set(layout.groups)
        if others <= present and present & set(layout.groups):
            return layout
    return None


def _split(table: Records, layout: _Layout) -> tuple[Records, Counter[str]]:
    """The records of single areas, and how many records of larger areas there are beside them."""
    prefixes = [code.strip()[:3] for code in table.column(layout.code)]
    kept = [place for place, prefix in enumerate(prefixes) if prefix not in gss.LARGER]
    rest = Counter(gss.LARGER[prefix] for prefix in prefixes if prefix in gss.LARGER)
    cells, rows = [table.cells[place] for place in kept], [table.rows[place] for place in kept]
    return Records(table.columns, cells, rows, table.note), rest


def _keys(table: Records, layout: _Layout) -> tuple[list[str], list[str | None]]:
    codes = [code.strip() for code in table.column(layout.code)]
    if layout.sex is None:
        return codes, [None] * len(codes)
    return codes, [sex.strip() for sex in table.column(layout.sex)]


def _code_problems(table: Records, layout: _Layout) -> list[Problem]:
    codes, _ = _keys(table, layout)
    problems = [
        Problem(
            "this is not the GSS code of a district, ward, MSOA or LSOA of England or Wales",
            "Correct the code or remove the row",
            row=row,
            column=layout.code,
            value=code,
        )
        for row, code in zip(table.rows, codes, strict=True)
        if gss.level(code) is None
    ]
    levels = sorted({gss.NAMES[level] for level in map(gss.level, codes) if level is not None})
    if len(levels) > 1:
        what = f"the file mixes area levels ({', '.join(levels)})"
        problems.append(Problem(what, "Split it into one file a level", column=layout.code))
    return problems


def _row_problems(table: Records, layout: _Layout) -> list[Problem]:
    """Areas that stand twice, sexes that are missing, and rows that are of something else."""
    codes, sexes = _keys(table, layout)
    problems = []
    first: dict[tuple[str, str | None], int] = {}
    for row, key in zip(table.rows, zip(codes, sexes, strict=True), strict=True):
        if layout.sex is not None and key[1] not in _SEXES:
            remedy = "Keep the rows for Female and Male"
            problems.append(Problem("this is neither Female nor Male", remedy, row, layout.sex, key[1]))
        elif key in first:
            what = f"this area stands already in row {first[key]:,}"
            problems.append(Problem(what, "Keep one of the two rows", row, layout.code, key[0]))
        else:
            first[key] = row
    if layout.sex is not None:
        areas = Counter(code for code, _ in first)
        problems += [
            Problem(f"{code} has a row for {sex} only", "Fetch the file again: both sexes are needed", row=row)
            for (code, sex), row in first.items()
            if areas[code] == 1
        ]
    for column, wanted in layout.fixed.items():
        if column in table.columns:
            problems += [
                Problem(f"only rows where it is “{wanted}” can be read", "Remove the row", row, column, cell)
                for row, cell in zip(table.rows, table.column(column), strict=True)
                if cell.strip() != wanted
            ]
    return problems


def _counts(table: Records, layout: _Layout) -> tuple[np.ndarray, list[Problem]]:
    """Counts of the groups, then of the total where there is one; −1 where suppressed. With what is wrong in them."""
    import numpy as np
    import pandas as pd

    columns = [*layout.groups, *([layout.total] if layout.total is not None else [])]
    places = [table.columns.index(column) for column in columns]
    cells = np.array([record[place] for record in table.cells for place in places], dtype=object)
    which, distinct = pd.factorize(cells)
    bad = -2
    values = np.array([_count(cell, bad) for cell in distinct], dtype="int64")
    counts = values[which].reshape(len(table.cells), len(columns))
    problems = [
        Problem(
            "this is not a whole number of residents, nor blank or “c” for suppressed",
            "Write the count as digits only",
            row=table.rows[record],
            column=columns[place],
            value=table.cells[record][places[place]],
        )
        for record, place in np.argwhere(counts == bad)
    ]
    return counts, problems + _total_problems(table, layout, counts)


def _count(cell: str, bad: int) -> int:
    cell = cell.strip()
    if cell in _SUPPRESSED:
        return -1
    match = _COUNT.fullmatch(cell)
    return int(match[1]) if match else bad


def _total_problems(table: Records, layout: _Layout, counts: np.ndarray) -> list[Problem]:
    if layout.total is None:
        return []
    whole = (counts >= 0).all(axis=1)
    total = counts[:, -1]
    summed = counts[:, :-1].sum(axis=1)
    wrong = whole & ((summed > total) if layout.remainder else (summed != total))
    return [
        Problem(
            f"the {len(layout.groups)} ethnic groups add up to {summed[record]:,}"
            + (", more than all persons" if layout.remainder else ", not to this total"),
            "A count in this row was changed; fetch the file again",
            row=table.rows[record],
            column=layout.total,
            value=f"{total[record]:,}",
        )
        for record in wrong.nonzero()[0]
    ]


def _groups(table: Records, layout: _Layout, counts: np.ndarray) -> tuple[list[str], np.ndarray, str | None]:
    """Names of the groups, their counts (−1 where suppressed), and a sentence on the group that was derived."""
    import numpy as np

    names = list(layout.groups.values())
    residents = counts[:, : len(names)]
    if layout.remainder is None:
        return names, residents, None
    remainder = np.where((counts >= 0).all(axis=1), counts[:, -1] - residents.sum(axis=1), -1)
    known = remainder[remainder >= 0]
    note = (
        f"{layout.remainder} is not in the file: it was derived as {layout.total} minus the {len(names)} groups, "
        f"{known.sum():,} residents in all and up to {known.max(initial=0):,} in one area."
    )
    return [*names, layout.remainder], np.column_stack([residents, remainder]), note


def _long(table: Records, layout: _Layout, groups: list[str], residents: np.ndarray) -> pd.DataFrame:
    import numpy as np
    import pandas as pd

    areas, width = residents.shape
    codes, sexes = _keys(table, layout)

    def per_area(values: Sequence[str | None]) -> object:
        return pd.array(values, dtype="str").repeat(width)

    flat = residents.ravel()
    return POPULATION.frame(
        {
            "source": f"Census {layout.year}",
            "year": np.full(areas * width, layout.year),
            "level": per_area([gss.level(code) for code in codes]),
            "area_code": per_area(codes),
            "area_name": None if layout.name is None else per_area(table.column(layout.name)),
            "ethnicity_list": layout.ethnicity_list,
            "ethnicity": None
            if layout.ethnicity_list is None
            else pd.array(groups, dtype="str").take(np.tile(np.arange(width), areas)),
            "sex": per_area(sexes),
            "residents": pd.arrays.IntegerArray(np.where(flat < 0, 0, flat), flat < 0),
        }
    )


def _notes(
    table: Records, layout: _Layout, residents: np.ndarray, left_out: Counter[str], derived: str | None
) -> tuple[str, ...]:
    codes, _ = _keys(table, layout)
    suppressed = int((residents < 0).sum())
    total = int(residents.clip(min=0).sum())
    read_columns = {*layout.required, *layout.fixed}
    others = [layout.total] if layout.total is not None and layout.remainder is None else []
    others += [column for column in table.columns if column not in read_columns]
    level = gss.NAMES[str(gss.level(codes[0]))]
    notes = [
        table.note,
        f"Areas: {len(set(codes)):,} ({level}); residents in the counts given: {total:,}.",
        f"Counts that the publisher suppressed: {suppressed:,} of {residents.size:,}"
        + ("; they stay blank, never zero." if suppressed else "."),
        agreeing(_LARGER, left_out.total(), rows="row")
        + ", ".join(f"{area} {rows:,}" for area, rows in left_out.items())
        + "."
        if left_out
        else None,
        f"Columns left out, for they hold totals or no ethnic group: {', '.join(others)}." if others else None,
        derived,
        *_merged(table, layout),
    ]
    return tuple(note for note in notes if note is not None)


def _merged(table: Records, layout: _Layout) -> list[str]:
    """A sentence for each code under which the file counts two areas together."""
    if layout.name is None:
        return []
    named = dict(zip(_keys(table, layout)[0], table.column(layout.name), strict=True))
    return [
        f"{code} is here “{named[code].strip()}”: the publisher merged {name} with {other}, so these counts describe "
        "neither of the two alone."
        for code, (name, other) in _MERGED.items()
        if code in named and other not in named and named[code].strip() != name
    ]
