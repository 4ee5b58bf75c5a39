"""What the files of data.police.uk share: names that say force and month, cells of text, points on a map.

Column layouts: https://data.police.uk/about/.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING

from data.readers import gss
from data.readers.columnar import counts
from data.readers.plain_csv import plain_table
from data.readers.source import Problem, Refused, Slot, Source, problems_in
from data.readers.text import header, records
from data.vocabularies import forces, published_forces, unknown_values, vocabulary
from data.words import agreeing, plural

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

_ZONE = re.compile(r"S01\d{6}")
_OFFICERS = re.compile(
    r"\b(?:officers?|collar|shoulder|warrant|badge|epaulette|constables?|sergeants?|searchers?|pc|ps|oic)\b",
    re.IGNORECASE,
)
_MONTH = r"(?P<month>\d{4}-(0[1-9]|1[0-2]))"


def slot_of(source: Source, kind: str, table: str, ending: str, signs: Collection[str]) -> Slot | None:
    """The force-month that a file of the archive fills, from its name; None where it is another file.

    Parameters
    ----------
    source
        Any file.
    kind, table
        Of the slot.
    ending
        How the name of such a file ends: ``stop-and-search``.
    signs
        Columns that no other file has.

    Raises
    ------
    Refused
        If it is such a file, but its name does not say the force and the month.
    """
    slot = named_slot(source.name, kind, table, ending, "csv")
    if slot is None and set(signs).issubset(header(source.content)):
        raise Refused([unnamed(kind, f"{ending}.csv")])
    return slot


def named_slot(name: str, kind: str, table: str, ending: str, suffix: str) -> Slot | None:
    """The force-month that the name of a file says; None where it is not the name of such a file.

    Parameters
    ----------
    name
        Name of the file.
    kind, table
        Of the slot.
    ending, suffix
        How such a name ends: ``stop-and-search`` and ``csv``.

    Raises
    ------
    Refused
        If there is no such force.
    """
    named = re.fullmatch(rf"{_MONTH}-(?P<force>[a-z-]+)-{ending}\.{suffix}", name, re.ASCII | re.IGNORECASE)
    if named is None:
        return None
    force = named["force"].lower()
    if force not in published_forces():
        what = f"“{force}” in the file name is not a force of England and Wales"
        raise Refused([Problem(what, "Use the force's name on data.police.uk, such as west-yorkshire")])
    return Slot(kind, table, force, named["month"])


def unnamed(kind: str, ending: str) -> Problem:
    """What is wrong with a file whose name says no force and no month, and how to name it."""
    what = f"The force and the month of a {kind} file are read from its name, and this name has none"
    return Problem(what, f"Rename it as data.police.uk does, such as 2023-03-surrey-{ending}")


def cells_of(content: bytes, columns: Iterable[str], more: Collection[str] = ()) -> tuple[pd.DataFrame, list[str]]:
    """The cells as text, indexed by row of the file, and sentences on how they were read.

    Parameters
    ----------
    content
        Bytes of the file.
    columns, more
        Columns that it must have, and others of it that are read.

    Raises
    ------
    Refused
        If the file is empty or damaged, or lacks a column.
    """
    import pandas as pd

    wanted = list(columns)
    if not content.strip():
        remedy = "Fetch it again; a month in which nothing happened still has its header line"
        raise Refused([Problem("The file is empty", remedy)])
    plain = plain_table(content)
    if plain is not None:
        cells, note = plain.to_pandas().set_axis(pd.RangeIndex(2, len(plain) + 2)), None
    else:
        found = records(content, header_alone=True)
        cells, note = pd.DataFrame(found.cells, found.rows, found.columns, dtype="str"), found.note
    missing = [column for column in wanted if column not in cells.columns]
    if missing:
        raise Refused(
            [Problem("This column is missing", "Fetch the file again from data.police.uk", column=c) for c in missing]
        )
    return cells, [*([note] if note else []), *unused(column for column in cells if column not in {*wanted, *more})]


def unused(columns: Iterable[str]) -> list[str]:
    """What is said of columns that are not read: those that may name an officer apart from the others."""
    extra = list(columns)
    officers = [column for column in extra if _OFFICERS.search(column.replace("_", " "))]
    others = [column for column in extra if column not in officers]
    return [
        *([f"Columns not used: {', '.join(others)}."] if others else []),
        *([f"Columns that may name an officer are never read: {', '.join(officers)}."] if officers else []),
    ]


def filled(values: pd.Series) -> pd.Series:
    """Texts, missing where the cell is blank."""
    return values.where(values != "")


def coordinates(values: pd.Series) -> pd.Series:
    """Degrees, missing where the cell is blank or no number."""
    import pandas as pd

    return pd.to_numeric(filled(values), errors="coerce")


def point_problems(raw: pd.DataFrame) -> list[Problem]:
    """Coordinates that are none, and points of which a half is missing."""
    blank = raw[["Latitude", "Longitude"]] == ""
    problems = []
    for column, most, other in (("Latitude", 90, "Longitude"), ("Longitude", 180, "Latitude")):
        bad = ~blank[column] & ~(coordinates(raw[column]).abs() <= most)
        problems += problems_in(
            raw[column], bad, column, "This is not a coordinate in degrees", "Correct it, or leave both blank"
        )
        half = blank[column] & ~blank[other]
        what = f"It is blank, and the {other.lower()} is not"
        problems += problems_in(raw[column], half, column, what, "Give both coordinates, or leave both blank")
    return problems


def area_problems(raw: pd.DataFrame) -> list[Problem]:
    """Codes that are no LSOA."""
    codes = raw["LSOA code"]
    # On railways a crime can lie in a data zone of Scotland.
    known = {code: code == "" or gss.level(code) == "lsoa" or _ZONE.fullmatch(code) for code in codes.unique()}
    what = "This is not the GSS code of an LSOA of England or Wales"
    fits = codes.isin([code for code, fit in known.items() if fit])
    return problems_in(codes, ~fits, "LSOA code", what, "Correct it, or leave it blank")


def blank_problems(raw: pd.DataFrame, column: str, what: str) -> list[Problem]:
    """Cells of a column without which a row says nothing."""
    return problems_in(raw[column], raw[column] == "", column, what, "Fetch the file again")


def out_of_place(raw: pd.DataFrame, slot: Slot) -> dict[str, pd.Series]:
    """Rows without a place, of another month or of another force, each by the sentence that says so."""
    force = forces()[slot.subject]
    return {
        "{rows} {have} no place.": raw["Latitude"] == "",
        "{rows} {are} of another month; {they} {stay} in that of the file.": raw["Month"] != slot.period,
        f"{{rows}} {{fall}} within another force than {force['short']} and {{stay}} with it.": ~raw[
            "Falls within"
        ].isin([force["name"], ""]),
    }


def counted(rows: Mapping[str, pd.Series]) -> list[str]:
    """Sentences with the number of rows that each is about, its words agreeing; none where there are no such rows."""
    return [agreeing(said, number, rows="row") for said, which in rows.items() if (number := int(which.sum()))]


def unlisted(
    raw: pd.DataFrame | Mapping[str, pa.Array], lists: Mapping[str, tuple[str, str | None]], one: str, many: str
) -> list[str]:
    """A sentence for each value that the list of its column does not know, with what it is counted in."""
    return [
        f"{column} “{value}” is not in our list: {plural(count, one, many)}, kept as written."
        for column, (name, part) in lists.items()
        for value, count in unknown_values(counts(raw[column]), vocabulary(name, part)).items()
    ]
