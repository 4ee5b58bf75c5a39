"""The real server, started for a test, and a session with it that needs no browser."""

from __future__ import annotations

import http.client
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Subprotocol

ROOT = Path(__file__).resolve().parents[1]


def free_port() -> int:
    """A port of this computer that nobody listens on."""
    with socket.socket() as free:
        free.bind(("localhost", 0))
        return int(free.getsockname()[1])


@dataclass(frozen=True)
class Server:
    """A running server: its address, its process and what it writes."""

    address: str
    process: subprocess.Popen[bytes]
    log: Path

    @property
    def host(self) -> str:
        """Host and port."""
        return urlsplit(self.address).netloc

    def __str__(self) -> str:
        return self.address


@contextmanager
def started(
    store: Path,
    log: Path,
    port: int | None = None,
    script: str = "app.py",
    flags: Sequence[str] = (),
    wait: str = "",
    **environment: str,
) -> Iterator[Server]:
    """Run the app over a store until the caller is done; `wait` is the address below which it answers."""
    port = port or free_port()
    with log.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "streamlit", "run", script, "--server.port", str(port), *flags],
            cwd=ROOT,
            env={**os.environ, "CONFIDENCE_STORE": str(store), **environment},
            stdout=out,
            stderr=subprocess.STDOUT,
        )
        try:
            _wait(port, process, log, wait)
            yield Server(f"http://localhost:{port}", process, log)
        finally:
            process.terminate()
            process.wait()


@contextmanager
def running(store: Path, log: Path, port: int | None = None, **environment: str) -> Iterator[str]:
    """The address of the app over a store until the caller is done."""
    with started(store, log, port, **environment) as server:
        yield server.address


def _wait(port: int, process: subprocess.Popen[bytes], log: Path, below: str) -> None:
    for _ in range(300):
        if process.poll() is not None:
            break
        try:
            with urllib.request.urlopen(f"http://localhost:{port}{below}/_stcore/health", timeout=1):
                return
        except OSError:
            time.sleep(0.1)
    pytest.fail(f"The server did not start within 30 seconds:\n{log.read_text(errors='replace')}")


def ask(
    server: Server, path: str, headers: Mapping[str, str] | None = None, method: str = "GET"
) -> tuple[int, http.client.HTTPMessage, str]:
    """Status, headers and text of one plain answer, without following it elsewhere."""
    connection = http.client.HTTPConnection(server.host, timeout=30)
    connection.request(method, path, headers=dict(headers or {}))
    answer = connection.getresponse()
    body = answer.read().decode(errors="replace")
    connection.close()
    return answer.status, answer.headers, body


class Session:
    """A page that is open, without a browser: what its websocket says."""

    def __init__(self, server: Server, page: str = "", cookie: str = "", **headers: str) -> None:
        self.server = server
        given = ask(server, "/_stcore/health")[1]["set-cookie"]
        self.token = given.partition("=")[2].partition(";")[0]
        self.cookie = f"_streamlit_xsrf={self.token}" + (f"; {cookie}" if cookie else "")
        self._open = ExitStack()
        self.socket: ClientConnection = self._open.enter_context(
            connect(
                f"ws://{server.host}/_stcore/stream",
                origin=server.address,
                subprotocols=[Subprotocol("streamlit"), Subprotocol(self.token)],
                additional_headers={"Cookie": self.cookie, **headers},
                max_size=None,
                compression=None,
            )
        )
        self.id = ""
        self.said: list[bytes] = []
        self.run(page)

    def run(self, page: str = "") -> None:
        """Draw a page to its end."""
        asked = BackMsg()
        asked.rerun_script.page_name = page
        self.socket.send(asked.SerializeToString())
        while True:
            raw = self.socket.recv(timeout=60)
            message = ForwardMsg.FromString(raw)
            self.said.append(raw)
            if message.WhichOneof("type") == "new_session":
                self.id = message.new_session.initialize.session_id
            if message.WhichOneof("type") == "script_finished":
                return

    def shows(self, text: str) -> bool:
        """Whether anything that was sent holds these words."""
        return any(text.encode() in raw for raw in self.said)

    def close(self) -> None:
        """Leave the page."""
        self._open.close()
