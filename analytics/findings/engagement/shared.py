"""What the Findings on engagement share: shares of several kinds of event, tables, and whom a refusal is about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from analytics import wording
from analytics.disclosure import LEAST_OF_A_SHARE, TOO_FEW
from analytics.findings.engagement import choices
from analytics.reach import LEAST_EVENTS, clustered_shares
from analytics.scope import Scope, ScopeError
from analytics.survey import wilson_t
from data.vocabularies import forces

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from analytics.survey import Limits
    from data.store import View

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]

FEW_EVENTS = f"fewer than {LEAST_EVENTS} events"
CLUSTERS = "Cochran 1977, Sampling Techniques, 3.12; Franco and others 2019, JSSAM 7, 334"


class NoEngagement(LookupError):
    """There is nothing to tell; the message is one sentence that says why."""


UNANSWERABLE = (ScopeError, NoEngagement)
"""Why a question can't be answered; each carries one sentence."""


def short_name(scope: Scope) -> str:
    """The force in words."""
    return str(forces()[str(scope.force)]["short"])


def during(scope: Scope) -> str:
    """The period after a verb: ``in the year to March 2026``."""
    return wording.during(str(scope.from_month), str(scope.to_month))


def period(scope: Scope) -> str:
    """The period at the start of a sentence: ``Year to March 2026``."""
    said = wording.months(str(scope.from_month), str(scope.to_month))
    return f"{said[0].upper()}{said[1:]}"


def not_yet(view: View, force: str) -> list[str]:
    """A caveat on records that bear a day after that on which they were loaded; none where there are none."""
    later = choices.dated_later(view, force)
    if not later:
        return []
    bears, loaded = "bears" if later == 1 else "bear", wording.day(choices.loaded_on(view, force))
    return [
        f"{wording.plural(later, 'record')} {bears} a day after {loaded}, when the log was loaded: planned "
        "events may, anything else is mistyped. No such day is taken as one that has come."
    ]


def in_period(frame: pd.DataFrame, scope: Scope) -> pd.DataFrame:
    """The rows whose month lies in the period."""
    return frame[frame["month"].between(str(scope.from_month), str(scope.to_month))]


def of_counted(part: int, whole: int) -> tuple[float | None, float | None, float | None]:
    """A share with its Wilson interval where each of those counted is one; nulls where they are too few."""
    if whole < LEAST_OF_A_SHARE:
        return None, None, None
    limits: Limits = wilson_t(part / whole, whole - 1, whole - 1)
    return part / whole, float(limits.low), float(limits.high)


def of_clusters(part: Floats, whole: Floats, domain: Integers, names: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Shares of several domains of clusters by name: share, low, high, base and why a share is missing.

    Clusters in which either number is missing, or the part is larger than the whole, are left out.
    """
    held = part <= whole
    found = clustered_shares(part[held], whole[held], domain[held], len(names))
    return {
        name: _shown(found.share[place], found.low[place], found.high[place], found.base[place])
        for place, name in enumerate(names)
    }


def places(values: pd.Series, names: Sequence[str]) -> Integers:
    """The place of each value in a list of names; -1 for one that is not in it."""
    import pandas as pd

    return np.asarray(pd.Categorical(values, categories=list(names)).codes, dtype=np.int64)


def _shown(share: float, low: float, high: float, base: int) -> dict[str, Any]:
    if not base:
        return {"share": None, "low": None, "high": None, "base": None, "why": ""}
    if base < LEAST_OF_A_SHARE or np.isnan(share):
        why = TOO_FEW if base < LEAST_OF_A_SHARE else FEW_EVENTS
        return {"share": None, "low": None, "high": None, "base": int(base), "why": why}
    return {"share": float(share), "low": float(low), "high": float(high), "base": int(base), "why": ""}


def typed(rows: Sequence[Mapping[str, Any]], kinds: Mapping[str, str]) -> pd.DataFrame:
    """Rows as a frame of the columns and pandas kinds given; what a row lacks is null."""
    import pandas as pd

    columns: dict[str, Any] = {name: [row.get(name) for row in rows] for name in kinds}
    for name, kind in kinds.items():
        # Series by series it would take ten times as long.
        columns[name] = np.array(columns[name], dtype=object) if kind == "object" else pd.array(columns[name], kind)
    return pd.DataFrame(columns, index=pd.RangeIndex(len(rows)), copy=False)


def share_words(row: Mapping[Any, Any], share: str = "share", low: str = "low", high: str = "high") -> str:
    """A share with its interval: ``19 % (17 to 22 %)``."""
    return f"{wording.percent(row[share])} ({wording.percent_between(row[low], row[high])})"
