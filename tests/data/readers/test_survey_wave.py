"""Answers read through a mapping: words of the scales, blanks, weights, days, areas, and what is said of the rest."""

import time

import numpy as np
import pandas as pd
import pyreadstat
import pytest

from data.readers import survey_wave
from data.readers.mappings import join
from data.readers.source import Refused, Slot
from data.tables import QUESTIONS, RESPONSES, WAVES

HEAD = """
survey = "Public Attitude Survey"
force = "metropolitan"
wave = "2026-Q3"
label = "July to September 2026"
starts = 2026-07-01
ends = 2026-09-30
shared = "nothing"
mode = "face to face"
"""
AGREE = """{ 1 = "Strongly agree", 2 = "Tend to agree", 3 = "Neither agree nor disagree", 4 = "Tend to disagree", \
5 = "Strongly disagree", 9 = "Don't know" }"""
FAIR = f"""
[measures.fair]
column = "Q62C"
not_answers = [8]
answers = {AGREE}
"""
PEOPLE = """
[columns]
respondent = "Serial"
weight = "WT"
stratum = "Borough"
psu = "Point"
date = "Int"
area = "Ward"
[areas]
1 = "E05009317"
[attributes.age_band]
column = "ReQ136"
values = { 1 = "18-24", 2 = "25-34" }
"""
CSV = """Serial;Borough;Point;Ward;Int;WT;ReQ136;Q62C;Other
17;Barnet;p1;1;01/07/2026;0,5;1;1;x
18;Barnet;p1;2;2026-07-31;1;2;5;x
19;Brent;p2;1;31.12.2026;2,25;3;8;x
20;Brent;;;;0;;6;x
21;Brent;p2;1;1/8/2026;1;1;9;x
22;Brent;p2;1;1/8/2026;1;1;;x
"""


@pytest.fixture
def mapped(source):
    """A file joined with its mapping."""
    return lambda name, content, mapping: join(source(name, content), source(f"{name}.mapping.toml", mapping.encode()))


@pytest.fixture
def read(mapped):
    def run(content, mapping, name="wave.csv"):
        given = mapped(name, content if isinstance(content, bytes) else content.encode(), mapping)
        slot = survey_wave.recognise(given)
        assert slot is not None
        return survey_wave.read(given, slot)

    return run


@pytest.fixture
def refused(read):
    def run(*given, **options):
        with pytest.raises(Refused) as caught:
            read(*given, **options)
        return [str(problem) for problem in caught.value.problems]

    return run


@pytest.fixture
def spss(tmp_path):
    def write(frame, **options):
        pyreadstat.write_sav(frame, str(tmp_path / "x.sav"), **options)
        return (tmp_path / "x.sav").read_bytes()

    return write


def column(reading, name):
    return [None if pd.isna(value) else value for value in reading.frame[name]]


def noted(reading, about):
    return [note for note in reading.notes if note.startswith(about)]


def test_a_file_without_a_mapping_is_not_recognised(source):
    assert survey_wave.recognise(source("wave.csv", CSV.encode())) is None


def test_the_slot_is_the_wave_of_the_survey(mapped):
    slot = survey_wave.recognise(mapped("wave.csv", CSV.encode(), HEAD + FAIR))
    assert slot == Slot("survey wave", "responses", "Public Attitude Survey, Metropolitan Police", "2026-Q3")


def test_the_same_survey_of_two_forces_fills_two_slots(mapped):
    slots = {
        survey_wave.recognise(mapped("wave.csv", CSV.encode(), (HEAD + FAIR).replace("metropolitan", force))).subject
        for force in ("metropolitan", "surrey", "england and wales")
    }
    assert slots == {
        "Public Attitude Survey, Metropolitan Police",
        "Public Attitude Survey, Surrey Police",
        "Public Attitude Survey",
    }


def test_the_digest_is_of_file_and_mapping(mapped):
    one, same = (mapped("wave.csv", b"a", "x") for _ in range(2))
    assert one.sha256 == same.sha256
    others = [mapped("wave.csv", b"a", "y"), mapped("wave.csv", b"b", "x")]
    assert len({one.sha256, *(other.sha256 for other in others)}) == 3


def test_every_column_in_the_words_of_its_mapping(read):
    reading = read(CSV, HEAD + PEOPLE + FAIR)
    assert list(reading.frame.columns) == RESPONSES.names
    assert (reading.records, len(reading.frame)) == (6, 6)
    RESPONSES.schema.validate(reading.frame.assign(load_id="x"), lazy=True)
    expected = {
        "row": [2, 3, 4, 5, 6, 7],
        "survey": ["Public Attitude Survey"] * 6,
        "force": ["metropolitan"] * 6,
        "wave": ["2026-Q3"] * 6,
        "respondent": ["17", "18", "19", "20", "21", "22"],
        "stratum": ["Barnet", "Barnet", "Brent", "Brent", "Brent", "Brent"],
        "psu": ["p1", "p1", "p2", None, "p2", "p2"],
        "date": ["2026-07-01", "2026-07-31", "2026-12-31", None, "2026-08-01", "2026-08-01"],
        "area": ["E05009317", "2", "E05009317", None, "E05009317", "E05009317"],
        "weight": [0.5, 1.0, 2.25, 0.0, 1.0, 1.0],
        "age_band": ["18-24", "25-34", "3", None, "18-24", "18-24"],
        "fair": ["Strongly agree", "Strongly disagree", None, None, "Don't know", None],
        "listen": [None] * 6,
    }
    assert {name: column(reading, name) for name in expected} == expected


def test_the_wave_and_its_questions_come_along(read):
    reading = read(CSV, HEAD.replace("nothing", "psus") + PEOPLE + FAIR + 'asked_of = "half"\n')
    waves, questions = reading.also["waves"], reading.also["questions"]
    assert (list(waves.columns), list(questions.columns)) == (WAVES.names, QUESTIONS.names)
    wave = waves.iloc[0]
    assert (wave["starts"], wave["ends"], wave["shared"], wave["mode"]) == (
        "2026-07-01",
        "2026-09-30",
        "psus",
        "face to face",
    )
    assert (wave["label"], wave["respondents"], pd.isna(wave["design"])) == ("July to September 2026", 6, True)
    (question,) = questions.to_dict("records")
    assert (question["measure"], question["answered"], question["asked_of"]) == ("fair", 3, "half")
    assert question["wording"].startswith("The police in your area treat everyone fairly")


def test_what_was_noticed_names_every_code_with_its_people(read):
    reading = read(CSV, HEAD + PEOPLE + FAIR)
    assert reading.notes[0] == "Read as UTF-8 text with columns separated by semicolons."
    assert reading.notes[1].startswith("SHA-256 of the file: ")
    assert "mapping “wave.csv.mapping.toml”, SHA-256 " in reading.notes[1]
    assert list(reading.notes[2:]) == [
        "Columns not mapped and so not kept: Other.",
        "fair, column “Q62C”: no answer for “8” (1 person).",
        "age_band, column “ReQ136”: what is not in our list of codes is kept as written: “3” (1 person).",
        "1 person without psu.",
        "1 person without date.",
        "1 person without area.",
        "area: what is not in our list of codes is kept as written: “2” (1 person).",
    ]
    ((problem, people),) = reading.unread
    assert str(problem) == (
        "row 5, column “Q62C”, value “6”: 1 person; the mapping gives this code of fair no meaning. Give it an answer "
        "of the scale, or say that it is no answer."
    )
    assert people == 1


def test_a_file_without_weights_and_numbers(read):
    reading = read("Q62C\n1\n2\n", HEAD + FAIR)
    assert (column(reading, "weight"), column(reading, "respondent")) == ([1.0, 1.0], [None, None])
    assert "The file has no weight: every respondent counts as 1." in reading.notes


@pytest.mark.parametrize("cells", [["0", "0", "0"], ["", "", ""], ["0", "", "0,0"]])
def test_a_file_in_which_nobody_counts_is_refused(refused, cells):
    content = "Q62C;WT\n" + "".join(f"1;{cell}\n" for cell in cells)
    assert refused(content, HEAD + '[columns]\nweight = "WT"\n' + FAIR) == [
        "column “WT”: every weight is 0 or blank, so nobody would count in any figure. Map the column of the weights; "
        "leave it out where there are none."
    ]


@pytest.mark.parametrize(
    ("wave", "starts", "ends", "fits"),
    [
        ("2026-Q3", "2026-07-01", "2026-09-30", True),
        ("2026-Q3", "2025-07-01", "2025-09-30", False),
        ("2026-Q1", "2025-12-28", "2026-03-31", False),
        ("2025-26", "2025-04-01", "2026-03-31", True),
        ("2025-26", "2026-04-01", "2027-03-31", False),
        ("2009-10", "2009-10-01", "2009-10-31", True),
        ("2009-10", "2009-04-01", "2010-03-31", True),
    ],
)
def test_days_of_other_years_than_the_id_are_noted(read, wave, starts, ends, fits):
    head = HEAD.replace("2026-Q3", wave).replace("2026-07-01", starts).replace("2026-09-30", ends)
    said = f"The wave is called {wave}, yet its days are {starts} to {ends}: check its id, starts and ends."
    assert noted(read("Q62C\n1\n", head + FAIR), "The wave is called") == ([] if fits else [said])


@pytest.mark.parametrize(
    ("mapping", "column"),
    [
        ('[attributes.language]\ncolumn = "X"\n', "attribute"),
        ('[columns]\nstratum = "X"\n', "stratum"),
        ('[columns]\npsu = "X"\n', "psu"),
        ('[columns]\narea = "X"\n', "area"),
    ],
)
@pytest.mark.parametrize(
    ("value", "what"),
    [
        ("ada@example.org", "e-mail addresses"),
        ("1 High St, sw1a 1aa", "full postcodes"),
        ("7700900123", "phone numbers"),
        ("Mrs Ada Lovelace", "names"),
    ],
)
def test_a_mapped_column_with_personal_data_is_refused(refused, mapping, column, value, what):
    assert refused(f'Q62C,X\n1,"{value}"\n', HEAD + mapping + FAIR) == [
        f"column “X”: this column looks like {what}. List it under drop = [...] in the mapping, or remove it from the "
        "file."
    ]


def test_names_of_people_in_a_mapped_column_are_refused_and_names_of_places_are_not(read, refused):
    people = [f"Ada{letter} Lovelace" for letter in "bcdefghijklmnopqrstuvwxy"]
    content = "Q62C,X\n" + "".join(f"1,{name}\n" for name in people)
    for mapping in ('[attributes.language]\ncolumn = "X"\n', '[columns]\nstratum = "X"\n', '[columns]\npsu = "X"\n'):
        (problem,) = refused(content, HEAD + mapping + FAIR)
        assert problem.startswith("column “X”: this column looks like names.")
    reading = read(content, HEAD + '[columns]\narea = "X"\n' + FAIR)
    assert column(reading, "area") == people


def test_a_negative_item_is_stored_as_its_opposite_and_said(read):
    turned = f'[measures.matter]\ncolumn = "Q62F"\nreversed = true\nwording = "They are not …"\nanswers = {AGREE}\n'
    reading = read("Q62F\n1\n2\n3\n5\n9\nTend to disagree\n", HEAD + turned)
    assert column(reading, "matter") == [
        "Strongly disagree",
        "Tend to disagree",
        "Neither agree nor disagree",
        "Strongly agree",
        "Don't know",
        "Tend to agree",
    ]
    assert reading.also["questions"]["wording"].tolist() == ["They are not …"]
    assert noted(reading, "matter, column “Q62F”: the item is worded negatively")


def test_answers_in_words_whatever_their_case_and_spaces(read):
    reading = read("Q62C\nstrongly  AGREE\nStrongly agree \nagree\n", HEAD + FAIR)
    assert column(reading, "fair") == ["Strongly agree", "Strongly agree", None]
    ((problem, people),) = reading.unread
    assert (problem.column, problem.value, people) == ("Q62C", "agree", 1)


@pytest.mark.parametrize("cells", [["1.0", "2.00"], ["1", "2"]])
def test_a_whole_number_is_one_code(read, cells):
    assert column(read("Q62C\n" + "\n".join(cells) + "\n", HEAD + FAIR), "fair") == ["Strongly agree", "Tend to agree"]


def test_numbers_of_a_workbook(read, tmp_path):
    frame = pd.DataFrame(
        {"Q62C": [1.0, 5.0, np.nan, 6.0], "WT": [0.25, 1.0, 1.5, 2.0], "Int": pd.Timestamp("2026-07-09")}
    )
    frame.to_excel(tmp_path / "w.xlsx", index=False, sheet_name="Answers")
    mapping = HEAD + '[columns]\nweight = "WT"\ndate = "Int"\n' + FAIR
    reading = read((tmp_path / "w.xlsx").read_bytes(), mapping, name="w.xlsx")
    assert column(reading, "fair") == ["Strongly agree", "Strongly disagree", None, None]
    assert column(reading, "weight") == [0.25, 1.0, 1.5, 2.0]
    assert column(reading, "date") == ["2026-07-09"] * 4
    assert reading.notes[0] == "Read from the sheet “Answers” of the workbook."


@pytest.mark.long
def test_codes_that_spss_declares_missing_are_no_answers_and_keep_their_label(read, spss):
    frame = pd.DataFrame({"Q62C": [1.0, 7.0, 7.0, 9.0, np.nan], "sex": [1.0, 2.0, 9.0, 3.0, np.nan]})
    content = spss(
        frame,
        variable_value_labels={"Q62C": {7.0: "Refusal", 9.0: "Don't know"}, "sex": {9.0: "Not coded"}},
        missing_ranges={"Q62C": [7.0, 9.0], "sex": [9.0]},
    )
    sex = '[attributes.sex]\ncolumn = "sex"\nvalues = { 1 = "Male", 2 = "Female" }\n'
    reading = read(content, HEAD + sex + FAIR, name="w.sav")
    # The mapping has 9 and so it is an answer, declared missing or not.
    assert column(reading, "fair") == ["Strongly agree", None, None, "Don't know", None]
    assert column(reading, "sex") == ["Male", "Female", None, "3", None]
    assert noted(reading, "fair") == ["fair, column “Q62C”: no answer for “7” Refusal (2 people)."]
    assert noted(reading, "sex") == [
        "sex, column “sex”: left blank for “9” Not coded (1 person).",
        "sex, column “sex”: what is not in our list of codes is kept as written: “3” (1 person).",
    ]


def test_every_problem_of_a_file_at_once(refused):
    content = (
        "Serial,WT,Int,Q62c,Mail,Name\n"
        "17,1,01/07/2026,1,a@example.org,Ada\n"
        "17,x,32/07/2026,1,,\n"
        "18,,July,1,,\n"
        "19,-1,,1,,\n"
    )
    mapping = 'drop = ["Name"]\n' + HEAD + '[columns]\nrespondent = "Serial"\nweight = "WT"\ndate = "Int"\n' + FAIR
    weight = "this is not a weight, a number of 0 or more. Give every respondent a weight; leave the column out of the "
    weight += "mapping where there are none."
    day = "this is not a day. Write it as 2026-07-01 or 01/07/2026."
    assert refused(content, mapping) == [
        "column “Q62C”: the mapping names this column and the file does not have it. Did you mean “Q62c”? Correct the "
        "mapping.",
        "column “Mail”: this column looks like e-mail addresses. List it under drop = [...] in the mapping, or remove "
        "it from the file.",
        f"row 3, column “WT”, value “x”: {weight}",
        f"row 4, column “WT”: this respondent has no weight. {weight.partition('. ')[2]}",
        f"row 5, column “WT”, value “-1”: {weight}",
        f"row 3, column “Int”, value “32/07/2026”: {day}",
        f"row 4, column “Int”, value “July”: {day}",
        "row 3, column “Serial”: this respondent stands in an earlier row too. Keep it or row 2, or map the column "
        "that numbers respondents.",
    ]


def test_dropped_columns_are_said(read):
    reading = read("Name,Q62C\nAda,1\n", 'drop = ["Name", "Postcode"]' + HEAD + FAIR)
    assert "Columns dropped as the mapping says: Name." in reading.notes
    assert "Columns to drop that the file does not have: Postcode." in reading.notes
    assert "Ada" not in reading.frame.astype(str).to_numpy()


def test_a_file_that_is_not_the_mappings(refused):
    mapping = 'file = "PAS*.csv"\n' + HEAD + FAIR
    assert refused("Q62C\n1\n", mapping) == [
        "value “wave.csv”: the mapping is for files named “PAS*.csv”. Correct file = … in the mapping, or take another "
        "mapping."
    ]
    assert refused("Q62C\n", HEAD + FAIR) == [
        "the file holds no respondents. Export it again; it may have been cut short."
    ]
    assert refused("{}", HEAD + FAIR, name="wave.json") == [
        "a mapping lies beside this file, and it is no table. Save it as .csv, .tsv, .xlsx or .sav, or remove the "
        "mapping."
    ]


@pytest.mark.long
@pytest.mark.parametrize("name", ["wave.csv", "wave.sav"])
def test_ten_thousand_respondents_are_read_in_seconds(read, spss, name):
    codes = np.random.default_rng(7).integers(1, 10, (10_000, 60))
    frame = pd.DataFrame(codes, columns=["Q62C", *(f"Q{n}" for n in range(1, 60))])
    content = frame.to_csv(index=False).encode() if name == "wave.csv" else spss(frame.astype(float))
    started = time.process_time()
    reading = read(content, HEAD + FAIR, name=name)
    assert time.process_time() - started < 5
    assert reading.frame["fair"].value_counts()["Tend to agree"] == (codes[:, 0] == 2).sum()
