"""Whether two figures of areas go together: Pearson's correlation with its interval."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtri, stdtr

LEAST_PAIRS = 10
"""Areas under which no correlation is given: one of them could make it."""


@dataclass(frozen=True, slots=True)
class Correlation:
    """A correlation of pairs.

    Attributes
    ----------
    estimate
        Between -1 and 1.
    low, high
        95 % interval.
    p_value
        Of no correlation, two-sided.
    pairs
        How many pairs it rests on.
    """

    estimate: float
    low: float
    high: float
    p_value: float
    pairs: int


def correlation(first: ArrayLike, second: ArrayLike) -> Correlation | None:
    r"""Pearson's correlation of two figures of the same areas.

    .. math:: \tanh\Big(\operatorname{artanh} r \pm \frac{z_{.975}}{\sqrt{n - 3}}\Big),\quad
        t = r \sqrt{\frac{n - 2}{1 - r^2}}

    Parameters
    ----------
    first, second : array_like of shape (areas,)
        NaN where an area has no figure: it is left out.

    Returns
    -------
    Correlation or None
        None with fewer than 10 pairs, or where one of the two figures is the same everywhere.

    Raises
    ------
    ValueError
        If the two are not as many.

    References
    ----------
    Fisher R. A. (1921). On the "probable error" of a coefficient of correlation deduced from a small sample. Metron 1,
    3-32.
    """
    x, y = (np.asarray(values, dtype=float) for values in (first, second))
    if x.shape != y.shape or x.ndim != 1:
        raise ValueError(f"There are {x.size} figures and {y.size} to set beside them: give one of each an area.")
    told = np.isfinite(x) & np.isfinite(y)
    x, y, pairs = x[told], y[told], int(told.sum())
    if pairs < LEAST_PAIRS or np.ptp(x) == 0 or np.ptp(y) == 0:
        return None
    r = float(np.clip(np.corrcoef(x, y)[0, 1], -1, 1))
    if abs(r) == 1:
        return Correlation(r, r, r, 0.0, pairs)
    half = float(ndtri(0.975)) / np.sqrt(pairs - 3)
    t = abs(r) * np.sqrt((pairs - 2) / (1 - r**2))
    low, high = np.tanh(np.arctanh(r) - half), np.tanh(np.arctanh(r) + half)
    return Correlation(r, float(low), float(high), float(2 * stdtr(pairs - 2, -t)), pairs)
