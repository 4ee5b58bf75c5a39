"""The ratio, its clumping and its unknowns."""

import itertools
import math
import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import brentq
from scipy.stats import betabinom, binom
from statsmodels.stats.contingency_tables import Table2x2

from analytics.disparity import (
    Estimate,
    rate_ratio,
    rate_ratios,
    ratio_of_ratios,
    split_dispersion,
    tipping_share,
    unknown_range,
)

counts = st.integers(0, 5_000)
populations = st.integers(1, 1_000_000)


def brute_force(a: int, n_a: float, b: int, n_b: float, factor: float) -> tuple[float, float]:
    """Mid-P limits from scipy's distributions, summed over every possible count."""
    m = a + b

    def tail(ratio: float, upper: bool) -> float:
        share = ratio * n_a / (ratio * n_a + n_b)
        size = (m - factor) / (factor - 1) if factor > 1 else math.inf
        split = betabinom(m, share * size, (1 - share) * size) if factor > 1 else binom(m, share)
        beyond = np.arange(a + 1, m + 1) if upper else np.arange(a)
        return float(split.pmf(beyond).sum() + split.pmf(a) / 2 - 0.025)

    centre = math.log((a + 0.5) * n_b / ((b + 0.5) * n_a))
    low = math.exp(brentq(lambda x: tail(math.exp(x), True), centre - 12, centre, xtol=1e-12)) if a else 0.0
    high = math.exp(brentq(lambda x: tail(math.exp(x), False), centre, centre + 12, xtol=1e-12)) if b else math.inf
    return low, high


@pytest.mark.parametrize("factor", [1.0, 1.0001, 1.3, 2.0, 5.0, 12.0])
@pytest.mark.parametrize(("a", "b"), [(60, 200), (5, 40), (0, 30), (30, 0), (700, 1_300), (12, 4_000)])
def test_the_limits_are_those_of_the_whole_distribution(a: int, b: int, factor: float) -> None:
    shown = rate_ratio(a, 5_000, b, 80_000, factor)
    assert (shown.low, shown.high) == pytest.approx(brute_force(a, 5_000, b, 80_000, factor), rel=1e-6)


def test_many_areas_have_the_limits_of_the_whole_distribution_each_and_none_where_nothing_is_known() -> None:
    shown = rate_ratios([60, 0, 5, 0, 7], [5_000, 900, 0, 80, 300], [200, 30, 4, 0, 0], [80_000, 700, 90, 60, 200], 4.0)
    for area, (a, n_a, b, n_b) in {0: (60, 5_000, 200, 80_000), 1: (0, 900, 30, 700), 4: (7, 300, 0, 200)}.items():
        assert (shown.low[area], shown.high[area]) == pytest.approx(brute_force(a, n_a, b, n_b, 4.0), rel=1e-6)
    assert shown.estimate[[0, 1, 4]] == pytest.approx([4.8, 0, math.inf])
    for values in (shown.estimate, shown.low, shown.high):
        assert np.isnan(values[[2, 3]]).all()


def test_areas_of_different_number_are_refused() -> None:
    with pytest.raises(ValueError, match="differ in length: give one of each per area"):
        rate_ratios([1, 2], [9, 9], [1], [9])


def test_seven_hundred_areas_take_a_second() -> None:
    random = np.random.default_rng(1)
    a, b = random.poisson(200, 700), random.poisson(600, 700)
    start = time.process_time()
    rate_ratios(a, np.full(700, 1_000), b, np.full(700, 3_000), 4.0)
    assert time.process_time() - start < 2


@pytest.mark.parametrize("a", [10, 60_000, 500_000])
def test_a_million_events_take_milliseconds(a: int) -> None:
    taken = []
    for _ in range(5):
        start = time.perf_counter()
        rate_ratio(a, 5_000, 1_000_000 - a, 80_000, 3.0)
        taken.append(time.perf_counter() - start)
    assert min(taken) < 0.02


@pytest.mark.parametrize("factor", [1.5, 3.0])
def test_with_a_million_events_the_interval_is_the_log_normal_one(factor: float) -> None:
    # Closed form for many events: log RR +- 1.96 sqrt(phi (1/a + 1/b)).
    shown = rate_ratio(300_000, 5_000, 700_000, 80_000, factor)
    half = 1.959964 * math.sqrt(factor * (1 / 300_000 + 1 / 700_000))
    assert shown.low == pytest.approx(shown.estimate * math.exp(-half), rel=2e-5)
    assert shown.high == pytest.approx(shown.estimate * math.exp(half), rel=2e-5)


def test_without_events_in_the_group_the_ratio_starts_at_zero() -> None:
    # (1 - p)^m / 2 = .025 at the upper limit, with equal populations: m = 10.
    shown = rate_ratio(0, 100, 10, 100)
    share = 1 - 0.05**0.1
    assert (shown.estimate, shown.low) == (0.0, 0.0)
    assert shown.high == pytest.approx(share / (1 - share))


def test_without_events_in_the_comparator_the_ratio_has_no_upper_end() -> None:
    shown = rate_ratio(10, 100, 0, 100)
    assert shown.estimate == shown.high == math.inf
    assert shown.low == pytest.approx(1 / rate_ratio(0, 100, 10, 100).high)


@given(counts, populations, counts, populations, st.floats(1, 20))
def test_exchanging_the_groups_inverts_the_ratio(a: int, n_a: int, b: int, n_b: int, factor: float) -> None:
    if a == b == 0:
        return
    one, other = rate_ratio(a, n_a, b, n_b, factor), rate_ratio(b, n_b, a, n_a, factor)
    assert one.low <= one.estimate <= one.high
    if a and b:
        assert (one.low, one.high) == pytest.approx((1 / other.high, 1 / other.low), rel=1e-6)
    assert one.few == other.few


@pytest.mark.parametrize("factor", [2.0, 40.0, 1e6])
@pytest.mark.parametrize(("a", "b"), [(1, 0), (0, 1), (1, 1), (2, 1), (1, 9), (3, 30)])
def test_a_factor_beyond_the_number_of_events_still_gives_an_interval(a: int, b: int, factor: float) -> None:
    shown = rate_ratio(a, 100, b, 100, factor)
    assert 0 <= shown.low <= shown.estimate <= shown.high


def test_few_looks_at_the_total_and_never_at_the_split() -> None:
    # 1 in 10 residents is of the group: 50 events let it expect 5.
    assert [rate_ratio(a, 100, 50 - a, 900).few for a in (0, 5, 40)] == [False] * 3
    assert [rate_ratio(a, 100, 49 - a, 900).few for a in (0, 5, 40)] == [True] * 3


def test_two_groups_without_events_have_no_ratio() -> None:
    with pytest.raises(ValueError, match="Neither group has an event in this period and place"):
        rate_ratio(0, 10, 0, 10)


@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        ((-1, 9, 1, 9), "a is"),
        ((1, 0, 1, 9), "population_a is"),
        ((1, 9, 0.5, 9), "b is"),
        ((1, 9, 1, -9), "population_b"),
    ],
)
def test_a_ratio_names_the_number_that_is_wrong(arguments: tuple[float, ...], name: str) -> None:
    with pytest.raises(ValueError, match=name):
        rate_ratio(*arguments)


def test_independent_events_give_a_factor_of_one_on_average_however_sparse_the_cells() -> None:
    # Every one of the 136 ways in which 2 of 17 events can be those of the group.
    cells = np.repeat(np.arange(11), [1, 1, 1, 1, 1, 1, 1, 2, 2, 3, 3])
    m = np.bincount(cells)
    factors = []
    for chosen in itertools.combinations(range(17), 2):
        a = np.bincount(cells[list(chosen)], minlength=11)
        factors.append(split_dispersion(a, m - a).phi)
    assert np.mean(factors) == pytest.approx(1, abs=1e-12)


def test_making_every_event_a_clump_multiplies_the_factor() -> None:
    # By the formula: numerator c^2, denominator c, small-sample terms M/(M-1) against cM/(cM-1).
    a, b = np.array([3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8]), np.array([9, 7, 9, 3, 2, 3, 8, 4, 6, 2, 6, 4])
    total, clump = (a + b).sum(), 4
    once, clumped = split_dispersion(a, b).phi, split_dispersion(clump * a, clump * b).phi
    assert once is not None
    assert clumped == pytest.approx(clump * once * total / (total - 1) * (clump * total - 1) / (clump * total))


@pytest.mark.parametrize("mean", [1.0, 20.0])
def test_the_factor_of_gamma_poisson_counts_is_found(mean: float) -> None:
    # Truth by construction: gamma shape mean/(phi - 1) and scale phi - 1 give the variance phi times the mean.
    random = np.random.default_rng(7)

    def counts_of(share: float) -> np.ndarray:
        return random.poisson(random.gamma(mean * share / 2, 2, 800))

    found = [split_dispersion(counts_of(0.3), counts_of(0.7)).phi for _ in range(60)]
    assert np.mean(found) == pytest.approx(3, abs=0.15)


def test_areas_that_differ_in_who_lives_there_are_not_clumping() -> None:
    random = np.random.default_rng(3)
    areas = np.repeat(["north", "south"], 200)
    a = random.poisson(np.where(areas == "north", 2, 18))
    b = random.poisson(np.where(areas == "north", 18, 2))
    apart, together = split_dispersion(a, b, areas), split_dispersion(a, b)
    assert apart.phi == pytest.approx(1, abs=0.25)
    assert apart.df == 398
    assert together.phi is not None
    assert together.phi > 5
    assert together.df == 399


def test_what_moves_both_groups_in_a_month_does_not_widen_the_ratio() -> None:
    random = np.random.default_rng(4)
    month = np.exp(random.normal(0, 1, 600))
    found = split_dispersion(random.poisson(10 * month), random.poisson(20 * month)).phi
    assert found == pytest.approx(1, abs=0.25)


def test_cells_and_areas_that_say_nothing_are_left_out() -> None:
    a, b = [3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5], [9, 7, 9, 3, 2, 3, 8, 4, 6, 2, 6]
    plain = split_dispersion(a, b, [0] * 11)
    # Two empty cells, an area with one month, an area with none of the group, and an area of the group alone.
    more = split_dispersion([*a, 0, 0, 4, 0, 0, 7, 8], [*b, 0, 0, 5, 6, 7, 0, 0], [*([0] * 11), 0, 1, 2, 3, 3, 4, 4])
    assert more == plain
    assert (plain.cells, plain.df) == (11, 10)


def test_a_factor_from_too_few_cells_is_refused_with_its_reason() -> None:
    shown = split_dispersion([3] * 10, [4] * 10)
    assert (shown.phi, shown.factor, shown.df) == (None, None, 9)
    assert "9 degrees of freedom" in shown.reason
    assert split_dispersion([], []).phi is None
    assert split_dispersion([0] * 50, [3] * 50).phi is None


def test_even_cells_have_the_degrees_of_freedom_of_a_mean_square() -> None:
    # Equal cells, share 1/2: no fourth cumulant above the normal's, so nothing is lost.
    even = split_dispersion([49, 51] * 8, [51, 49] * 8)
    assert even.effective_df == even.df == 15
    assert even.factor == 1.0
    rare = split_dispersion([1, 0, 0, 0] * 8, [19, 20, 20, 20] * 8)
    assert rare.effective_df < rare.df


def test_the_factor_allows_for_being_estimated() -> None:
    # t(.975, 11) = 2.200985 and z = 1.959964 from printed tables.
    shown = split_dispersion([60, 40] * 6, [40, 60] * 6)
    assert shown.phi is not None
    assert shown.phi > 1
    assert shown.effective_df == 11
    assert shown.factor == pytest.approx(shown.phi * (2.200985 / 1.959964) ** 2, rel=1e-6)


def test_cells_of_different_length_or_with_half_an_event_are_refused() -> None:
    with pytest.raises(ValueError, match="3 values of a, 2 of b"):
        split_dispersion([1, 2, 3], [1, 2])
    with pytest.raises(ValueError, match=r"b_cells\[1\] is 0.5"):
        split_dispersion([1, 2], [1, 0.5])
    with pytest.raises(ValueError, match="a_cells has 2 dimensions"):
        split_dispersion([[1, 2]], [[1, 2]])


def test_the_range_of_the_unknown_by_hand() -> None:
    # 10 of 100 against 20 of 400 is 2; with 20 unknown: 10/100 over 40/400 is 1, 30/100 over 20/400 is 6.
    shown = unknown_range(10, 100, 20, 400, 20)
    assert (shown.if_comparator, shown.if_group) == (1.0, 6.0)
    # Rates are equal only if all 20 are of the comparator.
    assert tipping_share(10, 100, 20, 400, 20) == 0.0
    assert tipping_share(10, 100, 20, 400, 19) is None
    # 40 unknown: (10 + 40x)/100 = (60 - 40x)/400 at x = .1.
    assert tipping_share(10, 100, 20, 400, 40) == pytest.approx(0.1)
    assert tipping_share(10, 100, 20, 400, 0) is None


@given(counts, populations, st.integers(1, 5_000), populations, counts)
def test_the_ratio_lies_between_the_two_ends_and_tips_at_the_share(a: int, n_a: int, b: int, n_b: int, u: int) -> None:
    ends, ratio = unknown_range(a, n_a, b, n_b, u), rate_ratio(a, n_a, b, n_b).estimate
    assert ends.if_comparator <= ratio <= ends.if_group
    share = tipping_share(a, n_a, b, n_b, u)
    if share is not None:
        assert (a + share * u) / n_a == pytest.approx((b + (1 - share) * u) / n_b)
    elif u:
        assert ends.if_comparator > 1 or ends.if_group < 1


def test_ranges_at_the_edge() -> None:
    assert unknown_range(5, 10, 0, 10, 5).if_group == math.inf
    assert math.isnan(unknown_range(0, 10, 0, 10, 0).if_group)
    with pytest.raises(ValueError, match="unknown is -1"):
        unknown_range(1, 10, 1, 10, -1)
    with pytest.raises(ValueError, match="population_b is 0"):
        tipping_share(1, 10, 1, 0, 1)


def ratio_as_estimate(a, n_a, b, n_b) -> Estimate:
    made = rate_ratio(a, n_a, b, n_b)
    return Estimate(made.estimate, made.low, made.high)


@pytest.mark.parametrize("residents", [(5_000, 80_000), (1, 1)])
def test_two_ratios_are_compared_as_statsmodels_compares_two_odds(residents: tuple[int, int]) -> None:
    """Of many independent searches: the odds ratio of the two splits, whatever the residents; one standard error."""
    n_a, n_b = residents
    made = ratio_of_ratios(ratio_as_estimate(900, n_a, 1_600, n_b), ratio_as_estimate(2_400, n_a, 4_900, n_b))
    table = Table2x2([[900, 1_600], [2_400, 4_900]])
    low, high = table.oddsratio_confint()
    assert made.estimate == pytest.approx(table.oddsratio, rel=1e-12)
    assert (made.low, made.high) == pytest.approx((low, high), rel=1e-3)
    assert made.p_value == pytest.approx(table.oddsratio_pvalue(), rel=0.02)


def test_the_comparison_of_two_ratios_can_be_turned_round() -> None:
    one, other = Estimate(4.0, 3.0, 6.0), Estimate(2.0, 1.8, 2.3)
    made, back = ratio_of_ratios(one, other), ratio_of_ratios(other, one)
    assert made.estimate == 2
    assert (back.low, back.high) == pytest.approx((1 / made.high, 1 / made.low))
    assert back.p_value == pytest.approx(made.p_value)
    # By hand: log 2 less the root of the sum of squares of log 4/3 and log 2.3/2.
    assert made.low == pytest.approx(2 * math.exp(-math.hypot(math.log(4 / 3), math.log(1.15))))
    assert ratio_of_ratios(one, one).p_value == 1


@pytest.mark.parametrize("ratio", [Estimate(0, 0, 1), Estimate(2, 1, math.inf), Estimate(2, 0, 3)])
def test_a_ratio_without_finite_limits_is_not_compared(ratio: Estimate) -> None:
    with pytest.raises(ValueError, match="can be compared where all are finite"):
        ratio_of_ratios(ratio, Estimate(2, 1, 3))
