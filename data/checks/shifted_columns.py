"""Values that stand in the wrong column: unknown to the list of their own column and known to that of another."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING

from data.checks.background import BLANK, tally
from data.checks.remark import MOST_PLACES, Remark
from data.readers.source import Problem
from data.readers.stop_and_search import COLUMNS, LISTED
from data.vocabularies import vocabulary
from data.words import listing, plural, quoted

if TYPE_CHECKING:
    import pandas as pd

    from data.checks.background import Background
    from data.readers.source import Reading
    from data.store import Load

RULE = "Values of another column"
FEWEST = 5
"""Fewer rows are a slip of the hand, which the note on values that are in no list names already."""


def shifted(load: Load, reading: Reading, before: Background) -> Iterator[Remark]:
    """A remark for each pair of columns of which at least `FEWEST` values of the one stand in the other.

    A value that several lists know belongs to the nearest column of the file.
    """
    counted = before.month(load, reading).counts
    for column, name in ((column, COLUMNS[column]) for column in LISTED):
        counts = counted[name] if name in counted else tally(reading.frame[name])
        homes = {value: home for value in counts if value != BLANK and (home := _home(value, column))}
        for home in dict.fromkeys(homes.values()):
            wrong = {value: counts[value] for value in homes if homes[value] == home}
            if sum(wrong.values()) >= FEWEST:
                yield _remark(reading.frame, wrong, column, home)


@lru_cache(maxsize=4096)
def _home(value: str, column: str) -> str | None:
    """The column whose list knows the value; None where its own does, or none."""
    if vocabulary(*LISTED[column]).lookup(value) is not None:
        return None
    place = {name: number for number, name in enumerate(COLUMNS)}
    others = sorted(LISTED, key=lambda other: abs(place[other] - place[column]))
    return next((other for other in others if vocabulary(*LISTED[other]).lookup(value) is not None), None)


def _remark(frame: pd.DataFrame, wrong: Mapping[str, int], column: str, home: str) -> Remark:
    rows = frame[frame[COLUMNS[column]].isin(list(wrong))]
    named = listing([f"{quoted(value)} ({plural(n, 'row')})" for value, n in wrong.items()], 3)
    what = (
        f"{plural(len(rows), 'row')}, the first of them row {int(rows['row'].iloc[0]):,}, have a value of “{home}” "
        f"under “{column}”: {named}"
    )
    remedy = "Move it there and load the file again"
    pairs = zip(rows["row"][:MOST_PLACES], rows[COLUMNS[column]][:MOST_PLACES], strict=True)
    places = tuple(
        Problem(f"this is a value of the column “{home}”", remedy, int(row), column, str(value)) for row, value in pairs
    )
    return Remark(RULE, what, "Kept as written; they count as values that no list knows", len(rows), places)
