"""Answers of the API: records as its documentation shows them, the same month in both forms, hostile JSON."""

import json
import time

import pytest

from data.readers import crime_outcomes, police_api, recognise, stop_and_search, street_crime
from data.readers.source import Refused, Slot
from data.vocabularies import vocabulary

STOPS = "2024-01-leicestershire-stop-and-search.json"
STREET = "2024-01-leicestershire-street.json"
OUTCOMES = "2024-01-leicestershire-outcomes.json"

# Laid out as the example responses of https://data.police.uk/docs/ (stops-force, crimes-street, outcomes-at-location).
PLACE = {"latitude": "52.628997", "street": {"id": 1738518, "name": "On or near High Street"}, "longitude": "-1.130273"}
SEARCH = {
    "age_range": "18-24",
    "officer_defined_ethnicity": None,
    "involved_person": True,
    "self_defined_ethnicity": "Other ethnic group - Not stated",
    "gender": "Male",
    "legislation": "Misuse of Drugs Act 1971 (section 23)",
    "outcome_linked_to_object_of_search": None,
    "datetime": "2024-01-06T22:45:00+00:00",
    "outcome_object": {"id": "bu-no-further-action", "name": "A no further action disposal"},
    "location": PLACE,
    "object_of_search": "Controlled drugs",
    "operation": None,
    "outcome": "A no further action disposal",
    "type": "Person and Vehicle search",
    "operation_name": None,
    "removal_of_more_than_outer_clothing": False,
}
SEARCH_ROW = {
    "Type": "Person and Vehicle search",
    "Date": "2024-01-06T22:45:00+00:00",
    "Latitude": "52.628997",
    "Longitude": "-1.130273",
    "Gender": "Male",
    "Age range": "18-24",
    "Self-defined ethnicity": "Other ethnic group - Not stated",
    "Legislation": "Misuse of Drugs Act 1971 (section 23)",
    "Object of search": "Controlled drugs",
    "Outcome": "A no further action disposal",
    "Removal of more than just outer clothing": "False",
}
CRIME = {
    "category": "criminal-damage-arson",
    "persistent_id": "4ea1d4da29bd",
    "location_subtype": "",
    "id": 116208998,
    "location": PLACE,
    "context": "",
    "month": "2024-01",
    "location_type": "Force",
    "outcome_status": {"category": "Offender given a penalty notice", "date": "2024-02"},
}
INCIDENT = CRIME | {"category": "anti-social-behaviour", "persistent_id": "", "id": 2, "outcome_status": None}
CRIME_ROW = {
    "Crime ID": "4ea1d4da29bd",
    "Month": "2024-01",
    "Reported by": "Leicestershire Police",
    "Falls within": "Leicestershire Police",
    "Longitude": "-1.130273",
    "Latitude": "52.628997",
    "Crime type": "Criminal damage and arson",
    "Last outcome category": "Offender given penalty notice",
}
INCIDENT_ROW = CRIME_ROW | {"Crime ID": "", "Crime type": "Anti-social behaviour", "Last outcome category": ""}
OUTCOME = {
    "category": {"code": "imprisoned", "name": "Offender sent to prison"},
    "date": "2024-01",
    "person_id": None,
    "crime": {key: value for key, value in CRIME.items() if key != "outcome_status"},
}
OUTCOME_ROW = {
    column: CRIME_ROW[column] for column in CRIME_ROW if column not in ("Crime type", "Last outcome category")
}
OUTCOME_ROW |= {"Outcome type": "Offender sent to prison"}
WHOLE = (
    "The API answers for what was asked of it, such as a mile around a point; the list counts as the whole month of "
    "the force."
)


@pytest.fixture
def read(source):
    """Read a list of records, or the bytes of a file."""

    def run(content, name=STOPS):
        given = source(name, content if isinstance(content, bytes) else json.dumps(content).encode())
        return police_api.read(given, police_api.recognise(given))

    return run


@pytest.fixture
def refusal(read):
    def run(content, name=STOPS):
        with pytest.raises(Refused) as caught:
            read(content, name)
        return str(caught.value)

    return run


@pytest.fixture
def archive(source, police_csv):
    """Read rows as a file of the archive of the same force-month."""

    def run(reader, name, *rows):
        columns = list(dict.fromkeys([*reader.COLUMNS]))
        given = source(name.replace("json", "csv"), police_csv(rows, columns))
        slot = reader.recognise(given)
        return slot, reader.read(given, slot)

    return run


@pytest.mark.parametrize(
    ("name", "reader", "records", "rows"),
    [
        (STOPS, stop_and_search, [SEARCH], [SEARCH_ROW]),
        (STREET, street_crime, [CRIME, INCIDENT], [CRIME_ROW, INCIDENT_ROW]),
        (OUTCOMES, crime_outcomes, [OUTCOME, OUTCOME], [OUTCOME_ROW, OUTCOME_ROW]),
    ],
)
def test_a_month_is_the_same_in_both_forms(source, read, archive, name, reader, records, rows):
    slot, expected = archive(reader, name, *rows)
    assert police_api.recognise(source(name, b"[]")) == slot
    reading = read(records, name)
    assert reading.frame.drop(columns="row").equals(expected.frame.drop(columns="row"))
    # A list has no header: its first record is record 1, as the second line of a file is row 2.
    assert (reading.frame["row"] + 1).tolist() == expected.frame["row"].tolist()
    assert reading.records == expected.records
    assert reading.notes == (WHOLE, *expected.notes)


@pytest.mark.long
def test_the_form_that_is_loaded_later_takes_the_place_of_the_other(store, load, police_csv):
    rows = police_csv([SEARCH_ROW] * 3)
    load({STOPS.replace("json", "csv"): rows})
    report = load({STOPS: json.dumps([SEARCH] * 2).encode()})
    (outcome,) = report.outcomes
    assert outcome.detail == f"stop and search, leicestershire 2024-01: 2 rows; replaces {STOPS.replace('json', 'csv')}"
    assert store.history().groupby("status")["rows"].sum().to_dict() == {"current": 2, "superseded": 3}
    cube = store.view().rows("stops_cube").collect("pandas").to_native()
    assert cube.groupby("area_level")["stops"].sum().to_dict() == {"district": 2, "neighbourhood": 2}


@pytest.mark.parametrize(
    ("change", "outcome"),
    [
        # Before 2018: no object, False where nothing was found, a blank where nothing was given.
        ({"outcome": False, "outcome_object": None}, "Nothing found - no further action"),
        ({"outcome": "", "outcome_object": None}, None),
        ({"outcome": None, "outcome_object": {"id": "", "name": ""}}, None),
        ({"outcome": "", "outcome_object": {"id": "", "name": ""}}, None),
        ({"outcome": False, "outcome_object": {"id": "", "name": ""}}, "Nothing found - no further action"),
        # Since then: the object names it, whatever the older field says.
        (
            {
                "outcome": False,
                "outcome_object": {"id": "bu-no-further-action", "name": "A no further action disposal"},
            },
            "A no further action disposal",
        ),
        ({"outcome": "Local resolution", "outcome_object": None}, "Local resolution"),
    ],
)
def test_the_outcome_of_a_search(read, change, outcome):
    reading = read([SEARCH | change])
    (found,) = reading.frame["outcome"].astype(object).where(reading.frame["outcome"].notna(), None)
    assert found == outcome
    assert outcome is None or vocabulary("outcomes").lookup(outcome)
    assert reading.notes == (WHOLE,)


def test_a_search_of_before_outcomes_were_objects(read):
    older = {key: value for key, value in SEARCH.items() if key != "outcome_object"} | {"outcome": False}
    assert read([older]).frame["outcome"].tolist() == ["Nothing found - no further action"]


def test_null_true_and_false_are_three_things(read):
    values = (True, False, None)
    reading = read([SEARCH | {"operation": v, "outcome_linked_to_object_of_search": v} for v in values])
    for column in ("part_of_operation", "outcome_linked"):
        assert reading.frame[column].astype(object).where(reading.frame[column].notna(), None).tolist() == [*values]


def test_without_a_place_there_is_no_point_and_no_area(read):
    frame = read([CRIME | {"location": None, "location_type": None}], STREET).frame
    assert frame[["latitude", "longitude", "area"]].isna().all(axis=None)


def test_every_kind_and_outcome_of_the_archive_has_its_name_in_the_api(read):
    """As the documentation of the API lists them: 14 kinds of crime, 28 outcomes."""
    kinds = {row["slug"]: row["value"] for row in vocabulary("crime_types").rows if row["slug"]}
    older = "public-disorder-weapons"
    assert len(kinds) == 14 + 1
    assert (kinds["violent-crime"], older in kinds) == ("Violence and sexual offences", True)
    crimes = read([CRIME | {"category": slug, "id": place} for place, slug in enumerate(kinds)], STREET)
    assert crimes.frame["category"].tolist() == list(kinds.values())
    codes = {row["code"]: row["value"] for row in vocabulary("crime_outcomes").rows if row["code"]}
    assert len(codes) == 28
    outcomes = read([OUTCOME | {"category": {"code": code, "name": "?"}} for code in codes], OUTCOMES)
    assert outcomes.frame["outcome"].tolist() == list(codes.values())
    assert not any("not in our list" in note for note in (*crimes.notes, *outcomes.notes))


def test_what_no_list_knows_is_kept_and_named(read):
    crimes = read([CRIME | {"category": "piracy"}], STREET)
    assert crimes.frame["category"].tolist() == ["piracy"]
    assert "Crime type “piracy” is not in our list: 1 crime, kept as written." in crimes.notes
    outcomes = read([OUTCOME | {"category": {"code": "transported", "name": "Transported"}}], OUTCOMES)
    assert outcomes.frame["outcome"].tolist() == ["Transported"]
    assert "Outcome type “Transported” is not in our list: 1 outcome, kept as written." in outcomes.notes


def test_an_outcome_of_no_crime_is_counted_and_named(read):
    reading = read([OUTCOME | {"crime": None}], OUTCOMES)
    assert reading.frame["crime"].isna().all()
    assert "1 row has no number of a crime, so nothing says which crime it is of." in reading.notes


def test_a_crime_of_two_lists_that_overlap_is_counted_once(read):
    other = INCIDENT | {"id": 3}
    reading = read([INCIDENT, other, INCIDENT, CRIME | {"id": 3}], STREET)
    assert reading.frame["row"].tolist() == [1, 2, 4]
    assert reading.records == 4
    assert "1 record repeats a crime that the list holds already; it is left out." in reading.notes


def test_two_people_searched_together_are_two_searches(read):
    assert len(read([SEARCH, SEARCH]).frame) == 2


def test_railways_have_their_own_police(read):
    reading = read([CRIME, INCIDENT | {"location_type": "BTP"}], STREET)
    assert "1 row falls within another force than Leicestershire Police and stays with it." in reading.notes


def test_an_empty_list_is_a_month_that_may_not_have_been_sent(read):
    for name in (STOPS, STREET, OUTCOMES):
        reading = read([], name)
        assert len(reading.frame) == 0
        assert reading.notes == (
            "The list is empty; the API answers so for a month without any and for one that the force has not sent.",
        )


@pytest.mark.parametrize(
    ("record", "kind", "ending"),
    [
        (SEARCH, "stop and search", "stop-and-search"),
        (CRIME, "street crime", "street"),
        (OUTCOME, "crime outcomes", "outcomes"),
    ],
)
def test_a_list_is_told_by_its_fields_and_says_how_to_name_it(source, record, kind, ending):
    for name in ("answer.json", f"2024-01-{ending}.json", f"leicestershire-{ending}.json"):
        with pytest.raises(Refused) as caught:
            recognise(source(name, b"\xef\xbb\xbf\n " + json.dumps([record]).encode()))
        assert str(caught.value) == (
            f"The force and the month of a {kind} file are read from its name, and this name has none. "
            f"Rename it as data.police.uk does, such as 2023-03-surrey-{ending}.json."
        )


def test_names_of_other_forces_and_other_files(source, square_areas):
    with pytest.raises(Refused, match="“atlantis” in the file name is not a force of England and Wales"):
        recognise(source("2024-01-atlantis-street.json", b"[]"))
    for name, content in (("list.json", b"[]"), ("list.json", b"[1, 2]"), ("package.json", b'{"name": "x"}')):
        assert recognise(source(name, content)) is None
    reader, slot = recognise(source("wards.json", square_areas("WD22", {"E05000001": (0, 51)})))
    assert (reader.KIND, slot.table) == ("boundaries", "areas")
    assert recognise(source(STREET.upper(), b"[]"))[1] == Slot("street crime", "crime", "leicestershire", "2024-01")


def without(field, record=SEARCH):
    return {key: value for key, value in record.items() if key != field}


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        (STOPS, b"", "the file can't be read as JSON (Expecting value: line 1 column 1 (char 0))."),
        (STOPS, b'[{"type": ', "the file can't be read as JSON (Expecting value"),
        (STOPS, b"[" * 1_000_000, "the file can't be read as JSON (it is nested too deeply)."),
        (STOPS, b'[{"a":' * 1_000_000, "the file can't be read as JSON (it is nested too deeply)."),
        (STOPS, b"[" + b"9" * 10_000 + b"]", "the file can't be read as JSON (Exceeds the limit"),
        (
            STOPS,
            b'{"error": "no"}',
            "The file holds no list, and the API gives one. Save the answer of the API once more",
        ),
        (STOPS, b'"x"', "The file holds no list"),
        (
            STOPS,
            [1, [], None, "x"],
            "row 1, column “type”: The record is not laid out as the API lays it out, here and",
        ),
        (STOPS, [SEARCH, without("gender")], "row 2, column “gender”: This field is missing. Save the answer"),
        (
            STOPS,
            [without("location")] * 3,
            "row 1, column “location.latitude”: This field is missing, here and in 2 more",
        ),
        (STOPS, [SEARCH | {"location": "here"}], "row 1, column “location.latitude”: The record is not laid out"),
        (STOPS, [SEARCH | {"location": {}}], "row 1, column “location.latitude”: This field is missing"),
        (STOPS, [SEARCH | {"gender": {"a": 1}}], "row 1, column “gender”: This field holds several values"),
        (STOPS, [SEARCH | {"outcome_object": "x"}], "row 1, column “outcome_object.name”: The record is not laid out"),
        (STOPS, [SEARCH | {"datetime": "now"}], "row 1, column “datetime”, value “now”: This is not a date and time"),
        (
            STOPS,
            [SEARCH | {"datetime": 1704581100}],
            "row 1, column “datetime”, value “1704581100”: This is not a date",
        ),
        (
            STOPS,
            [SEARCH | {"operation": "maybe"}],
            "row 1, column “operation”, value “maybe”: This is neither True nor",
        ),
        (
            STOPS,
            [SEARCH | {"location": PLACE | {"latitude": float("nan")}}],
            "row 1, column “location.latitude”, value “nan”: This is not a coordinate in degrees",
        ),
        (
            STOPS,
            [SEARCH | {"location": PLACE | {"longitude": None}}],
            "row 1, column “location.longitude”, value “”: It is blank, and the latitude is not",
        ),
        (STREET, [SEARCH], "row 1, column “persistent_id”: This field is missing"),
        (STREET, [CRIME | {"category": ""}], "row 1, column “category”, value “”: The kind of crime is blank"),
        (OUTCOMES, [CRIME], "row 1, column “crime.persistent_id”: This field is missing"),
        (OUTCOMES, [OUTCOME | {"category": "fined"}], "row 1, column “category.name”: The record is not laid out"),
        (OUTCOMES, [OUTCOME | {"category": None}], "row 1, column “category.name”, value “”: The outcome is blank"),
    ],
)
def test_what_cannot_be_read_is_refused_in_words(refusal, name, content, said):
    assert refusal(content, name).startswith(said)


def test_halves_of_characters_are_no_text(store, load):
    report = load({STOPS: json.dumps([SEARCH | {"operation_name": "\ud800 \x00 x"}]).encode()})
    assert [outcome.status for outcome in report.outcomes] == ["loaded"]
    (name,) = store.view().rows("stops").collect("pandas").to_native()["operation"]
    assert name == "? \x00 x"


def test_a_list_is_given_up_before_it_stalls(refusal, monkeypatch):
    started = time.perf_counter()
    said = refusal(b"[" + b"0," * 2_000_000 + b"0]")
    assert said.startswith(
        "row 1, column “type”: The record is not laid out as the API lays it out, here and in 999 more"
    )
    assert time.perf_counter() - started < 5
    monkeypatch.setattr(police_api, "LARGEST", 1_000)
    assert refusal([SEARCH] * 10).startswith(
        "It holds more than 0 MB, more than the API has for a month. Load the month"
    )
