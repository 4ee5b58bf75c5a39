"""Studies of the links of the cycle as cards, both sides beside each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analytics import wording
from analytics.finding import Card, Finding, Line
from analytics.findings.methods.listed import listed
from analytics.library.entries import Study
from analytics.library.entries import studies as every_study
from analytics.scope import Scope

if TYPE_CHECKING:
    import pandas as pd

    from data.store import View

USED = "Confidence cycle"
"""What the library says of a study that stands on this page."""

_SIDES = {"supports": "Speaks for a link.", "qualifies": "Qualifies one."}


def studies(scope: Scope, view: View) -> Finding:
    """What the studies that speak most plainly for and against the links of the cycle found."""
    chosen = [study for study in every_study() if USED in study.used]
    number = {side: sum(study.side == side for study in chosen) for side in _SIDES}
    found = listed(
        studies,
        view,
        headline="What studies found, for a link and against it",
        answer=(
            f"{wording.plural(number['supports'], 'study', 'studies')} that speak for a link of the cycle and "
            f"{number['qualifies']} that qualify one; a pilot and the national programme after it came out differently."
        ),
        tables={"studies": _table(chosen)},
        source=("analytics/library/evidence.toml", "The reference of each study stands with it"),
        caveats=("These are other people's studies, in our words, and none is about your force.",),
    )
    return Finding(**{**vars(found), "cards": tuple(map(_card, chosen))})


def _card(study: Study) -> Card:
    return Card(
        title=study.reference.partition(")")[0] + ")",
        lines=(
            Line(bold=_SIDES[study.side], text=study.found),
            Line(bold="How.", text=study.design),
            Line(bold="What it can't say.", text=study.limits),
        ),
        note=study.strength,
    )


def _table(chosen: list[Study]) -> pd.DataFrame:
    import pandas as pd

    names = ("reference", "year", "stage", "design", "found", "limits", "strength")
    rows = [{"side": _SIDES[study.side].removesuffix(".").lower(), **vars(study)} for study in chosen]
    return pd.DataFrame(rows, columns=["side", *names])
