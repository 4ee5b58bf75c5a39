"""Events of unknown ethnicity given to groups within strata: by hand, and against the EM algorithm."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from analytics.disparity import spread_unknown, unknown_range

counts = st.integers(0, 400)


def test_two_objects_by_hand() -> None:
    """20 unknown of 30, 60 and 10 known ones; 40 unknown of 20, 20 and 0: 6 + 20, 12 + 20 and 2."""
    shown = spread_unknown([[30, 60, 10], [20, 20, 0]], [20, 40])
    assert shown.given.tolist() == pytest.approx([26, 32, 2])
    assert shown.by_whole == 0
    # Of 1,000 and 4,000 residents: (50/1,000)/(80/4,000) = 2.5 becomes (76/1,000)/(112/4,000) = 2.714...
    a, b = np.array([50, 80]) + shown.given[:2]
    assert (a / 1_000) / (b / 4_000) == pytest.approx(19 / 7)


def test_a_stratum_without_a_known_event_takes_the_mix_of_all() -> None:
    """20 unknown of 30 and 70: 6 and 14. 10 with none known, by 60 and 140 of 200: 3 and 7."""
    shown = spread_unknown([[30, 70], [30, 70], [0, 0]], [20, 0, 10])
    assert shown.given.tolist() == pytest.approx([9, 21])
    assert shown.by_whole == 10


def test_one_stratum_multiplies_every_group_by_one_factor_and_leaves_the_ratio() -> None:
    """50 unknown of 200 known: every count grows by a quarter."""
    known = np.array([40, 100, 60])
    assert known + spread_unknown([known], [50]).given == pytest.approx([50, 125, 75])


def test_equal_shares_of_unknown_or_equal_mixes_leave_the_ratio_too() -> None:
    known = np.array([[10, 90], [80, 20]])
    for unknown in ([25, 25], [0, 0]):  # the same share of both strata
        a, b = known.sum(axis=0) + spread_unknown(known, unknown).given
        assert a / b == pytest.approx(90 / 110)
    same = np.array([[10, 20], [30, 60]])
    a, b = same.sum(axis=0) + spread_unknown(same, [30, 7]).given
    assert a / b == pytest.approx(0.5)


@given(arrays(int, (4, 3), elements=st.integers(10, 400)), arrays(int, 4, elements=counts))
def test_the_em_algorithm_comes_to_the_same(known, unknown) -> None:
    """Expected counts of a saturated model with ethnicity missing at random: its steps, from an even start."""
    expected = np.ones_like(known, dtype=float)
    for _ in range(2_000):
        shares = expected / expected.sum(axis=1, keepdims=True)
        step = known + unknown[:, None] * shares
        if np.abs(step - expected).max() < 1e-9:
            break
        expected = step
    given_to = expected.sum(axis=0) - known.sum(axis=0)
    assert spread_unknown(known, unknown).given == pytest.approx(given_to, abs=1e-4)


@given(arrays(int, (4, 3), elements=counts), arrays(int, 4, elements=counts))
def test_all_are_given_and_the_ratio_stays_between_the_two_ends(known, unknown) -> None:
    assume(known.sum(axis=0)[:2].all())
    shown = spread_unknown(known, unknown)
    assert shown.given.sum() == pytest.approx(unknown.sum())
    a, b = known.sum(axis=0)[:2]
    ends = unknown_range(int(a), 1_000, int(b), 7_000, int(unknown.sum()))
    ratio = 7 * (a + shown.given[0]) / (b + shown.given[1])
    assert ends.if_comparator * (1 - 1e-12) <= ratio <= ends.if_group * (1 + 1e-12)


def test_what_is_no_table_of_counts_is_refused() -> None:
    with pytest.raises(ValueError, match="known has 1 dimensions"):
        spread_unknown([1, 2], [1])
    with pytest.raises(ValueError, match="There are 2 strata of known and 1 of unknown"):
        spread_unknown([[1, 2], [1, 2]], [1])
    with pytest.raises(ValueError, match=r"unknown\[0\] is 0.5"):
        spread_unknown([[1, 2]], [0.5])
    with pytest.raises(ValueError, match=r"known\[1\] is -2"):
        spread_unknown([[1, -2]], [1])
    with pytest.raises(ValueError, match="No event has a known ethnicity"):
        spread_unknown([[0, 0]], [1])
    assert spread_unknown([[0, 0]], [0]).given.tolist() == [0, 0]
