"""Trends of figures that were published, which have no interval."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from analytics import charts, wording
from analytics.finding import Finding, Panel
from analytics.findings.refusal import refused
from analytics.findings.survey import choices, notes
from analytics.findings.survey.published import NO_INTERVAL, Published, first_day, last_day
from analytics.findings.trends.shared import AREAS, TREND, break_caveats, draw_rows, empty, marked

if TYPE_CHECKING:
    from collections.abc import Hashable

    import pandas as pd

    from analytics.findings import Question


def _break_after(table: pd.DataFrame, place: int) -> str:
    """What first broke a series after a figure of it, in words; empty where nothing did."""
    return next((str(broken) for broken in table["broken"].iloc[place + 1 :] if broken), "")


def published_trend(question: Question, published: Published) -> Finding:
    """A published measure, month by month; whether it changed can't be told."""
    series, table = published.series, published_table(published)
    last, before = table.iloc[-1], table[table["month"] == wording.earlier(str(table["month"].iloc[-1]), 12)]
    label, since = published.measure.label, "" if before.empty else _break_after(table, int(before.index[0]))
    was = (
        f" It is not compared with a year before: {since} since then."
        if since
        else f" A year before it was {wording.percent(before.iloc[0]['estimate'])}; whether that is a change can't be "
        "told without an interval."
        if len(before)
        else ""
    )
    marks = notes.marks(published.noted, table)
    said = tuple(map(notes.sentence, published.noted))
    where = "" if published.scope.area is None else f" in {series['area'].iloc[0]}"
    return Finding(
        key=question.key,
        question=question.asks,
        headline=f"{label}: {wording.percent(last['estimate'])}, no interval can be given",
        answer=(
            f"{wording.percent(last['estimate'])} {published.measure.says}{where}, {last['label']}, as "
            f"{published.scope.survey} publishes it.{was}"
        ),
        tables={"trend": table, "notes": notes.table(published.noted)},
        provenance=published.provenance(
            question, f"{wording.plural(len(table), 'published figure')}; their base is not published", [NO_INTERVAL]
        ),
        caveats=(
            NO_INTERVAL,
            *([published.disagreements] if published.disagreements else []),
            _rolling(series),
            *break_caveats(table),
            *said,
        ),
        notes=said,
        draw=lambda mode: charts.share_trend(table, mode, marks),
        alt=f"{label}, {wording.plural(len(table), 'published figure')}, without intervals{marked(marks)}",
    )


def published_table(published: Published) -> pd.DataFrame:
    """Published figures in the columns of a trend."""
    series = published.series
    table = empty(TREND).reindex(range(len(series)))
    table["wave"] = table["month"] = series["month"].to_numpy()
    pairs = [(str(month), int(months)) for month, months in series[["month", "months"]].itertuples(index=False)]
    table["starts"] = [first_day(wording.earlier(month, months - 1)) for month, months in pairs]
    table["ends"] = [last_day(month) for month, _ in pairs]
    table["label"] = [_twelve(month, months) for month, months in pairs]
    table["estimate"], table["low"], table["high"] = series["share"], series["low"], series["high"]
    table["base"] = series["base"].astype("Float64")
    table["flag"], table["broken"] = "no interval can be given: no base is published", published.broken
    return table


def published_areas(question: Question, published: Published) -> Finding:
    """Published figures by area; which of them differ can't be told."""
    rows, scope = published.areas, published.scope
    if rows.empty:
        return refused(question, empty(AREAS), scope, published.view, f"{scope.survey} publishes no areas.")
    table = empty(AREAS).reindex(range(len(rows)))
    table["area"], table["name"] = rows["code"].to_numpy(), rows["area"].to_numpy()
    table["estimate"], table["base"] = rows["share"].to_numpy(), rows["base"].astype("Float64").to_numpy()
    table["flag"] = "no interval can be given: no base is published"
    when = _twelve(str(rows["month"].iloc[0]), int(rows["months"].iloc[0]))
    table["verdict"], table["period"] = "not tested", when
    lowest, highest = float(table["estimate"].min()), float(table["estimate"].max())
    whole: dict[Hashable, Any] = {
        "estimate": _force_share(published, str(rows["month"].iloc[0])),
        "low": None,
        "high": None,
    }
    noun = choices.called(published.view, str(scope.force), str(scope.survey), "district")
    headline = f"{wording.plural(len(table), noun)}, {when}: no interval can be given"
    return Finding(
        key=question.key,
        question=question.asks,
        headline=headline,
        answer=(
            f"{published.measure.label}, {when}: published figures of {wording.plural(len(table), noun)} lie between "
            f"{wording.percent(lowest)} and {wording.percent(highest)}. Which of them differ can't be told without an "
            "interval. In alphabetical order, not a ranking."
        ),
        tables={"areas": table},
        provenance=published.provenance(
            question,
            f"{len(table)} published figures; their base is not published",
            [NO_INTERVAL],
            publication=str(rows["publication"].iloc[0]),
        ),
        caveats=(NO_INTERVAL, f"Shown is {rows['publication'].iloc[0]}."),
        panels=(
            Panel(
                label=f"All {noun}s · {len(table)}",
                value="",
                interval="",
                draw=partial(draw_rows, table.rename(columns={"name": "label"}), whole, 1.0, True),
                alt=f"{published.measure.label} by {noun}, {when}, without intervals",
            ),
        ),
        alt=headline,
    )


def _force_share(published: Published, month: str) -> float | None:
    own = published.figures
    own = own[(own["level"] == "force") & (own["month"] == month)]
    return None if own.empty else float(own["share"].iloc[0])


def _twelve(month: str, months: int) -> str:
    return (
        f"year to {wording.month(month)}" if months == 12 else wording.months(wording.earlier(month, months - 1), month)
    )


def _rolling(series: pd.DataFrame) -> str:
    months = int(series["months"].iloc[-1])
    return f"Each figure covers {months} months, so neighbouring figures share most of their answers."
