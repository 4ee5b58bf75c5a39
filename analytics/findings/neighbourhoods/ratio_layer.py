"""The ratio of two groups' search rates on the map, area by area, with both rates beside it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.special import ndtr, ndtri

from analytics import near_one, wording
from analytics.disclosure import withhold
from analytics.disparity import period_difference, rate_ratio, unknown_range
from analytics.findings.neighbourhoods import places
from analytics.findings.neighbourhoods.edge_ranges import ranged
from analytics.findings.neighbourhoods.layers import FIGURES, Layer, NoLayer, elsewhere, refuse_unplaced
from analytics.findings.residents import NoResidents
from analytics.findings.searches import Searches
from analytics.findings.stop_and_search.ranges import NO_RATIO, could_be, is_told
from analytics.findings.stop_and_search.shared import PER, difference_and_excess
from analytics.findings.stop_and_search.shared import people as people_of
from analytics.findings.survey import estimates
from analytics.findings.tested import rule_of_tests
from analytics.maps import RATIOS
from analytics.scope import Scope
from analytics.survey import Verdicts
from data.settings import settings
from data.vocabularies import BROAD_GROUPS

if TYPE_CHECKING:
    import pandas as pd

    from analytics.findings import Question
    from data.store import View

METHOD = (
    "Searches of a group for every 1,000 residents of it, over the same rate of the group compared with, among "
    "searches of known ethnicity in the area. 95 % interval: conditional mid-P, widened by how far the split between "
    "the groups varies over areas and months. The difference is taken month by month."
)
REFERENCE = (
    "Rothman, Greenland and Lash 2008, Modern Epidemiology, ch. 14; Griffiths 1973, Biometrics 29, 637; Kleinman 1973, "
    "JASA 68, 46"
)
HIGHER = Verdicts("higher", "lower", "not clearly different")
"""What a ratio clearly above 1, one clearly below it and an unclear one are called."""

_OF_BOTH = ("search of the two groups", "searches of the two groups")

RATES = [
    "area",
    "stops",
    "comparator_stops",
    "rate",
    "comparator_rate",
    "ratio",
    "difference",
    "difference_low",
    "difference_high",
    "excess",
    "excess_low",
    "excess_high",
    "ratio_if_unknown_comparator",
    "ratio_if_unknown_group",
    "flag",
]


def ratio_layer(question: Question, scope: Scope, view: View) -> Layer:
    """The ratio of rates in each area, where both groups have enough searches.

    Raises
    ------
    ScopeError, NoSearches, NoLayer
        With the reason, where there are none.
    """
    force, level = str(scope.force), str(scope.area_level)
    asked = Scope(
        force=force, to_month=scope.to_month, area_level=level, group=scope.group, comparator=scope.comparator
    )
    searches = Searches.of(asked, view)
    pair = str(searches.scope.group), str(searches.scope.comparator)
    try:
        people = places.people(view, force, level, searches.months[0], searches.months[-1], grouped=True)
    except NoResidents as why:
        raise NoLayer(str(why)) from why
    absent = [name for name in pair if name not in people.by_area]
    if absent:
        raise NoLayer(f"{people.source} holds no residents counted as {absent[0]}.")
    factor = searches.clumping(pair[0], (pair[1],))
    rates = _rates(searches, people.by_area, pair, factor or 1.0)
    table = _table(rates, people.by_area, pair, factor or 1.0)
    shown = ["rate", "comparator_rate", "ratio", *RATES[6:14]]
    rates = withhold(
        rates, ["stops", "comparator_stops"], shown, settings().threshold, zeros_shown=True, flag_kept=True
    )
    counts, residents = _whole(searches, people.by_area, pair)
    if min(counts) < settings().threshold:
        raise NoLayer(
            f"Fewer than {settings().threshold} searches of one of the two groups where residents of both are known, "
            "too few for a ratio."
        )
    overall = rate_ratio(counts[0], residents[0], counts[1], residents[1], factor or 1.0)
    if not is_told(overall):
        raise NoLayer(f"The ratio could be {could_be(overall)}, as searches came in bursts: none is drawn.")
    recorded = sum(searches.by_group[name] for name in pair)
    drawn = searches.by_area.reindex(people.by_area.index, fill_value=0)[list(pair)]
    nowhere = recorded - int(drawn.to_numpy().sum())
    refuse_unplaced(recorded - nowhere, recorded, level, _OF_BOTH)
    made = searches.provenance(question, METHOD, REFERENCE, rule_of_tests(table))
    who = f"{people_of(pair[0])[:1].upper()}{people_of(pair[0])[1:]}"
    layer = Layer(
        table=table,
        whole={
            "estimate": overall.estimate,
            "low": overall.low,
            "high": overall.high,
            "base": sum(counts),
            "flag": "",
        },
        scheme=replace(RATIOS, title=f"{pair[0]} rate, as times the {pair[1]} rate"),
        label=f"Ratio of the {pair[0]} to the {pair[1]} search rate",
        span=searches.span,
        write=lambda value: f"{near_one.times(value)} times",
        write_between=lambda low, high: near_one.between(low, high),
        counted=("search", "searches"),
        absent="no search is recorded",
        of=f"in all {level}s with known residents of both together",
        made=replace(made, scope=scope.only(question.takes).address()),
        caveats=(
            "A ratio never stands alone: the table “rates” has both rates, their difference, the excess and the range "
            "if unknown ethnicity were all or none, area by area.",
            *people.caveats(),
            *([elsewhere(nowhere, recorded, level, _OF_BOTH)] if nowhere else []),
            *([] if factor else ["Every interval takes searches as independent: how far they clump can't be told."]),
            *searches.gaps(),
            *searches.caveats(),
            "Whoever is searched need not live in the area. A difference is described, not explained.",
        ),
        headline=lambda areas, below, above: f"{who} searched at a clearly higher rate in {above} of {areas}",
        against="Against 1",
        more={"rates": rates},
    )
    of_both = people.by_area.reindex(table["area"])[list(pair)].to_numpy(dtype=float)
    return ranged(layer, searches, pair, lambda near: near.ratios(of_both))


def _whole(searches: Searches, people: pd.DataFrame, pair: tuple[str, str]) -> tuple[list[int], list[float]]:
    """Searches and residents of both groups, over the areas where residents of both are known."""
    names = list(pair)
    known = people.loc[(people[names] > 0).all(axis=1), names]
    stops = searches.by_area.reindex(known.index, fill_value=0)[names]
    return [int(number) for number in stops.sum()], [float(number) for number in known.sum()]


def _rates(searches: Searches, people: pd.DataFrame, pair: tuple[str, str], factor: float) -> pd.DataFrame:
    """Both rates, their difference and excess, and the range that unknown ethnicity leaves open, area by area."""
    import pandas as pd

    monthly = searches.by_cell
    # Not stated and not in our list: neither is a broad group.
    unknown = searches.cells[~searches.cells["group"].isin(BROAD_GROUPS)].groupby("area")["stops"].sum()
    rows = []
    for area in people.index:
        counts = (
            monthly.loc[area].reindex(searches.months, fill_value=0)
            if area in monthly.index.get_level_values("area")
            else pd.DataFrame(0, index=searches.months, columns=list(BROAD_GROUPS))
        )
        a, b = (int(counts[name].sum()) for name in pair)
        n_a, n_b = (float(people[name][area]) for name in pair)
        row: dict[str, Any] = {"area": area, "stops": a, "comparator_stops": b, "flag": ""}
        if np.isnan([n_a, n_b]).any():
            row["flag"] = "residents not known: the publisher suppressed counts of one of the two groups"
        elif min(n_a, n_b) <= 0:
            row["flag"] = "no residents of one of the two groups are loaded"
        elif min(a, b) >= settings().threshold:
            made = rate_ratio(a, n_a, b, n_b, factor)
            if not is_told(made):
                rows.append(row | {"flag": NO_RATIO})
                continue
            apart = period_difference(counts[pair[0]].to_numpy(), n_a, counts[pair[1]].to_numpy(), n_b, PER)
            spread = unknown_range(a, n_a, b, n_b, int(unknown.get(area, 0)))
            row |= {
                "rate": PER * a / n_a,
                "comparator_rate": PER * b / n_b,
                "ratio": made.estimate,
                **difference_and_excess(apart, a, made),
                "ratio_if_unknown_comparator": spread.if_comparator,
                "ratio_if_unknown_group": spread.if_group,
            }
        rows.append(row)
    kinds: dict[str, Any] = dict.fromkeys(RATES, "Float64") | dict.fromkeys(("stops", "comparator_stops"), "Int64")
    kinds |= dict.fromkeys(("area", "flag"), "object")
    return pd.DataFrame({name: pd.Series([row.get(name) for row in rows], dtype=kinds[name]) for name in RATES})


def _table(rates: pd.DataFrame, people: pd.DataFrame, pair: tuple[str, str], factor: float) -> pd.DataFrame:
    """Ratios with their intervals and verdicts; null where either group has few searches."""
    import pandas as pd

    rows = []
    least = settings().threshold
    for row in rates.to_dict("records"):
        few = min(row["stops"], row["comparator_stops"]) < least
        found: dict[str, Any] = {
            "area": row["area"],
            "flag": row["flag"],
            # Of a small count the sum is not told either: less the other count it gives it away.
            "base": None if few else row["stops"] + row["comparator_stops"],
        }
        if not wording.missing(row["ratio"]):
            n_a, n_b = (float(people[name][row["area"]]) for name in pair)
            made = rate_ratio(int(row["stops"]), n_a, int(row["comparator_stops"]), n_b, factor)
            log, low, high = np.log([made.estimate, made.low, made.high])
            error = (log - low if log > 0 else high - log) / ndtri(0.975)
            found |= {
                "estimate": made.estimate,
                "low": made.low,
                "high": made.high,
                "log_low": low,
                "log_high": high,
                "p_value": 2 * ndtr(-abs(log) / error),
                **{name: row[name] for name in ("difference", "difference_low", "difference_high")},
            }
        elif few:
            why = f"fewer than {least} searches of one of the two groups"
            found["flag"] = f"{row['flag']}; withheld: {why}" if row["flag"] else why
        rows.append(found)
    names = ["area", *FIGURES, "log_low", "log_high", "flag"]
    kinds: dict[str, Any] = dict.fromkeys(names, "Float64") | {"area": "object", "flag": "object"}
    table = pd.DataFrame({name: pd.Series([row.get(name) for row in rows], dtype=kinds[name]) for name in names})
    limits = table[["log_low", "log_high", "p_value"]].set_axis(["low", "high", "p_value"], axis=1)
    table["verdict"] = estimates.called(limits, HIGHER)
    estimate, low, high = (table[name].to_numpy(dtype=float, na_value=np.nan) for name in ("estimate", "low", "high"))
    return table.assign(position=estimate, half=(high - low) / 2 / estimate)[
        ["area", *FIGURES, "verdict", "flag", "position", "half"]
    ]
