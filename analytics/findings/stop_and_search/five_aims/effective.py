"""The first aim: of how many searches something comes, and which kinds of search find clearly less than the rest."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from analytics import disparity, wording
from analytics.disclosure import withhold
from analytics.disparity.dispersion import MINIMUM_PERIODS
from analytics.findings.stop_and_search.by_object import DRUGS as CONTROLLED
from analytics.findings.stop_and_search.by_object import contradict
from analytics.findings.stop_and_search.by_object import known as known_object
from analytics.findings.stop_and_search.find_rates import APART
from analytics.findings.stop_and_search.five_aims import criteria
from analytics.findings.stop_and_search.five_aims.criteria import (
    FEW_MONTHS,
    LEAST_OF_KIND,
    LOOK,
    NO_YARDSTICK,
    NOT_RIGHT,
    SHARE,
    UNCLEAR,
    Criterion,
    Part,
    no_data,
)
from analytics.findings.stop_and_search.followed import GROUNDS, NOTHING, Followed
from analytics.findings.stop_and_search.object_words import object_as_label
from analytics.findings.stop_and_search.objects import NAMES
from analytics.findings.stop_and_search.shared import CHANCE, LEAST_KNOWN, typed_frame
from analytics.findings.tested import SIDES, sides_of
from analytics.records import records_of
from data.settings import settings

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    Chosen = NDArray[np.bool_]
    Codes = NDArray[np.int64]
    Gaps = list[disparity.FindRateGap | None]

AIM = 1
FINDS = "Do searches of some kinds find clearly less than the rest?"
DRUGS = "How much of it is searching for drugs?"
NO_GROUNDS = "no search was made under a power that needs grounds."
POWERS = {GROUNDS: "Powers that need grounds", **APART}
REST = f"Other objects, under {LEAST_OF_KIND} searches each"
_BY_CHANCE = f"{CHANCE}, so not tested"
_MIRROR = "gap not given: that of the other kind is withheld"
KINDS = [
    "power_class", "object", "searches", "found", "rate", "low", "high", "gap", "gap_low", "gap_high", "p_value",
    "q_value", "verdict", "flag",
]  # fmt: skip
_FIGURES = KINDS[KINDS.index("found") : KINDS.index("q_value") + 1]


def effective(followed: Followed) -> Part:
    """What the first aim comes to."""
    if contradict(followed):
        nothing = typed_frame([], KINDS, ["searches", "found"])
        return Part(tuple(no_data(AIM, asks, NOT_RIGHT) for asks in (FINDS, DRUGS)), {"kinds": nothing})
    kinds = kinds_of(followed)
    held_back = int(kinds["flag"].str.startswith("withheld").sum())
    return Part(
        (_finds(followed, kinds), _drugs(followed)),
        {"kinds": kinds},
        (
            f"A search found something where an outcome other than {NOTHING.lower()} followed, whether or not it has "
            "to do with what was looked for. Kinds are set against the others under powers of their class, so that "
            "searches without suspicion are never mixed with those on grounds.",
        ),
        (f"{wording.plural(held_back, 'kind of search', 'kinds of search')} withheld: small counts",)
        if held_back
        else (),
    )


def kinds_of(followed: Followed) -> pd.DataFrame:
    """Find rates by class of power and by what was looked for, each against the others of its class.

    Returns
    -------
    DataFrame
        Columns `KINDS`; a kind that is not tested has no verdict.
    """
    rows = [row for power in POWERS for row in _of_power(followed, power)]
    table = typed_frame(rows, KINDS, ["searches", "found"])
    ends = (table[name].to_numpy(dtype=float, na_value=np.nan) for name in ("gap_low", "gap_high", "p_value"))
    words, q = sides_of(*ends)
    table = table.assign(verdict=words).assign(q_value=q).astype({"q_value": "Float64", "verdict": "str"})
    least = settings().threshold
    table = withhold(table, ["searches"], _FIGURES, least, zeros_shown=True, flag_kept=True)
    shown = withhold(
        table, ["found"], _FIGURES[1:], least, zeros_shown=True, flag_kept=True, what="searches that found something"
    )
    # Of kinds in which nothing at all was found the rate is 0, and no more than that is known of it.
    return _without_mirrors(shown[KINDS])


def _without_mirrors(table: pd.DataFrame) -> pd.DataFrame:
    """With no gap of a kind whose only other one has its rate withheld: the gap would give it away."""
    of_class, hidden = table["power_class"], table["rate"].isna() & table["flag"].str.startswith("withheld")
    pair = (of_class.map(of_class.value_counts()) == 2) & of_class.isin(of_class[hidden]) & ~hidden
    made = table.copy()
    made.loc[pair, _FIGURES[_FIGURES.index("gap") :]] = None
    made.loc[pair, "flag"] = [f"{flag}; {_MIRROR}" if flag else _MIRROR for flag in made.loc[pair, "flag"]]
    return made


def _of_power(followed: Followed, power: str) -> list[dict[str, Any]]:
    """Rows of the kinds of one class of powers."""
    under = followed.under(power)
    strata = _strata(followed, under)
    if not strata:
        return []
    known, found = (
        np.array([followed.by_month(cells & which).sum(axis=0) for cells in strata.values()])
        for which in (followed.given, followed.something)
    )
    said = np.array([followed.total(cells & followed.given) / followed.total(cells) for cells in strata.values()])
    rates, usable = disparity.find_rates(found, known), (said >= LEAST_KNOWN) & (known.sum(axis=1) > 0)
    gaps, rows = _gaps(found, known, usable), []
    for place, name in enumerate(strata):
        row: dict[str, Any] = {"power_class": POWERS[power], "object": name, "searches": int(known[place].sum())}
        if not usable[place]:
            row |= {"searches": followed.total(strata[name])}
            rows.append(row | {"flag": f"not given: what followed is said for {wording.percent(said[place])}"})
            continue
        row |= {"found": int(rates.found[place]), "rate": rates.estimate[place]}
        row |= {"low": rates.low[place], "high": rates.high[place], "flag": _flag(rates, place, usable, gaps[place])}
        gap = gaps[place]
        if gap is not None:
            row |= {"gap": gap.difference.estimate, "gap_low": gap.difference.low, "gap_high": gap.difference.high}
            row |= {"p_value": gap.p_value if gap.clusters else None}
        rows.append(row)
    return rows


def _gaps(found: Codes, known: Codes, usable: Chosen) -> Gaps:
    """How far each kind is from the others of its class; None where it has none, or too few searches.

    Of two kinds one gap is the other's mirror, so both are told where one of them has enough searches.
    """
    often = usable & (known.sum(axis=1) >= LEAST_OF_KIND)
    told = usable if usable.sum() == 2 and often.any() else often
    gaps: Gaps = [None] * len(usable)
    if usable.sum() > 1:
        made = disparity.gaps_to_rest(found[usable], known[usable])
        for at, gap in zip(np.flatnonzero(usable).tolist(), made, strict=True):
            gaps[at] = gap if told[at] else None
    return gaps


def _flag(rates: disparity.FindRates, place: int, usable: Chosen, gap: disparity.FindRateGap | None) -> str:
    if gap is not None and not gap.clusters:
        return _BY_CHANCE
    said = [CHANCE] if rates.cells[place] < MINIMUM_PERIODS else []
    if usable.sum() < 2:
        said.append("no other kind to set it against")
    elif gap is None:
        said.append("too few searches to be tested")
    return "; ".join(said)


def _strata(followed: Followed, under: Chosen) -> dict[str, Chosen]:
    """Cells by what was looked for, the most frequent first; what was looked for seldom is put together."""
    own = {name: cells for name in followed.objects if (cells := under & followed.looked_for(name)).any()}
    counts = {name: followed.total(cells) for name, cells in own.items()}
    often = sorted((name for name in own if counts[name] >= LEAST_OF_KIND), key=lambda name: -counts[name])
    seldom = [name for name in own if name not in often]
    strata = {NAMES.get(name, name): own[name] for name in often}
    if len(seldom) == 1:
        strata[NAMES.get(seldom[0], seldom[0])] = own[seldom[0]]
    elif seldom:
        strata[REST] = np.logical_or.reduce([own[name] for name in seldom])
    return strata


def _finds(followed: Followed, kinds: pd.DataFrame) -> Criterion:
    """Of how many searches on grounds something came, and whether some kinds find clearly less."""
    grounds = followed.grounds
    every, known = followed.total(grounds), followed.total(grounds & followed.given)
    if not every:
        return no_data(AIM, FINDS, NO_GROUNDS)
    if known < LEAST_KNOWN * every:
        share = wording.percent(known / every)
        return no_data(AIM, FINDS, f"what followed is said for {share} of the searches under powers that need grounds.")
    found, of_all = (
        followed.by_month(grounds & which).sum(axis=0)[None] for which in (followed.something, followed.given)
    )
    rate, rows = disparity.find_rates(found, of_all), records_of(kinds)
    tested = criteria.of_tests([str(row["verdict"]) for row in rows], [_low(row) for row in rows])
    small = 0 < rate.found[0] < settings().threshold
    figure = (float(rate.estimate[0]), float(rate.low[0]), float(rate.high[0]))
    ends: tuple[float | None, float | None, float | None] = (None, None, None) if small else figure
    said = (
        f"Something was found in {_share(rate)} of the searches under powers that need grounds. "
        if not small
        else "Too few searches found something to give the rate. "
    )
    if tested == criteria.NO_DATA and any(_BY_CHANCE in row["flag"] for row in rows):
        return Criterion(AIM, FINDS, UNCLEAR, said + FEW_MONTHS, *ends, known, SHARE)
    if tested == criteria.NO_DATA:
        alone = f"{said}There are no two kinds to set against each other."
        return Criterion(AIM, FINDS, tested, alone, *ends, known, SHARE)
    return Criterion(AIM, FINDS, tested, said + _why(rows, tested), *ends, known, SHARE)


def _low(row: dict[Any, Any]) -> float:
    """The lower end of a gap; of one that is withheld and not clearly lower nothing large is ruled out."""
    return -1.0 if wording.missing(row["gap_low"]) else float(row["gap_low"])


def _why(rows: list[dict[Any, Any]], verdict: str) -> str:
    below = [row for row in rows if row["verdict"] == SIDES.below]
    if verdict == LOOK:
        names = sorted((_kind(row) for row in below), key=str.casefold)
        return f"Clearly less than the others of their class: {'; '.join(names)}."
    told = [row for row in rows if row["verdict"]]
    others = len(rows) - len(told)
    more = wording.plural(others, "other kind of search", "other kinds of search") if others else ""
    none = (
        f"None of {len(told):,} kinds of search finds"
        if len(told) > 1
        else "The one kind of search that could be tested does not find"
    )
    return f"{none} clearly less than the others of its class.{criteria.rest_of([_low(row) for row in told], more)}"


def _kind(row: dict[Any, Any]) -> str:
    power, kind = str(row["power_class"]), object_as_label(str(row["object"]))
    under = "" if power == POWERS[GROUNDS] else f", {power[0].lower()}{power[1:]}"
    if wording.missing(row["rate"]):
        nothing = not wording.missing(row["found"])  # A count of 0 is shown, any other small one is not.
        return f"{kind}{under} ({'nothing found' if nothing else 'rate withheld'})"
    between = wording.percent_between(row["low"], row["high"])
    return f"{kind}{under} ({wording.percent(row['rate'])}, {between})"


def _share(rate: disparity.FindRates) -> str:
    """The rate of the only row of some, with its interval and whether that is by chance alone."""
    chance = f", {CHANCE}" if rate.cells[0] < MINIMUM_PERIODS else ""
    return f"{wording.percent(rate.estimate[0])} ({wording.percent_between(rate.low[0], rate.high[0])}{chance})"


def _drugs(followed: Followed) -> Criterion:
    """How many of the searches on grounds were for drugs, of those whose object is recorded.

    Under a power that needs no suspicion nothing in particular is looked for, so what stands there as object says
    nothing of what the force chose to look for; by its own question objects are counted so as well.
    """
    said, every = known_object(followed), followed.total(followed.grounds)
    if not every:
        return no_data(AIM, DRUGS, NO_GROUNDS)
    known = followed.total(said)
    if known < LEAST_KNOWN * every:
        share = wording.percent(known / every)
        why = f"what was looked for is said for {share} of the searches under powers that need grounds."
        return no_data(AIM, DRUGS, why)
    drugs = said & followed.looked_for(CONTROLLED) if CONTROLLED in followed.objects else said & False
    rate = disparity.find_rates(*(followed.by_month(which).sum(axis=0)[None] for which in (drugs, said)))
    if 0 < rate.found[0] < settings().threshold:
        return no_data(AIM, DRUGS, f"fewer than {settings().threshold} searches were for drugs.")
    number = (float(rate.estimate[0]), float(rate.low[0]), float(rate.high[0]))
    why = (
        f"{_share(rate)} of the searches under powers that need grounds whose object is recorded were for drugs. The "
        "files do not tell possession from supply, and no source says how large a share is too large."
    )
    return Criterion(AIM, DRUGS, NO_YARDSTICK, why, *number, known, SHARE)
