"""Time every part of the stop and search page, over the running server.

    python -m benchmarks.parts [--store URL] [--changes N] [--part NAME ...]

On one server a visitor opens each part in its turn, goes back to the first one, opens it again, and changes one filter
after the other with it open, each time to a view that was not seen before. The first part is what a page opens with.
What is read is the processor's time of the server, as `benchmarks.rerun` reads it.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import statistics
from collections.abc import Awaitable
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode

from benchmarks.machine import machine
from benchmarks.rerun import Times, rested
from benchmarks.server import ROOT, Server, started
from benchmarks.visitor import Visitor

PAGE = "stop_and_search"
FILTERS = ("filter_group", "filter_from", "filter_to", "filter_power")
PARTS = (
    "who",
    "areas",
    "alike",
    "powers",
    "found",
    "children",
    "tests",
    "aims",
    "teams",
    "thresholds",
    "data",
)
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
            seen = {visitor.query}
            for number, part in enumerate(parts or PARTS):
                print(await _row(visitor, server, part, _Walk(changes, random.Random(number), seen)), flush=True)  # noqa: S311


@dataclass(frozen=True)
class _Walk:
    """How many filters are changed, by which chance, and the views that were seen before."""

    changes: int
    chance: random.Random
    seen: set[str]


async def _row(visitor: Visitor, server: Server, part: str, walk: _Walk) -> str:
    first, again = Times(), Times()
    if part != PARTS[0]:
        await _time(first, server, visitor.follow(_at(visitor, part)))
        for _ in range(_OPENED):
            await visitor.follow(_at(visitor, PARTS[0]))
            await _time(again, server, visitor.follow(_at(visitor, part)))
    changed = await _changed(visitor, server, walk)
    await visitor.follow(_at(visitor, PARTS[0]))
    opened = [f"{statistics.mean(times.cpu):.0f} ms" if times.cpu else "" for times in (first, again)]
    return f"| {part} | {' | '.join(opened)} | {statistics.mean(changed.cpu):.0f} ms | {max(changed.cpu):.0f} ms |"


def _at(visitor: Visitor, part: str) -> str:
    """The address of a part of what the visitor sees."""
    return urlencode({**dict(parse_qsl(visitor.query)), "part": part})


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
