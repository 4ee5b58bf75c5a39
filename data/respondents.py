"""The people who answered a survey, one row each: what cubes are counted from, and what heavy fits are made of.

No page reads them, and no row of them leaves the store.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import TYPE_CHECKING

import narwhals as nw
import pyarrow as pa
import pyarrow.compute as pc

from data.geography import GEOGRAPHY, codes_by_name
from data.tables import RESPONSES, WAVES
from data.vocabularies.survey import attributes, measures

if TYPE_CHECKING:
    import pandas as pd

    from data.store import View

READS = (RESPONSES.name, WAVES.name, GEOGRAPHY.name)
"""The tables that are read here."""

ALONE = "respondent "
"""How the unit is called of a respondent who is their own."""

_UNIT = {"load_id", "row", "respondent", "stratum", "psu"}


def surveys(view: View) -> list[tuple[str, str]]:
    """Force and name of every survey of which a release holds answers, in order."""
    if not view.has(WAVES.name):
        return []
    rows = view.rows(WAVES.name).select("force", "survey").unique().collect("pyarrow").to_native()
    return sorted((row["force"], row["survey"]) for row in rows.to_pylist())


def waves(view: View, force: str, survey: str) -> pd.DataFrame:
    """The waves of a survey in order of time: rows of the table ``waves``."""
    of = view.rows(WAVES.name).filter(nw.col("force") == force, nw.col("survey") == survey)
    return of.collect("pandas").to_native().sort_values(["ends", "wave"], ignore_index=True)


def last_year(view: View, force: str, survey: str) -> pd.DataFrame:
    """The waves of a survey that ended in the twelve months up to the end of its newest one, in order of time.

    Raises
    ------
    StoreError
        If the release holds no answers at all.
    """
    every = waves(view, force, survey)
    months = every["ends"].str[:4].astype(int) * 12 + every["ends"].str[5:7].astype(int)
    return every[months > months.max() - 12].reset_index(drop=True)


def respondents(view: View, force: str, survey: str, of_waves: Collection[str]) -> pd.DataFrame:
    """Everyone who answered some waves of a survey.

    Parameters
    ----------
    view
        A release.
    force, survey
        Whose survey it is, and its name.
    of_waves
        Names of the waves.

    Returns
    -------
    DataFrame
        One row a respondent, in order of wave, load and row: ``wave``; ``weight``; ``stratum``, blank where there is
        one; ``psu``, a respondent without a unit being one of their own; ``area``, the GSS code of the area of
        residence, or its name where no code is known, and ``parent``, that of the area above it; every attribute in
        the words of the mapping; and every measure that was asked, in the words of its scale. What is missing is null.

    Raises
    ------
    StoreError
        If the release holds no answers at all.
    """
    asked = [*(attribute.id for attribute in attributes().values()), *measures()]
    names = {*_UNIT, "wave", "area", "weight", *asked}
    rows = view.rows(RESPONSES.name).filter(
        nw.col("force") == force, nw.col("survey") == survey, nw.col("wave").is_in(list(of_waves))
    )
    people = with_units(rows.select(sorted(names)).collect("pyarrow").to_native())
    said = [name for name in asked if people[name].null_count < len(people)]
    found = people.to_pandas().sort_values(["wave", "load_id", "row"], ignore_index=True)
    codes, parents = codes_by_name(view), _parents(view)
    area = found["area"].map(lambda name: codes.get(name.casefold(), name), na_action="ignore")
    found = found.assign(area=area, parent=area.map(parents))
    return found[["wave", "weight", "stratum", "psu", "area", "parent", *said]]


def people_of(view: View, loads: Iterable[str], columns: Sequence[str]) -> pa.Table:
    """The respondents of some loads, current or not, with some columns and what their units are made of."""
    rows = view.every_row(RESPONSES.name).filter(nw.col("load_id").is_in(list(loads)))
    return with_units(rows.select(sorted({*columns, *_UNIT})).collect("pyarrow").to_native())


def with_units(people: pa.Table) -> pa.Table:
    """Respondents with a stratum and a sampling unit each."""
    people = _filled(people, "stratum", pa.scalar(""))
    if people["psu"].null_count:
        # A respondent who comes again in another wave is the same unit there, if the waves share respondents.
        # Without a number they are nobody's but their own row's.
        number, load = (people[name].cast(pa.string()) for name in ("row", "load_id"))
        row = pc.binary_join_element_wise("in row ", number, " of ", load, "")
        respondent = pc.coalesce(people["respondent"].cast(pa.string()), row)
        people = _filled(people, "psu", pc.binary_join_element_wise(ALONE, respondent, ""))
    return people


def _filled(people: pa.Table, name: str, by: pa.Scalar | pa.ChunkedArray) -> pa.Table:
    filled = pc.coalesce(people[name].cast(pa.string()), by)
    return people.set_column(people.schema.get_field_index(name), name, filled)


def _parents(view: View) -> dict[str, str]:
    """The code of the area above each, as the most preferred set has it."""
    if not view.has(GEOGRAPHY.name):
        return {}
    rows = view.rows(GEOGRAPHY.name).select("code", "parent_code", "rank").collect("pandas").to_native()
    known = rows[rows["parent_code"].notna()].sort_values("rank", kind="stable").drop_duplicates("code")
    return dict(zip(known["code"], known["parent_code"], strict=True))
