"""Time from opening the address to the answer on screen, in Chromium over the running server.

    python -m benchmarks.first_sight [--store URL] [--loads N] [--page NAME]

The server is warm: it has shown the page once. Each load is a session of its own, first in a browser
that has never been here, then in one that keeps what it fetched. Needs Chromium and playwright.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import time
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, sync_playwright

from analytics.findings import QUESTIONS, choices
from analytics.findings.survey import choices as survey_choices
from analytics.scope import Scope
from benchmarks.machine import machine
from benchmarks.server import server
from data.store import Store

ROOT = Path(__file__).resolve().parent.parent
_NAMES = ("chromium", "chromium-browser", "google-chrome")
_QUIET = [
    "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run", "--disable-component-update",
    "--disable-sync",
]  # fmt: skip
FIRST = {
    "overview": ("overview.headline", survey_choices.complete),
    "trends": ("trends.measure", survey_choices.complete),
    "stop_and_search": ("stop_and_search.disproportionality", choices.complete),
}
"""The question that a page answers first."""
_CHARTS = """() => { const charts = document.querySelectorAll('[data-testid="stPlotlyChart"]')
    return [...charts].every(chart => chart.querySelector('.main-svg')) }"""
_PATIENCE = 60_000


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--store", help="folder of the store; otherwise CONFIDENCE_STORE, otherwise .store")
    parser.add_argument("--loads", type=int, default=10)
    parser.add_argument("--page", choices=list(FIRST), default="overview")
    options = parser.parse_args()
    path = next(filter(None, map(shutil.which, _NAMES)), None)
    if path is None:
        raise SystemExit("Chromium was not found: install it, or see the name it has in benchmarks/first_sight.py.")
    sentence = _answer(options.store, options.page)
    print(machine())
    with server(ROOT / "app.py", options.store) as port, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=_QUIET)
        address = (
            f"http://localhost:{port}/{options.page}" if options.page != "overview" else f"http://localhost:{port}"
        )
        first = _apart(browser, address, sentence)
        print(f"first page of a new server: answer {first[0]:.2f} s, charts {first[1]:.2f} s")
        _print("browser that has never been here", [_apart(browser, address, sentence) for _ in range(options.loads)])
        kept = browser.new_context()
        _timed(kept, address, sentence)
        _print("browser that was here before", [_timed(kept, address, sentence) for _ in range(options.loads)])
        browser.close()
    print(f"load of the machine over the last minute: {os.getloadavg()[0]:.1f}")


def _answer(store: str | None, page: str) -> str:
    """The first sentence of a page's first view."""
    question, complete = FIRST[page]
    view = Store(store).view()
    return QUESTIONS[question].answer(complete(Scope(), view).only(QUESTIONS[question].takes), view).answer


def _apart(browser: Browser, address: str, sentence: str) -> tuple[float, float]:
    context = browser.new_context()
    try:
        return _timed(context, address, sentence)
    finally:
        context.close()


def _timed(context: BrowserContext, address: str, sentence: str) -> tuple[float, float]:
    """Seconds until the answer can be read, and until every chart is drawn."""
    page = context.new_page()
    start = time.perf_counter()
    page.goto(address)
    page.get_by_text(sentence).wait_for(timeout=_PATIENCE)
    read = time.perf_counter() - start
    page.wait_for_function(_CHARTS, timeout=_PATIENCE)
    drawn = time.perf_counter() - start
    page.close()
    return read, drawn


def _print(what: str, times: list[tuple[float, float]]) -> None:
    for name, taken in zip(("answer", "charts"), zip(*times, strict=True), strict=True):
        print(f"{what}, {name}: {len(taken)} loads, median {statistics.median(taken):.2f} s, worst {max(taken):.2f} s")


if __name__ == "__main__":
    main()
