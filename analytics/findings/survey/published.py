"""Figures as a survey's publisher gives them: a share without the answers behind it, and so without an interval."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING

from analytics import wording
from analytics.finding import Provenance, files_of
from analytics.findings.survey import choices, notes
from analytics.findings.survey.answers import NoAnswers
from analytics.scope import Scope
from data.tables import AGGREGATES
from data.vocabularies import forces
from data.vocabularies.survey import Measure, measures

if TYPE_CHECKING:
    import pandas as pd

    from analytics.findings import Question
    from data.store import View

NO_INTERVAL = (
    "No interval can be given: the file publishes shares without the number of answers behind them. A change that "
    "looks large may be chance."
)
METHOD = "The share as its publisher gives it; nothing is computed here."


@dataclass(frozen=True, eq=False)
class Published:
    """Published figures of one measure.

    Attributes
    ----------
    scope
        The scope, with everything said.
    figures
        Rows of ``aggregates`` of the survey and measure within the period, of every publication.
    """

    view: View
    scope: Scope
    figures: pd.DataFrame

    @classmethod
    @lru_cache(maxsize=256)
    def of(cls, scope: Scope, view: View) -> Published:
        """The published figures of a scope.

        Raises
        ------
        ScopeError
            If the release has nothing of what the scope asks about.
        NoAnswers
            If nothing is published for the period and area.
        """
        scope = choices.complete(scope, view)
        every = choices.published(view)
        chosen = every[
            (every["force"] == scope.force)
            & (every["survey"] == scope.survey)
            & (every["measure"] == scope.measure)
            & every["month"].between(str(scope.from_month), str(scope.to_month))
        ]
        published = cls(view, scope, chosen.reset_index(drop=True))
        if published.series.empty:
            raise NoAnswers(
                f"{scope.survey} publishes no figure of “{published.measure.label}” for "
                f"{wording.months(str(scope.from_month), str(scope.to_month))}."
            )
        return published

    @classmethod
    @lru_cache(maxsize=256)
    def beside(cls, scope: Scope, view: View) -> tuple[Published, ...]:
        """Figures that are published of what a scope with everything said finds in answers, from each survey."""
        every = choices.published(view)
        if every.empty:
            return ()
        held = every[
            (every["force"] == scope.force)
            & (every["measure"] == scope.measure)
            & every["month"].between(str(scope.from_month), str(scope.to_month))
        ]
        own = held[held["code"] == scope.area] if scope.area else held[held["level"] == "force"]
        return tuple(
            cls(view, scope.but(survey=survey), held[held["survey"] == survey].reset_index(drop=True))
            for survey in own["survey"].unique()
        )

    @property
    def measure(self) -> Measure:
        """The measure."""
        return measures()[str(self.scope.measure)]

    @property
    def force_name(self) -> str:
        """The force's name, as a sentence has it."""
        return forces()[str(self.scope.force)]["short"]

    @cached_property
    def series(self) -> pd.DataFrame:
        """Figures of the scope's area by month, from one publication: the one that goes on longest."""
        own = self._of_area
        if own.empty:
            return own
        return own[own["publication"] == self.shown].sort_values("month", ignore_index=True)

    @cached_property
    def shown(self) -> str:
        """The publication whose figures are shown: a series is never put together from two."""
        return _longest(self._of_area)

    @cached_property
    def _of_area(self) -> pd.DataFrame:
        if self.scope.area is None:
            return self.figures[self.figures["level"] == "force"]
        return self.figures[self.figures["code"] == self.scope.area]

    @cached_property
    def spans(self) -> list[notes.Span]:
        """First and last day of the last month that each figure covers."""
        return [(first_day(month), last_day(month)) for month in self.series["month"].astype(str)]

    @cached_property
    def noted(self) -> list[notes.Note]:
        """What analysts noted at days of the period, by date."""
        return notes.within_period(self._every_note, str(self.scope.from_month), str(self.scope.to_month), self.spans)

    @cached_property
    def broken(self) -> list[str]:
        """For each figure the series break that was noted since the one before, in words; empty where none was."""
        said = notes.breaks(self._every_note, [ends for _, ends in self.spans])
        return ["", *(after if after != before else "" for before, after in pairwise(said))]

    @property
    def _every_note(self) -> tuple[notes.Note, ...]:
        return notes.of_series(self.view, str(self.scope.force), str(self.scope.survey), self.measure.id)

    @cached_property
    def areas(self) -> pd.DataFrame:
        """Figures of every area for its last month of the period."""
        rows = self.figures[self.figures["level"] != "force"]
        if rows.empty:
            return rows
        rows = rows[rows["publication"] == _longest(rows)]
        return rows[rows["month"] == rows["month"].max()].sort_values("area", ignore_index=True)

    @cached_property
    def disagreements(self) -> str:
        """A sentence on months for which two publications give different figures; empty where none does."""
        own = self._of_area
        others = [name for name in own["publication"].unique() if name != self.shown]
        if not others:
            return ""
        wide = own.pivot_table(index="month", columns="publication", values="share", aggfunc="first").dropna()
        apart = (wide[others].sub(wide[self.shown], axis=0)).abs().max(axis=1)
        # Both are printed in whole per cent: less than half a point is rounding.
        differing = apart[apart > 0.005 + 1e-9]
        named = wording.listing(others)
        if differing.empty:
            return (
                f"{named} gives the same figures in all {wording.plural(len(wide), 'month')} that both hold."
                if len(wide)
                else ""
            )
        return (
            f"{named} gives other figures in {len(differing)} of {wording.plural(len(wide), 'month')} that both hold, "
            f"{wording.points(float(differing.max())).removeprefix('+')} apart at most; shown is {self.shown}."
        )

    def provenance(self, question: Question, base: str, rules: list[str], publication: str | None = None) -> Provenance:
        """Provenance of a figure that was published; of the series, unless another publication is named."""
        loads = self.view.current_loads
        used = loads[(loads["table"] == AGGREGATES.name) & loads["load_id"].isin(self.figures["load_id"].unique())]
        return Provenance(
            release=self.view.release.number if self.view.release else 0,
            files=files_of(used.sort_values("file")),
            scope=self.scope.only(question.takes).address(),
            base=base,
            weights="As its publisher weighted it",
            method=METHOD,
            reference=f"{self.scope.survey}: {publication or self.shown}",
            rules=tuple(rules),
        )


def first_day(month: str) -> str:
    """The first day of a month."""
    return f"{month}-01"


def last_day(month: str) -> str:
    """The last day of a month."""
    return f"{month}-{monthrange(int(month[:4]), int(month[5:7]))[1]}"


def _longest(rows: pd.DataFrame) -> str:
    """The publication with the latest month; of several, the one with most figures."""
    held = rows.groupby("publication")["month"].agg(["max", "size"])
    return str(held.sort_values(["max", "size"]).index[-1])
