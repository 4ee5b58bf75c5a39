"""Columns of searches that a whole force-month leaves blank."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from data.checks.background import FILLED, YEAR
from data.checks.remark import Remark
from data.readers.source import Problem
from data.readers.stop_and_search import COLUMNS
from data.words import listing, plural

if TYPE_CHECKING:
    from data.checks.background import Background, Month
    from data.readers.source import Reading
    from data.store import Load

THROUGHOUT = "Columns blank throughout"
ELSEWHERE = "Columns blank in this month"
FEWEST = 10
"""Values that a month would be expected to have, before their lack is said to be no chance."""
_LABELS = {name: column for column, name in COLUMNS.items()}
_KEPT = "Kept; figures by what is blank leave them out or count them as not known"


def blanks(load: Load, reading: Reading, before: Background) -> Iterator[Remark]:
    """A remark on columns that are blank here and filled in in most months near it, and one on others that are blank.

    A column is filled in elsewhere if more than half of the other months less than a year away have a value, and with
    the share of rows that have one there, this month would be expected to have at least `FEWEST`. The name of an
    operation is left out: it is blank wherever there was none. A month of fewer than `FEWEST` searches is not judged.
    """
    month = before.month(load, reading)
    if month.rows < FEWEST:
        return
    others = [other for other in before.months(load, YEAR - 1, YEAR - 1) if other.rows]
    blank = [name for name in FILLED if not month.filled[name]]
    alone = [name for name in blank if _expected(name, month, others)]
    rest = [name for name in blank if name not in alone]
    if alone:
        held = listing([f"“{_LABELS[name]}” (in {_months_with(name, others):,})" for name in alone])
        near = plural(len(others), "other month")
        what = f"none of {month.rows:,} rows has what most of the {near} within a year have: {held}"
        yield Remark(ELSEWHERE, what, _KEPT, month.rows, _places(alone, "Ask the force whether it was left out"))
    if rest:
        what = (
            f"none of {month.rows:,} rows has a value of {listing([f'“{_LABELS[name]}”' for name in rest], len(rest))}"
        )
        places = _places(rest, "Nothing can be said by this column")
        yield Remark(THROUGHOUT, what, _KEPT, month.rows, places, usual=True)


def _expected(name: str, month: Month, others: Sequence[Month]) -> bool:
    held = sum(other.filled[name] for other in others)
    often = _months_with(name, others) > len(others) / 2
    return often and held / sum(other.rows for other in others) * month.rows >= FEWEST


def _months_with(name: str, others: Sequence[Month]) -> int:
    return sum(other.filled[name] > 0 for other in others)


def _places(names: Sequence[str], remedy: str) -> tuple[Problem, ...]:
    return tuple(Problem("this column is blank in every row", remedy, column=_LABELS[name]) for name in names)
