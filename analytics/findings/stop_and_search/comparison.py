"""The figures of two groups of searches: both rates, their ratio and all that stands beside it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import numpy as np

from analytics import wording
from analytics.disparity import Ratio, period_difference, rate_ratio, tipping_share, unknown_range, within_area_ratio
from analytics.findings import choices
from analytics.findings.residents import Residents
from analytics.findings.searches import Searches, TooFew
from analytics.findings.stop_and_search.ranges import NO_RATIO, is_told, known_difference
from analytics.findings.stop_and_search.shared import (
    PER,
    difference_and_excess,
    group_rate,
    none_recorded,
    other_choices,
    people,
    rate_notes,
    rates_and_ratio,
)
from data.settings import settings
from data.vocabularies import BROAD_GROUPS

FEW_SEARCHES = "few searches"
"""Flag of a ratio that rests on so few searches that its interval is rough."""


def comparison(searches: Searches, population: Residents, group: str, comparator: str) -> dict[str, Any]:
    """The figures of two groups, ratio and all that stands beside it; without them, why, in ``flag``."""
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
    if not a or not b:
        return row | {"flag": none_recorded(searches, comparator if a else group)}
    if min(a, b) < settings().threshold:
        return row
    if not is_pair_told(searches, population.by_group, group, comparator):
        return row | {"flag": NO_RATIO}
    ratio, clumps = pair_ratio(searches, group, residents_a, comparator, residents_b)
    # Each rate has the interval that it has on its own: one interval for one figure.
    rate_a, varies_a = group_rate(searches, group, residents_a)
    rate_b, varies_b = group_rate(searches, comparator, residents_b)
    monthly = searches.by_month
    gap = period_difference(monthly[group], residents_a, monthly[comparator], residents_b, PER)
    unknown = unknown_range(a, residents_a, b, residents_b, searches.unknown)
    return row | {
        **rates_and_ratio(rate_a, rate_b, ratio),
        **difference_and_excess(known_difference(gap, rate_a, rate_b), a, ratio),
        "ratio_if_unknown_comparator": unknown.if_comparator,
        "ratio_if_unknown_group": unknown.if_group,
        "tipping_share": tipping_share(a, residents_a, b, residents_b, searches.unknown) if searches.unknown else None,
        "dispersion": clumps,
        "rate_dispersion": varies_a,
        "comparator_rate_dispersion": varies_b,
        **_within_districts(searches, population, group, comparator),
        "flag": "; ".join(
            [
                *([FEW_SEARCHES] if ratio.few else []),
                *_by_chance(clumps is None, varies_a is None),
                *rate_notes(rate_a, rate_b),
            ]
        ),
    }


@lru_cache(maxsize=512)
def pair_ratio(
    searches: Searches, group: str, residents: int, comparator: str, comparator_residents: int
) -> tuple[Ratio, float | None]:
    """The ratio of the rates of two groups, and the variance factor of clumps that widens it."""
    clumps = searches.clumping(group, (comparator,))
    a, b = searches.by_group[group], searches.by_group[comparator]
    return rate_ratio(a, residents, b, comparator_residents, clumps or 1.0), clumps


def is_pair_told(searches: Searches, residents: Mapping[str, int], group: str, comparator: str) -> bool:
    """Whether the ratio of two groups says anything.

    Where it can't be told how far the searches of the two clump, the other groups tell it: of searches that come in
    bursts too uneven for their ratio, a ratio by chance alone would be sure of what the larger groups leave open.
    """

    def ratio_of(name: str) -> tuple[Ratio, float | None]:
        return pair_ratio(searches, name, residents[name], comparator, residents[comparator])

    ratio, clumps = ratio_of(group)
    if clumps is not None or not is_told(ratio):
        return is_told(ratio)
    least = settings().threshold
    others = [name for name in BROAD_GROUPS if name not in (group, comparator) and residents.get(name)]
    return all(is_told(ratio_of(name)[0]) for name in others if searches.by_group[name] >= least)


def check_told(searches: Searches) -> None:
    """Refuse two groups whose searches are too uneven for a ratio.

    Raises
    ------
    TooFew
        With the reason.
    """
    pair = str(searches.scope.group), str(searches.scope.comparator)
    if is_pair_told(searches, searches.residents.by_group, *pair):
        return
    counted = [f"{wording.plural(searches.by_group[name], 'search', 'searches')} of {people(name)}" for name in pair]
    most = [max(searches.by_month[name]) / searches.by_group[name] for name in pair]
    raise TooFew(
        f"{counted[0]} and {counted[1]} by {searches.force_name} {searches.during}{searches.limits} came in bursts, "
        f"{wording.percent(most[0])} and {wording.percent(most[1])} of them in one month: what the ratio usually is "
        f"can't be told from them; {other_choices(searches)}.",
        searches,
    )


def _by_chance(ratio: bool, rates: bool) -> list[str]:
    """Which intervals take searches as independent."""
    if not (ratio or rates):
        return []
    which = "every interval" if ratio and rates else "interval of the ratio" if ratio else "intervals of the rates"
    return [f"{which} by chance alone"]


def _within_districts(searches: Searches, population: Residents, group: str, comparator: str) -> dict[str, Any]:
    if searches.scope.area is not None:
        return {}
    pair = (group, comparator)
    people = [population.by_area[name].to_numpy(dtype=float, na_value=np.nan) for name in pair]
    known = np.isfinite(people).all(axis=0)
    people_a, people_b = (column[known] for column in people)
    stops_a, stops_b = (searches.by_district[name].to_numpy()[known] for name in pair)
    both = searches.by_group[group] + searches.by_group[comparator]
    share = float((stops_a.sum() + stops_b.sum()) / both)
    told = {
        "adjusted_share": share,
        "placed_share": (searches.placed[group] + searches.placed[comparator]) / both,
        "adjusted_areas": int(known.sum()) if choices.districts(searches.view, searches.force) else 0,
    }
    if share < settings().placed_share or known.sum() < 2:
        return told
    try:
        within = within_area_ratio(stops_a, people_a, stops_b, people_b)
    except ValueError:
        return told  # _why_not_adjusted words it
    if not is_told(within):
        return told
    return told | {
        "ratio_adjusted": within.estimate,
        "adjusted_low": within.low,
        "adjusted_high": within.high,
        "adjusted_areas": within.areas,
    }
