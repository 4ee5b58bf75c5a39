"""Scores of the stages of the cycle: which questions make each, over which waves, and whom they are set against."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from analytics import wording
from analytics.findings.survey import choices, estimates
from analytics.findings.survey.answers import SHARE, UNANSWERABLE, Answers, NoAnswers, cells_of, sample_of
from analytics.findings.survey.points import YEARS, Point
from analytics.records import nullable, records_of
from analytics.scope import Scope
from analytics.survey import (
    DomainMeans,
    averaged,
    change,
    differences,
    domain_means_of_cells,
    smoothed_within,
)
from data.settings import settings
from data.survey_cubes import NOT_KNOWN
from data.vocabularies.survey import STAGES, attributes, measures

if TYPE_CHECKING:
    import pandas as pd

    from analytics.survey import Sample
    from data.store import View

NOW, BEFORE = "now", "before"
INSIDE, OTHERS = "inside", "others"
NOT_ASKED = "no question asked"
NO_EARLIER = "no earlier wave is loaded"
SCORES = ["stage", "score", "low", "high", "base", "se", "df", "questions"]
COMPARED = ["difference", "difference_low", "difference_high", "p_value"]
_YEAR = 12


@dataclass(frozen=True, eq=False)
class Cycle:
    """The questions of one survey that are about a stage, up to a month.

    Attributes
    ----------
    scope
        Force, survey and last month.
    asked
        Answers to each question, by measure, in the order of the catalogue.
    old
        Measures that were asked once and not in the last year, which are left out.
    of_some
        Measures that were asked of a part of the people only, in stages with others that everyone was asked, which are
        left out too: they are about other people.
    """

    view: View
    scope: Scope
    asked: Mapping[str, Answers]
    old: tuple[str, ...]
    of_some: tuple[str, ...]

    @classmethod
    def of(cls, scope: Scope, view: View) -> Cycle:
        """The questions of a scope's survey; its area, group and measure change nothing.

        Raises
        ------
        ScopeError
            If the release has nothing of what the scope asks about.
        NoAnswers
            If only published figures are held, or nothing about any stage was asked.
        """
        full = choices.complete(Scope(force=scope.force, survey=scope.survey, to_month=scope.to_month), view)
        return _cycle(full.but(measure=None, from_month=None), view)

    @property
    def force(self) -> str:
        """The force."""
        return str(self.scope.force)

    @property
    def survey(self) -> str:
        """The survey."""
        return str(self.scope.survey)

    @cached_property
    def now(self) -> Mapping[str, Point]:
        """The waves of each measure that ended within a year of its last one."""
        return {name: answers.year for name, answers in self.asked.items()}

    @cached_property
    def before(self) -> Mapping[str, Point]:
        """The year before that, of the measures whose series did not break between the two."""
        found = {}
        for name, answers in self.asked.items():
            points = answers.every_point_of(YEARS)
            if len(points) > 1 and not points[-1].broken and _a_year_apart(points[-2], points[-1]):
                found[name] = points[-2]
        return found

    @property
    def span(self) -> str:
        """When the pooled waves asked, in words."""
        return wording.months(self.starts[:7], max(point.ends for point in self.now.values())[:7])

    @property
    def starts(self) -> str:
        """The first day of the pooled waves."""
        return min(point.starts for point in self.now.values())

    @property
    def span_before(self) -> str:
        """When the earlier waves asked, in words; empty where there are none."""
        points = list(self.before.values())
        if not points:
            return ""
        return wording.months(min(p.starts for p in points)[:7], max(p.ends for p in points)[:7])

    @property
    def cut_before(self) -> str:
        """Why the year before is shorter than the last one for some questions, in words; empty where it is not."""
        short = [point for name, point in self.before.items() if point.length < self.now[name].length]
        since: dict[str, dict[str, None]] = {}
        for point in short:
            since.setdefault(point.starts[:7] if point.broken else "", {})[point.broken or NO_EARLIER] = None
        return "; ".join(
            f"{wording.listing(list(why))}{f' from {wording.month(month)}' if month else ''}"
            for month, why in since.items()
        )

    @property
    def waves(self) -> list[str]:
        """The pooled waves."""
        return sorted({wave for point in self.now.values() for wave in point.waves})

    @property
    def waves_before(self) -> list[str]:
        """The earlier waves."""
        return sorted({wave for point in self.before.values() for wave in point.waves})

    def questions(self, stage: str) -> tuple[str, ...]:
        """The measures that make a stage, in the order of the catalogue."""
        return tuple(name for name in self.asked if measures()[name].stage == stage)

    @cached_property
    def stages(self) -> Mapping[str, str]:
        """The stage of each measure."""
        return {name: measures()[name].stage for name in self.asked}

    @property
    def turned(self) -> frozenset[str]:
        """Measures of which a lower share is better."""
        return frozenset(name for name in self.asked if not measures()[name].higher_is_better)

    @property
    def any_answers(self) -> Answers:
        """The answers to the first measure, for what all of them share."""
        return next(iter(self.asked.values()))

    @property
    def sample(self) -> Sample:
        """Every sampled unit of every wave up to the month."""
        held = choices.waves(self.view)
        own = held[(held["force"] == self.force) & (held["survey"] == self.survey)]
        return sample_of(
            self.view, self.force, self.survey, tuple(own.loc[own["ends"].str[:7] <= str(self.scope.to_month), "wave"])
        )


def _a_year_apart(before: Point, now: Point) -> bool:
    return abs(wording.months_between(wording.earlier(now.month, _YEAR), before.month) - 1) <= 1


@lru_cache(maxsize=64)
def _cycle(scope: Scope, view: View) -> Cycle:
    force, survey = str(scope.force), str(scope.survey)
    if not choices.has_answers(view, force, survey):
        raise NoAnswers(f"Of {survey} only published figures are loaded, not the answers behind them.")
    of_cycle = [name for name in choices.asked(view, force, survey) if measures()[name].stage in STAGES]
    found = {}
    for name in of_cycle:
        try:
            found[name] = Answers.of(scope.but(measure=name), view)
        except UNANSWERABLE:
            continue  # It was not asked in these years; the other questions stand.
    if not found:
        raise NoAnswers(f"{survey} asks nothing about a stage of the cycle up to {wording.month(str(scope.to_month))}.")
    newest = max(answers.year.month for answers in found.values())
    old = tuple(name for name in found if found[name].year.month <= wording.earlier(newest, _YEAR))
    kept = [name for name in found if name not in old]
    some = {name for name in kept if _of_some(found[name])}
    whole = {measures()[name].stage for name in kept if name not in some}
    of_some = tuple(name for name in kept if name in some and measures()[name].stage in whole)
    return Cycle(view, scope, {name: found[name] for name in kept if name not in of_some}, old, of_some)


def _of_some(answers: Answers) -> bool:
    """Whether only a part of the people was asked in the last year."""
    last, asked_of = set(answers.year.waves), zip(answers.waves["wave"], answers.waves["asked_of"], strict=True)
    return any(wave in last and not wording.missing(of) for wave, of in asked_of)


@dataclass(frozen=True, eq=False)
class Scores:
    """The score of each stage and what it is compared with.

    Attributes
    ----------
    table
        One row a stage, in the order of the cycle: `SCORES`, `COMPARED` and flag. A figure is null where no question is
        asked or there are too few answers, and ``flag`` says so.
    measures
        One row a measure: stage, measure, and the figures of its share.
    """

    table: pd.DataFrame
    measures: pd.DataFrame


@lru_cache(maxsize=64)
def of_force(cycle: Cycle) -> Scores:
    """Every stage in the force as a whole, against its own year before."""
    means = _force_means(cycle)
    now = means.only(period=NOW)
    paired = {name: stage for name, stage in cycle.stages.items() if name in cycle.before}
    compared = _changes(averaged(means, "measure", paired, cycle.turned)) if paired else {}
    shown = estimates.publishable(averaged(now, "measure", cycle.stages, cycle.turned))
    notes = {stage: _partly(cycle, stage) for stage in STAGES}
    return Scores(_table(cycle, shown, compared, notes), _each(cycle, now))


@lru_cache(maxsize=256)
def of_area(cycle: Cycle, area: str) -> Scores:
    """Every stage in one area, against the rest of the force.

    Raises
    ------
    NoAnswers
        If nobody in the area was asked.
    """
    level = choices.levels(cycle.view, cycle.force, cycle.survey)[area]
    own = _area_means(cycle, level).only(area=area, period=NOW)
    if own.table.empty:
        raise NoAnswers(f"Nobody in this area was asked in {cycle.span}.")
    parts = _area_scores(cycle, level).only(area=area, period=NOW)
    cells = _placed_now(cycle, level)
    return _against(cycle, parts, own, _sides(cycle, cells, (cells["area"] == area).to_numpy()))


@lru_cache(maxsize=256)
def of_group(cycle: Cycle, grouping: str, group: str) -> Scores:
    """Every stage in one group, against everyone else.

    Raises
    ------
    NoAnswers
        If nobody of the group was asked.
    """
    means, scores = _group_means(cycle, grouping), _group_scores(cycle, grouping)
    own = means.only(group=group)
    if own.table.empty:
        raise NoAnswers(
            f"Nobody of “{group}” ({attributes()[grouping].label.lower()}) was asked in {cycle.span}; there are "
            f"{wording.listing(groups(cycle, grouping))}."
        )
    cells = _group_cells(cycle, grouping)
    found = _against(cycle, scores.only(group=group), own, _sides(cycle, cells, (cells["group"] == group).to_numpy()))
    stages, questions = _bases_in_company(cycle, grouping)
    return Scores(
        _in_company(found.table, "stage", stages, group), _in_company(found.measures, "measure", questions, group)
    )


@lru_cache(maxsize=256)
def groups(cycle: Cycle, grouping: str) -> list[str]:
    """The groups of an attribute of whom somebody was asked, those of whom it is not known left out."""
    return sorted(
        {
            name
            for measure, answers in cycle.asked.items()
            for name in answers.everyone.groups_of(grouping, cycle.now[measure])
        }
        - {NOT_KNOWN}
    )


def _against(cycle: Cycle, parts: DomainMeans, own: DomainMeans, sides: DomainMeans) -> Scores:
    """Figures of a part with their differences from everyone else; none where either side has too few answers."""
    shown = estimates.publishable(parts)
    rest = averaged(sides.only(side=OTHERS), "measure", cycle.stages, cycle.turned) if _has_others(sides) else None
    compared = {} if rest is None else _differences(parts, rest)
    return Scores(_table(cycle, shown, compared, {}), _each(cycle, own))


def _has_others(sides: DomainMeans) -> bool:
    return bool(len(sides.rows(side=OTHERS)))


def _differences(parts: DomainMeans, rest: DomainMeans) -> dict[str, Mapping[Any, Any]]:
    """The difference of each stage that both sides have enough answers of, by stage."""
    stages = [str(name) for name in rest.table["stage"]]
    a = [place for place, name in enumerate(parts.table["stage"]) if name in stages]
    b = [stages.index(str(parts.table["stage"].iloc[place])) for place in a]
    if not a:
        return {}
    enough = [_enough(parts, one) and _enough(rest, other) for one, other in zip(a, b, strict=True)]
    rows = records_of(differences(parts, rest, a, b))
    return {str(row["stage"]): row for row, told in zip(rows, enough, strict=True) if told}


def _enough(means: DomainMeans, place: int) -> bool:
    row = means.table.iloc[place]
    return bool(row["base"] >= settings().fewest_answers and row["n_eff"] >= settings().fewest_effective)


def _changes(means: DomainMeans) -> dict[str, Mapping[Any, Any]]:
    """The change of each stage from the year before, by stage."""
    told = {
        str(row["stage"])
        for place, row in enumerate(records_of(means.table))
        if row["period"] == BEFORE and _enough(means, place)
    } & {
        str(row["stage"])
        for place, row in enumerate(records_of(means.table))
        if row["period"] == NOW and _enough(means, place)
    }
    rows = records_of(change(means, "period", BEFORE, NOW))
    return {str(row["stage"]): row for row in rows if row["stage"] in told}


def _partly(cycle: Cycle, stage: str) -> str:
    """Which questions of a stage can't be compared with the year before; empty where all can, or none."""
    lost = [measures()[name].label for name in cycle.questions(stage) if name not in cycle.before]
    if not lost or not any(name in cycle.before for name in cycle.questions(stage)):
        return ""
    return f"change without {wording.listing(lost)}, whose series broke or was not asked a year before"


def _table(
    cycle: Cycle,
    shown: pd.DataFrame,
    compared: Mapping[str, Mapping[Any, Any]],
    notes: Mapping[str, str],
) -> pd.DataFrame:
    """One row a stage of the cycle, whether it is asked of or not."""
    import pandas as pd

    figures = {str(row["stage"]): row for row in records_of(shown)}
    rows = []
    for stage in STAGES:
        own, other = figures.get(stage, {}), compared.get(stage, {})
        asked = cycle.questions(stage)
        told = {new: own.get(old) for new, old in zip(SCORES[1:7], _FIGURES, strict=True)}
        flag = str(own.get("flag", "nobody answered")) if asked else NOT_ASKED
        rows.append(
            {
                "stage": stage,
                **told,
                "questions": "; ".join(measures()[name].label for name in asked),
                **{
                    new: other.get(old)
                    for new, old in zip(COMPARED, ("estimate", "low", "high", "p_value"), strict=True)
                },
                "flag": "; ".join(text for text in (flag, notes.get(stage, "")) if text),
            }
        )
    texts = ("stage", "questions", "flag")
    return pd.DataFrame(
        {
            name: values if name in texts else nullable(values)
            for name in (*SCORES, *COMPARED, "flag")
            for values in [[row[name] for row in rows]]
        }
    )


_FIGURES = ("estimate", "low", "high", "base", "se", "df")


def _each(cycle: Cycle, own: DomainMeans) -> pd.DataFrame:
    """The share of every measure, in the order of the stages."""
    shown = estimates.publishable(own).drop(columns=[name for name in own.by if name != "measure"])
    order = {name: place for place, name in enumerate(_in_order(cycle.asked))}
    rows = shown.assign(measure=shown["measure"].astype(object)).sort_values(
        "measure", key=lambda names: names.map(order), ignore_index=True
    )
    rows.insert(0, "stage", [cycle.stages[name] for name in rows["measure"]])
    return rows


def _in_order(names: Collection[str]) -> list[str]:
    return sorted(names, key=lambda name: (STAGES.index(measures()[name].stage), list(measures()).index(name)))


_Bases = Mapping[tuple[str, str], Any]
"""The base of each stage or measure in each group; missing where it would give away that of another group."""


@lru_cache(maxsize=32)
def _bases_in_company(cycle: Cycle, grouping: str) -> tuple[_Bases, _Bases]:
    """The bases of stages and of measures in the groups of an attribute."""
    return (
        _bases_of(_group_scores(cycle, grouping), "stage"),
        _bases_of(_group_means(cycle, grouping), "measure"),
    )


def _bases_of(every: DomainMeans, key: str) -> _Bases:
    figures = estimates.publishable(every)
    figures = figures.assign(**{name: figures[name].astype(object) for name in (key, "group")})
    held = {
        name: estimates.in_company(rows.reset_index(drop=True), "base", ("n_eff", "deff", "df"))
        for name, rows in figures.groupby(key, sort=False)
    }
    return {
        (str(name), group): base
        for name, rows in held.items()
        for group, base in zip(rows["group"], rows["base"], strict=True)
    }


def _in_company(table: pd.DataFrame, key: str, bases: _Bases, group: str) -> pd.DataFrame:
    """The table of one group, its base withheld where it would give away that of another group."""
    import pandas as pd

    hidden = [
        wording.missing(bases.get((name, group))) and not wording.missing(base)
        for name, base in zip(table[key], table["base"], strict=True)
    ]
    if not any(hidden):
        return table
    flags = [
        f"{flag}; {estimates.COMPANY}".removeprefix("; ") if row else flag
        for flag, row in zip(table["flag"], hidden, strict=True)
    ]
    blank = {
        name: table[name].mask(pd.Series(hidden, index=table.index))
        for name in ("base", "n_eff", "deff", "df")
        if name in table
    }
    return table.assign(**blank, flag=flags)


def _force_means(cycle: Cycle) -> DomainMeans:
    return _means(_cells(cycle), cycle.sample, ["measure", "period"])


@lru_cache(maxsize=32)
def _area_means(cycle: Cycle, level: str) -> DomainMeans:
    """The share of each measure in each area and year, with the design factor that the areas have in common."""
    cells = estimates.placed(_cells(cycle, every_year=True), cycle.view, cycle.force, cycle.survey, level)
    return smoothed_within(_means(cells, cycle.sample, ["measure", "area", "period"]), "measure")


@lru_cache(maxsize=32)
def _area_scores(cycle: Cycle, level: str) -> DomainMeans:
    """The score of each stage in each area and year."""
    return averaged(_area_means(cycle, level), "measure", cycle.stages, cycle.turned)


@lru_cache(maxsize=32)
def _placed_now(cycle: Cycle, level: str) -> pd.DataFrame:
    """The cells of the last year, with the area of a level that each lies in."""
    cells = _cells(cycle)
    now = cells[(cells["period"] == NOW).to_numpy()]
    return estimates.placed(now, cycle.view, cycle.force, cycle.survey, level)


def _sides(cycle: Cycle, cells: pd.DataFrame, inside: np.ndarray) -> DomainMeans:
    """The share of each measure inside and outside some part of the last year."""
    import pandas as pd

    side = pd.Categorical.from_codes(np.where(inside, 0, 1), pd.Index([INSIDE, OTHERS], dtype=object))
    now = (cells["period"] == NOW).to_numpy()
    return _means(cells.assign(side=side)[now], cycle.sample, ["measure", "side"])


def _means(cells: pd.DataFrame, sample: Sample, by: Sequence[str]) -> DomainMeans:
    return domain_means_of_cells(cells, sample, SHARE, by, stratum="strata", psu="psu")


@lru_cache(maxsize=32)
def _cells(cycle: Cycle, every_year: bool = False) -> pd.DataFrame:
    """The cells of everyone, measure below measure; ``period`` says whether they are of the last year or before it."""
    import pandas as pd

    names = list(cycle.asked)
    parts = [cells_of(cycle.view, cycle.force, cycle.survey, name) for name in names]
    codes = np.repeat(np.arange(len(names)), [len(part) for part in parts])
    every = pd.concat(parts, ignore_index=True)
    every = every.assign(measure=pd.Categorical.from_codes(codes, pd.Index(names, dtype=object)))
    labels = [_periods(cycle, name, every_year) for name in names]
    periods = sorted({label for of in labels for label in of.values()})
    waves = every["wave"].cat
    table = np.array([[periods.index(of[w]) if w in of else -1 for w in waves.categories] for of in labels])
    at = table[codes, waves.codes]
    kept = at >= 0
    return every[kept].assign(period=pd.Categorical.from_codes(at[kept], pd.Index(periods, dtype=object)))


def _periods(cycle: Cycle, name: str, every_year: bool) -> dict[str, str]:
    """The period of each wave of a measure."""
    points = {NOW: cycle.now[name], **({BEFORE: cycle.before[name]} if name in cycle.before else {})}
    if every_year:
        others = cycle.asked[name].every_point_of(YEARS)[:-1]
        points = {**{point.name: point for point in others}, NOW: cycle.now[name]}
    return {wave: label for label, point in points.items() for wave in point.waves}


@lru_cache(maxsize=32)
def _group_means(cycle: Cycle, grouping: str) -> DomainMeans:
    """The share of each measure in each group of an attribute in the last year."""
    return _means(_group_cells(cycle, grouping), cycle.sample, ["measure", "group"])


@lru_cache(maxsize=32)
def _group_scores(cycle: Cycle, grouping: str) -> DomainMeans:
    """The score of each stage in each group."""
    return averaged(_group_means(cycle, grouping), "measure", cycle.stages, cycle.turned)


@lru_cache(maxsize=16)
def _group_cells(cycle: Cycle, grouping: str) -> pd.DataFrame:
    """The cells of the last year by the groups of an attribute, measure below measure."""
    import pandas as pd
    from pandas.api.types import union_categoricals

    parts = {name: answers.everyone.cells_of(grouping, [cycle.now[name]]) for name, answers in cycle.asked.items()}
    coded = ("wave", "area", "group", "answer_class", "psu", "strata")
    columns: dict[str, Any] = {
        name: union_categoricals([part[name] for part in parts.values()], sort_categories=True) for name in coded
    }
    numbers = ("n", "weight", "weight_squared")
    columns |= {name: np.concatenate([part[name].to_numpy() for part in parts.values()]) for name in numbers}
    codes = np.repeat(np.arange(len(parts)), [len(part) for part in parts.values()])
    columns["measure"] = pd.Categorical.from_codes(codes, pd.Index(list(parts), dtype=object))
    columns["period"] = pd.Categorical.from_codes(np.zeros(len(codes), dtype=int), pd.Index([NOW], dtype=object))
    return pd.DataFrame(columns)
