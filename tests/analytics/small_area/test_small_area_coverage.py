"""A short run of the coverage simulation: nominal 95 %, on average 93 to 97 % and three Monte Carlo errors."""

from __future__ import annotations

import math

import numpy as np
import pytest

from analytics.library.measured import Measured
from analytics.small_area import small_area_shares
from benchmarks.coverage import small_area as simulation


@pytest.mark.long
def test_intervals_hold_the_truth_as_often_as_they_say_on_average() -> None:
    rows = list(simulation.measured(80))
    assert len(rows) == len(simulation.AREAS) * len(simulation.SPREADS) * 3
    for row in rows:
        assert 0.93 - 3 * row.error <= row.coverage <= 0.97 + 3 * row.error, row
    plain, own = (by_setting(rows, interval.name) for interval in (simulation.UNROUNDED, simulation.OWN))
    for areas in simulation.AREAS:
        # What areas that are alike have in common says most of them.
        for spread, least in ((0.05, 0.6), (0.10, 0.8)):
            name = f"{areas} areas, spread {spread:.2f}"
            assert plain[name].width < least * own[name].width
    for row in plain.values():
        # Extremes are pulled in, and the intervals of the lowest and highest tenth hold them less often.
        assert max(row.deciles[0], row.deciles[-1]) < row.coverage < min(row.deciles[4:6])


def by_setting(rows: list[Measured], interval: str) -> dict[str, Measured]:
    return {row.setting: row for row in rows if row.interval == interval}


def test_where_no_area_differs_the_smallest_samples_are_not_the_surest() -> None:
    """The five areas furthest from an even chance hold the five smallest samples no more often than by lot."""
    random, found, draws, areas = np.random.default_rng(7), 0, 60, 43
    for _ in range(draws):
        asked = random.permutation(np.linspace(10, 60, areas).round())
        shares = small_area_shares(random.binomial(asked.astype(int), 0.6) / asked, asked)
        surest = np.argsort(-np.abs(shares.chance_above(0.6) - 0.5))[:5]
        found += np.isin(surest, np.argsort(asked)[:5]).sum()
    by_lot = 5 * 5 / areas
    assert found / draws <= by_lot + 3 * math.sqrt(by_lot / draws)
