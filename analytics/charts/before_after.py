"""One share as it is and as it would be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analytics import wording
from analytics.charts.house import (
    FOOT,
    HANG,
    PALETTES,
    Dot,
    annotation,
    beside,
    dot_traces,
    figure_of,
    hover_text,
    number,
    row_axis,
)
from analytics.charts.shares import share_axis, shared_ceiling
from analytics.finding import Mode
from analytics.records import records_of

if TYPE_CHECKING:
    import pandas as pd
    import plotly.graph_objects as go

_ROW = 36


def share_before_after(rows: pd.DataFrame, mode: Mode) -> go.Figure:
    """Shares on their intervals, on one scale from 0: hollow as it is, filled as it would be.

    Parameters
    ----------
    rows
        One row each, every figure given: label, kind (``before`` or ``estimate``), estimate, low and high.
    mode
        Ground of the page.
    """
    palette = PALETTES[mode]
    dots, notes = [], []
    for place, row in enumerate(records_of(rows)):
        estimate, low, high = (number(row[name]) or 0.0 for name in ("estimate", "low", "high"))
        value, interval = wording.percent(estimate), wording.percent_between(low, high)
        symbol = "circle-hollow" if row["kind"] == "before" else "circle"
        dots.append(Dot(place, estimate, low, high, symbol, hover_text(row["label"], value, interval)))
        notes.append(annotation(beside(value, interval), high, place, xshift=11, bgcolor=palette.ground))
    return figure_of(
        mode,
        FOOT + 10 + _ROW * max(len(dots), 1),
        dot_traces(dots, palette),
        x=share_axis(shared_ceiling([rows])),
        y=row_axis(records_of(rows), palette),
        annotations=notes,
        margin={"r": HANG},
    )
