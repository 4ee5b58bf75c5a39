"""Sums of means and the main effects of two factors, against R's survey, statsmodels and simulated truths.

The numbers are of R 4.2, package survey 4.1.1, from the rows of the fixture: svyglm(satisfied ~ treated + wanted) and
svycontrast over svyby, of the subset with both factors known.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from analytics.findings.cycle.joint import larger
from analytics.findings.cycle.treatment import SIDES
from analytics.survey import combination, domain_means, held_equal, main_effects
from benchmarks.coverage.contact import treatments


@pytest.fixture(scope="module")
def cells(survey):
    """The fixture's answers in the four cells of two factors; a tenth of people are in none of them."""
    k = survey.index.to_series()
    treated, wanted = k * 7 % 5 < 3, (k * k + survey["psu"]) % 3 == 0
    name = treated.map({True: "t", False: "n"}) + wanted.map({True: "w", False: "o"})
    return domain_means(
        survey.assign(cell=name.where(k % 10 != 3, "not known")), "satisfied", "cell", "weight", "stratum", "psu"
    )


def places(cells, *names):
    return [list(cells.table["cell"]).index(name) for name in names]


def test_main_effects_are_those_of_the_rows_in_r(cells):
    found = main_effects(cells, places(cells, "nw", "tw", "no", "to"), [0, 1, 0, 1], [1, 1, 0, 0])
    first, second, difference = found
    assert (first.estimate, first.se) == pytest.approx((-0.0980835650349, 0.0766257315344), abs=1e-11)
    assert (second.estimate, second.se) == pytest.approx((0.1760384242994, 0.0852472936087), abs=1e-11)
    assert (difference.estimate, difference.se) == pytest.approx((-0.274121989334, 0.116044326480), abs=1e-11)
    assert {one.df for one in found} == {14}
    assert (first.low, first.high) == pytest.approx((-0.262429413982, 0.06626228391), abs=1e-10)
    assert (second.low, second.high) == pytest.approx((-0.006798836214, 0.35887568481), abs=1e-10)
    assert (first.p_value, second.p_value) == pytest.approx((2.21337308050e-01, 5.79550110360e-02), abs=1e-10)


def test_a_sum_of_means_is_that_of_r(cells):
    coefficients = np.zeros(len(cells.table))
    coefficients[places(cells, "no", "to", "tw")] = 2, -1, -1
    found = combination(cells, coefficients)
    assert (found.estimate, found.se, found.df) == pytest.approx((0.039381178084, 0.191490903953, 16), abs=1e-11)


def test_main_effects_are_weighted_least_squares_clustered_by_unit():
    """statsmodels' own correction for few observations is taken out; with one stratum the rest is the same."""
    random = np.random.default_rng(8)
    people = pd.DataFrame(
        {
            "psu": np.repeat(np.arange(40), 15),
            "treated": random.integers(0, 2, 600),
            "wanted": random.integers(0, 2, 600),
            "weight": random.gamma(3, 0.3, 600),
        }
    )
    lift = 0.3 + 0.2 * people["treated"] + 0.3 * people["treated"] * people["wanted"]
    people["answer"] = (random.random(600) < lift + random.normal(0, 0.1, 40)[people["psu"]]).astype(float)
    means = domain_means(people, "answer", ["treated", "wanted"], "weight", psu="psu")
    first, second, difference = main_effects(means, range(4), means.table["treated"], means.table["wanted"])
    fit = sm.WLS(people["answer"], sm.add_constant(people[["treated", "wanted"]]), people["weight"]).fit(
        cov_type="cluster", cov_kwds={"groups": people["psu"]}
    )
    correction = np.sqrt((600 - 3) / (600 - 1))
    assert (first.estimate, second.estimate) == pytest.approx(tuple(fit.params[1:]), abs=1e-12)
    assert (first.se, second.se) == pytest.approx(tuple(fit.bse[1:] * correction), rel=1e-9)
    apart = fit.t_test([0, 1, -1])
    assert difference.estimate == pytest.approx(float(apart.effect[0]), abs=1e-12)
    assert difference.se == pytest.approx(float(apart.sd[0, 0]) * correction, rel=1e-9)


def test_where_factors_add_up_exactly_the_shares_alone_make_the_error():
    """Then V is A X'W C W X A with the covariance C of the four shares, here independent of each other.

    By hand: shares .8, .6, .5 and .3 of 100 each, one unit a person, C = diag(p (1 - p) / 99 * 400 / 399 * 99 / 100).
    """
    shares = {(1, 1): 80, (1, 0): 60, (0, 1): 50, (0, 0): 30}
    people = pd.DataFrame(
        [(a, b, float(k < yes)) for (a, b), yes in shares.items() for k in range(100)],
        columns=["treated", "wanted", "answer"],
    )
    means = domain_means(people, "answer", ["treated", "wanted"])
    first, second, difference = main_effects(means, range(4), means.table["treated"], means.table["wanted"])
    variance = sum(yes * (100 - yes) for yes in shares.values()) / 100**3 * 400 / 399 / 4
    assert (first.estimate, second.estimate) == pytest.approx((0.3, 0.2))
    assert (first.se**2, second.se**2) == pytest.approx((variance, variance))
    half = 1 / 4 * 400 / 399 * 4 / 100**3 * sum(n * (100 - n) for n in (shares[1, 0], shares[0, 1]))
    assert difference.se**2 == pytest.approx(half)
    assert {first.df, difference.df} == {400 - 1 - 2}


def test_cells_that_can_not_tell_the_factors_apart_are_refused(cells):
    with pytest.raises(ValueError, match="can't tell the two factors apart"):
        main_effects(cells, places(cells, "tw", "no"), [1, 0], [1, 0])
    with pytest.raises(ValueError, match="2 domains and 3 numbers"):
        main_effects(cells, places(cells, "tw", "no"), [1, 0, 0], [1, 0])


def test_without_degrees_of_freedom_there_is_no_interval():
    people = pd.DataFrame({"group": ["a", "b"] * 6, "answer": [1.0, 0, 0, 1] * 3, "psu": [1, 2] * 6, "h": [1, 2] * 6})
    found = combination(domain_means(people, "answer", "group", stratum="h", psu="psu"), [1, -1])
    assert found.df == 0
    assert np.isnan([found.low, found.high, found.p_value]).all()
    assert found.estimate == 0


@pytest.mark.parametrize(
    ("treated", "wanted", "word", "least", "most"),
    [
        (0.24, 0.08, "fair treatment", 0.98, 1),
        (0.08, 0.24, "the outcome wanted", 0.98, 1),
        (0.15, 0.15, "no clear difference", 0.90, 0.985),
    ],
)
def test_what_is_planted_is_named(treated, wanted, word, least, most):
    """Of 200 samples of 2,600 people: the three standard errors of 95 % in 200 are 4.6 points."""
    found = [one for one, _ in treatments(np.random.default_rng(3), 200, 2_600, treated, wanted)]
    said = [larger(one.difference, one.first, one.second, SIDES) for one in found]
    assert least <= said.count(word) / len(said) <= most


def test_a_difference_held_equal_is_the_coefficient_of_weighted_least_squares():
    """By statsmodels, with a level for each group; the third group has nobody with the factor and says nothing."""
    random = np.random.default_rng(11)
    group, factor = random.integers(0, 3, 900), random.random(900) < 0.3
    factor &= group != 2
    share = np.array([0.6, 0.4, 0.5])[group] - 0.2 * factor
    people = pd.DataFrame(
        {
            "psu": np.arange(900) // 15,
            "group": group,
            "factor": factor,
            "weight": random.uniform(0.5, 2, 900),
            "answer": (random.random(900) < share).astype(float),
        }
    )
    means = domain_means(people, "answer", ["group", "factor"], "weight", None, "psu", kind="share")
    place = {key: at for at, key in enumerate(zip(means.table["group"], means.table["factor"], strict=True))}
    found = held_equal(means, [place[0, True], place[1, True]], [place[0, False], place[1, False]])
    told = people[people["group"] < 2]
    levels = pd.get_dummies(told["group"]).astype(float)
    fitted = sm.WLS(told["answer"], levels.assign(factor=told["factor"].astype(float)), weights=told["weight"]).fit(
        cov_type="cluster", cov_kwds={"groups": told["psu"].to_numpy()}
    )
    assert found.estimate == pytest.approx(fitted.params["factor"], abs=1e-12)
    # Taking the shares of the groups as given changes the error by less than a twentieth.
    assert found.se == pytest.approx(fitted.bse["factor"], rel=0.05)
    assert found.low < -0.2 < found.high


def test_held_equal_needs_one_of_each(cells):
    with pytest.raises(ValueError, match="There are 2 domains and 1 to compare with"):
        held_equal(cells, [0, 1], [2])
