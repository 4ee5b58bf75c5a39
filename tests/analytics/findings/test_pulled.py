"""Ratios of areas pulled towards each other: what is withheld stays so, and few areas are refused."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from analytics.findings.stop_and_search.areas import PairAreas
from analytics.findings.stop_and_search.pulled import how_to_read, pulled, without
from analytics.findings.survey.small_areas import NoModel

WITHHELD = "withheld: fewer than 10 searches"


def areas_of(stops, residents=None):
    number = len(stops)
    names = tuple(f"District {place}" for place in range(number))
    searches = SimpleNamespace(scope=SimpleNamespace(area_level="district", group="Black", comparator="White"))
    people = np.tile([1_000.0, 10_000.0], (number, 1)) if residents is None else np.array(residents, dtype=float)
    return PairAreas(searches, names, names, np.array(stops), people, "census", ())


def shown(areas, withheld=()):
    """The table of own ratios, with the counts of some withheld."""
    at = np.isin(np.arange(len(areas.codes)), withheld)
    stops = areas.stops[:, 0]
    return pd.DataFrame(
        {
            "area": areas.codes,
            "name": areas.names,
            "stops": pd.array(np.where(at, None, stops), dtype="Int64"),
            "ratio": pd.array(np.where(at, None, 10 * stops / np.maximum(areas.stops[:, 1], 1)), dtype="Float64"),
            "flag": np.where(at, WITHHELD, ""),
        }
    )


LARGE = [(40, 205), (62, 290), (35, 180), (51, 260), (20, 210)]


def test_areas_whose_counts_are_withheld_have_one_and_the_same_figure_that_tells_neither_count():
    areas = areas_of([*LARGE, (2, 30), (9, 12)])
    made = pulled(areas, shown(areas, (5, 6)), 2.0, None)
    one, other = (made.iloc[place].drop(["area", "name"]) for place in (5, 6))
    assert one.equals(other)
    assert one["flag"] == "model only: fewer than 10 searches of a group"
    assert one["own_share"] == 0
    assert pd.isna(one["ratio"])
    assert (made["own_share"][:5] > 0.3).all()
    # Nor does what stands there follow one of the two: a large area without searches would have it as well.
    empty = areas_of([*LARGE, (2, 30), (9, 12), (0, 0)])
    last = pulled(empty, shown(empty, (5, 6)).fillna({"ratio": 0}), 2.0, None).iloc[7]
    assert last[["ratio_pulled", "low", "high"]].tolist() == pytest.approx(
        one[["ratio_pulled", "low", "high"]].tolist()
    )


def test_an_area_is_pulled_the_further_the_fewer_its_searches_and_clumps_pull_all():
    """Three times the ratio of the others, from 12 to 20 searches and from 1,200 to 2,000."""
    areas = areas_of([*LARGE, (12, 20), (1_200, 2_000)])
    alone, clumped = (pulled(areas, shown(areas), 2.0, factor).set_index("area") for factor in (1.0, 5.0))
    few, many = alone.loc["District 5"], alone.loc["District 6"]
    assert few["ratio"] == many["ratio"] == 6
    assert many["ratio_pulled"] == pytest.approx(6, rel=0.02)
    assert 2 < few["ratio_pulled"] < 5.6
    assert many["own_share"] > 0.95 > few["own_share"]
    assert clumped.loc["District 5", "ratio_pulled"] < few["ratio_pulled"]
    assert (few["chance_above_1"], many["chance_above_force"]) == pytest.approx((1, 1), abs=0.02)


def test_an_area_without_residents_keeps_its_place_and_reason():
    areas = areas_of([*LARGE, (50, 50)], [*[[1_000, 10_000]] * 5, [0, 10_000]])
    own = shown(areas)
    own.loc[5, ["ratio", "flag"]] = [None, "no residents of one of the two groups are loaded"]
    row = pulled(areas, own, 2.0, None).iloc[5]
    assert row["flag"] == "no residents of one of the two groups are loaded"
    assert row[["ratio", "ratio_pulled", "low", "high", "chance_above_1", "chance_above_force"]].isna().all()


def test_a_figure_whose_range_is_more_than_a_hundred_fold_wide_is_not_given():
    areas = areas_of([(10, 10), (12, 400), (400, 12)])
    made = pulled(areas, shown(areas), 2.0, 12.0)
    wide = made["flag"] == "range more than 100-fold wide"
    figures = made[["ratio_pulled", "low", "high", "chance_above_1", "chance_above_force", "own_share"]]
    assert 0 < wide.sum() < 3
    assert figures[wide].isna().all(axis=None)
    assert figures[~wide].notna().all(axis=None)
    assert (made["high"] <= 100 * made["low"])[~wide].all()


def test_of_two_areas_there_is_no_model():
    areas = areas_of([*LARGE[:2], (0, 0)])
    with pytest.raises(NoModel) as why:
        pulled(areas, shown(areas), 2.0, None)
    assert without(why.value) == (
        "No ratio is pulled towards the others: fewer than 3 districts have searches and residents of both groups."
    )


@pytest.mark.parametrize(("withheld", "told"), [((), False), ((5,), True)])
def test_how_to_read_it_says_of_the_model_alone_where_there_is_such_a_figure(withheld, told):
    areas = areas_of([*LARGE, (9, 90)])
    said = how_to_read("district", pulled(areas, shown(areas, withheld), 2.0, None))
    assert said.endswith("; the order is that of the alphabet.")
    assert ("of one with fewer than 10 searches of a group it is that alone" in said) == told
