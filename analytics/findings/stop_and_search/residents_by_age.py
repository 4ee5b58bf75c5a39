"""Residents of each ethnic group at the ages that searches are told by, where a census file counts both together."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from analytics import wording
from analytics.findings.ages import made_of
from analytics.findings.residents import NoResidents, Residents, sources
from analytics.findings.searches import Searches
from data.counting import grouping
from data.cubes import PEOPLE_CUBE
from data.tables import POPULATION
from data.vocabularies import BROAD_GROUPS, ethnicity

if TYPE_CHECKING:
    import pandas as pd

    from data.store import View

SEXES = ("Female", "Male")

NEEDED = (
    "load residents by ethnic group, sex and age in one file: a custom dataset of Census 2021 by ethnic group (20 "
    "categories), sex and age (23 categories, or single years), or DC2101EW of Census 2011"
)
"""What to load where no file crosses ages with ethnic groups."""


@lru_cache(maxsize=256)
def residents_aged(searches: Searches, first: int, last: int) -> dict[str, int]:
    """Residents of an age by broad group, of the areas that the searches of the whole force are set against.

    Parameters
    ----------
    searches
        The searches.
    first, last
        First and last year of age, both counted; `OLDEST` stands for no end.

    Raises
    ------
    NoResidents
        With the reason: no population, none by ethnic group and age together, or ages that do not fit.
    """
    rows = _aged(searches, first, last)
    by_group = rows.groupby("broad")["residents"].sum()
    return {group: int(by_group.get(group, 0)) for group in BROAD_GROUPS}


@lru_cache(maxsize=64)
def residents_by_sex(searches: Searches, first: int, last: int) -> dict[str, dict[str, int]]:
    """The same by sex, ``Female`` and ``Male``; empty where the file does not tell sexes apart.

    Parameters
    ----------
    searches, first, last
        As for `residents_aged`.

    Raises
    ------
    NoResidents
        As `residents_aged`.
    """
    rows = _aged(searches, first, last)
    if rows["sex"].isna().any():
        return {}
    summed = rows.groupby(["sex", "broad"])["residents"].sum()
    return {sex: {group: int(summed.get((sex, group), 0)) for group in BROAD_GROUPS} for sex in SEXES}


def bands_within(searches: Searches, first: int, last: int) -> list[str]:
    """The bands of the census file that an age is made of, in its words, the youngest first.

    Raises
    ------
    NoResidents
        As `residents_aged`.
    """
    return list(dict.fromkeys(_aged(searches, first, last).sort_values("place")["age"]))


def _aged(searches: Searches, first: int, last: int) -> pd.DataFrame:
    """Rows of the source's districts whose bands make up an age."""
    held = searches.residents
    counted = _by_age(searches.view, held.source)
    if counted is None:
        raise NoResidents(f"{held.source} holds no ages by ethnic group; {_instead(searches)}.")
    ages = [str(age) for age in counted["age"].unique()]
    bands = made_of(ages, first, last)
    if not bands:
        said = wording.listing(ages)
        raise NoResidents(f"{held.source} counts ages by ethnic group in bands that don't fit ({said}).")
    rows = counted[counted["age"].isin(bands) & counted["area_code"].isin(held.by_area.index)]
    if rows["suppressed"].any():
        raise NoResidents(f"{held.source} suppresses some counts by ethnic group and age.")
    return rows.assign(place=rows["age"].map(bands.index))


def _instead(searches: Searches) -> str:
    """Another source that crosses ages with ethnic groups, or what to load."""
    for source, _ in sources(searches.view):
        if _by_age(searches.view, source) is not None:
            return f"choose {source} as the source of residents"
    return NEEDED


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
    """Residents of a source by district, broad group, age and sex; None where its file does not cross group and age."""
    import pyarrow.compute as pc

    # The cube says at once that a file has no ages; most have none, and those by small area are long.
    if not view.select(PEOPLE_CUBE.name, ["group"], source=source, level="district", attribute="age_band").num_rows:
        return None
    columns = ["area_code", "ethnicity_list", "ethnicity", "age", "sex", "residents"]
    rows = view.select(POPULATION.name, columns, source=source, level="district")
    rows = rows.filter(pc.and_(pc.is_valid(rows["ethnicity"]), pc.is_valid(rows["age"])))
    if not rows.num_rows:
        return None
    only_null = pc.CountOptions(mode="only_null")
    summed = rows.group_by(columns[:5]).aggregate([("residents", "sum"), ("residents", "count", only_null)])
    frame = summed.rename_columns([*columns, "suppressed"]).to_pandas()
    groups = {name: ethnicity(name, grouping(view)) for name in frame["ethnicity_list"].unique()}
    pairs = zip(frame["ethnicity_list"], frame["ethnicity"], strict=True)
    return frame.assign(broad=[groups[name][value].broad for name, value in pairs])
