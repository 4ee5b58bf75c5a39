"""Street-level crime as data.police.uk publishes it: one CSV for a force and a month.

One row a crime, with its last outcome at the time of publication, or an incident of anti-social behaviour, which has no
number of its own: several at one anonymised point look the same and are all kept.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from data.readers.police_uk import (
    area_problems,
    blank_problems,
    cells_of,
    coordinates,
    counted,
    filled,
    out_of_place,
    point_problems,
    slot_of,
    unlisted,
)
from data.readers.source import Reading, Refused, Slot, Source
from data.tables import CRIME
from data.vocabularies import vocabulary

if TYPE_CHECKING:
    import pandas as pd

KIND = "street crime"

COLUMNS = {
    "Crime ID": "crime",
    "Month": "month",
    "Reported by": "",
    "Falls within": "",
    "Longitude": "longitude",
    "Latitude": "latitude",
    "Location": "",
    "LSOA code": "area",
    "LSOA name": "",
    "Crime type": "category",
    "Last outcome category": "outcome",
    "Context": "",
}
"""Columns of the file, and those of the table that they fill."""
_LISTED = {"Crime type": ("crime_types", None), "Last outcome category": ("crime_outcomes", None)}
_HEADER_SIGNS = {"Crime type", "Last outcome category"}


def recognise(source: Source) -> Slot | None:
    """The force-month that the file fills; None where it is not a file of street crime.

    Raises
    ------
    Refused
        If it is one, but its name does not say the force and the month.
    """
    return slot_of(source, KIND, CRIME.name, "street", _HEADER_SIGNS)


def read(source: Source, slot: Slot) -> Reading:
    """Read the crimes and incidents of one force-month, exactly as published.

    Raises
    ------
    Refused
        If a column is missing, a row has too few or too many values, a coordinate can't be read or lacks its other,
        a code is no LSOA, or a kind of crime is blank. Kinds and outcomes that no list has are accepted and noted.
    """
    raw, notes = cells_of(source.content, COLUMNS)
    return from_cells(raw, slot, notes)


def from_cells(raw: pd.DataFrame, slot: Slot, notes: Iterable[str]) -> Reading:
    """Make crimes and incidents of cells in the columns of the archive, as `read` does.

    Parameters
    ----------
    raw
        Cells as text, indexed by row of the file.
    slot
        The force-month that they fill.
    notes
        Sentences on how they were read.
    """
    blank = blank_problems(raw, "Crime type", "The kind of crime is blank")
    problems = [*point_problems(raw), *area_problems(raw), *blank]
    if problems:
        raise Refused(sorted(problems, key=lambda problem: problem.row or 0))
    frame = CRIME.frame(
        {
            "row": raw.index,
            "force": slot.subject,
            "month": slot.period,
            "recorded": 1,
            **{name: filled(raw[c]) for c, name in COLUMNS.items() if name in ("crime", "area", "category", "outcome")},
            **{name: coordinates(raw[c]) for c, name in COLUMNS.items() if name in ("latitude", "longitude")},
        }
    ).reset_index(drop=True)
    listed = unlisted(raw, _LISTED, "crime", "crimes")
    return Reading(frame, len(frame), (*notes, *listed, *counted(_odd(raw) | out_of_place(raw, slot))))


def _odd(raw: pd.DataFrame) -> dict[str, pd.Series]:
    """Incidents and repeats, each by the sentence that says so."""
    incidents = [row["value"] for row in vocabulary("crime_types").rows if row["crime"] == "no"]
    incident = raw["Crime type"].isin(incidents)
    alike = raw.duplicated()
    return {
        "{rows} {record} an incident of anti-social behaviour, which is no crime.": incident,
        "{rows} of incidents {look} like another one at the same point; {they} {are} kept.": alike & incident,
        "{rows} {repeat} a crime with the same number, value for value; {they} {are} kept.": alike & ~incident,
    }
