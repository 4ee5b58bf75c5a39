"""What the answers about stop and search have in common: rates of groups, residents that are missing, refusals."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from analytics import wording
from analytics.disparity import Estimate, Rate, Ratio, excess
from analytics.disparity.dispersion import MINIMUM_PERIODS
from analytics.findings import choices
from analytics.findings.residents import JointRow, NoResidents, Residents, left_out
from analytics.findings.searches import NoSearches, Searches, TooFew
from analytics.findings.stop_and_search.ranges import BURSTS, has_range, known_rate
from analytics.records import with_nulls
from analytics.scope import ALL_POWERS, Scope
from data.settings import settings
from data.vocabularies import BROAD_GROUPS

if TYPE_CHECKING:
    import pandas as pd

    from data.store import View

PER = 1000
"""Rates are per this many residents."""

MOST_UNKNOWN = 0.5
"""Share of searches of unknown ethnicity above which nothing is told by group: our own choice."""

LEAST_KNOWN = 0.8
"""Share of searches of which the file must say what is asked of it; with less there is no share, and no find rate."""

APART_FROM_AIMS = (
    "“Five tests” and “Five aims” rest on one find rate and ask two things of it: the tests whether the rate of all "
    "searches on grounds reaches a yardstick, the aims whether some kinds of search find clearly less than the others, "
    "so that one can be met where the other needs a look. The aims are always of the whole force and all powers."
)

FAIRNESS = (
    "A disparity is not proof of discrimination, and no disparity is not proof of fairness. These tests can disagree; "
    "read them together."
)
FEW_MONTHS = f"fewer than {MINIMUM_PERIODS} months can't show how far searches vary"
INDEPENDENT = f"Every interval takes searches as independent and is likely too narrow: {FEW_MONTHS}."

UNTESTED = f"No difference was tested: {FEW_MONTHS}."

CHANCE = "interval by chance alone"
"""Flag of a figure whose interval takes searches as independent because months can't tell."""

MORE_THAN_RESIDENTS = (
    "There are more searches of a group than residents of it: visitors are searched and one person can be searched "
    "many times, so a rate for each resident says little."
)
OVER = "more searches than residents"
"""Flag of a figure that rests on more searches of a group than residents of it."""

EXCESS = (
    "The excess is how many of the recorded searches are beyond those there would have been at the comparator's rate. "
    "Its range comes from that of the ratio and holds for the searches of these months, not for how many there are in "
    "others. It does not say that any one search was unlawful."
)
STREET = "Residents at the census are not the people on the street: visitors can be searched, and are not residents."

_ODD = ("Mixed", "Other")
"""Groups whose name does not say of people what they are."""


def people(group: str) -> str:
    """The people of a group: ``Black people``, ``people counted as Other``."""
    return f"people counted as {group}" if group in _ODD else f"{group} people"


def residents_of(group: str) -> str:
    """The residents of a group: ``Black residents``, ``residents counted as Other``."""
    return f"residents counted as {group}" if group in _ODD else f"{group} residents"


def withheld_caveats(table: pd.DataFrame) -> list[str]:
    """What is withheld of a table with one row a group, and that the printed totals give it away; empty if nothing is.

    Only small counts of ethnic groups are withheld, no second one with each. Tables of other parts, such as ages or
    teams, in which a second one is (docs/methods.md, Small numbers), say so themselves.
    """
    groups = list(dict.fromkeys(table.loc[table["flag"].str.startswith("withheld"), "group"]))
    if not groups:
        return []
    said = "Small counts are withheld so that nobody reads a rate into them, not to keep them secret"
    if len(table["group"].drop_duplicates()) < len(table):
        return [f"{said}: they can be worked out from totals and from the files, which are published."]
    if len(groups) == 1:
        return [f"{said}: that of {groups[0]} can be worked out from the totals, since the files are published."]
    return [
        f"{said}: those of {wording.listing(groups)} together can be worked out from the totals, and each from the "
        "files, which are published."
    ]


def none_recorded(searches: Searches, group: str) -> str:
    """Why a count is 0, in the words of a note."""
    said = f"no search is recorded as {group}"
    return f"{said}; check whether the force uses this category" if searches.never_recorded(group) else said


def none_caveats(searches: Searches) -> list[str]:
    """One sentence where no file of the force holds a search of some group, and it has residents."""
    groups = [group for group in BROAD_GROUPS if not searches.by_group[group] and searches.never_recorded(group)]
    if not groups:
        return []
    return [
        f"No search is recorded as {either(groups)} in any file of {searches.force_name} that is loaded; check "
        "whether the force uses this category. The 0 is what the files hold, and no rate is made from it."
    ]


def either(groups: list[str]) -> str:
    """Groups as a sentence has them after a negation."""
    return wording.listing(groups).replace(" and ", " or ")


RATE_METHOD = (
    "Searches of persons for every 1,000 residents, over the months that have a file. 95 % interval: mid-P Poisson, "
    "widened by how far the group's searches vary from month to month."
)
RATE_REFERENCE = (
    "Cohen and Yang 1994, Statistics in Medicine 13, 2189; Cameron and Miller 2015, Journal of Human Resources 50, 317 "
    "(months as clusters)"
)


def population_caveats(searches: Searches, population: Residents | None) -> list[str]:
    """What else there is to know of the residents: what was suppressed, and that they are of another year."""
    if population is None:
        return []
    said = left_out(population.suppressed)
    if str(population.year) not in {month[:4] for month in searches.months}:
        said.append(f"Searches ({searches.period}) are set against residents of {population.year}, of all ages.")
    return said


def missing_residents(
    searches: Searches, population: Residents | None, pair: tuple[str, str] | None = None
) -> list[str]:
    """One sentence for the areas that the file lacks, and one for each that it counts with another force's.

    For a pair of groups it also says what the shared row would do to their figures.
    """
    if population is None:
        return []
    shared = {row.absent for row in population.joint}
    gone = [name for name in population.absent if name not in shared]
    said = [_counted_elsewhere(searches, population, row, pair) for row in population.joint]
    if gone:
        said.append(
            f"The residents of {wording.listing(gone)} are missing from {population.source}. Searches there are "
            f"counted and {'their' if len(gone) > 1 else 'its'} residents are not, so every rate is too high."
        )
    return said


def _counted_elsewhere(searches: Searches, population: Residents, joint: JointRow, pair: tuple[str, str] | None) -> str:
    said = (
        f"The residents of {joint.absent} are missing: {population.source} counts them in one row with another "
        f"force's area (“{joint.name}”). Searches there are counted, so every rate is too high"
    )
    return f"{said}; {counted_in(searches, population, joint, pair)}." if pair else f"{said}."


def counted_in(searches: Searches, population: Residents, joint: JointRow, pair: tuple[str, str]) -> str:
    """What the figures of two groups would be with the residents of a shared row counted in; bounds, not estimates."""
    now = [population.by_group[name] for name in pair]
    more = [number + int(joint.residents.get(name, 0)) for number, name in zip(now, pair, strict=True)]
    stops = [searches.by_group[name] for name in pair]
    (rate_a, rate_b), (new_a, new_b) = (
        [PER * count / number for count, number in zip(stops, residents, strict=True)] for residents in (now, more)
    )
    beyond, new_beyond = (rate_a - rate_b) * now[0] / PER, (new_a - new_b) * more[0] / PER
    return (
        f"with all {wording.count(float(joint.residents.sum()))} people of that row counted in, the {pair[0]} rate "
        f"would be {_apart(new_a, rate_a)}, the {pair[1]} rate {_apart(new_b, rate_b)}, the difference "
        f"{_apart(new_a - new_b, rate_a - rate_b, wording.signed)}, the excess "
        f"{wording.signed(new_beyond, 0)} instead of {wording.signed(beyond, 0)} and the ratio "
        f"{_apart(new_a / new_b, rate_a / rate_b)}"
    )


def rates_counted_in(searches: Searches, population: Residents | None) -> list[str]:
    """The rate of every group with the residents of each shared row counted in, for the rules that fired."""
    said = []
    for joint in population.joint if population else ():
        rates = []
        for group in BROAD_GROUPS:
            now, stops = population.by_group.get(group, 0) if population else 0, searches.by_group[group]
            if now and stops >= settings().threshold:
                more = now + int(joint.residents.get(group, 0))
                rates.append(f"{group} {_apart(PER * stops / more, PER * stops / now)}")
        people = wording.count(float(joint.residents.sum()))
        said.append(f"With all {people} people of “{joint.name}” counted in, rates: {', '.join(rates)}")
    return said


def _fixed(value: float, digits: int) -> str:
    return f"{value:,.{digits}f}"


def _apart(new: float, old: float, write: Callable[[float, int], str] = _fixed) -> str:
    """Two figures with as many decimals as tell them apart."""
    for digits in (1, 2, 3):
        if write(new, digits) != write(old, digits):
            return f"{write(new, digits)} instead of {write(old, digits)}"
    return f"the same, {write(old, 1)}"


def rules_fired(table: pd.DataFrame, population: Residents | None) -> list[str]:
    """Rules that fired for a table: figures withheld, residents missing or suppressed, parents found how."""
    rules = []
    held_back = table["flag"].str.startswith("withheld: fewer").sum()
    if held_back:
        rules.append(f"{wording.plural(int(held_back), 'figure')} withheld: fewer than {settings().threshold} searches")
    none = table.loc[table["flag"].str.startswith("no search is recorded"), "group"].drop_duplicates()
    if len(none):
        rules.append(f"Count of 0 shown, without a figure made from it: {wording.listing(list(none))}")
    if table["flag"].str.contains(OVER).any():
        rules.append("Marked: more searches of a group than residents of it")
    if population:
        if population.absent:
            rules.append(f"Residents missing from {population.source}: {wording.listing(list(population.absent), 99)}")
        if population.suppressed:
            rules.append(f"Suppressed counts of residents left out: {population.suppressed}")
        for how, number in population.parents.items():
            rules.append(f"Force of {wording.plural(number, 'district')} known by {how}")
    return rules


def known_searches(scope: Scope, view: View) -> Searches:
    """The searches of a scope, with residents and some known ethnicity to compare them by.

    Raises
    ------
    ScopeError, NoSearches, NoResidents
        With the reason, where there are none.
    """
    searches = Searches.of(scope, view)
    _ = searches.residents
    if searches.unknown == searches.total:
        raise NoSearches(
            f"The {searches.definition} is not known for any of the "
            f"{wording.plural(searches.total, 'search', 'searches')} by {searches.force_name} {searches.during}, "
            "so groups can't be compared."
        )
    if why := mostly_unknown(searches):
        count = wording.plural(searches.total, "search", "searches")
        raise NoSearches(f"Of {count} by {searches.force_name} {searches.during} {why}.")
    return searches


def mostly_unknown(searches: Searches) -> str:
    """Why nothing is told by group, as the end of a sentence, where more than half of the ethnicity is unknown."""
    if searches.unknown_share <= MOST_UNKNOWN:
        return ""
    other = "; choose self-defined ethnicity" if searches.scope.definition == "officer" else ""
    return (
        f"the {searches.definition} is not known for {wording.percent(searches.unknown_share)} of them: with more than "
        f"half unknown, neither a rate nor a ratio of groups says anything{other}"
    )


def residents_or_why(searches: Searches) -> tuple[Residents | None, str]:
    """The residents that searches are set against, or why no rate by group is told."""
    if searches.unknown < searches.total and (why := mostly_unknown(searches)):
        return None, f"{why}."
    try:
        return searches.residents, ""
    except NoResidents as why_none:
        return None, f"{str(why_none).rstrip('.')}."


def much_unknown(searches: Searches) -> bool:
    """Whether so many searches are of unknown ethnicity that it is said before every figure by group."""
    return searches.unknown_share > settings().unknown_share


def unknown_first(searches: Searches, answer: str) -> str:
    """A sentence on figures by group, after how much is unknown where that is much."""
    if not much_unknown(searches):
        return answer
    share = wording.percent(searches.unknown_share)
    return f"Ethnicity is unknown for {share} of searches. As recorded: {answer}"


def check_residents(searches: Searches, groups: tuple[str, ...]) -> None:
    """Refuse groups without residents.

    Raises
    ------
    TooFew
        With the reason.
    """
    for name in groups:
        if not searches.residents.by_group.get(name):
            source = searches.residents.source
            raise TooFew(f"{source} holds no residents counted as {name}, so there is no rate to compare.", searches)


@lru_cache(maxsize=512)
def group_rate(searches: Searches, group: str, residents: int) -> tuple[Rate, float | None]:
    """A group's rate, without limits that say nothing, and how far its searches vary, which widens it."""
    factor = searches.variation(group)
    return known_rate(searches.by_group[group], residents, PER, factor), factor


def rate_notes(*rates: Rate) -> list[str]:
    """Flags of a figure that rests on rates: more searches than residents, and that a rate has no range."""
    over = [OVER] if max(rate.estimate for rate in rates) > PER else []
    return over if all(map(has_range, rates)) else [*over, BURSTS]


def rates_and_ratio(group: Rate, comparator: Rate, ratio: Ratio) -> dict[str, float]:
    """The rates of both groups and their ratio as columns of a row, each with its interval."""
    return {
        "rate": group.estimate,
        "rate_low": group.low,
        "rate_high": group.high,
        "comparator_rate": comparator.estimate,
        "comparator_rate_low": comparator.low,
        "comparator_rate_high": comparator.high,
        "ratio": ratio.estimate,
        "low": ratio.low,
        "high": ratio.high,
    }


def difference_and_excess(gap: Estimate, count: int, ratio: Ratio) -> dict[str, float]:
    """A difference of rates as columns of a row, and a group's searches beyond the comparator's rate."""
    beyond = excess(count, ratio)
    return {
        "difference": gap.estimate,
        "difference_low": gap.low,
        "difference_high": gap.high,
        "excess": beyond.estimate,
        "excess_low": beyond.low,
        "excess_high": beyond.high,
    }


def other_choices(searches: Searches) -> str:
    """What to choose where a group has too few searches: only what there is."""
    ways = ["another group"]
    if len(choices.months(searches.view, searches.force)) > len(searches.months):
        ways.append("a longer period")
    if searches.scope.power != ALL_POWERS:
        ways.append("all powers")
    if searches.scope.area is not None:
        ways.append("the whole force area")
    return f"choose {', '.join(ways[:-1])} or {ways[-1]}" if len(ways) > 1 else f"choose {ways[0]}"


def none_remedy(searches: Searches, groups: list[str]) -> str:
    """What to do where groups have no search at all; a longer period is no remedy for one that is never recorded."""
    if searches.scope.definition == "officer" and "Mixed" in groups:
        return "officers rarely record Mixed"
    if any(searches.never_recorded(group) for group in groups):
        return "check whether the force uses this category, or choose another group"
    return other_choices(searches)


def none_recorded_as(searches: Searches, groups: list[str]) -> str:
    """A sentence where no search at all is recorded as some groups, and what to do."""
    return (
        f"No search by {searches.force_name} {searches.during}{searches.limits} is recorded as {either(groups)}; "
        f"{none_remedy(searches, groups)}."
    )


def rates_between(low: float, high: float) -> str:
    """From the lowest rate to the highest one, or the one rate that both are written as."""
    return (
        wording.between(wording.rate(low), wording.rate(high))
        if wording.rate(low) != wording.rate(high)
        else wording.rate(low)
    )


_TEXTS = (
    *("group", "comparator", "month", "stratum", "rule", "outcome", "compared", "power", "kind", "object", "verdict"),
    *("power_class", "age_band", "sex", "check", "unit", "figure", "bears_on", "residents_source", "definition"),
    *("against_grounds_verdict", "force", "name", "which", "flag"),
)


def typed_frame(rows: list[dict[str, Any]], columns: list[str], whole: list[str]) -> pd.DataFrame:
    """Rows as a frame with nullable columns: texts, whole numbers and numbers."""
    import pandas as pd

    def column(name: str) -> Any:  # noqa: ANN401
        values = [row.get(name) for row in rows]
        if name in _TEXTS:
            return pd.array(values, dtype="str")
        numbers = np.array([np.nan if wording.missing(value) else value for value in values], dtype=float)
        none = np.isnan(numbers)
        return with_nulls(np.where(none, 0, numbers).astype(np.int64) if name in whole else numbers, none)

    return pd.DataFrame({name: column(name) for name in columns})
