"""Newcombe's interval of the difference of two shares over months, by statsmodels, and its level at no difference."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import brentq
from scipy.stats import chi2, norm, t
from statsmodels.stats.proportion import confint_proportions_2indep

Floats = NDArray[np.float64]


class Spread(NamedTuple):
    """Variance factor of a gap over months, and the degrees of freedom of what it is estimated from."""

    phi: float
    df: float


def spread_over(x: Floats, n: Floats, y: Floats, m: Floats) -> Spread:
    """As docs/methods.md has it, word by word, with whole covariance matrices: no month alone holds a group."""
    shares = [(found.sum() / of.sum(), found, of) for found, of in ((x, n), (y, m))]
    (p, *_), (q, *_) = shares
    departure = (x - p * n) / n.sum() - (y - q * m) / m.sum()
    by_chance = [share * (1 - share) / (of.sum() - 1) * of / of.sum() for share, _, of in shares]
    expected = sum((v * (1 - of / of.sum())).sum() for v, (_, _, of) in zip(by_chance, shares, strict=True))
    phi = (departure**2).sum() / expected
    factor = max(1.0, phi)
    clumped, apart, fourth = [], [], 0.0
    for v, (share, _, of) in zip(by_chance, shares, strict=True):
        rho = min(1.0, (factor - 1) / ((of**2).sum() / of.sum() - 1))
        w = v * (1 + (of - 1) * rho)
        clumped.append(w)
        apart.append(np.diag(w) - np.outer(w, w) / w.sum())
        fourth += share * (1 - share) * max(0, 1 - 6 * share * (1 - share)) / of.sum() ** 3 * factor**3
    whole = sum(apart)
    satterthwaite = 2 * np.trace(whole) ** 2 / (2 * np.trace(whole @ whole) + fourth)
    totals = [w.sum() for w in clumped]
    alone = [np.trace(v) ** 2 / np.trace(v @ v) for v in apart]
    welch = sum(totals) ** 2 / sum(total**2 / df for total, df in zip(totals, alone, strict=True))
    df = max(1.0, min(satterthwaite, welch))
    return Spread(max(phi, chi2.ppf(0.01, df) / df), df)


def newcombe(x: ArrayLike, n: ArrayLike, y: ArrayLike, m: ArrayLike, months: int) -> tuple[float, float]:
    """With counts less what the months' own gaps take off, and the quantile of Student's t.

    Each count is of one month, all of which are alike, or one of each month.
    """
    counts = _by_month(x, n, y, m, months=months)
    spread = spread_over(*counts)
    return _limits(counts, spread, t.ppf(0.975, spread.df))


def level_at_no_difference(x: ArrayLike, n: ArrayLike, y: ArrayLike, m: ArrayLike, months: int) -> float:
    """Twice the chance beyond the t with which that interval ends at 0."""
    counts = _by_month(x, n, y, m, months=months)
    spread = spread_over(*counts)
    above = counts[0].sum() / counts[1].sum() > counts[2].sum() / counts[3].sum()
    end = brentq(lambda z: _limits(counts, spread, z)[0 if above else 1], 1e-3, 30, xtol=1e-12)
    return float(2 * t.sf(end, spread.df))


def _by_month(*counts: ArrayLike, months: int) -> list[Floats]:
    return [np.array(np.broadcast_to(np.asarray(count, dtype=float), months)) for count in counts]


def _limits(counts: list[Floats], spread: Spread, z: float) -> tuple[float, float]:
    effective = [float(count.sum()) / spread.phi for count in counts]
    low, high = confint_proportions_2indep(*effective, method="newcomb", compare="diff", alpha=2 * norm.sf(z))
    return float(low), float(high)
