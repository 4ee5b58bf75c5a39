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
from analytics.scope import Scope
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
    WAVES,
)
from data.vocabularies import forces

if TYPE_CHECKING:
    import pandas as pd
    import plotly.graph_objects as go

    from data.store import View

_ASKED: Mapping[str, str] = MappingProxyType(
    {
        STOPS.name: "stop_and_search.disproportionality",
        POPULATION.name: "stop_and_search.disproportionality",
        AREAS.name: "neighbourhoods.map",
        RESPONSES.name: "overview.headline",
        AGGREGATES.name: "overview.headline",
        EVENTS.name: "engagement.reach",
        PARTICIPANTS.name: "engagement.reach",
        FEEDBACK.name: "engagement.feedback",
    }
)
"""The question whose answer hangs most on a table; of the others it is what is loaded."""

_LOADED = "data.coverage"
_MOST = 3
_HELD_IN = {RESPONSES.name: WAVES.name}
"""A smaller table that says the force of the rows of a larger one."""


@dataclass(frozen=True)
class Preview:
    """One question, answered from the release as it is and as it would be.

    Attributes
    ----------
    before
        None while nothing of one's own is loaded.
    """

    before: Finding | None
    after: Finding

    @property
    def question(self) -> str:
        """The question in words."""
        return self.after.question

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
    asked = dict.fromkeys(
        (_ASKED.get(load.slot.table, _LOADED), force)
        for load in loads
        if load.load_id in shown
        for force in _forces(after, load)
    )
    return [_preview(key, force, before, after) for key, force in list(asked)[:_MOST]]


def _preview(key: str, force: str | None, before: View, after: View) -> Preview:
    question = QUESTIONS[key]
    scope = Scope.of({"force": force} if force and "force" in question.takes else {})
    return Preview(question.answer(scope, before) if before else None, question.answer(scope, after))


def _forces(view: View, load: Load) -> list[str | None]:
    """The forces whose rows a load holds; of areas and residents, which belong to none, no force is named."""
    table = _HELD_IN.get(load.slot.table, load.slot.table)
    if "force" not in CANONICAL[table].names:
        return [None]
    rows = view.rows(table).filter(nw.col("load_id") == load.load_id).select("force").unique()
    held = sorted(rows.collect("pandas").to_native()["force"].dropna())
    return list(held) or [load.slot.subject if load.slot.subject in forces() else None]


def _figure(finding: Finding | None) -> tuple[float, float, float] | None:
    """The figure that an answer leads with, and its interval; None where it is another kind of figure."""
    if finding is None or finding.refused or finding.table.empty:
        return None
    row = finding.table.iloc[0]
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
