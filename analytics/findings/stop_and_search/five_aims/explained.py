"""The second aim: where people were searched and nobody talked with them about it, and who finds it used fairly."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from analytics import wording
from analytics.findings.engagement import choices as engagement
from analytics.findings.neighbourhoods import places
from analytics.findings.searches import Searches
from analytics.findings.stop_and_search.five_aims import criteria
from analytics.findings.stop_and_search.five_aims.criteria import (
    HOPED,
    LEAST_SEARCHES,
    LOOK,
    PEOPLE,
    PLACES,
    UNCLEAR,
    Criterion,
    Part,
    no_data,
)
from analytics.findings.stop_and_search.surveyed import NO_SURVEY, answers_of
from analytics.findings.survey import choices as surveys
from analytics.findings.survey import estimates
from analytics.findings.survey.answers import UNANSWERABLE
from analytics.findings.tested import SIDES, sides_of
from analytics.records import records_of
from data.tables import EVENTS
from data.vocabularies.survey import FAIR_USE

if TYPE_CHECKING:
    import pandas as pd

    from data.store import View

AIM = 2
PLACES_ASKED = "Was stop and search talked about where people were searched?"
FAIR = "Do all ethnic groups agree alike that it is used fairly?"
YEAR = 12
TOPIC = re.compile(r"\bstop\W*(?:and|&|n)?\W*search", re.IGNORECASE)
"""Topics of events that are about stop and search: “Stop and search”, “stop-and-search”, “Stop & Search”."""

GAPS = ["area", "name", "stops", "last_event"]
FAIRLY = [
    "group", "estimate", "low", "high", "base", "difference", "difference_low", "difference_high", "p_value",
    "verdict", "flag",
]  # fmt: skip


def explained(searches: Searches) -> Part:
    """What the second aim comes to.

    Parameters
    ----------
    searches
        Searches of the whole force.
    """
    where, gaps, caveats, loads = _places(searches)
    fair, groups = _fair(searches)
    return Part((where, fair), {"explained": gaps, "fair_use": groups}, caveats, (), loads)


def without_event(stops: dict[str, int], told: dict[str, str | None], since: str) -> list[str]:
    """Areas with enough searches and no event on the topic since a day.

    Parameters
    ----------
    stops
        Searches by area.
    told
        Day of the last event on the topic by area, up to the end of the period; None or absent where there is none.
    since
        First day that counts.
    """
    return [code for code, number in stops.items() if number >= LEAST_SEARCHES and (told.get(code) or "") < since]


def _places(searches: Searches) -> tuple[Criterion, pd.DataFrame, tuple[str, ...], tuple[str, ...]]:
    view, force = searches.view, searches.force
    if force not in engagement.forces(view):
        return no_data(AIM, PLACES_ASKED, "no log of engagement events is loaded."), _listed([]), (), ()
    events = engagement.events(view, force)
    if not events["topic"].notna().any():
        return no_data(AIM, PLACES_ASKED, "the log does not say what events were about."), _listed([]), (), ()
    last = str(searches.scope.to_month)
    first = wording.earlier(last, YEAR - 1)
    span = wording.during(first, last)
    logged = sorted(month for month in events["month"].unique() if first <= month <= last)
    if not logged:
        held = sorted(events["month"].unique())
        why = f"no event is logged {span}; the log is of {wording.months(held[0], held[-1])}."
        return no_data(AIM, PLACES_ASKED, why), _listed([]), (), ()
    level = _level(view, force, events)
    if level is None:
        why = "no boundaries of districts or neighbourhoods are loaded, so searches have no place in one."
        return no_data(AIM, PLACES_ASKED, why), _listed([]), (), ()
    if not set(events["area"].dropna()) & places.names(view, force).keys():
        why = "the log does not say where events were, or names places that are not drawn."
        return no_data(AIM, PLACES_ASKED, why), _listed([]), (), ()
    names = _names(view, force, level)
    stops = _stops(searches, level, names)
    about = events[events["topic"].fillna("").str.contains(TOPIC) & (events["month"] <= last)]
    told = _last_told(about, view, force, level, names)
    judged = {code: number for code, number in stops.items() if number >= LEAST_SEARCHES}
    many = places.called(level, len(names))
    loads = tuple(engagement.loads(view, force, EVENTS)["load_id"])
    if not judged:
        why = f"none of {many} has {LEAST_SEARCHES} searches {searches.during}."
        return no_data(AIM, PLACES_ASKED, why), _listed([]), (), loads
    gaps = without_event(stops, told, f"{first}-01")
    table = _listed(
        [
            {"area": code, "name": names[code], "stops": stops[code], "last_event": told.get(code)}
            for code in sorted(gaps, key=lambda code: (names[code].casefold(), code))
        ]
    )
    caveats = (
        f"Talked about: an event is logged there {span} whose topic names stop and search. Judged are {level}s with "
        f"{LEAST_SEARCHES} or more searches {searches.during}; an event of a whole district counts for each of its "
        "neighbourhoods. What the log leaves out is not seen, and an event shows that something was said, not that it "
        "was understood.",
        *_without_place(about, f"{first}-01"),
        *_short_log(events, first, last),
    )
    short = bool(_short_log(events, first, last))
    return _of_places(judged, gaps, names, level, span, short=short), table, caveats, loads


def _of_places(
    judged: dict[str, int], gaps: list[str], names: dict[str, str], level: str, span: str, *, short: bool
) -> Criterion:
    """What the places come to; of months that the log does not cover, it can't be told that nothing was done."""
    of = places.called(level, len(judged))
    if not gaps:
        why = f"In each of {of} with {LEAST_SEARCHES} or more searches an event on stop and search is logged {span}."
        return Criterion(AIM, PLACES_ASKED, HOPED, why, 0.0, None, None, len(judged), PLACES)
    listed = wording.listing(sorted((names[code] for code in gaps), key=str.casefold), 6)
    why = (
        f"In {len(gaps):,} of {of} with {LEAST_SEARCHES} or more searches no event on stop and search is logged "
        f"{span}: {listed}.{' The log does not cover all of these twelve months.' if short else ''}"
    )
    return Criterion(
        AIM, PLACES_ASKED, UNCLEAR if short else LOOK, why, float(len(gaps)), None, None, len(judged), PLACES
    )


def _level(view: View, force: str, events: pd.DataFrame) -> str | None:
    """Neighbourhoods where events are placed in some that are drawn, else districts; none without boundaries."""
    held = [level for level in places.levels(view, force) if not places.too_many(view, force, level)]
    codes = set(places.areas(view, force, "neighbourhood")["code"]) if "neighbourhood" in held else set()
    placed = set(events["area"].dropna())
    if placed & codes:
        return "neighbourhood"
    return "district" if "district" in held else None


def _names(view: View, force: str, level: str) -> dict[str, str]:
    own = places.areas(view, force, level)
    return {str(code): str(name) for code, name in zip(own["code"], own["name"], strict=True)}


def _stops(searches: Searches, level: str, names: dict[str, str]) -> dict[str, int]:
    """Searches of persons in each area, whatever their ethnicity."""
    counted = Searches.of(searches.scope.but(area=None, area_level=level), searches.view).cells
    by_area = counted.groupby("area")["stops"].sum()
    return {code: int(by_area.get(code, 0)) for code in names}


def _last_told(about: pd.DataFrame, view: View, force: str, level: str, names: dict[str, str]) -> dict[str, str | None]:
    """The day of the last event on the topic in each area; one of a whole district counts in all that lies in it."""
    inside: dict[str, list[str]] = {}
    for code in names if level == "district" else [str(code) for code in places.district_names(view, force)]:
        inside[code] = sorted(places.members(view, force, code))
    last: dict[str, str | None] = {}
    for area, day in zip(about["area"], about["date"], strict=True):
        if level == "district":
            where = [code for code in names if area in inside[code]]
        else:
            where = [area, *inside.get(area, [])]
        for code in where:
            if code in names:
                last[code] = max(last.get(code) or "", str(day))
    return last


def _without_place(about: pd.DataFrame, since: str) -> list[str]:
    number = int((about["area"].isna() & (about["date"] >= since)).sum())
    if not number:
        return []
    return [
        f"{wording.plural(number, 'event')} on stop and search {'has' if number == 1 else 'have'} no place in the log "
        f"and {'counts' if number == 1 else 'count'} for no area."
    ]


def _short_log(events: pd.DataFrame, first: str, last: str) -> list[str]:
    held = sorted(events["month"].unique())
    if held[0] <= first and held[-1] >= last:
        return []
    return [
        f"The log covers only {wording.months(max(held[0], first), min(held[-1], last))} of these twelve months: "
        "before and after it nothing is known."
    ]


def _listed(rows: list[dict[str, Any]]) -> pd.DataFrame:
    import pandas as pd

    kinds = {"area": "str", "name": "str", "stops": "Int64", "last_event": "str"}
    return pd.DataFrame({name: pd.Series([row[name] for row in rows], dtype=kind) for name, kind in kinds.items()})


def _fair(searches: Searches) -> tuple[Criterion, pd.DataFrame]:
    """Agreement that the powers are used fairly, of each ethnic group against everyone else."""
    view, force = searches.view, searches.force
    try:
        answers = answers_of(view, force, FAIR_USE, str(searches.scope.to_month))
    except UNANSWERABLE as why:
        return no_data(AIM, FAIR, str(why)), _groups([])
    if answers is None:
        return no_data(AIM, FAIR, NO_SURVEY.format(what="whether stop and search is used fairly")), _groups([])
    if "ethnicity" not in surveys.groupings(view, force, answers.survey):
        return no_data(AIM, FAIR, f"{answers.survey} does not hold ethnic group."), _groups([])
    try:
        found = estimates.by_group(answers, "ethnicity")
    except UNANSWERABLE as why:
        return no_data(AIM, FAIR, str(why)), _groups([])
    words, _ = sides_of(
        *(
            found[name].to_numpy(dtype=float, na_value=float("nan"))
            for name in ("difference_low", "difference_high", "p_value")
        )
    )
    table = found.assign(verdict=words).sort_values("group", ignore_index=True)
    whole = estimates.overall(answers).iloc[0].to_dict()
    rows = records_of(table)
    told = [row for row in rows if row["verdict"]]
    lows = [float(row["difference_low"]) if row["verdict"] else float("nan") for row in rows]
    verdict = criteria.of_tests([row["verdict"] for row in rows], lows)
    if wording.missing(whole["estimate"]):
        return no_data(AIM, FAIR, f"{whole['flag']}."), _groups(rows)
    number = (float(whole["estimate"]), float(whole["low"]), float(whole["high"]))
    base = None if wording.missing(whole["base"]) else int(whole["base"])
    said = (
        f"{wording.percent(number[0])} ({wording.percent_between(*number[1:])}) of everyone "
        f"{answers.measure.says}, {answers.year.span}. "
    )
    return (
        Criterion(AIM, FAIR, verdict, said + _why(told, len(rows) - len(told)), *number, base, PEOPLE),
        _groups(rows),
    )


def _why(rows: list[dict[Any, Any]], untested: int) -> str:
    """What the groups that were tested come to; of the others nothing is ruled out."""
    if not rows:
        return "There are not enough answers of any ethnic group to set it against everyone else."
    below = [row for row in rows if row["verdict"] == SIDES.below]
    if below:
        named = [
            f"{row['group']}, {wording.percent(row['estimate'])} ({wording.percent_between(row['low'], row['high'])})"
            for row in below
        ]
        return f"Clearly fewer than of everyone else: {'; '.join(named)}."
    none = (
        f"None of {len(rows):,} ethnic groups with enough answers agrees"
        if len(rows) > 1
        else "The one ethnic group with enough answers does not agree"
    )
    more = wording.plural(untested, "other ethnic group") if untested else ""
    rest = criteria.rest_of([float(row["difference_low"]) for row in rows], more)
    return f"{none} clearly less than everyone else.{rest}"


def _groups(rows: list[dict[Any, Any]]) -> pd.DataFrame:
    import pandas as pd

    def kind(name: str) -> Any:  # noqa: ANN401
        return "str" if name in ("group", "verdict", "flag") else "Int64" if name == "base" else "Float64"

    return pd.DataFrame({name: pd.Series([row.get(name) for row in rows], dtype=kind(name)) for name in FAIRLY})
