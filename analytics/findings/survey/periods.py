"""Two periods of one series, compared: which they are, and the figures of both with their change."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from analytics import wording
from analytics.findings.survey import choices, estimates
from analytics.findings.survey.answers import Answers, NoAnswers
from analytics.findings.survey.points import YEAR, Point
from analytics.records import records_of
from analytics.survey import DomainMeans, change
from data.survey_cubes import EVERYONE

if TYPE_CHECKING:
    import pandas as pd

    from analytics.scope import Scope

BEFORE, AFTER = "before", "after"
PAIR = ["estimate", "low", "high", "base", "was", "was_low", "was_high", "was_base"]
CHANGES = ["change", "change_low", "change_high", "p_value"]


@dataclass(frozen=True)
class Periods:
    """Two periods of a series that can be compared.

    Attributes
    ----------
    before, after
        The earlier and the later one, each with all its waves.
    """

    before: Point
    after: Point


def completed(scope: Scope, answers: Answers) -> Scope:
    """The scope with both periods said.

    The later one is the last year of the scope's period, and the earlier one as long and a year before it. Where
    nothing was chosen and the series broke in between, both begin as much later as it takes to lie after the break.
    """
    last = str(scope.to_month)
    first = scope.compare_from or max(str(scope.from_month), wording.earlier(last, YEAR - 1))
    if not chosen(scope):
        begins = wording.month_range(first, last)
        first = next((month for month in begins if _comparable(answers, month, last)), first)
    length = wording.months_between(first, last)
    if scope.against_from and not scope.against_to:
        since = scope.against_from
        until = min(wording.earlier(since, 1 - length), wording.earlier(first, 1))
        return scope.but(compare_from=first, against_from=since, against_to=until)
    until = scope.against_to or wording.earlier(last, YEAR)
    since = scope.against_from or wording.earlier(until, length - 1)
    return scope.but(compare_from=first, against_from=since, against_to=until)


def periods_of(scope: Scope, answers: Answers) -> Periods:
    """The two periods of a scope that says them both.

    Raises
    ------
    NoAnswers
        If one of them holds no wave, they are not one before the other, or the series breaks between their first and
        their last wave.
    """
    since, until = str(scope.against_from), str(scope.against_to)
    first, last = str(scope.compare_from), str(scope.to_month)
    if first > last:
        raise NoAnswers(f"The later period begins ({wording.month(first)}) after it ends ({wording.month(last)}).")
    if since >= first or until >= last:
        raise NoAnswers(
            f"The period compared with ({wording.months(since, until)}) has to begin and end before "
            f"{wording.months(first, last)} does."
        )
    for begins, ends in ((since, until), (first, last)):
        if not answers.pool(begins, ends):
            raise NoAnswers(
                f"No wave that ended {wording.during(begins, ends)} asks “{answers.measure.label}”: choose "
                "other periods."
            )
    parts = answers.pool(since, last)
    if len(parts) > 1:
        raise NoAnswers(
            f"The two periods are not compared: {parts[1].broken} from {wording.month(parts[1].starts[:7])}. Choose "
            "two periods after that, or two before it."
        )
    before, after = (answers.pool(*ends)[0] for ends in ((since, until), (first, last)))
    return Periods(replace(before, name=BEFORE), replace(after, name=AFTER))


def chosen(scope: Scope) -> bool:
    """Whether a scope says anything of the periods."""
    return bool(scope.compare_from or scope.against_from or scope.against_to)


def everyone(answers: Answers, periods: Periods) -> pd.DataFrame:
    """The whole in both periods, in one row: see `_paired`.

    Raises
    ------
    NoAnswers
        If nobody in the scope's area was asked in either.
    """
    area = answers.scope.area
    if area is None:
        return _paired(_whole_means(answers.series, periods), []).copy()
    level = choices.levels(answers.view, answers.force, answers.survey)[area]
    found = _paired(_area_means(answers.series.everyone, level, periods).only(area=area), ["area"])
    if found.empty:
        spans = wording.listing([periods.before.span, periods.after.span])
        raise NoAnswers(f"Nobody in this area was asked in {spans}.")
    return found.drop(columns="area")


def by_group(answers: Answers, periods: Periods, grouping: str) -> pd.DataFrame:
    """Each group in both periods."""
    pairs = _group_pairs(answers.series, periods, grouping)
    return estimates.in_company(estimates.in_company(pairs, "base"), "was_base").copy()


def by_area(answers: Answers, periods: Periods, level: str) -> pd.DataFrame:
    """Each area of the force in both periods, with the design factor that areas have in common."""
    return _area_pairs(answers.series.everyone, periods, level).copy()


def _comparable(answers: Answers, first: str, last: str) -> bool:
    since, until = wording.earlier(first, YEAR), wording.earlier(last, YEAR)
    both = all(answers.pool(*ends) for ends in ((since, until), (first, last)))
    return both and len(answers.pool(since, last)) == 1


@lru_cache(maxsize=128)
def _whole_means(series: Answers, periods: Periods) -> DomainMeans:
    return estimates.shares_of(series.cells_of(EVERYONE, [periods.before, periods.after]), series, ["point"])


@lru_cache(maxsize=128)
def _group_pairs(series: Answers, periods: Periods, grouping: str) -> pd.DataFrame:
    cells = series.cells_of(grouping, [periods.before, periods.after])
    return _paired(estimates.shares_of(cells, series, ["group", "point"]), ["group"])


@lru_cache(maxsize=128)
def _area_pairs(force: Answers, periods: Periods, level: str) -> pd.DataFrame:
    return _paired(_area_means(force, level, periods), ["area"])


@lru_cache(maxsize=128)
def _area_means(force: Answers, level: str, periods: Periods) -> DomainMeans:
    cells = force.cells_of(EVERYONE, [periods.before, periods.after])
    return estimates.with_shared_design(
        estimates.shares_of(estimates.in_areas(cells, force, level), force, ["area", "point"]), force, level
    )


def _paired(means: DomainMeans, keys: list[str]) -> pd.DataFrame:
    """Figures of both periods with their change, one row for each value of the keys.

    There is no change where either figure is withheld: with the other one it would give it away.

    Returns
    -------
    DataFrame
        Columns of the keys, `PAIR`, `CHANGES` and flag.
    """
    import pandas as pd

    shown, compared = estimates.publishable(means), change(means, "point", BEFORE, AFTER)
    names = {"estimate": "change", "low": "change_low", "high": "change_high", "p_value": "p_value"}
    changes = {_key(row, keys): row for row in records_of(compared)}
    sides: dict[str, dict[tuple[Any, ...], Any]] = {BEFORE: {}, AFTER: {}}
    for row in records_of(shown):
        sides[str(row["point"])][_key(row, keys)] = row
    rows = []
    for key in sorted({*sides[BEFORE], *sides[AFTER]}, key=str):
        was, now = sides[BEFORE].get(key, {}), sides[AFTER].get(key, {})
        told = not (wording.missing(was.get("estimate")) or wording.missing(now.get("estimate")))
        rows.append(
            {
                **dict(zip(keys, key, strict=True)),
                **{name: now.get(name) for name in PAIR[:4]},
                **{f"was{end}": was.get(name) for end, name in _ENDS.items()},
                **{new: changes[key][old] if told else None for old, new in names.items()},
                "flag": _flag(was, now),
            }
        )
    return pd.DataFrame(rows, columns=[*keys, *PAIR, *CHANGES, "flag"])


_ENDS = {"": "estimate", "_low": "low", "_high": "high", "_base": "base"}


def _key(row: Any, keys: list[str]) -> tuple[Any, ...]:  # noqa: ANN401
    return tuple(row[name] for name in keys)


def _flag(was: Any, now: Any) -> str:  # noqa: ANN401
    """Why a figure is missing or weak, of the later period first."""
    later, earlier = (str(side.get("flag", "nobody answered")) for side in (now, was))
    return "; ".join(part for part in (later, f"earlier period: {earlier}" if earlier else "") if part)
