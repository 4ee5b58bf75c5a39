"""Under which kind of power people of each group were searched, and the ratio of rates under each kind."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from analytics import charts, disparity, near_one, wording
from analytics.disclosure import TOO_FEW, withhold, without_rates_of_few
from analytics.disparity import Estimate
from analytics.disparity.dispersion import MINIMUM_PERIODS
from analytics.finding import Finding, Panel
from analytics.findings.asked import question_of
from analytics.findings.refusal import refused
from analytics.findings.residents import Residents
from analytics.findings.searches import NoSearches, Searches
from analytics.findings.stop_and_search import shares, tested_shares
from analytics.findings.stop_and_search.comparison import comparison
from analytics.findings.stop_and_search.powers import (
    GROUNDS,
    KINDS,
    NO_SUSPICION,
    NOT_LISTED,
    NOT_RECORDED,
    UNDER,
    kind_of,
)
from analytics.findings.stop_and_search.ranges import range_caveats
from analytics.findings.stop_and_search.shared import (
    CHANCE,
    EXCESS,
    FAIRNESS,
    FEW_MONTHS,
    LEAST_KNOWN,
    STREET,
    group_rate,
    missing_residents,
    none_recorded,
    people,
    population_caveats,
    rate_notes,
    residents_or_why,
    rules_fired,
    typed_frame,
    withheld_caveats,
)
from analytics.findings.tested import SIDES, chance_caveat, rule_of_tests
from analytics.records import records_of
from analytics.scope import ALL_POWERS, Scope, ScopeError
from analytics.survey import q_values
from data.cubes import EVERYONE
from data.settings import settings
from data.vocabularies import BROAD_GROUPS

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Iterator

    import pandas as pd

    from data.store import View

    Row = Mapping[Hashable, Any]

_APART = (
    "Powers that need no suspicion, such as section 60, always stand apart: an officer then needs no grounds to "
    "suspect the person, so they are in no rate, ratio or find rate of powers that need grounds."
)
_SHARES_LIKEWISE = (
    "Shares need no residents: they say under which powers people of a group were searched, of all who were, and not "
    "how often. Where a power without suspicion is authorised differs from place to place, and so does who is there."
)
_UP_AND_DOWN = (
    "How much a power without suspicion is used goes up and down from month to month for both groups together: rates, "
    "differences and shares under it move with that and have wide intervals. The ratio and the excess rest on how the "
    "searches of each month and district split between the groups."
)
_WIDE = (
    "How much a power without suspicion is used goes up and down from month to month: rates, differences and "
    "shares under it move with that and have wide intervals."
)
_NOT_ALIKE = (
    "The ratio under powers that need no suspicion is no surer than the shares: searches of the two groups under them "
    "come in clumps that are not made up alike."
)
_WHY_TWO_TESTS = (
    "Of the same searches the two ratios clearly differ and the shares do not: how the searches of a month are split "
    "between the groups is much alike from month to month, and that is all the ratios rest on; how often such powers "
    "are used is not alike, and the shares move with it."
)
_NO_RATIO = f"no ratio: {FEW_MONTHS}"
_EVERY = f"every {CHANCE}"
_RATIO_BY_CHANCE = "interval of the ratio by chance alone"
_NOT_KNOWN = (NOT_LISTED, NOT_RECORDED)
"""Kinds of powers that say nothing of whether grounds were needed."""

_METHOD = (
    "Searches of persons of a group under each kind of power, over all searches of the group. "
    f"{shares.METHOD} Rates, ratio, difference, excess, range of unknown ethnicity and ratio within "
    "districts: as of all searches together, from the searches under powers of the kind alone. Ratio against that "
    "under powers that need grounds: from both intervals, on the log scale; the residents cancel."
)
_REFERENCE = (
    f"{shares.REFERENCE}; Kleinman 1973, JASA 68, 46 (clumping); Cameron and Miller 2015, Journal of "
    "Human Resources 50, 317 (months as clusters); Donner and Zou 2012, Statistical Methods in Medical Research 21, "
    "347 (two ratios)"
)

_SHARE = ["share", "share_low", "share_high"]
_RATE = ["rate", "rate_low", "rate_high"]
_PAIR = [
    "ratio", "low", "high", "difference", "difference_low", "difference_high", "excess", "excess_low", "excess_high",
    "ratio_if_unknown_comparator", "ratio_if_unknown_group", "ratio_adjusted", "adjusted_low", "adjusted_high",
    "adjusted_areas", "dispersion",
]  # fmt: skip
_AGAINST = [f"against_grounds{end}" for end in ("", "_low", "_high", "_p_value", "_q_value")]
_AGAINST_VERDICT = "against_grounds_verdict"
_BY_POWER = [
    *("power", "group", "searches", "base", *_SHARE),
    *(*tested_shares.GAP, *_RATE, *_PAIR, *_AGAINST, _AGAINST_VERDICT, "unknown_share", "flag"),
]
_COUNTS = ["searches", "base", "adjusted_areas"]
_POWERS = ["power", "kind", "searches", "base", "share", "low", "high", "flag"]


def by_power(scope: Scope, view: View) -> Finding:
    """Under which kind of power people were searched, and how often, by group; powers without suspicion apart."""
    question = question_of(by_power)
    try:
        searches = Searches.of(scope.but(power=None), view)
    except (ScopeError, NoSearches) as why:
        return refused(question, typed_frame([], _BY_POWER, []), scope, view, str(why))
    known = _known_shares(searches)
    population, why_none = residents_or_why(searches) if known[EVERYONE] >= LEAST_KNOWN else (None, "")
    table, mirrored = _by_kind(searches, population, known)
    powers, tests, ratios = _each(searches, known), shares.without(table, mirrored), _ratios_tested(table)
    headline, answer = _sentences(searches, table, known, why_none)
    return Finding(
        key=question.key,
        question=question.asks,
        headline=headline,
        answer=answer,
        tables={"by_power": table, "powers": powers},
        provenance=searches.provenance(
            question,
            _METHOD,
            _REFERENCE,
            [
                *rules_fired(table, population),
                *rule_of_tests(tests),
                *(rule_of_tests(ratios, "ratio pair") if len(ratios) else []),
            ],
            _shown(),
        ),
        caveats=(
            _APART,
            *_how_alike(table, searches),
            *shares.untested(table),
            *_ratio_caveats(table, searches, population),
            *range_caveats(table),
            *_two_tests(table),
            *_known_in_part(searches, known),
            *chance_caveat(tests),
            *(f"One ratio against another: {said[0].lower()}{said[1:]}" for said in chance_caveat(ratios)),
            _SHARES_LIKEWISE,
            FAIRNESS,
            *missing_residents(searches, population),
            *searches.gaps(per_resident=population is not None),
            *population_caveats(searches, population),
            *([STREET, EXCESS] if table["ratio"].notna().any() else []),
            *_not_listed(powers),
            *withheld_caveats(table),
            *searches.caveats("ratio" if population else ""),
        ),
        panels=_panels(searches, table),
        alt=answer,
    )


def _shown() -> dict[str, str]:
    return {
        "Clear below a false-discovery rate of": f"{settings().false_discovery:.2f}",
        "Least months of a ratio, and of a test": str(MINIMUM_PERIODS),
        "Least share of searches with a place": wording.percent(settings().placed_share),
        "Share of which the kind of power must be known": wording.percent(LEAST_KNOWN),
    }


def unlike_grounds(searches: Searches) -> tuple[Row, Row] | None:
    """The rows of the group under powers that need grounds and under those that need no suspicion.

    None unless the ratios of both are given and clearly differ; where one power was chosen there is nothing to tell.

    Parameters
    ----------
    searches
        Searches whose two groups can be compared.
    """
    if searches.scope.power != ALL_POWERS:
        return None
    known = _known_shares(searches)
    if known[EVERYONE] < LEAST_KNOWN:
        return None
    kinds = {kind: powers for kind, powers in _kinds_of(searches).items() if kind not in _NOT_KNOWN}
    if not {GROUNDS, NO_SUSPICION} <= kinds.keys():
        return None
    made = [row for kind, powers in kinds.items() for row in _ratios_of_kind(searches, kind, powers, known)]
    rows: dict[str, dict[Any, Any]] = {
        row["power"]: row for row in _against_grounds(made) if row["group"] == searches.scope.group
    }
    none = rows[NO_SUSPICION]
    if none.get("against_grounds_q_value") is None:
        return None
    low, high, _, q_value = (none[name] for name in _AGAINST[1:])
    return None if shares.side(low, high, q_value, level=1.0) == SIDES.neither else (rows[GROUNDS], none)


def _ratios_of_kind(
    searches: Searches, kind: str, powers: list[str], known: Mapping[str, float]
) -> Iterator[dict[str, Any]]:
    """Rows of the groups under one kind of power with their ratios alone, as the table has them."""
    part, comparator = searches.under(powers), str(searches.scope.comparator)
    for group in BROAD_GROUPS:
        if group != comparator:
            counts = {"searches": part.by_group[group], "base": searches.by_group[group], "flag": ""}
            figures = _figures(kind, part, searches.residents, group, comparator)
            yield _where_known({"power": kind, "group": group, **counts, **figures}, known, comparator)


# Tables


def _known_shares(searches: Searches) -> dict[str, float]:
    """Of everyone and of each group: share of the searches of which the kind of power is known."""
    groups = list(searches.by_group)
    unknown = searches.under([power for power in searches.by_power.index if kind_of(power) in _NOT_KNOWN])
    every, part = (of.monthly(groups).sum(axis=1) for of in (searches, unknown))
    counts = {EVERYONE: (every.sum(), part.sum())} | dict(zip(groups, zip(every, part, strict=True), strict=True))
    return {group: float((whole - none) / whole) if whole else 1.0 for group, (whole, none) in counts.items()}


def _least_known(known: Mapping[str, float], group: str) -> float:
    """Share that decides of a group: its own, or everyone's where that is too small for any group."""
    return known[EVERYONE] if known[EVERYONE] < LEAST_KNOWN else known[group]


def _by_kind(
    searches: Searches, population: Residents | None, known: Mapping[str, float]
) -> tuple[pd.DataFrame, Mapping[int, int]]:
    """The table, and the places of rows that are tested as the other of two kinds."""
    import pandas as pd

    groups, comparator = list(searches.by_group), str(searches.scope.comparator)
    base = searches.monthly(groups)
    rows = []
    for kind, powers in _kinds_of(searches).items():
        part = searches.under(powers)
        for row in tested_shares.rows_of(groups, part.monthly(groups), base, comparator):
            figures = _figures(kind, part, population, str(row["group"]), comparator)
            notes = [*_none(searches, row), row["flag"], figures.pop("flag", "")]
            made = {"power": kind, **row, **figures, "flag": _said_once(notes)}
            rows.append(made if kind in _NOT_KNOWN else _where_known(made, known, comparator))
    mirrored = shares.mirrors(rows, "power", comparator)
    table = tested_shares.tested(typed_frame(_against_grounds(rows), _BY_POWER, _COUNTS), mirrored)
    shown = [*_SHARE, *_RATE, *_PAIR, *_AGAINST, "unknown_share"]
    # Of everyone a count is of no group: it is given, and no share made from a handful.
    everyone = table["group"] == EVERYONE
    kept = withhold(table[~everyone], ["base"], shown, settings().threshold, zeros_shown=True)
    kept = withhold(kept, ["searches"], shown, settings().threshold, zeros_shown=True)
    whole = without_rates_of_few(table[everyone], "searches", [name for name in shown if name in table])
    return _against_judged(pd.concat([kept, whole]).loc[table.index].astype(table.dtypes)), mirrored


def _said_once(notes: Iterable[str]) -> str:
    """Notes of a row, each once; that an interval is by chance alone is no second note where every one is."""
    said = dict.fromkeys(note for joined in notes for note in joined.split("; ") if note)
    return "; ".join(note for note in said if note != CHANCE or _EVERY not in said)


def _where_known(row: dict[str, Any], known: Mapping[str, float], comparator: str) -> dict[str, Any]:
    """The row without what rests on too few known powers: shares and rates of a group, or what compares it."""
    group = str(row["group"])
    of_group, of_comparator = (_least_known(known, name) for name in (group, comparator))
    if of_group < LEAST_KNOWN:
        kept = {name: row[name] for name in ("power", "group", "searches", "base")}
        return kept | {"flag": f"not given: the kind of power is known for {wording.percent(of_group)}"}
    if of_comparator >= LEAST_KNOWN or group not in BROAD_GROUPS:
        return row
    why = f"no ratio: of {people(comparator)} the kind of power is known for {wording.percent(of_comparator)}"
    return row | dict.fromkeys([*tested_shares.GAP, *_PAIR]) | {"flag": _said_once([row["flag"], why])}


def _against_judged(table: pd.DataFrame) -> pd.DataFrame:
    """The table with a verdict on each ratio that was tested against that under powers that need grounds."""
    import pandas as pd

    low, high, _, q_value = _AGAINST[1:]
    said = [
        "" if wording.missing(row[q_value]) else shares.side(row[low], row[high], row[q_value], level=1.0)
        for row in records_of(table)
    ]
    return table.assign(**{_AGAINST_VERDICT: pd.array(said, dtype="str")})


def _ratios_tested(table: pd.DataFrame) -> pd.DataFrame:
    """P-value and verdict of each ratio that was tested against that under powers that need grounds."""
    tested = table[table[_AGAINST[3]].notna()]
    return tested[[_AGAINST[3], _AGAINST_VERDICT]].set_axis(["p_value", "verdict"], axis=1)


def _against_grounds(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rows with how many times the ratio under powers that need grounds theirs is, all of these tested together.

    Only where it can be told of both ratios how far searches come in clumps.
    """
    told = [row for row in rows if row.get("ratio") and row.get("dispersion")]
    grounds = {row["group"]: _ratio(row) for row in told if row["power"] == GROUNDS}
    compared = [row for row in told if row["power"] != GROUNDS and row["group"] in grounds]
    made = [disparity.ratio_of_ratios(_ratio(row), grounds[row["group"]]) for row in compared]
    tested = q_values([one.p_value for one in made])
    for row, one, q_value in zip(compared, made, tested, strict=True):
        row |= dict(zip(_AGAINST, (one.estimate, one.low, one.high, one.p_value, q_value), strict=True))
    return rows


def _ratio(row: Mapping[str, Any]) -> Estimate:
    return Estimate(row["ratio"], row["low"], row["high"])


def _kinds_of(searches: Searches) -> dict[str, list[str]]:
    """Powers of each kind that somebody was searched under."""
    found = {kind: [power for power in searches.by_power.index if kind_of(power) == kind] for kind in KINDS}
    return {kind: powers for kind, powers in found.items() if powers}


def _none(searches: Searches, row: Mapping[str, Any]) -> list[str]:
    if row["searches"]:
        return []
    group = str(row["group"])
    never = not row["base"] and group in BROAD_GROUPS
    return [none_recorded(searches, group) if never else "no such search"]


def _figures(kind: str, part: Searches, population: Residents | None, group: str, comparator: str) -> dict[str, Any]:
    """Rate of a group under one kind of power, and what stands beside it; ``flag`` says what is not given and why."""
    if group not in BROAD_GROUPS or population is None or not part.by_group[group]:
        return {}
    residents = population.by_group.get(group, 0)
    if not residents:
        return {"flag": f"no residents counted as {group}"}
    if kind in (NOT_LISTED, NOT_RECORDED):
        return {"flag": "no rate: the kind of power is not known"}
    rate, varies = group_rate(part, group, residents)
    over = rate_notes(rate)
    told: dict[str, Any] = dict(zip(_RATE, (rate.estimate, rate.low, rate.high), strict=True))
    told |= {"unknown_share": part.unknown_share}
    if group == comparator:
        return told | {"flag": "; ".join([*([] if varies else [CHANCE]), *over])}
    if len(part.months) < MINIMUM_PERIODS:
        return told | {"flag": "; ".join([_NO_RATIO, *over])}
    if part.by_group[comparator] < settings().threshold:
        return told | {"flag": f"no ratio: fewer than {settings().threshold} searches of {people(comparator)}"}
    made = comparison(part, population, group, comparator)
    if "ratio" not in made:
        return told | {"flag": "; ".join([*([f"no ratio: {made['flag']}"] if made["flag"] else []), *over])}
    return told | {name: made[name] for name in _PAIR if name in made} | {"flag": made["flag"]}


def _each(searches: Searches, known: Mapping[str, float]) -> pd.DataFrame:
    """Each power with its kind and its share of all searches of persons, where enough powers are known."""
    counted = searches.by_power.to_numpy()
    base, rows = counted.sum(axis=0)[None], []
    for power, of_months in zip(searches.by_power.index, counted, strict=True):
        made = disparity.find_rates(of_months[None], base)
        rows.append(
            {
                "power": power,
                "kind": kind_of(power),
                "searches": of_months.sum(),
                "base": searches.total,
                "share": made.estimate[0],
                "low": made.low[0],
                "high": made.high[0],
                "flag": CHANCE if made.cells[0] < MINIMUM_PERIODS else "",
            }
        )
    table = typed_frame(rows, _POWERS, ["searches", "base"])
    few = (table["searches"] < settings().threshold).to_numpy(dtype=bool)
    table.loc[few, "flag"] = TOO_FEW
    if known[EVERYONE] < LEAST_KNOWN:
        floors = ~table["kind"].isin(_NOT_KNOWN) & ~few
        table = table.assign(**{name: table[name].mask(floors) for name in ("share", "low", "high")})
        table.loc[floors, "flag"] = f"not given: the kind of power is known for {wording.percent(known[EVERYONE])}"
    return without_rates_of_few(table, "searches", ["share", "low", "high"])


def _not_listed(powers: pd.DataFrame) -> list[str]:
    names = list(powers.loc[powers["kind"] == NOT_LISTED, "power"])
    return [f"Not in our list of powers: {wording.listing([f'“{name}”' for name in names])}."] if names else []


# Sentences


def _sentences(searches: Searches, table: pd.DataFrame, known: Mapping[str, float], why_none: str) -> tuple[str, str]:
    rows = {(row["power"], row["group"]): row for row in records_of(table)}
    pair = str(searches.scope.group), str(searches.scope.comparator)
    headline = _headline(rows, pair, known)
    if known[EVERYONE] < LEAST_KNOWN:
        return headline, (
            f"Under which kind of power people were searched{searches.limits} is known for "
            f"{wording.percent(known[EVERYONE])} of {wording.plural(searches.total, 'search', 'searches')}, "
            f"{searches.span}: too few for a share, a rate or a ratio under a kind."
        )
    told = [_of_shares(searches, rows, pair), *_of_ratios(rows, pair, why_none, searches.span)]
    # The ratio leads where there is one of both kinds: how often such powers are used moves the shares, not the ratio.
    first = told[::-1] if _both_ratios(rows, pair[0]) else told
    return headline, " ".join([*_much_unknown(searches, known), *first, *_too_few_known(known, pair)])


def _both_ratios(rows: Mapping[tuple[Any, Any], Row], group: str) -> bool:
    """Whether there is a ratio of a group under powers that need grounds and under those that need no suspicion."""
    return all(
        (kind, group) in rows and not wording.missing(rows[kind, group]["ratio"]) for kind in (GROUNDS, NO_SUSPICION)
    )


def _too_few_known(known: Mapping[str, float], pair: tuple[str, str]) -> list[str]:
    return [
        f"Of the searches of {people(name)} the kind of power is known for {wording.percent(known[name])}: too few for "
        "a share, a rate or a ratio under a kind."
        for name in pair
        if known[name] < LEAST_KNOWN
    ]


def _headline(rows: Mapping[tuple[Any, Any], Row], pair: tuple[str, str], known: Mapping[str, float]) -> str:
    unknown = 1 - known[EVERYONE]
    if unknown > settings().unknown_share or known[EVERYONE] < LEAST_KNOWN:
        return f"Under which power is not known for {wording.percent(unknown)} of searches"
    if (NO_SUSPICION, EVERYONE) not in rows:
        return "No search is recorded under a power without suspicion"
    if _both_ratios(rows, pair[0]):
        none, grounds = (near_one.times(rows[kind, pair[0]]["ratio"]) for kind in (NO_SUSPICION, GROUNDS))
        return f"{pair[0]} to {pair[1]} ratio: {none} without suspicion, {grounds} with grounds"
    given = {name: rows[NO_SUSPICION, name]["share"] for name in (*pair, EVERYONE)}
    if not any(wording.missing(given[name]) for name in pair):
        said = ", ".join(f"{name} {wording.percent(given[name])}" for name in pair)
        unclear = rows[NO_SUSPICION, pair[0]]["verdict"] == SIDES.neither
        return f"{NO_SUSPICION}: {said} of searches{', not clear' if unclear else ''}"
    if wording.missing(given[EVERYONE]):
        return "Very few searches were under a power without suspicion"
    return f"{NO_SUSPICION}: {wording.percent(given[EVERYONE])} of all searches"


def _much_unknown(searches: Searches, known: Mapping[str, float]) -> list[str]:
    """What is said before every number where too much ethnicity, or too many powers, are unknown."""
    most, power, said = settings().unknown_share, 1 - known[EVERYONE], []
    if power > most:
        said.append(
            f"Under which power people were searched is not known for {wording.percent(power)} of searches, so what "
            "stands of powers may be of a part that is unlike the rest."
        )
    if searches.unknown_share > most:
        said.append(f"Ethnicity is unknown for {wording.percent(searches.unknown_share)} of searches.")
    return said


def _of_shares(searches: Searches, rows: Mapping[tuple[Any, Any], Row], pair: tuple[str, str]) -> str:
    """Which part of the searches of both groups needed no suspicion, else which part of all needed grounds."""
    where, of = searches.limits, f"{searches.span}, {wording.plural(searches.total, 'search', 'searches')}"
    one, other = (rows.get((NO_SUSPICION, name)) for name in pair)
    if one and other and not wording.missing(one["share"]) and not wording.missing(other["share"]):
        return (
            f"{tested_shares.share(one)} of the searches of {people(pair[0])} and {tested_shares.share(other)} of "
            f"those of {people(pair[1])}{where} were under {UNDER[NO_SUSPICION]}, {of}: {_shares_differ(one)}."
        )
    every = [(kind, rows[kind, EVERYONE]) for kind in KINDS if (kind, EVERYONE) in rows]
    given = [(kind, row) for kind, row in every if not wording.missing(row["share"])]
    if not given:
        return f"Not enough searches to say under which powers: {of}."
    first, *others = [f"under {UNDER[kind]}" for kind, _ in given]
    parts = [tested_shares.share(row) for _, row in given]
    said = wording.listing([f"{parts[0]} were {first}", *map(" ".join, zip(parts[1:], others, strict=True))])
    apart = "" if (NO_SUSPICION, EVERYONE) in rows else "; none is recorded under a power that needs no suspicion"
    return f"Of the searches{where}, {said}, {of}{apart}."


def _shares_differ(row: Row) -> str:
    """How far the shares lie apart; where the ratios do clearly differ, why the shares don't."""
    if not _is_surer(row):
        return tested_shares.differ(row)
    low, high = row["gap_low"], row["gap_high"]
    return (
        "how often such powers are used swings from month to month, so that at other times the difference could be "
        f"{wording.points_between(low, high)}"
    )


def _is_surer(row: Row) -> bool:
    """Whether ratios clearly differ where the shares of the same searches do not."""
    return row["verdict"] == SIDES.neither and row[_AGAINST_VERDICT] in (SIDES.above, SIDES.below)


def _of_ratios(rows: Mapping[tuple[Any, Any], Row], pair: tuple[str, str], why_none: str, span: str) -> list[str]:
    """Both rates and their ratio under each kind of power; else why there is none."""
    if why_none:
        return [f"{why_none[:1].upper()}{why_none[1:]}"]
    said = []
    for kind, under in ((GROUNDS, "powers that need grounds"), (NO_SUSPICION, "powers that need no suspicion")):
        one, other = (rows.get((kind, name)) for name in pair)
        if one and other and not wording.missing(one["ratio"]) and not wording.missing(other["rate"]):
            said.append(
                f"{near_one.times(one['ratio'])} ({near_one.between(one['low'], one['high'])}{_chance(one)}) under "
                f"{under}, {wording.rate(one['rate'])} against {wording.rate(other['rate'])} for every 1,000 residents"
            )
    if said:
        whom = f"The ratio of the {pair[0]} to the {pair[1]} search rate is"
        return [f"{whom} {', and '.join(said)}, {span}{_apart(rows.get((NO_SUSPICION, pair[0])))}."]
    return ["No ratio of rates is given; the table says why of each."]


def _chance(row: Row) -> str:
    """What stands behind an interval of a ratio that takes searches as independent."""
    return ", by chance alone" if any(note in row["flag"] for note in (_EVERY, _RATIO_BY_CHANCE)) else ""


def _apart(row: Row | None) -> str:
    """How many times the first ratio the second one is, as the end of a sentence; empty where it is not given."""
    if row is None or wording.missing(row["against_grounds"]):
        return ""
    low, high = row["against_grounds_low"], row["against_grounds_high"]
    said = f"{near_one.times(row['against_grounds'])} times ({near_one.between(low, high)})"
    if row[_AGAINST_VERDICT] == SIDES.neither:
        return f". The two ratios do not clearly differ: {said}"
    return f". The second is {said} the first"


def _known_in_part(searches: Searches, known: Mapping[str, float]) -> list[str]:
    """Of how many searches the kind of power is not known, and what that does to every figure under a kind."""
    unknown = round((1 - known[EVERYONE]) * searches.total)
    if unknown < settings().threshold or known[EVERYONE] < LEAST_KNOWN:
        return []
    return [
        f"The kind of power is not known for {unknown:,} of {wording.plural(searches.total, 'search', 'searches')} "
        f"({wording.percent(1 - known[EVERYONE])}): they are in the base of every share and in no rate under a kind, "
        "so these shares and rates are too low."
    ]


def _how_alike(table: pd.DataFrame, searches: Searches) -> list[str]:
    """Why figures under powers without suspicion are so wide, and whether the ratio is surer; empty where none is."""
    rows = {row["group"]: row for row in records_of(table) if row["power"] == NO_SUSPICION}
    pair = [rows.get(str(name)) for name in (searches.scope.group, searches.scope.comparator)]
    one = pair[0]
    if one is not None and not wording.missing(one["dispersion"]):
        told = [row for row in pair if row is not None]
        widths = [_width(row, of) for of in ("share", "rate") for row in told if _has_limits(row, of)]
        return [_UP_AND_DOWN if _width(one, "ratio", "low", "high") < min(widths, default=np.inf) else _NOT_ALIKE]
    wide = any(not wording.missing(row["rate"]) and not _has_limits(row, "rate") for row in rows.values())
    return [_WIDE] if wide else []


def _has_limits(row: Row, figure: str) -> bool:
    return not wording.missing(row[f"{figure}_low"])


def _two_tests(table: pd.DataFrame) -> list[str]:
    """Why a difference of shares is not clear where the ratios of the same searches clearly differ."""
    return [_WHY_TWO_TESTS] if any(map(_is_surer, records_of(table))) else []


def _width(row: Row, figure: str, low: str = "", high: str = "") -> float:
    """How many times its lower limit the upper one of a figure is; without end where the lower one is 0."""
    ends = row[low or f"{figure}_low"], row[high or f"{figure}_high"]
    return float(ends[1] / ends[0]) if ends[0] else float("inf")


def _ratio_caveats(table: pd.DataFrame, searches: Searches, population: Residents | None) -> list[str]:
    """Why a ratio is missing, and of which one the interval is too narrow."""
    said = []
    if population is not None and len(searches.months) < MINIMUM_PERIODS:
        said.append(
            f"No ratio of rates is given for a kind of power: {FEW_MONTHS}, and searches under powers that need no "
            "suspicion come many at a time."
        )
    if table["flag"].str.contains(f"{_RATIO_BY_CHANCE}|{_EVERY}").any():
        said.append(
            "Where the table says that the interval of a ratio is by chance alone, it is likely too narrow: there are "
            "too few months and districts with searches of both groups to see how far they come in clumps."
        )
    return said


# Charts


def _panels(searches: Searches, table: pd.DataFrame) -> tuple[Panel, ...]:
    rows = {(row["power"], row["group"]): row for row in records_of(table)}
    pair = str(searches.scope.group), str(searches.scope.comparator)
    kinds = [kind for kind in KINDS if (kind, EVERYONE) in rows]
    pairs = [(rows[kind, pair[0]], rows[kind, pair[1]]) for kind in kinds]
    panels = []
    if any(not wording.missing(row["share"]) for both in pairs for row in both):
        label = f"Share of searches under each kind of power; {tested_shares.key(*pair)}"
        panels.append(Panel(label, "", "", partial(tested_shares.drawn, kinds, pairs), _alt(label, kinds, pairs)))
    if any(not wording.missing(one["ratio"]) for one, _ in pairs):
        label = f"Ratio of the {pair[0]} to the {pair[1]} search rate, by kind of power"
        scale = _scale(kinds, [one for one, _ in pairs])
        given = scale.dropna(subset=["estimate"])
        said = "; ".join(
            f"{row['label']} {near_one.times(row['estimate'])} ({near_one.between(row['low'], row['high'])})"
            for row in records_of(given)
        )
        panels.append(Panel(label, "", "", partial(charts.ratio_scale, scale), f"{label}: {said}"))
    return tuple(panels)


def _alt(label: str, kinds: Iterable[str], pairs: Iterable[tuple[Row, Row]]) -> str:
    said = [
        f"{kind} {tested_shares.share(one)} and {tested_shares.share(other)}"
        for kind, (one, other) in zip(kinds, pairs, strict=True)
        if not wording.missing(one["share"]) and not wording.missing(other["share"])
    ]
    return f"{label}: {'; '.join(said)}" if said else label


def _scale(kinds: Iterable[str], ratios: Iterable[Row]) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame(
        [
            {
                "label": kind,
                "kind": "estimate",
                **{name: np.nan if wording.missing(row[of]) else row[of] for name, of in _ENDS.items()},
                "flag": str(row["flag"]).partition(":")[0] or "not given",
            }
            for kind, row in zip(kinds, ratios, strict=True)
        ]
    )


_ENDS = {"estimate": "ratio", "low": "low", "high": "high"}
