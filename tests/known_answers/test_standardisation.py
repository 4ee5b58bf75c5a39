"""Standardised rates against published tables."""

import numpy as np
import pytest
from scipy.stats import gamma

from analytics.disparity import standardised_rate, standardised_ratio

# Down's syndrome among fifth and later children in Michigan, 1950-1964, by age of the mother; the standard is births of
# any order. Table 14.4 of Fleiss (1981), used by Fay and Feuer (1997).
CASES, BIRTHS = [0, 8, 63, 112, 262, 295], [327, 30_666, 123_419, 149_919, 104_088, 34_392]
ALL_BIRTHS = [319_933, 931_318, 786_511, 488_235, 237_863, 61_313]


def test_downs_syndrome_among_fifth_and_later_children() -> None:
    # R's dsrTest 1.0.0, vignette "examples": 75.52901 per 100,000; gamma with mid-P 59.71632 to 173.08170.
    shown = standardised_rate(CASES, BIRTHS, ALL_BIRTHS, per=1e5)
    assert shown.estimate == pytest.approx(75.52901, abs=5e-6)
    assert (shown.low, shown.high) == pytest.approx((59.71632, 173.08170), abs=1e-3)
    assert shown.crude == pytest.approx(1e5 * 740 / 442_811)


def test_the_two_gamma_distributions_are_fay_and_feuers() -> None:
    # dsrTest, method "gamma": 67.70212 to 188.30017, the .025 quantile of one and the .975 quantile of the other. The
    # mid-P limits are quantiles of their even mixture.
    x, n, s = (np.array(values, dtype=float) for values in (CASES, BIRTHS, ALL_BIRTHS))
    w = 1e5 * s / n / s.sum()
    y, v, largest = (w * x).sum(), (w**2 * x).sum(), w.max()
    lower = gamma(y**2 / v, scale=v / y)
    upper = gamma((y + largest) ** 2 / (v + largest**2), scale=(v + largest**2) / (y + largest))
    assert (lower.ppf(0.025), upper.ppf(0.975)) == pytest.approx((67.70212, 188.30017), abs=5e-6)
    shown = standardised_rate(CASES, BIRTHS, ALL_BIRTHS, per=1e5)
    for limit, level in ((shown.low, 0.025), (shown.high, 0.975)):
        assert (lower.cdf(limit) + upper.cdf(limit)) / 2 == pytest.approx(level, abs=1e-10)


# Skin cancer deaths in Florida and in the United States, 2000, by age (SAS/STAT, PROC STDRATE, getting started).
FLORIDA = (
    [0, 0, 4, 14, 43, 72, 70, 126, 136, 73],
    [953_785, 1_997_935, 1_885_014, 1_957_573, 2_356_649, 2_088_000, 1_548_371, 1_447_432, 1_087_524, 335_944],
)
UNITED_STATES = (
    [0, 1, 41, 186, 626, 1_199, 1_303, 1_637, 1_624, 803],
    [
        19_175_798, 41_077_577, 39_183_891, 39_892_024, 45_148_527, 37_677_952, 24_274_684, 18_390_986, 12_361_180,
        4_239_587,
    ],
)  # fmt: skip


def test_skin_cancer_in_florida_is_indirectly_standardised() -> None:
    # SAS prints the expected deaths by age: .000 .049 1.972 9.127 32.676 66.445 83.112 128.837 142.878 63.630.
    expected = sum([0.0, 0.049, 1.972, 9.127, 32.676, 66.445, 83.112, 128.837, 142.878, 63.630])
    # With the group itself as the standard.
    shown = standardised_ratio(*FLORIDA, *UNITED_STATES, FLORIDA[1])
    assert shown.estimate == pytest.approx(538 / expected, abs=2e-5)
    # 538 deaths and some 7,420 behind the expected: the log-normal interval from 1/538 + its part of the others'.
    rates = np.divide(*(np.array(values, dtype=float) for values in UNITED_STATES))
    weights = np.array(FLORIDA[1]) / np.array(UNITED_STATES[1])
    variance = 1 / 538 + (weights**2 * np.array(UNITED_STATES[0])).sum() / (rates * np.array(FLORIDA[1])).sum() ** 2
    half = 1.959964 * np.sqrt(variance)
    assert (shown.low, shown.high) == pytest.approx(shown.estimate * np.exp([-half, half]), rel=3e-3)
