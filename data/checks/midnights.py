"""Times that are dates alone: many searches at midnight, by the clock of the file or by London's."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
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

_WRITTEN = re.compile(
    rf"{RULE}: of (?P<timed>[\d,]+) search(?:es)? with a time (?P<of_file>[\d,]+) \([^)]*\) are at 00:00 by the clock "
    r"of the file and (?P<in_london>[\d,]+) "
)


@dataclass(frozen=True)
class Midnights:
    """Searches of one file: those with a time, and those at 00:00:00 by the clock of the file and by London's."""

    timed: int
    of_file: int
    in_london: int

    @property
    def most(self) -> int:
        """Searches at midnight by the clock that has more of them there."""
        return max(self.of_file, self.in_london)

    def __str__(self) -> str:
        at = [f"{number:,} ({percent(number / self.timed)})" for number in (self.of_file, self.in_london)]
        return (
            f"of {plural(self.timed, 'search', 'searches')} with a time {at[0]} are at 00:00 by the clock of the file "
            f"and {at[1]} by London's"
        )


def midnights_of(notes: Iterable[str]) -> Midnights | None:
    """What the remark of a file says; None where it has none, so that its hours were not found to be unusable.

    Parameters
    ----------
    notes
        Notes of a load, as the store keeps them.
    """
    found = next(filter(None, map(_WRITTEN.match, notes)), None)
    if found is None:
        return None
    return Midnights(*(int(found[name].replace(",", "")) for name in ("timed", "of_file", "in_london")))


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
    counted = Midnights(known, int(of_file.sum()), int(in_london.sum()))
    if counted.most < FEWEST or counted.most < GATE * known:
        return
    what = f"{counted}; the hours can be used under {percent(GATE)}"
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
