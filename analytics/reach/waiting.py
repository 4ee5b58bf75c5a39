"""How long people wait until they are told, those who still wait among them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtri

from analytics.survey.intervals import TAIL

if TYPE_CHECKING:
    from statsmodels.duration.survfunc import SurvfuncRight

    Floats = NDArray[np.float64]

_Z = -float(ndtri(TAIL))


@dataclass(frozen=True, slots=True)
class Waiting:
    """Days until half have been told.

    Attributes
    ----------
    median : float
        Kaplan and Meier's median, days; NaN where fewer than half are told however long one waits.
    low, high : float
        Its 95 % interval, days; the upper end is infinite where the wait has been watched for too short a time, and
        both are NaN where the curve falls past one half in a single step.
    told, waiting : int
        Items of which people were told, and those of which they were not yet.
    """

    median: float
    low: float
    high: float
    told: int
    waiting: int


def waiting(days: ArrayLike, told: ArrayLike, cluster: ArrayLike | None = None) -> Waiting:
    r"""Median wait with an open end: who has not been told yet has waited at least so long.

    Kaplan and Meier's :math:`S(t) = \prod_{t_i \le t} (1 - d_i/n_i)`; the median is the first day on which :math:`S`
    is below one half. Its interval starts with the first day at which :math:`\log(-\log S)` lies within 1.96 standard
    errors of that of one half, and ends where it does no more (Brookmeyer and Crowley's interval, on the scale that SAS
    takes where it is told none). The variance is Greenwood's, times

    .. math:: \max\Big(1,\ \frac{\sum_c (\sum_{i \in c} \varphi_i)^2}{\sum_i \varphi_i^2}\Big),\quad
        \varphi_i(t) = \frac{\delta_i [x_i \le t]}{n(x_i)} - \sum_{t_j \le \min(t, x_i)} \frac{d_j}{n_j^2}

    which is how much more the items :math:`i` of one cluster :math:`c` move the curve together than each alone. Curve
    and Greenwood's variance by statsmodels.

    Parameters
    ----------
    days : array_like of shape (items,)
        Days from asking until people were told, or until the records end.
    told : array_like of shape (items,)
        Whether they were.
    cluster : array_like of shape (items,), optional
        Number of the cluster of each item, from 0; none where each item is one.

    Raises
    ------
    ValueError
        If a number of days is missing or negative.

    References
    ----------
    Kaplan E. L. and Meier P. (1958). JASA 53, 457. Brookmeyer R. and Crowley J. (1982). A confidence interval for the
    median survival time. Biometrics 38, 29. Ying Z. and Wei L. J. (1994). The Kaplan-Meier estimate for dependent
    failure time observations. Journal of Multivariate Analysis 50, 17.
    """
    waited, done = np.asarray(days, dtype=float), np.asarray(told, dtype=bool)
    if not (np.isfinite(waited) & (waited >= 0)).all():
        raise ValueError("A number of days is missing or negative: correct it or leave the item out.")
    counts = int(done.sum()), int((~done).sum())
    unknown = Waiting(np.nan, np.nan, np.nan, *counts)
    if not done.any():
        return unknown
    from statsmodels.duration.survfunc import SurvfuncRight

    with np.errstate(divide="ignore", invalid="ignore"):
        curve = SurvfuncRight(waited, done.astype(int))
        median = float(curve.quantile(0.5))
        share, times = np.asarray(curve.surv_prob), np.asarray(curve.surv_times, dtype=float)
        error = np.asarray(curve.surv_prob_se)
        if cluster is not None:
            error = error * np.sqrt(_together(waited, done, np.asarray(cluster, dtype=np.int64), curve))
        scale = np.log(-np.log(share)) - np.log(np.log(2))
        held = np.flatnonzero(np.abs(scale * share * np.log(share) / error) <= _Z)
    if not np.isfinite(median):
        return unknown
    if not held.size:
        return Waiting(median, np.nan, np.nan, *counts)
    after = held[-1] + 1
    return Waiting(median, float(times[held[0]]), float(times[after]) if after < len(times) else np.inf, *counts)


def _together(waited: Floats, done: NDArray[np.bool_], cluster: NDArray[np.int64], curve: SurvfuncRight) -> Floats:
    """Factor of the variance of the curve at each of its times, at least 1."""
    times = np.asarray(curve.surv_times, dtype=float)
    at_risk, events = np.asarray(curve.n_risk, dtype=float), np.asarray(curve.n_events, dtype=float)
    hazard = np.concatenate([[0], np.cumsum(events / at_risk**2)])
    reached = np.searchsorted(times, waited, side="right")
    place = np.minimum(reached - 1, len(times) - 1)
    own = np.where(done, 1 / at_risk[place], 0)
    column = np.arange(len(times))
    influence = np.where(done[:, None] & (place[:, None] <= column), own[:, None], 0)
    influence = influence - hazard[np.minimum(reached[:, None], column + 1)]
    order = np.argsort(cluster, kind="stable")
    starts = np.flatnonzero(np.diff(cluster[order], prepend=-1))
    sums = np.add.reduceat(influence[order], starts, axis=0)
    return np.maximum(np.nan_to_num((sums**2).sum(axis=0) / (influence**2).sum(axis=0), nan=1.0), 1.0)
