"""Pearson's correlation, against scipy."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import pearsonr

from analytics.survey import correlation


@pytest.mark.parametrize("slope", [-0.8, 0.0, 0.3])
def test_it_is_scipys(slope):
    random = np.random.default_rng(4)
    x = random.normal(size=30)
    y = slope * x + random.normal(size=30)
    made, expected = correlation(x, y), pearsonr(x, y)
    assert (made.estimate, made.p_value) == pytest.approx((expected.statistic, expected.pvalue))
    assert (made.low, made.high) == pytest.approx(tuple(expected.confidence_interval(0.95)))
    assert made.pairs == 30


def test_what_has_no_figure_is_left_out():
    x = [*range(12), np.nan]
    y = [*np.sin(range(11)), np.nan, 3.0]
    made, expected = correlation(x, y), pearsonr(x[:11], y[:11])
    assert (made.pairs, made.estimate) == (11, pytest.approx(expected.statistic))


def test_few_or_equal_figures_say_nothing():
    assert correlation(range(9), range(9)) is None
    assert correlation(range(12), [1.0] * 12) is None
    with pytest.raises(ValueError, match="There are 3 figures and 2 to set beside them"):
        correlation([1, 2, 3], [1, 2])


def test_a_straight_line_is_certain():
    made = correlation(range(12), range(12))
    assert (made.estimate, made.low, made.high, made.p_value) == pytest.approx((1, 1, 1, 0), abs=1e-6)
