"""What words mean, how figures are made, what is withheld and what studies found, as Findings."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from analytics.briefings.spreadsheet import to_csv, to_excel
from analytics.columns import meaning
from analytics.findings import QUESTIONS
from analytics.findings.methods import definitions, evidence, figures, withheld
from analytics.library.headings import entry_of, pairs_of, table_of
from analytics.library.yardsticks import criteria
from analytics.scope import Scope
from data.settings import Settings, settings
from data.vocabularies.survey import CLASSES

LISTS = Path(__file__).resolve().parents[3] / "data" / "vocabularies"
KEYS = [key for key in QUESTIONS if key.startswith("methods.")]


@pytest.fixture(autouse=True)
def _fresh():
    settings.cache_clear()
    yield
    settings.cache_clear()


@pytest.fixture
def ask(store):
    """A function that asks for a list, of a store that holds nothing."""
    return lambda question: question(Scope(), store.view())


def read(name: str) -> list[dict[str, str]]:
    with (LISTS / f"{name}.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("key", KEYS)
def test_a_list_needs_no_data_and_can_be_taken_away(key, store):
    finding = QUESTIONS[key].answer(Scope(), store.view())
    assert not finding.refused
    assert len(finding.headline) < 70
    assert finding.answer.endswith(".")
    assert {name for table in finding.tables.values() for name in table.columns if not meaning(name)} == set()
    assert to_csv(finding).count(b"\r\n") >= len(finding.table) + 1
    assert to_excel(finding)[:2] == b"PK"
    assert finding.table.notna().all(axis=None)


def test_every_measure_has_its_answers_in_their_classes(ask):
    finding = ask(definitions)
    table = finding.tables["measures"].set_index("measure")
    scales = read("scales")
    assert len(table) == len(read("measures"))
    for measure in read("measures"):
        row = table.loc[measure["id"]]
        assert (row["wording"], row["better"]) == (measure["wording"], measure["better"])
        for name, column in zip(CLASSES, ("positive", "neutral", "negative", "dont_know"), strict=False):
            expected = [s["answer"] for s in scales if (s["list"], s["class"]) == (measure["scale"], name)]
            assert row[column] == "; ".join(expected)
    unread = sum(measure["wording_read"] == "no" for measure in read("measures"))
    assert finding.caveats[0].startswith(f"Of {unread} measures the wording was not read")


def test_groups_are_those_that_figures_are_made_with(ask, monkeypatch):
    def counts_as(group: str) -> str:
        table = ask(definitions).tables["groupings"]
        return table[table["value"] == group]["counts_as"].item()

    assert [counts_as(group) for group in ("Chinese", "Roma", "Not stated")] == [
        "Asian",
        "White",
        "Not stated: a group of its own",
    ]
    monkeypatch.setenv("CONFIDENCE_CHINESE", "other")
    settings.cache_clear()
    assert counts_as("Chinese") == "Other"
    assert ask(definitions).provenance.settings == {"chinese": "Other"}


def test_a_rule_shows_the_setting_that_is_in_force(ask, monkeypatch):
    by_default = ask(withheld)
    assert by_default.answer.endswith("every setting is as it is by default.")
    monkeypatch.setenv("CONFIDENCE_THRESHOLD", "12")
    settings.cache_clear()
    finding = ask(withheld)
    row = finding.table.set_index("variable").loc["CONFIDENCE_THRESHOLD"]
    assert (row["value"], row["default"]) == ("12", "10")
    assert "under 12 in a breakdown" in row["says"]
    assert finding.answer.endswith("not as they are by default: CONFIDENCE_THRESHOLD.")
    refuses = ask(figures).table.set_index("key").at["stop_and_search.rates", "refuses"]
    assert "Counts under 12 in a breakdown are withheld" in refuses


def test_what_is_withheld_of_engagement_and_what_is_given(ask):
    rules = ask(withheld).table.set_index("rule")["says"]
    assert "by a personal characteristic (age, sex, ethnic group, disability)" in rules["Small counts"]
    assert (
        "items of feedback, of ratings and of participations as a whole are never withheld"
        in (rules["Counts that are given"])
    )


def test_every_threshold_among_the_settings_is_told(ask):
    numbers = {name for name, field in Settings.model_fields.items() if field.annotation in (int, float)}
    told = set(ask(withheld).table["variable"])
    of_the_server = {"lock_seconds", "upload_session", "upload_server"}  # they change no figure
    of_the_five_tests = {
        one.setting for one in criteria()
    }  # yardsticks, which withhold nothing: they stand in its table
    assert of_the_five_tests <= numbers
    assert {f"CONFIDENCE_{name.upper()}" for name in numbers - of_the_server - of_the_five_tests} == told - {""}


def test_what_is_not_there_yet_is_said(ask):
    rules = ask(withheld).table.set_index("rule")["says"]
    assert rules["Subtraction"].startswith("Where one group's answers alone are withheld")


def test_methods_stand_under_the_page_that_asks(ask):
    finding = ask(figures)
    assert list(finding.table["key"]) == list(finding.table["key"].unique())
    pages = dict(zip(finding.table["key"], finding.table["page"], strict=True))
    assert (pages["stop_and_search.rates"], pages["data.coverage"]) == ("Stop and search", "Data and methods")
    assert set(finding.tables["coverage"]["key"]) <= set(pages)
    assert not finding.table["refuses"].str.contains("[{}]").any()
    assert not finding.table["formula"].str.contains("[{}]").any()


def test_studies_are_counted_by_what_they_point_at(ask):
    finding = ask(evidence)
    # By hand from evidence.toml.
    assert finding.answer.startswith(
        "18 entries: 9 for a link of the cycle, 6 that qualify one, and 3 that the guidance cites and nobody read"
    )
    assert finding.claim == 0


def test_a_term_reads_as_an_entry(ask):
    rows = {row["term"]: row for row in ask(definitions).table.to_dict("records")}
    assert entry_of("terms", rows["Rate"])[0] == "Rate"
    assert entry_of("terms", rows["Rate"])[2] == "Computed as: 1,000 × searches ÷ residents. Used on: Stop and search."
    assert entry_of("terms", rows["Release"])[2] == "Used on: How was this made?"


def test_a_method_reads_as_pairs_without_what_is_empty(ask):
    finding = ask(figures)
    rows = {row["key"]: row for row in finding.table.to_dict("records")}
    assert "Coverage measured with" in set(pairs_of("methods", rows["trends.measure"])["what"])
    assert "Coverage measured with" not in set(pairs_of("methods", rows["data.coverage"])["what"])
    assert "What was simulated" in table_of("coverage", finding.tables["coverage"])
