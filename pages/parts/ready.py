"""What is brought into memory before anybody comes."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Sequence
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
_SECONDS = 5.0
"""Seconds after which nothing more is counted before anybody is let in."""
_BEHIND = 60.0
"""Seconds after which nothing more is counted while pages are shown."""
_PAUSE = 0.02
"""Seconds between what is counted behind the pages, which have to take turns with it."""
_OVERVIEW = (
    "overview.headline",
    "overview.tiles",
    "overview.what_changed",
    "overview.where_to_look",
    "overview.data_state",
)
_TRENDS = ("trends.measure", "trends.by_area", "trends.by_group")


def import_all() -> None:
    """Import every part of every page, and what they import late.

    Where several people open different pages of a server that has just started, several threads import the same modules
    in different orders. Python then gives one of them a module that is not finished, and its page fails.
    """
    for package in _LATE:
        import_module(package)
    for part in sorted(Path(__file__).parent.glob("*.py")):
        import_module(f"pages.parts.{part.stem}")


def count_ahead(seconds: float = _SECONDS) -> int:
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
    return _count(_OVERVIEW, _months, lambda: time.monotonic() > until)


def count_behind(closed: Event, seconds: float = _BEHIND) -> int:
    """Answer what Trends asks of each measure by each grouping up to the newest month, while pages are shown.

    Most of what a measure or a grouping needs that nobody has asked for is read and added up here, and serves every
    period and area.

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
    return _count(_TRENDS, _groupings, lambda: closed.wait(_PAUSE) or time.monotonic() > until)


def _count(keys: Sequence[str], scopes: Callable[[Scope, View], Iterator[Scope]], ended: Callable[[], bool]) -> int:
    """Answer some questions of scopes of the survey that the dashboard opens on, until it is time to end."""
    counted = 0
    try:
        if needs_building():
            return 0
        view = release.opened(chosen_store())
        if not choices.forces(view):
            return 0
        for scope in scopes(choices.complete(Scope(), view), view):
            for key in keys:
                if ended():
                    return counted
                release.answered(key, scope, view)
                counted += 1
    except Exception:
        # The page that needs what fails says so; the server starts, and the others are drawn.
        logging.getLogger("confidence_cycle").warning("Counting ahead failed", exc_info=True)
    return counted


def _months(whole: Scope, view: View) -> Iterator[Scope]:
    """The force as a whole and one area of each level, month by month, as the Overview asks of them at first."""
    force, survey = str(whole.force), str(whole.survey)
    areas = choices.areas(view, force, survey).drop_duplicates("area_level")["code"]
    for month in reversed(choices.months(view, force, survey)):
        for area in (None, *areas):
            yield Scope(force=force, survey=survey, area=area, to_month=month)


def _groupings(whole: Scope, view: View) -> Iterator[Scope]:
    """Each measure by each grouping, as Trends asks of them; the grouping that it opens on first."""
    force, survey = str(whole.force), str(whole.survey)
    for by in choices.groupings(view, force, survey):
        for measure in choices.asked(view, force, survey):
            yield Scope(force=force, survey=survey, measure=measure, by=by)
