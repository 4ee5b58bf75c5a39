"""Means and shares of domains of a complex sample, with design-based variances by Taylor linearisation.

From the rows of a survey or from counted cells: both lead to the same sums. There is no loop over domains.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from analytics.survey.auxiliary import Adjustment, Auxiliary
from analytics.survey.calibration import Calibration, weights_of
from analytics.survey.intervals import Limits, effective_sample, mover, t_interval, wilson_t
from analytics.survey.sample import (
    Columns,
    Floats,
    Integers,
    Labels,
    Sample,
    check_columns,
    check_weights,
    codes_of,
    column_names,
    grouped,
    numbers,
)

if TYPE_CHECKING:
    import pandas as pd

Kind = Literal["share", "net", "mean"]
"""Share: values 0 and 1. Net score: values 1, 0 and -1. Anything else is a mean."""


@dataclass(frozen=True, slots=True, eq=False)
class Totals:
    r"""Totals of every domain in every PSU that holds some of it, ordered by domain, then stratum, then PSU.

    Attributes
    ----------
    domain, psu, base, weight : ndarray of shape (pairs,)
        Positions of domain and PSU; number of answers; sum of weights.
    linearised : ndarray of shape (pairs,)
        :math:`t_{hc} = \sum_k w_k (y_k - p_d) / W_d` over the answers of the domain in the PSU.
    start : ndarray of shape (blocks,)
        First pair of each block: the pairs of one domain in one stratum.
    """

    domain: Integers
    psu: Integers
    base: Integers
    weight: Floats
    linearised: Floats
    start: Integers

    @classmethod
    def of(cls, domain: Integers, psu: Integers, sample: Sample, **sums: Any) -> Totals:  # noqa: ANN401
        """Totals with their blocks, from pairs in order."""
        block = domain * sample.strata + sample.stratum[psu]
        return cls(domain, psu, **sums, start=np.flatnonzero(np.diff(block, prepend=-1)))

    def only(self, domains: Integers, sample: Sample) -> Totals:
        """The totals of some domains, which are numbered anew in their order."""
        kept = np.isin(self.domain, domains)
        return Totals.of(
            np.searchsorted(domains, self.domain[kept]),
            self.psu[kept],
            sample,
            base=self.base[kept],
            weight=self.weight[kept],
            linearised=self.linearised[kept],
        )


@dataclass(frozen=True, slots=True, eq=False)
class DomainMeans:
    """Means of domains of one sample.

    Attributes
    ----------
    table : DataFrame
        One row a domain, in the order of its keys, with the columns of `by` and

        ======================  ================================================================================
        estimate                weighted mean; NaN without answers
        se                      standard error
        low, high               95 % interval: Wilson-t for a share; for a net score MOVER from the shares above and
                                below 0; Student's t for another mean
        base                    number of answers
        weight                  sum of weights
        n_eff                   Kish's effective number of answers, from the weights alone
        deff                    design effect of the estimate itself
        psus, strata            those that hold answers of the domain
        df                      degrees of freedom behind `se` and the interval
        fallback                whether there were no degrees of freedom, so that `se` is Kish's and df is n_eff - 1
        single_psu_strata       strata of the domain of which one PSU only was sampled
        ======================  ================================================================================
    by : tuple of str
        Names of the columns that make the domains.
    kind : {"share", "net", "mean"}
    sample : Sample
    variance : ndarray of shape (domains,)
        Variance by linearisation, before any fallback or smoothing.
    spread : ndarray of shape (domains,)
        Weighted variance of the values, :math:`p(1 - p)` for a share.
    weight_squared : ndarray of shape (domains,)
        Sum of squared weights.
    totals : Totals
    parts : tuple of DomainMeans, optional
        Of a net score: the shares above and below 0.
    smoothed : bool
        Whether ``se``, ``n_eff``, ``deff`` and ``df`` of the table come from `smoothed`.
    adjustment : Adjustment, optional
        Of calibrated weights: what their margins take from the variance.
    """

    table: pd.DataFrame
    by: tuple[str, ...]
    kind: Kind
    sample: Sample
    variance: Floats
    spread: Floats
    weight_squared: Floats
    totals: Totals
    parts: tuple[DomainMeans, DomainMeans] | None = None
    smoothed: bool = False
    adjustment: Adjustment | None = None

    def rows(self, **keys: object) -> Integers:
        """Positions of the domains with the given values: ``result.rows(wave="2023-06")``."""
        chosen = np.ones(len(self.table), dtype=bool)
        for name, value in keys.items():
            chosen &= (self.table[name] == value).to_numpy(dtype=bool, na_value=False)
        return np.flatnonzero(chosen)

    def only(self, **keys: object) -> DomainMeans:
        """The same result of the domains with the given values alone."""
        rows = self.rows(**keys)
        return replace(
            self,
            table=self.table.iloc[rows].reset_index(drop=True),
            variance=self.variance[rows],
            spread=self.spread[rows],
            weight_squared=self.weight_squared[rows],
            totals=self.totals.only(rows, self.sample),
            parts=self.parts and (self.parts[0].only(**keys), self.parts[1].only(**keys)),
            adjustment=self.adjustment and self.adjustment.only(rows),
        )


@dataclass(frozen=True, slots=True, eq=False)
class _Records:
    """Answers that share domain, PSU and value: how many, and the sums of their weights and squared weights."""

    domain: Integers
    psu: Integers
    value: Floats
    n: Floats
    weight: Floats
    weight_squared: Floats
    row: Integers | None = None


def domain_means(
    frame: pd.DataFrame,
    value: str,
    by: Columns,
    weight: str | Calibration | None = None,
    stratum: Columns | None = None,
    psu: Columns | None = None,
    fpc: str | None = None,
    *,
    kind: Kind | None = None,
    deff: float | None = None,
) -> DomainMeans:
    r"""Means of the domains of a survey from its rows.

    .. math:: p_d = \frac{\sum_k w_k y_k 1_d}{W_d},\quad
        V_d = \sum_h (1 - f_h)\frac{m_h}{m_h - 1}\Big[\sum_c t_{hc}^2 - \frac{(\sum_c t_{hc})^2}{m_h}\Big],\quad
        t_{hc} = \sum_{k \in hc} \frac{1_d w_k (y_k - p_d)}{W_d}

    :math:`m_h` counts every sampled PSU of stratum :math:`h`, also those with nobody in the domain: give all rows of
    the sample and let `by` choose, never a filtered frame. A stratum with one sampled PSU is centred at the mean of the
    whole sample (R's ``lonely.psu = "adjust"``), which is 0 here, and counted in ``single_psu_strata``. Degrees of
    freedom are the PSUs in the domain less its strata. Where none are left the variance is that of simple sampling
    over the effective number of answers, df = n_eff - 1, and ``fallback`` is set. The design effect compares with
    simple sampling of as many answers, :math:`V_d / (S_d^2/n_d)`; with a finite population correction simple sampling
    gets one too, :math:`1 - n_d/W_d`, the weights being inverse chances of selection.

    Parameters
    ----------
    frame : DataFrame
        One row a respondent, of the whole sample.
    value : str
        Column of numbers or booleans. Rows where it is missing are in no domain, but their PSU counts.
    by : str or sequence of str
        Columns whose values make the domains; none for the whole sample. Rows where one is missing are in no domain.
    weight : str or Calibration, optional
        Column of weights, or what `rake` or `greg` made of this frame; without it every row weighs 1. Whoever weighs 0
        is in no domain, but their PSU counts.
    stratum : str or sequence of str, optional
        Columns that make the strata; without it there is one stratum. Over independent waves they include the wave.
    psu : str or sequence of str, optional
        Columns that make the PSUs within a stratum; without it every row is a PSU.
    fpc : str, optional
        Column with the sampled fraction of the stratum (up to 1) or its number of PSUs in the population.
    kind : {"share", "net", "mean"}, optional
        What the values are; else it is seen from them. Say "net" where answers below 0 may be absent by chance.
    deff : float, optional
        Design effect to assume where the data hold none: for a share of 0 or 1, or without degrees of freedom. Without
        it Kish's effective number of answers is used there.

    Raises
    ------
    ValueError
        If a column or a stratum or PSU of a row is missing; a weight is missing or negative; a value is infinite or
        does not fit `kind`; or the finite population correction is impossible.

    References
    ----------
    Särndal C.-E., Swensson B. and Wretman J. (1992). Model Assisted Survey Sampling, sections 5.7 and 5.8. Lumley T.
    (2010). Complex Surveys: A Guide to Analysis Using R, and the manual of the R package survey (``svyby``,
    ``svymean``, ``surveyoptions``). Kish L. (1965). Survey Sampling, section 8.2 and 11.7.
    """
    names = column_names(by)
    check_columns(frame, [value, *names], "survey")
    weights = weights_of(frame, weight)
    sample, unit = Sample.of(frame, stratum, psu, fpc, "survey")
    labels, domain = Labels.of(frame, names)
    values = numbers(frame, value)
    inside = np.flatnonzero((domain >= 0) & ~np.isnan(values) & (weights > 0))
    weights = weights[inside]
    records = _Records(domain[inside], unit[inside], values[inside], np.ones(len(weights)), weights, weights**2, inside)
    auxiliary = Auxiliary.of(weight, sample, unit) if isinstance(weight, Calibration) else None
    return _means(records, labels.frame(), sample, kind or _kind(records.value), deff, auxiliary)


def domain_means_of_cells(
    cells: pd.DataFrame,
    design: pd.DataFrame | Sample,
    scores: Mapping[str, float],
    by: Columns,
    *,
    stratum: Columns = ("wave", "stratum"),
    psu: Columns = "psu",
    answer: str = "answer_class",
    n: str = "n",
    weight: str = "weight",
    weight_squared: str = "weight_squared",
    fpc: str | None = None,
    kind: Kind | None = None,
    deff: float | None = None,
) -> DomainMeans:
    """Means of the domains of a survey from counted cells: the same as `domain_means` from the rows behind them.

    Parameters
    ----------
    cells : DataFrame
        Answers to one measure counted by domain, answer class, stratum and PSU.
    design : DataFrame or Sample
        Every sampled PSU once, with the columns of `stratum` and `psu`, whoever answered what; or the sample that
        `Sample.listed` made of it, for many results of one design, with the same `stratum` and `psu`.
    scores : mapping of str to float
        Value of each answer class: ``{"positive": 1, "neutral": 0, "negative": 0}`` for a share, 1, 0 and -1 for a net
        score. Classes that are not named ("don't know", "not asked") are in no domain.
    by : str or sequence of str
        Columns of `cells` whose values make the domains; none for the whole sample.
    stratum : str or sequence of str
        Columns that make the strata. Independent waves need strata of their own; where waves share PSUs give the
        stratum without the wave, and list a shared PSU once.
    psu : str or sequence of str
        Columns that make the PSUs within a stratum.
    answer, n, weight, weight_squared : str
        Columns of `cells`: answer class, number of answers, sum of weights and sum of squared weights.
    fpc : str, optional
        Column of `design`, as for `domain_means`.
    kind, deff
        As for `domain_means`; the kind is seen from `scores`.

    Raises
    ------
    ValueError
        As `domain_means`; and if `design` lists a PSU twice or lacks one that `cells` holds.
    """
    names, places = column_names(by), (*column_names(stratum), *column_names(psu))
    check_columns(cells, [*names, *places, answer, n, weight, weight_squared], "cells")
    sample = design if isinstance(design, Sample) else Sample.listed(design, stratum, psu, fpc)
    if sample.labels.names != places:
        raise ValueError(f"The sample was listed by {', '.join(sample.labels.names)}, not by {', '.join(places)}.")
    unit = sample.labels.find(cells)
    if (unit < 0).any():
        example = cells.iloc[int(np.flatnonzero(unit < 0)[0])]
        where = ", ".join(f"{name} {example[name]}" for name in places)
        raise ValueError(
            f"{int((unit < 0).sum()):,} cells are of a PSU that the design does not list, such as {where}."
        )
    labels, domain = Labels.of(cells, names)
    values = _scored(cells[answer], scores)
    count, total, squared = (cells[name].to_numpy(dtype=float, na_value=np.nan) for name in (n, weight, weight_squared))
    for column in (count, total, squared):
        check_weights(column)
    inside = (domain >= 0) & ~np.isnan(values) & (count > 0) & (total > 0)
    records = _Records(domain[inside], unit[inside], values[inside], count[inside], total[inside], squared[inside])
    seen = _kind(np.array(list(scores.values()), dtype=float))
    return _means(records, labels.frame(), sample, kind or seen, deff)


def _scored(answers: pd.Series, scores: Mapping[str, float]) -> Floats:
    codes, classes = codes_of(answers)
    return np.array([scores.get(name, np.nan) for name in classes] + [np.nan])[codes]


def _kind(values: Floats) -> Kind:
    if np.isin(values, (0, 1)).all():
        return "share"
    return "net" if np.isin(values, (-1, 0, 1)).all() else "mean"


def _check_values(values: Floats, kind: Kind) -> None:
    if not np.isfinite(values).all():
        raise ValueError("A value is infinite: correct it or leave it out.")
    if kind != "mean" and not np.isin(values, (0, 1) if kind == "share" else (-1, 0, 1)).all():
        raise ValueError(
            f"A {kind} needs values {'0 and 1' if kind == 'share' else '1, 0 and -1'}, and others are here."
        )


def _means(
    records: _Records,
    keys: pd.DataFrame,
    sample: Sample,
    kind: Kind,
    deff: float | None,
    auxiliary: Auxiliary | None = None,
) -> DomainMeans:
    import pandas as pd

    _check_values(records.value, kind)
    domains, domain, weight = len(keys), records.domain, records.weight

    def total(values: Floats) -> Floats:
        return grouped(domain, values, domains)

    with np.errstate(divide="ignore", invalid="ignore"):
        base, weight_of, squared = total(records.n), total(weight), total(records.weight_squared)
        n_eff = weight_of**2 / squared
        mean = total(weight * records.value) / weight_of
        deviation = records.value - mean[domain]
        spread = total(weight * deviation**2) / weight_of
        simple = spread / (base - 1)
        if sample.corrected:
            simple = simple * np.maximum(1 - base / weight_of, 0)
        totals = _totals(records, weight * deviation / weight_of[domain], sample)
        variance, psus, strata, lonely = variances(totals, sample, domains)
        adjustment = None
        if auxiliary is not None and records.row is not None:
            share = auxiliary.coefficients(records.row, domain, deviation / weight_of[domain], domains)
            adjustment = auxiliary.adjustment(share, totals.domain, totals.psu, totals.linearised)
            every = np.arange(domains)
            variance = np.maximum(variance + adjustment.covariance(every, adjustment, every), 0)
        own_df = (psus - strata).astype(float)
        fallback = (own_df <= 0) & (base > 0)
        assumed = np.minimum(n_eff if deff is None else base / deff, base)
        variance = np.where(base > 0, variance, np.nan)
        shown = np.where(fallback, spread / assumed, variance)
        df = np.where(fallback, assumed - 1, own_df)
        # One respondent's answer varies with nothing that is known.
        shown = np.where(df > 0, shown, np.nan)
        figures = {
            "estimate": mean,
            "se": np.sqrt(shown),
            "low": np.nan,
            "high": np.nan,
            "base": base.astype(np.int64),
            "weight": weight_of,
            "n_eff": n_eff,
            "deff": np.where(fallback, np.nan, variance / simple),
            "psus": psus,
            "strata": strata,
            "df": df,
            "fallback": fallback,
            "single_psu_strata": lonely,
        }
    # In one go: each column that is added to a frame costs as much as the estimates.
    table = pd.DataFrame({**{name: keys[name] for name in keys.columns}, **figures}, index=keys.index)
    parts = None
    if kind == "net":
        above, below = (
            _means(_replaced(records, (sign * records.value > 0).astype(float)), keys, sample, "share", deff, auxiliary)
            for sign in (1, -1)
        )
        parts = above, below
    names = tuple(keys.columns)
    result = DomainMeans(table, names, kind, sample, variance, spread, squared, totals, parts, adjustment=adjustment)
    table["low"], table["high"] = limits(result, assumed)
    return result


def limits(result: DomainMeans, effective: Floats) -> Limits:
    """Intervals of the kind that a result has, from the standard errors and degrees of freedom of its table.

    Parameters
    ----------
    result : DomainMeans
    effective : ndarray of shape (domains,)
        Effective number of answers: of every domain where the result is smoothed, else where the data hold no variance.
    """
    estimate, se, base, df = (result.table[name].to_numpy(dtype=float) for name in ("estimate", "se", "base", "df"))
    if result.kind == "share":
        size = effective if result.smoothed else effective_sample(estimate, se**2, base, effective)
        return wilson_t(estimate, size, df)
    if result.parts is None:
        return t_interval(estimate, se, df)
    above, below = (part.table for part in result.parts)
    p, q = above["estimate"].to_numpy(), below["estimate"].to_numpy()
    with np.errstate(divide="ignore", invalid="ignore"):
        correlation = -np.sqrt(p * q / ((1 - p) * (1 - q)))
        if not result.smoothed:
            every = np.arange(len(estimate))
            together = covariance(result.parts[0], result.parts[1], every, every).covariance
            own = together / np.sqrt(result.parts[0].variance * result.parts[1].variance)
            correlation = np.where(result.table["fallback"], correlation, own)
    # Where all are on one side no answer tells how the two shares move together: the widest interval is given.
    correlation = np.where((p >= 1) | (q >= 1), -1.0, np.where((p <= 0) | (q <= 0), 0.0, correlation))
    limits_p, limits_q = (Limits(part["low"].to_numpy(), part["high"].to_numpy()) for part in (above, below))
    return mover(p, limits_p, q, limits_q, np.clip(np.nan_to_num(correlation), -1, 1))


def _replaced(records: _Records, value: Floats) -> _Records:
    return replace(records, value=value)


def _totals(records: _Records, linearised: Floats, sample: Sample) -> Totals:
    import pandas as pd

    # PSUs are numbered by stratum, so that sorted keys put the PSUs of a stratum side by side in each domain.
    pair, key = pd.factorize(records.domain * sample.psus + records.psu, sort=True)
    domain, psu = np.divmod(np.asarray(key, dtype=np.int64), sample.psus)
    return Totals.of(
        domain,
        psu,
        sample,
        base=grouped(pair, records.n, len(key)).astype(np.int64),
        weight=grouped(pair, records.weight, len(key)),
        linearised=grouped(pair, linearised, len(key)),
    )


def variances(totals: Totals, sample: Sample, domains: int) -> tuple[Floats, Integers, Integers, Integers]:
    """Variance, PSUs, strata and strata with one sampled PSU of every domain."""
    domain, stratum = totals.domain[totals.start], sample.stratum[totals.psu[totals.start]]
    present = np.diff(totals.start, append=len(totals.psu))
    size, lonely = sample.size[stratum], sample.lonely[stratum]
    centre = np.where(lonely, 0.0, block_sums(totals.linearised, totals) / size)
    squares = block_sums((totals.linearised - np.repeat(centre, present)) ** 2, totals)
    squares += (size - present) * centre**2
    variance = grouped(domain, sample.factor[stratum] * squares, domains)
    return (
        variance,
        np.bincount(totals.domain, minlength=domains),
        np.bincount(domain, minlength=domains),
        grouped(domain, lonely, domains).astype(np.int64),
    )


def block_sums(values: Floats, totals: Totals) -> Floats:
    """Sum over the PSUs of each block."""
    return np.add.reduceat(values, totals.start) if len(totals.start) else np.zeros(0)


@dataclass(frozen=True, slots=True, eq=False)
class Shared:
    """What pairs of domains have in common.

    Attributes
    ----------
    covariance : ndarray of shape (pairs,)
        Covariance of the two estimates.
    psus, strata : ndarray of shape (pairs,)
        Number of PSUs, and of strata, that hold answers of both.
    """

    covariance: Floats
    psus: Integers
    strata: Integers


def covariance(first: DomainMeans, second: DomainMeans, a: Integers, b: Integers) -> Shared:
    r"""Covariances of the estimates of domains `a` of one result and `b` of another, from their PSU totals.

    .. math:: C = \sum_h (1 - f_h)\frac{m_h}{m_h - 1}
        \Big[\sum_c t^a_{hc} t^b_{hc} - \frac{\sum_c t^a_{hc} \sum_c t^b_{hc}}{m_h}\Big]

    Both results must be of the same sample.
    """
    one, other, sample = first.totals, second.totals, first.sample
    pair, at = ranges(one.domain, a)
    psu = one.psu[at]
    found, position = look_up(other.domain * sample.psus + other.psu, b[pair] * sample.psus + psu)
    theirs = np.append(other.linearised, 0)[position] * found
    block, at_block = ranges(one.domain[one.start], a)
    stratum = sample.stratum[one.psu[one.start[at_block]]]
    other_block = other.domain[other.start] * sample.strata + sample.stratum[other.psu[other.start]]
    shared, position = look_up(other_block, b[block] * sample.strata + stratum)
    their_sums = np.append(block_sums(other.linearised, other), 0)[position] * shared
    own_sums = block_sums(one.linearised, one)[at_block]
    together = Form(sample, pair, psu, block, stratum, len(a))(one.linearised[at], theirs, own_sums, their_sums)
    if first.adjustment and second.adjustment:
        together = together + first.adjustment.covariance(a, second.adjustment, b)
    return Shared(
        together,
        np.bincount(pair[found], minlength=len(a)),
        np.bincount(block[shared], minlength=len(a)),
    )


@dataclass(frozen=True, slots=True, eq=False)
class Form:
    r"""The bilinear form of design-based covariances, for many pairs of variables at once.

    .. math:: \sum_h (1 - f_h)\frac{m_h}{m_h - 1} \Big[\sum_c x_{hc} y_{hc} - \frac{x_h y_h}{m_h}\Big]

    Attributes
    ----------
    sample : Sample
    which, psu : ndarray of shape (entries,)
        The pair of variables that an entry is of, and its PSU. PSUs without an entry have zeros.
    block, stratum : ndarray of shape (blocks,)
        The same for the entries of one pair in one stratum.
    pairs : int
        Number of pairs of variables.
    """

    sample: Sample
    which: Integers
    psu: Integers
    block: Integers
    stratum: Integers
    pairs: int

    def __call__(self, x: Floats, y: Floats, x_sums: Floats, y_sums: Floats) -> Floats:
        """The form of each pair, from the entries of both variables and their sums over each block."""
        sample, at = self.sample, self.stratum
        products = grouped(self.which, sample.factor[sample.stratum[self.psu]] * x * y, self.pairs)
        centred = np.where(sample.lonely[at], 0.0, sample.factor[at] / sample.size[at] * x_sums * y_sums)
        return products - grouped(self.block, centred, self.pairs)


def ranges(domain: Integers, wanted: Integers) -> tuple[Integers, Integers]:
    """For every wanted domain the positions of its entries in a sorted array, and which of the wanted each is of."""
    first = np.searchsorted(domain, wanted, side="left")
    count = np.searchsorted(domain, wanted, side="right") - first
    which = np.repeat(np.arange(len(wanted)), count)
    return which, np.arange(len(which)) + np.repeat(first - np.cumsum(count) + count, count)


def look_up(keys: Integers, wanted: Integers) -> tuple[np.ndarray, Integers]:
    """Whether each wanted key is among the sorted keys, and where; the position of one that is not is 0."""
    position = np.searchsorted(keys, wanted)
    inside = position < len(keys)
    position[~inside] = 0
    found = inside & (keys[position] == wanted) if len(keys) else inside
    position[~found] = 0
    return found, position
