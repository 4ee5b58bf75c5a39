"""Fits of the cycle as Findings read them: of the scope asked for, or why there is none."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from analytics import fits, wording
from analytics.findings.cycle.scores import Cycle
from analytics.findings.survey import choices, estimates
from analytics.findings.survey.answers import NoAnswers
from analytics.records import records_of
from analytics.scope import Scope
from data.settings import settings

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Mapping, Sequence

    import pandas as pd

    from analytics.finding import Provenance
    from analytics.findings import Question
    from data.fit_results import Result
    from data.store import View


@dataclass(frozen=True, eq=False)
class Fit:
    """A fit of the cycle.

    Attributes
    ----------
    asked
        What was asked for, with everything said.
    of
        What the fit is of.
    result
        What it gave.
    """

    view: View
    asked: Scope
    of: Scope
    result: Result

    @classmethod
    def read(cls, key: str, scope: Scope, view: View) -> Fit:
        """The fit of a scope's force and survey.

        Raises
        ------
        ScopeError
            If the release has nothing of what the scope asks about.
        NoAnswers
            If only published figures are held, nobody has fitted it yet, it is of another month, or the data can't bear
            it.
        """
        full = choices.complete(Scope(force=scope.force, survey=scope.survey, to_month=scope.to_month), view)
        if not choices.has_answers(view, str(full.force), str(full.survey)):
            raise NoAnswers(f"Of {full.survey} only published figures are loaded, not the answers behind them.")
        asked = Scope(force=full.force, survey=full.survey, to_month=full.to_month)
        try:
            newest = str(fits.nearest_of(key, asked, view).scope.to_month)
            # No fit of an earlier month is ever made, whether that of the newest is or not.
            if newest != full.to_month:
                raise NoAnswers(
                    "Links, drivers, paths and influence are of the newest year alone: choose "
                    f"{wording.month(newest)} as the last month."
                )
            found = fits.fitted(key, asked, view)
        except fits.NotFitted as why:
            raise NoAnswers(str(why)) from why
        if found.refusal:
            raise NoAnswers(found.refusal)
        return cls(view, scope.but(force=full.force, survey=full.survey), found.scope, found.result)

    @property
    def tables(self) -> Mapping[str, pd.DataFrame]:
        """Its frames by name. Nobody may change them."""
        return self.result.tables

    @property
    def about(self) -> dict[str, Any]:
        """What the fit says of itself, in its first row."""
        return {str(name): value for name, value in records_of(self.tables["about"])[0].items()}

    @property
    def cycle(self) -> Cycle:
        """The questions and waves of the year that was fitted."""
        return Cycle.of(self.of, self.view)

    @property
    def span(self) -> str:
        """When the waves asked, in words."""
        return self.cycle.span

    @property
    def names(self) -> dict[str, str]:
        """Names of the areas by code."""
        return choices.names(self.view, str(self.of.force), str(self.of.survey))

    def provenance(
        self, question: Question, base: str, rules: Sequence[str], method: str, reference: str
    ) -> Provenance:
        """How a figure of this fit was made."""
        equal = str(self.about.get("adjusted_for", "")).replace("_", " ")
        said = [f"Held equal: {equal}, areas and waves"] if equal else []
        made = self.cycle.any_answers.provenance(
            question, f"{base}; {self.span}", [*said, *rules], self.cycle.waves, method, of_every_measure=True
        )
        return replace(made, reference=reference, scope=self.asked.only(question.takes).address())


@lru_cache(maxsize=128)
def bases(result: Result, by: str) -> dict[tuple[str, str], int | None]:
    """The respondents of the links of each place or group, by its name and the stage that a link goes from.

    None where they are withheld: too few, or the number would give away that of another group.
    """
    rows = result.tables["places"]
    found: dict[tuple[str, str], int | None] = {}
    for origin, own in rows[rows["by"] == by].groupby("from", sort=False):
        table = own.assign(group=own["place"].astype(object), flag="").reset_index(drop=True)
        table = table.assign(base=table["base"].astype("Int64").mask(table["base"] < settings().threshold))
        shown = table if by in ("area", "parent") else estimates.in_company(table, "base")
        for row in records_of(shown):
            found[str(row["group"]), str(origin)] = None if wording.missing(row["base"]) else int(row["base"])
    return found


def points(row: Mapping[Hashable, Any], name: str = "strength") -> str:
    """An estimate in points with its interval: ``+9 points (8 to 10)``."""
    ends = wording.points_between(row["low"], row["high"]).removesuffix(" points")
    return f"{wording.points(row[name])} ({ends})"


def tenths(row: Mapping[Hashable, Any], name: str) -> str:
    """The same to a tenth of a point: ``+4.2 points (+3.1 to +5.3)``."""
    ends = wording.between(*(wording.signed(row[end] * 100, 1) for end in ("low", "high")))
    return f"{wording.points(row[name], 1)} ({ends})"


def fit_there(key: str) -> Callable[[Scope, View], None]:
    """What raises one of ``UNANSWERABLE`` where a fit is not there."""

    def check(scope: Scope, view: View) -> None:
        Fit.read(key, scope, view)

    return check
