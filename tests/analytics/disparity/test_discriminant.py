"""Discriminant distributions against Bayes' rule, numerical integrals and drawn signals."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import norm

from analytics.disparity.discriminant import Signals, cut_at_the_risk, log_shares, risk_at_the_cut, slopes

CELLS = [(0.02, 2.0, 1.9), (0.3, 0.5, -0.4), (0.12, 1.5, 0.8), (0.7, 3.0, 2.5)]
"""Share that carries something, distance of their signals, cut."""


def signals(carry: float, apart: float, cut: float) -> Signals:
    return Signals(np.log([carry / (1 - carry)]), np.log([apart]), np.array([cut]))


def density(carry: float, apart: float, signal: float) -> float:
    """Of the signal of anybody."""
    return float(carry * norm.pdf(signal, apart) + (1 - carry) * norm.pdf(signal))


def risk(carry: float, apart: float, signal: float) -> float:
    """Bayes' rule."""
    return float(carry * norm.pdf(signal, apart)) / density(carry, apart, signal)


@pytest.mark.parametrize(("carry", "apart", "cut"), CELLS)
def test_shares_are_the_integrals_of_the_risk_of_everybody_above_the_cut(carry, apart, cut) -> None:
    found, searched = (
        quad(lambda x, times=times: times(x) * density(carry, apart, x), cut, cut + 12, points=[apart], epsabs=1e-13)[0]
        for times in (lambda x: risk(carry, apart, x), lambda _: 1.0)
    )
    shares = log_shares(signals(carry, apart, cut))
    assert np.exp(shares.found)[0] == pytest.approx(found, rel=1e-8)
    assert np.exp(shares.unfound)[0] == pytest.approx(searched - found, rel=1e-8)


@pytest.mark.parametrize(("carry", "apart", "cut"), CELLS)
def test_shares_are_those_of_drawn_signals(carry, apart, cut) -> None:
    random, people = np.random.default_rng(4), 400_000
    carries = random.random(people) < carry
    above = random.standard_normal(people) + apart * carries > cut
    shares = log_shares(signals(carry, apart, cut))
    for drawn, share in ((above & carries, shares.found), (above & ~carries, shares.unfound)):
        expected = float(np.exp(share)[0])
        assert drawn.mean() == pytest.approx(expected, abs=4 * np.sqrt(expected * (1 - expected) / people))


@pytest.mark.parametrize(("carry", "apart", "cut"), CELLS)
def test_the_risk_at_the_cut_is_bayes_rule_and_can_be_turned_round(carry, apart, cut) -> None:
    cell = signals(carry, apart, cut)
    chance = risk_at_the_cut(cell)
    assert chance[0] == pytest.approx(risk(carry, apart, cut), rel=1e-12)
    assert cut_at_the_risk(cell.odds, cell.distance, np.log(chance / (1 - chance)))[0] == pytest.approx(cut)


@pytest.mark.parametrize(("carry", "apart", "cut"), [*CELLS, (1e-6, 6.0, 9.0), (0.5, 0.01, -6.0)])
def test_slopes_are_finite_differences(carry, apart, cut) -> None:
    cell, step = signals(carry, apart, cut), 1e-5
    by = slopes(cell)
    for place in range(3):
        up, down = (cell._replace(**{cell._fields[place]: cell[place] + sign * step}) for sign in (1, -1))
        for name in ("found", "unfound"):
            first = (getattr(log_shares(up), name) - getattr(log_shares(down), name)) / (2 * step)
            second = (getattr(slopes(up), name) - getattr(slopes(down), name)) / (2 * step)
            assert getattr(by, name)[..., place] == pytest.approx(first, rel=1e-6, abs=1e-8)
            assert getattr(by, f"{name}_bend")[..., place] == pytest.approx(second, rel=1e-6, abs=1e-8)


def test_far_out_nothing_overflows() -> None:
    odds, distance, cut = (axis.ravel() for axis in np.meshgrid([-40.0, 40.0], [-30.0, 4.0], [-60.0, 60.0]))
    cell = Signals(odds, distance, cut)
    assert all(np.isfinite(part).all() for part in (*log_shares(cell), *slopes(cell), risk_at_the_cut(cell)))
