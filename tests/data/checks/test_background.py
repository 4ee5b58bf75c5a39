"""What a file is compared with: the same from the store and from the command that it comes with."""

import pytest

from data.checks.background import BLANK, FILLED, Background, Month, tally
from data.publishing import withdraw
from data.readers import stop_and_search
from data.readers.source import Reading, Slot
from data.store import Load

FILES = {f"2018-{month:02}-surrey-stop-and-search.csv": month for month in (4, 5, 6)}


def of(period, force="surrey"):
    return Load(Slot("stop and search", "stops", force, period), "0", "x.csv", 1, 1, 1, ())


@pytest.fixture
def files(police_csv, searches):
    return {
        name: police_csv([*searches(month), *searches(3, Outcome="", Gender="", Latitude="", Longitude="")])
        for name, month in FILES.items()
    }


@pytest.fixture
def reading(source):
    def read(name, content):
        given = source(name, content)
        slot = stop_and_search.recognise(given)
        found = stop_and_search.read(given, slot)
        return Load(slot, given.sha256, name, 1, len(found.frame), found.records, ()), found

    return read


def test_months_of_the_store_are_those_of_the_command(store, load, files, reading):
    command = Background(store.view())
    for name, content in files.items():
        command.add(*reading(name, content))
    load(files)
    stored = Background(store.view())
    for period in ("2018-04", "2018-05", "2018-06"):
        assert stored.months(of(period), 12, 12) == command.months(of(period), 12, 12)
    (april, may) = stored.months(of("2018-06"), 12, 0)
    assert (april.rows, may.rows) == (7, 8)
    assert april.counts["outcome"] == {"A no further action disposal": 4, BLANK: 3}
    assert {name: april.filled[name] for name in ("outcome", "gender", "latitude", "age_range")} == {
        "outcome": 4,
        "gender": 4,
        "latitude": 4,
        "age_range": 7,
    }
    assert set(april.filled) == set(FILLED)


def test_months_are_counted_by_how_far_they_are_away(store, load, files):
    load(files)
    background = Background(store.view())
    rows = {
        (before, after): [month.rows for month in background.months(of("2018-05"), before, after)]
        for before in (0, 1)
        for after in (0, 1)
    }
    assert rows == {(0, 0): [], (1, 0): [7], (0, 1): [9], (1, 1): [7, 9]}
    assert [month.rows for month in Background(store.view()).months(of("2019-05"), 12, 0)] == [8, 9]
    assert Background(store.view()).months(of("2018-05", "kent"), 12, 12) == []


def test_a_file_of_the_command_takes_the_place_of_that_in_the_store(store, load, files, reading, police_csv, searches):
    load(files)
    background = Background(store.view())
    background.add(*reading("2018-04-surrey-stop-and-search.csv", police_csv(searches(2))))
    assert [month.rows for month in background.months(of("2018-06"), 12, 0)] == [2, 8]


def test_what_was_withdrawn_is_no_measure(store, load, files):
    load(files)
    history = store.history()
    withdraw(store, history.loc[history["period"] == "2018-04", "load_id"].iloc[0], "Ada", "wrong file")
    assert [month.rows for month in Background(store.view()).months(of("2018-06"), 12, 0)] == [8]


def test_an_empty_store_knows_nothing(store):
    background = Background(store.view())
    assert background.months(of("2018-05"), 12, 12) == []
    assert background.events("surrey") == {}
    assert (background.areas.codes, background.areas.levels) == (frozenset(), frozenset())


def test_a_month_without_searches(reading, police_csv):
    _, found = reading("2018-04-surrey-stop-and-search.csv", police_csv())
    assert isinstance(found, Reading)
    month = Month.of(found.frame)
    assert (month.rows, set(month.filled.values()), month.counts["outcome"]) == (0, {0}, {})
    assert tally(found.frame["outcome"]) == {}
