"""What Findings share that list what is written down: nothing is counted, and nothing can be missing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from analytics.finding import Finding, Provenance
from analytics.findings.asked import question_of
from analytics.scope import Scope

if TYPE_CHECKING:
    import pandas as pd

    from data.store import View


def anything(scope: Scope, view: View) -> Scope:
    """What a list is asked for: it can always be answered."""
    return scope


def nothing(scope: Scope, view: View) -> dict[str, Scope]:
    """Scopes near one that a list can't be asked for: there is no such scope."""
    return {}


def listed(
    asked: Callable[[Scope, View], Finding],
    view: View,
    headline: str,
    answer: str,
    tables: Mapping[str, pd.DataFrame],
    source: tuple[str, str],
    caveats: tuple[str, ...] = (),
    settings: Mapping[str, str] | None = None,
) -> Finding:
    """A Finding that lists what is written down.

    Parameters
    ----------
    asked
        The function that answers.
    source
        Where it is written down, and where that was published.
    """
    question = question_of(asked)
    where, reference = source
    return Finding(
        key=question.key,
        question=question.asks,
        headline=headline,
        answer=answer,
        tables=tables,
        provenance=Provenance(
            release=view.release.number if view.release else 0,
            files=(),
            scope={},
            base=f"{len(next(iter(tables.values()))):,} entries",
            weights="None",
            method=f"A list, written down in {where}; nothing is counted.",
            reference=reference,
            settings=settings or {},
        ),
        caveats=caveats,
    )
