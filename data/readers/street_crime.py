"""Street-level crime as data.police.uk publishes it: one CSV for a force and a month.

One row a crime, with its last outcome at the time of publication, or an incident of anti-social behaviour, which has no
number of its own: several at one anonymised point look the same and are all kept.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from data.readers import gss
from data.readers.police_uk import cells_of, coordinates, filled, point_problems, slot_of, unlisted
from data.readers.source import Problem, Reading, Refused, Slot, Source, problems_in
from data.tables import CRIME
from data.vocabularies import forces, vocabulary

if TYPE_CHECKING:
    import pandas as pd

KIND = "street crime"

_COLUMNS = {
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
_ZONE = re.compile(r"S01\d{6}")
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
        a code is no LSOA, or a kind of crime is blank. Kinds missing from the vocabulary are accepted and noted.
    """
    raw, notes = cells_of(source.content, _COLUMNS)
    problems = [*point_problems(raw), *_bad_areas(raw), *_blank_kinds(raw)]
    if problems:
        raise Refused(sorted(problems, key=lambda problem: problem.row or 0))
    frame = CRIME.frame(
        {
            "row": raw.index,
            "force": slot.subject,
            "month": slot.period,
            "recorded": 1,
            **{
                name: filled(raw[c]) for c, name in _COLUMNS.items() if name in ("crime", "area", "category", "outcome")
            },
            **{name: coordinates(raw[c]) for c, name in _COLUMNS.items() if name in ("latitude", "longitude")},
        }
    ).reset_index(drop=True)
    listed = unlisted(raw, {"Crime type": ("crime_types", None)}, "crime", "crimes")
    return Reading(frame, len(frame), (*notes, *listed, *_notes(raw, slot)))


def _bad_areas(raw: pd.DataFrame) -> list[Problem]:
    codes = raw["LSOA code"]
    # On railways a crime can lie in a data zone of Scotland.
    known = {code: code == "" or gss.level(code) == "lsoa" or _ZONE.fullmatch(code) for code in codes.unique()}
    what = "This is not the GSS code of an LSOA of England or Wales"
    return problems_in(
        codes,
        ~codes.isin([code for code, fits in known.items() if fits]),
        "LSOA code",
        what,
        "Correct it, or leave it blank",
    )


def _blank_kinds(raw: pd.DataFrame) -> list[Problem]:
    kinds = raw["Crime type"]
    return problems_in(kinds, kinds == "", "Crime type", "The kind of crime is blank", "Fetch the file again")


def _notes(raw: pd.DataFrame, slot: Slot) -> list[str]:
    """What is odd: incidents, repeats, other months and forces, and rows without a place."""
    incidents = [row["value"] for row in vocabulary("crime_types").rows if row["crime"] == "no"]
    incident = raw["Crime type"].isin(incidents)
    alike = raw.duplicated()
    counts = {
        "{} rows are incidents of anti-social behaviour, which are no crimes.": incident,
        "{} rows are incidents that look like another one at the same point; they are kept.": alike & incident,
        "{} rows repeat a crime with the same number, value for value; they are kept.": alike & ~incident,
        "{} rows have no place.": raw["Latitude"] == "",
        "{} rows are of another month; they stay in that of the file.": raw["Month"] != slot.period,
        f"{{}} rows fall within another force than {forces()[slot.subject]['short']}; they stay with it.": ~_own(
            raw, slot
        ),
    }
    return [said.format(f"{number:,}") for said, rows in counts.items() if (number := int(rows.sum()))]


def _own(raw: pd.DataFrame, slot: Slot) -> pd.Series:
    own = {forces()[slot.subject]["name"], ""}
    return raw["Falls within"].isin(own)
