"""What every part of the measurement makes its rows with: aims, draws and the row of some draws."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analytics.library.measured import INSTEAD, LATER, SHOWN, Measured

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

NONE = (math.nan, math.nan)
SURVEY = (0.93, 0.99)
"""Of figures of a survey: shares, net scores, changes, areas."""
LEVEL = (0.92, 0.99)
"""Of the level behind waves."""
AREAS = (0.93, 0.97)
"""Of small-area estimates, on average over areas."""
RATES = (0.93, 0.985)
"""Of rates, their ratios and differences, where 5 or more events are expected."""
WITHIN = (0.93, 0.98)
"""Of the ratio within areas."""

MOST_ROWS = 1_000_000
"""Answers that are drawn at once."""


class Interval(NamedTuple):
    """A kind of interval: its name, how it is used, and between which its coverage should lie."""

    name: str
    use: str
    aim: tuple[float, float]


def shown(name: str, aim: tuple[float, float]) -> Interval:
    """An interval as it is shown on pages."""
    return Interval(name, SHOWN, aim)


def later(name: str, aim: tuple[float, float]) -> Interval:
    """An interval of ours that is on no page, or not in this way."""
    return Interval(name, LATER, aim)


def instead(name: str) -> Interval:
    """An interval that ours takes the place of."""
    return Interval(name, INSTEAD, NONE)


@dataclass(frozen=True, slots=True)
class Drawn:
    """Intervals of some draws, and what they should hold.

    Attributes
    ----------
    low, high, truth : ndarray of shape (intervals,)
        NaN limits where there is no interval.
    given : ndarray of bool, shape (intervals,)
        Whether the interval is shown.
    draw : ndarray of int, shape (intervals,)
        The data set that it comes from: intervals of one data set are one draw for the Monte Carlo error.
    """

    low: Floats
    high: Floats
    truth: Floats
    given: Flags
    draw: NDArray[np.int64]

    @classmethod
    def of(
        cls,
        limits: tuple[ArrayLike, ArrayLike],
        truth: ArrayLike,
        given: ArrayLike = True,
        draw: ArrayLike | None = None,
    ) -> Drawn:
        """Limits with the truth that they should hold; each is a draw of its own unless told otherwise."""
        low, high = (np.asarray(limit, dtype=float) for limit in limits)
        of = np.arange(low.size) if draw is None else np.broadcast_to(np.asarray(draw), low.shape)
        exists = np.isfinite(low) & ~np.isnan(high)
        return cls(low, high, np.broadcast_to(np.asarray(truth, dtype=float), low.shape), exists & given, of)

    def only(self, chosen: Flags) -> Drawn:
        """Some of the intervals."""
        return Drawn(*(getattr(self, name)[chosen] for name in ("low", "high", "truth", "given", "draw")))


def together(parts: Sequence[Drawn]) -> Drawn:
    """Several sets of draws as one; the draws of each are others than those of the one before."""
    after = np.cumsum([0, *(int(part.draw.max()) + 1 for part in parts)])
    return Drawn(
        *(np.concatenate([getattr(part, name) for part in parts]) for name in ("low", "high", "truth", "given")),
        np.concatenate([part.draw + start for part, start in zip(parts, after, strict=False)]),
    )


def rows_of(
    part: str,
    figure: str,
    setting: str,
    batches: Iterator[Mapping[Interval, Drawn]],
    *,
    over_truth: bool = False,
    mean: bool = False,
) -> Iterator[Measured]:
    """The row of each kind of interval, over all batches of draws."""
    held: dict[Interval, list[Drawn]] = {}
    for batch in batches:
        for interval, drawn in batch.items():
            held.setdefault(interval, []).append(drawn)
    for interval, parts in held.items():
        yield row(part, figure, setting, interval, together(parts), over_truth=over_truth, mean=mean)


def row(
    part: str,
    figure: str,
    setting: str,
    interval: Interval,
    drawn: Drawn,
    *,
    over_truth: bool = False,
    mean: bool = False,
    deciles: tuple[float, ...] = (),
) -> Measured:
    """How often the intervals that are given hold the truth.

    Parameters
    ----------
    over_truth
        Whether a width is told over the truth: of rates and ratios.
    mean
        Whether the mean of the widths is told, else the median.
    """
    seen = drawn.only(drawn.given)
    held = (seen.low <= seen.truth) & (seen.truth <= seen.high)
    width = (seen.high - seen.low) / (np.abs(seen.truth) if over_truth else 1)
    some = held.size > 0
    return Measured(
        part,
        figure,
        setting,
        interval.name,
        interval.use,
        *interval.aim,
        coverage=float(held.mean()) if some else math.nan,
        width=float((np.mean if mean else np.median)(width)) if some else math.nan,
        width_is=f"{'mean' if mean else 'median'}{', over the truth' if over_truth else ''}",
        given=float(drawn.given.mean()),
        intervals=held.size,
        error=_error(held, seen.draw) if some else math.nan,
        deciles=deciles,
    )


def batches(replications: int, size: int) -> Iterator[int]:
    """How many data sets of a size to draw at once, until there are so many."""
    step = max(1, MOST_ROWS // size)
    yield from (min(step, replications - start) for start in range(0, replications, step))


def spread_over(number: int, places: int) -> NDArray[np.int64]:
    """A number as evenly over places as whole numbers allow."""
    return np.full(places, number // places) + (np.arange(places) < number % places)


def _error(held: Flags, draw: NDArray[np.int64]) -> float:
    """Standard error of a coverage: of one of .95 where every interval is a draw of its own, else from the draws."""
    _, of = np.unique(draw, return_inverse=True)
    number = np.bincount(of)
    alone = math.sqrt(0.95 * 0.05 / held.size)
    if (number == 1).all():
        return alone
    if len(number) < 2:
        return math.nan
    missed = np.bincount(of, weights=held - held.mean())
    return max(alone, math.sqrt((missed**2).sum() * len(number) / (len(number) - 1)) / held.size)
