"""What every estimator of a survey does with input that is wrong or thin: a sentence, or the right figure."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from analytics.survey import (
    against_rest,
    change,
    differences,
    domain_means,
    domain_means_of_cells,
    pooled_deff,
    publish,
    q_values,
    smooth_waves,
    smoothed,
    verdicts,
)

DESIGN = {"weight": "weight", "stratum": "stratum", "psu": "psu"}
FRAME = pd.DataFrame(
    {
        "y": [1.0, 0, 1, 1, 0, 1, 0, 1],
        "area": list("AABBAABB"),
        "wave": list("11112222"),
        "weight": [1.0, 2, 1, 3, 2, 1, 1, 1],
        "stratum": "s",
        "psu": [1, 2, 3, 4, 1, 2, 3, 4],
    }
)


def means(frame: pd.DataFrame) -> pd.DataFrame:
    return domain_means(frame, "y", "area", **DESIGN).table


def cells(frame: pd.DataFrame) -> pd.DataFrame:
    """The same from cells, one a respondent."""
    counted = frame.assign(
        answer_class=frame["y"].map({1.0: "positive", 0.0: "negative"}), n=1, weight_squared=frame["weight"] ** 2
    )
    design = frame[["stratum", "psu"]].drop_duplicates()
    scores = {"positive": 1.0, "negative": 0.0}
    return domain_means_of_cells(counted, design, scores, "area", stratum="stratum", psu="psu").table


def changes(frame: pd.DataFrame) -> pd.DataFrame:
    return change(domain_means(frame, "y", ["area", "wave"], **DESIGN), "wave", "1", "2")


def pairs(frame: pd.DataFrame) -> pd.DataFrame:
    result = domain_means(frame, "y", "area", **DESIGN)
    return differences(result, None, np.zeros(len(result.table), dtype=int))


def rests(frame: pd.DataFrame) -> pd.DataFrame:
    return against_rest(*(domain_means(frame, "y", by, **DESIGN) for by in ("area", ())))


def pooled(frame: pd.DataFrame) -> pd.DataFrame:
    result = domain_means(frame, "y", "area", **DESIGN)
    return smoothed(result, pooled_deff(result)).table


ESTIMATORS = [means, cells, changes, pairs, rests, pooled]
everyone = pytest.mark.parametrize("estimate", ESTIMATORS, ids=lambda function: function.__name__)


@everyone
@pytest.mark.parametrize("wrong", [-1.0, np.inf, None], ids=["negative", "infinite", "missing"])
def test_weights_that_are_none_are_named_with_their_row(estimate: Callable, wrong: float | None) -> None:
    frame = FRAME.assign(weight=[1.0, wrong, 1, 3, 2, 1, 1, 1])
    with pytest.raises(
        ValueError, match=r"1 weights or counts are missing, infinite or negative, .* in row 1: correct"
    ):
        estimate(frame)


@pytest.mark.parametrize("name", ["y", "weight"])
def test_what_is_no_number_is_named_with_its_row(name: str) -> None:
    frame = FRAME.assign(**{name: ["1", "1", "much", "1", "1", "1", "1", "1"]})
    with pytest.raises(ValueError, match=f"{name} is much in row 2, which is no number"):
        means(frame)
    assert means(FRAME.assign(**{name: FRAME[name].astype(str)})).equals(means(FRAME))


@everyone
def test_a_weight_of_0_is_no_answer(estimate: Callable) -> None:
    """The figures are those of the others, in a sample that still holds the unit."""
    frame = FRAME.assign(weight=FRAME["weight"].where(FRAME.index != 2, 0.0))
    blank = FRAME.assign(y=FRAME["y"].where(FRAME.index != 2))
    blank["weight"] = blank["weight"].where(blank.index != 2, 1.0)
    pd.testing.assert_frame_equal(estimate(frame), estimate(blank))


@pytest.mark.parametrize("estimate", [means, cells, changes, pairs, rests], ids=lambda function: function.__name__)
@pytest.mark.parametrize("what", ["all weigh 0", "nobody answered"])
def test_without_any_answer_there_is_no_figure(estimate: Callable, what: str) -> None:
    frame = FRAME.assign(weight=0.0) if what == "all weigh 0" else FRAME.assign(y=np.nan)
    table = estimate(frame)
    assert set(table["area"]) == ({"A"} if estimate is pairs else {"A", "B"})
    assert table[["estimate", "se", "low", "high"]].isna().all(axis=None)
    assert (table["base"] == 0).all()


@pytest.mark.parametrize("change", [{"weight": 0.0}, {"y": np.nan}, {"psu": 1}], ids=["weight", "answer", "psu"])
def test_a_design_effect_needs_answers_that_differ(change: dict) -> None:
    with pytest.raises(ValueError, match="No domain has two sampling points and answers that differ"):
        pooled(FRAME.assign(**change))


@everyone
def test_equal_weights_are_no_weights(estimate: Callable) -> None:
    one, other = (estimate(FRAME.assign(weight=weight)) for weight in (1.0, 7.5))
    names = [name for name in one.columns if name != "weight"]
    pd.testing.assert_frame_equal(one[names], other[names])


def test_one_psu_in_all_is_marked_and_falls_back_on_the_effective_number_of_answers() -> None:
    table = means(FRAME.assign(psu=1))
    assert table["fallback"].all()
    assert (table["single_psu_strata"] == 1).all()
    p, n_eff = 2 / 6, 6**2 / 10
    assert (table["estimate"][0], table["n_eff"][0], table["df"][0]) == pytest.approx((p, n_eff, n_eff - 1))
    assert table["se"][0] == pytest.approx(np.sqrt(p * (1 - p) / n_eff))


def test_one_psu_in_a_stratum_is_centred_at_0_and_counted() -> None:
    row = domain_means(FRAME.assign(stratum=list("ssst") * 2), "y", (), **DESIGN).table.iloc[0]
    # Of weight 12 the share is 7/12; totals of w(y - p) of PSUs 1 to 3 in stratum s, and of PSU 4 alone in stratum t.
    together, alone = np.array([-9 / 12, -9 / 12, -2 / 12]), 20 / 12
    assert row["se"] ** 2 == pytest.approx((3 / 2 * ((together - together.mean()) ** 2).sum() + alone**2) / 12**2)
    assert (row["single_psu_strata"], row["df"]) == (1, 2)


def test_one_respondent_has_an_estimate_and_no_error_and_is_withheld() -> None:
    for estimate in (means, cells):
        row = estimate(FRAME.iloc[:1]).iloc[0]
        assert (row["estimate"], row["base"], row["df"]) == (1, 1, 0)
        assert row[["se", "low", "high"]].isna().all()
    shown = publish(domain_means(FRAME.iloc[:1], "y", "area", **DESIGN)).iloc[0]
    assert pd.isna(shown["estimate"])
    assert shown["flag"] == "not enough answers: fewer than 10"
    assert len(changes(FRAME.iloc[:1])) == 0
    assert rests(FRAME.iloc[:1])[["estimate", "se", "low", "high", "p_value"]].isna().all(axis=None)
    assert pairs(FRAME.iloc[:1])[["se", "low", "high"]].isna().all(axis=None)


def test_nobody_at_all_is_said() -> None:
    for estimate in (means, changes, pairs, rests, pooled):
        with pytest.raises(ValueError, match="There are no rows in the survey"):
            estimate(FRAME.iloc[:0])
    with pytest.raises(ValueError, match="There are no rows in the design"):
        cells(FRAME.iloc[:0])


def test_an_index_that_repeats_changes_nothing() -> None:
    same = FRAME.set_axis([5] * 8)
    pd.testing.assert_frame_equal(means(same), means(FRAME))
    pd.testing.assert_frame_equal(rests(same), rests(FRAME))


def test_a_respondent_who_comes_twice_is_one_where_they_are_the_psu() -> None:
    people = pd.DataFrame({"y": [1.0, 0, 1, 1, 0], "respondent": range(5)})
    twice = pd.concat([people, people])
    one, two = (domain_means(frame, "y", (), psu="respondent").table.iloc[0] for frame in (people, twice))
    assert (two["estimate"], two["se"], two["df"]) == pytest.approx((one["estimate"], one["se"], one["df"]))
    assert two["base"] == 2 * one["base"]


def test_a_psu_that_the_design_lists_twice_is_refused() -> None:
    design = FRAME[["stratum", "psu"]]
    counted = FRAME.assign(answer_class="positive", n=1, weight_squared=1.0)
    with pytest.raises(ValueError, match="The design lists 8 PSUs, but only 4 differ: list each once"):
        domain_means_of_cells(counted, design, {"positive": 1}, "area", stratum="stratum", psu="psu")


def test_waves_without_estimates_or_with_impossible_variances_are_refused() -> None:
    with pytest.raises(ValueError, match="0 waves are too few"):
        smooth_waves([np.nan] * 4, [0.01] * 4)
    with pytest.raises(ValueError, match="1 waves are too few"):
        smooth_waves([0.5], [0.01])
    for wrong in (0.0, -0.01, np.nan):
        with pytest.raises(ValueError, match="variance is missing or not above 0"):
            smooth_waves([0.5, 0.6, 0.5], [0.01, wrong, 0.01])


def test_verdicts_on_nothing_are_empty() -> None:
    assert verdicts([np.nan], [np.nan], [np.nan]) == [""]
    assert np.isnan(q_values([np.nan, np.nan])).all()
    assert verdicts([], [], []) == []
