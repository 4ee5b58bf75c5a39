"""Tables in the columns of our own templates: engagement events, who came, feedback, priorities, plans and milestones.

A file is told by its columns alone: every required one of a table, in any order, from a workbook or delimited text.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

from data.readers import tabular
from data.readers.personal_data import personal_columns
from data.readers.source import Problem, Reading, Refused, Slot, Source, problems_in
from data.tables import EVENTS, FEEDBACK, MILESTONES, PARTICIPANTS, PLANS, PRIORITIES, Column, Table
from data.vocabularies import published_forces

if TYPE_CHECKING:
    import pandas as pd

KINDS = {
    EVENTS.name: "engagement events",
    PARTICIPANTS.name: "event participants",
    FEEDBACK.name: "feedback",
    PRIORITIES.name: "priorities",
    PLANS.name: "engagement plan",
    MILESTONES.name: "milestones",
}
"""What a file of each table is called."""
TABLES = {table.name: table for table in (EVENTS, PARTICIPANTS, FEEDBACK, PRIORITIES, PLANS, MILESTONES)}

_KEYS = {
    EVENTS.name: ("event",),
    PARTICIPANTS.name: ("event", "attribute", "group"),
    FEEDBACK.name: ("item",),
    PRIORITIES.name: ("area", "priority", "set_on"),
    PLANS.name: ("area", "month", "method"),
    MILESTONES.name: ("name",),
}
"""Columns whose values together name one row."""
_FREE = ("purpose", "topic", "issue", "action", "no_action_reason", "priority", "audience", "about")
_FORCE = "Use the force's name on data.police.uk, such as west-yorkshire"

_MADE_HERE = ("load_id", "row")
_TRUTHS = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}
_FIRST_YEAR, _LAST_YEAR = "1900", "2099"
_BRITISH_DAY = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")


def columns_of(table: Table) -> list[Column]:
    """The columns of a table that a file has, the others being made when it is read."""
    return [column for column in table.columns if column.name not in _MADE_HERE]


def recognise(source: Source) -> Slot | None:
    """The log of a force that the file fills, told by its header; None where it is no such file.

    Raises
    ------
    Refused
        If it is one, but names no force, several or one that there is not.
    """
    table = _table([name.casefold() for name in tabular.header(source)])
    if table is None:
        return None
    sheet = _opened(source)
    cells = sheet.cells
    if cells.empty:
        raise Refused([Problem("the file holds no rows", "Fill the template in below its header")])
    slugs = cells["force"].map(_slug)
    named = slugs.dropna().unique()
    if len(named) > 1:
        what = f"the file is of {len(named):,} forces: {', '.join(sorted(named)[:3])}"
        raise Refused([Problem(what, "Give each force a file of its own", column="force")])
    if not len(named):
        what = "this names no force that data.police.uk knows"
        raise sheet.refused(problems_in(cells["force"], slugs.isna(), "force", what, _FORCE))
    return Slot(KINDS[table.name], table.name, str(named[0]), "")


def read(source: Source, slot: Slot) -> Reading:
    """The rows of the file, in the types of the table.

    Returns
    -------
    Reading
        Days as YYYY-MM-DD, also where the file has them as 31/03/2026.

    Raises
    ------
    Refused
        If a required cell is blank, a value is none that its column can have, or a year is not of 1900 to 2099; every
        problem at once.
    """
    table = TABLES[slot.table]
    sheet = _opened(source)
    held = [column for column in columns_of(table) if column.name in sheet.columns]
    problems: list[Problem] = []
    values: dict[str, Any] = {}
    british = 0
    for column in held:
        cells = sheet.cells[column.name]
        if column.name == "force":
            what = "this names no force that data.police.uk knows"
            problems += problems_in(cells, cells.map(_slug).isna(), "force", what, _FORCE)
            values["force"] = slot.subject
            continue
        if column.required:
            problems += problems_in(cells, cells == "", column.name, "this must be filled in", _told(column))
        if column.kind in ("day", "month"):
            british += int(cells.str.fullmatch(_BRITISH_DAY).sum())
        values[column.name], bad = _READ[column.kind](cells, column)
        problems += problems_in(cells, bad & (cells != ""), column.name, _WRONG[column.kind], _told(column))
        if column.kind in ("day", "month"):
            problems += _far(cells, values[column.name], column)
    problems += _repeats(table, sheet.cells) + _personal(sheet)
    if problems:
        raise sheet.refused(sorted(problems, key=lambda problem: problem.row or 0))
    if "row" in table.names:
        values["row"] = sheet.cells.index
    frame = table.frame(values).reset_index(drop=True)
    lacking = [column.name for column in columns_of(table) if column.name not in sheet.columns]
    unused = [column for column in sheet.columns if column not in table.names]
    notes = (
        sheet.how,
        f"Days read as day/month/year: {british:,}." if british else "",
        f"Columns of the template that the file lacks: {', '.join(lacking)}." if lacking else "",
        f"Columns not used, and not kept: {', '.join(unused)}." if unused else "",
    )
    return Reading(frame, len(frame), tuple(note for note in notes if note))


def _opened(source: Source) -> tabular.Sheet:
    """The table of a file, its columns in small letters."""
    sheet = tabular.read(source)
    return replace(sheet, cells=sheet.cells.rename(columns=str.casefold))


def _table(columns: list[str]) -> Table | None:
    """The table whose required columns are all there; of several, the one with most of its columns."""
    present = set(columns)
    fitting = [
        table
        for table in TABLES.values()
        if {column.name for column in columns_of(table) if column.required} <= present
    ]
    return max(fitting, key=lambda table: len(present & set(table.names)), default=None)


def _slug(cell: str) -> str | None:
    """The force that a cell names, as data.police.uk writes it or by its name; None for none."""
    said = " ".join(cell.casefold().split())
    for slug, force in published_forces().items():
        if said in (slug, slug.replace("-", " "), force["name"].casefold(), force["short"].casefold()):
            return slug
    return None


def _far(cells: pd.Series, found: pd.Series, column: Column) -> list[Problem]:
    """Days and months of a year that no record is of."""
    far = found.notna() & ~found.str[:4].between(_FIRST_YEAR, _LAST_YEAR)
    years = f"{_FIRST_YEAR} to {_LAST_YEAR}"
    return problems_in(
        cells, far, column.name, f"this {column.kind} is not of {years}", f"Write a {column.kind} from {years}"
    )


def _repeats(table: Table, cells: pd.DataFrame) -> list[Problem]:
    """Rows that stand twice: an event, an item, or a group of one event."""
    key = [name for name in _KEYS.get(table.name, ()) if name in cells]
    if not key:
        return []
    what = f"this {' and '.join(key)} stands already above"
    again = cells.duplicated(key) & (cells[key[0]] != "")
    return problems_in(cells[key[-1]], again, key[-1], what, "Keep one of the rows, or give the other its own number")


def _personal(sheet: tabular.Sheet) -> list[Problem]:
    """Free text that looks like names or contact details: it is kept as it is written, so it must hold none."""
    free = [column for column in sheet.columns if column in _FREE]
    found = personal_columns(replace(sheet, cells=sheet.cells[free], labels={}), date.today())
    remedy = "Take it out: what is written here is kept"
    return [Problem(f"this column looks like {what}", remedy, column=column) for column, what in found.items()]


def _told(column: Column) -> str:
    """What may be written, as the remedy of a problem."""
    if column.options:
        return f"Write one of: {', '.join(column.options)}"
    remedies = {
        "day": "Write it as 2026-03-31 or 31/03/2026",
        "month": "Write it as 2026-03",
        "integer": "Write a whole number in digits",
        "number": "Write a number in digits",
        "boolean": "Write yes or no",
    }
    return remedies.get(column.kind, column.about)


def _days(cells: pd.Series, column: Column) -> tuple[pd.Series, pd.Series]:
    import pandas as pd

    iso = cells.str.replace(_BRITISH_DAY, lambda day: f"{day[3]}-{day[2]:0>2}-{day[1]:0>2}", regex=True)
    whole = iso.where(iso.str.fullmatch(r"\d{4}-\d\d-\d\d"))
    good = pd.to_datetime(whole, format="%Y-%m-%d", errors="coerce").notna()
    return whole.where(good), ~good


def _months(cells: pd.Series, column: Column) -> tuple[pd.Series, pd.Series]:
    # A spreadsheet makes the first day of it from a month.
    days, bad = _days(cells + "-01", column)
    own, not_days = _days(cells, column)
    found = days.where(~bad, own).str[:7]
    return found, bad & not_days


def _whole_numbers(cells: pd.Series, column: Column) -> tuple[pd.Series, pd.Series]:
    import pandas as pd

    good = cells.str.fullmatch(r"[0-9]{1,9}")
    return pd.to_numeric(cells.where(good)).astype("Int64"), ~good


def _numbers(cells: pd.Series, column: Column) -> tuple[pd.Series, pd.Series]:
    import pandas as pd

    good = cells.str.fullmatch(r"[0-9]{1,9}(\.[0-9]+)?")
    return pd.to_numeric(cells.where(good)).astype(float), ~good


def _truths(cells: pd.Series, column: Column) -> tuple[pd.Series, pd.Series]:
    found = cells.str.casefold().map(_TRUTHS).astype("boolean")
    return found, found.isna()


def _lists(cells: pd.Series, column: Column) -> tuple[pd.Series, pd.Series]:
    return cells.str.split(r"[\s;]+", regex=True), cells != cells


def _texts(cells: pd.Series, column: Column) -> tuple[pd.Series, pd.Series]:
    if not column.options:
        return cells.where(cells != ""), cells != cells
    found = cells.str.casefold().map({option.casefold(): option for option in column.options})
    return found, found.isna()


_READ: dict[str, Callable[[pd.Series, Column], tuple[pd.Series, pd.Series]]] = {
    "text": _texts,
    "texts": _lists,
    "day": _days,
    "month": _months,
    "integer": _whole_numbers,
    "number": _numbers,
    "boolean": _truths,
}
_WRONG = {
    "text": "this is none of the values that the column can have",
    "texts": "this is no list",
    "day": "there is no such day",
    "month": "this is not a month",
    "integer": "this is not a whole number of 0 or more",
    "number": "this is not a number",
    "boolean": "this is neither yes nor no",
}
