"""Small-area estimates of ratios of two rates, from few events in each area."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import expit, log_expit

from analytics.disparity.estimate import check_dispersion
from analytics.disparity.within_areas import AreasOfBoth, areas_of_both, common_log_ratio
from analytics.small_area.fay_herriot import LEVEL, Floats
from analytics.small_area.mixture import Mixture, mixture

_POINTS = 800
"""Log ratios at which the likelihood of every area is known."""

_BEYOND = 3.0
"""How far they reach beyond the log ratio that lies furthest out."""


@dataclass(frozen=True, slots=True, eq=False)
class SmallAreaRatios:
    """Small-area estimates of ratios, in the order of the areas that were given; NaN without residents of both groups.

    Attributes
    ----------
    names : tuple
        Of the areas.
    estimate, low, high : ndarray of shape (areas,)
        Ratios, the medians of what they may be, with their 95 % intervals.
    shrinkage : ndarray of shape (areas,)
        Share of the estimate that comes from the area's own events, 0 to 1; 0 is "model only".
    centre, spread : float
        Ratio in the middle of the areas, and the standard deviation between their log ratios.
    model : Mixture
        What the log ratio of each area may be.
    """

    names: tuple[object, ...]
    estimate: Floats
    low: Floats
    high: Floats
    shrinkage: Floats
    centre: float
    spread: float
    model: Mixture

    def chance_above(self, ratio: float) -> Floats:
        """Chance that each area's true ratio lies above a fixed one, such as 1, or the force's.

        The fixed ratio is taken as known: that of the force rests on all areas together, and its own error is small
        beside that of an area.

        Parameters
        ----------
        ratio : float
            Above 0.

        Returns
        -------
        ndarray of shape (areas,)

        Raises
        ------
        ValueError
            If it is not above 0.
        """
        if not ratio > 0:
            raise ValueError(f"The ratio to compare with is {ratio}, but a ratio is above 0.")
        return np.where(np.isnan(self.estimate), np.nan, 1 - self.model.below(float(np.log(ratio))))


def small_area_ratios(
    a: ArrayLike,
    population_a: ArrayLike,
    b: ArrayLike,
    population_b: ArrayLike,
    dispersion: float = 1.0,
    names: Sequence[object] | None = None,
) -> SmallAreaRatios:
    r"""Small-area estimates of ratios of two rates.

    The model is that of `fay_herriot` on the log scale, :math:`\theta_i \sim N(\mu, \tau^2)`, but what an area's own
    events say of its ratio is their binomial likelihood and not a normal one:

    .. math:: \log L_i(\theta) = \frac{a_i \log p_i + b_i \log(1 - p_i)}{\phi},\qquad
        \operatorname{logit} p_i = \theta + \log\frac{N_{a,i}}{N_{b,i}}

    `mixture` sums over :math:`\mu` and :math:`\tau` and gives what each ratio may be. An area without events of one
    group needs no half added to its counts. The normal form, with :math:`\log\frac{(a + .5) N_b}{(b + .5) N_a}` and the
    variance :math:`\phi[1/(a + .5) + 1/(b + .5)]` of the same counts, is not used: where 640 areas expect 2 events of
    the group its 95 % intervals hold half of the ratios, since low counts are then both too high and too sure.

    Parameters
    ----------
    a, b : array_like of shape (areas,)
        Events of the group and of the comparator in each area; where there are none of either, the estimate is the
        model's alone.
    population_a, population_b : array_like of shape (areas,)
        Residents of the group and of the comparator in each area.
    dispersion : float
        Variance factor of the split within an area (see `split_dispersion`); a factor below 1 counts as 1.
    names : sequence, optional
        Of the areas; otherwise their places.

    Raises
    ------
    ValueError
        As `within_area_ratio` for its counts and populations, or if `dispersion` is not above 0, or the names are not
        as many as the areas.

    References
    ----------
    Rao J. N. K. and Molina I. (2015). Small Area Estimation, 2nd edition, chapter 10 (hierarchical Bayes). McCullagh P.
    and Nelder J. A. (1989). Generalized Linear Models, 2nd ed., chapter 9 (the likelihood over a variance factor).
    """
    areas = areas_of_both(a, population_a, b, population_b)
    check_dispersion(dispersion)
    labels = tuple(names) if names is not None else tuple(range(areas.usable.size))
    if len(labels) != areas.usable.size:
        raise ValueError(f"There are {areas.usable.size} areas and {len(labels)} names.")
    model = _model(areas, max(1.0, dispersion))
    lived_in = (np.asarray(population_a, dtype=float) > 0) & (np.asarray(population_b, dtype=float) > 0)
    tail = (1 - LEVEL) / 2
    estimate, low, high = (np.where(lived_in, np.exp(model.quantile(p)), np.nan) for p in (0.5, tail, 1 - tail))
    shrinkage = np.where(lived_in, model.shrinkage, np.nan)
    return SmallAreaRatios(labels, estimate, low, high, shrinkage, float(np.exp(model.centre)), model.spread, model)


def _model(areas: AreasOfBoth, factor: float) -> Mixture:
    log_odds = np.log(areas.population_a / areas.population_b)
    common = common_log_ratio(areas.a, areas.a + areas.b, log_odds)
    furthest = np.abs(np.log((areas.a + 0.5) / (areas.b + 0.5)) - log_odds - common).max()
    points = common + np.linspace(-1, 1, _POINTS) * (furthest + _BEYOND)
    # An area whose own error is smaller than the distance of the points is taken to be as sure as that: 1 or 2 %.
    own = factor * (1 / (areas.a + 0.5) + 1 / (areas.b + 0.5))
    blurred = factor * np.maximum(1.0, (points[1] - points[0]) ** 2 / own)
    log_likelihood = np.zeros((areas.usable.size, _POINTS))
    logit = points + log_odds[:, None]
    log_likelihood[areas.usable] = (
        areas.a[:, None] * log_expit(logit) + areas.b[:, None] * log_expit(-logit)
    ) / blurred[:, None]
    expected = (areas.a + areas.b) * expit(common + log_odds)
    information = expected * expit(-common - log_odds)
    departure, variance = np.zeros(areas.usable.size), np.full(areas.usable.size, np.inf)
    departure[areas.usable] = (areas.a - expected) / information
    variance[areas.usable] = factor / information
    return mixture(points, log_likelihood, departure, variance)
