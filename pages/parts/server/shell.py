"""The page that a browser fetches first, for every address of the registry: Streamlit's own, told where its server is.

Streamlit's page looks for its server below the address that was opened before it looks at the root. On a deep link
that is two requests for nothing and two errors in the console. A page that is told asks once.
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


def routes(addresses: Iterable[str]) -> list[Route]:
    """A route for the first page and for each address below it."""
    return [Route(f"{_root()}{address}", _answer) for address in ("", *addresses)]


async def _answer(_: Request) -> Response:
    return HTMLResponse(ours(), headers={"cache-control": "no-cache"})


@cache
def ours() -> str:
    """Streamlit's page with a title of its own, and a script that says where its server is."""
    place = f"window.location.origin + {json.dumps(_root())}"
    script = f"<script>window.__streamlit = {{ BACKEND_BASE_URL: {place} }}</script>"
    return streamlits().replace(_HEAD, f"{_TITLE}\n    {script}")


@cache
def streamlits() -> str:
    """The page that Streamlit answers where nothing else answers."""
    return (Path(st.__file__).parent / "static" / "index.html").read_text(encoding="utf-8")


def _root() -> str:
    base = str(st.get_option("server.baseUrlPath") or "").strip("/")
    return f"/{base}/" if base else "/"
