"""What holds of a force without an area of its own: said in the same words by every question that needs one."""

from __future__ import annotations

import pytest

from analytics.findings import QUESTIONS
from analytics.scope import Scope
from tests.analytics.conftest import EAST, GOLDEN, WEST, Town

FIRST = "British Transport Police has no area of its own, so "
NO_RESIDENTS = f"{FIRST}there are no residents to set its searches against; what needs none is told below"
REFUSED = {
    "disproportionality": NO_RESIDENTS,
    "funnel": f"{FIRST}it has no districts that could be set against each other",
    "edges": f"{FIRST}it has no districts whose edges could matter",
    "standardised": f"{FIRST}there are no residents of the same ages and sexes to compare",
    "similar_forces": f"{FIRST}no force is most similar to it",
    "threshold_gaps": f"{FIRST}it has no districts with residents, on which the threshold test rests",
}
OUTCOME = {"Object of search": "Controlled drugs", "Outcome": "Arrest"}
ANSWERED = ("rates", "trend", "by_power")


@pytest.fixture(scope="module", params=["with residents of others", "without any"])
def railways(request, tmp_path_factory, police_csv, towns_made):
    """Three months of searches by British Transport Police, each of 30 Black and 60 White people."""
    town = Town(tmp_path_factory.mktemp("railways"), police_csv, made=towns_made)
    town.boundaries()
    if request.param == "with residents of others":
        town.census({town.east: ("East", GOLDEN)})
    for month in ("2019-04", "2019-05", "2019-06"):
        found = {(group, point): 15 for group in ("Black", "White") for point in (EAST, WEST)}
        town.stops(month, found | {("White", None): 30}, force="btp", **OUTCOME)
    return town.view()


def asked(name, view, **scope):
    question = QUESTIONS[f"stop_and_search.{name}"]
    return question.answer(Scope("btp", **scope).only(question.takes), view)


def test_each_question_says_what_follows_for_it(railways):
    answers = {name: asked(name, railways) for name in REFUSED}
    assert {name: finding.answer for name, finding in answers.items()} == {
        name: f"{why}." for name, why in REFUSED.items()
    }
    assert all(finding.refused for finding in answers.values())


def test_officers_words_change_nothing_of_it(railways):
    assert asked("disproportionality", railways, definition="officer").answer == f"{NO_RESIDENTS}."


def test_what_is_counted_is_given_with_the_same_reason(railways):
    for name in ANSWERED:
        finding = asked(name, railways)
        assert not finding.refused
        assert finding.answer.endswith(f"{NO_RESIDENTS}.")
        assert not any("ratio within districts" in caveat for caveat in finding.caveats)
    assert not asked("rates", railways).table["flag"].str.contains("residents").any()


def test_a_course_of_too_few_says_that_they_are_few(railways):
    finding = asked("trend", railways, group="Asian")
    assert (finding.refused, finding.answer) == (
        True,
        "No search by British Transport Police from April to June 2019 is recorded as Asian; check whether the force "
        "uses this category, or choose another group.",
    )
