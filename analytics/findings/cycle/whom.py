"""Whom the cycle is asked about: the force as a whole, one of its areas, or one group of respondents."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analytics import wording
from analytics.finding import Lead, Line
from analytics.findings.cycle import scores
from analytics.findings.cycle.scores import Cycle
from analytics.findings.survey import choices
from analytics.findings.survey.answers import UNANSWERABLE
from analytics.scope import Scope, ScopeError
from data.vocabularies.survey import attributes, measures

if TYPE_CHECKING:
    from collections.abc import Iterable

    from data.store import View


def completed(scope: Scope, view: View) -> Scope:
    """The scope with everything said that the page of the cycle asks about.

    Raises
    ------
    ScopeError
        If the release has nothing of what the scope asks about, a group is asked about without saying of what, or an
        area and a group at once.
    """
    full = choices.complete(scope.but(measure=None), view).but(measure=None, from_month=None)
    if full.among and not full.by:
        raise ScopeError(f"“{full.among}” is one of several groups: say what they are of as well, with “by”.")
    if full.among and full.area:
        raise ScopeError("The cycle is shown of an area or of a group, not of both at once.")
    if full.among:
        held = groups(full, view, str(full.by))
        if full.among not in held:
            raise ScopeError(
                f"{full.survey} has nobody of “{full.among}” ({attributes()[str(full.by)].label.lower()}); there is "
                f"{wording.listing(held, 99) or 'no other group'}."
            )
    return full


def groups(scope: Scope, view: View, grouping: str) -> list[str]:
    """The groups of an attribute whose cycle can be asked about; none where the survey asks nothing about a stage."""
    try:
        return scores.groups(Cycle.of(scope, view), grouping)
    except UNANSWERABLE:
        return []


def near(scope: Scope, view: View) -> dict[str, Scope]:
    """Scopes near one that can't be answered, by what they change in words."""
    found = {"Show everyone": scope.but(by=None, among=None)} if scope.among else {}
    return {**found, **choices.near(scope, view)}


def is_whole(scope: Scope) -> bool:
    """Whether a scope is of the force as a whole."""
    return not scope.area and not scope.among


def others(scope: Scope) -> str:
    """What a part is set against, in words."""
    return "the rest of the force" if scope.area else "everyone else"


def onward(scope: Scope, cycle: Cycle, stages: Iterable[str]) -> tuple[Line, ...]:
    """The questions of some stages, each with the page that shows it for the same area, month and groups."""
    view = scope.only(("force", "survey", "area", "to", "by"))
    return tuple(
        Line(
            bold=stage.capitalize(),
            text=measures()[name].label,
            leads=Lead("trends", view.but(measure=name).address()),
        )
        for stage in stages
        for name in cycle.questions(stage)
    )
