"""Searches of people whose risk lies above a bar."""

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import beta

from analytics.disparity import Risks, risks_behind, searches_above


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


@pytest.mark.parametrize(
    ("bar", "rates", "mean", "concentration"),
    [
        (0.3, (0.7115, 0.3931), 0.352, 28.98),
        (0.351, (0.6406, 0.4418), 0.3878, 26.48),
        (0.304, (0.7091, 0.3944), 0.354, 30.59),
        (0.254, (0.6390, 0.4401), 0.3385, 6.19),
    ],
)
def test_the_published_risks_are_found_again_from_their_rates(bar, rates, mean, concentration) -> None:
    """Simoiu, Corbett-Davies and Goel 2017: four groups, their rates by R's pbeta to four digits."""
    found = risks_behind(bar, *rates)
    assert found.mean == pytest.approx(mean, abs=1e-4)
    assert found.concentration == pytest.approx(concentration, rel=2e-3)


@pytest.mark.parametrize(("bar", "rates"), [(0.2, (0.64, 0.44)), (0.05, (0.02, 0.3)), (0.6, (0.9, 0.7))])
def test_risks_have_the_rates_that_they_were_found_for(bar, rates) -> None:
    mean, concentration = risks_behind(bar, *rates)
    law = beta(concentration * mean, concentration * (1 - mean))
    searched, carrying = quad(law.pdf, bar, 1)[0], quad(lambda x: x * law.pdf(x), bar, 1)[0]
    assert (searched, carrying / searched) == pytest.approx(rates, rel=1e-6)


def test_the_density_is_that_of_the_beta_distribution() -> None:
    chances = np.array([0.01, 0.2, 0.35, 0.9])
    assert Risks(0.352, 28.98).density(chances) == pytest.approx(beta(28.98 * 0.352, 28.98 * 0.648).pdf(chances))


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ((0, 0.7, 0.4), "bar is 0, but a share lies between 0 and 1"),
        ((0.3, 1, 0.4), "search_rate is 1, but a share"),
        ((0.3, 0.7, 0), "find_rate is 0, but a share"),
        ((0.3, 0.7, 0.3), "A find rate of 0.3 can't come of a bar of 0.3 with 0.7 searched"),
    ],
)
def test_rates_that_no_risks_have_are_refused(arguments, sentence) -> None:
    with pytest.raises(ValueError, match=sentence):
        risks_behind(*arguments)
