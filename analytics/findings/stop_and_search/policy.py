"""Days on which a rule about stop and search changed: where they stand on a course, how they are listed and said."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from analytics import wording
from analytics.charts import Mark, month_place
from data.vocabularies.policy import policy_dates

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = ["number", "date", "policy", "what_changed", "source"]

Row = dict[str, Any]


def policy_rows(force: str, months: Sequence[str]) -> list[Row]:
    """The days of a force within months, by date: `COLUMNS`; a rule that ended has a second day, its last.

    Parameters
    ----------
    force
        As data.police.uk writes it.
    months
        In order, ``YYYY-MM``.
    """
    days = [
        (day, said, rule)
        for rule in policy_dates()
        if rule.holds_for(force)
        for day, said in ((rule.date, rule.name), (rule.end, f"{rule.name}: last day"))
        if day and months[0] <= day[:7] <= months[-1]
    ]
    days.sort(key=lambda item: item[:2])
    return [
        dict(zip(COLUMNS, (number, day, said, rule.changed, rule.source), strict=True))
        for number, (day, said, rule) in enumerate(days, start=1)
    ]


def policy_table(rows: Sequence[Row]) -> pd.DataFrame:
    """The days as a table of a Finding."""
    import pandas as pd

    return pd.DataFrame(rows, columns=COLUMNS).astype({"number": "Int64"})


def policy_marks(rows: Sequence[Row], first: str) -> list[Mark]:
    """Where the days stand on an axis of months that begins with the first one."""
    return [
        Mark(
            month_place(row["date"], first),
            str(row["number"]),
            f"{row['number']}, {_named(row)}: {row['what_changed']}.",
        )
        for row in rows
    ]


def policy_caveats(rows: Sequence[Row]) -> list[str]:
    """One sentence that names every day by its number on the chart; none where there is no day."""
    if not rows:
        return []
    named = "; ".join(f"{row['number']}, {_named(row)}" for row in rows)
    return [f"Marked: {named}. A mark says when a rule changed, not what it did."]


def policy_alt(rows: Sequence[Row]) -> str:
    """The end of a description: how many days are marked; empty where none is."""
    if not rows:
        return ""
    return f" {wording.plural(len(rows), 'day')} {'is' if len(rows) == 1 else 'are'} marked on which a rule changed."


def _named(row: Row) -> str:
    return f"{row['policy']} ({wording.day(row['date'])})"
