"""Linear combinations of the means of domains, and how two yes-or-no factors go together with a value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import stdtr

from analytics.survey.intervals import t_interval
from analytics.survey.linearisation import DomainMeans
from analytics.survey.sample import Floats, Integers, Sample, grouped


@dataclass(frozen=True, slots=True)
class Combination:
    """An estimate with its design-based error.

    Attributes
    ----------
    estimate, se
        Estimate and standard error.
    low, high
        95 % interval by Student's t; NaN without degrees of freedom.
    df
        Degrees of freedom.
    p_value
        Of an estimate of 0, two-sided, by Student's t.
    """

    estimate: float
    se: float
    low: float
    high: float
    df: float
    p_value: float


class MainEffects(NamedTuple):
    """How a value goes with each of two factors, the other held equal, and how far the first exceeds the second."""

    first: Combination
    second: Combination
    difference: Combination


def combination(means: DomainMeans, coefficients: ArrayLike) -> Combination:
    r"""A sum of the means of domains, each times a coefficient.

    .. math:: \hat\theta = \sum_d a_d p_d,\quad
        V = \sum_h \frac{m_h}{m_h - 1}\Big[\sum_c z_{hc}^2 - \frac{(\sum_c z_{hc})^2}{m_h}\Big],\quad
        z_{hc} = \sum_d a_d t^d_{hc}

    with the PSU totals :math:`t^d_{hc}` of `domain_means`, so that what domains share counts. Degrees of freedom: the
    PSUs that hold answers of any of the domains, less their strata.

    Parameters
    ----------
    means : DomainMeans
    coefficients : array_like of shape (domains,)

    Raises
    ------
    ValueError
        If the coefficients are not as many as the domains.

    References
    ----------
    R's package survey, ``svycontrast``.
    """
    given = _as_many(coefficients, len(means.table))
    used = np.flatnonzero(given)
    chosen = np.isin(means.totals.domain, used)
    psu, z = _by_unit(means.totals.psu[chosen], (given[means.totals.domain] * means.totals.linearised)[chosen][None])
    estimates = means.table["estimate"].to_numpy(dtype=float)[used]
    return _told(float(given[used] @ estimates), z[0], psu, means.sample, 0)


def held_equal(means: DomainMeans, first: ArrayLike, second: ArrayLike) -> Combination:
    r"""The difference between two domains within each of several groups, averaged over the groups.

    .. math:: \hat\theta = \sum_g \omega_g (p_{1g} - p_{2g}),\quad
        \omega_g \propto \frac{W_{1g} W_{2g}}{W_{1g} + W_{2g}}

    With the sums :math:`W` of the domains' weights this is the coefficient of a weighted regression of the answers on
    the factor with a level for each group: how the two differ with the group held equal. Groups of which one of the two
    has no answer say nothing of it. The variance is that of `combination`, the shares :math:`\omega` taken as given.

    Parameters
    ----------
    means : DomainMeans
    first, second : array_like of int, shape (groups,)
        Rows of the two domains of each group in the table of `means`.

    Raises
    ------
    ValueError
        If there are no two rows for each group.

    References
    ----------
    Angrist J. D. (1998). Econometrica 66, 249-288 (the weights of such a regression). R's package survey,
    ``svycontrast``.
    """
    one, other = (np.atleast_1d(np.asarray(rows, dtype=np.int64)) for rows in (first, second))
    if one.shape != other.shape or not one.size:
        raise ValueError(f"There are {one.size} domains and {other.size} to compare with: give one of each a group.")
    weight = np.nan_to_num(means.table["weight"].to_numpy(dtype=float))
    total = weight[one] + weight[other]
    share = np.divide(weight[one] * weight[other], total, out=np.zeros_like(total), where=total > 0)
    coefficients = np.zeros(len(means.table))
    if share.sum() > 0:
        coefficients[one], coefficients[other] = share / share.sum(), -share / share.sum()
    return combination(means, coefficients)


def main_effects(means: DomainMeans, cells: ArrayLike, first: ArrayLike, second: ArrayLike) -> MainEffects:
    r"""The linear regression of a value on two factors, from the means of the cells that the factors make.

    With the rows :math:`x_g = (1, a_g, b_g)` of the cells, the sums of their weights :math:`W_g` and their means
    :math:`p_g`,

    .. math:: \hat\beta = A \sum_g W_g x_g p_g,\quad A = \Big(\sum_g W_g x_g x_g'\Big)^{-1}

    is the weighted least-squares fit to the answers themselves, since those of a cell share their factors. Its
    variance is the sandwich of the answers' scores :math:`w_k x_k (y_k - x_k'\beta)`, whose total over a PSU is

    .. math:: u_{hc} = \sum_g x_g \big[W_g t^g_{hc} + (p_g - x_g'\hat\beta)\, W^g_{hc}\big],\quad
        V = A \sum_h \frac{m_h}{m_h - 1}
        \Big[\sum_c u_{hc} u_{hc}' - \frac{\sum_c u_{hc} \sum_c u_{hc}'}{m_h}\Big] A

    with the totals :math:`t^g_{hc}` of `domain_means` and the weights :math:`W^g_{hc}` of the cell in the PSU. Where
    the two factors add up exactly, the second part is 0 and V is :math:`A X'W C W X A` with the design covariance C of
    the cells' means; else it allows for cells whose sizes are themselves of chance. There is no interaction: each
    coefficient is the difference with the other factor held equal, averaged over it. Degrees of freedom: PSUs with
    answers less their strata less 2, as R has it.

    Parameters
    ----------
    means : DomainMeans
        The cells, each a domain; others may be among them.
    cells : array_like of shape (cells,)
        Positions of the cells in the table of `means`. Answers of other domains are left out.
    first, second : array_like of shape (cells,)
        1 where the cell has the factor, else 0.

    Raises
    ------
    ValueError
        If the factors are not as many as the cells, or the cells can't tell them apart.

    References
    ----------
    Binder D. A. (1983). On the variances of asymptotically normal estimators from complex surveys. International
    Statistical Review 51, 279-292. R's package survey, ``svyglm``.
    """
    rows = np.asarray(cells, dtype=np.int64)
    x = np.column_stack([np.ones(len(rows)), _as_many(first, len(rows)), _as_many(second, len(rows))])
    weight, share = (means.table[name].to_numpy(dtype=float)[rows] for name in ("weight", "estimate"))
    information = x.T @ (weight[:, None] * x)
    if np.linalg.matrix_rank(information) < x.shape[1]:
        raise ValueError("The cells can't tell the two factors apart: each needs answers with it and without it.")
    inverse = np.linalg.inv(information)
    beta = inverse @ x.T @ (weight * share)
    place = np.full(len(means.table), -1)
    place[rows] = np.arange(len(rows))
    inside = place[means.totals.domain] >= 0
    cell = place[means.totals.domain[inside]]
    linearised, weight_of = means.totals.linearised[inside], means.totals.weight[inside]
    scores = x[cell] * (weight[cell] * linearised + (share - x @ beta)[cell] * weight_of)[:, None]
    psu, score = _by_unit(means.totals.psu[inside], scores.T)
    wanted = np.array([[0, 1, 0], [0, 0, 1], [0, 1, -1]])
    return MainEffects(
        *(
            _told(float(one @ beta), z, psu, means.sample, x.shape[1] - 1)
            for one, z in zip(wanted, wanted @ inverse @ score, strict=True)
        )
    )


def _as_many(values: ArrayLike, domains: int) -> Floats:
    given = np.asarray(values, dtype=float)
    if given.shape != (domains,):
        raise ValueError(f"There are {domains} domains and {given.size} numbers: give one for each domain.")
    return given


def _by_unit(psu: Integers, values: Floats) -> tuple[Integers, Floats]:
    """The PSUs that occur, and the sum over each of them of every row of values."""
    units, place = np.unique(psu, return_inverse=True)
    return units, np.stack([grouped(place, row, len(units)) for row in values])


def _told(estimate: float, z: Floats, psu: Integers, sample: Sample, fitted: int) -> Combination:
    """An estimate from its totals in each PSU that holds answers; PSUs without any have zeros."""
    stratum = sample.stratum[psu]
    factor = sample.factor[stratum]
    sums = grouped(stratum, z, sample.strata)
    # The centre of a stratum of which one PSU alone was sampled is the mean of the whole sample, 0.
    centred = np.where(sample.lonely, 0.0, sample.factor * sums**2 / sample.size)
    variance = float(np.maximum((factor * z**2).sum() - centred.sum(), 0))
    df = float(len(psu) - len(np.unique(stratum)) - fitted)
    se = float(np.sqrt(variance))
    low, high = t_interval(estimate, se, df)
    with np.errstate(divide="ignore", invalid="ignore"):
        p_value = 2 * stdtr(df, -abs(np.float64(estimate) / se)) if df > 0 else np.nan
    p_value = 1.0 if estimate == 0 and df > 0 else p_value
    return Combination(estimate, se, float(low), float(high), df, float(p_value))
