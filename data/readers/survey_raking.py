"""What a mapping says of weights that are made when its wave is loaded: the margins of the population to rake to."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

from data.raking import BOUNDS
from data.readers import tabular
from data.readers.survey_form import unknown_field
from data.vocabularies import normalise
from data.vocabularies.survey import attributes
from data.words import NBSP

START, TRIM, SOURCES = "start", "trim", "sources"
NO_MARGINS = (START, TRIM, SOURCES)
"""What stands in the table beside its margins."""

WEIGHT = "weight"
"""What stands as start where raking begins with the weights of the file."""

AREA = "area"
"""The margin of areas; every other one is an attribute."""

AS_IT_IS = "as it is"
"""What stands in the place of a share where a category is no group of the population and keeps the share it has."""

LONGEST_SOURCE = 200
"""Letters of what is said of where shares come from."""

_LIMITS_SAID = "the smallest is to lie between 0 and 1, and the largest at 1 or above"
_LIMITS_REMEDY = "Such as 0.3 and 3, or take away the tick of “Bring very small and very large weights to these limits”"

_NO_SHARE = ("no share is given", "Type what part of the population each of its groups is, in per cent")

ROUNDING = 0.005
"""How far the shares of a margin may be from 1 together: published ones are rounded."""

Wrong = Callable[..., None]
"""Told of each problem: the key, what it is, what to do, and the value if there is one."""


@dataclass(frozen=True)
class RakedMargin:
    """One margin of the population.

    Attributes
    ----------
    of
        The attribute, or `AREA`.
    shares
        Share of the population by category, in words; they add up to 1 but for rounding.
    kept
        Categories that are no group of the population, such as Refused: each keeps the share that it has.
    source
        Where the shares come from, in words; blank where that is not said.
    """

    of: str
    shares: Mapping[str, float]
    kept: tuple[str, ...]
    source: str = ""

    @property
    def key(self) -> str:
        """The table of the mapping that it stands in."""
        return key_of(self.of)

    @property
    def label(self) -> str:
        """What it is called in a sentence."""
        return label_of(self.of)


@dataclass(frozen=True)
class Raking:
    """How weights are made.

    Attributes
    ----------
    margins
        At least one, in the order of the catalogue, whatever order they are written in; areas last.
    from_weights
        Whether raking begins with the weights of the file; else everybody begins with 1.
    bounds
        Least and greatest weight in medians of the weights; None trims nothing.
    """

    margins: tuple[RakedMargin, ...]
    from_weights: bool
    bounds: tuple[float, float] | None


def label_of(margin: str) -> str:
    """What a margin is called in a sentence: ``housing tenure``."""
    if margin == AREA:
        return margin
    label = attributes()[margin].label
    return label[:1].lower() + label[1:]


def in_order(margins: Iterable[str]) -> list[str]:
    """Margins in the order of the catalogue, areas last: one order, whichever is chosen first."""
    places = {name: place for place, name in enumerate([*attributes(), AREA])}
    return sorted(margins, key=lambda margin: places.get(margin, len(places)))


def key_of(margin: str) -> str:
    """The table of a mapping that a margin stands in."""
    return f"[raking.{margin}]"


def read_raking(table: Mapping[str, Any], mapped: Sequence[str], has_weight: bool, wrong: Wrong) -> Raking | None:
    """What the table ``[raking]`` of a mapping says; None where it says nothing or something is wrong.

    Parameters
    ----------
    table
        The table, as TOML has it.
    mapped
        The attributes that the mapping names a column of, and `AREA` where it names one.
    has_weight
        Whether it names a column of weights.
    wrong
        Told of each problem.
    """
    if not table:
        return None
    named = in_order(str(of) for of in table if of not in NO_MARGINS)
    margins = [margin for of in named for margin in [_margin(of, table[of], mapped, wrong)] if margin is not None]
    sources = _sources(table.get(SOURCES, {}), named, wrong)
    margins = [replace(margin, source=sources.get(margin.of, "")) for margin in margins]
    if not named:
        remedy = "Add a table such as [raking.sex], with each category and its share of the population"
        choose = ("none is chosen", "Choose at least one, or another way under “How people are weighted”")
        wrong("[raking]", "it names no margin", remedy, in_form=choose)
    start, bounds = _start(table.get(START), has_weight, wrong), _bounds(table.get(TRIM, list(BOUNDS)), wrong)
    return Raking(tuple(margins), start, bounds) if margins else None


def _sources(given: object, named: Sequence[str], wrong: Wrong) -> dict[str, str]:
    """Where the shares of each margin come from."""
    key = f"[raking.{SOURCES}]"
    if not isinstance(given, dict):
        wrong(key, "this is not a table", f'Begin it with a line {key}, and write sex = "Census 2021" below', given)
        return {}
    found = {}
    for of, text in given.items():
        if of not in named:
            wrong(key, f"“{of}” is none of the margins", f"Name one of them, or add a table [raking.{of}]")
        elif not isinstance(text, str) or not text.strip() or len(text) > LONGEST_SOURCE:
            remedy = f"Write words in quotes, of up to {LONGEST_SOURCE} letters"
            wrong(key, f"the source of “{of}” is not a text", remedy, text)
        else:
            found[str(of)] = " ".join(text.split())
    return found


def _start(value: object, has_weight: bool, wrong: Wrong) -> bool:
    if value is None:
        return has_weight
    if value == WEIGHT and not has_weight:
        remedy = f"Add weight = … under [columns], or write {START} = 1"
        wrong(f"[raking] {START}", "no column of weights is mapped to begin with", remedy, value)
    elif value != WEIGHT and (isinstance(value, bool) or value != 1):
        remedy = f'Write {START} = "{WEIGHT}" to begin with the weights of the file, or {START} = 1'
        wrong(f"[raking] {START}", "raking can't begin with that", remedy, value)
    return value == WEIGHT


def _bounds(value: object, wrong: Wrong) -> tuple[float, float] | None:
    if value is False:
        return None
    if isinstance(value, list) and len(value) == 2:
        least, greatest = map(_number, value)
        if least is not None and greatest is not None and 0 <= least <= 1 <= greatest:
            return least, greatest
    what = "these are no limits: the least and the greatest weight in medians, on both sides of 1"
    remedy = f"Write {TRIM} = [0.3, 3], or {TRIM} = false to trim nothing"
    shown = " to ".join(f"{one:g}" for one in value) if isinstance(value, list) and all(map(_is_number, value)) else ""
    wrong(f"[raking] {TRIM}", what, remedy, value, (_LIMITS_SAID, _LIMITS_REMEDY), shown)
    return None


def _margin(of: str, shares: object, mapped: Sequence[str], wrong: Wrong) -> RakedMargin | None:
    key = key_of(of)
    if of not in mapped:
        known = of == AREA or of in attributes()
        what = "no column of it is mapped" if known else f"there is no attribute “{of}”"
        offered = ", ".join(f"“{name}”" for name in mapped)
        remedy = (
            f"Rake to what the mapping names a column of: {offered}"
            if mapped
            else "Map an attribute, such as sex, first"
        )
        wrong(key, what, remedy)
        return None
    if not isinstance(shares, dict) or not shares:
        remedy = "Write each category with its share of the population, such as Female = 0.51"
        wrong(key, "it gives no shares", remedy, in_form=_NO_SHARE)
        return None
    found, kept = _shares(key, shares, wrong)
    if found is None:
        return None
    total = sum(found.values())
    if abs(total - 1) > ROUNDING:
        said = f"{total:.4f}".rstrip("0").rstrip(".")
        fractions = abs(total - 100) <= 100 * ROUNDING
        remedy = "Write shares as fractions of 1: 51 % is 0.51" if fractions else "Correct the shares of its categories"
        off = f"the shares add up to {total * 100:.1f}{NBSP}% and should add up to 100{NBSP}%"
        what = f"the shares add up to {said} and should add up to 1"
        wrong(key, what, remedy, in_form=(off, "Correct the shares of its groups"))
        return None
    return RakedMargin(of, MappingProxyType(found), tuple(kept))


def _shares(key: str, given: Mapping[str, Any], wrong: Wrong) -> tuple[dict[str, float] | None, list[str]]:
    """Share by category, and the categories that keep theirs; None where one is wrong."""
    found: dict[str, float] = {}
    kept: list[str] = []
    seen: set[str] = set()
    right = True
    for name, value in given.items():
        category, share = tabular.code(name), _number(value)
        if normalise(category) in seen:
            wrong(key, f"the category “{category}” stands twice", "Keep one of the two lines")
            right = False
        seen.add(normalise(category))
        if isinstance(value, str) and normalise(value) == AS_IT_IS:
            kept.append(category)
        elif share is None or share <= 0:
            what = f"the share of “{category}” is no number above 0"
            remedy = f'Write a share such as 0.51, or "{AS_IT_IS}" for what is no group of the population'
            shown = f"{share * 100:g}{NBSP}%" if share is not None else ""
            wrong(key, what, remedy, value, (what, _without(key)), shown)
            right = False
        else:
            found[category] = share
    if right and not found:
        remedy = "Give at least one category its share of the population"
        wrong(key, "it gives no shares", remedy, in_form=_NO_SHARE)
    return (found if right and found else None), kept


def _without(key: str) -> str:
    """What to do with a group that has no share."""
    margin = label_of(key.removeprefix("[raking.").removesuffix("]"))
    return f"Type a share above 0, or choose it under “{unknown_field(margin)}” if it is no group of the population"


def _is_number(value: object) -> bool:
    return _number(value) is not None


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    number = float(value) if abs(value) < 1e300 else float("inf")
    return number if number == number and number != float("inf") else None
