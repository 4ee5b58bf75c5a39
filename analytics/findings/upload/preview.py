"""What publishing would change: the headlines that hang on the files, as they are and as they would be."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

import narwhals as nw

from analytics import charts
from analytics.finding import Finding, Mode
from analytics.findings import QUESTIONS
from analytics.findings.survey import choices as survey
from analytics.scope import Scope
from data.settings import settings
from data.store import Load
from data.tables import (
    AGGREGATES,
    AREAS,
    CANONICAL,
    EVENTS,
    FEEDBACK,
    PARTICIPANTS,
    POPULATION,
    RESPONSES,
    STOPS,
)
from data.vocabularies import forces
from data.vocabularies.survey import measures

if TYPE_CHECKING:
    import pandas as pd
    import plotly.graph_objects as go

    from data.store import View

_ASKED: Mapping[str, str] = MappingProxyType(
    {
        STOPS.name: "stop_and_search.disproportionality",
        POPULATION.name: "stop_and_search.disproportionality",
        AREAS.name: "neighbourhoods.map",
        RESPONSES.name: "trends.measure",
        AGGREGATES.name: "overview.headline",
        EVENTS.name: "engagement.reach",
        PARTICIPANTS.name: "engagement.reach",
        FEEDBACK.name: "engagement.feedback",
    }
)
"""The question whose answer hangs most on a table; of the others it is what is loaded."""

_LOADED = "data.coverage"
_MOST = 3


@dataclass(frozen=True)
class Preview:
    """One question, answered from the release as it is and as it would be.

    Attributes
    ----------
    before
        None while nothing of its kind is loaded.
    lacking
        What is not loaded yet, in a sentence; blank with `before`.
    """

    before: Finding | None
    after: Finding
    lacking: str = ""

    @property
    def question(self) -> str:
        """The question in words; of a wave with what it asks, since several may be previewed."""
        measure = self.after.provenance.scope.get("measure")
        if self.after.key != _ASKED[RESPONSES.name] or measure is None:
            return self.after.question
        said = self.after.question
        return f"{measures()[measure].label}: {said[:1].lower()}{said[1:]}"

    @property
    def now(self) -> str:
        """The answer as it is, or what is not loaded yet."""
        return self.before.answer if self.before is not None else self.lacking

    @property
    def same(self) -> bool:
        """Whether publishing would leave the answer as it is."""
        return self.before is not None and self.before.answer == self.after.answer

    def chart(self, mode: Mode) -> go.Figure | None:
        """Both figures on one scale; None where the answer leads with no share and no ratio."""
        rows = [(name, _figure(finding)) for name, finding in (("Now", self.before), ("After", self.after))]
        shown = [(name, *figure) for name, figure in rows if figure is not None]
        if not shown or self.after.refused:
            return None
        return _drawn(_rows(shown), "ratio" in self.after.table, mode)


def previews(before: View, after: View, loads: Iterable[Load]) -> list[Preview]:
    """The headlines that hang on some loads, before and after they are published; at most three.

    Parameters
    ----------
    before, after
        The release as it is, and staged with the loads.
    loads
        What is to be published.
    """
    shown = after.release.current if after.release else ()
    asked = dict.fromkeys(pair for load in loads if load.load_id in shown for pair in _asked(after, load))
    return [_preview(key, scope, before, after) for key, scope in list(asked)[:_MOST]]


def address_of(load: Load, view: View) -> Mapping[str, str]:
    """The address at which the page of a load shows it: of a wave its force, its survey and what it asks first.

    Parameters
    ----------
    load
        What was published.
    view
        The release that holds it.
    """
    if load.slot.table != RESPONSES.name:
        return {}
    scope = _of_wave(view, load)
    return {} if scope is None else scope.but(to_month=None).address()


def _asked(view: View, load: Load) -> list[tuple[str, Scope]]:
    """The questions whose answers show a load, each with its scope."""
    key = _ASKED.get(load.slot.table, _LOADED)
    if load.slot.table == RESPONSES.name:
        scope = _of_wave(view, load)
        return [] if scope is None else [(key, scope)]
    takes = "force" in QUESTIONS[key].takes
    return [(key, Scope.of({"force": force} if force and takes else {})) for force in _forces(view, load)]


def _of_wave(view: View, load: Load) -> Scope | None:
    """What a wave asks first, up to its own month where a later wave asks the same; None where it asks nothing."""
    waves, questions = survey.waves(view), survey.questions(view)
    own = waves[waves["load_id"] == load.load_id]
    asks = set(questions.loc[questions["load_id"] == load.load_id, "measure"])
    if own.empty or not asks:
        return None
    wave = own.iloc[0]
    force, name = str(wave["force"]), str(wave["survey"])
    measure = next((one for one in (*survey.FIRST, *survey.asked(view, force, name)) if one in asks), None)
    if measure is None:
        return None
    months = survey.asked_waves(view, force, name, measure)["month"]
    month = str(wave["ends"])[:7]
    return Scope(force=force, survey=name, measure=measure, to_month=month if (months > month).any() else None)


def _preview(key: str, scope: Scope, before: View, after: View) -> Preview:
    found = QUESTIONS[key].answer(scope, after)
    lacking = _lacking(scope, before)
    return Preview(None if lacking else QUESTIONS[key].answer(scope, before), found, lacking)


def _lacking(scope: Scope, before: View) -> str:
    """What of a scope is not loaded yet, in a sentence; blank where the question can be asked."""
    if not before:
        gives_way = " The demonstration gives way to what you publish." if settings().demonstration else ""
        return f"Nothing of your own is loaded yet.{gives_way}"
    if scope.survey is None:
        return ""
    force = str(scope.force)
    if force not in survey.forces(before) or scope.survey not in survey.surveys(before, force):
        return f"No wave of {scope.survey} is loaded yet."
    if scope.measure not in survey.asked(before, force, scope.survey):
        return f"No wave of {scope.survey} that is loaded asks “{measures()[str(scope.measure)].label}”."
    return ""


def _forces(view: View, load: Load) -> list[str | None]:
    """The forces whose rows a load holds; of areas and residents, which belong to none, no force is named."""
    table = load.slot.table
    if "force" not in CANONICAL[table].names:
        return [None]
    rows = view.rows(table).filter(nw.col("load_id") == load.load_id).select("force").unique()
    held = sorted(rows.collect("pandas").to_native()["force"].dropna())
    return list(held) or [load.slot.subject if load.slot.subject in forces() else None]


def _figure(finding: Finding | None) -> tuple[float, float, float] | None:
    """The figure that an answer leads with, and its interval; None where it is another kind of figure."""
    if finding is None or finding.refused or finding.table.empty:
        return None
    # Of a series the last figure is the one that its answer leads with.
    row = finding.table.iloc[-1 if finding.key == _ASKED[RESPONSES.name] else 0]
    point = next((name for name in ("estimate", "ratio") if name in row.index), None)
    if point is None or row[[point, "low", "high"]].isna().any():
        return None
    return float(row[point]), float(row["low"]), float(row["high"])


def _rows(shown: list[tuple[str, float, float, float]]) -> pd.DataFrame:
    import pandas as pd

    frame = pd.DataFrame(shown, columns=["label", "estimate", "low", "high"])
    return frame.assign(kind=["before" if name == "Now" else "estimate" for name, *_ in shown], flag="")


def _drawn(rows: pd.DataFrame, of_rates: bool, mode: Mode) -> go.Figure:
    return charts.ratio_scale(rows, mode) if of_rates else charts.share_before_after(rows, mode)
