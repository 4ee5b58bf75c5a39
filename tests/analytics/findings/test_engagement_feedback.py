"""What came of what people asked for: the table of truth, days with those who still wait, no share of few."""

from __future__ import annotations

import math
import re

import numpy as np
import pandas as pd
import pytest
from scipy.stats import t as student

from analytics.findings.engagement import feedback
from analytics.findings.engagement.feedback import ACTION, ANOTHER_WAY, IN_TIME, NO_DATE, NO_REASON, OVERDUE, REASON
from analytics.findings.ways_out import ways_out
from analytics.reading import reading_table
from analytics.scope import Scope
from data.loading import load_files
from data.store import Store

FIRST, LAST, AS_OF = "2025-10", "2026-09", "2026-09-30"
COLUMNS = "item,force,event,area,raised_on,issue,status,action,no_action_reason,due,told_on"


@pytest.fixture(scope="module")
def view(demonstration):
    return demonstration.view()


@pytest.fixture(scope="module")
def rows(view):
    every = view.rows("feedback").collect("pandas").to_native()
    return every[every["raised_on"].str[:7].between(FIRST, LAST)]


@pytest.fixture(scope="module")
def found(view):
    return feedback(Scope(), view)


@pytest.fixture
def surrey(tmp_path):
    """A function that loads items, given as rows of cells by column, and events by number, day and method."""
    store = Store(tmp_path / "store")

    def load(items, events=()):
        folder = tmp_path / "files"
        folder.mkdir(exist_ok=True)
        usual = {"force": "surrey", "raised_on": "2026-03-01", "issue": "Bikes", "status": "open"}
        lines = [
            ",".join(str({"item": f"F{at:03d}", **usual, **row}.get(name, "")) for name in COLUMNS.split(","))
            for at, row in enumerate(items)
        ]
        if lines:
            (folder / "feedback.csv").write_text("\n".join([COLUMNS, *lines]))
        if events:
            text = "event,force,date,method\n" + "".join(f"{n},surrey,{day},{how}\n" for n, day, how in events)
            (folder / "events.csv").write_text(text)
        report = load_files([folder], store)
        assert not report.refused, report
        return store.view()

    return load


def clustered(true, rows):
    """Share and interval with the items of one event as a cluster, written out (Cochran 1977, 3.12; Wilson)."""
    of_cluster = true.groupby(rows["event"].fillna(rows["item"])).agg(["sum", "size"])
    p, m, n = of_cluster["sum"].sum() / len(rows), len(of_cluster), len(rows)
    v = m / (m - 1) * ((of_cluster["sum"] - p * of_cluster["size"]) ** 2).sum() / n**2
    size, t = min(p * (1 - p) / v, n), student.ppf(0.975, m - 1)
    centre = (p + t * t / (2 * size)) / (1 + t * t / size)
    half = t * math.sqrt(p * (1 - p) / size + t * t / (4 * size * size)) / (1 + t * t / size)
    return p, centre - half, centre + half


def test_what_came_of_it_is_counted_again_from_the_rows(found, rows):
    is_open = rows["status"] == "open"
    expected = {
        ACTION: (rows["status"] == "action taken").sum(),
        REASON: ((rows["status"] == "no action") & rows["no_action_reason"].notna()).sum(),
        NO_REASON: 0,
        IN_TIME: (is_open & (rows["due"] >= AS_OF)).sum(),
        OVERDUE: (is_open & (rows["due"] < AS_OF)).sum(),
    }
    outcomes = found.table.set_index("outcome")
    assert outcomes["items"].to_dict() == expected
    shown = outcomes.loc[ACTION, ["share_of_items", "low", "high"]].tolist()
    assert shown == pytest.approx(clustered(rows["status"] == "action taken", rows))
    assert set(outcomes["flag"]) == {""}
    assert f"{expected[OVERDUE]} of them overdue" in found.answer
    assert "as the records stood on 30 September 2026" in found.answer


def test_people_told_with_items_of_one_event_as_a_cluster(found, rows):
    told, (p, low, high) = found.tables["told"].iloc[0], clustered(rows["told_on"].notna(), rows)
    assert (told["told_share"], told["low"], told["high"]) == pytest.approx((p, low, high))
    assert found.headline == f"People were told what came of {p * 100:.0f}\u00a0% of what they asked for"


def test_half_are_told_by_the_day_on_which_kaplan_and_meiers_curve_falls_below_half(found, rows):
    end = rows["told_on"].fillna(AS_OF).to_numpy(dtype="datetime64[D]")
    days = (end - rows["raised_on"].to_numpy(dtype="datetime64[D]")).astype(int)
    told, share = rows["told_on"].notna().to_numpy(), 1.0
    for day in np.unique(days[told]):
        share *= 1 - (told & (days == day)).sum() / (days >= day).sum()
        if share < 0.5:
            break
    wait = found.tables["wait"].iloc[0]
    assert wait["median_days"] == day
    assert wait["low"] <= day <= wait["high"]
    assert wait["median_days"] > np.median(days[told])  # Without those who wait it would look quicker.
    assert f"Half are told within {day} days" in found.answer


@pytest.mark.parametrize(
    ("cells", "outcome"),
    [
        ({"status": "action taken", "action": "Patrols"}, ACTION),
        ({"status": "action taken"}, ACTION),
        ({"status": "action taken", "no_action_reason": "Not ours"}, ACTION),
        ({"status": "no action", "no_action_reason": "Not ours"}, REASON),
        ({"status": "no action"}, NO_REASON),
        ({"status": "no action", "action": "Patrols"}, NO_REASON),
        ({"status": "open", "due": "2026-03-30"}, OVERDUE),
        ({"status": "open", "due": "2026-03-31"}, IN_TIME),
        ({"status": "open", "due": "2026-04-01", "action": "Patrols"}, IN_TIME),
        ({"status": "open"}, NO_DATE),
    ],
)
def test_the_table_of_truth(surrey, cells, outcome):
    # The last day that the records speak of is 31 March, whatever day it is today.
    found = feedback(Scope(), surrey([cells, {"raised_on": "2026-03-31", "status": "action taken"}]))
    (item,) = found.tables["ledger"].loc[found.tables["ledger"]["item"] == "F000"].to_dict("records")
    assert item["outcome"] == outcome
    assert found.table.set_index("outcome").loc[outcome, "items"] >= 1


def test_the_last_day_is_that_of_the_records_and_not_of_the_period(surrey):
    view = surrey([{"due": "2026-03-10"}], events=[("E1", "2026-05-20", "Stall")])
    found = feedback(Scope(from_month="2026-03", to_month="2026-03"), view)
    assert "as the records stood on 20 May 2026" in found.answer
    assert found.tables["ledger"]["outcome"].tolist() == [OVERDUE]


def test_the_ledger_has_the_newest_first_and_reads_as_you_said_we_did(found, rows, surrey):
    ledger = found.tables["ledger"]
    assert len(ledger) == len(rows)
    assert ledger["raised_on"].is_monotonic_decreasing
    items = [
        {"raised_on": "2026-03-01", "status": "action taken", "action": "Patrols", "told_on": "2026-03-20"},
        {"raised_on": "2026-03-02", "status": "action taken"},
        {"raised_on": "2026-03-03", "status": "no action", "no_action_reason": "Not ours"},
        {"raised_on": "2026-03-04", "status": "no action"},
        {"raised_on": "2026-03-05", "due": "2026-03-10"},
    ]
    read = reading_table(feedback(Scope(), surrey(items)), "ledger")
    assert read[["You said", "We did", "We did not, because"]].to_numpy().tolist() == [
        ["Bikes", OVERDUE, ""],
        ["Bikes", "", "No reason given"],
        ["Bikes", "", "Not ours"],
        ["Bikes", "Action taken, not said which", ""],
        ["Bikes", "Patrols", ""],
    ]
    assert read["Told on"].tolist() == ["", "", "", "", "20 March 2026"]


def test_small_groups_have_counts_and_of_few_items_or_events_there_is_no_share(surrey):
    events = [(f"E{at}", "2026-03-01", "Stall" if at < 3 else "Visit") for at in range(15)]
    items = [{"event": f"E{at % 3}"} for at in range(12)] + [{"event": f"E{at}"} for at in range(3, 15)]
    items += [{"event": ""}] * 9
    methods = feedback(Scope(), surrey(items, events)).tables["methods"].set_index("name")
    assert list(methods.index) == ["Stall", "Visit", ANOTHER_WAY]
    assert methods["items"].tolist() == [12, 12, 9]
    assert methods.loc["Stall", "flag"] == "fewer than 10 events"
    assert methods.loc["Visit", "told_share"] == 0
    assert pd.isna(methods.loc[ANOTHER_WAY, "told_share"])
    assert methods.loc[ANOTHER_WAY, "flag"] == "too few to say"


def test_items_of_one_event_that_end_alike_are_not_so_many(surrey):
    events = [(f"E{at}", "2026-03-01", "Stall") for at in range(12)]
    items = [{"event": f"E{at % 12}", "status": "action taken" if at % 12 < 6 else "open"} for at in range(240)]
    row = feedback(Scope(), surrey(items, events)).table.set_index("outcome").loc[ACTION]
    # Half of 12 events, each as one: V = 12/11 x 12 x 10^2 / 240^2 = 1/44, so n* = 11, and t of 11 degrees is 2.201.
    t = 2.2009851600829
    half = t * math.sqrt(0.25 / 11 + t * t / (4 * 121)) / (1 + t * t / 11)
    assert (row["low"], row["high"]) == pytest.approx((0.5 - half, 0.5 + half))


def test_of_few_events_there_is_no_share_of_what_came_of_it(surrey):
    events = [("E0", "2026-03-01", "Stall")]
    found = feedback(Scope(), surrey([{"event": "E0", "status": "action taken"}] * 30, events))
    row = found.table.set_index("outcome").loc[ACTION]
    assert (row["items"], pd.isna(row["share_of_items"]), row["flag"]) == (30, True, "fewer than 10 events")
    assert found.chart() is None


def test_a_mistyped_day_is_not_the_last_one_of_the_records(surrey):
    items = [{"due": "2030-01-01"}] * 11 + [{"raised_on": "2026-03-31", "told_on": "2026-04-05"}]
    mistyped = {"told_on": "2062-01-01", "due": "2030-01-01"}
    found = feedback(Scope(), surrey([*items, mistyped]))
    assert "as the records stood on 5 April 2026" in found.answer
    assert "0 of them overdue" in found.answer
    # Nobody was told on a day that has not come; the item waits like the others.
    assert found.tables["wait"].iloc[0][["told", "not_told"]].tolist() == [1, 12]
    (said,) = [caveat for caveat in found.caveats if "when the log was loaded" in caveat]
    assert said.startswith("1 record bears a day after ")
    assert not any("told before it was raised" in caveat for caveat in found.caveats)


def test_records_of_days_to_come_alone_stand_as_on_the_day_they_were_loaded(surrey):
    view = surrey([{"raised_on": "2062-01-01"}] * 2)
    found = feedback(Scope(), view)
    loaded = view.current_loads["at"].max()
    assert f"as the records stood on {loaded.day} {loaded:%B %Y}" in found.answer
    assert any(caveat.startswith("2 records bear a day after ") for caveat in found.caveats)


def test_two_neighbourhoods_of_one_name_stay_two(surrey, tmp_path, square_areas):
    corners = {"E05000001": (-1.0, 51.0), "E05000002": (-0.5, 51.0)}
    wards = square_areas("WD22", corners, 0.4, dict.fromkeys(corners, "E07000207"))
    (tmp_path / "files").mkdir()
    (tmp_path / "files" / "wards.geojson").write_bytes(re.sub(rb"Area E0500000\d", b"Town", wards))
    (tmp_path / "files" / "lad.geojson").write_bytes(square_areas("LAD22", {"E07000207": (-1.0, 51.0)}))
    lookup = "LAD22CD,LAD22NM,PFA22CD,PFA22NM\nE07000207,Elmbridge,E23000031,Surrey\n"
    (tmp_path / "files" / "lookup.csv").write_text(lookup)
    view = surrey([{"area": code} for code in corners for _ in range(12)])
    areas = feedback(Scope(), view).tables["areas"]
    assert areas[["name", "items"]].to_numpy().tolist() == [["Town (E05000001)", 12], ["Town (E05000002)", 12]]


def test_reasons_that_are_rare_are_counted_together(surrey):
    items = [{"status": "no action", "no_action_reason": "Not ours"}] * 12
    items += [{"status": "no action", "no_action_reason": name} for name in ("Rare", "Rarer")]
    reasons = feedback(Scope(), surrey(items)).tables["reasons"]
    assert reasons.to_numpy().tolist() == [["Not ours", 12], ["2 other reasons, given fewer than 10 times each", 2]]


def test_few_items_have_counts_and_no_shares(surrey):
    found = feedback(Scope(), surrey([{"status": "action taken"}] * 9))
    assert found.headline == "People asked for 9 things in March 2026"
    assert found.table["share_of_items"].isna().all()
    assert "action was taken on 9;" in found.answer
    assert found.chart() is None


def test_where_fewer_than_half_are_told_no_number_of_days_is_given(surrey):
    view = surrey([{"told_on": "2026-03-05"}] * 4 + [{}] * 16, events=[("E1", "2026-03-31", "Stall")])
    found = feedback(Scope(), view)
    assert pd.isna(found.tables["wait"].iloc[0]["median_days"])
    assert "can't be said: fewer than half are" in found.answer


def test_told_before_it_was_raised_is_left_out_of_the_days_and_named(surrey):
    found = feedback(Scope(), surrey([{"told_on": "2026-02-01"}] * 2 + [{"told_on": "2026-03-08"}] * 10))
    assert found.tables["wait"].iloc[0][["told", "median_days"]].tolist() == [10, 7]
    assert "Half are told within 7 days; too many are told on one day for an interval." in found.answer
    assert "2 items told before it was raised: left out of the days." in found.caveats


@pytest.mark.parametrize(
    ("items", "scope", "said"),
    [
        ([], Scope(), "No feedback of Surrey Police is loaded, so nobody can say what came of what people asked for."),
        ([{}], Scope(to_month="2025-03"), "No feedback of Surrey Police was raised in March 2025."),
    ],
)
def test_what_can_not_be_answered_says_why(surrey, items, scope, said):
    view = surrey(items, events=[("E1", "2026-03-01", "Stall"), ("E2", "2025-03-01", "Stall")])
    found = feedback(scope, view)
    assert (found.refused, found.answer) == (True, said)
    ways = ways_out("engagement.feedback", Scope.of(dict(found.provenance.scope)), view)
    assert [way.label for way in ways] == (["Show March 2025 to March 2026"] if items else [])


def test_feedback_without_any_event_is_answered(surrey):
    found = feedback(Scope(), surrey([{"status": "action taken", "action": "Patrols"}] * 12))
    assert not found.refused
    assert {file.name for file in found.provenance.files} == {"feedback.csv"}
