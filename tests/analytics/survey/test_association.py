"""The Rao-Scott test, against R's package survey (4.1.1 on R 4.2.2): ``svychisq`` of those who gave both answers."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from analytics.survey import independence
from benchmarks.coverage.survey import alike

DESIGN = {"weight": "weight", "stratum": "stratum", "psu": "psu"}


@pytest.mark.parametrize(
    ("first", "second", "design", "expected"),
    [
        ("satisfied", "area", {}, (1.7495305524, 2.6788946176, 42.8623138822, 0.1760696733)),
        ("satisfied", "age", {}, (1.0211333029, 1.9382907535, 31.0126520564, 0.3698968388)),
        ("net", "area", {}, (0.88886145601, 3.65286853737, 58.44589659800, 0.46889522689)),
        ("satisfied", "area", {"fpc": "size"}, (2.623790669912, 2.555350512760, 40.885608204164, 0.071916365692)),
    ],
)
def test_against_r(asked: pd.DataFrame, first: str, second: str, design: dict, expected: tuple) -> None:
    result = independence(asked, first, second, **DESIGN, **design)
    assert (result.f, result.ndf, result.ddf, result.p_value) == pytest.approx(expected, rel=1e-8)
    assert (result.base, result.df) == (221, 16)


def test_with_a_stratum_of_one_psu_against_r(asked: pd.DataFrame) -> None:
    # With options(survey.lonely.psu = "adjust") and PSUs 16 to 19 left out.
    result = independence(asked[asked["psu"] < 16], "satisfied", "area", **DESIGN)
    assert (result.f, result.ndf, result.ddf, result.p_value) == pytest.approx(
        (1.64237453257, 2.18648745797, 26.23784949563, 0.21138028384), rel=1e-8
    )


def test_the_order_of_answers_and_of_rows_does_not_matter(asked: pd.DataFrame) -> None:
    mixed = asked.sample(frac=1, random_state=1)
    one, other = independence(asked, "net", "area", **DESIGN), independence(mixed, "area", "net", **DESIGN)
    assert (one.f, one.ndf, one.p_value) == pytest.approx((other.f, other.ndf, other.p_value), rel=1e-9)
    assert one.table.to_numpy() == pytest.approx(other.table.to_numpy().T)


def test_a_simple_sample_gives_pearsons_statistic_and_nearly_its_degrees_of_freedom() -> None:
    random = np.random.default_rng(3)
    frame = pd.DataFrame({"a": random.integers(0, 3, 4_000), "b": random.integers(0, 2, 4_000)})
    result = independence(frame, "a", "b")
    expected = stats.chi2_contingency(pd.crosstab(frame["a"], frame["b"]), correction=False)
    assert result.pearson == pytest.approx(expected.statistic)
    assert (result.deff, result.ndf) == pytest.approx((1, 2), abs=0.03)
    assert result.p_value == pytest.approx(expected.pvalue, abs=0.02)


def test_equal_weights_are_no_weights_and_shares_add_up(asked: pd.DataFrame) -> None:
    same = asked.assign(weight=2.5)
    one, other = (independence(same, "satisfied", "area", weight, "stratum", "psu") for weight in ("weight", None))
    assert (one.f, one.ddf, one.p_value) == pytest.approx((other.f, other.ddf, other.p_value))
    assert one.table.to_numpy().sum() == pytest.approx(1)


def test_a_combination_that_nobody_gave_is_a_share_of_0(asked: pd.DataFrame) -> None:
    none = asked[(asked["area"] != "W") | (asked["satisfied"] != 1)]
    result = independence(none, "satisfied", "area", **DESIGN)
    assert result.table.loc[1.0, "W"] == 0
    assert 0 <= result.p_value < 0.05
    assert np.isfinite(result.f)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"a": [None] * 6}, "Nobody who weighs anything has answered both a and b"),
        ({"weight": [0.0] * 6}, "Nobody who weighs anything has answered both a and b"),
        ({"weight": [1.0, -1, 1, 1, 1, 1]}, "such as -1.0 in row 1"),
        ({"weight": [1.0, None, 1, 1, 1, 1]}, "1 weights or counts are missing"),
        ({"a": ["x"] * 6}, "Everybody gave the same answer to a"),
        ({"a": ["x", None, None, None, None, None]}, "Everybody gave the same answer to a"),
        ({"psu": [1] * 6}, "1 sampling point in 1 stratum are too few to test whether a and b go together"),
        ({"stratum": [1, 1, 2, 2, 3, 3]}, "3 sampling points in 3 strata are too few"),
        ({"a": list("xxxxyy"), "b": list("zwzwzw")}, "too few|do not vary"),
    ],
)
def test_what_cannot_be_tested_is_said_in_words(change: dict, sentence: str) -> None:
    frame = pd.DataFrame(
        {"a": list("xxyxyy"), "b": list("zwwzwz"), "weight": 1.0, "stratum": 1, "psu": [1, 1, 2, 2, 3, 3]}
    ).assign(**change)
    if "do not vary" in sentence:
        frame = pd.concat([frame.assign(psu=psu) for psu in (1, 2)])
    with pytest.raises(ValueError, match=sentence):
        independence(frame, "a", "b", **DESIGN)


@pytest.mark.long
@pytest.mark.parametrize("psus", [20, 40])
def test_where_answers_are_independent_it_seldom_says_otherwise(psus: int) -> None:
    """One answer is shared by everybody in a PSU and the other resembles itself there: the hardest case."""
    random = np.random.default_rng(7)
    below: dict[str, list[bool]] = {"with": [], "without": []}
    for _ in range(500):
        psu = np.repeat(np.arange(psus), 10)
        frame = pd.DataFrame(
            {
                "region": (random.random(psus) < 0.5)[psu],
                "answer": alike(random, np.full(len(psu), 0.4), psu, 0.2),
                "weight": random.lognormal(0, 0.55, len(psu)),
                "psu": psu,
            }
        )
        for which, unit in (("with", "psu"), ("without", None)):
            below[which].append(independence(frame, "answer", "region", "weight", psu=unit).p_value < 0.05)
    # Three Monte Carlo errors of 500 draws are 2.9 points.
    assert 0.02 < np.mean(below["with"]) < 0.09
    assert np.mean(below["without"]) > 0.11
