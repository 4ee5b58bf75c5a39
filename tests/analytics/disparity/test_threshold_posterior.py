"""The posterior of the threshold test, against the same one written down with scipy.stats and scipy's optimiser."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import approx_fprime, minimize
from scipy.stats import multinomial, multivariate_normal, norm

from analytics.disparity.threshold_posterior import Point, Posterior, draws

SPREAD, SCALE = 0.3, 2.0
AREAS, GROUPS = 4, 3


@pytest.fixture
def posterior() -> Posterior:
    random = np.random.default_rng(8)
    people = random.integers(2_000, 60_000, (AREAS, GROUPS)).astype(float)
    searches = random.poisson(people * 0.02) + 5
    found = random.binomial(searches, 0.28)
    return Posterior(found.astype(float), (searches - found).astype(float), people, SCALE)


def point(flat: np.ndarray) -> Point:
    return Point(flat[: 3 * GROUPS].reshape(3, GROUPS), flat[3 * GROUPS :].reshape(AREAS, 2 + GROUPS))


def flat(at: Point) -> np.ndarray:
    return np.concatenate([at.groups.ravel(), at.areas.ravel()])


def written_down(posterior: Posterior, at: Point) -> float:
    """The joint density as in Pierson and others' model, its searches multinomial in the area, word by word."""
    (odds, distance, cut), total = at.groups, 0.0
    means = SCALE**2 * np.ones((GROUPS, GROUPS)) + 0.1**2 * np.eye(GROUPS)
    total += multivariate_normal.logpdf(odds, np.zeros(GROUPS), means)
    total += multivariate_normal.logpdf(distance, np.zeros(GROUPS), means)
    total += norm.logpdf(cut, 0, SCALE).sum()
    total += np.log(2 * norm.pdf(SPREAD)) + np.log(SPREAD)
    for area in range(AREAS):
        own = at.areas[area]
        total += norm.logpdf(own[:2], 0, 0.1).sum() + norm.logpdf(own[2:], cut, SPREAD).sum()
        carry = 1 / (1 + np.exp(-(odds + own[0])))
        find = posterior.people[area] * carry * norm.sf(own[2:], np.exp(distance + own[1]))
        none = posterior.people[area] * (1 - carry) * norm.sf(own[2:])
        counted = np.concatenate([posterior.found[area], posterior.unfound[area]])
        chance = np.concatenate([find, none])
        total += multinomial.logpmf(counted, counted.sum(), chance / chance.sum())
    return float(total)


def somewhere(seed: int) -> Point:
    return point(np.random.default_rng(seed).normal(0, 0.4, 3 * GROUPS + AREAS * (2 + GROUPS)))


def test_the_density_is_the_one_written_down(posterior: Posterior) -> None:
    places = [somewhere(seed) for seed in range(5)]
    ours, theirs = (
        np.diff([density(at) for at in places])
        for density in (lambda at: posterior.height(SPREAD, at), lambda at: written_down(posterior, at))
    )
    assert ours == pytest.approx(theirs, rel=1e-9)


def test_the_gradient_is_that_of_finite_differences(posterior: Posterior) -> None:
    for seed in range(3):
        start = flat(somewhere(seed))
        differences = approx_fprime(start, lambda x: written_down(posterior, point(x)), 1e-6)
        assert flat(posterior.slope(SPREAD, point(start))) == pytest.approx(differences, rel=1e-4, abs=2e-2)


def test_the_mode_is_where_scipy_finds_it_from_anywhere(posterior: Posterior) -> None:
    found = posterior.mode(SPREAD)
    assert found.settled
    assert np.abs(flat(posterior.slope(SPREAD, found.point))).max() < 1e-3
    theirs = minimize(
        lambda x: -posterior.height(SPREAD, point(x)),
        flat(somewhere(1)),
        jac=lambda x: -flat(posterior.slope(SPREAD, point(x))),
        method="BFGS",
        options={"gtol": 1e-5, "maxiter": 2_000},
    )
    assert flat(found.point) == pytest.approx(theirs.x, abs=1e-3)
    for seed in range(2, 6):
        assert flat(posterior.mode(SPREAD, somewhere(seed)).point) == pytest.approx(flat(found.point), abs=1e-3)


def hessian(posterior: Posterior, at: Point) -> np.ndarray:
    """Negative Hessian by central differences of the gradient."""
    middle, step = flat(at), 1e-5
    rows = []
    for place in range(middle.size):
        aside = np.zeros(middle.size)
        aside[place] = step
        up, down = (flat(posterior.slope(SPREAD, point(middle + sign * aside))) for sign in (1, -1))
        rows.append(-(up - down) / (2 * step))
    return np.array(rows)


def test_the_curvature_is_that_of_finite_differences(posterior: Posterior) -> None:
    found = posterior.mode(SPREAD)
    assert found.curvature.observed
    sign, log_determinant = np.linalg.slogdet(hessian(posterior, found.point))
    assert sign == 1
    assert found.curvature.half_log_determinant == pytest.approx(log_determinant / 2, rel=1e-6)


def test_draws_have_the_covariance_of_the_curvature(posterior: Posterior) -> None:
    found = posterior.mode(SPREAD)
    drawn = draws([found], 40_000, np.random.default_rng(3))
    table = np.concatenate([drawn.groups.reshape(40_000, -1), drawn.areas.reshape(40_000, -1)], axis=1)
    covariance = np.linalg.inv(hessian(posterior, found.point))
    spread = np.sqrt(np.diag(covariance))
    assert (table.mean(axis=0) - flat(found.point)) / spread == pytest.approx(0, abs=5 / np.sqrt(40_000))
    assert np.cov(table.T) / np.outer(spread, spread) == pytest.approx(
        covariance / np.outer(spread, spread), abs=5 * np.sqrt(2 / 40_000)
    )


def test_draws_come_from_each_mode_as_often_as_it_weighs(posterior: Posterior) -> None:
    modes = posterior.modes()
    log = np.array([one.log_marginal for one in modes])
    weight = np.exp(log - log.max()) / np.exp(log - log.max()).sum()
    assert all(one.settled for one in modes)
    assert len({one.spread for one in modes}) == len(modes)
    # Beyond the last spreads there is less than a twentieth of the highest density, or cuts that are all the same.
    spreads = np.array([one.spread for one in modes])
    ends = np.argsort(spreads)[[0, -1]]
    assert ((log.max() - log[ends] > 3) | (spreads[ends] < 0.005)).all()
    # Each mode moved by a thousand of its own, so that a draw says which it is from: to within a draw of its weight.
    apart = [
        one._replace(point=one.point._replace(groups=one.point.groups + 1_000 * place))
        for place, one in enumerate(modes)
    ]
    whole = draws(apart, 1_000, np.random.default_rng(1))
    assert whole.areas.shape == (1_000, AREAS, 2 + GROUPS)
    origin = np.rint(whole.groups.mean(axis=(1, 2)) / 1_000).astype(int)
    assert np.bincount(origin, minlength=len(modes)) == pytest.approx(1_000 * weight, abs=1)
    assert (np.bincount(origin) > 20).sum() >= 3
