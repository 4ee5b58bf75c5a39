"""What a rule says of one file: a thing to look at, which keeps nothing out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from data.readers.source import Problem

MOST_PLACES = 20
"""A remark gives at most this many examples."""


@dataclass(frozen=True)
class Remark:
    """One thing to look at in one file.

    Attributes
    ----------
    rule
        Title of the rule: “Many searches at midnight”.
    what
        What was found, with its figures; without its full stop.
    kept
        What becomes of the rows; without its full stop.
    rows
        Number of rows that it is about.
    places
        Examples, at most `MOST_PLACES`.
    usual
        Whether most published files have it, so that it is said and nobody need look.
    """

    rule: str
    what: str
    kept: str
    rows: int
    places: tuple[Problem, ...] = ()
    usual: bool = False

    def __str__(self) -> str:
        return f"{self.rule}: {self.what}. {self.kept}."
