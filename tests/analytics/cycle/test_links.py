"""Links against regressions with a column for everything that is held equal, and derivatives taken by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from analytics.cycle import STAGES, Design, links
from analytics.survey import survey_regression

PAIRS = [*zip(STAGES, [*STAGES[1:], STAGES[0]], strict=True)]


def by_hand(frame, scores):
    """A function of weights: strengths from normal equations with a column for each area, wave, age and sex but one."""
    names = frame[["wave", "age_band", "sex"]].fillna("not known")
    held = np.column_stack([pd.get_dummies(frame["area"]), pd.get_dummies(names, drop_first=True)]).astype(float)
    parts = []
    for a, b in PAIRS:
        known = (scores.score[a].notna() & scores.positive[b].notna()).to_numpy()
        s, p = scores.score[a].to_numpy()[known], scores.positive[b].to_numpy()[known]
        parts.append((known, np.column_stack([s, held[known]]), p))

    def strengths(weight):
        found = []
        for known, x, p in parts:
            w, s = weight[known], x[:, 0]
            beta = np.linalg.solve(x.T @ (x * w[:, None]), x.T @ (w * p))[0]
            mean = (w * s).sum() / w.sum()
            found.append(beta * np.sqrt((w * (s - mean) ** 2).sum() / w.sum()))
        return np.array(found)

    return strengths


def test_strengths_and_their_joint_covariance_against_normal_equations_and_numerical_derivatives(small):
    frame, scores = small
    found = links(frame, scores)
    weight = frame["weight"].to_numpy()
    strengths = by_hand(frame, scores)
    assert found.table["strength"].to_numpy() == pytest.approx(strengths(weight), rel=1e-9)

    totals: dict[tuple, np.ndarray] = {}
    for k in range(len(frame)):
        more, less = (weight + step * (np.arange(len(frame)) == k) for step in (1e-4, -1e-4))
        slope = (strengths(more) - strengths(less)) / 2e-4
        key = (frame["wave"][k], frame["stratum"][k], frame["psu"][k])
        totals[key] = totals.get(key, 0) + weight[k] * slope
    covariance = np.zeros((6, 6))
    for stratum in {key[:2] for key in totals}:
        own = np.array([total for key, total in totals.items() if key[:2] == stratum])
        apart = own - own.mean(axis=0)
        covariance += len(own) / (len(own) - 1) * apart.T @ apart
    assert found.covariance == pytest.approx(covariance, rel=1e-4, abs=1e-9)
    assert found.table["se"].to_numpy() == pytest.approx(np.sqrt(np.diag(covariance)), rel=1e-4)


def test_a_link_is_the_coefficient_of_a_linear_regression_for_one_standard_deviation(large):
    """The regression equals R's svyglm (tests/analytics/survey/test_regression.py); here the deviation is fixed."""
    frame, scores = large
    a, b = PAIRS[0]
    flat = frame.assign(s=scores.score[a], p=scores.positive[b], sex=frame["sex"].fillna("not known"))
    of = survey_regression(
        flat, "p", ["s", "age_band", "sex", "wave", "area"], "weight", ["wave", "stratum"], "psu", family="linear"
    )
    both = flat[flat["s"].notna() & flat["p"].notna()]
    mean = np.average(both["s"], weights=both["weight"])
    sd = np.sqrt(np.average((both["s"] - mean) ** 2, weights=both["weight"]))
    found = links(frame, scores, ring=(a, b)).table.iloc[0]
    assert found["strength"] == pytest.approx(sd * of.table["estimate"][1], rel=1e-9)
    # That of the standard deviation itself comes on top.
    assert found["se"] == pytest.approx(sd * of.table["se"][1], rel=0.05)
    assert found["base"] == of.base
    assert links(frame, scores, ring=(a, b)).df == of.df


def test_intervals_are_students(small):
    frame, scores = small
    found = links(frame, scores)
    # 24 units in 4 strata of wave and side; 6 areas, 2 ages, 2 sexes (not known is one) and 1 wave held equal.
    assert found.df == 24 - 4 - (6 + 2 + 2 + 1)
    half = found.table["high"] - found.table["strength"]
    assert half.to_numpy() == pytest.approx(2.262157 * found.table["se"], rel=1e-6)
    assert found.adjusted_for == ("age_band", "sex")
    assert found.missing == ()


def test_units_weights_and_order_do_not_matter(large):
    frame, scores = large
    found = links(frame, scores)
    other = replace(scores, score=scores.score * 7 - 3)
    assert links(frame.assign(weight=frame["weight"] * 40), other).table["strength"].to_numpy() == pytest.approx(
        found.table["strength"].to_numpy()
    )
    order = np.random.default_rng(1).permutation(len(frame))
    turned = replace(scores, score=scores.score.iloc[order], positive=scores.positive.iloc[order])
    assert links(frame.iloc[order], turned).covariance == pytest.approx(found.covariance)


def test_a_group_keeps_the_sample_whole(large):
    frame, scores = large
    young = (frame["age_band"] == "young").to_numpy()
    found = links(frame, scores, domain=young)
    alone = replace(scores, score=scores.score[young], positive=scores.positive[young])
    filtered = links(frame[young], alone)
    assert found.table["strength"].to_numpy() == pytest.approx(filtered.table["strength"].to_numpy())
    assert found.table["base"].tolist() == filtered.table["base"].tolist()
    assert "age_band" in found.adjusted_for


def test_a_survey_without_a_stage_has_the_links_that_are_left(large):
    frame, scores = large
    some = {stage: names for stage, names in scores.items.items() if stage != "community information"}
    found = links(frame, replace(scores, items=some))
    assert found.missing == ("community information",)
    assert [*zip(found.table["from"], found.table["to"], strict=True)] == [PAIRS[0], PAIRS[1], PAIRS[2], PAIRS[5]]
    whole = links(frame, scores)
    assert found.table["strength"].tolist() == pytest.approx(whole.table["strength"][[0, 1, 2, 5]].tolist())


def test_people_are_their_own_units_without_any(large):
    frame, scores = large
    found = links(frame.drop(columns=["psu", "stratum", "weight"]), scores, Design(None, "wave", None))
    assert found.df > 2_000


@pytest.mark.parametrize(
    ("change", "ring", "sentence"),
    [
        ({}, ("engagement", "confidence"), None),
        ({}, ("engagement", "nothing"), "No two neighbouring stages"),
        ({"wave": None}, STAGES, "rows of the survey have no stratum"),
        ({"psu": 1}, STAGES, "sampling points in 4 strata are too few for links"),
        ({"weight": -1.0}, STAGES, "weights or counts are missing, infinite or negative"),
    ],
)
def test_what_cannot_be_linked_is_said(small, change, ring, sentence):
    frame, scores = small
    if sentence is None:
        assert len(links(frame, scores, ring=ring).table) == 2
        return
    with pytest.raises(ValueError, match=sentence):
        links(frame.assign(**change), scores, ring=ring)


def test_scores_that_do_not_vary_or_are_of_others_are_refused(small):
    frame, scores = small
    flat = replace(scores, score=scores.score.assign(engagement=0.5))
    with pytest.raises(ValueError, match="The score of engagement is the same for everybody, or follows"):
        links(frame, flat)
    with pytest.raises(ValueError, match="There are 100 respondents and 240 scores"):
        links(frame.head(100), scores)
