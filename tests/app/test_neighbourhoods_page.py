"""Neighbourhoods over the demonstration force: map, list and name choose the same area, and the address keeps it."""

from __future__ import annotations

import json

import pytest
from streamlit.typing import DataframeState, PydeckState

from analytics.findings import QUESTIONS
from analytics.scope import Scope
from analytics.wording import plain
from data.shapes import SHAPES
from data.store import Store
from tests.app.small_store import HOSTILE

PAGE = "pages/explore/neighbourhoods.py"
AREA, OTHER = "X05000011", "X05000030"


def texts(app):
    return [part.value for part in app.markdown] + [part.value for part in app.caption]


def deck(app):
    (chart,) = app.get("deck_gl_json_chart")
    return chart.proto


def layers(app):
    return {layer["id"]: layer for layer in json.loads(deck(app).json)["layers"]}


def click(app, code, chosen=None):
    """What the browser says when an area of the map is clicked."""
    name = f"areas {chosen}" if chosen else "areas"
    app.session_state["area_map"] = PydeckState(
        {"selection": {"indices": {name: [0]}, "objects": {name: [{"code": code}]}}}
    )
    return app.run()


@pytest.fixture
def show(run, demonstration):
    """A function that opens the page over the demonstration force."""

    def start(**more):
        app = run(PAGE, demonstration, **more)
        assert not app.exception
        return app

    return start


@pytest.fixture(scope="module")
def asked(demonstration):
    """A function that answers a question from the demonstration force, without any page."""
    view = demonstration.view()
    return lambda key, **scope: QUESTIONS[key].answer(Scope.of(scope), view)


def test_the_page_says_the_headline_and_draws_every_area(show, asked):
    app = show()
    found = asked("neighbourhoods.map")
    assert f"## {plain(found.headline)}" in texts(app)
    assert plain(found.answer) in texts(app)
    assert {row["code"] for row in layers(app)["areas"]["data"]} == set(found.table["area"])
    assert plain(found.map.note) in texts(app)
    assert deck(app).alt == found.map.alt
    assert list(app.dataframe[0].value.iloc[:, 0]) == list(found.table["name"])
    assert any("Choose an area" in text for text in texts(app))


def test_nothing_of_the_map_comes_from_another_host(show):
    proto = deck(show())
    assert "http" not in proto.json
    assert "html" not in json.loads(proto.tooltip)
    assert json.loads(proto.json)["mapStyle"].startswith("/app/static/blank-")


@pytest.mark.long
def test_a_click_on_the_map_chooses_and_the_list_and_the_address_follow(show, asked):
    app = click(show(), AREA)
    assert not app.exception
    assert app.query_params["area"] == AREA
    assert app.selectbox(key="filter_area").value == AREA
    found = asked("neighbourhoods.profile", area=AREA)
    assert f"## {plain(found.headline)}" in texts(app)
    assert len(layers(app)["chosen"]["data"]) == 1
    rows = json.loads(app.dataframe[0].proto.selection_default)["selection"]["rows"]
    assert list(app.dataframe[0].value.iloc[rows, 0]) == [found.headline]
    # A second click is on another layer; what was clicked before is past.
    app = click(app, OTHER, AREA)
    assert app.query_params["area"] == OTHER
    app.run()
    assert app.query_params["area"] == OTHER


def test_a_row_of_the_list_chooses_and_the_map_follows(show):
    app = show()
    codes = [row["code"] for row in layers(app)["areas"]["data"]]
    app.session_state[f"area_list_{app.session_state['area_list_made']}"] = DataframeState(
        {"selection": {"rows": [4], "columns": [], "cells": []}}
    )
    app.run()
    assert not app.exception
    names = list(app.dataframe[0].value.iloc[:, 0])
    assert f"## {plain(names[4])}" in texts(app)
    assert app.query_params["area"] in codes
    assert f"areas {app.query_params['area']}" in layers(app)


def test_an_area_is_chosen_and_left_by_name(show):
    app = show()
    app.selectbox(key="filter_area").set_value(OTHER).run()
    assert app.query_params["area"] == OTHER
    app.selectbox(key="filter_area").set_value("whole").run()
    assert "area" not in app.query_params
    assert any("Choose an area" in text for text in texts(app))


def test_the_address_reopens_the_view(show):
    app = show()
    app.selectbox(key="filter_layer").set_value("searches").run()
    app = click(app, AREA)
    reopened = show(**app.query_params)
    assert texts(reopened) == texts(app)
    assert layers(reopened) == layers(app)


@pytest.mark.parametrize(
    "layer", ["informed_local", "worry_asb", "searches", "search_ratio", "events", "participations"]
)
def test_a_layer_changes_the_answer_the_colours_and_the_address(layer, show, asked):
    app = show()
    before = [row["fill"] for row in layers(app)["areas"]["data"]]
    app.selectbox(key="filter_layer").set_value(layer).run()
    assert not app.exception
    assert app.query_params["layer"] == layer
    assert f"## {plain(asked('neighbourhoods.map', layer=layer).headline)}" in texts(app)
    assert [row["fill"] for row in layers(app)["areas"]["data"]] != before


def test_the_level_changes_and_the_chosen_area_is_left(show, asked):
    app = show(area=AREA)
    app.selectbox(key="filter_area_level").set_value("district").run()
    assert "area" not in app.query_params
    assert f"## {plain(asked('neighbourhoods.map', area_level='district').headline)}" in texts(app)
    assert len({row["code"] for row in layers(app)["areas"]["data"]}) == 6


def test_the_certainty_view_changes_the_colours_alone(show):
    app = show()
    before, said = layers(app)["areas"]["data"], texts(app)
    app.radio(key="map_kind").set_value("certainty").run()
    assert app.query_params["shows"] == "certainty"
    assert texts(app) == said
    after = layers(app)["areas"]["data"]
    assert [row["words"] for row in after] == [row["words"] for row in before]
    assert len({tuple(row["fill"]) for row in after}) <= 3


def test_the_chance_view_has_colours_marks_list_and_an_address_of_its_own(show, asked):
    app = show(area=AREA)
    words = [row["words"] for row in layers(app)[f"areas {AREA}"]["data"]]
    app.radio(key="map_kind").set_value("chance").run()
    assert not app.exception
    assert (app.query_params["shows"], app.query_params["area"]) == ("chance", AREA)
    found = asked("neighbourhoods.map")
    assert plain(found.map.said("chance")) in texts(app)
    assert list(app.dataframe[0].value.columns)[2] == "Chance"
    drawn = layers(app)
    assert [row["words"] for row in drawn[f"areas {AREA}"]["data"]] == words
    marks = {row["text"] for name, layer in drawn.items() if name.startswith("marks") for row in layer["data"]}
    assert {"↓↓", "↑↑"} <= marks <= {"↓↓", "↓", "↑", "↑↑"}
    reopened = show(**app.query_params)
    assert reopened.radio(key="map_kind").value == "chance"
    assert texts(reopened) == texts(app)
    assert layers(reopened) == drawn
    app.radio(key="map_kind").set_value("estimate").run()
    assert "shows" not in app.query_params


def test_a_layer_without_a_chance_shows_its_estimate(show):
    app = show(shows="chance")
    app.selectbox(key="filter_layer").set_value("searches").run()
    assert not app.exception
    assert not app.warning
    assert app.radio(key="map_kind").options == ["Estimate", "Certainty"]
    assert app.radio(key="map_kind").value == "estimate"
    # What can't be shown is left out of the next address.
    assert "shows" not in click(app, AREA).query_params


def test_a_telephone_has_the_map_fitted_to_it(show, monkeypatch):
    wide = json.loads(deck(show()).json)["initialViewState"]["zoom"]
    monkeypatch.setattr("pages.parts.area_map._width", lambda: 350)
    assert json.loads(deck(show()).json)["initialViewState"]["zoom"] < wide


def test_every_table_opens_and_how_it_was_made(show, asked):
    app = show(area=AREA, opened=True)
    assert not app.exception
    headings = [list(table.value.columns) for table in [*app.table, *app.dataframe]]
    assert ["Card", "What is held", "Period and source"] in headings
    assert any({"Area", "Certainty", "Verdict"} <= set(names) for names in headings)
    made = [dict(table.value["how"]) for table in app.table if list(table.value.columns) == ["how"]]
    assert any("moved by up to 25 m" in pairs["Rules that fired"].replace("\\", "") for pairs in made)


def test_stops_alone_have_a_map_of_districts(run):
    app = run(PAGE, force="surrey")
    assert not app.exception
    assert len({row["code"] for row in layers(app)["areas"]["data"]}) == 4
    assert "No survey of this force is loaded." not in texts(app)


def test_names_of_files_stay_text(run):
    app = run(PAGE, force="west-yorkshire", area="E08000034")
    assert not app.exception
    assert f"## {plain(HOSTILE)}" in texts(app)
    assert not any(HOSTILE in text for text in texts(app))


def test_without_boundaries_the_page_says_what_it_needs(run, load, store, police_csv):
    load({"2018-04-surrey-stop-and-search.csv": police_csv([{"Type": "Person search"}] * 12)})
    app = run(PAGE, store)
    assert not app.exception
    assert "## No areas to draw yet" in texts(app)


def test_an_older_release_says_how_to_draw_its_areas(run, own):
    with own.writing() as writer:
        writer.versions.pop(SHAPES.name)
        writer.publish(writer.staged("load", "Ada", "older", [], []))
    app = run(PAGE, Store(own.root))
    assert not app.exception
    assert "data recount" in app.code[0].value
