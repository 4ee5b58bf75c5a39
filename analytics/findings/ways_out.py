"""Which questions can't be answered, and the nearest scopes for which they can."""

from __future__ import annotations

from collections.abc import Callable, Iterable
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


def glanced_at(keys: Iterable[str]) -> set[str]:
    """Parts of a scope that it hangs on what a glance tells of some questions."""
    asked = (QUESTIONS[key] for key in keys)
    return {name for question in asked if question.glance for name in question.takes}


def silent(keys: Iterable[str], scope: Scope, view: View) -> bool:
    """Whether a glance tells that nothing can be answered of some questions.

    Questions that are not of a force, such as what an invented example shows, count for nothing.

    Parameters
    ----------
    keys
        The questions.
    scope
        What is asked about, with everything said.
    """
    asked = [question for question in map(QUESTIONS.__getitem__, keys) if "force" in question.takes]
    return not any(
        question.glance is None or _passes(question.glance, scope.only(question.takes), view) for question in asked
    )


def _can(question: Question, scope: Scope, view: View) -> bool:
    return _passes(question.check, scope, view)


def _passes(check: Callable[[Scope, View], object], scope: Scope, view: View) -> bool:
    try:
        check(scope, view)
    except (*searches.UNANSWERABLE, *answers.UNANSWERABLE, *engagement.UNANSWERABLE, *neighbourhoods.UNANSWERABLE):
        return False
    return True
