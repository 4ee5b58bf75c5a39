from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from analytics.survey import Limits, domain_means, effective_sample, korn_graubard, mover, t_interval, wilson_t

NORMAL = 1e12
"""Degrees of freedom at which Student's t is the normal distribution."""


def test_wilson_t_solves_the_score_equation() -> None:
    low, high = wilson_t(0.12, 84.0, 17)
    for limit in (float(low), float(high)):
        assert abs(0.12 - limit) / math.sqrt(limit * (1 - limit) / 84) == pytest.approx(stats.t.ppf(0.975, 17))


def test_wilson_t_with_many_degrees_of_freedom_is_wilson() -> None:
    # scipy: binomtest(7, 60).proportion_ci(method="wilson").
    expected = stats.binomtest(7, 60).proportion_ci(method="wilson")
    assert [float(limit) for limit in wilson_t(7 / 60, 60, NORMAL)] == pytest.approx([expected.low, expected.high])


@pytest.mark.parametrize("count", [0, 7, 60])
def test_korn_graubard_of_a_simple_sample_is_clopper_pearson(count: int) -> None:
    expected = stats.binomtest(count, 60).proportion_ci(method="exact")
    result = korn_graubard(count / 60, 60, 60, 59)
    assert [float(limit) for limit in result] == pytest.approx([expected.low, expected.high])


def test_korn_graubard_against_r(survey: pd.DataFrame) -> None:
    # R: confint(svyciprop(~satisfied, subset(d, area == ...), method = "beta")). R does not cap the effective number of
    # answers at the base. That makes no difference for N and W, which are less precise than a simple sample.
    table = domain_means(survey, "satisfied", "area", "weight", "stratum", "psu").table
    size = effective_sample(table["estimate"], table["se"] ** 2, table["base"], table["n_eff"])
    low, high = korn_graubard(table["estimate"], size, table["base"], table["df"])
    assert (low[[1, 3]], high[[1, 3]]) == (
        pytest.approx([0.43294971185, 0.3558527665]),
        pytest.approx([0.75757019058, 0.81808900328]),
    )
    own = table["estimate"] * (1 - table["estimate"]) / table["se"] ** 2
    low, high = korn_graubard(table["estimate"], own, table["base"], table["df"])
    assert (low[[0, 2]], high[[0, 2]]) == (
        pytest.approx([0.29029604538, 0.3963506824]),
        pytest.approx([0.5472395182, 0.60589988329]),
    )


def test_the_effective_sample_is_capped_and_falls_back_at_the_ends() -> None:
    result = effective_sample([0.5, 0.5, 0.0, 1.0, 0.5], [0.005, 0.001, 0.0, 0.0, 0.0], 100, 40)
    assert result.tolist() == pytest.approx([50, 100, 40, 40, 100])


def test_without_degrees_of_freedom_there_is_no_interval() -> None:
    for interval in (wilson_t(0.5, 20, 0), korn_graubard(0.5, 20, 20, 0), t_interval(0.5, 0.1, -1)):
        assert np.isnan(interval).all()


def test_mover_of_independent_shares_is_newcombes_hybrid_score() -> None:
    # Newcombe 1998, Statistics in Medicine 17, 873-890, table II, method 10: 56/70 - 48/80 is .2 (.0524, .3339).
    limits = [wilson_t(p, n, NORMAL) for p, n in ((56 / 70, 70), (48 / 80, 80))]
    low, high = mover(56 / 70, limits[0], 48 / 80, limits[1])
    assert (round(float(low), 4), round(float(high), 4)) == (0.0524, 0.3339)


def test_mover_with_symmetric_limits_is_the_variance_of_a_difference() -> None:
    a, b = (Limits(np.array(p - 1.96 * se), np.array(p + 1.96 * se)) for p, se in ((0.6, 0.03), (0.5, 0.02)))
    low, high = mover(0.6, a, 0.5, b, 0.4)
    se = math.sqrt(0.03**2 + 0.02**2 - 2 * 0.4 * 0.03 * 0.02)
    assert (float(low), float(high)) == pytest.approx((0.1 - 1.96 * se, 0.1 + 1.96 * se))


@given(st.floats(0, 1), st.floats(1, 1e6), st.floats(0.5, 1e6))
def test_intervals_of_shares_hold_the_share_and_stay_between_0_and_1(p: float, n: float, df: float) -> None:
    for low, high in (wilson_t(p, n, df), korn_graubard(p, n, 1e6, df)):
        assert 0 <= low <= p + 1e-12
        assert p - 1e-12 <= high <= 1 + 1e-12


@given(st.floats(0, 1), st.floats(2, 1e4), st.floats(1, 1e4))
def test_the_interval_of_a_share_mirrors_that_of_the_others(p: float, n: float, df: float) -> None:
    low, high = wilson_t(p, n, df)
    mirrored = wilson_t(1 - p, n, df)
    assert (1 - mirrored.high, 1 - mirrored.low) == (pytest.approx(low, abs=1e-9), pytest.approx(high, abs=1e-9))
