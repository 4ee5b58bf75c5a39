"""Overview and Trends over the demonstration force: every widget does its job, and what is shown is the Finding."""

from __future__ import annotations

import json

import pytest

from analytics.findings import QUESTIONS
from analytics.scope import Scope
from analytics.wording import plain
from tests.surveys import answers, publish, wave

OVERVIEW, TRENDS = "pages/explore/overview.py", "pages/explore/trends.py"
CYCLE = "pages/understand/cycle.py"


def texts(app):
    return [part.value for part in app.markdown] + [part.value for part in app.caption]


@pytest.fixture
def show(run, demonstration):
    """A function that opens a page over the demonstration force."""

    def start(page, **more):
        app = run(page, demonstration, **more)
        assert not app.exception
        return app

    return start


@pytest.fixture(scope="module")
def asked(demonstration):
    """A function that answers a question from the demonstration force, without any page."""
    view = demonstration.view()
    return lambda key, **scope: QUESTIONS[key].answer(Scope.of(scope), view)


def test_overview_says_the_headline_and_six_tiles(show, asked):
    app = show(OVERVIEW)
    headline, tiles = asked("overview.headline"), asked("overview.tiles")
    said = texts(app)
    assert f"## {plain(headline.headline)}" in said
    assert plain(headline.answer) in said
    assert [(metric.label, metric.value) for metric in app.metric] == [(t.label, t.value) for t in tiles.tiles]
    assert len(tiles.tiles) == 6
    for tile in tiles.tiles:
        assert {plain(tile.interval), plain(tile.base), plain(tile.change)} <= set(said)
    assert plain(tiles.answer) in said
    assert ":orange-badge[:material/arrow_downward: Fell]" in said
    assert said.count(":gray-badge[:material/remove: No clear change]") == 4


@pytest.mark.long
def test_overview_says_what_changed_where_to_look_and_how_new_the_data_are(show, asked):
    app = show(OVERVIEW)
    said = texts(app)
    changed, places, state = (asked(f"overview.{key}") for key in ("what_changed", "where_to_look", "data_state"))
    assert {"### What changed", "### Where to look", "**Data**"} <= set(said)
    for line in (*changed.lines, *places.lines):
        assert f":small[{plain(line.text)}]" in said
    for line in state.lines:
        assert f":gray[:small[:material/check: {plain(line.text)}]]" in said
    assert plain(places.answer.removeprefix(f"{places.headline}. ")) in said
    # Every tile, every line, the cycle and the state of the data lead to a page, with the scope there.
    links = [link.proto for link in app.get("page_link")]
    assert len(links) == 6 + len(changed.lines) + len(places.lines) + 2
    assert all(link.page_script_hash for link in links)
    assert f"area={places.table['area'].iloc[0]}" in links[6 + len(changed.lines)].query_string
    assert {link.page for link in links} == {"trends", "stop_and_search", "neighbourhoods", "cycle", "methods"}


def test_every_page_that_a_figure_leads_to_is_one():
    from pages.parts.leads import PAGES
    from tests.app.test_every_page import REGISTRY

    assert {
        name: file for name, file in PAGES.items() if (name, file) in {(p.address, p.file) for p in REGISTRY}
    } == PAGES


def test_overview_of_an_area_and_of_an_earlier_wave(show, asked):
    app = show(OVERVIEW)
    app.selectbox(key="filter_area").set_value("X07000002").run()
    assert plain(asked("overview.headline", area="X07000002").answer) in texts(app)
    assert app.query_params["area"] == "X07000002"
    app.selectbox(key="filter_to").set_value("2024-03").run()
    expected = asked("overview.headline", area="X07000002", to="2024-03")
    assert "year to March 2024" in expected.answer
    assert plain(expected.answer) in texts(app)


@pytest.mark.long
def test_overview_across_a_new_questionnaire_compares_nothing(show, asked):
    app = show(OVERVIEW, to="2025-06")
    found = asked("overview.headline", to="2025-06")
    assert found.table["change"].isna().all()
    assert "no comparison with a year ago" in found.headline
    assert f"## {plain(found.headline)}" in texts(app)


def test_trends_shows_the_measure_its_groups_and_its_areas(show, asked):
    app = show(TRENDS)
    said = texts(app)
    for key, level in (("trends.measure", "##"), ("trends.by_group", "###"), ("trends.by_area", "###")):
        assert f"{level} {plain(asked(key).headline)}" in said
    assert len(app.get("plotly_chart")) == 1 + 5 + 3
    spec = json.loads(app.get("plotly_chart")[0].proto.spec)
    assert any("new questionnaire" in note["text"] for note in spec["layout"]["annotations"])


@pytest.mark.parametrize(
    ("name", "value"),
    [("measure", "informed_local"), ("area", "X05000010"), ("by", "ethnicity"), ("from", "2025-03"), ("to", "2026-03")],
)
def test_a_filter_changes_the_answer_and_the_address(name, value, show, asked):
    app = show(TRENDS)
    app.selectbox(key=f"filter_{name}").set_value(value).run()
    assert not app.exception
    assert app.query_params[name] == value
    said = texts(app)
    for key in ("trends.measure", "trends.by_group", "trends.by_area"):
        if name in QUESTIONS[key].takes:
            found = asked(key, **{name: value})
            assert plain(found.headline) in " ".join(said)
    reopened = show(TRENDS, **app.query_params)
    assert texts(reopened) == said


def test_every_table_and_how_it_was_made_open(show):
    app = show(TRENDS, opened=True)
    assert not app.exception
    headings = [list(table.value.columns) for table in [*app.table, *app.dataframe]]
    assert ["Wave", "Estimate", "95 % interval", "Answers", "Series"] in headings
    assert any("Against the others, points" in names for names in headings)
    made = [dict(table.value["how"]) for table in app.table if list(table.value.columns) == ["how"]]
    assert len(made) == 5
    for pairs in made:
        assert "Taylor" in pairs["Method"]
        assert "don't know" in pairs["Rules that fired"].replace("\\", "")
        assert "adults" in pairs["Base"]


@pytest.mark.parametrize(
    ("name", "value"), [("points", "rolling"), ("points", "financial"), ("dont_know", "counted"), ("smooth", "yes")]
)
def test_points_dont_know_and_the_level_are_part_of_the_address(name, value, show, asked):
    app = show(TRENDS)
    app.selectbox(key=f"filter_{name}").set_value(value).run()
    assert not app.exception
    assert app.query_params[name] == value
    found = asked("trends.measure", **{name: value})
    assert plain(found.answer) in texts(app)
    assert set(map(plain, found.caveats[:4])) <= set(texts(app))
    assert texts(show(TRENDS, **app.query_params)) == texts(app)


def test_in_an_area_points_are_years_unless_waves_are_chosen(show, asked):
    app = show(TRENDS, area="X07000002")
    assert app.selectbox(key="filter_points").value == "whole"
    assert plain(asked("trends.measure", area="X07000002").answer) in texts(app)
    app.selectbox(key="filter_points").set_value("waves").run()
    assert plain(asked("trends.measure", area="X07000002", points="waves").answer) in texts(app)
    app.selectbox(key="filter_points").set_value("whole").run()
    assert "points" not in app.query_params


def test_two_periods_are_counted_when_they_are_opened_and_chosen_in_the_address(show, asked):
    app = show(TRENDS)
    assert plain(asked("trends.compare").answer) not in texts(app)
    assert not any(box.key == "filter_compare_from" for box in app.selectbox)
    app = show(TRENDS, compare_from="2026-04")
    assert app.selectbox(key="filter_against_from").value == "2025-04"
    assert f":gray[{plain(asked('trends.compare', compare_from='2026-04').answer)}]" in texts(app)
    app.selectbox(key="filter_against_from").set_value("2025-07").run()
    chosen = {name: app.query_params[name] for name in ("compare_from", "against_from", "against_to")}
    assert chosen == {"compare_from": "2026-04", "against_from": "2025-07", "against_to": "2025-09"}
    assert f":gray[{plain(asked('trends.compare', **chosen).answer)}]" in texts(app)
    app.selectbox(key="filter_to").set_value("2026-06").run()
    assert "compare_from" not in app.query_params


def test_periods_on_both_sides_of_a_break_are_refused_on_the_page_and_can_be_chosen_anew(show, asked):
    app = show(TRENDS, compare_from="2026-04", against_from="2024-04", against_to="2024-09")
    refusal = asked("trends.compare", compare_from="2026-04", against_from="2024-04", against_to="2024-09")
    assert refusal.refused
    assert f":material/block: **{plain(refusal.answer)}**" in texts(app)
    app.selectbox(key="filter_against_to").set_value("2025-09").run()
    app.selectbox(key="filter_against_from").set_value("2025-04").run()
    assert not any("block" in text for text in texts(app))


def test_which_measures_changed_opens_as_a_table(show, asked):
    app = show(TRENDS, opened=True)
    found = asked("trends.change")
    assert f"### {plain(found.headline)}" in texts(app)
    (table,) = (shown.value for shown in [*app.table, *app.dataframe] if "Compared with" in shown.value)
    assert len(table) == len(found.table)


@pytest.mark.long
def test_contact_stands_with_the_cycle_and_trends_leads_there_where_the_survey_asked_about_it(show, run, store, asked):
    closed = show(TRENDS, measure="fair", area="X07000003")
    assert "Contact and confidence" in page_links(closed)
    said = texts(show(CYCLE, part="contact"))
    for key in ("cycle.treatment_or_outcome", "cycle.contact_asymmetry"):
        assert f"### {plain(asked(key).headline)}" in said
    publish(store, wave("a", "2026-03", trust_force=answers(200, 200)))
    app = run(TRENDS, store)
    assert not app.exception
    assert "Contact and confidence" not in page_links(app)


def page_links(app):
    return [link.proto.label.removeprefix(":blue[").removesuffix("]") for link in app.get("page_link")]


def test_the_cycle_is_drawn_with_its_table_and_what_it_is_of(show, asked):
    app, found = show(CYCLE), asked("cycle.ring")
    assert f"## {plain(found.headline)}" in texts(app)
    (drawn,) = [chart for chart in app.get("plotly_chart") if "The confidence cycle." in chart.proto.alt]
    assert drawn
    twin = app.table[0].value
    assert list(twin["Stage"])[:2] == ["Engagement", "Fair treatment"]
    labels = [expander.label for expander in app.expander]
    assert [label for label in labels if label in ("Table", "How was this made?")][:2] == [
        "Table",
        "How was this made?",
    ]


def test_a_stage_that_stands_out_leads_to_its_questions_and_the_other_levels_are_told(show):
    app = show(CYCLE, area="X05000011")  # Confidence is below the rest of the force.
    assert page_links(app)[:3] == ["Good job locally", "Overall confidence", "Trust the force"]
    assert all("area=X05000011" in link.proto.query_string for link in app.get("page_link")[:3])
    (ladder,) = [part for part in app.expander if part.label == "What the other levels would take"]
    (told,) = (text.value for text in ladder.markdown)
    assert [f"- Level {number}, " in told for number in range(5)] == [True] * 5


def test_a_group_that_gives_way_to_an_area_is_said_and_comes_back(show):
    app = show(CYCLE, by="age_band", among="16 to 24", part="studies")
    app.selectbox(key="filter_area").set_value("X07000003").run()
    assert any("The group 16 to 24 is no longer chosen" in text for text in texts(app))
    app.button(key="undo_filter").click().run()
    assert not app.exception
    assert (app.query_params["among"], "area" in app.query_params) in (("16 to 24", False), (["16 to 24"], False))
    assert not any("no longer chosen" in text for text in texts(app))


def test_where_no_links_are_known_the_table_of_stages_stands_once(show) -> None:
    app = show(CYCLE, to="2024-03")
    tables = [list(table.value.columns) for table in app.table if "Stage" in table.value]
    assert len(tables) == 1


@pytest.mark.long
def test_the_cycle_of_an_area_and_of_a_group_are_addresses_and_one_lets_go_of_the_other(show, asked):
    app = show(CYCLE, area="X05000011", part="studies")
    assert f"## {plain(asked('cycle.ring', area='X05000011').headline)}" in texts(app)
    app.selectbox(key="filter_by").set_value("age_band").run()
    app.selectbox(key="filter_among").set_value("16 to 24").run()
    assert f"## {plain(asked('cycle.ring', by='age_band', among='16 to 24').headline)}" in texts(app)
    address = dict(app.query_params)
    assert [address[name] for name in ("by", "among", "part")] == ["age_band", "16 to 24", "studies"]
    assert "area" not in address
    app.selectbox(key="filter_area").set_value("X07000003").run()
    assert "among" not in app.query_params


def test_levers_over_areas_are_a_part_of_the_page_with_a_chart_each(show, asked):
    app, found = show(CYCLE, part="levers", area="X05000011"), asked("cycle.levers")
    assert f"### {plain(found.headline)}" in texts(app)
    drawn = [chart.proto.alt for chart in app.get("plotly_chart")]
    assert [panel.alt for panel in found.panels] == drawn[-3:]
    assert "This part is of the whole force, not of the area or group that is chosen." in [
        caption.value for caption in app.caption
    ]


def test_what_studies_found_stands_on_both_sides(show):
    said = " ".join(texts(show(CYCLE, part="studies")))
    assert "Tuffin R, Morris J and Poole A" in said
    assert "nothing moved at the level of forces" in said


def test_a_group_that_is_none_is_left_out_of_the_address_with_a_word(show):
    app = show(CYCLE, by="age_band", among="old")
    assert any("has nobody of" in warning.value for warning in app.warning)
    assert not app.exception


def test_withheld_figures_are_said_in_words(show, asked):
    found = asked("trends.measure", area="X05000010", measure="satisfied_contact")
    assert found.table["estimate"].isna().any()
    app = show(TRENDS, area="X05000010", measure="satisfied_contact", opened=True)
    shown = " ".join(table.value.to_csv() for table in [*app.table, *app.dataframe])
    assert "not enough answers" in shown


@pytest.mark.parametrize("page", [OVERVIEW, TRENDS])
def test_stops_alone_leave_the_survey_pages_with_a_way_to_load_one(page, run):
    app = run(page)
    assert not app.exception
    assert "**No survey is loaded.** Load one, and this page shows what people think of the police." in texts(app)
    assert "--mapping" in app.code[0].value


def test_a_survey_alone_is_listed_among_what_is_loaded_and_stop_and_search_says_what_it_lacks(run, store):
    publish(store, wave("2025-Q1", "2025-03", good_job_local=answers(60, 40)))
    app = run("pages/manage/methods.py", store)
    assert not app.exception
    assert "## 1 file loaded" in texts(app)
    assert plain("Survey wave (1 file).") in texts(app)
    assert not any("missing" in caption.value for caption in app.caption)  # the key of a chart that is not there
    app = run("pages/scrutinise/stop_and_search.py", store)
    assert "## No stop and search loaded yet" in texts(app)


@pytest.fixture
def invented(monkeypatch, store, demonstrations, run):
    """A function that opens a page of an app whose own store is empty and whose demonstration is built."""
    monkeypatch.setenv("CONFIDENCE_DEMONSTRATION", str(demonstrations))
    return lambda page="": run(page, store)


@pytest.mark.long
def test_an_empty_store_opens_on_the_demonstration_and_says_so(invented):
    for page in ("", TRENDS, "pages/scrutinise/stop_and_search.py"):
        app = invented(page)
        assert not app.exception
        assert any("**Demonstration data**" in text and "An invented county" in text for text in texts(app))
    assert [title.value for title in invented().title] == ["Overview"]


@pytest.mark.long
def test_nobody_withdraws_from_the_demonstration(invented):
    app = invented("pages/manage/upload.py")
    assert not app.exception
    assert [box.key for box in app.selectbox if box.key == "history_load"] == []
    assert not app.dataframe


@pytest.mark.long
def test_own_files_take_the_place_of_the_demonstration(invented, load, police_csv):
    invented()
    load({"2018-04-surrey-stop-and-search.csv": police_csv([{"Type": "Person search"}] * 12)})
    app = invented("pages/scrutinise/stop_and_search.py")
    assert not any("Demonstration" in text for text in texts(app))
    assert any("Surrey Police" in text for text in texts(app)), texts(app)
