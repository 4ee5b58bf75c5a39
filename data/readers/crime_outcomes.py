"""Outcomes of crimes as data.police.uk publishes them: one CSV for a force and a month.

One row an outcome that one crime had in that month, whenever the crime was: a crime has several over time, and several
in one month where several people are dealt with. Street-level files hold the last one alone.
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
from data.tables import CRIME_OUTCOMES

if TYPE_CHECKING:
    import pandas as pd

KIND = "crime outcomes"

COLUMNS = (
    "Crime ID",
    "Month",
    "Reported by",
    "Falls within",
    "Longitude",
    "Latitude",
    "Location",
    "LSOA code",
    "LSOA name",
    "Outcome type",
)
_HEADER_SIGNS = {"Crime ID", "Outcome type"}


def recognise(source: Source) -> Slot | None:
    """The force-month that the file fills; None where it is not a file of outcomes.

    Raises
    ------
    Refused
        If it is one, but its name does not say the force and the month.
    """
    return slot_of(source, KIND, CRIME_OUTCOMES.name, "outcomes", _HEADER_SIGNS)


def read(source: Source, slot: Slot) -> Reading:
    """Read the outcomes of one force-month, exactly as published.

    Raises
    ------
    Refused
        If a column is missing, a row has too few or too many values, a coordinate can't be read or lacks its other,
        a code is no LSOA, or an outcome is blank. Outcomes missing from the vocabulary are accepted and noted.
    """
    raw, notes = cells_of(source.content, COLUMNS)
    return from_cells(raw, slot, notes)


def from_cells(raw: pd.DataFrame, slot: Slot, notes: Iterable[str]) -> Reading:
    """Make outcomes of cells in the columns of the archive, as `read` does.

    Parameters
    ----------
    raw
        Cells as text, indexed by row of the file.
    slot
        The force-month that they fill.
    notes
        Sentences on how they were read.
    """
    blank = blank_problems(raw, "Outcome type", "The outcome is blank")
    problems = [*point_problems(raw), *area_problems(raw), *blank]
    if problems:
        raise Refused(sorted(problems, key=lambda problem: problem.row or 0))
    frame = CRIME_OUTCOMES.frame(
        {
            "row": raw.index,
            "force": slot.subject,
            "month": slot.period,
            "crime": filled(raw["Crime ID"]),
            "latitude": coordinates(raw["Latitude"]),
            "longitude": coordinates(raw["Longitude"]),
            "area": filled(raw["LSOA code"]),
            "outcome": raw["Outcome type"],
        }
    ).reset_index(drop=True)
    listed = unlisted(raw, {"Outcome type": ("crime_outcomes", None)}, "outcome", "outcomes")
    return Reading(frame, len(frame), (*notes, *listed, *counted(_odd(raw) | out_of_place(raw, slot))))


def _odd(raw: pd.DataFrame) -> dict[str, pd.Series]:
    """Rows without a crime and repeats, each by the sentence that says so."""
    return {
        "{rows} {have} no number of a crime, so nothing says which crime {they} {are} of.": raw["Crime ID"] == "",
        "{rows} {repeat} another one, value for value, as where several people are dealt with; {they} {are} kept.": (
            raw.duplicated()
        ),
    }
