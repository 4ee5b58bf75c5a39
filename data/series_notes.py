"""Notes on a series: what an analyst says of a date, for every survey, measure and force or for one of each."""

from __future__ import annotations

import re
from datetime import date

from data.registers import Register, Values, one_line
from data.store import StoreError, View
from data.tables import AGGREGATES, QUESTIONS, Column
from data.vocabularies import forces
from data.vocabularies.survey import measures
from data.words import listing, quoted

BREAK, PLAIN = "series break", "note"
KINDS = ("wording change", BREAK, "event", PLAIN)
LONGEST = 300
FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2099, 12, 31)

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_ALL = 99


def asked(view: View) -> list[tuple[str, str, str]]:
    """Every force, survey and measure of which a release holds answers or published figures, in order."""
    held: set[tuple[str, str, str]] = set()
    for table in (QUESTIONS, AGGREGATES):
        if view.has(table.name):
            rows = view.rows(table.name).select("force", "survey", "measure").unique()
            held |= {tuple(row.values()) for row in rows.collect("pyarrow").to_native().to_pylist()}
    return sorted(held)


def checked(view: View, given: Values) -> Values:
    """A note as it is kept: text in one line, blanks as nothing.

    Raises
    ------
    StoreError
        If something of it is not as it must be: one sentence for each.
    """
    note = {name: one_line(value) or None for name, value in given.items()}
    held = asked(view)
    if not held:
        raise StoreError("No survey is loaded, so there is no series to note anything on.")
    problems = [*_unreadable(note), *_unknown(note, held)]
    if problems:
        raise StoreError(" ".join(problems))
    return note


NOTES = Register(
    "series_notes",
    "note",
    "One version of one note on a series: what somebody said of a date, and of which survey, measure and force.",
    (
        Column("date", "day", "Day that the note is of", required=True),
        Column("kind", "text", "What it is; a series break forbids comparison across it", required=True, options=KINDS),
        Column("text", "text", "What happened, in the words of whoever wrote it", required=True),
        Column("force", "text", "Force that it is of; blank for every one", vocabulary="forces"),
        Column("survey", "text", "Survey that it is of; blank for every one"),
        Column("measure", "text", "Measure that it is of; blank for every one", vocabulary="measures"),
    ),
    checked,
)


def _unreadable(note: dict[str, str | None]) -> list[str]:
    problems = []
    day, kind, text = (note.get(name) or "" for name in ("date", "kind", "text"))
    if not day:
        problems.append("The note has no day; say which, as in 2026-03-31.")
    elif not _is_day(day):
        problems.append(
            f"The date {quoted(day)} is not a day from {FIRST_DAY:%Y} to {LAST_DAY:%Y}; write it as 2026-03-31."
        )
    if kind not in KINDS:
        problems.append(f"{quoted(kind)} is no kind of note; there are {listing(KINDS)}.")
    if not text:
        problems.append("The note says nothing; say what happened.")
    if len(text) > LONGEST:
        problems.append(f"The note has {len(text):,} characters; {LONGEST} are the most.")
    return problems


def _unknown(note: dict[str, str | None], held: list[tuple[str, str, str]]) -> list[str]:
    """What the note is of that is not loaded, with what is."""
    force, survey, measure = note.get("force"), note.get("survey"), note.get("measure")
    of_force = [row for row in held if force in (None, row[0])]
    if not of_force:
        there = list(dict.fromkeys(row[0] for row in held))
        return [f"No survey of a force {quoted(str(force))} is loaded; there are surveys of {listing(there, _ALL)}."]
    of_survey = [row for row in of_force if survey in (None, row[1])]
    if not of_survey:
        there = list(dict.fromkeys(row[1] for row in of_force))
        whose = f" of {forces()[force]['short']}" if force and force in forces() else ""
        return [f"{quoted(str(survey))} is not a survey{whose} that is loaded; there is {listing(there, _ALL)}."]
    loaded = {row[2] for row in of_survey}
    if measure is not None and measure not in loaded:
        there = [name for name in measures() if name in loaded]
        whose = survey or "the surveys that are loaded"
        return [f"{quoted(measure)} is no measure of {whose}; there is {listing(there, _ALL)}."]
    return []


def _is_day(text: str) -> bool:
    if not _DAY.fullmatch(text):
        return False
    try:
        return FIRST_DAY <= date.fromisoformat(text) <= LAST_DAY
    except ValueError:
        return False
