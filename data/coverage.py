"""Censuses, boundary sets and logs that come in several files: which replaces which, and which stand side by side.

The census, set or log that a file belongs to says nothing of which areas or events the file holds. So a file with
every one of the current file, and maybe more, replaces it; a file of others alone becomes a part of its own
beside it; anything between the two is refused, because some would vanish or be counted twice.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import combinations
from typing import TYPE_CHECKING, Any

import narwhals as nw

from data.readers.source import Problem, Refused, Slot
from data.store import PART, Load
from data.tables import (
    AREAS,
    DEPRIVATION,
    EVENTS,
    FEEDBACK,
    MILESTONES,
    PARTICIPANTS,
    PLANS,
    POPULATION,
    PRIORITIES,
)

if TYPE_CHECKING:
    import pandas as pd

    from data.store import View

KEYS: dict[str, tuple[tuple[str, ...], str]] = {
    POPULATION.name: (("area_code",), "areas"),
    DEPRIVATION.name: (("area_code",), "areas"),
    AREAS.name: (("code",), "areas"),
    EVENTS.name: (("event",), "events"),
    PARTICIPANTS.name: (("event", "attribute"), "events"),
    FEEDBACK.name: (("item",), "items"),
    PRIORITIES.name: (("area", "priority", "set_on"), "priorities"),
    PLANS.name: (("area", "month", "method"), "plans"),
    MILESTONES.name: (("name",), "milestones"),
}
"""Columns whose values together no two current files share, by table that can come in parts, and what they name."""

_NAMED = 3


@dataclass(frozen=True)
class _Held:
    """A load of one census or boundary set, with its part and its areas."""

    load: str
    file: str
    part: int
    current: bool
    areas: frozenset[str]


class Parts:
    """The censuses and boundary sets that a store holds, file by file.

    Parameters
    ----------
    view
        The newest release.
    history
        Its loads with their status, the newest first.
    """

    def __init__(self, view: View, history: pd.DataFrame) -> None:
        self._view = view
        self._loads = [row for row in history.to_dict("records")[::-1] if row["table"] in KEYS]
        self._families: dict[Slot, list[_Held]] = {}

    def place(self, load: Load, rows: pd.DataFrame) -> Load:
        """The load in the part that it fills: that of the load it replaces, or one of its own.

        Raises
        ------
        Refused
            If areas would vanish or be counted twice.
        """
        if load.slot.table not in KEYS:
            return load
        areas, family = _keys(rows, load.slot.table), self._family(load.slot)
        part = _part(areas, family, KEYS[load.slot.table][1])
        self._families[load.slot] = [
            *(replace(held, current=held.current and held.part != part) for held in family),
            _Held(load.load_id, load.file, part, True, areas),
        ]
        return replace(load, part=part)

    def _family(self, slot: Slot) -> list[_Held]:
        if slot not in self._families:
            rows = [row for row in self._loads if _family(row)[0] == slot]
            areas = _areas(self._view, slot.table, [row["load_id"] for row in rows])
            self._families[slot] = [
                _Held(row["load_id"], row["file"], _family(row)[1], row["status"] == "current", areas[row["load_id"]])
                for row in rows
            ]
        return self._families[slot]


def counted_twice(view: View, tables: Iterable[object]) -> str | None:
    """One sentence where two current loads of one census or boundary set hold the same area; else None.

    Parameters
    ----------
    view
        A staged release.
    tables
        The tables of the loads that come or go.
    """
    loads = view.current_loads
    families: dict[Slot, list[dict[Hashable, Any]]] = {}
    for row in loads[loads["table"].isin(set(KEYS) & set(tables))].to_dict("records"):
        families.setdefault(_family(row)[0], []).append(row)
    for slot, rows in families.items():
        if len(rows) > 1:
            areas = _areas(view, slot.table, [row["load_id"] for row in rows])
            for one, other in combinations(rows, 2):
                both = areas[one["load_id"]] & areas[other["load_id"]]
                if both:
                    return (
                        f"{one['file']} and {other['file']} would both be current and hold {len(both):,} of the same "
                        f"{KEYS[slot.table][1]} ({_few(both)}), which would count twice; withdraw one of them first: "
                        f"{_command(one['load_id'])} or {_command(other['load_id'])}."
                    )
    return None


def _part(areas: frozenset[str], family: list[_Held], noun: str) -> int:
    current = [held for held in family if held.current]
    shared = [held for held in current if held.areas & areas]
    if len(shared) > 1:
        files = " and ".join(held.file for held in shared)
        what = f"It holds {noun} of {len(shared):,} files that are current beside each other, {files}"
        remedy = f"Withdraw them first: {' and '.join(_command(held.load) for held in shared)}"
        raise Refused([Problem(what, remedy)])
    if shared:
        lacking = shared[0].areas - areas
        if lacking:
            what = (
                f"It would replace {shared[0].file} and lacks {len(lacking):,} of its {len(shared[0].areas):,} {noun} "
                f"({_few(lacking)}), which would vanish"
            )
            remedy = f"Load one file that holds them all, or withdraw the other first: {_command(shared[0].load)}"
            raise Refused([Problem(what, remedy)])
        return shared[0].part
    taken = {held.part for held in current}
    # A withdrawn load leaves its part to a later file of its areas, whose place it then takes when it is restored.
    left = [held.part for held in family if held.areas & areas and held.part not in taken]
    return left[-1] if left else max((held.part for held in family), default=0) + 1


def _family(row: Mapping[Hashable, Any]) -> tuple[Slot, int]:
    """The census or boundary set that a load belongs to, and the part that it fills."""
    subject, _, part = row["subject"].partition(PART)
    return Slot(row["kind"], row["table"], subject, row["period"] or ""), int(part or 1)


def _areas(view: View, table: str, loads: list[str]) -> dict[str, frozenset[str]]:
    columns, _ = KEYS[table]
    if not loads:
        return {}
    rows = view.every_row(table).filter(nw.col("load_id").is_in(loads)).select("load_id", *columns).unique()
    found = rows.collect("pandas").to_native()
    return {load: frozenset() for load in loads} | {
        str(load): _keys(of_load, table) for load, of_load in found.groupby("load_id")
    }


def _keys(rows: pd.DataFrame, table: str) -> frozenset[str]:
    """What the rows are of, in words."""
    columns, _ = KEYS[table]
    words = rows[list(columns)].dropna().astype(object).drop_duplicates()
    return frozenset(" · ".join(map(str, row)) for row in words.itertuples(index=False))


def _command(load: str) -> str:
    return f"`python -m data withdraw {load} --reason TEXT`"


def _few(codes: frozenset[str]) -> str:
    named = sorted(codes)[:_NAMED]
    more = len(codes) - len(named)
    return ", ".join(named) + (f" and {more:,} more" if more else "")
