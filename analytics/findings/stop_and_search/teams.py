"""Whether any team finds or films more or less often than chance explains: teams by pseudonym, never an officer."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any

import narwhals as nw
import numpy as np

from analytics import charts, disparity, wording
from analytics.disclosure import second_with, withhold
from analytics.disparity import Funnel, rate_ratios, ratio_funnel, split_dispersion
from analytics.disparity.funnel import MINIMUM_AREAS
from analytics.finding import Finding, Panel
from analytics.findings import choices
from analytics.findings.asked import question_of
from analytics.findings.refusal import refused
from analytics.findings.searches import UNANSWERABLE, NoSearches, Searches, check_counted
from analytics.findings.stop_and_search.followed import GROUNDS, NOTHING, UNKNOWN, places_of
from analytics.records import records_of, with_nulls
from analytics.scope import Scope
from analytics.survey.change import q_values
from data.cubes import BLANK, TEAM_CUBE, with_codes
from data.settings import settings
from data.vocabularies import forces, vocabulary

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa
    from numpy.typing import NDArray

    from analytics.disparity.ratio import Ratios
    from data.store import View

    Counts = NDArray[np.int64]

LEAST = 20
"""Searches under which nothing is said of a team."""

FEWEST = 2
"""Teams under which there is nothing to set one against."""

MINIMUM_TEAMS = MINIMUM_AREAS
"""Teams under which limits can hold whatever there is, so that none outside says nothing."""

REASON_TO_LOOK = (
    "A team outside the limits is a reason to look, and no proof of anything: teams differ in where, when and for what "
    "they search, and in what equipment they have. A team inside them is not shown to search well, and a search that "
    "finds nothing can be legitimate."
)
PSEUDONYM = (
    "Teams stand under the pseudonyms of the file, in the order of the alphabet. Nothing here is about an officer, and "
    "the order says nothing of who does more of anything."
)

_METHOD = (
    "Find rate: searches of persons after which an outcome other than no further action followed, over those under "
    "powers that need grounds of which the file says what followed. Body-worn video on: over those of which the file "
    "says whether it was. Each team against the share of all teams. Limits: mid-P quantiles of how a team's searches "
    "would split at that share, beta-binomial where they come in clumps, wider where teams vary more than by chance, "
    "narrower by each team's own part in the share. Teams with fewer than 20 searches count in none of it. Clearly "
    "outside: beyond the 95 % limits, and with a false-discovery rate (Benjamini and Hochberg) below the setting over "
    "all teams and both shares."
)
_REFERENCE = (
    "Spiegelhalter 2005, Statistics in Medicine 24, 1185, and Quality and Safety in Health Care 14, 347; Jones, "
    "Ohlssen and Spiegelhalter 2008, Journal of Clinical Epidemiology 61, 232; docs/methods.md"
)
_LIMITS = ("limit_low_95", "limit_high_95", "limit_low_998", "limit_high_998")
_OWN = ("estimate", "low", "high")
_FIGURES = [*_OWN, *_LIMITS, "p_value", "q_value"]
_TEAMS = ["what", "team", "searches", "with_it", *_FIGURES, "verdict", "flag"]
_WHOLE = ["what", "estimate", "low", "high", "searches", "tested", "shown", "outside", "spread", "dispersion"]
_NAMED = 3
"""So many teams on one side of the limits are named in the answer; the drawing and the table name the others."""
INSIDE, ABOVE, BELOW = "within the limits", "clearly above", "clearly below"
FOUND, FILMED = "Find rate", "Body-worn video on"
_NO_COLUMN = "it is no published column, and a force can add it to its own file as “Team”, by pseudonym"
BESIDE = "withheld: with totals it would tell a team that is too small"
"""Flag of a team that is withheld beside the only small one."""


@dataclass(frozen=True, eq=False)
class Counted:
    """What is counted of each team.

    Attributes
    ----------
    what
        `FOUND` or `FILMED`.
    known, yes : ndarray of int, shape (teams, months)
        Searches of which the file says it, and those of which it says yes.
    """

    what: str
    known: Counts
    yes: Counts

    @property
    def base(self) -> Counts:
        """Searches of each team, shape (teams,)."""
        return self.known.sum(axis=1)

    @property
    def kept(self) -> NDArray[np.bool_]:
        """Teams that are shown, shape (teams,).

        Where one alone is too small, the smallest other one is not shown either: totals of other questions, less the
        teams that are, would tell its searches.
        """
        base = self.base
        large = np.asarray(base >= LEAST)
        second = second_with(base, (base > 0) & ~large)
        if second is not None:
            large[second] = False
        return large

    @property
    def shown(self) -> Counted:
        """The same with nothing counted of teams that are not shown.

        A total with them would tell, less the teams that are shown, what is withheld.
        """
        kept = self.kept[:, None]
        return Counted(self.what, self.known * kept, self.yes * kept)

    @property
    def told(self) -> bool:
        """Whether teams can be set against each other by it."""
        shown = self.shown
        return bool((shown.base > 0).sum() >= FEWEST and 0 < shown.yes.sum() < shown.known.sum())


@dataclass(frozen=True, eq=False)
class Teams:
    """Searches of which the file says a team.

    Attributes
    ----------
    searches
        All searches of persons of the scope, in the whole area of the force.
    names
        Pseudonyms in alphabetical order.
    found, filmed
        Searches under powers that need grounds of which the file says what followed; and searches of which it says
        whether body-worn video was on.
    with_team
        Searches of persons with a team, whatever the power and the outcome.
    """

    searches: Searches
    names: tuple[str, ...]
    found: Counted
    filmed: Counted
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
        named(searches.scope, view)
        cells = searches.scope.choose(_cells(view, searches.force))
        names = sorted(set(cells["team"].astype(object)) - {BLANK}, key=_as_read)
        team, month = places_of(cells["team"], names), places_of(cells["month"], searches.months)
        stops, classes = cells["stops"].to_numpy(), {row["name"]: row["class"] for row in vocabulary("powers").rows}
        given = (team >= 0) & _holds(cells["power"], lambda power: classes.get(power) == GROUNDS)
        given &= _holds(cells["outcome"], lambda outcome: outcome not in UNKNOWN)
        said = (team >= 0) & _holds(cells["bwv_on"], lambda word: word != BLANK)

        def by_month(chosen: NDArray[np.bool_]) -> Counts:
            wide = len(searches.months)
            counted = np.bincount(team[chosen] * wide + month[chosen], stops[chosen], minlength=len(names) * wide)
            return counted.astype(np.int64).reshape(len(names), wide)

        found = given & _holds(cells["outcome"], lambda outcome: outcome != NOTHING)
        filmed = said & _holds(cells["bwv_on"], lambda word: word == "Yes")
        teams = cls(
            searches,
            tuple(names),
            Counted(FOUND, by_month(given), by_month(found)),
            Counted(FILMED, by_month(said), by_month(filmed)),
            int(stops[team >= 0].sum()),
        )
        teams._check()
        return teams

    @property
    def counted(self) -> list[Counted]:
        """By what teams can be set against each other."""
        return [one for one in (self.found, self.filmed) if one.told]

    def _check(self) -> None:
        name, during = self.searches.force_name, self.searches.during
        if not self.names:
            raise NoSearches(f"No file of {name} {during} says which team made a search: {_NO_COLUMN}.")
        if self.counted:
            return
        shown = int((np.maximum(self.found.base, self.filmed.base) >= LEAST).sum())
        if shown >= FEWEST > max(int(one.kept.sum()) for one in (self.found, self.filmed)):
            raise NoSearches(
                f"{name} has {shown} teams with {LEAST} or more searches {during}{self.searches.limits} and one with "
                "fewer. Beside that one another is withheld, so that totals do not tell its searches, and too few are "
                "left to be set against each other."
            )
        if shown < FEWEST:
            raise NoSearches(
                f"{'No team' if not shown else 'Only one team'} of {name} has {LEAST} or more searches {during}"
                f"{self.searches.limits} of which the file says what followed, or whether body-worn video was on, and "
                "a team is set against others."
            )
        raise NoSearches(
            f"Of searches with a team by {name} {during}{self.searches.limits} all or none found something, and of all "
            "or none body-worn video was on, so no team differs from another."
        )


def named(scope: Scope, view: View) -> None:
    """See that some file of a force names teams, whatever the period and the power.

    Raises
    ------
    ScopeError, NoSearches
        If none does, or the release was counted before teams were.
    """
    force = str(choices.complete(scope, view).force)
    check_counted(view, TEAM_CUBE.name, "teams")
    if force not in _with_teams(view):
        raise NoSearches(
            f"No file of {forces()[force]['short']} that is loaded says which team made a search: {_NO_COLUMN}."
        )


@dataclass(frozen=True, eq=False)
class _Judged:
    """Teams by one thing: their funnel, q-values over all that is tested, and the variance factor of clumps.

    The factor is None where it can't be told.
    """

    counted: Counted
    funnel: Funnel
    factor: float | None
    q_value: NDArray[np.float64]

    @property
    def own(self) -> Ratios:
        """Of each team by itself the odds of yes, with their interval."""
        shown = self.counted.shown
        yes, ones = shown.yes.sum(axis=1), np.ones(len(shown.yes))
        return rate_ratios(yes, ones, shown.base - yes, ones, self.factor or 1.0)

    @property
    def tested(self) -> int:
        """Teams that the test is of."""
        return int(np.isfinite(self.funnel.p_value).sum())

    @property
    def flagged(self) -> NDArray[np.bool_]:
        """Teams that stay clear when all are tested together."""
        return np.asarray(np.nan_to_num(self.q_value, nan=1.0) < settings().false_discovery)


def teams(scope: Scope, view: View) -> Finding:
    """Find rate and video of each team, against limits around those of all of them; no order but the alphabet's."""
    question = question_of(teams)
    try:
        held = Teams.of(scope, view)
    except UNANSWERABLE as why:
        return refused(question, _frame([], _TEAMS), scope, view, str(why))
    judged, searches = _judge(held), held.searches
    table = _table(held, judged)
    whole = _whole(judged, table)
    headline, answer = _sentences(table, whole, searches)
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
            *_narrow(judged),
            *_few(judged),
            REASON_TO_LOOK,
            PSEUDONYM,
            *_chance(judged, table),
            *_varying(judged),
            *_left_out(held, table),
            *searches.gaps(per_resident=False),
            *searches.counted(),
        ),
        panels=_panels(table, whole),
        alt=answer,
    )


def _judge(held: Teams) -> list[_Judged]:
    """The model's word on teams, by each thing that can be told; q-values are over all of it."""
    funnels = [_funnel(one.shown) for one in held.counted]
    q_value = q_values(np.concatenate([made.p_value for made, _ in funnels])).reshape(len(funnels), -1)
    return [_Judged(one, *made, q) for one, made, q in zip(held.counted, funnels, q_value, strict=True)]


def _funnel(one: Counted) -> tuple[Funnel, float | None]:
    other = one.known - one.yes
    label = np.repeat(np.arange(len(other)), other.shape[1])
    factor = split_dispersion(one.yes.ravel(), other.ravel(), label).factor
    ones = np.ones(len(other))
    made = ratio_funnel(one.yes.sum(axis=1), ones, other.sum(axis=1), ones, dispersion=factor or 1.0)
    return made, factor


def _share(odds: NDArray[np.float64]) -> NDArray[np.float64]:
    """Shares from odds; odds without end are all."""
    with np.errstate(invalid="ignore"):
        return np.where(np.isinf(odds), 1.0, odds / (1 + odds))


def _table(held: Teams, judged: list[_Judged]) -> pd.DataFrame:
    rows = [row for one in judged for row in _rows(held, one)]
    table = withhold(_frame(rows, _TEAMS), ["searches"], ["with_it", *_FIGURES], LEAST, zeros_shown=True)
    beside = np.concatenate([~one.counted.kept & (one.counted.base >= LEAST) for one in judged])
    hidden = {name: table[name].mask(beside) for name in ("searches", "with_it", *_FIGURES)}
    table = table.assign(**hidden, flag=table["flag"].mask(beside, BESIDE))
    table.loc[table["estimate"].isna(), "verdict"] = ""
    return table


def _rows(held: Teams, one: _Judged) -> list[dict[str, Any]]:
    made, base = one.funnel, one.counted.base
    odds = {name: getattr(one.own, name) for name in _OWN} | {name: getattr(made, name) for name in _LIMITS}
    figures = {name: _share(values) for name, values in odds.items()}
    figures |= {"p_value": made.p_value, "q_value": one.q_value}
    above, below = (one.flagged & side for side in (made.ratio > made.limit_high_95, made.ratio < made.limit_low_95))
    return [
        {
            "what": one.counted.what,
            "team": name,
            "searches": base[place],
            "with_it": one.counted.yes[place].sum(),
            **{figure: values[place] for figure, values in figures.items()},
            "verdict": ABOVE if above[place] else BELOW if below[place] else INSIDE,
            "flag": "" if base[place] else "no such search",
        }
        for place, name in enumerate(held.names)
    ]


def _whole(judged: list[_Judged], table: pd.DataFrame) -> pd.DataFrame:
    """What is said of all teams together, one row for each thing that is counted."""
    rows = []
    for one in judged:
        shown = one.counted.shown
        made = disparity.find_rates(shown.yes.sum(axis=0)[None], shown.known.sum(axis=0)[None])
        own = table[table["what"] == one.counted.what]
        rows.append(
            {
                "what": one.counted.what,
                "estimate": made.estimate[0],
                "low": made.low[0],
                "high": made.high[0],
                "searches": made.searched[0],
                "tested": one.tested,
                "shown": own["estimate"].notna().sum(),
                "outside": own["verdict"].isin([ABOVE, BELOW]).sum(),
                "spread": np.sqrt(one.funnel.between),
                "dispersion": one.factor or np.nan,
            }
        )
    return _frame(rows, _WHOLE)


def _panels(table: pd.DataFrame, whole: pd.DataFrame) -> tuple[Panel, ...]:
    panels = []
    for row in records_of(whole):
        drawn = table[table["what"] == row["what"]].rename(columns={"team": "label"})
        label = f"{row['what']}; the band is where 95 of 100 such teams would lie"
        said = "; ".join(
            f"{team['label']} {wording.percent(team['estimate'])}, {team['verdict']}"
            for team in records_of(drawn)
            if not wording.missing(team["estimate"])
        )
        panels.append(Panel(label, "", "", partial(charts.limit_rows, drawn), f"{row['what']} of each team: {said}"))
    return tuple(panels)


_COUNTS = ("searches", "with_it", "tested", "shown", "outside")
_TEXTS = ("what", "team", "verdict", "flag")


def _frame(rows: list[dict[str, Any]], columns: list[str]) -> pd.DataFrame:
    import pandas as pd

    def column(name: str) -> Any:  # noqa: ANN401
        values = [row[name] for row in rows]
        if name in _TEXTS:
            return pd.array(values, dtype="str")
        numbers = np.array(values, dtype=float)
        return with_nulls(numbers.astype(np.int64) if name in _COUNTS else numbers, np.zeros(len(values), dtype=bool))

    return pd.DataFrame({name: column(name) for name in columns})


def _sentences(table: pd.DataFrame, whole: pd.DataFrame, searches: Searches) -> tuple[str, str]:
    number = table.loc[table["verdict"].isin([ABOVE, BELOW]), "team"].nunique()
    shown = table.loc[table["estimate"].notna(), "team"].nunique()
    parts = [_of_one(table[table["what"] == row["what"]], row) for row in records_of(whole)]
    answer = f"{searches.span}: {'; '.join(parts)}."
    answer = f"{answer[0].upper()}{answer[1:]}"
    if not number and whole["tested"].max() < MINIMUM_TEAMS:
        return f"{wording.plural(shown, 'team')}: too few to say whether any lies outside limits", answer
    if not number:
        return f"No team of {shown} lies clearly outside the limits", answer
    lies = "lies" if number == 1 else "lie"
    return f"{number} of {wording.plural(shown, 'team')} {lies} clearly outside the limits", answer


def _of_one(table: pd.DataFrame, row: Mapping[Any, Any]) -> str:
    """Which teams lie outside the limits around one share of all teams."""
    outside = {side: list(table.loc[table["verdict"] == side, "team"]) for side in (ABOVE, BELOW)}
    sides = [f"{wording.listing(names, _NAMED)} {side}" for side, names in outside.items() if names]
    base = wording.plural(int(row["searches"]), "search", "searches")
    few = row["tested"] < MINIMUM_TEAMS
    none = "too few teams to say whether any lies outside" if few else "no team clearly outside"
    return (
        f"{row['what'].lower()} {wording.tenths(row['estimate'])} ({wording.tenths_between(row['low'], row['high'])}, "
        f"{base} of {wording.plural(int(row['shown']), 'team')}), {' and '.join(sides) or none}"
    )


def _rules(judged: list[_Judged], table: pd.DataFrame) -> list[str]:
    hidden = int(table["flag"].str.startswith("withheld: fewer").sum())
    said = [f"{wording.plural(sum(one.tested for one in judged), 'share')} of teams tested together"]
    if hidden:
        said.append(f"{wording.plural(hidden, 'figure')} withheld: fewer than {LEAST} searches")
    for one in judged:
        factor = f"{one.factor:.1f}" if one.factor else "not told from so few team-months, so taken as 1"
        said.append(
            f"{one.counted.what}: variance factor within a team {factor}; standard deviation of the log odds between "
            f"teams beyond chance {np.sqrt(one.funnel.between):.2f}"
        )
    return said


def _narrow(judged: list[_Judged]) -> list[str]:
    if all(one.factor for one in judged):
        return []
    return [
        "Limits and intervals take searches as independent and are likely too narrow: too few months and teams have "
        "searches to see how far they come in clumps."
    ]


def _few(judged: list[_Judged]) -> list[str]:
    if all(one.tested >= MINIMUM_TEAMS for one in judged):
        return []
    return [
        f"With fewer than {MINIMUM_TEAMS} teams, how far they vary is known only roughly, and one that is unlike the "
        "others widens the limits of all: that none lies outside is then no sign that teams are alike."
    ]


def _chance(judged: list[_Judged], table: pd.DataFrame) -> list[str]:
    tested, marked = sum(one.tested for one in judged), int(table["verdict"].isin([ABOVE, BELOW]).sum())
    wrong = {0: "none", 1: "one, which may be so by chance"}
    return [
        f"Of {wording.plural(tested, 'share')} about 1 in 20 would lie outside the 95{wording.NBSP}% limits by chance. "
        f"Only what stays clear when all {tested} are tested together, with a false-discovery rate below "
        f"{wording.percent(settings().false_discovery)}, is called clearly outside: "
        f"{wrong.get(marked, f'{marked}, of which one or more may be so by chance')}."
    ]


def _varying(judged: list[_Judged]) -> list[str]:
    """By what teams vary more than by chance, for which the limits are wider."""
    varying = [one.counted.what.lower() for one in judged if one.funnel.between]
    if not varying:
        return []
    return [f"Teams vary more than by chance, and the limits allow for it: {wording.listing(varying)}."]


def _left_out(held: Teams, table: pd.DataFrame) -> list[str]:
    hidden = table.loc[table["flag"].str.startswith("withheld: fewer"), "team"].nunique()
    said = [
        f"The file gives a team for {wording.percent(held.with_team / held.searches.total)} of the searches; of "
        f"{int(held.found.shown.base.sum()):,} by teams that are shown, under powers that need grounds, it says what "
        f"followed, and of {int(held.filmed.shown.base.sum()):,} whether body-worn video was on."
    ]
    if hidden:
        have, count, those = ("has", "counts", "it") if hidden == 1 else ("have", "count", "them")
        said.append(
            f"{wording.plural(hidden, 'team')} with fewer than {LEAST} searches {have} no figure here, and {count} in "
            f"no total, no limit and no test, so that none tells of {those}."
        )
    if (table["flag"] == BESIDE).any():
        said.append(
            "Beside the only small team the smallest other one is left out too: totals would tell the small one."
        )
    return said


def _as_read(name: str) -> tuple[list[tuple[bool, int, str]], str]:
    """Where a name stands in an alphabet whose numbers are in order: Team 2 before Team 10."""
    parts = [part for part in re.split(r"([0-9]+)", name.casefold()) if part]
    return [(part.isdecimal(), int(part) if part.isdecimal() else 0, part) for part in parts], name


def _holds(values: pd.Series, holds: Any) -> NDArray[np.bool_]:  # noqa: ANN401
    return np.array([holds(word) for word in values.cat.categories], dtype=bool)[values.cat.codes]


@lru_cache(maxsize=8)
def _with_teams(view: View) -> frozenset[str]:
    """Forces of which some file names a team."""
    rows = view.rows(TEAM_CUBE.name).filter(nw.col("team") != BLANK, nw.col("person")).select("force").unique()
    return frozenset(rows.collect("pandas").to_native()["force"].astype(object))


@lru_cache(maxsize=64)
def _cells(view: View, force: str) -> pd.DataFrame:
    """The cube of one force, searches of persons alone: read once for every scope."""
    kept = ["month", "power", "team", "outcome", "bwv_on"]
    rows: pa.Table = view.select(TEAM_CUBE.name, [*kept, "person", "stops"], force=force)
    counted = rows.filter(rows["person"]).group_by(kept, use_threads=False).aggregate([("stops", "sum")])
    return with_codes(counted).rename(columns={"stops_sum": "stops"})
