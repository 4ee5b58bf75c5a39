"""The ring: how every stage of the cycle is, in the force, an area or a group, and what it is compared with."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from analytics import charts, wording
from analytics.claims import Layer, claim_of
from analytics.finding import Finding, Mode, Provenance
from analytics.findings.asked import question_of
from analytics.findings.cycle import scores
from analytics.findings.cycle.links import GOES_TOGETHER, UNIT, Ring
from analytics.findings.cycle.links import METHOD as LINKS_METHOD
from analytics.findings.cycle.links import REFERENCE as LINKS_REFERENCE
from analytics.findings.cycle.scores import COMPARED, NOT_ASKED, SCORES, Cycle, Scores
from analytics.findings.cycle.whom import completed, is_whole, onward, others
from analytics.findings.refusal import refused
from analytics.findings.survey import estimates
from analytics.findings.survey.answers import UNANSWERABLE
from analytics.findings.tested import SIDES, chance_caveat, number_tested, rule_of_tests, withheld_rule
from analytics.records import records_of
from analytics.scope import Scope
from analytics.survey import CHANGE
from data.vocabularies.survey import measures

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping

    import pandas as pd
    import plotly.graph_objects as go

    from analytics.findings import Question
    from data.store import View

STAGES_TABLE = [*SCORES[:5], *COMPARED, "verdict", "questions", "se", "df", "flag"]
METHOD = (
    "Average of the weighted shares of positive answers to the questions of a stage; where fewer are better, of the "
    "rest. Variance by Taylor linearisation of the sum of their totals over every sampled unit, so that it counts that "
    "the same people answer them; in an area with the design factor and the correlations that areas have in common. "
    "95 % interval: Wilson's with the effective number of answers and Student's t; of a difference, MOVER."
)
REFERENCE = (
    "Särndal, Swensson and Wretman 1992, Model Assisted Survey Sampling, 5.7; Franco and others 2019, JSSAM 7, 334; "
    "Zou and Donner 2008, Statistics in Medicine 27, 1693; Benjamini and Hochberg 1995, JRSS B 57, 289"
)
NOT_RANKED = (
    "Each stage is asked of with questions of its own, so scores of different stages are not set against each other: "
    "the lowest score is not the weakest stage. A score is the average of every question of its stage, pooled over a "
    "year, and so not the figure of one question on the Overview, which sets one wave against that of a year before: a "
    "question can rise or fall there while its stage has not clearly changed."
)
WIDTHS = (
    "The width of a link is its strength, the pale edge reaches the upper end of its interval, a dashed link is not "
    "told from none, and orange marks a link alone: the weakest, or those weaker than the others'."
)
_LONGEST = 70


def ring(scope: Scope, view: View) -> Finding:
    """Every stage of the cycle with its score, and what it is compared with."""
    question = question_of(ring)
    try:
        scope = completed(scope, view)
        cycle = Cycle.of(scope, view)
        found = scores_of(cycle, scope)
    except UNANSWERABLE as why:
        return refused(question, _empty(), scope, view, str(why))
    table, whole = _called(found, scope), is_whole(scope)
    links, unknown = _links(scope, view)
    answer = f"{_sentence(table)}; {cycle.span}.{_compared_words(table, scope, cycle)}"
    return Finding(
        key=question.key,
        question=question.asks,
        headline=_headline(table, scope, cycle),
        answer=answer,
        tables={
            "stages": table[STAGES_TABLE],
            **({"links": links.table} if links else {}),
            "measures": found.measures,
        },
        provenance=_provenance(question, cycle, scope, table, links),
        caveats=(
            *((UNIT, WIDTHS, GOES_TOGETHER) if links else (unknown,)),
            NOT_RANKED,
            *_uncompared(cycle, scope),
            *_left_out(cycle),
            *chance_caveat(table),
        ),
        claim=claim_of(Layer.ASSOCIATION if links else Layer.DESCRIPTION),
        draw=partial(_draw, table, links, whole),
        onward=onward(scope, cycle, _clear_stages(table)),
        alt=f"The confidence cycle. {answer}{_links_words(links)}",
    )


def scores_of(cycle: Cycle, scope: Scope) -> Scores:
    """The scores of whom a scope asks about.

    Raises
    ------
    NoAnswers
        If nobody of them was asked.
    """
    if scope.area:
        return scores.of_area(cycle, scope.area)
    if scope.among:
        return scores.of_group(cycle, str(scope.by), scope.among)
    return scores.of_force(cycle)


def answerable(scope: Scope, view: View) -> None:
    """Raise one of ``UNANSWERABLE`` where a survey asks nothing about a stage; cheaper than the scores."""
    Cycle.of(completed(scope, view), view)


def _called(found: Scores, scope: Scope) -> pd.DataFrame:
    """The table with a verdict on each stage, all tested together: on its change, or on how a part differs."""
    limits = found.table[COMPARED[1:]].set_axis(["low", "high", "p_value"], axis=1)
    return found.table.assign(verdict=estimates.called(limits, CHANGE if is_whole(scope) else SIDES))


def _headline(table: pd.DataFrame, scope: Scope, cycle: Cycle) -> str:
    words = CHANGE if is_whole(scope) else SIDES
    rest = "" if is_whole(scope) else f" {others(scope)}"
    told = [
        f"{wording.listing(names)} {_verb(scope, len(names))}{verdict}{rest}"
        for verdict in (words.below, words.above)
        if (names := [str(name) for name in table.loc[table["verdict"] == verdict, "stage"]])
    ]
    when = f" {_since(cycle)}" if is_whole(scope) else ""
    said = f"{', '.join(told)}{when}"
    if told and len(said) < _LONGEST:
        return said[:1].upper() + said[1:]
    if told:
        counts = {verdict: int((table["verdict"] == verdict).sum()) for verdict in (words.below, words.above)}
        parts = wording.listing(
            [f"{count} {_verb(scope, count)}{verdict}" for verdict, count in counts.items() if count]
        )
        return f"Of {wording.plural(number_tested(table), 'stage')} {parts}{rest}{when}"
    if not number_tested(table):
        return "How each stage of the cycle is"
    if is_whole(scope):
        return f"No stage has clearly changed {_since(cycle)}"
    return f"No stage is clearly different from {others(scope)}"


def _clear_stages(table: pd.DataFrame) -> list[str]:
    """The stages that are clearly different, from their past or from the others."""
    clear = (CHANGE.below, CHANGE.above, SIDES.below, SIDES.above)
    return [str(name) for name in table.loc[table["verdict"].isin(clear), "stage"]]


def _verb(scope: Scope, number: int) -> str:
    """What stands before a verdict: nothing before rose and fell."""
    return "" if is_whole(scope) else f"{'is' if number == 1 else 'are'} clearly "


def _since(cycle: Cycle) -> str:
    alike = all(cycle.before[name].length == cycle.now[name].length for name in cycle.before)
    return "in the past year" if alike else f"against {cycle.span_before}"


def _sentence(table: pd.DataFrame) -> str:
    said = "; ".join(_told(row) for row in records_of(table))
    return said[:1].upper() + said[1:]


def _told(row: Mapping[Hashable, Any]) -> str:
    if wording.missing(row["score"]):
        return f"{row['stage']}: {row['flag']}"
    if wording.missing(row["low"]):
        return f"{row['stage']} {wording.percent(row['score'])} (no interval)"
    return f"{row['stage']} {wording.percent(row['score'])} ({wording.percent_between(row['low'], row['high'])})"


def _compared_words(table: pd.DataFrame, scope: Scope, cycle: Cycle) -> str:
    """What is clearly different, with how much, in a sentence of its own."""
    tested = number_tested(table)
    if not tested:
        return "" if is_whole(scope) else f" Nothing can be set against {others(scope)}."
    words = CHANGE if is_whole(scope) else SIDES
    clear = [
        f"{row['stage']} {row['verdict']} by {_size(row)}"
        for row in records_of(table)
        if row["verdict"] in (words.below, words.above)
    ]
    against = f"Against {_before(cycle)}" if is_whole(scope) else f"Against {others(scope)}"
    said = "; ".join(clear) or "no stage is clearly different"
    return f" {against}: {said}, of {wording.plural(tested, 'stage')} tested."


def _before(cycle: Cycle) -> str:
    """The earlier months; and where they are fewer than those that they are compared with, why."""
    why = cycle.cut_before
    if not why:
        return cycle.span_before
    return f"{cycle.span_before}, all of the year before that can be compared ({why})"


def _size(row: Mapping[Hashable, Any]) -> str:
    """How large a clear difference is, without its sign: ``4 points (1 to 7)``."""
    ends = sorted((abs(row["difference_low"]), abs(row["difference_high"])))
    size = wording.points(abs(row["difference"])).removeprefix("+")
    return f"{size} ({ends[0] * 100:.0f} to {ends[1] * 100:.0f})"


def _uncompared(cycle: Cycle, scope: Scope) -> list[str]:
    """Why nothing is set against a year before, in a sentence."""
    if cycle.before or not is_whole(scope):
        return []
    broken = next((point.broken for point in cycle.now.values() if point.broken), "")
    why = f"{broken} from {wording.month(cycle.starts[:7])}" if broken else "no wave of the year before is loaded"
    return [f"Nothing is set against a year before: {why}."]


def _left_out(cycle: Cycle) -> list[str]:
    """Questions that make no part of a score, and why, in sentences."""
    found = []
    if cycle.of_some:
        names = wording.listing([measures()[name].label for name in cycle.of_some])
        found.append(f"Left out: {names}, which not everyone was asked.")
    if cycle.old:
        names = wording.listing([measures()[name].label for name in cycle.old])
        found.append(f"Left out: {names}, which was not asked in the last year.")
    return found


def _links(scope: Scope, view: View) -> tuple[Ring | None, str]:
    """The links of whom a scope asks about, or why there are none."""
    try:
        return Ring.of(scope, view), ""
    except UNANSWERABLE as why:
        return None, f"Links between the stages: {str(why)[:1].lower()}{str(why)[1:]}"


def _links_words(links: Ring | None) -> str:
    return f" Links: {links.words}." if links else ""


def _provenance(question: Question, cycle: Cycle, scope: Scope, table: pd.DataFrame, links: Ring | None) -> Provenance:
    shown = table[table["base"].notna() & table["score"].notna()]
    bases = "; ".join(
        f"{row['stage']}: {wording.plural(int(row['base']), 'answer')} or more to each question"
        for row in records_of(shown)
    )
    figures = table.rename(columns={"score": "estimate"})
    asked = figures[figures["flag"] != NOT_ASKED]
    waves = [*cycle.waves, *(cycle.waves_before if is_whole(scope) else ())]
    made = cycle.any_answers.provenance(
        question,
        f"{bases or 'No stage has enough answers'}; {cycle.span}",
        [*withheld_rule(asked), *rule_of_tests(table)],
        waves,
        f"{METHOD} Links: {LINKS_METHOD}" if links else METHOD,
        of_every_measure=True,
    )
    reference = f"{REFERENCE}; {LINKS_REFERENCE}" if links else REFERENCE
    return replace(made, reference=reference, scope=scope.only(question.takes).address())


def _draw(table: pd.DataFrame, links: Ring | None, whole: bool, mode: Mode) -> go.Figure:
    import pandas as pd

    words = {} if whole else {SIDES.above: "clearly above", SIDES.below: "clearly below"}
    rows = table.assign(verdict=[words.get(verdict, verdict) for verdict in table["verdict"]])
    if links is None:
        none = pd.DataFrame(columns=["strength"])
        return charts.ring(rows, none, mode, ("Links between stages", "not known"))
    return charts.ring(rows, links.table, mode, links.middle, links.marked)


def _empty() -> pd.DataFrame:
    import pandas as pd

    texts = {"stage", "verdict", "questions", "flag"}
    return pd.DataFrame({name: pd.Series(dtype="object" if name in texts else "Float64") for name in STAGES_TABLE})
