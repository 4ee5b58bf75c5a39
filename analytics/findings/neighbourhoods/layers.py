"""The figures of one layer of the map, area by area: what every kind of layer gives back."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from analytics import wording
from analytics.disclosure import TOO_FEW
from analytics.finding import Provenance
from analytics.maps import Scheme

if TYPE_CHECKING:
    import pandas as pd

FIGURES = ["estimate", "low", "high", "base", "difference", "difference_low", "difference_high", "p_value"]

Row = Mapping[Hashable, Any]


class NoLayer(LookupError):
    """There is nothing to draw for the question; the message is one sentence that says why."""


@dataclass(frozen=True, eq=False)
class Layer:
    """Figures of the areas of a force.

    Attributes
    ----------
    table
        Columns area, those of ``FIGURES``, verdict, flag, position and half (both in the unit of the scheme's breaks;
        NaN where there is none); one row an area that is told of.
    whole
        The figure of the whole force: estimate, low, high and base.
    scheme
        How figures become classes.
    label, span
        The layer and its period in words.
    write, write_between
        A figure, and its interval, in words.
    counted
        What the base is a number of, in words: one, and many.
    absent
        What is said of an area that has no row.
    made
        How it was made, without the rules about the areas that are shown.
    caveats
        What changes how the figures are read.
    headline
        From the number of areas in words, of those below and of those above the finding; None for the usual words.
    against
        Heading of the verdicts in the list; empty for the usual one.
    more
        Further tables by name.
    """

    table: pd.DataFrame
    whole: Row
    scheme: Scheme
    label: str
    span: str
    write: Callable[[float], str]
    write_between: Callable[[float, float], str]
    counted: tuple[str, str]
    absent: str
    made: Provenance
    caveats: tuple[str, ...]
    headline: Callable[[str, int, int], str] | None = None
    against: str = ""
    more: Mapping[str, pd.DataFrame] = field(default_factory=dict)

    def says(self, row: Row) -> str:
        """A figure with its interval and base, or why there is none."""
        if wording.missing(row["estimate"]):
            few = row["flag"] == TOO_FEW
            return f"{wording.plural(int(row['base']), *self.counted)}: {TOO_FEW}" if few else str(row["flag"])
        parts = [] if wording.missing(row["low"]) else [self.write_between(row["low"], row["high"])]
        parts += [] if wording.missing(row["base"]) else [wording.plural(int(row["base"]), *self.counted)]
        beside = f" ({', '.join(parts)})" if parts else ""
        return f"{self.write(row['estimate'])}{beside}"


def rates_between(low: float, high: float) -> str:
    """An interval of rates in words."""
    return wording.between(wording.rate(low), wording.rate(high))
