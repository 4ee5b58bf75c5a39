"""Weights that make a sample add up to what is known of the population."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from analytics.survey.sample import (
    Floats,
    Labels,
    check_columns,
    check_weights,
    column_names,
    grouped,
    numbers,
)
from data.raking import BOUNDS, TOLERANCE, Margin, category_words, fitted, furthest_off
from data.raking import Trimmed as Trimmed

if TYPE_CHECKING:
    import pandas as pd

Targets = Mapping[Any, float]
"""Number of people in the population, or their share, by category; a tuple where several columns make the category."""


@dataclass(frozen=True, slots=True, eq=False)
class Calibration:
    """Calibrated weights, with what their standard errors need.

    Attributes
    ----------
    weights : ndarray of shape (rows,)
    before : ndarray of shape (rows,)
        Weights that the last calibration began with: those given, or those after trimming.
    margins : tuple of Margin
    inverse : ndarray of shape (dummies, dummies)
        Generalised inverse of the cross-products of the dummies of all margins, weighted by `before`.
    sweeps : int
        Sweeps of the last raking; 1 where it was solved at once.
    error : float
        Largest relative error of a margin that is left.
    trimmed : Trimmed or None
        None where no limits were asked for.
    rows : Index
        What the rows are called.
    """

    weights: Floats
    before: Floats
    margins: tuple[Margin, ...]
    inverse: Floats
    sweeps: int
    error: float
    trimmed: Trimmed | None
    rows: pd.Index


def rake(
    frame: pd.DataFrame,
    margins: Mapping[Any, Targets],
    weight: str | None = None,
    *,
    bounds: tuple[float, float] | None = BOUNDS,
) -> Calibration:
    """Weights that add up to every margin, by iterative proportional fitting, trimmed and fitted again.

    In turn each margin's weights are multiplied by what its categories lack, until no margin is off by more than
    `TOLERANCE` of its target. Weights outside `bounds` times their median are then brought to it, and raked again once;
    the second raking moves some a little beyond it again, which is counted. Give the result as the weight of
    `domain_means`, `independence` or `survey_regression`: their standard errors are then those of the residuals.

    Parameters
    ----------
    frame : DataFrame
        All rows of the sample.
    margins : mapping of columns to mappings of categories to targets
        ``{"sex": {"Female": 51.0, "Male": 49.0}, ("age", "area"): {("16-24", "N"): 9.5, ...}}``. Numbers of people or
        shares, the same in all.
    weight : str, optional
        Column of weights to begin with; without it everyone begins with 1. Whoever weighs 0 keeps it.
    bounds : pair of float, optional
        Least and greatest weight in medians of the weights above 0; None trims nothing.

    Raises
    ------
    ValueError
        If a row has no category; a category has a target and nobody who weighs anything, or somebody and no target;
        margins add up to different totals; or a margin is still off after `SWEEPS` sweeps.

    References
    ----------
    Deming W. E. and Stephan F. F. (1940). Annals of Mathematical Statistics 11, 427-444. Deville J.-C., Särndal C.-E.
    and Sautory O. (1993). Generalized raking procedures in survey sampling. JASA 88, 1013-1020 (the residuals).
    Battaglia M. P., Hoaglin D. C. and Frankel M. R. (2009). Practical considerations in raking survey data. Survey
    Practice 2(5) (trimming between rakings). The limits are this project's.
    """
    before = weights_of(frame, weight)
    known = _margins(frame, margins, before)
    raked = fitted(before, known, bounds)
    return Calibration(
        raked.weights,
        raked.before,
        known,
        _inverse(known, raked.before),
        raked.sweeps,
        raked.error,
        raked.trimmed,
        frame.index,
    )


def greg(frame: pd.DataFrame, margins: Mapping[Any, Targets], weight: str | None = None) -> Calibration:
    r"""Weights that add up to every margin, nearest to those given: the generalised regression estimator.

    .. math:: w_k = d_k\big[1 + x_k'(\sum_k d_k x_k x_k')^-(T - \sum_k d_k x_k)\big]

    Raking is to be preferred: these weights may fall below 0, and then they are refused.

    Parameters
    ----------
    frame, margins, weight
        As for `rake`.

    Raises
    ------
    ValueError
        As `rake`, and if a weight is below 0.

    References
    ----------
    Särndal C.-E., Swensson B. and Wretman J. (1992). Model Assisted Survey Sampling, chapter 6. Deville J.-C. and
    Särndal C.-E. (1992). Calibration estimators in survey sampling. JASA 87, 376-382.
    """
    before = weights_of(frame, weight)
    known = _margins(frame, margins, before)
    inverse = _inverse(known, before)
    lacking = np.concatenate([margin.target - margin.totals(before) for margin in known])
    slopes = np.split(inverse @ lacking, np.cumsum([len(margin.target) for margin in known])[:-1])
    weights = before * (1 + sum(slope[margin.codes] for slope, margin in zip(slopes, known, strict=True)))
    if (weights < 0).any():
        raise ValueError(
            f"{int((weights < 0).sum()):,} calibrated weights are below 0: rake instead, or merge small categories."
        )
    error, off = furthest_off(weights, known)
    if error > TOLERANCE:
        raise ValueError(f"No weights add up to all margins: {off} Merge categories, or leave a margin out.")
    return Calibration(weights, before, known, inverse, 1, error, None, frame.index)


def weights_of(frame: pd.DataFrame, weight: str | Calibration | None) -> Floats:
    """The weight of every row of a frame: of a column, as calibrated, or 1.

    Raises
    ------
    ValueError
        If the column is missing, a weight is missing, infinite or negative, or the calibration is of other rows.
    """
    if isinstance(weight, Calibration):
        if not frame.index.equals(weight.rows):
            raise ValueError(
                f"The weights were calibrated for {len(weight.rows):,} rows, and these {len(frame):,} are others: "
                "calibrate the rows that are estimated from."
            )
        return weight.weights
    if weight is None:
        return np.ones(len(frame))
    check_columns(frame, [weight], "survey")
    weights = numbers(frame, weight)
    check_weights(weights)
    return weights


def _margins(frame: pd.DataFrame, margins: Mapping[Any, Targets], before: Floats) -> tuple[Margin, ...]:
    if not margins:
        raise ValueError("There is no margin to calibrate to: give at least one.")
    if not (before > 0).any():
        raise ValueError("Nobody in the survey weighs anything, so no weight can be calibrated: give weights above 0.")
    known = tuple(_margin(frame, column_names(columns), targets, before) for columns, targets in margins.items())
    sums = [float(margin.target.sum()) for margin in known]
    for margin, total in zip(known, sums, strict=True):
        if abs(total - sums[0]) > 0.1 * TOLERANCE * sums[0]:
            raise ValueError(
                f"The targets of {known[0].name} add up to {sums[0]:,.10g} and those of {margin.name} to "
                f"{total:,.10g}: give margins of one population."
            )
    return known


def _margin(frame: pd.DataFrame, names: Sequence[str], targets: Targets, before: Floats) -> Margin:
    name = " × ".join(names)
    check_columns(frame, names, "survey")
    labels, codes = Labels.of(frame, names)
    if (codes < 0).any():
        raise ValueError(
            f"{int((codes < 0).sum()):,} rows of the survey have no {name}: give them a category that has a target, or "
            "leave this margin out."
        )
    rows = labels.frame().itertuples(index=False, name=None)
    categories = tuple(row[0] if len(names) == 1 else row for row in rows)
    given = dict(targets)
    for category, target in given.items():
        if not (np.isfinite(target) and target >= 0):
            raise ValueError(f"The target of {name}, {category_words(category)}, is {target}: give a number above 0.")
    there = dict(zip(categories, grouped(codes, before, len(categories)), strict=True))
    for category, target in given.items():
        if target > 0 and not there.get(category, 0.0) > 0:
            raise ValueError(
                f"{name}, {category_words(category)}, has a target of {target:,.10g} and no respondent who weighs "
                "anything: merge it with another category."
            )
    for category, weight in there.items():
        if weight > 0 and not given.get(category, 0.0) > 0:
            raise ValueError(
                f"{name}, {category_words(category)}, has respondents and no target above 0: give it one, or merge it "
                "with another category."
            )
    return Margin(name, categories, np.array([given.get(category, 0.0) for category in categories], dtype=float), codes)


def _inverse(margins: tuple[Margin, ...], before: Floats) -> Floats:
    """Generalised inverse of the cross-products of the dummies, scaled so that a small one is no rounding error."""
    crossed = [
        [
            grouped(one.codes * len(other.target) + other.codes, before, len(one.target) * len(other.target)).reshape(
                len(one.target), len(other.target)
            )
            for other in margins
        ]
        for one in margins
    ]
    products = np.block(crossed)
    diagonal = np.sqrt(np.diag(products))
    scale = np.divide(1.0, diagonal, out=np.zeros_like(diagonal), where=diagonal > 0)
    inverse = np.linalg.pinv(products * np.outer(scale, scale), rcond=1e-10, hermitian=True)
    return np.asarray(inverse * np.outer(scale, scale))
