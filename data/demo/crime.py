"""Recorded crime: every month, neighbourhood and kind, in the words of data.police.uk."""

from __future__ import annotations

from typing import TYPE_CHECKING

from data.demo.census import residents
from data.demo.county import county
from data.demo.draw import stream, words
from data.demo.truth import MONTHS, Truth
from data.tables import CRIME
from data.vocabularies import DEMONSTRATION

if TYPE_CHECKING:
    import pandas as pd

_PER_THOUSAND = {
    "Anti-social behaviour": 16.0,
    "Bicycle theft": 0.9,
    "Burglary": 4.2,
    "Criminal damage and arson": 7.8,
    "Drugs": 2.9,
    "Other crime": 2.0,
    "Other theft": 6.6,
    "Possession of weapons": 0.9,
    "Public order": 7.0,
    "Robbery": 0.9,
    "Shoplifting": 7.6,
    "Theft from the person": 1.3,
    "Vehicle crime": 5.4,
    "Violence and sexual offences": 32.0,
}
"""Crimes a year for each thousand residents, by kind."""

_IN_SUMMER = {"Anti-social behaviour": 0.22, "Bicycle theft": 0.25, "Public order": 0.12, "Burglary": -0.10}
_A_YEAR = {"Shoplifting": 0.07, "Vehicle crime": -0.04, "Burglary": -0.05, "Anti-social behaviour": -0.02}


def crime(truth: Truth) -> list[pd.DataFrame]:
    """Crimes of each month, as rows of ``crime``: a row for each neighbourhood and kind, zero where there was none.

    Deprived neighbourhoods and those in towns have more of it.
    """
    import numpy as np

    random, place = stream(truth.seed, "crime"), county(truth.seed)
    people = residents(truth.seed, truth.residents)
    kinds = list(_PER_THOUSAND)
    number = len(place.codes)
    where = np.exp(0.35 * people.deprivation + 0.5 * (place.urban - 0.5) + random.normal(0, 0.15, number))
    of_kind = np.array([*_PER_THOUSAND.values()]) * np.exp(random.normal(0, 0.25, (number, len(kinds))))
    months = np.arange(len(MONTHS))
    summer = np.cos(2 * np.pi * ((months + 9) % 12 - 6) / 12)[:, None] * [_IN_SUMMER.get(kind, 0.0) for kind in kinds]
    years = (months / 12)[:, None] * [_A_YEAR.get(kind, 0.0) for kind in kinds]
    a_month = people.by_broad.sum(axis=1) / 12_000 * where
    mean = np.exp(summer + years)[:, None] * (a_month[:, None] * of_kind)
    counts = random.poisson(mean * random.gamma(30, 1 / 30, mean.shape))
    area, kind = (index.ravel() for index in np.indices(counts.shape[1:]))
    return [
        CRIME.frame(
            {
                "force": DEMONSTRATION["slug"],
                "month": month,
                "area": words(place.codes, area),
                "category": words(kinds, kind),
                "recorded": of_month.ravel(),
            }
        )
        for month, of_month in zip(MONTHS, counts, strict=True)
    ]
