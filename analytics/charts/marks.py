"""Marks on a course over time: a thin line at a day, and above the drawing a label that a list explains."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Sequence
from typing import Any, NamedTuple

from analytics import wording
from analytics.charts.house import FONT, Palette, annotation, escaped

FLAGS = 34
"""Room above a drawing for the labels of marks, in pixels."""

_MOST_LABELS = 3
_PLATE, _LETTER = 0.045, 0.016  # Frame of a label, and half a letter, as shares of the width on a phone.


class Mark(NamedTuple):
    """Something to be marked between or on the points of a trend.

    Attributes
    ----------
    place
        Where it stands on the axis: in years, see `moment`; what breaks a series where `borders` has it; in months, see
        `month_place`.
    label
        A number or a few letters.
    words
        What it is, in a sentence.
    breaks
        Whether it is what breaks the series there: the label stands on the dashed line, in the place of words.
    """

    place: float
    label: str
    words: str
    breaks: bool = False


def month_place(day: str, first: str) -> float:
    """Where a day stands on an axis of months, on which a month's figure stands in its middle.

    Parameters
    ----------
    day
        ``YYYY-MM-DD``.
    first
        The month at 0, ``YYYY-MM``.

    Returns
    -------
    float
        The beginning of the day, in months: the first of a month lies half a month before its figure.

    Examples
    --------
    >>> month_place("2019-04-16", "2019-03")
    1.0
    """
    year, month = int(day[:4]), int(day[5:7])
    since = wording.months_between(first, day[:7]) - 1
    return since - 0.5 + (int(day[8:10]) - 1) / monthrange(year, month)[1]


def thin_line(x: float, palette: Palette) -> dict[str, Any]:
    """The line of a mark, behind everything that is drawn."""
    line = {"color": palette.soft, "width": 1}
    return {"type": "line", "x0": x, "x1": x, "y0": 0, "y1": 1, "yref": "paper", "layer": "below", "line": line}


def flag(marks: Sequence[Mark], palette: Palette) -> dict[str, Any]:
    """The labels of marks that stand close together, on one plate above the drawing."""
    ink = {"family": FONT, "size": 13, "color": palette.text}
    return annotation(
        escaped(_labels(marks), 24, 1),
        sum(mark.place for mark in marks) / len(marks),
        1,
        yref="paper",
        xanchor="center",
        yanchor="bottom",
        font={"size": 12, "color": palette.text},
        bgcolor=palette.panel,
        bordercolor=palette.soft,
        borderwidth=1,
        borderpad=3,
        hovertext="<br>".join(escaped(mark.words, 60, 6) for mark in marks),
        hoverlabel={"bgcolor": palette.panel, "bordercolor": palette.border, "font": ink},
    )


def _labels(marks: Sequence[Mark]) -> str:
    shown = ", ".join(mark.label for mark in marks[:_MOST_LABELS])
    more = len(marks) - _MOST_LABELS
    return f"{shown} +{more}" if more > 0 else shown


def together(marks: Sequence[Mark], span: float) -> list[list[Mark]]:
    """Marks in groups: those whose labels would cover each other on a narrow screen share a plate."""
    groups: list[list[Mark]] = []
    for mark in sorted(marks, key=lambda mark: mark.place):
        width = len(_labels(groups[-1])) + len(mark.label) if groups else 0
        if groups and mark.place - groups[-1][-1].place < span * (_PLATE + _LETTER * width):
            groups[-1].append(mark)
        else:
            groups.append([mark])
    return groups
