"""The Stop and search page: filters, address, refusals and evidence, against the Findings and a count by hand."""

from __future__ import annotations

import hashlib
import json
import re
import sys
from urllib.parse import parse_qsl

import pytest

from analytics.findings import QUESTIONS, choices
from analytics.findings.stop_and_search import FAIRNESS
from analytics.findings.stop_and_search.find_rates import infra_marginality
from analytics.reading import reading_table
from analytics.scope import Scope
from analytics.wording import plain
from benchmarks.parts import PARTS
from pages.parts.release import _answer
from tests.app.conftest import ROOT
from tests.app.small_store import DISTRICTS, GAP, MONTHS, files, searched

RATIO, RATES, TREND = (
    "stop_and_search.disproportionality",
    "stop_and_search.rates",
    "stop_and_search.trend",
)
SHOWN = (RATIO, RATES, TREND)
FUNNEL = "stop_and_search.funnel"
PAGE = "pages/scrutinise/stop_and_search.py"
WHOLE = {"force": "surrey", "from": "2018-04", "to": "2018-09"}
DRUGS = "Misuse of Drugs Act 1971, section 23"


def texts(app) -> list[str]:
    return [part.value for part in app.markdown]


def says(app, finding) -> bool:
    """Whether a Finding stands on the page: its headline, its sentence and its figures."""
    figures = [(tile.label, tile.value) for tile in finding.tiles]
    return (
        f"## {plain(finding.headline)}" in texts(app)
        and plain(finding.answer) in texts(app)
        and [(metric.label, metric.value) for metric in app.metric] == figures
    )


def test_the_first_view_is_the_force_with_most_searches_and_all_its_year(run, answer) -> None:
    app = run(PAGE)
    assert says(app, answer(RATIO, {}))
    assert [part.proto.popover.label for part in app.get("popover")] == [
        ":gray[Force] Surrey Police",
        ":gray[Compare] Black with White",
        ":gray[Area] Whole force area",
        ":gray[Period] Apr to Sep 2018",
        ":gray[Power] All",
    ]
    assert f"{searched('Black', 'White', force='surrey'):,} searches" in texts(app)[2]


@pytest.mark.parametrize(
    ("name", "value", "counted"),
    [
        ("force", "west-yorkshire", {"force": "west-yorkshire"}),
        ("group", "Asian", {"group": "Asian"}),
        ("comparator", "Asian", {"comparator": "Asian"}),
        ("definition", "officer", {"definition": "officer"}),
        ("area", "E07000211", {"district": "E07000211"}),
        ("from", "2018-06", {"first": "2018-06"}),
        ("to", "2018-06", {"last": "2018-06"}),
        ("power", DRUGS, {"power": "Misuse of Drugs Act 1971 (section 23)"}),
        ("population", "Census 2011", {}),
    ],
)
def test_a_filter_changes_the_answer_the_tables_and_the_address(name, value, counted, run, answer, shown) -> None:
    app = run(PAGE, opened=True)
    before = answer(RATIO, {})
    assert says(app, before)
    app.selectbox(key=f"filter_{name}").set_value(value).run()
    assert not app.exception
    assert app.query_params[name] == value

    ratio = answer(RATIO, {name: value})
    assert not ratio.refused
    assert ratio.answer != before.answer
    assert says(app, ratio)
    counted = {"force": "surrey", "group": "Black", "comparator": "White", **counted}
    groups = (counted.pop("group"), counted.pop("comparator"))
    assert f", {searched(*groups, **counted):,} searches: " in ratio.answer

    tables = [table.value.reset_index(drop=True).to_dict("list") for table in app.table]
    for key in (RATIO, RATES, TREND):
        expected = reading_table(answer(key, {name: value})).map(plain)
        assert expected.to_dict("list") in tables

    again = run(PAGE, opened=True, **app.query_params)
    assert shown(again) == shown(app)


def test_reaching_the_page_from_another_one_keeps_the_view(run, shown) -> None:
    app = run(PAGE)
    app.selectbox(key="filter_group").set_value("Asian").run()
    before = shown(app)
    app.switch_page("pages/manage/methods.py").run()
    assert [title.value for title in app.title] == ["Data and methods"]
    app.query_params.clear()  # as the menu does
    app.switch_page(PAGE).run()
    assert shown(app) == before
    assert app.query_params["group"] == "Asian"


def test_another_force_resets_what_depends_on_it_and_keeps_the_rest(run) -> None:
    asked = {
        "area": "E07000209",
        "power": DRUGS,
        "population": "Census 2021",
        "group": "Asian",
        "definition": "officer",
    }
    app = run(PAGE, **WHOLE, **asked)
    app.selectbox(key="filter_force").set_value("west-yorkshire").run()
    assert not app.exception
    kept = {"force": "west-yorkshire", "group": "Asian", "comparator": "White", "definition": "officer"}
    assert app.query_params == kept
    assert app.selectbox(key="filter_area").value == "whole"
    assert app.selectbox(key="filter_from").value == MONTHS["west-yorkshire"][0]
    assert app.selectbox(key="filter_to").value == MONTHS["west-yorkshire"][-1]
    assert not app.warning


@pytest.mark.parametrize(("name", "value"), [("from", "2018-09"), ("to", "2018-04")])
def test_a_period_that_ends_before_it_starts_is_turned_round(name, value, run, answer) -> None:
    app = run(PAGE, **{**WHOLE, "from": "2018-05", "to": "2018-06"})
    app.selectbox(key=f"filter_{name}").set_value(value).run()
    turned = {"from": "2018-06", "to": "2018-09"} if name == "from" else {"from": "2018-04", "to": "2018-05"}
    assert {part: app.query_params[part] for part in turned} == turned
    assert says(app, answer(RATIO, {**WHOLE, **turned}))
    assert not app.warning


def test_a_group_is_never_offered_against_itself(run) -> None:
    app = run(PAGE, group="Asian", comparator="Mixed")
    assert app.selectbox(key="filter_group").options == ["White", "Black", "Asian", "Other"]
    assert app.selectbox(key="filter_comparator").options == ["White", "Black", "Mixed", "Other"]


def test_options_are_what_is_loaded(run) -> None:
    app = run(PAGE)
    options = {box.label: box.options for box in app.selectbox}
    assert options["Force"] == ["Surrey Police", "West Yorkshire Police"]
    own = sorted(district.name for district in DISTRICTS.values() if district.force == "surrey")
    assert options["District"] == ["Whole force area", *own]
    assert options["From"] == options["To"] == ["April 2018", "May 2018", "June 2018", "August 2018", "September 2018"]
    assert options["Residents"] == ["Census 2021", "Census 2011"]
    assert options["Power"] == ["All", DRUGS, "Police and Criminal Evidence Act 1984, section 1"]


@pytest.mark.parametrize(
    ("address", "why"),
    [
        ({"from": "2018-13"}, "“2018-13” is not a month"),
        ({"from": "2018-09", "to": "2018-04"}, "ends (2018-04) before it starts (2018-09)"),
        ({"group": "Purple"}, "“Purple” is not a broad ethnic group"),
        ({"definition": "mine"}, "“mine” is not a definition of ethnicity"),
        ({"area_level": "street"}, "“street” is not an area level"),
        ({"area": "E06000001"}, "“E06000001” is not a district of West Yorkshire Police with a boundary loaded."),
        ({"group": "Asian", "comparator": "Asian"}, "Asian can't be compared with itself"),
        ({"population": "Census 1801"}, "“Census 1801” is not loaded; there are Census 2021 and Census 2011."),
    ],
)
def test_a_wrong_part_of_an_address_is_named_and_the_rest_is_followed(address, why, run, answer) -> None:
    app = run(PAGE, force="west-yorkshire", **address)
    assert not app.exception
    assert len(app.warning) == 1
    assert plain(why) in app.warning[0].value
    assert app.warning[0].value.endswith("The rest is shown.")
    wrong = "to" if "to" in address else "comparator" if "comparator" in address else next(iter(address))
    kept = {name: value for name, value in address.items() if name != wrong}
    assert says(app, answer(RATIO, {"force": "west-yorkshire", **kept}))
    # The next choice leaves a good address behind.
    app.selectbox(key="filter_comparator").set_value("Mixed").run()
    assert not app.warning
    assert says(app, answer(RATIO, {"force": "west-yorkshire", **kept, "comparator": "Mixed"}))


@pytest.mark.parametrize(
    ("force", "why"),
    [("nowhere", "“nowhere” is not a force"), ("kent", "No stop-and-search file of Kent Police is loaded.")],
)
def test_no_figure_of_another_force_is_shown_for_one_that_is_not_there(force, why, run, answer) -> None:
    app = run(PAGE, force=force)
    assert not app.exception
    assert any(text.startswith(f"**{plain(why)}") for text in texts(app))
    assert not app.metric
    assert not app.code  # something is loaded, so nobody is told to load the first file
    app.button(key="filter_reset").click().run()
    assert app.query_params == {}
    assert says(app, answer(RATIO, {}))


def test_a_period_and_then_another_force(run, answer) -> None:
    """The boxes of the period offer other months then, and must not hand over what they offered before."""
    app = run(PAGE, force="surrey")
    app.selectbox(key="filter_from").set_value("2018-05").run()
    app.selectbox(key="filter_force").set_value("west-yorkshire").run()
    assert not app.exception
    assert says(app, answer(RATIO, {"force": "west-yorkshire"}))


def test_a_name_that_is_no_part_of_a_view_is_left_alone(run, answer) -> None:
    app = run(PAGE, campaign="spring", group="Asian")
    assert not app.warning
    assert says(app, answer(RATIO, {"group": "Asian"}))


REFUSED = {
    "no residents of the district": ({"force": "west-yorkshire", "area": "E08000034"}, {"Show the whole force area"}),
    "no residents in that census": (
        {"force": "west-yorkshire", "population": "Census 2011"},
        {"Use residents by Census 2021"},
    ),
    "no file in the gap": ({"force": "surrey", "from": GAP, "to": GAP}, {"Show April to September 2018"}),
    "too few searches": (
        {"group": "Other", "area": "E07000209", "power": DRUGS, "from": "2018-04", "to": "2018-04"},
        {"Show April to September 2018"},
    ),
}


@pytest.mark.parametrize(("address", "least"), REFUSED.values(), ids=REFUSED)
def test_a_refused_view_says_why_and_every_way_out_answers(address, least, run, answer) -> None:
    app = run(PAGE, **address)
    assert not app.exception
    refused = answer(RATIO, address)
    assert refused.refused
    assert f":material/block: **{plain(refused.answer)}**" in texts(app)
    assert not app.metric
    keys = [button.key for button in app.button if button.key.startswith(f"way_{RATIO}")]
    assert least <= {button.label for button in app.button if button.key in keys}
    for key in keys:
        out = run(PAGE, **address)
        out.button(key=key).click().run()
        assert not out.exception
        assert out.query_params != address
        assert says(out, answer(RATIO, dict(out.query_params)))


def test_no_button_stands_twice_on_a_refused_page(run) -> None:
    app = run(PAGE, force="surrey", **{"from": GAP, "to": GAP})
    keys = [button.key for button in app.button]
    assert len(keys) == len(set(keys)) > 0


def test_each_chart_is_drawn_with_its_sentence_as_alternative(run, answer) -> None:
    app = run(PAGE)
    drawn = {chart.proto.alt: json.loads(chart.proto.spec) for chart in app.get("plotly_chart")}
    assert len(drawn) == len(SHOWN)
    for key in SHOWN:
        finding = answer(key, {})
        spec = drawn[finding.alt]
        assert len(spec["data"]) > 0
        assert spec == json.loads(finding.chart("light").to_json())


def test_charts_are_drawn_anew_in_the_dark(run, answer) -> None:
    app = run(PAGE)
    app.context["theme"] = "dark"
    app.run()
    expected = answer(RATIO, {}).chart("dark").to_json()
    assert expected != answer(RATIO, {}).chart("light").to_json()
    assert json.loads(app.get("plotly_chart")[0].proto.spec) == json.loads(expected)


def test_tables_offer_their_files_and_open_on_request(run) -> None:
    app = run(PAGE)
    assert not app.table
    assert not app.get("download_button")
    opened = run(PAGE, opened=True)
    buttons = [button.key for button in opened.get("download_button")]
    # The residents are of two censuses, and set beside each other.
    tables = (*SHOWN, f"{RATIO}_definitions", f"{RATIO}_denominators")
    assert sorted(buttons) == sorted(f"{kind}_{table}" for kind in ("csv", "excel") for table in tables)
    areas = [button.key for button in run(PAGE, opened=True, part="areas").get("download_button")]
    assert {f"csv_{FUNNEL}", f"excel_{FUNNEL}", f"csv_{FUNNEL}_whole", f"excel_{FUNNEL}_whole"} <= set(areas)


def test_how_it_was_made_names_every_file_with_its_hash(run, answer, police_csv) -> None:
    app = run(PAGE, opened=True)
    content = files(police_csv)
    # Both censuses: the table by source of residents rests on the older one too.
    own = [name for name in content if "west-yorkshire" not in name]
    expected = {(name, hashlib.sha256(content[name]).hexdigest()) for name in own}
    lists = [frame.value for frame in app.dataframe if "SHA-256" in frame.value]
    assert len(lists) == len(SHOWN)
    ratio = lists[0]
    assert {(row["File"], row["SHA-256"]) for row in ratio.to_dict("records")} == expected
    made = [table.value for table in app.table if "Versions" in table.value.index]
    assert len(made) == len(SHOWN)
    pairs = dict(made[0]["how"])
    assert pairs["Versions"].startswith("Release 1 of the data")
    assert plain("Searches withheld below: 10") in pairs["Settings"]
    assert any(text.startswith("[Link to this view: ") and "](?force=surrey&" in text for text in texts(app))


LINK = re.compile(r"\[Link to this view: .+\]\(\?(.+)\)")


@pytest.mark.long
@pytest.mark.parametrize(
    "address",
    [{}, {"group": "Asian", "comparator": "Mixed"}, {"definition": "officer", "area": "E07000211", "part": "data"}],
)
def test_every_link_on_the_page_reopens_the_page(address, run, shown) -> None:
    """Also under a Finding whose question takes neither group nor comparator: the link is of the whole view."""
    app = run(PAGE, opened=True, **address)
    links = [found[1] for text in texts(app) if (found := LINK.fullmatch(text))]
    assert len(links) > 1

    def without_links(app) -> list[str]:
        return [text for text in shown(app) if "Link to this view" not in text]

    for link in links:
        assert without_links(run(PAGE, opened=True, **dict(parse_qsl(link)))) == without_links(app)


def test_a_way_out_of_a_refused_figure_keeps_what_the_page_compares(run) -> None:
    app = run(PAGE, force="surrey", group="Asian", **{"from": GAP, "to": GAP})
    app.button(key=f"way_{RATIO}_Show April to September 2018").click().run()
    assert app.query_params["group"] == "Asian"


def said_on(app) -> str:
    """All sentences of a page, as they were before they were made safe for markdown."""
    captions = [part.value for part in app.caption]
    return spaced(" ".join([*texts(app), *captions]).replace("\\", ""))


def spaced(text: str) -> str:
    return " ".join(text.split())


def test_a_figure_that_stands_alone_brings_what_to_bear_in_mind(run, answer) -> None:
    """The ratio is refused and the rates are shown: with their caveats, the gap in the months among them."""
    address = {"group": "Other", "area": "E07000209", "power": DRUGS, "from": "2018-04", "to": "2018-04"}
    assert answer(RATIO, address).refused
    rates = answer(RATES, address)
    assert not rates.refused
    assert len(rates.caveats) > 1
    said = said_on(run(PAGE, **address))
    for caveat in rates.caveats:
        assert said.count(spaced(caveat)) == 1, caveat


def test_no_sentence_to_bear_in_mind_stands_twice_on_a_page(run, answer) -> None:
    said = said_on(run(PAGE))
    for key in (RATIO, RATES, TREND):
        for caveat in answer(key, {}).caveats:
            assert said.count(spaced(caveat.removesuffix("."))) == 1, caveat


@pytest.mark.parametrize("part", ["found", "teams"])
def test_what_a_disparity_does_not_prove_stands_above_every_part(part, run) -> None:
    assert said_on(run(PAGE, part=part)).count(FAIRNESS) == 1


def test_parts_without_an_answer_stand_behind_the_others_and_open_all_the_same(run, answer) -> None:
    app = run(PAGE, force="surrey", part="teams")
    assert not app.exception
    assert [radio.options for radio in app.radio] == [
        [
            "Who", "Areas", "Under which power", "What was found", "Children", "Five tests", "Five aims", "The data",
            ":gray[Like with like (no answer)]", ":gray[Teams (no answer)]", ":gray[Thresholds (no answer)]",
        ]
    ]  # fmt: skip
    assert app.radio[0].value == "teams"
    assert f":material/block: **{plain(answer('stop_and_search.teams', {'force': 'surrey'}).answer)}**" in texts(app)
    app.radio[0].set_value("found").run()
    assert app.query_params["part"] == "found"
    assert app.radio[0].value == "found"


def test_the_gap_is_named_and_is_no_zero(run) -> None:
    app = run(PAGE, opened=True)
    assert "No file is loaded for July 2018: a gap, not a zero." in " ".join(texts(app)).replace("\\", "")
    trend = next(table.value for table in app.table if "Month" in table.value and "Note" in table.value)
    july = trend[trend["Month"] == "July 2018"]
    assert len(july) > 0
    assert set(july["Note"]) == {"no file for this month"}
    assert set(july["Searches"]) == {""}


def test_a_small_count_is_withheld_in_every_table(run) -> None:
    app = run(PAGE, opened=True, power=DRUGS, **{"from": "2018-04", "to": "2018-04"}, area="E07000209")
    assert searched("Other", force="surrey", district="E07000209", first="2018-04", last="2018-04") < 10
    rates = next(
        t.value for t in app.table if list(t.value.columns[:2]) == ["Group", "Searches"] and "Residents" in t.value
    )
    other = rates.set_index("Group").loc["Other"]
    assert other["Searches"] == ""
    assert other["Note"].startswith("withheld")


@pytest.mark.parametrize("address", [address for address, _ in REFUSED.values()], ids=REFUSED)
def test_a_reason_stands_once_on_a_refused_page(address, run, answer) -> None:
    """The reason, then what can be asked instead, then the counts, where there are any."""
    app = run(PAGE, **address)
    why = plain(answer(RATIO, address).answer)
    assert [text for text in texts(app) if why in text] == [f":material/block: **{why}**"]
    rates = answer(RATES, address)
    assert (f"### {plain(rates.headline)}" in texts(app)) == (not rates.refused)


def test_where_areas_are_not_set_against_each_other_the_page_says_why_in_their_place(run, answer) -> None:
    address = {"force": "west-yorkshire"}
    refused = answer(FUNNEL, address)
    assert (refused.refused, answer(RATIO, address).refused) == (True, False)
    app = run(PAGE, part="areas", **address)
    assert not app.exception
    said = texts(app)
    place = said.index(f"### {plain(QUESTIONS[FUNNEL].asks)}")
    assert said[place + 1] == f":material/block: **{plain(refused.answer)}**"


def test_a_part_whose_only_reason_stands_above_says_so(run, answer) -> None:
    address = {"force": "surrey", "from": GAP, "to": GAP}
    assert answer(FUNNEL, address).answer == answer(RATIO, address).answer
    app = run(PAGE, part="areas", **address)
    assert not app.exception
    assert ":gray[What is said above holds here too.]" in texts(app)
    assert f"### {plain(QUESTIONS[FUNNEL].asks)}" not in texts(app)


def test_one_month_shows_no_course(run, answer) -> None:
    address = {**WHOLE, "from": "2018-06", "to": "2018-06"}
    assert answer(TREND, address).chart("light") is None
    app = run(PAGE, **address)
    assert not app.exception
    assert plain(answer(TREND, address).headline) in " ".join(texts(app))
    assert len(app.get("plotly_chart")) == 2
    assert not app.table  # the rates beside it show the same month


def test_an_address_may_name_a_district_and_not_a_power_that_there_is_not(run, answer) -> None:
    app = run(PAGE, force="surrey", area="guildford")
    assert not app.warning
    assert says(app, answer(RATIO, {"force": "surrey", "area": "E07000209"}))
    refused = run(PAGE, force="surrey", power="s60")
    assert "is not a power that Surrey Police has searches under" in refused.warning[0].value
    assert says(refused, answer(RATIO, {"force": "surrey"}))


def test_no_figure_of_a_card_can_be_cut(run) -> None:
    for address in ({}, {"group": "Other"}, {"comparator": "Asian"}, {"group": "White", "comparator": "Black"}):
        app = run(PAGE, **address)
        assert app.metric
        for metric in app.metric:
            assert len(metric.value) <= 9, metric.value
            assert len(metric.label) <= 20, metric.label


@pytest.mark.long
def test_what_was_found_is_counted_when_it_is_opened(run, demonstration) -> None:
    view = demonstration.view()
    asked = ("stop_and_search.find_rates", "stop_and_search.outcomes")
    found = [QUESTIONS[key].answer(choices.complete(Scope(), view).only(QUESTIONS[key].takes), view) for key in asked]
    app = run(PAGE, demonstration)
    said = "\n".join(texts(app))
    assert not any(plain(finding.answer) in said for finding in found)
    app.query_params["part"] = "found"
    app.run()
    assert not app.exception
    said = "\n".join(texts(app))
    assert [finding.refused for finding in found] == [False, False]
    assert all(plain(finding.answer) in said and plain(finding.headline) in said for finding in found)
    assert plain(infra_marginality()) in said


@pytest.mark.parametrize(
    ("part", "asked"),
    [("powers", ("by_power", "by_object")), ("data", ("quality", "hours")), ("alike", ("standardised",))],
)
def test_powers_objects_and_the_data_are_counted_when_they_are_opened(part, asked, run, demonstration) -> None:
    view = demonstration.view()
    questions = [QUESTIONS[f"stop_and_search.{key}"] for key in asked]
    found = [q.answer(choices.complete(Scope(), view).only(q.takes), view) for q in questions]
    assert [finding.refused for finding in found] == [False] * len(asked)
    app = run(PAGE, demonstration)
    assert not any(f"### {plain(finding.headline)}" in texts(app) for finding in found)
    app.query_params["part"] = part
    for finding in found:
        app.session_state[f"Table_{finding.key}"] = app.session_state[f"How was this made?_{finding.key}"] = True
    app.run()
    assert not app.exception
    drawn = {chart.proto.alt for chart in app.get("plotly_chart")}
    tables = [table.value.reset_index(drop=True).to_dict("list") for table in [*app.table, *app.dataframe]]
    for finding in found:
        assert f"### {plain(finding.headline)}" in texts(app)
        assert f":gray[{plain(finding.answer)}]" in texts(app)
        assert {panel.alt for panel in finding.panels} | ({finding.alt} if finding.draw else set()) <= drawn
        read = reading_table(finding)
        assert any(read.to_dict("list") == table or read.map(plain).to_dict("list") == table for table in tables)
        assert f"csv_{finding.key}" in [button.key for button in app.get("download_button")]


@pytest.mark.parametrize(("part", "key"), [("tests", "scorecard"), ("teams", "teams")])
def test_five_tests_and_teams_are_counted_when_they_are_opened(part, key, run, demonstration) -> None:
    view, question = demonstration.view(), QUESTIONS[f"stop_and_search.{key}"]
    found = question.answer(choices.complete(Scope(), view).only(question.takes), view)
    assert not found.refused
    app = run(PAGE, demonstration)
    assert not any(plain(found.answer) in text for text in texts(app))
    app.query_params["part"] = part
    app.run()
    assert not app.exception
    said = "\n".join(texts(app))
    assert f"### {plain(found.headline)}" in said
    assert all(plain(words) in said for words in (found.answer, found.chart_title, *found.caveats[:4]))
    drawn = {chart.proto.alt: json.loads(chart.proto.spec) for chart in app.get("plotly_chart")}
    charts = {panel.alt: panel.draw for panel in found.panels} or {found.alt: found.chart}
    assert all(drawn[alt] == json.loads(draw("light").to_json()) for alt, draw in charts.items())


def test_without_teams_in_a_file_the_page_says_so(run, answer) -> None:
    refused = answer("stop_and_search.teams", {"force": "surrey"})
    assert refused.refused
    app = run(PAGE, force="surrey")
    app.query_params["part"] = "teams"
    app.run()
    assert not app.exception
    assert any(plain(refused.answer) in text for text in texts(app))


def test_children_and_more_thorough_searches_are_counted_when_they_are_opened(run, demonstration) -> None:
    view = demonstration.view()
    asked = ("stop_and_search.children", "stop_and_search.more_thorough")
    found = [QUESTIONS[key].answer(choices.complete(Scope(), view).only(QUESTIONS[key].takes), view) for key in asked]
    app = run(PAGE, demonstration)
    said = "\n".join(texts(app))
    assert not any(plain(finding.answer) in said for finding in found)
    app.query_params["part"] = "children"
    app.run()
    assert not app.exception
    said = "\n".join(texts(app))
    assert [finding.refused for finding in found] == [False, False]
    assert all(plain(finding.answer) in said and plain(finding.headline) in said for finding in found)
    drawn = {chart.proto.alt for chart in app.get("plotly_chart")}
    assert {panel.alt for finding in found for panel in finding.panels} <= drawn


def test_thresholds_are_fitted_when_the_part_is_opened_and_the_bar_is_moved(run, demonstration) -> None:
    view = demonstration.view()
    keys = ("stop_and_search.threshold_gaps", "stop_and_search.bars")
    gaps, example = (
        QUESTIONS[key].answer(choices.complete(Scope(), view).only(QUESTIONS[key].takes), view) for key in keys
    )
    app = run(PAGE, demonstration)
    said = "\n".join(texts(app))
    assert not any(plain(finding.answer) in said for finding in (gaps, example))
    app.query_params["part"] = "thresholds"
    app.run()
    assert not app.exception
    said = "\n".join(texts(app))
    assert all(plain(finding.answer) in said for finding in (gaps, example))
    slider = app.select_slider(key=f"moved_{example.key}")
    assert slider.options == [panel.label for panel in example.panels]
    assert example.panels[0].alt in [chart.proto.alt for chart in app.get("plotly_chart")]
    slider.set_value(7).run()
    assert not app.exception
    alts = [chart.proto.alt for chart in app.get("plotly_chart")]
    assert example.panels[7].alt in alts
    assert example.panels[0].alt not in alts


def test_what_measures_the_parts_knows_all_of_them() -> None:
    assert re.findall(r'^    "(\w+)": \("', (ROOT / PAGE).read_text(), re.MULTILINE) == list(PARTS)


def test_months_with_a_file_stand_with_the_data(run, answer) -> None:
    months = answer("stop_and_search.months", WHOLE)
    headline = f"### {plain(months.headline)}"
    assert headline not in texts(run(PAGE, **WHOLE))
    app = run(PAGE, part="data", **WHOLE)
    assert headline in texts(app)
    assert months.alt in [chart.proto.alt for chart in app.get("plotly_chart")]


def test_the_five_aims_are_counted_when_they_are_opened(run, answer) -> None:
    """A card an aim with every question, its verdict in words and why; what can't be told says so."""
    asked = ("stop_and_search.diagnostic", "stop_and_search.confidence_link")
    aims, link = (answer(key, WHOLE) for key in asked)
    app = run(PAGE, **WHOLE)
    assert f"### {plain(aims.headline)}" not in texts(app)
    app.query_params["part"] = "aims"
    app.run()
    assert not app.exception
    said = texts(app)
    assert f"### {plain(aims.headline)}" in said
    for card in aims.cards:
        assert f"### {plain(card.title)}" in said
        for line in card.lines:
            assert f"**{plain(line.bold)}**" in said
            assert f":small[{plain(line.text)}]" in said
            assert any(plain(line.mark.capitalize()) in text and "-badge[" in text for text in said)
    assert plain(aims.caveats[0]) in said
    assert link.refused
    assert f":material/block: **{plain(link.answer)}**" in said


def test_areas_are_set_against_each_other_when_the_part_is_opened(run, answer, monkeypatch) -> None:
    counted = []
    model = sys.modules["analytics.findings.stop_and_search.funnel"]
    judge = model._judge
    monkeypatch.setattr(model, "_judge", lambda areas: (counted.append(areas), judge(areas))[1])
    address = {"force": "surrey", "power": DRUGS}
    _answer.clear()
    expected = answer(FUNNEL, address)
    assert not expected.refused
    counted.clear()
    app = run(PAGE, **address)
    assert not counted
    assert f"### {plain(expected.headline)}" not in texts(app)
    opened = run(PAGE, opened=True, part="areas", **address)
    assert len(counted) == 1
    assert f"### {plain(expected.headline)}" in texts(opened)
    assert f":gray[{plain(expected.answer)}]" in texts(opened)
    drawn = {chart.proto.alt: json.loads(chart.proto.spec) for chart in opened.get("plotly_chart")}
    assert drawn[expected.alt] == json.loads(expected.chart("light").to_json())
    rows = next(frame.value for frame in opened.dataframe if "Against the limits" in frame.value)
    assert list(rows["Area"]) == ["Guildford", "Mole Valley", "Reigate and Banstead", "Surrey Heath"]
    assert not [box for box in opened.selectbox if box.key == "filter_area_level"]  # no smaller areas are loaded


def test_an_address_that_asks_for_areas_opens_them(run, answer) -> None:
    app = run(PAGE, force="surrey", area_level="district", area="E07000211")
    assert not app.exception
    assert f"### {plain(answer(FUNNEL, {'force': 'surrey'}).headline)}" in texts(app)
    assert says(app, answer(RATIO, {"force": "surrey", "area": "E07000211"}))


def test_the_areas_compared_are_chosen_without_another_view_of_the_rest(run, demonstration) -> None:
    """Neighbourhoods or districts; the district that the rest of the page is of stays."""
    app = run(PAGE, demonstration, area="X07000001", area_level="district")
    assert not app.exception
    app.selectbox(key="filter_area_level").set_value("neighbourhood").run()
    assert not app.exception
    assert (app.query_params["area_level"], app.query_params["area"]) == ("neighbourhood", "X07000001")
    found = QUESTIONS[FUNNEL].answer(Scope(area_level="neighbourhood"), demonstration.view())
    assert any(plain(found.headline) in text for text in texts(app))
