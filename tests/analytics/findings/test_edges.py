"""Searches near the edge of an area: two squares of a kilometre, points placed by hand, and every way to be refused."""

from __future__ import annotations

import json

import numpy as np
import pyproj
import pytest

from analytics.findings import QUESTIONS
from analytics.findings.neighbourhoods import area_map
from analytics.findings.stop_and_search import edges, funnel
from analytics.findings.stop_and_search.edges import RANGE, UTMOST, Boundaries, Edges, generalised_to
from analytics.reading import reading_table
from analytics.scope import Scope
from analytics.wording import NBSP
from data.cubes import BESIDE, STOPS_CUBE
from data.store import View
from data.tables import STOPS
from tests.analytics.conftest import Town
from tests.analytics.findings.test_funnel import USUAL
from tests.analytics.findings.test_stop_and_search import checked

EAST, NORTH = 500_000, 160_000
"""South-west corner of the western district, metres of the British National Grid."""
TO_DEGREES = pyproj.Transformer.from_crs("EPSG:27700", "EPSG:4326", always_xy=True)
FULL = "LAD_2022_UK_BFC.geojson"
JUNE = Scope(from_month="2019-06", to_month="2019-06")


def at(west, south=500):
    """Degrees of a point, metres from the corner."""
    return tuple(float(value) for value in TO_DEGREES.transform(EAST + west, NORTH + south))


def districts(town, name, number=2):
    """Districts in a row, each a square of a kilometre."""
    features = [
        {
            "type": "Feature",
            "properties": {"LAD22CD": f"E07000{209 + place}", "LAD22NM": f"Town {chr(65 + place)}"},
            "geometry": {
                "type": "Polygon",
                "coordinates": [[at(place * 1_000 + x, y) for x, y in SQUARE]],
            },
        }
        for place in range(number)
    ]
    town.write(name, json.dumps({"type": "FeatureCollection", "features": features}).encode())
    town.lookup({feature["properties"]["LAD22CD"]: feature["properties"]["LAD22NM"] for feature in features})


SQUARE = ((0, 0), (1_000, 0), (1_000, 1_000), (0, 1_000), (0, 0))
BY_HAND = {
    ("White", at(500)): 20, ("White", at(990)): 3, ("Black", at(951)): 4, ("White", at(949)): 5,
    ("White", at(1_010)): 6, ("Black", at(1_049)): 7, ("White", at(1_051)): 8,
    ("White", at(-10)): 9, ("White", at(-60)): 2, ("White", None): 1,
}  # fmt: skip
"""In Town A 32, of which 7 within 50 metres of Town B; in B 21, of which 13 near A; in neither 12, 9 of them near A."""


SMALL = {("White", at(500)): 9, ("White", at(1_010)): 12}


@pytest.fixture(scope="module")
def view(tmp_path_factory, police_csv):
    """A release with full boundaries, the searches by hand in June and small counts in July; for whoever only reads.

    5,000 people live in Town A, and 4,000 in Town B.
    """
    town = Town(tmp_path_factory.mktemp("edges"), police_csv)
    districts(town, FULL)
    people = {"E07000209": {"Black": 1_000, "White": 4_000}, "E07000210": {"Black": 800, "White": 3_200}}
    town.census({code: ("Town", residents) for code, residents in people.items()})
    town.stops("2019-06", BY_HAND)
    town.stops("2019-07", SMALL)
    return town.view()


def by_name(finding):
    return {row["name"]: row for row in json.loads(finding.as_json())["table"]}


def test_each_area_has_between_its_fewest_and_its_most(view):
    finding = edges(JUNE, view)
    checked(finding)
    rows = by_name(finding)
    counts = ("searches", "near_inside", "near_outside", "low_if_near_out", "high_if_near_in")
    # Just outside A: the 13 of B, and the 9 that lie in no area.
    assert [rows["Town A"][name] for name in counts] == [32, 7, 22, 25, 54]
    assert [rows["Town B"][name] for name in counts] == [21, 13, 7, 8, 28]
    assert rows["Town B"]["near_share"] == pytest.approx(13 / 21)
    assert finding.headline.replace(NBSP, " ") == "38 % of searches lie within 50 metres of another district"
    assert finding.answer.replace(NBSP, " ") == (
        "Surrey Police, June 2019: 20 of 53 searches of persons in a district (38 %) have map points within 50 metres "
        "of another district. The widest range for its count is that of Town B: between 8 and 28 searches, by where "
        "those within 50 metres of its edge were."
    )
    said = [caveat.replace(NBSP, " ") for caveat in finding.caveats]
    assert "The districts are those of the boundary set LAD22, drawn in full, by the name of its file." in said
    assert any(caveat.startswith("12 of 65 searches (18 %) lie in no district") for caveat in said)
    assert list(reading_table(finding)["Between"]) == ["25 to 54", "8 to 28"]
    cube = view.rows(STOPS_CUBE.name).collect("pandas").to_native()
    of_districts = cube[(cube["area_level"] == "district") & (cube["month"] == "2019-06")]
    assert of_districts["stops"].sum() == 65
    assert of_districts.groupby(BESIDE)["stops"].sum().to_dict() == {"None": 35, "E07000209": 22, "E07000210": 7}
    assert of_districts.loc[of_districts[BESIDE].isna(), "stops"].sum() == 1
    assert not view.has(STOPS.name, BESIDE)


def test_rates_have_the_same_range_here_and_on_the_map(view):
    """Of Town A 32 searches of 5,000 people, at the fewest 25 and at the most 54; of B 21 of 4,000, 8 to 28."""
    here = by_name(edges(JUNE, view))
    drawn = area_map(Scope("surrey", to_month="2019-06", layer="searches", area_level="district"), view)
    there = drawn.table.set_index("area")
    for name, code, rate, low, high in (
        ("Town A", "E07000209", 6.4, 5.0, 10.8),
        ("Town B", "E07000210", 5.25, 2.0, 7.0),
    ):
        assert [here[name][column] for column in ("rate", *RANGE)] == pytest.approx([rate, low, high])
        assert there.loc[code, ["estimate", *RANGE]].tolist() == pytest.approx([rate, low, high])
    assert list(reading_table(drawn)["By where searches near the edge were"]) == ["5.0 to 10.8", "2.0 to 7.0"]
    pointed = drawn.map.table["words"].iloc[0].split("\n")
    assert pointed[-1] == "5.0 to 10.8, by where searches within 50 metres of its edge were"
    assert UTMOST in drawn.caveats
    assert FULL in {file.name for file in drawn.provenance.files}


def test_a_ratio_lies_between_the_fewest_of_one_group_and_the_most_of_the_other():
    stops, inside, outside = (np.array([row]) for row in ([90, 30, 60], [15, 10, 5], [12, 6, 6]))
    found = Edges(Boundaries("LAD22", "1", 0, 10), stops, inside, outside)
    # 20 of 1,000 over 66 of 4,000, and 36 of 1,000 over 55 of 4,000.
    low, high = found.ratios(np.array([[1_000.0, 4_000.0]]))
    assert (low, high) == (pytest.approx(80 / 66), pytest.approx(144 / 55))
    assert np.isnan(found.ratios(np.array([[0.0, 4_000.0]]))).all()


def test_small_counts_are_withheld(view):
    rows = by_name(edges(Scope(from_month="2019-07"), view))
    assert [rows["Town A"][name] for name in ("searches", "low_if_near_out", "high_if_near_in")] == [None] * 3
    assert rows["Town A"]["flag"] == "withheld: fewer than 10 searches"
    assert (rows["Town B"]["low_if_near_out"], rows["Town B"]["high_if_near_in"]) == (0, 12)


@pytest.mark.parametrize(
    ("file", "grain", "generalised", "coarse"),
    [
        ("Wards_December_2022_Boundaries_UK_BFC_-123.zip", 5_000, 0, False),
        ("LAD_DEC_24_UK_BGC.geojson", 5_000, 20, False),
        ("LAD_DEC_24_UK_BSC.geojson", 10, 200, True),
        ("lad_2022_uk_buc_v2.geojson", 10, 500, True),
        ("wards of abuce.geojson", 600, None, False),
        ("districts.geojson", 601, None, True),
    ],
)
def test_borders_are_too_coarse_by_the_name_of_their_file_or_by_their_pieces(file, grain, generalised, coarse):
    assert generalised_to(file) == generalised
    assert Boundaries("LAD22", "1", generalised, grain).coarse == coarse


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("LAD_2022_UK_BUC.geojson", "generalised to 500 metres, by the name of its file: that is too coarse"),
        ("districts.geojson", "in straight pieces of 1,000 metres or more: that is too coarse"),
    ],
)
def test_borders_too_coarse_to_tell_are_refused(town, name, why):
    districts(town, name)
    town.stops("2019-06", BY_HAND)
    finding = edges(Scope(), town.view())
    checked(finding)
    assert finding.refused
    assert why in finding.answer
    assert finding.answer.endswith("Boundaries in full, or generalised to 20 metres, can tell it.")


def test_a_level_that_is_not_drawn_is_refused_with_another_to_show(view):
    asked = Scope("surrey", area_level="neighbourhood")
    finding = edges(asked, view)
    assert finding.answer == "No boundaries of the neighbourhoods of Surrey Police are loaded, so none has an edge."
    assert QUESTIONS[finding.key].near(asked, view)["Show districts"] == Scope("surrey", area_level="district")


def test_a_release_that_was_counted_before_says_so(view, monkeypatch):
    has = View.has
    monkeypatch.setattr(View, "has", lambda view, table, column=None: column is None and has(view, table))
    finding = edges(JUNE, view)
    assert finding.answer == (
        "Release 1 was counted before searches near the edge of an area were; the command “python -m data recount "
        "--reason TEXT” counts it again."
    )


@pytest.mark.long
def test_a_flag_that_hangs_on_searches_near_the_edge_says_so(town):
    """Ten towns alike and one with three times their ratio: in June in its middle, in July at its edge.

    With the 100 searches of Black people 10 metres from the edge on its other side, 30 to 200 is a ratio of 1.5, under
    that of the others.
    """
    districts(town, FULL, number=11)
    names = {f"E07000{209 + place}": f"Town {chr(65 + place)}" for place in range(11)}
    town.census({code: (name, {"Black": 1_000, "White": 10_000}) for code, name in names.items()})
    for month, near_its_edge in (("2019-06", 0), ("2019-07", 100)):
        searches = {("Black", at(10_010)): near_its_edge}
        for place, (black, white) in enumerate([*USUAL, (130 - near_its_edge, 200)]):
            middle = at(place * 1_000 + 500)
            searches |= {("Black", middle): black, ("White", middle): white}
        town.stops(month, searches)
    view = town.view()
    for month, told in (
        ("2019-06", "Town K lies clearly outside wherever the searches within 50 metres of its edge were"),
        ("2019-07", "Town K might not lie clearly outside, by where the searches within 50 metres of its edge were"),
    ):
        finding = funnel(Scope(from_month=month, to_month=month), view)
        checked(finding)
        assert list(finding.table.loc[finding.table["flagged"].fillna(False), "name"]) == ["Town K"]
        assert (
            "The map point of a search is near its place, and can lie in the district beside it. "
            f"{told}. Districts inside the limits were not tried."
        ) in finding.caveats
