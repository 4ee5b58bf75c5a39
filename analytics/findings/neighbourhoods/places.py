"""The areas of a force as a release draws them, and who lives there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import narwhals as nw
import numpy as np

from analytics import wording
from analytics.findings.residents import NoResidents, left_out, nearest, residents, sources
from data.cubes import EVERYONE, RESIDENTS_CUBE
from data.shapes import AREA, MOST, OUTLINE, SHAPES
from data.vocabularies import forces

if TYPE_CHECKING:
    import pandas as pd

    from data.store import View

_LEAST_HELD = 0.5
"""Share of the areas that a source of residents has to hold."""
SUPPRESSED = "residents not known: the publisher suppressed counts of them"
"""Flag of an area whose residents are not known because of that."""
_WORDS = {"district": ("district", "districts"), "neighbourhood": ("neighbourhood", "neighbourhoods")}


@dataclass(frozen=True, eq=False)
class People:
    """Residents of the areas of a level.

    Attributes
    ----------
    source, year
        Where the counts come from, and the year they describe.
    by_area
        Residents, shape (areas, groups); index: GSS code. Columns are broad ethnic groups where ``grouped``, else one.
        NaN where suppressed counts leave them not known; 0 where none are loaded.
    grouped
        Whether residents are counted by ethnic group.
    missing
        Names of areas that the source does not hold, or counts with another force's.
    suppressed
        Counts that the publisher suppressed, of all the areas; they are left out, never taken for zero.
    load_ids
        Loads that the counts come from.
    """

    source: str
    year: int
    by_area: pd.DataFrame
    grouped: bool
    missing: tuple[str, ...]
    suppressed: int
    load_ids: tuple[str, ...]

    @property
    def total(self) -> pd.Series:
        """Residents of each area; NaN where those of any group are not known."""
        return self.by_area.sum(axis=1, skipna=False)

    def caveats(self) -> list[str]:
        """Where the residents come from, and of whom they are missing or not known."""
        said = [f"Residents by {self.source}, all ages."]
        if self.missing:
            names = wording.listing(list(self.missing))
            them = "them" if len(self.missing) > 1 else "it"
            said.append(
                f"No residents of their own are loaded for {names}: no rate there, and the figure of the whole force "
                f"leaves {them} out."
            )
        said += left_out(self.suppressed)
        if self.by_area.isna().any(axis=None):
            said.append(
                "Areas whose residents are not known because of suppressed counts have no rate, and the figure of the "
                "whole force leaves them out."
            )
        return said


@lru_cache(maxsize=8)
def drawn(view: View) -> pd.DataFrame:
    """Every shape of a release: rows of the table ``shapes``."""
    if not view.has(SHAPES.name):
        return SHAPES.frame({"code": []}).astype(object)
    return view.rows(SHAPES.name).collect("pandas").to_native().astype(object)


@lru_cache(maxsize=256)
def of_level(view: View, force: str, level: str) -> pd.DataFrame:
    """The areas and outlines of one force and level, in alphabetical order of their names."""
    every = drawn(view)
    own = every[(every["force_code"] == forces()[force]["pfa_code"]) & (every["area_level"] == level)]
    return own.sort_values(["name", "code"], ignore_index=True)


@lru_cache(maxsize=256)
def areas(view: View, force: str, level: str) -> pd.DataFrame:
    """The areas alone: code, name, parent_code and kind."""
    own = of_level(view, force, level)
    listed = own.loc[own["part"] == AREA, ["code", "name", "parent_code", "kind", "boundary_set"]]
    return listed.assign(name=listed["name"].fillna(listed["code"])).reset_index(drop=True)


@lru_cache(maxsize=256)
def levels(view: View, force: str) -> list[str]:
    """Levels of a force of which areas are drawn, the wider first."""
    return [level for level in _WORDS if len(areas(view, force, level))]


@lru_cache(maxsize=256)
def names(view: View, force: str) -> dict[str, str]:
    """Names of every drawn area of a force, by code; the districts first."""
    found: dict[str, str] = {}
    for level in levels(view, force):
        own = areas(view, force, level)
        found |= {str(code): str(name) for code, name in zip(own["code"], own["name"], strict=True)}
    return found


@lru_cache(maxsize=256)
def district_names(view: View, force: str) -> dict[str, str]:
    """Names of the districts, by code, also of those that are drawn only as outlines."""
    own = of_level(view, force, "neighbourhood")
    outlines = own[(own["part"] == OUTLINE) & own["name"].notna()]
    found = {str(code): str(name) for code, name in zip(outlines["code"], outlines["name"], strict=True)}
    districts = areas(view, force, "district")
    return found | {str(code): str(name) for code, name in zip(districts["code"], districts["name"], strict=True)}


def level_of(view: View, force: str, code: str) -> str | None:
    """The level of a drawn area; None where there is none of this code."""
    return next((level for level in levels(view, force) if code in set(areas(view, force, level)["code"])), None)


def members(view: View, force: str, code: str) -> set[str]:
    """An area itself, and every neighbourhood that lies in it."""
    below = areas(view, force, "neighbourhood")
    return {code, *below.loc[below["parent_code"] == code, "code"]}


def level_told(view: View, force: str, told: Mapping[str, str], least: int) -> str | None:
    """The finest level of which at least so many areas are drawn and told of; None where there is none.

    Parameters
    ----------
    told
        Level of each area that something is known of, by code.
    """
    for level in reversed(_WORDS):
        own = set(areas(view, force, level)["code"])
        if len(own & {code for code, of in told.items() if of == level}) >= least:
            return level
    return None


def lifted(view: View, force: str, level: str, codes: pd.Series) -> pd.Series:
    """The area of a level for each of some neighbourhoods: itself, or the district that it lies in."""
    if level == "neighbourhood":
        return codes
    below = areas(view, force, "neighbourhood").set_index("code")["parent_code"].to_dict()
    return codes.map(lambda code: below.get(code, code))


def too_many(view: View, force: str, level: str) -> bool:
    """Whether a force has more areas of a level than are drawn together."""
    return len(areas(view, force, level)) > MOST


def called(level: str, number: int) -> str:
    """A number of areas with its noun: ``60 neighbourhoods``."""
    return wording.plural(number, *_WORDS[level])


_NOT_LOADED = "No residents of these {} are loaded, so there are counts and no rates; choose districts."


@lru_cache(maxsize=128)
def people(view: View, force: str, level: str, first: str, last: str, grouped: bool = False) -> People:
    """The residents of the areas of a level, from the source nearest to a period.

    Raises
    ------
    NoResidents
        With the reason, where there are none.
    """
    if level == "district":
        return _of_districts(view, force, first, last)
    enough = _sources_of(view, force, level, grouped)
    if enough is None:
        raise NoResidents(_NOT_LOADED.format(_WORDS[level][1]))
    source = nearest(list(enough), first, last)
    if source is None:
        raise NoResidents(
            f"No source of residents holds these {_WORDS[level][1]}"
            f"{' by ethnic group' if grouped else ''}, so there are counts and no rates; choose districts."
        )
    return _of_source(view, force, level, source)


@lru_cache(maxsize=64)
def _sources_of(view: View, force: str, level: str, grouped: bool) -> tuple[tuple[str, int], ...] | None:
    """Sources that hold enough areas of a level, each with its year; None where no residents of them are loaded."""
    own, counts = areas(view, force, level), _counts(view, force, level)
    if counts is None:
        return None
    if grouped:
        counts = counts[counts["broad"] != EVERYONE]
    held = counts.groupby(["source", "year"])["area_code"].nunique().reset_index()
    held = held[held["area_code"] >= _LEAST_HELD * len(own)]
    return tuple((str(name), int(year)) for name, year in zip(held["source"], held["year"], strict=True))


def _counts(view: View, force: str, level: str) -> pd.DataFrame | None:
    """Counts of residents of the areas of a level, by every source; None where there are none."""
    own = areas(view, force, level)
    counts = _of_areas(view, str(own["kind"].iloc[0]), tuple(own["code"])) if len(own) else None
    return None if counts is None or counts.empty else counts


@lru_cache(maxsize=64)
def _of_source(view: View, force: str, level: str, source: str) -> People:
    """The residents of the areas of a level by one source, whatever the period."""
    own, counts = areas(view, force, level), _counts(view, force, level)
    if counts is None:
        raise NoResidents(_NOT_LOADED.format(_WORDS[level][1]))
    rows = counts[counts["source"] == source]
    # A source that counts everyone beside the groups is not added up twice.
    by_group = rows[rows["broad"] != EVERYONE]
    used = by_group if len(by_group) else rows
    wide, suppressed = (
        used.pivot_table(index="area_code", columns="broad", values=name, aggfunc="sum")
        .astype("float64")
        .reindex(own["code"])
        for name in ("residents", "suppressed")
    )
    absent = own.loc[own["code"].map(wide.isna().all(axis=1)), "name"]
    return People(
        source,
        int(rows["year"].iloc[0]),
        # Few live in such an area: what is suppressed can be much of a group.
        wide.fillna(0).mask(suppressed > 0),
        bool(len(by_group)),
        tuple(str(name) for name in absent),
        int(np.nansum(suppressed.to_numpy())),
        tuple(str(load) for load in used["load_id"].unique()),
    )


def _of_districts(view: View, force: str, first: str, last: str) -> People:
    source = nearest(sources(view), first, last)
    if source is None:
        raise NoResidents("No population is loaded, so there are counts and no rates; load a census file.")
    held, own = residents(view, force, source), areas(view, force, "district")
    wide = held.by_area.astype("float64").reindex(own["code"])
    absent = own.loc[own["code"].map(wide.isna().all(axis=1)), "name"]
    suppressed = held.suppressed_by_area.reindex(own["code"]).fillna(0)
    # A suppressed count is next to nothing of a district's group, unless nothing else of the group was counted.
    known = wide.fillna(0).mask((suppressed > 0) & ~(wide > 0))
    missing = tuple(str(name) for name in absent)
    return People(source, held.year, known, True, missing, int(np.nansum(suppressed.to_numpy())), held.load_ids)


@lru_cache(maxsize=16)
def _of_areas(view: View, kind: str, codes: tuple[str, ...]) -> pd.DataFrame | None:
    if not view.has(RESIDENTS_CUBE.name):
        return None
    rows = view.rows(RESIDENTS_CUBE.name).filter(nw.col("level") == kind, nw.col("area_code").is_in(list(codes)))
    summed = rows.group_by("load_id", "source", "year", "area_code", "broad").agg(
        nw.col("residents", "suppressed").sum()
    )
    return summed.collect("pandas").to_native().astype({"source": object, "area_code": object, "broad": object})
