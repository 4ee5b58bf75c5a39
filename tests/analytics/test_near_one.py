"""Ratios near 1 show on which side of it they lie."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics import near_one, wording


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1, "1.0"),
        (1.046, "1.05"),
        (1.004, "1.004"),
        (1.0004, "just above 1"),
        (0.9996, "just under 1"),
        (0.997, "0.997"),
        (0.99, "0.99"),
        (0.32, "0.32"),
        (4.8, "4.8"),
        (math.inf, "no upper limit"),
    ],
)
def test_as_many_decimals_as_it_takes(value, text):
    assert near_one.times(value) == text


@given(st.floats(0.001, 1000))
def test_only_one_reads_as_one_and_all_else_is_as_everywhere(value):
    text = near_one.times(value)
    assert (text in ("1.0", "1.00")) == (value == 1)
    assert text == wording.times(value) or 0.94 < value < 1.06


def test_an_interval():
    assert near_one.between(1.046, 22) == "1.05 to 22.0"
    assert near_one.between(0.9, math.inf) == "0.90 or more"
