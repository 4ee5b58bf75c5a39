"""Where days and periods stand on an axis of time, which counts years."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from analytics import wording

if TYPE_CHECKING:
    import pandas as pd

_MOST_TICKS = 4
_STEPS = (1, 2, 3, 6, 12, 24, 36, 60, 120, 240, 600, 1200)


@lru_cache(maxsize=4096)
def moment(day: str) -> float:
    """A day, ``YYYY-MM-DD``, in years: its beginning, ``2025-07-02`` is half of 2025."""
    return _moment(date.fromisoformat(day))


@lru_cache(maxsize=4096)
def middle(starts: str, ends: str) -> float:
    """The middle of a period of which both days are part."""
    return (moment(starts) + _moment(date.fromisoformat(ends) + timedelta(days=1))) / 2


def middles(rows: pd.DataFrame) -> list[float]:
    """The middle of each row's period; columns starts and ends."""
    return [middle(str(starts), str(ends)) for starts, ends in zip(rows["starts"], rows["ends"], strict=True)]


def borders(rows: pd.DataFrame) -> list[float]:
    """Where each row's period is parted from the one before: its first day, if that lies between the two middles.

    Periods that overlap are parted halfway between their middles. The first one begins with its first day.
    """
    at = middles(rows)
    first = [moment(str(starts)) for starts in rows["starts"]]
    return [
        day if not place or at[place - 1] < day < at[place] else (at[place - 1] + at[place]) / 2
        for place, day in enumerate(first)
    ]


def time_ticks(first: float, last: float, most: int = _MOST_TICKS) -> dict[str, Any]:
    """Ticks at the first days of years, or of months where the axis is short; at most so many."""
    for step in _STEPS:
        months = _months(first, last, step)
        if len(months) <= most:
            break
    texts = [month[:4] if step >= 12 else wording.short_month(month) for month in months]
    return {"tickvals": [moment(f"{month}-01") for month in months], "ticktext": texts}


def _months(first: float, last: float, step: int) -> Sequence[str]:
    """Months of a step, counted from January of the year 0, that begin between two moments."""
    from math import ceil, floor

    numbers = range(ceil(first * 12 / step - 1e-6), floor(last * 12 / step + 1e-6) + 1)
    months = [f"{number * step // 12:04d}-{number * step % 12 + 1:02d}" for number in numbers]
    return [month for month in months if first <= moment(f"{month}-01") <= last]


def _moment(day: date) -> float:
    start = date(day.year, 1, 1)
    return day.year + (day - start) / (date(day.year + 1, 1, 1) - start)
