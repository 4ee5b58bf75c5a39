"""How far events come in clumps: the variance factor of a split, of a group's count, and of the count of one month."""

from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtri, stdtrit

from analytics.disparity.estimate import TAIL, check_count, count_array

Factor = TypeVar("Factor", float, NDArray[np.float64])

MINIMUM_DF = 10
"""Degrees of freedom under which a variance factor is not estimated from cells."""

MINIMUM_PERIODS = 3
"""Periods under which the variance factor of a count is not estimated: t on 1 degree of freedom says nothing."""


@dataclass(frozen=True, slots=True)
class Dispersion:
    """Variance factor of a count or of a split, estimated over cells or periods.

    Attributes
    ----------
    phi : float or None
        Variance over that of independent events, as estimated (it can be below 1); None where it can't be estimated.
    df : int
        Cells less what was estimated from them: areas, or areas and months.
    effective_df : float
        Degrees of freedom of a mean square as variable as `phi`: fewer than `df` where events are few, clumped or
        unevenly spread over the cells.
    cells : int
        Cells or periods that say something about it.
    reason : str
        Why there is no estimate; empty where there is one.
    """

    phi: float | None
    df: int
    effective_df: float
    cells: int
    reason: str = ""

    @property
    def factor(self) -> float | None:
        r"""Variance factor for an interval: :math:`\max\{1, \phi\,[t_{.975}/z_{.975}]^2\}`, or None.

        The squared quotient, with t on the effective degrees of freedom, allows for `phi` being an estimate. Without it
        the interval of a ratio covers .85 to .91 where 20 events of the group come in clumps of variance factor 5.
        """
        if self.phi is None:
            return None
        return max(1.0, self.phi * float(stdtrit(self.effective_df, TAIL) / ndtri(TAIL)) ** 2)


def period_dispersion(counts: ArrayLike) -> Dispersion:
    r"""Variance factor of a group's events over a whole, from its counts by period, such as months.

    :math:`\hat\phi = s^2 / \bar y`: the variance of the counts of the periods over their mean, which is Pearson's
    chi-square over its degrees of freedom. The whole :math:`\sum y` then has the estimated variance
    :math:`\hat\phi \sum y = \frac{m}{m-1} \sum (y_i - \bar y)^2`: periods are the clusters.

    A shock that moves all areas and groups of a month alike can be seen between months and nowhere else, so months,
    not area-months, are what repeats. Areas that differ for good add nothing to the variance; a trend or a season
    does. What lasts longer than a period is not seen.

    The effective degrees of freedom are those of a variance of gamma-Poisson counts,
    :math:`2 / [2/(m-1) + \kappa/m]` with their excess kurtosis
    :math:`\kappa = (6\phi^2 - 6\phi + 1)/(\phi \bar y)`, and at least 1.

    Parameters
    ----------
    counts : array_like of shape (periods,)
        Events of the group in each period; a period without any counts as 0.

    Returns
    -------
    Dispersion
        ``phi`` is None, with a reason, where there are fewer than 3 periods or no events.

    Raises
    ------
    ValueError
        If a value is not a count.

    References
    ----------
    Cameron A. C. and Miller D. L. (2015). A practitioner's guide to cluster-robust inference. Journal of Human
    Resources 50, 317-372 (few clusters). O'Neill B. (2014). Some useful moment results in sampling problems. The
    American Statistician 68, 282-296 (variance of a variance).
    """
    y = count_array("counts", counts)
    df = max(0, y.size - 1)
    if y.size < MINIMUM_PERIODS or y.sum() == 0:
        reason = (
            f"How far the events vary could not be estimated: {y.size} periods with {y.sum():.0f} events, and "
            f"{MINIMUM_PERIODS} periods with some are needed."
        )
        return Dispersion(None, df, 0.0, y.size, reason)
    mean = float(y.mean())
    phi = float(y.var(ddof=1)) / mean
    factor = max(1.0, phi)
    kurtosis = _gamma_poisson_fourth(factor) / (factor * mean)
    return Dispersion(phi, df, max(1.0, 2 / (2 / df + kurtosis / y.size)), y.size)


def month_dispersion(counts: ArrayLike) -> Dispersion:
    r"""Variance factor of a group's events in one month, from its counts by area and month.

    What moves all areas of a month alike is that month's rate, and not its error; what is left is how far the area of a
    month departs from the area's share and the month's. With row, column and grand totals :math:`r_d, c_m, n` and
    :math:`e_{dm} = r_d c_m / n`,

    .. math:: \hat\phi = \frac{\sum (y_{dm} - e_{dm})^2}
        {\sum e_{dm} (n - r_d)(n - c_m) / [n (n - 1)]}

    The denominator is the expectation of the numerator, given all totals, if events are independent. Weighted as in
    `split_dispersion`, and for the same reason. The effective degrees of freedom are Satterthwaite's with gamma-Poisson
    cells, at most (areas - 1)(months - 1) and at least 1.

    Parameters
    ----------
    counts : array_like of shape (areas, months)
        Events of the group. Areas and months without any are left out.

    Returns
    -------
    Dispersion
        ``phi`` is None, with a reason, where (areas - 1)(months - 1) is under 10.

    Raises
    ------
    ValueError
        If `counts` has not two dimensions or holds a value that is not a count.

    References
    ----------
    McCullagh P. and Nelder J. A. (1989). Generalized Linear Models, 2nd ed., section 6.2 (the unweighted form).
    """
    y = np.asarray(counts, dtype=float)
    if y.ndim != 2:
        raise ValueError(f"counts has {y.ndim} dimensions, but one row per area and one column per month is needed.")
    for value in y[~(np.isfinite(y) & (y >= 0) & (y == np.floor(y)))][:1]:
        check_count("counts", float(value))
    y = y[y.sum(axis=1) > 0][:, y.sum(axis=0) > 0]
    df = max(0, y.shape[0] - 1) * max(0, y.shape[1] - 1)
    if df < MINIMUM_DF:
        reason = (
            f"How far the events of a month vary could not be estimated: {df} degrees of freedom (areas less one times "
            f"months less one), and {MINIMUM_DF} are needed."
        )
        return Dispersion(None, df, 0.0, y.size, reason)
    rows, columns, n = y.sum(axis=1, keepdims=True), y.sum(axis=0, keepdims=True), y.sum()
    mean = rows * columns / n
    expected = mean * (n - rows) * (n - columns) / (n * (n - 1))
    phi = float(((y - mean) ** 2).sum() / expected.sum())
    factor = 1 + mean * max(0.0, phi - 1) * expected.sum() / (mean * expected).sum()
    fourth = expected * factor * _gamma_poisson_fourth(factor)
    effective = 2 * (expected * factor).sum() ** 2 / (2 * (expected * factor) ** 2 + fourth).sum()
    return Dispersion(phi, df, float(min(df, max(1.0, effective))), y.size)


def _gamma_poisson_fourth(factor: Factor) -> Factor:
    """Fourth cumulant over the variance of a gamma-Poisson count."""
    return 6 * factor**2 - 6 * factor + 1


def split_dispersion(a_cells: ArrayLike, b_cells: ArrayLike, areas: ArrayLike | None = None) -> Dispersion:
    r"""Variance factor of the split of events between two groups, over cells such as area-months.

    .. math:: \hat\phi = \frac{\sum_{i} (a_i - m_i \hat p_d)^2}
        {\sum_d \hat p_d (1 - \hat p_d) \frac{M_d}{M_d - 1} \sum_{i \in d} m_i (1 - m_i/M_d)}

    with :math:`m_i = a_i + b_i`, :math:`M_d` its total in area `d` and :math:`\hat p_d` the share of `a` in it.
    This is Pearson's chi-square over its degrees of freedom with every cell weighted by its number of events. The
    denominator is the expectation of the numerator, given all totals, if the events fall to the two groups
    independently, so sparse cells do not bias it. The weights matter: the variance of the whole count `a` is the sum of
    the cells' variances, and the factor of a cell grows with its number of events (a cell with one event can't show
    clumping at all), so an unweighted mean over cells is too small.

    Only the split is used, so what moves both groups in a month alike does not widen the ratio. With `areas` each area
    is compared with its own share: areas differ in who lives there, and that is not clumping. Without, all cells are
    compared with one share. Clumping that lasts longer than a cell is not seen.

    The effective degrees of freedom are Satterthwaite's, :math:`2(\sum v_i)^2 / \sum (2 v_i^2 + \kappa_i)`, at most
    cells less areas, with the beta-binomial variances :math:`v_i = m_i \hat p_d (1 - \hat p_d) f_i`,
    :math:`f_i = 1 + (m_i - 1)\rho`, and fourth cumulants
    :math:`\kappa_i = m_i \hat p_d(1 - \hat p_d) \max\{0, 1 - 6 \hat p_d(1 - \hat p_d)\} f_i^3`. Unless negative, these
    are exact where events are independent and where each cell is one clump; between the two they are interpolated.

    Parameters
    ----------
    a_cells, b_cells : array_like of shape (cells,)
        Events of the group and of the comparator. Cells without any are left out.
    areas : array_like of shape (cells,), optional
        The area of each cell. Areas where all events are of one of the two groups say nothing and are left out.

    Returns
    -------
    Dispersion
        ``phi`` is None, with a reason, where cells less areas are under 10: take the factor of a larger whole then,
        such as the force or a longer period.

    Raises
    ------
    ValueError
        If the arrays differ in length, or hold a value that is not a count.

    References
    ----------
    McCullagh P. and Nelder J. A. (1989). Generalized Linear Models, 2nd ed., section 4.5 (the unweighted form).
    Kleinman J. C. (1973). Proportions with extraneous variance: single and independent samples. Journal of the
    American Statistical Association 68, 46-54 (weighted moments).
    """
    a = count_array("a_cells", a_cells)
    b = count_array("b_cells", b_cells)
    labels = np.zeros(a.size, dtype=int) if areas is None else np.asarray(areas)
    if not a.shape == b.shape == labels.shape:
        raise ValueError(f"There are {a.size} values of a, {b.size} of b and {labels.size} areas: give one per cell.")
    m = a + b
    searched = m > 0
    a, m, labels = a[searched], m[searched], labels[searched]
    _, area = np.unique(labels, return_inverse=True)
    cells, area_a, area_m = np.bincount(area), np.bincount(area, weights=a), np.bincount(area, weights=m)
    informative = (cells > 1) & (area_a > 0) & (area_a < area_m)
    used = informative[area]
    df = int(cells[informative].sum() - informative.sum())
    if df < MINIMUM_DF:
        reason = (
            f"The clumping of events could not be estimated: {df} degrees of freedom (cells with events, less one for "
            f"each area, where both groups have events), and {MINIMUM_DF} are needed."
        )
        return Dispersion(None, df, 0.0, int(used.sum()), reason)
    a, m, area = a[used], m[used], area[used]
    total = area_m[area]
    share = area_a[area] / total
    expected = share * (1 - share) * total / (total - 1) * m * (1 - m / total)
    phi = float(((a - m * share) ** 2).sum() / expected.sum())
    return Dispersion(phi, df, min(df, _effective_df(phi, m, share, expected)), int(used.sum()))


def _effective_df(
    phi: float, m: NDArray[np.float64], share: NDArray[np.float64], expected: NDArray[np.float64]
) -> float:
    companions = (m * expected).sum() / expected.sum() - 1
    correlation = min(1.0, max(0.0, (phi - 1) / companions)) if companions > 0 else 0.0
    factor = 1 + (m - 1) * correlation
    binomial = share * (1 - share)
    variance = m * binomial * factor
    fourth_cumulant = m * binomial * np.maximum(0, 1 - 6 * binomial) * factor**3
    return float(2 * variance.sum() ** 2 / (2 * variance**2 + fourth_cumulant).sum())
