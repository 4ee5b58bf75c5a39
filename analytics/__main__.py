"""Ask from the command line what the pages ask, and make heavy fits ahead: ``python -m analytics``."""

from __future__ import annotations

import argparse
import os
import sys
from collections import Counter
from typing import get_args

from analytics import fits
from analytics.briefings.spreadsheet import to_csv
from analytics.finding import Finding
from analytics.findings import QUESTIONS
from analytics.scope import Scope, ScopeError
from data.chosen import chosen_store, needs_building
from data.faults import of_the_store
from data.settings import SettingsError
from data.store import Store
from data.terminal import leave, log_to, printable, told
from data.words import plural


def main(arguments: list[str] | None = None) -> int:
    """Run one command; the exit code is 1 where a question or a scope does not exist."""
    options = _parser().parse_args(arguments)
    log_to(fits.LOG, getattr(options, "traceback", False))
    try:
        code = int(options.run(options))
        sys.stdout.flush()
        return code
    except BrokenPipeError:
        # Whoever read the lines, such as `head`, has seen enough; nothing is left to be written at the end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except (ScopeError, SettingsError) as error:
        print(printable(str(error)), file=sys.stderr)
        return 1
    except Exception as error:
        why = of_the_store(error)
        if why is None:
            raise
        print(printable(str(why)), file=sys.stderr)
        return 1


def _answers(_: argparse.Namespace) -> int:
    for question in QUESTIONS.values():
        print(f"{question.key} · {question.asks} · {', '.join(question.takes)}")
    return 0


def _answer(options: argparse.Namespace) -> int:
    question = QUESTIONS.get(options.key)
    if question is None:
        raise ScopeError(f"There is no question “{options.key}”; `python -m analytics answers` lists them.")
    address = dict(_pair(text) for text in options.scope)
    surplus = [name for name in address if name not in question.takes]
    if surplus:
        raise ScopeError(f"{question.key} takes no {', '.join(surplus)}; it takes {', '.join(question.takes)}.")
    finding = question.answer(Scope.of(address), _shown(options.store).view())
    if options.format == "csv" and sys.stdout.isatty():
        print(printable(to_csv(finding).decode("utf-8-sig").replace("\r\n", "\n")), end="")
    elif options.format == "csv":
        sys.stdout.buffer.write(to_csv(finding))
    else:
        print(printable(finding.as_json() if options.format == "json" else _text(finding)))
    return 0


def _fit(options: argparse.Namespace) -> int:
    view = chosen_store(options.store, told()).view()
    counts = Counter[fits.Status]()
    for outcome in fits.run(view, told()):
        print(printable(str(outcome)), flush=True)
        counts[outcome.status] += 1
    made = ", ".join(f"{counts[status]:,} {status}" for status in get_args(fits.Status) if counts[status])
    release = f" of release {view.release.number}" if view.release else ""
    print(f"{made}: {plural(counts.total(), 'fit')}{release}." if made else "There is nothing to fit.")
    return 1 if counts["failed"] else 0


def _shown(url: str | None) -> Store:
    """The store to show; a demonstration that is built now gets its fits."""
    new = needs_building(url)
    store = chosen_store(url)
    if new:
        for _ in fits.run(store.view()):
            pass
    return store


def _text(finding: Finding) -> str:
    table = "" if finding.refused else finding.table.to_string(index=False, na_rep="")
    return "\n\n".join(part for part in (finding.question, finding.answer, table, "\n".join(finding.caveats)) if part)


def _pair(text: str) -> tuple[str, str]:
    name, sign, value = text.partition("=")
    if not sign:
        raise ScopeError(f"“{text}” is not a part of a scope; write NAME=VALUE, such as force=surrey.")
    return name, value


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m analytics", description=__doc__)
    commands = parser.add_subparsers(required=True)
    command = commands.add_parser("answers", help="every question: key, what it asks, the scope it takes")
    command.set_defaults(run=_answers)
    command = commands.add_parser("answer", help="the answer to one question")
    command.add_argument("key", metavar="KEY")
    command.add_argument("--scope", action="append", default=[], metavar="NAME=VALUE", help="may be given many times")
    command.add_argument("--format", choices=("json", "csv", "text"), default="json")
    command.add_argument("--store", metavar="URL", help="folder of the store; else CONFIDENCE_STORE, else .store")
    command.set_defaults(run=_answer)
    about = "make the heavy fits of the newest release that are missing; one line a fit"
    command = commands.add_parser("fit", help=about, description=about)
    command.add_argument("--store", metavar="URL", help="folder of the store; else CONFIDENCE_STORE, else .store")
    command.add_argument("--traceback", action="store_true", help="print how a failure that nobody foresaw came about")
    command.set_defaults(run=_fit)
    return parser


if __name__ == "__main__":
    leave(main())
