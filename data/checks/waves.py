"""Answers of a wave without a meaning, people asked outside its days, and weights of 0 or far above the others."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from data.checks.remark import MOST_PLACES, Remark
from data.readers.source import Problem
from data.tables import WAVES
from data.words import percent, plural

if TYPE_CHECKING:
    import pandas as pd

    from data.checks.background import Background
    from data.readers.source import Reading
    from data.store import Load

OUTSIDE = "Interviews outside the days of the wave"
MEANINGLESS = "Codes that the mapping gives no meaning"
WITHOUT = "Weights of 0"
HEAVY = "Very large weights"
TIMES = 5
"""A weight is very large above this many times the median weight."""


def codes(load: Load, reading: Reading, before: Background) -> Iterator[Remark]:
    """A remark on answers whose code the mapping gives no meaning."""
    if not reading.unread:
        return
    answers = sum(people for _, people in reading.unread)
    columns = {problem.column for problem, _ in reading.unread}
    have = "has" if answers == 1 else "have"
    what = f"{plural(answers, 'answer')} in {plural(len(columns), 'column')} {have} such a code"
    places = tuple(problem for problem, _ in reading.unread[:MOST_PLACES])
    yield Remark(MEANINGLESS, what, "Count as not answered", answers, places)


def dates(load: Load, reading: Reading, before: Background) -> Iterator[Remark]:
    """A remark on people interviewed before the first or after the last day of fieldwork, as the mapping says it."""
    frame, wave = reading.frame, reading.also[WAVES.name].iloc[0]
    outside = frame[(frame["date"] < wave["starts"]) | (frame["date"] > wave["ends"])]
    if not len(outside):
        return
    days = f"{wave['starts']} to {wave['ends']}"
    what = f"{_people(outside)} of {len(frame):,} {_was(outside)} interviewed outside {days}: "
    what += f"{outside['date'].min()} to {outside['date'].max()}"
    remedy = "Correct the day, or the days of the wave in the mapping"
    places = _places(outside, "date", f"this day is outside the wave, {days}", remedy)
    yield Remark(OUTSIDE, what, "Kept in this wave", len(outside), places)


def weights(load: Load, reading: Reading, before: Background) -> Iterator[Remark]:
    """A remark on weights of 0, and one on weights above `TIMES` times the median of those above 0.

    There is no agreed limit. Trimming at a multiple of the median is usual: the National Assessment of Educational
    Progress trims at 3.5 and 4.5 times the median (National Center for Education Statistics, technical documentation
    of 2003, Student Weight Trimming). Nothing is trimmed here.
    """
    frame = reading.frame
    none = frame[frame["weight"] == 0]
    if len(none):
        what = f"{_people(none)} of {len(frame):,} {'has' if len(none) == 1 else 'have'} the weight 0"
        remedy = "See whether they were left out on purpose"
        yield Remark(
            WITHOUT, what, "Kept; they count in no figure", len(none), _places(none, "weight", "this is 0", remedy)
        )
    counting = frame.loc[frame["weight"] > 0, "weight"]
    heavy = frame[frame["weight"] > TIMES * counting.median()].sort_values("weight", ascending=False)
    if len(heavy):
        share, most = heavy["weight"].sum() / counting.sum(), heavy["weight"].iloc[0] / counting.median()
        what = (
            f"{_people(heavy)} of {len(frame):,} with a weight above {TIMES} times the median, up to {most:.1f} times; "
            f"{'it is' if len(heavy) == 1 else 'these are'} {percent(share)} of all weight"
        )
        remedy = "Ask whoever made the weights whether they are to be trimmed"
        places = _places(heavy, "weight", f"this is above {TIMES} times the median weight", remedy)
        yield Remark(HEAVY, what, "Kept as given; they make every interval wider", len(heavy), places)


def _people(rows: pd.DataFrame) -> str:
    return plural(len(rows), "person", "people")


def _was(rows: pd.DataFrame) -> str:
    return "was" if len(rows) == 1 else "were"


def _places(rows: pd.DataFrame, column: str, what: str, remedy: str) -> tuple[Problem, ...]:
    pairs = zip(rows["row"][:MOST_PLACES], rows[column][:MOST_PLACES], strict=True)
    return tuple(Problem(what, remedy, int(row), column, str(value)) for row, value in pairs)
