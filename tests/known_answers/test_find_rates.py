"""Find rates against published totals, and the two-panel example of infra-marginality."""

import math

import pytest

from analytics.disparity import find_rate_gap, find_rates, rate_ratio, searches_above, standardised_ratio

# North Carolina: stops, searches and searches that found contraband (cameliasimoiu/stancon2018, totals of 300 cells).
WHITE, BLACK, HISPANIC = (2_227_214, 68_199, 22_114), (1_810_608, 98_538, 28_137), (384_186, 15_727, 3_056)


def test_find_rates_in_north_carolina() -> None:
    stops, searched, found = zip(WHITE, BLACK, HISPANIC, strict=True)
    shown = find_rates(found, searched)
    assert list(shown.estimate) == pytest.approx([0.32426, 0.28554, 0.19432], abs=5e-6)
    assert [round(100 * n / m, 1) for n, m in zip(searched, stops, strict=True)] == [3.1, 5.4, 4.1]
    # Wilson's interval of independent searches, from its closed form.
    z2 = 1.959964**2
    for p, n, low, high in zip(shown.estimate, searched, shown.low, shown.high, strict=True):
        half = 1.959964 * math.sqrt(p * (1 - p) / n + z2 / 4 / n**2)
        assert (low, high) == pytest.approx(
            [(p + z2 / 2 / n - half) / (1 + z2 / n), (p + z2 / 2 / n + half) / (1 + z2 / n)]
        )


def test_gaps_in_north_carolina() -> None:
    # Black less White: -.03871, standard error .00230 from p(1 - p)/n of both.
    shown = find_rate_gap(*BLACK[:0:-1], *WHITE[:0:-1])
    assert shown.difference.estimate == pytest.approx(-0.03871, abs=5e-6)
    assert shown.se_by_chance == pytest.approx(0.00230, abs=5e-6)
    assert (shown.difference.low, shown.difference.high) == pytest.approx(
        [-0.03871 - 1.96 * 0.0023, -0.03871 + 1.96 * 0.0023], abs=3e-5
    )
    # Totals of all years hold nothing that shows how far searches vary, so the gap is not tested.
    assert math.isnan(shown.p_value)
    hispanic = find_rate_gap(*HISPANIC[:0:-1], *WHITE[:0:-1])
    assert hispanic.difference.estimate == pytest.approx(0.19432 - 0.32426, abs=1e-5)
    assert hispanic.ratio is not None
    assert hispanic.ratio.estimate == pytest.approx(0.19432 / 0.32426, abs=2e-5)


@pytest.mark.parametrize(
    ("bar", "mean", "concentration", "search_rate", "find_rate"),
    [
        (0.3, 0.352, 28.98, 0.7115, 0.3931),
        (0.351, 0.3878, 26.48, 0.6406, 0.4418),
        (0.304, 0.354, 30.59, 0.7091, 0.3944),
        (0.254, 0.3385, 6.19, 0.6390, 0.4401),
    ],
)
def test_two_pairs_of_bars_give_the_same_rates(
    bar: float, mean: float, concentration: float, search_rate: float, find_rate: float
) -> None:
    # Computed with R's pbeta; published as .71, .39 and .64, .44 (Simoiu, Corbett-Davies and Goel 2017). In the first
    # pair the first group has the lower bar, in the second pair the second one has.
    shown = searches_above(bar, mean, concentration)
    assert shown == pytest.approx((search_rate, find_rate), abs=5.1e-5)


def test_vehicle_stops_in_philadelphia_have_the_same_ratio_in_one_stratum() -> None:
    # Black 204,420 of 648,846, White 50,698 of 548,312 (stanford-policylab/opp): 3.4074 (3.3744 to 3.4407).
    shown = standardised_ratio([204_420], [648_846], [50_698], [548_312], [1])
    assert (shown.estimate, shown.low, shown.high) == pytest.approx((3.4074, 3.3744, 3.4407), abs=5.1e-5)
    exact = rate_ratio(204_420, 648_846, 50_698, 548_312)
    assert (shown.low, shown.high) == pytest.approx((exact.low, exact.high), rel=1e-7)
