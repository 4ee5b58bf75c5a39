"""Counting: no release holds figures of two lists, and a store that was counted otherwise says so."""

import json
import shutil

import pytest

from data import counting, vocabularies
from data.__main__ import main
from data.counting import COUNTED_WITH, counted_with, grouping
from data.publishing import CUBES, counted_otherwise, recount, withdraw
from data.settings import settings
from data.store import Store, StoreError
from data.vocabularies import survey

APRIL, MAY = "2018-04-surrey-stop-and-search.csv", "2018-05-surrey-stop-and-search.csv"
DRUGS = "Misuse of Drugs Act 1971 (section 23)"
OLD, NEW = "Misuse of Drugs Act 1971, section 23", "Misuse of Drugs Act 1971, searches of persons"
"""The short name of that power, as the list has it and as it is corrected to."""
CENSUS = "Census 2021.csv"


def rows(view, table):
    return view.rows(table).collect("pandas").to_native()


def powers(store, release=None):
    """Searches by month and power."""
    cube = rows(store.view(release), "stops_cube")
    district = cube[cube["area_level"] == "district"]
    return district.groupby(["month", "power"])["stops"].sum().to_dict()


def forget():
    for cached in (vocabularies._rows, vocabularies.vocabulary, vocabularies._grouping, survey.measures):
        cached.cache_clear()
    settings.cache_clear()


@pytest.fixture(autouse=True)
def _fresh():
    settings.cache_clear()
    yield
    forget()


@pytest.fixture
def correct(tmp_path, monkeypatch):
    """A function that corrects a list, as a newer version of the program would, and starts the program anew."""
    folder = shutil.copytree(vocabularies._FOLDER, tmp_path / "vocabularies")
    monkeypatch.setattr(vocabularies, "_FOLDER", folder)

    def run(name, old, new):
        path = folder / f"{name}.csv"
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new), encoding="utf-8", newline="")
        forget()

    return run


@pytest.fixture
def choose(monkeypatch):
    """A function that sets a variable and starts the program anew."""

    def run(name, value):
        monkeypatch.setenv(name, value)
        settings.cache_clear()

    return run


@pytest.fixture
def searches(police_csv):
    """A month with so many searches for drugs, all at one point."""
    search = {"Type": "Person search", "Legislation": DRUGS, "Latitude": "51.5", "Longitude": "0.5"}
    return lambda count: police_csv([search] * count)


@pytest.fixture
def census():
    """A census of one district: residents by group."""

    def write(**residents):
        columns = [
            f"Asian, Asian British or Asian Welsh: {name}"
            for name in ("Bangladeshi", "Chinese", "Indian", "Pakistani", "Other Asian")
        ]
        columns += [
            f"Black, Black British, Black Welsh, Caribbean or African: {name}"
            for name in ("African", "Caribbean", "Other Black")
        ]
        columns += [
            f"Mixed or Multiple ethnic groups: {name}"
            for name in (
                "White and Asian",
                "White and Black African",
                "White and Black Caribbean",
                "Other Mixed or Multiple ethnic groups",
            )
        ]
        columns += [
            f"White: {name}"
            for name in (
                "English, Welsh, Scottish, Northern Irish or British",
                "Gypsy or Irish Traveller",
                "Irish",
                "Roma",
                "Other White",
            )
        ]
        columns += [f"Other ethnic group: {name}" for name in ("Arab", "Any other ethnic group")]
        counts = [residents.get(column.rpartition(": ")[2].replace(" ", "_"), 0) for column in columns]
        header = ["Geography Code", "Geography Name", "Sex", *columns]
        lines = [["E07000209", "Guildford", sex, *counts] for sex in ("Female", "Male")]
        return "\n".join(",".join(f'"{cell}"' for cell in line) for line in (header, *lines)).encode()

    return write


@pytest.mark.long
def test_a_corrected_list_counts_everything_again_at_the_next_load(store, load, searches, correct):
    load({APRIL: searches(2)})
    correct("powers", OLD, NEW)
    load({MAY: searches(3)})
    assert powers(store) == {("2018-04", NEW): 2, ("2018-05", NEW): 3}
    assert powers(store, 1) == {("2018-04", OLD): 2}
    assert counted_otherwise(store.view()) is None


def test_a_withdrawal_counts_again_too(store, load, searches, correct):
    load({APRIL: searches(2), MAY: searches(3)})
    correct("powers", OLD, NEW)
    april = store.history().set_index("period").at["2018-04", "load_id"]
    withdraw(store, april, "Grace", "wrong file")
    assert powers(store) == {("2018-05", NEW): 3}


@pytest.mark.long
def test_other_boundary_sets_move_every_search(store, load, searches, square_areas, choose):
    wards = {
        "a.geojson": square_areas("WD22", {"E05000001": (0, 51), "E05000003": (1, 51)}),
        "b.geojson": square_areas("WD13", {"E05000009": (0, 51)}),
    }
    load({APRIL: searches(2)} | wards)
    choose("CONFIDENCE_BOUNDARY_SETS", "WD13")
    load({MAY: searches(3)})
    cube = rows(store.view(), "stops_cube")
    placed = cube[cube["area_level"] == "neighbourhood"].groupby(["month", "area"])["stops"].sum().to_dict()
    assert placed == {("2018-04", "E05000009"): 2, ("2018-05", "E05000009"): 3}
    ranks = rows(store.view(), "geography").groupby("boundary_set")["rank"].first().to_dict()
    assert ranks == {"WD13": 1, "WD22": 2}
    assert counted_with(store.view())["CONFIDENCE_BOUNDARY_SETS"] == "WD13"


@pytest.mark.parametrize(
    ("variable", "value", "expected"),
    [
        (None, None, {"Asian": 14, "Mixed": 20}),
        ("CONFIDENCE_CHINESE", "other", {"Asian": 4, "Other": 10, "Mixed": 20}),
        ("CONFIDENCE_MIXED_BLACK", "Black", {"Asian": 14, "Black": 12, "Mixed": 8}),
    ],
)
def test_a_grouping_choice_regroups_residents_that_were_counted(
    store, load, searches, census, choose, variable, value, expected
):
    load({CENSUS: census(Chinese=5, Indian=2, White_and_Black_Caribbean=6, White_and_Asian=4)})
    if variable:
        choose(variable, value)
    load({APRIL: searches(1)})
    cube = rows(store.view(), "residents_cube")
    found = cube.groupby("broad")["residents"].sum()
    assert {group: int(number) for group, number in found.items() if number} == expected
    choice = variable.removeprefix("CONFIDENCE_").lower() if variable else None
    assert grouping(store.view()) == ({choice: value.capitalize()} if choice else {})
    # Whoever groups what a cube holds in detail groups an earlier release as it was counted.
    assert grouping(store.view(1)) == {}


@pytest.mark.long
def test_new_code_counts_everything_again(store, load, searches, monkeypatch):
    load({APRIL: searches(2)})
    monkeypatch.setattr(counting, "CODE", counting.CODE + 1)
    assert "(code)" in counted_otherwise(store.view())
    load({MAY: searches(3)})
    assert counted_otherwise(store.view()) is None


@pytest.mark.long
def test_a_store_of_before_this_table_opens_and_is_counted_again(store, load, searches, square_areas):
    load({APRIL: searches(2), "wards.geojson": square_areas("WD22", {"E05000001": (0, 51)})})
    # As an earlier version of the program left it: the release knows no such table.
    releases = store.table_path("releases")
    from deltalake import DeltaTable, write_deltalake

    table = DeltaTable(str(releases)).to_pyarrow_table()
    old = json.loads(table["versions"][0].as_py())
    del old[COUNTED_WITH.name]
    place = table.schema.get_field_index("versions")
    write_deltalake(
        str(releases), table.set_column(place, table.schema.field(place), [[json.dumps(old)]]), mode="overwrite"
    )
    shutil.rmtree(store.table_path(COUNTED_WITH.name))
    opened = Store(store.root)
    assert powers(opened) == {("2018-04", OLD): 2}
    assert grouping(opened.view()) == {}
    assert counted_otherwise(opened.view()) == (
        "Nothing says with which lists the figures of release 1 were counted: the next release counts everything "
        "again, and `python -m data recount --reason TEXT` does it now."
    )
    load({MAY: searches(3)})
    assert counted_otherwise(store.view()) is None
    assert {month for month, _ in powers(store)} == {"2018-04", "2018-05"}


def test_nothing_is_counted_again_while_nothing_changed(store, load, searches):
    load({APRIL: searches(2)})
    load({MAY: searches(3)})
    assert store.releases()[0].versions[COUNTED_WITH.name] == store.releases()[1].versions[COUNTED_WITH.name]


def test_line_endings_make_no_other_list(store, load, searches, correct):
    load({APRIL: searches(2)})
    correct("powers", "\n", "\r\n")
    assert counted_otherwise(store.view()) is None


def test_a_list_that_nothing_is_counted_with_asks_for_no_new_count(store, load, searches, correct):
    load({APRIL: searches(2)})
    correct("policy_dates", "First national lockdown", "The first lockdown")
    assert counted_otherwise(store.view()) is None


def test_recount_makes_a_release_that_says_why(store, load, searches, correct):
    load({APRIL: searches(2)})
    correct("powers", OLD, NEW)
    assert counted_otherwise(store.view()) == (
        "The figures of release 1 were counted with other lists or settings than today's (powers.csv): the next "
        "release counts everything again, and `python -m data recount --reason TEXT` does it now."
    )
    said = []
    release = recount(store, "Grace", "powers corrected", said.append)
    assert (release.number, release.action, release.by, release.reason) == (2, "recount", "Grace", "powers corrected")
    assert (release.added, release.withdrawn, release.current) == ((), (), store.release(1).current)
    assert said == [
        "counting everything again, with the lists of today",
        "counting searches",
        "counting outcomes of searches",
        "counting how searches were carried out",
        "counting searches by team",
        "counting searches by hour",
    ]
    assert powers(store) == {("2018-04", NEW): 2}
    assert counted_otherwise(store.view()) is None


@pytest.mark.long
def test_recounting_gives_what_counting_from_the_start_gives(store, load, searches, square_areas, census):
    files = {APRIL: searches(2), MAY: searches(3), CENSUS: census(Chinese=5)}
    load(files | {"wards.geojson": square_areas("WD22", {"E05000001": (0, 51)})})
    cubes = [cube.table.name for cube in CUBES if store.view().has(cube.table.name)]
    before = {cube: rows(store.view(), cube) for cube in cubes}
    recount(store, "Grace", "to be sure")
    for cube, expected in before.items():
        found = rows(store.view(), cube)
        by = list(found.columns)
        assert found.sort_values(by, ignore_index=True).equals(expected.sort_values(by, ignore_index=True)), cube


@pytest.mark.parametrize("reason", ["", "  "])
def test_recounting_needs_a_reason_and_something_to_count(store, load, searches, reason):
    with pytest.raises(StoreError, match="Nothing has been loaded yet, so there is nothing to count"):
        recount(store, "Grace", "why not")
    load({APRIL: searches(1)})
    with pytest.raises(StoreError, match="Say why everything is counted again"):
        recount(store, "Grace", reason)


@pytest.mark.long
def test_the_command_line_tells_and_recounts(store, load, searches, correct, capsys):
    load({APRIL: searches(2)})
    correct("powers", OLD, NEW)
    place = ["--store", str(store.root)]
    assert main(["history", *place]) == 0
    assert "counted with other lists or settings than today's (powers.csv)" in capsys.readouterr().out.splitlines()[-1]
    assert main(["recount", "--reason", "powers corrected", "--by", "Grace", *place]) == 0
    assert capsys.readouterr().out == "Everything is counted again in release 2.\n"
    assert main(["history", *place]) == 0
    assert "counted with other lists" not in capsys.readouterr().out
    with pytest.raises(SystemExit):
        main(["recount", *place])
