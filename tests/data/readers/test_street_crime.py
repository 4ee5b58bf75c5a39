"""Street crime: files laid out as data.police.uk lays them out, good ones and bad ones."""

from collections import Counter

import pytest

from data.readers import street_crime
from data.readers.source import Refused, Slot
from data.readers.sources import find_sources
from data.tables import CRIME

NAME = "2020-08-surrey-street.csv"
COLUMNS = (
    "Crime ID",
    "Month",
    "Reported by",
    "Falls within",
    "Longitude",
    "Latitude",
    "Location",
    "LSOA code",
    "LSOA name",
    "Crime type",
    "Last outcome category",
    "Context",
)
BURGLARY = {
    "Crime ID": "f1",
    "Month": "2020-08",
    "Reported by": "Surrey Police",
    "Falls within": "Surrey Police",
    "Longitude": "-0.5",
    "Latitude": "51.2",
    "Location": "On or near High Street",
    "LSOA code": "E01030452",
    "LSOA name": "Guildford 009A",
    "Crime type": "Burglary",
    "Last outcome category": "Under investigation",
}
INCIDENT = BURGLARY | {"Crime ID": "", "Crime type": "Anti-social behaviour", "Last outcome category": ""}


@pytest.fixture
def given(source, police_csv):
    return lambda *rows, name=NAME: source(name, police_csv([BURGLARY | row for row in rows], COLUMNS))


@pytest.fixture
def read(given):
    def run(*rows):
        source = given(*rows)
        return street_crime.read(source, street_crime.recognise(source))

    return run


def test_a_crime_and_an_incident_as_published(read):
    reading = read({}, INCIDENT)
    assert list(reading.frame.columns) == CRIME.names
    crime, incident = reading.frame.drop(columns="load_id").to_dict("records")
    assert crime == {
        "row": 2,
        "force": "surrey",
        "month": "2020-08",
        "crime": "f1",
        "latitude": 51.2,
        "longitude": -0.5,
        "area": "E01030452",
        "category": "Burglary",
        "outcome": "Under investigation",
        "recorded": 1,
    }
    assert incident["category"] == "Anti-social behaviour"
    assert reading.frame[["crime", "outcome"]].isna().to_numpy().tolist() == [[False, False], [True, True]]
    assert reading.notes == ("1 row records an incident of anti-social behaviour, which is no crime.",)


def test_what_is_odd_is_counted_and_nothing_is_dropped(read):
    nowhere = {"Longitude": "", "Latitude": "", "LSOA code": "", "Crime ID": "f2"}
    reading = read(
        {}, {}, INCIDENT, INCIDENT, nowhere, {"Month": "2020-07", "Crime ID": "f3"}, {"Falls within": "Kent Police"}
    )
    assert len(reading.frame) == 7
    assert reading.notes == (
        "2 rows record an incident of anti-social behaviour, which is no crime.",
        "1 row of incidents looks like another one at the same point; it is kept.",
        "1 row repeats a crime with the same number, value for value; it is kept.",
        "1 row has no place.",
        "1 row is of another month; it stays in that of the file.",
        "1 row falls within another force than Surrey Police and stays with it.",
    )
    assert set(reading.frame["month"]) == {"2020-08"}


def test_kinds_of_crime_that_the_list_lacks_are_named(read):
    reading = read({"Crime type": "Piracy"}, {"Crime type": "Piracy", "Crime ID": "f2"})
    assert reading.notes == ("Crime type “Piracy” is not in our list: 2 crimes, kept as written.",)


def test_a_month_without_crime_is_a_good_file(given):
    source = given()
    assert len(street_crime.read(source, street_crime.recognise(source)).frame) == 0


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"Longitude": "west"}, "row 2, column “Longitude”, value “west”: This is not a coordinate in degrees"),
        ({"Latitude": ""}, "row 2, column “Latitude”, value “”: It is blank, and the longitude is not"),
        (
            {"LSOA code": "E05000026"},
            "row 2, column “LSOA code”, value “E05000026”: This is not the GSS code of an LSOA",
        ),
        ({"Crime type": ""}, "row 2, column “Crime type”, value “”: The kind of crime is blank"),
    ],
)
def test_what_cannot_be_read_is_named_with_its_place(read, change, said):
    with pytest.raises(Refused) as caught:
        read(change)
    assert str(caught.value).startswith(said)


def test_force_and_month_are_in_the_name(given, source):
    assert street_crime.recognise(given()) == Slot("street crime", "crime", "surrey", "2020-08")
    assert street_crime.recognise(source("crime.csv", b"a,b\n")) is None
    for name, said in (("crime.csv", "this name has none"), ("2020-08-nowhere-street.csv", "is not a force")):
        with pytest.raises(Refused, match=said):
            street_crime.recognise(given(name=name))


def test_a_file_that_lacks_columns_names_each(source):
    content = source(NAME, b"Crime ID,Month\n")
    with pytest.raises(Refused) as caught:
        street_crime.read(content, street_crime.recognise(content))
    assert [problem.column for problem in caught.value.problems] == list(COLUMNS[2:])


def test_real_files_have_the_counts_of_their_sources(real_files):
    """As SOURCES.md of the folder prints them: 29 files, 112,184 rows, 28,871 incidents."""
    kinds, outcomes, files = Counter(), Counter(), 0
    for source in find_sources([real_files / "police_uk"]):
        if (slot := street_crime.recognise(source)) is None:
            continue
        reading = street_crime.read(source, slot)
        kinds.update(reading.frame["category"])
        outcomes.update(reading.frame["outcome"].fillna(""))
        files += 1
        assert not any("not in our list" in note or "another force" in note for note in reading.notes)
    assert (files, kinds.total()) == (29, 112_184)
    assert (kinds["Violence and sexual offences"], kinds["Anti-social behaviour"], kinds["Robbery"]) == (
        30541,
        28871,
        635,
    )
    assert (outcomes[""], outcomes["Investigation complete; no suspect identified"]) == (28_871, 34_851)
