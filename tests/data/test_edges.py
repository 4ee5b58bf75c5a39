"""What lies beside a point: squares a kilometre wide on the grid, points placed by hand on both sides of an edge."""

import numpy as np
import pyproj
import pytest
import shapely

from data.edges import NOTHING, beside, grain, on_grid

EAST, NORTH = 500_000, 160_000
"""South-west corner of the first square, metres of the British National Grid."""
TO_DEGREES = pyproj.Transformer.from_crs("EPSG:27700", "EPSG:4326", always_xy=True)


def degrees(shape):
    return shapely.transform(shape, lambda points: np.column_stack(TO_DEGREES.transform(*points.T)))


def square(west, south, side=1_000, piece=None):
    shape = shapely.box(EAST + west, NORTH + south, EAST + west + side, NORTH + south + side)
    return degrees(shape if piece is None else shapely.segmentize(shape, piece))


def near(points, codes, *sets):
    """What lies beside points, in metres from the corner."""
    longitude, latitude = TO_DEGREES.transform(*(np.array(points, dtype=float) + np.array([EAST, NORTH])).T)
    given = [(np.array(list(areas), dtype=object), np.array(list(areas.values()))) for areas in sets]
    return list(beside(on_grid(longitude, latitude), np.array(codes, dtype=object), given))


WEST_AND_EAST = {"E": square(1_000, 0), "W": square(0, 0)}


@pytest.mark.parametrize(("metres", "found"), [(10, True), (49, True), (51, False), (500, False)])
def test_fifty_metres_on_both_sides_of_an_edge(metres, found):
    there = near([(1_000 - metres, 500), (1_000 + metres, 500)], ["W", "E"], WEST_AND_EAST)
    assert there == (["E", "W"] if found else [NOTHING, NOTHING])


def test_an_edge_without_an_area_on_its_other_side_is_none():
    assert near([(10, 500), (1_990, 500), (500, 10)], ["W", "E", "W"], WEST_AND_EAST) == [NOTHING] * 3


def test_a_point_in_no_area_lies_beside_what_is_within_fifty_metres():
    outside = [(-10, 500), (-51, 500), (1_000, -30)]
    assert near(outside, [None, None, None], WEST_AND_EAST) == ["W", NOTHING, "E W"]


def test_near_a_corner_several_are_named_in_the_order_of_their_codes():
    four = {"A": square(0, 0), "B": square(1_000, 0), "C": square(0, 1_000), "D": square(1_000, 1_000)}
    # From (970, 970) the corner of D is 42 m off; from (960, 960) it is 57 m, and the sides of B and C are 40.
    assert near([(970, 970), (960, 960), (970, 500)], ["A", "A", "A"], four) == ["B C D", "B C", "B"]


def test_the_set_that_holds_the_point_counts_and_no_other():
    preferred, other = {"P": square(0, 0)}, {"Q": square(1_000, 0), "R": square(0, 0)}
    points, codes = [(990, 500), (1_010, 500), (-10, 500)], ["P", "Q", None]
    # The first lies alone in its set; the second in the other one, beside R; the third in none, and P comes first.
    assert near(points, codes, preferred, other) == [NOTHING, "R", "P"]


def test_without_areas_or_far_off_the_grid_nothing_is_near():
    assert near([(0, 0)], [None]) == [NOTHING]
    areas = [(np.array(["W"], dtype=object), np.array([square(0, 0)]))]
    far = on_grid(np.array([179.0, 0.0, 100.0]), np.array([-89.0, 90.0, -80.0]))
    assert list(beside(far, np.array([None] * 3), areas)) == [NOTHING] * 3


def test_grain_is_the_piece_at_half_of_the_length():
    assert grain(np.array([square(0, 0)])) == pytest.approx(1_000, rel=1e-3)
    assert grain(np.array([square(0, 0, piece=20)])) == pytest.approx(20, rel=1e-3)
    # Borders of 4,000 and of 400 metres: more than half of the length is in pieces of a kilometre.
    assert grain(np.array([square(0, 0), square(5_000, 0, 100)])) == pytest.approx(1_000, rel=1e-3)
    # 4,000 metres in pieces of 40, and 1,200 in pieces of 300: half of 5,200 is reached among the short ones.
    assert grain(np.array([square(0, 0, piece=40), square(5_000, 0, 300)])) == pytest.approx(40, rel=1e-3)
