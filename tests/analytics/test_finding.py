"""A Finding as plain values and as JSON."""

from __future__ import annotations

import json
import math
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.finding import CLAIMS, File, Finding, Provenance, code_version

CELL = st.one_of(
    st.none(),
    st.floats(),
    st.integers(-(10**18), 10**18),
    st.booleans(),
    st.text(),
    st.sampled_from([pd.NA, pd.NaT, np.float64("nan"), np.int64(3), np.bool_(True), pd.Timestamp("2019-06-01")]),
)


def finding(tables=None, **more):
    provenance = Provenance(3, (File("a.csv", "ab" * 32, 7),), {"force": "surrey"}, "7 searches", "counting", "none")
    tables = tables or {"rates": pd.DataFrame({"group": ["White"], "rate": [1.5]})}
    return Finding("a.question", "What?", "Short", "An answer.", tables, provenance, **more)


@given(st.lists(st.tuples(CELL, CELL), max_size=6), st.text(), st.lists(st.text(), max_size=3))
def test_json_is_always_valid(rows, text, caveats):
    made = finding({"main": pd.DataFrame(rows, columns=["one", "two"], dtype=object)}, caveats=tuple(caveats), alt=text)
    read = json.loads(made.as_json(), parse_constant=lambda constant: pytest.fail(constant))
    assert len(read["table"]) == len(rows)
    assert read["caveats"] == caveats


@given(st.lists(st.none() | st.floats(), min_size=1, max_size=5))
def test_no_number_is_null_and_every_number_is_itself(values):
    made = finding({"main": pd.DataFrame({"rate": pd.array(values, dtype="Float64")})})
    read = [row["rate"] for row in json.loads(made.as_json())["table"]]
    assert read == [None if v is None or not math.isfinite(v) else v for v in values]


def test_the_shape_is_the_documented_one():
    made = finding({"first": pd.DataFrame({"a": [1]}), "second": pd.DataFrame({"b": ["x"]})}, claim=1)
    plain = made.as_dict()
    # The keys that the design names, then what was added to them.
    documented = [
        "key",
        "question",
        "answer",
        "claim",
        "claim_name",
        "scope",
        "table",
        "tables",
        "caveats",
        "provenance",
    ]
    assert set(documented) <= set(plain)
    assert set(plain) - set(documented) == {"headline", "refused"}
    assert plain["table"] == plain["tables"]["first"] == [{"a": 1}]
    assert plain["claim_name"] == "associated"
    assert plain["scope"] == plain["provenance"]["scope"] == {"force": "surrey"}
    assert plain["provenance"]["files"] == [{"name": "a.csv", "sha256": "ab" * 32, "rows": 7, "mapping": ""}]
    assert list(plain["provenance"]) == [
        "release", "files", "scope", "base", "weights", "method", "reference", "rules", "settings", "code",
    ]  # fmt: skip


def test_the_ladder_has_five_rungs():
    assert len(CLAIMS) == 5
    assert [finding(claim=rung).claim_name for rung in range(5)] == list(CLAIMS)


def test_values_that_json_lacks_are_written_as_text():
    made = finding({"main": pd.DataFrame({"at": [datetime(2019, 6, 1, tzinfo=UTC)]})})
    assert made.as_dict()["table"] == [{"at": "2019-06-01 00:00:00+00:00"}]


def test_a_text_that_looks_like_no_number_stays_text():
    made = finding({"main": pd.DataFrame({"name": ["<NA>", "nan", "None"]})})
    assert [row["name"] for row in made.as_dict()["table"]] == ["<NA>", "nan", "None"]


def test_a_refused_finding_has_no_chart():
    drawn = finding(draw=lambda mode: mode)
    assert drawn.chart("dark") == "dark"
    assert finding(draw=lambda mode: mode, refused=True).chart() is None
    assert finding().chart() is None


def test_a_finding_cannot_be_changed():
    with pytest.raises(AttributeError):
        finding().answer = "Another."


def test_the_version_is_that_of_the_project_file():
    import tomllib

    project = tomllib.loads((Path(__file__).resolve().parents[2] / "pyproject.toml").read_text(encoding="utf-8"))
    assert code_version() == project["project"]["version"]
