"""Intervals of shares, means and their differences, from an estimate and its design-based variance.

Everything is vectorised: arguments are numbers or arrays that broadcast against each other.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import betaincinv, stdtrit

LEVEL = 0.95
"""Confidence level of every interval."""

TAIL = (1 - LEVEL) / 2
"""Probability left out at each end of an interval."""

_UNBOUNDED = 1e12

Floats = NDArray[np.float64]


class Limits(NamedTuple):
    """Lower and upper limits of 95 % confidence intervals; NaN where there is none."""

    low: Floats
    high: Floats


def t_quantile(df: ArrayLike) -> Floats:
    """The .975 quantile of Student's t; NaN where `df` is not above 0."""
    degrees = np.asarray(df, dtype=float)
    usable = degrees > 0
    return np.where(usable, -stdtrit(np.where(usable, degrees, 1.0), TAIL), np.nan)


def effective_sample(estimate: ArrayLike, variance: ArrayLike, base: ArrayLike, fallback: ArrayLike) -> Floats:
    r"""Effective number of answers behind a share, :math:`n^* = p(1 - p)/V`, at most the base.

    At :math:`p` of 0 or 1 the data hold no variance, and it is `fallback`.

    Parameters
    ----------
    estimate, variance : array_like
        The share :math:`p` and the variance :math:`V` of its estimate.
    base : array_like
        Number of answers.
    fallback : array_like
        Effective number to use at 0 and 1: the base over a design effect, or Kish's.

    References
    ----------
    Korn E. L. and Graubard B. I. (1998). Confidence intervals for proportions with small expected number of positive
    counts estimated from survey data. Survey Methodology 24, 193-201. Capped at the base: Dean N. and Pagano M. (2015).
    Evaluating confidence interval methods for binomial proportions in clustered surveys. JSSAM 3, 484-503.
    """
    p, v, n = (np.asarray(value, dtype=float) for value in (estimate, variance, base))
    with np.errstate(divide="ignore", invalid="ignore"):
        own = np.minimum(p * (1 - p) / v, n)
    return np.where((p <= 0) | (p >= 1), np.minimum(fallback, n), np.where(v <= 0, n, own))


def wilson_t(estimate: ArrayLike, effective: ArrayLike, df: ArrayLike) -> Limits:
    r"""Wilson interval of a share from a complex sample.

    .. math:: \frac{p + t^2/2n^* \pm t\sqrt{p(1 - p)/n^* + t^2/4n^{*2}}}{1 + t^2/n^*}

    with the effective number of answers for :math:`n^*` and the .975 quantile of Student's t for :math:`t`.

    Parameters
    ----------
    estimate : array_like
        The share.
    effective : array_like
        Effective number of answers, from `effective_sample` or a base over a design effect.
    df : array_like
        Degrees of freedom of the variance.

    Returns
    -------
    Limits
        Within 0 and 1; NaN where `df` or `effective` is not above 0.

    References
    ----------
    Wilson E. B. (1927). Probable inference, the law of succession, and statistical inference. JASA 22, 209-212. Franco
    C., Little R. J. A., Louis T. A. and Slud E. V. (2019). Comparative study of confidence intervals for proportions in
    complex sample surveys. JSSAM 7, 334-364.
    """
    p, n = np.asarray(estimate, dtype=float), np.asarray(effective, dtype=float)
    t = t_quantile(df)
    # With next to no degrees of freedom t has no bound, and neither has the interval: it is 0 to 1.
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        squared = np.minimum(np.where(n > 0, t**2 / n, np.nan), _UNBOUNDED)
        centre = (p + squared / 2) / (1 + squared)
        half = np.sqrt(np.maximum(p * (1 - p), 0) * squared + squared**2 / 4) / (1 + squared)
    return Limits(
        np.where(p <= 0, 0 * half, np.maximum(centre - half, 0)),
        np.where(p >= 1, 1 + 0 * half, np.minimum(centre + half, 1)),
    )


def korn_graubard(estimate: ArrayLike, effective: ArrayLike, base: ArrayLike, df: ArrayLike) -> Limits:
    r"""Korn and Graubard's interval of a share: Clopper-Pearson's with an effective number of answers.

    :math:`[B^{-1}(.025; \nu p, \nu(1-p) + 1),\ B^{-1}(.975; \nu p + 1, \nu(1 - p))]` with
    :math:`\nu = n^* [t_{.975}(n - 1)/t_{.975}(df)]^2`. The lower limit is 0 at :math:`p = 0` and the upper 1 at
    :math:`p = 1`. Used to decide whether a figure is precise enough, and as the check against R
    (``svyciprop(method = "beta")``); figures are shown with `wilson_t`.

    Parameters
    ----------
    estimate, effective, df
        As for `wilson_t`.
    base : array_like
        Number of answers, :math:`n`.

    References
    ----------
    Korn E. L. and Graubard B. I. (1998). Confidence intervals for proportions with small expected number of positive
    counts estimated from survey data. Survey Methodology 24, 193-201.
    """
    p, n_star, n, degrees = np.broadcast_arrays(
        *(np.asarray(value, dtype=float) for value in (estimate, effective, base, df))
    )
    n_df = n_star * (t_quantile(n - 1) / t_quantile(degrees)) ** 2
    known = np.isfinite(n_df) & (n_df > 0) & np.isfinite(p)
    p, n_df = np.where(known, p, 0.5), np.where(known, n_df, 1.0)
    inside = np.clip(p, 1e-300, 1 - 1e-16)
    low = np.where(p <= 0, 0.0, betaincinv(n_df * inside, n_df * (1 - p) + 1, TAIL))
    high = np.where(p >= 1, 1.0, betaincinv(n_df * p + 1, n_df * (1 - inside), 1 - TAIL))
    return Limits(np.where(known, low, np.nan), np.where(known, high, np.nan))


def t_interval(estimate: ArrayLike, se: ArrayLike, df: ArrayLike) -> Limits:
    """Estimate and standard error with Student's t: for means that are not shares."""
    half = t_quantile(df) * np.asarray(se, dtype=float)
    return Limits(np.asarray(estimate - half, dtype=float), np.asarray(estimate + half, dtype=float))


def mover(
    estimate_a: ArrayLike, limits_a: Limits, estimate_b: ArrayLike, limits_b: Limits, correlation: ArrayLike = 0.0
) -> Limits:
    r"""Interval of a difference `a` less `b`, each variance being recovered from the limits of its own interval.

    .. math:: L = d - \sqrt{(a - l_a)^2 + (u_b - b)^2 - 2r(a - l_a)(u_b - b)},\quad
        U = d + \sqrt{(u_a - a)^2 + (b - l_b)^2 - 2r(u_a - a)(b - l_b)}

    Parameters
    ----------
    estimate_a, estimate_b : array_like
        The two estimates.
    limits_a, limits_b : Limits
        Their intervals.
    correlation : array_like
        Correlation :math:`r` of the two estimates; 0 where their samples are independent.

    References
    ----------
    Zou G. Y. and Donner A. (2008). Construction of confidence limits about effect measures: a general approach.
    Statistics in Medicine 27, 1693-1702. Newcombe R. G. (1998). Improved confidence intervals for the difference
    between binomial proportions based on paired data. Statistics in Medicine 17, 2635-2650.
    """
    a, b, r = (np.asarray(value, dtype=float) for value in (estimate_a, estimate_b, correlation))

    def reach(one: Floats, other: Floats) -> Floats:
        return np.sqrt(np.maximum(one**2 + other**2 - 2 * r * one * other, 0))

    low = a - b - reach(a - limits_a.low, limits_b.high - b)
    high = a - b + reach(limits_a.high - a, b - limits_b.low)
    return Limits(low, high)
