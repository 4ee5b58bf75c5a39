"""Residents of each ethnic group at the ages that searches are told by, where a census file counts both together."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING

from analytics import wording
from analytics.findings.residents import NoResidents, Residents
from analytics.findings.searches import Searches
from data.counting import grouping
from data.cubes import PEOPLE_CUBE
from data.tables import POPULATION
from data.vocabularies import BROAD_GROUPS, ethnicity

if TYPE_CHECKING:
    import pandas as pd

    from data.store import View

_OLDEST = 200
_SPANS = (
    (re.compile(r"(\d+) ?(?:to|-|–) ?(\d+)"), lambda first, last: (int(first), int(last))),
    (re.compile(r"under (\d+)"), lambda first: (0, int(first) - 1)),
    (re.compile(r"(\d+)(?: years?)? (?:and|or) (?:under|below|younger)"), lambda last: (0, int(last))),
    (re.compile(r"(\d+)(?: years?)? ?(?:(?:and|or) (?:over|above|older)|\+)"), lambda first: (int(first), _OLDEST)),
    (re.compile(r"(\d+)"), lambda age: (int(age), int(age))),
)


def years_of(age: str) -> tuple[int, int] | None:
    """The first and the last year of age that the words of a file say, both counted; None where they say none.

    Examples
    --------
    >>> years_of("Aged 10 to 14 years"), years_of("Under 16"), years_of("65 and over")
    ((10, 14), (0, 15), (65, 200))
    """
    said = " ".join(re.sub(r"\bage[ds]?\b", "", age.casefold()).split())
    for pattern, span in _SPANS:
        found = pattern.fullmatch(said) or pattern.fullmatch(said.removesuffix("years").removesuffix("year").rstrip())
        if found:
            return span(*found.groups())
    return None


@lru_cache(maxsize=256)
def residents_aged(searches: Searches, first: int, last: int) -> dict[str, int]:
    """Residents of an age by broad group, of the areas that the searches of the whole force are set against.

    Parameters
    ----------
    searches
        The searches.
    first, last
        First and last year of age, both counted.

    Raises
    ------
    NoResidents
        With the reason: no population, none by ethnic group and age together, or ages that do not fit.
    """
    held = searches.residents
    counted = _by_age(searches.view, held.source)
    if counted is None:
        raise NoResidents(f"{held.source} holds no ages by ethnic group")
    spans = {str(age): years_of(str(age)) for age in counted["age"].unique()}
    inside = sorted((span, age) for age, span in spans.items() if span and first <= span[0] and span[1] <= last)
    whole = bool(inside) and inside[0][0][0] == first and inside[-1][0][1] == last
    if not whole or any(one[1] + 1 != other[0] for (one, _), (other, _) in pairwise(inside)):
        ages = wording.listing(list(spans))
        raise NoResidents(f"{held.source} counts ages by ethnic group in bands that don't fit ({ages})")
    rows = counted[counted["age"].isin([age for _, age in inside]) & counted["area_code"].isin(held.by_area.index)]
    if rows["suppressed"].any():
        raise NoResidents(f"{held.source} suppresses some counts by ethnic group and age")
    by_group = rows.groupby("broad")["residents"].sum()
    return {group: int(by_group.get(group, 0)) for group in BROAD_GROUPS}


def year_apart(searches: Searches, population: Residents | None) -> list[str]:
    """One sentence where searches of an age are set against residents of another year; empty where they are not."""
    if population is None or str(population.year) in {month[:4] for month in searches.months}:
        return []
    return [
        f"Searches ({searches.period}) are set against residents of {population.year}, of the same ethnic group and "
        "ages."
    ]


@lru_cache(maxsize=8)
def _by_age(view: View, source: str) -> pd.DataFrame | None:
    """Residents of a source by district, broad group and age; None where its file does not cross them."""
    import pyarrow.compute as pc

    # The cube says at once that a file has no ages; most have none, and those by small area are long.
    if not view.select(PEOPLE_CUBE.name, ["group"], source=source, level="district", attribute="age_band").num_rows:
        return None
    columns = ["area_code", "ethnicity_list", "ethnicity", "age", "residents"]
    rows = view.select(POPULATION.name, columns, source=source, level="district")
    rows = rows.filter(pc.and_(pc.is_valid(rows["ethnicity"]), pc.is_valid(rows["age"])))
    if not rows.num_rows:
        return None
    only_null = pc.CountOptions(mode="only_null")
    summed = rows.group_by(columns[:4]).aggregate([("residents", "sum"), ("residents", "count", only_null)])
    frame = summed.rename_columns([*columns, "suppressed"]).to_pandas()
    groups = {name: ethnicity(name, grouping(view)) for name in frame["ethnicity_list"].unique()}
    pairs = zip(frame["ethnicity_list"], frame["ethnicity"], strict=True)
    return frame.assign(broad=[groups[name][value].broad for name, value in pairs])
