"""Ranges that say nothing are not given, whatever asks for them, and it is said why."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from analytics.disparity import Estimate, Ratio
from analytics.findings import QUESTIONS, choices
from analytics.findings.stop_and_search import disproportionality, quality, rates, trend
from analytics.findings.stop_and_search.ranges import (
    HUNDRED_FOLD,
    NO_RATIO,
    TEN_FOLD,
    has_range,
    is_told,
    known_difference,
    known_rate,
    rate_between,
)
from analytics.reading import reading_table
from analytics.scope import Scope

SIXTY = "Criminal Justice and Public Order Act 1994, section 60"
MET = Scope("metropolitan", from_month="2018-04", to_month="2018-09", power=SIXTY)


def mid_p(count):
    """Limits of a Poisson mean by a search over scipy's distribution, apart from the product's own."""
    means = np.linspace(0.001, 60, 600_000)
    tail = stats.poisson.sf(count, means) + stats.poisson.pmf(count, means) / 2
    return means[np.searchsorted(tail, 0.025)], means[np.searchsorted(tail, 0.975)]


@pytest.mark.parametrize(("count", "given"), [(3, False), (4, True)])
def test_a_rate_has_a_range_from_four_independent_searches(count, given):
    low, high = mid_p(count)
    assert (high <= TEN_FOLD * low) == given
    made = known_rate(count, 1000, 1000, None)
    assert made.estimate == count
    assert has_range(made) == given
    if given:
        assert (made.low, made.high) == pytest.approx((low, high), abs=2e-4)


def test_many_searches_that_come_in_bursts_are_few():
    """300 searches with a variance factor of 100 are as three: the rate stays, its range goes."""
    made = known_rate(300, 1000, 1000, 100.0)
    assert made.estimate == 300
    assert not has_range(made)
    assert has_range(known_rate(300, 1000, 1000, 75.0))


def test_a_difference_of_a_rate_without_range_has_none():
    wide, narrow = known_rate(2, 1000, 1000, None), known_rate(40, 1000, 1000, None)
    gap = Estimate(38.0, 20.0, 50.0)
    assert known_difference(gap, narrow, narrow) == gap
    hidden = known_difference(gap, narrow, wide)
    assert hidden.estimate == 38.0
    assert np.isnan([hidden.low, hidden.high]).all()
    assert (rate_between(1.0, 2.0), rate_between(float("nan"), float("nan"))) == ("1.0 to 2.0", "no range")


def test_a_ratio_is_told_up_to_a_hundred_fold():
    assert is_told(Ratio(1.0, 0.1, 0.1 * HUNDRED_FOLD, False))
    assert not is_told(Ratio(1.0, 0.1, 0.1 * HUNDRED_FOLD + 0.1, False))
    assert not is_told(Ratio(1.0, 0.0, 3.0, False))


def test_rates_under_section_60_have_no_range_and_the_ratio_has(real_store):
    """By hand: nearly all 2,689 searches of Black people lie in two of six months."""
    view = real_store.view()
    said = "The searches came in bursts: "
    for ask in (disproportionality, rates, trend):
        assert any(caveat.startswith(said) for caveat in ask(MET, view).caveats), ask
    made = disproportionality(MET, view)
    tiles = {tile.label: tile for tile in made.tiles}
    assert {tiles[name].interval for name in ("Rate, Black people", "Difference")} == {"no range"}
    assert tiles["Ratio"].interval == "10.5 to 13.9 times"
    assert "Black 2.3 (no range)" in rates(MET, view).answer


def test_a_ratio_that_could_be_anything_is_refused_and_says_what_to_do(real_store):
    made = disproportionality(Scope("west-midlands", power=SIXTY), real_store.view())
    assert made.refused
    assert made.answer == (
        "509 searches of Black people and 399 searches of White people by West Midlands Police in the year to December "
        f"2019 under “{SIXTY}” came in bursts, 67\u00a0% and 79\u00a0% of them in one month: what the ratio usually is "
        "can't be told from them; choose another group or all powers."
    )
    assert NO_RATIO in set(made.tables["disproportionality"]["flag"])
    lines = quality(Scope("west-midlands", power=SIXTY), real_store.view()).lines
    assert lines[0].text == "Ethnicity unknown for 7\u00a0%"


@pytest.mark.parametrize("force", ["west-midlands", "lancashire", "surrey", "dyfed-powys"])
def test_nothing_that_is_asked_of_rates_has_a_range_that_says_nothing(real_store, force):
    view, hidden = real_store.view(), 0
    for power in (None, *choices.powers(view, force)):
        for key in ("rates", "trend", "disproportionality", "similar_forces", "funnel"):
            made = QUESTIONS[f"stop_and_search.{key}"].answer(Scope(force, power=power), view)
            for table in made.tables.values():
                hidden += _wide(table)
    assert hidden


def _wide(table):
    """Rates without a range in a table of which no range is too wide."""
    number = 0
    for name in ("rate", "comparator_rate"):
        low, high = (f"{name}_low", f"{name}_high") if f"{name}_low" in table else ("low", "high")
        if name not in table or low not in table or ("ratio" in table and low == "low"):
            continue
        given = table[table[low].notna()]
        assert (given[high] <= TEN_FOLD * given[low]).all()
        number += int((table[name].notna() & table[low].isna()).sum())
    if "ratio" in table and "low" in table:
        given = table[table["low"].notna()]
        assert (given["high"] <= HUNDRED_FOLD * given["low"]).all()
    return number


def test_a_small_group_is_no_surer_than_the_large_ones_of_the_same_searches(real_store):
    """By chance alone 185 searches of people counted as Mixed had 6.8 (5.7 to 8.1) where 509 and 818 had no ratio."""
    made = disproportionality(Scope("west-midlands", power=SIXTY, group="Mixed"), real_store.view())
    assert made.refused
    assert set(made.tables["disproportionality"].loc[lambda table: table["stops"] > 0, "flag"]) == {NO_RATIO}
    tests = QUESTIONS["stop_and_search.scorecard"].answer(Scope("west-midlands", power=SIXTY), real_store.view())
    assert any("searches came in bursts" in flag for flag in tests.table["flag"])


def test_a_table_says_of_a_figure_without_range_that_it_has_none(real_store):
    read = reading_table(QUESTIONS["stop_and_search.by_power"].answer(MET.but(power=None), real_store.view()))
    none = read[read["Power"].str.contains("No suspicion") & (read["Group"] == "Black")]
    assert list(none["Per 1,000"]) == ["2.3 (no range)"]
