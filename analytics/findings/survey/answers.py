"""The answers that a scope asks about: cells of one measure and the whole sample they come from."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import pairwise
from threading import Lock
from typing import TYPE_CHECKING

import numpy as np
from cachetools import LRUCache, cached

from analytics import wording
from analytics.finding import File, Provenance, files_of
from analytics.findings.survey import choices, notes
from analytics.findings.survey.points import CHOSEN, WAVES, YEARS, Point, Pooling, Wave, comparable, points_of, pool_of
from analytics.records import records_of
from analytics.scope import COUNTED, Scope, ScopeError
from analytics.survey import Sample
from data.cubes import with_codes
from data.respondents import ALONE
from data.settings import settings
from data.survey_cubes import EVERYONE, SURVEY_CELLS, SURVEY_DESIGN
from data.tables import RESPONSES
from data.vocabularies import forces
from data.vocabularies.survey import DONT_KNOW, NEGATIVE, NEUTRAL, POSITIVE, Measure, measures

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from analytics.findings import Question
    from data.store import View

SHARE = {POSITIVE: 1.0, NEUTRAL: 0.0, NEGATIVE: 0.0}
"""Value of each class of answer in a share of positive answers; don't know and not asked are outside."""
_WITH_DONT_KNOW = {**SHARE, DONT_KNOW: 0.0}

METHOD = (
    "Weighted share of positive answers among those with an opinion. Variance by Taylor linearisation over every "
    "sampled unit of every stratum; 95 % interval: Wilson's with the effective number of answers and Student's t."
)
_OPINION = "those with an opinion"
REFERENCE = (
    "Särndal, Swensson and Wretman 1992, Model Assisted Survey Sampling, 5.7; Franco and others 2019, JSSAM 7, 334; "
    "change: Zou and Donner 2008, Statistics in Medicine 27, 1693"
)


_MOST_WEIGHTINGS = 6
"""Waves whose weights are described one by one, the newest first."""


class NoAnswers(LookupError):
    """There is nothing to estimate from; the message is one sentence that says why."""


IN_A_YEAR = "in the past year"
"""How the point a year before is called after a verb."""
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
        Every wave that asked the measure up to the end of the period, in order: rows of the table ``waves``, with
        ``month``, in which the wave ended, ``wording`` and ``asked_of`` of the measure, and ``noted``, the last series
        break that was noted.
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
        asked = choices.asked_waves(view, force, survey, str(scope.measure))
        answers = cls(view, scope, asked[asked["month"] <= str(scope.to_month)].reset_index(drop=True))
        if not answers.waves.empty and not answers.every_point:
            raise NoAnswers(
                f"“{measures()[str(scope.measure)].label}” was not asked for 12 months up to "
                f"{wording.month(str(scope.to_month))}, or not since the series broke: there is no rolling year."
            )
        if answers.waves.empty or not answers.points:
            raise NoAnswers(
                f"No wave of {survey} from {wording.month(str(scope.from_month))} to "
                f"{wording.month(str(scope.to_month))} asks “{measures()[str(scope.measure)].label}”."
            )
        return answers

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

    @property
    def every_point(self) -> list[Point]:
        """Every point up to the end of the period; see `points`."""
        return self._points(self.pooling)

    @property
    def pooling(self) -> Pooling:
        """How waves make points: as chosen; else a point each, in an area, which has few answers a wave, of a year."""
        if self.scope.points:
            return CHOSEN[self.scope.points]
        return WAVES if self.scope.area is None else YEARS

    def _points(self, pooling: Pooling) -> list[Point]:
        return _points(self.view, self.force, self.survey, self.measure.id, self.last_month, pooling)

    def every_point_of(self, pooling: Pooling) -> list[Point]:
        """Every point up to the end of the period, pooled in some way, whatever the scope has."""
        return self._points(pooling)

    @cached_property
    def last_month(self) -> str:
        """The month in which the last wave ended."""
        return str(self.waves["month"].iloc[-1])

    def pooled(self, span: int) -> Point:
        """The waves that ended within so many months of the last one, and since the series last broke."""
        return self._points(Pooling("years", span))[-1]

    def pool(self, first: str, last: str) -> list[Point]:
        """The waves that ended in some months as one point, or as several where the series breaks between them."""
        held = _asked_waves(self.view, self.force, self.survey, self.measure.id)
        return pool_of(held, first, last)

    @cached_property
    def points(self) -> list[Point]:
        """The points of the period, in order; see `pooling`."""
        return [point for point in self.every_point if point.month >= str(self.scope.from_month)]

    @property
    def last(self) -> Point:
        """The last point."""
        return self.points[-1]

    @cached_property
    def a_year_before(self) -> Point | None:
        """The point that ended a year before the last one, give or take a month; None where there is none."""
        wanted = wording.earlier(self.last.month, 12)
        near = [p for p in self.every_point if abs(wording.months_between(wanted, p.month) - 1) <= 1]
        return min(near, key=lambda p: abs(wording.months_between(wanted, p.month) - 1), default=None)

    @property
    def earlier(self) -> Point | None:
        """What the last point is compared with: a year before; without such a point, the one just before it."""
        if self.a_year_before is not None:
            return self.a_year_before
        place = self.every_point.index(self.last)
        return self.every_point[place - 1] if place else None

    @property
    def since(self) -> str:
        """How the earlier point is called after a verb."""
        if self.earlier is None:
            return ""
        return IN_A_YEAR if self.is_of_a_year else f"since {self.earlier.said}"

    @property
    def is_of_a_year(self) -> bool:
        """Whether the earlier point is the same time a year before the last one, and that one is of the newest wave."""
        before = self.a_year_before
        return before is not None and before.length == self.last.length and self.last.month == self.last_month

    @property
    def year(self) -> Point:
        """What figures of groups and areas pool: the waves that ended within a year of the last one."""
        return self._points(YEARS)[-1]

    @cached_property
    def spans(self) -> list[notes.Span]:
        """First and last day of each point of the period."""
        return [(point.starts, point.ends) for point in self.points]

    @cached_property
    def noted(self) -> list[notes.Note]:
        """What analysts noted at days of the period, by date."""
        held = notes.of_series(self.view, self.force, self.survey, self.measure.id)
        return notes.within_period(held, str(self.scope.from_month), str(self.scope.to_month), self.spans)

    def comparable(self, before: Point, after: Point) -> bool:
        """Whether nothing that breaks the series changed after one point and up to another."""
        first, last = self.every_point.index(before), self.every_point.index(after)
        return not any(point.broken for point in self.every_point[first + 1 : last + 1])

    def broken_since(self, before: Point) -> str:
        """What broke the series first after a point, in words."""
        place = self.every_point.index(before)
        return next(point.broken for point in self.every_point[place + 1 :] if point.broken)

    @cached_property
    def everyone(self) -> Answers:
        """The answers of everyone in the force to the same measure, whatever the period starts with."""
        return self._up_to(self.last_month, None)

    @cached_property
    def years(self) -> Answers:
        """The same answers in the longest series that begins with these years: what is made of years, it has too."""
        return self._longest(YEARS)

    @cached_property
    def series(self) -> Answers:
        """The same answers in the longest series that begins with these points."""
        return self._longest(self.pooling)

    def _longest(self, pooling: Pooling) -> Answers:
        own, held = self._points(pooling), self._months

        def begins_alike(last: str) -> bool:
            return _points(self.view, self.force, self.survey, self.measure.id, last, pooling)[: len(own)] == own

        return self._up_to(next(month for month in reversed(held) if begins_alike(month)), self.scope.area)

    @property
    def _months(self) -> list[str]:
        """The months in which the waves ended that asked the measure, in order."""
        return [str(wave["month"]) for wave in _asked_waves(self.view, self.force, self.survey, self.measure.id)]

    def _up_to(self, last: str, area: str | None) -> Answers:
        scope = Scope(force=self.force, survey=self.survey, measure=self.measure.id, area=area)
        scope = scope.but(dont_know=self.scope.dont_know)
        return Answers.of(scope.but(from_month=str(self.waves["month"].iloc[0]), to_month=last), self.view)

    @property
    def scores(self) -> dict[str, float]:
        """Value of each class of answer in the share; others are outside its base."""
        return _WITH_DONT_KNOW if self.scope.dont_know == COUNTED else SHARE

    def cells(self, grouping: str, pooling: Pooling) -> pd.DataFrame:
        """Cells by the groups of an attribute, in the scope's area; ``point`` is the point that they count to.

        Parameters
        ----------
        grouping
            The attribute, or ``everyone``.
        pooling
            How waves make points; cells of a wave that is in several stand once for each.
        """
        points = tuple((point.name, point.waves) for point in self._points(pooling))
        return self._inside(_point_cells(self.view, self.force, self.survey, self.measure.id, grouping, points))

    def cells_of(self, grouping: str, points: Sequence[Point]) -> pd.DataFrame:
        """The same cells for points of one's own."""
        named = tuple((point.name, point.waves) for point in points)
        return self._inside(_point_cells(self.view, self.force, self.survey, self.measure.id, grouping, named))

    def groups_of(self, grouping: str, point: Point) -> set[str]:
        """The groups of an attribute that the cells of a point are of, wherever they lie; cheaper than the cells."""
        cells = _cells(self.view, self.force, self.survey, self.measure.id, grouping)
        waves, groups = cells["wave"].cat, cells["group"].cat
        held = np.array([*(wave in point.waves for wave in waves.categories), False])[waves.codes]
        codes = np.asarray(groups.codes)[held]
        return {str(groups.categories[code]) for code in np.flatnonzero(np.bincount(codes[codes >= 0])).tolist()}

    def _inside(self, cells: pd.DataFrame) -> pd.DataFrame:
        """Those of some cells that lie in the scope's area."""
        return _inside(cells, self.view, self.force, self.survey, self.scope.area)

    @property
    def sample(self) -> Sample:
        """Every sampled unit of the waves, never filtered by what is asked."""
        return sample_of(self.view, self.force, self.survey, tuple(self.waves["wave"]))

    @cached_property
    def wording(self) -> str:
        """The question as the last wave asked it, and whom, where that was not everyone."""
        last = self.waves.iloc[-1]
        of = "" if wording.missing(last["asked_of"]) else f" Asked of {last['asked_of']}."
        return f"“{last['wording']}”{of}{self._reworded}"

    @property
    def _reworded(self) -> str:
        """Where the question got other words and its answers can still be compared, in sentences."""
        pairs = pairwise(records_of(self.waves))
        return "".join(
            f" Until {before['label']} the question was “{before['wording']}”; whoever mapped {after['label']} says "
            "that the answers can be compared."
            for before, after in pairs
            if comparable(after) and after["wording"] != before["wording"]
        )

    @property
    def counted(self) -> str:
        """Which answers the share is of, and whether a lower one is better, in a sentence."""
        answers = " or ".join(answer for answer, kind in self.measure.classes.items() if kind == POSITIVE)
        return f"Counted: {answers}.{'' if self.measure.higher_is_better else ' Lower is better.'}"

    @property
    def unsure(self) -> str:
        """What becomes of those who don't know, in a sentence."""
        if self.scope.dont_know == COUNTED:
            return "Answers of don't know are counted as not positive."
        return "Answers of don't know are left out of the base."

    def provenance(
        self,
        question: Question,
        base: str,
        rules: list[str],
        waves: Sequence[str],
        method: str = METHOD,
        of_every_measure: bool = False,
    ) -> Provenance:
        """Provenance of a figure made from the answers of some waves; its scope holds what the question takes.

        Of every measure where it is made of them all: the waves then need not ask this one.
        """
        own = waves if of_every_measure else [wave for wave in waves if wave in self._asked_in]
        used = _used(self.view, self.force, self.survey, frozenset(own))
        unsure = 0 if of_every_measure else sum(self._dont_know.get(wave, 0) for wave in waves)
        counted = self.scope.dont_know == COUNTED
        fate = "counted as not positive" if counted else "left out of the base"
        said = [f"{wording.plural(unsure, 'answer')} of don't know {fate}"] if unsure else []
        said += [f"Answers of don't know {fate}"] if of_every_measure else []
        method = method.replace(_OPINION, "those asked, who don't know among them") if counted else method
        return Provenance(
            release=self.view.release.number if self.view.release else 0,
            files=used.files,
            scope=self.scope.only(question.takes).address(),
            base=f"{base}. {used.told}",
            weights=used.weights,
            method=method,
            reference=REFERENCE,
            rules=(*said, *_design_rules(self.view, self.force, self.survey), *used.rules, *rules),
            settings={
                "Fewest answers": str(settings().fewest_answers),
                "Fewest effective answers": str(settings().fewest_effective),
                "Differences called clear below a false-discovery rate of": f"{settings().false_discovery:.2f}",
            },
        )

    @cached_property
    def _asked_in(self) -> frozenset[str]:
        """The waves that asked the measure up to the end of the period."""
        return frozenset(self.waves["wave"])

    @property
    def _dont_know(self) -> dict[str, int]:
        """Answers of don't know in the scope's area, by wave."""
        return _unsure_by_wave(self.view, self.force, self.survey, self.measure.id, self.scope.area)


@lru_cache(maxsize=64)
def _unsure(view: View, force: str, survey: str, measure: str) -> pd.DataFrame:
    """Cells of those who don't know."""
    cells = _cells(view, force, survey, measure, EVERYONE)
    return cells.loc[(cells["answer_class"] == DONT_KNOW).to_numpy(), ["wave", "area", "n"]]


@lru_cache(maxsize=256)
def _unsure_by_wave(view: View, force: str, survey: str, measure: str, area: str | None) -> dict[str, int]:
    """Answers of don't know in an area, by wave."""
    unsure = _inside(_unsure(view, force, survey, measure), view, force, survey, area)
    waves = unsure["wave"].cat
    counted = np.bincount(waves.codes, weights=unsure["n"].to_numpy(dtype=float), minlength=len(waves.categories))
    return {str(wave): int(n) for wave, n in zip(waves.categories, counted, strict=True)}


def _inside(cells: pd.DataFrame, view: View, force: str, survey: str, area: str | None) -> pd.DataFrame:
    """Those of some cells that lie in an area; all for none."""
    if area is None:
        return cells
    inside = choices.members(view, force, survey, area)
    areas = cells["area"].cat
    return cells[np.array([*(code in inside for code in areas.categories), False])[areas.codes]]


@dataclass(frozen=True)
class _Used:
    """What the waves of a figure say of themselves: files, whom they asked and how, weights and what those mean."""

    files: tuple[File, ...]
    told: str
    weights: str
    rules: tuple[str, ...]


@lru_cache(maxsize=256)
def _used(view: View, force: str, survey: str, waves: frozenset[str]) -> _Used:
    held = choices.waves(view)
    used = held[(held["force"] == force) & (held["survey"] == survey) & held["wave"].isin(waves)]
    return _Used(_files(view, tuple(used["load_id"])), _told(used), _weights(used), tuple(_weight_rules(used)))


def _files(view: View, loads: tuple[str, ...]) -> tuple[File, ...]:
    held = view.current_loads
    used = held[(held["table"] == RESPONSES.name) & held["load_id"].isin(loads)]
    return files_of(used.sort_values("period"))


@lru_cache(maxsize=16)
def _design_rules(view: View, force: str, survey: str) -> list[str]:
    """What was taken for the design where the file does not say it."""
    design = _design(view, force, survey)
    alone = any(unit.startswith(ALONE) for unit in design["psu"].cat.categories)
    return [
        *(["Each respondent is a sampling unit: the file names none"] if alone else []),
        *(["One stratum a wave: the file names none"] if "" in design["stratum"].cat.categories else []),
    ]


def _weights(waves: pd.DataFrame) -> str:
    """How the answers of some waves are weighted, in words; of weights that were raked here each wave says its own."""
    given = "As the file has them; 1 where it has none"
    if waves["raked_to"].isna().all():
        return wording.listing(_distinct(waves["weighting"])) or given
    told = [
        f"{row['label']}: {given if wording.missing(row['weighting']) else row['weighting']}"
        for row in records_of(waves)[::-1]
    ]
    rest = len(told) - _MOST_WEIGHTINGS
    more = [f"And {wording.plural(rest, 'wave')} before these"] if rest > 0 else []
    return ". ".join([*told[:_MOST_WEIGHTINGS], *more])


def _weight_rules(waves: pd.DataFrame) -> list[str]:
    """What weights that were raked here mean for the intervals."""
    return [
        f"Weights raked to {margins} are taken as given: intervals are a little wider than they need be, by 2 to 4 % "
        "where it was measured, as what the margins tell of an answer is not taken off"
        for margins in _distinct(waves["raked_to"])
    ]


def _told(waves: pd.DataFrame) -> str:
    """Whom the waves asked and how, in words."""
    parts = [wording.listing(_distinct(waves[name])) for name in ("population", "mode", "design")]
    return "; ".join(part for part in parts if part) or "The file does not say whom it asked and how"


def _distinct(texts: pd.Series) -> list[str]:
    return [str(text) for text in dict.fromkeys(texts.dropna())]


@lru_cache(maxsize=1024)
def _points(view: View, force: str, survey: str, measure: str, last: str, pooling: Pooling) -> list[Point]:
    """Points of the waves up to a month."""
    waves = [wave for wave in _asked_waves(view, force, survey, measure) if wave["month"] <= last]
    return points_of(waves, pooling)


@lru_cache(maxsize=256)
def _asked_waves(view: View, force: str, survey: str, measure: str) -> Sequence[Wave]:
    return records_of(choices.asked_waves(view, force, survey, measure))


def _point_cells(
    view: View, force: str, survey: str, measure: str, grouping: str, points: tuple[tuple[str, tuple[str, ...]], ...]
) -> pd.DataFrame:
    """Cells of the waves of some points, with the point that each belongs to; once for each, where it is several."""
    import pandas as pd

    cells = _cells(view, force, survey, measure, grouping)
    waves, names = cells["wave"].cat, sorted(name for name, _ in points)
    rows, codes = [], []
    for turn in _turns(points):
        places = np.array([names.index(turn[wave]) if wave in turn else -1 for wave in waves.categories])[waves.codes]
        rows.append(np.flatnonzero(places >= 0))
        codes.append(places[rows[-1]])
    whole = len(rows) == 1 and len(rows[0]) == len(cells)
    held = cells if whole else cells.take(np.concatenate(rows))
    return held.assign(point=pd.Categorical.from_codes(np.concatenate(codes), pd.Index(names)))


def _turns(points: tuple[tuple[str, tuple[str, ...]], ...]) -> list[dict[str, str]]:
    """The point of each wave, as often over as waves are in several points."""
    turns: list[dict[str, str]] = [{}]
    for name, waves in points:
        for wave in waves:
            free = next((turn for turn in turns if wave not in turn), None)
            if free is None:
                free = {}
                turns.append(free)
            free[wave] = name
    return turns


_MOST_BYTES = 128 * 2**20
"""What cells by groups may take in memory: those of 19 measures by 10 groupings of forty thousand people take 92 MB."""
_CELLS = ["wave", "area", "group", "answer_class", "stratum", "psu", "n", "weight", "weight_squared"]


def _bytes(frame: pd.DataFrame) -> int:
    return int(frame.memory_usage(deep=True).sum())


@cached(LRUCache(maxsize=_MOST_BYTES, getsizeof=_bytes), lock=Lock())
def _grouped(view: View, force: str, survey: str, measure: str, grouping: str) -> pd.DataFrame:
    """Cells of one measure by the groups of an attribute; strata of waves that share nothing are kept apart."""
    asked = {"grouping": grouping, "measure": measure, "force": force, "survey": survey}
    cells = with_codes(view.select(SURVEY_CELLS.name, _CELLS, **asked))
    return _stratified(cells, view, force, survey).drop(columns="stratum")


def _cells(view: View, force: str, survey: str, measure: str, grouping: str) -> pd.DataFrame:
    if grouping == EVERYONE:
        return _everyone(view, force, survey)[measure]
    return _grouped(view, force, survey, measure, grouping)


def cells_of(view: View, force: str, survey: str, measure: str) -> pd.DataFrame:
    """The cells of everyone of one measure in all its waves; nobody may change them."""
    return _everyone(view, force, survey)[measure]


@lru_cache(maxsize=4)
def _everyone(view: View, force: str, survey: str) -> dict[str, pd.DataFrame]:
    """Cells of everyone by measure: read once, as each page asks for some of them, and few beside the others."""
    asked = {"grouping": EVERYONE, "force": force, "survey": survey}
    cells = with_codes(view.select(SURVEY_CELLS.name, [*_CELLS, "measure"], **asked).sort_by("measure"))
    held = cells["measure"].astype(object).to_numpy()
    ends = {name: np.searchsorted(held, name, side="right") for name in measures()}
    starts = {name: np.searchsorted(held, name, side="left") for name in measures()}
    kept = _stratified(cells, view, force, survey).drop(columns=["stratum", "measure"])
    return {name: kept.iloc[starts[name] : ends[name]] for name in measures()}


@lru_cache(maxsize=16)
def _design(view: View, force: str, survey: str) -> pd.DataFrame:
    rows = view.select(SURVEY_DESIGN.name, ["wave", "stratum", "psu"], force=force, survey=survey)
    return _stratified(with_codes(rows), view, force, survey)


@lru_cache(maxsize=64)
def sample_of(view: View, force: str, survey: str, waves: tuple[str, ...]) -> Sample:
    """Every sampled unit of some waves of a survey."""
    design = _design(view, force, survey)
    asked = design[design["wave"].isin(waves)]
    return Sample.listed(asked.drop_duplicates(["strata", "psu"]), "strata", "psu")


def _stratified(frame: pd.DataFrame, view: View, force: str, survey: str) -> pd.DataFrame:
    """Add ``strata``: a stratum of a wave, or of all waves that share units or respondents."""
    import pandas as pd

    waves = choices.waves(view)
    own = waves[(waves["force"] == force) & (waves["survey"] == survey)].set_index("wave")["shared"]
    own_strata = np.array([own.get(name) == "nothing" for name in frame["wave"].cat.categories], dtype=bool)
    waves_of, strata_of = frame["wave"].cat, frame["stratum"].cat
    # One number for each pair of wave and stratum, so that a name is made once a pair and not once a row.
    count = len(strata_of.categories)
    keys, codes = np.unique(waves_of.codes.astype(np.int64) * count + strata_of.codes, return_inverse=True)
    names = [
        f"{waves_of.categories[wave]} {strata_of.categories[stratum]}"
        if own_strata[wave]
        else str(strata_of.categories[stratum])
        for wave, stratum in zip(*np.divmod(keys, max(count, 1)), strict=True)
    ]
    # Waves that share their units give one name to several pairs.
    places, categories = pd.factorize(np.array(names, dtype=object), sort=True)
    return frame.assign(strata=pd.Categorical.from_codes(places[codes], pd.Index(categories)))
