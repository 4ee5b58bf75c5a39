"""Days until people are told: against published medians, and Kaplan and Meier's curve worked out by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

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


def test_leaving_out_who_still_waits_would_flatter():
    assert waiting(TREATED, RELAPSED).median > np.median(np.array(TREATED)[np.array(RELAPSED, dtype=bool)])


def test_where_fewer_than_half_are_ever_told_there_is_no_median():
    found = waiting([5, 9, 30, 30, 30], [1, 1, 0, 0, 0])
    assert math.isnan(found.median)
    assert (found.told, found.waiting) == (2, 3)


def test_nobody_told_and_nothing_at_all():
    assert math.isnan(waiting([3, 4], [0, 0]).median)
    assert (waiting([], []).told, waiting([], []).waiting) == (0, 0)


@pytest.mark.parametrize("days", [[-1, 2], [math.nan, 2]])
def test_days_that_can_not_be_are_refused(days):
    with pytest.raises(ValueError, match="number of days"):
        waiting(days, [1, 1])
