"""Columns that a whole month leaves blank: beside other months, and in the file alone."""

import pytest

from data.checks.blank_columns import ELSEWHERE, FEWEST, THROUGHOUT

AGE = {"Age range": ""}


def test_a_column_that_other_months_fill_in(remarks, searches):
    found = remarks(m201804=searches(20), m201805=searches(20, "2018-05", **AGE), m201806=searches(20, "2018-06"))
    assert not {ELSEWHERE, THROUGHOUT} & {*found["2018-04"], *found["2018-06"]}
    remark = found["2018-05"][ELSEWHERE]
    assert remark.what == "none of 20 rows has what most of the 2 other months within a year have: “Age range” (in 2)"
    assert (remark.rows, [place.column for place in remark.places]) == (20, ["Age range"])
    assert THROUGHOUT not in found["2018-05"]


def test_a_file_alone(remarks, searches):
    blank = searches(20, **AGE, **{"Latitude": "", "Longitude": ""})
    found = remarks(m201804=blank)["2018-04"]
    assert ELSEWHERE not in found
    assert found[THROUGHOUT].what == "none of 20 rows has a value of “Latitude”, “Longitude” and “Age range”"


def test_a_column_that_every_month_leaves_blank_is_blank_throughout(remarks, searches):
    found = remarks(m201804=searches(20, **AGE), m201805=searches(20, "2018-05", **AGE))
    assert all(set(rules) & {ELSEWHERE, THROUGHOUT} == {THROUGHOUT} for rules in found.values())


def test_one_filled_month_among_many_blank_ones_is_no_measure(remarks, searches):
    months = {f"m2018{n:02}": searches(20, f"2018-{n:02}", **AGE) for n in range(4, 8)}
    found = remarks(**months, m201808=searches(20, "2018-08"))
    assert ELSEWHERE not in found["2018-04"]


@pytest.mark.long
def test_a_column_of_which_few_values_are_expected_may_be_blank_by_chance(remarks, searches):
    # 9 of 20 rows elsewhere have the age, so 9 of 20 are expected here, fewer than ten.
    rare = [*searches(9, "2018-05"), *searches(11, "2018-05", **AGE, Latitude="52")]
    assert ELSEWHERE not in remarks(m201804=searches(20, **AGE), m201805=rare)["2018-04"]
    often = [*searches(10, "2015-05"), *searches(10, "2015-05", **AGE, Latitude="52")]
    assert ELSEWHERE in remarks(m201504=searches(20, "2015-04", **AGE), m201505=often)["2015-04"]


@pytest.mark.long
def test_a_small_month_and_the_name_of_an_operation_are_not_judged(remarks, searches):
    assert THROUGHOUT not in remarks(m201804=searches(FEWEST - 1, **AGE))["2018-04"]
    assert THROUGHOUT not in remarks(m201804=searches(FEWEST, **{"Policing operation": ""}))["2018-04"]


def test_real_blanks_are_those_that_the_sources_list(real_remarks, published_facts):
    """Columns of SOURCES.md with 100 % blank, and no others of them."""
    measured = {
        "% blank lat/long": "Latitude",
        "% blank age": "Age range",
        "% blank self-defined": "Self-defined ethnicity",
        "% blank officer-defined": "Officer-defined ethnicity",
        "% blank outcome-linked": "Outcome linked to object of search",
    }
    expected = {
        (name, column)
        for name, facts in published_facts.items()
        for heading, column in measured.items()
        if float(facts[heading]) == 100
    }
    said = [*real_remarks(THROUGHOUT), *real_remarks(ELSEWHERE)]
    found = {(name, place.column) for name, remark in said for place in remark.places}
    assert {pair for pair in found if pair[1] in measured.values()} == expected
    assert len(expected) > 20
