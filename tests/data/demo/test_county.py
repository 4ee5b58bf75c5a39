"""The invented county and its census: it fits together, and adds up."""

import numpy as np
import pytest
import shapely

from data.demo.county import county


@pytest.fixture(scope="module")
def shapes(frames):
    areas = frames["areas"].set_index("code")
    return areas.assign(shape=shapely.from_wkb(list(areas["shape"])))


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_any_seed_gives_sixty_neighbourhoods_in_six_districts(seed):
    place = county(seed)
    assert len(set(place.names)) == len(set(place.codes)) == 60
    assert np.bincount(place.district).min() >= 3
    assert shapely.is_valid(place.shapes).all()
    assert shapely.coverage_is_valid(place.shapes)
    for district in range(6):
        assert shapely.coverage_union_all(place.shapes[place.district == district]).geom_type == "Polygon"


@pytest.mark.long
def test_shapes_are_valid_simple_and_small(shapes):
    assert all(shape.geom_type == "Polygon" and shape.is_valid for shape in shapes["shape"])
    wards = shapes[shapes["level"] == "ward"]
    assert shapely.get_num_coordinates(list(wards["shape"])).max() < 200
    assert sum(len(shapely.to_wkb(shape)) for shape in shapes["shape"]) < 100_000


def test_neighbourhoods_do_not_overlap_and_leave_no_gap(shapes):
    wards = list(shapes.loc[shapes["level"] == "ward", "shape"])
    whole = shapes.loc["X23000001", "shape"]
    assert shapely.coverage_is_valid(wards)
    assert sum(shapely.area(wards)) == pytest.approx(whole.area, rel=1e-9)
    assert shapely.union_all(wards).symmetric_difference(whole).area == pytest.approx(0, abs=1e-12)
    assert len(whole.interiors) == 0


def test_neighbourhoods_tile_their_district(shapes):
    for code, district in shapes[shapes["level"] == "district"].iterrows():
        assert district["parent_code"] == "X23000001"
        inside = list(shapes.loc[shapes["parent_code"] == code, "shape"])
        assert sum(shapely.area(inside)) == pytest.approx(district["shape"].area, rel=1e-9)
        assert shapely.covers(district["shape"], [shape.representative_point() for shape in inside]).all()


def test_the_county_lies_in_the_sea(shapes):
    # The North Sea between 1 and 3 degrees east and 54 and 55.2 north holds no land.
    west, south, east, north = shapes.loc["X23000001", "shape"].bounds
    assert west > 1
    assert east < 3
    assert south > 54
    assert north < 55.2


def test_names_are_unique(shapes):
    wards = shapes[shapes["level"] == "ward"]
    assert wards["name"].is_unique
    assert shapes.loc[shapes["level"] == "district", "name"].is_unique


def test_census_of_neighbourhoods_adds_up_to_that_of_districts(frames, shapes):
    population = frames["population"]
    keys = ["ethnicity", "sex", "age"]
    wards, districts = (population[population["level"] == level] for level in ("ward", "district"))
    assert len(wards) == 60 * 19 * 2 * 8
    parent = wards["area_code"].map(shapes["parent_code"])
    summed = wards.groupby([parent.rename("area_code"), *keys])["residents"].sum()
    assert summed.to_dict() == districts.set_index(["area_code", *keys])["residents"].to_dict()
    assert districts["residents"].sum() == 1_000_000
    assert (population["residents"] >= 0).all()


def test_ethnic_groups_live_in_some_districts_more_than_in_others(frames):
    districts = frames["population"][frames["population"]["level"] == "district"]
    black = districts["ethnicity"].str.startswith("Black")
    share = districts[black].groupby("area_name")["residents"].sum() / districts.groupby("area_name")["residents"].sum()
    assert share.max() > 0.10
    assert share.min() < 0.02
