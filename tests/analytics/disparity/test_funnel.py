"""Funnel limits and flags."""

from __future__ import annotations

import math
import time

import numpy as np
import pytest
from scipy.stats import betabinom, norm
from statsmodels.stats.multitest import multipletests

from analytics.disparity import Funnel, between_areas, ratio_funnel, within_area_ratio

CONTRACT = ("ratio", "limit_low_95", "limit_high_95", "limit_low_998", "limit_high_998")


def drawn(areas: int, seed: int, spread: float = 0.0, expected: float = 40) -> tuple[np.ndarray, ...]:
    random = np.random.default_rng(seed)
    n_a, n_b = random.integers(500, 5_000, areas), random.integers(4_000, 20_000, areas)
    level = np.exp(random.normal(0, 0.5, areas))
    mean_a = level * 3 * n_a * np.exp(random.normal(0, spread, areas))
    scale = expected / mean_a.mean()
    return random.poisson(scale * mean_a), n_a, random.poisson(scale * level * n_b), n_b


def outside(funnel: Funnel, level: str) -> np.ndarray:
    low, high = getattr(funnel, f"limit_low_{level}"), getattr(funnel, f"limit_high_{level}")
    return (funnel.ratio < low) | (funnel.ratio > high)


def test_the_target_is_the_ratio_within_areas_and_not_the_crude_one() -> None:
    # 1 per 1,000 of either group in one area, 20 per 1,000 in the other: the crude ratio is 6.24, and each has 1.
    a, n_a, b, n_b = [100, 18_000], [100_000, 900_000], [900, 2_000], [900_000, 100_000]
    shown = ratio_funnel(a, n_a, b, n_b)
    assert shown.target == pytest.approx(1.0)
    assert list(shown.ratio) == pytest.approx([1.0, 1.0])
    assert not shown.flagged.any()
    assert outside(ratio_funnel(a, n_a, b, n_b, target=6.24), "998").all()


def test_with_many_events_the_limits_are_those_of_the_normal_distribution() -> None:
    # theta exp(+- z sqrt(phi/(m p q))), and with an own share h of the target the standard error times sqrt(1 - h).
    m, k, phi = np.array([400_000, 900_000, 700_000]), np.array([0.2, 0.3, 0.1]), 4.0
    share = 2 * k / (1 + 2 * k)
    a = np.round(m * share)
    for target in (2.0, None):
        shown = ratio_funnel(a, 1e6 * k, m - a, [1e6] * 3, dispersion=phi, target=target)
        information = m * share * (1 - share)
        own = 0 if target else information / information.sum()
        for level, name in ((0.95, "95"), (0.998, "998")):
            half = norm.ppf((1 + level) / 2) * np.sqrt(phi / information * (1 - own))
            assert list(getattr(shown, f"limit_high_{name}")) == pytest.approx(2 * np.exp(half), rel=2e-4)
            assert list(getattr(shown, f"limit_low_{name}")) == pytest.approx(2 * np.exp(-half), rel=2e-4)


def test_limits_of_few_events_are_mid_p_quantiles_of_the_split() -> None:
    # 30 events, a third of them expected, factor 2: the beta-binomial distribution, summed by scipy.
    shown = ratio_funnel([20, 10], [1_000] * 2, [10, 20], [2_000] * 2, dispersion=2.0, target=1.0)
    size = (30 - 2) / (2 - 1)
    law = betabinom(30, size / 3, size * 2 / 3)
    chance = law.sf(20) + law.pmf(20) / 2
    assert shown.p_value[0] == pytest.approx(2 * chance, rel=1e-6)
    count = shown.limit_high_95[0] * 0.5 / (1 + shown.limit_high_95[0] * 0.5) * 30
    below, above = (law.cdf(k) - law.pmf(k) / 2 for k in (math.floor(count), math.ceil(count)))
    assert below < 0.975 <= above
    assert count == pytest.approx(math.floor(count) + (0.975 - below) / (above - below))


@pytest.mark.parametrize("dispersion", [1.0, 3.0])
def test_an_area_lies_outside_where_its_p_value_says_so(dispersion: float) -> None:
    a, n_a, b, n_b = drawn(200, 3, spread=0.5)
    for funnel in (
        ratio_funnel(a, n_a, b, n_b, dispersion=dispersion),
        ratio_funnel(a, n_a, b, n_b, dispersion=dispersion, target=2.0),
    ):
        assert list(outside(funnel, "95")) == list(funnel.p_value < 0.05)
        assert list(outside(funnel, "998")) == list(funnel.p_value < 0.002)
        assert outside(funnel, "95").any()
        assert (funnel.limit_low_998 <= funnel.limit_low_95).all()
        assert (funnel.limit_high_95 <= funnel.limit_high_998).all()


def test_flags_are_benjamini_and_hochbergs() -> None:
    a, n_a, b, n_b = drawn(60, 5)
    a[:2] = a[:2] * 5
    shown = ratio_funnel(a, n_a, b, n_b)
    assert list(shown.q_value) == pytest.approx(list(multipletests(shown.p_value, 0.1, "fdr_bh")[1]))
    assert list(shown.flagged) == list(shown.q_value < 0.1)
    assert shown.flagged[:2].all()
    assert not ratio_funnel(a, n_a, b, n_b, discovery_rate=1e-12).flagged.any()


def test_an_area_expects_its_share_of_events_and_tells_as_much_as_both_groups_have() -> None:
    # 90 events, twice the rate, a quarter of the residents: 2/4 to 1 is a third of them, and 30 * 60 / 90 = 20.
    shown = ratio_funnel([50, 5], [1_000] * 2, [40, 25], [4_000] * 2, target=2.0)
    assert list(shown.expected) == pytest.approx([30, 10])
    assert list(shown.information) == pytest.approx([20, 20 / 3])


# Table of Viechtbauer (2005), as metafor checks it: the Paule-Mandel (empirical Bayes) variance is .192 and .0104.
ONE = (
    [-0.581, 0.530, 0.771, 1.031, 0.553, 0.295, 0.078, 0.573, -0.176, -0.232],
    [0.023, 0.052, 0.060, 0.115, 0.095, 0.203, 0.200, 0.211, 0.051, 0.040],
    0.192,
)
OTHER = (
    [0.100, -0.162, -0.090, -0.049, -0.046, -0.010, -0.431, -0.261, 0.134, 0.019, 0.175, 0.056, 0.045, 0.103, 0.121,
     -0.482, 0.290, 0.342],
    [0.016, 0.015, 0.050, 0.050, 0.032, 0.052, 0.036, 0.024, 0.034, 0.033, 0.031, 0.034, 0.039, 0.167, 0.134, 0.096,
     0.016, 0.035],
    0.0104,
)  # fmt: skip


@pytest.mark.parametrize(("values", "variances", "expected"), [ONE, OTHER])
def test_without_pulling_in_the_variance_is_paule_and_mandels(
    values: list[float], variances: list[float], expected: float
) -> None:
    y, v = np.array(values), np.array(variances)
    centre = (y / (v + expected)).sum() / (1 / (v + expected)).sum()
    assert between_areas(y - centre, v, winsorised=0) == pytest.approx(expected, abs=5e-4)


def test_the_variance_between_areas_is_found_whatever_their_size_and_outliers_do_not_hide() -> None:
    random = np.random.default_rng(2)
    v = random.uniform(0.01, 0.3, 4_000)
    departure = random.normal(0, np.sqrt(v + 0.09))
    assert between_areas(departure, v) == pytest.approx(0.09, rel=0.1)
    departure[:80] += 3
    assert between_areas(departure, v) < 0.12
    assert between_areas(departure, v, winsorised=0) > 0.2


@pytest.mark.long
def test_areas_that_are_alike_get_no_wider_limits() -> None:
    """The rule speaks of 5 in 100 forces: within three Monte Carlo errors of that, plus what rounding it takes."""
    speaks = [ratio_funnel(*drawn(areas, seed)).between > 0 for areas in (20, 80) for seed in range(150)]
    assert np.mean(speaks) < 0.06 + 3 * math.sqrt(0.06 * 0.94 / 300)
    assert ratio_funnel(*drawn(80, 1, spread=0.5)).between == pytest.approx(0.25, rel=0.5)
    few = [ratio_funnel(*drawn(7, seed)).between > 0 for seed in range(200)]
    assert abs(np.mean(few) - 0.05) < 3 * math.sqrt(0.05 * 0.95 / 200)


def test_few_areas_that_differ_are_not_each_flagged() -> None:
    """Seven areas whose ratios have a standard deviation of .8: without allowing for it most would lie outside."""
    columns = drawn(7, 2, spread=0.8, expected=300)
    shown = ratio_funnel(*columns)
    assert shown.between == pytest.approx(0.64, rel=0.7)
    assert not shown.flagged.any()
    information = sum(columns[0]) / 7
    assert (np.abs(np.log(shown.ratio / shown.target)) * math.sqrt(information) > 4).sum() >= 4


def test_areas_that_say_nothing_are_nan_and_keep_their_place() -> None:
    a, n_a, b, n_b = drawn(12, 4)
    plain = ratio_funnel(a, n_a, b, n_b)
    more = ratio_funnel([0, *a, 4], [50, *n_a, 0], [0, *b, 5], [60, *n_b, 90])
    for name in (*CONTRACT, "expected", "information", "p_value", "q_value"):
        values = getattr(more, name)
        assert np.isnan(values[[0, -1]]).all()
        assert list(values[1:-1]) == list(getattr(plain, name))
    assert list(more.flagged[1:-1]) == list(plain.flagged)
    assert not more.flagged[[0, -1]].any()
    assert plain.target == pytest.approx(within_area_ratio(a, n_a, b, n_b).estimate)


def test_an_area_where_only_one_group_has_events() -> None:
    shown = ratio_funnel([0, 6, 30], [500] * 3, [9, 0, 40], [500] * 3)
    assert (shown.ratio[0], shown.ratio[1]) == (0, math.inf)


@pytest.mark.parametrize(
    ("function", "arguments", "options", "sentence"),
    [
        (ratio_funnel, ([1], [9], [1], [9]), {}, "Only 1 of 1 areas has events and residents of both groups"),
        (ratio_funnel, ([1, 2], [9, 9], [1], [9]), {}, "have 2, 2, 1 and 1 values"),
        (ratio_funnel, ([1, 2], [9, 9], [1, 2], [9, 9]), {"target": 0}, "The target is 0, but areas are compared"),
        (ratio_funnel, ([1, 2], [9, 9], [1, 2], [9, 9]), {"dispersion": 0}, "dispersion is 0"),
    ],
)
def test_what_gives_no_funnel_is_refused_in_a_sentence(function, arguments, options, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        function(*arguments, **options)


def test_seven_hundred_areas_take_a_tenth_of_a_second() -> None:
    a, n_a, b, n_b = drawn(700, 1, spread=0.3)
    ratio_funnel(a, n_a, b, n_b)
    start = time.process_time()
    ratio_funnel(a, n_a, b, n_b, dispersion=2.0)
    assert time.process_time() - start < 0.3
