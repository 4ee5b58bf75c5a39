"""Ratios in words: as the one formatter writes them, but never as 1.0 unless they are 1."""

from __future__ import annotations

from analytics import wording

_MOST_DECIMALS = 3


def times(value: float) -> str:
    """A ratio with as many decimals as show on which side of 1 it lies: ``4.8``, ``1.05``, ``0.997``.

    What three decimals can't tell from 1 is ``just above 1`` or ``just under 1``.
    """
    text = wording.times(value)
    if value == 1 or text not in ("1.0", "1.00"):
        return text
    for digits in range(2, _MOST_DECIMALS + 1):
        if round(value, digits) != 1:
            return f"{value:.{digits}f}"
    return "just above 1" if value > 1 else "just under 1"


def between(low: float, high: float) -> str:
    """An interval of a ratio: ``1.05 to 22.0``; from a limit up where the upper one is infinite."""
    return wording.between(times(low), times(high))
