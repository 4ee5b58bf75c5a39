"""Funnel limits: how far areas would lie from their force by chance, and which lie further."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import brentq
from scipy.special import chdtri, expit, ndtr, ndtri

from analytics.disparity.counts import Distributions, splits
from analytics.disparity.estimate import check_dispersion
from analytics.disparity.within_areas import areas_of_both, common_log_ratio
from analytics.survey.change import DISCOVERY_RATE, q_values

Floats = NDArray[np.float64]

MINIMUM_AREAS = 10
"""Areas under which no departure is pulled in for the variation between areas: few can't tell which lie apart."""

WINSORISED = 0.1
"""Part of the areas at each end whose departures are pulled in."""

_BY_ACCIDENT = 0.05
"""Share of forces without any variation between areas that are taken to have some."""

LEVELS = (0.95, 0.998)
"""Shares of areas between the two pairs of limits."""


@dataclass(frozen=True, slots=True, eq=False)
class Funnel:
    """Ratios of areas, and the limits between which they would lie by chance; NaN where an area says nothing.

    Attributes
    ----------
    ratio : ndarray of shape (areas,)
        The area's own ratio; `rate_ratios` has its interval.
    limit_low_95, limit_high_95, limit_low_998, limit_high_998 : ndarray of shape (areas,)
        Funnel limits: 95 and 99.8 of 100 areas of its size lie between them.
    expected, information : ndarray of shape (areas,)
        The area's events of the group at the target, and how much it can tell: one over the variance of its log ratio
        by chance alone, :math:`a b/(a + b)` of the events expected.
    p_value : ndarray of shape (areas,)
        Of lying so far from the target, two-sided: under .05 outside the one pair, under .002 outside the other.
    q_value : ndarray of shape (areas,)
        False-discovery rate over all areas at which the area would just be flagged.
    flagged : ndarray of bool, shape (areas,)
        Whether the q-value over all areas is below the false-discovery rate.
    target : float
        The ratio that areas are compared with.
    between : float
        Variance of the log ratio between areas that the limits allow for; 0 where nothing speaks for any.
    """

    ratio: Floats
    limit_low_95: Floats
    limit_high_95: Floats
    limit_low_998: Floats
    limit_high_998: Floats
    expected: Floats
    information: Floats
    p_value: Floats
    q_value: Floats
    flagged: NDArray[np.bool_]
    target: float
    between: float


def ratio_funnel(
    a: ArrayLike,
    population_a: ArrayLike,
    b: ArrayLike,
    population_b: ArrayLike,
    *,
    dispersion: float = 1.0,
    target: float | None = None,
    discovery_rate: float = DISCOVERY_RATE,
) -> Funnel:
    r"""Ratios of two rates in areas against the ratio that all areas have in common.

    Given its events :math:`m_i`, the group's are a split with the share :math:`p_i = \theta k_i/(1 + \theta k_i)`,
    :math:`k_i = N_{a,i}/N_{b,i}`, and its log ratio has the variance :math:`v_i = \phi/[m_i p_i (1 - p_i)]`. Limits are
    mid-P quantiles of that split (beta-binomial, binomial where :math:`\phi = 1`), not of a normal distribution. The
    target :math:`\theta` is the ratio within areas: the crude ratio of the force mixes in where people live, and areas
    that all have one ratio may lie far from it.

    Where areas vary more than that, the limits allow for a variance :math:`\tau^2` between them (`between_areas`): the
    factor of an area is then :math:`\phi + \tau^2 m_i p_i (1 - p_i)`. An area is part of its own target, with the share
    :math:`h_i` of the information, so limits are narrowed by
    :math:`\sqrt{1 - 2 h_i + \sum_j h_j^2 V_j / V_i}`, :math:`V = v + \tau^2`; not where a target is given.

    Parameters
    ----------
    a, b : array_like of shape (areas,)
        Events of the group and of the comparator in each area.
    population_a, population_b : array_like of shape (areas,)
        Residents of the group and of the comparator in each area.
    dispersion : float
        Variance factor of the split within an area (see `split_dispersion`); a factor below 1 counts as 1.
    target : float, optional
        A ratio to compare with; otherwise the ratio within areas.
    discovery_rate : float
        Share of false flags allowed among all.

    Raises
    ------
    ValueError
        As `within_area_ratio`, or if `dispersion` or `target` is not above 0.

    References
    ----------
    Spiegelhalter D. J. (2005). Funnel plots for comparing institutional performance. Statistics in Medicine 24,
    1185-1202. Spiegelhalter D. J. and others (2012). Statistical methods for healthcare regulation: rating, screening
    and surveillance. Journal of the Royal Statistical Society A 175, 1-47. Jones H. E., Ohlssen D. I. and Spiegelhalter
    D. J. (2008). Use of the false discovery rate when comparing multiple health care providers. Journal of Clinical
    Epidemiology 61, 232-240.
    """
    areas = areas_of_both(a, population_a, b, population_b)
    check_dispersion(dispersion)
    _check_target(target)
    factor, total, odds = max(1.0, dispersion), areas.a + areas.b, areas.population_a / areas.population_b
    common = common_log_ratio(areas.a, total, np.log(odds))

    def around(log_ratio: float) -> _Expected:
        share = expit(log_ratio + np.log(odds))
        return _Expected(total * share, total * share * (1 - share), lambda phi: splits(total, share, phi))

    log_target = common if target is None else math.log(target)
    expected = around(log_target)
    judged = _judged(areas.a, around(common), factor, None if target is None else expected)
    with np.errstate(divide="ignore"):
        figures = [count / (total - count) / odds for count in (areas.a, *judged.limits)]
    return _funnel(areas.usable, figures, expected, judged, math.exp(log_target), discovery_rate)


def between_areas(departure: Floats, variance: Floats, winsorised: float = WINSORISED) -> float:
    r"""Variance between areas, from how far they lie from what they have in common.

    :math:`\tau^2` solves :math:`\overline{z^2} = \kappa (1 - 1/I)` with :math:`z_i = d_i/\sqrt{v_i + \tau^2}`, the
    largest and smallest tenth of the z scores being brought to the .1 and .9 quantiles so that outliers don't hide
    themselves. Spiegelhalter's moment estimate compares the mean square with 1, but such pulled-in squares of a normal
    distribution have the mean

    .. math:: \kappa = 1 - 2q - 2 c\,\varphi(c) + 2 q c^2,\quad c = \Phi^{-1}(1 - q)

    (.68 for a tenth), and with areas of different size no one factor of all z scores is right: hence the equation.

    Parameters
    ----------
    departure : ndarray of shape (areas,)
        Departures :math:`d_i` from the common value.
    variance : ndarray of shape (areas,)
        Their sampling variances :math:`v_i`.
    winsorised : float
        Part of the areas at each end that is pulled in; 0 for none, which is Paule and Mandel's estimate.

    Returns
    -------
    float
        0 where areas vary no more than by chance.

    References
    ----------
    Spiegelhalter D. J. (2005). Handling over-dispersion of performance indicators. Quality and Safety in Health Care
    14, 347-351. Paule R. C. and Mandel J. (1982). Consensus values and weighting factors. Journal of Research of the
    National Bureau of Standards 87, 377-385.
    """
    expected = _pulled_in_square(winsorised) * (1 - 1 / len(departure))

    def surplus(between: float) -> float:
        return _mean_square(departure / np.sqrt(variance + between), winsorised) - expected

    if surplus(0.0) <= 0:
        return 0.0
    return float(brentq(surplus, 0.0, float((departure**2).max()) / expected, xtol=1e-12))


class _Expected(NamedTuple):
    """Areas as they would be with one ratio: events, information on log ratios, and their counts by variance factor."""

    events: Floats
    information: Floats
    counts: Callable[[Floats], Distributions]


class _Judged(NamedTuple):
    """P values, counts at the limits (low and high of 95, low and high of 99.8), and the variance between areas."""

    p_value: Floats
    limits: tuple[Floats, ...]
    between: float


def _judged(observed: Floats, common: _Expected, factor: float, target: _Expected | None) -> _Judged:
    """Areas against what they have in common, or a target; how much they vary is always seen around the first."""
    between = _between(observed, common, factor)
    _, information, family = target or common
    whole = factor / information + between
    narrowed = np.ones_like(whole)
    if target is None:
        share = information / information.sum()
        narrowed = np.sqrt(1 - 2 * share + (share**2 * whole).sum() / whole)
    distributions = family(factor + between * information)
    p_value = 2 * ndtr(-np.abs(_scores(distributions, observed) / narrowed))
    limits = tuple(
        distributions.quantile(ndtr(side * ndtri((1 + level) / 2) * narrowed)) for level in LEVELS for side in (-1, 1)
    )
    return _Judged(p_value, limits, between)


def _between(observed: Floats, common: _Expected, factor: float) -> float:
    information = common.information
    by_chance = _scores(common.counts(np.full_like(information, factor)), observed)
    z = by_chance / np.sqrt(1 - information / information.sum())
    part = WINSORISED if len(z) >= MINIMUM_AREAS else 0.0
    chance = factor / information
    return between_areas(z * np.sqrt(chance), chance, part) if _vary_more(z, part) else 0.0


def _scores(distributions: Distributions, observed: Floats) -> Floats:
    chance = np.clip(distributions.below(observed), np.finfo(float).tiny, 1 - np.finfo(float).epsneg)
    return np.asarray(ndtri(chance))


def _vary_more(z: Floats, part: float) -> bool:
    """Whether z scores vary more than those of 95 in 100 forces without any variance between areas.

    With nothing pulled in that is the chi-square test; else the quantile is that of the mean square of so many
    pulled-in normal z scores, found by simulation from 10 to 700 areas. A variance added wherever the mean square is
    above its mean would be added to half of such forces, and widen their limits.
    """
    number = len(z)
    phi = _mean_square(z, part) / _pulled_in_square(part)
    if not part:
        return bool(phi * (number - 1) > chdtri(number - 1, _BY_ACCIDENT))
    return phi > 1 + 2.8 / math.sqrt(number) + 2 / number


def _mean_square(z: Floats, part: float) -> float:
    pulled_in = np.clip(z, *np.quantile(z, [part, 1 - part])) if part else z
    return float((pulled_in**2).mean())


def _pulled_in_square(part: float) -> float:
    """Mean square of a normal z score that is brought to the quantiles at `part` and 1 less `part`."""
    if not part:
        return 1.0
    edge = float(ndtri(1 - part))
    density = math.exp(-(edge**2) / 2) / math.sqrt(2 * math.pi)
    return 1 - 2 * part - 2 * edge * density + 2 * part * edge**2


def _check_target(target: float | None) -> None:
    if target is not None and not (math.isfinite(target) and target > 0):
        raise ValueError(f"The target is {target}, but areas are compared with a number above 0.")


def _funnel(
    usable: NDArray[np.bool_],
    figures: Sequence[Floats],
    expected: _Expected,
    judged: _Judged,
    target: float,
    discovery_rate: float,
) -> Funnel:
    def everywhere(values: Floats) -> Floats:
        whole = np.full(usable.shape, np.nan)
        whole[usable] = values
        return whole

    p_value = everywhere(judged.p_value)
    q_value = q_values(p_value)
    ratio, low_95, high_95, low_998, high_998 = (everywhere(figure) for figure in figures)
    return Funnel(
        ratio=ratio,
        limit_low_95=low_95,
        limit_high_95=high_95,
        limit_low_998=low_998,
        limit_high_998=high_998,
        expected=everywhere(expected.events),
        information=everywhere(expected.information),
        p_value=p_value,
        q_value=q_value,
        flagged=np.nan_to_num(q_value, nan=1.0) < discovery_rate,
        target=target,
        between=judged.between,
    )
