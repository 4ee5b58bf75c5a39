"""From staged rows to a release: count what is to be counted, then make everything visible with one commit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from data import counting
from data.coverage import counted_twice
from data.cubes import (
    CONDUCT_CUBE,
    CRIME_CUBE,
    HOURS_CUBE,
    OUTCOMES_CUBE,
    PEOPLE_CUBE,
    RESIDENTS_CUBE,
    STOPS_CUBE,
    TEAM_CUBE,
    count_conduct,
    count_crime,
    count_hours,
    count_outcomes,
    count_people,
    count_residents,
    count_stops,
    count_teams,
)
from data.geography import GEOGRAPHY, resolve
from data.settings import settings
from data.shapes import SHAPES, draw
from data.store import Release, Store, StoreError, View, Writer
from data.survey_cubes import SURVEY_CELLS, SURVEY_DESIGN, count_answers, count_design
from data.tables import AREAS, CRIME, POPULATION, RESPONSES, STOPS, Table

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

Progress = Callable[[str], None]


@dataclass(frozen=True)
class Cube:
    """A cube: the table whose loads it counts, how, and whether its rows depend on which areas are loaded."""

    table: Table
    source: str
    count: Callable[[View, list[str]], pd.DataFrame | pa.Table]
    step: str
    by_area: bool


CUBES = (
    Cube(STOPS_CUBE, STOPS.name, count_stops, "counting searches", by_area=True),
    Cube(OUTCOMES_CUBE, STOPS.name, count_outcomes, "counting outcomes of searches", by_area=True),
    Cube(CONDUCT_CUBE, STOPS.name, count_conduct, "counting how searches were carried out", by_area=False),
    Cube(TEAM_CUBE, STOPS.name, count_teams, "counting searches by team", by_area=False),
    Cube(HOURS_CUBE, STOPS.name, count_hours, "counting searches by hour", by_area=False),
    Cube(CRIME_CUBE, CRIME.name, count_crime, "counting crime", by_area=True),
    Cube(RESIDENTS_CUBE, POPULATION.name, count_residents, "adding up residents", by_area=False),
    Cube(PEOPLE_CUBE, POPULATION.name, count_people, "adding up residents by age and sex", by_area=False),
    Cube(SURVEY_DESIGN, RESPONSES.name, count_design, "counting sampling units", by_area=False),
    Cube(SURVEY_CELLS, RESPONSES.name, count_answers, "counting answers", by_area=True),
)


RECOUNT = "recount"
"""Action of a release that brings no load and takes none away."""


def silent(step: str) -> None:
    """Tell nobody."""


def publish(
    writer: Writer,
    action: str,
    by: str,
    reason: str,
    added: list[str],
    withdrawn: list[str],
    progress: Progress = silent,
) -> Release:
    """Count what a staged release brings and publish it.

    New loads are counted and appended. Where areas come or go, places change under every search, so
    the geography and the cubes that lay rows into areas are counted again. Where the lists, the
    settings or the code are not those that the release before was counted with, everything is: no
    release holds figures of two lists.

    Parameters
    ----------
    writer
        Holder of the lock; the rows of new loads are appended already.
    added, withdrawn
        Loads that become current, and loads that stop being so.
    progress
        Called with a few words before each long step.

    Raises
    ------
    StoreError
        If the release would count an area twice.
    """
    view = writer.staged(action, by, reason, added, withdrawn)
    loads = view.loads.set_index("load_id")["table"]
    changed = set(loads.reindex([*added, *withdrawn]))
    twice = counted_twice(view, changed)
    if twice:
        raise StoreError(twice)
    anew = action == RECOUNT or bool(counting.differences(view, _tables()))
    if anew and writer.before:
        progress("counting everything again, with the lists of today")
    if view.has(AREAS.name) and (anew or AREAS.name in changed):
        progress("working out which area lies in which")
        areas = view.rows(AREAS.name).collect("pandas").to_native()
        geography = resolve(areas, settings().boundary_sets)
        writer.replace(GEOGRAPHY, geography)
        progress("drawing the areas")
        writer.replace(SHAPES, draw(areas, geography))
        view = writer.staged(action, by, reason, added, withdrawn)
    for cube in CUBES:
        if view.has(cube.source):
            progress(cube.step)
            _recount(writer, view, cube, loads, everything=anew or (cube.by_area and AREAS.name in changed))
    if anew:
        writer.replace(counting.COUNTED_WITH, counting.frame(counting.inputs(_tables())))
    return writer.publish(view)


def recount(store: Store, by: str, reason: str, progress: Progress = silent) -> Release:
    """Count everything again with the lists and settings of today, as a new release.

    Raises
    ------
    StoreError
        If no reason is given, or nothing has been loaded yet.
    """
    if not reason.strip():
        raise StoreError("Say why everything is counted again: the reason stays in the history.")
    if store.release() is None:
        raise StoreError("Nothing has been loaded yet, so there is nothing to count.")
    with store.writing() as writer:
        return publish(writer, RECOUNT, by, reason, [], [], progress)


def counted_otherwise(view: View) -> str | None:
    """One sentence where a release was counted with other lists or settings than today's; else None."""
    if view.release is None:
        return None
    names = counting.differences(view, _tables())
    if not names:
        return None
    known = counting.counted_with(view)
    what = (
        f"The figures of release {view.release.number} were counted with other lists or settings than today's "
        f"({', '.join(names)})"
        if known
        else f"Nothing says with which lists the figures of release {view.release.number} were counted"
    )
    return f"{what}: the next release counts everything again, and `python -m data recount --reason TEXT` does it now."


def withdraw(store: Store, load: str, by: str, reason: str, progress: Progress = silent) -> Release:
    """Withdraw a load: in the new release the load before it is current again, if there was one.

    Raises
    ------
    StoreError
        If there is no such load, it is withdrawn already, or no reason is given.
    """
    if not reason.strip():
        raise StoreError("Say why the load is withdrawn: the reason stays in the history.")
    with store.writing() as writer:
        history = store.history().set_index("load_id")["status"]
        if load not in history.index:
            raise StoreError(f"There is no load “{load}”; `python -m data history` lists them.")
        if history[load] == "withdrawn":
            raise StoreError(f"Load {load} has been withdrawn already.")
        return publish(writer, "withdraw", by, reason, [], [load], progress)


def restore(store: Store, load: str, by: str, reason: str, progress: Progress = silent) -> Release:
    """Make a withdrawn load current again, as if its file had just been loaded: it takes the place of the current one.

    Raises
    ------
    StoreError
        If there is no such load, it is not withdrawn, or no reason is given.
    """
    if not reason.strip():
        raise StoreError("Say why the load is restored: the reason stays in the history.")
    with store.writing() as writer:
        history = store.history().set_index("load_id")["status"]
        if load not in history.index:
            raise StoreError(f"There is no load “{load}”; `python -m data history` lists them.")
        if history[load] != "withdrawn":
            raise StoreError(f"Load {load} is not withdrawn, so there is nothing to restore.")
        return publish(writer, "restore", by, reason, [load], [], progress)


def gives_way(history: pd.DataFrame, load: str) -> dict[str, Any] | None:
    """The current load, as a row of the history, whose place a withdrawn one would take; None where there is none.

    Parameters
    ----------
    history
        What `Store.history` gives.
    load
        Identity of the withdrawn load.
    """
    slot = ["table", "subject", "period"]
    of_load = history.loc[history["load_id"] == load, slot]
    rows = history[history["status"] == "current"].merge(of_load, on=slot)
    return None if rows.empty else {str(name): value for name, value in rows.iloc[0].items()}


def _tables() -> list[Table]:
    return [*(cube.table for cube in CUBES), SHAPES]


def _recount(writer: Writer, view: View, cube: Cube, loads: pd.Series, everything: bool) -> None:
    every = sorted(loads.index[loads == cube.source])
    if everything:
        writer.replace(cube.table, cube.count(view, every))
        return
    new = sorted(set(every) - _counted(view, cube.table.name))
    if new:
        writer.append(cube.table, cube.count(view, new))


def _counted(view: View, cube: str) -> set[str]:
    if not view.has(cube):
        return set()
    return set(view.every_row(cube).select("load_id").unique().collect("pandas").to_native()["load_id"])
