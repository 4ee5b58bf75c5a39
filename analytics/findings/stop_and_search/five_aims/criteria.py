"""The five aims, what is asked of each, and what may be said of an answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from analytics import wording
from analytics.disparity.dispersion import MINIMUM_PERIODS
from analytics.findings.tested import SIDES

if TYPE_CHECKING:
    import pandas as pd

HOPED, NOTHING_OUT, LOOK, UNCLEAR, NO_DATA, NO_YARDSTICK = (
    "looks as hoped",
    "nothing stands out",
    "needs a look",
    "not clear",
    "no data",
    "no yardstick",
)
"""What is said of a criterion. Only a test, a list or a rule that is written down says more than the last three.

Where kinds, places or groups are set against each other, that nothing stands out says nothing of all of them together.
"""

LARGE = 0.1
"""Points of a gap, as a share of 1, that have to be ruled out before it is said that nothing stands out."""

LEAST_SEARCHES = 20
"""Searches that it takes for a place to be judged at all."""

LEAST_OF_KIND = 100
"""Searches under which a kind of search is put together with other rare ones: fewer rule out no gap so large."""

AIMS = {
    1: "Effective use",
    2: "Explained to communities",
    3: "About what people are concerned about",
    4: "Inappropriate or ineffective use",
    5: "Confidence of communities",
}
"""The five aims, in the order of the guidance and in our words."""

NOT_RIGHT = (
    "the objects in the files can't be right: too few of the searches under the drugs power are said to be for drugs."
)
"""Why nothing is said of what was looked for."""

FEW_MONTHS = (
    f"With fewer than {MINIMUM_PERIODS} months of searches intervals are by chance alone and nothing is tested: how "
    "far one month differs from another is not known."
)
"""Why nothing is called clear where months can't be set against each other."""

SHARE, PEOPLE, PLACES, GAP, CORRELATION = (
    "share of searches",
    "share of people",
    "areas",
    "difference of shares",
    "correlation",
)
"""What the number of a criterion is."""


@dataclass(frozen=True)
class Criterion:
    """What one question of the diagnostic comes to.

    Attributes
    ----------
    aim
        Number of the aim.
    question
        The question in words.
    verdict, why
        One of the verdicts above, and why in a sentence or two.
    number, low, high, base
        The main figure, its 95 % interval and what it rests on; None where there is none.
    number_is
        What the number is.
    """

    aim: int
    question: str
    verdict: str
    why: str
    number: float | None = None
    low: float | None = None
    high: float | None = None
    base: int | None = None
    number_is: str = ""


@dataclass(frozen=True, eq=False)
class Part:
    """What the diagnostic says of one aim.

    Attributes
    ----------
    criteria
        Its criteria.
    tables
        What stands behind them, by name.
    caveats, rules
        What is to be borne in mind, and the rules that fired.
    load_ids
        Loads that it rests on beside the searches.
    """

    criteria: tuple[Criterion, ...]
    tables: dict[str, pd.DataFrame] = field(default_factory=dict)
    caveats: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    load_ids: tuple[str, ...] = ()


def of_tests(called: Sequence[str], low: Sequence[float]) -> str:
    """What many differences come to: clearly below somewhere, nowhere lower by much, or neither; no data without any.

    Parameters
    ----------
    called
        What each difference is called: see `tested.SIDES`; empty where it was not tested, so that nothing is ruled out.
    low
        Lower end of the 95 % interval of each.
    """
    told = [end for word, end in zip(called, low, strict=True) if word]
    if not told:
        return NO_DATA
    if SIDES.below in called:
        return LOOK
    return NOTHING_OUT if len(told) == len(called) and min(told) >= -LARGE else UNCLEAR


def rest_of(lows: Sequence[float], untested: str = "") -> str:
    """What follows the sentence that none is clearly lower: how many may be lower by much, and what was not tested.

    Parameters
    ----------
    lows
        Lower ends of the 95 % intervals of those that were tested.
    untested
        How many others were not tested, in words; empty where all were.
    """
    much, number = wording.points(LARGE).removeprefix("+"), sum(low < -LARGE for low in lows)
    rest = f" Not tested: {untested}." if untested else ""
    if not number:
        return f" A gap of {much} is ruled out for {'each of them' if len(lows) > 1 else 'it'}.{rest}"
    return f" For {f'{number} of them' if len(lows) > 1 else 'it'} a gap of {much} or more is not ruled out.{rest}"


def no_data(aim: int, question: str, why: str) -> Criterion:
    """A criterion that the data can't answer."""
    return Criterion(aim, question, NO_DATA, f"{why[0].upper()}{why[1:]}")
