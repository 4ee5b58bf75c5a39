"""The key of a map: columns are classes, rows are certainty."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from analytics import maps
from analytics.charts.house import FONT, PALETTES, annotation, figure_of
from analytics.finding import Mode

if TYPE_CHECKING:
    import plotly.graph_objects as go

_HIGH = 122
_LEFT = 88  # Room for the words of the rows.
_ROW = 26


def map_key(scheme: maps.Scheme, kind: maps.Kind, mode: Mode) -> go.Figure:
    """The key of a scheme: what each colour means, and that fewer answers have fewer colours.

    Parameters
    ----------
    scheme
        The classes.
    kind
        Which view of the map: estimate or certainty.
    mode
        Light or dark.
    """
    palette, fills, line = PALETTES[mode], maps.colours(scheme, kind, mode), maps.colours(scheme, kind, mode).area_line
    shapes: list[dict[str, Any]] = []
    notes: list[dict[str, Any]] = []
    if kind == "certainty":
        rows = [[(0.0, 5.0, fills.by_certainty[name])] for name in (maps.HIGH, maps.MEDIUM, maps.LOW)]
        heading = "Certainty of the estimate"
        inside = ["high", "medium", "low"]
    else:
        rows = [
            [(place, place + 1, colour) for place, colour in enumerate(fills.full)],
            [(first, last + 1, colour) for (first, last), colour in zip(scheme.merged, fills.faded, strict=True)],
            [(0, 5, fills.uncertain)],
        ]
        heading, inside = scheme.title, ["", "", "too uncertain to colour"]
        notes += [
            _note(word, place / 5, 8, palette.muted, "center") for place, word in enumerate(scheme.break_words, start=1)
        ]
    for number, (row, words) in enumerate(zip(rows, scheme.margin_words, strict=True)):
        top = number * _ROW + 20
        shapes += [
            {
                "type": "rect",
                "xref": "x",
                "yref": "y",
                "x0": start / 5,
                "x1": end / 5,
                "y0": -top,
                "y1": -top - _ROW + 3,
                "fillcolor": colour,
                "line": {"color": line, "width": 1},
            }
            for start, end, colour in row
        ]
        notes.append(_note(words, -0.02, top + _ROW / 2 - 1, palette.muted, "right"))
        if inside[number]:
            ground = row[0][2]
            notes.append(_note(inside[number], 0.5, top + _ROW / 2 - 1, _readable(ground), "center"))
    notes.append(_note(f"<b>{heading}</b>", 0, -12, palette.text, "left"))
    notes.append(_note(f"<b>{scheme.margin}</b>", -0.02, -12, palette.text, "right"))
    axis = {"visible": False, "fixedrange": True}
    return figure_of(
        mode,
        _HIGH,
        [],
        x={**axis, "range": [0, 1]},
        y={**axis, "range": [22 - _HIGH, 22]},
        margin={"l": _LEFT, "r": 4, "t": 0, "b": 0},
        shapes=shapes,
        annotations=notes,
    )


def _note(text: str, x: float, down: float, colour: str, anchor: str) -> dict[str, Any]:
    font = {"family": FONT, "size": 13, "color": colour}
    return annotation(text, x, -down, xref="paper", yref="y", xanchor=anchor, font=font)


def _readable(ground: str) -> str:
    """Black or white, whichever is read better on a colour."""
    red, green, blue = (int(ground[place : place + 2], 16) / 255 for place in (1, 3, 5))
    return "#0B0C0C" if 0.2126 * red**2.2 + 0.7152 * green**2.2 + 0.0722 * blue**2.2 > 0.18 else "#FFFFFF"
