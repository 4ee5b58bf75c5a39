"""Which figures of a survey may be shown: too few answers are withheld, the imprecise ones are marked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from analytics.records import with_nulls
from analytics.survey.intervals import effective_sample, korn_graubard
from analytics.survey.linearisation import DomainMeans
from analytics.survey.sample import Floats

if TYPE_CHECKING:
    import pandas as pd

TOO_FEW = "not enough answers"
IMPRECISE = "too imprecise to use as a figure"
FEW_POINTS = "for review: few sampling points"
NOBODY = "for review: nobody answered this way"
EVERYBODY = "for review: everybody answered this way"


@dataclass(frozen=True, slots=True)
class PublicationRule:
    """Thresholds of the rule, with its defaults.

    Attributes
    ----------
    least_base, least_n_eff : float
        Answers, and effective answers, under which there is no figure.
    widest : float
        Width of a share's interval from which it is marked as imprecise.
    widest_relative, narrowest : float
        Width over the share above which it is marked, if the width is above `narrowest`.
    least_df : float
        Degrees of freedom under which it is marked for review.
    least_count : int
        Number of answers under which the number itself is not printed.
    """

    least_base: float = 50
    least_n_eff: float = 30
    widest: float = 0.30
    widest_relative: float = 1.30
    narrowest: float = 0.05
    least_df: float = 8
    least_count: int = 10


DEFAULT_RULE = PublicationRule()


def publish(result: DomainMeans, rule: PublicationRule = DEFAULT_RULE) -> pd.DataFrame:
    """The table of a result with the figures withheld that rest on too few answers, and the others marked.

    Withheld on the design alone, the base and the effective number of answers, never on the estimate: a rule that looks
    at the estimate makes the intervals that are still shown too narrow. Shown and marked: a share whose Korn-Graubard
    interval is wide, a net score whose interval is wider than twice the width allowed for a share (without neutral
    answers it is twice a share less 1), few degrees of freedom, and nobody or everybody.

    Parameters
    ----------
    result : DomainMeans
    rule : PublicationRule
        The thresholds; the caller passes the settings.

    Returns
    -------
    DataFrame
        A copy of the table with the column ``flag``: empty, or the reasons. In withheld rows the estimate and all that
        is made from it is null; under `PublicationRule.least_count` answers the base and what gives it away is too.

    References
    ----------
    Parker J. D. et al. (2017). National Center for Health Statistics data presentation standards for proportions. Vital
    and Health Statistics 2(175): widths .30, .05 and 1.30, at least 8 degrees of freedom. The base of 50 and the
    effective number of 30 are this project's.
    """
    import pandas as pd

    table = result.table
    estimate, se, base, n_eff, df = (
        table[name].to_numpy(dtype=float) for name in ("estimate", "se", "base", "n_eff", "df")
    )
    withheld = ~((base >= rule.least_base) & (n_eff >= rule.least_n_eff))
    few_points = (df < rule.least_df) | table["fallback"].to_numpy(dtype=bool)
    flags = {
        IMPRECISE: _imprecise(result, rule, estimate, se, base, n_eff, df),
        FEW_POINTS: few_points,
        NOBODY: (estimate <= 0) & (result.kind == "share"),
        EVERYBODY: (estimate >= 1) & (result.kind == "share"),
    }
    notes = np.full(len(table), "", dtype=object)
    for row in np.flatnonzero(np.any([*flags.values()], axis=0) & ~withheld):
        notes[row] = ", ".join(text for text, marked in flags.items() if marked[row])
    for row in np.flatnonzero(withheld):
        notes[row] = _too_few(base[row], n_eff[row], rule)
    hidden = dict.fromkeys(("estimate", "se", "low", "high", "deff"), withheld)
    hidden |= dict.fromkeys(("base", "weight", "n_eff", "psus", "strata", "df"), withheld & (base < rule.least_count))
    # In one go, as each column that is set in a frame takes longer than the rule.
    shown = {name: _blank(table[name], hidden[name]) if name in hidden else table[name] for name in table.columns}
    return pd.DataFrame({**shown, "flag": notes}, index=table.index)


def _imprecise(
    result: DomainMeans, rule: PublicationRule, estimate: Floats, se: Floats, base: Floats, n_eff: Floats, df: Floats
) -> np.ndarray:
    if result.kind == "mean":
        return np.zeros(len(estimate), dtype=bool)
    if result.kind == "net":
        return (result.table["high"] - result.table["low"]).to_numpy() >= 2 * rule.widest
    size = n_eff if result.smoothed else effective_sample(estimate, se**2, base, n_eff)
    low, high = korn_graubard(estimate, size, base, df)
    width = high - low
    with np.errstate(divide="ignore", invalid="ignore"):
        relative = width / estimate > rule.widest_relative
    return (width >= rule.widest) | (relative & (width > rule.narrowest))


def _too_few(base: float, n_eff: float, rule: PublicationRule) -> str:
    if base < rule.least_count:
        return f"{TOO_FEW}: fewer than {rule.least_count}"
    return f"{TOO_FEW}: {base:,.0f}" + ("" if base < rule.least_base else f", which count as {n_eff:,.0f}")


def _blank(column: pd.Series, rows: np.ndarray) -> pd.Series | pd.api.extensions.ExtensionArray:
    """A column that is null in some rows, as in ``analytics.disclosure``; itself where there are none."""
    return with_nulls(column.to_numpy(), rows) if rows.any() else column
