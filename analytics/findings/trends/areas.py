"""Trends, where: a measure by area, against the rest of the force."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from analytics import charts, wording
from analytics.finding import Finding, Panel
from analytics.findings.asked import question_of
from analytics.findings.refusal import refused
from analytics.findings.survey import choices, estimates
from analytics.findings.survey.answers import UNANSWERABLE, Answers, NoAnswers
from analytics.findings.survey.published import Published
from analytics.findings.tested import SIDES, chance_caveat, number_tested, rule_of_tests, withheld_rule
from analytics.findings.trends.published import published_areas
from analytics.findings.trends.shared import AREAS, draw_rows, empty, number_of_answers, share, sides
from analytics.scope import Scope

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping

    import pandas as pd

    from data.store import View


def by_area(scope: Scope, view: View) -> Finding:
    """A measure in each area, against the rest of the force."""
    question = question_of(by_area)
    try:
        scope = choices.complete(scope, view)
        if not choices.has_answers(view, str(scope.force), str(scope.survey)):
            return published_areas(question, Published.of(scope.but(area=None), view))
        answers = Answers.of(scope.but(area=None), view)
        level = _level(scope, answers)
    except UNANSWERABLE as why:
        return refused(question, empty(AREAS), scope, view, str(why))
    noun = choices.called(view, answers.force, answers.survey, level)
    table = estimates.by_area(answers, level)
    table["name"] = table["area"].map(choices.names(view, answers.force, answers.survey))
    table = table.sort_values("name", ignore_index=True)
    table["verdict"], table["period"] = sides(table), answers.year.span
    whole = estimates.overall(answers).iloc[0].to_dict()
    return Finding(
        key=question.key,
        question=question.asks,
        headline=_headline(table, noun),
        answer=(
            f"{answers.measure.label}, {answers.year.span}: {share(whole)} in the force as a whole. "
            f"{_headline(table, noun)}.{_few(table, noun)} In alphabetical order, not a ranking."
        ),
        tables={"areas": table[AREAS]},
        provenance=answers.provenance(
            question,
            f"{number_of_answers(whole)}, {answers.year.span}",
            [*withheld_rule(table), *rule_of_tests(table)],
            answers.year.waves,
        ),
        caveats=(
            f"The figure of an area pools {wording.plural(len(answers.year.waves), 'wave')}, {answers.year.span}. Each "
            "area is set against the rest of the force.",
            *chance_caveat(table),
        ),
        panels=_panels(table, whole, answers.measure.higher_is_better),
        alt=f"{answers.measure.label} by area, against the whole force",
    )


def _few(table: pd.DataFrame, noun: str) -> str:
    few = int(table["estimate"].isna().sum())
    return f" Of {wording.plural(few, noun)} there are not enough answers." if few else ""


def _level(scope: Scope, answers: Answers) -> str:
    held = set(choices.areas(answers.view, answers.force, answers.survey)["area_level"])
    if not held:
        raise NoAnswers(f"{answers.survey} does not say where people live.")
    if scope.area_level:
        return scope.area_level
    return "neighbourhood" if "neighbourhood" in held else "district"


def _headline(table: pd.DataFrame, noun: str) -> str:
    counts = table["verdict"].value_counts()
    below, above = int(counts.get("below", 0)), int(counts.get("above", 0))
    shown = int(table["estimate"].notna().sum())
    if not shown:
        return f"Not enough answers of any of {wording.plural(len(table), noun)}"
    if not number_tested(table):
        return f"{wording.plural(shown, noun)}: none can be set against the rest"
    if not below and not above:
        return f"None of {wording.plural(shown, noun)} is clearly different from the rest"
    return f"Of {wording.plural(shown, noun)} {below} clearly below the rest, {above} clearly above"


def _panels(table: pd.DataFrame, whole: Mapping[Hashable, Any], welcome: bool) -> tuple[Panel, ...]:
    ceiling = charts.shared_ceiling([table])
    sides = {
        SIDES.below: ("Clearly below", "arrow_downward"),
        SIDES.neither: ("Not clearly different", "remove"),
        SIDES.above: ("Clearly above", "arrow_upward"),
    }
    panels = []
    for side, (title, icon) in sides.items():
        rows = table[(table["verdict"] == side) & table["estimate"].notna()]
        if rows.empty:
            continue
        panels.append(
            Panel(
                label=f"{title} · {len(rows)}",
                value="",
                interval="",
                draw=partial(draw_rows, rows.rename(columns={"name": "label"}), whole, ceiling, welcome),
                alt=f"{title}: {wording.listing(list(rows['name']), 99)}",
                icon=icon,
            )
        )
    return tuple(panels)
