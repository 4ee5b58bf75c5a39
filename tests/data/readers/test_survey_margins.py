"""Margins in the making: groups of a column, what is pasted of them, and their sum."""

from __future__ import annotations

import pytest

from data.readers.survey_columns import Code
from data.readers.survey_margins import Group, Pasted, groups_of, is_whole, margin_of, pasted, sum_of

CODES = (Code("1", "", 60), Code("2", "", 30), Code("3", "", 9), Code("9", "Refused", 1), Code("8", "", 0))
WORDS = {"1": "Female", "2": "Male", "3": "female", "9": "Refused"}
GROUPS = groups_of(CODES, WORDS)


def test_codes_of_one_word_are_one_group_and_codes_of_nobody_none() -> None:
    assert list(GROUPS) == [Group("Female", 69, 100), Group("Male", 30, 100), Group("Refused", 1, 100)]
    assert GROUPS[0].said == "Female · 69 people, 69\u00a0% of those with an answer"
    assert [group.is_known for group in GROUPS] == [True, True, False]
    assert [group.words for group in groups_of(CODES, {})] == ["1", "2", "3", "9"]


@pytest.mark.parametrize(
    ("text", "shares"),
    [
        ("Female\t51.2\nMale\t48.8", {"Female": 51.2, "Male": 48.8}),
        ("female, 51,2 %\n\nMALE;48,8", {"Female": 51.2, "Male": 48.8}),
        ("Female 0.512\nMale 0.488", {"Female": 51.2, "Male": 48.8}),
        ("Female\t512,000\nMale\t488,000", {"Female": 51.2, "Male": 48.8}),
        ("Female 51", {"Female": 51}),
        ('"Male","12"', {"Male": 12}),
        ("", {}),
    ],
)
def test_two_columns_of_a_spreadsheet_are_shares_in_per_cent(text, shares) -> None:
    found = pasted(text, GROUPS)
    assert found.shares == pytest.approx(shares)
    assert found.unread == ()


@pytest.mark.parametrize("space", [" ", "\u00a0", "\u2009", "\u202f"])
def test_thousands_may_stand_behind_spaces(space) -> None:
    text = f"Female\t412{space}305\nMale 1{space}237{space}695"
    # By hand: 412,305 of 1,650,000 are 24.988 %.
    assert pasted(text, GROUPS).shares == pytest.approx({"Female": 24.988182, "Male": 75.011818}, abs=1e-6)
    assert pasted("Female 12 345,5\nMale 4,5", GROUPS).shares["Male"] == pytest.approx(4.5 / 123.5, abs=1e-5)


@pytest.mark.parametrize(
    "text", ["F\t51.2\nM\t48.8", "Females 51.2\nMales 48.8", "women,51.2\nmen,48.8", "f 0.512\nm 0.488"]
)
def test_women_and_men_go_by_several_names(text) -> None:
    assert pasted(text, GROUPS) == Pasted({"Female": 51.2, "Male": 48.8}, ())


def test_a_name_that_is_a_group_of_its_own_is_no_other() -> None:
    groups = groups_of((Code("Female", "", 5), Code("F", "", 1), Code("Male", "", 4)), {})
    assert pasted("F\t10\nFemale\t40\nMale\t50", groups).shares == {"F": 10.0, "Female": 40.0, "Male": 50.0}


def test_bands_agree_whatever_their_dash_and_their_end() -> None:
    groups = groups_of((Code("16-24", "", 4), Code("25-64", "", 5), Code("65+", "", 6)), {})
    text = "16 to 24\t12.5\n25\u201364\t51.5\n65 and over\t36"
    assert pasted(text, groups) == Pasted({"16-24": 12.5, "25-64": 51.5, "65+": 36.0}, ())


def test_with_a_group_in_two_lines_nothing_is_taken_and_the_group_is_named() -> None:
    assert pasted("Female\t51\nMale\t49\nfemale\t30\nOthers\t3", GROUPS) == Pasted({}, ("Others\t3",), ("Female",))


def test_names_that_end_in_a_number() -> None:
    groups = groups_of((Code("Aged 16 to 34", "", 4), Code("Zone 1", "", 5), Code("65 and over", "", 6)), {})
    text = "Aged 16 to 34 12.5\nZone 1,51.25\n65 and over: 36,25"
    assert pasted(text, groups).shares == pytest.approx({"Aged 16 to 34": 12.5, "Zone 1": 51.25, "65 and over": 36.25})


def test_lines_without_a_group_or_a_number_are_told() -> None:
    assert pasted("Group\tShare\nFemale\t51\nOthers\t3\nMale", GROUPS) == Pasted(
        {"Female": 51.0}, ("Group\tShare", "Others\t3", "Male")
    )


@pytest.mark.parametrize(
    ("shares", "said", "whole"),
    [
        ({"Female": 51.2, "Male": 48.8}, "They add up to 100.0\u00a0%.", True),
        (
            {"Female": 51.2, "Male": None},
            "They add up to 51.2\u00a0%, and should add up to 100\u00a0%; 1 group has no share yet.",
            False,
        ),
        ({"Female": 51.2, "Male": 40.0}, "They add up to 91.2\u00a0%, and should add up to 100\u00a0%.", False),
        (
            {"Female": 100.0, "Male": 0.0},
            "They add up to 100.0\u00a0%; a share is above 0: "
            "give a group without one the words of another, above, and both are one.",
            False,
        ),
        (
            {"Female": 120.0, "Male": -20.0},
            "They add up to 100.0\u00a0%; a share is above 0: "
            "give a group without one the words of another, above, and both are one.",
            False,
        ),
        ({}, "They add up to 0.0\u00a0%, and should add up to 100\u00a0%.", False),
    ],
)
def test_the_sum_is_said_with_what_is_missing(shares, said, whole) -> None:
    assert (sum_of(shares), is_whole(shares)) == (said, whole)


def test_a_margin_is_written_in_fractions() -> None:
    assert margin_of({"Female": 51.2, "Male": None}, ["Refused"]) == {"Female": 0.512, "Refused": "as it is"}
