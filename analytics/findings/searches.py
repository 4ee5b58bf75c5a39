"""The searches that a scope asks about, counted, with the residents they are set against."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from analytics import wording
from analytics.disparity import month_dispersion, period_dispersion, split_dispersion
from analytics.finding import Provenance, files_of
from analytics.findings import choices
from analytics.findings.force_months import high_month
from analytics.findings.residents import NoResidents, Residents, check_area, residents
from analytics.scope import ALL_POWERS, DEFINITIONS, Scope, ScopeError
from data.checks import HIGH, PARTIAL, high_months, month_statuses
from data.counting import grouping
from data.cubes import BLANK, NOT_RECOGNISED, STOPS_CUBE, with_codes
from data.settings import settings
from data.tables import AREAS, STOPS
from data.vocabularies import BROAD_GROUPS, NOT_STATED, ethnicity, forces, grouping_notes

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from analytics.findings import Question
    from data.store import View

LISTS = {"self": "police_18_1", "officer": "officer_5"}
COLUMNS = {"self": "self_defined", "officer": "officer_defined"}
"""The column of a cube that holds the ethnicity by each definition."""
_UNKNOWN = (NOT_STATED, NOT_RECOGNISED)


class NoSearches(LookupError):
    """There is nothing to count for the question; the message is one sentence that says why."""


def check_counted(view: View, cube: str, what: str, column: str | None = None) -> None:
    """See that a release was counted into a cube, or into a column of it, that is younger than it may be.

    Parameters
    ----------
    cube
        Name of the cube.
    what
        What it counts, as the end of "counted before … were".
    column
        Name of the column; None where the cube is as young.

    Raises
    ------
    NoSearches
        If it was not, with the command that counts it again.
    """
    if not view.has(cube, column):
        number = view.release.number if view.release else 0
        raise NoSearches(
            f"Release {number} was counted before {what} were; the command “python -m data recount --reason TEXT” "
            "counts it again."
        )


class TooFew(NoSearches):
    """There are searches, but too few of a group for the question; the others may still be shown."""

    def __init__(self, why: str, searches: Searches) -> None:
        super().__init__(why)
        self.searches = searches


UNANSWERABLE = (ScopeError, NoResidents, NoSearches)
"""Why a question can't be answered; each carries one sentence."""


@dataclass(frozen=True, eq=False)
class Searches:
    """Searches of persons in a scope.

    Attributes
    ----------
    scope
        The scope, with everything said.
    cells
        Columns month, area (GSS code; missing where the search has no known place), located (whether it was
        published with coordinates), group (broad) and stops.
    blank
        Searches whose ethnicity is blank; they count among Not stated.
    vehicle_only
        Searches of vehicles alone, which are not searches of persons and are left out.
    only
        The months of the period that are asked about; None for all of them.
    """

    view: View
    scope: Scope
    cells: pd.DataFrame
    blank: int
    vehicle_only: int
    only: frozenset[str] | None = None

    @classmethod
    @lru_cache(maxsize=256)
    def of(cls, scope: Scope, view: View) -> Searches:
        """Count the searches of a scope.

        Raises
        ------
        ScopeError
            If the release has nothing of what the scope asks about.
        NoSearches
            If the force has no file in the period, or no person was searched.
        """
        return cls._of(choices.complete(scope, view), view)

    @classmethod
    @lru_cache(maxsize=256)
    def _of(cls, scope: Scope, view: View) -> Searches:
        """Count the searches of a scope with everything said, however much of it was left open."""
        searches = cls._counted(scope, view, _chosen(scope, view))
        searches._check()
        return searches

    @classmethod
    def _counted(cls, scope: Scope, view: View, chosen: pd.DataFrame) -> Searches:
        """Searches from rows of the cube."""
        persons = chosen[chosen["person"]]
        blank = int(persons.loc[persons["detail"] == BLANK, "stops"].sum())
        vehicles = int(chosen["stops"].sum() - persons["stops"].sum())
        return cls(view, scope, _by_broad_group(persons, _broad_of(view, str(scope.definition))), blank, vehicles)

    def under(self, powers: Collection[str]) -> Searches:
        """Those of the searches that were made under some powers; there may be none.

        Parameters
        ----------
        powers
            Names of powers as `by_power` has them.
        """
        chosen = _chosen(self.scope, self.view)
        return self._counted(self.scope, self.view, chosen[chosen["power"].isin(powers)])

    def within(self, months: Collection[str]) -> Searches:
        """Those of the searches that are of some months of the period; there may be none.

        Parameters
        ----------
        months
            Months, YYYY-MM, one or more, which need not follow each other; the scope becomes that of their span.
        """
        scope = self.scope.but(from_month=min(months), to_month=max(months))
        chosen = _chosen(scope, self.view)
        counted = self._counted(scope, self.view, chosen[chosen["month"].isin(list(months))])
        return replace(counted, only=frozenset(months))

    @cached_property
    def by_power(self) -> pd.DataFrame:
        """Searches, shape (powers, months with a file); index: name, ``Blank`` where none is recorded, most first."""
        chosen = _chosen(self.scope, self.view)
        persons = chosen[chosen["person"]]
        power, month = persons["power"].cat, persons["month"].cat
        at, wide = pd.Index(self.months).get_indexer(month.categories), len(self.months)
        places = power.codes.to_numpy().astype(np.int64) * wide + at[month.codes]
        counted = np.bincount(places, persons["stops"], minlength=len(power.categories) * wide).astype(np.int64)
        table = pd.DataFrame(counted.reshape(-1, wide), index=list(power.categories), columns=self.months)
        often = np.argsort(-table.sum(axis=1).to_numpy(), kind="stable")
        return table.iloc[often[: int((table.sum(axis=1) > 0).sum())]]

    def monthly(self, groups: Collection[str]) -> NDArray[np.int64]:
        """Searches of groups, those of unknown ethnicity too, shape (groups, months with a file)."""
        place = pd.Index(list(groups)).get_indexer(pd.Index(self.cells["group"]))
        month = pd.Index(self.months).get_indexer(pd.Index(self.cells["month"]))
        shape, kept = (len(groups), len(self.months)), place >= 0
        counted = np.bincount(
            (place * shape[1] + month)[kept], self.cells["stops"].to_numpy()[kept], minlength=shape[0] * shape[1]
        )
        return counted.astype(np.int64).reshape(shape)

    def _check(self) -> None:
        if not self.months:
            available = choices.months(self.view, self.force)
            raise NoSearches(
                f"{self.force_name} has no stop-and-search file for {self.period}; its files are of "
                f"{wording.months(available[0], available[-1])}."
            )
        if self.total == 0:
            raise NoSearches(
                f"The stop-and-search files of {self.force_name} for {self.period} hold no search of a person"
                f"{self.limits}."
            )

    @property
    def limits(self) -> str:
        """The filters that can leave little or nothing to count, in words; empty where there are none."""
        power = str(self.scope.power)
        under = "" if power == ALL_POWERS else " without a recorded power" if power == BLANK else f" under “{power}”"
        return under + (" in this district" if self.scope.area else "")

    @property
    def force(self) -> str:
        """The force."""
        return str(self.scope.force)

    @property
    def force_name(self) -> str:
        """The force's name, as a sentence has it."""
        return forces()[self.force]["short"]

    @property
    def period(self) -> str:
        """The period in words."""
        return wording.months(str(self.scope.from_month), str(self.scope.to_month))

    @property
    def span(self) -> str:
        """The period in words, with how much of it there is where months are missing."""
        if not self.missing_months:
            return self.period
        return f"{self.period} ({len(self.months)} of {len(self.asked_months)} months)"

    @property
    def during(self) -> str:
        """The period in words, as it follows a verb."""
        return wording.during(str(self.scope.from_month), str(self.scope.to_month))

    @property
    def definition(self) -> str:
        """Whose word on ethnicity counts, in words."""
        return DEFINITIONS[str(self.scope.definition)]

    @cached_property
    def asked_months(self) -> list[str]:
        """Every month of the period that is asked about."""
        every = wording.month_range(str(self.scope.from_month), str(self.scope.to_month))
        return [month for month in every if self.only is None or month in self.only]

    @cached_property
    def months(self) -> list[str]:
        """Months of the period for which there is a file."""
        return [month for month in self.asked_months if month in choices.months(self.view, self.force)]

    @cached_property
    def missing_months(self) -> list[str]:
        """Months of the period without a file: gaps, not zeros."""
        held = set(self.months)
        return [month for month in self.asked_months if month not in held]

    @cached_property
    def partial_months(self) -> list[str]:
        """Months of the period that are suspected to be partial."""
        return [month for month in self.months if month in _partial_months(self.view, self.force)]

    @cached_property
    def high_months(self) -> list[str]:
        """One sentence for each month of the period that has far more searches than those around it."""
        return [said for month, said in _high_months(self.view, self.force).items() if month in set(self.months)]

    @cached_property
    def also_loaded(self) -> list[str]:
        """Runs of months outside the period for which there is a file, in words."""
        runs: list[list[str]] = []
        for month in choices.months(self.view, self.force):
            if str(self.scope.from_month) <= month <= str(self.scope.to_month):
                continue
            if runs and wording.months_between(runs[-1][-1], month) == 2:
                runs[-1].append(month)
            else:
                runs.append([month])
        return [wording.months(run[0], run[-1]) for run in runs]

    @cached_property
    def empty_months(self) -> list[str]:
        """Months of the period whose file holds nothing at all."""
        loads = _loads(self.view, self.force)
        empty = set(loads.loc[loads["current"] & (loads["rows"] == 0), "period"])
        return [month for month in self.months if month in empty]

    @cached_property
    def notes(self) -> dict[str, tuple[str, ...]]:
        """What was noticed when the files were read, by month of the period."""
        loads = _loads(self.view, self.force)
        current = loads["current"].to_numpy(dtype=bool)
        held = dict(zip(loads["period"].to_numpy()[current], loads["notes"].to_numpy()[current], strict=True))
        return {month: tuple(held[month]) for month in self.months}

    @cached_property
    def total(self) -> int:
        """Searches of persons."""
        return int(self.cells["stops"].sum())

    @cached_property
    def by_group(self) -> dict[str, int]:
        """Searches by broad group, with Not stated (blank counts with it) and Not recognised."""
        counted = self.cells.groupby("group")["stops"].sum()
        shown = [*BROAD_GROUPS, NOT_STATED, *([NOT_RECOGNISED] if NOT_RECOGNISED in counted else [])]
        return {group: int(counted.get(group, 0)) for group in shown}

    def never_recorded(self, group: str) -> bool:
        """Whether no search in any file of the force is recorded as the group, whatever the area, power or month."""
        details = _recorded(self.view, self.force, COLUMNS[str(self.scope.definition)])
        return group not in {self.broad.get(detail) for detail in details}

    @cached_property
    def broad(self) -> dict[str, str]:
        """The broad group of every ethnicity that a search can be recorded with."""
        return _broad_of(self.view, str(self.scope.definition))

    @property
    def unknown(self) -> int:
        """Searches without a usable ethnicity."""
        return sum(self.by_group.get(group, 0) for group in _UNKNOWN)

    @property
    def unknown_share(self) -> float:
        """Share of searches without a usable ethnicity."""
        return self.unknown / self.total

    @cached_property
    def by_cell(self) -> pd.DataFrame:
        """Searches of known ethnicity, shape (area-months, broad groups); index: area, month."""
        group = pd.Index(BROAD_GROUPS).get_indexer(pd.Index(self.cells["group"]))
        known = self.cells[group >= 0]
        (area, areas), (month, months) = pd.factorize(known["area"].fillna("")), pd.factorize(known["month"])
        # Whole numbers are compared many times faster than pairs of texts.
        place, pairs = pd.factorize(area * max(len(months), 1) + month)
        wide = len(BROAD_GROUPS)
        cells = np.bincount(place * wide + group[group >= 0], known["stops"], minlength=len(pairs) * wide)
        held, at = np.divmod(pairs, max(len(months), 1))
        index = pd.MultiIndex.from_arrays([areas[held], months[at]], names=["area", "month"])
        return pd.DataFrame(cells.reshape(-1, wide).astype("int64"), index=index, columns=list(BROAD_GROUPS))

    @cached_property
    def by_area(self) -> pd.DataFrame:
        """Searches of known ethnicity, shape (areas, broad groups); index: GSS code, blank where there is no place."""
        return self.by_cell.groupby(level="area").sum()

    @cached_property
    def placed(self) -> dict[str, int]:
        """Searches of known ethnicity in some district, by broad group."""
        inside = self.by_area.drop(index="", errors="ignore").sum()
        return {str(group): int(number) for group, number in inside.items()}

    @cached_property
    def by_district(self) -> pd.DataFrame:
        """Searches of known ethnicity in the areas whose residents are known; index: as `Residents.by_area`."""
        return self.by_area.reindex(self.residents.by_area.index, fill_value=0)

    @cached_property
    def by_month(self) -> pd.DataFrame:
        """Searches of known ethnicity, shape (months with a file, broad groups); an empty month has zeros."""
        monthly = self.by_cell.groupby(level="month").sum()
        return monthly.reindex(self.months, fill_value=0)

    def variation(self, group: str) -> float | None:
        """Variance factor of a group's searches in the whole period, from month to month; None if it can't be told."""
        return period_dispersion(self.by_month[group].to_numpy()).factor

    def variation_within(self, group: str) -> float | None:
        """Variance factor of a group's searches in one month; None if it can't be told.

        Where districts can't tell it, that of the whole period stands in, which takes the months' differences for
        error and is never too small.
        """
        cells = self.by_cell[group].unstack("month", fill_value=0)
        return month_dispersion(cells.to_numpy()).factor or self.variation(group)

    def clumping(self, group: str, others: tuple[str, ...]) -> float | None:
        """Variance factor of the split between a group and others, over district-months; None if it can't be told."""
        if (group, others) not in self._clumping:
            columns = {name: place for place, name in enumerate(self.by_cell.columns)}
            counts, area = self._split
            rest = counts[:, [columns[name] for name in others]].sum(axis=1)
            self._clumping[group, others] = split_dispersion(counts[:, columns[group]], rest, area).factor
        return self._clumping[group, others]

    @cached_property
    def _clumping(self) -> dict[tuple[str, tuple[str, ...]], float | None]:
        return {}

    @cached_property
    def _split(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        cells = self.by_cell
        return cells.to_numpy(), pd.factorize(cells.index.get_level_values("area"))[0]

    @cached_property
    def residents(self) -> Residents:
        """The residents that the searches are set against.

        Raises
        ------
        NoResidents
            If there are none, with the reason.
        """
        check_area(self.force)
        if self.scope.population is None:
            raise NoResidents(
                "No population is loaded, so there are counts but no rates; load a census file by ethnic group."
            )
        if self.scope.definition == "officer" and grouping(self.view).get("mixed_black") == "Black":
            raise NoResidents(
                "Officers record Mixed as one group, and residents of Mixed groups with Black are counted as Black, so "
                "no rate can be given by officer-defined ethnicity."
            )
        return residents(self.view, self.force, self.scope.population, self.scope.area)

    def gaps(self, *, per_resident: bool = True) -> list[str]:
        """What weighs most on every figure: months missing, partial or empty, and whose word on ethnicity it is."""
        said = []
        if self.missing_months:
            names = wording.listing([wording.month(month) for month in self.missing_months])
            said.append(f"No file is loaded for {names}: a gap, not a zero. Rates are over the months there are.")
        if self.partial_months:
            names = wording.listing([wording.month(month) for month in self.partial_months])
            said.append(f"The file for {names} has far fewer searches than the year before it and may be partial.")
        said += self.high_months
        if self.scope.definition == "officer":
            seen = "Ethnicity is what the officer saw"
            gave = ", and residents gave their own at the census" if per_resident else ""
            said.append(f"{seen}{gave}; officers rarely record Mixed.")
        if self.empty_months:
            names = wording.listing([wording.month(month) for month in self.empty_months])
            low = "; if searches are missing from it, rates are too low" if per_resident else ""
            said.append(f"No search is recorded in the file for {names}{low}.")
        return said

    def caveats(self, within: str = "ratio") -> list[str]:
        """What every figure of these searches has to say about them; ``within`` is what is told within districts."""
        return self.counted() + (self._places(within) if within else [])

    def counted(self) -> list[str]:
        """The same without where searches lie, which figures by area say in their own way."""
        said = []
        if self.unknown:
            said.append(
                f"{self.definition.capitalize()} is not known for {self.unknown:,} of "
                f"{wording.plural(self.total, 'search', 'searches')} ({wording.percent(self.unknown_share)}): "
                f"{self._unknown_parts()}."
            )
        if self.vehicle_only:
            said.append(
                f"{wording.plural(self.vehicle_only, 'vehicle-only search', 'vehicle-only searches')} left out: "
                "no person was searched."
            )
        said.append("A search is an event, not a person: one person can be searched many times.")
        if self.also_loaded:
            said.append(f"Also loaded, outside this period: {wording.listing(self.also_loaded)}.")
        return said

    def _places(self, within: str) -> list[str]:
        """How many searches lie nowhere: without coordinates, or outside every area that is loaded."""
        nowhere = self.cells[self.cells["area"].isna()].groupby("located")["stops"].sum()
        unlocated, outside = int(nowhere.get(False, 0)), int(nowhere.get(True, 0))
        if not unlocated and not outside:
            return []
        said = f"{wording.plural(unlocated, 'search was', 'searches were')} published without coordinates"
        if outside:
            said += f" and {outside:,} {'lies' if outside == 1 else 'lie'} outside every district that is loaded"
        return [f"{said}; they count in every figure but the {within} within districts."]

    def _unknown_parts(self) -> str:
        parts = [f"{self.by_group[NOT_STATED] - self.blank:,} not stated", f"{self.blank:,} blank"]
        if NOT_RECOGNISED in self.by_group:
            parts.append(f"{self.by_group[NOT_RECOGNISED]:,} not in our list of groups")
        return ", ".join(parts)

    def provenance(
        self,
        question: Question,
        method: str,
        reference: str,
        rules: list[str],
        shown: Mapping[str, str] | None = None,
        *,
        per_resident: bool = True,
        further_loads: Collection[str] = (),
    ) -> Provenance:
        """Provenance of an answer made from these searches; its scope holds what the question takes.

        Loads of residents by another source, which some table sets the searches against, are further ones.
        """
        try:
            population = set(self.residents.load_ids) if per_resident else set()
        except NoResidents:
            population = set()
        population |= set(further_loads)
        loads = self.view.current_loads
        stops = (loads["table"] == STOPS.name) & (loads["subject"] == self.force) & loads["period"].isin(self.months)
        areas = (loads["table"] == AREAS.name) & loads["load_id"].isin(choices.district_loads(self.view, self.force))
        used = loads[stops | loads["load_id"].isin(population) | areas]
        used = used.sort_values(["table", "period", "file"], ascending=[False, True, True])
        return Provenance(
            release=self.view.release.number if self.view.release else 0,
            files=files_of(used),
            scope=self.scope.only(question.takes).address(),
            base=f"{wording.plural(self.total, 'search', 'searches')} of persons, {self.period}, by {self.definition}",
            method=method,
            reference=reference,
            rules=tuple(rules),
            settings={
                "Searches withheld below": str(settings().threshold),
                "Unknown ethnicity said first above": wording.percent(settings().unknown_share),
                "High month said above": f"{HIGH} times the median of the other months within a year of it",
                "Partial month suspected below": wording.percent(settings().partial_share),
                "Boundary sets preferred": wording.listing(settings().boundary_sets, 99) or "The one with most areas",
                "Groups": " ".join(grouping_notes(LISTS[str(self.scope.definition)], grouping(self.view)))
                or "As the list has them",
                **(shown or {}),
            },
        )


def _by_broad_group(cells: pd.DataFrame, broad: Mapping[str, str]) -> pd.DataFrame:
    """Cells added up over powers and over what each broad group holds: a hundredth of the rows, or fewer.

    Parameters
    ----------
    cells
        Coded: month, area, located, detail and stops.
    broad
        The broad group of each detail.
    """
    month, area, detail = (cells[name].cat for name in ("month", "area", "detail"))
    names = [broad.get(word) for word in detail.categories]
    groups = list(dict.fromkeys(names))
    group = np.array([groups.index(name) for name in names], dtype=np.int64)[detail.codes]
    sizes = (len(month.categories), len(area.categories) + 1, 2, max(len(groups), 1))
    # A missing area has the place −1, the last one. Whole numbers are told apart many times faster than texts.
    places = (month.codes, area.codes % sizes[1], cells["located"].to_numpy(dtype=np.int64), group)
    found, keys = pd.factorize(np.ravel_multi_index(places, sizes)) if len(cells) else (group, group)
    at = np.unravel_index(keys, sizes)
    return pd.DataFrame(
        {
            "month": np.array(month.categories, dtype=object)[at[0]],
            "area": np.array([*area.categories, None], dtype=object)[at[1]],
            "located": at[2].astype(bool),
            "group": np.array(groups, dtype=object)[at[3]],
            "stops": np.bincount(found, cells["stops"], minlength=len(keys)).astype("int64"),
        }
    )


def _chosen(scope: Scope, view: View) -> pd.DataFrame:
    """The rows of the cube that a scope with everything said asks about, searches of vehicles among them."""
    return scope.choose(_cells(view, str(scope.force), COLUMNS[str(scope.definition)], str(scope.area_level)))


def _broad_of(view: View, definition: str) -> dict[str, str]:
    """The broad group of every ethnicity that a search can be recorded with."""
    broad = {g.group: g.broad for g in ethnicity(LISTS[definition], grouping(view)).values()}
    return {**broad, BLANK: NOT_STATED, NOT_RECOGNISED: NOT_RECOGNISED}


@lru_cache(maxsize=64)
def _loads(view: View, force: str) -> pd.DataFrame:
    return view.loads[(view.loads["table"] == STOPS.name) & (view.loads["subject"] == force)]


@lru_cache(maxsize=64)
def _partial_months(view: View, force: str) -> frozenset[str]:
    statuses = month_statuses(_loads(view, force), choices.months(view, force), settings().partial_share)
    return frozenset(statuses.loc[statuses["status"] == PARTIAL, "month"])


@lru_cache(maxsize=64)
def _high_months(view: View, force: str) -> dict[str, str]:
    """One sentence for each high month."""
    loads = _loads(view, force)
    rows = loads[loads["current"]].set_index("period")["rows"]
    high = high_months(loads, choices.months(view, force))
    return {
        month: high_month(forces()[force]["short"], month, int(rows[month]), times) for month, times in high.items()
    }


@lru_cache(maxsize=256)
def _recorded(view: View, force: str, column: str) -> frozenset[str]:
    """Every ethnicity that some search of persons by a force is recorded with."""
    cells = _cells(view, force, column, "district")
    return frozenset(cells.loc[cells["person"], "detail"].astype(object))


@lru_cache(maxsize=64)
def _cells(view: View, force: str, column: str, level: str) -> pd.DataFrame:
    """The cube of one force and level by one word on ethnicity: read once, as every choice on a page is made in it."""
    kept = ["month", "area", "located", "person", "power", column]
    rows = view.select(STOPS_CUBE.name, [*kept, "stops"], area_level=level, force=force)
    counted = rows.group_by(kept, use_threads=False).aggregate([("stops", "sum")])
    return with_codes(counted).rename(columns={column: "detail", "stops_sum": "stops"})
