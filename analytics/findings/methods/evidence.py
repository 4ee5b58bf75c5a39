"""What studies found that bears on the confidence cycle, on both sides."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analytics import wording
from analytics.finding import Finding
from analytics.findings.methods.listed import listed
from analytics.library.entries import SIDES, studies
from analytics.scope import Scope

if TYPE_CHECKING:
    import pandas as pd

    from data.store import View

_WORDS = {
    "supports": "speaks for a link",
    "qualifies": "qualifies it",
    "guidance": "cited by the guidance, not read",
}


def evidence(scope: Scope, view: View) -> Finding:
    """Every study with its reference, design, finding, limits and strength."""
    table = _table()
    number = {side: f"{sum(study.side == side for study in studies()):,}" for side in SIDES}
    return listed(
        evidence,
        view,
        headline="What studies found, for a link and against it",
        answer=(
            f"{wording.plural(len(table), 'entry', 'entries')}: {number['supports']} for a link of the cycle, "
            f"{number['qualifies']} that qualify one, and {number['guidance']} that the guidance cites and nobody read "
            "for this list; most show what goes together, few test what follows."
        ),
        tables={"studies": table},
        source=("analytics/library/evidence.toml", "The reference of each study stands with it"),
        caveats=(
            "These are other people's studies, in our words. Nothing of them is computed here, and none is about your "
            "force.",
            "A pilot and the national programme after it came out differently: read both sides before quoting one.",
        ),
    )


def _table() -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame([{**vars(study), "side": _WORDS[study.side]} for study in studies()])
