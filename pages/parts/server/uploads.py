"""Files on their way in: from whom, how much at once, and never by way of a disk.

Streamlit keeps one file below ``server.maxUploadSize`` itself, also where its size is not announced. It knows no bound
for the files of a session together, and takes them from every session, whatever its page shows.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

import streamlit as st
from starlette.datastructures import Headers, MutableHeaders
from starlette.formparsers import MultiPartParser
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit import runtime
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.scriptrunner import get_script_run_ctx

from data.settings import settings

_PUT = re.compile(r"/_stcore/upload_file/(?P<session>[^/]+)/[^/]+$")
_MEGABYTE = 1024 * 1024
_FRAMING = _MEGABYTE
"""What stands around the bytes of a file on their way."""
_MANY = 1000
"""Sessions to remember before those that are over are forgotten."""

_sessions: set[str] = set()


def let(allowed: bool) -> None:
    """Take files from the session of this run, or from now on none."""
    context = get_script_run_ctx()
    if context is None:
        return
    if not allowed:
        _sessions.discard(context.session_id)
        return
    if len(_sessions) > _MANY and runtime.exists():
        _sessions.intersection_update(
            {name for name in _sessions.copy() if runtime.get_instance().is_active_session(name)}
        )
    _sessions.add(context.session_id)


def forget(files: Iterable[str]) -> None:
    """Hold some files of the session of this run no longer, by their ids: they were published or taken away."""
    context = get_script_run_ctx()
    manager = None if context is None else context.uploaded_file_mgr
    if context is None or not isinstance(manager, MemoryUploadedFileManager):
        return
    for file in files:
        manager.remove_file(context.session_id, file)


def keep_off_the_disk() -> None:
    """Hold a file that comes in where it will stay, in memory: the parser would write all above 1 MB to a disk."""
    MultiPartParser.spool_max_size = _largest()


class Uploads:
    """Refuses files from whoever may not publish, and more of them than the server has room for."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self._coming: Counter[str] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or pass it on."""
        put = _PUT.search(scope["path"]) if scope["type"] == "http" and scope["method"] == "PUT" else None
        if put is None:
            await self.app(scope, receive, send)
            return
        session, size = put["session"], _announced(scope)
        refusal = self._refusal(session, size)
        if refusal is not None:
            await PlainTextResponse(refusal[1], refusal[0])(scope, receive, send)
            return
        self._coming[session] += size

        async def and_close(message: Message) -> None:
            # Who announces no size is cut off with the answer; what they go on sending would be read for nothing.
            if message["type"] == "http.response.start" and not _is_announced(scope):
                MutableHeaders(raw=message["headers"])["connection"] = "close"
            await send(message)

        try:
            await self.app(scope, receive, and_close)
        finally:
            self._coming[session] -= size
            self._coming += Counter()  # forgets what is nothing

    def _refusal(self, session: str, size: int) -> tuple[int, str] | None:
        if session not in _sessions:
            return 403, "Nobody may upload from here."
        held = _held()
        mine = held[session] + self._coming[session] + size
        if mine > settings().upload_session * _MEGABYTE:
            return 413, "This page holds as many files as it may: publish some, or take some away."
        if held.total() + self._coming.total() + size > settings().upload_server * _MEGABYTE:
            return 413, "The server holds as many files as it may: try again later."
        return None


def _announced(scope: Scope) -> int:
    """Bytes to make room for: what is announced, which the server holds a sender to, or the most that is let in."""
    return min(int(Headers(scope=scope)["content-length"]), _largest()) if _is_announced(scope) else _largest()


def _is_announced(scope: Scope) -> bool:
    return Headers(scope=scope).get("content-length", "").isdecimal()


def _largest() -> int:
    return int(st.get_option("server.maxUploadSize")) * _MEGABYTE + _FRAMING


def _held() -> Counter[str]:
    """Bytes in memory by session."""
    if not runtime.exists():
        return Counter()
    sessions = runtime.get_instance().uploaded_file_mgr.file_storage.copy()
    return Counter({name: sum(len(file.data) for file in list(files.values())) for name, files in sessions.items()})
