"""Templates to fill in and the data dictionary, made from the canonical tables and nothing else.

A template is an empty table in the columns that its reader expects: delimited text, or a workbook whose second sheet
says what each column means and whose cells offer what may be written.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from data.readers import own_table, population_table
from data.series_notes import NOTES
from data.tables import CANONICAL, POPULATION, Column

TEMPLATES: dict[str, list[Column]] = {
    **{name: own_table.columns_of(table) for name, table in own_table.TABLES.items()},
    POPULATION.name: [column for column in POPULATION.columns if column.name in population_table.NAMES],
}
"""The columns of every template, by the table that it is of."""

REGISTERS = (NOTES,)
"""Records that people edit on pages; the dictionary tells of them too."""

_MADE = datetime(2000, 1, 1)  # Fixed, so that the same table gives the same bytes.
_ROWS = 10_000
_WORDS = {
    "text": "text",
    "texts": "several codes, separated by spaces",
    "day": "day, 2026-03-31",
    "month": "month, 2026-03",
    "integer": "whole number",
    "number": "number",
    "boolean": "yes or no",
    "moment": "moment, in UTC",
    "bytes": "shape, as well-known binary",
}
_HEAD = ("Column", "Needed", "What is written", "About")


def as_csv(name: str) -> bytes:
    """The header of the template of a table, as CSV that Excel opens rightly."""
    text = io.StringIO(newline="")
    csv.writer(text).writerow([column.name for column in TEMPLATES[name]])
    return text.getvalue().encode("utf-8-sig")


def as_excel(name: str) -> bytes:
    """A workbook to fill in: the header with lists to choose from, and a sheet that explains the columns."""
    from xlsxwriter import Workbook

    packed = io.BytesIO()
    workbook = Workbook(packed, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    workbook.set_properties({"title": f"Template: {name}", "created": _MADE})
    bold, wrapped, day = (
        workbook.add_format(look) for look in ({"bold": True}, {"text_wrap": True}, {"num_format": "yyyy-mm-dd"})
    )
    sheet = workbook.add_worksheet(name)
    sheet.freeze_panes(1, 0)
    for place, column in enumerate(TEMPLATES[name]):
        sheet.write_string(0, place, column.name, bold)
        sheet.set_column(place, place, max(12, len(column.name) + 2), day if column.kind == "day" else None)
        choices = _choices(column)
        if choices:
            sheet.data_validation(1, place, _ROWS, place, {"validate": "list", "source": choices})
    about = workbook.add_worksheet("Columns")
    about.freeze_panes(1, 0)
    for place, width in enumerate((18, 9, 34, 70)):
        about.set_column(place, place, width, wrapped)
        about.write_string(0, place, _HEAD[place], bold)
    for row, cells in enumerate(_explained(TEMPLATES[name]), start=1):
        for place, cell in enumerate(cells):
            about.write_string(row, place, cell, wrapped)
    workbook.close()
    return packed.getvalue()


def write_all(folder: Path) -> list[Path]:
    """Write every template into a folder, twice: as a workbook and as CSV; a file that is there is never written over.

    Returns
    -------
    list of Path
        The files that were written.

    Raises
    ------
    OSError
        If the folder can't be made or written to.
    """
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name in TEMPLATES:
        for ending, content in (("xlsx", as_excel(name)), ("csv", as_csv(name))):
            path = folder / f"{name}.{ending}"
            if not path.exists():
                path.write_bytes(content)
                written.append(path)
    return written


def dictionary() -> str:
    """The data dictionary: every canonical table and every register with its columns, as Markdown."""
    made_from = "Made from `data/tables.py` and the registers by `python -m data dictionary`."
    lines = ["# Data dictionary", "", made_from, ""]
    for table in (*CANONICAL.values(), *(register.table for register in REGISTERS)):
        lines += [f"## {table.name}", "", table.about, "", f"| {' | '.join(_HEAD)} |", "|---|---|---|---|"]
        lines += [f"| `{name}` | {' | '.join(rest)} |" for name, *rest in _explained(list(table.columns))]
        lines.append("")
    return "\n".join(lines)


def _explained(columns: list[Column]) -> Iterator[tuple[str, str, str, str]]:
    for column in columns:
        written = f"one of: {', '.join(column.options)}" if column.options else _WORDS[column.kind]
        yield column.name, "yes" if column.required else "", written, column.about


def _choices(column: Column) -> list[str]:
    return ["yes", "no"] if column.kind == "boolean" else list(column.options)
