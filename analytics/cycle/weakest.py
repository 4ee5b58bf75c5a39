"""Where the cycle is weakest: a link or a stage is only named where a test that allows for all others says so."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analytics.cycle.links import Links
from analytics.survey.intervals import LEVEL
from analytics.survey.sample import Floats

if TYPE_CHECKING:
    import pandas as pd

MARGIN = 2 / 3
"""What a link must lie below, as a share of every other: weaker by a third or more. Links are measured with different
questions, and one stage asked of with a single question looks weaker than one with four, though the cycle is as strong
there: with equal strengths in the demonstration the weakest link measures 0.88 of the next (`benchmarks/cycle.py`)."""

NONE = "none stands out"

_DRAWS = 50_000
_SEED = 31_415


@dataclass(frozen=True, slots=True, eq=False)
class Weakest:
    """The weakest of several figures, if one stands out.

    Attributes
    ----------
    place : int or None
        Its position; None where none stands out.
    table : DataFrame
        One row a figure: ``difference`` (from the smallest of the others), ``high`` (upper simultaneous limit of how
        far it lies above ``margin`` times any other: below 0 where it stands out), ``at_least`` (how far it lies below
        all others at least, by the same critical value; 0 where that can't be told), ``named``.
    margin, critical : float
    """

    place: int | None
    table: pd.DataFrame
    margin: float
    critical: float


def weakest(estimate: ArrayLike, covariance: ArrayLike, df: float, *, margin: float = MARGIN) -> Weakest:
    r"""Multiple comparison with the worst.

    Figure :math:`i` is named where for every other :math:`j`

    .. math:: \hat\theta_i - \rho\hat\theta_j + d\, s_{ij}(\rho) < 0,\quad
        \hat\theta_i - \hat\theta_j + d\, s_{ij}(1) < 0,\quad s_{ij}^2(\rho) = V_{ii} - 2\rho V_{ij} + \rho^2 V_{jj}

    with the margin :math:`\rho`. The critical value :math:`d` is the .95 quantile of the largest of these standardised
    differences of one figure from all others under Student's t with the estimated correlations (50,000 seeded draws),
    of that figure of which it is greatest. So another figure than the smallest is named in at most 5 of 100 samples,
    and the smallest, where it is not so far below all others, in at most 5; where several are alike in far fewer, as
    it has to lie below all of them. With :math:`\rho = 1` this is Hsu's.

    Parameters
    ----------
    estimate : array_like of shape (figures,)
        In one unit.
    covariance : array_like of shape (figures, figures)
    df : float
        Degrees of freedom; infinite for the normal distribution.
    margin : float
        Above 0 and up to 1.

    Raises
    ------
    ValueError
        If there are fewer than two figures, the covariance is of others, or the margin is out of range.

    References
    ----------
    Hsu J. C. (1981). Simultaneous confidence intervals for all distances from the best. Annals of Statistics 9,
    1026-1034. Hsu J. C. (1996). Multiple Comparisons: Theory and Methods, chapter 4 and 7. Dunnett C. W. (1955). JASA
    50, 1096-1121.
    """
    import pandas as pd

    theta, v = np.asarray(estimate, dtype=float), np.asarray(covariance, dtype=float)
    if theta.ndim != 1 or theta.size < 2 or v.shape != (theta.size, theta.size):
        raise ValueError(
            f"There are {theta.size} figures and {v.shape} covariances: give two figures or more with theirs."
        )
    if not 0 < margin <= 1:
        raise ValueError(f"The margin is {margin}, but a share of the other links lies above 0 and up to 1.")
    if not df > 0:
        raise ValueError(f"There are {df} degrees of freedom: nothing can be compared.")
    noise, every = _noise(v, df), range(theta.size)
    critical = max(_critical(place, v, noise, margin) for place in every)
    table = pd.DataFrame([_against_all(place, theta, v, critical, margin) for place in every])
    table = table.assign(named=table["high"] < 0)
    named = np.flatnonzero(table["named"])
    return Weakest(int(named[0]) if named.size else None, table, margin, critical)


def weakest_link(links: Links, *, margin: float = MARGIN) -> Weakest:
    """The weakest link of the ring, as `weakest`; its table begins with ``from``, ``to`` and ``strength``."""
    import pandas as pd

    found = weakest(links.table["strength"], links.covariance, links.df, margin=margin)
    table = pd.concat([links.table[["from", "to", "strength"]], found.table], axis=1)
    return replace(found, table=table)


def _noise(v: Floats, df: float) -> Floats:
    """Draws of all figures' errors together over the error of their scale."""
    random = np.random.Generator(np.random.PCG64(_SEED))
    values, vectors = np.linalg.eigh((v + v.T) / 2)
    draws = random.standard_normal((_DRAWS, len(v))) @ (vectors * np.sqrt(np.maximum(values, 0))).T
    if np.isfinite(df):
        draws /= np.sqrt(random.chisquare(df, _DRAWS) / df)[:, None]
    return np.asarray(draws)


def _critical(place: int, v: Floats, noise: Floats, margin: float) -> float:
    """The .95 quantile of the largest standardised difference of a figure from the others, with and without margin."""
    others = _others(place, v)
    largest = [
        ((noise[:, [place]] - share * noise[:, others]) / _spread(place, v, share)).max(axis=1)
        for share in {margin, 1.0}
    ]
    return float(np.quantile(np.max(largest, axis=0), LEVEL))


def _against_all(place: int, theta: Floats, v: Floats, critical: float, margin: float) -> dict[str, float]:
    others = _others(place, v)
    upper = {
        share: float((theta[place] - share * theta[others] + critical * _spread(place, v, share)).max())
        for share in (margin, 1.0)
    }
    return {
        "difference": float(theta[place] - theta[others].min()),
        "high": max(upper.values()),
        "at_least": max(0.0, -upper[1.0]),
    }


def _others(place: int, v: Floats) -> NDArray[np.int64]:
    return np.delete(np.arange(len(v)), place)


def _spread(place: int, v: Floats, share: float) -> Floats:
    """Standard error of a figure less a share of each of the others."""
    others = _others(place, v)
    squared = v[place, place] - 2 * share * v[place, others] + share**2 * v[others, others]
    return np.asarray(np.sqrt(np.maximum(squared, np.finfo(float).tiny)))
