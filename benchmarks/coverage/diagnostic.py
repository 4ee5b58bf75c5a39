"""In how many forces in which nothing differs the diagnostic of stop and search shows nothing to look at.

Forces are drawn as in ``benchmarks.diagnostic``, which prints the share that do get something beside the same band. A
row is no interval: it holds where no flag is raised, and a force that could not be tested is not given.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from analytics.library.measured import Measured
from benchmarks.coverage.rows import Drawn, row, shown
from benchmarks.diagnostic import NOMINAL, SEED, WHERE_TWO_COINCIDE, scenarios
from benchmarks.negative_control import band

PART = "diagnostic"
FORCES = 1_000
FIGURE = "Force without a flag of the diagnostic"
FIGURE_OF_TWO = "Force without a flag of two things at once"

_FEWEST, _MOST = (number / FORCES for number in band(FORCES, NOMINAL))
FLAGS = shown("nothing to look at", (1 - _MOST, 1 - _FEWEST))
BOTH = shown("nothing to look at", (1 - _MOST, 1.0))


def measured(replications: int = FORCES) -> Iterator[Measured]:
    """Every row of the part."""
    for name, draw in scenarios():
        random = np.random.default_rng(SEED)
        flagged = np.array([draw(random) for _ in range(replications)])
        two = WHERE_TWO_COINCIDE in name
        held = Drawn.of((flagged, flagged), np.zeros(len(flagged)))
        made = row(PART, FIGURE_OF_TWO if two else FIGURE, name, BOTH if two else FLAGS, held)
        # Whether a force has a flag is no interval, and has no width.
        yield replace(made, width=math.nan, width_is="")
