"""Trends, among whom: a measure by the groups of an attribute, against everyone else."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from analytics import charts, wording
from analytics.finding import Finding, Mode, Panel
from analytics.findings.asked import question_of
from analytics.findings.refusal import refused
from analytics.findings.survey import choices, estimates
from analytics.findings.survey.answers import UNANSWERABLE, Answers, NoAnswers
from analytics.findings.tested import SIDES, chance_caveat, number_tested, rule_of_tests, withheld_rule
from analytics.findings.trends.measure import trend_table
from analytics.findings.trends.shared import GROUPS, empty, share, sides
from analytics.records import records_of
from analytics.scope import Scope
from data.survey_cubes import NOT_KNOWN
from data.vocabularies.survey import attributes

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping

    import pandas as pd
    import plotly.graph_objects as go

    from data.store import View


def by_group(scope: Scope, view: View) -> Finding:
    """A measure among the groups of an attribute, against everyone else."""
    question = question_of(by_group)
    try:
        scope = choices.complete(scope, view)
        answers, grouping = Answers.of(scope, view), _grouping(scope, view)
        found = estimates.by_group(answers, grouping)
    except UNANSWERABLE as why:
        return refused(question, empty(GROUPS), scope, view, str(why))
    table = found.sort_values(
        "group", key=lambda names: names.map(lambda name: (name == NOT_KNOWN, name)), ignore_index=True
    )
    table["verdict"], table["period"] = sides(table), answers.year.span
    waves = estimates.by_point_and_group(answers, grouping)
    everyone = trend_table(answers)
    panels, label = _panels(table, waves, everyone, answers), attributes()[grouping].label
    return Finding(
        key=question.key,
        question=question.asks,
        headline=f"{label}: {_sides_words(table)}",
        answer=(f"{label}, {answers.year.span}: {'; '.join(_words(row) for row in records_of(table))}."),
        tables={"groups": table[GROUPS], "waves": waves},
        provenance=answers.provenance(
            question,
            f"{wording.plural(int(table['base'].fillna(0).sum()), 'answer')}, {answers.year.span}",
            [*withheld_rule(table), *rule_of_tests(table)],
            answers.year.waves,
        ),
        caveats=(
            "Each group is set against everyone who is not in it. Differences are described, not explained.",
            *chance_caveat(table),
        ),
        panels=panels,
        alt=f"{answers.measure.label} by {label.lower()}, wave by wave",
    )


def groupable(scope: Scope, view: View) -> None:
    """Raise one of ``UNANSWERABLE`` where a survey has no answers for a scope, or nothing to group them by."""
    scope = choices.complete(scope, view)
    Answers.of(scope, view)
    _grouping(scope, view)


def _grouping(scope: Scope, view: View) -> str:
    held = choices.groupings(view, str(scope.force), str(scope.survey))
    if not held:
        raise NoAnswers(f"{scope.survey} holds nothing that its answers could be grouped by.")
    return scope.by or held[0]


def _words(row: Mapping[Hashable, Any]) -> str:
    if wording.missing(row["estimate"]):
        return f"{row['group']}: {row['flag']}"
    return f"{row['group']} {share(row)}"


def _sides_words(table: pd.DataFrame) -> str:
    """Which groups are clearly below and above everyone else, by name where they are few."""
    named = [
        f"{wording.listing(names) if len(names) < 3 else f'{len(names)} groups'} clearly {side}"
        for side in (SIDES.below, SIDES.above)
        if (names := list(table.loc[table["verdict"] == side, "group"]))
    ]
    shown = int(table["estimate"].notna().sum())
    if not shown:
        return "not enough answers of any group"
    few = "" if shown == len(table) else f" ({shown} of {len(table)} have enough answers)"
    if not number_tested(table):
        return f"no group can be set against everyone else{few}"
    if not named:
        return f"no group is clearly different from everyone else{few}"
    return f"{', '.join(named)} everyone else{few}"


def _panels(table: pd.DataFrame, waves: pd.DataFrame, everyone: pd.DataFrame, answers: Answers) -> tuple[Panel, ...]:
    rows = records_of(table[table["estimate"].notna()])
    filled = _filled(waves, [row["group"] for row in rows], everyone)
    ceiling = charts.shared_ceiling([filled, everyone])
    return tuple(
        Panel(
            label=str(row["group"]),
            value=wording.percent(row["estimate"]),
            interval=wording.percent_between(row["low"], row["high"]),
            draw=partial(_draw_small, filled.loc[[row["group"]]], everyone, ceiling),
            alt=f"{answers.measure.label}, {row['group']}: {share(row)}",
        )
        for row in rows
    )


def _draw_small(rows: pd.DataFrame, everyone: pd.DataFrame, ceiling: float, mode: Mode) -> go.Figure:
    return charts.share_small(rows, everyone, ceiling, mode)


def _filled(waves: pd.DataFrame, groups: list[Hashable], everyone: pd.DataFrame) -> pd.DataFrame:
    """The figures of groups in every wave, with nulls where they have none; index: group, wave."""
    import pandas as pd

    every = pd.MultiIndex.from_product([groups, everyone["wave"]])
    places = {pair: place for place, pair in enumerate(zip(waves["group"], waves["wave"], strict=True))}
    # A place of none, -1, gives a row of nulls. Pairs take far longer to find in an index of two levels.
    figures = waves[estimates.FIGURES].reindex([places.get(pair, -1) for pair in every]).set_axis(every)
    words = {name: list(everyone[name]) * len(groups) for name in ("label", "month", "starts", "ends", "broken")}
    return figures.assign(**words)
