"""Rates of many areas at once: the same as one by one, against other rates that are known."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import norm, poisson

from analytics.disparity import (
    area_rates,
    period_difference,
    period_dispersion,
    poisson_interval,
    poisson_intervals,
    rate,
)


@pytest.fixture(scope="module")
def counts():
    return np.random.default_rng(5).negative_binomial(3, 0.3, (12, 12))


@pytest.fixture(scope="module")
def residents():
    return np.random.default_rng(6).integers(2000, 20000, 12)


@pytest.mark.parametrize("count", [1, 2, 7, 40, 900])
def test_limits_leave_half_of_five_per_cent_outside(count):
    # Mid-P: the count itself counts by half; scipy's Poisson is the independent source.
    (low,), (high,) = poisson_intervals([count])
    assert poisson.sf(count, low) + poisson.pmf(count, low) / 2 == pytest.approx(0.025, abs=1e-9)
    assert poisson.cdf(count - 1, high) + poisson.pmf(count, high) / 2 == pytest.approx(0.025, abs=1e-9)


def test_no_event_has_a_limit_above_alone():
    low, high = poisson_intervals([0])
    assert (low[0], high[0]) == (0, pytest.approx(-math.log(0.05)))


def test_many_limits_are_those_of_one_at_a_time():
    values = [0.4, 1.5, 12.25, 333.3, 60_000.0]
    low, high = poisson_intervals(values)
    for place, value in enumerate(values):
        one = poisson_interval(value)
        assert (low[place], high[place]) == pytest.approx((one.low, one.high), rel=1e-8)


def test_each_area_is_as_it_would_be_alone(counts, residents):
    found = area_rates(counts, residents)
    for place, own in enumerate(counts):
        factor = period_dispersion(own).factor
        alone = rate(int(own.sum()), residents[place], dispersion=factor)
        assert (found.estimate[place], found.low[place], found.high[place]) == pytest.approx(
            (alone.estimate, alone.low, alone.high)
        )
        assert found.dispersion[place] == pytest.approx(factor)
        apart = period_difference(own, residents[place], counts.sum(axis=0) - own, residents.sum() - residents[place])
        assert (
            found.difference[place], found.difference_low[place], found.difference_high[place]
        ) == pytest.approx((apart.estimate, apart.low, apart.high))  # fmt: skip


def test_the_p_value_agrees_with_the_interval(counts, residents):
    found = area_rates(counts, residents)
    outside = (found.difference_low > 0) | (found.difference_high < 0)
    assert outside.any()
    assert not outside.all()
    assert (found.p_value[outside] < 0.05).all()
    assert (found.p_value[~outside] >= 0.05).all()


def test_by_chance_alone_it_is_close_to_the_normal_test():
    # z = (a/N - b/M) / sqrt(a/N^2 + b/M^2), which large counts come close to.
    found = area_rates([[10_100], [60_000]], [100_000, 600_000])
    z = 0.001 / math.sqrt(10_100 / 100_000**2 + 60_000 / 600_000**2)
    assert found.p_value[0] == pytest.approx(2 * norm.sf(z), rel=0.02)
    assert np.isnan(found.dispersion).all()


def test_an_area_without_residents_has_no_rate_and_is_in_no_rest():
    found = area_rates([[5, 6, 7], [8, 9, 4], [30, 2, 50]], [1000, 2000, 0])
    alone = area_rates([[5, 6, 7], [8, 9, 4]], [1000, 2000])
    assert np.isnan([found.estimate[2], found.low[2], found.difference[2], found.p_value[2]]).all()
    for name in ("estimate", "low", "high", "difference", "difference_low", "difference_high", "p_value"):
        assert getattr(found, name)[:2] == pytest.approx(getattr(alone, name))


def test_one_area_alone_has_no_rest():
    found = area_rates([[5, 6, 7]], [1000])
    assert found.estimate[0] == pytest.approx(18)
    assert np.isnan(found.difference[0])
    assert np.isnan(found.p_value[0])


@pytest.mark.parametrize(
    ("counts", "residents", "sentence"),
    [
        ([[1, 2]], [10, 20], "counts of 1 areas and residents of 2"),
        ([[1.5, 2]], [10], "missing, negative or not whole"),
        ([[-1, 2]], [10], "missing, negative or not whole"),
        ([[1, 2]], [-10], "a population is a number of 0 or more"),
    ],
)
def test_what_is_no_count_is_refused(counts, residents, sentence):
    with pytest.raises(ValueError, match=sentence):
        area_rates(counts, residents)
