"""At which hours of the day searches were made, where the times of the files can be used."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from analytics import charts, disparity, wording
from analytics.disclosure import withhold
from analytics.disparity.dispersion import MINIMUM_PERIODS
from analytics.finding import Finding
from analytics.findings.asked import question_of
from analytics.findings.refusal import refused
from analytics.findings.searches import UNANSWERABLE, NoSearches, Searches, check_counted
from analytics.findings.stop_and_search.shared import INDEPENDENT
from analytics.records import with_nulls
from analytics.scope import Scope
from data.checks.midnights import FEWEST, GATE
from data.cubes import HOURS_CUBE, with_codes
from data.settings import settings

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from data.store import View

    Counts = NDArray[np.int64]

HOURS = 24
LEAST_TIMED = 0.8
"""Share of the searches that must have a time; of fewer nothing by hour is said."""

_METHOD = (
    "Searches of persons by the hour in which they began, by London's clock, over those with a time, in the months "
    f"whose times can be used: under {wording.percent(GATE)} at 00:00:00 by the clock of the file and by London's. "
    "95 % interval: Wilson's, with the effective number of searches that months as clusters leave, and Student's t."
)
_REFERENCE = "Wilson 1927, JASA 22, 209; the months that can be used by our own gate"
_AS_WRITTEN = (
    "The hour is the one that the record says. Times that were rounded, or put down later, can't be told from others; "
    "the files give them in UTC, and they are shown by London's clock."
)
_WHO_IS_OUT = (
    "How many people are on the street, and how many officers on duty, differs from hour to hour: the share of an hour "
    "is no rate."
)

_COLUMNS = ("hour", "searches", "base", "share", "low", "high", "flag")
_MONTHS = ("month", "searches", "of", "share", "flag")
_WHOLE = ("searches", "base", "of")


@dataclass(frozen=True, eq=False)
class Timed:
    """Searches of persons by hour and month.

    Attributes
    ----------
    searches
        The same searches, counted without it.
    by_hour : ndarray of int, shape (24, months)
        By the hour of London's clock, in every month with a file.
    midnight : ndarray of int, shape (months,)
        At 00:00:00, by the clock that has more of them.
    untimed : ndarray of int, shape (months,)
        Without a time.
    """

    searches: Searches
    by_hour: Counts
    midnight: Counts
    untimed: Counts

    @classmethod
    @lru_cache(maxsize=128)
    def of(cls, scope: Scope, view: View) -> Timed:
        """Count the searches of a scope by hour; a district in it limits nothing.

        Raises
        ------
        ScopeError, NoSearches
            As `Searches.of`, where the release was counted before hours were, and where no month's times can be used.
        """
        searches = Searches.of(scope.but(area=None, area_level=None), view)
        check_counted(view, HOURS_CUBE.name, "searches by hour")
        chosen = searches.scope.choose(_cells(view, searches.force))
        wide = len(searches.months)
        month = np.array([searches.months.index(name) for name in chosen["month"].astype(object)], dtype=np.int64)
        stops, hour = chosen["stops"].to_numpy(), chosen["hour"].to_numpy(dtype=float, na_value=np.nan)
        timed = ~np.isnan(hour)

        def counted(which: NDArray[np.bool_]) -> Counts:
            return np.bincount(month[which], stops[which], minlength=wide).astype(np.int64)

        places = hour[timed].astype(np.int64) * wide + month[timed]
        by_hour = np.bincount(places, stops[timed], minlength=HOURS * wide).astype(np.int64).reshape(HOURS, wide)
        clocks = [counted(chosen[name].to_numpy(dtype=bool)) for name in ("midnight_of_file", "midnight_in_london")]
        found = cls(searches, by_hour, np.maximum(*clocks), counted(~timed))
        found._check()
        return found

    @property
    def known(self) -> Counts:
        """Searches with a time, in each month."""
        return np.asarray(self.by_hour.sum(axis=0))

    @property
    def used(self) -> NDArray[np.bool_]:
        """Whether the times of a month can be used."""
        dates_alone = (self.midnight >= FEWEST) & (self.midnight >= GATE * self.known)
        enough = self.known >= LEAST_TIMED * (self.known + self.untimed)
        return np.asarray(~dates_alone & enough & (self.known > 0))

    def _check(self) -> None:
        if self.used.any() and self.by_hour[:, self.used].sum(axis=1).max() < settings().threshold:
            raise NoSearches(
                f"In no hour of the day are {settings().threshold} or more searches by {self.searches.force_name} "
                f"recorded {self.searches.during}{self.searches.limits}: choose a longer period."
            )
        if self.used.any():
            return
        known, at = int(self.known.sum()), int(self.midnight.sum())
        share = wording.percent(at / known) if known else "none"
        of = wording.plural(known, "search", "searches")
        raise NoSearches(
            f"{share[:1].upper()}{share[1:]} of {of} with a time by {self.searches.force_name} "
            f"{self.searches.during} are at exactly midnight, and {int(self.untimed.sum()):,} have no time. The hours "
            f"of a month can be used with under {wording.percent(GATE)} at midnight and a time for "
            f"{wording.percent(LEAST_TIMED)}, and no month has that."
        )


def hours(scope: Scope, view: View) -> Finding:
    """The share of the searches of persons in each hour of the day, over the months whose times can be used."""
    question = question_of(hours)
    try:
        timed = Timed.of(scope, view)
    except UNANSWERABLE as why:
        return refused(question, _frame({name: [] for name in _COLUMNS}), scope, view, str(why))
    table, searches = _table(timed), timed.searches
    answer = _answer(timed, table)
    return Finding(
        key=question.key,
        question=question.asks,
        headline=_headline(table),
        answer=answer,
        tables={"hours": table, "months": _months(timed)},
        provenance=searches.provenance(
            question,
            _METHOD,
            _REFERENCE,
            [f"{wording.plural(int((~timed.used).sum()), 'month')} left out for its times"],
            {"Hours of a month used under a share at midnight of": wording.percent(GATE)},
            per_resident=False,
        ),
        caveats=(
            *_left_out(timed),
            *([] if timed.used.sum() >= MINIMUM_PERIODS else [INDEPENDENT]),
            _AS_WRITTEN,
            _WHO_IS_OUT,
            *searches.gaps(per_resident=False),
        ),
        chart_title="Share of the searches with a time, by the hour in which they began",
        draw=lambda mode: charts.hour_bars(table, mode),
        alt=answer,
    )


def _table(timed: Timed) -> pd.DataFrame:
    counts = timed.by_hour[:, timed.used]
    base = np.broadcast_to(counts.sum(axis=0), counts.shape)
    shares = disparity.find_rates(counts, base)
    table = _frame(
        {
            "hour": range(HOURS),
            "searches": counts.sum(axis=1),
            "base": base.sum(axis=1),
            "share": shares.estimate,
            "low": shares.low,
            "high": shares.high,
            "flag": [""] * HOURS,
        }
    )
    return withhold(table, ["searches"], ["share", "low", "high"], settings().threshold, zeros_shown=True)


def _months(timed: Timed) -> pd.DataFrame:
    """The share at midnight of every month, and whether its times are used."""
    with np.errstate(divide="ignore", invalid="ignore"):
        share = timed.midnight / timed.known
    return _frame(
        {
            "month": timed.searches.months,
            "searches": timed.midnight,
            "of": timed.known,
            "share": share,
            "flag": np.where(timed.used, "", "left out: its times can't be used"),
        }
    )


def _clock(hour: int) -> str:
    return f"{hour % HOURS:02d}:00"


def _headline(table: pd.DataFrame) -> str:
    first = int(table["searches"].to_numpy(dtype=float, na_value=0.0).argmax())
    return f"More searches begin from {_clock(first)} to {_clock(first + 1)} than in any other hour"


def _answer(timed: Timed, table: pd.DataFrame) -> str:
    searches, row = timed.searches, table.iloc[int(table["searches"].to_numpy(dtype=float, na_value=0.0).argmax())]
    hour, used = int(row["hour"]), int(timed.used.sum())
    return (
        f"{searches.force_name}, {searches.span}{searches.limits}: {wording.percent(row['share'])} "
        f"({wording.percent_between(row['low'], row['high'])}) of {int(row['base']):,} searches of persons with a time "
        f"began between {_clock(hour)} and {_clock(hour + 1)}, in {wording.plural(used, 'month')} whose times can "
        "be used."
    )


def _left_out(timed: Timed) -> list[str]:
    names = [wording.month(month) for month, used in zip(timed.searches.months, timed.used, strict=True) if not used]
    untimed = int(timed.untimed[timed.used].sum())
    said = []
    if names:
        said.append(
            f"Left out: {wording.listing(names)}. {wording.percent(GATE)} or more of their times are exactly midnight, "
            f"or under {wording.percent(LEAST_TIMED)} of their searches have a time."
        )
    if untimed:
        said.append(f"{wording.plural(untimed, 'search has', 'searches have')} no time, and are in no share.")
    return said


@lru_cache(maxsize=64)
def _cells(view: View, force: str) -> pd.DataFrame:
    kept = ["month", "power", "hour", "midnight_of_file", "midnight_in_london"]
    rows = view.select(HOURS_CUBE.name, [*kept, "person", "stops"], force=force)
    counted = rows.filter(rows["person"]).group_by(kept, use_threads=False).aggregate([("stops", "sum")])
    return with_codes(counted).rename(columns={"stops_sum": "stops"})


def _frame(columns: dict[str, Any]) -> pd.DataFrame:
    import pandas as pd

    def typed(name: str, values: Any) -> Any:  # noqa: ANN401
        if name in ("month", "flag"):
            return pd.array([str(value) for value in values], dtype="str")
        numbers = np.asarray(values, dtype=np.int64 if name in ("hour", *_WHOLE) else float)
        return with_nulls(numbers, np.zeros(len(numbers), dtype=bool))

    return pd.DataFrame({name: typed(name, list(values)) for name, values in columns.items()})
