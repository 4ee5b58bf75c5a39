"""Whether two answers go together: Pearson's test of a weighted table, corrected for the design of the sample."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from analytics.survey.calibration import Calibration
from analytics.survey.sample import Columns, Floats, Labels, check_columns, grouped
from analytics.survey.scores import Answered, counted

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True, eq=False)
class Independence:
    """A test of independence of two answers.

    Attributes
    ----------
    table : DataFrame
        Estimated share of everybody in each combination: one row a value of the first, one column one of the second.
    pearson : float
        Pearson's statistic of the weighted table, at the number of respondents.
    f, ndf, ddf : float
        Rao and Scott's statistic and its degrees of freedom.
    p_value : float
    deff : float
        Mean design effect that Pearson's statistic was divided by for it.
    base : int
        Respondents who gave both answers.
    df : int
        Degrees of freedom of the design: PSUs less strata that hold one of them.
    """

    table: pd.DataFrame
    pearson: float
    f: float
    ndf: float
    ddf: float
    p_value: float
    deff: float
    base: int
    df: int


def independence(
    frame: pd.DataFrame,
    first: str,
    second: str,
    weight: str | Calibration | None = None,
    stratum: Columns | None = None,
    psu: Columns | None = None,
    fpc: str | None = None,
) -> Independence:
    r"""Rao and Scott's test, with their second-order correction, of whether two answers are independent.

    With the shares :math:`p` of the r x c combinations, their design-based covariances :math:`V`, those of a simple
    sample :math:`V_0 = (D_p - pp')/n`, and contrasts :math:`C` that are orthogonal to both margins,

    .. math:: \Delta = (C'D_p^{-1}V_0D_p^{-1}C)^{-1}(C'D_p^{-1}VD_p^{-1}C),\quad
        F = \frac{X^2}{tr\,\Delta},\quad \nu = \frac{(tr\,\Delta)^2}{tr\,\Delta^2}

    and F is compared with the F distribution on :math:`\nu` and :math:`\nu\,df` degrees of freedom, df being those of
    the design. An association that is found is not a cause.

    Parameters
    ----------
    frame : DataFrame
        One row a respondent, of the whole sample.
    first, second : str
        Columns of the two answers. Rows where one is missing are not tested, but their PSU counts.
    weight, stratum, psu, fpc
        As for `domain_means`.

    Raises
    ------
    ValueError
        As `domain_means`; if an answer does not vary; if too few PSUs are left to tell; or if the answers do not vary
        within the design.

    References
    ----------
    Rao J. N. K. and Scott A. J. (1984). On chi-squared tests for multiway contingency tables with cell proportions
    estimated from survey data. Annals of Statistics 12, 46-60. Thomas D. R. and Rao J. N. K. (1987). Small-sample
    comparisons of level and power for simple goodness-of-fit statistics under cluster sampling. JASA 82, 630-636 (F).
    R's package survey, ``svychisq(statistic = "F")``.
    """
    import pandas as pd
    from scipy.special import fdtrc

    check_columns(frame, [first, second], "survey")
    known = frame[[first, second]].notna().all(axis=1).to_numpy()
    answered = Answered.of(frame, known, f"both {first} and {second}", weight, stratum, psu, fpc)
    both = frame.iloc[answered.row]
    (rows, row), (columns, column) = (Labels.of(both, [name]) for name in (first, second))
    r, c = len(rows.combined), len(columns.combined)
    for name, number in ((first, r), (second, c)):
        if number < 2:
            raise ValueError(f"Everybody gave the same answer to {name}: nothing can go together with it.")
    if answered.df < 1:
        raise ValueError(
            f"{counted(answered.psus, 'sampling point', 'sampling points')} in "
            f"{counted(answered.strata, 'stratum', 'strata')} are too few to test whether {first} and {second} go "
            "together: at least one stratum needs two."
        )
    shares, covariance = _shares(answered, row * c + column, r * c)
    table = shares.reshape(r, c)
    expected = table.sum(axis=1)[:, None] * table.sum(axis=0)
    base = len(answered.row)
    pearson = float(base * ((table - expected) ** 2 / expected).sum())
    effects = _design_effects(table, covariance, base)
    trace, squares = float(np.trace(effects)), float(np.trace(effects @ effects))
    if not trace > 1e-12:
        raise ValueError(
            f"The answers to {first} and {second} do not vary between sampling points: no test can be made."
        )
    ndf = trace**2 / squares
    ddf, f = ndf * answered.df, pearson / trace
    named = pd.DataFrame(
        table,
        index=pd.Index(rows.frame()[first], name=first),
        columns=pd.Index(columns.frame()[second], name=second),
    )
    deff = trace / ((r - 1) * (c - 1))
    return Independence(named, pearson, f, ndf, ddf, float(fdtrc(ndf, ddf, f)), deff, base, answered.df)


def _shares(answered: Answered, cell: np.ndarray, cells: int) -> tuple[Floats, Floats]:
    """Share of each cell, and their design-based covariances."""
    total = answered.weight.sum()
    shares = grouped(cell, answered.weight, cells) / total
    dummies = (cell[:, None] == np.arange(cells)).astype(float)
    return shares, answered.covariance((dummies - shares) / total)


def _design_effects(table: Floats, covariance: Floats, base: int) -> Floats:
    r, c = table.shape
    contrasts = np.kron(_contrasts(r), _contrasts(c))
    shares = table.ravel()
    scaled = contrasts * np.divide(1.0, shares, out=np.zeros_like(shares), where=shares > 0)[:, None]
    simple = scaled.T @ ((np.diag(shares) - np.outer(shares, shares)) / base) @ scaled
    return np.linalg.pinv(simple, hermitian=True) @ (scaled.T @ covariance @ scaled)


def _contrasts(categories: int) -> Floats:
    """Categories by categories less one: columns that add up to 0, orthogonal to each other and of length 1."""
    return np.linalg.svd(np.ones((1, categories)))[2][1:].T
