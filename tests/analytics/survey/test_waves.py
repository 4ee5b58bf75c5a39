"""The level behind waves, against statsmodels' state space, Durbin and Koopman's figures and plain least squares."""

from __future__ import annotations

import numpy as np
import pytest
import statsmodels.api as sm
from scipy.optimize import minimize
from scipy.stats import halfnorm

from analytics.survey import waves
from analytics.survey.waves import smooth_waves
from benchmarks.coverage import waves as simulation

OBSERVATION, STEP_VARIANCE = 15099.0, 1469.1
"""Variances of the Nile's yearly flow, 1871 to 1970, and of its yearly step: Durbin and Koopman (2012), section 2.3."""


@pytest.fixture(scope="module")
def nile():
    return sm.datasets.nile.load_pandas().data["volume"].to_numpy(dtype=float)


def likelihood(y, observation, step, extra=None):
    moved = np.minimum.outer(np.arange(len(y)), np.arange(len(y))).astype(float)
    x = np.column_stack([np.ones(len(y)), *([] if extra is None else [extra])])
    steps = np.array([np.sqrt(step)])
    return waves._fits(y, np.full(len(y), observation), x, moved, steps), x, moved, steps


def test_the_likelihood_of_the_nile_has_its_published_top(nile):
    top = minimize(
        lambda log: -likelihood(nile, *np.exp(log))[0].likelihood[0],
        [9.5, 7.2],
        method="Nelder-Mead",
        options={"xatol": 1e-5, "fatol": 1e-9},
    )
    assert np.exp(top.x) == pytest.approx([OBSERVATION, STEP_VARIANCE], rel=1e-4)


def test_the_level_of_the_nile_is_that_of_the_state_space(nile):
    fits, x, moved, steps = likelihood(nile, OBSERVATION, STEP_VARIANCE)
    level, errors = waves._predicted(fits, x, moved, np.diag(moved), steps)
    model = sm.tsa.UnobservedComponents(nile, "llevel", use_exact_diffuse=True)
    smoothed = model.smooth([OBSERVATION, STEP_VARIANCE])
    assert level[0] == pytest.approx(smoothed.smoothed_state[0], abs=1e-8)
    assert errors[0] == pytest.approx(smoothed.smoothed_state_cov[0, 0], abs=1e-6)


def test_a_wave_that_is_missing_gets_its_level_all_the_same(nile):
    gap = np.where((np.arange(100) > 20) & (np.arange(100) < 40), np.nan, nile)
    variance = np.full(100, OBSERVATION)
    result = smooth_waves(gap, variance, scale=30)
    kept = np.isfinite(gap)
    shorter = smooth_waves(gap[kept], variance[kept], np.arange(100.0)[kept], scale=30)
    assert result.level[kept] == pytest.approx(shorter.level)
    assert result.se[30] > 1.3 * result.se[10]


def test_a_step_at_a_date_that_was_fixed_is_estimated_beside_the_level(nile):
    # The dam at Aswan was begun in 1899. Without any movement of the level it is the difference of two means.
    step = (np.arange(100) >= 28).astype(float)
    result = smooth_waves(nile, np.full(100, OBSERVATION), regressors=step[:, None], scale=1e-3)
    assert result.effect[0] == pytest.approx(nile[28:].mean() - nile[:28].mean(), rel=1e-4)
    assert result.effect_se[0] == pytest.approx(np.sqrt(OBSERVATION * (1 / 28 + 1 / 72)), rel=1e-4)


def test_estimate_and_error_are_averaged_over_the_step_size():
    chance = np.random.default_rng(2)
    y, v = 0.6 + np.cumsum(chance.normal(0, 0.012, 12)) + chance.normal(0, 0.012, 12), np.full(12, 0.012**2)
    grid = np.linspace(1e-5, 0.12, 1500)
    each = []
    for q in grid:
        fits, x, moved, steps = likelihood(y, v[0], q**2)
        level, error = waves._predicted(fits, x, moved, np.diag(moved), steps)
        each.append((fits.likelihood[0] + halfnorm.logpdf(q, scale=0.03), level[0], error[0]))
    share = np.exp([log for log, *_ in each] - max(log for log, *_ in each))
    share /= share.sum()
    level = share @ np.array([level for _, level, _ in each])
    error = share @ (np.array([error for *_, error in each]) + (np.array([level for _, level, _ in each]) - level) ** 2)
    result = smooth_waves(y, v)
    assert result.level == pytest.approx(level, abs=2e-4)
    assert result.se == pytest.approx(np.sqrt(error), rel=3e-2)


@pytest.mark.parametrize(("count", "step"), [(24, 0.012), (12, 0.012), (24, 0.005), (24, 0.030)])
def test_the_band_holds_the_truth_as_often_as_it_says(count, step):
    chance = np.random.default_rng(count)
    held = []
    for _ in range(200):
        truth = 0.6 + np.cumsum(chance.normal(0, step, count))
        variance = np.full(count, 1.5 * 0.24 / 2400)
        result = smooth_waves(truth + chance.normal(0, np.sqrt(variance)), variance)
        held.append(((result.low <= truth) & (truth <= result.high)).mean())
    # A series is one draw: its waves move together.
    error = 3 * np.std(held) / np.sqrt(len(held))
    assert 0.92 - error <= np.mean(held) <= 0.99 + error


def test_the_band_of_trends_holds_the_level_of_waves_that_were_asked():
    """As on pages: waves of people, from whose answers the sampling variances are estimated too."""
    row, other = simulation.levels(np.random.default_rng(simulation.SEED), 25, [(12, 0.012)])
    assert (row.interval, other.interval) == (simulation.INTEGRATED.name, simulation.LIKELIEST.name)
    assert 0.92 - 3 * row.error <= row.coverage <= 0.99 + 3 * row.error
    assert row.given == other.given == 1
    assert row.intervals == 25 * 12


def test_the_likeliest_step_is_that_of_our_own_likelihood():
    chance = np.random.default_rng(4)
    y = 0.6 + np.cumsum(chance.normal(0, 0.02, 24)) + chance.normal(0, 0.012, 24)
    fitted = simulation.LocalLevel(y, np.full(24, 0.012**2)).fit(disp=False, cov_type="none")
    step = abs(fitted.params[0]) * 0.012
    top = minimize(
        lambda log: -likelihood(y, 0.012**2, np.exp(2 * log[0]))[0].likelihood[0], [-4.0], method="Nelder-Mead"
    )
    assert step == pytest.approx(np.exp(top.x[0]), rel=1e-2)
    low, high = simulation.likeliest(y, np.full(24, 0.012**2))
    fits, x, moved, steps = likelihood(y, 0.012**2, step**2)
    level, errors = waves._predicted(fits, x, moved, np.diag(moved), steps)
    assert (low + high) / 2 == pytest.approx(level[0], abs=1e-4)
    assert (high - low) / 2 == pytest.approx(1.959964 * np.sqrt(errors[0]), rel=1e-2)


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"variance": [0.1, 0, 0.1]}, "not above 0"),
        ({"variance": [0.1]}, "3.* waves"),
        ({"times": [0, 2, 1]}, "Times must rise"),
        ({"estimate": [0.5, np.nan, np.nan]}, "too few"),
        ({"regressors": [[1], [1], [1]]}, "too few to tell"),
    ],
)
def test_what_can_not_be_is_refused(changed, sentence):
    with pytest.raises(ValueError, match=sentence):
        smooth_waves(**{"estimate": [0.5, 0.6, 0.5], "variance": [0.1, 0.1, 0.1], **changed})
