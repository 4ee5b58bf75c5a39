"""What followed searches, counted: every stop once, in the classes of the lists, as the other cube has it."""

import csv
import gzip
import io
from collections import Counter
from itertools import product

import pandas as pd
import pytest

from data.publishing import restore, withdraw
from data.vocabularies import ethnicity, vocabulary

APRIL, MAY = "2018-04-surrey-stop-and-search.csv", "2018-05-surrey-stop-and-search.csv"
BLACK = "Black/African/Caribbean/Black British - Caribbean"
WHITE = "White - English/Welsh/Scottish/Northern Irish/British"
DRUGS = "Misuse of Drugs Act 1971 (section 23)"
SECTION_60 = "Criminal Justice and Public Order Act 1994 (section 60)"
OBJECT, OUTCOME, LINKED = "Object of search", "Outcome", "Outcome linked to object of search"


def rows(view, table="outcomes_cube"):
    return view.rows(table).collect("pandas").to_native()


def total(cube, *by):
    return cube.groupby(list(by) if len(by) > 1 else by[0], dropna=False)["stops"].sum().to_dict()


def search(**cells):
    return {"Type": "Person search", **cells}


@pytest.fixture
def cube(store, load, police_csv):
    """The cube of some searches of one month."""

    def count(searches, **files):
        load({APRIL: police_csv(searches)} | {f"{name}.geojson": content for name, content in files.items()})
        return rows(store.view())

    return count


def test_outcomes_have_their_class_and_blank_is_none(cube):
    published = {
        "Arrest": 3,
        "SUSPECT  ARRESTED": 2,
        "A no further action disposal": 5,
        "Nothing found - no further action": 1,
        "Suspected psychoactive substances seized - No further action": 1,
        "Khat or Cannabis warning": 4,
        "Sent to the moon": 2,
        "": 6,
    }
    found = cube([search(**{OUTCOME: value}) for value, number in published.items() for _ in range(number)])
    assert total(found, "outcome") == {
        "Arrest": 5,
        "No further action": 7,
        "Drugs warning": 4,
        "Not recognised": 2,
        "Not given": 6,
    }


def test_a_blank_link_is_neither_yes_nor_no(cube):
    said = {"True": 3, "False": 2, "": 4}
    found = cube([search(**{LINKED: value}) for value, number in said.items() for _ in range(number)])
    assert total(found, "linked") == {"Yes": 3, "No": 2, "Blank": 4}


def test_objects_have_their_short_name(cube):
    found = cube([search(**{OBJECT: value}) for value in ("Article for use in theft", "STOLEN goods", "", "A unicorn")])
    assert total(found, "object") == {
        "Articles for use in theft": 1,
        "Stolen goods": 1,
        "Blank": 1,
        "Not recognised": 1,
    }


def test_columns_cross_as_the_rows_do_and_add_up_to_the_other_cube(store, cube, square_areas):
    crossed = product(
        (WHITE, BLACK, ""),
        ("White", ""),
        (DRUGS, SECTION_60),
        ("Person search", "Vehicle search"),
        ("Arrest", "A no further action disposal", ""),
        ("True", ""),
        (0.5, 1.5, None),
    )
    names = ("Self-defined ethnicity", "Officer-defined ethnicity", "Legislation", "Type", OUTCOME, LINKED, "Longitude")
    searches = []
    for number, values in enumerate(crossed):
        row = {name: str(value or "") for name, value in zip(names, values, strict=True)}
        searches += [row | ({"Latitude": "51.5"} if row["Longitude"] else {})] * (1 + number % 4)
    districts = square_areas("LAD22", {"E07000001": (0, 51), "E07000002": (1, 51)})
    wards = square_areas("WD22", {"E05000001": (0, 51)})
    found = cube(searches, districts=districts, wards=wards)
    groups = {WHITE: "White British", BLACK: "Black Caribbean", "": "Blank"}
    expected = Counter(
        (
            {"0.5": "E07000001", "1.5": "E07000002", "": None}[row["Longitude"]],
            row["Type"] == "Person search",
            groups[row["Self-defined ethnicity"]],
            row["Officer-defined ethnicity"] or "Blank",
            vocabulary("powers").lookup(row["Legislation"])["name"],
            {"Arrest": "Arrest", "": "Not given"}.get(row[OUTCOME], "No further action"),
            {"True": "Yes", "": "Blank"}[row[LINKED]],
        )
        for row in searches
    )
    by = ("area", "person", "self_defined", "officer_defined", "power", "outcome", "linked")
    counted = {(None if pd.isna(key[0]) else key[0], *key[1:]): n for key, n in total(found, *by).items()}
    assert counted == dict(expected)
    assert set(found["area_level"]) == {"district"}
    other = rows(store.view(), "stops_cube")
    shared = ("load_id", "force", "month", "area", "person", "self_defined", "officer_defined", "power")
    assert total(found, *shared) == total(other[other["area_level"] == "district"], *shared)


def test_without_boundaries_every_search_is_counted_all_the_same(cube):
    found = cube([search(Longitude="0.5", Latitude="51.5", **{OUTCOME: "Arrest"}), search(**{OUTCOME: "Arrest"})])
    assert found["area"].isna().all()
    assert found["stops"].sum() == 2


@pytest.mark.long
def test_a_month_is_withdrawn_and_restored_as_in_the_other_cube(store, load, police_csv):
    load({APRIL: police_csv([search(**{OUTCOME: "Arrest"})] * 2), MAY: police_csv([search()] * 3)})
    before = rows(store.view())
    assert total(before, "month", "outcome") == {("2018-04", "Arrest"): 2, ("2018-05", "Not given"): 3}
    april = store.history().set_index("period").at["2018-04", "load_id"]
    withdraw(store, april, "Grace", "wrong file")
    assert total(rows(store.view()), "month") == {"2018-05": 3}
    assert total(rows(store.view(1)), "month") == {"2018-04": 2, "2018-05": 3}
    restore(store, april, "Grace", "it was right")
    pd.testing.assert_frame_equal(rows(store.view()), before)


@pytest.mark.long
def test_boundaries_that_come_later_lay_outcomes_into_them(store, load, police_csv, square_areas):
    load({APRIL: police_csv([search(Longitude="0.5", Latitude="51.5", **{OUTCOME: "Arrest"})] * 2)})
    assert rows(store.view())["area"].isna().all()
    load({"districts.geojson": square_areas("LAD22", {"E07000001": (0, 51)})})
    assert rows(store.view())[["area", "outcome", "stops"]].to_numpy().tolist() == [["E07000001", "Arrest", 2]]


# The published files, counted from their text


def class_of(name, column, blank):
    """What a list says of a value, read from its file with the csv module."""
    from data.vocabularies import _FOLDER

    with (_FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        said = {row["value"]: row[column] for row in csv.DictReader(file)}
    return lambda value: said[value] if value else blank


@pytest.fixture(scope="session")
def published(real_files):
    """Searches of every file by force, whether of a person, group, object, outcome and link: with the csv module."""
    groups = {value: group.group for value, group in ethnicity("police_18_1").items()} | {"": "Blank"}
    looked_for, followed = class_of("objects", "label", "Blank"), class_of("outcomes", "outcome", "Not given")
    counts = Counter()
    for path in sorted((real_files / "police_uk").rglob("*-stop-and-search.csv*")):
        text = (gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()).decode("utf-8-sig")
        force = path.name[8 : path.name.index("-stop-and-search")]
        for row in csv.DictReader(io.StringIO(text, newline="")):
            counts[
                force,
                row["Type"] != "Vehicle search",
                groups[row["Self-defined ethnicity"]],
                looked_for(row[OBJECT]),
                followed(row[OUTCOME]),
                {"True": "Yes", "False": "No", "": "Blank"}[row[LINKED]],
            ] += 1
    return counts


def test_real_outcomes_equal_a_count_with_the_csv_module(real_store, published):
    found = rows(real_store.view())
    assert published.total() == 152_877
    assert total(found, "force", "person", "self_defined", "object", "outcome", "linked") == dict(published)
