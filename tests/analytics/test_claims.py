"""The statement ladder: the method sets the rung, and no sentence below the top one says more than it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from analytics.claims import BLOCKED, Claim, Layer, blocked, claim_of, sentences_of
from analytics.finding import CLAIMS
from analytics.findings import QUESTIONS, choices
from analytics.findings.survey import choices as survey_choices
from analytics.scope import Scope

NEEDED = {"neighbourhoods.profile": Scope(area="X05000011")}
"""What a question can't be answered without, on the demonstration."""
FINDINGS = Path(__file__).resolve().parents[2] / "analytics" / "findings"


@pytest.mark.parametrize(
    ("layer", "given", "claim"),
    [
        (Layer.DESCRIPTION, {}, 0),
        (Layer.DESCRIPTION, {"registered_before": True, "randomised": True, "flat_before": True}, 0),
        (Layer.ASSOCIATION, {"registered_before": True, "randomised": True, "flat_before": True}, 1),
        (Layer.DYNAMICS, {}, 2),
        (Layer.FORECAST, {"registered_before": True}, 3),
        (Layer.STAGGERED, {}, 1),
        (Layer.STAGGERED, {"registered_before": True}, 1),
        (Layer.STAGGERED, {"flat_before": True}, 3),
        (Layer.STAGGERED, {"flat_before": True, "registered_before": True}, 4),
        (Layer.COMPARED, {}, 3),
        (Layer.COMPARED, {"registered_before": True}, 4),
        (Layer.COMPARED, {"randomised": True}, 4),
    ],
)
def test_the_method_sets_the_claim(layer, given, claim):
    assert claim_of(layer, **given) == claim


def test_every_rung_has_its_words():
    assert [rung.name.lower().replace("_", " ") for rung in Claim] == [
        words.removesuffix(" under the stated design") for words in CLAIMS
    ]


def test_no_finding_writes_a_claim_of_its_own():
    written = [
        f"{path.relative_to(FINDINGS)}: {found[0]}"
        for path in FINDINGS.rglob("*.py")
        for found in re.finditer(r"\bclaim\s*=\s*[0-9].*", path.read_text(encoding="utf-8"))
    ]
    assert written == []


@pytest.mark.parametrize("word", BLOCKED)
def test_a_blocked_word_is_found_below_the_top_rung(word):
    said = f"Confidence {word.capitalize()} engagement."
    assert blocked(said, 3) == [word.capitalize()]
    assert blocked(said, 4) == []


@pytest.mark.parametrize(
    "said",
    [
        "The design effect is 1.4, and areas have random effects.",
        "The community impact assessment is kept.",
        "The question was “Has it improved because of us?” until 2025.",
        "Roadworks, effects and impacts are other words.",
    ],
)
def test_terms_of_the_field_quotations_and_other_words_pass(said):
    assert blocked(said, 0) == []


def said_too_much(finding):
    return [(finding.key, sentence) for sentence in sentences_of(finding) if blocked(sentence, finding.claim)]


def asked(key, view):
    """The scopes that a question is asked with: the force alone, and each survey of it."""
    takes = QUESTIONS[key].takes
    forces = {*choices.forces(view), *survey_choices.forces(view)} if "force" in takes else set()
    for force in sorted(forces):
        yield Scope(force=force)
        for survey in survey_choices.surveys(view, force)[1:] if "survey" in takes else ():
            yield Scope(force=force, survey=survey)


def test_the_demonstration_says_no_more_than_its_methods_allow(fitted_demonstration):
    view = fitted_demonstration.view()
    findings = [question.answer(NEEDED.get(key, Scope()), view) for key, question in QUESTIONS.items()]
    assert [found for finding in findings for found in said_too_much(finding)] == []
    refused = {"stop_and_search.threshold_gaps", "stop_and_search.similar_forces"}
    assert {finding.key for finding in findings if finding.refused} == refused


@pytest.mark.long
@pytest.mark.parametrize("measure", ["fair", "influence", "would_inform", "gave_information", "matter", "worry_asb"])
def test_nor_does_any_measure_of_the_demonstration(demonstration, measure):
    view = demonstration.view()
    takes = [question for question in QUESTIONS.values() if "measure" in question.takes]
    for question in takes:
        for area in (None, "X07000003"):
            scope = Scope(measure=measure, area=area).only(question.takes)
            assert said_too_much(question.answer(scope, view)) == []


@pytest.mark.real
@pytest.mark.long
@pytest.mark.parametrize("key", QUESTIONS)
def test_nor_does_any_force_of_the_real_files(real_store, key):
    view = real_store.view()
    for scope in asked(key, view):
        assert said_too_much(QUESTIONS[key].answer(scope, view)) == []
