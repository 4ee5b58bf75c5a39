"""The rates of two groups and their ratio by every source of residents that is loaded, beside each other."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from analytics import near_one, wording
from analytics.findings.residents import NoResidents, Residents, residents, sources
from analytics.findings.searches import Searches
from analytics.findings.stop_and_search.comparison import pair_ratio
from analytics.findings.stop_and_search.ranges import NO_RATIO, is_told
from analytics.findings.stop_and_search.shared import CHANCE, group_rate, rate_notes, rates_and_ratio, typed_frame
from analytics.records import records_of

if TYPE_CHECKING:
    import pandas as pd

_DENOMINATORS = [
    "residents_source", "year", "group", "comparator", "rate", "rate_low", "rate_high", "comparator_rate",
    "comparator_rate_low", "comparator_rate_high", "ratio", "low", "high", "population", "comparator_population",
    "missing_areas", "suppressed_counts", "flag",
]  # fmt: skip
_WHOLE = ["year", "population", "comparator_population", "missing_areas", "suppressed_counts"]


@dataclass(frozen=True, eq=False)
class Denominators:
    """Figures by source of residents.

    Attributes
    ----------
    table
        One row for each source, newest first. Nobody may change it.
    load_ids
        Loads that its residents come from.
    """

    table: pd.DataFrame
    load_ids: tuple[str, ...]


@lru_cache(maxsize=256)
def denominators(searches: Searches) -> Denominators | None:
    """The rates and the ratio of the two groups by every source of residents; None where there is only one.

    Parameters
    ----------
    searches
        Searches whose two groups can be compared.
    """
    listed = sources(searches.view)
    if len(listed) < 2:
        return None
    held = {source: _population(searches, source) for source, _ in listed}
    rows = [_row(searches, source, year, held[source]) for source, year in listed]
    loads = [load for population in held.values() if isinstance(population, Residents) for load in population.load_ids]
    return Denominators(typed_frame(rows, _DENOMINATORS, _WHOLE), tuple(loads))


def _population(searches: Searches, source: str) -> Residents | str:
    """The residents by a source, or why there are none."""
    try:
        return residents(searches.view, searches.force, source, searches.scope.area)
    except NoResidents as why:
        return str(why)


def _row(searches: Searches, source: str, year: int, population: Residents | str) -> dict[str, Any]:
    group, comparator = str(searches.scope.group), str(searches.scope.comparator)
    row: dict[str, Any] = {
        "residents_source": source, "year": year, "group": group, "comparator": comparator, "flag": "",
    }  # fmt: skip
    if isinstance(population, str):
        return row | {"flag": f"not given: {population.rstrip('.')}"}
    people_a, people_b = (population.by_group.get(name, 0) for name in (group, comparator))
    row |= {
        "population": people_a,
        "comparator_population": people_b,
        "missing_areas": len(population.absent),
        "suppressed_counts": population.suppressed,
    }
    if not people_a or not people_b:
        return row | {"flag": f"no residents counted as {comparator if people_a else group}"}
    (rate_a, varies_a), (rate_b, varies_b) = (
        group_rate(searches, name, people) for name, people in ((group, people_a), (comparator, people_b))
    )
    ratio, clumps = pair_ratio(searches, group, people_a, comparator, people_b)
    if not is_told(ratio):
        return row | {"flag": f"not given: {NO_RATIO}"}
    chance = None in (clumps, varies_a, varies_b)
    return row | {
        **rates_and_ratio(rate_a, rate_b, ratio),
        "flag": "; ".join([*([CHANCE] if chance else []), *rate_notes(rate_a, rate_b)]),
    }


def denominator_caveats(made: Denominators | None, shown: str) -> list[str]:
    """The ratio by each other source of residents, and whether it hangs on that which rate is clearly higher.

    Parameters
    ----------
    made
        Figures by source; None where there is one.
    shown
        The source whose figures are shown.
    """
    rows = [] if made is None else [row for row in records_of(made.table) if not wording.missing(row["ratio"])]
    told = [
        f"{near_one.times(row['ratio'])} ({near_one.between(row['low'], row['high'])}) with {row['residents_source']}, "
        f"{wording.count(row['population'])} {row['group']} and {wording.count(row['comparator_population'])} "
        f"{row['comparator']} residents"
        for row in rows
    ]
    if len({_side(row["low"], row["high"]) for row in rows}) < 2:
        others = [said for row, said in zip(rows, told, strict=True) if row["residents_source"] != shown]
        own = next((row for row in rows if row["residents_source"] == shown), None)
        against = (
            f", against {wording.count(own['population'])} and {wording.count(own['comparator_population'])} in {shown}"
            if own
            else ""
        )
        return [f"By another source of residents the ratio is {'; '.join(others)}{against}."] if others else []
    return [
        "Which rate is higher, or whether that is clear, hangs on the source of residents: the ratio is "
        f"{'; '.join(told)}."
    ]


def _side(low: float, high: float) -> int:
    """1 where an interval lies above 1, −1 where it lies below, 0 where it holds 1."""
    return int(low > 1) - int(high < 1)
