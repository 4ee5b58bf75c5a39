"""How often people of each ethnic group were searched."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import TYPE_CHECKING, Any

from analytics import charts, wording
from analytics.disclosure import withhold
from analytics.finding import Finding
from analytics.findings.asked import question_of
from analytics.findings.refusal import refused
from analytics.findings.residents import Residents
from analytics.findings.searches import NoSearches, Searches
from analytics.findings.stop_and_search.ranges import range_caveats, rate_between
from analytics.findings.stop_and_search.shared import (
    CHANCE,
    INDEPENDENT,
    MORE_THAN_RESIDENTS,
    OVER,
    RATE_METHOD,
    RATE_REFERENCE,
    either,
    group_rate,
    missing_residents,
    much_unknown,
    none_caveats,
    none_recorded,
    population_caveats,
    rate_notes,
    rates_between,
    rates_counted_in,
    residents_or_why,
    rules_fired,
    typed_frame,
    unknown_first,
    withheld_caveats,
)
from analytics.records import records_of
from analytics.scope import Scope, ScopeError
from data.settings import settings
from data.vocabularies import BROAD_GROUPS

if TYPE_CHECKING:
    import pandas as pd

    from data.store import View

_RATES = ["group", "stops", "population", "rate", "low", "high", "dispersion", "flag"]


def rates(scope: Scope, view: View) -> Finding:
    """How often people of each group were searched, per 1,000 residents."""
    question = question_of(rates)
    try:
        searches = Searches.of(scope, view)
    except (ScopeError, NoSearches) as why:
        return refused(question, typed_frame([], _RATES, []), scope, view, str(why))
    population, why_none = residents_or_why(searches)
    table = _rates_table(searches, population)
    shown = table[table["rate"].notna()] if population else table[table["stops"].notna()]
    caveats = [
        *([MORE_THAN_RESIDENTS] if table["flag"].str.contains(OVER).any() else []),
        *_independent(table["dispersion"], shown.index if population else shown.index[:0]),
        *range_caveats(table),
        *missing_residents(searches, population),
        *searches.gaps(),
        *none_caveats(searches),
        *population_caveats(searches, population),
        *withheld_caveats(table),
        *searches.caveats("ratio" if population else ""),
    ]
    if population and len(shown):
        one = shown["group"].iloc[0] if len(shown) == 1 else ""
        of = f"{one} residents" if one else "residents, " + ("as recorded" if much_unknown(searches) else "by group")
        between = rates_between(shown["rate"].min(), shown["rate"].max())
        headline = f"{between} searches for every 1,000 {of}"
        each = "; ".join(f"{row['group']} {_rate(row)} ({_interval(row)})" for row in records_of(shown))
        answer = unknown_first(
            searches,
            f"{each} searches for every 1,000 residents, {searches.span}, "
            f"from {searches.total:,} searches of persons{_withheld(table)}.",
        )
    else:
        headline = f"{searches.total:,} searches of persons, {searches.span}"
        answer = f"{headline}; {why_none or _why_no_group(searches)}"
    return Finding(
        key=question.key,
        question=question.asks,
        headline=headline,
        answer=answer,
        tables={"rates": table},
        provenance=searches.provenance(question, RATE_METHOD, RATE_REFERENCE, _rules(table, searches, population)),
        caveats=tuple(caveats),
        draw=(lambda mode: charts.rate_dots(_dots(table), mode, "per 1,000")) if population else None,
        alt=answer,
    )


def _rates_table(searches: Searches, population: Residents | None) -> pd.DataFrame:
    import pandas as pd

    rows: list[dict[str, Any]] = []
    for group, stops in searches.by_group.items():
        residents = population.by_group.get(group) if population else None
        row: dict[str, Any] = {"group": group, "stops": stops, "population": residents, "flag": ""}
        if residents:
            made, factor = group_rate(searches, group, residents)
            row |= {"rate": made.estimate, "low": made.low, "high": made.high, "dispersion": factor}
            row["flag"] = "; ".join([*([] if factor else [CHANCE]), *rate_notes(made)])
        if not stops and group in BROAD_GROUPS:
            row["flag"] = none_recorded(searches, group)
        elif population and group not in BROAD_GROUPS:
            row["flag"] = "no residents to set these searches against"
        rows.append(row)
    table = typed_frame(rows, _RATES, ["stops", "population"])
    groups = table[table["group"].isin(BROAD_GROUPS)]
    kept = withhold(groups, ["stops"], ["rate", "low", "high", "dispersion"], settings().threshold, zeros_shown=True)
    return pd.concat([kept, table.drop(groups.index)], ignore_index=True)


def _withheld(table: pd.DataFrame) -> str:
    """The end of a sentence: which groups are withheld or have no search; empty where none is."""
    groups = list(table.loc[table["flag"].str.startswith("withheld"), "group"])
    none = list(table.loc[table["flag"].str.startswith("no search is recorded"), "group"])
    each = " each" if len(groups) > 1 else ""
    said = f"; {wording.listing(groups)} withheld, fewer than {settings().threshold} searches{each}" if groups else ""
    return f"{said}; no search is recorded as {either(none)}" if none else said


def _rules(table: pd.DataFrame, searches: Searches, population: Residents | None) -> list[str]:
    return [*rules_fired(table, population), *rates_counted_in(searches, population)]


def _why_no_group(searches: Searches) -> str:
    if searches.unknown == searches.total:
        return f"the {searches.definition} is not known for any of them."
    return f"every group has fewer than {settings().threshold} searches, too few to show."


def _independent(factors: pd.Series, shown: pd.Index) -> list[str]:
    return [INDEPENDENT] if factors.loc[shown].isna().any() else []


def _dots(table: pd.DataFrame) -> pd.DataFrame:
    import pandas as pd

    groups = records_of(table[table["group"].isin(BROAD_GROUPS)])
    return pd.DataFrame(
        {
            "label": [row["group"] for row in groups],
            "estimate": [row["rate"] for row in groups],
            "low": [row["low"] for row in groups],
            "high": [row["high"] for row in groups],
            "text": ["" if wording.missing(row["rate"]) else f"{_rate(row)}  {_interval(row)}" for row in groups],
            "detail": ["" if wording.missing(row["stops"]) else _searches(row) for row in groups],
            "hollow": False,
            # A drawing has room for two short lines; the rest stands in the table and below.
            "flag": [str(row["flag"]).partition("; check")[0] for row in groups],
        }
    )


def _rate(row: Mapping[Hashable, Any]) -> str:
    return wording.rate(row["rate"])


def _interval(row: Mapping[Hashable, Any]) -> str:
    return rate_between(row["low"], row["high"])


def _searches(row: Mapping[Hashable, Any]) -> str:
    return wording.plural(int(row["stops"]), "search", "searches")
