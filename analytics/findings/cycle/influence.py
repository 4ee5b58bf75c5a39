"""Confidence of people who can influence what the police give priority to, against those who can't."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from analytics import wording
from analytics.claims import Layer, claim_of
from analytics.finding import Finding, Panel
from analytics.findings.asked import question_of
from analytics.findings.cycle import fitted, joint
from analytics.findings.cycle.fitted import Fit
from analytics.findings.refusal import refused
from analytics.findings.survey.answers import UNANSWERABLE
from analytics.records import records_of
from analytics.scope import Scope
from data.settings import settings
from data.vocabularies.survey import measures

if TYPE_CHECKING:
    from collections.abc import Hashable

    import pandas as pd

    from data.store import View

KEY = "cycle.influence"
AREAS = ["area", "name", "estimate", "low", "high", "base_can", "base_cannot", "own", "flag"]
CAN, CANNOT = "can influence priorities", "can't"
METHOD = (
    "Weighted shares with confidence among people who say that they can influence local priorities and those who "
    "say they can't; their difference within areas, averaged over areas, by Taylor linearisation over every "
    "sampled unit. Of an area: its own difference drawn towards that of all areas, the more so the fewer its "
    "answers (Fay and Herriot). 95 % intervals."
)
REFERENCE = (
    "Fay and Herriot 1979, JASA 74, 269; Rao and Molina 2015, Small Area Estimation, 5; Angrist 1998, "
    "Econometrica 66, 249"
)
DRAWN = (
    "The table has every area, in alphabetical order, not a ranking. The figure of one with few answers lies near that "
    "of all areas; “Own answers” says how much of it is the area's."
)
NO_ORDER = "People with confidence may be readier to say that they have influence: nobody was asked before and after."


def influence(scope: Scope, view: View) -> Finding:
    """Confidence of those who can influence priorities less that of those who can't, in the force and its areas."""
    question = question_of(influence)
    try:
        fit = Fit.read(KEY, scope, view)
    except UNANSWERABLE as why:
        return refused(question, _empty(), scope, view, str(why))
    force = records_of(fit.tables["force"])[0]
    shares = {float(row["can"]): row for row in records_of(fit.tables["shares"])}
    areas = _areas(fit)
    label = measures()[str(fit.about["measure"])].label
    base = sum(int(row["base"]) for row in shares.values())
    gap: dict[Hashable, Any] = {"strength": force["estimate"], "low": force["low"], "high": force["high"]}
    clear = force["low"] > 0 or force["high"] < 0
    side = "more" if force["estimate"] > 0 else "less"
    return Finding(
        key=question.key,
        question=question.asks,
        headline=(
            f"Confidence goes with influence: {side} often among those who have it"
            if clear
            else "Confidence does not clearly go with influence on priorities"
        ),
        answer=(
            f"Within areas, confidence differs by {fitted.points(gap)} between people who can influence local "
            f"priorities ({wording.percent(shares[1.0]['estimate'])}) and those who can't "
            f"({wording.percent(shares[0.0]['estimate'])}); {fit.span} ({wording.plural(base, 'answer')})."
        ),
        tables={"areas": areas, "force": _whole(force, shares)},
        provenance=fit.provenance(question, wording.plural(base, "answer"), _hidden(areas), METHOD, REFERENCE),
        caveats=(NO_ORDER, *_beside_drivers(scope, view), DRAWN, f"Confidence: {label}. {_varies(areas)}."),
        claim=claim_of(Layer.ASSOCIATION),
        panels=(_panel(f"{label}, by influence on local priorities", shares),),
        alt=f"Difference in confidence with influence. {_varies(areas)}.",
    )


def _beside_drivers(scope: Scope, view: View) -> list[str]:
    """Why the drivers have another figure for the same question, in a sentence; nothing where they have none."""
    try:
        rows = records_of(Fit.read("cycle.drivers", scope, view).tables["confidence"])
    except UNANSWERABLE:
        return []
    own = next((row for row in rows if row["driver"] == "influence"), None)
    if own is None:
        return []
    return [
        "Areas alone are held equal here. The part What goes with confidence has "
        f"{wording.points(own['effect'], 1)} for the same question, for one step of its scale and with the other "
        "answers held equal: what goes with those, such as being listened to or treated fairly, is taken out there "
        "and not here."
    ]


def _areas(fit: Fit) -> pd.DataFrame:
    """Every area by name, numbers of answers withheld where either is small: the other would give it away."""
    held, names = fit.tables["areas"], fit.names
    small = (held[["base_can", "base_cannot"]] < settings().threshold).any(axis=1).to_numpy()
    table = held.assign(
        name=[names.get(str(code), str(code)) for code in held["area"]],
        **{name: held[name].astype("Int64").mask(small) for name in ("base_can", "base_cannot")},
        flag=np.where(small, "few answers: mostly the figure of all areas", "").astype(object),
    )
    return table.sort_values("name", ignore_index=True)[AREAS]


def _whole(force: dict[Hashable, Any], shares: dict[float, dict[Hashable, Any]]) -> pd.DataFrame:
    import pandas as pd

    rows = [
        {"what": what, **{name: shares[place][name] for name in ("estimate", "low", "high", "base")}}
        for place, what in ((1.0, CAN), (0.0, CANNOT))
    ]
    rows.append({"what": "difference within areas", **{name: force[name] for name in ("estimate", "low", "high")}})
    return pd.DataFrame(rows, columns=["what", "estimate", "low", "high", "base"])


def _hidden(areas: pd.DataFrame) -> list[str]:
    few = int(areas["base_can"].isna().sum())
    return [f"Numbers of answers of {wording.plural(few, 'area')} withheld"] if few else []


def _varies(areas: pd.DataFrame) -> str:
    ends = wording.points_between(float(areas["estimate"].min()), float(areas["estimate"].max()))
    return f"Over {wording.plural(len(areas), 'area')} the difference goes from {ends}"


def _panel(label: str, shares: dict[float, dict[Hashable, Any]]) -> Panel:
    """Both shares with their intervals."""
    import pandas as pd

    rows = [{**shares[place], "group": name, "flag": ""} for place, name in ((1.0, CAN), (0.0, CANNOT))]
    return joint.panel(label, pd.DataFrame(rows), ["Can influence", "Can't"])


def _empty() -> pd.DataFrame:
    import pandas as pd

    texts = {"area", "name", "flag"}
    return pd.DataFrame({name: pd.Series(dtype="object" if name in texts else "Float64") for name in AREAS})
