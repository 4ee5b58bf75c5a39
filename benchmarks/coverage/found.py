"""How often intervals of find rates, and of the gap between two groups, hold the truth, as they are shown.

Find rates differ from month to month and from district to district as beta distributions do. A figure is shown where
both the searches and those that found something reach the threshold. Of outcomes whose link the file leaves out, as
many were linked as of the others, or all, or none: the strict find rate is a range that holds whichever it is.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from itertools import product

import numpy as np
from numpy.typing import NDArray

from analytics.disparity import find_rate_gap, find_rates, within_area_find_rates
from analytics.disparity.dispersion import MINIMUM_PERIODS
from analytics.library.measured import Measured
from benchmarks.coverage.disparity import CHANCE, THRESHOLD
from benchmarks.coverage.rows import RATES, WITHIN, Drawn, Interval, instead, rows_of, shown

PART = "found"
SEED = 20_237
COMPARATOR = 0.2
"""Find rate of the comparator."""
GAP = -0.05
"""Within districts, in the mean."""
AT_LEAST = (0.93, 1.0)
"""Of a range, which is as wide as what is not known."""
SHARES = (0.05, 0.2, 0.5)
SEARCHES = (5, 20, 100)
"""Of the group in a month."""
ALIKE = {"months alike": 1e6, "months apart": 20.0}
"""Weights of the beta distribution of the months."""
LEAST_EXPECTED = 2 * THRESHOLD
"""Finds of the group, so that the threshold withholds next to none."""
DISTRICTS = (5, 14, 32)
LEFT_OUT = 0.15
"""Share of the outcomes whose link is not given."""
LINKED = 0.7
"""Share of outcomes that are linked."""
WHOSE = {"as of the others": LINKED, "all of them": 1.0, "none of them": 0.0}
"""Share of linked ones among outcomes whose link is not given."""

WILSON = shown("Wilson-t over months", RATES)
WILSON_CHANCE = shown(CHANCE, RATES)
WIDER = shown("factor of the gap over months", RATES)
WIDER_CHANCE = shown(CHANCE, RATES)
SATO = shown("by district", WITHIN)
STRICT = shown("range of links not given", AT_LEAST)
STRICT_LEFT_OUT = instead("outcomes without a link left out")

Counts = NDArray[np.int64]
Batch = Mapping[Interval, Drawn]


def one(low: float, high: float, truth: float, given: bool) -> Drawn:
    """One interval."""
    return Drawn.of(([low], [high]), [truth], [given])


def months_of(
    share: float, searches: float, alike: float, months: int, random: np.random.Generator
) -> tuple[Counts, Counts]:
    """Searches by month, and those that found something."""
    searched = random.poisson(searches * random.gamma(4, 0.25, months))
    return random.binomial(searched, random.beta(share * alike, (1 - share) * alike, months)), searched


def _of_months(
    months: int,
    usual: Interval,
    by_chance: Interval,
    low: float,
    high: float,
    truth: float,
    given: bool,
    told: int,
) -> Batch:
    """An interval under the name that so many months have; one that next to no draw of them has is left out."""
    few = months < MINIMUM_PERIODS
    return {by_chance if few else usual: one(low, high, truth, bool(given) and few == (told < MINIMUM_PERIODS))}


def draw_rate(share: float, searches: float, alike: float, months: int, random: np.random.Generator) -> Batch:
    """A find rate over months."""
    found, searched = months_of(share, searches, alike, months, random)
    rates = find_rates(found[None], searched[None])
    given = min(found.sum(), searched.sum()) >= THRESHOLD
    return _of_months(months, WILSON, WILSON_CHANCE, rates.low[0], rates.high[0], share, given, rates.cells[0])


def draw_gap(share: float, searches: float, alike: float, months: int, random: np.random.Generator) -> Batch:
    """A gap of two find rates over months."""
    found, searched = months_of(share, searches, alike, months, random)
    other_found, other_searched = months_of(COMPARATOR, 4 * searches, alike, months, random)
    gap = find_rate_gap(found, searched, other_found, other_searched)
    given = min(found.sum(), other_found.sum()) >= THRESHOLD
    ends, truth = (gap.difference.low, gap.difference.high), share - COMPARATOR
    return _of_months(months, WIDER, WIDER_CHANCE, *ends, truth, given, gap.clusters or MINIMUM_PERIODS - 1)


def draw_within(districts: int, spread: float, clumps: float, random: np.random.Generator) -> Batch:
    """A gap within districts whose own gaps differ by `spread`, with finds in clumps of a variance factor."""
    searched = [1 + random.poisson(mean * random.gamma(1.5, 1 / 1.5, districts)) for mean in (30, 120)]
    share = random.uniform(0.1, 0.3, districts)
    shares = np.clip(share + GAP + random.normal(0, spread, districts), 0.01, 0.99), share
    found = [clumped_finds(n, p, clumps, random) for n, p in zip(searched, shares, strict=True)]
    if min(counts.sum() for counts in found) == 0:
        return {SATO: one(math.nan, math.nan, GAP, False)}
    gap = within_area_find_rates(found[0], searched[0], found[1], searched[1]).difference
    given = min(counts.sum() for counts in (*found, *searched)) >= THRESHOLD
    return {SATO: one(gap.low, gap.high, GAP, bool(given))}


def clumped_finds(
    searched: Counts, share: NDArray[np.float64], clumps: float, random: np.random.Generator
) -> NDArray[np.int64]:
    """Finds whose variance is so many times that by chance."""
    if clumps == 1:
        return random.binomial(searched, share)
    alike = np.maximum(searched - 1, 1e-9) / (clumps - 1) - 1
    chance = random.beta(share * np.maximum(alike, 0.1), (1 - share) * np.maximum(alike, 0.1))
    return random.binomial(searched, chance)


def linked_months(
    share: float, searches: float, hidden: float, random: np.random.Generator
) -> tuple[Counts, Counts, Counts]:
    """Searches of 12 months, outcomes that are said to be linked, and outcomes whose link is not given.

    `share` of the searches find what was looked for; of outcomes whose link is left out the share `hidden` was.
    """
    outcomes = share / ((1 - LEFT_OUT) * LINKED + LEFT_OUT * hidden)
    found, searched = months_of(outcomes, searches, ALIKE["months apart"], 12, random)
    blank = random.binomial(found, LEFT_OUT)
    return searched, random.binomial(found - blank, LINKED), blank


def draw_strict(share: float, searches: float, hidden: float, random: np.random.Generator) -> Batch:
    """A strict find rate where links are left out: as a range, and with the outcomes left out whose link is."""
    searched, linked, blank = linked_months(share, searches, hidden, random)
    none, every = (find_rates(counts[None], searched[None]) for counts in (linked, linked + blank))
    without = find_rates(linked[None], (searched - blank)[None])
    given = bool(linked.sum() >= THRESHOLD)
    return {
        STRICT: one(none.low[0], every.high[0], share, given),
        STRICT_LEFT_OUT: one(without.low[0], without.high[0], share, given),
    }


def scenarios() -> Iterator[tuple[str, str, Callable[[np.random.Generator], Batch], bool]]:
    """Every case: its figure, its setting, what draws it, and whether a width is told over the truth."""
    for share, searches, (name, alike) in product(SHARES, SEARCHES, ALIKE.items()):
        for months in (2, 6, 12):
            if share * searches * months < LEAST_EXPECTED:
                continue
            setting = f"share {share:g}, {searches} searches a month, {months} months, {name}"
            yield "Find rate", setting, partial(draw_rate, share, searches, alike, months), True
            if share < SHARES[-1]:
                yield "Gap of find rates", setting, partial(draw_gap, share, searches, alike, months), False
    for districts, spread, clumps in product(DISTRICTS, (0.0, 0.05), (1.0, 2.0)):
        setting = f"{districts} districts, gaps spread by {spread:g}, finds in clumps of {clumps:g}"
        yield "Gap of find rates within districts", setting, partial(draw_within, districts, spread, clumps), False
    for share, searches, (name, hidden) in product((0.05, 0.2), (20, 100), WHOSE.items()):
        setting = f"share {share:g}, {searches} searches a month, {LEFT_OUT:.0%} of links not given, linked: {name}"
        yield "Strict find rate", setting, partial(draw_strict, share, searches, hidden), True


def measured(replications: int = 1_000) -> Iterator[Measured]:
    """Every row of the part."""
    for figure, setting, draw, over_truth in scenarios():
        random = np.random.default_rng(SEED)
        yield from rows_of(PART, figure, setting, (draw(random) for _ in range(replications)), over_truth=over_truth)
