"""What a schema can't say: which force-months are missing, empty, partial or revised."""

from __future__ import annotations

from statistics import median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

MISSING, EMPTY, PARTIAL, REFRESHED, SUBMITTED = "missing", "empty", "partial suspected", "refreshed", "submitted"
STATUSES = {
    SUBMITTED: "a file with searches is loaded",
    REFRESHED: "a later file has replaced an earlier one",
    PARTIAL: "far fewer searches than in the year before",
    EMPTY: "a file without any search is loaded",
    MISSING: "no file is loaded: a gap, not a zero",
}
"""Every status of a force-month, with what it means."""


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


def _year_before(month: str) -> str:
    return f"{int(month[:4]) - 1}-{month[5:]}"
