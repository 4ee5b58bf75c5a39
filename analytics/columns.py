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
    # Whom and when a row is about
    "group": "Group of people",
    "comparator": "Group compared with",
    "month": "Month, YYYY-MM",
    "name": "Name of the area, or of the kind of event",
    "wave": "Wave of the survey",
    "label": "Wave in words",
    "tile": "Stage of the cycle",
    "before": "Earlier wave",
    "after": "Later wave",
    # Counts
    "population": "Residents of the group",
    "stops": "Searches of persons in the group",
    "comparator_stops": "Searches of persons in the group compared with",
    "base": "Number that the figure rests on: searches of both groups, or answers without weights",
    "participants": "Participations of the group; whoever comes twice counts twice",
    "events": "Engagement events",
    "rung_unknown": "Events for which it is not recorded how far people had a say",
    "inform": "Events that told people something",
    "consult": "Events that asked people",
    "involve": "Events that worked with people throughout",
    "collaborate": "Events that people worked on as partners",
    "empower": "Events at which people decided",
    "officer_hours": "Hours of officers and staff, of the events that record them",
    "volunteer_hours": "Hours of volunteers, of the events that record them",
    "hours_recorded": "Events that record hours of officers and staff",
    "rated": "Ratings of events",
    "first_time_base": "Participations at events that record who had never taken part before",
    "planned": "Things that the engagement plan meant to do in the month",
    "done": "Of them, those with an event that fulfilled them",
    "items": "Things that people asked for",
    "told": "Items of which people were told what came of them",
    "not_told": "Items of which people were not told yet",
    # Figures, each with its 95 % interval
    "estimate": "Share of 1, or ratio",
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
    "share_of_events": "Share of the events for which it is recorded",
    "useful": "Share of ratings that call an event useful",
    "first_time": "Share of participations by people who had never taken part before",
    "share_of_items": "Share of the items",
    "told_share": "Share of the items of which people were told what came of them",
    "median_days": "Days until people were told of half of the items; who is not told yet has waited so long at least",
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
    "broken": "Why the series breaks before this wave",
    "flag": "Why a figure is missing or weak; empty where nothing is to be said",
    # What people asked for
    "item": "The item's own number",
    "raised_on": "Day it was raised, YYYY-MM-DD",
    "issue": "What was asked for, in the words of the record",
    "outcome": "What came of it",
    "action": "What was done, in the words of the record",
    "no_action_reason": "Why nothing was done, in the words of the record",
    "due": "Day it was to be answered, YYYY-MM-DD",
    "told_on": "Day people were told what came of it, YYYY-MM-DD",
    "last_event": "Day of the last event that is logged, YYYY-MM-DD; empty where none is",
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
