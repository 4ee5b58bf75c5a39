"""Shapes of a drawing laid out in pixels around a place of its area, so that they keep their size at any width."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


def hung(x: float, y: float, **look: Any) -> dict[str, Any]:  # noqa: ANN401
    """A shape in pixels, right and up, around a place of the drawing, 0 to 1 across and from the bottom."""
    return {
        "xref": "paper",
        "yref": "paper",
        "xsizemode": "pixel",
        "ysizemode": "pixel",
        "xanchor": x,
        "yanchor": y,
        "layer": "above",
        **look,
    }


def polygon(x: float, y: float, corners: Sequence[tuple[float, float]], colour: str) -> dict[str, Any]:
    """A filled polygon from its corners, in pixels right and up."""
    path = f"M {' L '.join(f'{right:.1f},{up:.1f}' for right, up in corners)} Z"
    return hung(x, y, type="path", path=path, fillcolor=colour, line={"width": 0})


def rounded(right: float, top: float, by: float) -> str:
    """The path of a rectangle around 0 with round corners."""
    return (
        f"M {by - right},{top} L {right - by},{top} Q {right},{top} {right},{top - by} L {right},{by - top} "
        f"Q {right},{-top} {right - by},{-top} L {by - right},{-top} Q {-right},{-top} {-right},{by - top} "
        f"L {-right},{top - by} Q {-right},{top} {by - right},{top} Z"
    )
