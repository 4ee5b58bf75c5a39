"""How often the band of the level behind waves holds it, by simulation, beside that of statsmodels' likeliest step.

The level moves by normal steps; in every wave people of new sampling units are asked, as in ``survey``, and each wave
is estimated from its rows. The level is drawn as on Trends, by ``analytics.findings.survey.levels`` from the estimates
and from sampling variances that are estimated too.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import product
from typing import Any

import numpy as np
import pandas as pd
from statsmodels.tsa.statespace.mlemodel import MLEModel

from analytics.findings.survey.levels import level_behind
from analytics.library.measured import Measured
from analytics.survey import domain_means, publish
from benchmarks.coverage.rows import LEVEL, Drawn, Floats, Interval, batches, instead, rows_of, shown
from benchmarks.coverage.survey import WEIGHT_CV, people

PART = "waves"
SEED = 20_261
WAVES = (24, 12)
STEPS = (0.005, 0.012, 0.030)
"""Standard deviations of a step of the level from wave to wave."""
GRID = tuple(product(WAVES, STEPS))
START, EDGE = 0.6, 0.02
ANSWERS, TAKE = 2_400, 20
NORMAL = 1.959964

INTEGRATED, LIKELIEST = shown("over the step sizes", LEVEL), instead("likeliest step alone")


class LocalLevel(MLEModel):
    """statsmodels' state space of a level that moves by normal steps, with sampling variances that are known."""

    def __init__(self, estimate: Floats, variance: Floats) -> None:
        super().__init__(estimate, k_states=1, initialization="diffuse")
        self.ssm["design", 0, 0] = self.ssm["transition", 0, 0] = self.ssm["selection", 0, 0] = 1.0
        self.ssm["obs_cov"] = variance[None, None, :]
        # In units of the sampling error, so that a step of 1 is neither large nor small to the search.
        self._unit = float(np.sqrt(variance.mean()))

    @property
    def start_params(self) -> Floats:
        """The step that the search starts with."""
        return np.array([0.5])

    def update(self, params: Floats, **more: Any) -> None:  # noqa: ANN401
        """Set the variance of a step."""
        self.ssm["state_cov", 0, 0] = (super().update(params, **more)[0] * self._unit) ** 2


def draw(random: np.random.Generator, series: int, waves: int, step: float) -> tuple[pd.DataFrame, Floats]:
    """Waves of some series, each estimated on its own, and the true levels.

    Returns
    -------
    DataFrame
        As a trend has its points, with the column ``series``: one row a series and wave, in order.
    ndarray of shape (series, waves)
    """
    moved = np.cumsum(random.normal(0, step, (series, waves)), axis=1)
    truth = np.clip(START + moved, EDGE, 1 - EDGE)
    units = ANSWERS // TAKE
    asked = people(random, np.repeat(truth.ravel(), units), np.full(truth.size * units, TAKE), WEIGHT_CV)
    asked["wave"] = asked["psu"] // units
    table = publish(domain_means(asked, "answer", "wave", "weight", "wave", "psu", kind="share"))
    first = pd.period_range("2010Q1", periods=waves, freq="Q")
    days = {
        "starts": [str(quarter.start_time.date()) for quarter in first],
        "ends": [str(quarter.end_time.date()) for quarter in first],
        "month": [quarter.end_time.strftime("%Y-%m") for quarter in first],
    }
    return table.assign(
        series=np.repeat(np.arange(series), waves),
        label=table["wave"].astype(str),
        broken="",
        **{name: values * series for name, values in days.items()},
    ), truth


def likeliest(estimate: Floats, variance: Floats) -> tuple[Floats, Floats]:
    """The band of statsmodels' smoother at the likeliest step."""
    fitted = LocalLevel(estimate, variance).fit(disp=False, cov_type="none")
    level, half = fitted.smoothed_state[0], NORMAL * np.sqrt(fitted.smoothed_state_cov[0, 0])
    return level - half, level + half


def levels(
    random: np.random.Generator, replications: int, grid: Iterable[tuple[int, float]] = GRID
) -> Iterator[Measured]:
    """The band of every number of waves and every step."""
    for waves, step in grid:
        drawn = (_bands(random, number, waves, step) for number in batches(replications, waves * ANSWERS))
        setting = f"{waves} waves of {ANSWERS:,} answers, steps of {step:.3f}"
        yield from rows_of(PART, "Level behind waves", setting, drawn, mean=True)


def _bands(random: np.random.Generator, series: int, waves: int, step: float) -> dict[Interval, Drawn]:
    table, truth = draw(random, series, waves, step)
    ours, theirs = [], []
    for number in range(series):
        points = table[table["series"] == number]
        level = level_behind(points)
        ours.append([level[name].to_numpy(dtype=float) for name in ("low", "high")])
        theirs.append(likeliest(points["estimate"].to_numpy(dtype=float), _variance(points)))
    of = np.repeat(np.arange(series), truth.shape[1])
    return {
        interval: Drawn.of(
            (np.concatenate([low for low, _ in found]), np.concatenate([high for _, high in found])),
            truth.ravel(),
            draw=of,
        )
        for interval, found in ((INTEGRATED, ours), (LIKELIEST, theirs))
    }


def _variance(points: pd.DataFrame) -> Floats:
    """Sampling variances of one design factor and one share, base-weighted means: those of the level that is drawn."""
    share, base, deff = (points[name].to_numpy(dtype=float) for name in ("estimate", "base", "deff"))
    mean, factor = np.average(share, weights=base), np.average(deff, weights=base)
    return np.asarray(factor * mean * (1 - mean) / base)


def measured(replications: int = 300) -> Iterator[Measured]:
    """Every row of the part; a replication is a series."""
    yield from levels(np.random.default_rng(SEED), replications)
