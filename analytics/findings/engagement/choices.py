"""What can be asked of the engagement that a release holds, and what is asked where nothing was said."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

import narwhals as nw

from analytics import wording
from analytics.findings import choices
from analytics.findings.residents import nearest
from analytics.scope import Scope, ScopeError
from data.cubes import PEOPLE_CUBE, coded
from data.settings import settings
from data.tables import EVENTS, PARTICIPANTS
from data.vocabularies import forces as known_forces

if TYPE_CHECKING:
    import pandas as pd

    from data.store import View

_YEAR = 12
_FIRST = ("ethnicity", "age_band", "sex", "disability")
"""What participants are told apart by, in the order in which it is offered."""


@lru_cache(maxsize=8)
def forces(view: View) -> list[str]:
    """Forces with engagement events, by name."""
    loads = view.current_loads if view.release else None
    if loads is None or not view.has(EVENTS.name):
        return []
    held = set(loads.loc[loads["table"] == EVENTS.name, "subject"].str.split(" / ").str[0])
    return sorted(held, key=lambda slug: known_forces()[slug]["short"])


@lru_cache(maxsize=16)
def events(view: View, force: str) -> pd.DataFrame:
    """Number and month of each event of a force."""
    rows = view.rows(EVENTS.name).filter(nw.col("force") == force).select("event", "date")
    found = rows.collect("pandas").to_native().astype(object)
    return found.assign(month=found["date"].str[:7])


@lru_cache(maxsize=16)
def placed_events(view: View, force: str) -> pd.DataFrame:
    """Month, neighbourhood and number of participants of each event of a force."""
    rows = view.rows(EVENTS.name).filter(nw.col("force") == force).select("event", "date", "area", "participants")
    found = rows.collect("pandas").to_native()
    return found.assign(month=found["date"].astype(object).str[:7], area=found["area"].astype(object))


@lru_cache(maxsize=16)
def participants(view: View, force: str) -> pd.DataFrame:
    """Participants of each event by the groups of each attribute, with the month of the event."""
    if not view.has(PARTICIPANTS.name):
        return PARTICIPANTS.frame({"event": []}).assign(month="")
    rows = view.rows(PARTICIPANTS.name).filter(nw.col("force") == force)
    counts = coded(rows.select("event", "attribute", "group", "participants"))
    months = events(view, force).set_index("event")["month"]
    return counts.assign(month=counts["event"].astype(object).map(months))


@lru_cache(maxsize=16)
def months(view: View, force: str) -> list[str]:
    """Months with an event, in order."""
    return sorted(events(view, force)["month"].unique())


@lru_cache(maxsize=16)
def attributes(view: View, force: str) -> list[str]:
    """What the participants of a force are told apart by."""
    held = set(participants(view, force)["attribute"].astype(object))
    return [name for name in _FIRST if name in held]


@lru_cache(maxsize=8)
def populations(view: View, attribute: str) -> list[tuple[str, int]]:
    """Sources of residents by an attribute and district with their year, newest first."""
    if not view.has(PEOPLE_CUBE.name):
        return []
    rows = view.rows(PEOPLE_CUBE.name).filter(nw.col("attribute") == attribute, nw.col("level") == "district")
    found = rows.select("source", "year").unique().collect("pandas").to_native()
    return sorted(found.itertuples(index=False, name=None), key=lambda row: (-row[1], row[0]))


def complete(scope: Scope, view: View) -> Scope:
    """The scope with everything said that was left open: the latest twelve months, by ethnic group where it is held.

    Raises
    ------
    ScopeError
        If the release has nothing of what the scope asks about.
    """
    available = forces(view)
    if not available:
        raise ScopeError("No engagement event is loaded.")
    first = settings().force
    force = scope.force or (first if first in available else available[0])
    if force not in available:
        raise ScopeError(f"No engagement event of {known_forces()[force]['short']} is loaded.")
    held = months(view, force)
    last = scope.to_month or held[-1]
    start = scope.from_month or max(min(held[0], last), wording.earlier(last, _YEAR - 1))
    kinds = attributes(view, force)
    by = scope.by or (kinds[0] if kinds else None)
    sources = populations(view, by) if by else []
    if scope.population and scope.population not in [name for name, _ in sources]:
        raise ScopeError(f"“{scope.population}” does not count residents by what is asked.")
    population = scope.population or nearest(sources, start, last)
    return scope.but(force=force, from_month=start, to_month=last, by=by, population=population)


def residents(view: View, scope: Scope) -> dict[str, int]:
    """Residents of the force's districts by the groups of the scope's attribute; empty where none are known."""
    districts = choices.districts(view, str(scope.force))
    if scope.population is None or not districts:
        return {}
    rows = _people(view, scope).filter(nw.col("area_code").is_in(list(districts)))
    counts = rows.select("group", "residents").collect("pandas").to_native()
    summed = counts.groupby(counts["group"].astype(object))["residents"].sum()
    return {str(group): int(number) for group, number in summed.items() if number > 0}


def population_loads(view: View, scope: Scope) -> list[str]:
    """Loads that the residents of a scope come from."""
    rows = _people(view, scope).select("load_id").unique().collect("pandas").to_native()
    return [str(load) for load in rows["load_id"]]


def _people(view: View, scope: Scope) -> nw.LazyFrame[Any]:
    return view.rows(PEOPLE_CUBE.name).filter(
        nw.col("attribute") == scope.by, nw.col("source") == scope.population, nw.col("level") == "district"
    )


def near(scope: Scope, view: View) -> dict[str, Scope]:
    """Scopes that differ from one in a single part, by what they change in words; the likeliest to help first."""
    held, found = months(view, str(scope.force)), {}
    if held and (scope.from_month, scope.to_month) != (held[0], held[-1]):
        found[f"Show {wording.months(held[0], held[-1])}"] = scope.but(from_month=held[0], to_month=held[-1])
    for other in attributes(view, str(scope.force)):
        if other != scope.by:
            found[f"Show it by {other.replace('_', ' ')}"] = scope.but(by=other, population=None)
    return found
