"""What the answers about stop and search have in common: rates of groups, residents that are missing, refusals."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from analytics import wording
from analytics.disparity import Rate, rate
from analytics.finding import Finding, Provenance
from analytics.findings.residents import Residents
from analytics.findings.searches import NoSearches, Searches, TooFew
from analytics.scope import Scope
from data.settings import settings
from data.vocabularies import BROAD_GROUPS

if TYPE_CHECKING:
    import pandas as pd

    from data.store import View

PER = 1000
"""Rates are per this many residents."""

INDEPENDENT = (
    "Intervals take searches as independent: there are too few months and districts with searches of both groups to "
    "see how far they come in clumps."
)

WITHHELD = (
    "Small counts are withheld so that nobody reads a rate into them. The files are published, and totals beside them "
    "are exact, so subtraction can still bound what is withheld."
)

RATE_METHOD = (
    "Searches of persons for every 1,000 residents, over the months that have a file. 95 % interval: mid-P Poisson, "
    "widened by how far searches come in clumps."
)
RATE_REFERENCE = "Cohen and Yang 1994, Statistics in Medicine 13, 2189"


def population_caveats(
    searches: Searches, population: Residents | None, pair: tuple[str, str] | None = None
) -> list[str]:
    """What is missing from the residents; for a pair of groups also what that does to their ratio."""
    if population is None:
        return []
    said = [_missing_area(searches, population, name, pair) for name in population.absent]
    if population.suppressed:
        said.append(
            f"{wording.plural(population.suppressed, 'count')} of residents left out, suppressed by the publisher: "
            "small, not zero."
        )
    if str(population.year) not in {month[:4] for month in searches.months}:
        said.append(f"Searches ({searches.period}) are set against residents of {population.year}, of all ages.")
    return said


def _missing_area(searches: Searches, population: Residents, name: str, pair: tuple[str, str] | None) -> str:
    joint = next((row for row in population.joint if row.absent == name), None)
    if joint is None:
        return (
            f"The residents of {name} are missing from {population.source}. Searches there are counted and its "
            "residents are not, so every rate is too high."
        )
    said = (
        f"The residents of {name} are missing: {population.source} counts them in one row with another force's area "
        f"(“{joint.name}”). Searches there are counted, so every rate is too high"
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


def others(group: str) -> tuple[str, ...]:
    """Every broad group but one."""
    return tuple(other for other in BROAD_GROUPS if other != group)


def group_rate(searches: Searches, group: str, residents: int) -> tuple[Rate, float | None]:
    """A group's rate, and the variance factor of the split between it and all other groups that widens it."""
    clumps = searches.clumping(group, others(group))
    return rate(searches.by_group[group], residents, PER, clumps or 1.0), clumps


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


def refused(key: str, question: str, table: pd.DataFrame, scope: Scope, view: View, why: str) -> Finding:
    """The Finding for a question that can't be answered: the reason, and what the table can still show."""
    return Finding(
        key=key,
        question=question,
        headline=why,
        answer=why,
        tables={key.split(".")[1]: table},
        provenance=Provenance(
            release=view.release.number if view.release else 0,
            files=(),
            scope=scope.address(),
            base="none",
            method="none: the question can't be answered",
            reference="",
        ),
        refused=True,
    )
