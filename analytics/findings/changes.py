"""Trends, every measure at once: which of a survey's measures changed in a year, tested together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from analytics import wording
from analytics.finding import Finding
from analytics.findings import trends
from analytics.findings.asked import question_of
from analytics.findings.periods import chance_of_changes, change_words, changes_rule, verdicts_of
from analytics.findings.refusal import refused
from analytics.findings.survey import choices, estimates
from analytics.findings.survey.answers import UNANSWERABLE, Answers, NoAnswers
from analytics.scope import Scope
from analytics.survey import CHANGE
from data.vocabularies.survey import STAGES, measures

if TYPE_CHECKING:
    import pandas as pd

    from data.store import View

FIGURES = ["estimate", "low", "high", "base", "was", "change", "change_low", "change_high", "p_value"]
CHANGED = ["stage", "measure", "label", "before", *FIGURES, "verdict", "says", "flag"]
BENEFIT = "benefit"

_NAMES = {"change": "estimate", "change_low": "low", "change_high": "high", "p_value": "p_value"}
_NO_YEAR = "no point a year before"
_OLD = "not asked in the last year"


def change(scope: Scope, view: View) -> Finding:
    """The change of every measure of a survey over a year."""
    question = question_of(change)
    try:
        scope = _completed(scope, view)
        made = _answers(scope, view)
    except UNANSWERABLE as why:
        return refused(question, _frame([]), scope, view, str(why))
    table = changes_of(made)
    tested = table[table["p_value"].notna()]
    said = (
        "Rose or fell is only said where the 95 % interval leaves out 0 and the false-discovery rate over all measures "
        "allows it."
    )
    whole = made[0]
    return Finding(
        key=question.key,
        question=question.asks,
        headline=_headline(table),
        answer=_answer(table, whole),
        tables={"changed": table.drop(columns="says")},
        provenance=whole.provenance(
            question,
            f"{wording.plural(len(tested), 'measure')}, each with its own answers",
            [*_untested(table), *changes_rule(table)],
            list(whole.waves["wave"]),
        ),
        caveats=(said, whole.unsure, *chance_of_changes(table)),
    )


def answerable(scope: Scope, view: View) -> None:
    """Raise one of ``UNANSWERABLE`` where a survey has no answers to any measure for a scope."""
    _answers(_completed(scope, view), view)


def changes_of(made: list[Answers]) -> pd.DataFrame:
    """The change of each measure between its last point and the one a year before.

    Returns
    -------
    DataFrame
        One row a measure, by stage of the cycle and in the order of the catalogue: `CHANGED`. Verdicts hold the
        false-discovery rate over all rows.
    """
    newest = max(answers.last.month for answers in made)
    order = {stage: place for place, stage in enumerate((*STAGES, BENEFIT))}
    rows = sorted((_row(answers, newest) for answers in made), key=lambda row: order[row["stage"]])
    table = _frame(rows)
    table["verdict"] = verdicts_of(table)
    told = table["p_value"].notna()
    table["says"] = [
        change_words(row) if there else "" for row, there in zip(table.to_dict("records"), told, strict=True)
    ]
    return table


def _completed(scope: Scope, view: View) -> Scope:
    """The scope with everything said: all measures, each at its waves, in an area its years."""
    return choices.complete(scope.but(measure=None, by=None, from_month=None, points=None), view)


def _answers(scope: Scope, view: View) -> list[Answers]:
    """Answers to each measure that was asked up to the end of the period.

    Raises
    ------
    NoAnswers
        If there are none.
    """
    force, survey, last = str(scope.force), str(scope.survey), str(scope.to_month)
    if not choices.has_answers(view, force, survey):
        raise NoAnswers(f"Of {survey} only published figures are loaded, not the answers behind them.")
    asked = [
        measure
        for measure in choices.asked(view, force, survey)
        if (choices.asked_waves(view, force, survey, measure)["month"] <= last).any()
    ]
    if not asked:
        raise NoAnswers(f"No wave of {survey} up to {wording.month(last)} asks a measure.")
    return [_of(scope, view, measure) for measure in asked]


def _of(scope: Scope, view: View, measure: str) -> Answers:
    """Answers to a measure in every wave: its last point may lie before the period that a page shows."""
    force, survey = str(scope.force), str(scope.survey)
    first = str(choices.asked_waves(view, force, survey, measure)["month"].iloc[0])
    return Answers.of(scope.but(measure=measure, from_month=min(first, str(scope.to_month))), view)


def _row(answers: Answers, newest: str) -> dict[str, Any]:
    last = trends.trend_table(answers).iloc[-1]
    before = answers.a_year_before
    recent = before is not None and answers.last.month > wording.earlier(newest, 12)
    compared = estimates.change_to_last(answers) if recent else None
    figures: dict[str, Any] = {}
    if compared is not None and before is not None:
        figures = {new: compared.at[0, old] for new, old in _NAMES.items()}
        figures["was"] = estimates.share_at(answers, before)
    return {
        "stage": answers.measure.stage,
        "measure": answers.measure.id,
        "label": last["label"],
        "before": before.label if before else None,
        **{name: last[name] for name in FIGURES[:4]},
        **{name: figures.get(name) for name in FIGURES[4:]},
        "flag": last["flag"] if figures else _why(answers, newest),
    }


def _why(answers: Answers, newest: str) -> str:
    """Why there is no change."""
    before, last = answers.a_year_before, trends.trend_table(answers).iloc[-1]
    if answers.last.month <= wording.earlier(newest, 12):
        return _OLD
    if before is None:
        return _NO_YEAR
    if not answers.comparable(before, answers.last):
        return f"not compared: {answers.broken_since(before)} since then"
    return str(last["flag"]) if wording.missing(last["estimate"]) else "not enough answers a year before"


def _headline(table: pd.DataFrame) -> str:
    rose, fell = (list(table.loc[table["verdict"] == side, "measure"]) for side in (CHANGE.above, CHANGE.below))
    tested = int(table["p_value"].notna().sum())
    if not tested:
        return "No measure can be compared with a year before"
    if not rose and not fell:
        return f"None of {wording.plural(tested, 'measure')} changed clearly in a year"
    return f"Of {wording.plural(tested, 'measure')} {len(rose)} rose and {len(fell)} fell in a year"


def _answer(table: pd.DataFrame, whole: Answers) -> str:
    where = "" if whole.scope.area is None else f" in {_area(whole)}"
    rows = table[table["verdict"].isin([CHANGE.above, CHANGE.below])].to_dict("records")
    named = [f"{measures()[row['measure']].label} {row['verdict']}: {_by(row)}" for row in rows]
    tested = int(table["p_value"].notna().sum())
    if not tested:
        return f"{whole.survey}{where}: no measure has a figure now and a year before that can be compared."
    rest = tested - len(rows)
    others = f"{wording.plural(rest, 'measure')} without a clear change" if rest else ""
    return f"{whole.survey}{where}: {'; '.join(part for part in (*named, others) if part)}."


def _by(row: Any) -> str:  # noqa: ANN401
    return change_words(row).removeprefix("a change of ")


def _area(whole: Answers) -> str:
    return choices.names(whole.view, whole.force, whole.survey)[str(whole.scope.area)]


def _untested(table: pd.DataFrame) -> list[str]:
    without = table.loc[table["p_value"].isna(), "flag"].value_counts()
    return [f"{wording.plural(int(count), 'measure')} without a change: {why}" for why, count in without.items()]


def _frame(rows: list[dict[str, Any]]) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame(rows, columns=CHANGED).astype(dict.fromkeys(FIGURES, "Float64"))
