"""Crime and anti-social behaviour on the map: what is recorded for every 1,000 residents of each area."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import narwhals as nw

from analytics import wording
from analytics.findings.neighbourhoods import places
from analytics.findings.neighbourhoods.layers import Layer, NoLayer, elsewhere
from analytics.findings.neighbourhoods.rate_layers import YEAR, made_of, rates_of_counts
from analytics.scope import Scope
from data.cubes import CRIME_CUBE
from data.tables import CRIME
from data.vocabularies import forces as known_forces
from data.vocabularies import vocabulary

if TYPE_CHECKING:
    import pandas as pd

    from analytics.findings import Question
    from data.store import View

_NOUNS = {"crime": ("crime", "crimes"), "disorder": ("incident", "incidents")}
LAYERS_OF_CRIME = tuple(_NOUNS)
"""The layers that crime files tell of."""


@lru_cache(maxsize=8)
def forces(view: View) -> list[str]:
    """Forces with a file of crime that is counted by area."""
    if not view.has(CRIME_CUBE.name):
        return []
    held = view.current_loads
    return sorted(held.loc[held["table"] == CRIME.name, "subject"].unique())


@lru_cache(maxsize=64)
def months(view: View, force: str) -> list[str]:
    """Months for which a force has a file of crime, in order."""
    held = view.current_loads
    return sorted(held.loc[(held["table"] == CRIME.name) & (held["subject"] == force), "period"].unique())


def crime_layer(question: Question, scope: Scope, view: View) -> Layer:
    """Recorded crimes, or incidents of anti-social behaviour, for every 1,000 residents.

    Raises
    ------
    NoLayer
        Where no file is loaded for the year.
    """
    force, level, last = str(scope.force), str(scope.area_level), str(scope.to_month)
    every = wording.month_range(wording.earlier(last, YEAR - 1), last)
    held = [month for month in every if month in months(view, force)]
    if not held:
        raise NoLayer(f"{known_forces()[force]['short']} has no file of crime for {wording.months(every[0], last)}.")
    noun = _NOUNS[str(scope.layer)]
    cells = _cells(view, force, level, str(scope.layer))
    counts = cells.reindex(columns=held, fill_value=0)
    placed = counts.reindex(places.areas(view, force, level)["code"], fill_value=0)
    total = int(counts.to_numpy().sum())
    nowhere = total - int(placed.to_numpy().sum())
    span = wording.months(held[0], held[-1])
    loads = view.current_loads
    own = (loads["table"] == CRIME.name) & (loads["subject"] == force) & loads["period"].isin(held)
    return rates_of_counts(
        scope,
        view,
        placed,
        span=span,
        counted=noun,
        absent=f"no {noun[0]} is recorded",
        hidden=False,
        nowhere=nowhere,
        made=made_of(question, scope, view, loads[own], f"{wording.plural(total, *noun)}, {span}"),
        caveats=(
            *([elsewhere(nowhere, total, level, noun)] if nowhere else []),
            *_gaps(held),
            "Recorded is what was reported to the police or found by them, and not all that happened.",
            "Whoever it happened to need not live where it happened: centres and stations have few residents.",
        ),
    )


@lru_cache(maxsize=32)
def _cells(view: View, force: str, level: str, layer: str) -> pd.DataFrame:
    """What is recorded by area, as rows, and month, as columns; blank areas are a row of their own."""
    incidents = [row["value"] for row in vocabulary("crime_types").rows if row["crime"] == "no"]
    is_incident = nw.col("category").is_in(incidents)
    rows = view.rows(CRIME_CUBE.name).filter(
        nw.col("force") == force,
        nw.col("area_level") == level,
        is_incident if layer == "disorder" else ~is_incident,
    )
    counted = rows.group_by("area", "month").agg(nw.col("recorded").sum()).collect("pandas").to_native()
    counted["area"] = counted["area"].fillna("")
    return counted.pivot_table(index="area", columns="month", values="recorded", aggfunc="sum", fill_value=0)


def _gaps(held: list[str]) -> list[str]:
    absent = [month for month in wording.month_range(held[0], held[-1]) if month not in held]
    if not absent:
        return []
    return [f"No file for {wording.listing([wording.month(month) for month in absent])}: these months are left out."]
