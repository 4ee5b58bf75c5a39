"""A chain of scores as a path diagram: boxes one below the other, arrows as wide as what goes along them.

Everything is laid out in pixels around the middle of the width, so the drawing is the same on a phone and a wide page.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from analytics import wording
from analytics.charts.house import LINE, PALETTES, Palette, annotation, escaped, faded, figure_of
from analytics.charts.pixels import hung, polygon, rounded
from analytics.finding import Mode

if TYPE_CHECKING:
    import plotly.graph_objects as go

Row = Mapping[Hashable, Any]

_WIDE, _TALL, _ROUND = 132, 46, 8  # Of a box, and its corners.
_COLUMN = -82  # Middle of the boxes, right of the middle of the width.
_TOP, _APART = 28, 106  # Middle of the first box, and from one to the next.
_THICK, _THIN = 12, 2  # The strongest path, and the least width.
_HALO = 0.26
_HEAD = 16  # Least width of an arrow head.
_GAP = 3  # Between a tip and the box it points at.
_PORT = 11  # Between the middle of a box and where a path past its neighbour touches it.
_REACH, _FURTHER = 62, 96  # How far a path past one box bows out, and one past each further box.
_SMALL, _NAME = 12, 13


@dataclass(frozen=True)
class _Way:
    """A path: its line as plotly writes one, its tip and heading, and where its words stand and on which side.

    Places are pixels right of the middle of the width, and down from the top.
    """

    line: str
    tip: tuple[float, float]
    heading: tuple[int, int]
    words: tuple[float, float, int]


def chain(stages: Sequence[str], steps: Sequence[Row], mode: Mode, below: Sequence[str] = ()) -> go.Figure:
    """The stages of a chain and what goes from each to every later one.

    Parameters
    ----------
    stages
        Names of the stages, in order.
    steps
        A row for each direct path: from, to, coefficient, low and high.
    mode
        Ground of the page.
    below
        Lines of text under the drawing.

    Returns
    -------
    Figure
        The width of a path is its coefficient and its pale edge reaches the upper end of its interval; a dashed one is
        not told from none.
    """
    palette = PALETTES[mode]
    strongest = max((abs(float(row["coefficient"])) for row in steps), default=0) or 1
    scale = _THICK / strongest
    shapes, notes = [], []
    for row in sorted(steps, key=lambda row: -_spans(row, stages)):
        core, wide = _widths(row, scale)
        way = _way(row, stages, max(core, wide))
        shapes += _path(row, way, core, wide, palette)
        notes.append(_words(row, way, wide, palette))
    middles = [_TOP + _APART * place for place in range(len(stages))]
    card = rounded(_WIDE / 2, _TALL / 2, _ROUND)
    for stage, y in zip(stages, middles, strict=True):
        line = {"color": palette.border, "width": 1.5}
        shapes.append({**hung(0.5, 1, type="path", fillcolor=palette.panel, line=line), "path": _moved(card, y)})
        notes.append(_note(f"<b>{escaped(stage.capitalize(), 16, 2)}</b>", _COLUMN, y, _NAME, palette.text))
    height = middles[-1] + _TALL / 2 + 14
    for place, text in enumerate(below):
        notes.append(_note(escaped(text, 60, 1), 0, height + LINE * (place + 0.5), _NAME, palette.text))
    height = round(height + LINE * len(below) + 8)
    return figure_of(
        mode,
        height,
        [],
        x={"visible": False, "fixedrange": True, "range": [-1, 1]},
        y={"visible": False, "fixedrange": True, "range": [height, 0]},
        margin={"l": 0, "r": 0, "t": 0, "b": 0},
        shapes=shapes,
        annotations=notes,
    )


def _moved(card: str, y: float) -> str:
    """The path of a box around 0 at its place down the column."""

    def place(pair: str) -> str:
        right, up = pair.split(",")
        return f"{float(right) + _COLUMN:g},{float(up) - y:g}"

    return " ".join(place(part) if "," in part else part for part in card.split())


def _spans(row: Row, stages: Sequence[str]) -> int:
    return stages.index(str(row["to"])) - stages.index(str(row["from"]))


def _widths(row: Row, scale: float) -> tuple[float, float]:
    """Width of a path, and of the pale edge that reaches the upper end of its interval."""
    core = max(abs(float(row["coefficient"])) * scale, _THIN)
    return core, max(core, max(abs(float(row[name])) for name in ("low", "high")) * scale)


def _way(row: Row, stages: Sequence[str], wide: float) -> _Way:
    first, last = (_TOP + _APART * stages.index(str(row[name])) for name in ("from", "to"))
    long = _head(wide) * 0.9
    spans = _spans(row, stages)
    if spans == 1:
        tip = last - _TALL / 2 - _GAP
        line = f"M {_COLUMN},{-first - _TALL / 2:g} L {_COLUMN},{long - tip:g}"
        return _Way(line, (_COLUMN, tip), (0, 1), (_COLUMN, (first + last) / 2, 1))
    edge, bow = _COLUMN + _WIDE / 2, _REACH + _FURTHER * (spans - 2)
    # The longer path leaves above the shorter one and arrives below it, so that they don't lie over each other.
    port = _PORT if spans == 2 else -_PORT
    first, last = first + port, last - port
    far = edge + bow / 0.75
    line = f"M {edge:g},{-first:g} C {far:g},{-first:g} {far:g},{-last:g} {edge + _GAP + long:g},{-last:g}"
    side = 1 if spans == 2 else -1
    return _Way(line, (edge + _GAP, last), (-1, 0), (edge + bow, (first + last) / 2, side))


def _head(wide: float) -> float:
    """Half the width of an arrow head."""
    return max(wide * 0.95, _HEAD / 2)


def _path(row: Row, way: _Way, core: float, wide: float, palette: Palette) -> list[dict[str, Any]]:
    dash = {} if float(row["low"]) > 0 or float(row["high"]) < 0 else {"dash": "7px,5px"}
    pale, line = {"color": faded(palette.blue, _HALO), "width": wide}, {"color": palette.blue, "width": core, **dash}
    half = _head(wide)
    (x, y), (right, down), long = way.tip, way.heading, half * 0.9
    corners = [(x, -y)] + [
        (x - right * long + down * aside, -(y - down * long + right * aside)) for aside in (half, -half)
    ]
    return [
        hung(0.5, 1, type="path", path=way.line, line=pale),
        hung(0.5, 1, type="path", path=way.line, line=line),
        polygon(0.5, 1, corners, palette.blue),
    ]


def _words(row: Row, way: _Way, wide: float, palette: Palette) -> dict[str, Any]:
    """The coefficient beside a path, and its interval below that."""
    x, y, side = way.words
    figures = wording.between(*(wording.signed(float(row[name]), 2) for name in ("low", "high")))
    text = (
        f"<b>{wording.signed(float(row['coefficient']), 2)}</b><br>"
        f'<span style="font-size:{_SMALL}px;color:{palette.muted}">{figures}</span>'
    )
    anchor = {"xanchor": "left", "align": "left"} if side > 0 else {"xanchor": "right", "align": "right"}
    return _note(text, x + side * (max(wide, _HEAD / 2) / 2 + 6), y, _NAME, palette.text, **anchor)


def _note(text: str, right: float, down: float, size: int, colour: str, **more: object) -> dict[str, Any]:
    place = {"xref": "paper", "yref": "paper", "xanchor": "center", "align": "center", "yanchor": "middle"}
    font = {"size": size, "color": colour}
    return annotation(text, 0.5, 1, **{**place, "xshift": right, "yshift": -down, "font": font, **more})
