"""Rates of many areas at once, each set against the rest."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtr, ndtri, stdtr, stdtrit

from analytics.disparity.dispersion import MINIMUM_PERIODS
from analytics.disparity.estimate import TAIL, population_array
from analytics.disparity.rates import poisson_intervals

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class AreaRates:
    """Rates of areas per `per` residents, and how they differ from the rest's; NaN where there are no residents.

    Attributes
    ----------
    estimate, low, high : ndarray of shape (areas,)
        The rate and its 95 % interval.
    dispersion : ndarray of shape (areas,)
        Variance factor that widened the interval, 1 or more; NaN where the periods can't tell it.
    difference, difference_low, difference_high : ndarray of shape (areas,)
        The rate less that of all other areas together.
    p_value : ndarray of shape (areas,)
        Of no difference, two-sided; not below what the interval says.
    """

    estimate: Floats
    low: Floats
    high: Floats
    dispersion: Floats
    difference: Floats
    difference_low: Floats
    difference_high: Floats
    p_value: Floats


def area_rates(counts: ArrayLike, residents: ArrayLike, per: float = 1000) -> AreaRates:
    r"""Rates of areas from their events by period, such as months.

    For each area what `rate` gives with the variance factor of `period_dispersion`, and against all other areas what
    `period_difference` gives, in one computation. The p value is that of the wider of its two intervals: Student's t on
    the same degrees of freedom over periods, or the normal with the standard error of the nearer limit by chance.

    Parameters
    ----------
    counts : array_like of shape (areas, periods)
        Events.
    residents : array_like of shape (areas,)
        0 where they are not known: the area has no rate, and its events are in no rest.
    per : float
        Unit of the rates, in residents.

    Raises
    ------
    ValueError
        If the sizes do not fit, or a count is no whole number of 0 or more.

    References
    ----------
    Cohen G. R. and Yang S.-Y. (1994). Statistics in Medicine 13, 2189-2203 (mid-P Poisson). Zou G. Y. and Donner A.
    (2008). Statistics in Medicine 27, 1693-1702. Cameron A. C. and Miller D. L. (2015). Journal of Human Resources 50,
    317-372 (periods as clusters).
    """
    y, people = np.atleast_2d(np.asarray(counts, dtype=float)), population_array("residents", residents)
    if y.shape[0] != people.size:
        raise ValueError(f"There are counts of {y.shape[0]} areas and residents of {people.size}: give one of each.")
    if not (np.isfinite(y) & (y >= 0) & (y == np.floor(y))).all():
        raise ValueError("A count of events is missing, negative or not whole: correct it or leave the area out.")
    people = np.where(people > 0, people, np.nan)
    known = np.where(np.isnan(people)[:, None], 0.0, y)
    rest, rest_people = known.sum(axis=0) - known, np.nansum(people) - people
    rest_people = np.where(rest_people > 0, rest_people, np.nan)
    factor, df = _variation(y)
    rest_factor, rest_df = _variation(rest)
    own, others = _rates(y, people, factor, per), _rates(rest, rest_people, np.ones_like(rest_factor), per)
    chance = _rates(y, people, np.ones_like(factor), per)
    difference = own[0] - others[0]
    below = np.hypot(chance[0] - chance[1], others[2] - others[0])
    above = np.hypot(chance[2] - chance[0], others[0] - others[1])
    with np.errstate(divide="ignore", invalid="ignore"):
        monthly = per * (y / people[:, None] - rest / rest_people[:, None])
        told = np.isfinite(factor) & np.isfinite(rest_factor)
        spread = np.sqrt(y.shape[1] * monthly.var(axis=1, ddof=1)) if y.shape[1] > 1 else np.full(len(y), np.nan)
        freedom = np.where(told, np.fmin(df, rest_df), 1.0)
        half = np.where(told, stdtrit(freedom, 1 - TAIL) * spread, 0.0)
        nearer = np.where(difference > 0, below, above) / ndtri(1 - TAIL)
        by_chance = 2 * ndtr(-np.abs(difference) / nearer)
        by_period = np.where(told, 2 * stdtr(freedom, -np.abs(difference) / spread), 0.0)
    return AreaRates(
        own[0], own[1], own[2], factor,
        difference, difference - np.fmax(below, half), difference + np.fmax(above, half),
        np.where(np.isnan(difference), np.nan, np.fmax(by_chance, by_period)),
    )  # fmt: skip


def _rates(y: Floats, people: Floats, factor: Floats, per: float) -> tuple[Floats, Floats, Floats]:
    events, clumps = y.sum(axis=1), np.where(np.isfinite(factor), np.fmax(factor, 1.0), 1.0)
    low, high = poisson_intervals(events / clumps)
    unit = per / people
    return events * unit, low * clumps * unit, high * clumps * unit


def _variation(y: Floats) -> tuple[Floats, Floats]:
    """Variance factor of each area's whole and its degrees of freedom; NaN where periods can't tell."""
    periods = y.shape[1]
    if periods < MINIMUM_PERIODS:
        return np.full(len(y), np.nan), np.full(len(y), np.nan)
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = y.mean(axis=1)
        phi = y.var(axis=1, ddof=1) / mean
        larger = np.fmax(phi, 1.0)
        kurtosis = (6 * larger**2 - 6 * larger + 1) / (larger * mean)
        df = np.fmax(1.0, 2 / (2 / (periods - 1) + kurtosis / periods))
        factor = np.fmax(1.0, phi * (stdtrit(df, TAIL) / ndtri(TAIL)) ** 2)
    return np.where(mean > 0, factor, np.nan), np.where(mean > 0, df, np.nan)
