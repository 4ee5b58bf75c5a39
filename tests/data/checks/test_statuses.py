"""Statuses of force-months: one planted case for each, and silence on ordinary months."""

import pandas as pd
import pytest

from data.checks import STATUSES, high_months, month_statuses

YEAR = [f"2018-{month:02}" for month in range(1, 13)]


def loads(*rows):
    """Loads as (month, rows, current, day of loading)."""
    frame = pd.DataFrame(list(rows), columns=["period", "rows", "current", "at"])
    frame["at"] = pd.to_datetime(frame["at"], utc=True)
    return frame.astype({"current": bool})


def ordinary(months=YEAR, count=100, day="2019-01-05"):
    return [(month, count, True, day) for month in months]


def statuses(frame, months, share=0.2):
    found = month_statuses(frame, months, share)
    assert found["month"].tolist() == months
    assert set(found["status"]) <= set(STATUSES)
    return dict(zip(found["month"], found["status"], strict=True))


def test_ordinary_months_are_submitted_and_nothing_more():
    varied = [(month, 80 + 5 * n, True, "2019-01-05") for n, month in enumerate(YEAR)]
    assert set(statuses(loads(*varied), YEAR).values()) == {"submitted"}


def test_each_status_from_a_planted_case():
    frame = loads(
        *ordinary(YEAR[:8]),
        ("2018-09", 19, True, "2019-01-05"),  # fewer than a fifth of 100
        ("2018-10", 0, True, "2019-01-05"),
        ("2018-12", 90, False, "2019-01-05"),  # replaced ten days later
        ("2018-12", 95, True, "2019-01-15"),
    )
    found = month_statuses(frame, YEAR, 0.2)
    assert dict(zip(found["month"], found["status"], strict=True)) == dict.fromkeys(YEAR[:8], "submitted") | {
        "2018-09": "partial suspected",
        "2018-10": "empty",
        "2018-11": "missing",
        "2018-12": "refreshed",
    }
    assert found["rows"].tolist() == [*[100] * 8, 19, 0, pd.NA, 95]


@pytest.mark.parametrize(("count", "status"), [(20, "submitted"), (19, "partial suspected")])
def test_partial_begins_below_the_share(count, status):
    frame = loads(*ordinary(YEAR[:11]), ("2018-12", count, True, "2019-01-05"))
    assert statuses(frame, YEAR)["2018-12"] == status


def test_partial_looks_back_twelve_months_and_no_further():
    frame = loads(("2017-11", 1_000, True, "2019-01-05"), ("2018-12", 10, True, "2019-01-05"))
    assert statuses(frame, ["2018-12"])["2018-12"] == "submitted"
    frame = loads(("2017-12", 1_000, True, "2019-01-05"), ("2018-12", 10, True, "2019-01-05"))
    assert statuses(frame, ["2018-12"])["2018-12"] == "partial suspected"


def test_empty_months_do_not_hide_a_partial_one():
    frame = loads(*ordinary(YEAR[:2]), *ordinary(YEAR[2:11], 0), ("2018-12", 10, True, "2019-01-05"))
    assert statuses(frame, YEAR)["2018-12"] == "partial suspected"


def test_the_first_month_has_nothing_to_compare_with():
    assert statuses(loads(("2018-01", 1, True, "2019-01-05")), ["2018-01"]) == {"2018-01": "submitted"}


def test_one_large_month_among_twelve_does_not_make_the_next_partial():
    frame = loads(("2017-12", 10_000, True, "2019-01-05"), *ordinary(YEAR[:11]), ("2018-12", 90, True, "2019-01-05"))
    assert statuses(frame, ["2018-12"]) == {"2018-12": "submitted"}


def test_a_withdrawn_month_is_missing():
    assert statuses(loads(("2018-01", 100, False, "2019-01-05")), ["2018-01"]) == {"2018-01": "missing"}


def test_a_month_whose_later_file_was_withdrawn_is_as_submitted_first():
    frame = loads(("2018-01", 100, True, "2019-01-05"), ("2018-01", 90, False, "2019-01-15"))
    assert statuses(frame, ["2018-01"]) == {"2018-01": "submitted"}


def test_no_load_makes_every_month_missing():
    assert set(statuses(loads(), YEAR).values()) == {"missing"}


@pytest.mark.long
def test_the_loads_of_a_store_can_be_asked(store, load, police_csv):
    for count in (3, 4):
        load({"2018-04-surrey-stop-and-search.csv": police_csv([{"Type": "Person search"}] * count)})
    assert statuses(store.view().loads, ["2018-04", "2018-05"]) == {"2018-04": "refreshed", "2018-05": "missing"}


def test_real_months_of_the_metropolitan_are_ordinary(real_store):
    every = real_store.view().loads
    months = [f"2018-{month:02}" for month in range(3, 11)]
    found = statuses(every[every["subject"] == "metropolitan"], months)
    assert found == dict.fromkeys(months[1:7], "submitted") | {"2018-03": "missing", "2018-10": "missing"}


def test_a_revision_is_one_whatever_the_clock_said():
    loads = pd.DataFrame(
        {
            "period": ["2019-01", "2019-01"],
            "current": [False, True],
            "rows": [10, 12],
            "at": pd.to_datetime(["2026-02-01", "2026-01-01"], utc=True),
        }
    )
    assert list(month_statuses(loads, ["2019-01"], 0.2)["status"]) == ["refreshed"]


def test_a_high_month_is_one_far_above_those_around_it():
    frame = loads(*ordinary(YEAR[:9]), ("2018-10", 260, True, "2019-01-05"), *ordinary(YEAR[10:]))
    assert high_months(frame, YEAR) == {"2018-10": 2.6}
    assert high_months(frame, YEAR[:9]) == {}


@pytest.mark.parametrize(("count", "high"), [(250, False), (251, True)])
def test_high_begins_above_the_limit(count, high):
    frame = loads(*ordinary(YEAR[:11]), ("2018-12", count, True, "2019-01-05"))
    assert ("2018-12" in high_months(frame, YEAR)) == high


def test_high_looks_to_both_sides_and_less_than_a_year_away():
    after = loads(("2018-01", 300, True, "2019-01-05"), *ordinary(YEAR[1:4]))
    assert high_months(after, YEAR) == {"2018-01": 3.0}
    too_far = loads(("2018-01", 300, True, "2019-01-05"), *ordinary(["2019-01", "2019-02", "2019-03"]))
    assert high_months(too_far, YEAR) == {}


def test_with_fewer_than_three_others_no_month_is_high():
    assert high_months(loads(*ordinary(YEAR[:2]), ("2018-03", 1_000, True, "2019-01-05")), YEAR) == {}


def test_empty_and_withdrawn_months_are_no_measure_of_a_high_one():
    frame = loads(
        *ordinary(YEAR[:3]),
        *ordinary(YEAR[3:10], 0),
        ("2018-11", 900, False, "2019-01-05"),
        ("2018-12", 200, True, "2019-01-05"),
    )
    assert high_months(frame, YEAR) == {}


def test_the_high_months_of_the_real_files(real_store):
    """Of 44 forces one month: others of Surrey's year hold 288 to 667 rows."""
    every = real_store.view().loads
    every = every[every["table"] == "stops"]
    found = {
        force: list(high_months(of_force, sorted(of_force["period"]))) for force, of_force in every.groupby("subject")
    }
    assert {force: months for force, months in found.items() if months} == {"surrey": ["2020-10"]}
