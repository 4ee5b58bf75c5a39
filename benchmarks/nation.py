"""An invented country with a year of stop-and-search files, and the truth of every search in it.

    write(folder, searches=480_000, wards=7_000)

lays out ``areas`` (wards and districts as GeoJSON, a lookup to police force areas, a census) and ``searches`` (one CSV
for each of the 44 forces and each month, named and laid out as data.police.uk does). The forces are those that publish,
for a file name must say one; the land, its areas and its people are invented. The same seed writes the same bytes.

Wards are the cells of a Voronoi diagram. Every border is roughened once, inside the two triangles that its ends make
with the two centres: these are disjoint for different borders, so that no two borders cross and areas fit without gaps.
Points of searches lie nearer to the centre of their ward than any border comes, so that the ward of each is known
without a geometry engine.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from data.readers.stop_and_search import COLUMNS
from data.vocabularies import published_forces

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    Numbers = NDArray[np.float64]

YEAR = 2023
MONTHS = tuple(f"{YEAR}-{month:02}" for month in range(1, 13))
RAILWAYS = "btp"
"""The force that polices no area of its own: its searches are anywhere."""

_LONGITUDE, _LATITUDE = -2.0, 52.9
_KM_PER_DEGREE = (67.0, 111.2)
_RADII = (105.0, 240.0)
"""Half of the width and of the height of the land, kilometres."""
_INNER = 19
"""Points of a border between its ends: some 120 on the outline of a ward, as generalised wards have."""
_ROUGHEST = 0.3
"""How far a border comes towards a centre, as a share of the way."""
_SHORT = 0.1
"""A border below this many kilometres has no points between its ends."""
_POINTS = 30
"""Map points of a ward."""
_LARGEST = {"metropolitan": 0.27, "merseyside": 0.08, "west-midlands": 0.05}
"""Shares of the searches of the country; the other forces share the rest, unequally."""

BLANK = "Blank"
SELF_DEFINED = (
    ("White - English/Welsh/Scottish/Northern Irish/British", "White British", 0.36),
    ("Other ethnic group - Not stated", "Not stated", 0.17),
    ("White - Any other White background", "Other White", 0.08),
    ("Black/African/Caribbean/Black British - African", "Black African", 0.07),
    ("Black/African/Caribbean/Black British - Any other Black/African/Caribbean background", "Other Black", 0.06),
    ("Black/African/Caribbean/Black British - Caribbean", "Black Caribbean", 0.05),
    ("Asian/Asian British - Pakistani", "Pakistani", 0.045),
    ("Asian/Asian British - Any other Asian background", "Other Asian", 0.04),
    ("", BLANK, 0.035),
    ("Asian/Asian British - Bangladeshi", "Bangladeshi", 0.022),
    ("Asian/Asian British - Indian", "Indian", 0.018),
    ("Mixed/Multiple ethnic groups - White and Black Caribbean", "White and Black Caribbean", 0.015),
    ("Mixed/Multiple ethnic groups - Any other Mixed/Multiple ethnic background", "Other Mixed", 0.012),
    ("Other ethnic group - Any other ethnic group", "Any other ethnic group", 0.011),
    ("White - Irish", "White Irish", 0.006),
    ("Mixed/Multiple ethnic groups - White and Black African", "White and Black African", 0.004),
    ("Mixed/Multiple ethnic groups - White and Asian", "White and Asian", 0.003),
    ("Asian/Asian British - Chinese", "Chinese", 0.001),
    ("White - Gypsy or Irish Traveller", "Gypsy or Irish Traveller", 0.0008),
    ("Other ethnic group - Arab", "Arab", 0.0002),
)
"""What a file writes, the group that it means, and its share."""
OFFICER_DEFINED = (("White", 0.53), ("Black", 0.27), ("Asian", 0.15), ("Other", 0.04), ("Mixed", 0.01))
_TYPES = (("Person search", 0.78), ("Person and Vehicle search", 0.2), ("Vehicle search", 0.02))
_AGES = (("18-24", 0.36), ("10-17", 0.19), ("25-34", 0.22), ("over 34", 0.18), ("under 10", 0.0005), ("", 0.0495))
_GENDERS = (("Male", 0.87), ("Female", 0.09), ("Other", 0.001), ("", 0.039))
_POWERS = (
    ("Misuse of Drugs Act 1971 (section 23)", 0.6),
    ("Police and Criminal Evidence Act 1984 (section 1)", 0.335),
    ("Criminal Justice and Public Order Act 1994 (section 60)", 0.045),
    ("Firearms Act 1968 (section 47)", 0.015),
    ("Psychoactive Substances Act 2016 (s36(2))", 0.004),
    ("Criminal Justice Act 1988 (section 139B)", 0.001),
)
_OBJECTS = (
    ("Controlled drugs", 0.58),
    ("Offensive weapons", 0.17),
    ("Stolen goods", 0.09),
    ("Anything to threaten or harm anyone", 0.05),
    ("Article for use in theft", 0.05),
    ("Articles for use in criminal damage", 0.02),
    ("Firearms", 0.015),
    ("Fireworks", 0.005),
    ("", 0.02),
)
_OUTCOMES = (
    ("A no further action disposal", 0.7),
    ("Arrest", 0.145),
    ("Community resolution", 0.07),
    ("Khat or Cannabis warning", 0.025),
    ("Summons / charged by post", 0.02),
    ("Penalty Notice for Disorder", 0.015),
    ("Caution (simple or conditional)", 0.005),
    ("", 0.02),
)
_CENSUS = (
    ("White: English, Welsh, Scottish, Northern Irish or British", 0.744),
    ("White: Irish", 0.009),
    ("White: Gypsy or Irish Traveller", 0.001),
    ("White: Roma", 0.002),
    ("White: Other White", 0.062),
    ("Mixed or Multiple ethnic groups: White and Black Caribbean", 0.009),
    ("Mixed or Multiple ethnic groups: White and Black African", 0.004),
    ("Mixed or Multiple ethnic groups: White and Asian", 0.008),
    ("Mixed or Multiple ethnic groups: Other Mixed or Multiple ethnic groups", 0.008),
    ("Asian, Asian British or Asian Welsh: Indian", 0.031),
    ("Asian, Asian British or Asian Welsh: Pakistani", 0.027),
    ("Asian, Asian British or Asian Welsh: Bangladeshi", 0.011),
    ("Asian, Asian British or Asian Welsh: Chinese", 0.007),
    ("Asian, Asian British or Asian Welsh: Other Asian", 0.016),
    ("Black, Black British, Black Welsh, Caribbean or African: African", 0.025),
    ("Black, Black British, Black Welsh, Caribbean or African: Caribbean", 0.01),
    ("Black, Black British, Black Welsh, Caribbean or African: Other Black", 0.005),
    ("Other ethnic group: Arab", 0.006),
    ("Other ethnic group: Any other ethnic group", 0.015),
)


class Areas(NamedTuple):
    """Areas of one level: codes, names and polygons in degrees, and for each the place of the area above."""

    codes: NDArray[np.object_]
    names: NDArray[np.object_]
    shapes: NDArray[np.object_]
    above: NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Nation:
    """The land: wards in districts, districts in police force areas.

    Attributes
    ----------
    points
        Map points of each ward, degrees; shape (wards, points, 2).
    at_sea
        Map points that no area holds, degrees; shape (points, 2).
    busy
        Relative number of searches of each ward.
    """

    wards: Areas
    districts: Areas
    points: Numbers
    at_sea: Numbers
    busy: Numbers


def write(folder: Path, searches: int = 480_000, wards: int = 7_000, seed: int = 1) -> pd.DataFrame:
    """Write the files of a national year.

    Parameters
    ----------
    folder
        An empty folder.
    searches, wards
        How many.
    seed
        Of every draw.

    Returns
    -------
    DataFrame
        The truth, one row a search: force, month, ward and district (codes; missing where no area holds the point or
        there is none), located, person, self_defined and officer_defined (groups) and power, as the file writes it.
    """
    import numpy as np

    random = np.random.default_rng(seed)
    land = nation(random, wards)
    write_areas(folder / "areas", land, random)
    cells, truth = draw(random, land, searches)
    of_file = dict(iter(cells.groupby(["month", "force"], sort=False)))
    for month in MONTHS:
        (folder / "searches" / month).mkdir(parents=True)
        for force in published_forces():
            # A month in which nothing happened still has its header line.
            rows = of_file.get((month, force), cells[:0])[list(COLUMNS)]
            path = folder / "searches" / month / f"{month}-{force}-stop-and-search.csv"
            rows.to_csv(path, index=False, lineterminator="\n")
    return truth


def nation(random: np.random.Generator, wards: int) -> Nation:
    """Draw the land.

    Parameters
    ----------
    random
        Where every draw comes from.
    wards
        How many; there are 21 to a district, and at least a district to a force.
    """
    import numpy as np
    from scipy.spatial import Voronoi, cKDTree

    forces = [force for force in published_forces().values() if force["slug"] != RAILWAYS]
    radius = _coast(random)
    towns = _anywhere(random, radius, 12 * len(forces))
    centres = np.vstack([_around(random, towns, radius, wards - wards // 3), _anywhere(random, radius, wards // 3)])
    sea = _around_the_land(radius)
    diagram = Voronoi(np.vstack([centres, sea]))
    rings, triangles = _cells(random, diagram, wards)
    shapes = _polygons(rings)
    # Districts gather the wards nearest to some of them, and forces the districts.
    heads = random.choice(wards, max(len(forces), round(wards / 21)), replace=False)
    district = cKDTree(centres[heads]).query(centres)[1]
    force = cKDTree(centres[heads[: len(forces)]]).query(centres[heads])[1]
    crowded = cKDTree(centres).query(centres, k=4)[0][:, 3]
    return Nation(
        _areas("E05", "Ward", shapes, district),
        _areas("E07", "District", _united(shapes, district, len(heads)), force),
        _degrees(_points(random, triangles)),
        _degrees(sea[np.hypot(*(sea / _RADII).T) > 1.35]),
        random.lognormal(0, 0.8, wards) / crowded,
    )


def _coast(random: np.random.Generator) -> Numbers:
    """How far the land reaches in each of 720 directions, as a share of its radii."""
    import numpy as np

    angle = np.linspace(0, 2 * np.pi, 720, endpoint=False)
    waves = range(2, 12)
    return 1 + sum(random.normal(0, 0.12 / wave) * np.cos(wave * angle + random.uniform(0, 6.3)) for wave in waves)


def _reach(radius: Numbers, places: Numbers) -> Numbers:
    """Distance from the middle as a share of that of the coast."""
    import numpy as np

    east, north = (places / _RADII).T
    direction = (np.arctan2(north, east) / (2 * np.pi) * len(radius)).astype(int) % len(radius)
    return np.hypot(east, north) / radius[direction]


def _anywhere(random: np.random.Generator, radius: Numbers, number: int) -> Numbers:
    import numpy as np

    found = random.uniform(-1.4, 1.4, (number * 4, 2)) * _RADII
    return found[np.flatnonzero(_reach(radius, found) < 1)[:number]]


def _around(random: np.random.Generator, towns: Numbers, radius: Numbers, number: int) -> Numbers:
    """Places on land that gather around towns of unequal size."""
    import numpy as np

    size = random.lognormal(0, 1, len(towns))
    chosen = random.choice(len(towns), number * 2, p=size / size.sum())
    spread = (3 + 2 * size[chosen])[:, None]
    found = towns[chosen] + random.normal(0, 1, (number * 2, 2)) * spread
    return found[np.flatnonzero(_reach(radius, found) < 1)[:number]]


def _around_the_land(radius: Numbers) -> Numbers:
    """Centres of cells of the sea: they give the land its coast and every ward an end."""
    import numpy as np

    angle = np.linspace(0, 2 * np.pi, len(radius), endpoint=False)
    direction = np.column_stack([np.cos(angle), np.sin(angle)]) * _RADII * radius[:, None]
    return np.vstack([direction * away for away in (1.02, 1.1, 1.5, 3.0)])


def _cells(random: np.random.Generator, diagram: object, wards: int) -> tuple[list[Numbers], list[Numbers]]:
    """The roughened ring of each ward, and its triangles from the centre to each straight border; kilometres."""
    import numpy as np

    centres, corners = diagram.points, diagram.vertices  # type: ignore[attr-defined]
    pairs = np.asarray(diagram.ridge_points)  # type: ignore[attr-defined]
    ends = np.asarray(diagram.ridge_vertices)  # type: ignore[attr-defined]
    kept = (pairs < wards).any(axis=1)
    pairs, ends = pairs[kept], ends[kept]
    lines = _roughened(random, centres[pairs], corners[ends])
    borders: list[list[int]] = [[] for _ in range(wards)]
    for border, pair in enumerate(pairs):
        for ward in pair[pair < wards]:
            borders[ward].append(border)
    rings, triangles = [], []
    for ward, own in enumerate(borders):
        middle = corners[ends[own]].mean(axis=1) - centres[ward]
        order = np.array(own)[np.argsort(np.arctan2(middle[:, 1], middle[:, 0]))]
        rings.append(_ring(lines[order], ends[order]))
        triangles.append(np.concatenate([np.repeat(centres[ward][None, None], len(own), 0), corners[ends[own]]], 1))
    return rings, triangles


def _ring(lines: Numbers, ends: NDArray[np.int64]) -> Numbers:
    """Borders in order around a ward as one ring: each is turned so that it ends where the next one starts."""
    import numpy as np

    turned = [
        line[::-1] if start in following else line
        for line, (start, _), following in zip(lines, ends, np.roll(ends, -1, axis=0), strict=True)
    ]
    return np.concatenate([line[:-1] for line in turned])


def _roughened(random: np.random.Generator, centres: Numbers, ends: Numbers) -> Numbers:
    """Borders with `_INNER` points between their ends, each pushed towards the one or the other centre."""
    import numpy as np

    length = np.hypot(*(ends[:, 1] - ends[:, 0]).T)[:, None]
    away = np.hypot(*(centres[:, 0] - ends[:, 0]).T)[:, None]
    along = np.linspace(0, 1, _INNER + 2)
    waves = np.arange(1, 8)
    size, phase = random.normal(0, 1 / waves, (2, len(ends), len(waves)))
    wander = np.einsum("bw,bpw->bp", size, np.sin(np.pi * waves * along[:, None] + 9 * phase[:, None]))
    # A short border wanders less than a long one, and a very short one is a straight line between its ends.
    most = _ROUGHEST * np.minimum(1, length / away)
    push = most * np.tanh(wander) * np.minimum(1, 4 * np.minimum(along, 1 - along))
    share = np.where((length < _SHORT) & (along < 1), 0, along)[..., None]
    push = np.where(length < _SHORT, 0, push)[..., None]
    straight = ends[:, None, 0] * (1 - share) + ends[:, None, 1] * share
    towards = np.where(push > 0, centres[:, None, 0], centres[:, None, 1])
    return straight + np.abs(push) * (towards - straight)


def _points(random: np.random.Generator, triangles: list[Numbers]) -> Numbers:
    """Map points of each ward: beyond the reach of a border, as seen from the centre; shape (wards, points, 2)."""
    import numpy as np

    found = []
    for own in triangles:
        centre, one, other = own[random.integers(len(own), size=_POINTS)].transpose(1, 0, 2)
        along, inwards = random.random((_POINTS, 1)), random.uniform(_ROUGHEST + 0.15, 1, (_POINTS, 1))
        found.append((one * (1 - along) + other * along) * (1 - inwards) + centre * inwards)
    return np.array(found)


def _degrees(places: Numbers) -> Numbers:
    import numpy as np

    return np.round(places / _KM_PER_DEGREE + np.array([_LONGITUDE, _LATITUDE]), 6)


def _polygons(rings: list[Numbers]) -> NDArray[np.object_]:
    import numpy as np
    import shapely

    lengths = [len(ring) for ring in rings]
    of_ring = np.repeat(np.arange(len(rings)), lengths)
    return shapely.polygons(shapely.linearrings(_degrees(np.concatenate(rings)), indices=of_ring))


def _united(shapes: NDArray[np.object_], above: NDArray[np.int64], number: int) -> NDArray[np.object_]:
    import numpy as np
    import shapely

    return np.array([shapely.union_all(shapes[above == place]) for place in range(number)], dtype=object)


def _areas(prefix: str, name: str, shapes: NDArray[np.object_], above: NDArray[np.int64]) -> Areas:
    import numpy as np

    numbers = range(1, len(shapes) + 1)
    codes = np.array([f"{prefix}9{number:05}" for number in numbers], dtype=object)
    return Areas(codes, np.array([f"{name} {number}" for number in numbers], dtype=object), shapes, above)


def write_areas(folder: Path, land: Nation, random: np.random.Generator) -> None:
    """Write the boundaries, the lookup of districts to forces and the census.

    Parameters
    ----------
    folder
        A folder that is not there yet.
    land
        What is written.
    random
        Where the people are drawn from.
    """
    import numpy as np
    import pandas as pd

    folder.mkdir(parents=True)
    for layer, areas in (("WD", land.wards), ("LAD", land.districts)):
        (folder / f"{layer}_MAY_{YEAR}.geojson").write_text(_geojson(f"{layer}{YEAR % 100}", areas))
    forces = [force for force in published_forces().values() if force["slug"] != RAILWAYS]
    above = [forces[place] for place in land.districts.above]
    lookup = {
        "LAD23CD": land.districts.codes,
        "LAD23NM": land.districts.names,
        "PFA23CD": [force["pfa_code"] for force in above],
        "PFA23NM": [force["name"] for force in above],
        "FID": range(1, len(above) + 1),
    }
    pd.DataFrame(lookup).to_csv(folder / "LAD_to_PFA_lookup.csv", index=False)
    shares = np.array([share for _, share in _CENSUS])
    people = random.poisson(random.gamma(2.5, 72_000, (len(above), 1, 1)) * shares * random.lognormal(0, 0.6, 19), None)
    people = np.repeat(people, 2, axis=1) // 10 * 5
    columns = {name: people[:, :, place].ravel() for place, (name, _) in enumerate(_CENSUS)}
    census = pd.DataFrame(columns).astype("Int64")
    census = census.mask(census < 10)
    census.insert(0, "Geography Code", np.repeat(land.districts.codes, 2))
    census.insert(1, "Geography Name", np.repeat(land.districts.names, 2))
    census.insert(2, "Sex", np.tile(["Female", "Male"], len(above)))
    census.to_csv(folder / "census2021_ethnic_group_by_sex_lad.csv", index=False)


def _geojson(layer: str, areas: Areas) -> str:
    import shapely

    features = (
        f'{{"type":"Feature","properties":{{"{layer}CD":{json.dumps(code)},"{layer}NM":{json.dumps(name)}}},'
        f'"geometry":{shape}}}'
        for code, name, shape in zip(areas.codes, areas.names, shapely.to_geojson(areas.shapes), strict=True)
    )
    return '{"type":"FeatureCollection","features":[\n' + ",\n".join(features) + "\n]}\n"


def draw(random: np.random.Generator, land: Nation, searches: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Draw a year of searches.

    Parameters
    ----------
    random
        Where every draw comes from.
    land, searches
        Where they are, and how many.

    Returns
    -------
    tuple of DataFrame and DataFrame
        The cells of the files, with force and month, and the truth, as `write` gives it: a row of each for each search,
        by force, month and time.
    """
    import numpy as np
    import pandas as pd

    slugs = np.array(list(published_forces()), dtype=object)
    month_share = random.dirichlet(np.full(12, 80.0))
    force = np.sort(random.choice(len(slugs), searches, p=_force_shares(random, slugs)))
    month = random.choice(12, searches, p=month_share)
    order = np.lexsort((month, force))
    force, month = force[order], month[order]
    at = _moments(random, force, month)
    ward, located, point = _places(random, land, force)
    own = _words(random, [(value, share) for value, _, share in SELF_DEFINED], searches)
    seen = _blanked(random, _words(random, OFFICER_DEFINED, searches), force, (0.0, 0.15, 1.0))
    kind = _words(random, _TYPES, searches)
    power = _words(random, _POWERS, searches)
    often = ((0.03, (0.0, 0.4, 1.0)), (0.5, (0.3, 0.7, 1.0)), (0.03, (0.0, 0.6, 1.0)))
    truths = [
        _blanked(random, _words(random, (("True", share), ("False", 1 - share)), searches), force, blank)
        for share, blank in often
    ]
    latitude, longitude = (np.where(located, np.char.mod("%.6f", point[:, axis]), "").astype(object) for axis in (1, 0))
    cells = pd.DataFrame(
        {
            "force": slugs[force],
            "month": np.array(MONTHS, dtype=object)[month],
            "Type": kind,
            "Date": np.datetime_as_string(at, unit="s").astype(object) + "+00:00",
            "Part of a policing operation": truths[0],
            "Policing operation": "",
            "Latitude": latitude,
            "Longitude": longitude,
            "Gender": _words(random, _GENDERS, searches),
            "Age range": _words(random, _AGES, searches),
            "Self-defined ethnicity": own,
            "Officer-defined ethnicity": seen,
            "Legislation": power,
            "Object of search": _words(random, _OBJECTS, searches),
            "Outcome": _words(random, _OUTCOMES, searches),
            "Outcome linked to object of search": truths[1],
            "Removal of more than just outer clothing": truths[2],
        }
    )
    held = located & (ward >= 0)
    truth = pd.DataFrame(
        {
            "force": cells["force"],
            "month": cells["month"],
            "ward": np.where(held, land.wards.codes[ward], None),
            "district": np.where(held, land.districts.codes[land.wards.above[ward]], None),
            "located": located,
            "person": kind != "Vehicle search",
            "self_defined": pd.Series(own).map({value: group for value, group, _ in SELF_DEFINED}),
            "officer_defined": np.where(seen == "", BLANK, seen),
            "power": power,
        }
    )
    return cells, truth


def _force_shares(random: np.random.Generator, slugs: NDArray[np.object_]) -> Numbers:
    import numpy as np

    shares = random.permutation(np.arange(3.0, len(slugs) + 3) ** -0.9)
    shares *= (1 - sum(_LARGEST.values())) / shares[~np.isin(slugs, list(_LARGEST))].sum()
    for slug, share in _LARGEST.items():
        shares[slugs == slug] = share
    return shares / shares.sum()


def _moments(random: np.random.Generator, force: NDArray[np.int64], month: NDArray[np.int64]) -> NDArray[np.datetime64]:
    """Times in UTC in the month by London's clock, in order within each file; every other one a multiple of 5 min."""
    import numpy as np
    import pandas as pd

    starts = pd.DatetimeIndex([*(f"{name}-01" for name in MONTHS), f"{YEAR + 1}-01-01"]).tz_localize("Europe/London")
    edges = starts.tz_convert("UTC").tz_localize(None).to_numpy().astype("datetime64[m]").astype(np.int64)
    first, length = edges[:-1][month], np.diff(edges)[month]
    minute = (random.random(len(month)) * length).astype(np.int64)
    minute = np.where(random.random(len(month)) < 0.5, minute // 5 * 5, minute)
    at = first + minute
    return at[np.lexsort((at, month, force))].astype("datetime64[m]").astype("datetime64[s]")


def _places(
    random: np.random.Generator, land: Nation, force: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.bool_], Numbers]:
    """The ward of each search (−1 at sea), whether its point is published, and the point in degrees."""
    import numpy as np

    slugs = list(published_forces())
    of_ward = land.districts.above[land.wards.above]
    territorial = [slug for slug in slugs if slug != RAILWAYS]
    ward = np.empty(len(force), dtype=np.int64)
    for number, slug in enumerate(slugs):
        own = np.flatnonzero(force == number)
        mine = np.arange(len(of_ward)) if slug == RAILWAYS else np.flatnonzero(of_ward == territorial.index(slug))
        # A few searches of every force are elsewhere.
        away = random.random(len(own)) < 0.01
        ward[own] = random.choice(mine, len(own), p=land.busy[mine] / land.busy[mine].sum())
        ward[own[away]] = random.integers(len(of_ward), size=int(away.sum()))
    point = land.points[ward, (_POINTS * random.random(len(force)) ** 1.7).astype(int)]
    sea = random.random(len(force)) < 0.003
    point[sea] = land.at_sea[random.integers(len(land.at_sea), size=int(sea.sum()))]
    without = random.permutation(np.concatenate([random.beta(0.4, 2, len(slugs) - 4), [0.0, 0.8, 0.9, 1.0]]))
    without[slugs.index("metropolitan")] = 0.09
    located = random.random(len(force)) >= without[force]
    return np.where(sea, -1, ward), located, point


def _words(
    random: np.random.Generator, shares: tuple[tuple[str, float], ...] | list[tuple[str, float]], number: int
) -> NDArray[np.object_]:
    import numpy as np

    share = np.array([share for _, share in shares])
    words = np.array([word for word, _ in shares], dtype=object)
    return words[random.choice(len(words), number, p=share / share.sum())]


def _blanked(
    random: np.random.Generator, words: NDArray[np.object_], force: NDArray[np.int64], blank: tuple[float, ...]
) -> NDArray[np.object_]:
    """Words left blank as often as each force leaves them so: one of some shares."""
    import numpy as np

    share = random.choice(blank, int(force.max()) + 1)[force]
    return np.where(random.random(len(words)) < share, "", words)


def files(folder: Path) -> list[Path]:
    """The files of searches, in order of their names."""
    return sorted((folder / "searches").rglob("*.csv"))
