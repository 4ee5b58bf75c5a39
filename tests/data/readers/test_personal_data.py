"""Columns that would name a respondent, columns that only look so, and the hash that stands for a respondent."""

import stat
from datetime import date

import pandas as pd
import pytest

from data.readers import tabular
from data.readers.personal_data import (
    KEY_FILE,
    personal_columns,
    personal_problems,
    pseudonyms,
    respondent_key,
)
from data.readers.tabular import Sheet

JULY = date(2026, 7, 1)


def sheet(columns, labels=None):
    return Sheet(pd.DataFrame(columns, dtype="str"), "", labels=labels or {})


def kinds(name, values, label=""):
    return personal_columns(sheet({name: values}, {name: label}), JULY).get(name)


@pytest.mark.parametrize(
    ("what", "name", "values"),
    [
        ("names", "Name", ["Bo"]),
        ("names", "First name", ["Ada", ""]),
        ("names", "SURNAME", ["Lovelace"]),
        ("names", "respondent_full_name", ["Ada Lovelace"]),
        ("names", "InterviewerName", ["Grace"]),
        ("names", "Q9", ["Mrs Ada Lovelace", "Dr. O’Neill", "Mr Li"]),
        ("names", "Q9", [f"Ada{'bcdefghijklmnopqrstuvwxy'[n]} Lovelace" for n in range(24)]),
        ("birth dates", "DOB", ["01/02/1955"]),
        ("birth dates", "date_of_birth", ["1955-02-01"]),
        ("birth dates", "DateOfBirth", ["19550201"]),
        ("birth dates", "Q8", ["01/02/1955", "3.4.1981", "12-Nov-99", ""]),
        ("birth dates", "InterviewDate", ["1955-02-01", "1990-12-31"]),
        ("full postcodes", "Postcode", ["SW1A1AA", "N1"]),
        ("full postcodes", "area", ["Lambeth", "SE1 7PB", "Southwark"]),
        ("full postcodes", "comment", ["the lights at SW9 8QT are out"]),
        ("full postcodes", "pc", ["sw1a1aa", "n17jp"]),
        ("phone numbers", "mobile", ["7911123456"]),
        ("phone numbers", "Telephone number", ["0114 496 0000"]),
        ("phone numbers", "x", ["020 7946 0018", "(0118) 496 0212"]),
        ("phone numbers", "x", ["ring me on 07700 900123 please", "no"]),
        ("phone numbers", "x", ["+44 7700 900123"]),
        ("e-mail addresses", "x", ["none", "ada@example.org"]),
        ("e-mail addresses", "x", ["write to ada.l@mail.example.co.uk"]),
    ],
)
def test_columns_that_would_name_a_respondent(what, name, values):
    assert kinds(name, values) == what


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("Name", ["1", "2"]),
        ("Name", ["", ""]),
        ("ward_name", ["Abbey", "St James’s"]),
        ("Borough name", ["Tower Hamlets", "Barking and Dagenham"]),
        ("know_officer_name", ["Yes", "No"]),
        ("Ward", ["Abbey Wood", "Bishop’s Stortford"] * 15),
        ("yob", ["1955", "1981"]),
        ("YearOfBirth", ["1955"]),
        ("country_of_birth", ["India"]),
        ("dob", ["1955", "1960"]),
        ("InterviewDate", ["01/07/2026", "30/09/2026"]),
        ("interview", ["2026-07-01 14:30:00"]),
        ("moved", ["2001", "2026-07-01"]),
        ("Postcode", ["SW1A", "SE1 7", "N1"]),
        ("postcode_sector", ["SE1 7"]),
        ("lsoa", ["E01012607"]),
        ("serial", ["AB12CD", "ZZ99ZX", "KX10CC"] + [f"QQ{n}X" for n in range(10)]),
        ("serial", ["0000012345", "0137068050"]),
        ("serial", ["137068050", "147461190"]),
        ("has_mobile", ["1", "2"]),
        ("contacted_by_phone", ["Yes", "No"]),
        ("weight", ["0.7654321987", "1.0711123456"]),
        ("heard", ["Twitter: @police", "@ night"]),
        ("Q60", ["1", "2", "8"]),
        ("title", ["Mr", "Mrs"]),
    ],
)
def test_columns_that_only_look_so(name, values):
    assert kinds(name, values) is None


def test_the_label_of_an_spss_column_counts_as_its_name():
    assert kinds("q2", ["ada"], label="Respondent's full name") == "names"
    assert kinds("q2", ["ada"], label="Do you know the name of your ward officer?") is None


def test_one_problem_a_column_that_never_repeats_a_value():
    columns = {"Name": ["Ada Lovelace"], "Mail": ["ada@example.org"], "Q60": ["1"]}
    told = [str(problem) for problem in personal_problems(sheet(columns), JULY, ())]
    remedy = "List it under drop = [...] in the mapping, or remove it from the file."
    assert told == [
        f"column “Name”: this column looks like names. {remedy}",
        f"column “Mail”: this column looks like e-mail addresses. {remedy}",
    ]
    assert [p.column for p in personal_problems(sheet(columns), JULY, ("Mail",))] == ["Name"]


@pytest.mark.real
def test_nothing_in_the_crime_survey_looks_personal(source, real_files):
    name = "csew1314teachingopen.sav"
    assert personal_columns(tabular.read(source(name, real_files / "survey" / name)), date(2013, 4, 1)) == {}


# Respondents


def hashes(numbers, surveys="PAS", key=b"key"):
    numbers = pd.Series(numbers, dtype="str")
    return pseudonyms(numbers, pd.Series([surveys] * len(numbers)), key).tolist()


def test_the_hash_is_the_one_that_was_written_down():
    # printf 'PAS\n17' | openssl dgst -sha256 -hmac key | cut -c1-16
    assert hashes(["17"]) == ["3745cb3b9739c3e3"]


def test_a_hash_hangs_on_number_survey_and_key_alone():
    one, other = hashes(["17", "18"])
    assert one != other
    assert hashes(["17"]) == [one]
    assert hashes(["17"], "CSEW") != [one]
    assert hashes(["17"], key=b"other") != [one]


def test_no_number_has_no_hash():
    (blank,) = hashes([None])
    assert pd.isna(blank)


def test_the_key_of_a_folder_is_made_once_and_is_its_owners_alone(tmp_path):
    here, there = tmp_path / "here", tmp_path / "there"
    here.mkdir()
    there.mkdir()
    key = respondent_key(here)
    assert len(key) == 64
    assert respondent_key(here) == key
    assert respondent_key(there) != key
    assert stat.S_IMODE((here / KEY_FILE).stat().st_mode) == 0o600
    assert [path.name for path in here.iterdir()] == [KEY_FILE]
