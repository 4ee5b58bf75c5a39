"""Spreadsheets: no text comes alive, no number changes, nothing is lost, and the same Finding gives the same bytes."""

from __future__ import annotations

import csv
import io
import math
import re
import zipfile
from dataclasses import replace
from typing import Any

import openpyxl
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.briefings import spreadsheet
from analytics.columns import meaning
from analytics.finding import File, Finding, Provenance
from analytics.reading import in_plain_words

HOSTILE = [
    "=1+1",
    "+1+1",
    "-2+3",
    "@SUM(A1)",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    "\tabc",
    "\rabc",
    "\nabc",
    "  =cmd|' /C calc'!A0",
    "\u00a0=1",
    "\uff1d1+1",
    "\ufeff=1+1",
    "\u200b=1+1",
    "\u202e=1+1",
    '=HYPERLINK("https://x.example";"press")',
    "-5",
]
HARMLESS = ["Metropolitan", "A=1", "a-b", "'quoted", "", "Ynys Môn, Ŵ", '"', "a,b\r\nc", "−5 to +3 points", "5 − 3"]


def finding(**tables: pd.DataFrame) -> Finding:
    return Finding(
        key="stop_and_search.disproportionality",
        question="=Are people of one group searched more often?",
        headline="Black people were searched at 5.4 times the rate of White people",
        answer="24.1 searches against 4.5 for every 1,000 residents.",
        tables=tables or {"rates": rates()},
        provenance=Provenance(
            release=7,
            files=(
                File("2018-04-metropolitan-stop-and-search.csv", "ab" * 32, 12_345),
                File("@evil.csv", "cd" * 32, 1),
            ),
            scope={"force": "metropolitan", "from": "2018-04", "to": "2018-09", "group": "Black"},
            base="74,070 searches",
            method="Ratio of two rates",
            reference="Kleinman 1973",
            rules=("+1 row left out",),
            settings={"Threshold": "10"},
        ),
        caveats=("A disparity is not proof of discrimination.", "-Residents are not the people on the street."),
        claim=1,
    )


def rates() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "group": ["Black", "White", "=1+1"],
            "stops": pd.array([12_345, 9_120, None], dtype="Int64"),
            "rate": pd.array([24.12345678901234, -4.5, None], dtype="Float64"),
            "high": [25.2, math.inf, -math.inf],
            "share": [0.25, 0.123456, math.nan],
            "sure": [True, False, True],
            "year": [2018, 2018, 2018],
            "flag": ["", "", "not enough searches: 3"],
        }
    )


def cells(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def sheet(content: bytes, name: str) -> Any:
    return openpyxl.load_workbook(io.BytesIO(content))[name]


@pytest.mark.parametrize("text", HOSTILE, ids=ascii)
def test_text_that_starts_like_a_formula_gets_an_apostrophe(text: str) -> None:
    assert spreadsheet.neutral(text) == "'" + text


@pytest.mark.parametrize("text", HARMLESS, ids=ascii)
def test_other_text_is_left_alone(text: str) -> None:
    assert spreadsheet.neutral(text) == text


@pytest.mark.parametrize("text", ["\x00=1+1", "\x1b+1", "\u2060\ufeff-1", "\xad@SUM(A1)"])
def test_signs_that_nobody_sees_hide_no_formula(text: str) -> None:
    assert spreadsheet.neutral(text) == "'" + text


@pytest.mark.long
@given(st.text() | st.from_regex(r"\A\s*[=+\-@]"))
@settings(deadline=None)
def test_no_csv_cell_starts_like_a_formula_and_none_is_lost(text: str) -> None:
    content = spreadsheet.to_csv(finding(any=pd.DataFrame({"text": [text, "end"], text or "empty": ["a", "b"]})))
    header, row, last = (line[3:] for line in cells(content))
    for cell in (*header, *row):
        assert not cell.startswith(("\t", "\r", "\n"))
        assert not cell.lstrip().startswith(("=", "+", "-", "@"))
    assert row[0] in (text, "'" + text)
    assert last == ["end", "b"]


@given(st.lists(st.floats(allow_nan=False) | st.integers(-(2**63), 2**63 - 1), min_size=1))
@settings(deadline=None)
def test_numbers_keep_six_digits_in_csv_and_whole_ones_all(values: list[float]) -> None:
    for kind in (object, float):
        written = cells(spreadsheet.to_csv(finding(any=pd.DataFrame({"n": pd.Series(values, dtype=kind)}))))[1:]
        for row, value in zip(written, values, strict=True):
            exact = isinstance(value, int) or not math.isfinite(value) or float(value).is_integer()
            assert float(row[3]) == (float(value) if exact else pytest.approx(value, rel=5e-6, abs=1e-300))


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        (24.12345678901234, 24.1235),
        (0.000123456789, 0.000123457),
        (-1234.56789, -1234.57),
        (1_234_567.89, 1_234_568.0),
        (7_654_321.0, 7_654_321.0),
        (7_654_321, 7_654_321),
        (0.0, 0.0),
        (True, True),
        ("1.23456789", "1.23456789"),
    ],
)
def test_six_digits_count_and_nothing_before_the_point_is_lost(value: Any, kept: Any) -> None:
    assert spreadsheet.rounded(value) == kept
    assert type(spreadsheet.rounded(value)) is type(kept)


def test_csv_is_one_table_and_nothing_else() -> None:
    content = spreadsheet.to_csv(finding())
    assert content.startswith(b"\xef\xbb\xbfforce,")
    assert content.count(b"\r\n") == content.count(b"\n") == 4
    asked = ["metropolitan", "2018-04", "2018-09"]
    assert cells(content) == [
        ["force", "from", "to", "group", "stops", "rate", "high", "share", "sure", "year", "flag"],
        [*asked, "Black", "12345", "24.1235", "25.2", "0.25", "True", "2018", ""],
        [*asked, "White", "9120", "-4.5", "inf", "0.123456", "False", "2018", ""],
        [*asked, "'=1+1", "", "", "-inf", "", "True", "2018", "not enough searches: 3"],
    ]


def test_csv_says_in_every_row_what_was_asked_and_is_no_column_of_the_table() -> None:
    made = finding(stops=pd.DataFrame({"force": ["surrey"], "n": [1]}))
    scope = {"force": "x", "area": "E1", "from": "2018-04", "to": "2018-04", "power": "all", "comparator": "White"}
    for power, more in (("all", []), ("=cmd()", ["'=cmd()"])):
        asked = replace(made, provenance=replace(made.provenance, scope={**scope, "power": power}))
        header, row = cells(spreadsheet.to_csv(asked))
        assert header == ["area", "from", "to", *(["power"] if more else []), "force", "n"]
        assert row == ["E1", "2018-04", "2018-04", *more, "surrey", "1"]
    assert list(made.table.columns) == ["force", "n"]


def test_csv_is_read_back_by_pandas() -> None:
    back = pd.read_csv(io.BytesIO(spreadsheet.to_csv(finding())))
    assert list(back["rate"])[:2] == [24.1235, -4.5]
    assert back["high"].tolist() == [25.2, math.inf, -math.inf]
    assert back["stops"].isna().tolist() == [False, False, True]


def test_csv_of_a_named_table() -> None:
    both = finding(rates=rates(), other=pd.DataFrame({"a": pd.Categorical(["-x"])}))
    assert cells(spreadsheet.to_csv(both, "other")) == [
        ["force", "from", "to", "a"],
        ["metropolitan", "2018-04", "2018-09", "'-x"],
    ]
    with pytest.raises(ValueError, match="has no table “others”; there is rates and other"):
        spreadsheet.to_csv(both, "others")


def test_empty_table_is_its_header() -> None:
    empty = finding(rates=rates().iloc[:0])
    assert cells(spreadsheet.to_csv(empty)) == [["force", "from", "to", *rates().columns]]
    assert [[cell.value for cell in row] for row in sheet(spreadsheet.to_excel(empty), "rates")] == [
        list(rates().columns)
    ]


@pytest.mark.parametrize("text", [*HOSTILE, "https://x.example", "mailto:a@b.c", "{=1+1}", "12", "_x0041_"], ids=ascii)
def test_text_in_a_workbook_is_text(text: str) -> None:
    content = spreadsheet.to_excel(finding(rates=pd.DataFrame({"text": [text], text: ["value"]})))
    page = sheet(content, "rates")
    for cell in (page["A2"], page["B1"]):
        assert cell.data_type == "s"
        assert cell.hyperlink is None
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = {name: archive.read(name).decode() for name in archive.namelist()}
    assert [name for name, xml in parts.items() if re.search(r"<f[ >]|<hyperlink", xml)] == []
    if "\r" not in text and text != "_x0041_":  # openpyxl leaves the escapes of OOXML as they are
        assert page["A2"].value == text


@pytest.mark.parametrize("row", range(1, 5))
def test_cover_writes_hostile_text_as_text(row: int) -> None:
    cover = sheet(spreadsheet.to_excel(finding()), "Cover")
    assert {cell.data_type for cell in cover[row]} == {"s"}


def test_cover_says_what_was_asked_and_how_it_was_made() -> None:
    cover = sheet(spreadsheet.to_excel(finding()), "Cover")
    rows = [(name.value, text.value) for name, text in cover.iter_rows()]
    made = finding().provenance
    assert rows == [
        ("Question", finding().question),
        ("Finding", finding().headline),
        ("Answer", finding().answer),
        ("In plain words", in_plain_words(finding())),
        ("Level", "associated: it says what goes together, not why"),
        ("Scope: force", "metropolitan"),
        ("Scope: from", "2018-04"),
        ("Scope: to", "2018-09"),
        ("Scope: group", "Black"),
        *(("Caveat", caveat) for caveat in finding().caveats),
        ("Sheet rates", "3 rows; an empty cell is a figure withheld or not known, and flag says why"),
        *((f"Column {name}", meaning(name)) for name in ("group", "stops", "rate", "high", "share", "year", "flag")),
        ("Base", "74,070 searches"),
        ("Weights", made.weights),
        ("Method", "Ratio of two rates"),
        ("Reference", "Kleinman 1973"),
        ("Rule that fired", "+1 row left out"),
        ("Setting: Threshold", "10"),
        ("Key", "stop_and_search.disproportionality"),
        ("Release", "7"),
        ("Code", made.code),
        ("Files", "2"),
        ("File", "2018-04-metropolitan-stop-and-search.csv · 12,345 rows · SHA-256 " + "ab" * 32),
        ("File", "@evil.csv · 1 row · SHA-256 " + "cd" * 32),
    ]


def test_table_keeps_numbers_nulls_and_limits() -> None:
    page = sheet(spreadsheet.to_excel(finding()), "rates")
    assert [[cell.value for cell in row] for row in page] == [
        ["group", "stops", "rate", "high", "share", "sure", "year", "flag"],
        ["Black", 12_345, 24.1235, 25.2, 0.25, True, 2018, ""],
        ["White", 9_120, -4.5, "no upper limit", 0.123456, False, 2018, ""],
        ["=1+1", None, None, "no lower limit", None, True, 2018, "not enough searches: 3"],
    ]
    assert [page.cell(2, column).number_format for column in (2, 3, 5, 7)] == ["#,##0", "#,##0.00", "0.000", "0"]
    assert page.freeze_panes == "A2"
    assert not page.merged_cells.ranges


def test_the_same_finding_gives_the_same_bytes() -> None:
    content = spreadsheet.to_excel(finding())
    assert content == spreadsheet.to_excel(finding())
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert {entry.date_time[0] for entry in archive.infolist()} == {1980}
        stamps = re.findall(r"\d{4}-\d\d-\d\dT[\d:]+Z", archive.read("docProps/core.xml").decode())
    assert set(stamps) == {"2000-01-01T00:00:00Z"}


def test_text_longer_than_a_cell_is_cut_and_not_dropped() -> None:
    page = sheet(spreadsheet.to_excel(finding(rates=pd.DataFrame({"text": ["x" * 40_000]}))), "rates")
    assert len(page["A2"].value) == 32_767
    assert page["A2"].value.endswith("x…")


def test_sheet_names_are_ones_that_excel_takes() -> None:
    tables = ["Cover", "cover", "history", "a/b[c]:*?\\", "'x'", "", "y" * 40, "y" * 41, "Y" * 42]
    names = spreadsheet.sheet_names(dict.fromkeys(tables, rates()))
    assert names["Cover"] == "Cover 2"
    assert names["cover"] == "cover 3"
    assert names["y" * 41] == "y" * 29 + " 2"
    assert len({name.casefold() for name in names.values()}) == len(tables)
    assert openpyxl.load_workbook(
        io.BytesIO(spreadsheet.to_excel(finding(**{name: rates() for name in tables if name})))
    ).sheetnames == ["Cover", *(names[name] for name in tables if name)]


@given(st.lists(st.text(), unique=True, max_size=6))
def test_any_sheet_names_are_short_distinct_and_clean(tables: list[str]) -> None:
    names = spreadsheet.sheet_names(dict.fromkeys(tables, rates())).values()
    assert len({name.casefold() for name in names}) == len(tables)
    assert all(0 < len(name) <= 31 and not set(name) & set("[]:*?/\\") for name in names)


def scoped(**scope: str) -> Finding:
    return Finding("a.b", "?", "", "", {"t": rates()}, Provenance(0, (), scope, "", "", ""))


def test_file_name_says_question_force_and_period() -> None:
    assert (
        spreadsheet.file_name(finding(), "csv")
        == "stop_and_search.disproportionality-metropolitan-Black-2018-04-2018-09.csv"
    )
    assert spreadsheet.file_name(finding(), ".xlsx").endswith("-2018-09.xlsx")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"by": "age_band"}, {"by": "sex"}),
        ({"measure": "fair"}, {"measure": "respect"}),
        ({"compare_from": "2025-01"}, {"compare_from": "2025-04"}),
        ({"against_from": "2024-01"}, {"against_to": "2024-01", "against_from": "2023-02"}),
        ({"points": "rolling"}, {"points": "financial"}),
        ({"survey": "Residents " * 14, "by": "age_band"}, {"survey": "Residents " * 14, "by": "sex"}),
    ],
)
def test_files_of_two_scopes_have_two_names(one, other) -> None:
    shared = {"force": "surrey", "from": "2025-01", "to": "2025-12"}
    names = {spreadsheet.file_name(scoped(**shared, **scope), "csv") for scope in (one, other)}
    assert len(names) == 2
    assert all(len(name) <= 124 for name in names)


@given(st.text(), st.text())
def test_file_name_never_leaves_its_folder(force: str, area: str) -> None:
    made = finding().provenance
    odd = Finding("a.b", "?", "", "", {}, Provenance(0, (), {"force": force, "area": area}, made.base, "", ""))
    name = spreadsheet.file_name(odd, "csv")
    assert re.fullmatch(r"a\.b[A-Za-z0-9._-]*\.csv", name)
    assert len(name) <= 124
