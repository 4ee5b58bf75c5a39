"""What is brought into memory before anybody comes."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

from analytics.findings.survey import choices
from analytics.scope import Scope
from data.chosen import chosen_store, needs_building
from data.store import View
from pages.parts import release

_LATE = ("pandas", "plotly.graph_objects", "pydeck", "scipy.stats")
"""Heavy packages that are imported where they are used."""
_SECONDS = 5.0
"""Seconds after which nothing more is counted ahead."""
_OVERVIEW = (
    "overview.headline",
    "overview.tiles",
    "overview.what_changed",
    "overview.where_to_look",
    "overview.data_state",
)


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
        Views that were counted.
    """
    until, counted = time.monotonic() + seconds, 0
    try:
        if needs_building():
            return 0
        view = release.opened(chosen_store())
        for scope in _views(view):
            for key in _OVERVIEW:
                if time.monotonic() > until:
                    return counted
                release.answered(key, scope, view)
            counted += 1
    except Exception:
        # The page that needs what fails says so; the server starts, and the others are drawn.
        logging.getLogger("confidence_cycle").warning("Counting ahead failed", exc_info=True)
    return counted


def _views(view: View) -> Iterator[Scope]:
    """The force as a whole and one area of each level, month by month, as the Overview asks of them at first."""
    if not choices.forces(view):
        return
    whole = choices.complete(Scope(), view)
    force, survey = str(whole.force), str(whole.survey)
    areas = choices.areas(view, force, survey).drop_duplicates("area_level")["code"]
    for month in reversed(choices.months(view, force, survey)):
        for area in (None, *areas):
            yield Scope(force=force, survey=survey, area=area, to_month=month)
