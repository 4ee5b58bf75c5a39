"""Short runs of the simulation of funnels and of intervals of areas, find rates and standardised ratios."""

from __future__ import annotations

import math
from functools import partial

import numpy as np
import pytest
from scipy.special import ndtri

from analytics.disparity import funnel, ratio_funnel, split_dispersion
from benchmarks import coverage_areas as simulation
from benchmarks.coverage.disparity import clumped

pytestmark = pytest.mark.long

MONTHS = 12


def judged(areas: int, forces: int, factor: float, known: bool) -> np.ndarray:
    """Of forces without any difference between areas: shares outside 95 and 99.8, and whether any area is flagged.

    Every area expects 40 searches of the group or more; with fewer no count is rarely low, and fewer lie outside.
    """
    random, rows = np.random.default_rng(11), []
    for _ in range(forces):
        n_a, n_b = random.integers(2_000, 9_000, areas), random.integers(10_000, 30_000, areas)
        level = 0.02 * np.exp(random.normal(0, 0.3, areas)) / MONTHS
        a, b = (
            clumped(random, np.repeat((ratio * level * n)[:, None], MONTHS, axis=1), factor)
            for ratio, n in ((3.0, n_a), (1.0, n_b))
        )
        area = np.repeat(np.arange(areas), MONTHS)
        phi = factor if known else split_dispersion(a.ravel(), b.ravel(), area).factor
        shown = ratio_funnel(a.sum(axis=1), n_a, b.sum(axis=1), n_b, dispersion=phi or 1.0)
        rows.append([(shown.p_value < 0.05).mean(), (shown.p_value < 0.002).mean(), shown.flagged.any()])
    return np.array(rows)


def band(nominal: float, draws: int) -> float:
    """Half of the 99 % Monte Carlo band of a share."""
    return float(ndtri(0.995)) * math.sqrt(nominal * (1 - nominal) / draws)


@pytest.mark.parametrize("factor", [1.0, 3.0])
def test_as_many_areas_lie_outside_the_limits_as_they_say(factor: float, monkeypatch: pytest.MonkeyPatch) -> None:
    """The limits themselves, clumps and all, without the variance between areas that 5 forces in 100 seem to have."""
    monkeypatch.setattr(funnel, "_vary_more", lambda z, part: False)
    shares = judged(9, 800, factor, known=True).mean(axis=0)
    for share, nominal, draws in zip(shares, (0.05, 0.002, 0.1), (7_200, 7_200, 800), strict=True):
        assert abs(share - nominal) <= band(nominal, draws)


@pytest.mark.parametrize("factor", [1.0, 3.0])
def test_one_force_in_ten_without_a_difference_has_a_false_flag(factor: float) -> None:
    """With clumps estimated and a variance between areas allowed for, which widens the limits where there is none."""
    outside, far_outside, flagged = judged(43, 150, factor, known=False).mean(axis=0)
    assert abs(flagged - 0.1) <= band(0.1, 150)
    assert 0.035 < outside <= 0.05 + band(0.05, 43 * 150)
    assert far_outside <= 0.002 + band(0.002, 43 * 150)


def near(share: float, draws: int, every: int) -> float:
    """Three Monte Carlo errors of the first draws of a run against all of them."""
    return 3 * math.sqrt(share * (1 - share) * (1 / draws - 1 / every))


@pytest.mark.parametrize(
    ("draw", "draws", "of_2000"),
    [
        (partial(simulation.draw_mantel_haenszel, 5, 0.3), 700, [0.9725]),
        (partial(simulation.draw_mantel_haenszel, 32, 0.3), 700, [0.9500]),
        (partial(simulation.draw_find_rates, 0.2, 50, 20.0), 1_000, [0.9390, 0.9495]),
        (partial(simulation.draw_find_rates_within, 14, 0.05), 1_000, [0.9445, 0.9550]),
        (partial(simulation.draw_standardised, 20, 1.0), 1_000, [0.9685, 0.9680]),
        (partial(simulation.draw_standardised, 20, 3.0), 1_000, [0.9725, 0.9695]),
    ],
    ids=[
        "Mantel-Haenszel 5",
        "Mantel-Haenszel 32",
        "find rate and gap",
        "find rates within",
        "standardised",
        "clumped",
    ],
)
def test_intervals_hold_the_truth_as_often_as_in_the_full_run(
    draw: simulation.Draw, draws: int, of_2000: list[float]
) -> None:
    """The run of 2,000 draws that docs/methods.md tells of, all of it within 93 to 98.5 %."""
    row = simulation.measure("", draw, draws)
    for coverage, full in zip(row.means[[0, *range(2, len(row.means))]], of_2000, strict=True):
        assert abs(coverage - full) <= near(full, draws, 2_000)
        assert 0.93 <= full <= 0.985


@pytest.mark.parametrize(("spread", "of_500"), [(0.15, 0.9724), (0.3, 0.9344), (0.6, 0.9493)])
def test_small_area_ratios_hold_the_truth_on_average(spread: float, of_500: float) -> None:
    """Nominal 95 %, on average over areas; forces are what repeats, and 500 of them the full run."""
    row = simulation.measure("", partial(simulation.draw_small_areas, 43, spread, 1.0, 10), 150)
    assert abs(row.means[0] - of_500) <= 3 * row.errors[0] * math.sqrt(1 - 150 / 500)
    assert 0.93 <= of_500 <= 0.975
    # Extremes are pulled in.
    assert max(row.means[2], row.means[-1]) < row.means[0] < min(row.means[6:8])


def test_the_table_has_a_row_for_every_scenario(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    every = [(name, draw, 1) for name, draw, _ in simulation.scenarios() if "300" not in name and "640" not in name]
    monkeypatch.setattr(simulation, "scenarios", lambda: iter(every))
    simulation.main(2)
    assert len(capsys.readouterr().out.splitlines()) == 1 + len(every)
