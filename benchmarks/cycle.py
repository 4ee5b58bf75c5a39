"""What the models of the cycle find in forces that are drawn anew from a known truth.

    python -m benchmarks.cycle [--forces N] [--first SEED] [--strengths | --counties]

Of the links: how often the interval of each holds the superpopulation's value; how often the planted weakest link is
named, and none where all are equally strong; how often the links of engagement are called clear with its answers
shuffled among respondents. The superpopulation's value is the mean of the estimates from `LARGE` samples of forty times
as many sampling units, in which everybody answers alike often: what the estimator gives where chance is as good
as gone.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
from scipy.stats import binom

from analytics.cycle import STAGES, Links, StageScores, links, stage_scores, weakest_link
from benchmarks.machine import machine
from data.demo.survey import survey
from data.demo.truth import TRUTH, WAVES, Truth
from data.vocabularies.survey import Measure, measures

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

LARGE = 4
UNITS = 20
"""Sampling units of each neighbourhood and wave in a large sample; the survey has 2."""

SHUFFLES = 5
EQUAL = 0.55
"""The strength of every link where none is weaker: that of most links of the truth."""


def items() -> list[Measure]:
    """The questions of the cycle."""
    return [measure for measure in measures().values() if measure.stage in STAGES]


def force(truth: Truth, seed: int, waves: int = 4) -> pd.DataFrame:
    """The respondents of the last waves of a new sample of a truth's county, without the columns that nobody fills."""
    people = survey(truth, seed).responses
    return people[people["wave"].isin(WAVES[-waves:])].dropna(axis=1, how="all").reset_index(drop=True)


def equal(truth: Truth = TRUTH, strength: float = EQUAL) -> Truth:
    """The same truth with links of one strength."""
    return replace(truth, links=tuple(replace(link, strength=strength) for link in truth.links))


def found(people: pd.DataFrame) -> Links:
    """The links as pages have them."""
    return links(people, stage_scores(people, items()))


def shuffled(scores: StageScores, seed: int) -> StageScores:
    """The same respondents, with all that each answered of engagement gone to another."""
    order = np.random.default_rng(seed).permutation(len(scores.score))
    score, positive = (
        frame.assign(**{STAGES[0]: frame[STAGES[0]].to_numpy()[order]}) for frame in (scores.score, scores.positive)
    )
    return replace(scores, score=score, positive=positive)


@cache
def superpopulation(truth: Truth, large: int = LARGE, units: int = UNITS) -> NDArray[np.float64]:
    """The strength of each link in the population that the samples are drawn from, shape (links,)."""
    response = (1.0,) * len(truth.sample.response)
    many = replace(truth, sample=replace(truth.sample, psus=units, response=response))
    drawn = [found(force(many, 10_000 + number)).table["strength"].to_numpy() for number in range(large)]
    return np.mean(drawn, axis=0)


@dataclass(frozen=True)
class Force:
    """What one force gave: intervals, whether they held the truth, the link named, and which noise is called clear."""

    held: tuple[bool, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    named: int | None
    clear: tuple[bool, ...]


def forces(truth: Truth, number: int, shuffles: int = 0, first: int = 0) -> Iterator[Force]:
    """Draw so many forces; of each so many times engagement's answers are shuffled."""
    value = superpopulation(truth)
    for seed in range(first, first + number):
        people = force(truth, seed)
        scores = stage_scores(people, items())
        drawn = links(people, scores)
        table = drawn.table
        held = (table["low"] <= value) & (value <= table["high"])
        noise = (shuffled(scores, 1_000 * seed + again) for again in range(shuffles))
        clear = [_clear(links(people, one, ring=STAGES[:2])) for one in noise]
        yield Force(tuple(held), tuple(table["low"]), tuple(table["high"]), weakest_link(drawn).place, tuple(clear))


def _clear(drawn: Links) -> bool:
    """Whether the link from engagement is called clear."""
    first = drawn.table.iloc[0]
    return bool(first["low"] > 0 or first["high"] < 0)


def band(number: int, rate: float = 0.05) -> tuple[int, int]:
    """The fewest and the most of so many that 99 of 100 experiments would count at a rate."""
    return int(binom.ppf(0.005, number, rate)), int(binom.ppf(0.995, number, rate))


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--forces", type=int, default=100)
    parser.add_argument("--first", type=int, default=0, help="seed of the first force; 0 to 99 chose the margin")
    parser.add_argument("--strengths", action="store_true", help="other strengths of the weakest link and of all too")
    parser.add_argument("--counties", action="store_true", help="a county of its own for each force, and names alone")
    options = parser.parse_args()
    print(machine())
    start = time.process_time()
    seeds = range(options.first, options.first + options.forces)
    if options.counties:
        for what, truth in (("planted weakest link", TRUTH), (f"all links at {EQUAL:.2f}", equal())):
            _print_named(what, [replace(truth, seed=seed) for seed in seeds], seeds)
        return
    planted = list(forces(TRUTH, options.forces, SHUFFLES, options.first))
    _print_links(planted, superpopulation(TRUTH))
    weak = int(np.argmin([link.strength for link in TRUTH.links]))
    print(f"planted weakest link named: {sum(one.named == weak for one in planted)} of {len(planted)}", flush=True)
    clear = [said for one in planted for said in one.clear]
    fewest, most = band(len(clear))
    print(f"engagement shuffled, called clear: {sum(clear)} of {len(clear)}, band {fewest} to {most}", flush=True)
    _print_named(f"all links at {EQUAL:.2f}", [equal()] * options.forces, seeds)
    for strength in (0.15, 0.2, 0.3) if options.strengths else ():
        links_ = tuple(replace(link, strength=strength) if link is TRUTH.links[weak] else link for link in TRUTH.links)
        weaker = [replace(TRUTH, links=links_)] * options.forces
        _print_named(f"weakest link at {strength:.2f}", weaker, seeds)
    for strength in (0.3, 0.45) if options.strengths else ():
        _print_named(f"all links at {strength:.2f}", [equal(strength=strength)] * options.forces, seeds)
    print(f"{time.process_time() - start:.0f} s of the processor")


def _print_links(drawn: Sequence[Force], value: NDArray[np.float64]) -> None:
    held = np.array([one.held for one in drawn])
    width = np.array([one.high for one in drawn]) - np.array([one.low for one in drawn])
    for place, (link, strength) in enumerate(zip(TRUTH.links, value, strict=True)):
        print(
            f"{link.origin} → {link.target}: {strength:.4f}, held {held[:, place].sum()} of {len(drawn)}, "
            f"width {width[:, place].mean():.4f}",
            flush=True,
        )


def _print_named(what: str, truths: Sequence[Truth], seeds: Sequence[int]) -> None:
    drawn = (force(truth, seed) for truth, seed in zip(truths, seeds, strict=True))
    places = [weakest_link(found(people)).place for people in drawn]
    named = [place for place in places if place is not None]
    said = ", ".join(f"{STAGES[place]} {named.count(place)}" for place in sorted(set(named))) or "nothing"
    print(f"{what}: none stands out in {places.count(None)} of {len(seeds)}; the link from {said} named", flush=True)


if __name__ == "__main__":
    main()
