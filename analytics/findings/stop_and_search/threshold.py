"""Whether groups are searched from the same chance of a find on: an experimental test, and never a verdict."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from analytics import charts, wording
from analytics.disclosure import withhold
from analytics.disparity import ThresholdFit, ThresholdGaps
from analytics.disparity.threshold import (
    LEAST_SEARCHES,
    MOST_ERROR,
    MOST_SCATTER,
    PRIOR_SCALES,
    least_areas,
)
from analytics.disparity.threshold import (
    threshold_gaps as tested_gaps,
)
from analytics.finding import Finding, Provenance, files_of
from analytics.findings.asked import question_of
from analytics.findings.refusal import refused
from analytics.findings.residents import check_area
from analytics.findings.searches import UNANSWERABLE, NoSearches, Searches
from analytics.findings.stop_and_search.by_object import objects_wrong
from analytics.findings.stop_and_search.disproportionality import comparable
from analytics.findings.stop_and_search.find_rates import rated
from analytics.findings.stop_and_search.followed import BROAD, Followed
from analytics.findings.stop_and_search.shared import FAIRNESS, LEAST_KNOWN, people, population_caveats, typed_frame
from analytics.library.measured import measured
from analytics.records import records_of
from analytics.scope import Scope
from data.cubes import BLANK, NOT_RECOGNISED
from data.settings import settings
from data.vocabularies import BROAD_GROUPS

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from analytics.findings import Question
    from data.store import View

FIGURE = "Threshold gap"
"""What the measured coverage calls it."""
EQUAL = "equal, but "
"""How settings begin in which thresholds are equal and the test's assumptions do not hold."""

ALONE = (
    "Such gaps appear without any where risk is spread otherwise than the model has it, so that this alone says "
    "nothing of how anybody is searched."
)
MEANING = (
    "If the model held, a gap below 0 would mean that people of the first group are searched from a smaller chance of "
    "a find on than those of the second, and a gap above 0 from a larger one. It would not say why."
)
NO_STOPS = (
    "Police forces publish searches, and not the encounters that ended without one, so nobody can count who was seen "
    "and not searched. Residents stand in for them, and they are not the people on the street."
)
BESIDE = (
    "Read it beside the ratio of search rates and the find rates on this page, never alone. No clear gap does not show "
    "that thresholds are equal."
)
_PRIORS = (
    "The two prior scales say how far the level of risk may lie from what is usual before any search is looked at. "
    "Levels of thresholds hang on them and are not given."
)
_INTERVALS = (
    "Intervals take the finds of a group in a district as independent of each other. Where they resemble each other, "
    "intervals are too narrow, and gaps are seen that are none."
)

_METHOD = (
    "Threshold test, population form: searches of an area are split by group and find as a model of risk and of the "
    "chance from which people are searched has it, with residents in the place of people seen. 95 % interval: of 1,000 "
    "draws from the posterior by Laplace's method, at two scales of the priors."
)
_REFERENCE = (
    "Simoiu, Corbett-Davies and Goel 2017, Annals of Applied Statistics 11, 1193; Pierson, Corbett-Davies and Goel "
    "2018, PMLR 84, 96; docs/methods.md"
)
_NO_DISTRICTS = "it has no districts with residents, on which the threshold test rests"
_DISAGREE = "not given: the prior scales do not agree on a gap"

_GAPS = ["group", "comparator", "prior_scale", "gap", "low", "high", "base", "areas", "flag"]
_BY_GROUP = ["group", "searches", "found", "population", "flag"]


@dataclass(frozen=True, eq=False)
class _Cells:
    """What the test is of: searches for one thing, in districts where all its groups have enough of them.

    Attributes
    ----------
    looked_for
        What was looked for.
    groups
        The group, the comparator, and others that the test needs.
    areas
        GSS codes of the districts used.
    searches, found, residents : ndarray, shape (areas, groups)
    left_out
        Searches of these groups for the same thing that lie in no district used.
    districts
        Districts of the force in which searches are counted.
    """

    followed: Followed
    looked_for: str
    groups: tuple[str, ...]
    areas: tuple[str, ...]
    searches: NDArray[np.int64]
    found: NDArray[np.int64]
    residents: NDArray[np.float64]
    left_out: int
    districts: int

    @property
    def base(self) -> int:
        """Searches used."""
        return int(self.searches.sum())


@dataclass(frozen=True, eq=False)
class _Tested:
    cells: _Cells
    gaps: ThresholdGaps


def threshold_gaps(scope: Scope, view: View) -> Finding:
    """How far the thresholds of groups would lie apart if the threshold test's model held, at both prior scales."""
    question = question_of(threshold_gaps)
    try:
        followed = rated(scope.but(area=None, area_level="district"), view)
    except UNANSWERABLE as why:
        return refused(question, typed_frame([], _GAPS, ["base", "areas"]), scope, view, str(why))
    asked = followed.searches.scope.only(question.takes)
    try:
        tested = _tested(followed)
    except UNANSWERABLE as why:
        return refused(question, _refused_table(followed, str(why)), asked, view, str(why))
    table = _table(tested)
    why_not = _why_not(tested, table)
    if why_not:
        return refused(question, table, asked, view, why_not)
    headline, answer = _sentences(tested, table)
    return Finding(
        key=question.key,
        question=question.asks,
        headline=headline,
        answer=answer,
        tables={"threshold_gaps": table, "groups": _by_group(tested.cells)},
        provenance=_provenance(tested, question, view),
        caveats=(
            ALONE,
            MEANING,
            *false_gaps(),
            BESIDE,
            NO_STOPS,
            *_used(tested.cells),
            _INTERVALS,
            _PRIORS,
            FAIRNESS,
            *followed.searches.gaps(),
            *population_caveats(followed.searches, followed.searches.residents),
            *followed.searches.counted(),
        ),
        chart_title="Gap between thresholds if the model held, points",
        draw=lambda mode: charts.gap_dots(_drawn(table), mode, "no gap"),
        alt=answer,
    )


def fitted(scope: Scope, view: View) -> object:
    """The test of a scope, where it can be made.

    Raises
    ------
    ScopeError, NoSearches, NoResidents
        With the reason, where it can't.
    """
    tested = _tested(rated(scope.but(area=None, area_level="district"), view))
    why_not = _why_not(tested, _table(tested))
    if why_not:
        raise NoSearches(why_not)
    return tested


def testable(scope: Scope, view: View) -> Searches:
    """The searches of a scope that the test might be made of: told from counts of the headline, without any fit.

    Raises
    ------
    ScopeError, NoSearches, NoResidents
        With the reason, where it certainly can't.
    """
    asked = scope.but(area=None, area_level="district")
    check_area(Searches.of(asked, view).force, _NO_DISTRICTS)
    searches = comparable(asked, view)
    pair = [str(searches.scope.group), str(searches.scope.comparator)]
    number = int((searches.by_district[pair] >= LEAST_SEARCHES).all(axis=1).sum())
    if number < least_areas(3):
        raise NoSearches(
            f"The threshold test needs {least_areas(3)} districts, each with {LEAST_SEARCHES} searches of each of "
            f"three groups; {searches.force_name} has {number or 'none'} with as many of {_peoples(pair)} "
            f"{searches.during}."
        )
    return searches


@lru_cache(maxsize=1)
def false_gaps() -> list[str]:
    """How often the test told a gap where thresholds were equal and its assumptions did not hold, as measured."""
    rows = [
        row for row in measured() if row.figure == FIGURE and row.setting.startswith(EQUAL) and row.interval == TOLD
    ]
    shares = sorted((row.given * (1 - row.coverage), row.setting.removeprefix(EQUAL)) for row in rows)
    if not shares:
        return []
    said = "; ".join(f"{wording.percent(share)} where {setting}" for share, setting in shares)
    return [
        "Gaps appear without any. In simulated forces whose thresholds were equal, the test showed a gap in this share "
        f"of them: {said}. Nothing in a file says which it is."
    ]


TOLD = "both prior scales"
"""The interval of the measured coverage that runs from the lowest to the highest end: without 0, a gap is shown."""


# What the test is of


@lru_cache(maxsize=64)
def _tested(followed: Followed) -> _Tested:
    """The test of some searches.

    Raises
    ------
    NoSearches, NoResidents
        With the reason, where there is nothing it could be made of.
    """
    cells = _cells(followed)
    areas, groups = cells.searches.shape
    gaps = tested_gaps(
        cells.searches.ravel(),
        cells.found.ravel(),
        cells.residents.ravel(),
        list(cells.groups) * areas,
        [code for code in cells.areas for _ in range(groups)],
        cells.groups[1],
    )
    return _Tested(cells, gaps)


def _cells(followed: Followed) -> _Cells:
    searches = followed.searches
    check_area(searches.force, _NO_DISTRICTS)
    if not followed.areas:
        raise NoSearches(
            f"No boundaries of the districts of {searches.force_name} are loaded, so its searches have no place in one."
        )
    wrong = objects_wrong(followed)
    if wrong:
        raise NoSearches(f"{wrong}, and the test is of one kind of thing.")
    looked_for = _most_looked_for(followed)
    of_thing = followed.grounds & followed.given & followed.looked_for(looked_for)
    made, found = (followed.by_area(of_thing & which) for which in (followed.given, followed.found(BROAD)))
    residents = _residents(followed)
    every = followed.by_month(of_thing).sum(axis=1)
    names = _names(followed, of_thing)
    for number in range(3, len(names) + 1):
        at = [followed.groups.index(name) for name in names[:number]]
        people_of = residents[:, [BROAD_GROUPS.index(name) for name in names[:number]]]
        usable = np.asarray((made[at] >= LEAST_SEARCHES).all(axis=0) & (people_of > 0).all(axis=1))
        if usable.sum() >= least_areas(number):
            break
    else:
        raise NoSearches(_too_few_districts(followed, looked_for, names, made, residents))
    base = int(made[at][:, usable].sum())
    whole = int(every[at].sum())
    if base < settings().placed_share * whole:
        raise NoSearches(
            f"{wording.percent(base / whole)} of the searches for {_thing(looked_for)} of {_peoples(names[:number])} "
            f"by {searches.force_name} {searches.during} lie in districts with enough of all these groups: under "
            f"{wording.percent(settings().placed_share)}, the threshold test says nothing of the force."
        )
    return _Cells(
        followed,
        looked_for,
        tuple(names[:number]),
        tuple(code for code, used in zip(followed.areas, usable, strict=True) if used),
        made[at][:, usable].T,
        found[at][:, usable].T,
        people_of[usable],
        whole - base,
        len(followed.areas),
    )


def _most_looked_for(followed: Followed) -> str:
    """What most searches that need grounds looked for: the test is of searches for one kind of thing."""
    known = [name for name in followed.objects if name not in (BLANK, NOT_RECOGNISED)]
    totals = {name: followed.total(followed.grounds & followed.looked_for(name)) for name in known}
    if not any(totals.values()):
        raise NoSearches(
            f"What was looked for is not given for the searches by {followed.searches.force_name} "
            f"{followed.searches.during}, and the threshold test is of searches for one kind of thing."
        )
    return max(totals, key=lambda name: totals[name])


def _names(followed: Followed, cells: NDArray[np.bool_]) -> list[str]:
    """The group and the comparator, then other groups of which it is said what followed, the most searched first."""
    scope, of_grounds = followed.searches.scope, followed.by_month(followed.grounds).sum(axis=1)
    counts, told = (followed.by_month(chosen).sum(axis=1) for chosen in (cells, followed.grounds & followed.given))
    pair = [str(scope.group), str(scope.comparator)]
    at = {name: followed.groups.index(name) for name in BROAD_GROUPS if name not in pair}
    said = [name for name, place in at.items() if told[place] >= LEAST_KNOWN * of_grounds[place]]
    return pair + sorted(said, key=lambda name: -counts[at[name]])


def _residents(followed: Followed) -> NDArray[np.float64]:
    """Residents of every broad group in the districts in which searches are counted; NaN where they are not known."""
    held = followed.searches.residents
    wide = held.by_area.astype("float64").reindex(index=list(followed.areas), columns=list(BROAD_GROUPS))
    suppressed = held.suppressed_by_area.reindex(index=list(followed.areas), columns=list(BROAD_GROUPS)).fillna(0)
    # A suppressed count is next to nothing of a district's group, unless nothing else of the group was counted.
    return np.asarray(wide.mask((suppressed > 0) & ~(wide > 0)), dtype=float)


def _too_few_districts(
    followed: Followed,
    looked_for: str,
    names: Sequence[str],
    made: NDArray[np.int64],
    residents: NDArray[np.float64],
) -> str:
    searches = followed.searches
    at = [followed.groups.index(name) for name in names[:3]]
    known = (residents[:, [BROAD_GROUPS.index(name) for name in names[:3]]] > 0).all(axis=1)
    number = int(((made[at] >= LEAST_SEARCHES).all(axis=0) & known).sum())
    there = wording.plural(number, "district") if number else "none"
    return (
        f"The threshold test needs {least_areas(3)} districts, each with {LEAST_SEARCHES} searches for "
        f"{_thing(looked_for)} of each of three groups; of {_peoples(names[:3])} {searches.force_name} has {there} "
        f"{searches.during}{searches.limits}."
    )


def _thing(looked_for: str) -> str:
    return f"{looked_for[:1].lower()}{looked_for[1:]}"


def _peoples(names: Sequence[str]) -> str:
    return wording.listing([people(name) for name in names])


# Tables


def _table(tested: _Tested) -> pd.DataFrame:
    """One row a group and prior scale; null where nothing is said of the group."""
    cells, comparator = tested.cells, tested.cells.groups[1]
    base = {
        name: int(cells.searches[:, [place, 1]].sum()) for place, name in enumerate(cells.groups) if name != comparator
    }
    found = dict(zip(cells.groups, cells.found.sum(axis=0).tolist(), strict=True))
    rows = []
    for name, number in base.items():
        given = {gap.scale: gap for gap in tested.gaps.gaps if gap.group == name}
        for scale in PRIOR_SCALES:
            row: dict[str, Any] = {"group": name, "comparator": comparator, "prior_scale": scale}
            row |= {"base": number, "areas": len(cells.areas), "flag": "", "found": min(found[name], found[comparator])}
            if scale not in given:
                row["flag"] = _flagged(tested.gaps.refusal)
            elif given[scale].refusal:
                row["flag"] = _DISAGREE
            else:
                row |= {figure: getattr(given[scale], figure) for figure in ("gap", "low", "high")}
            rows.append(row)
    table = typed_frame(rows, [*_GAPS, "found"], ["base", "areas", "found"])
    what = "searches that found something"
    return withhold(table, ["found"], ["gap", "low", "high", "base"], settings().threshold, what=what)[_GAPS]


def _flagged(why: str) -> str:
    said = why.rstrip(".")
    return f"not given: {said[:1].lower()}{said[1:]}"


def _refused_table(followed: Followed, why: str) -> pd.DataFrame:
    """The rows of the group without figures, with the reason."""
    scope = followed.searches.scope
    rows: list[dict[str, Any]] = [
        {"group": scope.group, "comparator": scope.comparator, "prior_scale": scale, "flag": _flagged(why)}
        for scale in PRIOR_SCALES
    ]
    return typed_frame(rows, _GAPS, ["base", "areas"])


def _by_group(cells: _Cells) -> pd.DataFrame:
    """What was counted of each group, in the districts used."""
    totals = {"searches": cells.searches, "found": cells.found, "population": cells.residents}
    sums = {name: counts.sum(axis=0) for name, counts in totals.items()}
    rows: list[dict[str, Any]] = [
        {"group": group, "flag": "", **{name: int(sums[name][place]) for name in totals}}
        for place, group in enumerate(cells.groups)
    ]
    table = typed_frame(rows, _BY_GROUP, list(totals))
    return withhold(table, ["searches", "found"], [], settings().threshold)


def _drawn(table: pd.DataFrame) -> pd.DataFrame:
    labels = [
        f"{group} and {comparator}\nprior scale {scale:g}"
        for group, comparator, scale in zip(table["group"], table["comparator"], table["prior_scale"], strict=True)
    ]
    return table.assign(label=labels)


# Sentences


def _why_not(tested: _Tested, table: pd.DataFrame) -> str:
    """Why nothing is told of the group; empty where something is."""
    if tested.gaps.refusal:
        return tested.gaps.refusal
    group, comparator = tested.cells.groups[:2]
    first = records_of(table)[0]
    if first["flag"] == _DISAGREE:
        return (
            f"The threshold test has to assume something before it looks at searches, and two reasonable assumptions "
            f"give gaps between {people(group)} and {people(comparator)} that do not agree, so none is given; the find "
            "rates on this page need no such assumption."
        )
    if first["flag"]:
        return (
            f"Too few searches of {people(group)} or of {people(comparator)} found something for the threshold test: "
            f"fewer than {settings().threshold}."
        )
    return ""


def _sentences(tested: _Tested, table: pd.DataFrame) -> tuple[str, str]:
    cells = tested.cells
    group, comparator = cells.groups[:2]
    rows = [row for row in records_of(table) if row["group"] == group]
    each = " and ".join(
        f"{wording.points(row['gap'], 1)} ({_between(row['low'], row['high'])}, prior scale {row['prior_scale']:g})"
        for row in rows
    )
    answer = (
        f"Experimental, and no verdict: if the model held, the chance of a find from which {people(group)} are "
        f"searched for {_thing(cells.looked_for)} would differ from that of {people(comparator)} by {each}, "
        f"{cells.followed.searches.span}, {wording.plural(cells.base, 'search', 'searches')} in "
        f"{wording.plural(len(cells.areas), 'district')}."
    )
    if all(row["low"] <= 0 <= row["high"] for row in rows):
        return "Experimental: no clear gap between thresholds", answer
    return "Experimental: a gap that other reasons may explain as well", answer


def _between(low: float, high: float) -> str:
    return f"{wording.signed(100 * low, 1)} to {wording.signed(100 * high, 1)}"


def _used(cells: _Cells) -> list[str]:
    """Which searches, groups and districts the test is of."""
    others = cells.groups[2:]
    said = [
        f"The test is of searches for {_thing(cells.looked_for)}, the kind most looked for, under powers that need "
        "grounds. A find is any outcome but no further action."
    ]
    if others:
        need = "a third group" if len(others) == 1 else "more groups where there are so few districts"
        said.append(f"It needs {need}: {_peoples(others)} stand in it too.")
    if cells.left_out:
        dropped = cells.districts - len(cells.areas)
        where = (
            f"in {wording.plural(dropped, 'district')} where one of these groups has fewer than {LEAST_SEARCHES} or no "
            "known residents, or in none"
            if dropped
            else "in no district"
        )
        lie = wording.plural(cells.left_out, "such search lies", "such searches lie")
        said.append(f"{lie} {where}, and {'is' if cells.left_out == 1 else 'are'} left out.")
    return said


def _provenance(tested: _Tested, question: Question, view: View) -> Provenance:
    cells, fits = tested.cells, tested.gaps.fits
    searches = cells.followed.searches
    made = searches.provenance(
        question,
        _METHOD,
        _REFERENCE,
        [f"Groups in the model: {wording.listing(list(cells.groups))}", *(_fit(fit) for fit in fits)],
        {
            "Prior scales": wording.listing([f"{scale:g}" for scale in PRIOR_SCALES]),
            "Least searches of a group in a district": str(LEAST_SEARCHES),
            "Largest miss of a predicted rate": f"{100 * MOST_ERROR:g} points beyond chance",
            "Most that finds may vary, over chance": f"{MOST_SCATTER:g}",
            "Share of which the file must say it": wording.percent(LEAST_KNOWN),
            "Least share of searches in districts used": wording.percent(settings().placed_share),
        },
    )
    loads = view.current_loads
    held = files_of(loads[loads["load_id"].isin(searches.residents.load_ids)].sort_values("file"))
    return replace(made, files=tuple(dict.fromkeys([*made.files, *held])))


def _fit(fit: ThresholdFit) -> str:
    return (
        f"Prior scale {fit.scale:g}: predicted rates miss the recorded ones by {100 * fit.error:.1f} points beyond "
        f"chance, finds vary {fit.scatter:.2f} times as much as by chance"
    )
