"""Scopes: from an address and back, in words, and what they refuse."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.scope import ALL_POWERS, DEFINITIONS, DONT_KNOWS, LAYERS, POINTS, SMOOTHS, VIEWS, Scope, ScopeError
from data.geography import LEVELS
from data.vocabularies import BROAD_GROUPS, forces
from data.vocabularies.survey import measures

MONTHS = st.builds("{:04d}-{:02d}".format, st.integers(1900, 2099), st.integers(1, 12))


@st.composite
def scopes(draw):
    first, last = sorted((draw(MONTHS), draw(MONTHS)))
    parts = {
        "force": st.sampled_from(sorted(forces())),
        "area": st.text(min_size=1),
        "area_level": st.sampled_from(sorted(LEVELS)),
        "from_month": st.just(first),
        "to_month": st.just(last),
        "group": st.sampled_from(BROAD_GROUPS),
        "comparator": st.sampled_from(BROAD_GROUPS),
        "definition": st.sampled_from(sorted(DEFINITIONS)),
        "power": st.text(min_size=1),
        "population": st.text(min_size=1),
        "survey": st.text(min_size=1),
        "measure": st.sampled_from(sorted(measures())),
        "by": st.sampled_from(["age_band", "sex", "ethnicity"]),
        "layer": st.sampled_from([*LAYERS, *sorted(measures())]),
        "points": st.sampled_from(sorted(POINTS)),
        "dont_know": st.sampled_from(sorted(DONT_KNOWS)),
        "smooth": st.sampled_from(sorted(SMOOTHS)),
        "compare_from": MONTHS,
        "against_from": st.just(first),
        "against_to": st.just(last),
        "shows": st.sampled_from(VIEWS),
    }
    return Scope(**{name: draw(st.none() | values) for name, values in parts.items()})


@given(scopes())
def test_an_address_reopens_the_same_scope(scope):
    assert Scope.of(scope.address()) == scope


@pytest.mark.long
@given(scopes())
def test_every_scope_can_say_itself(scope):
    words = scope.but(area=None, power=None, population=None, survey=None).words()
    assert "whole force area" in words
    assert "None" not in words


def test_names_are_those_of_the_command_line():
    assert Scope.names() == [
        "force",
        "area",
        "area_level",
        "from",
        "to",
        "group",
        "comparator",
        "definition",
        "power",
        "population",
        "survey",
        "measure",
        "by",
        "layer",
        "points",
        "dont_know",
        "smooth",
        "compare_from",
        "against_from",
        "against_to",
        "shows",
        "among",
    ]


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ({"colour": "red"}, "“colour” is not part of a scope; there are force, area,"),
        ({"from_month": "2018-04"}, "“from_month” is not part of a scope"),
        ({"force": "gotham"}, "“gotham” is not a force; use its name on data.police.uk, such as west-yorkshire."),
        ({"from": "April 2018"}, "“April 2018” is not a month; write it as 2018-04."),
        ({"to": "2018-13"}, "“2018-13” is not a month"),
        ({"to": "٢٠١٨-٠٤"}, "“٢٠١٨-٠٤” is not a month"),
        ({"to": "9999-12"}, "“9999-12” is not a month"),
        ({"from": "2018-04\n"}, "is not a month"),
        ({"group": "black"}, "“black” is not a broad ethnic group; there are White, Black, Asian, Mixed and Other."),
        ({"comparator": "Everyone"}, "“Everyone” is not a broad ethnic group"),
        ({"definition": "own"}, "“own” is not a definition of ethnicity; there are self and officer."),
        ({"layer": "weather"}, "“weather” is no layer of a map; there are searches, search_ratio, crime, disorder,"),
        ({"shows": "weather"}, "“weather” is nothing that a map shows; there are estimate, certainty and chance."),
        ({"area_level": "street"}, "“street” is not an area level; there are force, district and neighbourhood."),
        ({"points": "months"}, "“months” is not a way to make points; there are waves, rolling and financial."),
        ({"dont_know": "yes"}, "“yes” is not a way to count don't know; there are left_out and counted."),
        ({"smooth": "very"}, "“very” is not a way to draw a level; there are no and yes."),
        ({"against_to": "then"}, "“then” is not a month"),
        ({"compare_from": "2019"}, "“2019” is not a month"),
        (
            {"against_from": "2019-02", "against_to": "2019-01"},
            "The earlier period ends (2019-01) before it starts (2019-02).",
        ),
        ({"from": "2019-02", "to": "2019-01"}, "The period ends (2019-01) before it starts (2019-02)."),
    ],
)
def test_what_no_scope_can_be_is_refused_in_one_sentence(address, sentence):
    with pytest.raises(ScopeError) as refusal:
        Scope.of(address)
    assert sentence in str(refusal.value)


def test_a_blank_part_is_not_said():
    assert Scope.of({"force": "", "from": ""}) == Scope()


def test_but_changes_a_part_and_leaves_the_first_as_it_was():
    scope = Scope(force="surrey")
    assert scope.but(group="Asian") == Scope(force="surrey", group="Asian")
    assert scope == Scope(force="surrey")


def test_only_keeps_what_a_question_takes():
    assert Scope(force="surrey", group="Asian").only(["force", "to"]) == Scope(force="surrey")


def test_words_name_every_part():
    scope = Scope("metropolitan", None, "district", "2018-04", "2018-09", "Black", "White", "officer", "Drugs")
    assert scope.but(population="Census 2021").words("Camden") == (
        "Metropolitan Police · Camden · April to September 2018 · officer-defined ethnicity · Drugs · "
        "residents by Census 2021"
    )
    pooled = Scope(force="surrey", points="rolling", dont_know="counted")
    assert pooled.words() == (
        "Surrey Police · whole force area · rolling 12 months · don't know counted as not positive"
    )
    assert Scope(force="surrey", power=ALL_POWERS).words() == "Surrey Police · whole force area"
