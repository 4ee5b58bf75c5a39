"""The searches of a scope by what was looked for and what followed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

import numpy as np

from analytics.findings.searches import COLUMNS, Searches, check_counted
from analytics.scope import Scope
from data.cubes import BLANK, NOT_RECOGNISED, OUTCOMES_CUBE, with_codes
from data.vocabularies import NOT_GIVEN, vocabulary

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa
    from numpy.typing import NDArray

    from data.store import View

    Codes = NDArray[np.int64]
    Chosen = NDArray[np.bool_]

NOTHING = "No further action"
"""The class of outcomes that says nothing was found, or nothing that led further."""
UNKNOWN = (NOT_GIVEN, NOT_RECOGNISED)
"""Outcomes that say nothing of what followed."""

GROUNDS = "reasonable grounds"
NO_CLASS = ""
"""The class of a power that is blank, or in no list."""

BROAD, STRICT = "broad", "strict"
RULES = (BROAD, STRICT)
"""What counts as found: any outcome but no further action, or one that the file links to what was looked for."""


@dataclass(frozen=True, eq=False)
class Followed:
    """Searches of persons in a scope by what was looked for and what followed.

    Attributes
    ----------
    searches
        The same searches, counted without it.
    groups
        Broad groups, then those of unknown ethnicity.
    objects, outcomes, powers
        What was looked for, what followed, and classes of powers, each in the order of its list.
    laws
        Powers by their names.
    cells
        Columns group, month, area, power, law, object and outcome: places in these lists, in the months with a file and
        in `areas`, −1 where a search has no known place; linked, ``Yes``, ``No`` or ``Blank`` as 0, 1 or 2; and stops.
    areas
        GSS codes of districts.
    """

    searches: Searches
    groups: tuple[str, ...]
    objects: tuple[str, ...]
    outcomes: tuple[str, ...]
    powers: tuple[str, ...]
    laws: tuple[str, ...]
    areas: tuple[str, ...]
    cells: pd.DataFrame

    @classmethod
    @lru_cache(maxsize=128)
    def of(cls, scope: Scope, view: View) -> Followed:
        """Count the searches of a scope.

        Raises
        ------
        ScopeError, NoSearches
            As `Searches.of`, and where the release was counted before outcomes were.
        """
        searches = Searches.of(scope, view)
        check_counted(view, OUTCOMES_CUBE.name, "outcomes of searches")
        definition = str(searches.scope.definition)
        chosen = searches.scope.choose(_cells(view, searches.force, COLUMNS[definition]))
        groups = tuple(searches.by_group)
        classes = {row["name"]: row["class"] for row in vocabulary("powers").rows}
        listed = {
            "object": _in_order(chosen["object"], [row["label"] for row in vocabulary("objects").rows]),
            "outcome": _in_order(chosen["outcome"], [row["outcome"] for row in vocabulary("outcomes").rows]),
            "power": (*dict.fromkeys(classes.values()), NO_CLASS),
            "law": tuple(chosen["power"].cat.categories),
            "area": tuple(chosen["area"].cat.categories),
        }
        places = {
            "group": places_of(chosen["detail"], groups, lambda detail: searches.broad.get(detail, "")),
            "month": places_of(chosen["month"], searches.months),
            "power": places_of(chosen["power"], listed["power"], lambda power: classes.get(power, NO_CLASS)),
            "law": places_of(chosen["power"], listed["law"]),
            "linked": places_of(chosen["linked"], ("Yes", "No", BLANK)),
            **{name: places_of(chosen[name], listed[name]) for name in ("object", "outcome", "area")},
        }
        cells = chosen[["stops"]].assign(**places).query("group >= 0").reset_index(drop=True)
        return cls(
            searches,
            groups,
            objects=listed["object"],
            outcomes=listed["outcome"],
            powers=listed["power"],
            laws=listed["law"],
            areas=listed["area"],
            cells=cells,
        )

    @cached_property
    def grounds(self) -> Chosen:
        """Cells under powers that need grounds, shape (cells,)."""
        return self.under(GROUNDS)

    def under(self, power: str) -> Chosen:
        """Cells under powers of a class."""
        return (self.cells["power"] == self.powers.index(power)).to_numpy()

    def by_law(self, name: str) -> Chosen:
        """Cells under one power, by its name."""
        place = self.laws.index(name) if name in self.laws else -1
        return (self.cells["law"] == place).to_numpy()

    def looked_for(self, name: str) -> Chosen:
        """Cells in which something was looked for."""
        return (self.cells["object"] == self.objects.index(name)).to_numpy()

    def followed_by(self, *names: str) -> Chosen:
        """Cells after which any of some outcomes followed."""
        places = [self.outcomes.index(name) for name in names if name in self.outcomes]
        return self.cells["outcome"].isin(places).to_numpy()

    @cached_property
    def given(self) -> Chosen:
        """Cells of which the file says what followed."""
        return ~self.followed_by(*UNKNOWN)

    @cached_property
    def something(self) -> Chosen:
        """Cells after which anything but no further action followed."""
        return self.given & ~self.followed_by(NOTHING)

    @cached_property
    def link_given(self) -> Chosen:
        """Cells of which the file says whether the outcome was linked to what was looked for."""
        return (self.cells["linked"] < 2).to_numpy()

    @cached_property
    def linked(self) -> Chosen:
        """Cells whose outcome the file links to what was looked for."""
        return (self.cells["linked"] == 0).to_numpy()

    def found(self, rule: str) -> Chosen:
        """Cells in which something was found, by a rule. No further action is none, whatever it is linked to."""
        return self.something if rule == BROAD else self.something & self.linked

    def perhaps_found(self, rule: str) -> Chosen:
        """The same with cells in which the rule hangs on a link that the file leaves out."""
        return self.something if rule == BROAD else self.something & (self.linked | ~self.link_given)

    def total(self, chosen: Chosen) -> int:
        """Searches in some cells."""
        return int(self.cells["stops"].to_numpy()[chosen].sum())

    def by_month(self, chosen: Chosen) -> Codes:
        """Searches in some cells, shape (groups, months with a file)."""
        return self._by("month", len(self.searches.months), chosen)

    def by_area(self, chosen: Chosen) -> Codes:
        """Searches in some cells that have a known place, shape (groups, areas)."""
        return self._by("area", len(self.areas), chosen & (self.cells["area"] >= 0).to_numpy())

    def _by(self, name: str, size: int, chosen: Chosen) -> Codes:
        group, place, stops = (self.cells[column].to_numpy()[chosen] for column in ("group", name, "stops"))
        counted = np.bincount(group * size + place, stops, minlength=len(self.groups) * size)
        return counted.astype(np.int64).reshape(len(self.groups), size)


def _in_order(values: pd.Series, known: Sequence[str]) -> tuple[str, ...]:
    """The words that are there: those of a list in its order, then any other."""
    there = set(values.cat.categories[np.unique(values.cat.codes)])
    return tuple(
        word for word in dict.fromkeys([*known, BLANK, NOT_GIVEN, NOT_RECOGNISED, *sorted(there)]) if word in there
    )


def places_of(values: pd.Series, names: Sequence[str], meaning: Callable[[str], str] = str) -> Codes:
    """Where in a list each value of a coded column is; −1 where there is none."""
    place = {name: number for number, name in enumerate(names)}
    # What is missing has the code −1, and so the last place.
    return np.array([*(place.get(meaning(word), -1) for word in values.cat.categories), -1])[values.cat.codes]


@lru_cache(maxsize=64)
def _cells(view: View, force: str, column: str) -> pd.DataFrame:
    """The cube of one force by one word on ethnicity, searches of persons alone: read once for every scope."""
    kept = ["month", "area", "power", "object", "outcome", "linked", column]
    rows: pa.Table = view.select(OUTCOMES_CUBE.name, [*kept, "person", "stops"], area_level="district", force=force)
    counted = rows.filter(rows["person"]).group_by(kept, use_threads=False).aggregate([("stops", "sum")])
    return with_codes(counted).rename(columns={column: "detail", "stops_sum": "stops"})
