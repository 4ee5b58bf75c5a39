"""Which reader takes a file, and what is said of one that nobody takes."""

import pytest

from data.readers import area_lookup, boundaries, census, recognise, stop_and_search, why_passed_over

LOOKUP = b"LAD16CD,LAD16NM,CSP16CD,CSP16NM,PFA16CD,PFA16NM,FID\nE09000002,Barking,E1,B,E23000001,Met,1\n"


def test_each_family_has_its_reader(source, police_csv, square_areas):
    files = {
        "2018-04-surrey-stop-and-search.csv": (police_csv(), stop_and_search, "stops"),
        "lookup.csv": (LOOKUP, area_lookup, "areas"),
        "wards.geojson": (square_areas("WD22", {"E05000001": (0, 51)}), boundaries, "areas"),
    }
    for name, (content, reader, table) in files.items():
        found = recognise(source(name, content))
        assert found is not None, name
        assert (found[0], found[1].table) == (reader, table)


@pytest.mark.real
def test_the_census_has_its_reader(source, real_files):
    name = "census2021_ethnic_group_by_sex_lad.csv"
    reader, slot = recognise(source(name, real_files / "census" / name))
    assert (reader, slot.table) == (census, "population")


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("2018-04-surrey-street.csv", b"Crime ID,Month\n", "street crime has no reader yet"),
        ("2018-04-surrey-outcomes.csv", b"Crime ID,Month\n", "crime outcomes have no reader yet"),
        ("survey.SAV", b"$FL2", "survey answers have no reader yet"),
        ("table.xlsx", b"PK\x03\x04", "Excel workbooks have no reader yet"),
        ("README.md", b"# Files", "it is a text page, not data"),
        ("topo.json", b'{"type":"Topology"}', "TopoJSON boundaries have no reader yet; GeoJSON has"),
        ("nothing.csv", b"", "it is empty"),
        ("mystery.csv", b"a,b\n1,2\n", "its columns are not those of any file we read"),
        (".DS_Store", b"\x00\x00\x00\x01Bud1", "its columns are not those of any file we read"),
    ],
)
def test_a_file_that_nobody_reads_is_passed_over_with_a_reason(source, name, content, why):
    given = source(name, content)
    assert recognise(given) is None
    assert why_passed_over(given) == why
