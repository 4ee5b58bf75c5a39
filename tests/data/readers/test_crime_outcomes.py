"""Outcomes of crimes: files laid out as data.police.uk lays them out, good ones and bad ones."""

import pytest

from data.readers import crime_outcomes
from data.readers.source import Refused, Slot
from data.tables import CRIME_OUTCOMES

NAME = "2020-08-surrey-outcomes.csv"
# The header of the files in the archive, as public programs that read them check it.
HEADER = "Crime ID,Month,Reported by,Falls within,Longitude,Latitude,Location,LSOA code,LSOA name,Outcome type"
CAUTION = {
    "Crime ID": "f1",
    "Month": "2020-08",
    "Reported by": "Surrey Police",
    "Falls within": "Surrey Police",
    "Longitude": "-0.5",
    "Latitude": "51.2",
    "Location": "On or near High Street",
    "LSOA code": "E01030452",
    "LSOA name": "Guildford 009A",
    "Outcome type": "Offender given a caution",
}


@pytest.fixture
def given(source, police_csv):
    return lambda *rows, name=NAME: source(name, police_csv([CAUTION | row for row in rows], HEADER.split(",")))


@pytest.fixture
def read(given):
    def run(*rows):
        source = given(*rows)
        return crime_outcomes.read(source, crime_outcomes.recognise(source))

    return run


def test_an_outcome_as_published(read):
    reading = read({})
    assert reading.frame.drop(columns="load_id").to_dict("records") == [
        {
            "row": 2,
            "force": "surrey",
            "month": "2020-08",
            "crime": "f1",
            "latitude": 51.2,
            "longitude": -0.5,
            "area": "E01030452",
            "outcome": "Offender given a caution",
        }
    ]
    assert (reading.records, reading.notes) == (1, ())
    CRIME_OUTCOMES.schema.validate(reading.frame.assign(load_id="1"), lazy=True)


def test_what_is_odd_is_counted_and_nothing_is_dropped(read):
    nowhere = {"Longitude": "", "Latitude": "", "LSOA code": ""}
    reading = read(
        {},
        {},
        {"Crime ID": ""},
        nowhere | {"Crime ID": "f2"},
        {"Month": "2020-07"},
        {"Outcome type": "Suspect charged", "Falls within": "Kent Police"},
    )
    assert len(reading.frame) == 6
    assert reading.notes == (
        "1 row has no number of a crime, so nothing says which crime it is of.",
        "1 row repeats another one, value for value, as where several people are dealt with; it is kept.",
        "1 row has no place.",
        "1 row is of another month; it stays in that of the file.",
        "1 row falls within another force than Surrey Police and stays with it.",
    )
    assert set(reading.frame["month"]) == {"2020-08"}
    assert reading.frame["crime"].isna().tolist() == [False, False, True, False, False, False]


def test_outcomes_that_the_list_lacks_are_named(read):
    reading = read({"Outcome type": "Transported"}, {"Outcome type": "Offender imprisoned", "Crime ID": "f2"})
    assert reading.notes == ("Outcome type “Transported” is not in our list: 1 outcome, kept as written.",)
    assert reading.frame["outcome"].tolist() == ["Transported", "Offender imprisoned"]


def test_a_month_without_outcomes_is_a_good_file(given):
    source = given()
    assert len(crime_outcomes.read(source, crime_outcomes.recognise(source)).frame) == 0


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"Longitude": "west"}, "row 2, column “Longitude”, value “west”: This is not a coordinate in degrees"),
        ({"Longitude": ""}, "row 2, column “Longitude”, value “”: It is blank, and the latitude is not"),
        ({"LSOA code": "Guildford"}, "row 2, column “LSOA code”, value “Guildford”: This is not the GSS code of an"),
        ({"Outcome type": ""}, "row 2, column “Outcome type”, value “”: The outcome is blank. Fetch the file again."),
    ],
)
def test_what_cannot_be_read_is_named_with_its_place(read, change, said):
    with pytest.raises(Refused) as caught:
        read(change)
    assert str(caught.value).startswith(said)


def test_force_and_month_are_in_the_name(given, source):
    assert crime_outcomes.recognise(given()) == Slot("crime outcomes", "crime_outcomes", "surrey", "2020-08")
    assert crime_outcomes.recognise(source("outcomes.csv", b"a,b\n")) is None
    for name, said in (
        ("outcomes.csv", "such as 2023-03-surrey-outcomes.csv"),
        ("2020-08-x-outcomes.csv", "no|a force"),
    ):
        with pytest.raises(Refused, match=said):
            crime_outcomes.recognise(given(name=name))


def test_a_file_that_lacks_columns_names_each(source):
    content = source(NAME, b"Crime ID,Month\n")
    with pytest.raises(Refused) as caught:
        crime_outcomes.read(content, crime_outcomes.recognise(content))
    assert [problem.column for problem in caught.value.problems] == HEADER.split(",")[2:]
