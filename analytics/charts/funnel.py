"""Ratios of areas against how much each can tell, between limits that are wide where little can be told."""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from analytics import near_one, wording
from analytics.charts.house import (
    FOOT,
    LINE,
    PALETTES,
    Palette,
    annotation,
    escaped,
    figure_of,
    hover_text,
    is_true,
    number,
    tick_text,
)
from analytics.charts.rates import ratio_ticks
from analytics.finding import Mode
from analytics.records import records_of

if TYPE_CHECKING:
    import pandas as pd
    import plotly.graph_objects as go

Row = Mapping[Hashable, Any]

_HEIGHT, _TOP, _RIGHT = 340, 8, 72
_FOOT = FOOT + LINE + 6
_PLOT = _HEIGHT - _TOP - _FOOT
_AXIS = "Expected searches of each group"

_LIMITS = (("95 %", "limit_low_95", "limit_high_95", "5px,4px"), ("99.8 %", "limit_low_998", "limit_high_998", "solid"))
"""Name, ends and dash of each pair of limits, the narrower first."""

_NAMED = 6
"""Areas that are named in the drawing, those farthest from the ratio; the sentence and the table name the others."""

_HALF = 0.55  # Part of the width past which a name stands left of its mark.
_LETTERS = 16  # Of a line of a name: two such lines stand beside a mark on a phone.


def ratio_funnel(rows: pd.DataFrame, mode: Mode, ratio: float) -> go.Figure:
    """Ratios of areas against how much they can tell, both on log scales, with two pairs of limits around a ratio.

    Parameters
    ----------
    rows
        One row an area: name, ratio, low, high, equal_to, limit_low_95, limit_high_95, limit_low_998, limit_high_998
        and flagged. Rows without a ratio are left out.
    mode
        Ground of the page.
    ratio
        What areas are set against; its line is called ``all areas``.

    Returns
    -------
    Figure
        Areas inside are small and grey. Those that are flagged are large: a triangle up where they lie above, a
        triangle down below, and named. What lies beyond the 95 % limits without being flagged has a grey name.
    """
    palette = PALETTES[mode]
    drawn = sorted((row for row in records_of(rows) if number(row["ratio"]) is not None), key=_tells)
    span, across = _span([float(row["ratio"]) for row in drawn], ratio), _across(list(map(_tells, drawn)))
    flagged = [row for row in drawn if is_true(row["flagged"])]
    high = ratio_ticks(span)
    return figure_of(
        mode,
        _HEIGHT,
        [
            *(_limit(drawn, end, dash, span, palette) for _, *ends, dash in _LIMITS for end in ends),
            _inside([row for row in drawn if not is_true(row["flagged"])], palette),
            *(_outside([row for row in flagged if (row["ratio"] > ratio) == up], up, palette) for up in (True, False)),
        ]
        if drawn
        else [],
        x={
            "type": "log",
            "range": [math.log10(end) for end in across],
            "tickvals": _steps(across),
            "ticktext": [tick_text(wording.rate(tick)) for tick in _steps(across)],
            "title": {"text": _AXIS, "standoff": 6, "font": {"size": 13, "color": palette.muted}},
        },
        y={
            "type": "log",
            "range": [math.log10(end) for end in span],
            "tickvals": high,
            "ticktext": [tick_text(wording.times(tick)) for tick in high],
            "ticklabelstandoff": 4,
        },
        annotations=[
            annotation("times", 0, math.log10(high[-1]), xref="paper", **_plate(palette), xshift=-2),
            *_line_names(drawn, ratio, span, palette),
            *_names(drawn, ratio, span, across, palette),
        ],
        shapes=[
            {
                "type": "line",
                "xref": "paper",
                "x0": 0,
                "x1": 1,
                "y0": ratio,
                "y1": ratio,
                "layer": "below",
                "line": {"color": palette.text, "width": 1.5},
            }
        ],
        margin={"t": _TOP, "b": _FOOT, "r": _RIGHT},
    )


def _tells(row: Row) -> float:
    return float(row["equal_to"])


def _plate(palette: Palette) -> dict[str, Any]:
    return {"bgcolor": palette.ground, "font": {"color": palette.muted}}


def _span(ratios: Iterable[float], ratio: float) -> tuple[float, float]:
    """Ends of the axis: every dot, and an octave on either side of the ratio that all are set against."""
    every = [*ratios, ratio / 2, ratio * 2]
    return min(every) / 1.2, max(every) * 1.2


def _across(tells: Sequence[float]) -> tuple[float, float]:
    """Ends of the axis across: every dot with some room, and at least a factor of 4 between them."""
    low, high = min(tells, default=1.0), max(tells, default=1.0)
    room = max(1.25, 2 / math.sqrt(high / low))
    return low / room, high * room


def _steps(across: tuple[float, float]) -> list[float]:
    """Round ticks on a log scale, at most four."""
    for digits in ((1, 2, 5), (1, 3), (1,)):
        ticks = [digit * 10.0**power for power in range(-3, 9) for digit in digits]
        ticks = [tick for tick in ticks if across[0] <= tick <= across[1]]
        if len(ticks) <= 4:
            return ticks
    return ticks[:: math.ceil(len(ticks) / 4)]


def _limit(rows: Sequence[Row], name: str, dash: str, span: tuple[float, float], palette: Palette) -> dict[str, Any]:
    """One limit through every area, drawn as one that narrows throughout: few counts and uneven residents make it jump.

    What lies off the axis goes on past its end, and 0 has no place on a log scale.
    """
    from scipy.optimize import isotonic_regression

    ends = math.log(span[0] / 4), math.log(span[1] * 4)
    known = [ends[0] if row[name] <= 0 else min(max(math.log(row[name]), ends[0]), ends[1]) for row in rows]
    narrowing = isotonic_regression(known, increasing="low" in name).x
    return {
        "x": [_tells(row) for row in rows],
        "y": [math.exp(value) for value in narrowing.tolist()],
        "mode": "lines",
        "line": {"color": palette.soft, "width": 1.5, "dash": dash},
        "hoverinfo": "skip",
    }


def _marks(rows: Sequence[Row], said: str) -> dict[str, Any]:
    return {
        "x": [_tells(row) for row in rows],
        "y": [float(row["ratio"]) for row in rows],
        "mode": "markers",
        "hovertext": [_hover(row, said) for row in rows],
        "hoverinfo": "text",
        "cliponaxis": False,
    }


def _inside(rows: Sequence[Row], palette: Palette) -> dict[str, Any]:
    ring = {"color": palette.ground, "width": 1}
    return {
        **_marks(rows, ""),
        "marker": {"symbol": "circle", "size": 8, "color": palette.soft, "opacity": 0.85, "line": ring},
    }


def _outside(rows: Sequence[Row], up: bool, palette: Palette) -> dict[str, Any]:
    ring = {"color": palette.ground, "width": 1.5}
    symbol, colour = ("triangle-up", palette.orange) if up else ("triangle-down", palette.blue)
    return {
        **_marks(rows, f"outside the limits, {'above' if up else 'below'}"),
        "marker": {"symbol": symbol, "size": 14, "color": colour, "opacity": 1, "line": ring},
    }


def _hover(row: Row, said: str) -> str:
    ends = (row["low"], row["high"]), (row["limit_low_95"], row["limit_high_95"])
    own, limits = (
        wording.NO_RANGE if wording.missing(low) else near_one.between(float(low), float(high)) for low, high in ends
    )
    tells = f"as much as {wording.count(_tells(row))} expected searches of each group"
    ratio = f"{near_one.times(float(row['ratio']))} times, {own}"
    return hover_text(row["name"], ratio, f"95 % limits {limits}", tells, said)


def _line_names(rows: Sequence[Row], ratio: float, span: tuple[float, float], palette: Palette) -> list[dict[str, Any]]:
    """Names of the lines at their right end, pushed up where they would lie over each other."""
    if not rows:
        return []
    named, before = [("all areas", ratio, palette.text)], -float(LINE)
    named += [(name, float(rows[-1][high]), palette.muted) for name, _, high, _ in _LIMITS]
    notes = []
    for name, value, colour in named:
        before = min(max(_pixels(value, span), before + LINE), float(_PLOT))
        at = math.log10(span[0]) + before / _PLOT * math.log10(span[1] / span[0])
        notes.append(annotation(name, 1, at, xref="paper", xshift=6, font={"color": colour}))
    return notes


def _pixels(value: float, span: tuple[float, float]) -> float:
    """Height of a ratio over the lower end of the axis."""
    return math.log(min(max(value, span[0]), span[1]) / span[0]) / math.log(span[1] / span[0]) * _PLOT


def _names(
    rows: Sequence[Row], ratio: float, span: tuple[float, float], across: tuple[float, float], palette: Palette
) -> list[dict[str, Any]]:
    """Names beside the marks of what lies outside: flagged first, then what chance can have beyond the 95 % limits.

    One that would lie over another is left to the sentence.
    """
    notes: list[dict[str, Any]] = []
    taken: list[tuple[float, float]] = []
    for row in sorted(filter(_is_beyond, rows), key=lambda row: (not is_true(row["flagged"]), -_far(row, ratio))):
        at, height = math.log10(_tells(row)), _pixels(float(row["ratio"]), span)
        part = (at - math.log10(across[0])) / math.log10(across[1] / across[0])
        name = escaped(row["name"], _LETTERS, 2)
        tall = LINE * (1 + name.count("<br>"))
        over = any(abs(height - other) < tall and abs(part - taken_part) < _HALF for taken_part, other in taken)
        if over or len(notes) == _NAMED:
            continue
        taken.append((part, height))
        left = part < _HALF
        side = {"xanchor": "left", "xshift": 10} if left else {"xanchor": "right", "xshift": -10, "align": "right"}
        colour = palette.text if is_true(row["flagged"]) else palette.muted
        plate = {"bgcolor": palette.ground, "font": {"color": colour}}
        notes.append(annotation(name, at, math.log10(float(row["ratio"])), **plate, **side))
    return notes


def _is_beyond(row: Row) -> bool:
    return is_true(row["flagged"]) or not row["limit_low_95"] <= row["ratio"] <= row["limit_high_95"]


def _far(row: Row, ratio: float) -> float:
    return abs(math.log(row["ratio"] / ratio))
