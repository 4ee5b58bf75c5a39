"""Counts, shares and lists in the sentences of loading."""

from __future__ import annotations

import pytest

from analytics import wording
from data import words

LEFT = "{rows} {repeat} another one; {they} {were} left out."


@pytest.mark.parametrize(
    ("sentence", "number", "said"),
    [
        (LEFT, 1, "1 row repeats another one; it was left out."),
        (LEFT, 2, "2 rows repeat another one; they were left out."),
        (LEFT, 1204, "1,204 rows repeat another one; they were left out."),
        ("{rows} {have} no place and {are} kept.", 1, "1 row has no place and is kept."),
        ("{rows} {have} no place and {are} kept.", 0, "0 rows have no place and are kept."),
    ],
)
def test_a_sentence_agrees_with_its_number(sentence, number, said):
    assert words.agreeing(sentence, number, rows="row") == said


def test_loading_and_answers_write_counts_shares_and_lists_alike():
    for name in ("plural", "percent", "listing"):
        assert getattr(wording, name) is getattr(words, name)
