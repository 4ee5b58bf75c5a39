"""Of how many searches more than outer clothing was removed, by group and of children apart."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from analytics import wording
from analytics.finding import Finding
from analytics.findings.asked import question_of
from analytics.findings.refusal import refused
from analytics.findings.searches import UNANSWERABLE, NoSearches
from analytics.findings.stop_and_search import group_shares, shares
from analytics.findings.stop_and_search.children import CHILDREN
from analytics.findings.stop_and_search.conducted import Conducted
from analytics.findings.stop_and_search.group_shares import Kind, gap_in_words, share_in_words, share_panel
from analytics.findings.stop_and_search.shared import (
    FAIRNESS,
    LEAST_KNOWN,
    people,
    rules_fired,
    typed_frame,
    withheld_caveats,
)
from analytics.findings.tested import chance_caveat, rule_of_tests
from analytics.records import records_of
from analytics.scope import Scope
from data.cubes import EVERYONE
from data.settings import settings

if TYPE_CHECKING:
    import pandas as pd

    from data.store import View

ANY_AGE = "Any age"
_MEANS = (
    "The field says that more was removed than an outer coat, jacket, gloves, headgear or footwear. Strip searches "
    "that expose intimate parts are not told apart from them in published data."
)
_OUT_OF_SIGHT = (
    "What was removed also depends on what was looked for and where; groups differ in both, and forces in what they "
    "record."
)
_METHOD = (
    "Searches of persons in which more than outer clothing was removed over those of the group of which the file says "
    "whether it was. " + shares.METHOD
)


def more_thorough(scope: Scope, view: View) -> Finding:
    """The share of searches in which more than outer clothing was removed, by group and of children apart."""
    question = question_of(more_thorough)
    try:
        conducted = recorded(scope, view)
    except UNANSWERABLE as why:
        return refused(question, typed_frame([], ["group", "age_band", "flag"], []), scope, view, str(why))
    kinds = _kinds(conducted)
    table, gaps = group_shares.share_table(conducted, kinds), group_shares.gap_table(conducted, kinds)
    searches = conducted.searches
    headline, answer = _sentences(conducted, table, gaps)
    panels = [
        share_panel(table, ANY_AGE, "More was removed: searches at any age"),
        share_panel(table, CHILDREN, "More was removed: searches of children"),
    ]
    return Finding(
        key=question.key,
        question=question.asks,
        headline=headline,
        answer=answer,
        tables={"more_thorough": table, "gaps": gaps},
        provenance=searches.provenance(
            question,
            _METHOD,
            f"PACE Code A, paragraphs 3.6 and 3.7 (what the field is of); {shares.REFERENCE}",
            [*rules_fired(table, None), *rule_of_tests(gaps, "gap")],
            {"Share of which the file must say it": wording.percent(LEAST_KNOWN)},
            per_resident=False,
        ),
        caveats=(
            *group_shares.chance_caveats(table),
            _MEANS,
            *_coverage(conducted, table),
            _OUT_OF_SIGHT,
            *chance_caveat(gaps),
            FAIRNESS,
            *searches.gaps(per_resident=False),
            *withheld_caveats(table),
            *searches.caveats(""),
        ),
        panels=tuple(panel for panel in panels if panel is not None),
        alt=answer,
    )


def recorded(scope: Scope, view: View) -> Conducted:
    """The searches of a scope, where a file says of any of them whether more than outer clothing was removed.

    Raises
    ------
    ScopeError, NoSearches
        As `Conducted.of`, and where none does.
    """
    conducted = Conducted.of(scope, view)
    if not conducted.known("removal").any():
        searches = conducted.searches
        raise NoSearches(
            f"Whether more than outer clothing was removed is blank for all "
            f"{wording.plural(searches.total, 'search', 'searches')} of persons by {searches.force_name} "
            f"{searches.during}{searches.limits}; blank is not no."
        )
    return conducted


def _kinds(conducted: Conducted) -> list[Kind]:
    known, are = conducted.known("removal"), conducted.said("removal", "Yes")
    return [Kind(ANY_AGE, conducted.everything, known, are), Kind(CHILDREN, conducted.children, known, are)]


def _sentences(conducted: Conducted, table: pd.DataFrame, gaps: pd.DataFrame) -> tuple[str, str]:
    searches = conducted.searches
    rows = {(row["group"], row["age_band"]): row for row in records_of(table)}
    whole, where = rows[EVERYONE, ANY_AGE], f"by {searches.force_name} {searches.during}{searches.limits}"
    if wording.missing(whole["share"]):
        return _untold(conducted, table, where)
    answer = (
        f"More than outer clothing was removed in {share_in_words(whole)} of "
        f"{wording.plural(int(whole['base']), 'search', 'searches')} of persons {where} of which the file says it"
    )
    pair = [str(name) for name in (searches.scope.group, searches.scope.comparator)]
    one, other = (rows[name, ANY_AGE] for name in pair)
    told = not any(wording.missing(row["share"]) for row in (one, other))
    if told:
        (gap,) = [row for row in records_of(gaps) if row["group"] == pair[0] and row["age_band"] == ANY_AGE]
        differ = gap_in_words(gap)
        answer += (
            f". It was {_counted(one)} for {people(pair[0])} and {_counted(other)} for {people(pair[1])}"
            f"{f': {differ}' if differ else ''}"
        )
    young = rows[EVERYONE, CHILDREN]
    if not wording.missing(young["share"]):
        answer += f". Of searches of children, people under 18, it was {_counted(young).removesuffix(',')}"
    head = "More than outer clothing was removed"
    if not told:
        return f"{head} in {_short(whole)} of searches", f"{answer}."
    return f"{head}: {pair[0]} {_short(one)}, {pair[1]} {_short(other)}", f"{answer}."


def _counted(row: Mapping[Any, Any]) -> str:
    """A share with its interval and the searches it is made of, which may be few."""
    return f"{share_in_words(row)}, {int(row['searches']):,} of {int(row['base']):,},"


def _short(row: Mapping[Any, Any]) -> str:
    return share_in_words(row).partition(" (")[0]


def _untold(conducted: Conducted, table: pd.DataFrame, where: str) -> tuple[str, str]:
    """What is said where there is no share: too little is said, or too few searches were such."""
    searches, counted = conducted.searches, wording.plural(conducted.searches.total, "search", "searches")
    share = conducted.total(conducted.known("removal")) / searches.total
    if searches.total >= settings().threshold and share < LEAST_KNOWN:
        (whole,) = [row for row in records_of(table) if row["group"] == EVERYONE and row["age_band"] == ANY_AGE]
        between = group_shares.range_in_words(whole)
        said = (
            f"Whether more than outer clothing was removed is said for {wording.percent(share)} of {counted} of "
            f"persons {where}: too few for a share"
        )
        more = f"; if none or all of the others were such searches it would be {between}" if between else ""
        return "Removal of clothing is said of too few searches", f"{said}{more}."
    removed = "Removal of more than outer clothing is recorded" if share < 1 else "More than outer clothing was removed"
    some = conducted.total(conducted.said("removal", "Yes"))
    head = "Too few such searches for a share" if some else f"{removed} in no search"
    return head, f"{head}: {counted} of persons {where}, of which the file says it for {wording.percent(share)}."


def _coverage(conducted: Conducted, table: pd.DataFrame) -> list[str]:
    """Of how many searches it is blank, and what that leaves open."""
    searches = conducted.searches
    unknown = searches.total - conducted.total(conducted.known("removal"))
    if not unknown:
        return []
    (whole,) = [row for row in records_of(table) if row["group"] == EVERYONE and row["age_band"] == ANY_AGE]
    between = group_shares.range_in_words(whole)
    return [
        f"It is blank for {unknown:,} of {wording.plural(searches.total, 'search', 'searches')} "
        f"({wording.percent(unknown / searches.total)}), which are in no share: blank is not no."
        + (f" If none or all of them were such searches, the share would be {between}." if between else "")
    ]
