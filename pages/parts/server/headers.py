"""What every answer tells the browser: what it may load, what it may do, and who may frame it."""

from __future__ import annotations

import base64
import hashlib
import logging
import re
from collections.abc import Iterable
from functools import lru_cache

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from data.settings import settings
from pages.parts.server import shell

_HOST = re.compile(r"[A-Za-z0-9.:\[\]-]+")
_INLINE = re.compile(r"<script>(.*?)</script>", re.DOTALL)
_YEAR = 365 * 24 * 60 * 60
_FOR_EVERYBODY = b"public, max-age=3600"
_UNUSED = ("accelerometer", "camera", "display-capture", "geolocation", "gyroscope", "magnetometer", "microphone")
_UNUSED += ("midi", "payment", "usb")
"""What a browser can do and no page needs."""


class Frame:
    """Headers of every answer, and an answer without code where the server failed."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or pass it on."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        begun = False

        async def with_headers(message: Message) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                begun = True
                message = {**message, "headers": _complete(message.get("headers", ()), scope)}
            await send(message)

        try:
            await self.app(scope, receive, with_headers)
        except Exception:
            if begun:
                raise
            logging.getLogger("confidence_cycle").exception("A request failed")
            await PlainTextResponse("The server failed; its log says why.", 500)(scope, receive, with_headers)


def _complete(given: Iterable[tuple[bytes, bytes]], scope: Scope) -> list[tuple[bytes, bytes]]:
    """The headers that were given, with ours in the place of any of the same name."""
    encrypted = scope.get("scheme") == "https" or str(settings().address).startswith("https:")
    ours = _headers(_host(scope), encrypted)
    names = {name for name, _ in ours}
    headers = [(name.lower(), value) for name, value in given if name.lower() not in names]
    if not any(name == b"cache-control" for name, _ in headers):
        # Fonts and styles are everybody's; what else says nothing of how long it lasts may hold figures.
        headers.append((b"cache-control", _FOR_EVERYBODY if "/app/static/" in scope["path"] else b"no-store"))
    if encrypted:
        headers = [(name, _only_encrypted(value) if name == b"set-cookie" else value) for name, value in headers]
    return [*headers, *ours]


def _only_encrypted(cookie: bytes) -> bytes:
    """Keep a cookie, which the framework leaves open for plain http, to https."""
    return cookie if b"; secure" in cookie.lower() else cookie + b"; Secure"


def _host(scope: Scope) -> str:
    """The host that the browser asked, if it is written as one."""
    named = next((value.decode("latin-1") for name, value in scope["headers"] if name == b"host"), "")
    return named if _HOST.fullmatch(named) else ""


@lru_cache(maxsize=64)
def _headers(host: str, encrypted: bool) -> tuple[tuple[bytes, bytes], ...]:
    """Nothing is loaded from another host, and no other site shows these pages in a frame."""
    policy = {
        "default-src": "'self'",
        "script-src": " ".join(["'self'", "'wasm-unsafe-eval'", *_own_scripts()]),
        "style-src": "'self' 'unsafe-inline'",
        "img-src": "'self' data: blob:",
        "font-src": "'self' data:",
        "worker-src": "'self' blob:",
        "connect-src": f"'self' ws://{host} wss://{host}" if host else "'self'",
        "object-src": "'none'",
        "base-uri": "'self'",
        "form-action": "'self'",
        "frame-ancestors": "'none'",
    }
    headers = {
        "content-security-policy": "; ".join(f"{name} {value}" for name, value in policy.items()),
        "x-content-type-options": "nosniff",
        "x-frame-options": "DENY",
        "referrer-policy": "same-origin",
        "permissions-policy": ", ".join(f"{name}=()" for name in _UNUSED),
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-resource-policy": "same-origin",
    }
    if encrypted:
        headers["strict-transport-security"] = f"max-age={_YEAR}"
    return tuple((name.encode(), value.encode()) for name, value in headers.items())


def _own_scripts() -> list[str]:
    """Hashes of the scripts that are written into a page, ours and Streamlit's, which change with its version."""
    pages = (shell.streamlits(), shell.ours())
    scripts = dict.fromkeys(script for page in pages for script in _INLINE.findall(page))
    return [f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'" for script in scripts]
