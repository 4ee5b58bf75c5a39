"""A small proxy before several servers, which sends a browser to the same one each time: by a cookie of its own.

For the benchmark of two processes. Who runs the dashboard so takes a real one with the same rule, such as nginx or
HAProxy: what a session holds, an uploaded file too, is in the memory of one process.
"""

from __future__ import annotations

import asyncio
import itertools
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

_COOKIE = re.compile(rb"^cookie:.*\bseat=(\d+)", re.IGNORECASE | re.MULTILINE)
_HEAD = b"\r\n\r\n"
_PIECE = 1 << 16
_CLOSING = 10
"""Seconds that connections may take to end."""


@asynccontextmanager
async def proxy(ports: list[int]) -> AsyncIterator[int]:
    """Listen on a free port, which is given, and pass on to the servers at some ports until the block ends."""
    turns = itertools.cycle(range(len(ports)))
    open_now: dict[asyncio.Task[None], asyncio.StreamWriter] = {}

    def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(_pass_on(reader, writer, ports, turns))
        open_now[task] = writer
        task.add_done_callback(open_now.pop)

    listening = await asyncio.start_server(connected, "localhost", 0)
    try:
        yield int(listening.sockets[0].getsockname()[1])
    finally:
        listening.close()
        for writer in open_now.values():
            writer.close()
        if open_now:
            await asyncio.wait(open_now, timeout=_CLOSING)


async def _pass_on(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, ports: list[int], turns: Iterator[int]
) -> None:
    """One connection of a browser: its first request says which server it is for."""
    try:
        head = await reader.readuntil(_HEAD)
    except (asyncio.IncompleteReadError, ConnectionError):
        writer.close()
        return
    sat = _COOKIE.search(head)
    seat = int(sat[1]) % len(ports) if sat else next(turns)
    from_server, to_server = await asyncio.open_connection("localhost", ports[seat])
    to_server.write(head)
    try:
        await asyncio.gather(_pump(reader, to_server), _answered(from_server, writer, None if sat else seat))
    finally:
        writer.close()
        to_server.close()


async def _answered(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, seat: int | None) -> None:
    """Pass on what a server answers, with the cookie where the browser has none yet."""
    if seat is not None:
        head = await reader.readuntil(_HEAD)
        cookie = f"\r\nSet-Cookie: seat={seat}; Path=/; HttpOnly; SameSite=Lax"
        writer.write(head.removesuffix(_HEAD) + cookie.encode() + _HEAD)
    await _pump(reader, writer)


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while piece := await reader.read(_PIECE):
            writer.write(piece)
            await writer.drain()
        writer.write_eof()
    except ConnectionError:
        writer.close()  # One side has gone: the other is told by the end of its connection.
