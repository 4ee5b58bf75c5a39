"""KML: placemarks with a shape and facts, made into the features of GeoJSON. Nothing that a file links to is fetched.

Source: OGC KML 2.3 (12-007r2): coordinates are longitude, latitude and height in WGS84.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree

from data.readers.source import Problem, Refused

_FETCH = "It may be cut short or damaged; fetch it again"
_SHAPES = ("Polygon", "MultiGeometry", "Point", "LineString", "LinearRing")


def collection(text: str) -> dict[str, Any]:
    """The placemarks of a KML document as a feature collection of GeoJSON.

    Raises
    ------
    Refused
        If it is no well-formed XML, declares entities, or a coordinate is no number.
    """
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        what = "the file declares a document type or entities, which areas never need"
        raise Refused([Problem(what, "Save it again from the program that made it")])
    try:
        root = ElementTree.fromstring(text)  # noqa: S314 - without entities there is nothing to expand
        places = [element for element in root.iter() if _tag(element) == "Placemark"]
        if _nested(root):
            raise Refused([Problem("areas of the file stand inside other areas", _FETCH)])
        features = [_feature(place) for place in places]
    except ElementTree.ParseError as error:
        raise Refused([Problem(f"the file can't be read as XML ({error})", _FETCH)]) from error
    except Refused:
        raise
    except (IndexError, ValueError) as error:
        raise Refused([Problem("a coordinate of the file is no number", _FETCH)]) from error
    return {"features": features, "crs": None}


def _nested(root: ElementTree.Element) -> bool:
    """Whether a placemark or polygon stands in another one: each would be searched again for every one around it."""
    waiting: list[tuple[ElementTree.Element, frozenset[str]]] = [(root, frozenset())]
    while waiting:
        element, around = waiting.pop()
        tag = _tag(element)
        if tag in around:
            return True
        inside = around | {tag} if tag in ("Placemark", "Polygon") else around
        waiting += [(child, inside) for child in element]
    return False


def _tag(element: ElementTree.Element) -> str:
    """Name of an element without its namespace, which differs between versions."""
    return str(element.tag).rpartition("}")[2]


def _feature(place: ElementTree.Element) -> dict[str, Any]:
    shape = next((child for child in place if _tag(child) in _SHAPES), None)
    return {"properties": dict(_facts(place)), "geometry": None if shape is None else _geometry(shape)}


def _facts(place: ElementTree.Element) -> Iterator[tuple[str, str | None]]:
    """The name, and what stands under ExtendedData, typed or not."""
    own = set(place)
    for element in place.iter():
        tag, name = _tag(element), element.get("name")
        if tag == "name" and element in own:
            yield "name", element.text
        elif tag == "SimpleData" and name:
            yield name, element.text
        elif tag == "Data" and name:
            yield name, next((child.text for child in element if _tag(child) == "value"), None)


def _geometry(shape: ElementTree.Element) -> dict[str, Any]:
    polygons = [element for element in shape.iter() if _tag(element) == "Polygon"]
    if not polygons:
        return {"type": "Point", "coordinates": [0, 0]}  # no area, whatever else it is
    return {"type": "MultiPolygon", "coordinates": [_rings(polygon) for polygon in polygons]}


def _rings(polygon: ElementTree.Element) -> list[list[list[float]]]:
    """Rings of a polygon, the outer one first."""
    sides = sorted(polygon, key=lambda side: _tag(side) != "outerBoundaryIs")
    lists = [element for side in sides for element in side.iter() if _tag(element) == "coordinates"]
    return [[[float(part) for part in point.split(",")[:2]] for point in (ring.text or "").split()] for ring in lists]
