"""The months of each force of which files come month by month: what is loaded, what is missing, what is oddly high."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analytics import wording
from analytics.scope import Scope
from data.checks import HIGH, MISSING, high_months, month_statuses
from data.settings import settings
from data.tables import CRIME, LOADS, STOPS
from data.vocabularies import forces

if TYPE_CHECKING:
    import pandas as pd

    from data.store import View

MONTHLY = (STOPS.name, CRIME.name)
"""Tables of which one file is one force and month."""

COLUMNS = ["table", "kind", "force", "month_or_wave", "status", "rows", "flag"]

_METHOD = (
    "One file is one force and month. Partial is suspected where a month has fewer {what} than {share} of the median "
    "of the months with {what} among the twelve before it. A month without a file is missing: every month of the "
    "period that was asked for; where its start or end is left open, from the force's first file or up to its last. "
    "High is a month, whatever its status, with more than {high} times the median of the other months within a year of "
    "it."
)
REFERENCE = "Statuses of a force-month: docs/methods.md"


def method(what: str) -> str:
    """How a status is told, with today's settings and the noun for what a file holds."""
    return _METHOD.format(what=what, share=wording.percent(settings().partial_share), high=HIGH)


def thresholds() -> dict[str, str]:
    """The settings that a status hangs on."""
    return {"Partial suspected below": wording.percent(settings().partial_share), "High above": f"{HIGH} times"}


def loads_of(view: View) -> pd.DataFrame:
    """Every load of a release, none where it holds nothing."""
    return view.loads if view.has(LOADS.name) else LOADS.frame({"load_id": []}).assign(current=False)


def monthly(loads: pd.DataFrame, scope: Scope) -> pd.DataFrame:
    """The loads among some that are force-months of the force that is asked about, or of every force."""
    return loads[loads["table"].isin(MONTHLY) & (loads["subject"] == (scope.force or loads["subject"]))]


def within(loads: pd.DataFrame, scope: Scope) -> pd.DataFrame:
    """The current loads among force-months that lie in the period, by force and month."""
    used = loads[loads["current"] & loads["period"].between(scope.from_month or "", scope.to_month or "9999")]
    return used.sort_values(["subject", "period"])


def statuses(loads: pd.DataFrame, scope: Scope) -> pd.DataFrame:
    """The status of every force and month, one kind of files after the other: columns `COLUMNS`."""
    import pandas as pd

    frames = []
    for (table, kind, force), of_force in loads.groupby(["table", "kind", "subject"]):
        current = of_force.loc[of_force["current"], "period"]
        if current.empty:
            continue
        months = wording.month_range(scope.from_month or current.min(), scope.to_month or current.max())
        high = high_months(of_force, months)
        flags = [f"high: {high[month]:.1f} times the months near it" if month in high else "" for month in months]
        told = month_statuses(of_force, months, settings().partial_share)
        told = told.assign(table=str(table), kind=str(kind), force=str(force), flag=flags)
        frames.append(told.rename(columns={"month": "month_or_wave"}))
    if not frames:
        return pd.DataFrame(columns=COLUMNS).astype({"rows": "Int64"})
    every = pd.concat(frames, ignore_index=True)[COLUMNS]
    return every.sort_values("table", key=lambda names: names.map(MONTHLY.index), kind="stable", ignore_index=True)


def high_month(force: str, month: str, rows: int, times: float) -> str:
    """One sentence about a month with far more searches than those around it."""
    return (
        f"The file of {force} for {wording.month(month)} has {rows:,} rows, {times:.1f} times the median of the other "
        "months within a year of it: see whether it holds more than its month; it weighs heavily on every figure."
    )


def high(loads: pd.DataFrame, months: pd.DataFrame) -> list[str]:
    """A sentence about every high month of stop and search among some."""
    said = []
    for force, of_force in months[months["table"] == STOPS.name].groupby("force"):
        rows = of_force.set_index("month_or_wave")["rows"]
        of_loads = loads[(loads["subject"] == force) & (loads["table"] == STOPS.name)]
        found = high_months(of_loads, list(rows.index))
        said += [high_month(forces()[str(force)]["short"], month, int(rows[month]), n) for month, n in found.items()]
    return said


def headline(months: pd.DataFrame) -> str:
    """How many months are missing, or that none is."""
    absent = int((months["status"] == MISSING).sum())
    if absent:
        return f"{absent:,} of {wording.plural(len(months), 'force-month')} missing"
    return "Every month has a file" if len(months) > 1 else "One month is loaded"


def grid(months: pd.DataFrame) -> pd.DataFrame:
    """What a grid is drawn from."""
    import pandas as pd

    return pd.DataFrame(
        {
            "label": [forces()[force]["short"].removesuffix(" Police") for force in months["force"]],
            "month": months["month_or_wave"],
            "status": months["status"],
            "rows": months["rows"],
        }
    )
