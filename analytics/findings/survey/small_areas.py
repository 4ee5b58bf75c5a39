"""Small-area estimates of a survey, ready to be shown: every area has one, and none gives away a few answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from analytics.records import with_nulls
from analytics.small_area import small_area_shares
from analytics.survey.publication import DEFAULT_RULE, IMPRECISE
from data.settings import settings

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd
    from numpy.typing import NDArray

METHOD = (
    "Fay-Herriot model of the shares of all areas on the arcsine scale, each with the effective number of answers that "
    "follows from the design factor which areas share; variance between areas by restricted likelihood, integrated "
    "over where areas are under 60. All areas are moved by one constant until they add up to the force's own estimate. "
    "Beside it the share from the area's own answers alone, which the verdict tests against the rest of the force."
)
REFERENCE = (
    "Fay and Herriot 1979, JASA 74, 269; Rao and Molina 2015, Small Area Estimation, 5.2 and 6.4; Casas-Cordero and "
    "others 2016, in Pratesi (ed.), Analysis of Poverty Data by Small Area Estimation, 379"
)
MODEL_ONLY = "model only"
"""How the flag of an area begins whose own answers are in no part of its figure."""
MOSTLY_MODEL = "mostly the model"
COLUMNS = ("direct", "direct_low", "direct_high", "direct_flag", "shrinkage", "chance")
"""What an area has beside its small-area estimate."""

LEAST_AREAS = 3
"""Areas with answers under which there is nothing to learn from others."""
_LEAST_OWN = 0.10
"""Share of a figure that comes from an area's own answers, under which it is marked."""
_STEP = 0.05
"""Radians on the arcsine scale, about 5 points, by which figures go where the direct one is withheld."""


class NoModel(LookupError):
    """The areas can't be modelled together; the message is one sentence that says why."""


@dataclass(frozen=True, eq=False)
class SmallAreas:
    """Small-area estimates of the areas of a force.

    Attributes
    ----------
    table
        One row an area, in the order of their codes: area, estimate, low, high, base, ``COLUMNS``, difference,
        difference_low, difference_high, p_value and flag. The differences are those of the direct figures.
    shift
        What was added to each area on the arcsine scale so that they add up to the force.
    integrated
        Whether the variance between areas was integrated over.
    """

    table: pd.DataFrame
    shift: float
    integrated: bool


def least_answers() -> int:
    """Answers under which an area's own are in no part of its figure: as under which their number is not printed."""
    return max(settings().threshold, DEFAULT_RULE.least_count)


def small_areas(
    direct: pd.DataFrame, shares: pd.DataFrame, codes: Iterable[str], whole: float, people: pd.Series | None
) -> SmallAreas:
    """Small-area estimates of every area, with answers or without, beside their direct figures.

    Of an area under `least_answers` the model knows no answer, and its figure is the model's alone: it says nothing of
    who answered there. Where the direct figure is withheld the estimate is rounded before all else is made of it, so
    that the direct one can't be had from the others.

    Parameters
    ----------
    direct
        Figures and differences as they are shown, one row an area with answers.
    shares
        The same shares as they are, see ``estimates.area_shares``.
    codes
        Areas that are told of, also those without answers.
    whole
        The force's direct share.
    people
        Population of each area that the survey speaks for; without it areas count as much as their answers weigh.

    Raises
    ------
    NoModel
        Where there is no model of these areas.
    """
    import pandas as pd

    every = sorted({*codes, *shares["area"]})
    own, shown = _Rows.of(shares, every), _Rows.of(direct, every)
    base, share, effective, weight = (own.numbers(name) for name in ("base", "estimate", "n_eff", "weight"))
    used = (base >= least_answers()) & (effective > 0) & np.isfinite(share)
    if used.sum() < LEAST_AREAS:
        raise NoModel(f"under {LEAST_AREAS} areas have {least_answers()} answers")
    counted = np.nan_to_num(weight) if people is None else people.reindex(every).to_numpy(dtype=float)
    try:
        found = small_area_shares(
            np.where(used, share, np.nan), np.where(used, effective, np.nan), total=whole, population=counted
        )
    except ValueError as why:
        raise NoModel(str(why).rstrip(".")) from why
    found = found.rounded(used & np.isnan(shown.numbers("estimate")), _STEP)
    figures = {
        "estimate": found.estimate,
        "low": found.low,
        "high": found.high,
        "base": np.where(used, base, np.nan),
        "direct": shown.numbers("estimate"),
        "direct_low": shown.numbers("low"),
        "direct_high": shown.numbers("high"),
        "shrinkage": found.shrinkage,
        "chance": found.chance_above(whole),
        **{name: shown.numbers(name) for name in ("difference", "difference_low", "difference_high", "p_value")},
    }
    hidden = np.zeros(len(every), dtype=bool)
    table = pd.DataFrame(
        {
            "area": pd.Series(every, dtype=object),
            **{name: with_nulls(values, hidden) for name, values in figures.items()},
            "direct_flag": pd.Series(_direct_flags(shown.texts("flag"), used), dtype=object),
            "flag": pd.Series(_flags(used, found.shrinkage, found.high - found.low), dtype=object),
        }
    )
    return SmallAreas(table, found.shift, found.model.integrated)


class _Rows(NamedTuple):
    """Rows of a frame by area, in an order that may hold further areas."""

    frame: pd.DataFrame
    places: NDArray[np.int64]

    @classmethod
    def of(cls, frame: pd.DataFrame, every: list[str]) -> _Rows:
        held = {area: place for place, area in enumerate(frame["area"])}
        return cls(frame, np.array([held.get(area, -1) for area in every]))

    def numbers(self, name: str) -> NDArray[np.float64]:
        """A column, NaN in further areas."""
        return np.append(self.frame[name].to_numpy(dtype=float, na_value=np.nan), np.nan)[self.places]

    def texts(self, name: str) -> list[str]:
        """A column of texts, empty in further areas."""
        held = [*self.frame[name], ""]
        return [str(held[place]) for place in self.places]


def _direct_flags(flags: list[str], used: NDArray[np.bool_]) -> list[str]:
    """Why there is no direct figure; of an area under the least number of answers not how many it has."""
    few = f"fewer than {least_answers()} answers"
    return [flag if own else few for flag, own in zip(flags, used, strict=True)]


def _flags(used: NDArray[np.bool_], shrinkage: NDArray[np.float64], width: NDArray[np.float64]) -> list[str]:
    marks = {
        f"{MODEL_ONLY}: fewer than {least_answers()} answers": ~used,
        MOSTLY_MODEL: used & (shrinkage < _LEAST_OWN),
        IMPRECISE: width >= DEFAULT_RULE.widest,
    }
    return [", ".join(text for text, marked in marks.items() if marked[row]) for row in range(len(used))]
