"""What can be asked of a release, and what is asked where nothing was said."""

from __future__ import annotations

import pytest

from analytics.findings import choices
from analytics.findings.residents import nearest
from analytics.scope import Scope, ScopeError

RESIDENTS = {"White": 50_000, "Black": 4_000, "Asian": 3_000, "Mixed": 2_000, "Other": 1_000}


def test_a_store_without_stops_says_so(town):
    with pytest.raises(ScopeError, match=r"^No stop-and-search file is loaded\.$"):
        choices.complete(Scope(), town.view())
    town.boundaries()
    with pytest.raises(ScopeError, match=r"^No stop-and-search file is loaded\.$"):
        choices.complete(Scope(), town.view())
    assert choices.forces(town.view()) == []
    assert choices.powers(town.view(), "surrey") == []


def test_what_is_left_open_is_filled_in(town):
    town.stops("2019-05", {"White": 3})
    town.stops("2019-06", {"White": 3})
    town.stops("2019-06", {"White": 9}, force="kent")
    town.census({town.east: ("East", RESIDENTS)})
    scope = choices.complete(Scope(), town.view())
    assert scope == Scope(
        force="kent",  # it has most searches
        area_level="district",
        from_month="2019-06",
        to_month="2019-06",
        group="Black",
        comparator="White",
        definition="self",
        power="all",
        population="Census 2021",
    )
    assert choices.complete(scope, town.view()) == scope
    assert choices.complete(Scope("surrey"), town.view()).from_month == "2019-05"


def test_the_force_of_the_settings_comes_first(town, monkeypatch):
    town.stops("2019-06", {"White": 3})
    town.stops("2019-06", {"White": 9}, force="kent")
    monkeypatch.setattr(choices, "settings", lambda: type("Settings", (), {"force": "surrey"}))
    assert choices.complete(Scope(), town.view()).force == "surrey"
    monkeypatch.setattr(choices, "settings", lambda: type("Settings", (), {"force": "essex"}))
    assert choices.complete(Scope(), town.view()).force == "kent"


def test_the_period_is_the_last_twelve_months_up_to_the_newest_file(town):
    for month in ("2018-01", "2018-07", "2018-12", "2019-06"):
        town.stops(month, {"White": 1})
    view = town.view()
    complete = choices.complete(Scope(), view)
    assert (complete.from_month, complete.to_month) == ("2018-07", "2019-06")
    from_one = choices.complete(Scope(from_month="2018-02"), view)
    assert (from_one.from_month, from_one.to_month) == ("2018-02", "2019-06")
    to_one = choices.complete(Scope(to_month="2018-12"), view)
    assert (to_one.from_month, to_one.to_month) == ("2018-01", "2018-12")
    after_all = choices.complete(Scope(from_month="2021-01"), view)
    assert (after_all.from_month, after_all.to_month) == ("2021-01", "2021-01")


def test_the_period_shown_first_is_the_latest_year_with_six_months_or_more(town):
    """One month long after a whole year does not hide the year; what is asked for is followed all the same."""
    for month in ("2018-03", "2018-04", "2018-05", "2018-06", "2018-07", "2018-08", "2018-09", "2019-11"):
        town.stops(month, {"White": 1})
    view = town.view()
    complete = choices.complete(Scope(), view)
    assert (complete.from_month, complete.to_month) == ("2018-03", "2018-09")
    later = choices.complete(Scope(to_month="2019-11"), view)
    assert (later.from_month, later.to_month) == ("2019-11", "2019-11")
    since = choices.complete(Scope(from_month="2018-08"), view)
    assert (since.from_month, since.to_month) == ("2018-08", "2019-11")


def test_five_months_of_twelve_are_not_enough(town):
    for month in ("2018-05", "2018-06", "2018-07", "2018-08", "2018-09", "2019-11"):
        town.stops(month, {"White": 1})
    complete = choices.complete(Scope(), town.view())
    assert (complete.from_month, complete.to_month) == ("2019-11", "2019-11")


def test_a_district_is_known_by_its_name_too(town):
    town.stops("2019-06", {"White": 3})
    town.boundaries()
    view = town.view()
    for name in ("East", "east", town.east):
        assert choices.complete(Scope(area=name), view).area == town.east


def test_two_districts_of_one_name_are_known_by_their_codes_alone(town):
    town.stops("2019-06", {"White": 3})
    town.boundaries(("Twin", "Twin"))
    with pytest.raises(ScopeError, match="“Twin” is not a district"):
        choices.complete(Scope(area="Twin"), town.view())


@pytest.mark.parametrize(
    ("scope", "sentence"),
    [
        (Scope("kent"), "No stop-and-search file of Kent Police is loaded."),
        (Scope(area="E07000999"), "“E07000999” is not a district of Surrey Police with a boundary loaded."),
        (Scope(population="Census 1911"), "“Census 1911” is not loaded; there are Census 2021."),
        (Scope(group="Asian", comparator="Asian"), "Asian can't be compared with itself"),
        (
            Scope(power="s60"),
            "“s60” is not a power that Surrey Police has searches under; there are: Misuse of Drugs Act 1971, section "
            "23.",
        ),
    ],
    ids=["force", "area", "population", "same group", "power"],
)
def test_what_the_release_does_not_hold_is_refused(town, scope, sentence):
    town.stops("2019-06", {"White": 3})
    town.boundaries()
    town.census({town.east: ("East", RESIDENTS)})
    with pytest.raises(ScopeError) as refusal:
        choices.complete(scope, town.view())
    assert sentence in str(refusal.value)


@pytest.mark.parametrize(
    ("asked", "pair"),
    [
        (Scope(), ("Black", "White")),
        (Scope(group="White"), ("White", "Black")),
        (Scope(comparator="Black"), ("White", "Black")),
        (Scope(group="Asian"), ("Asian", "White")),
        (Scope(comparator="Asian"), ("Black", "Asian")),
    ],
)
def test_what_is_compared_where_one_of_the_two_was_left_open(town, asked, pair):
    town.stops("2019-06", {"White": 3})
    made = choices.complete(asked, town.view())
    assert (made.group, made.comparator) == pair


def test_lists_to_choose_from(town):
    town.stops("2019-06", {"White": 3, "Black": 1}, Legislation="Firearms Act 1968 (section 47)")
    town.stops("2019-04", {"White": 3}, Legislation="")
    town.stops("2019-04", {"White": 3}, Type="Vehicle search", Legislation="Hunting Act 2004 (section 8)", force="kent")
    town.boundaries()
    view = town.view()
    assert choices.forces(view) == ["kent", "surrey"]
    assert choices.months(view, "surrey") == ["2019-04", "2019-06"]
    assert choices.powers(view, "surrey") == ["Firearms Act 1968, section 47", "Blank"]
    assert choices.powers(view, "kent") == []  # no person was searched
    assert choices.districts(view, "surrey") == {town.east: "East", town.west: "West"}
    assert choices.districts(view, "kent") == {}
    assert choices.populations(view) == []


def test_the_loads_that_say_where_districts_lie(town):
    town.stops("2019-06", {"White": 3})
    assert choices.district_loads(town.view(), "surrey") == []
    town.boundaries()
    view = town.view()
    loads = view.loads.set_index("load_id")["file"]
    assert sorted(loads[choices.district_loads(view, "surrey")]) == ["districts.geojson", "lookup.csv"]


def test_the_population_nearest_to_the_middle_of_the_period():
    # Middle of April to September 2018: 2018.5; of calendar year 2016: 2016.5; 2016.0 is as near to both.
    both = [("Census 2021", 2021), ("Census 2011", 2011)]
    assert nearest(both, "2018-04", "2018-09") == "Census 2021"
    assert nearest(both, "2015-01", "2015-12") == "Census 2011"
    assert nearest(both, "2015-07", "2016-06") == "Census 2021"
    assert nearest([], "2018-04", "2018-09") is None
