"""Survey estimates against R's package survey (4.1.1 on R 4.2.2, and its own published tests)."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analytics.survey import differences, domain_means, effective_sample, korn_graubard, t_interval

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


@pytest.mark.real
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


@pytest.mark.real
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


@pytest.mark.real
def test_domains_of_a_stratified_sample(stratified: pd.DataFrame) -> None:
    # Row 6: svyby(~I(api00 > 700), ~stype, d, svymean).
    high = stratified.assign(high=stratified["api00"] > 700)
    table = domain_means(high, "high", "stype", "pw", "stype", fpc="fpc").table
    assert table["stype"].tolist() == ["E", "H", "M"]
    assert table["estimate"].to_numpy() == pytest.approx([0.46, 0.30, 0.24], abs=1e-12)
    assert table["se"].round(10).tolist() == [0.0495210762, 0.0632605102, 0.0594946846]


@pytest.mark.real
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
