"""Of how many searches the records hold something, month by month."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from analytics.findings.searches import Searches
from data.cubes import BLANK, NOT_RECOGNISED, STOPS_CUBE, with_codes
from data.vocabularies import vocabulary

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa
    from numpy.typing import NDArray

    from data.store import View

    Counts = NDArray[np.int64]

CONDUCT = "conduct_cube"
_CONDUCT_COLUMNS = (
    "part_of_operation", "bwv_on", "grounds_grade", "supervisor_reviewed", "receipt", "force_used",
)  # fmt: skip
_GOOD = ("Yes", "green")


@dataclass(frozen=True, eq=False)
class Recorded:
    """Searches of persons by month: all, those of which the records say it, and those of which they say yes.

    Attributes
    ----------
    every, said, yes : ndarray of int, shape (months,)
        Each is a part of the one before. Where no record of the scope holds anything, nothing is said.
    """

    every: Counts
    said: Counts
    yes: Counts


def power(searches: Searches) -> Recorded:
    """Searches with a power that the list knows; of a scope without any recorded power nothing is said."""
    known = {row["name"] for row in vocabulary("powers").rows}
    return _held(searches, _published(searches), "power", lambda name: name in known)


def ethnicity(searches: Searches) -> Recorded:
    """Searches with the ethnicity that the person gave; not stated is an answer, blank and unknown words are none."""
    return _held(searches, _published(searches), "self_defined", lambda name: name not in (BLANK, NOT_RECOGNISED))


def conduct(searches: Searches, column: str) -> Recorded:
    """Searches of which a column says yes (grounds: green), among those of which it says anything."""
    cells = _own(searches)
    every = _by_month(searches, cells, np.ones(len(cells), dtype=bool))
    said, yes = (_where(cells, column, holds) for holds in (lambda word: word != BLANK, lambda word: word in _GOOD))
    return Recorded(every, *(_by_month(searches, cells, chosen) for chosen in (said, yes)))


def held_conduct(searches: Searches, column: str) -> Recorded:
    """Searches of which a column says anything, among all; where it says nothing of any, nothing is said."""
    return _held(searches, _own(searches), column, lambda word: word != BLANK)


def _held(searches: Searches, cells: pd.DataFrame, column: str, holds: Callable[[str], bool]) -> Recorded:
    every = _by_month(searches, cells, np.ones(len(cells), dtype=bool))
    said = every if _where(cells, column, lambda word: word != BLANK).any() else np.zeros_like(every)
    return Recorded(every, said, _by_month(searches, cells, _where(cells, column, holds)))


def _where(cells: pd.DataFrame, column: str, holds: Callable[[str], bool]) -> NDArray[np.bool_]:
    values = cells[column].cat
    return np.array([holds(word) for word in values.categories], dtype=bool)[values.codes]


def _by_month(searches: Searches, cells: pd.DataFrame, chosen: NDArray[np.bool_]) -> Counts:
    months = searches.months
    place = np.array([months.index(month) if month in months else -1 for month in cells["month"].cat.categories])
    at, stops = place[cells["month"].cat.codes], cells["stops"].to_numpy()
    return np.bincount(at[chosen], stops[chosen], minlength=len(months)).astype(np.int64)


def _published(searches: Searches) -> pd.DataFrame:
    return searches.scope.choose(_stops(searches.view, searches.force))


def _own(searches: Searches) -> pd.DataFrame:
    return searches.scope.choose(_conducted(searches.view, searches.force))


@lru_cache(maxsize=64)
def _stops(view: View, force: str) -> pd.DataFrame:
    """Searches of persons by a force, by what every file holds: read once for every scope."""
    kept = ["month", "area", "power", "self_defined"]
    rows = view.select(STOPS_CUBE.name, [*kept, "person", "stops"], area_level="district", force=force)
    return _added(rows, kept)


@lru_cache(maxsize=64)
def _conducted(view: View, force: str) -> pd.DataFrame:
    """The same by how searches were carried out; without areas."""
    kept = ["month", "power", *_CONDUCT_COLUMNS]
    return _added(view.select(CONDUCT, [*kept, "person", "stops"], force=force), kept)


def _added(rows: pa.Table, kept: list[str]) -> pd.DataFrame:
    counted = rows.filter(rows["person"]).group_by(kept, use_threads=False).aggregate([("stops", "sum")])
    return with_codes(counted).rename(columns={"stops_sum": "stops"})
