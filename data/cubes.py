"""Rows counted once, when a release is made: what every page and every answer reads."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import narwhals as nw

from data.edges import beside, on_grid
from data.geography import GEOGRAPHY, PLACED, place, ranked_sets
from data.settings import settings
from data.tables import AREAS, CRIME, LOAD_ID, POPULATION, STOPS, Column, Table
from data.vocabularies import NOT_GIVEN, ethnicity, vocabulary

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

    from data.store import View

BLANK = "Blank"
NOT_RECOGNISED = "Not recognised"
EVERYONE = "Everyone"
"""The group of residents who are counted without one."""

_WHOM = (
    Column("person", "boolean", "Whether a person was searched; a vehicle-only search is not one", required=True),
    Column("self_defined", "text", "Ethnic group the person gave; Blank and Not stated apart", required=True),
    Column("officer_defined", "text", "Ethnic group the officer saw; Blank where none is recorded", required=True),
    Column("power", "text", "Power used, in its short name; Blank where none is recorded", required=True),
)
"""Who was searched, in whose words, and under which power."""

BESIDE = "beside"
"""The column of what lies on the other side of an edge."""

STOPS_CUBE = Table(
    "stops_cube",
    "Stops counted by load, month, area and group; each area level counts every stop once.",
    (
        LOAD_ID,
        Column("force", "text", "Force", required=True),
        Column("month", "text", "Force-month, YYYY-MM", required=True),
        Column("area_level", "text", "district or neighbourhood", required=True),
        Column("area", "text", "GSS code of the area that holds the published point; blank where none does"),
        Column("located", "boolean", "Whether the search was published with coordinates", required=True),
        *_WHOM,
        Column(
            BESIDE,
            "text",
            "GSS codes of the other areas of the level within 50 metres of the point, a space between them; None "
            "where there are none, blank without coordinates",
        ),
        Column("stops", "integer", "Number of stops", required=True),
    ),
)

OUTCOMES_CUBE = Table(
    "outcomes_cube",
    "Stops counted by load, month, district and group, and by what was looked for and what followed.",
    (
        LOAD_ID,
        Column("force", "text", "Force", required=True),
        Column("month", "text", "Force-month, YYYY-MM", required=True),
        Column("area_level", "text", "district", required=True),
        Column("area", "text", "GSS code of the district that holds the published point; blank where none does"),
        *_WHOM,
        Column("object", "text", "What was looked for, in the words of the list; Blank, Not recognised", required=True),
        Column(
            "outcome", "text", "What followed, in the classes of the list; Not given, Not recognised", required=True
        ),
        Column("linked", "text", "Whether the outcome was linked to the object: Yes, No or Blank", required=True),
        Column("stops", "integer", "Number of stops", required=True),
    ),
)

_OWN = (
    Column("bwv_on", "text", "Whether body-worn video was on: Yes, No or Blank", required=True),
    Column("grounds_grade", "text", "How the recorded grounds were graded: green, amber, red or Blank", required=True),
    Column("supervisor_reviewed", "text", "Whether a supervisor reviewed the record: Yes, No or Blank", required=True),
    Column("receipt", "text", "Whether a receipt was given or offered: Yes, No or Blank", required=True),
    Column("force_used", "text", "Whether force was used in the search: Yes, No or Blank", required=True),
)
"""What a force's own file may say of a search, and a published one does not."""

CONDUCT_CUBE = Table(
    "conduct_cube",
    "Stops counted by load, month and group, and by gender, age and how the search was carried out; without areas.",
    (
        LOAD_ID,
        Column("force", "text", "Force", required=True),
        Column("month", "text", "Force-month, YYYY-MM", required=True),
        *_WHOM,
        Column("gender", "text", "Gender in the words of the list; Blank, Not recognised", required=True),
        Column("age_band", "text", "Age band in the words of the list; Blank, Not recognised", required=True),
        Column("removal", "text", "Whether more than outer clothing was removed: Yes, No or Blank", required=True),
        Column("part_of_operation", "text", "Whether it was part of an operation: Yes, No or Blank", required=True),
        *_OWN,
        Column("stops", "integer", "Number of stops", required=True),
    ),
)

TEAM_CUBE = Table(
    "team_cube",
    "Stops counted by load, month, team and group, and by what followed and how the search was carried out. Stops "
    "without a team are counted by load, month and person alone, everything else being Blank.",
    (
        LOAD_ID,
        Column("force", "text", "Force", required=True),
        Column("month", "text", "Force-month, YYYY-MM", required=True),
        Column(
            "team", "text", "Pseudonym of the team, as the file writes it; Blank where none is given", required=True
        ),
        *_WHOM,
        Column(
            "outcome", "text", "What followed, in the classes of the list; Not given, Not recognised", required=True
        ),
        Column("linked", "text", "Whether the outcome was linked to the object: Yes, No or Blank", required=True),
        *_OWN,
        Column("stops", "integer", "Number of stops", required=True),
    ),
)

HOURS_CUBE = Table(
    "hours_cube",
    "Stops counted by load, month and power, and by the hour at which they began; without areas and groups.",
    (
        LOAD_ID,
        Column("force", "text", "Force", required=True),
        Column("month", "text", "Force-month, YYYY-MM", required=True),
        Column("person", "boolean", "Whether a person was searched; a vehicle-only search is not one", required=True),
        Column("power", "text", "Power used, in its short name; Blank where none is recorded", required=True),
        Column("hour", "integer", "Hour of the day by London's clock, 0 to 23; blank without a time"),
        Column("midnight_of_file", "boolean", "Whether it is at 00:00:00 by the clock of the file", required=True),
        Column("midnight_in_london", "boolean", "Whether it is at 00:00:00 by London's", required=True),
        Column("stops", "integer", "Number of stops", required=True),
    ),
)

CRIME_CUBE = Table(
    "crime_cube",
    "Crimes and incidents counted by load, month, area and kind; each area level counts every one once.",
    (
        LOAD_ID,
        Column("force", "text", "Force", required=True),
        Column("month", "text", "Force-month, YYYY-MM", required=True),
        Column("area_level", "text", "district or neighbourhood", required=True),
        Column("area", "text", "GSS code of the area that holds the published point or code; blank where none does"),
        Column("located", "boolean", "Whether it was published with coordinates or the code of an area", required=True),
        Column("category", "text", "Kind of crime in the words of the list; else in those of the file", required=True),
        Column("recorded", "integer", "Number of crimes and incidents", required=True),
    ),
)

RESIDENTS_CUBE = Table(
    "residents_cube",
    "Residents by source, area and ethnic group.",
    (
        LOAD_ID,
        Column("source", "text", "Where the count comes from", required=True),
        Column("year", "integer", "Year the count describes", required=True),
        Column("level", "text", "district, ward, msoa or lsoa", required=True),
        Column("area_code", "text", "GSS code", required=True),
        Column("area_name", "text", "Name as the file writes it"),
        Column("group", "text", "Ethnic group", required=True),
        Column("broad", "text", "Broad ethnic group, by the grouping choices of the settings", required=True),
        Column("residents", "integer", "Residents, without suppressed counts", required=True),
        Column("suppressed", "integer", "Number of suppressed counts left out", required=True),
    ),
)

PEOPLE_CUBE = Table(
    "people_cube",
    "Residents by source, area and the groups of one attribute; each attribute counts every resident once.",
    (
        LOAD_ID,
        Column("source", "text", "Where the count comes from", required=True),
        Column("year", "integer", "Year the count describes", required=True),
        Column("level", "text", "district, ward, msoa or lsoa", required=True),
        Column("area_code", "text", "GSS code", required=True),
        Column("attribute", "text", "ethnicity, sex or age_band", required=True),
        Column("group", "text", "Broad ethnic group, sex, or age band in the file's words", required=True),
        Column("residents", "integer", "Residents, without suppressed counts", required=True),
        Column("suppressed", "integer", "Number of suppressed counts left out", required=True),
    ),
)

_AT_ONCE = 1_000_000
"""Rows that are counted together."""

_DISTRICTS = ("district",)

_PUBLISHED = ("load_id", "force", "month", "type", "self_defined_ethnicity", "officer_defined_ethnicity", "legislation")
_LINKED = {"true": "Yes", "false": "No"}
_YES, _NO = "Yes", "No"
_OWN_TRUTHS = ("bwv_on", "supervisor_reviewed", "receipt", "force_used")


def count_stops(view: View, loads: list[str]) -> pa.Table:
    """Count the stops of some loads into the cube.

    Parameters
    ----------
    view
        A staged release that holds the rows and the geography.
    loads
        The loads to count.

    Returns
    -------
    Table
        Rows of ``stops_cube``. For each area level the counts add up to the rows of the loads.
    """
    return _in_parts(view, loads, STOPS_CUBE, _count_stops)


def _count_stops(view: View, loads: list[str]) -> pa.Table:
    return _by_level(_stops_by(view, loads, edges=True), STOPS_CUBE, "stops")


def count_outcomes(view: View, loads: list[str]) -> pa.Table:
    """Count the stops of some loads by what was looked for and what followed.

    Parameters
    ----------
    view
        A staged release that holds the rows and the geography.
    loads
        The loads to count.

    Returns
    -------
    Table
        Rows of ``outcomes_cube``. The counts add up to the rows of the loads.
    """
    return _in_parts(view, loads, OUTCOMES_CUBE, _count_outcomes)


def _count_outcomes(view: View, loads: list[str]) -> pa.Table:
    linked = nw.col("outcome_linked").cast(nw.String).alias("link")
    counted = _stops_by(view, loads, "object_of_search", "outcome", linked, levels=_DISTRICTS)
    counted["object"] = _mapped(counted["object_of_search"], _object)
    counted["outcome"] = _mapped(counted["outcome"], _outcome)
    counted["linked"] = _mapped(counted["link"], lambda link: _LINKED.get(str(link), BLANK))
    return _by_level(counted, OUTCOMES_CUBE, "stops", _DISTRICTS)


def _stops_by(
    view: View, loads: list[str], *more: str | nw.Expr, levels: Sequence[str] = PLACED, edges: bool = False
) -> pd.DataFrame:
    """Stops of some loads counted by whom, under which power, where, and further columns as published."""
    rows = view.every_row(STOPS.name).filter(nw.col("load_id").is_in(loads))
    counted = coded(rows.group_by(*_PUBLISHED, *more, "longitude", "latitude").agg(nw.len().alias("stops")))
    return _by_whom(_with_areas(counted, view, levels, edges=edges))


def _by_whom(counted: pd.DataFrame) -> pd.DataFrame:
    """Counted stops with who was searched and under which power, in the words of the lists."""
    counted["person"] = _mapped(counted["type"], _is_of_person, "bool")
    counted["self_defined"] = _ethnicity(counted["self_defined_ethnicity"], "police_18_1")
    counted["officer_defined"] = _ethnicity(counted["officer_defined_ethnicity"], "officer_5")
    counted["power"] = _mapped(counted["legislation"], _power)
    return counted


def count_conduct(view: View, loads: list[str]) -> pa.Table:
    """Count the stops of some loads by gender, age and how the search was carried out, wherever it was.

    Parameters
    ----------
    view
        A staged release that holds the rows.
    loads
        The loads to count.

    Returns
    -------
    Table
        Rows of ``conduct_cube``. The counts add up to the rows of the loads.
    """
    return _in_parts(view, loads, CONDUCT_CUBE, _count_conduct)


def _count_conduct(view: View, loads: list[str]) -> pa.Table:
    rows = view.every_row(STOPS.name).filter(nw.col("load_id").is_in(loads))
    truths = ("removal_outer", "part_of_operation", *_OWN_TRUTHS)
    counted = _said(
        rows.group_by(*_PUBLISHED, "gender", "age_range", "grounds_grade", *truths).agg(nw.len().alias("stops"))
    )
    counted["gender"] = _mapped(counted["gender"], _gender)
    counted["age_band"] = _mapped(counted["age_range"], _age)
    return _without_areas(_by_whom(counted.rename(columns={"removal_outer": "removal"})), CONDUCT_CUBE)


def count_teams(view: View, loads: list[str]) -> pa.Table:
    """Count the stops of some loads by team, and by what followed and how the search was carried out.

    Parameters
    ----------
    view
        A staged release that holds the rows.
    loads
        The loads to count.

    Returns
    -------
    Table
        Rows of ``team_cube``. The counts add up to the rows of the loads.
    """
    return _in_parts(view, loads, TEAM_CUBE, _count_teams)


def _count_teams(view: View, loads: list[str]) -> pa.Table:
    import pandas as pd

    rows = view.every_row(STOPS.name).filter(nw.col("load_id").is_in(loads))
    none = nw.col("team").is_null()
    keys = (*_PUBLISHED, "team", "outcome", "outcome_linked", "grounds_grade", *_OWN_TRUTHS)
    told = _by_whom(_said(rows.filter(~none).group_by(*keys).agg(nw.len().alias("stops"))))
    told["outcome"], told["linked"] = _mapped(told["outcome"], _outcome), told["outcome_linked"]
    # Nearly every file has no team: in one row a month it costs next to nothing.
    untold = coded(rows.filter(none).group_by("load_id", "force", "month", "type").agg(nw.len().alias("stops")))
    untold["person"] = _mapped(untold["type"], _is_of_person, "bool")
    columns = [name for name in TEAM_CUBE.names if name not in ("person", "stops")]
    parts = [part.reindex(columns=TEAM_CUBE.names).astype(dict.fromkeys(columns, "object")) for part in (told, untold)]
    whole = pd.concat(parts, ignore_index=True).fillna(dict.fromkeys(columns, BLANK))
    return _without_areas(whole.astype(dict.fromkeys(columns, "str")), TEAM_CUBE)


def count_hours(view: View, loads: list[str]) -> pa.Table:
    """Count the stops of some loads by the hour at which they began.

    Parameters
    ----------
    view
        A staged release that holds the rows.
    loads
        The loads to count.

    Returns
    -------
    Table
        Rows of ``hours_cube``. The counts add up to the rows of the loads.
    """
    return _in_parts(view, loads, HOURS_CUBE, _count_hours)


def _count_hours(view: View, loads: list[str]) -> pa.Table:
    rows = view.every_row(STOPS.name).filter(nw.col("load_id").is_in(loads))
    counted = coded(
        rows.group_by("load_id", "force", "month", "type", "legislation", "at").agg(nw.len().alias("stops"))
    )
    in_london = counted["at"].dt.tz_convert("Europe/London")
    counted["hour"] = in_london.dt.hour.astype("Int64")
    counted["midnight_of_file"] = at_midnight(counted["at"].dt.tz_convert("UTC"))
    counted["midnight_in_london"] = at_midnight(in_london)
    counted["person"] = _mapped(counted["type"], _is_of_person, "bool")
    counted["power"] = _mapped(counted["legislation"], _power)
    return _without_areas(counted, HOURS_CUBE)


def at_midnight(clock: pd.Series) -> pd.Series:
    """Whether moments are at 00:00:00 by a clock, which is their time zone; not where there is none."""
    written = clock.dt.tz_localize(None)
    return written == written.dt.floor("D")


def _said(rows: nw.LazyFrame[Any]) -> pd.DataFrame:
    """Rows in which true and false are Yes and No, and Blank is what is neither; grades of grounds likewise."""
    import pyarrow as pa
    import pyarrow.compute as pc

    table = rows.collect("pyarrow").to_native()
    for number, column in enumerate(table.schema):
        if pa.types.is_boolean(column.type):
            words = pc.fill_null(pc.if_else(table[number], _YES, _NO), BLANK)
            table = table.set_column(number, column.name, words)
    grades = table.schema.get_field_index("grounds_grade")
    table = table.set_column(grades, "grounds_grade", pc.fill_null(table[grades], BLANK))
    return with_codes(table)


def _without_areas(counted: pd.DataFrame, cube: Table) -> pa.Table:
    """Rows of a cube without areas: stops added up by everything else, by force and month."""
    groups = [name for name in cube.names if name != "stops"]
    rows = _added_by(counted, groups, "stops").select(cube.names).cast(cube.arrow)
    first = ["force", "month"]
    return rows.sort_by([(name, "ascending") for name in (*first, *(name for name in groups if name not in first))])


def _added_by(counted: pd.DataFrame, groups: Sequence[str], number: str) -> pa.Table:
    """A number added up by groups, texts as places in a list."""
    import pyarrow as pa

    columns = {name: pa.array(counted[name], from_pandas=True) for name in groups}
    columns = {name: column.dictionary_encode() if _is_text(column) else column for name, column in columns.items()}
    rows = pa.table({**columns, number: pa.array(counted[number], pa.int64())})
    return rows.group_by(list(groups)).aggregate([(number, "sum")]).rename_columns([*groups, number])


def count_crime(view: View, loads: list[str]) -> pa.Table:
    """Count the crimes and incidents of some loads into the cube.

    Each lies in the areas that hold its point; without a point, in the area whose code it carries, and in the
    district above that.

    Parameters
    ----------
    view
        A staged release that holds the rows and the geography.
    loads
        The loads to count.

    Returns
    -------
    Table
        Rows of ``crime_cube``. For each area level the counts add up to those of the loads.
    """
    return _in_parts(view, loads, CRIME_CUBE, _count_crime)


def _count_crime(view: View, loads: list[str]) -> pa.Table:
    keys = ("load_id", "force", "month", "category", nw.col("area").alias("code"), "longitude", "latitude")
    rows = view.every_row(CRIME.name).filter(nw.col("load_id").is_in(loads))
    counted = coded(rows.group_by(*keys).agg(nw.col("recorded").sum().cast(nw.Int64)))
    counted = _with_areas(counted.astype({"code": "str"}), view)
    without = ~counted["located"]
    for level, codes in _areas_of_codes(counted["code"][without], view).items():
        counted.loc[without, level] = codes
    counted["located"] |= counted["code"].notna()
    counted["category"] = _mapped(counted["category"], _kind)
    return _by_level(counted, CRIME_CUBE, "recorded")


def _in_parts(view: View, loads: list[str], cube: Table, count: Callable[[View, list[str]], pa.Table]) -> pa.Table:
    """Count loads some at a time, so that memory does not grow with their number, and lay what comes of it in order."""
    import pyarrow as pa

    rows = view.loads[view.loads["load_id"].isin(loads)].sort_values(["period", "subject"], kind="stable")
    part = rows["rows"].cumsum().floordiv(_AT_ONCE)
    parts = [count(view, list(of_part)) for _, of_part in rows["load_id"].groupby(part)]
    if len(parts) == 1:
        return parts[0]
    together = pa.concat_tables(parts or [cube.arrow.empty_table()])
    return together.sort_by([(name, "ascending") for name in ("area_level", "force") if name in cube.names])


def _with_areas(
    counted: pd.DataFrame, view: View, levels: Sequence[str] = PLACED, *, edges: bool = False
) -> pd.DataFrame:
    """Rows with whether they have a point, and the area of each level that holds it; each point is placed once.

    With ``edges`` also the areas beside it, in a column of each level.
    """
    import numpy as np
    import pandas as pd

    # Both numbers in one are looked up several times faster than a pair, and are missing where one of them is.
    places = np.empty(len(counted), dtype=complex)
    places.real, places.imag = counted["longitude"], counted["latitude"]
    point, points = pd.factorize(places)
    areas, ranks = _areas(view)
    placed = place(points.real, points.imag, areas, ranks, levels)
    if edges:
        near = on_grid(points.real, points.imag)
        placed |= {
            _of_level(BESIDE, level): beside(near, codes, ranked_sets(areas, ranks, level))
            for level, codes in placed.items()
        }
    # Place −1, of rows without a point, is the last one of each list.
    within = {level: pd.array([*codes, None], dtype="str").take(point) for level, codes in placed.items()}
    return counted.drop(columns=["longitude", "latitude"]).assign(located=point >= 0, **within)


def _areas_of_codes(codes: pd.Series, view: View) -> dict[str, pd.Series]:
    """The area of each level for codes of areas: the area itself, and of what is no district the one above it."""
    if not view.has(GEOGRAPHY.name):
        return {}
    geography = view.rows(GEOGRAPHY.name).select("code", "area_level", "parent_code", "rank").collect("pandas")
    rows = geography.to_native().sort_values("rank").drop_duplicates("code").set_index("code")
    placed = {level: codes.where(codes.map(rows["area_level"]) == level) for level in PLACED}
    # An LSOA may lie in an MSOA, and that in a district.
    for _ in range(2):
        codes = codes.map(rows["parent_code"])
        above = codes.where(codes.map(rows["area_level"]) == "district")
        placed["district"] = placed["district"].fillna(above)
    return placed


def _by_level(counted: pd.DataFrame, cube: Table, number: str, of_levels: Sequence[str] = PLACED) -> pa.Table:
    """Rows of a cube: a number added up by everything else, once for each area level.

    They lie by level, force and month, because every question is about one force or month of one level: it passes over
    the row groups of the others.
    """
    import pyarrow as pa

    groups = [name for name in cube.names if name not in ("area_level", number)]
    placed = [name for name in ("area", BESIDE) if name in groups]
    columns = {name: pa.array(counted[name], from_pandas=True) for name in groups if name not in placed}
    columns = {name: column.dictionary_encode() if _is_text(column) else column for name, column in columns.items()}
    numbers = pa.array(counted[number], pa.int64())
    levels = []
    for level in of_levels:
        own = {name: pa.array(counted[_of_level(name, level)], from_pandas=True).dictionary_encode() for name in placed}
        rows = pa.table({**columns, **own, number: numbers}).group_by(groups).aggregate([(number, "sum")])
        named = rows.rename_columns([*groups, number]).append_column("area_level", pa.repeat(level, len(rows)))
        levels.append(named.select(cube.names).cast(cube.arrow))
    order = ["area_level", "force", "month", *(name for name in groups if name not in ("force", "month"))]
    return pa.concat_tables(levels).sort_by([(name, "ascending") for name in order])


def _of_level(column: str, level: str) -> str:
    """The column of counted rows that holds what a cube says of one level: the area under the level's own name."""
    return level if column == "area" else f"{column} {level}"


def _is_text(column: pa.Array) -> bool:
    import pyarrow as pa

    return pa.types.is_string(column.type) or pa.types.is_large_string(column.type)


def count_residents(view: View, loads: list[str]) -> pd.DataFrame:
    """Add up the residents of some loads over sex and age, suppressed counts counted and never zero.

    Returns
    -------
    DataFrame
        Rows of ``residents_cube``.
    """
    rows = view.every_row(POPULATION.name).filter(nw.col("load_id").is_in(loads))
    keys = ["load_id", "source", "year", "level", "area_code", "area_name", "ethnicity_list", "ethnicity"]
    cube = _grouped(_added_up(rows, keys))
    return RESIDENTS_CUBE.frame({name: cube[name] for name in RESIDENTS_CUBE.names})


def _added_up(rows: nw.LazyFrame[Any], keys: list[str]) -> pd.DataFrame:
    """Residents by some columns, and how many counts of them are suppressed, which are never zeros."""
    return (
        rows.group_by(*keys)
        .agg(
            nw.col("residents").sum().fill_null(0).alias("residents"),
            nw.col("residents").is_null().cast(nw.Int64).sum().alias("suppressed"),
        )
        .collect("pandas")
        .to_native()
    )


def coded(rows: nw.LazyFrame[Any]) -> pd.DataFrame:
    """Rows with their texts as places in a list: they are compared and grouped many times a page."""
    return with_codes(rows.collect("pyarrow").to_native())


def with_codes(table: pa.Table) -> pd.DataFrame:
    """The same of rows that are read."""
    import pyarrow as pa

    for number, column in enumerate(table.schema):
        if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
            table = table.set_column(number, column.name, table[number].combine_chunks().dictionary_encode())
    return table.to_pandas()


def count_people(view: View, loads: list[str]) -> pd.DataFrame:
    """Add up the residents of some loads by each attribute that they are counted by.

    Returns
    -------
    DataFrame
        Rows of ``people_cube``.
    """
    import pandas as pd

    rows = view.every_row(POPULATION.name).filter(nw.col("load_id").is_in(loads))
    frames = [_by_attribute(rows, attribute, column) for attribute, column in _ATTRIBUTES.items()]
    cube = pd.concat(frames, ignore_index=True)
    return PEOPLE_CUBE.frame({name: cube[name] for name in PEOPLE_CUBE.names})


_ATTRIBUTES = {"ethnicity": "ethnicity", "sex": "sex", "age_band": "age"}
"""The column of ``population`` that holds each attribute."""


def _by_attribute(rows: nw.LazyFrame[Any], attribute: str, column: str) -> pd.DataFrame:
    keys = ["load_id", "source", "year", "level", "area_code", "ethnicity_list", column]
    counted = _added_up(rows.filter(~nw.col(column).is_null()), keys)
    if attribute == "ethnicity":
        counted = _grouped(counted).drop(columns="group").rename(columns={"broad": "group"})
    else:
        counted["group"] = counted[column]
    of_group = [name for name in PEOPLE_CUBE.names if name not in ("attribute", "residents", "suppressed")]
    added = counted.groupby(of_group, observed=True)[["residents", "suppressed"]].sum().reset_index()
    return added.assign(attribute=attribute)


def _grouped(counted: pd.DataFrame) -> pd.DataFrame:
    """Counts of residents with their group and broad group; every distinct value is looked up once."""
    pairs = counted[["ethnicity_list", "ethnicity"]].drop_duplicates()
    groups = [_resident_group(name, value) for name, value in pairs.itertuples(index=False)]
    pairs["group"], pairs["broad"] = zip(*groups, strict=True) if groups else ((), ())
    return counted.merge(pairs, on=["ethnicity_list", "ethnicity"], validate="m:1")


def _resident_group(list_name: object, value: object) -> tuple[str, str]:
    """The group and the broad group of residents: everyone, where no group is given."""
    if not isinstance(list_name, str):
        return EVERYONE, EVERYONE
    found = ethnicity(list_name, settings().grouping)[str(value)]
    return found.group, found.broad


def _areas(view: View) -> tuple[pd.DataFrame, pd.Series]:
    import pandas as pd

    if not view.has(AREAS.name):
        return AREAS.frame({"load_id": []}), pd.Series(dtype="Int64")
    areas = view.rows(AREAS.name).collect("pandas").to_native()
    geography = view.rows(GEOGRAPHY.name).collect("pandas").to_native()
    ranks = geography.drop_duplicates(["area_level", "boundary_set"]).set_index(["boundary_set", "kind"])["rank"]
    keys = pd.MultiIndex.from_frame(areas[["boundary_set", "level"]])
    return areas, pd.Series(ranks.reindex(keys).to_numpy(), index=areas.index)


def _mapped(values: pd.Series, meaning: Callable[[object], object], dtype: str = "str") -> pd.Series:
    """Look every distinct value up once."""
    import pandas as pd

    codes, distinct = pd.factorize(values, use_na_sentinel=False)
    return pd.Series([meaning(value) for value in distinct], dtype=dtype).take(codes).set_axis(values.index)


def _ethnicity(values: pd.Series, list_name: str) -> pd.Series:
    groups = ethnicity(list_name)

    def meaning(value: object) -> str:
        if not isinstance(value, str):
            return BLANK
        found = groups.get(value)
        return found.group if found else NOT_RECOGNISED

    return _mapped(values, meaning)


def _power(value: object) -> str:
    if not isinstance(value, str):
        return BLANK
    known = vocabulary("powers").lookup(value)
    return known["name"] if known else value


def _object(value: object) -> str:
    known = vocabulary("objects").lookup(value)
    return known["label"] if known else NOT_RECOGNISED if isinstance(value, str) else BLANK


def _outcome(value: object) -> str:
    known = vocabulary("outcomes").lookup(value)
    return known["outcome"] if known else NOT_RECOGNISED if isinstance(value, str) else NOT_GIVEN


def _gender(value: object) -> str:
    known = vocabulary("genders").lookup(value)
    return known["value"] if known else NOT_RECOGNISED if isinstance(value, str) else BLANK


def _age(value: object) -> str:
    known = vocabulary("age_bands").lookup(value)
    return known["value"] if known else NOT_RECOGNISED if isinstance(value, str) else BLANK


def _kind(value: object) -> str:
    known = vocabulary("crime_types").lookup(value)
    return known["value"] if known else str(value)


def _is_of_person(value: object) -> bool:
    known = vocabulary("stop_types").lookup(value)
    return known is None or known["person"] == "yes"
