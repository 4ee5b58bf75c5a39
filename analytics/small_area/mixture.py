"""Areas that are normal around a centre, each seen through a likelihood of its own: what each may be, on a grid."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import logsumexp

from analytics.small_area.fay_herriot import Floats

_SPREADS = 40
_CENTRES = np.linspace(-3, 3, 7)
"""Centres looked at with each spread, in its standard errors from the likeliest one."""

_WIDE = 5.0
"""Scale of the prior of the spread, in median standard errors of an area, as for `fay_herriot`: it says little."""

_STEPS = 100
_SETTLED = 0.005
"""Standard errors of the centre by which it may be off: those that are looked at lie a whole one apart."""

_TINY = np.finfo(float).tiny
_NEXT_TO_NOTHING = 1e-100


@dataclass(frozen=True, slots=True, eq=False)
class Mixture:
    """What the true value of each area may be.

    Attributes
    ----------
    points : ndarray of shape (points,)
        Values, evenly apart.
    upto : ndarray of shape (areas, points)
        Chance of lying below each of them, with half of that of the point itself.
    shrinkage : ndarray of shape (areas,)
        Share of what is known of an area that comes from itself; 0 where it has no likelihood.
    centre, spread : float
        Posterior means of the centre of the areas and of the standard deviation between them.
    """

    points: Floats
    upto: Floats
    shrinkage: Floats
    centre: float
    spread: float

    def below(self, value: float) -> Floats:
        """Chance of each area to lie below a value.

        Parameters
        ----------
        value : float
        """
        step = self.points[1] - self.points[0]
        place = float(np.clip((value - self.points[0]) / step, 0, len(self.points) - 1))
        at = min(int(place), len(self.points) - 2)
        return np.asarray(self.upto[:, at] + (place - at) * (self.upto[:, at + 1] - self.upto[:, at]))

    def quantile(self, level: float) -> Floats:
        """Value of each area below which it lies with a chance.

        Parameters
        ----------
        level : float
            Between 0 and 1.
        """
        after = np.clip((self.upto < level).sum(axis=1), 1, len(self.points) - 1)
        area = np.arange(len(self.upto))
        low, high = self.upto[area, after - 1], self.upto[area, after]
        part = np.clip((level - low) / np.maximum(high - low, _TINY), 0, 1)
        return np.asarray(self.points[after - 1] + part * (self.points[1] - self.points[0]))


def mixture(points: Floats, log_likelihood: Floats, departure: Floats, variance: Floats) -> Mixture:
    r"""What areas may be, given the likelihood of each and that they are normal around a centre they share.

    :math:`\theta_i \sim N(\mu, \tau^2)`, as in `fay_herriot` where its variance is integrated over, but with any
    likelihood :math:`L_i(\theta)` in place of a normal one. :math:`\mu` has a flat prior and :math:`\tau` the
    half-Cauchy one of `fay_herriot`. Both are summed over: 40 values of :math:`\tau`, each with 7 of :math:`\mu` around
    the likeliest one, weighted with :math:`\prod_i \int L_i(\theta)\,N(\theta; \mu, \tau^2)\,d\theta`. All integrals
    are sums over the points, and all sums are products of matrices.

    Parameters
    ----------
    points : ndarray of shape (points,)
        Values of :math:`\theta`, evenly apart, closer than the standard errors of areas.
    log_likelihood : ndarray of shape (areas, points)
        :math:`\log L_i`, up to a constant for each area; all 0 of an area of which nothing is known.
    departure, variance : ndarray of shape (areas,)
        About how far each area lies from the common value, and with what variance; infinite where nothing is known.
        From them follow the values of :math:`\tau`, and nothing else.

    Raises
    ------
    ValueError
        If the likeliest centre is not found.

    References
    ----------
    Gelman A. and others (2013). Bayesian Data Analysis, 3rd edition, sections 5.4 and 5.5.
    """
    known = np.isfinite(variance)
    likelihood = _seen(np.exp(log_likelihood - log_likelihood.max(axis=1, keepdims=True)))
    spreads, spacing = _spreads(departure[known], variance[known], points[1] - points[0])
    likeliest, errors, possible = _centres(points, likelihood[known], spreads)
    spreads, spacing = spreads[possible], spacing[possible]
    spread, error = np.repeat(spreads, len(_CENTRES)), np.repeat(errors, len(_CENTRES))
    centre = (likeliest[:, None] + errors[:, None] * _CENTRES).ravel()
    prior = _prior(points, centre, spread)
    whole = np.maximum(likelihood @ prior, _TINY)
    scale = _WIDE * float(np.sqrt(np.median(variance[known])))
    volume = np.log(error) + np.repeat(np.log(spacing), len(_CENTRES))
    log = np.log(whole[known]).sum(axis=0) - np.log1p((spread / scale) ** 2) + volume
    weight = np.exp(log - logsumexp(log))
    chance = likelihood * ((weight / whole) @ prior.T)
    chance /= chance.sum(axis=1, keepdims=True)
    own = (spread[:, None] ** 2 / (spread[:, None] ** 2 + variance)).T @ weight
    upto = np.cumsum(chance, axis=1) - chance / 2
    return Mixture(points, upto, own, float(weight @ centre), float(weight @ spread))


def _spreads(departure: Floats, variance: Floats, least: float) -> tuple[Floats, Floats]:
    """Standard deviations between areas, and how far apart they are: from that of the points to where little is left.

    They lie closer where they are small. One below the distance of the points would fall between two of them.
    """
    weight = 1 / variance
    moment = max(0.0, float(((weight * departure**2).mean() - 1) / weight.mean()))
    most = 4 * np.sqrt(moment + 4 * np.sqrt(2 / (weight**2).sum()))
    place = (np.arange(_SPREADS) + 0.5) / _SPREADS
    return least + most * place**2, most * place


def _prior(points: Floats, centre: Floats, spread: Floats) -> Floats:
    """Normal chances of the points: one column a centre and spread."""
    log = -(((points[:, None] - centre) / spread) ** 2) / 2
    prior = np.exp(log - log.max(axis=0))
    return _seen(prior / prior.sum(axis=0))


def _seen(chance: Floats) -> Floats:
    """Without what is next to nothing, whose products would be numbers too small to be multiplied fast."""
    return np.where(chance < _NEXT_TO_NOTHING, 0.0, chance)


def _centres(points: Floats, likelihood: Floats, spreads: Floats) -> tuple[Floats, Floats, NDArray[np.bool_]]:
    """The likeliest centre with each spread that is possible, its standard error, and which these are.

    By Newton's steps: the log of the likelihood is concave in the centre.
    """
    centre = np.full(len(spreads), (points[0] + points[-1]) / 2)
    for _ in range(_STEPS):
        prior = _prior(points, centre, spreads)
        apart = points[:, None] - centre
        whole = np.maximum(likelihood @ prior, _TINY)
        mean = (likelihood @ (prior * apart)) / whole
        square = (likelihood @ (prior * apart**2)) / whole - mean**2
        slope = mean.sum(axis=0) / spreads**2
        bend = np.maximum((1 / spreads**2 - square / spreads**4).sum(axis=0), _TINY)
        step = np.clip(slope / bend, -1, 1)
        centre = centre + step
        # A spread so small that an area can't be where it was seen has no centre that matters, and no weight.
        possible = np.asarray((whole > _TINY).all(axis=0), dtype=bool)
        if possible.any() and (np.abs(step) * np.sqrt(bend))[possible].max() < _SETTLED:
            return centre[possible], 1 / np.sqrt(bend[possible]), possible
    raise ValueError(f"The centre of the areas did not settle in {_STEPS} steps: use larger areas or a longer period.")
