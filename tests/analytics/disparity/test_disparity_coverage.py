"""Short runs of the coverage simulation: nominal 95 %, allowed 93 to 98.5 % and three Monte Carlo errors."""

import math
from functools import partial

import pytest

from benchmarks import coverage_disparity as simulation


@pytest.mark.parametrize(
    ("draw", "replications"),
    [
        (partial(simulation.draw_ratio, 5, 1.0, 1.0), 1_500),
        (partial(simulation.draw_ratio, 20, 3.0, 3.0), 700),
        (partial(simulation.draw_ratio_with_estimated_factor, 20, 5.0, (1, 144)), 400),
        (partial(simulation.draw_ratio_with_estimated_factor, 100, 3.0, (32, 6)), 400),
        (partial(simulation.draw_rate, 20, 3.0), 1_500),
        (partial(simulation.draw_difference, 20, 3.0), 1_500),
        (partial(simulation.draw_within_areas, 5, 0.5, 0.8, 2.0), 500),
        (partial(simulation.draw_within_areas, 32, 0.2, 0.3, 2.0), 500),
    ],
    ids=["mid-P", "known", "estimated 144", "estimated 32 x 6", "rate", "difference", "within 5", "within 32"],
)
def test_intervals_hold_the_truth_as_often_as_they_say(draw: simulation.Draw, replications: int) -> None:
    row = simulation.measure("", draw, replications)
    assert row.shown > 0.95
    assert 0.93 - row.monte_carlo_error <= row.coverage <= 0.985 + row.monte_carlo_error


def test_ignoring_the_clumps_is_seen_as_undercoverage() -> None:
    # erf(1.96 / sqrt(3) / sqrt(2)) = .742: what the normal distribution leaves of 95 % at a variance factor of 3.
    row = simulation.measure("", partial(simulation.draw_ratio, 100, 3.0, 1.0), 1_500)
    expected = math.erf(1.959964 / math.sqrt(3) / math.sqrt(2))
    assert row.coverage == pytest.approx(expected, abs=3 * math.sqrt(expected * (1 - expected) / 1_500) + 0.01)


def test_the_table_has_a_row_for_every_scenario(capsys: pytest.CaptureFixture[str]) -> None:
    simulation.main(2)
    assert len(capsys.readouterr().out.splitlines()) == 1 + len(list(simulation.scenarios()))
