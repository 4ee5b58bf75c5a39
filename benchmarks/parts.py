"""Time every part of the stop and search page that is counted when it is opened, over the running server.

    python -m benchmarks.parts [--store URL] [--changes N] [--part NAME ...]

A server of its own is started for each part. A visitor opens the part, closes it, opens it again, and then changes one
filter after the other with the part open, the same ones for every part and for the page with no part open. The clock
and the server's processor are read as `benchmarks.rerun` reads them.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import statistics
from collections.abc import Awaitable

from benchmarks.machine import machine
from benchmarks.rerun import Times, rested
from benchmarks.server import ROOT, Server, started
from benchmarks.visitor import Visitor

PAGE = "stop_and_search"
FILTERS = ("filter_group", "filter_from", "filter_to", "filter_power")
NONE = "no part open"
_OPENED = 6
"""Times that a part is opened again."""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--store", help="folder of the store; otherwise CONFIDENCE_STORE, otherwise .store")
    parser.add_argument("--changes", type=int, default=24)
    parser.add_argument("--part", action="append", help="may be given several times; otherwise every part")
    options = parser.parse_args()
    print(machine())
    asyncio.run(_measured(options.store, options.part, options.changes))


async def _measured(store: str | None, parts: list[str] | None, changes: int) -> None:
    print("| Part | opened first | opened again | a filter changed with it open, mean | worst |")
    print("| --- | --- | --- | --- | --- |")
    for part in [NONE, *(parts or await _parts(store))]:
        with started(ROOT / "app.py", store) as server:
            await rested(server)
            async with Visitor(server.address) as visitor:
                await visitor.turn_to(PAGE)
                await rested(server)
                print(await _row(visitor, server, part, changes), flush=True)


async def _parts(store: str | None) -> list[str]:
    """Names of the parts of the page that are counted when they are opened."""
    with started(ROOT / "app.py", store) as server:
        async with Visitor(server.address) as visitor:
            await visitor.turn_to(PAGE)
            return [key.removeprefix("part_") for key in visitor.parts() if key.startswith("part_")]


async def _row(visitor: Visitor, server: Server, part: str, changes: int) -> str:
    first, again = Times(), Times()
    if part != NONE:
        key = f"part_{part}"
        await _time(first, server, visitor.open(key))
        for _ in range(_OPENED):
            await visitor.open(key)
            await _time(again, server, visitor.open(key))
    changed = await _changed(visitor, server, changes)
    opened = [f"{statistics.mean(times.cpu):.0f} ms" if times.cpu else "" for times in (first, again)]
    return f"| {part} | {' | '.join(opened)} | {statistics.mean(changed.cpu):.0f} ms | {max(changed.cpu):.0f} ms |"


async def _time(times: Times, server: Server, doing: Awaitable[float]) -> None:
    before = server.cpu
    times.clock.append(await doing * 1000)
    times.cpu.append((server.cpu - before) * 1000)


async def _changed(visitor: Visitor, server: Server, changes: int) -> Times:
    """Change one filter after the other, at random but the same in every run; every view is a new one."""
    chance = random.Random(5)  # noqa: S311
    seen, times = {visitor.query}, Times()
    while len(times.cpu) < changes:
        key = chance.choice(FILTERS)
        values = visitor.options(key)
        if len(values) < 2:
            continue
        change = Times()
        await change.time(visitor, server, key, chance.choice(values))
        if visitor.query not in seen:
            times = times.both(change)
        seen.add(visitor.query)
    return times


if __name__ == "__main__":
    main()
