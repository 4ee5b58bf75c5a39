"""Survey figures as they were published: shares without the answers behind them.

- Public Attitude Survey by borough: ``Date;Survey;Borough;Measure;Proportion;MPS``, quarter ends, rolling 12 months,
  fractions; the column MPS repeats the share of the whole force beside every borough.
- Public perception: ``date,measure,proportion``, the whole force, ``Dec-14``, whole percents.

Neither has a base, so neither has an interval.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from data.readers import tabular
from data.readers.source import Problem, Reading, Refused, Slot, Source
from data.readers.tabular import Sheet
from data.tables import AGGREGATES
from data.vocabularies import normalise, unknown_values, vocabulary
from data.words import plural

if TYPE_CHECKING:
    import pandas as pd

KIND = "published survey"
SURVEY = "Public Attitude Survey"
FORCE = "metropolitan"

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAY = re.compile(r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})")
_ISO_DAY = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_SHORT_MONTH = re.compile(r"([A-Za-z]{3})-([0-9]{2}|20[0-9]{2})")


@dataclass(frozen=True)
class _Layout:
    """One published table: its columns, and how it writes months and shares."""

    publication: str
    measures: str
    date: str
    measure: str
    share: str
    most: float
    dates: str
    area: str | None = None
    force: str | None = None
    survey: str | None = None

    @property
    def columns(self) -> list[str]:
        """Every column, each of which the file must have."""
        places = (self.date, self.measure, self.share, self.area, self.force, self.survey)
        return [column for column in places if column is not None]

    @property
    def shares(self) -> list[str]:
        """The columns that hold shares."""
        return [column for column in (self.share, self.force) if column is not None]


_LAYOUTS = (
    _Layout(
        publication="PAS by borough",
        measures="pas_boroughs",
        date="Date",
        measure="Measure",
        share="Proportion",
        most=1,
        dates="the last day of a month, written 31/12/2014",
        area="Borough",
        force="MPS",
        survey="Survey",
    ),
    _Layout(
        publication="Public perception",
        measures="public_perception",
        date="date",
        measure="measure",
        share="proportion",
        most=100,
        dates="a month, written Dec-14",
    ),
)
_PAS = "PAS"


def recognise(source: Source) -> Slot | None:
    """The publication that the file holds, told by its header; None where it is none that we know.

    Parameters
    ----------
    source
        Any file.
    """
    layout = _layout(source)
    if layout is None:
        return None
    try:
        dates = tabular.read(source).cells[layout.date]
    except Refused:
        dates = None
    months = [] if dates is None else [month for month in map(_month, dates.unique()) if month is not None]
    return Slot(KIND, AGGREGATES.name, f"{SURVEY}, {layout.publication}", max(months, default=""))


def read(source: Source, slot: Slot) -> Reading:
    """One row for each published share.

    Parameters
    ----------
    source
        A file that `recognise` knows.
    slot
        What `recognise` said of it.

    Returns
    -------
    Reading
        Rows of the table ``aggregates``.

    Raises
    ------
    Refused
        If a date or a share can't be read, a figure stands twice, the force has two shares for one date and measure, or
        no measure is known; every problem at once.
    """
    layout = _layout(source)
    if layout is None:
        raise Refused([Problem("the header is not one of a published survey", "Fetch the file again", row=1)])
    sheet = tabular.read(source)
    cells, left_out = _kept(sheet.cells, layout)
    problems = [*_cell_problems(sheet, cells, layout)]
    if not problems:
        problems = [*_double_problems(cells, layout), *_force_problems(sheet, cells, layout)]
    if cells.empty:
        names = ", ".join(f"“{name}”" for name in vocabulary("published_measures", layout.measures).values)
        what = "the file holds no figure of a measure that we know"
        problems.append(Problem(what, f"We know {names}; a new name needs a row in published_measures.csv"))
    if problems:
        raise sheet.refused(problems)
    spellings = _spellings(cells, layout)
    notes = (
        sheet.how,
        *left_out,
        *_spelling_notes(cells, layout, spellings),
        "The file gives no number of answers, so no interval can be given.",
    )
    return Reading(_frame(sheet, cells, layout, spellings), len(sheet.cells), notes)


def _layout(source: Source) -> _Layout | None:
    if not tabular.is_tabular(source):
        return None
    columns = tabular.header(source)
    return next((layout for layout in _LAYOUTS if sorted(layout.columns) == sorted(columns)), None)


def _kept(cells: pd.DataFrame, layout: _Layout) -> tuple[pd.DataFrame, list[str]]:
    """The records of the survey and of measures that we know; with sentences on the others."""
    notes = []
    if layout.survey is not None:
        surveys = Counter(cells[layout.survey])
        notes += [
            f"Survey “{name}” is another one: {plural(count, 'row')} left out."
            for name, count in surveys.items()
            if normalise(name) != normalise(_PAS)
        ]
        cells = cells[cells[layout.survey].map(normalise) == normalise(_PAS)]
    known = vocabulary("published_measures", layout.measures)
    unknown = unknown_values(dict(Counter(cells[layout.measure])), known)
    notes += [
        f"Measure “{name}” is not in our list: {plural(count, 'row')} left out." for name, count in unknown.items()
    ]
    # With `loc`: an empty list in brackets alone would choose no column instead of no row.
    return cells.loc[[name not in unknown and bool(name) for name in cells[layout.measure]]], notes


def _cell_problems(sheet: Sheet, cells: pd.DataFrame, layout: _Layout) -> Iterator[Problem]:
    for row, cell in sheet.cells[layout.measure].items():
        if not cell:
            yield Problem("the measure is blank", "Fetch the file again", _row(row), layout.measure)
    for row, cell in cells[layout.date].items():
        if _month(cell) is None:
            remedy = "Excel may have changed it; fetch the file again and load it unopened"
            yield Problem(f"this is not {layout.dates}", remedy, _row(row), layout.date, cell)
    for column in layout.shares:
        for row, cell in cells[column].items():
            share = tabular.number(cell, sheet.decimal_comma)
            if share is None or not 0 <= share <= layout.most:
                what = f"this is not a number from 0 to {layout.most:g}"
                yield Problem(what, "Fetch the file again; it was changed", _row(row), column, cell)


def _double_problems(cells: pd.DataFrame, layout: _Layout) -> Iterator[Problem]:
    first: dict[tuple[object, ...], int] = {}
    for (row, words), record in zip(cells[layout.measure].items(), _records(cells, layout), strict=True):
        before = first.setdefault(record, _row(row))
        if before != row:
            what = f"this figure stands already in row {before:,}"
            yield Problem(what, "Keep one of the two rows", _row(row), layout.measure, words)


def _records(cells: pd.DataFrame, layout: _Layout) -> Iterator[tuple[str, str, str]]:
    """Month, measure and area of every record, in one writing."""
    areas = cells[layout.area] if layout.area is not None else [""] * len(cells)
    for day, measure, area in zip(cells[layout.date], cells[layout.measure], areas, strict=True):
        yield _month(day) or "", _measure(layout, measure), normalise(area)


def _force_problems(sheet: Sheet, cells: pd.DataFrame, layout: _Layout) -> Iterator[Problem]:
    if layout.force is None:
        return
    first: dict[tuple[str, str], tuple[int, float | None]] = {}
    records = zip(cells[layout.force].items(), _records(cells, layout), strict=True)
    for (row, cell), (month, measure, _) in records:
        share = tabular.number(cell, sheet.decimal_comma)
        before, known = first.setdefault((month, measure), (_row(row), share))
        if share != known:
            what = f"the force has another share for this date and measure in row {before:,}"
            yield Problem(what, "Fetch the file again; it was changed", _row(row), layout.force, cell)


def _spellings(cells: pd.DataFrame, layout: _Layout) -> dict[str, str]:
    """The most frequent spelling of each area, by its name whatever the case."""
    if layout.area is None:
        return {}
    counts = Counter(cells[layout.area])
    chosen: dict[str, str] = {}
    for name, _ in counts.most_common():
        chosen.setdefault(normalise(name), name)
    return chosen


def _spelling_notes(cells: pd.DataFrame, layout: _Layout, spellings: dict[str, str]) -> Iterator[str]:
    if layout.area is None:
        return
    for name, count in Counter(cells[layout.area]).items():
        chosen = spellings[normalise(name)]
        if name != chosen:
            yield f"{layout.area} “{name}” ({plural(count, 'row')}) is read as “{chosen}”, as most rows write it."


def _frame(sheet: Sheet, cells: pd.DataFrame, layout: _Layout, spellings: dict[str, str]) -> pd.DataFrame:
    import pandas as pd

    shares = [tabular.number(cell, sheet.decimal_comma) for cell in cells[layout.share]]
    rows = pd.DataFrame(
        {
            "row": cells.index,
            "month": [_month(day) for day in cells[layout.date]],
            "level": "force" if layout.area is None else "district",
            "area": None if layout.area is None else [spellings[normalise(name)] for name in cells[layout.area]],
            "words": list(cells[layout.measure]),
            "share": shares,
        }
    )
    if layout.force is not None:
        numbers = [tabular.number(cell, sheet.decimal_comma) for cell in cells[layout.force]]
        force = pd.Series(numbers, rows.index, dtype="float64")
        whole = rows.assign(level="force", area=None, share=force).drop_duplicates(["month", "words"])
        rows = pd.concat([rows, whole], ignore_index=True)
    return AGGREGATES.frame(
        {
            "row": rows["row"],
            "survey": SURVEY,
            "force": FORCE,
            "publication": layout.publication,
            "month": rows["month"],
            "months": 12,
            "level": rows["level"],
            "area": rows["area"],
            "measure": [_measure(layout, words) for words in rows["words"]],
            "words": rows["words"],
            "share": rows["share"] / layout.most,
        }
    )


def _measure(layout: _Layout, words: str) -> str:
    row = vocabulary("published_measures", layout.measures).lookup(words)
    return row["measure"] if row else ""


def _month(cell: str) -> str | None:
    """The month of a date, YYYY-MM; None where the cell holds none."""
    day, iso, short = _DAY.fullmatch(cell), _ISO_DAY.fullmatch(cell), _SHORT_MONTH.fullmatch(cell)
    if short is not None:
        name = short[1].casefold()
        return f"20{short[2][-2:]}-{_MONTHS.index(name) + 1:02}" if name in _MONTHS else None
    if day is None and iso is None:
        return None
    year, month, number = map(int, iso.group(1, 2, 3) if iso is not None else day.group(3, 2, 1) if day else ())
    try:
        return date(year, month, number).isoformat()[:7]
    except ValueError:
        return None


def _row(label: object) -> int:
    return int(str(label))
