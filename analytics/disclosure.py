"""Small-number protection, applied where Findings are made: screen, file and command line agree.

Counts of people by a personal characteristic (age, sex, ethnic group, disability) are withheld. Counts of events, of
items of feedback, of ratings and of participations as a whole are no such counts and are given; of so few of them there
is no share or rate, which is not protection: nothing can be told from a handful.

A count below the threshold inside a breakdown by a personal attribute is withheld, and with it every figure made from
it. Where totals that stand beside it would give it away, and it is of no ethnic group of published files, a second
count is withheld with it (`second_with`); docs/methods.md, Small numbers, lists where. A zero counts as small: it tells
as much as a one. Only of published files may a zero be shown, because totals give it away exactly; no figure is made
from it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import ArrayLike

LEAST_OF_A_SHARE = 10
"""Events, items, ratings or participations under which their number is given and no share or rate of them."""
TOO_FEW = "too few to say"
IN_COMPANY = "withheld: with the total it would tell a small count"
"""Flag of a count that is withheld beside a small one."""


def without_rates_of_few(frame: pd.DataFrame, count: str, figures: Sequence[str]) -> pd.DataFrame:
    """Keep every count, and no figure made from a count that is too small for one.

    Parameters
    ----------
    frame
        One row a group; must have the column ``flag``.
    count
        Column of counts; a missing count is not small.
    figures
        Columns made from the count; they become null where it is under ``LEAST_OF_A_SHARE``.

    Returns
    -------
    DataFrame
        A copy; ``flag`` of a row without figures says so in words, where the caller wrote nothing else.
    """
    few = frame[count].to_numpy(dtype=float, na_value=np.inf) < LEAST_OF_A_SHARE
    kept = frame.copy()
    for name in figures:
        kept[name] = kept[name].astype("Float64").mask(few)
    kept.loc[few & (kept["flag"] == "").to_numpy(), "flag"] = TOO_FEW
    return kept


def second_with(counts: ArrayLike, hidden: ArrayLike) -> int | None:
    """Which count is withheld with a small one: where one part of a whole alone is hidden, the rest would tell it.

    Parameters
    ----------
    counts : array_like of shape (parts,)
        Counts of the parts; that of a hidden one may be missing.
    hidden : array_like of bool, shape (parts,)
        Parts that are withheld.

    Returns
    -------
    int or None
        Place of the smallest other part, since it takes the least away. None where not one part alone is hidden, and
        where no other part has any: a 0 in company hides nothing, as the two together are the small count.
    """
    few = np.asarray(hidden, dtype=bool)
    values = np.asarray(counts, dtype=float)
    others = np.where(few | ~(values > 0), np.inf, values)
    if few.sum() != 1 or np.isinf(others).all():
        return None
    return int(np.argmin(others))


def withhold(
    frame: pd.DataFrame,
    counts: Sequence[str],
    figures: Sequence[str],
    threshold: int,
    *,
    zeros_shown: bool = False,
    flag_kept: bool = False,
    what: str = "searches",
) -> pd.DataFrame:
    """Withhold the rows in which any count is below the threshold.

    Parameters
    ----------
    frame
        One row a group; must have the column ``flag``.
    counts
        Columns of counts; a missing count is not small.
    figures
        Columns made from the counts; they and the counts become null in withheld rows.
    threshold
        Smallest count that is shown.
    zeros_shown
        Whether a count of 0 is shown, as it may be of published files. Every figure made from it is null all the same,
        and ``flag`` stays as the caller wrote it.
    flag_kept
        Whether what the caller wrote in ``flag`` follows the reason of a withheld row, where it holds all the same.
    what
        What is counted, as the reason has it.

    Returns
    -------
    DataFrame
        A copy; ``flag`` of a withheld row says so in words.
    """
    small, none = np.zeros(len(frame), dtype=bool), np.zeros(len(frame), dtype=bool)
    for name in counts:
        values = frame[name].to_numpy(dtype=float, na_value=np.inf)
        zero = (values == 0) & zeros_shown
        small |= (values < threshold) & ~zero
        none |= zero
    kept = frame.copy()
    for name in [*counts, *figures]:
        hidden = small if name in counts else small | none
        if not frame[name].isna().to_numpy()[hidden].all():
            kept[name] = kept[name].astype("Float64" if kept[name].dtype.kind == "f" else "Int64").mask(hidden)
    why = f"withheld: fewer than {threshold} {what}"
    kept.loc[small, "flag"] = [
        f"{why}; {flag}" if flag_kept and flag else why for flag in frame.loc[small, "flag"].fillna("")
    ]
    return kept
