"""Engagement: events and who came, what people asked for and what came of it, priorities, plans and milestones."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from data.demo.census import SEXES, residents
from data.demo.county import county
from data.demo.draw import pick, stream, words
from data.demo.survey import DISABLED_BY_AGE, treated
from data.demo.truth import AGES, MONTHS, PLANNED, Incident, Initiative, Truth
from data.tables import EVENTS, FEEDBACK, MILESTONES, PARTICIPANTS, PLANS, PRIORITIES
from data.vocabularies import BROAD_GROUPS, DEMONSTRATION

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    Numbers = NDArray[np.float64]
    Codes = NDArray[np.int64]

_FORCE = DEMONSTRATION["slug"]
_LAST_DAY = "2026-09-30"
_NOT_KNOWN = "Not known"


class _Method(NamedTuple):
    """How people are met: how often, by which channel, how many come, hours it takes, and the rung it stands on."""

    often: float
    channel: str
    people: float
    hours: float
    rung: str


_METHODS = {
    "Street surgery": _Method(0.26, "in person", 14, 3, "consult"),
    "Public meeting": _Method(0.13, "in person", 32, 7, "consult"),
    "Door knocking": _Method(0.15, "in person", 22, 6, "consult"),
    "School visit": _Method(0.10, "in person", 45, 4, "inform"),
    "Online session": _Method(0.12, "online", 26, 3, "inform"),
    "Community stall": _Method(0.14, "in person", 38, 5, "inform"),
    "Focus group": _Method(0.05, "in person", 9, 5, "involve"),
    "Advisory group": _Method(0.05, "in person", 11, 5, "collaborate"),
}
_RUNGS = ("inform", "consult", "involve", "collaborate", "empower")
_LEVELS = ("individual", "neighbourhood", "strategic")
_PURPOSES = (
    "Hear what worries people",
    "Report back on what was done",
    "Agree priorities",
    "Explain a police power",
    "Prevent crime",
)
_TOPICS = (
    "Anti-social behaviour",
    "Speeding and parking",
    "Drug dealing",
    "Burglary",
    "Safety after dark",
    "Stop and search",
    "Shop theft",
    "Young people",
    "Rural crime",
    "Hate crime",
)
_ISSUES = (
    "Off-road bikes on the common",
    "Drug dealing in the car park",
    "Speeding past the school",
    "Groups drinking in the park at night",
    "Street lights out on the path to the station",
    "Shop thefts on the high street",
    "Fly-tipping in the lane",
    "Nobody answers the local team's telephone",
    "Searches of young people near the bus station",
    "Break-ins to garages and sheds",
    "Nuisance calls at older people's doors",
    "Cars parked on the pavement",
)
_ACTIONS = (
    "Extra patrols on Friday and Saturday nights",
    "Warrant carried out at one address",
    "Speed checks on four mornings",
    "Joint visit with the council",
    "Letter to every house in the street",
    "Names and numbers of the team put up on the noticeboard",
    "Met the young people and their youth worker",
)
_REASONS = (
    "It is for the council to decide",
    "Checks found no offence",
    "Other places were in more urgent need this month",
    "Nobody could be found who saw it",
)
_AUDIENCES = ("Everyone", "Young people", "Black residents", "Asian residents", "Disabled people", "Victims of crime")


def events(truth: Truth) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Rows of ``events``, in time, and of ``participants``."""
    import numpy as np

    random, place = stream(truth.seed, "events"), county(truth.seed)
    reach, number = truth.reach, truth.reach.events
    names, methods = list(_METHODS), list(_METHODS.values())
    quiet = random.choice(len(place.codes), reach.quiet, replace=False)
    adults = residents(truth.seed, truth.residents).adults.sum(axis=(1, 2, 3))
    often = adults * random.gamma(30, 1 / 30, len(place.codes))
    often[quiet] *= 0.1
    area = pick(random, often, number)
    days = _days()
    day = np.sort(random.integers(0, len(days), number))
    method = pick(random, np.array([one.often for one in methods]), number)
    people = 2 + random.poisson(np.array([one.people for one in methods])[method] * random.gamma(3, 1 / 3, number))
    useful = np.array([dict(reach.useful)[name] for name in names])[method]
    useful = random.beta(12 * useful, 12 * (1 - useful))
    rated = random.binomial(people, random.beta(3, 4, number))
    hours = np.array([one.hours for one in methods])[method] * random.gamma(8, 1 / 8, number)
    rung = np.array([_RUNGS.index(one.rung) for one in methods])[method]
    rung = np.clip(rung + pick(random, np.array([0.12, 0.70, 0.15, 0.03]), number) - 1, 0, len(_RUNGS) - 1)
    ids = _numbered("EV", number)
    frame = EVENTS.frame(
        {
            "force": _FORCE,
            "event": ids,
            "date": days[day],
            "area": words(place.codes, area),
            "level": words(_LEVELS, pick(random, np.array([0.12, 0.80, 0.08]), number)),
            "method": words(names, method),
            "channel": [methods[code].channel for code in method],
            "rung": words(_RUNGS, rung),
            "purpose": words(_PURPOSES, _some(random, len(_PURPOSES), number, 0.05)),
            "topic": words(_TOPICS, _some(random, len(_TOPICS), number, 0.03)),
            "participants": people,
            "first_time": random.binomial(people, random.beta(4, 6, number)),
            "useful": random.binomial(rated, useful),
            "rated": rated,
            "officer_hours": hours.round(1),
            "volunteer_hours": np.where(random.random(number) < 0.3, 0.5 * hours, 0).round(1),
            "cost": (25 * random.gamma(1.2, 1, number)).round(0),
            "recurring": random.random(number) < 0.45,
            "before_decision": random.random(number) < 0.35,
        }
    )
    return frame, _participants(random, truth, ids, area, people)


def feedback(truth: Truth, held: pd.DataFrame) -> pd.DataFrame:
    """Rows of ``feedback``: what was asked for, most of it at an event, and what came of it.

    Parameters
    ----------
    held
        Rows of ``events``.
    """
    import numpy as np
    import pandas as pd

    random, place, number = stream(truth.seed, "feedback"), county(truth.seed), truth.reach.feedback
    event = np.sort(random.integers(0, len(held), number))
    at_event = random.random(number) < 0.75
    elsewhere = words(place.codes, random.integers(0, len(place.codes), number))
    raised = held["date"].to_numpy(dtype="datetime64[D]")[event]
    age = (np.datetime64(_LAST_DAY) - raised).astype(int)
    answered_after = np.ceil(random.gamma(2.0, 16, number)).astype(int)
    answered = (answered_after <= age) & (random.random(number) < 0.92)
    acted = answered & (random.random(number) < 0.72)
    told = answered & (random.random(number) < 0.70)
    told_on = np.minimum(raised + answered_after + random.integers(0, 15, number), np.datetime64(_LAST_DAY))
    status = np.where(acted, 1, np.where(answered, 2, 0))
    return FEEDBACK.frame(
        {
            "force": _FORCE,
            "item": _numbered("FB", number),
            "event": held["event"].take(event).reset_index(drop=True).where(at_event),
            "area": held["area"].take(event).reset_index(drop=True).where(at_event, elsewhere),
            "raised_on": np.datetime_as_string(raised),
            "issue": words(_ISSUES, random.integers(0, len(_ISSUES), number)),
            "status": words(("open", "action taken", "no action"), status),
            "action": words(_ACTIONS, np.where(acted, random.integers(0, len(_ACTIONS), number), -1)),
            "no_action_reason": words(
                _REASONS, np.where(answered & ~acted, random.integers(0, len(_REASONS), number), -1)
            ),
            "due": np.datetime_as_string(raised + 28),
            "told_on": pd.Series(np.datetime_as_string(told_on)).where(told),
        }
    )


def priorities(truth: Truth) -> pd.DataFrame:
    """Rows of ``priorities``: three for each neighbourhood, set in the last year."""
    import numpy as np
    import pandas as pd

    random, place = stream(truth.seed, "plans"), county(truth.seed)
    chosen = np.argsort(random.random((len(place.codes), len(_ISSUES))), axis=1)[:, :3].ravel()
    number = len(chosen)
    set_on = np.datetime64(_LAST_DAY) - random.integers(20, 330, number)
    reviewed = np.minimum(set_on + random.integers(30, 120, number), np.datetime64(_LAST_DAY))
    return PRIORITIES.frame(
        {
            "force": _FORCE,
            "area": words(place.codes, np.repeat(np.arange(len(place.codes)), 3)),
            "priority": words(_ISSUES, chosen),
            "set_on": np.datetime_as_string(set_on),
            "reviewed_on": pd.Series(np.datetime_as_string(reviewed)).where(random.random(number) < 0.75),
            "action": words(_ACTIONS, _some(random, len(_ACTIONS), number, 0.25)),
            "status": words(("open", "closed"), pick(random, np.array([0.8, 0.2]), number)),
        }
    )


def plans(truth: Truth) -> pd.DataFrame:
    """Rows of ``plans``: one to three things in each neighbourhood and each of the next twelve months."""
    import numpy as np

    random, place = stream(truth.seed, "plans").spawn(1)[0], county(truth.seed)
    cell = np.repeat(np.arange(len(place.codes) * len(PLANNED)), random.integers(1, 4, len(place.codes) * len(PLANNED)))
    area, month = np.divmod(cell, len(PLANNED))
    names = list(_METHODS)
    often = np.array([one.often for one in _METHODS.values()])
    return PLANS.frame(
        {
            "force": _FORCE,
            "area": words(place.codes, area),
            "month": words(PLANNED, month),
            "method": words(names, pick(random, often, len(cell))),
            "audience": words(_AUDIENCES, pick(random, np.array([0.5, 0.18, 0.08, 0.08, 0.08, 0.08]), len(cell))),
        }
    )


def milestones(truth: Truth) -> pd.DataFrame:
    """Rows of ``milestones``: the incident and the initiatives, with the neighbourhoods that each touched."""
    touched = treated(truth)
    kinds = {truth.incident.name: "critical incident"}
    dated: list[Incident | Initiative] = [truth.incident, *truth.initiatives]
    dated.sort(key=lambda one: one.date)
    return MILESTONES.frame(
        {
            "force": [_FORCE] * len(dated),
            "name": [one.name for one in dated],
            "kind": [kinds.get(one.name, "initiative") for one in dated],
            "date": [one.date for one in dated],
            "areas": [touched[one.name] for one in dated],
            "about": [one.about for one in dated],
        }
    )


def _participants(
    random: np.random.Generator, truth: Truth, ids: list[str], area: Codes, people: Codes
) -> pd.DataFrame:
    import pandas as pd

    adults = residents(truth.seed, truth.residents).adults
    by_age = adults.sum(axis=(1, 2))
    disabled = by_age @ [[yes, 1 - yes] for yes in DISABLED_BY_AGE]
    tables = {
        "age_band": (AGES, by_age),
        "sex": (SEXES, adults.sum(axis=(1, 3))),
        "ethnicity": (BROAD_GROUPS, adults.sum(axis=(2, 3))),
        "disability": (("Yes", "No"), disabled),
    }
    frames = []
    for attribute, (groups, residents_of) in tables.items():
        shares = _reached(truth, attribute, groups, residents_of / residents_of.sum(axis=1, keepdims=True))[area]
        met = random.gamma(shares * truth.reach.alike)
        known = random.binomial(people, 1 - truth.reach.unknown)
        counts = random.multinomial(known, met / met.sum(axis=1, keepdims=True))
        frames.append(_counted(ids, attribute, (*groups, _NOT_KNOWN), counts, people - known))
    return pd.concat(frames, ignore_index=True)


def _reached(truth: Truth, attribute: str, groups: tuple[str, ...], shares: Numbers) -> Numbers:
    """Shares of those who come, by neighbourhood: some groups come less often, the others make up for it."""
    import numpy as np

    index = {group: size for name, group, size in truth.reach.index if name == attribute}
    fewer = np.array([index.get(group, 1.0) for group in groups])
    rest = fewer == 1
    taken = (shares * np.where(rest, 0, fewer)).sum(axis=1, keepdims=True)
    others = (shares * rest).sum(axis=1, keepdims=True)
    return shares * np.where(rest, (1 - taken) / others, fewer)


def _counted(ids: list[str], attribute: str, groups: tuple[str, ...], counts: Codes, unknown: Codes) -> pd.DataFrame:
    """Groups of which somebody came, a row each."""
    import numpy as np

    counts = np.column_stack([counts, unknown])
    event, group = np.nonzero(counts)
    return PARTICIPANTS.frame(
        {
            "force": _FORCE,
            "event": words(ids, event),
            "attribute": attribute,
            "group": words(groups, group),
            "participants": counts[event, group],
        }
    )


def _days() -> NDArray[np.str_]:
    import numpy as np

    return np.datetime_as_string(np.arange(f"{MONTHS[0]}-01", np.datetime64(_LAST_DAY) + 1, dtype="datetime64[D]"))


def _numbered(letters: str, number: int) -> list[str]:
    return [f"{letters}{place:05d}" for place in range(1, number + 1)]


def _some(random: np.random.Generator, values: int, number: int, blank: float) -> Any:  # noqa: ANN401
    """Codes drawn evenly; −1 for the share that is blank."""
    import numpy as np

    return np.where(random.random(number) < blank, -1, random.integers(0, values, number))
