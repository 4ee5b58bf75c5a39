"""Lists of known values, each a plain CSV file beside this one, and what every value counts as.

A value that no list knows is never dropped and never guessed: `Vocabulary.lookup` gives None and
`unknown_values` names it with its number of rows. Matching ignores case, runs of spaces and spaces beside
brackets; nothing else. Ethnic groups are looked up in a named list, because the same code means different
groups in different lists: O1 is Chinese in the 16+1 codes and Arab in the codes of PACE 2023.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

BROAD_GROUPS = ("White", "Black", "Asian", "Mixed", "Other")
NOT_STATED = "Not stated"
NOT_GIVEN = "Not given"

DEMONSTRATION: Mapping[str, str] = MappingProxyType(
    {"slug": "eskmere", "name": "Eskmere Police", "short": "Eskmere Police", "pfa_code": "X23000001"}
)
"""The force of the demonstration: it polices an invented county. No published code starts with X."""

NATIONAL: Mapping[str, str] = MappingProxyType(
    {"slug": "england and wales", "name": "England and Wales", "short": "England and Wales", "pfa_code": ""}
)
"""What a national survey is of; no force has this name, and none has figures of it."""

GROUPS = (
    "White British",
    "White Irish",
    "Gypsy or Irish Traveller",
    "Roma",
    "Other White",
    "White and Black Caribbean",
    "White and Black African",
    "White and Asian",
    "Other Mixed",
    "Indian",
    "Pakistani",
    "Bangladeshi",
    "Chinese",
    "Other Asian",
    "Black African",
    "Black Caribbean",
    "Other Black",
    "Arab",
    "Any other ethnic group",
)

_FOLDER = Path(__file__).parent
_LIST = "list"


def normalise(text: str) -> str:
    """Key by which values are matched: case folded, runs of spaces made one, spaces beside brackets removed.

    Parameters
    ----------
    text
        A value as written in a file.

    Examples
    --------
    >>> normalise("Environmental  Protection Act 1990 (section 34B )")
    'environmental protection act 1990(section 34b)'
    """
    folded = " ".join(text.casefold().split())
    return re.sub(r" ?([()]) ?", r"\1", folded)


@dataclass(frozen=True, eq=False)
class Vocabulary:
    """One list of known values; a row of its CSV file for each.

    Parameters
    ----------
    name
        What the list is called in messages.
    rows
        The rows, by column name.
    key
        The column that holds the values.

    Raises
    ------
    ValueError
        If a value is blank or stands in the list twice.
    """

    name: str
    rows: tuple[Mapping[str, str], ...]
    key: str = "value"

    def __post_init__(self) -> None:
        """Refuse a list in which a value would have two meanings."""
        seen: set[str] = set()
        for value in self.values:
            matched = normalise(value)
            if not matched:
                raise ValueError(f"Vocabulary {self.name} has a row without a {self.key}; fill it in or delete it.")
            if matched in seen:
                raise ValueError(f"Vocabulary {self.name} has {self.key} “{value}” twice; delete one of the rows.")
            seen.add(matched)

    @property
    def values(self) -> tuple[str, ...]:
        """The values as published, in the order of the file."""
        return tuple(row[self.key] for row in self.rows)

    @cached_property
    def _index(self) -> dict[str, Mapping[str, str]]:
        return {normalise(row[self.key]): row for row in self.rows}

    def lookup(self, value: object) -> dict[str, str] | None:
        """Look up the row of a value; None where it is blank, missing or not listed."""
        row = self._index.get(normalise(value)) if isinstance(value, str) else None
        return None if row is None else dict(row)


class Group(NamedTuple):
    """What an ethnicity counts as: one of `GROUPS` (or coarser, where the list is), and a broad group."""

    group: str
    broad: str


class Grouping(Mapping[str, Group]):
    """Values of one ethnicity list and the groups they count as.

    `get` returns None for a value that is blank or not listed, so `series.map(grouping.get)` is safe.
    """

    def __init__(self, groups: Mapping[str, Group]) -> None:
        self._values = tuple(groups)
        self._index = {normalise(value): group for value, group in groups.items()}

    def __getitem__(self, value: object) -> Group:
        """Return the groups of a value.

        Raises
        ------
        KeyError
            If the list does not hold the value.
        """
        if not isinstance(value, str):
            raise KeyError(value)
        return self._index[normalise(value)]

    def __iter__(self) -> Iterator[str]:
        """Go through the values as published."""
        return iter(self._values)

    def __len__(self) -> int:
        """Count the values of the list."""
        return len(self._values)


@cache
def _rows(name: str) -> tuple[Mapping[str, str], ...]:
    names = sorted(path.stem for path in _FOLDER.glob("*.csv"))
    if name not in names:
        raise ValueError(f"There is no vocabulary “{name}”; choose one of {', '.join(names)}.")
    with (_FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return tuple(MappingProxyType(row) for row in csv.DictReader(file, strict=True))


@cache
def vocabulary(name: str, list_name: str | None = None) -> Vocabulary:
    """Read one vocabulary.

    Parameters
    ----------
    name
        Name of the CSV file without its ending: forces, ethnicity, powers, objects, outcomes, stop_types,
        genders, age_bands, census_subtotals or ethnicity_choices.
    list_name
        Which list, for the files that hold several (ethnicity, census_subtotals, home_office_searches).

    Raises
    ------
    ValueError
        If there is no such file or list, or a list is needed and not named, or named and not needed.
    """
    rows = _rows(name)
    if not rows:
        return Vocabulary(name, rows)
    columns = list(rows[0])
    if _LIST not in columns:
        if list_name is not None:
            raise ValueError(f"Vocabulary {name} is a single list; leave out the list name “{list_name}”.")
        return Vocabulary(name, rows, columns[0])
    lists = dict.fromkeys(row[_LIST] for row in rows)
    if list_name not in lists:
        asked = "needs the name of a list" if list_name is None else f"has no list “{list_name}”"
        raise ValueError(f"Vocabulary {name} {asked}; choose one of {', '.join(lists)}.")
    chosen = tuple(row for row in rows if row[_LIST] == list_name)
    return Vocabulary(f"{name}, list {list_name}", chosen, next(column for column in columns if column != _LIST))


def list_names(name: str) -> list[str]:
    """Names of the lists of a vocabulary that holds several, in its order."""
    return list(dict.fromkeys(row[_LIST] for row in _rows(name)))


@cache
def published_forces() -> Mapping[str, Mapping[str, str]]:
    """Read the forces: slug, name, short (for sentences) and pfa_code, by slug as data.police.uk writes it.

    The code of British Transport Police is blank: it polices no area of its own.
    """
    return MappingProxyType({row["slug"]: row for row in vocabulary("forces").rows})


@cache
def forces() -> Mapping[str, Mapping[str, str]]:
    """The published forces; the demonstration, which no file can name; and the nation, for national surveys."""
    return MappingProxyType({**published_forces(), **{row["slug"]: row for row in (DEMONSTRATION, NATIONAL)}})


def has_area(force: str) -> bool:
    """Whether a force polices an area of its own, with residents; British Transport Police polices railways."""
    return force == NATIONAL["slug"] or bool(forces()[force]["pfa_code"])


def ethnicity(list_name: str, choices: Mapping[str, str] | None = None) -> Grouping:
    """Say what the values of one ethnicity list count as.

    Parameters
    ----------
    list_name
        police_18_1, pace_2023, 16_1, officer_5, ic, census_2011, census_2011_mlid or census_2021.
    choices
        Broad group by choice, for the groupings with more than one defensible answer: ``chinese`` (Asian or
        Other), ``mixed_black`` (Mixed or Black), ``ic5`` (Asian or Other). A choice left out keeps what the
        list's file says; one that the list has no value for changes nothing. Give numerator and denominator the
        same choices.

    Returns
    -------
    Grouping
        (group, broad group) by value.

    Raises
    ------
    ValueError
        If the list or a choice does not exist, or a choice names a broad group that it does not offer.
    """
    return _grouping(list_name, _checked(choices))


def grouping_notes(list_name: str, choices: Mapping[str, str] | None = None) -> tuple[str, ...]:
    """Say the grouping choices that touch a list, one sentence each, as exports print them.

    Parameters
    ----------
    list_name, choices
        As for `ethnicity`.

    Raises
    ------
    ValueError
        As `ethnicity`.
    """
    checked = dict(_checked(choices))
    rows = vocabulary("ethnicity", list_name).rows
    made = {row["choice"]: checked.get(row["choice"], row["broad"]) for row in rows if row["choice"]}
    about = {row["choice"]: row["about"] for row in _rows("ethnicity_choices")}
    return tuple(f"{about[choice]}: counted as {made[choice]}." for choice in about if choice in made)


def unknown_values(counts: Mapping[str, int], vocabulary: Vocabulary) -> dict[str, int]:
    """Find the values that a vocabulary does not list, with their counts.

    Parameters
    ----------
    counts
        Number of rows by value, as written in the file. Blank values are not unknown: they are not given.
    vocabulary
        The list they should come from.

    Returns
    -------
    dict of str to int
        Spellings that differ only in case or spaces are kept apart, as the file has them.
    """
    return {value: n for value, n in counts.items() if value.strip() and vocabulary.lookup(value) is None}


def _checked(choices: Mapping[str, str] | None) -> tuple[tuple[str, str], ...]:
    """Return the choices as a hashable tuple, having checked that every one is on offer."""
    offered: dict[str, set[str]] = {}
    for row in _rows("ethnicity"):
        if row["choice"]:
            offered.setdefault(row["choice"], set()).update((row["broad"], row["other_broad"]))
    for choice, broad in (choices or {}).items():
        if choice not in offered:
            raise ValueError(f"There is no grouping choice “{choice}”; choose among {', '.join(sorted(offered))}.")
        if broad not in offered[choice]:
            raise ValueError(f"Choice “{choice}” can't be “{broad}”; use {' or '.join(sorted(offered[choice]))}.")
    return tuple(sorted((choices or {}).items()))


@cache
def _grouping(list_name: str, choices: tuple[tuple[str, str], ...]) -> Grouping:
    chosen = dict(choices)
    rows = vocabulary("ethnicity", list_name).rows
    return Grouping({row["value"]: Group(row["group"], chosen.get(row["choice"], row["broad"])) for row in rows})
