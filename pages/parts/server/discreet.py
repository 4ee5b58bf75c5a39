"""What Streamlit tells every open page of the server, and nobody needs: the place of the code, Python, the system."""

from __future__ import annotations

from pathlib import Path

from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg


class Discreet:
    """Takes the path of the code and the versions of the machine out of what a page is told when it opens."""

    def __init__(self, app: ASGIApp, script: Path) -> None:
        self.app, self._telltale = app, str(script).encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a websocket, and pass on the rest."""
        if scope["type"] != "websocket":
            await self.app(scope, receive, send)
            return

        async def without(message: Message) -> None:
            told = message.get("bytes")
            # Parsed only where the path is in it, which is once a run.
            await send({**message, "bytes": _without(told)} if told and self._telltale in told else message)

        await self.app(scope, receive, without)


def _without(told: bytes) -> bytes:
    said = ForwardMsg.FromString(told)
    if said.WhichOneof("type") != "new_session":
        return told
    opened = said.new_session
    opened.main_script_path = Path(opened.main_script_path).name
    opened.initialize.environment_info.ClearField("python_version")
    opened.initialize.environment_info.ClearField("server_os")
    return said.SerializeToString()
