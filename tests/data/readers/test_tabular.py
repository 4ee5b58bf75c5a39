"""Tables of every kind of file: delimiters, encodings, workbooks and SPSS, all as the same text."""

import datetime
import io

import numpy as np
import openpyxl
import pandas as pd
import pyreadstat
import pytest

from data.readers import tabular
from data.readers.source import Refused

ROWS = [["Serial", "Q60", "Where"], ["1", "2", "Zoë’s Road"], ["2", "", "a, b; c"]]


def delimited(rows, delimiter=","):
    """Rows as text, every cell in quotes that needs them."""
    quoted = [[f'"{cell}"' if set(cell) & set(",;\t|") else cell for cell in row] for row in rows]
    return "".join(delimiter.join(row) + "\r\n" for row in quoted)


def workbook(sheets):
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    packed = io.BytesIO()
    book.save(packed)
    return packed.getvalue()


@pytest.fixture
def spss(tmp_path):
    """A function that writes an SPSS file."""

    def write(frame, **options):
        pyreadstat.write_sav(frame, str(tmp_path / "x.sav"), **options)
        return (tmp_path / "x.sav").read_bytes()

    return write


def table(sheet):
    return [sheet.columns, *sheet.cells.to_numpy().tolist()]


def problems(source, **options):
    with pytest.raises(Refused) as caught:
        tabular.read(source, **options)
    return [str(problem) for problem in caught.value.problems]


@pytest.mark.parametrize(("delimiter", "word"), [(",", "commas"), (";", "semicolons"), ("\t", "tabs"), ("|", "bars")])
@pytest.mark.parametrize(
    ("encoding", "name"),
    [
        ("utf-8", "UTF-8"),
        ("utf-8-sig", "UTF-8"),
        ("utf-16", "UTF-16"),
        ("utf-16-le", "UTF-16"),
        ("utf-16-be", "UTF-16"),
        ("cp1252", "Windows-1252"),
    ],
)
def test_every_delimiter_in_every_encoding(source, delimiter, word, encoding, name):
    sheet = tabular.read(source("x.csv", delimited(ROWS, delimiter).encode(encoding)))
    assert table(sheet) == ROWS
    assert sheet.how == f"Read as {name} text with columns separated by {word}."
    assert sheet.decimal_comma == (delimiter != ",")
    assert sheet.cells.index.tolist() == [2, 3]


def test_the_ending_of_a_text_file_does_not_decide_its_delimiter(source):
    for name in ("x.tsv", "x.TAB", "x.csv"):
        assert table(tabular.read(source(name, delimited(ROWS, ";").encode()))) == ROWS


def test_a_semicolon_in_a_quoted_column_name_separates_nothing(source):
    sheet = tabular.read(source("x.csv", b'"a;b;c;d",e\n1,2\n'))
    assert table(sheet) == [["a;b;c;d", "e"], ["1", "2"]]


def test_blank_lines_are_no_records_and_rows_keep_their_number(source):
    sheet = tabular.read(source("x.csv", b"a,b\n,\n1,2\n\n3,4\n"))
    assert sheet.cells.index.tolist() == [3, 5]


def test_a_column_without_a_name_is_called_by_its_place(source):
    assert tabular.read(source("x.csv", b",a\n1,2\n")).columns == ["column 1", "a"]


def test_every_problem_of_a_text_file_at_once(source):
    remedy = "The row may be cut short or hold a stray delimiter; save or fetch the file again."
    assert problems(source("x.csv", b"a,b\n1\n1,2\n1,2,3\n")) == [
        f"row 2: the row has 1 cells where the header has 2. {remedy}",
        f"row 4: the row has 3 cells where the header has 2. {remedy}",
    ]
    assert problems(source("x.csv", b"a,b,a\n1,2,3\n")) == [
        "row 1, column “a”: this column name stands more than once. Give one of the columns another name."
    ]
    assert "can't be read as a table near line" in problems(source("x.csv", b'a,b\n1,"2\n'))[0]


def test_whole_numbers_of_a_workbook_are_codes(source):
    rows = [["Q1", "Weight", "Day", "When", "Yes", "Code"], [1.0, 0.1, datetime.date(2026, 7, 1), None, True, "02"]]
    rows += [[2, 1.25, datetime.datetime(2026, 7, 2, 9, 30), "1.0", False, None]]
    sheet = tabular.read(source("x.xlsx", workbook({"Data": rows})))
    assert table(sheet)[1:] == [
        ["1", "0.1", "2026-07-01", "", "TRUE", "02"],
        ["2", "1.25", "2026-07-02 09:30:00", "1", "FALSE", ""],
    ]
    assert sheet.how == "Read from the sheet “Data” of the workbook."


def test_the_first_sheet_with_a_header_is_read_unless_one_is_named(source):
    packed = workbook(
        {"Notes": [["Read me"]], "Counts": [[1, 2]], "A": [["x", "y"], [1, 2]], "B": [["u", "v"], [3, 4]]}
    )
    assert tabular.read(source("x.xlsx", packed)).columns == ["x", "y"]
    assert tabular.read(source("x.xlsx", packed), sheet="B").columns == ["u", "v"]
    assert problems(source("x.xlsx", packed), sheet="C") == [
        "the workbook has no sheet “C”. Name one of its sheets: Notes, Counts, A, B."
    ]
    assert problems(source("x.xlsx", packed), sheet="Notes") == [
        "the sheet “Notes” has no header. Put the column names in the first row that is filled."
    ]


def test_a_title_line_above_a_header_is_no_header(source):
    packed = workbook({"Data": [[None, None], ["x", "y"], [None, None], [1, 2]]})
    sheet = tabular.read(source("x.xlsx", packed))
    assert sheet.how == "Read from the sheet “Data” of the workbook, whose header is row 2."
    assert (table(sheet), sheet.cells.index.tolist()) == ([["x", "y"], ["1", "2"]], [4])


@pytest.mark.long
@pytest.mark.parametrize(("name", "content"), [("x.xlsx", b"PK\x03\x04"), ("x.xlsx", b"text"), ("x.sav", b"$FL2@(#)")])
def test_a_damaged_file_is_refused_in_one_sentence(source, name, content):
    (problem,) = problems(source(name, content))
    assert "can't be opened as an" in problem
    assert tabular.header(source(name, content)) == []


def test_an_spss_file_brings_its_labels_and_keeps_missing_codes_apart(source, spss):
    frame = pd.DataFrame({"q": [1.0, 8.0, 99.0, np.nan], "s": ["a", "zz", "", "b"], "w": [0.5, 1.0, 2.25, 1e6]})
    content = spss(
        frame,
        column_labels={"q": "How safe do you feel?"},
        variable_value_labels={"q": {1.0: "Very safe", 8.0: "Refusal"}},
        missing_ranges={"q": [8.0, {"lo": 90.0, "hi": 99.0}], "s": ["zz"]},
    )
    sheet = tabular.read(source("x.sav", content))
    assert table(sheet) == [
        ["q", "s", "w"],
        ["1", "a", "0.5"],
        ["8", "zz", "1"],
        ["99", "", "2.25"],
        ["", "b", "1000000"],
    ]
    assert sheet.labels == {"q": "How safe do you feel?"}
    assert sheet.value_labels == {"q": {"1": "Very safe", "8": "Refusal"}}
    assert sheet.missing == {"q": {"8", "99"}, "s": {"zz"}}


@pytest.mark.long
def test_days_of_an_spss_file(source, spss):
    sheet = tabular.read(source("x.sav", spss(pd.DataFrame({"d": [datetime.date(2026, 7, 1), None]}))))
    assert sheet.cells["d"].tolist() == ["2026-07-01", ""]


@pytest.mark.long
@pytest.mark.parametrize("name", ["x.csv", "x.xlsx", "x.sav"])
def test_the_header_alone(source, spss, name):
    content = {
        "x.csv": delimited(ROWS).encode(),
        "x.xlsx": workbook({"Data": ROWS}),
        "x.sav": spss(pd.DataFrame(ROWS[1:], columns=ROWS[0])),
    }[name]
    assert tabular.header(source(name, content)) == ROWS[0]
    assert len(tabular.read(source(name, content), limit=1).cells) == 1


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "cp1252"])
def test_the_header_of_a_file_longer_than_what_is_looked_at(source, encoding):
    content = ("Straße;Q60\n" + "Zoë’s Road;1\n" * 40_000).encode(encoding)
    assert tabular.header(source("x.csv", content)) == ["Straße", "Q60"]
    assert tabular.header(source("x.csv", "é,ü".encode(encoding))) == ["é", "ü"]


@pytest.mark.parametrize(
    ("text", "decimal_comma", "number"),
    [
        ("1", False, 1.0),
        ("0.5", True, 0.5),
        ("0,5", True, 0.5),
        ("0,5", False, None),
        ("1,234,5", True, None),
        ("", True, None),
        ("nan", False, None),
        ("inf", False, None),
        ("-.5", False, -0.5),
        ("1e-3", False, 0.001),
    ],
)
def test_numbers(text, decimal_comma, number):
    assert tabular.number(text, decimal_comma) == number
