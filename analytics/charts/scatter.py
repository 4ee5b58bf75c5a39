"""Changes of areas against other changes of theirs, or against what they have of something."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from analytics import wording
from analytics.charts.house import FOOT, LINE, PALETTES, Palette, annotation, figure_of, hover_text, number, tick_text
from analytics.finding import Mode
from analytics.records import records_of

if TYPE_CHECKING:
    import pandas as pd
    import plotly.graph_objects as go

Row = Mapping[Hashable, Any]

_HEIGHT = 300
_ROOM = 1.12  # Of the furthest dot, so that none lies on an edge.
_AXIS = "Change in searches per 1,000"


def change_scatter(rows: pd.DataFrame, mode: Mode) -> go.Figure:
    """The change of a share in each area against the change of its searches for every 1,000 people.

    Parameters
    ----------
    rows
        One row an area: name, search_change, change (of a share, as a fraction of 1), change_low and change_high.
    mode
        Ground of the page.

    Returns
    -------
    Figure
        A dot an area, with thin lines where nothing changed. No line is drawn through the dots.
    """
    drawn = _drawn(rows, "search_change")
    across = max([1.0, *(abs(float(row["search_change"])) * _ROOM for row in drawn)])
    sides = _round(across)
    return _figure(
        drawn,
        "search_change",
        mode,
        x={
            "range": [-across, across],
            "tickvals": [-sides, 0, sides],
            "ticktext": [tick_text(wording.signed(value, 1)) for value in (-sides, 0, sides)],
        },
        title=_AXIS,
        said=lambda value: f"searches {wording.signed(value)} per 1,000",
        still=({"x0": 0, "x1": 0, "y0": 0, "y1": 1, "yref": "paper"},),
    )


def level_scatter(rows: pd.DataFrame, mode: Mode, title: str, write: Callable[[float], str]) -> go.Figure:
    """The change of a share in each area against what it has of something.

    Parameters
    ----------
    rows
        One row an area: name, level, change (of a share, as a fraction of 1), change_low and change_high.
    mode
        Ground of the page.
    title
        What the level is, under the axis.
    write
        A level in words.

    Returns
    -------
    Figure
        A dot an area, with a thin line where nothing changed. No line is drawn through the dots.
    """
    drawn = _drawn(rows, "level")
    most = max([0.01, *(float(row["level"]) for row in drawn)])
    half = _round(most) / 2
    ticks = [half * place for place in range(int(most / half) + 1)][:: 2 if most / half > 3 else 1]
    room = most * (_ROOM - 1)
    return _figure(
        drawn,
        "level",
        mode,
        x={
            "range": [-room, most + room],
            "tickvals": ticks,
            "ticktext": [tick_text(write(tick)) for tick in ticks],
        },
        title=title,
        said=lambda value: f"{title}: {write(value)}",
        up_is="Change of confidence",
    )


def _drawn(rows: pd.DataFrame, across: str) -> list[Row]:
    return [row for row in records_of(rows) if number(row[across]) is not None and number(row["change"]) is not None]


def _figure(
    drawn: Sequence[Row],
    across: str,
    mode: Mode,
    *,
    x: Mapping[str, Any],
    title: str,
    said: Callable[[float], str],
    still: Sequence[Mapping[str, Any]] = (),
    up_is: str = "",
) -> go.Figure:
    """Dots with their changes upward, around a line where nothing changed, and further lines across."""
    palette = PALETTES[mode]
    up = max([0.05, *(abs(float(row["change"])) * _ROOM for row in drawn)])
    steps = [step for step in (0.05, 0.1, 0.2, 0.5) if up / step <= 3.2]
    step = steps[0] if steps else 0.5
    ticks = [round(step * place, 2) for place in range(-int(up / step), int(up / step) + 1)]
    line = {"type": "line", "layer": "below", "line": {"color": palette.soft, "width": 1.5}}
    dots = {
        "x": [float(row[across]) for row in drawn],
        "y": [float(row["change"]) for row in drawn],
        "mode": "markers",
        "marker": {"color": palette.blue, "size": 8, "opacity": 0.8, "line": {"color": palette.ground, "width": 1}},
        "hovertext": [
            hover_text(
                row["name"],
                said(float(row[across])),
                f"confidence {wording.points(float(row['change']))}"
                f" ({wording.points_between(float(row['change_low']), float(row['change_high']))})",
            )
            for row in drawn
        ],
        "hoverinfo": "text",
        "cliponaxis": False,
    }
    return figure_of(
        mode,
        _HEIGHT,
        [dots],
        x={**x, "title": {"text": title, "standoff": 6, "font": {"size": 13, "color": palette.muted}}},
        y={
            "range": [-up, up],
            "tickvals": ticks,
            "ticktext": [wording.signed(tick * 100, 0) for tick in ticks[:-1]]
            + [f"{wording.signed(ticks[-1] * 100, 0)} points"],
            "ticklabelstandoff": 4,
        },
        shapes=[
            *({**line, **shape} for shape in still),
            {**line, "y0": 0, "y1": 0, "x0": 0, "x1": 1, "xref": "paper"},
        ],
        annotations=[_over(up_is, palette)] if up_is else [],
        margin={"b": FOOT + LINE + 6, "r": 22, "t": 12 + LINE if up_is else 8},
    )


def _over(text: str, palette: Palette) -> dict[str, Any]:
    """What the height of a dot is, over the drawing."""
    place = {"xref": "paper", "yref": "paper", "yanchor": "bottom", "yshift": 4}
    return annotation(text, 0, 1, **place, font={"size": 13, "color": palette.muted})


def _round(highest: float) -> float:
    """A round number not above the highest value and at least four tenths of it."""
    steps = [digit * 10.0**power for power in range(-2, 5) for digit in (1, 2, 5)]
    return max(step for step in steps if step <= highest)
