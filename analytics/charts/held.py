"""How often intervals held the truth: a row for each figure, a dot for each case, what was aimed at shaded."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from analytics import wording
from analytics.charts.house import (
    FOOT,
    PALETTES,
    Palette,
    as_text,
    faded,
    figure_of,
    hover_text,
    is_true,
    row_axis,
    with_unit,
)
from analytics.finding import Mode
from analytics.records import records_of

if TYPE_CHECKING:
    import pandas as pd
    import plotly.graph_objects as go

LEAST = 0.85
"""Where the axis starts; a dot below it stands at its edge as a triangle."""

_NOMINAL = 0.95
_ROW = 48
_HALF = 0.42  # Of a row, from its middle to the edge of its shade.
_LANES = (0, 3, 1, 4, 2)  # Neighbours of nearly the same coverage lie apart.
_APART = 0.065

Row = Mapping[Hashable, Any]


def held_dots(rows: pd.DataFrame, mode: Mode) -> go.Figure:
    """Coverage of 95 % intervals, case by case.

    Parameters
    ----------
    rows
        One row a case: label, the same for all of one figure; coverage, a fraction of 1; aim_low and aim_high, the same
        for all of one figure; outside, whether an interval that is shown misses its aim; hollow, whether it is one that
        is compared with; case, interval and given (share of the draws that gave one) for what a pointer brings up.
    mode
        Ground of the page.

    Returns
    -------
    Figure
        Intervals that are shown lie in the upper half of a row, those compared with in the lower one.
    """
    palette = PALETTES[mode]
    records = records_of(rows)
    places = {label: place for place, label in enumerate(dict.fromkeys(as_text(row["label"]) for row in records))}
    kinds = {
        "soft": [row for row in records if is_true(row["hollow"])],
        "blue": [row for row in records if not is_true(row["hollow"]) and not is_true(row["outside"])],
        "orange": [row for row in records if is_true(row["outside"])],
    }
    ticks = [LEAST, 0.9, _NOMINAL, 1.0]
    return figure_of(
        mode,
        FOOT + 10 + _ROW * max(len(places), 1),
        [_marks(kind, places, colour, palette) for colour, kind in kinds.items() if kind],
        x={
            "range": [LEAST - 0.01, 1.003],
            "tickvals": ticks,
            "ticktext": with_unit([f"{tick * 100:.0f}" for tick in ticks], "%"),
        },
        y=row_axis([{"label": label} for label in places], palette),
        shapes=[*_shades(records, places, palette), _nominal(palette)],
        margin={"t": 4, "r": 26},
    )


def _marks(rows: Sequence[Row], places: Mapping[str, int], colour: str, palette: Palette) -> dict[str, Any]:
    """The dots of one kind, the nearest apart."""
    hollow, look = colour == "soft", getattr(palette, colour)
    ordered = sorted(rows, key=lambda row: (places[as_text(row["label"])], float(row["coverage"])))
    symbol = "diamond" if colour == "orange" else "circle"
    return {
        "x": [max(float(row["coverage"]), LEAST) for row in ordered],
        "y": [places[as_text(row["label"])] + _aside(number, hollow) for number, row in enumerate(ordered)],
        "mode": "markers",
        "marker": {
            "symbol": ["triangle-left" if float(row["coverage"]) < LEAST else symbol for row in ordered],
            "size": [9 if float(row["coverage"]) < LEAST else 6 if hollow else 7 for row in ordered],
            "color": palette.ground if hollow else look,
            "line": {"color": look if hollow else palette.ground, "width": 1.25 if hollow else 0.5},
            "opacity": 1,
        },
        "hovertext": [_hover(row) for row in ordered],
        "hoverinfo": "text",
        "cliponaxis": False,
    }


def _aside(number: int, hollow: bool) -> float:
    lane = _LANES[number % len(_LANES)] * _APART
    return 0.1 + lane if hollow else -0.36 + lane


def _hover(row: Row) -> str:
    given = f"shown in {wording.percent(float(row['given']))} of the draws"
    return hover_text(row["case"], f"{as_text(row['interval'])}: {wording.tenths(float(row['coverage']))}", given)


def _shades(rows: Sequence[Row], places: Mapping[str, int], palette: Palette) -> list[dict[str, Any]]:
    aims = {as_text(row["label"]): (float(row["aim_low"]), float(row["aim_high"])) for row in rows}
    return [
        {
            "type": "rect",
            "x0": low,
            "x1": high,
            "y0": places[label] - _HALF,
            "y1": places[label] + _HALF,
            "fillcolor": faded(palette.blue, palette.band),
            "line": {"width": 0},
            "layer": "below",
        }
        for label, (low, high) in aims.items()
    ]


def _nominal(palette: Palette) -> dict[str, Any]:
    """The line of the 95 % that every interval is named after."""
    place = {"x0": _NOMINAL, "x1": _NOMINAL, "y0": 0, "y1": 1, "yref": "paper", "layer": "below"}
    return {"type": "line", "line": {"color": palette.axis, "width": 1}, **place}
