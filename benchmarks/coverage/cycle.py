"""How often the intervals of the links of the cycle hold what was planted, in forces that are drawn anew."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from analytics.library.measured import Measured
from benchmarks.coverage.rows import Drawn, row, shown
from benchmarks.cycle import forces, superpopulation
from data.demo.truth import TRUTH

PART = "cycle"
LINKS = (0.90, 0.99)
"""Of each link, over a hundred forces."""

TOGETHER = shown("Student's t, from the joint covariance", LINKS)


def measured(replications: int = 100) -> Iterator[Measured]:
    """Every row of the part."""
    drawn = list(forces(TRUTH, replications))
    low, high = np.array([one.low for one in drawn]), np.array([one.high for one in drawn])
    value = superpopulation(TRUTH)
    for place, link in enumerate(TRUTH.links):
        limits = Drawn.of((low[:, place], high[:, place]), value[place])
        yield row(
            PART, "Link of the cycle", f"{link.origin} → {link.target}, 9,600 answers", TOGETHER, limits, mean=True
        )
