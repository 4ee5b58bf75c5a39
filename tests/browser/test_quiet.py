"""What leaves the browser and what it complains about: nothing, but for a short list of the framework's own."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import pytest

from tests.app.small_store import HOSTILE as NAME
from tests.browser.conftest import PATIENCE, ROOT, open_everything, settle
from tests.servers import running

PAGES = ("/stop_and_search", "/methods", "/upload")
HOSTILE = "/stop_and_search?force=west-yorkshire&area=E08000034"

EVERY = ("/", "/trends", "/neighbourhoods", "/stop_and_search", "/engagement", "/upload", "/methods", "/account")


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


@pytest.mark.parametrize(
    "address",
    ["/", "/trends", "/neighbourhoods", "/stop_and_search", "/engagement", "/methods", "/methods?part=methods"],
)
def test_a_page_of_the_demonstration_asks_no_other_host(address, window, invented) -> None:
    page = window.new_page()
    seen = watch(page)
    page.goto(f"{invented}{address}")
    settle(page)
    open_everything(page)
    assert elsewhere(page, seen, invented) == []
    assert len(seen) > 20
    page.close()


@pytest.mark.parametrize("address", [*PAGES, HOSTILE])
def test_a_page_asks_no_other_host(address, window, server) -> None:
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


def test_the_console_is_silent_on_a_walk_through_every_page(window, invented) -> None:
    page = window.new_page()
    seen = complaints(page)
    page.goto(invented)
    settle(page)
    open_everything(page)
    walk = (
        ("Explore", "Trends"),
        ("Scrutinise", "Stop and search"),
        ("Scrutinise", "Engagement"),
        ("Manage", "Data and methods"),
        ("Explore", "Overview"),
    )
    for section, name in walk:
        page.get_by_role("button", name=section).click()
        page.get_by_role("menuitem", name=name).click()
        page.get_by_role("heading", name=name, exact=True).wait_for()
        settle(page)
        open_everything(page)
    assert seen == []
    page.evaluate("() => console.error('seen')")
    assert [text.split()[0] for text in seen] == ["seen"]
    page.close()


def test_the_policy_stops_what_would_be_fetched_elsewhere(window, invented) -> None:
    page = window.new_page()
    seen = complaints(page)
    page.goto(invented)
    settle(page)
    page.evaluate("() => { new Image().src = 'http://beacon.invalid/x.png' }")
    page.wait_for_timeout(300)
    assert any("violates the following Content Security Policy directive" in text for text in seen)
    page.close()


@pytest.mark.parametrize("mode", ["light", "dark"])
@pytest.mark.parametrize("address", EVERY)
def test_the_console_is_silent_on_a_page_that_is_opened_by_its_address(address, mode, window, invented) -> None:
    page = window.new_page()
    page.emulate_media(color_scheme=mode)
    seen = complaints(page)
    answers: list[int] = []
    page.on("response", lambda response: answers.append(response.status))
    page.goto(f"{invented}{address}")
    settle(page)
    open_everything(page)
    assert seen == []
    assert [status for status in answers if status >= 400] == []
    assert page.title() != "Streamlit"
    page.close()


def test_every_page_is_among_them() -> None:
    assert {"/", *(f"/{path.stem}" for path in (ROOT / "pages").glob("*/*.py"))} == {
        *EVERY,
        "/overview",  # the first page, whose address is the dashboard's own
        *(f"/{path.stem}" for path in (ROOT / "pages" / "parts").glob("*.py")),
    }


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
