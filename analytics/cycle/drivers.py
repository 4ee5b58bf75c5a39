"""What goes with confidence, or with willingness to help: several answers taken together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import comb
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import xlogy

from analytics.cycle.adjusted import DEMOGRAPHICS, Design, present
from analytics.survey.regression import Family, Regression, average_effects, survey_regression
from analytics.survey.sample import Floats, check_columns

if TYPE_CHECKING:
    import pandas as pd

MOST_DRIVERS = 7
"""Drivers above which shares are refused: every one doubles the regressions that they take."""

LOST = 0.10
"""Share of the respondents with an outcome that may be left out for want of another answer before it is said."""

LEAST_IN_AREA = 20
"""Answers under which an area has no level of its own; such areas have one together."""

_TOGETHER = "areas with few answers"
_NOT_KNOWN = "not known"


@dataclass(frozen=True, slots=True, eq=False)
class Drivers:
    """What goes with an outcome.

    Attributes
    ----------
    table : DataFrame
        One row a driver: ``driver``, ``effect`` (average difference in the outcome for one step of the driver's scale;
        of a yes or no in the share who say yes), ``low``, ``high`` (95 %), ``se``, ``p_value``, ``per_sd``,
        ``per_sd_low``, ``per_sd_high`` (the same for one standard deviation of the driver among these respondents),
        ``share`` (of what the drivers tell together, adding up to 1), ``steps`` (of the scale), ``sd`` (of its scores
        from 0 to 1).
    regression : Regression
        Behind the effects, with the constant, demographics, waves and areas.
    fit : float
        McFadden's pseudo-R², of a linear regression R², that all drivers add to what is held equal.
    base : int
        Respondents who answered everything.
    lost : float
        Share of those with an outcome who did not answer everything, and are left out.
    adjusted_for : tuple of str
        Columns held equal.
    warning : str
        What to say of those left out; empty where they are a tenth or fewer.
    """

    table: pd.DataFrame
    regression: Regression
    fit: float
    base: int
    lost: float
    adjusted_for: tuple[str, ...]
    warning: str


def drivers(
    people: pd.DataFrame,
    outcome: str,
    scales: Mapping[str, int],
    design: Design = Design(),  # noqa: B008  (a tuple, which nobody changes)
    *,
    adjust: Sequence[str] = DEMOGRAPHICS,
    area: str | None = "area",
    wave: str | None = "wave",
) -> Drivers:
    r"""What goes with an outcome, each driver with the others held equal.

    A survey-weighted logit (`survey_regression`: statsmodels' GLM with the sandwich of the design) of the outcome on
    the drivers' scores, demographics, waves and areas. With the slope :math:`\beta_j\overline{\mu(1 - \mu)}` of
    `average_effects` over the whole scale of :math:`K - 1` steps, what goes with one step is that over :math:`K - 1`,
    and with one standard deviation that times :math:`\sigma_j`, a unit that is taken as given.

    Shares are Shapley's, over the drivers :math:`D`, of what they add to McFadden's
    :math:`R^2(S) = 1 - \ell(S)/\ell_0`, :math:`\ell` being the weighted log likelihood with demographics and waves and
    the drivers :math:`S`, and :math:`\ell_0` that of the constant alone:

    .. math:: \phi_j = \frac{1}{|D|}\sum_{S \not\ni j} \binom{|D| - 1}{|S|}^{-1} [R^2(S \cup j) - R^2(S)]

    over :math:`\sum_j \phi_j`. An outcome that is more than yes and no, such as the share of several answers that are
    positive, has a linear regression, whose coefficients are average differences already, and the plain R². Areas are
    left out of these regressions. A share says how much of what is told falls to a driver, not how far the outcome
    would move with it.

    Parameters
    ----------
    people : DataFrame
        One row a respondent of the whole sample. Drivers are scores from 0 to 1 (`item_score`).
    outcome : str
        Column of numbers; NaN where it is not known.
    scales : mapping of str to int
        The drivers' columns, with the steps of their scales.
    design : Design
    adjust, area, wave
        As for `links`. Areas with fewer than 20 answers or with one answer alone have a level together.

    Raises
    ------
    ValueError
        As `survey_regression`; if there is no driver, or more than 7.

    References
    ----------
    Lindeman R. H., Merenda P. F. and Gold R. Z. (1980). Introduction to Bivariate and Multivariate Analysis, page 119.
    Grömping U. (2007). Estimators of relative importance in linear regression based on variance decomposition. The
    American Statistician 61, 139-147. McFadden D. (1974). Frontiers in Econometrics, 105-142. Williams R. (2012). The
    Stata Journal 12, 308-331.
    """
    names = list(scales)
    if not 0 < len(names) <= MOST_DRIVERS:
        raise ValueError(f"There are {len(names)} drivers: give one at least, and no more than {MOST_DRIVERS}.")
    check_columns(people, [outcome, *names], "survey")
    told = people[outcome].notna().to_numpy()
    whole = told & people[names].notna().all(axis=1).to_numpy()
    lost = 1 - whole.sum() / max(told.sum(), 1)
    frame, held = _held_equal(people, whole, outcome, adjust, area, wave)
    regression = survey_regression(frame, outcome, [*names, *held], *design)
    found = average_effects(regression, names) if regression.family == "logit" else regression.table
    effects = found.set_index("term").loc[names]
    steps = np.array([scales[name] for name in names], dtype=float)
    sd = np.array([_sd(regression, name) for name in names])
    fits = _fits(frame, outcome, names, [name for name in held if name != area], design, regression.family)
    shapley = _shapley(names, fits)
    per_step, per_sd = ({n: effects[n].to_numpy() * by for n in _EFFECT} for by in (1 / steps, sd))
    table = _table(names, per_step, per_sd, effects["p_value"].to_numpy(), shapley, steps, sd)
    adjusted_for = tuple(name for name in held if name in adjust)
    warning = _warning(lost, int(whole.sum()))
    return Drivers(table, regression, float(shapley.sum()), regression.base, float(lost), adjusted_for, warning)


_EFFECT = ("estimate", "se", "low", "high")


def _table(
    names: Sequence[str],
    per_step: Mapping[str, Floats],
    per_sd: Mapping[str, Floats],
    p_values: Floats,
    shapley: Floats,
    steps: Floats,
    sd: Floats,
) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame(
        {
            "driver": list(names),
            "effect": per_step["estimate"],
            "low": per_step["low"],
            "high": per_step["high"],
            "se": per_step["se"],
            "p_value": p_values,
            "per_sd": per_sd["estimate"],
            "per_sd_low": per_sd["low"],
            "per_sd_high": per_sd["high"],
            "share": shapley / shapley.sum(),
            "steps": steps.astype(np.int64),
            "sd": sd,
        }
    )


def _held_equal(
    people: pd.DataFrame,
    whole: np.ndarray,
    outcome: str,
    adjust: Sequence[str],
    area: str | None,
    wave: str | None,
) -> tuple[pd.DataFrame, list[str]]:
    """The frame with categories that can be held equal, and their columns: those that tell the respondents apart."""
    frame = people.copy(deep=False)
    for name in (*present(people, [*adjust, *([wave] if wave else [])]),):
        frame[name] = frame[name].astype(object).where(frame[name].notna(), _NOT_KNOWN)
    if area is not None:
        frame[area] = _pooled(frame[area], frame[outcome].where(whole))
    wanted = [*adjust, *([wave] if wave else []), *([area] if area else [])]
    return frame, list(present(frame[whole], wanted))


def _pooled(area: pd.Series, outcome: pd.Series) -> pd.Series:
    """Areas, those with few answers or one answer alone together."""
    by = outcome.groupby(area)
    enough = (by.count() >= LEAST_IN_AREA) & (by.nunique() > 1)
    return area.astype(object).where(area.isin(enough.index[enough]), _TOGETHER)


def _sd(regression: Regression, name: str) -> float:
    x = regression.x[:, [term.name for term in regression.terms].index(name)]
    share = regression.weight / regression.weight.sum()
    return float(np.sqrt(share @ (x - share @ x) ** 2))


def _fits(
    frame: pd.DataFrame, outcome: str, names: Sequence[str], held: Sequence[str], design: Design, family: Family
) -> dict[frozenset[str], float]:
    """Pseudo-R² with every set of drivers, demographics and waves always being there."""
    from analytics.survey.terms import columns

    known = frame[[outcome, *names]].notna().all(axis=1)
    weights = np.ones(len(frame)) if design.weight is None else frame[design.weight].to_numpy(dtype=float)
    inside = frame[known & (weights > 0)]
    weight, y = weights[known & (weights > 0)], inside[outcome].to_numpy(dtype=float)
    _, controls = columns(inside, held, {})
    scores = inside[list(names)].to_numpy(dtype=float)
    left = _left_by_logit if family == "logit" else _left_by_line
    nothing = left(y, np.ones((len(y), 1)), weight)
    fits = {}
    for size in range(len(names) + 1):
        for chosen in combinations(range(len(names)), size):
            x = np.column_stack([controls, scores[:, list(chosen)]])
            fits[frozenset(names[place] for place in chosen)] = 1 - left(y, x, weight) / nothing
    return fits


def _left_by_line(y: Floats, x: Floats, weight: Floats) -> float:
    """Weighted sum of squares that a linear regression leaves."""
    root = np.sqrt(weight)
    coefficients, *_ = np.linalg.lstsq(x * root[:, None], y * root, rcond=None)
    return float(weight @ (y - x @ coefficients) ** 2)


def _left_by_logit(y: Floats, x: Floats, weight: Floats) -> float:
    """Minus the weighted log likelihood of a logit."""
    from statsmodels.genmod.families import Binomial
    from statsmodels.genmod.generalized_linear_model import GLM

    fitted = GLM(y, x, family=Binomial(), freq_weights=weight).fit()
    return -float(weight @ (xlogy(y, fitted.mu) + xlogy(1 - y, 1 - fitted.mu)))


def _shapley(names: Sequence[str], fits: Mapping[frozenset[str], float]) -> Floats:
    """What each driver adds, averaged over all orders in which they could be taken in."""
    number = len(names)
    return np.array(
        [
            sum(
                (fits[chosen | {name}] - fits[chosen]) / (number * comb(number - 1, len(chosen)))
                for chosen in fits
                if name not in chosen
            )
            for name in names
        ]
    )


def _warning(lost: float, base: int) -> str:
    if lost <= LOST:
        return ""
    return (
        f"{lost:.0%} of those who answered are left out, as they did not answer every question: what is said rests on "
        f"the other {base:,}."
    )
