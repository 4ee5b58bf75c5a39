"""Averages of the shares of several measures, such as the score of a stage, with what the measures share."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from analytics.survey.intervals import effective_sample, wilson_t
from analytics.survey.linearisation import DomainMeans, Totals, covariance, variances
from analytics.survey.sample import Floats, Integers, Labels, check_columns, grouped

if TYPE_CHECKING:
    import pandas as pd


def averaged(
    result: DomainMeans, over: str, stages: Mapping[str, str], turned: Collection[str] = (), into: str = "stage"
) -> DomainMeans:
    r"""The mean of the shares of several measures in each domain, measure by measure counted alike.

    .. math:: S_d = \frac1k \sum_m p_{md},\quad
        V_d = \sum_h \frac{m_h}{m_h - 1}\Big[\sum_c z_{hc}^2 - \frac{(\sum_c z_{hc})^2}{m_h}\Big],\quad
        z_{hc} = \frac1k \sum_m t^{md}_{hc}

    with the PSU totals :math:`t` of `domain_means`: the same people answer several measures, and that counts. Where
    lower is better a measure counts as :math:`1 - p`. The interval is Wilson's with :math:`n^* = S(1 - S)/V`, at most
    the answers to all measures together, so that the average of one measure is that measure with its own interval.

    Of a smoothed result the standard errors of the measures are the smoothed ones, and their correlations those that
    the domains have in common:

    .. math:: V_d = \frac1{k^2} \sum_{mn} r_{mn} s_{md} s_{nd},\quad
        r_{mn} = \sum_d C_{mnd} \Big/ \sqrt{\sum_d V_{md} \sum_d V_{nd}}

    since a domain of eight PSUs says as little of how its measures go together as of its own design effect.

    Parameters
    ----------
    result : DomainMeans
        Shares of domains, of which `over` makes one key.
    over : str
        The key whose values are averaged: the measure.
    stages : mapping of str to str
        What each value of `over` counts to; others are left out.
    turned : collection of str
        Values of `over` of which a lower share is better.
    into : str
        Name of the key that takes the place of `over`.

    Returns
    -------
    DomainMeans
        One row for each value of `stages` and of the other keys; ``base`` and ``n_eff`` are those of the measure that
        has fewest. The estimate is NaN, and the base 0, where a measure of the stage has no answer in the domain. There
        is no fallback: without degrees of freedom there is no interval.

    Raises
    ------
    ValueError
        If `over` is no key of the result, nothing in it counts to a stage, or it is not of shares.

    References
    ----------
    R's package survey, ``svycontrast`` over ``svyby(covmat = TRUE)``.
    """
    import pandas as pd

    if over not in result.by:
        raise ValueError(f"{over} is not among the columns of the domains: {', '.join(result.by) or 'none'}.")
    if result.kind != "share":
        raise ValueError(f"Only shares are averaged, and this result is a {result.kind}.")
    check_columns(result.table, [over], "result")
    measure = result.table[over].astype(object).to_numpy()
    stage = np.array([stages.get(name) for name in measure], dtype=object)
    if all(name is None for name in stage):
        raise ValueError(f"No {over} of the result counts to anything.")
    others = [name for name in result.by if name != over]
    keys = pd.DataFrame({into: stage, **{name: result.table[name].to_numpy() for name in others}})
    labels, place = Labels.of(keys, [into, *others])
    sizes = {name: len({m for m, s in zip(measure, stage, strict=True) if s == name}) for name in set(stages.values())}
    sign = np.where([name in set(turned) for name in measure], -1.0, 1.0)
    share = np.array([0.0 if name is None else 1 / sizes[name] for name in stage])
    return _average(result, labels.frame(), place, sign, share, measure)


def _average(
    result: DomainMeans, keys: pd.DataFrame, place: Integers, sign: Floats, share: Floats, measure: np.ndarray
) -> DomainMeans:
    domains, held = len(keys), place >= 0
    table = {name: result.table[name].to_numpy(dtype=float) for name in ("estimate", "base", "weight", "n_eff", "df")}
    at, part = place[held], share[held]
    value = np.where(sign > 0, table["estimate"], 1 - table["estimate"])[held]
    whole = np.isclose(grouped(at, np.where(table["base"][held] > 0, part, 0.0), domains), 1)
    estimate = np.where(whole, grouped(at, part * value, domains), np.nan)
    least = {name: _least(at, table[name][held], domains) for name in ("base", "n_eff", "df")}
    base = np.where(whole, least["base"], 0.0)

    entry = place[result.totals.domain]
    totals = _summed(result, entry, (sign * share)[result.totals.domain])
    variance, psus, strata, lonely = variances(totals, result.sample, domains)
    variance = np.where(whole, variance, np.nan)
    df = least["df"] if result.smoothed else (psus - strata).astype(float)
    shown = _smoothed(result, place, sign * share, measure, domains) if result.smoothed else variance
    shown = np.where(whole & (df > 0), shown, np.nan)
    effective = effective_sample(estimate, shown, grouped(at, table["base"][held], domains), least["n_eff"])
    low, high = wilson_t(estimate, effective, np.where(whole, df, 0.0))
    figures = {
        "estimate": estimate,
        "se": np.sqrt(shown),
        "low": low,
        "high": high,
        "base": base.astype(np.int64),
        "weight": _least(at, table["weight"][held], domains),
        "n_eff": np.where(whole, least["n_eff"], 0.0),
        "deff": np.full(domains, np.nan),
        "psus": psus,
        "strata": strata,
        "df": df,
        "fallback": df <= 0,
        "single_psu_strata": lonely,
    }
    return replace(
        result,
        table=keys.assign(**figures),
        by=tuple(keys.columns),
        variance=variance,
        spread=np.full(domains, np.nan),
        weight_squared=np.full(domains, np.nan),
        totals=totals,
    )


def _least(place: Integers, values: Floats, domains: int) -> Floats:
    least = np.full(domains, np.inf)
    np.minimum.at(least, place, np.where(np.isfinite(values), values, 0.0))
    return least


def _summed(result: DomainMeans, entry: Integers, coefficient: Floats) -> Totals:
    """The PSU totals of the averages: those of their measures, each with its coefficient, added up."""
    import pandas as pd

    kept, psus, from_ = entry >= 0, result.sample.psus, result.totals
    pair, key = pd.factorize(entry[kept] * psus + from_.psu[kept], sort=True)
    domain, psu = np.divmod(np.asarray(key, dtype=np.int64), psus)
    return Totals.of(
        domain,
        psu,
        result.sample,
        base=grouped(pair, from_.base[kept], len(key)).astype(np.int64),
        weight=grouped(pair, from_.weight[kept], len(key)),
        linearised=grouped(pair, (coefficient * from_.linearised)[kept], len(key)),
    )


def _smoothed(result: DomainMeans, place: Integers, coefficient: Floats, measure: np.ndarray, domains: int) -> Floats:
    """Variances of the averages from the smoothed errors of their measures, and correlations in common."""
    se = result.table["se"].to_numpy(dtype=float)
    held = place >= 0
    variance = grouped(place[held], ((coefficient * se) ** 2)[held], domains)
    rows = {name: _at(place, held & (measure == name), domains) for name in dict.fromkeys(measure[held])}
    for one, other in combinations(rows, 2):
        both = np.flatnonzero((rows[one] >= 0) & (rows[other] >= 0))
        if not both.size:
            continue
        a, b = rows[one][both], rows[other][both]
        together = float(np.nansum(covariance(result, result, a, b).covariance))
        own = float(np.sqrt(np.nansum(result.variance[a]) * np.nansum(result.variance[b])))
        correlation = np.clip(together / own, -1, 1) if own > 0 else 0.0
        variance[both] += 2 * correlation * (coefficient * se)[a] * (coefficient * se)[b]
    return np.maximum(variance, 0)


def _at(place: Integers, chosen: np.ndarray, domains: int) -> Integers:
    """The row of the chosen ones that counts to each average; −1 for none."""
    rows = np.full(domains, -1, dtype=np.int64)
    rows[place[chosen]] = np.flatnonzero(chosen)
    return rows
