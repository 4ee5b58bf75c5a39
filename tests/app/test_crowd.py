"""Many people at once at running servers, who speak to them as Streamlit's page does. No time is asserted."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from app import PAGES
from benchmarks.crowd import DOORS, crowd
from benchmarks.proxy import proxy
from benchmarks.server import Server, started
from benchmarks.visitor import Visitor
from data.store import Store

pytestmark = pytest.mark.long

PEOPLE, SECONDS, THINK = 8, 15, 1.0
MONTH = "2018-07-surrey-stop-and-search.csv"
"""The month that the small store lacks."""
SEARCH = {"Type": "Person search", "Self-defined ethnicity": "White - Irish", "Date": "2018-07-02T10:00:00+00:00"}
PATIENCE = 60


@pytest.fixture
def serve(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Store], Server]]:
    """A function that starts a server over a store; its log may hold no traceback when the test ends."""
    monkeypatch.setenv("CONFIDENCE_DEMONSTRATION", "")
    logs: list[Path] = []
    with ExitStack() as running:

        def start(store: Store) -> Server:
            logs.append(tmp_path / f"server-{len(logs)}.log")
            return running.enter_context(started(store=store.root, log=logs[-1], CONFIDENCE_METRICS="true"))

        yield start
    assert [log.read_text() for log in logs if "Traceback" in log.read_text()] == []


def test_people_come_in_by_every_page() -> None:
    assert list(DOORS) == ["" if page is PAGES[0] else Path(page.file).stem for page in PAGES]


@pytest.mark.skipif(sys.platform != "linux", reason="what a process uses is read from /proc")
def test_eight_people_at_once_meet_no_error_and_leave_nothing_open(serve, demonstration) -> None:
    server = serve(demonstration)
    walk, _ = asyncio.run(crowd([server], PEOPLE, SECONDS, THINK))
    assert walk.errors == []
    assert set(walk.pages) == set(DOORS)
    assert walk.kinds["come"] >= PEOPLE
    assert len(walk.times) == sum(walk.kinds.values())
    until = time.monotonic() + PATIENCE
    while server.sessions[0] and time.monotonic() < until:
        time.sleep(0.1)
    assert server.sessions == (0, walk.kinds["come"])


def test_a_page_that_fails_is_an_error_of_the_crowd(tmp_path) -> None:
    script = tmp_path / "script.py"
    script.write_text("import streamlit as st\nst.selectbox('x', [1, 2], key='filter_x')\nraise ValueError('broken')\n")
    with started(script) as server:
        walk, _ = asyncio.run(crowd([server], 1, 1, 0.2))
    assert walk.errors
    assert walk.times == []


def test_what_one_process_publishes_another_shows_and_a_browser_keeps_its_process(serve, own, police_csv) -> None:
    servers = [serve(own), serve(own)]
    before = [server.sessions[1] for server in servers]

    async def publish() -> tuple[list[str], list[str], list[str]]:
        async with proxy([server.port for server in servers]) as port:
            address = f"http://localhost:{port}"
            async with Visitor(address) as one, Visitor(address) as two:
                months = []
                for visitor in (one, two):
                    await visitor.turn_to("stop_and_search")
                    await visitor.choose("filter_force", "Surrey")
                    months.append(visitor.options("filter_from"))
                await one.turn_to("upload")
                # The file is sent on a connection of its own, and stays in the memory of one process.
                field = next(key for key in one.keys if key.startswith("upload_files_"))
                await one.upload(field, MONTH, police_csv([SEARCH]))
                one.fill_in("upload_reason_0", "July")
                await one.press("Publish")
                await two.turn_to("stop_and_search")
                return *months, two.options("filter_from")

    one, two, after = asyncio.run(publish())
    assert one == two
    assert "July 2018" not in one
    assert sorted({*after} - {*two}) == ["July 2018"]
    assert own.release().number == 2
    # Each of the two had one session, although each made several connections.
    assert [server.sessions[1] - was for server, was in zip(servers, before, strict=True)] == [1, 1]
