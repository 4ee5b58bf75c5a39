"""What a schema can't say: months missing or partial, shifted columns, jumps, midnights, blanks, unmatched areas.

Nothing here keeps a file out: what a rule finds is a `Remark`, kept with the load and shown to whoever loads it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from data.checks.background import Background
from data.checks.blank_columns import blanks
from data.checks.impossible_records import parts_of_events, parts_of_groups, told_too_soon
from data.checks.midnights import midnight
from data.checks.remark import Remark
from data.checks.repeated_rows import repeats
from data.checks.share_jumps import jumps
from data.checks.shifted_columns import shifted
from data.checks.statuses import (
    EMPTY,
    HIGH,
    MISSING,
    PARTIAL,
    REFRESHED,
    STATUSES,
    SUBMITTED,
    high_months,
    month_statuses,
)
from data.checks.totals import home_office_totals
from data.checks.turned_scales import turned
from data.checks.unmatched_areas import COLUMN as AREA_COLUMN
from data.checks.unmatched_areas import areas
from data.checks.unmatched_events import COLUMN as EVENT_COLUMN
from data.checks.unmatched_events import events
from data.checks.waves import codes, dates, future, unanswered, weights
from data.tables import EVENTS, FEEDBACK, PARTICIPANTS, RESPONSES, STOPS

if TYPE_CHECKING:
    from data.readers.source import Reading
    from data.store import Load

__all__ = [
    "EMPTY",
    "HIGH",
    "MISSING",
    "PARTIAL",
    "REFRESHED",
    "RULES",
    "STATUSES",
    "SUBMITTED",
    "Background",
    "Remark",
    "high_months",
    "home_office_totals",
    "month_statuses",
    "remarks_on",
]

Rule = Callable[["Load", "Reading", Background], Iterator[Remark]]

RULES: tuple[tuple[Rule, frozenset[str]], ...] = (
    (shifted, frozenset({STOPS.name})),
    (jumps, frozenset({STOPS.name})),
    (midnight, frozenset({STOPS.name})),
    (blanks, frozenset({STOPS.name})),
    (repeats, frozenset({STOPS.name})),
    (codes, frozenset({RESPONSES.name})),
    (unanswered, frozenset({RESPONSES.name})),
    (turned, frozenset({RESPONSES.name})),
    (dates, frozenset({RESPONSES.name})),
    (future, frozenset({RESPONSES.name})),
    (weights, frozenset({RESPONSES.name})),
    (areas, frozenset(AREA_COLUMN)),
    (events, frozenset(EVENT_COLUMN)),
    (parts_of_events, frozenset({EVENTS.name})),
    (parts_of_groups, frozenset({PARTICIPANTS.name})),
    (told_too_soon, frozenset({FEEDBACK.name})),
)
"""Every rule with the tables that it looks at, in the order of their remarks."""


def remarks_on(load: Load, reading: Reading, before: Background) -> tuple[Remark, ...]:
    """Everything that the rules of its table find in a file.

    Parameters
    ----------
    load, reading
        The file as it was read.
    before
        What it is compared with: the store and the other files of the command.
    """
    return tuple(
        remark for rule, tables in RULES if load.slot.table in tables for remark in rule(load, reading, before)
    )
