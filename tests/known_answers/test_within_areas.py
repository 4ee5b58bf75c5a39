"""Figures pooled over areas against worked examples of Modern Epidemiology, as metafor has them, and statsmodels.

Tables 15-1 and 15-2 of Rothman, Greenland and Lash (2008); every expected value is from metafor's own check of its
analysis of them (wviechtb/metafor, tests/testthat/test_analysis_example_rothman2008.r), which has 90 % intervals.
"""

import math

import numpy as np
import pytest
from scipy.special import ndtri

from analytics.disparity import mantel_haenszel_ratio, within_area_find_rates, within_area_ratio

Z_90 = ndtri(0.95)

# Deaths and person-years of smokers and non-smokers among British doctors, by age.
SMOKERS = ([32, 104, 206, 186, 102], [52_407, 43_248, 28_612, 12_663, 5_317])
OTHERS = ([2, 12, 28, 28, 31], [18_790, 10_673, 5_710, 2_585, 1_462])

# Deaths on tolbutamide and on placebo, under 55 and from 55 on.
TOLBUTAMIDE = ([8, 22], [106, 98])
PLACEBO = ([5, 16], [120, 85])


def test_mantel_haenszel_ratio_of_rates_in_british_doctors() -> None:
    shown = mantel_haenszel_ratio(*SMOKERS, *OTHERS)
    assert shown.estimate == pytest.approx(1.4247, abs=5e-5)
    by_chance = [math.exp(math.log(shown.estimate) + side * Z_90 * shown.se_by_chance) for side in (-1, 1)]
    assert by_chance == pytest.approx([1.1944, 1.6994], abs=1e-4)
    assert shown.low < by_chance[0] < by_chance[1] < shown.high
    assert (shown.areas, shown.left_out) == (5, 0)


def test_ratio_within_areas_is_the_conditional_maximum_likelihood_in_british_doctors() -> None:
    # rma.glmm(model = "CM.EL", method = "EE"): 0.3545 on the log scale, 1.4255 back.
    assert within_area_ratio(*SMOKERS, *OTHERS).estimate == pytest.approx(1.4255, abs=5e-5)


def test_mantel_haenszel_difference_and_ratio_of_risks_on_tolbutamide() -> None:
    shown = within_area_find_rates(*TOLBUTAMIDE, *PLACEBO)
    assert shown.difference.estimate == pytest.approx(0.0349, abs=5e-5)
    by_chance = [shown.difference.estimate + side * Z_90 * shown.se_by_chance for side in (-1, 1)]
    assert by_chance == pytest.approx([-0.0176, 0.0874], abs=1e-4)
    assert shown.ratio is not None
    assert shown.ratio.estimate == pytest.approx(1.3256, abs=5e-5)
    # Two areas that nearly agree: chance alone is the wider, and its 95 % interval has the same standard error as the
    # 90 % interval 0.8658 to 2.0296.
    se = math.log(2.0296 / 0.8658) / 2 / Z_90
    half = ndtri(0.975) * se
    assert shown.difference.low == pytest.approx(0.0349 - ndtri(0.975) * (0.0874 + 0.0176) / 2 / Z_90, abs=2e-4)
    assert (shown.ratio.low, shown.ratio.high) == pytest.approx(
        (1.3256 * math.exp(-half), 1.3256 * math.exp(half)), rel=2e-4
    )


def test_pooled_ratio_of_find_rates_is_that_of_statsmodels() -> None:
    from statsmodels.stats.contingency_tables import StratifiedTable

    random = np.random.default_rng(4)
    n_a, n_b = random.integers(20, 300, 15), random.integers(50, 900, 15)
    level = random.uniform(0.1, 0.4, 15)
    x_a, x_b = random.binomial(n_a, 0.8 * level), random.binomial(n_b, level)
    tables = StratifiedTable(
        [np.array([[a, n - a], [b, m - b]]) for a, n, b, m in zip(x_a, n_a, x_b, n_b, strict=True)]
    )
    shown = within_area_find_rates(x_a, n_a, x_b, n_b)
    assert shown.ratio is not None
    assert shown.ratio.estimate == pytest.approx(tables.riskratio_pooled, rel=1e-12)


def test_difference_of_find_rates_is_weighted_least_squares_with_areas() -> None:
    """The Mantel-Haenszel difference is the slope of finds on group with an effect of each area, by statsmodels."""
    import statsmodels.api as sm

    random = np.random.default_rng(8)
    areas = 12
    n_a, n_b = random.integers(20, 200, areas), random.integers(50, 400, areas)
    x_a, x_b = random.binomial(n_a, 0.2), random.binomial(n_b, random.uniform(0.1, 0.4, areas))
    area = np.tile(np.arange(areas), 2)
    design = np.column_stack([np.repeat([1.0, 0.0], areas), np.eye(areas)[area]])
    searched = np.r_[n_a, n_b].astype(float)
    fit = sm.WLS(np.r_[x_a, x_b] / searched, design, weights=searched).fit()
    # statsmodels' sandwich by area without correction: scores u_d = w_d (d_d - delta); CR2 divides them by 1 - h_d.
    clustered = fit.get_robustcov_results("cluster", groups=area, use_correction=False)
    weight = n_a * n_b / (n_a + n_b)
    score = weight * (x_a / n_a - x_b / n_b - fit.params[0])
    correction = math.sqrt((score**2 / (1 - weight / weight.sum())).sum() / (score**2).sum())
    shown = within_area_find_rates(x_a, n_a, x_b, n_b)
    assert shown.difference.estimate == pytest.approx(fit.params[0], rel=1e-10)
    from scipy.stats import t

    share = weight / weight.sum()
    form = np.eye(areas) - np.outer(share, np.ones(areas))
    form = form @ np.diag(share) @ form.T / np.sqrt(np.outer(1 - share, 1 - share))
    df = np.trace(form) ** 2 / (form**2).sum()
    half = t.ppf(0.975, df) * clustered.bse[0] * correction
    assert half > ndtri(0.975) * shown.se_by_chance
    assert shown.difference.high - shown.difference.estimate == pytest.approx(half, rel=1e-8)
    assert shown.p_value == pytest.approx(2 * t.sf(abs(fit.params[0]) / (clustered.bse[0] * correction), df), rel=1e-8)
