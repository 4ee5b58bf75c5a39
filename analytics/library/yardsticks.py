"""What the five tests of stop and search ask, read from ``yardsticks.toml``: the one list of their criteria."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path

from analytics.library.entries import LibraryError

TESTS = ("Legality", "Necessity", "Proportionality", "Accountability", "Best information")
"""The five words of the guidance, in its order."""

_FILE = Path(__file__).with_name("yardsticks.toml")


@dataclass(frozen=True)
class Criterion:
    """One thing that a test asks.

    Attributes
    ----------
    key, test, criterion
        Its name, the test it belongs to (one of `TESTS`), and what it asks in a few words.
    setting
        The setting that holds its level.
    duty
        What a published source asks, in our words; it begins with “None” where none names what would be enough.
    source, read
        The source, and what of it was read for this list.
    """

    key: str
    test: str
    criterion: str
    setting: str
    duty: str
    source: str
    read: str


@cache
def criteria() -> tuple[Criterion, ...]:
    """Every criterion, test by test in the order of the guidance.

    Raises
    ------
    LibraryError
        If an entry lacks a field, has one that is none, or is of no test.
    """
    wanted = {field.name for field in fields(Criterion)}
    found = []
    for row in tomllib.loads(_FILE.read_text(encoding="utf-8"))["criteria"]:
        name = row.get("key", "?")
        if set(row) != wanted:
            wrong = ", ".join(sorted(wanted ^ set(row)))
            raise LibraryError(f"{_FILE.name}: “{name}” lacks, or has and should not, {wrong}.")
        if row["test"] not in TESTS:
            raise LibraryError(f"{_FILE.name}: “{name}” is of “{row['test']}”; there is {', '.join(TESTS)}.")
        found.append(Criterion(**row))
    return tuple(sorted(found, key=lambda one: TESTS.index(one.test)))
