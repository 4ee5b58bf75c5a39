"""Records of the API of data.police.uk in the columns and words of its archive.

Fields: https://data.police.uk/docs/ (stops-force, crimes-street, outcomes-at-location).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from data.vocabularies import forces, vocabulary

SEARCH = {
    "Type": "type",
    "Date": "datetime",
    "Part of a policing operation": "operation",
    "Policing operation": "operation_name",
    "Latitude": "location.latitude",
    "Longitude": "location.longitude",
    "Gender": "gender",
    "Age range": "age_range",
    "Self-defined ethnicity": "self_defined_ethnicity",
    "Officer-defined ethnicity": "officer_defined_ethnicity",
    "Legislation": "legislation",
    "Object of search": "object_of_search",
    "Outcome": "outcome",
    "Outcome linked to object of search": "outcome_linked_to_object_of_search",
    "Removal of more than just outer clothing": "removal_of_more_than_outer_clothing",
}
CRIME = {
    "Crime ID": "persistent_id",
    "Month": "month",
    "Falls within": "location_type",
    "Latitude": "location.latitude",
    "Longitude": "location.longitude",
    "Crime type": "category",
    "Last outcome category": "outcome_status.category",
}
OUTCOME = {
    "Crime ID": "crime.persistent_id",
    "Month": "date",
    "Falls within": "crime.location_type",
    "Latitude": "crime.location.latitude",
    "Longitude": "crime.location.longitude",
    "Outcome type": "category.name",
}
"""Columns of the archive, and the field of a record that holds each."""

_NOTHING_FOUND = "Nothing found - no further action"
"""What the archive wrote where the API writes False."""
_TRANSPORT = "BTP"


class Odd(ValueError):
    """A record that is not laid out as the API lays it out: the field, and what is wrong with it."""

    def __init__(self, what: str, field: str | None = None) -> None:
        self.what, self.field = what, field
        super().__init__(what)


@dataclass(frozen=True)
class Words:
    """What the archive writes: the name of a force, kinds of crime by slug, outcomes by code or other spelling."""

    force: str
    kinds: Mapping[str, str]
    outcomes: Mapping[str, str]

    @classmethod
    def of(cls, force: str) -> Words:
        """The words of the archive, for the force with this slug."""
        kinds = {row["slug"]: row["value"] for row in vocabulary("crime_types").rows if row["slug"]}
        listed = vocabulary("crime_outcomes").rows
        codes = {row["code"]: row["value"] for row in listed if row["code"]}
        spelt = {row["value"]: row["outcome"] for row in listed if row["wording"] == "API"}
        return cls(forces()[force]["name"], kinds, codes | spelt)


def search(record: Mapping[str, Any], _: Words) -> dict[str, str]:
    """One search as cells of the archive.

    Raises
    ------
    Odd
        If a field is missing, or holds something else than the API does.
    """
    cells = _cells(record, SEARCH)
    named = _text(_at(record, "outcome_object.name"), "outcome_object.name") if record.get("outcome_object") else ""
    nothing = _NOTHING_FOUND if record["outcome"] is False else ""
    return cells | {"Outcome": named or nothing or cells["Outcome"]}


def crime(record: Mapping[str, Any], words: Words) -> dict[str, str]:
    """One crime or incident as cells of the archive.

    Raises
    ------
    Odd
        As `search`.
    """
    cells = _cells(record, CRIME)
    kind, last = cells["Crime type"], cells["Last outcome category"]
    return cells | {
        "Falls within": _force(cells["Falls within"], words),
        "Crime type": words.kinds.get(kind, kind),
        "Last outcome category": words.outcomes.get(last, last),
    }


def outcome(record: Mapping[str, Any], words: Words) -> dict[str, str]:
    """One outcome of one crime as cells of the archive.

    Raises
    ------
    Odd
        As `search`.
    """
    cells = _cells(record, OUTCOME)
    name, code = cells["Outcome type"], _text(_at(record, "category.code"), "category.code")
    return cells | {
        "Falls within": _force(cells["Falls within"], words),
        "Outcome type": words.outcomes.get(code) or words.outcomes.get(name, name),
    }


def _force(location_type: str, words: Words) -> str:
    """The force that a place is of: railways have their own police."""
    return forces()["btp"]["name"] if location_type == _TRANSPORT else words.force


def _cells(record: Mapping[str, Any], fields: Mapping[str, str]) -> dict[str, str]:
    return {column: _text(_at(record, field), field) for column, field in fields.items()}


def _at(record: object, field: str) -> object:
    """What a record holds in a field; nothing below a field that holds nothing."""
    value = record
    for name in field.split("."):
        if value is None and value is not record:
            return None
        if not isinstance(value, dict):
            raise Odd("The record is not laid out as the API lays it out", field)
        if name not in value:
            raise Odd("This field is missing", field)
        value = value[name]
    return value


def _text(value: object, field: str) -> str:
    if value is None:
        return ""
    if isinstance(value, dict | list):
        raise Odd("This field holds several values where the API gives one", field)
    # JSON can spell halves of characters, which no text file can hold.
    return str(value).encode("utf-8", "replace").decode()
