"""Iterative proportional fitting: weights that add up to every margin of a population.

The arithmetic alone, which loading and the models of surveys share: arrays in, arrays out. It knows no table, no file
and no store.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

TOLERANCE = 1e-8
"""Largest relative error of a margin that is left."""

SWEEPS = 100

BOUNDS = (0.3, 3.0)
"""Least and greatest weight, in medians of the weights."""


@dataclass(frozen=True, slots=True, eq=False)
class Margin:
    """One margin of the population.

    Attributes
    ----------
    name : str
        Its columns, for sentences.
    categories : tuple
        Of the sample, sorted; tuples where several columns make them.
    target : ndarray of shape (categories,)
    codes : ndarray of shape (rows,)
        Position of the category of each row.
    """

    name: str
    categories: tuple[Any, ...]
    target: Floats
    codes: Integers

    def totals(self, weights: Floats) -> Floats:
        """Sum of the weights of each category."""
        return np.asarray(np.bincount(self.codes, weights=weights, minlength=len(self.target)), dtype=np.float64)


@dataclass(frozen=True, slots=True)
class Trimmed:
    """What was trimmed before the last raking.

    Attributes
    ----------
    raised, lowered : int
        Weights below the least, and above the greatest.
    least, greatest : float
        The two limits, in the units of the weights.
    outside : int
        Weights outside these limits at the end, since raking again moves them.
    """

    raised: int
    lowered: int
    least: float
    greatest: float
    outside: int


@dataclass(frozen=True, slots=True, eq=False)
class Raked:
    """Raked weights.

    Attributes
    ----------
    weights : ndarray of shape (rows,)
    before : ndarray of shape (rows,)
        Weights that the last raking began with: those given, or those after trimming.
    sweeps : int
        Sweeps of the last raking.
    error : float
        Largest relative error of a margin that is left.
    trimmed : Trimmed or None
        None where no limits were asked for.
    """

    weights: Floats
    before: Floats
    sweeps: int
    error: float
    trimmed: Trimmed | None


class Unsettled(ValueError):
    """Raking that did not settle.

    Attributes
    ----------
    off : str
        The margin that is furthest off, in a sentence.
    remedy : str
        What to do, in a sentence.
    """

    def __init__(self, off: str) -> None:
        self.off = off
        self.remedy = "Merge categories with few respondents, or leave a margin out."
        super().__init__(f"Raking has not settled after {SWEEPS} sweeps: {off} {self.remedy}")


def fitted(before: Floats, margins: tuple[Margin, ...], bounds: tuple[float, float] | None = BOUNDS) -> Raked:
    """Weights that add up to every margin, trimmed and fitted again.

    In turn each margin's weights are multiplied by what its categories lack, until no margin is off by more than
    `TOLERANCE` of its target. Weights outside `bounds` times their median are then brought to it, and raked again once;
    the second raking moves some a little beyond it again, which is counted.

    Parameters
    ----------
    before : ndarray of shape (rows,)
        Weights to begin with, 0 or more. Whoever weighs 0 keeps it.
    margins : tuple of Margin
        At least one. All add up to the same; each category with a target above 0 has somebody who weighs something, and
        each with such a row has one.
    bounds : pair of float, optional
        Least and greatest weight in medians of the weights above 0; None trims nothing.

    Raises
    ------
    Unsettled
        If a margin is still off after `SWEEPS` sweeps.
    ValueError
        If the limits do not lie on both sides of 1.

    References
    ----------
    Deming W. E. and Stephan F. F. (1940). Annals of Mathematical Statistics 11, 427-444. Battaglia M. P., Hoaglin D. C.
    and Frankel M. R. (2009). Practical considerations in raking survey data. Survey Practice 2(5) (trimming between
    rakings). The limits are this project's.
    """
    weights, sweeps, error = _raked(before, margins)
    if bounds is None:
        return Raked(weights, before, sweeps, error, None)
    least, greatest = _limits(weights, bounds)
    cut = np.where(weights > 0, np.clip(weights, least, greatest), 0.0)
    raised, lowered = int((cut > weights).sum()), int((cut < weights).sum())
    if raised or lowered:
        before = cut
        weights, sweeps, error = _raked(before, margins)
    outside = int(((weights > greatest * (1 + 1e-9)) | ((weights > 0) & (weights < least * (1 - 1e-9)))).sum())
    return Raked(weights, before, sweeps, error, Trimmed(raised, lowered, least, greatest, outside))


def furthest_off(weights: Floats, margins: tuple[Margin, ...]) -> tuple[float, str]:
    """The largest relative error of a margin, and a sentence that names where it is.

    Parameters
    ----------
    weights : ndarray of shape (rows,)
    margins : tuple of Margin
    """
    largest, said = 0.0, ""
    for margin in margins:
        totals = margin.totals(weights)
        off = np.abs(totals - margin.target) / np.where(margin.target > 0, margin.target, 1.0)
        at = int(off.argmax())
        if off[at] > largest or not said:
            largest = float(off[at])
            said = (
                f"{margin.name}, {category_words(margin.categories[at])}, adds up to {totals[at]:,.10g} and should add "
                f"up to {margin.target[at]:,.10g}."
            )
    return largest, said


def category_words(category: object) -> str:
    """A category in words: ``16-24``, or ``16-24 × North`` where several columns make it."""
    return " × ".join(str(part) for part in category) if isinstance(category, tuple) else str(category)


def _raked(before: Floats, margins: tuple[Margin, ...]) -> tuple[Floats, int, float]:
    """The raked weights, the sweeps that they took and the error left.

    People who are in the same category of every margin get the same factor, so that the sweeps go over these cells.
    """
    cell, margins_of_cells = _cells(margins)
    cells = len(margins_of_cells[0].codes)
    start = np.asarray(np.bincount(cell, weights=before, minlength=cells), dtype=np.float64)
    weights, sweep, error, off = start.copy(), 0, np.inf, ""
    while error > TOLERANCE:
        if sweep == SWEEPS:
            raise Unsettled(off)
        for margin in margins_of_cells:
            totals = margin.totals(weights)
            weights = (
                weights * np.divide(margin.target, totals, out=np.ones_like(totals), where=totals > 0)[margin.codes]
            )
        sweep += 1
        error, off = furthest_off(weights, margins_of_cells)
    factor = np.divide(weights, start, out=np.zeros_like(start), where=start > 0)
    return before * factor[cell], sweep, error


def _cells(margins: tuple[Margin, ...]) -> tuple[Integers, tuple[Margin, ...]]:
    """The cell of each row, and the margins with one row a cell."""
    import pandas as pd

    cell = margins[0].codes
    for margin in margins[1:]:
        cell = pd.factorize(cell * len(margin.target) + margin.codes)[0].astype(np.int64)
    _, first, cell = np.unique(cell, return_index=True, return_inverse=True)
    of_cells = (Margin(m.name, m.categories, m.target, m.codes[first]) for m in margins)
    return cell.astype(np.int64), tuple(of_cells)


def _limits(weights: Floats, bounds: tuple[float, float]) -> tuple[float, float]:
    least, greatest = bounds
    if not 0 <= least <= 1 <= greatest:
        raise ValueError(
            f"Weights can't be trimmed to {least} to {greatest} medians: the limits lie on both sides of 1."
        )
    median = float(np.median(weights[weights > 0]))
    return least * median, greatest * median
