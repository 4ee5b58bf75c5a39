"""How the ratio of search rates compares with that of the most similar forces: no ranks, one test."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from analytics import charts, disparity, near_one, wording
from analytics.disclosure import withhold
from analytics.disparity import Estimate, RatioOfRatios
from analytics.finding import Finding, Provenance
from analytics.findings.asked import question_of
from analytics.findings.refusal import refused
from analytics.findings.searches import UNANSWERABLE, Searches
from analytics.findings.stop_and_search.comparison import comparison
from analytics.findings.stop_and_search.followed import BROAD, Followed
from analytics.findings.stop_and_search.ranges import (
    NO_RATIO,
    is_told,
    known_difference,
    known_rate,
)
from analytics.findings.stop_and_search.shared import (
    CHANCE,
    EXCESS,
    FAIRNESS,
    LEAST_KNOWN,
    PER,
    STREET,
    difference_and_excess,
    missing_residents,
    none_caveats,
    population_caveats,
    rate_notes,
    rates_and_ratio,
    residents_of,
    rules_fired,
    typed_frame,
)
from analytics.findings.stop_and_search.similar_searches import VARIABLE, Pool, Similar, similar_searches
from analytics.records import records_of
from analytics.scope import Scope
from data.settings import settings

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping

    import pandas as pd

    from analytics.findings import Question
    from data.store import View

    Row = Mapping[Hashable, Any]

OWN, ONE, TOGETHER = "asked about", "most similar", "most similar together"
"""Of which forces a row is."""
HIGHER, LOWER, NOT_CLEAR = "clearly higher", "clearly lower", "not clearly different"

_NO_RANKS = (
    "Forces stand in alphabetical order, and their order by figure says nothing: how forces record ethnicity, and who "
    "is on their streets, differ."
)
_ALIKE = (
    "Which forces are most similar is a setting. They are chosen as alike in who lives there and what crime is to be "
    "expected, not in how they record searches. That a ratio is like theirs does not show that it is fair, and that it "
    "is not does not show that it is unfair."
)
_UNTESTED = (
    "Whether the force differs from them was not tested: too few months and districts have searches of both groups to "
    "see how far they come in clumps."
)

_SPREAD = "The test takes searches of unknown ethnicity as spread between the groups like the known ones."

_METHOD = (
    "Rates, ratio, difference, excess, range of unknown ethnicity and ratio within districts of each force: as of the "
    "force alone, over the months that all compared forces have. Most similar forces together: their searches and "
    "residents added up, with the variance factor of the split over all their districts and months. One test, of the "
    "force's ratio against that of the others together: from both intervals, on the log scale. Find rate: any outcome "
    "but no further action, of the searches of everyone under powers that need grounds whose outcome is given; "
    "Wilson's interval, months as clusters."
)
_REFERENCE = (
    "Kleinman 1973, JASA 68, 46 (clumping); Cameron and Miller 2015, Journal of Human Resources 50, 317 (months as "
    "clusters); Donner and Zou 2012, Statistical Methods in Medical Research 21, 347 (two ratios); Bell and McCaffrey "
    "2002, Survey Methodology 28, 169 (variance by district)"
)

_FIGURES = [
    "rate", "rate_low", "rate_high", "comparator_rate", "comparator_rate_low", "comparator_rate_high", "ratio", "low",
    "high", "difference", "difference_low", "difference_high", "excess", "excess_low", "excess_high",
    "ratio_if_unknown_comparator", "ratio_if_unknown_group", "ratio_adjusted", "adjusted_low", "adjusted_high",
    "adjusted_areas", "dispersion",
]  # fmt: skip
_COLUMNS = [
    *("force", "name", "which", "group", "comparator", "stops", "comparator_stops", "base"),
    *("population", "comparator_population", *_FIGURES, "unknown_share"),
    *("find_rate", "find_rate_low", "find_rate_high", "flag"),
]
_TEST = [
    "group", "comparator", "against_similar", "low", "high", "p_value", "verdict", "forces", "months", "flag",
]  # fmt: skip
_WHOLE = ["stops", "comparator_stops", "base", "population", "comparator_population", "adjusted_areas"]


@dataclass(frozen=True, eq=False)
class _Made:
    """What is compared: the rows, the one test where there is one, and what it says."""

    similar: Similar
    table: pd.DataFrame
    test: RatioOfRatios | None

    @property
    def verdict(self) -> str:
        if self.test is None:
            return ""
        return HIGHER if self.test.low > 1 else LOWER if self.test.high < 1 else NOT_CLEAR

    def row(self, which: str) -> Row:
        return next(row for row in records_of(self.table) if row["which"] == which)


def similar_forces(scope: Scope, view: View) -> Finding:
    """The rates of two groups and their ratio in a force, in each of its most similar forces, and in these together."""
    question = question_of(similar_forces)
    try:
        similar = similar_searches(scope, view)
    except UNANSWERABLE as why:
        return refused(question, typed_frame([], _COLUMNS, _WHOLE), scope, view, str(why))
    table = _table(similar)
    made = _Made(similar, table, _test(table))
    answer = _answer(made)
    return Finding(
        key=question.key,
        question=question.asks,
        headline=_headline(made),
        answer=answer,
        tables={"similar_forces": table, "against_similar": _test_table(made)},
        provenance=_provenance(made, question),
        caveats=tuple(_caveats(made)),
        chart_title="Filled: the force asked about; hollow: each similar force; diamond: these together",
        draw=lambda mode: charts.ratio_scale(_scale(made), mode),
        alt=answer,
    )


def _table(similar: Similar) -> pd.DataFrame:
    """One row a force in alphabetical order, those that are left out too; the most similar ones together last."""
    rows = [_row(searches, ONE) for searches in similar.members]
    rows += [_row(similar.own, OWN)]
    pair = dict(zip(("group", "comparator"), similar.pair, strict=True))
    rows += [{"name": name, "which": ONE, "flag": f"not compared: {why}"} for name, why in similar.left_out.items()]
    rows.sort(key=lambda row: str(row["name"]))
    table = typed_frame([pair | row for row in [*rows, _together(similar)]], _COLUMNS, _WHOLE)
    counts = ["stops", "comparator_stops"]
    return withhold(table, counts, ["base", *_FIGURES], settings().threshold, zeros_shown=True, flag_kept=True)


def _row(searches: Searches, which: str) -> dict[str, Any]:
    group, comparator = str(searches.scope.group), str(searches.scope.comparator)
    residents = searches.residents
    made = comparison(searches, residents, group, comparator)
    return made | {
        "force": searches.force,
        "name": searches.force_name,
        "which": which,
        "population": residents.by_group[group],
        "comparator_population": residents.by_group[comparator],
        **_find_rate([searches]),
        "flag": "; ".join(filter(None, [made["flag"], *_doubts(searches)])),
    }


def _doubts(searches: Searches) -> list[str]:
    """What else weighs on the figures of a force, in few words."""
    absent = searches.residents.absent
    return [
        *([f"residents of {wording.listing(list(absent))} are missing, so rates are too high"] if absent else []),
        *(f"the file for {wording.month(month)} may be partial" for month in searches.partial_months),
        *(f"the file for {wording.month(month)} is empty" for month in searches.empty_months),
    ]


def _together(similar: Similar) -> dict[str, Any]:
    """The figures of the most similar forces as if they were one."""
    pool = similar.pool
    (a, b), (people_a, people_b) = pool.stops, pool.residents
    row: dict[str, Any] = {
        "name": "Most similar forces together",
        "which": TOGETHER,
        "stops": a,
        "comparator_stops": b,
        "base": a + b,
        "population": people_a,
        "comparator_population": people_b,
        "unknown_share": pool.unknown / pool.total,
        **_find_rate(list(similar.members)),
        "flag": "",
    }
    if min(a, b) < settings().threshold:
        return row
    factor = disparity.split_dispersion(*pool.by_area_month).factor
    ratio = disparity.rate_ratio(a, people_a, b, people_b, factor or 1.0)
    if not is_told(ratio):
        return row | {"flag": f"no ratio: {NO_RATIO}"}
    factors = [disparity.period_dispersion(monthly).factor for monthly in pool.monthly]
    rate_a, rate_b = (
        known_rate(count, people, PER, varies)
        for count, people, varies in zip(pool.stops, pool.residents, factors, strict=True)
    )
    gap = disparity.period_difference(pool.monthly[0], people_a, pool.monthly[1], people_b, PER)
    unknown = disparity.unknown_range(a, people_a, b, people_b, pool.unknown)
    return row | {
        **rates_and_ratio(rate_a, rate_b, ratio),
        **difference_and_excess(known_difference(gap, rate_a, rate_b), a, ratio),
        "ratio_if_unknown_comparator": unknown.if_comparator,
        "ratio_if_unknown_group": unknown.if_group,
        "dispersion": factor,
        **_within_districts(pool),
        "flag": "; ".join(
            [
                *([CHANCE] if None in (factor, *factors) else []),
                *rate_notes(rate_a, rate_b),
            ]
        ),
    }


def _within_districts(pool: Pool) -> dict[str, Any]:
    """The ratio within all districts of some forces; their number alone where too few searches lie in one."""
    a, people_a, b, people_b = pool.by_district
    told = {"adjusted_areas": len(a)}
    if a.sum() + b.sum() < settings().placed_share * sum(pool.stops) or len(a) < 2:
        return told
    try:
        within = disparity.within_area_ratio(a, people_a, b, people_b)
    except ValueError:
        return told
    if not is_told(within):
        return told
    return {
        "ratio_adjusted": within.estimate,
        "adjusted_low": within.low,
        "adjusted_high": within.high,
        "adjusted_areas": within.areas,
    }


def _find_rate(of: list[Searches]) -> dict[str, Any]:
    """The broad find rate of everyone searched by some forces; nothing where too little is said of what followed."""
    found, known, every = np.sum([_followed(searches) for searches in of], axis=0)
    if known.sum() < max(LEAST_KNOWN * every.sum(), settings().threshold):
        return {}
    made = disparity.find_rates(found[None], known[None])
    names = {"find_rate": made.estimate, "find_rate_low": made.low, "find_rate_high": made.high}
    return {name: float(values[0]) for name, values in names.items()}


def _followed(searches: Searches) -> np.ndarray:
    """Searches under powers that need grounds, shape (3, months): that found something, whose outcome is given, all."""
    followed = Followed.of(searches.scope, searches.view)
    at = [followed.searches.months.index(month) for month in searches.months]
    grounds = followed.grounds
    kinds = (grounds & followed.found(BROAD), grounds & followed.given, grounds)
    return np.array([followed.by_month(kind)[:, at].sum(axis=0) for kind in kinds])


def _test(table: pd.DataFrame) -> RatioOfRatios | None:
    """The force's ratio against that of the others together; None where how far searches clump can't be told."""
    pair = [row for which in (OWN, TOGETHER) for row in records_of(table) if row["which"] == which]
    if any(wording.missing(row["ratio"]) or wording.missing(row["dispersion"]) for row in pair):
        return None
    own, others = (Estimate(row["ratio"], row["low"], row["high"]) for row in pair)
    return disparity.ratio_of_ratios(own, others)


def _test_table(made: _Made) -> pd.DataFrame:
    group, comparator = made.similar.pair
    row: dict[str, Any] = {
        "group": group,
        "comparator": comparator,
        "verdict": made.verdict,
        "forces": len(made.similar.members),
        "months": len(made.similar.own.months),
        "flag": "" if made.test else "not tested",
    }
    if made.test:
        row |= {
            "against_similar": made.test.estimate,
            "low": made.test.low,
            "high": made.test.high,
            "p_value": made.test.p_value,
        }
    return typed_frame([row], _TEST, ["forces", "months"])


def _headline(made: _Made) -> str:
    own, others = made.row(OWN), made.row(TOGETHER)
    if wording.missing(others["ratio"]):
        return "No ratio can be told of the most similar forces"
    ratio, theirs = near_one.times(own["ratio"]), near_one.times(others["ratio"])
    if _is_open(made):
        return f"Ratio {ratio}, similar forces {theirs}: unknown ethnicity leaves it open"
    return f"Ratio {ratio}, similar forces {theirs}: {made.verdict or 'not tested'}"


def _answer(made: _Made) -> str:
    similar, own, others = made.similar, made.row(OWN), made.row(TOGETHER)
    group, comparator = similar.pair
    names = wording.listing([searches.force_name for searches in similar.members], 12)
    said = (
        f"By {similar.own.force_name} {_rates(own, group, comparator)}, {similar.span}: a ratio of {_ratio(own)}. By "
        f"its most similar forces together ({names}) there were "
    )
    if wording.missing(others["ratio"]):
        return f"{said}{_why_no_ratio(others)}."
    doubt = f"{_unknown(made)} As recorded: b{said[1:]}" if _is_doubtful(made) else said
    against = f"{wording.rate(others['rate'])} against {wording.rate(others['comparator_rate'])}"
    return f"{doubt}{against}, a ratio of {_ratio(others)}. {_difference(made)}{_reach(made)}"


def _why_no_ratio(others: Row) -> str:
    """Why there is no ratio of the similar forces together, as the end of a sentence."""
    if NO_RATIO in str(others["flag"]):
        return "searches in bursts, and their ratio could be anything"
    return f"fewer than {settings().threshold} searches of one of the two groups, too few for a ratio"


def _is_open(made: _Made) -> bool:
    """Whether unknown ethnicity, all of one group here and none of it there, could undo what is clear."""
    own, others = made.row(OWN), made.row(TOGETHER)
    if made.verdict == HIGHER:
        return bool(own["ratio_if_unknown_comparator"] <= others["ratio_if_unknown_group"])
    if made.verdict == LOWER:
        return bool(own["ratio_if_unknown_group"] >= others["ratio_if_unknown_comparator"])
    return False


def _is_doubtful(made: _Made) -> bool:
    """Whether unknown ethnicity is said before the ratios."""
    shares = [made.row(which)["unknown_share"] for which in (OWN, TOGETHER)]
    return _is_open(made) or max(shares) > settings().unknown_share


def _ratio(row: Row) -> str:
    return f"{near_one.times(row['ratio'])} ({near_one.between(row['low'], row['high'])})"


def _rates(row: Row, group: str, comparator: str) -> str:
    return (
        f"there were {wording.rate(row['rate'])} searches for every 1,000 {residents_of(group)} against "
        f"{wording.rate(row['comparator_rate'])} for {residents_of(comparator)}"
    )


def _difference(made: _Made) -> str:
    if made.test is None:
        return "Whether the ratios differ was not tested."
    verdict = {HIGHER: "is clearly higher", LOWER: "is clearly lower", NOT_CLEAR: "is not clearly different"}
    return (
        f"The force's ratio {verdict[made.verdict]}: {near_one.times(made.test.estimate)} times theirs "
        f"({near_one.between(made.test.low, made.test.high)})."
    )


def _reach(made: _Made) -> str:
    """Between which ratios the similar forces lie one by one; empty of fewer than two."""
    each = [row["ratio"] for row in records_of(made.table) if row["which"] == ONE and not wording.missing(row["ratio"])]
    if len(each) < 2:
        return ""
    return f" One by one, their ratios reach from {near_one.between(min(each), max(each))}."


def _caveats(made: _Made) -> list[str]:
    similar = made.similar
    own = similar.own
    return [
        *([] if made.test else [_UNTESTED]),
        _NO_RANKS,
        _ALIKE,
        *_months(similar),
        *([f"Not compared: {'; '.join(similar.left_out.values())}."] if similar.left_out else []),
        *([] if _is_doubtful(made) or wording.missing(made.row(TOGETHER)["ratio"]) else [_unknown(made)]),
        *([_SPREAD] if made.test else []),
        FAIRNESS,
        *missing_residents(own, own.residents, similar.pair),
        *own.gaps(),
        *none_caveats(own),
        *population_caveats(own, own.residents),
        STREET,
        EXCESS,
        *_withheld(made.table),
        *own.counted(),
    ]


def _months(similar: Similar) -> list[str]:
    """Which months of the force the comparison leaves out; empty where it leaves out none."""
    lost = [month for month in similar.whole.months if month not in set(similar.own.months)]
    if not lost:
        return []
    kept, every = len(similar.own.months), len(similar.whole.months)
    return [
        f"Compared over {kept} of the {every} months of {similar.own.force_name}, those that all compared forces have: "
        f"without {wording.listing([wording.month(month) for month in lost], 6)}. The ratio is not that of all months."
    ]


def _unknown(made: _Made) -> str:
    """How much unknown ethnicity there is on either side, and between what it leaves both ratios."""
    own, others = made.row(OWN), made.row(TOGETHER)
    ends = ("ratio_if_unknown_comparator", "ratio_if_unknown_group")
    here, there = (near_one.between(*(row[end] for end in ends)) for row in (own, others))
    left = ", and which is higher stays open" if _is_open(made) else ""
    return (
        f"Ethnicity is unknown for {wording.percent(own['unknown_share'])} of searches by "
        f"{made.similar.own.force_name} and {wording.percent(others['unknown_share'])} of those by the most similar "
        f"forces, so the first ratio could be anything from {here} and the other from {there}{left}."
    )


def _withheld(table: pd.DataFrame) -> list[str]:
    if not table["flag"].str.startswith("withheld").any():
        return []
    return [
        "Small counts are withheld so that nobody reads a rate into them, not to keep them secret: they can be worked "
        "out from the files, which are published."
    ]


def _provenance(made: _Made, question: Question) -> Provenance:
    similar, table = made.similar, made.table
    tested = f"{made.verdict}, p {wording.p_value(made.test.p_value)}" if made.test else "not made"
    of_each = [searches.provenance(question, "", "", []) for searches in similar.members]
    own = similar.own.provenance(
        question,
        _METHOD,
        _REFERENCE,
        [
            *rules_fired(table, similar.own.residents),
            f"One test, of the force against its most similar forces together: {tested}",
            *(f"Left out: {why}" for why in similar.left_out.values()),
        ],
        {
            f"Most similar forces of {similar.own.force_name}, by {VARIABLE}": wording.listing(list(similar.named), 99),
            "Least share of searches with a place": wording.percent(settings().placed_share),
        },
    )
    files = [file for one in (own, *of_each) for file in one.files]
    return replace(own, files=tuple(dict.fromkeys(files)))


def _scale(made: _Made) -> pd.DataFrame:
    import pandas as pd

    kinds = {OWN: "estimate", ONE: "before", TOGETHER: "adjusted"}
    rows = [row for row in records_of(made.table) if not str(row["flag"]).startswith("not compared")]
    return pd.DataFrame(
        {
            "label": [str(row["name"]) for row in rows],
            "kind": [kinds[str(row["which"])] for row in rows],
            **{
                name: [np.nan if wording.missing(row[name]) else row[name] for row in rows]
                for name in ("ratio", "low", "high")
            },
            "flag": [str(row["flag"]) for row in rows],
        }
    ).rename(columns={"ratio": "estimate"})
