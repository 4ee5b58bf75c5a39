"""Every question that can be asked, and the function that answers it: the only place where cubes and models meet."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from analytics.finding import Finding
from analytics.findings import choices, data, stop_and_search
from analytics.findings.searches import Searches
from analytics.scope import Scope

if TYPE_CHECKING:
    from data.store import View

_STOPS = ("force", "area", "from", "to", "definition", "power", "population")


@dataclass(frozen=True)
class Question:
    """A question that can be asked.

    Attributes
    ----------
    key, asks
        Its name, and the question in words.
    takes
        Parts of a scope that it takes.
    answer
        What answers it.
    check
        Raises one of ``UNANSWERABLE`` where it can't be answered; far cheaper than the answer.
    """

    key: str
    asks: str
    takes: tuple[str, ...]
    answer: Callable[[Scope, View], Finding]
    check: Callable[[Scope, View], object]


QUESTIONS: dict[str, Question] = {
    question.key: question
    for question in (
        Question(
            "stop_and_search.rates",
            "How often were people of each ethnic group searched?",
            _STOPS,
            stop_and_search.rates,
            Searches.of,
        ),
        Question(
            "stop_and_search.disproportionality",
            "Are people of one ethnic group searched more often than people of another, and how sure is that?",
            (*_STOPS, "group", "comparator"),
            stop_and_search.disproportionality,
            stop_and_search.comparable,
        ),
        Question(
            "stop_and_search.trend",
            "How did searches go from month to month?",
            (*_STOPS, "group", "comparator"),
            stop_and_search.trend,
            stop_and_search.chartable,
        ),
        Question(
            "data.coverage",
            "What is loaded, and what is missing?",
            ("force", "from", "to"),
            data.coverage,
            choices.complete,
        ),
    )
}
