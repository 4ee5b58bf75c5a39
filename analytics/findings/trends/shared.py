"""What the questions of trends have in common: columns, verdicts, rules, and how a figure is said."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from analytics import charts, wording
from analytics.finding import Mode
from analytics.findings.survey import choices, estimates
from analytics.findings.survey.answers import Answers
from analytics.findings.tested import SIDES

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping, Sequence

    import pandas as pd
    import plotly.graph_objects as go


TREND = ["wave", "label", "month", "starts", "ends", *estimates.FIGURES, "broken"]
_AGAINST = ["difference", "difference_low", "difference_high", "p_value", "verdict"]
GROUPS = ["group", "period", *estimates.FIGURES, *_AGAINST]
AREAS = ["area", "name", *GROUPS[1:]]
_MANY = 12


def marked(marks: Sequence[charts.Mark]) -> str:
    """How many notes a chart marks, behind a comma."""
    return f", {wording.plural(len(marks), 'note')} marked" if marks else ""


def number_of_answers(row: Mapping[Any, Any]) -> str:
    """The base of a figure in words."""
    return "Few answers" if wording.missing(row["base"]) else wording.plural(int(row["base"]), "answer")


def share(row: Mapping[Any, Any]) -> str:
    """A share with its interval and base, or why there is none."""
    if wording.missing(row["estimate"]):
        return str(row["flag"])
    if wording.missing(row["low"]):
        return wording.percent(row["estimate"])
    base = "number of answers withheld" if wording.missing(row["base"]) else number_of_answers(row)
    return f"{wording.percent(row['estimate'])} ({wording.percent_between(row['low'], row['high'])}, {base})"


def size_of_change(row: Mapping[Hashable, Any]) -> str:
    """A change with its interval: ``−7 points (−11 to −2)``."""
    span = wording.points_between(row["change_low"], row["change_high"]).removesuffix(" points")
    return f"{wording.points(row['change'])} ({span})"


def area_name(answers: Answers) -> str:
    """The name of the area that is asked about."""
    return choices.names(answers.view, answers.force, answers.survey)[str(answers.scope.area)]


def break_caveats(table: pd.DataFrame) -> list[str]:
    """Where a series breaks, for caveats."""
    return [
        f"{broken.capitalize()} from {_began(label, starts, before)}: do not compare across the dashed line."
        for label, starts, broken, before in zip(
            table["label"], table["starts"], table["broken"], table["ends"].shift(fill_value=""), strict=True
        )
        if broken
    ]


def _began(label: str, starts: str, before: str) -> str:
    """When a point began; a year, which is called by its end, with its first month, unless years overlap there."""
    if not label.startswith("year to"):
        return label
    return wording.month(starts[:7]) if starts > before else f"the {label}"


def sides(table: pd.DataFrame) -> list[str]:
    """Above, below or not clearly different for each row, with the false-discovery rate over all."""
    names = {"difference_low": "low", "difference_high": "high"}
    return estimates.called(table[[*names, "p_value"]].rename(columns=names), SIDES)


def draw_rows(
    rows: pd.DataFrame, whole: Mapping[Hashable, Any], ceiling: float, welcome: bool, mode: Mode
) -> go.Figure:
    """Shares one below the other against the whole; of many that are not clearly different, quietly."""
    quiet = len(rows) > _MANY and set(rows["verdict"]) == {SIDES.neither}
    return charts.share_rows(rows, whole, mode, ceiling=ceiling, welcome=welcome, quiet=quiet)


def empty(columns: list[str]) -> pd.DataFrame:
    """A table without rows."""
    import pandas as pd

    texts = {"wave", "label", "month", "starts", "ends", "flag", "broken", "group", "verdict", "area", "name"}
    return pd.DataFrame({c: pd.Series(dtype="object" if c in texts else "Float64") for c in columns})
