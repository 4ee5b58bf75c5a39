"""Where a question can't be answered: the nearest scopes for which it can."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from analytics import wording
from analytics.findings import QUESTIONS, Question, choices
from analytics.findings.searches import UNANSWERABLE
from analytics.scope import ALL_POWERS, Scope

if TYPE_CHECKING:
    from data.store import View


_MOST = 2


@dataclass(frozen=True)
class WayOut:
    """Another scope, and what it changes in words."""

    label: str
    scope: Scope


def ways_out(key: str, scope: Scope, view: View) -> list[WayOut]:
    """Scopes that differ in one part from a refused one and that the question can be answered for; two at most.

    Parameters
    ----------
    key
        The question.
    scope
        The refused scope, with everything said.
    """
    question = QUESTIONS[key]
    answered = (way for way in _near(scope, view) if _can(question, way.scope.only(question.takes), view))
    return list(islice(answered, _MOST))


def _can(question: Question, scope: Scope, view: View) -> bool:
    try:
        question.check(scope, view)
    except UNANSWERABLE:
        return False
    return True


def _near(scope: Scope, view: View) -> list[WayOut]:
    months = choices.months(view, str(scope.force))
    near = []
    if scope.area:
        near.append(WayOut("Show the whole force area", scope.but(area=None)))
    if scope.power not in (None, ALL_POWERS):
        near.append(WayOut("Show all powers", scope.but(power=ALL_POWERS)))
    if scope.definition == "officer":
        near.append(WayOut("Use self-defined ethnicity", scope.but(definition="self")))
    if months and (scope.from_month, scope.to_month) != (months[0], months[-1]):
        span = wording.months(months[0], months[-1])
        near.append(WayOut(f"Show {span}", scope.but(from_month=months[0], to_month=months[-1])))
    near += [
        WayOut(f"Use residents by {source}", scope.but(population=source))
        for source in choices.populations(view)
        if source != scope.population
    ]
    return near
