"""Shapes for drawing: small enough to send, never moved further than they may, and still side by side."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
import shapely

from data.geography import resolve
from data.publishing import recount
from data.shapes import AREA, MOST, OUTLINE, SHAPES, as_polygons, draw, simplified
from data.store import Store
from data.tables import AREAS
from data.vocabularies import forces

MOST_BYTES = 300_000
MOST_METRES = 200
METRES = 111_320
"""Metres in a degree of latitude."""


def shapes_of(view):
    return view.rows(SHAPES.name).collect("pandas").to_native()


def geometry(text):
    return shapely.MultiPolygon([shapely.Polygon(rings[0], rings[1:]) for rings in json.loads(text)])


def in_metres(shapes, latitude):
    return shapely.transform(shapes, lambda points: points * METRES * [np.cos(np.radians(latitude)), 1])


def originals(view, boundary_set):
    rows = view.rows(AREAS.name).collect("pandas").to_native()
    rows = rows[(rows["boundary_set"] == boundary_set) & rows["shape"].notna()]
    return dict(zip(rows["code"], shapely.from_wkb([bytes(shape) for shape in rows["shape"]]), strict=True))


def check(view, force, level, number):
    """Every promise about the shapes of one force and level, against the areas as they were loaded."""
    drawn = shapes_of(view)
    drawn = drawn[(drawn["force_code"] == forces()[force]["pfa_code"]) & (drawn["area_level"] == level)]
    areas = drawn[drawn["part"] == AREA]
    assert len(areas) == number
    assert drawn["polygons"].str.len().sum() <= MOST_BYTES
    small = np.array([geometry(text) for text in areas["polygons"]])
    before = originals(view, areas["boundary_set"].iloc[0])
    large = np.array([before[code] for code in areas["code"]])
    middle = float(areas["latitude"].mean())
    near, far = in_metres(small, middle), in_metres(large, middle)
    apart = [shapely.hausdorff_distance(a.boundary, b.boundary) for a, b in zip(near, far, strict=True)]
    # A vertex lies on the grid of 5 decimals, about a metre.
    assert max(apart) <= MOST_METRES
    assert np.median(apart) <= areas["metres"].max() + 2
    assert shapely.is_valid(small).all()
    # Neither gaps nor overlaps are made: together the areas are as large as the sum of them.
    assert shapely.coverage_is_valid(small)
    assert shapely.area(shapely.union_all(near)) == pytest.approx(shapely.area(near).sum(), rel=1e-9)
    assert shapely.area(near).sum() == pytest.approx(shapely.area(far).sum(), rel=5e-3)
    inside = shapely.points(areas["longitude"], areas["latitude"])
    assert shapely.contains(small, inside).all()
    return drawn


def test_the_demonstration_is_drawn_within_its_limits(demonstration):
    drawn = check(demonstration.view(), "eskmere", "neighbourhood", 60)
    outlines = drawn[drawn["part"] == OUTLINE]
    assert len(outlines) == 6
    assert outlines["name"].notna().all()
    # An outline is the areas of its district as one.
    for code, text in zip(outlines["code"], outlines["polygons"], strict=True):
        own = drawn[(drawn["part"] == AREA) & (drawn["parent_code"] == code)]
        together = shapely.union_all([geometry(part) for part in own["polygons"]])
        assert shapely.area(shapely.symmetric_difference(together, geometry(text))) == pytest.approx(0, abs=1e-12)
    check(demonstration.view(), "eskmere", "district", 6)


@pytest.mark.parametrize(
    ("force", "level", "number"),
    [
        ("metropolitan", "district", 32),
        ("metropolitan", "neighbourhood", 629),
        ("lancashire", "neighbourhood", 271),
        ("lancashire", "district", 14),
    ],
)
def test_published_sets_are_drawn_within_the_same_limits(real_store, force, level, number):
    check(real_store.view(), force, level, number)


def grid(side, wide):
    """Squares of a fifth of a degree with a shared border that wiggles by about 11 m."""
    step = np.linspace(0, 1, 21)
    wiggle = np.where(np.arange(21) % 2 == 1, 1e-4 / side, 0.0)

    def square(x, y):
        south = np.column_stack([x + step, y + wiggle])
        east = np.column_stack([x + 1 + wiggle, y + step])
        north = np.column_stack([x + step, y + 1 + wiggle])[::-1]
        west = np.column_stack([x + wiggle, y + step])[::-1]
        return shapely.Polygon(np.vstack([south[:-1], east[:-1], north[:-1], west[:-1]]) * side)

    return np.array([square(x, y) for y in range(wide) for x in range(wide)])


def test_neighbours_keep_one_line_and_small_wiggles_go():
    squares = grid(0.2, 3)
    small = simplified(squares, 50)
    assert shapely.coverage_is_valid(small)
    assert shapely.get_num_coordinates(squares[4]) == 81
    # The four corners, the closing point, and what keeps lines apart at the corners.
    assert 5 <= shapely.get_num_coordinates(small[4]) <= 9
    fine = simplified(squares, 5)
    assert shapely.get_num_coordinates(fine[4]) == 81


def test_an_area_that_the_grid_swallows_is_given_as_it_was():
    speck = shapely.box(0, 0, 1e-7, 1e-7)
    found = simplified(np.array([speck, shapely.box(1, 1, 2, 2)]), 25)
    assert found[0] == speck
    assert json.loads(as_polygons(found[1]))[0][0][0] in ([1.0, 1.0], [2.0, 1.0], [2.0, 2.0], [1.0, 2.0])


def test_holes_and_islands_stay():
    ring = shapely.Polygon(shapely.box(0, 0, 1, 1).exterior, [shapely.box(0.4, 0.4, 0.6, 0.6).exterior])
    island = shapely.MultiPolygon([ring, shapely.box(2, 2, 2.5, 2.5)])
    found = simplified(np.array([island, shapely.box(0.4, 0.4, 0.6, 0.6)]), 100)
    polygons = json.loads(as_polygons(found[0]))
    assert sorted(len(rings) for rings in polygons) == [1, 2]
    assert shapely.area(found[0]) == pytest.approx(1 - 0.04 + 0.25)


def areas_frame(shapes, level, boundary_set, codes, parents):
    return AREAS.frame(
        {
            "load_id": ["1"] * len(codes),
            "boundary_set": [boundary_set] * len(codes),
            "level": [level] * len(codes),
            "code": list(codes),
            "name": [f"Area {code}" for code in codes],
            "parent_code": list(parents),
            "shape": [shapely.to_wkb(shape) for shape in shapes],
        }
    )


def test_the_preferred_set_is_drawn_and_areas_of_no_force_are_not():
    force = forces()["surrey"]["pfa_code"]
    districts = areas_frame(grid(0.2, 2), "district", "D", ["D1", "D2", "D3", "D4"], [force, force, force, None])
    wards = areas_frame(grid(0.2, 2)[:2], "ward", "W", ["W1", "W2"], ["D1", "D2"])
    finer = areas_frame(grid(0.1, 2), "lsoa", "L", ["L1", "L2", "L3", "L4"], ["D1"] * 4)
    areas = pd.concat([districts, wards, finer], ignore_index=True)
    drawn = draw(areas, resolve(areas))
    SHAPES.schema.validate(drawn, lazy=True)
    shown = drawn[drawn["part"] == AREA]
    assert set(shown.loc[shown["area_level"] == "neighbourhood", "code"]) == {"W1", "W2"}
    assert set(shown.loc[shown["area_level"] == "district", "code"]) == {"D1", "D2", "D3"}
    outlines = drawn[drawn["part"] == OUTLINE]
    assert set(outlines.loc[outlines["area_level"] == "district", "code"]) == {force}


def test_many_areas_may_take_more_because_they_are_shown_by_district():
    force = forces()["surrey"]["pfa_code"]
    wide = 28
    shapes, number = grid(0.01, wide), wide**2
    assert number > MOST
    codes = [f"W{place}" for place in range(number)]
    district = areas_frame([shapely.box(-1, -1, 2, 2)], "district", "D", ["D1"], [force])
    areas = pd.concat([district, areas_frame(shapes, "ward", "W", codes, ["D1"] * number)], ignore_index=True)
    drawn = draw(areas, resolve(areas))
    own = drawn[(drawn["area_level"] == "neighbourhood") & (drawn["part"] == AREA)]
    assert len(own) == number
    assert own["polygons"].str.len().sum() <= 200_000 * number / MOST


def test_without_areas_there_is_nothing_to_draw():
    empty = AREAS.frame({"load_id": []})
    assert draw(empty, resolve(empty)).empty


def test_a_release_without_shapes_has_them_after_a_recount(load, store, square_areas):
    load({"districts.geojson": square_areas("LAD22", {"E07000209": (-1.0, 51.0)})})
    with store.writing() as writer:
        # As a program of before this table left it.
        writer.versions.pop(SHAPES.name)
        view = writer.staged("load", "Ada", "older", [], [])
        writer.publish(view)
    assert not Store(store.root).view().has(SHAPES.name)
    recount(store, "Ada", "draw the areas")
    assert Store(store.root).view().has(SHAPES.name)
