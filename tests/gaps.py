"""Newcombe's interval of the difference of two shares over months, by statsmodels."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import norm, t
from statsmodels.stats.proportion import confint_proportions_2indep

from analytics.disparity.gap_dispersion import gap_dispersion


def newcombe(x: ArrayLike, n: ArrayLike, y: ArrayLike, m: ArrayLike, months: int) -> tuple[float, float]:
    """With counts less what the months' own gaps take off, and the quantile of Student's t.

    Each count is of one month, all of which are alike, or one of each month.
    """
    counts = [np.broadcast_to(np.asarray(count, dtype=float), months) for count in (x, n, y, m)]
    spread = gap_dispersion(*counts)
    assert spread is not None
    effective = [float(count.sum()) / spread.phi for count in counts]
    level = 2 * norm.sf(t.ppf(0.975, spread.df))
    low, high = confint_proportions_2indep(*effective, method="newcomb", compare="diff", alpha=level)
    return float(low), float(high)
