"""Shares of domains whose clusters repeat: the formula written out, surveys' estimator, Wilson's by hand."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from scipy.stats import t as student

from analytics.reach import LEAST_EVENTS, clustered_shares
from analytics.survey import domain_means

PART = [1, 0, 8, 2, 0, 3, 1, 0, 6, 2, 0, 5]
WHOLE = [10, 12, 8, 20, 5, 6, 21, 7, 7, 11, 4, 19]


def wilson(p, n, t):
    centre = (p + t * t / (2 * n)) / (1 + t * t / n)
    half = t * math.sqrt(p * (1 - p) / n + t * t / (4 * n * n)) / (1 + t * t / n)
    return centre - half, centre + half


def test_it_is_the_formula_written_out():
    found = clustered_shares(PART, WHOLE, [0] * 12, 1)
    p, m, people = sum(PART) / sum(WHOLE), 12, sum(WHOLE)
    variance = m / (m - 1) * sum((a - p * n) ** 2 for a, n in zip(PART, WHOLE, strict=True)) / people**2
    low, high = wilson(p, min(p * (1 - p) / variance, people), student.ppf(0.975, m - 1))
    assert (found.share[0], found.low[0], found.high[0]) == pytest.approx((p, low, high))
    assert (found.base[0], found.clusters[0]) == (people, 12)


def test_it_is_the_share_of_a_survey_whose_sampling_units_are_the_events():
    rows = [
        {"event": event, "useful": value}
        for event, (a, n) in enumerate(zip(PART, WHOLE, strict=True))
        for value in [1] * a + [0] * (n - a)
    ]
    expected = domain_means(pd.DataFrame(rows), "useful", (), psu="event").table.iloc[0]
    found = clustered_shares(PART, WHOLE, [0] * 12, 1)
    assert (found.share[0], found.low[0], found.high[0]) == pytest.approx(
        (expected["estimate"], expected["low"], expected["high"])
    )


def test_clusters_of_one_are_wilsons_interval():
    # n* = p(1 - p)/V = n - 1, because V = p(1 - p)/(n - 1) where each cluster is one.
    found = clustered_shares([1] * 30 + [0] * 70, [1] * 100, [0] * 100, 1)
    assert (found.low[0], found.high[0]) == pytest.approx(wilson(0.3, 99, student.ppf(0.975, 99)))


@pytest.mark.parametrize("share", [0, 1])
def test_at_0_and_1_each_cluster_counts_as_one(share):
    found = clustered_shares([7 * share] * 20, [7] * 20, [0] * 20, 1)
    t = student.ppf(0.975, 19)
    assert found.share[0] == share
    # Wilson's inner end at 0 and 1 is t²/(n + t²) from the edge.
    assert abs((found.high if share == 0 else found.low)[0] - share) == pytest.approx(t * t / (20 + t * t))


def test_domains_stand_alone_and_what_is_of_none_does_not_count():
    apart = [clustered_shares(PART, WHOLE, [0] * 12, 1), clustered_shares(PART[::-1], WHOLE[::-1], [0] * 12, 1)]
    both = clustered_shares(PART + PART[::-1] + [1], WHOLE + WHOLE[::-1] + [9], [0] * 12 + [2] * 12 + [-1], 3)
    assert [both.share[0], both.share[2]] == pytest.approx([one.share[0] for one in apart])
    assert [both.high[0], both.high[2]] == pytest.approx([one.high[0] for one in apart])
    assert np.isnan(both.share[1])
    assert both.base.tolist() == [sum(WHOLE), 0, sum(WHOLE)]


def test_too_few_clusters_have_counts_and_no_share():
    few = LEAST_EVENTS - 1
    found = clustered_shares(PART[:few], WHOLE[:few], [0] * few, 1)
    assert np.isnan([found.share, found.low, found.high]).all()
    assert (found.base[0], found.clusters[0]) == (sum(WHOLE[:few]), few)


@pytest.mark.parametrize(("part", "whole"), [([3], [2]), ([-1], [2]), ([1], [math.nan])])
def test_numbers_that_can_not_be_are_refused(part, whole):
    with pytest.raises(ValueError, match="larger than its whole"):
        clustered_shares(part, whole, [0], 1)


def test_intervals_hold_the_truth_where_people_come_in_clumps():
    """600 draws of 40 events: gamma-Poisson sizes, each event's chance beta about 0.2 with correlation 0.2."""
    random, held, heads = np.random.default_rng(7), 0, 0
    for _ in range(600):
        whole = 1 + random.poisson(15 * random.gamma(2, 0.5, 40))
        part = random.binomial(whole, random.beta(0.2 * 4, 0.8 * 4, 40))
        found = clustered_shares(part, whole, np.zeros(40, dtype=int), 1)
        held += found.low[0] <= 0.2 <= found.high[0]
        low, high = wilson(part.sum() / whole.sum(), whole.sum(), 1.96)
        heads += low <= 0.2 <= high
    assert 0.92 <= held / 600 <= 0.98
    assert heads / 600 < 0.75
