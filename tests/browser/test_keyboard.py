"""The jobs of a reader who has a keyboard alone: no pointer, no click made by a script. What each costs is printed."""

from __future__ import annotations

import io
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
import pytest
from PIL import Image

from analytics.findings import QUESTIONS, overview
from analytics.scope import Scope
from analytics.wording import NBSP
from data.loading import load_files
from data.store import Store
from tests.browser.conftest import PATIENCE, STOPS, settle
from tests.browser.keys import FIRST, Keys
from tests.browser.test_quiet import complaints
from tests.browser.test_upload import MAPPING
from tests.test_house import contrast

pytestmark = pytest.mark.long

RATIO = "stop_and_search.disproportionality"
CLOSED = "() => !document.querySelector('[data-testid=\"stPopoverBody\"]')"

READ = """() => {
    const main = document.querySelector('main'), read = []
    const walker = document.createTreeWalker(main, NodeFilter.SHOW_TEXT)
    for (let node = walker.nextNode(); node; node = walker.nextNode())
        if (node.data.trim() && !node.parentElement.closest('[aria-hidden="true"], button')
            && node.parentElement.checkVisibility()) read.push(node.data.trim())
    return read.join(' ')
}"""


@pytest.fixture
def keys(window, server, invented):
    """A function that opens an address and gives its keyboard."""
    pages = []

    def take_up(address: str, of: str | None = None) -> Keys:
        page = window.new_page()
        pages.append(page)
        page.set_viewport_size({"width": 1280, "height": 800})
        page.goto(f"{of or server}{address}")
        settle(page)
        return Keys(page)

    yield take_up
    for page in pages:
        page.close()


def test_whether_confidence_has_changed_is_read_first_and_needs_no_key(keys, invented, demonstration) -> None:
    page = keys("/", invented).page
    view = demonstration.view()
    question = QUESTIONS["overview.headline"]
    finding = question.answer(overview.completed(Scope(), view).only(question.takes), view)
    read = page.evaluate(READ).replace(NBSP, " ")
    headline, said = (text.replace(NBSP, " ") for text in (finding.headline, finding.answer))
    # Before it stand the page's name and what is asked about, and no other figure.
    assert read.index(headline) < 200
    assert read.index(said) == read.index(headline) + len(headline) + 1
    box = page.get_by_text(finding.answer).first.bounding_box()
    assert box["y"] + box["height"] < 800, "seen without scrolling"


def test_disproportionality_by_keyboard_alone(keys, answer) -> None:
    keyboard = keys(STOPS)
    page = keyboard.page
    assert keyboard.press("Tab")["name"] == FIRST
    assert keyboard.press("Enter")["tag"] == "MAIN"
    start = keyboard.pressed
    for chip, label, option, asked in (
        ("Force", "Force", "West Yorkshire Police", {"force": "west-yorkshire"}),
        ("Compare", "Group", "Asian", {"force": "west-yorkshire", "group": "Asian"}),
        ("Area", "District", "Calderdale", {"force": "west-yorkshire", "group": "Asian", "area": "E08000033"}),
    ):
        before = keyboard.pressed
        keyboard.to(chip, "button")
        keyboard.open(page.get_by_role("combobox", name=label))
        keyboard.to(label, "combobox")
        keyboard.choose(option)
        wanted = answer(RATIO, asked)
        page.get_by_text(wanted.answer).first.wait_for(timeout=PATIENCE)
        settle(page)
        assert keyboard.focus()["tag"] != "BODY", "the choice must not throw the reader back to the start of the page"
        keyboard.press("Escape")
        page.wait_for_function(CLOSED)
        focused = keyboard.focus()
        assert focused["name"].startswith(chip), "the chip has its focus back"
        print(f"{chip}: {keyboard.pressed - before} keys")
    print(f"J4, all three: {keyboard.pressed - start} keys; the first view of a force needs none")
    # Crude, within districts and with the range of unknown ethnicity, on one screen.
    tiles = page.locator('[data-testid="stMetric"]')
    assert tiles.all_inner_texts()[0].startswith("Rate, Asian")
    names = " ".join(tiles.all_inner_texts())
    assert all(name in names for name in ("Ratio", "Unknown ethnicity"))
    page.evaluate("() => document.querySelector('main').scrollTo(0, 0)")
    assert all(tile.bounding_box()["y"] + tile.bounding_box()["height"] < 800 for tile in tiles.all())


def test_the_evidence_opens_by_keyboard(keys) -> None:
    keyboard = keys(STOPS)
    keyboard.to("Table", "summary")
    keyboard.press("Enter")
    keyboard.page.get_by_role("button", name="CSV").wait_for()
    settle(keyboard.page)
    keyboard.to("CSV", "button")


def test_menus_lead_to_pages_and_the_window_says_which(keys, invented) -> None:
    keyboard = keys("/", invented)
    page = keyboard.page
    complained = complaints(page)
    for section, down, name in (
        ("Explore", 1, "Trends"),
        ("Scrutinise", 0, "Stop and search"),
        ("Manage", 1, "Data and methods"),
    ):
        page.evaluate("() => document.activeElement.blur()")
        keyboard.to(section, "button")
        keyboard.press("Enter")
        page.get_by_role("menuitem").first.wait_for()
        assert keyboard.press(*["ArrowDown"] * down)["role"] == "menuitem"
        keyboard.press("Enter")
        page.get_by_role("heading", name=name, exact=True, level=1).wait_for(timeout=PATIENCE)
        settle(page)
        assert page.title() == f"{name} · Confidence Cycle"
    keyboard.to("Explore", "button", back=True)
    keyboard.press("Enter")
    page.get_by_role("menuitem").first.wait_for()
    assert keyboard.press("Escape")["name"] == "Explore"
    assert complained == []


def test_an_area_is_chosen_by_its_name(keys, invented) -> None:
    keyboard = keys("/neighbourhoods", invented)
    keyboard.to("Neighbourhood", "combobox")
    keyboard.choose("Corn Exchange")
    keyboard.page.get_by_role("heading", name="Corn Exchange").first.wait_for(timeout=PATIENCE)
    settle(keyboard.page)
    assert keyboard.focus()["role"] == "combobox"


def wave(number: int) -> bytes:
    rows = "\n".join(f"{n},{(n + number) % 5 + 1},{n % 4 + 1},{n % 5 + 1}" for n in range(120))
    return f"Serial,Q60,Q13,Q62F\n{rows}".encode()


def test_a_new_wave_from_the_file_to_published(keys, mine, tmp_path) -> None:
    host, store = mine
    publish_the_wave_before(store, tmp_path)
    releases = len(store.releases())
    keyboard = keys("/upload", host)
    page = keyboard.page
    given = [
        {"name": "wave-2.csv", "mimeType": "", "buffer": wave(2)},
        {"name": "2018-08-surrey-stop-and-search.csv", "mimeType": "", "buffer": b"Type,Date\nPerson search,never\n"},
    ]
    # What chooses the files is the system's own window.
    page.on("filechooser", lambda chooser: chooser.set_files(given))
    keyboard.to("Upload", "button")
    keyboard.press("Enter")
    page.get_by_role("button", name="Use this mapping").wait_for(timeout=PATIENCE)
    settle(page)
    # What is wrong is said, and the mapping begins with that of the wave before.
    assert page.get_by_role("heading", name="can't be loaded").count() == 1
    assert page.get_by_text("It begins with the mapping of").count() == 1
    for label, value in (("Wave, so", "2026-Q4"), ("Wave in words", "October to December 2026")):
        keyboard.to(label, "input", most=120)
        keyboard.press("Control+a")
        keyboard.write(value)
        keyboard.press("Enter")
        taken(page)
    for label, day in (("First day of fieldwork", "01102026"), ("Last day of fieldwork", "31122026")):
        keyboard.to(f"day, {label}", most=120)
        keyboard.write(day)  # after two digits the month has the focus, and then the year
        taken(page)
    keyboard.to("Use this mapping", "button", most=120)
    taken(page)
    keyboard.press("Enter")
    page.get_by_role("button", name="Publish").wait_for(timeout=PATIENCE)
    assert page.get_by_role("heading", name="What publishing would change").count() == 1
    settle(page)
    assert keyboard.focus()["name"] == "Use this mapping", "what comes of it stands below, where Tab goes next"
    keyboard.to("Reason, kept in the history", "input", most=20)
    keyboard.write("the new wave")
    assert len(store.releases()) == releases
    keyboard.to("Publish", "button")
    keyboard.press("Enter")
    said = page.get_by_text(f"every page now shows release {releases + 1}")
    said.wait_for(timeout=PATIENCE)
    settle(page)
    told = said.locator("xpath=ancestor-or-self::*[@role='status']")
    assert told.count() == 1, "it is read out wherever the focus is"
    print(f"J11: {keyboard.pressed} keys, those of the words among them")
    # Streamlit takes the button away, and with it the focus; the way to the page is the next stops back.
    print(f"focus after publishing: {keyboard.focus()['tag']}")
    before = keyboard.pressed
    keyboard.to("See it on Trends", "a", back=True)
    print(f"from there to the page: {keyboard.pressed - before} keys")
    keyboard.press("Enter")
    page.get_by_role("heading", name="Trends", exact=True, level=1).wait_for(timeout=PATIENCE)
    assert urlsplit(page.url).path == "/trends"


def taken(page) -> None:
    """Wait until what was written is with the server: what is written while a page is drawn anew can be lost."""
    page.wait_for_timeout(800)
    settle(page)


def publish_the_wave_before(store: Store, folder: Path) -> None:
    """A wave with its mapping, which the next one begins with."""
    (folder / "wave-1.csv").write_bytes(wave(1))
    (folder / "wave-1.csv.mapping.toml").write_text(MAPPING)
    report = load_files([folder], store, by="Ada", reason="the wave before")
    assert {outcome.status for outcome in report.outcomes} <= {"loaded", "already loaded", "passed over"}, (
        report.outcomes
    )


FAINT = {
    "stTopNavSection": "the menu's ring is of Streamlit's own grey, a fifth opaque",
    "stMainMenuButton": "the same",
    "stTooltipHoverTarget": "in the dark the ring is half of the primary colour, which is dark for the sake of buttons",
    "stBaseButton-secondary": "the same",
    "stExpander": "the same",
}
"""Parts of Streamlit whose ring stays under 3:1 in one of the modes, and why."""


@pytest.mark.parametrize(("mode", "faint"), [("light", 2), ("dark", 5)])
def test_the_focus_is_seen(mode, faint, keys) -> None:
    keyboard = keys("/upload")
    keyboard.page.emulate_media(color_scheme=mode)
    seen: dict[str, float] = {}
    while "stExpander" not in seen:
        part = keyboard.press("Tab")["part"]
        if part not in seen and part != "stMain":  # what scrolls is no control
            seen[part] = ring(keyboard.page)
    print(f"{mode}: { ({part: round(ratio, 2) for part, ratio in seen.items()}) }")
    assert {part: ratio for part, ratio in seen.items() if ratio < 3 and part not in list(FAINT)[:faint]} == {}
    assert min(seen.values()) > 1.4
    assert [part for part in list(FAINT)[:faint] if seen[part] >= 3] == [], "take these from the list"


def ring(page) -> float:
    """The contrast that the focus makes: between a pixel with it and the same pixel without, over its outline.

    A ring of one pixel around the part is the least that is asked of it, so the contrast is that of as many pixels.
    """
    box = page.evaluate("""() => {
        const {x, y, width, height} = document.activeElement.getBoundingClientRect()
        return {x: x - 8, y: y - 8, width: width + 16, height: height + 16}
    }""")
    room = page.viewport_size
    left, top = max(box["x"], 0), max(box["y"], 0)
    clip = {"x": left, "y": top}
    clip["width"] = min(box["x"] + box["width"], room["width"]) - left
    clip["height"] = min(box["y"] + box["height"], room["height"]) - top
    held = page.evaluate_handle("() => document.activeElement")
    page.wait_for_timeout(250)  # a ring may fade in
    shots = [page.screenshot(clip=clip)]
    held.evaluate("e => e.blur()")
    page.wait_for_timeout(250)
    shots.append(page.screenshot(clip=clip))
    held.evaluate("e => e.focus({preventScroll: true})")
    on, off = (np.asarray(Image.open(io.BytesIO(shot)).convert("RGB")).reshape(-1, 3) for shot in shots)
    pairs, times = np.unique(np.hstack([on, off])[(on != off).any(axis=1)], axis=0, return_counts=True)
    ratios = sorted(
        ((contrast(_hex(pair[:3]), _hex(pair[3:])), int(n)) for pair, n in zip(pairs, times, strict=True)), reverse=True
    )
    wanted = 2 * (box["width"] - 16 + box["height"] - 16) * 0.9
    for ratio, number in ratios:
        wanted -= number
        if wanted <= 0:
            return ratio
    return 1.0


def _hex(colour) -> str:
    return "#" + bytes(int(level) for level in colour).hex()
