"""The invented county: an outline, six districts and sixty neighbourhoods that fit without gaps.

Neighbourhoods are the cells of a Voronoi diagram whose centres gather where people live. Every border
is roughened once, before the cells are cut out, so that both sides of it have the same line.
The county lies in the North Sea, over the Dogger Bank, where no real place can be meant.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from data.demo.draw import stream
from data.tables import AREAS
from data.vocabularies import DEMONSTRATION

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

_LONGITUDE, _LATITUDE = 1.9, 54.6
_KM_PER_DEGREE = (64.5, 111.2)
"""Kilometres in a degree of longitude and of latitude, there."""

DISTRICTS = ("Dunmarsh", "Saltby and Gannet Coast", "Alderbrook", "Kelder Valley", "Wythering", "St Brannock")
_TOWNS = (
    (8.5, 1.5, 2.6, 0.26),
    (20.5, -9.0, 1.3, 0.09),
    (-2.0, -12.5, 1.4, 0.09),
    (-18.5, -5.5, 1.3, 0.07),
    (-13.5, 9.5, 1.4, 0.09),
    (7.5, 13.5, 1.3, 0.08),
)
"""Town of each district: kilometres east and north of the middle, spread, and share of the county that lives in it."""

_BAY = 0.12
"""Direction of the estuary on which the largest town lies, in radians north of east."""

_COASTAL = (
    "Harbourside", "Old Quay", "Gull Point", "Saltby Sands", "Cormorant Bay", "Samphire Marsh", "Lanternhead",
    "Ferry Hythe", "Marram Dunes", "Tern Strand", "Lowtide", "Shingle End",
)  # fmt: skip
_URBAN = (
    "Market Cross", "Castle Mound", "Tanners Row", "Saint Osgar's", "Foundry Hill", "Abbey Gate", "Corn Exchange",
    "Weavers Green", "Priory Park", "Canal Basin", "Eskbridge", "Kilnfield", "Larkspur Estate", "Northgate Rise",
    "Quarry Bank", "Station Road", "Hopyard", "Minster Close", "Bellfounders", "Orchard Mount", "Mill Leat",
    "Chapel Fields", "Gasworks Lane", "Almshouse Green",
)  # fmt: skip
_RURAL = (
    "Furzeheath", "Thistlecote", "Hollinfold", "Gorsecote", "Beckhead", "Hazelshaw", "Ravensmoor Edge", "Brackenby",
    "Applegarth Vale", "Stony Linton", "Owlcombe", "Fenwold", "Great Massing", "Little Massing", "Heronsmere",
    "Pedlars Ash", "Cold Harrow", "Longfurrow", "Tithe Barns", "Yarrowdale", "Eskmere Water", "Larchwood",
    "Barrow Tops", "Millers Wold",
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class County:
    """The county's neighbourhoods, in the order of their codes.

    Attributes
    ----------
    codes, names
        Of the neighbourhoods.
    district
        Number of each neighbourhood's district.
    shapes
        Polygon of each, WGS84.
    urban
        From 0, open country, to 1, the middle of a town.
    """

    codes: tuple[str, ...]
    names: tuple[str, ...]
    district: NDArray[np.int64]
    shapes: NDArray[np.object_]
    urban: NDArray[np.float64]

    @property
    def district_codes(self) -> tuple[str, ...]:
        """GSS-like codes of the districts."""
        return tuple(f"X07{number:06d}" for number in range(1, len(DISTRICTS) + 1))


@lru_cache(maxsize=4)
def county(seed: int) -> County:
    """The county of a seed.

    Parameters
    ----------
    seed
        Seed of the force.
    """
    import numpy as np
    import shapely

    random = stream(seed, "county")
    outline = _outline(random)
    people = _people(random, outline)
    centres = _centres(random, people, len(_COASTAL) + len(_URBAN) + len(_RURAL))
    cells = _cells(random, outline, centres)
    district = _districts(cells)
    order = np.lexsort((-shapely.get_y(shapely.centroid(cells)), district))
    cells, district = cells[order], district[order]
    urban = _urban(cells)
    names = _names(cells, urban, outline)
    codes = tuple(f"X05{number:06d}" for number in range(1, len(cells) + 1))
    return County(codes, names, district, _to_degrees(cells), urban)


def areas(place: County) -> list[pd.DataFrame]:
    """The county, its districts and its neighbourhoods as rows of ``areas``: a boundary set each."""
    import shapely

    whole = shapely.coverage_union_all(place.shapes)
    districts = [shapely.coverage_union_all(place.shapes[place.district == d]) for d in range(len(DISTRICTS))]
    codes, force = place.district_codes, DEMONSTRATION["pfa_code"]
    return [
        _areas("Eskmere Police (invented)", "force", [force], ["Eskmere"], None, [whole]),
        _areas("Eskmere districts (invented)", "district", list(codes), list(DISTRICTS), force, districts),
        _areas(
            "Eskmere neighbourhoods (invented)",
            "ward",
            list(place.codes),
            list(place.names),
            [codes[d] for d in place.district],
            list(place.shapes),
        ),
    ]


def points_within(random: np.random.Generator, shape: Any, number: int) -> NDArray[np.float64]:  # noqa: ANN401
    """Points inside a polygon, shape (number, 2)."""
    import numpy as np
    import shapely

    west, south, east, north = shape.bounds
    inside = np.empty((0, 2))
    while len(inside) < number:
        tried = random.uniform((west, south), (east, north), (4 * number, 2)).round(6)
        inside = np.concatenate([inside, tried[shapely.contains_xy(shape, tried)]])
    return inside[:number]


def _areas(
    boundary_set: str, level: str, codes: list[str], names: list[str], parents: object, shapes: list[Any]
) -> pd.DataFrame:
    import shapely

    return AREAS.frame(
        {
            "boundary_set": [boundary_set] * len(codes),
            "level": level,
            "code": codes,
            "name": names,
            "parent_code": parents,
            "shape": [shapely.to_wkb(shape) for shape in shapes],
        }
    )


def _outline(random: np.random.Generator) -> Any:  # noqa: ANN401
    """A lopsided round of about 60 by 44 km, with an estuary in the east."""
    import numpy as np
    import shapely

    angle = np.linspace(0, 2 * np.pi, 120, endpoint=False)
    radius = 1 + sum(
        size * np.cos(waves * angle + random.uniform(0, 2 * np.pi))
        for waves, size in (
            (2, 0.05),
            (3, 0.07),
            (4, 0.05),
            (5, 0.04),
            (7, 0.03),
            (11, 0.02),
            (17, 0.02),
            (29, 0.012),
            (43, 0.01),
        )
    )
    estuary = np.exp(-((np.angle(np.exp(1j * (angle - _BAY))) / 0.09) ** 2))
    radius = radius * (1 - 0.6 * estuary)
    return shapely.Polygon(np.column_stack([30 * radius * np.cos(angle), 21 * radius * np.sin(angle)]))


def _people(random: np.random.Generator, outline: Any) -> NDArray[np.float64]:  # noqa: ANN401
    """Where people live: around the towns, and scattered over the country."""
    import numpy as np
    import shapely

    number = 6_000
    parts = [points_within(random, outline, int(number * (1 - sum(town[3] for town in _TOWNS))))]
    for east, north, spread, share in _TOWNS:
        parts.append(random.normal((east, north), spread, (int(number * share), 2)))
    people = np.concatenate(parts)
    return people[shapely.contains_xy(outline, people)]


def _centres(random: np.random.Generator, people: NDArray[np.float64], number: int) -> NDArray[np.float64]:
    """Centres of neighbourhoods of about as many people each: Lloyd's algorithm, stopped early."""
    import numpy as np
    from scipy.spatial import cKDTree

    centres = random.choice(people, number, replace=False)
    for _ in range(6):
        _, nearest = cKDTree(centres).query(people)
        count = np.maximum(1, np.bincount(nearest, minlength=number))
        centres = np.column_stack([np.bincount(nearest, people[:, axis], number) / count for axis in (0, 1)])
    return centres


def _cells(random: np.random.Generator, outline: Any, centres: NDArray[np.float64]) -> NDArray[np.object_]:  # noqa: ANN401
    """One polygon a centre, with roughened borders shared by both sides."""
    import numpy as np
    import shapely

    plain = shapely.get_parts(shapely.voronoi_polygons(shapely.multipoints(centres), extend_to=outline))
    cut = _largest_parts(shapely.intersection(plain, outline))
    lines = shapely.line_merge(shapely.union_all(shapely.boundary(cut)))
    borders = [shapely.get_coordinates(line) for line in shapely.get_parts(lines)]
    for roughness in np.repeat(0.16 * 0.8 ** np.arange(12), 3):
        rough = [_roughened(random, border, roughness) for border in borders]
        noded = shapely.union_all([shapely.LineString(line) for line in rough])
        cells = shapely.get_parts(shapely.polygonize(shapely.get_parts(noded)))
        # Where two borders cross, a sliver appears: then bend them all a little less.
        if len(cells) == len(centres):
            return cells
    return cells


def _largest_parts(cells: NDArray[np.object_]) -> NDArray[np.object_]:
    """The largest part of each cell: what the estuary cuts off is left to the sea."""
    import numpy as np
    import shapely

    parts, cell = shapely.get_parts(cells, return_index=True)
    order = np.lexsort((-shapely.area(parts), cell))
    _, first = np.unique(cell[order], return_index=True)
    return parts[order][first]


def _roughened(random: np.random.Generator, line: NDArray[np.float64], roughness: float) -> NDArray[np.float64]:
    """A line bent by displacing midpoints, again and again; its ends stay. Rounded to about a metre."""
    import numpy as np

    for _ in range(4):
        along = np.diff(line, axis=0)
        length = np.hypot(*along.T)
        if length.max() < 0.7:
            break
        bend = np.where(length < 0.7, 0, roughness) * random.normal(size=len(along)).clip(-1.5, 1.5)
        middle = (line[:-1] + line[1:]) / 2 + np.column_stack([-along[:, 1], along[:, 0]]) * bend[:, None]
        both = np.empty((2 * len(line) - 1, 2))
        both[::2], both[1::2] = line, middle
        line = both[np.r_[True, (np.diff(both, axis=0) != 0).any(axis=1)]]
    return line.round(3)


def _districts(cells: NDArray[np.object_]) -> NDArray[np.int64]:
    """Grow a district around each town, one neighbourhood at a time, so that each is in one piece."""
    import numpy as np
    import shapely

    towns = np.array([town[:2] for town in _TOWNS])
    middle = shapely.get_coordinates(shapely.centroid(cells))
    away = np.hypot(*(middle[:, None] - towns).transpose(2, 0, 1))
    beside, other = shapely.STRtree(cells).query(cells, predicate="touches")
    shared = shapely.length(shapely.intersection(cells[beside], cells[other])) > 0.05
    touches = np.zeros((len(cells), len(cells)), bool)
    touches[beside[shared], other[shared]] = True
    district = np.full(len(cells), -1)
    for town in range(len(towns)):
        district[np.argmin(np.where(district < 0, away[:, town], np.inf))] = town
    while (district < 0).any():
        reach = np.stack([touches[:, district == town].any(axis=1) for town in range(len(towns))], axis=1)
        cost = np.where(reach & (district < 0)[:, None], away, np.inf)
        cell, nearest = np.unravel_index(np.argmin(cost), cost.shape)
        district[cell] = nearest
    return district


def _urban(cells: NDArray[np.object_]) -> NDArray[np.float64]:
    import numpy as np
    import shapely

    rank = np.argsort(np.argsort(-shapely.area(cells)))
    return rank / (len(cells) - 1)


def _names(cells: NDArray[np.object_], urban: NDArray[np.float64], outline: Any) -> tuple[str, ...]:  # noqa: ANN401
    """Names of the coast for those with most of it, of towns for the smallest of the others, else of the country."""
    import numpy as np
    import shapely

    east = shapely.box(-12, -40, 60, 40)
    coast = shapely.intersection(shapely.intersection(outline.boundary.buffer(0.8), east), cells)
    most = np.argsort(-shapely.area(coast), kind="stable")[: len(_COASTAL)]
    rest = np.setdiff1d(np.arange(len(cells)), most)
    rest = rest[np.argsort(-urban[rest], kind="stable")]
    names = np.empty(len(cells), dtype=object)
    names[np.sort(most)] = _COASTAL
    names[np.sort(rest[: len(_URBAN)])] = _URBAN
    names[np.sort(rest[len(_URBAN) :])] = _RURAL
    return tuple(names)


def _to_degrees(cells: NDArray[np.object_]) -> NDArray[np.object_]:
    import numpy as np
    import shapely

    origin = np.array([_LONGITUDE, _LATITUDE])
    return shapely.transform(cells, lambda points: (origin + points / np.array(_KM_PER_DEGREE)).round(5))
