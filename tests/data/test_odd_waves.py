"""Waves that are not as they should be: each says what, where and what to do; what can be given is right."""

from __future__ import annotations

import pytest

from analytics.findings import QUESTIONS
from analytics.findings.upload import groups
from analytics.scope import Scope
from data.checks.waves import ALIKE, FUTURE, MEANINGLESS, UNANSWERED, WITHOUT

MAPPING = """
survey = "Residents"
force = "surrey"
wave = "{wave}"
label = "{wave}"
starts = {starts}
ends = {ends}
shared = "nothing"
[columns]
respondent = "Serial"
weight = "WT"
date = "Day"
[measures.good_job_local]
column = "Q60"
answers = {{ 1 = "Excellent", 2 = "Good", 3 = "Fair", 4 = "Poor", 5 = "Very poor", 9 = "Don't know" }}
[measures.fair]
column = "Q62C"
answers = {{ 1 = "Strongly agree", 5 = "Strongly disagree" }}
"""


@pytest.fixture
def wave(load):
    """What becomes of a wave of these rows of number, weight, day and two answers; its outcome."""

    def run(rows, wave="2026-Q3", starts="2026-07-01", ends="2026-09-30"):
        content = "Serial,WT,Day,Q60,Q62C\n" + "".join(",".join(map(str, row)) + "\n" for row in rows)
        mapping = MAPPING.format(wave=wave, starts=starts, ends=ends)
        report = load({"wave.csv": content.encode(), "wave.csv.mapping.toml": mapping.encode()})
        return report.outcomes[0], groups(report)

    return run


def people(number: int, **changed) -> list[list]:
    """Respondents of whom each of five answers has as many; weights 1 and 2 by turns. Changes by row of the file."""
    rows = [[f"P{n}", 1 + n % 2, "2026-08-01", n % 5 + 1, (1, 5)[n % 2]] for n in range(number)]
    for name, by_row in changed.items():
        place = ["serial", "weight", "day", "job", "fair"].index(name)
        for row, value in by_row.items():
            rows[row - 2][place] = value
    return rows


def trend(store, measure="good_job_local"):
    scope = Scope.of({"force": "surrey", "survey": "Residents", "measure": measure})
    return QUESTIONS["trends.measure"].answer(scope, store.view())


WEIGHT = "Give every respondent a weight; leave the column out of the mapping where there are none."


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        (
            {"weight": {7: "-0.5"}},
            f"row 7, column “WT”, value “-0.5”: this is not a weight, a number of 0 or more. {WEIGHT}",
        ),
        (
            {"weight": {7: "heavy"}},
            f"row 7, column “WT”, value “heavy”: this is not a weight, a number of 0 or more. {WEIGHT}",
        ),
        ({"weight": {7: ""}}, f"row 7, column “WT”: this respondent has no weight. {WEIGHT}"),
        (
            {"serial": {9: "P0"}},
            "row 9, column “Serial”: this respondent stands in an earlier row too. Keep it or row 2, or map the column "
            "that numbers respondents.",
        ),
        (
            {"day": {4: "31/06/2026"}},
            "row 4, column “Day”, value “31/06/2026”: this is not a day. Write it as 2026-07-01 or 01/07/2026.",
        ),
        (
            {"job": dict.fromkeys(range(2, 62), ""), "fair": dict.fromkeys(range(2, 62), "")},
            "column “Q60 and Q62C”: none of the mapped questions has an answer in any of 60 rows. Map the columns that "
            "hold the answers, and give each of their codes its answer.",
        ),
        (
            {"weight": dict.fromkeys(range(2, 62), "0")},
            "column “WT”: every weight is 0 or blank, so nobody would count in any figure. Map the column of the "
            "weights; leave it out where there are none.",
        ),
    ],
)
def test_what_keeps_a_wave_out(wave, store, changed, said) -> None:
    outcome, _ = wave(people(60, **changed))
    assert (outcome.status, outcome.path) == ("refused", "wave.csv")
    assert [str(problem) for problem in outcome.problems] == [said]
    assert store.release() is None


def found(outcome, rule):
    (remark,) = (remark for remark in outcome.remarks if remark.rule == rule)
    return remark


def places(remark):
    return [(place.row, place.column, place.value) for place in remark.places]


def test_weights_of_nought_are_kept_and_count_in_no_figure(wave, store) -> None:
    outcome, _ = wave(people(60, weight={2: 0, 3: "0.0"}))
    remark = found(outcome, WITHOUT)
    assert (remark.rows, places(remark)) == (2, [(2, "WT", "0"), (3, "WT", "0")])
    assert remark.what == "2 people of 60 have the weight 0"
    # By hand: 60 people with weights 1, 2, 1, 2 …; the first two, who answer 1 and 2, count for nothing. Of the rest
    # those with the answers 1 and 2 weigh 36 - 3, and everyone weighs 90 - 3.
    assert trend(store).table["estimate"].tolist() == pytest.approx([33 / 87])


def test_weights_that_are_all_the_same_are_said_and_change_nothing(wave, store) -> None:
    outcome, _ = wave(people(60, weight=dict.fromkeys(range(2, 62), "1.5")))
    remark = found(outcome, ALIKE)
    assert remark.what == "All 60 weights of the column “WT” are 1.5"
    assert places(remark) == [(2, "WT", "1.5")]
    # By hand: of answers 1 to 5, as many each, two are positive.
    assert trend(store).table["estimate"].tolist() == pytest.approx([0.4])


def test_a_wave_in_the_future(wave) -> None:
    outcome, _ = wave(people(60, day=dict.fromkeys(range(2, 62), "2091-08-01")), "2091-Q3", "2091-07-01", "2091-09-30")
    begins, asked = (remark for remark in outcome.remarks if remark.rule == FUTURE)
    assert begins.what.startswith("The wave begins on 2091-07-01, and today is ")
    assert [(place.column, place.value, place.remedy) for place in begins.places] == [
        ("starts", "2091-07-01", "Correct starts and ends, the first and the last day of fieldwork")
    ]
    assert asked.rows == 60
    assert places(asked)[0] == (2, "Day", "2091-08-01")
    assert asked.places[0].remedy == "Correct the day"


def test_codes_without_a_meaning_are_counted_and_left_out(wave, store) -> None:
    outcome, found_groups = wave(people(60, job={2: 7, 12: 7, 22: 8}))
    remark = found(outcome, MEANINGLESS)
    assert (remark.what, remark.kept) == ("3 answers in 1 column have such a code", "Count as not answered")
    assert places(remark) == [(2, "Q60", "7"), (22, "Q60", "8")]
    assert [place.what.partition(";")[0] for place in remark.places] == ["2 people", "1 person"]
    assert next(group for group in found_groups if group.rule == MEANINGLESS).stops is False
    # By hand: rows 2, 12 and 22 answered 1 with the weight 1. Of 90 less 3, those with 1 and 2 weigh 36 less 3.
    assert trend(store).table["estimate"].tolist() == pytest.approx([33 / 87])
    assert trend(store).table["base"].tolist() == [57]


def test_a_question_that_nobody_answered_is_said_and_has_no_figure(wave, store) -> None:
    outcome, _ = wave(people(60, fair=dict.fromkeys(range(2, 62), "")))
    remark = found(outcome, UNANSWERED)
    assert remark.what == "1 mapped question has no answer in any of 60 rows"
    assert [(place.column, place.what) for place in remark.places] == [("Q62C", "nobody answered “Treated fairly”")]
    row = trend(store, "fair").table.iloc[0]
    assert (row["flag"], str(row["estimate"])) == ("nobody answered", "nan")
    assert trend(store).table["estimate"].tolist() == pytest.approx([0.4])


def test_one_respondent_is_loaded_and_no_figure_is_given(wave, store) -> None:
    outcome, _ = wave(people(1))
    assert (outcome.status, outcome.detail) == ("loaded", "survey wave, Residents, Surrey Police 2026-Q3: 1 row")
    finding = trend(store)
    row = finding.table.iloc[0]
    assert (row["flag"], str(row["base"]), str(row["estimate"])) == (
        "not enough answers: fewer than 10",
        "<NA>",
        "<NA>",
    )
    assert "not enough answers" in finding.answer


def test_what_would_keep_nothing_out_is_told_beside_what_does(wave) -> None:
    outcome, found_groups = wave(people(60, job={2: 7}, serial={9: "P0"}))
    assert outcome.status == "refused"
    assert [(group.rule, group.stops, group.kept) for group in found_groups] == [
        ("This respondent stands in an earlier row too", True, "Nothing of this file is loaded until it is corrected"),
        ("Noticed besides", False, "It alone would not keep the file out"),
    ]
    assert [(place.row, place.column, place.value) for place in found_groups[1].places] == [(2, "Q60", "7")]
