"""What the store holds: every force and month, survey wave, log, census and boundary set, and what is missing."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

import narwhals as nw

from analytics import charts, wording
from analytics.finding import Finding, Mode, Panel, Provenance, files_of
from analytics.findings import force_months
from analytics.findings.asked import question_of
from analytics.scope import Scope
from data.checks import MISSING, STATUSES, SUBMITTED, home_office_totals
from data.settings import settings
from data.tables import AGGREGATES, EVENTS, FEEDBACK, MILESTONES, PLANS, PRIORITIES, RESPONSES, WAVES
from data.vocabularies import forces

if TYPE_CHECKING:
    import pandas as pd
    import plotly.graph_objects as go

    from data.store import View

_DATED = {
    EVENTS.name: "date",
    FEEDBACK.name: "raised_on",
    PRIORITIES.name: "set_on",
    PLANS.name: "month",
    MILESTONES.name: "date",
}
"""Tables whose files have no period of their own, and the column that says what days they speak of."""

_NAMES_FORCE = {RESPONSES.name: WAVES.name, AGGREGATES.name: AGGREGATES.name}
"""Tables whose loads are of a survey, and the table whose rows say which force it asked about."""

_OTHERS = (
    " Files that are not of one force and month stand below in the table, with the days or the year that they speak of."
)


def coverage(scope: Scope, view: View) -> Finding:
    """Which files are loaded: every force and month, survey wave, log, census and boundary set.

    Of one force, its own files alone: a census or a boundary set is of no force. A period limits the force-months.
    """
    question = question_of(coverage)
    loads = force_months.loads_of(view)
    monthly = force_months.monthly(loads, scope)
    months = force_months.statuses(monthly, scope)
    others = _others(loads, scope, view)
    used = _joined([force_months.within(monthly, scope), others])
    table = _joined([months, _rows(others, view)])
    provenance = Provenance(
        release=view.release.number if view.release else 0,
        files=files_of(used),
        scope=scope.only(question.takes).address(),
        base=wording.plural(len(used), "file"),
        weights="None",
        method=force_months.method("rows") + _OTHERS,
        reference=force_months.REFERENCE,
        settings=force_months.thresholds(),
    )
    if table.empty:
        name = f" of {forces()[scope.force]['short']}" if scope.force else ""
        why = f"No file{name} is loaded{' for this period' if monthly['current'].any() else ''}."
        return Finding(question.key, question.asks, why, why, {"coverage": table}, provenance, refused=True)
    totals = home_office_totals(monthly, settings().partial_share).rename(columns={"share": "of_published"})
    return Finding(
        key=question.key,
        question=question.asks,
        headline=force_months.headline(months) if len(months) else f"{wording.plural(len(used), 'file')} loaded",
        answer=_answer(months, others, scope),
        tables={"coverage": table, "home_office": totals},
        provenance=provenance,
        caveats=(*force_months.high(monthly, months), *map(_beside, totals.to_dict("records"))),
        panels=tuple(_panel(str(kind), of_kind) for kind, of_kind in months.groupby("kind", sort=False)),
    )


def _beside(year: Mapping[Hashable, Any]) -> str:
    """One sentence that sets a whole year of searches beside the total that the Home Office published of it."""
    return (
        f"{forces()[str(year['force'])]['short']}, year to March {int(str(year['year'])[:4]) + 1}: "
        f"{wording.count(year['archive'])} searches are loaded and the Home Office published "
        f"{wording.count(year['home_office'])}, so {wording.percent(year['of_published'])} of its number. "
        "The two are counted at different times and need not be equal."
    )


def _others(loads: pd.DataFrame, scope: Scope, view: View) -> pd.DataFrame:
    """The current loads that are of no force-month: of one force those that are its own."""
    others = loads[loads["current"] & ~loads["table"].isin(force_months.MONTHLY)]
    if scope.force is not None:
        own = {load for table in set(_NAMES_FORCE.values()) for load in _loads_of_force(view, table, scope.force)}
        others = others[(others["subject"] == scope.force) | others["load_id"].isin(own)]
    return others.sort_values(["table", "subject", "period"])


def _loads_of_force(view: View, table: str, force: str) -> list[str]:
    if not view.has(table):
        return []
    rows = view.rows(table).filter(nw.col("force") == force).select("load_id").unique()
    return list(rows.collect("pandas").to_native()["load_id"])


def _rows(others: pd.DataFrame, view: View) -> pd.DataFrame:
    """The files that are of no force-month, as rows of the table."""
    spans = {load: span for table in sorted(set(others["table"]) & set(_DATED)) for load, span in _spans(view, table)}
    periods = [period or spans.get(load, "") for load, period in zip(others["load_id"], others["period"], strict=True)]
    rows = others.assign(force=others["subject"], month_or_wave=periods, status=SUBMITTED, flag="")
    return rows[force_months.COLUMNS]


def _spans(view: View, table: str) -> list[tuple[str, str]]:
    """The first and the last month that the rows of each load speak of."""
    day = nw.col(_DATED[table])
    ends = view.rows(table).group_by("load_id").agg(day.min().alias("first"), day.max().alias("last"))
    found = []
    for load, first, last in ends.collect("pandas").to_native()[["load_id", "first", "last"]].itertuples(index=False):
        months = [str(end)[:7] for end in (first, last) if not wording.missing(end)]
        found.append((str(load), " to ".join(dict.fromkeys(months))))
    return found


def _joined(frames: list[pd.DataFrame]) -> pd.DataFrame:
    import pandas as pd

    return pd.concat([frame for frame in frames if len(frame)] or frames[:1], ignore_index=True)


def _answer(months: pd.DataFrame, others: pd.DataFrame, scope: Scope) -> str:
    """What is loaded of each kind, in one sentence."""
    parts = [_said(str(kind), of_kind, scope) for kind, of_kind in months.groupby("kind", sort=False)]
    counts = others["kind"].value_counts()
    if len(counts):
        kinds = [f"{kind} ({wording.plural(int(number), 'file')})" for kind, number in counts.items()]
        parts.append(f"{'besides ' if parts else ''}{wording.listing(kinds, 12)}")
    text = "; ".join(parts)
    return f"{text[:1].upper()}{text[1:]}."


def _said(kind: str, months: pd.DataFrame, scope: Scope) -> str:
    which = forces()[scope.force]["short"] if scope.force else wording.plural(months["force"].nunique(), "force")
    return f"{kind} of {which}, {_span(months)}, {_files(months)} with {_records(months)}, {_absent(months)}"


def _panel(kind: str, months: pd.DataFrame) -> Panel:
    """One kind of files, force by month."""
    counts = months["status"].value_counts()
    parts = wording.listing([f"{int(counts[status]):,} {status}" for status in STATUSES if status in counts])
    forces_held = wording.plural(months["force"].nunique(), "force")
    return Panel(
        label=kind.capitalize(),
        value=_files(months),
        interval=f"{forces_held}, {_span(months)}; {_absent(months)}",
        draw=partial(_draw, months),
        alt=f"{kind.capitalize()}, {forces_held}, {_span(months)}: of {_number(months)} {parts}.",
    )


def _draw(months: pd.DataFrame, mode: Mode) -> go.Figure:
    return charts.coverage_grid(force_months.grid(months), mode)


def _span(months: pd.DataFrame) -> str:
    return wording.months(months["month_or_wave"].min(), months["month_or_wave"].max())


def _files(months: pd.DataFrame) -> str:
    return wording.plural(int((months["status"] != MISSING).sum()), "file")


def _records(months: pd.DataFrame) -> str:
    return wording.plural(int(months["rows"].sum()), "row")


def _number(months: pd.DataFrame) -> str:
    return wording.plural(len(months), "force-month")


def _absent(months: pd.DataFrame) -> str:
    absent = int((months["status"] == MISSING).sum())
    return f"{wording.plural(absent, 'month')} missing" if absent else "no month missing"
