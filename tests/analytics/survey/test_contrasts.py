from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from scipy.stats import t as student

from analytics.survey import DomainMeans, against_rest, change, differences, domain_means, pooled_deff, smoothed

DESIGN = {"weight": "weight", "stratum": "stratum", "psu": "psu"}


@pytest.fixture(scope="module")
def areas(survey: pd.DataFrame) -> DomainMeans:
    return domain_means(survey, "satisfied", "area", **DESIGN)


def test_two_areas_that_share_psus_against_r(areas: DomainMeans) -> None:
    # R: svycontrast(svyby(~satisfied, ~area, d, svymean, covmat = TRUE), c(E = 1, N = -1)), and cov2cor of its vcov.
    row = differences(areas, None, areas.rows(area="E"), areas.rows(area="N")).iloc[0]
    assert (row["estimate"], row["se"]) == pytest.approx((-0.189066418, 0.07929), abs=5e-6)
    assert row["correlation"] == pytest.approx(0.31499757911)
    assert (row["area"], row["base"], row["other_base"], row["df"]) == ("E", 63, 60, 16)
    correlations = differences(areas, None, [0, 0, 1, 1, 2], [2, 3, 2, 3, 3])["correlation"]
    assert correlations.to_numpy() == pytest.approx(
        [-0.35083677426, 0.12435255441, 0.14097801035, 0.45386178291, -0.16072198123]
    )


def test_independent_waves_have_the_sum_of_their_variances(survey: pd.DataFrame) -> None:
    waves = survey.assign(wave=np.where(survey["psu"] % 2 == 0, 1, 2))
    result = domain_means(waves, "satisfied", "wave", "weight", ["wave", "stratum"], "psu")
    row = change(result, "wave", 1, 2).iloc[0]
    before, after = result.table.to_dict("records")
    assert row["estimate"] == pytest.approx(after["estimate"] - before["estimate"])
    assert row["se"] == pytest.approx(math.hypot(before["se"], after["se"]))
    assert row["correlation"] == 0
    v, u = before["se"] ** 2, after["se"] ** 2
    assert row["df"] == pytest.approx((v + u) ** 2 / (v**2 / before["df"] + u**2 / after["df"]))


def test_the_same_people_twice_are_the_mean_of_their_own_changes(survey: pd.DataFrame) -> None:
    answered = survey.dropna()
    twice = answered.assign(other=(answered["answer"] % 3 == 0) * 1.0)
    first, second = (domain_means(twice, value, "area", **DESIGN) for value in ("satisfied", "other"))
    result = differences(first, second)
    paired = domain_means(twice.assign(own=twice["satisfied"] - twice["other"]), "own", "area", **DESIGN).table
    assert result[["estimate", "se"]].to_numpy() == pytest.approx(paired[["estimate", "se"]].to_numpy(), rel=1e-9)
    long = pd.concat([twice.assign(wave=1, y=twice["other"]), twice.assign(wave=2, y=twice["satisfied"])])
    over = change(domain_means(long, "y", ["area", "wave"], **DESIGN), "wave", 1, 2)
    assert over[["estimate", "se"]].to_numpy() == pytest.approx(paired[["estimate", "se"]].to_numpy(), rel=1e-9)


def test_a_domain_against_itself_is_no_difference(areas: DomainMeans) -> None:
    row = differences(areas, None, [1], [1]).iloc[0]
    assert (row["estimate"], row["se"], row["p_value"]) == (0, 0, 1)
    assert (row["low"], row["high"]) == pytest.approx((0, 0), abs=0.03)


def test_a_group_against_everyone_allows_for_the_group_being_among_them(
    survey: pd.DataFrame, areas: DomainMeans
) -> None:
    everyone = domain_means(survey, "satisfied", (), **DESIGN)
    result = differences(areas, everyone)
    rest = against_rest(areas, everyone)
    for area in "ENSW":
        of = survey.assign(mine=survey["area"] == area)
        other, mine = domain_means(of, "satisfied", "mine", **DESIGN).table.to_dict("records")
        row = result[result["area"] == area].iloc[0]
        # p_a - p = (1 - W_a / W)(p_a - p_rest)
        share = mine["weight"] / (mine["weight"] + other["weight"])
        of_rest = rest[rest["area"] == area].iloc[0]["estimate"]
        assert row["estimate"] == pytest.approx((1 - share) * of_rest)
        assert row["se"] < math.hypot(mine["se"], everyone.table["se"].iloc[0])


@pytest.mark.parametrize("value", ["satisfied", "answer"])
def test_an_area_against_the_rest_is_the_difference_of_two_domains(survey: pd.DataFrame, value: str) -> None:
    waves = survey.assign(wave=np.where(survey["psu"] % 3 == 0, 1, 2))
    waves.loc[waves["psu"].isin([4, 16]), "area"] = "W"
    waves.loc[waves["psu"] == 11, "area"] = None
    strata = ["wave", "stratum"]
    parts = domain_means(waves, value, ["wave", "area"], "weight", strata, "psu")
    result = against_rest(parts, domain_means(waves, value, "wave", "weight", strata, "psu"))
    for row in result.to_dict("records"):
        chosen = waves.assign(mine=(waves["area"] == row["area"]).fillna(False))
        one = domain_means(chosen, value, ["wave", "mine"], "weight", strata, "psu")
        sides = one.rows(wave=row["wave"], mine=True), one.rows(wave=row["wave"], mine=False)
        expected = differences(one, None, *sides).iloc[0].to_dict()
        assert row["rest"] == pytest.approx(one.table["estimate"][sides[1][0]])
        for name in ("estimate", "se", "low", "high", "df", "correlation", "p_value", "base", "other_base"):
            assert row[name] == pytest.approx(expected[name], rel=1e-8, abs=1e-10), name


def test_the_whole_against_nobody_is_missing(survey: pd.DataFrame) -> None:
    everyone = domain_means(survey.assign(force="F"), "satisfied", "force", **DESIGN)
    row = against_rest(everyone, domain_means(survey, "satisfied", (), **DESIGN)).iloc[0]
    assert row[["estimate", "se", "low", "high", "p_value", "rest"]].isna().all()
    assert row["other_base"] == 0


def test_change_of_a_net_score_uses_the_variance_of_the_score(survey: pd.DataFrame) -> None:
    waves = survey.assign(wave=np.where(survey["psu"] % 2 == 0, 1, 2))
    result = domain_means(waves, "net", ["area", "wave"], "weight", ["wave", "stratum"], "psu")
    changes = change(result, "wave", 1, 2)
    assert changes["area"].tolist() == list("ENSW")
    se = result.table["se"].to_numpy()
    assert changes["se"].to_numpy() == pytest.approx(np.hypot(se[::2], se[1::2]))
    assert ((changes["low"] < changes["estimate"]) & (changes["estimate"] < changes["high"])).all()


def test_a_net_score_without_neutral_answers_has_twice_the_interval_of_its_share(survey: pd.DataFrame) -> None:
    sides = survey.assign(net=survey["satisfied"] * 2 - 1)
    share, net = (domain_means(sides, value, "area", **DESIGN).table for value in ("satisfied", "net"))
    for name in ("estimate", "low", "high"):
        assert net[name].to_numpy() == pytest.approx(2 * share[name].to_numpy() - 1)


def test_a_share_of_none_in_one_wave_is_not_certain_for_that() -> None:
    answers = pd.DataFrame({"wave": np.repeat([1, 2], 60), "y": [0.0] * 60 + [1.0, 1.0] + [0.0] * 58})
    answers["psu"] = np.arange(120) // 3
    row = change(domain_means(answers, "y", "wave", stratum="wave", psu="psu"), "wave", 1, 2).iloc[0]
    assert row["low"] < 0 < row["high"]
    assert row["p_value"] > 0.05


def test_areas_with_pooled_design_effects_are_compared_with_them(areas: DomainMeans, survey: pd.DataFrame) -> None:
    even = smoothed(areas, pooled_deff(areas))
    row = differences(even, None, [0], [1]).iloc[0]
    own = differences(areas, None, [0], [1]).iloc[0]
    a, b = even.table["se"][:2]
    assert row["correlation"] == own["correlation"]
    assert row["se"] == pytest.approx(math.sqrt(a**2 + b**2 - 2 * own["correlation"] * a * b))
    assert row["df"] > own["df"]
    rest = against_rest(even, domain_means(survey, "satisfied", (), **DESIGN))
    assert rest["low"].notna().all()


def test_results_of_other_samples_or_kinds_are_refused(survey: pd.DataFrame, areas: DomainMeans) -> None:
    with pytest.raises(ValueError, match="different samples"):
        differences(areas, domain_means(survey[survey["psu"] != 3], "satisfied", "area", **DESIGN))
    with pytest.raises(ValueError, match="different samples"):
        differences(areas, domain_means(survey.assign(psu=survey["psu"] + 1), "satisfied", "area", **DESIGN))
    with pytest.raises(ValueError, match="One result is a share and the other a net"):
        differences(areas, domain_means(survey, "net", "area", **DESIGN))
    with pytest.raises(ValueError, match="2 rows to compare and 3 to compare with"):
        differences(areas, None, [0, 1], [1, 2, 3])
    with pytest.raises(ValueError, match="wave is not among the columns of the domains: area"):
        change(areas, "wave", 1, 2)
    with pytest.raises(ValueError, match="There are 4 wholes"):
        against_rest(areas, areas, within=())


@pytest.mark.parametrize("kind", ["share", "net"])
def test_some_domains_alone_are_as_they_are_among_all(survey: pd.DataFrame, kind: str) -> None:
    waves = survey.assign(wave=np.where(survey["psu"] % 2 == 0, 1, 2))
    value = "satisfied" if kind == "share" else "net"
    waves["net"] = waves["satisfied"] * 2 - 1
    parts = domain_means(waves, value, ["area", "wave"], **DESIGN, kind=kind)
    whole = domain_means(waves, value, "wave", **DESIGN, kind=kind)
    every = against_rest(parts, whole)
    for wave in (1, 2):
        alone = against_rest(parts.only(wave=wave), whole.only(wave=wave))
        pd.testing.assert_frame_equal(alone, every[every["wave"] == wave].reset_index(drop=True))
    one = parts.only(area="E")
    pd.testing.assert_frame_equal(
        change(one, "wave", 1, 2), change(parts, "wave", 1, 2).query("area == 'E'").reset_index(drop=True)
    )
    with pytest.raises(KeyError):
        parts.only(place="E")


def test_a_deff_of_some_domains_is_learnt_from_them(areas: DomainMeans) -> None:
    some = areas.only(area="E")
    assert pooled_deff(some).domains == 1
    assert len(smoothed(some, pooled_deff(areas)).table) == 1


def test_the_score_test_is_that_of_two_plain_samples():
    """45 of 50 against 60 of 100, everybody a unit: the test of two proportions with one variance, by hand.

    Each variance is p(1 - p)/(n - 1), so 49 and 99 answers count and the common share is (49 × .9 + 99 × .6)/148.
    """
    frame = pd.DataFrame({"group": ["a"] * 50 + ["b"] * 100, "y": [1.0] * 45 + [0.0] * 5 + [1.0] * 60 + [0.0] * 40})
    frame = frame.assign(unit=range(150), of="all", w=1.0)
    groups = domain_means(frame, "y", "group", "w", "group", "unit", kind="share")
    row = differences(groups, None, [0], [1]).iloc[0]
    share = (49 * 0.9 + 99 * 0.6) / 148
    t = 0.3 / (share * (1 - share) * (1 / 49 + 1 / 99)) ** 0.5
    assert row["correlation"] == 0
    assert row["score_p_value"] == pytest.approx(2 * student.sf(t, row["df"]), rel=1e-9)
    assert row["score_p_value"] != pytest.approx(row["p_value"], rel=0.01)


def test_at_no_difference_the_score_test_says_so_and_means_have_no_other_test():
    frame = pd.DataFrame({"group": ["a"] * 20 + ["b"] * 20, "y": [1.0, 0.0] * 20, "unit": range(40), "w": 1.0})
    shares = domain_means(frame, "y", "group", "w", "group", "unit", kind="share")
    assert differences(shares, None, [0], [1])["score_p_value"].tolist() == [1.0]
    moved = frame.assign(y=frame["y"] + (frame["group"] == "a"))
    means = domain_means(moved, "y", "group", "w", "group", "unit", kind="mean")
    row = differences(means, None, [0], [1]).iloc[0]
    assert row["score_p_value"] == row["p_value"]
