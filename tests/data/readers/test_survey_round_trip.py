"""What is chosen in a form is what its mapping says, and what the next form begins with, whatever the text."""

from __future__ import annotations

import csv
import io
from datetime import date
from types import MappingProxyType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.readers.survey_draft import ATTRIBUTE, MEASURE, NO_ANSWER, NOT_KEPT, OF_A_MEASURE, WAVE, Draft, begun, written
from data.readers.survey_mapping import parse
from data.vocabularies import normalise

NAMES = ["Q62F", 'a "quoted" name', "it's = [x]", "Ünïcode, 名", "a.b.c", "#hash\\n"]
CODES = ["1", "2", "3", "4", "5", "8", "9"]
AGREE = ("Strongly agree", "Tend to agree", "Neither agree nor disagree", "Tend to disagree", "Strongly disagree")
OPPOSITE = {**dict(zip(AGREE, reversed(AGREE), strict=True)), "Don't know": "Don't know"}

words = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=40).map(str.strip)
said = words.filter(bool)
meaning = st.sampled_from(["", *OPPOSITE, NO_ANSWER])
by_code = MappingProxyType({code: meaning for code in CODES})


@st.composite
def forms(draw):
    """A file's columns, what each is, and everything that a person may say of them."""
    names = draw(st.permutations(NAMES))
    measure, attribute, area = names[:3]
    reworded = draw(words)
    return {
        "names": names,
        "roles": {
            **dict.fromkeys(names, NOT_KEPT),
            measure: MEASURE + "fair",
            attribute: ATTRIBUTE + "age_band",
            area: "area",
        },
        "answers": {code: draw(meaning) for code in CODES},
        "values": {code: draw(words) for code in CODES},
        "areas": {code: draw(words) for code in CODES},
        "question": {
            "wording": reworded,
            "comparable": draw(st.booleans()),
            "reversed": bool(reworded) and draw(st.booleans()),
            "asked_of": draw(words),
        },
        "wave": {
            "survey": draw(said),
            "force": "surrey",
            "wave": "2026-Q3",
            "label": draw(said),
            "starts": date(2026, 7, 1),
            "ends": date(2026, 9, 30),
            "shared": "nothing",
            "design": draw(words),
            "questionnaire": draw(words),
        },
    }


def file_of(names: list[str]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(names)
    writer.writerows([code] * len(names) for code in CODES * 6)
    return text.getvalue().encode()


def chosen(form) -> tuple:
    """The form as `written` takes it."""
    measure, attribute, _ = form["names"][:3]
    meanings = {(measure, code): answer for code, answer in form["answers"].items()}
    meanings |= {(attribute, code): value for code, value in form["values"].items()}
    return form["wave"], form["roles"], meanings, {measure: form["question"]}, form["areas"]


def shown(draft: Draft) -> tuple:
    """What a form gives back where nobody changes anything in it."""
    roles = {column.name: draft.role(column.name) for column in draft.columns}
    kept = {name: role for name, role in roles.items() if role.startswith((MEASURE, ATTRIBUTE))}
    columns = {column.name: column for column in draft.columns}
    meanings = {
        (name, code.value): draft.means(role, code) for name, role in kept.items() for code in columns[name].codes
    }
    questions = {
        name: {key: draft.said(role, key) for key in OF_A_MEASURE}
        for name, role in kept.items()
        if role.startswith(MEASURE)
    }
    areas = {
        code.value: draft.area(code)
        for column in draft.columns
        if roles[column.name] == "area"
        for code in column.areas
    }
    return {key: draft.content.get(key) for key in WAVE}, roles, meanings, questions, areas


@pytest.mark.long
@settings(max_examples=60)
@given(form=forms())
def test_what_is_chosen_is_what_the_mapping_says(form, source) -> None:
    start = begun(source("wave.csv", file_of(form["names"])))
    text = written(start.draft(None), *chosen(form))
    mapping = parse(source("wave.csv.mapping.toml", text.encode()))
    measure, attribute, area = form["names"][:3]
    wave = form["wave"]
    assert (mapping.survey, mapping.label, mapping.starts) == (wave["survey"], wave["label"], wave["starts"])
    assert mapping.about == {key: wave[key] for key in ("design", "questionnaire") if wave[key]}
    assert mapping.columns == {"area": area}
    assert mapping.areas == {code: name for code, name in form["areas"].items() if name}
    (people,) = mapping.attributes
    assert (people.id, people.column) == ("age_band", attribute)
    assert people.values == {code: value for code, value in form["values"].items() if value}
    (asked,) = mapping.measures
    question = form["question"]
    assert (asked.column, asked.is_reversed, asked.comparable) == (
        measure,
        question["reversed"],
        question["comparable"],
    )
    assert asked.asked_of == (question["asked_of"] or None)
    assert not question["wording"] or asked.wording == question["wording"]
    answered = {code: answer for code, answer in form["answers"].items() if answer not in ("", NO_ANSWER)}
    expected = {code: OPPOSITE[answer] if question["reversed"] else answer for code, answer in answered.items()}
    in_words = {normalise(answer) for answer in OPPOSITE}
    assert {code: answer for code, answer in asked.answers.items() if code not in in_words} == expected
    assert asked.not_answers == {code for code, answer in form["answers"].items() if answer == NO_ANSWER}


@pytest.mark.long
@settings(max_examples=40)
@given(form=forms())
def test_the_next_form_begins_with_it_and_writes_the_same(form, source) -> None:
    file = source("wave.csv", file_of(form["names"]))
    text = written(begun(file).draft(None), *chosen(form))
    start = begun(file, [("before", source("wave.csv.mapping.toml", text.encode()))])
    draft = start.draft(start.earlier[0])
    (_, *rest) = shown(draft)
    again = written(draft, form["wave"], *rest)
    assert parse(source("a", again.encode())) == parse(source("a", text.encode()))
