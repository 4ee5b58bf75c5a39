"""Short runs of the coverage simulation: nominal 95 %, allowed 93 to 98.5 % and three Monte Carlo errors."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache

import numpy as np
import pytest

from benchmarks import coverage_survey as simulation


@cache
def run(part: Callable[[np.random.Generator, int], Iterator[simulation.Coverage]], n: int) -> list[simulation.Coverage]:
    return list(part(np.random.default_rng(simulation.SEED), n))


@pytest.mark.parametrize(
    ("part", "replications", "methods"),
    [
        (simulation.shares, 1_000, {"Wilson-t"}),
        (simulation.net_scores, 600, {"MOVER"}),
        (simulation.changes, 400, {"MOVER"}),
        (simulation.area_intervals, 12, {"pooled (shown)", "against the rest"}),
        pytest.param(simulation.raked_shares, 400, {"raked (shown)"}, marks=pytest.mark.long),
        pytest.param(simulation.regressions, 300, {"design (shown)", "average effect (shown)"}, marks=pytest.mark.long),
    ],
    ids=["share", "net score", "change", "area", "raked share", "logit"],
)
def test_intervals_hold_the_truth_as_often_as_they_say(
    part: Callable[[np.random.Generator, int], Iterator[simulation.Coverage]], replications: int, methods: set[str]
) -> None:
    rows = [row for row in run(part, replications) if row.method in methods]
    assert len(rows) >= 2
    for row in rows:
        assert 0.93 - row.monte_carlo_error <= row.coverage <= 0.985 + row.monte_carlo_error, row


def test_what_they_replace_is_seen_to_fail() -> None:
    rows = {(row.name, row.method): row.coverage for row in run(simulation.shares, 1_000)}
    assert rows["share 0.05, 50 answers, 10 PSUs", "Wald-t"] < 0.85
    assert rows["share 0.50, 200 answers, 40 PSUs", "Wilson, raw n"] < 0.91
    areas = {(row.name, row.method): row.coverage for row in run(simulation.area_intervals, 12)}
    assert areas["  uneven, 30 a PSU", "mean of the areas'"] < 0.92


def test_the_table_has_a_row_for_every_interval(capsys: pytest.CaptureFixture[str]) -> None:
    simulation.main(20)
    assert len(capsys.readouterr().out.splitlines()) == 2 + len(list(simulation.measured(20)))
