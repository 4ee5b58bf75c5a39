"""How the search rate of children and young people of one group compares with that of the comparator."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from analytics import charts, disparity, near_one, wording
from analytics.finding import Panel
from analytics.findings.stop_and_search.conducted import ADULT, Conducted
from analytics.findings.stop_and_search.group_shares import Kind
from analytics.findings.stop_and_search.ranges import (
    NO_RATIO,
    is_told,
    known_difference,
    known_rate,
    range_caveats,
    rate_between,
)
from analytics.findings.stop_and_search.shared import (
    CHANCE,
    OVER,
    PER,
    difference_and_excess,
    people,
    rate_notes,
    rates_and_ratio,
    typed_frame,
)
from analytics.records import records_of

if TYPE_CHECKING:
    import pandas as pd

COMPARED = [
    "age_band", "group", "comparator", "rate", "rate_low", "rate_high", "comparator_rate", "comparator_rate_low",
    "comparator_rate_high", "ratio", "low", "high", "difference", "difference_low", "difference_high", "excess",
    "excess_low", "excess_high", "dispersion", "flag",
]  # fmt: skip
METHOD = (
    "Ratio of the rates of two groups at the same ages: conditional mid-P given the searches of both, beta-binomial "
    "where they come in clumps, as the split between the groups by month shows."
)
_BY_CHANCE = f"ratio: {CHANCE}"


def compared(
    conducted: Conducted, kinds: list[Kind], told: pd.DataFrame, residents: Mapping[str, dict[str, int] | str]
) -> pd.DataFrame:
    """Rates of the group and of the comparator at the ages of each kind, and their ratio, a row a kind.

    Without a row where residents of both at these ages are not known, or the share of either is withheld: a rate would
    give its count away.

    Parameters
    ----------
    conducted
        The searches.
    kinds
        The ages.
    told
        The shares by group and age, as they are shown.
    residents
        By kind, residents of those ages by group, or why they are not known.
    """
    pair = str(conducted.searches.scope.group), str(conducted.searches.scope.comparator)
    shown = {(row["age_band"], row["group"]) for row in records_of(told) if not wording.missing(row["share"])}
    rows = []
    for kind in kinds:
        of_age = residents[kind.name]
        if isinstance(of_age, str) or not all(of_age.get(name) and (kind.name, name) in shown for name in pair):
            continue
        by_month = conducted.by_month(kind.known & kind.are)
        monthly = [by_month[conducted.groups.index(name)] for name in pair]
        rows.append({"age_band": kind.name, **_row(pair, monthly, [of_age[name] for name in pair])})
    return typed_frame(rows, COMPARED, [])


def _row(pair: tuple[str, str], monthly: list[Any], residents: list[int]) -> dict[str, Any]:
    (a, b), (n_a, n_b) = (int(counts.sum()) for counts in monthly), residents
    clumps = disparity.split_dispersion(*monthly).factor
    ratio = disparity.rate_ratio(a, n_a, b, n_b, clumps or 1.0)
    if not is_told(ratio):
        return {"group": pair[0], "comparator": pair[1], "flag": f"no ratio: {NO_RATIO}"}
    rates = [
        known_rate(int(counts.sum()), number, PER, disparity.period_dispersion(counts).factor)
        for counts, number in zip(monthly, residents, strict=True)
    ]
    notes = [
        *([_BY_CHANCE] if clumps is None else []),
        *rate_notes(*rates),
    ]
    gap = known_difference(disparity.period_difference(monthly[0], n_a, monthly[1], n_b, PER), *rates)
    return {
        "group": pair[0],
        "comparator": pair[1],
        **rates_and_ratio(rates[0], rates[1], ratio),
        **difference_and_excess(gap, a, ratio),
        "dispersion": clumps,
        "flag": "; ".join(notes),
    }


def in_words(table: pd.DataFrame, age: str) -> tuple[str, str]:
    """A headline and a sentence on the ratio of children; both empty where there is none, or it says little."""
    row = next((row for row in records_of(table) if row["age_band"] == age), None)
    if row is None or wording.missing(row["ratio"]) or OVER in str(row["flag"]):
        return "", ""
    group, comparator = str(row["group"]), str(row["comparator"])
    told = f"{near_one.times(row['ratio'])} ({near_one.between(row['low'], row['high'])})"
    rates = [
        f"{name} {wording.rate(row[f'{of}rate'])} ({rate_between(row[f'{of}rate_low'], row[f'{of}rate_high'])})"
        for name, of in ((group, ""), (comparator, "comparator_"))
    ]
    sentence = (
        f"Searches of children for every 1,000 residents under {ADULT}: {rates[0]}, {rates[1]}, a ratio of {told}."
    )
    if row["low"] <= 1 <= row["high"]:
        return f"No clear difference in search rates of {group} and {comparator} children", sentence
    return f"{group} children: searched at {near_one.times(row['ratio'])} times the {comparator} rate", sentence


def panel(table: pd.DataFrame) -> Panel | None:
    """The ratio at each age on a scale; None where there is none."""
    rows = [row for row in records_of(table) if not wording.missing(row["ratio"]) and OVER not in str(row["flag"])]
    if not rows:
        return None
    label = f"Ratio of the {rows[0]['group']} to the {rows[0]['comparator']} search rate at the same ages"
    said = "; ".join(
        f"{row['age_band']} {near_one.times(row['ratio'])} ({near_one.between(row['low'], row['high'])})"
        for row in rows
    )
    return Panel(label, "", "", partial(charts.ratio_scale, _scale(rows)), f"{label}: {said}")


def caveats(table: pd.DataFrame) -> list[str]:
    """What is to be said of the ratios: of whose residents they are, and where chance alone was taken."""
    if not len(table):
        return []
    one, other = (people(str(table[name].iloc[0])) for name in ("group", "comparator"))
    said = [f"Each ratio sets {one} against {other} of the same ages; the table has its rates, difference and excess."]
    if table["flag"].str.contains(_BY_CHANCE, regex=False).any():
        said.append(
            "Where the table says that a ratio is by chance alone its interval is likely too narrow: there are too few "
            "months to see how far searches come in clumps."
        )
    return [*said, *range_caveats(table)]


def _scale(rows: list[dict[Any, Any]]) -> pd.DataFrame:
    import pandas as pd

    made = [
        {"label": row["age_band"], "kind": "estimate", "estimate": row["ratio"], "low": row["low"], "high": row["high"]}
        for row in rows
    ]
    return pd.DataFrame(made).assign(flag="").astype({name: np.float64 for name in ("estimate", "low", "high")})
