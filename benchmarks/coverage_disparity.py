"""How often the 95 % intervals of ``analytics.disparity`` hold the truth, by simulation.

Clumped counts are gamma-Poisson: their variance is the variance factor times their mean. Run as
``python -m benchmarks.coverage_disparity [replications] [words]``; the default takes a quarter of an hour, and with
words, such as ``rate``, only the rows that start with them are run.
"""

import math
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache, partial

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from analytics.disparity import (
    Estimate,
    Rate,
    Ratio,
    WithinAreaRatio,
    month_dispersion,
    period_difference,
    period_dispersion,
    rate,
    rate_ratio,
    split_dispersion,
    within_area_ratio,
)

SEED = 20_231
TRUE_RATIO = 4.0
POPULATION_A, POPULATION_B = 5_000.0, 80_000.0
EXPECTED = (1, 5, 20, 100)
FACTORS = (1.0, 2.0, 3.0, 5.0)
LAYOUTS = {"12 months": (1, 12), "144 months": (1, 144), "32 areas x 6 months": (32, 6)}
AREAS = (5, 14, 32)
MONTHS = (3, 6, 12)
MONTH_AREAS = (1, 10, 30)
SUPERPOPULATION = 300_000

Shown = Estimate | Rate | Ratio | WithinAreaRatio
Draw = Callable[[np.random.Generator], tuple[Shown | None, float]]


@dataclass(frozen=True, slots=True)
class Coverage:
    """Share of intervals that hold the truth, of those shown.

    ``width`` is the median width, relative to the truth; ``shown`` is the share of draws that gave an interval.
    """

    name: str
    coverage: float
    shown: float
    width: float
    replications: int

    @property
    def monte_carlo_error(self) -> float:
        """Three standard errors of a coverage of .95 at this number of shown intervals."""
        return 3 * math.sqrt(0.95 * 0.05 / max(1.0, self.shown * self.replications))


def measure(name: str, draw: Draw, replications: int) -> Coverage:
    """Draw data sets and see how often their interval holds the truth."""
    random = np.random.default_rng(SEED)
    drawn = [draw(random) for _ in range(replications)]
    shown = [(figure, truth) for figure, truth in drawn if figure is not None]
    if not shown:
        return Coverage(name, math.nan, 0.0, math.nan, replications)
    held = [figure.low <= truth <= figure.high for figure, truth in shown]
    widths = [(figure.high - figure.low) / abs(truth) for figure, truth in shown]
    return Coverage(name, float(np.mean(held)), len(shown) / replications, float(np.median(widths)), replications)


def clumped(random: np.random.Generator, mean: NDArray[np.float64], factor: float) -> NDArray[np.int64]:
    """Gamma-Poisson counts with variance `factor` times `mean`."""
    return random.poisson(mean if factor == 1 else random.gamma(mean / (factor - 1), factor - 1))


cached_ratio = lru_cache(maxsize=None)(rate_ratio)
cached_rate = lru_cache(maxsize=None)(rate)


def draw_ratio(expected: float, factor: float, known: float, random: np.random.Generator) -> tuple[Ratio | None, float]:
    """Draw a ratio of two clumped counts; none where neither group has an event."""
    means = expected * np.array([1.0, POPULATION_B / POPULATION_A / TRUE_RATIO])
    a, b = (int(count) for count in clumped(random, means, factor))
    return (cached_ratio(a, POPULATION_A, b, POPULATION_B, known) if a + b else None), TRUE_RATIO


def draw_ratio_with_estimated_factor(
    expected: float, factor: float, layout: tuple[int, int], random: np.random.Generator
) -> tuple[Ratio | None, float]:
    """Draw a ratio whose factor is estimated from its own area-months; none where it can't be.

    Areas differ in size and in the share of the group, and months have shocks common to both groups.
    """
    areas, months = layout
    area = np.repeat(np.arange(areas), months)
    size = np.exp(random.normal(0, 0.5, areas))[area] * np.exp(random.normal(0, 0.3, areas * months))
    odds = np.exp(random.normal(0, 0.7, areas))[area]
    mean_a = expected * size * odds / (size * odds).sum()
    mean_b = expected * POPULATION_B / POPULATION_A / TRUE_RATIO * size / size.sum()
    a, b = clumped(random, mean_a, factor), clumped(random, mean_b, factor)
    estimated = split_dispersion(a, b, area).factor
    if estimated is None:
        return None, TRUE_RATIO
    return rate_ratio(int(a.sum()), POPULATION_A, int(b.sum()), POPULATION_B, estimated), TRUE_RATIO


def draw_rate(expected: float, factor: float, random: np.random.Generator) -> tuple[Rate, float]:
    """Draw a rate of a clumped count."""
    count = int(clumped(random, np.array([expected]), factor)[0])
    return cached_rate(count, POPULATION_A, dispersion=factor), 1000 * expected / POPULATION_A


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


def draw_rate_of_months(
    expected: float, layout: tuple[int, int], shocks: Shocks, random: np.random.Generator
) -> tuple[Rate, float]:
    """Draw a rate over months, its factor from its own counts; where that can't be told, by chance alone."""
    (a, _), _ = draw_months(expected, layout, shocks, random)
    factor = period_dispersion(a.sum(axis=0)).factor or 1.0
    return rate(int(a.sum()), POPULATION_A, dispersion=factor), 1000 * expected / POPULATION_A


def draw_rate_by_the_split(
    expected: float, layout: tuple[int, int], shocks: Shocks, random: np.random.Generator
) -> tuple[Rate | None, float]:
    """Draw a rate over months with the factor of the split between the groups, which can't see what moves both."""
    (a, b), _ = draw_months(expected, layout, shocks, random)
    factor = split_dispersion(a.ravel(), b.ravel(), np.arange(a.size) // layout[1]).factor
    if factor is None:
        return None, 1000 * expected / POPULATION_A
    return rate(int(a.sum()), POPULATION_A, dispersion=factor), 1000 * expected / POPULATION_A


def draw_difference_of_months(
    expected: float, layout: tuple[int, int], shocks: Shocks, random: np.random.Generator
) -> tuple[Estimate, float]:
    """Draw a difference of two rates over months."""
    (a, b), _ = draw_months(expected, layout, shocks, random)
    shown = period_difference(a.sum(axis=0), POPULATION_A, b.sum(axis=0), POPULATION_B)
    return shown, 1000 * expected / POPULATION_A * (1 - 1 / TRUE_RATIO)


def draw_one_of_the_months(
    expected: float, layout: tuple[int, int], shocks: Shocks, random: np.random.Generator
) -> tuple[Rate, float]:
    """Draw the rate of one month among others: what moves all of a month alike is its rate."""
    (a, _), of_month = draw_months(expected, layout, shocks, random)
    factor = month_dispersion(a).factor or period_dispersion(a.sum(axis=0)).factor or 1.0
    shown = rate(int(a[:, 0].sum()), POPULATION_A, dispersion=factor)
    return shown, 1000 * expected / layout[1] * of_month[0] / POPULATION_A


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


def draw_within_areas(
    areas: int, spread: float, unequal: float, factor: float, random: np.random.Generator
) -> tuple[WithinAreaRatio | None, float]:
    """Draw areas and the ratio within them; none where too few areas have events."""
    drawn = draw_areas(areas, spread, unequal, random)
    a, b = clumped(random, drawn.mean_a, factor), clumped(random, drawn.mean_b, factor)
    truth = true_within_area_ratio(spread, unequal)
    if (a + b > 0).sum() < 2 or a.sum() == 0 or b.sum() == 0:
        return None, truth
    return within_area_ratio(a, drawn.population_a, b, drawn.population_b), truth


def scenarios() -> Iterator[tuple[str, Draw]]:
    """Every row of the table: its name and how a data set is drawn."""
    for expected in EXPECTED:
        yield f"ratio, mid-P, E[a] {expected}", partial(draw_ratio, expected, 1.0, 1.0)
    yield "ratio, mid-P although the factor is 3, E[a] 100", partial(draw_ratio, 100, 3.0, 1.0)
    for expected in EXPECTED[1:]:
        for factor in FACTORS[1:]:
            yield f"ratio, factor {factor:g} known, E[a] {expected}", partial(draw_ratio, expected, factor, factor)
    for name, layout in LAYOUTS.items():
        for expected in EXPECTED[1:]:
            for factor in FACTORS:
                row = f"ratio, factor {factor:g} estimated, {name}, E[a] {expected}"
                yield row, partial(draw_ratio_with_estimated_factor, expected, factor, layout)
    for expected in EXPECTED[1:]:
        for factor in FACTORS:
            yield f"rate, factor {factor:g} known, E[a] {expected}", partial(draw_rate, expected, factor)
    for months in MONTHS:
        for areas in MONTH_AREAS:
            yield from month_scenarios(months, areas)
    for name in ("none", "months .2", "all three"):
        row = f"rate by chance alone, 1 month, 30 areas, shocks {name}, E[a] 500"
        yield row, partial(draw_rate_of_months, 500, (30, 1), SHOCKS[name])
    for name in ("months .2", "months .4", "area-months .5", "all three"):
        row = f"rate by the split, 12 months, 10 areas, shocks {name}, E[a] 2000"
        yield row, partial(draw_rate_by_the_split, 2_000, (10, 12), SHOCKS[name])
    for areas in AREAS:
        for spread, unequal in ((0.0, 0.3), (0.2, 0.3), (0.5, 0.3), (0.2, 0.8), (0.5, 0.8)):
            row = f"within {areas} areas, spread {spread:g}, sizes {unequal:g}"
            yield row, partial(draw_within_areas, areas, spread, unequal, 2.0)


def month_scenarios(months: int, areas: int) -> Iterator[tuple[str, Draw]]:
    """Rows of months: a rate, a difference and one month's rate, under every kind of shock."""
    figures = {
        "rate": draw_rate_of_months,
        "difference": draw_difference_of_months,
        "one month": draw_one_of_the_months,
    }
    for name, shocks in SHOCKS.items():
        for expected in (20, 100, 2_000) if areas == 1 else (100, 2_000):
            for figure, draw in figures.items():
                row = f"{figure}, {months} months, {areas} areas, shocks {name}, E[a] {expected}"
                yield row, partial(draw, expected, (areas, months), shocks)


def main(replications: int = 4_000, words: str = "") -> None:
    """Print the table of coverages."""
    print(f"{'interval':<74}{'coverage':>9}{'shown':>7}{'width':>8}")
    for name, draw in scenarios():
        if not name.startswith(words):
            continue
        row = measure(name, draw, replications)
        print(f"{row.name:<74}{row.coverage:>9.3f}{row.shown:>7.2f}{row.width:>8.2f}", flush=True)


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:2]), *sys.argv[2:3])
