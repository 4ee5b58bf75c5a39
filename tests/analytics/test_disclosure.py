"""Small-number protection: no figure whose count is small survives."""

from __future__ import annotations

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from analytics.disclosure import second_with, withhold, without_rates_of_few

COUNT = st.none() | st.integers(0, 40)


def frame(rows, kind="Int64"):
    return pd.DataFrame(
        {
            "group": [f"group {place}" for place in range(len(rows))],
            "a": pd.array([a for a, _ in rows], dtype=kind),
            "b": pd.array([b for _, b in rows], dtype=kind),
            "rate": pd.array([1.5] * len(rows), dtype="float64"),
            "flag": [""] * len(rows),
        }
    )


@given(
    st.lists(st.tuples(COUNT, COUNT), min_size=1, max_size=8), st.integers(1, 20), st.sampled_from(["Int64", "Float64"])
)
def test_no_figure_of_a_small_count_is_left(rows, threshold, kind):
    before = frame(rows, kind)
    after = withhold(before, ["a", "b"], ["rate"], threshold)
    for (a, b), row in zip(rows, after.to_dict("records"), strict=True):
        if any(count is not None and count < threshold for count in (a, b)):
            assert (row["a"], row["b"], row["rate"]) == (None, None, None)
            assert row["flag"] == f"withheld: fewer than {threshold} searches"
        else:
            assert (row["a"], row["b"], row["rate"], row["flag"]) == (a, b, 1.5, "")


@given(st.lists(st.integers(0, 40), min_size=1, max_size=8))
def test_with_one_small_part_of_a_whole_the_next_smallest_is_withheld_and_else_none(counts):
    hidden = [0 < number < 10 for number in counts]
    second = second_with(counts, hidden)
    others = sorted(number for number, few in zip(counts, hidden, strict=True) if number and not few)
    if hidden.count(True) != 1 or not others:
        assert second is None
    else:
        assert (counts[second], hidden[second]) == (others[0], False)


def test_a_zero_is_small():
    assert withhold(frame([(0, 50)]), ["a", "b"], ["rate"], 5)["a"].isna().all()


def test_a_zero_of_published_files_may_be_shown_and_no_figure_of_it():
    after = withhold(frame([(0, 50), (0, 3), (4, 0)]), ["a", "b"], ["rate"], 5, zeros_shown=True)
    assert after["a"].dropna().to_dict() == {0: 0}
    assert after["b"].dropna().to_dict() == {0: 50}
    assert after["rate"].isna().all()
    assert after["flag"].tolist() == ["", *["withheld: fewer than 5 searches"] * 2]


def test_of_few_there_is_a_count_and_no_rate():
    before = frame([(0, 50), (9, 50), (10, 50), (None, 50)])
    after = without_rates_of_few(before.assign(flag=["none", "", "", ""]), "a", ["rate"])
    assert after["a"].dropna().tolist() == [0, 9, 10]
    assert after["rate"].isna().tolist() == [True, True, False, False]
    assert after["flag"].tolist() == ["none", "too few to say", "", ""]


def test_the_threshold_itself_is_shown():
    assert withhold(frame([(10, 10)]), ["a", "b"], ["rate"], 10)["a"].tolist() == [10]


def test_the_frame_given_is_not_changed():
    before = frame([(1, 50)])
    withhold(before, ["a", "b"], ["rate"], 10)
    pd.testing.assert_frame_equal(before, frame([(1, 50)]))


def test_what_the_caller_said_may_stay_beside_the_reason():
    before = frame([(1, 50), (1, 50), (20, 50)]).assign(flag=["no residents", "", "no residents"])
    after = withhold(before, ["a", "b"], ["rate"], 5, flag_kept=True)
    why = "withheld: fewer than 5 searches"
    assert after["flag"].tolist() == [f"{why}; no residents", why, "no residents"]


def test_what_is_counted_is_named_in_the_reason():
    after = withhold(frame([(3, 50)]), ["a"], ["rate"], 10, what="searches that found something")
    assert after["flag"].tolist() == ["withheld: fewer than 10 searches that found something"]
    assert after["b"].tolist() == [50]
