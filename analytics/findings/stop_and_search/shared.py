"""What the answers about stop and search have in common: rates of groups, residents that are missing, refusals."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from analytics import wording
from analytics.disparity import Rate, rate
from analytics.disparity.dispersion import MINIMUM_PERIODS
from analytics.findings import choices
from analytics.findings.residents import JointRow, Residents
from analytics.findings.searches import NoSearches, Searches, TooFew
from analytics.scope import ALL_POWERS, Scope
from data.settings import settings

if TYPE_CHECKING:
    import pandas as pd

    from data.store import View

PER = 1000
"""Rates are per this many residents."""

FEW_MONTHS = f"fewer than {MINIMUM_PERIODS} months can't show how far searches vary"
INDEPENDENT = f"Every interval takes searches as independent and is likely too narrow: {FEW_MONTHS}."

CHANCE = "interval by chance alone"
"""Flag of a figure whose interval takes searches as independent because months can't tell."""

WITHHELD = (
    "Small counts are withheld so that nobody reads a rate into them. The files are published, and totals beside them "
    "are exact, so subtraction can still bound what is withheld."
)

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
    said = []
    if population.suppressed:
        said.append(
            f"{wording.plural(population.suppressed, 'count')} of residents left out, suppressed by the publisher: "
            "small, not zero."
        )
    if str(population.year) not in {month[:4] for month in searches.months}:
        said.append(f"Searches ({searches.period}) are set against residents of {population.year}, of all ages.")
    return said


def missing_residents(
    searches: Searches, population: Residents | None, pair: tuple[str, str] | None = None
) -> list[str]:
    """One sentence for the areas that the file lacks, and one for each that it counts with another force's.

    For a pair of groups it also says what the shared row would do to their ratio.
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
    if pair is None:
        return f"{said}."
    group, comparator = pair
    now = population.by_group
    change = (now[group] + joint.residents.get(group, 0)) / now[group]
    change /= (now[comparator] + joint.residents.get(comparator, 0)) / now[comparator]
    ratio = searches.by_group[group] / now[group] / (searches.by_group[comparator] / now[comparator])
    return (
        f"{said}; with all {wording.count(float(joint.residents.sum()))} people of that row counted in, the ratio "
        f"would be {_apart(ratio / change, ratio)}."
    )


def _apart(new: float, old: float) -> str:
    """Two ratios with as many decimals as tell them apart."""
    for digits in (1, 2, 3):
        if f"{new:.{digits}f}" != f"{old:.{digits}f}":
            return f"{new:.{digits}f} instead of {old:.{digits}f}"
    return f"the same, {old:.1f}"


def rules_fired(table: pd.DataFrame, population: Residents | None) -> list[str]:
    """Rules that fired for a table: figures withheld, residents missing or suppressed, parents found how."""
    rules = []
    held_back = table["flag"].str.startswith("withheld").sum()
    if held_back:
        rules.append(f"{wording.plural(int(held_back), 'figure')} withheld: fewer than {settings().threshold} searches")
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
    return searches


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


def group_rate(searches: Searches, group: str, residents: int) -> tuple[Rate, float | None]:
    """A group's rate, and the variance factor of its own searches from month to month that widens it."""
    factor = searches.variation(group)
    return rate(searches.by_group[group], residents, PER, factor or 1.0), factor


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


def rates_between(low: float, high: float) -> str:
    """From the lowest rate to the highest one, or the one rate that both are written as."""
    return (
        wording.between(wording.rate(low), wording.rate(high))
        if wording.rate(low) != wording.rate(high)
        else wording.rate(low)
    )


def typed_frame(rows: list[dict[str, Any]], columns: list[str], whole: list[str]) -> pd.DataFrame:
    """Rows as a frame with nullable columns: texts, whole numbers and numbers."""
    import pandas as pd

    texts = ("group", "comparator", "month", "flag")
    kinds = {name: "str" if name in texts else "Int64" if name in whole else "Float64" for name in columns}
    values: dict[str, Any] = {name: [row.get(name) for row in rows] for name in columns}
    return pd.DataFrame({name: pd.Series(values[name], dtype=kind) for name, kind in kinds.items()})
