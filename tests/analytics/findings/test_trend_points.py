"""Points of a trend pooled in other ways, computed again from the rows of the demonstration by the formulas."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm

from analytics.findings import trends
from analytics.findings.survey.points import financial_points, pool_of, rolling_points
from analytics.scope import Scope
from tests.analytics.findings.test_survey_figures import Areas, Estimate, close, covariance, members, mover
from tests.surveys import answers, publish, wave


@pytest.fixture(scope="module")
def view(demonstration):
    return demonstration.view()


@pytest.fixture(scope="module")
def people(view):
    return view.rows("responses").collect("pandas").to_native().sort_values(["wave", "row"], ignore_index=True)


def quarters(first: str, last: str) -> list[str]:
    every = [f"{year}-Q{quarter}" for year in range(2022, 2027) for quarter in range(1, 5)]
    return every[every.index(first) : every.index(last) + 1]


@pytest.mark.long
def test_rolling_years_pool_four_quarters_and_a_change_allows_for_the_three_that_two_points_share(view, people):
    found = trends.measure(Scope(measure="informed_local", points="rolling"), view)
    # The questionnaire changed before 2025-Q1: the first whole year after it ends with 2025-Q4.
    ends = [*quarters("2023-Q3", "2024-Q4"), *quarters("2025-Q4", "2026-Q3")]
    assert list(found.table["wave"]) == ends
    assert list(found.table["broken"]).count("new questionnaire") == 1
    every = quarters("2022-Q4", "2026-Q3")
    made = {}
    for row in found.table.to_dict("records"):
        pooled = every[every.index(row["wave"]) - 3 : every.index(row["wave"]) + 1]
        made[row["wave"]] = year = Estimate(people, "informed_local", people["wave"].isin(pooled))
        close([row["estimate"], row["low"], row["high"]], [year.share, *year.interval()])
        assert (row["base"], row["df"]) == (year.base, year.df())
    assert found.table.at[len(ends) - 1, "label"] == "year to September 2026"
    assert "New questionnaire from January 2025: do not compare across the dashed line." in found.caveats
    now, then = made["2026-Q3"], made["2026-Q2"]
    together = covariance(now.units, then.units)
    r = together / math.sqrt(now.variance() * then.variance())
    # Three of four quarters are in both.
    assert 0.6 < r < 0.9
    (change,) = found.tables["change"].to_dict("records")
    expected = mover(now.share, now.interval(), then.share, then.interval(), r)
    close([change["change"], change["change_low"], change["change_high"]], [now.share - then.share, *expected])
    apart = mover(now.share, now.interval(), then.share, then.interval(), 0.0)
    assert change["change_high"] - change["change_low"] < 0.6 * (apart[1] - apart[0])
    assert (change["before"], change["after"]) == ("2026-Q2", "2026-Q3")


def test_a_change_of_rolling_years_is_that_of_the_quarters_they_do_not_share(view, people):
    """Of equal weights a quarter, the change is a quarter of the difference of the two; here nearly so."""
    found = trends.measure(Scope(measure="informed_local", points="rolling"), view)
    (change,) = found.tables["change"].to_dict("records")
    new, old = (Estimate(people, "informed_local", people["wave"] == wave) for wave in ("2026-Q3", "2025-Q3"))
    assert change["change"] == pytest.approx((new.share - old.share) / 4, abs=0.003)
    error = math.sqrt(new.variance() + old.variance()) / 4
    half = (change["change_high"] - change["change_low"]) / 2
    assert half == pytest.approx(1.96 * error, rel=0.1)


@pytest.mark.long
@pytest.mark.parametrize("points", ["waves", "rolling"])
def test_points_of_an_area_keep_the_design_factor_of_its_years(points, view, people):
    code, own = "X07000003", members(view, "district")
    found = trends.measure(Scope(measure="fair", area=code, points=points), view)
    shared = Areas(people, "fair", own)
    row = found.table.iloc[-1]
    pooled = ["2026-Q3"] if points == "waves" else quarters("2025-Q4", "2026-Q3")
    area = Estimate(people, "fair", people["wave"].isin(pooled) & people["area"].isin(own[code]))
    close([row["estimate"], row["low"], row["high"]], [area.share, *shared.interval(area)])
    assert row["df"] == pytest.approx(shared.df, rel=1e-9)


def test_financial_years_pool_april_to_march(view, people):
    found = trends.measure(Scope(measure="fair", points="financial"), view)
    years = {
        "2023-Q1": quarters("2022-Q4", "2023-Q1"),
        "2024-Q1": quarters("2023-Q2", "2024-Q1"),
        "2024-Q4": quarters("2024-Q2", "2024-Q4"),
        "2025-Q1": ["2025-Q1"],
        "2026-Q1": quarters("2025-Q2", "2026-Q1"),
        "2026-Q3": quarters("2026-Q2", "2026-Q3"),
    }
    assert list(found.table["wave"]) == list(years)
    assert list(found.table["label"])[1] == "year to March 2024"
    for row in found.table.to_dict("records"):
        year = Estimate(people, "fair", people["wave"].isin(years[row["wave"]]))
        close([row["estimate"], row["low"], row["high"]], [year.share, *year.interval()])


def test_dont_know_can_be_counted_as_not_positive(view, people):
    asked = people["wave"] == "2026-Q3"
    said = people.loc[asked, "fair"].astype(object)
    given = said.notna()
    weight = people.loc[asked, "weight"]
    positive = said.isin({"Strongly agree", "Tend to agree"})
    expected = float((weight * positive).sum() / weight[given].sum())
    found = trends.measure(Scope(measure="fair", dont_know="counted"), view)
    row = found.table.iloc[-1]
    assert row["estimate"] == pytest.approx(expected, abs=1e-9)
    assert row["base"] == int(given.sum())
    left_out = trends.measure(Scope(measure="fair"), view)
    assert left_out.table.iloc[-1]["base"] == int((given & (said != "Don't know")).sum())
    assert left_out.table.iloc[-1]["estimate"] > row["estimate"]
    assert any("Answers of don't know are counted as not positive." in text for text in found.caveats)
    assert any(rule.endswith("of don't know counted as not positive") for rule in found.provenance.rules)
    assert "who don't know among them" in found.provenance.method
    assert any("Answers of don't know are left out of the base." in text for text in left_out.caveats)


def smoothed(shares, variances, at):
    """The level by a full Gaussian model for each of 24 steps, averaged: written with the density of all waves at once.

    With a level of which nothing is known, the waves less the first are normal with mean 0.
    """
    count = len(shares)
    apart = np.column_stack([-np.ones(count - 1), np.eye(count - 1)])
    weights, levels, errors = [], [], []
    for step in (np.arange(24) + 0.5) * 4 * 0.03 / 24:
        walk = step**2 * np.minimum.outer(at - at[0], at - at[0])
        whole = walk + np.diag(variances)
        both = apart @ whole @ apart.T
        z = apart @ shares
        log = -0.5 * (np.linalg.slogdet(both)[1] + z @ np.linalg.solve(both, z)) - 0.5 * (step / 0.03) ** 2
        # A flat prior of the first level, by one with a standard deviation of 5: shares lie between 0 and 1.
        vague = walk + 25
        gain = vague @ np.linalg.inv(vague + np.diag(variances))
        mean = float(np.average(shares))
        weights.append(log)
        levels.append(mean + gain @ (shares - mean))
        errors.append(np.diag(vague - gain @ vague))
    share = np.exp(np.array(weights) - max(weights))
    share /= share.sum()
    level = share @ np.array(levels)
    spread = share @ (np.array(errors) + (np.array(levels) - level) ** 2)
    return level, norm.ppf(0.975) * np.sqrt(spread)


def test_the_level_is_drawn_from_smoothed_variances_between_breaks(view):
    found = trends.measure(Scope(measure="good_job_local", smooth="yes"), view)
    table, level = found.table, found.tables["level"]
    assert list(level["wave"]) == list(table["wave"])
    broken = list(table["broken"]).index("new questionnaire")
    for part in (slice(0, broken), slice(broken, None)):
        rows, drawn = table.iloc[part], level.iloc[part]
        base, share = rows["base"].to_numpy(dtype=float), rows["estimate"].to_numpy(dtype=float)
        mean = (base * share).sum() / base.sum()
        factor = (base * rows["deff"].to_numpy(dtype=float)).sum() / base.sum()
        middle = np.array(
            [
                (pd.Timestamp(a) + (pd.Timestamp(b) - pd.Timestamp(a)) / 2).to_julian_date()
                for a, b in zip(rows["starts"], rows["ends"], strict=True)
            ]
        )
        at = (middle - middle[0]) / np.median(np.diff(middle))
        expected, half = smoothed(share, factor * mean * (1 - mean) / base, at)
        assert drawn["estimate"].to_numpy() == pytest.approx(expected, abs=2e-5)
        assert (drawn["high"] - drawn["estimate"]).to_numpy() == pytest.approx(half, abs=2e-5)
    assert any("The thin line is the level behind the points" in caveat for caveat in found.caveats)
    assert "level" not in trends.measure(Scope(measure="good_job_local"), view).tables
    # The direct figures stay what they are.
    assert table.equals(trends.measure(Scope(measure="good_job_local"), view).table)


@pytest.mark.parametrize(
    ("scope", "why"),
    [
        ({"points": "rolling"}, "rolling years share answers"),
        ({"points": "financial"}, "it takes 6 points that can be compared"),
        ({"to_month": "2026-03", "from_month": "2025-01"}, "it takes 6 points that can be compared"),
    ],
)
def test_no_level_where_points_are_few_or_share_answers(scope, why, view):
    found = trends.measure(Scope(measure="fair", smooth="yes", **scope), view)
    assert "level" not in found.tables
    assert any(why in caveat for caveat in found.caveats)


def waves(*ends, **more):
    """Quarters that end in some months."""
    plain = {"wording": "w", "asked_of": None, "questionnaire": "q", "mode": "m", "noted": ""}
    rows = []
    for end in ends:
        year, month = int(end[:4]), int(end[5:])
        starts = f"{year}-{month - 2:02d}-01"
        rows.append({"wave": end, "label": end, "starts": starts, "ends": f"{end}-28", "month": end, **plain})
    for place, changed in more.items():
        for row in rows[int(place[1:]) :]:
            row.update(changed)
    return rows


def test_a_rolling_year_needs_twelve_months_and_reaches_across_no_break():
    ends = ["2023-03", "2023-06", "2023-09", "2023-12", "2024-03", "2024-06", "2024-09", "2024-12", "2025-03"]
    whole = rolling_points(waves(*ends))
    assert [point.month for point in whole] == ends[3:]
    assert whole[0].waves == tuple(ends[:4])
    broken = rolling_points(waves(*ends, _4={"questionnaire": "new"}))
    assert [point.month for point in broken] == ["2023-12", "2024-12", "2025-03"]
    assert [point.broken for point in broken] == ["", "new questionnaire", ""]
    assert broken[1].waves == tuple(ends[4:8])
    assert rolling_points(waves(*ends[:3])) == []


def test_a_rolling_year_does_not_begin_anew_after_a_gap():
    ends = ["2021-03", "2021-06", "2021-09", "2021-12", "2024-03", "2024-06", "2024-09", "2024-12"]
    assert [point.month for point in rolling_points(waves(*ends))] == ["2021-12", "2024-12"]


def test_a_financial_year_that_breaks_makes_two_points():
    points = financial_points(waves("2024-03", "2024-06", "2024-09", "2025-03", "2025-06", _2={"mode": "other"}))
    assert [point.waves for point in points] == [("2024-03",), ("2024-06",), ("2024-09", "2025-03"), ("2025-06",)]
    assert [point.broken for point in points] == ["", "", "asked in another way", ""]


def test_a_pool_holds_the_waves_that_end_in_its_months():
    held = waves("2024-03", "2024-06", "2024-09", _2={"mode": "other"})
    assert [point.waves for point in pool_of(held, "2024-04", "2024-06")] == [("2024-06",)]
    assert [point.waves for point in pool_of(held, "2024-04", "2024-09")] == [("2024-06",), ("2024-09",)]
    assert pool_of(held, "2024-04", "2024-05") == []


def test_a_survey_of_half_a_year_has_no_rolling_year(store):
    view = publish(store, wave("a", "2025-03", fair=answers(60, 40)), wave("b", "2025-06", fair=answers(60, 40)))
    found = trends.measure(Scope(points="rolling"), view)
    assert found.refused
    assert "there is no rolling year" in found.answer


def test_published_figures_stand_beside_answers_of_the_same_measure(store, load):
    figures = [f"{month}-25,Police do a good job in the local area,5{n}" for n, month in enumerate(("Mar", "Jun"), 1)]
    load({"perception.csv": "\n".join(["date,measure,proportion", *figures]).encode()})
    about = {"force": "metropolitan", "survey": "Own"}
    good = ["Excellent"] * 130 + ["Poor"] * 70
    view = publish(
        store,
        wave("a", "2025-03", about=about, good_job_local=good),
        wave("b", "2025-06", about=about, good_job_local=good),
    )
    found = trends.measure(Scope(force="metropolitan", survey="Own", measure="good_job_local"), view)
    published = found.tables["published"]
    assert list(published["estimate"]) == pytest.approx([0.51, 0.52])
    assert set(published["flag"]) == {"no interval can be given: no base is published"}
    assert "Dashed: Public Attitude Survey, as published; no interval can be given." in found.caveats
    dashed = [trace for trace in found.chart().data if trace.line.dash == "6px,4px"]
    assert [list(trace.y) for trace in dashed] == [pytest.approx([0.51, 0.52, None])]
    # The year to March 2025 lies half a year before its quarter's middle, and earlier still.
    assert dashed[0].x[0] < found.chart().data[-2].x[0]
    alone = trends.measure(
        Scope(force="metropolitan", survey="Own", measure="good_job_local", from_month="2025-06"), view
    )
    assert list(alone.tables["published"]["month"]) == ["2025-06"]
