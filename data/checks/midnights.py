"""Times that are dates alone: many searches at midnight, by the clock of the file or by London's."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from data.checks.remark import MOST_PLACES, Remark
from data.cubes import at_midnight
from data.readers.source import Problem
from data.words import percent, plural

if TYPE_CHECKING:
    from data.checks.background import Background
    from data.readers.source import Reading
    from data.store import Load

RULE = "Many searches at midnight"
GATE = 0.05
"""From this share on, the hours of a month are not to be used; times rounded to the hour put 4 % at midnight."""
FEWEST = 5
"""Fewer searches at midnight are said of nothing."""


def midnight(load: Load, reading: Reading, before: Background) -> Iterator[Remark]:
    """A remark where at least `GATE` of the searches with a time are at 00:00:00, by either clock.

    Files give times in UTC; some force write a local date without its time, which in summer is midnight by the one
    clock and 01:00 or 23:00 by the other.
    """
    at = reading.frame["at"]
    known = int(at.notna().sum())
    # By either clock it is a whole hour then: few files have so many of these.
    times = at.dt.tz_localize(None).to_numpy()
    if int((times == times.astype("datetime64[h]")).sum()) < max(FEWEST, GATE * known):
        return
    of_file, in_london = at_midnight(at), at_midnight(at.dt.tz_convert("Europe/London"))
    most = max(int(of_file.sum()), int(in_london.sum()))
    if most < FEWEST or most < GATE * known:
        return
    told = [f"{int(found.sum()):,} ({percent(found.sum() / known)})" for found in (of_file, in_london)]
    what = (
        f"of {plural(known, 'search', 'searches')} with a time {told[0]} are at 00:00 by the clock of the file and "
        f"{told[1]} by London's; the hours can be used under {percent(GATE)}"
    )
    rows = of_file | in_london
    places = tuple(
        Problem(
            "this is midnight",
            "Ask the force for the times, or use the dates alone",
            int(row),
            "Date",
            time.isoformat(),
        )
        for row, time in zip(reading.frame["row"][rows][:MOST_PLACES], at[rows][:MOST_PLACES], strict=True)
    )
    yield Remark(
        RULE,
        what,
        "Kept; every figure is by month, and the hours of such a month are left out",
        int(rows.sum()),
        places,
    )
