"""Short runs of the coverage simulation, against the stored full one or what theory says."""

import math
from functools import partial

import pytest

from analytics.library.measured import Measured, measured
from benchmarks.coverage import disparity as simulation
from benchmarks.coverage.rows import RATES, shown

pytestmark = pytest.mark.long

SHOCKS = simulation.SHOCKS


def run(draw: simulation.Draw, replications: int) -> Measured:
    return next(simulation.measure(simulation.Scenario("", "", shown("", RATES), draw), replications))


RATE, GAP, ONE = (
    ("Rate", "factor from months"),
    ("Difference of rates", "t over months"),
    ("Rate of one month", "factor from area-months"),
)
RATIO = ("Ratio of rates", "factor estimated")
AS_STORED = [
    ("Ratio of rates", "mid-P, factor known", "5 expected, factor 1", 1_500),
    ("Ratio of rates", "mid-P, factor known", "20 expected, factor 3", 1_000),
    (*RATIO, "20 expected, factor 5, 144 months", 700),
    (*RATIO, "100 expected, factor 3, 32 areas x 6 months", 700),
    ("Rate", "mid-P, factor known", "20 expected, factor 3", 1_500),
    (*RATE, "2,000 expected, 3 months, 10 areas, shocks: months .4", 1_500),
    (*RATE, "2,000 expected, 6 months, 10 areas, shocks: all three", 1_500),
    (*RATE, "100 expected, 12 months, 1 area, shocks: one group clumped 5", 1_500),
    (*GAP, "2,000 expected, 3 months, 10 areas, shocks: months .4", 1_500),
    (*GAP, "2,000 expected, 6 months, 10 areas, shocks: all three", 1_500),
    (*GAP, "100 expected, 12 months, 1 area, shocks: months .2", 1_500),
    (*ONE, "2,000 expected, 6 months, 10 areas, shocks: all three", 1_500),
    (*ONE, "2,000 expected, 12 months, 30 areas, shocks: months .4", 1_500),
    ("Ratio within districts", "by district, CR2", "5 districts, log ratios spread by 0.5, log sizes by 0.8", 700),
    ("Ratio within districts", "by district, CR2", "32 districts, log ratios spread by 0.2, log sizes by 0.3", 700),
]


@pytest.mark.parametrize(("figure", "interval", "setting", "replications"), AS_STORED)
def test_a_short_run_says_what_the_stored_one_says(figure: str, interval: str, setting: str, replications: int) -> None:
    """Three Monte Carlo errors of the first draws of the full run against all of them; the share shown, too."""
    scenario = next(
        one
        for one in simulation.scenarios()
        if (one.figure, one.interval.name, one.setting) == (figure, interval, setting)
    )
    shown = next(simulation.measure(scenario, replications))
    full = next(row for row in measured() if row.key == (simulation.PART, figure, setting, interval))
    assert abs(shown.coverage - full.coverage) <= near(full.coverage, shown.intervals, full.intervals)
    assert abs(shown.given - full.given) <= near(full.given, replications, 2_000)


def near(share: float, draws: int, every: int) -> float:
    held = min(max(share, 0.005), 0.995)
    return 3 * math.sqrt(held * (1 - held) * (1 / draws - 1 / every)) + 0.5 / draws


@pytest.mark.parametrize(("expected", "shocks"), [(2_000, "all three"), (100, "months .4")])
def test_the_excess_holds_the_truth_as_often_as_it_says(expected: float, shocks: str) -> None:
    """Nominal 95 %, which no stored run is of: four Monte Carlo errors."""
    row = run(partial(simulation.draw_excess_of_months, expected, (10, 6), SHOCKS[shocks]), 1_500)
    assert row.given > 0.8
    assert row.coverage == pytest.approx(0.95, abs=4 * math.sqrt(0.95 * 0.05 / 1_500))


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
