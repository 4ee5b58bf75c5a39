"""Shares of small areas: the arcsine scale there and back, the shift to the force, the chance of lying above it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from scipy.stats import norm

from analytics.small_area import small_area_shares

COUNTS = np.array([4, 9, 12, 20, 6, 15, 11, 8])
ASKED = np.array([20, 20, 25, 30, 22, 24, 26, 21])


@pytest.fixture(scope="module")
def result():
    return small_area_shares(COUNTS / ASKED, ASKED / 1.3, total=0.5, population=np.arange(1, 9) * 1000)


def test_areas_add_up_to_their_force(result):
    weight = np.arange(1, 9) / 36
    assert weight @ result.estimate == pytest.approx(0.5, abs=1e-10)
    plain = small_area_shares(COUNTS / ASKED, ASKED / 1.3)
    assert plain.shift == 0
    assert result.model.estimate == pytest.approx(plain.model.estimate)
    assert abs(weight @ plain.estimate - 0.5) > 0.001


def test_point_and_limits_are_those_of_the_arcsine_scale(result):
    angle, error = result.model.estimate + result.shift, result.model.mse
    assert result.estimate == pytest.approx(np.sin(angle) ** 2 + np.cos(2 * angle) * error)
    assert result.low == pytest.approx(np.sin(angle - 1.959964 * np.sqrt(error)) ** 2, abs=1e-6)
    assert result.high == pytest.approx(np.sin(angle + 1.959964 * np.sqrt(error)) ** 2, abs=1e-6)


def test_the_point_is_the_mean_of_the_share():
    # E sin^2(A) = 1/2 - cos(2 theta) exp(-2 v) / 2 for a normal A: to first order in v it is the point.
    result = small_area_shares(COUNTS / ASKED, ASKED * 20.0)
    angle, error = result.model.estimate, result.model.mse
    exact = 0.5 - np.cos(2 * angle) * np.exp(-2 * error) / 2
    assert result.estimate == pytest.approx(exact, abs=2 * (error**2).max())


def test_chance_above_is_the_normal_one(result):
    apart = result.model.estimate + result.shift - np.arcsin(np.sqrt(0.5))
    assert result.chance_above(0.5) == pytest.approx(norm.cdf(apart / np.sqrt(result.model.mse)))
    assert result.chance_above(0).min() > 0.99


def test_a_rounded_estimate_is_all_that_its_figures_tell(result):
    some = np.arange(8) < 3
    rounded = result.rounded(some, 0.05)
    middle = (np.arcsin(np.sqrt(rounded.low)) + np.arcsin(np.sqrt(rounded.high))) / 2
    assert middle[some] / 0.05 == pytest.approx(np.round(middle[some] / 0.05), abs=1e-6)
    assert rounded.estimate[~some] == pytest.approx(result.estimate[~some])
    error = result.model.mse[some]
    assert rounded.estimate[some] == pytest.approx(np.sin(middle[some]) ** 2 + np.cos(2 * middle[some]) * error)
    assert rounded.chance_above(0.5)[some] == pytest.approx(norm.cdf((middle[some] - np.pi / 4) / np.sqrt(error)))
    assert np.abs(rounded.model.estimate - result.model.estimate).max() <= 0.025


def test_an_area_without_answers_is_wider_and_the_model_alone():
    share, asked = np.append(COUNTS / ASKED, np.nan), np.append(ASKED, 0)
    result = small_area_shares(share, asked)
    assert result.shrinkage[-1] == 0
    assert (result.high - result.low).argmax() == 8


# The score's plain steps went to and fro here and never settled.
@example([(1, 0.0), (1, 0.0), (1, 0.0), (1, 0.0), (3, 0.25)])
# Steps that shrink by a ninth each: 240 of them.
@example([(10, 0.125), (32, 0.0), (36, 0.0)])
@given(st.lists(st.tuples(st.integers(1, 60), st.floats(0, 1)), min_size=3, max_size=12))
def test_every_share_stays_a_share_inside_its_interval(drawn):
    asked = np.array([n for n, _ in drawn], dtype=float)
    share = np.array([round(n * p) / n for n, p in drawn])
    result = small_area_shares(share, asked)
    assert ((result.low >= 0) & (result.high <= 1)).all()
    assert ((result.estimate >= 0) & (result.estimate <= 1)).all()
    assert (result.low <= result.high).all()


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"share": [0.2, 1.2, 0.4]}, "outside 0 to 1"),
        ({"effective": [10, 0, 10]}, "not above 0"),
        ({"total": 0.4}, "give the population"),
        ({"total": 0.4, "population": [1, 2]}, "population of an area"),
        ({"total": 1.1, "population": [1, 2, 3]}, "can't add up to 1.1"),
    ],
)
def test_what_can_not_be_is_refused(changed, sentence):
    with pytest.raises(ValueError, match=sentence):
        small_area_shares(**{"share": [0.2, 0.3, 0.4], "effective": [10, 10, 10], **changed})
