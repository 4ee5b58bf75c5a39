"""Searches of a force and of its most similar forces, over the months that all of them have."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from analytics import wording
from analytics.findings import choices
from analytics.findings.residents import check_area, residents
from analytics.findings.searches import UNANSWERABLE, NoSearches, Searches, TooFew
from analytics.findings.stop_and_search.comparison import check_told
from analytics.findings.stop_and_search.disproportionality import comparable
from analytics.findings.stop_and_search.shared import people
from analytics.scope import Scope
from data.settings import settings
from data.vocabularies import forces, published_forces

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from data.store import View

    Counts = NDArray[np.int64]

VARIABLE = "CONFIDENCE_MOST_SIMILAR"

LEAST_SHARED = 0.5
"""Share of the force's months that another one must have: with fewer, it would take the comparison from the others."""


@dataclass(frozen=True, eq=False)
class Pool:
    """Several forces as one: what is counted of two groups in all of them.

    Attributes
    ----------
    members
        Searches of each force, over the same months.
    pair
        The group, and the one it is compared with.
    """

    members: tuple[Searches, ...]
    pair: tuple[str, str]

    @cached_property
    def monthly(self) -> Counts:
        """Searches, shape (2, months)."""
        return np.array([sum(s.by_month[name].to_numpy() for s in self.members) for name in self.pair], dtype=np.int64)

    @cached_property
    def stops(self) -> tuple[int, int]:
        """Searches of the two groups."""
        a, b = self.monthly.sum(axis=1)
        return int(a), int(b)

    @cached_property
    def residents(self) -> tuple[int, int]:
        """Residents of the two groups."""
        a, b = (sum(s.residents.by_group[name] for s in self.members) for name in self.pair)
        return a, b

    @property
    def total(self) -> int:
        """Searches of persons of any group, known or not."""
        return sum(s.total for s in self.members)

    @property
    def unknown(self) -> int:
        """Searches of unknown ethnicity."""
        return sum(s.unknown for s in self.members)

    @cached_property
    def by_area_month(self) -> tuple[Counts, Counts, Counts]:
        """Searches of the two groups by area and month, and a number of the area, which is of one force."""
        import pandas as pd

        cells = pd.concat({s.force: s.by_cell[list(self.pair)] for s in self.members}, names=["force"])
        areas = cells.groupby(level=["force", "area"], sort=False).ngroup().to_numpy()
        a, b = cells.to_numpy(dtype=np.int64).T
        return a, b, areas.astype(np.int64)

    @cached_property
    def by_district(self) -> tuple[NDArray[np.float64], ...]:
        """Searches and residents of the group, then of the other, by district whose residents of both are known."""
        stops = np.concatenate([s.by_district[list(self.pair)].to_numpy(dtype=float) for s in self.members])
        held = [s.residents.by_area[list(self.pair)].to_numpy(dtype=float, na_value=np.nan) for s in self.members]
        residents = np.concatenate(held)
        known = np.isfinite(residents).all(axis=1)
        return stops[known, 0], residents[known, 0], stops[known, 1], residents[known, 1]


@dataclass(frozen=True, eq=False)
class Similar:
    """A force and its most similar forces.

    Attributes
    ----------
    whole
        Searches of the force in the whole period.
    own
        Those of them in the months that all forces have.
    members
        Searches of each most similar force that can be compared, in the same months; in alphabetical order.
    left_out
        Why each of the others is left out, by its name.
    named
        The most similar forces by the setting, as sentences have them.
    """

    whole: Searches
    own: Searches
    members: tuple[Searches, ...]
    left_out: dict[str, str]
    named: tuple[str, ...]

    @property
    def pair(self) -> tuple[str, str]:
        """The group, and the one it is compared with."""
        return str(self.own.scope.group), str(self.own.scope.comparator)

    @cached_property
    def pool(self) -> Pool:
        """The most similar forces together."""
        return Pool(self.members, self.pair)

    @property
    def span(self) -> str:
        """The months that all forces have, in words."""
        months = self.own.months
        said, between = wording.months(months[0], months[-1]), wording.months_between(months[0], months[-1])
        return said if between == len(months) else f"{said} ({len(months)} of {between} months)"


def similar_searches(scope: Scope, view: View) -> Similar:
    """The searches of the force that is asked about, and of its most similar forces.

    Raises
    ------
    ScopeError, NoSearches, NoResidents
        With the reason, where the force can't be compared with any of them.
    """
    asked = scope.but(area=None, area_level=None)
    check_area(Searches.of(asked, view).force, "no force is most similar to it")
    whole = comparable(asked, view)
    slugs = sorted(settings().most_similar.get(whole.force, []), key=lambda slug: forces()[slug]["short"])
    named = tuple(forces()[slug]["short"] for slug in slugs)
    if whole.force not in published_forces():
        raise NoSearches(f"{whole.force_name} is invented, so no force is most similar to it.")
    if not slugs:
        raise NoSearches(
            f"No most similar forces of {whole.force_name} are set. Whoever runs the dashboard names them in the "
            f"setting {VARIABLE}, such as “{whole.force}: force, force”, as files of data.police.uk write them."
        )
    found, left_out = {}, {}
    for slug, name in zip(slugs, named, strict=True):
        try:
            found[slug] = _counted(whole, slug)
        except UNANSWERABLE as why:
            left_out[name] = str(why).rstrip(".")
    if not found:
        raise NoSearches(
            f"None of the most similar forces of {whole.force_name} can be compared: {'; '.join(left_out.values())}."
        )
    months = sorted(set(whole.months).intersection(*(searches.months for searches in found.values())))
    if not months:
        raise NoSearches(
            f"{whole.force_name} and its most similar forces have no month in common in {whole.period}; choose another "
            "period, or load their files."
        )
    own = whole.within(months)
    _check_enough(own)
    return Similar(whole, own, tuple(searches.within(months) for searches in found.values()), left_out, named)


def _counted(whole: Searches, slug: str) -> Searches:
    """The searches of another force that the same is asked about.

    Raises
    ------
    ScopeError, NoSearches, NoResidents
        With the reason, where it has none, or no residents of both groups.
    """
    name, asked = forces()[slug]["short"], whole.scope
    held = residents(whole.view, slug, str(asked.population))
    lacking = [str(group) for group in (asked.group, asked.comparator) if not held.by_group.get(str(group))]
    if lacking:
        raise NoSearches(f"{held.source} holds no residents counted as {lacking[0]} of {name}.")
    if slug not in choices.forces(whole.view):
        raise NoSearches(f"No stop-and-search file of {name} is loaded.")
    searches = Searches.of(asked.but(force=slug), whole.view)
    shared = len(set(searches.months) & set(whole.months))
    if shared < LEAST_SHARED * len(whole.months):
        raise NoSearches(
            f"{name} has files for {shared} of the {len(whole.months)} months of {whole.force_name}, under half."
        )
    return searches


def _check_enough(own: Searches) -> None:
    """Refuse what the months in common leave too little of.

    Raises
    ------
    TooFew
        With the reason.
    """
    small = [
        str(name) for name in (own.scope.group, own.scope.comparator) if own.by_group[str(name)] < settings().threshold
    ]
    if small:
        raise TooFew(
            f"Fewer than {settings().threshold} searches of {wording.listing([people(name) for name in small])} by "
            f"{own.force_name} fall into the months that its most similar forces have as well; choose another period.",
            own,
        )
    check_told(own)
