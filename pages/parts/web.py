"""The web server around the pages: what a browser may load, and errors without code."""

from __future__ import annotations

import asyncio
import base64
import gc
import hashlib
import logging
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from functools import cache, lru_cache
from pathlib import Path

import streamlit as st
from starlette.middleware import Middleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from data.chosen import own_store
from data.staging import sweep
from data.store import StoreError
from pages.parts import ready

_HOST = re.compile(r"[A-Za-z0-9.:\[\]-]+")
_MINUTE = 60
_NEVER = 1_000_000_000
"""Collections of the younger objects before one of all."""
_INLINE = re.compile(rb"<script>(.*?)</script>", re.DOTALL)


@asynccontextmanager
async def lifespan(_: st.App) -> AsyncIterator[None]:
    """Import everything, then collect garbage of long life once a minute, and not in the midst of a page.

    Python looks through everything that is kept whenever a quarter more is kept, and the kept answers are many objects:
    half a second's stop for whoever waits just then.
    """
    ready.import_all()
    gc.set_threshold(*gc.get_threshold()[:2], _NEVER)
    collecting = asyncio.create_task(_collect())
    yield
    collecting.cancel()


async def _collect() -> None:
    """Collect garbage, and remove previews that nobody came back to."""
    while True:
        with suppress(StoreError):  # what is wrong with the store is told by the pages
            sweep(own_store())
        await asyncio.sleep(_MINUTE)
        gc.collect()


def middleware() -> list[Middleware]:
    """What every request passes through."""
    return [Middleware(_Frame)]


def on_error(error: Exception) -> bool:
    """Say that a page failed, without code or paths; the log has them."""
    logging.getLogger("confidence_cycle").error("A page failed", exc_info=error)
    st.error(
        "Nothing was changed. Load the page again; if it fails again, tell whoever looks after this dashboard, whose "
        "log says why.",
        title="This page could not be drawn",
    )
    return True


class _Frame:
    """Headers of every answer."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": [*message["headers"], *_headers(_host(scope))]}
            await send(message)

        await self.app(scope, receive, with_headers)


def _host(scope: Scope) -> str:
    """The host that the browser asked, if it is written as one."""
    named = next((value.decode("latin-1") for name, value in scope.get("headers", ()) if name == b"host"), "")
    return named if _HOST.fullmatch(named) else ""


@lru_cache(maxsize=64)
def _headers(host: str) -> list[tuple[bytes, bytes]]:
    """Nothing is loaded from another host, and no other site shows these pages in a frame."""
    policy = {
        "default-src": "'self'",
        "script-src": " ".join(["'self'", "'wasm-unsafe-eval'", *_own_scripts()]),
        "style-src": "'self' 'unsafe-inline'",
        "img-src": "'self' data: blob:",
        "font-src": "'self' data:",
        "worker-src": "'self' blob:",
        "connect-src": f"'self' ws://{host} wss://{host}" if host else "'self'",
        "base-uri": "'self'",
        "form-action": "'self'",
        "frame-ancestors": "'none'",
    }
    return [
        (b"content-security-policy", "; ".join(f"{name} {value}" for name, value in policy.items()).encode()),
        (b"x-content-type-options", b"nosniff"),
        (b"referrer-policy", b"same-origin"),
    ]


@cache
def _own_scripts() -> list[str]:
    """Hashes of the scripts that Streamlit writes into its page, which change with its version."""
    page = (Path(st.__file__).parent / "static" / "index.html").read_bytes()
    return [
        f"'sha256-{base64.b64encode(hashlib.sha256(script).digest()).decode()}'" for script in _INLINE.findall(page)
    ]
