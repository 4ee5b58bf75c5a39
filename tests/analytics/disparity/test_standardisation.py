"""Standardised rates and ratios."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import brentq
from scipy.stats import betabinom, binom

from analytics.disparity import rate, rate_ratio, standardised_rate, standardised_ratio

counts = st.integers(0, 3_000)
populations = st.integers(1, 1_000_000)


@given(counts, populations)
def test_one_stratum_is_the_rate_as_it_is(events: int, population: int) -> None:
    shown, plain = standardised_rate([events], [population], [7]), rate(events, population)
    assert (shown.estimate, shown.low, shown.high) == pytest.approx((plain.estimate, plain.low, plain.high), rel=1e-7)
    assert shown.crude == pytest.approx(plain.estimate)


@given(counts, populations, counts, populations)
def test_one_stratum_is_the_ratio_as_it_is(a: int, n_a: int, b: int, n_b: int) -> None:
    if a + b == 0:
        return
    shown, plain = standardised_ratio([a], [n_a], [b], [n_b], [7]), rate_ratio(a, n_a, b, n_b)
    assert (shown.estimate, shown.low, shown.high) == pytest.approx((plain.estimate, plain.low, plain.high), rel=1e-6)
    assert shown.few == plain.few


def test_a_standard_made_up_like_the_group_leaves_its_rate_as_it_is() -> None:
    shown = standardised_rate([3, 8, 1], [100, 300, 50], [200, 600, 100])
    plain = rate(12, 450)
    assert (shown.estimate, shown.low, shown.high) == pytest.approx((plain.estimate, plain.low, plain.high))


def test_clumps_widen_as_they_do_without_strata() -> None:
    shown, plain = standardised_rate([40], [900], [1], dispersion=3.0), rate(40, 900, dispersion=3.0)
    assert (shown.low, shown.high) == pytest.approx((plain.low, plain.high))
    assert standardised_rate([40], [900], [1], dispersion=0.2) == standardised_rate([40], [900], [1])
    # Many events: log-normal with sqrt(phi (1/a + 1/b)).
    wide = standardised_ratio([40_000], [10**6], [90_000], [10**6], [1], dispersion=3.0)
    half = 1.959964 * math.sqrt(3 * (1 / 40_000 + 1 / 90_000))
    assert (wide.low, wide.high) == pytest.approx(
        (wide.estimate * math.exp(-half), wide.estimate * math.exp(half)), rel=1e-4
    )


@pytest.mark.parametrize(("a", "b", "factor"), [(12, 40, 3.0), (10, 10, 4.0), (0, 30, 2.0), (9, 0, 2.0)])
def test_one_stratum_has_the_beta_binomial_interval_where_events_come_in_clumps(a: int, b: int, factor: float) -> None:
    """By scipy: the split of m events with the variance factor phi = 1 + (m - 1) rho, the count itself by half."""
    size = (a + b - factor) / (factor - 1)

    def more(ratio: float, own: float = 0.5) -> float:
        share = ratio / (1 + ratio)
        law = betabinom(a + b, share * size, (1 - share) * size)
        return float(law.sf(a) + own * law.pmf(a))

    low = brentq(lambda ratio: more(ratio) - 0.025, 1e-4, 1e4) if a else 0
    high = brentq(lambda ratio: more(ratio) - 0.975, 1e-4, 1e4) if b else math.inf
    shown = standardised_ratio([a], [100], [b], [100], [7], factor)
    assert (shown.low, shown.high) == pytest.approx((low, high), rel=1e-6)


def test_clumps_move_a_limit_by_as_many_times_as_that_of_all_the_events() -> None:
    """On the log scale; the limits of 18 to 80 with a variance factor of four, and of one, are scipy's."""
    columns = ([4, 12, 2], [900, 1_500, 400], [30, 41, 9], [9_000, 8_000, 3_000], [50, 40, 10])
    alone, shown = standardised_ratio(*columns), standardised_ratio(*columns, 4.0)
    size = (98 - 4) / 3

    def limit(level: float, law) -> float:
        return brentq(lambda r: law(r / (1 + r)).sf(18) + law(r / (1 + r)).pmf(18) / 2 - level, 1e-4, 10)

    for name, level in (("low", 0.025), ("high", 0.975)):
        wide = limit(level, lambda p: betabinom(98, p * size, (1 - p) * size))
        times = math.log(wide / (18 / 80)) / math.log(limit(level, lambda p: binom(98, p)) / (18 / 80))
        moved = math.log(getattr(shown, name) / shown.estimate) / math.log(getattr(alone, name) / alone.estimate)
        assert moved == pytest.approx(times, rel=1e-6)
        assert 1.7 < times < 2.4
    assert shown.estimate == alone.estimate


def test_limits_of_a_ratio_are_quantiles_of_quotients_of_gammas() -> None:
    """By a million draws of the four gamma variables, two quotients of each half."""
    a, n_a, b, n_b, s = ([4, 12, 2], [900, 1_500, 400], [30, 41, 9], [9_000, 8_000, 3_000], [50, 40, 10])
    random, draws = np.random.default_rng(3), 1_000_000
    drawn = []
    for x, n in ((a, n_a), (b, n_b)):
        w = np.array(s) / sum(s) / np.array(n)
        y, v, m = (w * x).sum(), (w**2 * x).sum(), w.max()
        drawn.append(
            [random.gamma(y**2 / v, v / y, draws), random.gamma((y + m) ** 2 / (v + m**2), (v + m**2) / (y + m), draws)]
        )
    (l_a, u_a), (l_b, u_b) = drawn
    shown = standardised_ratio(a, n_a, b, n_b, s)
    assert (shown.low, shown.high) == pytest.approx(np.quantile(np.r_[l_a / u_b, u_a / l_b], [0.025, 0.975]), rel=5e-3)


def test_age_alone_can_make_a_ratio_of_two() -> None:
    # The young are searched ten times as often, whoever they are; 60 % of one group and 20 % of the other are young.
    a, n_a, b, n_b = [600, 40], [60_000, 40_000], [2_000, 800], [200_000, 800_000]
    shown = standardised_ratio(a, n_a, b, n_b, [n_a[0] + n_b[0], n_a[1] + n_b[1]])
    assert shown.crude == pytest.approx(6.4 / 2.8)
    assert shown.estimate == pytest.approx(1.0)


def test_the_figure_hangs_on_the_standard_where_the_ratio_differs_between_strata() -> None:
    # Ratios 2 and 4: with the group's make-up, which is indirect standardisation, 30/(10 + 2.5) = 2.4; with the
    # comparator's, (20 + 40)/(10 + 10) = 3.
    a, n_a, b, n_b = [20, 10], [1_000, 250], [10, 10], [1_000, 1_000]
    assert standardised_ratio(a, n_a, b, n_b, n_a).estimate == pytest.approx(30 / 12.5)
    assert standardised_ratio(a, n_a, b, n_b, n_b).estimate == pytest.approx(3)


def test_a_stratum_that_the_standard_lacks_says_nothing() -> None:
    one = standardised_ratio([4, 12, 9], [900, 1_500, 0], [30, 41, 3], [9_000, 8_000, 70], [50, 40, 0])
    other = standardised_ratio([4, 12], [900, 1_500], [30, 41], [9_000, 8_000], [50, 40])
    assert (one.estimate, one.low, one.high) == (other.estimate, other.low, other.high)


@pytest.mark.parametrize(
    ("function", "arguments", "sentence"),
    [
        (standardised_rate, ([1, 2], [3], [1, 1]), "There are 2 of events, 1 of population and 2 of the standard"),
        (standardised_rate, ([1, 2], [3, 0], [1, 1]), "Stratum 1 has people in the standard population and none in a"),
        (standardised_rate, ([1], [3], [0]), "The standard population has nobody in any stratum"),
        (standardised_rate, ([1], [3], [1], 1000, 0.0), "dispersion is 0.0"),
        (standardised_rate, ([-1], [3], [1]), r"events\[0\] is -1.0, but a count"),
        (standardised_ratio, ([0], [3], [0], [4], [1]), "Neither group has an event in the strata of the standard"),
        (standardised_ratio, ([0, 1], [3, 3], [0, 1], [4, 4], [1, 0]), "Neither group has an event in the strata"),
        (standardised_ratio, ([1], [3], [1], [0], [1]), "Stratum 0 has people in the standard population"),
    ],
)
def test_what_can_not_be_standardised_is_refused_in_a_sentence(function, arguments, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        function(*arguments)


strata = st.lists(
    st.tuples(counts, populations, counts, populations, st.integers(0, 10**6)), min_size=1, max_size=12
).filter(lambda rows: sum(row[4] for row in rows) > 0)


@given(strata, st.sampled_from([0.5, 1.0, 3.0, 50.0]))
def test_the_figure_lies_within_its_limits(rows: list[tuple[int, ...]], factor: float) -> None:
    a, n_a, b, n_b, standard = (np.array(column) for column in zip(*rows, strict=True))
    shown = standardised_rate(a, n_a, standard, dispersion=factor)
    assert 0 <= shown.low <= shown.estimate <= shown.high < math.inf
    if ((a + b) * standard).sum() > 0:
        ratio = standardised_ratio(a, n_a, b, n_b, standard, factor)
        assert 0 <= ratio.low <= ratio.estimate <= ratio.high
