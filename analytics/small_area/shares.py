"""Small-area estimates of shares: the Fay-Herriot model on the arcsine scale, on which the variance is known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import brentq
from scipy.special import ndtr, ndtri

from analytics.small_area.fay_herriot import LEVEL, Floats, SmallAreaResult, fay_herriot

_RIGHT_ANGLE = np.pi / 2


@dataclass(frozen=True)
class SmallAreaShares:
    """Small-area estimates of shares, in the order of the areas that were given.

    Attributes
    ----------
    estimate, low, high : ndarray of shape (areas,)
        Shares with their 95 % intervals.
    shrinkage : ndarray of shape (areas,)
        Share of the estimate that comes from the area's own answers; 0 is "model only".
    shift : float
        What was added to every area on the arcsine scale so that they add up to the force.
    model : SmallAreaResult
        The fit on the arcsine scale, before the shift.
    """

    estimate: Floats
    low: Floats
    high: Floats
    shrinkage: Floats
    shift: float
    model: SmallAreaResult

    def chance_above(self, share: float) -> Floats:
        r"""Chance that each area's true share lies above a fixed one, such as the force's.

        :math:`\Phi\big((\hat\theta_i + c - \arcsin\sqrt p)/\sqrt{MSE_i}\big)`. The fixed share is taken as known: that
        of the force rests on all areas together, and its own error is small beside that of an area.

        Parameters
        ----------
        share : float
            Between 0 and 1.

        Returns
        -------
        ndarray of shape (areas,)
        """
        apart = self.model.estimate + self.shift - np.arcsin(np.sqrt(share))
        return np.asarray(ndtr(apart / np.sqrt(self.model.mse)))

    def rounded(self, areas: ArrayLike, step: float) -> SmallAreaShares:
        """The same with the estimates of some areas rounded on the arcsine scale, before anything else is made of them.

        Point, limits and chances of such an area then say no more of it than the one rounded number, however many of
        them are put together: of each alone rounded they would.

        Parameters
        ----------
        areas : array_like of bool, shape (areas,)
            Which are rounded.
        step : float
            Radians; near a half, .01 is a point of a share.
        """
        angle = self.model.estimate + self.shift
        angle = np.where(np.asarray(areas, dtype=bool), np.round(angle / step) * step, angle)
        return _shares(replace(self.model, estimate=angle - self.shift), self.shift)


def small_area_shares(
    share: ArrayLike,
    effective: ArrayLike,
    X: ArrayLike | None = None,
    names: Sequence[object] | None = None,
    *,
    total: float | None = None,
    population: ArrayLike | None = None,
) -> SmallAreaShares:
    r"""Small-area estimates of shares from direct shares and effective numbers of answers.

    .. math:: z_i = \arcsin\sqrt{p_i},\quad \psi_i = 1/(4 n^*_i)

    go through `fay_herriot`. Back on the scale of shares the point is :math:`\sin^2\theta + \cos(2\theta)\,MSE`, which
    takes off the bias of the square, and the limits are :math:`\sin^2` of those on the arcsine scale, held within 0 and
    :math:`\pi/2`. With a `total` one constant is added to every area on the arcsine scale so that the shares, weighted
    with the `population`, add up to it; the limits move with their point.

    Parameters
    ----------
    share : array_like of shape (areas,)
        Direct estimates; NaN in an area without answers.
    effective : array_like of shape (areas,)
        Effective numbers of answers: bases over a design effect that areas share, never an area's own.
    X, names
        As for `fay_herriot`.
    total : float, optional
        The direct share of the force.
    population : array_like of shape (areas,), optional
        People of each area that the survey speaks for.

    Returns
    -------
    SmallAreaShares

    Raises
    ------
    ValueError
        As `fay_herriot`, or if a share is outside 0 to 1, an effective number is not above 0, or `total` comes without
        `population` or can't be reached.

    References
    ----------
    Casas-Cordero C., Encina J. and Lahiri P. (2016). Poverty mapping for the Chilean comunas, in Pratesi M. (ed.)
    Analysis of Poverty Data by Small Area Estimation, 379-404. Hadam S., Würz N., Kreutzmann A.-K. and Schmid T.
    (2024). Estimating regional unemployment with mobile network data for functional urban areas in Germany. Statistical
    Methods & Applications 33, 205-233 (arcsine back-transformation). Rao J. N. K. and Molina I. (2015). Small Area
    Estimation, 2nd edition, section 6.4.6 (benchmarking).
    """
    p, n = np.asarray(share, dtype=float), np.asarray(effective, dtype=float)
    known = np.isfinite(p)
    if ((p[known] < 0) | (p[known] > 1)).any():
        raise ValueError("A share lies outside 0 to 1.")
    if not (n[known] > 0).all():
        raise ValueError("An effective number of answers is not above 0.")
    with np.errstate(divide="ignore", invalid="ignore"):
        model = fay_herriot(np.arcsin(np.sqrt(p)), 1 / (4 * n), X, names)
    shift = 0.0 if total is None else _shift(model, total, population)
    return _shares(model, shift)


def _shares(model: SmallAreaResult, shift: float) -> SmallAreaShares:
    angle = model.estimate + shift
    half = ndtri((1 + LEVEL) / 2) * np.sqrt(model.mse)
    low, high = (np.sin(np.clip(angle + side * half, 0, _RIGHT_ANGLE)) ** 2 for side in (-1, 1))
    return SmallAreaShares(_point(angle, model.mse), low, high, model.shrinkage, shift, model)


def _point(angle: Floats, mse: Floats) -> Floats:
    held = np.clip(angle, 0, _RIGHT_ANGLE)
    return np.asarray(np.clip(np.sin(held) ** 2 + np.cos(2 * held) * mse, 0, 1))


def _shift(model: SmallAreaResult, total: float, population: ArrayLike | None) -> float:
    if population is None:
        raise ValueError("Areas add up to their force by their populations: give the population of each.")
    people = np.asarray(population, dtype=float)
    if people.shape != model.estimate.shape or not (people >= 0).all() or people.sum() <= 0:
        raise ValueError("The population of an area is missing or below 0.")

    def above(shift: float) -> float:
        return float(people @ _point(model.estimate + shift, model.mse) / people.sum() - total)

    if above(-_RIGHT_ANGLE) > 0 or above(_RIGHT_ANGLE) < 0:
        raise ValueError(f"The areas can't add up to {total}.")
    return float(brentq(above, -_RIGHT_ANGLE, _RIGHT_ANGLE, xtol=1e-12))
