"""A question in new words breaks the series, unless whoever mapped the wave says that its answers can be compared."""

from __future__ import annotations

import pytest

from analytics.findings import QUESTIONS
from analytics.scope import Scope
from tests.surveys import FORCE, SURVEY, answers, publish, wave

NEW = "Do the police in your area treat everybody fairly?"


def trend(store, comparable):
    asked = {"wording": NEW, "comparable": comparable}
    before, after = (
        wave(name, ends, what, fair=answers(positive, 200 - positive))
        for name, ends, what, positive in (("2025-Q3", "2025-09", None, 100), ("2026-Q3", "2026-09", asked, 140))
    )
    view = publish(store, before, after)
    scope = Scope.of({"force": FORCE, "survey": SURVEY, "measure": "fair"})
    return QUESTIONS["trends.measure"].answer(scope, view)


def test_new_words_that_can_be_compared_are_said_and_break_nothing(store) -> None:
    finding = trend(store, comparable=True)
    assert finding.table["broken"].tolist() == ["", ""]
    # By hand: 140 and 100 of 200.
    assert finding.tables["change"]["change"].tolist() == pytest.approx([0.2])
    said = (
        "Until 2025-Q3 the question was “The police in your area treat everyone fairly regardless of who they are”; "
        "whoever mapped 2026-Q3 says that the answers can be compared."
    )
    assert any(said in caveat for caveat in finding.caveats)


@pytest.mark.long
@pytest.mark.parametrize("comparable", [False, None])
def test_other_new_words_break_the_series(store, comparable) -> None:
    finding = trend(store, comparable)
    assert finding.table["broken"].tolist() == ["", "new wording"]
    assert finding.tables["change"].empty or finding.tables["change"]["change"].isna().all()
    assert not any("can be compared" in caveat for caveat in finding.caveats)
