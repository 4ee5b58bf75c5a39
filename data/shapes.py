"""Areas drawn small: the shapes of each force, simplified once a release, ready to be sent to a browser.

Borders are cut at the points where three areas meet and each piece is simplified once, so that neighbours keep the same
line. No border moves by more than the tolerance.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from data.tables import Column, Table

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    Shapes = NDArray[np.object_]

AREA, OUTLINE = "area", "outline"
MOST = 700
"""Areas of a force that are drawn together; of more, those of one district at a time."""
LARGEST = 200_000
"""Bytes that the shapes of ``MOST`` areas may take before they are drawn more coarsely."""
TOLERANCES = (25, 50, 100, 150)
"""Metres by which a border may move, the finest first."""
DIGITS = 5
"""Decimals of a degree: about a metre."""

SHAPES = Table(
    "shapes",
    "The areas of each force as they are drawn: one boundary set a level, simplified, with the outlines above them.",
    (
        Column("force_code", "text", "GSS code of the police force area", required=True),
        Column("area_level", "text", "district or neighbourhood", required=True),
        Column("part", "text", "area, or outline: the areas of one district, or of the force, as one", required=True),
        Column("boundary_set", "text", "The set of boundaries that is drawn", required=True),
        Column("kind", "text", "district, ward, msoa or lsoa", required=True),
        Column("code", "text", "GSS code of the area; of an outline, that of the district or force", required=True),
        Column("name", "text", "Name"),
        Column("parent_code", "text", "GSS code of the area above"),
        Column("longitude", "number", "Of a point well inside, degrees", required=True),
        Column("latitude", "number", "Of the same point", required=True),
        Column("metres", "integer", "How far a border may have moved", required=True),
        Column("polygons", "text", "JSON: polygons of rings of points, longitude and latitude", required=True),
    ),
)

_LEVELS = ("district", "neighbourhood")
_METRES_PER_DEGREE = 111_320


def draw(areas: pd.DataFrame, geography: pd.DataFrame) -> pd.DataFrame:
    """Simplify the areas of every force, level by level, from the boundary set preferred there.

    Parameters
    ----------
    areas
        Rows of the canonical table ``areas``.
    geography
        Rows of ``geography``, one for each row of ``areas``.

    Returns
    -------
    DataFrame
        Rows of ``shapes``; nothing of areas that lie in no known force.
    """
    import pandas as pd

    placed = _placed(areas, geography)
    names = _names(geography)
    frames = [
        _drawn(own, str(force), str(level), names)
        for (force, level), own in placed.groupby(["force_code", "area_level"], sort=True)
    ]
    if not frames:
        return SHAPES.frame({"code": []})
    drawn = pd.concat(frames, ignore_index=True)
    return SHAPES.frame({name: drawn[name] for name in SHAPES.names})


def simplified(shapes: Shapes, metres: float, network: Any = None) -> Shapes:  # noqa: ANN401
    r"""Simplify areas that lie side by side, each shared border once.

    The borders are united into one network, whose lines run from one meeting point to the next; each line is simplified
    so that no point of it moves by more than `metres` and no two lines cross, and the faces between them are given
    back to the areas. Vertices lie on a grid of :math:`10^{-5}` degrees.

    Parameters
    ----------
    shapes
        Polygons or multipolygons, degrees (WGS84); shape (areas,).
    metres
        The tolerance.
    network
        Their `borders`, where they are known already.

    Returns
    -------
    ndarray of shape (areas,)
        In the same order. A part narrower than the grid vanishes; an area of which nothing else is left is given as
        it was.

    References
    ----------
    Douglas D. H. and Peucker T. K. (1973). Cartographica 10, 112-122, in GEOS's form that keeps lines apart.
    """
    import numpy as np
    import shapely

    scale = _scale(shapes)
    in_metres = shapely.transform(borders(shapes) if network is None else network, lambda points: points * scale)
    lines = shapely.simplify(in_metres, metres, preserve_topology=True)
    faces = shapely.transform(
        shapely.get_parts(shapely.polygonize(shapely.get_parts(lines))),
        lambda points: np.round(points / scale, DIGITS),
    )
    face, area = shapely.STRtree(shapes).query(shapely.point_on_surface(faces), predicate="intersects")
    # Where areas overlap, a face lies in two of them: it is drawn once.
    face, first = np.unique(face, return_index=True)
    of_area = area[first]
    return np.array(
        [
            shapely.union_all(faces[face[of_area == place]]) if (of_area == place).any() else shape
            for place, shape in enumerate(shapes)
        ],
        dtype=object,
    )


def borders(shapes: Shapes) -> Any:  # noqa: ANN401 - shapely has no types
    """The borders of areas as one network, each line from one meeting point to the next, on the grid."""
    import shapely

    return shapely.line_merge(shapely.union_all(shapely.boundary(shapes), grid_size=10.0**-DIGITS))


def as_polygons(shape: Any) -> str:  # noqa: ANN401 - shapely has no types
    """A shape as the JSON of its polygons: rings of points, the outer one first."""
    import shapely

    polygons = [
        [_ring(polygon.exterior), *(_ring(hole) for hole in polygon.interiors)]
        for polygon in shapely.get_parts(shape)
        if polygon.geom_type == "Polygon"
    ]
    return json.dumps(polygons, separators=(",", ":"))


def _ring(ring: Any) -> list[list[float]]:  # noqa: ANN401
    return [[round(x, DIGITS), round(y, DIGITS)] for x, y in ring.coords]


def _placed(areas: pd.DataFrame, geography: pd.DataFrame) -> pd.DataFrame:
    """Areas with a shape, their force and the one boundary set that is drawn there."""
    frame = geography.reset_index(drop=True).assign(shape=areas["shape"].to_numpy()).astype(object)
    ranked = frame.assign(place=frame["rank"].fillna(float("inf"))).sort_values("place", kind="stable")
    force_of = ranked[ranked["area_level"] == "district"].drop_duplicates("code").set_index("code")["parent_code"]
    of_district = frame["area_level"] == "district"
    frame["force_code"] = frame["parent_code"].where(of_district, frame["parent_code"].map(force_of))
    held = frame[frame["area_level"].isin(_LEVELS) & frame["shape"].notna() & frame["force_code"].notna()]
    best = held.groupby(["force_code", "area_level"])["rank"].transform("min")
    return held[held["rank"] == best].drop_duplicates(["force_code", "area_level", "code"])


def _names(geography: pd.DataFrame) -> dict[str, str]:
    ranked = geography.astype(object).sort_values("rank").drop_duplicates("code")
    return {str(code): str(name) for code, name in zip(ranked["code"], ranked["name"], strict=True)}


def _drawn(own: pd.DataFrame, force: str, level: str, names: dict[str, str]) -> pd.DataFrame:
    """The areas of one force and level, as fine as the limit allows, and the outlines above them."""
    import pandas as pd
    import shapely

    shapes = shapely.from_wkb([bytes(value) for value in own["shape"]])
    network = borders(shapes)
    limit = LARGEST * max(1.0, len(own) / MOST)
    for metres in TOLERANCES:
        small = simplified(shapes, metres, network)
        polygons = [as_polygons(shape) for shape in small]
        if sum(map(len, polygons)) <= limit:
            break
    inside = shapely.get_coordinates(shapely.point_on_surface(small)).T
    rows = own.assign(part=AREA, longitude=inside[0], latitude=inside[1], metres=metres, polygons=polygons)
    above = own["parent_code"].fillna(force).to_numpy()
    outlines = []
    for code in sorted(set(above)):
        outline = shapely.union_all(small[above == code])
        middle = shapely.get_coordinates(shapely.maximum_inscribed_circle(outline, tolerance=0.001))[0]
        outlines.append((code, names.get(code), *middle, as_polygons(outline)))
    edges = pd.DataFrame(outlines, columns=["code", "name", "longitude", "latitude", "polygons"])
    edges = edges.assign(
        part=OUTLINE, metres=metres, parent_code=force, boundary_set=own["boundary_set"].iloc[0], kind="district"
    )
    edges.loc[edges["code"] == force, "kind"] = "force"
    return pd.concat([rows, edges], ignore_index=True).assign(force_code=force, area_level=level)


def _scale(shapes: Shapes) -> NDArray[np.float64]:
    """Metres in a degree of longitude and of latitude, in the middle of the shapes."""
    import numpy as np
    import shapely

    _, south, _, north = shapely.total_bounds(shapes)
    return _METRES_PER_DEGREE * np.array([np.cos(np.radians((south + north) / 2)), 1.0])
