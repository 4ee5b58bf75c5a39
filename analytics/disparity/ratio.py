"""The ratio of two rates: its interval, and what missing ethnicity could do to it."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import brentq
from scipy.special import betainc, betaincinv, ndtr, ndtri

from analytics.disparity.estimate import (
    TAIL,
    Estimate,
    Interval,
    check_count,
    check_dispersion,
    check_population,
    count_array,
    population_array,
)

Floats = NDArray[np.float64]

FEW = 5.0
"""Expected events of the smaller group under which a ratio is marked as resting on few events."""

LARGEST_CORRELATION = 0.99
"""Cap on the correlation between events that a variance factor implies, which keeps the factor under their number."""


@dataclass(frozen=True, slots=True)
class Ratio:
    """A ratio of two rates, with a 95 % confidence interval.

    ``few`` is set where the smaller group would expect fewer than 5 events if both groups had the same rate. It looks
    only at the populations and at the number of events of both groups together, never at how they split, so that the
    intervals that are not marked keep their coverage.
    """

    estimate: float
    low: float
    high: float
    few: bool


@dataclass(frozen=True, slots=True, eq=False)
class Ratios:
    """Ratios of two rates with their 95 % confidence intervals, each of shape (areas,)."""

    estimate: Floats
    low: Floats
    high: Floats


@dataclass(frozen=True, slots=True)
class RatioOfRatios:
    """How many times one ratio another one is, with a 95 % confidence interval and the p value of no difference."""

    estimate: float
    low: float
    high: float
    p_value: float


@dataclass(frozen=True, slots=True)
class UnknownRange:
    """Ratio of rates if everybody of unknown ethnicity were of the comparator, and if all were of the group."""

    if_comparator: float
    if_group: float


def rate_ratio(a: int, population_a: float, b: int, population_b: float, dispersion: float = 1.0) -> Ratio:
    r"""Ratio of two rates, :math:`RR = (a/N_a)/(b/N_b)`, with a conditional mid-P interval.

    Given the total :math:`m = a + b`, `a` is binomial with the odds :math:`RR\,N_a/N_b`. With a variance factor
    :math:`\phi > 1` it is beta-binomial with that mean and variance factor,
    :math:`\phi = 1 + (m - 1)\rho`; both counts being gamma-Poisson with one factor leads there exactly.

    Parameters
    ----------
    a, b : int
        Events of the group and of the comparator.
    population_a, population_b : float
        Residents of the group and of the comparator.
    dispersion : float
        Variance factor of the split (see `split_dispersion`); a factor up to 1 gives the binomial interval.

    Returns
    -------
    Ratio
        With no events in the group: estimate 0, low 0. With none in the comparator: estimate and high infinite.

    Raises
    ------
    ValueError
        If neither group has an event, a count is not a count, or a population or `dispersion` is not above 0.

    References
    ----------
    Rothman K. J., Greenland S. and Lash T. L. (2008). Modern Epidemiology, 3rd ed., ch. 14 (conditional mid-P).
    Griffiths D. A. (1973). Maximum likelihood estimation for the beta-binomial distribution. Biometrics 29, 637-648.
    """
    check_count("a", a)
    check_count("b", b)
    check_population("population_a", population_a)
    check_population("population_b", population_b)
    check_dispersion(dispersion)
    total = a + b
    if total == 0:
        raise ValueError("Neither group has an event in this period and place, so there is no ratio: widen either.")
    odds = population_a / population_b
    correlation = min((dispersion - 1) / (total - 1), LARGEST_CORRELATION) if total > 1 else 0.0
    split = _binomial_interval(a, b) if correlation <= 0 else _beta_binomial_interval(a, b, 1 / correlation - 1)
    estimate = point_ratio(a, population_a, b, population_b)
    return Ratio(
        estimate,
        min(split.low / odds, estimate),
        max(split.high / odds, estimate),
        few=total * min(population_a, population_b) / (population_a + population_b) < FEW,
    )


def rate_ratios(
    a: ArrayLike, population_a: ArrayLike, b: ArrayLike, population_b: ArrayLike, dispersion: float = 1.0
) -> Ratios:
    """Ratios of two rates in many areas, each that of `rate_ratio`: the same events have the same interval everywhere.

    Parameters
    ----------
    a, b : array_like of shape (areas,)
        Events of the group and of the comparator in each area.
    population_a, population_b : array_like of shape (areas,)
        Residents of the group and of the comparator in each area.
    dispersion : float
        As for `rate_ratio`.

    Returns
    -------
    Ratios
        NaN where neither group has an event, or one of them no residents.

    Raises
    ------
    ValueError
        If the sizes differ, a value can't be a count or a population, or `dispersion` is not above 0.
    """
    check_dispersion(dispersion)
    events = count_array("a", a), count_array("b", b)
    people = population_array("population_a", population_a), population_array("population_b", population_b)
    sizes = {values.size for values in (*events, *people)}
    if len(sizes) > 1:
        raise ValueError("a, population_a, b and population_b differ in length: give one of each per area.")
    told = (events[0] + events[1] > 0) & (people[0] > 0) & (people[1] > 0)
    made = np.full((3, told.size), np.nan)
    for area in np.flatnonzero(told):
        ratio = rate_ratio(
            int(events[0][area]), float(people[0][area]), int(events[1][area]), float(people[1][area]), dispersion
        )
        made[:, area] = ratio.estimate, ratio.low, ratio.high
    return Ratios(*made)


def ratio_of_ratios(one: Estimate, other: Estimate) -> RatioOfRatios:
    r"""How many times the ratio of one kind of events that of another kind is, for the same two populations.

    The populations cancel: it is the odds ratio of the two splits. What moves both groups in one kind alike, such as
    that an operation is authorised, is in no ratio of it. The interval recovers the variance of each log ratio from its
    own interval (MOVER); with :math:`d = \log(r_1/r_2)`,

    .. math:: L = d - \sqrt{(\log r_1/l_1)^2 + (\log u_2/r_2)^2},\quad
        U = d + \sqrt{(\log u_1/r_1)^2 + (\log r_2/l_2)^2}

    The p value takes the half towards 0 as 1.96 standard errors. The two kinds of events are taken as independent.

    Parameters
    ----------
    one, other : Estimate
        Ratios above 0 with finite limits above 0.

    Raises
    ------
    ValueError
        If an estimate or a limit is not above 0 and finite.

    References
    ----------
    Donner A. and Zou G. Y. (2012). Closed-form confidence intervals for functions of the normal mean and standard
    deviation. Statistical Methods in Medical Research 21, 347-359.
    """
    for ratio in (one, other):
        for value in (ratio.estimate, ratio.low, ratio.high):
            if not 0 < value < math.inf:
                raise ValueError(f"A ratio or a limit is {value}, but two ratios can be compared where all are finite.")
    between = math.log(one.estimate / other.estimate)
    below = math.hypot(math.log(one.estimate / one.low), math.log(other.high / other.estimate))
    above = math.hypot(math.log(one.high / one.estimate), math.log(other.estimate / other.low))
    error = (below if between > 0 else above) / -float(ndtri(TAIL))
    p_value = 2 * float(ndtr(-abs(between) / error)) if error > 0 else float(between == 0)
    return RatioOfRatios(math.exp(between), math.exp(between - below), math.exp(between + above), p_value)


def point_ratio(a: float, population_a: float, b: float, population_b: float) -> float:
    """Ratio of two rates without an interval; infinite where only the comparator has no events, NaN where both."""
    if b == 0:
        return math.nan if a == 0 else math.inf
    return a * population_b / (b * population_a)


def _binomial_interval(a: int, b: int) -> Interval:
    """Mid-P interval for the odds of a binomial split."""
    return Interval(_binomial_lower_odds(a, b), _reciprocal(_binomial_lower_odds(b, a)))


def _binomial_lower_odds(a: int, b: int) -> float:
    """Odds at which `a` or more of `a + b`, counting `a` itself by half, has probability .025."""
    if a == 0:
        return 0.0
    if b == 0:
        share = (2 * TAIL) ** (1 / a)
        return float(share / (1 - share))
    share = brentq(
        lambda p: (betainc(a, b + 1, p) + betainc(a + 1, b, p)) / 2 - TAIL,
        betaincinv(a, b + 1, TAIL),
        betaincinv(a + 1, b, TAIL),
        xtol=1e-300,
    )
    return float(share / (1 - share))


def _beta_binomial_interval(a: int, b: int, size: float) -> Interval:
    """Mid-P interval for the odds of a beta-binomial split whose beta distribution has parameters summing to `size`."""
    return Interval(_beta_binomial_lower_odds(a, b, size), _reciprocal(_beta_binomial_lower_odds(b, a, size)))


def _beta_binomial_lower_odds(a: int, b: int, size: float) -> float:
    if a == 0:
        return 0.0

    def gap(log_odds: float) -> float:
        """Tail less .025 on the normal scale, where it is nearly a straight line in the log odds."""
        return float(ndtri(_beta_binomial_upper_tail(a, b, size, log_odds)) - ndtri(TAIL))

    inflation = (size + a + b) / (size + 1)
    step = min(1.0, math.sqrt(inflation * (1 / (a + 0.5) + 1 / (b + 0.5))))
    high = math.log((a + 0.5) / (b + 0.5))
    while gap(high) < 0:
        high += step
    low = high - step
    while gap(low) > 0:
        low, high = low - step, low
    return math.exp(brentq(gap, low, high, xtol=1e-9))


def _beta_binomial_upper_tail(a: int, b: int, size: float, log_odds: float) -> float:
    """Probability of more than `a` of `a + b`, plus half that of `a` itself."""
    alpha = size / (1 + math.exp(-log_odds))
    beta = size / (1 + math.exp(log_odds))
    above = _sum_upwards(a, b, alpha, beta)
    below = _sum_upwards(b, a, beta, alpha)
    return (above + 0.5) / (above + 1 + below)


def _sum_upwards(a: int, b: int, alpha: float, beta: float) -> float:
    """Beta-binomial probabilities above `a` of `a + b`, summed as multiples of the one at `a`.

    Each probability is its neighbour's times a ratio of small polynomials, so no gamma function of a large number is
    subtracted from another, and only as many terms are formed as still change the sum.
    """
    total = a + b
    share = alpha / (alpha + beta)
    inflation = (alpha + beta + total) / (alpha + beta + 1)
    block = 32 + int(4 * math.sqrt(total * share * (1 - share) * inflation))
    result, last, start = 0.0, 1.0, a
    while start < total:
        k = np.arange(start, min(start + block, total), dtype=float)
        terms = last * np.cumprod((total - k) * (k + alpha) / ((k + 1) * (total - k - 1 + beta)))
        result += float(terms.sum())
        last = float(terms[-1])
        if last < 1e-12 * result:
            break
        start += block
    return result


def _reciprocal(value: float) -> float:
    return 1 / value if value > 0 else math.inf


def unknown_range(a: int, population_a: float, b: int, population_b: float, unknown: int) -> UnknownRange:
    """Ratio of rates if all events of unknown ethnicity were the comparator's, and if all were the group's.

    Spreading them by the known mix gives the ratio without them, which always lies between the two.

    Parameters
    ----------
    a, b : int
        Events known to be of the group and of the comparator.
    population_a, population_b : float
        Residents of the group and of the comparator.
    unknown : int
        Events without a usable ethnicity.

    Raises
    ------
    ValueError
        If a count is not a count or a population is not above 0.
    """
    _check_known(a, population_a, b, population_b, unknown)
    return UnknownRange(
        if_comparator=point_ratio(a, population_a, b + unknown, population_b),
        if_group=point_ratio(a + unknown, population_a, b, population_b),
    )


def tipping_share(a: int, population_a: float, b: int, population_b: float, unknown: int) -> float | None:
    r"""Share of the unknown that would have to be of the group, and the rest of the comparator, for equal rates.

    The solution of :math:`(a + xu)/N_a = (b + (1 - x)u)/N_b`:
    :math:`x = [N_a(b + u) - N_b a] / [u(N_a + N_b)]`.

    Parameters
    ----------
    a, b, unknown : int
        Events of the group, of the comparator, and without a usable ethnicity.
    population_a, population_b : float
        Residents of the group and of the comparator.

    Returns
    -------
    float or None
        Between 0 and 1; None where no share would make the rates equal.

    Raises
    ------
    ValueError
        If a count is not a count or a population is not above 0.
    """
    _check_known(a, population_a, b, population_b, unknown)
    if unknown == 0:
        return None
    share = (population_a * (b + unknown) - population_b * a) / (unknown * (population_a + population_b))
    return share if 0 <= share <= 1 else None


def _check_known(a: int, population_a: float, b: int, population_b: float, unknown: int) -> None:
    check_count("a", a)
    check_count("b", b)
    check_count("unknown", unknown)
    check_population("population_a", population_a)
    check_population("population_b", population_b)
