"""Rates and ratios as they would be if groups had the same make-up by age and sex, or by any other strata."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import brentq
from scipy.special import betainc, betaincinv, gammainc, gammaincinv

from analytics.disparity.estimate import (
    TAIL,
    Interval,
    check_dispersion,
    check_population,
    count_array,
    population_array,
)
from analytics.disparity.ratio import FEW, rate_ratio

Floats = NDArray[np.float64]

_LEAST = 1e-250
"""A gamma variable is not taken to be less: with a shape of next to nothing its quantile has no number."""


_MOST_LOG = 600.0
"""The log of a limit over its ratio is not taken to be more: there is no such number."""


@dataclass(frozen=True, slots=True)
class StandardisedRate:
    """Directly standardised rate per `per` residents, with a 95 % confidence interval, and the rate as it is."""

    estimate: float
    low: float
    high: float
    crude: float
    per: float


@dataclass(frozen=True, slots=True)
class StandardisedRatio:
    """Ratio of two standardised rates, with a 95 % confidence interval.

    Attributes
    ----------
    estimate, low, high : float
        The ratio and its interval.
    crude : float
        The ratio of the two rates as they are.
    few : bool
        Whether the group would expect fewer than 5 events at the rates of both groups together in each stratum.
    """

    estimate: float
    low: float
    high: float
    crude: float
    few: bool


def standardised_rate(
    events: ArrayLike, population: ArrayLike, standard: ArrayLike, per: float = 1000, dispersion: float = 1.0
) -> StandardisedRate:
    r"""Rate of a group if it were made up like the standard population.

    :math:`y = \sum_i w_i x_i` with :math:`w_i = s_i / (n_i \sum s)`, a weighted sum of Poisson counts with variance
    :math:`v = \sum w_i^2 x_i`. Its interval is Fay and Kim's mid-P gamma interval: half of the gamma distribution with
    mean :math:`y` and variance :math:`v`, and half of that with :math:`y + w_M` and :math:`v + w_M^2`, :math:`w_M`
    being the largest weight. With one stratum, or a standard made up like the group, it is the mid-P Poisson interval
    of `rate`. Where events come in clumps it is that of the effective counts, :math:`x/\phi` with the weights
    :math:`\phi w`.

    Parameters
    ----------
    events, population : array_like of shape (strata,)
        Events and residents of the group in each stratum.
    standard : array_like of shape (strata,)
        Residents of the standard population in each stratum; only their shares matter.
    per : float
        Unit of the rate, in residents.
    dispersion : float
        Variance factor of the counts; a factor below 1 counts as 1.

    Raises
    ------
    ValueError
        If the sizes differ, a value can't be a count or a population, or the standard has people in a stratum where the
        group has none.

    References
    ----------
    Fay M. P. and Feuer E. J. (1997). Confidence intervals for directly standardized rates: a method based on the gamma
    distribution. Statistics in Medicine 16, 791-801. Fay M. P. and Kim S. (2017). Confidence intervals for directly
    standardized rates using mid-p gamma intervals. Biometrical Journal 59, 377-387.
    """
    check_population("per", per)
    check_dispersion(dispersion)
    x, n = count_array("events", events), population_array("population", population)
    shares = _shares(standard, (("events", x), ("population", n)), n)
    weighted = _weighted(x, n, shares, max(1.0, dispersion))
    low, high = weighted.quantile(TAIL), weighted.quantile(1 - TAIL)
    estimate = weighted.mean
    return StandardisedRate(
        estimate * per, min(low, estimate) * per, max(high, estimate) * per, float(x.sum() / n.sum() * per), per
    )


def standardised_ratio(
    a: ArrayLike,
    population_a: ArrayLike,
    b: ArrayLike,
    population_b: ArrayLike,
    standard: ArrayLike,
    dispersion: float = 1.0,
) -> StandardisedRatio:
    r"""Ratio of two groups' rates if both were made up like the standard population.

    The interval is read from the two gamma distributions of each standardised rate (see `standardised_rate`; L with
    mean :math:`y`, U with the largest weight added): the limits are the .025 and .975 quantiles of the even mixture of
    :math:`L_a/U_b` and :math:`U_a/L_b`. The quotient of two gamma variables is a multiple of an F variable. With one
    stratum, or a standard made up like both groups, this is the conditional mid-P interval of `rate_ratio`.

    Where events come in clumps each limit moves away from the ratio, on the log scale, by as many times as that of
    `rate_ratio` of all the events does: with :math:`r` their ratio, :math:`l_1` its limit without clumps and
    :math:`l_\phi` with them,

    .. math:: \log\frac{L_\phi}{\theta} = \log\frac{L_1}{\theta}\cdot\frac{\log(l_\phi/r)}{\log(l_1/r)}

    So with one stratum it is the interval of `rate_ratio` whatever the clumps, and with many events the variance of the
    log is :math:`\phi` times that without.

    Parameters
    ----------
    a, b : array_like of shape (strata,)
        Events of the group and of the comparator in each stratum.
    population_a, population_b : array_like of shape (strata,)
        Their residents.
    standard : array_like of shape (strata,)
        Residents of the standard population, such as everybody of the force.
    dispersion : float
        Variance factor of the split (see `split_dispersion`); a factor below 1 counts as 1.

    Raises
    ------
    ValueError
        If the sizes differ, a value can't be a count or a population, neither group has an event, or the standard has
        people in a stratum where one of the groups has none.

    References
    ----------
    Fay M. P. (1999). Approximate confidence intervals for rate ratios from directly standardized rates with sparse
    data. Communications in Statistics - Theory and Methods 28, 2141-2160. Fay M. P., Proschan M. A. and Brittain E.
    (2015). Combining one-sample confidence procedures for inference in the two-sample case. Biometrics 71, 146-156.
    """
    check_dispersion(dispersion)
    events_a, events_b = count_array("a", a), count_array("b", b)
    people_a, people_b = population_array("population_a", population_a), population_array("population_b", population_b)
    named = (("a", events_a), ("population_a", people_a), ("b", events_b), ("population_b", people_b))
    shares = _shares(standard, named, people_a, people_b)
    group, comparator = _weighted(events_a, people_a, shares), _weighted(events_b, people_b, shares)
    if group.mean + comparator.mean == 0:
        raise ValueError(
            "Neither group has an event in the strata of the standard population, so there is no ratio: widen the "
            "period or the place."
        )
    estimate = _quotient(group.mean, comparator.mean)
    alone = _ratio_interval(group, comparator)
    interval = Interval(min(alone.low, estimate), max(alone.high, estimate))
    if dispersion > 1:
        used = shares > 0
        interval = _clumped(interval, estimate, int(events_a[used].sum()), int(events_b[used].sum()), dispersion)
    crude = _quotient(events_a.sum() / people_a.sum(), events_b.sum() / people_b.sum())
    people = people_a + people_b
    together = np.divide(events_a + events_b, people, out=np.zeros_like(people), where=people > 0)
    expected = min(float((together * people_a).sum()), float((together * people_b).sum()))
    return StandardisedRatio(estimate, interval.low, interval.high, crude, few=expected < FEW)


class _Gamma(NamedTuple):
    """A gamma distribution; with shape 0 all of it is at 0."""

    shape: float
    scale: float

    @property
    def mean(self) -> float:
        return self.shape * self.scale

    def below(self, value: float) -> float:
        return float(gammainc(self.shape, value / self.scale)) if self.shape > 0 else 1.0

    def quantile(self, level: float) -> float:
        return float(gammaincinv(self.shape, level) * self.scale) if self.shape > 0 else 0.0


class _Weighted(NamedTuple):
    """The two gamma distributions of a weighted sum of Poisson counts."""

    lower: _Gamma
    upper: _Gamma

    @property
    def mean(self) -> float:
        return self.lower.mean

    def quantile(self, level: float) -> float:
        """Of the even mixture of both; 0 below the half where the lower one is at 0."""
        if self.lower.shape == 0:
            return self.upper.quantile(2 * level - 1) if level > 0.5 else 0.0
        low, high = sorted((self.lower.quantile(level), self.upper.quantile(level)))
        return _root(lambda value: (self.lower.below(value) + self.upper.below(value)) / 2 - level, low, high)


def _shares(standard: ArrayLike, named: tuple[tuple[str, Floats], ...], *people: Floats) -> Floats:
    values = population_array("standard", standard)
    if any(other.shape != values.shape for _, other in named):
        sizes = ", ".join(f"{other.size} of {name}" for name, other in named)
        raise ValueError(f"There are {sizes} and {values.size} of the standard: give one of each per stratum.")
    if values.sum() == 0:
        raise ValueError("The standard population has nobody in any stratum: give its residents.")
    for residents in people:
        lacking = np.flatnonzero((values > 0) & (residents == 0))
        if lacking.size:
            raise ValueError(
                f"Stratum {lacking[0]} has people in the standard population and none in a group, so that group's rate "
                "can't be standardised: join it with another stratum."
            )
    return values / values.sum()


def _weighted(x: Floats, n: Floats, shares: Floats, factor: float = 1.0) -> _Weighted:
    used = shares > 0
    effective, weight = x[used] / factor, shares[used] / n[used] * factor
    mean, variance, largest = (
        float((weight * effective).sum()),
        float((weight**2 * effective).sum()),
        float(weight.max()),
    )
    return _Weighted(_gamma(mean, variance), _gamma(mean + largest, variance + largest**2))


def _gamma(mean: float, variance: float) -> _Gamma:
    return _Gamma(mean**2 / variance, variance / mean) if mean > 0 else _Gamma(0.0, 1.0)


def _quotient(one: float, other: float) -> float:
    if other == 0:
        return math.inf if one > 0 else math.nan
    return float(one / other)


def _ratio_interval(group: _Weighted, comparator: _Weighted) -> Interval:
    pairs = ((group.lower, comparator.upper), (group.upper, comparator.lower))

    def below(ratio: float) -> float:
        return sum(_below(one, other, ratio) for one, other in pairs) / 2

    def quantile(level: float) -> float:
        ends = sorted(_quotient_quantile(one, other, level) for one, other in pairs)
        return _root(lambda log: below(math.exp(log)) - level, math.log(ends[0]), math.log(ends[1]), math.exp)

    # Without events half of the mixture lies at 0, or at infinity.
    if group.lower.shape == 0:
        return Interval(0.0, _quotient_quantile(*pairs[1], 1 - 2 * TAIL))
    if comparator.lower.shape == 0:
        return Interval(_quotient_quantile(*pairs[0], 2 * TAIL), math.inf)
    return Interval(quantile(TAIL), quantile(1 - TAIL))


def _clumped(interval: Interval, estimate: float, a: int, b: int, dispersion: float) -> Interval:
    """The interval of a ratio as clumps widen it, given that of independent events and all events of both groups."""
    alone, clumped = rate_ratio(a, 1, b, 1), rate_ratio(a, 1, b, 1, dispersion)

    def moved(limit: float, one: float, other: float) -> float:
        if not 0 < other < math.inf:
            return other
        if not 0 < estimate < math.inf:
            return limit * other / one
        times = math.log(other / alone.estimate) / math.log(one / alone.estimate)
        return estimate * math.exp(min(math.log(limit / estimate) * times, _MOST_LOG))

    return Interval(moved(interval.low, alone.low, clumped.low), moved(interval.high, alone.high, clumped.high))


def _below(one: _Gamma, other: _Gamma, ratio: float) -> float:
    """Chance that the quotient of two gamma variables is at most `ratio`."""
    odds = ratio * other.scale / one.scale
    return float(betainc(one.shape, other.shape, odds / (1 + odds)))


def _quotient_quantile(one: _Gamma, other: _Gamma, level: float) -> float:
    share, rest = float(betaincinv(one.shape, other.shape, level)), float(betaincinv(other.shape, one.shape, 1 - level))
    return min(max(share * one.scale, _LEAST) / max(rest * other.scale, _LEAST), 1 / _LEAST)


def _root(gap: Callable[[float], float], low: float, high: float, back: Callable[[float], float] = float) -> float:
    """Where a rising gap is 0, between two ends that may be the same."""
    if high - low <= 1e-14 * abs(high) or gap(low) >= 0:
        return back(low)
    return back(high) if gap(high) <= 0 else back(float(brentq(gap, low, high, xtol=1e-14)))
