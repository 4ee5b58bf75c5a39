"""How far the find rates of two groups differ, as a whole and within areas."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import brentq
from scipy.special import stdtr, stdtrit

from analytics.disparity.clusters import Clustered, clustered, holds_all
from analytics.disparity.dispersion import MINIMUM_PERIODS
from analytics.disparity.estimate import TAIL, Estimate
from analytics.disparity.find_rates import search_table
from analytics.disparity.gap_dispersion import NORMAL, GapDispersion, gap_dispersion, least_factor

Floats = NDArray[np.float64]

_LARGEST_LOG = 700.0
"""Of a limit of a ratio: what is larger has no floating-point number."""

_LARGEST_T = 1e9
"""At which every interval reaches over 0."""

_INDEPENDENT = GapDispersion(1.0, NORMAL)


@dataclass(frozen=True, slots=True)
class FindRateGap:
    """How far the find rate of a group differs from that of the comparator.

    Attributes
    ----------
    difference : Estimate
        Find rate of the group less that of the comparator, between -1 and 1.
    ratio : Estimate or None
        The one over the other; None where one of the groups has no finds.
    p_value : float
        Of no difference, two-sided: that at which the interval of the difference would end at 0. NaN where the interval
        is by chance alone, which is far too narrow where searches come in clumps: nothing is tested then.
    se_by_chance : float
        Standard error of the difference if searches were independent.
    clusters : int
        Cells or areas that are what repeats; 0 where the interval is by chance alone.
    left_out : int
        Areas where one of the groups was not searched.
    """

    difference: Estimate
    ratio: Estimate | None
    p_value: float
    se_by_chance: float
    clusters: int
    left_out: int = 0


def find_rate_gap(found_a: ArrayLike, searched_a: ArrayLike, found_b: ArrayLike, searched_b: ArrayLike) -> FindRateGap:
    r"""Difference and ratio of the find rates of two groups, as a whole.

    Both intervals come from the Wilson intervals of the two rates (MOVER). Where the groups are given by cells, such as
    months, these have :math:`n/\hat\phi` searches and Student's t, with the variance factor of the gap over the cells
    and its degrees of freedom (`gap_dispersion`; for the ratio, of its log): what moves both in a cell moves their
    difference less. The p value is twice the chance beyond the t at which the interval of the difference ends at 0. It
    is a score test, whose variance is near that of one rate for both: a rate that is low by chance does not look surer.
    Under 3 cells nothing shows how far searches vary, so searches count as independent and there is no p value.

    Parameters
    ----------
    found_a, searched_a, found_b, searched_b : array_like of shape (cells,)
        Searches of the group and of the comparator in each cell, and how many found something; or one number each.

    Raises
    ------
    ValueError
        If the sizes differ, a value is not a count, more found something than were searched, or a group has no
        searches.

    References
    ----------
    Newcombe R. G. (1998). Interval estimation for the difference between independent proportions. Statistics in
    Medicine 17, 873-890 (method 10). Donner A. and Zou G. Y. (2012). Closed-form confidence intervals for functions of
    the normal mean and standard deviation. Statistical Methods in Medical Research 21, 347-359 (ratio).
    """
    x_a, n_a, x_b, n_b = _cells_of_both(found_a, searched_a, found_b, searched_b)
    whole_a, whole_b = float(n_a.sum()), float(n_b.sum())
    p_a, p_b = float(x_a.sum()) / whole_a, float(x_b.sum()) / whole_b
    rates = _Rates(p_a, p_b, whole_a, whole_b)
    spread, ratio = gap_dispersion(x_a, n_a, x_b, n_b), None
    if p_a > 0 and p_b > 0:
        of_log = gap_dispersion(x_a, n_a, x_b, n_b, (1 / p_a, 1 / p_b))
        ratio = _ratio(rates, of_log or _INDEPENDENT)
    return FindRateGap(
        difference=_difference(rates, spread or _INDEPENDENT),
        ratio=ratio,
        p_value=math.nan if spread is None else _level_at_none(rates, spread),
        se_by_chance=math.sqrt(p_a * (1 - p_a) / whole_a + p_b * (1 - p_b) / whole_b),
        clusters=0 if spread is None else int((n_a + n_b > 0).sum()),
    )


def within_area_find_rates(
    found_a: ArrayLike, searched_a: ArrayLike, found_b: ArrayLike, searched_b: ArrayLike
) -> FindRateGap:
    r"""Difference and ratio of the find rates of two groups within areas, pooled as Mantel and Haenszel do.

    With :math:`n_d = n_{a,d} + n_{b,d}` and :math:`w_d = n_{a,d} n_{b,d} / n_d`,

    .. math:: \delta = \frac{\sum_d w_d (p_{a,d} - p_{b,d})}{\sum_d w_d},\qquad
        \theta = \frac{\sum_d x_{a,d} n_{b,d}/n_d}{\sum_d x_{b,d} n_{a,d}/n_d}

    Areas are the clusters: the standard error is that of `clustered` with its small-sample correction and Student's t,
    for interval and p value alike. Its square is not taken to be less than `least_factor` of that by chance, which is
    Sato's variance of the difference and Greenland and Robins' of the log of the ratio, since few areas may be alike by
    accident. Under 3 areas nothing shows how far searches vary, so they count as independent and there is no p value.

    Parameters
    ----------
    found_a, searched_a, found_b, searched_b : array_like of shape (areas,)
        Searches of the group and of the comparator in each area, and how many found something.

    Raises
    ------
    ValueError
        If the sizes differ, a value is not a count, more found something than were searched, fewer than 2 areas have
        searches of both groups, no search in them found anything, every one did, or one area holds all the information.

    References
    ----------
    Greenland S. and Robins J. M. (1985). Estimation of a common effect parameter from sparse follow-up data. Biometrics
    41, 55-68. Sato T. (1989). On the variance estimator for the Mantel-Haenszel risk difference. Biometrics 45,
    1323-1324.
    """
    areas = _searched_both(found_a, searched_a, found_b, searched_b)
    x_a, n_a, x_b, n_b = areas.found_a, areas.searched_a, areas.found_b, areas.searched_b
    whole = n_a + n_b
    weight = n_a * n_b / whole
    of_a, of_b = x_a * n_b / whole, x_b * n_a / whole
    difference = float((of_a - of_b).sum() / weight.sum())
    spread = clustered(of_a - of_b - difference * weight, weight / weight.sum(), weight)
    spread = Clustered(spread.se / float(weight.sum()), spread.df)
    chance = _sato(difference, areas)
    told = len(whole) >= MINIMUM_PERIODS
    believed = _believed(chance, spread) if told else Clustered(chance, NORMAL)
    return FindRateGap(
        _clipped(_around(difference, believed)),
        _pooled_ratio(of_a, of_b, areas),
        _p_value(difference, believed) if told else math.nan,
        chance,
        len(whole) if told else 0,
        areas.left_out,
    )


def gaps_to_rest(found: ArrayLike, searched: ArrayLike) -> list[FindRateGap | None]:
    """How far the find rate of each stratum differs from that of all the others together.

    Each is a `find_rate_gap` of the stratum and of the sum of the others, cell by cell: what moves all of them in a
    month moves no gap. To be tested together, the p values go through a false-discovery rate.

    Parameters
    ----------
    found, searched : array_like of shape (strata, cells)
        Searches that found something, and all, in each stratum (such as an area) and cell (such as a month).

    Returns
    -------
    list of FindRateGap or None
        None where the stratum, or all the others, had no search.

    Raises
    ------
    ValueError
        If the sizes differ, a value is not a count, or more found something than were searched.
    """
    x, n = search_table(found, searched)
    rest_x, rest_n = x.sum(axis=0) - x, n.sum(axis=0) - n
    return [
        find_rate_gap(*rows) if rows[1].sum() and rows[3].sum() else None
        for rows in zip(x, n, rest_x, rest_n, strict=True)
    ]


class _Searches(NamedTuple):
    found_a: Floats
    searched_a: Floats
    found_b: Floats
    searched_b: Floats
    left_out: int


class _Rates(NamedTuple):
    """Find rates of both groups, and their searches."""

    a: float
    b: float
    searched_a: float
    searched_b: float


def _cells_of_both(
    found_a: ArrayLike, searched_a: ArrayLike, found_b: ArrayLike, searched_b: ArrayLike
) -> tuple[Floats, Floats, Floats, Floats]:
    tables = [
        search_table(np.atleast_1d(found)[None, :], np.atleast_1d(searched)[None, :])
        for found, searched in ((found_a, searched_a), (found_b, searched_b))
    ]
    (x_a, n_a), (x_b, n_b) = ((found[0], searched[0]) for found, searched in tables)
    if x_a.shape != x_b.shape:
        raise ValueError(f"There are {x_a.size} cells of the group and {x_b.size} of the comparator: give one of each.")
    for name, searched in (("group", n_a), ("comparator", n_b)):
        if searched.sum() == 0:
            raise ValueError(
                f"The {name} has no searches in this period and place, so it has no find rate: widen either."
            )
    return x_a, n_a, x_b, n_b


def _searched_both(found_a: ArrayLike, searched_a: ArrayLike, found_b: ArrayLike, searched_b: ArrayLike) -> _Searches:
    both = [search_table(x, n) for x, n in ((found_a, searched_a), (found_b, searched_b))]
    if both[0][0].shape != both[1][0].shape or both[0][0].shape[1] != 1:
        sizes = " and ".join(str(x.shape[0]) for x, _ in both)
        raise ValueError(
            f"There are {sizes} areas of the group and of the comparator: give one number of each per area."
        )
    (x_a, n_a), (x_b, n_b) = ((x[:, 0], n[:, 0]) for x, n in both)
    usable = (n_a > 0) & (n_b > 0)
    if usable.sum() < 2:
        raise ValueError(
            f"Only {usable.sum()} of {usable.size} areas has searches of both groups, and find rates within areas need "
            "2: use larger areas or a longer period."
        )
    kept = (x_a[usable], n_a[usable], x_b[usable], n_b[usable])
    found, searched = kept[0].sum() + kept[2].sum(), kept[1].sum() + kept[3].sum()
    if found in (0, searched):
        which = "No search" if found == 0 else "Every search"
        raise ValueError(
            f"{which} of either group found something in the {usable.sum()} areas where both were searched, so they "
            "can't be told apart: use a longer period."
        )
    return _Searches(*kept, int((~usable).sum()))


def _difference(rates: _Rates, spread: GapDispersion) -> Estimate:
    """The difference, with its interval from those of two independent shares."""
    (low_a, high_a), (low_b, high_b) = _own(rates, spread, float(stdtrit(spread.df, 1 - TAIL)))
    gap = rates.a - rates.b
    below, above = math.hypot(rates.a - low_a, high_b - rates.b), math.hypot(high_a - rates.a, rates.b - low_b)
    return Estimate(gap, gap - below, gap + above)


def _ratio(rates: _Rates, spread: GapDispersion) -> Estimate:
    """The ratio, with its interval from those of two independent shares, neither of which is 0."""
    (low_a, high_a), (low_b, high_b) = _own(rates, spread, float(stdtrit(spread.df, 1 - TAIL)))
    product = rates.a * rates.b
    lowest, other = low_a * (2 * rates.a - low_a), high_b * (2 * rates.b - high_b)
    low = lowest / (product + math.sqrt(max(0.0, product**2 - lowest * other)))
    highest, other = high_a * (2 * rates.a - high_a), low_b * (2 * rates.b - low_b)
    root = math.sqrt(max(0.0, product**2 - highest * other))
    return Estimate(rates.a / rates.b, low, (product + root) / other if other > 0 else math.inf)


def _level_at_none(rates: _Rates, spread: GapDispersion) -> float:
    """Two-sided p value: of the t at which the interval of the difference ends at 0."""
    gap = abs(rates.a - rates.b)
    if gap == 0:
        return 1.0
    upper, lower = (0, 1) if rates.a > rates.b else (1, 0)

    def beyond(t: float) -> float:
        own = _own(rates, spread, t)
        return math.hypot(own[upper][0] - rates[upper], own[lower][1] - rates[lower]) - gap

    return 2 * float(stdtr(spread.df, -brentq(beyond, 0.0, _LARGEST_T)))


def _own(rates: _Rates, spread: GapDispersion, t: float) -> tuple[tuple[float, float], tuple[float, float]]:
    """Wilson's interval of each rate at a quantile t, with searches less what clumping takes off."""
    return _wilson(rates.a, rates.searched_a / spread.phi, t), _wilson(rates.b, rates.searched_b / spread.phi, t)


def _wilson(share: float, effective: float, t: float) -> tuple[float, float]:
    squared = t * t / effective
    half = math.sqrt(share * (1 - share) * squared + squared * squared / 4)
    # At 0 and 1 the one end is the share itself, but for rounding.
    return (
        max(0.0, (share + squared / 2 - half) / (1 + squared)) if share > 0 else 0.0,
        min(1.0, (share + squared / 2 + half) / (1 + squared)) if share < 1 else 1.0,
    )


def _believed(chance: float, spread: Clustered) -> Clustered:
    """What areas show of the standard error, unless they are more alike than independent searches are."""
    return Clustered(max(spread.se, chance * math.sqrt(least_factor(spread.df))), spread.df)


def _around(estimate: float, spread: Clustered) -> Estimate:
    half = float(stdtrit(spread.df, 1 - TAIL)) * spread.se
    return Estimate(estimate, estimate - half, estimate + half)


def _clipped(difference: Estimate) -> Estimate:
    return Estimate(difference.estimate, max(-1.0, difference.low), min(1.0, difference.high))


def _p_value(difference: float, spread: Clustered) -> float:
    """Two-sided, of no difference: that at which the interval would end at 0."""
    if difference == 0 or spread.se == 0:
        return 1.0
    return 2 * float(stdtr(spread.df, -abs(difference) / spread.se))


def _sato(difference: float, areas: _Searches) -> float:
    x_a, n_a, x_b, n_b = areas.found_a, areas.searched_a, areas.found_b, areas.searched_b
    whole = n_a + n_b
    linear = x_b * (n_a / whole) ** 2 - x_a * (n_b / whole) ** 2 + (n_a / whole) * (n_b / whole) * (n_b - n_a) / 2
    constant = (x_a * (n_b - x_b) + x_b * (n_a - x_a)) / whole / 2
    variance = (difference * linear.sum() + constant.sum()) / (n_a * n_b / whole).sum() ** 2
    return math.sqrt(max(0.0, float(variance)))


def _pooled_ratio(of_a: Floats, of_b: Floats, areas: _Searches) -> Estimate | None:
    """The Mantel-Haenszel ratio; none where a group has no finds, or all finds are of one area."""
    total, other, whole = float(of_a.sum()), float(of_b.sum()), areas.searched_a + areas.searched_b
    product = areas.searched_a * areas.searched_b * (areas.found_a + areas.found_b) / whole**2
    share = product / product.sum()
    if total == 0 or other == 0 or holds_all(share):
        return None
    ratio = total / other
    chance = math.sqrt(float((product - areas.found_a * areas.found_b / whole).sum()) / (total * other))
    if len(whole) < MINIMUM_PERIODS:
        believed = Clustered(chance, NORMAL)
    else:
        spread = clustered(of_a - ratio * of_b, share, product)
        believed = _believed(chance, Clustered(spread.se / total, spread.df))
    log = _around(math.log(ratio), believed)
    return Estimate(ratio, math.exp(log.low), math.exp(min(_LARGEST_LOG, log.high)))
