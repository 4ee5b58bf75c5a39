"""What is being asked about: filters that can query, say themselves in words, and be an address."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, fields, replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from analytics import wording
from data.geography import LEVELS
from data.vocabularies import BROAD_GROUPS, forces, has_area
from data.vocabularies.survey import attributes, measures

if TYPE_CHECKING:
    import pandas as pd

_MONTH = re.compile(r"(19|20)[0-9]{2}-(0[1-9]|1[0-2])")
_ADDRESS = {"from_month": "from", "to_month": "to"}
_FIELDS = {name: field for field, name in _ADDRESS.items()}

DEFINITIONS = {"self": "self-defined ethnicity", "officer": "officer-defined ethnicity"}
ALL_POWERS = "all"
LAYERS = {
    "searches": "Searches per 1,000 people",
    "search_ratio": "Ratio of search rates",
    "crime": "Crimes per 1,000 people",
    "disorder": "Anti-social behaviour per 1,000 people",
    "events": "Events per 1,000 people",
    "participations": "Participations per 1,000 people",
}
"""What a map can show that no survey asked."""
POINTS = {"waves": "each wave", "rolling": "rolling 12 months", "financial": "financial years"}
LEFT_OUT, COUNTED = "left_out", "counted"
DONT_KNOWS = {LEFT_OUT: "left out", COUNTED: "counted as not positive"}
SMOOTHS = {"no": "direct figures alone", "yes": "with the level behind them"}
_CHOICES = {
    "definition": ("a definition of ethnicity", DEFINITIONS),
    "points": ("a way to make points", POINTS),
    "dont_know": ("a way to count don't know", DONT_KNOWS),
    "smooth": ("a way to draw a level", SMOOTHS),
}
VIEWS = ("estimate", "certainty", "chance")
"""What the colours of a map can show of a layer."""


class ScopeError(ValueError):
    """A scope that can't be: an unknown name, or a value that is not one. One sentence for the person."""


@dataclass(frozen=True)
class Scope:
    """An immutable description of what is asked.

    Attributes
    ----------
    force
        Force, as data.police.uk writes it; None for the one shown first.
    area, area_level
        GSS code of one area, and the level at which areas are compared.
    from_month, to_month
        First and last force-month, ``YYYY-MM``; ``from`` and ``to`` in an address.
    group, comparator
        Broad ethnic groups that are compared.
    definition
        ``self`` or ``officer``: whose word on ethnicity counts.
    power
        Short name of a power, or ``all``.
    population
        Source of the residents, such as ``Census 2021``.
    survey
        Name of a survey.
    measure
        Measure of the catalogue.
    by
        What groups of respondents are of: an attribute, such as ``age_band``.
    layer
        What a map shows: a measure of the catalogue, or one of ``LAYERS``.
    points
        How waves make the points of a trend: one of ``POINTS``; None for waves, in an area for years.
    dont_know
        Whether answers of don't know count: one of ``DONT_KNOWS``; None leaves them out.
    smooth
        ``yes`` where the level behind the waves is drawn too.
    compare_from
        First month of the later of two periods that are compared; it ends with ``to``.
    against_from, against_to
        First and last month of the earlier one.
    shows
        What its colours show, one of ``VIEWS``; None for the estimate.
    among
        One of the groups that ``by`` makes, such as ``16 to 24``.
    """

    force: str | None = None
    area: str | None = None
    area_level: str | None = None
    from_month: str | None = None
    to_month: str | None = None
    group: str | None = None
    comparator: str | None = None
    definition: str | None = None
    power: str | None = None
    population: str | None = None
    survey: str | None = None
    measure: str | None = None
    by: str | None = None
    layer: str | None = None
    points: str | None = None
    dont_know: str | None = None
    smooth: str | None = None
    compare_from: str | None = None
    against_from: str | None = None
    against_to: str | None = None
    shows: str | None = None
    among: str | None = None

    @classmethod
    def of(cls, address: Mapping[str, str]) -> Scope:
        """The scope that an address, or the command line, describes.

        Raises
        ------
        ScopeError
            If a name is not one of a scope, or a value is not one that its name can have.
        """
        known = cls.names()
        for name, value in address.items():
            if name not in known:
                raise ScopeError(f"“{name}” is not part of a scope; there are {wording.listing(known, 99)}.")
            _check(name, value)
        scope = cls(**{_FIELDS.get(name, name): value for name, value in address.items() if value})
        if scope.from_month and scope.to_month and scope.from_month > scope.to_month:
            raise ScopeError(f"The period ends ({scope.to_month}) before it starts ({scope.from_month}).")
        if scope.against_from and scope.against_to and scope.against_from > scope.against_to:
            raise ScopeError(f"The earlier period ends ({scope.against_to}) before it starts ({scope.against_from}).")
        return scope

    @classmethod
    def names(cls) -> list[str]:
        """The names that an address may use."""
        return [_ADDRESS.get(field.name, field.name) for field in fields(cls)]

    def address(self) -> dict[str, str]:
        """The scope as an address: only what differs from "not said"."""
        values = {_ADDRESS.get(field.name, field.name): getattr(self, field.name) for field in fields(self)}
        return {name: value for name, value in values.items() if value is not None}

    def but(self, **changes: str | None) -> Scope:
        """The same scope with some parts changed."""
        return replace(self, **changes)

    def only(self, names: Collection[str]) -> Scope:
        """The scope without the parts that a question does not take."""
        return Scope.of({name: value for name, value in self.address().items() if name in names})

    def choose(self, cells: pd.DataFrame) -> pd.DataFrame:
        """The rows of a coded cube that this scope asks about; filters whose column the cube lacks don't apply."""
        kept = np.ones(len(cells), dtype=bool)
        for column, wanted in self._conditions():
            if column in cells:
                values = cells[column].cat
                # What is missing has the place −1, and is never what is asked about.
                kept &= np.array([*map(wanted, values.categories), False])[values.codes]
        return cells[kept]

    def _conditions(self) -> list[tuple[str, Callable[[str], bool]]]:
        equal = {"force": self.force, "area": self.area, "area_level": self.area_level}
        equal["power"] = None if self.power == ALL_POWERS else self.power
        first, last = self.from_month or "", self.to_month or "9"
        return [
            ("month", lambda month: first <= month <= last),
            *((column, partial(operator.eq, value)) for column, value in equal.items() if value),
        ]

    def words(self, area_name: str | None = None) -> str:
        """The scope in words, parts separated by a middle dot; parts that are not said are left out."""
        bounded = self.force is None or has_area(self.force)
        parts = [
            forces()[self.force]["short"] if self.force else None,
            area_name or self.area or ("whole force area" if bounded else "everywhere it polices"),
            self.survey,
            self._period(),
            f"{attributes()[self.by].label.lower()}: {self.among}" if self.by and self.among else None,
            DEFINITIONS[self.definition] if self.definition else None,
            (None if self.power == ALL_POWERS else self.power) if self.power else None,
            f"residents by {self.population}" if self.population and bounded else None,
            POINTS[self.points] if self.points else None,
            f"don't know {DONT_KNOWS[self.dont_know]}" if self.dont_know == COUNTED else None,
        ]
        return " · ".join(part for part in parts if part)

    def _period(self) -> str | None:
        if self.from_month and self.to_month:
            return wording.months(self.from_month, self.to_month)
        return f"up to {wording.month(self.to_month)}" if self.to_month else None


def _check(name: str, value: str) -> None:
    if not value:
        return
    if name == "force" and value not in forces():
        raise ScopeError(f"“{value}” is not a force; use its name on data.police.uk, such as west-yorkshire.")
    if (name in ("from", "to") or name.endswith(("_from", "_to"))) and not _MONTH.fullmatch(value):
        raise ScopeError(f"“{value}” is not a month; write it as 2018-04.")
    if name in ("group", "comparator") and value not in BROAD_GROUPS:
        raise ScopeError(f"“{value}” is not a broad ethnic group; there are {wording.listing(BROAD_GROUPS)}.")
    if name in _CHOICES and value not in _CHOICES[name][1]:
        what, held = _CHOICES[name]
        raise ScopeError(f"“{value}” is not {what}; there are {wording.listing(list(held))}.")
    if name == "measure" and value not in measures():
        raise ScopeError(f"“{value}” is not a measure of the catalogue; one is good_job_local.")
    if name == "layer" and value not in {*measures(), *LAYERS}:
        raise ScopeError(
            f"“{value}” is no layer of a map; there are {wording.listing(list(LAYERS))}, and the measures of the "
            "catalogue."
        )
    if name == "shows" and value not in VIEWS:
        raise ScopeError(f"“{value}” is nothing that a map shows; there are {wording.listing(VIEWS)}.")
    groupings = [attribute.id for attribute in attributes().values() if attribute.is_grouping]
    if name == "by" and value not in groupings:
        raise ScopeError(f"“{value}” is nothing that groups are of; there are {wording.listing(groupings, 99)}.")
    if name == "area_level" and value not in LEVELS:
        raise ScopeError(f"“{value}” is not an area level; there are {wording.listing(list(LEVELS))}.")
