"""Terms, methods and studies: each is whole, and says nothing that its document does not."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from analytics.findings import QUESTIONS
from analytics.library import entries
from analytics.library.entries import LibraryError, methods, studies, terms
from tests.browser.test_accessibility import KNOWN

ROOT = Path(__file__).resolve().parents[3]

GUIDANCE = (
    "Tuffin R, Morris J and Poole A (2006)",
    "HMIC (2011). The Rules of Engagement",
    "NPIA (n.d.). Community Cohesion Guide",
    "ACPO (2011). National Community Tension Team",
    "Skogan WG, Hartnett SM, DuBois J, Comey JT, Kaiser M and Lovig JH (2000). Problem Solving in Practice",
    "Skogan WG and others (1999). On the Beat",
    "Sadd S and Grinc R (1994). Innovative neighborhood oriented policing",
    "Garcia L, Gu J, Pattavina A and Pierce G (2002). Determinants of Citizen and Police Involvement",
)
"""Everything that the College of Policing's guidance on engagement names as further reading."""


def document(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def test_every_question_has_a_method_and_every_method_a_question():
    lacking, surplus = sorted(set(QUESTIONS) - set(methods())), sorted(set(methods()) - set(QUESTIONS))
    assert not lacking, f"write a table for each of these in analytics/library/methods.toml: {lacking}"
    assert not surplus, f"no question of analytics.findings.QUESTIONS has the key of these: {surplus}"


@pytest.mark.parametrize("key", list(methods()))
def test_a_method_says_everything(key):
    method = methods()[key]
    empty = [name for name, value in vars(method).items() if not value and name not in ("measured", "coverage")]
    assert empty == []
    assert method.answers.endswith(".")
    assert method.measured or not method.coverage


@pytest.mark.parametrize("key", list(methods()))
def test_measured_coverage_is_that_of_the_document(key):
    text = document(methods()[key].written)
    assert [one for one in methods()[key].coverage if f"| {one.case} | {one.held} |" not in text] == []


@pytest.mark.parametrize("key", [key for key in methods() if methods()[key].coverage])
def test_measured_coverage_is_of_rows_that_were_measured(key):
    for one in methods()[key].coverage:
        assert one.rows, one
        assert len({row.use for row in one.rows}) == 1
        assert re.fullmatch(r"[\d.]+(–[\d.]+)? %", one.held)


SURVEY = ("overview.headline", "overview.tiles", "trends.measure", "trends.by_group", "trends.by_area")
CYCLE = ("cycle.treatment_or_outcome", "cycle.contact_asymmetry")


@pytest.mark.parametrize("key", [*SURVEY, *CYCLE, "stop_and_search.rates", "stop_and_search.disproportionality"])
def test_every_source_is_one_that_the_document_names(key):
    text = " ".join(document(methods()[key].written).split())
    named = [source.partition(",")[0] for source in methods()[key].source.split("; ")]
    authors = [re.sub(r" (19|20)\d\d$", "", name) for name in named]
    assert [name for name in authors if name not in text] == []


def test_terms_are_said_once_and_whole():
    assert len({term.term.casefold() for term in terms()}) == len(terms()) > 20
    assert [term.term for term in terms() if not (term.meaning.endswith(".") and term.where)] == []


@pytest.mark.parametrize("study", studies(), ids=lambda study: study.reference[:30])
def test_a_study_has_its_reference_design_finding_and_limits(study):
    assert study.reference.endswith((".", ")"))
    assert f"({study.year})" in study.reference
    assert all(text.endswith(".") for text in (study.design, study.found, study.limits, study.strength))
    assert study.stage
    assert study.used
    assert study.read
    assert (study.side == "guidance") == (study.strength == "Not judged: not read.")


@pytest.mark.parametrize("reference", GUIDANCE)
def test_every_reference_of_the_guidance_stands_once(reference):
    (study,) = [one for one in studies() if one.reference.startswith(reference)]
    assert study.cited


def test_only_references_of_the_guidance_are_said_to_be_its():
    assert sum(bool(study.cited) for study in studies()) == len(GUIDANCE)


def test_both_sides_speak_and_the_pilot_never_without_what_came_after():
    sides = [study.side for study in studies()]
    assert min(sides.count("supports"), sides.count("qualifies")) >= 5
    pilot = next(study for study in studies() if study.reference.startswith("Tuffin"))
    assert "found no significant change" in pilot.limits
    after = next(study for study in studies() if study.reference.startswith("Mason"))
    assert after.side == "qualifies"


@pytest.mark.parametrize(
    ("file", "content", "read", "wrong"),
    [
        ("terms.toml", '[[terms]]\nterm = "Wave"\nmeaning = "One."\nwhere = "here"', terms, "“Wave” lacks.* formula"),
        ("methods.toml", '["a.b"]\nanswers = "One."\nspeed = "fast"', methods, "“a.b” lacks.* speed"),
        ("evidence.toml", '[[studies]]\nreference = "A (2000)."', studies, r"“A \(2000\).” lacks.* year"),
    ],
)
def test_an_entry_that_is_not_whole_is_named(file, content, read, wrong, tmp_path, monkeypatch):
    (tmp_path / file).write_text(content, encoding="utf-8")
    monkeypatch.setattr(entries, "_FOLDER", tmp_path)
    with pytest.raises(LibraryError, match=wrong):
        read.__wrapped__()


def test_a_study_points_one_of_three_ways(tmp_path, monkeypatch):
    fields = {name: "x." for name in vars(studies()[0])} | {"side": "proves"}
    lines = "\n".join(f'{name} = "{value}"' for name, value in fields.items())
    (tmp_path / "evidence.toml").write_text(f"[[studies]]\n{lines}", encoding="utf-8")
    monkeypatch.setattr(entries, "_FOLDER", tmp_path)
    with pytest.raises(LibraryError, match="points “proves”; there is supports, qualifies, guidance"):
        studies.__wrapped__()


SAID = {
    "stSidebarNavItems": "The list of the folded menu holds items that are not list items",
    "stSidebarNav": "The list of the folded menu holds items that are not list items",
    "stTable": "A table that scrolls sideways can't take the keyboard's focus",
}
"""How the accessibility statement says each violation that the browser tests know."""


def test_the_statement_names_every_violation_that_is_known():
    text = " ".join(document("docs/accessibility.md").split())
    assert {part for _, part in KNOWN} == set(SAID)
    assert [said for said in SAID.values() if said not in text] == []


@pytest.mark.parametrize(
    "heading",
    [
        "Feedback and contact", "Reporting a problem", "Enforcement", "Compliance status",
        "Not compliant with the regulations", "Disproportionate burden", "Outside the scope of the regulations",
        "How it was tested", "Preparation of this statement",
    ],
)  # fmt: skip
def test_the_statement_has_the_parts_that_the_regulations_ask(heading):
    text = document("docs/accessibility.md")
    assert re.search(rf"^##+ {heading}$", text, re.MULTILINE)
    assert "<!-- contact -->" in text
    assert all(name in text for name in ("(EHRC)", "(EASS)", "partially compliant", "version 2.2, level AA"))
