"""Stop and search: files laid out as data.police.uk lays them out, good ones and every kind of bad one."""

import pandas as pd
import pytest

from data.readers import stop_and_search
from data.readers.source import Refused, Slot
from data.tables import STOPS

NAME = "2018-04-metropolitan-stop-and-search.csv"
SLOT = Slot("stop and search", "stops", "metropolitan", "2018-04")
# The first line of every file from April 2018 to March 2023.
HEADER = (
    "Type,Date,Part of a policing operation,Policing operation,Latitude,Longitude,Gender,Age range,"
    "Self-defined ethnicity,Officer-defined ethnicity,Legislation,Object of search,Outcome,"
    "Outcome linked to object of search,Removal of more than just outer clothing"
)
SEARCH = {
    "Type": "Person search",
    "Date": "2018-04-03T14:05:00+00:00",
    "Latitude": "51.5",
    "Longitude": "-0.12",
    "Gender": "Male",
    "Age range": "18-24",
    "Self-defined ethnicity": "White - English/Welsh/Scottish/Northern Irish/British",
    "Officer-defined ethnicity": "White",
    "Legislation": "Misuse of Drugs Act 1971 (section 23)",
    "Object of search": "Controlled drugs",
    "Outcome": "A no further action disposal",
    "Outcome linked to object of search": "False",
    "Removal of more than just outer clothing": "True",
}


@pytest.fixture
def read(source, police_csv):
    """Read rows given as changes to one good search, or a whole file given as bytes."""

    def run(*content, name=NAME):
        whole = content[0] if content and isinstance(content[0], bytes) else police_csv([SEARCH | c for c in content])
        given = source(name, whole)
        return stop_and_search.read(given, stop_and_search.recognise(given))

    return run


@pytest.fixture
def problems(read):
    def run(*content):
        with pytest.raises(Refused) as caught:
            read(*content)
        return caught.value.problems

    return run


def test_the_made_files_have_the_published_header(police_csv):
    assert police_csv() == HEADER.encode() + b"\n"


def test_a_search_is_read_as_published(read):
    reading = read({})
    assert list(reading.frame.columns) == STOPS.names
    row = reading.frame.iloc[0]
    assert (row.row, row.force, row.month, row.type) == (2, "metropolitan", "2018-04", "Person search")
    assert row["at"] == pd.Timestamp("2018-04-03 14:05", tz="UTC")
    assert (row.latitude, row.longitude) == (51.5, -0.12)
    assert (row.gender, row.age_range, row.officer_defined_ethnicity) == ("Male", "18-24", "White")
    assert row.self_defined_ethnicity == "White - English/Welsh/Scottish/Northern Irish/British"
    assert (row.legislation, row.object_of_search) == ("Misuse of Drugs Act 1971 (section 23)", "Controlled drugs")
    assert (row.outcome, row.outcome_linked, row.removal_outer) == ("A no further action disposal", False, True)
    assert (reading.records, reading.notes) == (1, ())
    STOPS.schema.validate(reading.frame.assign(load_id="1"), lazy=True)


def test_blank_is_neither_false_nor_text(read):
    row = read(dict.fromkeys(SEARCH, "") | {"Gender": "Female"}).frame.iloc[0]
    blank = [name for name in STOPS.names if name not in ("row", "force", "month", "gender")]
    assert [name for name in blank if not pd.isna(row[name])] == []


def test_words_that_look_missing_are_kept(read):
    assert read({"Policing operation": "NA"}, {"Policing operation": "null"}).frame.operation.tolist() == ["NA", "null"]


def test_repeated_rows_are_kept(read):
    reading = read({}, {}, {})
    assert (reading.records, reading.frame.row.tolist()) == (3, [2, 3, 4])


def test_truth_is_read_in_any_case(read):
    frame = read({"Part of a policing operation": "TRUE"}, {"Part of a policing operation": "false"}, {}).frame
    assert frame.part_of_operation.tolist() == [True, False, pd.NA]


def test_every_problem_is_named_at_once_with_row_column_value_and_remedy(problems):
    found = problems(
        {"Date": "03/04/2018"},
        {},
        {"Latitude": "95", "Longitude": "-181"},
        {"Latitude": "north"},
        {"Longitude": ""},
        {"Latitude": ""},
        {"Part of a policing operation": "yes", "Outcome linked to object of search": "0"},
    )
    assert [(p.row, p.column, p.value) for p in found] == [
        (2, "Date", "03/04/2018"),
        (4, "Latitude", "95"),
        (4, "Longitude", "-181"),
        (5, "Latitude", "north"),
        (6, "Longitude", ""),
        (7, "Latitude", ""),
        (8, "Part of a policing operation", "yes"),
        (8, "Outcome linked to object of search", "0"),
    ]
    assert {p.column: p.remedy for p in found if p.row in (2, 4, 6, 8)} == {
        "Date": "Write it as 2023-03-31T14:05:00+00:00",
        "Latitude": "Correct it, or leave both blank",
        "Longitude": "Give both coordinates, or leave both blank",
        "Outcome linked to object of search": "Write True or False, or leave it blank",
        "Part of a policing operation": "Write True or False, or leave it blank",
    }
    assert str(next(p for p in found if p.row == 2)) == (
        "row 2, column “Date”, value “03/04/2018”: This is not a date and time. Write it as 2023-03-31T14:05:00+00:00."
    )


@pytest.mark.parametrize("date", ["now", "today", "2018", "2018-04", "2018-04-03", "2018-02-30T10:00:00+00:00", "NaT"])
def test_what_is_no_date_and_time_is_refused(problems, date):
    assert [(p.row, p.column, p.value) for p in problems({"Date": date})] == [(2, "Date", date)]


@pytest.mark.parametrize("number", ["nan", "inf", "-inf", "51,5", "0x10"])
def test_what_is_no_coordinate_is_refused(problems, number):
    assert [(p.row, p.column, p.value) for p in problems({"Latitude": number})] == [(2, "Latitude", number)]


def test_a_thousand_problems_are_all_carried(problems):
    assert [p.row for p in problems(*[{"Date": "?"}] * 1_000)] == list(range(2, 1_002))


def test_missing_columns_are_all_named(source, police_csv):
    columns = [name for name in HEADER.split(",") if name not in ("Latitude", "Outcome")]
    given = source(NAME, police_csv([{"Type": "Person search"}], columns))
    with pytest.raises(Refused) as caught:
        stop_and_search.read(given, SLOT)
    assert [(p.column, p.remedy) for p in caught.value.problems] == [
        (name, "Fetch the file again from data.police.uk") for name in ("Latitude", "Outcome")
    ]


def test_a_column_that_stands_twice_is_refused(problems, police_csv):
    content = police_csv([SEARCH]).replace(b"\n", b",Outcome\n", 1).replace(b"False,True\n", b"False,True,Arrest\n")
    assert [(p.row, p.column) for p in problems(content)] == [(1, "Outcome")]


def test_short_and_long_rows_are_all_named(problems, police_csv):
    good = police_csv([SEARCH]).splitlines()[1]
    lines = [HEADER.encode(), good, b"Person search,2018-04-03", good + b",more", good, good + b",a,b"]
    found = problems(b"\n".join(lines))
    assert [p.row for p in found] == [3, 4, 6]
    assert ["2 cells where the header has 15" in str(found[0]), "16 cells" in str(found[1])] == [True, True]


def test_when_every_row_is_long_nothing_shifts(problems, police_csv):
    good = police_csv([SEARCH]).splitlines()[1]
    assert [p.row for p in problems(b"\n".join([HEADER.encode(), good + b",", good + b","]))] == [2, 3]


def test_an_open_quote_is_refused_as_one(problems, police_csv):
    (found,) = problems(police_csv([SEARCH]) + b'"Person search,2018')
    assert "can't be read as a table near line 3" in str(found)


def test_rows_are_numbered_past_quoted_newlines_and_blank_lines(problems, police_csv):
    content = police_csv([SEARCH | {"Policing operation": "Over\ntwo\nlines"}, SEARCH])
    content += b"\n" + police_csv([SEARCH | {"Date": "?"}]).split(b"\n", 1)[1]
    assert [p.row for p in problems(content)] == [5]


def test_rows_after_quoted_newlines_and_blank_lines_keep_their_number(read, police_csv):
    content = police_csv([SEARCH | {"Policing operation": "Over\ntwo\nlines"}, SEARCH])
    frame = read(content + b"\n" + b"," * 14 + b"\n" + content.split(b"\n", 1)[1]).frame
    assert frame.row.tolist() == [2, 3, 6, 7]
    assert frame.operation[0] == "Over\ntwo\nlines"


def test_windows_line_ends_and_byte_order_mark(read, police_csv):
    content = police_csv([SEARCH, SEARCH])
    plain = read(content).frame
    for changed in (content.replace(b"\n", b"\r\n"), b"\xef\xbb\xbf" + content):
        pd.testing.assert_frame_equal(read(changed).frame, plain)


def test_windows_1252_is_read_and_noted(read, police_csv):
    content = police_csv([SEARCH | {"Policing operation": "Café"}]).decode().encode("cp1252")
    reading = read(content)
    assert reading.frame.operation[0] == "Café"
    assert reading.notes == ("The file is not UTF-8; it was read as Windows-1252.",)


@pytest.mark.parametrize("content", [b"", b"\n", b" \r\n\r\n"])
def test_an_empty_file_is_refused(problems, content):
    assert str(problems(content)[0]) == (
        "The file is empty. Fetch it again; a month in which nothing happened still has its header line."
    )


@pytest.mark.parametrize("end", ["", "\n", "\r\n"])
def test_a_header_alone_is_a_month_without_searches(read, end):
    reading = read(HEADER.encode() + end.encode())
    assert (len(reading.frame), reading.records, reading.notes) == (0, 0, ())
    assert list(reading.frame.columns) == STOPS.names


def test_seconds_may_have_fractions(read):
    frame = read(
        {"Date": "2018-04-03T14:05:00.123456+00:00"},
        {"Date": "2018-04-03T14:05:00.5Z"},
        {"Date": "2018-04-03T15:05:00+01:00"},
    ).frame
    assert frame["at"].tolist() == [
        pd.Timestamp("2018-04-03 14:05:00.123456", tz="UTC"),
        pd.Timestamp("2018-04-03 14:05:00.5", tz="UTC"),
        pd.Timestamp("2018-04-03 14:05", tz="UTC"),
    ]


def test_hostile_text_stays_text(read):
    hostile = ['=HYPERLINK("http://example.org")', "<script>alert(1)</script>", "'; DROP TABLE stops;--", "\x1b[2J\x00"]
    reading = read(*[{"Object of search": text} for text in hostile])
    assert reading.frame.object_of_search.tolist() == hostile
    assert len(reading.notes) == 4


def test_summer_nights_outside_the_month_are_noted_and_stay(read):
    # London is an hour ahead of UTC from 25 March to 28 October 2018.
    reading = read(
        {"Date": "2018-03-31T22:59:59+00:00"},  # 31 March, 23:59:59 in London: outside
        {"Date": "2018-03-31T23:30:00+00:00"},  # 1 April, 00:30 in London: inside
        {"Date": "2018-04-30T22:59:59+00:00"},  # 30 April, 23:59:59 in London: inside
        {"Date": "2018-04-30T23:00:00+00:00"},  # 1 May, 00:00 in London: outside
        {"Date": "2018-04-30T23:59:59+00:00"},  # 1 May, 00:59:59 in London: outside
        {"Date": ""},
    )
    assert reading.frame.month.tolist() == ["2018-04"] * 6
    assert reading.notes == ("3 rows are dated outside the month of the file, London time; they stay in its month.",)


def test_values_that_no_list_knows_are_kept_and_named(read):
    reading = read(
        {"Self-defined ethnicity": "Martian"},
        {"Self-defined ethnicity": "Martian", "Legislation": "Spaceship Act 2099", "Type": "Drone search"},
    )
    assert reading.frame.self_defined_ethnicity.tolist() == ["Martian", "Martian"]
    assert reading.notes == (
        "Type “Drone search” is not in our list: 1 search, kept as written.",
        "Self-defined ethnicity “Martian” is not in our list: 2 searches, kept as written.",
        "Legislation “Spaceship Act 2099” is not in our list: 1 search, kept as written.",
    )


def test_columns_beyond_the_published_ones_are_named(read, police_csv):
    content = police_csv([SEARCH | {"Weather": "rain"}], [*HEADER.split(","), "Weather"])
    reading = read(content)
    assert reading.notes == ("Columns not used: Weather.",)
    assert not reading.kept
    assert read({}).kept


def test_the_name_says_force_and_month(source, police_csv):
    assert stop_and_search.recognise(source(NAME, police_csv())) == SLOT
    assert stop_and_search.recognise(source(NAME.upper(), police_csv())).subject == "metropolitan"
    west = source("2019-12-avon-and-somerset-stop-and-search.csv", police_csv())
    assert (stop_and_search.recognise(west).subject, stop_and_search.recognise(west).period) == (
        "avon-and-somerset",
        "2019-12",
    )


@pytest.mark.parametrize("name", ["searches.csv", "2018-13-metropolitan-stop-and-search.csv", f"copy of {NAME}"])
def test_a_name_without_force_and_month_is_refused(source, police_csv, name):
    with pytest.raises(Refused) as caught:
        stop_and_search.recognise(source(name, police_csv()))
    assert "Rename it as data.police.uk does, such as 2023-03-surrey-stop-and-search.csv" in str(caught.value)


def test_an_unknown_force_is_refused(source, police_csv):
    with pytest.raises(Refused, match="“gotham” in the file name is not a force of England and Wales"):
        stop_and_search.recognise(source("2018-04-gotham-stop-and-search.csv", police_csv()))


def test_other_files_are_somebody_elses(source):
    assert stop_and_search.recognise(source("notes.csv", b"a,b\n1,2\n")) is None
    about = "The columns are Self-defined ethnicity, Object of search and more.\n" + HEADER
    assert stop_and_search.recognise(source("README.md", about.encode())) is None
