"""GeoPackages and zipped shapefiles, read with GDAL in a process of its own."""

from __future__ import annotations

import io
import tempfile
import zipfile
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from data.readers.boundary_files import FETCH, shapefiles
from data.readers.source import Problem, Refused
from data.readers.sources import DAMAGED_ZIP

if TYPE_CHECKING:
    import pyarrow as pa

_SHAPEFILE = (".shp", ".shx", ".dbf", ".prj", ".cpg")


def apart(content: bytes, kind: str, most: int) -> tuple[pa.Table, dict[str, Any]]:
    """The shapes of a file as well-known binary, and its columns as text.

    Parameters
    ----------
    content
        Bytes of the file.
    kind
        ``.gpkg``, or ``.shp`` for a zip that holds a shapefile.
    most
        The most areas that it may hold.

    Raises
    ------
    Refused
        If it is damaged, holds several layers or too many areas, or lacks a part.
    """
    import pyarrow as pa
    import pyogrio
    import pyogrio.errors
    import pyogrio.raw

    damaged = (
        pyogrio.errors.DataSourceError,
        pyogrio.errors.DataLayerError,
        pyogrio.errors.FeatureError,
        pyogrio.errors.GeometryError,
    )
    with tempfile.TemporaryDirectory() as folder:
        path = _write(content, kind, Path(folder))
        try:
            layers = [str(name) for name, geometry in pyogrio.list_layers(path) if geometry is not None]
            if len(layers) != 1:
                named = f" ({', '.join(layers[:20])})" if layers else ""
                what = f"the file holds {len(layers):,} layers with shapes{named}"
                raise Refused([Problem(what, "Save the one layer of areas as a file of its own")])
            meta, _, geometry, values = pyogrio.raw.read(path, layer=layers[0], max_features=most + 1)
        except damaged as error:
            reason = str(error).replace(folder, "").partition(";")[0][:200]
            raise Refused([Problem(f"the boundaries can't be read ({reason})", FETCH)]) from error
        except UnicodeDecodeError as error:
            what = "a text in the file is in another encoding than the file says"
            raise Refused([Problem(what, "Save the file again in UTF-8")]) from error
    columns = [[_text(value) for value in column.tolist()] for column in values]
    table = pa.table(
        [pa.array(geometry, pa.binary()), *(pa.array(column, pa.string()) for column in columns)],
        [str(place) for place in range(len(columns) + 1)],
    )
    return table, {"projection": meta["crs"], "columns": [str(name) for name in meta["fields"]]}


def _text(value: object) -> str | None:
    """A text of a column; codes and names are texts, and nothing else of a layer is kept."""
    return value if isinstance(value, str) else None


def _write(content: bytes, kind: str, folder: Path) -> Path:
    """Put the file where GDAL can read it, under names of our own."""
    path = folder / f"areas{kind}"
    if kind == ".shp":
        _unzip(content, folder)
    else:
        path.write_bytes(content)
    return path


def _unzip(content: bytes, folder: Path) -> None:
    found = shapefiles(content)
    if len(found) != 1:
        what = f"the zip holds {len(found):,} shapefiles ({', '.join(found[:20])})"
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
