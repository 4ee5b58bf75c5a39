"""The ratio of two groups' search rates as it would be if both were made up by age and sex like all residents."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from analytics import charts, disparity, near_one, wording
from analytics.disclosure import IN_COMPANY, second_with, withhold
from analytics.finding import Finding
from analytics.findings.ages import OLDEST
from analytics.findings.asked import question_of
from analytics.findings.refusal import refused
from analytics.findings.residents import check_area
from analytics.findings.searches import COLUMNS, UNANSWERABLE, NoSearches, Searches, check_counted
from analytics.findings.stop_and_search.disproportionality import comparable
from analytics.findings.stop_and_search.followed import places_of
from analytics.findings.stop_and_search.residents_by_age import (
    SEXES,
    bands_within,
    residents_aged,
    residents_by_sex,
    year_apart,
)
from analytics.findings.stop_and_search.shared import (
    CHANCE,
    FAIRNESS,
    INDEPENDENT,
    LEAST_KNOWN,
    PER,
    STREET,
    missing_residents,
    none_recorded,
    people,
    residents_of,
    rules_fired,
    typed_frame,
    withheld_caveats,
)
from analytics.records import records_of
from analytics.scope import Scope
from data.cubes import CONDUCT_CUBE, with_codes
from data.settings import settings
from data.vocabularies import BROAD_GROUPS, vocabulary

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping

    import pandas as pd
    from numpy.typing import NDArray

    from data.store import View

    Counts = NDArray[np.int64]
    Row = Mapping[Hashable, Any]

_ANY = "Any"
"""The sex of a stratum where the census file does not tell sexes apart."""

_MEANS = (
    "Standardised for age and sex, groups are compared as if they had the same make-up: that of all residents of the "
    "force. What is left of a difference is one between people of the same age band and sex, and within a band ages "
    "can still differ. Neither what is left nor what goes says why."
)
_ONE_RATIO = (
    "The standardised ratio is an average over ages and sexes. Where the ratio differs between them, it hangs on the "
    "make-up that is taken."
)

_METHOD = (
    "Searches and residents of each group by age band of the searches, and sex where the census file tells it; rates "
    "weighted as all residents of the force are made up (direct standardisation). 95 % interval of the ratio: from the "
    "gamma distributions of both weighted sums, widened where searches come in clumps by as much as that of the ratio "
    "as recorded, so that the two are of one kind. Searches without a known age and sex are left out. Ratio as "
    "recorded: as of disproportionality."
)
_REFERENCE = (
    "Fay and Feuer 1997, Statistics in Medicine 16, 791; Fay and Kim 2017, Biometrical Journal 59, 377; Fay 1999, "
    "Communications in Statistics 28, 2141 (ratio); Kleinman 1973, JASA 68, 46 (clumping)"
)

_OWN = ["ratio", "low", "high"]
_STANDARDISED = [
    "ratio_known", "ratio_standardised", "ratio_standardised_low", "ratio_standardised_high", "rate_standardised",
    "rate_standardised_low", "rate_standardised_high", "comparator_rate_standardised",
    "comparator_rate_standardised_low", "comparator_rate_standardised_high",
]  # fmt: skip
_COLUMNS = [
    "group", "comparator", "stops", "comparator_stops", "base", "known_share", "comparator_known_share", *_OWN,
    *_STANDARDISED, "dispersion", "flag",
]  # fmt: skip
_WHOLE = ["stops", "comparator_stops", "base"]
_STRATA = [
    "age_band", "sex", "group", "comparator", "stops", "population", "comparator_stops", "comparator_population",
    "residents", "flag",
]  # fmt: skip


@dataclass(frozen=True, eq=False)
class Strata:
    """Searches and residents by broad group and stratum: age band, and sex where it is told apart.

    Attributes
    ----------
    searches
        The searches, of the whole area of the force.
    ages
        Labels of the age bands of searches.
    sexes
        Sexes, or one that is any.
    bands
        The census bands that each age band is made of.
    stops, residents
        Shape (broad groups, ages, sexes).
    """

    searches: Searches
    ages: tuple[str, ...]
    sexes: tuple[str, ...]
    bands: tuple[tuple[str, ...], ...]
    stops: Counts
    residents: Counts

    @property
    def by(self) -> str:
        """What the strata are of, in words."""
        return "age and sex" if self.sexes == SEXES else "age"

    @property
    def everyone(self) -> Counts:
        """All residents, shape (strata,)."""
        return self.residents.sum(axis=0).ravel()

    def of(self, group: str) -> tuple[Counts, Counts]:
        """Searches and residents of a group, each of shape (strata,)."""
        place = BROAD_GROUPS.index(group)
        return self.stops[place].ravel(), self.residents[place].ravel()

    def known_share(self, group: str) -> float:
        """Of the searches of a group, those that fall into a stratum; 1 of none."""
        every = self.searches.by_group[group]
        return int(self.of(group)[0].sum()) / every if every else 1.0


def standardised(scope: Scope, view: View) -> Finding:
    """The ratio of search rates standardised for age and sex, beside the ratio as recorded."""
    question = question_of(standardised)
    try:
        strata = strata_of(scope, view)
    except UNANSWERABLE as why:
        return refused(question, typed_frame([], _COLUMNS, _WHOLE), scope, view, str(why))
    searches = strata.searches
    table = _table(strata)
    chosen = next(row for row in records_of(table) if row["group"] == searches.scope.group)
    answer = _answer(chosen, strata)
    return Finding(
        key=question.key,
        question=question.asks,
        headline=_headline(chosen, strata),
        answer=answer,
        tables={"standardised": table, "strata": _strata_table(strata)},
        provenance=searches.provenance(
            question,
            _METHOD,
            _REFERENCE,
            [*rules_fired(table, searches.residents), *_matched(strata)],
            {"Share of which the file must say age and sex": wording.percent(LEAST_KNOWN)},
        ),
        caveats=tuple(_caveats(chosen, strata, table)),
        draw=lambda mode: charts.ratio_scale(_scale(chosen, strata), mode),
        alt=answer,
    )


@lru_cache(maxsize=64)
def strata_of(scope: Scope, view: View) -> Strata:
    """Searches and residents of a scope by age and sex.

    Raises
    ------
    ScopeError, NoSearches, NoResidents
        With the reason, where the two groups can't be compared, no file crosses ages with ethnic groups, its bands do
        not fit those of searches, or the files of searches say too little of age and sex.
    """
    asked = scope.but(area=None, area_level=None)
    check_area(Searches.of(asked, view).force, "there are no residents of the same ages and sexes to compare")
    searches = comparable(asked, view)
    listed = vocabulary("age_bands").rows
    spans = [(int(row["from_age"]), int(row["to_age"] or OLDEST)) for row in listed]
    by_sex = [residents_by_sex(searches, *span) for span in spans]
    sexes = SEXES if all(by_sex) else (_ANY,)
    each = by_sex if all(by_sex) else [{_ANY: residents_aged(searches, *span)} for span in spans]
    residents = [[[of_age[sex][group] for sex in sexes] for of_age in each] for group in BROAD_GROUPS]
    check_counted(view, CONDUCT_CUBE.name, "the genders of those searched", "gender")
    strata = Strata(
        searches,
        tuple(row["label"] for row in listed),
        sexes,
        tuple(tuple(bands_within(searches, *span)) for span in spans),
        _stops(searches, [row["value"] for row in listed], sexes),
        np.array(residents, dtype=np.int64),
    )
    _check(strata)
    return strata


def _stops(searches: Searches, ages: list[str], sexes: tuple[str, ...]) -> Counts:
    """Searches of known age, and sex where it is told apart, shape (broad groups, ages, sexes)."""
    cells = searches.scope.choose(_cells(searches.view, searches.force, COLUMNS[str(searches.scope.definition)]))
    anything = np.zeros(len(cells), dtype=np.int64)
    places = (
        places_of(cells["detail"], BROAD_GROUPS, lambda detail: searches.broad.get(detail, "")),
        places_of(cells["age_band"], ages),
        places_of(cells["gender"], sexes) if sexes == SEXES else anything,
    )
    known = np.all([place >= 0 for place in places], axis=0)
    shape = (len(BROAD_GROUPS), len(ages), len(sexes))
    at = np.ravel_multi_index([place[known] for place in places], shape)
    counted = np.bincount(at, cells["stops"].to_numpy()[known], minlength=int(np.prod(shape)))
    return counted.astype(np.int64).reshape(shape)


@lru_cache(maxsize=32)
def _cells(view: View, force: str, column: str) -> pd.DataFrame:
    """The cube of one force by one word on ethnicity, searches of persons alone, by gender and age."""
    kept = ["month", "power", "gender", "age_band", column]
    rows = view.select(CONDUCT_CUBE.name, [*kept, "person", "stops"], force=force)
    counted = rows.filter(rows["person"]).group_by(kept, use_threads=False).aggregate([("stops", "sum")])
    return with_codes(counted).rename(columns={column: "detail", "stops_sum": "stops"})


def _check(strata: Strata) -> None:
    """Refuse a pair of which too little is known.

    Raises
    ------
    NoSearches
        With the reason.
    """
    searches = strata.searches
    pair = (str(searches.scope.group), str(searches.scope.comparator))
    shares = {name: strata.known_share(name) for name in pair}
    least = min(pair, key=shares.__getitem__)
    if shares[least] < LEAST_KNOWN:
        raise NoSearches(
            f"The file says {strata.by} for {wording.percent(shares[least])} of the searches of {people(least)} by "
            f"{searches.force_name} {searches.during}{searches.limits}, under {wording.percent(LEAST_KNOWN)}, so rates "
            "can't be standardised."
        )
    for name in pair:
        empty = np.flatnonzero((strata.everyone > 0) & (strata.of(name)[1] == 0))
        if empty.size:
            raise NoSearches(
                f"{searches.residents.source} holds no residents counted as {name} of {_stratum(strata, empty[0])} in "
                f"the area of {searches.force_name}, so their rate can't be standardised."
            )


def _stratum(strata: Strata, place: int) -> str:
    """An age band, with its sex where it is told apart, in words."""
    age, sex = np.unravel_index(place, (len(strata.ages), len(strata.sexes)))
    said = f"the age {strata.ages[age].lower()}"
    return said if strata.sexes != SEXES else f"{said}, {strata.sexes[sex].lower()}"


def _table(strata: Strata) -> pd.DataFrame:
    comparator = str(strata.searches.scope.comparator)
    rows = [_row(strata, group, comparator) for group in BROAD_GROUPS if group != comparator]
    table = typed_frame(rows, _COLUMNS, _WHOLE)
    counts = ["stops", "comparator_stops"]
    made = ["base", "known_share", "comparator_known_share", *_OWN, *_STANDARDISED, "dispersion"]
    return withhold(table, counts, made, settings().threshold, zeros_shown=True)


def _row(strata: Strata, group: str, comparator: str) -> dict[str, Any]:
    searches = strata.searches
    a, b = searches.by_group[group], searches.by_group[comparator]
    (stops_a, people_a), (stops_b, people_b) = strata.of(group), strata.of(comparator)
    row: dict[str, Any] = {
        "group": group,
        "comparator": comparator,
        "stops": a,
        "comparator_stops": b,
        "base": int(stops_a.sum() + stops_b.sum()),
        "known_share": strata.known_share(group),
        "comparator_known_share": strata.known_share(comparator),
        "flag": "",
    }
    standard = strata.everyone
    if not a or not b:
        return row | {"flag": none_recorded(searches, comparator if a else group)}
    if ((standard > 0) & ((people_a == 0) | (people_b == 0))).any():
        return row | {"flag": f"no residents of some {strata.by}"}
    if min(row["known_share"], row["comparator_known_share"]) < LEAST_KNOWN:
        return row | {"flag": f"{strata.by} said of under {wording.percent(LEAST_KNOWN)} of searches"}
    if min(stops_a.sum(), stops_b.sum()) < settings().threshold:
        return row | {"flag": f"fewer than {settings().threshold} searches of known {strata.by}"}
    clumps = searches.clumping(group, (comparator,))
    whole = disparity.rate_ratio(
        a, searches.residents.by_group[group], b, searches.residents.by_group[comparator], clumps or 1.0
    )
    ratio = disparity.standardised_ratio(stops_a, people_a, stops_b, people_b, standard, clumps or 1.0)
    varies = [searches.variation(name) for name in (group, comparator)]
    rate_a, rate_b = (
        disparity.standardised_rate(stops, residents, standard, PER, factor or 1.0)
        for stops, residents, factor in ((stops_a, people_a, varies[0]), (stops_b, people_b, varies[1]))
    )
    return row | {
        "ratio": whole.estimate,
        "low": whole.low,
        "high": whole.high,
        "ratio_known": ratio.crude,
        "ratio_standardised": ratio.estimate,
        "ratio_standardised_low": ratio.low,
        "ratio_standardised_high": ratio.high,
        "rate_standardised": rate_a.estimate,
        "rate_standardised_low": rate_a.low,
        "rate_standardised_high": rate_a.high,
        "comparator_rate_standardised": rate_b.estimate,
        "comparator_rate_standardised_low": rate_b.low,
        "comparator_rate_standardised_high": rate_b.high,
        "dispersion": clumps,
        "flag": CHANCE if None in (clumps, *varies) else "",
    }


def _strata_table(strata: Strata) -> pd.DataFrame:
    """Searches and residents of the two groups by age and sex, and all residents, whose make-up is the standard."""
    pair = (str(strata.searches.scope.group), str(strata.searches.scope.comparator))
    (stops_a, people_a), (stops_b, people_b) = (strata.of(name) for name in pair)
    rows = [
        {
            "age_band": age,
            "sex": sex,
            "group": pair[0],
            "comparator": pair[1],
            "stops": int(stops_a[at]),
            "population": int(people_a[at]),
            "comparator_stops": int(stops_b[at]),
            "comparator_population": int(people_b[at]),
            "residents": int(strata.everyone[at]),
            "flag": "",
        }
        for at, (age, sex) in enumerate((age, sex) for age in strata.ages for sex in strata.sexes)
    ]
    table = typed_frame(
        rows, _STRATA, ["stops", "population", "comparator_stops", "comparator_population", "residents"]
    )
    small = withhold(table, ["stops", "comparator_stops"], [], settings().threshold, zeros_shown=True)
    return _with_a_second(small)


def _with_a_second(table: pd.DataFrame) -> pd.DataFrame:
    """The strata with the smallest other one withheld where one alone is: the total would tell its searches."""
    searches = (table["stops"] + table["comparator_stops"]).to_numpy(dtype=float, na_value=np.nan)
    second = second_with(searches, table["stops"].isna())
    if second is None:
        return table
    told = table.copy()
    told.loc[told.index[second], ["stops", "comparator_stops"]] = None
    told.loc[told.index[second], "flag"] = IN_COMPANY
    return told


def _headline(row: Row, strata: Strata) -> str:
    if wording.missing(row["ratio_standardised"]):
        return f"Too few searches of known {strata.by} for a standardised ratio"
    return (
        f"Same {strata.by}: a ratio of {near_one.times(row['ratio_standardised'])}; as recorded "
        f"{near_one.times(row['ratio'])}"
    )


def _answer(row: Row, strata: Strata) -> str:
    searches = strata.searches
    group, comparator = str(row["group"]), str(row["comparator"])
    if wording.missing(row["ratio_standardised"]):
        return (
            f"Of the searches of {people(group)} and {people(comparator)} by {searches.force_name} {searches.during}"
            f"{searches.limits}, too few are of known {strata.by} for a standardised ratio."
        )
    alike = f"If {residents_of(group)} and {residents_of(comparator)} were made up by {strata.by} like everybody in the"
    interval = near_one.between(row["ratio_standardised_low"], row["ratio_standardised_high"])
    return (
        f"{alike} area of {searches.force_name}, there would be {wording.rate(row['rate_standardised'])} searches for "
        f"every 1,000 of the first against {wording.rate(row['comparator_rate_standardised'])} of the second, "
        f"{searches.span}, {int(row['base']):,} searches of known {strata.by}: a ratio of "
        f"{near_one.times(row['ratio_standardised'])} ({interval}). As the groups are, it is "
        f"{near_one.times(row['ratio'])} ({near_one.between(row['low'], row['high'])})."
    )


def _caveats(row: Row, strata: Strata, table: pd.DataFrame) -> list[str]:
    searches = strata.searches
    return [
        *([INDEPENDENT] if CHANCE in str(row["flag"]) else []),
        _MEANS,
        _ONE_RATIO,
        *_known(row, strata),
        *([] if strata.sexes == SEXES else [f"{searches.residents.source} does not tell sexes apart: by age alone."]),
        FAIRNESS,
        *missing_residents(searches, searches.residents),
        *searches.gaps(),
        *year_apart(searches, searches.residents),
        STREET,
        *withheld_caveats(table),
        *searches.counted(),
    ]


def _known(row: Row, strata: Strata) -> list[str]:
    """Of how many searches age and sex are not known, and the ratio of those of which they are."""
    if wording.missing(row["ratio_known"]) or min(row["known_share"], row["comparator_known_share"]) == 1:
        return []
    group, comparator = str(row["group"]), str(row["comparator"])
    return [
        f"{strata.by.capitalize()} are known for {wording.percent(row['known_share'])} of the searches of "
        f"{people(group)} and {wording.percent(row['comparator_known_share'])} of those of {people(comparator)}; the "
        f"others are left out, so that every rate is too low. Of the known ones the ratio is "
        f"{near_one.times(row['ratio_known'])} before it is standardised."
    ]


def _matched(strata: Strata) -> list[str]:
    """Which census bands each age band of searches is set against."""
    pairs = zip(strata.ages, strata.bands, strict=True)
    return [f"Searches of the age {age} set against residents of: {'; '.join(bands)}" for age, bands in pairs]


def _scale(row: Row, strata: Strata) -> pd.DataFrame:
    import pandas as pd

    told = not wording.missing(row["ratio_standardised"])
    ends = ("ratio_standardised", "ratio_standardised_low", "ratio_standardised_high")
    given = [row[name] if told else np.nan for name in ends]
    return pd.DataFrame(
        [
            ("As recorded", "estimate", *(row[name] if told else np.nan for name in _OWN), str(row["flag"])),
            (f"If both had the\nsame {strata.by}", "adjusted", *given, str(row["flag"])),
        ],
        columns=["label", "kind", "estimate", "low", "high", "flag"],
    )
