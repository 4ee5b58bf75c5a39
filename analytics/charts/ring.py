"""The confidence cycle as a ring: six stages with their scores, and six links whose width is their strength.

Boxes, arrow heads and words are laid out in pixels and hang at three places of the width: left, middle and right. The
links between these stretch, so the drawing is whole on a phone and on a wide page.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from analytics import wording
from analytics.charts.house import (
    PALETTES,
    Palette,
    annotation,
    as_text,
    escaped,
    faded,
    figure_of,
    hover_text,
    is_true,
    number,
)
from analytics.charts.pixels import hung, polygon, rounded
from analytics.finding import Mode
from analytics.records import records_of

if TYPE_CHECKING:
    import pandas as pd
    import plotly.graph_objects as go

Row = Mapping[Hashable, Any]

_WIDE, _TALL = 142, 88  # Of a box.
_ROUND = 8  # Its corners.
_DISC = 10.5  # Of the disc with its number, on its corner.
_ROWS = (56, 176, 370, 490)  # Middles of the rows of boxes, from the top.
_HEIGHT = 538
_THICK = 16  # The strongest link.
_THIN = 2
_HALO = 0.26
_HEAD = 20  # Least width of an arrow head.
_GAP = 3  # Between a tip and the box it points at.
_WORDS = {
    "clearly above": "↑ above the others",
    "clearly below": "↓ below the others",
    "rose": "↑ rose",
    "fell": "↓ fell",
}
_SMALL, _NAME, _SCORE = 12, 13, 24
_LONG = 20  # Letters of a name that needs the small size.


@dataclass(frozen=True)
class _Box:
    """Where a stage stands: the place of its middle across, 0 to 1, and down in pixels."""

    x: float
    y: int


_BOXES = (
    _Box(0.5, _ROWS[0]),
    _Box(1.0, _ROWS[1]),
    _Box(1.0, _ROWS[2]),
    _Box(0.5, _ROWS[3]),
    _Box(0.0, _ROWS[2]),
    _Box(0.0, _ROWS[1]),
)
"""The six stages, clockwise from the top."""


@dataclass(frozen=True)
class _Way:
    """The way of a link: its line, where its tip is and in which direction it points, and where its words stand.

    Attributes
    ----------
    line
        Path across in shares of the width and down in pixels.
    at, tip
        Place across that its head hangs at, and the tip from there, in pixels right and down.
    heading
        Which way it points: right, down or left, up.
    words
        Place across of its words, and their distance from there, right and down.
    """

    line: str
    at: float
    tip: tuple[float, float]
    heading: tuple[int, int]
    words: tuple[float, float, float]


_ABOVE, _BELOW = _ROWS[0], _ROWS[3]
_SIDE = _WIDE / 2 + _GAP
_UP, _DOWN = _ROWS[1] - _TALL / 2, _ROWS[1] + _TALL / 2  # Edges of the upper pair of boxes.
_UPPER, _LOWER = _ROWS[2] - _TALL / 2, _ROWS[2] + _TALL / 2  # And of the lower pair.
_MIDDLE = (_DOWN + _UPPER) / 2


def _down(y: float) -> str:
    """A place down as a share of the height, from the bottom."""
    return f"{1 - y / _HEIGHT:.5f}"


def _bent(start: tuple[float, float], corner: tuple[float, float], end: tuple[float, float]) -> str:
    """A path from one place to another, round a corner."""
    (x, y), (right, down), (last, lowest) = start, corner, end
    turn = f"{right:g},{_down(down)}"
    return f"M {x:g},{_down(y)} C {turn} {turn} {last:g},{_down(lowest)}"


def _straight(x: float, start: float, end: float) -> str:
    return f"M {x:g},{_down(start)} L {x:g},{_down(end)}"


_WAYS = (
    _Way(_bent((0.5, _ABOVE), (1, _ABOVE), (1, _UP)), 1, (0, _UP - _GAP), (0, 1), (1, 1, _UP - 42)),
    _Way(_straight(1, _ROWS[1], _UPPER), 1, (0, _UPPER - _GAP), (0, 1), (1, 1, _MIDDLE)),
    _Way(_bent((1, _LOWER), (1, _BELOW), (0.5, _BELOW)), 0.5, (_SIDE, _BELOW), (-1, 0), (1, 1, _LOWER + 42)),
    _Way(_bent((0.5, _BELOW), (0, _BELOW), (0, _LOWER)), 0, (0, _LOWER + _GAP), (0, -1), (0, -1, _LOWER + 42)),
    _Way(_straight(0, _ROWS[2], _DOWN), 0, (0, _DOWN + _GAP), (0, -1), (0, -1, _MIDDLE)),
    _Way(_bent((0, _UP), (0, _ABOVE), (0.5, _ABOVE)), 0.5, (-_SIDE, _ABOVE), (1, 0), (0, -1, _UP - 42)),
)
"""The six links, each from the stage of its place to the next."""


def ring(
    stages: pd.DataFrame, links: pd.DataFrame, mode: Mode, middle: Sequence[str] = (), weakest: Sequence[int] = ()
) -> go.Figure:
    """The stages of the cycle and the links between neighbours.

    Parameters
    ----------
    stages
        Six rows, in the order of the cycle: stage, score, low, high (fractions of 1), base, questions, flag and
        verdict (``rose``, ``fell``, ``clearly above``, ``clearly below`` or anything else). Where the score is null the
        flag says why.
    links
        A row for each link in the same order, the last one back to the first stage: from, to, strength, low, high
        (fractions of 1, for one standard deviation), clear (whether it is told from none), flag. A null strength is a
        link that is not known; no rows are none known.
    mode
        Ground of the page.
    middle
        What the middle says: a few words and, below them, in bold, what they are of.
    weakest
        Which of the links are to be looked at as weak, from 0. They alone are orange, and bear the word.

    Returns
    -------
    Figure
        The width of a link is its strength and its pale edge reaches the upper end of its interval; a dashed one is not
        clear, a thin grey one not known.
    """
    palette = PALETTES[mode]
    rows, known = records_of(stages), _by_place(links)
    strongest = max((abs(number(row["strength"]) or 0) for row in known.values()), default=0) or 1
    scale = _THICK / strongest
    shapes = [
        shape
        for place, way in enumerate(_WAYS)
        for shape in _link(known.get(place, {}), way, palette, scale, place in weakest)
    ]
    shapes += [shape for place, row in enumerate(rows) for shape in _box(row, _BOXES[place], palette)]
    notes = [note for place, row in enumerate(rows) for note in _stage(row, place, palette)]
    notes += [
        note
        for place, way in enumerate(_WAYS)
        for note in _strength(known.get(place, {}), way, palette, scale, place in weakest)
    ]
    notes += _middle(middle, palette, bool(weakest))
    return figure_of(
        mode,
        _HEIGHT,
        [_hovers(rows, known, palette)],
        x={"visible": False, "fixedrange": True, "range": [0, 1]},
        y={"visible": False, "fixedrange": True, "range": [_HEIGHT, 0]},
        margin={"l": _WIDE / 2 + _DISC + 1, "r": _WIDE / 2 + _DISC + 1, "t": 0, "b": 0},
        shapes=shapes,
        annotations=notes,
    )


def _by_place(links: pd.DataFrame) -> dict[int, Row]:
    return {place: row for place, row in enumerate(records_of(links)) if number(row["strength"]) is not None}


def _link(row: Row, way: _Way, palette: Palette, scale: float, weakest: bool) -> list[dict[str, Any]]:
    """The pale edge of a link, its core, and the head that it ends in."""
    if not row:
        return [_path(way, palette.axis, _THIN), *_arrow(way, palette.axis, _THIN, palette)]
    colour = palette.orange if weakest else palette.blue
    core = max(abs(float(row["strength"])) * scale, _THIN)
    furthest = max(abs(float(row[name])) for name in ("low", "high"))
    dash = {} if is_true(row["clear"]) else {"dash": "9px,6px"}
    return [
        _path(way, faded(colour, _HALO), max(furthest * scale, core)),
        _path(way, colour, core, **dash),
        *_arrow(way, colour, max(core, furthest * scale), palette),
    ]


def _path(way: _Way, colour: str, width: float, **line: str) -> dict[str, Any]:
    return {
        "type": "path",
        "xref": "paper",
        "yref": "paper",
        "path": way.line,
        "line": {"color": colour, "width": width, **line},
        "layer": "above",
    }


def _arrow(way: _Way, colour: str, width: float, palette: Palette) -> list[dict[str, Any]]:
    """The head of a link, on a plate of the ground that ends its line where the head begins."""
    half = max(width * 0.95, _HEAD / 2)
    long = half * 0.9
    (x, y), (right, down) = way.tip, way.heading

    def point(back: float, aside: float) -> tuple[float, float]:
        return x - right * back + down * aside, _HEIGHT - (y - down * back + right * aside)

    plate = [
        point(-_GAP - 1, half + 2),
        point(-_GAP - 1, -half - 2),
        point(long - 0.5, -half - 2),
        point(long - 0.5, half + 2),
    ]
    head = [point(0, 0), point(long, half), point(long, -half)]
    return [polygon(way.at, 0, plate, palette.ground), polygon(way.at, 0, head, colour)]


def _box(row: Row, box: _Box, palette: Palette) -> list[dict[str, Any]]:
    """The card of a stage; with a strong edge where it is clearly different, dashed where it has no score."""
    clear = as_text(row["verdict"]) in _WORDS
    edge = {"color": palette.text if clear else palette.border, "width": 2.5 if clear else 1.5}
    if number(row["score"]) is None:
        edge = {"color": palette.axis, "width": 1.5, "dash": "4px,4px"}
    at = (box.x, 1 - box.y / _HEIGHT)
    disc = {"x0": -_WIDE / 2 - _DISC, "x1": -_WIDE / 2 + _DISC, "y0": _TALL / 2 - _DISC, "y1": _TALL / 2 + _DISC}
    edge_of_disc = {"color": palette.text if clear else palette.axis, "width": 1.5}
    return [
        hung(*at, type="path", path=_CARD, fillcolor=palette.panel, line=edge),
        hung(*at, type="circle", **disc, fillcolor=palette.ground, line=edge_of_disc),
    ]


_CARD = rounded(_WIDE / 2, _TALL / 2, _ROUND)


def _stage(row: Row, place: int, palette: Palette) -> list[dict[str, Any]]:
    """The words of a stage: its number, name, score and interval, or why there is no score."""
    box = _BOXES[place]
    notes = [_note(f"<b>{place + 1}</b>", box, -_WIDE / 2, -_TALL / 2, _SMALL, palette.text)]
    name = as_text(row["stage"]).capitalize()
    size = _NAME if len(name) < _LONG else _SMALL
    notes.append(_note(f"<b>{escaped(name, 24, 1)}</b>", box, 0, -26, size, palette.text))
    score = number(row["score"])
    if score is None:
        return [*notes, _note(escaped(row["flag"] or "no score", 20, 2), box, 0, 8, _SMALL, palette.muted)]
    said = _WORDS.get(as_text(row["verdict"]), "")
    lift = 0 if said else 4
    notes.append(_note(f"<b>{wording.percent(score)}</b>", box, 0, -3 + lift, _SCORE, palette.blue))
    low, high = number(row["low"]), number(row["high"])
    between = "no interval" if low is None or high is None else wording.percent_between(low, high)
    notes.append(_note(between, box, 0, 18 + lift, _SMALL, palette.muted))
    return [*notes, *([_note(f"<b>{said}</b>", box, 0, 33, _SMALL, palette.text)] if said else [])]


def _note(text: str, box: _Box, right: float, down: float, size: int, colour: str, **more: object) -> dict[str, Any]:
    place = {"xref": "paper", "yref": "paper", "xanchor": "center", "align": "center"}
    font = {"size": size, "color": colour}
    return annotation(
        text, box.x, 1 - box.y / _HEIGHT, **{**place, "xshift": right, "yshift": -down, "font": font, **more}
    )


def _strength(row: Row, way: _Way, palette: Palette, scale: float, weakest: bool) -> list[dict[str, Any]]:
    """The strength of a link beside it, and its interval below that."""
    if not row:
        return []
    x, side, y = way.words
    low, high = float(row["low"]), float(row["high"])
    aside = max(max(abs(low), abs(high)) * scale / 2, _HEAD / 4) + 6
    colour = palette.warning if weakest else palette.text
    figures = wording.points_between(low, high).removesuffix(" points")
    text = (
        f"<b>{wording.points(float(row['strength']))}</b><br>"
        f'<span style="font-size:{_SMALL}px;color:{palette.muted}">{figures}</span>'
        f"{'<br><b>weak link</b>' if weakest else ''}"
    )
    anchor = {"xanchor": "left", "align": "left"} if side > 0 else {"xanchor": "right", "align": "right"}
    return [_note(text, _Box(x, round(y)), side * aside, 0, _NAME, colour, **anchor)]


def _middle(words: Sequence[str], palette: Palette, stands_out: bool) -> list[dict[str, Any]]:
    if not words:
        return []
    first, *rest = words
    colour = palette.warning if stands_out else palette.text
    bold = [f'<span style="font-size:15px;color:{colour}"><b>{escaped(part, 22, 3)}</b></span>' for part in rest]
    text = "<br>".join([escaped(first, 22, 2), *bold])
    return [_note(text, _Box(0.5, round(_MIDDLE)), 0, 0, _NAME, palette.muted)]


def _hovers(rows: Sequence[Row], known: Mapping[int, Row], palette: Palette) -> dict[str, Any]:
    """Unseen marks in the middle of each box that say what it is of."""
    texts = []
    for row in rows:
        score = number(row["score"])
        base = number(row["base"])
        figures = (
            []
            if score is None
            else [f"{wording.percent(score)}, {wording.percent_between(float(row['low']), float(row['high']))}"]
        )
        texts.append(
            hover_text(
                as_text(row["stage"]).capitalize(),
                *figures,
                "" if base is None else wording.plural(int(base), "answer"),
                row.get("questions", ""),
                row["flag"],
            )
        )
    return {
        "x": [box.x for box in _BOXES[: len(texts)]],
        "y": [box.y for box in _BOXES[: len(texts)]],
        "mode": "markers",
        "marker": {"size": _TALL, "opacity": 0, "color": palette.blue},
        "hovertext": texts,
        "hoverinfo": "text",
        "cliponaxis": False,
    }
