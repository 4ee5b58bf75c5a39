from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
import pytest

from analytics.survey import Sample, differences, domain_means, domain_means_of_cells

SHARE = {"positive": 1, "neutral": 0, "negative": 0}
NET = {"positive": 1, "neutral": 0, "negative": -1}
CLASSES = ("positive", "neutral", "negative", "don't know", "not asked")
PLACES = ["wave", "stratum", "psu"]


@pytest.fixture(scope="module")
def asked() -> pd.DataFrame:
    """Two waves, three strata, PSUs that cross areas, an area in few PSUs, unequal weights, a silent PSU."""
    random = np.random.default_rng(11)
    n = 3_000
    psu = random.integers(0, 40, n)
    frame = pd.DataFrame(
        {
            "wave": np.where(psu < 20, "2023-03", "2023-06"),
            "stratum": np.array(list("abc"))[psu % 3],
            "psu": psu,
            "area": np.array(["E1", "E2", "E3"])[(psu + random.integers(0, 2, n)) % 3],
            "group": random.choice(["Asian", "Black", "White"], n, p=[0.1, 0.1, 0.8]),
            "answer_class": np.array(CLASSES)[random.choice(5, n, p=[0.5, 0.2, 0.2, 0.05, 0.05])],
            "weight": random.lognormal(0, 0.6, n),
        }
    )
    frame.loc[frame["psu"].isin([2, 5, 31]), "area"] = "E4"
    frame.loc[frame["psu"] == 7, "answer_class"] = "not asked"
    return frame


@pytest.fixture(scope="module")
def cells(asked: pd.DataFrame) -> pd.DataFrame:
    keys = ["area", "group", "answer_class", *PLACES]
    squared = asked.assign(squared=asked["weight"] ** 2)
    return (
        squared.groupby(keys, observed=True)
        .agg(n=("weight", "size"), weight=("weight", "sum"), weight_squared=("squared", "sum"))
        .reset_index()
    )


@pytest.fixture(scope="module")
def design(asked: pd.DataFrame) -> pd.DataFrame:
    return asked[PLACES].drop_duplicates().sample(frac=1, random_state=1).reset_index(drop=True)


@pytest.mark.parametrize("by", [(), "area", ["group", "area"], ["area", "wave"]], ids=str)
@pytest.mark.parametrize(
    "scores", [SHARE, NET, {"positive": 3, "neutral": 2, "negative": 1}], ids=["share", "net", "mean"]
)
def test_cells_and_rows_give_the_same(
    asked: pd.DataFrame, cells: pd.DataFrame, design: pd.DataFrame, by: str | list[str], scores: Mapping[str, float]
) -> None:
    rows = asked.assign(value=asked["answer_class"].map(scores))
    expected = domain_means(rows, "value", by, "weight", ["wave", "stratum"], "psu")
    result = domain_means_of_cells(cells, design, scores, by)
    assert result.kind == expected.kind
    pd.testing.assert_frame_equal(result.table, expected.table, rtol=1e-12, atol=1e-12)
    assert result.totals.linearised == pytest.approx(expected.totals.linearised, rel=1e-12, abs=1e-15)


def test_contrasts_of_cells_and_rows_are_the_same(
    asked: pd.DataFrame, cells: pd.DataFrame, design: pd.DataFrame
) -> None:
    rows = asked.assign(value=asked["answer_class"].map(SHARE))
    of_rows = domain_means(rows, "value", "area", "weight", ["wave", "stratum"], "psu")
    of_cells = domain_means_of_cells(cells, design, SHARE, "area")
    expected = differences(of_rows, None, [0, 1], [1, 3])
    pd.testing.assert_frame_equal(differences(of_cells, None, [0, 1], [1, 3]), expected, rtol=1e-11, atol=1e-12)


def test_the_order_of_cells_and_design_does_not_matter(cells: pd.DataFrame, design: pd.DataFrame) -> None:
    mixed = domain_means_of_cells(cells.sample(frac=1, random_state=3), design[::-1], NET, "area")
    pd.testing.assert_frame_equal(mixed.table, domain_means_of_cells(cells, design, NET, "area").table)
    categories = cells.astype(dict.fromkeys(["area", "answer_class", "wave", "stratum"], "category"))
    table = domain_means_of_cells(categories, design, NET, "area").table
    assert table["se"].tolist() == pytest.approx(mixed.table["se"].tolist())


def test_choosing_a_domain_is_leaving_cells_out_never_the_design(cells: pd.DataFrame, design: pd.DataFrame) -> None:
    whole = domain_means_of_cells(cells, design, SHARE, ["area", "wave"])
    one = domain_means_of_cells(cells[(cells["area"] == "E4") & (cells["wave"] == "2023-03")], design, SHARE, ())
    expected = whole.table.iloc[whole.rows(area="E4", wave="2023-03")].reset_index(drop=True)
    pd.testing.assert_frame_equal(one.table, expected.drop(columns=["area", "wave"]), rtol=1e-12)
    short = domain_means_of_cells(
        cells[cells["area"] == "E4"], design[design["psu"].isin([2, 5, 31])], SHARE, ()
    ).table.iloc[0]
    assert abs(short["se"] / whole_se(cells, design) - 1) > 0.02


def whole_se(cells: pd.DataFrame, design: pd.DataFrame) -> float:
    result = domain_means_of_cells(cells, design, SHARE, "area")
    return float(result.table.iloc[result.rows(area="E4")]["se"].iloc[0])


def test_no_cells_give_an_empty_table(cells: pd.DataFrame, design: pd.DataFrame) -> None:
    assert domain_means_of_cells(cells[:0], design, SHARE, "area").table.empty


def test_only_classes_outside_give_a_domain_without_answers(cells: pd.DataFrame, design: pd.DataFrame) -> None:
    silent = domain_means_of_cells(cells[cells["answer_class"] == "not asked"], design, NET, ()).table.iloc[0]
    assert silent["base"] == 0
    assert silent[["estimate", "se", "low", "high"]].isna().all()


def test_a_psu_that_the_design_lacks_is_named(cells: pd.DataFrame, design: pd.DataFrame) -> None:
    with pytest.raises(ValueError, match=r"cells are of a PSU that the design does not list, such as wave .*psu 9"):
        domain_means_of_cells(cells, design[design["psu"] != 9], SHARE, "area")


def test_a_psu_listed_twice_is_refused(cells: pd.DataFrame, design: pd.DataFrame) -> None:
    with pytest.raises(ValueError, match="The design lists 41 PSUs, but only 40 differ: list each once"):
        domain_means_of_cells(cells, pd.concat([design, design[:1]]), SHARE, "area")


def test_cells_need_a_psu_and_their_columns(cells: pd.DataFrame, design: pd.DataFrame) -> None:
    with pytest.raises(ValueError, match="Cells need the PSU"):
        domain_means_of_cells(cells, design, SHARE, "area", psu=())
    with pytest.raises(ValueError, match="There is no column weight_squared in the cells"):
        domain_means_of_cells(cells.drop(columns="weight_squared"), design, SHARE, "area")


def test_a_sample_listed_once_serves_many_results(cells: pd.DataFrame, design: pd.DataFrame) -> None:
    sample = Sample.listed(design, ["wave", "stratum"], "psu")
    for by in ("area", ["area", "wave"]):
        own, listed = (domain_means_of_cells(cells, of, SHARE, by) for of in (design, sample))
        pd.testing.assert_frame_equal(listed.table, own.table)
        assert listed.sample is sample
    with pytest.raises(ValueError, match="listed by wave, stratum, psu, not by wave, psu"):
        domain_means_of_cells(cells, sample, SHARE, "area", stratum="wave")
    with pytest.raises(ValueError, match="list each once"):
        Sample.listed(pd.concat([design, design.head(1)]), ["wave", "stratum"], "psu")


def test_texts_and_categories_are_the_same_keys(cells: pd.DataFrame, design: pd.DataFrame) -> None:
    coded = cells.astype({name: "category" for name in ("area", "group", "wave", "stratum", "answer_class")})
    # A category that nobody is in, and an order that is not that of the alphabet.
    coded["area"] = coded["area"].cat.set_categories(["E4", "E9", "E2", "E1", "E3"])
    own, other = (domain_means_of_cells(frame, design, SHARE, ["area", "group"]).table for frame in (cells, coded))
    pd.testing.assert_frame_equal(own, other.astype({"area": object, "group": object}), check_dtype=False)
    coded.loc[coded["area"] == "E1", "area"] = None
    lacking = domain_means_of_cells(coded, design, SHARE, "area").table
    assert list(lacking["area"]) == ["E2", "E3", "E4"]
