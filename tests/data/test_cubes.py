"""Cubes: every stop and crime counted once at every level, every resident once, and nothing unknown made known."""

import csv
import gzip
import io
from collections import Counter

import pandas as pd
import pytest

from data.vocabularies import ethnicity, vocabulary

APRIL = "2018-04-surrey-stop-and-search.csv"
WHITE = "White - English/Welsh/Scottish/Northern Irish/British"
NOT_STATED = "Other ethnic group - Not stated"
DRUGS = "Misuse of Drugs Act 1971 (section 23)"


def rows(store, table):
    return store.view().rows(table).collect("pandas").to_native()


def at(longitude, latitude, **more):
    return {"Type": "Person search", "Longitude": str(longitude), "Latitude": str(latitude), **more}


@pytest.fixture
def cube(store, load, police_csv):
    """The cube of some searches of one month, at one level."""

    def count(searches, level="neighbourhood", **files):
        load({APRIL: police_csv(searches)} | {f"{name}.geojson": content for name, content in files.items()})
        found = rows(store, "stops_cube")
        assert set(found["area_level"]) == {"district", "neighbourhood"}
        return found[found["area_level"] == level]

    return count


def total(cube, *by):
    counts = cube.groupby(list(by), dropna=False)["stops"].sum()
    return {tuple(None if pd.isna(k) else k for k in (key if isinstance(key, tuple) else (key,))): n
            for key, n in counts.items()}  # fmt: skip


def test_every_level_counts_every_stop_once(store, load, police_csv, square_areas):
    months = {
        "2018-04-surrey-stop-and-search.csv": [at(0.5, 51.5), at(0.5, 51.5), at(1.5, 51.5), at(9, 9), {}],
        "2018-05-surrey-stop-and-search.csv": [at(1.0, 51.5), {"Type": "Vehicle search"}],
        "2018-05-kent-stop-and-search.csv": [at(0.1, 51.9)] * 3,
    }
    # Two sets of wards and one of LSOAs over the same ground, and one district over half of it.
    areas = {
        "a.geojson": square_areas("WD22", {"E05000001": (0, 51), "E05000002": (1, 51)}),
        "b.geojson": square_areas("WD13", {"E05000009": (0, 51)}),
        "c.geojson": square_areas("LSOA21", {"E01000001": (0, 51), "E01000002": (1, 51)}),
        "d.geojson": square_areas("LAD22", {"E07000001": (0, 51)}),
    }
    load({name: police_csv(searches) for name, searches in months.items()} | areas)
    found, stops = rows(store, "stops_cube"), rows(store, "stops")
    # The first search of April has no cell at all, so the file holds four rows: a blank line is no search.
    expected = {("surrey", "2018-04"): 4, ("surrey", "2018-05"): 2, ("kent", "2018-05"): 3}
    assert stops.groupby(["force", "month"]).size().to_dict() == expected
    for level in ("district", "neighbourhood"):
        assert found[found["area_level"] == level].groupby(["force", "month"])["stops"].sum().to_dict() == expected
    assert total(found[found["area_level"] == "neighbourhood"], "area") == {
        ("E05000001",): 6,
        ("E05000002",): 1,
        (None,): 2,
    }
    assert total(found[found["area_level"] == "district"], "area") == {("E07000001",): 6, (None,): 3}


def test_without_coordinates_and_outside_every_area_are_counted_apart(cube, square_areas):
    found = cube(
        [at(0.5, 51.5), at(50, 10), at(50, 10), *[{"Type": "Person search"}] * 3],
        wards=square_areas("WD22", {"E05000001": (0, 51)}),
    )
    assert total(found, "located", "area") == {(False, None): 3, (True, None): 2, (True, "E05000001"): 1}


def test_without_boundaries_every_search_is_counted_all_the_same(cube):
    assert total(cube([at(0.5, 51.5), {"Type": "Person search"}]), "located", "area") == {
        (False, None): 1,
        (True, None): 1,
    }


def test_a_vehicle_alone_is_no_person(cube):
    types = ["Person search", "Person and Vehicle search", "Vehicle search", "vehicle  search", "", "Drone search"]
    found = cube([{"Type": kind, "Gender": "Male"} for kind in types])
    assert total(found, "person") == {(True,): 4, (False,): 2}


def test_blank_and_not_stated_stay_apart_and_the_unknown_is_not_guessed(cube):
    told = [WHITE, WHITE.upper(), NOT_STATED, NOT_STATED, "", "Martian"]
    seen = ["White", "Black", "", "", "Asian", "Green"]
    found = cube(
        [
            {"Type": "Person search", "Self-defined ethnicity": a, "Officer-defined ethnicity": b}
            for a, b in zip(told, seen, strict=True)
        ]
    )
    assert total(found, "self_defined") == {
        ("White British",): 2,
        ("Not stated",): 2,
        ("Blank",): 1,
        ("Not recognised",): 1,
    }
    officer = total(found, "officer_defined")
    assert officer["Blank",] == 2
    assert officer["Not recognised",] == 1
    assert sum(officer.values()) == 6


def test_an_unknown_value_is_kept_and_named(store, cube):
    cube([{"Type": "Person search", "Self-defined ethnicity": "Martian", "Legislation": "Spaceship Act 2099"}])
    assert rows(store, "stops")["self_defined_ethnicity"].tolist() == ["Martian"]
    assert rows(store, "stops_cube")["power"].tolist() == ["Spaceship Act 2099"] * 2
    assert list(store.history()["notes"][0]) == [
        "Self-defined ethnicity “Martian” is not in our list: 1 search, kept as written.",
        "Legislation “Spaceship Act 2099” is not in our list: 1 search, kept as written.",
    ]


def test_powers_have_their_short_name_and_blank_is_one(cube):
    found = cube([{"Type": "Person search", "Legislation": power} for power in (DRUGS, DRUGS.upper(), "")])
    assert total(found, "power") == {(vocabulary("powers").lookup(DRUGS)["name"],): 2, ("Blank",): 1}


def test_groups_cross_as_the_rows_do(cube, square_areas):
    values = {"Self-defined ethnicity": [WHITE, NOT_STATED, ""], "Type": ["Person search", "Vehicle search"]}
    searches = [
        at(longitude, 51.5, **{"Self-defined ethnicity": told, "Type": kind})
        for longitude in (0.5, 1.5)
        for told in values["Self-defined ethnicity"]
        for kind in values["Type"]
        for _ in range(1 + len(told) % 3 + (longitude > 1))
    ]
    found = cube(searches, wards=square_areas("WD22", {"E05000001": (0, 51), "E05000002": (1, 51)}))
    groups = {WHITE: "White British", NOT_STATED: "Not stated", "": "Blank"}
    expected = Counter(
        (
            "E05000001" if row["Longitude"] == "0.5" else "E05000002",
            row["Type"] == "Person search",
            groups[row["Self-defined ethnicity"]],
        )
        for row in searches
    )
    assert total(found, "area", "person", "self_defined") == dict(expected)


def test_real_persons_of_the_metropolitan_by_ethnic_group(real_store):
    found = rows(real_store, "stops_cube")
    months = [f"2018-{month:02}" for month in range(4, 10)]
    found = found[(found["force"] == "metropolitan") & (found["area_level"] == "district") & found["person"]]
    assert sorted(found["month"].unique()) == months
    broad = {group: broad for group, broad in ethnicity("police_18_1").values()}
    counts = found.groupby(found["self_defined"].map(broad | {"Blank": "Blank"}))["stops"].sum().to_dict()
    # Counted beforehand from the six files: persons, that is all but vehicle-only searches.
    assert counts == {
        "White": 20_874,
        "Black": 24_230,
        "Asian": 10_025,
        "Mixed": 2_926,
        "Other": 1_774,
        "Not stated": 11_321,
        "Blank": 2,
    }


def test_real_vehicle_searches_and_blanks_equal_a_count_with_the_csv_module(real_store, real_files):
    vehicles, unlocated, blank = Counter(), Counter(), Counter()
    for path in sorted((real_files / "police_uk").rglob("*-stop-and-search.csv*")):
        text = (gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()).decode()
        force = path.name[8 : path.name.index("-stop-and-search")]
        for row in csv.DictReader(io.StringIO(text, newline="")):
            vehicles[force] += row["Type"] == "Vehicle search"
            unlocated[force] += not row["Latitude"]
            blank[force] += not row["Self-defined ethnicity"]
    found = rows(real_store, "stops_cube")
    for level in ("district", "neighbourhood"):
        counted = found[found["area_level"] == level]
        for chosen, expected in (
            (~counted["person"], vehicles),
            (~counted["located"], unlocated),
            (counted["self_defined"] == "Blank", blank),
        ):
            sums = counted[chosen].groupby("force")["stops"].sum()
            assert sums.to_dict() == +expected


AUGUST = "2020-08-surrey-street.csv"
STREET = ("Crime ID", "Month", "Reported by", "Falls within", "Longitude", "Latitude", "Location", "LSOA code",
          "LSOA name", "Crime type", "Last outcome category", "Context")  # fmt: skip


def a_crime(kind, longitude="", latitude="", lsoa=""):
    return {
        "Month": "2020-08",
        "Longitude": str(longitude),
        "Latitude": str(latitude),
        "LSOA code": lsoa,
        "Crime type": kind,
    }


@pytest.fixture
def crime_by_area(store, load, police_csv):
    """Crimes of one month counted by level, area and whether they have a place."""

    def count(crimes, **files):
        load({AUGUST: police_csv(crimes, STREET)} | {f"{name}.geojson": content for name, content in files.items()})
        found = rows(store, "crime_cube")
        counts = found.groupby(["area_level", "located", "area"], dropna=False)["recorded"].sum()
        return {(level, located, None if pd.isna(area) else area): n for (level, located, area), n in counts.items()}

    return count


def test_every_level_counts_every_crime_once(store, crime_by_area, square_areas):
    crimes = [
        *[a_crime("Burglary", 0.5, 51.5, "E01000001")] * 3,
        a_crime("Burglary", 1.5, 51.5, "E01000002"),
        a_crime("Anti-social behaviour", 9, 9, "E01000003"),
        a_crime("Anti-social behaviour"),
    ]
    assert crime_by_area(
        crimes,
        wards=square_areas("WD22", {"E05000001": (0, 51), "E05000002": (1, 51)}),
        lsoas=square_areas("LSOA21", {"E01000001": (0, 51), "E01000002": (1, 51)}),
        districts=square_areas("LAD22", {"E07000001": (0, 51)}),
    ) == {
        ("neighbourhood", True, "E05000001"): 3,
        ("neighbourhood", True, "E05000002"): 1,
        ("neighbourhood", True, None): 1,
        ("neighbourhood", False, None): 1,
        ("district", True, "E07000001"): 3,
        ("district", True, None): 2,
        ("district", False, None): 1,
    }
    found = rows(store, "crime_cube")
    by_kind = found.groupby(["area_level", "category"])["recorded"].sum().to_dict()
    assert by_kind == {
        (level, kind): n
        for level in ("district", "neighbourhood")
        for kind, n in (("Burglary", 4), ("Anti-social behaviour", 2))
    }
    assert set(zip(found["force"], found["month"], strict=True)) == {("surrey", "2020-08")}


def test_without_a_point_a_crime_is_where_its_code_says(crime_by_area, square_areas):
    crimes = [a_crime("Burglary", lsoa="E01000001"), a_crime("Burglary", lsoa="E01000009")]
    assert crime_by_area(
        crimes,
        lsoas=square_areas("LSOA21", {"E01000001": (0, 51)}),
        districts=square_areas("LAD22", {"E07000001": (0, 51)}, side=2.0),
    ) == {
        ("neighbourhood", True, "E01000001"): 1,
        ("district", True, "E07000001"): 1,
        # No boundaries of that LSOA are loaded, so nothing says which district it lies in.
        ("neighbourhood", True, None): 1,
        ("district", True, None): 1,
    }


def test_a_point_goes_before_the_code(crime_by_area, square_areas):
    crimes = [a_crime("Burglary", 1.5, 51.5, "E01000001"), a_crime("Burglary", 9, 9, "E01000001")]
    assert crime_by_area(crimes, lsoas=square_areas("LSOA21", {"E01000001": (0, 51), "E01000002": (1, 51)})) == {
        ("neighbourhood", True, "E01000002"): 1,
        ("neighbourhood", True, None): 1,
        ("district", True, None): 2,
    }


def test_without_boundaries_every_crime_is_counted_all_the_same(store, crime_by_area):
    assert crime_by_area([a_crime("Piracy", 0.5, 51.5), a_crime("BURGLARY"), a_crime("burglary ")]) == {
        ("neighbourhood", True, None): 1,
        ("neighbourhood", False, None): 2,
        ("district", True, None): 1,
        ("district", False, None): 2,
    }
    # A kind has the name of the list, whatever its case and spaces; what no list knows keeps its own.
    assert set(rows(store, "crime_cube")["category"]) == {"Piracy", "Burglary"}


def test_boundaries_that_come_later_place_every_crime(store, load, crime_by_area, square_areas):
    crime_by_area([a_crime("Burglary", 0.5, 51.5)] * 2)
    load({"districts.geojson": square_areas("LAD22", {"E07000001": (0, 51)})})
    found = rows(store, "crime_cube")
    assert found.loc[found["area_level"] == "district", ["area", "recorded"]].to_numpy().tolist() == [["E07000001", 2]]


def test_the_crime_of_the_demonstration_lies_in_its_neighbourhoods_and_their_districts(demonstration):
    crime, cube = rows(demonstration, "crime"), rows(demonstration, "crime_cube")
    neighbourhoods = cube[cube["area_level"] == "neighbourhood"]
    keys = ["month", "area", "category"]
    expected = crime.groupby(keys)["recorded"].sum()
    assert neighbourhoods.groupby(keys)["recorded"].sum().to_dict() == expected.to_dict()
    areas = rows(demonstration, "areas")
    district = areas[areas["level"] == "ward"].set_index("code")["parent_code"]
    assert district.notna().all()
    by_district = crime.groupby(["month", crime["area"].map(district).rename("area"), "category"])["recorded"].sum()
    districts = cube[cube["area_level"] == "district"]
    assert districts.groupby(keys)["recorded"].sum().to_dict() == by_district.to_dict()
    assert cube["located"].all()


def test_real_crimes_equal_a_count_with_the_csv_module(real_store, real_files):
    """As SOURCES.md of the folder prints them: 29 files, 112,184 rows, of 14 kinds."""
    months, kinds, unlocated = Counter(), Counter(), Counter()
    for path in sorted((real_files / "police_uk").rglob("*-street.csv*")):
        text = (gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()).decode()
        force = path.name[8 : path.name.index("-street")]
        for row in csv.DictReader(io.StringIO(text, newline="")):
            months[force, path.name[:7]] += 1
            kinds[row["Crime type"]] += 1
            unlocated[force] += not row["Latitude"] and not row["LSOA code"]
    assert (len(months), months.total(), len(kinds), kinds["Anti-social behaviour"]) == (29, 112_184, 14, 28_871)
    found = rows(real_store, "crime_cube")
    for level in ("district", "neighbourhood"):
        counted = found[found["area_level"] == level]
        assert counted.groupby(["force", "month"])["recorded"].sum().to_dict() == dict(months)
        assert counted.groupby("category")["recorded"].sum().to_dict() == dict(kinds)
        assert counted[~counted["located"]].groupby("force")["recorded"].sum().to_dict() == dict(unlocated)
    # Most crime of the force of the City of London is in the City.
    city = found[(found["force"] == "city-of-london") & (found["area_level"] == "district")]
    assert city.groupby("area")["recorded"].sum().idxmax() == "E09000001"


def test_residents_are_added_up_and_a_suppressed_count_is_never_zero(store, load):
    load({"census.csv": census([("E09000002", "Barking", "Female", "", 30), ("E09000002", "Barking", "Male", 20, 40)])})
    population = rows(store, "population")
    roma = population[population["ethnicity"] == "White: Roma"]
    assert roma.set_index("sex")["residents"].fillna(-1).to_dict() == {"Female": -1, "Male": 20}
    found = rows(store, "residents_cube").set_index("group")
    assert found.loc["Roma", ["residents", "suppressed"]].tolist() == [20, 1]
    assert found.loc["White Irish", ["residents", "suppressed"]].tolist() == [70, 0]
    assert found["broad"].value_counts().to_dict() == {"White": 5, "Asian": 5, "Mixed": 4, "Black": 3, "Other": 2}


def test_an_area_whose_every_count_is_suppressed_says_so(store, load):
    load({"census.csv": census([("E09000002", "Barking", "Female", "", 30), ("E09000002", "Barking", "Male", "", 40)])})
    found = rows(store, "residents_cube").set_index("group")
    assert found.loc["Roma", ["residents", "suppressed"]].tolist() == [0, 2]


def census(areas):
    """Census 2021 by district as ONS publishes it, given as code, name, sex, Roma and every other group."""
    names = vocabulary("ethnicity", "census_2021").values
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(["Geography Code", "Geography Name", "Sex", *names])
    for code, name, sex, roma, others in areas:
        writer.writerow([code, name, sex, *(roma if group == "White: Roma" else others for group in names)])
    return text.getvalue().encode()


def test_real_residents_add_up_and_suppressed_counts_are_counted(real_store):
    found, population = rows(real_store, "residents_cube"), rows(real_store, "population")
    assert found["residents"].sum() == population["residents"].sum()
    suppressed = found.groupby("source")["suppressed"].sum().to_dict()
    assert suppressed.pop("Census 2021") == 139  # SOURCES.md counts 139 blank cells
    assert set(suppressed.values()) == {0}
    of_everyone = found[found["broad"] == "Everyone"].groupby("level")["residents"].sum().to_dict()
    assert of_everyone["lsoa"] == 8_791_193  # Census 2021: London without the City
    barnet = found[(found["source"] == "Census 2011") & (found["area_code"] == "E09000003")]
    assert barnet["residents"].sum() == 356_386  # ONS: usual residents of Barnet on census day 2011
