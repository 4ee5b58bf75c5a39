"""How much engagement there was: figures counted again from the rows, gaps that stay gaps, what is not recorded."""

from __future__ import annotations

import math

import pandas as pd
import pytest
from scipy.stats import t as student

from analytics.findings import QUESTIONS
from analytics.findings.engagement import activity
from analytics.findings.engagement.activity import FURTHER, LEVELS, NO_LOG, RUNGS
from analytics.findings.ways_out import ways_out
from analytics.scope import Scope
from data.loading import load_files
from data.store import Store

FIRST, LAST = "2025-10", "2026-09"
COLUMNS = (
    "event,force,date,area,level,method,channel,rung,participants,first_time,useful,rated,officer_hours,volunteer_hours"
)


@pytest.fixture(scope="module")
def view(demonstration):
    return demonstration.view()


@pytest.fixture(scope="module")
def rows(view):
    """The events of the period that is shown first, from the store."""
    every = view.rows("events").collect("pandas").to_native()
    return every[every["date"].str[:7].between(FIRST, LAST)]


@pytest.fixture(scope="module")
def found(view):
    return activity(Scope(), view)


def wilson(p, n, t):
    centre = (p + t * t / (2 * n)) / (1 + t * t / n)
    half = t * math.sqrt(p * (1 - p) / n + t * t / (4 * n * n)) / (1 + t * t / n)
    return centre - half, centre + half


def clustered(part, whole):
    """Share and interval with events as clusters, written out."""
    part, whole = part[whole > 0], whole[whole > 0]
    p, m, people = part.sum() / whole.sum(), len(whole), whole.sum()
    v = m / (m - 1) * ((part - p * whole) ** 2).sum() / people**2
    return p, *wilson(p, min(p * (1 - p) / v, people), student.ppf(0.975, m - 1))


@pytest.mark.parametrize(
    ("table", "column"), [("rungs", "rung"), ("levels", "level"), ("methods", "method"), ("channels", "channel")]
)
def test_each_kind_of_event_is_counted_again_from_the_rows(found, rows, table, column):
    assert set(found.tables[table]["name"]) == set(rows[column])
    total = len(rows)
    for row in found.tables[table].to_dict("records"):
        own = rows[rows[column] == row["name"]]
        share = len(own) / total
        low, high = wilson(share, total - 1, student.ppf(0.975, total - 1))
        assert (row["events"], row["base"], row["participants"]) == (len(own), total, own["participants"].sum())
        assert (row["share_of_events"], row["low"], row["high"]) == pytest.approx((share, low, high))
        assert row["officer_hours"] == pytest.approx(own["officer_hours"].sum())
        useful = (row["useful"], row["useful_low"], row["useful_high"])
        assert useful == pytest.approx(clustered(own["useful"], own["rated"]))
        first = (row["first_time"], row["first_time_low"], row["first_time_high"])
        assert first == pytest.approx(clustered(own["first_time"], own["participants"]))


def test_months_add_up_to_the_period(found, rows):
    months = found.table
    assert list(months["month"]) == sorted(rows["date"].str[:7].unique())
    assert months["events"].tolist() == rows.groupby(rows["date"].str[:7]).size().tolist()
    assert months["participants"].sum() == rows["participants"].sum()
    assert months[list(RUNGS)].sum().sum() == len(rows)
    assert set(months["flag"]) == {""}


def test_the_headline_is_the_share_beyond_consulting(found, rows):
    share = rows["rung"].isin(FURTHER).mean()
    assert found.headline == f"{share * 100:.0f}\u00a0% of events went further than informing or consulting people"
    assert len(found.headline) < 70
    low, high = wilson(share, len(rows) - 1, student.ppf(0.975, len(rows) - 1))
    assert f"{share * 100:.0f}\u00a0% ({low * 100:.0f} to {high * 100:.0f}\u00a0%) went further" in found.answer
    assert found.claim == 0
    assert not any(word in found.answer for word in (" rose", " fell", "increase", "decrease"))
    assert "No test of a change from month to month was made." in found.caveats


def test_neighbourhoods_without_an_event_are_an_agenda_in_the_order_of_their_names(found, rows, view):
    areas = view.rows("areas").collect("pandas").to_native()
    every = set(areas.loc[areas["level"] == "ward", "code"])
    absent = found.tables["areas"]
    assert set(absent["area"]) == every - set(rows["area"])
    assert list(absent["name"]) == sorted(absent["name"], key=str.casefold)
    assert (absent["last_event"] < f"{FIRST}-01").all()
    assert f"No event is logged in {len(absent)} of 60 neighbourhoods: " in found.answer


def test_tiles_and_panels_have_an_interval_each(found):
    assert [tile.label for tile in found.tiles] == ["Events", "Went further", "Found it useful", "First time there"]
    assert all(" to " in tile.interval for tile in found.tiles[1:])
    assert [panel.label for panel in found.panels] == [
        "How far people had a say",
        "Whom it was with",
        "How people were met",
    ]
    assert found.chart("dark") is not None


@pytest.fixture
def surrey(tmp_path):
    """A function that loads events, given as rows of cells by column, and plans."""
    store = Store(tmp_path / "store")

    def load(events, plans=()):
        folder = tmp_path / "files"
        folder.mkdir(exist_ok=True)
        names = COLUMNS.split(",")
        lines = [
            ",".join(str({"event": f"E{at}", "force": "surrey", **row}.get(name, "")) for name in names)
            for at, row in enumerate(events)
        ]
        (folder / "events.csv").write_text("\n".join([COLUMNS, *lines]))
        if plans:
            text = "force,area,month,method,done_as\n"
            (folder / "plans.csv").write_text(text + "".join(f"surrey,{','.join(plan)}\n" for plan in plans))
        report = load_files([folder], store)
        assert not report.refused, report
        return store.view()

    return load


def days(*dates, **cells):
    return [{"date": date, **cells} for date in dates]


def test_a_month_without_an_event_is_zero_within_the_log_and_a_gap_outside_it(surrey):
    found = activity(Scope(from_month="2025-12", to_month="2026-06"), surrey(days("2026-02-03", "2026-04-30")))
    months = found.table.set_index("month")
    assert months["events"].dropna().to_dict() == {"2026-02": 1, "2026-03": 0, "2026-04": 1}
    assert months.loc[months["events"].isna(), "flag"].to_dict() == dict.fromkeys(
        ["2025-12", "2026-01", "2026-05", "2026-06"], NO_LOG
    )
    assert found.caveats[0].startswith("4 months of the period are before the first logged event or after the last")


def test_few_events_are_counted_without_shares(surrey):
    found = activity(Scope(), surrey(days(*["2026-02-03"] * 9, rung="involve", participants=20, useful=8, rated=10)))
    assert found.headline == "9 events in February 2026"
    rungs = found.tables["rungs"].set_index("name")
    assert rungs.loc["involve", ["events", "participants", "rated"]].tolist() == [9, 180, 90]
    assert rungs[["share_of_events", "useful", "first_time"]].isna().all(axis=None)
    assert set(rungs["flag"]) == {"too few to say"}
    assert not found.panels
    assert found.chart() is None


def test_what_is_not_recorded_is_counted_and_is_no_share(surrey):
    events = [
        *days(*["2026-02-03"] * 15, rung="inform"),
        *days(*["2026-03-03"] * 5, rung="empower"),
        *days("2026-03-04"),
    ]
    found = activity(Scope(), surrey(events))
    rungs = found.tables["rungs"].set_index("name")
    assert rungs["events"].to_dict() == {
        "inform": 15,
        "consult": 0,
        "involve": 0,
        "collaborate": 0,
        "empower": 5,
        "Not recorded": 1,
    }
    assert rungs["share_of_events"].dropna().to_dict() == pytest.approx(
        {"inform": 0.75, "consult": 0, "involve": 0, "collaborate": 0, "empower": 0.25}
    )
    assert "1 do not record how far people had a say; of the others 75\u00a0%" in found.answer
    assert "no event says how many took part" in found.answer
    assert found.table["rung_unknown"].tolist() == [0, 1]
    assert set(found.tables["levels"]["name"]) == {*LEVELS, "Not recorded"}


@pytest.mark.long
def test_a_log_that_writes_out_what_is_not_recorded_means_the_same(surrey):
    events = days(*["2026-02-03"] * 11, method="Stall") + days("2026-03-03", method="Not recorded") + days("2026-03-04")
    methods = activity(Scope(), surrey(events)).tables["methods"].set_index("name")
    assert methods["events"].to_dict() == {"Stall": 11, "Not recorded": 2}
    assert methods["share_of_events"].dropna().to_dict() == {"Stall": 1}


def test_few_ratings_are_counted_without_a_share(surrey):
    events = days(*["2026-02-03"] * 12, rung="inform", participants=30) + days("2026-02-04", useful=3, rated=4)
    row = activity(Scope(), surrey(events)).tables["all"].iloc[0]
    assert (row["rated"], pd.isna(row["useful"])) == (4, True)
    assert row["flag"] == "useful: too few to say"


def test_nothing_can_be_subtracted_from_ratings_because_none_is_withheld(surrey):
    events = days(*["2026-02-03"] * 10, method="Stall", useful=2, rated=3, first_time=1, participants=5)
    events += days("2026-02-04", method="Visit", useful=1, rated=2, first_time=0, participants=4)
    tables = activity(Scope(), surrey(events)).tables
    methods, (every,) = tables["methods"].set_index("name"), tables["all"].to_dict("records")
    assert methods["rated"].to_dict() == {"Stall": 30, "Visit": 2}
    assert methods["first_time_base"].to_dict() == {"Stall": 50, "Visit": 4}
    assert (every["rated"], every["first_time_base"]) == (32, 54)
    assert methods.loc["Visit", ["useful", "first_time"]].isna().all()
    assert methods.loc["Visit", "flag"] == "useful: too few to say; first time: too few to say"


def test_a_planned_event_ends_no_month_of_the_plan(surrey):
    plans = [("E05000001", "2026-02", "Stall", "E0"), ("E05000001", "2026-03", "Stall", "")]
    view = surrey(days("2026-02-03", "2026-03-30", "2062-01-01"), plans)
    found = activity(Scope(to_month="2026-04"), view)
    assert found.tables["plans"].to_dict("records") == [{"month": "2026-02", "planned": 1, "done": 1}]
    (said,) = [caveat for caveat in found.caveats if "when the log was loaded" in caveat]
    assert said.startswith("1 record bears a day after ")


def test_parts_larger_than_their_whole_are_left_out_and_named(surrey):
    events = days(*["2026-02-03"] * 12, useful=6, rated=10, participants=12) + days("2026-02-04", useful=30, rated=10)
    found = activity(Scope(), surrey(events))
    row = found.tables["all"].iloc[0]
    assert (row["useful"], row["rated"]) == (pytest.approx(0.6), 120)
    assert "1 event left out of a share: more useful than rated" in found.provenance.rules


def test_spellings_that_differ_in_capitals_alone_are_one_method(surrey):
    events = [{"date": "2026-02-03", "method": name} for name in ["Street surgery"] * 8 + ["street  Surgery"] * 4]
    methods = activity(Scope(), surrey(events)).tables["methods"]
    assert methods[["name", "events"]].to_numpy().tolist() == [["Street surgery", 12]]


def test_a_plan_is_set_against_what_was_done_in_months_that_are_over(surrey):
    plans = [
        ("E05000001", "2026-02", "Stall", "E0"),
        ("E05000001", "2026-02", "Visit", ""),
        ("E05000001", "2026-03", "Stall", ""),
        ("E05000001", "2026-04", "Stall", ""),
    ]
    # The last event is on 30 March: March is not over on that day, as far as the records tell.
    found = activity(Scope(to_month="2026-04"), surrey(days("2026-02-03", "2026-03-30"), plans))
    assert found.tables["plans"].to_dict("records") == [{"month": "2026-02", "planned": 2, "done": 1}]
    assert "Of 2 planned in the months that are over, 1 have an event that fulfilled them." in found.caveats
    assert {file.name for file in found.provenance.files} == {"events.csv", "plans.csv"}


def test_without_known_neighbourhoods_nobody_says_where_there_was_none(surrey):
    found = activity(Scope(), surrey(days("2026-02-03", area="E05000001")))
    assert found.tables["areas"].empty
    assert "neighbourhoods" not in found.answer
    assert any("do not name the same neighbourhoods" in caveat for caveat in found.caveats)


@pytest.mark.parametrize(
    ("scope", "said"),
    [
        (Scope("kent"), "No engagement event of Kent Police is loaded."),
        (
            Scope(from_month="2020-01", to_month="2020-03"),
            "No event of Surrey Police is logged from January to March 2020.",
        ),
    ],
)
def test_what_can_not_be_answered_says_why_and_offers_a_way_out(surrey, scope, said):
    view = surrey(days("2026-02-03", "2026-03-03"))
    found = activity(scope, view)
    assert (found.refused, found.answer) == (True, said)
    ways = ways_out("engagement.activity", Scope.of(dict(found.provenance.scope)), view)
    assert [way.label for way in ways] == ([] if scope.force else ["Show February to March 2026"])


def test_an_empty_store(tmp_path):
    found = QUESTIONS["engagement.activity"].answer(Scope(), Store(tmp_path / "none").view())
    assert (found.refused, found.answer) == (True, "No engagement event is loaded.")
