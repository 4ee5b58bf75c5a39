"""Rates, their difference and the excess."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import brentq
from scipy.stats import binom, poisson

from analytics.disparity import Rate, difference, excess, poisson_interval, rate, rate_ratio, rates

counts = st.integers(0, 100_000)
populations = st.integers(1, 10_000_000)


@pytest.mark.parametrize("count", [1, 2, 7, 60, 1_000, 100_000])
def test_the_poisson_limits_leave_half_the_observed_probability_and_a_tail_of_one_in_forty(count: int) -> None:
    # Independent source: scipy's Poisson distribution; this is the definition of mid-P.
    interval = poisson_interval(count)
    assert poisson.sf(count, interval.low) + poisson.pmf(count, interval.low) / 2 == pytest.approx(0.025, abs=1e-9)
    assert poisson.cdf(count - 1, interval.high) + poisson.pmf(count, interval.high) / 2 == pytest.approx(
        0.025, abs=1e-9
    )


def test_no_events_give_a_rate_from_zero_to_three_events() -> None:
    # exp(-U)/2 = .025, so U = log 20 = 2.9957.
    shown = rate(0, 1_000)
    assert (shown.estimate, shown.low) == (0.0, 0.0)
    assert shown.high == pytest.approx(math.log(20))


def test_a_clumped_count_has_the_interval_of_its_number_of_clumps() -> None:
    # 60 events in clumps of 3 know as much as 20 events, each standing for 3.
    clumps, events = rate(20, 1_000), rate(60, 1_000, dispersion=3)
    assert (events.low, events.high) == pytest.approx((3 * clumps.low, 3 * clumps.high))


@pytest.mark.parametrize("factor", [0.5, 1.0, 2.5])
def test_many_rates_are_each_the_rate_of_its_count(factor: float) -> None:
    counts = [0, 1, 7, 1_000]
    many = rates(counts, 20_000, 1_000, factor)
    for place, count in enumerate(counts):
        one = rate(count, 20_000, 1_000, factor)
        assert [values[place] for values in many] == pytest.approx([one.estimate, one.low, one.high], rel=1e-9)


def test_a_factor_below_one_never_narrows() -> None:
    assert rate(60, 5_000, dispersion=0.4) == rate(60, 5_000)


@given(counts, populations, st.floats(1, 50))
def test_the_interval_holds_the_rate_and_widens_with_the_factor(events: int, population: int, factor: float) -> None:
    plain, widened = rate(events, population), rate(events, population, dispersion=factor)
    assert 0 <= plain.low <= plain.estimate < plain.high
    assert widened.high >= plain.high * (1 - 1e-9)
    assert widened.low <= widened.estimate < widened.high


def test_a_difference_from_a_rate_known_exactly_is_that_interval_moved() -> None:
    shown = difference(Rate(12, 9, 16, 1_000), Rate(2, 2, 2, 1_000))
    assert (shown.estimate, shown.low, shown.high) == (10, 7, 14)


def test_a_difference_adds_the_sides_that_work_together() -> None:
    # Pythagorean sides by hand: below hypot(3, 4) = 5, above hypot(5, 12) = 13.
    shown = difference(Rate(20, 17, 25, 1_000), Rate(13, 1, 17, 1_000))
    assert (shown.estimate, shown.low, shown.high) == (7, 2, 20)


@given(counts, populations, counts, populations)
def test_exchanging_the_groups_turns_the_difference_round(a: int, n_a: int, b: int, n_b: int) -> None:
    one, other = difference(rate(a, n_a), rate(b, n_b)), difference(rate(b, n_b), rate(a, n_a))
    assert (one.estimate, one.low, one.high) == pytest.approx((-other.estimate, -other.high, -other.low))


@pytest.mark.parametrize(("a", "b"), [(60, 200), (12, 15), (40, 900)])
def test_the_limits_of_the_excess_are_those_of_the_binomial_split(a: int, b: int) -> None:
    # Independent: mid-P limits p of the share of all searches by scipy's binomial distribution; at the share
    # p the comparator's rate makes k a (1 - p) / p of the a searches, with k = 5,000 / 80,000.
    def limit(side: int) -> float:
        tail = binom.sf if side == 1 else lambda x, n, p: binom.cdf(x - 1, n, p)
        return brentq(lambda p: tail(a, a + b, p) + binom.pmf(a, a + b, p) / 2 - 0.025, 1e-9, 1 - 1e-9)

    expected = [a - a * (1 - p) / p * 5_000 / 80_000 for p in (limit(1), limit(-1))]
    shown = excess(a, rate_ratio(a, 5_000, b, 80_000))
    assert shown.estimate == pytest.approx(a - b / 16)
    assert [shown.low, shown.high] == pytest.approx(expected, rel=1e-6)


@given(st.integers(1, 10_000), populations, st.integers(1, 10_000), populations, st.floats(1, 20))
def test_the_excess_is_never_more_than_was_counted_and_as_clear_as_the_ratio(
    a: int, n_a: int, b: int, n_b: int, factor: float
) -> None:
    ratio = rate_ratio(a, n_a, b, n_b, factor)
    shown = excess(a, ratio)
    assert shown.low <= shown.estimate <= shown.high <= a
    assert shown.estimate == pytest.approx(a - n_a * b / n_b, rel=1e-6, abs=1e-6)
    assert (shown.low > 0, shown.high < 0) == (ratio.low > 1, ratio.high < 1)


def test_without_a_ratio_above_nought_there_is_no_excess() -> None:
    with pytest.raises(ValueError, match=r"^A ratio or its lower limit is 0"):
        excess(0, rate_ratio(0, 1_000, 5, 1_000))


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"events": -1, "population": 10}, "events is -1, but a count is a whole number of 0 or more."),
        ({"events": 1.5, "population": 10}, "events is 1.5, but a count"),
        ({"events": math.nan, "population": 10}, "events is nan"),
        ({"events": 1, "population": 0}, "population is 0, but a rate needs more than 0 residents"),
        ({"events": 1, "population": -5}, "population is -5"),
        ({"events": 1, "population": 10, "per": 0}, "per is 0"),
        ({"events": 1, "population": 10, "dispersion": 0}, "dispersion is 0, but a variance factor is more than 0"),
    ],
)
def test_what_is_no_count_or_population_is_refused_in_a_sentence(arguments: dict[str, float], sentence: str) -> None:
    with pytest.raises(ValueError, match="^" + sentence):
        rate(**arguments)


def test_rates_in_different_units_are_not_subtracted() -> None:
    with pytest.raises(ValueError, match="per 1000 residents and the other per 100:"):
        difference(rate(1, 10), rate(1, 10, per=100))
