"""Why a find rate can't show where searching begins: bars of two groups that differ, and the same rates."""

from __future__ import annotations

from functools import lru_cache, partial
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from analytics import charts, wording
from analytics.disparity import Risks, risks_behind, searches_above
from analytics.finding import Finding, Panel, Provenance
from analytics.findings.asked import question_of
from analytics.findings.stop_and_search.shared import FAIRNESS
from analytics.scope import Scope

if TYPE_CHECKING:
    import pandas as pd
    import plotly.graph_objects as go

    from analytics.finding import Mode
    from data.store import View

FIRST, SECOND = "first group", "second group"
FIRST_BAR = 0.30
SECOND_BARS = tuple(percent / 100 for percent in range(20, 37, 2))
SEARCHED, FOUND = (0.7115, 0.6406), (0.3931, 0.4418)
"""Search rates and find rates of the two groups, of a published example."""

_CHANCES = np.linspace(0.005, 0.995, 199)


class _World(NamedTuple):
    """A bar and the risks of each group, the first one first."""

    bars: tuple[float, float]
    risks: tuple[Risks, Risks]


def bars(scope: Scope, view: View) -> Finding:
    """Bars of two groups that all give the same search rates and find rates: an invented example."""
    question = question_of(bars)
    same = _rates()
    answer = (
        f"{same[0].upper()}{same[1:]}: that is so with the second group's bar at {_percent(SECOND_BARS[0])}, below the "
        f"first group's {_percent(FIRST_BAR)}, as well as at {_percent(SECOND_BARS[-1])}, above it."
    )
    return Finding(
        key=question.key,
        question=question.asks,
        headline="The same rates, whichever bar is the lower: an invented example",
        answer=answer,
        tables={"bars": _table()},
        provenance=Provenance(
            release=view.release.number if view.release else 0,
            files=(),
            scope={},
            base=f"{len(SECOND_BARS)} invented pairs of groups; nothing is counted",
            weights="None",
            method=(
                "Chances of carrying something have a beta distribution in each group, and everybody above the bar is "
                "searched. For each bar the distribution is solved that gives the two rates."
            ),
            reference=(
                "Simoiu, Corbett-Davies and Goel 2017, Annals of Applied Statistics 11, 1193: rates of their "
                "example, whose bars of the second group are 35 and 25 %"
            ),
        ),
        caveats=(
            "What differs from bar to bar is how likely people of the second group are to carry something, and nobody "
            "knows.",
            "The bar is the chance of a find above which everybody is searched. Real searches do not follow one bar, "
            "and nobody knows the chances of people who were not searched.",
            FAIRNESS,
        ),
        panels=_panels(),
        alt=answer,
    )


def _rates() -> str:
    (searched, other), (found, other_found) = ([_percent(share) for share in pair] for pair in (SEARCHED, FOUND))
    return (
        f"{searched} of a first group and {other} of a second are searched, and {found} and {other_found} of these "
        "searches find something"
    )


def _percent(share: float) -> str:
    return wording.percent(share)


@lru_cache(maxsize=1)
def _worlds() -> tuple[_World, ...]:
    first = risks_behind(FIRST_BAR, SEARCHED[0], FOUND[0])
    return tuple(_World((FIRST_BAR, bar), (first, risks_behind(bar, SEARCHED[1], FOUND[1]))) for bar in SECOND_BARS)


def _table() -> pd.DataFrame:
    """One row a bar of the second group; rates are those above the bars, not those that were asked for."""
    import pandas as pd

    rows = []
    for world in _worlds():
        row: dict[str, float] = {}
        for name, bar, risks in zip(("", "second_"), world.bars, world.risks, strict=True):
            above = searches_above(bar, *risks)
            figures = (bar, *risks, *above)
            names = ("bar", "mean_chance", "concentration", "search_rate", "find_rate")
            row |= {f"{name}{figure}": value for figure, value in zip(names, figures, strict=True)}
        rows.append(row)
    return pd.DataFrame(rows)


@lru_cache(maxsize=1)
def _panels() -> tuple[Panel, ...]:
    ceiling = 1.1 * max(float(risks.density(_CHANCES).max()) for world in _worlds() for risks in world.risks)
    return tuple(
        Panel(
            label=wording.percent(world.bars[1]),
            value="",
            interval="",
            draw=partial(_draw, world, ceiling),
            alt=(
                f"How likely people are to carry something: in the first group {_spread(world, 0)}, in the second "
                f"{_spread(world, 1)}. {_rates()}."
            ),
        )
        for world in _worlds()
    )


def _spread(world: _World, place: int) -> str:
    return f"{_percent(world.risks[place].mean)} on average, searched above {_percent(world.bars[place])}"


def _draw(world: _World, ceiling: float, mode: Mode) -> go.Figure:
    first, second = (
        charts.RiskCurve(name, _CHANCES.tolist(), risks.density(_CHANCES).tolist(), bar)
        for name, bar, risks in zip((FIRST, SECOND), world.bars, world.risks, strict=True)
    )
    return charts.risk_curves(first, second, mode, ceiling=ceiling)
