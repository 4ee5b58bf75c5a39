"""Hours of the day: counted by hand on both sides of a change of clock, and the gate that leaves months out."""

from __future__ import annotations

import json

import pytest

from analytics.findings.stop_and_search import hours
from analytics.reading import reading_table
from analytics.scope import Scope
from analytics.wording import NBSP
from data.store import View
from tests.analytics.conftest import Town
from tests.analytics.findings.test_stop_and_search import checked

SUMMER, WINTER, DATES, UNTIMED = "2019-07", "2019-11", "2019-12", "2020-01"


def of(month):
    return Scope(from_month=month, to_month=month)


@pytest.fixture(scope="module")
def view(tmp_path_factory, police_csv):
    """In summer 40 searches at 15:30 UTC and 60 at 23:10; in winter 30 at 15:30; then dates alone, and no times."""
    town = Town(tmp_path_factory.mktemp("hours"), police_csv)

    def month(name, times):
        row = {"Type": "Person search", "Legislation": "Misuse of Drugs Act 1971 (section 23)"}
        rows = [row | {"Date": time} for time, number in times.items() for _ in range(number)]
        town.write(f"{name}-surrey-stop-and-search.csv", police_csv(rows))

    month(SUMMER, {"2019-07-15T15:30:00+00:00": 40, "2019-07-15T23:10:00+00:00": 60})
    month(WINTER, {"2019-11-15T15:30:00+00:00": 30, "2019-11-15T00:00:00+00:00": 1})
    month(DATES, {"2019-12-15T00:00:00+00:00": 5, "2019-12-15T12:00:00+00:00": 95})
    month(UNTIMED, {"2020-01-15T12:00:00+00:00": 70, "": 30})
    return town.view()


def counted(finding):
    rows = json.loads(finding.as_json())["table"]
    return {row["hour"]: row["searches"] for row in rows if row["searches"]}


def test_hours_are_those_of_the_clock_in_london(view):
    # In July London is an hour ahead of the file: 23:10 is ten past midnight of the day after.
    finding = hours(of(SUMMER), view)
    checked(finding)
    assert counted(finding) == {16: 40, 0: 60}
    row = finding.table.iloc[0]
    assert (row["share"], row["base"]) == (0.6, 100)
    # Wilson's interval of 60 in 100 as published tables have it.
    assert (row["low"], row["high"]) == (pytest.approx(0.5020, abs=1e-4), pytest.approx(0.6906, abs=1e-4))
    assert finding.headline == "More searches begin from 00:00 to 01:00 than in any other hour"
    assert finding.answer.replace(NBSP, " ") == (
        "Surrey Police, July 2019: 60 % (50 to 69 %) of 100 searches of persons with a time began between 00:00 and "
        "01:00, in 1 month whose times can be used."
    )
    assert finding.chart("light").data[0].y[0] == 0.6
    assert list(reading_table(finding)["Hour"])[:2] == ["00:00", "01:00"]
    # One search at midnight in winter is fewer than five.
    assert counted(hours(of(WINTER), view)) == {15: 30}


def test_a_month_of_dates_alone_is_left_out_and_alone_refused(view):
    finding = hours(Scope(from_month=SUMMER, to_month=DATES), view)
    checked(finding)
    assert counted(finding) == {0: 61, 15: 30, 16: 40}
    assert finding.caveats[0].replace(NBSP, " ").startswith("Left out: December 2019. 5 % or more of their times")
    by_month = {row["month"]: row for row in json.loads(finding.as_json())["tables"]["months"]}
    assert (by_month[DATES]["searches"], by_month[DATES]["of"], by_month[DATES]["share"]) == (5, 100, 0.05)
    assert [by_month[name]["flag"] for name in (SUMMER, DATES)] == ["", "left out: its times can't be used"]
    alone = hours(of(DATES), view)
    checked(alone)
    assert alone.refused
    assert alone.answer.replace(NBSP, " ") == (
        "5 % of 100 searches with a time by Surrey Police in December 2019 are at exactly midnight, and 0 have no "
        "time. The hours of a month can be used with under 5 % at midnight and a time for 80 %, and no month has that."
    )


def test_too_many_without_a_time_are_refused(view):
    finding = hours(of(UNTIMED), view)
    assert finding.refused
    assert "and 30 have no time" in finding.answer


def test_a_release_that_was_counted_before_says_so(view, monkeypatch):
    has = View.has
    monkeypatch.setattr(View, "has", lambda view, table, column=None: table != "hours_cube" and has(view, table))
    unasked = Scope(from_month=WINTER, to_month=UNTIMED)  # answers are kept
    assert hours(unasked, view).answer.startswith("Release 1 was counted before searches by hour were; the command")
