"""Every figure of a survey says how it was made, and asked again with what it says of itself it is the same."""

from __future__ import annotations

import io
import re

import openpyxl
import pandas as pd
import pytest

from analytics.briefings.spreadsheet import to_csv, to_excel
from analytics.findings import QUESTIONS
from analytics.reading import provenance_table
from analytics.scope import Scope

SURVEY = (
    "overview.headline",
    "overview.tiles",
    "overview.what_changed",
    "overview.where_to_look",
    "trends.measure",
    "trends.by_group",
    "trends.by_area",
    "trends.compare",
    "trends.change",
    "cycle.treatment_or_outcome",
    "cycle.contact_asymmetry",
    "neighbourhoods.map",
)
CHOSEN = {
    "trends.measure": {"points": "rolling", "dont_know": "counted", "area": "X07000003"},
    "trends.by_group": {"by": "disability", "measure": "fair"},
    "trends.compare": {"compare_from": "2026-01", "by": "sex"},
    "overview.what_changed": {"area": "X05000010"},
}


@pytest.fixture(scope="module")
def view(demonstration):
    return demonstration.view()


@pytest.fixture(scope="module", params=[(key, False) for key in SURVEY] + [(key, True) for key in CHOSEN], ids=str)
def found(request, view):
    key, chosen = request.param
    answer = QUESTIONS[key].answer(Scope.of(CHOSEN[key]) if chosen else Scope(), view)
    assert not answer.refused, answer.answer
    return answer


def test_nothing_is_missing(found, view):
    made = found.provenance
    assert made.release == view.release.number
    assert re.search(r"\d", made.base)
    assert len(made.method) > 40
    # A year and a page, a volume or a document: somebody can look it up.
    assert re.search(r"(19|20)\d\d|docs/", made.reference)
    assert made.weights
    assert not made.weights.startswith("None")
    assert made.settings["Fewest answers"] == "50"
    assert made.rules
    assert made.code


def test_its_files_are_those_of_the_waves_that_it_pools(found, view):
    current = view.current_loads
    waves = current[current["table"] == "responses"]
    named = {file.sha256: file.rows for file in found.provenance.files}
    assert all(re.fullmatch("[0-9a-f]{64}", sha) for sha in named)
    used = waves[waves["sha256"].isin(named)]
    assert len(used)
    assert all(named[sha] == rows for sha, rows in zip(used["sha256"], used["rows"], strict=True))


def test_asked_again_it_is_the_same(found, view):
    again = QUESTIONS[found.key].answer(Scope.of(dict(found.provenance.scope)), view)
    assert (again.headline, again.answer) == (found.headline, found.answer)
    for name, table in found.tables.items():
        pd.testing.assert_frame_equal(again.tables[name], table)


def test_it_goes_with_the_files(found):
    book = openpyxl.load_workbook(io.BytesIO(to_excel(found)))
    cover = " ".join(str(cell.value) for row in book["Cover"] for cell in row if cell.value is not None)
    made = found.provenance
    for said in (made.base, made.method, made.reference, made.weights, *made.rules):
        assert said in cover
    for file in made.files:
        assert file.sha256 in cover
    header, first = to_csv(found).decode("utf-8-sig").splitlines()[:2]
    assert {"force", "survey"} & set(header.split(","))
    assert "eskmere" in first


def test_the_page_shows_all_of_it(found):
    shown = dict(provenance_table(found).to_numpy().tolist())
    made = found.provenance
    assert {made.base, made.method, made.reference, made.weights} <= set(shown.values())
    assert all(rule in " ".join(shown.values()) for rule in made.rules)
