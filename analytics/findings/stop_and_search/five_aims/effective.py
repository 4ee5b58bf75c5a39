"""The first aim: of how many searches something comes, and which kinds of search find clearly less than the rest."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from analytics import disparity, wording
from analytics.disclosure import withhold
from analytics.disparity.dispersion import MINIMUM_PERIODS
from analytics.findings.stop_and_search.by_object import contradict
from analytics.findings.stop_and_search.find_rates import APART, LEAST_KNOWN
from analytics.findings.stop_and_search.five_aims import criteria
from analytics.findings.stop_and_search.five_aims.criteria import (
    LEAST_OF_KIND,
    LOOK,
    NO_YARDSTICK,
    NOT_RIGHT,
    SHARE,
    Criterion,
    Part,
    no_data,
)
from analytics.findings.stop_and_search.followed import GROUNDS, NOTHING, Followed
from analytics.findings.stop_and_search.shared import CHANCE, UNTESTED, typed_frame
from analytics.findings.tested import SIDES, sides_of
from analytics.records import records_of
from data.cubes import BLANK, NOT_RECOGNISED
from data.settings import settings

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    Chosen = NDArray[np.bool_]
    Codes = NDArray[np.int64]

AIM = 1
FINDS = "Do searches of some kinds find clearly less than the rest?"
DRUGS = "How much of it is searching for drugs?"
DRUG_OBJECTS = ("Controlled drugs", "Psychoactive substances")
"""What is looked for in a search for drugs."""

POWERS = {GROUNDS: "Powers that need grounds", **APART}
REST = f"Other objects, under {LEAST_OF_KIND} searches each"
_OBJECTS = {BLANK: "Object not recorded", NOT_RECOGNISED: "Object not in our list"}
_NOT_SAID = (BLANK, NOT_RECOGNISED, "Object not detailed")
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
            "to "
            "do with what was looked for. Kinds are set against the others under powers of their class, so that "
            "searches "
            "without suspicion are never mixed with those on grounds.",
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
    return shown[KINDS]


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
    gaps: list[disparity.FindRateGap | None] = [None] * len(strata)
    if usable.sum() > 1:
        made = disparity.gaps_to_rest(found[usable], known[usable])
        for at, gap in zip(np.flatnonzero(usable).tolist(), made, strict=True):
            gaps[at] = gap if known[at].sum() >= LEAST_OF_KIND else None
    rows = []
    for place, name in enumerate(strata):
        row: dict[str, Any] = {"power_class": POWERS[power], "object": name, "searches": int(known[place].sum())}
        if not usable[place]:
            row |= {"searches": followed.total(strata[name])}
            rows.append(row | {"flag": f"not given: what followed is said for {wording.percent(said[place])}"})
            continue
        row |= {"found": int(rates.found[place]), "rate": rates.estimate[place]}
        row |= {"low": rates.low[place], "high": rates.high[place], "flag": _flag(rates, place, usable)}
        gap = gaps[place]
        if gap is not None:
            row |= {"gap": gap.difference.estimate, "gap_low": gap.difference.low, "gap_high": gap.difference.high}
            row |= {"p_value": gap.p_value}
        rows.append(row)
    return rows


def _flag(rates: disparity.FindRates, place: int, usable: Chosen) -> str:
    said = [CHANCE] if rates.cells[place] < MINIMUM_PERIODS else []
    if usable.sum() < 2:
        said.append("no other kind to set it against")
    elif rates.searched[place] < LEAST_OF_KIND:
        said.append("too few searches to be tested")
    return "; ".join(said)


def _strata(followed: Followed, under: Chosen) -> dict[str, Chosen]:
    """Cells by what was looked for, the most frequent first; what was looked for seldom is put together."""
    own = {name: cells for name in followed.objects if (cells := under & followed.looked_for(name)).any()}
    counts = {name: followed.total(cells) for name, cells in own.items()}
    often = sorted((name for name in own if counts[name] >= LEAST_OF_KIND), key=lambda name: -counts[name])
    seldom = [name for name in own if name not in often]
    strata = {_OBJECTS.get(name, name): own[name] for name in often}
    if len(seldom) == 1:
        strata[_OBJECTS.get(seldom[0], seldom[0])] = own[seldom[0]]
    elif seldom:
        strata[REST] = np.logical_or.reduce([own[name] for name in seldom])
    return strata


def _finds(followed: Followed, kinds: pd.DataFrame) -> Criterion:
    """Of how many searches on grounds something came, and whether some kinds find clearly less."""
    grounds = followed.grounds
    every, known = followed.total(grounds), followed.total(grounds & followed.given)
    if not every:
        return no_data(AIM, FINDS, "no search was made under a power that needs grounds.")
    if known < LEAST_KNOWN * every:
        share = wording.percent(known / every)
        return no_data(AIM, FINDS, f"what followed is said for {share} of the searches under powers that need grounds.")
    found, of_all = (
        followed.by_month(grounds & which).sum(axis=0)[None] for which in (followed.something, followed.given)
    )
    rate, rows = disparity.find_rates(found, of_all), [row for row in records_of(kinds) if row["verdict"]]
    tested = criteria.of_tests([str(row["verdict"]) for row in rows], [_low(row) for row in rows])
    small = 0 < rate.found[0] < settings().threshold
    figure = (float(rate.estimate[0]), float(rate.low[0]), float(rate.high[0]))
    ends: tuple[float | None, float | None, float | None] = (None, None, None) if small else figure
    said = (
        f"Something was found in {_share(figure)} of the searches under powers that need grounds. "
        if not small
        else "Too few searches found something to give the rate. "
    )
    if tested == criteria.NO_DATA:
        why = UNTESTED if kinds["gap"].notna().any() else "There are no two kinds to set against each other."
        return Criterion(AIM, FINDS, tested, said + why, *ends, known, SHARE)
    return Criterion(AIM, FINDS, tested, said + _why(rows, tested), *ends, known, SHARE)


def _low(row: dict[Any, Any]) -> float:
    """The lower end of a gap; of one that is withheld and not clearly lower nothing large is ruled out."""
    return -1.0 if wording.missing(row["gap_low"]) else float(row["gap_low"])


def _why(rows: list[dict[Any, Any]], verdict: str) -> str:
    below = [row for row in rows if row["verdict"] == SIDES.below]
    if verdict == LOOK:
        names = sorted((_kind(row) for row in below), key=str.casefold)
        return f"Clearly less than the others of their class: {'; '.join(names)}."
    number = wording.plural(len(rows), "kind of search", "kinds of search")
    rest = criteria.rest_of(verdict, [_low(row) for row in rows])
    return f"None of {number} finds clearly less than the others of its class.{rest}"


def _kind(row: dict[Any, Any]) -> str:
    power = str(row["power_class"])
    under = "" if power == POWERS[GROUNDS] else f", {power[0].lower()}{power[1:]}"
    if wording.missing(row["rate"]):
        nothing = not wording.missing(row["found"])  # A count of 0 is shown, any other small one is not.
        return f"{row['object']}{under} ({'nothing found' if nothing else 'rate withheld'})"
    between = wording.percent_between(row["low"], row["high"])
    return f"{row['object']}{under} ({wording.percent(row['rate'])}, {between})"


def _share(ends: tuple[float, float, float]) -> str:
    share, low, high = ends
    return f"{wording.percent(share)} ({wording.percent_between(low, high)})"


def _drugs(followed: Followed) -> Criterion:
    """How many of the searches were for drugs, of those whose object is recorded."""
    said = ~_any_of(followed, _NOT_SAID)
    drugs = _any_of(followed, DRUG_OBJECTS)
    every, known = int(followed.cells["stops"].sum()), followed.total(said)
    if known < LEAST_KNOWN * every:
        share = wording.percent(known / every)
        return no_data(AIM, DRUGS, f"what was looked for is said for {share} of the searches.")
    counts = [followed.by_month(which).sum(axis=0)[None] for which in (drugs, said)]
    rate = disparity.find_rates(*counts)
    if 0 < rate.found[0] < settings().threshold:
        return no_data(AIM, DRUGS, f"fewer than {settings().threshold} searches were for drugs.")
    number = (float(rate.estimate[0]), float(rate.low[0]), float(rate.high[0]))
    why = (
        f"{_share(number)} of the searches whose object is recorded were for drugs. The files do not tell possession "
        "from "
        "supply, and no source says how large a share is too large."
    )
    return Criterion(AIM, DRUGS, NO_YARDSTICK, why, *number, known, SHARE)


def _any_of(followed: Followed, names: tuple[str, ...]) -> Chosen:
    held = [followed.looked_for(name) for name in names if name in followed.objects]
    return np.logical_or.reduce(held) if held else np.zeros(len(followed.cells), dtype=bool)
