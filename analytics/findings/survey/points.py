"""The points of a series: waves, or waves pooled over a year, and where the series breaks between them."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Literal, NamedTuple

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


class Pooling(NamedTuple):
    """How waves make points.

    Attributes
    ----------
    kind
        ``waves``: a point each. ``years``: the waves that end within so many months, back from the last one; every wave
        in one point. ``rolling``: at each wave those that end within twelve months up to it, so that points share
        waves. ``financial``: the waves that end from April to March.
    span
        Months that ``years`` have.
    """

    kind: Literal["waves", "years", "rolling", "financial"]
    span: int = YEAR


WAVES, YEARS = Pooling("waves"), Pooling("years")
CHOSEN = {"waves": WAVES, "rolling": Pooling("rolling"), "financial": Pooling("financial")}
"""What a reader can choose."""


@dataclass(frozen=True)
class Point:
    """One point of a series: a wave, or the waves of a year.

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
    starts, ends
        Its first and last day, ``YYYY-MM-DD``.
    waves
        Its waves, in order.
    broken
        What changed since the point before, in words, so that the two can't be compared; empty where nothing did.
    """

    name: str
    label: str
    span: str
    month: str
    starts: str
    ends: str
    waves: tuple[str, ...]
    broken: str

    @property
    def length(self) -> int:
        """Months from its first to its last."""
        return wording.months_between(self.starts[:7], self.ends[:7])

    @property
    def said(self) -> str:
        """When it asked, after a preposition."""
        return f"the {self.label}" if self.label.startswith("year to") else self.label


def points_of(waves: Sequence[Wave], pooling: Pooling) -> list[Point]:
    """The points that waves make.

    Parameters
    ----------
    waves
        In order of time: wave, label, starts, ends, month, and what `BREAKS` names.
    pooling
        How.
    """
    if pooling.kind == "waves":
        return wave_points(waves)
    if pooling.kind == "years":
        return pooled_points(waves, pooling.span)
    return rolling_points(waves) if pooling.kind == "rolling" else financial_points(waves)


def pool_of(waves: Sequence[Wave], first: str, last: str) -> list[Point]:
    """One point of the waves that ended in some months, ``YYYY-MM``; none where there is no such wave.

    A series that breaks between them makes a point of each part, the first one last.
    """
    changes = _changes(waves)
    blocks: list[list[int]] = []
    for place, wave in enumerate(waves):
        if first <= str(wave["month"]) <= last:
            if not blocks or changes[place]:
                blocks.append([])
            blocks[-1].append(place)
    return _points(waves, blocks)


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


def rolling_points(waves: Sequence[Wave], span: int = YEAR) -> list[Point]:
    """At each wave a point of those that end within so many months up to it; none reaches across a break.

    There is no point at a wave whose waves of that time do not reach back as far, at the begin of a series, after a
    break of it or after a gap.
    """
    months, changes = [str(wave["month"]) for wave in waves], _changes(waves)
    began, blocks = 0, []
    for place in range(len(waves)):
        began = place if changes[place] else began
        pooled = [n for n in range(began, place + 1) if wording.months_between(months[n], months[place]) <= span]
        if wording.months_between(str(waves[pooled[0]]["starts"])[:7], months[place]) >= span:
            blocks.append(pooled)
    return _points(waves, blocks)


def financial_points(waves: Sequence[Wave]) -> list[Point]:
    """A point for the waves that end in each financial year, April to March; one that breaks within makes two."""
    changes = _changes(waves)
    years = [wording.earlier(str(wave["month"]), 3)[:4] for wave in waves]
    blocks: list[list[int]] = []
    for place, year in enumerate(years):
        if not blocks or changes[place] or year != years[place - 1]:
            blocks.append([])
        blocks[-1].append(place)
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
                starts=str(first["starts"]),
                ends=str(last["ends"]),
                waves=tuple(str(waves[place]["wave"]) for place in block),
                broken=next(filter(None, changes[blocks[number - 1][-1] + 1 : block[-1] + 1]), "") if number else "",
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
