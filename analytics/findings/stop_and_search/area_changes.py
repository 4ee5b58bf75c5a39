"""Areas beside each other: how searches changed in a year there, and how confidence did."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from analytics import charts, wording
from analytics.finding import File, Mode, files_of
from analytics.findings import choices
from analytics.findings.neighbourhoods import places
from analytics.findings.residents import NoResidents
from analytics.findings.searches import UNANSWERABLE, Searches
from analytics.findings.stop_and_search.shared import PER
from analytics.findings.survey import changes
from analytics.findings.survey import choices as surveys
from analytics.findings.survey.answers import Answers
from analytics.findings.tested import SIDES
from analytics.records import records_of, with_nulls
from analytics.scope import Scope
from analytics.survey import Correlation, correlation
from analytics.survey.correlation import LEAST_PAIRS
from data.tables import STOPS

if TYPE_CHECKING:
    import pandas as pd
    import plotly.graph_objects as go

    from data.store import View

YEAR = 12
LEAST_MONTHS = 6
"""Calendar months with a file in both years that it takes."""
CLEAR = 0.05
"""P-value under which one correlation alone is called clear."""

AREAS = ["area", "name", "search_change", "change", "change_low", "change_high", "flag"]
BETWEEN = ["what", "correlation", "low", "high", "base", "p_value", "verdict", "flag"]
_WHAT = "Change in searches per 1,000 people, and in the share with confidence"


@dataclass(frozen=True, eq=False)
class Between:
    """What areas show when they are set beside each other.

    Attributes
    ----------
    table, areas
        The correlation in one row, and the changes of each area in alphabetical order.
    verdict
        Above where the change in confidence was higher where that in searches was, below where it was lower there;
        empty where it can't be told.
    said
        The same in a sentence, or why it can't be told.
    caveats
        What is to be borne in mind of it.
    files
        Files that it rests on beside those of the survey.
    draw
        Draws the areas; None where there are too few.
    """

    table: pd.DataFrame
    areas: pd.DataFrame
    verdict: str
    said: str
    caveats: tuple[str, ...] = ()
    files: tuple[File, ...] = ()
    draw: Callable[[Mode], go.Figure] | None = None


def between_areas(scope: Scope, view: View, answers: Answers) -> Between:
    """The change in searches and the change in confidence of each area, and whether the two go together.

    Parameters
    ----------
    scope
        A scope of searches with everything said; its last month ends the later year.
    view
        The release.
    answers
        The answers to the measure of confidence.
    """
    last = str(scope.to_month)
    later, before = (
        (wording.earlier(last, YEAR - 1), last),
        (wording.earlier(last, 2 * YEAR - 1), wording.earlier(last, YEAR)),
    )
    told = surveys.levels(view, str(scope.force), answers.survey)
    level = places.level_told(view, str(scope.force), told, LEAST_PAIRS)
    if level is None:
        return _nothing(
            f"Areas are not set beside each other: {answers.survey} tells of fewer than {LEAST_PAIRS} areas that are "
            "drawn."
        )
    alike = like_months(choices.months(view, str(scope.force)), *later)
    if len(alike) < LEAST_MONTHS:
        number = wording.plural(len(alike), "month") if alike else "no month"
        return _nothing(
            f"Areas are not set beside each other: {number} {wording.during(*later)} "
            f"{'has' if len(alike) < 2 else 'have'} a file of searches both then and a year before, and {LEAST_MONTHS} "
            "such months are needed."
        )
    try:
        rates = [
            _rates(scope, view, level, before, [wording.earlier(month, YEAR) for month in alike]),
            _rates(scope, view, level, later, alike),
        ]
    except UNANSWERABLE as why:
        return _nothing(f"Areas are not set beside each other: {str(why)[0].lower()}{str(why)[1:]}")
    asked = Scope(force=scope.force, survey=answers.survey, to_month=last, dont_know=answers.scope.dont_know)
    found = changes.of_areas(changes.bare(asked), view, level, (answers.measure.id,))
    areas = _areas(view, str(scope.force), level, rates[1] - rates[0], found)
    x, y = (areas[name].to_numpy(dtype=float, na_value=np.nan) for name in ("search_change", "change"))
    made = correlation(x, y)
    if made is None:
        pairs = int((np.isfinite(x) & np.isfinite(y)).sum())
        few = (
            f"Areas are not set beside each other: {places.called(level, pairs)} {'has' if pairs == 1 else 'have'} "
            f"both changes, and {LEAST_PAIRS} are needed."
        )
        return Between(_table(None, ""), areas, "", few)
    verdict = verdict_of(made)
    return Between(
        _table(made, verdict),
        areas,
        verdict,
        said(made, verdict, level),
        (
            f"Of each {level}: searches of persons for every 1,000 people {wording.during(*later)} less those "
            f"{wording.during(*before)}, and the change of confidence over about the same years. Both are unsure in an "
            "area, which makes a correlation look weaker than it is.",
            *_left_out(alike),
        ),
        _files(view, str(scope.force), before[0], last),
        partial(charts.change_scatter, areas[areas["change"].notna() & areas["search_change"].notna()]),
    )


def like_months(held: Iterable[str], first: str, last: str) -> list[str]:
    """Months of a year with a file that have one a year before too: searches go with the season, so others are left."""
    there = set(held)
    return [month for month in wording.month_range(first, last) if {month, wording.earlier(month, YEAR)} <= there]


def _left_out(alike: Sequence[str]) -> list[str]:
    if len(alike) == YEAR:
        return []
    return [
        f"Searches are those of {len(alike)} of 12 months of each year: the others have no file in one of the two, and "
        "like months alone are compared. Confidence is of the whole years."
    ]


def verdict_of(made: Correlation) -> str:
    """Above or below 0 where one test alone says so, else not clearly different."""
    if made.p_value >= CLEAR:
        return SIDES.neither
    return SIDES.above if made.estimate > 0 else SIDES.below


def said(made: Correlation, verdict: str, level: str) -> str:
    """What the areas show, in a sentence."""
    size, low, high = (wording.signed(value, 2) for value in (made.estimate, made.low, made.high))
    of = f"{places.called(level, made.pairs)}; correlation {size}, {low} to {high}"
    if verdict == SIDES.neither:
        return f"Between areas, changes in searches and in confidence do not clearly go together ({of})."
    way = "lower" if verdict == SIDES.below else "higher"
    return (
        f"Between areas, the change in confidence was {way} where the change in searches was higher ({of}); areas are "
        "not people."
    )


def _rates(scope: Scope, view: View, level: str, years: tuple[str, str], months: Collection[str]) -> pd.Series:
    """Searches of persons for every 1,000 residents of each area in some months of a year.

    Raises
    ------
    ScopeError, NoSearches, NoResidents
        With the reason, where there are none.
    """
    asked = Scope(
        force=scope.force, from_month=years[0], to_month=years[1], area_level=level, definition=scope.definition
    )
    searches = Searches.of(asked, view)
    people = places.people(view, str(scope.force), level, *years).total
    if not people.notna().any():
        raise NoResidents("No residents of these areas are known.")
    counted = searches.cells[searches.cells["month"].isin(months)]
    stops = counted.groupby("area")["stops"].sum().reindex(people.index, fill_value=0)
    return PER * stops / people.where(people > 0)


def _areas(view: View, force: str, level: str, change: pd.Series, found: pd.DataFrame) -> pd.DataFrame:
    """Both changes of each area that is drawn, in alphabetical order."""
    import pandas as pd

    own = {str(row["area"]): row for row in records_of(found)}
    rows = []
    drawn = places.areas(view, force, level)
    for code, name in zip(drawn["code"].astype(str), drawn["name"].astype(str), strict=True):
        told: Any = own.get(code, {})
        searches = change.get(code, np.nan)
        flag = str(told.get("flag") or "") if told else "not asked there"
        flags = [flag, "residents not known" if wording.missing(searches) else ""]
        rows.append(
            {
                "area": code,
                "name": name,
                "search_change": np.nan if wording.missing(searches) else float(searches),
                **{end: told.get(end) for end in ("change", "change_low", "change_high")},
                "flag": "; ".join(filter(None, flags)),
            }
        )
    frame = pd.DataFrame(rows, columns=AREAS)
    numbers = ["search_change", "change", "change_low", "change_high"]
    values = {name: [np.nan if wording.missing(value) else float(value) for value in frame[name]] for name in numbers}
    nullable = {name: with_nulls(np.array(column), np.isnan(column)) for name, column in values.items()}
    return frame.assign(**nullable).astype({name: "str" for name in ("area", "name", "flag")})


def _table(made: Correlation | None, verdict: str) -> pd.DataFrame:
    import pandas as pd

    if made is None:
        rows: list[dict[str, Any]] = []
    else:
        figures = {"correlation": made.estimate, "low": made.low, "high": made.high, "p_value": made.p_value}
        rows = [{"what": _WHAT, **figures, "base": made.pairs, "verdict": verdict, "flag": "areas are not people"}]
    kinds = {"what": "str", "verdict": "str", "flag": "str", "base": "Int64"}
    return pd.DataFrame(
        {name: pd.Series([row[name] for row in rows], dtype=kinds.get(name, "Float64")) for name in BETWEEN}
    )


def _nothing(why: str) -> Between:
    import pandas as pd

    texts = {"area", "name", "flag"}
    areas = pd.DataFrame({name: pd.Series([], dtype="str" if name in texts else "Float64") for name in AREAS})
    return Between(_table(None, ""), areas, "", why)


def _files(view: View, force: str, first: str, last: str) -> tuple[File, ...]:
    loads = view.current_loads
    own = (loads["table"] == STOPS.name) & (loads["subject"] == force) & loads["period"].between(first, last)
    return files_of(loads[own].sort_values(["period", "file"]))
