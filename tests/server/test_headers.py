"""What every answer tells the browser, and what an answer that failed does not tell anybody."""

from __future__ import annotations

import asyncio
import logging
import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.exceptions import ConnectionClosed

from benchmarks.server import ROOT, started
from pages.parts.server import shell
from pages.parts.server.headers import Frame
from tests.servers import Session, ask

pytestmark = pytest.mark.long

PLAIN = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}
ANSWERS = {
    "/": (200, "no-cache"),
    "/trends": (200, "no-cache"),
    "/nothing": (200, "no-cache"),
    "/_stcore/health": (200, "no-cache"),
    "/_stcore/metrics": (404, "no-store"),
    "/app/static/icon.png": (200, "public, max-age=3600"),
    "/app/static/nothing.png": (404, "public, max-age=3600"),
    "/media/nothing.csv": (404, "no-store"),
    "/component/nothing/index.js": (404, "no-store"),
    "/..%2f..%2fetc%2fpasswd": (400, "no-store"),
    "//evil.example": (400, "no-store"),
}
TELLTALE = re.compile(r"/(usr|home|root|work|tmp|opt|site-packages)/|\.py\b|Traceback|Error:|File \"|\d+\.\d+\.\d+\b")
"""Signs of paths, code and versions."""


@pytest.mark.parametrize("path", ANSWERS)
def test_every_answer_has_the_headers_and_tells_nothing_of_the_server(path, server) -> None:
    status, headers, body = ask(server, path)
    assert (status, headers["cache-control"]) == ANSWERS[path]
    assert {name: headers[name] for name in PLAIN} == PLAIN
    assert all(len(headers.get_all(name)) == 1 for name in (*PLAIN, "content-security-policy", "permissions-policy"))
    assert "camera=()" in headers["permissions-policy"]
    assert "strict-transport-security" not in headers
    assert headers["server"] == "uvicorn"
    if headers["content-type"] != "image/png":
        assert not TELLTALE.search(body.replace(shell.ours(), "").replace(shell.streamlits(), ""))


def test_the_policy_names_this_host_and_allows_no_code_but_its_own(server) -> None:
    policy = dict(part.split(" ", 1) for part in ask(server, "/")[1]["content-security-policy"].split("; "))
    assert policy["default-src"] == "'self'"
    assert policy["connect-src"] == f"'self' ws://{server.host} wss://{server.host}"
    assert policy["frame-ancestors"] == policy["object-src"] == "'none'"
    assert re.fullmatch(r"'self' 'wasm-unsafe-eval'( 'sha256-[A-Za-z0-9+/]{43}='){3}", policy["script-src"])
    assert "*" not in "".join(policy.values())


def test_over_https_the_browser_is_held_to_it_and_cookies_too(open_server) -> None:
    headers = ask(open_server, "/_stcore/health", {"X-Forwarded-Proto": "https"})[1]
    assert headers["strict-transport-security"] == "max-age=31536000"
    assert [cookie.count("; Secure") for cookie in headers.get_all("set-cookie")] == [1]
    assert "Secure" not in ask(open_server, "/_stcore/health")[1]["set-cookie"]


def test_the_page_is_streamlits_with_a_title_and_an_address(server) -> None:
    body = ask(server, "/trends")[2]
    assert body == shell.ours()
    assert body.count("<title>Confidence Cycle</title>") == 1
    assert "<title>Streamlit</title>" not in body
    assert body.count('BACKEND_BASE_URL: window.location.origin + "/"') == 1
    assert body.index("BACKEND_BASE_URL") < body.index('<script type="module"')


def test_below_another_address_the_page_says_so(tmp_path) -> None:
    with started(
        store=tmp_path / "store", log=tmp_path / "log", options=["--server.baseUrlPath", "force"], below="/force"
    ) as below:
        for path in ("/force/", "/force/trends"):
            status, _, body = ask(below, path)
            assert status == 200
            assert 'BACKEND_BASE_URL: window.location.origin + "/force/"' in body
        assert ask(below, "/force/_stcore/metrics")[0] == 404


def test_a_server_that_fails_says_so_and_nothing_else(caplog) -> None:
    async def failing(scope, receive, send) -> None:
        raise RuntimeError(f"{ROOT}/secret.py")

    sent: list[dict] = []

    async def send(message) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "GET", "path": "/", "headers": [], "scheme": "http"}
    with caplog.at_level(logging.ERROR, "confidence_cycle"), ThreadPoolExecutor(1) as alone:
        alone.submit(lambda: asyncio.run(Frame(failing)(scope, None, send))).result()
    assert (sent[0]["status"], sent[1]["body"]) == (500, b"The server failed; its log says why.")
    assert dict(sent[0]["headers"])[b"x-frame-options"] == b"DENY"
    assert f"{ROOT}/secret.py" in caplog.text


BROKEN = """
import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx
from pages.parts import web

app = st.App(__file__, middleware=web.middleware(__file__), on_script_error=web.on_error)
if get_script_run_ctx(suppress_warning=True) is not None:
    raise RuntimeError("the password is swordfish")
"""


def test_a_page_that_raises_shows_a_sentence_and_the_log_has_the_rest(tmp_path) -> None:
    script = tmp_path / "broken.py"
    script.write_text(BROKEN)
    with started(script, tmp_path / "store", log=tmp_path / "log", PYTHONPATH=str(ROOT)) as broken:
        session = Session(broken)
        session.close()
    assert session.shows("This page could not be drawn")
    for secret in ("swordfish", "RuntimeError", "Traceback", str(tmp_path), "3.11", "Linux", "linux"):
        assert not session.shows(secret), secret
    log = broken.log.read_text()
    assert "RuntimeError: the password is swordfish" in log
    assert f'File "{script}"' in log


@pytest.mark.parametrize("sent", ["words", b"\xff" * 64, b"\x00" * (51 * 1024 * 1024)])
def test_a_bad_websocket_is_closed_without_a_word_of_code(sent, server) -> None:
    session = Session(server)
    before = len(session.said)
    reason = "open"
    try:
        session.socket.send(sent)
        while True:
            session.said.append(session.socket.recv(timeout=30))
    except ConnectionClosed as closed:
        reason = closed.rcvd.reason if closed.rcvd else ""
    assert reason != "open"
    assert not TELLTALE.search(reason)
    assert not any(TELLTALE.search(raw.decode(errors="replace")) for raw in session.said[before:])
    assert ask(server, "/_stcore/health")[2] == "ok"
    Session(server).close()


def test_a_page_that_is_not_there_is_said_without_code(server) -> None:
    session = Session(server, "nothing")
    assert "page_not_found" in [ForwardMsg.FromString(raw).WhichOneof("type") for raw in session.said]
    assert not any(b"Traceback" in raw or str(ROOT).encode() in raw for raw in session.said)
    session.close()
