"""The diagnostic: what is asked of each aim and what it comes to, a row a question."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from analytics import wording
from analytics.claims import Layer, claim_of
from analytics.finding import Card, Finding, Line, files_of
from analytics.findings import choices
from analytics.findings.asked import question_of
from analytics.findings.refusal import refused
from analytics.findings.searches import UNANSWERABLE
from analytics.findings.stop_and_search import linked as link
from analytics.findings.stop_and_search.five_aims import criteria
from analytics.findings.stop_and_search.five_aims.alignment import aligned
from analytics.findings.stop_and_search.five_aims.criteria import (
    AIMS,
    CORRELATION,
    GAP,
    HOPED,
    LARGE,
    LOOK,
    NO_DATA,
    NO_YARDSTICK,
    NOTHING_OUT,
    UNCLEAR,
    Criterion,
    Part,
    no_data,
)
from analytics.findings.stop_and_search.five_aims.effective import effective
from analytics.findings.stop_and_search.five_aims.explained import explained
from analytics.findings.stop_and_search.five_aims.exposure import exposed
from analytics.findings.stop_and_search.followed import Followed
from analytics.findings.stop_and_search.shared import APART_FROM_AIMS
from analytics.findings.tested import SIDES
from analytics.records import records_of
from analytics.scope import Scope
from data.cubes import EVERYONE
from data.settings import settings
from data.vocabularies.survey import FAIR_USE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

    from analytics.findings.stop_and_search.area_changes import Between
    from data.store import View

AIM = 5
STOPPED = "Do people who were stopped have as much confidence as others?"
STOPPED_FAIR = "Do people who were stopped agree as much that it is used fairly?"
BESIDE = "Is the change in confidence lower where the change in searches is higher?"

NOT_PEOPLE = "Areas are not people: it says nothing of those who were searched."

ROWS = ["aim", "question", "number", "low", "high", "base", "number_is", "verdict", "why"]

METHOD = (
    "Of each aim what can be counted or tested: find rates by kind of search and by district against the others, "
    "month by month; a list of places; groups of a survey against everyone else; searches against published "
    "priorities by a table; people who were stopped against others of their ethnic group. Where several are tested "
    "for one question, with a false-discovery rate (Benjamini and Hochberg) over them. How each figure is made stands "
    "at its own question."
)
REFERENCE = (
    "College of Policing, Authorised Professional Practice, Engagement: Next steps (its aims; it gives no method); "
    "Benjamini and Hochberg 1995, JRSS B 57, 289; Berger 1982, Technometrics 24, 295; docs/methods.md"
)
OURS = (
    "The guidance names these five aims and gives no method: questions, yardsticks and tests are ours. A verdict is "
    "where to look, not a finding of right or wrong."
)
WORDS = (
    f"“{LOOK.capitalize()}”: a test or a list shows something. “{NOTHING_OUT.capitalize()}”: of what is set against "
    f"each other nothing is clearly lower, and a gap of {wording.points(LARGE).removeprefix('+')} or more is ruled "
    f"out; how all of it does together is another question. “{HOPED.capitalize()}”: the rule that stands there is met. "
    f"“{UNCLEAR.capitalize()}”: too little is known to say either. “{NO_YARDSTICK.capitalize()}”: a figure that nobody "
    "has said how large it should be."
)
_TOLD = (LOOK, NOTHING_OUT, HOPED)
"""Verdicts that tell something."""
_ICONS = {
    LOOK: "visibility",
    HOPED: "check",
    NOTHING_OUT: "equal",
    UNCLEAR: "question_mark",
    NO_DATA: "block",
    NO_YARDSTICK: "straighten",
}


def diagnostic(scope: Scope, view: View) -> Finding:
    """What the five aims of the guidance come to for a force, as far as its data can say."""
    question = question_of(diagnostic)
    try:
        followed = diagnosable(scope, view)
    except UNANSWERABLE as why:
        return refused(question, _table([]), scope, view, str(why))
    searches = followed.searches
    linked, between = link.linked(scope, view)
    confidence = _confidence(linked, between)
    parts = [effective(followed), explained(searches), aligned(followed), exposed(followed), confidence]
    rows = [criterion for part in parts for criterion in part.criteria]
    loads = view.current_loads
    more = loads[loads["load_id"].isin({load for part in parts for load in part.load_ids})]
    made = searches.provenance(
        question,
        METHOD,
        REFERENCE,
        [*(rule for part in parts for rule in part.rules), *linked.provenance.rules],
        {
            "Called clear below a false-discovery rate of": f"{settings().false_discovery:.2f}",
            "Gap that has to be ruled out": wording.points(LARGE).removeprefix("+"),
            "Fewest searches of a kind": str(criteria.LEAST_OF_KIND),
            "Fewest searches of a place": str(criteria.LEAST_SEARCHES),
            "Fewest answers": str(settings().fewest_answers),
        },
    )
    files = [*made.files, *files_of(more.sort_values(["table", "file"])), *linked.provenance.files]
    return Finding(
        key=question.key,
        question=question.asks,
        headline=_headline(rows),
        answer=_answer(rows, searches.force_name, searches.span),
        tables={"diagnostic": _table(rows), **{name: table for part in parts for name, table in part.tables.items()}},
        provenance=replace(made, files=tuple(dict.fromkeys(files))),
        caveats=(
            OURS,
            WORDS,
            *([APART_FROM_AIMS] if followed.grounds.any() else []),
            *dict.fromkeys(caveat for part in parts for caveat in part.caveats),
            *searches.gaps(per_resident=False),
            *searches.counted(),
        ),
        claim=claim_of(Layer.ASSOCIATION),
        alt="; ".join(f"{row.question} {row.verdict}" for row in rows),
        cards=_cards(rows),
    )


def diagnosable(scope: Scope, view: View) -> Followed:
    """The searches of a whole force and all powers, by what was looked for and what followed.

    Raises
    ------
    ScopeError, NoSearches
        With the reason, where there are none.
    """
    return Followed.of(choices.complete(scope.but(area=None, area_level=None, power=None), view), view)


def _confidence(linked: Finding, between: Between | None) -> Part:
    """What the fifth aim comes to, from the answer to its own question and what areas show."""
    if between is None:
        return Part((no_data(AIM, STOPPED, linked.answer),))
    rows = [row for row in records_of(linked.table) if row["group"] == EVERYONE]
    made = [_of_people(row) for row in rows]
    # What is to be borne in mind stands beside the figures, at their own question.
    return Part((*made, _of_areas(between)))


def _of_people(row: Mapping[Any, Any]) -> Criterion:
    asks = STOPPED_FAIR if row["measure"] == FAIR_USE else STOPPED
    if wording.missing(row["difference"]):
        return no_data(AIM, asks, f"{row['flag']}.")
    verdict = criteria.of_tests([str(row["verdict"])], [float(row["low"])])
    number = (float(row["difference"]), float(row["low"]), float(row["high"]))
    base = None if wording.missing(row["stopped_base"]) else int(row["stopped_base"])
    return Criterion(AIM, asks, verdict, f"{link.said(row)}.", *number, base, GAP)


def _of_areas(between: Between) -> Criterion:
    rows = records_of(between.table)
    if not rows:
        return no_data(AIM, BESIDE, between.said)
    (row,) = rows
    verdict = LOOK if between.verdict == SIDES.below else UNCLEAR
    number = (float(row["correlation"]), float(row["low"]), float(row["high"]))
    why = f"{between.said} {NOT_PEOPLE}"
    return Criterion(AIM, BESIDE, verdict, why, *number, int(row["base"]), CORRELATION)


def _headline(rows: Sequence[Criterion]) -> str:
    look = sum(row.verdict == LOOK for row in rows)
    told = sum(row.verdict in _TOLD for row in rows)
    of = f"Of {wording.plural(len(rows), 'question')}"
    if not told:
        return f"{of} on the five aims none could be told"
    if look:
        return f"{of} {told} could be told, and {look if told > 1 else 'it'} {'need' if look > 1 else 'needs'} a look"
    return f"{of} {told} could be told, and nothing there stands out"


def _answer(rows: Sequence[Criterion], force: str, span: str) -> str:
    counts = {
        verdict: sum(row.verdict == verdict for row in rows)
        for verdict in (LOOK, NOTHING_OUT, HOPED, UNCLEAR, NO_YARDSTICK, NO_DATA)
    }
    words = {
        LOOK: ("needs a look", "need a look"),
        NOTHING_OUT: ("finds nothing that stands out", "find nothing that stands out"),
        HOPED: ("looks as hoped", "look as hoped"),
        UNCLEAR: ("is not clear", "are not clear"),
        NO_YARDSTICK: ("has no yardstick", "have no yardstick"),
        NO_DATA: ("has no data", "have no data"),
    }
    said = {verdict: f"{number} {words[verdict][number > 1]}" for verdict, number in counts.items() if number}
    told, open_ = ([said[name] for name in said if (name in _TOLD) == is_told] for is_told in (True, False))
    number = len(rows) - sum(counts[name] for name in _TOLD)
    others = f"the other {number} can't be told" if told else "none could be told"
    others = f"{others}: {wording.listing(open_)}"
    parts = "; ".join([*([wording.listing(told)] if told else []), *([others] if open_ else [])])
    aims = list(dict.fromkeys(row.aim for row in rows if row.verdict == LOOK))
    where = f" To look at: {wording.listing([_lower(AIMS[aim]) for aim in aims])}." if aims else ""
    return f"Of {wording.plural(len(rows), 'question')} on the five aims, {force}, all powers, {span}: {parts}.{where}"


def _lower(text: str) -> str:
    return f"{text[0].lower()}{text[1:]}"


def _table(rows: Sequence[Criterion]) -> pd.DataFrame:
    import pandas as pd

    def column(name: str) -> pd.Series:
        values = [f"{row.aim} {AIMS[row.aim]}" if name == "aim" else getattr(row, name) for row in rows]
        kind = "Int64" if name == "base" else "Float64" if name in ("number", "low", "high") else "str"
        return pd.Series(values, dtype=kind)

    return pd.DataFrame({name: column(name) for name in ROWS})


def _cards(rows: Sequence[Criterion]) -> tuple[Card, ...]:
    """A card an aim: each question with its verdict in a badge and why below it."""
    return tuple(
        Card(
            f"{aim}. {name}",
            tuple(
                Line(row.why, row.question, _ICONS[row.verdict], look=row.verdict == LOOK, mark=row.verdict)
                for row in rows
                if row.aim == aim
            ),
        )
        for aim, name in AIMS.items()
    )
