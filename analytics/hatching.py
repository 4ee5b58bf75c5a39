"""Hatching of areas: slanted lines that end at the border, as a map without patterns draws them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

Point = Sequence[float]
_DIGITS = 5


def hatched(polygons: Iterable[Sequence[Sequence[Point]]], step: float, squash: float) -> list[list[list[float]]]:
    """Lines that fall from left to right across some polygons, those of neighbours being each other's continuation.

    Parameters
    ----------
    polygons
        Each a list of rings of points, the outer one first; degrees of longitude and latitude.
    step
        Degrees of longitude from one line to the next.
    squash
        Degrees of latitude that are as long on the map as one of longitude: the cosine of the latitude.

    Returns
    -------
    list
        Lines of two points or more.
    """
    import shapely

    found = []
    for rings in polygons:
        area = shapely.make_valid(shapely.Polygon(rings[0], rings[1:]))
        west, south, east, north = area.bounds
        # On the map a line is where longitude and stretched latitude add up to the same.
        first, last = math.ceil((west + south / squash) / step), math.floor((east + north / squash) / step)
        across = [
            [(west, (place * step - west) * squash), (east, (place * step - east) * squash)]
            for place in range(first, last + 1)
        ]
        parts = shapely.get_parts(shapely.intersection(area, shapely.MultiLineString(across)))
        found += [
            [[round(x, _DIGITS), round(y, _DIGITS)] for x, y in part.coords]
            for part in parts
            if part.geom_type == "LineString"
        ]
    return found
