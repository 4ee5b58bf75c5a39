"""What may be said of many differences at once: rose, fell, or no clear change."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

DISCOVERY_RATE = 0.10
"""Share of false statements allowed among all that are made on a page."""


class Verdicts(NamedTuple):
    """What to say when a difference is clearly above 0, clearly below it, or neither."""

    above: str
    below: str
    neither: str


CHANGE = Verdicts("rose", "fell", "no clear change")
COMPARISON = Verdicts("clearly above", "clearly below", "not clearly different")


def q_values(p_values: ArrayLike) -> NDArray[np.float64]:
    """Benjamini-Hochberg adjusted p-values; a missing one stays missing and does not count.

    Parameters
    ----------
    p_values : array_like of shape (differences,)
        Of all differences on a page.

    References
    ----------
    Benjamini Y. and Hochberg Y. (1995). Controlling the false discovery rate: a practical and powerful approach to
    multiple testing. Journal of the Royal Statistical Society B 57, 289-300.
    """
    from statsmodels.stats.multitest import multipletests

    values = np.array(p_values, dtype=float)
    tested = np.isfinite(values)
    if tested.any():
        values[tested] = multipletests(values[tested], method="fdr_bh")[1]
    return values


def verdicts(
    low: ArrayLike,
    high: ArrayLike,
    p_values: ArrayLike,
    *,
    words: Verdicts = CHANGE,
    discovery_rate: float = DISCOVERY_RATE,
) -> list[str]:
    """A verdict on each of the differences on a page.

    A difference is clear only if its 95 % interval leaves out 0 and its q-value over all differences on the page is
    under `discovery_rate`.

    Parameters
    ----------
    low, high, p_values : array_like of shape (differences,)
        Limits and p-values of all differences on the page, as from `differences`; missing where a figure is withheld.
    words : Verdicts
        `CHANGE` over time, `COMPARISON` between places or groups.
    discovery_rate : float
        Share of false statements allowed.

    Returns
    -------
    list of str
        One of `words`; empty where a limit or p-value is missing.

    Raises
    ------
    ValueError
        If the arrays differ in length, or `discovery_rate` is not between 0 and 1.
    """
    lows, highs, values = (np.atleast_1d(np.asarray(values, dtype=float)) for values in (low, high, p_values))
    if not lows.shape == highs.shape == values.shape:
        raise ValueError(f"There are {lows.size} lower limits, {highs.size} upper and {values.size} p-values.")
    if not 0 < discovery_rate < 1:
        raise ValueError(f"discovery_rate is {discovery_rate}, but a share lies between 0 and 1.")
    known = np.isfinite(lows) & np.isfinite(highs) & np.isfinite(values)
    convincing = known & (q_values(np.where(known, values, np.nan)) < discovery_rate)
    said = np.where(
        convincing & (lows > 0), words.above, np.where(convincing & (highs < 0), words.below, words.neither)
    )
    return [str(word) if there else "" for word, there in zip(said, known, strict=True)]
