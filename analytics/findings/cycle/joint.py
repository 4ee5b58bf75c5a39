"""Confidence of people grouped by what they said to several questions at once, in the force as a whole."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache, partial
from typing import TYPE_CHECKING, Any

import numpy as np

from analytics import charts, wording
from analytics.finding import Panel
from analytics.findings.survey import choices, estimates
from analytics.findings.survey.answers import UNANSWERABLE, Answers, NoAnswers
from analytics.records import records_of, with_nulls
from analytics.scope import Scope
from analytics.survey import Combination, DomainMeans, Verdicts, verdicts
from data import counting
from data.settings import settings
from data.survey_cubes import NOT_KNOWN, SURVEY_CELLS
from data.vocabularies.survey import JOINT_GROUPINGS, joint_groupings, measures

if TYPE_CHECKING:
    import pandas as pd

    from data.store import View

CONTACT = "contact_12m"
NO_CONTACT = "No contact"
"""The group of a joint grouping that holds whoever had no contact."""

COMPARED = ["what", "difference", "difference_low", "difference_high", "se", "df", "p_value", "verdict", "flag"]
"""Columns of what is set against something else."""

_NUMBERS = {*estimates.FIGURES, *COMPARED} - {"what", "verdict", "flag"}
NEITHER = "neither is clearly above 0"
"""What is said where two differ and the larger one is not clearly above 0 itself."""

FEW_POINTS = "not enough sampling points"
WITHHELD = "not given: one of its figures has too few answers"


@dataclass(frozen=True, eq=False)
class Joint:
    """Confidence in the groups of a joint grouping over the waves of a year.

    Attributes
    ----------
    answers
        Answers to the measure of confidence, in the force as a whole.
    grouping
        The joint grouping.
    means
        The share of each group, for comparisons; not to be shown.
    figures
        Figures by group, withheld where there are too few answers.
    """

    answers: Answers
    grouping: str
    means: DomainMeans
    figures: pd.DataFrame

    @classmethod
    def of(cls, scope: Scope, view: View, grouping: str) -> Joint:
        """The groups of a scope's force, survey and last month.

        Raises
        ------
        ScopeError
            If the release has nothing of what the scope asks about.
        NoAnswers
            If the survey did not ask what makes the groups, or of confidence; or the release has not counted it.
        """
        return _joint(Scope(force=scope.force, survey=scope.survey, to_month=scope.to_month), view, grouping)

    @property
    def span(self) -> str:
        """When the pooled waves asked, in words."""
        return self.answers.year.span

    @cached_property
    def _rows(self) -> dict[str, dict[str, Any]]:
        return {str(row["group"]): {str(name): row[name] for name in row} for row in records_of(self.figures)}

    def row(self, group: str) -> dict[str, Any]:
        """The figures of a group; where nobody is in it, why there are none."""
        nobody = {"group": group, **dict.fromkeys(estimates.FIGURES), "base": 0, "flag": "nobody answered so"}
        return self._rows.get(group, nobody)

    def table(self, groups: Sequence[str], **more: Sequence[str]) -> pd.DataFrame:
        """The figures of some groups, in order; columns: group, those that are given, and the figures."""
        rows = [self.row(group) for group in groups]
        figures = {name: [row[name] for row in rows] for name in estimates.FIGURES}
        return tidy({"group": list(groups), **more, **figures})

    def place(self, group: str) -> int:
        """Position of a group among the means."""
        return list(self.means.table["group"]).index(group)

    def shown(self, *groups: str) -> bool:
        """Whether the figures of all of some groups are shown."""
        return not any(wording.missing(self.row(group)["estimate"]) for group in groups)

    def base(self, *groups: str) -> int:
        """Answers of some groups whose number is shown."""
        return sum(int(n) for group in groups if not wording.missing(n := self.row(group)["base"]))

    @cached_property
    def left_out(self) -> int:
        """Answers of people of whom it is not known which group they are in."""
        bases = zip(self.means.table["group"], self.means.table["base"], strict=True)
        return sum(int(n) for group, n in bases if group == NOT_KNOWN)


def tidy(columns: Mapping[str, Sequence[Any]]) -> pd.DataFrame:
    """Columns as a table: texts, and numbers that may be null."""
    import pandas as pd

    made = {name: _column(name, values) for name, values in columns.items()}
    return pd.DataFrame(made)


def _column(name: str, values: Sequence[Any]) -> pd.Series | pd.api.extensions.ExtensionArray:
    import pandas as pd

    if name not in _NUMBERS:
        return pd.Series(list(values), dtype=object)
    none = np.array([wording.missing(value) for value in values], dtype=bool)
    given = [0 if hidden else value for value, hidden in zip(values, none, strict=True)]
    return with_nulls(np.array(given, dtype=np.int64 if name == "base" else float), none)


@lru_cache(maxsize=64)
def _joint(scope: Scope, view: View, grouping: str) -> Joint:
    answers = _confidence(scope, view)
    _check(view, answers.force, answers.survey, grouping)
    means, figures = estimates.groups_of_year(answers, grouping)
    if not _known(set(means.table["group"])):
        raise NoAnswers(f"{answers.survey} asked nobody {_ASKED[grouping]} in {answers.year.span}.")
    return Joint(answers, grouping, means, figures)


def _confidence(scope: Scope, view: View) -> Answers:
    """Answers to the first measure of confidence that the survey asks."""
    scope = choices.complete(scope, view)
    held = choices.asked(view, str(scope.force), str(scope.survey))
    of_stage = [name for name, measure in measures().items() if measure.stage == "confidence"]
    measure = next((name for name in (*choices.FIRST, *of_stage) if name in held), None)
    if measure is None:
        raise NoAnswers(f"{scope.survey} asks nothing of confidence.")
    return Answers.of(scope.but(measure=measure), view)


_ASKED = {
    "contact_experience": "whether they had contact and were satisfied with it",
    "treatment_and_outcome": "whether they were treated fairly at contact and got the outcome they wanted",
}


def check(scope: Scope, view: View, grouping: str) -> None:
    """Raise one of ``UNANSWERABLE`` where there is no confidence by a joint grouping; cheaper than the figures."""
    answers = _confidence(Scope(force=scope.force, survey=scope.survey, to_month=scope.to_month), view)
    _check(view, answers.force, answers.survey, grouping)


def _check(view: View, force: str, survey: str, grouping: str) -> None:
    if _known(_groups(view, force, survey, grouping)):
        return
    if not _counts_jointly(view):
        number = view.release.number if view.release else 0
        raise NoAnswers(
            f"Release {number} was counted before answers to several questions were taken together; the command "
            "“python -m data recount --reason TEXT” counts it again."
        )
    raise NoAnswers(f"{survey} did not ask {_ASKED[grouping]}.")


def told_of(scope: Scope, view: View) -> bool:
    """Whether a survey asked about contact, so that its page has a part on it.

    A release that was counted before joint groupings can't tell of more than that it asked about contact.
    """
    try:
        answers = _confidence(Scope(force=scope.force, survey=scope.survey, to_month=scope.to_month), view)
    except UNANSWERABLE:
        return False
    if not _counts_jointly(view):
        return bool(_known(_groups(view, answers.force, answers.survey, CONTACT)))
    of_contact = [name for name, grouping in joint_groupings().items() if CONTACT in grouping.columns]
    return any(_known(_groups(view, answers.force, answers.survey, name)) for name in of_contact)


def _known(groups: set[str] | frozenset[str]) -> set[str]:
    """Groups of people who had contact and said how it was."""
    return {*groups} - {NOT_KNOWN, NO_CONTACT}


def _counts_jointly(view: View) -> bool:
    return f"{JOINT_GROUPINGS}.csv" in counting.counted_with(view)


@lru_cache(maxsize=64)
def _groups(view: View, force: str, survey: str, grouping: str) -> frozenset[str]:
    """The groups of a grouping that a survey's cells are of."""
    rows = view.select(SURVEY_CELLS.name, ["group"], force=force, survey=survey, grouping=grouping)
    return frozenset(rows["group"].unique().to_pylist())


def held(answers: Answers, grouping: str) -> bool:
    """Whether a survey's answers are counted by a grouping, and somebody is in one of its groups."""
    return bool(_known(_groups(answers.view, answers.force, answers.survey, grouping)))


def compared(what: str, found: Combination | None, verdict: str = "") -> dict[str, Any]:
    """A row of what is set against something else; without figures where it is withheld or can't be told."""
    if found is None or wording.missing(found.low):
        flag = WITHHELD if found is None else FEW_POINTS
        return {**dict.fromkeys(COMPARED), "what": what, "verdict": "", "flag": flag}
    figures = (found.estimate, found.low, found.high, found.se, found.df, found.p_value)
    return dict(zip(COMPARED, (what, *figures, verdict, ""), strict=True))


def compared_table(rows: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """Rows of `compared` as a table."""
    return tidy({name: [row[name] for row in rows] for name in COMPARED})


def larger(
    difference: Combination | None, first: Combination | None, second: Combination | None, words: Verdicts
) -> str:
    """Which of two is larger: one that is clearly above the other, and above 0 itself; empty where it can't be told.

    Parameters
    ----------
    difference, first, second
        The first less the second, and both; None where a figure is withheld.
    words
        What is said where the first is larger, where the second is, and where it is not clear.
    """
    if difference is None or wording.missing(difference.low):
        return ""
    limits = (difference.low, difference.high, difference.p_value)
    (verdict,) = verdicts(*limits, words=words, discovery_rate=settings().false_discovery)
    one = {words.above: first, words.below: second}.get(verdict)
    return NEITHER if one is not None and one.low <= 0 else verdict


def listed(table: pd.DataFrame) -> str:
    """Every group of a table with its figures, in words."""
    return "; ".join(f"{row['group']}, {share(row)}" for row in records_of(table))


def share(row: Mapping[Any, Any]) -> str:
    """A figure with its interval and base, or why there is none."""
    if wording.missing(row["estimate"]):
        return str(row["flag"])
    withheld = wording.missing(row["base"])
    base = "number of answers withheld" if withheld else wording.plural(int(row["base"]), "answer")
    return f"{wording.percent(row['estimate'])} ({wording.percent_between(row['low'], row['high'])}, {base})"


def gap(found: Combination) -> str:
    """A difference in points with its interval: ``+12 points (8 to 16)``."""
    between = wording.points_between(found.low, found.high).removesuffix(" points")
    return f"{wording.points(found.estimate)} ({between})"


def size(found: Combination) -> str:
    """How large a clear difference is, whichever side it is on: ``12 points (8 to 16)``."""
    return gap(found if found.estimate > 0 else turned(found)).replace("+", "")


def turned(found: Combination) -> Combination:
    """The same difference seen from the other side."""
    return replace(found, estimate=-found.estimate, low=-found.high, high=-found.low)


def panel(label: str, table: pd.DataFrame, names: Sequence[str]) -> Panel:
    """A chart of the figures of a table, a row each under its name."""
    detail = ["" if wording.missing(n) else wording.plural(int(n), "answer") for n in table["base"]]
    rows = table.assign(label=list(names), detail=detail, look=False)
    alt = f"{label}: {listed(table)}"
    return Panel(label=label, value="", interval="", draw=partial(charts.share_dots, rows), alt=alt)


def few(number: int) -> str:
    """A number of answers, not said where it is below the threshold."""
    least = settings().threshold
    return f"Fewer than {least} answers" if number < least else wording.plural(number, "answer")


def counted(answers: Answers) -> str:
    """The question, whom it was asked of and which answers count, in sentences."""
    return f"{answers.wording} {answers.counted} Answers of don't know are left out of the base."
