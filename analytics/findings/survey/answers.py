"""The answers that a scope asks about: cells of one measure and the whole sample they come from."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING

import narwhals as nw
import numpy as np

from analytics import wording
from analytics.finding import Provenance, files_of
from analytics.findings.survey import choices
from analytics.scope import Scope, ScopeError
from data.settings import settings
from data.survey_cubes import EVERYONE, SURVEY_CELLS, SURVEY_DESIGN
from data.tables import RESPONSES
from data.vocabularies import forces
from data.vocabularies.survey import DONT_KNOW, NEGATIVE, NEUTRAL, POSITIVE, Measure, measures

if TYPE_CHECKING:
    import pandas as pd

    from data.store import View

SHARE = {POSITIVE: 1.0, NEUTRAL: 0.0, NEGATIVE: 0.0}
"""Value of each class of answer in a share of positive answers; don't know and not asked are outside."""

METHOD = (
    "Weighted share of positive answers among those with an opinion. Variance by Taylor linearisation over every "
    "sampled unit of every stratum; 95 % interval: Wilson's with the effective number of answers and Student's t."
)
REFERENCE = (
    "Särndal, Swensson and Wretman 1992, Model Assisted Survey Sampling, 5.7; Franco and others 2019, JSSAM 7, 334; "
    "change: Zou and Donner 2008, Statistics in Medicine 27, 1693"
)


class NoAnswers(LookupError):
    """There is nothing to estimate from; the message is one sentence that says why."""


UNANSWERABLE = (ScopeError, NoAnswers)
"""Why a question can't be answered; each carries one sentence."""


@dataclass(frozen=True, eq=False)
class Answers:
    """Answers to one measure, wave by wave.

    Attributes
    ----------
    scope
        The scope, with everything said.
    waves
        The waves of the period, in order: rows of the table ``waves``, with ``month``, in which the wave ended.
    """

    view: View
    scope: Scope
    waves: pd.DataFrame

    @classmethod
    @lru_cache(maxsize=256)
    def of(cls, scope: Scope, view: View) -> Answers:
        """The answers of a scope.

        Raises
        ------
        ScopeError
            If the release has nothing of what the scope asks about.
        NoAnswers
            If the survey is held as published figures alone, or no wave of the period asks the measure.
        """
        scope = choices.complete(scope, view)
        force, survey = str(scope.force), str(scope.survey)
        if not choices.has_answers(view, force, survey):
            raise NoAnswers(f"Of {survey} only published figures are loaded, not the answers behind them.")
        every = choices.waves(view)
        every = every[(every["force"] == force) & (every["survey"] == survey)]
        every = every.assign(month=every["ends"].str[:7])
        within = every[every["month"].between(str(scope.from_month), str(scope.to_month))]
        asked = choices.questions(view)
        asked = asked[(asked["force"] == force) & (asked["survey"] == survey) & (asked["measure"] == scope.measure)]
        within = within[within["wave"].isin(asked["wave"])].reset_index(drop=True)
        if within.empty:
            raise NoAnswers(
                f"No wave of {survey} from {wording.month(str(scope.from_month))} to "
                f"{wording.month(str(scope.to_month))} asks “{measures()[str(scope.measure)].label}”."
            )
        return cls(view, scope, within)

    @property
    def force(self) -> str:
        """The force."""
        return str(self.scope.force)

    @property
    def force_name(self) -> str:
        """The force's name, as a sentence has it."""
        return forces()[self.force]["short"]

    @property
    def survey(self) -> str:
        """The survey."""
        return str(self.scope.survey)

    @property
    def measure(self) -> Measure:
        """The measure."""
        return measures()[str(self.scope.measure)]

    @cached_property
    def cells(self) -> pd.DataFrame:
        """Cells of everyone in the scope's area, all waves of the period."""
        return self.cells_by(EVERYONE)

    @cached_property
    def everywhere(self) -> pd.DataFrame:
        """Cells of everyone in every area, all waves of the period."""
        return self._in_period(_cells(self.view, self.force, self.survey, self.measure.id, EVERYONE))

    def cells_by(self, grouping: str) -> pd.DataFrame:
        """Cells by the groups of an attribute, in the scope's area."""
        cells = self._in_period(_cells(self.view, self.force, self.survey, self.measure.id, grouping))
        if self.scope.area is None:
            return cells
        inside = choices.members(self.view, self.force, self.survey, self.scope.area)
        return cells[cells["area"].isin(inside)]

    @cached_property
    def design(self) -> pd.DataFrame:
        """Every sampled unit of the waves of the period, never filtered by what is asked."""
        design = self._in_period(_design(self.view, self.force, self.survey))
        return design.drop_duplicates(["strata", "psu"]).reset_index(drop=True)

    def _in_period(self, frame: pd.DataFrame) -> pd.DataFrame:
        return frame[frame["wave"].isin(self.waves["wave"])]

    @cached_property
    def label(self) -> dict[str, str]:
        """The words of each wave."""
        return dict(zip(self.waves["wave"], self.waves["label"], strict=True))

    @property
    def last(self) -> str:
        """The last wave."""
        return str(self.waves["wave"].iloc[-1])

    @cached_property
    def a_year_before(self) -> str | None:
        """The wave that ended twelve months before the last one; None where there is none."""
        month = wording.earlier(str(self.waves["month"].iloc[-1]), 12)
        found = self.waves.loc[self.waves["month"] == month, "wave"]
        return None if found.empty else str(found.iloc[0])

    @cached_property
    def breaks(self) -> dict[str, str]:
        """Where the series breaks: the first wave of a new questionnaire or wording, with what changed in words."""
        asked = choices.questions(self.view)
        own = (asked["force"] == self.force) & (asked["survey"] == self.survey) & (asked["measure"] == self.measure.id)
        wording_of = dict(zip(asked.loc[own, "wave"], asked.loc[own, "wording"], strict=True))
        broken = {}
        pairs = self.waves[["wave", "questionnaire"]].astype(object).to_dict("records")
        for before, after in pairwise(pairs):
            if wording_of[before["wave"]] != wording_of[after["wave"]]:
                broken[str(after["wave"])] = "new wording"
            elif str(before["questionnaire"]) != str(after["questionnaire"]):
                broken[str(after["wave"])] = "new questionnaire"
        return broken

    def broken_between(self, first: str, last: str) -> bool:
        """Whether the series breaks after one wave and up to another."""
        waves = list(self.waves["wave"])
        return any(first < wave <= last for wave in self.breaks) if first in waves and last in waves else False

    @cached_property
    def wording(self) -> str:
        """The question as the last wave of the period asked it."""
        asked = choices.questions(self.view)
        own = (
            (asked["force"] == self.force)
            & (asked["survey"] == self.survey)
            & (asked["measure"] == self.measure.id)
            & (asked["wave"] == self.last)
        )
        return str(asked.loc[own, "wording"].iloc[0])

    @property
    def positive(self) -> str:
        """The answers that count as positive, in words."""
        return wording.listing([a for a, kind in self.measure.classes.items() if kind == POSITIVE]).replace(
            " and ", " or "
        )

    @cached_property
    def pooled(self) -> list[str]:
        """The last four waves of the period, which area figures pool; fewer after a break of the series."""
        waves = list(self.waves["wave"])[-POOL:]
        return [wave for wave in waves if not self.broken_between(wave, waves[-1])]

    def provenance(
        self, base: str, rules: list[str], method: str = METHOD, waves: list[str] | None = None
    ) -> Provenance:
        """Provenance of a figure made from these answers."""
        used = self.waves if waves is None else self.waves[self.waves["wave"].isin(waves)]
        loads = self.view.current_loads
        files = loads[(loads["table"] == RESPONSES.name) & loads["load_id"].isin(used["load_id"])]
        unsure = self._dont_know(list(used["wave"]))
        said = [f"{wording.plural(unsure, 'answer')} of don't know left out of the base"] if unsure else []
        return Provenance(
            release=self.view.release.number if self.view.release else 0,
            files=files_of(files.sort_values("period")),
            scope=self.scope.address(),
            base=base,
            weights=wording.listing([str(text) for text in dict.fromkeys(used["weighting"].dropna())])
            or "As the file has them; 1 where it has none",
            method=method,
            reference=REFERENCE,
            rules=(*said, *rules),
            settings={
                "Fewest answers": str(settings().fewest_answers),
                "Fewest effective answers": str(settings().fewest_effective),
                "Changes called clear below a false-discovery rate of": f"{settings().false_discovery:.2f}",
            },
        )

    def _dont_know(self, waves: list[str]) -> int:
        cells = self.cells
        return int(cells.loc[(cells["answer_class"] == DONT_KNOW) & cells["wave"].isin(waves), "n"].sum())


POOL = 4
"""How many waves the figure of an area pools: a year of quarters."""


@lru_cache(maxsize=64)
def _cells(view: View, force: str, survey: str, measure: str, grouping: str) -> pd.DataFrame:
    """Cells of one measure and grouping; strata of waves that share nothing are kept apart."""
    rows = view.rows(SURVEY_CELLS.name).filter(
        nw.col("grouping") == grouping,
        nw.col("measure") == measure,
        nw.col("force") == force,
        nw.col("survey") == survey,
    )
    columns = ["wave", "area", "group", "answer_class", "stratum", "psu", "n", "weight", "weight_squared"]
    return _stratified(rows.select(columns).collect("pandas").to_native(), view, force, survey)


@lru_cache(maxsize=16)
def _design(view: View, force: str, survey: str) -> pd.DataFrame:
    rows = view.rows(SURVEY_DESIGN.name).filter(nw.col("force") == force, nw.col("survey") == survey)
    return _stratified(rows.select("wave", "stratum", "psu").collect("pandas").to_native(), view, force, survey)


def _stratified(frame: pd.DataFrame, view: View, force: str, survey: str) -> pd.DataFrame:
    """Add ``strata``: a stratum of a wave, or of all waves that share units or respondents."""
    waves = choices.waves(view)
    own = waves[(waves["force"] == force) & (waves["survey"] == survey)].set_index("wave")["shared"]
    alone = frame["wave"].map(own.to_dict()).eq("nothing")
    keyed = frame.assign(strata=np.where(alone, frame["wave"] + " ", "") + frame["stratum"])
    # Compared and grouped many times a page: places in a list compare faster than texts.
    texts = [name for name in keyed.columns if keyed[name].dtype.kind not in "if"]
    return keyed.astype(dict.fromkeys(texts, "category"))
