"""Every figure of Overview and Trends on the demonstration force, computed again here from the rows and the formulas.

The formulas are those of docs/survey-methods.md, written out one answer and one sampling unit at a time; nothing of
analytics is used but what is tested.
"""

from __future__ import annotations

import math
from itertools import product
from statistics import NormalDist

import numpy as np
import pandas as pd
import pytest
from scipy.stats import t as student

from analytics.findings import overview, trends
from analytics.findings.survey import choices
from analytics.findings.tested import chance_caveat
from analytics.scope import Scope
from data.vocabularies.survey import measures

POSITIVE = {
    "good_job_local": {"Excellent", "Good"},
    "informed_local": {"Very well informed", "Fairly well informed"},
    "fair": {"Strongly agree", "Tend to agree"},
    "listen": {"Strongly agree", "Tend to agree"},
    "would_report": {"Very likely", "Fairly likely"},
    "satisfied_contact": {"Very satisfied", "Fairly satisfied"},
}
LAST, BEFORE = "2026-Q3", "2025-Q3"
YEAR = ["2025-Q4", "2026-Q1", "2026-Q2", "2026-Q3"]
# Back from the last wave; the questionnaire changed before 2025-Q1, and no year reaches across that.
YEARS = [
    YEAR,
    ["2025-Q1", "2025-Q2", "2025-Q3"],
    ["2024-Q1", "2024-Q2", "2024-Q3", "2024-Q4"],
    ["2023-Q1", "2023-Q2", "2023-Q3", "2023-Q4"],
    ["2022-Q4"],
]


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
        self.weight, self.keys = weight.where(y.notna(), 0.0), keys
        self.spread = float((weight * (y - self.share) ** 2).sum() / self.total)
        self.units = z.groupby(keys).sum()  # every sampled unit, also those with nobody inside
        there = y.notna().groupby(keys).any()
        self.present = there[there].index

    def df(self):
        return len(self.present) - len({key[:2] for key in self.present})

    def variance(self):
        return covariance(self.units, self.units)

    def concentrations(self):
        """Sums of squared weights and of squared weights of units over the squared weight, and the spread."""
        w = self.weight
        of_unit = w.groupby(self.keys).sum()
        return float((w**2).sum()) / self.total**2, float((of_unit**2).sum()) / self.total**2, self.spread

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


def strata(one, other):
    return len({key[:2] for key in one.present} | {key[:2] for key in other.present})


def satterthwaite(one, df_one, other, df_other, units, number):
    """Degrees of freedom of a difference, at most the units of both sides less their strata."""
    own = (one + other) ** 2 / (one**2 / df_one + other**2 / df_other)
    return min(own, units - number) if units > number else own


def p_value(change, variance, low, high, df):
    """Two-sided, and never below what the interval says."""
    nearer = change - low if change > 0 else high - change
    se = max(math.sqrt(variance), nearer / student.ppf(0.975, df))
    return 2 * student.cdf(-abs(change) / se, df)


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


class Areas:
    """What areas share in all years: the correlation within a sampling unit and its degrees of freedom, by matrices."""

    def __init__(self, people, measure, codes):
        """With codes: the members of each area."""
        sizes = people.groupby(["wave", "stratum"])["psu"].nunique()
        above = below = self.df = 0.0
        for waves, members in product(YEARS, codes.values()):
            year = people[people["wave"].isin(waves)]
            area = Estimate(year, measure, year["area"].isin(members))
            form = np.diag([0.0] * len(area.present))
            for a, one in enumerate(area.present):
                for b, other in enumerate(area.present):
                    if one[:2] == other[:2]:
                        m = sizes[one[:2]]
                        form[a, b] = m / (m - 1) * ((a == b) - 1 / m)
            m = len(area.present)
            centring = np.eye(m) - np.ones((m, m)) / m
            both = centring @ form
            g, nu = np.trace(both) / m, np.trace(both) ** 2 / np.trace(both @ both)
            unequal, clustered, spread = area.concentrations()
            above += nu * area.base * (area.variance() / g - spread * unequal)
            below += nu * area.base * spread * (clustered - unequal)
            self.df += nu
        self.rho = above / below

    def interval(self, area):
        unequal, clustered, _ = area.concentrations()
        size = 1 / ((1 - self.rho) * unequal + self.rho * clustered)
        return wilson(area.share, size, student.ppf(0.975, self.df))

    def variance(self, area):
        unequal, clustered, spread = area.concentrations()
        return spread * ((1 - self.rho) * unequal + self.rho * clustered)


def members(view, level):
    """Neighbourhoods of each area of a level."""
    geography = view.rows("geography").collect("pandas").to_native()
    below = geography[geography["area_level"] == "neighbourhood"]
    if level == "neighbourhood":
        return {code: {code} for code in below["code"]}
    return {parent: set(rows["code"]) for parent, rows in below.groupby("parent_code")}


@pytest.mark.long
@pytest.mark.parametrize(("level", "code"), [("district", "X07000003"), ("neighbourhood", "X05000017")])
def test_in_an_area_each_point_pools_a_year_with_the_design_factor_that_areas_share(level, code, view, people):
    found = trends.measure(Scope(measure="fair", area=code), view)
    own = members(view, level)
    shared = Areas(people, "fair", own)
    # The questionnaire changed before 2025-Q1: no year reaches across it.
    years = {
        "2025-Q3": ["2025-Q1", "2025-Q2", "2025-Q3"],
        LAST: YEAR,
    }
    assert list(found.table["wave"])[-2:] == ["2025-Q3", LAST]
    rows = {row["wave"]: row for row in found.table.to_dict("records")}
    made = {}
    for wave in ("2025-Q3", LAST):
        inside = people["wave"].isin(years[wave]) & people["area"].isin(own[code])
        made[wave] = area = Estimate(people, "fair", inside)
        row = rows[wave]
        close([row["estimate"], row["low"], row["high"]], [area.share, *shared.interval(area)])
        assert row["base"] == area.base
    (change,) = found.tables["change"].to_dict("records")
    now, then = made[LAST], made["2025-Q3"]
    expected = mover(now.share, shared.interval(now), then.share, shared.interval(then), 0.0)
    close([change["change"], change["change_low"], change["change_high"]], [now.share - then.share, *expected])
    headline = overview.headline(Scope(area=code), view)
    assert headline.table["estimate"].notna().all()
    assert any("pools the waves of a year" in caveat for caveat in found.caveats)


@pytest.mark.long
@pytest.mark.parametrize(
    ("measure", "grouping"),
    [
        ("good_job_local", "age_band"),
        ("good_job_local", "ethnicity"),
        ("good_job_local", "disability"),
        ("good_job_local", "contact_reason"),
        ("satisfied_contact", "took_part"),
    ],
)
def test_groups_over_a_year_against_everyone_else(measure, grouping, view, people):
    found = trends.by_group(Scope(measure=measure, by=grouping), view)
    year = people["wave"].isin(YEAR)
    names = people.loc[year, grouping].fillna("Not known")
    assert set(found.table["group"]) == set(names)
    for row in found.table.to_dict("records"):
        inside = people[grouping].fillna("Not known") == row["group"]
        group = Estimate(people, measure, year & inside)
        rest = Estimate(people, measure, year & ~inside)
        if pd.isna(row["estimate"]):
            assert row["flag"].startswith("not enough answers")
            continue
        close([row["estimate"], row["low"], row["high"]], [group.share, *group.interval()])
        close([row["difference"], row["difference_low"], row["difference_high"]], difference(group, rest))
        assert row["base"] == group.base
        r2 = 2 * covariance(group.units, rest.units)
        units = len(set(group.present) | set(rest.present))
        own, other = group.variance(), rest.variance()
        df = satterthwaite(own, group.df(), other, rest.df(), units, strata(group, rest))
        low, high = row["difference_low"], row["difference_high"]
        expected = p_value(row["difference"], own + other - r2, low, high, df)
        assert row["p_value"] == pytest.approx(expected, rel=1e-6)
        assert (row["verdict"] == "not clearly different") is not (row["p_value"] <= bh_limit(found.table))


def test_satisfaction_with_contact_of_those_who_took_part_against_the_others(view, people):
    """Two groups: the difference of one is that of the other turned round, and both are of those who had contact."""
    rows = trends.by_group(Scope(measure="satisfied_contact", by="took_part"), view).table.set_index("group")
    year = people["wave"].isin(YEAR)
    took, others = (
        Estimate(people, "satisfied_contact", year & (people["took_part"] == said)) for said in ("Yes", "No")
    )
    assert sorted(rows.index) == ["No", "Yes"]
    expected = difference(took, others)
    names = ["difference", "difference_low", "difference_high"]
    close(rows.loc["Yes", names], expected)
    close(rows.loc["No", names], [-expected[0], -expected[2], -expected[1]])
    contact = year & (people["contact_12m"] == "Yes")
    assert rows["base"].sum() == opinions(people, "satisfied_contact")[contact].notna().sum()


@pytest.mark.long
def test_disability_is_a_grouping_of_every_measure(view, people):
    asked = choices.asked(view, "eskmere", str(people["survey"].iloc[0]))
    assert len(asked) > 10
    year = people[people["wave"].isin(YEAR)]
    for measure in asked:
        rows = trends.by_group(Scope(measure=measure, by="disability"), view).table.set_index("group")
        assert sorted(rows.index) == ["No", "Yes"], measure
        assert rows["estimate"].between(0, 1).all(), measure
        answered = year[measure].notna() & (year[measure] != "Don't know")
        assert rows["base"].to_dict() == year[answered].groupby("disability").size().to_dict(), measure


@pytest.mark.long
def test_groups_wave_by_wave(view, people):
    found = trends.by_group(Scope(measure="good_job_local", by="sex"), view).tables["waves"]
    assert len(found) == 32
    for row in found.to_dict("records"):
        inside = (people["sex"] == row["group"]) & (people["wave"] == row["wave"])
        expected = Estimate(people, "good_job_local", inside)
        close([row["estimate"], row["low"], row["high"]], [expected.share, *expected.interval()])


@pytest.mark.long
@pytest.mark.parametrize("level", [pytest.param("neighbourhood", marks=pytest.mark.long), "district"])
def test_areas_pool_a_year_and_share_their_design_factor(level, view, people):
    """The intracluster correlation of all areas together gives each area its design factor."""
    found = trends.by_area(Scope(measure="good_job_local", area_level=level), view)
    year = people["wave"].isin(YEAR)
    codes = members(view, level)
    shared = Areas(people, "good_job_local", codes)
    assert 0 < shared.rho < 0.2
    rows = found.table.set_index("area").to_dict("index")
    assert set(rows) == set(codes)
    checked = sorted(rows)[::4] if level == "neighbourhood" else sorted(rows)  # Writing each out takes long.
    for code in checked:
        row, inside = rows[code], people["area"].isin(codes[code])
        area, rest = (Estimate(people, "good_job_local", year & side) for side in (inside, ~inside))
        close([row["estimate"], row["low"], row["high"]], [area.share, *shared.interval(area)])
        assert row["df"] == pytest.approx(shared.df, rel=1e-9)
        together = covariance(area.units, rest.units)
        r = together / math.sqrt(area.variance() * rest.variance())
        low, high = mover(area.share, shared.interval(area), rest.share, rest.interval(), r)
        close([row["difference"], row["difference_low"], row["difference_high"]], [area.share - rest.share, low, high])
        own, other = shared.variance(area), rest.variance()
        df = satterthwaite(own, shared.df, other, rest.df(), math.inf, 0)  # no cap: the shared df comes from all areas
        expected = p_value(area.share - rest.share, own + other - 2 * r * math.sqrt(own * other), low, high, df)
        assert row["p_value"] == pytest.approx(expected, rel=1e-6)
    if level == "neighbourhood":
        assert {row["verdict"] for row in rows.values()} == {"above", "below", "not clearly different"}


def bh_limit(rows):
    """The largest p-value that Benjamini and Hochberg's step-up rule accepts at 0.10."""
    ordered = sorted(rows["p_value"].dropna().astype(float))
    return max((p for rank, p in enumerate(ordered, start=1) if p < rank / len(ordered) * 0.10), default=0.0)


@pytest.mark.parametrize(("clear", "said"), [(0, []), (3, "few of these 3"), (5, "few of these 5"), (19, "about 2 of")])
def test_half_a_difference_by_chance_is_not_called_none(clear, said):
    """Five clear differences at a rate of 10 %: half a one by chance, which rounds to an even 0."""
    table = pd.DataFrame({"verdict": ["above"] * clear + ["not clearly different"]})
    found = chance_caveat(table)
    assert (found == said) if clear == 0 else (said in found[0])


def test_the_only_clear_difference_of_a_table_is_named_with_its_group():
    """The answer may say of another group that nothing is clear."""
    verdicts = ["not clearly different", "above", "not clearly different", ""]
    table = pd.DataFrame({"group": ["Black", "Asian", "Mixed", "Other"], "verdict": verdicts})
    (said,) = chance_caveat(table.assign(p_value=[0.12, 0.01, 0.05, None]))
    assert ", of 3 tested in the table: this one (Asian) may be so by chance." in said


def test_verdicts_keep_the_false_discovery_rate_over_all_areas(view):
    """Benjamini and Hochberg's step-up rule, written out: p(i) at most i/m times the rate."""
    rows = trends.by_area(Scope(measure="good_job_local"), view).table
    limit = bh_limit(rows)
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


@pytest.mark.long
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
