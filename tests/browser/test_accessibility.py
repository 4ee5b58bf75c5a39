"""Every page under axe: light and dark, wide and narrow, closed and open. What is left is named, and why."""

from __future__ import annotations

from typing import NamedTuple

import pytest

from tests.browser.conftest import STOPS, open_everything, settle

VIEWS = {
    "stop and search": STOPS,
    "data": "/data",
    "refused": f"{STOPS}?force=west-yorkshire&area=E08000034",
    "bad address": f"{STOPS}?force=nowhere",
    "overview": "/",
    "trends": "/trends",
}
INVENTED = ("overview", "trends")
"""Views of the demonstration force; the others are of the small store."""
PHONES = (400, 320)
STATES = [
    *(
        f"{name}, {mode}, {width}"
        for name in ("stop and search", "data", "overview", "trends")
        for mode in ("light", "dark")
        for width in (1280, 400)
    ),
    *(f"{name}, {state}" for name in ("refused", "bad address") for state in ("light, 1280", "dark, 400")),
    *(f"stop and search, {mode}, {state}" for mode in ("light", "dark") for state in ("opened", "chip")),
]
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


class Found(NamedTuple):
    violations: dict[str, set[Violation]]
    sideways: dict[str, list[int]]
    """By how many pixels a view is wider than the screen."""


@pytest.fixture(scope="module")
def found(window, server, invented) -> Found:
    """What every state shows. A view is loaded once, then made narrow, opened and darkened: loading takes longest."""
    seen = Found({}, {})
    for name, address in VIEWS.items():
        page = window.new_page()
        page.goto(f"{invented if name in INVENTED else server}{address}")
        for mode in ("light", "dark"):
            page.emulate_media(color_scheme=mode)
            for width in (1280, *PHONES):
                state = f"{name}, {mode}, {width}"
                narrow = width in PHONES and mode == "light"  # the dark is as wide
                if not narrow and state not in STATES:
                    continue
                page.set_viewport_size({"width": width, "height": TALL})
                settle(page)
                page.wait_for_timeout(200)
                if narrow:
                    seen.sideways[state] = page.evaluate(SIDEWAYS)
                if state in STATES:
                    seen.violations[state] = violations(page)
            if name == "stop and search":
                page.set_viewport_size({"width": PHONES[0], "height": TALL})
                open_everything(page)
                seen.violations[f"{name}, {mode}, opened"] = violations(page)
                seen.sideways[f"{name}, {mode}, opened"] = page.evaluate(SIDEWAYS)
                page.get_by_role("button", name="Compare").click()
                page.get_by_role("combobox", name="Group").wait_for()
                seen.violations[f"{name}, {mode}, chip"] = violations(page)
                page.keyboard.press("Escape")
        page.close()
    return seen


@pytest.mark.parametrize("state", STATES)
def test_nothing_serious_but_what_is_known(state, found) -> None:
    assert [violation for violation in found.violations[state] if not known(violation)] == []


def test_what_is_known_still_occurs(found) -> None:
    met = {entry for seen in found.violations.values() for violation in seen for entry in known(violation)}
    assert set(KNOWN) - met == set(), "take these from the list"


def test_axe_sees_a_violation(look) -> None:
    page = look("/data", height=TALL)
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
    keys = ("disproportionality", "rates", "trend")
    sentences = [answer(f"stop_and_search.{key}", {}).answer for key in keys] + [answer("data.coverage", {}).answer]
    assert names == sentences


def test_nothing_scrolls_sideways_on_a_phone(found) -> None:
    assert len(found.sideways) == len(VIEWS) * len(PHONES) + 2
    assert {state: wide for state, wide in found.sideways.items() if any(wide)} == {}
