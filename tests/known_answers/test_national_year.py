"""A national year in small: every file of 44 forces and twelve months goes from bytes to the cube, and none is lost.
lost.

The generator draws the ward of each search first and a point in it second, so the counts that the cube must hold are
known without a geometry engine, a reader or a list of words.
"""

import math

import pandas as pd
import pytest
from deltalake import DeltaTable
from shapely import STRtree, area, get_num_coordinates, intersection, to_wkb

from benchmarks import nation, ten_million
from data import cubes
from data.__main__ import main
from data.store import Store, View

pytestmark = pytest.mark.long

SEARCHES, WARDS = 4_400, 700
LEVELS = {"district": "district", "neighbourhood": "ward"}
KEYS = ("force", "month", "located", "person", "self_defined", "officer_defined")


@pytest.fixture(scope="module")
def year(tmp_path_factory):
    """The truth and the store of a small national year, loaded by the command line; some of its months hold nothing."""
    folder = tmp_path_factory.mktemp("nation")
    truth = nation.write(folder, SEARCHES, WARDS)
    for what in ("areas", "searches"):
        assert main(["load", str(folder / what), "--store", str(folder / "store"), "--reason", "all"]) == 0
    return truth, Store(folder / "store")


def cube_of(store):
    return store.view().rows("stops_cube").collect("pandas").to_native()


@pytest.mark.parametrize("level", LEVELS)
def test_the_cube_holds_what_was_drawn(year, level):
    truth, store = year
    cube = cube_of(store)
    found = cube[cube["area_level"] == level].groupby([*KEYS, "area"], dropna=False)["stops"].sum()
    drawn = truth.rename(columns={LEVELS[level]: "area"}).groupby([*KEYS, "area"], dropna=False).size()
    assert found.to_dict() == drawn.to_dict()
    assert found.sum() == SEARCHES


def test_every_file_is_a_load_of_one_release(year):
    truth, store = year
    loads = store.history()
    searches = loads[loads["table"] == "stops"]
    assert len(searches) == 44 * 12
    held = searches[searches["rows"] > 0].groupby(["subject", "period"])["rows"].sum()
    assert held.to_dict() == truth.groupby(["force", "month"]).size().to_dict()
    assert len(store.releases()) == 2


def test_files_cost_no_commit_of_their_own(year):
    _, store = year
    version = {name: DeltaTable(str(store.table_path(name))).version() for name in ("stops", "stops_cube", "loads")}
    assert version == {"stops": 0, "stops_cube": 0, "loads": 1}


def test_the_cube_lies_by_level_force_and_month(year):
    cube = cube_of(year[1])
    order = cube[["area_level", "force", "month"]]
    pd.testing.assert_frame_equal(order, order.sort_values(list(order), ignore_index=True))


def test_areas_fit_without_gaps_and_overlaps():
    import numpy as np

    land = nation.nation(np.random.default_rng(3), WARDS)
    wards, districts = land.wards, land.districts
    one, other = STRtree(wards.shapes).query(wards.shapes, predicate="intersects")
    shared = area(intersection(wards.shapes[one[one < other]], wards.shapes[other[one < other]]))
    assert shared.max() < 1e-9 * area(wards.shapes).mean()
    assert math.isclose(area(wards.shapes).sum(), area(districts.shapes).sum(), rel_tol=1e-9)
    # Wards as the Office for National Statistics generalises them have some 120 on average.
    assert 100 < get_num_coordinates(wards.shapes).mean() < 150


def test_the_same_seed_draws_the_same_year():
    import numpy as np

    drawn = []
    for seed in (5, 5, 6):
        random = np.random.default_rng(seed)
        land = nation.nation(random, 120)
        drawn.append((list(to_wkb(land.wards.shapes)), *nation.draw(random, land, 600)))
    (shapes, cells, truth), again, another = drawn
    assert shapes == again[0]
    pd.testing.assert_frame_equal(cells, again[1])
    pd.testing.assert_frame_equal(truth, again[2])
    assert shapes != another[0]


@pytest.fixture
def counted(tmp_path, monkeypatch):
    """Write and count a year of so many searches straight into a store; the store, and which tables were read."""
    import numpy as np

    land = nation.nation(np.random.default_rng(2), 60)
    reads = []
    every_row = View.every_row
    monkeypatch.setattr(View, "every_row", lambda view, table: reads.append(table) or every_row(view, table))

    def count(searches, name):
        del reads[:]
        ten_million.fill(tmp_path / name, ten_million.typed_year(land, searches, 4), years=1)
        return Store(tmp_path / name), list(reads)

    return count


def test_more_rows_are_not_read_more_often(counted):
    few, of_few = counted(400, "few")
    many, of_many = counted(4_000, "many")
    assert of_few == of_many
    assert (cube_of(few)["stops"].sum(), cube_of(many)["stops"].sum()) == (800, 8_000)
    commits = [len(list(store.table_path("stops_cube").glob("_delta_log/*.json"))) for store in (few, many)]
    assert commits == [1, 1]


def test_counting_in_parts_counts_the_same(counted, monkeypatch):
    whole = cube_of(counted(900, "whole")[0])
    monkeypatch.setattr(cubes, "_AT_ONCE", 250)
    store, reads = counted(900, "parts")
    parts = cube_of(store)
    # One reading for each of the five cubes of searches.
    assert reads.count("stops") == 5 * math.ceil(900 / 250)
    assert list(parts["force"]) == list(whole["force"])
    columns = list(whole)
    pd.testing.assert_frame_equal(
        parts.sort_values(columns, ignore_index=True), whole.sort_values(columns, ignore_index=True)
    )
