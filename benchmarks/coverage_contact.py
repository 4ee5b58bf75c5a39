"""How often the intervals of treatment against outcome, and of loss against gain, hold what was planted.

    python -m benchmarks.coverage_contact [replications]

Answers follow a linear model with a level of each sampling unit; weights are log-normal and say nothing about them.
Every replication is a stratum with a sample of its own, so that one call estimates all of them.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analytics.findings.cycle.joint import larger
from analytics.findings.cycle.treatment import SIDES
from analytics.survey import Combination, MainEffects, combination, domain_means, main_effects
from benchmarks.machine import machine

SEED = 20_261
BETWEEN_UNITS = 0.10  # Standard deviation of the units' levels: an intracluster correlation of about .04.
WEIGHT_CV = 0.6
TAKE = 20
SIZES = (400, 1_000, 2_600)
PLANTED = {"treatment 3 times the outcome": (0.24, 0.08), "the reverse": (0.08, 0.24), "equal": (0.15, 0.15)}
EXPERIENCES = {"loss 18 points more than gain": (0.65, 0.71, 0.42), "equal": (0.55, 0.65, 0.45)}
"""Confidence without contact, satisfied and not satisfied, of which there are 7, 2 and 1 in 10."""
AT_ONCE = 100

Integers = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Sides:
    """One replication after the other: what was estimated, with what was planted."""

    found: list[Combination]
    planted: float

    @property
    def coverage(self) -> float:
        """Share of intervals that hold what was planted."""
        return float(np.mean([one.low <= self.planted <= one.high for one in self.found]))


def asked(random: np.random.Generator, replications: int, size: int, share: NDArray[np.float64]) -> pd.DataFrame:
    """People of many samples with a yes or no at their share, moved by the level of their unit.

    Parameters
    ----------
    random
        Where chance comes from.
    replications, size
        Samples, and people in each.
    share : ndarray of shape (replications * size,)
        Chance of a yes, before the unit's level.
    """
    people = replications * size
    unit = np.arange(people) // TAKE
    moved = share + random.normal(0, BETWEEN_UNITS, people // TAKE)[unit]
    return pd.DataFrame(
        {
            "sample": np.arange(people) // size,
            "psu": unit,
            "weight": np.exp(random.normal(0, np.sqrt(np.log(1 + WEIGHT_CV**2)), people)),
            "answer": (random.random(people) < moved).astype(float),
        }
    )


def treatments(
    random: np.random.Generator, replications: int, size: int, treated: float, wanted: float
) -> Iterator[MainEffects]:
    """What each sample gives: six in ten are treated fairly, and half get the outcome they wanted."""
    one, other = (random.random(replications * size) < share for share in (0.6, 0.5))
    people = asked(random, replications, size, 0.3 + treated * one + wanted * other).assign(a=one, b=other)
    means = domain_means(people, "answer", ["sample", "a", "b"], "weight", "sample", "psu", kind="share")
    for sample in range(replications):
        rows = means.only(sample=sample)
        yield main_effects(rows, range(len(rows.table)), rows.table["a"], rows.table["b"])


def losses(
    random: np.random.Generator, replications: int, size: int, shares: tuple[float, float, float]
) -> Iterator[Combination]:
    """The loss less the gain in each sample."""
    group: Integers = random.choice(3, replications * size, p=(0.7, 0.2, 0.1))
    people = asked(random, replications, size, np.array(shares)[group]).assign(group=group)
    means = domain_means(people, "answer", ["sample", "group"], "weight", "sample", "psu", kind="share")
    for sample in range(replications):
        yield combination(means.only(sample=sample), [2, -1, -1])


def main(replications: int = 4_000) -> None:
    """Print the coverages, and what was said of the difference."""
    random = np.random.default_rng(SEED)
    print(machine())
    for name, (treated, wanted) in PLANTED.items():
        for size in SIZES:
            found = [
                one
                for _ in range(replications // AT_ONCE)
                for one in treatments(random, AT_ONCE, size, treated, wanted)
            ]
            sides = (
                Sides([one.first for one in found], treated),
                Sides([one.second for one in found], wanted),
                Sides([one.difference for one in found], treated - wanted),
            )
            said = [larger(one.difference, one.first, one.second, SIDES) for one in found]
            told = ", ".join(f"{word} {said.count(word) / len(said):.3f}" for word in dict.fromkeys((*SIDES, *said)))
            print(f"{name}, {size} answers: {', '.join(f'{side.coverage:.3f}' for side in sides)}; {told}", flush=True)
    for name, shares in EXPERIENCES.items():
        for size in SIZES[1:]:
            drawn = [one for _ in range(replications // AT_ONCE) for one in losses(random, AT_ONCE, size, shares)]
            print(f"{name}, {size} answers: {Sides(drawn, 2 * shares[0] - shares[1] - shares[2]).coverage:.3f}")


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:2]))
