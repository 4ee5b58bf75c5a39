"""What lies near the edge of an area: the other areas within 50 metres of a point, and how finely a set is drawn.

Published points of searches are map points near their places, so a search near an edge may have been on its other side.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from pyproj import Transformer
    from shapely import STRtree

    Shapes = NDArray[np.object_]

NEAR = 50
"""Metres from an edge within which a search may have been on its other side."""

NOTHING = "None"
"""What is written of a point with no other area near it."""

_GRID = "EPSG:27700"


def on_grid(longitude: NDArray[np.float64], latitude: NDArray[np.float64]) -> STRtree:
    """Points on the British National Grid, in a tree; None of those so far away that the grid does not reach them.

    Parameters
    ----------
    longitude, latitude
        Degrees, WGS84; shape (n,).
    """
    import numpy as np
    import shapely

    east, north = _metres(longitude, latitude)
    return shapely.STRtree(np.where(np.isfinite(east) & np.isfinite(north), shapely.points(east, north), None))


def beside(
    points: STRtree, codes: NDArray[np.object_], sets: Iterable[tuple[NDArray[np.object_], Shapes]]
) -> NDArray[np.object_]:
    """The other areas within `NEAR` metres of each point.

    They are those of the boundary set that holds the point, or, of a point that none holds, of the first set with an
    area so near it. Where no area is drawn on the other side of an edge, none is near.

    Parameters
    ----------
    points
        What `on_grid` makes of n points.
    codes
        The area that holds each point, None where none does; shape (n,).
    sets
        Codes and shapes of boundary sets, the preferred one first, as `data.geography.ranked_sets` gives them.

    Returns
    -------
    ndarray of text, shape (n,)
        GSS codes with a space between, in their order; `NOTHING` where there are none.
    """
    import numpy as np

    near = np.full(len(codes), NOTHING, dtype=object)
    waiting, nowhere = np.ones(len(codes), dtype=bool), codes == None  # noqa: E711 - of every point
    for names, shapes in sets:
        if not waiting.any():
            break
        area, point = points.query(_projected(shapes), predicate="dwithin", distance=NEAR)
        own = names[area] == codes[point]
        here = np.zeros(len(codes), dtype=bool)
        here[point[own | nowhere[point]]] = True
        here &= waiting
        kept = here[point] & ~own
        area, point = area[kept], point[kept]
        order = np.lexsort((area, point))
        found, starts, number = np.unique(point[order], return_index=True, return_counts=True)
        listed = names[area[order]]
        near[found] = listed[starts]
        for place, start, many in zip(found[number > 1], starts[number > 1], number[number > 1], strict=True):
            near[place] = " ".join(listed[start : start + many])
        waiting &= ~here
    return near


def grain(shapes: Shapes) -> float:
    """How finely borders are drawn: half of their length is in straight pieces of at least so many metres.

    Simplified borders have longer pieces than the ground has, and pieces do not say by how much they were moved: see
    docs/methods.md for what simplified borders measure.

    Parameters
    ----------
    shapes
        Polygons or multipolygons, degrees (WGS84); shape (areas,).
    """
    import numpy as np
    import shapely

    lines = shapely.get_parts(shapely.boundary(_projected(shapes)))
    points, line = shapely.get_coordinates(lines, return_index=True)
    pieces = np.sort(np.hypot(*np.diff(points, axis=0).T)[np.diff(line) == 0])
    return float(pieces[np.searchsorted(pieces.cumsum(), pieces.sum() / 2)])


def _projected(shapes: Shapes) -> Shapes:
    import numpy as np
    import shapely

    return np.asarray(shapely.transform(shapes, lambda points: np.column_stack(_metres(*points.T))))


def _metres(longitude: NDArray[np.float64], latitude: NDArray[np.float64]) -> tuple[NDArray[np.float64], ...]:
    east, north = _to_grid().transform(longitude, latitude)
    return east, north


@cache
def _to_grid() -> Transformer:
    """From degrees to metres; to look a transformation up takes longer than to place a thousand points."""
    import pyproj

    return pyproj.Transformer.from_crs("EPSG:4326", _GRID, always_xy=True)
