"""How many children and young people were searched, and what share of each group's searches was of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from analytics import disparity, wording
from analytics.finding import Finding
from analytics.findings.asked import question_of
from analytics.findings.refusal import refused
from analytics.findings.residents import NoResidents
from analytics.findings.searches import UNANSWERABLE
from analytics.findings.stop_and_search import children_compared, group_shares, shares
from analytics.findings.stop_and_search.conducted import ADULT, Conducted, bands_below
from analytics.findings.stop_and_search.group_shares import Kind, gap_in_words, share_in_words, share_panel
from analytics.findings.stop_and_search.residents_by_age import residents_aged, year_apart
from analytics.findings.stop_and_search.shared import (
    CHANCE,
    FAIRNESS,
    LEAST_KNOWN,
    OVER,
    PER,
    STREET,
    missing_residents,
    people,
    rules_fired,
    typed_frame,
)
from analytics.findings.tested import chance_caveat, rule_of_tests
from analytics.records import records_of, with_nulls
from analytics.scope import Scope
from data.cubes import EVERYONE
from data.vocabularies import vocabulary

if TYPE_CHECKING:
    import pandas as pd

    from data.store import View

CHILDREN = f"Children, under {ADULT}"
"""What rows of everyone under 18 are called."""
YOUNG = "18 to 24"
_PAST = 25
"""The age from which nobody is young."""

_RATES = ("residents", "rate", "rate_low", "rate_high")
_METHOD = (
    "Searches of persons of an age band over all searches of the group whose age band is given. "
    + shares.METHOD
    + " Rate: searches of the age for every 1,000 residents of the group and age; mid-P Poisson, widened by how far "
    "they vary from month to month. " + children_compared.METHOD
)
_MAKE_UP = (
    "A share says how the searches of a group are made up by age, not how often its children are searched: groups "
    "differ in how many of them are young."
)
_BY_CHANCE = "interval of the rate by chance alone"
_NO_COUNT = "A search of a child is no count of children: one child can be searched many times."


def children(scope: Scope, view: View) -> Finding:
    """Searches of children and young people, by group, and their share of each group's searches."""
    question = question_of(children)
    try:
        conducted = Conducted.of(scope, view)
    except UNANSWERABLE as why:
        return refused(question, typed_frame([], ["group", "age_band", "flag"], []), scope, view, str(why))
    kinds = _kinds(conducted)
    gaps, residents = group_shares.gap_table(conducted, kinds), _residents(conducted)
    bands = [kind.name for kind in kinds if kind.name in _bands(ADULT)]
    told = group_shares.parts_withheld(group_shares.share_table(conducted, kinds), CHILDREN, bands)
    table = _with_rates(conducted, kinds, told, residents)
    searches = conducted.searches
    rated = bool(table["rate"].notna().any())
    population = searches.residents if rated else None
    ratios = children_compared.compared(conducted, kinds, told, residents)
    headline, answer = _sentences(conducted, table, gaps, ratios)
    panels = [
        children_compared.panel(ratios),
        share_panel(table, CHILDREN, "Share of searches: people under 18"),
        share_panel(table, YOUNG, "Share of searches: people of 18 to 24"),
    ]
    return Finding(
        key=question.key,
        question=question.asks,
        headline=headline,
        answer=answer,
        tables={"children": table, "gaps": gaps} | ({"ratios": ratios} if len(ratios) else {}),
        provenance=searches.provenance(
            question,
            _METHOD,
            shares.REFERENCE,
            [*rules_fired(table, population), *rule_of_tests(gaps, "gap")],
            {"Share of which the file must say it": wording.percent(LEAST_KNOWN)},
            per_resident=any(not isinstance(of_age, str) for of_age in residents.values()),
        ),
        caveats=(
            *group_shares.chance_caveats(told),
            *children_compared.caveats(ratios),
            _MAKE_UP,
            *missing_residents(searches, population),
            *year_apart(searches, population),
            *([STREET] if rated else []),
            *_no_rates(residents),
            *_coverage(conducted, table),
            _NO_COUNT,
            *chance_caveat(gaps),
            FAIRNESS,
            *searches.gaps(per_resident=rated),
            *group_shares.what_is_withheld(table),
            *searches.caveats(""),
        ),
        panels=tuple(panel for panel in panels if panel is not None),
        alt=answer,
    )


def _kinds(conducted: Conducted) -> list[Kind]:
    """Everyone under 18, and each band up to 24."""
    every, aged = conducted.everything, conducted.aged
    own = [
        Kind(label, every, aged, conducted.said("age_band", value), label == YOUNG)
        for label, value in _bands(_PAST).items()
    ]
    return [Kind(CHILDREN, every, aged, conducted.children), *own]


def _bands(age: int) -> dict[str, str]:
    """The age bands that end below an age: what their rows are called, and their word in the cube."""
    return {row["label"]: row["value"] for row in vocabulary("age_bands").rows if row["value"] in bands_below(age)}


def _ages() -> dict[str, tuple[int, int]]:
    """The first and the last year of age of each kind."""
    listed = {row["label"]: row for row in vocabulary("age_bands").rows if row["value"] in bands_below(_PAST)}
    own = {label: (int(row["from_age"]), int(row["to_age"])) for label, row in listed.items()}
    return {CHILDREN: (0, ADULT - 1), **own}


def _residents(conducted: Conducted) -> dict[str, dict[str, int] | str]:
    """Residents by group at the ages of each kind, or why they are not known."""
    found: dict[str, dict[str, int] | str] = {}
    for name, span in _ages().items():
        try:
            found[name] = residents_aged(conducted.searches, *span)
        except NoResidents as why:
            found[name] = str(why).rstrip(".")
    return found


def _no_rates(residents: Mapping[str, dict[str, int] | str]) -> list[str]:
    """Why there is no rate for residents of some ages; empty where there is one for all."""
    why = {name: said for name, said in residents.items() if isinstance(said, str)}
    if not why:
        return []
    whom = "" if len(why) == len(residents) else f" of {wording.listing([name.lower() for name in why], 9)}"
    return [f"No rate for each resident{whom} is given: {next(iter(why.values()))}."]


def _with_rates(
    conducted: Conducted, kinds: list[Kind], table: pd.DataFrame, residents: Mapping[str, dict[str, int] | str]
) -> pd.DataFrame:
    """The table with residents of the group and age, and searches of them for every 1,000, where both are known."""
    counts = {kind.name: conducted.by_month(kind.known & kind.are) for kind in kinds}
    made = np.full((len(table), len(_RATES)), np.nan)
    flags = [str(flag) for flag in table["flag"]]
    for place, row in enumerate(records_of(table)):
        of_age = residents[row["age_band"]]
        everyone = row["group"] == EVERYONE
        number = 0 if isinstance(of_age, str) else sum(of_age.values()) if everyone else of_age.get(row["group"], 0)
        if not number:
            continue
        made[place, 0] = number
        if not wording.missing(row["share"]):
            of_group = counts[row["age_band"]]
            by_month = of_group.sum(axis=0) if everyone else of_group[conducted.groups.index(row["group"])]
            factor = disparity.period_dispersion(by_month).factor
            rate = disparity.rate(int(by_month.sum()), number, PER, factor or 1.0)
            made[place, 1:] = rate.estimate, rate.low, rate.high
            flags[place] = _flagged(flags[place], factor is None, rate.estimate > PER)
    missing = np.isnan(made)
    columns = {name: with_nulls(made[:, at], missing[:, at]) for at, name in enumerate(_RATES)}
    columns["residents"] = with_nulls(np.nan_to_num(made[:, 0]).astype(np.int64), missing[:, 0])
    return table.drop(columns="flag").assign(**columns, flag=flags)


def _flagged(flag: str, by_chance: bool, over: bool) -> str:
    """What is noted of a row with what there is to note of its rate; its share may say of all that it is by chance."""
    said = [*([_BY_CHANCE] if by_chance and flag != CHANCE else []), *([OVER] if over else [])]
    return "; ".join(note for note in (flag, *said) if note)


def _sentences(conducted: Conducted, table: pd.DataFrame, gaps: pd.DataFrame, ratios: pd.DataFrame) -> tuple[str, str]:
    searches = conducted.searches
    rows = {row["group"]: row for row in records_of(table) if row["age_band"] == CHILDREN}
    whole, where = rows[EVERYONE], f"by {searches.force_name} {searches.during}{searches.limits}"
    if wording.missing(whole["share"]):
        return _untold(conducted, whole, where)
    answer = (
        f"Of {wording.plural(int(whole['base']), 'search', 'searches')} of persons of known age {where}, "
        f"{int(whole['searches']):,} were of children, people under {ADULT}: {share_in_words(whole)}"
    )
    pair = [str(name) for name in (searches.scope.group, searches.scope.comparator)]
    if any(wording.missing(rows[name]["share"]) for name in pair):
        return f"Children: {wording.percent(whole['share'])} of searches", f"{answer}."
    one, other = (rows[name] for name in pair)
    (gap,) = [row for row in records_of(gaps) if row["group"] == pair[0] and row["age_band"] == CHILDREN]
    differ = gap_in_words(gap)
    answer += (
        f". They were {share_in_words(one)} of the searches of {people(pair[0])} and {share_in_words(other)} of those "
        f"of {people(pair[1])}{f': {differ}' if differ else ''}"
    )
    said = f"{pair[0]} {wording.percent(one['share'])}, {pair[1]} {wording.percent(other['share'])}"
    leading, ratio = children_compared.in_words(ratios, CHILDREN)
    shares_said = f"Share of searches that were of children: {said}"
    return (leading, f"{ratio} {answer}.") if leading else (shares_said, f"{answer}.")


def _untold(conducted: Conducted, whole: dict[Any, Any], where: str) -> tuple[str, str]:
    """What is said where there is no share of children: too few searches, or too little said of ages."""
    searches = conducted.searches
    counted = wording.plural(searches.total, "search", "searches")
    if not wording.missing(whole["known_share"]) and whole["known_share"] < LEAST_KNOWN:
        said = (
            f"The file says the age of {wording.percent(whole['known_share'])} of {counted} of persons {where}: too "
            "few for a share of children"
        )
        return "Age is said of too few searches", f"{said}."
    unsaid = searches.total - conducted.total(conducted.aged)
    none = "No search is recorded as of a child" if unsaid else "No child was searched"
    few = "Too few searches of children for a share" if conducted.total(conducted.children) else none
    open_still = f"; age is not said for {wording.percent(unsaid / searches.total)}" if unsaid else ""
    return few, f"{few}: {counted} of persons {where}{open_still}."


def _coverage(conducted: Conducted, table: pd.DataFrame) -> list[str]:
    """Of how many searches the age is not said, and what that leaves open."""
    searches = conducted.searches
    unknown = searches.total - conducted.total(conducted.aged)
    if not unknown:
        return []
    (whole,) = [row for row in records_of(table) if row["group"] == EVERYONE and row["age_band"] == CHILDREN]
    between = group_shares.range_in_words(whole)
    return [
        f"Age is blank, or in no list, for {unknown:,} of {wording.plural(searches.total, 'search', 'searches')} "
        f"({wording.percent(unknown / searches.total)}); they are in no share"
        + (" and in no rate, so that every rate is too low." if table["rate"].notna().any() else ".")
        + (f" If none or all of them were of children, the share would be {between}." if between else "")
    ]
