"""Time every part of the stop and search page that is counted when it is opened, over the running server.

    python -m benchmarks.parts [--store URL] [--changes N] [--part NAME ...]

On one server a visitor opens each part in its turn, closes it, opens it again, changes one filter after the other with
it open, each time to a view that was not seen before, and closes it. Beside them stands the page with no part open.
What is read is the processor's time of the server, as `benchmarks.rerun` reads it.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import statistics
from collections.abc import Awaitable
from dataclasses import dataclass

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
    with started(ROOT / "app.py", store) as server:
        await rested(server)
        async with Visitor(server.address) as visitor:
            await visitor.turn_to(PAGE)
            held = [key.removeprefix("part_") for key in visitor.parts() if key.startswith("part_")]
            seen = {visitor.query}
            for number, part in enumerate([NONE, *(parts or held)]):
                print(await _row(visitor, server, part, _Walk(changes, random.Random(number), seen)), flush=True)  # noqa: S311


@dataclass(frozen=True)
class _Walk:
    """How many filters are changed, by which chance, and the views that were seen before."""

    changes: int
    chance: random.Random
    seen: set[str]


async def _row(visitor: Visitor, server: Server, part: str, walk: _Walk) -> str:
    first, again, key = Times(), Times(), f"part_{part}"
    if part != NONE:
        await _time(first, server, visitor.open(key))
        for _ in range(_OPENED):
            await visitor.open(key)
            await _time(again, server, visitor.open(key))
    changed = await _changed(visitor, server, walk)
    if part != NONE:
        await visitor.open(key)
    opened = [f"{statistics.mean(times.cpu):.0f} ms" if times.cpu else "" for times in (first, again)]
    return f"| {part} | {' | '.join(opened)} | {statistics.mean(changed.cpu):.0f} ms | {max(changed.cpu):.0f} ms |"


async def _time(times: Times, server: Server, doing: Awaitable[float]) -> None:
    before = server.cpu
    times.clock.append(await doing * 1000)
    times.cpu.append((server.cpu - before) * 1000)


async def _changed(visitor: Visitor, server: Server, walk: _Walk) -> Times:
    """Change one filter after the other, at random but the same in every run; views that were seen are not timed."""
    times = Times()
    while len(times.cpu) < walk.changes:
        key = walk.chance.choice(FILTERS)
        values = visitor.options(key)
        if len(values) < 2:
            continue
        change = Times()
        await change.time(visitor, server, key, walk.chance.choice(values))
        if visitor.query not in walk.seen:
            times = times.both(change)
        walk.seen.add(visitor.query)
    return times


if __name__ == "__main__":
    main()
