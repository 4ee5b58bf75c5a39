"""Days on which a rule changed, on the course of searches: where they stand, and that they are listed and said."""

from __future__ import annotations

import io

import openpyxl
import pytest

from analytics.briefings.spreadsheet import to_excel
from analytics.findings.stop_and_search import trend
from analytics.findings.stop_and_search.policy import policy_marks, policy_rows
from analytics.reading import reading_table, reading_titles
from analytics.scope import Scope
from analytics.wording import month_range

PEOPLE = {"White": 80_000, "Black": 5_000, "Asian": 4_000, "Mixed": 2_000, "Other": 1_000}
SAID = (
    "Marked: 1, Section 60 relaxed in all 43 forces (11 August 2019). A mark says when a rule changed, not what it did."
)


def months_of(town, first, last):
    town.boundaries()
    town.census({town.west: ("West", PEOPLE)})
    for month in month_range(first, last):
        town.stops(month, {"Black": 60, "White": 200})
    return town.view()


def flags(made):
    annotations = made.chart().layout.annotations
    return {note.text: note.x for note in annotations if note.yref == "paper" and note.yanchor == "bottom"}


@pytest.mark.long
def test_a_day_within_the_months_is_marked_listed_and_said(town):
    made = trend(Scope(), months_of(town, "2019-06", "2019-09"))
    assert SAID in made.caveats
    # August is the third month, at 2 on the axis: its 11th begins 10 of 31 days after its own beginning, 1.5.
    assert flags(made) == {"1": pytest.approx(1.5 + 10 / 31)}
    (line,) = made.chart().layout.shapes
    assert line.x0 == line.x1 == pytest.approx(1.5 + 10 / 31)
    assert made.alt == f"{made.answer} 1 day is marked on which a rule changed."
    assert reading_titles(made) == {"trend": "Months", "policy": "Rules that changed"}
    (row,) = reading_table(made, "policy").to_dict("records")
    assert list(row) == ["Number", "Day", "Rule", "What changed", "Source"]
    assert (row["Number"], row["Day"], row["Rule"]) == ("1", "11 August 2019", "Section 60 relaxed in all 43 forces")
    assert "12 August 2019" in row["Source"]
    book = openpyxl.load_workbook(io.BytesIO(to_excel(made)))
    assert book["policy"]["C2"].value == "Section 60 relaxed in all 43 forces"
    assert SAID in [line[1].value for line in book["Cover"].iter_rows()]


@pytest.mark.parametrize(("first", "last"), [("2019-06", "2019-07"), ("2019-09", "2019-10"), ("2019-08", "2019-08")])
def test_without_a_day_or_a_course_nothing_is_marked(first, last, town):
    view = months_of(town, "2019-06", "2019-10")
    made = trend(Scope(from_month=first, to_month=last), view)
    assert not made.refused
    assert made.tables["policy"].empty
    assert not [said for said in made.caveats if said.startswith("Marked")]
    assert made.alt == made.answer
    assert reading_titles(made) == {"trend": "Months"}
    if first != last:
        assert (flags(made), made.chart().layout.shapes) == ({}, ())


def test_a_mark_changes_no_figure_and_no_height_of_the_drawing(town):
    view = months_of(town, "2019-06", "2019-10")
    with_mark, without = (
        trend(Scope(from_month=first, to_month="2019-10"), view).chart().layout for first in ("2019-06", "2019-09")
    )
    assert with_mark.height - with_mark.margin.t == without.height - without.margin.t
    assert with_mark.yaxis.range[0] == without.yaxis.range[0] == 0


def test_a_refused_course_has_no_marks(town):
    town.stops("2019-07", {"White": 200})
    made = trend(Scope(), town.view())
    assert made.refused
    assert not [said for said in made.caveats if said.startswith("Marked")]


@pytest.mark.parametrize(
    ("force", "days"),
    [
        ("west-midlands", ["2019-03-31", "2019-08-11", "2020-03-26"]),
        ("metropolitan", ["2019-03-31", "2019-08-11", "2020-03-26"]),
        ("surrey", ["2019-08-11", "2020-03-26"]),
        ("gwent", ["2019-08-11", "2020-03-26"]),
    ],
)
def test_a_force_has_the_days_of_its_own_rules(force, days):
    assert [row["date"] for row in policy_rows(force, month_range("2019-01", "2020-12"))] == days


@pytest.mark.parametrize(("force", "ends"), [("sussex", True), ("surrey", False)])
def test_a_rule_that_ended_has_its_last_day(force, ends):
    """The pilot: 24 months that began with 19 April 2023, so that 18 April 2025 was the last of them (SI 2023/387)."""
    rows = policy_rows(force, month_range("2025-01", "2025-12"))
    named = [(row["date"], row["policy"]) for row in rows]
    assert named == ([("2025-04-18", "Serious violence reduction orders, pilot: last day")] if ends else [])


def test_days_are_numbered_in_order_and_stand_in_order():
    months = month_range("2014-01", "2026-12")
    rows = policy_rows("merseyside", months)
    assert [row["number"] for row in rows] == list(range(1, len(rows) + 1))
    marks = policy_marks(rows, months[0])
    assert [mark.label for mark in marks] == [str(row["number"]) for row in rows]
    assert [mark.place for mark in marks] == sorted(mark.place for mark in marks)
    # 26 August 2014: the eighth month, whose own beginning is at 6.5; 25 of its 31 days lie before.
    assert marks[0].place == pytest.approx(6.5 + 25 / 31)
