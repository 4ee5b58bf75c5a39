"""How far a gap goes up and down over cells, against the paired t test, matrices and what nothing can be said of."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import beta, chi2, ttest_rel

from analytics.disparity.gap_dispersion import NORMAL, gap_dispersion


def drawn(seed: int, cells: int, searched: tuple[int, int], rates: tuple[float, float]) -> list[np.ndarray]:
    random = np.random.default_rng(seed)
    counts = []
    for n, rate in zip(searched, rates, strict=True):
        counts += [random.binomial(n, rate, cells).astype(float), np.full(cells, float(n))]
    return counts


def test_with_equal_cells_it_is_the_paired_t_test() -> None:
    x_a, n_a, x_b, n_b = drawn(3, 9, (40, 90), (0.3, 0.4))
    shown = gap_dispersion(x_a, n_a, x_b, n_b)
    assert shown is not None
    paired = ttest_rel(x_a / n_a, x_b / n_b)
    p_a, p_b = x_a.sum() / n_a.sum(), x_b.sum() / n_b.sum()
    chance = p_a * (1 - p_a) / (n_a.sum() - 1) + p_b * (1 - p_b) / (n_b.sum() - 1)
    assert np.sqrt(shown.phi * chance) == pytest.approx(abs((p_a - p_b) / paired.statistic))
    assert shown.df == pytest.approx(paired.df)


def test_degrees_of_freedom_are_those_of_the_covariance_of_the_departures() -> None:
    random = np.random.default_rng(5)
    n_a, n_b = random.integers(15, 40, 7).astype(float), random.integers(60, 300, 7).astype(float)
    x_a, x_b = np.rint(0.4 * n_a), np.rint(0.35 * n_b)
    shown = gap_dispersion(x_a, n_a, x_b, n_b, (2.0, 0.5))
    covariance = np.zeros((7, 7))
    for x, n, scale in ((x_a, n_a, 2.0), (x_b, n_b, 0.5)):
        share, part = x.sum() / n.sum(), n / n.sum()
        covariance += scale**2 * share * (1 - share) / (n.sum() - 1) * (np.diag(part) - np.outer(part, part))
    assert shown is not None
    assert shown.df == pytest.approx(np.trace(covariance) ** 2 / np.trace(covariance @ covariance))


def test_in_the_mean_it_is_the_factor_whatever_the_cells() -> None:
    """Finds of a cell are beta-binomial with the factor; what moves both groups alike is none of it."""
    random, n_a, n_b = np.random.default_rng(8), np.array([9, 30, 14, 60, 22, 18]), np.array([50, 80, 20, 90, 120, 40])
    for factor in (1.0, 3.0):
        found = []
        for _ in range(400):
            month = np.clip(0.3 + random.normal(0, 0.06, 6), 0.05, 0.9)
            x = [random.binomial(n, rate_of(month, n, factor, random)) for n in (n_a, n_b)]
            shown = gap_dispersion(*(part.astype(float) for part in (x[0], n_a, x[1], n_b)))
            found.append(shown.phi if shown else np.nan)
        error = np.std(found) / 20
        # Departures of a month's rate times how far the groups' searches lie apart in time are in it too.
        assert factor - 3 * error < np.mean(found) < 1.2 * factor + 3 * error


def rate_of(month: np.ndarray, n: np.ndarray, factor: float, random: np.random.Generator) -> np.ndarray:
    if factor == 1:
        return month
    size = (n - 1) / (factor - 1) - 1
    return beta.rvs(month * size, (1 - month) * size, random_state=random)


def test_few_finds_and_clumped_ones_tell_less() -> None:
    often, rare = (gap_dispersion(*drawn(2, 12, (20, 200), (rate, rate))) for rate in (0.3, 0.03))
    assert often is not None
    assert rare is not None
    assert rare.df < 0.8 * often.df


def test_a_group_searched_in_few_cells_has_few_degrees_and_in_one_none() -> None:
    n_b = np.full(12, 100.0)
    n_a = np.array([60.0, 40.0] + [0.0] * 10)
    shown = gap_dispersion(0.3 * n_a, n_a, 0.3 * n_b, n_b)
    assert shown is not None
    assert shown.df < 1.5
    n_a = np.array([100.0] + [0.0] * 11)
    assert gap_dispersion(0.3 * n_a, n_a, 0.3 * n_b, n_b) is None
    assert gap_dispersion(*(np.array([4.0, 5.0]),) * 4) is None


def test_cells_that_are_all_alike_are_not_believed() -> None:
    n = np.full(10, 50.0)
    shown = gap_dispersion(0.4 * n, n, 0.3 * n, n)
    assert shown is not None
    assert shown == pytest.approx((chi2.ppf(0.01, 9) / 9, 9))
    assert gap_dispersion(0 * n, n, 0 * n, n) == (1.0, NORMAL)
    assert gap_dispersion(n, n, 0 * n, n) == (1.0, NORMAL)
