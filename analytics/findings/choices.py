"""What can be asked of a release, and what is asked where nothing was said."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import narwhals as nw

from analytics import wording
from analytics.findings.residents import nearest, sources
from analytics.scope import ALL_POWERS, Scope, ScopeError
from data.cubes import BLANK, STOPS_CUBE
from data.geography import GEOGRAPHY
from data.settings import settings
from data.tables import AREAS, LOADS, STOPS
from data.vocabularies import forces as known_forces

if TYPE_CHECKING:
    import pandas as pd

    from data.store import View

YEAR = 12
_LEAST_MONTHS = 6
"""Months of twelve that must have a file for the period that is shown first."""


@lru_cache(maxsize=256)
def forces(view: View) -> list[str]:
    """Forces with a stop-and-search file, by name."""
    loads = _stops(view)
    return sorted(loads["subject"].unique(), key=lambda slug: known_forces()[slug]["short"])


@lru_cache(maxsize=256)
def months(view: View, force: str) -> list[str]:
    """Months for which a force has a file, in order; an empty month is one of them."""
    loads = _stops(view)
    return sorted(loads.loc[loads["subject"] == force, "period"].unique())


@lru_cache(maxsize=256)
def districts(view: View, force: str) -> dict[str, str]:
    """Names of the districts in which a force's searches are counted, by code."""
    every = _districts(view)
    own = every[(every["parent_code"] == known_forces()[force]["pfa_code"]) & every["rank"].notna()]
    first = own.sort_values("rank").drop_duplicates("code").sort_values("name")
    return dict(zip(first["code"], first["name"], strict=True))


@lru_cache(maxsize=256)
def district_loads(view: View, force: str) -> list[str]:
    """Loads of the boundaries and lookups that hold a force or its districts."""
    code, every, areas = known_forces()[force]["pfa_code"], _districts(view), _area_loads(view)
    codes = {code, *every.loc[every["parent_code"] == code, "code"]}
    return sorted(set(areas.loc[areas["code"].isin(codes), "load_id"]))


@lru_cache(maxsize=256)
def powers(view: View, force: str) -> list[str]:
    """Powers that a force's searches were made under, by name; a blank one is last."""
    every = _powers(view)
    return sorted(every.loc[every["force"] == force, "power"], key=lambda name: (name == BLANK, name))


def populations(view: View) -> list[str]:
    """Sources of residents, newest first."""
    return [source for source, _ in sources(view)]


def complete(scope: Scope, view: View) -> Scope:
    """The scope with everything said that was left open.

    The force is the one of the settings, else the one with most searches; the period is the latest
    run of twelve months with a file for at least six of them, else the twelve months up to the force's
    newest file; the population is the one nearest in time; Black people are compared with White people.
    A district may be named instead of coded.

    Raises
    ------
    ScopeError
        If the release has nothing of what the scope asks about.
    """
    available = forces(view)
    if not available:
        raise ScopeError("No stop-and-search file is loaded.")
    force = scope.force or _first_force(view, available)
    if force not in available:
        raise ScopeError(f"No stop-and-search file of {known_forces()[force]['short']} is loaded.")
    first, last = _period(scope, months(view, force))
    area = _district(scope, view, force)
    if scope.power not in (None, ALL_POWERS, *powers(view, force)):
        held = "; ".join(powers(view, force)) or "none"
        name = known_forces()[force]["short"]
        raise ScopeError(f"“{scope.power}” is not a power that {name} has searches under; there are: {held}.")
    population = scope.population or nearest(sources(view), first, last)
    if scope.population and scope.population not in populations(view):
        raise ScopeError(
            f"“{scope.population}” is not loaded; there are {wording.listing(populations(view)) or 'none'}."
        )
    group, comparator = _pair(scope)
    if group == comparator:
        raise ScopeError(f"{group} can't be compared with itself; choose another group to compare with.")
    return scope.but(
        force=force,
        area=area,
        area_level=scope.area_level or "district",
        from_month=first,
        to_month=last,
        group=group,
        comparator=comparator,
        definition=scope.definition or "self",
        power=scope.power or ALL_POWERS,
        population=population,
    )


def near(scope: Scope, view: View) -> dict[str, Scope]:
    """Scopes that differ from one in a single part, by what they change in words; the likeliest to help first."""
    held = months(view, str(scope.force))
    found = {}
    if scope.area:
        found["Show the whole force area"] = scope.but(area=None)
    if scope.power not in (None, ALL_POWERS):
        found["Show all powers"] = scope.but(power=ALL_POWERS)
    if scope.definition == "officer":
        found["Use self-defined ethnicity"] = scope.but(definition="self")
    if held and (scope.from_month, scope.to_month) != (held[0], held[-1]):
        found[f"Show {wording.months(held[0], held[-1])}"] = scope.but(from_month=held[0], to_month=held[-1])
    for source in populations(view):
        if source != scope.population:
            found[f"Use residents by {source}"] = scope.but(population=source)
    return found


@lru_cache(maxsize=8)
def _districts(view: View) -> pd.DataFrame:
    """Every district of every list; asked once for all forces, because a page asks for each force it shows."""
    if not view.has(GEOGRAPHY.name):
        return GEOGRAPHY.frame({"code": []}).astype(object)
    rows = view.rows(GEOGRAPHY.name).filter(nw.col("area_level") == "district")
    return rows.collect("pandas").to_native().astype(object)


@lru_cache(maxsize=8)
def _area_loads(view: View) -> pd.DataFrame:
    if not view.has(AREAS.name):
        return AREAS.frame({"code": []})[["code", "load_id"]].astype(object)
    rows = view.rows(AREAS.name).filter(nw.col("level").is_in(["force", "district"])).select("code", "load_id")
    return rows.collect("pandas").to_native().astype(object)


@lru_cache(maxsize=8)
def _powers(view: View) -> pd.DataFrame:
    if not view.has(STOPS_CUBE.name):
        return STOPS_CUBE.frame({"force": []})[["force", "power"]].astype(object)
    # Each level counts every search, and there are fewer rows of districts.
    of_districts = view.rows(STOPS_CUBE.name).filter(nw.col("area_level") == "district", nw.col("person"))
    rows = of_districts.select("force", "power").unique()
    return rows.collect("pandas").to_native().astype(object)


@lru_cache(maxsize=8)
def _stops(view: View) -> pd.DataFrame:
    if not view.has(LOADS.name):
        return LOADS.frame({"load_id": []})
    return view.current_loads[view.current_loads["table"] == STOPS.name]


def _first_force(view: View, available: list[str]) -> str:
    chosen = settings().force
    if chosen in available:
        return chosen
    loads = _stops(view)
    return str(loads.groupby("subject")["rows"].sum().sort_values().index[-1])


def _district(scope: Scope, view: View, force: str) -> str | None:
    """The code of the district that a scope asks about, by its code or its name."""
    held = districts(view, force)
    if scope.area is None or scope.area in held:
        return scope.area
    named = [code for code, name in held.items() if str(name).casefold() == scope.area.casefold()]
    if len(named) != 1:
        raise ScopeError(
            f"“{scope.area}” is not a district of {known_forces()[force]['short']} with a boundary loaded."
        )
    return named[0]


def _pair(scope: Scope) -> tuple[str, str]:
    """Black with White, and where one of the two is compared with what was left open, with the other of them."""
    group = scope.group or ("White" if scope.comparator == "Black" else "Black")
    return group, scope.comparator or ("Black" if group == "White" else "White")


def _period(scope: Scope, available: list[str]) -> tuple[str, str]:
    if not scope.from_month and not scope.to_month:
        for last in reversed(available):
            within = [m for m in available if _back(last, YEAR - 1) <= m <= last]
            if len(within) >= _LEAST_MONTHS:
                return within[0], last
    last = scope.to_month or max(
        (m for m in available if not scope.from_month or m >= scope.from_month), default=available[-1]
    )
    if scope.from_month:
        return scope.from_month, max(last, scope.from_month)
    year = wording.month_range(_back(last, YEAR - 1), last)
    within = [m for m in available if m in year]
    return (within[0] if within else last), last


def _back(month: str, by: int) -> str:
    number = int(month[:4]) * 12 + int(month[5:7]) - 1 - by
    return f"{number // 12:04d}-{number % 12 + 1:02d}"
