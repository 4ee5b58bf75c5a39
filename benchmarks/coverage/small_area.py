"""How often small-area intervals hold the truth, by simulation, beside those of each area's own answers.

Areas differ on the arcsine scale. Eight sampling units of each are asked, whose people resemble each other, 8 to 56 in
an area; weights are log-normal and make areas count alike. Everything is estimated as on the map: the design factor
that areas share, own answers only of areas with ten of them, all areas moved until they add up to the force, and
figures by steps where an area's own is withheld.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analytics.findings.survey.small_areas import least_answers, small_areas
from analytics.library.measured import Measured
from analytics.small_area import small_area_shares
from analytics.survey import domain_means, pooled_deff, publish, smoothed
from benchmarks.coverage.rows import AREAS as AIM
from benchmarks.coverage.rows import Drawn, Flags, Floats, Interval, instead, later, row, shown, together
from benchmarks.coverage.survey import people

PART = "small_area"
SEED = 20_261
SHARE = 0.6
SPREADS = (0.05, 0.10, 0.20)
"""Standard deviations between areas on the arcsine scale."""
AREAS = (43, 640)
PSUS, TAKE = 8, (1, 7)
"""Sampling units of an area, and the fewest and most answers in one."""
WEIGHT_CV = 0.5
EDGE = 0.001
"""How near a true share comes to 0 and 1."""
DECILES = 10

AS_SHOWN, UNROUNDED = shown("small-area, by steps", AIM), later("small-area, no steps", AIM)
OWN = instead("own answers alone (Wilson-t)")


def draw(random: np.random.Generator, areas: int, spread: float) -> dict[Interval, Drawn]:
    """Ask people in areas that differ so much, and estimate every area in each way."""
    angle = np.arcsin(np.sqrt(SHARE)) + random.normal(0, spread, areas)
    truth = np.clip(np.sin(np.clip(angle, 0, np.pi / 2)) ** 2, EDGE, 1 - EDGE)
    area = np.repeat(np.arange(areas), PSUS)
    take = np.repeat(random.integers(TAKE[0], TAKE[1] + 1, areas), PSUS)
    asked = people(random, truth[area], take, np.full(len(area), WEIGHT_CV))
    asked["area"] = area[asked["psu"]]
    asked["weight"] /= take[asked["psu"]]
    asked["stratum"] = 0
    own, whole = (domain_means(asked, "answer", by, "weight", "stratum", "psu", kind="share") for by in ("area", ()))
    of_areas = smoothed(own, pooled_deff(own))
    table, total = of_areas.table, float(whole.table["estimate"].iloc[0])
    # The test against the rest is beside the point here.
    untested = dict.fromkeys(("difference", "difference_low", "difference_high", "p_value"), np.nan)
    everybody = pd.Series(1.0, index=range(areas))
    found = small_areas(publish(of_areas).assign(**untested), table, range(areas), total, everybody).table
    few = (table["base"] < least_answers()).to_numpy()
    share, effective = (np.where(few, np.nan, table[name].to_numpy(dtype=float)) for name in ("estimate", "n_eff"))
    plain = small_area_shares(share, effective, total=total, population=np.ones(areas))
    limits = {
        AS_SHOWN: (found["low"].to_numpy(dtype=float), found["high"].to_numpy(dtype=float)),
        UNROUNDED: (plain.low, plain.high),
        OWN: (table["low"].to_numpy(dtype=float), table["high"].to_numpy(dtype=float)),
    }
    return {interval: Drawn.of(ends, truth, draw=0) for interval, ends in limits.items()}


def estimates(random: np.random.Generator, replications: int, areas: tuple[int, ...] = AREAS) -> Iterator[Measured]:
    """So many surveys of the fewest areas, of more areas as many fewer."""
    for number in areas:
        for spread in SPREADS:
            surveys = [draw(random, number, spread) for _ in range(max(2, replications * AREAS[0] // number))]
            tenth = np.concatenate([_tenths(next(iter(one.values())).truth) for one in surveys])
            for interval in surveys[0]:
                every = together([one[interval] for one in surveys])
                setting = f"{number} areas, spread {spread:.2f}"
                deciles = tuple(_held(every, tenth == place) for place in range(DECILES))
                yield row(PART, "Small-area estimate", setting, interval, every, mean=True, deciles=deciles)


def _tenths(truth: Floats) -> NDArray[np.int64]:
    return np.argsort(np.argsort(truth)) * DECILES // len(truth)


def _held(drawn: Drawn, chosen: Flags) -> float:
    some = drawn.only(chosen & drawn.given)
    return float(((some.low <= some.truth) & (some.truth <= some.high)).mean())


def measured(replications: int = 800) -> Iterator[Measured]:
    """Every row of the part; a replication is a survey of 43 areas."""
    yield from estimates(np.random.default_rng(SEED), replications)
