"""A mapping in the making: begun with a guess or with the wave before, and written so that it can be read back."""

from __future__ import annotations

import tomllib
from datetime import date

import pytest

from data.readers.survey_draft import (
    ATTRIBUTE,
    DROPPED,
    MEASURE,
    NO_ANSWER,
    NOT_KEPT,
    ROLES,
    drafted,
    for_weights,
    written,
)
from data.readers.survey_mapping import parse
from data.readers.wave_names import named

CSV = "Serial,Weight,InterviewDate,Q60,Q62F,AgeBand,Mail,Colour\n" + "\n".join(
    f"{n},1.5,{n % 28 + 1:02d}/08/2026,{n % 5 + 1},{n % 4 + 1},{n % 2 + 1},p{n}@example.org,{['red', 'green'][n % 2]}"
    for n in range(40)
)
BEFORE = """
survey = "Residents"
force = "surrey"
wave = "2026-Q2"
label = "April to June 2026"
starts = 2026-04-01
ends = 2026-06-30
shared = "nothing"
design = "at random"
drop = ["Mail"]
[columns]
weight = "Weight"
area = "Colour"
[areas]
red = "E07000209"
[attributes.age_band]
column = "AgeBand"
values = { 1 = "16-24", 2 = "25 and over", 9 = "Not known" }
[measures.matter]
column = "Q62F"
reversed = true
wording = "They do not deal with what matters"
not_answers = [4, 8]
answers = { 1 = "Strongly agree", 2 = "Tend to agree", 3 = "Tend to disagree", 7 = "Strongly disagree" }
"""
WAVE = {
    "survey": "Residents",
    "force": "surrey",
    "wave": "2026-Q3",
    "label": "July to September 2026",
    "starts": date(2026, 7, 1),
    "ends": date(2026, 9, 30),
    "shared": "nothing",
}


@pytest.fixture
def wave(source):
    return source("wave.csv", CSV.encode())


def as_shown(draft):
    """What a form gives back where nobody changes anything."""
    roles = {column.name: draft.role(column.name) for column in draft.columns}
    meanings = {
        (column.name, code.value): draft.means(roles[column.name], code)
        for column in draft.columns
        for code in column.codes
        if roles[column.name].startswith((ATTRIBUTE, MEASURE))
    }
    questions = {
        name: {key: draft.said(role, key) for key in ("reversed", "wording", "asked_of")}
        for name, role in roles.items()
        if role.startswith(MEASURE)
    }
    return roles, meanings, questions


def test_columns_are_guessed_and_personal_ones_left_out(wave) -> None:
    draft = drafted(wave)
    roles = {column.name: draft.role(column.name) for column in draft.columns}
    assert roles == {
        "Serial": "respondent",
        "Weight": "weight",
        "InterviewDate": "date",
        "Q60": "measure good_job_local",
        "Q62F": "measure matter",
        "AgeBand": "attribute age_band",
        "Mail": DROPPED,
        "Colour": NOT_KEPT,
    }
    mail = next(column for column in draft.columns if column.name == "Mail")
    assert (mail.personal, mail.example) == ("e-mail addresses", "")
    assert set(roles.values()) <= set(ROLES)
    assert draft.remembered == ""


def test_the_codes_of_a_column_are_counted(wave) -> None:
    column = next(column for column in drafted(wave).columns if column.name == "Q62F")
    # By hand: 40 people, n % 4 + 1.
    assert [(code.value, code.people) for code in column.codes] == [("1", 10), ("2", 10), ("3", 10), ("4", 10)]
    assert next(column for column in drafted(wave).columns if column.name == "Serial").codes == ()


def test_what_was_guessed_can_be_read_back(wave, source) -> None:
    draft = drafted(wave)
    text = written(draft, WAVE, *as_shown(draft))
    mapping = parse(source("wave.csv.mapping.toml", text.encode()))
    assert (mapping.survey, mapping.wave, mapping.starts) == ("Residents", "2026-Q3", date(2026, 7, 1))
    assert dict(mapping.columns) == {"respondent": "Serial", "weight": "Weight", "date": "InterviewDate"}
    assert mapping.drop == ("Mail",)
    assert {m.measure.id: m.column for m in mapping.measures} == {"good_job_local": "Q60", "matter": "Q62F"}


def test_the_wave_before_is_taken_where_all_its_columns_are_there(wave, source) -> None:
    before = source("before.toml", BEFORE.encode())
    draft = drafted(wave, [("Residents, 2026-Q2", before)])
    assert draft.remembered == "Residents, 2026-Q2"
    assert {key: draft.content.get(key) for key in ("survey", "force", "design")} == {
        "survey": "Residents",
        "force": "surrey",
        "design": "at random",
    }
    assert draft.content["wave"] == "2026-08"  # every interview was in August
    roles, meanings, questions = as_shown(draft)
    assert roles["Q62F"] == "measure matter"
    assert roles["Q60"] == NOT_KEPT  # the mapping before did not have it
    assert meanings["Q62F", "4"] == NO_ANSWER
    text = written(draft, {**WAVE, "design": "at random"}, roles, meanings, questions)
    again, old = tomllib.loads(text), tomllib.loads(BEFORE)
    for key in ("survey", "force", "design", "drop", "columns", "areas", "attributes"):
        assert again[key] == old[key], key
    # Codes that this wave does not have, 7 and 8, stay for the next one.
    assert again["measures"]["matter"] == {**old["measures"]["matter"], "not_answers": ["4", "8"]}


def test_a_mapping_of_other_questions_is_not_taken(wave, source) -> None:
    matter = BEFORE[BEFORE.index("[measures.matter]") :]
    others = BEFORE.replace(matter, '[measures.relied_on]\ncolumn = "Q62A"\n[measures.respect]\ncolumn = "Q62B"\n')
    other = source("before.toml", (others + matter).encode())
    broken = source("broken.toml", b"survey = ")
    elsewhere = source("elsewhere.toml", BEFORE.replace("drop =", 'file = "panel*"\ndrop =').encode())
    draft = drafted(wave, [("other", other), ("broken", broken), ("of other files", elsewhere)])
    assert draft.remembered == ""  # of its three questions the file has one
    assert draft.role("Q60") == "measure good_job_local"


def test_what_a_person_chooses_is_what_is_written(wave, source) -> None:
    draft = drafted(wave)
    roles, meanings, questions = as_shown(draft)
    roles |= {"Colour": "stratum", "Q60": NOT_KEPT, "AgeBand": NOT_KEPT}
    meanings |= {("Q62F", "4"): NO_ANSWER, ("Q62F", "1"): "Strongly disagree"}
    questions["Q62F"] = {"reversed": True, "wording": "They do not", "asked_of": ""}
    content = tomllib.loads(written(draft, WAVE, roles, meanings, questions))
    assert content["columns"]["stratum"] == "Colour"
    assert list(content["measures"]) == ["matter"]
    assert "attributes" not in content
    matter = content["measures"]["matter"]
    assert (matter["reversed"], matter["wording"], matter["not_answers"]) == (True, "They do not", ["4"])
    assert matter["answers"]["1"] == "Strongly disagree"
    assert "asked_of" not in matter


def test_margins_are_written_kept_or_left_out(wave, source) -> None:
    raking = {"start": 1, "trim": False, "age_band": {"16-24": 0.4, "25 and over": 0.6, "it's": "as it is"}}
    draft = drafted(wave)
    made = written(draft, WAVE, *as_shown(draft), raking=raking)
    assert tomllib.loads(made)["raking"] == raking
    again = drafted(wave, [("before", source("before.toml", made.encode()))])
    assert tomllib.loads(written(again, WAVE, *as_shown(again)))["raking"] == raking
    assert "raking" not in tomllib.loads(written(again, WAVE, *as_shown(again), raking={}))


def test_raking_can_be_tried_before_the_wave_and_its_questions_are_said(wave, source) -> None:
    draft = drafted(wave)
    roles, _, _ = as_shown(draft)
    raking = {"age_band": {"1": 0.4, "2": 0.6}}
    text = written(draft, {}, {**roles, "Q60": NOT_KEPT, "Q62F": NOT_KEPT}, {}, raking=raking)
    mapping = parse(for_weights(source("wave.csv.mapping.toml", text.encode())))
    assert mapping.columns["weight"] == "Weight"
    assert mapping.raking is not None
    assert mapping.raking.margins[0].shares == raking["age_band"]


@pytest.mark.parametrize(
    ("starts", "ends", "expected"),
    [
        (date(2026, 7, 2), date(2026, 9, 28), {"wave": "2026-Q3", "label": "July to September 2026"}),
        (date(2026, 12, 1), date(2026, 12, 31), {"wave": "2026-12", "label": "December 2026"}),
        (date(2026, 6, 30), date(2026, 9, 28), {}),
        (date(2025, 12, 1), date(2026, 12, 1), {}),
        (None, date(2026, 12, 1), {}),
    ],
)
def test_a_wave_is_named_where_its_days_say_how(starts, ends, expected) -> None:
    assert named({"starts": starts, "ends": ends}) == expected
