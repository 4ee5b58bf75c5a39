"""Mapping files: what a good one says, and every way in which one can be wrong, in words."""

import re
from datetime import date
from pathlib import Path

import pytest

from data.readers.source import Refused
from data.readers.survey_mapping import matches, parse, wave_years, why_not
from data.vocabularies import published_forces
from data.vocabularies.survey import measures

HEAD = """
survey = "Public Attitude Survey"
force = "metropolitan"
wave = "2026-Q3"
label = "July to September 2026"
starts = 2026-07-01
ends = "2026-09-30"
shared = "nothing"
"""
GOOD_JOB = """
[measures.good_job_local]
column = "Q60"
answers = { 1 = "Excellent", 2 = "Good" }
"""
MATTER = """
[measures.matter]
column = "Q62F"
reversed = true
wording = "They are not dealing with the things that matter"
answers = { 1 = "strongly  AGREE", 2 = "Tend to agree", 3 = "Neither agree nor disagree", 9 = "Don't know" }
"""


@pytest.fixture
def read(source):
    return lambda text: parse(source("q3.toml", text.encode()))


@pytest.fixture
def told(read):
    """What is said of a mapping, without its name, each problem a line."""

    def problems(text):
        with pytest.raises(Refused) as caught:
            read(text)
        said = [str(problem) for problem in caught.value.problems]
        assert all("the mapping “q3.toml”" in line for line in said)
        return [line.replace("in the mapping “q3.toml”, ", "") for line in said]

    return problems


def test_a_mapping_says_what_it_was_given(read):
    mapping = read(
        'drop = ["Name"]\nmode = "online"\nquestionnaire = 2026\nfile = "PAS *.csv"\nsheet = "Data"\n'
        + HEAD
        + '[columns]\nrespondent = "Serial"\narea = "Ward"\n[areas]\n1 = "E05000026"\n'
        + '[attributes.age_band]\ncolumn = "Age"\n[attributes.age_band.values]\n1 = "18-24"\n'
        + GOOD_JOB
        + 'not_answers = [8, "NA"]\nasked_of = "half"\n'
    )
    assert (mapping.survey, mapping.force, mapping.wave) == ("Public Attitude Survey", "metropolitan", "2026-Q3")
    assert (mapping.starts, mapping.ends, mapping.shared) == (date(2026, 7, 1), date(2026, 9, 30), "nothing")
    assert mapping.about == {"mode": "online", "questionnaire": "2026"}
    assert (mapping.file, mapping.sheet, mapping.drop) == ("PAS *.csv", "Data", ("Name",))
    assert (mapping.columns, mapping.areas) == ({"respondent": "Serial", "area": "Ward"}, {"1": "E05000026"})
    assert [(a.id, a.column, a.values) for a in mapping.attributes] == [("age_band", "Age", {"1": "18-24"})]
    (measure,) = mapping.measures
    assert (measure.measure.id, measure.column, measure.asked_of) == ("good_job_local", "Q60", "half")
    assert measure.wording == measures()["good_job_local"].wording
    assert measure.not_answers == {"8", "na"}
    assert mapping.needed == ("Serial", "Ward", "Age", "Q60")


def test_answers_in_words_need_no_line(read):
    (measure,) = read(HEAD + '[measures.ward_contact]\ncolumn = "Q"\n').measures
    assert measure.answers == {"yes": "Yes", "no": "No", "don't know": "Don't know"}


def test_a_negative_item_is_turned_round_and_dont_know_is_not(read):
    (measure,) = read(HEAD + MATTER).measures
    expected = {
        "1": "Strongly disagree",
        "2": "Tend to disagree",
        "3": "Neither agree nor disagree",
        "9": "Don't know",
        "strongly agree": "Strongly disagree",
        "tend to disagree": "Tend to agree",
    }
    assert expected.items() <= measure.answers.items()
    assert measure.wording == "They are not dealing with the things that matter"


def test_a_whole_number_is_one_code_however_it_is_written(read):
    (measure,) = read(HEAD + '[measures.ward_contact]\ncolumn = "Q"\nanswers = { "1.0" = "Yes", "02" = "No" }').measures
    assert measure.answers["1"] == "Yes"
    assert "2" not in measure.answers
    assert measure.answers["02"] == "No"


def test_a_survey_of_the_whole_country_belongs_to_no_force(read):
    assert read(HEAD.replace("metropolitan", "england and wales") + GOOD_JOB).force == "england and wales"


@pytest.mark.parametrize(
    ("force", "subject"),
    [
        ("metropolitan", "Public Attitude Survey, Metropolitan Police"),
        ("surrey", "Public Attitude Survey, Surrey Police"),
        ("england and wales", "Public Attitude Survey"),
    ],
)
def test_the_survey_of_a_force_is_called_by_both(read, force, subject):
    assert read(HEAD.replace("metropolitan", force) + GOOD_JOB).slot_subject == subject


def test_no_two_forces_are_called_the_same():
    assert len({force["short"] for force in published_forces().values()}) == len(published_forces())


@pytest.mark.parametrize(
    ("wave", "years"),
    [
        ("2026", (2026,)),
        *((f"2026-Q{quarter}", (2026,)) for quarter in range(1, 5)),
        *((f"2026-{month:02}", (2026,)) for month in range(1, 13)),
        ("2026-H1", (2026,)),
        ("2026-H2", (2026,)),
        ("2025-26", (2025, 2026)),
        ("1999-00", (1999, 2000)),
        ("1999-Q1", (1999,)),
        ("2009-10", (2009, 2010)),
    ],
)
def test_waves_that_sort_in_time(read, wave, years):
    assert read(HEAD.replace("2026-Q3", wave) + GOOD_JOB).wave == wave
    assert wave_years(wave) == years


@pytest.mark.parametrize(
    "wave",
    ["2026-9", "2026-SPR", "2026-Q5", "2026-Q0", "2026-q3", "2026-13", "2026-00", "2025-27", "2026-H3", "2026-W1",
     "2026-2027", "2026Q3", "26", "2026-", "2026-Q3 "],
)  # fmt: skip
def test_waves_that_do_not_sort_in_time(wave):
    assert wave_years(wave) == ()


@pytest.mark.parametrize(
    ("shared", "key", "whose"),
    [("respondents", "respondent", "the numbers of respondents"), ("psus", "psu", "PSUs")],
)
def test_what_waves_share_must_be_mapped(read, told, shared, key, whose):
    head = HEAD.replace("nothing", shared)
    other = "psu" if key == "respondent" else "respondent"
    for columns in ("", f'[columns]\n{other} = "X"\n'):
        assert told(head + columns + GOOD_JOB) == [
            f"value “{shared}”: shared: {whose} tell what waves share, and no column of them is mapped. Add {key} = … "
            'under [columns], or write shared = "nothing".'
        ]
    assert read(head + f'[columns]\n{key} = "X"\n' + GOOD_JOB).shared == shared


def test_what_is_missing_is_told_at_once(told):
    assert told("") == [
        'survey: it is missing. Add it above the first [table], such as survey = "Public Attitude Survey".',
        'force: it is missing. Add it above the first [table], such as force = "metropolitan".',
        'wave: it is missing. Add it above the first [table], such as wave = "2026-Q3".',
        'label: it is missing. Add it above the first [table], such as label = "July to September 2026".',
        "starts: it is missing. Add it above the first [table], such as starts = 2026-07-01.",
        "ends: it is missing. Add it above the first [table], such as ends = 2026-09-30.",
        'shared: it is missing. Add it above the first [table], such as shared = "nothing".',
        "[measures]: no measure is mapped. Add at least one table such as [measures.good_job_local], with its column.",
    ]


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ('"metropolitan"', '"Metropolitan Police"', "value “Metropolitan Police”: force: no force is called that. "
         "Write it as data.police.uk does in file names: “metropolitan”; a survey of the whole country has "
         "“england and wales”."),
        ('"metropolitan"', '"eskmere"', "value “eskmere”: force: no force is called that. Write it as data.police.uk "
         "does in file names; a survey of the whole country has “england and wales”."),
        ('"2026-Q3"', '"Q3 2026"', "value “Q3 2026”: wave: waves called like this do not sort in time. Write it as "
         "2026, 2026-Q1 to 2026-Q4, 2026-01 to 2026-12, 2026-H1 or 2026-H2, or 2025-26 for two years."),
        ('"2026-Q3"', '"2025-9"', "value “2025-9”: wave: waves called like this do not sort in time. Write it as "
         "2026, 2026-Q1 to 2026-Q4, 2026-01 to 2026-12, 2026-H1 or 2026-H2, or 2025-26 for two years."),
        ('"nothing"', '"people"', "value “people”: shared: waves can't share that. Write one of “nothing”, “psus” and "
         "“respondents”."),
        ('"2026-09-30"', '"30/09/2026"', "value “30/09/2026”: ends: this is not a day. Write it as 2026-07-01."),
        ('"2026-09-30"', "2026-06-30", "value “2026-06-30”: ends: it lies before starts, 2026-07-01. Correct "
         "one of the two days."),
        ('label = "July to September 2026"', 'label = " "', "value “ ”: label: this is not a text. Write words in "
         "quotes."),
        ('label = "July to September 2026"', 'label = "x"\nweights = 1', "the top: there is no key “weights”. Perhaps "
         "“weighting” is meant."),
        ('label = "July to September 2026"', 'label = "x"\ndrop = "Name"', "value “Name”: drop: this is not a list. "
         'Write drop = ["…", "…"].'),
        ('label = "July to September 2026"', 'label = "x"\ncolumns = 3', "value “3”: [columns]: this is not a table. "
         "Begin it with a line [columns]."),
    ],
)  # fmt: skip
def test_each_problem_of_the_head_has_words(told, old, new, problem):
    assert told(HEAD.replace(old, new) + GOOD_JOB) == [problem]


@pytest.mark.parametrize(
    ("more", "problem"),
    [
        ('[columns]\nwieght = "W"', "[columns]: there is no key “wieght”. Perhaps “weight” is meant."),
        ('[columns]\ndrop = ["Name"]', "[columns]: there is no key “drop”. “drop” belongs to the top of the file: move "
         "it above the first [table]."),
        ('[areas]\n1 = "E05000026"', "[areas]: there is no column it belongs to. Add area = … under [columns]."),
        ('[attributes.age_bands]\ncolumn = "A"', "[attributes.age_bands]: the catalogue has no "
         "“age_bands”. Perhaps “age_band” is meant."),
        ('[attributes.sex]\nvalues = { 1 = "Male" }', "[attributes.sex]: it names no column. Add column = \"…\", as "
         "the header of the file writes it."),
        ('[attributes.sex]\ncolumn = "S"\nvalues = { 1 = "Male", "1.0" = "Female" }', "[attributes.sex] values: the "
         "code “1.0” stands twice. Keep one of the two lines."),
        ('[measures.god_job]\ncolumn = "Q"', "[measures.god_job]: the catalogue has no “god_job”. Perhaps "
         "“good_job_local” or “good_job_london” is meant."),
        ('[measures.fair]\ncolumn = "F"\nanswer = 1', "[measures.fair]: there is no key “answer”. Perhaps "
         "“answers” is meant."),
        ('[measures.fair]\ncolumn = "F"\nanswers = { 1 = "Agree strongly" }', "value “Agree strongly”: [measures.fair] "
         "answers: the code “1” is given an answer that the scale agree5 does not have. Use one of “Strongly agree”, "
         "“Tend to agree”, “Neither agree nor disagree”, “Tend to disagree”, “Strongly disagree” and “Don't know”."),
        ('[measures.fair]\ncolumn = "F"\nnot_answers = [1]\nanswers = { 1 = "Strongly agree" }', "[measures.fair]: the "
         "code “1” stands under answers and under not_answers. Keep it under one of them."),
        ('[measures.fair]\ncolumn = "F"\nreversed = true', "[measures.fair]: a reversed item has another wording than "
         "the catalogue. Add wording = \"…\", the question as it was asked."),
        ('[measures.fair]\ncolumn = "F"\nreversed = "yes"', "value “yes”: [measures.fair] reversed: this is neither "
         "true nor false. Write true or false, without quotes."),
        ('[measures.informed_local]\ncolumn = "I"\nreversed = true\nwording = "x"', "[measures.informed_local] "
         "reversed: the scale informed3 has no opposite for every answer. Remove the line and give each code its "
         "answer under answers."),
        ('[measures.fair]\ncolumn = "Q60"', "[measures]: the column “Q60” is mapped 2 times. Map it to one measure."),
    ],
)  # fmt: skip
def test_each_problem_of_a_table_has_words(told, more, problem):
    assert told(HEAD + GOOD_JOB + more) == [problem]


def test_a_column_is_not_dropped_and_mapped(told):
    assert told('drop = ["Q60"]' + HEAD + GOOD_JOB) == [
        "drop: the column “Q60” is dropped and mapped. Keep it in one of the two places."
    ]


def test_several_problems_are_told_together(told):
    text = HEAD.replace("nothing", "x").replace("2026-Q3", "Q3") + GOOD_JOB.replace("Good", "Fine").replace(
        "column", "c"
    )
    assert [line.split(": ")[0] for line in map(lambda line: re.sub("^value “.*?”: ", "", line), told(text))] == [
        "wave",
        "shared",
        "[measures.good_job_local]",
        "[measures.good_job_local]",
        "[measures.good_job_local] answers",
    ]


def test_what_is_no_toml_is_told_with_its_line(told):
    (line,) = told('survey = "x"\nforce = metropolitan\n')
    assert "can't be read as TOML: Invalid value (at line 2, column 9)" in line


def test_a_mapping_is_for_a_file_that_has_its_columns_and_its_name(read, source):
    mapping = read('file = "PAS *.csv"\n' + HEAD + GOOD_JOB + '[columns]\nweight = "W"')
    assert why_not(mapping, source("pas 3.CSV", b"Q60;W;other\n1;1;1\n")) is None
    assert why_not(mapping, source("PAS 3.csv", b"Q61,other\n")) == "the file has no column “W” and “Q60”"
    assert why_not(mapping, source("CSEW.csv", b"Q60,W\n")) == "it is for files named “PAS *.csv”"
    assert why_not(mapping, source("PAS 3.csv.json", b"{}")) == "it is for files named “PAS *.csv”"


def test_patterns_of_file_names():
    assert matches("wave-*.sav", "Wave-2026-Q3.SAV")
    assert not matches("wave-*.sav", "wave.sav")


def test_the_mapping_of_the_documentation_is_a_good_one(read):
    page = (Path(__file__).parents[3] / "docs" / "mapping.md").read_text(encoding="utf-8")
    example, margins = re.findall(r"```toml\n(.*?)```", page, re.DOTALL)
    mapped = '[attributes.sex]\ncolumn = "S"\n[attributes.age_band]\ncolumn = "A"\n'
    raking = read(HEAD + GOOD_JOB + mapped + margins).raking
    assert raking is not None
    assert [margin.kept for margin in raking.margins] == [(), ("Refused",)]
    mapping = read(example)
    assert [m.measure.id for m in mapping.measures] == ["good_job_local", "matter"]
    assert mapping.drop == ("Name", "Postcode")
