"""Which areas have a ratio of search rates unlike that of the others: limits, and what lies outside them."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.special import ndtri

from analytics import charts, near_one, wording
from analytics.disclosure import withhold
from analytics.disparity import Funnel, WithinAreaRatio, rate_ratios, ratio_funnel, within_area_ratio
from analytics.disparity.funnel import MINIMUM_AREAS
from analytics.finding import Finding, Provenance, files_of
from analytics.findings.asked import question_of
from analytics.findings.neighbourhoods import places
from analytics.findings.refusal import refused
from analytics.findings.searches import UNANSWERABLE, NoSearches
from analytics.findings.stop_and_search import pulled
from analytics.findings.stop_and_search.areas import FEWEST, PairAreas, comparable_areas
from analytics.findings.stop_and_search.edges import Edges, edges_of
from analytics.findings.stop_and_search.ranges import HUNDRED_FOLD, NO_RATIO, could_be, is_told
from analytics.findings.stop_and_search.shared import FAIRNESS, PER, STREET
from analytics.findings.survey.small_areas import NoModel
from analytics.records import with_nulls
from analytics.scope import Scope
from data.edges import NEAR
from data.settings import settings

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from analytics.disparity.ratio import Ratios
    from analytics.findings import Question
    from data.store import View

REASON_TO_LOOK = (
    "An area outside the limits is a reason to look, and no proof of anything: who moves through it, what is policed "
    "there and how ethnicity is recorded differ from area to area. An area inside them is not shown to be fair."
)
BESIDE = (
    "A ratio never stands alone: both rates stand beside it in the table. The difference, the excess and the range of "
    "unknown ethnicity of each area are on the page Neighbourhoods, layer Ratio of search rates."
)

_METHOD = (
    "Ratio of the two rates in each area against the ratio within areas. Limits: mid-P quantiles of how an area's "
    "searches would split between the groups at that ratio, beta-binomial where searches come in clumps, wider where "
    "areas vary more than by chance, narrower by each area's own part in the ratio it is set against. Clearly outside: "
    "beyond the 95 % limits, and with a false-discovery rate (Benjamini and Hochberg) below the setting over all. An "
    "area's own 95 % interval: conditional mid-P, beta-binomial where searches come in clumps. Of the ratio within "
    f"areas: variance by area. {pulled.METHOD}"
)
_REFERENCE = (
    "Spiegelhalter 2005, Statistics in Medicine 24, 1185, and Quality and Safety in Health Care 14, 347; Jones, "
    f"Ohlssen and Spiegelhalter 2008, Journal of Clinical Epidemiology 61, 232; {pulled.REFERENCE}; docs/methods.md"
)

_NARROW = "Limits and intervals take searches as independent and are likely too narrow"
"""What is said where the variance factor of clumps can't be told."""

_LIMITS = ("limit_low_95", "limit_high_95", "limit_low_998", "limit_high_998")
_FIGURES = ("rate", "comparator_rate", "ratio", "low", "high", "expected", "equal_to", *_LIMITS, "p_value", "q_value")
_COUNTS = ("stops", "comparator_stops")
_RATES = ("rate", "comparator_rate")
_NAMED = 8
"""So many areas outside the 95 % limits are named."""

_NAMED_FIRST = 3
"""So many areas on one side of the limits are named in the answer; the drawing and the table name the others."""

_CROWDED = 2.5
"""An area is crowded above this many times the searches for each resident of all areas together: our own choice."""
_AREAS = ("area", "name", *_COUNTS, "base", *_FIGURES, "flagged", "flag")
_WHOLE = ("ratio", "low", "high", "base", "tested", "shown", "outside", "spread", "most_low", "most_high", "dispersion")


@dataclass(frozen=True, eq=False)
class _Judged:
    """Areas, their funnel, the ratio within them, and the variance factor of clumps; None where it can't be told."""

    areas: PairAreas
    funnel: Funnel
    within: WithinAreaRatio
    factor: float | None

    @property
    def most(self) -> tuple[float, float]:
        """Between which about 95 of 100 areas would have their ratio if nothing were left to chance."""
        times = math.exp(float(ndtri(0.975)) * math.sqrt(self.funnel.between))
        return self.funnel.target / times, self.funnel.target * times

    @property
    def tested(self) -> int:
        """Areas that the test is of, those whose counts are too small to be shown among them."""
        return int(np.isfinite(self.funnel.p_value).sum())


def funnel(scope: Scope, view: View) -> Finding:
    """The ratio of search rates in each area of a force, against limits around the ratio that they have in common."""
    question = question_of(funnel)
    try:
        judged = _judge(comparable_areas(scope, view))
    except UNANSWERABLE as why:
        return refused(question, _empty(), scope, view, str(why))
    table = _table(judged)
    drawn, read = _pulled(judged, table)
    answer = _answer(judged, table)
    return Finding(
        key=question.key,
        question=question.asks,
        headline=_headline(judged, table),
        answer=answer,
        tables={"funnel": table, **drawn, "whole": _whole(judged, table)},
        provenance=_provenance(judged, table, question, view),
        caveats=tuple(_caveats(judged, table, read)),
        chart_title=f"Each dot is a {judged.areas.level}: the further right, the more its searches can tell",
        draw=lambda mode: charts.ratio_funnel(table, mode, judged.funnel.target),
        alt=f"{answer} {_varies(judged, any(_outside(judged, table)))}",
    )


def _judge(areas: PairAreas) -> _Judged:
    """The model's word on the areas.

    Raises
    ------
    NoSearches
        Where the areas are too uneven for it.
    """
    factor = areas.searches.clumping(areas.pair[0], (areas.pair[1],))
    (a, b), (people_a, people_b) = areas.stops.T, np.nan_to_num(areas.residents).T
    within = _within(areas, np.ones(len(areas.codes), dtype=bool))
    found = ratio_funnel(a, people_a, b, people_b, dispersion=factor or 1.0, discovery_rate=settings().false_discovery)
    if not is_told(within):
        raise NoSearches(
            f"The {areas.level}s of {areas.searches.force_name} are too uneven: the ratio within them could be "
            f"{could_be(within)}, so none is set against it."
        )
    return _Judged(areas, found, within, factor)


def _table(judged: _Judged) -> pd.DataFrame:
    """One row an area in alphabetical order; null where its counts are too small or there are no residents."""
    import pandas as pd

    areas, found = judged.areas, judged.funnel
    own = _own(judged)
    with np.errstate(divide="ignore", invalid="ignore"):
        rates = PER * areas.stops / areas.residents
        wide = own.high > HUNDRED_FOLD * own.low
    figures = {
        "rate": rates[:, 0],
        "comparator_rate": rates[:, 1],
        "ratio": found.ratio,
        "low": own.low,
        "high": own.high,
        "expected": found.expected,
        "equal_to": 2 * found.information,
        **{name: getattr(found, name) for name in _LIMITS},
        "p_value": found.p_value,
        "q_value": found.q_value,
    }
    base = areas.stops.sum(axis=1)
    nothing, hidden = np.zeros(len(base), dtype=bool), ~areas.known
    table = pd.DataFrame(
        {
            "area": pd.array(list(areas.codes), dtype="str"),
            "name": pd.array(list(areas.names), dtype="str"),
            **{name: with_nulls(areas.stops[:, place], nothing) for place, name in enumerate(_COUNTS)},
            "base": with_nulls(base, nothing),
            **{
                name: with_nulls(values, hidden if name in _RATES else hidden | wide)
                for name, values in figures.items()
            },
            "flag": pd.array(np.where(wide, NO_RATIO, areas.flags()), dtype="str"),
        }
    )
    kept = withhold(table, _COUNTS, ["base", *_FIGURES], settings().threshold, zeros_shown=True, flag_kept=True)
    outside = found.flagged & ((found.ratio < found.limit_low_95) | (found.ratio > found.limit_high_95))
    flagged = pd.array(outside, dtype="boolean")
    flagged[kept["ratio"].isna().to_numpy()] = pd.NA
    return kept.assign(flagged=flagged)[list(_AREAS)]


def _own(judged: _Judged) -> Ratios:
    """The ratio of each area by itself, as on the map; NaN where it is not shown."""
    areas = judged.areas
    (a, b), (people_a, people_b) = areas.stops.T, np.where(areas.shown[:, None], areas.residents, 0).T
    return rate_ratios(a, people_a, b, people_b, judged.factor or 1.0)


def _pulled(judged: _Judged, table: pd.DataFrame) -> tuple[dict[str, pd.DataFrame], str]:
    """The table of ratios pulled towards each other, where there is one, and how to read it, or why there is none."""
    try:
        made = pulled.pulled(judged.areas, table, judged.funnel.target, judged.factor)
    except NoModel as why:
        return {}, pulled.without(why)
    return {"pulled": made}, pulled.how_to_read(judged.areas.level, made)


def _outside(judged: _Judged, table: pd.DataFrame) -> tuple[list[str], list[str]]:
    """Names of the areas outside the limits: above, and below."""
    found = table[table["flagged"].fillna(False)]
    above = (found["ratio"] > judged.funnel.target).to_numpy(dtype=bool)
    return list(found.loc[above, "name"]), list(found.loc[~above, "name"])


def _headline(judged: _Judged, table: pd.DataFrame) -> str:
    number, given = sum(map(len, _outside(judged, table))), int(table["ratio"].notna().sum())
    of = places.called(judged.areas.level, given)
    if not number:
        return f"No {judged.areas.level} of {given} lies clearly outside the limits"
    return f"{number} of {of} {'lies' if number == 1 else 'lie'} clearly outside the limits"


def _answer(judged: _Judged, table: pd.DataFrame) -> str:
    areas, within, level = judged.areas, judged.within, judged.areas.level
    group, comparator = areas.pair
    around = (
        f"the limits around the ratio of the {group} to the {comparator} search rate within {level}s, "
        f"{near_one.times(within.estimate)} ({near_one.between(within.low, within.high)}), {areas.searches.span}, "
        f"{areas.base:,} searches in {places.called(level, judged.tested)} tested together"
    )
    return f"{_who(judged, table)} {around}."


def _who(judged: _Judged, table: pd.DataFrame) -> str:
    """Which areas lie outside, as the beginning of a sentence."""
    above, below = _outside(judged, table)
    sides = [
        f"{wording.listing(names, _NAMED_FIRST)} {'lies' if len(names) == 1 else 'lie'} clearly {side}"
        for names, side in ((above, "above"), (below, "below"))
        if names
    ]
    if sides:
        return " and ".join(sides)
    withheld = int(table["ratio"].isna().sum()) > 0
    level = judged.areas.level
    return f"No {level}{' that can be shown' if withheld else ''} lies clearly outside"


def _varies(judged: _Judged, some_outside: bool) -> str:
    areas = f"{judged.areas.level.capitalize()}s"
    if not judged.funnel.between:
        start = "Apart from that, nothing" if some_outside else "Nothing"
        return f"{start} shows that {areas.lower()} vary more than by chance."
    return (
        f"{areas} vary more than by chance, and the limits allow for it: about 95 of 100 would have a ratio from "
        f"{near_one.between(*judged.most)}."
    )


def _caveats(judged: _Judged, table: pd.DataFrame, of_pulled: str) -> list[str]:
    areas = judged.areas
    independent = (
        f"{_NARROW}: too few months and areas have searches of both groups to see how far they come in clumps."
    )
    return [
        *([] if judged.factor else [independent]),
        _how_to_read(judged, table),
        *areas.without_residents(),
        *_crowded(judged),
        REASON_TO_LOOK,
        _varies(judged, any(_outside(judged, table))),
        *_few(judged),
        *_chance(judged, table),
        *_withheld(judged, table),
        of_pulled,
        *areas.searches.gaps(),
        STREET,
        FAIRNESS,
        *areas.caveats(),
        *_edges(judged, table),
        BESIDE,
        *areas.searches.counted(),
    ]


def _how_to_read(judged: _Judged, table: pd.DataFrame) -> str:
    """What stands across and up, in one sentence."""
    level = judged.areas.level
    beyond = (table["p_value"] < 0.05) & ~table["flagged"].fillna(False)
    grey = "; a grey name lies beyond the dashed ones, as chance can have it" if beyond.any() else ""
    return (
        f"How to read it: across stands how much a {level} can tell, where 100 tells as much as 100 expected searches "
        "of each group (their harmonic mean); up stands its ratio; and 95 of 100 would lie between the dashed lines, "
        f"99.8 of 100 between the full ones{grey}."
    )


def _crowded(judged: _Judged) -> list[str]:
    """Areas with far more searches than their residents would suggest, and the common ratio without them."""
    areas, level = judged.areas, judged.areas.level
    people, searches = (
        np.where(areas.known, np.nan_to_num(of).sum(axis=1), 0) for of in (areas.residents, areas.stops)
    )
    lives, searched = people / people.sum(), searches / searches.sum()
    crowded = searched > _CROWDED * lives
    if not crowded.any():
        return []
    first = sorted(np.flatnonzero(crowded), key=lambda place: -searches[place])
    named = [
        f"{areas.names[place]} ({wording.percent(lives[place])} of the residents of both groups, "
        f"{wording.percent(searched[place])} of their searches)"
        for place in first
    ]
    said = (
        f"More than {_CROWDED:g} times the searches for each resident of all {level}s together: "
        f"{wording.listing(named, _NAMED_FIRST)}. Who is searched there may live elsewhere."
    )
    rest = areas.known & ~crowded
    if rest.sum() < FEWEST:
        return [said]
    within = _within(areas, rest)
    them = "it" if crowded.sum() == 1 else "them"
    now, without = near_one.times(judged.within.estimate), near_one.times(within.estimate)
    changed = f"{without} instead of {now}" if without != now else f"the same, {now}"
    return [f"{said} Without {them} the ratio within {level}s would be {changed}."]


def _within(areas: PairAreas, chosen: NDArray[np.bool_]) -> WithinAreaRatio:
    """The ratio that some areas have in common."""
    (a, b), (people_a, people_b) = areas.stops[chosen].T, np.nan_to_num(areas.residents)[chosen].T
    return within_area_ratio(a, people_a, b, people_b)


def _edges(judged: _Judged, table: pd.DataFrame) -> list[str]:
    """Which areas would lie clearly outside wherever their searches near an edge were, and which might not."""
    level = judged.areas.level
    said = f"The map point of a search is near its place, and can lie in the {level} beside it."
    outside = [place for place, flagged in enumerate(table["flagged"].fillna(False)) if flagged]
    if not outside:
        return [said]
    try:
        near = edges_of(judged.areas.searches, judged.areas.codes, judged.areas.pair)
    except NoSearches as why:
        return [said, str(why)]
    stay: dict[bool, list[str]] = {True: [], False: []}
    for place in outside:
        stay[_stays_outside(judged, near, place)].append(str(table["name"].iloc[place]))
    many = {kept: len(names) != 1 for kept, names in stay.items()}
    parts = [
        f"{wording.listing(stay[True])} {'lie' if many[True] else 'lies'} clearly outside wherever the searches within "
        f"{NEAR} metres of {'their edges' if many[True] else 'its edge'} were",
        f"{wording.listing(stay[False])} might not lie clearly outside, by where the searches within {NEAR} metres of "
        f"{'their edges' if many[False] else 'its edge'} were",
    ]
    told = "; ".join(part for part, kept in zip(parts, (True, False), strict=True) if stay[kept])
    return [f"{said} {told}. {level.capitalize()}s inside the limits were not tried."]


def _stays_outside(judged: _Judged, near: Edges, place: int) -> bool:
    """Whether an area lies clearly outside even with its searches near an edge taken to where they speak against it.

    All other areas stay as they are. Above the limits the fewest searches of the group are set against the most of the
    comparator, below them the other way round.
    """
    areas, above = judged.areas, judged.funnel.ratio[place] > judged.funnel.target
    (few_a, few_b), (most_a, most_b) = near.fewest[place, 1:], near.most[place, 1:]
    moved = areas.stops.copy()
    moved[place] = (few_a, most_b) if above else (most_a, few_b)
    (a, b), (people_a, people_b) = moved.T, np.nan_to_num(areas.residents).T
    if not (a.sum() and b.sum()):
        return False
    found = ratio_funnel(
        a, people_a, b, people_b, dispersion=judged.factor or 1.0, discovery_rate=settings().false_discovery
    )
    return bool(found.flagged[place] and (found.ratio[place] > found.target) == above)


def _few(judged: _Judged) -> list[str]:
    if judged.tested >= MINIMUM_AREAS:
        return []
    return [
        f"With fewer than {MINIMUM_AREAS} {judged.areas.level}s, how far they vary is known only roughly, and one that "
        "is unlike the others widens the limits of all."
    ]


def _chance(judged: _Judged, table: pd.DataFrame) -> list[str]:
    """How many areas lie outside the 95 % limits, and how many would by chance: not all of them count as outside."""
    given, outside = int(table["ratio"].notna().sum()), sorted(table["name"][table["p_value"] < 0.05])
    beyond = len(outside)
    named = f" ({wording.listing(outside)})" if 0 < beyond <= _NAMED else ""
    expected = 0.05 * given
    about = f"about {expected:.0f}" if expected >= 1 else "fewer than 1"
    marked, rate = int(table["flagged"].fillna(False).sum()), wording.percent(settings().false_discovery)
    return [
        f"Of {places.called(judged.areas.level, given)} {about} would lie outside the 95{wording.NBSP}% limits by "
        f"chance; {beyond or 'none'} {'does' if beyond < 2 else 'do'}{named}. Only what stays clear when all "
        f"{judged.tested} are tested together, with a false-discovery rate below {rate}, is called clearly outside: "
        f"{marked or 'none'}."
    ]


def _withheld(judged: _Judged, table: pd.DataFrame) -> list[str]:
    number = int((table["flag"].str.startswith("withheld").to_numpy(dtype=bool) & judged.areas.known).sum())
    if not number:
        return []
    have, own, count = ("has", "its", "counts") if number == 1 else ("have", "their", "count")
    return [
        f"{places.called(judged.areas.level, number)} {have} fewer than {settings().threshold} searches of one of the "
        f"two groups and no figure of {own} own, and {count} in the ratio within areas and in the tests. Of areas that "
        "expect few searches those with more are shown, so that dots at the left lie higher than all areas of their "
        "size. Small counts are withheld so that nobody reads a ratio into them, not to keep them secret: the files "
        "are published."
    ]


def _whole(judged: _Judged, table: pd.DataFrame) -> pd.DataFrame:
    """What is said of all areas together, in one row."""
    import pandas as pd

    within, low_high = judged.within, judged.most
    row: dict[str, Any] = {
        "ratio": within.estimate,
        "low": within.low,
        "high": within.high,
        "base": judged.areas.base,
        "tested": judged.tested,
        "shown": int(table["ratio"].notna().sum()),
        "outside": sum(map(len, _outside(judged, table))),
        "spread": math.sqrt(judged.funnel.between),
        "most_low": low_high[0],
        "most_high": low_high[1],
        "dispersion": judged.factor,
    }
    return pd.DataFrame({name: pd.Series([row[name]], dtype=_kind(name)) for name in _WHOLE})


def _provenance(judged: _Judged, table: pd.DataFrame, question: Question, view: View) -> Provenance:
    areas, number = judged.areas, judged.tested
    factor = (
        f"Variance factor of the split between the two groups: {judged.factor:.1f}"
        if judged.factor
        else "Clumping could not be told from so few area-months: limits take searches as independent"
    )
    held_back = int(table["flag"].str.startswith("withheld").sum())
    made = areas.searches.provenance(
        question,
        _METHOD,
        _REFERENCE,
        [
            f"{wording.plural(number, 'area')} tested together, {sum(map(len, _outside(judged, table)))} clearly "
            "outside the limits",
            *(
                [f"{wording.plural(held_back, 'area')} withheld: fewer than {settings().threshold} searches"]
                if held_back
                else []
            ),
            f"Standard deviation of the log ratio between areas beyond chance: {math.sqrt(judged.funnel.between):.2f}",
            factor,
            *(["Fewer than 10 areas: none is pulled in when variation is estimated"] if number < MINIMUM_AREAS else []),
        ],
        {
            "Clearly outside below a false-discovery rate of": f"{settings().false_discovery:.2f}",
            "Least share of searches with a place": wording.percent(settings().placed_share),
        },
    )
    loads = view.current_loads
    people = files_of(loads[loads["load_id"].isin(areas.load_ids)].sort_values("file"))
    return replace(made, files=tuple(dict.fromkeys([*made.files, *people])))


def _kind(name: str) -> Any:  # noqa: ANN401 - of what pandas calls types
    if name in ("area", "name", "flag"):
        return "str"
    if name == "flagged":
        return "boolean"
    return "Int64" if name in (*_COUNTS, "base", "tested", "shown", "outside") else "Float64"


def _empty() -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame({name: pd.Series([], dtype=_kind(name)) for name in _AREAS})
