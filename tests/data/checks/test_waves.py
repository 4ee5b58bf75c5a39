"""Days and weights of a wave of answers."""

import pytest

from data.checks.waves import HEAVY, OUTSIDE, TIMES, WITHOUT

MAPPING = """
survey = "Public Attitude Survey"
force = "metropolitan"
wave = "2026-Q3"
label = "July to September 2026"
starts = 2026-07-01
ends = 2026-09-30
shared = "nothing"
[columns]
weight = "WT"
date = "Day"
[measures.good_job_local]
column = "Q60"
answers = { 1 = "Excellent", 2 = "Good", 3 = "Fair", 4 = "Poor", 5 = "Very poor" }
"""


@pytest.fixture
def remarks(load):
    """The remarks on a wave of these days and weights, by rule."""

    def run(*people):
        rows = "Q60,WT,Day\n" + "".join(f"1,{weight},{day}\n" for day, weight in people)
        report = load({"wave.csv": rows.encode(), "wave.csv.mapping.toml": MAPPING.encode()})
        assert report.outcomes[0].status == "loaded", report.outcomes[0]
        return {remark.rule: remark for remark in report.outcomes[0].remarks}

    return run


def test_the_first_and_the_last_day_are_days_of_the_wave(remarks):
    assert remarks(("2026-07-01", 1), ("2026-09-30", 2), ("", 1)) == {}


def test_days_outside_the_wave(remarks):
    remark = remarks(("2026-06-30", 1), ("2026-08-01", 1), ("01/10/2026", 1))[OUTSIDE]
    assert remark.what == ("2 people of 3 were interviewed outside 2026-07-01 to 2026-09-30: 2026-06-30 to 2026-10-01")
    assert (remark.kept, remark.rows) == ("Kept in this wave", 2)
    assert [(place.row, place.value) for place in remark.places] == [(2, "2026-06-30"), (4, "2026-10-01")]


def test_weights_of_nought(remarks):
    remark = remarks(("", 0), ("", 1), ("", 1))[WITHOUT]
    assert (remark.what, remark.kept) == ("1 person of 3 has the weight 0", "Kept; they count in no figure")
    assert [place.row for place in remark.places] == [2]


@pytest.mark.parametrize(("largest", "said"), [(10, False), (12, True)])
def test_a_weight_above_five_times_the_median(remarks, largest, said):
    # The median of 1, 2, 2, 2 and the largest is 2; whoever has the weight 0 is none of them.
    found = remarks(("", 1), ("", 2), ("", 2), ("", 2), ("", largest), ("", 0))
    assert TIMES == 5
    assert (HEAVY in found) == said
    if said:
        # 12 of 19 is 63 %; 12 / 2 is 6.
        assert found[HEAVY].what == (
            "1 person of 6 with a weight above 5 times the median, up to 6.0 times; it is 63\u00a0% of all weight"
        )


def test_a_heavy_weight_that_was_raked_here_is_for_the_margins_to_mend(load):
    # Of 20 people one is a man, and men are half of the population: his weight is 10, that of the others 10/19.
    rows = "Q60,WT,Day,Sex\n" + "1,1,,2\n" + "1,1,,1\n" * 19
    raked = MAPPING + (
        '[attributes.sex]\ncolumn = "Sex"\nvalues = { 1 = "Female", 2 = "Male" }\n'
        "[raking]\ntrim = false\n[raking.sex]\nFemale = 0.5\nMale = 0.5\n"
    )
    report = load({"wave.csv": rows.encode(), "wave.csv.mapping.toml": raked.encode()})
    remarks = {remark.rule: remark for remark in report.outcomes[0].remarks}
    assert set(remarks) == {HEAVY}  # weights of 1 in the file are not said to be all the same
    remark = remarks[HEAVY]
    assert remark.kept == "Kept as raked; they make every interval wider"
    assert "up to 19.0 times; it is 50\u00a0% of all weight" in remark.what
    (place,) = remark.places
    assert (place.row, place.column, place.value) == (2, "weight", "10")
    assert place.remedy == "Merge categories with few people in the margins, or trim closer"
