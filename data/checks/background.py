"""What rules compare a file with: the months, areas and events of the store and of the other files of one command."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import narwhals as nw

from data.checks.known_areas import KnownAreas
from data.checks.statuses import month_number
from data.readers.stop_and_search import COLUMNS
from data.tables import AREAS, EVENTS, RESPONSES, STOPS, WAVES
from data.vocabularies.survey import measures

if TYPE_CHECKING:
    import pandas as pd

    from data.readers.source import Reading
    from data.store import Load, View

COMPARED = ("type", "legislation", "object_of_search", "outcome", "self_defined_ethnicity")
"""Columns of searches whose composition is compared from month to month."""
FILLED = tuple(name for name in COLUMNS.values() if name != "operation")
"""Columns of searches that a force either fills in or does not; the name of an operation is blank without one."""
BLANK = ""
"""Where a composition counts the rows without a value."""

YEAR = 12
_OF_AREA = ["boundary_set", "level", "code", "name"]


@dataclass(frozen=True)
class Month:
    """The searches of one force-month.

    Attributes
    ----------
    rows
        Number of searches.
    filled
        How many of them have a value, by column of `FILLED`.
    counts
        How many have each value, by column of `COMPARED`; blank ones under `BLANK`.
    """

    rows: int
    filled: Mapping[str, int]
    counts: Mapping[str, Mapping[str, int]]

    @classmethod
    def of(cls, frame: pd.DataFrame) -> Month:
        """Count the rows of ``stops`` of one force-month."""
        counts = {name: tally(frame[name]) for name in COMPARED}
        filled = {
            name: len(frame) - counts[name].get(BLANK, 0) if name in counts else int(frame[name].count())
            for name in FILLED
        }
        return cls(len(frame), filled, counts)


def _came(events: pd.Series, participants: pd.Series) -> dict[str, float]:
    numbers = participants.to_numpy(dtype=float, na_value=float("nan"))
    return {str(event): float(number) for event, number in zip(events, numbers, strict=True)}


def tally(values: pd.Series) -> dict[str, int]:
    """Rows by value of a column of texts, blank ones under `BLANK`; Arrow counts a small column tenfold faster."""
    import pyarrow as pa

    counted = pa.array(values, pa.string(), from_pandas=True).value_counts()
    return {
        BLANK if value is None else value: count
        for value, count in zip(*(field.to_pylist() for field in counted.flatten()), strict=True)
    }


class Background:
    """What is known beside the file that is looked at; read from the store only when a rule asks.

    Parameters
    ----------
    view
        The newest release.
    """

    def __init__(self, view: View) -> None:
        self._view = view
        self._own: dict[str, Month] = {}
        self._added: dict[str, dict[str, Month]] = {}
        self._stored: dict[str, dict[str, Month]] = {}
        self._areas: list[pd.DataFrame] = []
        self._events: dict[str, dict[str, float]] = {}

    def add(self, load: Load, reading: Reading) -> None:
        """Know a file of this command too; every file is added before the first one is looked at."""
        table, frame = load.slot.table, reading.frame
        if table == STOPS.name:
            self._added.setdefault(load.slot.subject, {})[load.slot.period] = self.month(load, reading)
        elif table == AREAS.name:
            self._areas.append(frame[_OF_AREA])
        elif table == EVENTS.name:
            self._events.setdefault(load.slot.subject, {}).update(_came(frame["event"], frame["participants"]))

    def month(self, load: Load, reading: Reading) -> Month:
        """The searches of a load, counted once."""
        if load.load_id not in self._own:
            self._own[load.load_id] = Month.of(reading.frame)
        return self._own[load.load_id]

    def months(self, load: Load, before: int, after: int) -> list[Month]:
        """The other months of the force of a load that are loaded.

        Parameters
        ----------
        load
            A load of searches.
        before, after
            How many months before and after that of the load are asked for, at most `YEAR`.
        """
        force, own = load.slot.subject, month_number(load.slot.period)
        known = {**self._months_of(force, own), **self._added.get(force, {})}
        away = {period: month_number(period) - own for period in known}
        return [month for period, month in known.items() if away[period] and -before <= away[period] <= after]

    @cached_property
    def areas(self) -> KnownAreas:
        """Every area that is loaded, of boundaries and lookups."""
        frames = list(self._areas)
        if self._view.has(AREAS.name):
            frames.append(self._view.rows(AREAS.name).select(*_OF_AREA).collect("pandas").to_native())
        return KnownAreas.of(row for rows in frames for row in rows.itertuples(index=False, name=None))

    def events(self, force: str) -> Mapping[str, float]:
        """How many took part in each loaded event of a force, by its number; NaN where its log does not say."""
        found: dict[str, float] = {}
        if self._view.has(EVENTS.name):
            rows = self._view.rows(EVENTS.name).filter(nw.col("force") == force).select("event", "participants")
            stored = rows.collect("pandas").to_native()
            found.update(_came(stored["event"], stored["participants"]))
        return {**found, **self._events.get(force, {})}

    def wave_before(self, survey: str, force: str, starts: str) -> pd.DataFrame | None:
        """The answers of the last stored wave of a survey that ended before a day; None where there is none."""
        if not self._view.has(WAVES.name):
            return None
        of_survey = (nw.col("survey") == survey, nw.col("force") == force)
        held = self._view.rows(WAVES.name).filter(*of_survey, nw.col("ends") < starts).select("wave", "ends")
        waves = held.collect("pandas").to_native().sort_values(["ends", "wave"])
        if waves.empty:
            return None
        rows = self._view.rows(RESPONSES.name).filter(*of_survey, nw.col("wave") == str(waves["wave"].iloc[-1]))
        asked = [name for name in rows.collect_schema().names() if name in measures()]
        return rows.select(*asked).collect("pandas").to_native()

    def _months_of(self, force: str, own: int) -> dict[str, Month]:
        """The stored months of a force, for every file of the command at once."""
        if not self._view.has(STOPS.name):
            return {}
        if force not in self._stored:
            numbers = [own, *map(month_number, self._added.get(force, {}))]
            span = _period(min(numbers) - YEAR), _period(max(numbers) + YEAR)
            self._stored[force] = _stored(self._view, force, span)
        return self._stored[force]


def _stored(view: View, force: str, span: tuple[str, str]) -> dict[str, Month]:
    month = nw.col("month")
    of_force = view.rows(STOPS.name).filter(nw.col("force") == force, month >= span[0], month <= span[1])
    filled = [nw.col(name).count().alias(f"filled {name}") for name in FILLED]
    alike = of_force.group_by("month", *COMPARED).agg(nw.len().alias("rows"), *filled).collect("pandas").to_native()
    return {str(period): _counted(rows) for period, rows in alike.groupby("month")}


def _counted(alike: pd.DataFrame) -> Month:
    """One month from its rows that are alike, with how many there are of each."""
    counts = {
        name: {str(value): int(n) for value, n in alike["rows"].groupby(alike[name].fillna(BLANK)).sum().items()}
        for name in COMPARED
    }
    return Month(int(alike["rows"].sum()), {name: int(alike[f"filled {name}"].sum()) for name in FILLED}, counts)


def _period(number: int) -> str:
    year, month = divmod(number - 1, 12)
    return f"{year:04}-{month + 1:02}"
