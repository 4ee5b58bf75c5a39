"""Two periods, and every measure, compared: computed again from the rows of the demonstration by the formulas."""

from __future__ import annotations

import math

import pandas as pd
import pytest

from analytics.briefings.spreadsheet import to_csv
from analytics.columns import meaning
from analytics.findings import trends
from analytics.reading import reading_table
from analytics.scope import Scope
from data.vocabularies.survey import STAGES, measures
from tests.analytics.findings.test_survey_figures import (
    POSITIVE,
    Areas,
    Estimate,
    close,
    covariance,
    difference,
    members,
    mover,
    p_value,
    satterthwaite,
    strata,
)
from tests.surveys import answers, publish, wave

AFTER, BEFORE = ["2026-Q1", "2026-Q2", "2026-Q3"], ["2025-Q1", "2025-Q2", "2025-Q3"]


@pytest.fixture(scope="module")
def view(demonstration):
    return demonstration.view()


@pytest.fixture(scope="module")
def people(view):
    return view.rows("responses").collect("pandas").to_native().sort_values(["wave", "row"], ignore_index=True)


def chance(now, then):
    """The p value of a change."""
    together = covariance(now.units, then.units)
    own, other = now.variance(), then.variance()
    change, low, high = difference(now, then)
    units = len(set(now.present) | set(then.present))
    df = satterthwaite(own, now.df(), other, then.df(), units, strata(now, then))
    return p_value(change, own + other - 2 * together, low, high, df)


def accepted(chances, rate=0.10):
    """The largest p value that Benjamini and Hochberg's step-up rule accepts."""
    ordered = sorted(chances)
    return max((p for rank, p in enumerate(ordered, start=1) if p < rank / len(ordered) * rate), default=0.0)


def called(row, limit):
    if row["p_value"] <= limit and row["change_low"] > 0:
        return "rose"
    return "fell" if row["p_value"] <= limit and row["change_high"] < 0 else "no clear change"


def test_two_periods_for_everyone_groups_and_areas(view, people):
    found = trends.compare(Scope(measure="informed_local", by="sex", area_level="district"), view)
    # A year would reach across the new questionnaire of January 2025: the longest that does not, and a year before.
    assert found.provenance.scope["compare_from"] == "2026-01"
    assert (found.provenance.scope["against_from"], found.provenance.scope["against_to"]) == ("2025-01", "2025-09")
    rows = found.table.to_dict("records")
    own = members(view, "district")
    shared = Areas(people, "informed_local", own)
    names = view.rows("geography").collect("pandas").to_native().set_index("name")["code"]
    for row in rows:
        inside = pd.Series(True, index=people.index)
        if row["part"] == "group":
            inside = people["sex"].fillna("Not known") == row["name"]
        if row["part"] == "area":
            inside = people["area"].isin(own[names.groupby(level=0).first()[row["name"]]])
        now, then = (Estimate(people, "informed_local", people["wave"].isin(w) & inside) for w in (AFTER, BEFORE))
        if row["part"] == "area":
            intervals = shared.interval(now), shared.interval(then)
            change = (now.share - then.share, *mover(now.share, intervals[0], then.share, intervals[1], 0.0))
        else:
            intervals, change = (now.interval(), then.interval()), difference(now, then)
            assert row["p_value"] == pytest.approx(chance(now, then), rel=1e-6)
        close([row["estimate"], row["low"], row["high"]], [now.share, *intervals[0]])
        close([row["was"], row["was_low"], row["was_high"]], [then.share, *intervals[1]])
        close([row["change"], row["change_low"], row["change_high"]], change)
        assert (row["base"], row["was_base"]) == (now.base, then.base)
    assert [row["part"] for row in rows][:3] == ["everyone", "group", "group"]
    assert {row["part"] for row in rows} == {"everyone", "group", "area"}
    limit = accepted([row["p_value"] for row in rows])
    assert [row["verdict"] for row in rows] == [called(row, limit) for row in rows]
    # Being kept informed was planted to fall.
    assert rows[0]["verdict"] == "fell"
    assert found.headline == "Kept informed fell between two periods"
    assert f"{len(rows)} changes tested" in " ".join(found.provenance.rules)


def test_chosen_periods_are_those_that_are_compared(view, people):
    scope = Scope(measure="fair", compare_from="2026-04", against_from="2025-10", against_to="2026-03")
    row = trends.compare(scope, view).table.iloc[0]
    now, then = (
        Estimate(people, "fair", people["wave"].isin(w)) for w in (["2026-Q2", "2026-Q3"], ["2025-Q4", "2026-Q1"])
    )
    close([row["change"], row["change_low"], row["change_high"]], difference(now, then))


def test_periods_that_share_waves_are_compared_with_what_they_share(view, people):
    scope = Scope(measure="fair", compare_from="2026-01", against_from="2025-10", against_to="2026-03")
    row = trends.compare(scope, view).table.iloc[0]
    now = Estimate(people, "fair", people["wave"].isin(AFTER))
    then = Estimate(people, "fair", people["wave"].isin(["2025-Q4", "2026-Q1"]))
    r = covariance(now.units, then.units) / math.sqrt(now.variance() * then.variance())
    assert r > 0.2
    expected = mover(now.share, now.interval(), then.share, then.interval(), r)
    close([row["change"], row["change_low"], row["change_high"]], [now.share - then.share, *expected])
    assert row["p_value"] == pytest.approx(chance(now, then), rel=1e-6)


@pytest.mark.parametrize(
    ("scope", "why"),
    [
        ({"compare_from": "2025-10", "against_from": "2024-10", "against_to": "2025-09"}, "new questionnaire"),
        ({"compare_from": "2026-04", "against_from": "2024-04", "against_to": "2024-09"}, "new questionnaire"),
        (
            {"compare_from": "2026-04", "against_from": "2026-04", "against_to": "2026-06"},
            "has to begin and end before",
        ),
        ({"compare_from": "2026-05", "to_month": "2026-05"}, "No wave that ended in May 2025 asks"),
        ({"compare_from": "2026-08", "to_month": "2026-06"}, "The later period begins (August 2026) after it ends"),
    ],
)
def test_periods_that_cannot_be_compared_are_refused_in_a_sentence(scope, why, view):
    found = trends.compare(Scope(measure="fair", **scope), view)
    assert found.refused
    assert why in found.answer


def test_an_earlier_period_that_only_begins_is_as_long_as_the_later_one(view):
    found = trends.compare(Scope(measure="fair", compare_from="2026-04", against_from="2025-07"), view)
    asked = found.provenance.scope
    assert (asked["against_from"], asked["against_to"]) == ("2025-07", "2025-12")


def test_an_area_where_nobody_answered_in_either_period_is_refused(store):
    view = publish(
        store,
        wave("a", "2024-03", fair=answers(60, 40), area=["E1"] * 50 + ["E2"] * 50),
        wave("b", "2025-03", fair=answers(60, 40), area=["E1"] * 100),
        wave("c", "2026-03", fair=answers(60, 40), area=["E1"] * 100),
        areas={"E1": "One", "E2": "Two"},
    )
    found = trends.compare(Scope(area="E2"), view)
    assert found.refused
    assert "Nobody in this area was asked in" in found.answer


def test_a_change_that_is_not_of_a_year_is_not_called_one(store):
    view = publish(
        store,
        wave("a", "2023-03", fair=answers(100, 300), trust_force=answers(200, 200)),
        wave("b", "2026-03", fair=answers(300, 100), trust_force=answers(200, 200)),
    )
    found = trends.change(Scope(), view)
    assert found.headline == "Of 2 measures 1 rose and 0 fell since the figure before"
    assert "since" in found.answer
    assert {file.rows for file in found.provenance.files} == {400}


def test_the_files_of_every_measure_are_named_and_no_measure_alone_tells_of_dont_know(store):
    view = publish(
        store,
        wave("a", "2025-03", fair=answers(100, 100, 30)),
        wave("b", "2025-06", trust_force=answers(100, 150, 50)),
        wave("c", "2026-03", fair=answers(100, 100, 5)),
        wave("d", "2026-06", trust_force=answers(100, 100, 1)),
    )
    found = trends.change(Scope(), view)
    assert sorted(file.rows for file in found.provenance.files) == [201, 205, 230, 300]
    assert "Answers of don't know left out of the base" in found.provenance.rules


def test_within_an_area_there_are_groups_and_no_areas(view):
    found = trends.compare(Scope(measure="fair", area="X07000003", by="sex"), view)
    assert set(found.table["part"]) == {"everyone", "group"}
    assert found.table.at[0, "name"] in found.answer


def test_no_change_where_either_figure_is_withheld(store):
    def people(name, ends, women):
        return wave(name, ends, fair=answers(120, 80) + answers(women, 0), sex=["Male"] * 200 + ["Female"] * women)

    view = publish(store, people("a", "2025-03", 20), people("b", "2026-03", 60))
    rows = trends.compare(Scope(by="sex"), view).table.set_index("name")
    woman = rows.loc["Female"]
    assert (woman["estimate"], woman["base"], woman["was_base"]) == (1.0, 60, 20)
    assert pd.isna(woman["was"])
    assert rows.loc["Female", ["change", "change_low", "change_high", "p_value"]].isna().all()
    assert woman["flag"].endswith("earlier period: not enough answers: 20")
    assert woman["verdict"] == ""
    assert rows.loc["Male", "change"] == 0


@pytest.mark.long
def test_every_measure_is_tested_together(view, people):
    found = trends.change(Scope(), view)
    table = found.table
    asked = [name for name in measures() if name in people and people[name].notna().any()]
    assert set(table["measure"]) == set(asked)
    stages = [*STAGES, "benefit"]
    assert [stages.index(stage) for stage in table["stage"]] == sorted(stages.index(s) for s in table["stage"])
    rows = {row["measure"]: row for row in table.to_dict("records")}
    for measure in POSITIVE:
        now, then = (Estimate(people, measure, people["wave"] == w) for w in ("2026-Q3", "2025-Q3"))
        row = rows[measure]
        close([row["change"], row["change_low"], row["change_high"]], difference(now, then))
        assert row["p_value"] == pytest.approx(chance(now, then), rel=1e-6)
        assert (row["base"], row["was"]) == (now.base, pytest.approx(then.share, abs=1e-9))
    limit = accepted(table["p_value"].dropna())
    assert list(table["verdict"]) == [called(row, limit) for row in table.to_dict("records")]
    assert list(table.loc[table["verdict"] != "no clear change", "measure"]) == ["informed_local"]
    assert found.headline == f"Of {len(asked)} measures 0 rose and 1 fell in a year"
    assert "Kept informed fell: −7 points (−11 to −2)" in found.answer


def test_a_measure_without_a_year_before_says_so(view):
    found = trends.change(Scope(to_month="2025-06"), view)
    assert found.table["change"].isna().all()
    told = {f"not compared across a break of the series: new {what}" for what in ("questionnaire", "wording")}
    assert set(found.table["flag"]) <= {*told, "not asked before"}
    assert found.headline == "No measure can be compared with a year before"


def test_a_measure_that_is_no_longer_asked_is_not_tested(store):
    view = publish(
        store,
        wave("a", "2023-03", fair=answers(60, 40), trust_force=answers(60, 40)),
        wave("b", "2024-03", fair=answers(60, 40), trust_force=answers(60, 40)),
        wave("c", "2025-03", fair=answers(60, 40)),
        wave("d", "2026-03", fair=answers(60, 40)),
    )
    rows = trends.change(Scope(), view).table.set_index("measure")
    assert rows.at["fair", "change"] == 0
    assert rows.at["trust_force", "flag"] == "not asked in the last year"
    assert pd.isna(rows.at["trust_force", "change"])


@pytest.mark.parametrize("key", ["compare", "change"])
def test_every_column_has_a_meaning_and_every_row_reads(key, view):
    found = trends.compare(Scope(), view) if key == "compare" else trends.change(Scope(), view)
    for table in found.tables.values():
        assert [name for name in table.columns if not meaning(name)] == []
    read = reading_table(found)
    assert not read.map(lambda text: text in ("nan", "None", "<NA>")).any(axis=None)
    assert "between" in " ".join(read["Change, points"])
    header = to_csv(found).decode("utf-8-sig").splitlines()[0].split(",")
    assert [name for name in header if not meaning(name)] == []


def test_a_survey_of_published_figures_alone_is_refused(store, load):
    figures = "date,measure,proportion\nMar-24,Police do a good job in the local area,51\n"
    load({"perception.csv": figures.encode()})
    for answer in (trends.compare, trends.change):
        found = answer(Scope(), store.view())
        assert found.refused
        assert "only published figures are loaded" in found.answer
