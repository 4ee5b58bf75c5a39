"""The searches of a scope by the age of who was searched and by how the search was carried out."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

import numpy as np

from analytics.findings.searches import COLUMNS, Searches, check_counted
from analytics.findings.stop_and_search.followed import places_of
from analytics.scope import Scope
from data.cubes import BLANK, CONDUCT_CUBE, NOT_RECOGNISED, with_codes
from data.vocabularies import vocabulary

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa
    from numpy.typing import NDArray

    from data.store import View

    Codes = NDArray[np.int64]
    Chosen = NDArray[np.bool_]

ADULT = 18
"""The age from which nobody is a child."""

_UNKNOWN = (BLANK, NOT_RECOGNISED)
FIELDS = tuple(CONDUCT_CUBE.names[CONDUCT_CUBE.names.index("age_band") : CONDUCT_CUBE.names.index("stops")])
"""What the cube says of how a search was carried out, and of whom by age."""


@dataclass(frozen=True, eq=False)
class Conducted:
    """Searches of persons in a scope by age and by how they were carried out.

    Attributes
    ----------
    searches
        The same searches, counted without it; of the whole area of the force, as the cube knows no other.
    groups
        Broad groups, then those of unknown ethnicity.
    cells
        Columns group and month: places in these lists, in the months with a file; each of `FIELDS`, in the words of the
        cube; and stops.
    """

    searches: Searches
    groups: tuple[str, ...]
    cells: pd.DataFrame

    @classmethod
    @lru_cache(maxsize=128)
    def of(cls, scope: Scope, view: View) -> Conducted:
        """Count the searches of a scope; a district in it limits nothing.

        Raises
        ------
        ScopeError, NoSearches
            As `Searches.of`, and where the release was counted before this was.
        """
        searches = Searches.of(scope.but(area=None, area_level=None), view)
        check_counted(view, CONDUCT_CUBE.name, "ages and the conduct of searches")
        chosen = searches.scope.choose(_cells(view, searches.force, COLUMNS[str(searches.scope.definition)]))
        groups = tuple(searches.by_group)
        places = {
            "group": places_of(chosen["detail"], groups, lambda detail: searches.broad.get(detail, "")),
            "month": places_of(chosen["month"], searches.months),
        }
        cells = chosen[[*FIELDS, "stops"]].assign(**places)[places["group"] >= 0].reset_index(drop=True)
        return cls(searches, groups, cells)

    @cached_property
    def everything(self) -> Chosen:
        """Every cell, shape (cells,)."""
        return np.ones(len(self.cells), dtype=bool)

    @cached_property
    def aged(self) -> Chosen:
        """Cells of which the file says an age band of the list."""
        return ~self.said("age_band", *_UNKNOWN)

    @cached_property
    def children(self) -> Chosen:
        """Cells of people under 18."""
        return self.said("age_band", *bands_below(ADULT))

    def known(self, field: str) -> Chosen:
        """Cells of which the file says what a field is of."""
        return ~self.said(field, *_UNKNOWN)

    def said(self, field: str, *words: str) -> Chosen:
        """Cells in which a field holds any of some words."""
        values = self.cells[field].cat
        return np.array([word in words for word in values.categories], dtype=bool)[values.codes]

    def total(self, chosen: Chosen) -> int:
        """Searches in some cells."""
        return int(self._counted[1][chosen].sum())

    def by_month(self, chosen: Chosen) -> Codes:
        """Searches in some cells, shape (groups, months with a file)."""
        place, stops = self._counted
        shape = (len(self.groups), len(self.searches.months))
        counted = np.bincount(place[chosen], stops[chosen], minlength=shape[0] * shape[1])
        return counted.astype(np.int64).reshape(shape)

    @cached_property
    def _counted(self) -> tuple[Codes, Codes]:
        """Where in a table of groups and months each cell is counted, and its searches."""
        group, month, stops = (self.cells[name].to_numpy() for name in ("group", "month", "stops"))
        return group * len(self.searches.months) + month, stops


@lru_cache(maxsize=4)
def bands_below(age: int) -> tuple[str, ...]:
    """The age bands of searches that end below an age."""
    return tuple(row["value"] for row in vocabulary("age_bands").rows if row["to_age"] and int(row["to_age"]) < age)


@lru_cache(maxsize=64)
def _cells(view: View, force: str, column: str) -> pd.DataFrame:
    """The cube of one force by one word on ethnicity, searches of persons alone: read once for every scope."""
    kept = ["month", "power", *FIELDS, column]
    rows: pa.Table = view.select(CONDUCT_CUBE.name, [*kept, "person", "stops"], force=force)
    counted = rows.filter(rows["person"]).group_by(kept, use_threads=False).aggregate([("stops", "sum")])
    return with_codes(counted).rename(columns={column: "detail", "stops_sum": "stops"})
