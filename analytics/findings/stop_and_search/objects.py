"""How far the find rates of two groups differ where the same was looked for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from analytics import disparity, wording
from analytics.disclosure import withhold
from analytics.findings.stop_and_search.followed import BROAD, Followed
from analytics.findings.stop_and_search.object_words import object_in_words
from analytics.findings.stop_and_search.shared import CHANCE, people, typed_frame
from analytics.findings.tested import number_tested
from analytics.records import records_of
from analytics.survey import COMPARISON, q_values, verdicts
from data.cubes import BLANK, NOT_RECOGNISED
from data.settings import settings

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    Chosen = NDArray[np.bool_]

NAMES = {BLANK: "Object not recorded", NOT_RECOGNISED: "Object not in our list"}
"""What searches are called of which nothing says what was looked for."""

_COUNTS = ["searches", "found", "comparator_searches", "comparator_found"]
_FIGURES = ["rate", "comparator_rate", "gap", "low", "high", "p_value"]
_GAPS = ["stratum", "group", "comparator", *_COUNTS, *_FIGURES, "base", "flag"]


def searched_for(followed: Followed) -> dict[str, Chosen]:
    """Cells under powers that need grounds by what was looked for, the most searched first."""
    there = {name: cells for name in followed.objects if (cells := followed.grounds & followed.looked_for(name)).any()}
    often = sorted(there, key=lambda name: -followed.total(there[name]))
    return {NAMES.get(name, name): there[name] for name in often}


def object_gaps(followed: Followed, least_known: float) -> pd.DataFrame:
    """One row for each thing that was looked for, with the gap between the two groups; tested together.

    A find is any outcome but no further action. What was looked for is not known of some searches: they have no row.

    Parameters
    ----------
    followed
        The searches.
    least_known
        Share of the searches of either group of which the file must say what followed.
    """
    known = {name: cells for name, cells in searched_for(followed).items() if name not in NAMES.values()}
    rows = [_row(followed, name, cells, least_known) for name, cells in known.items()]
    table = typed_frame(rows, _GAPS, [*_COUNTS, "base"])
    figures = [*_FIGURES, "base"]
    table = withhold(table, [_COUNTS[0], _COUNTS[2]], [_COUNTS[1], _COUNTS[3], *figures], settings().threshold)
    found = [_COUNTS[1], _COUNTS[3]]
    table = withhold(table, found, figures, settings().threshold, what="searches that found something")
    return _judged(table)


def _row(followed: Followed, name: str, cells: Chosen, least_known: float) -> dict[str, Any]:
    scope = followed.searches.scope
    row: dict[str, Any] = {"stratum": name, "group": scope.group, "comparator": scope.comparator, "flag": ""}
    pair = [followed.groups.index(str(group)) for group in (scope.group, scope.comparator)]
    every, known, found = (
        followed.by_month(cells & chosen)[pair] for chosen in (followed.grounds, followed.given, followed.found(BROAD))
    )
    said = (known.sum(axis=1) / every.sum(axis=1).clip(1)).tolist()
    if min(said) < least_known and every.sum(axis=1).all():
        return row | {"flag": f"not given: what followed is said for {wording.percent(min(said))}"}
    counts = (known[0].sum(), found[0].sum(), known[1].sum(), found[1].sum())
    row |= dict(zip(_COUNTS, map(int, counts), strict=True))
    row["base"] = row["searches"] + row["comparator_searches"]
    if min(counts) < settings().threshold:
        return row
    made = disparity.find_rate_gap(found[0], known[0], found[1], known[1])
    return row | {
        "rate": row["found"] / row["searches"],
        "comparator_rate": row["comparator_found"] / row["comparator_searches"],
        "gap": made.difference.estimate,
        "low": made.difference.low,
        "high": made.difference.high,
        "p_value": made.p_value,
        "flag": "" if made.clusters else CHANCE,
    }


def _judged(table: pd.DataFrame) -> pd.DataFrame:
    """With q-values over all rows, and a verdict where there is a gap."""
    low, high, p_values = (
        table[name].to_numpy(dtype=float, na_value=float("nan")) for name in ("low", "high", "p_value")
    )
    words = verdicts(low, high, p_values, words=COMPARISON, discovery_rate=settings().false_discovery)
    made = table.assign(q_value=q_values(p_values), verdict=words)
    made["q_value"] = made["q_value"].astype("Float64").mask(table["p_value"].isna())
    return made


def object_caveats(table: pd.DataFrame) -> list[str]:
    """In searches for which things the find rates of both groups clearly differ, all tested together."""
    tested = number_tested(table)
    if not tested:
        return []
    rows = [row for row in records_of(table) if not wording.missing(row["gap"])]
    clear = [row for row in rows if row["verdict"] in (COMPARISON.above, COMPARISON.below)]
    which = f"{tested} kinds tested together" if tested > 1 else "of which one kind could be tested"
    if not clear:
        return [f"In searches for the same thing, {which}, no find rates clearly differ."]
    said = "; ".join(map(_said, clear))
    others = "" if len(clear) == tested else "; of the others none clearly"
    return [f"In searches for the same thing, {which}, find rates clearly differ for {said}{others}."]


def _said(row: Mapping[Any, Any]) -> str:
    return (
        f"{object_in_words(row['stratum'])}: {wording.percent(row['rate'])} of searches of {people(row['group'])} and "
        f"{wording.percent(row['comparator_rate'])} of {people(row['comparator'])}, "
        f"{wording.points(row['gap'])} ({wording.points_between(row['low'], row['high'])})"
    )
