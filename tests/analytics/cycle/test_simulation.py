"""Forces drawn anew from the truth of the demonstration: short runs of ``benchmarks/cycle.py``."""

from __future__ import annotations

import numpy as np
import pytest

from analytics.cycle import STAGES, links, stage_scores, weakest_link
from benchmarks.cycle import band, equal, force, forces, found, items, shuffled, superpopulation
from data.demo.truth import TRUTH

MEASURED = (0.1318, 0.1736, 0.1302, 0.1600, 0.0424, 0.1128)
"""Of `superpopulation`, which takes a minute."""


@pytest.fixture(scope="module")
def drawn():
    people = force(TRUTH, 1)
    scores = stage_scores(people, items())
    return people, scores, links(people, scores)


def test_a_force_drawn_anew_has_the_planted_links_and_its_weakest_is_named(drawn):
    people, _, ring = drawn
    assert (people["wave"].nunique(), len(people)) == (4, 9_600)
    apart = (ring.table["strength"] - np.array(MEASURED)) / ring.table["se"]
    assert apart.abs().max() < 3.5
    assert ring.table["se"].to_numpy() == pytest.approx(0.0041, abs=0.0018)
    place = weakest_link(ring).place
    assert ring.table.loc[place, ["from", "to"]].tolist() == [STAGES[4], STAGES[5]]


def test_where_all_links_are_equally_strong_none_stands_out():
    assert weakest_link(found(force(equal(), 1))).place is None


def test_shuffled_engagement_goes_with_nothing(drawn):
    people, scores, ring = drawn
    noise = [links(people, shuffled(scores, seed), ring=STAGES[:2]).table.iloc[0] for seed in range(8)]
    assert np.mean([one["strength"] for one in noise]) == pytest.approx(0, abs=3.5 * 0.0041 / np.sqrt(8))
    assert all(abs(one["strength"]) < ring.table["strength"][0] / 5 for one in noise)


@pytest.mark.long
def test_intervals_hold_what_was_planted_and_noise_is_seldom_clear():
    value = superpopulation(TRUTH)
    assert value == pytest.approx(MEASURED, abs=0.002)
    made = list(forces(TRUTH, 12, shuffles=5))
    held = np.array([one.held for one in made]).sum(axis=0)
    assert (held >= 12 * 0.90 - 3).all()
    assert sum(one.named == 4 for one in made) >= 11
    clear = [said for one in made for said in one.clear]
    fewest, most = band(len(clear))
    assert fewest <= sum(clear) <= most


@pytest.mark.long
def test_the_joint_covariance_against_a_bootstrap_of_sampling_units(drawn):
    """Rao and Wu (1988): of each stratum's m units m - 1 are drawn, and weigh m/(m - 1) times how often they were."""
    people, scores, ring = drawn
    random = np.random.default_rng(3)
    units = people[["wave", "stratum", "psu"]].drop_duplicates().reset_index(drop=True)
    again = []
    for _ in range(100):
        times = np.zeros(len(units))
        for own in units.groupby(["wave", "stratum"]).indices.values():
            size = len(own)
            times[own] = np.bincount(random.integers(0, size, size - 1), minlength=size) * size / (size - 1)
        factor = people["psu"].map(dict(zip(units["psu"], times, strict=True)))
        again.append(links(people.assign(weight=people["weight"] * factor), scores).table["strength"].to_numpy())
    covariance = np.cov(np.array(again).T)
    # 100 draws leave a variance a relative standard error of a seventh, and a correlation one of a tenth.
    assert np.diag(covariance) / np.diag(ring.covariance) == pytest.approx(1, abs=0.45)
    assert np.corrcoef(np.array(again).T) == pytest.approx(_correlations(ring.covariance), abs=0.32)


def _correlations(covariance):
    sd = np.sqrt(np.diag(covariance))
    return covariance / np.outer(sd, sd)
