"""Shares of the day: one bar an hour, with its interval."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import TYPE_CHECKING, Any

from analytics import wording
from analytics.charts.house import PALETTES, figure_of, hover_text, number
from analytics.finding import Mode
from analytics.records import records_of

if TYPE_CHECKING:
    import pandas as pd
    import plotly.graph_objects as go

_HEIGHT = 250
_EVERY = 6


def hour_bars(rows: pd.DataFrame, mode: Mode) -> go.Figure:
    """Shares of the hours of a day.

    Parameters
    ----------
    rows
        One row an hour: hour (0 to 23), share, low, high and searches. Hours without a share have no bar.
    mode
        Ground of the page.
    """
    palette, records = PALETTES[mode], records_of(rows)
    shown = [row for row in records if number(row["share"]) is not None]
    highest = max(float(row["high"]) for row in shown)
    ticks = [round(highest * part, 2) for part in (0, 0.5, 1)]
    bars = {
        "type": "bar",
        "x": [int(row["hour"]) + 0.5 for row in shown],
        "y": [float(row["share"]) for row in shown],
        "marker": {"color": palette.soft},
        "error_y": {
            "type": "data",
            "symmetric": False,
            "array": [float(row["high"] - row["share"]) for row in shown],
            "arrayminus": [float(row["share"] - row["low"]) for row in shown],
            "color": palette.text,
            "thickness": 1,
            "width": 0,
        },
        "hovertext": [_hover(row) for row in shown],
        "hoverinfo": "text",
    }
    hours = list(range(0, 25, _EVERY))
    return figure_of(
        mode,
        _HEIGHT,
        [bars],
        {"range": [0, 24], "tickvals": hours, "ticktext": [f"{hour:02d}:00" for hour in hours]},
        {
            "range": [0, max(highest, ticks[-1]) * 1.08],
            "tickvals": ticks,
            "ticktext": [wording.percent(tick) for tick in ticks],
        },
        bargap=0.15,
        showlegend=False,
    )


def _hover(row: Mapping[Hashable, Any]) -> str:
    hour = int(row["hour"])
    return hover_text(
        f"{hour:02d}:00 to {(hour + 1) % 24:02d}:00",
        wording.tenths(row["share"]),
        wording.tenths_between(row["low"], row["high"]),
        wording.plural(int(row["searches"]), "search", "searches"),
    )
