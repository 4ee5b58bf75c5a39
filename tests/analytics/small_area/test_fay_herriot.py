"""The Fay-Herriot model against R's package sae, closed forms and numerical integration."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.integrate import quad
from scipy.optimize import minimize_scalar

from analytics.small_area import fay_herriot

# Row 13: eblupFH(yi ~ as.factor(MajorArea), SD^2, data = milk, method = "REML") and mseFH, R package sae 1.3 (Molina
# and Marhuenda 2015), whose scoring stops at a relative change of 0.0001.
REML_BETA = [0.9681890, 0.1327801, 0.2269462, -0.2413011]
REML_FIRST = [1.0219703, 1.0476018, 1.0679513, 0.7608170, 0.8461574]
REML_ERRORS = [0.01346022, 0.00537288, 0.00570199, 0.00854174, 0.00957959]
# Rows 13 and 14: variance between areas, sum of the estimates, sum of their errors.
SUMS = {
    "REML": (0.01855022, 40.7145757, 0.4572794),
    "ML": (0.01551755, 40.6376228, 0.4628884),
    "FH": (0.01642027, 40.6618700, 0.4360526),
}


@pytest.fixture(scope="module")
def milk(real_files):
    """Spending on fresh milk in 43 areas (Arora and Lahiri 1997): estimates, variances, four major areas."""
    table = pd.read_csv(real_files / "stats_reference" / "milk.csv")
    major = table["MajorArea"].to_numpy()
    covariates = np.column_stack([np.ones(len(table)), *(major == area for area in (2, 3, 4))])
    return table["yi"].to_numpy(), table["SD"].to_numpy() ** 2, covariates


def test_milk_by_restricted_likelihood(milk):
    result = fay_herriot(*milk, integrate=False)
    assert result.beta == pytest.approx(REML_BETA, abs=1e-6)
    assert result.estimate[:5] == pytest.approx(REML_FIRST, abs=1e-6)
    assert result.mse[:5] == pytest.approx(REML_ERRORS, abs=1e-7)


@pytest.mark.parametrize("method", SUMS)
def test_milk_by_every_method(milk, method):
    sigma2, estimates, errors = SUMS[method]
    result = fay_herriot(*milk, method=method, integrate=False)
    assert result.sigma2 == pytest.approx(sigma2, abs=2e-7)
    assert result.estimate.sum() == pytest.approx(estimates, abs=3e-6)
    assert result.mse.sum() == pytest.approx(errors, abs=2e-6)


def areas(count=80, between=0.3, seed=1):
    chance = np.random.default_rng(seed)
    variance = chance.uniform(0.05, 0.4, count)
    truth = 2 + chance.normal(0, between, count)
    return truth + chance.normal(0, np.sqrt(variance)), variance, truth


def test_with_equal_variances_the_variance_between_areas_is_that_of_the_estimates_less_their_own():
    direct = areas()[0]
    result = fay_herriot(direct, np.full(80, 0.05))
    sigma2 = direct.var(ddof=1) - 0.05  # analysis of variance: Rao and Molina, section 6.1.2
    own = sigma2 / (sigma2 + 0.05)
    assert result.sigma2 == pytest.approx(sigma2, rel=1e-9)
    assert not result.integrated
    assert result.shrinkage == pytest.approx(np.full(80, own))
    assert result.estimate == pytest.approx(direct.mean() + own * (direct - direct.mean()))
    # g1 + g2 + 2 g3 with x'Ax = (sigma2 + psi) / D and v = 2 (sigma2 + psi)^2 / D.
    error = own * 0.05 + (1 - own) ** 2 * (sigma2 + 0.05) / 80 + 2 * 0.05**2 / (sigma2 + 0.05) * 2 / 80
    assert result.mse == pytest.approx(np.full(80, error))


def test_the_moment_method_is_its_equation():
    direct, variance, _ = areas()
    result = fay_herriot(direct, variance, method="FH")
    weight = 1 / (result.sigma2 + variance)
    mean = (weight * direct).sum() / weight.sum()
    assert (weight * (direct - mean) ** 2).sum() == pytest.approx(79)


def test_few_areas_are_integrated_over_their_variance():
    direct, variance, _ = areas(count=12, between=0.2, seed=3)
    result = fay_herriot(direct, variance)
    scale = 5 * np.sqrt(np.median(variance))

    def density(sigma):
        weight = 1 / (sigma**2 + variance)
        mean = (weight * direct).sum() / weight.sum()
        likelihood = np.exp(-(weight * (direct - mean) ** 2).sum() / 2) * np.sqrt(weight.prod() / weight.sum())
        return likelihood / (1 + (sigma / scale) ** 2)

    def mean_of(function):
        return quad(lambda sigma: function(sigma) * density(sigma), 0, np.inf)[0] / quad(density, 0, np.inf)[0]

    def first(sigma):
        weight = 1 / (sigma**2 + variance)
        mean = (weight * direct).sum() / weight.sum()
        own = sigma**2 / (sigma**2 + variance[0])
        error = own * variance[0] + (1 - own) ** 2 / weight.sum()
        return own * direct[0] + (1 - own) * mean, error

    estimate = mean_of(lambda sigma: first(sigma)[0])
    squared = mean_of(lambda sigma: first(sigma)[1] + first(sigma)[0] ** 2)
    assert result.integrated
    assert result.estimate[0] == pytest.approx(estimate, abs=2e-3)
    assert result.mse[0] == pytest.approx(squared - estimate**2, rel=0.02)


def test_no_variance_between_areas_is_never_plugged_in():
    direct, variance, _ = areas(count=100, between=0, seed=4)
    shrunk = direct.mean() + (direct - direct.mean()) * 0.5
    plugged = fay_herriot(shrunk, variance, integrate=False)
    assert plugged.sigma2 == 0
    assert plugged.shrinkage.max() == 0
    result = fay_herriot(shrunk, variance)
    assert result.integrated
    assert result.shrinkage.min() > 0


def test_a_variance_near_zero_is_where_the_restricted_likelihood_is_largest():
    """Where the score hardly leaves 0 Fisher's scoring creeps: after 2,000 steps it has not settled here."""
    direct = np.array([0.7332877178587418, 0.23948260434518007, 0.9130784511011506, 3.5448706283937326, -2.18223655757])
    variance = np.array([0.6818477479153693, 0.551623716309728, 0.8378016699016377, 2.6321664623451353, 1.84337872841])

    def lost(sigma2):
        weight = 1 / (sigma2 + variance)
        mean = (weight * direct).sum() / weight.sum()
        return (-np.log(weight).sum() + np.log(weight.sum()) + (weight * (direct - mean) ** 2).sum()) / 2

    best = minimize_scalar(lost, bounds=(0, 0.05), method="bounded", options={"xatol": 1e-10})
    found = fay_herriot(direct, variance, integrate=False).sigma2
    assert 0.006 < found < 0.007
    assert found == pytest.approx(best.x, abs=1e-4)
    assert lost(found) <= min(lost(0), lost(found * 0.9), lost(found * 1.1))


@pytest.mark.parametrize("count", [20, 90])
def test_an_area_without_answers_is_the_model_alone(count):
    direct, variance, _ = areas(count)
    covariates = np.column_stack([np.ones(count), np.arange(count) / count])
    full = fay_herriot(direct, variance, covariates, integrate=False)
    missing = fay_herriot(
        np.append(direct, np.nan), np.append(variance, np.nan), np.vstack([covariates, [1, 0.5]]), integrate=False
    )
    assert missing.estimate[:-1] == pytest.approx(full.estimate)
    assert missing.shrinkage[-1] == 0
    assert missing.estimate[-1] == pytest.approx(full.beta @ [1, 0.5])
    weight = 1 / (full.sigma2 + variance)
    inverse = np.linalg.inv(covariates.T @ (weight[:, None] * covariates))
    assert missing.mse[-1] == pytest.approx(full.sigma2 + np.array([1, 0.5]) @ inverse @ [1, 0.5])


def test_names_come_back():
    direct, variance, _ = areas(3)
    assert fay_herriot(direct, variance, names=["a", "b", "c"]).names == ("a", "b", "c")
    assert fay_herriot(direct, variance).names == (0, 1, 2)


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"variance": [0.1, 0, 0.1]}, "not above 0"),
        ({"variance": [0.1, 0.1]}, "variances"),
        ({"X": [[1, 1], [1, 1], [1, 1]]}, "say the same twice"),
        ({"X": [[1], [np.nan], [1]]}, "covariate is missing"),
        ({"X": np.eye(3)}, "too few"),
        ({"direct": [np.nan, np.nan, 1]}, "1 areas have answers"),
        ({"names": ["a"]}, "3 areas and 1 names"),
        ({"method": "ML", "integrate": True}, "take the method REML"),
    ],
)
def test_what_can_not_be_is_refused(changed, sentence):
    given = {"direct": [1.0, 2.0, 3.0], "variance": [0.1, 0.1, 0.1], **changed}
    if sentence.startswith("1 areas"):
        given["X"] = None
    with pytest.raises(ValueError, match=sentence):
        fay_herriot(**given)
