"""The page that a browser fetches first, for every address of the registry: Streamlit's own, with two small scripts.

Streamlit's page looks for its server below the address that was opened before it looks at the root. On a deep link
that is two requests for nothing and two errors in the console. A page that is told asks once. And it runs nothing when
the reader switches between light and dark, so the browser is told to ask for the page again.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import streamlit as st
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

_HEAD = "<title>Streamlit</title>"
_TITLE = "<title>Confidence Cycle</title>"
_FOLLOW_MODE = Path(__file__).with_name("follow_mode.js")


def routes(addresses: Iterable[str]) -> list[Route]:
    """A route for the first page and for each address below it."""
    return [Route(f"{_root()}{address}", _answer) for address in ("", *addresses)]


async def _answer(_: Request) -> Response:
    return HTMLResponse(ours(), headers={"cache-control": "no-cache"})


@cache
def ours() -> str:
    """Streamlit's page with a title of its own, and scripts that say where its server is and follow the mode."""
    place = f"window.location.origin + {json.dumps(_root())}"
    server = f"<script>window.__streamlit = {{ BACKEND_BASE_URL: {place} }}</script>"
    follow = f"<script>{_FOLLOW_MODE.read_text(encoding='utf-8')}</script>"
    return streamlits().replace(_HEAD, f"{_TITLE}\n    {server}\n    {follow}")


@cache
def streamlits() -> str:
    """The page that Streamlit answers where nothing else answers."""
    return (Path(st.__file__).parent / "static" / "index.html").read_text(encoding="utf-8")


def _root() -> str:
    base = str(st.get_option("server.baseUrlPath") or "").strip("/")
    return f"/{base}/" if base else "/"
