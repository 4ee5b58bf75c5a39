"""The ring of the demonstration and of made-up surveys, computed again here from the rows, one unit at a time."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest

from analytics.briefings.spreadsheet import to_csv, to_excel
from analytics.columns import meaning
from analytics.findings import QUESTIONS, cycle
from analytics.findings.ways_out import ways_out
from analytics.reading import reading_table, reading_titles
from analytics.scope import Scope
from data.vocabularies.survey import STAGES, measures
from tests.surveys import answers, publish, wave

KEY = "cycle.ring"
YEAR = ["2025-Q4", "2026-Q1", "2026-Q2", "2026-Q3"]
BEFORE = ["2025-Q1", "2025-Q2", "2025-Q3"]
FORBIDDEN = re.compile(
    r"\b(effect|impact|caused|due to|because of|thanks to|result of|led to|drives|improved|boosted|works)\b", re.I
)
ASKED = {
    "engagement": ["informed_local", "influence", "seen_heard", "visibility"],
    "fair treatment": ["respect", "fair", "listen", "ss_fair"],
    "confidence": ["good_job_local", "overall_confidence", "trust_force"],
    "willingness to help": ["would_report", "would_inform", "would_witness"],
    "community information": ["gave_information"],
    "action and feedback": ["matter"],
}
"""What everyone was asked of each stage; satisfaction is of those alone who had contact."""


def ask(view, key=KEY, **scope):
    return QUESTIONS[key].answer(Scope.of(scope), view)


@pytest.fixture(scope="module")
def view(demonstration):
    return demonstration.view()


@pytest.fixture(scope="module")
def people(view):
    rows = view.rows("responses").collect("pandas").to_native()
    return rows[rows["wave"].isin([*YEAR, *BEFORE])].reset_index(drop=True)


def shares(people, names, domains):
    """The score of a stage in each domain, and the covariance of the scores from the totals of every sampled unit."""
    totals, scores = [], []
    for inside in domains:
        total, score = 0.0, 0.0
        for name in names:
            classes = measures()[name].classes
            told = people[name].astype(object).map(classes)
            known = inside & told.isin(["positive", "neutral", "negative"])
            y, w = (told == "positive").astype(float), people["weight"].where(known, 0.0)
            share = float((w * y).sum() / w.sum())
            score += share / len(names)
            total = total + (w * (y - share)) / w.sum() / len(names)
        scores.append(score)
        totals.append(total)
    units = pd.DataFrame(np.array(totals).T).groupby([people["wave"], people["stratum"], people["psu"]]).sum()
    variance = np.zeros((len(totals),) * 2)
    for _, stratum in units.groupby(level=[0, 1]):
        m, centred = len(stratum), (stratum - stratum.mean()).to_numpy()
        variance += m / (m - 1) * centred.T @ centred
    return scores, variance


def test_the_scores_of_the_force_are_those_of_its_rows(view, people):
    table = ask(view).tables["stages"].set_index("stage")
    assert list(table.index) == list(STAGES) == list(ASKED)
    now, before = people["wave"].isin(YEAR), people["wave"].isin(BEFORE)
    for stage, names in ASKED.items():
        (score, was), variance = shares(people, names, [now, before])
        assert table.loc[stage, "score"] == pytest.approx(score, abs=1e-9), stage
        assert table.loc[stage, "se"] == pytest.approx(np.sqrt(variance[0, 0]), rel=1e-9), stage
        assert table.loc[stage, "difference"] == pytest.approx(score - was, abs=1e-9), stage
        half = table.loc[stage, "difference_high"] - table.loc[stage, "difference"]
        assert half == pytest.approx(1.965 * np.sqrt(variance[0, 0] + variance[1, 1] - 2 * variance[0, 1]), rel=0.02)
        assert table.loc[stage, "questions"] == "; ".join(measures()[n].label for n in measures() if n in names)


@pytest.mark.long
def test_a_stage_of_one_question_is_the_figure_that_trends_has(view):
    stage = ask(view).tables["stages"].set_index("stage").loc["action and feedback"]
    area = ask(view, area="X05000011").tables["stages"].set_index("stage").loc["action and feedback"]
    groups = QUESTIONS["trends.by_group"].answer(Scope.of({"measure": "matter", "by": "sex"}), view).tables["groups"]
    areas = QUESTIONS["trends.by_area"].answer(Scope.of({"measure": "matter"}), view).tables["areas"]
    women = ask(view, by="sex", among="Female").tables["stages"].set_index("stage").loc["action and feedback"]
    for own, other in (
        (area, areas.set_index("area").loc["X05000011"]),
        (women, groups.set_index("group").loc["Female"]),
    ):
        assert [own["score"], own["low"], own["high"]] == pytest.approx(
            list(other[["estimate", "low", "high"]]), abs=1e-6
        )
        assert own["base"] == other["base"]
        assert own["difference"] == pytest.approx(other["difference"], abs=1e-6)
        assert own["difference_high"] == pytest.approx(other["difference_high"], abs=1e-3)
    whole = ask(view).tables["measures"].set_index("measure").loc["matter"]
    assert [stage["score"], stage["low"]] == pytest.approx([whole["estimate"], whole["low"]], abs=1e-12)


def test_a_group_is_set_against_everyone_else(view, people):
    table = ask(view, by="age_band", among="16 to 24").tables["stages"].set_index("stage")
    now, young = people["wave"].isin(YEAR), people["age_band"] == "16 to 24"
    for stage in ("fair treatment", "willingness to help"):
        (score, others), variance = shares(people, ASKED[stage], [now & young, now & ~young])
        assert table.loc[stage, "score"] == pytest.approx(score, abs=1e-9)
        assert table.loc[stage, "difference"] == pytest.approx(score - others, abs=1e-9)
        se = np.sqrt(variance[0, 0] + variance[1, 1] - 2 * variance[0, 1])
        half = (table.loc[stage, "difference_high"] - table.loc[stage, "difference_low"]) / 2
        assert half == pytest.approx(1.966 * se, rel=0.02)
    assert table.loc["fair treatment", "verdict"] == "below"


def test_an_area_whose_confidence_was_planted_low_is_found(view):
    found = ask(view, area="X05000011")
    assert found.headline == "Confidence is clearly below the rest of the force"
    assert "of 6 stages tested" in found.answer
    assert found.provenance.scope["area"] == "X05000011"


@pytest.mark.parametrize(
    "scope",
    [{}, {"area": "X07000003"}, {"area": "X05000010"}, {"by": "ethnicity", "among": "Black"}, {"to": "2023-03"}],
    ids=str,
)
def test_words_tables_and_files_say_what_they_should(scope, view):
    found = ask(view, **scope)
    assert not found.refused
    assert len(found.headline) < 70
    words = " ".join([found.headline, found.answer, *found.caveats, found.alt, found.provenance.method])
    assert FORBIDDEN.search(words) is None
    assert "nan" not in words.casefold().split()
    assert list(reading_titles(found)) == ["stages", "measures"]
    for name, table in found.tables.items():
        assert [column for column in table.columns if not meaning(column)] == []
        assert not reading_table(found, name).map(lambda text: text in ("nan", "None", "<NA>")).any(axis=None)
        assert to_csv(found, name)
    assert to_excel(found)[:2] == b"PK"
    assert ask(view, **found.provenance.scope).answer == found.answer
    for mode in ("light", "dark"):
        assert found.chart(mode).to_plotly_json()["data"]


def test_stages_are_never_set_against_each_other(view):
    assert any("the lowest score is not the weakest stage" in caveat for caveat in ask(view).caveats)
    assert any(
        caveat == "Left out: Satisfied with contact, which not everyone was asked." for caveat in ask(view).caveats
    )


def test_a_year_that_begins_with_a_new_questionnaire_is_not_compared(view):
    found = ask(view, to="2025-03")
    assert found.tables["stages"]["difference"].isna().all()
    assert "Nothing is set against a year before: new questionnaire from January 2025." in found.caveats


def two_years(store, first, second, **more):
    """Two waves a year apart; shares of 100 answers in each by measure."""
    asked = {name: answers(yes, 100 - yes) for name, yes in first.items()}
    again = {name: answers(yes, 100 - yes) for name, yes in second.items()}
    return publish(store, wave("a", "2025-03", **asked), wave("b", "2026-03", **{**again, **more}))


def test_a_year_before_that_a_break_cuts_short_says_so_beside_what_is_found(view):
    found = ask(view)
    assert found.headline == "No stage has clearly changed against January to September 2025"
    assert (
        " Against January to September 2025, all of the year before that can be compared (new questionnaire and new "
        "wording from January 2025): "
    ) in found.answer


def test_a_year_before_of_which_less_is_loaded_says_so_and_a_whole_one_says_nothing(store):
    half = {"trust_force": answers(60, 40)}
    quarters = [wave(month, month, **half) for month in ("2025-03", "2025-12", "2026-03")]
    found = ask(publish(store, *quarters))
    assert "Against January to March 2025, all of the year before that can be compared (no earlier wave" in found.answer
    whole = ask(publish(store, wave("b", "2024-12", **half)))
    assert "can be compared" not in whole.answer
    assert whole.headline == "No stage has clearly changed in the past year"


def test_a_stage_that_nobody_asked_of_says_so_and_the_others_stand(store):
    found = ask(two_years(store, {"trust_force": 60, "fair": 70}, {"trust_force": 60, "fair": 40}))
    table = found.tables["stages"].set_index("stage")
    assert list(table.loc[["engagement", "community information"], "flag"]) == ["no question asked"] * 2
    assert table.loc["fair treatment", "score"] == pytest.approx(0.4)
    assert found.headline == "Fair treatment fell in the past year"
    # Newcombe's interval with t of 99: 0.30 give or take √(.098² + .096²) and √(.091² + .081²).
    assert "fair treatment fell by 30 points (16 to 42)" in found.answer
    assert "Engagement: no question asked" in found.answer


def test_only_questions_asked_both_years_make_a_change(store):
    """Trust is 60 of 100 in both years; a second question of the stage came later and is lower."""
    view = two_years(store, {"trust_force": 60}, {"trust_force": 60, "relied_on": 20})
    row = ask(view).tables["stages"].set_index("stage").loc["confidence"]
    assert row["score"] == pytest.approx((0.6 + 0.2) / 2)
    assert row["difference"] == pytest.approx(0)
    assert row["flag"] == "change without Relied on to be there, whose series broke or was not asked a year before"


def test_a_stage_with_too_few_answers_to_one_question_is_withheld(store):
    few = answers(20, 20) + [None] * 60
    view = publish(store, wave("a", "2026-03", trust_force=answers(60, 40), relied_on=few))
    row = ask(view).tables["stages"].set_index("stage").loc["confidence"]
    assert row["flag"] == "not enough answers: 40"
    assert pd.isna(row["score"])


def test_what_not_everyone_was_asked_stands_where_a_stage_has_nothing_else(store):
    asked_of = {"asked_of": "people who had contact"}
    view = publish(store, wave("a", "2026-03", asked_of, fair=answers(70, 30), listen=answers(50, 50)))
    assert ask(view).tables["stages"].set_index("stage").loc["fair treatment", "score"] == pytest.approx(0.6)


def test_a_small_group_is_not_given_away_by_the_others(store):
    """Nine people of one group, whose number is withheld: that of the smallest other group is too."""
    view = publish(
        store,
        wave(
            "a",
            "2026-03",
            trust_force=answers(60, 40) + answers(50, 50) + answers(100, 109),
            sex=["Male"] * 100 + ["Female"] * 100 + ["Female"] * 200 + ["Other"] * 9,
        ),
    )
    male = ask(view, by="sex", among="Male").tables["stages"].set_index("stage").loc["confidence"]
    assert pd.isna(male["base"])
    assert "would give away that of another group" in male["flag"]
    female = ask(view, by="sex", among="Female").tables["stages"].set_index("stage").loc["confidence"]
    assert female["base"] == 300


@pytest.mark.parametrize(
    ("scope", "sentence"),
    [
        ({"among": "16 to 24"}, "“16 to 24” is one of several groups: say what they are of as well, with “by”."),
        ({"by": "age_band", "among": "old"}, "has nobody of “old” (age); there is 16 to 24, 25 to 34"),
        ({"by": "age_band", "among": "16 to 24", "area": "X05000011"}, "of an area or of a group, not of both at once"),
    ],
)
def test_what_can_not_be_asked_is_refused_in_words(scope, sentence, view):
    found = ask(view, **scope)
    assert found.refused
    assert sentence in found.answer
    assert ways_out(KEY, Scope.of({"force": "eskmere", "survey": "Eskmere Residents Survey", **scope}), view)


def test_a_survey_about_no_stage_is_refused(store):
    view = publish(store, wave("a", "2026-03", safe_dark=["Very safe"] * 120))
    assert ask(view).answer == "Residents asks nothing about a stage of the cycle up to March 2026."
    assert cycle.groups(Scope(), view, "sex") == []


def test_studies_stand_on_both_sides_and_the_pilot_never_alone(view):
    found = ask(view, "cycle.studies")
    assert [card.title.partition(" ")[0] for card in found.cards][:2] == ["Tuffin", "Mason"]
    sides = [card.lines[0].bold for card in found.cards]
    assert {"Speaks for a link.", "Qualifies one."} == set(sides)
    assert any("One of seven perceptions moved" in line.text for card in found.cards for line in card.lines)
