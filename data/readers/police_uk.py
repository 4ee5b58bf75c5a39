"""What the files of data.police.uk share: names that say force and month, cells of text, points on a map.

Column layouts: https://data.police.uk/about/.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING

from data.readers.source import Problem, Refused, Slot, Source, problems_in
from data.readers.text import header, records
from data.vocabularies import published_forces, unknown_values, vocabulary

if TYPE_CHECKING:
    import pandas as pd

_MONTH = r"(?P<month>\d{4}-(0[1-9]|1[0-2]))"


def slot_of(source: Source, kind: str, table: str, ending: str, signs: Collection[str]) -> Slot | None:
    """The force-month that a file fills, from its name; None where it is another file.

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
    named = re.fullmatch(rf"{_MONTH}-(?P<force>[a-z-]+)-{ending}\.csv", source.name, re.ASCII | re.IGNORECASE)
    if named is None and not set(signs).issubset(header(source.content)):
        return None
    if named is None:
        what = f"The force and the month of a {kind} file are read from its name, and this name has none"
        raise Refused([Problem(what, f"Rename it as data.police.uk does, such as 2023-03-surrey-{ending}.csv")])
    force = named["force"].lower()
    if force not in published_forces():
        what = f"“{force}” in the file name is not a force of England and Wales"
        raise Refused([Problem(what, "Use the force's name on data.police.uk, such as west-yorkshire")])
    return Slot(kind, table, force, named["month"])


def cells_of(content: bytes, columns: Iterable[str]) -> tuple[pd.DataFrame, list[str]]:
    """The cells as text, indexed by row of the file, and sentences on how they were read.

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
    found = records(content, header_alone=True)
    missing = [column for column in wanted if column not in found.columns]
    if missing:
        raise Refused(
            [Problem("This column is missing", "Fetch the file again from data.police.uk", column=c) for c in missing]
        )
    extra = [column for column in found.columns if column not in wanted]
    notes = [*([found.note] if found.note else []), *([f"Columns not used: {', '.join(extra)}."] if extra else [])]
    return pd.DataFrame(found.cells, found.rows, found.columns, dtype="str"), notes


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


def unlisted(raw: pd.DataFrame, lists: Mapping[str, tuple[str, str | None]], one: str, many: str) -> list[str]:
    """A sentence for each value that the list of its column does not know, with what it is counted in."""
    return [
        f"{column} “{value}” is not in our list: {count:,} {one if count == 1 else many}, kept as written."
        for column, (name, part) in lists.items()
        for value, count in unknown_values(dict(Counter(raw[column]).most_common()), vocabulary(name, part)).items()
    ]
