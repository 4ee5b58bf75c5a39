"""Registers: records that people edit on pages, kept as appended versions of a row.

A row of a register is never changed. Whoever adds, changes, removes or undoes appends a version of it under the store's
lock, and a release makes it visible with one commit, as it does with a load; nothing is counted anew. Whoever edits
says which version they saw: if somebody else has changed the same row since, they are told who and when, and nothing of
theirs is saved. People who edit different rows don't meet.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal
from unicodedata import category

from data.store import Store, StoreError, View, Writer
from data.tables import Column, Table

if TYPE_CHECKING:
    import pandas as pd

Action = Literal["add", "change", "remove", "undo"]
Values = Mapping[str, Any]
Held = dict[int, list[dict[str, Any]]]
"""The versions of each record, the oldest first, by its number."""

_DONE: Mapping[str, str] = {"add": "added", "change": "changed", "remove": "removed", "undo": "put back"}
_LONGEST = {"by": 100, "reason": 300}
_TOGETHER = 32
"""Versions after which a register is written anew in one file: many small ones are read slowly."""

VERSION_COLUMNS = (
    Column("row", "integer", "Number of the record, from 1, given when it is added", required=True),
    Column("version", "integer", "Version of the record, from 1 and without gaps", required=True),
    Column("removed", "boolean", "Whether the record is taken away from this version on", required=True),
    Column("action", "text", "What made the version", required=True, options=("add", "change", "remove", "undo")),
    Column("at", "moment", "When it was made", required=True),
    Column("by", "text", "Who made it", required=True),
    Column("reason", "text", "Why", required=True),
)
"""The first columns of every register; its own stand behind them."""


@dataclass(frozen=True)
class Register:
    """A register: what one record is called in a sentence, its own columns, and what a record must be.

    Attributes
    ----------
    name
        Name of its table.
    called
        One record in a word, such as note; releases that change the register are named after it.
    about
        What one record is.
    columns
        What a record says.
    check
        Gives what is to be kept of a record as somebody wrote it, or raises ``StoreError`` with what is wrong.
    """

    name: str
    called: str
    about: str
    columns: tuple[Column, ...]
    check: Callable[[View, Values], Values]

    @cached_property
    def table(self) -> Table:
        """The table of its versions."""
        return Table(self.name, self.about, (*VERSION_COLUMNS, *self.columns))

    @property
    def names(self) -> list[str]:
        """The names of its own columns."""
        return [column.name for column in self.columns]


class Stale(StoreError):
    """Somebody else has changed the same row; the message says who and when.

    Attributes
    ----------
    now
        The newest version of the row: every column of the register.
    """

    def __init__(self, message: str, now: Mapping[str, Any]) -> None:
        super().__init__(message)
        self.now = now


def record(
    store: Store,
    register: Register,
    rows: Sequence[Values],
    by: str,
    reason: str,
    expected: Mapping[int, int] = MappingProxyType({}),
) -> list[dict[str, Any]]:
    """Add records and change others, all in one release or none.

    Parameters
    ----------
    rows
        What each record is to say, by column; a column that is left out is blank. With ``row``, its number, a record
        that is there is changed, and brought back where it was removed; without it one is added.
    by, reason
        Who does it and why.
    expected
        For each record that is changed, the version that the person saw.

    Returns
    -------
    list of dict
        The versions that were made, in the order of `rows`: every column of the register.

    Raises
    ------
    Stale
        If somebody else has changed one of the records since.
    StoreError
        If there is no such record, a record is not as it must be, says already what it is to say or is given twice, or
        no reason is given.
    """
    by, reason = _who_and_why(register, by, reason)
    with store.writing() as writer:
        view = View(store, writer.before)
        held = _versions(view, register)
        free = max(held, default=0)
        made = []
        for given in rows:
            values = _values(register, register.check(view, {k: v for k, v in given.items() if k != "row"}))
            number = given.get("row")
            if number is None:
                free += 1
                made.append(_version(free, None, "add", values))
                continue
            now = _seen(register, held, number, expected.get(number))
            if any(version["row"] == number for version in made):
                raise StoreError(f"{_named(register, number)} is given twice, so nothing is saved.")
            if values == _values(register, now) and not now["removed"]:
                raise StoreError(f"{_named(register, number)} says this already, so nothing is saved.")
            made.append(_version(number, now, "change", values))
        return _publish(writer, register, held, made, by, reason)


def remove(store: Store, register: Register, row: int, by: str, reason: str, expected: int) -> dict[str, Any]:
    """Take a record away, in a new version; it stays in the history and can be brought back by `undo`.

    Raises
    ------
    Stale
        If somebody else has changed it since the version that was expected.
    StoreError
        If there is no such record, it is removed already, or no reason is given.
    """
    by, reason = _who_and_why(register, by, reason)
    with store.writing() as writer:
        held = _versions(View(store, writer.before), register)
        now = _seen(register, held, row, expected)
        if now["removed"]:
            raise StoreError(f"{_told(register, now)} already.")
        made = _version(row, now, "remove", _values(register, now), removed=True)
        return _publish(writer, register, held, [made], by, reason)[0]


def undo(store: Store, register: Register, row: int, by: str, reason: str, expected: int) -> dict[str, Any]:
    """Make a new version of a record that restores the one before its newest.

    Undoing the first version removes the record, undoing a removal brings it back, and undoing an undo brings back what
    that took away.

    Raises
    ------
    Stale
        If somebody else has changed it since the version that was expected.
    StoreError
        If there is no such record, or no reason is given.
    """
    by, reason = _who_and_why(register, by, reason)
    with store.writing() as writer:
        held = _versions(View(store, writer.before), register)
        now = _seen(register, held, row, expected)
        before = held[row][-2] if len(held[row]) > 1 else None
        gone = before is None or before["removed"]
        made = _version(row, now, "undo", _values(register, before or now), removed=gone)
        return _publish(writer, register, held, [made], by, reason)[0]


def current(view: View, register: Register) -> pd.DataFrame:
    """The records that a release shows, by number: the newest version of each that is not removed."""
    return _frame(register, [held[-1] for held in _versions(view, register).values() if not held[-1]["removed"]])


def newest(view: View, register: Register) -> pd.DataFrame:
    """The newest version of every record that there ever was, removed or not, by number."""
    return _frame(register, [held[-1] for held in _versions(view, register).values()])


def history(view: View, register: Register, row: int | None = None) -> pd.DataFrame:
    """Every version of a record, or of all of them, the newest first."""
    held = _versions(view, register)
    versions = [version for number, own in held.items() if row in (None, number) for version in own]
    return _frame(register, versions[::-1])


def one_line(text: object) -> str:
    """Text in one line without control and other unseen characters; blank where there is none."""
    if text is None:
        return ""
    spaced = (" " if sign.isspace() else sign for sign in str(text))
    return " ".join("".join(sign for sign in spaced if category(sign)[0] != "C").split())


def _versions(view: View, register: Register) -> Held:
    """The versions of each record in their order; by number and never by clock, which can be put back."""
    if not view.has(register.name):
        return {}
    rows = view.rows(register.name).collect("pyarrow").to_native().to_pylist()
    held: Held = {}
    for version in sorted(rows, key=lambda version: (version["row"], version["version"])):
        held.setdefault(version["row"], []).append(version)
    return held


def _frame(register: Register, versions: list[dict[str, Any]]) -> pd.DataFrame:
    # A column that is newer than a version is blank in it.
    names = register.table.names
    return register.table.frame({name: [version.get(name) for version in versions] for name in names})


def _values(register: Register, record: Values) -> dict[str, Any]:
    surplus = set(record) - set(register.table.names)
    if surplus:
        raise KeyError(f"{register.name} has no column {', '.join(sorted(surplus))}")
    return {name: record.get(name) for name in register.names}


def _version(
    row: int, before: Mapping[str, Any] | None, action: Action, values: dict[str, Any], removed: bool = False
) -> dict[str, Any]:
    version = before["version"] + 1 if before else 1
    return {"row": row, "version": version, "removed": removed, "action": action, **values}


def _seen(register: Register, held: Held, row: int, expected: int | None) -> dict[str, Any]:
    """The newest version of a record, which is the one that the person saw."""
    if row not in held:
        there = f"the newest is {max(held)}" if held else "there is none yet"
        raise StoreError(f"There is no {register.called} {row}; {there}.")
    now = held[row][-1]
    if now["version"] != expected:
        raise Stale(f"{_told(register, now)} after you opened it, so nothing of yours is saved yet.", now)
    return now


def _told(register: Register, version: Mapping[str, Any]) -> str:
    """Who made a version, and when."""
    at = version["at"].astimezone(UTC)
    when = f"{at.day} {at:%B %Y at %H:%M} UTC"
    return f"{_named(register, version['row'])} was {_DONE[version['action']]} by {version['by']} on {when}"


def _named(register: Register, row: int) -> str:
    return f"{register.called.capitalize()} {row}"


def _who_and_why(register: Register, by: str, reason: str) -> tuple[str, str]:
    by, reason = one_line(by), one_line(reason)
    if not by:
        raise StoreError(f"Say who you are: the name stays in the history of the {register.called}.")
    if not reason:
        raise StoreError(f"Say why: the reason stays in the history of the {register.called}.")
    for what, text in (("by", by), ("reason", reason)):
        if len(text) > _LONGEST[what]:
            called = "name" if what == "by" else what
            raise StoreError(f"The {called} has {len(text):,} characters; {_LONGEST[what]} are the most.")
    return by, reason


def _publish(
    writer: Writer, register: Register, held: Held, made: list[dict[str, Any]], by: str, reason: str
) -> list[dict[str, Any]]:
    """Write versions and publish them; cubes are those of the release before, since no fact has changed."""
    if not made:
        raise StoreError("Nothing was given, so nothing is saved.")
    at = datetime.now(UTC)
    whole = [{**version, "at": at, "by": by, "reason": reason} for version in made]
    before = [version for versions in held.values() for version in versions]
    if len(before) % _TOGETHER + len(whole) >= _TOGETHER:
        writer.replace(register.table, _frame(register, [*before, *whole]))
    else:
        writer.append(register.table, _frame(register, whole))
    writer.publish(writer.staged(register.called, by, reason, [], []))
    return whole
