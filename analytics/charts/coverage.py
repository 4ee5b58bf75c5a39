"""Which months of which force are loaded, and how complete they look."""

from __future__ import annotations

import textwrap
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from analytics import wording
from analytics.charts.house import (
    FOOT,
    PALETTES,
    as_text,
    figure_of,
    hover_text,
    month_ticks,
    number,
    row_axis,
)
from analytics.finding import Mode
from analytics.records import records_of

if TYPE_CHECKING:
    import pandas as pd
    import plotly.graph_objects as go


@dataclass(frozen=True)
class Mark:
    """How a status is drawn: its name in words, its Plotly symbol, the colour of the palette and its size."""

    words: str
    symbol: str
    colour: str
    size: float = 1.0


STATUS_MARKS: Mapping[str, Mark] = {
    "submitted": Mark("blue square", "square", "blue"),
    "refreshed": Mark("blue diamond", "diamond", "blue", 1.35),
    "partial suspected": Mark("orange triangle", "triangle-up", "orange", 1.25),
    "empty": Mark("hollow square", "square-open", "blue", 0.9),
    "missing": Mark("grey cross", "x-thin", "muted", 0.9),
}
"""The mark of every status of a force-month, for the grid and for the key in words beside it."""


def coverage_grid(rows: pd.DataFrame, mode: Mode) -> go.Figure:
    """The status of every force and month: a shape and a fill for each status, see `STATUS_MARKS`.

    Parameters
    ----------
    rows
        One row a force and month: label, month (``YYYY-MM``), status (a key of `STATUS_MARKS`), rows (null where
        the month is missing).
    mode
        Ground of the page.

    Raises
    ------
    ValueError
        If a status has no mark.
    """
    palette = PALETTES[mode]
    records = records_of(rows)
    labels = list(dict.fromkeys(as_text(row["label"]) for row in records))
    held = sorted({str(row["month"]) for row in records})
    months = wording.month_range(held[0], held[-1]) if held else []
    across = {month: place for place, month in enumerate(months)}
    down = {label: place for place, label in enumerate(labels)}
    size = min(11.0, max(5.0, 170 / max(len(months), 1)))
    tall = len(labels) > 12
    unknown = {str(row["status"]) for row in records} - STATUS_MARKS.keys()
    if unknown:
        raise ValueError(f"“{min(unknown)}” is no status of a month; there are {wording.listing(list(STATUS_MARKS))}.")
    traces = []
    for status, mark in STATUS_MARKS.items():
        cells = [row for row in records if row["status"] == status]
        colour = getattr(palette, mark.colour)
        traces.append(
            {
                "name": status,
                "x": [across[str(row["month"])] for row in cells],
                "y": [down[as_text(row["label"])] for row in cells],
                "mode": "markers",
                "cliponaxis": False,
                "marker": {
                    "symbol": mark.symbol,
                    "size": size * mark.size,
                    "color": colour,
                    "line": {"color": colour, "width": 0 if mark.symbol in _FILLED else 1.5},
                },
                "hovertext": [
                    hover_text(row["label"], wording.month(str(row["month"])), *_status(row)) for row in cells
                ],
                "hoverinfo": "text",
            }
        )
    shown: list[Mapping[Hashable, Any]] = [{"label": textwrap.shorten(label, 22, placeholder="…")} for label in labels]
    return figure_of(
        mode,
        FOOT + 18 + max(40, 20 * len(labels)),
        traces,
        x={
            "range": [-0.5, max(len(months), 1) - 0.5],
            "side": "top" if tall else "bottom",
            **month_ticks(months),
        },
        y={**row_axis(shown, palette, width=22), "showgrid": True},
        margin={"t": FOOT if tall else 10, "b": 10 if tall else FOOT, "r": 26},
    )


_FILLED = {"square", "diamond", "triangle-up"}


def _status(row: Mapping[Hashable, Any]) -> list[str]:
    count = number(row["rows"])
    return [str(row["status"]), "" if count is None else wording.plural(int(count), "row")]
