"""How searches went from month to month."""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from analytics import charts, wording
from analytics.disclosure import withhold
from analytics.disparity import rates
from analytics.finding import Finding
from analytics.findings.asked import question_of
from analytics.findings.refusal import refused
from analytics.findings.residents import NoResidents
from analytics.findings.searches import UNANSWERABLE, Searches, TooFew
from analytics.findings.stop_and_search.policy import (
    policy_alt,
    policy_caveats,
    policy_marks,
    policy_rows,
    policy_table,
)
from analytics.findings.stop_and_search.ranges import BURSTS, range_caveats, rate_between, wide_rates
from analytics.findings.stop_and_search.shared import (
    CHANCE,
    INDEPENDENT,
    PER,
    RATE_REFERENCE,
    check_residents,
    known_searches,
    missing_residents,
    none_caveats,
    none_remedy,
    other_choices,
    people,
    population_caveats,
    rates_counted_in,
    residents_of,
    rules_fired,
    typed_frame,
    unknown_first,
    withheld_caveats,
)
from analytics.records import records_of
from analytics.scope import Scope
from data.settings import settings
from data.vocabularies import BROAD_GROUPS

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    from analytics.findings import Question
    from data.store import View

_METHOD = (
    "Searches of persons in a month for every 1,000 residents. 95 % interval: mid-P Poisson, widened by how far the "
    "group's searches in a district and month depart from the district's share and the month's. What moves every "
    "district of a month alike is that month's rate. Where districts can't tell, months do, which is wider."
)
_PICKED = (
    "The lowest and the highest month were picked for being so: by chance alone they lie further apart than two months "
    "that are named beforehand."
)
_COUNT_METHOD = "Searches of persons in a month, counted as recorded: no residents are known to set them against."
_TREND = ["month", "group", "stops", "population", "rate", "low", "high", "dispersion", "flag"]


def trend(scope: Scope, view: View) -> Finding:
    """Searches per 1,000 residents, month by month, for every group; without residents, the searches alone."""
    question = question_of(trend)
    try:
        searches = chartable(scope, view)
    except TooFew as why:
        table, asked = _trend_table(why.searches), why.searches.scope.only(question.takes)
        return refused(question, table, asked, view, str(why))
    except NoResidents as why:
        return _counted(question, Searches.of(scope, view), str(why))
    except UNANSWERABLE as why:
        table = typed_frame([], _TREND, [])
        return refused(question, table, scope, view, str(why))
    table, population = _trend_table(searches), searches.residents
    group, comparator = str(searches.scope.group), str(searches.scope.comparator)
    shown = table[(table["group"] == group) & table["rate"].notna()]
    headline, said = _sentences(shown, searches)
    answer = unknown_first(searches, said)
    months = searches.asked_months
    # One month has no course to draw or to mark: the sentence says it.
    drawn = len(months) > 1
    rules = policy_rows(searches.force, months) if drawn else []
    marks = policy_marks(rules, months[0])
    return Finding(
        key=question.key,
        question=question.asks,
        headline=headline,
        answer=answer,
        tables={"trend": table, "policy": policy_table(rules)},
        provenance=searches.provenance(
            question,
            _METHOD,
            RATE_REFERENCE,
            [*rules_fired(table, population), *rates_counted_in(searches, population)],
        ),
        caveats=(
            *([_PICKED] if len(shown) > 2 else []),
            *([INDEPENDENT] if shown["dispersion"].isna().any() else []),
            *range_caveats(table[table["group"].isin([group, comparator])]),
            *missing_residents(searches, population),
            *searches.gaps(),
            *none_caveats(searches),
            *population_caveats(searches, population),
            *withheld_caveats(table),
            *policy_caveats(rules),
            *searches.caveats(),
        ),
        draw=(lambda mode: charts.rate_trend(table, group, comparator, mode, marks)) if drawn else None,
        alt=f"{answer}{policy_alt(rules)}",
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
    _check_months(searches)
    return searches


def _check_months(searches: Searches) -> None:
    """Refuse a group that in no month has enough searches.

    Raises
    ------
    TooFew
        With the reason.
    """
    group = str(searches.scope.group)
    if not searches.by_group[group]:
        raise TooFew(
            f"No search by {searches.force_name} {searches.during}{searches.limits} is recorded as {group}; "
            f"{none_remedy(searches, [group])}.",
            searches,
        )
    monthly = searches.by_month[group]
    if not (monthly >= settings().threshold).any():
        which = "Every month" if len(searches.months) > 1 else wording.month(searches.months[0])
        raise TooFew(
            f"{which} has fewer than {settings().threshold} searches of {people(group)}{searches.limits}; "
            f"{other_choices(searches)}.",
            searches,
        )


def _counted(question: Question, searches: Searches, why: str) -> Finding:
    """How many searches there were in each month where no residents are known; refused where of the group too few."""
    group = str(searches.scope.group)
    table = _counts_table(searches)
    try:
        _check_months(searches)
    except TooFew as few:
        return refused(question, table, searches.scope.only(question.takes), searches.view, str(few))
    shown = table[(table["group"] == group) & (table["stops"] > 0).fillna(False)]
    months = records_of(shown)
    low, high = (pick(months, key=lambda row: row["stops"]) for pick in (min, max))
    whom = f"of {people(group)}{searches.limits}"
    if low["stops"] == high["stops"]:
        when = f"in {wording.month(low['month'])}" if len(months) == 1 else f"in each month shown, {searches.span}"
        headline = f"{wording.plural(int(low['stops']), 'search', 'searches')} {whom} {when}"
        answer = f"{headline}. {why}"
    else:
        ends = [f"{int(row['stops']):,} ({wording.short_month(row['month'])})" for row in (low, high)]
        headline = f"Lowest {ends[0]}, highest {ends[1]}: searches {whom}"
        whole = [f"{int(row['stops']):,} in {wording.month(row['month'])}" for row in (low, high)]
        answer = (
            f"Searches {whom} in a month: lowest {whole[0]}, highest {whole[1]}, {searches.span}, "
            f"{int(shown['stops'].sum()):,} in all{_months_shown(shown, searches)}; no test of a change was made. {why}"
        )
    return Finding(
        key=question.key,
        question=question.asks,
        headline=headline,
        answer=answer,
        tables={"trend": table},
        provenance=searches.provenance(question, _COUNT_METHOD, "Our own counts", [], per_resident=False),
        caveats=(*searches.gaps(per_resident=False), *withheld_caveats(table), *searches.caveats("")),
        alt=answer,
    )


def _counts_table(searches: Searches) -> pd.DataFrame:
    """The searches of each group in each month that was asked for; null where there is no file, or too few."""
    counted = {group: searches.by_month[group].to_dict() for group in BROAD_GROUPS if searches.by_group[group]}
    rows = [
        {"month": month, "group": group, "stops": stops[month], "flag": ""}
        if month in stops
        else {"month": month, "group": group, "flag": "no file for this month"}
        for group, stops in counted.items()
        for month in searches.asked_months
    ]
    return withhold(
        typed_frame(rows, _TREND, ["stops", "population"]), ["stops"], [], settings().threshold, zeros_shown=True
    )


def _trend_table(searches: Searches) -> pd.DataFrame:
    population = searches.residents
    counted = searches.by_month
    rows: list[dict[str, Any]] = []
    for group in BROAD_GROUPS:
        residents, factor = population.by_group.get(group, 0), searches.variation_within(group)
        if not residents:
            continue
        of_month = dict(zip(counted.index, _monthly(counted[group].to_numpy(), residents, factor), strict=True))
        for month in searches.asked_months:
            row = {"month": month, "group": group, "population": residents, "flag": "no file for this month"}
            if month in of_month:
                row |= dict(zip(("stops", "rate", "low", "high"), of_month[month], strict=True))
                hidden = [BURSTS] if math.isnan(of_month[month][2]) else []
                row |= {"dispersion": factor, "flag": "; ".join([*([] if factor else [CHANCE]), *hidden])}
                if not row["stops"]:
                    row["flag"] = f"no search is recorded as {group}"
            rows.append(row)
    table = typed_frame(rows, _TREND, ["stops", "population"])
    return withhold(table, ["stops"], ["rate", "low", "high", "dispersion"], settings().threshold, zeros_shown=True)


def _monthly(stops: NDArray[np.int64], residents: int, factor: float | None) -> Iterable[tuple[float, ...]]:
    """Searches, rate and limits of each month; the limits are NaN where they say nothing."""
    estimate, low, high = rates(stops, residents, PER, factor or 1.0)
    wide = wide_rates(low, high)
    low[wide], high[wide] = math.nan, math.nan
    return zip(*(values.tolist() for values in (stops, estimate, low, high)), strict=True)


def _sentences(shown: pd.DataFrame, searches: Searches) -> tuple[str, str]:
    """The lowest and the highest month of the group, each with its interval; of the first where several are equal."""
    whom = residents_of(str(searches.scope.group))
    months = records_of(shown)
    low, high = (pick(months, key=lambda row: row["rate"]) for pick in (min, max))
    base = f"{wording.plural(int(shown['stops'].sum()), 'search', 'searches')} of them{_months_shown(shown, searches)}"
    if len(shown) == 1:
        when = f"in {wording.month(low['month'])}"
        return (
            f"{wording.rate(low['rate'])} searches for every 1,000 {whom} {when}",
            f"{_with_interval(low)} searches for every 1,000 {whom} {when}, {base}.",
        )
    if wording.rate(low["rate"]) == wording.rate(high["rate"]):
        return (
            f"{wording.rate(low['rate'])} in each month shown for every 1,000 {whom}",
            f"{_with_interval(low)} searches for every 1,000 {whom} in each month shown, {searches.span}, "
            f"{base}; no test of a change was made.",
        )
    ends = [f"{wording.rate(row['rate'])} ({wording.short_month(row['month'])})" for row in (low, high)]
    whole = [f"{_with_interval(row)} in {wording.month(row['month'])}" for row in (low, high)]
    return (
        f"Lowest {ends[0]}, highest {ends[1]} per 1,000 {whom}{_of_how_many(shown, searches)}",
        f"Searches for every 1,000 {whom} in a month: lowest {whole[0]}, highest {whole[1]}, {searches.span}, "
        f"{base}; no test of a change was made.",
    )


def _with_interval(row: Mapping[Hashable, Any]) -> str:
    return f"{wording.rate(row['rate'])} ({rate_between(row['low'], row['high'])})"


def _months_shown(shown: pd.DataFrame, searches: Searches) -> str:
    """The end of a sentence: in how many months a group has enough searches; empty where in all."""
    if len(shown) == len(searches.months):
        return ""
    months = wording.plural(len(searches.months), "month")
    return f" in the {len(shown)} of {months} with {settings().threshold} or more; the others have fewer"


def _of_how_many(shown: pd.DataFrame, searches: Searches) -> str:
    """The end of a headline: how many months can be shown; empty where all can."""
    return "" if len(shown) == len(searches.months) else f", {len(shown)} of {len(searches.months)} months"
