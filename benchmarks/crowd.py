"""A crowd at one dashboard: many people at once, and what each of them waits for.

    python -m benchmarks.crowd [--people N] [--minutes N] [--think SECONDS] [--store URL] [--processes N]

Each person has a browser tab of their own, a websocket that speaks as Streamlit's page does (`benchmarks/visitor.py`),
and walks like people: mostly other filters, now and then another page, back to what was shown before, a table opened,
gone for a while and back. Between two steps they think, at random around the seconds given. They come one after the
other over the first tenth of the run, a minute at most. Timed is each step from what is sent to the last message of the
finished page; drawing in the browser is not in it. With more processes, servers stand behind a small proxy that sends a
browser to the same one each time. In the same run one person alone walks the same way at a server of their own: the
peer. Linux only, for memory and processor.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import statistics
import time
from collections import Counter
from collections.abc import Awaitable
from contextlib import AsyncExitStack, ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx
from websockets.exceptions import WebSocketException

from benchmarks.machine import machine
from benchmarks.proxy import proxy
from benchmarks.server import Server, started
from benchmarks.visitor import PageFailed, Visitor

_STEPS = {"filter": 60, "page": 20, "back": 8, "open": 9, "leave": 3}
"""Kinds of steps, and how many of a hundred are of that kind."""
_AWAY = 4
"""Who leaves is away for so many times the seconds of thinking."""
_PEER_STEPS = 240
"""Steps of the person alone at most: those of one person in 20 minutes."""
_COMING = 60
"""Seconds over which people come at most."""
DOORS = ("", "trends", "neighbourhoods", "cycle", "stop_and_search", "engagement", "upload", "methods", "account")
"""The pages by which people come in, one after the other, as by links that they were sent."""
_FLAT = 0.005
"""Memory is called flat where it grows by less than this part of itself a minute, over the second half."""


@dataclass
class Walk:
    """What happened to some people.

    Attributes
    ----------
    times, ends
        Seconds of each step, and the moment of the clock at which it ended.
    kinds
        How many steps of each kind.
    pages
        How many steps were on each page.
    errors
        What went wrong, in words.
    received
        Bytes that came over the websockets.
    """

    times: list[float] = field(default_factory=list)
    ends: list[float] = field(default_factory=list)
    kinds: Counter[str] = field(default_factory=Counter)
    pages: Counter[str] = field(default_factory=Counter)
    errors: list[str] = field(default_factory=list)
    received: int = 0


@dataclass(frozen=True)
class Sample:
    """Memory in MB and processor seconds of all servers together, at some second of the run."""

    second: float
    memory: float
    cpu: float

    @classmethod
    def of(cls, servers: list[Server], start: float) -> Sample:
        """What the servers use now."""
        return cls(time.perf_counter() - start, sum(s.memory for s in servers), sum(s.cpu for s in servers))


@dataclass
class _Person:
    """One person on their way: the choices are random, and the same in every run."""

    visitor: Visitor
    walk: Walk
    chance: random.Random
    think: float
    door: str = ""
    comes_after: float = 0
    before: list[tuple[str, str]] = field(default_factory=list)

    async def go(self, until: float, most: int | None = None) -> None:
        """Walk until some moment of the clock, or for so many steps."""
        await asyncio.sleep(self.comes_after)
        await self._timed("come", self.visitor.come(self.door))
        steps = 0
        while time.perf_counter() < until and (most is None or steps < most):
            await self._think(self.chance.uniform(0.6, 1.4))
            await self._step()
            steps += 1
        await self.visitor.leave()
        self.walk.received += self.visitor.received

    async def _step(self) -> None:
        kind = self.chance.choices(list(_STEPS), list(_STEPS.values()))[0]
        visitor, place = self.visitor, (self.visitor.page, self.visitor.query)
        if not visitor.here:
            await self._timed("come", visitor.come())
        elif kind == "leave":
            await visitor.leave()
            await self._think(_AWAY)
            await self._timed("come", visitor.come(*place))
        elif kind == "back" and self.before:
            page, query = self.before.pop()
            if page != visitor.page:
                await self._timed("page", visitor.turn_to(page))
            else:
                await self._timed("back", visitor.follow(query))
        elif kind == "open" and visitor.parts():
            await self._timed("open", visitor.open(self.chance.choice(visitor.parts())))
        elif kind == "filter" and visitor.filters():
            key = self.chance.choice(visitor.filters())
            self.before.append(place)
            await self._timed("filter", visitor.choose(key, self.chance.choice(visitor.options(key))))
        else:
            self.before.append(place)
            await self._timed("page", visitor.turn_to(self.chance.choice([*visitor.pages])))

    async def _timed(self, kind: str, step: Awaitable[float]) -> None:
        """Keep how long a step took, or what went wrong with it; who sees an error loads the page anew."""
        self.walk.kinds[kind] += 1
        try:
            taken = await step
        except (PageFailed, OSError, httpx.HTTPError, WebSocketException) as why:
            self.walk.errors.append(f"{kind} on {self.visitor.page or 'the first page'}: {why}")
            await self.visitor.leave()
            return
        self.walk.times.append(taken)
        self.walk.ends.append(time.perf_counter())
        self.walk.pages[self.visitor.page] += 1

    async def _think(self, share: float) -> None:
        await asyncio.sleep(self.think * share)


async def crowd(
    servers: list[Server], people: int, seconds: float, think: float, every: float = 60
) -> tuple[Walk, list[Sample]]:
    """Let people walk at some servers for so many seconds, and look at the servers every so many seconds."""
    walk, start = Walk(), time.perf_counter()
    async with AsyncExitStack() as open_now:
        port = servers[0].port if len(servers) == 1 else await open_now.enter_async_context(proxy(_ports(servers)))
        visitors = [Visitor(f"http://localhost:{port}") for _ in range(people)]
        persons = [
            _Person(
                visitor,
                walk,
                random.Random(number),  # noqa: S311
                think,
                DOORS[number % len(DOORS)],
                min(_COMING, seconds / 10) * number / people,
            )
            for number, visitor in enumerate(visitors)
        ]
        walking = [asyncio.create_task(person.go(start + seconds)) for person in persons]
        samples = [Sample.of(servers, start)]
        while not all(task.done() for task in walking):
            await asyncio.wait(walking, timeout=every)
            samples.append(Sample.of(servers, start))
        await asyncio.gather(*walking)
        for visitor in visitors:
            await visitor.close()
    return walk, samples


async def alone(server: Server, steps: int) -> Walk:
    """Let one person walk alone for so many steps, without thinking."""
    walk = Walk()
    visitor = Visitor(f"http://localhost:{server.port}")
    await _Person(visitor, walk, random.Random(0), 0).go(float("inf"), steps)  # noqa: S311
    await visitor.close()
    return walk


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=int, default=50)
    parser.add_argument("--minutes", type=float, default=20)
    parser.add_argument("--think", type=float, default=5, help="seconds between two steps of a person")
    parser.add_argument("--store", help="folder of the store; otherwise CONFIDENCE_STORE, otherwise .store")
    parser.add_argument("--processes", type=int, default=1, help="servers, behind a proxy if more than one")
    options = parser.parse_args()
    print(machine())
    seconds = options.minutes * 60
    with ExitStack() as running, TemporaryDirectory() as folder:
        logs = [Path(folder) / str(number) for number in range(options.processes + 1)]
        with started(store=options.store, log=logs[-1], CONFIDENCE_METRICS="true") as server:
            peer = asyncio.run(alone(server, min(_PEER_STEPS, int(seconds / options.think) + 2)))
        servers = [
            running.enter_context(started(store=options.store, log=log, CONFIDENCE_METRICS="true"))
            for log in logs[: options.processes]
        ]
        mine = time.process_time()
        walk, samples = asyncio.run(crowd(servers, options.people, seconds, options.think, min(60, seconds / 8)))
        mine = time.process_time() - mine
        failed = sum(log.read_text(errors="replace").count("Traceback") for log in logs)
    print(
        f"{options.people} people, {options.processes} {'process' if options.processes == 1 else 'processes'}, "
        f"{options.minutes:g} minutes, {options.think:g} s between two steps"
    )
    _print(walk, peer, failed)
    _print_use(samples, seconds, mine)


def _print(walk: Walk, peer: Walk, failed: int) -> None:
    """Print what people waited for, beside the one who was alone."""
    for error, number in Counter(walk.errors + peer.errors).most_common(10):
        print(f"error, {number} times: {error}")
    if min(len(walk.times), len(peer.times)) < 2:
        print("too few steps to say")
        return
    ratio = statistics.median(walk.times) / statistics.median(peer.times)
    print(f"one person alone: {_waited(peer.times)}; errors {len(peer.errors)}")
    print(f"the crowd: {_waited(walk.times)}; errors {len(walk.errors)}, tracebacks in the logs {failed}")
    print(f"median {ratio:.1f} times that of one person alone")
    print(f"95 % of steps within, in each quarter of the time: {', '.join(_by_quarter(walk))}")
    print("steps: " + ", ".join(f"{kind} {number}" for kind, number in walk.kinds.most_common()))
    print("on pages: " + ", ".join(f"{page or 'overview'} {number}" for page, number in walk.pages.most_common()))
    print(f"sent to browsers: {walk.received / 2**20 / len(walk.times):.2f} MB a step")


def _by_quarter(walk: Walk) -> list[str]:
    """How long 95 % of the steps took at most in each quarter of the time: in the first one little is kept yet."""
    first, last = min(walk.ends), max(walk.ends)
    quarters: list[list[float]] = [[] for _ in range(4)]
    for taken, end in zip(walk.times, walk.ends, strict=True):
        quarters[min(3, int(4 * (end - first) / (last - first)))].append(taken)
    return [f"{statistics.quantiles(q, n=20)[18] * 1000:.0f} ms" if len(q) > 1 else "too few" for q in quarters]


def _waited(times: list[float]) -> str:
    cuts = statistics.quantiles(times, n=100)
    return (
        f"{len(times)} steps, median {statistics.median(times) * 1000:.0f} ms, p95 {cuts[94] * 1000:.0f} ms, "
        f"p99 {cuts[98] * 1000:.0f} ms, worst {max(times) * 1000:.0f} ms"
    )


def _print_use(samples: list[Sample], seconds: float, mine: float) -> None:
    """Print what the servers used, and whether memory is flat once they have run for half the time."""
    inside = [sample for sample in samples if sample.second <= seconds]
    first, last = inside[0], inside[-1]
    print("memory, MB: " + ", ".join(f"{sample.memory:.0f} at {sample.second / 60:.1f} min" for sample in inside))
    halves = [s for s in inside if s.second <= seconds / 2], [s for s in inside if s.second >= seconds / 2]
    slopes = [_slope(half) for half in halves]
    flat = slopes[1] < _FLAT * last.memory
    print(
        f"memory grew by {slopes[0]:+.1f} MB a minute in the first half and {slopes[1]:+.1f} in the second: "
        f"{'flat' if flat else 'not flat'} (below {_FLAT:.1%} of itself a minute)"
    )
    cpu = (last.cpu - first.cpu) / (last.second - first.second)
    print(
        f"processor: servers {cpu:.2f} cores, this crowd {mine / samples[-1].second:.2f}; "
        f"load of the machine over the last minute: {os.getloadavg()[0]:.1f}"
    )


def _slope(samples: list[Sample]) -> float:
    """MB a minute, by least squares."""
    if len(samples) < 2:
        return float("nan")
    line = statistics.linear_regression([s.second / 60 for s in samples], [s.memory for s in samples])
    return line.slope


def _ports(servers: list[Server]) -> list[int]:
    return [server.port for server in servers]


if __name__ == "__main__":
    main()
