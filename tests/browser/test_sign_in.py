"""Sign-in in the browser against a provider on this computer: who comes in, what they may do, and the way out."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from itsdangerous import URLSafeTimedSerializer

from benchmarks.server import free_port, started
from data.store import Store
from tests.browser.conftest import PATIENCE, settle
from tests.browser.test_accessibility import judged
from tests.provider import provider
from tests.servers import Session

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.long

PEOPLE = {
    "ada": {
        "name": "Ada Analyst",
        "email": "ada@force.example",
        "email_verified": True,
        "roles": ["Confidence.Analyst"],
    },
    "vera": {"name": "Vera", "preferred_username": "vera@force.example", "roles": ["Confidence.Viewer"]},
    "norah": {"name": "**Norah** ![x](https://beacon.invalid/x.png)", "roles": ["Gardener"]},
    "brief": {"name": "Bea", "roles": ["Confidence.Analyst"], "seconds": 20},
}
SIGNED_OUT = "Sign in to see this page"
COOKIE = "_streamlit_user"


@pytest.fixture(scope="module")
def mine(chromium, small: Store, tmp_path_factory) -> Iterator[tuple[str, Store]]:
    """Address of the app with sign-in over a copy of the small store, and the store."""
    place = tmp_path_factory.mktemp("signed")
    store = Store(shutil.copytree(small.root, place / "store"))
    port = free_port()
    with provider(PEOPLE) as identities:
        chosen = identities.settings(f"http://localhost:{port}")
        roles = {"CONFIDENCE_ANALYSTS": "confidence.analyst", "CONFIDENCE_VIEWERS": "confidence.viewer"}
        with started(store=store.root, log=place / "log", port=port, **chosen, **roles) as server:
            yield server, store


@pytest.fixture
def page(chromium) -> Iterator[Page]:
    """A page in a window of its own, in which nobody has signed in."""
    window = chromium.new_context()
    window.set_default_timeout(PATIENCE)
    yield window.new_page()
    window.close()


def enter(page, server, who: str, address: str = "/") -> None:
    page.goto(f"{server}{address}")
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("link", name=who).click()
    page.wait_for_url(f"{server}/**")
    settle(page)


def words(page) -> str:
    return page.locator('[data-testid="stMain"]').inner_text().replace("\u2060", "")


@pytest.mark.parametrize("address", ["/", "/trends", "/upload", "/account", "/methods?part=methods&role=analyst"])
def test_signed_out_there_is_no_page(address, page, mine) -> None:
    server = mine[0]
    seen: list[str] = []
    page.on("console", lambda said: seen.append(said.text) if said.type == "error" else None)
    page.goto(f"{server}{address}")
    page.get_by_role("heading", name=SIGNED_OUT).wait_for()
    settle(page)
    assert page.get_by_role("heading", level=1).all_inner_texts() == ["Confidence Cycle"]
    assert page.get_by_role("menuitem").count() == page.locator("table, canvas, svg.main-svg").count() == 0
    assert page.locator("header").get_by_role("button", name="Explore").count() == 0
    assert seen == []


def test_a_viewer_sees_pages_and_changes_nothing(page, mine) -> None:
    server, store = mine
    enter(page, server, "vera")
    page.get_by_role("heading", name="Overview", exact=True).wait_for()
    page.get_by_role("button", name="Manage").click()
    page.get_by_role("menuitem", name="Account").wait_for()
    assert page.get_by_role("menuitem", name="Upload").count() == 0
    page.goto(f"{server}/upload?role=analyst")
    page.get_by_text("You may look, but not upload").wait_for()
    settle(page)
    assert page.locator("input[type=file]").count() == 0
    assert page.get_by_role("button", name="Withdraw").count() == 0
    page.goto(f"{server}/account")
    page.get_by_role("button", name="Sign out").wait_for()
    assert "Signed in as Vera (vera@force.example)." in words(page)
    assert "You are a viewer" in words(page)
    assert len(store.releases()) == 1


def test_an_analyst_publishes_under_their_own_name_and_signs_out(page, mine, police_csv) -> None:
    server, store = mine
    enter(page, server, "ada")
    page.get_by_role("button", name="Manage").click()
    page.get_by_role("menuitem", name="Upload").click()
    page.get_by_role("heading", name="Upload", exact=True).wait_for()
    settle(page)
    search = {"Type": "Person search", "Date": "2018-07-02T10:00:00+00:00"}
    content = police_csv([search] * 30)
    page.set_input_files(
        "input[type=file]", [{"name": "2018-07-surrey-stop-and-search.csv", "mimeType": "", "buffer": content}]
    )
    page.get_by_text("can be published").wait_for()
    page.get_by_label("Reason, kept in the history").first.wait_for()
    assert "Kept in the history under your name: Ada Analyst (ada@force.example)" in words(page)
    assert page.get_by_label("Your name, kept in the history").count() == 0
    page.get_by_label("Reason, kept in the history").first.fill("July")
    page.get_by_role("button", name="Publish").click()
    page.get_by_text("every page now shows release 2").wait_for()
    assert (store.release().by, store.release().reason) == ("Ada Analyst (ada@force.example)", "July")

    page.get_by_role("button", name="Manage").click()
    page.get_by_role("menuitem", name="Account").click()
    page.get_by_role("button", name="Sign out").click()
    page.get_by_role("heading", name=SIGNED_OUT).wait_for()
    assert [cookie["name"] for cookie in page.context.cookies() if COOKIE in cookie["name"]] == []
    page.goto(f"{server}/upload")
    page.get_by_role("heading", name=SIGNED_OUT).wait_for()


def test_somebody_without_a_role_is_told_so_and_their_name_stays_text(page, mine) -> None:
    enter(page, mine[0], "norah")
    page.get_by_role("heading", name="You may not see this page").wait_for()
    assert "You are signed in as **Norah** ![x](" in words(page)
    assert page.locator("[data-testid=stMain] img").count() == 0
    page.get_by_role("button", name="Sign out").click()
    page.get_by_role("heading", name=SIGNED_OUT).wait_for()


def test_a_session_ends_when_its_identity_does(page, mine) -> None:
    server = mine[0]
    enter(page, server, "brief")
    page.wait_for_timeout(21_000)
    page.goto(f"{server}/upload")
    page.get_by_role("heading", name="Your session is over").wait_for()
    assert page.locator("input[type=file]").count() == 0
    page.get_by_role("button", name="Sign in again").click()
    page.get_by_role("link", name="ada").click()
    page.get_by_role("heading", name="Overview", exact=True).wait_for()


def test_a_forged_cookie_is_no_identity(page, mine) -> None:
    server = mine[0]
    enter(page, server, "vera")
    cookie = next(cookie for cookie in page.context.cookies() if cookie["name"] == COOKIE)
    assert (cookie["httpOnly"], cookie["sameSite"]) == (True, "Lax")
    signed = cookie["value"].strip('"')
    claims = json.loads(URLSafeTimedSerializer("", salt=COOKIE).loads_unsafe(signed)[1])
    assert claims["roles"] == ["Confidence.Viewer"]
    claims["roles"] = ["Confidence.Analyst"]
    forged = URLSafeTimedSerializer("another secret", salt=COOKIE).dumps(json.dumps(claims))
    grafted = ".".join([forged.rsplit(".", 2)[0], *signed.rsplit(".", 2)[1:]])
    # What was signed comes in, as here without a browser, and what was changed does not.
    for value, inside in ((signed, True), (forged, False), (grafted, False), (json.dumps(claims), False)):
        session = Session(server, "upload", cookie=f"{COOKIE}={value}")
        assert session.shows("You may look, but not upload") == inside
        assert session.shows(SIGNED_OUT) == (not inside)
        session.close()
    page.context.add_cookies([{**cookie, "value": grafted}])
    page.goto(f"{server}/upload")
    page.get_by_role("heading", name=SIGNED_OUT).wait_for()


def test_nobody_comes_in_with_a_code_that_was_not_asked_for(page, mine) -> None:
    server = mine[0]
    page.goto(f"{server}/oauth2callback?code=stolen&state=guessed")
    page.get_by_role("heading", name=SIGNED_OUT).wait_for()
    assert [cookie["name"] for cookie in page.context.cookies() if COOKIE in cookie["name"]] == []


def test_what_stands_in_the_place_of_a_page_is_accessible(page, mine) -> None:
    server = mine[0]
    page.set_viewport_size({"width": 1280, "height": 800})
    page.goto(f"{server}/")
    page.get_by_role("heading", name=SIGNED_OUT).wait_for()
    settle(page)
    assert judged(page).wrong == {}
    enter(page, server, "vera", "/account")
    page.goto(f"{server}/account")
    page.get_by_role("button", name="Sign out").wait_for()
    settle(page)
    assert judged(page).wrong == {}
