"""What every answer tells the browser: what it may load, what it may do, and who may frame it."""

from __future__ import annotations

import base64
import hashlib
import logging
import re
from functools import lru_cache

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from data.settings import settings
from pages.parts.server import shell

_HOST = re.compile(r"[A-Za-z0-9.:\[\]-]+")
_INLINE = re.compile(r"<script>(.*?)</script>", re.DOTALL)
_YEAR = 365 * 24 * 60 * 60
_FOR_EVERYBODY = "public, max-age=3600"
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
                _complete(MutableHeaders(raw=message.setdefault("headers", [])), scope)
            await send(message)

        try:
            await self.app(scope, receive, with_headers)
        except Exception:
            if begun:
                raise
            logging.getLogger("confidence_cycle").exception("A request failed")
            await PlainTextResponse("The server failed; its log says why.", 500)(scope, receive, with_headers)


def _complete(headers: MutableHeaders, scope: Scope) -> None:
    encrypted = scope.get("scheme") == "https" or str(settings().address).startswith("https:")
    for name, value in _headers(_host(scope), encrypted):
        headers[name] = value
    # Fonts and styles are everybody's; what else says nothing of how long it lasts may hold figures.
    headers.setdefault("cache-control", _FOR_EVERYBODY if "/app/static/" in scope["path"] else "no-store")
    if encrypted and "set-cookie" in headers:
        _only_encrypted(headers)


def _only_encrypted(headers: MutableHeaders) -> None:
    """Keep cookies, which the framework leaves open for plain http, to https."""
    headers.raw[:] = [
        (name, value + b"; Secure" if name == b"set-cookie" and b"; secure" not in value.lower() else value)
        for name, value in headers.raw
    ]


def _host(scope: Scope) -> str:
    """The host that the browser asked, if it is written as one."""
    named = Headers(scope=scope).get("host", "")
    return named if _HOST.fullmatch(named) else ""


@lru_cache(maxsize=64)
def _headers(host: str, encrypted: bool) -> tuple[tuple[str, str], ...]:
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
    headers = (
        ("content-security-policy", "; ".join(f"{name} {value}" for name, value in policy.items())),
        ("x-content-type-options", "nosniff"),
        ("x-frame-options", "DENY"),
        ("referrer-policy", "same-origin"),
        ("permissions-policy", ", ".join(f"{name}=()" for name in _UNUSED)),
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
    )
    return (*headers, ("strict-transport-security", f"max-age={_YEAR}")) if encrypted else headers


def _own_scripts() -> list[str]:
    """Hashes of the scripts that are written into a page, ours and Streamlit's, which change with its version."""
    pages = (shell.streamlits(), shell.ours())
    scripts = dict.fromkeys(script for page in pages for script in _INLINE.findall(page))
    return [f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'" for script in scripts]
