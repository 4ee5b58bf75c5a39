"""A survey small enough to print, with strata, PSUs that cross areas, unequal weights and missing answers."""

from __future__ import annotations

import pandas as pd
import pytest


@pytest.fixture(scope="session")
def survey() -> pd.DataFrame:
    """240 people in 20 PSUs of 4 strata. Written to a file, the same rows gave the numbers of R in these tests."""
    k = pd.Series(range(240))
    psu = k // 12
    frame = pd.DataFrame(
        {
            "stratum": psu.map(lambda number: "abcd"[(number > 4) + (number > 8) + (number > 14)]),
            "psu": psu,
            "area": ((k * 5 + psu * psu) % 11 // 3).map(lambda number: "NESW"[number]),
            "weight": 0.5 + (k * 37 % 19) / 8,
            "answer": (k * k * 3 + k * psu) % 13,
        }
    )
    frame["satisfied"] = (frame["answer"] < 5 + psu % 3).astype(float)
    frame["net"] = frame["answer"].map(lambda answer: 1.0 if answer < 6 else -1.0 if answer > 9 else 0.0)
    frame.loc[frame["answer"] == 12, ["satisfied", "net"]] = None
    return frame


@pytest.fixture(scope="session")
def asked(survey: pd.DataFrame) -> pd.DataFrame:
    """The same survey with an age, a number, the PSUs of each stratum in the population and weights that are skewed."""
    k = pd.Series(range(240))
    return survey.assign(
        age=((k * 7 + k // 5) % 3).map(lambda number: ("old", "middle", "young")[number]),
        x=(k * k + 3 * k) % 17 / 4,
        size=survey["stratum"].map({"a": 20, "b": 12, "c": 30, "d": 9}),
        skew=survey["weight"] * k.map(lambda number: 9 if number % 40 == 7 else 0.15 if number % 30 == 11 else 1),
    )
