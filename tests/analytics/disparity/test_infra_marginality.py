"""Searches of people whose risk lies above a bar."""

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import beta

from analytics.disparity import searches_above


@pytest.mark.parametrize(("bar", "mean", "concentration"), [(0.3, 0.35, 29), (0.9, 0.2, 3), (0.05, 0.01, 400)])
def test_rates_are_those_of_the_distribution(bar: float, mean: float, concentration: float) -> None:
    law = beta(concentration * mean, concentration * (1 - mean))
    searched, carrying = quad(law.pdf, bar, 1)[0], quad(lambda x: x * law.pdf(x), bar, 1)[0]
    assert searches_above(bar, mean, concentration) == pytest.approx((searched, carrying / searched), rel=1e-6)


def test_a_higher_bar_finds_more_often_among_fewer() -> None:
    rows = [searches_above(bar, 0.35, 29) for bar in (0.2, 0.3, 0.4)]
    assert np.all(np.diff([row.search_rate for row in rows]) < 0)
    assert np.all(np.diff([row.find_rate for row in rows]) > 0)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ((0, 0.3, 20), "bar is 0, but a chance lies between 0 and 1"),
        ((0.3, 1, 20), "mean is 1, but a chance lies between"),
        ((0.3, 0.3, 0), "concentration is 0, but it is a number above 0"),
        ((0.999, 0.01, 1e6), "Next to nobody of this group has a chance above 0.999"),
    ],
)
def test_what_can_be_no_chance_is_refused(arguments: tuple[float, float, float], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        searches_above(*arguments)
