"""Events that a file refers to by their number and that are not loaded."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from data.checks.remark import MOST_PLACES, Remark
from data.readers.source import Problem
from data.tables import FEEDBACK, PARTICIPANTS, PLANS
from data.words import listing, plural, quoted

if TYPE_CHECKING:
    from data.checks.background import Background
    from data.readers.source import Reading
    from data.store import Load

RULE = "Events that are not loaded"
COLUMN = {PARTICIPANTS.name: "event", FEEDBACK.name: "event", PLANS.name: "done_as"}
"""The column that holds the number of an event, by table."""
_KEPT = "Kept; figures that need the event leave them out"
_NAMED = 5


def events(load: Load, reading: Reading, before: Background) -> Iterator[Remark]:
    """A remark on the numbers that no loaded event of the force has; one sentence where no event is loaded at all."""
    column = COLUMN[load.slot.table]
    counts = {str(value): int(n) for value, n in reading.frame[column].dropna().value_counts().items()}
    known = before.events(load.slot.subject)
    lacking = {value: n for value, n in counts.items() if value not in known}
    if not lacking:
        return
    rows = sum(lacking.values())
    if not known:
        what = (
            f"no event of this force is loaded, so {plural(rows, 'row')} of {plural(len(lacking), 'event')} have none"
        )
        yield Remark(RULE, what, _KEPT, rows)
        return
    named = listing([f"{quoted(value)} ({plural(n, 'row')})" for value, n in lacking.items()], _NAMED)
    remedy = "Correct the number, or load the file that has this event"
    places = [Problem("no loaded event has this number", remedy, None, column, value) for value in lacking]
    what = f"{plural(len(lacking), 'event')} in {plural(rows, 'row')}: {named}"
    yield Remark(RULE, what, _KEPT, rows, tuple(places[:MOST_PLACES]))
