from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.survey import domain_means

DESIGN = {"weight": "weight", "stratum": "stratum", "psu": "psu"}


def by_loops(frame: pd.DataFrame, value: str, mine: pd.Series) -> tuple[float, float]:
    """The estimate and its standard error as the formula is written, one stratum and PSU after the other."""
    inside = mine & frame[value].notna()
    w, y = frame["weight"].where(inside, 0), frame[value].fillna(0)
    total = w.sum()
    p = (w * y).sum() / total
    variance = 0.0
    for _, rows in frame.groupby("stratum"):
        t = [(w[psu.index] * (y[psu.index] - p)).sum() / total for _, psu in rows.groupby("psu")]
        m = len(t)
        variance += m / (m - 1) * (sum(x * x for x in t) - sum(t) ** 2 / m)
    return p, math.sqrt(variance)


@pytest.mark.parametrize("value", ["satisfied", "net", "answer"])
def test_every_domain_is_what_loops_over_strata_and_psus_give(survey: pd.DataFrame, value: str) -> None:
    table = domain_means(survey, value, "area", **DESIGN).table
    expected = [by_loops(survey, value, survey["area"] == area) for area in "ENSW"]
    assert table["area"].tolist() == list("ENSW")
    assert table[["estimate", "se"]].to_numpy() == pytest.approx(np.array(expected), rel=1e-12)


def test_simple_random_sampling_is_the_textbook_variance() -> None:
    answers = pd.DataFrame({"y": [3.0, 5.0, 8.0, 9.0, 1.0, 4.0]})
    row = domain_means(answers, "y", ()).table.iloc[0]
    assert row["estimate"] == pytest.approx(5)
    assert row["se"] ** 2 == pytest.approx(answers["y"].var(ddof=1) / 6)
    assert (row["base"], row["weight"], row["n_eff"], row["psus"], row["strata"], row["df"]) == (6, 6, 6, 6, 1, 5)
    assert row["deff"] == pytest.approx(1)


def test_the_variance_is_that_of_the_jackknife_for_a_mean_of_equal_clusters() -> None:
    # With equal cluster totals of weights the mean is linear in the PSU means, and both are exactly the same.
    random = np.random.default_rng(5)
    asked = pd.DataFrame({"psu": np.repeat(np.arange(12), 7), "y": random.normal(size=84)})
    row = domain_means(asked, "y", (), psu="psu").table.iloc[0]
    left_out = np.array([asked.loc[asked["psu"] != psu, "y"].mean() for psu in range(12)])
    assert row["se"] ** 2 == pytest.approx(11 / 12 * ((left_out - row["estimate"]) ** 2).sum())


def test_shares_by_area_against_r(survey: pd.DataFrame) -> None:
    # R 4.2, survey 4.1: svyby(~satisfied, ~area, subset(svydesign(~psu, strata = ~stratum, weights = ~weight),
    # !is.na(satisfied)), svymean, deff = "replace"); then svymean of all.
    table = domain_means(survey, "satisfied", "area", **DESIGN).table
    assert table["estimate"].to_numpy() == pytest.approx([0.41451414514, 0.60358056266, 0.50116279070, 0.60398230088])
    assert table["se"].to_numpy() == pytest.approx([0.059211073905, 0.074593430726, 0.048567722383, 0.108285146751])
    assert table["deff"].to_numpy() == pytest.approx([0.89565716174, 1.37202804585, 0.57555608522, 1.71580138805])
    assert table["base"].tolist() == [63, 60, 62, 36]
    assert table["df"].tolist() == [16, 16, 16, 16]
    whole = domain_means(survey, "satisfied", (), **DESIGN).table.iloc[0]
    assert [whole[name] for name in ("estimate", "se", "deff")] == pytest.approx(
        [0.5204678363, 0.0409815207, 1.48043], rel=5e-6
    )


def test_net_scores_against_r(survey: pd.DataFrame) -> None:
    # R: svyby(~net, ~area, d, svymean, na.rm = TRUE).
    result = domain_means(survey, "net", "area", **DESIGN)
    assert result.kind == "net"
    assert result.table["estimate"].to_numpy() == pytest.approx(
        [0.24846248462, 0.47698209719, 0.34883720930, 0.44469026549]
    )
    assert result.table["se"].to_numpy() == pytest.approx(
        [0.060091536573, 0.079777053843, 0.076286841288, 0.146053480875]
    )


def test_a_stratum_with_one_psu_is_centred_at_the_mean_of_the_sample_and_counted(survey: pd.DataFrame) -> None:
    # R with options(survey.lonely.psu = "adjust"), PSUs 16 to 19 left out of the sample.
    result = domain_means(survey[survey["psu"] < 16], "satisfied", "area", **DESIGN)
    assert result.table["se"].to_numpy() == pytest.approx(
        [0.070908122517, 0.077377923114, 0.054075357419, 0.105115634546]
    )
    assert result.table["single_psu_strata"].tolist() == [1, 1, 1, 1]
    assert (domain_means(survey, "satisfied", "area", **DESIGN).table["single_psu_strata"] == 0).all()


@pytest.mark.parametrize("fraction", [False, True], ids=["population", "fraction"])
def test_the_finite_population_correction_against_r(survey: pd.DataFrame, fraction: bool) -> None:
    # R: svydesign(..., fpc = ~N) with 20, 12, 30 and 9 PSUs in the strata.
    population = survey["stratum"].map({"a": 20, "b": 12, "c": 30, "d": 9})
    sampled = survey.groupby("stratum")["psu"].transform("nunique")
    corrected = survey.assign(N=sampled / population if fraction else population)
    table = domain_means(corrected, "satisfied", "area", **DESIGN, fpc="N").table
    assert table["se"].to_numpy() == pytest.approx([0.051381259866, 0.059157168808, 0.040833243859, 0.085001288836])


def test_psus_with_nobody_in_the_domain_count(survey: pd.DataFrame) -> None:
    few = (survey["area"] == "E") & (survey["psu"] % 3 == 0)
    rare = survey.assign(mine=few)
    whole = domain_means(rare, "satisfied", "mine", **DESIGN)
    row = whole.table.iloc[int(whole.rows(mine=True)[0])]
    assert row["se"] == pytest.approx(by_loops(survey, "satisfied", few)[1], rel=1e-12)
    assert row["psus"] < 20
    filtered = domain_means(rare[few], "satisfied", (), **DESIGN).table.iloc[0]
    assert filtered["estimate"] == pytest.approx(row["estimate"])
    assert abs(filtered["se"] / row["se"] - 1) > 0.02


def test_people_who_did_not_answer_or_have_no_area_leave_their_psu_in_the_design(survey: pd.DataFrame) -> None:
    silent = survey.copy()
    silent.loc[silent["psu"] == 3, "satisfied"] = None
    silent.loc[silent["psu"] == 4, "area"] = None
    table = domain_means(silent, "satisfied", "area", **DESIGN).table
    expected = [by_loops(silent, "satisfied", silent["area"] == area) for area in "ENSW"]
    assert table[["estimate", "se"]].to_numpy() == pytest.approx(np.array(expected), rel=1e-12)
    assert table["psus"].tolist() == [18] * 4


def test_the_same_psu_number_in_two_strata_is_two_psus(survey: pd.DataFrame) -> None:
    numbered = survey.assign(psu=survey.groupby("stratum")["psu"].transform(lambda psu: psu - psu.min()))
    same, result = (domain_means(frame, "satisfied", "area", **DESIGN).table for frame in (survey, numbered))
    pd.testing.assert_frame_equal(result, same)


def test_strata_and_psus_may_take_several_columns(survey: pd.DataFrame) -> None:
    split = survey.assign(half=survey["stratum"].isin(["a", "b"]), part=survey["stratum"].isin(["a", "c"]))
    result = domain_means(split, "satisfied", "area", "weight", ["half", "part"], ["stratum", "psu"]).table
    expected = domain_means(survey, "satisfied", "area", **DESIGN).table
    assert result["se"].to_numpy() == pytest.approx(expected["se"].to_numpy(), rel=1e-12)


def test_without_degrees_of_freedom_kish_stands_in_and_is_marked() -> None:
    asked = pd.DataFrame(
        {
            "psu": [1, 1, 1, 1, 2, 2, 3, 3],
            "area": list("AAAABBBB"),
            "w": [1.0, 1, 2, 2, 1, 1, 1, 1],
            "y": [1, 0, 1, 1] * 2,
        }
    )
    alone, other = domain_means(asked, "y", "area", "w", psu="psu").table.to_dict("records")
    n_eff = 6**2 / 10
    assert (alone["fallback"], other["fallback"]) == (True, False)
    assert (alone["n_eff"], alone["df"]) == pytest.approx((n_eff, n_eff - 1))
    assert alone["se"] == pytest.approx(math.sqrt(5 / 6 * 1 / 6 / n_eff))
    assert math.isnan(alone["deff"])
    assert alone["low"] < 5 / 6 < alone["high"]
    assumed = domain_means(asked, "y", "area", "w", psu="psu", deff=2.0).table.iloc[0]
    assert (assumed["se"], assumed["df"]) == pytest.approx((math.sqrt(5 / 6 * 1 / 6 / 2), 1.0))


def test_a_share_of_none_uses_the_design_effect_that_is_given() -> None:
    asked = pd.DataFrame({"psu": np.repeat(np.arange(20), 5), "y": 0.0})
    kish, assumed = (domain_means(asked, "y", (), psu="psu", deff=deff).table.iloc[0] for deff in (None, 2.0))
    t = 2.093024
    assert (kish["low"], kish["high"]) == pytest.approx((0, t**2 / (100 + t**2)), abs=1e-6)
    assert assumed["high"] == pytest.approx(t**2 / (50 + t**2), abs=1e-6)


def test_a_domain_without_answers_is_listed() -> None:
    asked = pd.DataFrame({"area": ["A", "A", "A", "B"], "y": [1, 0, 1, np.nan]})
    row = domain_means(asked, "y", "area").table.iloc[1]
    assert (row["area"], row["base"]) == ("B", 0)
    assert row[["estimate", "se", "low", "high"]].isna().all()


def test_kinds_are_seen_from_the_values_or_said() -> None:
    asked = pd.DataFrame({"share": [0, 1, 1], "net": [-1, 0, 1], "mean": [1.5, 2, 3], "flag": [True, False, True]})
    assert [domain_means(asked, name, ()).kind for name in asked] == ["share", "net", "mean", "share"]
    assert domain_means(asked, "share", (), kind="net").kind == "net"


@pytest.mark.parametrize(
    ("change", "arguments", "sentence"),
    [
        ({}, {"weight": "wieght"}, "There is no column wieght in the survey"),
        (
            {"weight": [1.0, -2.0, 1.0, 1.0]},
            {},
            "1 weights or counts are missing, infinite or negative, such as -2.0 in row 1",
        ),
        ({"weight": [1.0, None, 1.0, 1.0]}, {}, "1 weights or counts are missing"),
        ({"psu": ["p", None, "q", "q"]}, {}, "1 rows of the survey have no PSU"),
        ({"stratum": ["s", "s", "s", None]}, {}, "1 rows of the survey have no stratum"),
        ({"y": [1.0, np.inf, 0.0, 0.0]}, {}, "A value is infinite"),
        ({"y": [1.0, 2.0, 0.0, 0.0]}, {"kind": "share"}, "A share needs values 0 and 1"),
        ({"N": [9.0, 9.0, 9.0, 8.0]}, {"fpc": "N"}, "missing or differs within a stratum"),
        ({"N": [2.5, 2.5, 2.5, 2.5], "psu": list("pqrs")}, {"fpc": "N"}, "at least the number sampled"),
    ],
)
def test_what_cannot_be_is_refused_in_words(change: dict, arguments: dict, sentence: str) -> None:
    asked = pd.DataFrame({"y": [1.0, 0.0, 1.0, 0.0], "weight": 1.0, "stratum": "s", "psu": list("ppqq")}).assign(
        **change
    )
    with pytest.raises(ValueError, match=sentence):
        domain_means(asked, "y", (), **{**DESIGN, **arguments})


def test_a_sample_without_rows_is_refused() -> None:
    with pytest.raises(ValueError, match="There are no rows in the survey"):
        domain_means(pd.DataFrame({"y": []}), "y", ())


ROWS = st.lists(
    st.tuples(
        st.sampled_from("AB"), st.integers(0, 3), st.sampled_from("xyz"), st.integers(1, 9), st.sampled_from([0.0, 1.0])
    ),
    min_size=2,
    max_size=40,
)


def asked_of(rows: list[tuple]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["stratum", "psu", "area", "weight", "y"])


@settings(deadline=None, max_examples=40)
@given(ROWS, st.floats(1e-3, 1e3))
def test_only_the_proportions_of_weights_matter(rows: list[tuple], factor: float) -> None:
    asked = asked_of(rows)
    result = domain_means(asked, "y", "area", **DESIGN, kind="share").table
    scaled = domain_means(asked.assign(weight=asked["weight"] * factor), "y", "area", **DESIGN, kind="share").table
    pd.testing.assert_frame_equal(scaled.drop(columns="weight"), result.drop(columns="weight"), rtol=1e-9, atol=1e-9)


@settings(deadline=None, max_examples=40)
@given(ROWS, st.randoms())
def test_the_order_of_rows_does_not_matter(rows: list[tuple], random: st.randoms) -> None:
    asked, mixed = asked_of(rows), rows.copy()
    random.shuffle(mixed)
    result = domain_means(asked, "y", "area", **DESIGN, kind="share").table
    pd.testing.assert_frame_equal(
        domain_means(asked_of(mixed), "y", "area", **DESIGN, kind="share").table, result, rtol=1e-9, atol=1e-9
    )


@settings(deadline=None, max_examples=40)
@given(ROWS)
def test_splitting_a_domain_leaves_the_others_and_adds_up(rows: list[tuple]) -> None:
    asked = asked_of(rows)
    split = asked.assign(area=asked["area"].where(asked["area"] != "x", "x" + asked["psu"].astype(str)))
    whole, parts = (domain_means(frame, "y", "area", **DESIGN, kind="share").table for frame in (asked, split))
    others = [table[~table["area"].str.startswith("x")].reset_index(drop=True) for table in (whole, parts)]
    pd.testing.assert_frame_equal(others[0], others[1])
    of_x = parts[parts["area"].str.startswith("x")]
    for row in whole[whole["area"] == "x"].itertuples():
        assert of_x["base"].sum() == row.base
        assert (of_x["estimate"] * of_x["weight"]).sum() == pytest.approx(row.estimate * row.weight)
