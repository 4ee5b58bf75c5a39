"""What is wrong with a mapping that was made in the form, in the words of the form and never of the file."""

from __future__ import annotations

import re

import pytest

from data.loading import check_files
from data.readers.source import Refused
from data.readers.sources import Upload
from data.readers.survey_draft import lacking
from data.readers.survey_form import ROLES, field_of, role_words
from data.readers.survey_mapping import parse
from data.readers.survey_wave import sheet_to_weigh, weighed

HEAD = """
survey = "Residents"
force = "surrey"
wave = "2026-Q3"
label = "July to September 2026"
starts = 2026-07-01
ends = 2026-09-30
shared = "nothing"
[columns]
weight = "WT"
[measures.matter]
column = "Q62C"
answers = { 1 = "Strongly agree", 2 = "Strongly disagree" }
[attributes.sex]
column = "Sex"
values = { 1 = "Female", 2 = "Male" }
"""
ROWS = "Sex,WT,Q62C\n" + "\n".join(f"{n % 2 + 1},1,{n % 2 + 1}" for n in range(60))
OF_THE_FILE = re.compile(r"\[|\]|\w = |toml|table|\bkey\b|in the mapping|_")


def told(source, text: str) -> list[str]:
    """What the form says of a mapping, by itself and with its file."""
    try:
        mapping = parse(source("wave.csv.mapping.toml", text.encode()))
        weighed("wave.csv.mapping.toml", mapping, sheet_to_weigh(source("wave.csv", ROWS.encode()), mapping))
    except Refused as refusal:
        return [str(problem.said_in_form()) for problem in refusal.problems]
    return []


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            '"2026-Q3"',
            '"third"',
            "value “third”: “Wave”, under The wave: waves called like this do not sort in time. Write it as 2026, "
            "2026-Q1 to 2026-Q4, 2026-01 to 2026-12, 2026-H1 or 2026-H2, or 2025-26 for two years.",
        ),
        (
            "2026-09-30",
            "2026-06-30",
            "value “30/06/2026”: “Last day of fieldwork”, under The wave: it lies before the first day of fieldwork, "
            "01/07/2026. Correct one of the two days.",
        ),
        (
            '"nothing"',
            '"psus"',
            "value “Sampling units (PSUs)”: “What its waves have in common”, under The wave: PSUs tell what waves "
            "share, and no column is said to hold them. Say under The columns which column is “Sampling unit (PSU)”, "
            "or choose “Nothing: each wave is a new sample” here.",
        ),
        (
            'answers = { 1 = "Strongly agree", 2 = "Strongly disagree" }',
            'answers = { A = "Strongly agree", a = "Strongly disagree" }',
            "“Measure: Deal with what matters”, under The answers: “a” stands there twice, for codes are the same "
            "whatever their case and spaces. Give both the same meaning.",
        ),
        (
            "[attributes.sex]",
            "[raking]\nstart = 1\n[attributes.sex]",
            "“Margins to rake to”, under The weights: none is chosen. Choose at least one, or another way under “How "
            "people are weighted”.",
        ),
        (
            "[attributes.sex]",
            "[raking.sex]\nFemale = 0.51\nMale = 0.4\n[attributes.sex]",
            "“Sex”, under The weights: the shares add up to 91.0\u00a0% and should add up to 100\u00a0%. Correct the "
            "shares of its groups.",
        ),
        (
            "[attributes.sex]",
            "[raking.sex]\nFemale = 1.0\nMale = 0\n[attributes.sex]",
            "value “0\u00a0%”: “Sex”, under The weights: the share of “Male” is no number above 0. Type a share above "
            "0, or choose it under “Without a known sex” if it is no group of the population.",
        ),
        (
            "[attributes.sex]",
            '[raking.sex]\nFemale = "as it is"\n[attributes.sex]',
            "“Sex”, under The weights: no share is given. Type what part of the population each of its groups is, in "
            "per cent.",
        ),
        (
            "[attributes.sex]",
            "[raking]\ntrim = [1.5, 3]\n[raking.sex]\nFemale = 0.5\nMale = 0.5\n[attributes.sex]",
            "value “1.5 to 3”: “Limits of the weights”, under The weights: the smallest is to lie between 0 and 1, and "
            "the largest at 1 or above. Such as 0.3 and 3, or take away the tick of “Bring very small and very large "
            "weights to these limits”.",
        ),
        (
            "[attributes.sex]",
            "[raking.sex]\nFemale = 1.0\n[attributes.sex]",
            "value “Male”: “Sex”, under The weights: this group has no share, and 30 people of the file are of it. "
            "Type its share, or choose it under “Without a known sex”.",
        ),
        (
            "[attributes.sex]",
            "[raking.sex]\nFemale = 0.5\nMale = 0.4\nOther = 0.1\n[attributes.sex]",
            "value “Other”: “Sex”, under The weights: 10\u00a0% of the population are of this group, and nobody in the "
            "file who counts is. Give it the words of another group, under The answers, so that both are one.",
        ),
    ],
)
def test_every_problem_names_the_field_the_value_and_the_remedy(source, old, new, said) -> None:
    found = told(source, HEAD.replace(old, new))
    assert said in found
    assert [text for text in found if OF_THE_FILE.search(text)] == []


def test_a_scale_without_opposites_is_told_by_the_name_of_its_question(source) -> None:
    text = HEAD.replace("[measures.matter]", "[measures.informed_local]").replace(
        'answers = { 1 = "Strongly agree", 2 = "Strongly disagree" }', 'reversed = true\nwording = "x"'
    )
    (said,) = told(source, text)
    assert said.endswith(
        "Take away the tick of “It is worded negatively”, and give each code the answer that it means."
    )
    assert OF_THE_FILE.search(said) is None


def test_weights_that_no_round_settles_are_told_without_the_table(source) -> None:
    rows = "Sex,Age,WT,Q62C\n" + "\n".join(f"{n % 2 + 1},{n % 2 + 1},1,{n % 2 + 1}" for n in range(60))
    text = (
        HEAD
        + '[attributes.age_band]\ncolumn = "Age"\n[raking.sex]\nFemale = 0.5\nMale = 0.5\n'
        + "[raking.age_band]\n1 = 0.3\n2 = 0.7\n"
    )
    mapping = parse(source("m.toml", text.encode()))
    with pytest.raises(Refused) as caught:
        weighed("m.toml", mapping, sheet_to_weigh(source("wave.csv", rows.encode()), mapping))
    said = str(caught.value.problems[0].said_in_form())
    assert said.startswith("“Margins to rake to”, under The weights: no weights were found in 100 rounds; ")
    assert OF_THE_FILE.search(said) is None


def test_what_is_found_in_the_file_itself_is_told_so_too(store) -> None:
    """Weights, days and numbers of the file, personal data and codes, of which no field of the form tells before."""
    rows = "Serial,Sex,WT,Q62C,Mail\n" + "\n".join(
        f"{n // 2},{n % 2 + 1},{'' if n < 3 else 1},{n % 2 + 1},p{n}@example.org" for n in range(60)
    )
    text = HEAD.replace("[columns]", '[columns]\nrespondent = "Serial"')
    files = [Upload("wave.csv", rows.encode())]
    (outcome,) = check_files(files, store, mappings=[Upload("wave.csv.mapping.toml", text.encode())]).outcomes
    assert outcome.status == "refused"
    said = {str(problem.said_in_form()) for problem in outcome.problems}
    assert [text for text in said if OF_THE_FILE.search(text)] == []
    for end in (
        "Give every respondent a weight in the file, or choose “None: every respondent counts as 1” under The weights.",
        "Choose “Personal data: left out on purpose” for it under The columns, or remove it from the file.",
        "or say under The columns which column is “Number of the respondent”.",
    ):
        assert any(text.endswith(end) for text in said), end
    # Whoever wrote the file goes on reading of the file.
    assert any("drop = [...]" in str(problem) for problem in outcome.problems)


def test_a_role_given_to_two_columns_is_named_as_the_form_names_it() -> None:
    roles = {"Q60": "measure good_job_local", "Q61": "measure good_job_local", "A": "weight", "B": "weight"}
    said = lacking(None, dict.fromkeys(("survey", "force", "wave", "label", "starts", "ends"), "x"), roles, {}, {})
    assert said == [
        "Say of one column alone, under The columns, that it is “Measure: Good job locally”: “Q60” and “Q61” are said "
        "to be.",
        "Say of one column alone, under The columns, that it is “Weight”: “A” and “B” are said to be.",
    ]


@pytest.mark.parametrize(
    ("key", "field"),
    [
        ("ends", "“Last day of fieldwork”, under The wave"),
        ("[columns] psu", "“Sampling unit (PSU)”, under The columns"),
        ("[attributes.age_band] values", "“About the person: Age”, under The answers"),
        ("[measures.matter] reversed", "“Measure: Deal with what matters”, under The answers"),
        ("[raking.area]", "“Area”, under The weights"),
        ("[raking] start", "“How people are weighted”, under The weights"),
    ],
)
def test_every_key_has_its_field(key, field) -> None:
    assert field_of(key) == field


def test_every_role_has_its_words() -> None:
    from data.readers.survey_draft import ROLES as EVERY

    assert len({role_words(role) for role in EVERY}) == len(EVERY)
    assert set(ROLES) < set(EVERY)
