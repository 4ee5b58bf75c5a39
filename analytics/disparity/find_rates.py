"""Find rates: of how many searches something came, by group."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analytics.disparity.clusters import Clustered, clustered, holds_all
from analytics.disparity.dispersion import MINIMUM_PERIODS
from analytics.disparity.estimate import count_array
from analytics.disparity.gap_dispersion import NORMAL
from analytics.survey.intervals import effective_sample, wilson_t

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class FindRates:
    """Shares of searches that found something, of several groups or strata; NaN where nobody was searched.

    Attributes
    ----------
    estimate, low, high : ndarray of shape (groups,)
        The find rate and its 95 % interval.
    found, searched : ndarray of shape (groups,)
        Searches that found something, and all.
    effective : ndarray of shape (groups,)
        Searches less what clumping takes off; as many as `searched` where the cells show none.
    cells : ndarray of shape (groups,)
        Cells with searches; under 3 the interval is by chance alone.
    """

    estimate: Floats
    low: Floats
    high: Floats
    found: Floats
    searched: Floats
    effective: Floats
    cells: NDArray[np.int64]


def find_rates(found: ArrayLike, searched: ArrayLike) -> FindRates:
    r"""Find rates of groups, :math:`p = \sum_c x_c / \sum_c n_c`, with Wilson's interval.

    Finds come in clumps, so the cells, such as months or area-months, are what repeats:

    .. math:: V = \frac{\sum_c (x_c - p n_c)^2 / (1 - h_c)}{(\sum_c n_c)^2},\quad h_c = n_c / \sum n

    over the cells in which anybody of the group was searched, and Wilson's interval takes the effective number
    :math:`n^* = p(1-p)/V`, at most the searches, with Student's t on the degrees of freedom of `clustered`: cells less
    one where all have as many searches, fewer where some have more. At 0 and 1 the cells hold no variance, and the
    group is taken to be as clumped as the most clumped other group; where there is no other, nothing shows clumps, and
    its searches count as independent. Under 3 cells, or where no cells are given, it is Wilson's interval of
    independent searches.

    Parameters
    ----------
    found, searched : array_like of shape (groups,) or (groups, cells)
        Searches that found something, and all, of each group (and stratum).

    Raises
    ------
    ValueError
        If the sizes differ, a value is not a count, or more searches found something than there were.

    References
    ----------
    Wilson E. B. (1927). Probable inference, the law of succession, and statistical inference. JASA 22, 209-212. Cochran
    W. G. (1977). Sampling Techniques, 3rd ed., section 3.12. Franco C., Little R. J. A., Louis T. A. and Slud E. V.
    (2019). Comparative study of confidence intervals for proportions in complex sample surveys. JSSAM 7, 334-364.
    """
    x, n = search_table(found, searched)
    of_group, whole, cells = x.sum(axis=1), n.sum(axis=1), (n > 0).sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = of_group / whole
        spread = [cell_error(row - p * searched, searched) for row, searched, p in zip(x, n, share, strict=True)]
        told = np.array([one is not None for one in spread], dtype=bool)
        se, df = (np.array([np.nan if one is None else one[place] for one in spread]) for place in (0, 1))
        variance = (se / whole) ** 2
        own = effective_sample(share, variance, whole, np.nan)
        clumped = own[told & np.isfinite(own)] / whole[told & np.isfinite(own)]
        fallback = whole * clumped.min() if clumped.size else whole
        effective = np.where(told, effective_sample(share, variance, whole, fallback), whole)
        alone = ~told | (np.isnan(own) & (clumped.size == 0))
        low, high = wilson_t(share, effective, np.where(alone, NORMAL, df))
    return FindRates(share, low, high, of_group, whole, effective, cells)


def cell_error(parts: Floats, searched: Floats) -> Clustered | None:
    """Standard error of a sum over cells; none where too few have searches, or one has them all."""
    if (searched > 0).sum() < MINIMUM_PERIODS:
        return None
    share = searched / searched.sum()
    return None if holds_all(share) else clustered(parts, share, share)


def search_table(found: ArrayLike, searched: ArrayLike) -> tuple[Floats, Floats]:
    """Counts of finds and of searches, one row a group and one column a cell.

    Raises
    ------
    ValueError
        If the sizes differ, a value is not a count, or more searches found something than there were.
    """
    x, n = np.asarray(found, dtype=float), np.asarray(searched, dtype=float)
    if x.shape != n.shape or x.ndim not in (1, 2):
        raise ValueError(f"There are {x.shape} searches that found something and {n.shape} in all: give one of each.")
    for name, values in (("found", x), ("searched", n)):
        count_array(name, values.ravel())
    if (x > n).any():
        raise ValueError("More searches found something than there were: correct it or leave the cell out.")
    return (x, n) if x.ndim == 2 else (x[:, None], n[:, None])
