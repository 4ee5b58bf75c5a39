"""The days on which rules changed, against the words of the law, and rows that nobody could read."""

from __future__ import annotations

import pytest

from data.vocabularies.policy import policy_date, policy_dates

ROW = {
    "name": "Rule",
    "date": "2020-01-02",
    "end": "",
    "changed": "Something",
    "forces": "",
    "source": "Somebody, Title, 2 January 2020",
}


def test_every_day_has_a_source_with_a_year_and_says_what_changed():
    rules = policy_dates()
    assert [rule.date for rule in rules] == sorted(rule.date for rule in rules)
    for rule in rules:
        assert rule.date >= "2014-01-01"
        assert any(f"20{year}" in rule.source for year in range(14, 27)), rule
        assert not rule.changed.endswith("."), "a sentence is made of it"
        assert len(rule.name) <= 45, "it stands in a list within one sentence"


@pytest.mark.parametrize(
    ("date", "end", "forces"),
    [
        # SI 2023/387, regulation 1(2): the police areas of Merseyside, Thames Valley, Sussex and West Midlands.
        ("2023-04-19", "2025-04-18", {"merseyside", "sussex", "thames-valley", "west-midlands"}),
        # The announcement of 31 March 2019: London, West Midlands, Merseyside, South Yorkshire, West Yorkshire, South
        # Wales and Greater Manchester.
        (
            "2019-03-31",
            "",
            {
                "metropolitan",
                "west-midlands",
                "merseyside",
                "south-yorkshire",
                "west-yorkshire",
                "south-wales",
                "greater-manchester",
            },
        ),
        # gov.uk: "has effect from 19 March 2015", "from 17 January 2023"; superseded by a newer one "on 20 December".
        ("2015-03-19", "", set()),
        ("2023-01-17", "", set()),
        ("2023-12-20", "", set()),
        # SI 2020/350 and SI 2020/353 (W. 80): in force at 1 p.m. and at 4 p.m. of one day.
        ("2020-03-26", "", set()),
        # SI 2022/418, regulation 2: "come into force on 6th April 2022".
        ("2022-04-06", "", set()),
    ],
)
def test_days_and_forces_are_those_of_the_sources(date, end, forces):
    (rule,) = [rule for rule in policy_dates() if rule.date == date]
    assert (rule.end, set(rule.forces)) == (end, forces)
    assert rule.holds_for("merseyside")
    assert rule.holds_for("kent") == (not forces)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"date": "2 January 2020"}, "has the day “2 January 2020”; write it as YYYY-MM-DD"),
        ({"date": "20200102"}, "has the day “20200102”"),
        ({"date": "2021-02-29"}, "has the day “2021-02-29”"),
        ({"date": ""}, "has the day “”"),
        ({"end": "2020-13-01"}, "has the day “2020-13-01”"),
        ({"end": "2020-01-01"}, "ends on 2020-01-01, before it begins"),
        ({"forces": "kent;london"}, "names the force “london”, which forces.csv does not list"),
        ({"source": ""}, "has nothing under source"),
        ({"changed": ""}, "has nothing under changed"),
    ],
)
def test_a_row_that_nobody_could_read_is_refused_in_a_sentence(change, why):
    with pytest.raises(ValueError, match=why):
        policy_date(ROW | change)
    assert policy_date(ROW).holds_for("kent")
