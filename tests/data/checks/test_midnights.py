"""Midnights by the clock of the file and by London's: at the gate of 5 %, and silent below it."""

import pytest

from data.checks.midnights import FEWEST, RULE, Midnights, midnights_of


def at(rows, moment):
    return [row | {"Date": moment} for row in rows]


@pytest.mark.parametrize(("others", "said"), [(95, True), (96, False)])
def test_five_per_cent_is_too_many(remarks, searches, others, said):
    month = [*at(searches(5), "2018-12-03T00:00:00+00:00"), *searches(others, "2018-12")]
    found = remarks(m201812=month)["2018-12"]
    assert (RULE in found) == said
    if said:
        assert found[RULE].rows == 5
        assert [place.row for place in found[RULE].places] == [2, 3, 4, 5, 6]
        assert found[RULE].places[0].value == "2018-12-03T00:00:00+00:00"


def test_fewer_than_five_say_nothing(remarks, searches):
    assert RULE not in remarks(m201812=at(searches(FEWEST - 1), "2018-12-03T00:00:00+00:00"))["2018-12"]


def test_local_dates_in_summer_are_midnight_by_one_clock_only(remarks, searches):
    in_utc = [*at(searches(10), "2018-06-03T00:00:00+00:00"), *searches(10, "2018-06")]
    in_london = [*at(searches(10), "2018-07-02T23:00:00+00:00"), *searches(10, "2018-07")]
    found = remarks(m201806=in_utc, m201807=in_london)
    assert found["2018-06"][RULE].what.startswith(
        "of 20 searches with a time 10 (50\u00a0%) are at 00:00 by the clock of the file and 0 (0\u00a0%) by London's"
    )
    assert found["2018-07"][RULE].what.startswith(
        "of 20 searches with a time 0 (0\u00a0%) are at 00:00 by the clock of the file and 10 (50\u00a0%) by London's"
    )


def test_searches_without_a_time_and_seconds_after_midnight_do_not_count(remarks, searches):
    month = [*at(searches(10), ""), *at(searches(10), "2018-12-03T00:00:01+00:00"), *searches(2, "2018-12")]
    assert RULE not in remarks(m201812=month)["2018-12"]
    assert RULE not in remarks(m201812=at(searches(30), ""))["2018-12"]


def test_a_remark_is_read_as_it_is_written(remarks, searches):
    """Of 1,300 searches with a time 1,100 are at midnight in London, of which the note of the load says both counts."""
    month = [*at(searches(1_100), "2018-07-02T23:00:00+00:00"), *searches(200, "2018-07")]
    remark = remarks(m201807=month)["2018-07"][RULE]
    found = midnights_of(["Rows that repeat another: 3 rows.", str(remark)])
    assert found == Midnights(1_300, 0, 1_100)
    assert (found.most, midnights_of([]), midnights_of(["Columns blank throughout: none."])) == (1_100, None, None)


def test_real_midnights(real_remarks):
    """Dyfed-Powys throughout, as SOURCES.md says (39 % by the clock of the files); five more forces in some months."""
    found = dict(real_remarks(RULE))
    assert sorted(name[:-16] for name in found) == sorted(
        [
            *(f"2019-{month:02}-dyfed-powys" for month in range(1, 13)),
            *(f"2019-{month:02}-avon-and-somerset" for month in (1, 3, 6, 7)),
            "2019-06-dorset",
            "2019-06-gwent",
            "2019-06-sussex",
        ]
    )
