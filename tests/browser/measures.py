"""What is measured of a page as it stands: what axe finds, what is cut or lies over something else, and its outline."""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

from tests.browser.conftest import settle

COLOURS = ["color-contrast", "link-in-text-block"]
"""Rules of axe that hang on the colours."""


class Violation(NamedTuple):
    rule: str
    part: str
    html: str
    """Start of the element, for the person who has to find it."""


# axe names an element by a path; the part of Streamlit around it says more, and stays the same.
_PARTS = """paths => paths.map(path => {
    const parts = []
    for (let e = document.querySelector(path); e; e = e.parentElement)
        if (e.dataset.testid && !/^st(App|Main|Vertical|Horizontal|Element|Layout)/.test(e.dataset.testid))
            parts.push(e.dataset.testid)
    return parts.join(' ')
})"""


def violations(page, only: list[str] | None = None, leave: list[str] | None = None) -> set[Violation]:
    """What axe finds that is serious or critical, by all of its rules, by some only, or without some."""
    from axe_playwright_python.sync_playwright import Axe

    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(Axe().axe_script)
    options = {
        "resultTypes": ["violations"],
        "preload": False,
        "rules": {rule: {"enabled": False} for rule in leave or []} or {"target-size": {"enabled": True}},
        **({"runOnly": only} if only else {}),
    }
    found = set()
    for rule in page.evaluate("options => axe.run(document, options)", options)["violations"]:
        if rule["impact"] in ("serious", "critical"):
            nodes = rule["nodes"]
            parts = page.evaluate(_PARTS, [node["target"][-1] for node in nodes])
            found |= {Violation(rule["id"], part, node["html"][:120]) for part, node in zip(parts, nodes, strict=True)}
    return found


_SIDEWAYS = """() => [document.scrollingElement, document.querySelector('[data-testid="stMain"]')]
    .map(part => part.scrollWidth - part.clientWidth)"""


def sideways(page) -> list[int]:
    """Pixels that the page scrolls sideways, where it does."""
    return [wide for wide in page.evaluate(_SIDEWAYS) if wide]


DRAWN = "in a drawing: "

# A text of a drawing may end outside its drawing, and one of the page in a box that hides what does not fit.
_CUT = """() => {
    const shown = e => e.checkVisibility({opacityProperty: true, visibilityProperty: true})
    const own = e => [...e.childNodes].filter(n => n.nodeType === 3).map(n => n.data).join('').trim()
    const hides = e => /hidden|clip/.test(getComputedStyle(e).overflowX + getComputedStyle(e).overflowY)
    const cut = []
    for (const e of document.querySelectorAll('main *, header *, [role="dialog"] *')) {
        const text = own(e)
        if (!text || !shown(e) || e.closest('svg, canvas, [aria-hidden="true"], [role="tablist"]')) continue
        for (let box = e, depth = 0; box && depth < 4; box = box.parentElement, depth++) {
            const outer = box.getBoundingClientRect(), inner = e.getBoundingClientRect()
            if (outer.width <= 1 || outer.height <= 1) break  // for screen readers alone
            const wide = box === e ? e.scrollWidth - e.clientWidth : inner.right - outer.right
            const high = box === e ? e.scrollHeight - e.clientHeight : inner.bottom - outer.bottom
            if (hides(box) && (wide > 2 || high > 4)) { cut.push(text.slice(0, 60)); break }
        }
    }
    for (const svg of document.querySelectorAll('[data-testid="stPlotlyChart"] .main-svg')) {
        const room = svg.getBoundingClientRect()
        for (const text of svg.querySelectorAll('text')) {
            const box = text.getBoundingClientRect()
            const wide = Math.max(room.left - box.left, box.right - room.right)
            const out = Math.max(wide, room.top - box.top, box.bottom - room.bottom)
            if (box.width && out > 2) cut.push('%s' + text.textContent.slice(0, 60))
        }
    }
    return [...new Set(cut)]
}""".replace("%s", DRAWN)


def cut(page) -> list[str]:
    """Texts of which a part is hidden."""
    return page.evaluate(_CUT)


# Of a text the letters count and not its box, and of what scrolls the part that is seen.
_OVERLAID = """() => {
    const shown = e => e.checkVisibility({opacityProperty: true, visibilityProperty: true})
    const seen = e => {
        const range = document.createRange()
        range.selectNodeContents(e)
        let {left, right, top, bottom} = (/BUTTON|SUMMARY|text/.test(e.tagName) ? e : range).getBoundingClientRect()
        const blank = e.textContent.length - e.textContent.trimStart().length  // what sets a number under its tick
        if (blank && e.getSubStringLength) left += e.getSubStringLength(0, blank)
        for (let box = e.parentElement; box; box = box.parentElement) {
            if (getComputedStyle(box).overflowX === 'visible') continue
            const room = box.getBoundingClientRect()
            left = Math.max(left, room.left), right = Math.min(right, room.right)
        }
        return {e, left, right, top, bottom}
    }
    const of = (selector, within) => [...within.querySelectorAll(selector)].filter(shown).map(seen)
        .filter(r => r.right - r.left > 1 && r.bottom - r.top > 1)
    const over = []
    const said = e => (e.ariaLabel || e.innerText || e.textContent || e.tagName).trim().slice(0, 40)
    const compare = (all, slack) => all.sort((a, b) => a.top - b.top).forEach((a, place) => {
        for (let next = place + 1; next < all.length && all[next].top < a.bottom - slack; next++) {
            const b = all[next]
            const wide = Math.min(a.right, b.right) - Math.max(a.left, b.left)
            const high = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top)
            if (wide > slack && high > slack && !a.e.contains(b.e) && !b.e.contains(a.e))
                over.push(said(a.e) + ' | ' + said(b.e))
        }
    })
    const moving = '[data-testid="stElementToolbar"], [data-testid="stDeckGlJsonChart"], [role="tablist"]'
    compare(of('h1, h2, h3, p, td, th, button, summary, a[href], label', document.querySelector('main'))
        .filter(({e}) => !e.closest(moving) && !/^Scroll tabs/.test(e.ariaLabel)), 3)
    for (const chart of document.querySelectorAll('[data-testid="stPlotlyChart"]')) compare(of('text', chart), 5)
    return [...new Set(over)]
}"""


def overlaid(page) -> list[str]:
    """Texts and controls that lie over each other, on the page and within its drawings."""
    return page.evaluate(_OVERLAID)


_OUTLINE = """() => {
    const shown = e => e.checkVisibility({visibilityProperty: true})
    const main = document.querySelector('main')
    const headings = [...document.querySelectorAll('h1, h2, h3, h4, h5, h6')].filter(shown)
    const drawn = [...main.querySelectorAll('[data-testid="stPlotlyChart"]')].at(-1)
    const tables = [...main.querySelectorAll('summary, [data-testid="stDataFrame"], [data-testid="stTable"]')]
        .filter(e => e.tagName !== 'SUMMARY' || e.innerText.endsWith('Table'))
    const links = [...main.querySelectorAll('a[href]')].filter(shown)
    const places = Map.groupBy(links, link => link.innerText.trim())
    return {
        language: document.documentElement.lang,
        title: document.title,
        levels: headings.map(heading => Number(heading.tagName[1])),
        name: headings[0]?.innerText,
        landmarks: ['main', 'nav'].map(tag => document.querySelectorAll(tag).length),
        twins: !drawn || tables.some(table => drawn.compareDocumentPosition(table) & 4),
        blank: links.filter(link => !(link.innerText.trim() || link.ariaLabel)).map(link => link.href),
        ambiguous: [...places].filter(([, held]) => new Set(held.map(a => a.href)).size > 1).map(([text]) => text),
        bare: [...main.querySelectorAll('table')].filter(table => !table.querySelector('th')).map(t => t.ariaLabel),
    }
}"""


def outline(page) -> dict[str, object]:
    """What is wrong with how a page is told to someone who can't see it; nothing, where it is told well."""
    seen = page.evaluate(_OUTLINE)
    levels = seen["levels"]
    wrong = {
        "language": seen["language"] not in ("en", "en-GB"),
        "title": seen["title"] != f"{seen['name']} · Confidence Cycle",
        "headings": levels[:1] != [1]
        or levels.count(1) != 1
        or any(after > before + 1 for before, after in pairwise(levels)),
        "landmarks": seen["landmarks"][0] != 1 or seen["landmarks"][1] < 1,
        "twins": not seen["twins"],
        "blank": seen["blank"],
        "ambiguous": seen["ambiguous"],
        "bare": seen["bare"],
    }
    return {name: seen.get(name) if name != "headings" else levels for name, told in wrong.items() if told}


# Symbols of the icon font are no text, and the words of a drawing stand in the table below it.
SPACING = """main *, header * {
    line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important;
}
main p { margin-bottom: 2em !important; }
[data-testid="stIconMaterial"] { letter-spacing: 0 !important; }"""
"""The text spacing that success criterion 1.4.12 says a reader may set."""


def spaced(page) -> list[str]:
    """What is lost when a reader sets more room between letters, words, lines and paragraphs."""
    before = set(cut(page))
    style = page.add_style_tag(content=SPACING)
    settle(page)
    lost = [f"{wide} pixels sideways" for wide in sideways(page)]
    lost += sorted(text for text in set(cut(page)) - before if not text.startswith(DRAWN))
    style.evaluate("tag => tag.remove()")
    return lost


def fit(page, width: int) -> None:
    """Make the window as high as the page: what is scrolled away has no contrast that axe could judge."""
    high = page.viewport_size["height"]
    _resize(page, width, high)
    wanted = max(800, page.evaluate("() => document.querySelector('[data-testid=\"stMain\"]').scrollHeight") + 20)
    if wanted > high or wanted < high - 800:
        _resize(page, width, wanted)


def narrow(page, width: int) -> None:
    """Give the page a width, in a window of usual height: where no colour is judged, drawing it whole is waste."""
    _resize(page, width, 800)


def _resize(page, width: int, height: int) -> None:
    page.set_viewport_size({"width": width, "height": height})
    settle(page)
    _still(page)


def _still(page) -> None:
    """Wait until nothing has moved for three frames: drawings take their new width a moment later."""
    page.evaluate("""async () => {
        const frame = () => new Promise(requestAnimationFrame)
        const size = () => [...document.querySelectorAll('main, .main-svg')]
            .map(e => e.scrollHeight + ':' + e.clientWidth).join()
        let before = size()
        for (let calm = 0, turn = 0; calm < 3 && turn < 60; turn++) {
            await frame()
            const now = size()
            calm = now === before ? calm + 1 : 0
            before = now
        }
    }""")
