"""What changed, where to look and how new the data are, on the demonstration, from the rows and the formulas again.

The estimates are those of `test_survey_figures`, written out one answer and one sampling unit at a time.
"""

from __future__ import annotations

import math
from statistics import NormalDist

import pytest

from analytics.findings import QUESTIONS, overview, trends
from analytics.findings.overview.data_state import rhythm
from analytics.findings.survey import estimates
from analytics.findings.survey.answers import Answers
from analytics.scope import Scope
from tests.analytics.findings.test_survey_figures import (
    BEFORE,
    LAST,
    POSITIVE,
    Estimate,
    close,
    covariance,
    difference,
    p_value,
    satterthwaite,
    strata,
)
from tests.surveys import answers, publish, wave


@pytest.fixture(scope="module")
def view(demonstration):
    return demonstration.view()


@pytest.fixture(scope="module")
def people(view):
    return view.rows("responses").collect("pandas").to_native().sort_values(["wave", "row"], ignore_index=True)


@pytest.fixture(scope="module")
def changed(view):
    return overview.what_changed(Scope(), view)


@pytest.fixture(scope="module")
def places(view):
    return overview.where_to_look(Scope(), view)


def accepted(p_values, rate=0.10):
    """The largest p-value that Benjamini and Hochberg's step-up rule accepts."""
    ordered = sorted(float(p) for p in p_values if p == p)
    return max((p for rank, p in enumerate(ordered, start=1) if p < rank / len(ordered) * rate), default=-1.0)


@pytest.mark.parametrize("measure", POSITIVE)
def test_the_change_of_a_measure_in_the_whole_force(measure, changed, people):
    rows = changed.table[changed.table["area"].isna() & (changed.table["measure"] == measure)]
    (row,) = rows.to_dict("records")
    now, then = (Estimate(people, measure, people["wave"] == name) for name in (LAST, BEFORE))
    size, low, high = difference(now, then)
    close([row["change"], row["change_low"], row["change_high"]], [size, low, high])
    close([row["estimate"], row["low"], row["high"], row["was"]], [now.share, *now.interval(), then.share])
    one, other = now.variance(), then.variance()
    units = len(now.present) + len(then.present)
    df = satterthwaite(one, now.df(), other, then.df(), units, strata(now, then))
    variance = one + other - 2 * covariance(now.units, then.units)
    assert row["p_value"] == pytest.approx(p_value(size, variance, low, high, df), rel=1e-6)
    assert row["base"] == now.base


def test_every_measure_is_tested_and_the_verdicts_keep_the_rate_over_all_of_them(changed):
    table = changed.table
    assert len(table) == 19 * (1 + 6)
    for own in (table[table["area"].isna()], table[table["area"].notna()]):
        limit = accepted(own["p_value"])
        for row in own.to_dict("records"):
            clear = row["p_value"] <= limit and (row["change_low"] > 0 or row["change_high"] < 0)
            assert row["verdict"] == (("rose" if row["change"] > 0 else "fell") if clear else "no clear change")
    assert [line.bold for line in changed.lines] == ["Kept informed"]  # The planted fall; nothing else was planted.
    assert "19 changes over a year and 114 in the districts tested, 1 stands out" in changed.answer
    assert changed.lines[0].leads.page == "trends"
    assert changed.lines[0].leads.address["measure"] == "informed_local"


@pytest.mark.parametrize("area", ["X07000003", "X05000017"])
def test_the_changes_of_an_area_are_those_of_trends(area, view):
    found = overview.what_changed(Scope(area=area), view)
    assert set(found.table["area"]) == {area}
    for row in found.table[found.table["p_value"].notna()].to_dict("records")[::6]:
        own = trends.measure(Scope(area=area, measure=row["measure"]), view).tables["change"]
        close([row["change"], row["change_low"], row["change_high"], row["p_value"]], own.iloc[0, 3:7])


@pytest.mark.parametrize("area", [None, "X07000001"])
def test_tiles_headline_and_list_say_the_same(area, view):
    scope = Scope(area=area)
    table = overview.what_changed(scope, view).table
    own = table[table["area"].isna()] if area is None else table
    said = dict(zip(own["measure"], own["verdict"], strict=True))
    tiles = overview.tiles(scope, view).table
    tiles = tiles[tiles["measure"].isin(said)]
    assert len(tiles) == 5
    assert [said[measure] for measure in tiles["measure"]] == list(tiles["verdict"])
    assert overview.headline(scope, view).table["verdict"].iloc[0] == said["good_job_local"]


def test_nothing_clear_says_how_large_a_change_is_still_possible(view):
    found = overview.what_changed(Scope(area="X07000001"), view)
    assert found.answer.startswith(
        "Nothing clearly changed. 19 changes since the figure before tested. Even where most is known, a change of"
    )
    width = (found.table["change_high"] - found.table["change_low"]).astype(float)
    for at in (width.idxmin(), width.idxmax()):
        row = found.table.loc[at]
        assert f"{round(abs(row['change_low']) * 100)} to +{round(row['change_high'] * 100)} points" in found.answer
    assert found.lines == ()


def test_across_a_new_questionnaire_nothing_is_tested_and_the_table_says_why(view):
    found = overview.what_changed(Scope(to_month="2025-06"), view)
    assert found.headline == "No change can be tested"
    assert set(found.table["flag"].str.partition(": ")[0]) == {"not compared across a break of the series"}
    assert found.lines == ()
    assert found.table["p_value"].isna().all()


def test_where_to_look_tests_each_area_against_the_rest_and_its_year_before(places, view):
    rest = trends.by_area(Scope(measure="good_job_local"), view).table.set_index("area")
    table = places.table.set_index("area")
    assert set(table.index) == set(rest.index)
    for name in ("estimate", "difference", "difference_low", "difference_high", "p_value"):
        close(table[name], rest[name].reindex(table.index))
    for area in table.index[::12]:
        own = trends.measure(Scope(measure="good_job_local", area=area), view).tables["change"].iloc[0]
        row = table.loc[area]
        close([row["change"], row["change_low"], row["change_high"], row["change_p_value"]], own.iloc[3:7])


def test_where_to_look_is_ordered_by_evidence(places, view):
    table = places.table
    # The score test itself is checked against the test of two proportions by hand, in tests/analytics/survey.
    answers = Answers.of(Scope(measure="good_job_local"), view)
    tested = estimates.by_area(answers, "neighbourhood").set_index("area")["score_p_value"].reindex(table["area"])
    close(table["standardised"], [-NormalDist().inv_cdf(p / 2) for p in tested])
    tests = [*table["p_value"], *table["change_p_value"]]
    limit = accepted(tests)
    clear = []
    for row in table.to_dict("records"):
        rest = row["p_value"] <= limit and (row["difference_low"] > 0 or row["difference_high"] < 0)
        moved = row["change_p_value"] <= limit and (row["change_low"] > 0 or row["change_high"] < 0)
        assert (row["verdict"] in ("above", "below"), row["change_verdict"] in ("rose", "fell")) == (rest, moved)
        if rest or moved:
            clear.append(max(row["standardised"], row["change_standardised"]))
    assert clear == sorted(clear, reverse=True)
    assert [line.bold for line in places.lines] == list(table["name"].head(5))
    assert "no ranking" in places.answer
    assert "it is no ranking." in places.answer
    lead = places.lines[0].leads
    assert (lead.page, lead.address["area"]) == ("neighbourhoods", table["area"].iloc[0])


def test_the_chosen_area_is_marked(places, view):
    listed, other = places.table["area"].iloc[0], places.table["area"].iloc[-1]
    assert overview.where_to_look(Scope(area=listed), view).lines[0].mark == "Chosen"
    last = overview.where_to_look(Scope(area=other), view).lines[-1]
    assert (last.mark, "not clearly different from the rest" in last.text) == ("Chosen", True)
    district = places.table["district_code"].iloc[0]
    assert overview.where_to_look(Scope(area=district), view).lines[0].mark == "In the chosen area"


def test_where_nothing_differs_nowhere_stands_out(store):
    same = answers(60, 60)
    view = publish(
        store, wave("a", "2026-03", trust_force=same * 2, area=["A"] * 120 + ["B"] * 120), areas={"A": "Ay", "B": "Be"}
    )
    found = overview.where_to_look(Scope(), view)
    assert (found.headline, found.lines) == ("Nowhere stands out among 2 districts", ())


def test_data_state_of_the_demonstration(view):
    found = overview.data_state(Scope(), view)
    assert dict(zip(found.table["kind"], found.table["newest"], strict=True)) == dict.fromkeys(
        ("Survey", "Stop and search", "Crime", "Engagement"), "2026-09"
    )
    assert list(found.table["rhythm"])[:3] == [3, 1, 1]
    assert found.headline == "Nothing is late"


def test_a_rhythm_is_the_median_gap():
    assert rhythm(["2025-03", "2025-06", "2025-09", "2026-03", "2026-06"]) == 3
    assert rhythm(["2025-03", "2025-06"]) is None


def test_missing_months_are_named(town):
    for month in ("2019-01", "2019-02", "2019-03", "2019-06"):
        town.stops(month, {"White": 20})
    found = overview.data_state(Scope(), town.view())
    row = found.table.set_index("kind").loc["Stop and search"]
    assert (row["newest"], row["missing"], row["flag"]) == ("2019-06", 2, "missing April 2019 and May 2019")
    assert "months missing: 2 of stop and search" in found.headline


def test_old_searches_beside_a_newer_survey_are_said_to_be_old(real_store):
    view, force = real_store.view(), "metropolitan"
    tile = overview.tiles(Scope(force=force), view).tiles[-1]
    assert (tile.label, tile.older) == ("Black to White", "7 years older")
    assert "April to September 2018" in tile.base
    state = overview.data_state(Scope(force=force), view).table.set_index("kind")
    assert (state.at["Stop and search", "status"], state.at["Stop and search", "behind"]) == ("late", 84)


@pytest.mark.parametrize("key", [key for key in QUESTIONS if key.startswith("overview.")])
def test_every_column_has_a_meaning_and_no_number_is_endless(key, view):
    from analytics.columns import meaning

    found = QUESTIONS[key].answer(Scope(), view)
    for table in found.tables.values():
        assert [name for name in table.columns if not meaning(name)] == []
    figures = found.table.select_dtypes("Float64")
    assert not figures.map(lambda value: isinstance(value, float) and math.isinf(value)).any(axis=None)
