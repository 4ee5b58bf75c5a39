"""The columns of a survey file as a form shows them: their labels, their codes with the number of people, examples."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from data.readers import tabular
from data.readers.personal_data import personal_columns
from data.vocabularies import normalise

_MOST_CODES = 20
_MOST_AREAS = 60


@dataclass(frozen=True)
class Code:
    """One value of a column: as written, its label in the file, and how many people have it."""

    value: str
    label: str
    people: int


@dataclass(frozen=True)
class Seen:
    """A column as it stands in the file.

    Attributes
    ----------
    name, label
        Its header and, in an SPSS file, its label.
    codes
        Its values, where they are few enough to be codes.
    example
        A few of its values.
    personal
        What personal data it seems to hold; blank where none.
    areas
        Its values, where they may be areas by number or label: few, and not all of them names.
    people, blank
        How many people the file has, and how many of them have nothing in this column.
    """

    name: str
    label: str
    codes: tuple[Code, ...]
    example: str
    personal: str
    areas: tuple[Code, ...] = ()
    people: int = 0
    blank: int = 0


def columns_of(sheet: tabular.Sheet, last: date) -> tuple[Seen, ...]:
    """Every column of a file.

    Parameters
    ----------
    sheet
        The file.
    last
        The last day of its fieldwork, as far as it is known.
    """
    personal = personal_columns(sheet, last)
    return tuple(_seen(sheet, column, personal.get(column, "")) for column in sheet.columns)


def of_code(table: Mapping[str, object], code: str) -> str:
    """What a table of a mapping says of a code, whatever its case and spaces; blank where it has no such code."""
    wanted = normalise(code)
    return next((str(words) for given, words in table.items() if normalise(tabular.code(given)) == wanted), "")


def _seen(sheet: tabular.Sheet, column: str, personal: str) -> Seen:
    counts = sheet.cells[column].value_counts()
    counts = counts[counts.index != ""]
    labels = sheet.value_labels.get(column, {})
    values = sorted({*counts.index, *labels}, key=_in_order) if len(counts) <= _MOST_AREAS else []
    codes = tuple(Code(str(value), labels.get(value, ""), int(counts.get(value, 0))) for value in values)
    coded = any(code.label or code.value.isdigit() for code in codes)
    # Of what seems personal no example is shown.
    example = "" if personal else ", ".join(map(str, counts.index[:3]))
    return Seen(
        column,
        sheet.labels.get(column, ""),
        codes if len(counts) <= _MOST_CODES else (),
        example[:60],
        personal,
        codes if coded and not personal else (),
        len(sheet.cells),
        len(sheet.cells) - int(counts.sum()),
    )


def _in_order(code: str) -> tuple[float, str]:
    try:
        return float(code), ""
    except ValueError:
        return float("inf"), code
