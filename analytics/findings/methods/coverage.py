"""How often the intervals that are shown held the truth where it was known, beside what they aim at."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from typing import TYPE_CHECKING

from analytics import charts, wording
from analytics.finding import Finding, Provenance
from analytics.findings.asked import question_of
from analytics.library.measured import (
    ABOVE,
    BELOW,
    INSTEAD,
    LEAST,
    NO_AIM,
    SHOWN,
    UNTOLD,
    WITHIN,
    Measured,
    measured,
)
from analytics.scope import Scope

if TYPE_CHECKING:
    import pandas as pd

    from data.store import View

COMMAND = "python -m benchmarks.coverage --write"
COUNTS = "disparity"
"""The part whose figures are withheld by what came out."""
FEW_SHOWN = 0.5
"""Share of the draws under which what is shown of them is told to be what came out large."""

_SAID = {
    WITHIN: "within it",
    BELOW: "misses it: too low",
    ABOVE: "misses it: too high",
    UNTOLD: f"shown in fewer than {LEAST} draws",
    NO_AIM: "",
}
"""What a row says of its aim."""
_BY_CHANCE = ", within chance"

KEY = (
    "Each mark is one simulated case. A filled dot is an interval as it is shown that holds the truth as often as it "
    "aims to, which is shaded; a diamond is one that does not. A hollow dot is an interval that ours takes the place "
    "of. A triangle at the left edge stands for less than 85 %."
)
DESIGN = (
    "Everything was measured on invented data whose truth is known. It says how intervals behave where chance is as it "
    "is there, not under every survey and in every force."
)


def coverage(scope: Scope, view: View) -> Finding:
    """Coverage of every interval, case by case, as it was measured."""
    question = question_of(coverage)
    rows = measured()
    aimed = [row for row in rows if _is_judged(row)]
    outside = [row for row in aimed if row.is_outside]
    headline = f"In {len(aimed) - len(outside):,} of {len(aimed):,} cases intervals hold the truth as they aim to"
    return Finding(
        key=question.key,
        question=question.asks,
        headline=headline,
        answer=_answer(aimed, outside),
        tables=_tables(),
        provenance=_provenance(rows, outside, view),
        caveats=(f"{KEY}{_later(rows)}", *_flagged(outside), *_few_shown(outside), DESIGN),
        chart_title="How often each interval held the truth",
        draw=lambda mode: charts.held_dots(_drawn(), mode),
        alt=f"How often 95 % intervals held the truth, case by case. {_each(aimed)}.",
    )


def _answer(aimed: Sequence[Measured], outside: Sequence[Measured]) -> str:
    """How many lie within their aim, and whose don't."""
    said = [f"{len(aimed) - len(outside):,} of {len(aimed):,} lie within what is aimed at"]
    for verdict, words in ((BELOW, "below it"), (ABOVE, "above it, wider than they need be")):
        missed = _by_figure(row for row in outside if row.verdict == verdict)
        if missed:
            counts = ", ".join(f"{figure.lower()} {len(rows):,}" for figure, rows in missed.items())
            said.append(f"{sum(map(len, missed.values())):,} {words} ({counts})")
    chance = sum(row.by_chance for row in outside)
    if chance:
        said.append(f"{chance:,} of these by no more than chance in the measurement explains")
    return f"Of 95 % intervals as they are shown, in simulated cases with a known truth, {'; '.join(said)}."


def _flagged(outside: Sequence[Measured]) -> tuple[str, ...]:
    """How many of those below are of intervals that say on the page what is wrong with them."""
    told = [row for row in outside if row.verdict == BELOW and "flagged" in row.interval]
    if not told:
        return ()
    return (
        f"{len(told):,} of those below the aim are of intervals of stop and search that are flagged on the page as by "
        "chance alone: too few searches or months are held to see how searches come in clumps.",
    )


def _few_shown(outside: Sequence[Measured]) -> tuple[str, ...]:
    """Why intervals of counts that are seldom shown miss their aim."""
    few = [row for row in outside if row.verdict == BELOW and row.given < FEW_SHOWN and row.part == COUNTS]
    number = sum("flagged" not in row.interval for row in few)
    if not number:
        return ()
    return (
        f"{number:,} more of those below it are of counts that under half of the draws show: a count under the "
        "threshold is withheld, so what is left of a small one is what came out large. The table has the same interval "
        "with nothing withheld.",
    )


def _later(rows: Sequence[Measured]) -> str:
    """Which figures are in the table and not in the drawing; empty where all are drawn."""
    seen = {row.figure for row in rows if row.use == SHOWN}
    unseen = [figure.lower() for figure in _by_figure(rows) if figure not in seen]
    return f" In the table alone: {wording.listing(unseen)}, which are on no page yet." if unseen else ""


def _each(aimed: Sequence[Measured]) -> str:
    return "; ".join(
        f"{figure}: {_ends(of)}, {_within(of)} of {wording.plural(len(of), 'case')} within {_aim(of[0])}"
        for figure, of in _by_figure(aimed).items()
    )


def _by_figure(rows: Iterable[Measured]) -> dict[str, list[Measured]]:
    held: dict[str, list[Measured]] = {}
    for row in rows:
        held.setdefault(row.figure, []).append(row)
    return held


def _within(rows: Sequence[Measured]) -> int:
    return sum(row.verdict == WITHIN for row in rows)


def _ends(rows: Sequence[Measured]) -> str:
    found = [row.coverage for row in rows]
    return wording.between(wording.tenths(min(found)), wording.tenths(max(found)))


def _aim(row: Measured) -> str:
    return wording.tenths_between(row.aim_low, row.aim_high)


@cache
def _tables() -> dict[str, pd.DataFrame]:
    rows = measured()
    missed = [row for row in rows if row.is_outside]
    return {
        "figures": _figures([row for row in rows if _is_judged(row)]),
        "outside": _cases(sorted(missed, key=lambda row: (row.use != SHOWN, row.verdict != BELOW))),
        "cases": _cases(rows),
        "tenths": _tenths([row for row in rows if row.deciles]),
    }


def _figures(rows: Sequence[Measured]) -> pd.DataFrame:
    """One row a figure: its aim, and where its cases lie."""
    import pandas as pd

    made = []
    for figure, aimed in _by_figure(rows).items():
        made.append(
            {
                "figure": figure,
                "aim_low": aimed[0].aim_low,
                "aim_high": aimed[0].aim_high,
                "cases": len(aimed),
                "cases_within": _within(aimed),
                "cases_below": sum(row.verdict == BELOW for row in aimed),
                "cases_above": sum(row.verdict == ABOVE for row in aimed),
                "lowest": min(row.coverage for row in aimed),
                "highest": max(row.coverage for row in aimed),
                "intervals": sum(row.intervals for row in aimed),
                "measured_on": aimed[0].measured_on,
            }
        )
    return pd.DataFrame(made)


def _cases(rows: Sequence[Measured]) -> pd.DataFrame:
    """One row a case and interval."""
    import pandas as pd

    names = ("figure", "interval", "use", "aim_low", "aim_high", "coverage", "error", "width", "width_is", "given")
    return pd.DataFrame(
        [
            {
                **{name: getattr(row, name) for name in names[:1]},
                "case": row.setting,
                **{name: getattr(row, name) for name in names[1:]},
                "intervals": row.intervals,
                "against_aim": _SAID[row.verdict] + (_BY_CHANCE if row.by_chance else ""),
                "measured_on": row.measured_on,
            }
            for row in rows
        ]
    )


def _tenths(rows: Sequence[Measured]) -> pd.DataFrame:
    """Coverage by tenth of the areas, by their true share."""
    import pandas as pd

    return pd.DataFrame(
        [
            {
                "case": row.setting,
                "interval": row.interval,
                "coverage": row.coverage,
                "width": row.width,
                **{f"tenth_{number}": held for number, held in enumerate(row.deciles, 1)},
            }
            for row in rows
        ]
    )


@cache
def _drawn() -> pd.DataFrame:
    """What is drawn: intervals that are shown and have an aim, and those that they take the place of."""
    import pandas as pd

    every = measured()
    seen = _by_figure(row for row in every if _is_judged(row))
    return pd.DataFrame(
        [
            {
                "label": f"{figure}\n{_within(aimed):,} of {len(aimed):,} within",
                "case": f"{figure}: {row.setting}",
                "interval": row.interval,
                "coverage": row.coverage,
                "given": row.given,
                "aim_low": aimed[0].aim_low,
                "aim_high": aimed[0].aim_high,
                "outside": row.is_outside,
                "hollow": row.use == INSTEAD,
            }
            for figure, aimed in seen.items()
            for row in every
            if row.figure == figure and (row.use == INSTEAD or _is_judged(row)) and row.intervals
        ]
    )


def _is_judged(row: Measured) -> bool:
    """Whether the interval is on pages, has an aim, and was given often enough to be held against it."""
    return row.use == SHOWN and row.verdict in (WITHIN, BELOW, ABOVE)


def _provenance(rows: Sequence[Measured], outside: Sequence[Measured], view: View) -> Provenance:
    days = list(dict.fromkeys(row.measured_on for row in rows))
    when = wording.listing([wording.day(day) for day in days])
    return Provenance(
        release=view.release.number if view.release else 0,
        files=(),
        scope={},
        base=f"{len(rows):,} rows of {sum(row.intervals for row in rows):,} intervals",
        weights="As each case says",
        method=(
            "Simulation: data are drawn from a known truth, figures are made of them by the code of the pages, what "
            "the rules withhold is left out, and the intervals that hold the truth are counted. Measured on "
            f"{when} with “{COMMAND}”; analytics/library/coverage.csv holds the rows, and a test that there is one for "
            "every case."
        ),
        reference=(
            "Morris, White and Crowther 2019, Statistics in Medicine 38, 2074 (simulation studies and their Monte "
            "Carlo error); what is aimed at: docs/methods.md and docs/survey-methods.md"
        ),
        rules=tuple(
            f"{figure}: {len(missed):,} of its cases miss what is aimed at"
            for figure, missed in _by_figure(outside).items()
        ),
        settings={"Rules that withhold": "as they are by default"},
    )
