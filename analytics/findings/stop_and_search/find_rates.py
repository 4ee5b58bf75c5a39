"""Of how many searches something came, by group, and how far two groups differ: as a whole and within districts."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from analytics import charts, disparity, wording
from analytics.disclosure import withhold
from analytics.finding import Finding
from analytics.findings import choices
from analytics.findings.asked import question_of
from analytics.findings.refusal import refused
from analytics.findings.searches import UNANSWERABLE, NoSearches, Searches
from analytics.findings.stop_and_search import shares
from analytics.findings.stop_and_search.by_object import objects_wrong
from analytics.findings.stop_and_search.followed import (
    BROAD,
    NO_CLASS,
    NOTHING,
    RULES,
    STRICT,
    Followed,
)
from analytics.findings.stop_and_search.objects import object_caveats, object_gaps, searched_for
from analytics.findings.stop_and_search.shared import (
    CHANCE,
    FAIRNESS,
    FEW_MONTHS,
    LEAST_KNOWN,
    UNTESTED,
    none_recorded,
    none_recorded_as,
    other_choices,
    people,
    rules_fired,
    typed_frame,
    withheld_caveats,
)
from analytics.findings.tested import rule_of_tests
from analytics.reading import ethnic_group
from analytics.records import records_of
from analytics.scope import ALL_POWERS, Scope
from data.cubes import EVERYONE
from data.settings import settings
from data.vocabularies import BROAD_GROUPS, has_area

if TYPE_CHECKING:
    import pandas as pd
    import plotly.graph_objects as go
    from numpy.typing import NDArray

    from analytics.disparity import FindRateGap
    from analytics.finding import Mode
    from analytics.findings.stop_and_search.shares import Share
    from data.store import View

    Chosen = NDArray[np.bool_]

ANYTHING = "Any object"
"""The stratum of all searches under powers that need grounds."""
APART = {
    "no suspicion": "Powers that need no suspicion, such as section 60",
    "order": "Serious violence reduction orders",
    NO_CLASS: "Power not recorded or not in our list",
}
"""Strata of searches that are in no find rate of grounds, by the class of their power."""
_NO_GROUNDS = {
    "no suspicion": "need no suspicion",
    "order": "need an order and no suspicion",
    NO_CLASS: "may need grounds or not",
}
WHOLE, WITHIN = "As a whole", "Within districts"
_LONGEST_HEADLINE = 70

_CHANCE = f"The intervals of find rates take searches as independent and are likely too narrow: {FEW_MONTHS}."
_MEANS = (
    "Broad: any outcome but no further action, whether or not it has to do with what was looked for. Strict: such an "
    "outcome, and the file links it to what was looked for."
)

_METHOD = (
    "Finds over searches of persons under powers that need grounds. 95 % interval: Wilson's, with the effective number "
    "of searches that months as clusters leave, and Student's t. Gap as a whole: from both intervals, with the "
    "searches that the gaps of the months leave; not tested with fewer than 3 months. Within districts: Mantel and "
    "Haenszel's difference, districts as clusters; not tested with fewer than 3 districts. Clear: the interval leaves "
    "out 0, and the false-discovery rate (Benjamini and Hochberg) over all gaps of the two groups is below the setting."
)
_REFERENCE = (
    "Wilson 1927, JASA 22, 209; Newcombe 1998, Statistics in Medicine 17, 873; Sato 1989, Biometrics 45, 1323; Simoiu, "
    "Corbett-Davies and Goel 2017, Annals of Applied Statistics 11, 1193"
)

_FOUND = ("rate", "low", "high", "low_if_none", "high_if_all")
_RATES = ["group", "stratum", "rule", "searches", "found", *_FOUND, "known_share", "flag"]
_GAPS = [
    "compared", "rule", "group", "comparator", "searches", "found", "comparator_searches", "comparator_found", "rate",
    "comparator_rate", "gap", "low", "high", "least_gap", "most_gap", "ratio", "ratio_low", "ratio_high", "p_value",
    "q_value", "verdict", "areas", "base", "flag",
]  # fmt: skip
_COUNTS = ["searches", "found", "comparator_searches", "comparator_found", "areas", "base"]
_FINDS = "searches that found something"

RANGE = "a range: some links are not given"
"""Flag of a strict figure that runs from none of the outcomes without a link having found something to all."""


def find_rates(scope: Scope, view: View) -> Finding:
    """Of how many searches something came, by group and by what was looked for; never of powers without grounds."""
    question = question_of(find_rates)
    try:
        followed = Followed.of(scope, view)
    except UNANSWERABLE as why:
        return refused(question, typed_frame([], _RATES, []), scope, view, str(why))
    searches, table = followed.searches, _rates_table(followed)
    why_not = _why_not(followed)
    if why_not:
        return refused(question, table, searches.scope.only(question.takes), view, why_not)
    gaps, by_object = _gaps_table(followed), object_gaps(followed, LEAST_KNOWN)
    if objects_wrong(followed):
        by_object = by_object.head(0)
    headline, answer = _sentences(followed, table, gaps)
    return Finding(
        key=question.key,
        question=question.asks,
        headline=headline,
        answer=answer,
        tables={"find_rates": table, "gaps": gaps, "objects": by_object},
        provenance=searches.provenance(
            question,
            _METHOD,
            _REFERENCE,
            [
                *rules_fired(table, None),
                *_strict_rule(followed),
                *rule_of_tests(gaps, "gap"),
                *rule_of_tests(by_object, "same-object gap"),
            ],
            {
                "Share of which the file must say it": wording.percent(LEAST_KNOWN),
                "Clear below a false-discovery rate of": f"{settings().false_discovery:.2f}",
                "Least share of searches with a place": wording.percent(settings().placed_share),
            },
            per_resident=False,
        ),
        caveats=(
            *_unknown_apart(table),
            *_by_link(followed, table, gaps),
            infra_marginality(),
            *object_caveats(by_object),
            *_chance(table),
            *_untested(gaps),
            _MEANS,
            *_wrong_objects(followed),
            *_coverage(followed),
            *_apart(followed),
            *_within(followed, gaps),
            FAIRNESS,
            *searches.gaps(per_resident=False),
            *withheld_caveats(table),
            *searches.caveats("gap"),
        ),
        chart_title=f"Share of searches on grounds with an outcome other than {NOTHING.lower()}",
        draw=lambda mode: _draw(table, mode),
        alt=answer,
    )


def rated(scope: Scope, view: View) -> Followed:
    """The searches of a scope whose two groups have a find rate.

    Raises
    ------
    ScopeError, NoSearches
        With the reason, where one has none.
    """
    followed = Followed.of(scope, view)
    why_not = _why_not(followed)
    if why_not:
        raise NoSearches(why_not)
    return followed


def rate_of_everyone(followed: Followed, rule: str) -> dict[str, Any]:
    """The find rate of all searches under powers that need grounds, as the table has it before counts are withheld.

    Returns
    -------
    dict
        The columns of a row of the table; without ``low`` where there is none, and ``flag`` says why; without ``rate``
        where it is a range.
    """
    rows = _of(followed, rule, ANYTHING, followed.grounds)
    return next(row for row in rows if row["group"] == EVERYONE)


@lru_cache(maxsize=1)
def infra_marginality() -> str:
    """Why find rates alone prove nothing, with two groups whose bars give the same rates either way round."""
    first, found = disparity.searches_above(0.3, 0.352, 28.98)
    second, other = disparity.searches_above(0.351, 0.3878, 26.48)
    return (
        "A lower find rate does not prove a lower bar for searching, nor an equal one an equal bar: it also depends on "
        "how likely the people of each group were to carry something. In an invented example, where "
        f"{wording.percent(first)} of one group and {wording.percent(second)} of another are searched, and "
        f"{wording.percent(found)} and {wording.percent(other)} of these searches find something, the bar may have "
        "been lower for either."
    )


# Tables


def _rates_table(followed: Followed) -> pd.DataFrame:
    rows = [
        row for rule in RULES for name, cells in _strata(followed).items() for row in _of(followed, rule, name, cells)
    ]
    table = typed_frame(rows, _RATES, ["searches", "found"])
    made = ["found", *_FOUND, "known_share"]
    table = withhold(table, ["searches"], made, settings().threshold, zeros_shown=True)
    return withhold(table, ["found"], list(_FOUND), settings().threshold, zeros_shown=True, what=_FINDS)


def _strata(followed: Followed) -> dict[str, Chosen]:
    """Cells of each stratum by its name: grounds as a whole, by what was looked for, and the powers apart."""
    grounds = followed.grounds
    apart = {said: cells for power, said in APART.items() if (cells := followed.under(power)).any()}
    return {ANYTHING: grounds, **searched_for(followed), **apart}


def _of(followed: Followed, rule: str, stratum: str, cells: Chosen) -> list[dict[str, Any]]:
    """Rows of one stratum by one rule: everyone, and each group; groups without a search are left out of an object."""
    known, least, most = (
        followed.by_month(cells & chosen)
        for chosen in (followed.given, followed.found(rule), followed.perhaps_found(rule))
    )
    every, told = _with_everyone(followed.by_month(cells)).sum(axis=1), _known_shares(followed, rule, cells)
    rates = [shares.shares_of(counted, known) for counted in (least, most)]
    rows = []
    for place, group in enumerate((EVERYONE, *followed.groups)):
        searched = every[place]
        if not searched and stratum != ANYTHING:
            continue
        row: dict[str, Any] = {"group": group, "stratum": stratum, "rule": rule}
        if not searched:
            none = group in BROAD_GROUPS and not followed.searches.by_group[group]
            said = none_recorded(followed.searches, group) if none else "no such search"
            rows.append(row | {"searches": 0, "flag": said})
        elif told[place] < LEAST_KNOWN:
            rows.append(row | {"known_share": told[place], "flag": _not_known(rule, told[place])})
        else:
            rows.append(row | {"known_share": told[place]} | _rate(rule, *(end[place] for end in rates)))
    return rows


def _with_everyone(counts: NDArray[np.int64]) -> NDArray[np.int64]:
    """Counts of groups, those of all together first."""
    return np.concatenate([counts.sum(axis=0)[None], counts])


def _rate(rule: str, least: Share, most: Share) -> dict[str, Any]:
    """A find rate; where links are not given, from none of these outcomes having found something to all."""
    exact = least.found == most.found
    flags = ["nothing was found" if not most.found else CHANCE if least.by_chance else ""]
    return {
        "searches": least.searched,
        "found": least.found,
        "low": least.low,
        "high": most.high,
        **({"rate": least.estimate} if exact else {}),
        **({"low_if_none": least.estimate, "high_if_all": most.estimate} if rule == STRICT else {}),
        "flag": "; ".join(filter(None, [*flags, "" if exact else RANGE])),
    }


def _known_shares(followed: Followed, rule: str, cells: Chosen) -> NDArray[np.float64]:
    """Of everyone and of each group: share of searches whose outcome is given; strict, of outcomes whose link is.

    Without outcomes there are no links, so the smaller of both shares is that of the strict rule.
    """

    def known(part: Chosen, whole: Chosen) -> NDArray[np.float64]:
        told, every = (followed.by_month(chosen).sum(axis=1) for chosen in (part & whole, whole))
        told, every = (np.r_[counts.sum(), counts] for counts in (told, every))
        return np.where(every > 0, told / np.maximum(every, 1), 1.0)

    given = known(followed.given, cells)
    return given if rule == BROAD else np.minimum(given, known(followed.link_given, cells & followed.something))


def _not_known(rule: str, share: float) -> str:
    what = "what followed" if rule == BROAD else "whether an outcome was linked"
    return f"not given: {what} is said for {wording.percent(share)}"


def _gaps_table(followed: Followed) -> pd.DataFrame:
    rows = [_gap(followed, rule, compared) for rule in RULES for compared in (WHOLE, WITHIN)]
    table = typed_frame(rows, _GAPS, _COUNTS)
    figures = [name for name in _GAPS[_GAPS.index("rate") :] if name not in ("verdict", "flag")]
    counts = ["searches", "comparator_searches"], ["found", "comparator_found"]
    table = withhold(table, counts[0], [*counts[1], *figures], settings().threshold, zeros_shown=True)
    table = withhold(table, counts[1], figures, settings().threshold, zeros_shown=True, what=_FINDS)
    return shares.judged(table)[_GAPS]


def _gap(followed: Followed, rule: str, compared: str) -> dict[str, Any]:
    """How far the find rates of the two groups differ under powers that need grounds; without figures, why."""
    scope = followed.searches.scope
    row: dict[str, Any] = {"compared": compared, "rule": rule, "group": scope.group, "comparator": scope.comparator}
    pair = [followed.groups.index(str(name)) for name in (scope.group, scope.comparator)]
    told = _known_shares(followed, rule, followed.grounds)[1:]
    least = min(told[place] for place in pair)
    if least < LEAST_KNOWN:
        return row | {"flag": _not_known(rule, least)}
    known = followed.grounds & followed.given
    if compared == WITHIN:
        why = _no_districts(followed, known, pair)
        if why:
            return row | {"flag": why}
    by = followed.by_month if compared == WHOLE else followed.by_area
    (n_a, n_b), (x_a, x_b), (m_a, m_b) = (
        by(followed.grounds & chosen)[pair]
        for chosen in (followed.given, followed.found(rule), followed.perhaps_found(rule))
    )
    # Districts where one of the groups was not searched tell nothing of the gap.
    told = (n_a > 0) & (n_b > 0) if compared == WITHIN else np.ones(n_a.shape, dtype=bool)
    row |= dict(zip(_COUNTS[:4], (int(counts[told].sum()) for counts in (n_a, x_a, n_b, x_b)), strict=True))
    row |= {"base": row["searches"] + row["comparator_searches"], "flag": ""}
    row |= {"areas": int(told.sum())} if compared == WITHIN else {}
    fewest = min(row[name] for name in _COUNTS[:4])
    if fewest < settings().threshold:
        return row if fewest else row | {"flag": "of one of the groups nothing was found, or nobody searched"}
    gap = disparity.find_rate_gap if compared == WHOLE else disparity.within_area_find_rates
    exact = (m_a[told] == x_a[told]).all() and (m_b[told] == x_b[told]).all()
    try:
        if not exact:
            return row | _range(gap(x_a, n_a, m_b, n_b), gap(m_a, n_a, x_b, n_b))
        made = gap(x_a, n_a, x_b, n_b)
    except ValueError as why_not:
        said = str(why_not).rstrip(".")
        return row | {"flag": f"not given: {said[0].lower()}{said[1:]}"}
    if compared == WHOLE:
        row |= {"rate": row["found"] / row["searches"]}
        row |= {"comparator_rate": row["comparator_found"] / row["comparator_searches"]}
    both = dict.fromkeys(("least_gap", "most_gap"), made.difference.estimate) if rule == STRICT else {}
    return row | _figures(made) | both


def _range(least: FindRateGap, most: FindRateGap) -> dict[str, Any]:
    """Between which the gap lies, whatever links that are not given would say; clear where it is so at both ends."""
    one_side = least.difference.estimate * most.difference.estimate > 0
    return {
        "least_gap": least.difference.estimate,
        "most_gap": most.difference.estimate,
        "low": min(least.difference.low, most.difference.low),
        "high": max(least.difference.high, most.difference.high),
        "p_value": max(least.p_value, most.p_value) if one_side or not least.clusters else 1.0,
        "flag": RANGE if least.clusters else f"{CHANCE}; {RANGE}",
    }


def _figures(made: FindRateGap) -> dict[str, Any]:
    ratio = made.ratio
    return {
        "gap": made.difference.estimate,
        "low": made.difference.low,
        "high": made.difference.high,
        **({"ratio": ratio.estimate, "ratio_low": ratio.low, "ratio_high": ratio.high} if ratio else {}),
        "p_value": made.p_value,
        "flag": "" if made.clusters else CHANCE,
    }


def _no_districts(followed: Followed, known: Chosen, pair: list[int]) -> str:
    """Why nothing is told within districts; empty where something is."""
    if followed.searches.scope.area is not None:
        return "not given: one district is shown"
    if not followed.areas:
        return "not given: no boundaries of its districts"
    placed, every = (by(known)[pair].sum() for by in (followed.by_area, followed.by_month))
    if every and placed / every < settings().placed_share:
        return f"not given: {wording.percent(placed / every)} of searches lie in a district"
    return ""


# Sentences


def _why_not(followed: Followed) -> str:
    """Why there is no find rate of the two groups; empty where there is one."""
    searches, scope = followed.searches, followed.searches.scope
    if followed.grounds.any():
        return _too_little_said(followed) or _too_few(followed)
    if scope.power != ALL_POWERS:
        power = followed.powers[int(followed.cells["power"].iloc[0])]
        return (
            f"Searches{searches.limits} {_NO_GROUNDS[power]}, so they are in no find rate of grounds; they stand apart "
            "in the table."
        )
    return (
        f"No person was searched by {searches.force_name} {searches.during}{searches.limits} under a power that needs "
        "grounds, so there is no find rate."
    )


def _too_little_said(followed: Followed) -> str:
    """A sentence where the file says of too few searches what followed; of a group with too few searches, none."""
    searches, scope = followed.searches, followed.searches.scope
    told = dict(zip((EVERYONE, *followed.groups), _known_shares(followed, BROAD, followed.grounds), strict=True))
    every = dict(zip(followed.groups, followed.by_month(followed.grounds).sum(axis=1), strict=True))
    every[EVERYONE] = sum(every.values())
    for name in (EVERYONE, str(scope.group), str(scope.comparator)):
        if told[name] < LEAST_KNOWN and every[name] >= settings().threshold:
            whom = "" if name == EVERYONE else f" of {people(name)}"
            return (
                f"What followed is given for {wording.percent(told[name])} of the "
                f"{wording.plural(int(every[name]), 'search', 'searches')}{whom} by {searches.force_name} "
                f"{searches.during}{searches.limits} under powers that need grounds: too few for a find rate."
            )
    return ""


def _too_few(followed: Followed) -> str:
    """A sentence where too few of one of the groups were searched, or too few of these searches found something."""
    searches, scope = followed.searches, followed.searches.scope
    for chosen, that in ((followed.given, ""), (followed.found(BROAD), " that found something")):
        counts = followed.by_month(followed.grounds & chosen).sum(axis=1)
        pair = [str(name) for name in (scope.group, scope.comparator)]
        small = [name for name in pair if counts[followed.groups.index(name)] < settings().threshold]
        none = [name for name in small if not counts[followed.groups.index(name)]]
        if none:
            return _none(searches, none, that)
        if small:
            whom = wording.listing([people(name) for name in small])
            return (
                f"Not enough searches: fewer than {settings().threshold} searches of {whom} by {searches.force_name} "
                f"{searches.during}{searches.limits}{that}; {other_choices(searches)}."
            )
    return ""


def _none(searches: Searches, none: list[str], that: str) -> str:
    """A sentence where there is no search of a group at all, or none that found something."""
    never = [name for name in none if not searches.by_group[name]]
    if never:
        return none_recorded_as(searches, never)
    of = (
        f"searches of {wording.listing([people(name) for name in none])} by {searches.force_name} {searches.during}"
        f"{searches.limits} under powers that need grounds"
    )
    said = (
        f"Not one of the {of} found something"
        if that
        else f"The files say of no {of.replace('searches', 'search', 1)} what followed"
    )
    return f"{said}; {other_choices(searches)}."


def _sentences(followed: Followed, table: pd.DataFrame, gaps: pd.DataFrame) -> tuple[str, str]:
    scope, searches = followed.searches.scope, followed.searches
    rows = {(row["group"], row["rule"]): row for row in records_of(table) if row["stratum"] == ANYTHING}
    compared = {(row["compared"], row["rule"]): row for row in records_of(gaps)}
    group, comparator = str(scope.group), str(scope.comparator)
    one, other = ((rows[name, BROAD]) for name in (group, comparator))
    whole = compared[WHOLE, BROAD]
    under = "powers that need grounds" if scope.power == ALL_POWERS else f"“{scope.power}”"
    answer = (
        f"An outcome other than {NOTHING.lower()} followed {_share(one)} of the searches of {people(group)} and "
        f"{_share(other)} of those of {people(comparator)} under {under}{' in this district' if scope.area else ''}, "
        f"{searches.span}, {wording.plural(int(whole['base']), 'search', 'searches')}: {_differ(whole)}"
    )
    if not wording.missing(compared[WITHIN, BROAD]["gap"]):
        answer += f". Within the same districts: {_differ(compared[WITHIN, BROAD])}"
    said = f"{group} {wording.percent(one['rate'])}, {comparator} {wording.percent(other['rate'])}"
    rates = ["find rates on grounds", "find rates"] if scope.power == ALL_POWERS else ["find rates"]
    offered = [f"{_headline(name, whole, compared[WITHIN, BROAD])}: {said}" for name in rates]
    return next((one for one in offered if len(one) < _LONGEST_HEADLINE), offered[-1]), f"{answer}."


def _by_link(followed: Followed, table: pd.DataFrame, gaps: pd.DataFrame) -> list[str]:
    """The find rates of the two groups by outcomes that the file links to what was looked for; empty without them."""
    (strict,) = (row for row in records_of(gaps) if (row["compared"], row["rule"]) == (WHOLE, STRICT))
    if wording.missing(strict["low"]):
        return []
    rows = {row["group"]: row for row in records_of(table) if (row["stratum"], row["rule"]) == (ANYTHING, STRICT)}
    one, other = (_share(rows[strict[name]]) for name in ("group", "comparator"))
    whatever = ", whatever the links that it leaves out would say:" if wording.missing(strict["gap"]) else ""
    return [
        f"By outcomes that the file links to what was looked for{whatever} {one} of searches of "
        f"{people(strict['group'])} and {other} of {people(strict['comparator'])}: {_differ(strict)}."
    ]


def _within(followed: Followed, gaps: pd.DataFrame) -> list[str]:
    """On which districts the gap within districts rests; empty where there is none."""
    (row,) = (row for row in records_of(gaps) if (row["compared"], row["rule"]) == (WITHIN, BROAD))
    if wording.missing(row["low"]):
        return []
    own = set(choices.districts(followed.searches.view, followed.searches.force))
    pair = [followed.groups.index(str(name)) for name in (row["group"], row["comparator"])]
    both = (followed.by_area(followed.grounds & followed.given)[pair] > 0).all(axis=0)
    beyond = sum(
        code not in own for code, there in zip(followed.areas, np.atleast_1d(both).tolist(), strict=True) if there
    )
    outside = f", {beyond} of them outside the force's own area" if own and beyond else ""
    number = wording.plural(int(row["areas"]), "district")
    return [
        f"The gap within districts rests on the {number} where people of both groups were searched{outside}. "
        + (
            "It needs no residents, so it can rest on others than the ratio of search rates does."
            if has_area(followed.searches.force)
            else f"{followed.searches.force_name} has no area of its own: other forces police them."
        )
    ]


def _headline(rates: str, whole: Mapping[Any, Any], within: Mapping[Any, Any]) -> str:
    """Whether find rates differ; only as a whole where they do not clearly so within districts."""
    if wording.missing(whole["p_value"]):
        return f"F{rates[1:]}, not tested"
    if not shares.is_clear(whole):
        return f"No clear difference in {rates}"
    same = wording.missing(within["gap"]) or within["verdict"] == whole["verdict"]
    return f"F{rates[1:]} differ" if same else f"As a whole {rates} differ"


def _share(row: Mapping[Any, Any]) -> str:
    """A find rate with its interval, or the range that it lies in."""
    if not wording.missing(row["rate"]):
        return shares.in_words(row["rate"], row["low"], row["high"])
    ends = [row[name] for name in ("low_if_none", "high_if_all")]
    least, most = map(wording.percent, ends)
    between = wording.percent_between(row["low"], row["high"])
    return f"{least if least == most else wording.percent_between(*ends)} ({between})"


def _differ(row: Mapping[Any, Any]) -> str:
    """A gap in points with its interval, or the range that it lies in; whether it is clear, if it was tested."""
    ends, verdict = (row["low"], row["high"]), row["verdict"]
    if not wording.missing(row["gap"]) or not shares.is_clear(row):
        return shares.difference_in_words(0 if wording.missing(row["gap"]) else row["gap"], *ends, verdict)
    if wording.points(row["least_gap"]) == wording.points(row["most_gap"]):
        return shares.difference_in_words(row["least_gap"], *ends, verdict)
    return (
        f"a difference of {wording.points_between(row['least_gap'], row['most_gap'])} ({wording.points_between(*ends)})"
    )


def _coverage(followed: Followed) -> list[str]:
    """Of how many searches the file says what followed, and whether it was linked to what was looked for."""
    grounds, said = followed.grounds, []
    every, given = followed.total(grounds), followed.total(grounds & followed.given)
    if given < every:
        said.append(
            f"What followed is not given, or not in our list, for {every - given:,} of "
            f"{wording.plural(every, 'search', 'searches')} ({wording.percent(1 - given / every)}); they are in no "
            "find rate."
        )
    outcomes = followed.total(grounds & followed.something)
    linked = followed.total(grounds & followed.something & followed.link_given)
    share = linked / outcomes if outcomes else 1.0
    of_all = followed.total(grounds & followed.link_given) / every
    none = "" if share >= LEAST_KNOWN else ", so no strict find rate is given"
    said.append(
        f"Whether the outcome was linked to what was looked for is said for {wording.percent(share)} of the searches "
        f"with an outcome but {NOTHING.lower()}, and for {wording.percent(of_all)} of all{none}."
    )
    if LEAST_KNOWN <= share < 1:
        said.append(
            "Searches with an outcome of which that is not said count both ways: strict find rates run from none of "
            "them having found what was looked for to all, the interval from the lower end of the one to the upper end "
            "of the other. Two groups differ clearly only where they do so over the whole range."
        )
    contrary = followed.total(grounds & followed.followed_by(NOTHING) & followed.linked)
    if contrary:
        said.append(
            f"Of {wording.plural(contrary, 'search', 'searches')} the file links “{NOTHING.lower()}” to what was "
            "looked for; nothing counts as found there."
        )
    return said


def _unknown_apart(table: pd.DataFrame) -> list[str]:
    """That the rate of all lies outside those of the known groups, where it does: what unknown ethnicity does to it."""
    chosen = table[(table["stratum"] == ANYTHING) & (table["rule"] == BROAD) & table["rate"].notna()]
    rates = {str(row["group"]): row["rate"] for row in records_of(chosen)}
    known = [rates[name] for name in BROAD_GROUPS if name in rates]
    unknown = [f"{wording.percent(rates[name])}" for name in rates if name not in (*BROAD_GROUPS, EVERYONE)]
    if EVERYONE not in rates or not known or not unknown or min(known) <= rates[EVERYONE] <= max(known):
        return []
    side = "below" if rates[EVERYONE] < min(known) else "above"
    return [
        f"Of all searches together, those of unknown ethnicity among them, {wording.percent(rates[EVERYONE])} had such "
        f"an outcome, {side} the rate of every known group: of those of unknown ethnicity {' and '.join(unknown)} had."
    ]


def _wrong_objects(followed: Followed) -> list[str]:
    """Where the objects in the file can't be right, that find rates by object say nothing."""
    said = objects_wrong(followed)
    return [f"{said}, and find rates by what was looked for say nothing."] if said else []


def _apart(followed: Followed) -> list[str]:
    """How many searches are in no find rate of grounds, by the class of their power."""
    counts = {said: followed.total(followed.under(power)) for power, said in APART.items()}
    parts = [f"{said[0].lower()}{said[1:]}: {number:,}" for said, number in counts.items() if number]
    return [f"In no find rate of grounds, and apart in the table: {'; '.join(parts)}."] if parts else []


def _chance(table: pd.DataFrame) -> list[str]:
    return [_CHANCE] if (table.loc[table["stratum"] == ANYTHING, "flag"] == CHANCE).any() else []


def _untested(gaps: pd.DataFrame) -> list[str]:
    whole = gaps[(gaps["compared"] == WHOLE) & gaps["low"].notna()]
    return [UNTESTED] if len(whole) and whole["p_value"].isna().all() else []


def _strict_rule(followed: Followed) -> list[str]:
    share = _known_shares(followed, STRICT, followed.grounds)[0]
    return [] if share >= LEAST_KNOWN else [f"No strict find rate: {_not_known(STRICT, share).partition(': ')[2]}"]


def _draw(table: pd.DataFrame, mode: Mode) -> go.Figure:
    import pandas as pd

    of_all = (table["stratum"] == ANYTHING) & (table["rule"] == BROAD) & (table["group"] != EVERYONE)
    # Nobody of unknown ethnicity is no gap in the files, and has no row.
    shown = table[of_all & (table["group"].isin(BROAD_GROUPS) | (table["searches"] != 0).fillna(True))]
    return charts.share_dots(
        pd.DataFrame(
            {
                "label": [ethnic_group(group) for group in shown["group"]],
                "estimate": shown["rate"],
                "low": shown["low"],
                "high": shown["high"],
                "detail": [
                    "" if wording.missing(number) else wording.plural(int(number), "search", "searches")
                    for number in shown["searches"].tolist()
                ],
                "look": False,
                "flag": [flag.partition("; check")[0] for flag in shown["flag"]],
            }
        ),
        mode,
    )
