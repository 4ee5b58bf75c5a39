"""Differences between domains of one sample: between waves, between groups, a part against the rest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import stdtr

from analytics.survey.calibration import Calibration
from analytics.survey.intervals import Limits, effective_sample, mover, t_interval, t_quantile, wilson_t
from analytics.survey.linearisation import DomainMeans, Form, block_sums, covariance, look_up
from analytics.survey.sample import Columns, Floats, Integers, Labels, column_names, grouped

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True, eq=False)
class _Side:
    """One side of some differences."""

    estimate: Floats
    se: Floats
    limits: Limits
    df: Floats
    base: Floats
    own_se: Floats
    n_eff: Floats

    @classmethod
    def of(cls, result: DomainMeans, rows: Integers) -> _Side:
        names = ("estimate", "se", "low", "high", "df", "base", "n_eff")
        estimate, se, low, high, df, base, n_eff = (result.table[name].to_numpy(dtype=float)[rows] for name in names)
        return cls(estimate, se, Limits(low, high), df, base, np.sqrt(result.variance[rows]), n_eff)

    @property
    def answers(self) -> Floats:
        """Effective number of answers behind a share; at 0 and 1, which have no variance, that of its weights."""
        with np.errstate(divide="ignore", invalid="ignore"):
            own = self.estimate * (1 - self.estimate) / self.se**2
        return np.where(np.isfinite(own) & (own > 0), own, self.n_eff)


def differences(
    first: DomainMeans, second: DomainMeans | None = None, a: ArrayLike | None = None, b: ArrayLike | None = None
) -> pd.DataFrame:
    r"""Differences of the estimates of domains `a` less those of domains `b`, exact where they share PSUs.

    The variance is that of the PSU totals of :math:`z_a - z_b`, so what the two sides share (respondents, PSUs, strata)
    counts and no correlation is assumed. The interval of two shares or net scores is MOVER from their own intervals
    with the correlation estimated from the same totals; of other means it is Student's t.

    Parameters
    ----------
    first, second : DomainMeans
        Results of one sample; `second` is `first` if it is not given. Two results may be of different domains (a group
        and everyone) or of different values (two measures).
    a, b : array_like of shape (pairs,), optional
        Positions of rows of the tables of `first` and `second`. Without them every row of `first` is compared with the
        same row of `second`, or with its only row.

    Returns
    -------
    DataFrame
        One row a pair, with the columns that name domain `a` and

        ==================  ====================================================================================
        estimate, se        difference and its standard error
        low, high           95 % interval
        df                  Satterthwaite's, :math:`(V_a + V_b)^2/(V_a^2/df_a + V_b^2/df_b)`, at most the PSUs of
                            both sides together less their strata
        correlation         of the two estimates
        p_value             of no difference, two-sided, by Student's t; not below what the interval says
        score_p_value       the same with the variance that there is where there is no difference; of shares alone
                            another than `p_value`
        base, other_base    answers in `a` and `b`
        ==================  ====================================================================================

    Of two shares the score test takes :math:`\bar p`, their mean by effective answers :math:`n^* = p(1 - p)/V`, and

    .. math:: t = |p_a - p_b| \big/ \sqrt{\bar p(1 - \bar p)(1/n^*_a + 1/n^*_b - 2r/\sqrt{n^*_a n^*_b})}

    with the correlation :math:`r` and the degrees of freedom of the difference. Without a difference it is spread alike
    whatever the shares and the answers (`benchmarks/where_to_look.py`), which `p_value` is not: near 0 and 1 Wilson's
    interval reaches further towards the middle than so few answers move.

    Raises
    ------
    ValueError
        If the two results are of different samples, kinds or calibrated weights, or rows are not paired.

    References
    ----------
    Särndal C.-E., Swensson B. and Wretman J. (1992). Model Assisted Survey Sampling, section 5.6. R's package survey,
    ``svycontrast``. Zou G. Y. and Donner A. (2008). Statistics in Medicine 27, 1693-1702. Satterthwaite F. E. (1946).
    An approximate distribution of estimates of variance components. Biometrics Bulletin 2, 110-114. Rao J. N. K., Scott
    A. J. and Skinner C. J. (1998). Quasi-score tests with survey data. Statistica Sinica 8, 1059-1070.
    """
    second = first if second is None else second
    _check_same(first, second)
    rows_a, rows_b = _paired(first, second, a, b)
    shared = covariance(first, second, rows_a, rows_b)
    table_a, table_b = first.table, second.table
    psus, strata = (
        table_a[name].to_numpy()[rows_a] + table_b[name].to_numpy()[rows_b] - both
        for name, both in (("psus", shared.psus), ("strata", shared.strata))
    )
    one, other = _Side.of(first, rows_a), _Side.of(second, rows_b)
    most_df = None if first.smoothed or second.smoothed else psus - strata
    return _compared(first, rows_a, one, other, shared.covariance, most_df)


def change(result: DomainMeans, over: str, before: object, after: object) -> pd.DataFrame:
    """Differences between two values of one of the columns that make the domains, the other columns being equal.

    ``change(result, "wave", "2023-03", "2023-06")`` gives the change of every domain that is in both waves.

    Parameters
    ----------
    result : DomainMeans
    over : str
        One of ``result.by``.
    before, after : object
        The two values of that column.

    Returns
    -------
    DataFrame
        As `differences`, without the column `over`.

    Raises
    ------
    ValueError
        If `over` does not make the domains.
    """
    if over not in result.by:
        raise ValueError(f"{over} is not among the columns of the domains: {', '.join(result.by) or 'none'}.")
    others = [name for name in result.by if name != over]
    later, earlier = result.rows(**{over: after}), result.rows(**{over: before})
    labels, positions = Labels.of(result.table.iloc[earlier], others)
    same = labels.find(result.table.iloc[later])
    paired = same >= 0
    compared = differences(result, None, later[paired], earlier[np.argsort(positions)][same[paired]])
    return compared.drop(columns=over)


def against_rest(parts: DomainMeans, whole: DomainMeans, within: Columns | None = None) -> pd.DataFrame:
    r"""Differences of the estimates of domains less those of all others in a whole that holds them.

    An area against the rest of the force. The rest is never formed: its totals are those of the whole less those of the
    part, and all that is needed are sums over the PSUs of the part, so 640 areas take as long as one table does.

    Parameters
    ----------
    parts : DomainMeans
        The domains, such as areas, or areas by wave.
    whole : DomainMeans
        What they are parts of, of the same sample and value: no columns (``by=()``), or some of those of `parts`.
    within : str or sequence of str, optional
        Columns that find the whole of a part; without it those of `whole`.

    Returns
    -------
    DataFrame
        As `differences`, and ``rest`` with the estimate of the rest. NaN where nobody else is in the whole.

    Raises
    ------
    ValueError
        If the two results are of different samples or kinds or have calibrated weights, or a part is not within a
        whole.
    """
    _check_same(parts, whole)
    if parts.adjustment is not None:
        raise ValueError("With calibrated weights make the rest a domain of its own, and compare with `differences`.")
    every = np.arange(len(parts.table))
    of = _wholes(parts, whole, whole.by if within is None else column_names(within))
    rest, together, psus = _rest(parts, whole, of)
    most_df = None if parts.smoothed else whole.table["psus"].to_numpy()[of] - whole.table["strata"].to_numpy()[of]
    compared = _compared(parts, every, _Side.of(parts, every), rest, together, most_df)
    empty = psus <= 0
    numbers = [name for name in compared.columns if name not in (*parts.by, "base", "other_base")]
    compared = compared.assign(rest=rest.estimate)
    compared.loc[empty, [*numbers, "rest"]] = np.nan
    return compared


def _check_same(first: DomainMeans, second: DomainMeans) -> None:
    if not first.sample.same(second.sample):
        raise ValueError("The two results are of different samples: make both from the same rows or the same design.")
    if first.kind != second.kind:
        raise ValueError(f"One result is a {first.kind} and the other a {second.kind}: compare figures of one kind.")
    if _calibration(first) is not _calibration(second):
        raise ValueError("The two results have different calibrated weights: make both with the same ones.")


def _calibration(result: DomainMeans) -> Calibration | None:
    return None if result.adjustment is None else result.adjustment.auxiliary.calibration


def _paired(
    first: DomainMeans, second: DomainMeans, a: ArrayLike | None, b: ArrayLike | None
) -> tuple[Integers, Integers]:
    rows_a = np.arange(len(first.table)) if a is None else np.atleast_1d(np.asarray(a, dtype=np.int64))
    if b is not None:
        rows_b = np.atleast_1d(np.asarray(b, dtype=np.int64))
    else:
        rows_b = np.zeros(1, dtype=np.int64) if len(second.table) == 1 else np.arange(len(second.table))
    if len(rows_b) == 1:
        rows_b = np.repeat(rows_b, len(rows_a))
    if len(rows_a) != len(rows_b):
        raise ValueError(f"There are {len(rows_a)} rows to compare and {len(rows_b)} to compare with: give pairs.")
    return rows_a, rows_b


def _wholes(parts: DomainMeans, whole: DomainMeans, within: tuple[str, ...]) -> Integers:
    import pandas as pd

    if not within and len(whole.table) != 1:
        raise ValueError(f"There are {len(whole.table)} wholes: name the columns that find the whole of a part.")
    if not within:
        return np.zeros(len(parts.table), dtype=np.int64)
    if len(whole.table) == 1 and all((parts.table[n] == whole.table[n].iloc[0]).all() for n in within):
        return np.zeros(len(parts.table), dtype=np.int64)
    index = pd.MultiIndex.from_frame(whole.table[list(within)])
    of = index.get_indexer(pd.MultiIndex.from_frame(parts.table[list(within)])).astype(np.int64)
    if (of < 0).any():
        raise ValueError(f"{int((of < 0).sum())} domains are not within any of the wholes.")
    return of


def _rest(parts: DomainMeans, whole: DomainMeans, of: Integers) -> tuple[_Side, Floats, Integers]:
    """The rest as one side of a difference, its covariance with the part, and its number of PSUs.

    With y the totals of w(y - p_rest) in a PSU, the rest's linearised totals are (y_whole - y_part) / W_rest.
    """
    sample, part, every = parts.sample, parts.totals, whole.totals
    table, total, count = parts.table, whole.table.iloc[of], len(parts.table)
    weight_a, weight_u = table["weight"].to_numpy(), total["weight"].to_numpy()
    p_a, p_u = np.nan_to_num(table["estimate"].to_numpy()), total["estimate"].to_numpy()
    base, weight = (total["base"].to_numpy() - table["base"].to_numpy()).astype(float), weight_u - weight_a
    with np.errstate(divide="ignore", invalid="ignore"):
        p = np.where(base > 0, (weight_u * p_u - weight_a * p_a) / weight, np.nan)
        n_eff = weight**2 / (whole.weight_squared[of] - parts.weight_squared)
    p = np.clip(p, 0, 1) if parts.kind == "share" else p

    domain, block, stratum = part.domain, part.domain[part.start], sample.stratum[part.psu[part.start]]
    found, at = look_up(every.domain * sample.psus + every.psu, of[domain] * sample.psus + part.psu)
    if not found.all():
        raise ValueError("A part holds answers that its whole does not: make both from the same value.")
    block_of_whole = every.domain[every.start] * sample.strata + sample.stratum[every.psu[every.start]]
    _, at_block = look_up(block_of_whole, of[block] * sample.strata + stratum)
    t, t_sums = part.linearised, block_sums(part.linearised, part)
    y_part = weight_a[domain] * t + (p_a - p)[domain] * part.weight
    y_whole = weight_u[domain] * every.linearised[at] + (p_u - p)[domain] * every.weight[at]
    y_part_sums = block_sums(y_part, part)
    y_whole_sums = (
        weight_u[block] * block_sums(every.linearised, every)[at_block]
        + (p_u - p)[block] * block_sums(every.weight, every)[at_block]
    )
    form = Form(sample, domain, part.psu, block, stratum, count)
    linearised, mixed, weights = (values[of] for values in _forms_of(whole))
    variance = weight_u**2 * linearised + 2 * weight_u * (p_u - p) * mixed + (p_u - p) ** 2 * weights
    variance += form(y_part, y_part - 2 * y_whole, y_part_sums, y_part_sums - 2 * y_whole_sums)
    with np.errstate(divide="ignore", invalid="ignore"):
        variance = np.maximum(variance, 0) / weight**2
        together = form(t, y_whole - y_part, t_sums, y_whole_sums - y_part_sums) / weight

    alone = part.base == every.base[at]
    left = np.diff(every.start, append=len(every.psu))[at_block] - block_sums(alone.astype(float), part)
    psus = total["psus"].to_numpy() - grouped(domain, alone, count)
    strata = total["strata"].to_numpy() - grouped(block, left <= 0, count)
    df = np.where(psus > strata, psus - strata, n_eff - 1)
    se = np.sqrt(variance)
    if parts.kind == "share":
        limits = wilson_t(p, effective_sample(p, variance, base, n_eff), df)
    else:
        limits = t_interval(p, se, df)
    return _Side(p, se, limits, df, base, se, n_eff), together, psus.astype(np.int64)


def _forms_of(whole: DomainMeans) -> tuple[Floats, Floats, Floats]:
    """Design-based (co)variances of PSU totals of each whole: linearised, with weight, and weight alone."""
    totals, sample = whole.totals, whole.sample
    block, stratum = totals.domain[totals.start], sample.stratum[totals.psu[totals.start]]
    form = Form(sample, totals.domain, totals.psu, block, stratum, len(whole.table))
    t, w = totals.linearised, totals.weight
    t_sums, w_sums = block_sums(t, totals), block_sums(w, totals)
    return form(t, t, t_sums, t_sums), form(t, w, t_sums, w_sums), form(w, w, w_sums, w_sums)


def _compared(
    first: DomainMeans, rows: Integers, one: _Side, other: _Side, together: Floats, most_df: Integers | None
) -> pd.DataFrame:
    with np.errstate(divide="ignore", invalid="ignore"):
        correlation = np.clip(np.nan_to_num(together / (one.own_se * other.own_se)), -1, 1)
        both = one.se**2 + other.se**2
        variance = both - 2 * correlation * one.se * other.se
        se = np.sqrt(np.where(variance < 1e-12 * both, 0, variance))
        satterthwaite = both**2 / (one.se**4 / one.df + other.se**4 / other.df)
    satterthwaite = np.where(both > 0, satterthwaite, np.minimum(one.df, other.df))
    most = np.inf if most_df is None else np.where(most_df > 0, most_df, np.inf)
    df = np.minimum(satterthwaite, most)
    estimate = one.estimate - other.estimate
    if first.kind == "mean":
        limits = t_interval(estimate, se, df)
    else:
        limits = mover(one.estimate, one.limits, other.estimate, other.limits, correlation)
    nearer = np.where(estimate > 0, estimate - limits.low, limits.high - estimate)
    with np.errstate(divide="ignore", invalid="ignore"):
        t = np.abs(estimate) / np.maximum(se, nearer / t_quantile(df))
    p_value = np.where(estimate == 0, 1.0, 2 * stdtr(df, -t))
    of_score = _score(one, other, correlation, df) if first.kind == "share" else p_value
    keys = first.table[list(first.by)].iloc[rows].reset_index(drop=True)
    return keys.assign(
        estimate=estimate,
        se=se,
        low=limits.low,
        high=limits.high,
        df=df,
        correlation=correlation,
        p_value=p_value,
        score_p_value=of_score,
        base=one.base.astype(np.int64),
        other_base=np.nan_to_num(other.base).astype(np.int64),
    )


def _score(one: _Side, other: _Side, correlation: Floats, df: Floats) -> Floats:
    """P-values of no difference of two shares, with the variance that both have where their share is one."""
    a, b = one.answers, other.answers
    with np.errstate(divide="ignore", invalid="ignore"):
        together = (a * one.estimate + b * other.estimate) / (a + b)
        variance = together * (1 - together) * (1 / a + 1 / b - 2 * correlation / np.sqrt(a * b))
        t = np.abs(one.estimate - other.estimate) / np.sqrt(variance)
    return np.where(one.estimate == other.estimate, 1.0, 2 * stdtr(df, -t))
