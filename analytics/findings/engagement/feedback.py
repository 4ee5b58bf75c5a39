"""What happened to what people asked for: you said, we did, we did not, because."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

import numpy as np

from analytics import charts, wording
from analytics.disclosure import LEAST_OF_A_SHARE, TOO_FEW
from analytics.finding import Finding, Mode, Provenance, files_of
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
    period,
    places,
    share_words,
    short_name,
    typed,
)
from analytics.findings.refusal import refused
from analytics.reach import LEAST_EVENTS, Waiting, waiting
from analytics.scope import Scope
from data.tables import EVENTS, FEEDBACK

if TYPE_CHECKING:
    import pandas as pd
    import plotly.graph_objects as go

    from analytics.findings import Question
    from data.store import View

ACTION, REASON, NO_REASON = "Action taken", "No action, with the reason", "No action, no reason given"
IN_TIME, OVERDUE, NO_DATE = "Open, in time", "Open, overdue", "Open, no day to answer by"
OUTCOMES = (ACTION, REASON, NO_REASON, IN_TIME, OVERDUE, NO_DATE)
LOOK = (NO_REASON, OVERDUE)
"""What a reader should look at: a promise that is not kept."""
ANOTHER_WAY = "Not at an event that is loaded"
NO_PLACE = "No neighbourhood given"

METHOD = (
    "Items as they were logged. Share of items by what came of them, and of items of which people were told: items "
    "raised at one event are a cluster, Wilson's 95 % interval with the effective number of items and Student's t. "
    "Days until half have been told: Kaplan and Meier's median, in which an item that is not told yet has waited at "
    "least so long; 95 % interval by Brookmeyer and Crowley on the log(-log) scale, Greenwood's variance widened by "
    "how far items of one event are told together (statsmodels)."
)
REFERENCE = (
    f"{CLUSTERS}; Kaplan and Meier 1958, JASA 53, 457; Brookmeyer and Crowley 1982, Biometrics 38, 29; Ying and Wei "
    "1994, Journal of Multivariate Analysis 50, 17"
)
_OWN_WORDS = "The ledger has the words of the records: read it before it is published."

_OUTCOMES = {
    "outcome": "object",
    "items": "Int64",
    "share_of_items": "Float64",
    "low": "Float64",
    "high": "Float64",
    "base": "Int64",
    "told": "Int64",
    "flag": "object",
}
_TOLD = {
    "name": "object",
    "items": "Int64",
    "told_share": "Float64",
    "low": "Float64",
    "high": "Float64",
    "flag": "object",
}
_WAIT = {"told": "Int64", "not_told": "Int64", "median_days": "Float64", "low": "Float64", "high": "Float64"}
_REASONS = {"no_action_reason": "object", "items": "Int64"}
_LEDGER = dict.fromkeys(
    ("item", "raised_on", "area", "name", "issue", "outcome", "action", "no_action_reason", "due", "told_on"), "object"
)


@dataclass(frozen=True, eq=False)
class _Raised:
    """What was asked for in a scope, as the records stood on their last day."""

    scope: Scope
    view: View
    items: pd.DataFrame

    @property
    def force(self) -> str:
        return str(self.scope.force)

    @property
    def as_of(self) -> str:
        return choices.last_day(self.view, self.force)

    @cached_property
    def tables(self) -> dict[str, pd.DataFrame]:
        """Every table, what came of the items first."""
        return {
            "outcomes": _outcomes(self.items),
            "told": _told_of(self.items.assign(every="All items"), "every", ["All items"]),
            "wait": typed([_wait_row(self.wait)], _WAIT),
            "reasons": _reasons(self.items),
            "areas": _by_area(self),
            "methods": _by_method(self),
            "ledger": _ledger(self),
        }

    @cached_property
    def wait(self) -> Waiting:
        days = self.items["days"].to_numpy(dtype=float)
        held = days >= 0
        return waiting(*(self.items[name].to_numpy()[held] for name in ("days", "told", "cluster")))


def feedback(scope: Scope, view: View) -> Finding:
    """What came of what people asked for, and whether they were told."""
    question = question_of(feedback)
    try:
        scope = choices.dated(scope, view)
        asked = raised(scope, view)
    except UNANSWERABLE as why:
        return refused(question, typed([], _OUTCOMES), scope, view, str(why))
    answer = _answer(asked)
    return Finding(
        key=question.key,
        question=question.asks,
        headline=_headline(asked),
        answer=answer,
        tables=asked.tables,
        provenance=_provenance(question, asked),
        caveats=tuple(_caveats(asked)),
        draw=partial(_draw, asked.tables["outcomes"])
        if asked.tables["outcomes"]["share_of_items"].notna().any()
        else None,
        chart_title="What came of it, share of what people asked for",
        alt=answer,
    )


def raised(scope: Scope, view: View) -> _Raised:
    """What people asked for in a scope.

    Raises
    ------
    ScopeError, NoEngagement
        With the reason, where there is nothing.
    """
    scope = choices.dated(scope, view)
    every = choices.feedback(view, str(scope.force))
    if every.empty:
        raise NoEngagement(
            f"No feedback of {short_name(scope)} is loaded, so nobody can say what came of what people asked for."
        )
    items = in_period(every, scope)
    if items.empty:
        raise NoEngagement(f"No feedback of {short_name(scope)} was raised {during(scope)}.")
    return _Raised(scope, view, _judged(items, choices.last_day(view, str(scope.force))))


def _judged(items: pd.DataFrame, as_of: str) -> pd.DataFrame:
    """The items with their outcome, whether people were told, the days waited and the cluster they came in."""
    # A day after the last one of the records has not come: people were not told yet.
    told = items["told_on"].fillna("9") <= as_of
    reason, open_ = items["no_action_reason"].fillna("").str.strip() != "", items["status"] == "open"
    outcome = np.select(
        [
            items["status"] == "action taken",
            ~open_ & reason,
            ~open_,
            items["due"].isna(),
            items["due"].fillna("") < as_of,
        ],
        [ACTION, REASON, NO_REASON, NO_DATE, OVERDUE],
        IN_TIME,
    )
    ends = items["told_on"].where(told, as_of).to_numpy(dtype="datetime64[D]")
    days = (ends - items["raised_on"].to_numpy(dtype="datetime64[D]")).astype(float)
    # An item that came another way is a cluster of its own.
    names = np.where(items["event"].isna(), "item " + items["item"], "event " + items["event"])
    cluster = np.unique(names.astype(str), return_inverse=True)[1]
    return items.assign(outcome=outcome, told=told, days=days, cluster=cluster)


def _outcomes(items: pd.DataFrame) -> pd.DataFrame:
    """Share of the items of which each outcome came; the events at which they were raised are the clusters."""
    counts, told = items["outcome"].value_counts(), items.loc[items["told"], "outcome"].value_counts()
    whole = np.bincount(items["cluster"]).astype(float)
    parts = [np.bincount(items["cluster"], items["outcome"] == outcome, len(whole)) for outcome in OUTCOMES]
    kind = np.repeat(np.arange(len(OUTCOMES)), len(whole))
    shares = of_clusters(np.concatenate(parts), np.tile(whole, len(OUTCOMES)), kind, OUTCOMES)
    rows = []
    for outcome, found in shares.items():
        number = int(counts.get(outcome, 0))
        if outcome == NO_DATE and not number:
            continue
        row = {"outcome": outcome, "items": number, "base": len(items), "told": int(told.get(outcome, 0))}
        ends = {"share_of_items": found["share"], "low": found["low"], "high": found["high"]}
        rows.append({**row, **ends, "flag": found["why"]})
    return typed(rows, _OUTCOMES)


def _told_of(items: pd.DataFrame, by: str, names: list[str]) -> pd.DataFrame:
    """Share of the items of each group of which people were told; of few items there is no share."""
    place, clusters = places(items[by], names), int(items["cluster"].max()) + 1
    pairs, at = np.unique(place * clusters + items["cluster"].to_numpy(), return_inverse=True)
    part, whole = (np.asarray(np.bincount(at, values), dtype=float) for values in (items["told"], np.ones(len(items))))
    shares, counts = of_clusters(part, whole, pairs // clusters, names), np.bincount(place, minlength=len(names))
    rows = []
    for number, (name, found) in zip(counts.tolist(), shares.items(), strict=True):
        ends = {"told_share": found["share"], "low": found["low"], "high": found["high"]}
        rows.append({"name": name, "items": number, **ends, "flag": found["why"]})
    return typed(rows, _TOLD)


def _wait_row(found: Waiting) -> dict[str, Any]:
    days = {"median_days": found.median, "low": found.low, "high": found.high}
    known = {name: None if np.isnan(value) else value for name, value in days.items()}
    return {"told": found.told, "not_told": found.waiting, **known}


def _reasons(items: pd.DataFrame) -> pd.DataFrame:
    """Reasons for no action and how often each was given, by name, the rare ones together; the ledger has each."""
    given = items.loc[items["outcome"] == REASON, "no_action_reason"].str.split().str.join(" ")
    counts, few = given.value_counts(), LEAST_OF_A_SHARE
    common = sorted(counts.index[counts >= few], key=str.casefold)
    rows = [{"no_action_reason": reason, "items": int(counts[reason])} for reason in common]
    rare = counts[counts < few]
    if len(rare):
        others = wording.plural(len(rare), "other reason")
        rows.append({"no_action_reason": f"{others}, given fewer than {few} times each", "items": int(rare.sum())})
    return typed(rows, _REASONS)


def _by_area(asked: _Raised) -> pd.DataFrame:
    known = choices.neighbourhoods(asked.view, asked.force)
    shared = {name for name, number in Counter(known.values()).items() if number > 1}
    called = {code: f"{name} ({code})" if name in shared else name for code, name in known.items()}
    names = [called.get(code, code) for code in asked.items["area"].fillna(NO_PLACE)]
    return _told_of(asked.items.assign(place=names), "place", _named(names, NO_PLACE))


def _by_method(asked: _Raised) -> pd.DataFrame:
    methods = choices.method_of(asked.view, asked.force)
    names = [methods.get(event, ANOTHER_WAY) for event in asked.items["event"]]
    return _told_of(asked.items.assign(how=names), "how", _named(names, ANOTHER_WAY))


def _named(names: list[str], other: str) -> list[str]:
    """The names that occur, in order, and last the one that stands for none."""
    held = set(names)
    return [*sorted(held - {other}, key=str.casefold), *([other] if other in held else [])]


def _ledger(asked: _Raised) -> pd.DataFrame:
    """Every item, the newest first."""
    known = choices.neighbourhoods(asked.view, asked.force)
    newest = asked.items.sort_values(["raised_on", "item"], ascending=[False, True])
    frame = newest.assign(name=newest["area"].map(known))[list(_LEDGER)].astype(object)
    return frame.where(frame.notna(), None).reset_index(drop=True)


def _headline(asked: _Raised) -> str:
    told = asked.tables["told"].iloc[0]
    if wording.missing(told["told_share"]):
        return f"People asked for {wording.plural(len(asked.items), 'thing')} {during(asked.scope)}"
    return f"People were told what came of {wording.percent(told['told_share'])} of what they asked for"


def _answer(asked: _Raised) -> str:
    items, told = asked.items, asked.tables["told"].iloc[0].to_dict()
    rows = {row["outcome"]: row for row in asked.tables["outcomes"].to_dict("records")}
    counts = items["outcome"].value_counts().reindex(OUTCOMES, fill_value=0)
    things = wording.plural(len(items), "thing that people asked for", "things that people asked for")
    opened, silent = int(counts[[IN_TIME, OVERDUE, NO_DATE]].sum()), int(counts[NO_REASON])
    said = [
        f"{period(asked.scope)}, {things}, as the records stood on {wording.day(asked.as_of)}: action was taken on "
        f"{_share(rows[ACTION])}; no action was taken, with the reason, on {_share(rows[REASON])}, and without a "
        f"reason on {_share(rows[NO_REASON]) if silent else 'none'}; {opened:,} {'is' if opened == 1 else 'are'} "
        f"open, {int(counts[OVERDUE]):,} of them overdue."
    ]
    if not wording.missing(told["told_share"]):
        said.append(f"People were told what came of {share_words(told, 'told_share')} of them. {_waited(asked.wait)}")
    return " ".join(said)


def _share(row: Mapping[Hashable, Any]) -> str:
    return f"{int(row['items']):,}" if wording.missing(row["share_of_items"]) else share_words(row, "share_of_items")


def _waited(found: Waiting) -> str:
    if np.isnan(found.median):
        return "How many days until half are told can't be said: fewer than half are."
    if np.isnan(found.low):
        days = wording.plural(int(found.median), "day")
        return f"Half are told within {days}; too many are told on one day for an interval."
    high = "or more" if np.isinf(found.high) else f"to {found.high:.0f}"
    return (
        f"Half are told within {wording.plural(int(found.median), 'day')} ({found.low:.0f} {high}), what still waits "
        "being counted with the days that it has waited."
    )


def _caveats(asked: _Raised) -> list[str]:
    said = [
        f"What came of it, and what is overdue, is as on {wording.day(asked.as_of)}, the last day that the records "
        "speak of, also for what was raised long before.",
        *not_yet(asked.view, asked.force),
    ]
    silent = int((asked.items["outcome"].eq(ACTION) & asked.items["action"].isna()).sum())
    if silent:
        said.append(f"Of the actions taken {silent:,} do not say which.")
    backwards = int((asked.items["told"] & (asked.items["days"] < 0)).sum())
    if backwards:
        said.append(f"{wording.plural(backwards, 'item')} told before it was raised: left out of the days.")
    later = int((choices.feedback(asked.view, asked.force)["month"] > str(asked.scope.to_month)).sum())
    if later and str(asked.scope.to_month) >= choices.months(asked.view, asked.force)[-1]:
        said.append(f"{wording.plural(later, 'item')} raised after the period, and after the last event, left out.")
    return [
        *said,
        "Told is what the record has a day for: whoever was told without a note counts as not told.",
        _OWN_WORDS,
    ]


def _provenance(question: Question, asked: _Raised) -> Provenance:
    few = sum(int((asked.tables[name]["flag"] == TOO_FEW).sum()) for name in ("areas", "methods"))
    return Provenance(
        release=asked.view.release.number if asked.view.release else 0,
        files=files_of(choices.loads(asked.view, asked.force, EVENTS, FEEDBACK)),
        scope=asked.scope.only(question.takes).address(),
        base=f"{wording.plural(len(asked.items), 'item')} raised {during(asked.scope)}",
        weights="None: every item counts once",
        method=METHOD,
        reference=REFERENCE,
        rules=(
            f"As on {wording.day(asked.as_of)}, the last day on which an item was raised or told, or an event held, "
            "none after the log was loaded",
            *([f"{wording.plural(few, 'group')} without a share in breakdowns: {TOO_FEW}"] if few else []),
        ),
        settings={"Fewest that a share is of": str(LEAST_OF_A_SHARE), "Fewest events or items": str(LEAST_EVENTS)},
    )


def _draw(outcomes: pd.DataFrame, mode: Mode) -> go.Figure:
    rows = outcomes.assign(
        label=outcomes["outcome"],
        estimate=outcomes["share_of_items"],
        detail=[wording.plural(int(number), "item") for number in outcomes["items"]],
        look=outcomes["outcome"].isin(LOOK) & (outcomes["items"] > 0),
    )
    return charts.share_dots(rows, mode)
