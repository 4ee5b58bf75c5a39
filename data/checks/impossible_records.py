"""Records of engagement that can't all be so: more of a part than of the whole, and answers before the question."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from data.checks.remark import MOST_PLACES, Remark
from data.readers.source import Problem
from data.words import plural

if TYPE_CHECKING:
    import pandas as pd

    from data.checks.background import Background
    from data.readers.source import Reading
    from data.store import Load

MORE = "More of a part than of the whole"
BEFORE = "Answered before it was raised"
_WHOLES = {"useful": "rated", "rated": "participants", "first_time": "participants"}
"""What no column of an event can be more than."""


def parts_of_events(load: Load, reading: Reading, before: Background) -> Iterator[Remark]:
    """A remark on events with more ratings, useful ones or first-time people than there can be."""
    frame = reading.frame
    places = [
        place
        for part, whole in _WHOLES.items()
        for place in _places(frame[frame[part] > frame[whole]], "event", part, f"more than its {whole}")
    ]
    if places:
        yield _remark(MORE, places, "event", "Kept; left out of the share that it would be part of")


def parts_of_groups(load: Load, reading: Reading, before: Background) -> Iterator[Remark]:
    """A remark on groups of participants that are larger than their event, where its log says how many came."""
    came = reading.frame["event"].map(before.events(load.slot.subject))
    frame = reading.frame[reading.frame["participants"] > came]
    places = _places(frame, "event", "participants", "more than the event had")
    if places:
        yield _remark(MORE, places, "row", "Kept and counted; the share of the group is too large")


def told_too_soon(load: Load, reading: Reading, before: Background) -> Iterator[Remark]:
    """A remark on items of feedback that people were told of before they raised them."""
    frame = reading.frame
    places = _places(frame[frame["told_on"] < frame["raised_on"]], "item", "told_on", "before the day it was raised")
    if places:
        yield _remark(BEFORE, places, "item", "Kept; left out of the days until people are told")


def _places(rows: pd.DataFrame, key: str, column: str, what: str) -> list[Problem]:
    remedy = "Correct one of the two"
    return [
        Problem(f"this is {what}, {key} “{number}”", remedy, None, column, str(value))
        for number, value in zip(rows[key], rows[column], strict=True)
    ]


def _remark(rule: str, places: list[Problem], noun: str, kept: str) -> Remark:
    what = f"{plural(len(places), noun)} can't be so"
    return Remark(rule, what, kept, len(places), tuple(places[:MOST_PLACES]))
