"""From fair treatment to cooperation: what goes along the chain of the guidance, and what goes past it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from analytics import charts, wording
from analytics.claims import Layer, claim_of
from analytics.finding import Finding
from analytics.findings.asked import question_of
from analytics.findings.cycle.fitted import Fit
from analytics.findings.refusal import refused
from analytics.findings.survey.answers import UNANSWERABLE
from analytics.records import records_of
from analytics.scope import Scope

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping

    import pandas as pd

    from data.store import View

KEY = "cycle.paths"
PATHS = ["from", "to", "kind", "through", "coefficient", "low", "high", "se", "p_value"]
METHOD = (
    "Weighted linear regressions of each score on those before it, with areas, waves, age, sex, ethnicity and "
    "disability taken out where they are known; coefficients in standard deviations, indirect paths as products, "
    "variances by the delta method with Taylor linearisation over every sampled unit, 95 % intervals by Student's"
    " t."
)
REFERENCE = (
    "Alwin and Hauser 1975, American Sociological Review 40, 37; Sobel 1982, Sociological Methodology 13, 290; "
    "Deville 1999, Survey Methodology 25, 193"
)
ASSUMED = (
    "The order of the chain is that of the guidance. It is assumed, not found: every order fits these answers "
    "equally well, and nobody was asked before and after."
)


def paths(scope: Scope, view: View) -> Finding:
    """Direct and indirect paths from fair treatment through trust and legitimacy to cooperation."""
    question = question_of(paths)
    try:
        fit = Fit.read(KEY, scope, view)
    except UNANSWERABLE as why:
        return refused(question, _empty(), scope, view, str(why))
    table, about = fit.tables["paths"][PATHS].reset_index(drop=True), fit.about
    rows = records_of(table)
    chain = str(about["chain"]).split(", ")
    ends = [row for row in rows if (row["from"], row["to"]) == (chain[0], chain[-1])]
    whole = {
        "direct": next(row for row in ends if row["kind"] == "direct"),
        "indirect": next(row for row in ends if row["kind"] == "indirect" and row["through"] == "all"),
        "total": next(row for row in ends if row["kind"] == "total"),
    }
    passed = str(about["missing"])
    base = wording.plural(int(about["base"]), "person", "people")
    return Finding(
        key=question.key,
        question=question.asks,
        headline=_headline(chain, whole),
        answer=(
            f"Where {chain[0]} is one standard deviation higher, {chain[-1]} is {_told(whole['total'])} of its own "
            f"standard deviations: {_told(whole['indirect'])} along the chain and {_told(whole['direct'])} past it; "
            f"{fit.span} ({base})."
        ),
        tables={"paths": table},
        provenance=fit.provenance(question, base, [f"Order assumed: {', '.join(chain)}"], METHOD, REFERENCE),
        caveats=(
            ASSUMED,
            *([f"Not asked, and passed over: {passed}."] if passed else []),
        ),
        claim=claim_of(Layer.ASSOCIATION),
        chart_title="What goes along the chain, and what past it",
        draw=partial(charts.chain, chain, _steps(rows, chain), below=_below(whole, passed)),
        alt="; ".join(
            [*(f"{row['from']} to {row['to']} {_told(row)}" for row in _steps(rows, chain)), *_below(whole, passed)]
        ),
    )


def _steps(rows: list[dict[Hashable, Any]], chain: list[str]) -> list[dict[Hashable, Any]]:
    """The direct paths, in the order of the chain."""
    direct = [row for row in rows if row["kind"] == "direct"]
    return sorted(direct, key=lambda row: (chain.index(str(row["from"])), chain.index(str(row["to"]))))


def _below(whole: Mapping[str, Mapping[Hashable, Any]], passed: str) -> list[str]:
    """What goes along the chain and past it, and which of its stages nobody was asked of."""
    said = [f"{words} {_told(whole[kind])}" for kind, words in (("indirect", "Along the chain"), ("direct", "Past it"))]
    return [*said, *([f"Not asked: {passed}"] if passed else [])]


def _headline(chain: list[str], whole: Mapping[str, Mapping[Hashable, Any]]) -> str:
    along, past = (whole[kind]["low"] > 0 for kind in ("indirect", "direct"))
    name = f"{chain[0].capitalize()} goes with {chain[-1]}"
    if along and past:
        return f"{name}, along the chain and past it"
    if along or past:
        return f"{name}, {'along the chain' if along else 'not along the chain'}"
    return f"{chain[0].capitalize()} does not clearly go with {chain[-1]}"


def _told(row: Mapping[Hashable, Any]) -> str:
    value, low, high = (float(row[name]) for name in ("coefficient", "low", "high"))
    return f"{wording.signed(value, 2)} ({wording.signed(low, 2)} to {wording.signed(high, 2)})"


def _empty() -> pd.DataFrame:
    import pandas as pd

    texts = {"from", "to", "kind", "through"}
    return pd.DataFrame({name: pd.Series(dtype="object" if name in texts else "Float64") for name in PATHS})
