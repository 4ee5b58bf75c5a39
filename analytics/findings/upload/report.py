"""What became of every file that was given, in the order in which a person needs it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from analytics import wording
from data.loading import Outcome, Report, Status
from data.readers import NOT_KNOWN, is_table
from data.readers.source import Problem

if TYPE_CHECKING:
    import pandas as pd

_REFUSED = "Nothing of this file is loaded until it is corrected"
_BESIDE, _ALONE = "Noticed besides", "It alone would not keep the file out"
_BECOMES = {
    "loaded": "Ready to publish",
    "already loaded": "There already; it changes nothing",
    "needs a mapping": "Say what its columns mean",
    "passed over": "Not loaded",
    "refused": "Refused",
}

_COUNTED: dict[Status, str] = {
    "loaded": "ready to publish",
    "needs a mapping": "in need of a mapping",
    "refused": "refused",
    "already loaded": "there already",
    "passed over": "not loaded",
}


@dataclass(frozen=True)
class Group:
    """Everything that one rule has found in one file.

    Attributes
    ----------
    file
        The file.
    rule, what
        What is wrong, or worth a look; and in which way, where the rule alone does not say it.
    kept
        What becomes of the file or of the rows.
    rows
        How many rows it concerns.
    stops, usual
        Whether it keeps the file from being loaded; whether most published files have it.
    places
        Rows as examples, each with its remedy.
    """

    file: str
    rule: str
    kept: str
    rows: int
    stops: bool
    places: tuple[Problem, ...]
    what: str = ""
    usual: bool = False

    @property
    def count(self) -> str:
        """How many rows, in words."""
        return wording.plural(self.rows, "row")


def headline(report: Report) -> str:
    """What is to be done next, in under 70 characters."""
    ready, waiting, refused = report.count("loaded"), report.count("needs a mapping"), report.count("refused")
    files, unused = len(report.outcomes), refused + report.count("passed over")
    if refused or (unused == files and files):
        return f"{_of(unused, files)} can't be loaded as {'it is' if unused == 1 else 'they are'}"
    if waiting:
        needs = "needs you before it" if waiting == 1 else "need you before they"
        return f"{wording.plural(waiting, 'file')} of answers {needs} can be published"
    if not ready:
        return "There is nothing new in these files"
    return f"{wording.plural(ready, 'file')} can be published"


def _of(some: int, files: int) -> str:
    return f"{some:,} of {files:,} files" if some < files else wording.plural(files, "file")


def summary(report: Report) -> str:
    """How many files became what, and how many rows would be published."""
    counts = [f"{report.count(status):,} {words}" for status, words in _COUNTED.items() if report.count(status)]
    rows = sum(outcome.load.rows for outcome in report.outcomes if outcome.load is not None)
    ready = f"; {wording.plural(rows, 'row')} in all would be published" if rows else ""
    return f"{wording.plural(len(report.outcomes), 'file')}: {wording.listing(counts)}{ready}."


def published(report: Report) -> str:
    """What was published, or that nothing was."""
    if report.release is None:
        return "Nothing was published: the files are loaded already."
    ready = report.count("loaded")
    return (
        f"{wording.plural(ready, 'file')} {'is' if ready == 1 else 'are'} published: every page now shows release "
        f"{report.release.number}."
    )


def names_twice(names: Sequence[str]) -> str:
    """One sentence where two files have one name, which says force and month, or is mapped; blank where none have."""
    twice = sorted(name for name, times in Counter(names).items() if times > 1)
    if not twice:
        return ""
    return (
        f"Several files are called {wording.listing([f'“{name}”' for name in twice])}. Take away all but one of each."
    )


def too_large(sizes: Mapping[str, int], largest: int) -> str:
    """One sentence where files have more bytes than `largest` megabytes; blank where none has."""
    large = sorted(name for name, size in sizes.items() if size > largest * 1024 * 1024)
    if not large:
        return ""
    return (
        f"More than {largest} MB: {wording.listing([f'“{name}”' for name in large])}. Take it away here, and load it "
        "with python -m data load."
    )


def recognised(report: Report) -> pd.DataFrame:
    """One row a file: File, What becomes of it and What we recognised, as text."""
    import pandas as pd

    return pd.DataFrame(
        {
            "File": [outcome.path for outcome in report.outcomes],
            "What becomes of it": [_BECOMES[outcome.status] for outcome in report.outcomes],
            "What we recognised": [_recognised(outcome) for outcome in report.outcomes],
        },
        dtype="str",
    )


def groups(report: Report, made: Container[str] = ()) -> list[Group]:
    """What was found in the files, by file and rule; what keeps a file out comes first, what is usual last.

    Parameters
    ----------
    report
        What became of the files.
    made
        Paths of the files whose mapping was made in the form: of these it is said in the words of the form.
    """
    outcomes = [_in_form(outcome) if outcome.path in made else outcome for outcome in report.outcomes]
    found = [group for outcome in outcomes for group in (*_groups(outcome), *_remarks(outcome))]
    return sorted(found, key=lambda group: (not group.stops, group.usual))


def tables_not_known(report: Report) -> list[str]:
    """The tables that were passed over as those of nobody, each of which may be answers to a survey."""
    return [
        outcome.path
        for outcome in report.outcomes
        if outcome.status == "passed over" and outcome.detail == NOT_KNOWN and is_table(outcome.path)
    ]


def problem_table(places: Iterable[Problem]) -> pd.DataFrame:
    """Problems as text: What it is, Sheet, Row, Column, Value and What to do.

    Columns that none of them has are left out, and what it is where it is the same of all: it stands above them then.
    """
    import pandas as pd

    places = tuple(places)
    several = len({place.what for place in places}) > 1
    frame = pd.DataFrame(
        [
            {
                "What it is": _sentence(place.what) if several else "",
                "Sheet": place.sheet or "",
                "Row": "" if place.row is None else wording.count(place.row),
                "Column": place.column or "",
                "Value": (place.value or "")[:80],
                "What to do": place.remedy,
            }
            for place in places
        ],
        dtype="str",
    )
    return frame.loc[:, (frame != "").any()]


def _in_form(outcome: Outcome) -> Outcome:
    """An outcome whose problems are said in the words of the form."""
    told = [replace(one, places=tuple(place.said_in_form() for place in one.places)) for one in outcome.remarks]
    problems, beside = (
        tuple(problem.said_in_form() for problem in held) for held in (outcome.problems, outcome.beside)
    )
    return replace(outcome, remarks=tuple(told), problems=problems, beside=beside)


def _groups(outcome: Outcome) -> list[Group]:
    if outcome.status == "refused" and not outcome.problems:
        return [Group(outcome.path, _sentence(outcome.detail), _REFUSED, 0, True, ())]
    by_rule: dict[str, list[Problem]] = {}
    for problem in outcome.problems:
        by_rule.setdefault(problem.what, []).append(problem)
    found = [
        Group(outcome.path, _sentence(what), _REFUSED, sum(p.row is not None for p in places), True, tuple(places))
        for what, places in by_rule.items()
    ]
    beside = [Group(outcome.path, _BESIDE, _ALONE, 0, False, outcome.beside)] if outcome.beside else []
    return found + beside


def _remarks(outcome: Outcome) -> list[Group]:
    return [
        Group(
            outcome.path,
            remark.rule,
            remark.kept,
            remark.rows,
            False,
            remark.places,
            f"{_sentence(remark.what)}.",
            remark.usual,
        )
        for remark in outcome.remarks
    ]


def _recognised(outcome: Outcome) -> str:
    if outcome.status == "needs a mapping":
        return "Answers to a survey, without a mapping"
    if outcome.problems:
        return f"{wording.plural(len(outcome.problems), 'problem')}, under What we checked"
    return _sentence(outcome.detail)


def _sentence(detail: str) -> str:
    return detail[:1].upper() + detail[1:]
