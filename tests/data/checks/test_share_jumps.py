"""Compositions that jump: a planted shift is found from the store or the same command, ordinary months are not."""

from math import sqrt

import pytest

from data.checks.share_jumps import ERRORS, FEWEST_MONTHS, FEWEST_ROWS, GAP, RULE, jumps_of

OBJECTS = ["Controlled drugs", "Offensive weapons", "Stolen goods", "Article for use in theft"]


@pytest.fixture
def month(searches):
    """A month of 100 searches whose objects are so many of each."""

    def make(period, *counts):
        kinds = [name for name, count in zip(OBJECTS, counts, strict=True) for _ in range(count)]
        return [
            row | {"Object of search": kind} for row, kind in zip(searches(sum(counts), period), kinds, strict=True)
        ]

    return make


@pytest.fixture
def year(month):
    """Three ordinary months, and October with the reasons of its searches shifted a row."""
    return {
        "m202007": month("2020-07", 60, 20, 14, 6),
        "m202008": month("2020-08", 58, 23, 13, 6),
        "m202009": month("2020-09", 63, 18, 14, 5),
    }


def test_reasons_that_are_shifted_a_row(remarks, month, year):
    found = remarks(**year, m202010=month("2020-10", 5, 61, 20, 14))
    assert [period for period, rules in found.items() if RULE in rules] == ["2020-10"]
    remark = found["2020-10"][RULE]
    assert remark.rows == 100
    assert remark.what == (
        "shares of “Object of search” in the month's 100 searches beside those in the 3 months loaded of the year "
        "before: “Controlled drugs” is 5\u00a0% and was 58\u00a0% to 63\u00a0%; “Offensive weapons” is 61\u00a0% and "
        "was 18\u00a0% to 23\u00a0%"
    )
    assert [(place.column, place.value) for place in remark.places] == [
        ("Object of search", "Controlled drugs"),
        ("Object of search", "Offensive weapons"),
    ]


def test_an_ordinary_month_is_no_jump(remarks, month, year):
    assert RULE not in remarks(**year, m202010=month("2020-10", 55, 25, 14, 6))["2020-10"]


@pytest.mark.long
def test_months_of_the_store_are_a_measure_too(remarks, month, year):
    remarks(**year)
    assert RULE in remarks(m202010=month("2020-10", 5, 61, 20, 14))["2020-10"]
    # A later file of a month takes the place of the one in the store.
    shifted = {name: month(f"{name[1:5]}-{name[5:]}", 5, 61, 20, 14) for name in year}
    assert RULE not in remarks(**shifted, m202010=month("2020-10", 5, 60, 21, 14))["2020-10"]


@pytest.mark.long
def test_two_months_are_no_measure_nor_those_of_more_than_a_year_ago(remarks, month, year):
    assert FEWEST_MONTHS == 3
    shifted = month("2020-10", 5, 61, 20, 14)
    two = {name: rows for name, rows in year.items() if name != "m202007"}
    assert RULE not in remarks(**two, m202010=shifted)["2020-10"]
    assert RULE not in remarks(m202007=year["m202007"], m202109=shifted)["2021-09"]


@pytest.mark.parametrize(("weapons", "said"), [(FEWEST_ROWS - 3, False), (FEWEST_ROWS - 2, True)])
def test_a_small_month_is_not_judged(remarks, month, year, weapons, said):
    assert (RULE in remarks(**year, m202010=month("2020-10", 1, weapons, 1, 0))["2020-10"]) == said


def test_a_small_month_is_no_measure(remarks, month, year):
    small = month("2020-09", 1, FEWEST_ROWS - 3, 1, 0)
    assert RULE not in remarks(**(year | {"m202009": small}), m202010=month("2020-10", 5, 61, 20, 14))["2020-10"]


@pytest.mark.long
def test_a_column_left_blank_is_for_another_rule(remarks, month, year):
    blank = [row | {"Object of search": ""} for row in month("2020-10", 60, 20, 14, 6)]
    assert RULE not in remarks(**year, m202010=blank)["2020-10"]
    half = [row | {"Object of search": ""} if n < 50 else row for n, row in enumerate(month("2020-10", 60, 20, 14, 6))]
    assert "blank is 50\u00a0% and was 0\u00a0%" in remarks(m202010=half)["2020-10"][RULE].what


@pytest.mark.parametrize(("count", "said"), [(299, False), (300, True)])
def test_a_share_must_lie_ten_points_outside(count, said):
    earlier = [{"a": 100, "b": 900}, {"a": 150, "b": 850}, {"a": 200, "b": 800}]
    found = jumps_of({"a": count, "b": 1000 - count}, earlier)
    assert [jump.value for jump in found] == (["a", "b"] if said else [])
    assert GAP == 0.1


def test_and_three_standard_errors():
    # n = 100, highest earlier share 0.3, share 0.44: q = 0.37, standard error 0.0483, three of them 0.145 > 0.14.
    earlier = [{"a": 20, "b": 80}, {"a": 25, "b": 75}, {"a": 30, "b": 70}]
    assert ERRORS * sqrt(0.37 * 0.63 / 100) == pytest.approx(0.1448, abs=1e-4)
    assert jumps_of({"a": 44, "b": 56}, earlier) == []
    # With 0.45, q = 0.375 and three standard errors are 0.1452 < 0.15.
    found = {jump.value: jump for jump in jumps_of({"a": 45, "b": 55}, earlier)}
    assert found.keys() == {"a", "b"}
    assert (found["a"].share, found["a"].low, found["a"].high, found["a"].gap) == pytest.approx((0.45, 0.2, 0.3, 0.15))


def test_a_value_that_is_new_or_gone_jumps_too():
    earlier = [{"a": 80, "b": 20}] * 3
    assert {jump.value: jump.gap for jump in jumps_of({"a": 80, "c": 20}, earlier)} == pytest.approx(
        {"b": 0.2, "c": 0.2}
    )


def test_of_79_real_force_months_with_a_year_before_four_jump(real_remarks):
    """Looked at one by one: section 60 at the time of two operations, and ethnicity and object written another way."""
    found = [(name[:-16], remark.places[0].column, remark.places[0].value) for name, remark in real_remarks(RULE)]
    section_60 = "Criminal Justice and Public Order Act 1994 (section 60)"
    assert found == [
        ("2018-08-metropolitan", "Legislation", section_60),
        ("2018-08-metropolitan", "Object of search", "Anything to threaten or harm anyone"),
        ("2019-04-btp", "Object of search", "Anything to threaten or harm anyone"),
        ("2019-04-btp", "Self-defined ethnicity", "blank"),
        ("2019-08-btp", "Legislation", section_60),
        ("2019-08-btp", "Object of search", "Controlled drugs"),
        ("2019-10-btp", "Self-defined ethnicity", "Other ethnic group - Not stated"),
    ]
