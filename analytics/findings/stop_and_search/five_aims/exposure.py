"""The fourth aim: districts that are unlike the others in whom they search and in how little they find."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from analytics import disparity, near_one, wording
from analytics.disparity.funnel import MINIMUM_AREAS
from analytics.findings.neighbourhoods import places
from analytics.findings.stop_and_search.disproportionality import disproportionality
from analytics.findings.stop_and_search.five_aims import criteria
from analytics.findings.stop_and_search.five_aims.criteria import (
    FEW_MONTHS,
    LARGE,
    LEAST_SEARCHES,
    PLACES,
    Criterion,
    Part,
    no_data,
)
from analytics.findings.stop_and_search.followed import Followed
from analytics.findings.stop_and_search.funnel import REASON_TO_LOOK, funnel
from analytics.findings.stop_and_search.shared import CHANCE, LEAST_KNOWN, typed_frame
from analytics.records import records_of
from analytics.survey import q_values
from data.settings import settings

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import ArrayLike, NDArray

    from analytics.finding import Finding

AIM = 4
EXPOSED = "Is any district outside the limits of the others and finds clearly less?"
AREAS = [
    "area", "name", "ratio", "limit_low_95", "limit_high_95", "searches", "rate", "low", "high", "gap", "gap_low",
    "gap_high", "p_value", "q_value", "flagged", "why", "flag",
]  # fmt: skip
_BY_CHANCE = f"{CHANCE}, so not tested"


def exposed(followed: Followed) -> Part:
    """What the fourth aim comes to.

    Parameters
    ----------
    followed
        Searches of the whole force.
    """
    scope = followed.searches.scope.but(area=None, area_level="district", power=None)
    limits = funnel(scope, followed.searches.view)
    if limits.refused:
        return Part((no_data(AIM, EXPOSED, limits.answer),), {"areas": _table([])})
    grounds = followed.grounds
    if followed.total(grounds & followed.given) < LEAST_KNOWN * followed.total(grounds) or not grounds.any():
        why = "of too few searches on grounds the files say what followed."
        return Part((no_data(AIM, EXPOSED, why),), {"areas": _table([])})
    table = _table(_rows(followed, limits))
    return Part(
        (_criterion(table, _beside(limits, disproportionality(scope, followed.searches.view))),),
        {"areas": table},
        (
            "A district is listed where both hold at once: its ratio of search rates lies outside the 95 % limits of "
            "the funnel, and its find rate is clearly below that of the other districts. The larger of the two p "
            "values is what is tested, over all districts together. Districts stand in alphabetical order, and are "
            "not ranked.",
            REASON_TO_LOOK,
            "Find rates of districts also differ with what is looked for there.",
        ),
    )


def flags_of(
    ratio_p: ArrayLike, gap_p: ArrayLike, outside: ArrayLike, high: ArrayLike
) -> tuple[NDArray[np.bool_], NDArray[np.float64]]:
    """Which areas are unlike the others in both, with the false-discovery rate of the settings, and their q-values.

    An area is only unlike the others in both where it is in the one it shows less clearly: its p-value is the larger of
    the two, which is rarer than either where one of them is by chance.

    Parameters
    ----------
    ratio_p, gap_p : array_like of shape (areas,)
        P-values of the ratio against the limits and of the gap in find rates; NaN where there is none.
    outside : array_like of bool
        Whether the ratio lies outside the 95 % limits.
    high : array_like
        Upper end of the 95 % interval of the gap.

    References
    ----------
    Berger R. L. (1982). Multiparameter hypothesis testing and acceptance sampling. Technometrics 24, 295-300.
    """
    both = np.maximum(np.asarray(ratio_p, dtype=float), np.asarray(gap_p, dtype=float))
    q = q_values(both)
    clear = np.nan_to_num(q, nan=1.0) < settings().false_discovery
    return clear & np.asarray(outside, dtype=bool) & (np.asarray(high, dtype=float) < 0), q


def _rows(followed: Followed, limits: Finding) -> list[dict[str, Any]]:
    """One row a district in alphabetical order, with its ratio, its find rate and how far that is from the others'."""
    places_of = {code: place for place, code in enumerate(followed.areas)}
    own = [row for row in records_of(limits.table) if row["area"] in places_of]
    at = [places_of[str(row["area"])] for row in own]
    every, known, found = (counts[at] for counts in _by_district(followed))
    said = known.sum(axis=1) / every.sum(axis=1).clip(1)
    rates, gaps = disparity.find_rates(found, known), _gaps(found, known, said >= LEAST_KNOWN)
    enough = [
        n >= max(LEAST_SEARCHES, settings().threshold) and x >= settings().threshold
        for n, x in zip(rates.searched, rates.found, strict=True)
    ]
    rows = []
    for place, row in enumerate(own):
        gap, made = gaps[place], {name: row[name] for name in AREAS[:5]}
        made |= {"searches": int(rates.searched[place]), "flag": str(row["flag"])}
        if every[place].any() and said[place] < LEAST_KNOWN:
            unsaid = f"not given: what followed is said for {wording.percent(said[place])}"
            rows.append(made | {"flag": "; ".join(filter(None, [made["flag"], unsaid]))})
            continue
        if gap is None or not enough[place]:
            rows.append(made | {"flag": made["flag"] or "not enough searches, or too few that found something"})
            continue
        made |= {"rate": rates.estimate[place], "low": rates.low[place], "high": rates.high[place]}
        made |= {"gap": gap.difference.estimate, "gap_low": gap.difference.low, "gap_high": gap.difference.high}
        if not gap.clusters:
            made["flag"] = "; ".join(filter(None, [made["flag"], _BY_CHANCE]))
        elif not wording.missing(row["p_value"]):
            made |= {"ratio_p": float(row["p_value"]), "gap_p": gap.p_value}
        rows.append(made)
    return _judged(rows)


def _gaps(
    found: NDArray[np.int64], known: NDArray[np.int64], usable: NDArray[np.bool_]
) -> list[disparity.FindRateGap | None]:
    """How far each district is from the others, of those of which enough is said of what followed; None of the rest."""
    gaps: list[disparity.FindRateGap | None] = [None] * len(usable)
    if usable.any():
        made = disparity.gaps_to_rest(found[usable], known[usable])
        for at, gap in zip(np.flatnonzero(usable).tolist(), made, strict=True):
            gaps[at] = gap
    return gaps


def _judged(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    nan = float("nan")
    ratio_p, gap_p, high = (np.array([row.get(name, nan) for row in rows]) for name in ("ratio_p", "gap_p", "gap_high"))
    flagged, q = flags_of(ratio_p, gap_p, [_is_outside(row) for row in rows], high)
    for place, row in enumerate(rows):
        told = "ratio_p" in row
        row |= {"p_value": float(np.maximum(ratio_p, gap_p)[place]) if told else None}
        row |= {"q_value": float(q[place]) if told else None, "flagged": bool(flagged[place]) if told else None}
        row |= {"why": _why_flagged(row) if flagged[place] else ""}
    return rows


def _by_district(followed: Followed) -> tuple[NDArray[np.int64], ...]:
    """Searches on grounds, those of which the file says what followed, and finds, each of shape (areas, months)."""
    cells, months = followed.cells, len(followed.searches.months)
    area, month, stops = (cells[name].to_numpy() for name in ("area", "month", "stops"))

    def counted(chosen: NDArray[np.bool_]) -> NDArray[np.int64]:
        kept = chosen & (area >= 0)
        size = len(followed.areas) * months
        return (
            np.bincount(area[kept] * months + month[kept], stops[kept], minlength=size)
            .astype(np.int64)
            .reshape(len(followed.areas), months)
        )

    grounds = followed.grounds
    return counted(grounds), counted(grounds & followed.given), counted(grounds & followed.something)


def _is_outside(row: Mapping[Any, Any]) -> bool:
    if wording.missing(row["ratio"]):
        return False
    return bool(row["ratio"] < row["limit_low_95"] or row["ratio"] > row["limit_high_95"])


def _why_flagged(row: dict[str, Any]) -> str:
    side = "above" if row["ratio"] > row["limit_high_95"] else "below"
    rate = f"{wording.percent(row['rate'])} ({wording.percent_between(row['low'], row['high'])})"
    return (
        f"ratio {near_one.times(row['ratio'])}, {side} the limits "
        f"({near_one.between(row['limit_low_95'], row['limit_high_95'])}); find rate {rate}, "
        f"{wording.points(row['gap'])} against the other districts"
    )


def _beside(limits: Finding, whole: Finding) -> str:
    """What comparing districts with each other leaves out: how large their ratios and that of the force are."""
    own = [row["ratio"] for row in records_of(limits.table) if not wording.missing(row["ratio"])]
    scope = limits.provenance.scope
    ratios = [] if whole.refused else [row for row in records_of(whole.table) if row["group"] == scope["group"]]
    if not own or not ratios or wording.missing(ratios[0]["ratio"]):
        return ""
    (row,) = ratios
    return (
        f" Districts are set against each other alone: their ratios of search rates run from "
        f"{near_one.between(min(own), max(own))}, and that of the force as a whole, {near_one.times(row['ratio'])} "
        f"({near_one.between(row['low'], row['high'])}), is judged under “Five tests”."
    )


def _criterion(table: pd.DataFrame, beside: str = "") -> Criterion:
    rows = [row for row in records_of(table) if not wording.missing(row["q_value"])]
    others = len(table) - len(rows)
    if len(rows) < 2 and sum(_BY_CHANCE in row["flag"] for row in records_of(table)) > 1:
        return Criterion(AIM, EXPOSED, criteria.UNCLEAR, FEW_MONTHS)
    if len(rows) < 2:
        return no_data(AIM, EXPOSED, "fewer than two districts have both a ratio and a find rate.")
    listed = [row for row in rows if row["flagged"]]
    of = places.called("district", len(rows))
    if listed:
        said = "; ".join(f"{row['name']} ({row['why']})" for row in listed)
        why = f"{len(listed)} of {of} {'is' if len(listed) == 1 else 'are'} unlike the others in both: {said}.{beside}"
        return Criterion(AIM, EXPOSED, criteria.LOOK, why, float(len(listed)), None, None, len(rows), PLACES)
    ruled_out = not any(_is_outside(row) for row in rows) and all(row["gap_low"] >= -LARGE for row in rows)
    rest = f" Not judged: {wording.plural(others, 'other district')}." if others else ""
    few = rest + (
        f" With fewer than {MINIMUM_AREAS} districts, how far they vary is known only roughly."
        if len(rows) < MINIMUM_AREAS
        else ""
    )
    few += beside
    why = f"None of {of} is both outside the limits and clearly below the others in what it finds.{few}"
    if ruled_out:
        much = wording.points(LARGE).removeprefix("+")
        why = f"None of {of} is outside the limits, and a find rate {much} lower is ruled out for each of them.{few}"
    verdict = criteria.NOTHING_OUT if ruled_out and not others else criteria.UNCLEAR
    return Criterion(AIM, EXPOSED, verdict, why, 0.0, None, None, len(rows), PLACES)


def _table(rows: list[dict[str, Any]]) -> pd.DataFrame:
    import pandas as pd

    made = typed_frame(rows, [name for name in AREAS if name not in ("area", "name", "why", "flagged")], ["searches"])
    texts = {name: pd.array([str(row.get(name, "")) for row in rows], dtype="str") for name in ("area", "name", "why")}
    flagged = pd.array([row.get("flagged") for row in rows], dtype="boolean")
    return made.assign(**texts, flagged=flagged)[AREAS]
