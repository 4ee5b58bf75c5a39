"""Text on a terminal: names and values come from files, and none may break a line or command the terminal."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Callable
from typing import NoReturn
from unicodedata import category

_BREAKS = "\u2028\u2029"


def printable(text: str) -> str:
    """The text with every control character but the line feed replaced by a sign that shows it was there."""
    return "".join(
        sign if sign == "\n" or (category(sign)[0] != "C" and sign not in _BREAKS) else "\ufffd" for sign in text
    )


class Printable(logging.Formatter):
    """How a failure came about, in which the words of a file may stand.

    It stands here and not beside the commands: a logger lives to the very end of a process and keeps the module of its
    formatter, which must hold nothing that wants to be closed before.
    """

    def format(self, record: logging.LogRecord) -> str:
        """A record as text that a terminal shows and does not obey."""
        return printable(super().format(record))


def log_to(logger: logging.Logger, traceback: bool) -> None:
    """Print what nobody foresaw to whoever asks for it, and to no other reader of the terminal."""
    handler = logging.StreamHandler() if traceback else logging.NullHandler()
    handler.setFormatter(Printable())
    logger.handlers = [handler]


def told() -> Callable[[str], None]:
    """What tells somebody at a terminal of each step, in one line that the next one takes the place of."""
    if not sys.stderr.isatty():
        return lambda step: None
    return lambda step: print(f"\r\033[K{printable(step[:100])}", end="\r", file=sys.stderr, flush=True)


def leave(code: int) -> NoReturn:
    """End a command that has done its work with its exit code, whatever libraries still have to take down.

    Arrow's threads outlive what they read for; where Python ends while one is being taken down the process aborts, and
    whoever called it is told of a failure where all was done (https://github.com/apache/arrow/issues/34314).
    """
    logging.shutdown()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)
