"""Months whose searches are of other kinds than those of the year before: a value's share has jumped."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from math import sqrt
from typing import TYPE_CHECKING, NamedTuple

from data.checks.background import BLANK, COMPARED, YEAR
from data.checks.remark import MOST_PLACES, Remark
from data.readers.source import Problem
from data.readers.stop_and_search import COLUMNS
from data.words import percent, plural, quoted

if TYPE_CHECKING:
    from data.checks.background import Background, Month
    from data.readers.source import Reading
    from data.store import Load

RULE = "Shares that jump"
GAP = 0.1
"""A share jumps if it lies this far outside those of the months before."""
ERRORS = 3
"""And so many standard errors."""
FEWEST_ROWS = 30
FEWEST_MONTHS = 3
_NAMED = 3
_REMEDY = "See whether an operation, another way of recording or shifted rows explain it"
_LABELS = {name: column for column, name in COLUMNS.items()}


class Jump(NamedTuple):
    """A value whose share lies outside that of the months before, which is between ``low`` and ``high``."""

    value: str
    share: float
    low: float
    high: float

    @property
    def gap(self) -> float:
        """How far the share lies outside, as a share of 1."""
        return max(self.share - self.high, self.low - self.share)


def jumps(load: Load, reading: Reading, before: Background) -> Iterator[Remark]:
    """A remark for each column in which a share has jumped; see `jumps_of` for the rule.

    Months with fewer than `FEWEST_ROWS` searches are neither judged nor a measure, and nothing is said with fewer than
    `FEWEST_MONTHS` months within the year before. A column that is blank throughout is left to another rule.
    """
    month = before.month(load, reading)
    earlier = [other for other in before.months(load, YEAR, 0) if other.rows >= FEWEST_ROWS]
    if month.rows < FEWEST_ROWS or len(earlier) < FEWEST_MONTHS:
        return
    for name in COMPARED:
        found = jumps_of(month.counts[name], [other.counts[name] for other in earlier])
        if found and month.filled[name]:
            yield _remark(_LABELS[name], found, month, len(earlier))


def jumps_of(counts: Mapping[str, int], earlier: Sequence[Mapping[str, int]]) -> list[Jump]:
    """The values whose share has jumped, the furthest first.

    With share p of n rows, and e the nearest of the lowest and the highest share of the earlier months, a share jumps
    if ``|p − e| ≥ GAP`` outside them and ``|p − e| ≥ ERRORS √(q (1 − q) / n)`` with ``q = (p + e) / 2``.

    Parameters
    ----------
    counts
        Rows by value in the month that is judged.
    earlier
        Rows by value in each month that it is compared with; none of them empty.
    """
    rows = sum(counts.values())
    totals = [sum(other.values()) for other in earlier]
    found = []
    for value in dict.fromkeys((*counts, *(value for other in earlier for value in other))):
        shares = [other.get(value, 0) / total for other, total in zip(earlier, totals, strict=True)]
        jump = Jump(value, counts.get(value, 0) / rows, min(shares), max(shares))
        middle = (jump.share + (jump.high if jump.share > jump.high else jump.low)) / 2
        # Of 0.3 − 0.2 the machine keeps a little less than 0.1.
        if round(jump.gap, 9) >= GAP and jump.gap >= ERRORS * sqrt(middle * (1 - middle) / rows):
            found.append(jump)
    return sorted(found, key=lambda jump: -round(jump.gap, 9))


def _remark(column: str, found: list[Jump], month: Month, earlier: int) -> Remark:
    places = tuple(
        Problem(f"its share is {_told(jump)}", _REMEDY, None, column, jump.value or "blank")
        for jump in found[:MOST_PLACES]
    )
    told = [f"{_named(jump.value)} is {_told(jump)}" for jump in found[:_NAMED]]
    more = f"; {len(found) - _NAMED:,} more" if len(found) > _NAMED else ""
    what = (
        f"shares of “{column}” in the month's {plural(month.rows, 'search', 'searches')} beside those in the {earlier} "
        f"months loaded of the year before: {'; '.join(told)}{more}"
    )
    return Remark(RULE, what, f"Kept; {_REMEDY[0].lower()}{_REMEDY[1:]}", month.rows, places)


def _told(jump: Jump) -> str:
    low, high = percent(jump.low), percent(jump.high)
    return f"{percent(jump.share)} and was {low if low == high else f'{low} to {high}'}"


def _named(value: str) -> str:
    return "blank" if value == BLANK else quoted(value)
