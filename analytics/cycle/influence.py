"""Confidence of people who say that they can influence what the police give priority to, against those who can't."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from analytics.cycle.adjusted import Design
from analytics.small_area import fay_herriot
from analytics.survey.combinations import Combination, held_equal
from analytics.survey.linearisation import DomainMeans, domain_means
from analytics.survey.sample import Floats, check_columns

if TYPE_CHECKING:
    import pandas as pd

LEAST_AREAS = 5
"""Areas with people of both kinds under which nothing is pooled."""

CAN, CANNOT = 1.0, 0.0


@dataclass(frozen=True, slots=True, eq=False)
class Influence:
    """The difference in confidence between those who can influence priorities and those who can't.

    Attributes
    ----------
    force : Combination
        Within areas: the share with confidence among those who can, less that among those who can't, areas held equal.
    shares : DataFrame
        The two shares of the whole force, as `domain_means`; ``can`` is 1 or 0.
    table : DataFrame
        One row an area: ``area``, ``base_can``, ``base_cannot``, ``direct`` (difference of its own shares, NaN without
        people of both kinds), ``estimate``, ``low``, ``high`` (95 %, pooled over areas), ``own`` (share of the estimate
        that comes from the area's own answers, 0 to 1).
    mean : float
        What the areas are drawn towards.
    between : float
        Variance between areas.
    """

    force: Combination
    shares: pd.DataFrame
    table: pd.DataFrame
    mean: float
    between: float


def influence(
    people: pd.DataFrame,
    confidence: str,
    can: str,
    design: Design = Design(),  # noqa: B008  (a tuple, which nobody changes)
    *,
    area: str = "area",
) -> Influence:
    r"""How much more often people who can influence priorities have confidence, by area, with partial pooling.

    The difference :math:`d_i = p_{1i} - p_{0i}` of an area has the sampling variance

    .. math:: \psi_i = \sum_{g = 0, 1} \delta_g \frac{\bar p_g(1 - \bar p_g)}{n_{gi}},

    with the shares :math:`\bar p_g` of the force and their design effects :math:`\delta_g`, never with the few answers
    of the area itself; and :math:`d_i \sim N(\mu + u_i, \psi_i)`, :math:`u_i \sim N(0, \sigma^2)` by `fay_herriot`. An
    area of few answers lies near the mean of all, one of many near its own.

    Parameters
    ----------
    people : DataFrame
        One row a respondent of the whole sample.
    confidence, can : str
        Columns of 1 and 0; NaN where it is not known.
    design : Design
    area : str

    Raises
    ------
    ValueError
        As `domain_means`; or if fewer than 5 areas have people of both kinds.

    References
    ----------
    Fay R. E. and Herriot R. A. (1979). JASA 74, 269-277. Rao J. N. K. and Molina I. (2015). Small Area Estimation,
    chapter 5.
    """
    check_columns(people, [confidence, can, area], "survey")
    asked = people.assign(**{confidence: people[confidence].where(people[can].notna())})
    whole = domain_means(asked, confidence, can, *design, kind="share")
    cells = domain_means(asked, confidence, [area, can], *design, kind="share")
    places = cells.table[area].drop_duplicates().to_numpy()
    base, share = (_by_kind(cells, name, area, can, places) for name in ("base", "estimate"))
    both = (base > 0).all(axis=1)
    if both.sum() < LEAST_AREAS:
        raise ValueError(
            f"{both.sum()} areas have people of both kinds, those who can influence priorities and those who can't; "
            f"{LEAST_AREAS} are needed."
        )
    direct = np.where(both, share[:, 1] - share[:, 0], np.nan)
    pooled = fay_herriot(direct, _variance(whole, can, base))
    return Influence(
        _within(cells, area, can, places[both]),
        whole.table,
        _table(places, base, direct, pooled.estimate, pooled.low, pooled.high, pooled.shrinkage),
        float(pooled.beta[0]),
        float(pooled.sigma2),
    )


def _by_kind(cells: DomainMeans, name: str, area: str, can: str, places: np.ndarray) -> Floats:
    """A column of the table as (areas, those who can't and those who can); 0 answers and NaN where there are none."""
    wide = cells.table.pivot(index=area, columns=can, values=name).reindex(index=places, columns=[CANNOT, CAN])
    return np.asarray((wide.fillna(0) if name == "base" else wide).to_numpy(dtype=float))


def _variance(whole: DomainMeans, can: str, base: Floats) -> Floats:
    table = whole.table.set_index(can).loc[[CANNOT, CAN]]
    share, deff = (table[name].to_numpy(dtype=float) for name in ("estimate", "deff"))
    with np.errstate(divide="ignore"):
        return np.asarray((deff * share * (1 - share) / base).sum(axis=1))


def _within(cells: DomainMeans, area: str, can: str, places: np.ndarray) -> Combination:
    at = {key: row for row, key in enumerate(zip(cells.table[area], cells.table[can], strict=True))}
    return held_equal(cells, [at[place, CAN] for place in places], [at[place, CANNOT] for place in places])


def _table(
    places: np.ndarray, base: Floats, direct: Floats, estimate: Floats, low: Floats, high: Floats, own: Floats
) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame(
        {
            "area": places,
            "base_can": base[:, 1].astype(np.int64),
            "base_cannot": base[:, 0].astype(np.int64),
            "direct": direct,
            "estimate": estimate,
            "low": low,
            "high": high,
            "own": own,
        }
    )
