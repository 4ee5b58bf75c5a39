"""Why find rates alone can't show a lower bar: searches of people whose risk lies above one."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import brentq
from scipy.special import betaincc, betaln, expit

Floats = NDArray[np.float64]

_LEAST, _MOST = 0.05, 1e5
"""Concentrations between which one is sought."""

_FARTHEST = 30.0
"""Log odds of the mean between which it is sought."""


class Risks(NamedTuple):
    """How likely the people of a group are to carry something: a beta distribution by its mean and concentration."""

    mean: float
    concentration: float

    def density(self, chance: ArrayLike) -> Floats:
        """Density at some chances between 0 and 1."""
        x = np.asarray(chance, dtype=float)
        first, second = self.concentration * self.mean, self.concentration * (1 - self.mean)
        return np.asarray(np.exp((first - 1) * np.log(x) + (second - 1) * np.log1p(-x) - betaln(first, second)))


class SearchesAbove(NamedTuple):
    """What is seen where everybody above a bar is searched: how many are, and of how many of them something comes."""

    search_rate: float
    find_rate: float


def searches_above(bar: float, mean: float, concentration: float) -> SearchesAbove:
    r"""Search rate and find rate where everybody whose chance of carrying something is above a bar is searched.

    The chances of a group are :math:`X \sim Beta(\lambda p, \lambda(1 - p))`. Then

    .. math:: P(X > t) = 1 - I_t(\lambda p, \lambda(1 - p)),\qquad
        E(X \mid X > t) = p\,\frac{1 - I_t(\lambda p + 1, \lambda(1 - p))}{1 - I_t(\lambda p, \lambda(1 - p))}

    The find rate is the mean above the bar, and not the bar: of two groups the one with the lower bar may have the
    higher find rate, and the same two pairs of rates may come from either bar being the lower.

    Parameters
    ----------
    bar : float
        Chance above which everybody is searched, between 0 and 1.
    mean : float
        Mean chance in the group, between 0 and 1.
    concentration : float
        How alike the chances of the group are: their variance is :math:`p(1 - p)/(\lambda + 1)`.

    Raises
    ------
    ValueError
        If `bar` or `mean` is not between 0 and 1, or `concentration` is not above 0.

    References
    ----------
    Simoiu C., Corbett-Davies S. and Goel S. (2017). The problem of infra-marginality in outcome tests for
    discrimination. Annals of Applied Statistics 11, 1193-1216.
    """
    for name, value in (("bar", bar), ("mean", mean)):
        if not 0 < value < 1:
            raise ValueError(f"{name} is {value}, but a chance lies between 0 and 1.")
    if not concentration > 0:
        raise ValueError(f"concentration is {concentration}, but it is a number above 0.")
    carrying, not_carrying = concentration * mean, concentration * (1 - mean)
    searched = _searched(bar, Risks(mean, concentration))
    if searched == 0:
        raise ValueError(f"Next to nobody of this group has a chance above {bar}: take a lower bar.")
    return SearchesAbove(searched, mean * float(betaincc(carrying + 1, not_carrying, bar)) / searched)


def risks_behind(bar: float, search_rate: float, find_rate: float) -> Risks:
    r"""The beta distribution of chances that gives a search rate and a find rate above a bar: `searches_above` undone.

    There is one for every bar under the find rate, so that neither rate says where the bar is. For a concentration
    :math:`\lambda` the search rate solves the mean, and the find rate, which falls from 1 to the bar as
    :math:`\lambda` grows, solves the concentration.

    Parameters
    ----------
    bar : float
        Chance above which everybody is searched, between 0 and 1.
    search_rate, find_rate : float
        Share of the group that is searched, and share of these searches that find something.

    Raises
    ------
    ValueError
        If a value is not between 0 and 1, or the find rate is not above the bar, or so near to it or to 1 that nearly
        all people would have the same chance, or next to none any but 0 or 1.

    References
    ----------
    Simoiu C., Corbett-Davies S. and Goel S. (2017). The problem of infra-marginality in outcome tests for
    discrimination. Annals of Applied Statistics 11, 1193-1216.
    """
    for name, value in (("bar", bar), ("search_rate", search_rate), ("find_rate", find_rate)):
        if not 0 < value < 1:
            raise ValueError(f"{name} is {value}, but a share lies between 0 and 1.")

    def mean(concentration: float) -> float:
        def too_many(logit: float) -> float:
            return _searched(bar, Risks(float(expit(logit)), concentration)) - search_rate

        return float(expit(brentq(too_many, -_FARTHEST, _FARTHEST, xtol=1e-13)))

    def too_often(log: float) -> float:
        concentration = float(np.exp(log))
        return searches_above(bar, mean(concentration), concentration).find_rate - find_rate

    ends = np.log(_LEAST), np.log(_MOST)
    if not too_often(ends[0]) > 0 > too_often(ends[1]):
        raise ValueError(
            f"A find rate of {find_rate:g} can't come of a bar of {bar:g} with {search_rate:g} searched: take a bar "
            "under the find rate."
        )
    concentration = float(np.exp(brentq(too_often, *ends, xtol=1e-13)))
    return Risks(mean(concentration), concentration)


def _searched(bar: float, risks: Risks) -> float:
    return float(betaincc(risks.concentration * risks.mean, risks.concentration * (1 - risks.mean), bar))
