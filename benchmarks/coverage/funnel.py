"""How many areas lie within the limits of a funnel, and in how many forces no area is flagged that is like the others.

Areas have one ratio, or ratios that differ as chance has it; counts come in clumps whose variance factor is estimated
from twelve months, as on the page. An area is shown where both counts reach the threshold; all are tested.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial
from itertools import product

import numpy as np

from analytics.disparity import Funnel, rate_ratios, ratio_funnel, split_dispersion
from analytics.library.measured import Measured
from benchmarks.coverage.disparity import THRESHOLD, clumped, draw_areas
from benchmarks.coverage.rows import RATES, Drawn, Interval, rows_of, shown
from benchmarks.coverage_areas import MONTHS, sized
from data.settings import Settings

PART = "funnel"
SEED = 20_251
RATE = float(Settings.model_fields["false_discovery"].default)
AREAS = (14, 43)
FACTORS = (1.0, 3.0)
SPREADS = (0.0, 0.3)
EXPECTED = (20, 80)

LIMITS = shown("95 % limits", RATES)
OWN = shown("mid-P, factor estimated", RATES)
FLAGS = shown("no false flag", (1 - RATE, 1.0))


def draw(
    number: int, spread: float, factor: float, expected: float, random: np.random.Generator
) -> tuple[Funnel, Mapping[str, np.ndarray]]:
    """One force: its funnel, and of each area its true ratio, whether it is shown, and its own interval."""
    areas = sized(draw_areas(number, spread, 0.8, random), expected)
    a, b = (
        clumped(random, np.repeat(mean[:, None] / MONTHS, MONTHS, axis=1), factor)
        for mean in (areas.mean_a, areas.mean_b)
    )
    estimated = split_dispersion(a.ravel(), b.ravel(), np.repeat(np.arange(number), MONTHS)).factor or 1.0
    of_a, of_b = a.sum(axis=1), b.sum(axis=1)
    found = ratio_funnel(of_a, areas.population_a, of_b, areas.population_b, dispersion=estimated, discovery_rate=RATE)
    truth = areas.mean_a / areas.population_a / (areas.mean_b / areas.population_b)
    own = rate_ratios(of_a, areas.population_a, of_b, areas.population_b, estimated)
    return found, {
        "truth": truth,
        "shown": np.minimum(of_a, of_b) >= THRESHOLD,
        "low": own.low,
        "high": own.high,
    }


def batch(
    number: int, spread: float, factor: float, expected: float, random: np.random.Generator
) -> dict[str, Mapping[Interval, Drawn]]:
    """What is said of one force, by figure. A force without a flag holds, one with a flag does not."""
    found, areas = draw(number, spread, factor, expected, random)
    of = np.zeros(number, dtype=np.int64)
    flagged = int((found.flagged & areas["shown"]).sum())
    limits = found.limit_low_95, found.limit_high_95
    return {
        "Area within funnel limits": {LIMITS: Drawn.of(limits, found.ratio, areas["shown"], of)},
        "Ratio of an area": {OWN: Drawn.of((areas["low"], areas["high"]), areas["truth"], areas["shown"], of)},
        "Force without a false flag": {FLAGS: Drawn.of(([0], [0]), [flagged])},
    }


def measured(replications: int = 500) -> Iterator[Measured]:
    """Every row of the part."""
    for number, spread, factor, expected in product(AREAS, SPREADS, FACTORS, EXPECTED):
        random = np.random.default_rng(SEED)
        made = partial(batch, number, spread, factor, expected, random)
        forces = [made() for _ in range(replications)]
        setting = f"{number} areas, log ratios spread by {spread:g}, factor {factor:g}, {expected} expected in an area"
        for figure in forces[0]:
            for row in rows_of(PART, figure, setting, (force[figure] for force in forces)):
                # Whether a force has a flag is no interval, and has no width.
                yield replace(row, width=math.nan, width_is="") if row.interval == FLAGS.name else row
