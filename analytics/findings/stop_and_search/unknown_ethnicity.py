"""Searches of unknown ethnicity given to groups as the known ones are, within what was looked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from analytics import near_one, wording
from analytics.disparity import Spread, spread_unknown
from analytics.disparity.ratio import point_ratio
from analytics.findings.searches import COLUMNS, Searches
from analytics.findings.stop_and_search.by_object import DRUGS_POWER, LEAST_FITTING, NOT_KNOWN, OF_THE_DRUGS_POWER
from analytics.findings.stop_and_search.followed import places_of
from analytics.findings.stop_and_search.shared import LEAST_KNOWN
from data.cubes import OUTCOMES_CUBE, with_codes
from data.settings import settings
from data.vocabularies import BROAD_GROUPS

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from data.store import View

METHOD = (
    "Unknown ethnicity within what was looked for: the searches for each thing whose ethnicity is unknown are given to "
    "groups as those of known ethnicity for it are; a sensitivity, without an interval. Given by the mix of all known "
    "searches, both rates would be higher alike and the ratio the same."
)
REFERENCE = "Little and Rubin 2019, Statistical Analysis with Missing Data, 3.2 (adjustment cells)"

COLUMNS_WITHIN = ["ratio_if_unknown_within_object", "unknown_to_group", "unknown_to_comparator"]
_NOT_SPREAD = "unknown ethnicity not spread by object: "


@dataclass(frozen=True, eq=False)
class Within:
    """How the searches of unknown ethnicity are spread within what was looked for, or why they are not."""

    spread: Spread | None
    why_not: str = ""

    def given(self, group: str) -> float:
        """Searches that a group is given; it has some only where they are spread."""
        return float(self.spread.given[BROAD_GROUPS.index(group)]) if self.spread else 0.0


@lru_cache(maxsize=256)
def within_object(searches: Searches) -> Within:
    """Spread the searches of unknown ethnicity of a scope within what was looked for."""
    view = searches.view
    if not searches.unknown:
        return Within(None)
    if not view.has(OUTCOMES_CUBE.name):
        return Within(None, f"{_NOT_SPREAD}release counted before outcomes of searches were")
    cells = searches.scope.choose(_cells(view, searches.force, COLUMNS[str(searches.scope.definition)]))
    objects = tuple(cells["object"].cat.categories)
    counts = _by_object(cells, objects, searches.broad)
    why_not = _too_little_said(counts[:, -1], objects) or _at_odds(cells)
    return Within(None, why_not) if why_not else Within(spread_unknown(counts[:, :-1], counts[:, -1]))


def figures_within(searches: Searches, row: Mapping[str, Any], residents: Mapping[str, int]) -> dict[str, Any]:
    """The figures of two groups with unknown ethnicity spread within what was looked for, and ``flag`` with why not.

    Parameters
    ----------
    row
        Figures of the two groups; where they have no ratio there is nothing to add.
    residents
        Residents by group.
    """
    if wording.missing(row.get("ratio")):
        return {}
    within = within_object(searches)
    if within.spread is None:
        return {"flag": "; ".join(said for said in (row["flag"], within.why_not) if said)}
    group, comparator = str(row["group"]), str(row["comparator"])
    more_a, more_b = within.given(group), within.given(comparator)
    return {
        "ratio_if_unknown_within_object": point_ratio(
            row["stops"] + more_a, residents[group], row["comparator_stops"] + more_b, residents[comparator]
        ),
        "unknown_to_group": more_a,
        "unknown_to_comparator": more_b,
    }


def within_caveats(row: pd.Series) -> list[str]:
    """One sentence where the spread takes the ratio out of its interval; empty where it does not."""
    moved = row["ratio_if_unknown_within_object"]
    if wording.missing(moved) or row["low"] <= moved <= row["high"]:
        return []
    return [
        "If searches of unknown ethnicity were of each group as those of known ethnicity for the same thing are, the "
        f"ratio would be {near_one.times(moved)} instead of {near_one.times(row['ratio'])}, outside its interval."
    ]


def within_rules(searches: Searches) -> list[str]:
    """How searches of unknown ethnicity were spread, for the rules that fired; empty where there is none."""
    within = within_object(searches)
    if within.spread is None:
        return [f"{within.why_not[0].upper()}{within.why_not[1:]}"] if within.why_not else []
    said = f"{wording.plural(searches.unknown, 'search', 'searches')} of unknown ethnicity spread within object"
    whole = within.spread.by_whole
    return [f"{said}, {whole:,} of them for things without a known one by the mix of all" if whole else said]


def _by_object(cells: pd.DataFrame, objects: tuple[str, ...], broad: Mapping[str, str]) -> NDArray[np.int64]:
    """Searches, shape (objects, broad groups and unknown)."""
    unknown = len(BROAD_GROUPS)
    group = places_of(cells["detail"], BROAD_GROUPS, lambda detail: broad.get(detail, ""))
    place = cells["object"].cat.codes.to_numpy() * (unknown + 1) + np.where(group < 0, unknown, group)
    counted = np.bincount(place, cells["stops"], minlength=len(objects) * (unknown + 1))
    return counted.astype(np.int64).reshape(len(objects), unknown + 1)


def _too_little_said(unknown: NDArray[np.int64], objects: tuple[str, ...]) -> str:
    """Why not, where too few of the searches to be spread say what was looked for."""
    told = np.array([name not in NOT_KNOWN for name in objects])
    said, every = int(unknown[told].sum()), int(unknown.sum())
    if said >= LEAST_KNOWN * every:
        return ""
    return f"{_NOT_SPREAD}what was looked for is said of {said:,} of the {every:,}"


def _at_odds(cells: pd.DataFrame) -> str:
    """Why not, where searches under the drugs power are for something else: objects can't be right."""
    power, listed = cells["power"].cat, cells["object"].cat
    under = np.array([*(name == DRUGS_POWER for name in power.categories), False])[power.codes]
    told = np.array([name not in NOT_KNOWN for name in listed.categories])[listed.codes]
    fits = np.array([name in OF_THE_DRUGS_POWER for name in listed.categories])[listed.codes]
    stops = cells["stops"].to_numpy()
    every = int(stops[under & told].sum())
    wrong = every >= settings().threshold and stops[under & fits].sum() < LEAST_FITTING * every
    return f"{_NOT_SPREAD}objects in the file can't be right" if wrong else ""


@lru_cache(maxsize=64)
def _cells(view: View, force: str, column: str) -> pd.DataFrame:
    """What was looked for in a force's searches of persons by one word on ethnicity: read once for every scope."""
    kept = ["month", "area", "power", "object", column]
    rows = view.select(OUTCOMES_CUBE.name, [*kept, "person", "stops"], area_level="district", force=force)
    # Adding them up over outcomes would take longer than the few rows more do.
    return with_codes(rows.filter(rows["person"]).select([*kept, "stops"])).rename(columns={column: "detail"})
