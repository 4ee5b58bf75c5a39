"""How often the intervals of treatment against outcome, loss against gain, and stopped or not hold what was planted.

    python -m benchmarks.coverage.contact [replications]

prints besides how often either was said to go more with confidence.

Answers follow a linear model with a level of each sampling unit; weights are log-normal and say nothing about them.
Every replication is a stratum with a sample of its own, so that one call estimates many of them.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analytics.findings.cycle.joint import larger
from analytics.findings.cycle.treatment import SIDES
from analytics.library.measured import Measured
from analytics.survey import (
    Combination,
    DomainMeans,
    MainEffects,
    combination,
    domain_means,
    held_equal,
    main_effects,
    publish,
)
from benchmarks.coverage.rows import SURVEY, Drawn, Interval, rows_of, shown
from benchmarks.machine import machine

PART = "contact"
SEED = 20_261
BETWEEN_UNITS = 0.10  # Standard deviation of the units' levels: an intracluster correlation of about .04.
WEIGHT_CV = 0.6
TAKE = 20
SIZES = (400, 1_000, 2_600)
PLANTED = {"3 times the outcome": (0.24, 0.08), "a third of the outcome": (0.08, 0.24), "as the outcome": (0.15, 0.15)}
"""Treatment and outcome."""
EXPERIENCES = {"loss 18 points more than gain": (0.65, 0.71, 0.42), "equal": (0.55, 0.65, 0.45)}
"""Confidence without contact, satisfied and not satisfied, of which there are 7, 2 and 1 in 10."""
STOPPED = {"15 points less": -0.15, "no difference": 0.0}
"""What people who were stopped have beside others of their ethnic group."""
GROUPS, CONFIDENT, OFTEN = (0.80, 0.05, 0.09, 0.06), (0.60, 0.42, 0.55, 0.50), (0.03, 0.14, 0.05, 0.09)
"""Of each ethnic group: its share, its confidence, and how many of it were stopped."""
AT_ONCE = 100

TREATMENT, OUTCOME, DIFFERENCE = (shown(name, SURVEY) for name in ("treatment", "outcome", "difference of the two"))
LOSS = shown("loss less gain", SURVEY)
HELD = shown("ethnic group held equal", SURVEY)

Integers = NDArray[np.int64]


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
) -> Iterator[tuple[MainEffects, bool]]:
    """What each sample gives, and whether it is shown: six in ten are treated fairly, half get what they wanted."""
    one, other = (random.random(replications * size) < share for share in (0.6, 0.5))
    people = asked(random, replications, size, 0.3 + treated * one + wanted * other).assign(a=one, b=other)
    means = domain_means(people, "answer", ["sample", "a", "b"], "weight", "sample", "psu", kind="share")
    given = _given(means)
    for sample in range(replications):
        rows = means.only(sample=sample)
        yield main_effects(rows, range(len(rows.table)), rows.table["a"], rows.table["b"]), given[sample]


def losses(
    random: np.random.Generator, replications: int, size: int, shares: tuple[float, float, float]
) -> Iterator[tuple[Combination, bool]]:
    """The loss less the gain in each sample, and whether it is shown."""
    group: Integers = random.choice(3, replications * size, p=(0.7, 0.2, 0.1))
    people = asked(random, replications, size, np.array(shares)[group]).assign(group=group)
    means = domain_means(people, "answer", ["sample", "group"], "weight", "sample", "psu", kind="share")
    given = _given(means)
    for sample in range(replications):
        yield combination(means.only(sample=sample), [2, -1, -1]), given[sample]


def stops(
    random: np.random.Generator, replications: int, size: int, planted: float
) -> Iterator[tuple[Combination, bool]]:
    """The difference with ethnic group held equal in each sample, and whether it is shown."""
    group: Integers = random.choice(len(GROUPS), replications * size, p=GROUPS)
    stopped = random.random(len(group)) < np.array(OFTEN)[group]
    people = asked(random, replications, size, np.array(CONFIDENT)[group] + planted * stopped)
    people = people.assign(group=group, stopped=stopped)
    means, whole = (
        domain_means(people, "answer", ["sample", *by], "weight", "sample", "psu", kind="share")
        for by in (["group", "stopped"], ["stopped"])
    )
    given = _given(whole)
    for sample in range(replications):
        own = means.only(sample=sample)
        place = {key: at for at, key in enumerate(zip(own.table["group"], own.table["stopped"], strict=True))}
        pairs = [(place[of, True], place[of, False]) for of in range(len(GROUPS)) if (of, True) in place]
        yield held_equal(own, *zip(*pairs, strict=True)), given[sample]


def _given(means: DomainMeans) -> Mapping[int, bool]:
    """Of each sample, whether every one of its shares is shown: with one withheld all that is made of them is too."""
    table = publish(means)
    return table["estimate"].notna().groupby(table["sample"]).all().to_dict()


def contacts(random: np.random.Generator, replications: int) -> Iterator[Measured]:
    """Treatment, outcome and their difference, the loss less the gain, and people who were stopped against others."""
    for (name, (treated, wanted)), size in ((planted, size) for planted in PLANTED.items() for size in SIZES):
        drawn = (_effects(random, number, size, treated, wanted) for number in _lots(replications))
        yield from rows_of(PART, "Treatment or outcome", f"treatment goes {name}, {size:,} answers", drawn)
    for (name, shares), size in ((felt, size) for felt in EXPERIENCES.items() for size in SIZES[1:]):
        truth = 2 * shares[0] - shares[1] - shares[2]
        lost = ({LOSS: _combined(losses(random, number, size, shares), truth)} for number in _lots(replications))
        yield from rows_of(PART, "Loss less gain", f"{name}, {size:,} answers", lost)
    for (name, planted), size in ((told, size) for told in STOPPED.items() for size in (2_000, 6_000)):
        drawn = ({HELD: _combined(stops(random, number, size, planted), planted)} for number in _lots(replications))
        yield from rows_of(PART, "Stopped or not", f"{name}, {size:,} answers", drawn)


def _effects(
    random: np.random.Generator, number: int, size: int, treated: float, wanted: float
) -> dict[Interval, Drawn]:
    found = list(treatments(random, number, size, treated, wanted))
    return {
        TREATMENT: _combined([(one.first, given) for one, given in found], treated),
        OUTCOME: _combined([(one.second, given) for one, given in found], wanted),
        DIFFERENCE: _combined([(one.difference, given) for one, given in found], treated - wanted),
    }


def _combined(found: Iterable[tuple[Combination, bool]], truth: float) -> Drawn:
    low, high, given = np.array([(one.low, one.high, seen) for one, seen in found], dtype=float).T
    return Drawn.of((low, high), truth, given > 0)


def _lots(replications: int) -> Iterator[int]:
    yield from (min(AT_ONCE, replications - start) for start in range(0, replications, AT_ONCE))


def measured(replications: int = 2_000) -> Iterator[Measured]:
    """Every row of the part."""
    yield from contacts(np.random.default_rng(SEED), replications)


def main(replications: int = 2_000) -> None:
    """Print what was said of treatment against outcome."""
    random = np.random.default_rng(SEED)
    print(machine())
    for name, (treated, wanted) in PLANTED.items():
        for size in SIZES:
            lots = [treatments(random, number, size, treated, wanted) for number in _lots(replications)]
            found = [one for lot in lots for one, given in lot if given]
            said = [larger(one.difference, one.first, one.second, SIDES) for one in found]
            told = ", ".join(f"{word} {said.count(word) / len(said):.3f}" for word in dict.fromkeys((*SIDES, *said)))
            print(f"treatment goes {name}, {size:,} answers: {told}", flush=True)


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:2]))
