"""The changes that are tested together: what a tile, the headline and the list of changes say is one verdict."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from analytics.findings.survey import changes, choices, estimates
from analytics.scope import Scope
from analytics.survey import CHANGE, q_values

if TYPE_CHECKING:
    import pandas as pd

    from data.store import View

WIDER = "district"
"""Level whose changes are tested beside those of the whole force."""


def of_scope(scope: Scope, view: View) -> pd.DataFrame:
    """Every measure's change in the force as a whole, or in the scope's area, tested together.

    Parameters
    ----------
    scope
        With everything said; its measure is not asked about.
    view
        The release.

    Returns
    -------
    DataFrame
        As `changes.of_everyone`, with ``q_value`` and ``verdict``. Nobody may change it.
    """
    return _of_scope(changes.bare(scope), view, scope.area)


@lru_cache(maxsize=128)
def _of_scope(scope: Scope, view: View, area: str | None) -> pd.DataFrame:
    if area is None:
        return _called(changes.of_everyone(scope, view))
    every = changes.of_areas(scope, view, choices.levels(view, str(scope.force), str(scope.survey))[area])
    return _called(every[(every["area"] == area).to_numpy()].reset_index(drop=True))


def of_districts(scope: Scope, view: View) -> pd.DataFrame:
    """The same of every district, tested together and apart from the force as a whole.

    Six times as many tests of a sixth of the answers would hide a change of the whole force.
    """
    return _of_districts(changes.bare(scope), view)


@lru_cache(maxsize=64)
def _of_districts(scope: Scope, view: View) -> pd.DataFrame:
    return _called(changes.of_areas(scope, view, WIDER))


def _called(table: pd.DataFrame) -> pd.DataFrame:
    import pandas as pd

    limits = table[["change_low", "change_high", "p_value"]].set_axis(["low", "high", "p_value"], axis=1)
    q = q_values(table["p_value"].astype("Float64").to_numpy(dtype=float, na_value=float("nan")))
    return table.assign(q_value=pd.array(q, dtype="Float64"), verdict=estimates.called(limits, CHANGE))
