"""The first sentence of a part of the stop and search page takes two lines at most on a screen of 1,280 pixels."""

from __future__ import annotations

import pytest

from analytics.findings import QUESTIONS, choices
from analytics.scope import Scope

TWO_LINES = 290
"""Letters of two lines; a line of the house font holds about 150 of them there."""

KEYS = ("funnel", "scorecard", "diagnostic", "confidence_link", "teams", "bars", "quality", "months")


@pytest.mark.parametrize("key", KEYS)
def test_on_the_demonstration(demonstration, key):
    finding = _answer(key, Scope(), demonstration.view())
    assert not finding.refused
    assert len(finding.answer) <= TWO_LINES, finding.answer


@pytest.mark.real
@pytest.mark.parametrize("key", ["funnel", "scorecard", "diagnostic", "quality"])
@pytest.mark.parametrize("force", ["metropolitan", "dyfed-powys", "avon-and-somerset"])
def test_on_published_files(real_store, force, key):
    finding = _answer(key, Scope(force), real_store.view())
    assert len(finding.answer) <= TWO_LINES, finding.answer


def _answer(key, scope, view):
    question = QUESTIONS[f"stop_and_search.{key}"]
    return question.answer(choices.complete(scope, view).only(question.takes), view)
