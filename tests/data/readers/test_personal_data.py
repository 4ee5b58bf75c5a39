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
from data.vocabularies.survey import measures

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
        *(
            ("names", "Q1", [written.format(letter) for letter in "bcdefghijklmnopqrstuvwxyz"])
            for written in (
                "John{} Smith",
                "john{} smith",
                "Smith, John{}",
                "smith,john{}",
                "John{} J. Smith",
                "Zoë{} Müller",
            )
        ),
        ("names", "Q1", [f"JOHN{letter} SMITH" for letter in "BCDEFGHIJKLMNOPQRSTUVWXYZ"]),
        (
            "names",
            "Q1",
            [f"Ada{c} {s}" for c in "bcdef" for s in ("Green", "Smith", "Jones", "O’Neill", "Taylor-Wood")],
        ),
        ("names", "Q9", ["mrs ada lovelace", "MR LI"]),
        ("names", "Forename / Surname", ["Ada Lovelace"]),
        ("names", "Full name of respondent", ["LOVELACE, ADA", "bo li"]),
        ("names", "Name of person interviewed", ["Bo", "Refused"]),
        ("names", "Q1. Name", ["Bo"]),
        ("names", "Contact’s name (first and last)", ["Ada"]),
        ("names", "q1_fname", ["ada"]),
        ("birth dates", "Date of birth of respondent", ["01/02/1955"]),
        ("birth dates", "Date of birth of respondent", ["20152", "31000"]),
        ("birth dates", "DOB (Excel)", ["20152", "31000"]),
        ("birth dates", "When were you born?", ["1 February 1955", "Refused"]),
        ("birth dates", "Q8", ["01/02/1955 00:00", "03/04/1981 00:00"]),
        ("phone numbers", "Mob", ["7700900123"]),
        ("phone numbers", "q9", ["7700900123"]),
        ("phone numbers", "q9", ["447700900123", "7700 900124"]),
        ("phone numbers", "Contact telephone number (home)", ["1144960000"]),
        ("phone numbers", "Telephone number of respondent", ["Refused", "1144960000 ext 2"]),
        ("full postcodes", "q", ["1 High St, sw1a 1aa"]),
        ("full postcodes", "Q5", ["near Sw9 8qt I think"]),
        ("full postcodes", "Post code of home", ["Refused", "N17JP", "none", "-"]),
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
        ("Date moved in", ["01/02/1955", "1985-04-03", "01/01/1990"]),
        ("Date of last contact", ["2001-01-01", "1980-01-01"]),
        ("Q8", ["01/02/2001", "03/04/2004", "05/06/2009"]),
        ("Q8", ["01/02/1985", "03/04/2024", "05/06/2025"]),
        ("Interviewer ID", ["7123456789", "INT-04"]),
        ("Interviewer", ["1041", "1042"]),
        ("serial", ["7123456789"]),
        ("Date of telephone interview", ["20260701", "2026-07-02"]),
        ("Telephone interview ID", ["10000231"]),
        ("phone weight", ["0.7654321987"]),
        ("q1", ["1", "2", "3", "4", "5"] * 5),
        ("Did you give your full name?", ["Yes", "No"]),
        ("Name of your ward councillor", ["Ada Lovelace"]),
        ("People call me names", ["Fairly likely", "Once a week", "Every day", "Confident"]),
        ("Name of your employer", ["Marks and Spencer"]),
        ("Was your surname asked for", ["Yes, always", "Sometimes"]),
        ("Year and place of birth", ["1955", "Leeds"]),
        ("Q5", ["turn off at m4 2nd exit", "from a1 5th of May"]),
        ("Q5", ["Q1 2AM"]),
    ],
)
def test_columns_that_only_look_so(name, values):
    assert kinds(name, values) is None


PLACES = [
    "Milton Keynes", "King’s Lynn", "St Helens", "Tower Hamlets", "Abbey Wood", "West Ham", "Kingston upon Thames",
    "High Barnet", "Burnt Oak", "Canary Wharf", "Seven Kings", "Stoke Newington", "Crystal Palace", "Notting Dale",
    "Gospel Oak", "Swiss Cottage", "Lady Margaret", "William Morris", "Hackney Wick", "Peckham Rye", "Clock House",
    "Welsh Harp", "Enfield Lock", "Harrow Weald",
]  # fmt: skip
WORDS = [
    "More police", "Knife Crime", "Better lighting", "Drug dealing", "MORE PATROLS", "Nothing", "Police Visibility",
    "speeding cars", "Youth Clubs", "Faster response", "Car Theft", "Dog Fouling", "Listen to us", "Fly Tipping",
    "Anti-social Behaviour", "County Lines", "Loud Music", "Domestic Abuse", "Hate Crime", "Rough Sleepers",
    "Illegal Parking", "I feel safe here", "They never come when called", "None",
]  # fmt: skip
JOBS = [
    "Shop Assistant", "School Teacher", "Bus Driver", "Retired Nurse", "Software Engineer", "Care Assistant",
    "Taxi Driver", "Civil Servant", "Plumber", "Head Chef", "Office Manager", "Dental Nurse", "Data Analyst",
    "Hotel Porter", "Lorry Driver", "Estate Agent", "Art Director", "Personal Trainer", "Project Manager",
    "Team Leader", "Van Driver", "Security Guard", "Tree Surgeon", "Student",
]  # fmt: skip


def test_no_answer_of_a_scale_is_a_name():
    answers = sorted({answer for measure in measures().values() for answer in measure.answers})
    assert kinds("Your name for the police in your words", answers) is None
    assert all(kinds("Your name for it", [answer]) is None for answer in answers)


@pytest.mark.parametrize("header", ["Ward", "Name of area", "Sample point", "Borough name", "Town or city", "AreaName"])
def test_places_under_a_header_of_places_are_no_people(header):
    assert kinds(header, PLACES) is None


@pytest.mark.parametrize("written", [str, str.upper, str.lower])
def test_answers_in_peoples_own_words_are_no_names(written):
    assert kinds("Q1", list(map(written, WORDS))) is None
    assert kinds("Q2", list(map(written, JOBS))) is None


def test_the_column_of_areas_holds_places_whatever_its_header():
    for header in ("Q1", "Name"):
        assert personal_columns(sheet({header: PLACES}), JULY, header) == {}
        assert personal_columns(sheet({header: ["SE1 7PB"]}), JULY, header) == {header: "full postcodes"}


def test_no_ward_of_london_looks_like_a_person(real_files):
    from pyogrio.raw import read

    meta, _, _, columns = read(f"/vsizip/{real_files}/boundaries/london_wards.zip", read_geometry=False)
    wards = sorted({name for name in columns[list(meta["fields"]).index("NAME")] if " " in name})
    assert len(wards) > 200
    assert all(kinds("Q1", wards[first : first + 25]) is None for first in range(len(wards) - 24))


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


def test_nothing_in_the_crime_survey_looks_personal(source, real_files):
    name = "csew1314teachingopen.sav"
    assert personal_columns(tabular.read(source(name, real_files / "survey" / name)), date(2013, 4, 1)) == {}


# Respondents


def hashes(numbers, survey="PAS", force="metropolitan", key=b"key"):
    numbers = pd.Series(numbers, dtype="str")
    surveys, forces = (pd.Series([word] * len(numbers)) for word in (survey, force))
    return pseudonyms(numbers, surveys, forces, key).tolist()


def test_the_hash_is_the_one_that_was_written_down():
    # printf 'PAS\nmetropolitan\n17' | openssl dgst -sha256 -hmac key
    assert hashes(["17"]) == ["c12b5433c936cf08"]


def test_a_hash_hangs_on_number_survey_force_and_key_alone():
    one, other = hashes(["17", "18"])
    assert one != other
    assert hashes(["17"]) == [one]
    assert hashes(["17"], "CSEW") != [one]
    assert hashes(["17"], force="surrey") != [one]
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
