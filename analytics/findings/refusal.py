"""The Finding for a question that can't be answered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analytics.finding import Finding, Provenance
from analytics.scope import Scope

if TYPE_CHECKING:
    import pandas as pd

    from analytics.findings import Question
    from data.store import View


def refused(question: Question, table: pd.DataFrame, scope: Scope, view: View, why: str) -> Finding:
    """The Finding for a question that can't be answered: the reason, and what the table can still show."""
    return Finding(
        key=question.key,
        question=question.asks,
        headline=why,
        answer=why,
        tables={question.key.split(".")[1]: table},
        provenance=Provenance(
            release=view.release.number if view.release else 0,
            files=(),
            scope=scope.only(question.takes).address(),
            base="none",
            method="none: the question can't be answered",
            reference="",
        ),
        refused=True,
    )
