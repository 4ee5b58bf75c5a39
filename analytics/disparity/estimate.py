"""What the models of this package give back, and the checks that they share."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

LEVEL = 0.95
"""Confidence level of every interval."""

TAIL = (1 - LEVEL) / 2
"""Probability left out at each end of an interval."""


@dataclass(frozen=True, slots=True)
class Interval:
    """A 95 % confidence interval."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure with its 95 % confidence interval, both in the figure's own unit."""

    estimate: float
    low: float
    high: float


def check_count(name: str, value: float) -> None:
    """Refuse a number that can't be a count.

    Raises
    ------
    ValueError
        If `value` is negative, not whole or not finite.
    """
    if not math.isfinite(value) or value < 0 or value != math.floor(value):
        raise ValueError(f"{name} is {value}, but a count is a whole number of 0 or more.")


def check_population(name: str, value: float) -> None:
    """Refuse a number that can't be the number of residents behind a rate.

    Raises
    ------
    ValueError
        If `value` is 0, negative or not finite.
    """
    if not math.isfinite(value) or value <= 0:
        raise ValueError(f"{name} is {value}, but a rate needs more than 0 residents: leave this group or area out.")


def check_dispersion(value: float) -> None:
    """Refuse a number that can't be a variance factor.

    Raises
    ------
    ValueError
        If `value` is 0, negative or not finite.
    """
    if not math.isfinite(value) or value <= 0:
        raise ValueError(f"dispersion is {value}, but a variance factor is more than 0: give 1 where none is known.")


def count_array(name: str, values: ArrayLike) -> NDArray[np.float64]:
    """One-dimensional array of counts as floats.

    Raises
    ------
    ValueError
        If it has another shape or holds a value that is not a count; the sentence names the position and the value.
    """
    array = np.asarray(values, dtype=float)
    if array.ndim != 1:
        raise ValueError(f"{name} has {array.ndim} dimensions, but one value per cell or area is needed.")
    wrong = np.flatnonzero(~(np.isfinite(array) & (array >= 0) & (array == np.floor(array))))
    if wrong.size:
        check_count(f"{name}[{wrong[0]}]", float(array[wrong[0]]))
    return array


def population_array(name: str, values: ArrayLike) -> NDArray[np.float64]:
    """One-dimensional array of numbers of residents, where 0 is allowed.

    Raises
    ------
    ValueError
        If it holds a negative value or one that is not finite; the sentence names the position and the value.
    """
    array = np.asarray(values, dtype=float)
    wrong = np.flatnonzero(~(np.isfinite(array) & (array >= 0)))
    if wrong.size:
        raise ValueError(
            f"{name}[{wrong[0]}] is {array[wrong[0]]}, but a population is a number of 0 or more: correct it or leave "
            "the area out."
        )
    return array
