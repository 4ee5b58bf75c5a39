"""How often the intervals of the cycle's links and of paths along a chain hold what was planted.

Links are those of forces that are drawn anew (``benchmarks/cycle.py``). Chains are normal scores of people in units of
ten, with an intracluster correlation of .05 and weights with a coefficient of variation of .6 that say nothing of them.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analytics.cycle import Design, paths
from analytics.library.measured import Measured
from benchmarks.coverage.rows import SURVEY, Drawn, row, shown
from benchmarks.cycle import forces, superpopulation
from data.demo.truth import TRUTH

PART = "cycle"
SEED = 20_264
LINKS = (0.90, 0.99)
"""Of each link, over a hundred forces."""

TOGETHER = shown("Student's t, from the joint covariance", LINKS)
ALONG = shown("Student's t, delta method", SURVEY)
CHAIN = ("fairness", "trust", "legitimacy", "cooperation")
STEPS = np.array([[0.0, 0.5, 0.2, 0.1], [0.0, 0.0, 0.4, 0.2], [0.0, 0.0, 0.0, 0.3], [0.0, 0.0, 0.0, 0.0]])
"""What each score of the chain adds to each later one, before they are standardised; errors have variance 1."""
TOLD = (("direct", ""), ("indirect", "all"), ("total", ""))
SIZES = (600, 2_400)
A_UNIT, ALIKE, WEIGHT_CV = 10, 0.05, 0.6


def measured(replications: int = 100) -> Iterator[Measured]:
    """Every row of the part; ten chains for every force."""
    drawn = list(forces(TRUTH, replications))
    low, high = np.array([one.low for one in drawn]), np.array([one.high for one in drawn])
    value = superpopulation(TRUTH)
    for place, link in enumerate(TRUTH.links):
        limits = Drawn.of((low[:, place], high[:, place]), value[place])
        yield row(
            PART, "Link of the cycle", f"{link.origin} → {link.target}, 9,600 answers", TOGETHER, limits, mean=True
        )
    yield from chains(np.random.default_rng(SEED), 10 * replications)


def chains(random: np.random.Generator, replications: int) -> Iterator[Measured]:
    """Paths from the first score to the last: past all others, along them, and both together."""
    for size in SIZES:
        tables = [paths(people(random, size), CHAIN, Design("weight", None, "psu")).table for _ in range(replications)]
        for kind, through in TOLD:
            chosen = (tables[0][["from", "to", "kind", "through"]] == [CHAIN[0], CHAIN[-1], kind, through]).all(axis=1)
            at = int(np.flatnonzero(chosen)[0])
            limits = tuple(np.array([table[name].iloc[at] for table in tables]) for name in ("low", "high"))
            what = f"{kind} path from the first of four scores to the last, {size:,} answers"
            yield row(PART, "Path along a chain", what, ALONG, Drawn.of((limits[0], limits[1]), planted()[kind]))


def people(random: np.random.Generator, size: int) -> pd.DataFrame:
    """One sample: the scores of the chain, weights and units."""
    unit = np.arange(size) // A_UNIT
    errors = np.sqrt(1 - ALIKE) * random.normal(size=(size, len(CHAIN)))
    errors += np.sqrt(ALIKE) * random.normal(size=(unit[-1] + 1, len(CHAIN)))[unit]
    scores = errors @ np.linalg.inv(np.eye(len(CHAIN)) - STEPS)
    weight = np.exp(random.normal(0, np.sqrt(np.log(1 + WEIGHT_CV**2)), size))
    return pd.DataFrame(scores, columns=CHAIN).assign(weight=weight, psu=unit, area="all", wave="one")


def planted() -> dict[str, float]:
    """The direct path, all indirect ones and the total, in standard deviations."""
    onward: NDArray[np.float64] = np.linalg.inv(np.eye(len(CHAIN)) - STEPS)
    sd = np.sqrt(np.diag(onward.T @ onward))
    direct, total = (float(steps[0, -1] * sd[0] / sd[-1]) for steps in (STEPS, onward))
    return {"direct": direct, "indirect": total - direct, "total": total}
