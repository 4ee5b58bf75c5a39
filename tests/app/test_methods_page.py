"""The page Data and methods: each part by its address, what it shows, and what it says where nothing is loaded."""

from __future__ import annotations

import re

import pytest

from analytics.findings import QUESTIONS
from analytics.library.entries import methods, studies, terms
from analytics.wording import plain
from tests.app.conftest import ROOT
from tests.app.small_store import SEARCHES

PAGE = "pages/manage/methods.py"
PARTS = {
    "loaded": "## 1 of 9 force\\-months missing",
    "definitions": "## What the words, the measures and the groups mean",
    "methods": "## How every figure is made, and what checks it",
    "withheld": "## What is withheld, when and why",
    "evidence": "## What studies found, for a link and against it",
    "accessibility": "## Accessibility statement",
    "data-protection": "## Data protection",
}
"""Each part by its name in the address, and how it starts."""


def texts(app) -> list[str]:
    return [part.value for part in app.markdown]


def labels(app) -> list[str]:
    return [part.label for part in app.expander]


def opened(run, key: str, **address: str):
    """The page with one of its folded parts open."""
    app = run(PAGE, **address)
    app.session_state[key] = True
    return app.run()


@pytest.mark.parametrize(("part", "start"), PARTS.items())
def test_a_part_opens_by_its_address(part, start, run) -> None:
    app = run(PAGE, part=part)
    assert not app.exception
    assert [text for text in texts(app) if text.startswith("## ")][:1] == [start] or any(
        text.startswith(f"{start}\n") for text in texts(app)
    )
    assert app.query_params["part"] in (part, [part])


def test_the_first_part_stands_for_an_address_without_one_and_for_one_that_is_none(run) -> None:
    for address in ({}, {"part": "nowhere"}):
        app = run(PAGE, **address)
        assert not app.exception
        assert PARTS["loaded"] in texts(app)


def test_only_the_open_part_is_drawn(run) -> None:
    app = run(PAGE, part="methods")
    names = app.radio(key="contents")
    assert names.options[:3] == ["What is loaded", "Definitions", "Methods"]
    assert names.value == "methods"
    assert [words in texts(app) for part, words in PARTS.items()] == [part == "methods" for part in PARTS]


def test_choosing_a_part_opens_it_and_goes_into_the_address(run) -> None:
    app = run(PAGE, part="methods")
    app.radio(key="contents").set_value("definitions").run()
    assert not app.exception
    assert PARTS["definitions"] in texts(app)
    assert app.query_params["part"] in ("definitions", ["definitions"])


def test_it_counts_what_is_loaded_and_what_is_missing(run) -> None:
    app = run(PAGE)
    # By hand: five months of one force with one gap between them, three of the other; two censuses and two of areas.
    said = (
        f"Stop and search of 2 forces, April 2018 to July 2019, 8 files with {len(SEARCHES):,} rows, 1 month missing; "
        "besides census ethnicity (2 files), boundaries (1 file) and area lookup (1 file)."
    )
    assert plain(said) in texts(app)
    assert len(app.get("plotly_chart")) == 1
    assert app.get("plotly_chart")[0].proto.alt.startswith("Stop and search, 2 forces, April 2018 to July 2019")
    assert "missing" in app.caption[0].value


def test_every_term_stands_on_the_page(run) -> None:
    said = " ".join(texts(run(PAGE, part="definitions")))
    assert [term.term for term in terms() if f"**{plain(term.term)}**  \n{plain(term.meaning)}" not in said] == []


def test_measures_open_stage_by_stage(run) -> None:
    app = run(PAGE, part="definitions")
    assert "Fair treatment \\(10\\)" in labels(app)
    app = opened(run, "stage_fair treatment", part="definitions")
    said = " ".join(texts(app))
    assert plain("The police in your area listen to the concerns of local people") in said
    assert plain("Positive: Strongly agree; Tend to agree. Neutral: Neither agree nor disagree.") in said


def test_every_question_has_its_method_one_click_away(run) -> None:
    app = run(PAGE, part="methods")
    assert [label for label in labels(app) if label not in ("Table", "How was this made?")] == [
        plain(QUESTIONS[key].asks) for key in methods()
    ]
    assert not app.table
    app = opened(run, "method_stop_and_search.disproportionality", part="methods")
    pairs, held = (table.value for table in app.table)
    shown = pairs.iloc[:, 0]
    assert shown["Source"].startswith("Kleinman 1973")
    coverage = methods()["stop_and_search.disproportionality"].coverage
    assert list(held.iloc[:, 1]) == [plain(one.held) for one in coverage]


def test_measured_coverage_is_drawn_and_its_tables_are_one_click_away(run) -> None:
    app = run(PAGE, part="methods")
    assert any(
        re.fullmatch(r"## In [\d,]+ of [\d,]+ cases intervals hold the truth as they aim to", text)
        for text in texts(app)
    )
    (chart,) = app.get("plotly_chart")
    assert "Ratio within districts: " in chart.proto.alt
    app = opened(run, "Table_methods.coverage", part="methods")
    assert {"By figure", "Outside their aim", "Every case", "Areas by tenth"} <= {tab.label for tab in app.tabs}
    shown = app.table[0].value
    assert list(shown["Figure"][:3]) == ["Share", "Net score", "Change"]


def test_rules_are_shown_with_the_setting_in_force(run, own, monkeypatch) -> None:
    monkeypatch.setenv("CONFIDENCE_FEWEST_ANSWERS", "80")
    said = " ".join(texts(run(PAGE, own, part="withheld")))
    assert plain("A survey figure with fewer than 80 answers is withheld") in said
    assert plain("CONFIDENCE_FEWEST_ANSWERS is 80") in said


def test_every_study_is_there_with_its_limits_one_click_away(run) -> None:
    app = run(PAGE, part="evidence")
    said = " ".join(texts(app))
    assert [study.reference for study in studies() if plain(study.found) not in said] == []
    assert len([label for label in labels(app) if label.startswith("Design, limits and reference")]) == len(studies())
    app = opened(run, "study_Mason M (2009)", part="evidence")
    shown = app.table[0].value.iloc[:, 0]
    assert "absence of a clear change is not proof of none" in shown["Limits"]


def test_lists_can_be_taken_away(run) -> None:
    for part in ("definitions", "methods", "withheld", "evidence"):
        names = [button.label for button in run(PAGE, part=part).get("download_button")]
        assert names[:2] == ["CSV", "Excel"], part
    assert "Data dictionary" in [b.label for b in run(PAGE, part="definitions").get("download_button")]


def test_the_statement_names_the_contact_that_was_set(run, monkeypatch) -> None:
    (before,) = [text for text in texts(run(PAGE, part="accessibility")) if "### Feedback and contact" in text]
    assert plain("No contact is named yet: whoever runs this dashboard sets CONFIDENCE_CONTACT.") in before
    monkeypatch.setenv("CONFIDENCE_CONTACT", "![x](https://beacon.invalid/x.png) data@force.example")
    (after,) = [text for text in texts(run(PAGE, part="accessibility")) if "### Feedback and contact" in text]
    assert "force.example" in after
    assert "![x](" not in after
    assert "<!--" not in after


def test_a_document_is_the_one_of_the_folder_docs_a_heading_lower(run) -> None:
    written = (ROOT / "docs" / "data-protection.md").read_text(encoding="utf-8")
    shown = max(texts(run(PAGE, part="data-protection")), key=len)
    assert shown.startswith("## Data protection\n")
    neighbours = re.sub(r"\[([^\]]+)\]\([a-z-]+\.md(#[a-z]+)?\)", r"\1", written)  # a file beside it has no page
    assert neighbours != written
    assert shown.replace("\n### ", "\n## ").removeprefix("#").strip() == neighbours.strip()


def test_without_any_data_it_says_so_and_explains_all_the_same(run, store) -> None:
    app = run(PAGE, store)
    assert not app.exception
    assert any("**No file is loaded.**" in text for text in texts(app))
    assert any(text.startswith("[Load files](upload)") for text in texts(app))
    assert not app.get("plotly_chart")
    for part in list(PARTS)[1:]:
        app = run(PAGE, store, part=part)
        assert not app.exception
        assert any(text.startswith(PARTS[part]) for text in texts(app))
