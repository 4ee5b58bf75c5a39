"""Where a question can't be answered: the nearest scopes for which it can."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from analytics.findings import QUESTIONS, Question, engagement, neighbourhoods, searches
from analytics.findings.survey import answers
from analytics.scope import Scope

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
    near = (WayOut(label, other) for label, other in question.near(scope, view).items())
    return list(islice((way for way in near if _can(question, way.scope.only(question.takes), view)), _MOST))


def answerable(view: View) -> list[str]:
    """Keys of the questions that a release can answer where nothing else was said.

    To find out reads what every question begins with, which is kept.
    """
    return [key for key, question in QUESTIONS.items() if _can(question, Scope(), view)]


def _can(question: Question, scope: Scope, view: View) -> bool:
    try:
        question.check(scope, view)
    except (*searches.UNANSWERABLE, *answers.UNANSWERABLE, *engagement.UNANSWERABLE, *neighbourhoods.UNANSWERABLE):
        return False
    return True
