from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analytics.survey import PooledDeff, domain_means, pooled_deff, smoothed, wilson_t


def drawn(icc: float, areas: int = 400, psus: int = 4, take: int = 10, seed: int = 3) -> pd.DataFrame:
    random = np.random.default_rng(seed)
    share = np.repeat(random.uniform(0.3, 0.7, areas), psus)
    spread = (1 - icc) / icc
    own = random.beta(share * spread, (1 - share) * spread)
    psu = np.repeat(np.arange(areas * psus), take)
    answers = (random.random(len(psu)) < own[psu]) * 1.0
    return pd.DataFrame({"psu": psu, "area": psu // psus, "y": answers, "weight": random.lognormal(0, 0.5, len(psu))})


@pytest.mark.parametrize("icc", [0.02, 0.1])
@pytest.mark.parametrize("fills", [False, True], ids=["large strata", "an area is a stratum"])
def test_the_correlation_is_found_whatever_the_strata(icc: float, fills: bool) -> None:
    asked = drawn(icc)
    asked["stratum"] = asked["area"] if fills else asked["area"] % 5
    pooled = pooled_deff(domain_means(asked, "y", "area", "weight", "stratum", "psu"))
    assert pooled.correlation == pytest.approx(icc, abs=0.015)
    assert pooled.df == pytest.approx(1_200, rel=0.02)
    assert pooled.domains == 400


def test_areas_with_one_psu_in_each_stratum_are_enough() -> None:
    asked = drawn(0.1)
    asked["stratum"] = asked["psu"] % 4
    result = domain_means(asked, "y", "area", "weight", "stratum", "psu")
    assert result.table["fallback"].all()
    assert pooled_deff(result).correlation == pytest.approx(0.1, abs=0.02)


def test_without_clusters_the_design_effects_are_kishs() -> None:
    result = domain_means(drawn(0.1), "y", "area", "weight")
    pooled = pooled_deff(result)
    assert pooled.correlation == 0
    assert pooled.of(result) == pytest.approx((result.table["base"] / result.table["n_eff"]).to_numpy())


def test_the_design_effect_of_equal_clusters_and_weights_is_kishs_formula() -> None:
    result = domain_means(drawn(0.1), "y", "area", psu="psu")
    assert PooledDeff(0.05, 100, 1).of(result) == pytest.approx(1 + 9 * 0.05)


def test_smoothed_intervals_have_the_pooled_design_effect_and_degrees_of_freedom() -> None:
    result = domain_means(drawn(0.1, areas=20), "y", "area", "weight", psu="psu")
    pooled = pooled_deff(result)
    even = smoothed(result, pooled)
    table, p = even.table, result.table["estimate"].to_numpy()
    size = 40 / pooled.of(result)
    expected = wilson_t(p, size, pooled.df)
    assert (table["low"].to_numpy(), table["high"].to_numpy()) == tuple(pytest.approx(limit) for limit in expected)
    assert table["se"].to_numpy() == pytest.approx(np.sqrt(p * (1 - p) / size))
    assert table["n_eff"].to_numpy() == pytest.approx(size)
    assert (table["df"] == pooled.df).all()
    assert even.smoothed
    assert not result.smoothed


def test_a_net_score_is_smoothed_with_its_parts() -> None:
    asked = drawn(0.1, areas=20)
    asked["net"] = np.where(asked["y"] > 0, 1, np.where(asked["weight"] > 1, -1, 0))
    even = smoothed(result := domain_means(asked, "net", "area", psu="psu"), pooled_deff(result))
    table = even.table
    assert ((table["low"] < table["estimate"]) & (table["estimate"] < table["high"])).all()
    assert even.parts is not None
    assert even.parts[0].table["n_eff"].to_numpy() == pytest.approx(table["n_eff"].to_numpy())


def test_nothing_to_estimate_it_from_is_said() -> None:
    alone = pd.DataFrame({"area": [1, 1, 2, 2], "psu": [1, 1, 2, 2], "y": [1, 0, 1, 0]})
    with pytest.raises(ValueError, match="No domain has two sampling points"):
        pooled_deff(domain_means(alone, "y", "area", psu="psu"))
