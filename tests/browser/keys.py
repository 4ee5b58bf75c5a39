"""Someone who has a keyboard alone: tabs until a named part has the focus, counts the presses, and walks a page."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import TimeoutError

FIRST = "Skip to main content"
UNSEEN = ("stBaseButton-elementToolbar", "data-grid-canvas")
"""Parts whose place says nothing: buttons of Streamlit that show while a picture is pointed at, and cells of a grid."""

# The name as the browser computes it is not to be had here; this is near enough to tell one part from another.
_FOCUSED = """() => {
    const e = document.activeElement, box = e.getBoundingClientRect()
    const told = e.cloneNode(true)
    told.querySelectorAll('[data-testid*="Icon"], [aria-hidden="true"]').forEach(icon => icon.remove())
    const text = e.ariaLabel || told.textContent || e.labels?.[0]?.innerText || e.value || ''
    const hit = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2)
    const label = e.labels?.[0]
    return {
        name: text.replace(/\\s+/g, ' ').trim(),
        tag: e.tagName, role: e.getAttribute('role') || '', part: e.closest('[data-testid]')?.dataset.testid || '',
        covered: !!hit && !e.contains(hit) && !hit.contains(e) && !label?.contains(hit),
    }
}"""

_SHOWN = """e => {
    const box = e.getBoundingClientRect()
    return e.checkVisibility({visibilityProperty: true}) && box.width > 0 && box.height > 0
        && !e.disabled && !e.closest('[inert], [aria-hidden="true"]')
}"""

_BEGIN = f"""() => {{
    const shown = {_SHOWN}
    window.reached = new Set()
    window.wanted = [...document.querySelectorAll(
        'a[href], button, input, select, textarea, summary, [tabindex], [contenteditable="true"]')]
        .filter(e => e.tabIndex >= 0 && shown(e))
    return window.wanted.filter(e => e.tabIndex > 0).map(e => e.outerHTML.slice(0, 80))
}}"""

_STEP = """() => {
    const e = document.activeElement, last = window.last
    window.last = e
    window.reached.add(e)
    return !!last && last !== e && !!(last.compareDocumentPosition(e) & 2)
}"""

_LEFT = """() => window.wanted.filter(e => e.isConnected && !window.reached.has(e)
    && !(e.type === 'radio' && [...window.reached].some(r => r.name === e.name))
    && !(e.closest('[data-testid="stElementToolbar"]') && !e.checkVisibility({opacityProperty: true})))
    .map(e => (e.ariaLabel || e.innerText || e.tagName).slice(0, 60))"""


@dataclass
class Keys:
    """The keyboard of a page, and how often a key of it was pressed."""

    page: object
    pressed: int = 0
    said: list[str] = field(default_factory=list)

    def press(self, *keys: str) -> dict:
        for key in keys:
            self.page.keyboard.press(key)
            self.pressed += 1
        return self.focus()

    def write(self, text: str) -> None:
        self.page.keyboard.type(text)
        self.pressed += len(text)

    def focus(self) -> dict:
        """What has the focus now."""
        return self.page.evaluate(_FOCUSED)

    def to(self, name: str, role: str = "", most: int = 60, back: bool = False) -> dict:
        """Tab until a part whose name begins so has the focus."""
        for _ in range(most):
            focused = self.press("Shift+Tab" if back else "Tab")
            if re.match(name, focused["name"]) and role in (focused["role"] or focused["tag"].lower()):
                return focused
        pytest.fail(f"“{name}” was not reached with {most} presses of Tab")

    def open(self, part) -> None:
        """Open what has the focus by Enter; once more where that was lost while the page was drawn."""
        self.press("Enter")
        try:
            part.wait_for(timeout=8000)
        except TimeoutError:
            self.press("Enter")
            part.wait_for()

    def choose(self, option: str) -> None:
        """Choose an option of the box that has the focus by writing the start of its name."""
        self.write(option)
        self.page.get_by_role("option", name=option).first.wait_for()
        self.press("Enter")


def walk(page, most: int = 250) -> list[str]:
    """Go through a page by Tab from its start to its end; what was wrong on the way."""
    page.evaluate(
        "() => { document.activeElement.blur(); window.last = null; window.getSelection().removeAllRanges() }"
    )
    wrong = [f"out of order by tabindex: {html}" for html in page.evaluate(_BEGIN)]
    keys = Keys(page)
    for _ in range(most):
        focused = keys.press("Tab")
        if focused["tag"] == "BODY" or (keys.pressed > 1 and focused["name"] == FIRST):
            break
        if page.evaluate(_STEP):
            wrong.append(f"back to {focused['name'] or focused['part']}")
        if focused["covered"] and focused["part"] not in UNSEEN:
            wrong.append(f"covered: {focused['name'][:60] or focused['part']}")
    else:
        wrong.append(f"no end after {most} presses, at {focused}")
    return wrong + [f"not reached: {name}" for name in page.evaluate(_LEFT)]
