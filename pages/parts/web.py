"""The web server around the pages: who is let in, what a browser may load, and errors without code."""

from __future__ import annotations

import asyncio
import gc
import itertools
import logging
import sys
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from threading import Event

import streamlit as st
from starlette.middleware import Middleware
from starlette.routing import Route
from streamlit.runtime.pages_manager import PagesManager

from analytics.wording import plain
from data.chosen import own_store
from data.faults import of_the_store
from data.settings import Settings, SettingsError, settings
from data.staging import sweep
from data.store import StoreError
from pages.parts import ready, sign_in
from pages.parts.identity import NotAllowed
from pages.parts.server import door, promptly, shell, uploads
from pages.parts.server.discreet import Discreet
from pages.parts.server.headers import Frame

_MINUTE = 60
_NEVER = 1_000_000_000
"""Collections of the younger objects before one of all."""
_ALL = 10
"""Minutes after which everything is looked through again, and not only what is new."""
_TURN = 0.0005
"""Seconds for which one thread keeps Python to itself.

A page sends many small messages, and takes its turn again after each: at the usual 5 ms, while a figure is counted for
somebody else, it would wait a second for turns alone.
"""

let_upload = uploads.let


@asynccontextmanager
async def lifespan(_: st.App) -> AsyncIterator[None]:
    """Import everything and count what is asked first; then count more, and collect garbage, behind the pages.

    Python looks through everything that is kept whenever a quarter more is kept, and the kept answers are many objects:
    a second's stop for whoever waits just then. So what has been looked through is set aside, and looked through again
    only every ten minutes.
    """
    promptly.send_at_once()
    uploads.keep_off_the_disk()
    # The very first run would look for pages beside the entry script, and not find the one of a deep link.
    PagesManager.uses_pages_directory = False
    ready.import_all()
    await asyncio.to_thread(ready.count_ahead)
    gc.set_threshold(*gc.get_threshold()[:2], _NEVER)
    sys.setswitchinterval(_TURN)
    collecting = asyncio.create_task(_collect())
    closed = Event()
    counting = asyncio.create_task(asyncio.to_thread(ready.count_behind, closed))
    try:
        yield
    finally:
        closed.set()
        collecting.cancel()
        await counting


async def _collect() -> None:
    """Collect garbage, and remove previews that nobody came back to."""
    for minute in itertools.count(1):
        with suppress(StoreError, OSError):  # what is wrong with the store is told by the pages
            await asyncio.to_thread(sweep, own_store())
        await asyncio.sleep(_MINUTE)
        if minute % _ALL == 0:
            gc.unfreeze()
        gc.collect()
        gc.freeze()


def middleware(script: str) -> list[Middleware]:
    """What every request to the app of this script passes through, the outermost first."""
    return [
        Middleware(Frame),
        Middleware(door.Door),
        Middleware(uploads.Uploads),
        Middleware(Discreet, script=Path(script).absolute()),
    ]


def routes(addresses: Iterable[str]) -> list[Route]:
    """The addresses of pages below the first one's."""
    return list(shell.routes(addresses))


def secrets() -> dict[str, dict[str, str]]:
    """What Streamlit's sign-in needs, from the settings; nothing where nobody signs in.

    Raises
    ------
    SystemExit
        With one sentence, where the settings would let anybody in who should not be: the server does not start.
    """
    try:
        chosen = settings()
    except SettingsError as why:
        sys.exit(str(why))
    address = str(st.get_option("server.address") or "every address")
    if door.here_alone() and not door.is_here(address):
        sys.exit(
            f"The server was to listen on {address}, where everybody who reaches it would be an analyst. Set up "
            "sign-in (docs/security.md), or let everybody look and nobody load with CONFIDENCE_WITHOUT_SIGN_IN=viewer."
        )
    return _auth(chosen) if chosen.sign_in else {}


def _auth(chosen: Settings) -> dict[str, dict[str, str]]:
    secret, cookie = chosen.sign_in_secret, chosen.cookie_secret
    if secret is None or cookie is None:
        raise SettingsError("Sign-in needs two secrets.")  # the settings see to it
    return {
        "auth": {
            "redirect_uri": f"{str(chosen.address).rstrip('/')}/oauth2callback",
            "cookie_secret": cookie.get_secret_value(),
            "client_id": str(chosen.sign_in_client),
            "client_secret": secret.get_secret_value(),
            "server_metadata_url": str(chosen.sign_in),
        }
    }


def on_error(error: Exception) -> bool:
    """Say what is wrong with the store, that a page failed or who may not see it; the log has code and paths."""
    if isinstance(error, NotAllowed):
        sign_in.show(error)
        return True
    logging.getLogger("confidence_cycle").error("A page failed", exc_info=error)
    why = of_the_store(error)
    if why is not None:
        st.error(plain(str(why)), title="The store can't be read")
        return True
    st.error(
        "Nothing was changed. Load the page again; if it fails again, tell whoever looks after this dashboard, whose "
        "log says why.",
        title="This page could not be drawn",
    )
    return True
