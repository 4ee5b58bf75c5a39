"""A sparkline as a picture of its own: line, band and the last estimate on its interval."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from analytics.charts.house import PALETTES

_WIDE, _HIGH = 180, 46
_LEFT, _RIGHT = 4, 8


@dataclass(frozen=True)
class Spark:
    """One point; its interval is None where none can be given, and all is None where there is no figure."""

    estimate: float | None
    low: float | None = None
    high: float | None = None


def sparkline(points: Sequence[Spark], span: float) -> str:
    """Draw a few points on a scale of fixed span, so that noise does not look like movement and pictures compare.

    Parameters
    ----------
    points
        In order of time; the last one that has an estimate is marked with its interval.
    span
        What the height stands for, in the unit of the estimates; the middle of the estimates is in the middle.

    Returns
    -------
    str
        SVG that follows light and dark by itself; empty where there is nothing to draw.
    """
    known = [(place, point) for place, point in enumerate(points) if point.estimate is not None]
    if not known:
        return ""
    values = [point.estimate for _, point in known if point.estimate is not None]
    middle = (min(values) + max(values)) / 2
    step = (_WIDE - _LEFT - _RIGHT) / max(len(points) - 1, 1)

    def at(place: int, value: float) -> str:
        return f"{_LEFT + place * step:.1f} {_height(value, middle, span):.1f}"

    line = " ".join(
        f"{'L' if place and points[place - 1].estimate is not None else 'M'}{at(place, point.estimate)}"
        for place, point in known
        if point.estimate is not None
    )
    wide = [
        (place, point.low, point.high) for place, point in known if point.low is not None and point.high is not None
    ]
    band = ""
    if len(wide) > 1:
        over = " ".join(f"L{at(place, high)}" for place, _, high in wide)
        under = " ".join(f"L{at(place, low)}" for place, low, _ in reversed(wide))
        band = f'<path class="band" d="M{over[1:]} {under} Z"/>'
    place, last = known[-1]
    bar = ""
    if last.low is not None and last.high is not None:
        bar = f'<path class="bar" d="M{at(place, last.low)} L{at(place, last.high)}"/>'
    x, y = at(place, values[-1]).split()
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDE} {_HIGH}" width="{_WIDE}" height="{_HIGH}">'
        f'<style>{_STYLE}</style>{band}<path class="line" d="{line}"/>{bar}'
        f'<circle cx="{x}" cy="{y}" r="4"/></svg>'
    )


def _height(value: float, middle: float, span: float) -> float:
    return min(max(_HIGH / 2 - (value - middle) / span * _HIGH, 1), _HIGH - 1)


def _colours(blue: str, ground: str, band: float) -> str:
    return (
        f".band{{fill:{blue};opacity:{band}}}.line,.bar{{fill:none;stroke:{blue}}}"
        f"circle{{fill:{blue};stroke:{ground};stroke-width:1.5}}"
    )


_STYLE = (
    ".line{stroke-width:2;stroke-linejoin:round}.bar{stroke-width:2}"
    + _colours(PALETTES["light"].blue, PALETTES["light"].ground, PALETTES["light"].band)
    + "@media(prefers-color-scheme:dark){"
    + _colours(PALETTES["dark"].blue, PALETTES["dark"].ground, PALETTES["dark"].band)
    + "}"
)
