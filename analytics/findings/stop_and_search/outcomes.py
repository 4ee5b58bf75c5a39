"""What followed searches, by group: the share of each outcome."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from analytics import charts, disparity, wording
from analytics.disclosure import withhold
from analytics.disparity.dispersion import MINIMUM_PERIODS
from analytics.finding import Finding, Panel
from analytics.findings.asked import question_of
from analytics.findings.refusal import refused
from analytics.findings.searches import UNANSWERABLE, Searches
from analytics.findings.stop_and_search import shares
from analytics.findings.stop_and_search.followed import NOTHING, Followed
from analytics.findings.stop_and_search.shared import (
    CHANCE,
    FAIRNESS,
    either,
    none_recorded,
    none_recorded_as,
    people,
    rules_fired,
    typed_frame,
    withheld_caveats,
)
from analytics.records import records_of
from analytics.scope import ALL_POWERS, Scope
from data.cubes import EVERYONE, NOT_RECOGNISED
from data.settings import settings
from data.vocabularies import BROAD_GROUPS, NOT_GIVEN

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from data.store import View

_ARREST = "Arrest"
_DRAWN = {"estimate": "share", "low": "low", "high": "high"}
_NAMES = {NOT_GIVEN: "Outcome not given", NOT_RECOGNISED: "Outcome not in our list"}
_OUTCOMES = ["group", "outcome", "searches", "base", "share", "low", "high", "flag"]
_WITH_OUTCOME = "searches with this outcome"

_METHOD = (
    "Searches of persons with each outcome over all searches of the group; an outcome that is not given is one of its "
    "own. 95 % interval: Wilson's, with the effective number of searches that months as clusters leave, and Student's "
    "t."
)
_REFERENCE = (
    "Wilson 1927, JASA 22, 209; Franco and others 2019, JSSAM 7, 334 (effective number); Cochran 1977, Sampling "
    "Techniques, 3.12 (clusters)"
)


def outcomes(scope: Scope, view: View) -> Finding:
    """The share of each outcome among the searches of each group."""
    question = question_of(outcomes)
    try:
        followed = Followed.of(scope, view)
    except UNANSWERABLE as why:
        return refused(question, typed_frame([], _OUTCOMES, []), scope, view, str(why))
    searches, table = followed.searches, _table(followed)
    headline, answer = _sentences(table, searches)
    return Finding(
        key=question.key,
        question=question.asks,
        headline=headline,
        answer=answer,
        tables={"outcomes": table},
        provenance=searches.provenance(question, _METHOD, _REFERENCE, rules_fired(table, None), per_resident=False),
        caveats=(
            *([shares.INDEPENDENT] if (table["flag"] == CHANCE).any() else []),
            "What follows a search also depends on what was looked for and under which power; groups differ in both.",
            FAIRNESS,
            *searches.gaps(per_resident=False),
            *withheld_caveats(table),
            *searches.caveats(""),
        ),
        panels=_panels(table, searches),
        alt=answer,
    )


def _table(followed: Followed) -> pd.DataFrame:
    counts = np.array([followed.by_month(followed.followed_by(name)) for name in followed.outcomes])
    rows = _of(followed, EVERYONE, counts.sum(axis=1))
    for place, group in enumerate(followed.groups):
        rows += _of(followed, group, counts[:, place])
    table = typed_frame(rows, _OUTCOMES, ["searches", "base"])
    figures = ["share", "low", "high"]
    table = withhold(table, ["base"], ["searches", *figures], settings().threshold, zeros_shown=True)
    return withhold(table, ["searches"], figures, settings().threshold, zeros_shown=True, what=_WITH_OUTCOME)


def _of(followed: Followed, group: str, counts: NDArray[np.int64]) -> list[dict[str, Any]]:
    """Rows of one group from counts of shape (outcomes, months): every search has one outcome, if only none given."""
    made = disparity.find_rates(counts, np.broadcast_to(counts.sum(axis=0), counts.shape))
    if not made.searched[0]:
        none = none_recorded(followed.searches, group) if group in BROAD_GROUPS else "no such search"
        return [{"group": group, "outcome": "", "searches": 0, "base": 0, "flag": none}]
    return [
        {
            "group": group,
            "outcome": _NAMES.get(name, name),
            "searches": made.found[place],
            "base": made.searched[place],
            "share": made.estimate[place],
            "low": made.low[place],
            "high": made.high[place],
            "flag": CHANCE if made.found[place] and made.cells[place] < MINIMUM_PERIODS else "",
        }
        for place, name in enumerate(followed.outcomes)
    ]


def _panels(table: pd.DataFrame, searches: Searches) -> tuple[Panel, ...]:
    """One chart for each of the two groups that has figures, of the outcomes that either of them has."""
    import pandas as pd

    pair = [str(name) for name in (searches.scope.group, searches.scope.comparator)]
    told = table[table["group"].isin(pair) & (table["searches"].isna() | (table["searches"] > 0))]
    panels = []
    for name in pair:
        rows = records_of(table[(table["group"] == name) & table["outcome"].isin(told["outcome"])])
        if all(wording.missing(row["share"]) for row in rows):
            continue
        drawn = pd.DataFrame(
            {
                "label": [row["outcome"] for row in rows],
                **{to: [row[of] for row in rows] for to, of in _DRAWN.items()},
                "detail": [
                    ""
                    if wording.missing(row["searches"])
                    else wording.plural(int(row["searches"]), "search", "searches")
                    for row in rows
                ],
                "look": False,
                "flag": [row["flag"].partition(":")[0] or "none" for row in rows],
            }
        )
        label = f"Searches of {people(name)}, by what followed"
        said = "; ".join(
            f"{row['outcome']} {_share(row)}, {int(row['searches']):,}"
            for row in rows
            if not wording.missing(row["share"])
        )
        panels.append(Panel(label, "", "", partial(charts.share_dots, drawn), f"{label}: {said}"))
    return tuple(panels)


def _sentences(table: pd.DataFrame, searches: Searches) -> tuple[str, str]:
    rows = {(row["group"], row["outcome"]): row for row in records_of(table)}
    pair = [str(name) for name in (searches.scope.group, searches.scope.comparator)]
    limits = f",{searches.limits}" if searches.limits else ""
    if not all(_given(rows, name, NOTHING) for name in pair):
        return _of_everyone(rows, searches, limits)
    arrests = all(_given(rows, name, _ARREST) for name in pair)
    parts = [
        (
            int(rows[name, NOTHING]["base"]),
            people(name),
            _share(rows[name, NOTHING]),
            _share(rows[name, _ARREST]) if arrests else "",
        )
        for name in pair
    ]
    (base, whom, none, arrest), (other_base, other_whom, other_none, other_arrest) = parts
    powers = " under all powers" if searches.scope.power == ALL_POWERS else ""
    answer = (
        f"Of the {wording.plural(base, 'search', 'searches')} of {whom}{powers} {none} ended in {NOTHING.lower()}"
        f"{f' and {arrest} in arrest' if arrests else ''}; of the "
        f"{wording.plural(other_base, 'search', 'searches')} of {other_whom} {other_none}"
        f"{f' and {other_arrest}' if arrests else ''}{limits}, {searches.span}; no test of a difference was made."
    )
    short = ", ".join(f"{name} {wording.percent(rows[name, NOTHING]['share'])}" for name in pair)
    return f"{NOTHING}: {short} of {'all ' if powers else ''}searches", answer


def _of_everyone(rows: Mapping[tuple[Any, Any], Mapping[Any, Any]], searches: Searches, limits: str) -> tuple[str, str]:
    """What is said where one of the two groups has too few searches, or no further action is in no file."""
    pair = [str(name) for name in (searches.scope.group, searches.scope.comparator)]
    none = [name for name in pair if not searches.by_group[name]]
    of_them = f", none of them recorded as {either(none)}" if none else ""
    if _given(rows, EVERYONE, NOTHING):
        row = rows[EVERYONE, NOTHING]
        return (
            f"{NOTHING}: {wording.percent(row['share'])} of searches",
            f"{_share(row)} of {wording.plural(int(row['base']), 'search', 'searches')} of persons ended in "
            f"{NOTHING.lower()}{limits}, {searches.span}{of_them}.",
        )
    if searches.total < settings().threshold:
        if none == pair:
            return f"No search is recorded as {either(none)}", none_recorded_as(searches, none)
        why = f"fewer than {settings().threshold} searches of persons{limits}, {searches.span}"
        return "Not enough searches", f"Not enough searches to say what followed: {why}{of_them}."
    said = f"{wording.plural(searches.total, 'search', 'searches')} of persons, {searches.span}"
    not_given = rows.get((EVERYONE, _NAMES[NOT_GIVEN]))
    if not_given and not wording.missing(not_given["searches"]) and not_given["searches"] == not_given["base"]:
        return said, f"What followed is not given for any of the {said}."
    return said, f"{said}: what followed is in the table."


def _given(rows: Mapping[tuple[Any, Any], Mapping[Any, Any]], group: str, outcome: str) -> bool:
    row = rows.get((group, outcome))
    return row is not None and not wording.missing(row["share"])


def _share(row: Mapping[Any, Any]) -> str:
    return shares.in_words(row["share"], row["low"], row["high"])
