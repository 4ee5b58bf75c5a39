"""How far the gap between two shares varies over cells, such as months, beyond what independent searches would."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import chdtri

from analytics.disparity.clusters import holds_all
from analytics.disparity.dispersion import MINIMUM_PERIODS

Floats = NDArray[np.float64]

NORMAL = 1e9
"""Degrees of freedom at which Student's t is the normal distribution."""

_TOO_ALIKE = 0.01
"""Share of sets of independent searches whose cells are more alike than is believed."""


class GapDispersion(NamedTuple):
    """Variance of a gap over that of independent searches, below 1 where cells happen to be alike, and its degrees."""

    phi: float
    df: float


class _Group(NamedTuple):
    """Of one group by cell: part of its searches, what it adds to the gap beyond its share, and moments by chance."""

    part: Floats
    departure: Floats
    variance: Floats
    fourth: float


def gap_dispersion(
    found_a: Floats, searched_a: Floats, found_b: Floats, searched_b: Floats, scale: tuple[float, float] = (1.0, 1.0)
) -> GapDispersion | None:
    r"""Variance factor of the gap between two shares, from how far it goes up and down over cells.

    With :math:`h_{g,c} = n_{g,c}/n_g` and the variances by chance :math:`v_{g,c} = h_{g,c}\,p_g(1 - p_g)/(n_g - 1)`,

    .. math:: \hat\phi = \frac{\sum_c z_c^2}{\sum_c [v_{a,c}(1 - h_{a,c}) + v_{b,c}(1 - h_{b,c})]},\quad
        z_c = \frac{x_{a,c} - p_a n_{a,c}}{n_a} - \frac{x_{b,c} - p_b n_{b,c}}{n_b}

    The denominator is the expectation of the numerator if searches are independent, as in `split_dispersion`. What
    moves both groups in a cell alike leaves :math:`z_c` as it is. It is not held to 1 from below: of the estimates of a
    factor of 1 half are less, and Student's t knows it. One below that of 99 in 100 sets of independent searches is
    taken to be as large as theirs, since few counts may be alike by accident.

    The degrees of freedom are Satterthwaite's, from the covariance :math:`\operatorname{diag}(w_a + w_b) - w_a w_a'/W_a
    - w_b w_b'/W_b` of the :math:`z_c` and their fourth cumulants, with the variances :math:`w` and cumulants of
    beta-binomial counts as in `split_dispersion`; at most Welch's, because a group that is searched in few cells shows
    little of its own clumping.

    Parameters
    ----------
    found_a, searched_a, found_b, searched_b : ndarray of shape (cells,)
        Searches of the group and of the comparator in each cell, and how many found something.
    scale : tuple of float
        What the shares of both are multiplied by: 1 over each for the log of their ratio.

    Returns
    -------
    GapDispersion or None
        None under 3 cells with searches, or where all of a group's are in one: nothing shows how far searches vary. One
        and the normal distribution where nothing, or everything, was found of both: nothing varies.

    References
    ----------
    Satterthwaite F. E. (1946). An approximate distribution of estimates of variance components. Biometrics Bulletin 2,
    110-114. Welch B. L. (1947). The generalization of "Student's" problem. Biometrika 34, 28-35. Kleinman J. C. (1973).
    Proportions with extraneous variance. Journal of the American Statistical Association 68, 46-54.
    """
    both = searched_a.sum(), searched_b.sum()
    if (searched_a + searched_b > 0).sum() < MINIMUM_PERIODS or any(
        holds_all(n / whole) for n, whole in zip((searched_a, searched_b), both, strict=True)
    ):
        return None
    a = _group(found_a, searched_a, scale[0])
    b = _group(found_b, searched_b, scale[1])
    chance = sum(float((group.variance * (1 - group.part)).sum()) for group in (a, b))
    if chance == 0:
        return GapDispersion(1.0, NORMAL)
    phi = float(((a.departure - b.departure) ** 2).sum()) / chance
    factor = max(1.0, phi)
    working = _clumped(a, searched_a, factor), _clumped(b, searched_b, factor)
    df = max(1.0, min(_satterthwaite(*working, (a.fourth + b.fourth) * factor**3), _welch(*working)))
    return GapDispersion(max(phi, least_factor(df)), df)


def least_factor(df: float) -> float:
    """Variance factor under which cells are taken to be alike by accident: that of 1 in 100 independent sets.

    Parameters
    ----------
    df : float
        Degrees of freedom of the factor that is estimated.
    """
    return float(chdtri(df, 1 - _TOO_ALIKE)) / df


def _group(found: Floats, searched: Floats, scale: float) -> _Group:
    whole = float(searched.sum())
    share, part = float(found.sum()) / whole, searched / whole
    binomial = share * (1 - share)
    return _Group(
        part=part,
        departure=scale * (found - share * searched) / whole,
        variance=scale**2 * binomial / max(whole - 1, 1.0) * part,
        fourth=scale**4 * binomial * max(0.0, 1 - 6 * binomial) / whole**3,
    )


def _clumped(group: _Group, searched: Floats, factor: float) -> Floats:
    """Variances of the cells of a group with a factor in the mean, which grows with the searches of a cell."""
    companions = float((group.part * searched).sum()) - 1
    correlation = min(1.0, (factor - 1) / companions) if companions > 0 else 0.0
    return group.variance * (1 + np.maximum(searched - 1, 0) * correlation)


def _satterthwaite(a: Floats, b: Floats, fourth: float) -> float:
    """Of the sum of squares of the departures of both groups together, whose sums over cells are 0."""
    every, products = a + b, []
    mean, square = float(every.sum()), float((every**2).sum())
    for variance in (a, b):
        total = float(variance.sum())
        if total:
            own = variance / np.sqrt(total)
            inner = float((own**2).sum())
            mean -= inner
            square += inner**2 - 2 * float((own**2 * every).sum())
            products.append(own)
    if len(products) == 2:
        square += 2 * float((products[0] * products[1]).sum()) ** 2
    return 2 * mean**2 / (2 * square + fourth)


def _welch(a: Floats, b: Floats) -> float:
    """Of the sum of two variances that are estimated apart; a group of which nothing varies has no part in it."""
    square = 0.0
    for variance in (a, b):
        total = float(variance.sum())
        if total:
            part = variance / total
            squares, cubes = float((part**2).sum()), float((part**3).sum())
            square += total**2 * (squares - 2 * cubes + squares**2) / (1 - squares) ** 2
    return float((a.sum() + b.sum()) ** 2) / square
