"""Gaps with their intervals around no gap."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analytics import wording
from analytics.charts.house import (
    FOOT,
    HANG,
    LINE,
    PALETTES,
    Dot,
    annotation,
    beside,
    dot_traces,
    figure_of,
    flag_note,
    hover_text,
    number,
    row_axis,
)
from analytics.finding import Mode
from analytics.records import records_of

if TYPE_CHECKING:
    import pandas as pd
    import plotly.graph_objects as go

_ROW = 2 * LINE + 10
_STEPS = (0.01, 0.02, 0.03, 0.05, 0.1, 0.2, 0.3, 0.5)
_WIDER = 26  # Pixels that a sign and a decimal take on both ends of an interval.


def gap_dots(rows: pd.DataFrame, mode: Mode, same: str, in_points: bool = True) -> go.Figure:
    """Differences of shares in labelled rows, in points, with a line where there is none; each is written beside it.

    Parameters
    ----------
    rows
        One row each: label; gap, low, high (fractions of 1). Where the gap is null the column flag says why.
    mode
        Ground of the page.
    same
        What the line at 0 is called.
    in_points
        Whether they are differences of shares; else they are coefficients, written as they are.
    """
    times, digits = (100, 1) if in_points else (1, 2)

    def between(low: float, high: float) -> str:
        return f"{wording.signed(times * low, digits)} to {wording.signed(times * high, digits)}"

    palette, records = PALETTES[mode], records_of(rows)
    drawn = [(place, row) for place, row in enumerate(records) if number(row["gap"]) is not None]
    ends = [abs(float(row[name])) for _, row in drawn for name in ("low", "high")]
    reach = max([0.02, *ends]) * 1.05
    step = next((step for step in _STEPS if reach / step < 2), _STEPS[-1])
    ticks = [-step, 0.0, step]
    dots = [
        Dot(
            place,
            float(row["gap"]),
            float(row["low"]),
            float(row["high"]),
            "circle",
            hover_text(
                row["label"],
                wording.points(row["gap"], 1) if in_points else wording.signed(row["gap"], digits),
                between(row["low"], row["high"]),
            ),
        )
        for place, row in drawn
    ]
    notes = [annotation(same, 0, 1, yref="paper", yanchor="top", xshift=7, font={"color": palette.muted})]
    notes += [
        annotation(
            beside(wording.signed(times * float(row["gap"]), digits), between(row["low"], row["high"])),
            1,
            place,
            xref="paper",
            xshift=8,
        )
        for place, row in drawn
    ]
    notes += [
        flag_note(row, place, palette, x=0, xref="paper")
        for place, row in enumerate(records)
        if number(row["gap"]) is None
    ]
    zero = {"type": "line", "x0": 0, "x1": 0, "y0": 0, "y1": 1, "yref": "paper", "layer": "below"}
    texts = [wording.signed(times * tick, 0 if in_points else 2) for tick in ticks]
    return figure_of(
        mode,
        FOOT + LINE + 8 + _ROW * max(len(records), 1),
        dot_traces(dots, palette),
        x={
            "range": [-reach, reach],
            "tickvals": ticks,
            "ticktext": texts,
        },
        y=row_axis(records, palette, head=0.5),
        shapes=[{**zero, "line": {"color": palette.text, "width": 1.5}}],
        annotations=notes,
        margin={"r": HANG + _WIDER},
    )
