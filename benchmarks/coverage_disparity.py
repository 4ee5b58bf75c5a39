"""How often the 95 % intervals of ``analytics.disparity`` hold the truth, by simulation.

Clumped counts are gamma-Poisson: their variance is the variance factor times their mean. Run as
``python -m benchmarks.coverage_disparity [replications]``; the default takes some minutes.
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
    difference,
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


def draw_difference(expected: float, factor: float, random: np.random.Generator) -> tuple[Estimate, float]:
    """Draw a difference of two rates of clumped counts."""
    rate_a, true_a = draw_rate(expected, factor, random)
    mean_b = expected * POPULATION_B / POPULATION_A / TRUE_RATIO
    count_b = int(clumped(random, np.array([mean_b]), factor)[0])
    rate_b = cached_rate(count_b, POPULATION_B, dispersion=factor)
    return difference(rate_a, rate_b), true_a - 1000 * mean_b / POPULATION_B


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
            yield f"rate, factor {factor:g}, E[a] {expected}", partial(draw_rate, expected, factor)
            yield f"difference, factor {factor:g}, E[a] {expected}", partial(draw_difference, expected, factor)
    for areas in AREAS:
        for spread, unequal in ((0.0, 0.3), (0.2, 0.3), (0.5, 0.3), (0.2, 0.8), (0.5, 0.8)):
            row = f"within {areas} areas, spread {spread:g}, sizes {unequal:g}"
            yield row, partial(draw_within_areas, areas, spread, unequal, 2.0)


def main(replications: int = 4_000) -> None:
    """Print the table of coverages."""
    print(f"{'interval':<62}{'coverage':>9}{'shown':>7}{'width':>8}")
    for name, draw in scenarios():
        row = measure(name, draw, replications)
        print(f"{row.name:<62}{row.coverage:>9.3f}{row.shown:>7.2f}{row.width:>8.2f}", flush=True)


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:2]))
