"""The invented census: who lives in each neighbourhood, by ethnic group, sex and age."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from data.demo.county import DISTRICTS, County, county
from data.demo.draw import stream, words
from data.demo.truth import CENSUS, CENSUS_AGES, CENSUS_YEAR
from data.tables import POPULATION
from data.vocabularies import BROAD_GROUPS, vocabulary

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

LIST = "census_2021"
SEXES = ("Female", "Male")

_BROAD_OF_DISTRICT = {
    "Dunmarsh": (66.0, 14.0, 12.0, 5.0, 3.0),
    "Saltby and Gannet Coast": (95.0, 1.0, 2.0, 1.5, 0.5),
    "Alderbrook": (80.0, 3.0, 13.0, 2.8, 1.2),
    "Kelder Valley": (95.5, 0.7, 1.8, 1.5, 0.5),
    "Wythering": (91.0, 2.4, 3.6, 2.2, 0.8),
    "St Brannock": (92.5, 2.0, 3.0, 1.8, 0.7),
}
"""Per cent of each district's residents in each of ``BROAD_GROUPS``, about: neighbourhoods differ."""

_WITHIN_BROAD = {
    "White British": 0.915, "White Irish": 0.011, "Gypsy or Irish Traveller": 0.002, "Roma": 0.002, "Other White": 0.07,
    "White and Black Caribbean": 0.32, "White and Black African": 0.15, "White and Asian": 0.29, "Other Mixed": 0.24,
    "Indian": 0.31, "Pakistani": 0.30, "Bangladeshi": 0.11, "Chinese": 0.09, "Other Asian": 0.19,
    "Black African": 0.60, "Black Caribbean": 0.27, "Other Black": 0.13, "Arab": 0.35, "Any other ethnic group": 0.65,
}  # fmt: skip

_AGE_OF_BROAD = {
    "White": (17.0, 9.0, 12.0, 26.0, 14.0, 22.0),
    "Black": (28.0, 14.0, 16.0, 29.0, 8.0, 5.0),
    "Asian": (26.0, 13.0, 17.0, 30.0, 8.0, 6.0),
    "Mixed": (40.0, 17.0, 16.0, 19.0, 5.0, 3.0),
    "Other": (25.0, 13.0, 18.0, 31.0, 8.0, 5.0),
}
_YOUNGER_IN_TOWNS = (0.0, 0.35, 0.35, 0.0, -0.3, -0.45)


@dataclass(frozen=True, eq=False)
class Residents:
    """The residents of the county.

    Attributes
    ----------
    counts
        Shape (neighbourhoods, ethnic groups of the list, sexes, age bands with children first).
    published
        The same in the bands that the census is published in.
    broad
        Number in ``BROAD_GROUPS`` of each ethnic group of the list.
    deprivation
        Of each neighbourhood, with mean 0 and standard deviation 1.
    """

    counts: NDArray[np.int64]
    published: NDArray[np.int64]
    broad: NDArray[np.int64]
    deprivation: NDArray[np.float64]

    @property
    def by_broad(self) -> NDArray[np.int64]:
        """Residents, shape (neighbourhoods, broad groups)."""
        return self._add_up(self.counts.sum(axis=(2, 3)))

    @property
    def adults(self) -> NDArray[np.int64]:
        """Adults, shape (neighbourhoods, broad groups, sexes, age bands)."""
        return self._add_up(self.counts[..., 1:])

    def _add_up(self, counts: NDArray[np.int64]) -> NDArray[np.int64]:
        import numpy as np

        return np.stack([counts[:, self.broad == group].sum(axis=1) for group in range(len(BROAD_GROUPS))], axis=1)


@lru_cache(maxsize=4)
def residents(seed: int, total: int) -> Residents:
    """The residents of the county of a seed: `total` of them."""
    import numpy as np

    random, place = stream(seed, "census"), county(seed)
    number = len(place.codes)
    size = np.exp(random.normal(0.15 * place.urban, 0.33))
    people = random.multinomial(total, size / size.sum())
    groups = [vocabulary("ethnicity", LIST).lookup(value) or {} for value in vocabulary("ethnicity", LIST).values]
    broad = np.array([BROAD_GROUPS.index(group["broad"]) for group in groups])
    within = np.array([_WITHIN_BROAD[group["group"]] for group in groups])
    within = within * random.gamma(25, 1 / 25, (number, len(groups)))
    broad_shares = _broad_shares(random, place)
    ethnic = broad_shares[:, broad] * within / np.stack([within[:, broad == b].sum(axis=1) for b in broad], axis=1)
    ages = np.array([_AGE_OF_BROAD[group] for group in BROAD_GROUPS])[broad]
    ages = ages * np.exp(np.multiply.outer(place.urban, _YOUNGER_IN_TOWNS))[:, None]
    ages = ages / ages.sum(axis=2, keepdims=True)
    sexes = np.array([0.508, 0.492])
    shares = ethnic[:, :, None, None] * sexes[:, None] * ages[:, :, None]
    counts = random.multinomial(people, shares.reshape(number, -1) / shares.sum(axis=(1, 2, 3))[:, None])
    deprivation = place.urban * 2.2 + 0.4 * (place.district == 0) + random.normal(0, 0.7, number)
    deprivation = (deprivation - deprivation.mean()) / deprivation.std()
    counts = counts.reshape(shares.shape)
    return Residents(counts, _in_census_bands(stream(seed, "ages"), counts), broad, deprivation)


def population(place: County, people: Residents) -> list[pd.DataFrame]:
    """The census by district and by neighbourhood, as rows of ``population``; the two add up to the same."""
    import numpy as np

    districts = np.stack([people.published[place.district == d].sum(axis=0) for d in range(len(DISTRICTS))])
    return [
        _population("district", place.district_codes, DISTRICTS, districts),
        _population("ward", place.codes, place.names, people.published),
    ]


def _in_census_bands(random: np.random.Generator, counts: NDArray[np.int64]) -> NDArray[np.int64]:
    """Residents by the age bands of the census, drawn within those of children and adults, the last axis."""
    import numpy as np

    shares = [np.array([*bands.values()]) for bands in CENSUS_AGES.values()]
    parts = [random.multinomial(counts[..., at], share) for at, share in enumerate(shares)]
    return np.concatenate(parts, axis=-1)


def _population(level: str, codes: tuple[str, ...], names: tuple[str, ...], counts: NDArray[np.int64]) -> pd.DataFrame:
    import numpy as np

    area, group, sex, age = (index.ravel() for index in np.indices(counts.shape))
    return POPULATION.frame(
        {
            "source": words([CENSUS], np.zeros_like(area)),
            "year": CENSUS_YEAR,
            "level": level,
            "area_code": words(codes, area),
            "area_name": words(names, area),
            "ethnicity_list": LIST,
            "ethnicity": words(vocabulary("ethnicity", LIST).values, group),
            "sex": words(SEXES, sex),
            "age": words([band for bands in CENSUS_AGES.values() for band in bands], age),
            "residents": counts.ravel(),
        }
    )


def _broad_shares(random: np.random.Generator, place: County) -> NDArray[np.float64]:
    """Share of each broad group in each neighbourhood: groups gather in some neighbourhoods of a district."""
    import numpy as np

    shares = np.array([_BROAD_OF_DISTRICT[name] for name in DISTRICTS])[place.district]
    others = np.array([0.0, 1.0, 1.0, 0.6, 0.8])
    tilt = random.normal(0, 0.5, (len(shares), 1)) + random.normal(0, 0.35, shares.shape)
    shares = shares * np.exp(others * (tilt + 1.2 * (place.urban[:, None] - 0.6)))
    return shares / shares.sum(axis=1, keepdims=True)
