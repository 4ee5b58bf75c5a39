"""The app in use: first sight, a link sent on, the dark, and files to take away."""

from __future__ import annotations

import io
import re
import time
import zipfile
from urllib.parse import parse_qs, urlsplit

import pandas as pd
import pytest

from analytics.charts import PALETTES
from tests.browser.conftest import PATIENCE, STOPS, settle

RATIO = "stop_and_search.disproportionality"


def test_the_answer_is_seen_soon(chromium, server, answer) -> None:
    # Generous: benchmarks/first_sight.py measures it.
    context = chromium.new_context()
    page = context.new_page()
    start = time.perf_counter()
    page.goto(f"{server}{STOPS}")
    page.get_by_text(answer(RATIO, {}).answer).wait_for(timeout=PATIENCE)
    taken = time.perf_counter() - start
    context.close()
    print(f"first sight of the answer in a fresh browser: {taken:.2f} s")
    assert taken < 10


def choose(page, chip: str, label: str, option: str) -> None:
    page.get_by_role("button", name=re.compile(f"^{chip}")).click()
    page.get_by_role("combobox", name=label).click()
    page.get_by_role("option", name=option, exact=True).click()
    page.wait_for_timeout(200)
    settle(page)
    page.keyboard.press("Escape")


@pytest.mark.long
def test_a_link_reopens_the_view_elsewhere(look, chromium, answer) -> None:
    page = look()
    choose(page, "Compare", "Group", "Asian")
    choose(page, "Area", "District", "Mole Valley")
    expected = answer(RATIO, {"group": "Asian", "area": "E07000210"})
    page.get_by_role("heading", name=expected.headline).wait_for()
    asked = {name: values[0] for name, values in parse_qs(urlsplit(page.url).query).items()}
    assert (asked["group"], asked["area"]) == ("Asian", "E07000210")

    context = chromium.new_context()
    other = context.new_page()
    other.goto(page.url)
    other.get_by_text(expected.answer).wait_for(timeout=PATIENCE)
    settle(other)
    shown = '[data-testid="stMainBlockContainer"]'
    assert other.locator(shown).inner_text() == page.locator(shown).inner_text()
    context.close()


@pytest.mark.long
def test_a_part_goes_into_the_address_by_keyboard_and_comes_back(look) -> None:
    page = look("/methods")
    page.get_by_text("Evidence library", exact=True).click()
    page.get_by_role("heading", name="What studies found, for a link and against it").wait_for()
    assert parse_qs(urlsplit(page.url).query) == {"part": ["evidence"]}
    settle(page)
    page.keyboard.press("ArrowRight")
    # A function: a bare expression is evaluated again by the page, whose policy forbids it.
    page.wait_for_function("() => document.activeElement.closest('label')?.innerText === 'Accessibility'")
    page.get_by_role("heading", name="Accessibility statement").wait_for()
    assert parse_qs(urlsplit(page.url).query) == {"part": ["accessibility"]}
    page.reload()
    page.get_by_role("heading", name="Accessibility statement").wait_for(timeout=PATIENCE)
    assert page.get_by_role("radio", name="Accessibility").is_checked()


@pytest.mark.long
def test_charts_follow_into_the_dark_and_back(look) -> None:
    page = look()
    words = """colour => { const charts = [...document.querySelectorAll('.js-plotly-plot')]
        return charts.length === 3 && charts.every(c => getComputedStyle(c.querySelector('text')).fill === colour) }"""

    def rgb(colour: str) -> str:
        return f"rgb({', '.join(str(level) for level in bytes.fromhex(colour[1:]))})"

    for mode in ("light", "dark", "light"):
        page.emulate_media(color_scheme=mode)
        page.wait_for_function(words, arg=rgb(PALETTES[mode].muted), timeout=PATIENCE)


@pytest.mark.long
def test_csv_and_excel_hold_the_figures_of_the_page(look, answer) -> None:
    address = {"group": "Asian"}
    finding = answer(RATIO, address)
    page = look(f"{STOPS}?group=Asian")
    page.locator('[data-testid="stExpander"] summary', has_text="Table").first.click()
    page.get_by_role("button", name="CSV").wait_for()
    settle(page)  # a button that is just drawn anew loses the click
    with page.expect_download(timeout=20_000) as waiting:
        page.get_by_role("button", name="CSV").click()
    assert re.fullmatch(r"[A-Za-z0-9._-]+\.csv", waiting.value.suggested_filename)
    read = pd.read_csv(waiting.value.path(), keep_default_na=True)
    asked = ["force", "from", "to", "definition", "residents_source"]
    assert list(read.columns) == [*asked, *finding.table.columns]
    assert read["group"].tolist() == finding.table["group"].tolist()
    numbers = [name for name in finding.table if pd.api.types.is_numeric_dtype(finding.table[name])]
    assert len(numbers) > 10
    for name in numbers:
        expected = finding.table[name].astype("float64")
        assert read[name].astype("float64").tolist() == pytest.approx(expected.tolist(), rel=5e-6, nan_ok=True), name

    settle(page)
    with page.expect_download(timeout=20_000) as waiting:
        page.get_by_role("button", name="Excel").click()
    assert waiting.value.suggested_filename.endswith(".xlsx")
    book = zipfile.ZipFile(io.BytesIO(waiting.value.path().read_bytes()))
    cells = "".join(book.read(name).decode() for name in book.namelist() if name.startswith("xl/worksheets/sheet"))
    held = {float(value) for value in re.findall(r"<c [^>]*(?<!t=\"s\")><v>([-0-9.eE]+)</v>", cells)}
    ratio = finding.table.set_index("group").at["Asian", "ratio"]
    assert any(value == pytest.approx(ratio, rel=5e-6) for value in held)
