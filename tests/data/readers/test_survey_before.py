"""What a mapping takes over from an earlier one, and what of it is marked."""

from __future__ import annotations

import tomllib

import pytest

from data.readers.survey_before import mirrored, runs_against
from data.readers.survey_draft import MEASURE, begun, drafted
from data.vocabularies.survey import measures

AGREE = ("Strongly agree", "Tend to agree", "Neither agree nor disagree", "Tend to disagree", "Strongly disagree")
BEFORE = """
survey = "Public Attitude Survey"
force = "metropolitan"
wave = "2025-Q3"
label = "July to September 2025"
starts = 2025-07-01
ends = 2025-09-30
shared = "nothing"
{drop}
[columns]
respondent = "Serial"
area = "C2"
{weight}
[areas]
1 = "Barking and Dagenham"
[attributes.age_band]
column = "Q136r"
values = {{ 1 = "18-24", 2 = "25-34" }}
[measures.fair]
column = "Q62C"
not_answers = [8]
answers = {{ 1 = "Strongly agree", 2 = "Tend to agree", 3 = "Neither agree nor disagree", 4 = "Tend to disagree", \
5 = "Strongly disagree", 9 = "Don't know" }}
"""


def before(drop: str = "", weight: str = "") -> str:
    return BEFORE.format(drop=drop, weight=weight)


@pytest.fixture
def earlier(source):
    """A mapping as the store gives it."""
    return lambda text=None, label="the wave before": (label, source("x.mapping.toml", (text or before()).encode()))


def answers(columns: str = "Serial,Borough,ReQ136,Q62C", codes: int = 5) -> bytes:
    rows = [f"{n},{n % 3 + 1},{n % 2 + 1},{n % codes + 1}" for n in range(40)]
    return "\n".join([columns, *rows]).encode()


def test_columns_under_new_names_are_found_and_marked_and_keep_their_codes(source, earlier) -> None:
    draft = drafted(source("wave.csv", answers()), [earlier()])
    assert draft.remembered == "the wave before"
    assert draft.content["columns"] == {"respondent": "Serial", "area": "Borough"}
    assert draft.content["areas"] == {"1": "Barking and Dagenham"}
    assert draft.content["attributes"]["age_band"] == {"column": "ReQ136", "values": {"1": "18-24", "2": "25-34"}}
    assert draft.content["measures"] == tomllib.loads(before())["measures"]
    assert draft.differs == {
        "Borough": ["Before, the column of the area was “C2”."],
        "ReQ136": ["Before, “Age” was the column “Q136r”. Its codes are taken over."],
    }
    assert draft.lacks == ()


def test_nothing_is_marked_where_nothing_differs(source, earlier) -> None:
    draft = drafted(source("wave.csv", answers("Serial,C2,Q136r,Q62C")), [earlier()])
    assert (draft.remembered, draft.differs, draft.lacks) == ("the wave before", {}, ())


def test_a_weight_that_is_gone_is_said_and_one_that_is_new_is_taken_and_marked(source, earlier) -> None:
    plain = source("wave.csv", answers("Serial,C2,Q136r,Q62C"))
    gone = drafted(plain, [earlier(before(weight='weight = "WT"'))])
    assert gone.lacks == ("The file has no column “WT”, which was the weight. Every respondent counts as 1.",)
    weighted = source("wave.csv", answers("WT_Discrete,C2,Q136r,Q62C"))
    new = drafted(weighted, [earlier()])
    assert new.content["columns"] == {"weight": "WT_Discrete", "area": "C2"}
    assert new.differs["WT_Discrete"] == ["The wave before had no weight; this looks like one."]
    assert new.lacks == ("The file has no column “Serial”, which was the number of the respondent.",)


RAKING = """
[raking]
start = "weight"
trim = [0.5, 2]
[raking.sources]
age_band = "Census 2021"
area = "Electoral roll"
[raking.age_band]
18-24 = 0.2
25-34 = 0.8
[raking.area]
Barnet = 1
"""


def test_margins_are_taken_over_with_what_raking_begins_with(source, earlier) -> None:
    mapping = before(weight='weight = "WT"') + RAKING
    draft = drafted(source("wave.csv", answers("WT,C2,ReQ136,Q62C")), [earlier(mapping)])
    assert draft.content["raking"] == tomllib.loads(mapping)["raking"]


def test_a_margin_whose_column_is_gone_is_said_and_left_out(source, earlier) -> None:
    mapping = before(weight='weight = "WT"') + RAKING
    draft = drafted(source("wave.csv", answers("Serial,Colour,Q136r,Q62C")), [earlier(mapping)])
    old = tomllib.loads(mapping)["raking"]
    sources = {"age_band": "Census 2021"}
    assert draft.content["raking"] == {"trim": [0.5, 2], "sources": sources, "age_band": old["age_band"]}
    assert "Weights were raked to area too; the file has no column of it." in draft.lacks


def test_a_code_that_is_new_is_counted(source, earlier) -> None:
    draft = drafted(source("wave.csv", answers("Serial,C2,Q136r,Q62C", codes=7)), [earlier()])
    # By hand: n % 7 + 1 of 40 people is 6 for 5 of them, and 7 for 5.
    assert draft.differs == {"Q62C": ["“6” (5 people) and “7” (5 people) had no meaning before."]}


def test_a_question_that_was_not_kept_before_is_marked_and_not_taken(source, earlier) -> None:
    draft = drafted(source("wave.csv", answers("Serial,Q62A,Q136r,Q62C")), [earlier()])
    assert "relied_on" not in draft.content["measures"]
    assert draft.differs["Q62A"] == ["It looks like “Relied on to be there”, which was not kept before."]


@pytest.mark.long
def test_labels_that_say_the_opposite_are_taken_and_marked(source, earlier, tmp_path) -> None:
    import pandas as pd
    import pyreadstat

    path = tmp_path / "wave.sav"
    frame = pd.DataFrame({"Serial": range(40), "C2": 1.0, "Q136r": 1.0, "Q62C": [n % 5 + 1.0 for n in range(40)]})
    labels = {5 - place: answer for place, answer in enumerate(AGREE)}
    pyreadstat.write_sav(frame, path, variable_value_labels={"Q62C": labels})
    draft = drafted(source("wave.sav", path), [earlier()])
    column = next(column for column in draft.columns if column.name == "Q62C")
    assert [draft.means(MEASURE + "fair", code) for code in column.codes] == list(reversed(AGREE))
    assert draft.differs["Q62C"][0] == (
        "Its label says that “1” is Strongly disagree; in the wave before it was Strongly agree. The label is taken."
    )
    chosen = {code.value: draft.means(MEASURE + "fair", code) for code in column.codes}
    assert draft.against(MEASURE + "fair", chosen) == (
        "The codes run the other way than in the wave before: there “1” was Strongly agree, here it is Strongly "
        "disagree. Check the questionnaire."
    )


def test_of_mappings_that_are_the_same_the_newest_is_offered_and_the_best_first(source, earlier) -> None:
    new, old = before(), before().replace("C2", "Ward").replace("Q136r", "Age")
    mappings = [earlier(old, "third"), earlier(new, "second"), earlier(new.replace("2025-Q3", "2025-Q2"), "first")]
    start = begun(source("wave.csv", answers("Serial,C2,Q136r,Q62C")), mappings)
    assert [one.label for one in start.earlier] == ["second", "third"]
    assert start.draft(None).remembered == ""
    assert start.draft(start.earlier[1]).differs["C2"] == ["Before, the column of the area was “Ward”."]


def test_without_a_day_of_an_interview_it_is_taken_for_the_wave_after(source, earlier) -> None:
    draft = drafted(source("wave.csv", answers("Serial,C2,Q136r,Q62C")), [earlier()])
    assert (draft.content["wave"], draft.content["label"]) == ("2025-Q4", "October to December 2025")
    assert draft.follows


def test_codes_that_run_the_other_way() -> None:
    fair = measures()["fair"]
    then = {"answers": {str(code): answer for code, answer in enumerate(AGREE, start=1)}}
    same, turned = then["answers"], {str(6 - code): answer for code, answer in enumerate(AGREE, start=1)}
    assert runs_against(fair, same, then, "before") == ""
    assert runs_against(fair, turned, then, "before").startswith("The codes run the other way than in before")
    assert runs_against(fair, {"1": "Strongly agree"}, then, "before") == ""  # one code runs no way
    assert runs_against(fair, turned, {}, "before") == ""
    assert [mirrored(fair, answer) for answer in AGREE] == list(reversed(AGREE))
    assert mirrored(fair, "Don't know") == "Don't know"
    assert mirrored(fair, "") == ""
