"""The key of a map: columns are classes, rows are certainty."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

from analytics import maps, wording
from analytics.charts.house import FONT, PALETTES, annotation, figure_of
from analytics.finding import Mode

if TYPE_CHECKING:
    import plotly.graph_objects as go

_FRAME = 44
_LEFT = 88  # Room for the words of the rows.
_ROW = 26


class _Box(NamedTuple):
    """A box of the key from one fifth of its width to another, with what stands in it."""

    start: float
    end: float
    colour: str
    inside: str = ""


class _Line(NamedTuple):
    """A row of the key: what stands before it, and its boxes."""

    words: str
    boxes: list[_Box]


class _Key(NamedTuple):
    """What the key of a view says."""

    heading: str
    margin: str
    breaks: tuple[str, ...]
    rows: list[_Line]


def _estimate(scheme: maps.Scheme, fills: maps.Colours) -> _Key:
    high, medium, low = scheme.margin_words
    rows = [
        _Line(high, [_Box(place, place + 1, colour) for place, colour in enumerate(fills.full)]),
        _Line(
            medium,
            [_Box(a, b + 1, colour) for (a, b), colour in zip(scheme.merged, fills.faded, strict=True)],
        ),
        _Line(low, [_Box(0, 5, fills.uncertain, "too uncertain to colour")]),
    ]
    return _Key(maps.key_title(scheme, "estimate"), scheme.margin, scheme.break_words, rows)


def _certainty(scheme: maps.Scheme, fills: maps.Colours) -> _Key:
    names = (maps.HIGH, maps.MEDIUM, maps.LOW)
    rows = [
        _Line(words, [_Box(0, 5, fills.by_certainty[name], name)])
        for words, name in zip(scheme.margin_words, names, strict=True)
    ]
    return _Key(maps.key_title(scheme, "certainty"), scheme.margin, (), rows)


def _chance(scheme: maps.Scheme, fills: maps.Colours) -> _Key:
    words = tuple(wording.percent(cut) for cut in maps.CHANCES)
    boxes = [_Box(place, place + 1, fills.full[place], mark or "unclear") for place, mark in enumerate(maps.MARKS)]
    return _Key(maps.key_title(scheme, "chance"), "", words, [_Line("Chance", boxes)])


_ROWS: dict[maps.Kind, Callable[[maps.Scheme, maps.Colours], _Key]] = {
    "estimate": _estimate,
    "certainty": _certainty,
    "chance": _chance,
}


def map_key(scheme: maps.Scheme, kind: maps.Kind, mode: Mode, hatched: bool = False) -> go.Figure:
    """The key of a scheme: what each colour means, and that fewer answers have fewer colours.

    Parameters
    ----------
    scheme
        The classes.
    kind
        Which view of the map.
    mode
        Light or dark.
    hatched
        Whether areas are hatched, whose figure is a model's alone: a row of the key says so.
    """
    palette, fills, line = PALETTES[mode], maps.colours(scheme, kind, mode), maps.colours(scheme, kind, mode).area_line
    drawn = _ROWS[kind](scheme, fills)
    high = _ROW * (len(drawn.rows) + hatched) + _FRAME
    shapes: list[dict[str, Any]] = []
    notes = [_note(word, place / 5, 8, palette.muted, "center") for place, word in enumerate(drawn.breaks, start=1)]
    for number, row in enumerate(drawn.rows):
        top = number * _ROW + 20
        shapes += [_box(box, top, line) for box in row.boxes]
        notes.append(_note(row.words, -0.02, top + _ROW / 2 - 1, palette.muted, "right"))
        notes += [
            _note(box.inside, (box.start + box.end) / 10, top + _ROW / 2 - 1, maps.readable(box.colour), "center")
            for box in row.boxes
            if box.inside
        ]
    if hatched:
        top = len(drawn.rows) * _ROW + 20
        shapes += [_box(_Box(0, 1, palette.ground), top, line), *_slanted(top, line)]
        notes.append(_note("the model alone", 0.22, top + _ROW / 2 - 1, palette.muted, "left"))
        notes.append(_note("few answers", -0.02, top + _ROW / 2 - 1, palette.muted, "right"))
    notes.append(_note(f"<b>{drawn.heading}</b>", 0, -12, palette.text, "left"))
    notes.append(_note(f"<b>{drawn.margin}</b>", -0.02, -12, palette.text, "right"))
    axis = {"visible": False, "fixedrange": True}
    return figure_of(
        mode,
        high,
        [],
        x={**axis, "range": [0, 1]},
        y={**axis, "range": [22 - high, 22]},
        margin={"l": _LEFT, "r": 4, "t": 0, "b": 0},
        shapes=shapes,
        annotations=notes,
    )


def _note(text: str, x: float, down: float, colour: str, anchor: str) -> dict[str, Any]:
    font = {"family": FONT, "size": 13, "color": colour}
    return annotation(text, x, -down, xref="paper", yref="y", xanchor=anchor, font=font)


def _box(box: _Box, top: float, line: str) -> dict[str, Any]:
    return {
        "type": "rect",
        "xref": "x",
        "yref": "y",
        "x0": box.start / 5,
        "x1": box.end / 5,
        "y0": -top,
        "y1": -top - _ROW + 3,
        "fillcolor": box.colour,
        "line": {"color": line, "width": 1},
    }


def _slanted(top: float, line: str) -> list[dict[str, Any]]:
    """The lines of a hatched box of the key."""
    ends = {"type": "line", "xref": "x", "yref": "y", "y0": -top, "y1": -top - _ROW + 3, "line": {"color": line}}
    return [{**ends, "x0": place / 50, "x1": (place + 2) / 50} for place in range(9)]
