"""Trends: how a measure went from wave to wave, and whether it changed in a year."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from analytics import charts, wording
from analytics.finding import Finding
from analytics.findings.asked import question_of
from analytics.findings.refusal import refused
from analytics.findings.survey import choices, estimates, levels, notes, verdicts
from analytics.findings.survey.answers import UNANSWERABLE, Answers
from analytics.findings.survey.published import Published
from analytics.findings.tested import withheld_rule
from analytics.findings.trends.published import published_table, published_trend
from analytics.findings.trends.shared import TREND, area_name, break_caveats, empty, marked, number_of_answers, share
from analytics.scope import Scope
from analytics.survey import CHANGE

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping, Sequence

    import pandas as pd

    from data.store import View

PUBLISHED = ["publication", "label", "month", "starts", "ends", "estimate"]
_POOLED = {
    "waves": "",
    "years": "In an area each point pools the waves of a year: one wave holds few answers of an area.",
    "rolling": (
        "Each point pools the waves of 12 months, so neighbouring points share waves; a change allows for what they "
        "share. Where fewer than 12 months can be compared there is no point."
    ),
    "financial": "Each point pools the waves that end in a financial year, April to March.",
}


def measure(scope: Scope, view: View) -> Finding:
    """A measure in each wave, and whether it changed in a year."""
    question = question_of(measure)
    try:
        scope = choices.complete(scope, view)
        if not choices.has_answers(view, str(scope.force), str(scope.survey)):
            return published_trend(question, Published.of(scope, view))
        answers = Answers.of(scope, view)
    except UNANSWERABLE as why:
        return refused(question, empty(TREND), scope, view, str(why))
    table, change = trend_table(answers), change_table(answers)
    last = table.iloc[-1].to_dict()
    marks = notes.marks(answers.noted, table)
    said = tuple(map(notes.sentence, answers.noted))
    level, beside = _level_of(answers, table), Published.beside(answers.scope, view)
    others = [published_table(published) for published in beside]
    return Finding(
        key=question.key,
        question=question.asks,
        headline=_headline(answers, change),
        answer=f"{_share_sentence(answers, last)}{change_sentence(answers, change, last['estimate'])}",
        tables={
            "trend": table,
            "change": change,
            "notes": notes.table(answers.noted),
            **({} if level is None else {"level": level}),
            **_published_tables(beside, others),
        },
        provenance=answers.provenance(
            question,
            _base(table, answers),
            _rules(table, answers),
            [wave for point in answers.points for wave in point.waves],
        ),
        caveats=(
            *break_caveats(table),
            f"{answers.wording} {answers.counted} {answers.unsure}",
            *filter(None, [_weighted_apart(answers), _POOLED[answers.pooling.kind], _level_caveat(answers, table)]),
            *(_beside_caveat(published) for published in beside),
            *said,
        ),
        notes=said,
        draw=lambda mode: charts.share_trend(table, mode, marks, level=level, beside=others),
        alt=(
            f"{answers.measure.label} in {wording.plural(len(table), _points_word(answers))}{marked(marks)}. "
            f"{_share_sentence(answers, last)}"
        ),
    )


def answerable(scope: Scope, view: View) -> None:
    """Raise one of ``UNANSWERABLE`` where a survey has neither answers nor published figures for a scope."""
    scope = choices.complete(scope, view)
    if choices.has_answers(view, str(scope.force), str(scope.survey)):
        Answers.of(scope, view)
    else:
        Published.of(scope, view)


@lru_cache(maxsize=256)
def trend_table(answers: Answers) -> pd.DataFrame:
    """The share at each point, in order, with its words and where the series breaks."""
    figures = estimates.by_point(answers).reset_index(names="wave")
    points = answers.points
    figures["label"] = [point.label for point in points]
    figures["month"] = [point.month for point in points]
    figures["starts"] = [point.starts for point in points]
    figures["ends"] = [point.ends for point in points]
    figures["broken"] = ["" if place == 0 else point.broken for place, point in enumerate(points)]
    figures["flag"] = ["nobody answered" if wording.missing(flag) else flag for flag in figures["flag"]]
    return figures[TREND]


def change_table(answers: Answers) -> pd.DataFrame:
    """The change over a year, in one row with its verdict; no row where there is none to be told.

    The verdict is the one of the test with the changes of all measures, as on the Overview.
    """
    import pandas as pd

    compared, before = estimates.change_to_last(answers), answers.earlier
    columns = ["before", "after", "was", "change", "change_low", "change_high", "p_value", "verdict"]
    if compared is None or before is None:
        return pd.DataFrame(columns=columns)
    named = compared.rename(columns={"estimate": "change", "low": "change_low", "high": "change_high"})
    return named.assign(
        before=before.name,
        after=answers.last.name,
        was=estimates.share_at(answers, before),
        verdict=_verdict(answers) or estimates.called(compared, CHANGE),
    )[columns]


def _verdict(answers: Answers) -> str:
    """What the change is called among those of all measures; empty where it is none of them: of points of one's own."""
    if answers.scope.points is not None:
        return ""
    every = verdicts.of_scope(answers.scope, answers.view)
    own = every[(every["measure"] == answers.measure.id) & every["p_value"].notna()]
    return str(own["verdict"].iloc[0]) if len(own) else ""


def change_sentence(answers: Answers, change: pd.DataFrame, last: float) -> str:
    """The change over a year to the last figure as a sentence, or why there is none."""
    before = answers.earlier
    if before is None:
        return " No earlier wave asked it."
    when = "a year before" if answers.is_of_a_year else before.said
    if not answers.comparable(before, answers.last):
        return f" It is not compared with {when}: {answers.broken_since(before)} since then."
    if change.empty:
        return f" It is not compared with {when}: one of the two figures has too few answers."
    row = change.iloc[0].to_dict()
    # Whole points, unless they would not fit the two percentages beside them.
    fits = round(row["change"] * 100) == round(last * 100) - round(row["was"] * 100)
    then = "A year before" if answers.is_of_a_year else f"In {before.said}"
    away = row["change_low"] > 0 or row["change_high"] < 0
    alone = " Among the changes of all measures it is not clear." if away and row["verdict"] == CHANGE.neither else ""
    shared = len(set(before.waves) & set(answers.last.waves))
    both = f" Both share {wording.plural(shared, 'wave')}, and only the others can have changed." if shared else ""
    return (
        f" {then} it was {wording.percent(row['was'])}: a change of {wording.points(row['change'], 0 if fits else 1)} "
        f"({wording.points_between(row['change_low'], row['change_high']).removesuffix(' points')}).{both}{alone}"
    )


def _headline(answers: Answers, change: pd.DataFrame) -> str:
    label, last = answers.measure.label, trend_table(answers).iloc[-1]
    if wording.missing(last["estimate"]):
        return f"{label}: not enough answers"
    if change.empty:
        return f"{label}: {wording.percent(last['estimate'])}, nothing to compare it with"
    verdict = change.iloc[0]["verdict"]
    if verdict == CHANGE.neither:
        return f"{label}: no clear change {answers.since}"
    return f"{label} {verdict} {answers.since}"


def _share_sentence(answers: Answers, row: Mapping[Hashable, Any]) -> str:
    where = "" if answers.scope.area is None else f" in {area_name(answers)}"
    if wording.missing(row["estimate"]):
        return f"{row['label']}{where}: {row['flag']}."
    return f"{share(row)} {answers.measure.says}{where}, {row['label']}."


def _base(table: pd.DataFrame, answers: Answers) -> str:
    shown = wording.plural(len(table), _points_word(answers))
    if answers.pooling.kind == "rolling":
        return f"{number_of_answers(table.iloc[-1].to_dict())} in the last of {shown}, which share waves"
    return f"{wording.plural(int(table['base'].fillna(0).sum()), 'answer')} in {shown}"


def _points_word(answers: Answers) -> str:
    return {"waves": "wave", "rolling": "rolling year"}.get(answers.pooling.kind, "period")


def _weighted_apart(answers: Answers) -> str:
    """Where waves of the period are weighted in different ways, which can move a share by itself; empty if none are."""
    used = answers.waves[answers.waves["wave"].isin([wave for point in answers.points for wave in point.waves])]
    margins = used["raked_to"].fillna("")
    turns = [
        f"from {label} on they are {f'raked to {now}' if now else 'as the file has them'}"
        for label, now, before in zip(used["label"], margins, margins.shift(), strict=True)
        if not wording.missing(before) and _margins(now) != _margins(before)
    ]
    if not turns:
        return ""
    return f"Weights are not alike in all waves: {wording.listing(turns)}. A change there may be one of the weights."


def _margins(listed: str) -> list[str]:
    """The margins of a list in words, in one order: earlier versions wrote them as they were given."""
    return sorted(re.split(r", | and ", listed))


def _level_of(answers: Answers, table: pd.DataFrame) -> pd.DataFrame | None:
    """The level behind the points, where the reader wants it and there is one."""
    if answers.scope.smooth != "yes" or levels.why_not(answers, table):
        return None
    return levels.level_behind(table)


def _level_caveat(answers: Answers, table: pd.DataFrame) -> str:
    return (levels.why_not(answers, table) or levels.SAID) if answers.scope.smooth == "yes" else ""


def _beside_caveat(published: Published) -> str:
    return f"Dashed: {published.scope.survey}, as published; no interval can be given."


def _published_tables(beside: Sequence[Published], tables: Sequence[pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Figures that others published of the same measure, in one table."""
    import pandas as pd

    if not beside:
        return {}
    named = [table.assign(publication=p.shown) for p, table in zip(beside, tables, strict=True)]
    return {"published": pd.concat(named, ignore_index=True)[[*PUBLISHED, "flag"]]}


def _rules(table: pd.DataFrame, answers: Answers) -> list[str]:
    return [
        *withheld_rule(table),
        *(f"Series broken before {point.said}: {point.broken}" for point in answers.points[1:] if point.broken),
    ]
