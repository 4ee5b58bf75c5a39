"""What records say of two levers, area by area: engagement events, and problem-solving actions closed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from analytics import wording
from analytics.finding import File, files_of
from analytics.findings.engagement import choices as engagement
from analytics.findings.neighbourhoods import places
from analytics.findings.neighbourhoods.layers import NoLayer, elsewhere, refuse_unplaced
from analytics.findings.residents import NoResidents
from analytics.findings.survey.answers import NoAnswers
from data.cubes import with_codes
from data.store import whole_subjects
from data.tables import EVENTS, PRIORITIES
from data.vocabularies import forces

if TYPE_CHECKING:
    import pandas as pd

    from data.store import View

PER = 1000
CLOSED = "closed"
_EVENTS = ("event", "events")


@dataclass(frozen=True, eq=False)
class Recorded:
    """One lever as it is recorded.

    Attributes
    ----------
    by_area
        Its figure in every area of the level that is drawn, by code; NaN where it is not known.
    caveats
        What changes how it is read.
    files
        Files that it rests on.
    """

    by_area: pd.Series
    caveats: tuple[str, ...]
    files: tuple[File, ...]


@lru_cache(maxsize=16)
def events_held(view: View, force: str, level: str, months: tuple[str, ...]) -> Recorded:
    """Engagement events of some months for every 1,000 residents of each area.

    Raises
    ------
    NoAnswers
        Where no event of these months is loaded, most of them lie in no area, or residents are not known.
    """
    name, span = str(forces()[force]["short"]), wording.during(months[0], months[-1])
    if force not in engagement.forces(view):
        raise NoAnswers(f"No engagement event of {name} is loaded, so areas can't be told apart by engagement.")
    every = engagement.placed_events(view, force)
    chosen = every[every["month"].isin(months)]
    if chosen.empty:
        raise NoAnswers(f"No engagement event of {name} {span} is loaded, the year that the survey asked about.")
    own = places.areas(view, force, level)["code"]
    counts = places.lifted(view, force, level, chosen["area"]).value_counts().reindex(own, fill_value=0)
    placed, total = int(counts.sum()), len(chosen)
    try:
        refuse_unplaced(placed, total, level, _EVENTS)
        people = places.people(view, force, level, months[0], months[-1])
    except (NoLayer, NoResidents) as why:
        raise NoAnswers(str(why)) from why
    residents = people.total.reindex(own)
    loads = view.current_loads
    of_log = (loads["table"] == EVENTS.name) & (whole_subjects(loads) == force)
    of_people = loads["load_id"].isin(people.load_ids)
    return Recorded(
        PER * counts / residents.where(residents > 0),
        (
            *([elsewhere(total - placed, total, level, _EVENTS)] if total > placed else []),
            *_gaps(engagement.months(view, force), months),
            *people.caveats(),
        ),
        files_of(loads[of_log | of_people].sort_values("file")),
    )


def _gaps(held: Sequence[str], months: Sequence[str]) -> list[str]:
    """That the log began or ended within the year, in a sentence."""
    inside = [month for month in months if held[0] <= month <= held[-1]]
    if len(inside) == len(months):
        return []
    return [f"The log of events holds {wording.months(inside[0], inside[-1])} alone of this year."]


@lru_cache(maxsize=16)
def actions_closed(view: View, force: str, level: str, months: tuple[str, ...]) -> Recorded:
    """Priorities of each area that were closed with an action, last reviewed in some months.

    An area of which no priority is recorded is not known; one with priorities of which none was closed has 0.

    Raises
    ------
    NoAnswers
        Where no priority, or none that was closed with an action in these months, is loaded.
    """
    name = str(forces()[force]["short"])
    told = _priorities(view, force)
    if told.empty:
        raise NoAnswers(f"no neighbourhood priority of {name} is loaded")
    month = told["reviewed_on"].fillna(told["set_on"]).str[:7]
    done = told["status"].eq(CLOSED) & told["action"].notna() & month.isin(months)
    if not done.any():
        raise NoAnswers(f"no priority is recorded as closed with an action {wording.during(months[0], months[-1])}")
    area = places.lifted(view, force, level, told["area"])
    own = places.areas(view, force, level)["code"]
    loads = view.current_loads
    of_log = (loads["table"] == PRIORITIES.name) & (whole_subjects(loads) == force)
    return Recorded(
        done.astype(float).groupby(area).sum().reindex(own),
        ("A priority counts as closed at its last review: records have no day of closing.",),
        files_of(loads[of_log].sort_values("file")),
    )


def _priorities(view: View, force: str) -> pd.DataFrame:
    if not view.has(PRIORITIES.name):
        return PRIORITIES.frame({"area": []}).astype(object)
    names = ["area", "set_on", "reviewed_on", "action", "status"]
    return with_codes(view.select(PRIORITIES.name, names, force=force)).astype(object)
