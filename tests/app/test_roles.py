"""Who may see and do what: every page for every role, every action for itself, and nothing by an address."""

from __future__ import annotations

import time
from types import SimpleNamespace

import pytest

from data.settings import Settings, settings
from pages.parts import history, identity, uploading
from pages.parts.identity import NotAllowed, User, current_user, judged
from tests.app.test_every_page import REGISTRY

ISSUER = "https://id.example.org"
NOW = 1_800_000_000.0
CHOSEN = {
    "CONFIDENCE_SIGN_IN": f"{ISSUER}/.well-known/openid-configuration",
    "CONFIDENCE_SIGN_IN_CLIENT": "confidence",
    "CONFIDENCE_SIGN_IN_SECRET": "told by the provider",
    "CONFIDENCE_COOKIE_SECRET": "0123456789abcdef0123456789abcdef",
    "CONFIDENCE_ADDRESS": "https://confidence.example.org",
    "CONFIDENCE_ANALYSTS": "Analyst, ada@force.example",
    "CONFIDENCE_VIEWERS": "viewer, vera@force.example",
}
WHO = {
    "analyst": {"roles": ["analyst"], "name": "Ada", "email": "ada@force.example", "email_verified": True},
    "viewer": {"roles": ["viewer"], "name": "Vera", "sub": "v-1"},
    "nobody": {"roles": ["gardener"], "name": "Norah", "sub": "n-1"},
}
UPLOAD = "pages/manage/upload.py"


@pytest.fixture
def chosen(monkeypatch) -> Settings:
    """Settings with sign-in."""
    for name, value in CHOSEN.items():
        monkeypatch.setenv(name, value)
    return Settings()


@pytest.fixture
def signed_in(run, chosen, monkeypatch):
    """A function that opens a page as somebody with these claims."""

    def start(page: str, claims: dict[str, object], *given, **address):
        monkeypatch.setattr(identity, "_claims", lambda: claims)
        return run(page, *given, **address)

    return start


def identity_of(who: str, **more) -> dict[str, object]:
    return {"is_logged_in": True, "iss": ISSUER, "exp": time.time() + 86_400, **WHO[who], **more}


def said(app) -> str:
    return " ".join(part.value for kind in ("title", "markdown", "error") for part in app.get(kind))


@pytest.mark.parametrize("page", REGISTRY, ids=[page.title for page in REGISTRY])
@pytest.mark.parametrize("who", ["analyst", "viewer"])
def test_every_page_is_there_for_whoever_may_look(page, who, signed_in) -> None:
    app = signed_in(page.file, identity_of(who))
    assert not app.exception
    assert [title.value for title in app.title] == [page.title]
    buttons = {button.label for button in app.button}
    assert buttons.isdisjoint({"Publish", "Sign in"})
    assert len(app.file_uploader) == (who == "analyst" and page.file == UPLOAD)
    assert ("You may look, but not upload" in said(app)) == (who == "viewer" and page.file == UPLOAD)


OUTSIDE = {
    "signed out": ({"is_logged_in": False}, "Sign in to see this page", "Sign in"),
    "of another issuer": (identity_of("analyst", iss="https://evil.example"), "Sign in to see this page", "Sign in"),
    "expired": (identity_of("analyst", exp=time.time() - 1), "Your session is over", "Sign in again"),
    "without a role": (identity_of("nobody"), "You may not see this page", "Sign out"),
}


@pytest.mark.parametrize("page", REGISTRY, ids=[page.title for page in REGISTRY])
@pytest.mark.parametrize("why", OUTSIDE)
def test_no_page_is_there_for_anybody_else(page, why, signed_in) -> None:
    claims, words, way_out = OUTSIDE[why]
    app = signed_in(page.file, claims, None, role="analyst", audience="internal")
    assert not app.exception
    assert [title.value for title in app.title] == ["Confidence Cycle"]
    assert words in said(app)
    assert [button.label for button in app.button] == [way_out]
    assert [len(app.get(kind)) for kind in ("metric", "dataframe", "table", "plotly_chart", "file_uploader")] == [0] * 5


def test_a_session_that_ends_while_a_page_is_open_ends_there(signed_in, monkeypatch) -> None:
    app = signed_in(UPLOAD, identity_of("analyst"))
    assert app.file_uploader
    monkeypatch.setattr(identity, "_claims", lambda: identity_of("analyst", exp=time.time() - 1))
    app.run()
    assert "Your session is over" in said(app)
    assert not app.file_uploader


@pytest.mark.parametrize("address", [{"role": "analyst", "audience": "internal"}, {"user": "Ada", "may_publish": "1"}])
def test_nothing_in_an_address_gives_a_role(address, signed_in) -> None:
    app = signed_in(UPLOAD, identity_of("viewer"), None, **address)
    assert not app.file_uploader
    assert "You may look, but not upload" in said(app)


def test_nothing_in_the_state_of_a_session_gives_a_role(signed_in) -> None:
    app = signed_in(UPLOAD, identity_of("viewer"))
    for key in ("role", "user", "is_logged_in", "may_publish"):
        app.session_state[key] = "analyst"
    app.run()
    assert not app.file_uploader


def test_who_did_what_is_for_analysts(signed_in) -> None:
    columns = {
        who: {column for frame in signed_in(UPLOAD, identity_of(who)).dataframe for column in frame.value.columns}
        for who in ("analyst", "viewer")
    }
    assert columns["analyst"] - columns["viewer"] == {"By", "Reason"}
    assert "File" in columns["viewer"]


def test_the_menu_shows_an_analyst_alone_the_way_to_upload() -> None:
    shown = {
        who: [page.title for page in REGISTRY if page.listed(user)]
        for who, user in {
            "analyst": User("Ada", "analyst", True, NOW),
            "viewer": User("Vera", "viewer", True, NOW),
            "at the computer": User("ada", "analyst"),
            "nobody": None,
        }.items()
    }
    everything = [page.title for page in REGISTRY]
    assert shown["analyst"] == everything
    assert shown["viewer"] == [title for title in everything if title != "Upload"]
    assert shown["at the computer"] == [title for title in everything if title != "Account"]
    assert shown["nobody"] == []


def test_every_action_refuses_a_viewer_by_itself() -> None:
    viewer = User("Vera", "viewer", True, NOW)
    staged = SimpleNamespace(publish=lambda *_: pytest.fail("published"))
    state = SimpleNamespace(anew=False)
    actions = {
        "publish": lambda: uploading._run(state, staged, viewer, "Vera", "why"),
        "stage and map": lambda: uploading.steps(None, viewer),
        "withdraw": lambda: history._run(
            lambda *_: pytest.fail("done"), None, "x", viewer, "Vera", "why", "x is withdrawn"
        ),
    }
    for name, act in actions.items():
        with pytest.raises(NotAllowed) as refusal:
            act()
        assert (refusal.value.standing, name) == ("refused", name)


def test_the_history_keeps_the_name_of_the_identity_and_no_other(signed_in, own) -> None:
    app = signed_in(UPLOAD, identity_of("analyst"), own)
    app.selectbox(key="history_load").select_index(0).run()
    assert [field.label for field in app.text_input] == ["Reason, kept in the history"]
    app.text_input(key="history_reason").set_value("a wrong file")
    next(button for button in app.button if button.label == "Withdraw").click()
    app.run()
    assert not app.exception
    assert own.release().by == "Ada (ada@force.example)"


def test_without_sign_in_whoever_sits_at_the_computer_is_an_analyst() -> None:
    settings.cache_clear()
    assert current_user().may_publish
    assert not current_user().signed_in


def test_without_sign_in_everybody_may_be_a_viewer(run, monkeypatch) -> None:
    monkeypatch.setenv("CONFIDENCE_WITHOUT_SIGN_IN", "viewer")
    app = run(UPLOAD)
    assert not app.file_uploader
    assert "You may look, but not upload" in said(app)


CASES = {
    "a role in any case": ({"roles": ["ANALYST"]}, "analyst"),
    "a role that is no list": ({"roles": "analyst"}, "analyst"),
    "both": ({"roles": ["viewer", "analyst"]}, "analyst"),
    "a confirmed address": ({"email": "Ada@Force.example", "email_verified": True}, "analyst"),
    "a confirmed address of a viewer": ({"email": "vera@force.example", "email_verified": True}, "viewer"),
    "an address that nobody confirmed": ({"email": "ada@force.example"}, "refused"),
    "an address that somebody says is confirmed": ({"email": "ada@force.example", "email_verified": "true"}, "refused"),
    "an address given as a role": ({"roles": ["ada@force.example"]}, "refused"),
    "nothing": ({}, "refused"),
    "roles that are no words": ({"roles": [None, 1, {"analyst": True}]}, "refused"),
    "roles that are a mapping": ({"roles": {"analyst": True}}, "refused"),
    "another claim": ({"groups": ["analyst"]}, "refused"),
    "a blank role": ({"roles": [""], "email": "", "email_verified": True}, "refused"),
    "an expiry that has come": ({"roles": ["analyst"], "exp": NOW}, "expired"),
    "no expiry": ({"roles": ["analyst"], "exp": None}, "expired"),
    "an expiry that is no time": ({"roles": ["analyst"], "exp": "never"}, "expired"),
    "an expiry that is a yes": ({"roles": ["analyst"], "exp": True}, "expired"),
    "an expiry that is no number": ({"roles": ["analyst"], "exp": float("nan")}, "expired"),
    "an expiry without end": ({"roles": ["analyst"], "exp": float("inf")}, "analyst"),
    "no issuer": ({"roles": ["analyst"], "iss": None}, "signed out"),
    "another issuer": ({"roles": ["analyst"], "iss": f"{ISSUER}.evil.example"}, "signed out"),
    "not signed in": ({"roles": ["analyst"], "is_logged_in": "yes"}, "signed out"),
}


@pytest.mark.parametrize("case", CASES)
def test_what_an_identity_is(case, chosen) -> None:
    more, expected = CASES[case]
    claims = {"is_logged_in": True, "iss": ISSUER, "exp": NOW + 1, "sub": "1", **more}
    try:
        found = judged(claims, chosen, NOW).role
    except NotAllowed as why:
        found = why.standing
    assert found == expected


def test_somebody_without_a_role_is_a_viewer_where_the_setting_says_so(chosen) -> None:
    claims = {"is_logged_in": True, "iss": f"{ISSUER}/", "exp": NOW + 1, "sub": "1"}
    with pytest.raises(NotAllowed):
        judged(claims, chosen, NOW)
    assert judged(claims, chosen.model_copy(update={"without_role": "viewer"}), NOW).role == "viewer"


@pytest.mark.parametrize(
    ("claims", "name"),
    [
        ({"name": "Ada", "sub": "a-1"}, "Ada (a-1)"),
        ({"name": "Ada", "email": "grace@force.example", "sub": "a-1"}, "Ada (a-1)"),
        ({"sub": "a-1"}, "a-1"),
        ({"name": "Ada\n\u202eecarG\x00", "preferred_username": "ada"}, "Ada ecarG (ada)"),
        ({"name": "A" * 500, "sub": "s" * 40}, f"{'A' * 57} ({'s' * 40})"),
    ],
)
def test_the_name_is_one_line_that_ends_with_what_tells_two_apart(claims, name, chosen) -> None:
    more = {"is_logged_in": True, "iss": ISSUER, "exp": NOW + 1, "roles": ["viewer"]}
    assert judged({**more, **claims}, chosen, NOW).name == name


def test_no_session_is_longer_than_its_cookie(chosen) -> None:
    claims = {"is_logged_in": True, "iss": ISSUER, "exp": float("inf"), "sub": "1", "roles": ["viewer"]}
    assert judged(claims, chosen, NOW).until == NOW + 30 * 24 * 3600
