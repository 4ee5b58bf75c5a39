"""The standard error of a figure that is pooled over areas, the areas being what repeats."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

LEAST_ELSEWHERE = 1e-6
"""Share of the information outside the area with most of it, under which no interval is given."""


class Clustered(NamedTuple):
    """Standard error of a sum of scores, and its Satterthwaite degrees of freedom."""

    se: float
    df: float


def holds_all(share: Floats) -> bool:
    """Whether one area holds all the information, or none does."""
    return len(share) < 2 or not 1 - share.max() >= LEAST_ELSEWHERE


def clustered(score: Floats, share: Floats, working: Floats) -> Clustered:
    r"""Standard error of :math:`\sum_d u_d` at the root of an estimating equation, with the CR2 correction.

    At the root the scores sum to 0 whatever the truth, and the residual score of an area is
    :math:`\hat u_d = u_d - h_d \sum u`. With independent scores of variance :math:`v_d`, :math:`V = \sum v`,

    .. math:: E\,\hat u_d^2 = v_d c_d,\quad c_d = 1 - 2 h_d + h_d^2 V / v_d,\qquad SE^2 = \sum_d \hat u_d^2 / c_d

    and the degrees of freedom are :math:`V^2 / \operatorname{tr} M^2`, M being the covariance of the
    :math:`\hat u_d / \sqrt{c_d}`. The working variances need only be right up to a factor. Where :math:`h_d = v_d/V`,
    :math:`c_d = 1 - h_d`.

    Parameters
    ----------
    score : ndarray of shape (areas,)
        The scores at the root.
    share : ndarray of shape (areas,)
        Share :math:`h_d` of each area in the slope of the sum.
    working : ndarray of shape (areas,)
        Variance :math:`v_d` of each score, up to a factor; areas where it is 0 say nothing.

    Raises
    ------
    ValueError
        If one area holds all the information.

    References
    ----------
    Bell R. M. and McCaffrey D. F. (2002). Bias reduction in standard errors for linear regression with multi-stage
    samples. Survey Methodology 28, 169-181.
    """
    telling = working > 0
    u, h, v = score[telling], share[telling], working[telling] / working.sum()
    if holds_all(v) or holds_all(h):
        raise ValueError(
            f"One of the {len(v)} areas holds all that is known about what they have in common, so its interval can't "
            "be estimated: use larger areas or a longer period."
        )
    correction = 1 - 2 * h + h**2 / v
    return Clustered(math.sqrt((u**2 / correction).sum()), _degrees(h, v, correction))


def _degrees(h: Floats, v: Floats, correction: Floats) -> float:
    """Of working variances that sum to 1: 1 over the sum of the squared entries of M, none of which is formed."""
    g = 1 / correction
    hh, hv, vv = (g * h * h).sum(), (g * h * v).sum(), (g * v * v).sum()
    every = 2 * hh * vv + 2 * hv**2 + hh**2 - 4 * hh * hv
    diagonal = (g * v * (correction - 1)) ** 2
    return float(1 / (every - diagonal.sum() + (v**2).sum()))
