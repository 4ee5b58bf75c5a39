"""Confidence of people who were stopped against others, and areas beside each other: computed again from the people."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import pytest
from scipy.stats import pearsonr

from analytics.findings.stop_and_search import confidence_link, linked
from analytics.findings.stop_and_search.area_changes import between_areas, like_months, verdict_of
from analytics.findings.stop_and_search.area_changes import said as said_of_areas
from analytics.findings.stop_and_search.linked import ECOLOGICAL, HELD, ONLY_BETWEEN, PEOPLE, linkable
from analytics.findings.tested import SIDES
from analytics.scope import Scope
from analytics.survey import correlation
from data.cubes import EVERYONE
from data.vocabularies.survey import FAIR_USE
from tests.analytics.findings.test_stop_and_search import checked
from tests.surveys import publish, wave

GROUPS = ("White", "Black", "Asian")
SIZES = (3_000, 700, 700)
STOPPED = (0.08, 0.30, 0.12)
CONFIDENT = (0.62, 0.40, 0.55)
SCALE = ("Strongly agree", "Tend to disagree")
FAIRLY = ("Very confident", "Not very confident")


def people(planted, seed=3, fair=0.0):
    """Groups that differ in confidence and in how often they are stopped; in each the stopped differ by `planted`."""
    random = np.random.default_rng(seed)
    ethnicity = np.repeat(GROUPS, SIZES)
    place = np.repeat(np.arange(len(GROUPS)), SIZES)
    stopped = random.random(len(place)) < np.array(STOPPED)[place]
    trusts, agrees = (
        random.random(len(place)) < np.array(CONFIDENT)[place] + moved * stopped for moved in (planted, fair)
    )
    return {
        "ethnicity": list(ethnicity),
        "stopped_12m": ["Yes" if one else "No" for one in stopped],
        "overall_confidence": [SCALE[0] if one else SCALE[1] for one in trusts],
        "ss_fair": [FAIRLY[0] if one else FAIRLY[1] for one in agrees],
        "weight": list(np.round(random.uniform(0.5, 2, len(place)), 3)),
    }


def surveyed(town, made, **about):
    """The same people in a survey that ends with the last month of searches."""
    town.stops("2019-06", {"White": 200, "Black": 60})
    town.view()
    return publish(town.store, wave("2019-Q2", "2019-06", about=about, **made))


def row_of(finding, measure="overall_confidence", group=EVERYONE):
    rows = json.loads(finding.as_json())["table"]
    (row,) = [row for row in rows if (row["measure"], row["group"]) == (measure, group)]
    return row


def of_the_people(made, measure, positive):
    """The coefficient of stopped in weighted least squares with a level for each group, solved by numpy."""
    frame = pd.DataFrame(made)
    y, w = (frame[measure] == positive).to_numpy(dtype=float), np.sqrt(frame["weight"].to_numpy())
    levels = np.array([frame["ethnicity"] == name for name in GROUPS], dtype=float).T
    x = np.column_stack([frame["stopped_12m"] == "Yes", levels]).astype(float)
    return np.linalg.lstsq(x * w[:, None], y * w, rcond=None)[0][0]


@pytest.mark.long
def test_a_planted_difference_within_groups_is_found_again(town):
    made = people(-0.2)
    finding = confidence_link(Scope(), surveyed(town, made))
    row = row_of(finding)
    assert row["difference"] == pytest.approx(of_the_people(made, "overall_confidence", SCALE[0]), abs=1e-9)
    assert row["low"] < -0.2 < row["high"] < 0
    assert (row["verdict"], row["flag"]) == (SIDES.below, HELD)
    assert finding.headline == "Confidence is clearly lower among people who were stopped"
    # Nothing was planted in the agreement on fair use.
    fair = row_of(finding, FAIR_USE)
    assert fair["difference"] == pytest.approx(of_the_people(made, "ss_fair", FAIRLY[0]), abs=1e-9)
    assert fair["verdict"] == SIDES.neither
    assert (finding.claim, finding.claim_name) == (1, "associated")
    assert {ECOLOGICAL, PEOPLE} <= set(finding.caveats)
    checked(finding)


def test_a_difference_between_groups_alone_is_none_among_people_of_one_group(town):
    """Black people are stopped more and have less confidence: all together the stopped stand lower, held equal not."""
    made = people(0.0)
    finding = confidence_link(Scope(), surveyed(town, made))
    row = row_of(finding)
    # Expected are .52 of the stopped and .58 of others, as Black people are 2 in 5 of the stopped.
    apart = row["stopped"] - row["not_stopped"]
    assert apart < -0.02
    assert row["difference"] - apart > 0.04
    assert row["difference"] == pytest.approx(of_the_people(made, "overall_confidence", SCALE[0]), abs=1e-9)
    assert row["low"] < 0 < row["high"]
    assert row["verdict"] == SIDES.neither
    assert finding.headline == "Confidence of people who were stopped: no clear difference"


def test_each_measure_is_named_with_the_groups_in_which_it_is_lower():
    rows = [
        ("overall_confidence", "Black", "below"),
        ("overall_confidence", "Asian", "above"),
        (FAIR_USE, "White", "below"),
    ]
    table = pd.DataFrame(rows, columns=["measure", "group", "verdict"])
    assert linked._by_group_lower(table) == (
        "By ethnic group confidence is clearly lower among Black people; agreement on fair use is clearly lower among "
        "White people."
    )
    assert linked._by_group_lower(table.iloc[1:2]) == ""


def test_a_mean_within_groups_is_not_said_as_the_difference_of_the_two_shares():
    """47 and 64 % are 17 points apart; within groups it is 15 on average, and a reader subtracts."""
    ends = {"stopped_low": 0.4, "stopped_high": 0.54, "not_stopped_low": 0.63, "not_stopped_high": 0.65}
    row = {
        "measure": "overall_confidence",
        "stopped": 0.47,
        "not_stopped": 0.64,
        "difference": -0.15,
        "low": -0.22,
        "high": -0.08,
    }
    said = linked.said({**row, **ends, "flag": HELD, "verdict": SIDES.below}).replace("\u00a0", " ")
    assert said.endswith(
        "and 64 % (63 to 65 %) of others: within ethnic groups on average 15 points lower (\u221222 to \u22128)"
    )
    assert "a difference of \u221215 points" in linked.said({**row, **ends, "flag": "", "verdict": SIDES.below})


@pytest.mark.long
def test_shares_of_each_group_are_those_of_its_people(town):
    made = people(-0.2)
    finding = confidence_link(Scope(), surveyed(town, made))
    frame = pd.DataFrame(made)
    for name in GROUPS:
        row = row_of(finding, group=name)
        for side, word in (("stopped", "Yes"), ("not_stopped", "No")):
            own = frame[(frame["ethnicity"] == name) & (frame["stopped_12m"] == word)]
            share = np.average(own["overall_confidence"] == SCALE[0], weights=own["weight"])
            assert (row[side], row[f"{side}_base"]) == (pytest.approx(share), len(own))
        assert row["difference"] == pytest.approx(row["stopped"] - row["not_stopped"])


def test_a_group_with_few_who_were_stopped_is_withheld_and_no_total_gives_it_away(town):
    made = people(-0.2)
    few = [place for place, name in enumerate(made["ethnicity"]) if name == "Asian"]
    for number, place in enumerate(few):
        made["stopped_12m"][place] = "Yes" if number < 30 else "No"
    finding = confidence_link(Scope(), surveyed(town, made))
    asian, black, white = (row_of(finding, group=name) for name in ("Asian", "Black", "White"))
    assert [asian[name] for name in ("stopped", "not_stopped", "difference", "stopped_base", "low")] == [None] * 5
    assert asian["flag"].startswith("not enough answers")
    smaller = min(black, white, key=lambda row: row["stopped_base"] or 0)
    assert smaller["stopped_base"] is None
    assert smaller["not_stopped_base"] is None
    assert smaller["stopped"] is not None


def test_without_ethnic_group_everyone_is_compared_as_they_are(town):
    made = people(-0.2)
    made.pop("ethnicity")
    finding = confidence_link(Scope(), surveyed(town, made))
    row = row_of(finding)
    assert row["difference"] == pytest.approx(row["stopped"] - row["not_stopped"])
    assert row["flag"] == "not by ethnic group"
    assert any("Ethnic group is not held equal" in caveat for caveat in finding.caveats)


@pytest.mark.parametrize(
    ("left_out", "why"),
    [
        (
            "stopped_12m",
            "No survey of this force whose answers are held asks whether people were stopped and searched.",
        ),
        (("overall_confidence", "ss_fair"), "No wave of Residents up to June 2019 asks of confidence or of fair use."),
    ],
)
def test_what_the_survey_does_not_hold_is_said(town, left_out, why):
    made = people(-0.2) | {"fair": ["Strongly agree"] * sum(SIZES)}
    for name in [left_out] if isinstance(left_out, str) else left_out:
        made.pop(name)
    finding = confidence_link(Scope(), surveyed(town, made))
    assert (finding.refused, finding.answer) == (True, why)


def test_a_measure_that_is_only_asked_later_is_left_out(town):
    """Fair use is first asked in the wave after the searches: confidence is told all the same."""
    made = people(-0.2)
    town.stops("2019-06", {"White": 200, "Black": 60})
    town.view()
    before = {name: values for name, values in made.items() if name != "ss_fair"}
    view = publish(town.store, wave("2019-Q2", "2019-06", **before), wave("2019-Q3", "2019-09", **made))
    finding = confidence_link(Scope(), view)
    assert {row["measure"] for row in json.loads(finding.as_json())["table"]} == {"overall_confidence"}
    assert row_of(finding)["verdict"] == SIDES.below


def test_too_few_who_were_stopped_are_refused(town):
    made = people(-0.2)
    made["stopped_12m"] = ["Yes"] * 20 + ["No"] * (sum(SIZES) - 20)
    finding = confidence_link(Scope(), surveyed(town, made))
    assert finding.refused
    assert finding.answer.startswith("Residents has not enough answers of people who were stopped")


# Areas


@pytest.mark.parametrize(("sign", "verdict", "way"), [(-1, SIDES.below, "lower"), (1, SIDES.above, "higher")])
def test_areas_are_not_said_to_rise_or_fall_where_all_move_one_way(sign, verdict, way):
    """Searches fell in every area and confidence rose in every one, the more the more, or the less, they fell."""
    random = np.random.default_rng(7)
    searches = random.uniform(-9, -1, 40)
    confidence = 0.2 + sign * 0.01 * searches + random.normal(0, 0.01, 40)
    assert (searches.max() < 0, confidence.min() > 0) == (True, True)
    made = correlation(searches, confidence)
    assert verdict_of(made) == verdict
    told = said_of_areas(made, verdict, "district")
    assert told.startswith(
        f"Between areas, the change in confidence was {way} where the change in searches was higher (40 districts;"
    )


def test_like_months_are_those_with_a_file_in_both_years():
    held = ["2018-01", "2018-03", "2018-04", "2019-01", "2019-02", "2019-03", "2020-04"]
    assert like_months(held, "2019-01", "2019-12") == ["2019-01", "2019-03"]


@pytest.mark.long
def test_a_year_with_months_missing_is_set_against_the_same_months_alone(demonstration):
    """Files begin in October 2022, so the year to April 2024 has 7 months with one a year before."""
    view = demonstration.view()
    held = linkable(Scope(to_month="2024-04"), view)
    between = between_areas(held.scope, view, held.first)
    assert any(caveat.startswith("Searches are those of 7 of 12 months") for caveat in between.caveats)
    areas = between.areas.set_index("area")
    cube = view.rows("stops_cube").collect("pandas").to_native()
    cube = cube[cube["person"] & (cube["area_level"] == "neighbourhood") & (cube["area"] == "X05000001")]
    residents = view.rows("residents_cube").collect("pandas").to_native()
    people = residents.loc[(residents["level"] == "ward") & (residents["area_code"] == "X05000001"), "residents"].sum()
    later, before = (
        cube.loc[cube["month"].between(*months), "stops"].sum()
        for months in (("2023-10", "2024-04"), ("2022-10", "2023-04"))
    )
    assert areas.loc["X05000001", "search_change"] == pytest.approx(1_000 * (later - before) / people)


@pytest.mark.long
def test_a_link_between_areas_alone_is_told_as_an_ecological_fallacy(town, monkeypatch):
    """Areas in which searches rose lost confidence, while among people of one group the stopped differ in nothing."""
    random = np.random.default_rng(5)
    searches = random.normal(0, 3, 40)
    confidence = -0.02 * searches + random.normal(0, 0.03, 40)
    made = correlation(searches, confidence)
    verdict = verdict_of(made)
    assert verdict == SIDES.below

    def planted(scope, view, answers):
        from analytics.findings.stop_and_search.area_changes import Between, _nothing, _table

        return Between(_table(made, verdict), _nothing("").areas, verdict, said_of_areas(made, verdict, "district"))

    monkeypatch.setattr(linked.area_changes, "between_areas", planted)
    alone = confidence_link(Scope(), surveyed(town, people(0.0)))
    assert alone.caveats[0] == ONLY_BETWEEN
    assert any("areas are not people" in caveat for caveat in alone.caveats)
    assert "areas are not people" in alone.alt
    assert row_of(alone)["verdict"] == SIDES.neither


@pytest.mark.long
def test_a_link_among_people_is_no_fallacy(town, monkeypatch):
    finding = confidence_link(Scope(), surveyed(town, people(-0.25)))
    assert ONLY_BETWEEN not in finding.caveats
    assert any(caveat.startswith("Areas are not set beside each other") for caveat in finding.caveats)
    whole = [{"verdict": SIDES.below}]
    assert not linked.only_between(whole, SIDES.below)
    assert not linked.only_between([{"verdict": SIDES.neither}], SIDES.neither)
    assert linked.only_between([{"verdict": SIDES.neither}], SIDES.below)


@pytest.mark.long
def test_changes_of_areas_in_the_demonstration_are_those_of_the_cubes(demonstration):
    view = demonstration.view()
    finding = confidence_link(Scope(), view)
    checked(finding)
    areas = finding.tables["areas"].set_index("area")
    cube = view.rows("stops_cube").collect("pandas").to_native()
    cube = cube[cube["person"] & (cube["area_level"] == "neighbourhood")]
    residents = view.rows("residents_cube").collect("pandas").to_native()
    residents = (
        residents[residents["level"] == "ward"].groupby(residents["area_code"].astype(object))["residents"].sum()
    )
    for code in ("X05000001", "X05000017"):
        own = cube[cube["area"] == code]
        later, before = (
            own.loc[own["month"].between(*years), "stops"].sum()
            for years in (("2025-10", "2026-09"), ("2024-10", "2025-09"))
        )
        assert areas.loc[code, "search_change"] == pytest.approx(1_000 * (later - before) / residents[code])
    told = areas.dropna(subset=["search_change", "change"])
    found = pearsonr(told["search_change"].astype(float), told["change"].astype(float))
    (between,) = finding.tables["between"].to_dict("records")
    assert between["correlation"] == pytest.approx(found.statistic)
    assert between["p_value"] == pytest.approx(found.pvalue)
    assert (between["low"], between["high"]) == pytest.approx(tuple(found.confidence_interval(0.95)))
    assert between["base"] == len(told)


def test_without_like_months_areas_are_not_set_beside_each_other(demonstration):
    """Files begin in October 2022: the year to February 2024 has 5 months with one a year before."""
    view = demonstration.view()
    for last, said in (("2024-02", "5 months in the year to February 2024 have"), ("2023-09", "no month in the year")):
        held = linkable(Scope(to_month=last), view)
        between = between_areas(held.scope, view, held.first)
        assert between.said.startswith(f"Areas are not set beside each other: {said}")
        assert between.said.endswith("and 6 such months are needed.")
        assert (between.verdict, len(between.table)) == ("", 0)


@pytest.mark.long
def test_the_chart_of_areas_draws_every_area_with_both_changes(demonstration):
    finding = confidence_link(Scope(), demonstration.view())
    (panel,) = [panel for panel in finding.panels if panel.label.startswith("Areas")]
    told = finding.tables["areas"].dropna(subset=["search_change", "change"])
    for mode in ("light", "dark"):
        figure = panel.draw(mode)
        go.Figure(figure.to_dict())  # Plotly's own check.
        assert len(figure.data[0]["x"]) == len(told)
        assert list(figure.data[0]["x"]) == pytest.approx(list(told["search_change"]))
