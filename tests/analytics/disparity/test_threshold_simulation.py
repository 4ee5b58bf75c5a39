"""A short run of the simulation of the threshold test: what it finds, and what it takes for a gap."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import binom

from benchmarks import threshold as simulation


@pytest.mark.long
@pytest.mark.parametrize("name", ["equal", "equal, one in ten carries, seen nearer"])
def test_where_thresholds_are_equal_the_gap_covers_zero(name: str) -> None:
    for row in simulation.measured(name, 30):
        # The fewest of 30 that 99 of 100 experiments at 95 % would count.
        assert row.covers_zero * 30 * (1 - row.refused) >= binom.ppf(0.01, 30, 0.95) - 30 * row.refused
        assert row.held >= binom.ppf(0.01, 30, 0.95) / 30
        assert row.refused <= 0.05
        assert row.lower + row.higher <= 0.1


@pytest.mark.long
@pytest.mark.parametrize(("name", "side"), [("gap -.04", "lower"), ("gap +.04", "higher")])
def test_a_gap_of_four_points_is_found(name: str, side: str) -> None:
    for row in simulation.measured(name, 20):
        assert getattr(row, side) >= 0.9
        assert row.gap == pytest.approx(row.truth, abs=0.015)


def test_one_set_of_searches_is_drawn_and_told() -> None:
    rows = simulation.measured("gap -.04", 2)
    assert [row.scale for row in rows] == [1, 3]
    assert all(row.lower == 1 and row.truth < -0.03 for row in rows)


@pytest.mark.long
def test_risks_that_differ_are_taken_for_a_gap() -> None:
    """The limit of the test: thresholds are equal, and what sets carriers apart is a fifth less in one group."""
    for row in simulation.measured("risk: group is seen .8 times as far off", 30):
        assert row.truth == pytest.approx(0, abs=0.01)
        assert row.held < 0.8


def test_the_same_rates_come_of_opposite_bars() -> None:
    # Search and find rates of published pairs of beta distributions: 71 and 39 %, 64 and 44 %, the bars exchanged.
    for betas, group in ((simulation.RED_LOWER, (0.7115, 0.3931)), (simulation.BLUE_LOWER, (0.7091, 0.3944))):
        world = simulation.World(betas=betas, threshold_spread=0, cell_spread=0)
        found, unfound, _ = simulation.by_beta(world, np.full((43, 3), 900.0), np.random.default_rng(1))
        rate = found + unfound
        assert (rate[0, 1], (found / rate)[0, 1]) == pytest.approx(group, abs=2e-4)
        other = (0.6406, 0.4418) if betas is simulation.RED_LOWER else (0.6390, 0.4401)
        assert (rate[0, 0], (found / rate)[0, 0]) == pytest.approx(other, abs=2e-4)


def test_the_table_has_a_row_for_every_world_and_scale(capsys: pytest.CaptureFixture[str], monkeypatch) -> None:
    monkeypatch.setattr(simulation, "seconds", lambda _: 0.0)
    simulation.main(1, "beta")
    assert len(capsys.readouterr().out.splitlines()) == 4 + 2 * 2
