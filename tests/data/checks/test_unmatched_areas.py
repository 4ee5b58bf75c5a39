"""Areas by code and name: what matches nothing is named with the nearest name, what matches is not."""

import json

import pytest

from data.checks.known_areas import KnownAreas
from data.checks.unmatched_areas import COLUMN, NOT_LOADED, SHARED, UNMATCHED
from data.tables import CANONICAL

BARNET, BRENT, CAMDEN = "E09000003", "E09000005", "E09000007"
PRIORITIES = "priorities.csv"


@pytest.fixture
def named(square_areas):
    """A boundary file whose areas have names."""

    def make(layer, **names):
        drawn = json.loads(square_areas(layer, {code: (n, 51) for n, code in enumerate(names)}))
        for feature in drawn["features"]:
            feature["properties"][f"{layer}NM"] = names[feature["properties"][f"{layer}CD"]]
        return json.dumps(drawn).encode()

    return make


@pytest.fixture
def districts(named):
    return {"boroughs.geojson": named("LAD22", **{BARNET: "Barnet", BRENT: "Brent", CAMDEN: "Camden"})}


@pytest.fixture
def remarks(load):
    """The remarks on a file of priorities in these areas, loaded with other files, by rule."""

    def run(areas, others=None):
        lines = [f"metropolitan,{area},Burglary {n},2026-03-01" for n, area in enumerate(areas)]
        text = "force,area,priority,set_on\n" + "\n".join(lines)
        report = load({PRIORITIES: text.encode(), **(others or {})})
        (outcome,) = (outcome for outcome in report.outcomes if outcome.path == PRIORITIES)
        assert outcome.status == "loaded", outcome
        return {remark.rule: remark for remark in outcome.remarks}

    return run


def test_a_misspelt_name_is_matched_to_the_nearest(remarks, districts):
    found = remarks(["Barnet", "Brnet", "Brnet", "London Borough of Camden", "Xyzzy", BRENT], districts)
    assert set(found) == {UNMATCHED}
    remark = found[UNMATCHED]
    assert remark.rows == 4
    assert remark.what.startswith("3 areas in 4 rows: “Brnet” (2 rows), ")
    assert remark.kept == "Kept; figures by area leave them out"
    assert {place.value: place.remedy for place in remark.places} == {
        "Brnet": "Match to “Barnet” (E09000003)",
        "London Borough of Camden": "Match to “Camden” (E09000007)",
        "Xyzzy": "Load its boundaries or a lookup that has it, or correct it",
    }


def test_names_in_any_case_and_codes_match(remarks, districts):
    assert remarks(["BARNET", "brent", CAMDEN.lower(), CAMDEN], districts) == {}


def test_boundaries_of_an_earlier_command_are_known(remarks, load, districts):
    load(districts)
    assert remarks(["Barnet", BRENT]) == {}
    assert set(remarks(["Barnett"])) == {UNMATCHED}


def test_without_any_boundaries_one_sentence_says_so(remarks):
    (remark,) = remarks(["Barnet", "Brnet", BRENT]).values()
    assert remark.rule == NOT_LOADED
    assert remark.what == "boundaries or a lookup of areas are not loaded, so none of its 3 areas can be matched"
    assert (remark.rows, remark.places) == (3, ())


def test_codes_of_a_level_that_is_not_loaded_are_one_sentence(remarks, districts):
    (remark,) = remarks([BARNET, "E05000026", "E05000027"], districts).values()
    assert remark.rule == NOT_LOADED
    assert remark.what == "boundaries or a lookup of wards are not loaded, so none of its 2 areas can be matched"


def test_a_code_that_no_set_of_its_level_has(remarks, districts):
    (remark,) = remarks([BARNET, "E09000099"], districts).values()
    assert (remark.rule, remark.rows) == (UNMATCHED, 1)
    assert [(place.what, place.value) for place in remark.places] == [("no loaded area has this code", "E09000099")]


def test_a_name_that_several_areas_share(remarks, named):
    wards = {"wards.geojson": named("WD22", E05000001="Abbey", E05000002="Abbey", E05000003="Park")}
    (remark,) = remarks(["Abbey", "Park"], wards).values()
    assert (remark.rule, remark.rows) == (SHARED, 1)
    assert remark.places[0].remedy == "Write the code of the one that is meant: E05000001 and E05000002"


def test_a_district_is_meant_by_a_name_that_wards_share(remarks, named):
    wards = {"wards.geojson": named("WD22", E05000001="Abbey", E05000002="Abbey")}
    assert remarks(["Abbey"], wards | {"lads.geojson": named("LAD22", E09000003="Abbey")}) == {}


def test_a_code_of_another_year_is_matched_by_the_name_beside_it(load, districts):
    rows = "Code,Area_Name,Year,Population\nE09000099,Barnet,2021,10\nE09000005,Brent,2021,10\n"
    report = load({"x_pop.csv": rows.encode(), **districts})
    (remark,) = (remark for outcome in report.outcomes for remark in outcome.remarks)
    assert remark.rule == UNMATCHED
    assert [(p.value, p.remedy) for p in remark.places] == [("E09000099", "Match to “Barnet” (E09000003)")]


def test_nearest_is_by_the_ratio_of_difflib():
    areas = KnownAreas.of([("a", "district", "E06000001", name) for name in ("Kensington and Chelsea", "Westminster")])
    # 2 M / T: 2 · 20 / (20 + 22) = 0.95, and 2 · 11 / (11 + 19) = 0.73.
    assert str(areas.nearest("Kensington & Chelsea")) == "“Kensington and Chelsea” (E06000001)"
    assert areas.nearest("City of Westminster").name == "Westminster"
    assert areas.nearest("Newham") is None


def test_every_table_has_the_column_that_is_looked_at():
    assert all(column in CANONICAL[table].names for table, column in COLUMN.items())


def test_real_areas_that_match_none(real_remarks):
    found = {name: remark for name, remark in real_remarks(UNMATCHED)}
    assert {name: remark.rows for name, remark in found.items()} == {
        "census2011_ethnic_group_lsoa_msoa_lad": 451_410,
        "london_lsoa_deprivation": 176,
        "london_ward_pop": 1_400,
        "PAS_boroughs": 291,
    }
    # As SOURCES.md says: “City of Westminster”, not “Westminster”.
    (westminster,) = found["PAS_boroughs"].places
    assert (westminster.value, westminster.remedy[:24]) == ("City of Westminster", "Match to “Westminster” (")
    assert real_remarks(NOT_LOADED) == real_remarks(SHARED) == []
