"""The order of evidence: by q-value, then by the standardised difference, and never by the smallest base."""

from __future__ import annotations

from functools import cache
from statistics import NormalDist

import numpy as np
import pytest

from analytics.survey import by_strength, domain_means, pooled_deff, smoothed, smoothed_within, standardised
from benchmarks import where_to_look as simulation


def test_standardised_differences_are_normal_deviates():
    p_values = [1.0, 0.05, 0.0027, 1e-12]
    expected = [-NormalDist().inv_cdf(p / 2) for p in p_values]
    np.testing.assert_allclose(standardised(p_values), expected, atol=1e-12)
    assert np.isnan(standardised([float("nan")]))


def test_the_strongest_evidence_comes_first_and_what_was_not_tested_last():
    assert list(by_strength([0.2, np.nan, 0.001, 0.04])) == [2, 3, 0, 1]
    assert list(by_strength(np.array([]))) == []


def test_q_values_go_before_standardised_differences():
    """Two tests a thing, 6 in all: p 0.01, 0.011, 0.02 have q 0.033, 0.033, 0.04 by Benjamini and Hochberg's step."""
    tests = np.array([[0.02, 0.9], [0.5, 0.011], [0.01, np.nan], [0.9, 0.8]])
    # Things 1 and 2 share the smallest q-value; that of the smaller p-value stands first.
    assert list(by_strength(tests)) == [2, 1, 0, 3]


def test_design_effects_are_pooled_group_by_group():
    """Each group gets what pooled_deff and smoothed give it alone."""
    random = np.random.default_rng(3)
    asked = [simulation.people(random, np.full(80, share), np.full(80, 9), 0.5) for share in (0.3, 0.7)]
    for group, frame in enumerate(asked):
        frame["measure"], frame["area"], frame["stratum"] = group, frame["psu"] % 8, group
        frame["psu"] += 80 * group
    import pandas as pd

    every = domain_means(
        pd.concat(asked, ignore_index=True), "answer", ["measure", "area"], "weight", "stratum", "psu", kind="share"
    )
    together = smoothed_within(every, "measure")
    for group in (0, 1):
        own = every.only(measure=group)
        alone = smoothed(own, pooled_deff(own)).table
        found = together.only(measure=group).table
        for name in ("se", "low", "high", "n_eff", "deff", "df"):
            np.testing.assert_allclose(found[name], alone[name], rtol=1e-9)


@cache
def counted(share: float, simulations: int) -> simulation.Counted:
    return simulation.run(np.random.default_rng(simulation.SEED), simulations, share)


@pytest.mark.long
@pytest.mark.parametrize("share", simulation.SHARES)
def test_the_smallest_areas_come_first_as_often_as_by_chance(share):
    found = counted(share, 60)
    low, high = found.band
    assert low <= found.among["strength of evidence (shown)"] <= high
    # The order that this replaces fails: the largest differences are those of the fewest answers.
    assert found.among["plain difference"] > found.band[1] * 1.25


@pytest.mark.long
@pytest.mark.parametrize("share", simulation.SHARES)
def test_p_values_hang_neither_on_the_base_nor_on_the_share(share):
    """Of the smallest and of the largest areas as many lie below each level as the level says."""
    found = counted(share, 60)
    for level in (0.01, 0.05, 0.1, 0.5):
        shares = simulation.below(found.p_values, level)
        # Answers in a PSU make 60 areas less than 60 independent ones; four standard errors of 1,200 tests.
        allowed = 4 * np.sqrt(level * (1 - level) / (60 * 20))
        assert all(abs(share - level) <= allowed for share in shares.values()), (level, shares)


@pytest.mark.long
def test_those_of_verdicts_lie_too_high_near_the_end_of_the_scale():
    """Why areas are not ordered by them: at a share of .88 half as many of the small areas' as the level says."""
    found = counted(0.88, 60)
    assert simulation.below(found.of_verdicts, 0.05)["fewest answers"] < 0.04
