"""Shares among people who come in clumps: of those who were asked at an event, or of items that one event raised."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analytics.reach.representation import LEAST_EVENTS
from analytics.survey.intervals import effective_sample, wilson_t


@dataclass(frozen=True, slots=True, eq=False)
class ClusteredShares:
    """Shares of several domains.

    Attributes
    ----------
    share, low, high : ndarray of shape (domains,)
        The share and its 95 % interval; NaN in a domain of too few clusters.
    base : ndarray of shape (domains,)
        People, or items, that the share is of.
    clusters : ndarray of shape (domains,)
        Clusters that hold any of them.
    """

    share: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    base: NDArray[np.int64]
    clusters: NDArray[np.int64]


def clustered_shares(part: ArrayLike, whole: ArrayLike, domain: ArrayLike, domains: int) -> ClusteredShares:
    r"""Shares :math:`p = \sum_e a_e / \sum_e n_e` of each domain, its clusters :math:`e` being what repeats.

    .. math:: V = \frac{m}{m-1}\,\frac{\sum_e (a_e - p n_e)^2}{(\sum_e n_e)^2}

    over the :math:`m` clusters of the domain that hold anybody. The interval is Wilson's with the effective number
    :math:`n^* = p(1-p)/V`, at most the people counted, and Student's t with :math:`m - 1` degrees of freedom. At 0 and
    1 the clusters hold no variance, and each counts as one. Where every cluster is one person, :math:`n^* = m - 1`.

    Parameters
    ----------
    part, whole : array_like of shape (clusters,)
        Those of whom it is true, and all, in each cluster.
    domain : array_like of shape (clusters,)
        Domain of each cluster, from 0; a cluster of domain -1 does not count.
    domains : int
        Number of domains.

    Raises
    ------
    ValueError
        If a number is missing or negative, or a part is larger than its whole.

    References
    ----------
    Cochran W. G. (1977). Sampling Techniques, 3rd ed., section 3.12 (a proportion from clusters of unequal size).
    """
    a, n, place = np.asarray(part, dtype=float), np.asarray(whole, dtype=float), np.asarray(domain, dtype=np.int64)
    if not (np.isfinite(n) & (a >= 0) & (a <= n)).all():
        raise ValueError("A part is missing, negative or larger than its whole: correct it or leave the cluster out.")
    held = (n > 0) & (place >= 0)
    a, n, place = a[held], n[held], place[held]

    def total(values: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.asarray(np.bincount(place, values, domains), dtype=float)

    clusters, people = np.bincount(place, minlength=domains), total(n)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = total(a) / people
        variance = clusters / (clusters - 1) * total((a - n * share[place]) ** 2) / people**2
        low, high = wilson_t(share, effective_sample(share, variance, people, clusters), clusters - 1)
    shown = np.where(clusters >= LEAST_EVENTS, 1.0, np.nan)
    return ClusteredShares(share * shown, low * shown, high * shown, people.astype(np.int64), clusters)
