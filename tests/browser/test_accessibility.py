"""Every page as those see it who can't see or point: one visit each, in which everything is measured.

A visit is dear and a measure is cheap, so a page is opened once and taken through its states. What is left of what
was found is named, and why.
"""

from __future__ import annotations

from typing import NamedTuple

import pytest

from benchmarks.parts import PARTS
from tests.browser.conftest import ROOT, STOPS, open_everything, settle
from tests.browser.keys import walk
from tests.browser.measures import COLOURS, Violation, cut, fit, narrow, outline, overlaid, sideways, spaced, violations
from tests.browser.test_quiet import complaints, elsewhere, watch

pytestmark = pytest.mark.long


class View(NamedTuple):
    """An address: of the demonstration force, or of the small store.

    A view whose colours are those of others is looked at once, in the dark.
    """

    address: str
    invented: bool = False
    once: bool = False


VIEWS = {
    "overview": View("/", invented=True),
    "trends": View("/trends", invented=True),
    "neighbourhood": View("/neighbourhoods?area=X05000011", invented=True),
    "cycle": View("/cycle", invented=True),
    "studies": View("/cycle?part=studies", invented=True, once=True),
    "engagement": View("/engagement", invented=True),
    "first upload": View("/upload", invented=True),
    "stop and search": View(STOPS),
    **{f"stops, {part}": View(f"{STOPS}?part={part}", invented=True, once=True) for part in PARTS[1:]},
    "refused": View(f"{STOPS}?force=west-yorkshire&area=E08000034"),
    "bad address": View(f"{STOPS}?force=nowhere", once=True),
    "no survey": View("/trends", once=True),
    "no engagement": View("/engagement", once=True),
    "upload": View("/upload"),
    "account": View("/account"),
    "loaded": View("/methods"),
    "definitions": View("/methods?part=definitions", once=True),
    "methods": View("/methods?part=methods", once=True),
    "evidence": View("/methods?part=evidence", once=True),
    "withheld": View("/methods?part=withheld", once=True),
    "statement": View("/methods?part=accessibility", once=True),
    "protection": View("/methods?part=data-protection", once=True),
}

KNOWN = {
    ("list", "stSidebarNavItems"): "Streamlit's folded menu puts its sections straight into the list",
    ("listitem", "stSidebarNav"): "Streamlit's folded menu puts its items into sections instead of the list",
    ("scrollable-region-focusable", "stTable"): (
        "Streamlit's table can't be focused where it scrolls sideways; Chromium and Firefox mend that themselves"
    ),
}
"""Violations that only the framework can mend: rule and the part of Streamlit that it is in."""


def known(violation: Violation) -> list[tuple[str, str]]:
    return [entry for entry in KNOWN if entry[0] == violation.rule and entry[1] in violation.part]


class Visit:
    """What was found on a page, by measure and state; known violations apart."""

    def __init__(self, page) -> None:
        self.page, self.wrong, self.met = page, {}, set()

    def note(self, measure: str, state: str, found) -> None:
        if found:
            self.wrong[f"{measure}, {state}"] = found

    def axe(self, state: str, **rules: list[str]) -> None:
        found = violations(self.page, **rules)
        self.met |= {entry for one in found for entry in known(one)}
        self.note("axe", state, [one for one in found if not known(one)])

    def fits(self, state: str) -> None:
        """Nothing scrolls sideways, nothing is cut, nothing lies over anything else."""
        self.note("sideways", state, sideways(self.page))
        self.note("cut", state, cut(self.page))
        self.note("overlaid", state, overlaid(self.page))

    def narrow(self) -> None:
        """Twice as large, four times as large, and with more room between letters."""
        narrow(self.page, 640)  # 200 % of a screen of 1,280 pixels
        self.fits("200 %")
        narrow(self.page, 320)
        self.fits("320 pixels")
        self.axe("320 pixels", leave=COLOURS)
        self.note("lost when spaced", "320 pixels", spaced(self.page))


def judged(page) -> Visit:
    """A page as it stands, in both modes and every width."""
    visit = Visit(page)
    fit(page, 1280)
    visit.fits("light")
    visit.axe("light")
    visit.narrow()
    page.emulate_media(color_scheme="dark")
    settle(page)
    fit(page, 400)
    visit.fits("dark")
    visit.axe("dark", only=COLOURS)
    return visit


def opened(visit: Visit, state: str, width: int) -> None:
    """Everything that folds, unfolded."""
    open_everything(visit.page)
    fit(visit.page, width)
    visit.note("outline", state, outline(visit.page))
    visit.fits(state)
    visit.axe(state)


@pytest.fixture(scope="module")
def tab(window):
    """One tab for all visits."""
    page = window.new_page()
    yield page
    page.close()


@pytest.mark.parametrize("name", VIEWS)
def test_a_page_is_open_to_all(name, tab, server, invented) -> None:
    view = VIEWS[name]
    host = invented if view.invented else server
    asked, complained = watch(tab), complaints(tab)
    tab.emulate_media(color_scheme="dark" if view.once else "light")
    tab.set_viewport_size({"width": 1280, "height": 800})
    tab.goto(f"{host}{view.address}")
    settle(tab)
    steps = walk(tab)
    if view.once:
        visit = Visit(tab)
        opened(visit, "dark, opened", 1280)
        visit.narrow()
    else:
        told = outline(tab)
        visit = judged(tab)
        visit.note("outline", "closed", told)
        opened(visit, "dark, opened", 400)
    visit.note("walk", "closed", steps)
    visit.note("asked elsewhere", "all", elsewhere(tab, asked, host))
    visit.note("console", "all", complained)
    assert any(url.startswith("ws:") for url in asked)
    assert visit.wrong == {}
    if name == "stop and search":
        assert visit.met == set(KNOWN), "take what is missing from the list"


def test_every_page_is_among_them() -> None:
    files = {path.stem for path in (ROOT / "pages").glob("*/*.py") if path.parent.name != "parts"}
    assert {view.address.split("?")[0].strip("/") or "overview" for view in VIEWS.values()} == files


def test_what_is_wrong_is_seen(look) -> None:
    page = look("/methods?part=evidence")
    assert (outline(page), cut(page), overlaid(page), walk(page)) == ({}, [], [], [])
    page.evaluate("""() => {
        const main = document.querySelector('[data-testid="stMainBlockContainer"]')
        const add = (html, css = '') => {
            const made = document.createElement('div')
            made.innerHTML = html
            made.style.cssText = css
            main.append(made)
        }
        add('<img src="data:image/gif;base64,R0lGODlhAQABAAAAACw="><p>too faint</p>', 'color: #ccc; background: #fff')
        add('half of this is hidden', 'width: 60px; overflow: hidden; white-space: nowrap')
        add('<p style="position: absolute">over</p><p style="position: absolute">another</p>', 'position: relative')
        add('<h5>too deep</h5><a href="/a">here</a> <a href="/b">here</a><table><tr><td>1</td></tr></table>')
        add('<button tabindex="3">first</button>')
        add('wide', 'width: 3000px')
        document.title = 'Confidence Cycle'
    }""")
    fit(page, 1280)
    found = {violation.rule for violation in violations(page)}
    assert {"image-alt", "color-contrast"} <= found
    assert any("hidden" in text for text in cut(page))
    assert overlaid(page) == ["over | another"]
    assert {"title", "headings", "ambiguous", "bare"} <= set(outline(page))
    assert sideways(page)
    assert any("first" in text for text in walk(page))


def test_one_answer_and_a_sentence_for_every_chart(look, answer) -> None:
    page = look()
    assert page.locator("h1").all_inner_texts() == ["Stop and search"]
    assert page.locator("h2").count() == 1
    names = page.locator('[data-testid="stPlotlyChart"]').evaluate_all(
        "charts => charts.map(c => (c.matches('[aria-label]') ? c : c.querySelector('[aria-label]')).ariaLabel)"
    )
    keys = ("disproportionality", "rates", "trend")
    sentences = [answer(f"stop_and_search.{key}", {}).answer for key in keys]
    assert names == sentences
