"""Survey estimates against R's package survey (4.1.1 on R 4.2.2, and its own published tests)."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analytics.survey import (
    average_effects,
    differences,
    domain_means,
    effective_sample,
    greg,
    independence,
    korn_graubard,
    rake,
    survey_regression,
    t_interval,
)

# 15 districts of the sample apiclus1 of R's package survey (California Academic Performance Index): number of
# schools, sum of api00, sum of api99, sum of squares of api00. Every weight is 33.847, of 757 districts.
DISTRICTS = (
    (13, 9372, 9045, 6776670),
    (34, 22508, 21397, 15230414),
    (4, 2077, 1921, 1080231),
    (13, 8593, 8129, 5785221),
    (16, 11369, 10971, 8291141),
    (2, 1116, 1004, 622746),
    (1, 551, 502, 303601),
    (4, 1888, 1603, 892678),
    (12, 9111, 8478, 6954607),
    (21, 13761, 12783, 9135035),
    (9, 6386, 6253, 4545286),
    (11, 7359, 6699, 4954789),
    (37, 20394, 19001, 11423442),
    (2, 905, 812, 412957),
    (4, 2493, 2479, 1563077),
)

# The same schools by district, type and whether the school met its target: number and sum of api00.
SCHOOLS = """
61 M No 2 1458, 61 E Yes 10 7203, 61 M Yes 1 711, 135 E No 3 2013, 135 E Yes 31 20495, 178 M No 1 547,
178 E Yes 2 1001, 178 H Yes 1 529, 197 E No 1 709, 197 M No 2 1190, 197 E Yes 9 6005, 197 M Yes 1 689, 255 E No 1 552,
255 E Yes 12 8633, 255 M Yes 3 2184, 406 E Yes 2 1116, 413 E Yes 1 551, 437 E Yes 2 963, 437 H Yes 1 443,
437 M Yes 1 482, 448 E Yes 9 6858, 448 H Yes 1 703, 448 M Yes 2 1550, 510 E No 1 629, 510 H No 1 595, 510 M No 1 614,
510 E Yes 15 9964, 510 H Yes 1 661, 510 M Yes 2 1298, 568 E No 1 699, 568 H No 1 687, 568 E Yes 3 2160,
568 H Yes 3 2161, 568 M Yes 1 679, 637 E Yes 8 5418, 637 H Yes 1 608, 637 M Yes 2 1333, 716 E No 5 2554,
716 E Yes 25 14254, 716 H Yes 3 1577, 716 M Yes 4 2009, 778 M No 1 411, 778 E Yes 1 494, 815 H No 1 696,
815 M No 1 631, 815 E Yes 2 1166
"""
POPULATION = {"stype": {"E": 4421, "H": 755, "M": 1018}, "sch.wide": {"No": 1072, "Yes": 5122}}


@pytest.fixture(scope="module")
def stratified(real_files: Path) -> pd.DataFrame:
    return pd.read_csv(real_files / "stats_reference" / "api_strat.csv")


@pytest.fixture(scope="module")
def clustered() -> pd.DataFrame:
    """Schools with the sums of their districts: all at the mean but two, which bring the sum of squares."""
    rows = []
    for district, (n, api00, api99, squares) in enumerate(DISTRICTS):
        apart = math.sqrt(max(0, squares - api00**2 / n) / 2)
        for school in range(n):
            shift = apart * {0: 1, 1: -1}.get(school, 0) if n > 1 else 0
            rows.append((district, api00 / n + shift, api99 / n, 33.8469963074, 757))
    return pd.DataFrame(rows, columns=["dnum", "api00", "api99", "pw", "fpc"])


@pytest.fixture(scope="module")
def schools() -> pd.DataFrame:
    """Each at the mean of its kind in its district: a calibrated mean and its error depend on these sums alone."""
    rows = []
    for kind in SCHOOLS.replace("\n", " ").split(","):
        district, stype, met, number, api00 = kind.split()
        rows += [(int(district), stype, met, int(api00) / int(number), 33.8469963074, 757)] * int(number)
    return pd.DataFrame(rows, columns=["dnum", "stype", "sch.wide", "api00", "pw", "fpc"])


def test_mean_of_a_stratified_sample(stratified: pd.DataFrame) -> None:
    # Row 1: svymean(~api00, svydesign(~1, strata = ~stype, weights = ~pw, fpc = ~fpc), deff = TRUE).
    row = domain_means(stratified, "api00", (), "pw", "stype", fpc="fpc").table.iloc[0]
    figures = [round(row["estimate"], 8), round(row["se"], 8), round(row["deff"], 8)]
    assert figures == [662.28736316, 9.40894080, 1.20445727]
    assert (row["df"], row["psus"], row["strata"]) == (197, 200, 3)
    without = domain_means(stratified, "api00", (), "pw", "stype").table.iloc[0]
    assert round(without["se"], 4) == 9.5361


def test_mean_of_a_clustered_sample(clustered: pd.DataFrame) -> None:
    # Row 2: svymean(~api00, svydesign(~dnum, weights = ~pw, fpc = ~fpc, data = apiclus1), deff = TRUE).
    row = domain_means(clustered, "api00", (), "pw", psu="dnum", fpc="fpc").table.iloc[0]
    figures = [round(row["estimate"], 8), round(row["se"], 8), round(row["deff"], 5)]
    assert figures == [644.16939891, 23.54224069, 9.34587]
    assert row["deff"] == pytest.approx(9.34586945, abs=1e-7)
    assert (row["df"], row["base"]) == (14, 183)
    without = domain_means(clustered, "api00", (), "pw", psu="dnum").table.iloc[0]
    assert round(without["se"], 7) == 23.7790107


def test_intervals_of_a_rare_share(stratified: pd.DataFrame) -> None:
    # Row 4: svyciprop(~I(api00 > 875)): method "beta", "mean", and "wilson" of survey 4.5.
    rare = stratified.assign(rare=stratified["api00"] > 875)
    row = domain_means(rare, "rare", (), "pw", "stype", fpc="fpc").table.iloc[0]
    assert round(row["estimate"], 10) == 0.0318372616
    size = effective_sample(row["estimate"], row["se"] ** 2, row["base"], row["n_eff"])
    beta = [round(float(limit), 9) for limit in korn_graubard(row["estimate"], size, row["base"], row["df"])]
    assert beta == [0.010148054, 0.073741838]
    assert [round(float(limit), 10) for limit in t_interval(row["estimate"], row["se"], row["df"])] == [
        0.0037112468,
        0.0599632763,
    ]
    assert [round(row["low"], 10), round(row["high"], 10)] == [0.0134103008, 0.0736932282]


def test_domains_of_a_stratified_sample(stratified: pd.DataFrame) -> None:
    # Row 6: svyby(~I(api00 > 700), ~stype, d, svymean).
    high = stratified.assign(high=stratified["api00"] > 700)
    table = domain_means(high, "high", "stype", "pw", "stype", fpc="fpc").table
    assert table["stype"].tolist() == ["E", "H", "M"]
    assert table["estimate"].to_numpy() == pytest.approx([0.46, 0.30, 0.24], abs=1e-12)
    assert table["se"].round(10).tolist() == [0.0495210762, 0.0632605102, 0.0594946846]


def test_difference_of_two_domains_of_a_stratified_sample(stratified: pd.DataFrame) -> None:
    # Row 10: svyttest(api00 ~ comp.imp): difference 40.98993004, t 2.084243, p .0384342 with 196 degrees of freedom.
    result = domain_means(stratified, "api00", "comp.imp", "pw", "stype", fpc="fpc")
    row = differences(result, None, result.rows(**{"comp.imp": "Yes"}), result.rows(**{"comp.imp": "No"})).iloc[0]
    assert (round(row["estimate"], 8), round(row["estimate"] / row["se"], 6)) == (40.98993004, 2.084243)
    assert row["p_value"] == pytest.approx(0.0384342, abs=5e-4)


def test_change_of_the_same_schools(clustered: pd.DataFrame) -> None:
    # Row 11: svymean(~I(api00 - api99)), and its standard error if the two years were independent.
    now, before = (domain_means(clustered, year, (), "pw", psu="dnum", fpc="fpc") for year in ("api00", "api99"))
    row = differences(now, before).iloc[0]
    assert (round(row["estimate"], 5), round(row["se"], 4)) == (37.19126, 3.0852)
    assert round(float(np.hypot(now.table["se"], before.table["se"]).iloc[0]), 4) == 33.7800


def test_raked_mean_of_a_clustered_sample(schools: pd.DataFrame) -> None:
    # R: svymean(~api00, calibrate(dclus1, ~stype + sch.wide, totals, calfun = "raking", epsilon = 1e-12)). Its rake(),
    # which stops earlier, prints 641.2302469 and 23.7036412.
    weights = rake(schools, POPULATION, "pw")
    row = domain_means(schools, "api00", (), weights, psu="dnum", fpc="fpc").table.iloc[0]
    assert (round(row["estimate"], 7), round(row["se"], 5)) == (641.2303209, 23.70362)
    assert (weights.weights.min(), weights.weights.max()) == pytest.approx((29.8706754927, 67.1255292412), rel=1e-8)
    assert weights.trimmed is not None
    assert (weights.trimmed.raised, weights.trimmed.lowered) == (0, 0)
    # R: svyby(~api00, ~stype, ...).
    by_type = domain_means(schools, "api00", "stype", weights, psu="dnum", fpc="fpc").table
    assert by_type["se"].to_numpy() == pytest.approx([22.8084121941, 36.7431448778, 29.9628809591], rel=1e-7)


def test_generalised_regression_mean_of_a_clustered_sample(schools: pd.DataFrame) -> None:
    # R: the same with calfun = "linear".
    weights = greg(schools, POPULATION, "pw")
    row = domain_means(schools, "api00", (), weights, psu="dnum", fpc="fpc").table.iloc[0]
    assert (round(row["estimate"], 7), round(row["se"], 5)) == (640.9958701, 23.82949)


DESIGN = {"weight": "pw", "stratum": "stype", "fpc": "fpc"}


def test_linear_regression_of_a_stratified_sample(stratified: pd.DataFrame) -> None:
    # Row 7: svyglm(api00 ~ ell + meals + mobility).
    result = survey_regression(stratified, "api00", ["ell", "meals", "mobility"], **DESIGN)
    assert result.table["estimate"].round(6).tolist() == [820.887316, -0.480587, -3.141535, 0.225713]
    assert result.table["se"].round(6).tolist() == [10.077736, 0.391973, 0.283947, 0.393218]
    assert result.df == 194
    # confint of the same.
    assert result.table.loc[0, ["low", "high"]].tolist() == pytest.approx([801.011324490, 840.763307322], rel=1e-9)


def test_logit_of_a_stratified_sample(stratified: pd.DataFrame) -> None:
    # Row 8: svyglm(sch.wide ~ ell + meals + mobility, family = quasibinomial()).
    wide = stratified.assign(wide=stratified["sch.wide"] == "Yes")
    result = survey_regression(wide, "wide", ["ell", "meals", "mobility"], **DESIGN)
    assert result.table["estimate"].round(8).tolist() == [0.83583652, -0.00248964, -0.00315237, 0.06089678]
    # The row's own were printed at svyglm's epsilon of 1e-8, one step before its weights have settled.
    printed = [0.45562610, 0.01325250, 0.00919948, 0.03193542]
    assert result.table["se"].to_numpy() == pytest.approx(printed, rel=3e-5)
    # With control = list(epsilon = 1e-14, maxit = 100).
    settled = [0.4556208783602, 0.0132525102194, 0.0091994536088, 0.0319345769365]
    assert result.table["se"].to_numpy() == pytest.approx(settled, rel=1e-9)
    # Gradients of weighted means of plogis by differences of 1e-5, and sqrt(diag(J %*% vcov %*% t(J))) of that fit.
    effects = average_effects(result)
    assert effects["estimate"].to_numpy() == pytest.approx([-0.00034602142498, -0.00043813070589, 0.00846372412448])
    assert effects["se"].to_numpy() == pytest.approx([0.0018422242971, 0.0012783955170, 0.0044182026720], rel=1e-7)


def test_independence_in_a_stratified_sample(stratified: pd.DataFrame) -> None:
    # Row 10: svychisq(~sch.wide + stype): F 17.24744396, ndf 1.828671504, ddf 360.248286, p 2.03504636e-07.
    result = independence(stratified, "sch.wide", "stype", **DESIGN)
    assert (round(result.f, 5), round(result.ndf, 6), round(result.ddf, 3)) == (17.24744, 1.828672, 360.248)
    assert result.p_value == pytest.approx(2.03504635947e-07, rel=1e-6)


def test_t_test_of_a_stratified_sample(stratified: pd.DataFrame) -> None:
    # Row 10: svyttest(api00 ~ comp.imp), which is a regression on one answer: t 2.084243, df 196, p .0384342.
    result = survey_regression(stratified, "api00", ["comp.imp"], **DESIGN)
    row = result.table.iloc[1]
    assert (round(row["t"], 6), round(row["p_value"], 7), result.df) == (2.084243, 0.0384342, 195 + 1)
    assert [row["low"], row["high"]] == pytest.approx([2.20466400156, 79.7751960688], rel=1e-9)
