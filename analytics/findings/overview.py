"""Overview: is confidence up, down or not clearly changed, and how is every stage of the cycle."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from analytics import charts, wording
from analytics.charts import Spark
from analytics.finding import Finding, Tile
from analytics.findings import stop_and_search, trends
from analytics.findings.asked import question_of
from analytics.findings.choices import months as stop_months
from analytics.findings.refusal import refused
from analytics.findings.survey import choices, estimates
from analytics.findings.survey.answers import UNANSWERABLE, Answers
from analytics.findings.survey.published import NO_INTERVAL, Published
from analytics.scope import Scope
from analytics.survey import CHANGE
from data.settings import settings

if TYPE_CHECKING:
    import pandas as pd

    from data.store import View

HEADLINE = ["measure", "estimate", "low", "high", "base", "change", "change_low", "change_high", "verdict", "flag"]
TILES = ["tile", *HEADLINE]

CONFIDENCE = choices.FIRST
STAGES: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("Confidence", CONFIDENCE),
    ("Treated fairly", ("fair", "respect", "ss_fair", "satisfied_contact")),
    ("Listened to", ("listen", "understand", "matter")),
    ("Kept informed", ("informed_local", "seen_heard", "ward_contact")),
    ("Willing to help", ("would_report", "would_inform", "would_witness")),
)
"""Each tile and the measures that can fill it: the first one that the survey asks."""

_SPARK = 7
_SPAN = 0.16
_YEAR = 12


class _Stage(NamedTuple):
    """One tile: what it is called, its waves, and its change over a year, which published figures have none of."""

    tile: str
    measure: str
    table: pd.DataFrame
    change: Mapping[Hashable, Any] | None
    welcome: bool


def headline(scope: Scope, view: View) -> Finding:
    """Confidence now and a year ago: up, down or not clearly changed."""
    key, question = question_of(headline).key, question_of(headline).asks
    try:
        scope = completed(scope, view)
        if not choices.has_answers(view, str(scope.force), str(scope.survey)):
            return _published_headline(key, question, Published.of(scope, view))
        answers = Answers.of(scope, view)
    except UNANSWERABLE as why:
        return refused(key, question, _frame([], HEADLINE), scope, view, str(why))
    table, change = trends.trend_table(answers), trends.change_table(answers)
    last = table.iloc[-1].to_dict()
    row = _row(answers.measure.id, last, change.iloc[0].to_dict() if len(change) else None)
    said = (
        f"{last['label']}: {last['flag']}."
        if wording.missing(last["estimate"])
        else f"{_sentence(answers.measure.says, last)}{trends.change_sentence(answers, table, change)}"
    )
    return Finding(
        key=key,
        question=question,
        headline=_headline(row),
        answer=said,
        tables={"headline": _frame([row], HEADLINE)},
        provenance=answers.provenance(_base(row, last), [f"Compared are {answers.last} and {answers.a_year_before}"]),
        caveats=(f"“{answers.wording}” Positive: {answers.positive}.",),
        alt=said,
    )


def tiles(scope: Scope, view: View) -> Finding:
    """One figure for each stage of the cycle with its change in a year, and the ratio of stop and search."""
    key, question = question_of(tiles).key, question_of(tiles).asks
    try:
        scope = completed(scope, view)
        stages = _stages(scope, view)
    except UNANSWERABLE as why:
        return refused(key, question, _frame([], TILES), scope, view, str(why))
    rows = _called([{"tile": s.tile, **_row(s.measure, s.table.iloc[-1].to_dict(), s.change)} for s in stages])
    ratio = _ratio(scope, view)
    shown = [_tile(stage, row) for stage, row in zip(stages, rows, strict=True)]
    clear = [row for row in rows if row["verdict"] in (CHANGE.above, CHANGE.below)]
    tested = sum(bool(row["verdict"]) for row in rows)
    answer = (
        f"{wording.plural(tested, 'change')} over a year tested: "
        + ("; ".join(f"{row['tile'].lower()} {row['verdict']}" for row in clear) or "none is clear")
        + "."
        if tested
        else "No change over a year can be tested with these figures."
    )
    provenance = _provenance(scope, view, tested)
    return Finding(
        key=key,
        question=question,
        headline="Each stage, and its change in a year",
        answer=answer,
        tables={"tiles": _frame([*rows, *([ratio[0]] if ratio else [])], TILES)},
        provenance=provenance,
        tiles=(*shown, *([ratio[1]] if ratio else [])),
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


def _stages(scope: Scope, view: View) -> list[_Stage]:
    force, survey = str(scope.force), str(scope.survey)
    asked = choices.asked(view, force, survey)
    found = [(tile, next((m for m in ms if m in asked), None)) for tile, ms in STAGES]
    make = _answered if choices.has_answers(view, force, survey) else _published
    made = [make(tile, scope.but(measure=measure), view) for tile, measure in found if measure]
    return [stage for stage in made if stage is not None]


def _answered(tile: str, scope: Scope, view: View) -> _Stage | None:
    try:
        answers = Answers.of(scope, view)
    except UNANSWERABLE:
        return None  # Not asked in this period: the tile is left out, and the others stand.
    change = estimates.year_on_year(answers)
    row = None if change is None else _change_row(change)
    return _Stage(tile, answers.measure.id, trends.trend_table(answers), row, answers.measure.higher_is_better)


def _published(tile: str, scope: Scope, view: View) -> _Stage | None:
    try:
        published = Published.of(scope, view)
    except UNANSWERABLE:
        return None  # Not published for this period: the tile is left out, and the others stand.
    table = trends.published_table(published)
    return _Stage(tile, published.measure.id, table, None, published.measure.higher_is_better)


def _change_row(change: pd.DataFrame) -> dict[Hashable, Any]:
    row = change.iloc[0]
    return {
        "change": row["estimate"],
        "change_low": row["low"],
        "change_high": row["high"],
        "p_value": row["p_value"],
        "verdict": "",
    }


def _row(measure: str, last: Mapping[Hashable, Any], change: Mapping[Hashable, Any] | None) -> dict[str, Any]:
    shown = not wording.missing(last["estimate"])
    changed = change if change is not None and shown else {}
    return {
        "measure": measure,
        **{name: last[name] for name in ("estimate", "low", "high", "base", "flag")},
        **{name: changed.get(name) for name in ("change", "change_low", "change_high", "p_value")},
        "verdict": changed.get("verdict", ""),
    }


def _called(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The verdicts of all tiles together: with five changes on a page, one is sooner clear by chance."""
    import pandas as pd

    tested = [row for row in rows if not wording.missing(row["change"])]
    if tested:
        frame = pd.DataFrame(
            {
                "low": [row["change_low"] for row in tested],
                "high": [row["change_high"] for row in tested],
                "p_value": [row["p_value"] for row in tested],
            }
        )
        for row, verdict in zip(tested, estimates.called(frame, CHANGE), strict=True):
            row["verdict"] = verdict
    return rows


def _tile(stage: _Stage, row: Mapping[str, Any]) -> Tile:
    missing = wording.missing(row["estimate"])
    interval = "no interval" if wording.missing(row["low"]) else wording.percent_between(row["low"], row["high"])
    last = stage.table.iloc[-1]
    base = str(last["label"]) if wording.missing(row["base"]) else wording.plural(int(row["base"]), "answer")
    return Tile(
        label=stage.tile,
        value="Too few" if missing else wording.percent(row["estimate"]),
        interval=str(row["flag"]) if missing else interval,
        base=base,
        verdict=row["verdict"],
        change=_change_words(row),
        welcome=stage.welcome,
        picture=charts.sparkline(_sparks(stage.table), _SPAN),
        alt=_course(stage),
    )


def _change_words(row: Mapping[str, Any]) -> str:
    """The change of a tile: by how much where it is clear, else between what it lies."""
    if wording.missing(row["change"]):
        return ""
    if row["verdict"] == CHANGE.neither:
        return wording.points_between(row["change_low"], row["change_high"])
    size, low, high = (abs(float(row[name])) for name in ("change", "change_low", "change_high"))
    by = wording.points(size).removeprefix("+")
    return f"by {by} ({min(low, high) * 100:.0f} to {max(low, high) * 100:.0f})"


def _course(stage: _Stage) -> str:
    """A sparkline in words."""
    drawn = stage.table.tail(_SPARK).dropna(subset=["estimate"])
    if drawn.empty:
        return ""
    first, last = drawn.iloc[0], drawn.iloc[-1]
    return (
        f"{stage.tile}: {wording.percent(first['estimate'])} in {first['label']}, "
        f"{wording.percent(last['estimate'])} in {last['label']}"
    )


def _sparks(table: pd.DataFrame) -> list[Spark]:
    return [
        Spark(*(None if wording.missing(row[name]) else float(row[name]) for name in ("estimate", "low", "high")))
        for row in table.tail(_SPARK).to_dict("records")
    ]


def _ratio(scope: Scope, view: View) -> tuple[dict[str, Any], Tile] | None:
    """The ratio of stop and search over the twelve months up to the overview's; None where there is none."""
    force = str(scope.force)
    held = [month for month in stop_months(view, force) if month <= str(scope.to_month)]
    if not held or scope.area is not None:
        return None
    asked = Scope(force=force, from_month=wording.earlier(held[-1], _YEAR - 1), to_month=held[-1])
    found = stop_and_search.disproportionality(asked, view)
    row = found.table.iloc[0].to_dict() if len(found.table) else {}
    if found.refused or wording.missing(row.get("ratio")):
        return None
    rates = f"{wording.rate(row['rate'])} against {wording.rate(row['comparator_rate'])} per 1,000"
    tile = Tile(
        label=f"{row['group']} to {row['comparator']}",
        value=f"{wording.times(row['ratio'])} times",
        interval=f"{wording.between(wording.times(row['low']), wording.times(row['high']))} times",
        base=f"{wording.plural(int(row['base']), 'search', 'searches')} to {wording.month(held[-1])}",
        change=rates,
    )
    figures = {"estimate": row["ratio"], "low": row["low"], "high": row["high"], "base": row["base"]}
    return {
        "tile": tile.label,
        "measure": "stop_and_search.disproportionality",
        **figures,
        "verdict": "",
        "flag": "",
    }, tile


def _provenance(scope: Scope, view: View, tested: int) -> Any:  # noqa: ANN401
    rules = [f"{tested} changes tested, clear below a false-discovery rate of {settings().false_discovery:.2f}"]
    if choices.has_answers(view, str(scope.force), str(scope.survey)):
        answers = Answers.of(scope, view)
        return answers.provenance(f"{wording.plural(int(answers.waves['respondents'].iloc[-1]), 'respondent')}", rules)
    return Published.of(scope, view).provenance("Published figures; their base is not published", [NO_INTERVAL])


def _headline(row: Mapping[str, Any]) -> str:
    if wording.missing(row["estimate"]):
        return "Not enough answers to say how confidence is"
    if not row["verdict"]:
        return f"Confidence is {wording.percent(row['estimate'])}; no comparison with a year ago"
    if row["verdict"] == CHANGE.neither:
        return "Confidence has not clearly changed in the past year"
    return f"Confidence {row['verdict']} in the past year"


def _sentence(says: str, row: Mapping[Hashable, Any]) -> str:
    base = wording.plural(int(row["base"]), "answer")
    return (
        f"{wording.percent(row['estimate'])} {says} ({wording.percent_between(row['low'], row['high'])}, {base}), "
        f"{row['label']}."
    )


def _base(row: Mapping[str, Any], last: Mapping[Hashable, Any]) -> str:
    return f"{wording.plural(int(row['base'] or 0), 'answer')}, {last['label']}"


def _published_headline(key: str, question: str, published: Published) -> Finding:
    made = trends.measure(published.scope, published.view)
    last = made.table.iloc[-1].to_dict()
    return Finding(
        key=key,
        question=question,
        headline=f"Confidence is {wording.percent(last['estimate'])}; no interval can be given",
        answer=made.answer,
        tables={"headline": _frame([_row(published.measure.id, last, None)], HEADLINE)},
        provenance=made.provenance,
        caveats=made.caveats,
        alt=made.answer,
    )


def _frame(rows: list[dict[str, Any]], columns: list[str]) -> pd.DataFrame:
    import pandas as pd

    texts = {"tile", "measure", "verdict", "flag"}
    return pd.DataFrame(
        {
            name: pd.Series([row.get(name) for row in rows], dtype="object" if name in texts else "Float64")
            for name in columns
        }
    )
