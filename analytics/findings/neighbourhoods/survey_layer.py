"""A measure of a survey on the map: small-area estimates, beside the figures of each area's own answers."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from analytics import wording
from analytics.findings.neighbourhoods.layers import FIGURES, Layer, NoLayer
from analytics.findings.neighbourhoods.modelled import beside, figures_of
from analytics.findings.survey import choices, estimates
from analytics.findings.survey.answers import Answers
from analytics.findings.survey.published import NO_INTERVAL, Published
from analytics.findings.survey.small_areas import COLUMNS
from analytics.findings.tested import SIDES, rule_of_tests
from analytics.maps import POINTS
from analytics.scope import Scope

if TYPE_CHECKING:
    import pandas as pd

    from analytics.findings import Question
    from data.store import View


SPAN = 36
"""Months of waves that are pooled: an area has few answers in a year, and a map of wide intervals shows nothing."""


def survey_layer(question: Question, scope: Scope, view: View) -> Layer:
    """The share of positive answers in each area over pooled waves, against the rest of the force.

    Raises
    ------
    ScopeError, NoAnswers, NoLayer
        With the reason, where there are none.
    """
    asked = Scope(force=scope.force, survey=scope.survey, measure=scope.layer, to_month=scope.to_month)
    if not choices.has_answers(view, str(scope.force), str(scope.survey)):
        return _published(question, scope, Published.of(asked, view))
    answers = Answers.of(asked, view)
    pooled = answers.pooled(SPAN)
    whole = estimates.overall(answers, SPAN).iloc[0].to_dict()
    if wording.missing(whole["estimate"]):
        raise NoLayer(f"{answers.measure.label}, {pooled.span}: {whole['flag']}.")
    level = str(scope.area_level)
    figures = figures_of(answers, level, SPAN, float(whole["estimate"]))
    table = figures.table
    names = {"difference_low": "low", "difference_high": "high"}
    table["verdict"] = estimates.called(table[[*names, "p_value"]].rename(columns=names), SIDES)
    waves = wording.plural(len(pooled.waves), "wave")
    made = answers.provenance(
        question,
        f"{wording.plural(int(whole['base']), 'answer')}, {pooled.span}",
        [*figures.rules, *rule_of_tests(table)],
        pooled.waves,
        figures.method,
    )
    own = COLUMNS if figures.modelled else ()
    return Layer(
        table=_positioned(table, float(whole["estimate"]), own),
        whole=whole,
        scheme=replace(POINTS, swapped=not answers.measure.higher_is_better),
        label=answers.measure.label,
        span=pooled.span,
        write=wording.percent,
        write_between=wording.percent_between,
        counted=("answer", "answers"),
        absent="nobody was asked",
        made=replace(made, scope=scope.only(question.takes).address(), reference=figures.reference or made.reference),
        caveats=(
            *figures.caveats,
            f"The figure of an area pools {waves}, {pooled.span}: up to three years, and none before the questions "
            "last changed. Trends has single years. The colours of the estimate say how far an area is from the whole "
            "force; the verdict tests it against the rest of the force.",
            f"{answers.wording} {answers.counted} {answers.unsure}",
        ),
        own_columns=own,
        beside=partial(beside, level) if figures.modelled else lambda row: (),
    )


def _published(question: Question, scope: Scope, published: Published) -> Layer:
    rows = published.areas
    if rows.empty:
        raise NoLayer(f"{scope.survey} publishes no areas.")
    last, months = str(rows["month"].iloc[0]), int(rows["months"].iloc[0])
    own = published.figures
    own = own[(own["level"] == "force") & (own["month"] == last) & (own["publication"] == rows["publication"].iloc[0])]
    table = rows[["code", "share", "low", "high", "base"]].set_axis(["area", *FIGURES[:4]], axis=1)
    table = table.astype({name: "Float64" for name in FIGURES[:4]})
    table = table.assign(flag="no interval can be given: no base is published", verdict="not tested")
    whole = float(own["share"].iloc[0]) if len(own) else float("nan")
    span = wording.months(wording.earlier(last, months - 1), last)
    made = published.provenance(
        question,
        f"{len(table)} published figures; their base is not published",
        [NO_INTERVAL],
        publication=str(rows["publication"].iloc[0]),
    )
    return Layer(
        table=_positioned(table.reset_index(drop=True), whole),
        whole={"estimate": whole, "low": None, "high": None, "base": None, "flag": "not published"},
        scheme=replace(POINTS, swapped=not published.measure.higher_is_better),
        label=published.measure.label,
        span=span,
        write=wording.percent,
        write_between=wording.percent_between,
        counted=("answer", "answers"),
        absent="no figure is published",
        made=replace(made, scope=scope.only(question.takes).address()),
        caveats=(
            NO_INTERVAL,
            f"Shown is {rows['publication'].iloc[0]}, the one with figures of areas.",
            "So no area is coloured: without an interval nobody can say how sure a difference is. The list has the "
            "published figures.",
        ),
        headline=lambda areas, below, above: f"{areas}, published without intervals: none can be coloured",
    )


def _positioned(table: pd.DataFrame, whole: float, own: tuple[str, ...] = ()) -> pd.DataFrame:
    """Position in points from the whole, and half the width of the interval in points."""
    figures = table.reindex(columns=["area", *FIGURES, *own, "verdict", "flag"])
    numbers = {name: figures[name].astype("Float64").to_numpy(dtype=float, na_value=float("nan")) for name in FIGURES}
    return figures.assign(position=100 * (numbers["estimate"] - whole), half=50 * (numbers["high"] - numbers["low"]))
