from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analytics.survey import PublicationRule, domain_means, pooled_deff, publish, smoothed

FIGURES = ["estimate", "se", "low", "high", "deff"]


def group(name: str, n: int, positive: int, per_psu: int = 5, weights: tuple[float, ...] = (1.0,)) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "group": name,
            "psu": [f"{name}{k // per_psu}" for k in range(n)],
            "weight": [weights[k % len(weights)] for k in range(n)],
            "y": [1.0 if k * positive // n != (k + 1) * positive // n else 0.0 for k in range(n)],
        }
    )


@pytest.fixture(scope="module")
def shown() -> pd.DataFrame:
    """Ten groups, each with a reason of its own."""
    groups = [
        group("clear", 400, 200),
        group("everybody", 400, 400),
        group("few points", 400, 200, per_psu=100),
        group("nobody", 400, 0),
        group("rare", 60, 2),
        group("secret", 4, 2),
        group("small", 23, 12),
        group("small, all", 23, 23),
        group("uneven", 60, 30, weights=(1.0, 0.05, 0.05)),
        group("wide", 52, 26, per_psu=1, weights=(1.0, 0.4, 0.4)),
    ]
    return publish(domain_means(pd.concat(groups), "y", "group", "weight", psu="psu")).set_index("group")


def test_each_group_has_its_reason(shown: pd.DataFrame) -> None:
    assert shown["flag"].to_dict() == {
        "clear": "",
        "everybody": "for review: everybody answered this way",
        "few points": "for review: few sampling points",
        "nobody": "for review: nobody answered this way",
        "rare": "too imprecise to use as a figure",
        "secret": "not enough answers: fewer than 10",
        "small": "not enough answers: 23",
        "small, all": "not enough answers: 23",
        "uneven": "not enough answers: 60, which count as 24",
        "wide": "too imprecise to use as a figure",
    }


def test_a_withheld_figure_is_null_and_its_base_stays(shown: pd.DataFrame) -> None:
    withheld = shown["flag"].str.startswith("not enough")
    assert shown.loc[withheld, FIGURES].isna().all(axis=None)
    assert shown.loc[~withheld, FIGURES[:4]].notna().all(axis=None)
    assert shown.loc["small", "base"] == 23
    assert shown.loc["secret", ["base", "weight", "n_eff", "psus", "strata", "df"]].isna().all()


def test_withholding_never_looks_at_the_estimate() -> None:
    some, none = (domain_means(group("g", 55, positive), "y", "group", psu="psu") for positive in (27, 0))
    assert publish(some)["estimate"].notna().all()
    assert publish(none)["estimate"].notna().all()


def test_thresholds_are_the_callers() -> None:
    result = domain_means(group("g", 40, 20, per_psu=2), "y", "group", psu="psu")
    assert publish(result)["flag"].tolist() == ["not enough answers: 40"]
    loose = PublicationRule(least_base=20, least_n_eff=10, widest=0.5)
    assert publish(result, loose)["flag"].tolist() == [""]
    assert publish(result, PublicationRule(least_count=50))["flag"].tolist() == ["not enough answers: fewer than 50"]


def test_the_result_itself_is_left_alone() -> None:
    result = domain_means(group("g", 23, 12), "y", "group", psu="psu")
    publish(result)
    assert result.table["estimate"].notna().all()
    assert "flag" not in result.table


def test_a_net_score_is_imprecise_from_twice_the_width_of_a_share() -> None:
    asked = group("g", 60, 30)
    asked["net"] = 2 * asked["y"] - 1
    result = domain_means(asked, "net", "group", psu="psu")
    width = float(result.table["high"].iloc[0] - result.table["low"].iloc[0])
    for widest, flag in ((width / 2 - 0.001, "too imprecise to use as a figure"), (width / 2 + 0.001, "")):
        assert publish(result, PublicationRule(widest=widest))["flag"].tolist() == [flag]


def test_a_smoothed_area_is_judged_by_the_pooled_degrees_of_freedom() -> None:
    areas = pd.concat([group(f"area {k}", 200, 100, per_psu=40) for k in range(20)])
    result = domain_means(areas, "y", "group", psu="psu")
    assert set(publish(result)["flag"]) == {"for review: few sampling points"}
    assert set(publish(smoothed(result, pooled_deff(result)))["flag"]) == {""}


def test_an_empty_table_stays_empty() -> None:
    result = domain_means(pd.DataFrame({"y": [1.0], "group": [None]}), "y", "group")
    assert publish(result).empty
    assert "flag" in publish(result)


def test_a_domain_without_answers_is_said_in_words() -> None:
    result = domain_means(pd.DataFrame({"y": [1.0, np.nan], "group": ["a", "b"]}), "y", "group")
    assert publish(result)["flag"].tolist() == ["not enough answers: fewer than 10"] * 2
