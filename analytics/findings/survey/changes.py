"""All measures of a survey at once, their last figures and changes over a year, in few passes over its cells."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from analytics import wording
from analytics.cycle import chance_in_common
from analytics.findings.survey import choices, estimates
from analytics.findings.survey.answers import Answers, cells_of
from analytics.findings.survey.points import WAVES, YEARS, wave_points
from analytics.records import records_of, with_nulls
from analytics.scope import Scope
from analytics.survey import DomainMeans, PublicationRule, differences, domain_means_of_cells, publish, smoothed_within
from analytics.survey.sample import Floats, Integers
from data.settings import settings

if TYPE_CHECKING:
    import pandas as pd

    from data.store import View

COLUMNS = [
    "measure",
    "area",
    "period",
    "before",
    "since",
    "estimate",
    "low",
    "high",
    "base",
    "was",
    "change",
    "change_low",
    "change_high",
    "p_value",
    "score_p_value",
    "flag",
]
SHOWN = [name for name in COLUMNS if name != "score_p_value"]
"""Of these columns those that tables show: what areas are ordered by is not what verdicts rest on."""
NOBODY = "nobody answered"
NEW = "not asked before"
OLD = "not asked in the last year"
BROKEN = "not compared across a break of the series"


def bare(scope: Scope) -> Scope:
    """What changes depend on, of a scope with everything said: whose survey, up to when, and how answers count."""
    return Scope(force=scope.force, survey=scope.survey, to_month=scope.to_month, dont_know=scope.dont_know)


def of_everyone(scope: Scope, view: View) -> pd.DataFrame:
    """Every measure's change in the force as a whole, each at its waves.

    Parameters
    ----------
    scope
        With everything said; area, measure and period are not asked about, but for the last month.
    view
        The release.

    Returns
    -------
    DataFrame
        One row a measure that is asked up to the scope's last month, in the order of the catalogue, with `COLUMNS`:
        last figure and its interval, what it was, and the change with its interval and p-value. Where nothing can be
        compared the change is null and ``flag`` says why. Nobody may change it.
    """
    return _table(bare(scope), view, None, None)


def of_areas(scope: Scope, view: View, level: str, measures: tuple[str, ...] | None = None) -> pd.DataFrame:
    """Every measure's change in the areas of a level, each point being the waves of a year.

    Parameters
    ----------
    scope, view
        As for `of_everyone`.
    level
        Level of the areas; their design factor is the one that they have in common, measure by measure.
    measures
        The measures; all that the survey asks where they are not named.

    Returns
    -------
    DataFrame
        As `of_everyone`, one row a measure and area.
    """
    return _table(bare(scope), view, level, measures)


BESIDE = ["area", "change", "change_low", "change_high", "variance", "beside", "beside_variance", "covariance", "flag"]


@lru_cache(maxsize=16)
def beside(scope: Scope, view: View, level: str, measure: str, other: str) -> pd.DataFrame:
    """The change of a measure in the areas of a level, the last share of another, and the chance that they share.

    Parameters
    ----------
    scope, view, level
        As for `of_areas`.
    measure
        The measure whose change is asked about.
    other
        The measure beside it, asked of the same people.

    Returns
    -------
    DataFrame
        One row an area, `BESIDE`: the change and why there is none as in `of_areas`, its sampling variance, the share
        of the other measure over the same year, its sampling variance, and their covariance (`chance_in_common`).
        NaN where a figure is withheld, or the other measure was not asked. Nobody may change it.
    """
    own = of_areas(scope, view, level, (measure,)).reset_index(drop=True)
    found = {name: np.full(len(own), np.nan) for name in ("variance", "beside", "beside_variance", "covariance")}
    told = own["change"].notna().to_numpy()
    if told.any():
        answers = _asked(bare(scope).but(area=str(own["area"].iloc[0])), view, (measure,))[0][0]
        joint = _joint(_series(answers, level), (measure, other), level)
        ends = (
            (measure, answers.last),
            (measure, answers.earlier),
            (other, answers.last),
        )
        after, before, at = (
            np.array([_place(joint, name, area, point.name if point else None) for area in own["area"]], dtype=np.int64)
            for name, point in ends
        )
        found["variance"][told] = differences(joint.means, None, after[told], before[told])["se"].to_numpy() ** 2
        figures, _ = _shown(joint.means, at)
        found["beside"] = figures[:, 0]
        both = told & np.isfinite(found["beside"])
        found["beside_variance"][both] = joint.means.table["se"].to_numpy(dtype=float)[at[both]] ** 2
        chance = chance_in_common(joint.means, after[both], before[both], at[both])
        found["covariance"] = chance * np.sqrt(found["variance"] * found["beside_variance"])
    return own.assign(**found)[BESIDE]


RECENT = ["wave", "label", "month", "broken", "estimate", "low", "high", "base", "flag"]


@lru_cache(maxsize=256)
def recent(scope: Scope, view: View, measures: tuple[str, ...], most: int) -> dict[str, pd.DataFrame]:
    """The last figures of some measures in the force as a whole or in an area, where each point is a year of waves.

    Parameters
    ----------
    scope
        With everything said; its measure is not asked about.
    view
        The release.
    measures
        The measures.
    most
        So many points of each, at most.

    Returns
    -------
    dict of str to DataFrame
        By measure, of those with a point in the scope's period: one row a point in order of time, `RECENT`. Nobody may
        change it.
    """
    import pandas as pd

    area = scope.area
    level = None if area is None else choices.levels(view, str(scope.force), str(scope.survey))[area]
    found = {}
    for answers, names in _asked(bare(scope).but(area=area), view, None):
        points = [point for point in answers.points if point.month >= str(scope.from_month)][-most:]
        wanted = [name for name in names if name in measures]
        if not points or not wanted:
            continue
        joint = _joint(_series(answers, level), names, level)
        places = [_place(joint, name, area, point.name) for name in wanted for point in points]
        figures, flags = _shown(joint.means, np.array(places, dtype=np.int64))
        words = [[point.name, point.label, point.month, point.broken] for point in points]
        for n, name in enumerate(wanted):
            own = slice(n * len(points), (n + 1) * len(points))
            numbers = [with_nulls(values, np.isnan(values)) for values in figures[own].T]
            columns = [*zip(*words, strict=True), *numbers, flags[own]]
            found[name] = pd.DataFrame(dict(zip(RECENT, columns, strict=True)))
    return found


def compared_waves(scope: Scope, view: View) -> list[str]:
    """The waves that are compared of any measure, in the force as a whole or in the scope's area, in order."""
    asked = [answers for answers, _ in _asked(bare(scope).but(area=scope.area), view, None)]
    points = [point for answers in asked for point in (answers.earlier, answers.last) if point]
    return sorted({wave for point in points for wave in point.waves})


@dataclass(frozen=True, eq=False)
class _Joint:
    """The means of several measures at all their points, and where each stands."""

    means: DomainMeans
    place: dict[Hashable, int]


@lru_cache(maxsize=64)
def _table(scope: Scope, view: View, level: str | None, wanted: tuple[str, ...] | None) -> pd.DataFrame:
    """The changes in the order of the measures; those that were asked alike are made together."""
    import pandas as pd

    force, survey = str(scope.force), str(scope.survey)
    areas = _areas(view, force, survey, level)
    asked = _asked(scope.but(area=areas[0]), view, wanted) if areas else []
    every_one = _asked(scope.but(area=areas[0]), view, None) if areas else []
    newest = max((answers.last.month for answers, _ in every_one), default="")
    frames = [
        _compared(_joint(_series(answers, level), names, level), answers, names, areas, newest)
        for answers, names in asked
    ]
    if not frames:
        return _empty()
    order = {name: place for place, name in enumerate(choices.asked(view, force, survey))}
    every = pd.concat(frames, ignore_index=True) if len(frames) > 1 else frames[0]
    return every.sort_values("measure", key=lambda names: names.map(order), kind="stable", ignore_index=True)


def _areas(view: View, force: str, survey: str, level: str | None) -> Sequence[str | None]:
    """The areas of a level by code; for none the force as a whole, which is no area."""
    if level is None:
        return [None]
    known = choices.areas(view, force, survey)
    return sorted(known.loc[known["area_level"] == level, "code"].astype(str))


def _asked(scope: Scope, view: View, wanted: tuple[str, ...] | None) -> list[tuple[Answers, tuple[str, ...]]]:
    """The measures that were asked alike, with the answers to the first of them, which have the points of all.

    They are asked about from the first wave on: the last figure of a measure may lie before what a page shows.
    """
    force, survey = str(scope.force), str(scope.survey)
    found = []
    for alike in _alike(view, force, survey):
        names = tuple(name for name in alike if wanted is None or name in wanted)
        if names and (first := choices.first_month(view, force, survey, names[0])) <= str(scope.to_month):
            found.append((Answers.of(scope.but(measure=names[0], from_month=first), view), names))
    return found


@lru_cache(maxsize=16)
def _alike(view: View, force: str, survey: str) -> list[tuple[str, ...]]:
    """Measures that were asked in the same waves and whose series breaks at the same ones for the same reasons."""
    found: dict[tuple[tuple[str, str], ...], list[str]] = {}
    for measure in choices.asked(view, force, survey):
        points = wave_points(records_of(choices.asked_waves(view, force, survey, measure)))
        found.setdefault(tuple((point.name, point.broken) for point in points), []).append(measure)
    return [tuple(names) for names in found.values()]


def _series(answers: Answers, level: str | None) -> Answers:
    """The longest series that the points are of, so that many last months share one pass."""
    return answers.series if level is None else answers.years.everyone


@lru_cache(maxsize=64)
def _joint(series: Answers, names: tuple[str, ...], level: str | None) -> _Joint:
    """One pass over the cells of several measures, from the series of one of them."""
    import pandas as pd

    cells = _cells(series.view, series.force, series.survey, names, level)
    point_of = {
        wave: point.name for point in series.every_point_of(WAVES if level is None else YEARS) for wave in point.waves
    }
    points = sorted(set(point_of.values()))
    waves = cells["wave"].cat
    codes = np.array([points.index(point_of[wave]) if wave in point_of else -1 for wave in waves.categories])
    at = codes[waves.codes]
    kept = at >= 0
    inside = (cells if kept.all() else cells[kept]).assign(
        point=pd.Categorical.from_codes(at[kept], pd.Index(points, dtype=object))
    )
    by = ["measure", *([] if level is None else ["area"]), "point"]
    means = domain_means_of_cells(inside, series.sample, series.scores, by, stratum="strata", psu="psu")
    if level is not None:
        means = smoothed_within(means, "measure")
    keys = zip(*(means.table[name].astype(object) for name in by), strict=True)
    return _Joint(means, {key: place for place, key in enumerate(keys)})


@lru_cache(maxsize=32)
def _cells(view: View, force: str, survey: str, names: tuple[str, ...], level: str | None) -> pd.DataFrame:
    """The cells of several measures one below the other, with the area of a level that each lies in."""
    import pandas as pd

    if level is not None:
        return estimates.placed(_cells(view, force, survey, names, None), view, force, survey, level)
    parts = [cells_of(view, force, survey, name) for name in names]
    codes = np.repeat(np.arange(len(names)), [len(part) for part in parts])
    every = pd.concat(parts, ignore_index=True)
    return every.assign(measure=pd.Categorical.from_codes(codes, pd.Index(names, dtype=object)))


def _compared(
    joint: _Joint, answers: Answers, names: tuple[str, ...], areas: Sequence[str | None], newest: str
) -> pd.DataFrame:
    """The change of every measure in every place, from one point of a series to another."""
    import pandas as pd

    rows = [(name, area) for name in names for area in areas]
    ends = [None if point is None else point.name for point in (answers.last, answers.earlier)]
    last, before = (np.array([_place(joint, *row, end) for row in rows], dtype=np.int64) for end in ends)
    figure, flags = _shown(joint.means, last)
    was, was_flags = _shown(joint.means, before)
    of_all = _why_none(answers, newest)
    why = [of_all or _why_not(answers, *pair) for pair in zip(flags, was_flags, figure[:, 0], was[:, 0], strict=True)]
    told = np.array([not reason for reason in why], dtype=bool)
    tested = {"change": "estimate", "change_low": "low", "change_high": "high"}
    tested |= {name: name for name in ("p_value", "score_p_value")}
    found = np.full((len(rows), len(tested)), np.nan)
    if told.any():
        compared = differences(joint.means, None, last[told], before[told])
        found[told] = compared[list(tested.values())].to_numpy(dtype=float)
    numbers = {
        **dict(zip(("estimate", "low", "high", "base"), figure.T, strict=True)),
        "was": np.where(told, was[:, 0], np.nan),
        **dict(zip(tested, found.T, strict=True)),
    }
    return pd.DataFrame(
        {
            "measure": [name for name, _ in rows],
            "area": pd.Series([area for _, area in rows], dtype="object"),
            "period": answers.last.label,
            "before": "" if answers.earlier is None else answers.earlier.label,
            "since": answers.since,
            **{name: with_nulls(values, np.isnan(values)) for name, values in numbers.items()},
            "flag": [reason or flag for reason, flag in zip(why, flags, strict=True)],
        },
        columns=COLUMNS,
    )


def _place(joint: _Joint, measure: str, area: str | None, point: str | None) -> int:
    """Where the figure of a measure stands; −1 where there is none."""
    key = (measure, point) if area is None else (measure, area, point)
    return joint.place.get(key, -1)


def _shown(means: DomainMeans, places: Integers) -> tuple[Floats, list[str]]:
    """Estimate, interval and base at some places, NaN where withheld or nobody answered, and what is said of each."""
    rule = PublicationRule(least_base=settings().fewest_answers, least_n_eff=settings().fewest_effective)
    held = places >= 0
    figure, flags = np.full((len(places), 4), np.nan), np.full(len(places), NOBODY, dtype=object)
    if held.any():
        table = publish(replace(means, table=means.table.iloc[places[held]]), rule)
        figure[held] = table[["estimate", "low", "high", "base"]].to_numpy(dtype=float, na_value=np.nan)
        flags[held] = table["flag"].to_numpy(dtype=object)
    return figure, [str(flag) for flag in flags]


def _why_none(answers: Answers, newest: str) -> str:
    """Why there is no change to tell of any area or measure that was asked alike; empty where there may be one."""
    before = answers.earlier
    if answers.last.month <= wording.earlier(newest, 12):
        return OLD
    if before is None:
        return NEW
    return "" if answers.comparable(before, answers.last) else f"{BROKEN}: {answers.broken_since(before)}"


def _why_not(answers: Answers, now: str, then: str, share: float, was: float) -> str:
    """Why there is no change to tell of two figures; empty where there is one."""
    if np.isnan(share):
        return now
    return f"{answers.earlier.label}: {then}" if answers.earlier and np.isnan(was) else ""


def _empty() -> pd.DataFrame:
    import pandas as pd

    texts = {"measure", "area", "period", "before", "since", "flag"}
    return pd.DataFrame({name: pd.Series(dtype="object" if name in texts else "Float64") for name in COLUMNS})
