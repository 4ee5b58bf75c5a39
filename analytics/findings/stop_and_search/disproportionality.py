"""How the search rate of one group compares with that of another: never a ratio alone."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from analytics import charts, wording
from analytics.disclosure import withhold
from analytics.disparity import period_difference, rate_ratio, tipping_share, unknown_range, within_area_ratio
from analytics.disparity.ratio import FEW
from analytics.finding import Finding, Tile
from analytics.findings import choices
from analytics.findings.asked import question_of
from analytics.findings.refusal import refused
from analytics.findings.residents import Residents
from analytics.findings.searches import UNANSWERABLE, Searches, TooFew
from analytics.findings.stop_and_search.shared import (
    FEW_MONTHS,
    INDEPENDENT,
    PER,
    WITHHELD,
    check_residents,
    group_rate,
    known_searches,
    missing_residents,
    other_choices,
    population_caveats,
    rules_fired,
    typed_frame,
)
from analytics.scope import Scope
from data.settings import settings
from data.vocabularies import BROAD_GROUPS

if TYPE_CHECKING:
    import pandas as pd

    from data.store import View

FAIRNESS = (
    "A disparity is not proof of discrimination, and no disparity is not proof of fairness. These tests can disagree; "
    "read them together."
)
EXCESS = (
    "The excess is the number of searches beyond what there would have been at the comparator's rate. It does not say "
    "that any one search was unlawful."
)
STREET = "Residents at the census are not the people on the street: visitors can be searched, and are not residents."

_RATIO_METHOD = (
    "Ratio of the two rates per resident. 95 % interval: conditional mid-P given the searches of both groups; "
    "beta-binomial where searches come in clumps, as the split by area and month shows. Rates: mid-P Poisson, widened "
    "by how far the group's searches vary from month to month. Difference: t over the differences of the months. "
    "Excess: searches beyond those at the comparator's rate, its interval that of the difference. Within districts: "
    "Poisson with an effect for each district, variance by district."
)
_RATIO_REFERENCE = (
    "Kleinman 1973, JASA 68, 46 (clumping); Cameron and Miller 2015, Journal of Human Resources 50, 317 (months as "
    "clusters); Zou and Donner 2008, Statistics in Medicine 27, 1693 (difference by chance alone); "
    "Bell and McCaffrey 2002, Survey Methodology 28, 169 (variance by district)"
)

_TOO_WIDE = 100
"""Upper over lower limit above which a ratio within districts says nothing and is not given."""

_FEW = "few searches"

_DISPROPORTIONALITY = [
    "group", "comparator", "rate", "comparator_rate", "ratio", "low", "high", "difference", "excess", "unknown_share",
    "ratio_if_unknown_comparator", "ratio_if_unknown_group", "ratio_adjusted", "adjusted_low", "adjusted_high",
    "difference_low", "difference_high", "excess_low", "excess_high", "rate_low", "rate_high", "comparator_rate_low",
    "comparator_rate_high", "adjusted_areas", "adjusted_share", "placed_share", "tipping_share", "dispersion",
    "rate_dispersion", "comparator_rate_dispersion", "stops", "comparator_stops", "base", "flag",
]  # fmt: skip


def disproportionality(scope: Scope, view: View) -> Finding:
    """How the search rate of each group compares with that of the comparator: never a ratio alone."""
    question = question_of(disproportionality)
    try:
        searches = comparable(scope, view)
    except TooFew as why:
        table, asked = _comparisons(why.searches), why.searches.scope.only(question.takes)
        return refused(question.key, question.asks, table, asked, view, str(why))
    except UNANSWERABLE as why:
        table = typed_frame([], _DISPROPORTIONALITY, [])
        return refused(question.key, question.asks, table, scope.only(question.takes), view, str(why))
    population = searches.residents
    table = _comparisons(searches)
    chosen = table[table["group"] == searches.scope.group].iloc[0]
    caveats = [
        FAIRNESS,
        *missing_residents(searches, population, (str(chosen["group"]), str(chosen["comparator"]))),
        *_interval_caveats(chosen),
        *searches.gaps(),
        *population_caveats(searches, population),
        STREET,
        EXCESS,
        *_tipping_caveats(chosen),
        *([WITHHELD] if table["flag"].str.startswith("withheld").any() else []),
        *searches.caveats(),
        *_adjusted_caveats(chosen, searches),
    ]
    headline, answer = _sentences(chosen, searches)
    return Finding(
        key=question.key,
        question=question.asks,
        headline=headline,
        answer=answer,
        tables={"disproportionality": table},
        provenance=searches.provenance(
            question,
            _RATIO_METHOD,
            _RATIO_REFERENCE,
            [*rules_fired(table, population), *_dispersion_rules(chosen)],
            {"Least share of searches with a place": wording.percent(settings().placed_share)},
        ),
        caveats=tuple(caveats),
        chart_title=_scale_title(chosen),
        draw=lambda mode: charts.ratio_scale(_scale(chosen, searches), mode),
        alt=answer,
        tiles=_tiles(chosen, searches),
    )


def comparable(scope: Scope, view: View) -> Searches:
    """The searches of a scope whose two groups can be compared.

    Raises
    ------
    ScopeError, NoSearches, NoResidents
        With the reason, where they can't be; TooFew where other groups may still be shown.
    """
    searches = known_searches(scope, view)
    pair = str(searches.scope.group), str(searches.scope.comparator)
    check_residents(searches, pair)
    small = [name for name in pair if searches.by_group[name] < settings().threshold]
    if small:
        rare = searches.scope.definition == "officer" and "Mixed" in small
        remedy = "officers rarely record Mixed" if rare else other_choices(searches)
        raise TooFew(
            f"Not enough searches: fewer than {settings().threshold} of {wording.listing(small)} people by "
            f"{searches.force_name} {searches.during}; {remedy}.",
            searches,
        )
    return searches


def _comparisons(searches: Searches) -> pd.DataFrame:
    population, comparator = searches.residents, str(searches.scope.comparator)
    rows = [_comparison(searches, population, group, comparator) for group in BROAD_GROUPS if group != comparator]
    table = typed_frame(rows, _DISPROPORTIONALITY, ["stops", "comparator_stops", "base", "adjusted_areas"])
    figures = [name for name in _DISPROPORTIONALITY if name not in ("group", "comparator", "unknown_share", "flag")]
    return withhold(
        table,
        ["stops", "comparator_stops"],
        [name for name in figures if name not in ("stops", "comparator_stops")],
        settings().threshold,
    )


def _comparison(searches: Searches, population: Residents, group: str, comparator: str) -> dict[str, Any]:
    a, b = searches.by_group[group], searches.by_group[comparator]
    residents_a, residents_b = population.by_group.get(group, 0), population.by_group.get(comparator, 0)
    row: dict[str, Any] = {
        "group": group,
        "comparator": comparator,
        "unknown_share": searches.unknown_share,
        "stops": a,
        "comparator_stops": b,
        "base": a + b,
        "flag": "",
    }
    if not residents_a or not residents_b:
        return row | {"flag": f"no residents counted as {comparator if residents_a else group}"}
    if min(a, b) < settings().threshold:
        return row
    clumps = searches.clumping(group, (comparator,))
    ratio = rate_ratio(a, residents_a, b, residents_b, clumps or 1.0)
    # Each rate has the interval that it has on its own: one interval for one figure.
    rate_a, varies_a = group_rate(searches, group, residents_a)
    rate_b, varies_b = group_rate(searches, comparator, residents_b)
    monthly = searches.by_month
    gap = period_difference(monthly[group], residents_a, monthly[comparator], residents_b, PER)
    unit = residents_a / PER
    unknown = unknown_range(a, residents_a, b, residents_b, searches.unknown)
    return row | {
        "rate": rate_a.estimate,
        "rate_low": rate_a.low,
        "rate_high": rate_a.high,
        "comparator_rate": rate_b.estimate,
        "comparator_rate_low": rate_b.low,
        "comparator_rate_high": rate_b.high,
        "ratio": ratio.estimate,
        "low": ratio.low,
        "high": ratio.high,
        "difference": gap.estimate,
        "difference_low": gap.low,
        "difference_high": gap.high,
        "excess": gap.estimate * unit,
        "excess_low": gap.low * unit,
        "excess_high": gap.high * unit,
        "ratio_if_unknown_comparator": unknown.if_comparator,
        "ratio_if_unknown_group": unknown.if_group,
        "tipping_share": tipping_share(a, residents_a, b, residents_b, searches.unknown) if searches.unknown else None,
        "dispersion": clumps,
        "rate_dispersion": varies_a,
        "comparator_rate_dispersion": varies_b,
        **_within_districts(searches, population, group, comparator),
        "flag": "; ".join([*([_FEW] if ratio.few else []), *_by_chance(clumps is None, varies_a is None)]),
    }


def _by_chance(ratio: bool, rates: bool) -> list[str]:
    """Which intervals take searches as independent."""
    if not (ratio or rates):
        return []
    which = "every interval" if ratio and rates else "interval of the ratio" if ratio else "intervals of the rates"
    return [f"{which} by chance alone"]


def _within_districts(searches: Searches, population: Residents, group: str, comparator: str) -> dict[str, Any]:
    if searches.scope.area is not None:
        return {}
    people = population.by_area.reindex(columns=[group, comparator]).dropna()
    stops = searches.by_area[[group, comparator]].reindex(people.index, fill_value=0)
    both = searches.by_group[group] + searches.by_group[comparator]
    placed = searches.by_area.drop(index="", errors="ignore")[[group, comparator]]
    share = float(stops.to_numpy().sum() / both)
    drawn = choices.districts(searches.view, searches.force)
    told = {
        "adjusted_share": share,
        "placed_share": float(placed.to_numpy().sum() / both),
        "adjusted_areas": len(people) if drawn else 0,
    }
    if share < settings().placed_share or len(people) < 2:
        return told
    try:
        within = within_area_ratio(stops[group], people[group], stops[comparator], people[comparator])
    except ValueError:
        return told  # _why_not_adjusted words it
    if within.high > _TOO_WIDE * within.low:
        return told
    return told | {
        "ratio_adjusted": within.estimate,
        "adjusted_low": within.low,
        "adjusted_high": within.high,
        "adjusted_areas": within.areas,
    }


def _sentences(row: pd.Series, searches: Searches) -> tuple[str, str]:
    group, comparator = row["group"], row["comparator"]
    answer = (
        f"{wording.rate(row['rate'])} searches for every 1,000 {group} residents against "
        f"{wording.rate(row['comparator_rate'])} for {comparator} residents, {searches.span}, "
        f"{int(row['base']):,} searches: a ratio of "
        f"{wording.times(row['ratio'])} ({wording.between(wording.times(row['low']), wording.times(row['high']))})"
    )
    if not wording.missing(row["ratio_adjusted"]):
        answer += (
            f", and {wording.times(row['ratio_adjusted'])} "
            f"({wording.between(wording.times(row['adjusted_low']), wording.times(row['adjusted_high']))}) "
            "among people of the same districts"
        )
    answer += "."
    if row["low"] <= 1 <= row["high"]:
        headline = f"No clear difference in search rates of {group} and {comparator} people"
    else:
        headline = (
            f"{group} people were searched at {wording.times(row['ratio'])} times the rate of {comparator} people"
        )
    doubt = _doubt(row, searches)
    if doubt is None:
        return headline, answer
    return doubt[0] or headline, f"{doubt[1]} As recorded: {answer}"


def _doubt(row: pd.Series, searches: Searches) -> tuple[str, str] | None:
    """What must be said before the number, short and whole; None where nothing must."""
    share = wording.percent(searches.unknown_share)
    group, comparator = row["group"], row["comparator"]
    low, high = row["ratio_if_unknown_comparator"], row["ratio_if_unknown_group"]
    clear = not row["low"] <= 1 <= row["high"]
    if max(row["rate"], row["comparator_rate"]) > PER:
        return (
            "More searches than residents: a rate for each resident says little",
            "There are more searches of a group than residents of it: visitors are searched and one person can be "
            "searched many times, so a rate for each resident says little.",
        )
    if searches.unknown > 0 and low < 1 < high:
        return (
            f"{group} or {comparator} people searched more? Unknown ethnicity leaves it open" if clear else "",
            f"Ethnicity is unknown for {share} of searches, and the ratio could be anything from "
            f"{wording.times(low)} to {wording.times(high)}, below 1 or above.",
        )
    if searches.unknown_share > settings().unknown_share:
        times = wording.between(wording.times(low), wording.times(high))
        return (
            f"{group} people were searched at {times} times the {comparator} rate",
            f"Ethnicity is unknown for {share} of searches, so the ratio could be anything from "
            f"{wording.times(low)} to {wording.times(high)}.",
        )
    return None


def _tiles(row: pd.Series, searches: Searches) -> tuple[Tile, ...]:
    def span(low: str, high: str) -> str:
        return wording.between(low, high)

    group, comparator = row["group"], row["comparator"]
    adjusted = not wording.missing(row["ratio_adjusted"])
    months = wording.plural(len(searches.months), "month")
    return (
        Tile(
            f"Rate, {group} people",
            wording.rate(row["rate"]),
            span(wording.rate(row["rate_low"]), wording.rate(row["rate_high"])),
            f"per 1,000, {months}; {comparator} {wording.rate(row['comparator_rate'])}",
        ),
        Tile(
            "Ratio",
            f"{wording.times(row['ratio'])} times",
            f"{span(wording.times(row['low']), wording.times(row['high']))} times",
            "as recorded",
        ),
        Tile(
            "Difference",
            wording.signed(row["difference"]),
            span(wording.signed(row["difference_low"]), wording.signed(row["difference_high"])),
            f"per 1,000, {months}",
        ),
        Tile(
            "Excess",
            wording.signed(row["excess"], 0),
            span(wording.signed(row["excess_low"], 0), wording.signed(row["excess_high"], 0)),
            f"searches, {months}",
        ),
        Tile(
            "Unknown ethnicity",
            span(wording.times(row["ratio_if_unknown_comparator"]), wording.times(row["ratio_if_unknown_group"])),
            f"times, if none or all of the {wording.percent(searches.unknown_share)}",
            f"unknown were {group}",
        ),
        Tile(
            "Within districts",
            f"{wording.times(row['ratio_adjusted'])} times" if adjusted else "not given",
            f"{span(wording.times(row['adjusted_low']), wording.times(row['adjusted_high']))} times"
            if adjusted
            else "",
            f"{int(row['adjusted_areas'])} districts compared" if adjusted else _why_not_adjusted(row, searches),
        ),
    )


def _why_not_adjusted(row: pd.Series, searches: Searches) -> str:
    if wording.missing(row["adjusted_areas"]):
        return "one district is shown"
    if row["adjusted_areas"] == 0:
        return "no boundaries of its districts"
    least = settings().placed_share
    if row["placed_share"] < least:
        return f"{wording.percent(row['placed_share'])} of searches lie in a district"
    if row["adjusted_share"] < least:
        source = searches.residents.source
        return f"{wording.percent(row['adjusted_share'])} of searches lie in districts that {source} has residents of"
    if row["adjusted_areas"] < 2:
        return "there is one district"
    return "too few searches to tell"


def _adjusted_caveats(row: pd.Series, searches: Searches) -> list[str]:
    if wording.missing(row["adjusted_share"]):
        return []
    share = wording.percent(row["adjusted_share"])
    if wording.missing(row["ratio_adjusted"]):
        return [f"No ratio within districts is given: {_why_not_adjusted(row, searches)}."]
    return [
        "The ratio within districts rests on the searches of both groups that were published with a place in one of "
        f"the {int(row['adjusted_areas'])} districts with residents: {share} of them."
    ]


def _tipping_caveats(row: pd.Series) -> list[str]:
    if wording.missing(row["tipping_share"]):
        return []
    return [
        f"If {wording.percent(row['tipping_share'])} of the searches of unknown ethnicity were of {row['group']} "
        f"people and the rest of {row['comparator']} people, both rates would be the same."
    ]


def _interval_caveats(row: pd.Series) -> list[str]:
    ratio, rates = wording.missing(row["dispersion"]), wording.missing(row["rate_dispersion"])
    said = []
    if ratio and rates:
        said.append(INDEPENDENT)
    elif ratio:
        said.append(
            "The interval of the ratio takes searches as independent and is likely too narrow: there are too few "
            "months and districts with searches of both groups to see how far they come in clumps."
        )
    elif rates:
        said.append(
            "The intervals of the rates, the difference and the excess take searches as independent and are likely too "
            f"narrow: {FEW_MONTHS}."
        )
    if _FEW in row["flag"]:
        said.append(
            f"Few searches: at equal rates fewer than {FEW:.0f} of the smaller group would be expected, so the "
            "interval is rough."
        )
    return said


def _dispersion_rules(row: pd.Series) -> list[str]:
    if wording.missing(row["dispersion"]):
        said = ["Clumping could not be told from so few district-months: the ratio takes searches as independent"]
    else:
        said = [f"Variance factor of the split between the two groups: {row['dispersion']:.1f}"]
    if wording.missing(row["rate_dispersion"]):
        return [*said, "Variation could not be told from so few months: the rates take searches as independent"]
    factors = (
        f"{row['group']} {row['rate_dispersion']:.1f}, {row['comparator']} {row['comparator_rate_dispersion']:.1f}"
    )
    return [*said, f"Variance factors of the rates, from month to month: {factors}"]


def _scale(row: pd.Series, searches: Searches) -> pd.DataFrame:
    import pandas as pd

    adjusted = not wording.missing(row["ratio_adjusted"])
    return pd.DataFrame(
        [
            ("As recorded", "estimate", row["ratio"], row["low"], row["high"], ""),
            (
                "Range if not stated\nwere all or none",
                "range",
                math.nan,
                row["ratio_if_unknown_comparator"],
                row["ratio_if_unknown_group"],
                "",
            ),
            (
                "Among people of the\nsame districts",
                "adjusted",
                row["ratio_adjusted"] if adjusted else math.nan,
                row["adjusted_low"] if adjusted else math.nan,
                row["adjusted_high"] if adjusted else math.nan,
                "" if adjusted else f"not given: {_why_not_adjusted(row, searches)}",
            ),
        ],
        columns=["label", "kind", "estimate", "low", "high", "flag"],
    )


def _scale_title(row: pd.Series) -> str:
    """Whether every way of counting agrees that there is a gap, and on its side."""
    counted = [(row["low"], row["high"]), (row["ratio_if_unknown_comparator"], row["ratio_if_unknown_group"])]
    adjusted = not wording.missing(row["ratio_adjusted"])
    if adjusted:
        counted.append((row["adjusted_low"], row["adjusted_high"]))
    if all(low > 1 for low, _ in counted) or all(high < 1 for _, high in counted):
        return "The gap remains in all three comparisons" if adjusted else "The gap remains in the two comparisons made"
    if counted[0][0] <= 1 <= counted[0][1]:
        return "No clear gap as recorded"
    if (
        adjusted
        and (row["ratio"] > 1) != (row["ratio_adjusted"] > 1)
        and not row["adjusted_low"] <= 1 <= row["adjusted_high"]
    ):
        return "The gap is the other way round among people of the same districts"
    if adjusted and row["adjusted_low"] <= 1 <= row["adjusted_high"]:
        return "The gap is not clear among people of the same districts"
    return "The gap depends on how unknown ethnicity is counted"
