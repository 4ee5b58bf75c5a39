"""How many searches of each area lie so near its edge that they may have been in the area beside it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import narwhals as nw
import numpy as np

from analytics import wording
from analytics.disclosure import withhold
from analytics.finding import Finding
from analytics.findings import choices
from analytics.findings.asked import question_of
from analytics.findings.neighbourhoods import places
from analytics.findings.refusal import refused
from analytics.findings.residents import NoResidents, check_area
from analytics.findings.searches import COLUMNS, UNANSWERABLE, NoSearches, Searches, check_counted
from analytics.findings.stop_and_search.areas import area_names
from analytics.findings.stop_and_search.shared import PER
from analytics.records import records_of, with_nulls
from analytics.scope import Scope
from data.cubes import BESIDE, STOPS_CUBE, with_codes
from data.edges import NEAR, NOTHING
from data.geography import GEOGRAPHY
from data.settings import settings
from data.tables import AREAS
from data.vocabularies import forces

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from data.store import View

    Counts = NDArray[np.int64]
    Figures = NDArray[np.float64]

_METRES = {"F": 0, "G": 20, "S": 200, "U": 500}
"""Metres by which the Office for National Statistics generalises boundaries, by the letter in a name such as BGC."""
_GENERALISED = re.compile(r"(?<![A-Z])B([FGSU])[CE](?![A-Z])")

COARSEST_GRAIN = 600
"""Grain in metres above which borders are taken to be simplified by more than `NEAR`.

Four published layers measure 420 to 533 metres once they are simplified by 50 metres, and 638 to 854 by 100.
"""

_METHOD = (
    f"Searches of persons whose published map point lies within {NEAR} metres of another area of the same boundary "
    "set, in metres of the British National Grid. Fewest: those inside an area that lie so near its edge are taken to "
    "have been on the other side. Most: those just outside it are taken to have been inside. Bounds, and no interval."
)
_REFERENCE = (
    "Our own counts; on published map points Tompson and others 2015, Cartography and Geographic Information Science "
    "42, 97"
)
UTMOST = (
    "The range is what could be at the utmost and no interval: all searches near an edge are taken to one side of it. "
    "One area's most is its neighbours' fewest, so that areas can't all lie at the same end."
)
_FIFTY = (
    f"How far the published point of a search lies from its place is not published; {NEAR} metres is a yardstick of "
    "our own, and a place can lie farther off."
)
_EVERYBODY = (
    "Counts near an edge are of everybody, by where they were and by no personal characteristic, so they are given "
    "however small."
)
_ONE_SIDED = "Where no area of the set is drawn on the other side of an edge, as on a coast, nothing counts as near it."

_COUNTS = ("searches", "near_inside", "near_outside", "low_if_near_out", "high_if_near_in")
RANGE = ("low_by_edges", "high_by_edges")
"""Between which a figure lies, by where the searches near an edge were."""
_FIGURES = ("near_share", "rate", *RANGE)
_COLUMNS = ("area", "name", *_COUNTS, *_FIGURES, "flag")


@dataclass(frozen=True)
class Boundaries:
    """The boundary set that areas are of: its name, load and file, and how finely its borders are drawn.

    Attributes
    ----------
    generalised
        Metres by which the publisher generalised it; None where the name of its file does not say.
    grain
        Metres: half of the length of its borders is in straight pieces at least so long.
    """

    name: str
    load_id: str
    generalised: int | None
    grain: int

    @property
    def coarse(self) -> bool:
        """Whether its borders are known or taken to be simplified by more than `NEAR` metres."""
        return self.grain > COARSEST_GRAIN if self.generalised is None else self.generalised > NEAR

    @property
    def drawn(self) -> str:
        """How finely it is drawn, as a sentence has it."""
        if self.generalised is not None:
            how = f"generalised to {self.generalised} metres" if self.generalised else "drawn in full"
            return f"{how}, by the name of its file"
        return f"drawn with half of the length of its borders in straight pieces of {self.grain:,} metres or more"


@dataclass(frozen=True, eq=False)
class Edges:
    """Searches of areas that lie near an edge.

    Attributes
    ----------
    boundaries
        The boundary set that the areas are of.
    stops, inside, outside : ndarray of int, shape (areas, 1 + groups)
        Searches of everybody and of each group: in the area, in it and near another one, and near it in another one or
        in none.
    """

    boundaries: Boundaries
    stops: Counts
    inside: Counts
    outside: Counts

    @property
    def fewest(self) -> Counts:
        """Searches of each area if all that lie near its edge were on the other side."""
        return self.stops - self.inside

    @property
    def most(self) -> Counts:
        """Searches of each area if all just outside it were in it."""
        return self.stops + self.outside

    def rates(self, residents: Figures, per: float) -> tuple[Figures, Figures]:
        """The lowest and the highest rate of each area: its fewest and its most searches over its residents.

        Parameters
        ----------
        residents : ndarray of shape (areas,)
            Residents; NaN or 0 where there is no rate.
        per : float
            Residents that a rate is for.
        """
        known = np.where(residents > 0, residents, np.nan)
        return per * self.fewest[:, 0] / known, per * self.most[:, 0] / known

    def ratios(self, residents: Figures) -> tuple[Figures, Figures]:
        """The lowest and the highest ratio of each area: fewest of one of two groups counted, and most of the other.

        Parameters
        ----------
        residents : ndarray of shape (areas, 2)
            Residents of both; NaN or 0 where there is no ratio.
        """
        known = np.where(residents > 0, residents, np.nan)
        fewest, most = self.fewest[:, 1:] / known, self.most[:, 1:] / known
        with np.errstate(divide="ignore", invalid="ignore"):
            return fewest[:, 0] / most[:, 1], most[:, 0] / fewest[:, 1]


def edges(scope: Scope, view: View) -> Finding:
    """Between which numbers the searches of each area lie, by where those near its edge were."""
    question = question_of(edges)
    try:
        searches, names = placed_searches(scope, view)
        found = edges_of(searches, tuple(names))
    except UNANSWERABLE as why:
        return refused(question, _frame({name: [] for name in _COLUMNS}), scope, view, str(why))
    people, without = _residents(searches)
    table = _table(found, names, people)
    headline, answer = _sentences(searches, found, table)
    return Finding(
        key=question.key,
        question=question.asks,
        headline=headline,
        answer=answer,
        tables={"edges": table},
        provenance=searches.provenance(
            question,
            _METHOD,
            _REFERENCE,
            [f"Boundary set {found.boundaries.name}, {found.boundaries.drawn}"],
            {"Near an edge": f"{NEAR} metres"},
            per_resident=False,
            further_loads=(found.boundaries.load_id, *(people.load_ids if people else ())),
        ),
        caveats=(*_caveats(searches, found), *(people.caveats() if people else [without])),
    )


def placed_searches(scope: Scope, view: View) -> tuple[Searches, dict[str, str]]:
    """The searches of a force by area, and the names of its areas by code, in alphabetical order of the names.

    They are of the level asked for, else of the smallest that is drawn; a scope's own area counts for nothing.

    Raises
    ------
    ScopeError, NoSearches, NoResidents
        With the reason, where there are none.
    """
    whole = Searches.of(scope.but(area=None, area_level="district"), view)
    level = _drawn_level(whole.force, scope.area_level, view)
    return Searches.of(whole.scope.but(area_level=level), view), area_names(view, whole.force, level)


def _drawn_level(force: str, level: str | None, view: View) -> str:
    """The level asked for, else the smallest that is drawn."""
    drawn = places.levels(view, force)
    level = level or (drawn or ["district"])[-1]
    if level not in drawn:
        check_area(force, f"it has no {level}s whose edges could matter")
        name = forces()[force]["short"]
        raise NoSearches(f"No boundaries of the {level}s of {name} are loaded, so none has an edge.")
    return level


def other_levels(scope: Scope, view: View) -> dict[str, Scope]:
    """Scopes that differ in one part from one that can't be answered: other levels before all else."""
    drawn = places.levels(view, scope.force) if scope.force else []
    others = {f"Show {level}s": scope.but(area_level=level) for level in drawn if level != scope.area_level}
    return others | choices.near(scope, view)


def edges_of(searches: Searches, codes: Sequence[str], groups: Sequence[str] = ()) -> Edges:
    """Count the searches that lie near an edge of an area.

    Parameters
    ----------
    searches
        The searches, counted by areas of their scope's level.
    codes
        The areas.
    groups
        Broad groups to be counted too.

    Raises
    ------
    NoSearches
        If the release was counted before they were, or the borders are drawn too coarsely to tell.
    """
    view, level = searches.view, str(searches.scope.area_level)
    boundaries = _told(view, searches.force, level, codes)
    near = searches.scope.choose(_near(view, searches.force, COLUMNS[str(searches.scope.definition)], level))
    persons = near[near["person"]].astype({"area": "object", BESIDE: "object", "detail": "object"})
    persons = persons.assign(group=persons["detail"].map(searches.broad))
    beside = persons.assign(area=persons[BESIDE].str.split(" ")).explode("area")
    return Edges(boundaries, *(_by_area(rows, codes, groups) for rows in (searches.cells, persons, beside)))


def near_edges(scope: Scope, view: View) -> Searches:
    """The searches of a scope, where it can be told which of them lie near an edge.

    Raises
    ------
    ScopeError, NoSearches, NoResidents
        With the reason, where it can't.
    """
    searches, _ = placed_searches(scope, view)
    edged(searches.scope, view)
    return searches


def edged(scope: Scope, view: View) -> Boundaries:
    """The boundaries by which it can be told which searches of a force lie near an edge, without counting any.

    Raises
    ------
    ScopeError, NoSearches, NoResidents
        With the reason, where none can.
    """
    force = str(choices.complete(scope.but(area=None), view).force)
    level = _drawn_level(force, scope.area_level, view)
    return _told(view, force, level, tuple(area_names(view, force, level)))


def _told(view: View, force: str, level: str, codes: Sequence[str]) -> Boundaries:
    """The boundaries of areas, where searches near an edge were counted and borders are drawn finely enough to tell."""
    check_counted(view, STOPS_CUBE.name, "searches near the edge of an area", BESIDE)
    boundaries = _boundaries(view, level, tuple(codes))
    if boundaries.coarse:
        raise NoSearches(
            f"The {level}s of {forces()[force]['short']} are those of the boundary set {boundaries.name}, "
            f"{boundaries.drawn}: that is too coarse to tell which searches lie within {NEAR} metres of an edge. "
            "Boundaries in full, or generalised to 20 metres, can tell it."
        )
    return boundaries


def _residents(searches: Searches) -> tuple[places.People | None, str]:
    """Residents of the areas by the source that is nearest in time, or why there are none."""
    months, level = searches.months, str(searches.scope.area_level)
    try:
        return places.people(searches.view, searches.force, level, months[0], months[-1]), ""
    except NoResidents as why:
        return None, str(why)


def _by_area(rows: pd.DataFrame, codes: Sequence[str], groups: Sequence[str]) -> Counts:
    """Searches of everybody and of each group in each area."""
    counted = rows.groupby(["area", "group"])["stops"].sum().unstack("group", fill_value=0)
    counted = counted.reindex(list(codes), fill_value=0)
    of_groups = counted.reindex(columns=list(groups), fill_value=0)
    return np.column_stack([counted.sum(axis=1), of_groups]).astype(np.int64)


@lru_cache(maxsize=64)
def _set_of(view: View, level: str, codes: tuple[str, ...]) -> tuple[str, int]:
    """The preferred one of the boundary sets that hold some areas, and its grain."""
    rows = view.rows(GEOGRAPHY.name).filter(
        nw.col("area_level") == level, nw.col("code").is_in(codes), ~nw.col("rank").is_null()
    )
    found = rows.select("boundary_set", "rank", "grain").collect("pandas").to_native().sort_values("rank").iloc[0]
    return str(found["boundary_set"]), int(found["grain"])


@lru_cache(maxsize=64)
def _boundaries(view: View, level: str, codes: tuple[str, ...]) -> Boundaries:
    name, metres = _set_of(view, level, codes)
    loads = view.current_loads
    load = loads[(loads["table"] == AREAS.name) & (loads["subject"] == name)].iloc[0]
    return Boundaries(name, str(load["load_id"]), generalised_to(load["file"]), metres)


def generalised_to(file: str) -> int | None:
    """Metres by which the publisher generalised boundaries, by the name of their file; None where it does not say."""
    letter = _GENERALISED.search(file.upper())
    return _METRES[letter[1]] if letter else None


def _table(found: Edges, names: Mapping[str, str], people: places.People | None) -> pd.DataFrame:
    """One row an area; null where its count is too small, and rates where no residents are known."""
    residents = np.zeros(len(names)) if people is None else people.total.reindex(list(names)).to_numpy(dtype=float)
    low, high = found.rates(residents, PER)
    every = [figures[:, 0] for figures in (found.stops, found.inside, found.outside, found.fewest, found.most)]
    with np.errstate(divide="ignore", invalid="ignore"):
        share = found.inside[:, 0] / found.stops[:, 0]
    table = _frame(
        {
            "area": list(names),
            "name": list(names.values()),
            **dict(zip(_COUNTS, every, strict=True)),
            "near_share": share,
            "rate": PER * found.stops[:, 0] / np.where(residents > 0, residents, np.nan),
            **dict(zip(RANGE, (low, high), strict=True)),
            "flag": [""] * len(names),
        }
    )
    return withhold(table, ["searches"], [*_COUNTS[1:], *_FIGURES], settings().threshold)


def _sentences(searches: Searches, found: Edges, table: pd.DataFrame) -> tuple[str, str]:
    level, near, placed = str(searches.scope.area_level), int(found.inside[:, 0].sum()), int(found.stops[:, 0].sum())
    share = wording.percent(near / placed) if placed else "None"
    headline = f"{share[:1].upper()}{share[1:]} of searches lie within {NEAR} metres of another {level}"
    said = (
        f"{searches.force_name}, {searches.span}{searches.limits}: {near:,} of "
        f"{wording.plural(placed, 'search', 'searches')} of persons in a {level} ({share}) "
        f"{'has a map point' if near == 1 else 'have map points'} within {NEAR} metres of another {level}"
    )
    shown = table[table["near_share"].notna()]
    if shown.empty or not near:
        return headline, f"{said}."
    width = (shown["high_if_near_in"] - shown["low_if_near_out"]) / shown["searches"]
    wide = records_of(shown)[int(width.to_numpy(dtype=float).argmax())]
    return headline, f"{said}. The widest range for its count is that of {wide['name']}: {_between(wide)}."


def _between(row: Any) -> str:  # noqa: ANN401
    low, high = int(row["low_if_near_out"]), int(row["high_if_near_in"])
    between = f"between {low:,} and {wording.plural(high, 'search', 'searches')}"
    return f"{between}, by where those within {NEAR} metres of its edge were"


def _caveats(searches: Searches, found: Edges) -> list[str]:
    level, placed = str(searches.scope.area_level), int(found.stops[:, 0].sum())
    nowhere = searches.total - placed
    return [
        UTMOST,
        _FIFTY,
        _ONE_SIDED,
        _EVERYBODY,
        _drawn(found.boundaries, level),
        *([_elsewhere(nowhere, searches.total, level)] if nowhere else []),
        *searches.gaps(per_resident=False),
    ]


def _elsewhere(nowhere: int, total: int, level: str) -> str:
    return (
        f"{nowhere:,} of {wording.plural(total, 'search', 'searches')} ({wording.percent(nowhere / total)}) "
        f"{'lies' if nowhere == 1 else 'lie'} in no {level} of the force, or {'has' if nowhere == 1 else 'have'} no "
        f"place. Those within {NEAR} metres of an area count among the ones just outside it."
    )


def _drawn(boundaries: Boundaries, level: str) -> str:
    said = f"The {level}s are those of the boundary set {boundaries.name}, {boundaries.drawn}"
    if boundaries.generalised is not None:
        return f"{said}."
    return f"{said}; by how much they were simplified is not known, and that moves points from side to side."


@lru_cache(maxsize=64)
def _near(view: View, force: str, column: str, level: str) -> pd.DataFrame:
    """The searches of one force and level that lie near an edge, by one word on ethnicity."""
    import pyarrow.compute as pc

    kept = ["month", "area", "person", "power", column, BESIDE]
    rows = view.select(STOPS_CUBE.name, [*kept, "stops"], area_level=level, force=force)
    near = rows.filter(pc.field(BESIDE) != NOTHING)
    counted = near.group_by(kept, use_threads=False).aggregate([("stops", "sum")])
    return with_codes(counted).rename(columns={column: "detail", "stops_sum": "stops"})


def _frame(columns: Mapping[str, Any]) -> pd.DataFrame:
    import pandas as pd

    def typed(name: str, values: Any) -> Any:  # noqa: ANN401
        if name in _COUNTS:
            return with_nulls(np.asarray(values, dtype=np.int64), np.zeros(len(values), dtype=bool))
        if name in _FIGURES:
            return with_nulls(np.asarray(values, dtype=float), np.zeros(len(values), dtype=bool))
        return pd.array(list(values), dtype="str")

    return pd.DataFrame({name: typed(name, values) for name, values in columns.items()})[list(_COLUMNS)]
