"""How new the data are: the newest wave and month of each kind, what is late by its own rhythm, what is missing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from statistics import median
from typing import TYPE_CHECKING

from analytics import wording
from analytics.finding import Finding, Lead, Line, Provenance, files_of
from analytics.findings import choices as stops_choices
from analytics.findings import force_months
from analytics.findings.asked import question_of
from analytics.findings.engagement import choices as engagement_choices
from analytics.findings.neighbourhoods import crime_layers
from analytics.findings.overview.words import span_of
from analytics.findings.refusal import refused
from analytics.findings.survey import choices
from analytics.scope import Scope, ScopeError
from data.checks import MISSING, PARTIAL
from data.settings import settings
from data.tables import CRIME, EVENTS, STOPS
from data.vocabularies import forces

if TYPE_CHECKING:
    import pandas as pd

    from data.store import View

COLUMNS = ["kind", "newest", "rhythm", "behind", "status", "missing", "partial", "flag"]
_RHYTHMS = 12
"""So many of the last gaps between files tell how often one comes."""
_NAMED = 3
IN_TIME, LATE, NONE = "in time", "late", "nothing is loaded"
_METHOD = (
    "The newest month that each kind speaks of. Its rhythm is the median gap between its last months. It is late where "
    "its next month was due by the newest month of the others, by its own rhythm. A log of events is compared with "
    "them, and they are not with it, since it is written day by day. A month without a file between the first and the "
    "last is missing."
)


@dataclass(frozen=True)
class _Kind:
    """One kind of data: its months, its newest load, and of files that come monthly which are missing or partial."""

    name: str
    months: tuple[str, ...]
    loads: tuple[str, ...]
    missing: tuple[str, ...] = ()
    partial: int = 0
    logged: bool = False


def data_state(scope: Scope, view: View) -> Finding:
    """The newest wave of the survey and the newest months of searches, crime and events of a force."""
    question = question_of(data_state)
    try:
        force, survey = held(scope, view)
    except ScopeError as why:
        return refused(question, _frame([]), scope, view, str(why))
    kinds = _kinds(view, force, survey)
    published = [kind.months[-1] for kind in kinds if kind.months and not kind.logged]
    newest = max(published or [kind.months[-1] for kind in kinds if kind.months])
    rows = [_row(kind, newest) for kind in kinds]
    late = [row for row in rows if row["status"] == LATE]
    gaps = [f"{row['missing']} of {str(row['kind']).lower()}" for row in rows if row["missing"]]
    headline = _headline(late, gaps)
    used = view.current_loads
    used = used[used["load_id"].isin([load for kind in kinds for load in kind.loads])]
    whose = Scope(force=force, survey=survey)
    return Finding(
        key=question.key,
        question=question.asks,
        headline=headline,
        answer=f"{forces()[force]['short']}: {'; '.join(_said(row) for row in rows)}. {headline}.",
        tables={"state": _frame(rows)},
        provenance=Provenance(
            release=view.release.number if view.release else 0,
            files=files_of(used),
            scope=whose.only(question.takes).address(),
            base="The newest file of each kind, named below, and the months of the others",
            weights="None",
            method=_METHOD,
            reference="Our own rule",
            rules=tuple(f"{row['kind']}: {row['flag']}" for row in rows if row["flag"]),
            settings={"Partial suspected below": wording.percent(settings().partial_share)},
        ),
        lines=tuple(_line(row, force) for row in rows),
        alt=headline,
    )


def held(scope: Scope, view: View) -> tuple[str, str | None]:
    """The force and the survey that are told of.

    Raises
    ------
    ScopeError
        If nothing of the force is loaded.
    """
    available = list(dict.fromkeys(force for kind in _OF_FORCES for force in kind.forces(view)))
    if not available:
        raise ScopeError("Nothing is loaded yet.")
    if scope.force is not None and scope.force not in available:
        raise ScopeError(f"Nothing of {forces()[scope.force]['short']} is loaded.")
    asking = choices.forces(view)
    if scope.force is None and asking:
        return str(choices.complete(Scope(), view).force), choices.complete(Scope(), view).survey
    force = scope.force or available[0]
    if force not in asking:
        return force, None
    return force, choices.complete(Scope(force=force, survey=scope.survey), view).survey


_OF_FORCES = (choices, stops_choices, crime_layers, engagement_choices)
"""What knows the forces that each kind of data is of."""


@lru_cache(maxsize=64)
def _kinds(view: View, force: str, survey: str | None) -> tuple[_Kind, ...]:
    return (
        _of_survey(view, force, survey),
        _monthly(view, force, "Stop and search", STOPS.name),
        _monthly(view, force, "Crime", CRIME.name),
        _log(view, force),
    )


def _of_survey(view: View, force: str, survey: str | None) -> _Kind:
    if survey is None:
        return _Kind("Survey", (), ())
    months = choices.months(view, force, survey)
    answered = choices.has_answers(view, force, survey)
    rows = choices.waves(view) if answered else choices.published(view)
    ends = rows["ends"].str[:7] if answered else rows["month"]
    own = (rows["force"] == force) & (rows["survey"] == survey) & (ends == months[-1])
    return _Kind("Survey", tuple(months), tuple(rows.loc[own, "load_id"].unique()))


def _monthly(view: View, force: str, name: str, table: str) -> _Kind:
    """Files of which one is one force and month."""
    scope = Scope(force=force)
    loads = force_months.monthly(force_months.loads_of(view), scope)
    loads = loads[loads["table"] == table]
    current = loads[loads["current"]].sort_values("period")
    if current.empty:
        return _Kind(name, (), ())
    told = force_months.statuses(loads, scope)
    return _Kind(
        name,
        tuple(current["period"].unique()),
        (str(current["load_id"].iloc[-1]),),
        tuple(told.loc[told["status"] == MISSING, "month_or_wave"]),
        int((told["status"] == PARTIAL).sum()),
    )


def _log(view: View, force: str) -> _Kind:
    if not view.has(EVENTS.name) or force not in engagement_choices.forces(view):
        return _Kind("Engagement", (), (), logged=True)
    events = engagement_choices.events(view, force)
    known = events[events["date"] <= engagement_choices.last_day(view, force)].sort_values("date")
    if known.empty:
        return _Kind("Engagement", (), (), logged=True)
    months = tuple(known["month"].unique())
    return _Kind("Engagement", months, (str(known["load_id"].iloc[-1]),), logged=True)


def rhythm(months: Sequence[str]) -> int | None:
    """How many months apart files come: the median of the last gaps; None where there are fewer than three files."""
    gaps = [wording.months_between(first, last) - 1 for first, last in pairwise(months)]
    return max(1, round(median(gaps[-_RHYTHMS:]))) if len(gaps) > 1 else None


def _row(kind: _Kind, newest: str) -> dict[str, object]:
    """One kind as a row of the table: how far it is behind the newest of the others, and whether that is late."""
    if not kind.months:
        return {"kind": kind.name, "newest": None, "status": NONE, "missing": 0, "partial": 0, "flag": NONE}
    every, last = rhythm(kind.months), kind.months[-1]
    behind = max(0, wording.months_between(last, newest) - 1) if last <= newest else 0
    late = every is not None and behind >= every
    few = "too few files to tell its rhythm" if every is None else ""
    gone = ""
    if kind.missing:
        more = len(kind.missing) - _NAMED
        names = [*map(wording.month, kind.missing[-_NAMED:]), *([f"{more} before"] if more > 0 else [])]
        gone = f"missing {wording.listing(names)}"
    partial = f"{wording.plural(kind.partial, 'month')} suspected to be partial" if kind.partial else ""
    return {
        "kind": kind.name,
        "newest": last,
        "rhythm": every,
        "behind": behind,
        "status": LATE if late else IN_TIME,
        "missing": len(kind.missing),
        "partial": kind.partial,
        "flag": "; ".join(part for part in (few, gone, partial) if part),
    }


def _headline(late: list[dict[str, object]], gaps: list[str]) -> str:
    said = [wording.listing([str(row["kind"]) for row in late]) + " late" if late else "Nothing is late"]
    said += [f"months missing: {', '.join(gaps)}"] if gaps else []
    return "; ".join(said)


def _said(row: dict[str, object]) -> str:
    """``stop and search to June 2026, 3 months behind``."""
    if row["newest"] is None:
        return f"{row['kind']}: {NONE}"
    behind = f", {span_of(int(str(row['behind'])))} behind" if row["status"] == LATE else ""
    gone = f", {wording.plural(int(str(row['missing'])), 'month')} missing" if row["missing"] else ""
    return f"{row['kind']} to {wording.month(str(row['newest']))}{behind}{gone}"


def _line(row: dict[str, object], force: str) -> Line:
    look = row["status"] == LATE or bool(row["missing"])
    icon = "schedule" if row["status"] == LATE else "warning" if row["missing"] else "check"
    return Line(
        text=_said(row),
        icon="block" if row["newest"] is None else icon,
        look=look,
        leads=Lead("methods", {"force": force}),
    )


def _frame(rows: list[dict[str, object]]) -> pd.DataFrame:
    import pandas as pd

    kinds = {name: "Int64" for name in ("rhythm", "behind", "missing", "partial")}
    return pd.DataFrame(
        {name: pd.Series([row.get(name) for row in rows], dtype=kinds.get(name, "object")) for name in COLUMNS}
    )
