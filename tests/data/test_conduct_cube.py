"""How searches were carried out, counted: every stop once, blank apart from no, teams in a cube of their own."""

import csv
import gzip
import io
from collections import Counter
from itertools import product

import pandas as pd
import pytest

from data.publishing import restore, withdraw
from data.readers.own_columns import OWN
from data.vocabularies import ethnicity, vocabulary
from tests.conftest import POLICE_COLUMNS

APRIL, MAY = "2018-04-surrey-stop-and-search.csv", "2018-05-surrey-stop-and-search.csv"
BLACK = "Black/African/Caribbean/Black British - Caribbean"
WHITE = "White - English/Welsh/Scottish/Northern Irish/British"
DRUGS = "Misuse of Drugs Act 1971 (section 23)"
AGE, REMOVAL, OPERATION = "Age range", "Removal of more than just outer clothing", "Part of a policing operation"
SAID = {"True": "Yes", "False": "No", "": "Blank"}


def rows(view, table="conduct_cube"):
    return view.rows(table).collect("pandas").to_native()


def total(cube, *by):
    return cube.groupby(list(by) if len(by) > 1 else by[0])["stops"].sum().to_dict()


@pytest.fixture
def count(store, load, police_csv):
    """Both cubes of some searches of one month, which may have columns of a force's own."""

    def run(searches):
        columns = [*POLICE_COLUMNS, *(column for column in OWN if any(column in row for row in searches))]
        load({APRIL: police_csv([{"Type": "Person search"} | row for row in searches], columns)})
        return rows(store.view()), rows(store.view(), "team_cube")

    return run


def test_age_bands_are_those_of_the_list_and_blank_is_none(count):
    published = {"10-17": 3, "UNDER 10": 1, "over 34": 2, "18-24": 1, "elderly": 2, "": 4}
    found, _ = count([{AGE: value} for value, number in published.items() for _ in range(number)])
    assert total(found, "age_band") == {
        "10-17": 3,
        "under 10": 1,
        "over 34": 2,
        "18-24": 1,
        "Not recognised": 2,
        "Blank": 4,
    }


def test_blank_is_neither_yes_nor_no_in_any_column(count):
    columns = {
        REMOVAL: "removal",
        OPERATION: "part_of_operation",
        "Body-worn video on": "bwv_on",
        "Supervisor reviewed": "supervisor_reviewed",
        "Receipt given": "receipt",
        "Force used": "force_used",
    }
    searches = [{c: value} for c in columns for value, number in {"True": 3, "False": 2}.items() for _ in range(number)]
    found, _ = count([*searches, {"Grounds grade": "green"}, {"Grounds grade": "Red"}])
    for name in columns.values():
        assert total(found, name) == {"Yes": 3, "No": 2, "Blank": len(searches) - 3}
    assert total(found, "grounds_grade") == {"green": 1, "red": 1, "Blank": len(searches)}


def test_a_published_file_has_blanks_in_the_columns_of_a_force_s_own(count):
    found, teams = count([{AGE: "10-17", REMOVAL: "True"}, {AGE: "18-24"}])
    own = ["bwv_on", "grounds_grade", "supervisor_reviewed", "receipt", "force_used"]
    assert (found[own] == "Blank").all(axis=None)
    assert teams.drop(columns=["load_id"]).to_dict("records") == [
        {"force": "surrey", "month": "2018-04", "team": "Blank", "person": True, "self_defined": "Blank"}
        | {"officer_defined": "Blank", "power": "Blank", "outcome": "Blank", "linked": "Blank", "stops": 2}
        | dict.fromkeys(own, "Blank")
    ]


def test_columns_cross_as_the_rows_do_and_add_up_to_the_other_cube(store, count):
    crossed = product(
        (WHITE, BLACK, ""),
        ("White", ""),
        (DRUGS, ""),
        ("Person search", "Vehicle search"),
        ("10-17", "25-34", ""),
        ("True", "False", ""),
        ("Team 4", "Team 7", ""),
        ("True", ""),
    )
    columns = (
        "Self-defined ethnicity",
        "Officer-defined ethnicity",
        "Legislation",
        "Type",
        AGE,
        REMOVAL,
        "Team",
        "Force used",
    )
    searches = []
    for number, values in enumerate(crossed):
        searches += [dict(zip(columns, values, strict=True))] * (1 + number % 4)
    found, teams = count(searches)
    groups = {WHITE: "White British", BLACK: "Black Caribbean", "": "Blank"}
    powers = {DRUGS: vocabulary("powers").lookup(DRUGS)["name"], "": "Blank"}

    def whom(row):
        return (
            row["Type"] == "Person search",
            groups[row["Self-defined ethnicity"]],
            row["Officer-defined ethnicity"] or "Blank",
            powers[row["Legislation"]],
        )

    by_whom = ("person", "self_defined", "officer_defined", "power")
    expected = Counter(
        (*whom(row), row[AGE] or "Blank", SAID[row[REMOVAL]], SAID[row["Force used"]]) for row in searches
    )
    assert total(found, *by_whom, "age_band", "removal", "force_used") == dict(expected)
    expected = Counter((row["Team"], *whom(row), SAID[row["Force used"]]) for row in searches if row["Team"])
    assert total(teams[teams["team"] != "Blank"], "team", *by_whom, "force_used") == dict(expected)
    none = Counter(row["Type"] == "Person search" for row in searches if not row["Team"])
    assert total(teams[teams["team"] == "Blank"], "person") == dict(none)
    other = rows(store.view(), "stops_cube")
    shared = ("load_id", "force", "month", *by_whom)
    assert total(found, *shared) == total(other[other["area_level"] == "district"], *shared)


def test_outcomes_of_a_team_have_their_class(count):
    told = [("Arrest", "True"), ("SUSPECT ARRESTED", "False"), ("", "")]
    _, teams = count(
        [{"Team": "North", "Outcome": value, "Outcome linked to object of search": link} for value, link in told]
    )
    assert total(teams, "team", "outcome", "linked") == {
        ("North", "Arrest", "Yes"): 1,
        ("North", "Arrest", "No"): 1,
        ("North", "Not given", "Blank"): 1,
    }


def test_a_month_without_searches_alone_can_be_counted(store, load, police_csv):
    load({APRIL: police_csv()})
    assert len(rows(store.view())) == len(rows(store.view(), "team_cube")) == 0


def test_a_month_is_withdrawn_and_restored_as_in_the_other_cubes(store, load, police_csv):
    team = police_csv([{"Type": "Person search", "Team": "Team 4"}] * 2, [*POLICE_COLUMNS, "Team"])
    load({APRIL: team, MAY: police_csv([{"Type": "Person search", AGE: "10-17"}] * 3)})
    before = {table: rows(store.view(), table) for table in ("conduct_cube", "team_cube")}
    april = store.history().set_index("period").at["2018-04", "load_id"]
    withdraw(store, april, "Grace", "wrong file")
    assert [total(rows(store.view(), table), "month") for table in before] == [{"2018-05": 3}] * 2
    restore(store, april, "Grace", "it was right")
    for table, cube in before.items():
        pd.testing.assert_frame_equal(rows(store.view(), table), cube)


# The published files, counted from their text


@pytest.fixture(scope="session")
def published(real_files):
    """Searches of every file by force, whether of a person, group, age and how, with the csv module."""
    groups = {value: group.group for value, group in ethnicity("police_18_1").items()} | {"": "Blank"}
    counts = Counter()
    for path in sorted((real_files / "police_uk").rglob("*-stop-and-search.csv*")):
        text = (gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()).decode("utf-8-sig")
        force = path.name[8 : path.name.index("-stop-and-search")]
        for row in csv.DictReader(io.StringIO(text, newline="")):
            counts[
                force,
                row["Type"] != "Vehicle search",
                groups[row["Self-defined ethnicity"]],
                row[AGE] or "Blank",
                SAID[row[REMOVAL]],
                SAID[row[OPERATION]],
            ] += 1
    return counts


def test_real_conduct_equals_a_count_with_the_csv_module(real_store, published):
    found = rows(real_store.view())
    assert published.total() == 152_877
    by = ("force", "person", "self_defined", "age_band", "removal", "part_of_operation")
    assert total(found, *by) == dict(published)
