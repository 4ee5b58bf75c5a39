"""Answers of a wave without a meaning, days outside it or to come, and weights to look at."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING

from data.checks.remark import MOST_PLACES, Remark
from data.readers.source import Problem
from data.tables import WAVES
from data.vocabularies.survey import measures
from data.words import percent, plural

if TYPE_CHECKING:
    import pandas as pd

    from data.checks.background import Background
    from data.readers.source import Reading
    from data.store import Load

OUTSIDE = "Interviews outside the days of the wave"
MEANINGLESS = "Codes that the mapping gives no meaning"
FUTURE = "Days in the future"
UNANSWERED = "Questions that nobody answered"
ALIKE = "Weights that are all the same"
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


def unanswered(load: Load, reading: Reading, before: Background) -> Iterator[Remark]:
    """A remark on mapped questions without a single answer."""
    frame = reading.frame
    none = [name for name in measures() if name in reading.columns and not frame[name].notna().any()]
    if not none:
        return
    have = "has" if len(none) == 1 else "have"
    what = f"{plural(len(none), 'mapped question')} {have} no answer in any of {plural(len(frame), 'row')}"
    remedy = "Map the column that holds its answers, or leave the question out of the mapping"
    places = tuple(
        Problem(f"nobody answered “{measures()[name].label}”", remedy, column=reading.columns[name]) for name in none
    )
    yield Remark(UNANSWERED, what, "Kept; it gives no figure for this wave", len(frame), places[:MOST_PLACES])


def future(load: Load, reading: Reading, before: Background) -> Iterator[Remark]:
    """A remark on a wave that begins after today, and on people interviewed after today."""
    frame, wave, today = reading.frame, reading.also[WAVES.name].iloc[0], date.today().isoformat()
    if wave["starts"] > today:
        what = f"The wave begins on {wave['starts']}, and today is {today}"
        remedy = "Correct starts and ends, the first and the last day of fieldwork"
        place = Problem("this day has not come yet", remedy, column="starts", value=str(wave["starts"]))
        yield Remark(FUTURE, what, "Kept; figures show it as the latest wave", len(frame), (place,))
    late = frame[frame["date"] > today]
    if len(late):
        what = f"{_people(late)} of {len(frame):,} {_was(late)} interviewed after today, {today}"
        places = _places(reading, late, "date", "this day has not come yet", "Correct the day")
        yield Remark(FUTURE, what, "Kept in this wave", len(late), places)


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
    places = _places(reading, outside, "date", f"this day is outside the wave, {days}", remedy)
    yield Remark(OUTSIDE, what, "Kept in this wave", len(outside), places)


def weights(load: Load, reading: Reading, before: Background) -> Iterator[Remark]:
    """A remark on weights of 0, and one on weights above `TIMES` times the median of those above 0.

    There is no agreed limit. Trimming at a multiple of the median is usual: the National Assessment of Educational
    Progress trims at 3.5 and 4.5 times the median (National Center for Education Statistics, technical documentation
    of 2003, Student Weight Trimming). Nothing is trimmed here.
    """
    import pandas as pd

    frame = reading.frame
    if "weight" in reading.columns and len(frame) > 1 and frame["weight"].nunique() == 1:
        what = f"All {len(frame):,} weights of the column “{reading.columns['weight']}” are {frame['weight'].iloc[0]:g}"
        remedy = "See whether this is the column of the weights"
        places = _places(reading, frame.head(1), "weight", "every weight is the same", remedy)
        yield Remark(ALIKE, what, "Kept; every respondent counts alike, as without weights", len(frame), places)
    none = frame[frame["weight"] == 0]
    if len(none):
        what = f"{_people(none)} of {len(frame):,} {'has' if len(none) == 1 else 'have'} the weight 0"
        remedy = "See whether they were left out on purpose"
        places = _places(reading, none, "weight", "this is 0", remedy)
        yield Remark(WITHOUT, what, "Kept; they count in no figure", len(none), places)
    counting = frame.loc[frame["weight"] > 0, "weight"]
    heavy = frame[frame["weight"] > TIMES * counting.median()].sort_values("weight", ascending=False)
    if len(heavy):
        share, most = heavy["weight"].sum() / counting.sum(), heavy["weight"].iloc[0] / counting.median()
        what = (
            f"{_people(heavy)} of {len(frame):,} with a weight above {TIMES} times the median, up to {most:.1f} times; "
            f"{'it is' if len(heavy) == 1 else 'these are'} {percent(share)} of all weight"
        )
        made = pd.notna(reading.also[WAVES.name].iloc[0]["raked_to"])
        remedy = (
            "Merge categories with few people in the margins, or trim closer"
            if made
            else "Ask whoever made the weights whether they are to be trimmed"
        )
        places = _places(reading, heavy, "weight", f"this is above {TIMES} times the median weight", remedy)
        kept = f"Kept as {'raked' if made else 'given'}; they make every interval wider"
        yield Remark(HEAVY, what, kept, len(heavy), places)


def _people(rows: pd.DataFrame) -> str:
    return plural(len(rows), "person", "people")


def _was(rows: pd.DataFrame) -> str:
    return "was" if len(rows) == 1 else "were"


def _places(reading: Reading, rows: pd.DataFrame, name: str, what: str, remedy: str) -> tuple[Problem, ...]:
    pairs = zip(rows["row"][:MOST_PLACES], rows[name][:MOST_PLACES], strict=True)
    column = reading.columns.get(name, name)
    return tuple(
        Problem(what, remedy, int(row), column, f"{value:g}" if name == "weight" else str(value))
        for row, value in pairs
    )
