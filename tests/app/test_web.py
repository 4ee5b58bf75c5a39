"""The web server around the pages: garbage is collected between pages, not in the midst of one."""

from __future__ import annotations

import asyncio
import gc
import weakref
from concurrent.futures import ThreadPoolExecutor

import pytest

from pages.parts import web


class Kept:
    """Something that keeps itself."""

    def __init__(self) -> None:
        self.own = self


@pytest.mark.long
def test_what_keeps_itself_goes_within_the_minute_and_nothing_stops_a_page(monkeypatch) -> None:
    monkeypatch.setattr(web, "_MINUTE", 0.01)
    before = gc.get_threshold()

    async def served() -> bool:
        async with web.lifespan(None):
            assert gc.get_threshold() == (*before[:2], web._NEVER)
            old = weakref.ref(Kept())
            await asyncio.sleep(0.2)
            return old() is None

    try:
        gc.disable()
        # In a thread of its own: where a browser was driven before, this one has a loop already.
        with ThreadPoolExecutor(1) as alone:
            assert alone.submit(lambda: asyncio.run(served())).result()
    finally:
        gc.enable()
        gc.set_threshold(*before)
