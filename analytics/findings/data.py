"""What the store holds: every force and month, and what is missing from it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analytics import charts, wording
from analytics.finding import Finding, Provenance, files_of
from analytics.findings.asked import question_of
from analytics.scope import Scope
from data.checks import HIGH, MISSING, STATUSES, SUBMITTED, high_months, month_statuses
from data.settings import settings
from data.tables import LOADS, STOPS
from data.vocabularies import forces

if TYPE_CHECKING:
    import pandas as pd

    from data.store import View

_COLUMNS = ["table", "force", "month_or_wave", "status", "rows", "flag"]
_METHOD = (
    "One file is one force and month. Partial is suspected where a month has fewer searches than {share} of the median "
    "of the months with searches among the twelve before it. A month without a file is missing: every month of the "
    "period that was asked for; where its start or end is left open, from the force's first file or up to its last. "
    "High is a month, whatever its status, with more than {high} times the median of the other months within a year of "
    "it."
)


def coverage(scope: Scope, view: View) -> Finding:
    """Which files are loaded: the status of every force and month, every census and boundary set."""
    question = question_of(coverage)
    loads = view.loads if view.has(LOADS.name) else LOADS.frame({"load_id": []}).assign(current=False)
    stops = loads[(loads["table"] == STOPS.name) & (loads["subject"] == (scope.force or loads["subject"]))]
    table = _stop_months(stops, scope)
    if scope.force is None:
        table = _with_others(table, loads)
    used = stops[stops["current"] & stops["period"].between(scope.from_month or "", scope.to_month or "9999")]
    provenance = Provenance(
        release=view.release.number if view.release else 0,
        files=files_of(used.sort_values(["subject", "period"])),
        scope=scope.only(question.takes).address(),
        base=wording.plural(len(used), "stop-and-search file"),
        method=_METHOD.format(share=wording.percent(settings().partial_share), high=HIGH),
        reference="Statuses of a force-month: docs/methods.md",
        settings={"Partial suspected below": wording.percent(settings().partial_share), "High above": f"{HIGH} times"},
    )
    months = table[table["table"] == STOPS.name]
    if months.empty:
        name = f" of {forces()[scope.force]['short']}" if scope.force else ""
        why = f"No stop-and-search file{name} is loaded{' for this period' if stops['current'].any() else ''}."
        return Finding(question.key, question.asks, why, why, {"coverage": table}, provenance, refused=True)
    headline, answer = _sentences(months, scope)
    return Finding(
        key=question.key,
        question=question.asks,
        headline=headline,
        answer=answer,
        tables={"coverage": table},
        provenance=provenance,
        caveats=tuple(_high(stops, months)),
        draw=lambda mode: charts.coverage_grid(_grid(months), mode),
        alt=answer,
    )


def high_month(force: str, month: str, rows: int, times: float) -> str:
    """One sentence about a month with far more searches than those around it."""
    return (
        f"The file of {force} for {wording.month(month)} has {rows:,} rows, {times:.1f} times the median of the other "
        "months within a year of it: see whether it holds more than its month; it weighs heavily on every figure."
    )


def _high(loads: pd.DataFrame, months: pd.DataFrame) -> list[str]:
    said = []
    for force, of_force in months.groupby("force"):
        rows = of_force.set_index("month_or_wave")["rows"]
        high = high_months(loads[loads["subject"] == force], list(rows.index))
        said += [high_month(forces()[str(force)]["short"], month, int(rows[month]), n) for month, n in high.items()]
    return said


def _stop_months(loads: pd.DataFrame, scope: Scope) -> pd.DataFrame:
    import pandas as pd

    frames = []
    for force, of_force in loads.groupby("subject"):
        current = of_force.loc[of_force["current"], "period"]
        if current.empty:
            continue
        months = wording.month_range(scope.from_month or current.min(), scope.to_month or current.max())
        statuses = month_statuses(of_force, months, settings().partial_share)
        high = high_months(of_force, months)
        flags = [f"high: {high[month]:.1f} times the months near it" if month in high else "" for month in months]
        statuses = statuses.assign(table=STOPS.name, force=force, flag=flags)
        frames.append(statuses.rename(columns={"month": "month_or_wave"}))
    columns = pd.DataFrame(columns=_COLUMNS).astype({"rows": "Int64"})
    return pd.concat(frames, ignore_index=True)[_COLUMNS] if frames else columns


def _with_others(table: pd.DataFrame, loads: pd.DataFrame) -> pd.DataFrame:
    import pandas as pd

    others = loads[loads["current"] & (loads["table"] != STOPS.name)].sort_values(["table", "subject"])
    rows = others.assign(force=others["subject"], month_or_wave=others["period"], status=SUBMITTED, flag="")[_COLUMNS]
    return pd.concat([frame for frame in (table, rows) if len(frame)] or [table], ignore_index=True)


def _sentences(months: pd.DataFrame, scope: Scope) -> tuple[str, str]:
    counts = months["status"].value_counts()
    held = len(months) - int(counts.get(MISSING, 0))
    rows = int(months["rows"].sum())
    which = forces()[scope.force]["short"] if scope.force else wording.plural(months["force"].nunique(), "force")
    first, last = months["month_or_wave"].min(), months["month_or_wave"].max()
    absent = int(counts.get(MISSING, 0))
    headline = (
        f"{absent:,} of {wording.plural(len(months), 'force-month')} missing"
        if absent
        else "Every month has a file"
        if held > 1
        else "One month is loaded"
    )
    parts = wording.listing([f"{int(counts[status]):,} {status}" for status in STATUSES if status in counts])
    answer = (
        f"{which}, {wording.months(first, last)}: {wording.plural(held, 'file')} with "
        f"{wording.plural(rows, 'search', 'searches')}; of {wording.plural(len(months), 'force-month')} {parts}."
    )
    return headline, answer


def _grid(months: pd.DataFrame) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame(
        {
            "label": [forces()[force]["short"].removesuffix(" Police") for force in months["force"]],
            "month": months["month_or_wave"],
            "status": months["status"],
            "rows": months["rows"],
        }
    )
