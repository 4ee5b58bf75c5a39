"""What was looked for, by group: the share of each object among searches that need grounds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from analytics import wording
from analytics.disclosure import withhold
from analytics.finding import Finding
from analytics.findings.asked import question_of
from analytics.findings.refusal import refused
from analytics.findings.searches import UNANSWERABLE, NoSearches
from analytics.findings.stop_and_search import shares, tested_shares
from analytics.findings.stop_and_search.followed import Followed
from analytics.findings.stop_and_search.object_words import object_as_label, object_in_words
from analytics.findings.stop_and_search.shared import (
    FAIRNESS,
    LEAST_KNOWN,
    either,
    none_recorded,
    other_choices,
    people,
    rules_fired,
    typed_frame,
    withheld_caveats,
)
from analytics.findings.tested import chance_caveat, rule_of_tests
from analytics.records import records_of
from analytics.scope import ALL_POWERS, Scope
from data.cubes import BLANK, EVERYONE, NOT_RECOGNISED
from data.settings import settings
from data.vocabularies import BROAD_GROUPS

if TYPE_CHECKING:
    from collections.abc import Hashable

    import pandas as pd
    import plotly.graph_objects as go

    from analytics.finding import Mode
    from data.store import View

    Row = Mapping[Hashable, Any]

DRUGS = "Controlled drugs"
NOT_DETAILED = "Object not detailed"
NOT_KNOWN = (BLANK, NOT_RECOGNISED, NOT_DETAILED)
"""Objects that say nothing of what was looked for."""

DRUGS_POWER = "Misuse of Drugs Act 1971, section 23"
OF_THE_DRUGS_POWER = (DRUGS, "Psychoactive substances")
"""What is looked for in a search for drugs."""

LEAST_FITTING = 0.8
"""Share of the searches under the drugs power that must be for drugs; with fewer the objects are taken to be wrong.

In published files of 41 forces, 2018 to 2021, it is 95 to 100 % of 40 of them and 0 % of one.
"""

_MOST_DRAWN = 8
_LONGEST_HEADLINE = 70

_METHOD = (
    "Searches of persons of a group for each object, over those of which the file says what was looked for, under "
    f"powers that need grounds. {shares.METHOD}"
)
_GROUNDS_ONLY = (
    "Only searches under powers that need grounds are counted: under section 60 and other powers that need no "
    "suspicion an officer need not suspect that anything in particular is carried."
)
_POSSESSION = (
    "HMICFRS asked forces in 2017 to watch how many of their searches are for possession of drugs alone, and how that "
    "fits what local people want. The files say that drugs were looked for, and not whether possession or supply was "
    "suspected."
)
_NEEDS = (
    "What is looked for hangs on what is suspected, where and by whom, and on which crimes are looked into; a "
    "difference does not say why."
)

_BY_OBJECT = ["object", "group", "searches", "base", "share", "share_low", "share_high", *tested_shares.GAP]
_COLUMNS = [*_BY_OBJECT, "known_share", "flag"]
_FIGURES = ["share", "share_low", "share_high"]
_WITH_OBJECT = "searches for this object"
_NOT_GIVEN = "not given: "


def by_object(scope: Scope, view: View) -> Finding:
    """The share of each object among the searches of each group, and how far it is from the comparator's."""
    question = question_of(by_object)
    try:
        followed = looked_for(scope, view)
    except UNANSWERABLE as why:
        return refused(question, typed_frame([], _COLUMNS, []), scope, view, str(why))
    searches, (table, mirrored) = followed.searches, _table(followed)
    tests = shares.without(table, mirrored)
    headline, answer = _sentences(followed, table)
    return Finding(
        key=question.key,
        question=question.asks,
        headline=headline,
        answer=answer,
        tables={"by_object": table},
        provenance=searches.provenance(
            question,
            _METHOD,
            shares.REFERENCE,
            [*rules_fired(table, None), *rule_of_tests(tests)],
            {
                "Clear below a false-discovery rate of": f"{settings().false_discovery:.2f}",
                "Share of which the file must say it": wording.percent(LEAST_KNOWN),
                "Least share for drugs under the drugs power": wording.percent(LEAST_FITTING),
            },
            per_resident=False,
        ),
        caveats=(
            *shares.untested(table),
            *_clear_others(table, _pair(followed)[0]),
            _GROUNDS_ONLY,
            _POSSESSION,
            *_unsaid(followed),
            *chance_caveat(tests),
            _NEEDS,
            FAIRNESS,
            *searches.gaps(per_resident=False),
            *withheld_caveats(table),
            *searches.caveats(""),
        ),
        chart_title=f"Share of searches for each object; {tested_shares.key(*_pair(followed))}",
        draw=_drawing(table, _pair(followed)),
        alt=answer,
    )


def looked_for(scope: Scope, view: View) -> Followed:
    """The searches of a scope of which enough is said of what was looked for.

    Raises
    ------
    ScopeError, NoSearches
        With the reason, where it is not.
    """
    followed = Followed.of(scope, view)
    why_not = _no_grounds(followed) or _too_little_said(followed) or _at_odds(followed)
    if why_not:
        raise NoSearches(why_not)
    return followed


def known(followed: Followed) -> np.ndarray:
    """Cells under powers that need grounds of which the file says what was looked for."""
    unsaid = [followed.objects.index(name) for name in NOT_KNOWN if name in followed.objects]
    return followed.grounds & ~followed.cells["object"].isin(unsaid).to_numpy()


def fitting(followed: Followed) -> tuple[np.ndarray, np.ndarray]:
    """Cells under the power to search for drugs of which the file says what was looked for: for drugs, and all."""
    every = known(followed) & followed.by_law(DRUGS_POWER)
    places = [followed.objects.index(name) for name in OF_THE_DRUGS_POWER if name in followed.objects]
    return every & followed.cells["object"].isin(places).to_numpy(), every


def contradict(followed: Followed) -> bool:
    """Whether too few searches under the power to search for drugs are for drugs, so that objects can't be right."""
    fits, every = (followed.total(cells) for cells in fitting(followed))
    return every >= settings().threshold and fits < LEAST_FITTING * every


def _at_odds(followed: Followed) -> str:
    said = objects_wrong(followed)
    return f"{said}, so no share is given." if said else ""


def objects_wrong(followed: Followed) -> str:
    """The beginning of a sentence where the objects in the file can't be right; empty where they can."""
    if not contradict(followed):
        return ""
    searches = followed.searches
    fits, every = (followed.total(cells) for cells in fitting(followed))
    return (
        f"Of the {every:,} searches by {searches.force_name} {searches.during}{searches.limits} under “{DRUGS_POWER}”, "
        f"the power to search for drugs, {wording.percent(fits / every)} are said to be for drugs: the objects in the "
        "file can't be right"
    )


def _no_grounds(followed: Followed) -> str:
    if followed.grounds.any():
        return ""
    searches = followed.searches
    return (
        f"No person was searched by {searches.force_name} {searches.during}{searches.limits} under a power that needs "
        "grounds, so there is no share of what was looked for."
    )


def _too_little_said(followed: Followed) -> str:
    searches = followed.searches
    every, said = followed.total(followed.grounds), followed.total(known(followed))
    if said >= LEAST_KNOWN * every:
        return ""
    return (
        f"What was looked for is said of {wording.percent(said / every)} of the "
        f"{wording.plural(every, 'search', 'searches')} by {searches.force_name} {searches.during}{searches.limits} "
        "under powers that need grounds: too few for a share."
    )


def _pair(followed: Followed) -> tuple[str, str]:
    return str(followed.searches.scope.group), str(followed.searches.scope.comparator)


def _table(followed: Followed) -> tuple[pd.DataFrame, Mapping[int, int]]:
    """The table, and the places of rows that are tested as the other of two objects."""
    groups, comparator = followed.groups, _pair(followed)[1]
    told = known(followed)
    base, grounds = followed.by_month(told), followed.by_month(followed.grounds)
    told_of = _known_shares(base, grounds)
    unsaid = dict(zip((EVERYONE, *groups), told_of < LEAST_KNOWN, strict=True))
    objects = [name for name in followed.objects if name not in NOT_KNOWN]
    counts = {name: followed.by_month(told & followed.looked_for(name)) for name in objects}
    often = sorted((name for name in objects if counts[name].any()), key=lambda name: -int(counts[name].sum()))
    rows = []
    for name in often:
        of_groups = tested_shares.rows_of(groups, counts[name], base, comparator)
        for row, known_share in zip(of_groups, told_of, strict=True):
            group = str(row["group"])
            row |= {"object": name, "known_share": known_share}
            if unsaid[group]:
                row = {column: row[column] for column in ("object", "group", "known_share")}
                row["flag"] = f"{_NOT_GIVEN}what was looked for is said of {wording.percent(known_share)}"
            elif unsaid[comparator]:
                row |= dict.fromkeys(tested_shares.GAP)
            if not row.get("searches", 1):
                row["flag"] = _none(followed, row)
            rows.append(row)
    mirrored = shares.mirrors(rows, "object", comparator)
    table = tested_shares.tested(typed_frame(rows, _COLUMNS, ["searches", "base"]), mirrored)
    table = withhold(table, ["base"], _FIGURES, settings().threshold, zeros_shown=True)
    table = withhold(table, ["searches"], _FIGURES, settings().threshold, zeros_shown=True, what=_WITH_OBJECT)
    return table, mirrored


def _known_shares(told: np.ndarray, every: np.ndarray) -> np.ndarray:
    """Of everyone and of each group: share of the searches of which the file says what was looked for."""
    part, whole = (np.r_[counts.sum(), counts.sum(axis=1)] for counts in (told, every))
    return np.where(whole > 0, part / np.maximum(whole, 1), 1.0)


def _none(followed: Followed, row: Mapping[str, Any]) -> str:
    group = str(row["group"])
    never = group in BROAD_GROUPS and not followed.searches.by_group[group]
    return none_recorded(followed.searches, group) if never else "no such search"


# Sentences


def _sentences(followed: Followed, table: pd.DataFrame) -> tuple[str, str]:
    rows = {(row["object"], row["group"]): row for row in records_of(table)}
    first = _first_of(table)
    one, other = (rows[first, name] for name in _pair(followed))
    searched = object_in_words(first)
    if wording.missing(one["share"]) or wording.missing(other["share"]):
        return _of_everyone(followed, rows[first, EVERYONE], (one, other), searched)
    (group, comparator), searches = _pair(followed), followed.searches
    answer = (
        f"{tested_shares.share(one)} of the searches of {people(group)} and {tested_shares.share(other)} of those of "
        f"{people(comparator)} were for {searched}, under {_under(followed)}, {searches.span}, {_base(followed)}: "
        f"{tested_shares.differ(one)}"
    )
    none = "" if (DRUGS, EVERYONE) in rows else "No search was for drugs. "
    return _headline(rows, (group, comparator), first), f"{none}{answer}. {_others(table, group)}"


def _headline(rows: Mapping[tuple[Any, Any], Row], pair: tuple[str, str], first: str) -> str:
    """The shares of both groups for the object in which they clearly differ most, else for the one told first."""
    clear = [row for (_, group), row in rows.items() if group == pair[0] and shares.is_clear(row)]
    most = sorted(clear, key=lambda row: -abs(row["gap"]))
    offered = []
    for name in [*(row["object"] for row in most[:1]), first]:
        short = ", ".join(f"{group} {wording.percent(rows[name, group]['share'])}" for group in pair)
        offered.append(f"Searches for {object_in_words(name)}: {short}")
    return next((said for said in offered if len(said) < _LONGEST_HEADLINE), offered[-1])


def _under(followed: Followed) -> str:
    scope = followed.searches.scope
    power = "powers that need grounds" if scope.power == ALL_POWERS else f"“{scope.power}”"
    return f"{power}{' in this district' if scope.area else ''}"


def _base(followed: Followed) -> str:
    return f"{wording.plural(followed.total(known(followed)), 'search', 'searches')} of known object"


def _others(table: pd.DataFrame, group: str) -> str:
    """Which other objects differ clearly, of how many that were tested."""
    told = [row for row in _of_others(table, group) if row["verdict"]]
    if not told:
        return "No difference for another object was tested."
    clear = [row for row in told if shares.is_clear(row)]
    number = wording.plural(len(told), "other object")
    if not clear:
        return f"Of {number} tested, none differs clearly."
    if len(clear) == 1:
        return f"Of {number} tested, 1 differs clearly: {_point(clear[0])}."
    most = max(clear, key=lambda row: abs(row["gap"]))
    return f"Of {number} tested, {len(clear)} differ clearly, the most {_point(most)}."


def _clear_others(table: pd.DataFrame, group: str) -> list[str]:
    """A sentence that names all other objects that differ clearly, where there are several."""
    clear = [row for row in _of_others(table, group) if shares.is_clear(row)]
    return [f"Clearly different: {'; '.join(map(_point, clear))}."] if len(clear) > 1 else []


def _of_others(table: pd.DataFrame, group: str) -> list[Row]:
    """The rows of a group for every object but the one that the answer begins with."""
    first = _first_of(table)
    return [row for row in records_of(table) if row["group"] == group and row["object"] != first]


def _first_of(table: pd.DataFrame) -> str:
    """The object that the answer begins with: drugs, else the most searched for; drugs too where neither is given."""
    told = list(table.loc[(table["group"] == EVERYONE) & table["share"].notna(), "object"])
    objects = told or list(table["object"])
    return DRUGS if DRUGS in objects else str(objects[0])


def _point(row: Row) -> str:
    return f"{object_in_words(row['object'])}, {tested_shares.in_points(row)}"


def _of_everyone(followed: Followed, every: Row, pair: tuple[Row, Row], searched: str) -> tuple[str, str]:
    """What is said where one of the two groups has no share."""
    searches, why = followed.searches, _why_no_pair(pair, searched)
    if wording.missing(every["share"]):
        if all(map(_is_none, pair)):
            return (
                f"No search of either group for {searched}",
                f"No search for {searched} is recorded as {_nobody(pair)}, by {searches.definition}, under "
                f"{_under(followed)}, {searches.span}; "
                f"{other_choices(searches)}.",
            )
        return (
            "Not enough searches",
            f"Not enough searches to say what was looked for: {why}; {other_choices(searches)}.",
        )
    return (
        f"Searches for {searched}: {wording.percent(every['share'])}",
        f"{tested_shares.share(every)} of the searches under {_under(followed)} were for {searched}, {searches.span}, "
        f"{_base(followed)}; {why}.",
    )


def _why_no_pair(pair: tuple[Row, Row], searched: str) -> str:
    """Why one or both of two groups have no share."""
    without = [row for row in pair if wording.missing(row["share"])]
    unsaid = [row for row in without if str(row["flag"]).startswith(_NOT_GIVEN)]
    none = [row for row in without if row not in unsaid and _is_none(row)]
    few = [people(str(row["group"])) for row in without if row not in unsaid and row not in none]
    said = [f"of {people(str(row['group']))} {str(row['flag']).removeprefix(_NOT_GIVEN)}" for row in unsaid]
    return "; ".join(
        [
            *([f"no search for {searched} is recorded as {_nobody(none)}"] if none else []),
            *([f"too few searches of {wording.listing(few)} for {searched} to compare"] if few else []),
            *said,
        ]
    )


def _is_none(row: Row) -> bool:
    """Whether a group has no search at all for an object."""
    return not wording.missing(row["searches"]) and not row["searches"]


def _nobody(rows: Sequence[Row]) -> str:
    return either([str(row["group"]) for row in rows])


def _unsaid(followed: Followed) -> list[str]:
    """How many searches are in no share, as the file does not say what was looked for."""
    every, said = followed.total(followed.grounds), followed.total(known(followed))
    if said == every:
        return []
    return [
        f"What was looked for is not given, not detailed or not in our list for {every - said:,} of "
        f"{wording.plural(every, 'search', 'searches')} ({wording.percent(1 - said / every)}); they are in no share."
    ]


def _drawing(table: pd.DataFrame, pair: tuple[str, str]) -> Any:  # noqa: ANN401
    """What draws the objects of which either group has a share; None where there is none."""
    rows = {(row["object"], row["group"]): row for row in records_of(table)}
    pairs = {name: (rows[name, pair[0]], rows[name, pair[1]]) for name in dict.fromkeys(name for name, _ in rows)}
    shown = [name for name, both in pairs.items() if any(not wording.missing(row["share"]) for row in both)][
        :_MOST_DRAWN
    ]
    if not shown:
        return None

    def draw(mode: Mode) -> go.Figure:
        return tested_shares.drawn(list(map(object_as_label, shown)), [pairs[name] for name in shown], mode)

    return draw
