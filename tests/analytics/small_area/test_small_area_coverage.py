"""A short run of the coverage simulation: nominal 95 %, on average 93 to 97 % and three Monte Carlo errors."""

from __future__ import annotations

import math

import numpy as np
import pytest

from analytics.small_area import small_area_shares
from benchmarks import coverage_small_area as simulation


@pytest.mark.long
def test_intervals_hold_the_truth_as_often_as_they_say_on_average() -> None:
    rows = list(simulation.measured(150))
    assert len(rows) == len(simulation.AREAS) * len(simulation.SPREADS) * 2
    for row in rows:
        assert 0.93 - _error(row) <= row.coverage <= 0.97 + _error(row), row
    shown, own = (
        {(row.areas, row.spread): row for row in rows if row.method.startswith(name)} for name in ("small", "own")
    )
    for areas in simulation.AREAS:
        # What areas that are alike have in common says most of them.
        assert shown[areas, 0.05].width < 0.6 * own[areas, 0.05].width
        assert shown[areas, 0.10].width < 0.8 * own[areas, 0.10].width
    for row in shown.values():
        # Extremes are pulled in, and the intervals of the lowest and highest tenth hold them less often.
        assert max(row.deciles[0], row.deciles[-1]) < row.coverage < min(row.deciles[4:6])


def _error(row: simulation.Held) -> float:
    # Areas of one survey share its model: as if each survey of 43 were 20 areas on their own.
    return 3 * math.sqrt(0.95 * 0.05 / (row.intervals / 2))


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


def test_the_table_has_a_row_for_every_interval(capsys: pytest.CaptureFixture[str], monkeypatch) -> None:
    monkeypatch.setattr(simulation, "AREAS", (43,))
    monkeypatch.setattr(simulation.measured, "__defaults__", ((43,),))
    simulation.main(2)
    assert len(capsys.readouterr().out.splitlines()) == 2 + len(simulation.SPREADS) * 2
