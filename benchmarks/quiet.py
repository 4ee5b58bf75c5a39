"""What every page asks for, and what the browser complains about: requests, refusals and errors in the console.

    python -m benchmarks.quiet [--store URL]

Each page is opened by its address, light and dark, in a browser that has never been here, and all that folds is opened.
Needs Chromium and playwright.
"""

from __future__ import annotations

import argparse
import shutil
from urllib.parse import urlsplit

from playwright.sync_api import Browser, sync_playwright

from benchmarks.first_sight import _NAMES, _QUIET, ROOT
from benchmarks.machine import machine
from benchmarks.server import server

_STILL = """() => document.querySelector('[data-testid="stApp"]')?.dataset.testScriptState === 'notRunning'
    && document.querySelector('h1') && !document.querySelector('[data-testid="stSkeleton"]')"""
_PATIENCE = 90_000
_DRAWN = 3000
"""Milliseconds for what is fetched after a page stands still."""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--store", help="folder of the store; otherwise CONFIDENCE_STORE, otherwise .store")
    options = parser.parse_args()
    path = next(filter(None, map(shutil.which, _NAMES)), None)
    if path is None:
        raise SystemExit("Chromium was not found: install it, or see the name it has in benchmarks/first_sight.py.")
    print(machine())
    pages = sorted(file.stem for file in (ROOT / "pages").glob("*/*.py") if file.parent.name != "parts")
    with server(ROOT / "app.py", options.store) as port, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=_QUIET)
        print("page               mode   requests  elsewhere  refused  errors")
        for name in pages:
            for mode in ("light", "dark"):
                counts = _opened(browser, f"http://localhost:{port}/{'' if name == 'overview' else name}", mode)
                print(f"{name:<18} {mode:<5} {counts[0]:>9} {counts[1]:>10} {counts[2]:>8} {counts[3]:>7}")
        browser.close()


def _opened(browser: Browser, address: str, mode: str) -> tuple[int, int, int, int]:
    """Requests, those to another host, those refused, and errors in the console, of one page."""
    context = browser.new_context(color_scheme="dark" if mode == "dark" else "light")
    page = context.new_page()
    asked: list[str] = []
    refused: list[int] = []
    errors: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("websocket", lambda socket: asked.append(socket.url))
    page.on("response", lambda answer: refused.append(answer.status) if answer.status >= 400 else None)
    page.on("console", lambda said: errors.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(address)
    page.wait_for_function(_STILL, timeout=_PATIENCE)
    parts = page.locator('[data-testid="stExpander"] details')
    for place in range(parts.count()):
        if parts.nth(place).get_attribute("open") is None:
            parts.nth(place).locator("summary").first.click(timeout=_PATIENCE)
            page.wait_for_function(_STILL, timeout=_PATIENCE)
    page.wait_for_timeout(_DRAWN)
    context.close()
    host = urlsplit(address).netloc
    elsewhere = [url for url in asked if urlsplit(url).scheme not in ("data", "blob") and urlsplit(url).netloc != host]
    return len(asked), len(elsewhere), len(refused), len(errors)


if __name__ == "__main__":
    main()
