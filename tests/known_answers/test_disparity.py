"""Disproportionality against published counts, hand-made areas and statsmodels."""

import numpy as np
import pytest

from analytics.disparity import difference, excess, rate, rate_ratio, within_area_ratio


def test_sixty_of_five_thousand_against_two_hundred_of_eighty_thousand() -> None:
    # Conditional mid-P computed by hand from the binomial distribution; the log-normal interval would be 3.60 to 6.41.
    ratio, group, comparator = rate_ratio(60, 5_000, 200, 80_000), rate(60, 5_000), rate(200, 80_000)
    assert (group.estimate, comparator.estimate) == (12.0, 2.5)
    assert ratio.estimate == pytest.approx(4.8)
    assert (round(ratio.low, 2), round(ratio.high, 2)) == (3.57, 6.38)
    assert not ratio.few
    assert difference(group, comparator).estimate == 9.5
    assert excess(60, ratio).estimate == pytest.approx(47.5)


@pytest.mark.parametrize(
    ("events", "population", "estimate", "low", "high"),
    [
        (204_420, 648_846, 3.4074, 3.3744, 3.4407),
        (29_999, 221_777, 1.4629, 1.4422, 1.4840),
        (7_504, 110_864, 0.7320, 0.7145, 0.7500),
    ],
    ids=["Black", "Hispanic", "Asian"],
)
def test_vehicle_stops_in_philadelphia_2017(
    events: int, population: int, estimate: float, low: float, high: float
) -> None:
    # Counts: Stanford Open Policing Project tutorial (stanford-policylab/opp); White 50,698 of 548,312. Ratios computed
    # from them in Python apart from this package.
    ratio = rate_ratio(events, population, 50_698, 548_312)
    assert (ratio.estimate, ratio.low, ratio.high) == pytest.approx((estimate, low, high), abs=5.1e-5)


@pytest.mark.parametrize(
    ("events", "population", "expected"),
    [(204_420, 648_846, 144_426), (29_999, 221_777, 9_493)],
    ids=["Black", "Hispanic"],
)
def test_excess_stops_in_philadelphia_2017(events: int, population: int, expected: int) -> None:
    # Stops beyond the White rate, a - N_a b/N_b, from the same counts.
    shown = excess(events, rate_ratio(events, population, 50_698, 548_312))
    assert round(shown.estimate) == expected
    assert shown.low < expected < shown.high


def test_where_people_live_alone_can_make_a_ratio_of_six() -> None:
    # Area 1: 1,000 and 9,000 residents, 1 per 1,000 for both; area 2: 9,000 and 1,000, 20 per 1,000 for both.
    a, population_a, b, population_b = [1, 180], [1_000, 9_000], [9, 20], [9_000, 1_000]
    crude = rate_ratio(sum(a), sum(population_a), sum(b), sum(population_b))
    within = within_area_ratio(a, population_a, b, population_b)
    assert round(crude.estimate, 2) == 6.24
    assert within.estimate == pytest.approx(1.0, abs=1e-10)
    assert within.low < 1 < within.high


def test_within_areas_is_the_poisson_regression_of_statsmodels() -> None:
    import statsmodels.api as sm

    random = np.random.default_rng(19)
    areas = 25
    n_a, n_b = random.integers(300, 6_000, areas), random.integers(2_000, 9_000, areas)
    level, ratio = np.exp(random.normal(-4.5, 0.6, areas)), np.exp(random.normal(1, 0.4, areas))
    a, b = random.poisson(level * ratio * n_a), random.poisson(level * n_b)

    area = np.tile(np.arange(areas), 2)
    group = np.repeat([1.0, 0.0], areas)
    design = np.column_stack([group, np.eye(areas)[area]])
    model = sm.GLM(np.r_[a, b], design, family=sm.families.Poisson(), offset=np.log(np.r_[n_a, n_b]))
    options = {"groups": area, "use_correction": False}
    fit = model.fit(cov_type="cluster", cov_kwds=options, tol=1e-14, tol_criterion="params", maxiter=200)

    shown = within_area_ratio(a, n_a, b, n_b)
    assert shown.estimate == pytest.approx(float(np.exp(fit.params[0])), rel=1e-8)

    # statsmodels has the sandwich without correction: u_d = a_d - mu_d. CR2 divides each u_d^2 by 1 - h_d.
    mean_a, mean_b = fit.fittedvalues[:areas], fit.fittedvalues[areas:]
    information = mean_a * mean_b / (mean_a + mean_b)
    leverage = information / information.sum()
    squares = (a - mean_a) ** 2
    correction = np.sqrt((squares / (1 - leverage)).sum() / squares.sum())
    assert shown.se == pytest.approx(float(fit.bse[0] * correction), rel=1e-7)
    assert correction > 1
