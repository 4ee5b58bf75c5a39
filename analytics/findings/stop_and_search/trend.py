"""How searches went from month to month."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from analytics import charts, wording
from analytics.disclosure import withhold
from analytics.disparity import rate
from analytics.finding import Finding
from analytics.findings.searches import UNANSWERABLE, Searches, TooFew
from analytics.findings.stop_and_search.shared import (
    INDEPENDENT,
    PER,
    RATE_METHOD,
    RATE_REFERENCE,
    WITHHELD,
    check_residents,
    known_searches,
    others,
    population_caveats,
    rates_between,
    refused,
    rules_fired,
    typed_frame,
)
from analytics.scope import Scope
from data.settings import settings
from data.vocabularies import BROAD_GROUPS

if TYPE_CHECKING:
    import pandas as pd

    from data.store import View

_TREND = ["month", "group", "stops", "population", "rate", "low", "high", "flag"]


def trend(scope: Scope, view: View) -> Finding:
    """Searches per 1,000 residents, month by month, for every group."""
    key, question = "stop_and_search.trend", "How did searches go from month to month?"
    try:
        searches = chartable(scope, view)
    except TooFew as why:
        return refused(key, question, _trend_table(why.searches), why.searches.scope, view, str(why))
    except UNANSWERABLE as why:
        return refused(key, question, typed_frame([], _TREND, []), scope, view, str(why))
    table, population = _trend_table(searches), searches.residents
    group, comparator = str(searches.scope.group), str(searches.scope.comparator)
    shown = table[(table["group"] == group) & table["rate"].notna()]
    spread = rates_between(shown["rate"].min(), shown["rate"].max())
    answer = (
        f"{spread} searches a month for every 1,000 {group} residents, "
        f"{searches.span}{_months_shown(len(shown), searches)}; no test of a change was made."
    )
    return Finding(
        key=key,
        question=question,
        headline=f"{spread} searches a month for every 1,000 {group} residents",
        answer=answer,
        tables={"trend": table},
        provenance=searches.provenance(RATE_METHOD, RATE_REFERENCE, rules_fired(table, population)),
        caveats=(
            *searches.gaps(),
            *population_caveats(searches, population),
            *([WITHHELD] if table["flag"].str.startswith("withheld").any() else []),
            *searches.caveats(),
            *([INDEPENDENT] if searches.clumping(group, others(group)) is None else []),
        ),
        draw=lambda mode: charts.rate_trend(table, group, comparator, mode),
        alt=answer,
    )


def chartable(scope: Scope, view: View) -> Searches:
    """The searches of a scope whose group has enough of them in some month.

    Raises
    ------
    ScopeError, NoSearches, NoResidents
        With the reason, where none has; TooFew where other groups may still be shown.
    """
    searches = known_searches(scope, view)
    group = str(searches.scope.group)
    check_residents(searches, (group,))
    monthly = searches.cells[searches.cells["group"] == group].groupby("month")["stops"].sum()
    if not (monthly >= settings().threshold).any():
        raise TooFew(
            f"Every month has fewer than {settings().threshold} searches of {group} people; choose another group or "
            "all powers.",
            searches,
        )
    return searches


def _trend_table(searches: Searches) -> pd.DataFrame:
    population = searches.residents
    counted = searches.cells.groupby(["month", "group"])["stops"].sum()
    clumps = {group: searches.clumping(group, others(group)) or 1.0 for group in BROAD_GROUPS}
    rows: list[dict[str, Any]] = []
    for group in BROAD_GROUPS:
        residents = population.by_group.get(group, 0)
        for month in searches.asked_months if residents else []:
            row: dict[str, Any] = {"month": month, "group": group, "population": residents, "flag": ""}
            if month in searches.missing_months:
                row["flag"] = "no file for this month"
            else:
                stops = int(counted.get((month, group), 0))
                made = rate(stops, residents, PER, clumps[group])
                row |= {"stops": stops, "rate": made.estimate, "low": made.low, "high": made.high}
            rows.append(row)
    table = typed_frame(rows, _TREND, ["stops", "population"])
    return withhold(table, ["stops"], ["rate", "low", "high"], settings().threshold)


def _months_shown(shown: int, searches: Searches) -> str:
    """The end of a sentence: in how many months a group has enough searches; empty where in all."""
    if shown == len(searches.months):
        return ""
    months = wording.plural(len(searches.months), "month")
    return f", in the {shown} of {months} with {settings().threshold} or more searches of them"
