"""Short runs of the coverage simulation: nominal 95 %, allowed 93 to 98.5 % and three Monte Carlo errors."""

import math
from functools import partial

import pytest

from analytics.library.measured import Measured
from benchmarks.coverage import disparity as simulation
from benchmarks.coverage.rows import RATES, shown

pytestmark = pytest.mark.long

SHOCKS = simulation.SHOCKS


def run(draw: simulation.Draw, replications: int) -> Measured:
    return next(simulation.measure(simulation.Scenario("", "", shown("", RATES), draw), replications))


@pytest.mark.parametrize(
    ("draw", "replications"),
    [
        (partial(simulation.draw_ratio, 5, 1.0, 1.0), 1_500),
        (partial(simulation.draw_ratio, 20, 3.0, 3.0), 1_000),
        (partial(simulation.draw_ratio_with_estimated_factor, 20, 5.0, (1, 144)), 700),
        (partial(simulation.draw_ratio_with_estimated_factor, 100, 3.0, (32, 6)), 700),
        (partial(simulation.draw_rate, 20, 3.0), 1_500),
        (partial(simulation.draw_rate_of_months, 2_000, (10, 3), SHOCKS["months .4"]), 1_500),
        (partial(simulation.draw_rate_of_months, 2_000, (10, 6), SHOCKS["all three"]), 1_500),
        (partial(simulation.draw_rate_of_months, 100, (1, 12), SHOCKS["one group clumped 5"]), 1_500),
        (partial(simulation.draw_difference_of_months, 2_000, (10, 3), SHOCKS["months .4"]), 1_500),
        (partial(simulation.draw_difference_of_months, 2_000, (10, 6), SHOCKS["all three"]), 1_500),
        (partial(simulation.draw_difference_of_months, 100, (1, 12), SHOCKS["months .2"]), 1_500),
        (partial(simulation.draw_excess_of_months, 2_000, (10, 6), SHOCKS["all three"]), 700),
        (partial(simulation.draw_excess_of_months, 100, (10, 6), SHOCKS["months .4"]), 700),
        (partial(simulation.draw_one_of_the_months, 2_000, (10, 6), SHOCKS["all three"]), 1_500),
        (partial(simulation.draw_one_of_the_months, 2_000, (30, 12), SHOCKS["months .4"]), 1_500),
        (partial(simulation.draw_within_areas, 5, 0.5, 0.8, 2.0), 700),
        (partial(simulation.draw_within_areas, 32, 0.2, 0.3, 2.0), 700),
    ],
    ids=[
        "mid-P",
        "known",
        "estimated 144",
        "estimated 32 x 6",
        "rate",
        "rate of 3 months",
        "rate of 6 months",
        "rate of 12 months",
        "difference of 3 months",
        "difference of 6 months",
        "difference of 12 months",
        "excess, all shocks",
        "excess, months",
        "one of 6 months",
        "one of 12 months",
        "within 5",
        "within 32",
    ],
)
def test_intervals_hold_the_truth_as_often_as_they_say(draw: simulation.Draw, replications: int) -> None:
    low, high = (end + sign * 3 * math.sqrt(end * (1 - end) / replications) for end, sign in ((0.93, -1), (0.985, 1)))
    assert high < 1, "too few replications to see an interval that is too wide"
    row = run(draw, replications)
    assert row.given > 0.8
    assert low <= row.coverage <= high


def test_the_factor_of_the_split_does_not_see_what_moves_both_groups() -> None:
    """The mistake that the factor from months replaces: coverage far under 95 %, wherever months share shocks."""
    shocks = SHOCKS["months .2"]
    row = run(partial(simulation.draw_rate_by_the_split, 2_000, (10, 12), shocks), 500)
    assert row.coverage < 0.7


def test_ignoring_the_clumps_is_seen_as_undercoverage() -> None:
    # erf(1.96 / sqrt(3) / sqrt(2)) = .742: what the normal distribution leaves of 95 % at a variance factor of 3.
    row = run(partial(simulation.draw_ratio, 100, 3.0, 1.0), 1_500)
    expected = math.erf(1.959964 / math.sqrt(3) / math.sqrt(2))
    assert row.coverage == pytest.approx(expected, abs=3 * math.sqrt(expected * (1 - expected) / 1_500) + 0.01)


def test_what_is_left_of_a_small_count_is_what_came_out_large() -> None:
    """Of 5 expected searches 10 are shown, where so many come: the lower end of 10 lies above 5."""
    scenario = simulation.Scenario(
        "", "", shown("all", RATES), partial(simulation.draw_rate_of_months, 5, (1, 12), SHOCKS["none"]), withheld=True
    )
    given, every = simulation.measure(scenario, 1_500)
    # Poisson of mean 5: P(at least 10) = .0318.
    assert given.given == pytest.approx(0.0318, abs=3 * math.sqrt(0.0318 * 0.9682 / 1_500))
    assert given.coverage < every.coverage - 0.15
    assert every.given == 1
    assert every.coverage > 0.93
