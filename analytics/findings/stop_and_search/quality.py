"""How good the records of searches are: what they lack or say oddly, how often, and what that can move."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from analytics import charts, disparity, near_one, wording
from analytics.disclosure import LEAST_OF_A_SHARE, TOO_FEW, without_rates_of_few
from analytics.finding import Finding
from analytics.findings import choices
from analytics.findings.asked import question_of
from analytics.findings.refusal import refused
from analytics.findings.residents import NoResidents
from analytics.findings.searches import UNANSWERABLE, Searches
from analytics.findings.stop_and_search.by_object import (
    DRUGS,
    LEAST_KNOWN,
    NOT_DETAILED,
    contradict,
    fitting,
    known,
)
from analytics.findings.stop_and_search.followed import BROAD, STRICT, Followed
from analytics.findings.stop_and_search.powers import NO_SUSPICION, NOT_LISTED, NOT_RECORDED, kind_of
from analytics.findings.stop_and_search.shared import typed_frame
from analytics.records import records_of
from analytics.scope import Scope
from data.cubes import BLANK, NOT_RECOGNISED, OUTCOMES_CUBE, STOPS_CUBE, with_codes
from data.settings import settings
from data.vocabularies import BROAD_GROUPS, NOT_GIVEN, NOT_STATED

if TYPE_CHECKING:
    import pandas as pd
    import plotly.graph_objects as go
    from numpy.typing import NDArray

    from analytics.finding import Mode
    from data.store import View

    Counts = NDArray[np.int64]
    Chosen = NDArray[np.bool_]

SEARCHES, OUTCOMES, DRUGS_SEARCHES, MONTHS = "searches", "outcomes", "drugs searches", "months"
"""What a check counts."""

_METHOD = (
    "Searches of persons of which the file does not say something, over all of the period; of links those with an "
    "outcome other than no further action; of months all that were asked for. Records are counted, not estimated, so "
    "there is no interval. Bearing: the figure as recorded, and between what it could be if nothing that is not said "
    "spoke for it, and if all of it did; bounds, and no interval."
)
_ORDER = "The largest share stands first; what bears most on a question need not be the largest."
_COUNTED = (
    "Only what the files leave out, or say against another field, is counted here. Whether what they say is right can "
    "seldom be told from them: an ethnicity that was put down wrongly, or a search that was never recorded, leaves no "
    "gap."
)
_BOUNDS = (
    "Each bound takes one gap alone and everything else as recorded. It is what could be at the utmost, and not what "
    "is likely."
)

_QUALITY = [
    "check", "unit", "searches", "of", "share", "figure", "as_recorded", "bound_low", "bound_high", "bears_on", "flag",
]  # fmt: skip
_BY_MONTH = ["check", "month", "searches", "of", "share", "flag"]


@dataclass(frozen=True)
class _Bearing:
    """What a gap bears on: one sentence, and where it can be counted the figure with its bounds."""

    says: str
    figure: str = ""
    recorded: float | None = None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, eq=False)
class _Check:
    """Something that records may lack: how often by month, out of how many, and what that bears on."""

    name: str
    unit: str
    missing: Counts
    of: Counts
    bears: Callable[[int], _Bearing] = field(repr=False)

    @property
    def share(self) -> float:
        """Share that lacks it; 0 where there is nothing that could."""
        return float(self.missing.sum() / self.of.sum()) if self.of.sum() else 0.0


def quality(scope: Scope, view: View) -> Finding:
    """What the records of the searches of a scope do not say, the largest share first, and what that bears on."""
    question = question_of(quality)
    try:
        searches = Searches.of(scope.but(definition="self"), view)
    except UNANSWERABLE as why:
        return refused(question, typed_frame([], _QUALITY, []), scope, view, str(why))
    checks = sorted(_checks(searches), key=lambda check: -check.share)
    table = _table(checks)
    headline, answer = _sentences(searches, table)
    return Finding(
        key=question.key,
        question=question.asks,
        headline=headline,
        answer=answer,
        tables={"quality": table, "by_month": _by_month(searches, checks)},
        provenance=searches.provenance(
            question,
            _METHOD,
            "Our own counts; bounds as Manski 1989, Journal of Human Resources 24, 343",
            [f"Marked in the chart: more than {wording.percent(settings().unknown_share)}"],
            {"Marked above": wording.percent(settings().unknown_share)},
        ),
        caveats=(
            *_not_counted(view),
            _ORDER,
            _BOUNDS,
            _COUNTED,
            *searches.high_months,
            "Which months are loaded, and which look partial, stands under the months of stop and search.",
        ),
        chart_title="Share of records with the gap",
        draw=lambda mode: _draw(table, mode),
        alt=answer,
    )


# Checks


def _checks(searches: Searches) -> list[_Check]:
    rows = searches.scope.choose(_persons(searches.view, searches.force))
    followed = Followed.of(searches.scope, searches.view) if searches.view.has(OUTCOMES_CUBE.name) else None
    return [
        *_ethnicity(searches, rows),
        *_places(searches, rows),
        *_powers(searches, rows),
        *(_of_followed(followed) if followed else []),
        _months(searches),
    ]


def _not_counted(view: View) -> list[str]:
    if view.has(OUTCOMES_CUBE.name):
        return []
    return [
        "This release was counted before outcomes of searches were, so objects, outcomes and links are not checked; "
        "the command “python -m data recount --reason TEXT” counts it again."
    ]


def _by_months(searches: Searches, rows: pd.DataFrame) -> Counts:
    """Searches of some rows of a cube by month with a file."""
    place = {month: number for number, month in enumerate(searches.months)}
    at = np.array([place.get(str(month), -1) for month in rows["month"].cat.categories], dtype=np.int64)
    return np.bincount(at[rows["month"].cat.codes], rows["stops"], minlength=len(place)).astype(np.int64)


def _ethnicity(searches: Searches, rows: pd.DataFrame) -> list[_Check]:
    officer = Searches.of(searches.scope.but(definition="officer"), searches.view)
    every = _by_months(searches, rows)
    own, seen = rows["self_defined"], rows["officer_defined"]

    def check(name: str, chosen: Chosen, of: Searches) -> _Check:
        return _Check(
            name, SEARCHES, _by_months(searches, rows[chosen]), every, lambda unknown: _of_groups(of, unknown)
        )

    def is_one(words: pd.Series, *names: str) -> Chosen:
        return words.isin(names).to_numpy()

    unsaid, unseen = (
        [name for name in words.cat.categories if of.broad.get(name, NOT_STATED) not in BROAD_GROUPS]
        for words, of in ((own, searches), (seen, officer))
    )
    stated = [name for name in unsaid if name not in (BLANK, NOT_RECOGNISED)]
    return [
        check("Self-defined ethnicity not stated", is_one(own, *stated), searches),
        check("Self-defined ethnicity blank", is_one(own, BLANK), searches),
        check("Self-defined ethnicity not in list", is_one(own, NOT_RECOGNISED), searches),
        check("Officer-defined ethnicity blank", is_one(seen, BLANK), officer),
        check("Officer-defined ethnicity not in list", is_one(seen, NOT_RECOGNISED), officer),
        _Check(
            "Ethnicity known from neither word",
            SEARCHES,
            _by_months(searches, rows[is_one(own, *unsaid) & is_one(seen, *unseen)]),
            every,
            lambda unknown: _Bearing(
                f"{wording.plural(unknown, 'search is', 'searches are')} in no group, whichever word on ethnicity "
                "counts."
            ),
        ),
    ]


def _of_groups(searches: Searches, unknown: int) -> _Bearing:
    """How far the ratio of two groups could be from what is recorded, were the ethnicity known."""
    group, comparator = str(searches.scope.group), str(searches.scope.comparator)
    a, b = (searches.by_group[name] for name in (group, comparator))
    figure = f"Ratio of the {group} to the {comparator} search rate, by {searches.definition}"
    try:
        by_group = searches.residents.by_group
    except NoResidents:
        return _Bearing("Every figure by group leaves these searches out; there is no ratio to bound.")
    residents = [by_group.get(name, 0) for name in (group, comparator)]
    if min(a, b) < settings().threshold or not all(residents):
        return _Bearing("Every figure by group leaves these searches out; there are too few of the two for a ratio.")
    recorded = a / residents[0] / (b / residents[1])
    bounds = disparity.unknown_range(a, residents[0], b, residents[1], unknown)
    return _Bearing(
        f"{figure}: {near_one.times(recorded)} as recorded, {near_one.times(bounds.if_comparator)} if all of these "
        f"were {comparator} and {near_one.times(bounds.if_group)} if all were {group}.",
        figure,
        recorded,
        bounds.if_comparator,
        bounds.if_group,
    )


def _places(searches: Searches, rows: pd.DataFrame) -> list[_Check]:
    every = _by_months(searches, rows)
    located = rows["located"].to_numpy(dtype=bool)
    nowhere = (rows["area"].cat.codes < 0).to_numpy()

    def placed(unplaced: int) -> _Bearing:
        share = 1 - unplaced / max(int(every.sum()), 1)
        least = settings().placed_share
        none = "" if share >= least else f" Below {wording.percent(least)} there is none."
        return _Bearing(
            "Maps, areas against each other and every figure within districts leave these searches out, and rest on "
            f"{wording.percent(share)} of all at most.{none}",
            "Share of searches with a place",
            share,
        )

    made = [_Check("No coordinates", SEARCHES, _by_months(searches, rows[~located]), every, placed)]
    if choices.districts(searches.view, searches.force):
        outside = _by_months(searches, rows[located & nowhere])
        made.append(_Check("In no district that is loaded", SEARCHES, outside, every, placed))
    return made


def _powers(searches: Searches, rows: pd.DataFrame) -> list[_Check]:
    every = _by_months(searches, rows)
    kinds = {name: kind_of(name) for name in rows["power"].cat.categories}
    free = int(rows.loc[rows["power"].isin([n for n in kinds if kinds[n] == NO_SUSPICION]), "stops"].sum())
    unsaid = [name for name in kinds if kinds[name] in (NOT_RECORDED, NOT_LISTED)]
    told = int(rows.loc[~rows["power"].isin(unsaid), "stops"].sum())

    def bears(unknown: int) -> _Bearing:
        total = int(every.sum())
        figure = "Share of searches under powers that need no suspicion"
        low, high = free / total, (free + unknown) / total
        if told < LEAST_OF_A_SHARE or told < LEAST_KNOWN * total:
            return _Bearing(
                f"{figure}: not given, as too little is said; {wording.percent(low)} if none of these were and "
                f"{wording.percent(high)} if all were; find rates and shares of objects leave them out.",
                figure,
                None,
                low,
                high,
            )
        return _Bearing(
            f"{figure}: {wording.percent(low)} as recorded, {wording.percent(high)} if all of these were; find "
            "rates and shares of objects leave them out.",
            figure,
            low,
            low,
            high,
        )

    return [
        _Check(kind, SEARCHES, _by_months(searches, rows[rows["power"].isin(names).to_numpy()]), every, bears)
        for kind in (NOT_RECORDED, NOT_LISTED)
        for names in [[name for name in kinds if kinds[name] == kind]]
    ]


def _of_followed(followed: Followed) -> list[_Check]:
    every = np.ones(len(followed.cells), dtype=bool)
    grounds, objects = followed.grounds, known(followed)

    def monthly(chosen: Chosen) -> Counts:
        return followed.by_month(chosen).sum(axis=0)

    def named(name: str) -> Chosen:
        return followed.looked_for(name) if name in followed.objects else ~every

    def drugs(chosen: Chosen) -> Callable[[int], _Bearing]:
        figure = "Share of searches for drugs, under powers that need grounds"
        return lambda _: _bounded(figure, followed, objects & named(DRUGS), objects, grounds & chosen, objects)

    unlinked = followed.something & ~followed.link_given

    def found(rule: str, figure: str, chosen: Chosen) -> Callable[[int], _Bearing]:
        base = grounds & followed.given & ~(unlinked & (rule == STRICT))
        told = grounds & followed.something & followed.link_given if rule == STRICT else base
        return lambda _: _bounded(
            figure, followed, base & followed.found(rule), base, grounds & chosen, told, ranged=rule == STRICT
        )

    broad, strict = "Find rate, any outcome but no further action", "Find rate, outcome linked to the object"
    return [
        *(
            _Check(name, SEARCHES, monthly(named(word)), monthly(every), drugs(named(word)))
            for name, word in (
                ("Object not given", BLANK),
                ("Object not in our list", NOT_RECOGNISED),
                ("Object not detailed", NOT_DETAILED),
            )
        ),
        *(
            _Check(name, SEARCHES, monthly(chosen), monthly(every), found(BROAD, broad, chosen))
            for name, chosen in (
                ("Outcome not given", followed.followed_by(NOT_GIVEN)),
                ("Outcome not in our list", followed.followed_by(NOT_RECOGNISED)),
            )
        ),
        _odd_objects(followed),
        _Check(
            "Link to the object not given",
            OUTCOMES,
            monthly(unlinked),
            monthly(followed.something),
            found(STRICT, strict, unlinked),
        ),
    ]


def _odd_objects(followed: Followed) -> _Check:
    """Searches under the power to search for drugs that are said to be for something else."""
    fits, every = fitting(followed)
    right = "; so many that the objects can't be right, and no share of them is given" if contradict(followed) else ""
    return _Check(
        "Object at odds with the drugs power",
        DRUGS_SEARCHES,
        followed.by_month(every & ~fits).sum(axis=0),
        followed.by_month(every).sum(axis=0),
        lambda _: _Bearing(
            "Shares of objects and find rates by object rest on what is said of these: under “Misuse of Drugs Act "
            f"1971, section 23” only drugs can be looked for{right}."
        ),
    )


def _bounded(
    figure: str,
    followed: Followed,
    yes: Chosen,
    base: Chosen,
    unknown: Chosen,
    told: Chosen,
    *,
    ranged: bool = False,
) -> _Bearing:
    """A share as recorded, and if none or all of what is unknown were among it.

    As recorded it is not given where too little is told for it to be shown elsewhere; nor, `ranged`, where it is shown
    as a range elsewhere: without the searches of which a link is not given it would be a rate of other searches.
    """
    x, n, u, known_of = (followed.total(chosen) for chosen in (yes, base, unknown, told))
    if n + u < LEAST_OF_A_SHARE:
        return _Bearing(f"{figure}: too few searches to say.")
    low, high = x / (n + u), (x + u) / (n + u)
    ends = f"{wording.percent(low)} if none of these were among them and {wording.percent(high)} if all were"
    if n < LEAST_OF_A_SHARE or known_of < LEAST_KNOWN * (known_of + u):
        return _Bearing(f"{figure}: not given, as too little is said; {ends}.", figure, None, low, high)
    if ranged and u:
        return _Bearing(f"{figure}: {ends}.", figure, None, low, high)
    return _Bearing(f"{figure}: {wording.percent(x / n)} as recorded, {ends}.", figure, x / n, low, high)


def _months(searches: Searches) -> _Check:
    asked, held = len(searches.asked_months), len(searches.months)
    return _Check(
        "Months without a file",
        MONTHS,
        np.array([asked - held]),
        np.array([asked]),
        lambda gone: _Bearing(
            f"Every figure is over the other {wording.plural(held, 'month')}; what was recorded in "
            f"{'it' if gone == 1 else 'them'} is not known, and is no zero."
        ),
    )


# Tables


def _table(checks: list[_Check]) -> pd.DataFrame:
    return typed_frame([_row(check) for check in checks], _QUALITY, ["searches", "of"])


def _row(check: _Check) -> dict[str, Any]:
    missing, of = int(check.missing.sum()), int(check.of.sum())
    row: dict[str, Any] = {"check": check.name, "unit": check.unit, "searches": missing, "of": of, "flag": ""}
    if not of:
        return row | {"bears_on": "There is nothing that could lack it.", "flag": f"no {check.unit}"}
    if of < LEAST_OF_A_SHARE and check.unit != MONTHS:
        return row | {"bears_on": "There are too few to say.", "flag": TOO_FEW}
    if not missing:
        return row | {"share": 0.0, "bears_on": "Nothing is missing."}
    bearing = check.bears(missing)
    return row | {
        "share": check.share,
        "figure": bearing.figure,
        "as_recorded": bearing.recorded,
        "bound_low": bearing.low,
        "bound_high": bearing.high,
        "bears_on": bearing.says,
    }


def _by_month(searches: Searches, checks: list[_Check]) -> pd.DataFrame:
    """Each check that anything lacks, month by month; no change between months is called one."""
    rows = [
        {
            "check": check.name,
            "month": month,
            "searches": missing,
            "of": of,
            "share": missing / of if of else None,
            "flag": "" if of else f"no {check.unit}",
        }
        for check in checks
        if check.unit != MONTHS and check.missing.any()
        for month, missing, of in zip(searches.months, check.missing.tolist(), check.of.tolist(), strict=True)
    ]
    return without_rates_of_few(typed_frame(rows, _BY_MONTH, ["searches", "of"]), "of", ["share"])


# Sentences


def _sentences(searches: Searches, table: pd.DataFrame) -> tuple[str, str]:
    rows = [row for row in records_of(table) if row["searches"]]
    said = f"{wording.plural(searches.total, 'search', 'searches')} of persons{searches.limits}, {searches.span}"
    if not rows:
        return "Nothing that is checked is missing", f"Of {said}, nothing that is checked is missing."
    shown = [row for row in rows if not wording.missing(row["share"])]
    if not shown:
        return "Too few searches to say", f"Too few searches to say how good their records are: {said}."
    worst = shown[0]
    parts = "; ".join(f"{_name(row)}, {wording.percent(row['share'])}{_of(row)}" for row in shown[:3])
    # A check with nothing that could lack it, or with too little to say, is none that nothing is missing in.
    whole = int(((table["searches"] == 0) & (table["flag"] == "")).sum())
    none = f" Nothing is missing in {wording.plural(whole, 'other check')}." if whole else ""
    return (
        f"Largest gap: {_name(worst)}, {wording.percent(worst['share'])}",
        f"Of {said}, the largest gaps: {parts}. {worst['bears_on']}{none}",
    )


def _name(row: Mapping[Any, Any]) -> str:
    return f"{row['check'][0].lower()}{row['check'][1:]}"


def _of(row: Mapping[Any, Any]) -> str:
    """What a share is of, where it is not of all searches."""
    if row["unit"] == OUTCOMES:
        return f" of {wording.plural(int(row['of']), 'search', 'searches')} with an outcome"
    if row["unit"] == DRUGS_SEARCHES:
        return f" of {wording.plural(int(row['of']), 'search', 'searches')} under the drugs power"
    return f" of {wording.plural(int(row['of']), 'month')}" if row["unit"] == MONTHS else ""


def _draw(table: pd.DataFrame, mode: Mode) -> go.Figure:
    import pandas as pd

    rows = [row for row in records_of(table) if row["searches"] or row["flag"]]
    return charts.share_dots(
        pd.DataFrame(
            {
                "label": [row["check"] for row in rows],
                "estimate": [row["share"] for row in rows],
                "low": [None] * len(rows),
                "high": [None] * len(rows),
                "detail": [f"{wording.count(row['searches'])} {row['unit'].split()[-1]}" for row in rows],
                "look": [not wording.missing(row["share"]) and row["share"] > settings().unknown_share for row in rows],
                "flag": [row["flag"] for row in rows],
            }
        ),
        mode,
        width=22,
    )


@lru_cache(maxsize=32)
def _persons(view: View, force: str) -> pd.DataFrame:
    """The cube of one force by both words on ethnicity, searches of persons alone: read once for every scope."""
    kept = ["month", "area", "located", "power", "self_defined", "officer_defined"]
    rows = view.select(STOPS_CUBE.name, [*kept, "person", "stops"], area_level="district", force=force)
    counted = rows.filter(rows["person"]).group_by(kept, use_threads=False).aggregate([("stops", "sum")])
    return with_codes(counted).rename(columns={"stops_sum": "stops"})
