"""Stop and search as data.police.uk publishes it: one CSV for a force and a month.

The file says neither its force nor its month: both are in its name. Column layout:
https://data.police.uk/about/ (section "Stop and search"). A force may add columns: `data.readers.own_columns`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from data.readers.columnar import away_from, degrees, filled_in, moments, truth, typed
from data.readers.own_columns import own_arrays, own_cells, own_columns, own_problems
from data.readers.plain_csv import plain_table
from data.readers.police_uk import cells_of, coordinates, filled, point_problems, slot_of, unlisted, unused
from data.readers.source import Problem, Reading, Refused, Slot, Source, problems_in
from data.readers.text import header
from data.tables import STOPS
from data.words import agreeing

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

KIND = "stop and search"

COLUMNS = {
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
"""Columns of the file in its order, and those of the table that they fill."""
_TRUTHS = (
    "Part of a policing operation",
    "Outcome linked to object of search",
    "Removal of more than just outer clothing",
)
LISTED = {
    "Type": ("stop_types", None),
    "Gender": ("genders", None),
    "Age range": ("age_bands", None),
    "Self-defined ethnicity": ("ethnicity", "police_18_1"),
    "Officer-defined ethnicity": ("ethnicity", "officer_5"),
    "Legislation": ("powers", None),
    "Object of search": ("objects", None),
    "Outcome": ("outcomes", None),
}
"""The vocabulary of each column of the file that has one, and which of its lists."""
_HEADER_SIGNS = {"Self-defined ethnicity", "Object of search"}
_OUTSIDE = "{rows} {are} dated outside the month of the file, London time; {they} {stay} in its month."
_MOMENT = r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?"


def recognise(source: Source) -> Slot | None:
    """The force-month that the file fills; None where it is not a stop-and-search file.

    Raises
    ------
    Refused
        If it is one, but its name does not say the force and the month.
    """
    return slot_of(source, KIND, STOPS.name, "stop-and-search", _HEADER_SIGNS)


def read(source: Source, slot: Slot) -> Reading:
    """Read the searches of one force-month, exactly as published.

    Repeated rows are kept: two people searched together at one anonymised point look the same.

    Raises
    ------
    Refused
        If a column is missing, a row has too few or too many values, or a date, coordinate, grade or
        True/False can't be read, half a point is missing, or a team may be an officer. Values missing from a vocabulary
        are accepted and noted.
    """
    plain = plain_table(source.content)
    faultless = from_plain(plain, slot) if plain is not None else None
    if faultless is not None:
        return faultless
    raw, notes = cells_of(source.content, COLUMNS, own_columns(header(source.content)))
    return from_cells(raw, slot, notes)


def from_plain(plain: pa.Table, slot: Slot) -> Reading | None:
    """Make searches of a plain file in which nothing is wrong or odd, many times faster than `from_cells`.

    Parameters
    ----------
    plain
        The cells, as `plain_table` gives them.
    slot
        The force-month that they fill.

    Returns
    -------
    Reading or None
        What `from_cells` makes of it; None where the file is not so, and needs its care and its sentences.
    """
    if not set(COLUMNS) <= set(plain.column_names) or not "1972" < slot.period < "2100":
        return None
    cells = {column: plain[column].combine_chunks() for column in COLUMNS}
    latitude, longitude = degrees(cells["Latitude"], 90), degrees(cells["Longitude"], 180)
    truths = {column: truth(cells[column]) for column in _TRUTHS}
    at, held = moments(cells["Date"]), own_columns(plain.column_names)
    own = own_arrays({name: plain[column].combine_chunks() for column, name in held.items()})
    if latitude is None or longitude is None or at is None or own is None or None in truths.values():
        return None
    if not latitude.is_null().equals(longitude.is_null()):
        return None
    made: dict[str, object] = {"at": at, "latitude": latitude, "longitude": longitude}
    made |= {COLUMNS[column]: array for column, array in truths.items()}
    made |= own | {name: filled_in(cells[column]) for column, name in COLUMNS.items() if name not in made}
    frame = typed(STOPS, made | {"force": slot.subject, "month": slot.period, "row": range(2, len(plain) + 2)})
    notes = (
        *unused(column for column in plain.column_names if column not in {*COLUMNS, *held}),
        *unlisted(cells, LISTED, "search", "searches"),
        *_outside(away_from(at, slot.period)),
    )
    return Reading(frame, len(frame), notes, kept=set(plain.column_names) == set(COLUMNS))


def from_cells(raw: pd.DataFrame, slot: Slot, notes: Iterable[str]) -> Reading:
    """Make searches of cells in the columns of the archive, as `read` does.

    Parameters
    ----------
    raw
        Cells as text, indexed by row of the file.
    slot
        The force-month that they fill.
    notes
        Sentences on how they were read.
    """
    problems = [*point_problems(raw), *(problem for column in _TRUTHS for problem in _bad_truths(raw, column))]
    problems += own_problems(raw)
    at = _moments(raw["Date"])
    problems += problems_in(
        raw["Date"],
        at.isna() & (raw["Date"] != ""),
        "Date",
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
                name: filled(raw[column])
                for column, name in COLUMNS.items()
                if column not in ("Date", "Latitude", "Longitude", *_TRUTHS)
            },
            **{COLUMNS[column]: coordinates(raw[column]) for column in ("Latitude", "Longitude")},
            **{COLUMNS[column]: _truths(raw[column]) for column in _TRUTHS},
            **own_cells(raw),
        }
    ).reset_index(drop=True)
    told = (*notes, *unlisted(raw, LISTED, "search", "searches"), *_notes(at, slot))
    return Reading(frame, len(frame), told, kept=set(raw.columns) == set(COLUMNS))


def _moments(dates: pd.Series) -> pd.Series:
    import pandas as pd

    # Left to itself, pandas reads "2023" as a day and "now" as the time of reading.
    whole = dates.where(dates.str.fullmatch(_MOMENT))
    return pd.to_datetime(whole, format="ISO8601", utc=True, errors="coerce")


def _truths(values: pd.Series) -> pd.Series:
    return values.str.casefold().map({"true": True, "false": False}).astype("boolean")


def _bad_truths(raw: pd.DataFrame, column: str) -> list[Problem]:
    bad = ~raw[column].str.casefold().isin(["true", "false", ""])
    return problems_in(
        raw[column], bad, column, "This is neither True nor False", "Write True or False, or leave it blank"
    )


def _notes(at: pd.Series, slot: Slot) -> list[str]:
    local = at.dt.tz_convert("Europe/London").dt.strftime("%Y-%m")
    return _outside(int((local.notna() & (local != slot.period)).sum()))


def _outside(number: int) -> list[str]:
    return [agreeing(_OUTSIDE, number, rows="row")] if number else []
