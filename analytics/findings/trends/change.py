"""Trends, every measure at once: which of a survey's measures changed in a year, tested together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from analytics import wording
from analytics.finding import Finding
from analytics.findings.asked import question_of
from analytics.findings.refusal import refused
from analytics.findings.survey import changes, choices, verdicts
from analytics.findings.survey.answers import IN_A_YEAR, UNANSWERABLE, Answers, NoAnswers
from analytics.findings.tested import chance_caveat, number_tested, rule_of_tests
from analytics.findings.trends.shared import size_of_change
from analytics.records import records_of
from analytics.scope import Scope
from analytics.survey import CHANGE
from data.vocabularies.survey import STAGES, measures

if TYPE_CHECKING:
    import pandas as pd

    from data.store import View

COLUMNS = ["stage", "measure", *changes.SHOWN[2:-1], "q_value", "verdict", "flag"]
BENEFIT = "benefit"


def change(scope: Scope, view: View) -> Finding:
    """The change of every measure of a survey over a year."""
    question = question_of(change)
    try:
        scope = _completed(scope, view)
        table = _table(scope, view)
        whole = _answers(scope, view, str(table["measure"].iloc[0]))
    except UNANSWERABLE as why:
        return refused(question, _empty(), scope, view, str(why))
    tested = number_tested(table)
    said = (
        "Rose or fell is only said where the 95 % interval leaves out 0 and the false-discovery rate over all measures "
        "allows it."
    )
    return Finding(
        key=question.key,
        question=question.asks,
        headline=_headline(table),
        answer=_answer(table, whole),
        tables={"changed": table},
        provenance=whole.provenance(
            question,
            f"{wording.plural(tested, 'measure')}, each with its own answers",
            [*_untested(table), *rule_of_tests(table, "change")],
            changes.compared_waves(scope, view),
            of_every_measure=True,
        ),
        caveats=(said, whole.unsure, *chance_caveat(table)),
    )


def measured(scope: Scope, view: View) -> None:
    """Raise one of ``UNANSWERABLE`` where a survey has no answers to any measure for a scope."""
    _table(_completed(scope, view), view)


def _completed(scope: Scope, view: View) -> Scope:
    """The scope with everything said: all measures, each at its waves, in an area its years."""
    return choices.complete(scope.but(measure=None, by=None, from_month=None, points=None), view)


def _table(scope: Scope, view: View) -> pd.DataFrame:
    """The changes by stage of the cycle, in the order of the catalogue.

    Raises
    ------
    NoAnswers
        If there are none.
    """
    force, survey, last = str(scope.force), str(scope.survey), str(scope.to_month)
    if not choices.has_answers(view, force, survey):
        raise NoAnswers(f"Of {survey} only published figures are loaded, not the answers behind them.")
    every = verdicts.of_scope(scope, view)
    if every.empty:
        raise NoAnswers(f"No wave of {survey} up to {wording.month(last)} asks a measure.")
    order = {stage: place for place, stage in enumerate((*STAGES, BENEFIT))}
    table = every.assign(stage=[measures()[name].stage for name in every["measure"]])
    table = table.sort_values("stage", key=lambda stages: stages.map(order), kind="stable", ignore_index=True)
    return table[COLUMNS]


def _answers(scope: Scope, view: View, measure: str) -> Answers:
    """The answers to a measure from its first wave on."""
    first = choices.first_month(view, str(scope.force), str(scope.survey), measure)
    return Answers.of(scope.but(measure=measure, from_month=first), view)


def _headline(table: pd.DataFrame) -> str:
    over = "in a year" if _is_of_a_year(table) else "since the figure before"
    rose, fell = (list(table.loc[table["verdict"] == side, "measure"]) for side in (CHANGE.above, CHANGE.below))
    tested = number_tested(table)
    if not tested:
        return "No measure can be compared with a year before"
    if not rose and not fell:
        return f"None of {wording.plural(tested, 'measure')} changed clearly {over}"
    return f"Of {wording.plural(tested, 'measure')} {len(rose)} rose and {len(fell)} fell {over}"


def _answer(table: pd.DataFrame, whole: Answers) -> str:
    where = "" if whole.scope.area is None else f" in {_area(whole)}"
    rows = records_of(table[table["verdict"].isin([CHANGE.above, CHANGE.below])])
    named = [f"{measures()[row['measure']].label} {row['verdict']}: {size_of_change(row)}{_over(row)}" for row in rows]
    tested = number_tested(table)
    if not tested:
        return f"{whole.survey}{where}: no measure has a figure now and a year before that can be compared."
    rest = tested - len(rows)
    others = f"{wording.plural(rest, 'measure')} without a clear change" if rest else ""
    return f"{whole.survey}{where}: {'; '.join(part for part in (*named, others) if part)}."


def _is_of_a_year(table: pd.DataFrame) -> bool:
    """Whether every change that was tested is one over a year."""
    return set(table.loc[table["p_value"].notna(), "since"]) <= {IN_A_YEAR}


def _over(row: Any) -> str:  # noqa: ANN401
    return "" if row["since"] == IN_A_YEAR else f" {row['since']}"


def _area(whole: Answers) -> str:
    return choices.names(whole.view, whole.force, whole.survey)[str(whole.scope.area)]


def _untested(table: pd.DataFrame) -> list[str]:
    without = table.loc[table["p_value"].isna(), "flag"].value_counts()
    return [f"{wording.plural(int(count), 'measure')} without a change: {why}" for why, count in without.items()]


def _empty() -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame({name: pd.Series(dtype="object") for name in COLUMNS})
