"""Counts, shares and lists as the sentences of loading and of its checks write them."""

from __future__ import annotations

from collections.abc import Sequence

_NBSP = "\u00a0"
_LONGEST = 80


def plural(number: int, one: str, many: str | None = None) -> str:
    """A count with its noun: ``1 row``, ``1,204 rows``."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def percent(share: float) -> str:
    """A share of 1 as whole per cent, never 0 or 100 unless it is: ``61 %``, ``under 1 %``, ``over 99 %``."""
    if 0 < share <= 0.005:
        return f"under 1{_NBSP}%"
    if 0.995 <= share < 1:
        return f"over 99{_NBSP}%"
    return f"{share * 100:.0f}{_NBSP}%"


def listing(names: Sequence[str], most: int = 6) -> str:
    """Names as a sentence has them: ``Barnet, Brent and Camden``; past ``most`` the rest is counted."""
    shown = list(names[:most])
    if len(names) > most:
        return f"{', '.join(shown)} and {len(names) - most:,} more"
    return " and ".join([", ".join(shown[:-1]), shown[-1]]) if len(shown) > 1 else "".join(shown)


def quoted(value: str) -> str:
    """A value of a file in quotation marks, cut where it is long."""
    return f"“{value[:_LONGEST]}{'…' if len(value) > _LONGEST else ''}”"
