"""How often the 95 % intervals of ``analytics.small_area`` hold the truth, by simulation, beside those of own answers.

    python -m benchmarks.coverage_small_area [replications]

Areas differ on the arcsine scale. Eight sampling units of each are asked, whose people resemble each other, 8 to 56 in
an area; weights are log-normal and make areas count alike. Everything is estimated as on the map: the design factor
that areas share, own answers only of areas with ten of them, and all areas moved until they add up to the force.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analytics.small_area import small_area_shares
from analytics.survey import domain_means, pooled_deff, smoothed
from benchmarks.coverage_survey import people
from benchmarks.machine import machine

SEED = 20_261
SHARE = 0.6
SPREADS = (0.05, 0.10, 0.20)
"""Standard deviations between areas on the arcsine scale."""
AREAS = (43, 640)
PSUS, TAKE = 8, (1, 7)
"""Sampling units of an area, and the fewest and most answers in one."""
WEIGHT_CV = 0.5
LEAST_ANSWERS = 10
EDGE = 0.001
"""How near a true share comes to 0 and 1."""
DECILES = 10

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Held:
    """How often intervals of one kind held the truth.

    Attributes
    ----------
    areas, spread
        The simulation.
    method
        The kind of interval.
    coverage, width
        Share of the intervals that held the truth, and their mean width.
    deciles
        The same share by decile of the truth, the lowest tenth of the areas first.
    intervals
        How many there were.
    """

    areas: int
    spread: float
    method: str
    coverage: float
    width: float
    deciles: tuple[float, ...]
    intervals: int


@dataclass(frozen=True, slots=True)
class Drawn:
    """One survey of some areas: the true shares, and the limits of each method."""

    truth: Floats
    limits: dict[str, tuple[Floats, Floats]]


def draw(random: np.random.Generator, areas: int, spread: float) -> Drawn:
    """Ask people in areas that differ so much, and estimate every area in both ways."""
    angle = np.arcsin(np.sqrt(SHARE)) + random.normal(0, spread, areas)
    truth = np.clip(np.sin(np.clip(angle, 0, np.pi / 2)) ** 2, EDGE, 1 - EDGE)
    area = np.repeat(np.arange(areas), PSUS)
    take = np.repeat(random.integers(TAKE[0], TAKE[1] + 1, areas), PSUS)
    asked = people(random, truth[area], take, np.full(len(area), WEIGHT_CV))
    asked["area"] = area[asked["psu"]]
    asked["weight"] /= take[asked["psu"]]
    asked["stratum"] = 0
    own, whole = (domain_means(asked, "answer", by, "weight", "stratum", "psu", kind="share") for by in ("area", ()))
    table = smoothed(own, pooled_deff(own)).table
    few = (table["base"] < LEAST_ANSWERS).to_numpy()
    share, effective = (np.where(few, np.nan, table[name].to_numpy(dtype=float)) for name in ("estimate", "n_eff"))
    total = float(whole.table["estimate"].iloc[0])
    found = small_area_shares(share, effective, total=total, population=np.ones(areas))
    own_limits = (table["low"].to_numpy(dtype=float), table["high"].to_numpy(dtype=float))
    return Drawn(truth, {"small-area": (found.low, found.high), "own answers (Wilson-t)": own_limits})


def measured(replications: int, areas: tuple[int, ...] = AREAS) -> Iterator[Held]:
    """Every row of the table; so many replications of the fewest areas, of more of them as many fewer."""
    random = np.random.default_rng(SEED)
    for number in areas:
        for spread in SPREADS:
            drawn = [draw(random, number, spread) for _ in range(max(2, replications * AREAS[0] // number))]
            tenth = np.concatenate([_tenths(one.truth) for one in drawn])
            truth = np.concatenate([one.truth for one in drawn])
            for method in drawn[0].limits:
                low, high = (np.concatenate([one.limits[method][end] for one in drawn]) for end in (0, 1))
                held = (low <= truth) & (truth <= high)
                deciles = tuple(float(held[tenth == place].mean()) for place in range(DECILES))
                width = float(np.mean(high - low))
                yield Held(number, spread, method, float(held.mean()), width, deciles, held.size)


def _tenths(truth: Floats) -> NDArray[np.int64]:
    return np.argsort(np.argsort(truth)) * DECILES // len(truth)


def main(replications: int = 1_200) -> None:
    """Print the table of coverages."""
    print(machine())
    print(f"{'areas':>5} {'spread':>7}  {'interval':<24}{'coverage':>9}{'width':>7}  by decile of the truth")
    for row in measured(replications):
        deciles = " ".join(f"{share:.2f}" for share in row.deciles)
        print(
            f"{row.areas:>5} {row.spread:>7.2f}  {row.method:<24}{row.coverage:>9.3f}{row.width:>7.3f}  {deciles}",
            flush=True,
        )


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:2]))
