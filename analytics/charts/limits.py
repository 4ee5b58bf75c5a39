"""Shares in labelled rows, each with its interval over the band in which chance alone would have it."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from analytics import wording
from analytics.charts.house import (
    BAR,
    FOOT,
    HANG,
    LINE,
    PALETTES,
    Palette,
    annotation,
    escaped,
    faded,
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

Row = Mapping[Hashable, Any]

_ROOM = 10  # Between the text of two rows.
_HALF = 0.36  # Of a row, from its middle to the edge of its band.
_SYMBOLS = {"clearly above": "triangle-up", "clearly below": "triangle-down"}


def limit_rows(rows: pd.DataFrame, mode: Mode) -> go.Figure:
    """Shares with their intervals over their limits, in the order of the rows.

    Parameters
    ----------
    rows
        One row each: label, estimate, low and high, limit_low_95 and limit_high_95 (fractions of 1), searches, verdict
        (``clearly above``, ``clearly below`` or anything else) and, where the estimate is null, flag.
    mode
        Ground of the page.

    Returns
    -------
    Figure
        What lies outside is an orange triangle that points to its side, with a word beside it; the rest blue circles.
    """
    palette, records = PALETTES[mode], records_of(rows)
    lines = 3 if any(row["verdict"] in _SYMBOLS for row in records) else 2
    drawn = [(place, row) for place, row in enumerate(records) if number(row["estimate"]) is not None]
    highest = max((float(row[name]) for _, row in drawn for name in ("high", "limit_high_95")), default=0.2)
    step = next(step for step in (0.1, 0.2, 0.25, 0.5) if min(1.0, highest * 1.05) / step <= 3.9)
    ceiling = max(min(1.0, highest * 1.05), step)
    ticks = [round(step * place, 2) for place in range(int(ceiling / step + 1e-9) + 1)]
    notes = [annotation(_beside(row, palette), 1, place, xref="paper", xshift=8) for place, row in drawn]
    notes += [
        flag_note(row, place, palette, xref="paper")
        for place, row in enumerate(records)
        if number(row["estimate"]) is None
    ]
    texts = [f"{tick * 100:.0f}" for tick in ticks]
    return figure_of(
        mode,
        FOOT + 8 + (lines * LINE + _ROOM) * max(len(records), 1),
        [trace for outside in (False, True) for trace in _dots(drawn, outside, palette)],
        x={
            "range": [0, ceiling],
            "tickvals": ticks,
            "ticktext": [*texts[:-1], f"{texts[-1]}{wording.NBSP}%"],
        },
        y=row_axis(records, palette, width=17),
        annotations=notes,
        shapes=[_band(row, place, palette) for place, row in drawn],
        margin={"r": HANG},
    )


def _dots(drawn: Sequence[tuple[int, Row]], outside: bool, palette: Palette) -> list[dict[str, Any]]:
    kept = [(place, row) for place, row in drawn if (row["verdict"] in _SYMBOLS) == outside]
    if not kept:
        return []
    colour = palette.orange if outside else palette.blue
    bars = {
        "x": [x for _, row in kept for x in (float(row["low"]), float(row["high"]), None)],
        "y": [y for place, _ in kept for y in (place, place, None)],
        "mode": "lines",
        "line": {"color": colour, "width": BAR},
        "hoverinfo": "skip",
        "cliponaxis": False,
    }
    marks = {
        "x": [float(row["estimate"]) for _, row in kept],
        "y": [place for place, _ in kept],
        "mode": "markers",
        "marker": {
            "symbol": [_SYMBOLS.get(row["verdict"], "circle") for _, row in kept],
            "size": 13 if outside else 10,
            "color": colour,
            "opacity": 1,
            "line": {"color": palette.ground, "width": 1},
        },
        "hovertext": [_hover(row) for _, row in kept],
        "hoverinfo": "text",
        "cliponaxis": False,
    }
    return [bars, marks]


def _band(row: Row, place: int, palette: Palette) -> dict[str, Any]:
    ends = {"x0": float(row["limit_low_95"]), "x1": float(row["limit_high_95"])}
    box = {"type": "rect", **ends, "y0": place - _HALF, "y1": place + _HALF, "line": {"width": 0}, "layer": "below"}
    return {**box, "fillcolor": faded(palette.soft, palette.band)}


def _beside(row: Row, palette: Palette) -> str:
    """The share and its interval, the verdict of what lies outside, and the searches that all of it rests on."""
    figures = f"<b>{wording.percent(float(row['estimate']))}</b> {_span(row)}"
    said = [row["verdict"]] if row["verdict"] in _SYMBOLS else []
    said += [wording.plural(int(row["searches"]), "search", "searches")]
    return "<br>".join(
        [figures, *(f'<span style="color:{palette.muted}">{escaped(text, 20, 1)}</span>' for text in said)]
    )


def _span(row: Row) -> str:
    return wording.percent_between(float(row["low"]), float(row["high"]))


def _hover(row: Row) -> str:
    limits = wording.percent_between(float(row["limit_low_95"]), float(row["limit_high_95"]))
    base = wording.plural(int(row["searches"]), "search", "searches")
    figures = f"{wording.percent(float(row['estimate']))}, {_span(row)}"
    return hover_text(row["label"], figures, f"95 % limits {limits}", base, row["verdict"])
