"""What the form of a mapping calls its fields: it shows these words, and what is wrong in it is said with them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

from data.vocabularies.survey import attributes, measures

NOT_KEPT, DROPPED = "", "drop"
ATTRIBUTE, MEASURE = "attribute ", "measure "

FIELDS: Mapping[str, str] = MappingProxyType(
    {
        "survey": "Survey",
        "force": "Force",
        "wave": "Wave",
        "label": "Wave in words",
        "starts": "First day of fieldwork",
        "ends": "Last day of fieldwork",
        "shared": "What its waves have in common",
        "questionnaire": "Version of the questionnaire",
        "population": "Whom the sample stands for",
        "design": "How the sample was drawn",
        "mode": "How people were asked",
        "weighting": "What the weights do",
    }
)
"""The fields about the wave, by key of the mapping."""

SHARES: Mapping[str, str] = MappingProxyType(
    {
        "nothing": "Nothing: each wave is a new sample",
        "psus": "Sampling units (PSUs)",
        "respondents": "Respondents: a panel",
    }
)
"""What waves can have in common."""

ROLES: Mapping[str, str] = MappingProxyType(
    {
        NOT_KEPT: "Not kept",
        "respondent": "Number of the respondent",
        "weight": "Weight",
        "stratum": "Stratum of the sample",
        "psu": "Sampling unit (PSU)",
        "date": "Day of the interview",
        "area": "Area",
        DROPPED: "Personal data: left out on purpose",
    }
)
"""What a column can be, beside attributes and measures."""

REVERSED = "It is worded negatively"
MARGINS = "Margins to rake to"
LIMITS = "Limits of the weights"
ALIKE = "None: every respondent counts as 1"

_WAVE, _COLUMNS, _ANSWERS, _WEIGHTS = (f"under The {part}" for part in ("wave", "columns", "answers", "weights"))
_TABLE = re.compile(r"\[(?P<table>[a-z]+)(?:\.(?P<id>[^\]]*))?\](?: (?P<rest>.*))?")
_OF_RAKING = {"": MARGINS, "trim": LIMITS, "start": "How people are weighted", "sources": MARGINS}


def role_words(role: str) -> str:
    """What a role of a column is called."""
    if role.startswith(MEASURE):
        return f"Measure: {measures()[role.removeprefix(MEASURE)].label}"
    if role.startswith(ATTRIBUTE):
        return f"About the person: {attributes()[role.removeprefix(ATTRIBUTE)].label}"
    return ROLES[role]


def unknown_field(margin: str) -> str:
    """What the field of those is called of whom a margin is not known, by the words of the margin."""
    return f"Without a known {margin}"


def field_of(key: str) -> str:
    """The field in which a key of a mapping is filled in, and the part of the form that it stands under.

    Parameters
    ----------
    key
        As problems of a mapping name it: ``wave``, ``[columns] weight``, ``[raking.sex]``.
    """
    found = _TABLE.match(key)
    if found is None:
        return f"“{FIELDS[key]}”, {_WAVE}" if key in FIELDS else "The mapping that it began with"
    table, id, rest = found["table"], found["id"] or "", found["rest"] or ""
    if table == "raking" and id in attributes():
        return f"“{attributes()[id].label}”, {_WEIGHTS}"
    if table == "raking":
        return f"“{id.capitalize() or _OF_RAKING.get(rest, MARGINS)}”, {_WEIGHTS}"
    if table == "columns":
        return f"“{ROLES[rest]}”, {_COLUMNS}" if rest in ROLES else f"The roles, {_COLUMNS}"
    if table == "attributes" and id in attributes():
        return f"“{role_words(ATTRIBUTE + id)}”, {_ANSWERS}"
    if table == "measures" and id in measures():
        return f"“{role_words(MEASURE + id)}”, {_ANSWERS}"
    return f"The areas, {_COLUMNS}" if table == "areas" else f"The questions, {_COLUMNS}"
