"""The rule of the weakest link against printed critical values and cases whose answer is plain."""

from __future__ import annotations

import numpy as np
import pytest

from analytics.cycle import MARGIN, links, weakest, weakest_link

V = np.eye(4) * 0.01**2


def test_critical_values_are_dunnetts():
    # Dunnett (1955), table 1a: one-sided 5 %, three and five treatments against a control, differences correlated .5.
    assert weakest([0, 1, 1, 1], np.eye(4), np.inf, margin=1).critical == pytest.approx(2.06, abs=0.02)
    assert weakest(np.zeros(6), np.eye(6), np.inf, margin=1).critical == pytest.approx(2.23, abs=0.02)
    assert weakest(np.zeros(6), np.eye(6), 20, margin=1).critical == pytest.approx(2.39, abs=0.025)
    # One other alone: the .95 quantile of Student's t.
    assert weakest([0, 1], np.eye(2), 10, margin=1).critical == pytest.approx(1.812, abs=0.02)


def test_one_is_named_only_where_it_lies_clearly_below_every_other():
    # Standard error of a difference: .01 √2; 2.06 of them are .0291.
    assert weakest([0.10, 0.13, 0.13, 0.13], V, np.inf, margin=1).place == 0
    assert weakest([0.10, 0.13, 0.128, 0.13], V, np.inf, margin=1).place is None
    assert weakest([0.13, 0.10, 0.13, 0.104], V, np.inf, margin=1).place is None
    found = weakest([0.10, 0.13, 0.14, 0.16], V, np.inf, margin=1).table
    assert found["difference"].tolist() == pytest.approx([-0.03, 0.03, 0.04, 0.06])
    assert found["high"][0] == pytest.approx(-0.03 + 2.06 * 0.01 * np.sqrt(2), abs=3e-4)
    assert found["at_least"].tolist() == pytest.approx([-found["high"][0], 0, 0, 0])
    assert found["named"].tolist() == [True, False, False, False]


def test_with_a_margin_it_must_lie_below_two_thirds_of_every_other():
    # .09 is below .15 by far, and not below .10 with certainty; .04 is: s = .01 √(1 + 4/9) = .0120.
    assert weakest([0.09, 0.15, 0.15, 0.15], V, np.inf, margin=1).place == 0
    assert weakest([0.09, 0.15, 0.15, 0.15], V, np.inf).place is None
    found = weakest([0.04, 0.15, 0.15, 0.15], V, np.inf)
    assert (found.place, found.margin) == (0, MARGIN)
    assert found.table["high"][0] == pytest.approx(0.04 - 0.10 + found.critical * 0.01 * np.sqrt(1 + 4 / 9))
    # Below 0 a share of another lies above it: then the difference itself counts.
    assert weakest([-0.11, -0.12, 0.3, 0.3], V, np.inf).place is None
    assert weakest([-0.11, -0.19, 0.3, 0.3], V, np.inf).place == 1


def test_errors_that_links_share_cancel():
    shared = np.full((4, 4), 0.0099**2) + np.eye(4) * (0.01**2 - 0.0099**2)
    assert weakest([0.10, 0.11, 0.11, 0.11], V, np.inf, margin=1).place is None
    assert weakest([0.10, 0.11, 0.11, 0.11], shared, np.inf, margin=1).place == 0


def test_it_says_the_same_every_time_and_names_a_link(large):
    found = links(*large)
    one, two = (weakest_link(found, margin=1) for _ in range(2))
    assert one.critical == two.critical
    assert one.table["from"].tolist() == found.table["from"].tolist()
    assert one.table.loc[one.place, ["from", "to"]].tolist() == ["action and feedback", "engagement"]


def test_where_all_are_alike_another_is_rarely_named():
    random = np.random.default_rng(2)
    drawn = [weakest(random.normal(0.1, 0.01, 4), V, np.inf, margin=1).place for _ in range(12)]
    assert sum(place is not None for place in drawn) <= 3


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        (([0.1], [[1.0]], 5), "There are 1 figures"),
        (([0.1, 0.2], np.eye(3), 5), "give two figures or more with theirs"),
        (([0.1, 0.2], np.eye(2), 0), "There are 0 degrees of freedom"),
    ],
)
def test_what_cannot_be_compared_is_said(given, sentence):
    with pytest.raises(ValueError, match=sentence):
        weakest(*given)
    with pytest.raises(ValueError, match="but a share of the other links lies above 0"):
        weakest([0.1, 0.2], np.eye(2), 5, margin=1.5)
