"""Which questions can't be answered: a glance may miss one, and never tells it of one that can be."""

from __future__ import annotations

import pytest

from analytics.findings import QUESTIONS, choices
from analytics.findings.ways_out import silent
from analytics.scope import Scope

SOME = ("btp", "cumbria", "metropolitan")
GLANCED = [key for key, question in QUESTIONS.items() if question.glance]


def silent_and_refused(scope, view):
    """The questions that a glance takes for unanswerable, and those of them that are refused."""
    told = [key for key in GLANCED if silent([key], scope, view)]
    answers = [QUESTIONS[key].answer(scope.only(QUESTIONS[key].takes), view) for key in told]
    return told, [finding.key for finding in answers if finding.refused]


@pytest.mark.parametrize("force", SOME)
def test_what_a_glance_takes_for_unanswerable_is_refused(force, real_store):
    view = real_store.view()
    told, refused = silent_and_refused(choices.complete(Scope(force), view), view)
    assert told == refused
    assert "stop_and_search.teams" in told


@pytest.mark.long
def test_so_it_is_of_every_force_and_group(real_store):
    view = real_store.view()
    for force in choices.forces(view):
        for more in ({}, {"group": "Mixed"}, {"definition": "officer"}):
            told, refused = silent_and_refused(choices.complete(Scope(force, **more), view), view)
            assert told == refused, (force, more)


def test_what_can_be_answered_is_not_silent(demonstration):
    view = demonstration.view()
    scope = choices.complete(Scope(), view)
    told, refused = silent_and_refused(scope, view)
    assert told == refused
    heard = {"stop_and_search.funnel", "stop_and_search.standardised", "stop_and_search.teams"}
    assert not heard & set(told)
    assert not silent(["stop_and_search.standardised", "stop_and_search.similar_forces"], scope, view)


def test_an_invented_example_gives_no_part_a_voice(golden_town):
    view = golden_town.view()
    scope = choices.complete(Scope(), view)
    assert silent(["stop_and_search.threshold_gaps", "stop_and_search.bars"], scope, view)
