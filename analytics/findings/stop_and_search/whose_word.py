"""The figures of two groups by either word on ethnicity, the person's own and the officer's, beside each other."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any

from analytics import near_one, wording
from analytics.disclosure import withhold
from analytics.findings.searches import Searches
from analytics.findings.stop_and_search.comparison import comparison
from analytics.findings.stop_and_search.shared import typed_frame
from analytics.records import records_of
from analytics.scope import DEFINITIONS
from data.settings import settings

if TYPE_CHECKING:
    import pandas as pd

SHORT = {"self": "self-defined", "officer": "officer-defined"}
"""Whose word on ethnicity counts, in a word."""

_BOTH = [
    "definition", "group", "comparator", "stops", "comparator_stops", "rate", "rate_low", "rate_high",
    "comparator_rate", "comparator_rate_low", "comparator_rate_high", "ratio", "low", "high", "difference",
    "difference_low", "difference_high", "excess", "excess_low", "excess_high", "unknown_share",
    "ratio_if_unknown_comparator", "ratio_if_unknown_group", "ratio_adjusted", "adjusted_low", "adjusted_high", "base",
    "flag",
]  # fmt: skip
_WHOLE = ["stops", "comparator_stops", "base"]
_NAMES = ("definition", "group", "comparator", "unknown_share", "flag")


@dataclass(frozen=True, eq=False)
class BothWords:
    """Figures of two groups by the person's own word on ethnicity and by the officer's.

    Attributes
    ----------
    table
        One row for each word, that of the scope first. Nobody may change it.
    """

    table: pd.DataFrame

    @cached_property
    def other(self) -> dict[Any, Any]:
        """The row of the word that the scope does not ask for."""
        return dict(records_of(self.table)[1])

    @property
    def is_given(self) -> bool:
        """Whether there is a ratio by that word."""
        return not wording.missing(self.other["ratio"])

    @property
    def in_short(self) -> str:
        """Both words with the ratio by the other one, as a card has it beside the first ratio."""
        own, other = (SHORT[row["definition"]] for row in records_of(self.table))
        row = self.other
        if not self.is_given:
            return f"{own}; {other}: none"
        return f"{own}; {other} {near_one.times(row['ratio'])} ({near_one.between(row['low'], row['high'])})"

    def caveats(self) -> list[str]:
        """What the ratio is by the other word, or why there is none."""
        row = self.other
        word = DEFINITIONS[row["definition"]]
        if not self.is_given:
            return [f"No ratio by {word} is given: {row['flag']}."]
        return [
            f"By {word} the ratio is {near_one.times(row['ratio'])} "
            f"({near_one.between(row['low'], row['high'])}), with {wording.percent(row['unknown_share'])} of searches "
            "unknown. The two words can put one person in different groups; residents are counted by their own word."
        ]


@lru_cache(maxsize=256)
def both_words(searches: Searches) -> BothWords:
    """The figures of the two groups of some searches by either word on ethnicity.

    Parameters
    ----------
    searches
        Searches whose two groups can be compared.
    """
    own = str(searches.scope.definition)
    (other,) = (word for word in DEFINITIONS if word != own)
    rows = [_row(searches), _row(Searches.of(searches.scope.but(definition=other), searches.view))]
    table = typed_frame(rows, _BOTH, _WHOLE)
    figures = [name for name in _BOTH if name not in _NAMES and name not in _WHOLE[:2]]
    return BothWords(withhold(table, _WHOLE[:2], figures, settings().threshold, zeros_shown=True))


def _row(searches: Searches) -> dict[str, Any]:
    scope = searches.scope
    made = comparison(searches, searches.residents, str(scope.group), str(scope.comparator))
    return {"definition": scope.definition} | made
