"""Whether areas with few answers come first in the order of "where to look" where no area differs from another.

    python -m benchmarks.where_to_look [simulations]

In every simulation all areas have the same share in both years: only chance, clusters of answers and unequal weights
tell them apart. Counted is how many of the five areas with the fewest answers are among the five that come first: by
the strength of evidence, as on the Overview, by the p-values of the verdicts, by Student's t with each area's own
variance, and by the plain difference. Beside it stands how often p-values lie below a level, of small and large areas.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.stats import hypergeom, norm

from analytics.survey import against_rest, by_strength, change, domain_means, pooled_deff, smoothed
from benchmarks.coverage.survey import people
from benchmarks.machine import machine

SEED = 20_261
SHARES = (0.6, 0.88)
TAKE = 8
"""Answers in a PSU."""
PSUS = (7,) * 5 + (9,) * 15 + (15,) * 20 + (30,) * 10 + (60,) * 10
"""PSUs of each area and year: 56 to 480 answers."""
WEIGHT_CV = 0.5
FIRST = 5
LEVELS = (0.001, 0.01, 0.05, 0.1, 0.5)

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Counted:
    """How many of the five smallest areas came among the first five, by what the areas are ordered by.

    Attributes
    ----------
    among
        In all simulations together, by the name of the order.
    p_values, of_verdicts
        Of every simulation and area against the rest, and against the year before, shape (simulations, areas, 2): those
        that areas are ordered by, and those that verdicts rest on.
    simulations
        How many were drawn.
    """

    among: dict[str, int]
    p_values: Floats
    of_verdicts: Floats
    simulations: int

    @property
    def expected(self) -> float:
        """As many as by chance."""
        return self.simulations * FIRST * FIRST / len(PSUS)

    @property
    def band(self) -> tuple[float, float]:
        """Where the count lies in 99 of 100 such runs, if the smallest come first by chance alone."""
        far = float(norm.ppf(0.995)) * float(np.sqrt(self.simulations * hypergeom(len(PSUS), FIRST, FIRST).var()))
        return self.expected - far, self.expected + far


def run(random: np.random.Generator, simulations: int, share: float) -> Counted:
    """Draw surveys of two years without any true difference, and order their areas."""
    drawn = [_tested(random, share) for _ in range(simulations)]
    orders = {
        "strength of evidence (shown)": [by_strength(one.score) for one in drawn],
        "p-values of the verdicts": [by_strength(one.verdict) for one in drawn],
        "each area's own variance": [by_strength(one.own) for one in drawn],
        "plain difference": [np.argsort(-one.size) for one in drawn],
    }
    among = {name: sum(int((order[:FIRST] < FIRST).sum()) for order in every) for name, every in orders.items()}
    return Counted(among, np.array([one.score for one in drawn]), np.array([one.verdict for one in drawn]), simulations)


class _Tested(NamedTuple):
    """P-values of every area as they order it, as verdicts have them and with its own variance; its difference."""

    score: Floats
    verdict: Floats
    own: Floats
    size: Floats


def _tested(random: np.random.Generator, share: float) -> _Tested:
    areas, years = len(PSUS), 2
    of_area = np.tile(np.repeat(np.arange(areas), PSUS), years)
    of_year = np.repeat(np.arange(years), sum(PSUS))
    asked = people(random, np.full(len(of_area), share), np.full(len(of_area), TAKE), WEIGHT_CV)
    asked["area"], asked["year"] = of_area[asked["psu"]], of_year[asked["psu"]]
    asked["stratum"] = asked["year"] * 6 + asked["area"] // 10
    own = domain_means(asked, "answer", ["area", "year"], "weight", "stratum", "psu", kind="share")
    whole = domain_means(asked, "answer", "year", "weight", "stratum", "psu", kind="share").only(year=1)
    shown = smoothed(own, pooled_deff(own))
    compared = [(against_rest(means.only(year=1), whole), change(means, "year", 0, 1)) for means in (shown, own)]
    (rest, moved), of_own = compared
    score, verdict = (np.column_stack([rest[name], moved[name]]) for name in ("score_p_value", "p_value"))
    size = np.maximum(rest["estimate"].abs(), moved["estimate"].abs()).to_numpy()
    return _Tested(score, verdict, np.column_stack([table["p_value"] for table in of_own]), size)


def below(p_values: Floats, level: float) -> dict[str, float]:
    """The share of p-values below a level, of the areas with fewest and with most answers."""
    sizes = np.array(PSUS)
    kinds = {"fewest answers": sizes < np.median(sizes), "most answers": sizes > np.median(sizes)}
    return {name: float((p_values[:, inside] < level).mean()) for name, inside in kinds.items()}


def main(simulations: int = 1_000) -> None:
    """Measure and print."""
    print(machine())
    for share in SHARES:
        counted = run(np.random.default_rng(SEED), simulations, share)
        low, high = counted.band
        print(f"share {share}, {simulations:,} simulations: by chance {counted.expected:.0f} ({low:.0f} to {high:.0f})")
        for name, number in counted.among.items():
            print(f"  {name}: {number}")
        for what, p_values in (("ordered by", counted.p_values), ("of verdicts", counted.of_verdicts)):
            for level in LEVELS:
                said = ", ".join(f"{name} {found:.3f}" for name, found in below(p_values, level).items())
                print(f"  p-values {what} below {level}: {said}")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
