"""Every figure of Overview and Trends on the demonstration force, computed again here from the rows and the formulas.

The formulas are those of docs/methods.md, written out one answer and one sampling unit at a time; nothing of
analytics is used but what is tested.
"""

from __future__ import annotations

import math
from statistics import NormalDist

import numpy as np
import pandas as pd
import pytest
from scipy.stats import t as student

from analytics.findings import overview, trends
from analytics.scope import Scope
from data.vocabularies.survey import measures

POSITIVE = {
    "good_job_local": {"Excellent", "Good"},
    "informed_local": {"Very well informed", "Fairly well informed"},
    "fair": {"Strongly agree", "Tend to agree"},
    "listen": {"Strongly agree", "Tend to agree"},
    "would_report": {"Very likely", "Fairly likely"},
}
LAST, BEFORE = "2026-Q3", "2025-Q3"
YEAR = ["2025-Q4", "2026-Q1", "2026-Q2", "2026-Q3"]


@pytest.fixture(scope="module")
def view(demonstration):
    return demonstration.view()


@pytest.fixture(scope="module")
def people(view):
    return view.rows("responses").collect("pandas").to_native().sort_values(["wave", "row"], ignore_index=True)


def opinions(people, measure):
    """1 for a positive answer, 0 for another, missing for don't know and not asked."""
    answers = people[measure].astype(object)
    positive = answers.isin(POSITIVE[measure]).astype(float)
    return positive.where(answers.notna() & (answers != "Don't know"))


class Estimate:
    """A weighted share with its linearised totals of every sampling unit, in plain loops."""

    def __init__(self, people, measure, inside):
        y = opinions(people, measure).where(inside)
        weight = people["weight"]
        self.base = int(y.notna().sum())
        self.total = float(weight[y.notna()].sum())
        self.share = float((weight * y).sum() / self.total)
        z = (weight * (y - self.share) / self.total).fillna(0.0)
        keys = [people["wave"], people["stratum"], people["psu"]]
        self.units = z.groupby(keys).sum()  # every sampled unit, also those with nobody inside
        there = y.notna().groupby(keys).any()
        self.present = there[there].index

    def df(self):
        return len(self.present) - len({key[:2] for key in self.present})

    def variance(self):
        return covariance(self.units, self.units)

    def interval(self):
        p, t = self.share, student.ppf(0.975, self.df())
        size = min(p * (1 - p) / self.variance(), self.base)
        return wilson(p, size, t)


def covariance(one, other):
    total = 0.0
    for stratum in sorted({key[:2] for key in one.index}):
        a, b = one.loc[stratum].to_numpy(), other.loc[stratum].to_numpy()
        m = len(a)
        total += m / (m - 1) * float(((a - a.mean()) * (b - b.mean())).sum())
    return total


def wilson(p, n, t):
    centre = (p + t * t / (2 * n)) / (1 + t * t / n)
    half = t * math.sqrt(p * (1 - p) / n + t * t / (4 * n * n)) / (1 + t * t / n)
    return centre - half, centre + half


def mover(a, limits_a, b, limits_b, r):
    low = (
        a
        - b
        - math.sqrt((a - limits_a[0]) ** 2 + (limits_b[1] - b) ** 2 - 2 * r * (a - limits_a[0]) * (limits_b[1] - b))
    )
    high = (
        a
        - b
        + math.sqrt((limits_a[1] - a) ** 2 + (b - limits_b[0]) ** 2 - 2 * r * (limits_a[1] - a) * (b - limits_b[0]))
    )
    return low, high


def difference(one, other):
    together = covariance(one.units, other.units)
    r = together / math.sqrt(one.variance() * other.variance())
    return one.share - other.share, *mover(one.share, one.interval(), other.share, other.interval(), r)


def close(found, expected):
    assert [float(value) for value in found] == pytest.approx(list(expected), abs=1e-9)


def test_trend_of_every_wave_and_the_change_over_a_year(view, people):
    found = trends.measure(Scope(measure="informed_local"), view)
    assert list(found.table["wave"]) == sorted(people["wave"].unique())
    for row in found.table.to_dict("records"):
        expected = Estimate(people, "informed_local", people["wave"] == row["wave"])
        close([row["estimate"], row["low"], row["high"]], [expected.share, *expected.interval()])
        assert (row["base"], row["df"]) == (expected.base, expected.df())
        assert row["se"] == pytest.approx(math.sqrt(expected.variance()), rel=1e-9)
    now, then = (Estimate(people, "informed_local", people["wave"] == wave) for wave in (LAST, BEFORE))
    (change,) = found.tables["change"].to_dict("records")
    close([change["change"], change["change_low"], change["change_high"]], difference(now, then))
    assert (change["before"], change["after"], change["verdict"]) == (BEFORE, LAST, "fell")
    assert "fell in the past year" in found.headline


def test_trend_of_one_district_and_of_one_neighbourhood(view, people):
    geography = view.rows("geography").collect("pandas").to_native()
    for code in ("X07000003", "X05000017"):
        below = set(geography.loc[geography["parent_code"] == code, "code"]) | {code}
        found = trends.measure(Scope(measure="fair", area=code), view)
        inside = people["area"].isin(below)
        for row in found.table.to_dict("records"):
            domain = inside & (people["wave"] == row["wave"])
            answered = int(opinions(people[domain], "fair").notna().sum())
            if answered < 50:
                assert pd.isna(row["estimate"])
                assert row["flag"] == f"not enough answers: {answered}"
                continue
            expected = Estimate(people, "fair", domain)
            close([row["estimate"], row["low"], row["high"]], [expected.share, *expected.interval()])
            assert row["base"] == expected.base


@pytest.mark.parametrize("grouping", ["age_band", "ethnicity", "disability"])
def test_groups_over_a_year_against_everyone_else(grouping, view, people):
    found = trends.by_group(Scope(measure="good_job_local", by=grouping), view)
    year = people["wave"].isin(YEAR)
    names = people.loc[year, grouping].fillna("Not known")
    assert set(found.table["group"]) == set(names)
    for row in found.table.to_dict("records"):
        inside = people[grouping].fillna("Not known") == row["group"]
        group = Estimate(people, "good_job_local", year & inside)
        rest = Estimate(people, "good_job_local", year & ~inside)
        if pd.isna(row["estimate"]):
            assert row["flag"].startswith("not enough answers")
            continue
        close([row["estimate"], row["low"], row["high"]], [group.share, *group.interval()])
        close([row["difference"], row["difference_low"], row["difference_high"]], difference(group, rest))
        assert row["base"] == group.base


def test_groups_wave_by_wave(view, people):
    found = trends.by_group(Scope(measure="good_job_local", by="sex"), view).tables["waves"]
    assert len(found) == 32
    for row in found.to_dict("records"):
        inside = (people["sex"] == row["group"]) & (people["wave"] == row["wave"])
        expected = Estimate(people, "good_job_local", inside)
        close([row["estimate"], row["low"], row["high"]], [expected.share, *expected.interval()])


def test_areas_pool_a_year_and_share_their_design_factor(view, people):
    """The intracluster correlation of all areas together gives each area its design factor."""
    found = trends.by_area(Scope(measure="good_job_local"), view)
    year = people["wave"].isin(YEAR)
    codes = sorted(people.loc[year, "area"].unique())
    made = {code: Estimate(people, "good_job_local", year & (people["area"] == code)) for code in codes}
    y, weight = opinions(people, "good_job_local"), people["weight"]
    known = {code: year & (people["area"] == code) & y.notna() for code in codes}
    unequal = {code: float((weight[known[code]] ** 2).sum()) / made[code].total ** 2 for code in codes}
    clustered = {}
    for code in codes:
        inside = known[code]
        of_unit = weight[inside].groupby([people["wave"][inside], people["psu"][inside]]).sum()
        clustered[code] = float((of_unit**2).sum()) / made[code].total ** 2
    rows = found.table.set_index("area").to_dict("index")
    assert set(rows) == set(codes)
    # One number makes all design factors: find it from the first area, and see that it makes those of the others.
    first = codes[0]
    rho = (rows[first]["deff"] / made[first].base - unequal[first]) / (clustered[first] - unequal[first])
    assert 0 < rho < 0.2
    for code in codes:
        row, own = rows[code], made[code]
        deff = own.base * ((1 - rho) * unequal[code] + rho * clustered[code])
        size = own.base / deff
        assert row["deff"] == pytest.approx(deff, rel=1e-9)
        assert row["n_eff"] == pytest.approx(size, rel=1e-9)
        low, high = wilson(own.share, size, student.ppf(0.975, row["df"]))
        close([row["estimate"], row["low"], row["high"]], [own.share, low, high])
        rest = Estimate(people, "good_job_local", year & (people["area"] != code))
        assert row["difference"] == pytest.approx(own.share - rest.share, abs=1e-9)
    assert {row["verdict"] for row in rows.values()} == {"above", "below", "not clearly different"}


def test_verdicts_keep_the_false_discovery_rate_over_all_areas(view):
    """Benjamini and Hochberg's step-up rule, written out: p(i) at most i/m times the rate."""
    rows = trends.by_area(Scope(measure="good_job_local"), view).table
    ordered = sorted(rows["p_value"].astype(float))
    passing = [p for rank, p in enumerate(ordered, start=1) if p < rank / len(ordered) * 0.10]
    limit = max(passing)
    for row in rows.to_dict("records"):
        clear = row["p_value"] <= limit and (row["difference_low"] > 0 or row["difference_high"] < 0)
        side = "above" if row["difference"] > 0 else "below"
        assert row["verdict"] == (side if clear else "not clearly different")


def test_headline_is_the_last_wave_and_its_change(view, people):
    found = overview.headline(Scope(), view)
    (row,) = found.table.to_dict("records")
    now, then = (Estimate(people, "good_job_local", people["wave"] == wave) for wave in (LAST, BEFORE))
    close([row["estimate"], row["low"], row["high"]], [now.share, *now.interval()])
    close([row["change"], row["change_low"], row["change_high"]], difference(now, then))
    assert row["base"] == now.base
    clear = row["change_low"] > 0 or row["change_high"] < 0
    assert ("not clearly changed" in found.headline) is not clear
    assert f"{now.share * 100:.0f}" in found.answer
    assert f"{now.base:,} answers" in found.answer


def test_tiles_are_one_measure_of_each_stage_tested_together(view, people):
    found = overview.tiles(Scope(), view)
    rows = found.table[found.table["measure"].isin(measures())].to_dict("records")
    asked = ["good_job_local", "fair", "listen", "informed_local", "would_report"]
    assert [row["measure"] for row in rows] == asked
    chances = []
    for row in rows:
        now, then = (Estimate(people, row["measure"], people["wave"] == wave) for wave in (LAST, BEFORE))
        close([row["estimate"], row["low"], row["high"]], [now.share, *now.interval()])
        close([row["change"], row["change_low"], row["change_high"]], difference(now, then))
        assert row["base"] == now.base
        z = (now.share - then.share) / math.sqrt(now.variance() + then.variance())
        chances.append(2 * NormalDist().cdf(-abs(z)))
    clear = np.array([row["verdict"] in ("rose", "fell") for row in rows])
    # The planted fall of being kept informed stands out of five; nothing else was planted in this year.
    assert list(clear) == [False, False, False, True, False]
    assert chances[3] < 0.10 / 5 < min(chance for place, chance in enumerate(chances) if place != 3)


def test_the_ratio_on_the_overview_is_that_of_its_own_page(view):
    from analytics.findings import stop_and_search

    row = overview.tiles(Scope(), view).table.iloc[-1]
    own = stop_and_search.disproportionality(
        Scope(force="eskmere", from_month="2025-10", to_month="2026-09"), view
    ).table.iloc[0]
    assert [row["estimate"], row["low"], row["high"], row["base"]] == [
        own["ratio"],
        own["low"],
        own["high"],
        own["base"],
    ]
