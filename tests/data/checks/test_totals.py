"""Whole years beside the totals of the Home Office."""

import pandas as pd
import pytest

from data.checks import home_office_totals
from data.checks.totals import PUBLISHED, months_of
from data.vocabularies import list_names, published_forces, vocabulary

MONTHS = [f"2024-{month:02}" for month in range(4, 13)] + ["2025-01", "2025-02", "2025-03"]


def loads(*rows):
    """Loads as (force, month, rows, current)."""
    frame = pd.DataFrame(list(rows), columns=["subject", "period", "rows", "current"])
    return frame.assign(table="stops").astype({"current": bool, "rows": "Int64"})


def year(force, rows=400, months=MONTHS):
    return [(force, month, rows, True) for month in months]


def test_a_year_runs_from_april_to_march():
    assert months_of("2024/25") == MONTHS


def test_a_whole_year_beside_its_total():
    found = home_office_totals(loads(*year("surrey"), *year("kent", 1_000)), 0.2)
    # Home Office, table SS_20, year to March 2025: Kent 15,468 and Surrey 5,637.
    assert found.to_dict("records") == [
        {"force": "kent", "year": "2024/25", "archive": 12_000, "home_office": 15_468, "share": 12_000 / 15_468},
        {"force": "surrey", "year": "2024/25", "archive": 4_800, "home_office": 5_637, "share": 4_800 / 5_637},
    ]


@pytest.mark.parametrize(
    "rows",
    [
        year("surrey", months=MONTHS[1:]),
        year("surrey", months=[*MONTHS[:-1], "2025-04"]),
        [*year("surrey", months=MONTHS[:-1]), ("surrey", MONTHS[-1], 400, False)],
        [*year("surrey", months=MONTHS[:-1]), ("surrey", MONTHS[-1], 0, True)],
        [*year("surrey", months=MONTHS[:-1]), ("surrey", MONTHS[-1], 79, True)],
    ],
    ids=["lacks a month", "another year", "withdrawn", "empty", "partial"],
)
def test_a_year_that_is_not_whole_is_left_out(rows):
    found = home_office_totals(loads(*rows), 0.2)
    assert found.empty
    assert list(found.columns) == ["force", "year", "archive", "home_office", "share"]


def test_a_month_that_was_refreshed_counts_once():
    revised = [("surrey", MONTHS[0], 300, False), *year("surrey")]
    assert home_office_totals(loads(*revised), 0.2)["archive"].tolist() == [4_800]


def test_other_tables_of_the_force_are_no_searches():
    crimes = loads(*year("surrey")).assign(table="crime")
    assert home_office_totals(crimes, 0.2).empty


def test_the_published_totals_add_up():
    # Home Office, Stop and search, arrests and mental health detentions, March 2025: 528,582 stops and searches.
    (year_,) = list_names(PUBLISHED)
    rows = vocabulary(PUBLISHED, year_).rows
    assert {row["force"] for row in rows} == set(published_forces())
    assert sum(int(row["searches"]) for row in rows) == 528_582


def test_no_year_of_the_real_files_has_a_total(real_store):
    """They end in March 2023, and the only totals are of the year to March 2025."""
    assert home_office_totals(real_store.view().loads, 0.2).empty
