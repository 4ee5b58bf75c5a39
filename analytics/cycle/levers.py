"""Three levers of the guidance over areas: engagement, visible patrols, and problems solved, beside confidence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import stdtr

from analytics.small_area import fay_herriot
from analytics.survey.intervals import t_interval
from analytics.survey.linearisation import DomainMeans, covariance
from analytics.survey.sample import Floats, Integers, check_columns, numbers

if TYPE_CHECKING:
    import pandas as pd

LEVERS = ("engagement", "visibility", "problem solving")
"""Engagement events for their residents, the share who see patrols weekly, and problem-solving actions closed."""

_LEAST_LEFT = 0.05
"""Share of the levers' spread, in the direction in which they tell least apart, that must be left beside chance."""

LEAST_AREAS = 20
"""Areas under which nothing is said: one of them could make it."""

CLEAR = 0.05
"""Family-wise error of what is called clear, by Holm's rule over the levers."""


@dataclass(frozen=True, slots=True, eq=False)
class Levers:
    """How the change of confidence of areas goes with their levers.

    Attributes
    ----------
    table : DataFrame
        One row a lever: ``lever``, ``effect`` (difference in the change of the share with confidence for one standard
        deviation of the lever between areas, the other levers equal), ``se``, ``low``, ``high`` (95 %), ``p_value``,
        ``adjusted_p`` (Holm's over the levers), ``clear``.
    areas : DataFrame
        One row a number of levers that are high (above the median area), most first: ``high_levers``, ``areas``,
        ``change`` (mean, weighted as the regression), ``low``, ``high``; null where there are fewer than two areas.
    base : int
        Areas that have everything.
    df : int
        Areas less the levers less 1.
    between : float
        Variance between areas that the levers leave.
    """

    table: pd.DataFrame
    areas: pd.DataFrame
    base: int
    df: int
    between: float


def levers(
    areas: pd.DataFrame,
    names: Sequence[str] = LEVERS,
    *,
    errors: pd.DataFrame | None = None,
) -> Levers:
    r"""A regression of the change of confidence over areas on their levers.

    For area :math:`i` with the change :math:`y_i`, its sampling variance :math:`\psi_i` and the standardised levers
    :math:`x_i`, :math:`y_i = x_i'\beta + u_i + e_i`, weighted by :math:`g_i = 1/(\sigma^2 + \psi_i)` with Fay and
    Herriot's :math:`\sigma^2`. A lever that is itself asked of the same respondents, as visibility is, shares their
    chance: with its sampling variances :math:`C_i` and covariances :math:`c_i` with the change

    .. math:: \hat\beta = A \sum_i g_i (x_i y_i - c_i),\quad A = \Big[\sum_i g_i (x_i x_i' - C_i)\Big]^{-1},\quad
        V = \frac{D}{D - p} A \sum_i r_i r_i' A',\quad
        r_i = g_i (x_i y_i - c_i) - g_i (x_i x_i' - C_i)\hat\beta

    so that chance that both have in common is not taken for an association. Intervals are Student's t with areas less
    terms; a lever is called clear where Holm's p-value over all levers is under 0.05.

    Parameters
    ----------
    areas : DataFrame
        One row an area: ``change`` (fractions of 1), ``variance`` (of its sampling), and a column for each lever. Areas
        that lack one of them are left out.
    names : sequence of str
        Columns of the levers.
    errors : DataFrame, optional
        Sampling error of levers that were asked of respondents, one row an area as in `areas`: for each such lever
        ``<lever> variance`` and ``<lever> covariance`` (with the change).

    Raises
    ------
    ValueError
        If fewer than 20 areas have everything, a lever is the same everywhere or follows from the others, or the
        sampling error of a lever is as large as its spread between areas.

    References
    ----------
    Fay R. E. and Herriot R. A. (1979). JASA 74, 269-277. Fuller W. A. (1987). Measurement Error Models, sections 2.2
    and 3.1. Ybarra L. M. R. and Lohr S. L. (2008). Small area estimation when auxiliary information is measured with
    error. Biometrika 95, 919-931. Holm S. (1979). Scandinavian Journal of Statistics 6, 65-70.
    """
    import pandas as pd

    check_columns(areas, ["change", "variance", *names], "table of areas")
    columns = {name: numbers(areas, name) for name in ("change", "variance", *names)}
    whole = np.asarray(np.isfinite(np.column_stack([*columns.values()])).all(axis=1))
    if whole.sum() < LEAST_AREAS:
        raise ValueError(
            f"{whole.sum()} areas have a change of confidence and all of {', '.join(names)}; {LEAST_AREAS} are needed."
        )
    change, variance = columns["change"][whole], columns["variance"][whole]
    raw = np.column_stack([columns[name][whole] for name in names])
    sd = raw.std(axis=0, ddof=1)
    same = sd <= 1e-9 * np.abs(raw).max(axis=0)
    if same.any():
        raise ValueError(f"{names[int(np.argmax(same))]} is the same in every area: leave it out.")
    x = np.column_stack([np.ones(len(raw)), (raw - raw.mean(axis=0)) / sd])
    if np.linalg.matrix_rank(x) < x.shape[1]:
        raise ValueError(f"One of {', '.join(names)} follows from the others in these areas: leave one out.")
    own, shared = _errors(errors, names, whole, sd)
    between = fay_herriot(change, variance, x).sigma2
    weight = 1 / (between + variance)
    beta, covariance = _corrected(change, x, weight, own, shared, names)
    estimate, se = beta[1:], np.sqrt(np.diag(covariance))[1:]
    df = len(change) - x.shape[1]
    low, high = t_interval(estimate, se, df)
    p_values = 2 * stdtr(df, -np.abs(estimate) / se)
    adjusted = _holm(p_values)
    table = pd.DataFrame(
        {
            "lever": list(names),
            "effect": estimate,
            "se": se,
            "low": low,
            "high": high,
            "p_value": p_values,
            "adjusted_p": adjusted,
            "clear": adjusted < CLEAR,
        }
    )
    return Levers(table, _by_number(raw, change, weight), len(change), df, float(between))


def _holm(p_values: Floats) -> Floats:
    """Adjusted p-values; statsmodels' stop whatever else is counted, to collect garbage."""
    order = np.argsort(p_values)
    stepped = np.maximum.accumulate(p_values[order] * np.arange(len(p_values), 0, -1))
    return np.asarray(np.minimum(stepped, 1)[np.argsort(order)])


def chance_in_common(means: DomainMeans, after: Integers, before: Integers, beside: Integers) -> float:
    r"""The correlation of chance between changes of one measure and figures of another, asked of the same people.

    .. math:: r = \frac{\sum_i C(a_i - b_i,\, l_i)}{\sqrt{\sum_i V(a_i - b_i) \sum_i V(l_i)}}

    with the linearised variances and covariances of each area, added up over areas: a few sampling units tell next to
    nothing of the covariance of their own area. Never beyond 1, as each area's are those of the same totals.

    Parameters
    ----------
    means : DomainMeans
        Of both measures, areas and both years, from one sample.
    after, before, beside : ndarray of shape (areas,)
        Rows of its table: the first measure in the later and in the earlier year, and the other measure.

    Returns
    -------
    float
        -1 to 1; 0 where one of the two has no variance anywhere.
    """

    def together(a: Integers, b: Integers) -> float:
        return float(np.nansum(covariance(means, means, a, b).covariance))

    of_change = together(after, after) + together(before, before) - 2 * together(after, before)
    of_both = of_change * together(beside, beside)
    return (together(after, beside) - together(before, beside)) / np.sqrt(of_both) if of_both > 0 else 0.0


def _errors(errors: pd.DataFrame | None, names: Sequence[str], whole: np.ndarray, sd: Floats) -> tuple[Floats, Floats]:
    """Sampling variances of the standardised levers and covariances with the change; 0 of what is counted."""
    own, shared = (np.zeros((int(whole.sum()), len(names) + 1)) for _ in range(2))
    for place, name in enumerate(names if errors is not None else ()):
        if errors is not None and f"{name} variance" in errors.columns:
            own[:, place + 1] = numbers(errors, f"{name} variance")[whole] / sd[place] ** 2
            shared[:, place + 1] = numbers(errors, f"{name} covariance")[whole] / sd[place]
    return own, shared


def _corrected(
    change: Floats, x: Floats, weight: Floats, own: Floats, shared: Floats, names: Sequence[str]
) -> tuple[Floats, Floats]:
    explained = (weight[:, None] * x).T @ x - np.diag(weight @ own)
    if np.linalg.eigvalsh(explained).min() <= _LEAST_LEFT * weight.sum():
        raise ValueError(
            f"What differs in {', '.join(names)} between areas is no more than the chance of who was asked: more "
            "answers an area are needed."
        )
    inverse = np.linalg.inv(explained)
    beta = inverse @ (weight @ (x * change[:, None] - shared))
    error = change - x @ beta
    score = weight[:, None] * (x * error[:, None] - shared + own * beta)
    number, terms = x.shape
    return beta, number / (number - terms) * inverse @ (score.T @ score) @ inverse.T


def _by_number(levers: Floats, change: Floats, weight: Floats) -> pd.DataFrame:
    """The mean change of areas by how many of their levers are above the median."""
    import pandas as pd

    most = levers.shape[1]
    number = (levers > np.median(levers, axis=0)).sum(axis=1)
    rows = []
    for high in range(most, -1, -1):
        inside = number == high
        mean = low = top = np.nan
        if inside.sum() > 1:
            share = weight[inside] / weight[inside].sum()
            mean = float(share @ change[inside])
            count = int(inside.sum())
            se = np.sqrt(count / (count - 1) * ((share * (change[inside] - mean)) ** 2).sum())
            low, top = (float(limit) for limit in t_interval(mean, se, count - 1))
        rows.append({"high_levers": high, "areas": int(inside.sum()), "change": mean, "low": low, "high": top})
    return pd.DataFrame(rows)
