"""People who can influence priorities against those who can't: few answers are drawn to the mean of all."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analytics.cycle import Design, influence

DESIGN = Design("weight", None, "psu")


def county(sizes: list[int], gaps: list[float], seed: int = 4) -> pd.DataFrame:
    """Areas of so many people, a third of whom can influence priorities and have that much more confidence."""
    random = np.random.default_rng(seed)
    area = np.repeat(np.arange(len(sizes)), sizes)
    can = (random.random(len(area)) < 1 / 3).astype(float)
    share = 0.5 + np.array(gaps)[area] * can
    confident = (random.random(len(area)) < share).astype(float)
    return pd.DataFrame(
        {"area": area.astype(str), "can": can, "confident": confident, "weight": 1.0, "psu": np.arange(len(area))}
    )


@pytest.fixture(scope="module")
def people() -> pd.DataFrame:
    sizes = [*([120] * 20), 500, 5]
    people = county(sizes, [*np.linspace(0, 0.3, 20), 0.15, 0.15])
    # Both extreme areas have the same own difference of 1 less 2/3 and 0: five people, and five hundred.
    few, many = people["area"] == "21", people["area"] == "20"
    people.loc[few, "can"] = [1.0, 1, 0, 0, 0]
    people.loc[few, "confident"] = [1.0, 1, 1, 0, 0]
    people.loc[many, "can"] = np.tile([1.0, 1, 0, 0, 0], 100)
    people.loc[many, "confident"] = np.tile([1.0, 1, 1, 0, 0], 100)
    return people


def test_an_area_of_five_lies_nearer_the_mean_than_one_of_five_hundred(people):
    found = influence(people, "confident", "can", DESIGN)
    table = found.table.set_index("area")
    few, many = table.loc["21"], table.loc["20"]
    assert (few["direct"], many["direct"]) == (pytest.approx(2 / 3), pytest.approx(2 / 3))
    assert abs(few["estimate"] - found.mean) < 0.2 * abs(many["estimate"] - found.mean)
    assert few["own"] < 0.2 < 0.8 < many["own"]
    assert (few["base_can"], few["base_cannot"]) == (2, 3)
    assert few["low"] < few["estimate"] < few["high"]


def test_an_estimate_is_its_own_and_the_mean_by_their_precision(people):
    """By hand: the force's two shares and design effects give the variance of each area's difference."""
    found = influence(people, "confident", "can", DESIGN)
    shares = found.shares.set_index("can")
    row = found.table.set_index("area").loc["20"]
    variance = sum(
        shares["deff"][kind] * shares["estimate"][kind] * (1 - shares["estimate"][kind]) / row[base]
        for kind, base in ((1.0, "base_can"), (0.0, "base_cannot"))
    )
    # The variance between areas is averaged over, so that the weight is only about that of its mean.
    assert row["own"] == pytest.approx(found.between / (found.between + variance), abs=0.1)
    assert row["estimate"] == pytest.approx(row["own"] * row["direct"] + (1 - row["own"]) * found.mean, abs=0.02)


def test_the_force_is_compared_within_areas(people):
    found = influence(people, "confident", "can", DESIGN)
    by = people.groupby(["area", "can"])["confident"].agg(["mean", "count"]).unstack()
    n1, n0 = by["count"][1.0], by["count"][0.0]
    weight = n1 * n0 / (n1 + n0)
    expected = (weight * (by["mean"][1.0] - by["mean"][0.0])).sum() / weight.sum()
    assert found.force.estimate == pytest.approx(expected)
    assert found.force.low > 0


def test_an_area_with_one_kind_alone_is_the_model_s(people):
    alone = people.assign(can=people["can"].where(people["area"] != "3", 1.0))
    row = influence(alone, "confident", "can", DESIGN).table.set_index("area").loc["3"]
    assert np.isnan(row["direct"])
    assert (row["own"], row["base_cannot"]) == (0, 0)
    assert row["low"] < row["estimate"] < row["high"]


def test_intervals_of_areas_hold_their_true_difference():
    """On average over areas and counties; in one county all areas share what is thought of their spread."""
    held = []
    for seed in range(12):
        gaps = np.random.default_rng(seed).normal(0.15, 0.08, 40)
        found = influence(county([100] * 40, list(gaps), seed + 100), "confident", "can", DESIGN).table
        true = gaps[found["area"].astype(int)]
        held.append(((found["low"] <= true) & (true <= found["high"])).mean())
    # Measured in 200 counties: 0.92, with a standard deviation of 0.08 between counties.
    assert 0.92 - 3 * 0.08 / np.sqrt(12) <= np.mean(held) <= 0.99


def test_too_few_areas_are_refused(people):
    with pytest.raises(ValueError, match="4 areas have people of both kinds"):
        influence(people[people["area"].isin(["0", "1", "2", "3"])], "confident", "can", DESIGN)
