"""How often intervals held the truth where it was known, as ``python -m benchmarks.coverage`` measured it.

The rows are read from ``coverage.csv`` beside this file, which that command writes; nobody edits it by hand.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace
from functools import cache
from pathlib import Path

FILE = Path(__file__).with_name("coverage.csv")

SHOWN = "on pages"
LATER = "on no page"
INSTEAD = "compared with"
USES = (SHOWN, LATER, INSTEAD)
"""Whether an interval is on pages in this way; is ours and is not, or not in this way; or is what ours replaces."""

WITHIN = "within"
BELOW, ABOVE = "below", "above"
UNTOLD = "too few"
NO_AIM = "no aim"

LEAST = 50
"""Intervals under which nothing is said of their coverage."""

_CHANCE = 2
"""Monte Carlo standard errors that chance may move a coverage by."""


@dataclass(frozen=True, slots=True)
class Measured:
    """How often one kind of interval held the truth in one setting.

    Attributes
    ----------
    part
        The part of ``benchmarks.coverage`` that measures it.
    figure
        What is estimated: all its rows stand together.
    setting
        What was simulated.
    interval
        The kind of interval.
    use
        One of `USES`.
    aim_low, aim_high
        Between which the coverage should lie; NaN where there is no aim.
    coverage
        Share of the intervals given that held the truth; NaN where none was given.
    width
        Their width; NaN where none was given.
    width_is
        What the width is: mean or median, of the figure itself or over the truth.
    given
        Share of the draws that gave an interval: what is shown, after the rules that withhold.
    intervals
        How many were given.
    error
        Monte Carlo standard error of the coverage; NaN where none was given.
    deciles
        Coverage by decile of the truth, the lowest tenth first; of areas alone.
    measured_on
        Day of the measurement, ``YYYY-MM-DD``.
    """

    part: str
    figure: str
    setting: str
    interval: str
    use: str
    aim_low: float
    aim_high: float
    coverage: float
    width: float
    width_is: str
    given: float
    intervals: int
    error: float
    deciles: tuple[float, ...] = ()
    measured_on: str = ""

    @property
    def key(self) -> tuple[str, str, str, str]:
        """What tells a row from every other one."""
        return self.part, self.figure, self.setting, self.interval

    @property
    def verdict(self) -> str:
        """Where the coverage lies: within its aim, below or above it; or why that can't be said."""
        if math.isnan(self.aim_low):
            return NO_AIM
        if self.intervals < LEAST:
            return UNTOLD
        return BELOW if self.coverage < self.aim_low else ABOVE if self.coverage > self.aim_high else WITHIN

    @property
    def is_outside(self) -> bool:
        """Whether the coverage lies outside its aim."""
        return self.verdict in (BELOW, ABOVE)

    @property
    def by_chance(self) -> bool:
        """Whether it lies so little outside that chance in the measurement explains it."""
        edge = self.aim_low if self.verdict == BELOW else self.aim_high
        error = self.error * math.sqrt(edge * (1 - edge) / (0.95 * 0.05))  # Of a coverage at the edge of the aim.
        return self.is_outside and abs(self.coverage - edge) <= _CHANCE * error


@cache
def measured() -> tuple[Measured, ...]:
    """Every row, in the order of the file."""
    return read(FILE)


def read(file: Path) -> tuple[Measured, ...]:
    """The rows of a file."""
    with file.open(encoding="utf-8", newline="") as lines:
        return tuple(_row(row) for row in csv.DictReader(lines))


def write(file: Path, rows: Iterable[Measured]) -> None:
    """Write rows to a file: four digits, blank for what is not a number."""
    names = [field.name for field in fields(Measured)]
    with file.open("w", encoding="utf-8", newline="") as lines:
        out = csv.writer(lines, lineterminator="\n")
        out.writerow(names)
        out.writerows([_text(getattr(row, name)) for name in names] for row in rows)


def renewed(held: Iterable[Measured], rows: Iterable[Measured], day: str, parts: Sequence[str]) -> list[Measured]:
    """Rows of a file with those of the parts that were measured anew in the place of the old ones.

    Parameters
    ----------
    held
        The rows so far.
    rows
        What was measured.
    day
        When, ``YYYY-MM-DD``.
    parts
        Every part, in order; rows of others go.
    """
    new = [replace(row, measured_on=day) for row in rows]
    anew = {row.part for row in new}
    every = [*(row for row in held if row.part not in anew), *new]
    return [row for part in parts for row in every if row.part == part]


def _row(row: dict[str, str]) -> Measured:
    numbers = {name: float(row[name] or "nan") for name in _NUMBERS}
    deciles = tuple(float(share) for share in row["deciles"].split())
    texts = {field.name: row[field.name] for field in fields(Measured) if field.name not in (*_NUMBERS, "intervals")}
    return Measured(**{**texts, **numbers, "intervals": int(row["intervals"]), "deciles": deciles})  # type: ignore[arg-type]


def _text(value: object) -> str:
    if isinstance(value, tuple):
        return " ".join(f"{share:.4f}" for share in value)
    if isinstance(value, float):
        return "" if math.isnan(value) else f"{value:.4f}"
    return str(value)


_NUMBERS = ("aim_low", "aim_high", "coverage", "width", "given", "error")
