"""Terms, methods and studies, read from the TOML files beside this one.

A method is added by a table of its question's key in ``methods.toml``, a term or a study by one more table in its file.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

from analytics.library.measured import LEAST, Measured, measured

_FOLDER = Path(__file__).parent

SIDES = ("supports", "qualifies", "guidance")
"""Which way a study points: for a link of the cycle, against or beside it, or neither, being guidance."""


class LibraryError(ValueError):
    """An entry that is not whole; the message names the file, the entry and what is wrong."""


@dataclass(frozen=True)
class Term:
    """A word of the dashboard.

    Attributes
    ----------
    term, meaning
        The word, and what is meant by it.
    formula
        How it is computed; blank where it is not.
    where
        The pages that use it.
    """

    term: str
    meaning: str
    formula: str
    where: str


@dataclass(frozen=True)
class Coverage:
    """How often one kind of interval held the truth where the truth was known: rows of what was measured, in a line.

    Attributes
    ----------
    case
        What was simulated, in words.
    figure, interval
        As `Measured` has them.
    setting
        A regular expression that is found in the settings meant.
    """

    case: str
    figure: str
    interval: str
    setting: str

    @property
    def rows(self) -> tuple[Measured, ...]:
        """The rows that are meant, without those of hardly any interval."""
        return tuple(
            row
            for row in measured()
            if (row.figure, row.interval) == (self.figure, self.interval)
            and row.intervals >= LEAST
            and re.search(self.setting, row.setting)
        )

    @property
    def held(self) -> str:
        """In how many of 100 draws the interval held the truth, the least and the most."""
        found = [row.coverage for row in self.rows]
        if not found:
            return "given too seldom to say"
        return f"{'–'.join(dict.fromkeys(f'{end(found) * 100:.1f}' for end in (min, max)))} %"


@dataclass(frozen=True)
class Method:
    """How the figures of one question are made.

    Attributes
    ----------
    answers
        What it answers, in a sentence.
    estimator, formula, interval
        What is estimated, how, and how its 95 % interval is made.
    engine, checked
        Which code makes it, and what it is checked against.
    source
        Where the method is published.
    refuses
        When no figure is given.
    written
        The document that gives every formula.
    measured
        How its intervals' coverage was measured; blank where there is no interval.
    coverage
        The measured coverage of its intervals.
    """

    answers: str
    estimator: str
    formula: str
    interval: str
    engine: str
    checked: str
    source: str
    refuses: str
    written: str
    measured: str
    coverage: tuple[Coverage, ...]


@dataclass(frozen=True)
class Study:
    """What one study or document says that bears on the cycle.

    Attributes
    ----------
    reference, year
        The full reference, and when it appeared; ``n.d.`` where it bears no date.
    stage
        Stages of the cycle that it is about.
    side
        One of `SIDES`.
    design, found, limits
        How it was made, what it found, and what it can't say.
    strength
        How strong it is, in words.
    cited
        What the College of Policing's guidance on engagement cites it for; blank where it does not.
    used
        Where the dashboard uses it.
    read
        What of it was read for this library.
    """

    reference: str
    year: str
    stage: str
    side: str
    design: str
    found: str
    limits: str
    strength: str
    cited: str
    used: str
    read: str


_Entry = TypeVar("_Entry", Term, Method, Study, Coverage)


@cache
def terms() -> tuple[Term, ...]:
    """Every term, in the order of the file."""
    return tuple(_entry(Term, "terms.toml", row.get("term", "?"), row) for row in _read("terms.toml")["terms"])


@cache
def methods() -> Mapping[str, Method]:
    """The method of every question, by its key.

    Raises
    ------
    LibraryError
        If an entry lacks a field or has one that is none.
    """
    return MappingProxyType({key: _method(key, row) for key, row in _read("methods.toml").items()})


@cache
def studies() -> tuple[Study, ...]:
    """Every study, the oldest first within what it points at."""
    found = [
        _entry(Study, "evidence.toml", row.get("reference", "?"), row) for row in _read("evidence.toml")["studies"]
    ]
    for study in found:
        if study.side not in SIDES:
            raise LibraryError(
                f"evidence.toml: “{study.reference}” points “{study.side}”; there is {', '.join(SIDES)}."
            )
    return tuple(found)


def _method(key: str, row: Mapping[str, Any]) -> Method:
    measured = [_entry(Coverage, "methods.toml", key, one) for one in row.get("coverage", [])]
    return _entry(Method, "methods.toml", key, {**row, "coverage": tuple(measured)})


def _entry(kind: type[_Entry], file: str, name: str, row: Mapping[str, Any]) -> _Entry:
    wanted = [field.name for field in fields(kind)]
    wrong = sorted(set(wanted) ^ set(row))
    if wrong:
        raise LibraryError(f"{file}: “{name}” lacks, or has and should not, {', '.join(wrong)}.")
    return kind(**row)


def _read(file: str) -> dict[str, Any]:
    return tomllib.loads((_FOLDER / file).read_text(encoding="utf-8"))
