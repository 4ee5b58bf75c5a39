"""The areas of a force, with the searches and the residents of two groups in each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from analytics import wording
from analytics.disparity.funnel import MINIMUM_AREAS
from analytics.findings import choices
from analytics.findings.neighbourhoods import places
from analytics.findings.neighbourhoods.layers import elsewhere
from analytics.findings.residents import NoResidents, check_area, left_out
from analytics.findings.searches import UNANSWERABLE, NoSearches, Searches
from analytics.findings.stop_and_search.disproportionality import comparable
from analytics.findings.stop_and_search.shared import either, people, population_caveats
from analytics.scope import Scope
from data.settings import settings

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from data.store import View

FEWEST = 2
"""Areas under which there is nothing to set one against."""

_OF_BOTH = ("search of the two groups", "searches of the two groups")
_NOT_LOADED = "no residents of one of the two groups are loaded"
_NOT_KNOWN = "residents not known: the publisher suppressed counts of one of the two groups"


@dataclass(frozen=True, eq=False)
class PairAreas:
    """Searches and residents of two groups in every area of a level, in alphabetical order of the areas' names.

    Attributes
    ----------
    searches
        The searches of the force, counted by area of the level.
    codes, names
        GSS code and name of each area.
    stops : ndarray of int, shape (areas, 2)
        Searches of the group and of the comparator.
    residents : ndarray of shape (areas, 2)
        Residents of both; NaN where they are not known, 0 where none are loaded.
    source, load_ids
        Where the residents come from.
    notes
        What else is to be said of the residents.
    """

    searches: Searches
    codes: tuple[str, ...]
    names: tuple[str, ...]
    stops: NDArray[np.int64]
    residents: NDArray[np.float64]
    source: str
    load_ids: tuple[str, ...]
    notes: tuple[str, ...] = ()

    @property
    def level(self) -> str:
        """The level of the areas."""
        return str(self.searches.scope.area_level)

    @property
    def pair(self) -> tuple[str, str]:
        """The group and the comparator."""
        return str(self.searches.scope.group), str(self.searches.scope.comparator)

    @property
    def known(self) -> NDArray[np.bool_]:
        """Whether residents of both groups are known, in each area."""
        return np.asarray((np.nan_to_num(self.residents) > 0).all(axis=1))

    @property
    def shown(self) -> NDArray[np.bool_]:
        """Whether both groups have residents, and searches enough to be shown, in each area."""
        return np.asarray(self.known & (self.stops >= settings().threshold).all(axis=1))

    @property
    def base(self) -> int:
        """Searches of both groups in areas whose residents are known."""
        return int(self.stops[self.known].sum())

    @property
    def recorded(self) -> int:
        """Searches of both groups, wherever they lie."""
        return sum(self.searches.by_group[name] for name in self.pair)

    def flags(self) -> list[str]:
        """Why an area has no figure; empty where it has one, or where its counts are too small."""
        said = []
        for stops, residents in zip(self.stops, self.residents, strict=True):
            none = [name for name, number in zip(self.pair, stops, strict=True) if not number]
            if np.isnan(residents).any():
                said.append(_NOT_KNOWN)
            elif (residents <= 0).any():
                said.append(_NOT_LOADED)
            else:
                said.append(f"no search is recorded as {either(none)}" if none else "")
        return said

    def without_residents(self) -> list[str]:
        """Which areas have no residents of both groups loaded, and how many searches are in no ratio for it."""
        absent = np.array([bool((here <= 0).any()) for here in self.residents], dtype=bool)
        if not absent.any():
            return []
        number = int(self.stops[absent].sum())
        names = wording.listing([name for name, gone in zip(self.names, absent, strict=True) if gone])
        said = f"No residents of both groups are loaded for {names}, so no ratio is given there"
        if not number:
            return [f"{said}."]
        counts = "is in no figure here, and counts" if number == 1 else "are in no figure here, and count"
        return [
            f"{said}: {wording.plural(number, *_OF_BOTH)} ({wording.percent(number / self.recorded)}) {counts} in the "
            "rates of the whole force."
        ]

    def caveats(self) -> list[str]:
        """Whose residents these are, and which searches lie in no area."""
        nowhere = self.recorded - int(self.stops.sum())
        said = [f"Residents by {self.source}, all ages.", *self.notes]
        if nowhere:
            said.append(elsewhere(nowhere, self.recorded, self.level, _OF_BOTH))
        return said


def comparable_areas(scope: Scope, view: View) -> PairAreas:
    """The areas of a force that can be set against each other: those of the level asked for, else of the first one.

    That is the finest level at which so many areas have enough searches of both groups that they can be told apart;
    districts where there is none. A scope's own area counts for nothing: all areas of its force are compared.

    Raises
    ------
    ScopeError, NoSearches, NoResidents
        With the reason, where they can't be.
    """
    asked = scope.but(area=None, area_level="district")
    check_area(Searches.of(asked, view).force, "it has no districts that could be set against each other")
    whole = comparable(asked, view)
    offered = ["district"] if scope.area_level == "district" else _levels(whole)
    if scope.area_level == "force":
        raise NoSearches("A force is one area and has no other here to be set against; choose districts.")
    if scope.area_level is not None and scope.area_level not in offered:
        raise NoSearches(
            f"No residents by ethnic group are loaded for {scope.area_level}s of {whole.force_name} that are drawn; "
            f"choose {either([f'{level}s' for level in offered])}."
        )
    areas = _of_level(whole, scope.area_level) if scope.area_level else _first(whole, offered)
    _check(areas)
    return areas


def levels(scope: Scope, view: View) -> list[str]:
    """Levels at which the areas of a force can be set against each other; none where the groups can't be compared."""
    try:
        return _levels(comparable(scope.but(area=None, area_level="district"), view))
    except UNANSWERABLE:
        return []


def near(scope: Scope, view: View) -> dict[str, Scope]:
    """Scopes that differ in one part from one that can't be answered: other levels before all else."""
    others = [level for level in levels(scope, view) if level != scope.area_level]
    return {f"Show {level}s": scope.but(area_level=level) for level in others} | choices.near(scope, view)


def _levels(whole: Searches) -> list[str]:
    """Levels whose areas have residents by ethnic group, the wider first; districts are always one."""
    drawn = [level for level in places.levels(whole.view, whole.force) if level != "district"]
    return ["district", *(level for level in drawn if _has_residents(whole, level))]


def _has_residents(whole: Searches, level: str) -> bool:
    if places.too_many(whole.view, whole.force, level):
        return False
    try:
        held = places.people(whole.view, whole.force, level, whole.months[0], whole.months[-1], grouped=True)
    except NoResidents:
        return False
    return {str(whole.scope.group), str(whole.scope.comparator)} <= set(held.by_area.columns)


def _first(whole: Searches, offered: list[str]) -> PairAreas:
    for level in reversed(offered[1:]):
        areas = _of_level(whole, level)
        if areas.shown.sum() >= MINIMUM_AREAS:
            return areas
    return _of_level(whole, offered[0])


def _of_level(whole: Searches, level: str) -> PairAreas:
    searches = Searches.of(whole.scope.but(area_level=level), whole.view)
    return _districts(searches) if level == "district" else _smaller(searches, level)


def _districts(searches: Searches) -> PairAreas:
    """The districts in which searches are counted, with the residents by the source that the scope names."""
    held, names = searches.residents, area_names(searches.view, searches.force, "district")
    wide = held.by_area.astype("float64").reindex(list(names))
    suppressed = held.suppressed_by_area.reindex(list(names)).fillna(0)
    # A suppressed count is next to nothing of a district's group, unless nothing else of the group was counted.
    known = wide.fillna(0).mask((suppressed > 0) & ~(wide > 0))
    return _pair(searches, names, known, held.source, held.load_ids, tuple(population_caveats(searches, held)))


def _smaller(searches: Searches, level: str) -> PairAreas:
    """Smaller areas, with their residents by the source that is nearest in time."""
    view, force = searches.view, searches.force
    held = places.people(view, force, level, searches.months[0], searches.months[-1], grouped=True)
    asked, notes = str(searches.scope.population), left_out(held.suppressed)
    if held.source != asked:
        notes.append(f"Residents of {level}s are those of the source nearest in time, not by {asked}.")
    if held.by_area.isna().any(axis=None):
        notes.append(f"{level.capitalize()}s whose residents are not known because of suppressed counts have no ratio.")
    names = area_names(view, force, level)
    return _pair(searches, names, held.by_area, held.source, held.load_ids, tuple(notes))


def area_names(view: View, force: str, level: str) -> dict[str, str]:
    """Names of the areas of a force by code, in alphabetical order, with the district's where several share a name."""
    if level == "district":
        names = choices.districts(view, force)
    else:
        own = places.areas(view, force, level)
        districts = own["parent_code"].map(places.district_names(view, force))
        again = own["name"].duplicated(keep=False) & districts.notna()
        full = own["name"].where(~again, own["name"] + " (" + districts.fillna("") + ")")
        names = dict(zip(own["code"].astype(str), full.astype(str), strict=True))
    return dict(sorted(names.items(), key=lambda area: (area[1].casefold(), area[0])))


def _pair(
    searches: Searches,
    names: Mapping[str, str],
    residents: pd.DataFrame,
    source: str,
    load_ids: tuple[str, ...],
    notes: tuple[str, ...] = (),
) -> PairAreas:
    codes = tuple(names)
    pair = [str(searches.scope.group), str(searches.scope.comparator)]
    return PairAreas(
        searches,
        codes,
        tuple(names.values()),
        searches.by_area.reindex(list(codes), fill_value=0)[pair].to_numpy(dtype=np.int64),
        residents.reindex(list(codes))[pair].to_numpy(dtype=float),
        source,
        load_ids,
        notes,
    )


def _check(areas: PairAreas) -> None:
    """Refuse areas of which too few can be compared.

    Raises
    ------
    NoSearches
        With the reason.
    """
    name, level, least = areas.searches.force_name, areas.level, settings().threshold
    if not areas.codes:
        raise NoSearches(f"No boundaries of the {level}s of {name} are loaded, so its searches have no place in one.")
    if len(areas.codes) < FEWEST:
        raise NoSearches(f"{name} has one {level} with a boundary loaded, and an area is set against others.")
    known = int(areas.known.sum())
    if known < FEWEST:
        number = f"Only {known} of {places.called(level, len(areas.codes))}" if known else f"No {level}"
        raise NoSearches(f"{number} of {name} has residents of both groups, and an area is set against others.")
    if areas.base < settings().placed_share * areas.recorded:
        raise NoSearches(
            f"{wording.percent(areas.base / areas.recorded)} of the searches of both groups lie in {level}s of {name} "
            f"that have residents: under {wording.percent(settings().placed_share)}, no area is set against others."
        )
    if areas.shown.sum() < FEWEST:
        number = f"Only one of {places.called(level, known)}" if areas.shown.any() else f"No {level}"
        which = f"{least} or more searches of {people(areas.pair[0])} and of {people(areas.pair[1])}"
        raise NoSearches(
            f"{number} of {name} has {which} {areas.searches.during}"
            f"{areas.searches.limits}, and an area is set against others."
        )
