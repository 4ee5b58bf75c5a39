"""The Engagement page: its three Findings, filters, address and ledger, and what it says of what is missing."""

from __future__ import annotations

import pytest

from analytics.findings import QUESTIONS
from analytics.scope import Scope
from analytics.wording import plain
from tests.app.small_store import HOSTILE
from tests.app.test_every_page import LIVE

PAGE = "pages/scrutinise/engagement.py"
EVENTS = "event,force,date,area,method,rung,participants\n"
FEEDBACK = "item,force,raised_on,issue,status,action,no_action_reason\n"


@pytest.fixture
def found(demonstration):
    def answer(key="engagement.reach", **scope):
        return QUESTIONS[key].answer(Scope(**scope), demonstration.view())

    return answer


@pytest.fixture
def log(load, store):
    """A function that loads a log of Surrey: events and feedback as CSV, each without its header."""

    def run(events="", feedback=""):
        files = {"events.csv": EVENTS + events} if events else {}
        files |= {"feedback.csv": FEEDBACK + feedback} if feedback else {}
        report = load({name: text.encode() for name, text in files.items()})
        assert not report.refused, report
        return store

    return run


def said(app):
    return " ".join(markdown.value for markdown in app.markdown)


def test_the_page_shows_its_findings(run, demonstration, found) -> None:
    app = run(PAGE, demonstration)
    assert not app.exception
    shown, reached = said(app), found()
    assert f"## {plain(reached.headline)}" in shown
    assert all(plain(caveat) in shown for caveat in reached.caveats)
    charts = [reached.alt]
    for key in ("engagement.activity", "engagement.feedback"):
        other = found(key)
        assert f"### {plain(other.headline)}" in shown
        assert plain(other.answer) in shown
        charts += [other.alt, *(panel.alt for panel in other.panels)]
    assert [chart.proto.alt for chart in app.get("plotly_chart")] == charts
    assert [(m.label, m.value) for m in app.metric] == [(t.label, t.value) for t in found("engagement.activity").tiles]


def test_a_sentence_that_stands_on_the_page_is_not_said_again(run, demonstration) -> None:
    shown = said(run(PAGE, demonstration))
    assert shown.count("A participation is counted, not a person") == 1


@pytest.mark.parametrize(
    ("key", "value", "part"),
    [("filter_by", "age_band", {"by": "age_band"}), ("filter_from", "2024-01", {"from_month": "2024-01"})],
)
def test_each_filter_changes_the_figure_and_the_address(run, demonstration, found, key, value, part) -> None:
    app = run(PAGE, demonstration)
    app.selectbox(key=key).select(value).run()
    assert not app.exception
    assert plain(found(**part).headline) in said(app)
    assert app.query_params[key.removeprefix("filter_")] == value
    period = {name: text for name, text in part.items() if name != "by"}
    for question in ("engagement.activity", "engagement.feedback"):
        assert plain(found(question, **period).answer) in said(app)


def test_every_table_opens_with_its_file(run, demonstration, found) -> None:
    app = run(PAGE, demonstration, opened=True)
    assert not app.exception
    tabs = [tab.label for tab in app.tabs]
    assert tabs[:3] == ["Month", "Having a say", "Whom with"]
    assert "Plan" not in tabs  # No month of it is over: there is nothing to read.
    assert {"What came of it", "Neighbourhood", "Raised at", "Reasons for no action"} <= set(tabs)
    headings = [list(table.value.columns) for table in [*app.table, *app.dataframe]]
    assert any("We did not, because" in names for names in headings)
    assert any(names[0] == "How people were met" for names in headings)
    files = [button.proto.label for button in app.get("download_button")]
    assert files.count("CSV") == len(tabs) + 1 + 1  # Every tab, the table of reach and the ledger.
    ledger = next(frame.value for frame in app.dataframe if "You said" in frame.value)
    assert len(ledger) == len(found("engagement.feedback").tables["ledger"])


def test_events_without_feedback_say_how_to_load_some(run, log) -> None:
    app = run(PAGE, log("E1,surrey,2026-03-01,,Stall,inform,20\nE2,surrey,2026-04-01,,Stall,consult,20\n"))
    assert not app.exception
    shown = said(app)
    assert "### 2 events from March to April 2026" in shown
    assert "No feedback of Surrey Police is loaded, so nobody can say what came of what people asked for." in shown
    assert "### Load what people asked for" in shown
    assert len(app.code) == 1


def test_feedback_without_events_is_shown_and_says_what_is_missing(run, log) -> None:
    app = run(PAGE, log(feedback="F1,surrey,2026-03-01,Bikes,action taken,Patrols,\n"))
    assert not app.exception
    shown = said(app)
    assert "No engagement event of Surrey Police is loaded." in shown
    assert "### People asked for 1 thing in March 2026" in shown
    assert "### You said, we did" in shown
    assert not app.code


def test_a_period_without_events_offers_another(run, log) -> None:
    store = log("E1,surrey,2026-03-01,,Stall,inform,20\nE2,surrey,2024-04-01,,Stall,consult,20\n")
    app = run(PAGE, store, **{"from": "2025-01", "to": "2025-02"})
    assert "No event of Surrey Police is logged from January to February 2025." in said(app).replace("\\", "")
    app.button(key="way_engagement.activity_Show April 2024 to March 2026").click().run()
    assert not app.exception
    assert "### 2 events from April 2024 to March 2026" in said(app)


def test_hostile_words_of_a_log_are_shown_as_text(run, log) -> None:
    cell = '"' + HOSTILE.replace('"', '""') + '"'
    events = "".join(f"E{at},surrey,2026-03-0{at % 9 + 1},,{cell},inform,20\n" for at in range(12))
    feedback = f"F1,surrey,2026-03-01,{cell},action taken,{cell},\nF2,surrey,2026-03-02,{cell},no action,,{cell}\n"
    app = run(PAGE, log(events, feedback), opened=True)
    assert not app.exception
    texts = [part.value for kind in ("markdown", "caption", "warning") for part in app.get(kind)]
    cells = [str(cell) for table in app.table for cell in table.value.to_numpy().ravel()]
    assert len([text for text in cells if "beacon" in text]) >= 4
    own = "[Link to this view: "
    assert [text for text in [*texts, *cells] if LIVE.search(text) and not text.startswith(own)] == []
    assert not any("<b onclick" in chart.proto.spec for chart in app.get("plotly_chart"))
