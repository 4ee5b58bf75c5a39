"""The links of the cycle: how much more often the next stage is answered positively where a stage scores higher."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import stdtr

from analytics.cycle.adjusted import DEMOGRAPHICS, Adjusted, Design, present, respondents
from analytics.cycle.scores import STAGES, StageScores
from analytics.survey.intervals import t_interval
from analytics.survey.sample import Floats, check_columns
from analytics.survey.scores import Answered

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, eq=False)
class Links:
    """The links between neighbouring stages, in the order of the ring.

    Attributes
    ----------
    table : DataFrame
        One row a link: ``from``, ``to``, ``strength`` (difference in the share of positive answers on the next stage
        for one standard deviation of the score, fractions of 1), ``se``, ``low``, ``high`` (95 %), ``p_value`` (of no
        association, two-sided), ``base`` (respondents).
    covariance : ndarray of shape (links, links)
        Design-based, of the strengths together.
    df : int
        Degrees of freedom.
    adjusted_for : tuple of str
        Columns whose categories are held equal; areas and waves besides.
    missing : tuple of str
        Stages that the survey asks nothing of, so that their links can't be told.
    """

    table: pd.DataFrame
    covariance: Floats
    df: int
    adjusted_for: tuple[str, ...]
    missing: tuple[str, ...]


def links(
    people: pd.DataFrame,
    scores: StageScores,
    design: Design = Design(),  # noqa: B008  (a tuple, which nobody changes)
    *,
    adjust: Sequence[str] = DEMOGRAPHICS,
    area: str | None = "area",
    wave: str | None = "wave",
    domain: NDArray[np.bool_] | None = None,
    ring: Sequence[str] = STAGES,
) -> Links:
    r"""How strongly neighbouring stages go together among people alike.

    For a link from stage :math:`g` to the next, with the score :math:`s`, the share :math:`p` of positive answers on
    the next, and areas, waves and demographics :math:`c` held equal, the weighted linear regression

    .. math:: p_k = \beta s_k + \gamma' c_k + \epsilon_k,\quad \theta = \beta \sigma_s

    with the standard deviation :math:`\sigma_s` of the score among all respondents: the average difference in the share
    of positive answers for one standard deviation. With the residuals :math:`\tilde s` of the score on :math:`c`, its
    linearised variable is

    .. math:: u_k = \frac{\sigma_s \tilde s_k e_k}{\sum w \tilde s^2}
        + \frac{\beta [(s_k - \bar s)^2 - \sigma_s^2]}{2\sigma_s \sum w}

    and the covariance of all links together is that of the PSU totals of :math:`w u`, so that links of the same
    respondents are never taken as independent. Intervals are Student's t with the PSUs less their strata less the terms
    plus 1. What is found are associations among people as they are.

    Parameters
    ----------
    people : DataFrame
        One row a respondent, of the whole sample, with the columns of the design and what is held equal.
    scores : StageScores
        Of the same rows.
    design : Design
    adjust : sequence of str
        Columns whose categories are held equal; those that are not there or say nothing are passed over.
    area, wave : str, optional
        Columns whose levels are held equal.
    domain : ndarray of bool, shape (respondents,), optional
        Whose links are asked for: a group or a place; the sample stays whole.
    ring : sequence of str
        The stages in order.

    Raises
    ------
    ValueError
        As `domain_means`; if no two neighbouring stages were asked of, a score or the share of a stage is the same for
        everybody or follows from what is held equal, or there are too few PSUs for the terms.

    References
    ----------
    Binder D. A. (1983). International Statistical Review 51, 279-292. Deville J.-C. (1999). Variance estimation for
    complex statistics and estimators: linearization and residual techniques. Survey Methodology 25, 193-203. Papke L.
    E. and Wooldridge J. M. (1996). Journal of Applied Econometrics 11, 619-632 (shares as outcomes).
    """
    import pandas as pd

    if len(scores.score) != len(people):
        raise ValueError(f"There are {len(people):,} respondents and {len(scores.score):,} scores: give one of each.")
    check_columns(people, [name for name in (area, wave) if name is not None], "survey")
    pairs = pairs_of(scores, ring)
    held = present(people, adjust)
    inside = np.ones(len(people), dtype=bool) if domain is None else np.asarray(domain, dtype=bool)
    known = [inside & scores.score[a].notna().to_numpy() & scores.positive[b].notna().to_numpy() for a, b in pairs]
    answered = respondents(people, np.any(known, axis=0), "two neighbouring stages", design)
    controls = (*held, *present(people, [] if wave is None else [wave]))
    found = [
        _link(people, scores.score[a], scores.positive[b], answered, known[k], controls, area)
        for k, (a, b) in enumerate(pairs)
    ]
    df = answered.df - max(one.terms for one in found)
    if df < 1:
        raise ValueError(
            f"{answered.psus:,} sampling points in {answered.strata:,} strata are too few for links with "
            f"{max(one.terms for one in found):,} areas and groups held equal: hold fewer equal, or pool waves."
        )
    strength = np.array([one.strength for one in found])
    covariance = answered.covariance(np.column_stack([one.linearised for one in found]))
    se = np.sqrt(np.diag(covariance))
    low, high = t_interval(strength, se, df)
    table = pd.DataFrame(
        {
            "from": [a for a, _ in pairs],
            "to": [b for _, b in pairs],
            "strength": strength,
            "se": se,
            "low": low,
            "high": high,
            "p_value": 2 * stdtr(df, -np.abs(strength) / se),
            "base": [one.base for one in found],
        }
    )
    return Links(table, covariance, df, held, tuple(stage for stage in ring if stage not in scores.items))


def pairs_of(scores: StageScores, ring: Sequence[str] = STAGES) -> list[tuple[str, str]]:
    """Neighbouring stages that were both asked of, in the order of the ring.

    Raises
    ------
    ValueError
        If there are none.
    """
    after = [*ring[1:], ring[0]]
    pairs = [(a, b) for a, b in zip(ring, after, strict=True) if a in scores.items and b in scores.items]
    if not pairs:
        raise ValueError("No two neighbouring stages of the cycle were asked of, and a link needs both.")
    return pairs


@dataclass(frozen=True, slots=True, eq=False)
class _Link:
    strength: float
    linearised: Floats
    base: int
    terms: int


def _link(
    people: pd.DataFrame,
    score: pd.Series,
    positive: pd.Series,
    answered: Answered,
    known: NDArray[np.bool_],
    controls: Sequence[str],
    area: str | None,
) -> _Link:
    of = np.flatnonzero(known[answered.row])
    row, weight = answered.row[of], answered.weight[of]
    adjusted = Adjusted.of(people, row, weight, controls, area)
    values = np.column_stack([score.to_numpy()[row], positive.to_numpy()[row]])
    left, outcome = adjusted.residual(values).T
    apart = adjusted.centred(values[:, 0])
    total = weight.sum()
    sd, information = np.sqrt(weight @ apart**2 / total), weight @ left**2
    if information <= 1e-9 * total * max(sd**2, 1e-12):
        raise ValueError(
            f"The score of {score.name} is the same for everybody, or follows from what is held equal: there is no "
            f"link to {positive.name}."
        )
    beta = weight @ (left * outcome) / information
    error = outcome - beta * left
    linearised = np.zeros(len(answered.row))
    linearised[of] = sd * left * error / information + beta * (apart**2 - sd**2) / (2 * sd * total)
    return _Link(float(beta * sd), linearised, len(row), adjusted.terms)
