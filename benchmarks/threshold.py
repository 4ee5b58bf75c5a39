"""What the threshold test says where the truth is known: by simulation, with its time.

    python -m benchmarks.threshold [replications] [first words of the rows]

Each row draws so many sets of searches of three groups in 43 areas. Unless a row says otherwise, one resident in fifty
carries something and is seen two standard deviations above the others, everybody is searched from a chance of a find of
.13 on, which differs from area to area, for all groups and for each by standard deviations of .2 of its log odds, and
the group in question has 12 % of the residents. Told is what the test says of that group after all its refusals.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit
from scipy.stats import beta

from analytics.disparity.discriminant import Signals, cut_at_the_risk, log_shares
from analytics.disparity.threshold import PRIOR_SCALES, ThresholdGaps, threshold_gaps
from benchmarks.machine import machine

SEED = 20_171_193
GROUPS = ("comparator", "group", "third")
THRESHOLD = 0.13
MIX = (0.80, 0.12, 0.08)
"""Of the residents."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class World:
    """How searches come about.

    Attributes
    ----------
    gap
        Threshold of the group less the comparator's.
    areas, residents
        Areas, and the median of their residents.
    odds, distances
        Log odds of carrying something, and log distance of the signals, by group.
    area_spread
        Standard deviation of what an area adds to both.
    threshold_spread
        Of the log odds of the threshold, between areas, the same for all groups of an area.
    cell_spread
        The same, of each group in each area on its own.
    clumps
        Variance factors of searches: of all groups of an area together, and of a group in an area.
    clumped_finds
        Correlation of finds within a cell.
    counted
        Share of the group that the census has counted.
    street
        Standard deviation of the log of people on the street over residents, of each group in each area.
    betas
        Instead of signals, chances of a find: threshold, mean and weight of a beta distribution by group.
    """

    gap: float = 0.0
    areas: int = 43
    residents: float = 50_000
    odds: tuple[float, float, float] = (-3.9, -3.9, -3.9)
    distances: tuple[float, float, float] = (np.log(2), np.log(2), np.log(2))
    area_spread: float = 0.1
    threshold_spread: float = 0.2
    cell_spread: float = 0.2
    clumps: tuple[float, float] = (1.0, 1.0)
    clumped_finds: float = 0.0
    counted: float = 1.0
    street: float = 0.0
    betas: tuple[tuple[float, float, float], ...] = ()


PLAIN = World()
NEARER = World(residents=7_500, odds=(-2.2, -2.2, -2.2), distances=(np.log(1.5), np.log(1.5), np.log(1.5)))
RED_LOWER = ((0.351, 0.3878, 26.48), (0.300, 0.352, 28.98), (0.351, 0.3878, 26.48))
BLUE_LOWER = ((0.254, 0.3385, 6.19), (0.304, 0.354, 30.59), (0.254, 0.3385, 6.19))
"""Two worlds with the same search rates and find rates, 71 and 39 % of one group, 64 and 44 % of the other."""

WORLDS = {
    "equal": PLAIN,
    "equal, in each area for all groups": replace(PLAIN, cell_spread=0.0),
    "equal, one in ten carries, seen nearer": NEARER,
    "equal, a tenth of the residents": replace(PLAIN, residents=5_000),
    "equal, 10 areas": replace(PLAIN, areas=10),
    "gap -.04": replace(PLAIN, gap=-0.04),
    "gap -.04, in each area": replace(PLAIN, gap=-0.04, cell_spread=0.0),
    "gap -.04, one in ten carries, seen nearer": replace(NEARER, gap=-0.04),
    "gap -.04, a tenth of the residents": replace(PLAIN, gap=-0.04, residents=5_000),
    "gap -.04, 10 areas": replace(PLAIN, gap=-0.04, areas=10),
    "gap +.04": replace(PLAIN, gap=0.04),
    "risk: group carries 1.2 times as often": replace(PLAIN, odds=(-3.9, -3.72, -3.9)),
    "risk: group carries 1.5 times as often": replace(PLAIN, odds=(-3.9, -3.49, -3.9)),
    "risk: group carries twice as often": replace(PLAIN, odds=(-3.9, -3.2, -3.9)),
    "risk: group is seen .8 times as far off": replace(PLAIN, distances=(np.log(2), np.log(1.6), np.log(2))),
    "risk: twice as often and .8 times as far off": replace(
        PLAIN, odds=(-3.9, -3.2, -3.9), distances=(np.log(2), np.log(1.6), np.log(2))
    ),
    "risk: twice as often and gap -.04": replace(PLAIN, gap=-0.04, odds=(-3.9, -3.2, -3.9)),
    "beta: same rates, group has the lower bar": replace(PLAIN, betas=RED_LOWER),
    "beta: same rates, group has the higher bar": replace(PLAIN, betas=BLUE_LOWER),
    "clumps of areas, factor 5": replace(PLAIN, clumps=(5.0, 1.0)),
    "clumps of cells, factor 10": replace(PLAIN, clumps=(1.0, 10.0)),
    "clumps of cells, factor 10, and gap -.04": replace(PLAIN, clumps=(1.0, 10.0), gap=-0.04),
    "finds of a cell alike, correlation .05": replace(PLAIN, clumped_finds=0.05),
    "finds of a cell alike, correlation .01": replace(PLAIN, clumped_finds=0.01),
    "residents: 30 % of the group not counted": replace(PLAIN, counted=0.7),
    "residents: 30 % not counted, and gap -.04": replace(PLAIN, counted=0.7, gap=-0.04),
    "residents: street differs by .3": replace(PLAIN, street=0.3),
    "residents: street differs by .3, and gap -.04": replace(PLAIN, street=0.3, gap=-0.04),
}


@dataclass(frozen=True, slots=True)
class Drawn:
    """Searches, finds and counted residents by area and group, and the gap that holds in truth."""

    searches: Floats
    found: Floats
    people: Floats
    gap: float

    def tested(self, scales: tuple[float, ...] = PRIOR_SCALES) -> ThresholdGaps:
        """What the threshold test says of them."""
        areas, groups = self.searches.shape
        names, places = GROUPS * areas, np.repeat(np.arange(areas), groups).tolist()
        cells = (self.searches.ravel(), self.found.ravel(), self.people.ravel())
        return threshold_gaps(*cells, names, places, GROUPS[0], scales)


def draw(world: World, random: np.random.Generator) -> Drawn:
    """Draw the searches of one world."""
    shape = (world.areas, len(GROUPS))
    people = np.rint(world.residents * np.exp(random.normal(0, 0.4, (world.areas, 1))) * random.dirichlet(
        40 * np.array(MIX), world.areas
    )) + 500  # fmt: skip
    found, unfound, threshold = (by_beta if world.betas else by_signal)(world, people, random)
    rate = found + unfound
    street = people * np.exp(random.normal(0, world.street, shape)) if world.street else people
    whole = clumped(random, np.ones((world.areas, 1)) * street.sum(axis=1, keepdims=True), world.clumps[0])
    mean = rate * street * whole / street.sum(axis=1, keepdims=True)
    searches = random.poisson(clumped(random, mean, world.clumps[1])).astype(float)
    find = found / rate
    if world.clumped_finds:
        weight = 1 / world.clumped_finds - 1
        find = random.beta(weight * find, weight * (1 - find))
    finds = random.binomial(searches.astype(int), find).astype(float)
    counted = np.maximum(1, np.rint(people * np.array([1.0, world.counted, 1.0])))
    by_area = searches.sum(axis=1) / searches.sum()
    return Drawn(searches, finds, counted, float(by_area @ (threshold[:, 1] - threshold[:, 0])))


def clumped(random: np.random.Generator, mean: Floats, factor: float) -> Floats:
    """Means that vary so that Poisson counts of them have `factor` times their variance."""
    return mean if factor == 1 else np.asarray(random.gamma(mean / (factor - 1), factor - 1))


def _thresholds(world: World, people: Floats, random: np.random.Generator, middle: Floats) -> Floats:
    """By area and group, of which each group has the mean it should have, areas weighed by their residents."""
    moved = random.normal(0, world.threshold_spread, (world.areas, 1)) + random.normal(
        0, world.cell_spread, people.shape
    )
    threshold = expit(logit(middle) + moved)
    weight = people.sum(axis=1) / people.sum()
    return np.asarray(threshold * middle / (weight @ threshold))


def by_signal(world: World, people: Floats, random: np.random.Generator) -> tuple[Floats, Floats, Floats]:
    """Shares searched with a find and without one, and thresholds, where signals are as the test takes them to be."""
    middle = THRESHOLD + world.gap * np.array([0.0, 1.0, 0.0])
    threshold = _thresholds(world, people, random, middle)
    odds = np.array(world.odds) + random.normal(0, world.area_spread, (world.areas, 1))
    distance = np.array(world.distances) + random.normal(0, world.area_spread, (world.areas, 1))
    shares = log_shares(Signals(odds, distance, cut_at_the_risk(odds, distance, logit(threshold))))
    return np.exp(shares.found), np.exp(shares.unfound), threshold


def by_beta(world: World, people: Floats, random: np.random.Generator) -> tuple[Floats, Floats, Floats]:
    """The same where chances of a find have beta distributions."""
    bar, mean, weight = (np.array(column) for column in zip(*world.betas, strict=True))
    threshold = _thresholds(world, people, random, bar)
    first, second = weight * mean, weight * (1 - mean)
    found = mean * beta.sf(threshold, first + 1, second)
    return found, beta.sf(threshold, first, second) - found, threshold


@dataclass(frozen=True, slots=True)
class Row:
    """What the test said of the group over many draws.

    Attributes
    ----------
    world
        Name of the row.
    scale
        Of the priors.
    truth, gap, width
        Mean true gap, mean gap and mean width of its interval.
    held, covers_zero
        Share of the intervals that hold the truth, and that hold 0.
    refused, disagreed
        Share of draws refused as a whole, and of those where the prior scales disagree.
    lower, higher
        Share of all draws in which the test tells that the group has the lower or the higher threshold.
    replications
        Draws.
    """

    world: str
    scale: float
    truth: float
    gap: float
    width: float
    held: float
    covers_zero: float
    refused: float
    disagreed: float
    lower: float
    higher: float
    replications: int


def measured(name: str, replications: int) -> list[Row]:
    """Rows of one world, one a prior scale."""
    random = np.random.default_rng(SEED)
    drawn = [draw(WORLDS[name], random) for _ in range(replications)]
    said = [(one.gap, one.tested()) for one in drawn]
    shown = [(gap, [one for one in found.gaps if one.group == GROUPS[1]]) for gap, found in said if found.gaps]
    told = [gaps[0].verdict for _, gaps in shown if gaps[0].agree]
    rows = []
    for place, scale in enumerate(PRIOR_SCALES):
        truth = np.array([gap for gap, _ in shown])
        gap, low, high = np.array([(g[place].gap, g[place].low, g[place].high) for _, g in shown]).reshape(-1, 3).T
        rows.append(
            Row(
                name,
                scale,
                _mean(truth),
                _mean(gap),
                _mean(high - low),
                _mean((low <= truth) & (truth <= high)),
                _mean((low <= 0) & (high >= 0)),
                1 - len(shown) / replications,
                1 - len(told) / max(1, len(shown)),
                told.count("lower") / replications,
                told.count("higher") / replications,
                replications,
            )
        )
    return rows


def _mean(values: Floats | NDArray[np.bool_]) -> float:
    return float(np.mean(values)) if len(values) else float("nan")


def seconds(areas: int, repeats: int = 5) -> float:
    """Median processor time of the test at both prior scales, three groups in so many areas."""
    random = np.random.default_rng(SEED)
    taken = []
    for _ in range(repeats):
        drawn = draw(replace(PLAIN, areas=areas), random)
        taken.append(_timed(drawn.tested))
    return float(np.median(taken))


def _timed(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


def table(replications: int, words: str = "") -> Iterator[Row]:
    """Every row whose name begins with these words."""
    for name in WORLDS:
        if name.startswith(words):
            yield from measured(name, replications)


def main(replications: int = 400, words: str = "") -> None:
    """Print the times and the table."""
    print(machine())
    for areas in (43, 100):
        print(f"{areas} areas x 3 groups, both prior scales: {seconds(areas):.3f} s of processor time")
    print(
        f"{'world':<50}{'scale':>6}{'truth':>8}{'gap':>8}{'width':>7}{'held':>6}{'has 0':>6}{'refused':>8}"
        f"{'differ':>7}{'lower':>7}{'higher':>7}"
    )
    for row in table(replications, words):
        print(
            f"{row.world:<50}{row.scale:>6g}{row.truth:>8.3f}{row.gap:>8.3f}{row.width:>7.3f}{row.held:>6.2f}"
            f"{row.covers_zero:>6.2f}{row.refused:>8.2f}{row.disagreed:>7.2f}{row.lower:>7.2f}{row.higher:>7.2f}",
            flush=True,
        )


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:2]), *sys.argv[2:3])
