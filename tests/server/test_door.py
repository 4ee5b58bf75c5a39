"""Who is let in: the right host, this computer alone where nobody signs in, and no way round the pages."""

from __future__ import annotations

import os
import socket
import subprocess
import sys

import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from benchmarks.server import ROOT, Server, started
from pages.parts.server import door
from tests.server.conftest import EVERYWHERE
from tests.servers import Session, ask

pytestmark = pytest.mark.long

ELSEWHERE = [
    {"X-Forwarded-For": "192.0.2.7"},
    {"X-Forwarded-Host": "confidence.example.org"},
    {"X-Real-IP": "192.0.2.7"},
    {"Forwarded": "for=192.0.2.7"},
]


def websocket_status(server: Server, **headers: str) -> int:
    """The status with which a websocket is refused; 101 where it is not."""
    origin = headers.pop("Origin", server.address)
    host = headers.pop("Host", None)
    address = f"ws://{host}/_stcore/stream" if host else f"ws://{server.host}/_stcore/stream"
    name, _, port = server.host.partition(":")
    there = socket.create_connection((name, int(port)))
    try:
        with connect(address, sock=there, origin=origin, additional_headers=headers, compression=None):
            return 101
    except InvalidStatus as refusal:
        return refusal.response.status_code


@pytest.mark.parametrize("path", ["/", "/trends", "/_stcore/health", "/app/static/icon.png", "/auth/login", "/nothing"])
def test_another_host_is_refused_on_every_address(path, server) -> None:
    for host in (
        "evil.example",
        f"localhost.evil.example:{server.host.rpartition(':')[2]}",
        "[::2]:80",
        "localhost@evil.example",
        "localhost/",
        "",
    ):
        status, _, body = ask(server, path, {"Host": host})
        assert (host, status, body) == (host, 400, "This is not an address of the dashboard.")
    for host in ("localhost", "LOCALHOST:1", "127.0.0.1:8501", "[::1]:8501", server.host):
        assert (host, ask(server, path, {"Host": host})[0] < 400) == (host, True)


def test_a_websocket_of_another_host_or_page_is_refused(server) -> None:
    assert websocket_status(server) == 101
    assert websocket_status(server, Host="evil.example") == 403
    assert websocket_status(server, Host="evil.example", Origin="http://evil.example") == 403
    assert websocket_status(server, Origin="http://evil.example") == 403


@pytest.mark.parametrize("headers", ELSEWHERE)
def test_without_sign_in_nobody_is_let_in_from_elsewhere(headers, server, open_server) -> None:
    status, _, body = ask(server, "/", headers)
    assert status == 403
    assert body.startswith("Without sign-in this dashboard answers the computer that it runs on, and nobody else.")
    assert websocket_status(server, **headers) == 403
    assert ask(open_server, "/", headers)[0] == 200
    assert websocket_status(open_server, **headers) == 101


def start(*flags: str, **environment: str) -> tuple[int, str]:
    """How a server that should not start ends, and what it says."""
    ended = subprocess.run(
        [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", "0", *flags],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return ended.returncode, (ended.stdout + ended.stderr).strip()


def test_a_server_that_would_make_everybody_an_analyst_does_not_start() -> None:
    code, said = start("--server.address", EVERYWHERE)
    assert code == 1
    assert "Traceback" not in said
    assert said.splitlines()[-1] == (
        "The server was to listen on 0.0.0.0, where everybody who reaches it would be an analyst. Set up sign-in "
        "(docs/security.md), or let everybody look and nobody load with CONFIDENCE_WITHOUT_SIGN_IN=viewer."
    )


def test_a_setting_that_cannot_be_is_one_sentence_at_the_start() -> None:
    code, said = start(CONFIDENCE_SIGN_IN="https://id.example.org/.well-known/openid-configuration")
    assert code == 1
    assert "Traceback" not in said
    assert said.splitlines()[-1] == (
        "CONFIDENCE_SIGN_IN is set, and so must be CONFIDENCE_SIGN_IN_CLIENT, CONFIDENCE_SIGN_IN_SECRET, "
        "CONFIDENCE_COOKIE_SECRET, CONFIDENCE_ADDRESS."
    )


def test_where_everybody_may_look_a_page_says_who_may_upload(open_server) -> None:
    session = Session(open_server, "upload")
    assert session.shows("You may look, but not upload")
    assert not session.shows("upload_files_0")
    session.close()


@pytest.mark.parametrize(
    "path",
    [
        "/_stcore/metrics",
        "/_stcore/metrics/",
        "/_stcore/metrics?families=session_events",
        "/trends/_stcore/metrics",
        "/%5Fstcore/metrics",
        "/_stcore/agent/openapi.json",
        "/_stcore/agent/interact",
        "/_stcore/agent/mcp",
        "/_stcore/agent",
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST", "OPTIONS"])
def test_measurements_and_the_interface_of_programs_are_closed(path, method, server) -> None:
    status, _, body = ask(server, path, method=method)
    assert (status, body) == (404, "Not found.")


def test_measurements_are_open_where_a_setting_opens_them(tmp_path) -> None:
    with started(store=tmp_path / "store", log=tmp_path / "log", CONFIDENCE_METRICS="true") as measured:
        status, _, body = ask(measured, "/_stcore/metrics")
    assert status == 200
    assert "active_sessions" in body


ENDS = {
    "both here": ("127.0.0.1", "127.0.0.1", True),
    "both here, of the newer kind": ("::1", "::1", True),
    "asked from elsewhere": ("127.0.0.1", "192.0.2.7", False),
    "asked at an address that others reach": ("192.0.2.2", "127.0.0.1", False),
    "from a container": ("172.17.0.2", "172.17.0.1", False),
    "nobody knows": (None, None, False),
    "no address": ("localhost.evil.example", "127.0.0.1", False),
}


@pytest.mark.parametrize("case", ENDS)
@pytest.mark.parametrize("kind", ["http", "websocket"])
def test_both_ends_are_on_this_computer_or_the_request_is_refused(case, kind) -> None:
    server, client, here = ENDS[case]
    scope = {"type": kind, "path": "/", "headers": [(b"host", b"localhost")]}
    scope |= {"server": (server, 8501) if server else None, "client": (client, 5000) if client else None}
    refusal = door._refusal(scope)
    assert refusal == (None if here else (403, door.ELSEWHERE))
