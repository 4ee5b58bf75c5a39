"""Criteria against their yardsticks, test by test: a row for each, with its figure and its verdict in words."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from analytics import near_one, wording
from analytics.charts.house import (
    BAR,
    FOOT,
    HANG,
    LINE,
    PALETTES,
    Palette,
    annotation,
    as_text,
    escaped,
    figure_of,
    hover_text,
    number,
)
from analytics.finding import Mode
from analytics.records import records_of

if TYPE_CHECKING:
    import pandas as pd
    import plotly.graph_objects as go

_ROW, _HEAD = 4 * LINE + 8, LINE + 12
"""Height of a criterion and of the name of a test, in pixels."""
_NO_INTERVAL = "all are counted"
"""What stands in the place of an interval where nothing was sampled."""
_TICK = 0.34  # Of a row, from its middle to either end of a yardstick.
_SYMBOLS = {"met": "circle", "not met": "diamond"}

Row = Mapping[Hashable, Any]


def verdict_rows(rows: pd.DataFrame, tests: pd.DataFrame, mode: Mode) -> go.Figure:
    """Shares from 0 to 100 % with their intervals and an upright line for the yardstick; ratios in words alone.

    Parameters
    ----------
    rows
        One row a criterion, test by test: test, criterion, measured_as (``share`` or ``ratio``), estimate, low, high,
        met_by and base (of a share the searches that are so, and all), floor and ceiling (ends of the yardstick),
        yardstick (in words), verdict, flag (why no figure), and note (what is to be known of the figure or of its
        verdict, in 16 letters; empty where nothing is). A share without an interval is a count of all.
    tests
        One row a test in the same order: test and verdict.
    mode
        Ground of the page.

    Returns
    -------
    Figure
        A verdict is a word beside its row; a filled circle is met, a diamond not met, a hollow circle not clear.
    """
    palette = PALETTES[mode]
    heads, placed, height = _placed(rows, tests)
    shares = [(y, row) for y, row in placed if row["measured_as"] == "share" and number(row["estimate"]) is not None]
    notes = [_verdict(f"<b>{escaped(_said(row), 20, 1)}</b>", y) for y, row in heads]
    for y, row in placed:
        notes += _words(row, y, palette)
    return figure_of(
        mode,
        FOOT + 8 + round(height),
        [*_bars(shares, palette), *_marks(shares, palette)],
        x={
            "range": [0, 1],
            "tickvals": [0, 0.5, 1],
            "ticktext": ["0", "", f"100{wording.NBSP}%"],
        },
        y={
            "range": [height, 0],
            "tickvals": [y for y, _ in (*heads, *placed)],
            "ticktext": [
                *(f"<b>{escaped(row['test'], 20, 2)}</b>" for _, row in heads),
                *(_label(row) for _, row in placed),
            ],
            "tickfont": {"color": palette.text},
            "ticklabelstandoff": 8,
            "showgrid": False,
        },
        annotations=notes,
        shapes=[
            *(_border(y - _HEAD / 2, palette) for y, _ in heads[1:]),
            *(_yardstick(row, y, palette) for y, row in shares),
        ],
        margin={"r": HANG, "t": 2},
    )


def _placed(rows: pd.DataFrame, tests: pd.DataFrame) -> tuple[list[tuple[float, Row]], list[tuple[float, Row]], float]:
    """The middles of the names of tests and of the rows below each, in pixels from the top, and the height of all."""
    every, top = records_of(rows), 0.0
    heads: list[tuple[float, Row]] = []
    placed: list[tuple[float, Row]] = []
    for test in records_of(tests):
        heads.append((top + _HEAD / 2, test))
        top += _HEAD
        for row in every:
            if row["test"] == test["test"]:
                placed.append((top + _ROW / 2, row))
                top += _ROW
    return heads, placed, top


def _said(row: Row) -> str:
    return as_text(row["verdict"]).capitalize()


def _verdict(text: str, y: float) -> dict[str, Any]:
    return annotation(text, 1, y, xref="paper", xshift=8)


def _words(row: Row, y: float, palette: Palette) -> list[dict[str, Any]]:
    """The verdict on a criterion and its figure beside it; where there is none, why, in the place of the figure."""
    muted = {"font": {"color": palette.muted}, "bgcolor": palette.ground, "borderpad": 3}
    if number(row["estimate"]) is None:
        told = "" if row["verdict"] == "no data" else f"{_said(row)}; "
        said = f"{told or 'No data: '}{as_text(row['flag'])}"
        return [annotation(escaped(said, 24, 4), 0, y, xref="paper", xshift=8, **muted)]
    return [_verdict("<br>".join(escaped(part, 20, 1) for part in _beside(row)), y)]


def _beside(row: Row) -> list[str]:
    """The verdict, the figure and its interval, and the note; of a share its counts too, beside the verdict."""
    estimate, interval = _figures(row)
    note = [as_text(row["note"])] if row["note"] else []
    if row["measured_as"] != "share":
        return [_said(row), estimate, interval, *note]
    return [f"{_said(row)}: {estimate}", interval, f"{int(row['met_by']):,} of {int(row['base']):,}", *note]


def _label(row: Row) -> str:
    """What a row is of; under a ratio, which has no place on an axis of shares, its yardstick in words."""
    if row["measured_as"] == "share":
        return escaped(row["criterion"], 19, 3)
    ends = (wording.index(float(row[name])) for name in ("floor", "ceiling"))
    return f"{escaped(row['criterion'], 19, 2)}<br>{wording.between(*ends)} is met"


def _figures(row: Row) -> tuple[str, str]:
    if row["measured_as"] == "share":
        low, high = number(row["low"]), number(row["high"])
        between = _NO_INTERVAL if low is None or high is None else wording.tenths_between(low, high)
        return wording.tenths(float(row["estimate"])), between
    return f"{near_one.times(float(row['estimate']))} times", near_one.between(float(row["low"]), float(row["high"]))


def _bars(shares: Sequence[tuple[float, Row]], palette: Palette) -> list[dict[str, Any]]:
    return [
        {
            "x": [x for _, row in kept for x in (number(row["low"]), number(row["high"]), None)],
            "y": [at for y, _ in kept for at in (y, y, None)],
            "mode": "lines",
            "line": {"color": colour, "width": BAR},
            "hoverinfo": "skip",
            "cliponaxis": False,
        }
        for colour, kept in _by_colour(shares, palette)
    ]


def _marks(shares: Sequence[tuple[float, Row]], palette: Palette) -> list[dict[str, Any]]:
    return [
        {
            "x": [float(row["estimate"]) for _, row in kept],
            "y": [y for y, _ in kept],
            "mode": "markers",
            "marker": {
                "symbol": [_SYMBOLS.get(row["verdict"], "circle") for _, row in kept],
                "size": [12 if row["verdict"] == "not met" else 10 for _, row in kept],
                "color": [palette.ground if row["verdict"] == "not clear" else colour for _, row in kept],
                "line": {
                    "color": [colour if row["verdict"] == "not clear" else palette.ground for _, row in kept],
                    "width": [2 if row["verdict"] == "not clear" else 1 for _, row in kept],
                },
                "opacity": 1,
            },
            "hovertext": [_hover(row) for _, row in kept],
            "hoverinfo": "text",
            "cliponaxis": False,
        }
        for colour, kept in _by_colour(shares, palette)
    ]


def _by_colour(shares: Sequence[tuple[float, Row]], palette: Palette) -> list[tuple[str, list[tuple[float, Row]]]]:
    parts = [
        (colour, [pair for pair in shares if (pair[1]["verdict"] == "not met") == look])
        for look, colour in ((False, palette.blue), (True, palette.orange))
    ]
    return [(colour, kept) for colour, kept in parts if kept]


def _hover(row: Row) -> str:
    base = f"{int(row['met_by']):,} of {wording.plural(int(row['base']), 'search', 'searches')}"
    return hover_text(row["criterion"], f"{_said(row)}: {row['yardstick']}", ", ".join(_figures(row)), base)


def _yardstick(row: Row, y: float, palette: Palette) -> dict[str, Any]:
    at, half = float(row["floor"]), _TICK * _ROW
    ends = {"x0": at, "x1": at, "y0": y - half, "y1": y + half}
    return {"type": "line", **ends, "line": {"color": palette.text, "width": 1.5}, "layer": "below"}


def _border(y: float, palette: Palette) -> dict[str, Any]:
    """A thin line above the name of a test."""
    ends = {"x0": 0, "x1": 1, "xref": "paper", "y0": y, "y1": y}
    return {"type": "line", **ends, "line": {"color": palette.border, "width": 1}, "layer": "below"}
