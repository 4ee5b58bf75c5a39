"""Load, check, look back and withdraw from the command line: ``python -m data``."""

from __future__ import annotations

import argparse
import getpass
import sys
from pathlib import Path
from typing import TextIO

from data.loading import Report, check_files, load_files
from data.publishing import Progress, silent, withdraw
from data.settings import SettingsError
from data.store import Store, StoreError
from data.terminal import printable


def main(arguments: list[str] | None = None) -> int:
    """Run one command; the exit code is 1 where a file was refused or the store said no."""
    options = _parser().parse_args(arguments)
    try:
        return int(options.run(options, Store(getattr(options, "store", None))))
    except (StoreError, SettingsError) as error:
        _say(str(error), sys.stderr)
        return 1


def _say(text: str, to: TextIO | None = None) -> None:
    print(printable(text).replace("\n", "\ufffd"), file=to)


def _load(options: argparse.Namespace, store: Store) -> int:
    report = load_files(options.paths, store, options.by, options.reason, _progress())
    made = f"Release {report.release.number} is published." if report.release else "Nothing new; no release made."
    return _print_report(report, options.notes, made)


def _check(options: argparse.Namespace, store: Store) -> int:
    return _print_report(check_files(options.paths, store, _progress()), options.notes, "Nothing was stored.")


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
    return 0


def _withdraw(options: argparse.Namespace, store: Store) -> int:
    release = withdraw(store, options.load, options.by, options.reason, _progress())
    _say(f"Load {options.load} is withdrawn in release {release.number}.")
    return 0


def _print_report(report: Report, notes: bool, end: str) -> int:
    for outcome in report.outcomes:
        _say(str(outcome))
        for note in outcome.notes if notes else ():
            _say(f"    {note}")
    counts = ", ".join(
        f"{report.count(status):,} {status}"
        for status in ("loaded", "restored", "already loaded", "passed over", "refused")
        if report.count(status)
    )
    _say(f"{counts or 'No file found'}. {end}")
    return 1 if report.refused else 0


def _progress() -> Progress:
    if not sys.stderr.isatty():
        return silent
    return lambda step: print(f"\r\033[K{printable(step[:100])}", end="\r", file=sys.stderr, flush=True)


def _parser() -> argparse.ArgumentParser:
    where = argparse.ArgumentParser(add_help=False, argument_default=argparse.SUPPRESS)
    where.add_argument("--store", metavar="URL", help="folder of the store; else CONFIDENCE_STORE, else .store")
    parser = argparse.ArgumentParser(prog="python -m data", description=__doc__, parents=[where])
    commands = parser.add_subparsers(required=True)

    for name, run, about in (
        ("load", _load, "load files, folders and zips as one release"),
        ("check", _check, "the report that loading would give; nothing is stored"),
    ):
        command = commands.add_parser(name, parents=[where], help=about, description=about)
        command.add_argument("paths", nargs="+", type=Path, metavar="PATH")
        command.add_argument("--notes", action="store_true", help="print what was noticed in each file")
        command.set_defaults(run=run)
        if name == "load":
            _who_and_why(command, reason_required=False)

    command = commands.add_parser("history", parents=[where], help="every load and release, newest first")
    command.set_defaults(run=_history)

    command = commands.add_parser(
        "withdraw", parents=[where], help="withdraw a load; the one before it is current again"
    )
    command.add_argument("load", metavar="LOAD", help="the load's identity, as history prints it")
    _who_and_why(command, reason_required=True)
    command.set_defaults(run=_withdraw)
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
    sys.exit(main())
