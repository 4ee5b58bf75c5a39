"""Differences that are tested together: what they are called, and what is said of the tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analytics import wording
from analytics.survey import CHANGE, COMPARISON, Verdicts, q_values, verdicts
from data.settings import settings

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import ArrayLike, NDArray

SIDES = Verdicts("above", "below", "not clearly different")
_CLEAR = {word for words in (SIDES, CHANGE, COMPARISON) for word in (words.above, words.below)}


def sides_of(low: ArrayLike, high: ArrayLike, p_values: ArrayLike) -> tuple[list[str], NDArray[np.float64]]:
    """Above, below or not clearly different for each of some differences that are tested together, and their q-values.

    Parameters
    ----------
    low, high, p_values : array_like of shape (differences,)
        Limits of the 95 % intervals and p-values; NaN where nothing was tested, of which nothing is said.
    """
    return verdicts(low, high, p_values, words=SIDES, discovery_rate=settings().false_discovery), q_values(p_values)


def number_tested(table: pd.DataFrame) -> int:
    """How many differences of a table could be tested."""
    return int(table["p_value"].notna().sum())


def number_clear(table: pd.DataFrame) -> int:
    """How many differences of a table are called clear."""
    return int(table["verdict"].isin(_CLEAR).sum())


def rule_of_tests(table: pd.DataFrame, noun: str = "difference") -> list[str]:
    """How many differences were tested together, and how many are clear, for the rules that fired."""
    tested = wording.plural(number_tested(table), noun)
    return [
        f"{tested} tested, {number_clear(table)} clear with Benjamini and Hochberg's false-discovery rate below "
        f"{settings().false_discovery:.2f}"
    ]


def chance_caveat(table: pd.DataFrame) -> list[str]:
    """How many of the differences called clear may be so by chance; none where none is."""
    clear, rate = number_clear(table), settings().false_discovery
    if not clear:
        return []
    wrong = clear * rate
    about = (
        f"about {wrong:.0f} of these {clear}"
        if wrong > 0.5
        else f"this one{_whose(table)}"
        if clear == 1
        else f"few of these {clear}"
    )
    of = f", of {wording.count(number_tested(table))} tested in the table" if "p_value" in table else ""
    return [
        f"Called clear with a false-discovery rate below {wording.percent(rate)}{of}: {about} may be so by chance. The "
        "intervals are for one at a time."
    ]


def _whose(table: pd.DataFrame) -> str:
    """The group of the only difference that is called clear, which need not be the one that the page speaks of."""
    if "group" not in table:
        return ""
    (group,) = table.loc[table["verdict"].isin(_CLEAR), "group"]
    return f" ({group})"


def withheld_rule(table: pd.DataFrame) -> list[str]:
    """How many figures are withheld, for the rules that fired; empty where none is."""
    few = int(table["estimate"].isna().sum())
    return [f"{wording.plural(few, 'figure')} withheld: not enough answers"] if few else []
