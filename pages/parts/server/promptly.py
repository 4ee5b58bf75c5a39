"""Small messages go out at once, and do not wait until the browser has acknowledged the one before."""

from __future__ import annotations

import os
import socket
import stat
from pathlib import Path

_HELD = Path("/dev/fd")
"""The files that this process holds open; Windows has no such folder, and messages wait there."""


def send_at_once() -> None:
    """Turn Nagle's algorithm off for every connection that this process will accept.

    A page is many small messages. The server's sockets are made without naming TCP, so asyncio does not do it, and the
    second message of each page waits for the first one's acknowledgement: 40 ms, since a browser that has nothing to
    say puts it off as long. A connection has from the listening socket what is set there.
    """
    for held_open in _HELD.iterdir() if _HELD.is_dir() else ():
        number = int(held_open.name)
        try:
            is_socket = stat.S_ISSOCK(os.fstat(number).st_mode)
        except OSError:
            continue  # The folder itself, which is closed by now.
        if not is_socket:
            continue
        with socket.socket(fileno=os.dup(number)) as held:
            if held.family in (socket.AF_INET, socket.AF_INET6) and held.getsockopt(
                socket.SOL_SOCKET, socket.SO_ACCEPTCONN
            ):
                held.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
