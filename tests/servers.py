"""The real server, for a test, and a session with it that needs no browser."""

from __future__ import annotations

import http.client
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Subprotocol

from benchmarks.server import Server, started


@contextmanager
def running(store: Path, log: Path, port: int | None = None, **environment: str) -> Iterator[str]:
    """The address of the app over a store until the caller is done."""
    with started(store=store, log=log, port=port, **environment) as server:
        yield server.address


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
