"""Two changes of areas against each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analytics import wording
from analytics.charts.house import FOOT, LINE, PALETTES, figure_of, hover_text, number, tick_text
from analytics.finding import Mode
from analytics.records import records_of

if TYPE_CHECKING:
    import pandas as pd
    import plotly.graph_objects as go

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
    palette = PALETTES[mode]
    drawn = [
        row
        for row in records_of(rows)
        if number(row["search_change"]) is not None and number(row["change"]) is not None
    ]
    x, y = ([float(row[name]) for row in drawn] for name in ("search_change", "change"))
    across, up = (max([least, *(abs(value) * _ROOM for value in values)]) for least, values in ((1.0, x), (0.05, y)))
    steps = [step for step in (0.05, 0.1, 0.2, 0.5) if up / step <= 3.2]
    step = steps[0] if steps else 0.5
    ticks = [round(step * place, 2) for place in range(-int(up / step), int(up / step) + 1)]
    sides = _round(across)
    still = {"type": "line", "layer": "below", "line": {"color": palette.soft, "width": 1.5}}
    dots = {
        "x": x,
        "y": y,
        "mode": "markers",
        "marker": {"color": palette.blue, "size": 8, "opacity": 0.8, "line": {"color": palette.ground, "width": 1}},
        "hovertext": [
            hover_text(
                row["name"],
                f"searches {wording.signed(float(row['search_change']))} per 1,000",
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
        x={
            "range": [-across, across],
            "tickvals": [-sides, 0, sides],
            "ticktext": [tick_text(wording.signed(value, 1)) for value in (-sides, 0, sides)],
            "title": {"text": _AXIS, "standoff": 6, "font": {"size": 13, "color": palette.muted}},
        },
        y={
            "range": [-up, up],
            "tickvals": ticks,
            "ticktext": [wording.signed(tick * 100, 0) for tick in ticks[:-1]]
            + [f"{wording.signed(ticks[-1] * 100, 0)} points"],
            "ticklabelstandoff": 4,
        },
        shapes=[
            {**still, "x0": 0, "x1": 0, "y0": 0, "y1": 1, "yref": "paper"},
            {**still, "y0": 0, "y1": 0, "x0": 0, "x1": 1, "xref": "paper"},
        ],
        margin={"b": FOOT + LINE + 6, "r": 22, "t": 8},
    )


def _round(highest: float) -> float:
    """A round number not above the highest value and at least four tenths of it."""
    steps = [digit * 10.0**power for power in range(-2, 5) for digit in (1, 2, 5)]
    return max(step for step in steps if step <= highest)
