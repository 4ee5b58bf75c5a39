"""How often the 95 % intervals of ``analytics.disparity`` hold the truth, by simulation, as they are shown.

Clumped counts are gamma-Poisson: their variance is the variance factor times their mean. A figure is shown where every
count that it is made of reaches the threshold; its row says in how many draws, and where that is not nearly all, a
second row says how the interval does when nothing is withheld. What is withheld hangs on the count itself, so what is
left of a small expected count is what came out large. Where the variance factor can't be told the interval is by chance
alone and says so on the page: of few searches such intervals have a row of their own.
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache, partial
from itertools import product
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from analytics.disparity import (
    Estimate,
    Rate,
    Ratio,
    WithinAreaRatio,
    excess,
    month_dispersion,
    period_difference,
    period_dispersion,
    rate,
    rate_ratio,
    split_dispersion,
    within_area_ratio,
)
from analytics.disparity.ratio import FEW
from analytics.library.measured import Measured
from benchmarks.coverage.rows import NONE, RATES, WITHIN, Drawn, Interval, instead, later, row, shown
from data.settings import Settings

PART = "disparity"
SEED = 20_231
THRESHOLD = int(Settings.model_fields["threshold"].default)
"""Events under which a count is withheld."""
TOO_WIDE = 100
"""Upper over lower limit above which a ratio within districts is not shown."""
TRUE_RATIO = 4.0
POPULATION_A, POPULATION_B = 5_000.0, 80_000.0
EXPECTED = (1, 5, 20, 100)
FACTORS = (1.0, 2.0, 3.0, 5.0)
LAYOUTS = {"12 months": (1, 12), "144 months": (1, 144), "32 areas x 6 months": (32, 6)}
AREAS = (5, 14, 32)
MONTHS = (3, 6, 12)
MONTH_AREAS = (1, 10, 30)
SUPERPOPULATION = 300_000
FULL = 50
"""Expected events from which next to nothing is withheld."""

Figure = Estimate | Rate | Ratio | WithinAreaRatio


class One(NamedTuple):
    """A figure, if there is one, what it should hold, and whether it is shown, and flagged as by chance alone."""

    figure: Figure | None
    truth: float
    shown: bool
    flagged: bool = False


Draw = Callable[[np.random.Generator], One]


@dataclass(frozen=True, slots=True)
class Scenario:
    """What is drawn, and how the intervals are used.

    Attributes
    ----------
    figure, setting, interval
        As in the row.
    draw
        Draws one data set.
    flagged
        What intervals are told apart as that say on the page that they are by chance alone; None where there are none.
    withheld
        Whether so much is withheld that the interval is told of without it too.
    """

    figure: str
    setting: str
    interval: Interval
    draw: Draw
    flagged: Interval | None = None
    withheld: bool = False


def measure(scenario: Scenario, replications: int) -> Iterator[Measured]:
    """Draw data sets and see how often their interval holds the truth; the same ones in every run."""
    random = np.random.default_rng(SEED)
    drawn = [scenario.draw(random) for _ in range(replications)]
    limits = [(math.nan, math.nan) if one.figure is None else (one.figure.low, one.figure.high) for one in drawn]
    low, high = np.array(limits, dtype=float).T
    truth, seen = np.array([one.truth for one in drawn]), np.array([one.shown for one in drawn])
    flagged = np.array([one.flagged and scenario.flagged is not None for one in drawn])
    name = (PART, scenario.figure, scenario.setting)
    yield row(*name, scenario.interval, Drawn.of((low, high), truth, seen & ~flagged), over_truth=True)
    if scenario.flagged is not None:
        yield row(*name, scenario.flagged, Drawn.of((low, high), truth, seen & flagged), over_truth=True)
    if scenario.withheld:
        every = later(f"{scenario.interval.name}, nothing withheld", scenario.interval.aim)
        yield row(*name, every, Drawn.of((low, high), truth, ~flagged), over_truth=True)


def clumped(random: np.random.Generator, mean: NDArray[np.float64], factor: float) -> NDArray[np.int64]:
    """Gamma-Poisson counts with variance `factor` times `mean`."""
    return random.poisson(mean if factor == 1 else random.gamma(mean / (factor - 1), factor - 1))


cached_ratio = lru_cache(maxsize=None)(rate_ratio)
cached_rate = lru_cache(maxsize=None)(rate)


def draw_ratio(expected: float, factor: float, known: float, random: np.random.Generator) -> One:
    """Draw a ratio of two clumped counts with a factor that is known; none where neither group has an event."""
    means = expected * np.array([1.0, POPULATION_B / POPULATION_A / TRUE_RATIO])
    a, b = (int(count) for count in clumped(random, means, factor))
    return One(cached_ratio(a, POPULATION_A, b, POPULATION_B, known) if a + b else None, TRUE_RATIO, shown=True)


def draw_ratio_with_estimated_factor(
    expected: float, factor: float, layout: tuple[int, int], random: np.random.Generator
) -> One:
    """Draw a ratio whose factor is estimated from its own area-months; where it can't be told, by chance alone.

    Areas differ in size and in the share of the group, and months have shocks common to both groups.
    """
    areas, months = layout
    area = np.repeat(np.arange(areas), months)
    size = np.exp(random.normal(0, 0.5, areas))[area] * np.exp(random.normal(0, 0.3, areas * months))
    odds = np.exp(random.normal(0, 0.7, areas))[area]
    mean_a = expected * size * odds / (size * odds).sum()
    mean_b = expected * POPULATION_B / POPULATION_A / TRUE_RATIO * size / size.sum()
    a, b = clumped(random, mean_a, factor), clumped(random, mean_b, factor)
    events = int(a.sum()), int(b.sum())
    if not sum(events):
        return One(None, TRUE_RATIO, shown=False)
    estimated = split_dispersion(a, b, area).factor
    figure = rate_ratio(events[0], POPULATION_A, events[1], POPULATION_B, estimated or 1.0)
    return One(figure, TRUE_RATIO, min(events) >= THRESHOLD, flagged=estimated is None)


def draw_rate(expected: float, factor: float, random: np.random.Generator) -> One:
    """Draw a rate of a clumped count with a factor that is known."""
    count = int(clumped(random, np.array([expected]), factor)[0])
    return One(cached_rate(count, POPULATION_A, dispersion=factor), 1000 * expected / POPULATION_A, shown=True)


@dataclass(frozen=True, slots=True)
class Shocks:
    """What moves searches from month to month: standard deviations over the mean, and variance factors of the clumps.

    Attributes
    ----------
    month
        Of a shock to all areas and groups of a month.
    cell
        Of a shock to both groups in one area and month.
    clumps
        Variance factors of the group and of the comparator.
    """

    month: float = 0.0
    cell: float = 0.0
    clumps: tuple[float, float] = (1.0, 1.0)


SHOCKS = {
    "none": Shocks(),
    "months .2": Shocks(month=0.2),
    "months .4": Shocks(month=0.4),
    "area-months .5": Shocks(cell=0.5),
    "one group clumped 5": Shocks(clumps=(5.0, 1.0)),
    "all three": Shocks(month=0.3, cell=0.5, clumps=(2.0, 2.0)),
}


def shock(random: np.random.Generator, spread: float, shape: tuple[int, ...]) -> NDArray[np.float64]:
    """Gamma multipliers of mean 1."""
    return random.gamma(1 / spread**2, spread**2, shape) if spread else np.ones(shape)


def draw_months(
    expected: float, layout: tuple[int, int], shocks: Shocks, random: np.random.Generator
) -> tuple[list[NDArray[np.int64]], NDArray[np.float64]]:
    """Draw counts of two groups by area and month, and what the months' shocks were. Areas differ in size."""
    areas, months = layout
    size = np.exp(random.normal(0, 0.5, (areas, 1)))
    of_month = shock(random, shocks.month, (1, months))
    mean = size / size.sum() / months * of_month * shock(random, shocks.cell, (areas, months))
    means = (expected, expected * POPULATION_B / POPULATION_A / TRUE_RATIO)
    return [clumped(random, whole * mean, f) for whole, f in zip(means, shocks.clumps, strict=True)], of_month[0]


def draw_rate_of_months(expected: float, layout: tuple[int, int], shocks: Shocks, random: np.random.Generator) -> One:
    """Draw a rate over months, its factor from its own counts; where that can't be told, by chance alone."""
    (a, _), _ = draw_months(expected, layout, shocks, random)
    factor, events = period_dispersion(a.sum(axis=0)).factor or 1.0, int(a.sum())
    figure = rate(events, POPULATION_A, dispersion=factor)
    return One(figure, 1000 * expected / POPULATION_A, events >= THRESHOLD)


def draw_rate_by_the_split(
    expected: float, layout: tuple[int, int], shocks: Shocks, random: np.random.Generator
) -> One:
    """Draw a rate over months with the factor of the split between the groups, which can't see what moves both."""
    (a, b), _ = draw_months(expected, layout, shocks, random)
    factor, events = split_dispersion(a.ravel(), b.ravel(), np.arange(a.size) // layout[1]).factor, int(a.sum())
    figure = None if factor is None else rate(events, POPULATION_A, dispersion=factor)
    return One(figure, 1000 * expected / POPULATION_A, events >= THRESHOLD)


def draw_difference_of_months(
    expected: float, layout: tuple[int, int], shocks: Shocks, random: np.random.Generator
) -> One:
    """Draw a difference of two rates over months."""
    (a, b), _ = draw_months(expected, layout, shocks, random)
    figure = period_difference(a.sum(axis=0), POPULATION_A, b.sum(axis=0), POPULATION_B)
    given = min(int(a.sum()), int(b.sum())) >= THRESHOLD
    return One(figure, 1000 * expected / POPULATION_A * (1 - 1 / TRUE_RATIO), given)


def draw_excess_of_months(expected: float, layout: tuple[int, int], shocks: Shocks, random: np.random.Generator) -> One:
    """Draw how many of the group's events are beyond the comparator's rate: of those that it had, the true fraction."""
    (a, b), _ = draw_months(expected, layout, shocks, random)
    events = int(a.sum()), int(b.sum())
    if min(events) < THRESHOLD:
        return One(None, 0.0, shown=False)
    factor = split_dispersion(a.ravel(), b.ravel(), np.arange(a.size) // layout[1]).factor
    ratio = rate_ratio(events[0], POPULATION_A, events[1], POPULATION_B, factor or 1.0)
    return One(excess(events[0], ratio), events[0] * (1 - 1 / TRUE_RATIO), shown=True, flagged=factor is None)


def draw_one_of_the_months(
    expected: float, layout: tuple[int, int], shocks: Shocks, random: np.random.Generator
) -> One:
    """Draw the rate of one month among others: what moves all of a month alike is its rate."""
    (a, _), of_month = draw_months(expected, layout, shocks, random)
    factor = month_dispersion(a).factor or period_dispersion(a.sum(axis=0)).factor or 1.0
    events = int(a[:, 0].sum())
    figure = rate(events, POPULATION_A, dispersion=factor)
    return One(figure, 1000 * expected / layout[1] * of_month[0] / POPULATION_A, events >= THRESHOLD)


@dataclass(frozen=True, slots=True)
class Areas:
    """Residents and expected events of two groups in areas."""

    population_a: NDArray[np.float64]
    population_b: NDArray[np.float64]
    mean_a: NDArray[np.float64]
    mean_b: NDArray[np.float64]


def draw_areas(areas: int, spread: float, unequal: float, random: np.random.Generator) -> Areas:
    """Areas whose log ratio has the standard deviation `spread`, and whose log size has `unequal`."""
    residents = np.round(10_000 * np.exp(random.normal(0, unequal, areas)))
    population_a = np.maximum(1, np.round(residents * expit(random.normal(-2.2, 0.9, areas))))
    population_b = residents - population_a + 1
    level = 0.004 * np.exp(random.normal(0, 0.5, areas))
    ratio = TRUE_RATIO * np.exp(random.normal(0, spread, areas))
    return Areas(population_a, population_b, level * ratio * population_a, level * population_b)


@lru_cache
def true_within_area_ratio(spread: float, unequal: float) -> float:
    """Find the ratio in very many such areas, from their expected events."""
    every = draw_areas(SUPERPOPULATION, spread, unequal, np.random.default_rng(SEED))
    k = every.population_a / every.population_b
    total = every.mean_a + every.mean_b
    low, high = 0.0, 4 * math.log(TRUE_RATIO)
    for _ in range(60):
        middle = (low + high) / 2
        too_low = (total * expit(middle + np.log(k))).sum() < every.mean_a.sum()
        low, high = (middle, high) if too_low else (low, middle)
    return math.exp((low + high) / 2)


def draw_within_areas(areas: int, spread: float, unequal: float, factor: float, random: np.random.Generator) -> One:
    """Draw areas and the ratio within them; none where too few areas have events."""
    drawn = draw_areas(areas, spread, unequal, random)
    a, b = clumped(random, drawn.mean_a, factor), clumped(random, drawn.mean_b, factor)
    truth = true_within_area_ratio(spread, unequal)
    if (a + b > 0).sum() < 2 or a.sum() == 0 or b.sum() == 0:
        return One(None, truth, shown=False)
    figure = within_area_ratio(a, drawn.population_a, b, drawn.population_b)
    return One(figure, truth, min(a.sum(), b.sum()) >= THRESHOLD and figure.high <= TOO_WIDE * figure.low)


ESTIMATED = "factor estimated"
CHANCE = "by chance alone, flagged"


def scenarios() -> Iterator[Scenario]:
    """Everything that is measured."""
    yield from ratio_scenarios()
    for expected, factor in product(EXPECTED[1:], FACTORS):
        interval = later("mid-P, factor known", RATES)
        yield Scenario(
            "Rate", f"{_expected(expected)}, factor {factor:g}", interval, partial(draw_rate, expected, factor)
        )
    for months, areas in product(MONTHS, MONTH_AREAS):
        yield from month_scenarios(months, areas)
    for name in ("none", "months .2", "all three"):
        setting = f"{_expected(500)}, 1 month, 30 areas, shocks: {name}"
        draw = partial(draw_rate_of_months, 500, (30, 1), SHOCKS[name])
        yield Scenario("Rate", setting, shown(CHANCE, RATES), draw)
    for name in ("months .2", "months .4", "area-months .5", "all three"):
        setting = f"{_expected(2_000)}, 12 months, 10 areas, shocks: {name}"
        draw = partial(draw_rate_by_the_split, 2_000, (10, 12), SHOCKS[name])
        yield Scenario("Rate", setting, instead("factor of the split"), draw)
    for areas in AREAS:
        for spread, unequal in ((0.0, 0.3), (0.2, 0.3), (0.5, 0.3), (0.2, 0.8), (0.5, 0.8)):
            setting = f"{areas} districts, log ratios spread by {spread:g}, log sizes by {unequal:g}"
            interval = shown("by district, CR2", WITHIN)
            yield Scenario(
                "Ratio within districts", setting, interval, partial(draw_within_areas, areas, spread, unequal, 2.0)
            )


def ratio_scenarios() -> Iterator[Scenario]:
    """Ratios with a factor that is known, one that is estimated, and one that is overlooked."""
    figure = "Ratio of rates"
    for expected, factor in product(EXPECTED, FACTORS):
        if expected >= FEW or factor == 1:
            interval = later("mid-P, factor known", _aim(expected))
            draw = partial(draw_ratio, expected, factor, factor)
            yield Scenario(figure, f"{_expected(expected)}, factor {factor:g}", interval, draw)
    for factor in FACTORS[1:]:
        draw = partial(draw_ratio, 100, factor, 1.0)
        yield Scenario(figure, f"{_expected(100)}, factor {factor:g}", instead("mid-P, factor overlooked"), draw)
    for (name, layout), expected, factor in product(LAYOUTS.items(), EXPECTED, FACTORS):
        setting = f"{_expected(expected)}, factor {factor:g}, {name}"
        draw = partial(draw_ratio_with_estimated_factor, expected, factor, layout)
        aim, few = _aim(expected), expected < FULL
        yield Scenario(figure, setting, shown(ESTIMATED, aim), draw, shown(CHANCE, aim) if few else None, few)


def month_scenarios(months: int, areas: int) -> Iterator[Scenario]:
    """A rate, a difference and one month's rate, under every kind of shock."""
    for (name, shocks), expected in product(SHOCKS.items(), (20, 100, 2_000) if areas == 1 else (100, 2_000)):
        for figure, draw, interval, of in (
            ("Rate", draw_rate_of_months, "factor from months", expected),
            ("Difference of rates", draw_difference_of_months, "t over months", expected),
            ("Rate of one month", draw_one_of_the_months, "factor from area-months", expected / months),
        ):
            setting = f"{_expected(expected)}, {months} months, {_areas(areas)}, shocks: {name}"
            drawn = partial(draw, expected, (areas, months), shocks)
            yield Scenario(figure, setting, shown(interval, _aim(of)), drawn, withheld=of < FULL)


def _aim(expected: float) -> tuple[float, float]:
    """Under 5 expected events coverage is told, and there is no aim."""
    return RATES if expected >= FEW else NONE


def _expected(number: float) -> str:
    return f"{number:,.0f} expected"


def _areas(number: int) -> str:
    return f"{number} areas" if number > 1 else "1 area"


def measured(replications: int = 2_000) -> Iterator[Measured]:
    """Every row of the part."""
    for scenario in scenarios():
        yield from measure(scenario, replications)
