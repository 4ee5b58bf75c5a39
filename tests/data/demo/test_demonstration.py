"""The whole force: every row fits its table, the same seed gives the same rows, and one release shows them all."""

from concurrent.futures import ThreadPoolExecutor

import pyarrow as pa
import pytest

from data.demo import build, content, demonstration
from data.demo.census import residents
from data.demo.county import county
from data.store import Store
from data.tables import CANONICAL
from data.vocabularies import ethnicity, vocabulary

NOT_FILLED = {"deprivation", "aggregates", "crime_outcomes"}


def hashes(loads):
    def of(table, frame):
        return content(pa.Table.from_pandas(frame, CANONICAL[table].arrow, preserve_index=False))

    return {
        slot: [of(table, frame) for table, frame in ((slot.table, reading.frame), *reading.also.items())]
        for of_table in loads.values()
        for slot, reading in of_table
    }


@pytest.fixture(scope="session")
def built(tmp_path_factory):
    """A store with the force in it, and what was said while it was built."""
    store, steps = Store(tmp_path_factory.mktemp("demonstration") / "store"), []
    build(store, steps.append)
    return store, steps


def test_every_frame_passes_its_schema(frames):
    assert set(frames) == set(CANONICAL) - NOT_FILLED
    for name, frame in frames.items():
        CANONICAL[name].schema.validate(frame.assign(load_id="1").astype({"load_id": "str"}), lazy=True)


def test_sizes_are_as_promised(drawn, frames):
    assert frames["areas"]["level"].value_counts().to_dict() == {"ward": 60, "district": 6, "force": 1}
    assert len(frames["responses"]) == 16 * 2400
    assert frames["responses"]["wave"].value_counts().eq(2400).all()
    assert len(frames["stops"]) == 60_000
    assert len(frames["events"]) == 4_000
    assert len(frames["milestones"]) == 3
    assert frames["priorities"]["area"].value_counts().eq(3).all()
    assert {table: len(loads) for table, loads in drawn.items()} == {
        "areas": 3, "population": 2, "responses": 16, "stops": 48, "crime": 48,
        "events": 1, "feedback": 1, "priorities": 1, "plans": 1, "milestones": 1,
    }  # fmt: skip


@pytest.mark.long
def test_the_same_seed_gives_the_same_rows_and_another_one_others(drawn):
    first = hashes(drawn)
    for kept in (county, residents):
        kept.cache_clear()
    assert hashes(demonstration()) == first
    other = hashes(demonstration(seed=2))
    assert set(other) == set(first)
    assert [slot for slot in first if other[slot] == first[slot]] == []


def test_every_value_of_a_search_is_known(frames):
    stops = frames["stops"]
    lists = {
        "type": vocabulary("stop_types"),
        "gender": vocabulary("genders"),
        "age_range": vocabulary("age_bands"),
        "self_defined_ethnicity": vocabulary("ethnicity", "police_18_1"),
        "officer_defined_ethnicity": vocabulary("ethnicity", "officer_5"),
        "legislation": vocabulary("powers"),
        "object_of_search": vocabulary("objects"),
        "outcome": vocabulary("outcomes"),
    }
    for column, known in lists.items():
        assert set(stops[column].dropna()) <= set(known.values), column
    assert set(frames["population"]["ethnicity"]) == set(ethnicity("census_2021"))


def test_every_area_is_one_of_the_county(frames):
    codes = set(frames["areas"].loc[frames["areas"]["level"] == "ward", "code"])
    for table in ("responses", "crime", "events", "feedback", "priorities", "plans"):
        assert set(frames[table]["area"].dropna()) <= codes, table
    assert {code for areas in frames["milestones"]["areas"] for code in areas} <= codes


def test_build_publishes_one_release_that_shows_every_table(built, frames):
    store, steps = built
    (release,) = store.releases()
    assert (release.by, release.reason, release.action) == ("Confidence Cycle", "demonstration data", "load")
    view = store.view()
    for name, frame in frames.items():
        assert view.has(name)
        assert view.rows(name).collect("pandas").shape[0] == len(frame), name
    assert len(steps) > 5
    loads = view.current_loads
    assert set(loads["kind"]) == {
        "boundaries", "census ethnicity", "survey wave", "stop and search", "crime", "engagement events", "feedback",
        "priorities", "engagement plan", "milestones",
    }  # fmt: skip
    assert loads["file"].str.startswith("demonstration: ").all()
    assert loads["sha256"].str.fullmatch("[0-9a-f]{64}").all()
    assert loads["load_id"].is_unique


def test_every_row_belongs_to_a_load(built):
    view = built[0].view()
    loads = view.current_loads.set_index("load_id")
    rows = view.rows("stops").collect("pandas").to_native()
    assert (rows["load_id"].map(loads["period"]) == rows["month"]).all()
    responses = view.rows("responses").collect("pandas").to_native()
    assert (responses["load_id"].map(loads["period"]) == responses["wave"]).all()


def test_searches_are_counted_in_the_neighbourhoods_that_hold_their_points(built, frames):
    cube = built[0].view().rows("stops_cube").collect("pandas").to_native()
    located = cube[cube["located"]]
    assert located["area"].notna().all()
    by_level = located.groupby("area_level")["stops"].sum()
    assert by_level["district"] == by_level["neighbourhood"] == frames["stops"]["latitude"].notna().sum()


@pytest.mark.long
def test_whoever_comes_second_finds_it_there(tmp_path):
    """Two people open the first page at once: both wait, and one draws."""
    store = Store(tmp_path / "store")
    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(lambda _: build(store), range(2))
    assert first == second
    assert [release.number for release in store.releases()] == [1]
