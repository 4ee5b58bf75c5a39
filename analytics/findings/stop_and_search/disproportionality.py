"""How the search rate of one group compares with that of another: never a ratio alone."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from analytics import charts, near_one, wording
from analytics.disclosure import withhold
from analytics.disparity.ratio import FEW
from analytics.finding import Finding, Tile
from analytics.findings import choices
from analytics.findings.asked import question_of
from analytics.findings.refusal import refused
from analytics.findings.searches import UNANSWERABLE, Searches, TooFew
from analytics.findings.stop_and_search.by_power import unlike_grounds
from analytics.findings.stop_and_search.comparison import FEW_SEARCHES, check_told, comparison
from analytics.findings.stop_and_search.denominators import Denominators, denominator_caveats, denominators
from analytics.findings.stop_and_search.ranges import HUNDRED_FOLD, range_caveats, rate_between
from analytics.findings.stop_and_search.shared import (
    EXCESS,
    FAIRNESS,
    FEW_MONTHS,
    INDEPENDENT,
    MORE_THAN_RESIDENTS,
    OVER,
    STREET,
    check_residents,
    counted_in,
    either,
    known_searches,
    missing_residents,
    much_unknown,
    none_caveats,
    none_remedy,
    other_choices,
    people,
    population_caveats,
    rates_counted_in,
    residents_of,
    rules_fired,
    typed_frame,
    withheld_caveats,
)
from analytics.findings.stop_and_search.unknown_ethnicity import (
    COLUMNS_WITHIN,
    METHOD,
    REFERENCE,
    figures_within,
    within_caveats,
    within_rules,
)
from analytics.findings.stop_and_search.whose_word import SHORT, BothWords, both_words
from analytics.records import records_of
from analytics.scope import DEFINITIONS, Scope
from data.settings import settings
from data.vocabularies import BROAD_GROUPS

if TYPE_CHECKING:
    import pandas as pd

    from data.store import View

_RATIO_METHOD = (
    "Ratio of the two rates per resident. 95 % interval: conditional mid-P given the searches of both groups; "
    "beta-binomial where searches come in clumps, as the split by area and month shows. Rates: mid-P Poisson, widened "
    "by how far the group's searches vary from month to month. Difference: t over the differences of the months. "
    "Excess: of the searches recorded, those beyond the comparator's rate, 1 less 1 over the ratio; its interval from "
    "that of the ratio, the count held. Within districts: "
    f"Poisson with an effect for each district, variance by district. {METHOD}"
)
_RATIO_REFERENCE = (
    "Kleinman 1973, JASA 68, 46 (clumping); Cameron and Miller 2015, Journal of Human Resources 50, 317 (months as "
    "clusters); Zou and Donner 2008, Statistics in Medicine 27, 1693 (difference by chance alone); "
    "Rothman, Greenland and Lash 2008, Modern Epidemiology, ch. 16 (excess); "
    f"Bell and McCaffrey 2002, Survey Methodology 28, 169 (variance by district); {REFERENCE}"
)

_CHOSEN_BEFORE = (
    "Shown first, whatever the figures are: Black people with White people, by their own word on ethnicity, as "
    "residents are counted, with the census nearest in time; anything else where it is chosen"
)

_WIDE = 3
"""Upper over lower end above which the range of unknown ethnicity is said in the sentence beside the ratio."""

_LONGEST_HEADLINE = 70
_LONGEST_VALUE = 9
"""Characters of a figure that a card shows whole."""

_DISPROPORTIONALITY = [
    "group", "comparator", "rate", "comparator_rate", "ratio", "low", "high", "difference", "excess", "unknown_share",
    "ratio_if_unknown_comparator", "ratio_if_unknown_group", *COLUMNS_WITHIN, "ratio_adjusted", "adjusted_low",
    "adjusted_high", "difference_low", "difference_high", "excess_low", "excess_high", "rate_low", "rate_high",
    "comparator_rate_low", "comparator_rate_high", "adjusted_areas", "adjusted_share", "placed_share", "tipping_share",
    "dispersion", "rate_dispersion", "comparator_rate_dispersion", "stops", "comparator_stops", "base", "flag",
]  # fmt: skip


def disproportionality(scope: Scope, view: View) -> Finding:
    """How the search rate of each group compares with that of the comparator: never a ratio alone."""
    question = question_of(disproportionality)
    try:
        searches = comparable(scope, view)
    except TooFew as why:
        table, asked = _comparisons(why.searches), why.searches.scope.only(question.takes)
        return refused(question, table, asked, view, str(why))
    except UNANSWERABLE as why:
        table = typed_frame([], _DISPROPORTIONALITY, [])
        return refused(question, table, scope, view, str(why))
    population = searches.residents
    table = _comparisons(searches)
    chosen = table[table["group"] == searches.scope.group].iloc[0]
    pair = (str(chosen["group"]), str(chosen["comparator"]))
    sources, words = denominators(searches), both_words(searches)
    caveats = [
        *_interval_caveats(chosen),
        *missing_residents(searches, population, pair),
        *_blended(chosen, searches),
        *denominator_caveats(sources, str(searches.scope.population)),
        FAIRNESS,
        *range_caveats(table),
        *(words.caveats() if words.is_given else ()),
        *searches.gaps(),
        *none_caveats(searches),
        *population_caveats(searches, population),
        STREET,
        EXCESS,
        *_tipping_caveats(chosen),
        *within_caveats(chosen),
        *(() if words.is_given else words.caveats()),
        *withheld_caveats(table),
        _bases(chosen, searches),
        *searches.caveats(),
        *_adjusted_caveats(chosen, searches),
    ]
    others = _other_residents(sources, str(searches.scope.population))
    headline, answer = _sentences(chosen, searches)
    answer = " ".join([answer, *_otherwise(chosen, words, sources)])
    return Finding(
        key=question.key,
        question=question.asks,
        headline=headline,
        answer=answer,
        tables={"disproportionality": table, "definitions": words.table}
        | ({"denominators": sources.table} if sources else {}),
        provenance=searches.provenance(
            question,
            _RATIO_METHOD,
            _RATIO_REFERENCE,
            [
                *rules_fired(table, population),
                *_unknown_rules(chosen, searches),
                *within_rules(searches),
                *(f"“{joint.name}”: {counted_in(searches, population, joint, pair)}" for joint in population.joint),
                *rates_counted_in(searches, population),
                *_dispersion_rules(chosen),
                _CHOSEN_BEFORE,
            ],
            {"Least share of searches with a place": wording.percent(settings().placed_share)},
            further_loads=sources.load_ids if sources else (),
        ),
        caveats=tuple(caveats),
        chart_title=_scale_title(chosen, words, others),
        draw=lambda mode: charts.ratio_scale(_scale(chosen, searches, words, others), mode),
        alt=answer,
        tiles=_tiles(chosen, searches, words),
    )


def comparable(scope: Scope, view: View) -> Searches:
    """The searches of a scope whose two groups can be compared.

    Raises
    ------
    ScopeError, NoSearches, NoResidents
        With the reason, where they can't be; TooFew where other groups may still be shown.
    """
    searches = known_searches(scope, view)
    pair = str(searches.scope.group), str(searches.scope.comparator)
    check_residents(searches, pair)
    none = [name for name in pair if not searches.by_group[name]]
    if none:
        raise TooFew(
            f"No search by {searches.force_name} {searches.during}{searches.limits} is recorded as {either(none)}"
            f"{_expected(searches, none)}; {none_remedy(searches, none)}.",
            searches,
        )
    small = [name for name in pair if searches.by_group[name] < settings().threshold]
    if small:
        rare = searches.scope.definition == "officer" and "Mixed" in small
        remedy = "officers rarely record Mixed" if rare else other_choices(searches)
        raise TooFew(
            f"Not enough searches: fewer than {settings().threshold} searches of {_whom(small)} by "
            f"{searches.force_name} {searches.during}{searches.limits}; {remedy}.",
            searches,
        )
    check_told(searches)
    return searches


def _expected(searches: Searches, none: list[str]) -> str:
    """How many there would be of a group without a search at the rate of the other, as a part of a sentence."""
    pair = str(searches.scope.group), str(searches.scope.comparator)
    if len(none) != 1:
        return ""
    (other,) = (name for name in pair if name not in none)
    people_of = searches.residents.by_group
    expected = searches.by_group[other] * people_of[none[0]] / people_of[other]
    told = f"about {wording.count(expected)}" if expected >= 1 else "fewer than 1"
    return f", where {told} would be expected at the {other} rate"


def _comparisons(searches: Searches) -> pd.DataFrame:
    population, comparator = searches.residents, str(searches.scope.comparator)
    rows = [comparison(searches, population, group, comparator) for group in BROAD_GROUPS if group != comparator]
    rows = [row | figures_within(searches, row, population.by_group) for row in rows]
    table = typed_frame(rows, _DISPROPORTIONALITY, ["stops", "comparator_stops", "base", "adjusted_areas"])
    figures = [name for name in _DISPROPORTIONALITY if name not in ("group", "comparator", "unknown_share", "flag")]
    return withhold(
        table,
        ["stops", "comparator_stops"],
        [name for name in figures if name not in ("stops", "comparator_stops")],
        settings().threshold,
        zeros_shown=True,
    )


def _whom(groups: list[str]) -> str:
    return wording.listing([people(group) for group in groups])


def _sentences(row: pd.Series, searches: Searches) -> tuple[str, str]:
    group, comparator = str(row["group"]), str(row["comparator"])
    least = min((row["stops"], group), (row["comparator_stops"], comparator))
    few = f" (few: {int(least[0]):,} of {people(least[1])})" if FEW_SEARCHES in row["flag"] else ""
    answer = (
        f"{wording.rate(row['rate'])} searches for every 1,000 {residents_of(group)} against "
        f"{wording.rate(row['comparator_rate'])} for {residents_of(comparator)}, {searches.span}, "
        f"{int(row['base']):,} searches{few}: a ratio of "
        f"{near_one.times(row['ratio'])} ({near_one.between(row['low'], row['high'])})"
    )
    if not wording.missing(row["ratio_adjusted"]):
        answer += (
            f", and {near_one.times(row['ratio_adjusted'])} "
            f"({near_one.between(row['adjusted_low'], row['adjusted_high'])}) among people of the same districts"
        )
    before = _doubt(row, searches)
    parts = [before, f"As recorded: {answer}." if before else f"{answer}.", _if_unknown(row, searches)]
    return _headline(row, searches), " ".join(filter(None, parts))


def _otherwise(row: pd.Series, words: BothWords, sources: Denominators | None) -> list[str]:
    """The ratios by the other word on ethnicity and by other residents whose intervals lie apart from that shown."""
    counted = [(f"by {DEFINITIONS[words.other['definition']]}", words.other)] if words.is_given else []
    counted += [(f"with {one['residents_source']}", one) for one in (records_of(sources.table) if sources else [])]
    told = [
        f"{near_one.times(one['ratio'])} ({near_one.between(one['low'], one['high'])}) {how}"
        for how, one in counted
        if not wording.missing(one["ratio"]) and (one["low"] > row["high"] or one["high"] < row["low"])
    ]
    return [f"Counted otherwise the ratio is {wording.listing(told)}."] if told and OVER not in row["flag"] else []


def _other_residents(sources: Denominators | None, shown: str) -> list[dict[Any, Any]]:
    """Rows of the ratio by each other source of residents that gives one."""
    rows = records_of(sources.table) if sources else []
    return [row for row in rows if row["residents_source"] != shown and not wording.missing(row["ratio"])]


def _blended(row: pd.Series, searches: Searches) -> list[str]:
    """One sentence where the ratio is made of two that clearly differ, under powers with and without suspicion."""
    kinds = unlike_grounds(searches)
    if kinds is None:
        return []
    grounds, none = (f"{near_one.times(one['ratio'])} ({near_one.between(one['low'], one['high'])})" for one in kinds)
    return [
        f"The ratio of {near_one.times(row['ratio'])} is of two kinds of powers that clearly differ: {grounds} "
        f"under powers that need grounds and {none} under powers that need no suspicion, such as section 60. The part "
        "“Under which power” shows them apart."
    ]


def _headline(row: pd.Series, searches: Searches) -> str:
    """The finding in under 70 characters; that searches are few is said before all else."""
    group, comparator = str(row["group"]), str(row["comparator"])
    plain = people(group) == f"{group} people" and people(comparator) == f"{comparator} people"
    if OVER in row["flag"]:
        return "More searches than residents: a rate for each resident says little"
    if row["low"] <= 1 <= row["high"]:
        said = f"No clear difference in search rates of {group} and {comparator} people"
        short = f"no clear difference between the {group} and {comparator} search rates"
        said = said if plain else short[0].upper() + short[1:]
    elif _is_open(row, searches):
        said = f"{group} or {comparator} people searched more? Unknown ethnicity leaves it open"
        short = f"{group} or {comparator}, unknown ethnicity leaves open"
        said = said if plain else said.replace(" people", "")
    else:
        times = near_one.times(row["ratio"])
        whom = people(group)[0].upper() + people(group)[1:]
        of = f"the rate of {people(comparator)}" if plain and not _is_wide(row) else f"the {comparator} rate"
        said = f"{whom} were searched at {times} times {of}{', as recorded' if _is_wide(row) else ''}"
        short = f"{people(group)} at {times} times the {comparator} rate"
        if much_unknown(searches):
            unknown = f"Unknown ethnicity: {wording.percent(searches.unknown_share)}; "
            said = f"{unknown}as recorded, {group} {times} times the {comparator} rate"
            said = said if len(said) < _LONGEST_HEADLINE else f"{unknown}{group} {times} times the {comparator} rate"
    if FEW_SEARCHES not in row["flag"]:
        return said if len(said) < _LONGEST_HEADLINE else short[0].upper() + short[1:]
    much = f", {wording.percent(searches.unknown_share)} unknown" if much_unknown(searches) else ""
    few = f"Few searches ({int(min(row['stops'], row['comparator_stops'])):,}){much}: "
    whole = few + short
    return whole if len(whole) < _LONGEST_HEADLINE else few + short.replace(people(group), group)


def _is_open(row: pd.Series, searches: Searches) -> bool:
    """Whether the range of unknown ethnicity crosses 1."""
    return searches.unknown > 0 and bool(row["ratio_if_unknown_comparator"] < 1 < row["ratio_if_unknown_group"])


def _is_wide(row: pd.Series) -> bool:
    """Whether the range of unknown ethnicity is so wide that it is said beside the ratio."""
    return bool(row["ratio_if_unknown_group"] > _WIDE * row["ratio_if_unknown_comparator"])


def _doubt(row: pd.Series, searches: Searches) -> str:
    """What must be said before the number; empty where nothing must."""
    if OVER in row["flag"]:
        return MORE_THAN_RESIDENTS
    said = f"Ethnicity is unknown for {wording.percent(searches.unknown_share)} of searches"
    if _is_open(row, searches):
        return f"{said}, enough to leave open which of the two rates is higher."
    return f"{said}." if much_unknown(searches) else ""


def _if_unknown(row: pd.Series, searches: Searches) -> str:
    """How far unknown ethnicity could move the ratio at the utmost; empty where that is not much."""
    if OVER in row["flag"] or not (_is_open(row, searches) or much_unknown(searches) or _is_wide(row)):
        return ""
    ends = (row["ratio_if_unknown_comparator"], row["ratio_if_unknown_group"])
    (low, high), whom = map(near_one.times, ends), (people(str(row[name])) for name in ("comparator", "group"))
    first, second = whom
    share = f" ({wording.percent(searches.unknown_share)})" if not _doubt(row, searches) else ""
    return (
        f"If every search of unknown ethnicity{share} were of {first}, the ratio would be {low}; if every one were of "
        f"{second}, {high}."
    )


def _unknown_rules(row: pd.Series, searches: Searches) -> list[str]:
    """Why unknown ethnicity is said before the ratio, or its range beside it."""
    first, beside = [], []
    if _is_open(row, searches):
        first.append("its range crosses 1")
    if much_unknown(searches):
        first.append(f"more than {wording.percent(settings().unknown_share)} of searches are unknown")
    if _is_wide(row):
        wide = row["ratio_if_unknown_group"] / row["ratio_if_unknown_comparator"]
        beside.append(f"its upper end is {wording.times(wide)} times the lower one, more than {_WIDE}")
    return [
        *([f"Unknown ethnicity said before the ratio: {wording.listing(first)}"] if first else []),
        *([f"Range of unknown ethnicity said beside the ratio: {wording.listing(beside)}"] if beside else []),
    ]


def _bases(row: pd.Series, searches: Searches) -> str:
    """How the numbers of searches on the page belong together."""
    rows = searches.total + searches.vehicle_only
    return (
        f"{wording.plural(rows, 'row')} counted: {searches.total:,} of persons, {int(row['base']):,} of them of the "
        f"two groups compared and {searches.unknown:,} of unknown ethnicity."
    )


def _tiles(row: pd.Series, searches: Searches, words: BothWords) -> tuple[Tile, ...]:
    def span(low: str, high: str) -> str:
        return wording.between(low, high)

    group, comparator = row["group"], row["comparator"]
    adjusted = not wording.missing(row["ratio_adjusted"])
    months = wording.plural(len(searches.months), "month")
    marked = "; says little" if OVER in row["flag"] else ""
    unknown = near_one.between(row["ratio_if_unknown_comparator"], row["ratio_if_unknown_group"])
    return (
        Tile(
            f"Rate, {group} people" if people(group) == f"{group} people" else f"Rate, {group}",
            _short_rate(row["rate"]),
            rate_between(row["rate_low"], row["rate_high"]),
            f"per 1,000, {months}; {comparator} {wording.rate(row['comparator_rate'])}{marked}",
        ),
        Tile(
            "Ratio",
            _short_times(row["ratio"]),
            f"{near_one.between(row['low'], row['high'])} times",
            f"{words.in_short}{marked}",
        ),
        Tile(
            "Difference",
            _shortest(wording.signed(row["difference"]), wording.signed(row["difference"], 0)),
            wording.NO_RANGE
            if wording.missing(row["difference_low"])
            else span(wording.signed(row["difference_low"]), wording.signed(row["difference_high"])),
            f"per 1,000, {months}{marked}",
        ),
        Tile(
            "Excess",
            wording.signed(row["excess"], 0),
            span(wording.signed(row["excess_low"], 0), wording.signed(row["excess_high"], 0)),
            f"recorded beyond the {comparator} rate{marked}",
        ),
        Tile(
            "Unknown ethnicity",
            wording.percent(searches.unknown_share),
            f"{unknown} times",
            f"if none or all were {group}",
        )
        if searches.unknown
        else Tile("Unknown ethnicity", "none", "", "of the searches counted"),
        Tile(
            "Within districts",
            _short_times(row["ratio_adjusted"]) if adjusted else "not given",
            f"{near_one.between(row['adjusted_low'], row['adjusted_high'])} times" if adjusted else "",
            _compared(row, searches) if adjusted else _why_not_adjusted(row, searches)[0],
        ),
    )


def _compared(row: pd.Series, searches: Searches) -> str:
    """How many districts a ratio within them rests on, of how many where not on all."""
    number, every = int(row["adjusted_areas"]), len(choices.districts(searches.view, searches.force))
    return f"{number} of {every} districts compared" if number < every else f"{number} districts compared"


def _shortest(*texts: str) -> str:
    """The first text that a card shows whole; else the last one."""
    return next((text for text in texts if len(text) <= _LONGEST_VALUE), texts[-1])


def _short_times(ratio: float) -> str:
    """A ratio as a card shows it: ``4.6 times``, ``13 times``, ``0.73``; its interval carries the unit all the same."""
    whole = [f"{ratio:,.0f} times", f"{ratio:,.0f}"] if ratio >= 10 else []
    return _shortest(f"{near_one.times(ratio)} times", *whole, near_one.times(ratio))


def _short_rate(rate: float) -> str:
    return _shortest(wording.rate(rate), f"{rate:,.0f}" if rate >= 10 else f"{rate:.1g}")


def _why_not_adjusted(row: pd.Series, searches: Searches) -> tuple[str, str]:
    """Why there is no ratio within districts: in a few words, and in whole."""
    if wording.missing(row["adjusted_areas"]):
        return ("one district is shown",) * 2
    if row["adjusted_areas"] == 0:
        return ("no boundaries of its districts",) * 2
    least = settings().placed_share
    if row["placed_share"] < least:
        return (f"{wording.percent(row['placed_share'])} of searches lie in a district",) * 2
    if row["adjusted_share"] < least:
        source = searches.residents.source
        return (
            f"{wording.percent(row['adjusted_share'])} of searches lie in districts that {source} has residents of",
        ) * 2
    if row["adjusted_areas"] < 2:
        return ("there is one district",) * 2
    return _too_uneven(row, searches)


def _too_uneven(row: pd.Series, searches: Searches) -> tuple[str, str]:
    """Which group is nearly absent from the districts, or which district holds too much of what is known."""
    pair = [str(row["group"]), str(row["comparator"])]
    stops = searches.by_area.reindex(searches.residents.by_area.index, fill_value=0)[pair]
    for name in pair:
        count = int(stops[name].sum())
        if count < settings().threshold:
            few = f"fewer than {settings().threshold} searches of {people(name)} lie in a district"
            said = few if count else f"no search of {people(name)} lies in a district"
            return said, f"{said} that has residents"
    both = stops.sum(axis=1)
    most, every = int(both.max()), int(both.sum())
    name = searches.residents.names[str(both.idxmax())]
    return (
        f"too uneven: {wording.percent(most / every)} lie in {name}",
        f"the districts are too uneven. {most:,} of the {every:,} searches of both groups that have a district lie in "
        f"{name}, and the interval would be more than {HUNDRED_FOLD}-fold wide or can't be told",
    )


def _adjusted_caveats(row: pd.Series, searches: Searches) -> list[str]:
    if wording.missing(row["adjusted_share"]):
        return []
    share = wording.percent(row["adjusted_share"])
    if wording.missing(row["ratio_adjusted"]):
        return [f"No ratio within districts is given: {_why_not_adjusted(row, searches)[1]}."]
    return [
        f"The ratio within districts rests on {_districts(row, searches)}: {share} of the searches of both groups were "
        "published with a place in one of them."
    ]


def _districts(row: pd.Series, searches: Searches) -> str:
    """Which districts of the force a ratio within them rests on, and which it leaves out and why."""
    every, number = choices.districts(searches.view, searches.force), int(row["adjusted_areas"])
    if number >= len(every):
        return f"the {wording.plural(number, 'district')} of the force"
    residents = searches.residents.by_area[[str(row["group"]), str(row["comparator"])]].dropna()
    gone = [name for code, name in every.items() if code not in residents.index]
    none = len(every) - number - len(gone)
    why = [
        *(
            [f"{wording.listing(gone)}, of which {searches.residents.source} has no residents of its own"]
            if gone
            else []
        ),
        *([f"{wording.plural(none, 'district')} without a search of the two groups"] if none else []),
    ]
    return f"{number} of the {wording.plural(len(every), 'district')} of the force, all but {' and '.join(why)}"


def _tipping_caveats(row: pd.Series) -> list[str]:
    if wording.missing(row["tipping_share"]):
        return _no_tipping(row)
    return [
        f"If {wording.percent(row['tipping_share'])} of the searches of unknown ethnicity were of {row['group']} "
        f"people and the rest of {row['comparator']} people, both rates would be the same."
    ]


def _no_tipping(row: pd.Series) -> list[str]:
    """That no share of the unknown makes both rates the same, where there are any."""
    if not row["unknown_share"]:
        return []
    higher, lower = ("group", "comparator") if row["ratio"] > 1 else ("comparator", "group")
    return [
        f"Even if every search of unknown ethnicity were of {people(str(row[lower]))}, the {row[higher]} rate would be "
        "the higher one."
    ]


def _interval_caveats(row: pd.Series) -> list[str]:
    ratio, rates = wording.missing(row["dispersion"]), wording.missing(row["rate_dispersion"])
    said = []
    if FEW_SEARCHES in row["flag"]:
        said.append(
            f"Few searches: at equal rates fewer than {FEW:.0f} of the smaller group would be expected, so the "
            "interval is rough."
        )
    if ratio and rates:
        said.append(INDEPENDENT)
    elif ratio:
        said.append(
            "The intervals of the ratio and the excess take searches as independent and are likely too narrow: there "
            "are too few months and districts with searches of both groups to see how far they come in clumps."
        )
    elif rates:
        said.append(
            "The intervals of the rates and the difference take searches as independent and are likely too narrow: "
            f"{FEW_MONTHS}."
        )
    return said


def _dispersion_rules(row: pd.Series) -> list[str]:
    if wording.missing(row["dispersion"]):
        said = ["Clumping could not be told from so few district-months: the ratio takes searches as independent"]
    else:
        said = [f"Variance factor of the split between the two groups: {row['dispersion']:.1f}"]
    if wording.missing(row["rate_dispersion"]):
        return [*said, "Variation could not be told from so few months: the rates take searches as independent"]
    factors = (
        f"{row['group']} {row['rate_dispersion']:.1f}, {row['comparator']} {row['comparator_rate_dispersion']:.1f}"
    )
    return [*said, f"Variance factors of the rates, from month to month: {factors}"]


def _scale(row: pd.Series, searches: Searches, words: BothWords, others: list[dict[Any, Any]]) -> pd.DataFrame:
    import pandas as pd

    adjusted = not wording.missing(row["ratio_adjusted"])
    own = str(searches.scope.definition)
    rows = [(_by_word(own), "estimate", row["ratio"], row["low"], row["high"], "")]
    if words.is_given:
        other = words.other
        rows.append((_by_word(other["definition"]), "estimate", other["ratio"], other["low"], other["high"], ""))
    for one in others:
        rows.append(
            (f"As recorded,\nwith {one['residents_source']}", "estimate", one["ratio"], one["low"], one["high"], "")
        )
    rows += [
        (
            "If unknown ethnicity\nwere all or none",
            "range",
            math.nan,
            row["ratio_if_unknown_comparator"],
            row["ratio_if_unknown_group"],
            "",
        ),
        (
            "Among people of the\nsame districts",
            "adjusted",
            row["ratio_adjusted"] if adjusted else math.nan,
            row["adjusted_low"] if adjusted else math.nan,
            row["adjusted_high"] if adjusted else math.nan,
            "" if adjusted else f"not given: {_why_not_adjusted(row, searches)[0]}",
        ),
    ]
    return pd.DataFrame(rows, columns=["label", "kind", "estimate", "low", "high", "flag"])


def _by_word(definition: str) -> str:
    return f"As recorded,\n{SHORT[definition]}"


def _scale_title(row: pd.Series, words: BothWords, others: list[dict[Any, Any]]) -> str:
    """Whether every way of counting agrees that there is a gap, and on its side."""
    if OVER in row["flag"]:
        return "For the record: a rate for each resident says little here"
    few = ", on few searches" if FEW_SEARCHES in row["flag"] else ""
    counted = [(row["low"], row["high"]), (row["ratio_if_unknown_comparator"], row["ratio_if_unknown_group"])]
    adjusted = not wording.missing(row["ratio_adjusted"])
    if adjusted:
        counted.append((row["adjusted_low"], row["adjusted_high"]))
    if words.is_given:
        counted.append((words.other["low"], words.other["high"]))
    counted += [(one["low"], one["high"]) for one in others]
    if all(low > 1 for low, _ in counted) or all(high < 1 for _, high in counted):
        how_many = _COMPARISONS.get(len(counted), f"all {len(counted)} comparisons")
        return f"Rough, on few searches: {how_many} agree" if few else f"The gap remains in {how_many}"
    if counted[0][0] <= 1 <= counted[0][1]:
        return "No clear gap as recorded"
    if (
        adjusted
        and (row["ratio"] > 1) != (row["ratio_adjusted"] > 1)
        and not row["adjusted_low"] <= 1 <= row["adjusted_high"]
    ):
        return "The gap is the other way round among people of the same districts"
    if adjusted and row["adjusted_low"] <= 1 <= row["adjusted_high"]:
        return "The gap is not clear among people of the same districts"
    if counted[1][0] <= 1 <= counted[1][1]:
        return "The gap depends on how unknown ethnicity is counted"
    if words.is_given and not _one_side(row, words.other):
        return "The gap depends on whose word on ethnicity counts"
    return "The gap depends on the source of residents"


def _one_side(row: pd.Series, other: Mapping[Any, Any]) -> bool:
    """Whether two ratios clearly lie on one side of 1."""
    return bool((row["low"] > 1 and other["low"] > 1) or (row["high"] < 1 and other["high"] < 1))


_COMPARISONS = {
    2: "the two comparisons made",
    3: "all three comparisons",
    4: "all four comparisons",
    5: "all five comparisons",
}
"""How many ways of counting there are, in words."""
