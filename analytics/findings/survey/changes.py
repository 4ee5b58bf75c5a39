"""Changes of all measures of a survey at once, from a year before to the last point, in few passes over its cells."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from analytics import wording
from analytics.findings.survey import choices, estimates
from analytics.findings.survey.answers import SHARE, UNANSWERABLE, Answers
from analytics.records import with_nulls
from analytics.scope import Scope
from analytics.survey import DomainMeans, PublicationRule, differences, domain_means_of_cells, publish, smoothed_within
from data.settings import settings
from data.survey_cubes import EVERYONE

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
    "flag",
]
NOBODY = "nobody answered"
NEW = "not asked before"
BROKEN = "not compared across a break of the series"


@lru_cache(maxsize=64)
def of_everyone(scope: Scope, view: View) -> pd.DataFrame:
    """Every measure's change in the force as a whole.

    Parameters
    ----------
    scope
        With everything said but the area; its measure is not asked about.
    view
        The release.

    Returns
    -------
    DataFrame
        One row a measure that is asked up to the scope's last month, in the order of the catalogue, with `COLUMNS`:
        last figure and its interval, what it was, and the change with its interval and p-value. Where nothing can be
        compared the change is null and ``flag`` says why. Nobody may change it.
    """
    return _table(_asked(scope.but(area=None), view, None), None, [None])


@lru_cache(maxsize=64)
def of_areas(
    scope: Scope, view: View, level: str, only: str | None = None, measures: tuple[str, ...] | None = None
) -> pd.DataFrame:
    """Every measure's change in the areas of a level, each point being the waves of a year.

    Parameters
    ----------
    scope, view
        As for `of_everyone`.
    level
        Level of the areas; their design factor is the one that they have in common, measure by measure.
    only
        One area, where the others are not asked about.
    measures
        The measures; all that the survey asks where they are not named.

    Returns
    -------
    DataFrame
        As `of_everyone`, one row a measure and area.
    """
    known = choices.areas(view, str(scope.force), str(scope.survey))
    codes = sorted(known.loc[known["area_level"] == level, "code"].astype(str))
    if not codes:
        return _table([], level, [])
    return _table(_asked(scope.but(area=codes[0]), view, measures), level, codes if only is None else [only])


def _asked(scope: Scope, view: View, wanted: Sequence[str] | None) -> list[Answers]:
    """The answers to every measure that is asked up to the scope's last month."""
    found = []
    for measure in wanted or choices.asked(view, str(scope.force), str(scope.survey)):
        try:
            found.append(Answers.of(scope.but(measure=measure), view))
        except UNANSWERABLE:
            continue  # It was not asked yet, or no longer; the others stand.
    return found


@dataclass(frozen=True, eq=False)
class _Joint:
    """The means of several measures at all their points, what of them may be shown, and where each stands."""

    means: DomainMeans
    shown: pd.DataFrame
    place: dict[Hashable, int]


def _table(asked: list[Answers], level: str | None, areas: Sequence[str | None]) -> pd.DataFrame:
    """The changes, in the order of the measures; those whose waves are the same are made together."""
    import pandas as pd

    together: dict[tuple[str, ...], list[int]] = {}
    for number, answers in enumerate(asked):
        together.setdefault(tuple(_series(answers, level).waves["wave"]), []).append(number)
    frames = []
    for numbers in together.values():
        joint = _joint(tuple(_series(asked[number], level) for number in numbers), level)
        frames.append(
            _compared(joint, [asked[number] for number in numbers], areas).assign(order=np.repeat(numbers, len(areas)))
        )
    if not frames:
        return pd.DataFrame(columns=COLUMNS)
    every = pd.concat(frames, ignore_index=True).sort_values("order", kind="stable", ignore_index=True)
    return every[COLUMNS]


def _series(answers: Answers, level: str | None) -> Answers:
    """The longest series that the points are of, so that many last months share one pass."""
    return answers.series if level is None else answers.years.everyone


@lru_cache(maxsize=16)
def _joint(series: tuple[Answers, ...], level: str | None) -> _Joint:
    """One pass over the cells of several measures, whose waves are the same."""
    import pandas as pd

    cells = [one.cells(EVERYONE) if level is None else estimates.area_cells(one, level) for one in series]
    points = sorted({str(name) for frame in cells for name in frame["point"].cat.categories})
    every = pd.concat(
        [frame.assign(point=frame["point"].cat.set_categories(points)) for frame in cells], ignore_index=True
    )
    names = [one.measure.id for one in series]
    codes = np.repeat(np.arange(len(names)), [len(frame) for frame in cells])
    every["measure"] = pd.Categorical.from_codes(codes, pd.Index(names))
    by = ["measure", *([] if level is None else ["area"]), "point"]
    means = domain_means_of_cells(every, series[0].sample, SHARE, by, stratum="strata", psu="psu")
    if level is not None:
        means = smoothed_within(means, "measure")
    rule = PublicationRule(least_base=settings().fewest_answers, least_n_eff=settings().fewest_effective)
    shown = publish(means, rule)
    keys = [means.table[name].astype(str) for name in by]
    return _Joint(means, shown, {key: place for place, key in enumerate(zip(*keys, strict=True))})


def _compared(joint: _Joint, asked: list[Answers], areas: Sequence[str | None]) -> pd.DataFrame:
    import pandas as pd

    rows = [(answers, area) for answers in asked for area in areas]
    last, before = (
        np.array([_place(joint, answers, area, which) for answers, area in rows], dtype=np.int64)
        for which in ("last", "earlier")
    )
    figure = joint.shown[["estimate", "low", "high", "base"]].to_numpy(dtype=float, na_value=np.nan)
    now, then = (np.where(at[:, None] >= 0, figure[at], np.nan) for at in (last, before))
    flags = joint.shown["flag"].to_numpy(dtype=object)
    flag = [
        _why_not(answers, str(flags[at]) if at >= 0 else NOBODY, str(flags[was]) if was >= 0 else NOBODY, *known)
        for (answers, _), at, was, *known in zip(
            rows, last, before, ~np.isnan(now[:, 0]), ~np.isnan(then[:, 0]), strict=True
        )
    ]
    told = np.array([not why for why, _ in flag], dtype=bool)
    numbers = {name: np.full(len(rows), np.nan) for name in ("estimate", "low", "high", "p_value")}
    if told.any():
        found = differences(joint.means, None, last[told], before[told])
        for name, values in numbers.items():
            values[told] = found[name].to_numpy(dtype=float)
    return pd.DataFrame(
        {
            "measure": [answers.measure.id for answers, _ in rows],
            "area": pd.Series([area for _, area in rows], dtype="object"),
            "period": [answers.last.label for answers, _ in rows],
            "before": ["" if answers.earlier is None else answers.earlier.label for answers, _ in rows],
            "since": [answers.since for answers, _ in rows],
            **{name: _nullable(now[:, place]) for place, name in enumerate(("estimate", "low", "high", "base"))},
            "was": _nullable(np.where(told, then[:, 0], np.nan)),
            "change": _nullable(numbers["estimate"]),
            "change_low": _nullable(numbers["low"]),
            "change_high": _nullable(numbers["high"]),
            "p_value": _nullable(numbers["p_value"]),
            "flag": [why or said for why, said in flag],
        }
    )


def _place(joint: _Joint, answers: Answers, area: str | None, which: str) -> int:
    """Where a point of a measure stands; −1 where there is none."""
    point = answers.last if which == "last" else answers.earlier
    if point is None:
        return -1
    return joint.place.get((answers.measure.id, *(() if area is None else (area,)), point.name), -1)


def _why_not(answers: Answers, now: str, then: str, known: bool, known_then: bool) -> tuple[str, str]:
    """Why there is no change to tell, empty where there is one; and what is to be said of the last figure."""
    before = answers.earlier
    if not known:
        return now or NOBODY, now
    if before is None:
        return NEW, now
    if not answers.comparable(before, answers.last):
        after = answers.every_point[answers.every_point.index(before) + 1 :]
        return f"{BROKEN}: {next(point.broken for point in after if point.broken)}", now
    if not known_then:
        return f"{before.label}: {then or NOBODY}", now
    return "", now


def _nullable(values: np.ndarray) -> pd.api.extensions.ExtensionArray:
    return with_nulls(values, np.isnan(values))


def tested(table: pd.DataFrame) -> int:
    """How many changes of a table could be tested."""
    return sum(not wording.missing(value) for value in table["p_value"])
