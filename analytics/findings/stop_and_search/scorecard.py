"""Legality, necessity, proportionality, accountability, best information: what the files say of each, and no score."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from analytics import charts, disparity, near_one, wording
from analytics.disparity.dispersion import MINIMUM_PERIODS
from analytics.disparity.estimate import TAIL
from analytics.disparity.verdicts import MET, NO_DATA, NOT_CLEAR, NOT_MET, of_several, verdict
from analytics.finding import Finding
from analytics.findings.asked import question_of
from analytics.findings.refusal import refused
from analytics.findings.residents import NoResidents
from analytics.findings.searches import UNANSWERABLE, NoSearches, Searches
from analytics.findings.stop_and_search import recording
from analytics.findings.stop_and_search.disproportionality import disproportionality
from analytics.findings.stop_and_search.find_rates import rate_of_everyone
from analytics.findings.stop_and_search.followed import BROAD, STRICT, Followed
from analytics.findings.stop_and_search.recording import Recorded
from analytics.findings.stop_and_search.shared import (
    APART_FROM_AIMS,
    CHANCE,
    FAIRNESS,
    FEW_MONTHS,
    LEAST_KNOWN,
    OVER,
    STREET,
    either,
    mostly_unknown,
    people,
)
from analytics.library.yardsticks import TESTS, Criterion, criteria
from analytics.records import records_of, with_nulls
from analytics.scope import ALL_POWERS, Scope
from data.settings import settings

if TYPE_CHECKING:
    import pandas as pd

    from data.store import View

OWN = (
    "The five words are those of the College of Policing's guidance on engagement. What is counted for each of them is "
    "our own reading, and every level is our own, a setting: no source that we read names one, but where it "
    "asks something of every search. What sources ask, and what of them was read, stands in the table."
)
LAWFUL = (
    "That something is recorded does not say that a search was lawful, and a search that finds nothing can be "
    "legitimate. Nothing here is about one search or one officer."
)
NO_SUM = (
    "No data is never taken as met: a test is met only where each of its criteria is. The five are not added up, and "
    "forces are not set against each other by them."
)
UNLIKE = "A ratio says nothing of why: who is out when and where, and who was described, is not in the files."

_METHOD = (
    "Whether records hold something is a count of all of them, without an interval: met or not met as it is. Other "
    "shares of searches of persons have Wilson's interval, with the effective number of searches that months as "
    "clusters leave, and Student's t; where all or none are so, of independent searches. Find rates and ratios are "
    "those of their own questions. Met: the whole 95 % interval lies within the yardstick; not met: all of it lies "
    "outside; else not clear, and so is every share or ratio as a whole that rests on fewer than 3 months."
)
_REFERENCE = (
    "College of Policing, Authorised Professional Practice, Engagement (the five words); Wilson 1927, JASA 22, 209; "
    "Schuirmann 1987, Journal of Pharmacokinetics and Biopharmaceutics 15, 657 (an interval within limits as a test)"
)

_ALIKE = f"{CHANCE}: all months are alike"
"""Flag of a share of all or of none, in months enough to see that none differs."""

_COUNTED = "a count of all records, so without an interval"
"""Flag of the share of records that hold something: nothing is sampled, and no month stands for others."""

_FEW = f"under {MINIMUM_PERIODS} months"
_OPEN = f"{CHANCE}: not clear whatever it says, with fewer than {MINIMUM_PERIODS} months"
"""Flag of a figure of which months can't show how far it varies."""

_SCORECARD = [
    "test", "criterion", "measured_as", "estimate", "low", "high", "met_by", "base", "known_share", "floor", "ceiling",
    "yardstick", "verdict", "flag",
]  # fmt: skip
_DRAWN = [*_SCORECARD, "note"]
_NUMBERS = ("estimate", "low", "high", "met_by", "base", "known_share", "floor", "ceiling")
_RATIOS = ("ratio", "ratio_within")


@dataclass(frozen=True)
class Told:
    """What the files say of one criterion: a figure with its interval and base, or why there is none, in ``flag``.

    ``met_by`` is of a share the number of searches that are so, of ``base`` in all.
    ``open`` marks a figure that is not clear whatever its interval: unknown ethnicity can carry it to either side of
    the yardstick, there are more searches than residents, or fewer than 3 months can't show how far searches vary.
    ``hidden`` marks one that rests on a count that is withheld: its verdict is told without it.
    ``note`` is what is to be known of the figure or of its verdict, in 16 letters, for the drawing.
    """

    estimate: float = math.nan
    low: float = math.nan
    high: float = math.nan
    met_by: float = math.nan
    base: float = math.nan
    known_share: float = math.nan
    flag: str = ""
    open: bool = False
    hidden: bool = False
    note: str = ""


def scorecard(scope: Scope, view: View) -> Finding:
    """What the files say of each of the five words, each criterion against its yardstick; never added up."""
    question = question_of(scorecard)
    try:
        searches = Searches.of(scope, view)
    except UNANSWERABLE as why:
        return refused(question, _frame([], _SCORECARD), scope, view, str(why))
    rows = _table(searches)
    table = rows[_SCORECARD]
    tests = _tests(table)
    headline, answer = _sentences(tests, table, searches)
    shown = answer + "".join(_why(found, tests, table, searches) for found in (NOT_MET, NOT_CLEAR))
    return Finding(
        key=question.key,
        question=question.asks,
        headline=headline,
        answer=answer,
        tables={"scorecard": table, "tests": tests, "yardsticks": _yardsticks()},
        provenance=searches.provenance(question, _METHOD, _REFERENCE, _rules(table), _levels()),
        caveats=(
            OWN,
            NO_SUM,
            *_by_chance(table),
            *([APART_FROM_AIMS] if _found_told(table) else []),
            LAWFUL,
            FAIRNESS,
            *_of_ratios(table),
            *_of_graded(table),
            *_few_months(table),
            *searches.gaps(),
            *searches.counted(),
        ),
        chart_title="Each figure with its 95 % interval; the upright line is its yardstick",
        draw=lambda mode: charts.verdict_rows(_drawn(rows), _headed(tests, table), mode),
        alt=shown,
    )


# Criteria


def _of_share(counted: Recorded, least: float = LEAST_KNOWN) -> Told:
    """The share of a criterion; why there is none where the records say it of no search, or of too few."""
    every, said, yes = (int(counts.sum()) for counts in (counted.every, counted.said, counted.yes))
    if why := _no_share(every, said, least):
        return why
    made = disparity.find_rates(counted.yes[None], counted.said[None])
    few = bool(made.cells[0] < MINIMUM_PERIODS)
    flag = _OPEN if few else _ALIKE if yes in (0, said) else ""
    ends = (float(made.low[0]), float(made.high[0]))
    note = _FEW if few else ""
    return Told(float(made.estimate[0]), *ends, yes, said, said / every, flag, open=few, note=note)


def _of_records(counted: Recorded) -> Told:
    """The share of records that hold something, which is a count of all of them and needs no interval."""
    every, said, yes = (int(counts.sum()) for counts in (counted.every, counted.said, counted.yes))
    return _no_share(every, said, LEAST_KNOWN) or Told(
        yes / said, met_by=yes, base=said, known_share=said / every, flag=_COUNTED
    )


def _no_share(every: int, said: int, least: float) -> Told | None:
    """Why there is no share of some searches of which the records say something of some; None where there is one."""
    if not every:
        return Told(flag="no such search")
    if not said:
        return Told(known_share=0.0, flag="not in the files")
    known = said / every
    if known < least:
        return Told(known_share=known, flag=f"said for {wording.percent(known)} of searches")
    if said < settings().threshold:
        return Told(known_share=known, flag=f"withheld: fewer than {settings().threshold} searches")
    return None


def _power(searches: Searches) -> Told:
    if searches.scope.power != ALL_POWERS:
        return Told(flag="searches of one power are shown")
    return _of_records(recording.power(searches))


def _ethnicity(searches: Searches) -> Told:
    """Whether records say what the person answered; how many of them an ethnicity, which is another thing."""
    told = _of_records(recording.ethnicity(searches))
    if not told.met_by > 0:
        return told
    given = wording.percent(recording.ethnicity_given(searches) / told.met_by)
    flag = f"{told.flag}; of those recorded an ethnicity is given for {given}, the others are not stated"
    return replace(told, flag=flag, note=f"given for {given}")


def _conduct(column: str, searches: Searches, *, least: float = LEAST_KNOWN, held: bool = False) -> Told:
    """What a force's own column says, or that it says anything; nothing of a district, of which it is not counted."""
    if searches.scope.area is not None:
        return Told(flag="not counted by district")
    try:
        if held:
            return _of_records(recording.held_conduct(searches, column))
        return _of_share(recording.conduct(searches, column), least)
    except NoSearches:
        return Told(flag="not counted in this release")


def _informed(searches: Searches) -> Told:
    """Searches that were part of an operation; where none of many is, the column may not be in use."""
    told = _conduct("part_of_operation", searches)
    if told.estimate != 0:
        return told
    return Told(base=told.base, known_share=told.known_share, flag="none is marked so; is the column in use?")


def _found(rule: str, searches: Searches) -> Told:
    """The find rate of everyone under powers that need grounds, as its own question has it."""
    try:
        followed = Followed.of(searches.scope, searches.view)
    except NoSearches:
        return Told(flag="not counted in this release")
    row, least = rate_of_everyone(followed, rule), settings().threshold
    share = row.get("known_share", math.nan)
    if "low" not in row:
        return Told(known_share=share, flag=row["flag"].removeprefix("not given: "))
    number = row["searches"]
    if number < least:
        return Told(known_share=share, flag=f"withheld: fewer than {least} searches")
    few, open_ = row["found"] < least, _few_with_searches(followed)
    alone = [_OPEN] if open_ else []
    if "rate" not in row and not few:
        said = "; ".join([_range_of_links(row, _criterion("linked").setting), *alone])
        return Told(math.nan, row["low"], row["high"], math.nan, number, share, said, open=open_, hidden=True)
    flag = f"withheld: fewer than {least} searches that found something" if few else row["flag"].replace(CHANCE, "")
    flag = "; ".join([*filter(None, [flag]), *alone])
    return Told(
        row.get("rate", math.nan), row["low"], row["high"], row["found"], number, share, flag, open=open_, hidden=few,
        note=_FEW if open_ else "",
    )  # fmt: skip


def _range_of_links(row: Mapping[str, Any], setting: str) -> str:
    """A strict find rate from none of the outcomes without a link having found something to all, and its interval.

    The interval has chance at both ends. What leaves the verdict open is the links where they reach over the yardstick,
    else the interval alone.
    """
    ends = (row["low_if_none"], row["high_if_all"])
    share, between = wording.tenths_between(*ends), wording.tenths_between(row["low"], row["high"])
    whole, alone = (verdict(*limits, *_limits(setting)) for limits in ((row["low"], row["high"]), ends))
    if whole == NOT_CLEAR != alone:
        return f"{share} ({between}), open by its interval"
    return f"{share} ({between}), by links not given"


def _few_with_searches(followed: Followed) -> bool:
    """Whether too few months have searches under powers that need grounds for clumps to be seen."""
    by_month = followed.by_month(followed.grounds & followed.given).sum(axis=0)
    return bool((by_month > 0).sum() < MINIMUM_PERIODS)


def _ratio(searches: Searches, *, within: bool) -> Told:
    """The ratio of the two groups' search rates, as its own question has it."""
    finding = disproportionality(searches.scope, searches.view)
    if finding.refused:
        return Told(flag=f"no ratio: {_why_no_ratio(searches)}")
    (row,) = (row for row in records_of(finding.table) if row["group"] == searches.scope.group)
    names = ("ratio_adjusted", "adjusted_low", "adjusted_high") if within else ("ratio", "low", "high")
    estimate, low, high = (math.nan if wording.missing(row[name]) else float(row[name]) for name in names)
    if math.isnan(estimate):
        return Told(flag="no ratio within districts is given")
    floor, ceiling = _limits("yardstick_ratio")
    said, doubtful = [_rates(row, len(searches.months), within=within)], OVER in row["flag"]
    note = "over residents" if doubtful else ""
    if doubtful:
        said.append(OVER)
    if within:
        share = row["adjusted_share"]
        base = round(row["base"] * share)
        return Told(estimate, low, high, math.nan, base, share, "; ".join(said), open=doubtful, note=note)
    if len(searches.months) < MINIMUM_PERIODS:
        said, doubtful, note = [*said, _OPEN], True, _FEW
    least, most = sorted((row["ratio_if_unknown_comparator"], row["ratio_if_unknown_group"]))
    # As recorded it may lie on either side, depending on who the people of unknown ethnicity were.
    if verdict(least, most, floor, ceiling) == NOT_CLEAR:
        said, doubtful = [*said, f"from {near_one.between(least, most)} if unknown ethnicity were all or none"], True
        note = note or "open by unknown"
    known = 1 - row["unknown_share"]
    return Told(estimate, low, high, math.nan, row["base"], known, "; ".join(said), open=doubtful, note=note)


def _why_no_ratio(searches: Searches) -> str:
    """In a few words why two groups can't be set against each other; the question of the ratio says it in full."""
    try:
        residents = searches.residents.by_group
    except NoResidents:
        return "no residents to set searches against"
    pair = [str(name) for name in (searches.scope.group, searches.scope.comparator)]
    for counted, why in ((residents, "no residents counted as"), (searches.by_group, "no search recorded as")):
        none = [name for name in pair if not counted.get(name)]
        if none:
            return f"{why} {either(none)}"
    few = [people(name) for name in pair if searches.by_group[name] < settings().threshold]
    if few:
        return f"too few searches of {wording.listing(few)}"
    return "ethnicity mostly unknown" if mostly_unknown(searches) else "searches came in bursts"


def _rates(row: Mapping[Any, Any], months: int, *, within: bool) -> str:
    """Which two groups a ratio is of, and the search rate of each, which it hides."""
    if wording.missing(row["rate"]) or wording.missing(row["comparator_rate"]):
        return f"{row['group']} to {row['comparator']}"
    rates = " and ".join(wording.rate(row[name]) for name in ("rate", "comparator_rate"))
    whole = "as a whole " if within else ""
    return f"{row['group']} to {row['comparator']}, {whole}{rates} per 1,000 in {wording.plural(months, 'month')}"


_TOLD: Mapping[str, Callable[[Searches], Told]] = {
    "power": _power,
    "grounds": partial(_conduct, "grounds_grade", least=0.0),
    "found": partial(_found, BROAD),
    "linked": partial(_found, STRICT),
    "ratio": partial(_ratio, within=False),
    "ratio_within": partial(_ratio, within=True),
    "filmed": partial(_conduct, "bwv_on"),
    "reviewed": partial(_conduct, "supervisor_reviewed"),
    "receipt": partial(_conduct, "receipt"),
    "force": partial(_conduct, "force_used", held=True),
    "ethnicity": _ethnicity,
    "informed": _informed,
}
"""What tells of each criterion, by its key."""


# Yardsticks


def _limits(setting: str) -> tuple[float, float]:
    """From where to where a figure meets the level of a setting; a ratio may lie as far below 1 as above."""
    level = float(getattr(settings(), setting))
    return (1 / level, level) if setting == "yardstick_ratio" else (level, math.inf)


def _level(setting: str) -> str:
    floor, ceiling = _limits(setting)
    if math.isinf(ceiling):
        return f"at least {wording.percent(floor)}"
    return f"{wording.index(floor)} to {wording.index(ceiling)} times"


def _levels() -> dict[str, str]:
    """The level of every criterion, for the settings that matter."""
    said = {f"Yardstick, {one.criterion[0].lower()}{one.criterion[1:]}": _level(one.setting) for one in criteria()}
    return {**said, "Share of which the file must say it": wording.percent(LEAST_KNOWN)}


# Tables


def _table(searches: Searches) -> pd.DataFrame:
    return _frame([_row(one, _TOLD[one.key](searches)) for one in criteria()], _DRAWN)


def _row(one: Criterion, told: Told) -> dict[str, Any]:
    floor, ceiling = _limits(one.setting)
    counted = told.flag.startswith(_COUNTED)
    found = verdict(*((told.estimate,) * 2 if counted else (told.low, told.high)), floor, ceiling)
    return {
        "test": one.test,
        "criterion": one.criterion,
        "measured_as": "ratio" if one.key in _RATIOS else "share",
        **{name: math.nan if told.hidden else getattr(told, name) for name in ("estimate", "low", "high", "met_by")},
        **{name: getattr(told, name) for name in ("base", "known_share", "flag")},
        "floor": floor,
        "ceiling": math.nan if math.isinf(ceiling) else ceiling,
        "yardstick": f"{_level(one.setting)}, our own",
        "verdict": NOT_CLEAR if told.open and found != NO_DATA else found,
        "note": told.note,
    }


def _tests(table: pd.DataFrame) -> pd.DataFrame:
    """One row a test: its verdict, and which of its criteria are not met, not clear or without data."""
    rows = []
    for test in TESTS:
        own = [row for row in records_of(table) if row["test"] == test]
        verdicts = {row["criterion"]: row["verdict"] for row in own}
        less = {said: [name for name, found in verdicts.items() if found == said] for said in _LESS}
        why = "; ".join(f"{said}: {', '.join(names)}" for said, names in less.items() if names)
        rows.append({"test": test, "verdict": of_several(list(verdicts.values())), "short_of": why})
    return _frame(rows, ["test", "verdict", "short_of"])


_LESS = (NOT_MET, NOT_CLEAR, NO_DATA)


def _yardsticks() -> pd.DataFrame:
    """What a source asks of each criterion, and what of it was read."""
    rows = [
        {
            "test": one.test,
            "criterion": one.criterion,
            "yardstick": f"{_level(one.setting)}, our own",
            "setting": f"CONFIDENCE_{one.setting.upper()}",
            "duty": one.duty,
            "source": one.source,
            "read": one.read,
        }
        for one in criteria()
    ]
    return _frame(rows, list(rows[0]))


def _frame(rows: list[dict[str, Any]], columns: list[str]) -> pd.DataFrame:
    import pandas as pd

    def column(name: str) -> Any:  # noqa: ANN401
        values = [row[name] for row in rows]
        if name not in _NUMBERS:
            return pd.array(values, dtype="str")
        numbers = np.array(values, dtype=float)
        none = np.isnan(numbers)
        return with_nulls(np.where(none, 0, numbers).astype(np.int64) if name in ("met_by", "base") else numbers, none)

    return pd.DataFrame({name: column(name) for name in columns})


# Sentences


def _sentences(tests: pd.DataFrame, table: pd.DataFrame, searches: Searches) -> tuple[str, str]:
    of_test = {str(row["test"]): str(row["verdict"]) for row in records_of(tests)}
    by = {found: [test for test in TESTS if of_test[test] == found] for found in (MET, *_LESS)}
    said = {found: wording.listing([test.lower() for test in names]) for found, names in by.items()}
    said[NO_DATA] = _without(by[NO_DATA], table)
    parts = [f"{found}: {said[found] or 'none'}" for found in by if by[found] or found in (MET, NOT_MET)]
    answer = (
        f"By our own reading and yardsticks, {searches.force_name}, {searches.span}, "
        f"{wording.plural(searches.total, 'search', 'searches')} of persons{searches.limits}: {'; '.join(parts)}."
    )
    return _headline(by, table), answer


def _without(names: list[str], table: pd.DataFrame) -> str:
    """Tests without data, and those of which some criteria have data, apart."""
    told = {str(row["test"]) for row in records_of(table) if row["verdict"] != NO_DATA}
    nothing, part = ([test.lower() for test in names if (test in told) == some] for some in (False, True))
    parts = f"parts of {wording.listing(part)}" if part else ""
    return ", and ".join(words for words in (wording.listing(nothing), parts) if words)


def _why(found: str, tests: pd.DataFrame, table: pd.DataFrame, searches: Searches) -> str:
    """A further sentence for whom the drawing is read to: the figures that not met, or not clear, rest on."""
    names = {str(row["test"]) for row in records_of(tests) if row["verdict"] == found}
    rows = [row for row in records_of(table) if row["test"] in names and row["verdict"] == found]
    said = [f"{_lower(row['criterion'])}, {_figure(row, searches)} against {_yardstick(row)}" for row in rows]
    return f" {found.capitalize()}: {'; '.join(said)}." if said else ""


def _headline(by: Mapping[str, list[str]], table: pd.DataFrame) -> str:
    """Which tests are met and which not, in under 70 characters; what weighs most where not all of it fits."""
    named = {found: _names(tests) for found, tests in by.items() if tests}
    last = list(named)[-1]
    of_some = table["test"].isin(by[NO_DATA]) & (table["verdict"] != NO_DATA)
    words = {NO_DATA: _SOME_DATA} if of_some.any() else {}
    if len(named) == 1:
        return f"{words.get(last, last).capitalize()}: all five tests"
    others = named | {last: f"the other {_NUMBERS_IN_WORDS[len(by[last])]}"}
    least = [{found: named[found] for found in kept if found in named} for kept in ((NOT_MET, NO_DATA), (NOT_MET,))]
    offered = [
        "; ".join(f"{words.get(found, found)}: {said}" for found, said in parts.items())
        for parts in (named, others, *least)
    ]
    fitting = (said for said in offered if 0 < len(said) < _LONGEST_HEADLINE)
    said = next(fitting, f"{words.get(last, last)}: {_NUMBERS_IN_WORDS[len(by[last])]} of the five tests")
    return f"{said[0].upper()}{said[1:]}"


def _names(tests: list[str]) -> str:
    return ", ".join(test.lower() for test in tests)


_NUMBERS_IN_WORDS = ("none", "one", "two", "three", "four", "five")
_LONGEST_HEADLINE = 70
_SOME_DATA = "some data missing"
"""What a test without data is said to be where some of its criteria are told."""


def _headed(tests: pd.DataFrame, table: pd.DataFrame) -> pd.DataFrame:
    """The tests as the drawing heads them: of one of which some criteria are told, that a part is missing."""
    told = set(table.loc[table["verdict"] != NO_DATA, "test"])
    return tests.assign(
        verdict=tests["verdict"].mask((tests["verdict"] == NO_DATA) & tests["test"].isin(told), "part missing")
    )


def _lower(text: str) -> str:
    return f"{text[0].lower()}{text[1:]}"


def _yardstick(row: Mapping[Any, Any]) -> str:
    return str(row["yardstick"]).partition(", our own")[0]


def _figure(row: Mapping[Any, Any], searches: Searches) -> str:
    """A figure and its interval; where it is withheld or a range, that."""
    if wording.missing(row["estimate"]):
        return str(row["flag"])
    few = f", {_FEW}" if _OPEN in row["flag"] else ""
    if row["measured_as"] == "ratio":
        whom = f"{searches.scope.group} to {searches.scope.comparator}"
        return f"{whom}, {near_one.times(row['estimate'])} times ({near_one.between(row['low'], row['high'])}{few})"
    share = wording.tenths(row["estimate"])
    if wording.missing(row["low"]):
        return f"{share} of all records"
    return f"{share} ({wording.tenths_between(row['low'], row['high'])}{few})"


def _rules(table: pd.DataFrame) -> list[str]:
    none = [row for row in records_of(table) if row["verdict"] == NO_DATA]
    return [f"No data on “{row['criterion']}”: {row['flag']}" for row in none]


def _by_chance(table: pd.DataFrame) -> list[str]:
    """How many of the verdicts that rest on an interval may be wrong by chance alone."""
    verdicts = table["verdict"].isin([MET, NOT_MET]) & ~table["flag"].str.startswith(_COUNTED)
    alike = table["flag"].str.startswith(_ALIKE)
    told, by_chance = int((verdicts & ~alike).sum()), int((verdicts & alike).sum())
    said = [
        f"In {by_chance} of the {wording.plural(told + by_chance, 'criterion', 'criteria')} met or not met by an "
        "interval all searches of all months are alike: it takes searches as independent."
    ]
    if not told:
        return said if by_chance else []
    whose = f"of the other {told}" if by_chance else f"of the {told} told so"
    return [
        *(said if by_chance else []),
        "What records hold is counted. Every other verdict is told from its own 95 % interval, and met or not met is "
        f"wrong by chance in at most 1 of 40: {whose} fewer than {max(1, math.ceil(told * TAIL))} on average.",
    ]


def _found_told(table: pd.DataFrame) -> bool:
    """Whether the find rate is told."""
    return bool((table["criterion"].eq(_criterion("found").criterion) & table["estimate"].notna()).any())


def _of_ratios(table: pd.DataFrame) -> list[str]:
    rows = table[(table["measured_as"] == "ratio") & (table["verdict"] != NO_DATA)]
    return [UNLIKE, STREET] if len(rows) else []


def _of_graded(table: pd.DataFrame) -> list[str]:
    (row,) = (row for row in records_of(table) if row["criterion"] == _criterion("grounds").criterion)
    if row["verdict"] == NO_DATA:
        return []
    return [
        f"Grounds were graded for {wording.percent(row['known_share'])} of searches: if those were chosen for a "
        "reason, the share is that of the chosen ones alone."
    ]


def _few_months(table: pd.DataFrame) -> list[str]:
    if not table["flag"].str.contains(_OPEN, regex=False).any():
        return []
    return [
        f"Some intervals take searches as independent and are likely too narrow: {FEW_MONTHS}. What rests on them is "
        "not clear, whatever the figure."
    ]


def _criterion(key: str) -> Criterion:
    return next(one for one in criteria() if one.key == key)


def _drawn(rows: pd.DataFrame) -> pd.DataFrame:
    """Beside a reason there is no room for what an interval rests on; the table says it in full."""
    return rows.assign(flag=rows["flag"].str.replace(_OPEN, _FEW, regex=False))
