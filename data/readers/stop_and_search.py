"""Stop and search as data.police.uk publishes it: one CSV for a force and a month.

The file says neither its force nor its month: both are in its name. Column layout:
https://data.police.uk/about/ (section "Stop and search").
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from data.readers.source import Problem, Reading, Refused, Slot, Source
from data.readers.text import header, records
from data.tables import STOPS
from data.vocabularies import published_forces, unknown_values, vocabulary

if TYPE_CHECKING:
    import pandas as pd

KIND = "stop and search"

_COLUMNS = {
    "Type": "type",
    "Date": "at",
    "Part of a policing operation": "part_of_operation",
    "Policing operation": "operation",
    "Latitude": "latitude",
    "Longitude": "longitude",
    "Gender": "gender",
    "Age range": "age_range",
    "Self-defined ethnicity": "self_defined_ethnicity",
    "Officer-defined ethnicity": "officer_defined_ethnicity",
    "Legislation": "legislation",
    "Object of search": "object_of_search",
    "Outcome": "outcome",
    "Outcome linked to object of search": "outcome_linked",
    "Removal of more than just outer clothing": "removal_outer",
}
_TRUTHS = (
    "Part of a policing operation",
    "Outcome linked to object of search",
    "Removal of more than just outer clothing",
)
_LISTED = {
    "Type": ("stop_types", None),
    "Gender": ("genders", None),
    "Age range": ("age_bands", None),
    "Self-defined ethnicity": ("ethnicity", "police_18_1"),
    "Officer-defined ethnicity": ("ethnicity", "officer_5"),
    "Legislation": ("powers", None),
    "Object of search": ("objects", None),
    "Outcome": ("outcomes", None),
}
_NAME = re.compile(
    r"(?P<month>\d{4}-(0[1-9]|1[0-2]))-(?P<force>[a-z-]+)-stop-and-search\.csv", re.ASCII | re.IGNORECASE
)
_HEADER_SIGNS = {"Self-defined ethnicity", "Object of search"}
_MOMENT = r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?"


def recognise(source: Source) -> Slot | None:
    """The force-month that the file fills; None where it is not a stop-and-search file.

    Raises
    ------
    Refused
        If it is one, but its name does not say the force and the month.
    """
    named = _NAME.fullmatch(source.name)
    if named is None and not _HEADER_SIGNS.issubset(header(source.content)):
        return None
    if named is None:
        raise Refused(
            [
                Problem(
                    "The force and the month of a stop-and-search file are read from its name, and this name has none",
                    "Rename it as data.police.uk does, such as 2023-03-surrey-stop-and-search.csv",
                )
            ]
        )
    force = named["force"].lower()
    if force not in published_forces():
        raise Refused(
            [
                Problem(
                    f"“{force}” in the file name is not a force of England and Wales",
                    "Use the force's name on data.police.uk, such as west-yorkshire",
                )
            ]
        )
    return Slot(KIND, STOPS.name, force, named["month"])


def read(source: Source, slot: Slot) -> Reading:
    """Read the searches of one force-month, exactly as published.

    Repeated rows are kept: two people searched together at one anonymised point look the same.

    Raises
    ------
    Refused
        If a column is missing, a row has too few or too many values, or a date, coordinate or
        True/False can't be read, or half a point is missing. Values missing from a vocabulary are accepted and noted.
    """
    raw, note = _table(source.content)
    problems = [
        *_bad_numbers(raw, "Latitude", 90),
        *_bad_numbers(raw, "Longitude", 180),
        *_half_points(raw),
        *(problem for column in _TRUTHS for problem in _bad_truths(raw, column)),
    ]
    at = _moments(raw["Date"])
    problems += _problems(
        raw,
        "Date",
        at.isna() & (raw["Date"] != ""),
        "This is not a date and time",
        "Write it as 2023-03-31T14:05:00+00:00",
    )
    if problems:
        raise Refused(sorted(problems, key=lambda problem: problem.row or 0))
    frame = STOPS.frame(
        {
            "row": raw.index,
            "force": slot.subject,
            "month": slot.period,
            "at": at,
            **{
                name: raw[column].where(raw[column] != "")
                for column, name in _COLUMNS.items()
                if column not in ("Date", "Latitude", "Longitude", *_TRUTHS)
            },
            **{_COLUMNS[column]: _numbers(raw[column]) for column in ("Latitude", "Longitude")},
            **{_COLUMNS[column]: _truths(raw[column]) for column in _TRUTHS},
        }
    ).reset_index(drop=True)
    return Reading(frame, len(frame), tuple([note] if note else []) + tuple(_notes(raw, at, slot)))


def _table(content: bytes) -> tuple[pd.DataFrame, str | None]:
    """The cells as text, indexed by row of the file, and how they were decoded."""
    import pandas as pd

    if not content.strip():
        raise Refused(
            [Problem("The file is empty", "Fetch it again; a month without searches still has its header line")]
        )
    found = records(content, header_alone=True)
    missing = [column for column in _COLUMNS if column not in found.columns]
    if missing:
        raise Refused(
            [Problem("This column is missing", "Fetch the file again from data.police.uk", column=c) for c in missing]
        )
    return pd.DataFrame(found.cells, found.rows, found.columns, dtype="str"), found.note


def _moments(dates: pd.Series) -> pd.Series:
    import pandas as pd

    # Left to itself, pandas reads "2023" as a day and "now" as the time of reading.
    whole = dates.where(dates.str.fullmatch(_MOMENT))
    return pd.to_datetime(whole, format="ISO8601", utc=True, errors="coerce")


def _numbers(values: pd.Series) -> pd.Series:
    import pandas as pd

    return pd.to_numeric(values.where(values != ""), errors="coerce")


def _truths(values: pd.Series) -> pd.Series:
    return values.str.casefold().map({"true": True, "false": False}).astype("boolean")


def _bad_numbers(raw: pd.DataFrame, column: str, most: float) -> list[Problem]:
    numbers = _numbers(raw[column])
    bad = (raw[column] != "") & ~(numbers.abs() <= most)
    return _problems(raw, column, bad, "This is not a coordinate in degrees", "Correct it, or leave both blank")


def _half_points(raw: pd.DataFrame) -> list[Problem]:
    blank = raw[["Latitude", "Longitude"]] == ""
    return [
        problem
        for column, other in (("Latitude", "Longitude"), ("Longitude", "Latitude"))
        for problem in _problems(
            raw,
            column,
            blank[column] & ~blank[other],
            f"It is blank, and the {other.lower()} is not",
            "Give both coordinates, or leave both blank",
        )
    ]


def _bad_truths(raw: pd.DataFrame, column: str) -> list[Problem]:
    bad = ~raw[column].str.casefold().isin(["true", "false", ""])
    return _problems(raw, column, bad, "This is neither True nor False", "Write True or False, or leave it blank")


def _problems(raw: pd.DataFrame, column: str, bad: pd.Series, what: str, remedy: str) -> list[Problem]:
    return [Problem(what, remedy, int(row), column, str(raw.at[row, column])) for row in raw.index[bad]]


def _notes(raw: pd.DataFrame, at: pd.Series, slot: Slot) -> list[str]:
    notes = [
        f"{column} “{value}” is not in our list: {count:,} {'search' if count == 1 else 'searches'}, kept as written."
        for column, (name, part) in _LISTED.items()
        for value, count in unknown_values(dict(Counter(raw[column]).most_common()), vocabulary(name, part)).items()
    ]
    extra = [str(column) for column in raw.columns if column not in _COLUMNS]
    if extra:
        notes.append(f"Columns not used: {', '.join(extra)}.")
    local = at.dt.tz_convert("Europe/London").dt.strftime("%Y-%m")
    outside = int((local.notna() & (local != slot.period)).sum())
    if outside:
        notes.append(f"{outside:,} dated outside the month of the file, London time; they stay in its month.")
    return notes
