"""The survey of a force that asks a measure: what stop and search is set beside."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from analytics.findings.survey import choices
from analytics.findings.survey.answers import Answers
from analytics.scope import Scope
from data.vocabularies.survey import measures

if TYPE_CHECKING:
    from data.store import View

STOPPED = "stopped_12m"
"""Whether somebody was stopped and searched in the past year."""
NO_SURVEY = "no survey of this force whose answers are held asks {what}."


def confidence_measures() -> list[str]:
    """Measures of confidence, the one shown first where a survey has several at the front."""
    of_stage = [name for name, measure in measures().items() if measure.stage == "confidence"]
    return list(dict.fromkeys([*choices.FIRST, *of_stage]))


def surveys_with(view: View, force: str, grouping: str | None = None) -> list[str]:
    """Surveys of a force whose answers are held, and counted by a grouping where one is named."""
    if force not in choices.forces(view):
        return []
    held = [name for name in choices.surveys(view, force) if choices.has_answers(view, force, name)]
    return [name for name in held if grouping is None or grouping in choices.groupings(view, force, name)]


def answers_of(
    view: View, force: str, measure: str | Iterable[str], to_month: str, grouping: str | None = None
) -> Answers | None:
    """The answers to a measure, or to the first of several, up to a month; None where no wave up to then asks it.

    Raises
    ------
    ScopeError, NoAnswers
        If there are no such answers all the same.
    """
    wanted = [measure] if isinstance(measure, str) else list(measure)
    for survey in surveys_with(view, force, grouping):
        asked = set(choices.asked(view, force, survey))
        by_then = (name for name in wanted if name in asked)
        name = next((one for one in by_then if choices.first_month(view, force, survey, one) <= to_month), None)
        if name is not None:
            scope = Scope(force=force, survey=survey, measure=name, to_month=to_month)
            return Answers.of(scope, view)
    return None
