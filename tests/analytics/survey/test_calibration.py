"""Raked weights and what is estimated with them, against R's package survey (4.1.1 on R 4.2.2).

In R: ``d <- svydesign(~psu, strata = ~stratum, weights = ~weight)``, ``calibrate(d, ~area + age, totals, calfun =
"raking", epsilon = 1e-13, maxit = 500)``; people without an answer are left out with ``subset`` after calibration.
"""

from __future__ import annotations

from itertools import product

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.survey import (
    Calibration,
    against_rest,
    differences,
    domain_means,
    greg,
    independence,
    pooled_deff,
    rake,
    survey_regression,
)

MARGINS = {
    "area": {"E": 100, "N": 120, "S": 90, "W": 80},
    "age": {"middle": 150, "old": 110, "young": 130},
}
DESIGN = {"stratum": "stratum", "psu": "psu"}


@pytest.fixture(scope="module")
def raked(asked: pd.DataFrame) -> Calibration:
    return rake(asked, MARGINS, "weight", bounds=None)


def figures(frame: pd.DataFrame, value: str, weight: Calibration, **design: str) -> list[float]:
    row = domain_means(frame, value, (), weight, **DESIGN, **design).table.iloc[0]
    return [row["estimate"], row["se"]]


def test_raked_weights_against_r(raked: Calibration) -> None:
    assert raked.weights[:5] == pytest.approx(
        [0.40173616765, 2.4708124569, 5.2511054673, 1.7483473829, 2.675102369], rel=1e-8
    )
    assert (raked.weights.min(), raked.weights.max(), np.median(raked.weights)) == pytest.approx(
        (0.2864098614, 5.2511054673, 1.4023772466), rel=1e-8
    )
    assert raked.trimmed is None
    assert raked.error <= 1e-8


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("satisfied", [0.54332000154, 0.049439547907]),
        ("net", [0.40404760913, 0.063624231954]),
        ("x", [1.4841037311, 0.044909517908]),
    ],
)
def test_figures_of_everybody_against_r(
    asked: pd.DataFrame, raked: Calibration, value: str, expected: list[float]
) -> None:
    assert figures(asked, value, raked) == pytest.approx(expected, rel=1e-7)


def test_domains_within_and_across_a_margin_against_r(asked: pd.DataFrame, raked: Calibration) -> None:
    areas = domain_means(asked, "satisfied", "area", raked, **DESIGN)
    assert areas.table["estimate"].to_numpy() == pytest.approx(
        [0.43892573384, 0.61402416366, 0.52823255170, 0.58665428245], rel=1e-8
    )
    assert areas.table["se"].to_numpy() == pytest.approx(
        [0.064836753558, 0.071402726661, 0.048966339175, 0.109107639501], rel=1e-7
    )
    ages = domain_means(asked, "satisfied", "age", raked, **DESIGN).table
    assert ages["se"].to_numpy() == pytest.approx([0.058918048523, 0.067292202062, 0.098670863177], rel=1e-7)
    # R: svycontrast(svytotal(~ye + ne + yn + nn), quote(ye / ne - yn / nn)).
    row = differences(areas, None, [0], [1]).iloc[0]
    assert (round(row["estimate"], 8), round(row["se"], 5)) == (-0.17509843, 0.07941)
    alone = areas.only(area="N")
    assert differences(areas, alone, [0], [0]).iloc[0]["se"] == pytest.approx(row["se"], rel=1e-12)


def test_with_a_finite_population_and_with_a_stratum_of_one_psu_against_r(
    asked: pd.DataFrame, raked: Calibration
) -> None:
    assert figures(asked, "satisfied", raked, fpc="size") == pytest.approx([0.54332000154, 0.041137035686], rel=1e-7)
    # With options(survey.lonely.psu = "adjust") and PSUs 16 to 19 left out.
    fewer = asked[asked["psu"] < 16]
    weights = rake(fewer, MARGINS, "weight", bounds=None)
    assert figures(fewer, "satisfied", weights) == pytest.approx([0.54673097614, 0.055613356551], rel=1e-7)
    assert figures(fewer, "x", weights) == pytest.approx([1.4889705116, 0.042883507425], rel=1e-7)


def test_the_generalised_regression_estimator_against_r(asked: pd.DataFrame) -> None:
    # R: calibrate(..., calfun = "linear").
    assert figures(asked, "satisfied", greg(asked, MARGINS, "weight")) == pytest.approx(
        [0.54536027067, 0.050093769221], rel=1e-8
    )


def test_regressions_with_raked_weights_against_r(asked: pd.DataFrame, raked: Calibration) -> None:
    # R: svyglm(answer ~ age + x, calibrated).
    table = survey_regression(asked, "answer", ["age", "x"], raked, **DESIGN).table
    assert table["estimate"].to_numpy() == pytest.approx(
        [5.69629095901, 0.59585137284, 0.68206559189, -0.24446421692], rel=1e-7
    )
    assert table["se"].to_numpy() == pytest.approx(
        [0.43170645833, 0.44754301783, 0.61392224335, 0.30510983509], rel=1e-7
    )


def test_a_test_of_independence_with_raked_weights_against_r(asked: pd.DataFrame, raked: Calibration) -> None:
    # R: svychisq(~I(answer > 6) + area, calibrated).
    result = independence(asked.assign(top=asked["answer"] > 6), "top", "area", raked, **DESIGN)
    assert (result.f, result.ndf, result.ddf, result.p_value) == pytest.approx(
        (0.51620556633, 2.54614056161, 40.73824898569, 0.64409422316), rel=1e-6
    )


def test_what_was_trimmed_is_told_and_raked_again(asked: pd.DataFrame) -> None:
    # R: the raked weights clipped at .3 and 3 medians (1.3719871627), and calibrated again.
    result = rake(asked, MARGINS, "skew")
    trimmed = result.trimmed
    assert trimmed is not None
    assert (trimmed.raised, trimmed.lowered) == (13, 6)
    assert (trimmed.least, trimmed.greatest) == pytest.approx((0.3 * 1.3719871627, 3 * 1.3719871627))
    assert (result.weights.min(), result.weights.max()) == pytest.approx((0.36631633519, 6.8123865951))
    outside = (result.weights < trimmed.least) | (result.weights > trimmed.greatest)
    assert trimmed.outside == outside.sum() > 0
    assert figures(asked, "satisfied", result) == pytest.approx([0.5211663758, 0.052442127197], rel=1e-7)


def test_weights_within_the_limits_are_left_alone(asked: pd.DataFrame) -> None:
    result, free = rake(asked, {"age": MARGINS["age"]}), rake(asked, {"age": MARGINS["age"]}, bounds=None)
    assert result.trimmed is not None
    assert (result.trimmed.raised, result.trimmed.lowered, result.trimmed.outside) == (0, 0, 0)
    assert np.array_equal(result.weights, free.weights)


def test_one_margin_is_poststratification_in_closed_form(asked: pd.DataFrame) -> None:
    result = rake(asked, {"age": MARGINS["age"]}, "weight", bounds=None)
    factor = asked["age"].map(MARGINS["age"]) / asked.groupby("age")["weight"].transform("sum")
    assert result.weights == pytest.approx((asked["weight"] * factor).to_numpy(), rel=1e-12)
    assert result.sweeps == 1


def test_what_the_margins_know_has_no_error(asked: pd.DataFrame, raked: Calibration) -> None:
    young = asked.assign(young=asked["age"] == "young")
    row = domain_means(young, "young", (), raked, **DESIGN).table.iloc[0]
    assert row["estimate"] == pytest.approx(130 / 390, rel=1e-8)
    assert row["se"] == pytest.approx(0, abs=1e-7)


def test_columns_make_a_margin_together(asked: pd.DataFrame) -> None:
    cells = asked.groupby(["age", "area"]).size()
    joint = rake(asked, {("age", "area"): dict(cells)}, bounds=None)
    assert joint.weights == pytest.approx(np.ones(len(asked)), rel=1e-12)
    shares = {key: count / len(asked) for key, count in cells.items()}
    assert rake(asked, {("age", "area"): shares}, bounds=None).weights.sum() == pytest.approx(1)


@given(
    st.lists(st.integers(1, 9), min_size=6, max_size=6),
    st.lists(st.tuples(st.sampled_from("ab"), st.sampled_from("xyz"), st.integers(1, 9)), max_size=30),
)
def test_every_margin_is_met(first: list[int], more: list[tuple[str, str, int]]) -> None:
    everywhere = [(one, other, weight) for (one, other), weight in zip(product("ab", "xyz"), first, strict=True)]
    frame = pd.DataFrame(everywhere + more, columns=["one", "other", "weight"])
    margins = {"one": {"a": 60, "b": 40}, "other": {"x": 20, "y": 30, "z": 50}}
    result = rake(frame, margins, "weight")
    assert (result.weights > 0).all()
    for column, targets in margins.items():
        sums = pd.Series(result.weights).groupby(frame[column]).sum()
        assert sums.to_dict() == pytest.approx(targets, rel=2e-8)


def plain(**columns: list) -> pd.DataFrame:
    return pd.DataFrame({"sex": list("FFMM"), "age": list("oyoy"), "w": [1.0, 1, 1, 1], **columns})


HALVES = {"sex": {"F": 2, "M": 2}, "age": {"o": 2, "y": 2}}


@pytest.mark.parametrize(
    ("frame", "margins", "sentence"),
    [
        (plain(), {}, "There is no margin"),
        (plain(), {"sex": {"F": 2, "M": 1, "X": 1}}, "sex, X, has a target of 1 and no respondent .* merge it"),
        (plain(), {"sex": {"F": 4}}, "sex, M, has respondents and no target above 0: give it one"),
        (plain(), {"sex": {"F": 4, "M": 0}}, "sex, M, has respondents and no target above 0"),
        (plain(), {"sex": {"F": 5, "M": -1}}, "The target of sex, M, is -1: give a number above 0"),
        (plain(), {"sex": {"F": 5, "M": float("nan")}}, "The target of sex, M, is nan"),
        (plain(), {"sex": {"F": 2, "M": 2}, "age": {"o": 2, "y": 3}}, "sex add up to 4 and those of age to 5"),
        (plain(), {"size": {"s": 4}}, "There is no column size in the survey"),
        (plain(sex=["F", "F", "M", None]), HALVES, "1 rows of the survey have no sex: give them a category"),
        (plain(sex=[None] * 4), HALVES, "4 rows of the survey have no sex"),
        (plain(w=[1.0, 1, 0, 0]), HALVES, "sex, M, has a target of 2 and no respondent who weighs anything"),
        (plain(w=[0.0] * 4), HALVES, "Nobody in the survey weighs anything"),
        (
            plain(w=[1.0, -1, 1, 1]),
            HALVES,
            "1 weights or counts are missing, infinite or negative, such as -1.0 in row 1",
        ),
        (plain(w=[1.0, None, 1, 1]), HALVES, "1 weights or counts are missing"),
        (
            plain().iloc[:1],
            {"sex": {"F": 1}, "age": {"o": 0.5, "y": 0.5}},
            "age, y, has a target of 0.5 and no respondent",
        ),
        (plain().iloc[:0], HALVES, "Nobody in the survey weighs anything"),
    ],
)
def test_what_cannot_be_raked_is_said_in_words(frame: pd.DataFrame, margins: dict, sentence: str) -> None:
    for calibrate in (rake, greg):
        with pytest.raises(ValueError, match=sentence):
            calibrate(frame, margins, "w")


def test_raking_that_does_not_settle_names_margin_category_and_remedy() -> None:
    frame = plain(age=list("ooyy"))
    margins = {"sex": {"F": 3, "M": 1}, "age": {"o": 1, "y": 3}}
    with pytest.raises(
        ValueError, match=r"has not settled after 100 sweeps: sex, [FM], adds up to .* Merge categories"
    ):
        rake(frame, margins)
    with pytest.raises(ValueError, match=r"No weights add up to all margins: (sex|age), [FMoy], adds up to"):
        greg(frame, margins)


def test_impossible_limits_and_weights_below_0_are_refused() -> None:
    with pytest.raises(ValueError, match="on both sides of 1"):
        rake(plain(), HALVES, "w", bounds=(1.5, 3))
    frame = pd.DataFrame({"sex": list("FFFFFFFMM"), "age": list("oyyyyyyoy")})
    with pytest.raises(ValueError, match="1 calibrated weights are below 0: rake instead"):
        greg(frame, {"sex": {"F": 8.8, "M": 0.2}, "age": {"o": 0.2, "y": 8.8}})


def test_one_respondent_weighs_what_the_target_says() -> None:
    result = rake(plain().iloc[:1], {"sex": {"F": 7}}, "w")
    assert result.weights.tolist() == [7]


def test_whoever_weighs_nothing_keeps_it_and_is_never_trimmed_upwards(asked: pd.DataFrame) -> None:
    silent = asked.assign(weight=asked["weight"].where(asked.index % 10 != 3, 0.0))
    result = rake(silent, MARGINS, "weight")
    assert (result.weights[silent["weight"] == 0] == 0).all()
    pair = [figures(frame, "x", rake(frame, MARGINS, "weight")) for frame in (silent, silent[silent["weight"] > 0])]
    assert pair[0] == pytest.approx(pair[1], rel=1e-12)


def test_calibrated_weights_are_for_their_own_rows_and_not_for_every_use(
    asked: pd.DataFrame, raked: Calibration
) -> None:
    with pytest.raises(ValueError, match="calibrated for 240 rows, and these 100 are others"):
        domain_means(asked.iloc[:100], "satisfied", (), raked, **DESIGN)
    areas, whole = (domain_means(asked, "satisfied", by, raked, **DESIGN) for by in ("area", ()))
    with pytest.raises(ValueError, match="make the rest a domain of its own"):
        against_rest(areas, whole)
    with pytest.raises(ValueError, match="with the weights from before"):
        pooled_deff(areas)
    with pytest.raises(ValueError, match="different calibrated weights"):
        differences(areas, domain_means(asked, "satisfied", "area", "weight", **DESIGN))
