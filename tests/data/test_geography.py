"""Geography: sets preferred, parents found, points placed, each against something drawn or counted by hand."""

import numpy as np
import pandas as pd
import pytest
import shapely

from data.geography import GEOGRAPHY, LEVELS, place, resolve
from data.tables import AREAS


def areas(*rows):
    """Areas as (boundary set, kind, code, shape or None, parent or None)."""
    columns = list(zip(*rows, strict=True))
    return AREAS.frame(
        {
            "load_id": ["1"] * len(rows),
            "boundary_set": list(columns[0]),
            "level": list(columns[1]),
            "code": list(columns[2]),
            "name": [f"Area {code}" for code in columns[2]],
            "parent_code": list(columns[4]),
            "shape": [None if shape is None else shapely.to_wkb(shape) for shape in columns[3]],
        }
    )


def square(west, south, side=1.0):
    return shapely.box(west, south, west + side, south + side)


def parents(geography):
    return {
        (row.boundary_set, row.code): (row.parent_code, row.parent_from)
        for row in geography.itertuples()
        if isinstance(row.parent_code, str)
    }


def ranks(geography):
    shaped = geography[geography["rank"].notna()]
    return {
        level: list(rows.sort_values("rank")["boundary_set"].unique()) for level, rows in shaped.groupby("area_level")
    }


def placed(longitudes, latitudes, frame, preferred=()):
    """Codes by level, as the cube asks for them."""
    geography = resolve(frame, preferred)
    rank = pd.Series(geography["rank"].to_numpy(), index=frame.index)
    return place(np.array(longitudes, dtype=float), np.array(latitudes, dtype=float), frame, rank)


def test_every_area_has_one_row_of_the_table():
    frame = areas(
        ("PFA22", "force", "E23000001", square(0, 51, 9), None),
        ("LAD22", "district", "E09000001", square(0, 51, 3), None),
        ("WD22", "ward", "E05000001", square(0, 51), None),
        ("MSOA21", "msoa", "E02000001", square(0, 51), None),
        ("LSOA21", "lsoa", "E01000001", square(0, 51), None),
        ("LAD16 to PFA16", "district", "E09000001", None, "E23000001"),
    )
    found = resolve(frame)
    GEOGRAPHY.schema.validate(found, lazy=True)
    assert found["code"].tolist() == frame["code"].tolist()
    assert found["area_level"].tolist() == ["force", "district", *["neighbourhood"] * 3, "district"]
    assert found["rank"].tolist() == [1, 1, 1, 2, 3, pd.NA]


def test_a_parent_comes_from_a_lookup_before_the_file_before_overlap():
    over_a, over_b = square(0, 51, 4), square(4, 51, 4)
    frame = areas(
        ("PFA22", "force", "E23000001", square(0, 51, 8), None),
        ("LAD22", "district", "E09000001", over_a, None),
        ("LAD22", "district", "E09000002", over_b, "E23000009"),
        ("WD22", "ward", "E05000001", square(1, 52), "E09000002"),
        ("WD22", "ward", "E05000002", square(1, 52), "E09000002"),
        ("WD22", "ward", "E05000003", square(1, 52), None),
        ("WD22 to LAD22", "ward", "E05000001", None, "E09000007"),
        ("LAD22 to PFA22", "district", "E09000001", None, "E23000007"),
    )
    assert parents(resolve(frame)) == {
        ("LAD22", "E09000001"): ("E23000007", "lookup"),
        ("LAD22", "E09000002"): ("E23000009", "file"),
        ("WD22", "E05000001"): ("E09000007", "lookup"),
        ("WD22", "E05000002"): ("E09000002", "file"),
        ("WD22", "E05000003"): ("E09000001", "overlap"),
        ("WD22 to LAD22", "E05000001"): ("E09000007", "lookup"),
        ("LAD22 to PFA22", "E09000001"): ("E23000007", "lookup"),
    }


def test_the_larger_overlap_wins_and_a_shared_border_is_none():
    frame = areas(
        ("LAD22", "district", "E09000001", shapely.box(0, 51, 1.4, 52), None),
        ("LAD22", "district", "E09000002", shapely.box(1.4, 51, 3, 52), None),
        ("WD22", "ward", "E05000001", shapely.box(1, 51, 2, 52), None),  # 0.4 in the first, 0.6 in the second
        ("WD22", "ward", "E05000002", shapely.box(0, 52, 1, 53), None),  # touches the first from above
        ("WD22", "ward", "E05000003", shapely.box(0, 55, 1, 56), None),  # touches nothing
    )
    assert parents(resolve(frame)) == {("WD22", "E05000001"): ("E09000002", "overlap")}


def test_a_parent_comes_from_the_preferred_set_that_holds_most_of_the_area():
    frame = areas(
        ("new", "district", "E09000011", shapely.box(0, 51, 1.9, 53), None),  # a new, slightly smaller district
        ("new", "district", "E09000012", shapely.box(2.5, 51, 3, 53), None),
        ("old", "district", "E09000001", shapely.box(0, 51, 2, 53), None),
        ("old", "district", "E09000002", shapely.box(2, 51, 3, 53), None),
        ("WD22", "ward", "E05000001", shapely.box(1, 51, 2, 52), None),  # old holds 100 %, new 90 %
        ("WD22", "ward", "E05000002", shapely.box(2, 51, 3, 52), None),  # old holds 100 %, new exactly half
    )
    found = {pref: parents(resolve(frame, [pref])) for pref in ("new", "old")}
    assert found["new"]["WD22", "E05000001"] == ("E09000011", "overlap")
    assert found["new"]["WD22", "E05000002"] == ("E09000002", "overlap")
    assert found["old"]["WD22", "E05000001"] == ("E09000001", "overlap")


def test_wards_come_before_msoas_before_lsoas_whatever_their_number():
    frame = areas(
        *(("LSOA21", "lsoa", f"E0100000{n}", square(n, 51), None) for n in range(3)),
        *(("MSOA21", "msoa", f"E0200000{n}", square(n, 51), None) for n in range(2)),
        ("small", "ward", "E05000001", square(0, 51), None),
        *(("large", "ward", f"E0500001{n}", square(n, 51), None) for n in range(2)),
    )
    assert ranks(resolve(frame)) == {"neighbourhood": ["large", "small", "MSOA21", "LSOA21"]}
    assert ranks(resolve(frame, ["LSOA21", "small"])) == {"neighbourhood": ["LSOA21", "small", "large", "MSOA21"]}
    assert ranks(resolve(frame, ["not loaded"])) == ranks(resolve(frame))


def test_sets_of_equal_size_rank_by_name():
    frame = areas(
        ("b", "ward", "E05000001", square(0, 51), None),
        ("a", "ward", "E05000002", square(0, 51), None),
    )
    assert ranks(resolve(frame)) == ranks(resolve(frame.iloc[::-1])) == {"neighbourhood": ["a", "b"]}


@pytest.mark.parametrize("kind", ["force", "district", "ward", "lsoa"])
def test_one_level_alone_has_no_parents(kind):
    found = resolve(areas(("set", kind, "E05000001", square(0, 51), None)))
    assert found["parent_code"].isna().all()
    assert found["rank"].tolist() == [1]


def test_no_area_gives_no_row():
    found = resolve(AREAS.frame({"load_id": []}))
    assert found.empty
    assert list(found.columns) == GEOGRAPHY.names


def test_points_are_placed_by_preference_and_else_by_the_next_set():
    frame = areas(
        ("WD22", "ward", "E05000001", square(0, 51), None),
        ("LSOA21", "lsoa", "E01000001", square(0, 51), None),
        ("LSOA21", "lsoa", "E01000002", square(1, 51), None),
        ("LAD22", "district", "E09000001", square(0, 51, 2), None),
    )
    points = [0.5, 1.5, 2.5], [51.5, 51.5, 51.5]
    assert {level: list(codes) for level, codes in placed(*points, frame).items()} == {
        "district": ["E09000001", "E09000001", None],
        "neighbourhood": ["E05000001", "E01000002", None],
    }
    assert list(placed(*points, frame, ["LSOA21"])["neighbourhood"]) == ["E01000001", "E01000002", None]


def test_a_point_on_a_shared_border_goes_to_the_first_code_whatever_the_order_of_rows():
    frame = areas(
        ("WD22", "ward", "E05000003", square(1, 52), None),
        ("WD22", "ward", "E05000002", square(1, 51), None),
        ("WD22", "ward", "E05000001", square(0, 51), None),
        ("WD22", "ward", "E05000004", square(0, 52), None),
    )
    points = [1.0, 1.0, 1.5, 0.5], [51.5, 52.0, 52.0, 52.0]
    expected = ["E05000001", "E05000001", "E05000002", "E05000001"]
    for order in ([0, 1, 2, 3], [3, 2, 1, 0], [2, 0, 3, 1]):
        assert list(placed(*points, frame.iloc[order].reset_index(drop=True))["neighbourhood"]) == expected


def test_no_area_and_no_point_place_nothing():
    empty = AREAS.frame({"load_id": []})
    assert {k: list(v) for k, v in placed([0.5], [51.5], empty).items()} == {
        "district": [None],
        "neighbourhood": [None],
    }
    some = areas(("WD22", "ward", "E05000001", square(0, 51), None))
    assert {k: list(v) for k, v in placed([], [], some).items()} == {"district": [], "neighbourhood": []}


def test_areas_without_shape_hold_no_point():
    frame = areas(
        ("lookup", "ward", "E05000001", None, "E09000001"), ("WD22", "ward", "E05000002", square(0, 51), None)
    )
    assert list(placed([0.5], [51.5], frame)["neighbourhood"]) == ["E05000002"]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_points_among_ragged_areas_agree_with_brute_force(seed):
    random = np.random.default_rng(seed)
    # Triangles that overlap and leave gaps, some with holes; a tenth of the points stand on corners.
    shapes = [
        shapely.Polygon(random.uniform((-2, 51), (2, 55), (3, 2))) - square(*random.uniform((-2, 51), (2, 55)), 0.3)
        for _ in range(60)
    ]
    codes = [f"E0500{n:04}" for n in random.permutation(60)]
    sets = random.choice(["a", "b", "c"], 60)
    frame = areas(*((s, "ward", c, shape, None) for s, c, shape in zip(sets, codes, shapes, strict=True)))
    corners = shapely.get_coordinates(shapes)[:40]
    points = np.vstack([random.uniform((-2, 51), (2, 55), (400, 2)), corners])
    order = list(ranks(resolve(frame))["neighbourhood"])

    def brute_force(point):
        for name in order:
            holding = [
                c for s, c, shape in zip(sets, codes, shapes, strict=True) if s == name and shape.intersects(point)
            ]
            if holding:
                return min(holding)
        return None

    expected = [brute_force(shapely.Point(point)) for point in points]
    assert list(placed(points[:, 0], points[:, 1], frame)["neighbourhood"]) == expected
    assert None in expected
    assert len(set(expected)) > 20


def inside(points, shape):
    """Even-odd rule over all rings: whether a ray to the east crosses the border an odd number of times."""
    odd = np.zeros(len(points), dtype=bool)
    for part in shapely.get_parts(shape):
        for ring in shapely.get_rings(part):
            x, y = shapely.get_coordinates(ring).T
            for x1, y1, x2, y2 in zip(x[:-1], y[:-1], x[1:], y[1:], strict=True):
                if y1 != y2:
                    spans = (points[:, 1] < max(y1, y2)) & (points[:, 1] >= min(y1, y2))
                    odd ^= spans & (points[:, 0] < x1 + (points[:, 1] - y1) * (x2 - x1) / (y2 - y1))
    return odd


def test_real_searches_of_lancashire_lie_where_the_even_odd_rule_puts_them(real_store):
    view = real_store.view()
    stops = view.rows("stops").collect("pandas").to_native()
    stops = stops[(stops["force"] == "lancashire") & stops["latitude"].notna()]
    points = stops.groupby(["longitude", "latitude"]).size()
    coordinates = points.index.to_frame().to_numpy()
    all_areas = view.rows("areas").collect("pandas").to_native()
    cube = view.rows("stops_cube").collect("pandas").to_native()
    cube = cube[(cube["force"] == "lancashire") & cube["located"]]
    for boundary_set, level, size in (
        ("lancashire_wards", "neighbourhood", 271),
        ("local_authorities_2022_simplified", "district", 331),
    ):
        chosen = all_areas[all_areas["boundary_set"] == boundary_set].sort_values("code")
        assert len(chosen) == size
        code = np.full(len(points), None, dtype=object)
        for row in chosen.iloc[::-1].itertuples():
            code[inside(coordinates, shapely.from_wkb(bytes(row.shape)))] = row.code
        expected = points.groupby(code, dropna=False).sum()
        found = cube[cube["area_level"] == level].groupby("area", dropna=False)["stops"].sum()
        assert found.sum() == points.sum()
        # A few of the force's searches lie in London, in wards of other sets.
        assert found[found.index.isin(chosen["code"])].to_dict() == expected[expected.index.notna()].to_dict()


def test_real_sets_rank_by_kind_and_size(real_store):
    geography = real_store.view().rows("geography").collect("pandas").to_native()
    assert ranks(geography) == {
        "force": ["police_force_areas_2022_simplified"],
        "district": ["local_authorities_2022_simplified", "LAD13", "london_boroughs", "lancashire_districts"],
        "neighbourhood": ["london_wards", "WD13", "lancashire_wards", "LSOA21"],
    }
    shaped = geography[geography["rank"].notna() & (geography["area_level"] != "force")]
    assert shaped["parent_code"].notna().mean() > 0.99
    assert set(LEVELS) == set(geography["area_level"])
