"""TopoJSON: areas made of arcs that neighbours share, put together into the features of GeoJSON.

Source: The TopoJSON Format Specification 1.0 (Bostock and Metcalf).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import accumulate
from typing import Any

from data.readers.source import Problem, Refused

Point = tuple[float, float]
_MOST_TIMES, _SPARE = 4, 1_000
"""Neighbours share an arc, so it is drawn twice; far more points than that are no map, and take for ever to mend."""
_LEAST = 4
"""Points of a ring, the last one being the first; rounding leaves fewer of some islands."""


def collection(topology: dict[str, Any]) -> dict[str, Any]:
    """The one object of a topology as a feature collection of GeoJSON.

    Raises
    ------
    Refused
        If there are several objects, or arcs are missing or hold no numbers.
    """
    objects = topology.get("objects")
    if not isinstance(objects, dict) or len(objects) != 1:
        names = ", ".join(map(str, objects)) if isinstance(objects, dict) else "none"
        what = f"the topology has not one layer, but these: {names or 'none'}"
        raise Refused([Problem(what, "Save the one layer of areas as a file of its own")])
    (layer,) = objects.values()
    try:
        arcs = list(_arcs(topology))
        drawn = sum(len(arcs[place]) for geometry in layer["geometries"] for place in _places(geometry.get("arcs")))
        if drawn > _MOST_TIMES * sum(map(len, arcs)) + _SPARE:
            raise ValueError("arcs are drawn again and again")
        features = [_feature(geometry, arcs) for geometry in layer["geometries"]]
    except (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError) as error:
        what = "the arcs of the topology can't be put together"
        raise Refused([Problem(what, "It may be cut short or damaged; fetch it again")]) from error
    return {"features": features, "crs": layer.get("crs") or topology.get("crs")}


def _arcs(topology: dict[str, Any]) -> Iterator[list[Point]]:
    """Points of each arc; where numbers are rounded, each is the step from the one before."""
    transform = topology.get("transform")
    for arc in topology["arcs"]:
        if transform is None:
            yield [(float(x), float(y)) for x, y, *_ in arc]
            continue
        (west, south), (width, height) = transform["translate"], transform["scale"]
        places = zip(accumulate(point[0] for point in arc), accumulate(point[1] for point in arc), strict=True)
        yield [(x * width + west, y * height + south) for x, y in places]


def _places(arcs: object) -> Iterator[int]:
    """Places of the arcs of a geometry, whether forwards or backwards, in lists of whatever depth."""
    if isinstance(arcs, list):
        for part in arcs:
            yield from _places(part)
    elif isinstance(arcs, int):
        yield arcs if arcs >= 0 else ~arcs


def _feature(geometry: dict[str, Any], arcs: list[list[Point]]) -> dict[str, Any]:
    kind = geometry.get("type")
    shape = None
    if kind in ("Polygon", "MultiPolygon"):
        polygons = [geometry["arcs"]] if kind == "Polygon" else geometry["arcs"]
        made = [_rings(polygon, arcs) for polygon in polygons]
        shape = {"type": "MultiPolygon", "coordinates": [rings for rings in made if rings]}
    elif kind is not None:
        shape = {"type": kind, "coordinates": geometry.get("coordinates", [])}
    return {"id": geometry.get("id"), "properties": geometry.get("properties"), "geometry": shape}


def _rings(polygon: Iterable[list[int]], arcs: list[list[Point]]) -> list[list[Point]]:
    """Rings of a polygon, the outer one first; none where rounding left nothing of that."""
    outer, *holes = [_ring(ring, arcs) for ring in polygon]
    return [outer, *(hole for hole in holes if len(hole) >= _LEAST)] if len(outer) >= _LEAST else []


def _ring(ring: list[int], arcs: list[list[Point]]) -> list[Point]:
    """Arcs one after the other, ``~n`` being arc n backwards; each starts where the one before ends."""
    points: list[Point] = []
    for place in ring:
        arc = arcs[place] if place >= 0 else arcs[~place][::-1]
        points += arc[1:] if points else arc
    return points
