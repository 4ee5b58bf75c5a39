"""Areas that a file names and that no loaded boundary set or lookup has, with the nearest name there is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from data.checks.background import BLANK, tally
from data.checks.remark import MOST_PLACES, Remark
from data.readers import gss
from data.readers.source import Problem
from data.tables import (
    AGGREGATES,
    DEPRIVATION,
    EVENTS,
    FEEDBACK,
    MILESTONES,
    PLANS,
    POPULATION,
    PRIORITIES,
    RESPONSES,
)
from data.words import listing, plural, quoted

if TYPE_CHECKING:
    import pandas as pd

    from data.checks.background import Background
    from data.checks.known_areas import KnownAreas
    from data.readers.source import Reading
    from data.store import Load

UNMATCHED = "Areas that match none loaded"
SHARED = "Names that several areas share"
NOT_LOADED = "Areas whose boundaries are not loaded"
COLUMN = {
    **dict.fromkeys((POPULATION.name, DEPRIVATION.name), "area_code"),
    **dict.fromkeys((table.name for table in (RESPONSES, AGGREGATES, EVENTS, FEEDBACK, PRIORITIES, PLANS)), "area"),
    MILESTONES.name: "areas",
}
"""The column that names areas, by table."""
_NAME = "area_name"
_NAMED = 5
_KEPT = "Kept; figures by area leave them out"


def areas(load: Load, reading: Reading, before: Background) -> Iterator[Remark]:
    """Remarks on areas that can't be matched, by code or name in any case, as figures match them.

    Where nothing is loaded of the level of a code, or of any level, one sentence says so and no area is listed.
    """
    column = COLUMN[load.slot.table]
    cells = reading.frame[column].explode() if column == "areas" else reading.frame[column]
    counts = {value: n for value, n in tally(cells).items() if value != BLANK}
    known = before.areas
    lacking = {value: n for value, n in counts.items() if not known.knows(value)}
    later: dict[str, dict[str, int]] = {}
    for value, n in lacking.items():
        level = gss.level(value)
        if not known.levels or (level and level not in known.levels):
            later.setdefault(level if known.levels and level else "", {})[value] = n
    for level, of_level in later.items():
        yield _not_loaded(level, of_level)
    unmatched = {value: n for value, n in lacking.items() if not any(value in of_level for of_level in later.values())}
    if unmatched:
        yield _unmatched(unmatched, reading.frame, cells, known)
    shared = {value: n for value, n in counts.items() if known.shared(value)}
    if shared:
        yield _shared(shared, reading.frame, cells, known)


def _not_loaded(level: str, counts: Mapping[str, int]) -> Remark:
    what = f"boundaries or a lookup of {gss.NAMES[level] + 's' if level else 'areas'} are not loaded, so none of its "
    what += f"{plural(len(counts), 'area')} can be matched"
    return Remark(NOT_LOADED, what, "Kept; figures by area hold them once these are loaded", sum(counts.values()))


def _unmatched(counts: Mapping[str, int], frame: pd.DataFrame, cells: pd.Series, known: KnownAreas) -> Remark:
    what = f"{plural(len(counts), 'area')} in {plural(sum(counts.values()), 'row')}: {_told(counts)}"
    places, firsts = [], _first_rows(cells)
    for value in list(counts)[:MOST_PLACES]:
        first = firsts[value]
        name = frame.at[first, _NAME] if _NAME in frame else None
        match = known.named(name) if gss.is_code(value) else known.nearest(value)
        remedy = f"Match to {match}" if match else "Load its boundaries or a lookup that has it, or correct it"
        form = "code" if gss.is_code(value) else "name"
        places.append(Problem(f"no loaded area has this {form}", remedy, *_cell(frame, first, cells, value)))
    return Remark(UNMATCHED, what, _KEPT, sum(counts.values()), tuple(places))


def _shared(counts: Mapping[str, int], frame: pd.DataFrame, cells: pd.Series, known: KnownAreas) -> Remark:
    what = f"{plural(len(counts), 'name')} in {plural(sum(counts.values()), 'row')}: {_told(counts)}"
    places, firsts = [], _first_rows(cells)
    for value in list(counts)[:MOST_PLACES]:
        codes = listing(sorted({area.code for area in known.shared(value)}))
        first = firsts[value]
        remedy = f"Write the code of the one that is meant: {codes}"
        places.append(Problem("several loaded areas have this name", remedy, *_cell(frame, first, cells, value)))
    return Remark(SHARED, what, _KEPT, sum(counts.values()), tuple(places))


def _first_rows(cells: pd.Series) -> dict[str, object]:
    """Where each value stands first, as the index of the table has it."""
    first = cells.drop_duplicates()
    return dict(zip(first, first.index, strict=True))


def _cell(frame: pd.DataFrame, first: object, cells: pd.Series, value: str) -> tuple[int | None, str, str]:
    """Row of the file where the table keeps it, column and value."""
    row = int(str(frame.at[first, "row"])) if "row" in frame else None
    return row, str(cells.name), value


def _told(counts: Mapping[str, int]) -> str:
    return listing([f"{quoted(value)} ({plural(n, 'row')})" for value, n in counts.items()], _NAMED)
