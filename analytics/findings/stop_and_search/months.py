"""Which months of stop and search are loaded, and which are missing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analytics import charts, wording
from analytics.finding import Finding, Provenance, files_of
from analytics.findings import force_months
from analytics.findings.asked import question_of
from analytics.scope import Scope
from data.checks import MISSING, STATUSES
from data.tables import STOPS
from data.vocabularies import forces

if TYPE_CHECKING:
    import pandas as pd

    from data.store import View


def months(scope: Scope, view: View) -> Finding:
    """The status of every month of a force, or of every force."""
    question = question_of(months)
    loads = force_months.monthly(force_months.loads_of(view), scope)
    stops = loads[loads["table"] == STOPS.name]
    table = force_months.statuses(stops, scope)
    used = force_months.within(stops, scope)
    provenance = Provenance(
        release=view.release.number if view.release else 0,
        files=files_of(used),
        scope=scope.only(question.takes).address(),
        base=wording.plural(len(used), "stop-and-search file"),
        method=force_months.method("searches"),
        reference=force_months.REFERENCE,
        settings=force_months.thresholds(),
    )
    if table.empty:
        name = f" of {forces()[scope.force]['short']}" if scope.force else ""
        why = f"No stop-and-search file{name} is loaded{' for this period' if stops['current'].any() else ''}."
        return Finding(question.key, question.asks, why, why, {"months": table}, provenance, refused=True)
    answer = _answer(table, scope)
    return Finding(
        key=question.key,
        question=question.asks,
        headline=force_months.headline(table),
        answer=answer,
        tables={"months": table},
        provenance=provenance,
        caveats=tuple(force_months.high(stops, table)),
        draw=lambda mode: charts.coverage_grid(force_months.grid(table), mode),
        alt=answer,
    )


def _answer(table: pd.DataFrame, scope: Scope) -> str:
    counts = table["status"].value_counts()
    held = len(table) - int(counts.get(MISSING, 0))
    rows = int(table["rows"].sum())
    which = forces()[scope.force]["short"] if scope.force else wording.plural(table["force"].nunique(), "force")
    span = wording.months(table["month_or_wave"].min(), table["month_or_wave"].max())
    parts = wording.listing([f"{int(counts[status]):,} {status}" for status in STATUSES if status in counts])
    return (
        f"{which}, {span}: {wording.plural(held, 'file')} with {wording.plural(rows, 'search', 'searches')}; of "
        f"{wording.plural(len(table), 'force-month')} {parts}."
    )
