"""Iterative proportional fitting against fitting by hand; against R in tests/analytics/survey/test_calibration.py."""

from __future__ import annotations

import numpy as np
import pytest

from data.raking import Margin, Unsettled, fitted
from tests.surveys import raked_by_hand

AGES, SEXES = {"16-34": 0.3, "35-64": 0.45, "65+": 0.25}, {"Female": 0.52, "Male": 0.48}


def drawn(size: int = 90) -> list[dict[str, str]]:
    random = np.random.default_rng(7)
    ages = random.choice(list(AGES), size, p=[0.1, 0.4, 0.5])
    return [{"age": str(age), "sex": str(sex)} for age, sex in zip(ages, random.choice(list(SEXES), size), strict=True)]


def margins_of(people: list[dict[str, str]], total: float) -> tuple[Margin, ...]:
    return tuple(
        Margin(name, tuple(shares), np.array(list(shares.values())) * total, codes)
        for name, shares in (("age", AGES), ("sex", SEXES))
        for codes in [np.array([list(shares).index(person[name]) for person in people])]
    )


@pytest.mark.parametrize("bounds", [None, (0.3, 3.0), (0.8, 1.25)])
def test_weights_are_those_fitted_by_hand(bounds: tuple[float, float] | None) -> None:
    people, start = drawn(), np.random.default_rng(8).uniform(0.5, 2, 90)
    found = fitted(start, margins_of(people, start.sum()), bounds)
    expected = raked_by_hand(people, {"age": AGES, "sex": SEXES}, start.tolist(), bounds)
    assert found.weights == pytest.approx(expected, rel=1e-6)
    assert found.error <= 1e-8
    assert (found.trimmed is None) == (bounds is None)


def test_raking_that_does_not_settle_says_where_and_what_to_do() -> None:
    # Every woman is young and every man is old, so no weights make three quarters women and three quarters old.
    codes = np.array([0, 0, 1, 1])
    margins = (
        Margin("sex", ("F", "M"), np.array([3.0, 1.0]), codes),
        Margin("age", ("y", "o"), np.array([1.0, 3.0]), codes),
    )
    with pytest.raises(Unsettled) as caught:
        fitted(np.ones(4), margins)
    assert caught.value.off == "sex, M, adds up to 3 and should add up to 1."
    assert caught.value.remedy == "Merge categories with few respondents, or leave a margin out."
