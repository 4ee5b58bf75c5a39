"""How strong the evidence of many tests is, on one scale whatever each rests on, and what to look at first."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtri

from analytics.survey.change import q_values
from analytics.survey.sample import Floats, Integers


def standardised(p_values: ArrayLike) -> Floats:
    r"""Standardised differences: how many standard errors from 0 a normal difference with these p-values would be.

    .. math:: z = \Phi^{-1}(1 - p/2)

    A p-value of a score test (`analytics.survey.contrasts.differences`) holds the answers and the degrees of freedom
    that it rests on: without any true difference it is uniform, so :math:`z` is spread alike for an area with 60
    answers and one with 6,000. The plain difference is not: among areas that are all the same the largest ones are
    those with the fewest answers.

    Parameters
    ----------
    p_values : array_like
        Two-sided; missing where nothing was tested.
    """
    return np.asarray(-ndtri(np.asarray(p_values, dtype=float) / 2), dtype=np.float64)


def by_strength(p_values: ArrayLike) -> Integers:
    """The order in which things are looked at: the strongest evidence first, never the largest difference.

    By the smallest q-value of each thing's tests, over all tests together, then by its largest standardised
    difference. Things without any test come last, in their own order.

    Parameters
    ----------
    p_values : array_like of shape (things,) or (things, tests)
        Such as areas, each tested against the rest and against a year before.

    Returns
    -------
    ndarray of shape (things,)
        Positions, the strongest first.

    References
    ----------
    Benjamini Y. and Hochberg Y. (1995). Journal of the Royal Statistical Society B 57, 289-300.
    """
    tests = np.asarray(p_values, dtype=float)
    tests = tests.reshape(len(tests), -1) if tests.size else tests.reshape(len(tests), 1)
    adjusted = q_values(tests.ravel()).reshape(tests.shape)
    # A missing test is no evidence at all.
    least = np.where(np.isnan(adjusted), np.inf, adjusted).min(axis=1, initial=np.inf)
    most = np.where(np.isnan(tests), -np.inf, standardised(tests)).max(axis=1, initial=-np.inf)
    return np.asarray(np.lexsort((-most, least)), dtype=np.int64)
