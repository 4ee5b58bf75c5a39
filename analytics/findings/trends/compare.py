"""Trends, two periods compared: the whole, groups and areas, each as it was and as it is, tested together."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from analytics import charts, wording
from analytics.finding import Finding, Mode, Panel
from analytics.findings.asked import question_of
from analytics.findings.refusal import refused
from analytics.findings.survey import choices, estimates, periods
from analytics.findings.survey.answers import UNANSWERABLE, Answers
from analytics.findings.survey.periods import Periods
from analytics.findings.survey.points import YEAR
from analytics.findings.tested import chance_caveat, rule_of_tests
from analytics.findings.trends.shared import number_of_answers, share, size_of_change
from analytics.records import records_of
from analytics.scope import Scope
from analytics.survey import CHANGE, q_values
from data.vocabularies.survey import attributes

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping

    import pandas as pd
    import plotly.graph_objects as go

    from data.store import View

COMPARED = ["part", "name", *periods.PAIR, *periods.CHANGES, "q_value", "verdict", "flag"]
EVERYONE, GROUP, AREA = "everyone", "group", "area"

_NONE_CLEAR = (
    "Rose or fell is only said where the 95 % interval leaves out 0 and the false-discovery rate over all that is "
    "shown allows it; here none is."
)
_MANY = 12
"""Areas without a clear change are drawn up to so many; of more the table tells."""
_SIDES = {
    CHANGE.above: ("Rose", "arrow_upward"),
    CHANGE.below: ("Fell", "arrow_downward"),
    CHANGE.neither: ("No clear change", "remove"),
}


def compare(scope: Scope, view: View) -> Finding:
    """A measure in two periods: the whole, by group and by area."""
    question = question_of(compare)
    try:
        answers, found = _asked(scope, view)
        table = _table(answers, found)
    except UNANSWERABLE as why:
        return refused(question, _frame([]), scope, view, str(why))
    whole, (now, was) = table.iloc[0].to_dict(), (found.after.span, found.before.span)
    return Finding(
        key=question.key,
        question=question.asks,
        headline=_headline(answers, whole),
        answer=_answer(answers, table, now, was),
        tables={"compared": table},
        provenance=answers.provenance(
            question,
            f"{number_of_answers(whole)}, {now}; {number_of_answers(_earlier(whole))}, {was}",
            [*_withheld(table), *rule_of_tests(table, "change")],
            [*found.before.waves, *found.after.waves],
        ),
        caveats=tuple(_caveats(answers, table, found, _is_short(scope, answers))),
        chart_title=f"Hollow: {was}. Filled: {now}",
        draw=partial(_draw, _labelled(table[table["part"] != AREA]), charts.shared_ceiling(_ceilings(table)), answers),
        alt=f"{answers.measure.label}, everyone and by group: {was} and {now}",
        panels=_panels(table, answers, now, was),
    )


def comparable(scope: Scope, view: View) -> None:
    """Raise one of ``UNANSWERABLE`` where two periods of a scope can't be compared."""
    _asked(scope, view)


def chosen(scope: Scope, view: View) -> tuple[Scope, list[str], list[str]]:
    """The scope with both periods said, and the months with which a period can begin, and end.

    Raises
    ------
    ScopeError, NoAnswers
        If the release has no answers of what the scope asks about.
    """
    answers, scope = _both(scope, view)
    begins, ends = (sorted(answers.waves[name].str[:7].unique()) for name in ("starts", "ends"))
    return scope, begins, ends


def verdicts_of(table: pd.DataFrame) -> list[str]:
    """Rose, fell or no clear change for each row, with the false-discovery rate over all; empty without a change."""
    names = {"change_low": "low", "change_high": "high"}
    return estimates.called(table[[*names, "p_value"]].rename(columns=names), CHANGE)


def _both(scope: Scope, view: View) -> tuple[Answers, Scope]:
    """The answers of a scope, and the scope with both periods said; the trend's own choices don't matter here."""
    scope = choices.complete(scope, view).but(points=None, smooth=None)
    scope = periods.completed(scope, Answers.of(scope, view))
    return Answers.of(scope, view), scope


def _asked(scope: Scope, view: View) -> tuple[Answers, Periods]:
    answers, scope = _both(scope, view)
    return answers, periods.periods_of(scope, answers)


def _table(answers: Answers, found: Periods) -> pd.DataFrame:
    """The whole, each group and each area in both periods, with their verdicts together."""
    import pandas as pd

    parts = [periods.everyone(answers, found).assign(part=EVERYONE, name=_whole_name(answers))]
    grouping = _grouping(answers)
    if grouping:
        parts.append(periods.by_group(answers, found, grouping).rename(columns={"group": "name"}).assign(part=GROUP))
    level = _level(answers)
    if level:
        named = choices.names(answers.view, answers.force, answers.survey)
        areas = periods.by_area(answers, found, level)
        areas = areas.assign(part=AREA, name=areas["area"].map(named)).sort_values("name", ignore_index=True)
        parts.append(areas.drop(columns="area"))
    rows = [row for part in parts for row in records_of(part)]
    table = pd.DataFrame(rows, columns=[name for name in COMPARED if name not in ("q_value", "verdict")])
    figures = [*periods.PAIR, *periods.CHANGES]
    table = table.astype(dict.fromkeys(figures, "Float64"))
    q = q_values(table["p_value"].to_numpy(dtype=float, na_value=np.nan))
    return table.assign(q_value=pd.array(q, dtype="Float64"), verdict=verdicts_of(table))[COMPARED]


def _grouping(answers: Answers) -> str:
    """The attribute whose groups are compared; empty where the survey holds none."""
    held = choices.groupings(answers.view, answers.force, answers.survey)
    return answers.scope.by or (held[0] if held else "")


def _level(answers: Answers) -> str:
    """The level of the areas that are compared: none within an area, or where the survey knows of none."""
    held = set(choices.areas(answers.view, answers.force, answers.survey)["area_level"])
    if answers.scope.area is not None or not held:
        return ""
    return answers.scope.area_level or ("neighbourhood" if "neighbourhood" in held else "district")


def _whole_name(answers: Answers) -> str:
    if answers.scope.area is None:
        return "Everyone"
    return choices.names(answers.view, answers.force, answers.survey)[answers.scope.area]


def _headline(answers: Answers, whole: Mapping[Hashable, Any]) -> str:
    label, verdict = answers.measure.label, whole["verdict"]
    if not verdict:
        return f"{label}: not enough answers to compare two periods"
    if verdict == CHANGE.neither:
        return f"{label}: no clear change between two periods"
    return f"{label} {verdict} between two periods"


def _answer(answers: Answers, table: pd.DataFrame, now: str, was: str) -> str:
    whole = table.iloc[0].to_dict()
    where = "" if answers.scope.area is None else f" in {whole['name']}"
    if wording.missing(whole["change"]):
        return f"{answers.measure.label}{where}, {was} and {now}: {whole['flag']}{_among(table)}."
    return (
        f"{share(whole)} {answers.measure.says}{where}, {now}, against "
        f"{share(_earlier(whole))}, {was}: {_changed(whole)}{_among(table)}."
    )


def _changed(row: Mapping[Hashable, Any]) -> str:
    """A change as words: by how much with its interval where it is clear, else between what it lies."""
    if row["verdict"] == CHANGE.neither:
        span = wording.points_between(row["change_low"], row["change_high"])
        return f"no clear change (between {span.replace(' to ', ' and ')})"
    return f"a change of {size_of_change(row)}"


def _earlier(row: Mapping[Hashable, Any]) -> dict[str, Any]:
    """The figure of the earlier period, as one is written."""
    return {**{end: row[f"was_{end}"] for end in ("low", "high", "base")}, "estimate": row["was"], "flag": row["flag"]}


def _among(table: pd.DataFrame) -> str:
    """What became of groups and areas, behind a semicolon."""
    rows = table[(table["part"] != EVERYONE) & table["p_value"].notna()]
    if rows.empty:
        return ""
    kinds = [
        wording.plural(int((rows["part"] == part).sum()), part)
        for part in (GROUP, AREA)
        if (rows["part"] == part).any()
    ]
    counts = rows["verdict"].value_counts()
    rose, fell = int(counts.get(CHANGE.above, 0)), int(counts.get(CHANGE.below, 0))
    if not rose and not fell:
        return f"; none of {wording.listing(kinds)} changed clearly"
    return f"; of {wording.listing(kinds)} {rose} rose and {fell} fell clearly"


def _is_short(scope: Scope, answers: Answers) -> bool:
    """Whether both periods were made shorter than a year, since nobody chose them and the series broke."""
    made = answers.scope
    usual = max(str(made.from_month), wording.earlier(str(made.to_month), YEAR - 1))
    return not periods.chosen(scope) and str(made.compare_from) > usual


def _caveats(answers: Answers, table: pd.DataFrame, found: Periods, short: bool) -> list[str]:
    cut = [
        f"Both periods are shorter than a year, {found.after.span} and the same months before, so that none reaches "
        "across the break of the series."
    ]
    still = int(((table["part"] == AREA) & (table["verdict"] == CHANGE.neither)).sum())
    left = [f"The {still} areas without a clear change are in the table."] if still > _MANY else []
    groups = f" Groups are of {attributes()[_grouping(answers)].label.lower()}." if _grouping(answers) else ""
    return [
        *(cut if short else []),
        *_overlap(found),
        *left,
        f"Each period pools its waves, and a change allows for what they share.{groups}",
        f"{answers.wording} {answers.counted} {answers.unsure}",
        *(chance_caveat(table) or [_NONE_CLEAR]),
    ]


def _overlap(found: Periods) -> list[str]:
    shared = len(set(found.before.waves) & set(found.after.waves))
    return [f"The two periods share {wording.plural(shared, 'wave')}."] if shared else []


def _withheld(table: pd.DataFrame) -> list[str]:
    without = table.loc[table["change"].isna(), "flag"]
    nobody = int(without.str.contains("nobody answered").sum())
    few = len(without) - nobody
    return [
        *([f"{wording.plural(few, 'change')} withheld: not enough answers in one of the periods"] if few else []),
        *([f"{wording.plural(nobody, 'change')} not told: nobody answered in one of the periods"] if nobody else []),
    ]


def _labelled(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.rename(columns={"name": "label"})


def _ceilings(table: pd.DataFrame) -> list[pd.DataFrame]:
    earlier = table[["was", "was_high"]].set_axis(["estimate", "high"], axis=1)
    return [table, earlier]


def _panels(table: pd.DataFrame, answers: Answers, now: str, was: str) -> tuple[Panel, ...]:
    """Areas by what became of them, in alphabetical order; many without a clear change are left to the table."""
    ceiling, panels = charts.shared_ceiling(_ceilings(table)), []
    for verdict, (title, icon) in _SIDES.items():
        rows = table[(table["part"] == AREA) & (table["verdict"] == verdict)]
        if rows.empty or (verdict == CHANGE.neither and len(rows) > _MANY):
            continue
        panels.append(
            Panel(
                label=f"{title} · {wording.plural(len(rows), AREA)}",
                value="",
                interval="",
                draw=partial(_draw, _labelled(rows), ceiling, answers),
                alt=f"{title} from {was} to {now}: {wording.listing(list(rows['name']), 99)}",
                icon=icon,
            )
        )
    return tuple(panels)


def _draw(rows: pd.DataFrame, ceiling: float, answers: Answers, mode: Mode) -> go.Figure:
    return charts.share_pairs(rows, mode, ceiling=ceiling, welcome=answers.measure.higher_is_better)


def _frame(rows: list[dict[str, Any]]) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame(rows, columns=COMPARED)
