"""Load, check, look back, withdraw, restore, back up and verify from the command line: ``python -m data``."""

from __future__ import annotations

import argparse
import getpass
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import TextIO, get_args

from data import note_command
from data.chosen import built_demonstration
from data.copying import back_up
from data.faults import of_the_store
from data.loading import LOG, Report, Status, check_files, load_files
from data.publishing import counted_otherwise, gives_way, recount, restore, withdraw
from data.readers.source import Refused
from data.readers.survey_suggestion import suggest_for, write_new
from data.settings import SettingsError, settings
from data.store import Store, StoreError
from data.templates import TEMPLATES, dictionary, write_all
from data.terminal import leave, log_to, printable, told
from data.verifying import verify
from data.words import plural


def main(arguments: list[str] | None = None) -> int:
    """Run one command; the exit code is 1 where a file was refused or the store said no."""
    options = _parser().parse_args(arguments)
    log_to(LOG, getattr(options, "traceback", False))
    try:
        code = int(options.run(options, Store(getattr(options, "store", None))))
        sys.stdout.flush()
        return code
    except SettingsError as error:
        _say(str(error), sys.stderr)
        return 1
    except BrokenPipeError:
        # Whoever read the lines, such as `head`, has seen enough; nothing is left to be written at the end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:
        why = of_the_store(error)
        if why is None:
            LOG.error("A command failed", exc_info=error)
        _say(str(why or "It failed in a way that nobody foresaw; --traceback prints how it came about."), sys.stderr)
        return 1


def _say(text: str, to: TextIO | None = None) -> None:
    print(printable(text).replace("\n", "\ufffd"), file=to)


def _load(options: argparse.Namespace, store: Store) -> int:
    report = load_files(options.paths, store, options.by, options.reason, told(), options.mapping)
    made = f"Release {report.release.number} is published." if report.release else "Nothing new; no release made."
    code = _print_report(report, options.notes, made)
    _tell_counted_otherwise(store)
    return code


def _check(options: argparse.Namespace, store: Store) -> int:
    report = check_files(options.paths, store, told(), options.mapping)
    return _print_report(report, options.notes, "Nothing was stored.", {"loaded": "would load"})


def _mapping(options: argparse.Namespace, store: Store) -> int:
    try:
        text = suggest_for(options.file)
        if options.out is not None:
            write_new(options.out, text)
    except Refused as refusal:
        for problem in refusal.problems:
            _say(f"{options.file}: {problem}", sys.stderr)
        return 1
    if options.out is None:
        print(printable(text), end="")
    else:
        _say(f"{options.out} is written. Check every line, then load the file with --mapping.")
    return 0


def _history(options: argparse.Namespace, store: Store) -> int:
    history = store.history()
    for row in history.itertuples():
        place = " ".join(str(part) for part in (row.subject, row.period) if part)
        _say(
            f"{row.load_id} · {row.status} · {row.kind} · {place} · {row.rows:,} rows · {row.at:%Y-%m-%d %H:%M}"
            f" · {row.by} · {row.reason} · {row.file}"
        )
    for release in reversed(store.releases()):
        _say(
            f"release {release.number} · {release.at:%Y-%m-%d %H:%M} · {release.action} · {release.by}"
            f" · {release.reason}"
        )
    if history.empty:
        _say("Nothing has been loaded yet.")
    _tell_counted_otherwise(store)
    return 0


def _withdraw(options: argparse.Namespace, store: Store) -> int:
    release = withdraw(store, options.load, options.by, options.reason, told())
    _say(f"Load {options.load} is withdrawn in release {release.number}.")
    return 0


def _restore(options: argparse.Namespace, store: Store) -> int:
    other = gives_way(store.history(), options.load)
    release = restore(store, options.load, options.by, options.reason, told())
    place = (
        f"; it takes the place of {other['file']}, loaded on {other['at'].day} {other['at']:%B %Y}, which stays in the "
        "history"
        if other
        else ""
    )
    _say(f"Load {options.load} is current again in release {release.number}{place}.")
    return 0


def _demo(options: argparse.Namespace, store: Store) -> int:
    if not settings().demonstration:
        raise StoreError("CONFIDENCE_DEMONSTRATION is blank, so there is no demonstration.")
    drawn = built_demonstration(told())
    shown = "is not shown, since the store holds files" if store.view() else "is shown while the store is empty"
    _say(f"The demonstration lies in {drawn.root} and {shown}.")
    return 0


def _templates(options: argparse.Namespace, store: Store) -> int:
    try:
        written = write_all(options.folder)
    except OSError as error:
        raise StoreError(f"The folder “{options.folder}” can't be written to: {error.strerror}.") from error
    for path in written:
        _say(f"{path} is written.")
    there = 2 * len(TEMPLATES) - len(written)
    if there:
        _say(f"{there:,} files of these names were there already and are left as they are.")
    return 0


def _dictionary(options: argparse.Namespace, store: Store) -> int:
    print(printable(dictionary()), end="")
    return 0


def _recount(options: argparse.Namespace, store: Store) -> int:
    release = recount(store, options.by, options.reason, told())
    _say(f"Everything is counted again in release {release.number}.")
    return 0


def _backup(options: argparse.Namespace, store: Store) -> int:
    release = back_up(store, options.folder)
    _say(f"Release {release.number} is copied to {options.folder}; `python -m data verify` looks at every file of it.")
    return 0


def _verify(options: argparse.Namespace, store: Store) -> int:
    verified = verify(store, told())
    for fault in verified.faults:
        _say(fault)
    _say(str(verified))
    return 1 if verified.faults else 0


def _tell_counted_otherwise(store: Store) -> None:
    why = counted_otherwise(store.view())
    if why:
        _say(why)


def _print_report(report: Report, notes: bool, end: str, words: Mapping[str, str] = MappingProxyType({})) -> int:
    for outcome in report.outcomes:
        unusual = sum(not remark.usual for remark in outcome.remarks)
        remarks = f" · {plural(unusual, 'thing')} to look at" if unusual else ""
        _say(f"{words.get(outcome.status, outcome.status)} · {outcome.path} · {outcome.detail}{remarks}")
        for note in (*outcome.notes, *map(str, outcome.remarks)) if notes else outcome.unlisted:
            _say(f"    {note}")
    counts = ", ".join(
        f"{report.count(status):,} {words.get(status, status)}" for status in get_args(Status) if report.count(status)
    )
    _say(f"{counts or 'No file found'}. {end}")
    return 1 if report.refused else 0


def _parser() -> argparse.ArgumentParser:
    where = argparse.ArgumentParser(add_help=False, argument_default=argparse.SUPPRESS)
    where.add_argument("--store", metavar="URL", help="folder of the store; else CONFIDENCE_STORE, else .store")
    where.add_argument("--traceback", action="store_true", help="print how a failure that nobody foresaw came about")
    parser = argparse.ArgumentParser(prog="python -m data", description=__doc__, parents=[where])
    commands = parser.add_subparsers(required=True)

    for name, run, about in (
        ("load", _load, "load files, folders and zips as one release"),
        ("check", _check, "the report that loading would give; nothing is stored"),
    ):
        command = commands.add_parser(name, parents=[where], help=about, description=about)
        command.add_argument("paths", nargs="+", type=Path, metavar="PATH")
        command.add_argument(
            "--mapping",
            action="append",
            default=[],
            type=Path,
            metavar="FILE",
            help="what the columns of a survey file mean; may be given several times",
        )
        command.add_argument(
            "--notes", action="store_true", help="print all that was noticed in each file, and the things to look at"
        )
        command.set_defaults(run=run)
        if name == "load":
            _who_and_why(command, reason_required=False)

    about = "print a mapping to start from, guessed from a file of survey answers"
    command = commands.add_parser("mapping", parents=[where], help=about, description=about)
    command.add_argument("file", type=Path, metavar="FILE")
    command.add_argument("--out", type=Path, metavar="FILE", help="write it to a new file instead")
    command.set_defaults(run=_mapping)

    command = commands.add_parser("history", parents=[where], help="every load and release, newest first")
    command.set_defaults(run=_history)

    command = commands.add_parser(
        "withdraw", parents=[where], help="withdraw a load; the one before it is current again"
    )
    command.add_argument("load", metavar="LOAD", help="the load's identity, as history prints it")
    _who_and_why(command, reason_required=True)
    command.set_defaults(run=_withdraw)

    command = commands.add_parser(
        "restore", parents=[where], help="make a withdrawn load current again; it takes the place of the current one"
    )
    command.add_argument("load", metavar="LOAD", help="the load's identity, as history prints it")
    _who_and_why(command, reason_required=True)
    command.set_defaults(run=_restore)

    command = commands.add_parser("demo", parents=[where], help="draw the demonstration force, if it is not there yet")
    command.set_defaults(run=_demo)

    about = "write a template for each table that can be filled in, as a workbook and as CSV"
    command = commands.add_parser("templates", parents=[where], help=about, description=about)
    command.add_argument("folder", type=Path, metavar="FOLDER")
    command.set_defaults(run=_templates)

    command = commands.add_parser("dictionary", parents=[where], help="print the data dictionary, as Markdown")
    command.set_defaults(run=_dictionary)

    command = commands.add_parser(
        "recount", parents=[where], help="count everything again with the lists and settings of today"
    )
    _who_and_why(command, reason_required=True)
    command.set_defaults(run=_recount)

    note_command.add_to(commands, where, _who_and_why, _say)
    about = "copy the whole store into a new folder, whoever writes to it meanwhile"
    command = commands.add_parser("backup", parents=[where], help=about, description=about)
    command.add_argument("folder", type=Path, metavar="FOLDER")
    command.set_defaults(run=_backup)

    about = "read everything that is stored, and say whether it is as it was written"
    command = commands.add_parser("verify", parents=[where], help=about, description=about)
    command.set_defaults(run=_verify)
    return parser


def _who_and_why(command: argparse.ArgumentParser, reason_required: bool) -> None:
    command.add_argument("--by", default=_user(), metavar="NAME", help="who does it")
    command.add_argument("--reason", default="", required=reason_required, metavar="TEXT", help="why")


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container without a user entry
        return "unknown"


if __name__ == "__main__":
    leave(main())
