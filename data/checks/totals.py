"""The searches of whole years beside the totals that the Home Office publishes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from data.checks.statuses import REFRESHED, SUBMITTED, month_statuses
from data.tables import STOPS
from data.vocabularies import list_names, vocabulary

if TYPE_CHECKING:
    import pandas as pd

PUBLISHED = "home_office_searches"


def home_office_totals(loads: pd.DataFrame, partial_share: float) -> pd.DataFrame:
    """Searches loaded beside those published, for each force and year to March of which all twelve months are loaded.

    Both count stops and searches of persons and vehicles as forces gave them, to different publishers and at different
    times: the totals hold later revisions, and powers that a force may not send to data.police.uk. They are close where
    a year is whole; they need not be equal.

    Parameters
    ----------
    loads
        What `View.loads` gives.
    partial_share
        As for `month_statuses`: a year with a month that is empty or suspected to be partial is not whole.

    Returns
    -------
    DataFrame
        Columns force, year (``2024/25``), archive (rows loaded), home_office (searches published) and share, the first
        over the second. Source: Home Office, Police powers and procedures, table SS_20.
    """
    import pandas as pd

    table = []
    for year in list_names(PUBLISHED):
        months = months_of(year)
        published = {row["force"]: int(row["searches"]) for row in vocabulary(PUBLISHED, year).rows}
        of_year = loads[(loads["table"] == STOPS.name) & loads["subject"].isin(list(published))]
        for force, of_force in of_year.groupby("subject"):
            found = month_statuses(of_force, months, partial_share)
            if found["status"].isin([SUBMITTED, REFRESHED]).all():
                archive = int(found["rows"].sum())
                table.append((force, year, archive, published[str(force)], archive / published[str(force)]))
    return pd.DataFrame(table, columns=["force", "year", "archive", "home_office", "share"])


def months_of(year: str) -> list[str]:
    """The months of a financial year: ``2024/25`` is April 2024 to March 2025."""
    first = int(year[:4])
    return [f"{first + (month > 12)}-{(month - 1) % 12 + 1:02}" for month in range(4, 16)]
