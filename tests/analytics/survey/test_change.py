from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import false_discovery_control

from analytics.survey import COMPARISON, q_values, verdicts


def test_q_values_of_benjamini_and_hochbergs_own_example() -> None:
    # Benjamini and Hochberg 1995, section 4.1: of these 15 p-values the four smallest are under .05.
    p = [
        0.0001,
        0.0004,
        0.0019,
        0.0095,
        0.0201,
        0.0278,
        0.0298,
        0.0344,
        0.0459,
        0.3240,
        0.4262,
        0.5719,
        0.6528,
        0.7590,
        1,
    ]
    q = q_values(p)
    assert (q < 0.05).sum() == 4
    assert q[3] == pytest.approx(0.0095 * 15 / 4)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=30))
def test_q_values_are_scipys(p: list[float]) -> None:
    assert q_values(p) == pytest.approx(false_discovery_control(p))


def test_a_missing_p_value_does_not_count() -> None:
    q = q_values([0.01, np.nan, 0.02])
    assert np.isnan(q[1])
    assert q[[0, 2]] == pytest.approx(q_values([0.01, 0.02]))
    assert np.isnan(q_values([np.nan])).all()


def test_rose_and_fell_need_the_interval_and_the_page() -> None:
    low, high, p = [0.01, -0.09, -0.01, 0.001], [0.09, -0.01, 0.05, 0.06], [0.001, 0.002, 0.3, 0.04]
    assert verdicts(low, high, p) == ["rose", "fell", "no clear change", "rose"]
    # The same change among 40 that are nothing: its q-value is .55.
    page = verdicts([0.001] + [-0.1] * 40, [0.06] + [0.1] * 40, [0.04] + [0.6] * 40)
    assert page[0] == "no clear change"
    # A small p-value does not help where the interval holds 0.
    assert verdicts([-0.001], [0.06], [0.001]) == ["no clear change"]


def test_comparisons_have_their_own_words_and_withheld_figures_none() -> None:
    low, high, p = [0.01, -0.09, -0.01, np.nan], [0.09, -0.01, 0.05, np.nan], [0.001, 0.002, 0.3, np.nan]
    assert verdicts(low, high, p, words=COMPARISON) == ["clearly above", "clearly below", "not clearly different", ""]


def test_what_cannot_be_is_refused() -> None:
    with pytest.raises(ValueError, match="2 lower limits, 1 upper and 1 p-values"):
        verdicts([0.1, 0.2], [0.3], [0.5])
    with pytest.raises(ValueError, match="discovery_rate is 10"):
        verdicts([0.1], [0.2], [0.01], discovery_rate=10)
