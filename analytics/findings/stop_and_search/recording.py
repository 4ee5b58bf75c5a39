"""Of how many searches the records hold something, month by month."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from analytics.findings.searches import LISTS, Searches
from analytics.findings.stop_and_search.conducted import Conducted
from data.counting import grouping
from data.cubes import BLANK, NOT_RECOGNISED, STOPS_CUBE, with_codes
from data.vocabularies import BROAD_GROUPS, vocabulary
from data.vocabularies import ethnicity as ethnicity_list

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa
    from numpy.typing import NDArray

    from data.store import View

    Counts = NDArray[np.int64]

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
    return _held(searches, published(searches), "power", lambda name: name in known)


def ethnicity(searches: Searches) -> Recorded:
    """Searches with the ethnicity that the person gave; not stated is an answer, blank and unknown words are none."""
    return _held(searches, published(searches), "self_defined", lambda name: name not in (BLANK, NOT_RECOGNISED))


def ethnicity_given(searches: Searches) -> int:
    """Searches of which the record holds an ethnicity that the person gave, and not that none was stated."""
    listed = ethnicity_list(LISTS["self"], grouping(searches.view)).values()
    given, cells = {row.group for row in listed if row.broad in BROAD_GROUPS}, published(searches)
    return int(by_month(searches, cells, _where(cells, "self_defined", lambda word: word in given)).sum())


def conduct(searches: Searches, column: str) -> Recorded:
    """Searches of which a column says yes (grounds: green), among those of which it says anything.

    Raises
    ------
    NoSearches
        Where the release was counted before this was.
    """
    held = Conducted.of(searches.scope, searches.view)
    chosen = held.everything, held.known(column), held.said(column, *_GOOD)
    return Recorded(*(held.by_month(cells).sum(axis=0) for cells in chosen))


def held_conduct(searches: Searches, column: str) -> Recorded:
    """Searches of which a column says anything, among all; where it says nothing of any, nothing is said.

    Raises
    ------
    NoSearches
        As `conduct`.
    """
    found = conduct(searches, column)
    said = found.every if found.said.any() else np.zeros_like(found.every)
    return Recorded(found.every, said, found.said)


def _held(searches: Searches, cells: pd.DataFrame, column: str, holds: Callable[[str], bool]) -> Recorded:
    every = by_month(searches, cells)
    said = every if _where(cells, column, lambda word: word != BLANK).any() else np.zeros_like(every)
    return Recorded(every, said, by_month(searches, cells, _where(cells, column, holds)))


def _where(cells: pd.DataFrame, column: str, holds: Callable[[str], bool]) -> NDArray[np.bool_]:
    values = cells[column].cat
    return np.array([holds(word) for word in values.categories], dtype=bool)[values.codes]


def by_month(searches: Searches, cells: pd.DataFrame, chosen: NDArray[np.bool_] | None = None) -> Counts:
    """Searches of chosen rows of `published`, or of all, by month with a file.

    Parameters
    ----------
    cells
        Rows of `published`, shape (rows,).
    chosen : ndarray of bool, shape (rows,), optional
        Which of them.
    """
    place = {month: number for number, month in enumerate(searches.months)}
    at = np.array([place.get(str(month), -1) for month in cells["month"].cat.categories], dtype=np.int64)
    kept = slice(None) if chosen is None else chosen
    counted = np.bincount(at[cells["month"].cat.codes][kept], cells["stops"].to_numpy()[kept], minlength=len(place))
    return counted.astype(np.int64)


def published(searches: Searches) -> pd.DataFrame:
    """Searches of persons in a scope: month, area, located, power, both words on ethnicity, stops."""
    return searches.scope.choose(_cells(searches.view, searches.force))


@lru_cache(maxsize=64)
def _cells(view: View, force: str) -> pd.DataFrame:
    """Those of a force: read once for every scope."""
    kept = ["month", "area", "located", "power", "self_defined", "officer_defined"]
    rows: pa.Table = view.select(STOPS_CUBE.name, [*kept, "person", "stops"], area_level="district", force=force)
    counted = rows.filter(rows["person"]).group_by(kept, use_threads=False).aggregate([("stops", "sum")])
    return with_codes(counted).rename(columns={"stops_sum": "stops"})
