"""Boundaries of areas: which areas a file holds, with their names and parents, and their shapes on one globe.

Shapes are stored as well-known binary in WGS84 (EPSG:4326), longitude first. British National Grid is EPSG:27700.
Converting from it without the national shift grid errs by up to 3.5 m (Ordnance Survey, A Guide to Coordinate Systems
in Great Britain, "Approximate WGS84 to OSGB36/ODN transformation").
"""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from data.readers import gss
from data.readers.boundary_files import columns_of, format_of, open_layer
from data.readers.source import Problem, Reading, Refused, Slot, Source
from data.tables import AREAS

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import pyproj

KIND = "boundaries"

_LAYER = re.compile(r"(LSOA|MSOA|WD|LAD|PFA)\d\dCD", re.IGNORECASE)
_FINEST_FIRST = ("LSOA", "MSOA", "WD", "LAD", "PFA")
_CODE_NAMES = ("gss_code", "ward_code", "area_code", "geography_code", "code", "id", "objectid")
_NAME_NAMES = ("name", "ward_name", "area_name", "geography_name", "ward", "district", "lad_name", "borough")
_ABOVE = {
    "lsoa": ("msoa", "district", "force"),
    "msoa": ("district", "force"),
    "ward": ("district", "force"),
    "district": ("force",),
    "force": (),
}
_BRITAIN = (-9.0, 49.0, 3.0, 61.0)
"""West, south, east and north of Great Britain, in degrees."""
_DRAWN, _NEIGHBOURS = 100, 10
_MOST_CROSSINGS = 200_000
"""Pairs of pieces that may cross, of all shapes together: mending so many takes some seconds and 200 MB."""
_PROJECT = "Save the file in WGS84 or British National Grid, with its projection named in it"


def recognise(source: Source) -> Slot | None:
    """The boundary set that the file fills; None where it holds no boundaries that we read.

    Only signs are looked for: the first bytes, the names of the members of a zip, and the names of columns.

    Parameters
    ----------
    source
        Any file.
    """
    if format_of(source) is None:
        return None
    return Slot(KIND, "areas", _boundary_set(PurePosixPath(source.name).stem, columns_of(source)), "")


def read(source: Source, slot: Slot) -> Reading:
    """One row for each area: its code, name, parent where the file gives it, and its shape in WGS84.

    Parameters
    ----------
    source
        A file that `recognise` knows.
    slot
        What `recognise` said of it.

    Returns
    -------
    Reading
        Rows of the table ``areas``.

    Raises
    ------
    Refused
        If the file is damaged, no column holds GSS codes, a code stands twice or is at no level that the store keeps,
        a shape is no polygon, or the shapes are not in Great Britain.
    """
    import shapely

    layer = open_layer(source)
    columns, features = layer.columns, len(layer.shapes)
    code_column = _code_column(columns)
    found = [_text(value) for value in columns[code_column]]
    kept = [place for place, code in enumerate(found) if not (gss.is_code(code) and str(code)[0] in "SN")]
    problems = _code_problems(code_column, found, kept) + _shape_problems(code_column, found, kept, layer.shapes)
    if not kept:
        problems.append(Problem("no area of England or Wales is in the file", "Fetch one that holds some"))
    if problems:
        raise Refused(problems)

    codes = [str(found[place]) for place in kept]
    level = str(gss.level(codes[0]))
    shapes, projection = _to_wgs84(shapely.force_2d(layer.shapes[kept]), layer.projection)
    shapes, mended = _mend(shapes, codes, code_column)
    name_column, parent_column = _name_column(columns, code_column), _parent_column(columns, code_column, level)
    frame = AREAS.frame(
        {
            "boundary_set": _boundary_set(PurePosixPath(source.name).stem, list(columns)),
            "level": [level] * len(codes),
            "code": codes,
            "name": _pick(columns, name_column, kept),
            "parent_code": _pick(columns, parent_column, kept),
            "shape": list(shapely.to_wkb(shapes)),
        }
    )
    left_out = features - len(kept)
    notes = (
        layer.note,
        f"Areas: {len(codes):,} ({gss.NAMES[level]}), by the codes in column “{code_column}”.",
        f"Areas of Scotland or Northern Ireland that were left out: {left_out:,}." if left_out else None,
        "No column holds names; areas are known by their codes alone." if name_column is None else None,
        projection,
        mended,
    )
    return Reading(frame, features, tuple(note for note in notes if note is not None))


def _boundary_set(stem: str, columns: list[str]) -> str:
    """The layer of the Office for National Statistics where a column names one, such as WD13; else the file's name."""
    layer = _layer_column(columns)
    return stem if layer is None else layer[:-2].upper()


def _layer_column(columns: list[str]) -> str | None:
    """The code column of the finest layer: beside it, coarser ones name the areas above."""
    layers = [column for column in columns if _LAYER.fullmatch(column)]
    return min(layers, key=lambda column: _FINEST_FIRST.index(column[:-4].upper()), default=None)


def _text(value: object) -> str | None:
    # JSON can hold halves of signs, which are no text.
    return value.encode("utf-8", "replace").decode().strip() or None if isinstance(value, str) else None


def _pick(columns: dict[str, list[Any]], column: str | None, kept: list[int]) -> list[str | None]:
    return [None] * len(kept) if column is None else [_text(columns[column][place]) for place in kept]


def _code_column(columns: dict[str, list[Any]]) -> str:
    """The column that holds the codes of the areas themselves.

    A layer of the Office for National Statistics comes first; else a column of GSS codes in which none stands twice,
    so that it is not the column of the areas above; else one with a usual name.
    """
    layer = _layer_column(list(columns))
    if layer is not None:
        return layer

    def rank(column: str) -> tuple[bool, int]:
        codes = [_text(value) for value in columns[column]]
        usual = column.casefold()
        place = _CODE_NAMES.index(usual) if usual in _CODE_NAMES else len(_CODE_NAMES)
        return len(set(codes)) < len(codes), place

    # Above half and not all, so that a column with one wrong code is named with its row, not passed over.
    candidates = [
        column for column, values in columns.items() if sum(gss.is_code(_text(v)) for v in values) * 2 > len(values)
    ]
    if not candidates:
        what = "no column holds GSS codes such as E09000001; the columns are " + (", ".join(columns) or "none at all")
        raise Refused([Problem(what, "Add the GSS code of each area, or fetch the boundaries with their codes")])
    return min(candidates, key=rank)


def _name_column(columns: dict[str, list[Any]], code_column: str) -> str | None:
    by_name = {column.casefold(): column for column in columns if column != code_column}
    layer = [code_column[:-2].casefold() + "nm"] if _LAYER.fullmatch(code_column) else []
    usual = [*layer, *_NAME_NAMES]
    endings = [column for column in by_name if column.endswith(("name", "nm"))]
    return next((by_name[column] for column in [*usual, *endings] if column in by_name), None)


def _parent_column(columns: dict[str, list[Any]], code_column: str, level: str) -> str | None:
    """The column of the nearest areas above, where one holds nothing but their codes."""
    for above in _ABOVE[level]:
        for column, values in columns.items():
            codes = {_text(value) for value in values} - {None}
            if column != code_column and codes and all(gss.level(str(code)) == above for code in codes):
                return column
    return None


def _code_problems(column: str, codes: list[str | None], kept: list[int]) -> list[Problem]:
    problems = []
    first: dict[str, int] = {}
    for place in kept:
        code, row = codes[place], place + 1
        if not gss.is_code(code):
            what, remedy = "this area has no GSS code", "Add its code or remove the area"
            problems.append(Problem(what, remedy, row, column, code or ""))
        elif gss.level(str(code)) is None:
            what = f"codes that start with {str(code)[:3]}" + (
                f" ({gss.LARGER[str(code)[:3]]})" if str(code)[:3] in gss.LARGER else ""
            )
            what += " are no police force area, district, ward, MSOA or LSOA"
            problems.append(Problem(what, "Fetch boundaries at one of these levels", row, column, code))
        elif code in first:
            what = f"this code stands already in feature {first[code]:,}"
            problems.append(Problem(what, "Keep one shape a code", row, column, code))
        else:
            first[str(code)] = row
    levels = sorted({gss.NAMES[str(gss.level(code))] for code in first})
    if len(levels) > 1:
        what = f"the file mixes area levels ({', '.join(levels)})"
        problems.append(Problem(what, "Split it into one file a level", column=column))
    return problems


def _shape_problems(column: str, codes: list[str | None], kept: list[int], shapes: npt.NDArray[Any]) -> list[Problem]:
    problems = []
    for place in kept:
        shape = shapes[place]
        if not _is_area(shape):
            nothing = shape is None or shape.is_empty
            what = "this area has no shape that can be read" if nothing else f"this shape is a {shape.geom_type}"
            remedy = "Only polygons can be read: add its polygon or remove the area"
            problems.append(Problem(what, remedy, place + 1, column, codes[place] or ""))
    return problems


def _is_area(shape: Any) -> bool:  # noqa: ANN401 (shapely is untyped)
    return shape is not None and not shape.is_empty and shape.geom_type in ("Polygon", "MultiPolygon")


def _to_wgs84(shapes: npt.NDArray[Any], declared: str | None) -> tuple[npt.NDArray[Any], str | None]:
    """Shapes in longitude and latitude, and a sentence on what they were in before."""
    import numpy as np
    import pyproj
    import shapely

    crs, note = _projection(declared, float(np.abs(shapely.get_coordinates(shapes)).max()))
    if crs is not None:
        try:
            transform = pyproj.Transformer.from_crs(crs, "EPSG:4326", always_xy=True).transform
        except pyproj.exceptions.ProjError as error:
            raise Refused([Problem("the projection that the file names is not one of the Earth", _PROJECT)]) from error

        def convert(points: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
            return np.column_stack(transform(points[:, 0], points[:, 1]))

        shapes = shapely.transform(shapes, convert)
    west, south, east, north = shapely.total_bounds(shapes)
    if not (west >= _BRITAIN[0] and south >= _BRITAIN[1] and east <= _BRITAIN[2] and north <= _BRITAIN[3]):
        what = (
            f"the shapes lie outside Great Britain (longitude {west:.2f} to {east:.2f}, latitude {south:.2f} to "
            f"{north:.2f}): the projection looks wrong"
        )
        raise Refused([Problem(what, _PROJECT)])
    return shapes, note


def _projection(declared: str | None, largest: float) -> tuple[pyproj.CRS | None, str | None]:
    """What to convert from (None where nothing need be), given the largest coordinate, and a sentence on it."""
    import pyproj

    grid = pyproj.CRS("EPSG:27700")
    try:
        crs = None if declared is None else pyproj.CRS.from_user_input(declared)
    except pyproj.exceptions.CRSError as error:
        raise Refused([Problem("the projection that the file names is not known", _PROJECT)]) from error
    if largest > 1000 and (crs is None or crs.is_geographic):
        return grid, "The file names no projection that fits its coordinates; they were taken as British National Grid."
    if crs is None:
        return None, "The file names no projection; its coordinates were taken as WGS84."
    if crs.equals("OGC:CRS84") or crs.to_epsg() == 4326:
        return None, None
    if "british national grid" in crs.name.replace("_", " ").casefold():
        return grid, "Converted from British National Grid to WGS84, good to 3.5 m."
    return crs, f"Converted from {crs.name} to WGS84."


def _mend(shapes: npt.NDArray[Any], codes: list[str], code_column: str) -> tuple[npt.NDArray[Any], str | None]:
    """Valid polygons, and a sentence on how many were not."""
    import numpy as np
    import shapely

    invalid = ~shapely.is_valid(shapes)
    if not invalid.any():
        return shapes, None
    crossings = [_crossings(shape) for shape in shapes[invalid]]
    if sum(crossings) > _MOST_CROSSINGS:
        worst = np.array(codes, dtype=object)[invalid][int(np.argmax(crossings))]
        what = "the shapes cross themselves too often to be mended, this one most"
        raise Refused([Problem(what, "Fetch the file again", None, code_column, worst)])
    shapes = shapes.copy()
    shapes[invalid] = shapely.make_valid(shapes[invalid], method="structure", keep_collapsed=False)
    what, remedy = "this shape crosses itself and nothing is left once it is mended", "Fetch the file again"
    problems = [
        Problem(what, remedy, None, code_column, code)
        for code, shape in zip(codes, shapes, strict=True)
        if not _is_area(shape)
    ]
    if problems:
        raise Refused(problems)
    mended = [codes[place] for place in invalid.nonzero()[0]]
    return shapes, f"Invalid shapes that were mended: {len(mended):,} ({_few(mended)})."


def _crossings(shape: Any) -> float:  # noqa: ANN401 (shapely is untyped)
    """About how many pairs of its pieces may cross: mending cuts each where it meets another, which may be every one.

    Some pieces are drawn, and those whose boxes meet theirs are counted; a few meet along any winding border.
    """
    import numpy as np
    import shapely

    points = shapely.get_coordinates(shape)
    boxes = np.column_stack([np.minimum(points[:-1], points[1:]), np.maximum(points[:-1], points[1:])])
    drawn = boxes[np.random.default_rng(0).choice(len(boxes), min(_DRAWN, len(boxes)), replace=False)]
    met = [((boxes[:, :2] <= box[2:]).all(axis=1) & (boxes[:, 2:] >= box[:2]).all(axis=1)).sum() for box in drawn]
    return max(float(np.mean(met)) - _NEIGHBOURS, 0) * len(boxes) / 2


def _few(codes: list[str]) -> str:
    return ", ".join(codes[:5]) + (f" and {len(codes) - 5:,} more" if len(codes) > 5 else "")
