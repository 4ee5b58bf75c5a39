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

_SPACES = " \u00a0\u2009\u202f"
_TAIL = re.compile(rf"[\s,;:|\"'](?P<number>[0-9][0-9.,{_SPACES}]*)\s*%?\s*[\"']?\s*$")
"""A number at the end of a line; where it begins, and what of it is the group's name, shows by the groups there are."""
_THOUSANDS = re.compile(
    rf"[0-9]{{1,3}}(?:,[0-9]{{3}})+(?:\.[0-9]+)?|[0-9]{{1,3}}(?:[{_SPACES}][0-9]{{3}})+(?:[.,][0-9]+)?"
)
_DASHES = re.compile(r"\s*(?:[-\u2010-\u2015\u2212]|\bto\b)\s*(?=[0-9])")
_AND_OVER = re.compile(r"\s*(?:\+|plus|(?:and|or) (?:over|above|older))$")
_SAME: Mapping[str, tuple[str, ...]] = {
    "female": ("f", "females", "woman", "women"),
    "male": ("m", "males", "man", "men"),
}
"""Other words of tables of population for groups of files, as `normalise` writes them."""
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
    """Shares that were pasted: per cent by group.

    Beside them the lines in which no group of the file stands, and the groups that stand in several lines: with one of
    these no share is taken, for nobody can tell which number is meant and what all add up to.
    """

    shares: Mapping[str, float]
    unread: tuple[str, ...]
    twice: tuple[str, ...] = ()


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
    cent. Thousands stand behind commas or spaces. Groups agree whatever their case, spaces and dashes; “65 and over” is
    “65+”, and F and M are Female and Male.

    Parameters
    ----------
    text
        What was pasted.
    groups
        The groups of the file.
    """
    known = _known(groups)
    numbers: dict[str, float] = {}
    unread, twice = [], []
    for line in filter(None, map(str.strip, text.splitlines())):
        found = next(_read(line, known), None)
        if found is None:
            unread.append(line)
        elif found[0] in numbers:
            twice.append(found[0])
        else:
            numbers[found[0]] = found[1]
    if twice:
        return Pasted({}, tuple(unread), tuple(dict.fromkeys(twice)))
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
    if any(share is not None and share <= 0 for share in shares.values()):
        lack += "; a share is above 0: give a group without one the words of another, above, and both are one"
    return f"{said}{should}{lack}."


def is_whole(shares: Mapping[str, float | None]) -> bool:
    """Whether every group has a share, and all together are the population."""
    said = [share for share in shares.values() if share is not None]
    return bool(said) and len(said) == len(shares) and min(said) > 0 and abs(sum(said) - 100) <= 100 * ROUNDING


def _known(groups: Iterable[Group]) -> dict[str, str]:
    """The groups by all that they are called; what two of them are called is the name of neither."""
    own = [group.words for group in groups]
    named: dict[str, list[str]] = {}
    for words in own:
        for name in dict.fromkeys([_plain(words), *_SAME.get(_plain(words), ())]):
            named.setdefault(name, []).append(words)
    exact = {normalise(words): words for words in own}
    return {**{name: words[0] for name, words in named.items() if len(words) == 1}, **exact}


def _plain(words: str) -> str:
    """Words in the one way in which groups are compared: dashes and “to” alike, and “65 and over” as “65+”."""
    return _AND_OVER.sub("+", _DASHES.sub("-", normalise(words)))


def _read(line: str, known: Mapping[str, str]) -> Iterator[tuple[str, float]]:
    """A group of the file and its number, in every way in which a line can be read, the longest number first."""
    for place in range(len(line)):
        tail = _TAIL.match(line, place)
        if tail is None:
            continue
        name, number = line[:place].strip(f"{_SPACES}\t,;:|\"'"), _number(tail["number"])
        words = known.get(normalise(name)) or known.get(_plain(name))
        if words is not None and number is not None:
            yield words, number


def _number(text: str) -> float | None:
    written = text.strip(_SPACES).rstrip(".,")
    if _THOUSANDS.fullmatch(written):
        whole = written if "," not in written or not re.search(f"[{_SPACES}]", written) else written.replace(",", ".")
        written = re.sub(f"[,{_SPACES}]", "", whole)
    try:
        return float(written.replace(",", ".") if written.count(",") == 1 and "." not in written else written)
    except ValueError:
        return None
