"""How often funnels flag, and how often intervals of areas, find rates and standardised ratios hold the truth.

    python -m benchmarks.coverage_areas [replications] [words]

With words, such as ``funnel``, only the rows that start with them are run. Clumped counts are gamma-Poisson, areas and
their residents those of ``benchmarks.coverage.disparity``. Of intervals the columns are coverage, the share of draws
that gave one, and the coverage of the second figure that the row names, or by tenth of the truth; of funnels the shares
of areas outside the limits of 95 and of 99.8, the share flagged, and the share of forces with any flag.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache, partial

import numpy as np
from numpy.typing import NDArray

from analytics.disparity import (
    find_rate_gap,
    find_rates,
    mantel_haenszel_ratio,
    ratio_funnel,
    split_dispersion,
    standardised_rate,
    standardised_ratio,
    within_area_find_rates,
)
from analytics.small_area import fay_herriot, small_area_ratios
from benchmarks.coverage.disparity import SUPERPOPULATION, TRUE_RATIO, Areas, clumped, draw_areas
from benchmarks.machine import machine

SEED = 20_271
MONTHS = 12
DECILES = 10

Floats = NDArray[np.float64]
Draw = Callable[[np.random.Generator], Floats]
"""Draws one data set; NaN where there was no interval."""


@dataclass(frozen=True, slots=True)
class Row:
    """Means over the draws of one scenario.

    Attributes
    ----------
    name
        Of the scenario.
    means, errors
        Of what its columns say, and their Monte Carlo standard errors.
    """

    name: str
    means: Floats
    errors: Floats


def measure(name: str, draw: Draw, replications: int) -> Row:
    """Draw data sets and average what they say."""
    random = np.random.default_rng(SEED)
    drawn = np.array([draw(random) for _ in range(replications)])
    return Row(name, np.nanmean(drawn, axis=0), np.nanstd(drawn, axis=0) / np.sqrt(replications))


def sized(areas: Areas, expected: float) -> Areas:
    """The same areas with so many events of the group in the mean area."""
    scale = expected / areas.mean_a.mean()
    return Areas(areas.population_a, areas.population_b, areas.mean_a * scale, areas.mean_b * scale)


def draw_funnel(
    number: int, spread: float, factor: float, expected: float, estimated: bool, random: np.random.Generator
) -> Floats:
    """Draw a force and judge its areas by a funnel of ratios."""
    areas = sized(draw_areas(number, spread, 0.8, random), expected)
    a, b = (
        clumped(random, np.repeat(mean[:, None] / MONTHS, MONTHS, axis=1), factor)
        for mean in (areas.mean_a, areas.mean_b)
    )
    area = np.repeat(np.arange(number), MONTHS)
    phi = (split_dispersion(a.ravel(), b.ravel(), area).factor or 1.0) if estimated else factor
    funnel = ratio_funnel(a.sum(axis=1), areas.population_a, b.sum(axis=1), areas.population_b, dispersion=phi)
    return _judged(funnel.p_value, funnel.flagged)


def _judged(p_value: Floats, flagged: NDArray[np.bool_]) -> Floats:
    told = np.isfinite(p_value)
    p = p_value[told]
    return np.array([(p < 0.05).mean(), (p < 0.002).mean(), flagged[told].mean(), flagged.any()])


def draw_small_areas(number: int, spread: float, factor: float, expected: float, random: np.random.Generator) -> Floats:
    """Draw a force and estimate the ratio of each of its areas."""
    areas = sized(draw_areas(number, spread, 0.8, random), expected)
    truth = areas.mean_a / areas.population_a / (areas.mean_b / areas.population_b)
    a, b = clumped(random, areas.mean_a, factor), clumped(random, areas.mean_b, factor)
    shown = small_area_ratios(a, areas.population_a, b, areas.population_b, factor)
    held = (shown.low <= truth) & (truth <= shown.high)
    tenth = np.argsort(np.argsort(truth)) * DECILES // number
    return np.array([held.mean(), 1.0, *(held[tenth == place].mean() for place in range(DECILES))])


def draw_half_added(number: int, spread: float, factor: float, expected: float, random: np.random.Generator) -> Floats:
    """Draw the same, and estimate it from logs of counts with a half added and variances of the same counts."""
    areas = sized(draw_areas(number, spread, 0.8, random), expected)
    truth = np.log(areas.mean_a / areas.population_a / (areas.mean_b / areas.population_b))
    a, b = (clumped(random, mean, factor) + 0.5 for mean in (areas.mean_a, areas.mean_b))
    shown = fay_herriot(np.log(a / areas.population_a / (b / areas.population_b)), factor * (1 / a + 1 / b))
    return np.array([((shown.low <= truth) & (truth <= shown.high)).mean(), 1.0])


@lru_cache
def true_mantel_haenszel(spread: float) -> float:
    """Find the ratio in very many areas, from their expected events."""
    every = draw_areas(SUPERPOPULATION, spread, 0.8, np.random.default_rng(SEED))
    whole = every.population_a + every.population_b
    of_group, of_comparator = every.mean_a * every.population_b / whole, every.mean_b * every.population_a / whole
    return float(of_group.sum() / of_comparator.sum())


def draw_mantel_haenszel(number: int, spread: float, random: np.random.Generator) -> Floats:
    """Draw areas with clumps of variance factor 2 and their Mantel-Haenszel ratio."""
    areas = draw_areas(number, spread, 0.8, random)
    a, b = clumped(random, areas.mean_a, 2.0), clumped(random, areas.mean_b, 2.0)
    if ((a + b) > 0).sum() < 2 or a.sum() == 0 or b.sum() == 0:
        return np.array([np.nan, 0.0])
    shown = mantel_haenszel_ratio(a, areas.population_a, b, areas.population_b)
    return np.array([_held(shown.low, true_mantel_haenszel(spread), shown.high), 1.0])


def draw_find_rates(share: float, searches: float, alike: float, random: np.random.Generator) -> Floats:
    """Draw months whose find rates differ, more where `alike` is small, and the rate and the gap of two groups."""
    shares = np.array([share, 0.2])
    months = random.beta(shares[:, None] * alike, (1 - shares[:, None]) * alike, (2, MONTHS))
    searched = random.poisson(searches * random.gamma(4, 0.25, (2, MONTHS)))
    found = random.binomial(searched, months)
    rates = find_rates(found, searched)
    if (searched.sum(axis=1) == 0).any():
        return np.array([np.nan, 0.0, np.nan])
    gap = find_rate_gap(found[0], searched[0], found[1], searched[1]).difference
    return np.array([_held(rates.low[0], share, rates.high[0]), 1.0, _held(gap.low, share - 0.2, gap.high)])


def draw_find_rates_within(number: int, spread: float, random: np.random.Generator) -> Floats:
    """Draw areas whose gap is -.05 in the mean, with clumps of variance factor near 2."""
    searched_a = 1 + random.poisson(30 * random.gamma(1.5, 1 / 1.5, number))
    searched_b = 1 + random.poisson(120 * random.gamma(1.5, 1 / 1.5, number))
    share_b = random.uniform(0.1, 0.3, number)
    share_a = np.clip(share_b - 0.05 + random.normal(0, spread, number), 0.01, 0.99)
    found = [
        random.binomial(n, random.beta(p * n, (1 - p) * n)) for p, n in ((share_a, searched_a), (share_b, searched_b))
    ]
    if found[0].sum() + found[1].sum() == 0:
        return np.array([np.nan, 0.0, np.nan])
    shown = within_area_find_rates(found[0], searched_a, found[1], searched_b)
    ratio = np.nan if shown.ratio is None else _held(shown.ratio.low, 0.75, shown.ratio.high)
    return np.array([_held(shown.difference.low, -0.05, shown.difference.high), 1.0, ratio])


STRATA = 10


def draw_standardised(expected: float, factor: float, random: np.random.Generator) -> Floats:
    """Draw groups of another make-up than the standard, with clumps, and the standardised rate and ratio."""
    age = np.linspace(-1, 1, STRATA)
    people_a, people_b = (1_000 * np.exp(slope * age) for slope in (-0.8, 0.5))
    level = np.exp(-1.2 * age)
    mean_a, mean_b = TRUE_RATIO * level * people_a, 8 * level * people_b
    mean_a, mean_b = mean_a * expected / mean_a.sum(), mean_b * 4 * expected / mean_b.sum()
    a, b = clumped(random, mean_a, factor), clumped(random, mean_b, factor)
    standard = people_a + people_b
    true_a, true_b = (
        (standard * mean / people).sum() / standard.sum() for mean, people in ((mean_a, people_a), (mean_b, people_b))
    )
    rate = standardised_rate(a, people_a, standard, per=1, dispersion=factor)
    if a.sum() + b.sum() == 0:
        return np.array([np.nan, 0.0, np.nan])
    ratio = standardised_ratio(a, people_a, b, people_b, standard, factor)
    held = _held(ratio.low, true_a / true_b, ratio.high)
    return np.array([held, 1.0, _held(rate.low, true_a, rate.high)])


def _held(low: float, truth: float, high: float) -> float:
    return float(low <= truth <= high)


def scenarios() -> Iterator[tuple[str, Draw, int]]:
    """Every row: its name, how a data set is drawn, and by how many times fewer draws it is measured."""
    for number in (14, 43, 300):
        for factor in (1.0, 3.0):
            for spread in (0.0, 0.3):
                for expected in (80,) if spread else (10, 80):
                    name = f"funnel, {number} areas, factor {factor:g}, spread {spread:g}, E[a] {expected}"
                    yield name, partial(draw_funnel, number, spread, factor, expected, False), max(1, number // 43)
        name = f"funnel, {number} areas, factor 3 estimated, spread 0, E[a] 80"
        yield name, partial(draw_funnel, number, 0.0, 3.0, 80, True), max(1, number // 43)
    for number in (43, 640):
        for expected, factor in ((2, 1.0), (10, 1.0), (60, 3.0)):
            for spread in (0.15, 0.3, 0.6):
                name = f"small areas, {number}, spread {spread:g}, factor {factor:g}, E[a] {expected}"
                yield name, partial(draw_small_areas, number, spread, factor, expected), max(9, number // 14)
                yield f"a half added: {name}", partial(draw_half_added, number, spread, factor, expected), number // 14
    for number in (5, 14, 32):
        for spread in (0.0, 0.3):
            yield (
                f"Mantel-Haenszel, {number} areas, spread {spread:g}",
                partial(draw_mantel_haenszel, number, spread),
                1,
            )
    for share, searches in ((0.05, 20), (0.2, 5), (0.2, 50)):
        for alike in (1e6, 20.0):
            name = (
                f"find rate and gap, share {share:g}, {searches} a month, months {'alike' if alike > 1e3 else 'apart'}"
            )
            yield name, partial(draw_find_rates, share, searches, alike), 1
    for number in (5, 14, 32):
        for spread in (0.0, 0.05):
            name = f"find rates within {number} areas (gap, ratio), spread {spread:g}"
            yield name, partial(draw_find_rates_within, number, spread), 1
    for expected in (5, 20, 100):
        for factor in (1.0, 3.0):
            name = f"standardised ratio and rate, factor {factor:g}, E[a] {expected}"
            yield name, partial(draw_standardised, expected, factor), 1


def main(replications: int = 2_000, words: str = "") -> None:
    """Print the table."""
    print(machine())
    for name, draw, fewer in scenarios():
        if name.startswith(words):
            row = measure(name, draw, max(2, replications // fewer))
            figures = "  ".join(f"{mean:.4f}" if mean < 0.1 else f"{mean:.3f}" for mean in row.means)
            print(f"{row.name:<70}{figures}  ±{row.errors[0]:.4f}", flush=True)


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:2]), *sys.argv[2:3])
