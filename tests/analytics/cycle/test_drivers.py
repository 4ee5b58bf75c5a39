"""Drivers against R's package survey, and shares against regressions that are taken in by hand."""

from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analytics.cycle import Design, drivers
from analytics.survey import average_effects, survey_regression

BARE = {"adjust": (), "area": None, "wave": None}


@pytest.fixture(scope="module")
def schools(real_files: Path) -> pd.DataFrame:
    read = pd.read_csv(real_files / "stats_reference" / "api_strat.csv")
    return read.assign(wide=(read["sch.wide"] == "Yes").astype(float))


SCHOOLS = Design("pw", "stype", None, "fpc")
PER_SCALE = {"ell": 1, "meals": 1, "mobility": 1}


@pytest.mark.real
def test_a_linear_outcome_against_r(schools):
    # svyglm(api00 ~ ell + meals + mobility) of the stratified sample: known answer 7 of docs/survey-methods.md.
    found = drivers(schools, "api00", PER_SCALE, SCHOOLS, **BARE)
    assert found.table["effect"].round(6).tolist() == [-0.480587, -3.141535, 0.225713]
    assert found.table["se"].round(6).tolist() == [0.391973, 0.283947, 0.393218]
    assert found.regression.table["estimate"][0].round(6) == 820.887316
    assert found.regression.table["se"][0].round(6) == 10.077736


@pytest.mark.real
def test_a_yes_or_no_against_r(schools):
    # svyglm(sch.wide ~ ell + meals + mobility, quasibinomial), known answer 8; effects are gradients taken in R.
    found = drivers(schools, "wide", PER_SCALE, SCHOOLS, **BARE)
    log_odds = found.regression.table
    assert log_odds["estimate"].to_numpy() == pytest.approx(
        [0.83583653, -0.00248964, -0.00315237, 0.06089678], abs=2e-8
    )
    assert log_odds["se"].to_numpy() == pytest.approx([0.45562610, 0.01325250, 0.00919948, 0.03193542], rel=3e-5)
    assert found.table["effect"].to_numpy() == pytest.approx([-0.00034602142498, -0.00043813070589, 0.00846372412448])
    assert found.table["se"].to_numpy() == pytest.approx([0.0018422242971, 0.0012783955170, 0.0044182026720], rel=1e-7)


@pytest.fixture(scope="module")
def asked(large) -> pd.DataFrame:
    frame, scores = large
    fair, told, heard = (scores.score[name] for name in ("fair treatment", "engagement", "action and feedback"))
    willing = scores.score["willingness to help"].fillna(0.5)
    confident = (scores.score["confidence"].fillna(0.5) > 0.5).astype(float)
    return frame.assign(fair=fair, told=told, heard=heard, confident=confident, willing=willing)


SCALES = {"fair": 4, "told": 2, "heard": 3}


@pytest.fixture(scope="module")
def found(asked):
    return drivers(asked, "confident", SCALES)


def test_effects_are_those_of_the_regression_by_step_and_by_deviation(asked, found):
    plain = asked.assign(sex=asked["sex"].fillna("not known"))
    predictors = [*SCALES, "age_band", "sex", "wave", "area"]
    regression = survey_regression(plain, "confident", predictors, "weight", ["wave", "stratum"], "psu")
    whole = average_effects(regression).iloc[:3]
    table = found.table
    assert table["effect"].to_numpy() == pytest.approx(whole["estimate"].to_numpy() / [4, 2, 3], rel=1e-8)
    assert (table["high"] - table["low"]).to_numpy() == pytest.approx(
        (whole["high"] - whole["low"]).to_numpy() / [4, 2, 3], rel=1e-8
    )
    known = asked.dropna(subset=[*SCALES])
    for place, name in enumerate(SCALES):
        mean = np.average(known[name], weights=known["weight"])
        sd = np.sqrt(np.average((known[name] - mean) ** 2, weights=known["weight"]))
        assert table["per_sd"][place] == pytest.approx(whole["estimate"].iloc[place] * sd, rel=1e-8)
    assert found.adjusted_for == ("age_band", "sex")


def test_those_left_out_are_counted_and_said_where_they_are_many(asked, found):
    known = asked[[*SCALES]].notna().all(axis=1)
    assert (found.base, found.lost) == (known.sum(), pytest.approx(1 - known.mean()))
    # Each score is missing for 4 in 100.
    assert found.lost == pytest.approx(1 - 0.96**3, abs=0.02)
    assert found.warning.startswith("12% of those who answered are left out") or found.warning.startswith("11%")
    assert drivers(asked, "confident", {"fair": 4}).warning == ""


def test_shares_are_the_mean_over_all_orders_of_taking_drivers_in(asked):
    known = asked.dropna(subset=[*SCALES])
    w, y = known["weight"].to_numpy(), known["willing"].to_numpy()

    def left(names):
        x = np.column_stack([np.ones(len(known)), *(known[name] for name in names)])
        beta = np.linalg.solve(x.T @ (x * w[:, None]), x.T @ (w * y))
        return (w * (y - x @ beta) ** 2).sum()

    added = dict.fromkeys(SCALES, 0.0)
    orders = list(itertools.permutations(SCALES))
    for order in orders:
        for place, name in enumerate(order):
            added[name] += (left(order[:place]) - left(order[: place + 1])) / left([]) / len(orders)
    found = drivers(asked, "willing", SCALES, **BARE)
    assert found.fit == pytest.approx(sum(added.values()))
    assert found.table["share"].to_numpy() == pytest.approx(np.array([*added.values()]) / sum(added.values()))
    assert found.table["share"].sum() == pytest.approx(1)


def test_drivers_that_say_the_same_share_alike_and_the_pseudo_r2_is_mcfaddens(asked):
    import statsmodels.api as sm

    random = np.random.default_rng(4)
    base = random.normal(size=400)
    yes = (base + random.normal(size=400) > 0).astype(float)
    pair = pd.DataFrame({"one": base + 0.01 * random.normal(size=400), "yes": yes})
    pair["two"] = 2 * base - pair["one"]
    frame = pair.assign(weight=1.0, stratum=1, psu=range(400))
    found = drivers(frame, "yes", {"one": 1, "two": 1}, Design("weight", "stratum", "psu"), **BARE)
    assert found.table["share"].to_numpy() == pytest.approx([0.5, 0.5], abs=0.01)
    assert found.fit == pytest.approx(sm.Logit(yes, sm.add_constant(pair[["one", "two"]])).fit(disp=0).prsquared)


def test_a_survey_that_knows_no_area_has_drivers_with_one_level(asked):
    nowhere = drivers(asked.assign(area=np.nan), "confident", SCALES)
    alone = drivers(asked, "confident", SCALES, area=None)
    pd.testing.assert_frame_equal(nowhere.table, alone.table)


def test_areas_of_few_answers_or_of_one_have_a_level_together(asked):
    odd = asked.assign(area=asked["area"].where(asked.index >= 10, "tiny"))
    odd.loc[odd["area"] == "N1", "confident"] = 1.0
    table = drivers(odd, "confident", {"fair": 4}).regression.table
    areas = {*table.loc[table["term"] == "area", "category"], *table.loc[table["term"] == "area", "against"]}
    assert areas == {"N0", "N2", "N3", "N4", "N5", "areas with few answers"}


def test_what_cannot_be_fitted_is_said(asked):
    with pytest.raises(ValueError, match="There are 0 drivers: give one at least, and no more than 7"):
        drivers(asked, "confident", {})
    with pytest.raises(ValueError, match="There is no column nothing"):
        drivers(asked, "confident", {"nothing": 3})
    with pytest.raises(ValueError, match="Everybody who answered all has the same confident"):
        drivers(asked.assign(confident=1.0), "confident", {"fair": 4}, **BARE)
