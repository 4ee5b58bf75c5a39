"""How far a group's events vary: between months, and within one."""

import math
import time

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
import statsmodels.formula.api as smf
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from analytics.disparity import difference, month_dispersion, period_difference, period_dispersion, rate

MONTHS = [4134, 4135, 3493, 3174, 5675, 3619]  # Searches of Black people by the Metropolitan Police, April 2018 on.
monthly = st.lists(st.integers(0, 5_000), min_size=3, max_size=24)


def test_the_factor_of_months_is_pearsons_of_a_poisson_model_with_a_constant() -> None:
    fit = sm.GLM(MONTHS, np.ones(6), family=sm.families.Poisson()).fit()
    assert period_dispersion(MONTHS).phi == pytest.approx(fit.pearson_chi2 / fit.df_resid)


def test_the_variance_of_the_whole_is_that_of_its_clusters() -> None:
    # The cluster sandwich of a constant, each month a cluster, times m / (m - 1): variance of the log of the whole.
    fit = sm.GLM(MONTHS, np.ones(6), family=sm.families.Poisson()).fit(
        cov_type="cluster", cov_kwds={"groups": np.arange(6), "use_correction": False}
    )
    whole = sum(MONTHS)
    phi = period_dispersion(MONTHS).phi
    assert phi is not None
    assert phi * whole == pytest.approx(fit.bse[0] ** 2 * whole**2 * 6 / 5)


def test_the_interval_of_a_large_whole_is_students_t_over_months() -> None:
    """Many events: the effective count is large and the interval is the mean of the months with t, times their number.

    Months of 100,000 with a spread of 1 %: nearly normal, so the fourth moment takes nothing off the 11 degrees.
    """
    months = [100_000 + 1_000 * step for step in (-2, -1, -1, 0, 0, 0, 0, 0, 0, 1, 1, 2)]
    made = period_dispersion(months)
    shown = rate(sum(months), 1_000, dispersion=made.factor or 1.0)
    half = stats.t.ppf(0.975, made.effective_df) * np.std(months, ddof=1) * math.sqrt(12)
    assert made.effective_df == pytest.approx(11, abs=0.01)
    assert (shown.high - shown.low) / 2 == pytest.approx(half, rel=1e-3)


def test_fewer_degrees_of_freedom_where_months_are_far_apart() -> None:
    """2 / (2 / (m - 1) + k / m) with the excess kurtosis k of the negative binomial distribution, as scipy has it."""
    made = period_dispersion(MONTHS)
    mean = np.mean(MONTHS)
    size, share = mean / (made.phi - 1), 1 / made.phi
    kurtosis = float(stats.nbinom.stats(size, share, moments="k"))
    assert made.effective_df == pytest.approx(2 / (2 / 5 + kurtosis / 6))
    assert made.effective_df < made.df == 5
    assert period_dispersion([0, 0, 40]).effective_df == 1.0


@pytest.mark.parametrize("months", [[], [7], [7, 9], [0, 0, 0]], ids=["none", "one", "two", "no events"])
def test_what_months_can_not_tell(months: list[int]) -> None:
    made = period_dispersion(months)
    assert (made.phi, made.factor) == (None, None)
    assert made.reason.startswith("How far the events vary could not be estimated:")


def test_a_stable_difference_of_areas_is_no_error_and_a_shared_shock_is() -> None:
    """Area-months around their areas see the shock of one area at a time; months see all of it."""
    areas = np.array([[10], [1_000], [100]])
    assert period_dispersion((areas * np.ones((1, 6))).sum(axis=0)).phi == 0.0
    shocked = areas * np.array([[1, 2, 1, 2, 1, 2]])
    whole = period_dispersion(shocked.sum(axis=0)).phi
    alone = [period_dispersion(row).phi for row in shocked]
    assert whole == pytest.approx(sum(phi for phi in alone if phi is not None))


def test_the_factor_of_one_month_is_pearsons_of_a_model_with_areas_and_months() -> None:
    """Equal totals weigh every cell alike, so the weighted form is the plain one but for the finite (n - 1) / n."""
    counts = np.array([[30, 50, 40, 60], [50, 30, 60, 40], [60, 40, 50, 30], [40, 60, 30, 50], [45, 45, 45, 45]])
    long = pd.DataFrame({"y": counts.ravel(), "area": np.repeat(np.arange(5), 4), "month": np.tile(np.arange(4), 5)})
    fit = smf.glm("y ~ C(area) + C(month)", long, family=sm.families.Poisson()).fit()
    n = counts.sum()
    made = month_dispersion(counts)
    assert made.phi == pytest.approx(fit.pearson_chi2 / fit.df_resid * (n - 1) / n)
    assert made.df == fit.df_resid == 12


def test_what_moves_every_area_of_a_month_alike_is_that_months_rate() -> None:
    areas, months = np.array([[10], [40], [20], [30], [50]]), np.array([[1, 3, 2, 5]])
    made = month_dispersion(areas * months)
    assert made.phi == pytest.approx(0.0)
    assert made.factor == 1.0


def test_the_denominator_is_the_expectation_given_all_totals() -> None:
    """Tables drawn with the same row and column totals (Patefield's algorithm in scipy): the factor is 1 on average."""
    tables = stats.random_table([30, 5, 12, 8, 2], [20, 17, 15, 5]).rvs(4_000, random_state=3)
    found = [month_dispersion(table).phi for table in tables]
    assert np.mean(found) == pytest.approx(1.0, abs=3 * np.std(found) / math.sqrt(4_000))


@pytest.mark.parametrize(
    "counts",
    [np.ones((1, 12)), np.ones((12, 1)), np.zeros((12, 12)), np.ones((4, 4))],
    ids=["one area", "one month", "no events", "9 degrees of freedom"],
)
def test_what_one_month_can_not_tell(counts: np.ndarray) -> None:
    made = month_dispersion(counts)
    assert (made.phi, made.factor) == (None, None)
    assert "degrees of freedom (areas less one times months less one), and 10 are needed" in made.reason


def test_what_is_no_table_of_counts_is_refused() -> None:
    with pytest.raises(ValueError, match=r"^counts has 1 dimensions, but one row per area"):
        month_dispersion([1, 2, 3])
    with pytest.raises(ValueError, match=r"^counts is -1\.0, but a count is"):
        month_dispersion([[1, -1], [2, 3]])
    with pytest.raises(ValueError, match=r"^counts\[1\] is 0\.5, but a count is"):
        period_dispersion([1, 0.5, 2])


# The difference of two groups over months


def test_a_difference_of_months_is_students_t_of_the_monthly_differences() -> None:
    a, b = np.array([900, 1_100, 1_000, 1_300, 700, 1_000]), np.array([2_100, 1_900, 2_500, 1_500, 2_000, 2_000])
    shown = period_difference(a, 10_000, b, 50_000)
    monthly = a / 10 - b / 50
    df = min(period_dispersion(a).effective_df, period_dispersion(b).effective_df)
    low, high = stats.t.interval(0.95, df, monthly.mean(), stats.sem(monthly))
    assert (shown.estimate, shown.low, shown.high) == pytest.approx((6 * monthly.mean(), 6 * low, 6 * high))


def test_what_moves_both_groups_alike_leaves_the_interval_of_chance() -> None:
    """Equal rates that rise and fall together differ by nothing in every month: chance alone is left."""
    months = np.array([100, 200, 300, 100, 200, 300])
    shown = period_difference(months, 1_000, 10 * months, 10_000)
    assert shown == difference(rate(1_200, 1_000), rate(12_000, 10_000))


@given(monthly, monthly, st.integers(1, 10**6), st.integers(1, 10**6))
def test_exchanging_the_groups_turns_it_round_and_chance_is_the_least(
    a: list[int], b: list[int], n: int, m: int
) -> None:
    size = min(len(a), len(b))
    a, b = a[:size], b[:size]
    one, other = period_difference(a, n, b, m), period_difference(b, m, a, n)
    assert (one.estimate, one.low, one.high) == pytest.approx((-other.estimate, -other.high, -other.low))
    chance = difference(rate(sum(a), n), rate(sum(b), m))
    assert one.low <= chance.low <= one.estimate <= chance.high <= one.high


def test_too_few_months_leave_chance_alone_and_unequal_ones_are_refused() -> None:
    assert period_difference([10, 90], 100, [10, 90], 100) == difference(rate(100, 100), rate(100, 100))
    with pytest.raises(ValueError, match=r"^There are 3 periods of a and 2 of b"):
        period_difference([1, 2, 3], 10, [1, 2], 10)


@given(monthly)
def test_the_factor_always_gives_an_interval(months: list[int]) -> None:
    factor = period_dispersion(months).factor or 1.0
    shown = rate(sum(months), 1_000, dispersion=factor)
    assert 0 <= shown.low <= shown.estimate <= shown.high < math.inf


def test_a_force_of_640_areas_over_ten_years_takes_no_time() -> None:
    counts = np.random.default_rng(1).poisson(3.0, (640, 120))
    start = time.perf_counter()
    month_dispersion(counts)
    period_dispersion(counts.sum(axis=0))
    assert time.perf_counter() - start < 0.2
