"""The figures of one layer of the map, area by area: what every kind of layer gives back."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from analytics import wording
from analytics.disclosure import TOO_FEW
from analytics.finding import Provenance
from analytics.maps import Scheme
from data.settings import settings

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
    of
        What the figure of the whole is of, in words.
    against
        Heading of the verdicts in the list; empty for the usual one.
    more
        Further tables by name.
    own_columns
        Columns of the table beside those that every layer has; they follow the base.
    beside
        What is said of an area beside its figure, in short sentences.
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
    of: str = "in the force as a whole"
    against: str = ""
    more: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    own_columns: tuple[str, ...] = ()
    beside: Callable[[Row], tuple[str, ...]] = lambda row: ()

    @property
    def chances(self) -> bool:
        """Whether each area has a chance of lying above the force."""
        return "chance" in self.own_columns

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


def elsewhere(nowhere: int, total: int, level: str, noun: tuple[str, str] = ("search", "searches")) -> str:
    """One sentence on what is counted in no area that is drawn."""
    lie = "lies" if nowhere == 1 else "lie"
    return (
        f"{nowhere:,} of {wording.plural(total, *noun)} ({wording.percent(nowhere / total)}) {lie} in no {level} that "
        "is drawn, or have no place, and are in no rate."
    )


def refuse_unplaced(placed: int, total: int, level: str, noun: tuple[str, str] = ("search", "searches")) -> None:
    """Refuse rates by area where most of what is recorded lies in none: they would be those of the records' places.

    Raises
    ------
    NoLayer
        Where the share that lies in an area is below the setting ``placed_share``.
    """
    least = settings().placed_share
    if total and placed / total < least:
        lie = "lies" if placed == 1 else "lie"
        raise NoLayer(
            f"{wording.percent(placed / total)} of {wording.plural(total, *noun)} {lie} in a {level} that is drawn: "
            f"under {wording.percent(least)}, no rate by area can be given."
        )
