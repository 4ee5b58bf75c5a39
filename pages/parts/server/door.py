"""Who is let in before any page is: the right host, this computer alone where nobody signs in, no back doors."""

from __future__ import annotations

import ipaddress
import re
from functools import lru_cache

import streamlit as st
from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send
from streamlit.web.server.starlette.starlette_websocket import is_host_allowed

from data.settings import settings

_METRICS = re.compile(r"/_stcore/metrics(/|$)")
_AGENT = re.compile(r"/_stcore/agent(/|$)")
_FORWARDED = (
    "forwarded",
    "via",
    "x-forwarded-for",
    "x-forwarded-host",
    "x-forwarded-port",
    "x-forwarded-proto",
    "x-real-ip",
)
"""What a proxy may leave in a request; one that leaves nothing can't be told from a browser on this computer."""
_POLICY_VIOLATION = 1008

ELSEWHERE = (
    "Without sign-in this dashboard answers the computer that it runs on, and nobody else. "
    "docs/security.md says how to set up sign-in, or to let everybody look."
)


class Door:
    """Refuses a request, or a websocket, before anything else sees it."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or pass it on."""
        refusal = _refusal(scope) if scope["type"] in ("http", "websocket") else None
        if refusal is None:
            await self.app(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": _POLICY_VIOLATION})
        else:
            await PlainTextResponse(refusal[1], refusal[0])(scope, receive, send)


def here_alone() -> bool:
    """Whether whoever reaches the server may change everything, so that nobody from elsewhere may reach it."""
    return settings().sign_in is None and settings().without_sign_in == "analyst"


@lru_cache(maxsize=256)
def is_here(host: object) -> bool:
    """Whether an address is this computer's own."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(str(host)).is_loopback
    except ValueError:
        return False


def _refusal(scope: Scope) -> tuple[int, str] | None:
    """A status and a sentence; None where the request may go on."""
    headers = Headers(scope=scope)
    # Streamlit itself looks at the host of websockets alone.
    if not _is_allowed(headers.get("host")):
        return 400, "This is not an address of the dashboard."
    if here_alone() and not _from_here(scope, headers):
        return 403, ELSEWHERE
    path = scope["path"]
    if _METRICS.search(path) and not settings().metrics:
        return 404, "Not found."
    if _AGENT.search(path) and not st.get_option("server.enableAgentApi"):
        return 404, "Not found."
    return None


_is_allowed = lru_cache(maxsize=256)(is_host_allowed)


def _from_here(scope: Scope, headers: Headers) -> bool:
    """Whether both ends of the connection are on this computer, and nobody stands between them."""
    ends = [scope.get("server"), scope.get("client")]
    return all(end and is_here(end[0]) for end in ends) and not any(name in headers for name in _FORWARDED)
