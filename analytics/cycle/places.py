"""The ring of places, groups and periods: scores of stages and links, each beside everybody else or its own past."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import stdtr

from analytics.cycle.adjusted import DEMOGRAPHICS, Adjusted, Design, present, respondents
from analytics.cycle.links import pairs_of
from analytics.cycle.scores import STAGES, StageScores
from analytics.cycle.weakest import below_the_whole
from analytics.survey.areas import pooled_deff, smoothed
from analytics.survey.change import CHANGE, DISCOVERY_RATE, q_values, verdicts
from analytics.survey.contrasts import against_rest, change
from analytics.survey.intervals import t_interval
from analytics.survey.linearisation import DomainMeans, domain_means
from analytics.survey.sample import Columns, Floats, check_columns, grouped

if TYPE_CHECKING:
    import pandas as pd

_SCORE = "stage score"

LEAST_IN_PLACE = 50
"""Respondents under which nothing is said of the link of a place."""


def stage_means(
    people: pd.DataFrame,
    scores: StageScores,
    stage: str,
    by: Columns = (),
    design: Design = Design(),  # noqa: B008  (a tuple, which nobody changes)
) -> DomainMeans:
    """The mean score of a stage, 0 to 1, of everybody or by the values of some columns, as `domain_means`.

    Raises
    ------
    ValueError
        As `domain_means`; or if the stage has no score.
    """
    if stage not in scores.items:
        raise ValueError(f"{stage} has no score, only {', '.join(scores.items)}.")
    return domain_means(people.assign(**{_SCORE: scores.score[stage].to_numpy()}), _SCORE, by, *design, kind="mean")


def stages_of_places(
    people: pd.DataFrame,
    scores: StageScores,
    design: Design = Design(),  # noqa: B008
    *,
    area: str = "area",
) -> pd.DataFrame:
    """The score of each stage in each place beside the rest of the force.

    Places share a design effect (`pooled_deff`); differences are those of `against_rest`.

    Returns
    -------
    DataFrame
        One row a place and stage: ``area``, ``stage``, ``score``, ``low``, ``high``, ``base``, ``difference`` from the
        rest, ``difference_low``, ``difference_high``, ``p_value``.

    Raises
    ------
    ValueError
        As `domain_means` and `pooled_deff`.
    """
    import pandas as pd

    frames = []
    for stage in scores.items:
        parts, whole = (stage_means(people, scores, stage, by, design) for by in (area, ()))
        parts = smoothed(parts, pooled_deff(parts))
        rest = against_rest(parts, whole)
        made = parts.table[[area, "low", "high", "base"]].rename(columns={area: "area"})
        made = made.assign(
            stage=stage,
            score=parts.table["estimate"],
            difference=rest["estimate"],
            difference_low=rest["low"],
            difference_high=rest["high"],
            p_value=rest["p_value"],
        )
        frames.append(made)
    order = ["area", "stage", "score", "low", "high", "base", *_DIFFERENCE]
    return pd.concat(frames, ignore_index=True)[order]


_DIFFERENCE = ["difference", "difference_low", "difference_high", "p_value"]


def links_of_places(
    people: pd.DataFrame,
    scores: StageScores,
    design: Design = Design(),  # noqa: B008
    *,
    adjust: Sequence[str] = DEMOGRAPHICS,
    area: str = "area",
    wave: str | None = "wave",
    ring: Sequence[str] = STAGES,
) -> pd.DataFrame:
    r"""The links of each place beside the rest of the force.

    With the score :math:`\tilde s` and outcome :math:`\tilde p` of which areas, waves and demographics are taken out
    (those of the whole force, as in `links`), the slope of place :math:`a` is
    :math:`\beta_a = \sum_a w\tilde s\tilde p/\sum_a w\tilde s^2`, that of the rest the same over all others, both times
    the standard deviation of the score in the force. With :math:`u_k = \tilde s_k(\tilde p_k - \beta\tilde s_k)` and
    :math:`I_a = \sum_a w\tilde s^2` the variance of a place is

    .. math:: V_a = F\,\frac{\sum_a w^2 u^2}{I_a^2},\quad
        F = \frac{\sum_a I_a^{-2} \frac{m_a}{m_a - 2}\sum_{c \in a} (t_c - \bar t_a)^2}{\sum_a I_a^{-2} \sum_a w^2 u^2}

    with the totals :math:`t_c` of :math:`wu` over the :math:`m_a` sampling units of a place, two of which its level and
    its slope have used up: what clustering adds is pooled over places, for a few units say next to nothing of it. Place
    and rest share no respondents.

    Returns
    -------
    DataFrame
        One row a place and link: ``area``, ``from``, ``to``, ``strength``, ``low``, ``high``, ``base``, ``difference``
        from the rest, ``difference_low``, ``difference_high``, ``p_value``. NaN in a place of fewer than 50
        respondents, whose number stands.

    Raises
    ------
    ValueError
        As `links`.
    """
    import pandas as pd

    check_columns(people, [area], "survey")
    held = (*present(people, adjust), *present(people, [] if wave is None else [wave]))
    made = [_links_of_places(people, scores, a, b, design, held, area) for a, b in pairs_of(scores, ring)]
    return pd.concat(made, ignore_index=True)


def _links_of_places(
    people: pd.DataFrame, scores: StageScores, a: str, b: str, design: Design, held: Sequence[str], area: str
) -> pd.DataFrame:
    import pandas as pd

    score, positive = scores.score[a].to_numpy(), scores.positive[b].to_numpy()
    known = np.isfinite(score) & np.isfinite(positive) & people[area].notna().to_numpy()
    answered = respondents(people, known, f"{a} and {b}", design)
    adjusted = Adjusted.of(people, answered.row, answered.weight, held, area)
    weight, place = answered.weight, adjusted.area
    values = np.column_stack([score, positive])[answered.row]
    s, p = adjusted.residual(values).T
    apart = adjusted.centred(values[:, 0])
    sd = float(np.sqrt(weight @ apart**2 / weight.sum()))
    number = int(place.max()) + 1
    names = people[area].to_numpy()[answered.row]
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
    first = np.zeros(number, dtype=np.int64)
    first[place[::-1]] = np.arange(len(place))[::-1]
    return pd.DataFrame(
        {
            "area": names[first],
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


def below_the_force(
    stages: pd.DataFrame, links: pd.DataFrame, discovery_rate: float = DISCOVERY_RATE
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The tables of `stages_of_places` and `links_of_places` with ``q_value`` and ``below``: clearly below the rest.

    All places, stages and links are judged together: the interval of a difference must lie below 0 and its
    Benjamini-Hochberg q be under the discovery rate.
    """
    import pandas as pd

    both = pd.concat([frame[_DIFFERENCE] for frame in (stages, links)], ignore_index=True)
    q = q_values(both["p_value"])
    below = below_the_whole(
        both["difference"], both["difference_low"], both["difference_high"], both["p_value"], discovery_rate
    )
    first = len(stages)
    return (
        stages.assign(q_value=q[:first], below=below[:first]),
        links.assign(q_value=q[first:], below=below[first:]),
    )


def stages_since(
    people: pd.DataFrame,
    scores: StageScores,
    period: str,
    before: object,
    after: object,
    design: Design = Design(),  # noqa: B008
    *,
    discovery_rate: float = DISCOVERY_RATE,
) -> pd.DataFrame:
    """The stages of the force against its own past, never against each other: they are scores of other questions.

    Parameters
    ----------
    people : DataFrame
        Respondents of both periods.
    scores : StageScores
        Of the same rows, made ``within`` the column of the period, so that both are of the same questions.
    period : str
        Column that tells the two periods.
    before, after : object
        Its values.

    Returns
    -------
    DataFrame
        One row a stage: ``stage``, ``score`` (after), ``change``, ``low``, ``high`` (95 %, of the change), ``p_value``,
        ``q_value`` (over the stages), ``verdict``: rose, fell, or no clear change.

    Raises
    ------
    ValueError
        As `stage_means`; or if one of the periods has no answers.
    """
    import pandas as pd

    rows = []
    for stage in scores.items:
        means = stage_means(people, scores, stage, period, design)
        compared = change(means, period, before, after)
        if not len(compared):
            raise ValueError(f"Nobody was asked of {stage} in both {before} and {after}.")
        one = compared.iloc[0]
        rows.append(
            {
                "stage": stage,
                "score": float(means.table["estimate"].iloc[means.rows(**{period: after})[0]]),
                "change": float(one["estimate"]),
                "low": float(one["low"]),
                "high": float(one["high"]),
                "p_value": float(one["p_value"]),
            }
        )
    table = pd.DataFrame(rows)
    said = verdicts(table["low"], table["high"], table["p_value"], words=CHANGE, discovery_rate=discovery_rate)
    return table.assign(q_value=q_values(table["p_value"]), verdict=said)
