"""A Finding as CSV and as an Excel workbook.

Text in a table may come from a file, and a spreadsheet runs a cell that starts like a formula. In CSV such text gets an
apostrophe in front; in a workbook every text is written as text.
"""

from __future__ import annotations

import hashlib
import io
import math
import re
from collections.abc import Hashable, Iterator, Mapping
from datetime import datetime
from numbers import Real
from typing import TYPE_CHECKING, Any

from analytics import wording
from analytics.columns import meaning
from analytics.finding import Finding
from analytics.reading import in_plain_words, level

if TYPE_CHECKING:
    import pandas as pd
    from xlsxwriter import Workbook
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

COVER = "Cover"

# Tab, carriage return and line feed count wherever they stand in front, and signs that nobody sees are looked past; the
# last four are the wide forms that some spreadsheets take for the plain ones.
_FORMULA = re.compile(
    r"[\t\r\n]|[\s\x00-\x1f\x7f-\x9f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]*[=+\-@\uFF1D\uFF0B\uFF0D\uFF20]"
)
_NO_SHEET_NAME = re.compile(r"[\[\]:*?/\\\x00-\x1f]")
_NO_FILE_NAME = re.compile(r"[^A-Za-z0-9._]+")
_LONGEST_TEXT = 32_767
_LONGEST_SHEET_NAME = 31
_MOST_ROWS = 1_048_575  # Under the header row.
_MADE = datetime(2000, 1, 1)  # Fixed, so that the same Finding gives the same bytes.
_NAMED_BY = (
    *("force", "survey", "area", "area_level", "measure", "layer", "by", "group", "comparator", "from", "to"),
    *("compare_from", "against_from", "against_to", "points", "dont_know", "smooth", "definition", "power"),
    *("population", "among"),
)
"""Parts of a scope that tell a file from another of the same question, in the order in which they are named."""
_LONGEST_NAME = 120
_SCOPE = (
    *("force", "area", "from", "to", "power", "definition", "population", "survey", "measure", "by", "layer"),
    *("points", "dont_know", "compare_from", "against_from", "against_to", "among"),
)
"""Parts of a scope that limit a whole table; what is compared is not one of them."""
_NAMES = {"population": "residents_source", "dont_know": "dont_know_is"}  # Tables have columns of these names.
_STAGES = ("from", "to")  # Links of the cycle have columns of these names, which are stages.
_DIGITS = 6
_OPTIONS = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}


def to_csv(finding: Finding, table: str | None = None) -> bytes:
    """One table of a Finding as CSV: the header, the rows and nothing else.

    The first columns say in every row what was asked: force, period and whatever else limits the table and is no column
    of it; a power only where it is not all of them. Caveats and provenance are on the cover of the workbook and in the
    JSON.

    UTF-8 with a byte order mark, without which Excel reads every name beyond ASCII wrongly when the file is opened by
    a double click; pandas, DuckDB and R's readr pass over it. Lines end as RFC 4180 says. Whole numbers are written in
    full, others with six digits that count; a null is an empty cell and an infinite limit is ``inf``.

    Parameters
    ----------
    finding
        What is written.
    table
        Name of the table; the main one where none is named.

    Raises
    ------
    ValueError
        If the Finding has no table of that name.
    """
    if table is not None and table not in finding.tables:
        names = wording.listing(list(finding.tables), 99)
        raise ValueError(f"{finding.key} has no table “{table}”; there is {names}.")
    frame = finding.table if table is None else finding.tables[table]
    return frame_csv(_with_scope(frame, finding.provenance.scope))


def frame_csv(frame: pd.DataFrame) -> bytes:
    """A frame as CSV, written as `to_csv` writes a table: no cell of it is taken for a formula."""
    safe = frame.astype(object).map(_csv_cell).set_axis([neutral(str(name)) for name in frame.columns], axis=1)
    return safe.to_csv(index=False, lineterminator="\r\n").encode("utf-8-sig")


def to_excel(finding: Finding) -> bytes:
    """A Finding as a workbook: a cover sheet, then one sheet for each table.

    The cover says what was asked and answered, how it was made and from which files. A table starts in the first cell
    of its sheet, its header stays in view and no cell is merged. A withheld figure is an empty cell, its reason stands
    in the column flag; the cover says what each column means. Numbers are rounded as in CSV. The same Finding gives the
    same bytes.

    Raises
    ------
    ValueError
        If a table has more rows than a sheet can hold.
    """
    from xlsxwriter import Workbook

    buffer = io.BytesIO()
    workbook = Workbook(buffer, _OPTIONS)
    workbook.set_properties({"title": _fitting(finding.question), "created": _MADE})
    names = sheet_names(finding.tables)
    _write_cover(workbook, finding, names)
    for name, frame in finding.tables.items():
        if len(frame) > _MOST_ROWS:
            raise ValueError(
                f"The table “{name}” has {len(frame):,} rows and a sheet holds {_MOST_ROWS:,}: take the CSV file."
            )
        _write_table(workbook, workbook.add_worksheet(names[name]), frame)
    workbook.close()
    return buffer.getvalue()


def file_name(finding: Finding, ending: str, table: str | None = None) -> str:
    """A name that says the question and what was asked: letters, digits, dots, hyphens and low lines only.

    Periods, groups and whatever else limits the table are named, so that two files of one question are told apart; a
    name that would be longer than 120 letters ends in a few that come of all of it. A table that is not the main one is
    named too.

    Examples
    --------
    ``stop_and_search.disproportionality-metropolitan-2018-04-2018-09.csv``
    """
    scope = finding.provenance.scope
    further = [table] if table is not None and table != next(iter(finding.tables)) else []
    parts = [finding.key, *further, *(scope[name] for name in _NAMED_BY if scope.get(name))]
    stem = "-".join(filter(None, (_NO_FILE_NAME.sub("-", part).strip("-.") for part in parts)))
    if len(stem) > _LONGEST_NAME:
        mark = hashlib.sha256("\n".join(parts).encode()).hexdigest()[:8]
        stem = f"{stem[: _LONGEST_NAME - len(mark) - 1].strip('-.')}-{mark}"
    return f"{stem}.{_NO_FILE_NAME.sub('', ending).strip('.')}"


def neutral(text: str) -> str:
    """Text that no spreadsheet takes for a formula: with an apostrophe in front where it starts like one.

    References
    ----------
    OWASP, CSV Injection: a cell is dangerous that starts with ``=``, ``+``, ``-``, ``@``, tab, carriage return or line
    feed. Spaces and signs that nobody sees are looked past.
    """
    return f"'{text}" if _FORMULA.match(text) else text


def sheet_names(tables: Mapping[str, pd.DataFrame]) -> dict[str, str]:
    """Sheet names that Excel accepts, one for each table: no brackets, slashes or ``:*?``, 31 letters, none twice."""
    taken = {COVER.casefold(), "history"}  # Excel keeps "History" for itself.
    names: dict[str, str] = {}
    for table in tables:
        base = _NO_SHEET_NAME.sub(" ", table)[:_LONGEST_SHEET_NAME].strip(" '") or "Table"
        name, number = base, 1
        while name.casefold() in taken:
            number += 1
            name = f"{base[: _LONGEST_SHEET_NAME - len(str(number)) - 1]} {number}"
        taken.add(name.casefold())
        names[table] = name
    return names


def rounded(value: Any) -> Any:  # noqa: ANN401 - a cell holds anything
    """A number with six digits that count; a whole one, and what lies before the point, is never changed."""
    if isinstance(value, bool | int) or not isinstance(value, Real):
        return value
    number = float(value)
    if not math.isfinite(number) or number.is_integer():
        return value
    before = math.floor(math.log10(abs(number))) + 1
    return round(number, max(_DIGITS - before, 0))


def _with_scope(frame: pd.DataFrame, scope: Mapping[str, str]) -> pd.DataFrame:
    names = {**_NAMES, **({name: f"{name}_month" for name in _STAGES} if set(_STAGES) <= set(frame.columns) else {})}
    said = {names.get(name, name): scope[name] for name in _SCOPE if scope.get(name)}
    asked = {name: value for name, value in said.items() if name not in frame and (name, value) != ("power", "all")}
    framed = frame.copy()
    for place, (name, value) in enumerate(asked.items()):
        framed.insert(place, name, value)
    return framed


def _csv_cell(value: Any) -> Any:  # noqa: ANN401 - a cell holds anything
    if wording.missing(value) or isinstance(value, Real):
        return rounded(value)
    return neutral(str(value))


def _write_cover(workbook: Workbook, finding: Finding, names: Mapping[str, str]) -> None:
    sheet = workbook.add_worksheet(COVER)
    name_style = workbook.add_format({"bold": True, "valign": "top"})
    text_style = workbook.add_format({"text_wrap": True, "valign": "top"})
    sheet.set_column(0, 0, 22)
    sheet.set_column(1, 1, 110)
    for row, (name, text) in enumerate(_cover_rows(finding, names)):
        sheet.write_string(row, 0, _fitting(name), name_style)
        sheet.write_string(row, 1, _fitting(text), text_style)


def _cover_rows(finding: Finding, names: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    made = finding.provenance
    yield "Question", finding.question
    yield "Finding", finding.headline
    yield "Answer", finding.answer
    if in_plain_words(finding):
        yield "In plain words", in_plain_words(finding)
    yield "Level", level(finding)
    for name, value in made.scope.items():
        yield f"Scope: {name}", value
    for caveat in finding.caveats:
        yield "Caveat", caveat
    for table, frame in finding.tables.items():
        flags = "; an empty cell is a figure withheld or not known, and flag says why" if "flag" in frame else ""
        yield f"Sheet {names[table]}", wording.plural(len(frame), "row") + flags
    for name in dict.fromkeys(str(name) for frame in finding.tables.values() for name in frame.columns):
        if meaning(name):
            yield f"Column {name}", meaning(name)
    yield "Base", made.base
    yield "Weights", made.weights
    yield "Method", made.method
    yield "Reference", made.reference
    for rule in made.rules:
        yield "Rule that fired", rule
    for name, value in made.settings.items():
        yield f"Setting: {name}", value
    yield "Key", finding.key
    yield "Release", str(made.release)
    yield "Code", made.code
    yield "Files", wording.count(len(made.files))
    for file in made.files:
        mapped = f", of the file with its mapping, whose own is {file.mapping}" if file.mapping else ""
        yield "File", f"{file.name} · {wording.plural(file.rows, 'row')} · SHA-256 {file.sha256}{mapped}"


def _write_table(workbook: Workbook, sheet: Worksheet, frame: pd.DataFrame) -> None:
    header = workbook.add_format({"bold": True, "bottom": 1})
    sheet.freeze_panes(1, 0)
    for column, name in enumerate(frame.columns):
        values = [rounded(value) for value in frame.iloc[:, column].tolist()]
        sheet.write_string(0, column, _fitting(str(name)), header)
        style = workbook.add_format({"num_format": number_format(name, values)})
        for row, value in enumerate(values, start=1):
            _write_cell(sheet, row, column, value, style)
    sheet.autofit(max_width=420)


def number_format(name: Hashable, values: list[Any]) -> str:
    """Excel's format for a column: none after the point for whole numbers, three for shares of 1, else two."""
    numbers = [float(value) for value in values if isinstance(value, Real) and math.isfinite(value)]
    if name == "year":
        return "0"
    if all(value == round(value) for value in numbers):
        return "#,##0"
    return "0.000" if all(abs(value) <= 1 for value in numbers) else "#,##0.00"


def _write_cell(sheet: Worksheet, row: int, column: int, value: Any, style: Format) -> None:  # noqa: ANN401
    if wording.missing(value):
        return
    if isinstance(value, bool):
        sheet.write_boolean(row, column, value)
    elif isinstance(value, Real) and math.isinf(value):
        sheet.write_string(row, column, "no upper limit" if float(value) > 0 else "no lower limit")
    elif isinstance(value, Real):
        sheet.write_number(row, column, float(value), style)
    else:
        sheet.write_string(row, column, _fitting(str(value)))


def _fitting(text: str) -> str:
    """Text cut to what a cell holds; Excel would drop a longer one whole."""
    return text if len(text) <= _LONGEST_TEXT else f"{text[: _LONGEST_TEXT - 1]}…"
