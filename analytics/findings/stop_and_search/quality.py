"""How good the records of searches are: what they lack or say oddly, how often, and what that can move."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import TYPE_CHECKING, Any

import numpy as np

from analytics import charts, disparity, near_one, wording
from analytics.disclosure import LEAST_OF_A_SHARE, TOO_FEW, without_rates_of_few
from analytics.disparity.dispersion import MINIMUM_PERIODS
from analytics.finding import Finding, Line
from analytics.findings import choices
from analytics.findings.asked import question_of
from analytics.findings.refusal import refused
from analytics.findings.residents import NoResidents
from analytics.findings.searches import UNANSWERABLE, Searches
from analytics.findings.stop_and_search import recording
from analytics.findings.stop_and_search.by_object import DRUGS, NOT_DETAILED, contradict, fitting, known
from analytics.findings.stop_and_search.comparison import is_pair_told
from analytics.findings.stop_and_search.followed import BROAD, STRICT, Followed
from analytics.findings.stop_and_search.powers import NO_SUSPICION, NOT_LISTED, NOT_RECORDED, kind_of
from analytics.findings.stop_and_search.recording import by_month
from analytics.findings.stop_and_search.shared import LEAST_KNOWN, typed_frame
from analytics.records import records_of
from analytics.scope import DEFINITIONS, Scope
from data.checks.midnights import GATE, Midnights, midnights_of
from data.cubes import BLANK, NOT_RECOGNISED, OUTCOMES_CUBE
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

NO_FILE, NO_HOURS = "Months without a file", "Hour of day not usable"
AT_MIDNIGHT = "Recorded at 00:00"
"""Checks that bear on every figure, and on what would be by hour."""

_METHOD = (
    "Searches of persons of which the file does not say something, over all of the period; of links those with an "
    "outcome other than no further action; of months all that were asked for. Records are counted, not estimated, so "
    "there is no interval. Bearing: the figure as recorded, and between what it could be if nothing that is not said "
    "spoke for it, and if all of it did; bounds, and no interval."
)
_ORDER = (
    "First stands what bears on the ratio, the widest range first; then what bears on the ratio by the other word on "
    "ethnicity, on figures within districts, and on months; then the rest, the largest share first."
)
_HOURS = (
    "Searches at exactly 00:00 are counted when a file is loaded, by its own clock and by London's, and kept where "
    f"they are {wording.percent(GATE)} or more: such times are likelier dates alone. Of other months no such figure is "
    "kept. No figure but the searches by hour uses the hour of a search."
)
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


class _On(IntEnum):
    """What a check bears on, the weightiest first."""

    RATIO = 0
    OTHER_RATIO = 1
    WITHIN = 2
    MONTHS = 3
    REST = 4


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
    on: _On = _On.REST

    @property
    def share(self) -> float:
        """Share that lacks it; 0 where there is nothing that could."""
        return float(self.missing.sum() / self.of.sum()) if self.of.sum() else 0.0


@dataclass(frozen=True, eq=False)
class _Told:
    """A check with what its gap bears on; None where nothing is missing, or too little is counted to say."""

    check: _Check
    bearing: _Bearing | None

    @classmethod
    def of(cls, check: _Check) -> _Told:
        """The check, with what it bears on."""
        told = check.missing.any() and (check.unit == MONTHS or check.of.sum() >= LEAST_OF_A_SHARE)
        return cls(check, check.bears(int(check.missing.sum())) if told else None)

    @property
    def order(self) -> tuple[bool, _On, float]:
        """What bears most on the ratio comes first; what nothing is missing of, last."""
        bearing = self.bearing
        ends = (bearing.low, bearing.high) if bearing and self.check.on <= _On.OTHER_RATIO else (None, None)
        width = math.log(ends[1] / ends[0]) if ends[0] and ends[1] else 0.0
        return bearing is None, self.check.on, -(width or self.check.share)


@dataclass(frozen=True)
class _Lead:
    """One of the few things that bear most on the ratio.

    Attributes
    ----------
    says, short
        As a part of the answer, and in few words.
    gap, look
        Whether anything is missing, and whether so much that it needs a look.
    """

    says: str
    short: str
    gap: bool = False
    look: bool = False

    @property
    def line(self) -> Line:
        """The few words as a line of a list."""
        return Line(self.short, icon="visibility" if self.look else "info" if self.gap else "check", look=self.look)


def quality(scope: Scope, view: View) -> Finding:
    """What the records of the searches of a scope do not say, what bears most on the ratio first, and how far."""
    question = question_of(quality)
    try:
        searches = Searches.of(scope, view)
    except UNANSWERABLE as why:
        return refused(question, typed_frame([], _QUALITY, []), scope, view, str(why))
    told = sorted(map(_Told.of, _checks(searches)), key=lambda one: one.order)
    table, leads = _table(told), _leads(searches, told)
    headline, answer = _sentences(searches, told, leads)
    return Finding(
        key=question.key,
        question=question.asks,
        headline=headline,
        answer=answer,
        tables={"quality": table, "by_month": _by_month(searches, told)},
        provenance=searches.provenance(
            question,
            _METHOD,
            "Our own counts; bounds as Manski 1989, Journal of Human Resources 24, 343",
            [f"Marked in the chart: more than {wording.percent(settings().unknown_share)}"],
            {"Marked above": wording.percent(settings().unknown_share)},
        ),
        caveats=(
            *_not_counted(view),
            _BOUNDS,
            *_at_midnight(searches),
            _COUNTED,
            _ORDER,
            _HOURS,
            *searches.high_months,
        ),
        chart_title="Share of records with the gap",
        draw=lambda mode: _draw(table, mode),
        alt=answer,
        lines=tuple(lead.line for lead in leads),
    )


# Checks


def _checks(searches: Searches) -> list[_Check]:
    rows = recording.published(searches)
    followed = Followed.of(searches.scope, searches.view) if searches.view.has(OUTCOMES_CUBE.name) else None
    return [
        *_ethnicity(searches, rows),
        *_places(searches, rows),
        *_powers(searches, rows),
        *(_of_followed(followed) if followed else []),
        _months(searches),
        _hours(searches),
    ]


def _not_counted(view: View) -> list[str]:
    if view.has(OUTCOMES_CUBE.name):
        return []
    return [
        "This release was counted before outcomes of searches were, so objects, outcomes and links are not checked; "
        "the command “python -m data recount --reason TEXT” counts it again."
    ]


def _ethnicity(searches: Searches, rows: pd.DataFrame) -> list[_Check]:
    """What is not known of ethnicity by the word that is asked for, by either word in parts, and by neither."""
    every, asked = by_month(searches, rows), str(searches.scope.definition)
    words = {word: Searches.of(searches.scope.but(definition=word), searches.view) for word in DEFINITIONS}
    held = {"self": rows["self_defined"], "officer": rows["officer_defined"]}
    unsaid = {
        word: [name for name in held[word].cat.categories if of.broad.get(name, NOT_STATED) not in BROAD_GROUPS]
        for word, of in words.items()
    }

    def check(name: str, word: str, names: list[str], *, part: bool) -> _Check:
        counted = by_month(searches, rows, held[word].isin(names).to_numpy())
        on = _On.RATIO if word == asked else _On.OTHER_RATIO
        return _Check(name, SEARCHES, counted, every, lambda unknown: _of_groups(words[word], unknown, part=part), on)

    def parts(word: str) -> list[_Check]:
        stated = [name for name in unsaid[word] if name not in (BLANK, NOT_RECOGNISED)]
        said = DEFINITIONS[word].capitalize()
        kinds = {"not stated": stated, "blank": [BLANK], "not in list": [NOT_RECOGNISED]}
        # An officer can't leave it unstated: what was seen is put down, or nothing is.
        kinds = kinds if word == "self" else {name: kinds[name] for name in ("blank", "not in list")}
        return [check(f"{said} {name}", word, names, part=word == asked) for name, names in kinds.items()]

    neither = np.logical_and.reduce([held[word].isin(unsaid[word]).to_numpy() for word in DEFINITIONS])
    return [
        check(_unknown_check(searches), asked, unsaid[asked], part=False),
        *parts("self"),
        *parts("officer"),
        _Check(
            "Ethnicity known from neither word",
            SEARCHES,
            by_month(searches, rows, neither),
            every,
            lambda unknown: _Bearing(
                f"{wording.plural(unknown, 'search is', 'searches are')} in no group, whichever word on ethnicity "
                "counts."
            ),
        ),
    ]


def _unknown_check(searches: Searches) -> str:
    """Name of the check of what is not known by the word on ethnicity that is asked for."""
    return f"{searches.definition.capitalize()} unknown"


def _of_groups(searches: Searches, unknown: int, *, part: bool) -> _Bearing:
    """How far the ratio of two groups could be from what is recorded, were the ethnicity known; or a part of it."""
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
    if not is_pair_told(searches, by_group, group, comparator):
        return _Bearing(
            "Every figure by group leaves these searches out; the ratio is not told, as it could be anything."
        )
    recorded = a / residents[0] / (b / residents[1])
    bounds = disparity.unknown_range(a, residents[0], b, residents[1], unknown)
    ends = near_one.times(bounds.if_comparator), near_one.times(bounds.if_group)
    says = (
        f"A part of these: the ratio {ends[0] if ends[0] == ends[1] else ' to '.join(ends)}, whoever they were."
        if part
        else f"{figure}: {near_one.times(recorded)} as recorded, {ends[0]} if all of these were {comparator} and "
        f"{ends[1]} if all were {group}."
    )
    return _Bearing(says, figure, recorded, bounds.if_comparator, bounds.if_group)


def _places(searches: Searches, rows: pd.DataFrame) -> list[_Check]:
    every = by_month(searches, rows)
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

    made = [_Check("No coordinates", SEARCHES, by_month(searches, rows, ~located), every, placed, _On.WITHIN)]
    if choices.districts(searches.view, searches.force):
        outside = by_month(searches, rows, located & nowhere)
        made.append(_Check("In no district that is loaded", SEARCHES, outside, every, placed, _On.WITHIN))
    return made


def _powers(searches: Searches, rows: pd.DataFrame) -> list[_Check]:
    every = by_month(searches, rows)
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
        _Check(kind, SEARCHES, by_month(searches, rows, rows["power"].isin(names).to_numpy()), every, bears)
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
        NO_FILE,
        MONTHS,
        np.array([asked - held]),
        np.array([asked]),
        lambda gone: _Bearing(
            f"Every figure is over the other {wording.plural(held, 'month')}; what was recorded in "
            f"{'it' if gone == 1 else 'them'} is not known, and is no zero."
        ),
        _On.MONTHS,
    )


def _hours(searches: Searches) -> _Check:
    """Months in whose file so many searches are at midnight that its times are likely dates alone."""
    return _Check(
        NO_HOURS,
        MONTHS,
        np.array([len(_midnights(searches))]),
        np.array([len(searches.months)]),
        lambda _: _Bearing("No figure but the searches by hour uses the hour; those leave these months out."),
        _On.MONTHS,
    )


def _midnights(searches: Searches) -> dict[str, Midnights]:
    """What was counted at midnight when the files were loaded, of the months in which it was too many."""
    found = {month: midnights_of(notes) for month, notes in searches.notes.items()}
    return {month: at for month, at in found.items() if at is not None}


def _at_midnight(searches: Searches) -> list[str]:
    """In which months the hour can't be used, and by how much."""
    found = _midnights(searches)
    if not found:
        return []
    named = [f"{wording.month(month)} ({wording.percent(at.most / at.timed)})" for month, at in found.items()]
    return [f"The hour can't be used in {wording.listing(named)}: so many searches are at exactly 00:00."]


# Tables


def _table(told: list[_Told]) -> pd.DataFrame:
    return typed_frame([_row(one) for one in told], _QUALITY, ["searches", "of"])


def _row(one: _Told) -> dict[str, Any]:
    check, bearing = one.check, one.bearing
    missing, of = int(check.missing.sum()), int(check.of.sum())
    row: dict[str, Any] = {"check": check.name, "unit": check.unit, "searches": missing, "of": of, "flag": ""}
    if not of:
        return row | {"bears_on": "There is nothing that could lack it.", "flag": f"no {check.unit}"}
    if of < LEAST_OF_A_SHARE and check.unit != MONTHS:
        return row | {"bears_on": "There are too few to say.", "flag": TOO_FEW}
    if bearing is None:
        return row | {"share": 0.0, "bears_on": "Nothing is missing."}
    return row | {
        "share": check.share,
        "figure": bearing.figure,
        "as_recorded": bearing.recorded,
        "bound_low": bearing.low,
        "bound_high": bearing.high,
        "bears_on": bearing.says,
    }


def _by_month(searches: Searches, told: list[_Told]) -> pd.DataFrame:
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
        for check in (one.check for one in told)
        if check.unit != MONTHS and check.missing.any()
        for month, missing, of in zip(searches.months, check.missing.tolist(), check.of.tolist(), strict=True)
    ]
    rows += [
        {
            "check": AT_MIDNIGHT,
            "month": month,
            "searches": at.most,
            "of": at.timed,
            "share": at.most / at.timed,
            "flag": "",
        }
        for month, at in _midnights(searches).items()
    ]
    return without_rates_of_few(typed_frame(rows, _BY_MONTH, ["searches", "of"]), "of", ["share"])


# Sentences


def _sentences(searches: Searches, told: list[_Told], leads: list[_Lead]) -> tuple[str, str]:
    said = f"{wording.plural(searches.total, 'search', 'searches')} of persons{searches.limits}, {searches.span}"
    if not any(one.check.missing.any() for one in told):
        return "Nothing that is checked is missing", f"Of {said}, nothing that is checked is missing."
    if not leads:
        return "Too few searches to say", f"Too few searches to say how good their records are: {said}."
    worst = sorted((lead for lead in leads if lead.gap), key=lambda lead: not lead.look)
    headline = worst[0].short if worst else "Nothing that bears on the ratio is missing"
    return headline, f"Of {said}: {'; '.join(lead.says for lead in leads)}."


def _leads(searches: Searches, told: list[_Told]) -> list[_Lead]:
    """What bears most on the ratio, on the ratio within districts, and on every figure; none of too few searches."""
    if searches.total < LEAST_OF_A_SHARE:
        return []
    by_name = {one.check.name: one for one in told}
    places = [one.check for one in told if one.check.on == _On.WITHIN]
    return [
        _lead_of_ethnicity(searches, by_name[_unknown_check(searches)]),
        _lead_of_places(places, searches.total),
        _lead_of_months(by_name[NO_FILE].check),
        *_lead_of_hours(by_name[NO_HOURS].check),
    ]


def _lead_of_ethnicity(searches: Searches, one: _Told) -> _Lead:
    bearing, share = one.bearing, wording.percent(one.check.share)
    if bearing is None:
        return _Lead(f"{searches.definition} is known of all", "Ethnicity known of all")
    large, short = one.check.share > settings().unknown_share, f"Ethnicity unknown for {share}"
    said = f"{searches.definition} is unknown for {share}"
    if bearing.low is None or bearing.high is None:
        return _Lead(f"{said}, who are in no group", short, gap=True, look=large)
    pair = f"{searches.scope.group} to {searches.scope.comparator}"
    span = near_one.between(bearing.low, bearing.high)
    return _Lead(
        f"{said}, with whom the {pair} ratio could be {span}",
        f"{short}: ratio from {span}",
        gap=True,
        look=large or bearing.low <= 1 <= bearing.high,
    )


def _lead_of_places(checks: list[_Check], total: int) -> _Lead:
    share = sum(int(check.missing.sum()) for check in checks) / total
    if not share:
        return _Lead("all have a place", "All have a place")
    short = f"{wording.percent(share)} without a place"
    return _Lead(f"{short}, in no figure within districts", short, gap=True, look=1 - share < settings().placed_share)


def _lead_of_months(check: _Check) -> _Lead:
    gone, of = int(check.missing.sum()), int(check.of.sum())
    if not gone and of < MINIMUM_PERIODS:
        said = f"{wording.plural(of, 'month')} alone, too few to see how searches vary"
        return _Lead(said, said, gap=True)
    if not gone:
        return _Lead("no month without a file", "No month without a file")
    said = f"{gone} of {wording.plural(of, 'month')} without a file"
    return _Lead(said, said, gap=True, look=True)


def _lead_of_hours(check: _Check) -> list[_Lead]:
    gone, of = int(check.missing.sum()), int(check.of.sum())
    said = f"hour not usable in {gone} of {wording.plural(of, 'month')}"
    return [_Lead(said, f"{said[0].upper()}{said[1:]}", gap=True)] if gone else []


def _counted(row: Mapping[Any, Any]) -> str:
    """How many searches, outcomes or months lack it: ``1 search``, ``12 months``."""
    if wording.missing(row["searches"]):
        return ""
    many = str(row["unit"]).split()[-1]
    return wording.plural(int(row["searches"]), "search" if many == SEARCHES else many.removesuffix("s"), many)


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
                "detail": [_counted(row) for row in rows],
                "look": [not wording.missing(row["share"]) and row["share"] > settings().unknown_share for row in rows],
                "flag": [row["flag"] for row in rows],
            }
        ),
        mode,
        width=22,
    )
