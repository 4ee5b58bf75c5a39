"""Whether any team finds something more or less often than chance explains: teams by pseudonym, never an officer."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from analytics import charts, disparity, wording
from analytics.disclosure import withhold
from analytics.disparity import Funnel, ratio_funnel, split_dispersion
from analytics.finding import Finding
from analytics.findings.asked import question_of
from analytics.findings.refusal import refused
from analytics.findings.searches import UNANSWERABLE, NoSearches, Searches
from analytics.findings.stop_and_search.followed import GROUNDS, NOTHING, UNKNOWN, places_of
from analytics.records import records_of, with_nulls
from analytics.scope import Scope
from data.cubes import BLANK, TEAM_CUBE, with_codes
from data.settings import settings
from data.vocabularies import vocabulary

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa
    from numpy.typing import NDArray

    from data.store import View

    Counts = NDArray[np.int64]

LEAST = 20
"""Searches under which nothing is said of a team."""

FEWEST = 2
"""Teams under which there is nothing to set one against."""

REASON_TO_LOOK = (
    "A team outside the limits is a reason to look, and no proof of anything: teams differ in where, when and for what "
    "they search. A team inside them is not shown to search well, and a search that finds nothing can be legitimate."
)
PSEUDONYM = (
    "Teams stand under the pseudonyms of the file, in the order of the alphabet. Nothing here is about an officer, and "
    "the order says nothing of who finds more."
)

_METHOD = (
    "Searches of persons after which an outcome other than no further action followed, over those under powers that "
    "need grounds of which the file says what followed, team by team, against the share of all teams. Limits: mid-P "
    "quantiles of how a team's searches would split at that share, beta-binomial where finds come in clumps, wider "
    "where teams vary more than by chance, narrower by each team's own part in the share. Clearly outside: beyond the "
    "95 % limits, and with a false-discovery rate (Benjamini and Hochberg) below the setting over all."
)
_REFERENCE = (
    "Spiegelhalter 2005, Statistics in Medicine 24, 1185, and Quality and Safety in Health Care 14, 347; Jones, "
    "Ohlssen and Spiegelhalter 2008, Journal of Clinical Epidemiology 61, 232; docs/methods.md"
)
_NARROW = "Limits and intervals take searches as independent and are likely too narrow"

_SHARES = {
    "rate": "ratio", "low": "low", "high": "high",
    **{name: name for name in ("limit_low_95", "limit_high_95", "limit_low_998", "limit_high_998")},
}  # fmt: skip
"""Shares of the table, and the odds of the funnel that each is made of."""
_FIGURES = [*_SHARES, "p_value", "q_value"]
_TEAMS = ["team", "searches", "found", *_FIGURES, "verdict", "flag"]
_WHOLE = ["rate", "low", "high", "searches", "tested", "shown", "outside", "spread", "dispersion"]
INSIDE, ABOVE, BELOW = "within the limits", "clearly above", "clearly below"


@dataclass(frozen=True, eq=False)
class Teams:
    """Searches under powers that need grounds, of which the file says a team and what followed.

    Attributes
    ----------
    searches
        All searches of persons of the scope, in the whole area of the force.
    names
        Pseudonyms in alphabetical order.
    known, found : ndarray of int, shape (teams, months)
        Such searches, and those after which something but no further action followed.
    with_team
        Searches of persons with a team, whatever the power and the outcome.
    """

    searches: Searches
    names: tuple[str, ...]
    known: Counts
    found: Counts
    with_team: int

    @classmethod
    @lru_cache(maxsize=128)
    def of(cls, scope: Scope, view: View) -> Teams:
        """Count the searches of a scope; a district in it limits nothing.

        Raises
        ------
        ScopeError, NoSearches
            As `Searches.of`; where the release was counted before teams were, and where too few are there.
        """
        searches = Searches.of(scope.but(area=None, area_level=None), view)
        if not view.has(TEAM_CUBE.name):
            number = view.release.number if view.release else 0
            raise NoSearches(
                f"Release {number} was counted before teams were; the command “python -m data recount --reason TEXT” "
                "counts it again."
            )
        cells = searches.scope.choose(_cells(view, searches.force))
        names = sorted(set(cells["team"].astype(object)) - {BLANK}, key=_as_read)
        team, month = places_of(cells["team"], names), places_of(cells["month"], searches.months)
        stops, classes = cells["stops"].to_numpy(), {row["name"]: row["class"] for row in vocabulary("powers").rows}
        known = (team >= 0) & _holds(cells["power"], lambda power: classes.get(power) == GROUNDS)
        known &= _holds(cells["outcome"], lambda outcome: outcome not in UNKNOWN)
        found = known & _holds(cells["outcome"], lambda outcome: outcome != NOTHING)

        def by_month(chosen: NDArray[np.bool_]) -> Counts:
            wide = len(searches.months)
            counted = np.bincount(team[chosen] * wide + month[chosen], stops[chosen], minlength=len(names) * wide)
            return counted.astype(np.int64).reshape(len(names), wide)

        teams = cls(searches, tuple(names), by_month(known), by_month(found), int(stops[team >= 0].sum()))
        teams._check()
        return teams

    @property
    def base(self) -> Counts:
        """Searches of each team, shape (teams,)."""
        return self.known.sum(axis=1)

    def _check(self) -> None:
        name, during = self.searches.force_name, self.searches.during
        if not self.names:
            raise NoSearches(
                f"No file of {name} {during} says which team made a search: it is no published column, and a force can "
                "add it to its own file as “Team”, by pseudonym."
            )
        shown = int((self.base >= LEAST).sum())
        if shown < FEWEST:
            raise NoSearches(
                f"{'No team' if not shown else 'Only one team'} of {name} has {LEAST} or more searches {during}"
                f"{self.searches.limits} under powers that need grounds of which the file says what followed, and a "
                "team is set against others."
            )
        if not 0 < self.found.sum() < self.known.sum():
            raise NoSearches(
                f"{'Every' if self.found.sum() else 'No'} search with a team by {name} {during} found something, so "
                "no team differs from another."
            )


@dataclass(frozen=True, eq=False)
class _Judged:
    """Teams and their funnel, and the variance factor of clumps; None where it can't be told."""

    teams: Teams
    funnel: Funnel
    factor: float | None

    @property
    def tested(self) -> int:
        """Teams that the test is of, those too small to be shown among them."""
        return int(np.isfinite(self.funnel.p_value).sum())


def teams(scope: Scope, view: View) -> Finding:
    """The find rate of each team, against limits around that of all of them; no order but the alphabet's."""
    question = question_of(teams)
    try:
        judged = _judge(Teams.of(scope, view))
    except UNANSWERABLE as why:
        return refused(question, _frame([], _TEAMS), scope, view, str(why))
    searches, table, whole = judged.teams.searches, _table(judged), _whole(judged)
    headline, answer = _sentences(judged, table, whole)
    return Finding(
        key=question.key,
        question=question.asks,
        headline=headline,
        answer=answer,
        tables={"teams": table, "whole": whole},
        provenance=searches.provenance(
            question,
            _METHOD,
            _REFERENCE,
            _rules(judged, table),
            {
                "Clearly outside below a false-discovery rate of": f"{settings().false_discovery:.2f}",
                "Teams not shown below": f"{LEAST} searches",
            },
            per_resident=False,
        ),
        caveats=(
            *(
                []
                if judged.factor
                else [f"{_NARROW}: too few months and teams have searches to see how far finds come in clumps."]
            ),
            REASON_TO_LOOK,
            PSEUDONYM,
            *_chance(judged, table),
            *_left_out(judged, table),
            *searches.gaps(per_resident=False),
            *searches.counted(),
        ),
        chart_title="Find rate of each team with its 95 % interval; the band is where 95 of 100 such teams would lie",
        draw=lambda mode: charts.limit_rows(table.rename(columns={"team": "label", "rate": "estimate"}), mode),
        alt=answer,
    )


def _judge(held: Teams) -> _Judged:
    found, other = held.found, held.known - held.found
    label = np.repeat(np.arange(len(held.names)), found.shape[1])
    factor = split_dispersion(found.ravel(), other.ravel(), label).factor
    ones = np.ones(len(held.names))
    made = ratio_funnel(
        found.sum(axis=1),
        ones,
        other.sum(axis=1),
        ones,
        dispersion=factor or 1.0,
        discovery_rate=settings().false_discovery,
    )
    return _Judged(held, made, factor)


def _share(odds: NDArray[np.float64]) -> NDArray[np.float64]:
    """Shares from odds; odds without end are all."""
    with np.errstate(invalid="ignore"):
        return np.where(np.isinf(odds), 1.0, odds / (1 + odds))


def _table(judged: _Judged) -> pd.DataFrame:
    held, made = judged.teams, judged.funnel
    figures = {name: _share(getattr(made, odds)) for name, odds in _SHARES.items()}
    figures |= {name: getattr(made, name) for name in ("p_value", "q_value")}
    above, below = (made.flagged & side for side in (made.ratio > made.limit_high_95, made.ratio < made.limit_low_95))
    rows = [
        {
            "team": name,
            "searches": held.base[place],
            "found": held.found[place].sum(),
            **{figure: values[place] for figure, values in figures.items()},
            "verdict": ABOVE if above[place] else BELOW if below[place] else INSIDE,
            "flag": "" if held.base[place] else "no such search",
        }
        for place, name in enumerate(held.names)
    ]
    table = withhold(_frame(rows, _TEAMS), ["searches"], ["found", *_FIGURES], LEAST, zeros_shown=True)
    table.loc[table["rate"].isna(), "verdict"] = ""
    return table


def _whole(judged: _Judged) -> pd.DataFrame:
    """What is said of all teams together, in one row."""
    held, table = judged.teams, _table(judged)
    made = disparity.find_rates(held.found.sum(axis=0)[None], held.known.sum(axis=0)[None])
    row = {
        "rate": made.estimate[0],
        "low": made.low[0],
        "high": made.high[0],
        "searches": made.searched[0],
        "tested": judged.tested,
        "shown": table["rate"].notna().sum(),
        "outside": table["verdict"].isin([ABOVE, BELOW]).sum(),
        "spread": np.sqrt(judged.funnel.between),
        "dispersion": judged.factor or np.nan,
    }
    return _frame([row], _WHOLE)


_COUNTS = ("searches", "found", "tested", "shown", "outside")
_TEXTS = ("team", "verdict", "flag")


def _frame(rows: list[dict[str, Any]], columns: list[str]) -> pd.DataFrame:
    import pandas as pd

    def column(name: str) -> Any:  # noqa: ANN401
        values = [row[name] for row in rows]
        if name in _TEXTS:
            return pd.array(values, dtype="str")
        numbers = np.array(values, dtype=float)
        return with_nulls(numbers.astype(np.int64) if name in _COUNTS else numbers, np.zeros(len(values), dtype=bool))

    return pd.DataFrame({name: column(name) for name in columns})


def _sentences(judged: _Judged, table: pd.DataFrame, whole: pd.DataFrame) -> tuple[str, str]:
    searches, (row,) = judged.teams.searches, records_of(whole)
    outside = {side: list(table.loc[table["verdict"] == side, "team"]) for side in (ABOVE, BELOW)}
    number, shown = int(row["outside"]), int(row["shown"])
    sides = [
        f"{wording.listing(names)} {'lies' if len(names) == 1 else 'lie'} {side}"
        for side, names in outside.items()
        if names
    ]
    who = " and ".join(sides) or "No team that is shown lies clearly outside"
    answer = (
        f"{who} the limits around the find rate of all teams, {wording.tenths(row['rate'])} "
        f"({wording.tenths_between(row['low'], row['high'])}), {searches.span}, {int(row['searches']):,} searches "
        f"under powers that need grounds in {wording.plural(judged.tested, 'team')} tested together. "
        f"{_varies(judged, number > 0)}"
    )
    if not number:
        return f"No team of {shown} lies clearly outside the limits", answer
    return (
        f"{number} of {wording.plural(shown, 'team')} {'lies' if number == 1 else 'lie'} clearly outside the limits",
        answer,
    )


def _varies(judged: _Judged, outside: bool) -> str:
    if judged.funnel.between:
        return "Teams vary more than by chance, and the limits allow for it."
    return f"{'Apart from that, nothing' if outside else 'Nothing'} shows that teams vary more than by chance."


def _rules(judged: _Judged, table: pd.DataFrame) -> list[str]:
    hidden = int(table["flag"].str.startswith("withheld").sum())
    factor = (
        f"Variance factor of finds within a team: {judged.factor:.1f}"
        if judged.factor
        else "Clumping could not be told from so few team-months: limits take searches as independent"
    )
    return [
        f"{wording.plural(judged.tested, 'team')} tested together",
        *([f"{wording.plural(hidden, 'team')} withheld: fewer than {LEAST} searches"] if hidden else []),
        f"Standard deviation of the log odds between teams beyond chance: {np.sqrt(judged.funnel.between):.2f}",
        factor,
    ]


def _chance(judged: _Judged, table: pd.DataFrame) -> list[str]:
    shown = int(table["rate"].notna().sum())
    marked = int(table["verdict"].isin([ABOVE, BELOW]).sum())
    wrong = {0: "none", 1: "one, which may be so by chance"}.get(
        marked, f"{marked}, of which one or more may be so by chance"
    )
    return [
        f"Of {wording.plural(shown, 'team')} {max(1, round(0.05 * shown))} or fewer would lie outside the "
        f"95{wording.NBSP}% limits by chance. Only what stays clear when all {judged.tested} are tested together, with "
        f"a false-discovery rate below {wording.percent(settings().false_discovery)}, is called clearly outside: "
        f"{wrong}."
    ]


def _left_out(judged: _Judged, table: pd.DataFrame) -> list[str]:
    held, hidden = judged.teams, int(table["flag"].str.startswith("withheld").sum())
    said = [
        f"The file gives a team for {wording.percent(held.with_team / held.searches.total)} of the searches; "
        f"{int(held.base.sum()):,} of them were under powers that need grounds and say what followed."
    ]
    if hidden:
        said.append(
            f"{wording.plural(hidden, 'team')} with fewer than {LEAST} searches {'has' if hidden == 1 else 'have'} no "
            "figure here, and count among all teams and in the tests."
        )
    return said


def _as_read(name: str) -> tuple[list[tuple[bool, int, str]], str]:
    """Where a name stands in an alphabet whose numbers are in order: Team 2 before Team 10."""
    parts = [part for part in re.split(r"([0-9]+)", name.casefold()) if part]
    return [(part.isdecimal(), int(part) if part.isdecimal() else 0, part) for part in parts], name


def _holds(values: pd.Series, holds: Any) -> NDArray[np.bool_]:  # noqa: ANN401
    return np.array([holds(word) for word in values.cat.categories], dtype=bool)[values.cat.codes]


@lru_cache(maxsize=64)
def _cells(view: View, force: str) -> pd.DataFrame:
    """The cube of one force, searches of persons alone: read once for every scope."""
    kept = ["month", "power", "team", "outcome"]
    rows: pa.Table = view.select(TEAM_CUBE.name, [*kept, "person", "stops"], force=force)
    counted = rows.filter(rows["person"]).group_by(kept, use_threads=False).aggregate([("stops", "sum")])
    return with_codes(counted).rename(columns={"stops_sum": "stops"})
