"""How often the three levers of areas are found, and called clear where none was planted.

    python -m benchmarks.levers [runs]

Sixty areas; the change of confidence has a sampling error, differences between areas that no lever tells, and what is
planted for one standard deviation of a lever. Visibility is asked of the same respondents: its error may go with that
of the change.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analytics.cycle import LEVERS, levers
from benchmarks.machine import machine

AREAS = 60
ERROR = 0.05
"""Sampling standard error of the change of confidence of an area; about that of a hundred answers in either period."""
BETWEEN = 0.02
"""Standard deviation between areas that no lever tells."""
SPREAD, OF_VISIBILITY = 0.06, 0.04
"""Standard deviation of visibility between areas, and its sampling standard error."""


def areas(
    random: np.random.Generator, planted: tuple[float, float, float] = (0.0, 0.0, 0.0), shared: float = 0.0
) -> pd.DataFrame:
    """One county; visibility's error correlates by ``shared`` with that of the change."""
    size = ERROR * np.sqrt(random.uniform(0.6, 1.6, AREAS))
    true = random.normal(size=(AREAS, 3))
    error = random.normal(size=AREAS)
    asked = shared * error + np.sqrt(1 - shared**2) * random.normal(size=AREAS)
    return pd.DataFrame(
        {
            "change": true @ planted + random.normal(0, BETWEEN, AREAS) + size * error,
            "variance": size**2,
            "engagement": np.exp(true[:, 0] / 2),
            "visibility": 0.35 + SPREAD * true[:, 1] + OF_VISIBILITY * asked,
            "problem solving": np.exp(true[:, 2] / 2),
        }
    )


def errors_of(table: pd.DataFrame, shared: float = 0.0) -> pd.DataFrame:
    """The sampling variance of visibility, and its covariance with the change, as the survey's design gives them."""
    covariance = shared * OF_VISIBILITY * np.sqrt(table["variance"])
    return pd.DataFrame({"visibility variance": OF_VISIBILITY**2, "visibility covariance": covariance})


@dataclass(frozen=True)
class Run:
    """The lever whose p-value is least, whether it is clear, and whether any is."""

    first: str
    clear_of_first: bool
    clear: bool


def runs(
    number: int,
    planted: tuple[float, float, float] = (0.0, 0.0, 0.0),
    shared: float = 0.0,
    corrected: bool = True,
    seed: int = 7,
) -> Iterator[Run]:
    """So many counties."""
    random = np.random.default_rng(seed)
    for _ in range(number):
        table = areas(random, planted, shared)
        found = levers(table, errors=errors_of(table, shared) if corrected else None).table
        first = found.iloc[int(found["p_value"].to_numpy().argmin())]
        yield Run(str(first["lever"]), bool(first["clear"]), bool(found["clear"].any()))


def main(number: int = 1_000) -> None:
    """Measure and print."""
    print(machine())
    for place, name in enumerate(LEVERS):
        for points in (0.02, 0.03, 0.04):
            planted = tuple(points * (other == place) for other in range(3))
            drawn = list(runs(number, planted))
            first = sum(one.first == name for one in drawn)
            print(f"{name} at {points:.2f}: first {first / number:.3f}, clear {_clear(drawn, name):.3f}")
    for shared in (0.0, 0.7):
        for corrected in (True, False):
            clear = sum(one.clear for one in runs(number, shared=shared, corrected=corrected)) / number
            print(f"none planted, errors correlated {shared:.1f}, taken out: {corrected}: one is clear {clear:.3f}")


def _clear(drawn: list[Run], name: str) -> float:
    return sum(one.first == name and one.clear_of_first for one in drawn) / len(drawn)


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:2]))
