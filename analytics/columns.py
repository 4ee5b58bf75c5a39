"""What each column of a table means, for whoever opens its file without the page."""

from __future__ import annotations

COLUMNS: dict[str, str] = {
    # What was asked
    "force": "Force, as data.police.uk writes its name; for other tables the source",
    "area": "GSS code of the area",
    "from": "First month, YYYY-MM",
    "to": "Last month, YYYY-MM",
    "power": "Power that searches were made under",
    "definition": "Whose word on ethnicity counts: self or officer",
    "residents_source": "Where the number of residents comes from",
    "survey": "Survey",
    "measure": "Measure of the catalogue, or the question that a figure comes from",
    "by": "What groups of respondents are of",
    "layer": "What the map shows: a measure of the catalogue, searches, search_ratio, events or participations",
    "area_level": "Level of the areas: district or neighbourhood",
    # Whom and when a row is about
    "group": "Group of people",
    "comparator": "Group compared with",
    "month": "Month, YYYY-MM",
    "name": "Name of the area",
    "wave": "Wave of the survey",
    "label": "Wave in words",
    "tile": "Stage of the cycle",
    "before": "Earlier wave",
    "after": "Later wave",
    "district": "Name of the district that the area lies in",
    "attribute": "What a group is of",
    "card": "Card of the profile",
    "text": "What stands on the card",
    "note": "Period and source of the card",
    "priority": "Priority, in the file's words",
    "action": "What was done",
    "set_on": "Day the priority was set",
    "reviewed_on": "Day the priority was last reviewed",
    "method": "How people are to be met",
    "audience": "Whom it is for",
    "done_as": "Number of the event that fulfilled it",
    # Counts
    "residents": "Residents",
    "items": "Things that people asked for",
    "population": "Residents of the group",
    "stops": "Searches of persons in the group",
    "comparator_stops": "Searches of persons in the group compared with",
    "base": "Number that the figure rests on: searches of both groups, or answers without weights",
    "participants": "Participations of the group; whoever comes twice counts twice",
    # Figures, each with its 95 % interval
    "estimate": "Share of 1, rate for every 1,000 residents, or ratio",
    "rate": "Searches for every 1,000 residents of the group",
    "comparator_rate": "Searches for every 1,000 residents of the group compared with",
    "ratio": "Rate divided by comparator_rate",
    "low": "Lower end of the 95 % interval of the main figure of the row",
    "high": "Upper end of the 95 % interval of the main figure of the row",
    "difference": "Rate less comparator_rate, for every 1,000 residents; of a survey, share less the others' share",
    "excess": "Searches beyond those at the comparator's rate",
    "share": "Share of the group among participants of known group",
    "population_share": "Share of the group among residents",
    "index": "share divided by population_share: 1 where the group takes part as often as it lives there",
    "index_if_unknown_others": "Index if all participants of unknown group were of the other groups; not an interval",
    "index_if_unknown_group": "Index if all participants of unknown group were of this one; not an interval",
    "change": "Change in share since the earlier wave or the year before",
    "ratio_adjusted": "Ratio among people of the same districts",
    "adjusted_areas": "Districts that the ratio within districts rests on",
    "adjusted_share": "Share of the searches of both groups in a district that has residents",
    "placed_share": "Share of the searches of both groups in some district",
    "unknown_share": "Share of searches of unknown ethnicity (not stated, blank or not in our list)",
    "ratio_if_unknown_comparator": "Ratio if every search of unknown ethnicity were of the comparator; not an interval",
    "ratio_if_unknown_group": "Ratio if every search of unknown ethnicity were of the group; not an interval",
    "tipping_share": "Share of the unknown searches that would have to be of the group for equal rates",
    # How sure
    "dispersion": "Variance factor that widens the interval (1: searches independent); empty where it can't be told",
    "se": "Standard error of the share",
    "n_eff": "Effective number of answers",
    "deff": "Design effect",
    "df": "Degrees of freedom",
    "p_value": "p value of the test, before many tests are allowed for",
    "verdict": "What the test says",
    "certainty": "How narrow the interval is: high, medium or low; few where too little is counted",
    "broken": "Why the series breaks before this wave",
    "flag": "Why a figure is missing or weak; empty where nothing is to be said",
    # Loads
    "table": "Table of the store",
    "month_or_wave": "Month, wave or year of the file",
    "status": "Whether the file is there, empty, replaced or suspected to be partial",
    "rows": "Rows of the file",
}
"""Meaning by name of column; limits of another figure are named after it, with ``_low`` and ``_high``."""

_ENDS = {"_low": "Lower", "_high": "Upper"}
_FIGURES = {"adjusted": "ratio_adjusted"}


def meaning(name: str) -> str:
    """What a column means; empty where nobody has said it."""
    if name in COLUMNS:
        return COLUMNS[name]
    if name.endswith("_dispersion"):
        return f"The same factor as dispersion, of {name.removesuffix('_dispersion')}"
    for end, which in _ENDS.items():
        figure = name.removesuffix(end)
        if name.endswith(end) and (figure := _FIGURES.get(figure, figure)) in COLUMNS:
            return f"{which} end of the 95 % interval of {figure}"
    return ""
