"""Text on a terminal: names and values come from files, and none may break a line or command the terminal."""

from __future__ import annotations

from unicodedata import category

_BREAKS = "\u2028\u2029"


def printable(text: str) -> str:
    """The text with every control character but the line feed replaced by a sign that shows it was there."""
    return "".join(
        sign if sign == "\n" or (category(sign)[0] != "C" and sign not in _BREAKS) else "\ufffd" for sign in text
    )
