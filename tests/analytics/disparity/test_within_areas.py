"""The ratio within areas."""

import math
import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import t

from analytics.disparity import rate_ratio, within_area_ratio


def mantel_haenszel(a: np.ndarray, n_a: np.ndarray, b: np.ndarray, n_b: np.ndarray) -> float:
    """The Mantel-Haenszel ratio of rates."""
    return float((a * n_b / (n_a + n_b)).sum() / (b * n_a / (n_a + n_b)).sum())


def drawn(areas: int, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    n_a, n_b = random.integers(200, 5_000, areas), random.integers(2_000, 9_000, areas)
    level = np.exp(random.normal(-4.5, 0.7, areas))
    return random.poisson(3 * level * n_a), n_a, random.poisson(level * n_b), n_b


def test_one_ratio_in_every_area_is_found_as_mantel_haenszel_finds_it() -> None:
    n_a, n_b = np.array([1_000, 5_000, 2_000]), np.array([4_000, 1_000, 8_000])
    rate_b = np.array([0.01, 0.03, 0.002])
    a, b = np.round(3 * rate_b * n_a), np.round(rate_b * n_b)
    shown = within_area_ratio(a, n_a, b, n_b)
    assert mantel_haenszel(a, n_a, b, n_b) == pytest.approx(3)
    assert shown.estimate == pytest.approx(3, rel=1e-10)


def test_a_drawn_force_agrees_with_mantel_haenszel() -> None:
    a, n_a, b, n_b = drawn(60, 11)
    assert within_area_ratio(a, n_a, b, n_b).estimate == pytest.approx(mantel_haenszel(a, n_a, b, n_b), rel=0.03)


def test_areas_of_one_make_have_areas_less_one_degrees_of_freedom() -> None:
    # Same total and populations everywhere: leverage 1/D, so CR2 = sum u^2 D/(D-1) and df = D - 1 exactly.
    a, m = np.array([12, 9, 15, 20, 4]), 40
    shown = within_area_ratio(a, [100] * 5, m - a, [300] * 5)
    share = a.sum() / (5 * m)
    variance = ((a - m * share) ** 2).sum() * 5 / 4 / (5 * m * share * (1 - share)) ** 2
    assert shown.df == pytest.approx(4)
    assert shown.se == pytest.approx(math.sqrt(variance))
    assert shown.high == pytest.approx(shown.estimate * math.exp(2.776445 * shown.se), rel=1e-6)
    assert shown.low == pytest.approx(shown.estimate * math.exp(-2.776445 * shown.se), rel=1e-6)


def test_degrees_of_freedom_are_satterthwaites_of_the_whole_quadratic_form() -> None:
    # Brute force: residual scores are (I - h 1')u with Var u = diag(I_d); df = tr(M)^2 / tr(MM).
    a, n_a, b, n_b = drawn(9, 5)
    shown = within_area_ratio(a, n_a, b, n_b)
    odds = shown.estimate * n_a / n_b
    information = (a + b) * odds / (1 + odds) ** 2
    leverage = information / information.sum()
    residual = np.eye(9) - np.outer(leverage, np.ones(9))
    form = residual @ np.diag(information) @ residual.T / np.sqrt(np.outer(1 - leverage, 1 - leverage))
    assert shown.df == pytest.approx(np.trace(form) ** 2 / (form**2).sum())
    half = t.ppf(0.975, shown.df) * shown.se
    assert math.log(shown.high / shown.low) == pytest.approx(2 * half)


def test_two_areas_have_one_degree_of_freedom_however_unequal() -> None:
    # One contrast of two areas: df is 1 for any leverage.
    for large in (20, 2_000, 200_000):
        shown = within_area_ratio([12, large], [100, 100], [20, large + 7], [100, 100])
        assert shown.df == pytest.approx(1, rel=1e-6)


def test_areas_that_agree_by_accident_keep_the_width_of_chance() -> None:
    # Both areas split exactly alike, so the sandwich is 0; chance alone leaves 1.96/sqrt(sum m p q).
    shown = within_area_ratio([10, 30], [100, 300], [10, 30], [100, 300])
    assert shown.se == pytest.approx(0, abs=1e-9)
    assert math.log(shown.high) == pytest.approx(1.959964 / math.sqrt(80 / 4), rel=1e-6)
    whole = rate_ratio(40, 400, 40, 400)
    assert (shown.low, shown.high) == pytest.approx((whole.low, whole.high), rel=0.02)


def test_areas_without_events_or_residents_add_nothing_and_are_counted() -> None:
    a, n_a, b, n_b = drawn(6, 2)
    plain = within_area_ratio(a, n_a, b, n_b)
    more = within_area_ratio([*a, 0, 5, 0], [*n_a, 50, 0, 90], [*b, 0, 9, 7], [*n_b, 60, 70, 0])
    assert (more.estimate, more.low, more.high) == (plain.estimate, plain.low, plain.high)
    assert (plain.areas, plain.left_out, more.areas, more.left_out) == (6, 0, 6, 3)


areas_strategy = st.lists(
    st.tuples(st.integers(0, 300), st.integers(1, 10**6), st.integers(0, 300), st.integers(1, 10**6)),
    min_size=2,
    max_size=30,
)


@settings(deadline=None)
@given(areas_strategy)
def test_exchanging_the_groups_inverts_the_ratio(areas: list[tuple[int, int, int, int]]) -> None:
    a, n_a, b, n_b = (np.array(column) for column in zip(*areas, strict=True))
    if ((a + b) > 0).sum() < 2 or a.sum() == 0 or b.sum() == 0:
        return
    try:
        one, other = within_area_ratio(a, n_a, b, n_b), within_area_ratio(b, n_b, a, n_a)
    except ValueError as refusal:
        assert "holds all that is known" in str(refusal)  # noqa: PT017
        return
    assert one.estimate == pytest.approx(1 / other.estimate, rel=1e-6)
    assert 0 <= one.low <= one.estimate <= one.high
    expected = (a + b) * one.estimate * n_a / (one.estimate * n_a + n_b)
    assert expected.sum() == pytest.approx(a.sum(), rel=1e-6)


@pytest.mark.parametrize(
    ("columns", "sentence"),
    [
        (([1], [10], [2], [10]), "Only 1 of 1 areas has events and residents of both groups"),
        (([1, 0], [10, 10], [2, 0], [10, 10]), "Only 1 of 2 areas"),
        (([0, 0], [10, 10], [2, 3], [10, 10]), "The group has no events in any of the 2 areas"),
        (([2, 3], [10, 10], [0, 0], [10, 10]), "The comparator has no events"),
        (([0, 277], [2_400, 2], [1, 0], [1, 300]), "One of the 2 areas holds all that is known"),
        (([1, 2], [10, 10], [2], [10, 10]), "have 2, 2, 1 and 2 values"),
        (([1, 2], [10, -3], [2, 2], [10, 10]), r"population_a\[1\] is -3.0, but a population"),
        (([1, 2], [10, 10], [2, -2], [10, 10]), r"b\[1\] is -2.0, but a count"),
    ],
)
def test_what_gives_no_ratio_is_refused_in_a_sentence(columns: tuple[list[int], ...], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        within_area_ratio(*columns)


def test_six_hundred_and_forty_areas_take_milliseconds() -> None:
    a, n_a, b, n_b = drawn(640, 1)
    start = time.perf_counter()
    within_area_ratio(a, n_a, b, n_b)
    assert time.perf_counter() - start < 0.1


def test_months_of_an_area_are_its_sum_and_seven_hundred_areas_of_four_years_take_no_time() -> None:
    """A rate of its own for every area and month gives the same ratio; areas stay clusters, so months are summed."""
    random = np.random.default_rng(7)
    n_a, n_b = random.integers(200, 5_000, 700), random.integers(2_000, 9_000, 700)
    level = np.exp(random.normal(-7.5, 0.7, (700, 48)))
    a, b = random.poisson(3 * level * n_a[:, None]), random.poisson(level * n_b[:, None])
    start = time.process_time()
    shown = within_area_ratio(a.sum(axis=1), n_a, b.sum(axis=1), n_b)
    taken = time.process_time() - start
    apart = within_area_ratio(a.ravel(), np.repeat(n_a, 48), b.ravel(), np.repeat(n_b, 48))
    assert shown.estimate == pytest.approx(apart.estimate, rel=1e-9)
    assert shown.areas == 700
    assert taken < 0.3
