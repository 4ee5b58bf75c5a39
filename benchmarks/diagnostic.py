"""How often the diagnostic of stop and search says that something needs a look where nothing differs.

    python -m benchmarks.diagnostic [forces] [words]

Each force is drawn without any true difference and judged as the diagnostic judges it. With words, such as ``kinds``,
only the rows that start with them are run. Beside the share of forces in which something needs a look stands the band
in which 99 of 100 such experiments would lie at 5 %: tests are two-sided at a false-discovery rate of the settings, and
what is lower alone needs a look. Searches come in clumps, and what is found in a month moves all kinds and districts of
it alike.

- ``kinds``: kinds of search that find alike, some often looked for and some seldom.
- ``districts``: districts whose ratios and find rates are alike; and those whose ratios are all outside the limits
  while find rates are alike, which is where the joint test errs most.
- ``stopped``: a survey in which groups differ in confidence and in how often they are stopped, and within a group those
  who were stopped differ in nothing.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from analytics.disparity import FindRateGap, gaps_to_rest, ratio_funnel, split_dispersion
from analytics.findings.stop_and_search.five_aims.criteria import LEAST_OF_KIND
from analytics.findings.stop_and_search.five_aims.exposure import flags_of
from analytics.findings.tested import SIDES, sides_of
from analytics.survey import differences, domain_means, held_equal, publish
from benchmarks.coverage.disparity import clumped, draw_areas
from benchmarks.coverage_areas import sized
from benchmarks.machine import machine
from benchmarks.negative_control import band

SEED = 20_281
MONTHS = 12
NOMINAL = 0.05
FOUND = 0.24
OFTEN = (0.60, 0.14, 0.10, 0.07, 0.04, 0.02, 0.015, 0.01, 0.005)
"""Shares of searches by what is looked for, as published files have them."""
GROUPS = (0.80, 0.05, 0.09, 0.03, 0.03)
CONFIDENT = (0.58, 0.42, 0.55, 0.48, 0.52)
STOPPED = (0.03, 0.14, 0.05, 0.10, 0.06)
"""Of each group: its share of people, its confidence and how many of it were stopped."""
TAKE = 20

Floats = NDArray[np.float64]
Draw = Callable[[np.random.Generator], float]
"""Draws one force; 1 where something needs a look, NaN where nothing could be tested."""


@dataclass(frozen=True)
class Row:
    """Forces drawn of one kind, how many could be tested, and in how many something needs a look."""

    name: str
    tested: int
    looked: int

    @property
    def share(self) -> float:
        """Share of the forces tested in which something needs a look."""
        return self.looked / self.tested

    @property
    def band(self) -> tuple[float, float]:
        """Between which shares 99 of 100 experiments would lie at 5 %."""
        fewest, most = band(self.tested, NOMINAL)
        return fewest / self.tested, most / self.tested


def finds(random: np.random.Generator, searched: NDArray[np.int64], shock: float) -> NDArray[np.int64]:
    """Searches that found something: the same share everywhere, moved by the month."""
    share = FOUND * np.exp(random.normal(0, shock, searched.shape[1]) - shock**2 / 2)
    return random.binomial(searched, np.clip(share, 0, 1)[None, :])


def draw_kinds(searches: float, shock: float, clumps: float, random: np.random.Generator) -> float:
    """Kinds of search of one force in a year, each against the others."""
    searched = clumped(random, np.outer(OFTEN, np.full(MONTHS, searches / MONTHS)), clumps).astype(np.int64)
    kept = searched[searched.sum(axis=1) >= LEAST_OF_KIND]
    return _any_below(gaps_to_rest(finds(random, kept, shock), kept)) if len(kept) > 1 else np.nan


def draw_districts(number: int, apart: bool, shock: float, random: np.random.Generator) -> float:
    """Districts of one force: nothing differs, or every ratio is outside the limits and find rates are alike."""
    areas = sized(draw_areas(number, 0.0, 0.8, random), 80)
    a, b = (
        clumped(random, np.repeat(mean[:, None] / MONTHS, MONTHS, axis=1), 2.0).astype(np.int64)
        for mean in (areas.mean_a, areas.mean_b)
    )
    searched = a + b
    gaps = gaps_to_rest(finds(random, searched, shock), searched)
    gap_p, high = (
        np.array([np.nan if gap is None else value(gap) for gap in gaps])
        for value in (lambda gap: gap.p_value, lambda gap: gap.difference.high)
    )
    if apart:
        ratio_p, outside = np.zeros(number), np.ones(number, dtype=bool)
    else:
        area = np.repeat(np.arange(number), MONTHS)
        phi = split_dispersion(a.ravel(), b.ravel(), area).factor or 1.0
        found = ratio_funnel(a.sum(axis=1), areas.population_a, b.sum(axis=1), areas.population_b, dispersion=phi)
        ratio_p, outside = found.p_value, (found.ratio < found.limit_low_95) | (found.ratio > found.limit_high_95)
    return float(flags_of(ratio_p, gap_p, outside, high)[0].any())


def draw_stopped(size: int, planted: float, random: np.random.Generator) -> float:
    """A survey in which those who were stopped differ by a planted amount from others of their group."""
    import pandas as pd

    group = random.choice(len(GROUPS), size, p=GROUPS)
    stopped = random.random(size) < np.array(STOPPED)[group]
    unit = np.arange(size) // TAKE
    share = np.array(CONFIDENT)[group] + planted * stopped + random.normal(0, 0.05, size // TAKE + 1)[unit]
    people = pd.DataFrame(
        {
            "psu": unit,
            "group": group,
            "stopped": stopped,
            "weight": np.exp(random.normal(0, 0.5, size)),
            "answer": (random.random(size) < share).astype(float),
        }
    )
    means = domain_means(people, "answer", ["group", "stopped"], "weight", None, "psu", kind="share")
    places = {(row.group, row.stopped): at for at, row in enumerate(means.table.itertuples())}
    pairs = [
        (places[g, True], places[g, False]) for g in range(len(GROUPS)) if {(g, True), (g, False)} <= places.keys()
    ]
    whole = domain_means(people, "answer", ["stopped"], "weight", None, "psu", kind="share")
    if publish(whole)["estimate"].isna().any():
        return np.nan
    equal = held_equal(means, *zip(*pairs, strict=True))
    shown = publish(means)["estimate"].notna().to_numpy()
    told = [pair for pair in pairs if shown[list(pair)].all()]
    rows = [(equal.low, equal.high, equal.p_value)]
    if told:
        found = differences(means, None, *zip(*told, strict=True))
        rows += list(zip(found["low"], found["high"], found["p_value"], strict=True))
    words, _ = sides_of(*zip(*rows, strict=True))
    return float(SIDES.below in words)


def _any_below(gaps: list[FindRateGap | None]) -> float:
    told = [gap for gap in gaps if gap is not None]
    if not told:
        return np.nan
    words, _ = sides_of(
        [gap.difference.low for gap in told],
        [gap.difference.high for gap in told],
        [gap.p_value for gap in told],
    )
    return float(SIDES.below in words)


def scenarios() -> Iterator[tuple[str, Draw]]:
    """Every row: its name, and how a force is drawn."""
    for searches in (1_000, 10_000):
        for shock, clumps in ((0.0, 1.0), (0.15, 3.0)):
            name = f"kinds, {searches:,} searches, months {'alike' if not shock else 'apart'}, clumps of {clumps:g}"
            yield name, partial(draw_kinds, searches, shock, clumps)
    for number in (6, 14, 32):
        for apart in (False, True):
            name = f"districts, {number}, {'every ratio outside, find rates alike' if apart else 'all alike'}"
            yield name, partial(draw_districts, number, apart, 0.15)
    for size in (4_000, 10_000):
        yield f"stopped, {size:,} answers", partial(draw_stopped, size, 0.0)


def measure(name: str, draw: Draw, forces: int) -> Row:
    """Draw so many forces of one kind."""
    random = np.random.default_rng(SEED)
    drawn = np.array([draw(random) for _ in range(forces)])
    told = drawn[np.isfinite(drawn)]
    return Row(name, len(told), int(told.sum()))


def main(forces: int = 1_000, words: str = "") -> None:
    """Print the table."""
    print(machine())
    every = []
    for name, draw in scenarios():
        if name.startswith(words):
            row = measure(name, draw, forces)
            every.append(row)
            low, high = row.band
            print(f"{row.name:<64}{row.share:.3f} of {row.tested:,}; band of 5 %: {low:.3f} to {high:.3f}", flush=True)
    print(f"together {sum(row.looked for row in every) / sum(row.tested for row in every):.3f}")


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:2]), *sys.argv[2:3])
