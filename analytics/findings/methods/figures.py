"""How every figure is made: one row a question, and how often its intervals held the truth."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analytics import wording
from analytics.finding import Finding
from analytics.findings.methods.listed import listed
from analytics.findings.methods.withheld import limits
from analytics.library.entries import Method, methods
from analytics.scope import Scope

if TYPE_CHECKING:
    import pandas as pd

    from data.store import View


def figures(scope: Scope, view: View) -> Finding:
    """The method of every question, and the measured coverage of its intervals."""
    held, table = _coverage(), _methods()
    with_interval = int((table["measured"] != "").sum())
    return listed(
        figures,
        view,
        headline="How every figure is made, and what checks it",
        answer=(
            f"{wording.plural(len(table), 'question')}, each with its formula, its source, the code that makes it and "
            f"when it is refused; the intervals of {with_interval:,} of them have been held against a known truth, in "
            f"{wording.plural(len(held), 'case')}."
        ),
        tables={"methods": table, "coverage": held},
        source=("analytics/library/methods.toml", "Formulas in full: docs/methods.md and docs/survey-methods.md"),
        caveats=(
            "Coverage was measured on invented data whose truth is known, for intervals that should hold it in 95 of "
            "100 cases. It says how intervals behave under that design, not under every design. Every case that was "
            "measured is drawn at the end of this part.",
        ),
    )


def _methods() -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame(
        [{"key": key, "page": _page(key), "question": _asks(key), **_row(method)} for key, method in methods().items()]
    )


def _page(key: str) -> str:
    """The page that a question is asked on, which the first part of its key names."""
    part = key.partition(".")[0]
    return "Data and methods" if part in ("data", "methods") else part.replace("_", " ").capitalize()


def _row(method: Method) -> dict[str, str]:
    written = {name: value for name, value in vars(method).items() if name != "coverage"}
    named = limits()
    return {name: value.format(**named) if name in ("refuses", "formula") else value for name, value in written.items()}


def _asks(key: str) -> str:
    from analytics.findings import QUESTIONS  # It imports this module.

    return QUESTIONS[key].asks


def _coverage() -> pd.DataFrame:
    import pandas as pd

    rows = [(key, one.case, one.held) for key, method in methods().items() for one in method.coverage]
    return pd.DataFrame(rows, columns=["key", "case", "held"])
