"""Regressions against R's package survey (4.1.1 on R 4.2.2), ``svyglm`` with ``epsilon = 1e-13``."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from analytics.survey import Regression, average_effects, domain_means, survey_regression

DESIGN = {"weight": "weight", "stratum": "stratum", "psu": "psu"}
LOG_ODDS = [-0.10291074717, -0.29082193924, 0.29337655127, 0.16927005187]


@pytest.fixture(scope="module")
def logit(asked: pd.DataFrame) -> Regression:
    return survey_regression(asked, "satisfied", ["age", "x"], **DESIGN)


def test_a_logit_against_r(logit: Regression) -> None:
    # R: svyglm(satisfied ~ age + x, subset(d, !is.na(satisfied)), family = quasibinomial()), summary and confint.
    table = logit.table
    assert table["term"].tolist() == ["constant", "age", "age", "x"]
    assert (table["category"].tolist(), table["against"].tolist()[1:3]) == (
        [None, "old", "young", None],
        ["middle"] * 2,
    )
    assert table["estimate"].to_numpy() == pytest.approx(LOG_ODDS, rel=1e-9)
    assert table["se"].to_numpy() == pytest.approx(
        [0.32689794977, 0.35474200379, 0.39178469465, 0.17410156506], rel=1e-8
    )
    assert table["p_value"].to_numpy() == pytest.approx(
        [0.75790172353, 0.42709872584, 0.46729850643, 0.34867046878], rel=1e-8
    )
    assert table[["low", "high"]].to_numpy() == pytest.approx(
        np.array(
            [
                [-0.80913083172, 0.60330933738],
                [-1.05719544536, 0.47555156688],
                [-0.55302282313, 1.13977592568],
                [-0.20685351232, 0.54539361605],
            ]
        ),
        rel=1e-8,
    )
    assert (logit.df, logit.base, logit.psus, logit.strata) == (13, 221, 20, 4)


def test_a_finite_population_and_a_stratum_of_one_psu_against_r(asked: pd.DataFrame) -> None:
    table = survey_regression(asked, "satisfied", ["age", "x"], **DESIGN, fpc="size").table
    assert table["se"].to_numpy() == pytest.approx(
        [0.27192763608, 0.30613621599, 0.31763977044, 0.14225423430], rel=1e-8
    )
    fewer = survey_regression(asked[asked["psu"] < 16], "satisfied", ["age", "x"], **DESIGN)
    assert fewer.table["se"].to_numpy() == pytest.approx(
        [0.40383737954, 0.47277790281, 0.39555099031, 0.21492754467], rel=1e-7
    )
    assert fewer.df == 9


def test_a_linear_regression_against_r(asked: pd.DataFrame) -> None:
    # R: svyglm(answer ~ age + x, d).
    result = survey_regression(asked, "answer", ["age", "x"], **DESIGN)
    assert result.family == "linear"
    assert result.table["estimate"].to_numpy() == pytest.approx(
        [5.58492197086, 0.76298900702, 0.73276119836, -0.19736927661], rel=1e-9
    )
    assert result.table["se"].to_numpy() == pytest.approx(
        [0.43409501418, 0.43704350122, 0.61195810847, 0.28468375040], rel=1e-9
    )


def test_average_effects_against_r(logit: Regression) -> None:
    # R: the gradients of weighted means of plogis by differences of 1e-6, sqrt(diag(J %*% vcov(g) %*% t(J))).
    table = average_effects(logit)
    assert table["term"].tolist() == ["age", "age", "x"]
    assert table["estimate"].to_numpy() == pytest.approx([-0.071843958764, 0.071006649599, 0.041317633959], rel=1e-8)
    assert table["se"].to_numpy() == pytest.approx([0.087053938562, 0.093376003825, 0.041567827642], rel=1e-7)
    assert (table["high"] - table["estimate"]).to_numpy() == pytest.approx(stats.t.ppf(0.975, 13) * table["se"])


def test_a_regression_on_one_answer_is_its_domain_means(asked: pd.DataFrame) -> None:
    result = survey_regression(asked, "satisfied", ["age"], **DESIGN, family="linear")
    means = domain_means(asked, "satisfied", "age", **DESIGN).table
    assert result.table["estimate"].iloc[0] == pytest.approx(means["estimate"].iloc[0])
    assert result.table["se"].iloc[0] == pytest.approx(means["se"].iloc[0], rel=1e-9)
    logit = average_effects(survey_regression(asked, "satisfied", ["age"], **DESIGN))
    assert logit["estimate"].to_numpy() == pytest.approx(result.table["estimate"].to_numpy()[1:])
    assert logit["se"].to_numpy() == pytest.approx(result.table["se"].to_numpy()[1:], rel=1e-9)


def test_the_reference_may_be_chosen_and_categories_have_an_order(asked: pd.DataFrame) -> None:
    table = survey_regression(asked, "satisfied", ["age", "x"], **DESIGN, references={"age": "old"}).table
    assert table["category"].tolist() == [None, "middle", "young", None]
    assert table["estimate"].to_numpy()[1:3] == pytest.approx([-LOG_ODDS[1], LOG_ODDS[2] - LOG_ODDS[1]])
    ordered = asked.assign(age=pd.Categorical(asked["age"], ["young", "middle", "old", "nobody"]))
    table = survey_regression(ordered, "satisfied", ["age", "x"], **DESIGN).table
    assert (table["against"].iloc[1], table["category"].tolist()[1:3]) == ("young", ["middle", "old"])


def test_units_of_a_predictor_and_of_weights_do_not_matter(asked: pd.DataFrame, logit: Regression) -> None:
    other = asked.assign(x=asked["x"] * 1e6, weight=asked["weight"] / 1e4)
    table = survey_regression(other, "satisfied", ["age", "x"], **DESIGN).table
    assert table["t"].to_numpy() == pytest.approx(logit.table["t"].to_numpy(), rel=1e-7)


def test_people_without_an_answer_leave_their_psu_in_the_design(asked: pd.DataFrame) -> None:
    silent = asked.assign(satisfied=asked["satisfied"].where(asked["psu"] != 3))
    result = survey_regression(silent, "satisfied", ["x"], **DESIGN, family="linear")
    filtered = survey_regression(silent[silent["psu"] != 3], "satisfied", ["x"], **DESIGN, family="linear")
    assert result.table["estimate"].to_numpy() == pytest.approx(filtered.table["estimate"].to_numpy())
    assert (np.abs(result.table["se"] / filtered.table["se"] - 1) > 1e-3).all()
    assert result.df == filtered.df


def test_equal_weights_are_no_weights_and_nobody_weighing_0_counts(asked: pd.DataFrame) -> None:
    same = asked.assign(weight=3.0)
    one, other = (survey_regression(same, "answer", ["x"], weight, "stratum", "psu") for weight in ("weight", None))
    assert one.table["se"].to_numpy() == pytest.approx(other.table["se"].to_numpy())
    none = asked.assign(weight=asked["weight"].where(asked.index % 7 != 2, 0.0))
    pair = [survey_regression(frame, "answer", ["x"], **DESIGN) for frame in (none, none[none["weight"] > 0])]
    assert pair[0].table["se"].to_numpy() == pytest.approx(pair[1].table["se"].to_numpy())
    assert pair[0].base == pair[1].base


def test_a_respondent_who_comes_twice_is_one_psu(asked: pd.DataFrame) -> None:
    """Whoever is listed twice adds nothing: the same figures as with half the rows, and the same degrees of freedom."""
    people = asked.assign(respondent=range(240))
    twice = pd.concat([people, people], ignore_index=True)
    one, two = (survey_regression(frame, "answer", ["x"], psu="respondent") for frame in (people, twice))
    assert two.table["se"].to_numpy() == pytest.approx(one.table["se"].to_numpy())
    assert (two.df, two.base) == (one.df, 2 * one.base)


FRAME = pd.DataFrame(
    {
        "y": [0.0, 1, 1, 0, 1, 0, 1, 1],
        "x": [1.0, 2, 3, 4, 5, 3, 2, 9],
        "g": list("aabbaabb"),
        "weight": 1.0,
        "stratum": 1,
        "psu": range(8),
    }
)


@pytest.mark.parametrize(
    ("change", "predictors", "options", "sentence"),
    [
        ({"weight": [1.0, -1] * 4}, ["x"], {}, "4 weights or counts are missing, infinite or negative, such as -1.0"),
        ({"weight": [1.0, None] * 4}, ["x"], {}, "4 weights or counts are missing"),
        ({"weight": 0.0}, ["x"], {}, "Nobody who weighs anything has answered y and x"),
        ({"y": None}, ["x", "g"], {}, "Nobody who weighs anything has answered y, x and g"),
        ({"y": [1.0] + [None] * 7}, ["x"], {}, "Everybody who answered all has the same y"),
        ({"y": 1.0}, ["x"], {}, "there is nothing to explain"),
        ({"y": [0.0, np.inf] * 4}, ["x"], {}, "A value of y is infinite"),
        ({"x": [0.0, np.inf] * 4}, ["x"], {}, "A predictor is infinite"),
        ({}, ["x", "z"], {}, "There is no column z in the survey"),
        ({"psu": 1}, ["x"], {}, "1 sampling point in 1 stratum are too few for a regression with 2 terms"),
        ({"psu": [1, 1, 1, 1, 2, 2, 2, 2]}, ["x", "g"], {}, "2 sampling points in 1 stratum are too few .* 3 terms"),
        ({"stratum": range(8)}, ["x"], {}, "8 sampling points in 8 strata are too few"),
        ({"z": 2.0}, ["x", "z"], {}, "z follows from the predictors before it"),
        ({"z": FRAME["x"] * 3 - 1}, ["x", "z"], {}, "z follows from the predictors before it"),
        ({"g": "a"}, ["g"], {}, "Everybody has the same g, a: leave it out"),
        (
            {},
            ["g"],
            {"references": {"g": "c"}},
            "g can't be compared with c, which nobody answered, only with one of a, b",
        ),
        ({"y": [0.0, 2] * 4}, ["x"], {"family": "logit"}, "A logit needs values 0 and 1, and y has others"),
        ({"y": [0.0, 0, 1, 0, 0, 0, 1, 1]}, ["g"], {}, "Everybody whose g is a has the same y"),
        ({"y": [0.0, 0, 1, 1, 1, 1, 0, 1]}, ["x"], {}, "The predictors tell y of some people for certain"),
    ],
)
def test_what_cannot_be_fitted_is_said_in_words(change: dict, predictors: list, options: dict, sentence: str) -> None:
    frame = FRAME.assign(**change)
    if "for certain" in sentence:
        frame = frame.assign(y=(frame["x"] > 3) * 1.0)
    with pytest.raises(ValueError, match=sentence):
        survey_regression(frame, "y", predictors, **DESIGN, **options)


def test_a_linear_regression_has_no_average_effects_of_its_own(asked: pd.DataFrame) -> None:
    with pytest.raises(ValueError, match="are average effects already"):
        average_effects(survey_regression(asked, "answer", ["x"], **DESIGN))
