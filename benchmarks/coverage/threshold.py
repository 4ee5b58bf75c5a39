"""How often the threshold test's interval holds the true gap, where its model holds and where it does not.

Forces are drawn as in ``benchmarks.threshold``. An interval is shown where the fit is not refused and both prior scales
say the same of the group. Where thresholds are equal there is one more row: the interval from the lowest end at either
scale to the highest, against no gap at all. Where it does not hold 0, the page shows a gap that is none. Where the
group's threshold is 4 points lower there is one more too: in how many of all forces the page says that it is lower.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import replace

import numpy as np

from analytics.disparity.threshold import PRIOR_SCALES
from analytics.findings.stop_and_search.threshold import EQUAL, FIGURE, TOLD
from analytics.library.measured import Measured
from benchmarks.coverage.rows import NONE, Drawn, Interval, later, rows_of, shown
from benchmarks.threshold import GROUPS, PLAIN, World, draw

PART = "threshold"
SEED = 20_261
AT_LEAST = (0.93, 1.0)
"""Its priors may make an interval wider than it need be."""

SCALES = {scale: shown(f"prior scale {scale:g}", AT_LEAST) for scale in PRIOR_SCALES}
BOTH = later(TOLD, NONE)
FOUND = shown("told to be lower", (0.9, 1.0))
FIGURE_FOUND = "Threshold gap of 4 points told"

WORLDS: Mapping[str, World] = {
    "equal, and the model holds": PLAIN,
    "gap of 4 points, and the model holds": replace(PLAIN, gap=-0.04),
    f"{EQUAL}30 % of the group are missing from the census": replace(PLAIN, counted=0.7),
    f"{EQUAL}carriers of the group stand out a fifth less": replace(
        PLAIN, distances=(math.log(2), math.log(1.6), math.log(2))
    ),
    f"{EQUAL}finds of a district resemble each other (correlation .01)": replace(PLAIN, clumped_finds=0.01),
    f"{EQUAL}people of the group carry twice as often and stand out a fifth less": replace(
        PLAIN, odds=(-3.9, -3.2, -3.9), distances=(math.log(2), math.log(1.6), math.log(2))
    ),
}


def batch(world: World, equal: bool, random: np.random.Generator) -> Mapping[Interval, Drawn]:
    """One force: the interval at each prior scale, and from both of them."""
    drawn = draw(world, random)
    gaps = {gap.scale: gap for gap in drawn.tested().gaps if gap.group == GROUPS[1]}
    given = [bool(gaps) and gaps[PRIOR_SCALES[0]].agree]
    ends = {scale: (gaps[scale].low, gaps[scale].high) if gaps else (math.nan, math.nan) for scale in PRIOR_SCALES}
    made = {
        interval: Drawn.of(([ends[scale][0]], [ends[scale][1]]), [drawn.gap], given)
        for scale, interval in SCALES.items()
    }
    lows, highs = zip(*ends.values(), strict=True)
    if equal:
        return {**made, BOTH: Drawn.of(([min(lows)], [max(highs)]), [0.0], given)}
    told = float(given[0] and gaps[PRIOR_SCALES[0]].verdict == "lower")
    return {**made, FOUND: Drawn.of(([told], [told]), [1.0])}


def measured(replications: int = 120) -> Iterator[Measured]:
    """Every row of the part: of few forces, since each is fitted twice."""
    for name, world in WORLDS.items():
        random = np.random.default_rng(SEED)
        forces = (batch(world, name.startswith("equal"), random) for _ in range(replications))
        for row in rows_of(PART, FIGURE, name, forces):
            # Whether a gap is told is no interval, and has no width.
            told = row.interval == FOUND.name
            yield replace(row, figure=FIGURE_FOUND, width=math.nan, width_is="") if told else row
