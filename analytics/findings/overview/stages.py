"""Overview: is confidence up, down or not clearly changed, and how is every stage of the cycle."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any

from analytics import charts, wording
from analytics.charts import Spark
from analytics.finding import Finding, Lead, Provenance, Tile
from analytics.findings import stop_and_search, trends
from analytics.findings.asked import question_of
from analytics.findings.choices import months as stop_months
from analytics.findings.overview.words import by_points, span_of
from analytics.findings.refusal import refused
from analytics.findings.survey import changes, choices, verdicts
from analytics.findings.survey.answers import IN_A_YEAR, UNANSWERABLE, Answers, NoAnswers
from analytics.findings.survey.published import NO_INTERVAL, Published
from analytics.records import nullable, records_of
from analytics.scope import Scope
from analytics.survey import CHANGE
from data.settings import settings

if TYPE_CHECKING:
    import pandas as pd

    from analytics.findings import Question
    from data.store import View

HEADLINE = ["measure", "estimate", "low", "high", "base", "change", "change_low", "change_high", "verdict", "flag"]
TILES = ["tile", "period", *HEADLINE]

CONFIDENCE = "Confidence"
STAGES: tuple[tuple[str, tuple[str, ...]], ...] = (
    (CONFIDENCE, choices.FIRST),
    ("Treated fairly", ("fair", "respect", "ss_fair", "satisfied_contact")),
    ("Listened to", ("listen", "understand", "matter")),
    ("Kept informed", ("informed_local", "seen_heard", "ward_contact")),
    ("Willing to help", ("would_report", "would_inform", "would_witness")),
)
"""Each tile and the measures that can fill it: the first one that the survey asks."""

_SPARK = 7
_SPARKED = ("estimate", "low", "high")
_SPAN, _SPAN_OF_AREA = 0.16, 0.48
"""How much of a share a sparkline shows, everywhere the same: of an area's few answers chance moves more of it."""
_YEAR = 12
_NEAR = 3
"""Figures so many months apart may stand beside each other without a word."""


@dataclass(frozen=True)
class _Stage:
    """One tile: what it is called, its source, its course, and its change over a year, which published figures lack."""

    tile: str
    source: Answers | Published
    table: pd.DataFrame
    change: Mapping[Hashable, Any] | None

    @cached_property
    def last(self) -> dict[Hashable, Any]:
        """The last figure."""
        return records_of(self.table.tail(1))[0]

    @cached_property
    def comparable(self) -> list[dict[Hashable, Any]]:
        """The last figures, as far as the series does not break between them."""
        rows = records_of(self.table.tail(_SPARK))
        broken = [place for place, row in enumerate(rows) if row["broken"]]
        return rows[broken[-1] :] if broken else rows

    def row(self) -> dict[str, Any]:
        """The figure and its change, whose verdict comes from the test with every measure that the survey asks."""
        changed = self.change or {}
        return {
            "tile": self.tile,
            "measure": self.source.measure.id,
            "period": self.last["label"],
            **{name: self.last[name] for name in ("estimate", "low", "high", "base", "flag")},
            **{name: changed.get(name) for name in ("change", "change_low", "change_high", "p_value")},
            "verdict": changed.get("verdict", ""),
        }

    @property
    def compared(self) -> pd.DataFrame:
        """The change as `trends.change_table` has it: one row, or none where there is no change to tell."""
        import pandas as pd

        return pd.DataFrame([self.change] if self.change else [])


def headline(scope: Scope, view: View) -> Finding:
    """Confidence now and a year ago: up, down or not clearly changed."""
    question = question_of(headline)
    try:
        scope = completed(scope, view)
        stages = _stages(scope, view)
        confidence = _confidence(stages, scope)
    except UNANSWERABLE as why:
        return refused(question, _frame([], HEADLINE), scope, view, str(why))
    row = confidence.row()
    source, last = confidence.source, confidence.last
    if isinstance(source, Published):
        found = trends.measure(source.scope, view)
        answer, provenance, caveats = found.answer, found.provenance, found.caveats
        words = f"Confidence is {wording.percent(last['estimate'])}; no interval can be given"
    else:
        compared = confidence.compared
        answer = f"{_sentence(source, last)}{trends.change_sentence(source, compared, last['estimate'])}"
        used = [*source.last.waves, *(source.earlier.waves if source.earlier and len(compared) else ())]
        provenance = source.provenance(
            question, f"{_answers(last)}, {last['label']}", _compared(source, compared), used
        )
        caveats = (f"{source.wording} {source.counted} {source.unsure}",)
        words = _headline(row, source, compared)
    return Finding(
        key=question.key,
        question=question.asks,
        headline=words,
        answer=answer,
        tables={"headline": _frame([row], HEADLINE)},
        provenance=provenance,
        caveats=caveats,
        alt=answer,
    )


def tiles(scope: Scope, view: View) -> Finding:
    """One figure for each stage of the cycle with its change in a year, and the ratio of stop and search."""
    question = question_of(tiles)
    try:
        scope = completed(scope, view)
        stages = _stages(scope, view)
    except UNANSWERABLE as why:
        return refused(question, _frame([], TILES), scope, view, str(why))
    rows = [stage.row() for stage in stages]
    month = max(str(stage.last["month"]) for stage in stages)
    ratio = _ratio(scope, view, month)
    shown = (
        *(_tile(stage, row, month) for stage, row in zip(stages, rows, strict=True)),
        *([ratio.tile] if ratio else []),
    )
    tested = [row for row in rows if row["verdict"]]
    clear = [f"{row['tile'].lower()} {row['verdict']}" for row in tested if row["verdict"] != CHANGE.neither]
    since = {stage.source.since for stage in stages if stage.change is not None and isinstance(stage.source, Answers)}
    over = "over a year" if since <= {IN_A_YEAR} else ", ".join(sorted(since))
    every = int(verdicts.of_scope(scope, view)["p_value"].notna().sum()) if tested else 0
    answer = (
        f"{wording.plural(len(tested), 'change')} {over} tested, among {every:,} of all measures: "
        f"{'; '.join(clear) or 'none is clear'}."
        if tested
        else "No change over a year can be tested with these figures."
    )
    older = [f"{tile.label} ({tile.older})" for tile in shown if tile.older]
    answer += f" Not of the same time as the newest figure: {wording.listing(older)}." if older else ""
    return Finding(
        key=question.key,
        question=question.asks,
        headline="Each stage, and its change in a year",
        answer=answer,
        tables={"tiles": _frame([*rows, *([ratio.row] if ratio else [])], TILES)},
        provenance=_provenance(question, stages, ratio, len(tested), every),
        tiles=shown,
        alt=answer,
    )


def completed(scope: Scope, view: View) -> Scope:
    """The scope with everything said: its measures are those of the stages, its last month is compared with a year ago.

    Raises
    ------
    ScopeError
        If the release has nothing of what the scope asks about.
    """
    return choices.complete(scope.but(measure=None, by=None, from_month=None), view)


def first_of_confidence(scope: Scope, view: View) -> str:
    """The measure that the tile of confidence shows.

    Raises
    ------
    NoAnswers
        If the survey asks none.
    """
    asked = choices.asked(view, str(scope.force), str(scope.survey))
    measure = next((name for name in choices.FIRST if name in asked), None)
    if measure is None:
        raise NoAnswers(f"{scope.survey} asks nothing about confidence.")
    return measure


def answerable(scope: Scope, view: View) -> None:
    """Raise one of ``UNANSWERABLE`` where no stage has a figure for a scope."""
    _stages(completed(scope, view), view)


def confidence_answerable(scope: Scope, view: View) -> None:
    """Raise one of ``UNANSWERABLE`` where confidence has no figure for a scope."""
    scope = completed(scope, view)
    _confidence(_stages(scope, view), scope)


@lru_cache(maxsize=256)
def _stages(scope: Scope, view: View) -> list[_Stage]:
    """The stages that have a figure up to the scope's last month; not every survey asks about each, or always.

    Raises
    ------
    NoAnswers
        If none has.
    """
    asked = choices.asked(view, str(scope.force), str(scope.survey))
    found = [(tile, next((m for m in ms if m in asked), None)) for tile, ms in STAGES]
    tested = _tested(scope, view)
    recent = changes.recent(scope, view, tuple(m for _, m in found if m), _SPARK) if tested else {}
    made = [_stage(tile, scope.but(measure=measure), view, tested, recent) for tile, measure in found if measure]
    stages = [stage for stage in made if stage is not None]
    if not stages:
        raise NoAnswers(
            f"{scope.survey} asks none of what the overview shows up to {wording.month(str(scope.to_month))}; Trends "
            "shows what it does ask."
        )
    return stages


def _confidence(stages: list[_Stage], scope: Scope) -> _Stage:
    found = next((stage for stage in stages if stage.tile == CONFIDENCE), None)
    if found is None:
        raise NoAnswers(f"{scope.survey} asks nothing about confidence up to {wording.month(str(scope.to_month))}.")
    return found


def _stage(
    tile: str,
    scope: Scope,
    view: View,
    tested: Mapping[str, Mapping[Hashable, Any]],
    recent: Mapping[str, pd.DataFrame],
) -> _Stage | None:
    try:
        if not choices.has_answers(view, str(scope.force), str(scope.survey)):
            published = Published.of(scope, view)
            return _Stage(tile, published, trends.published_table(published), None)
        answers = Answers.of(scope, view)
    except UNANSWERABLE:
        return None  # The stage was not asked about in this period; the others stand.
    change = tested[str(scope.measure)]
    return _Stage(tile, answers, recent[str(scope.measure)], None if wording.missing(change["change"]) else change)


def _tested(scope: Scope, view: View) -> dict[str, Mapping[Hashable, Any]]:
    """The change of every measure with its verdict, by measure; none where only figures are published."""
    if not choices.has_answers(view, str(scope.force), str(scope.survey)):
        return {}
    return {str(row["measure"]): row for row in records_of(verdicts.of_scope(scope, view))}


def _tile(stage: _Stage, row: Mapping[str, Any], month: str) -> Tile:
    """The tile of a stage; where its figure is older than the page's, it says of when it is."""
    missing, last = wording.missing(row["estimate"]), stage.last
    interval = "no interval" if wording.missing(row["low"]) else wording.percent_between(row["low"], row["high"])
    older = "" if str(last["month"]) == month else f", {last['label']}"
    base = str(last["label"]) if isinstance(stage.source, Published) else f"{_answers(last)}{older}"
    return Tile(
        label=stage.tile,
        value="Too few" if missing else wording.percent(row["estimate"]),
        interval=str(row["flag"]) if missing else interval,
        base=base,
        verdict=row["verdict"],
        change=_change_words(row),
        welcome=stage.source.measure.higher_is_better,
        picture=charts.sparkline(_sparks(stage), _SPAN if stage.source.scope.area is None else _SPAN_OF_AREA),
        alt=_course(stage),
        older=_older(str(last["month"]), month),
        leads=Lead("trends", stage.source.scope.but(from_month=None, by=None).address()),
    )


def _older(last: str, newest: str) -> str:
    """How much older a figure is than the newest on the page, where that misleads: ``7 years older``."""
    months = wording.months_between(last, newest) - 1
    if months <= _NEAR:
        return ""
    return f"{span_of(months)} older"


def _change_words(row: Mapping[Any, Any]) -> str:
    """The change of a tile: by how much where it is clear, else between what it lies."""
    if wording.missing(row["change"]):
        return ""
    if row["verdict"] == CHANGE.neither:
        span = wording.points_between(row["change_low"], row["change_high"])
        away = row["change_low"] > 0 or row["change_high"] < 0
        return f"{span}, not clear among all measures" if away else span
    return by_points(row)


def _course(stage: _Stage) -> str:
    """A sparkline in words."""
    drawn = [row for row in stage.comparable if not wording.missing(row["estimate"])]
    if not drawn:
        return ""
    first, last = (f"{wording.percent(row['estimate'])} in {row['label']}" for row in (drawn[0], drawn[-1]))
    return f"{stage.tile}: {first}, {last}"


def _sparks(stage: _Stage) -> list[Spark]:
    return [
        Spark(*(None if wording.missing(row[name]) else float(row[name]) for name in _SPARKED))
        for row in stage.comparable
    ]


@dataclass(frozen=True)
class _Ratio:
    """The tile of stop and search, its row, and the Finding that it is taken from."""

    tile: Tile
    row: dict[str, Any]
    found: Finding


def _ratio(scope: Scope, view: View, newest: str) -> _Ratio | None:
    """The ratio of stop and search over the twelve months up to the overview's; None where there is none."""
    force = str(scope.force)
    held = [month for month in stop_months(view, force) if month <= str(scope.to_month)]
    if not held or scope.area is not None:
        return None
    first, last = max(held[0], wording.earlier(held[-1], _YEAR - 1)), held[-1]
    found = stop_and_search.disproportionality(Scope(force=force, from_month=first, to_month=last), view)
    row = found.table.iloc[0].to_dict() if len(found.table) else {}
    if found.refused or wording.missing(row.get("ratio")):
        return None
    period = wording.months(first, last)
    tile = Tile(
        label=f"{row['group']} to {row['comparator']}",
        value=f"{wording.times(row['ratio'])} times",
        interval=f"{wording.between(wording.times(row['low']), wording.times(row['high']))} times",
        base=f"{wording.plural(int(row['base']), 'search', 'searches')}, {period}",
        change=f"{wording.rate(row['rate'])} against {wording.rate(row['comparator_rate'])} per 1,000",
        older=_older(last, newest),
        leads=Lead("stop_and_search", Scope(force=force, from_month=first, to_month=last).address()),
    )
    named = {"tile": tile.label, "measure": found.key, "period": period, "verdict": "", "flag": ""}
    figures = {"estimate": row["ratio"], "low": row["low"], "high": row["high"], "base": row["base"]}
    return _Ratio(tile, {**named, **figures}, found)


def _provenance(question: Question, stages: list[_Stage], ratio: _Ratio | None, tested: int, every: int) -> Provenance:
    """Provenance of all tiles together: what each is of, and the files, methods and settings of every one."""
    made = [_provenance_of(question, stage) for stage in stages] + ([ratio.found.provenance] if ratio else [])
    bases = [f"{stage.tile}: {_answers(stage.last)}, {stage.last['label']}" for stage in stages]
    bases += [f"{ratio.tile.label}: {ratio.tile.base}"] if ratio else []
    tests = (
        f"{tested} changes tested with those of all measures, {every} in all, clear below a false-discovery rate of "
        f"{settings().false_discovery:.2f}"
    )
    return replace(
        made[0],
        files=tuple(dict.fromkeys(file for one in made for file in one.files)),
        base="; ".join(bases),
        method=" ".join(dict.fromkeys(one.method for one in made)),
        reference="; ".join(dict.fromkeys(one.reference for one in made)),
        rules=(*dict.fromkeys(rule for one in made for rule in one.rules), tests),
        settings={name: value for one in made for name, value in one.settings.items()},
    )


def _provenance_of(question: Question, stage: _Stage) -> Provenance:
    if isinstance(stage.source, Published):
        return stage.source.provenance(question, "published", [NO_INTERVAL])
    made = stage.source.provenance(question, "", [], stage.source.last.waves)
    return replace(made, rules=tuple(f"{stage.tile}: {rule}" for rule in made.rules))


def _compared(answers: Answers, compared: pd.DataFrame) -> list[str]:
    if compared.empty or answers.earlier is None:
        return ["Nothing is compared"]
    return [f"Compared are {answers.last.label} and {answers.earlier.label}"]


def _headline(row: Mapping[str, Any], answers: Answers, compared: pd.DataFrame) -> str:
    if wording.missing(row["estimate"]):
        return "Not enough answers to say how confidence is"
    if compared.empty:
        return f"Confidence is {wording.percent(row['estimate'])}; no comparison with a year ago"
    if row["verdict"] == CHANGE.neither:
        return f"Confidence has not clearly changed {answers.since}"
    return f"Confidence {row['verdict']} {answers.since}"


def _sentence(answers: Answers, row: Mapping[Hashable, Any]) -> str:
    if wording.missing(row["estimate"]):
        return f"{row['label']}: {row['flag']}."
    return (
        f"{wording.percent(row['estimate'])} {answers.measure.says} "
        f"({wording.percent_between(row['low'], row['high'])}, {_answers(row)}), {row['label']}."
    )


def _answers(row: Mapping[Hashable, Any]) -> str:
    return (
        "number of answers not published"
        if wording.missing(row["base"])
        else wording.plural(int(row["base"]), "answer")
    )


def _frame(rows: list[dict[str, Any]], columns: list[str]) -> pd.DataFrame:
    import pandas as pd

    texts = {"tile", "measure", "period", "verdict", "flag"}
    return pd.DataFrame(
        {
            name: pd.Series(values, dtype="object") if name in texts else nullable(values)
            for name in columns
            for values in [[row.get(name) for row in rows]]
        }
    )
