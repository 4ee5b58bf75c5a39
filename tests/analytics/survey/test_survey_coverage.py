"""Short runs of the coverage simulation: what is aimed at, and three Monte Carlo errors."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache

import numpy as np
import pytest

from analytics.library.measured import INSTEAD, SHOWN, Measured
from benchmarks.coverage import survey as simulation

pytestmark = pytest.mark.long

Part = Callable[[np.random.Generator, int], Iterator[Measured]]

SHARES = ((0.05, 50, 10, 0.6), (0.05, 100, 20, 0.0), (0.20, 50, 10, 0.6), (0.50, 100, 20, 1.0), (0.50, 200, 40, 0.6))
CHANGES = tuple((shares, (200, 20), 0.6, same) for shares in simulation.CHANGES for same in (False, True))


def some_shares(random: np.random.Generator, replications: int) -> Iterator[Measured]:
    return simulation.shares(random, replications, SHARES)


def some_changes(random: np.random.Generator, replications: int) -> Iterator[Measured]:
    return simulation.changes(random, replications, CHANGES)


@cache
def run(part: Part, n: int) -> list[Measured]:
    return list(part(np.random.default_rng(simulation.SEED), n))


@pytest.mark.parametrize(
    ("part", "replications"),
    [
        (some_shares, 1_000),
        (simulation.net_scores, 200),
        (some_changes, 400),
        (simulation.area_intervals, 12),
        (simulation.raked_shares, 120),
        (simulation.regressions, 150),
    ],
    ids=["share", "net score", "change", "area", "raked share", "logit"],
)
def test_intervals_hold_the_truth_as_often_as_they_say(part: Part, replications: int) -> None:
    rows = [row for row in run(part, replications) if row.use != INSTEAD]
    assert len(rows) >= 2
    for row in rows:
        assert 0.93 - 3 * row.error <= row.coverage <= 0.99 + 3 * row.error, row


def test_what_they_replace_is_seen_to_fail() -> None:
    rows = {(row.setting, row.interval): row.coverage for row in run(some_shares, 1_000)}
    assert rows["share 0.05, 50 answers, 10 PSUs, weight CV 0.6", "Wald-t"] < 0.85
    assert rows["share 0.50, 200 answers, 40 PSUs, weight CV 0.6", "Wilson, raw n"] < 0.91
    areas = {(row.setting, row.interval): row.coverage for row in run(simulation.area_intervals, 12)}
    unequal = f"{simulation.LAYOUTS[-1].name}: those of uneven weights, 30 a PSU"
    assert areas[unequal, "mean of the areas'"] < 0.92


def test_a_sample_with_too_few_effective_answers_gives_no_interval() -> None:
    # By hand: 50 answers whose weights have a coefficient of variation of 1 count as 50 / (1 + 1) = 25, under 30.
    few, enough = (
        next(simulation.shares(np.random.default_rng(1), 400, [(0.2, answers, 10, cv)]))
        for answers, cv in ((50, 1.0), (100, 0.0))
    )
    assert (few.use, enough.use) == (SHOWN, SHOWN)
    assert few.given < 0.5
    assert few.intervals == round(few.given * 400)
    assert enough.given == 1


def test_the_true_change_is_that_of_very_many_units() -> None:
    """Clipped at 0 the leanings of units no longer cancel: against the mean of units that were drawn."""
    random = np.random.default_rng(5)
    rank = random.beta(9.5, 9.5, 1_000_000) - 0.5
    before, after = (np.clip(p + 2 * np.sqrt(p * (1 - p)) * rank, 0, 1).mean() for p in (0.05, 0.08))
    assert simulation._true_change((0.05, 0.08)) == pytest.approx(after - before, abs=2e-4)
    assert simulation._true_change((0.20, 0.20)) == pytest.approx(0, abs=1e-12)
