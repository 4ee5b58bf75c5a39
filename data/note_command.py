"""Notes on a series from the command line: ``python -m data note add | list | remove | undo``."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any

from data.registers import current, history, newest, record, remove, undo
from data.series_notes import KINDS, NOTES, PLAIN
from data.store import Store, StoreError

Say = Callable[[str], None]


def add_to(commands: Any, where: argparse.ArgumentParser, who_and_why: Callable[..., None], say: Say) -> None:  # noqa: ANN401
    """Add the command to those there are.

    Parameters
    ----------
    commands
        What ``add_subparsers`` gave.
    where
        The options that every command has.
    who_and_why
        Adds the options of name and reason.
    say
        Prints a line.
    """
    about = "write a note on a series: a wording change, a series break, an event or a plain note at a day"
    note = commands.add_parser("note", parents=[where], help=about, description=about)
    kinds = note.add_subparsers(required=True)

    add = kinds.add_parser("add", parents=[where], help="add a note")
    add.add_argument("date", metavar="DAY", help="the day that it is of, YYYY-MM-DD")
    add.add_argument("text", metavar="TEXT", help="what happened")
    add.add_argument(
        "--kind", default=PLAIN, metavar="KIND", help=f"one of: {', '.join(KINDS)}; a plain note if not given"
    )
    for part in ("force", "survey", "measure"):
        add.add_argument(f"--{part}", metavar=part.upper(), help=f"the {part} that it is of; every one if not given")
    who_and_why(add, reason_required=True)
    add.set_defaults(run=lambda options, store: _add(options, store, say))

    listed = kinds.add_parser("list", parents=[where], help="list the notes; with --all every version of each")
    listed.add_argument("--all", action="store_true", help="every version, those of removed notes among them")
    listed.set_defaults(run=lambda options, store: _list(options, store, say))

    for name, change, about in (
        ("remove", remove, "take a note away; undo brings it back"),
        ("undo", undo, "restore the version of a note before its newest"),
    ):
        command = kinds.add_parser(name, parents=[where], help=about)
        command.add_argument("number", type=int, metavar="NUMBER", help="the note's number, as list prints it")
        who_and_why(command, reason_required=True)
        command.set_defaults(run=_changing(change, say))


def _add(options: argparse.Namespace, store: Store, say: Say) -> int:
    note = {name: getattr(options, name) for name in NOTES.names}
    (made,) = record(store, NOTES, [note], options.by, options.reason)
    say(f"Note {made['row']} is added.")
    return 0


def _list(options: argparse.Namespace, store: Store, say: Say) -> int:
    held = history(store.view(), NOTES) if options.all else current(store.view(), NOTES)
    for note in held.astype(object).where(held.notna(), None).to_dict("records"):
        of = " · ".join(str(note[name]) for name in ("force", "survey", "measure") if note[name]) or "every series"
        say(
            f"{note['row']} · {note['date']} · {note['kind']} · {note['text']} · {of} · version {note['version']}, "
            f"{note['action']} · {note['at']:%Y-%m-%d %H:%M} · {note['by']} · {note['reason']}"
        )
    if held.empty:
        removed = 0 if options.all else len(newest(store.view(), NOTES))
        say(f"There is no note; --all lists what was removed ({removed:,})." if removed else "There is no note.")
    return 0


def _changing(change: Callable[..., dict[str, Any]], say: Say) -> Callable[[argparse.Namespace, Store], int]:
    def run(options: argparse.Namespace, store: Store) -> int:
        held = history(store.view(), NOTES, options.number)
        if held.empty:
            raise StoreError(f"There is no note {options.number}; `python -m data note list --all` lists them.")
        made = change(store, NOTES, options.number, options.by, options.reason, int(held["version"].iloc[0]))
        became = "removed" if made["removed"] else "as it was before"
        say(f"Note {options.number} is {became}, in version {made['version']}.")
        return 0

    return run
