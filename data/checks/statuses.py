"""Which force-months are missing, empty, partial or revised, and which are oddly high."""

from __future__ import annotations

from statistics import median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

MISSING, EMPTY, PARTIAL, REFRESHED, SUBMITTED = "missing", "empty", "partial suspected", "refreshed", "submitted"
STATUSES = {
    SUBMITTED: "a file with records is loaded",
    REFRESHED: "a later file has replaced an earlier one",
    PARTIAL: "far fewer records than in the year before",
    EMPTY: "a file without any record is loaded",
    MISSING: "no file is loaded: a gap, not a zero",
}
"""Every status of a force-month, with what it means."""

HIGH = 2.5
"""A month is high above this many times the median of the other months within a year of it."""
_LEAST_OTHERS = 3


def month_statuses(loads: pd.DataFrame, months: list[str], partial_share: float) -> pd.DataFrame:
    """The status of each month of one force.

    Parameters
    ----------
    loads
        The force's loads, in the order of their releases: columns period, current and rows.
    months
        The months to speak of, ``YYYY-MM``, in order.
    partial_share
        A month is suspected to be partial if it has fewer searches than this share of the median of
        the non-empty months among the twelve before it.

    Returns
    -------
    DataFrame
        Columns month, status and rows (blank where a month is missing).
    """
    import pandas as pd

    current = loads[loads["current"]]
    rows = dict(zip(current["period"], map(int, current["rows"]), strict=True))
    first = loads[~loads["period"].duplicated()]
    refreshed = set(current.loc[~current.index.isin(first.index), "period"])
    table = []
    for month in months:
        count = rows.get(month)
        before = [number for other, number in rows.items() if _year_before(month) <= other < month and number > 0]
        if count is None:
            status = MISSING
        elif count == 0:
            status = EMPTY
        elif before and count < partial_share * median(before):
            status = PARTIAL
        elif month in refreshed:
            status = REFRESHED
        else:
            status = SUBMITTED
        table.append((month, status, count))
    return pd.DataFrame(table, columns=["month", "status", "rows"]).astype({"rows": "Int64"})


def high_months(loads: pd.DataFrame, months: list[str]) -> dict[str, float]:
    """Months with far more searches than those around them, whatever their status.

    A month is high if it has more than `HIGH` times the median of the other non-empty months less than twelve months
    away from it, before or after; with fewer than three of these nothing is said.

    Parameters
    ----------
    loads
        The force's loads: columns period, current and rows.
    months
        The months to speak of, ``YYYY-MM``.

    Returns
    -------
    dict
        For each high month, how many times the median it has.
    """
    current = loads[loads["current"]]
    rows = dict(zip(current["period"], map(int, current["rows"]), strict=True))
    found = {}
    for month in months:
        near = [n for other, n in rows.items() if n > 0 and 0 < abs(month_number(other) - month_number(month)) < 12]
        if len(near) >= _LEAST_OTHERS and rows.get(month, 0) > HIGH * median(near):
            found[month] = rows[month] / median(near)
    return found


def month_number(month: str) -> int:
    """A month, ``YYYY-MM``, as a number: those of neighbours are one apart."""
    return int(month[:4]) * 12 + int(month[5:7])


def _year_before(month: str) -> str:
    return f"{int(month[:4]) - 1}-{month[5:]}"
