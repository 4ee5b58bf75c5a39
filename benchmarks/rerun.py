"""Time a rerun of each page after a filter change, over the running server.

    python -m benchmarks.rerun [--store URL] [--changes N] [--page NAME ...]

A server of its own is started for each page; a visitor, who speaks to it as the page in a browser does, changes one
filter after the other, once the server has counted what it counts behind the first pages. Timed is each change from
what is sent to the last message of the finished page. First visits to a view are timed apart from returns to it. Beside
it, in the same run, stands the answer for a page without any figure: the floor. The processor's time of the server
stands beside the time on the clock: other work on the machine changes it far less.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import statistics
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.machine import machine
from benchmarks.server import ROOT, Server, started
from benchmarks.visitor import Visitor

FILTERS = {
    "overview": ("area", "to"),
    "trends": ("measure", "area", "by", "from", "to"),
    "neighbourhoods": ("layer", "area", "area_level", "to"),
    "engagement": ("by", "from", "to"),
    "stop_and_search": ("force", "group", "area", "from", "to", "power", "definition"),
}
"""The filters that are changed on each page."""
FIRST_PAGE = "overview"  # It has no address of its own.
_BARE = "import streamlit as st\nst.selectbox('x', range(100), key='filter')\n"


@dataclass
class Times:
    """Milliseconds of each change, on the clock and of the server's processor."""

    clock: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)

    def both(self, other: Times) -> Times:
        """These times and others together."""
        return Times(self.clock + other.clock, self.cpu + other.cpu)

    async def time(self, visitor: Visitor, server: Server, key: str, value: str) -> None:
        """Choose an option, and keep what it took."""
        before = server.cpu
        self.clock.append(await visitor.choose(key, value) * 1000)
        self.cpu.append((server.cpu - before) * 1000)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--store", help="folder of the store; otherwise CONFIDENCE_STORE, otherwise .store")
    parser.add_argument("--changes", type=int, default=200)
    parser.add_argument("--page", action="append", choices=list(FILTERS), help="may be given several times")
    options = parser.parse_args()
    print(machine())
    asyncio.run(_measured(options.store, options.page or list(FILTERS), options.changes))


async def _measured(store: str | None, pages: list[str], changes: int) -> None:
    floor = await _floor()
    _print("a page without any figure", floor, floor)
    for page in pages:
        with started(ROOT / "app.py", store) as server:
            await rested(server)
            async with Visitor(server.address) as visitor:
                if page != FIRST_PAGE:
                    await visitor.turn_to(page)
                first, again = await _walk(visitor, server, FILTERS[page], changes)
        _print(f"{page}, every change", first.both(again), floor)
        _print(f"{page}, view not seen before", first, floor)
        _print(f"{page}, view seen before", again, floor)


async def rested(server: Server) -> None:
    """Wait until the server has counted what it counts behind the first pages, and for two minutes at most."""
    for _ in range(60):
        before = server.cpu
        await asyncio.sleep(2)
        if server.cpu - before < 0.1:
            return


async def _floor() -> Times:
    """What a page takes that has one filter and nothing else."""
    floor = Times()
    with TemporaryDirectory() as folder:
        script = Path(folder) / "bare.py"
        script.write_text(_BARE)
        with started(script) as server:
            async with Visitor(server.address) as visitor:
                for value in random.Random(1).choices(range(100), k=50):  # noqa: S311
                    await floor.time(visitor, server, "filter", str(value))
    return floor


async def _walk(visitor: Visitor, server: Server, filters: tuple[str, ...], changes: int) -> tuple[Times, Times]:
    """Change one filter after the other, at random but the same in every run."""
    chance = random.Random(2)  # noqa: S311
    seen, first, again = {visitor.query}, Times(), Times()
    while len(first.clock) + len(again.clock) < changes:
        key = f"filter_{chance.choice(filters)}"
        values = visitor.options(key)
        if len(values) < 2:
            continue
        change = Times()
        await change.time(visitor, server, key, chance.choice(values))
        if visitor.query in seen:
            again = again.both(change)
        else:
            first = first.both(change)
        seen.add(visitor.query)
    return first, again


def _print(what: str, times: Times, floor: Times) -> None:
    if len(times.clock) < 2:
        print(f"{what}: {len(times.clock)} changes, too few to say")
        return
    cuts = statistics.quantiles(times.clock, n=20)
    ratio = statistics.median(times.clock) / statistics.median(floor.clock)
    print(
        f"{what}: {len(times.clock)} changes, median {statistics.median(times.clock):.0f} ms, p95 {cuts[18]:.0f} ms, "
        f"worst {max(times.clock):.0f} ms, {ratio:.1f} times the floor; processor: mean "
        f"{statistics.mean(times.cpu):.0f} ms, p95 {statistics.quantiles(times.cpu, n=20)[18]:.0f} ms"
    )


if __name__ == "__main__":
    main()
