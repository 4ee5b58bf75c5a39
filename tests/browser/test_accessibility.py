"""Every page under axe: light and dark, wide and narrow, closed and open. What is left is named, and why."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import pytest

from tests.browser.conftest import STOPS, open_everything, settle

VIEWS = {
    "stop and search": STOPS,
    "loaded": "/methods",
    "definitions": "/methods?part=definitions",
    "methods": "/methods?part=methods",
    "evidence": "/methods?part=evidence",
    "withheld": "/methods?part=withheld",
    "statement": "/methods?part=accessibility",
    "protection": "/methods?part=data-protection",
    "upload": "/upload",
    "refused": f"{STOPS}?force=west-yorkshire&area=E08000034",
    "bad address": f"{STOPS}?force=nowhere",
    "overview": "/",
    "trends": "/trends",
    "neighbourhoods": "/neighbourhoods?area=X05000011",
    "engagement": "/engagement",
}
INVENTED = ("overview", "trends", "neighbourhoods", "engagement")
"""Views of the demonstration force; the others are of the small store."""
MODES = {"light": (1280, 320), "dark": (400,)}
"""Widths that a view is seen at, in pixels: contrast hangs on the mode, and what fits on the width."""
TALL = 6000
"""Pixels: what is scrolled away has no contrast that axe could judge."""

KNOWN = {
    ("list", "stSidebarNavItems"): "Streamlit's folded menu puts its sections straight into the list",
    ("listitem", "stSidebarNav"): "Streamlit's folded menu puts its items into sections instead of the list",
    ("scrollable-region-focusable", "stTable"): (
        "Streamlit's table can't be focused where it scrolls sideways; Chromium and Firefox mend that themselves"
    ),
}
"""Violations that only the framework can mend: rule and the part of Streamlit that it is in."""


class Violation(NamedTuple):
    rule: str
    part: str
    html: str
    """Start of the element, for the person who has to find it."""


# axe names an element by a path; the part of Streamlit around it says more, and stays the same.
PARTS = """paths => paths.map(path => {
    const parts = []
    for (let e = document.querySelector(path); e; e = e.parentElement)
        if (e.dataset.testid && !/^st(App|Main|Vertical|Horizontal|Element|Layout)/.test(e.dataset.testid))
            parts.push(e.dataset.testid)
    return parts.join(' ')
})"""

SIDEWAYS = """() => [document.scrollingElement, document.querySelector('[data-testid="stMain"]')]
    .map(part => part.scrollWidth - part.clientWidth)"""


def violations(page) -> set[Violation]:
    from axe_playwright_python.sync_playwright import Axe

    found = set()
    for rule in Axe().run(page).response["violations"]:
        if rule["impact"] in ("serious", "critical"):
            nodes = rule["nodes"]
            parts = page.evaluate(PARTS, [node["target"][-1] for node in nodes])
            found |= {Violation(rule["id"], part, node["html"][:120]) for part, node in zip(parts, nodes, strict=True)}
    return found


def known(violation: Violation) -> list[tuple[str, str]]:
    return [entry for entry in KNOWN if entry[0] == violation.rule and entry[1] in violation.part]


def states(page, name: str) -> Iterator[str]:
    """Bring a loaded view into each of its states, and name it."""
    for mode, widths in MODES.items():
        page.emulate_media(color_scheme=mode)
        for width in widths:
            page.set_viewport_size({"width": width, "height": TALL})
            settle(page)
            page.wait_for_timeout(200)
            yield f"{mode}, {width}"
        if name == "stop and search":
            open_everything(page)
            yield f"{mode}, opened"
            page.get_by_role("button", name="Compare").click()
            page.get_by_role("combobox", name="Group").wait_for()
            yield f"{mode}, chip"
            page.keyboard.press("Escape")


def judged(page, name: str = "") -> set[tuple[str, str]]:
    """The known violations that are met in the states of a view, in which nothing else is, and nothing sideways."""
    found, sideways = {}, {}
    for state in states(page, name):
        found[state], sideways[state] = violations(page), page.evaluate(SIDEWAYS)
    new = {state: [one for one in seen if not known(one)] for state, seen in found.items()}
    assert {state: seen for state, seen in new.items() if seen} == {}
    assert {state: wide for state, wide in sideways.items() if any(wide)} == {}
    return {entry for seen in found.values() for one in seen for entry in known(one)}


@pytest.mark.parametrize("name", VIEWS)
def test_nothing_serious_but_what_is_known_and_nothing_sideways(name, window, server, invented) -> None:
    page = window.new_page()
    page.goto(f"{invented if name in INVENTED else server}{VIEWS[name]}")
    met = {part for _, part in judged(page, name)}
    page.close()
    assert {part for _, part in KNOWN} - met == (set() if name == "stop and search" else {"stTable"}), "off the list"


def test_axe_sees_a_violation(look) -> None:
    page = look("/methods?part=evidence", height=TALL)
    page.evaluate("""() => {
        const text = document.createElement('p')
        text.innerHTML = '<img src="data:image/gif;base64,R0lGODlhAQABAAAAACw=">'
        text.append('too faint')
        text.style.cssText = 'color: #ccc; background: #fff'
        document.querySelector('[data-testid="stMainBlockContainer"]').append(text)
    }""")
    assert {"image-alt", "color-contrast"} <= {violation.rule for violation in violations(page)}


def test_one_answer_and_a_sentence_for_every_chart(look, answer) -> None:
    page = look()
    assert page.locator("h1").all_inner_texts() == ["Stop and search"]
    assert page.locator("h2").count() == 1
    names = page.locator('[data-testid="stPlotlyChart"]').evaluate_all(
        "charts => charts.map(c => (c.matches('[aria-label]') ? c : c.querySelector('[aria-label]')).ariaLabel)"
    )
    keys = ("disproportionality", "rates", "trend", "months")
    sentences = [answer(f"stop_and_search.{key}", {}).answer for key in keys]
    assert names == sentences
