"""The Mantel-Haenszel ratio of rates within areas: the check of the ratio of the Poisson model."""

from __future__ import annotations

import math
from dataclasses import dataclass

from numpy.typing import ArrayLike
from scipy.special import ndtri, stdtrit

from analytics.disparity.clusters import clustered
from analytics.disparity.estimate import TAIL
from analytics.disparity.within_areas import areas_of_both


@dataclass(frozen=True, slots=True)
class MantelHaenszelRatio:
    """Mantel-Haenszel ratio of two rates within areas, with a 95 % confidence interval.

    Attributes
    ----------
    estimate, low, high : float
        The ratio and its interval.
    se : float
        Standard error of the log of the ratio, clustered by area.
    df : float
        Satterthwaite degrees of freedom of `se`.
    se_by_chance : float
        Standard error of the log of the ratio if events were independent (Greenland and Robins).
    areas : int
        Areas used.
    left_out : int
        Areas without an event in either group, or without residents of one of them.
    """

    estimate: float
    low: float
    high: float
    se: float
    df: float
    se_by_chance: float
    areas: int
    left_out: int


def mantel_haenszel_ratio(
    a: ArrayLike, population_a: ArrayLike, b: ArrayLike, population_b: ArrayLike
) -> MantelHaenszelRatio:
    r"""Ratio of two rates within areas, weighted as Mantel and Haenszel do.

    .. math:: \theta = \frac{R}{S} = \frac{\sum_d a_d N_{b,d}/N_d}{\sum_d b_d N_{a,d}/N_d},\quad N_d = N_{a,d} + N_{b,d}

    The check of `within_area_ratio`, which is what answers show: with one ratio in every area the two are the same, and
    that one is the more exact; where areas differ the two weigh them differently. If events were independent the
    variance of its log would be :math:`\sum_d m_d N_{a,d} N_{b,d} / N_d^2 / (R S)`. They are not, so areas are the
    clusters: the scores :math:`u_d = a_d N_{b,d}/N_d - \theta b_d N_{a,d}/N_d` vary as `clustered` says, the interval
    takes Student's t and is never narrower than chance alone would have it.

    Parameters
    ----------
    a, b : array_like of shape (areas,)
        Events of the group and of the comparator in each area.
    population_a, population_b : array_like of shape (areas,)
        Residents of the group and of the comparator in each area.

    Raises
    ------
    ValueError
        As `within_area_ratio`.

    References
    ----------
    Greenland S. and Robins J. M. (1985). Estimation of a common effect parameter from sparse follow-up data. Biometrics
    41, 55-68. Rothman K. J., Greenland S. and Lash T. L. (2008). Modern Epidemiology, 3rd ed., ch. 15.
    """
    areas = areas_of_both(a, population_a, b, population_b)
    whole = areas.population_a + areas.population_b
    of_group, of_comparator = areas.a * areas.population_b / whole, areas.b * areas.population_a / whole
    total = of_group.sum()
    ratio = total / of_comparator.sum()
    # What the areas say, if all had this ratio: variances of their scores, and their part in the slope.
    working = (areas.a + areas.b) * areas.population_a * areas.population_b / whole**2
    slope = working * whole / (areas.population_b + ratio * areas.population_a)
    spread = clustered(of_group - ratio * of_comparator, slope / slope.sum(), working)
    se, chance = spread.se / total, math.sqrt(ratio * working.sum()) / total
    half = max(float(stdtrit(spread.df, 1 - TAIL)) * se, float(ndtri(1 - TAIL)) * chance)
    return MantelHaenszelRatio(
        estimate=float(ratio),
        low=float(ratio * math.exp(-half)),
        high=float(ratio * math.exp(half)) if half < 700 else math.inf,
        se=float(se),
        df=spread.df,
        se_by_chance=float(chance),
        areas=len(areas.a),
        left_out=areas.left_out,
    )
