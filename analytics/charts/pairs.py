"""Pairs of shares with both intervals: each as it was and as it is, or a group's beside another's."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from analytics import wording
from analytics.charts.house import (
    BAR,
    FOOT,
    LINE,
    PALETTES,
    Palette,
    as_text,
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

_ROW = 46
_APART = 0.17  # Of a row, from its middle to each of the two.

Row = Mapping[Hashable, Any]


def share_pairs(
    rows: pd.DataFrame, mode: Mode, *, ceiling: float = 1.0, welcome: bool = True, none: str = "no change given"
) -> go.Figure:
    """Shares of several groups or areas in two periods: hollow the earlier one, filled the later one below it.

    Or shares of two groups: hollow that of the one that is compared with.

    Parameters
    ----------
    rows
        One row each: label, estimate, low and high, was, was_low and was_high (fractions of 1, null where withheld),
        change, change_low and change_high, verdict (``rose`` or ``fell``, or of two groups ``above`` or ``below``,
        which is a diamond and never another colour; else it is not clear) and flag.
    mode
        Ground of the page.
    ceiling
        Upper end of the axis, the same in panels that stand beside each other.
    welcome
        Whether a larger share is: what is unwelcome is orange, so that it is looked at.
    none
        What is said where there is no change or difference.
    """
    palette = PALETTES[mode]
    records = records_of(rows)
    traces = [
        *_side(records, ("was", "was_low", "was_high"), palette, welcome, hollow=True),
        *_side(records, ("estimate", "low", "high"), palette, welcome, hollow=False),
    ]
    axis = row_axis([{"label": f"{as_text(row['label'])}\n{_change(row, none)}"} for row in records], palette)
    lines = max((text.count("<br>") + 1 for text in axis["ticktext"]), default=1)
    return figure_of(
        mode,
        FOOT + 10 + max(_ROW, LINE * lines + 5) * max(len(records), 1),
        traces,
        x={"range": [0, ceiling], "tickvals": [0, 0.4, 0.8], "tickformat": ".0%"},
        y=axis,
        margin={"t": 2, "r": 26},
    )


def _side(
    records: Sequence[Row], names: tuple[str, str, str], palette: Palette, welcome: bool, *, hollow: bool
) -> list[dict[str, Any]]:
    """The dots of one period on their intervals."""
    share, low, high = names
    aside = -_APART if hollow else _APART
    drawn = [(place + aside, row) for place, row in enumerate(records) if number(row[share]) is not None]
    colours = [palette.soft if hollow else _colour(as_text(row["verdict"]), palette, welcome) for _, row in drawn]
    wide = {colour: [pair for pair, own in zip(drawn, colours, strict=True) if own == colour] for colour in colours}
    bars = [
        {
            "x": [x for _, row in pairs for x in (number(row[low]), number(row[high]), None)],
            "y": [y for place, _ in pairs for y in (place, place, None)],
            "mode": "lines",
            "line": {"color": colour, "width": 1.5 if hollow else BAR},
            "hoverinfo": "skip",
        }
        for colour, pairs in wide.items()
    ]
    marks = {
        "x": [number(row[share]) for _, row in drawn],
        "y": [place for place, _ in drawn],
        "mode": "markers",
        "marker": {
            "symbol": "circle" if hollow else [_SYMBOLS.get(as_text(row["verdict"]), "circle") for _, row in drawn],
            "size": 9 if hollow else 11,
            "color": palette.ground if hollow else colours,
            "line": {"color": palette.soft if hollow else palette.ground, "width": 1.5},
            "opacity": 1,
        },
        "hovertext": [_hover(row, names) for _, row in drawn],
        "hoverinfo": "text",
        "cliponaxis": False,
    }
    return [*bars, marks]


_SYMBOLS = {"rose": "triangle-up", "fell": "triangle-down", "above": "diamond", "below": "diamond"}


def _colour(verdict: str, palette: Palette, welcome: bool) -> str:
    if verdict not in ("rose", "fell"):
        return palette.blue
    return palette.blue if (verdict == "rose") == welcome else palette.orange


def _change(row: Row, none: str) -> str:
    """The change in points with its interval, under the name; where there is none, that: the table says why.

    What is drawn as clear shows on which side of 0 it lies.
    """
    if number(row["change"]) is None:
        return none
    figures = [float(row[name]) * 100 for name in ("change", "change_low", "change_high")]
    digits = wording.digits_beyond_zero(figures) if as_text(row["verdict"]) in _SYMBOLS else 0
    change, low, high = (wording.signed(figure, digits) for figure in figures)
    return f"{change} ({low} to {high})"


def _hover(row: Row, names: tuple[str, str, str]) -> str:
    share, low, high = (number(row[name]) for name in names)
    said = [wording.percent(share or 0.0)]
    if low is not None and high is not None:
        said.append(wording.percent_between(low, high))
    return hover_text(row["label"], *said)
