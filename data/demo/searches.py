"""Stop and search: sixty thousand searches at anonymised points, in the words of data.police.uk."""

from __future__ import annotations

from typing import TYPE_CHECKING

from data.demo.census import LIST, Residents, residents
from data.demo.conduct import conduct, either
from data.demo.county import County, county, points_within
from data.demo.draw import pick, stream, words
from data.demo.truth import MONTHS, Searches, Truth
from data.tables import STOPS
from data.vocabularies import BROAD_GROUPS, DEMONSTRATION, NOT_STATED, vocabulary

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    Numbers = NDArray[np.float64]
    Codes = NDArray[np.int64]

_TYPES = ("Person search", "Person and Vehicle search", "Vehicle search")
_GENDERS = {"Male": 0.885, "Female": 0.095, "Other": 0.002, None: 0.018}
_AGE_RANGES = {"under 10": 0.0004, "10-17": 0.16, "18-24": 0.32, "25-34": 0.25, "over 34": 0.23, None: 0.0396}
_DRUGS = "Misuse of Drugs Act 1971 (section 23)"
_SECTION_1 = "Police and Criminal Evidence Act 1984 (section 1)"
_SECTION_60 = "Criminal Justice and Public Order Act 1994 (section 60)"
_OBJECTS = {
    _DRUGS: (0.63, {"Controlled drugs": 0.985, "Psychoactive substances": 0.015}),
    _SECTION_1: (
        0.343,
        {
            "Offensive weapons": 0.42,
            "Stolen goods": 0.30,
            "Article for use in theft": 0.22,
            "Articles for use in criminal damage": 0.04,
            "Fireworks": 0.02,
        },
    ),
    "Firearms Act 1968 (section 47)": (0.012, {"Firearms": 1.0}),
    "Psychoactive Substances Act 2016 (s36(2))": (0.005, {"Psychoactive substances": 1.0}),
    "Wildlife and Countryside Act 1981 (section 19)": (0.004, {"Evidence of wildlife offences": 1.0}),
    "Poaching Prevention Act 1862 (section 2)": (0.003, {"Game or poaching equipment": 1.0}),
    "Criminal Justice Act 1988 (section 139B)": (0.003, {"Offensive weapons": 1.0}),
    _SECTION_60: (0.0, {"Anything to threaten or harm anyone": 0.8, "Offensive weapons": 0.2}),
}
"""Share of each power, and of what was looked for under it. Section 60 is used in some area-months alone."""

_NOTHING = "A no further action disposal"
_FOUND = {
    "Arrest": 0.44,
    "Community resolution": 0.29,
    "Summons / charged by post": 0.09,
    "Penalty Notice for Disorder": 0.06,
    "Khat or Cannabis warning": 0.08,
    "Caution (simple or conditional)": 0.04,
}
_SEEN = (
    (0.955, 0.005, 0.010, 0.0, 0.010),
    (0.010, 0.945, 0.005, 0.0, 0.015),
    (0.020, 0.015, 0.905, 0.0, 0.035),
    (0.240, 0.520, 0.110, 0.055, 0.055),
    (0.230, 0.080, 0.270, 0.0, 0.400),
)
"""Group that officers see, by the broad group of the person; the rest is blank. Officers rarely record Mixed."""

_BY_HOUR = (5, 4, 3, 2, 1.5, 1, 1, 1.5, 2, 2.5, 3.5, 4, 4.5, 4.5, 5, 5.5, 6, 6, 6, 6.5, 7, 7, 6.5, 6)
_BY_MONTH = (0.97, 0.94, 1.02, 1.0, 1.03, 1.02, 1.06, 1.04, 1.0, 1.04, 0.99, 0.89)


def searches(truth: Truth) -> list[pd.DataFrame]:
    """The searches of each month, as rows of ``stops``, in time.

    Parameters
    ----------
    truth
        What is planted.

    Returns
    -------
    list of DataFrame
        One for each of ``MONTHS``; ``load_id`` is empty.
    """
    import numpy as np

    random, place = stream(truth.seed, "searches"), county(truth.seed)
    people, planted = residents(truth.seed, truth.residents), truth.searches
    expected = expected_searches(random, place, people, planted)
    cells = pick(random, expected.ravel(), planted.total)
    month, area, group = np.unravel_index(cells, expected.shape)
    at = _moments(random, month)
    order = np.lexsort((at, month))
    month, area, group, at = month[order], area[order], group[order], at[order]
    vehicle = random.random(len(month)) < planted.vehicles
    point = _points(random, place, area)
    hidden = random.random(len(month)) < planted.unlocated
    power, looked_for = _powers(random, planted, month, area, expected.sum(axis=2))
    found = random.random(len(month)) < planted.found
    outcome = np.where(found, pick(random, np.array([*_FOUND.values()]), len(month)) + 1, 0)
    powers, objects = list(_OBJECTS), vocabulary("objects").values
    section_60 = power == powers.index(_SECTION_60)
    frame = STOPS.frame(
        {
            "row": np.arange(len(month)) - np.searchsorted(month, month) + 2,
            "force": DEMONSTRATION["slug"],
            "month": words(MONTHS, month),
            "at": at,
            "type": words(_TYPES, np.where(vehicle, 2, pick(random, np.array([0.82, 0.18]), len(month)))),
            "part_of_operation": section_60 | (random.random(len(month)) < 0.01),
            "latitude": np.where(hidden, np.nan, point[:, 1]),
            "longitude": np.where(hidden, np.nan, point[:, 0]),
            "gender": _given(random, _GENDERS, vehicle),
            "age_range": _given(random, _AGE_RANGES, vehicle),
            "self_defined_ethnicity": _self_defined(random, people, planted, group, vehicle),
            "officer_defined_ethnicity": words(BROAD_GROUPS, np.where(vehicle, -1, _seen(random, group))),
            "legislation": words(powers, power),
            "object_of_search": words(objects, looked_for),
            "outcome": words([_NOTHING, *_FOUND], outcome),
            "outcome_linked": either(random, np.where(found, 0.88, 0.02), np.where(found, 0.03, 0.40)),
            "removal_outer": either(random, np.full(len(month), 0.035), np.full(len(month), 0.10)),
            **conduct(truth, area),
        }
    )
    return [rows.reset_index(drop=True) for _, rows in frame.groupby("month", sort=True)]


def expected_searches(random: np.random.Generator, place: County, people: Residents, planted: Searches) -> Numbers:
    """Relative number of searches, shape (months, neighbourhoods, broad groups).

    Rates differ from neighbourhood to neighbourhood in such a way that the crude ratio is what the truth
    says: they rise with the share of residents who are Black, as steeply as that needs.
    """
    import numpy as np

    residents_by_group = people.by_broad.astype(float)
    relative = np.array([dict(planted.relative)[group] for group in BROAD_GROUPS])
    black = residents_by_group[:, 1] / residents_by_group.sum(axis=1)
    own = 1.1 * place.urban + random.normal(0, 0.35, len(black))
    flat = residents_by_group / residents_by_group.sum(axis=0) * relative * np.exp(own)[:, None]
    steep = _steepness(planted.crude_ratio, flat, np.log(black))
    rate = np.exp(own + steep * np.log(black))
    months = np.arange(len(MONTHS))
    season = np.array(_BY_MONTH)[(months + 9) % 12] * (1 + 0.003 * (months - months.mean()))
    shape = (len(months), len(black))
    clumps = random.gamma(1 / planted.clumping, planted.clumping, shape)[..., None]
    groups = random.gamma(1 / planted.clumping_of_group, planted.clumping_of_group, (*shape, len(BROAD_GROUPS)))
    return season[:, None, None] * clumps * groups * (rate[:, None] * relative * residents_by_group)


def _steepness(wanted: float, rates: Numbers, log_share: Numbers) -> float:
    """The power of the Black share at which the crude ratio is as wanted: the ratio rises with it."""
    import numpy as np
    from scipy.optimize import brentq

    def excess(steep: float) -> float:
        searched = (rates[:, :2] * np.exp(steep * log_share)[:, None]).sum(axis=0)
        return float(searched[1] / searched[0] / wanted - 1)

    return float(brentq(excess, -3, 3))


def _points(random: np.random.Generator, place: County, area: Codes) -> Numbers:
    """The anonymised point of each search: a few dozen in each neighbourhood, some used far more than others."""
    import numpy as np

    number = random.integers(24, 42, len(place.codes))
    points = np.concatenate([points_within(random, shape, n) for shape, n in zip(place.shapes, number, strict=True)])
    of = np.repeat(np.arange(len(number)), number)
    often = random.gamma(0.7, 1, len(points))
    edges = np.cumsum(often)
    first = np.searchsorted(of, np.arange(len(number) + 1))
    starts = np.r_[0, edges][first]
    drawn = starts[area] + random.random(len(area)) * (starts[area + 1] - starts[area])
    chosen = np.searchsorted(edges, drawn, side="right")
    return points[np.clip(chosen, first[area], first[area + 1] - 1)]


def _moments(random: np.random.Generator, month: Codes) -> pd.DatetimeIndex:
    """When each search began: local time, more in the evening, to five minutes; never before its month in UTC."""
    import numpy as np
    import pandas as pd

    start = np.array(MONTHS, dtype="datetime64[M]")[month]
    first = start.astype("datetime64[D]")
    days = ((start + 1).astype("datetime64[D]") - first).astype(int)
    minutes = (random.random(len(month)) * days).astype(int) * 1440
    minutes += pick(random, np.array(_BY_HOUR, dtype=float), len(month)) * 60
    minutes += random.integers(0, 12, len(month)) * 5
    local = pd.DatetimeIndex(first.astype("datetime64[us]") + minutes.astype("timedelta64[m]"))
    utc = local.tz_localize("Europe/London", ambiguous=np.zeros(len(local), bool), nonexistent="shift_forward")
    return pd.DatetimeIndex(
        np.maximum(utc.tz_convert("UTC").tz_localize(None), first.astype("datetime64[us]"))
    ).tz_localize("UTC")


def _powers(
    random: np.random.Generator, planted: Searches, month: Codes, area: Codes, expected: Numbers
) -> tuple[Codes, Codes]:
    """Power and object of each search; section 60 in the busiest area-months that were drawn for it."""
    import numpy as np

    powers = list(_OBJECTS)
    power = pick(random, np.array([share for share, _ in _OBJECTS.values()]), len(month))
    busy = np.argsort(-expected.ravel())[: 10 * planted.section_60_months]
    authorised = np.zeros(expected.size, bool)
    authorised[random.choice(busy, planted.section_60_months, replace=False)] = True
    under = authorised.reshape(expected.shape)[month, area] & (random.random(len(month)) < 0.35)
    power[under] = powers.index(_SECTION_60)
    objects = list(vocabulary("objects").values)
    shares = np.zeros((len(powers), len(objects)))
    for number, (_, looked_for) in enumerate(_OBJECTS.values()):
        shares[number, [objects.index(name) for name in looked_for]] = list(looked_for.values())
    return power, pick(random, shares[power])


def _self_defined(
    random: np.random.Generator, people: Residents, planted: Searches, group: Codes, vehicle: NDArray[np.bool_]
) -> object:
    """The group that people gave, in the words of the published files; blank for vehicles."""
    import numpy as np

    published = vocabulary("ethnicity", "police_18_1")
    values = [row for row in published.rows if not row["note"].startswith("Older wording")]
    census = [row["group"] for row in vocabulary("ethnicity", LIST).rows]
    residents_of = dict(zip(census, people.counts.sum(axis=(0, 2, 3)), strict=True))
    shares = np.zeros((len(BROAD_GROUPS), len(values)))
    for place, row in enumerate(values):
        if row["broad"] in BROAD_GROUPS:
            shares[BROAD_GROUPS.index(row["broad"]), place] = residents_of[row["group"]]
    given = pick(random, shares[group])
    chance = random.random(len(group))
    not_stated = [row["group"] for row in values].index(NOT_STATED)
    given = np.where(chance < planted.not_stated + planted.blank, not_stated, given)
    return words([row["value"] for row in values], np.where(vehicle | (chance < planted.blank), -1, given))


def _seen(random: np.random.Generator, group: Codes) -> Codes:
    import numpy as np

    shares = np.array(_SEEN)
    seen = pick(random, np.column_stack([shares, 1 - shares.sum(axis=1)])[group])
    return np.where(seen == len(BROAD_GROUPS), -1, seen)


def _given(random: np.random.Generator, shares: dict[str | None, float], vehicle: NDArray[np.bool_]) -> object:
    """A value of a person, drawn by its shares; blank for vehicles. The last of the shares is that of a blank."""
    import numpy as np

    code = pick(random, np.array(list(shares.values())), len(vehicle))
    values = [value for value in shares if value is not None]
    return words(values, np.where(vehicle | (code == len(values)), -1, code))
