"""What leaves the browser and what it complains about: nothing.

Every page is listened to while it is visited, in test_accessibility.py; here are hostile texts and the policy.
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import pytest

from tests.app.small_store import HOSTILE as NAME
from tests.browser.conftest import PATIENCE, open_everything, settle
from tests.servers import running

pytestmark = pytest.mark.long

HOSTILE = "/stop_and_search?force=west-yorkshire&area=E08000034"


def elsewhere(page, seen: list[str], server: str) -> list[str]:
    page.wait_for_timeout(300)  # a picture is asked for after it is drawn
    host = urlsplit(server).netloc
    return [url for url in seen if urlsplit(url).scheme not in ("data", "blob") and urlsplit(url).netloc != host]


def watch(page) -> list[str]:
    seen: list[str] = []
    page.on("request", lambda request: seen.append(request.url))
    page.on("websocket", lambda socket: seen.append(socket.url))
    return seen


def complaints(page) -> list[str]:
    seen: list[str] = []
    page.on(
        "console",
        lambda said: seen.append(f"{said.text} {said.location.get('url', '')}") if said.type == "error" else None,
    )
    page.on("pageerror", lambda error: seen.append(str(error)))
    return seen


@pytest.mark.parametrize("address", ["/upload", HOSTILE])
def test_a_hostile_text_makes_a_page_ask_no_other_host(address, window, server) -> None:
    page = window.new_page()
    seen = watch(page)
    page.goto(f"{server}{address}")
    settle(page)
    open_everything(page)
    if address == "/upload":
        # The form names who loaded the file: text from outside.
        file = page.get_by_role("combobox", name="File")
        file.scroll_into_view_if_needed()
        page.wait_for_timeout(300)  # a list closes when the page scrolls
        file.press("ArrowDown")
        page.get_by_role("option").first.wait_for()
        file.press("Enter")
        page.locator('[data-testid="stForm"]').get_by_text("beacon.invalid/by.png").wait_for()
    if address == HOSTILE:
        page.get_by_role("button", name=re.compile("^Area")).click()
        page.get_by_role("combobox", name="District").click()
        page.get_by_role("option", name="beacon.invalid").wait_for()
    assert elsewhere(page, seen, server) == []
    assert len(seen) > 20
    assert any(url.startswith("ws:") for url in seen)
    # What would be asked elsewhere is seen.
    page.evaluate("() => { new Image().src = 'http://beacon.invalid/x.png' }")
    assert elsewhere(page, seen, server) == ["http://beacon.invalid/x.png"]
    page.close()


@pytest.fixture(scope="module")
def hostile(window, server):
    """The page of the district with the hostile name, everything open."""
    page = window.new_page()
    page.goto(f"{server}{HOSTILE}")
    settle(page)
    open_everything(page)
    yield page
    page.close()


def test_a_hostile_name_is_there_to_read_and_nothing_else(hostile) -> None:
    # An address in the name is broken by a word joiner, which nobody sees.
    assert hostile.locator('[data-testid="stMain"]').inner_text().replace("\u2060", "").count(NAME) >= 2
    assert hostile.locator('[data-testid="stMain"] img, .katex, b[onclick], a[href*="beacon"]').count() == 0


def test_the_policy_stops_what_would_be_fetched_elsewhere(window, invented) -> None:
    page = window.new_page()
    seen = complaints(page)
    page.goto(invented)
    settle(page)
    page.evaluate("() => { new Image().src = 'http://beacon.invalid/x.png' }")
    page.wait_for_timeout(300)
    assert any("violates the following Content Security Policy directive" in text for text in seen)
    page.close()


def test_the_first_page_of_a_cold_server_may_be_a_deep_link(chromium, small, tmp_path) -> None:
    with running(small.root, tmp_path / "log") as address:
        page = chromium.new_page()
        seen = complaints(page)
        page.goto(f"{address}/stop_and_search")
        page.get_by_role("heading", name="Stop and search", exact=True).wait_for(timeout=PATIENCE)
        settle(page)
        assert page.get_by_text("Page not found").count() == 0
        assert page.url.endswith("/stop_and_search")
        assert seen == []
        page.close()
