"""Find rates by group, their gap as a whole and within areas."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import chi2, norm, t

from analytics.disparity import find_rate_gap, find_rates, gaps_to_rest, within_area_find_rates
from analytics.disparity.gap_dispersion import gap_dispersion
from analytics.reach.clusters import clustered_shares
from tests.gaps import level_at_no_difference, newcombe


def wilson(p: float, n: float, z: float) -> tuple[float, float]:
    half = z * math.sqrt(p * (1 - p) / n + z**2 / 4 / n**2)
    return (p + z**2 / 2 / n - half) / (1 + z**2 / n), (p + z**2 / 2 / n + half) / (1 + z**2 / n)


def test_twelve_of_eighty_alone_are_wilsons() -> None:
    shown = find_rates([12, 0], [80, 40])
    assert (shown.low[0], shown.high[0]) == pytest.approx(wilson(0.15, 80, 1.959964))
    # Wilson's upper limit of 0 of 40: z^2/(n + z^2).
    assert (shown.low[1], shown.high[1]) == pytest.approx((0, 1.959964**2 / (40 + 1.959964**2)))
    assert list(shown.effective) == [80, 40]


def test_cells_are_clusters_as_events_are() -> None:
    # With as many searches in each cell the formula is that for events with people: n* = pq/V, t with cells less one.
    x = np.random.default_rng(1).binomial(30, np.random.default_rng(2).uniform(0.05, 0.5, (2, 14)))
    shown = find_rates(x, np.full((2, 14), 30))
    for group in range(2):
        events = clustered_shares(x[group], [30] * 14, np.zeros(14, dtype=int), 1)
        assert (shown.estimate[group], shown.low[group], shown.high[group]) == pytest.approx(
            (events.share[0], events.low[0], events.high[0])
        )
        p = x[group].sum() / 420
        variance = 14 / 13 * ((x[group] - p * 30) ** 2).sum() / 420**2
        assert shown.effective[group] == pytest.approx(p * (1 - p) / variance)
        assert (shown.low[group], shown.high[group]) == pytest.approx(
            wilson(p, p * (1 - p) / variance, t.ppf(0.975, 13)), rel=1e-6
        )


def test_uneven_cells_lie_between_the_plain_sandwich_and_the_jackknife() -> None:
    """Squared scores over 1 less their share of the searches, from the closed form."""
    random = np.random.default_rng(3)
    n = random.integers(5, 200, 12)
    x = random.binomial(n, random.uniform(0.1, 0.6, 12))
    p = x.sum() / n.sum()
    variance = ((x - p * n) ** 2 / (1 - n / n.sum())).sum() / n.sum() ** 2
    shown = find_rates([x], [n])
    assert shown.effective[0] == pytest.approx(p * (1 - p) / variance)
    # Between the plain sandwich and the delete-one jackknife.
    without = (x.sum() - x) / (n.sum() - n)
    jackknife = 11 / 12 * ((without - without.mean()) ** 2).sum()
    assert ((x - p * n) ** 2).sum() / n.sum() ** 2 < variance < jackknife
    # Fewer degrees of freedom than cells less one: the interval is wider than with 11.
    narrower = wilson(p, shown.effective[0], t.ppf(0.975, 11))
    assert shown.high[0] - shown.low[0] > narrower[1] - narrower[0]


def test_cells_that_agree_by_accident_keep_the_width_of_their_searches() -> None:
    shown = find_rates([[2] * 12], [[10] * 12])
    assert shown.effective[0] == 120
    assert (shown.low[0], shown.high[0]) == pytest.approx(wilson(0.2, 120, t.ppf(0.975, 11)), rel=1e-6)


def test_a_group_without_finds_is_as_clumped_as_the_others() -> None:
    # Whole months find or don't: 6 of 12 months of 10 searches, so V = 12/11 * 12 * 25 / 120^2 and n* = 11.
    x, n = [[10, 0] * 6, [0] * 12], [[10] * 12, [30] * 12]
    shown = find_rates(x, n)
    assert shown.effective[0] == pytest.approx(11)
    assert shown.effective[1] == pytest.approx(360 * 11 / 120)


def test_where_all_months_are_alike_and_no_group_shows_clumps_searches_are_independent():
    """Wilson's end of n of n is n/(n + z^2): 2,786 searches, as many as one force made in 36 months."""
    n = [77] * 35 + [91]
    z2 = 1.959963985**2
    for x, low, high in ((n, 2_786 / (2_786 + z2), 1), ([0] * 36, 0, z2 / (2_786 + z2))):
        shown = find_rates([x], [n])
        assert (shown.low[0], shown.high[0]) == pytest.approx((low, high), abs=1e-9)
        assert shown.effective[0] == 2_786
    # One find fewer of so many moves the ends little.
    almost = find_rates([[*n[:-1], 90]], [n])
    assert almost.low[0] == pytest.approx(find_rates([n], [n]).low[0], abs=0.002)


def test_fewer_than_three_months_give_no_p_value_and_three_do():
    x, n, y, m = [80, 85, 78], [100] * 3, [10, 12, 9], [100] * 3
    for cells in (1, 2):
        shown = find_rate_gap(x[:cells], n[:cells], y[:cells], m[:cells])
        assert math.isnan(shown.p_value)
        assert (shown.difference.low > 0, shown.clusters) == (True, 0)
    assert find_rate_gap(x, n, y, m).p_value < 0.01
    assert [math.isnan(gap.p_value) for gap in gaps_to_rest([x[:2], y[:2]], [n[:2], m[:2]]) if gap] == [True, True]


def test_two_cells_say_nothing_of_clumping_and_nobody_has_no_rate() -> None:
    shown = find_rates([[3, 5], [0, 0]], [[20, 30], [0, 0]])
    assert (shown.low[0], shown.high[0]) == pytest.approx(wilson(0.16, 50, 1.959964))
    assert np.isnan([shown.estimate[1], shown.low[1], shown.high[1]]).all()
    assert list(shown.cells) == [2, 0]


def test_a_gap_by_chance_is_newcombes() -> None:
    # Newcombe (1998), table II (a): 56/70 less 48/80 by his method 10 is .2000 (.0524 to .3339).
    shown = find_rate_gap(56, 70, 48, 80)
    assert (shown.difference.estimate, shown.difference.low, shown.difference.high) == pytest.approx(
        (0.2, 0.0524, 0.3339), abs=5e-5
    )
    assert shown.clusters == 0
    assert shown.ratio is not None
    # Donner and Zou's limits of the ratio are where the MOVER limits of p_a - r p_b are 0.
    (l_a, u_a), (l_b, u_b) = wilson(0.8, 70, 1.959964), wilson(0.6, 80, 1.959964)
    for r, own, other in ((shown.ratio.low, 0.8 - l_a, u_b - 0.6), (shown.ratio.high, u_a - 0.8, 0.6 - l_b)):
        assert abs(0.8 - 0.6 * r) == pytest.approx(math.hypot(own, r * other), rel=1e-6)


def test_a_ratio_of_few_finds_in_clumps_has_a_lower_limit_below_it() -> None:
    """Where the comparator's rate could be more than twice as high, the lower limit is that of MOVER all the same."""
    found_a, searched_a, found_b, searched_b = np.array([[2, 9, 4], [30, 30, 30], [8, 0, 4], [60, 60, 60]])
    shown = find_rate_gap(found_a, searched_a, found_b, searched_b)
    p_a, p_b = 15 / 90, 12 / 180
    spread = gap_dispersion(*map(np.asarray, (found_a, searched_a, found_b, searched_b)), (1 / p_a, 1 / p_b))
    assert spread is not None
    quantile = t.ppf(0.975, spread.df)
    (l_a, _), (_, u_b) = wilson(p_a, 90 / spread.phi, quantile), wilson(p_b, 180 / spread.phi, quantile)
    assert u_b > 2 * p_b
    assert shown.ratio is not None
    assert abs(p_a - p_b * shown.ratio.low) == pytest.approx(math.hypot(p_a - l_a, shown.ratio.low * (u_b - p_b)))
    assert 0 < shown.ratio.low < shown.ratio.estimate < shown.ratio.high


def test_within_two_areas_nothing_is_tested() -> None:
    columns = ([8, 13], [100, 120], [30, 41], [200, 210])
    shown = within_area_find_rates(*columns)
    assert math.isnan(shown.p_value)
    assert shown.clusters == 0
    assert shown.difference.high - shown.difference.estimate == pytest.approx(norm.ppf(0.975) * shown.se_by_chance)


def test_areas_alike_by_accident_are_taken_to_be_as_alike_as_one_set_in_a_hundred() -> None:
    columns = ([20] * 5, [100] * 5, [40] * 5, [200] * 5)
    shown = within_area_find_rates(*columns)
    half = t.ppf(0.975, 4) * math.sqrt(chi2.ppf(0.01, 4) / 4) * shown.se_by_chance
    assert shown.difference.high - shown.difference.estimate == pytest.approx(half)
    assert (shown.p_value, shown.clusters) == (1, 5)


def test_a_gap_over_months_has_their_variance() -> None:
    random = np.random.default_rng(6)
    n_a, n_b = random.integers(20, 60, 12), random.integers(80, 200, 12)
    x_a, x_b = random.binomial(n_a, random.uniform(0, 0.4, 12)), random.binomial(n_b, random.uniform(0, 0.6, 12))
    shown = find_rate_gap(x_a, n_a, x_b, n_b)
    # The delete-one-month jackknife of the difference: the same to first order.
    without = [
        (x_a.sum() - a) / (n_a.sum() - m) - (x_b.sum() - b) / (n_b.sum() - n)
        for a, m, b, n in zip(x_a, n_a, x_b, n_b, strict=True)
    ]
    jackknife = math.sqrt(11 / 12 * ((np.array(without) - np.mean(without)) ** 2).sum())
    half = t.ppf(0.975, 11) * jackknife
    assert shown.difference.high - shown.difference.low == pytest.approx(2 * half, rel=0.1)
    assert shown.difference.high - shown.difference.low > 2 * 1.96 * shown.se_by_chance
    # By statsmodels: the interval, and the level at which it ends at 0.
    low, high = newcombe(x_a, n_a, x_b, n_b, 12)
    assert (shown.difference.low, shown.difference.high) == pytest.approx((low, high), rel=1e-8)
    assert shown.p_value == pytest.approx(level_at_no_difference(x_a, n_a, x_b, n_b, 12), rel=1e-6)
    assert shown.clusters == 12


def test_what_moves_both_groups_in_a_month_moves_their_gap_less() -> None:
    month = np.array([5, 40] * 6)
    together = find_rate_gap(month, [100] * 12, month, [100] * 12)
    # Months as alike as no independent searches are: taken to be as alike as 1 in 100 sets of those.
    chance = 2 * 0.225 * 0.775 / 1_199
    half = t.ppf(0.975, 11) * math.sqrt(chi2.ppf(0.01, 11) / 11 * chance)
    assert together.difference.high == pytest.approx(half, rel=0.01)
    apart = find_rate_gap(month, [100] * 12, month[::-1], [100] * 12)
    assert apart.difference.high > 2 * together.difference.high


def test_a_ratio_without_finds_of_one_group_is_not_given() -> None:
    assert find_rate_gap(0, 50, 5, 60).ratio is None
    assert within_area_find_rates([0, 0], [50, 40], [5, 3], [60, 60]).ratio is None
    alone = within_area_find_rates([2, 0], [50, 40], [5, 0], [60, 60])
    assert alone.ratio is None
    assert alone.difference.low < alone.difference.estimate < alone.difference.high


def test_where_groups_are_searched_can_turn_their_gap_round() -> None:
    # 40 of 100 and 90 of 200 in one area, 20 of 400 and 4 of 50 in the other: less in each, and far less as a whole.
    columns = ([40, 20], [100, 400], [90, 4], [200, 50])
    crude = find_rate_gap(*(sum(column) for column in columns))
    within = within_area_find_rates(*columns)
    assert crude.difference.estimate == pytest.approx(60 / 500 - 94 / 250)
    weights = np.array([100 * 200 / 300, 400 * 50 / 450])
    assert within.difference.estimate == pytest.approx((weights * [-0.05, -0.03]).sum() / weights.sum())


def test_areas_where_one_group_was_not_searched_add_nothing_and_are_counted() -> None:
    random = np.random.default_rng(2)
    n_a, n_b = random.integers(5, 50, 8), random.integers(20, 90, 8)
    x_a, x_b = random.binomial(n_a, 0.3), random.binomial(n_b, 0.2)
    plain = within_area_find_rates(x_a, n_a, x_b, n_b)
    more = within_area_find_rates([*x_a, 0, 3], [*n_a, 0, 9], [*x_b, 4, 0], [*n_b, 20, 0])
    assert (more.difference, more.ratio, more.p_value) == (plain.difference, plain.ratio, plain.p_value)
    assert (plain.left_out, more.left_out, more.clusters) == (0, 2, 8)


def test_exchanging_the_groups_turns_the_gap_round() -> None:
    columns = ([3, 9, 20], [30, 40, 90], [8, 30, 11], [60, 70, 80])
    one, other = within_area_find_rates(*columns), within_area_find_rates(*columns[2:], *columns[:2])
    assert one.difference.estimate == pytest.approx(-other.difference.estimate)
    assert (one.difference.low, one.p_value) == pytest.approx((-other.difference.high, other.p_value))
    assert one.ratio is not None
    assert other.ratio is not None
    assert one.ratio.estimate == pytest.approx(1 / other.ratio.estimate)


def test_the_p_value_says_what_the_interval_says() -> None:
    random = np.random.default_rng(9)
    for _ in range(200):
        n = random.integers(10, 60, (2, 6))
        x = random.binomial(n, random.uniform(0.1, 0.5, (2, 1)))
        for shown in (find_rate_gap(x[0], n[0], x[1], n[1]), within_area_find_rates(x[0], n[0], x[1], n[1])):
            assert (shown.p_value < 0.05) == (shown.difference.low > 0 or shown.difference.high < 0)


def test_the_p_value_is_that_at_which_the_interval_of_statsmodels_ends_at_0() -> None:
    from statsmodels.stats.proportion import confint_proportions_2indep

    random = np.random.default_rng(31)
    n = random.integers(10, 60, (2, 12))
    x = random.binomial(n, [[0.3], [0.24]])
    shown, spread = find_rate_gap(x[0], n[0], x[1], n[1]), gap_dispersion(*map(np.asarray, (x[0], n[0], x[1], n[1])))
    assert spread is not None
    counts = [float(table.sum() / spread.phi) for pair in zip(x, n, strict=True) for table in pair]
    # Newcombe's interval is of normal quantiles: of the one that lies as far out as the quantile of t.
    for p, places in ((shown.p_value, (0.0,)), (0.05, (shown.difference.low, shown.difference.high))):
        level = 2 * norm.sf(t.isf(p / 2, spread.df))
        ends = confint_proportions_2indep(*counts, method="newcomb", compare="diff", alpha=level)
        assert all(np.isclose(ends, place, atol=1e-9).any() for place in places)


def test_an_interval_stays_within_minus_one_and_one() -> None:
    shown = within_area_find_rates([5, 5], [5, 5], [0, 1], [5, 5])
    assert shown.difference.high == 1
    assert shown.difference.low >= -1


def test_many_finds_are_normal() -> None:
    shown = find_rate_gap(30_000, 100_000, 20_000, 100_000)
    half = norm.ppf(0.975) * shown.se_by_chance
    assert shown.difference.high == pytest.approx(0.1 + half, abs=1e-5)


@pytest.mark.parametrize(
    ("function", "arguments", "sentence"),
    [
        (find_rates, ([3], [2]), "More searches found something than there were"),
        (find_rates, ([1], [2, 3]), "searches that found something and"),
        (find_rates, ([1.5], [2]), r"found\[0\] is 1.5, but a count"),
        (find_rate_gap, (0, 0, 1, 9), "The group has no searches in this period and place"),
        (find_rate_gap, (1, 9, 0, 0), "The comparator has no searches"),
        (find_rate_gap, ([1, 2], [3, 4], [1], [4]), "There are 2 cells of the group and 1 of the comparator"),
        (within_area_find_rates, ([1], [9], [2], [9]), "Only 1 of 1 areas has searches of both groups"),
        (within_area_find_rates, ([1, 2], [9, 9], [2, 0], [9, 0]), "Only 1 of 2 areas"),
        (within_area_find_rates, ([0, 0], [9, 9], [0, 0], [9, 9]), "No search of either group found something"),
        (within_area_find_rates, ([9, 9], [9, 9], [9, 9], [9, 9]), "Every search of either group found something"),
        (within_area_find_rates, ([1, 2], [9, 9], [2], [9]), "There are 2 and 1 areas"),
        (
            within_area_find_rates,
            ([1, 1], [10**9, 1], [2, 0], [10**9, 1]),
            "One of the 2 areas holds all that is known",
        ),
    ],
)
def test_what_gives_no_find_rate_is_refused_in_a_sentence(function, arguments, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        function(*arguments)


def test_each_stratum_is_set_against_the_sum_of_the_others():
    """The rest of the second: 3 + 9 of 20 + 40 in the first month, 4 + 12 of 25 + 50 in the second, and so on."""
    x, n = [[3, 4, 2, 6], [5, 1, 2, 2], [9, 12, 8, 11]], [[20, 25, 22, 30], [18, 9, 12, 11], [40, 50, 41, 44]]
    gaps = gaps_to_rest(x, n)
    expected = find_rate_gap([5, 1, 2, 2], [18, 9, 12, 11], [12, 16, 10, 17], [60, 75, 63, 74])
    assert gaps[1] == expected
    assert len(gaps) == 3


def test_a_stratum_without_searches_or_without_others_has_no_gap():
    assert gaps_to_rest([[1, 2], [0, 0]], [[5, 6], [0, 0]]) == [None, None]
    assert gaps_to_rest([[1, 2]], [[5, 6]]) == [None]
