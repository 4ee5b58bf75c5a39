"""The residents that a force's searches are set against, and who is missing from them.

A census file need not hold every local authority of a force: some are published together with a
neighbour in one row, some counts are suppressed. Nothing of that may pass for a small population.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

import narwhals as nw

from analytics import wording
from data.cubes import EVERYONE, RESIDENTS_CUBE
from data.geography import GEOGRAPHY
from data.tables import POPULATION
from data.vocabularies import forces, has_area

if TYPE_CHECKING:
    import pandas as pd

    from data.store import View

_PARTS = re.compile(r",\s*|\s+and\s+")


class NoResidents(LookupError):
    """There is no population for the question; the message is one sentence that says why."""


def check_area(
    force: str,
    so: str = "there are no residents to set its searches against; what needs none is told below",
) -> None:
    """See that a force has an area of its own.

    Parameters
    ----------
    force
        Force, as data.police.uk writes it.
    so
        What a force without one can't be told, as the end of "has no area of its own, so …".

    Raises
    ------
    NoResidents
        If it has none, in the same words for every question but for what follows from it.
    """
    if not has_area(force):
        raise NoResidents(f"{forces()[force]['short']} has no area of its own, so {so}.")


@dataclass(frozen=True)
class JointRow:
    """A row of a population file that counts an area of this force together with an area of another one."""

    name: str
    absent: str
    residents: pd.Series  # by broad group


@dataclass(frozen=True)
class Residents:
    """Residents of a force, or of one of its areas.

    Attributes
    ----------
    source, year
        Where the counts come from, and the year they describe.
    by_area
        Residents, shape (areas, broad groups); index: GSS code.
    names
        Name of each area by code.
    absent
        Names of the force's areas that the file does not hold.
    joint
        Rows that count an absent area together with an area of another force; they are left out.
    suppressed_by_area
        Counts that the publisher suppressed, shape as ``by_area``; they are left out, never taken for zero.
    parents
        How it is known which areas belong to the force: ``lookup`` or ``overlap``, with its areas.
    load_ids
        Loads that the counts come from.
    """

    source: str
    year: int
    by_area: pd.DataFrame
    names: dict[str, str]
    absent: tuple[str, ...]
    joint: tuple[JointRow, ...]
    suppressed_by_area: pd.DataFrame
    parents: dict[str, int]
    load_ids: tuple[str, ...]

    @cached_property
    def by_group(self) -> dict[str, int]:
        """Residents by broad group."""
        return {str(group): int(number) for group, number in self.by_area.sum().items()}

    @property
    def suppressed(self) -> int:
        """Counts that the publisher suppressed."""
        return int(self.suppressed_by_area.to_numpy().sum())


def left_out(suppressed: int) -> list[str]:
    """One sentence on the counts of residents that the publisher suppressed; empty where there are none."""
    if not suppressed:
        return []
    return [
        f"{wording.plural(suppressed, 'count')} of residents left out, suppressed by the publisher: small, not zero."
    ]


@lru_cache(maxsize=8)
def sources(view: View) -> list[tuple[str, int]]:
    """The sources of residents by district that a release holds, with their year; newest first."""
    if not view.has(POPULATION.name):
        return []
    rows = (
        view.rows(RESIDENTS_CUBE.name)
        .filter(nw.col("level") == "district", nw.col("broad") != EVERYONE)
        .select("source", "year")
        .unique()
        .collect("pandas")
        .to_native()
    )
    return sorted(rows.itertuples(index=False, name=None), key=lambda row: (-row[1], row[0]))


def nearest(available: list[tuple[str, int]], first: str, last: str) -> str | None:
    """The source whose year is nearest to the middle of a period; the later one of two as near."""
    middle = (int(first[:4]) + int(last[:4])) / 2 + (int(first[5:7]) + int(last[5:7]) - 1) / 24
    near = sorted(available, key=lambda row: (abs(row[1] - middle), -row[1]))
    return near[0][0] if near else None


@lru_cache(maxsize=256)
def residents(view: View, force: str, source: str, area: str | None = None) -> Residents:
    """The residents of a force by district and broad group.

    Parameters
    ----------
    view
        The release.
    force
        Force, as data.police.uk writes it.
    source
        Source of the residents, such as ``Census 2021``.
    area
        One district; None for the whole force.

    Raises
    ------
    NoResidents
        If the force has no area of its own, nothing says which areas belong to it, or its
        areas can't be told apart from another force's in the file.
    """
    check_area(force)
    name, code = forces()[force]["short"], forces()[force]["pfa_code"]
    held_by = _census(view, source)
    own = held_by.districts[held_by.districts["parent_code"] == code]
    if own.empty:
        raise NoResidents(
            f"Nothing loaded says which local authorities belong to {name}; load the ONS lookup of local authorities "
            "to police force areas, or boundaries of both."
        )
    held = _held(held_by, code, area)
    if area is not None:
        own = own[own["code"] == area]
    if not held:
        others = [other for other, _ in sources(view) if other != source and _held(_census(view, other), code, area)]
        instead = f"; choose {wording.listing(others)} instead" if others else ""
        raise NoResidents(f"{_why_none(name, source, own, held_by, area)}{instead}.")
    absorbed_here = {c for c, row in held_by.absorbed.items() if row in held}
    here = {*held, *absorbed_here}
    missing = {str(c): str(n) for c, n in zip(own["code"], own["name"], strict=True) if c not in here}
    return Residents(
        source,
        held_by.year,
        held_by.wide.loc[held],
        {c: held_by.names[c] for c in held},
        tuple(missing.values()),
        tuple(held_by.joint(c, missing[c]) for c in missing if c in held_by.absorbed),
        held_by.suppressed.loc[held],
        {str(how): int(n) for how, n in own["parent_from"].value_counts().items()},
        held_by.load_ids,
    )


def _held(census: _Census, force: str, area: str | None) -> list[str]:
    """Codes of a force's areas, or of one of them, that a source has a row of its own for."""
    own = census.districts.loc[census.districts["parent_code"] == force, "code"]
    return [c for c in own if c in census.names and c not in census.mixed and area in (None, c)]


@dataclass(frozen=True)
class _Census:
    """What one source holds for every district, and how its rows relate to the districts of the forces.

    Attributes
    ----------
    wide
        Residents, shape (rows of the file, broad groups); index: GSS code.
    suppressed
        Counts of them that the publisher suppressed, of the same shape.
    districts
        The boundary set or lookup that agrees best with the codes of the file.
    absorbed
        For a district that the file lacks, the row whose name says that it counts that district as well.
    mixed
        Rows that count districts of two forces together.
    """

    year: int
    wide: pd.DataFrame
    names: dict[str, str]
    suppressed: pd.DataFrame
    districts: pd.DataFrame
    absorbed: dict[str, str]
    mixed: frozenset[str]
    load_ids: tuple[str, ...]

    def joint(self, code: str, name: str) -> JointRow:
        row = self.absorbed[code]
        return JointRow(self.names[row], name, self.wide.T[row])


@lru_cache(maxsize=16)
def _census(view: View, source: str) -> _Census:
    rows = view.rows(RESIDENTS_CUBE.name).filter(
        nw.col("source") == source, nw.col("level") == "district", nw.col("broad") != EVERYONE
    )
    counts = rows.collect("pandas").to_native()
    names = counts.drop_duplicates("area_code").set_index("area_code")["area_name"].astype(object).to_dict()
    districts = _best_list(_districts(view), set(names))
    absorbed = _absorbed(districts[~districts["code"].isin(names)], names)
    parent = districts.set_index("code")["parent_code"].to_dict()
    wide, suppressed = (
        counts.pivot_table(index="area_code", columns="broad", values=name, aggfunc="sum").astype("int64")
        for name in ("residents", "suppressed")
    )
    return _Census(
        year=int(counts["year"].iloc[0]),
        wide=wide.set_axis(wide.index.astype(object)),
        names=names,
        suppressed=suppressed.set_axis(suppressed.index.astype(object)),
        districts=districts,
        absorbed=absorbed,
        mixed=frozenset(row for area, row in absorbed.items() if parent.get(area) != parent.get(row)),
        load_ids=tuple(counts["load_id"].unique()),
    )


def _districts(view: View) -> pd.DataFrame:
    if not view.has(GEOGRAPHY.name):
        return GEOGRAPHY.frame({"code": []}).astype(object)
    rows = view.rows(GEOGRAPHY.name).filter(nw.col("area_level") == "district")
    return rows.collect("pandas").to_native().astype(object)


def _best_list(districts: pd.DataFrame, codes: set[str]) -> pd.DataFrame:
    """The boundary set or lookup that agrees best with the codes of a population file."""
    agreement = districts["code"].isin(codes).groupby(districts["boundary_set"]).agg(["sum", "mean"])
    if agreement.empty:
        return districts
    best = agreement.sort_values(["sum", "mean"]).index[-1]
    return districts[districts["boundary_set"] == best].drop_duplicates("code")


def _absorbed(absent: pd.DataFrame, names: dict[str, str]) -> dict[str, str]:
    mentioned = {part.casefold(): code for code, name in names.items() for part in _PARTS.split(str(name))[1:] if part}
    names_of = {str(c): str(n).casefold() for c, n in zip(absent["code"], absent["name"], strict=True)}
    return {c: mentioned[n] for c, n in names_of.items() if n in mentioned}


def _why_none(name: str, source: str, own: pd.DataFrame, held_by: _Census, area: str | None) -> str:
    if area is not None and len(own):
        name = str(own["name"].iloc[0])
    rows = [held_by.absorbed.get(code, code) for code in own["code"]]
    mixed = [held_by.names[row] for row in rows if row in held_by.mixed]
    if mixed:
        return (
            f"{source} counts the residents of {mixed[0]} in one row, and they belong to two forces, "
            f"so no rate can be given for {name} with it"
        )
    shared = [held_by.names[row] for row in rows if row in held_by.names]
    if shared:
        return (
            f"{source} counts the residents of {shared[0]} in one row, so no rate can be given for {name} alone with it"
        )
    if area is not None:
        return f"{source} holds no residents of this area, so no rate can be given with it"
    names = wording.listing(list(own["name"].astype(str)))
    return f"{source} holds no residents of the local authorities of {name} ({names}), so no rate can be given with it"
