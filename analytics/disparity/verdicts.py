"""Whether a figure meets a yardstick, told from its interval and never from the figure alone."""

from __future__ import annotations

import math

MET, NOT_MET, NOT_CLEAR, NO_DATA = "met", "not met", "not clear", "no data"


def verdict(low: float | None, high: float | None, floor: float, ceiling: float = math.inf) -> str:
    r"""Where an interval lies against a yardstick that reaches from a floor to a ceiling, both within it.

    Met where the whole interval lies within, not met where all of it lies outside on one side, else not clear. With a
    95 % interval and one end, either is said wrongly in at most 1 of 40 cases.

    Parameters
    ----------
    low, high
        The interval; None or NaN where there is no figure, which is never met.
    floor, ceiling
        The yardstick, in the unit of the figure.

    Raises
    ------
    ValueError
        If an interval or a yardstick ends before it starts.

    References
    ----------
    Schuirmann D. J. (1987). A comparison of the two one-sided tests procedure and the power approach. Journal of
    Pharmacokinetics and Biopharmaceutics 15, 657-680 (an interval within limits as a test).
    """
    if low is None or high is None or math.isnan(low) or math.isnan(high):
        return NO_DATA
    if low > high or floor > ceiling:
        raise ValueError(
            f"From {low} to {high} against {floor} to {ceiling}: an interval ends where it starts or after."
        )
    if low >= floor and high <= ceiling:
        return MET
    return NOT_MET if high < floor or low > ceiling else NOT_CLEAR


def of_several(verdicts: list[str]) -> str:
    """The verdict on a test from those on its criteria: met where each is, not met where any is not.

    A criterion without data keeps a test from being met; one that is not clear weighs more than one without data.
    """
    for found in (NOT_MET, NOT_CLEAR, NO_DATA):
        if found in verdicts:
            return found
    return MET if verdicts else NO_DATA
