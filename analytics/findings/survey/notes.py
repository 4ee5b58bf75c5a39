"""Notes on a series: what analysts said of dates, where it stands on a chart and how it is said."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from analytics import wording
from analytics.charts import Mark, borders, moment
from analytics.scope import Scope
from data.registers import current, history, newest
from data.series_notes import BREAK, NOTES, PLAIN
from data.vocabularies import forces
from data.vocabularies.survey import measures

if TYPE_CHECKING:
    import pandas as pd

    from data.store import View

PUBLISHED = ", published"
"""Behind the name of a survey where its published figures stand beside its answers; a note is of both."""

TABLE = ["number", "date", "kind_of_note", "says", "holds_for", "noted_on"]
"""Who wrote a note is for analysts, who have it in its history."""

_NUMBER = re.compile(r"\d+")
_WHAT = {"add": "added", "change": "changed", "remove": "removed", "undo": "undone"}

Note = Mapping[str, Any]
Span = tuple[str, str]
"""First and last day, ``YYYY-MM-DD``."""


@lru_cache(maxsize=256)
def of_series(view: View, force: str, survey: str, measure: str) -> tuple[Note, ...]:
    """The notes that hold for a series, by date: rows of the register with nothing for blank."""
    return _of(_current(view), force, survey, measure)


@lru_cache(maxsize=8)
def _current(view: View) -> pd.DataFrame:
    """Every note of a release: read once for all measures of a page."""
    return current(view, NOTES)


def ever_of_series(view: View, force: str, survey: str, measure: str, also: int | None = None) -> tuple[Note, ...]:
    """The same with those that were removed, which can be brought back; their newest version.

    One more is among them where its number is given, whatever it holds for now.
    """
    return _of(newest(view, NOTES), force, survey, measure, also)


def series_of(scope: Scope) -> tuple[str, str, str]:
    """Force, survey and measure of a scope with everything said; the survey by the name that its notes have."""
    return str(scope.force), str(scope.survey).removesuffix(PUBLISHED), str(scope.measure)


def choices_of(series: tuple[str, str, str]) -> dict[str, str]:
    """What a note on a series can hold for, the narrowest first; each may be left open."""
    force, survey, measure = series
    return {"measure": measure, "survey": survey, "force": force}


def part(name: str, value: str) -> str:
    """A measure, a survey or a force in words; every one where none is said."""
    if not value:
        return f"Every {name}"
    if name == "measure" and value in measures():
        return measures()[value].label
    return forces()[value]["short"] if name == "force" and value in forces() else value


def breaks(notes: Sequence[Note], ends: Sequence[str]) -> list[str]:
    """For each wave the last series break that was noted up to its end, in words; empty where none was.

    What a wave asked on or after the day of a break, it asked after the break: where the words differ from those of the
    wave before, the series breaks.

    Parameters
    ----------
    notes
        By date.
    ends
        Last day of each wave, in order, ``YYYY-MM-DD``.
    """
    dates = [(str(note["date"]), int(note["row"])) for note in notes if note["kind"] == BREAK]
    words, before, said = [], "", ""
    for end in ends:
        new = [number for day, number in dates if before < day <= end]
        if new:
            named = wording.listing([str(number) for number in new])
            said = f"{BREAK} ({'note' if len(new) == 1 else 'notes'} {named})"
        words.append(said)
        before = end
    return words


def within_period(notes: Sequence[Note], first: str, last: str, spans: Sequence[Span]) -> list[Note]:
    """The notes of a period, and of the days before it on which its first point asked already.

    Parameters
    ----------
    notes
        By date.
    first, last
        Months, ``YYYY-MM``.
    spans
        First and last day of each point, in order.
    """
    begins = min([f"{first}-01", *(starts for starts, _ in spans[:1])])
    return [note for note in notes if begins <= str(note["date"]) and str(note["date"])[:7] <= last]


def sentence(note: Note) -> str:
    """A note in words: ``Note 2 (event, 1 July 2025): New patrols began.``."""
    text = str(note["text"])
    end = "" if text[-1] in ".!?…" else "."
    return f"Note {note['row']} ({_kind_and_day(note)}): {text}{end}"


def table(notes: Sequence[Note]) -> pd.DataFrame:
    """Notes as a table of a Finding."""
    import pandas as pd

    rows = [
        (
            int(note["row"]),
            str(note["date"]),
            str(note["kind"]),
            str(note["text"]),
            holds_for(note),
            f"{note['at']:%Y-%m-%d}",
        )
        for note in notes
    ]
    return pd.DataFrame(rows, columns=TABLE)


def holds_for(note: Note) -> str:
    """Which series a note is of, in words: what it does not name may be any."""
    named = [part(name, note[name]) for name in ("measure", "survey", "force") if note[name]]
    return "; ".join(named) or "every series"


def title(note: Note) -> str:
    """A note in a list: ``Note 2, event, 1 July 2025: New patrols began``."""
    gone = ", removed" if note["removed"] else ""
    return f"Note {note['row']}{gone}, {_kind_and_day(note)}: {note['text']}"


def standing(note: Note) -> str:
    """What a note says now, where somebody else has changed it."""
    return "It is removed now." if note["removed"] else f"It says now: {sentence(note)}"


def done(version: Note) -> str:
    """What a change has made of a note, in a sentence."""
    if version["removed"]:
        return f"Note {version['row']} is removed; choose it here to bring it back."
    what = "is as it was before" if version["action"] == "undo" else "is saved"
    return f"Note {version['row']} {what}; choose it here to change or undo it."


def versions(view: View, row: int) -> pd.DataFrame:
    """Every version of a note as people read it, the newest first."""
    import pandas as pd

    columns = ["Version", "Made", "By", "What", "Reason", "Day", "Kind", "Note", "Holds for"]
    told = [
        (
            str(version["version"]),
            f"{wording.day(str(version['at']))}, {version['at']:%H:%M} UTC",
            version["by"],
            _WHAT[version["action"]],
            version["reason"],
            wording.day(str(version["date"])),
            version["kind"],
            version["text"],
            holds_for(version),
        )
        for version in _records(history(view, NOTES, row))
    ]
    return pd.DataFrame(told, columns=columns, dtype="str")


def _kind_and_day(note: Note) -> str:
    """The day, with the kind of a note in front of it unless it is a plain one."""
    kind = "" if note["kind"] == PLAIN else f"{note['kind']}, "
    return f"{kind}{wording.day(str(note['date']))}"


def marks(notes: Sequence[Note], rows: pd.DataFrame) -> list[Mark]:
    """Where notes stand on an axis of time: at their day.

    Parameters
    ----------
    notes
        By date.
    rows
        Points of a series, in order: starts and ends (first and last day), and broken, why the series breaks before
        it. A note that breaks the series stands where it does.
    """
    breaking = {
        number: place
        for place, words in zip(borders(rows), rows["broken"], strict=True)
        if str(words).startswith(BREAK)
        for number in _NUMBER.findall(str(words))
    }
    return [_mark(note, breaking.get(str(note["row"]))) for note in notes]


def _mark(note: Note, breaks: float | None) -> Mark:
    place = moment(str(note["date"])) if breaks is None else breaks
    return Mark(place, str(note["row"]), sentence(note), breaks is not None)


def _of(held: pd.DataFrame, force: str, survey: str, measure: str, also: int | None = None) -> tuple[Note, ...]:
    wanted = {"force": force, "survey": survey.removesuffix(PUBLISHED), "measure": measure}
    fitting = [
        note
        for note in _records(held)
        if note["row"] == also or all(note[name] in (None, value) for name, value in wanted.items())
    ]
    return tuple(sorted(fitting, key=lambda note: (note["date"], note["row"])))


def _records(held: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows of the register with nothing for blank."""
    return [
        {str(name): None if wording.missing(value) else value for name, value in row.items()}
        for row in held.to_dict("records")
    ]
