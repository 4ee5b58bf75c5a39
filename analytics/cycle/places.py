"""The links of the ring in places and groups, each beside everybody else."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import stdtr

from analytics.cycle.adjusted import DEMOGRAPHICS, Adjusted, Design, present, respondents
from analytics.cycle.links import pairs_of
from analytics.cycle.scores import STAGES, StageScores
from analytics.survey.intervals import t_interval
from analytics.survey.sample import Floats, check_columns, grouped

if TYPE_CHECKING:
    import pandas as pd

LEAST_IN_PLACE = 50
"""Respondents under which nothing is said of the link of a place."""


def links_of_places(
    people: pd.DataFrame,
    scores: StageScores,
    design: Design = Design(),  # noqa: B008
    *,
    place: str = "area",
    adjust: Sequence[str] = DEMOGRAPHICS,
    area: str | None = "area",
    wave: str | None = "wave",
    ring: Sequence[str] = STAGES,
) -> pd.DataFrame:
    r"""The links of each place or group beside the rest of the force.

    With the score :math:`\tilde s` and outcome :math:`\tilde p` of which areas, waves and demographics are taken out
    (those of the whole force, as in `links`; the level of a place or group with them), the slope of place :math:`a` is
    :math:`\beta_a = \sum_a w\tilde s\tilde p/\sum_a w\tilde s^2`, that of the rest the same over all others, both times
    the standard deviation of the score in the force. With :math:`u_k = \tilde s_k(\tilde p_k - \beta\tilde s_k)` and
    :math:`I_a = \sum_a w\tilde s^2` the variance of a place is

    .. math:: V_a = F\,\frac{\sum_a w^2 u^2}{I_a^2},\quad
        F = \frac{\sum_a I_a^{-2} \frac{m_a}{m_a - 2}\sum_{c \in a} (t_c - \bar t_a)^2}{\sum_a I_a^{-2} \sum_a w^2 u^2}

    with the totals :math:`t_c` of :math:`wu` over the :math:`m_a` sampling units of a place, two of which its level and
    its slope have used up: what clustering adds is pooled over places, for a few units say next to nothing of it. Place
    and rest share no respondents. Whose place is not known is left out.

    Parameters
    ----------
    people : DataFrame
        Respondents.
    scores : StageScores
        Of the same rows.
    design : Design
        Columns of the sample.
    place : str
        Column of the places or groups: ``area``, what lies above it, or one of `adjust`.
    adjust : sequence of str
        Demographics to hold equal; those the frame lacks are passed over.
    area, wave : str or None
        Columns of areas and waves, which are held equal too.
    ring : sequence of str
        Stages in order; the last is followed by the first.

    Returns
    -------
    DataFrame
        One row a place and link: ``place``, ``from``, ``to``, ``strength``, ``low``, ``high``, ``base``, ``difference``
        from the rest, ``difference_low``, ``difference_high``, ``p_value``. NaN in a place of fewer than 50
        respondents, whose number stands.

    Raises
    ------
    ValueError
        As `links`.
    """
    import pandas as pd

    check_columns(people, [place, *([] if area is None else [area])], "survey")
    held = (*present(people, adjust), *present(people, [] if wave is None else [wave]))
    made = [_links_of_places(people, scores, a, b, design, place, held, area) for a, b in pairs_of(scores, ring)]
    return pd.concat(made, ignore_index=True)


def _links_of_places(
    people: pd.DataFrame,
    scores: StageScores,
    a: str,
    b: str,
    design: Design,
    by: str,
    held: Sequence[str],
    area: str | None,
) -> pd.DataFrame:
    """One link of every place: slopes of what is left once all that is held equal is taken out."""
    import pandas as pd

    score, positive = scores.score[a].to_numpy(), scores.positive[b].to_numpy()
    known = np.isfinite(score) & np.isfinite(positive) & people[by].notna().to_numpy()
    answered = respondents(people, known, f"{a} and {b}", design)
    adjusted = Adjusted.of(people, answered.row, answered.weight, held, area)
    weight = answered.weight
    place, names = pd.factorize(people[by].to_numpy()[answered.row])
    values = np.column_stack([score, positive])[answered.row]
    s, p = adjusted.residual(values).T
    apart = adjusted.centred(values[:, 0])
    sd = float(np.sqrt(weight @ apart**2 / weight.sum()))
    number = int(place.max()) + 1
    base = np.bincount(place, minlength=number)
    information, product = (grouped(place, weight * s * other, number) for other in (s, p))
    with np.errstate(divide="ignore", invalid="ignore"):
        beta = np.where(base >= LEAST_IN_PLACE, product / information, np.nan)
        rest = (product.sum() - product) / (information.sum() - information)
    mean = product.sum() / information.sum()
    u = weight * s * (p - np.where(np.isfinite(beta), beta, mean)[place] * s)
    alone = grouped(place, u**2, number)
    factor = _clustering(answered.unit, place, u, alone, information, number)
    with np.errstate(divide="ignore", invalid="ignore"):
        variance = factor * alone / information**2
        of_rest = factor * (alone.sum() - alone) / (information.sum() - information) ** 2
    df = max(answered.df - adjusted.terms, 1)
    se = sd * np.sqrt(variance)
    difference, error = sd * (beta - rest), sd * np.sqrt(variance + of_rest)
    low, high = t_interval(sd * beta, se, df)
    d_low, d_high = t_interval(difference, error, df)
    return pd.DataFrame(
        {
            "place": names,
            "from": a,
            "to": b,
            "strength": sd * beta,
            "low": low,
            "high": high,
            "base": base,
            "difference": difference,
            "difference_low": d_low,
            "difference_high": d_high,
            "p_value": 2 * stdtr(df, -np.abs(difference) / error),
        }
    )


def _clustering(
    unit: np.ndarray, place: np.ndarray, u: Floats, alone: Floats, information: Floats, number: int
) -> float:
    """How much larger the variance of places is for their sampling units than for as many people drawn one by one."""
    key, at = np.unique(place * (int(unit.max()) + 1) + unit, return_inverse=True)
    total, of = grouped(at, u, len(key)), key // (int(unit.max()) + 1)
    units = grouped(of, np.ones(len(key)), number)
    several = (units > 2) & (information > 0)
    mean = grouped(of, total, number) / np.maximum(units, 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        clustered = units / (units - 2) * grouped(of, (total - mean[of]) ** 2, number) / information**2
        single = alone / information**2
    if not several.any() or not single[several].sum() > 0:
        return 1.0
    return float(max(1.0, clustered[several].sum() / single[several].sum()))
