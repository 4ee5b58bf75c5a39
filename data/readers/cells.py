"""Single cells of a table: what they hold as text, and as a number."""

from __future__ import annotations

import math
import re
from datetime import date, datetime, time

_WHOLE = re.compile(r"([+-]?[0-9]{1,15})\.0+")
_NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)(e[+-]?[0-9]+)?", re.IGNORECASE)


def code(value: object) -> str:
    """A cell as text: ``1`` for 1, 1.0 and "1.0"; a day as 2026-07-01; blank for nothing.

    Parameters
    ----------
    value
        What a file holds, or what a mapping writes.
    """
    if type(value) is str:  # the usual cases, asked first
        return _written(value)
    if type(value) is int:
        return str(value)
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ")
    if isinstance(value, date | time):
        return value.isoformat()
    return _written(str(value))


def _written(text: str) -> str:
    text = text.strip()
    whole = _WHOLE.fullmatch(text) if "." in text else None
    return whole[1] if whole else text


def number(text: str, decimal_comma: bool) -> float | None:
    """The number that a cell holds; None where it holds none.

    Parameters
    ----------
    text
        The cell.
    decimal_comma
        Whether a comma is a decimal mark.
    """
    if decimal_comma and text.count(",") == 1 and "." not in text:
        text = text.replace(",", ".")
    found = float(text) if _NUMBER.fullmatch(text) else math.inf
    return found if math.isfinite(found) else None
