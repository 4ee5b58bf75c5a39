"""Margins of a population in the making: the groups that a column has, what is typed or pasted of them, their sum."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from data.readers.survey_columns import Code
from data.readers.survey_raking import AS_IT_IS, ROUNDING
from data.vocabularies import normalise
from data.words import NBSP, percent, plural

_LINES = tuple(
    re.compile(rf"(?P<group>{group})\s*[\s,;:|]\s*\"?(?P<number>[0-9][0-9.,]*)\s*%?\"?")
    for group in (r".*?\S", r".*\S")
)
"""A group and its number: its name as short as it can be, for a decimal comma; then as long, for a digit at its end."""
_THOUSANDS = re.compile(r"[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?")
_NO_GROUP = ("refused", "prefer not to say", "don't know", "not known", "not stated", "unknown", "no answer", "missing")
"""Words of those who are no group of any population, as `normalise` writes them."""


@dataclass(frozen=True)
class Group:
    """One group of a column, in the words of its mapping: how many people are in it, and of how many."""

    words: str
    people: int
    of: int

    @property
    def said(self) -> str:
        """Its words, number and share, for the field in which its share of the population is typed."""
        share = percent(self.people / self.of) if self.of else percent(0)
        return f"{self.words} · {plural(self.people, 'person', 'people')}, {share} of those with an answer"

    @property
    def is_known(self) -> bool:
        """Whether it is a group of people, not what those are called of whom nothing is known."""
        return normalise(self.words.replace("’", "'")) not in _NO_GROUP


@dataclass(frozen=True)
class Pasted:
    """Shares that were pasted: per cent by group, and the lines in which no group of the file stands."""

    shares: Mapping[str, float]
    unread: tuple[str, ...]


def groups_of(codes: Sequence[Code], words: Mapping[str, str]) -> tuple[Group, ...]:
    """The groups that the people of a column make, in the order of its codes.

    Parameters
    ----------
    codes
        The values of the column.
    words
        What each value means; blank where it is kept as written.
    """
    found: dict[str, tuple[str, int]] = {}
    for code in codes:
        if code.people:
            word = words.get(code.value) or code.value
            first, people = found.get(normalise(word), (word, 0))
            found[normalise(word)] = first, people + code.people
    total = sum(people for _, people in found.values())
    return tuple(Group(word, people, total) for word, people in found.values())


def pasted(text: str, groups: Iterable[Group]) -> Pasted:
    """The shares of a pasted table: a group and its number a line, as a spreadsheet copies two columns.

    Numbers that add up to 1 are taken for fractions, those that add up to far more than 100 for people; others are per
    cent.

    Parameters
    ----------
    text
        What was pasted.
    groups
        The groups of the file.
    """
    known = {normalise(group.words): group.words for group in groups}
    numbers: dict[str, float] = {}
    unread = []
    for line in filter(None, map(str.strip, text.splitlines())):
        found = next(_read(line, known), None)
        if found is None:
            unread.append(line)
        else:
            numbers[found[0]] = found[1]
    total = sum(numbers.values())
    if abs(total - 1) <= ROUNDING:
        total = 1.0
    elif total <= 110:
        total = 100.0
    return Pasted({words: round(100 * number / total, 6) for words, number in numbers.items()}, tuple(unread))


def margin_of(shares: Mapping[str, float | None], kept: Iterable[str]) -> dict[str, Any]:
    """A margin as a mapping has it.

    Parameters
    ----------
    shares
        Per cent of the population by group; None where nothing was said.
    kept
        Groups that keep the share they have.
    """
    said = {words: round(share / 100, 8) for words, share in shares.items() if share is not None}
    return {**said, **dict.fromkeys(kept, AS_IT_IS)}


def sum_of(shares: Mapping[str, float | None]) -> str:
    """What some shares, in per cent, add up to, and what is missing, in a sentence."""
    total = sum(share for share in shares.values() if share is not None)
    blank = sum(share is None for share in shares.values())
    said = f"They add up to {total:.1f}{NBSP}%"
    if is_whole(shares):
        return f"{said}."
    should = "" if abs(total - 100) <= 100 * ROUNDING else f", and should add up to 100{NBSP}%"
    lack = f"; {plural(blank, 'group')} {'has' if blank == 1 else 'have'} no share yet" if blank else ""
    if 0 in shares.values():
        lack += "; a share is above 0: give a group without one the words of another, above, and both are one"
    return f"{said}{should}{lack}."


def is_whole(shares: Mapping[str, float | None]) -> bool:
    """Whether every group has a share, and all together are the population."""
    said = [share for share in shares.values() if share is not None]
    return bool(said) and len(said) == len(shares) and min(said) > 0 and abs(sum(said) - 100) <= 100 * ROUNDING


def _read(line: str, known: Mapping[str, str]) -> Iterator[tuple[str, float]]:
    """A group of the file and its number, in every way in which a line can be read as them."""
    for found in filter(None, (pattern.fullmatch(line) for pattern in _LINES)):
        words, number = known.get(normalise(found["group"].strip(" \t,;:|\"'"))), _number(found["number"])
        if words is not None and number is not None:
            yield words, number


def _number(text: str) -> float | None:
    written = text.rstrip(".,")
    if _THOUSANDS.fullmatch(written):
        written = written.replace(",", "")
    try:
        return float(written.replace(",", ".") if written.count(",") == 1 and "." not in written else written)
    except ValueError:
        return None
