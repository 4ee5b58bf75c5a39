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
from data.geography import GEOGRAPHY
from data.settings import settings
from data.store import whole_subjects
from data.tables import EVENTS, FEEDBACK, PARTICIPANTS, PLANS
from data.vocabularies import forces as known_forces

if TYPE_CHECKING:
    import pandas as pd

    from data.store import View
    from data.tables import Table

_YEAR = 12
_FIRST = ("ethnicity", "age_band", "sex", "disability")
"""What participants are told apart by, in the order in which it is offered."""


@lru_cache(maxsize=8)
def forces(view: View) -> list[str]:
    """Forces with engagement events or feedback, by name."""
    loads = view.current_loads if view.release else None
    if loads is None:
        return []
    own = loads["table"].isin([table.name for table in (EVENTS, FEEDBACK) if view.has(table.name)])
    held = set(whole_subjects(loads[own]))
    return sorted(held, key=lambda slug: known_forces()[slug]["short"])


@lru_cache(maxsize=16)
def events(view: View, force: str) -> pd.DataFrame:
    """The events of a force with their month, a method and a channel spelt in one way."""
    found = _rows(view, EVENTS, force)
    return found.assign(
        month=found["date"].str[:7], method=_one_spelling(found["method"]), channel=_one_spelling(found["channel"])
    )


@lru_cache(maxsize=16)
def feedback(view: View, force: str) -> pd.DataFrame:
    """What people asked a force for, and what came of it, with the month it was raised in."""
    found = _rows(view, FEEDBACK, force)
    return found.assign(month=found["raised_on"].str[:7])


@lru_cache(maxsize=16)
def method_of(view: View, force: str) -> dict[str, str]:
    """How people were met at each event that says so, by its number."""
    told = events(view, force).dropna(subset=["method"])
    return dict(zip(told["event"], told["method"], strict=True))


@lru_cache(maxsize=16)
def plans(view: View, force: str) -> pd.DataFrame:
    """What the engagement plans of a force mean to do, a month each."""
    return _rows(view, PLANS, force)


@lru_cache(maxsize=16)
def last_day(view: View, force: str) -> str:
    """The last day that the records of a force speak of: as they stood then, so far are they known.

    A day after that on which they were loaded is a plan, or mistyped, and does not count.
    """
    loaded = loaded_on(view, force)
    told, held = feedback(view, force), events(view, force)["date"]
    said = (day for days in (told["raised_on"], told["told_on"], held) for day in days.dropna() if day <= loaded)
    return str(max(said, default=loaded))


@lru_cache(maxsize=16)
def loaded_on(view: View, force: str) -> str:
    """The day, UTC, on which the newest log of events or feedback of a force was loaded."""
    return f"{loads(view, force, EVENTS, FEEDBACK)['at'].max().tz_convert('UTC'):%Y-%m-%d}"


@lru_cache(maxsize=16)
def dated_later(view: View, force: str) -> int:
    """How many events and items of a force bear a day after that on which they were loaded."""
    loaded = loaded_on(view, force)
    told = feedback(view, force)
    items = (told["raised_on"] > loaded) | (told["told_on"].fillna("") > loaded)
    return int(items.sum()) + int((events(view, force)["date"] > loaded).sum())


@lru_cache(maxsize=16)
def neighbourhoods(view: View, force: str) -> dict[str, str]:
    """Names of the neighbourhoods of a force by code, of the boundary set that holds the places of most events.

    Where no event has a place, of most of what was asked for; empty where no set holds half of them.
    """
    if not view.has(GEOGRAPHY.name):
        return {}
    rows = view.rows(GEOGRAPHY.name).filter(
        nw.col("area_level") == "neighbourhood", nw.col("parent_code").is_in(list(choices.districts(view, force)))
    )
    areas = rows.select("boundary_set", "code", "name").collect("pandas").to_native().astype(object)
    held = events(view, force)["area"].dropna()
    places = held if len(held) else feedback(view, force)["area"].dropna()
    best: pd.DataFrame | None = None
    most = len(places) / 2
    for _, of_set in areas.groupby("boundary_set"):
        inside = int(places.isin(set(of_set["code"])).sum())
        if inside and inside >= most:
            best, most = of_set, inside
    return {} if best is None else dict(zip(best["code"], best["name"].fillna(best["code"]), strict=True))


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


@lru_cache(maxsize=64)
def attended(view: View, force: str, attribute: str) -> pd.DataFrame:
    """Participants of each event that is loaded, a column each group of an attribute; null where none is said.

    The index holds the month and the number of the event.
    """
    every = participants(view, force)
    chosen = every[(every["attribute"] == attribute) & every["month"].notna()]
    return chosen.pivot_table(
        index=["month", "event"], columns="group", values="participants", aggfunc="sum", observed=True
    )


@lru_cache(maxsize=64)
def unplaced(view: View, force: str, attribute: str) -> int:
    """Participations at events that are not loaded."""
    every = participants(view, force)
    return int(every.loc[(every["attribute"] == attribute) & every["month"].isna(), "participants"].sum())


@lru_cache(maxsize=16)
def months(view: View, force: str) -> list[str]:
    """Months with an event, in order; of a force without any, those in which something was asked for."""
    held = events(view, force)["month"]
    return sorted((held if len(held) else feedback(view, force)["month"]).unique())


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


def dated(scope: Scope, view: View) -> Scope:
    """The scope with its force and period said: the latest twelve months where they were left open.

    Raises
    ------
    ScopeError
        If the release has no engagement of the force.
    """
    available = forces(view)
    if not available:
        raise ScopeError("No engagement event is loaded.")
    first = settings().force
    force = scope.force or (first if first in available else available[0])
    if force not in available:
        raise ScopeError(f"No engagement event of {known_forces()[force]['short']} is loaded.")
    held = months(view, force)
    last = scope.to_month or _latest(view, force, held)
    start = scope.from_month or max(min(held[0], last), wording.earlier(last, _YEAR - 1))
    return scope.but(force=force, from_month=start, to_month=last)


def _latest(view: View, force: str, held: list[str]) -> str:
    """The last month that had come when the log was loaded: one mistyped or planned day moves no period."""
    loaded = loaded_on(view, force)[:7]
    return next((month for month in reversed(held) if month <= loaded), held[-1])


def complete(scope: Scope, view: View) -> Scope:
    """The scope with everything said that was left open: the latest twelve months, by ethnic group where it is held.

    Raises
    ------
    ScopeError
        If the release has nothing of what the scope asks about.
    """
    scope = dated(scope, view)
    force, start, last = str(scope.force), str(scope.from_month), str(scope.to_month)
    kinds = attributes(view, force)
    by = scope.by or (kinds[0] if kinds else None)
    sources = populations(view, by) if by else []
    if scope.population and scope.population not in [name for name, _ in sources]:
        raise ScopeError(f"“{scope.population}” does not count residents by what is asked.")
    return scope.but(by=by, population=scope.population or nearest(sources, start, last))


def residents(view: View, scope: Scope) -> dict[str, int]:
    """Residents of the force's districts by the groups of the scope's attribute; empty where none are known."""
    if scope.population is None:
        return {}
    return _residents(view, str(scope.force), str(scope.by), scope.population)


def suppressed(view: View, scope: Scope) -> int:
    """How many counts of those residents the publisher suppressed: they are no part of any sum."""
    if scope.population is None:
        return 0
    return int(_counted(view, str(scope.force), str(scope.by), scope.population)["suppressed"].sum())


@lru_cache(maxsize=64)
def _residents(view: View, force: str, attribute: str, population: str) -> dict[str, int]:
    summed = _counted(view, force, attribute, population)["residents"]
    return {str(group): int(number) for group, number in summed.items() if number > 0}


@lru_cache(maxsize=64)
def _counted(view: View, force: str, attribute: str, population: str) -> pd.DataFrame:
    """Residents of the districts of a force and how many counts of them are suppressed, by group."""
    rows = _people(view, attribute, population).filter(nw.col("area_code").is_in(list(choices.districts(view, force))))
    counts = rows.select("group", "residents", "suppressed").collect("pandas").to_native()
    return counts.astype({"group": object}).groupby("group")[["residents", "suppressed"]].sum()


@lru_cache(maxsize=64)
def population_loads(view: View, attribute: str, population: str) -> list[str]:
    """Loads that residents by an attribute come from."""
    rows = _people(view, attribute, population).select("load_id").unique().collect("pandas").to_native()
    return [str(load) for load in rows["load_id"]]


def _people(view: View, attribute: str, population: str) -> nw.LazyFrame[Any]:
    return view.rows(PEOPLE_CUBE.name).filter(
        nw.col("attribute") == attribute, nw.col("source") == population, nw.col("level") == "district"
    )


def near(scope: Scope, view: View) -> dict[str, Scope]:
    """Scopes that differ from one in a single part, by what they change in words; the likeliest to help first."""
    found = other_period(scope, view)
    for other in attributes(view, str(scope.force)):
        if other != scope.by:
            found[f"Show it by {other.replace('_', ' ')}"] = scope.but(by=other, population=None)
    return found


def other_period(scope: Scope, view: View) -> dict[str, Scope]:
    """The scope over all that is held, where it is of a part of it, by what that changes in words."""
    if scope.force not in forces(view):
        return {}
    days = [*events(view, scope.force)["month"], *feedback(view, scope.force)["month"]]
    first, last = min(days), max(days)
    if (scope.from_month, scope.to_month) == (first, last):
        return {}
    return {f"Show {wording.months(first, last)}": scope.but(from_month=first, to_month=last)}


@lru_cache(maxsize=64)
def loads(view: View, force: str, *tables: Table) -> pd.DataFrame:
    """The current loads of some tables of a force, by table and file."""
    held = view.current_loads
    own = held["table"].isin([table.name for table in tables]) & (whole_subjects(held) == force)
    return held[own].sort_values(["table", "file"])


def _rows(view: View, table: Table, force: str) -> pd.DataFrame:
    """The rows of a table of a force; texts as Python's own, of which pandas compares few fast."""
    if not view.has(table.name):
        return table.frame({"force": []}).astype(_texts(table))
    rows = view.rows(table.name).filter(nw.col("force") == force).select(table.names)
    return rows.collect("pandas").to_native().astype(_texts(table))


def _texts(table: Table) -> dict[str, str]:
    return {column.name: "object" for column in table.columns if column.kind in ("text", "day", "month")}


def _one_spelling(words: pd.Series) -> pd.Series:
    """Words that differ in capitals and spaces alone, in the spelling that is most common."""
    counts = words.value_counts()
    chosen: dict[str, str] = {}
    for spelling in counts.index:
        chosen.setdefault(" ".join(spelling.split()).casefold(), spelling)
    spelt = {spelling: chosen[" ".join(spelling.split()).casefold()] for spelling in counts.index}
    return words.map(spelt).astype(object)
