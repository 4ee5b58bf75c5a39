"""Where nothing differs the diagnostic finds something to look at no more often than it should."""

from __future__ import annotations

import numpy as np
import pytest

from analytics.library.measured import WITHIN, measured
from benchmarks.coverage.diagnostic import PART
from benchmarks.diagnostic import (
    FEW_EXPECTED,
    MONTHS,
    SEED,
    Row,
    draw_agreed,
    draw_districts,
    draw_kinds,
    draw_stopped,
    measure,
    scenarios,
)

FEW = 60


@pytest.mark.parametrize(("name", "draw"), [one for one in scenarios() if one[0].endswith("finds of 3")])
def test_few_forces_stay_below_the_band(name, draw):
    """Where finds come in clumps, which is where a test by chance alone flags half of the forces."""
    row = measure(name, draw, FEW)
    assert row.tested > 0.9 * FEW
    assert row.share <= row.band[1]


def test_every_case_that_was_measured_lies_within_the_band():
    rows = [row for row in measured() if row.part == PART]
    assert {row.setting for row in rows} == {name for name, _ in scenarios()}
    small = f"{FEW_EXPECTED:g} expected"
    assert {row.setting for row in rows if row.verdict != WITHIN and small not in row.setting} == set()


@pytest.mark.long
@pytest.mark.parametrize(("name", "draw"), list(scenarios()))
def test_many_forces_stay_below_the_band(name, draw):
    row = measure(name, draw, 150)
    assert row.share <= row.band[1]


def test_what_differs_is_found():
    """Those who were stopped have 20 points less: found in nearly every survey."""
    random = np.random.default_rng(SEED)
    assert np.nanmean([draw_stopped(4_000, -0.2, random) for _ in range(8)]) > 0.8


def test_a_force_is_drawn_the_same_again():
    first, second = (draw_kinds(2_000, MONTHS, 0.1, 2.0, 3.0, np.random.default_rng(4)) for _ in range(2))
    assert first == second
    assert draw_districts(8, 80.0, True, 0.1, 2.0, np.random.default_rng(4)) in (0.0, 1.0)
    assert draw_agreed(2_000, np.random.default_rng(4)) in (0.0, 1.0)


def test_a_share_and_its_band():
    """Of 100 at 5 % 99 of 100 experiments count 0 to 11, by the terms of the binomial distribution."""
    row = Row("", 100, 7)
    assert (row.share, row.band) == (0.07, (0.0, 0.11))
