"""Commands such as `python -m data` in processes of their own, each forked from one that has imported it already.

A fresh interpreter spends most of a short run importing, and a kill would fall into that.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from importlib import import_module
from io import StringIO
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerProcess

_FIRST = (
    "data.__main__",
    "analytics.__main__",
    "pandas",
    "pandera.pandas",
    "pandera.backends.pandas.container",
    "pandera.strategies.pandas_strategies",
    "pyproj",
    "shapely",
)
"""What a command would otherwise import when it begins, or first needs it."""
_LONGEST = 120.0
"""Seconds after which a command that does not end is a failure."""


@dataclass(frozen=True)
class Ended:
    """How a command ended.

    Attributes
    ----------
    code
        Its exit code; negative where a signal ended it.
    seconds
        How long it ran.
    out, err
        What it printed; nothing where it was killed.
    """

    code: int
    seconds: float
    out: str = ""
    err: str = ""


class Command:
    """`python -m data` with some arguments, or another program, running."""

    def __init__(
        self, arguments: Sequence[str], environment: Mapping[str, str] | None = None, program: str = "data"
    ) -> None:
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload([__name__, *_FIRST])
        self._told, tells = context.Pipe(duplex=False)
        target, given = _run, (tells, program, list(arguments), dict(environment or {}))
        self._process: ForkServerProcess = context.Process(target=target, args=given)
        self._process.start()
        tells.close()
        self._told.recv()
        self._start = time.perf_counter()

    def wait_until(self, so: Callable[[], bool]) -> float:
        """Wait until something is so or the command has ended, and give the seconds since it began."""
        while self._process.is_alive() and not so():
            time.sleep(0.001)
        return time.perf_counter() - self._start

    def wait(self, seconds: float) -> None:
        """Wait for some seconds, or until the command has ended."""
        self._process.join(seconds)

    def kill_after(self, seconds: float) -> None:
        """Send SIGKILL after some seconds, unless it has ended."""
        self.wait(seconds)
        if self._process.is_alive() and self._process.pid is not None:
            os.kill(self._process.pid, signal.SIGKILL)

    def end(self) -> Ended:
        """Wait for the end.

        Raises
        ------
        RuntimeError
            If it does not end.
        """
        printed = ("", "")
        try:
            if self._told.poll(_LONGEST):
                printed = self._told.recv()
        except EOFError:  # it was killed before it could say anything
            pass
        self._process.join(_LONGEST)
        if self._process.exitcode is None:
            self._process.kill()
            raise RuntimeError("A command did not end.")
        return Ended(self._process.exitcode, time.perf_counter() - self._start, *printed)


def run(arguments: Sequence[str], environment: Mapping[str, str] | None = None) -> Ended:
    """Run a command to its end."""
    return Command(arguments, environment).end()


def _run(tells: Connection, program: str, arguments: list[str], environment: dict[str, str]) -> None:
    os.environ |= environment
    main = import_module(f"{program}.__main__").main
    tells.send("begun")
    out, err = StringIO(), StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        code = main(arguments)
    tells.send((out.getvalue(), err.getvalue()))
    sys.exit(code)
