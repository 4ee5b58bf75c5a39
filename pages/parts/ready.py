"""What is brought into memory before anybody asks for it."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from threading import Event

from analytics.findings.survey import choices
from analytics.scope import Scope
from data.chosen import chosen_store, needs_building
from data.store import View
from pages.parts import release

_LATE = ("pandas", "plotly.graph_objects", "pydeck", "scipy.stats")
"""Heavy packages that are imported where they are used."""
_AHEAD_SECONDS = 5.0
"""Seconds after which nothing more is counted before anybody is let in."""
_BEHIND_SECONDS = 60.0
"""Seconds after which nothing more is counted while pages are shown."""
_PAUSE = 0.05
"""Seconds between what is counted behind the pages, which have to take turns with it."""
_OVERVIEW = (
    "overview.headline",
    "overview.tiles",
    "overview.what_changed",
    "overview.where_to_look",
    "overview.data_state",
    "cycle.weakest_link",
)
_TRENDS = ("trends.measure", "trends.by_area", "trends.by_group")

Asked = tuple[str, Scope]
"""A question and the scope that it is asked of."""


def import_all() -> None:
    """Import every part of every page, and what they import late.

    Where several people open different pages of a server that has just started, several threads import the same modules
    in different orders. Python then gives one of them a module that is not finished, and its page fails.
    """
    for package in _LATE:
        import_module(package)
    for part in sorted(Path(__file__).parent.glob("*.py")):
        import_module(f"pages.parts.{part.stem}")


def count_ahead(seconds: float = _AHEAD_SECONDS) -> int:
    """Answer what the Overview asks of every month of the release that is shown, the newest first.

    The first one who comes to a month, or to any area in it, would wait for what the others find.

    Parameters
    ----------
    seconds
        After so many no question is begun.

    Returns
    -------
    int
        Questions that were answered.
    """
    until = time.monotonic() + seconds
    return _answer_all(_of_overview, lambda: time.monotonic() > until)


def count_behind(closed: Event, seconds: float = _BEHIND_SECONDS) -> int:
    """Answer what Trends and the Confidence cycle ask, of every measure, grouping and month, while pages are shown.

    What a measure, a grouping or a month needs that nobody has asked for is read here, and added up for the force.

    Parameters
    ----------
    closed
        Set when the server ends; then no question is begun.
    seconds
        After so many no question is begun.

    Returns
    -------
    int
        Questions that were answered.
    """
    until = time.monotonic() + seconds
    return _answer_all(_behind, lambda: closed.wait(_PAUSE) or time.monotonic() > until)


def _answer_all(asked: Callable[[Scope, View], Iterator[Asked]], ended: Callable[[], bool]) -> int:
    """Answer questions about the survey that the dashboard opens on, until it is time to end."""
    answered = 0
    try:
        if needs_building():
            return 0
        view = release.opened(chosen_store())
        if not choices.forces(view):
            return 0
        for key, scope in asked(choices.complete(Scope(), view), view):
            if ended():
                break
            release.answered(key, scope, view)
            answered += 1
    except Exception:
        # The page that needs what fails says so; the server starts, and the others are drawn.
        logging.getLogger("confidence_cycle").warning("Counting before it is asked for failed", exc_info=True)
    return answered


def _of_overview(first: Scope, view: View) -> Iterator[Asked]:
    """The force as a whole and one area of each level, month by month, as the Overview asks of them at first."""
    force, survey = str(first.force), str(first.survey)
    areas = choices.areas(view, force, survey).drop_duplicates("area_level")["code"]
    for month in reversed(choices.months(view, force, survey)):
        for area in (None, *areas):
            for key in _OVERVIEW:
                yield key, Scope(force=force, survey=survey, area=area, to_month=month)


def _behind(first: Scope, view: View) -> Iterator[Asked]:
    yield from _of_trends(first, view)
    yield from _of_cycle(first, view)


def _of_trends(first: Scope, view: View) -> Iterator[Asked]:
    """Each measure as Trends opens on it, then each by every further grouping."""
    force, survey = str(first.force), str(first.survey)
    measures = [
        choices.complete(Scope(force=force, survey=survey, measure=measure), view)
        for measure in choices.asked(view, force, survey)
    ]
    for scope in measures:
        for key in _TRENDS:
            yield key, scope
    for by in choices.groupings(view, force, survey)[1:]:
        for scope in measures:
            yield "trends.by_group", scope.but(by=by)


def _of_cycle(first: Scope, view: View) -> Iterator[Asked]:
    """The force as a whole and one area of each level, month by month."""
    force, survey = str(first.force), str(first.survey)
    areas = choices.areas(view, force, survey).drop_duplicates("area_level")["code"]
    for month in reversed(choices.months(view, force, survey)):
        for area in (None, *areas):
            yield "cycle.ring", Scope(force=force, survey=survey, area=area, to_month=month)
