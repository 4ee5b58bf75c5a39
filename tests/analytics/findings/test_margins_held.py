"""Residents of the store as margins to rake to: whole forces, groups that agree, nothing that is suppressed."""

from __future__ import annotations

import pytest

from analytics.findings.upload import residents_held

BROAD = ("White", "Black", "Asian", "Mixed", "Other")
WEST = {"White": 700, "Black": 100, "Asian": 100, "Mixed": 60, "Other": 40}
EAST = {"White": 500, "Black": 300, "Asian": 100, "Mixed": 60, "Other": 40}


def test_residents_of_all_districts_are_added_up(town) -> None:
    town.boundaries()
    town.census({town.west: ("West", WEST), town.east: ("East", EAST)})
    held = residents_held(town.view(), "surrey", "ethnicity", ("white", "Black", "Asian", "Mixed", "Other"))
    assert held is not None
    assert held.lines == "white\t1200\nBlack\t400\nAsian\t200\nMixed\t120\nOther\t80"
    assert held.source == "Census 2021"
    assert held.about == (
        "Residents in the districts of Surrey Police, of every age: among those whom a survey asks shares may differ."
    )


@pytest.mark.parametrize(
    ("force", "attribute", "groups"),
    [
        (None, "ethnicity", BROAD),
        ("kent", "ethnicity", BROAD),
        ("england and wales", "ethnicity", BROAD),
        ("surrey", "sex", ("Female", "Male")),
        ("surrey", "ethnicity", ("White", "All others")),
        ("surrey", "ethnicity", ()),
    ],
)
def test_without_the_same_groups_of_the_force_there_is_nothing_to_fill_in(town, force, attribute, groups) -> None:
    town.boundaries()
    town.census({town.west: ("West", WEST), town.east: ("East", EAST)})
    assert residents_held(town.view(), force, attribute, groups) is None


def test_a_district_that_is_missing_or_suppressed_makes_no_margin_of_the_force(town) -> None:
    town.boundaries()
    town.census({town.west: ("West", WEST)})
    assert residents_held(town.view(), "surrey", "ethnicity", BROAD) is None
    town.census({town.west: ("West", WEST), town.east: ("East", {**EAST, "Mixed": None})})
    assert residents_held(town.view(), "surrey", "ethnicity", BROAD) is None


def test_an_empty_store_holds_none(store) -> None:
    assert residents_held(store.view(), "surrey", "ethnicity", BROAD) is None
