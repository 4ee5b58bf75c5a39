"""Publishing: a withdrawn load gives way to the one before it, and cubes follow every release."""

import shutil
from dataclasses import replace

import pytest
from deltalake import DeltaTable

from data import publishing
from data.loading import load_files
from data.publishing import gives_way, restore, withdraw
from data.store import Store, StoreError

APRIL = "2018-04-surrey-stop-and-search.csv"


def load_of(store, file):
    history = store.history()
    return history.loc[history["file"] == file, "load_id"].iloc[0]


def status_of(store):
    history = store.history()
    return dict(zip(history["file"], history["status"], strict=True))


def rows(view, table="stops"):
    return view.rows(table).collect("pandas").to_native()


def shown(store):
    """Searches that the newest release shows, by rows and by the cube, which must agree."""
    cube = rows(store.view(), "stops_cube")
    assert set(cube.groupby("area_level")["stops"].sum()) <= {len(rows(store.view()))}
    return len(rows(store.view()))


def table_version(store, table):
    return DeltaTable(str(store.table_path(table))).version()


@pytest.fixture(scope="module")
def searches(police_csv):
    """A month with so many searches, all at one point."""
    return lambda count: police_csv([{"Type": "Person search", "Latitude": "51.5", "Longitude": "0.5"}] * count)


@pytest.fixture(scope="module")
def template(tmp_path_factory, searches):
    """A store into which a month was loaded twice, to be copied."""
    folder = tmp_path_factory.mktemp("template")
    made = Store(folder / "store")
    for name, count in (("first", 2), ("second", 5)):
        (folder / "in" / name).mkdir(parents=True)
        (folder / "in" / name / APRIL).write_bytes(searches(count))
        load_files([folder / "in"], made)
    return made.root


@pytest.fixture
def twice_loaded(store, template):
    """A month loaded twice: 2 searches, then 5."""
    shutil.copytree(template, store.root)
    return load_of(store, f"first/{APRIL}"), load_of(store, f"second/{APRIL}")


def test_withdrawing_brings_back_the_load_before_and_then_leaves_a_gap(store, twice_loaded):
    first, second = twice_loaded
    release = withdraw(store, second, "Grace", "sent by mistake")
    assert (release.number, release.action, release.by, release.reason) == (3, "withdraw", "Grace", "sent by mistake")
    assert (release.withdrawn, release.current) == ((second,), {first})
    assert shown(store) == 2
    assert status_of(store) == {f"first/{APRIL}": "current", f"second/{APRIL}": "withdrawn"}
    withdraw(store, first, "Grace", "also wrong")
    assert shown(store) == 0
    assert set(status_of(store).values()) == {"withdrawn"}
    assert not store.view()
    assert [len(rows(store.view(number))) for number in (1, 2, 3, 4)] == [2, 5, 2, 0]


def test_withdrawing_what_is_superseded_changes_no_figure(store, twice_loaded):
    first, second = twice_loaded
    assert withdraw(store, first, "Grace", "tidy").current == {second}
    assert shown(store) == 5
    assert status_of(store) == {f"first/{APRIL}": "withdrawn", f"second/{APRIL}": "current"}
    withdraw(store, second, "Grace", "wrong too")
    assert shown(store) == 0


def test_withdrawing_writes_no_row_of_data(store, twice_loaded):
    cubes = ("stops_cube", "outcomes_cube", "conduct_cube", "team_cube", "hours_cube")
    before = {table: table_version(store, table) for table in ("stops", *cubes, "loads")}
    withdraw(store, twice_loaded[1], "Grace", "sent by mistake")
    assert {table: table_version(store, table) for table in before} == before


def test_restoring_makes_a_withdrawn_load_current_again(store, twice_loaded):
    _, second = twice_loaded
    withdraw(store, second, "Grace", "sent by mistake")
    release = restore(store, second, "Ada", "it was right")
    assert (release.number, release.added, release.current) == (4, (second,), {second})
    assert shown(store) == 5
    assert status_of(store) == {f"first/{APRIL}": "superseded", f"second/{APRIL}": "current"}


@pytest.mark.parametrize("reason", ["", "  \n"])
def test_no_reason_no_withdrawal(store, twice_loaded, reason):
    with pytest.raises(StoreError) as caught:
        withdraw(store, twice_loaded[1], "Grace", reason)
    assert str(caught.value) == "Say why the load is withdrawn: the reason stays in the history."
    assert store.release().number == 2


def test_an_unknown_load_can_not_be_withdrawn(store, twice_loaded):
    with pytest.raises(StoreError) as caught:
        withdraw(store, "0123456789abcdef", "Grace", "why not")
    assert str(caught.value) == "There is no load “0123456789abcdef”; `python -m data history` lists them."


def test_a_load_is_withdrawn_once(store, twice_loaded):
    withdraw(store, twice_loaded[1], "Grace", "sent by mistake")
    with pytest.raises(StoreError) as caught:
        withdraw(store, twice_loaded[1], "Grace", "sent by mistake")
    assert str(caught.value) == f"Load {twice_loaded[1]} has been withdrawn already."
    assert store.release().number == 3


def test_what_is_not_withdrawn_can_not_be_restored(store, twice_loaded):
    for load_id in twice_loaded:
        with pytest.raises(StoreError, match=f"Load {load_id} is not withdrawn, so there is nothing to restore"):
            restore(store, load_id, "Ada", "why not")
    with pytest.raises(StoreError, match="There is no load “0123456789abcdef”; `python -m data history` lists them"):
        restore(store, "0123456789abcdef", "Ada", "why not")


@pytest.mark.parametrize("reason", ["", "  \n"])
def test_no_reason_no_restoring(store, twice_loaded, reason):
    withdraw(store, twice_loaded[1], "Grace", "sent by mistake")
    with pytest.raises(StoreError) as caught:
        restore(store, twice_loaded[1], "Ada", reason)
    assert str(caught.value) == "Say why the load is restored: the reason stays in the history."
    assert store.release().number == 3


def test_which_load_gives_way_to_a_restored_one(store, twice_loaded):
    first, second = twice_loaded
    withdraw(store, first, "Grace", "tidy")
    assert gives_way(store.history(), first)["load_id"] == second
    withdraw(store, second, "Grace", "wrong too")
    assert gives_way(store.history(), first) is None
    assert gives_way(store.history(), "0123456789abcdef") is None


@pytest.mark.long
def test_boundaries_that_come_later_recount_every_search(store, load, searches, square_areas):
    load({f"first/{APRIL}": searches(2)})
    load({f"second/{APRIL}": searches(5)})
    assert rows(store.view(), "stops_cube")["area"].isna().all()
    load({"wards.geojson": square_areas("WD22", {"E05000001": (0, 51)})})
    cube = rows(store.view(), "stops_cube")
    placed = cube[cube["area_level"] == "neighbourhood"]
    assert placed[["area", "stops"]].to_numpy().tolist() == [["E05000001", 5]]
    # The superseded month was recounted too, so that withdrawing needs no counting.
    withdraw(store, load_of(store, f"second/{APRIL}"), "Grace", "sent by mistake")
    cube = rows(store.view(), "stops_cube")
    assert cube.loc[cube["area_level"] == "neighbourhood", ["area", "stops"]].to_numpy().tolist() == [["E05000001", 2]]
    assert rows(store.view(2), "stops_cube")["area"].isna().all()


@pytest.mark.long
def test_boundaries_that_go_recount_every_search(store, load, searches, square_areas):
    load({APRIL: searches(2), "wards.geojson": square_areas("WD22", {"E05000001": (0, 51)})})
    withdraw(store, load_of(store, "wards.geojson"), "Grace", "wrong year")
    cube = rows(store.view(), "stops_cube")
    assert cube["area"].isna().all()
    assert cube.groupby("area_level")["stops"].sum().to_dict() == {"district": 2, "neighbourhood": 2}
    assert rows(store.view(), "geography").empty
    assert rows(store.view(1), "stops_cube")["area"].notna().any()


@pytest.mark.long
def test_only_what_is_new_is_counted(store, load, searches, monkeypatch):
    counted = []

    def watched(cube):
        def count(view, loads):
            counted.append((cube.table.name, len(loads)))
            return cube.count(view, loads)

        return replace(cube, count=count)

    monkeypatch.setattr(publishing, "CUBES", tuple(map(watched, publishing.CUBES)))
    load({APRIL: searches(1), APRIL.replace("04", "05"): searches(1)})
    load({APRIL.replace("04", "06"): searches(1)})
    cubes = ("stops_cube", "outcomes_cube", "conduct_cube", "team_cube", "hours_cube")
    assert counted == [*((name, 2) for name in cubes), *((name, 1) for name in cubes)]
