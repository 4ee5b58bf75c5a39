"""From the bytes of a boundary file to columns and shapes: GeoJSON, TopoJSON, KML, GeoPackage or a zipped shapefile.

GeoJSON, TopoJSON and KML are read without GDAL, which fetches what a file names by a web address, such as a projection.
"""

from __future__ import annotations

import io
import json
import re
import sqlite3
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from data.readers import kml, topojson
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
_SHAPEFILE = (".shp", ".shx", ".dbf", ".prj", ".cpg")
_FETCH = "It may be cut short or damaged; fetch it again"


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
        return ".shp" if _shapefiles(content) else None
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


def _shapefiles(content: bytes) -> list[str]:
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
    connection = sqlite3.connect(":memory:")
    try:
        connection.deserialize(content)
        query = "SELECT p.name FROM gpkg_geometry_columns AS g, pragma_table_info(g.table_name) AS p"
        return [name for (name,) in connection.execute(query)]
    finally:
        connection.close()


def open_layer(source: Source) -> Layer:
    """What a boundary file holds.

    Raises
    ------
    Refused
        If it is damaged, holds no areas or several layers, or can't be told what it is.
    """
    layer = _open_text(source) if format_of(source) in _AS_TEXT else _open_with_gdal(source)
    if not len(layer.shapes):
        raise Refused([Problem("the file holds no areas", _FETCH)])
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
    geometry = [json.dumps(feature.get("geometry")) for feature in features]
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
    import pyogrio
    import pyogrio.errors
    import pyogrio.raw
    import shapely

    damaged = (
        pyogrio.errors.DataSourceError,
        pyogrio.errors.DataLayerError,
        pyogrio.errors.FeatureError,
        pyogrio.errors.GeometryError,
        shapely.errors.ShapelyError,
    )
    with tempfile.TemporaryDirectory() as folder:
        path = _write(source, Path(folder))
        try:
            layers = [str(name) for name, geometry in pyogrio.list_layers(path) if geometry is not None]
            if len(layers) != 1:
                what = f"the file holds {len(layers):,} layers with shapes" + (f" ({', '.join(layers)})" * bool(layers))
                raise Refused([Problem(what, "Save the one layer of areas as a file of its own")])
            meta, _, geometry, values = pyogrio.raw.read(path, layer=layers[0])
            shapes = shapely.from_wkb(geometry)
        except damaged as error:
            reason = str(error).replace(folder, "").partition(";")[0][:200]
            raise Refused([Problem(f"the boundaries can't be read ({reason})", _FETCH)]) from error
        except UnicodeDecodeError as error:
            what = "a text in the file is in another encoding than the file says"
            raise Refused([Problem(what, "Save the file again in UTF-8")]) from error
    columns = {str(name): column.tolist() for name, column in zip(meta["fields"], values, strict=True)}
    return Layer(meta["crs"], columns, shapes, None)


def _write(source: Source, folder: Path) -> Path:
    """Put the file where GDAL can read it, under names of our own."""
    kind = format_of(source)
    path = folder / f"areas{kind}"
    if kind == ".shp":
        _unzip(source.content, folder)
    else:
        path.write_bytes(source.content)
    return path


def _unzip(content: bytes, folder: Path) -> None:
    found = _shapefiles(content)
    if len(found) != 1:
        what = f"the zip holds {len(found):,} shapefiles ({', '.join(found)})"
        raise Refused([Problem(what, "Put each into a zip of its own")])
    stem = found[0][:-4].casefold()
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for member in archive.namelist():
                suffix = PurePosixPath(member).suffix.lower()
                if member[: -len(suffix) or None].casefold() == stem and suffix in _SHAPEFILE:
                    (folder / f"areas{suffix}").write_bytes(archive.read(member))
    except DAMAGED_ZIP as error:
        raise Refused([Problem("the zip is damaged or locked with a password", "Fetch it again, unlocked")]) from error
    missing = [suffix for suffix in (".shx", ".dbf") if not (folder / f"areas{suffix}").exists()]
    if missing:
        what = f"the shapefile lacks its {' and its '.join(missing)} file"
        raise Refused([Problem(what, "Zip all files of the shapefile together")])
