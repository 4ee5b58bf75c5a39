"""How much engagement there was, by what method, with whom and how far people had a say, month by month."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

import numpy as np

from analytics import charts, wording
from analytics.disclosure import LEAST_OF_A_SHARE, TOO_FEW
from analytics.finding import Finding, Mode, Panel, Provenance, Tile, files_of
from analytics.findings.asked import question_of
from analytics.findings.engagement import choices
from analytics.findings.engagement.shared import (
    CLUSTERS,
    UNANSWERABLE,
    NoEngagement,
    during,
    in_period,
    not_yet,
    of_clusters,
    of_counted,
    period,
    places,
    share_words,
    short_name,
    typed,
)
from analytics.findings.refusal import refused
from analytics.reach import LEAST_EVENTS
from analytics.scope import Scope
from data.tables import EVENTS, PLANS

if TYPE_CHECKING:
    import pandas as pd
    import plotly.graph_objects as go
    from numpy.typing import NDArray

    from analytics.findings import Question
    from data.store import View

RUNGS = ("inform", "consult", "involve", "collaborate", "empower")
LEVELS = ("individual", "neighbourhood", "strategic")
FURTHER = RUNGS[2:]
"""Rungs on which people do more than listen or be asked."""
NOT_RECORDED = "Not recorded"
NO_LOG = "no log covers this month"

METHOD = (
    "Events as they were logged. Share of events: Wilson's 95 % interval with Student's t, each event being one. Share "
    "of ratings that call an event useful, and of participants who had never taken part before: events are the "
    "clusters, variance between events, Wilson's interval with the effective number of people and Student's t."
)
_FULL_COUNT = (
    "A log counts every event. The intervals say how far chance alone can move a share where events are held in the "
    "same way; they do not say what the log leaves out, and they take each event as one of its own, also in a series."
)
_PARTICIPATIONS = "A participation is counted, not a person: whoever comes twice counts twice."
_USEFUL = "Useful is said by those who rated an event, who need not think like those who did not."

_MONTHS = {
    "month": "object",
    "events": "Int64",
    "participants": "Int64",
    **dict.fromkeys((*RUNGS, "rung_unknown"), "Int64"),
    "flag": "object",
}
_PARTS = {
    "name": "object",
    "events": "Int64",
    "share_of_events": "Float64",
    "low": "Float64",
    "high": "Float64",
    "base": "Int64",
    "participants": "Int64",
    "officer_hours": "Float64",
    "volunteer_hours": "Float64",
    "hours_recorded": "Int64",
    **{f"useful{end}": "Float64" for end in ("", "_low", "_high")},
    "rated": "Int64",
    **{f"first_time{end}": "Float64" for end in ("", "_low", "_high")},
    "first_time_base": "Int64",
    "flag": "object",
}
_SUMMED = ("participants", "officer_hours", "volunteer_hours")
_DRAWN = ["name", "events", "share_of_events", "low", "high"]
_AREAS = {"area": "object", "name": "object", "last_event": "object"}
_PLANS = {"month": "object", "planned": "Int64", "done": "Int64"}


@dataclass(frozen=True, eq=False)
class _Held:
    """The events of a scope and what is known around them."""

    scope: Scope
    view: View
    every: pd.DataFrame
    events: pd.DataFrame

    @property
    def force(self) -> str:
        return str(self.scope.force)

    @property
    def neighbourhoods(self) -> dict[str, str]:
        """Names of the neighbourhoods by code; empty where the log does not say where events were."""
        return choices.neighbourhoods(self.view, self.force) if self.every["area"].notna().any() else {}

    @cached_property
    def tables(self) -> dict[str, pd.DataFrame]:
        """Every table, the months first."""
        return {
            "months": _months(self),
            "all": _parts(self, self.events["event"].notna().map({True: "All events"})),
            "rungs": _parts(self, self.events["rung"], RUNGS),
            "levels": _parts(self, self.events["level"], LEVELS),
            "methods": _parts(self, self.events["method"]),
            "channels": _parts(self, self.events["channel"]),
            "areas": _areas(self),
            "plans": _plans(self),
        }

    @cached_property
    def numbers(self) -> dict[str, NDArray[np.float64]]:
        """What is counted at each event; NaN where it is not recorded."""
        names = (*_SUMMED, "first_time", "useful", "rated")
        return {name: self.events[name].to_numpy(dtype=float, na_value=np.nan) for name in names}

    @cached_property
    def further(self) -> dict[str, Any]:
        """Events beyond consulting among those whose rung is recorded: number, base, share and its interval."""
        known = self.events["rung"].dropna()
        number = int(known.isin(FURTHER).sum())
        share, low, high = of_counted(number, len(known))
        return {"events": number, "base": len(known), "share": share, "low": low, "high": high}


def activity(scope: Scope, view: View) -> Finding:
    """How much engagement there was, by what method, with whom and how far people had a say."""
    question = question_of(activity)
    try:
        scope = choices.dated(scope, view)
        held = logged(scope, view)
    except UNANSWERABLE as why:
        return refused(question, typed([], _MONTHS), scope, view, str(why))
    answer = _answer(held)
    months = held.tables["months"]
    return Finding(
        key=question.key,
        question=question.asks,
        headline=_headline(held),
        answer=answer,
        tables=held.tables,
        provenance=_provenance(question, held),
        caveats=tuple(_caveats(held)),
        # One month has no course to draw: the sentence says it.
        draw=partial(_draw_months, months) if len(months) > 1 else None,
        chart_title="Events in each month, by how far people had a say",
        alt=answer,
        tiles=_tiles(held),
        panels=_panels(held.tables),
    )


def logged(scope: Scope, view: View) -> _Held:
    """The events of a scope.

    Raises
    ------
    ScopeError, NoEngagement
        With the reason, where there is none.
    """
    scope = choices.dated(scope, view)
    every = choices.events(view, str(scope.force))
    if every.empty:
        raise NoEngagement(f"No engagement event of {short_name(scope)} is loaded.")
    events = in_period(every, scope)
    if events.empty:
        raise NoEngagement(f"No event of {short_name(scope)} is logged {during(scope)}.")
    return _Held(scope, view, every, events)


def _months(held: _Held) -> pd.DataFrame:
    """Every month of the period; before the log's first event and after its last one nothing is known."""
    first, last = held.every["month"].min(), held.every["month"].max()
    asked = wording.month_range(str(held.scope.from_month), str(held.scope.to_month))
    month, kinds = places(held.events["month"], asked), (*RUNGS, "rung_unknown")
    rung = places(held.events["rung"].fillna("rung_unknown"), kinds)
    counts = np.bincount(month * len(kinds) + rung, minlength=len(asked) * len(kinds)).reshape(len(asked), len(kinds))
    people = np.bincount(month, np.nan_to_num(held.numbers["participants"]), len(asked))
    rows: list[dict[str, Any]] = []
    for at, name in enumerate(asked):
        row: dict[str, Any] = {"month": name, "flag": NO_LOG}
        if first <= name <= last:
            row |= {"events": int(counts[at].sum()), "participants": int(people[at]), "flag": ""}
            row |= {kind: int(number) for kind, number in zip(kinds, counts[at], strict=True)}
        rows.append(row)
    return typed(rows, _MONTHS)


def _parts(held: _Held, kinds: pd.Series, order: Sequence[str] = ()) -> pd.DataFrame:
    """Events of each kind: how many, of how many people, how long they took and how they were received."""
    known = kinds[kinds != NOT_RECORDED].dropna()  # A log may write it out.
    names = list(order) or sorted(known.unique(), key=str.casefold)
    names += [NOT_RECORDED] if len(known) < len(kinds) else []
    place = places(kinds.fillna(NOT_RECORDED), names)
    useful, first_time = (
        of_clusters(held.numbers[part], held.numbers[whole], place, names)
        for part, whole in (("useful", "rated"), ("first_time", "participants"))
    )
    events = np.bincount(place, minlength=len(names))
    sums = {name: _sums(held.numbers[name], place, len(names)) for name in _SUMMED}
    timed = np.bincount(place[~np.isnan(held.numbers["officer_hours"])], minlength=len(names))
    rows: list[dict[str, Any]] = []
    for at, name in enumerate(names):
        share, low, high = of_counted(int(events[at]), len(known)) if name != NOT_RECORDED else (None, None, None)
        few = TOO_FEW if share is None and name != NOT_RECORDED else ""
        row = {"name": name, "events": int(events[at]), "share_of_events": share, "low": low, "high": high}
        row |= {column: values[at] for column, values in sums.items()}
        row |= {"base": len(known), "hours_recorded": int(timed[at])}
        row |= _received(useful[name], "useful", "rated") | _received(first_time[name], "first_time")
        rows.append(row | {"flag": few or _too_few(useful[name], first_time[name])})
    return typed(rows, _PARTS)


def _sums(values: NDArray[np.float64], place: NDArray[np.int64], kinds: int) -> list[float | None]:
    """The sum of each kind over the events that record it; None where none does."""
    recorded = ~np.isnan(values)
    counts = np.bincount(place[recorded], minlength=kinds)
    totals = np.bincount(place[recorded], values[recorded], kinds)
    return [float(total) if count else None for total, count in zip(totals, counts, strict=True)]


def _received(found: dict[str, Any], name: str, base: str = "") -> dict[str, Any]:
    ends = {name: found["share"], f"{name}_low": found["low"], f"{name}_high": found["high"]}
    return {**ends, base or f"{name}_base": found["base"]}


def _too_few(useful: dict[str, Any], first_time: dict[str, Any]) -> str:
    why = {"useful": useful["why"], "first time": first_time["why"]}
    return "; ".join(f"{what}: {reason}" for what, reason in why.items() if reason)


def _areas(held: _Held) -> pd.DataFrame:
    """Neighbourhoods without an event in the period, by name, with the day of the last one that is logged."""
    names = held.neighbourhoods
    absent = sorted(set(names) - set(held.events["area"]), key=lambda code: (names[code].casefold(), code))
    last = held.every[held.every["area"].isin(absent)].groupby("area")["date"].max()
    return typed([{"area": code, "name": names[code], "last_event": last.get(code)} for code in absent], _AREAS)


def _plans(held: _Held) -> pd.DataFrame:
    """What was planned and what was done, in the months of the period that are over."""
    plans = in_period(choices.plans(held.view, held.force), held.scope)
    over = plans[plans["month"].map(partial(_over, day=choices.last_day(held.view, held.force))).astype(bool)]
    by_month = over.groupby("month")
    planned, done = by_month.size(), by_month["done_as"].count()
    rows = [{"month": month, "planned": int(planned[month]), "done": int(done[month])} for month in planned.index]
    return typed(rows, _PLANS)


def _over(month: str, day: str) -> bool:
    """Whether a month was over on a day."""
    from calendar import monthrange

    return f"{month}-{monthrange(int(month[:4]), int(month[5:7]))[1]}" <= day


def _headline(held: _Held) -> str:
    if held.further["share"] is None:
        return f"{wording.plural(len(held.events), 'event')} {during(held.scope)}"
    return f"{wording.percent(held.further['share'])} of events went further than informing or consulting people"


def _answer(held: _Held) -> str:
    said = [f"{period(held.scope)}, {wording.plural(len(held.events), 'event')}{_people(held)}."]
    return " ".join([*said, *([_ladder(held)] if held.further["share"] is not None else []), *_places(held)])


def _tiles(held: _Held) -> tuple[Tile, ...]:
    """What was held, how far it went and how it was received, at a glance."""
    whole, people = held.tables["all"].iloc[0], held.events["participants"]
    of_people = (
        f"{wording.count(people.sum())} participations" if people.notna().any() else "participations not counted"
    )
    tiles = [Tile("Events", wording.count(len(held.events)), of_people, period(held.scope))]
    if held.further["share"] is not None:
        base = wording.plural(held.further["base"], "event")
        tiles.append(Tile("Went further", wording.percent(held.further["share"]), _between(held.further), f"of {base}"))
    for label, name, base, what in (
        ("Found it useful", "useful", "rated", "rating"),
        ("First time there", "first_time", "first_time_base", "participation"),
    ):
        if not wording.missing(whole[name]):
            between = wording.percent_between(whole[f"{name}_low"], whole[f"{name}_high"])
            tiles.append(
                Tile(label, wording.percent(whole[name]), between, f"of {wording.plural(int(whole[base]), what)}")
            )
    return tuple(tiles)


def _between(row: dict[str, Any]) -> str:
    return wording.percent_between(row["low"], row["high"])


def _people(held: _Held) -> str:
    recorded = int(held.events["participants"].count())
    if not recorded:
        return "; no event says how many took part"
    people = f" with {wording.plural(int(held.events['participants'].sum()), 'participation')}"
    return people if recorded == len(held.events) else f"{people} (counted at {recorded:,} of them)"


def _ladder(held: _Held) -> str:
    unknown = len(held.events) - held.further["base"]
    rungs = held.tables["rungs"].set_index("name")["share_of_events"]
    first = f"{unknown:,} do not record how far people had a say; of the others" if unknown else "Of these"
    informed, consulted = wording.percent(rungs["inform"]), wording.percent(rungs["consult"])
    return (
        f"{first} {informed} informed people, {consulted} consulted them and {share_words(held.further)} went further: "
        "they involved people, worked together or let them decide."
    )


def _places(held: _Held) -> list[str]:
    names, absent = held.neighbourhoods, held.tables["areas"]
    if not names:
        return []
    if absent.empty:
        return [f"An event is logged in each of {len(names):,} neighbourhoods."]
    where = wording.listing(list(absent["name"]))
    return [f"No event is logged in {len(absent):,} of {len(names):,} neighbourhoods: {where}."]


def _caveats(held: _Held) -> list[str]:
    said = [_FULL_COUNT, _PARTICIPATIONS]
    months, nowhere = held.tables["months"], int(held.events["area"].isna().sum())
    unknown = int((months["flag"] == NO_LOG).sum())
    if unknown:
        of_them = "1 month of the period is" if unknown == 1 else f"{unknown} months of the period are"
        said.insert(0, f"{of_them} before the first logged event or after the last: a gap, not zero.")
    if not held.neighbourhoods:
        said.append(
            "Events and loaded boundaries do not name the same neighbourhoods, so nobody can say where none was held."
        )
    elif nowhere and len(held.tables["areas"]):
        said.append(
            f"{wording.plural(nowhere, 'event')} had no place, so a neighbourhood that is named may have been reached."
        )
    if held.events["rated"].notna().any():
        said.append(_USEFUL)
    return [
        *said,
        *not_yet(held.view, held.force),
        *_planned(held),
        "No test of a change from month to month was made.",
    ]


def _planned(held: _Held) -> list[str]:
    every, table = choices.plans(held.view, held.force), held.tables["plans"]
    if every.empty:
        return ["No engagement plan is loaded, so what was held is not set against what was meant."]
    if table.empty:
        span = wording.months(every["month"].min(), every["month"].max())
        return [f"No month of the plan that is loaded ({span}) is over and in this period."]
    planned, done = int(table["planned"].sum()), int(table["done"].sum())
    return [f"Of {planned:,} planned in the months that are over, {done:,} have an event that fulfilled them."]


def _provenance(question: Question, held: _Held) -> Provenance:
    out = _left_out(held)
    return Provenance(
        release=held.view.release.number if held.view.release else 0,
        files=files_of(choices.loads(held.view, held.force, EVENTS, PLANS)),
        scope=held.scope.only(question.takes).address(),
        base=f"{wording.plural(len(held.events), 'event')}{_people(held)}",
        weights="None: every event counts once, in shares of people every person",
        method=METHOD,
        reference=CLUSTERS,
        rules=(*out, "Spellings that differ in capitals and spaces alone are one method"),
        settings={"Fewest events": str(LEAST_EVENTS), "Fewest that a share is of": str(LEAST_OF_A_SHARE)},
    )


def _left_out(held: _Held) -> list[str]:
    """Events whose parts are larger than their whole: they count as events, and their people do not."""
    said = []
    for part, whole, what in (
        ("useful", "rated", "more useful than rated"),
        ("first_time", "participants", "more first-time people than people"),
    ):
        wrong = int((held.events[part] > held.events[whole]).fillna(False).sum())
        if wrong:
            said.append(f"{wording.plural(wrong, 'event')} left out of a share: {what}")
    return said


def _draw_months(months: pd.DataFrame, mode: Mode) -> go.Figure:
    stacked = months.assign(further=months[list(FURTHER)].sum(axis=1, min_count=1))
    series = {"further": "Went further", "consult": "Consulted", "inform": "Informed", "rung_unknown": NOT_RECORDED}
    return charts.month_stacks(stacked, series, mode, unit="events")


def _panels(tables: dict[str, pd.DataFrame]) -> tuple[Panel, ...]:
    titles = {"rungs": "How far people had a say", "levels": "Whom it was with", "methods": "How people were met"}
    return tuple(
        Panel(
            label=title,
            value="",
            interval="",
            draw=partial(_draw_shares, shown),
            alt=f"{title}, share of events: "
            + "; ".join(f"{row['name']} {share_words(row, 'share_of_events')}" for row in shown.to_dict("records")),
        )
        for name, title in titles.items()
        if len(shown := tables[name].loc[tables[name]["share_of_events"].notna(), _DRAWN])
    )


def _draw_shares(parts: pd.DataFrame, mode: Mode) -> go.Figure:
    rows = parts.assign(
        label=[str(name)[:1].upper() + str(name)[1:] for name in parts["name"]],
        estimate=parts["share_of_events"],
        detail=[wording.plural(int(number), "event") for number in parts["events"]],
        look=False,
    )
    return charts.share_dots(rows, mode)
