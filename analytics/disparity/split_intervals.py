"""Mid-P intervals for how events of two groups split, in many areas at once."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import betainc, betaincinv

from analytics.disparity.estimate import TAIL

Floats = NDArray[np.float64]

_HALVINGS = 50


def split_intervals(a: Floats, b: Floats, factor: float = 1.0) -> tuple[Floats, Floats]:
    r"""Mid-P intervals for the odds of splits.

    Parameters
    ----------
    a, b : ndarray of shape (areas,)
        Events of the group and of the comparator, not both 0.
    factor : float
        Variance factor, 1 or more: the interval is that of the effective counts, :math:`a/\phi` of :math:`m/\phi`.
    """
    low, high = _lower_share(a / factor, b / factor), 1 - _lower_share(b / factor, a / factor)
    with np.errstate(divide="ignore"):
        return low / (1 - low), high / (1 - high)


def _lower_share(a: Floats, b: Floats) -> Floats:
    """Share at which `a` or more of `a + b`, counting `a` itself by half, has probability .025."""
    some, others = np.where(a > 0, a, 1.0), np.where(b > 0, b, 1.0)
    low, high = betaincinv(some, others + 1, TAIL), betaincinv(some + 1, others, TAIL)
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        more = (betainc(some, others + 1, middle) + betainc(some + 1, others, middle)) / 2 > TAIL
        low, high = np.where(more, low, middle), np.where(more, middle, high)
    alone = (2 * TAIL) ** (1 / some)
    return np.where(a <= 0, 0.0, np.where(b <= 0, alone, (low + high) / 2))
