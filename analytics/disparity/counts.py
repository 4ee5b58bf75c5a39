"""Clumped counts of many areas at once: how likely a count or less is, and which count lies at a given chance."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln

from analytics.disparity.ratio import LARGEST_CORRELATION

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

_MOST_POINTS = 1024
"""Counts looked at for one area; of more, every second, third or nth, between which nothing changes much."""

_REACH = 12.0
"""Standard deviations from the mean beyond which no count is looked at."""

_LARGEST_SIZE = 1e8
"""A beta distribution whose parameters sum to more than this is a fixed share, a gamma shape above it a fixed mean."""


@dataclass(frozen=True, slots=True, eq=False)
class Distributions:
    """Mid-P distributions of the counts of areas: the chance of less, and half of that of the count itself.

    Attributes
    ----------
    first, step : ndarray of shape (areas,)
        The first count looked at, and how far it is to the next.
    start : ndarray of shape (areas + 1,)
        Where the counts of each area start in `chance`.
    chance : ndarray
        Mid-P chances, area after area.
    """

    first: Floats
    step: Floats
    start: Integers
    chance: Floats

    def below(self, count: Floats) -> Floats:
        """Mid-P chance of each area's count; between two counts on a straight line.

        Parameters
        ----------
        count : ndarray of shape (areas,)
        """
        last = np.diff(self.start) - 1
        place = np.clip((count - self.first) / self.step, 0, last)
        whole = np.minimum(place.astype(np.int64), np.maximum(last - 1, 0))
        at = self.start[:-1] + whole
        following = np.minimum(at + 1, self.start[1:] - 1)
        between = self.chance[at] + (place - whole) * (self.chance[following] - self.chance[at])
        outside = (count < self.first) | (count > self.first + last * self.step)
        return np.where(outside, np.where(count < self.first, 0.0, 1.0), between)

    def quantile(self, level: Floats) -> Floats:
        """Count at which the mid-P chance is a level, between two counts on a straight line; 0 where 0 has more.

        Parameters
        ----------
        level : ndarray of shape (areas,)
            Between 0 and 1.
        """
        areas = np.arange(len(self.first))
        rising = self.chance + 2 * np.repeat(areas, np.diff(self.start))
        at = np.searchsorted(rising, level + 2 * areas)
        inside = np.clip(at, self.start[:-1] + 1, np.maximum(self.start[1:] - 1, self.start[:-1]))
        before = np.maximum(inside - 1, self.start[:-1])
        rise = self.chance[inside] - self.chance[before]
        part = np.where(rise > 0, (level - self.chance[before]) / np.where(rise > 0, rise, 1.0), 0.0)
        found = self.first + self.step * (before - self.start[:-1] + np.clip(part, 0, 1))
        return np.where(at <= self.start[:-1], self.first, np.where(at >= self.start[1:], self._last, found))

    @property
    def _last(self) -> Floats:
        return self.first + self.step * (np.diff(self.start) - 1)


def splits(total: Floats, share: Floats, factor: Floats) -> Distributions:
    r"""Counts of a group among a total, with the variance :math:`\phi\,m p (1 - p)`: beta-binomial, binomial at 1.

    Parameters
    ----------
    total : ndarray of shape (areas,)
        Events of both groups, 1 or more.
    share : ndarray of shape (areas,)
        Expected share of the group, above 0 and below 1.
    factor : ndarray of shape (areas,)
        Variance factor :math:`\phi`, 1 or more.
    """
    correlation = np.where(total > 1, (factor - 1) / np.maximum(total - 1, 1), 0.0)
    correlation = np.minimum(correlation, LARGEST_CORRELATION)
    with np.errstate(divide="ignore"):
        size = 1 / correlation - 1
    fixed = size > _LARGEST_SIZE
    alpha, beta = (np.where(fixed, 1.0, size * part) for part in (share, 1 - share))
    log_odds = np.log(share) - np.log1p(-share)

    def log_chance(area: Integers, k: Floats) -> Floats:
        rest = total[area] - k
        clumped = gammaln(k + alpha[area]) + gammaln(rest + beta[area])
        return np.where(fixed[area], k * log_odds[area], clumped) - gammaln(k + 1) - gammaln(rest + 1)

    spread = np.sqrt(total * share * (1 - share) * (1 + (total - 1) * correlation))
    return _tabulated(log_chance, total * share, spread, factor, total)


def _tabulated(
    log_chance: Callable[[Integers, Floats], Floats], mean: Floats, spread: Floats, factor: Floats, most: Floats
) -> Distributions:
    first = np.floor(np.maximum(0.0, mean - _REACH * spread))
    last = np.ceil(np.minimum(most, mean + _REACH * spread + 20 * factor + 20))
    step = np.maximum(1.0, np.ceil((last - first) / _MOST_POINTS))
    points = ((last - first) // step).astype(np.int64) + 1
    start = np.concatenate([[0], np.cumsum(points)])
    area = np.repeat(np.arange(len(mean)), points)
    k = first[area] + step[area] * (np.arange(start[-1]) - start[area])
    log = log_chance(area, k)
    chance = np.exp(log - np.maximum.reduceat(log, start[:-1])[area])
    chance /= np.add.reduceat(chance, start[:-1])[area]
    upto = np.cumsum(chance)
    before = np.concatenate([[0.0], upto])[start[:-1]]
    return Distributions(first, step, start, upto - before[area] - chance / 2)
