"""Three levers of the guidance over areas: engagement, patrols and problem solving beside the change of confidence."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any

import numpy as np

from analytics import charts, wording
from analytics.claims import Layer, claim_of
from analytics.cycle import LEAST_AREAS, LEVERS, Levers
from analytics.cycle import levers as over_areas
from analytics.finding import File, Finding, Mode, Panel, Provenance
from analytics.findings.asked import question_of
from analytics.findings.cycle import fitted
from analytics.findings.cycle.lever_records import PER, actions_closed, events_held
from analytics.findings.neighbourhoods import places
from analytics.findings.refusal import refused
from analytics.findings.survey import changes, choices
from analytics.findings.survey.answers import UNANSWERABLE, Answers, NoAnswers
from analytics.findings.survey.points import YEARS, Point
from analytics.records import records_of, with_nulls
from analytics.scope import Scope
from data.vocabularies.survey import CONFIDENCE_FIRST

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Mapping

    import pandas as pd
    import plotly.graph_objects as go

    from analytics.findings import Question
    from data.store import View

ENGAGEMENT, VISIBILITY, SOLVING = LEVERS
TABLE = ["lever", "one_sd", "effect", "low", "high", "se", "p_value", "adjusted_p", "clear"]
BY_NUMBER = ["high_levers", "areas", "change", "low", "high"]
AREAS = ["area", "name", "change", "change_low", "change_high", "engagement", "visibility", "problem_solving", "flag"]
YEAR = 12
METHOD = (
    "Regression over areas of the change of the share with confidence on the levers together, each in standard "
    "deviations between areas; areas weighted by how surely their change is known and how far areas differ beyond that "
    "(Fay and Herriot). Seeing patrols is asked of the same people as confidence: the chance that both share is taken "
    "out. White's variance, 95 % intervals by Student's t; called clear by Holm's rule over the levers."
)
REFERENCE = (
    "Fay and Herriot 1979, JASA 74, 269; Fuller 1987, Measurement Error Models, 2.2 and 3.1; Ybarra and Lohr 2008, "
    "Biometrika 95, 919; Holm 1979, Scandinavian Journal of Statistics 6, 65"
)
NO_ORDER = (
    "Areas are compared with each other, and the levers are of the same year as the change: teams may hold more events "
    "where confidence was falling already."
)


@dataclass(frozen=True)
class _Lever:
    """How a lever is called as a title, under its axis and in a sentence; how its figures and steps are written."""

    title: str
    axis: str
    called: str
    write: Callable[[float], str]
    step: Callable[[float], str]


WORDS = {
    ENGAGEMENT: _Lever(
        "Engagement events",
        f"Events per {PER:,} residents",
        "engagement events",
        wording.rate,
        lambda size: f"{size:.1f} more per {PER:,}",
    ),
    VISIBILITY: _Lever(
        "Visible patrols",
        "Share who see patrols weekly",
        "patrols seen weekly",
        wording.percent,
        lambda size: f"{wording.points(size).removeprefix('+')} more",
    ),
    SOLVING: _Lever(
        "Problem solving",
        "Priorities closed with an action",
        "problem-solving actions closed",
        lambda value: f"{value:g}",
        lambda size: f"{size:.1f} more",
    ),
}


@dataclass(frozen=True, eq=False)
class Compared:
    """Areas with the change of confidence and their levers over the same year.

    Attributes
    ----------
    answers
        Answers of the whole force to the measure of confidence.
    level
        Level of the areas.
    last, before
        The year, and the one before it.
    table
        One row an area: area, name, change with its interval and variance, a column for each lever that is known, flag.
    errors
        Sampling error of the levers that were asked, as `analytics.cycle.levers` takes it.
    names
        The levers that are known.
    caveats, files
        What changes how the levers are read, and files that they rest on beside those of the survey.
    """

    answers: Answers
    level: str
    last: Point
    before: Point
    table: pd.DataFrame
    errors: pd.DataFrame
    names: tuple[str, ...]
    caveats: tuple[str, ...]
    files: tuple[File, ...]

    @classmethod
    def of(cls, scope: Scope, view: View) -> Compared:
        """The areas of a scope's force and survey.

        Raises
        ------
        ScopeError
            If the release has nothing of what the scope asks about.
        NoAnswers
            If there are no two years of answers, no record of engagement, or too few areas.
        """
        full = choices.complete(Scope(force=scope.force, survey=scope.survey, to_month=scope.to_month), view)
        return _compared(Scope(force=full.force, survey=full.survey, to_month=full.to_month), view)

    @property
    def span(self) -> str:
        """Both years in words."""
        return f"{self.last.said} against {self.before.said}"


def levers(scope: Scope, view: View) -> Finding:
    """Whether the change of confidence of areas goes with their engagement, visible patrols and problem solving."""
    question = question_of(levers)
    try:
        held = Compared.of(scope, view)
        found = over_areas(held.table, held.names, errors=held.errors)
    except (*UNANSWERABLE, ValueError) as why:
        return refused(question, _empty(), scope, view, str(why))
    table = _table(held, found)
    rows = records_of(table)
    told = "; ".join(f"{fitted.tenths(row, 'effect')} with {WORDS[row['lever']].called}" for row in rows)
    return Finding(
        key=question.key,
        question=question.asks,
        headline=_headline(rows),
        answer=(
            f"Where one lever of a {held.level} is one standard deviation higher, the others equal, the change of "
            f"confidence differs by {told}; {held.span} ({places.called(held.level, found.base)})."
        ),
        tables={"levers": table, "by_number": _by_number(found), "areas": _areas(held)},
        provenance=_provenance(question, scope, held, found),
        caveats=(
            NO_ORDER,
            _high_and_low(found, len(held.names)),
            f"Confidence: {held.answers.measure.label}.",
            *held.caveats,
        ),
        claim=claim_of(Layer.ASSOCIATION),
        panels=tuple(_panel(held, row) for row in rows),
        alt=_headline(rows),
    )


def levers_answerable(scope: Scope, view: View) -> None:
    """Raise one of ``UNANSWERABLE`` where areas can't be compared by their levers."""
    Compared.of(scope, view)


@lru_cache(maxsize=16)
def _compared(scope: Scope, view: View) -> Compared:
    force, survey, asked = str(scope.force), str(scope.survey), choices.asked(view, str(scope.force), str(scope.survey))
    measure = next((name for name in CONFIDENCE_FIRST if name in asked), None)
    if measure is None:
        raise NoAnswers(f"{survey} does not ask of confidence.")
    answers = Answers.of(scope.but(measure=measure), view)
    years = answers.every_point_of(YEARS)
    if len(years) < 2:
        raise NoAnswers(
            f"{survey} has waves of one year alone up to {wording.month(answers.last_month)}: a change of confidence "
            "needs those of the year before."
        )
    level = places.level_told(view, force, choices.levels(view, force, survey), LEAST_AREAS)
    if level is None:
        raise NoAnswers(f"{survey} tells of fewer than {LEAST_AREAS} areas that are drawn, and as many are needed.")
    months = tuple(wording.month_range(wording.earlier(years[-1].month, YEAR - 1), years[-1].month))
    recorded = {ENGAGEMENT: events_held(view, force, level, months)}
    unknown = []
    try:
        recorded[SOLVING] = actions_closed(view, force, level, months)
    except NoAnswers as why:
        unknown.append(f"Problem solving is not among the levers: {why}.")
    if VISIBILITY not in asked:
        unknown.append("Visible patrols are not among the levers: the survey does not ask of them.")
    told = changes.beside(scope, view, level, measure, VISIBILITY)
    if not told["change"].notna().any():
        why_not = told["flag"].mode().iloc[0] if len(told) else "no area has answers"
        raise NoAnswers(f"No change of confidence can be told of any {level}: {why_not}.")
    names = tuple(name for name in LEVERS if name in recorded or (name == VISIBILITY and name in asked))
    table = _joined(places.areas(view, force, level), told, {name: one.by_area for name, one in recorded.items()})
    return Compared(
        answers,
        level,
        years[-1],
        years[-2],
        table,
        table.rename(columns={"beside_variance": f"{VISIBILITY} variance", "covariance": f"{VISIBILITY} covariance"}),
        names,
        (*unknown, *(said for one in recorded.values() for said in one.caveats)),
        tuple(file for one in recorded.values() for file in one.files),
    )


def _joined(drawn: pd.DataFrame, told: pd.DataFrame, recorded: Mapping[str, pd.Series]) -> pd.DataFrame:
    """Areas that are drawn in alphabetical order, with what the survey and the records say of them."""
    own = told.set_index("area").reindex(drawn["code"]).reset_index(drop=True)
    flag = own["flag"].where(own["flag"].notna(), "not asked there").astype(object)
    return own.assign(
        area=drawn["code"].to_numpy(dtype=object),
        name=drawn["name"].to_numpy(dtype=object),
        flag=flag,
        **{VISIBILITY: own["beside"]},
        **{name: values.reindex(drawn["code"]).to_numpy(dtype=float) for name, values in recorded.items()},
    )


def _table(held: Compared, found: Levers) -> pd.DataFrame:
    """The levers with what one standard deviation of each is."""
    used = held.table[["change", "variance", *held.names]].astype(float).dropna()
    return found.table.assign(one_sd=[float(used[name].std(ddof=1)) for name in found.table["lever"]])[TABLE]


def _by_number(found: Levers) -> pd.DataFrame:
    empty = found.areas["change"].isna().to_numpy()
    numbers = {name: with_nulls(found.areas[name].to_numpy(dtype=float), empty) for name in ("change", "low", "high")}
    return found.areas.assign(**numbers)[BY_NUMBER]


def _areas(held: Compared) -> pd.DataFrame:
    named = held.table.rename(columns={SOLVING: "problem_solving"})
    for name in ("engagement", "visibility", "problem_solving"):
        values = named[name].to_numpy(dtype=float) if name in named else np.full(len(named), np.nan)
        named = named.assign(**{name: with_nulls(values, np.isnan(values))})
    return named[AREAS]


def _headline(rows: list[dict[Hashable, Any]]) -> str:
    clear = [row for row in rows if row["clear"]]
    if not clear:
        return "No lever clearly goes with the change of confidence between areas"
    names = wording.listing([WORDS[row["lever"]].called for row in clear])
    less = " less" if all(row["effect"] < 0 for row in clear) else ""
    told = f"Confidence rose{less} more where areas had more {names}"
    return (
        told if len(told) < _LONGEST and not less else f"The change of confidence goes with {len(clear)} of the levers"
    )


_LONGEST = 70


def _high_and_low(found: Levers, number: int) -> str:
    """How confidence changed in areas with all levers high and with none, in a sentence."""
    rows = {int(row["high_levers"]): row for row in records_of(_by_number(found))}
    parts = [
        f"{where} ({wording.plural(int(rows[high]['areas']), 'area')}) {_change(rows[high])}"
        for high, where in ((number, "where every lever lies above the median"), (0, "where none does"))
    ]
    return f"Mean change of confidence, nothing held equal: {'; '.join(parts)}."


def _change(row: Mapping[Hashable, Any]) -> str:
    return "too few to tell" if wording.missing(row["change"]) else fitted.tenths(row, "change")


def _panel(held: Compared, row: Mapping[Hashable, Any]) -> Panel:
    lever = WORDS[str(row["lever"])]
    ends = wording.between(*(wording.signed(row[end] * 100, 1) for end in ("low", "high")))
    rows = held.table.dropna(subset=["change", *held.names]).rename(columns={str(row["lever"]): "level"})
    return Panel(
        label=lever.title,
        value=wording.points(row["effect"], 1),
        interval=f"{ends}, with {lever.step(row['one_sd'])}",
        draw=partial(_draw, rows, lever),
        alt=f"{lever.axis} and the change of confidence of {places.called(held.level, len(rows))}: "
        f"{fitted.tenths(row, 'effect')} for one standard deviation",
    )


def _draw(rows: pd.DataFrame, lever: _Lever, mode: Mode) -> go.Figure:
    return charts.level_scatter(rows, mode, lever.axis, lever.write)


def _provenance(question: Question, scope: Scope, held: Compared, found: Levers) -> Provenance:
    base = f"{places.called(held.level, found.base)} that have everything; {held.span}"
    left = len(held.table) - found.base
    rules = [f"{places.called(held.level, left)} left out: a change or a lever is not known there"] if left else []
    made = held.answers.provenance(question, base, rules, [*held.before.waves, *held.last.waves], METHOD)
    return replace(
        made,
        reference=REFERENCE,
        files=tuple(dict.fromkeys([*made.files, *held.files])),
        scope=scope.only(question.takes).address(),
        settings={**made.settings, "Fewest areas": str(LEAST_AREAS)},
    )


def _empty() -> pd.DataFrame:
    import pandas as pd

    kinds = {"lever": "object", "clear": "boolean"}
    return pd.DataFrame({name: pd.Series(dtype=kinds.get(name, "Float64")) for name in TABLE})
