"""Rates of events per resident, their difference, and the excess of events over another group's rate."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import brentq
from scipy.special import gammainc, gammaincc, gammainccinv, gammaincinv, stdtrit

from analytics.disparity.dispersion import period_dispersion
from analytics.disparity.estimate import (
    TAIL,
    Estimate,
    Interval,
    check_count,
    check_dispersion,
    check_population,
    count_array,
)
from analytics.disparity.ratio import Ratio

Floats = NDArray[np.float64]

_HALVINGS = 38
"""Each halves the bracket of a limit, which leaves a relative error of about 1e-10."""


@dataclass(frozen=True, slots=True)
class Rate:
    """Events per `per` residents, with a 95 % confidence interval."""

    estimate: float
    low: float
    high: float
    per: float


def poisson_interval(count: float) -> Interval:
    r"""Mid-P interval for the mean of a Poisson count.

    The limits solve :math:`P(X > x; L) + P(X = x; L)/2 = .025` and :math:`P(X < x; U) + P(X = x; U)/2 = .025`. Written
    with the incomplete gamma function they also hold for a `count` that is not whole, such as an effective count.

    Parameters
    ----------
    count : float
        Number of events, 0 or more.

    Returns
    -------
    Interval
        In events. ``low`` is 0 where `count` is 0.

    References
    ----------
    Cohen G. R. and Yang S.-Y. (1994). Mid-P confidence intervals for the Poisson expectation. Statistics in
    Medicine 13, 2189-2203.
    """
    if count == 0:
        return Interval(0.0, -math.log(2 * TAIL))
    low = brentq(
        lambda mean: (gammainc(count, mean) + gammainc(count + 1, mean)) / 2 - TAIL,
        gammaincinv(count, TAIL),
        gammaincinv(count + 1, TAIL),
    )
    high = brentq(
        lambda mean: (gammaincc(count, mean) + gammaincc(count + 1, mean)) / 2 - TAIL,
        gammainccinv(count, TAIL),
        gammainccinv(count + 1, TAIL),
    )
    return Interval(float(low), float(high))


def poisson_intervals(counts: ArrayLike) -> tuple[Floats, Floats]:
    """Mid-P intervals of many Poisson counts; see `poisson_interval`.

    Parameters
    ----------
    counts : array_like of shape (n,)
        Counts, which need not be whole.
    """
    x = np.asarray(counts, dtype=float)
    positive = np.where(x > 0, x, 1.0)
    spread = np.sqrt(positive)
    # Both limits lie well inside these brackets: about 2 and 2.5 standard deviations from the count.
    low = _solved(gammainc, positive, np.fmax(positive - 2.5 * spread - 1, 0.0), positive)
    high = _solved(gammaincc, positive, positive + 8 * spread + 16, positive)
    return np.where(x > 0, low, 0.0), np.where(x > 0, high, -np.log(2 * TAIL))


def _solved(tail: Callable[[Floats, Floats], Floats], count: Floats, outer: Floats, inner: Floats) -> Floats:
    """The mean at which a tail, the count itself by half, has probability .025; nearer to `inner` it has more."""
    for _ in range(_HALVINGS):
        middle = (outer + inner) / 2
        more = (tail(count, middle) + tail(count + 1, middle)) / 2 > TAIL
        outer, inner = np.where(more, outer, middle), np.where(more, middle, inner)
    return (outer + inner) / 2


def rates(
    events: ArrayLike, population: float, per: float = 1000, dispersion: float = 1.0
) -> tuple[Floats, Floats, Floats]:
    """Rates of many counts of one population, with the same interval as `rate`.

    Parameters
    ----------
    events : array_like of shape (n,)
        Events of each period.
    population, per, dispersion : float
        As for `rate`.

    Returns
    -------
    tuple of ndarray of shape (n,)
        Estimate, low and high.

    Raises
    ------
    ValueError
        As `rate`.
    """
    counts = count_array("events", events)
    check_population("population", population)
    check_population("per", per)
    check_dispersion(dispersion)
    factor, unit = max(1.0, dispersion), per / population
    low, high = poisson_intervals(counts / factor)
    return counts * unit, low * factor * unit, high * factor * unit


def rate(events: int, population: float, per: float = 1000, dispersion: float = 1.0) -> Rate:
    r"""Events per `per` residents.

    Where events come in clumps, the variance of their count is `dispersion` times that of a Poisson count. The interval
    is then the Poisson interval of the effective count, :math:`\phi\,[L(x/\phi), U(x/\phi)]`.

    Parameters
    ----------
    events : int
        Number of events in the period.
    population : float
        Residents.
    per : float
        Unit of the rate, in residents.
    dispersion : float
        Variance factor of the count; a factor below 1 counts as 1.

    Raises
    ------
    ValueError
        If `events` is not a count, or `population`, `per` or `dispersion` is not above 0.

    References
    ----------
    McCullagh P. and Nelder J. A. (1989). Generalized Linear Models, 2nd ed., section 6.2 (the variance factor).
    """
    check_count("events", events)
    check_population("population", population)
    check_population("per", per)
    check_dispersion(dispersion)
    factor = max(1.0, dispersion)
    interval = poisson_interval(events / factor)
    unit = per / population
    return Rate(events * unit, interval.low * factor * unit, interval.high * factor * unit, per)


def difference(rate_a: Rate, rate_b: Rate) -> Estimate:
    r"""Difference of two rates, `rate_a` less `rate_b`.

    The interval recovers each rate's variance from its own interval (MOVER):
    :math:`L = d - \sqrt{(r_a - l_a)^2 + (u_b - r_b)^2}`, :math:`U = d + \sqrt{(u_a - r_a)^2 + (r_b - l_b)^2}`.

    Raises
    ------
    ValueError
        If the rates are not per the same number of residents.

    References
    ----------
    Zou G. Y. and Donner A. (2008). Construction of confidence limits about effect measures: a general approach.
    Statistics in Medicine 27, 1693-1702.
    """
    if rate_a.per != rate_b.per:
        raise ValueError(f"One rate is per {rate_a.per:g} residents and the other per {rate_b.per:g}: use one unit.")
    estimate = rate_a.estimate - rate_b.estimate
    below = math.hypot(rate_a.estimate - rate_a.low, rate_b.high - rate_b.estimate)
    above = math.hypot(rate_a.high - rate_a.estimate, rate_b.estimate - rate_b.low)
    return Estimate(estimate, estimate - below, estimate + above)


def period_difference(
    a: ArrayLike, population_a: float, b: ArrayLike, population_b: float, per: float = 1000
) -> Estimate:
    r"""Difference of two groups' rates over a whole, from their counts by period, such as months.

    What moves both groups in a month moves their difference less: with :math:`d_i = a_i/N_a - b_i/N_b`, the variance is
    :math:`\frac{m}{m-1} \sum (d_i - \bar d)^2`, which holds the covariance of the groups, whatever it is. The
    interval is :math:`d \pm t\,\sqrt V` on the effective degrees of freedom of `period_dispersion`, the fewer of the
    two groups', and never narrower than `difference` of the rates of independent events.

    Parameters
    ----------
    a, b : array_like of shape (periods,)
        Events of the group and of the comparator in each period.
    population_a, population_b : float
        Residents of the group and of the comparator.
    per : float
        Unit of the rates, in residents.

    Returns
    -------
    Estimate
        Where there are fewer than 3 periods, or no events of a group, the interval of independent events.

    Raises
    ------
    ValueError
        If the arrays differ in length, hold a value that is not a count, or a population or `per` is not above 0.

    References
    ----------
    Cameron A. C. and Miller D. L. (2015). A practitioner's guide to cluster-robust inference. Journal of Human
    Resources 50, 317-372.
    """
    events_a, events_b = count_array("a", a), count_array("b", b)
    if events_a.shape != events_b.shape:
        raise ValueError(f"There are {events_a.size} periods of a and {events_b.size} of b: give one of each.")
    chance = difference(rate(int(events_a.sum()), population_a, per), rate(int(events_b.sum()), population_b, per))
    varied = [period_dispersion(events_a), period_dispersion(events_b)]
    if any(one.phi is None for one in varied):
        return chance
    monthly = per * (events_a / population_a - events_b / population_b)
    t = float(stdtrit(min(one.effective_df for one in varied), 1 - TAIL))
    half = t * math.sqrt(monthly.size * float(np.var(monthly, ddof=1)))
    return Estimate(chance.estimate, min(chance.low, chance.estimate - half), max(chance.high, chance.estimate + half))


def excess(count: int, ratio: Estimate | Ratio) -> Estimate:
    r"""Events of a group beyond those it would have had at the comparator's rate, of those that it had.

    :math:`a\,(1 - 1/RR)`, which is :math:`a - N_a\,b/N_b`, with the limits of the ratio put in its place and the count
    held as it is: the number that goes with the excess fraction :math:`(RR - 1)/RR` of those in the group. It never is
    more than the count, and it leaves out 0 where the ratio leaves out 1. How many there would be in other periods, in
    which there are more or fewer events, it does not say.

    Parameters
    ----------
    count : int
        Events of the group.
    ratio : Estimate or Ratio
        Rate of the group over that of the comparator, with its interval; an upper limit may be infinite.

    Returns
    -------
    Estimate
        In events; negative where the group has fewer than at the comparator's rate.

    Raises
    ------
    ValueError
        If `count` is not a count, or the ratio or its lower limit is not above 0.

    References
    ----------
    Miettinen O. S. (1974). Proportion of disease caused or prevented by a given exposure, trait or intervention.
    American Journal of Epidemiology 99, 325-332. Greenland S. and Robins J. M. (1988). Conceptual problems in the
    definition and interpretation of attributable fractions. American Journal of Epidemiology 128, 1185-1197 (excess
    fraction). Rothman K. J., Greenland S. and Lash T. L. (2008). Modern Epidemiology, 3rd ed., ch. 16 (limits).
    """
    check_count("count", count)
    if not min(ratio.estimate, ratio.low) > 0:
        raise ValueError(f"A ratio or its lower limit is {min(ratio.estimate, ratio.low)}, so no excess can be told.")
    return Estimate(*(count * (1 - 1 / value) for value in (ratio.estimate, ratio.low, ratio.high)))
