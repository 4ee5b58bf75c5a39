"""How often the diagnostic of stop and search says that something needs a look where nothing differs.

    python -m benchmarks.diagnostic [forces] [words]

Each force is drawn without any true difference and judged as the diagnostic judges it. With words, such as ``kinds``,
only the rows that start with them are run. Beside the share of forces in which something needs a look stands the band
in which 99 of 100 such experiments would lie at 5 %: tests are two-sided at a false-discovery rate of the settings, and
what is lower alone needs a look. What is found in a month moves all kinds and districts of it alike; searches come in
clumps, and so do finds of one kind or district in a month, whose variance is so many times that by chance.

- ``kinds``: kinds of search that find alike, some often looked for and some seldom.
- ``districts``: districts whose ratios are all outside the limits while find rates are alike, so that the test of find
  rates alone decides; and those of which nothing differs, where two things have to coincide.
- ``agreed``: a survey in which all groups agree alike, each against everyone else.
- ``stopped``: a survey in which groups differ in confidence and in how often they are stopped, and within a group those
  who were stopped differ in nothing.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import product
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from analytics.disparity import FindRateGap, gaps_to_rest, ratio_funnel, split_dispersion
from analytics.findings.stop_and_search.five_aims.criteria import LEAST_OF_KIND, LEAST_SEARCHES
from analytics.findings.stop_and_search.five_aims.exposure import flags_of
from analytics.findings.tested import SIDES, sides_of
from analytics.survey import against_rest, differences, domain_means, held_equal, publish
from benchmarks.coverage.disparity import THRESHOLD, clumped, draw_areas
from benchmarks.coverage.found import clumped_finds
from benchmarks.coverage_areas import sized
from benchmarks.machine import machine
from benchmarks.negative_control import band

if TYPE_CHECKING:
    import pandas as pd

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
AGREED = 0.6
TAKE = 20
FACTORS = (1.0, 3.0)
"""Variance factors of finds of one kind or district in a month."""
FEW_MONTHS = 3
DISTRICTS = (6, 14, 32)
WHERE_TWO_COINCIDE = "nothing differs"
EXPECTED, FEW_EXPECTED = 400.0, 80.0
"""Searches of the group in a mean district; of the comparator there are about twice as many."""

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


def finds(
    random: np.random.Generator, searched: NDArray[np.int64], shock: float, factor: float = 1.0
) -> NDArray[np.int64]:
    """Searches that found something: the same share everywhere, moved by the month, in clumps of a variance factor."""
    share = FOUND * np.exp(random.normal(0, shock, searched.shape[1]) - shock**2 / 2)
    return clumped_finds(searched, np.broadcast_to(np.clip(share, 0, 1), searched.shape), factor, random)


def draw_kinds(
    searches: float, months: int, shock: float, clumps: float, factor: float, random: np.random.Generator
) -> float:
    """Kinds of search of one force over so many months, each against the others."""
    searched = clumped(random, np.outer(OFTEN, np.full(months, searches / months)), clumps).astype(np.int64)
    kept = searched[searched.sum(axis=1) >= LEAST_OF_KIND]
    return _any_below(gaps_to_rest(finds(random, kept, shock, factor), kept)) if len(kept) > 1 else np.nan


def draw_districts(
    number: int, expected: float, apart: bool, shock: float, factor: float, random: np.random.Generator
) -> float:
    """Districts of one force: nothing differs, or every ratio is outside the limits and find rates are alike.

    Of the group so many searches are expected in the mean district. As on the page one with few searches or finds is
    not judged.
    """
    areas = sized(draw_areas(number, 0.0, 0.8, random), expected)
    a, b = (
        clumped(random, np.repeat(mean[:, None] / MONTHS, MONTHS, axis=1), 2.0).astype(np.int64)
        for mean in (areas.mean_a, areas.mean_b)
    )
    searched = a + b
    found = finds(random, searched, shock, factor)
    gaps = gaps_to_rest(found, searched)
    few = (searched.sum(axis=1) < max(LEAST_SEARCHES, THRESHOLD)) | (found.sum(axis=1) < THRESHOLD)
    gap_p, high = (
        np.array([np.nan if gap is None else value(gap) for gap in gaps])
        for value in (lambda gap: gap.p_value, lambda gap: gap.difference.high)
    )
    gap_p[few] = np.nan
    if np.isfinite(gap_p).sum() < 2:
        return np.nan
    if apart:
        ratio_p, outside = np.zeros(number), np.ones(number, dtype=bool)
    else:
        area = np.repeat(np.arange(number), MONTHS)
        phi = split_dispersion(a.ravel(), b.ravel(), area).factor or 1.0
        limits = ratio_funnel(a.sum(axis=1), areas.population_a, b.sum(axis=1), areas.population_b, dispersion=phi)
        ratio_p, outside = limits.p_value, (limits.ratio < limits.limit_low_95) | (limits.ratio > limits.limit_high_95)
    return float(flags_of(ratio_p, gap_p, outside, high)[0].any())


def _people(size: int, group: NDArray[np.int64], share: Floats, random: np.random.Generator) -> pd.DataFrame:
    """Answers of people in sampling units that differ by themselves, with unequal weights."""
    import pandas as pd

    unit = np.arange(size) // TAKE
    share = share + random.normal(0, 0.05, size // TAKE + 1)[unit]
    weight = np.exp(random.normal(0, 0.5, size))
    answer = (random.random(size) < share).astype(float)
    return pd.DataFrame({"psu": unit, "group": group, "weight": weight, "answer": answer})


def draw_agreed(size: int, random: np.random.Generator) -> float:
    """A survey in which every group agrees alike, each against everyone else."""
    group = random.choice(len(GROUPS), size, p=GROUPS)
    people = _people(size, group, np.full(size, AGREED), random)
    parts, whole = (domain_means(people, "answer", by, "weight", None, "psu", kind="share") for by in (["group"], []))
    told = publish(parts)["estimate"].notna().to_numpy()
    found = against_rest(parts, whole)[told]
    words, _ = sides_of(found["low"], found["high"], found["p_value"])
    return float(SIDES.below in words) if len(words) else np.nan


def draw_stopped(size: int, planted: float, random: np.random.Generator) -> float:
    """A survey in which those who were stopped differ by a planted amount from others of their group."""
    group = random.choice(len(GROUPS), size, p=GROUPS)
    stopped = random.random(size) < np.array(STOPPED)[group]
    people = _people(size, group, np.array(CONFIDENT)[group] + planted * stopped, random).assign(stopped=stopped)
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
    for searches, (shock, clumps), factor in product((1_000, 10_000), ((0.0, 1.0), (0.15, 3.0)), FACTORS):
        months = f"months {'apart' if shock else 'alike'}, searches in clumps of {clumps:g}, finds of {factor:g}"
        yield f"kinds, {searches:,} searches, {months}", partial(draw_kinds, searches, MONTHS, shock, clumps, factor)
    for factor in FACTORS:
        name = f"kinds, 10,000 searches of {FEW_MONTHS} months, months alike, finds in clumps of {factor:g}"
        yield name, partial(draw_kinds, 10_000, FEW_MONTHS, 0.0, 1.0, factor)
    for number, expected, factor in (*product(DISTRICTS, (EXPECTED,), FACTORS), (14, FEW_EXPECTED, 1.0)):
        name = f"districts, {number}, {expected:g} expected, find rates alike, finds in clumps of {factor:g}"
        yield name, partial(draw_districts, number, expected, True, 0.15, factor)
    name = f"districts, 14, {EXPECTED:g} expected, {WHERE_TWO_COINCIDE}"
    yield name, partial(draw_districts, 14, EXPECTED, False, 0.15, 1.0)
    for size in (4_000, 10_000):
        yield f"agreed, {size:,} answers", partial(draw_agreed, size)
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
            print(f"{row.name:<96}{row.share:.3f} of {row.tested:,}; band of 5 %: {low:.3f} to {high:.3f}", flush=True)
    print(f"together {sum(row.looked for row in every) / sum(row.tested for row in every):.3f}")


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:2]), *sys.argv[2:3])
