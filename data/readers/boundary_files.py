"""From the bytes of a boundary file to columns and shapes: GeoJSON, TopoJSON, KML, GeoPackage or a zipped shapefile.

GeoJSON, TopoJSON and KML are read without GDAL, which fetches what a file names by a web address, such as a projection.
"""

from __future__ import annotations

import io
import json
import re
import sqlite3
import zipfile
from contextlib import closing
from dataclasses import dataclass
from itertools import count
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from data.readers import kml, topojson
from data.readers.apart import read_apart
from data.readers.source import Problem, Refused, Source
from data.readers.sources import DAMAGED_ZIP
from data.readers.text import decode, json_in

if TYPE_CHECKING:
    import numpy.typing as npt

_ZIP, _SQLITE, _BOM = b"PK\x03\x04", b"SQLite format 3\0", b"\xef\xbb\xbf"
_COLLECTION = re.compile(rb'"type"\s*:\s*"FeatureCollection"')
_TOPOLOGY = re.compile(rb'"type"\s*:\s*"Topology"')
_KML = re.compile(rb"<(?:\w+:)?kml[\s>]")
_LAYER_KEY = re.compile(rb'"((?:LSOA|MSOA|WD|LAD|PFA)\d\dCD)"\s*[:>]', re.IGNORECASE)
_AS_TEXT = (".geojson", ".topojson", ".kml")
_MOST_AREAS, _MOST_COLUMNS = 250_000, 1_000
"""England and Wales have some 36,000 LSOAs, the smallest areas that are read."""
_MOST_STEPS = 10_000
FETCH = "It may be cut short or damaged; fetch it again"


@dataclass(frozen=True)
class Layer:
    """What a file holds, before anything is made of it."""

    projection: str | None
    columns: dict[str, list[Any]]
    shapes: npt.NDArray[Any]
    note: str | None


def format_of(source: Source) -> str | None:
    """File ending of the format, told by its content; None for anything else."""
    content = source.content
    if content.startswith(_ZIP):
        return ".shp" if shapefiles(content) else None
    if content.startswith(_SQLITE):
        known = content[68:72] in (b"GPKG", b"GP10", b"GP11") or source.name.lower().endswith(".gpkg")
        return ".gpkg" if known else None
    head = content[:4096].removeprefix(_BOM).lstrip()
    if head.startswith(b"<"):
        return ".kml" if _KML.search(head) else None
    # Some programs write the members in alphabetical order, "type" last.
    parts = (head, content[-4096:]) if head.startswith(b"{") else ()
    if any(map(_COLLECTION.search, parts)):
        return ".geojson"
    return ".topojson" if any(map(_TOPOLOGY.search, parts)) else None


def shapefiles(content: bytes) -> list[str]:
    """Names of the shapefiles in a zip; none where it can't be opened."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return [name for name in archive.namelist() if name.lower().endswith(".shp") and not _is_shadow(name)]
    except DAMAGED_ZIP:
        return []


def _is_shadow(name: str) -> bool:
    """Whether this is one of the shadow files that macOS puts into a zip."""
    return name.startswith("__MACOSX/") or PurePosixPath(name).name.startswith("._")


def columns_of(source: Source) -> list[str]:
    """Names of the columns, as far as they can be had without reading shapes; `read` reports what is damaged."""
    content, kind = source.content, format_of(source)
    if kind in _AS_TEXT:
        return [name.decode() for name in dict.fromkeys(_LAYER_KEY.findall(content))]
    try:
        return _dbase_columns(content) if kind == ".shp" else _geopackage_columns(content)
    except (sqlite3.DatabaseError, UnicodeDecodeError, *DAMAGED_ZIP):
        return []


def _dbase_columns(content: bytes) -> list[str]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        table = next((n for n in archive.namelist() if n.lower().endswith(".dbf") and not _is_shadow(n)), None)
        if table is None:
            return []
        with archive.open(table) as stream:
            head = stream.read(32 + 32 * 256)
    # dBASE: a header of 32 bytes, then 32 for each column until a carriage return; a name has 11 bytes at most.
    ends = (place for place in range(32, len(head), 32) if head[place : place + 1] == b"\r")
    return [head[place : place + 11].partition(b"\0")[0].decode("latin-1") for place in range(32, next(ends, 32), 32)]


def _geopackage_columns(content: bytes) -> list[str]:
    with closing(database(content)) as connection:
        query = "SELECT p.name FROM gpkg_geometry_columns AS g, pragma_table_info(g.table_name) AS p LIMIT ?"
        return [str(name) for (name,) in connection.execute(query, (_MOST_COLUMNS,))]


def open_layer(source: Source) -> Layer:
    """What a boundary file holds.

    Raises
    ------
    Refused
        If it is damaged, holds no areas or several layers, or can't be told what it is.
    """
    layer = _open_text(source) if format_of(source) in _AS_TEXT else _open_with_gdal(source)
    if len(layer.shapes) > _MOST_AREAS:
        raise Refused([Problem(f"the file holds more than {_MOST_AREAS:,} areas", "Split it by force or region")])
    if not len(layer.shapes):
        raise Refused([Problem("the file holds no areas", FETCH)])
    return layer


def _open_text(source: Source) -> Layer:
    if format_of(source) == ".kml":
        text, note = decode(source.content)
        return _layer_of(kml.collection(text), note)
    value, note = json_in(source.content)
    held = _dict(value)
    return _layer_of(topojson.collection(held) if format_of(source) == ".topojson" else held, note)


def _layer_of(collection: dict[str, Any], note: str | None) -> Layer:
    """The layer that a feature collection is."""
    import shapely

    features = [_dict(feature) for feature in _list(collection.get("features"))]
    # The code may stand beside the properties, as the identifier of the feature.
    beside = [{"id": feature["id"]} if isinstance(feature.get("id"), str) else {} for feature in features]
    properties = [own | _dict(feature.get("properties")) for own, feature in zip(beside, features, strict=True)]
    names = dict.fromkeys(name for record in properties for name in record)
    if len(names) > _MOST_COLUMNS:
        what = f"the areas have more than {_MOST_COLUMNS:,} kinds of properties between them"
        raise Refused([Problem(what, "Save them with their codes and names alone")])
    try:
        geometry = [json.dumps(feature.get("geometry")) for feature in features]
    except RecursionError as error:
        raise Refused([Problem("a shape of the file is nested too deeply", FETCH)]) from error
    return Layer(
        projection=_projection_of(collection),
        columns={name: [record.get(name) for record in properties] for name in names},
        shapes=shapely.from_geojson(geometry, on_invalid="ignore"),
        note=note,
    )


def _projection_of(collection: dict[str, Any]) -> str:
    """The projection named by the old member ``crs``; without one it is WGS84, as RFC 7946 says (section 4)."""
    if collection.get("crs") is None:
        return "OGC:CRS84"
    name = _dict(_dict(collection["crs"]).get("properties")).get("name")
    return name if isinstance(name, str) else ""


def _dict(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _open_with_gdal(source: Source) -> Layer:
    import shapely

    kind = format_of(source) or ""
    if kind == ".gpkg":
        _check_geopackage(source.content)
    table, about = read_apart("geometry", source.content, kind=kind, most=_MOST_AREAS)
    columns = {name: table.column(place + 1).to_pylist() for place, name in enumerate(about["columns"])}
    try:
        shapes = shapely.from_wkb(table.column(0).to_numpy())
    except shapely.errors.ShapelyError as error:
        raise Refused([Problem("a shape of the file can't be read", FETCH)]) from error
    return Layer(about["projection"], columns, shapes, None)


def _check_geopackage(content: bytes) -> None:
    """Refuse a GeoPackage whose tables are views: a view is a program, and need not come to an end.

    Raises
    ------
    Refused
        If it holds one, or is damaged.
    """
    try:
        with closing(database(content)) as connection:
            views = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'view'")]
    except (sqlite3.DatabaseError, UnicodeDecodeError) as error:
        raise Refused([Problem("the GeoPackage is damaged", FETCH)]) from error
    if views:
        what = f"the GeoPackage holds views ({', '.join(views[:5])}), and only tables are read"
        raise Refused([Problem(what, "Save the one layer of areas as a file of its own")])


def database(content: bytes) -> sqlite3.Connection:
    """A database in memory that runs nothing that the file brings, and stops where a query has no end."""
    connection = sqlite3.connect(":memory:")
    steps = count()
    connection.set_progress_handler(lambda: next(steps) > _MOST_STEPS, 10_000)
    connection.deserialize(content)
    connection.execute("PRAGMA trusted_schema = OFF")
    return connection
