"""Pairs of shares: each as it was and as it is, with both intervals."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from analytics import wording
from analytics.charts.house import (
    BAR,
    FOOT,
    HANG,
    PALETTES,
    Palette,
    annotation,
    as_text,
    escaped,
    figure_of,
    hover_text,
    number,
    row_axis,
)
from analytics.finding import Mode
from analytics.records import records_of

if TYPE_CHECKING:
    import pandas as pd
    import plotly.graph_objects as go

_ROW, _THIN_ROW = 38, 12
_APART = 0.17  # Of a row, from its middle to each of the two.
_UNCLEAR = 0.14  # Between a round tick and the edge.

Row = Mapping[Hashable, Any]


def share_pairs(
    rows: pd.DataFrame, mode: Mode, *, ceiling: float = 1.0, welcome: bool = True, quiet: bool = False
) -> go.Figure:
    """Shares of several groups or areas in two periods: hollow the earlier one, filled the later one below it.

    Parameters
    ----------
    rows
        One row each: label, estimate, low and high, was, was_low and was_high (fractions of 1, null where withheld),
        change, change_low and change_high, verdict (``rose``, ``fell``, else no clear change) and flag.
    mode
        Ground of the page.
    ceiling
        Upper end of the axis, the same in panels that stand beside each other.
    welcome
        Whether a larger share is: what is unwelcome is orange, so that it is looked at.
    quiet
        Thin rows close together without names, for many of which nothing is to be said.
    """
    palette = PALETTES[mode]
    records = records_of(rows)
    apart = 0.0 if quiet else _APART
    traces = [
        *_side(records, ("was", "was_low", "was_high"), -apart, palette, welcome, quiet=quiet, hollow=True),
        *_side(records, ("estimate", "low", "high"), apart, palette, welcome, quiet=quiet, hollow=False),
    ]
    return figure_of(
        mode,
        FOOT + 10 + (_THIN_ROW if quiet else _ROW) * max(len(records), 1),
        traces,
        x={"range": [0, ceiling], "tickvals": _ticks(ceiling), "tickformat": ".0%"},
        y={**row_axis(records, palette, width=20), **({"showticklabels": False} if quiet else {})},
        annotations=[] if quiet else [_beside(row, place, palette) for place, row in enumerate(records)],
        margin={"t": 2, "r": 26 if quiet else HANG},
    )


def _ticks(ceiling: float) -> list[float]:
    return [tick for tick in (0, 0.4, 0.8) if tick < ceiling - _UNCLEAR / 10]


def _side(
    records: Sequence[Row],
    names: tuple[str, str, str],
    aside: float,
    palette: Palette,
    welcome: bool,
    *,
    quiet: bool,
    hollow: bool,
) -> list[dict[str, Any]]:
    """The dots of one period on their intervals."""
    share, low, high = names
    drawn = [(place + aside, row) for place, row in enumerate(records) if number(row[share]) is not None]
    colours = [palette.soft if hollow else _colour(as_text(row["verdict"]), palette, welcome) for _, row in drawn]
    wide = {colour: [pair for pair, own in zip(drawn, colours, strict=True) if own == colour] for colour in colours}
    bars = [
        {
            "x": [x for _, row in pairs for x in (number(row[low]), number(row[high]), None)],
            "y": [y for place, _ in pairs for y in (place, place, None)],
            "mode": "lines",
            "line": {"color": colour, "width": 1.5 if hollow or quiet else BAR},
            "hoverinfo": "skip",
        }
        for colour, pairs in wide.items()
        if not (quiet and hollow)  # One interval a row, where rows are close.
    ]
    marks = {
        "x": [number(row[share]) for _, row in drawn],
        "y": [place for place, _ in drawn],
        "mode": "markers",
        "marker": {
            "symbol": "circle" if hollow else [_SYMBOLS.get(as_text(row["verdict"]), "circle") for _, row in drawn],
            "size": 5 if quiet else 9 if hollow else 10,
            "color": palette.ground if hollow else colours,
            "line": {"color": palette.soft if hollow else palette.ground, "width": 1.5},
            "opacity": 1,
        },
        "hovertext": [_hover(row, names) for _, row in drawn],
        "hoverinfo": "text",
        "cliponaxis": False,
    }
    return [*bars, marks]


_SYMBOLS = {"rose": "triangle-up", "fell": "triangle-down"}


def _colour(verdict: str, palette: Palette, welcome: bool) -> str:
    if verdict not in _SYMBOLS:
        return palette.blue
    return palette.blue if (verdict == "rose") == welcome else palette.orange


def _beside(row: Row, place: int, palette: Palette) -> dict[str, Any]:
    """The change in points with its interval, right of the drawing; where there is none, why."""
    if number(row["change"]) is None:
        text = f'<span style="color:{palette.muted}">{escaped(row["flag"] or "no change", 18, 2)}</span>'
    else:
        change, low, high = (wording.signed(float(row[n]) * 100, 0) for n in ("change", "change_low", "change_high"))
        clear = as_text(row["verdict"]) in _SYMBOLS
        text = f"{f'<b>{change}</b>' if clear else change} ({low} to {high})"
    return annotation(text, 1, place, xref="paper", xshift=10)


def _hover(row: Row, names: tuple[str, str, str]) -> str:
    share, low, high = (number(row[name]) for name in names)
    said = [wording.percent(share or 0.0)]
    if low is not None and high is not None:
        said.append(wording.percent_between(low, high))
    return hover_text(row["label"], *said)
