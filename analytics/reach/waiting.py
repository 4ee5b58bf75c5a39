"""How long people wait until they are told, those who still wait among them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike


@dataclass(frozen=True, slots=True)
class Waiting:
    """Days until half have been told.

    Attributes
    ----------
    median : float
        Kaplan and Meier's median, days; NaN where fewer than half are told however long one waits.
    low, high : float
        Its 95 % interval, days; the upper end is infinite where the wait has been watched for too short a time.
    told, waiting : int
        Items of which people were told, and those of which they were not yet.
    """

    median: float
    low: float
    high: float
    told: int
    waiting: int


def waiting(days: ArrayLike, told: ArrayLike) -> Waiting:
    r"""Median wait with an open end: who has not been told yet has waited at least so long.

    Kaplan and Meier's :math:`S(t) = \prod_{t_i \le t} (1 - d_i/n_i)`; the median is the first day on which :math:`S`
    is below one half. Its interval holds every day at which :math:`\log(-\log S)` lies within 1.96 standard errors of
    that of one half, with Greenwood's variance (Brookmeyer and Crowley's interval, on the scale that SAS takes where
    it is told none). Computed by statsmodels. Items are taken as independent of each other.

    Parameters
    ----------
    days : array_like of shape (items,)
        Days from asking until people were told, or until the records end.
    told : array_like of shape (items,)
        Whether they were.

    Raises
    ------
    ValueError
        If a number of days is missing or negative.

    References
    ----------
    Kaplan E. L. and Meier P. (1958). JASA 53, 457. Brookmeyer R. and Crowley J. (1982). A confidence interval for the
    median survival time. Biometrics 38, 29.
    """
    waited, done = np.asarray(days, dtype=float), np.asarray(told, dtype=bool)
    if not (np.isfinite(waited) & (waited >= 0)).all():
        raise ValueError("A number of days is missing or negative: correct it or leave the item out.")
    counts = int(done.sum()), int((~done).sum())
    if not done.any():
        return Waiting(np.nan, np.nan, np.nan, *counts)
    from statsmodels.duration.survfunc import SurvfuncRight

    with np.errstate(divide="ignore", invalid="ignore"):
        curve = SurvfuncRight(waited, done.astype(int))
        median = float(curve.quantile(0.5))
        low, high = (float(end) for end in curve.quantile_ci(0.5))
    return Waiting(median, low, high, *counts) if np.isfinite(median) else Waiting(np.nan, np.nan, np.nan, *counts)
