"""The real server over the small store, and Chromium to look at it with."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from analytics.finding import Finding
from data.store import Store
from tests.app import small_store
from tests.servers import running

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

ROOT = Path(__file__).resolve().parents[2]
NAMES = ("chromium", "chromium-browser", "google-chrome")
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--no-first-run",
    "--disable-component-update",
    "--disable-sync",
]
STOPS = "/stop_and_search"
PATIENCE = 90_000
"""Milliseconds that a step may take before it counts as failed: a slow machine is no defect of a page."""
STILL = """() => document.querySelector('[data-testid="stApp"]')?.dataset.testScriptState === 'notRunning'
    && document.querySelector('h1')
    && !document.querySelector('[data-testid="stSkeleton"]')
    && [...document.querySelectorAll('[data-testid="stPlotlyChart"]')].every(part => part.querySelector('.main-svg'))"""

# One at a time: what is clicked in the same tick is sent to the server as one change. And again where it stays closed,
# or open and empty, for long: a click on a part that is just drawn anew is lost, in the browser or on its way to the
# server, and a second one too soon would close it.
OPENED = """() => {
    const shown = part => part.open
        && part.querySelector('[data-testid="stTable"], [data-testid="stDataFrame"], [data-testid="stMarkdown"]')
    const parts = [...document.querySelectorAll('[data-testid="stExpander"] details')]
    const waiting = parts.find(part => !shown(part) && Date.now() - (part.clicked ?? 0) > 5000)
    if (waiting && !(waiting.open && waiting.clicked === undefined)) {
        waiting.clicked = waiting.open ? 0 : Date.now()
        waiting.querySelector('summary').click()
    } else if (waiting) {
        waiting.clicked = Date.now()
    }
    return parts.every(shown)
}"""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every test of this folder.

    One that waited in vain is tried again, twice at most, and the report names it: where the machine is busy a browser
    loses a click or a key, which no page can mend. What waits in vain each time fails, and so does every other failure.
    """
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker("browser")
            item.add_marker(pytest.mark.flaky(reruns=2, only_rerun=["TimeoutError"]))


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory, police_csv: Callable[..., bytes]) -> Store:
    """The small store that the server shows. Nobody may change it."""
    return small_store.build(tmp_path_factory.mktemp("small"), police_csv)


@pytest.fixture(scope="session")
def answer(small: Store) -> Callable[[str, dict[str, str]], Finding]:
    """A function that answers a question for an address from the small store, without any page."""
    return partial(small_store.answer, small.view())


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Chromium; without it the tests are skipped, and fail where CONFIDENCE_BROWSER is ``required``."""
    path = next(filter(None, map(shutil.which, NAMES)), None)
    if path is None:
        _missing("Chromium was not found")
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        _missing("The package playwright is not installed")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=QUIET)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def server(chromium: Browser, small: Store, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of the running app over the small store, which has shown its first page once."""
    yield from serve(chromium, small, tmp_path_factory.mktemp("server") / "log")


@pytest.fixture(scope="session")
def invented(chromium: Browser, demonstration: Store, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of the running app over the demonstration force, which has shown its first page once."""
    yield from serve(chromium, demonstration, tmp_path_factory.mktemp("invented") / "log")


@pytest.fixture(scope="module")
def mine(chromium: Browser, small: Store, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Store]]:
    """Address of the app over a copy of the small store that the tests of one file may change, and the store."""
    store = Store(shutil.copytree(small.root, tmp_path_factory.mktemp("mine") / "store"))
    for address in serve(chromium, store, tmp_path_factory.mktemp("mine_log") / "log"):
        yield address, store


def serve(chromium: Browser, store: Store, log: Path) -> Iterator[str]:
    """Run the app over a store until the caller is done; its address, once it has shown its first page."""
    with running(store.root, log) as address:
        page = chromium.new_page()
        page.goto(address)
        settle(page)
        page.close()
        yield address


@pytest.fixture(scope="session")
def window(chromium: Browser) -> BrowserContext:
    """One window for all tests, which keeps what it fetched; every page in it is a session of its own."""
    context = chromium.new_context(accept_downloads=True)
    context.set_default_timeout(PATIENCE)
    return context


@pytest.fixture
def look(window: BrowserContext, server: str) -> Iterator[Callable[..., Page]]:
    """A function that opens an address and waits until the page stands still."""
    pages = []

    def open_page(address: str = STOPS, width: int = 1280, height: int = 800, mode: str = "light") -> Page:
        page = window.new_page()
        pages.append(page)
        page.set_viewport_size({"width": width, "height": height})
        page.emulate_media(color_scheme=mode)
        page.goto(f"{server}{address}")
        settle(page)
        return page

    yield open_page
    for page in pages:
        page.close()


def settle(page: Page) -> None:
    """Wait until the script has run to its end and every chart that it announced is drawn."""
    page.wait_for_function(STILL, timeout=PATIENCE)


def open_everything(page: Page) -> None:
    """Open every Table, every How was this made? and whatever else folds, and wait for what is in them."""
    page.wait_for_function(OPENED, timeout=PATIENCE, polling=60)
    settle(page)


def _missing(what: str) -> None:
    if os.environ.get("CONFIDENCE_BROWSER") == "required":
        pytest.fail(f"{what}, and CONFIDENCE_BROWSER is 'required'.")
    pytest.skip(f"{what}: the browser tests are left out")
