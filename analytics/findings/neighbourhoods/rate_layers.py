"""Searches and engagement on the map: events for every 1,000 residents of each area, against the rest of the force."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from analytics import wording
from analytics.disclosure import LEAST_OF_A_SHARE, withhold, without_rates_of_few
from analytics.disparity import AreaRates, area_rates, poisson_interval
from analytics.disparity.dispersion import MINIMUM_PERIODS
from analytics.finding import Provenance, files_of
from analytics.findings.engagement import choices as engagement_choices
from analytics.findings.neighbourhoods import places
from analytics.findings.neighbourhoods.edge_ranges import ranged
from analytics.findings.neighbourhoods.layers import FIGURES, Layer, NoLayer, elsewhere, rates_between, refuse_unplaced
from analytics.findings.neighbourhoods.places import People
from analytics.findings.residents import NoResidents
from analytics.findings.searches import Searches
from analytics.findings.survey import estimates
from analytics.findings.tested import SIDES, rule_of_tests
from analytics.maps import RATES
from analytics.scope import LAYERS, Scope
from data.settings import settings
from data.store import whole_subjects
from data.tables import EVENTS
from data.vocabularies import forces

if TYPE_CHECKING:
    import pandas as pd

    from analytics.findings import Question
    from data.store import View

PER = 1000
METHOD = (
    "Events for every 1,000 residents of the area over the months of the period. 95 % interval: mid-P Poisson, widened "
    "by how far the area's events vary from month to month. Against all other areas together: the difference month by "
    "month, never narrower than chance alone."
)
REFERENCE = (
    "Cohen and Yang 1994, Statistics in Medicine 13, 2189; Zou and Donner 2008, Statistics in Medicine 27, 1693; "
    "Cameron and Miller 2015, Journal of Human Resources 50, 317"
)
YEAR = 12
"""Months of a layer's period."""


def searches_layer(question: Question, scope: Scope, view: View) -> Layer:
    """Searches of persons for every 1,000 residents.

    Raises
    ------
    ScopeError, NoSearches, NoLayer
        With the reason, where there are none.
    """
    force, level = str(scope.force), str(scope.area_level)
    searches = Searches.of(Scope(force=force, to_month=scope.to_month, area_level=level), view)
    cells = searches.cells
    counts = cells.groupby(["area", "month"])["stops"].sum().unstack("month", fill_value=0)
    counts = counts.reindex(columns=searches.months, fill_value=0)
    placed = counts.reindex(places.areas(view, force, level)["code"], fill_value=0)
    nowhere = searches.total - int(placed.to_numpy().sum())
    made = searches.provenance(question, METHOD, REFERENCE, [])
    layer = rates_of_counts(
        scope,
        view,
        placed,
        span=searches.span,
        counted=("search", "searches"),
        absent="no search is recorded",
        hidden=True,
        nowhere=nowhere,
        made=replace(made, scope=scope.only(question.takes).address()),
        caveats=(
            *([elsewhere(nowhere, searches.total, level)] if nowhere else []),
            *searches.gaps(),
            "A search is an event, not a person, and the people searched need not live where they are searched.",
            "Places are published map points near the search.",
        ),
    )
    people, _ = _people(view, force, level, searches.months[0], searches.months[-1])
    if people is None:
        return layer
    residents = people.total.reindex(placed.index, fill_value=0).to_numpy(dtype=float)
    return ranged(layer, searches, (), lambda near: near.rates(residents, PER))


def engagement_layer(question: Question, scope: Scope, view: View) -> Layer:
    """Engagement events, or the participations in them, for every 1,000 residents.

    Raises
    ------
    ScopeError, NoLayer
        With the reason, where there are none.
    """
    force, level, last = str(scope.force), str(scope.area_level), str(scope.to_month)
    months = wording.month_range(wording.earlier(last, YEAR - 1), last)
    held = engagement_choices.months(view, force)
    months = [month for month in months if held[0] <= month <= held[-1]]
    span = wording.months(months[0], months[-1]) if months else wording.month(last)
    every = engagement_choices.placed_events(view, force)
    chosen = every[every["month"].isin(months)]
    if chosen.empty:
        raise NoLayer(f"No engagement event of {forces()[force]['short']} is loaded for {span}.")
    of_people = scope.layer == "participations"
    own = places.areas(view, force, level)
    number = chosen["participants"].fillna(0).astype("int64") if of_people else 1
    cells = chosen.assign(area=places.lifted(view, force, level, chosen["area"]), number=number)
    counts = cells.groupby(["area", "month"])["number"].sum().unstack("month", fill_value=0)
    placed = counts.reindex(index=own["code"], columns=months, fill_value=0).fillna(0).astype("int64")
    total, noun = int(cells["number"].sum()), ("participation", "participations") if of_people else ("event", "events")
    nowhere, uncounted = total - int(placed.to_numpy().sum()), int(chosen["participants"].isna().sum())
    loads = view.current_loads
    of_log = (loads["table"] == EVENTS.name) & (whole_subjects(loads) == force)
    return rates_of_counts(
        scope,
        view,
        placed,
        span=span,
        counted=noun,
        absent=f"no {noun[0]} is recorded",
        hidden=False,
        nowhere=nowhere,
        made=made_of(question, scope, view, loads[of_log], f"{wording.plural(total, *noun)}, {span}"),
        caveats=(
            *([elsewhere(nowhere, total, level, noun)] if nowhere else []),
            *([_uncounted(uncounted)] if of_people and uncounted else []),
            *(["A participation is counted, not a person: whoever comes twice counts twice."] if of_people else []),
            "People may go to an event outside the area where they live.",
        ),
    )


def rates_of_counts(
    scope: Scope,
    view: View,
    counts: pd.DataFrame,
    *,
    span: str,
    counted: tuple[str, str],
    absent: str,
    hidden: bool,
    nowhere: int,
    made: Provenance,
    caveats: tuple[str, ...],
) -> Layer:
    """The layer of rates that counts make.

    Parameters
    ----------
    counts
        Shape (areas, months); index: GSS code of every area that is drawn.
    counted, absent
        What is counted, one and many, and what is said of an area without any.
    hidden
        Whether counts under the threshold are withheld; of others only the rates of few are not given.
    nowhere
        How many are counted in no area that is drawn.
    made
        How the counts were made; files of residents are added.

    Raises
    ------
    NoLayer
        Where most of what is counted lies in no area.
    """
    force, level = str(scope.force), str(scope.area_level)
    first, last = (str(counts.columns[0]), str(counts.columns[-1])) if len(counts.columns) else ("", "")
    people, why = _people(view, force, level, first, last)
    if people is not None:
        placed = int(counts.to_numpy().sum())
        refuse_unplaced(placed, placed + nowhere, level, counted)
    # NaN where they are not known.
    residents = np.zeros(len(counts)) if people is None else people.total.reindex(counts.index, fill_value=0).to_numpy()
    found = area_rates(counts.to_numpy(), np.nan_to_num(residents), PER)
    table = _table(counts, residents, found, counted, hidden, why)
    whole = _whole(counts, residents)
    left_out = int(counts.to_numpy()[~(residents > 0)].sum()) if people else 0
    table["position"] = table["estimate"].to_numpy(dtype=float, na_value=np.nan) / whole["estimate"]
    half = (table["high"] - table["low"]).to_numpy(dtype=float, na_value=np.nan) / 2
    estimate = table["estimate"].to_numpy(dtype=float, na_value=np.nan)
    # A rate of 0 has no half width of its own size: that of the force stands in.
    table["half"] = half / np.where(estimate > 0, estimate, whole["estimate"])
    return Layer(
        table=table,
        whole=whole,
        scheme=RATES,
        label=LAYERS[str(scope.layer)],
        span=span,
        write=wording.rate,
        write_between=rates_between,
        counted=counted,
        absent=absent,
        made=replace(
            made,
            files=tuple(dict.fromkeys([*made.files, *_files(view, people)])),
            rules=(*made.rules, *rule_of_tests(table), *_hidden_rule(table)),
        ),
        caveats=(
            *([why] if people is None else people.caveats()),
            *([_without_residents(left_out, level, counted)] if left_out else []),
            *_short(len(counts.columns)),
            *caveats,
        ),
        of=f"in all {level}s {'with known residents ' if people else ''}together",
        headline=None if people else lambda areas, below, above: f"{areas}: counts alone, no residents are loaded",
    )


def _table(
    counts: pd.DataFrame,
    residents: np.ndarray[Any, Any],
    found: AreaRates,
    counted: tuple[str, str],
    hidden: bool,
    why: str,
) -> pd.DataFrame:
    import pandas as pd

    total = counts.to_numpy().sum(axis=1)
    figures = {
        name: getattr(found, name)
        for name in ("estimate", "low", "high", "difference", "difference_low", "difference_high", "p_value")
    }
    table = pd.DataFrame({"area": counts.index.astype(object), **figures})
    table = table.astype(dict.fromkeys(figures, "Float64"))
    table["base"] = pd.array(total, dtype="Int64")
    no_people = "no residents of this area are loaded" if not why else "no residents are loaded"
    table["flag"] = np.select([np.isnan(residents), residents > 0], [places.SUPPRESSED, ""], no_people)
    table.loc[(total == 0) & (residents > 0), "flag"] = f"no {counted[0]} is recorded"
    if not hidden:
        table = without_rates_of_few(table, "base", list(figures))
    else:
        table = withhold(table, ["base"], list(figures), settings().threshold, zeros_shown=True)
        small = table["flag"].str.startswith("withheld")
        table.loc[small, "flag"] = f"withheld: fewer than {settings().threshold} {counted[1]}"
    names = {"difference_low": "low", "difference_high": "high"}
    table["verdict"] = estimates.called(table[[*names, "p_value"]].rename(columns=names), SIDES)
    return table[["area", *FIGURES, "verdict", "flag"]]


def _without_residents(number: int, level: str, counted: tuple[str, str]) -> str:
    lie = "lies" if number == 1 else "lie"
    return f"{wording.plural(number, *counted)} {lie} in a {level} without known residents and are in no rate."


def _whole(counts: pd.DataFrame, residents: np.ndarray[Any, Any]) -> dict[Hashable, Any]:
    """The rate of all areas with residents together."""
    known = residents > 0
    events, people = int(counts.to_numpy()[known].sum()), float(residents[known].sum())
    if not people:
        return {"estimate": float("nan"), "low": None, "high": None, "base": int(counts.to_numpy().sum()), "flag": ""}
    monthly = counts.to_numpy()[known].sum(axis=0, keepdims=True)
    alone = area_rates(monthly, [people], PER)
    limits = (
        (float(alone.low[0]), float(alone.high[0]))
        if np.isfinite(alone.low[0])
        else (poisson_interval(events).low * PER / people, poisson_interval(events).high * PER / people)
    )
    estimate = PER * events / people
    return {"estimate": estimate, "low": limits[0], "high": limits[1], "base": events, "flag": ""}


def _people(view: View, force: str, level: str, first: str, last: str) -> tuple[People | None, str]:
    try:
        return places.people(view, force, level, first, last), ""
    except NoResidents as why:
        return None, str(why)


def _short(months: int) -> list[str]:
    if months >= MINIMUM_PERIODS:
        return []
    return [
        f"Every interval takes events as independent and is likely too narrow: fewer than {MINIMUM_PERIODS} months "
        "can't show how far they vary."
    ]


def _hidden_rule(table: pd.DataFrame) -> list[str]:
    number = int(table["flag"].str.startswith("withheld").sum())
    return [f"{wording.plural(number, 'figure')} withheld: fewer than {settings().threshold}"] if number else []


def _uncounted(events: int) -> str:
    do, count = ("does", "counts") if events == 1 else ("do", "count")
    return f"{wording.plural(events, 'event')} {do} not say how many took part and {count} as none."


def _files(view: View, people: People | None) -> tuple[Any, ...]:
    if people is None:
        return ()
    loads = view.current_loads
    return files_of(loads[loads["load_id"].isin(people.load_ids)].sort_values("file"))


def made_of(question: Question, scope: Scope, view: View, loads: pd.DataFrame, base: str) -> Provenance:
    """How rates of what some loads record are made."""
    return Provenance(
        release=view.release.number if view.release else 0,
        files=files_of(loads.sort_values("file")),
        scope=scope.only(question.takes).address(),
        base=base,
        method=METHOD,
        reference=REFERENCE,
        weights="None: everything recorded counts once",
        settings={
            "Fewest that a rate is of": str(LEAST_OF_A_SHARE),
            "Differences called clear below a false-discovery rate of": f"{settings().false_discovery:.2f}",
        },
    )
