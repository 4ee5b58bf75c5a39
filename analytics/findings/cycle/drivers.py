"""What goes with confidence, and with willingness to help: several answers taken together."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from analytics import charts, wording
from analytics.claims import Layer, claim_of
from analytics.finding import Finding, Mode, Panel
from analytics.findings.asked import question_of
from analytics.findings.cycle import fitted
from analytics.findings.cycle.fitted import Fit
from analytics.findings.refusal import refused
from analytics.findings.survey import estimates
from analytics.findings.survey.answers import UNANSWERABLE
from analytics.findings.tested import SIDES, chance_caveat, rule_of_tests
from analytics.records import records_of
from analytics.scope import Scope
from data.vocabularies.survey import measures

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping

    import pandas as pd
    import plotly.graph_objects as go

    from data.store import View

KEY = "cycle.drivers"
DRIVERS = ["driver", "effect", "low", "high", "share", "per_sd", "per_sd_low", "per_sd_high", "p_value", "se", "steps"]
METHOD = (
    "Weighted logit of a positive answer on the place of each answer on its scale, with areas, waves, age, sex, "
    "ethnicity and disability held equal where they are known (statsmodels' GLM with the sandwich of the design):"
    " average difference in the share for one step of a scale and for one standard deviation, 95 % intervals by "
    "Student's t. Shares: Shapley's, of what the answers add to McFadden's pseudo-R²."
)
REFERENCE = (
    "Binder 1983, International Statistical Review 51, 279; Williams 2012, The Stata Journal 12, 308; Grömping "
    "2007, The American Statistician 61, 139"
)
NO_ORDER = (
    "These are people compared at one time: whoever has confidence may also see the rest in a better light. Over "
    "time confidence went with other things than between people in the British Crime Survey."
)
BY_SHARE = (
    "The order is by share, which also counts how far people differ in their answers: where nearly all answer alike a "
    "step can be large and its share small."
)


def drivers(scope: Scope, view: View) -> Finding:
    """What goes with confidence and with willingness to help, everything else asked held equal."""
    question = question_of(drivers)
    try:
        fit = Fit.read(KEY, scope, view)
    except UNANSWERABLE as why:
        return refused(question, _empty(), scope, view, str(why))
    about = {str(row["outcome"]): row for row in records_of(fit.tables["about"])}
    tables = {name: _table(fit.tables[name]) for name in about}
    first, judged = records_of(tables["confidence"]), _judged(tables["confidence"])
    warnings = [_left_out(row) for row in about.values() if row["warning"]]
    base = "; ".join(
        f"{name}: {wording.plural(int(row['base']), 'person', 'people')} who answered every question"
        for name, row in about.items()
    )
    return Finding(
        key=question.key,
        question=question.asks,
        headline=_headline(judged),
        answer=(
            f"Of what these answers tell together, “{first[0]['driver']}” has the largest share, "
            f"{wording.percent(first[0]['share'])}. With one step up on its scale, confidence is "
            f"{'; '.join(map(_told, first[:3]))}, everything else asked held equal; {fit.span} "
            f"({wording.plural(int(about['confidence']['base']), 'person', 'people')})."
        ),
        tables={"drivers": tables["confidence"], **{n: t for n, t in tables.items() if n != "confidence"}},
        provenance=fit.provenance(question, base, [*rule_of_tests(judged), *warnings], METHOD, REFERENCE),
        caveats=(NO_ORDER, *_beside_influence(scope, view, first), BY_SHARE, *warnings, *chance_caveat(judged)),
        claim=claim_of(Layer.ASSOCIATION),
        panels=tuple(_panel(name, measures()[str(row["measure"])].label, tables[name]) for name, row in about.items()),
        alt=_headline(judged),
    )


def _beside_influence(scope: Scope, view: View, rows: list[dict[Hashable, Any]]) -> list[str]:
    """Why the part on influence has another figure for the same question, in a sentence; nothing where it has none."""
    try:
        force = records_of(Fit.read("cycle.influence", scope, view).tables["force"])[0]
    except UNANSWERABLE:
        return []
    own = next((row for row in rows if row["driver"] == measures()["influence"].label), None)
    if own is None:
        return []
    return [
        f"“{own['driver']}” has {wording.points(own['effect'], 1)} here, for one step of its scale and with the other "
        f"answers held equal. The part Influence has {wording.points(force['estimate'])} between everyone who can and "
        "everyone who can't, within areas but with nothing else held equal: what goes with the other answers is taken "
        "out here and not there."
    ]


def _left_out(row: Mapping[Hashable, Any]) -> str:
    """Of which outcome many people are left out, and how many."""
    label = measures()[str(row["measure"])].label
    return (
        f"“{label}”: {wording.percent(row['lost'])} of those who answered are left out, "
        f"as they did not answer every question; what is said rests on the other {wording.count(row['base'])}."
    )


def _table(held: pd.DataFrame) -> pd.DataFrame:
    """What goes with an outcome, the largest share first, questions by their names."""
    named = held.assign(driver=[_name(name) for name in held["driver"]])
    return named.sort_values("share", ascending=False, ignore_index=True)[DRIVERS]


def _name(driver: str) -> str:
    """A question by its name; of one of which fewer positive answers are better, that less of it is meant."""
    measure = measures()[driver]
    return measure.label if measure.higher_is_better else f"Less {measure.label[:1].lower()}{measure.label[1:]}"


def _judged(table: pd.DataFrame) -> pd.DataFrame:
    """The drivers with what each is called, all of them tested together."""
    return table.assign(verdict=estimates.called(table[["low", "high", "p_value"]], SIDES))


def _headline(judged: pd.DataFrame) -> str:
    clear = int((judged["verdict"] == SIDES.above).sum())
    if not clear:
        return "Nothing asked clearly goes with more confidence"
    verb = "goes" if clear == 1 else "go"
    return f"{clear} of {wording.plural(len(judged), 'question')} clearly {verb} with more confidence"


def _told(row: Mapping[Hashable, Any]) -> str:
    size = wording.points(row["effect"], 1)
    ends = wording.between(*(wording.signed(row[name] * 100, 1) for name in ("low", "high")))
    return f"{size} ({ends}) with {str(row['driver'])[:1].lower()}{str(row['driver'])[1:]}"


def _panel(name: str, label: str, table: pd.DataFrame) -> Panel:
    said = "; ".join(f"{row['driver']} {fitted.tenths(row, 'effect')}" for row in records_of(table))
    title = {"confidence": "What goes with confidence", "willingness": "What goes with willingness to help"}[name]
    return Panel(
        label=f"{title} ({label}), points a step; the largest share of what is told first",
        value="",
        interval="",
        draw=partial(_draw, table),
        alt=f"{title}: {said}",
    )


def _draw(table: pd.DataFrame, mode: Mode) -> go.Figure:
    return charts.gap_dots(table.rename(columns={"driver": "label", "effect": "gap"}), mode, "nothing")


def _empty() -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame({name: pd.Series(dtype="object" if name == "driver" else "Float64") for name in DRIVERS})
