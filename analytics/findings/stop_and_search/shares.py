"""Shares of the searches of groups, how far two of them differ, and how both are said: one way for every part."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from analytics import disparity, wording
from analytics.disparity.dispersion import MINIMUM_PERIODS
from analytics.findings.stop_and_search.shared import FEW_MONTHS, UNTESTED
from analytics.findings.tested import SIDES, sides_of
from analytics.records import with_nulls
from data.settings import settings
from data.vocabularies import BROAD_GROUPS

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    Counts = NDArray[np.int64]
    Row = Mapping[Any, Any]

METHOD = (
    "95 % interval of a share: Wilson's, with the effective number of searches that months as clusters leave, and "
    "Student's t. Difference: from both intervals, with the searches that the differences of the months leave. Clear: "
    "the interval leaves out 0 and the false-discovery rate (Benjamini and Hochberg) over all differences of the table "
    "lies below the setting; with fewer than 3 months nothing is tested."
)
REFERENCE = (
    "Wilson 1927, JASA 22, 209; Newcombe 1998, Statistics in Medicine 17, 873; Cochran 1977, Sampling Techniques, 3.12 "
    "(clusters); Benjamini and Hochberg 1995, JRSS B 57, 289"
)
INDEPENDENT = f"The intervals take searches as independent and are likely too narrow: {FEW_MONTHS}."

_SMALL = 0.1
"""Shares whose whole interval is below this are written to a tenth of a point, where tenths are asked for."""


# Figures


class Share(NamedTuple):
    """A share of searches with its interval, and the months that it rests on."""

    searched: int
    found: int
    estimate: float
    low: float
    high: float
    months: int

    @property
    def by_chance(self) -> bool:
        """Whether months are too few to show how far searches vary."""
        return self.months < MINIMUM_PERIODS


class Gap(NamedTuple):
    """How far two shares differ, with its interval and p-value; that is NaN where nothing was tested."""

    estimate: float
    low: float
    high: float
    p_value: float
    by_chance: bool


def shares_of(counts: Counts, base: Counts) -> list[Share]:
    """Everyone's share, then that of each group.

    At 0 and 1 groups borrow how clumped the others are, and everyone borrows from nobody.

    Parameters
    ----------
    counts, base : ndarray of shape (groups, months)
        Searches in question, and all of which they are a share.
    """
    names = ("searched", "found", "estimate", "low", "high", "cells")
    whole = disparity.find_rates(counts.sum(axis=0)[None], base.sum(axis=0)[None])
    parts = (whole, disparity.find_rates(counts, base))
    return [Share(*one) for made in parts for one in zip(*(getattr(made, name) for name in names), strict=True)]


def gap_of(one: tuple[Counts, Counts], other: tuple[Counts, Counts]) -> Gap:
    """How far the share of one group lies from that of another.

    Parameters
    ----------
    one, other : pairs of ndarray of shape (months,)
        Searches in question of each group, and all of which they are a share.

    Raises
    ------
    ValueError
        As `disparity.find_rate_gap`.
    """
    made = disparity.find_rate_gap(*one, *other)
    gap = made.difference
    return Gap(gap.estimate, gap.low, gap.high, made.p_value, not made.clusters)


# Tests


def mirrors(rows: Sequence[Row], kind: str, comparator: str) -> dict[int, int]:
    """Places of rows whose difference is that of another row with its sign turned, with the place of that row.

    So it is where two kinds were tested of a group and all but a few searches of both groups are of these.

    Parameters
    ----------
    rows
        Rows with ``group``, ``searches``, ``base`` and ``p_value``.
    kind
        Column that names the kind.
    comparator
        The group that the others are set against.
    """
    counts = {(row[kind], row["group"]): (row["searches"], row["base"]) for row in rows if "base" in row}
    found = {}
    for group in BROAD_GROUPS:
        own = [at for at, row in enumerate(rows) if row["group"] == group and not wording.missing(row.get("p_value"))]
        if len(own) != 2:
            continue
        both = [rows[at][kind] for at in own]
        rest = [counts[both[0], name][1] - sum(counts[one, name][0] for one in both) for name in (group, comparator)]
        if max(rest) < settings().threshold:
            found[own[1]] = own[0]
    return found


def judged(
    table: pd.DataFrame, low: str = "low", high: str = "high", mirrored: Mapping[int, int] | None = None
) -> pd.DataFrame:
    """The table with q-values and verdicts, all its differences tested together.

    Parameters
    ----------
    table
        Rows with a ``p_value`` and an interval; what has none was not tested.
    low, high
        Columns of the interval.
    mirrored
        Places of rows that mirror another, as `mirrors` has them: such a pair is in the tests once, and both rows have
        its q-value.
    """
    import pandas as pd

    ends = [table[name].to_numpy(dtype=float, na_value=np.nan) for name in (low, high, "p_value")]
    once = ends[2].copy()
    once[list(mirrored or ())] = np.nan
    said, q = sides_of(ends[0], ends[1], once)
    for at, twin in (mirrored or {}).items():
        q[at] = q[twin]
        said[at] = side(float(ends[0][at]), float(ends[1][at]), float(q[at]))
    return table.assign(q_value=with_nulls(q, np.isnan(q)), verdict=pd.array(said, dtype="str"))


def side(low: float, high: float, q_value: float, level: float = 0.0) -> str:
    """On which side of a level an interval clearly lies."""
    if q_value >= settings().false_discovery:
        return SIDES.neither
    return SIDES.above if low > level else SIDES.below if high < level else SIDES.neither


def without(table: pd.DataFrame, places: Collection[int]) -> pd.DataFrame:
    """The table without the rows at some places: what was tested once is counted once."""
    return table[~np.isin(np.arange(len(table)), list(places))]


def is_clear(row: Row) -> bool:
    """Whether a difference is called clear."""
    return row["verdict"] in (SIDES.above, SIDES.below)


def untested(table: pd.DataFrame) -> list[str]:
    """A sentence where differences are given and none of them could be tested."""
    return [UNTESTED] if table["gap"].notna().any() and table["p_value"].isna().all() else []


# Words


def in_words(share: float, low: float, high: float, *, fine: bool = False) -> str:
    """A share with its interval: ``21 % (19 to 23 %)``; ``fine`` writes small ones to a tenth of a point."""
    if fine and high < _SMALL:
        return f"{wording.tenths(share)} ({wording.tenths_between(low, high)})"
    return f"{wording.percent(share)} ({wording.percent_between(low, high)})"


def short(share: float, high: float) -> str:
    """A share alone, small ones to a tenth of a point."""
    return wording.tenths(share) if high < _SMALL else wording.percent(share)


def range_in_words(low: float, high: float) -> str:
    """Between which two shares: ``25 to 29 %``; small ones to a tenth of a point."""
    return wording.tenths_between(low, high) if high < _SMALL else wording.percent_between(low, high)


def difference_in_words(gap: float, low: float, high: float, verdict: str, *, fine: bool = False) -> str:
    """How far two shares differ, as the end of a sentence; what was not tested is no claim.

    Parameters
    ----------
    gap, low, high
        As fractions of 1.
    verdict
        What the test says; empty where nothing was tested.
    fine
        Whether small differences are written to a tenth of a point.
    """
    if wording.missing(gap):
        return "no difference is given"
    if verdict in (SIDES.above, SIDES.below):
        return f"a difference of {in_points(gap, low, high, fine=fine)}"
    said = "no clear difference" if verdict else "a difference that was not tested"
    ends = [wording.signed(100 * end, _digits((low, high)) if fine else 0) for end in (low, high)]
    return f"{said} (between {ends[0]} and {ends[1]} points)"


def in_points(gap: float, low: float, high: float, *, fine: bool = False) -> str:
    """A difference in points with its interval; finer where whole points would not show on which side of 0 it lies."""
    digits = wording.digits_beyond_zero(
        [100 * value for value in (gap, low, high)], _digits((low, high)) if fine else 0
    )
    ends = [wording.signed(100 * end, digits) for end in (low, high)]
    return f"{wording.points(gap, digits)} ({ends[0]} to {ends[1]} points)"


def _digits(ends: tuple[float, float]) -> int:
    """Decimals of a difference in points: an end that would be written as 0 says nothing of its side."""
    sizes = [100 * abs(end) for end in ends]
    return int(max(sizes) < 100 * _SMALL or min(sizes) < 0.5)
