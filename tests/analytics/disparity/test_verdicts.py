"""Verdicts: told from the whole interval, and never met without data."""

from __future__ import annotations

import math
from itertools import product

import numpy as np
import pytest
from scipy.stats import binom
from statsmodels.stats.proportion import proportion_confint

from analytics.disparity.verdicts import MET, NO_DATA, NOT_CLEAR, NOT_MET, of_several, verdict


@pytest.mark.parametrize(
    ("low", "high", "found"),
    [
        (0.95, 0.97, MET),
        (0.90, 0.949, NOT_MET),
        (0.94, 0.96, NOT_CLEAR),
        (0.949, 0.95, NOT_CLEAR),
        (None, None, NO_DATA),
        (math.nan, math.nan, NO_DATA),
        (0.99, math.nan, NO_DATA),
    ],
)
def test_a_share_against_its_least(low, high, found):
    assert verdict(low, high, 0.95) == found


@pytest.mark.parametrize(
    ("low", "high", "found"),
    [
        (0.9, 1.1, MET),
        (0.8, 1.25, MET),
        (1.26, 3, NOT_MET),
        (0.2, 0.79, NOT_MET),
        (0.7, 1.0, NOT_CLEAR),
        (0.5, 2, NOT_CLEAR),
    ],
)
def test_a_ratio_between_two_ends(low, high, found):
    assert verdict(low, high, 0.8, 1.25) == found


@pytest.mark.parametrize("ends", [(0.5, 0.4, 0.2, 1.0), (0.4, 0.5, 1.0, 0.2)])
def test_what_ends_before_it_starts_is_refused(ends):
    with pytest.raises(ValueError, match="an interval ends where it starts or after"):
        verdict(*ends)


def test_a_test_is_met_only_where_each_of_its_criteria_is():
    every = (MET, NOT_MET, NOT_CLEAR, NO_DATA)
    for number in (1, 2, 3):
        for some in product(every, repeat=number):
            assert (of_several(list(some)) == MET) == (set(some) == {MET})
            assert (of_several(list(some)) == NOT_MET) == (NOT_MET in some)
    assert of_several([MET, NO_DATA]) == NO_DATA
    assert of_several([NO_DATA, NOT_CLEAR]) == NOT_CLEAR
    assert of_several([]) == NO_DATA


@pytest.mark.parametrize("share", [0.25, 0.95])
def test_at_the_yardstick_itself_each_is_said_wrongly_in_about_one_of_forty(share):
    """The chance of met where the truth is the yardstick, summed over scipy's binomial distribution."""
    number = 2000
    found = np.arange(number + 1)
    low, high = proportion_confint(found, number, method="wilson")
    said = np.array([verdict(*ends, share) for ends in zip(low, high, strict=True)])
    chance = binom.pmf(found, number, share)
    assert chance[said == MET].sum() == pytest.approx(0.025, abs=0.008)
    assert chance[said == NOT_MET].sum() == pytest.approx(0.025, abs=0.008)
