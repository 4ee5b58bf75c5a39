"""Scores of stages, counted by hand."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest

from analytics.cycle import item_positive, item_score, stage_scores, steps
from data.vocabularies.survey import measures


@dataclass
class Question:
    id: str
    stage: str
    classes: dict[str, str]
    higher_is_better: bool = True


FOUR = {"a": "positive", "b": "positive", "c": "negative", "d": "negative", "?": "don't know"}
THREE = {"good": "positive", "so-so": "neutral", "bad": "negative", "?": "don't know"}
ANSWERS = pd.DataFrame(
    {
        "one": ["a", "b", "c", "d", "?", None],
        "two": ["good", "so-so", "bad", "?", "good", None],
        "worry": ["a", "d", "b", "c", "?", "d"],
        "contact": ["good", None, None, None, None, "bad"],
    }
)
ONE, TWO = Question("one", "first", FOUR), Question("two", "first", THREE)
WORRY = Question("worry", "second", FOUR, higher_is_better=False)
CONTACT = Question("contact", "first", THREE)


def test_answers_lie_on_their_scale_and_what_is_not_welcome_is_turned():
    assert item_score(ANSWERS["one"], ONE).tolist()[:4] == pytest.approx([1, 2 / 3, 1 / 3, 0])
    assert item_score(ANSWERS["two"], TWO).tolist()[:3] == [1, 0.5, 0]
    assert item_score(ANSWERS["worry"], WORRY).tolist()[:4] == pytest.approx([0, 1, 1 / 3, 2 / 3])
    assert item_positive(ANSWERS["two"], TWO).tolist()[:3] == [1, 0, 0]
    assert item_positive(ANSWERS["worry"], WORRY).tolist()[:4] == [0, 1, 0, 1]
    assert np.isnan(item_score(ANSWERS["one"], ONE)[4:]).all()
    assert (steps(ONE), steps(TWO)) == (3, 2)


def test_a_stage_is_the_mean_of_what_was_answered():
    found = stage_scores(ANSWERS, [ONE, TWO, WORRY])
    assert found.items == {"first": ("one", "two"), "second": ("worry",)}
    assert found.score["first"].tolist()[:5] == pytest.approx([1, 7 / 12, 1 / 6, 0, 1])
    assert found.positive["first"].tolist()[:5] == [1, 0.5, 0, 0, 1]
    assert np.isnan(found.score["first"][5])
    assert found.score.index.equals(ANSWERS.index)


def test_a_question_that_few_were_asked_counts_for_nobody():
    found = stage_scores(ANSWERS, [ONE, CONTACT])
    assert (found.items, found.left_out) == ({"first": ("one",)}, {"first": ("contact",)})


def test_stages_stand_in_the_order_of_the_ring():
    items = [measure for name, measure in measures().items() if name in ("matter", "fair", "informed_local")]
    answers = pd.DataFrame({item.id: [item.answers[0]] * 4 for item in items})
    assert [*stage_scores(answers, items).items] == ["engagement", "fair treatment", "action and feedback"]


def test_every_scale_of_the_catalogue_can_be_read():
    for measure in measures().values():
        first, last = (item_score(pd.Series([measure.answers[place]]), measure)[0] for place in (0, -2))
        assert (first, last) == ((1, 0) if measure.higher_is_better else (0, 1)), measure.id


def test_what_cannot_be_read_is_said():
    with pytest.raises(ValueError, match="None of the questions of the cycle was asked"):
        stage_scores(ANSWERS[["two"]], [ONE])
    turned = Question("one", "first", dict(reversed(FOUR.items())))
    with pytest.raises(ValueError, match="The scale of one must have two answers or more and begin at its positive"):
        item_score(ANSWERS["one"], turned)
