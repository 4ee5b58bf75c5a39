"""The points of a series: waves, or the waves of a year, and where the series breaks between them."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from analytics import wording

Wave = Mapping[Hashable, Any]

BREAKS = {
    "wording": "new wording",
    "asked_of": "asked of others",
    "questionnaire": "new questionnaire",
    "mode": "asked in another way",
    "noted": "",
}
"""What breaks a series when it changes from one wave to the next, and what that is called; of a note, its words."""

YEAR = 12
_WORDING = "wording"


@dataclass(frozen=True)
class Point:
    """One point of a series: a wave, or in an area the waves of a year.

    Attributes
    ----------
    name
        Its last wave.
    label
        When it asked, in words.
    span
        From the first month to the last, in words.
    month
        The month in which it ended, ``YYYY-MM``.
    waves
        Its waves, in order.
    broken
        What changed since the point before, in words, so that the two can't be compared; empty where nothing did.
    """

    name: str
    label: str
    span: str
    month: str
    waves: tuple[str, ...]
    broken: str


def wave_points(waves: Sequence[Wave]) -> list[Point]:
    """A point for each wave.

    Parameters
    ----------
    waves
        In order of time: wave, label, starts, ends, month, and what `BREAKS` names.
    """
    return _points(waves, [[place] for place in range(len(waves))])


def pooled_points(waves: Sequence[Wave], span: int = YEAR) -> list[Point]:
    """A point for the waves that end within so many months, back from the last one; none reaches across a break."""
    months, changes = [str(wave["month"]) for wave in waves], _changes(waves)
    blocks: list[list[int]] = []
    for place in reversed(range(len(waves))):
        new = not blocks or changes[place + 1] or wording.months_between(months[place], months[blocks[0][-1]]) > span
        if new:
            blocks.insert(0, [])
        blocks[0].insert(0, place)
    return _points(waves, blocks)


def _points(waves: Sequence[Wave], blocks: list[list[int]]) -> list[Point]:
    changes = _changes(waves)
    points = []
    for number, block in enumerate(blocks):
        first, last = waves[block[0]], waves[block[-1]]
        span = wording.months(str(first["starts"])[:7], str(last["ends"])[:7])
        points.append(
            Point(
                name=str(last["wave"]),
                label=str(last["label"]) if len(block) == 1 else span,
                span=span,
                month=str(last["month"]),
                waves=tuple(str(waves[place]["wave"]) for place in block),
                broken=next(filter(None, (changes[place] for place in block)), "") if number else "",
            )
        )
    return points


def _changes(waves: Sequence[Wave]) -> list[str]:
    """What changed from the wave before to each wave, in words; empty for the first one, and one more at the end."""
    changed = [
        next((words or _said(b[name]) for name, words in _breaking(b) if _said(b[name]) != _said(a[name])), "")
        for a, b in pairwise(waves)
    ]
    return ["", *changed, ""]


def _breaking(wave: Wave) -> list[tuple[str, str]]:
    """What would break the series before a wave: not its wording, where whoever mapped it can compare the answers."""
    return [(name, words) for name, words in BREAKS.items() if name != _WORDING or not comparable(wave)]


def comparable(wave: Wave) -> bool:
    """Whether the answers of a wave can be compared with those to the wording before, as its mapping says."""
    said = wave.get("comparable")
    return not wording.missing(said) and bool(said)


def _said(value: object) -> str:
    return "" if wording.missing(value) else str(value)
