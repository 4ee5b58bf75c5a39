"""Short runs of the measured coverage of find rates, funnels and the threshold test: each row is near its full run."""

from __future__ import annotations

import math

import numpy as np
import pytest

from analytics.library.measured import measured
from benchmarks.coverage import found, funnel, threshold

pytestmark = pytest.mark.long

RUNS = {
    found.PART: (found, 300),
    funnel.PART: (funnel, 40),
}


@pytest.mark.parametrize("part", RUNS)
def test_a_short_run_says_what_the_full_one_said(part: str) -> None:
    """Within four Monte Carlo errors of the short run, one row in a hundred further off by chance."""
    module, replications = RUNS[part]
    held = {row.key: row for row in measured() if row.part == part}
    off = []
    for row in module.measured(replications):
        full = held[row.key]
        if row.intervals >= 20 and not math.isnan(full.coverage):
            share = min(max(full.coverage, 0.02), 0.98)
            error = max(math.sqrt(share * (1 - share) / row.intervals), row.error)
            if abs(row.coverage - full.coverage) > 4 * error + 0.005:
                off.append((row.figure, row.setting, row.coverage, full.coverage))
    assert len(off) <= len(held) / 100, off


def test_a_range_holds_the_strict_rate_whichever_links_are_left_out() -> None:
    """And leaving the outcomes out does not, where they were linked more often or less than the others."""
    rows = {(row.setting, row.interval): row for row in measured() if row.figure == "Strict find rate"}
    ranges = [row for row in rows.values() if row.interval == found.STRICT.name]
    assert min(row.coverage for row in ranges) > 0.93
    assert min(row.coverage for row in rows.values() if row.interval == found.STRICT_LEFT_OUT.name) < 0.8


def test_gaps_are_seen_where_there_are_none() -> None:
    """The limit of the threshold test, in a short run: equal thresholds, carriers who stand out a fifth less."""
    name = f"{threshold.EQUAL}carriers of the group stand out a fifth less"
    random = np.random.default_rng(7)
    told = 0
    for _ in range(20):
        drawn = threshold.batch(threshold.WORLDS[name], True, random)[threshold.BOTH]
        told += bool(drawn.given[0] and not drawn.low[0] <= 0 <= drawn.high[0])
    # 58 of 100 in docs/methods.md: fewer than 4 of 20 have a chance of one in ten thousand.
    assert told >= 4
