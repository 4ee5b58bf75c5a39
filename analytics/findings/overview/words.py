"""How the figures of the overview are said."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

from analytics import wording


def by_points(row: Mapping[Hashable, Any], name: str = "change") -> str:
    """The size of a difference without its sign: ``by 6 points (2 to 10)``."""
    size, low, high = (abs(float(row[part])) for part in (name, f"{name}_low", f"{name}_high"))
    by = wording.points(size).removeprefix("+")
    return f"by {by} ({min(low, high) * 100:.0f} to {max(low, high) * 100:.0f})"


def span_of(months: int) -> str:
    """A number of months, in years where there are many: ``5 months``, ``7 years``."""
    return wording.plural(months, "month") if months < 24 else f"{months // 12} years"
