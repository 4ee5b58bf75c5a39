"""How likely the people of two groups are to carry something, with the bar of each group."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from analytics import wording
from analytics.charts.house import FOOT, LINE, PALETTES, Palette, annotation, escaped, faded, figure_of, hover_text
from analytics.finding import Mode

if TYPE_CHECKING:
    import plotly.graph_objects as go

_HEIGHT, _TOP = 262, 2 * LINE + 10
_AXIS = "Chance of carrying something"


@dataclass(frozen=True)
class RiskCurve:
    """The chances of a group: its name, where they lie and how densely, and the bar above which all are searched."""

    name: str
    chance: Sequence[float]
    density: Sequence[float]
    bar: float


def risk_curves(first: RiskCurve, second: RiskCurve, mode: Mode, *, ceiling: float) -> go.Figure:
    """Densities of the chances in two groups, shaded where people are searched.

    Parameters
    ----------
    first, second
        The groups: the first is drawn in a full line, the second in a dashed one.
    mode
        Ground of the page.
    ceiling
        Upper end of the axis of densities, the same in figures that take each other's place.
    """
    palette = PALETTES[mode]
    looks = ((first, palette.blue, "solid"), (second, palette.orange, "5px,4px"))
    return figure_of(
        mode,
        _HEIGHT,
        [trace for curve, colour, dash in looks for trace in _curve(curve, colour, dash, palette)],
        x={
            "range": [0, 1],
            "tickvals": [0, 0.2, 0.4, 0.6, 0.8],
            "ticktext": ["0", "20", "40", "60", f"80{wording.NBSP}%"],
            "title": {"text": _AXIS, "standoff": 6, "font": {"size": 13, "color": palette.muted}},
        },
        y={"range": [0, ceiling], "showticklabels": False, "showgrid": False},
        shapes=[
            {
                "type": "line",
                "x0": curve.bar,
                "x1": curve.bar,
                "y0": 0,
                "y1": ceiling,
                "line": {"color": colour, "width": 2, "dash": dash},
            }
            for curve, colour, dash in looks
        ],
        annotations=[
            annotation(
                f"{line}: {escaped(curve.name, 24, 1)}, bar {wording.percent(curve.bar)}",
                0,
                1,
                xref="paper",
                yref="paper",
                yanchor="bottom",
                yshift=4 + LINE * place,
            )
            for place, (curve, line) in enumerate(((second, "Dashed line"), (first, "Full line")))
        ],
        margin={"t": _TOP, "b": FOOT + LINE + 6, "r": 12},
    )


def _curve(curve: RiskCurve, colour: str, dash: str, palette: Palette) -> list[dict[str, Any]]:
    above = [place for place, chance in enumerate(curve.chance) if chance >= curve.bar]
    shade = {
        "x": [curve.chance[above[0]], *(curve.chance[place] for place in above), curve.chance[above[-1]]],
        "y": [0, *(curve.density[place] for place in above), 0],
        "mode": "lines",
        "fill": "toself",
        "fillcolor": faded(colour, palette.band),
        "line": {"width": 0, "color": colour},
        "hoverinfo": "skip",
    }
    line = {
        "x": list(curve.chance),
        "y": list(curve.density),
        "mode": "lines",
        "line": {"color": colour, "width": 2, "dash": dash},
        "hovertext": hover_text(curve.name, f"Bar {wording.percent(curve.bar)}"),
        "hoverinfo": "text",
    }
    return [shade, line]
