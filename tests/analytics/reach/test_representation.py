"""Representation: against the formula written out, against surveys' estimator, and its coverage."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from scipy.stats import t as student

from analytics.reach import representation
from analytics.reach.representation import LEAST_EVENTS
from analytics.survey import domain_means

GROUPS = ("Asian", "White")
PEOPLE = {"Asian": 2_000, "White": 8_000}
COUNTS = [[1, 9], [0, 12], [8, 0], [2, 18], [0, 5], [3, 3], [1, 20], [0, 7], [6, 1], [2, 9], [0, 4], [5, 14]]


def test_shares_and_intervals_are_the_formula_written_out():
    found = representation(COUNTS, GROUPS, PEOPLE, unknown=30)
    asian, people = sum(a for a, _ in COUNTS), sum(a + b for a, b in COUNTS)
    p, m = asian / people, len(COUNTS)
    variance = m / (m - 1) * sum((a - p * (a + b)) ** 2 for a, b in COUNTS) / people**2
    n, t = min(p * (1 - p) / variance, people), student.ppf(0.975, m - 1)
    centre = (p + t * t / (2 * n)) / (1 + t * t / n)
    half = t * math.sqrt(p * (1 - p) / n + t * t / (4 * n * n)) / (1 + t * t / n)
    assert found.share[0] == pytest.approx(p)
    assert (found.share_low[0], found.share_high[0]) == pytest.approx((centre - half, centre + half))
    assert found.population_share.tolist() == [0.2, 0.8]
    assert (found.index[0], found.low[0]) == pytest.approx((p / 0.2, (centre - half) / 0.2))
    assert found.if_unknown_others[0] == pytest.approx(asian / (people + 30) / 0.2)
    assert found.if_unknown_group[0] == pytest.approx((asian + 30) / (people + 30) / 0.2)
    assert (found.events, found.unknown, found.participants.tolist()) == (12, 30, [asian, people - asian])


def test_it_is_the_share_of_a_survey_whose_sampling_units_are_the_events():
    rows = [
        {"event": number, "asian": value}
        for number, (asian, white) in enumerate(COUNTS)
        for value in [1] * asian + [0] * white
    ]
    expected = domain_means(pd.DataFrame(rows), "asian", (), psu="event").table.iloc[0]
    found = representation(COUNTS, GROUPS, PEOPLE)
    assert (found.share[0], found.share_low[0], found.share_high[0]) == pytest.approx(
        (expected["estimate"], expected["low"], expected["high"])
    )


def test_with_few_events_there_are_counts_alone():
    found = representation(COUNTS[: LEAST_EVENTS - 1], GROUPS, PEOPLE, unknown=3)
    assert not found.told
    assert found.participants.tolist() == [21, 75]
    assert np.isnan([found.share, found.low, found.index, found.if_unknown_group]).all()


def test_events_without_anybody_of_known_group_do_not_count():
    assert representation([*COUNTS, [0, 0], [0, 0]], GROUPS, PEOPLE).events == 12
    nobody = representation(np.zeros((20, 2)), GROUPS, PEOPLE, unknown=5)
    assert (nobody.events, nobody.told) == (0, False)


def test_a_group_that_never_came_has_an_upper_limit():
    found = representation([[0, n] for n in range(5, 25)], GROUPS, PEOPLE)
    assert (found.index[0], found.low[0]) == (0, 0)
    assert 0 < found.high[0] < 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((COUNTS, ("Asian",), PEOPLE), "counts of 2 groups and 1 names"),
        (([[1, -1]], GROUPS, PEOPLE), "missing or negative"),
        (([[1, np.nan]], GROUPS, PEOPLE), "missing or negative"),
        ((COUNTS, GROUPS, {"White": 8_000}), "no residents of Asian"),
    ],
)
def test_what_can_not_be_is_refused(arguments, said):
    with pytest.raises(ValueError, match=said):
        representation(*arguments)


def test_intervals_hold_the_truth_where_people_come_in_clumps():
    """60 events of unequal size whose shares differ: 95 % are wanted, and heads as independent would give far less."""
    random = np.random.default_rng(7)
    held = naive = 0
    replications = 600
    truth = 0.12  # mean of the shares, sizes being independent of them
    for _ in range(replications):
        size = random.poisson(random.gamma(2, 12, 60)) + 1
        asian = random.binomial(size, random.beta(0.12 * 4, 0.88 * 4, 60))
        found = representation(np.column_stack([asian, size - asian]), GROUPS, {"Asian": 12, "White": 88})
        held += found.low[0] <= 1 <= found.high[0]
        p, n = asian.sum() / size.sum(), size.sum()
        naive += abs(p - truth) <= 1.96 * math.sqrt(p * (1 - p) / n)
    assert 0.925 <= held / replications <= 0.975
    assert naive / replications < 0.7
