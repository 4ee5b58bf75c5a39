"""What the Findings on engagement share: shares of several kinds of event, tables, and whom a refusal is about."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from analytics import wording
from analytics.reach import LEAST_EVENTS, clustered_shares
from analytics.scope import Scope, ScopeError
from analytics.survey import wilson_t
from data.settings import settings
from data.vocabularies import forces

if TYPE_CHECKING:
    import pandas as pd

    from analytics.survey import Limits

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


def in_period(frame: pd.DataFrame, scope: Scope) -> pd.DataFrame:
    """The rows whose month lies in the period."""
    return frame[frame["month"].between(scope.from_month, scope.to_month)]


def of_counted(part: int, whole: int) -> tuple[float | None, float | None, float | None]:
    """A share with its Wilson interval where each of those counted is one; nulls where they are too few."""
    if whole < LEAST_EVENTS:
        return None, None, None
    limits: Limits = wilson_t(part / whole, whole - 1, whole - 1)
    return part / whole, float(limits.low), float(limits.high)


def of_clusters(
    frame: pd.DataFrame, part: str, whole: str, group: str, names: Sequence[str]
) -> dict[str, dict[str, Any]]:
    """Shares of several groups of rows, each row a cluster: share, low, high, base and why one is missing, by group.

    Rows in which either number is missing, or the part is larger than the whole, are left out.
    """
    a, n = (frame[name].to_numpy(dtype=float, na_value=np.nan) for name in (part, whole))
    held = a <= n
    places = {name: place for place, name in enumerate(names)}
    domain = frame[group].map(places).fillna(-1).to_numpy(dtype=np.int64)
    found = clustered_shares(a[held], n[held], domain[held], len(names))
    return {
        name: _shown(found.share[place], found.low[place], found.high[place], found.base[place])
        for name, place in places.items()
    }


def _shown(share: float, low: float, high: float, base: int) -> dict[str, Any]:
    threshold = settings().threshold
    if not base:
        return {"share": None, "low": None, "high": None, "base": None, "why": ""}
    if base < threshold:
        return {"share": None, "low": None, "high": None, "base": None, "why": f"fewer than {threshold}"}
    if np.isnan(share):
        return {"share": None, "low": None, "high": None, "base": int(base), "why": FEW_EVENTS}
    return {"share": float(share), "low": float(low), "high": float(high), "base": int(base), "why": ""}


def typed(rows: Sequence[Mapping[str, Any]], kinds: Mapping[str, str]) -> pd.DataFrame:
    """Rows as a frame of the columns and pandas kinds given; what a row lacks is null."""
    import pandas as pd

    return pd.DataFrame({name: pd.Series([row.get(name) for row in rows], dtype=kind) for name, kind in kinds.items()})


def share_words(row: Mapping[Hashable, Any], share: str = "share", low: str = "low", high: str = "high") -> str:
    """A share with its interval: ``19 % (17 to 22 %)``."""
    return f"{wording.percent(row[share])} ({wording.percent_between(row[low], row[high])})"
