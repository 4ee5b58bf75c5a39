"""The Mantel-Haenszel ratio of rates within areas, and errors clustered by area."""

from __future__ import annotations

import math

import numpy as np
import pytest

from analytics.disparity import mantel_haenszel_ratio, within_area_ratio
from analytics.disparity.clusters import clustered


def drawn(areas: int, seed: int, spread: float = 0.0) -> tuple[np.ndarray, ...]:
    random = np.random.default_rng(seed)
    n_a, n_b = random.integers(200, 5_000, areas), random.integers(2_000, 9_000, areas)
    level = np.exp(random.normal(-4.5, 0.7, areas))
    ratio = 3 * np.exp(random.normal(0, spread, areas))
    return random.poisson(ratio * level * n_a), n_a, random.poisson(level * n_b), n_b


def test_one_ratio_everywhere_is_found_as_the_poisson_model_finds_it() -> None:
    n_a, n_b, rate = np.array([1_000, 5_000, 2_000]), np.array([4_000, 1_000, 8_000]), np.array([0.01, 0.03, 0.002])
    shown = mantel_haenszel_ratio(np.round(3 * rate * n_a), n_a, np.round(rate * n_b), n_b)
    assert shown.estimate == pytest.approx(3)
    assert shown.se == pytest.approx(0, abs=1e-12)
    assert math.log(shown.high / 3) == pytest.approx(1.959964 * shown.se_by_chance, rel=1e-6)


def test_figures_and_errors_are_near_those_of_the_poisson_model() -> None:
    for spread in (0.0, 0.4):
        areas = drawn(80, 7, spread)
        one, other = mantel_haenszel_ratio(*areas), within_area_ratio(*areas)
        assert one.estimate == pytest.approx(other.estimate, rel=0.03)
        assert one.se == pytest.approx(other.se, rel=0.1)
        assert (one.areas, one.left_out) == (other.areas, other.left_out)


def test_exchanging_the_groups_inverts_the_ratio() -> None:
    a, n_a, b, n_b = drawn(12, 3, 0.3)
    one, other = mantel_haenszel_ratio(a, n_a, b, n_b), mantel_haenszel_ratio(b, n_b, a, n_a)
    assert one.estimate == pytest.approx(1 / other.estimate)
    assert one.se_by_chance == pytest.approx(other.se_by_chance)
    assert (one.low, one.high) == pytest.approx((1 / other.high, 1 / other.low), rel=1e-6)


def brute_force(score: np.ndarray, share: np.ndarray, working: np.ndarray) -> tuple[float, float]:
    """The same from the matrices: squared residual scores over what makes them unbiased, and tr(M)^2/tr(MM)."""
    residual = np.eye(len(score)) - np.outer(share, np.ones(len(score)))
    covariance = residual @ np.diag(working) @ residual.T
    correction = np.diag(covariance) / working
    form = covariance / np.sqrt(np.outer(correction, correction))
    return math.sqrt((score**2 / correction).sum()), np.trace(form) ** 2 / (form**2).sum()


@pytest.mark.parametrize("areas", [2, 3, 20])
def test_errors_and_degrees_of_freedom_are_those_of_the_matrices(areas: int) -> None:
    random = np.random.default_rng(areas)
    share, working = random.dirichlet(np.ones(areas)), random.gamma(1, 1, areas)
    score = random.normal(size=areas)
    assert clustered(score, share, working) == pytest.approx(brute_force(score, share, working), rel=1e-9)
    # Two areas are one contrast.
    assert areas > 2 or clustered(score, share, working).df == pytest.approx(1)


def test_areas_of_one_make_have_areas_less_one_degrees_of_freedom() -> None:
    even = np.full(7, 1 / 7)
    assert clustered(np.arange(7.0) - 3, even, even) == pytest.approx((math.sqrt(28 * 7 / 6), 6))


@pytest.mark.parametrize(
    ("columns", "sentence"),
    [
        (([1], [10], [2], [10]), "Only 1 of 1 areas has events and residents of both groups"),
        (([0, 0], [10, 10], [2, 3], [10, 10]), "The group has no events in any of the 2 areas"),
        (([0, 277], [24_000_000, 2_000_000], [1, 0], [1, 300_000_000]), "One of the 2 areas holds all that is known"),
    ],
)
def test_what_gives_no_ratio_is_refused_in_a_sentence(columns: tuple[list[int], ...], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        mantel_haenszel_ratio(*columns)
