"""The question that a function answers, so that its key and words stand once, in the list of questions."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from analytics.finding import Finding
from analytics.scope import Scope

if TYPE_CHECKING:
    from analytics.findings import Question
    from data.store import View


def question_of(answer: Callable[[Scope, View], Finding]) -> Question:
    """The question that a function answers."""
    from analytics.findings import QUESTIONS  # It imports the modules that ask here.

    return next(question for question in QUESTIONS.values() if question.answer is answer)
