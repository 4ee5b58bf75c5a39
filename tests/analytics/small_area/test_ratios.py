"""Small-area estimates of ratios of two rates."""

from __future__ import annotations

import time

import numpy as np
import pytest
from scipy.special import expit
from scipy.stats import norm

from analytics.disparity import rate_ratio, within_area_ratio
from analytics.small_area import fay_herriot, small_area_ratios
from analytics.small_area.mixture import mixture


def drawn(areas: int, seed: int, spread: float = 0.3, expected: float = 20):
    random = np.random.default_rng(seed)
    n_a, n_b = random.integers(300, 5_000, areas), random.integers(4_000, 20_000, areas)
    level, theta = np.exp(random.normal(0, 0.5, areas)), np.log(3) + random.normal(0, spread, areas)
    mean_a = level * np.exp(theta) * n_a
    scale = expected / mean_a.mean()
    return (random.poisson(scale * mean_a), n_a, random.poisson(scale * level * n_b), n_b), theta


@pytest.mark.parametrize("areas", [8, 43])
def test_with_normal_likelihoods_it_is_fay_and_herriots_model(areas: int) -> None:
    """The same prior, likelihood and sums as `fay_herriot` has in closed form where it integrates over the variance."""
    random = np.random.default_rng(areas)
    variance = random.uniform(0.02, 0.3, areas)
    y = random.normal(0, np.sqrt(variance + 0.1))
    points = np.linspace(-4, 4, 1_500)
    shown = mixture(points, -((points - y[:, None]) ** 2) / 2 / variance[:, None], y, variance)
    closed = fay_herriot(y, variance, integrate=True)
    chance = np.diff(shown.upto, axis=1, prepend=0, append=1)
    middle = np.r_[points[0], (points[1:] + points[:-1]) / 2, points[-1]]
    mean = chance @ middle
    assert mean == pytest.approx(closed.estimate, abs=0.01)
    assert chance @ middle**2 - mean**2 == pytest.approx(closed.mse, rel=0.04)
    assert shown.shrinkage == pytest.approx(closed.shrinkage, abs=0.02)
    # The square of the mean spread lies below the mean of its square, most where there are few areas.
    assert shown.spread**2 == pytest.approx(closed.sigma2, rel=0.15 if areas == 43 else 0.4)
    # And what a few areas may be is not quite normal, as the closed form takes it to be.
    apart = 0.06 if areas == 43 else 0.15
    assert shown.quantile(0.025) == pytest.approx(closed.low, abs=apart)
    assert shown.quantile(0.975) == pytest.approx(closed.high, abs=apart)


def test_few_areas_are_what_brute_force_gives() -> None:
    """Every centre, spread and ratio on plain grids, far wider and finer; one area of the group has no event.

    Priors: flat for the centre, half-Cauchy for the spread, its scale five median standard errors of an area.
    """
    a, n_a = np.array([0, 9, 4, 12, 7, 3, 15, 8]), np.array([400, 600, 300, 500, 450, 200, 900, 500])
    b, n_b = (
        np.array([12, 20, 18, 25, 9, 14, 40, 21]),
        np.array([3_000, 4_000, 2_500, 6_000, 2_000, 3_000, 8_000, 5_000]),
    )
    odds = np.log(n_a / n_b)
    share = expit(np.log(within_area_ratio(a, n_a, b, n_b).estimate) + odds)
    scale = 5 * np.sqrt(np.median(1 / ((a + b) * share * (1 - share))))
    theta, centre, spread = np.linspace(-5, 5, 801), np.linspace(-2.5, 3.5, 121), np.linspace(0.01, 3, 150)
    p = expit(theta + odds[:, None])
    likelihood = np.exp(
        a[:, None] * np.log(p) + b[:, None] * np.log1p(-p) - (a * np.log(share) + b * np.log1p(-share))[:, None]
    )
    whole, mean = 0.0, np.zeros(len(a))
    for tau in spread:
        prior = norm.pdf(theta[:, None], centre, tau)
        integral, first = likelihood @ prior, (likelihood * theta) @ prior
        weight = integral.prod(axis=0) / (1 + (tau / scale) ** 2)
        whole += weight.sum()
        mean += (first / integral) @ weight
    shown = small_area_ratios(a, n_a, b, n_b).model
    chance = np.diff(shown.upto, axis=1, prepend=0, append=1)
    middle = np.r_[shown.points[0], (shown.points[1:] + shown.points[:-1]) / 2, shown.points[-1]]
    assert chance @ middle == pytest.approx(mean / whole, abs=0.02)


def test_many_events_speak_for_themselves_and_few_for_all() -> None:
    (a, n_a, b, n_b), _ = drawn(60, 2)
    large = small_area_ratios(100 * a, n_a, 100 * b, n_b)
    exact = [rate_ratio(*map(int, row)) for row in zip(100 * a, n_a, 100 * b, n_b, strict=True)]
    telling = a > 10
    assert large.estimate[telling] == pytest.approx(np.array([one.estimate for one in exact])[telling], rel=0.03)
    assert large.high[telling] == pytest.approx(np.array([one.high for one in exact])[telling], rel=0.05)
    assert (large.shrinkage[telling] > 0.95).all()
    few = small_area_ratios(a // 20, n_a, b // 20, n_b)
    assert np.log(few.estimate).std() < 0.5 * np.log((a + 0.5) * n_b / (b + 0.5) / n_a).std()
    assert (few.shrinkage < 0.5).any()


def test_the_spread_and_the_centre_are_found() -> None:
    columns, theta = drawn(600, 5, spread=0.4, expected=40)
    shown = small_area_ratios(*columns)
    assert shown.spread == pytest.approx(0.4, rel=0.1)
    assert np.log(shown.centre) == pytest.approx(theta.mean(), abs=0.05)


def test_areas_without_events_are_model_only_and_without_residents_have_no_ratio() -> None:
    (a, n_a, b, n_b), _ = drawn(30, 4)
    shown = small_area_ratios(
        [*a, 0, 3], [*n_a, 500, 0], [*b, 0, 9], [*n_b, 900, 70], names=[*range(30), "none", "empty"]
    )
    assert shown.names[-2:] == ("none", "empty")
    assert shown.shrinkage[30] == 0
    assert shown.estimate[30] == pytest.approx(shown.centre, rel=0.05)
    assert shown.high[30] / shown.low[30] > np.exp(3.9 * shown.spread)
    assert np.isnan([shown.estimate[31], shown.low[31], shown.shrinkage[31], shown.chance_above(1)[31]]).all()
    plain = small_area_ratios(a, n_a, b, n_b)
    assert shown.estimate[:30] == pytest.approx(plain.estimate, rel=1e-3)


def test_zero_counts_give_ratios_below_the_others_and_above_zero() -> None:
    shown = small_area_ratios([0, 10, 12, 9, 14], [1_000] * 5, [50, 20, 22, 25, 30], [2_000] * 5)
    assert 0 < shown.low[0] < shown.estimate[0] < shown.estimate[1:].min()


def test_chances_agree_with_the_limits_and_fall_with_the_ratio() -> None:
    columns, _ = drawn(40, 8)
    shown = small_area_ratios(*columns)
    assert [shown.chance_above(float(low))[i] for i, low in enumerate(shown.low)] == pytest.approx(
        [0.975] * 40, abs=1e-6
    )
    assert [shown.chance_above(float(mid))[i] for i, mid in enumerate(shown.estimate)] == pytest.approx([0.5] * 40)
    assert (shown.chance_above(1.0) >= shown.chance_above(3.0)).all()
    with pytest.raises(ValueError, match="The ratio to compare with is 0, but a ratio is above 0"):
        shown.chance_above(0)


def test_clumps_say_less() -> None:
    columns, _ = drawn(40, 8)
    one, three = small_area_ratios(*columns), small_area_ratios(*columns, dispersion=3.0)
    assert (three.shrinkage < one.shrinkage).all()
    assert small_area_ratios(*columns, dispersion=0.3).estimate == pytest.approx(one.estimate)


def test_exchanging_the_groups_inverts_the_ratios() -> None:
    (a, n_a, b, n_b), _ = drawn(25, 3, expected=200)
    one, other = small_area_ratios(a, n_a, b, n_b), small_area_ratios(b, n_b, a, n_a)
    assert one.estimate == pytest.approx(1 / other.estimate, rel=1e-3)
    assert one.low == pytest.approx(1 / other.high, rel=1e-3)


@pytest.mark.parametrize(
    ("arguments", "options", "sentence"),
    [
        (([1], [9], [1], [9]), {}, "Only 1 of 1 areas has events and residents of both groups"),
        (([1, 2], [9, 9], [1, 2], [9, 9]), {"dispersion": -1.0}, "dispersion is -1.0"),
        (([1, 2], [9, 9], [1, 2], [9, 9]), {"names": ["one"]}, "There are 2 areas and 1 names"),
    ],
)
def test_what_gives_no_ratios_is_refused_in_a_sentence(arguments, options, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        small_area_ratios(*arguments, **options)


def test_seven_hundred_areas_take_a_third_of_a_second() -> None:
    columns, _ = drawn(700, 1)
    small_area_ratios(*columns)
    start = time.process_time()
    small_area_ratios(*columns)
    assert time.process_time() - start < 0.6


def test_areas_that_are_surer_than_the_points_keep_their_ratio() -> None:
    # Half a million searches: a standard error of .3 %, where the points lie 2 % apart.
    a, b = np.array([300_000, 150_000, 3, 80]), np.array([200_000, 300_000, 9, 60])
    shown = small_area_ratios(a, [1_000] * 4, b, [1_000] * 4)
    assert shown.estimate[:2] == pytest.approx(a[:2] / b[:2], rel=0.02)
    assert (shown.high[:2] / shown.low[:2] < 1.12).all()
