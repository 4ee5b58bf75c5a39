"""Regressions on the answers of a complex sample, with design-based standard errors."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from scipy.special import expit, stdtr

from analytics.survey.calibration import Calibration
from analytics.survey.intervals import t_interval
from analytics.survey.sample import Columns, Floats, check_columns, numbers
from analytics.survey.scores import Answered, counted
from analytics.survey.terms import Term, columns

if TYPE_CHECKING:
    import pandas as pd

Family = Literal["linear", "logit"]

_CERTAIN = 1e-9
"""A fitted chance nearer to 0 or 1 than this comes from coefficients that have no bound."""


@dataclass(frozen=True, slots=True, eq=False)
class Regression:
    """A fitted regression.

    Attributes
    ----------
    table : DataFrame
        One row a term: ``term``, ``category`` and ``against`` (None for numbers), ``estimate``, ``se``, ``low``,
        ``high`` (95 %), ``t`` and ``p_value`` (two-sided). A logit's are log odds.
    family : {"linear", "logit"}
    terms : tuple of Term
    coefficients : ndarray of shape (terms,)
    covariance : ndarray of shape (terms, terms)
        Design-based.
    df : int
        Degrees of freedom of the intervals: those of the design less the terms, plus 1.
    base : int
        Respondents who answered all.
    psus, strata : int
        Those that hold one of them.
    x : ndarray of shape (respondents, terms)
    weight : ndarray of shape (respondents,)
    """

    table: pd.DataFrame
    family: Family
    terms: tuple[Term, ...]
    coefficients: Floats
    covariance: Floats
    df: int
    base: int
    psus: int
    strata: int
    x: Floats
    weight: Floats


def survey_regression(
    frame: pd.DataFrame,
    value: str,
    predictors: Sequence[str],
    weight: str | Calibration | None = None,
    stratum: Columns | None = None,
    psu: Columns | None = None,
    fpc: str | None = None,
    *,
    family: Family | None = None,
    references: Mapping[str, object] | None = None,
) -> Regression:
    r"""A weighted linear or logistic regression with the sandwich variance of the design.

    The coefficients solve :math:`\sum_k w_k (y_k - \mu_k) x_k = 0` (statsmodels' GLM). With
    :math:`A = (X'\mathrm{diag}(w v)X)^{-1}`, :math:`v = \mu(1 - \mu)` for a logit and 1 for a linear one, and the
    totals :math:`s_{hc} = \sum w (y - \mu) x` of each PSU,

    .. math:: V = A \Big[\sum_h (1 - f_h)\frac{m_h}{m_h - 1} \sum_c (s_{hc} - \bar s_h)(s_{hc} - \bar s_h)'\Big] A

    Intervals and p-values are Student's t, with PSUs less strata less terms plus 1 degrees of freedom. What is found is
    an association among people as they are, not what would follow if one of them changed.

    Parameters
    ----------
    frame : DataFrame
        One row a respondent, of the whole sample.
    value : str
        Column of what is explained. Rows where it or a predictor is missing are left out, but their PSU counts.
    predictors : sequence of str
        Columns of numbers or booleans, as they are, or of answers, one term for each category but the reference.
    weight, stratum, psu, fpc
        As for `domain_means`. With calibrated weights the variance is that of the residuals.
    family : {"linear", "logit"}, optional
        Else a logit where all values are 0 and 1.
    references : mapping of str to object, optional
        The category that the others are compared with; else the first.

    Raises
    ------
    ValueError
        As `domain_means`; if nobody answered all, everybody gave the same value, a predictor follows from the others,
        there are too few PSUs for the terms, or a logit has no finite coefficients because some people all answered the
        same.

    References
    ----------
    Binder D. A. (1983). On the variances of asymptotically normal estimators from complex surveys. International
    Statistical Review 51, 279-292. Lumley T. (2010). Complex Surveys, chapter 5, and R's package survey, ``svyglm``.
    """
    given = dict(references or {})
    names = list(dict.fromkeys(predictors))
    check_columns(frame, [value, *names, *given], "survey")
    known = frame[[value, *names]].notna().all(axis=1).to_numpy()
    said = " and ".join([", ".join([value, *names][:-1]), names[-1]]) if names else value
    answered = Answered.of(frame, known, said, weight, stratum, psu, fpc)
    people = frame.iloc[answered.row]
    y = numbers(people, value)
    family = family or ("logit" if np.isin(y, (0, 1)).all() else "linear")
    _check_value(y, value, family)
    terms, x = columns(people, names, given)
    df = answered.df - len(terms) + 1
    if df < 1:
        raise ValueError(
            f"{counted(answered.psus, 'sampling point', 'sampling points')} in "
            f"{counted(answered.strata, 'stratum', 'strata')} are too few for a regression with {len(terms)} terms: "
            "leave predictors out, or merge categories."
        )
    if family == "logit":
        _check_both(terms, x, y, value)
    coefficients = _coefficients(y, x, answered.weight, family)
    linear = x @ coefficients
    mean = expit(linear) if family == "logit" else linear
    if family == "logit" and ((mean < _CERTAIN) | (mean > 1 - _CERTAIN)).any():
        raise ValueError(
            f"The predictors tell {value} of some people for certain, so that a logit has no finite coefficients: "
            "leave one out, or merge categories."
        )
    spread = mean * (1 - mean) if family == "logit" else np.ones(len(y))
    bread = np.linalg.inv(x.T @ (x * (answered.weight * spread)[:, None]))
    covariance = answered.covariance((y - mean)[:, None] * (x @ bread))
    table = _table(terms, coefficients, covariance, df)
    return Regression(
        table,
        family,
        terms,
        coefficients,
        covariance,
        df,
        len(y),
        answered.psus,
        answered.strata,
        x,
        answered.weight,
    )


def average_effects(regression: Regression, of: Sequence[str] | None = None) -> pd.DataFrame:
    r"""Average differences in chance behind a logit, in shares rather than log odds.

    Of a number: the weighted mean over the respondents of the slope, :math:`\beta_j \overline{\mu(1 - \mu)}`. Of a
    category: the mean difference between everybody being in it and everybody being in its reference, all else as it is.
    Standard errors by the delta method, :math:`g'Vg` with the gradient :math:`g` in the coefficients; the people are
    taken as they are in the sample. They are associations: nobody was moved from one category to another.

    Parameters
    ----------
    regression : Regression
        A logit.
    of : sequence of str, optional
        The predictors that are asked about, else all of them.

    Returns
    -------
    DataFrame
        As ``regression.table``, without the constant.

    Raises
    ------
    ValueError
        If the regression is linear.

    References
    ----------
    Williams R. (2012). Using the margins command to estimate and interpret adjusted predictions and marginal effects.
    The Stata Journal 12, 308-331.
    """
    if regression.family != "logit":
        raise ValueError("The coefficients of a linear regression are average effects already: read them.")
    share = regression.weight / regression.weight.sum()
    effects, gradients = [], []
    wanted = [place for place, term in enumerate(regression.terms) if place and (of is None or term.name in of)]
    for place in wanted:
        term = regression.terms[place]
        if term.category is None:
            effect, gradient = _slope(regression, place, share)
        else:
            effect, gradient = _switch(regression, place, share)
        effects.append(effect)
        gradients.append(gradient)
    g = np.array(gradients).reshape(len(effects), len(regression.terms))
    return _table(
        [regression.terms[place] for place in wanted], np.array(effects), g @ regression.covariance @ g.T, regression.df
    )


def _slope(regression: Regression, place: int, share: Floats) -> tuple[float, Floats]:
    mean = expit(regression.x @ regression.coefficients)
    spread = mean * (1 - mean)
    beta = regression.coefficients[place]
    gradient = beta * ((share * spread * (1 - 2 * mean)) @ regression.x)
    gradient[place] += share @ spread
    return float(beta * (share @ spread)), gradient


def _switch(regression: Regression, place: int, share: Floats) -> tuple[float, Floats]:
    name = regression.terms[place].name
    outside = regression.x.copy()
    outside[:, [other.name == name for other in regression.terms]] = 0.0
    inside = outside.copy()
    inside[:, place] = 1.0
    means = [expit(x @ regression.coefficients) for x in (inside, outside)]
    slopes = [(share * mean * (1 - mean)) @ x for mean, x in zip(means, (inside, outside), strict=True)]
    return float(share @ (means[0] - means[1])), slopes[0] - slopes[1]


def _check_value(y: Floats, value: str, family: Family) -> None:
    if not np.isfinite(y).all():
        raise ValueError(f"A value of {value} is infinite: correct it or leave it out.")
    if family == "logit" and not np.isin(y, (0, 1)).all():
        raise ValueError(f"A logit needs values 0 and 1, and {value} has others.")
    if (y == y[0]).all():
        raise ValueError(f"Everybody who answered all has the same {value}: there is nothing to explain.")


def _check_both(terms: Sequence[Term], x: Floats, y: Floats, value: str) -> None:
    """Refuse a category of which all answered the same: its coefficient would have no bound."""
    for name in dict.fromkeys(term.name for term in terms if term.category is not None):
        of_name = [place for place, term in enumerate(terms) if term.name == name]
        reference = x[:, of_name].sum(axis=1) == 0
        groups = [(terms[of_name[0]].against, reference)]
        groups += [(terms[place].category, x[:, place] > 0) for place in of_name]
        for category, inside in groups:
            if (y[inside] == y[inside][0]).all():
                raise ValueError(
                    f"Everybody whose {name} is {category} has the same {value}, so that a logit has no finite "
                    "coefficients: merge the category with another, or leave it out."
                )


def _coefficients(y: Floats, x: Floats, weight: Floats, family: Family) -> Floats:
    from statsmodels.genmod.families import Binomial, Gaussian
    from statsmodels.genmod.generalized_linear_model import GLM
    from statsmodels.tools.sm_exceptions import PerfectSeparationWarning

    # Columns of one length: an income in pounds beside a share would cost digits.
    length = np.sqrt((x**2).mean(axis=0))
    model = GLM(
        y, x / length, family=Binomial() if family == "logit" else Gaussian(), freq_weights=weight / weight.mean()
    )
    with warnings.catch_warnings():
        # Whether chances are certain is seen, and said, after the fit.
        warnings.simplefilter("ignore", PerfectSeparationWarning)
        fitted = model.fit(maxiter=100, tol=1e-14)
    return np.asarray(fitted.params, dtype=float) / length


def _table(terms: Sequence[Term], estimate: Floats, covariance: Floats, df: int) -> pd.DataFrame:
    import pandas as pd

    se = np.sqrt(np.maximum(np.diag(covariance), 0))
    low, high = t_interval(estimate, se, df)
    with np.errstate(divide="ignore", invalid="ignore"):
        t = estimate / se
    return pd.DataFrame(
        {
            "term": [term.name for term in terms],
            "category": pd.Series([term.category for term in terms], dtype=object),
            "against": pd.Series([term.against for term in terms], dtype=object),
            "estimate": estimate,
            "se": se,
            "low": low,
            "high": high,
            "t": t,
            "p_value": 2 * stdtr(df, -np.abs(t)),
        }
    )
