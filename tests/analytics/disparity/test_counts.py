"""Clumped counts of many areas, against scipy's distributions one by one."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import betabinom, binom, norm

from analytics.disparity.counts import splits

TOTAL = np.array([1.0, 7, 40, 900, 3_000])
SHARE = np.array([0.3, 0.05, 0.5, 0.2, 0.001])


def middle(law, k):
    return law.cdf(k) - law.pmf(k) / 2


@pytest.mark.parametrize("factor", [1.0, 1.5, 6.0])
def test_splits_are_beta_binomial(factor: float) -> None:
    table = splits(TOTAL, SHARE, np.full(5, factor))
    for count in (0, 1, 7, 20, 180):
        at = np.minimum(count, TOTAL)
        size = (TOTAL - factor) / (factor - 1) if factor > 1 else np.full(5, np.inf)
        expected = [
            middle(betabinom(m, p * s, (1 - p) * s) if m > 1 and factor > 1 and s > 0.0102 else binom(m, p), k)
            for m, p, s, k in zip(TOTAL, SHARE, size, at, strict=True)
        ]
        assert list(table.below(at)) == pytest.approx(expected, abs=1e-8)


def test_between_two_counts_the_chance_lies_on_a_straight_line() -> None:
    table = splits(np.array([12.0]), np.array([0.25]), np.array([1.0]))
    low, high = (middle(binom(12, 0.25), k) for k in (2, 3))
    assert table.below(np.array([2.25]))[0] == pytest.approx(0.75 * low + 0.25 * high)
    assert table.quantile(np.array([0.75 * low + 0.25 * high]))[0] == pytest.approx(2.25)


@pytest.mark.parametrize("level", [0.001, 0.025, 0.4, 0.975, 0.999])
def test_a_quantile_is_the_count_at_which_the_chance_is_the_level(level: float) -> None:
    total = np.array([40.0, 110.0, 8_000.0])
    for factor in ([1.0, 3.0, 50.0], [2.0] * 3):
        table = splits(total, np.array([0.5, 0.3, 0.9]), np.array(factor))
        found = table.quantile(np.full(3, level))
        assert list(table.below(found)) == pytest.approx([level] * 3, abs=1e-12)


def test_where_no_count_is_rare_enough_the_limit_is_the_end() -> None:
    # None of three has chance .125, half of it .0625, so that no count is rarely low.
    assert splits(np.array([3.0]), np.array([0.5]), np.array([1.0])).quantile(np.array([0.025]))[0] == 0
    # Three of three has chance .125, half of it .0625: all counts lie below the .975 quantile.
    assert splits(np.array([3.0]), np.array([0.5]), np.array([1.0])).quantile(np.array([0.975]))[0] == 3


def test_many_events_are_looked_at_in_steps_and_are_nearly_normal() -> None:
    # A million events of which 30 %, factor 400: a standard deviation of 9,165, of which every so many are looked at.
    table = splits(np.array([1e6]), np.array([0.3]), np.array([400.0]))
    assert table.step[0] > 1
    spread = np.sqrt(400 * 1e6 * 0.21)
    for level in (0.025, 0.5, 0.975):
        assert table.quantile(np.array([level]))[0] == pytest.approx(3e5 + norm.ppf(level) * spread, abs=0.03 * spread)
        law = betabinom(10**6, *(np.array([0.3, 0.7]) * (1e6 - 400) / 399))
        assert law.cdf(int(table.quantile(np.array([level]))[0])) == pytest.approx(level, abs=2e-4)


def test_what_lies_beyond_every_count_looked_at_has_no_chance() -> None:
    table = splits(np.array([1e6]), np.array([0.004]), np.array([1.0]))
    assert table.below(np.array([0.0]))[0] == 0
    assert table.below(np.array([90_000.0]))[0] == 1
