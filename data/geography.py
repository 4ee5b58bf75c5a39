"""Which area lies in which: boundary sets preferred, parents resolved, points placed.

Levels are force, district and neighbourhood. Wards are preferred as neighbourhoods, then MSOAs,
then LSOAs; among sets of one kind, the one with most areas. A setting can name other sets first.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from data.edges import grain
from data.tables import Column, Table

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    from data.store import View

LEVELS = {"force": ("force",), "district": ("district",), "neighbourhood": ("ward", "msoa", "lsoa")}
"""What each area level is made of, the preferred kind first."""

_ABOVE = {"district": "force", "neighbourhood": "district"}
PLACED = tuple(_ABOVE)
"""The levels in which points are placed."""

GEOGRAPHY = Table(
    "geography",
    "Every area of every boundary set and lookup, with the area above it and how that was found.",
    (
        Column("boundary_set", "text", "The set of boundaries or the lookup", required=True),
        Column("kind", "text", "force, district, ward, msoa or lsoa", required=True),
        Column("area_level", "text", "force, district or neighbourhood", required=True),
        Column("rank", "integer", "Order of preference of the set at its level, from 1; blank in a lookup"),
        Column("code", "text", "GSS code", required=True),
        Column("name", "text", "Name"),
        Column("parent_code", "text", "GSS code of the area above"),
        Column("parent_from", "text", "lookup, file or overlap: how the parent was found"),
        Column(
            "grain",
            "integer",
            "Metres: half of the length of the set's borders is in straight pieces at least so long; blank in a lookup",
        ),
    ),
)


def resolve(areas: pd.DataFrame, preferred: Sequence[str] = ()) -> pd.DataFrame:
    """Rank the boundary sets and find the parent of every area.

    A parent comes from a lookup, else from the file itself, else by overlap with the level above:
    the area of the most preferred set that holds most of this one, or the largest overlap of all.

    Parameters
    ----------
    areas
        Rows of the canonical table ``areas``.
    preferred
        Boundary sets to rank first, in order.

    Returns
    -------
    DataFrame
        Rows of the table ``geography``, one for each row of ``areas``.
    """
    frame = areas.rename(columns={"level": "kind"}).reset_index(drop=True)
    frame["area_level"] = frame["kind"].map({kind: level for level, kinds in LEVELS.items() for kind in kinds})
    frame["rank"] = _ranks(frame, preferred)
    frame["grain"] = _grains(frame)
    lookup = frame[frame["shape"].isna() & frame["parent_code"].notna()].set_index("code")["parent_code"]
    lookup = lookup[~lookup.index.duplicated(keep="last")]
    given = frame["parent_code"]
    frame["parent_code"] = frame["code"].map(lookup).astype("object").fillna(given)
    frame["parent_from"] = None
    frame.loc[given.notna(), "parent_from"] = "file"
    frame.loc[frame["code"].isin(lookup.index), "parent_from"] = "lookup"
    for level, above in _ABOVE.items():
        orphans = frame[(frame["area_level"] == level) & frame["parent_code"].isna() & frame["shape"].notna()]
        overlap = _overlapping(orphans["shape"], _areas_of(frame, above))
        found = overlap[overlap.notna()]
        frame.loc[found.index, "parent_code"] = found
        frame.loc[found.index, "parent_from"] = "overlap"
    return GEOGRAPHY.frame({name: frame[name] for name in GEOGRAPHY.names})


def place(
    longitude: NDArray[np.float64],
    latitude: NDArray[np.float64],
    areas: pd.DataFrame,
    ranks: pd.Series,
    levels: Sequence[str] = PLACED,
) -> dict[str, NDArray[np.object_]]:
    """The area of each level in which each point lies.

    Parameters
    ----------
    longitude, latitude
        Degrees, WGS84; shape (n,).
    areas
        Rows of ``areas`` that have a shape.
    ranks
        Order of preference of the boundary set of each row of ``areas``, aligned with it.
    levels
        The levels that are asked for.

    Returns
    -------
    dict
        For each level an array of GSS codes, shape (n,); None where no area
        of any set holds the point. A point on a shared border goes to the first code in order.
    """
    import numpy as np
    import shapely

    points = shapely.points(longitude, latitude)
    tree = shapely.STRtree(points)
    placed: dict[str, NDArray[np.object_]] = {}
    for level in levels:
        codes = np.full(len(points), None, dtype=object)
        waiting = np.ones(len(points), dtype=bool)
        for names, shapes in ranked_sets(areas, ranks, level):
            if not waiting.any():
                break
            # GEOS prepares an area once for all the points within its bounds: many times faster than the other way.
            area, point = tree.query(shapes, predicate="intersects")
            area, point = area[waiting[point]], point[waiting[point]]
            order = np.lexsort((area, point))[::-1]
            codes[point[order]] = names[area[order]]
            waiting[point] = False
        placed[level] = codes
    return placed


def ranked_sets(
    areas: pd.DataFrame, ranks: pd.Series, level: str
) -> Iterator[tuple[NDArray[np.object_], NDArray[np.object_]]]:
    """The boundary sets of a level, the preferred one first: codes in order, and their shapes in degrees.

    Parameters
    ----------
    areas, ranks
        As `place` takes them.
    level
        The level.
    """
    rows = areas.assign(rank=ranks)[areas["level"].isin(LEVELS[level]) & areas["shape"].notna()]
    for _, boundary_set in rows.sort_values("code").groupby("rank", sort=True):
        yield boundary_set["code"].to_numpy(), _shapes(boundary_set["shape"])


def codes_by_name(view: View) -> dict[str, str]:
    """The code of each area by its name, case folded; names that several areas of one level share are left out.

    A name that stands for areas of two levels means the wider one. Codes stand for themselves.
    """
    if not view.has(GEOGRAPHY.name):
        return {}
    rows = view.rows(GEOGRAPHY.name).select("area_level", "code", "name", "rank").collect("pandas").to_native()
    # A lookup has no rank of its own: it comes after every set of boundaries.
    rows = rows[rows["name"].notna()].assign(name=rows["name"].str.casefold(), rank=rows["rank"].fillna(len(rows)))
    codes: dict[str, str] = {}
    for level in reversed(LEVELS):
        # Sets of other years may give one name other codes: the preferred set decides.
        of_level = rows[rows["area_level"] == level].drop_duplicates(["name", "code"])
        best = of_level[of_level["rank"] == of_level.groupby("name")["rank"].transform("min")]
        alone = best[~best["name"].duplicated(keep=False)]
        codes |= dict(zip(alone["name"], alone["code"], strict=True))
    return codes | {code.casefold(): code for code in rows["code"]}


def _ranks(frame: pd.DataFrame, preferred: Sequence[str]) -> pd.Series:
    import pandas as pd

    with_shape = frame[frame["shape"].notna()]
    sets = with_shape.groupby(["area_level", "kind", "boundary_set"]).size().rename("areas").reset_index()
    sets["named"] = [preferred.index(name) if name in preferred else len(preferred) for name in sets["boundary_set"]]
    sets["finer"] = [LEVELS[level].index(kind) for level, kind in zip(sets["area_level"], sets["kind"], strict=True)]
    sets = sets.sort_values(
        ["area_level", "named", "finer", "areas", "boundary_set"], ascending=[True, True, True, False, True]
    )
    sets["rank"] = sets.groupby("area_level").cumcount() + 1
    ranks = sets.set_index(["area_level", "boundary_set"])["rank"]
    keys = pd.MultiIndex.from_frame(frame[["area_level", "boundary_set"]])
    return pd.Series(ranks.reindex(keys).to_numpy(), index=frame.index).where(frame["shape"].notna())


def _grains(frame: pd.DataFrame) -> pd.Series:
    import pandas as pd

    drawn = frame[frame["shape"].notna()]
    grains = pd.Series(pd.NA, index=frame.index, dtype="Int64")
    for _, boundary_set in drawn.groupby(["kind", "boundary_set"]):
        grains[boundary_set.index] = round(grain(_shapes(boundary_set["shape"])))
    return grains


def _shapes(values: pd.Series) -> NDArray[np.object_]:
    import shapely

    # DuckDB hands bytearrays out, and shapely takes bytes alone.
    return shapely.from_wkb([bytes(value) for value in values])


def _areas_of(frame: pd.DataFrame, level: str) -> pd.DataFrame:
    rows = frame[(frame["area_level"] == level) & frame["shape"].notna()].sort_values(["rank", "code"])
    return rows.drop_duplicates("code")


def _overlapping(shapes: pd.Series, above: pd.DataFrame) -> pd.Series:
    import pandas as pd
    import shapely

    below_shapes, above_shapes = _shapes(shapes), _shapes(above["shape"])
    below, over = shapely.STRtree(above_shapes).query(below_shapes, predicate="intersects")
    shared = shapely.area(shapely.intersection(below_shapes[below], above_shapes[over]))
    holds_most = shared > shapely.area(below_shapes[below]) / 2
    pairs = pd.DataFrame(
        {
            "below": below,
            "above": above["code"].to_numpy()[over],
            "rank": above["rank"].to_numpy(dtype=float)[over],
            "shared": shared,
        }
    )
    pairs["rank"] = pairs["rank"].where(holds_most, float("inf"))
    pairs = pairs[pairs["shared"] > 0].sort_values(["rank", "shared", "above"], ascending=[True, False, False])
    best = pairs.drop_duplicates("below")
    return best.set_index(shapes.index[best["below"]])["above"].reindex(shapes.index).astype("object")
