"""Questions whose answers are spread as in the wave before, turned round: a scale whose codes ran the other way."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from data.checks.remark import MOST_PLACES, Remark
from data.readers.source import Problem
from data.tables import WAVES
from data.vocabularies.survey import DONT_KNOW, Measure, measures
from data.words import percent, plural

if TYPE_CHECKING:
    import pandas as pd

    from data.checks.background import Background
    from data.readers.source import Reading
    from data.store import Load

TURNED = "Scales that look turned round"
FAR, NEAR = 0.3, 0.15
"""Share of people who would have to answer otherwise: at least so many as they are, at most so many turned round."""
FEWEST = 50
"""Answers of each wave below which nothing is said."""


def turned(load: Load, reading: Reading, before: Background) -> Iterator[Remark]:
    """A remark on questions whose answers lie as those of the wave before would, with every code at the other end.

    The measure is the total variation distance of the two spreads, half the sum of the differences of their shares. The
    limits are a choice: between two waves opinion seldom moves by 30 points, and never onto its mirror image.
    """
    wave = reading.also[WAVES.name].iloc[0]
    earlier = before.wave_before(str(wave["survey"]), str(wave["force"]), str(wave["starts"]))
    if earlier is None:
        return
    places, answers = [], 0
    for name, measure in measures().items():
        if name not in reading.columns or name not in earlier:
            continue
        now, then = _spread(reading.frame[name], measure), _spread(earlier[name], measure)
        if now and then and _apart(now, then) >= FAR and _apart(now, then[::-1]) <= NEAR:
            places.append(_place(measure, reading.columns[name], now, then))
            answers += int(reading.frame[name].notna().sum())
    if places:
        lie = "lie" if len(places) > 1 else "lies"
        what = f"{plural(len(places), 'question')} {lie} as in the wave before with every code at the other end"
        yield Remark(TURNED, what, "Kept as the mapping says", answers, tuple(places[:MOST_PLACES]))


def _spread(words: pd.Series, measure: Measure) -> list[float]:
    """The share of each answer of a scale, in order, among those that are answers; empty where there are few."""
    counts = words.value_counts()
    found = [int(counts.get(answer, 0)) for answer, class_ in measure.classes.items() if class_ != DONT_KNOW]
    total = sum(found)
    return [count / total for count in found] if total >= FEWEST else []


def _apart(one: list[float], other: list[float]) -> float:
    return sum(abs(a - b) for a, b in zip(one, other, strict=True)) / 2


def _place(measure: Measure, column: str, now: list[float], then: list[float]) -> Problem:
    first = next(iter(measure.answers))
    what = f"{percent(now[0])} say “{first}”, and {percent(then[0])} did in the wave before"
    return Problem(what, "Check in the questionnaire which code is which, and turn the scale round", column=column)
