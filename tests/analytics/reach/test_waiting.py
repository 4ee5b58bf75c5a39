"""Days until people are told: against published medians, and Kaplan and Meier's curve worked out by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
from statsmodels.duration.survfunc import SurvfuncRight

from analytics.reach import waiting

# Weeks in remission of 42 children (Freireich and others 1963, as in Gehan 1965, Biometrika 52, 203): every textbook
# has these medians; the intervals are those of SAS PROC LIFETEST, whose scale is log(-log).
TREATED = [6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35]
RELAPSED = [1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0]
PLACEBO = [1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23]


def test_published_medians_and_intervals():
    treated, placebo = waiting(TREATED, RELAPSED), waiting(PLACEBO, [1] * 21)
    assert (treated.median, treated.low, treated.high) == (23, 13, math.inf)
    assert (placebo.median, placebo.low, placebo.high) == (8, 4, 11)
    assert (treated.told, treated.waiting) == (9, 12)


def test_the_curve_and_the_interval_worked_out_by_hand():
    days, told = np.array(TREATED), np.array(RELAPSED, dtype=bool)
    share, greenwood, held, first = 1.0, 0.0, [], None
    for day in np.unique(days[told]):
        dead, risk = (told & (days == day)).sum(), (days >= day).sum()
        share *= 1 - dead / risk
        greenwood += dead / (risk * (risk - dead))
        first = first or (day if share < 0.5 else None)
        scale = (math.log(-math.log(share)) - math.log(-math.log(0.5))) / (math.sqrt(greenwood) / abs(math.log(share)))
        held += [day] if abs(scale) <= 1.959964 else []
    assert waiting(days, told).median == first
    assert waiting(days, told).low == held[0]


@pytest.mark.parametrize(("days", "told"), [(TREATED, RELAPSED), (PLACEBO, [1] * 21)])
def test_clusters_of_one_change_nothing_and_doubled_items_are_no_news(days, told):
    alone = waiting(days, told)
    assert waiting(days, told, np.arange(21)[::-1]) == alone
    twice = waiting(days * 2, told * 2, list(range(21)) * 2)
    # The same curve and, with each item there twice as one cluster, the same sizes of error: φ halves, and pairs.
    assert (twice.median, twice.low, twice.high) == (alone.median, alone.low, alone.high)
    many = waiting(days * 4, told * 4)
    assert many.low >= alone.low
    assert many.high <= alone.high
    assert many != alone


def test_the_interval_is_that_of_statsmodels_where_items_are_alone():
    random = np.random.default_rng(3)
    for _ in range(20):
        days, told = random.integers(0, 60, 150), random.random(150) < 0.7
        found, (low, high) = waiting(days, told), SurvfuncRight(days, told.astype(int)).quantile_ci(0.5)
        assert (found.low, found.high) == (low, high)


def test_intervals_hold_the_truth_where_items_of_one_event_are_told_together():
    """300 draws of 100 pairs told on one day, watched for up to a year: the median of a rounded gamma wait is 27."""
    random, held, alone = np.random.default_rng(5), 0, 0
    truth = np.median(np.ceil(random.gamma(2, 16, 1_000_000)))
    for _ in range(300):
        days, watched = np.repeat(np.ceil(random.gamma(2, 16, 100)), 2), random.integers(1, 366, 200)
        data = np.minimum(days, watched), days <= watched
        found, heads = waiting(*data, np.repeat(np.arange(100), 2)), waiting(*data)
        held += found.low <= truth <= found.high
        alone += heads.low <= truth <= heads.high
    assert 0.93 <= held / 300 <= 1
    assert alone / 300 < 0.91


def test_leaving_out_who_still_waits_would_flatter():
    assert waiting(TREATED, RELAPSED).median > np.median(np.array(TREATED)[np.array(RELAPSED, dtype=bool)])


def test_where_fewer_than_half_are_ever_told_there_is_no_median():
    found = waiting([5, 9, 30, 30, 30], [1, 1, 0, 0, 0])
    assert math.isnan(found.median)
    assert (found.told, found.waiting) == (2, 3)


def test_where_all_are_told_on_one_day_there_is_a_median_without_an_interval():
    found = waiting([7] * 10, [1] * 10)
    assert found.median == 7
    assert math.isnan(found.low)
    assert math.isnan(found.high)


def test_nobody_told_and_nothing_at_all():
    assert math.isnan(waiting([3, 4], [0, 0]).median)
    assert (waiting([], []).told, waiting([], []).waiting) == (0, 0)


@pytest.mark.parametrize("days", [[-1, 2], [math.nan, 2]])
def test_days_that_can_not_be_are_refused(days):
    with pytest.raises(ValueError, match="number of days"):
        waiting(days, [1, 1])
