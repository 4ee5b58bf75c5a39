"""Which reader takes a file, and what is said of one that nobody takes."""

import pytest

from data.readers import (
    area_lookup,
    boundaries,
    census,
    crime_outcomes,
    needs_mapping,
    police_api,
    published_survey,
    recognise,
    stop_and_search,
    survey_wave,
    why_passed_over,
)
from data.readers.mappings import join

LOOKUP = b"LAD16CD,LAD16NM,CSP16CD,CSP16NM,PFA16CD,PFA16NM,FID\nE09000002,Barking,E1,B,E23000001,Met,1\n"

MAPPING = """
survey = "Public Attitude Survey"
force = "metropolitan"
wave = "2026-Q3"
label = "July to September 2026"
starts = 2026-07-01
ends = 2026-09-30
shared = "nothing"
[measures.fair]
column = "LAD16NM"
"""


def test_each_family_has_its_reader(source, police_csv, square_areas):
    files = {
        "2018-04-surrey-stop-and-search.csv": (police_csv(), stop_and_search, "stops"),
        "2018-04-surrey-outcomes.csv": (b"Crime ID,Month\n", crime_outcomes, "crime_outcomes"),
        "2018-04-surrey-stop-and-search.json": (b"[]", police_api, "stops"),
        "2018-04-surrey-street.json": (b"[]", police_api, "crime"),
        "2018-04-surrey-outcomes.json": (b"[]", police_api, "crime_outcomes"),
        "lookup.csv": (LOOKUP, area_lookup, "areas"),
        "shares.csv": (b"date,measure,proportion\nDec-14,x,1\n", published_survey, "aggregates"),
        "wards.geojson": (square_areas("WD22", {"E05000001": (0, 51)}), boundaries, "areas"),
    }
    for name, (content, reader, table) in files.items():
        found = recognise(source(name, content))
        assert found is not None, name
        assert (found[0], found[1].table) == (reader, table)


def test_the_census_has_its_reader(source, real_files):
    name = "census2021_ethnic_group_by_sex_lad.csv"
    reader, slot = recognise(source(name, real_files / "census" / name))
    assert (reader, slot.table) == (census, "population")


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("survey.SAV", b"", "it is empty"),
        ("table.xlsx", b"PK\x03\x04", "the workbook is damaged or cut short; fetch it again"),
        ("table.xls", b"\xd0\xcf", "workbooks of before Excel 2007 have no reader; save it as .xlsx"),
        ("wave.csv.mapping.toml", b"survey = 1", "it is a mapping, read with the file that it is named after"),
        ("README.md", b"# Files", "it is a text page, not data"),
        ("nothing.csv", b"", "it is empty"),
        ("mystery.csv", b"a,b\n1,2\n", "its columns are not those of any file we read"),
        (".DS_Store", b"\x00\x00\x00\x01Bud1", "its columns are not those of any file we read"),
    ],
)
def test_a_file_that_nobody_reads_is_passed_over_with_a_reason(source, name, content, why):
    given = source(name, content)
    assert recognise(given) is None
    assert not needs_mapping(given)
    assert why_passed_over(given) == why


def test_a_file_with_a_mapping_goes_to_the_survey_reader_whatever_it_is(source):
    mapping = source("m.toml", MAPPING.encode())
    reader, slot = recognise(join(source("lookup.csv", LOOKUP), mapping))
    assert (reader, slot.table, slot.period) == (survey_wave, "responses", "2026-Q3")


def test_a_file_that_its_name_passes_over_needs_no_mapping(source):
    coded = b"a,b,c\n" + b"1,2,1\n2,1,2\n" * 20
    assert needs_mapping(source("answers.csv", coded))
    assert not needs_mapping(source("answers.md", coded))
