"""The map and the profile: every figure computed again from the rows, and what is said where there is none."""

from __future__ import annotations

import json

import pandas as pd
import pytest

from analytics.disparity import period_dispersion, rate, rate_ratio
from analytics.findings import QUESTIONS
from analytics.findings.neighbourhoods import area_map, choices, places, profile
from analytics.findings.neighbourhoods.area_map import COLUMNS
from analytics.findings.searches import Searches
from analytics.findings.stop_and_search.edges import RANGE
from analytics.findings.survey.small_areas import COLUMNS as OWN_COLUMNS
from analytics.findings.ways_out import ways_out
from analytics.scope import Scope, ScopeError
from data.shapes import SHAPES
from data.survey_cubes import NOT_KNOWN
from data.vocabularies.survey import POSITIVE, measures

YEAR = ("2025-10", "2026-09")
SINCE = "2025-Q1"
"""The questionnaire of the demonstration changed here, and no figure pools across it."""


@pytest.fixture(scope="module")
def view(demonstration):
    return demonstration.view()


def rows(view, table):
    return view.rows(table).collect("pandas").to_native()


def of(view, **parts):
    found = area_map(Scope.of(parts), view)
    assert not found.refused, found.answer
    return found


def one(found, code):
    return found.table.set_index("area").loc[code]


@pytest.mark.parametrize("measure", ["good_job_local", "worry_asb"])
def test_shares_are_those_of_the_answers_since_the_questions_changed(view, measure):
    found = of(view, layer=measure)
    people = rows(view, "responses")
    people = people[people["wave"] >= SINCE]
    classes = measures()[measure].classes
    meaning = people[measure].map(lambda answer: classes.get(answer) if isinstance(answer, str) else None)
    told = meaning.isin(["positive", "neutral", "negative"])
    for code in ("X05000001", "X05000011", "X05000060"):
        here = told & (people["area"] == code)
        weight = people.loc[here, "weight"]
        share = weight[meaning[here] == POSITIVE].sum() / weight.sum()
        row = one(found, code)
        assert row["direct"] == pytest.approx(share)
        assert row["base"] == here.sum()
        assert row["direct_low"] < share < row["direct_high"]
        # What all areas have in common pulls it in.
        whole = found.tables["force"]["estimate"].iloc[0]
        assert abs(row["estimate"] - whole) < abs(share - whole)
        assert row["high"] - row["low"] < row["direct_high"] - row["direct_low"]


def test_the_level_of_districts_holds_the_same_answers(view):
    neighbourhoods, districts = of(view), of(view, area_level="district")
    # What is clearly different stands first, each side in the order of its names.
    sides = {"below": 0, "above": 1}
    rows = [
        (sides.get(v, 2), name) for v, name in zip(districts.table["verdict"], districts.table["name"], strict=True)
    ]
    assert rows == sorted(rows)
    assert {place for place, _ in rows} >= {0, 1}
    assert districts.table["base"].sum() == neighbourhoods.table["base"].sum()
    assert districts.table["district"].isna().all()
    assert len(neighbourhoods.table) == 60


def test_certainty_is_by_half_the_width_and_stands_in_tooltip_list_and_table(view):
    found = of(view)
    half = 50 * (found.table["high"] - found.table["low"]).astype(float)
    expected = ["high" if value < 6 else "medium" if value <= 8 else "low" for value in half]
    assert list(found.table["certainty"]) == expected
    assert len(set(expected)) > 1
    assert list(found.map.listed["Certainty"]) == expected
    for words, certainty in zip(found.map.table["words"], expected, strict=True):
        assert f"Certainty {certainty}" in words


def test_the_headline_counts_the_verdicts(view):
    found = of(view)
    below, above = ((found.table["verdict"] == side).sum() for side in ("below", "above"))
    assert found.headline == f"{below} of 60 neighbourhoods are clearly below the rest, {above} above"
    assert len(found.headline) <= 70
    assert below
    assert above
    assert (found.table.loc[found.table["verdict"] == "below", "difference_high"] < 0).all()
    assert "it is no ranking" in found.answer
    first = sorted(found.table.loc[found.table["verdict"] == "below", "name"])[:6]
    assert f"Clearly below: {', '.join(first)} and {below - 6} more." in found.answer


def test_points_are_from_the_whole_force(view):
    found = of(view)
    whole = found.tables["force"]["estimate"].iloc[0]
    position = found.map.table["position"]
    assert list(position) == pytest.approx(list(100 * (found.table["estimate"].astype(float) - whole)))
    assert found.map.listed.columns[-1] == f"Against {whole * 100:.0f}\u00a0%"


def test_where_less_is_better_the_colours_change_places(view):
    assert of(view, layer="worry_asb").map.scheme.swapped
    assert not of(view).map.scheme.swapped


def test_searches_are_counted_by_area_and_set_against_its_residents(view):
    found = of(view, layer="searches")
    cube = rows(view, "stops_cube")
    cube = cube[cube["person"] & (cube["area_level"] == "neighbourhood") & cube["month"].between(*YEAR)]
    people = rows(view, "residents_cube")
    people = people[people["level"] == "ward"].groupby("area_code")["residents"].sum()
    for code in ("X05000001", "X05000030"):
        monthly = cube[cube["area"] == code].groupby("month")["stops"].sum()
        counts = monthly.reindex(sorted(cube["month"].unique()), fill_value=0).to_numpy()
        made = rate(int(counts.sum()), int(people[code]), dispersion=period_dispersion(counts).factor)
        row = one(found, code)
        assert row["base"] == counts.sum()
        assert (row["estimate"], row["low"], row["high"]) == pytest.approx((made.estimate, made.low, made.high))
    placed = int(cube["stops"][cube["area"].notna()].sum())
    missing = int(cube["stops"].sum()) - placed
    assert f"{missing:,} of {placed + missing:,} searches" in " ".join(found.caveats)


def test_ratios_are_the_mid_p_ratios_of_the_two_groups(view):
    found = of(view, layer="search_ratio", area_level="district")
    searches = Searches.of(Scope(force="eskmere", area_level="district"), view)
    factor = searches.clumping("Black", ("White",))
    people = rows(view, "residents_cube")
    people = people[people["level"] == "district"].groupby(["area_code", "broad"])["residents"].sum()
    code = "X07000001"
    counts = searches.by_area.loc[code]
    made = rate_ratio(int(counts["Black"]), people[code, "Black"], int(counts["White"]), people[code, "White"], factor)
    row = one(found, code)
    assert (row["estimate"], row["low"], row["high"]) == pytest.approx((made.estimate, made.low, made.high))
    beside = found.tables["rates"].set_index("area").loc[code]
    assert beside["rate"] / beside["comparator_rate"] == pytest.approx(made.estimate)
    assert beside["difference"] == pytest.approx(beside["rate"] - beside["comparator_rate"])
    assert beside["excess"] == pytest.approx(beside["difference"] * people[code, "Black"] / 1000)
    assert beside["ratio_if_unknown_comparator"] < made.estimate < beside["ratio_if_unknown_group"]
    assert "Black people searched at a clearly higher rate in" in found.headline


def test_few_searches_of_a_group_have_no_ratio(view):
    found = of(view, layer="search_ratio")
    few = found.table[found.table["certainty"] == "few"]
    assert len(few)
    assert few["flag"].str.startswith("fewer than 10 searches of one of the two groups").all()
    assert few[["estimate", "low", "high", "base"]].isna().all(axis=None)
    rates = found.tables["rates"].set_index("area").loc[few["area"]]
    small = rates[rates["flag"].str.startswith("withheld")]
    assert small[["stops", "comparator_stops", "rate", "ratio"]].isna().all(axis=None)


@pytest.mark.parametrize("layer", ["events", "participations"])
def test_engagement_is_counted_by_area(view, layer):
    found = of(view, layer=layer)
    events = rows(view, "events")
    events = events[events["date"].str[:7].between(*YEAR)]
    number = events["participants"].fillna(0) if layer == "participations" else pd.Series(1, index=events.index)
    people = rows(view, "residents_cube")
    people = people[people["level"] == "ward"].groupby("area_code")["residents"].sum()
    counted = number.groupby(events["area"]).sum()
    for code in ("X05000001", "X05000042"):
        row = one(found, code)
        assert row["base"] == counted[code]
        assert row["estimate"] == pytest.approx(1000 * counted[code] / people[code])
    by_district = of(view, layer=layer, area_level="district")
    assert by_district.table["base"].sum() == found.table["base"].sum()


def test_of_very_many_areas_one_district_is_shown(view, monkeypatch):
    monkeypatch.setattr(places, "MOST", 5)
    scope = choices.of_map(choices.complete(Scope(force="eskmere"), view), view)
    assert scope.area in places.district_names(view, "eskmere")
    found = area_map(scope, view)
    own = places.areas(view, "eskmere", "neighbourhood")
    inside = set(own.loc[own["parent_code"] == scope.area, "code"])
    assert set(found.table["area"]) == inside
    assert found.map.codes == list(found.table["area"])
    assert set(found.map.shapes["code"]) == {*inside, scope.area}
    # Tests are over the whole force: an area's verdict is the same, whatever is drawn.
    whole = of(view).table.set_index("area")
    pd.testing.assert_frame_equal(
        found.table.set_index("area")[["estimate", "verdict"]],
        whole.loc[list(found.table["area"])][["estimate", "verdict"]],
    )
    chosen = choices.complete(Scope(force="eskmere", area="X05000060"), view)
    parent = own.set_index("code").at["X05000060", "parent_code"]
    assert choices.of_map(chosen, view).area == parent


def test_the_map_of_few_areas_is_of_all_of_them(view):
    chosen = choices.complete(Scope(force="eskmere", area="X05000060"), view)
    assert chosen.area == "X05000060"
    assert choices.of_map(chosen, view).area is None


def test_an_area_may_be_named(view):
    name = places.names(view, "eskmere")["X05000060"]
    assert choices.complete(Scope(area=name.upper()), view).area == "X05000060"
    with pytest.raises(ScopeError, match="is no area of Eskmere Police that is drawn"):
        choices.complete(Scope(area="Atlantis"), view)


def test_an_earlier_month_pools_what_there_was(view):
    found = of(view, to="2024-09")
    assert "October 2022 to September 2024" in found.answer
    assert one(found, "X05000001")["base"] != one(of(view), "X05000001")["base"]


@pytest.mark.parametrize("key", ["neighbourhoods.map", "neighbourhoods.profile"])
def test_findings_are_plain_json(view, key):
    said = json.loads(QUESTIONS[key].answer(Scope(area="X05000011"), view).as_json())
    assert said["table"]
    if key == "neighbourhoods.map":
        names = list(said["table"][0])
        assert [name for name in names if name in COLUMNS] == COLUMNS
        assert names[:6] == ["area", "name", "estimate", "low", "high", "base"]
        assert names[6:13] == [*OWN_COLUMNS, "certainty"]
        searches = QUESTIONS[key].answer(Scope(layer="searches"), view).as_dict()
        assert list(searches["table"][0]) == [*COLUMNS[:6], *RANGE, *COLUMNS[6:]]


@pytest.mark.long
def test_every_layer_answers_at_every_level(view):
    for layer in choices.layers(view, "eskmere"):
        for level in choices.levels(view, "eskmere", "Eskmere Residents Survey", layer):
            found = area_map(Scope(layer=layer, area_level=level), view)
            assert not found.refused, found.answer
            assert len(found.headline) <= 75
            assert len(found.table) == len(found.map.listed)


def test_a_profile_says_what_is_held(view):
    code = "X05000011"
    found = profile(Scope(area=code), view)
    assert found.headline == places.names(view, "eskmere")[code]
    assert [card.title for card in found.cards] == [
        "People",
        "Confidence",
        "Searches",
        "Crime",
        "Anti-social behaviour",
        "Priorities and action",
        "Next twelve months",
        "Feedback",
        "Not being heard",
    ]
    people = rows(view, "residents_cube")
    total = people.loc[people["area_code"] == code, "residents"].sum()
    assert found.tables["people"]["residents"].iloc[0] == total
    shown = one(of(view), code)
    assert found.tables["confidence"]["estimate"].iloc[0] == shown["estimate"]
    assert found.tables["searches"]["base"].iloc[0] == one(of(view, layer="searches"), code)["base"]
    priorities = rows(view, "priorities")
    assert len(found.tables["priorities"]) == (priorities["area"] == code).sum()
    plans = rows(view, "plans")
    ahead = plans[(plans["area"] == code) & plans["month"].between("2026-10", "2027-09")]
    assert len(found.tables["plan"]) == len(ahead)
    assert found.tables["plan"]["month"].is_monotonic_increasing
    assert found.table["card"].tolist() == [card.title for card in found.cards for _ in card.lines]


def test_feedback_has_its_counts_however_few(view):
    code = "X05000011"
    found = profile(Scope(area=code), view)
    items = rows(view, "feedback")
    items = items[items["area"] == code]
    counts = items["status"].value_counts().reindex(["action taken", "no action", "open"], fill_value=0).to_dict()
    counts["people told what came of it"] = int(items["told_on"].notna().sum())
    assert min(counts.values()) < 10
    assert dict(found.tables["feedback"].to_numpy().tolist()) == counts
    (card,) = [card for card in found.cards if card.title == "Feedback"]
    assert {line.text: line.bold for line in card.lines} == {kind: str(number) for kind, number in counts.items()}


@pytest.mark.parametrize("layer", ["events", "participations"])
def test_of_few_events_there_are_counts_and_no_rate(view, layer):
    found = of(view, layer=layer)
    table = found.table
    few = table[table["base"] < 10]
    assert len(few)
    assert table["base"].notna().all()
    assert few[["estimate", "low", "high", "p_value"]].isna().all(axis=None)
    assert set(few["certainty"]) == {"few"}
    none = {True: f"no {layer.removesuffix('s')} is recorded", False: "too few to say"}
    assert few["flag"].tolist() == [none[number == 0] for number in few["base"]]
    assert table.loc[table["base"] >= 10, "estimate"].notna().all()


def test_who_is_not_heard_is_among_the_events_of_the_area(view):
    code = "X05000011"
    found = profile(Scope(area=code), view).tables["reach"]
    events = rows(view, "events")
    own = set(events.loc[(events["area"] == code) & events["date"].str[:7].between(*YEAR), "event"])
    came = rows(view, "participants")
    came = came[came["event"].isin(own) & (came["attribute"] == "sex") & (came["group"] != NOT_KNOWN)]
    counts = came.groupby("group")["participants"].sum()
    sex = found[found["attribute"] == "sex"].set_index("group")
    people = rows(view, "people_cube")
    people = people[(people["area_code"] == code) & (people["attribute"] == "sex")].groupby("group")["residents"].sum()
    for group in ("Female", "Male"):
        assert sex.at[group, "participants"] == counts[group]
        assert sex.at[group, "share"] == pytest.approx(counts[group] / counts.sum())
        assert sex.at[group, "population_share"] == pytest.approx(people[group] / people.sum())


def test_a_profile_of_a_district_is_of_its_neighbourhoods(view):
    found = profile(Scope(area="X07000001"), view)
    own = places.areas(view, "eskmere", "neighbourhood")
    inside = set(own.loc[own["parent_code"] == "X07000001", "code"])
    priorities = rows(view, "priorities")
    assert len(found.tables["priorities"]) == priorities["area"].isin(inside).sum()
    assert found.tables["confidence"]["base"].iloc[0] == one(of(view, area_level="district"), "X07000001")["base"]


def test_without_an_area_there_is_no_profile(view):
    found = profile(Scope(), view)
    assert found.refused
    assert "Choose an area" in found.answer


def test_every_card_says_in_words_what_is_not_loaded(town):
    town.boundaries()
    for month in ("2018-04", "2018-05", "2018-06"):
        town.stops(month, {"White": 30, "Black": 12})
    view = town.view()
    found = profile(Scope(area=town.east), view)
    assert not found.refused
    said = {card.title: " ".join(line.text for line in card.lines) for card in found.cards}
    assert said == {
        "People": "No population is loaded, so there are counts and no rates; load a census file.",
        "Confidence": "No survey of this force is loaded.",
        "Searches": "searches No residents are loaded.",
        "Crime": "Nothing is loaded for “Crimes per 1,000 people”.",
        "Anti-social behaviour": "Nothing is loaded for “Anti-social behaviour per 1,000 people”.",
        "Priorities and action": "No priorities are loaded.",
        "Next twelve months": "No engagement plan is loaded.",
        "Feedback": "No feedback is loaded.",
        "Not being heard": "No engagement event is loaded.",
    }
    drawn = area_map(Scope(), view)
    assert drawn.headline == "2 districts: counts alone, no residents are loaded"
    assert drawn.table["estimate"].isna().all()
    assert set(drawn.table["certainty"]) == {"not known"}
    assert any("No population is loaded" in text for text in drawn.caveats)


@pytest.mark.long
def test_few_searches_of_an_area_are_withheld_and_none_is_said(town):
    town.boundaries()
    town.census(
        {town.east: ("East", {"White": 9000, "Black": 900}), town.west: ("West", {"White": 8000, "Black": 800})}
    )
    for month in ("2018-04", "2018-05", "2018-06"):
        town.stops(month, {("White", (-0.25, 51.25)): 30, ("Black", (-0.75, 51.25)): 3})
    found = of(town.view(), layer="searches").table.set_index("area")
    assert found.at[town.east, "estimate"] == pytest.approx(1000 * 90 / 9900)
    assert pd.isna(found.at[town.west, "estimate"])
    assert pd.isna(found.at[town.west, "base"])
    assert found.at[town.west, "flag"] == "withheld: fewer than 10 searches"
    assert found.at[town.west, "certainty"] == "few"


def test_a_release_without_areas_has_no_map(town):
    town.stops("2018-04", {"White": 30})
    view = town.view()
    assert not view.has(SHAPES.name)
    assert choices.forces(view) == []
    found = area_map(Scope(), view)
    assert found.refused
    assert found.answer == "No areas are drawn for which anything is loaded."


def test_a_layer_that_is_not_loaded_is_refused_with_ways_out(view, town):
    town.boundaries()
    town.stops("2018-04", {"White": 30})
    found = area_map(Scope(layer="events"), town.view())
    assert found.refused
    assert "Nothing is loaded of Surrey Police for “Events per 1,000 people”." in found.answer
    early = area_map(Scope(force="eskmere", layer="events", to_month="2019-01"), view)
    assert early.refused
    assert "No engagement event of Eskmere Police is loaded" in early.answer
    ways = ways_out("neighbourhoods.map", choices.complete(Scope(layer="events", to_month="2019-01"), view), view)
    assert "Show the latest year" in [way.label for way in ways]


def test_published_shares_are_listed_and_not_coloured(real_store):
    found = of(real_store.view(), force="metropolitan", layer="good_job_local")
    assert set(found.table["certainty"]) == {"not known"}
    assert found.table["low"].isna().all()
    assert "none can be coloured" in found.headline
    assert len(found.table) == 32


def test_wards_without_residents_have_counts_and_say_so(real_store):
    found = of(real_store.view(), force="lancashire", layer="searches", area_level="neighbourhood")
    assert found.table["estimate"].isna().all()
    assert found.headline == "271 neighbourhoods: counts alone, no residents are loaded"
    assert "1,401 searches in all neighbourhoods together." in found.answer
    shown = area_map(Scope.of({"force": "lancashire", "layer": "searches"}), real_store.view())
    assert shown.provenance.scope["area_level"] == "district"
    # Four of five searches there have no place: what is left is no rate of a district.
    assert shown.refused
    assert shown.answer == (
        "19\u00a0% of 7,429 searches lie in a district that is drawn: under 50\u00a0%, no rate by area can be given."
    )


def test_wards_of_london_have_rates_where_the_residents_have_the_same_codes(real_store):
    found = of(real_store.view(), force="metropolitan", layer="searches", area_level="neighbourhood")
    assert len(found.table) == 629
    assert found.table["estimate"].notna().sum() > 500
    assert "no residents of this area are loaded" in set(found.table["flag"])
