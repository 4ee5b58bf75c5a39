"""Ranges that say nothing and are not given: of a rate, of a difference of such rates, of a ratio."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

from analytics import disparity, near_one, wording
from analytics.disparity import Estimate, Rate, Ratio

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

TEN_FOLD = 10
"""Upper over lower limit above which the interval of a rate says nothing and is not given."""
HUNDRED_FOLD = 100
"""Upper over lower limit above which a ratio of two rates says nothing and is not given."""

BURSTS = "no range of the rate, as searches came in bursts"
"""Flag of a rate whose interval is withheld."""
NO_RATIO = f"range more than {HUNDRED_FOLD}-fold wide, as searches came in bursts"
"""Flag of a ratio that is not given."""
_WHY = (
    "The searches came in bursts: where the range of a rate would be more than ten times as high as low, it says "
    "nothing of what the rate is at other times and is not given, nor is that of a difference from it. The rate is of "
    "the searches recorded."
)


def known_rate(count: int, residents: float, per: float, factor: float | None) -> Rate:
    """A rate with its interval; the limits are NaN where they say nothing.

    A rate whose upper limit is more than ten times the lower one is not known to its order of magnitude: its interval
    is that of three independent searches or fewer, however many there were (docs/methods.md, Rate).

    Parameters
    ----------
    count, residents, per
        As of `analytics.disparity.rate`.
    factor
        Variance factor; None where it can't be told, which takes searches as independent.

    Raises
    ------
    ValueError
        As `analytics.disparity.rate`.
    """
    made = disparity.rate(count, residents, per, factor or 1.0)
    return replace(made, low=math.nan, high=math.nan) if made.high > TEN_FOLD * made.low else made


def known_difference(gap: Estimate, *rates: Rate) -> Estimate:
    """A difference of rates with its interval; the limits are NaN where a rate has none."""
    return gap if all(map(has_range, rates)) else replace(gap, low=math.nan, high=math.nan)


def wide_rates(low: NDArray[np.float64], high: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Which of many rates have limits that say nothing."""
    return high > TEN_FOLD * low


def has_range(rate: Rate) -> bool:
    """Whether the interval of a rate is given."""
    return not math.isnan(rate.low)


def is_told(ratio: Estimate | Ratio | disparity.WithinAreaRatio) -> bool:
    """Whether the interval of a ratio says anything: one that is more than a hundred-fold wide does not."""
    return ratio.high <= HUNDRED_FOLD * ratio.low


def could_be(ratio: Ratio | disparity.WithinAreaRatio) -> str:
    """Between what a ratio that is not told could lie."""
    return f"anything from {near_one.times(ratio.low)} to {near_one.times(ratio.high)}"


def range_caveats(*tables: pd.DataFrame) -> list[str]:
    """Why some rates of a table have no range; empty where all have."""
    return [_WHY] if any(table["flag"].str.contains(BURSTS, regex=False).any() for table in tables) else []


def rate_between(low: float | None, high: float | None) -> str:
    """The range of a rate in words, or that it has none."""
    if low is None or high is None or wording.missing(low):
        return wording.NO_RANGE
    return wording.between(wording.rate(low), wording.rate(high))
