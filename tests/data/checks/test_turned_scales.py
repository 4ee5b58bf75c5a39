"""A scale whose codes ran the other way is told from opinion that moved."""

from __future__ import annotations

import pytest

from data.checks.turned_scales import TURNED

MAPPING = """
survey = "Residents"
force = "surrey"
wave = "{wave}"
label = "{wave}"
starts = {wave}-01-01
ends = {wave}-12-31
shared = "nothing"
[measures.fair]
column = "Q62C"
answers = {{ 1 = "Strongly agree", 2 = "Tend to agree", 3 = "Neither agree nor disagree", 4 = "Tend to disagree", \
5 = "Strongly disagree", 9 = "Don't know" }}
"""


@pytest.fixture
def second(load):
    """The remarks on a second wave with so many of each code from 1 to 5, after one that is mostly positive."""

    def run(counts, first=(60, 80, 30, 20, 10)):
        for year, codes in (("2023", first), ("2024", counts)):
            rows = "".join(f"{code}\n" * number for code, number in enumerate(codes, start=1)) + "9\n" * 20
            mapping = MAPPING.format(wave=year)
            report = load({f"{year}.csv": f"Q62C\n{rows}".encode(), f"{year}.csv.mapping.toml": mapping.encode()})
        return [remark for remark in report.outcomes[0].remarks if remark.rule == TURNED]

    return run


@pytest.mark.long
def test_a_scale_that_ran_the_other_way_is_told(second) -> None:
    (remark,) = second((10, 20, 30, 80, 60))
    assert remark.what == "1 question lies as in the wave before with every code at the other end"
    assert remark.rows == 220
    (place,) = remark.places
    # By hand: 10 of 200, and 60 of 200 before.
    assert (place.column, place.what) == (
        "Q62C",
        "5\u00a0% say “Strongly agree”, and 30\u00a0% did in the wave before",
    )


@pytest.mark.parametrize(
    ("why", "counts", "first"),
    [
        ("nothing moved", (60, 80, 30, 20, 10), (60, 80, 30, 20, 10)),
        ("a fall of 20 points", (40, 60, 30, 50, 20), (60, 80, 30, 20, 10)),
        ("all is the same from either end", (20, 60, 40, 60, 20), (20, 60, 40, 60, 20)),
        ("a collapse that is no mirror image", (0, 0, 0, 0, 200), (60, 80, 30, 20, 10)),
        ("too few answers", (2, 4, 6, 16, 12), (60, 80, 30, 20, 10)),
    ],
)
def test_what_moved_otherwise_is_not(second, why, counts, first) -> None:
    assert second(counts, first) == [], why
