"""Trends says rose or fell no more often than it should where nothing changed."""

from __future__ import annotations

import math

import pytest

from analytics.findings.survey.answers import Answers
from analytics.findings.survey.points import WAVES
from analytics.scope import Scope
from benchmarks.negative_control import ASKED, Shuffled, band, runs
from data.settings import settings

COUNT = 12


def test_shuffled_units_keep_their_answers_and_each_wave_its_units(demonstration):
    plain = demonstration.view()
    shuffled = Shuffled(demonstration, plain.release, 1)
    columns = ["wave", "stratum", "psu"]
    asked = {"force": "eskmere", "survey": "Eskmere Residents Survey"}
    before, after = (view.select("survey_design", columns, **asked).to_pandas() for view in (plain, shuffled))
    assert before.groupby(["wave", "stratum"]).size().equals(after.groupby(["wave", "stratum"]).size())
    moved = after["wave"].astype(str) != after["psu"].str.split(" ").str[0]
    # With 9 waves before the break and 7 after it, of a stratum 1 in 9 or 1 in 7 stays by chance.
    assert 0.8 < moved.mean() < 0.95
    # No unit has gone over the break.
    old = after["psu"].str.split(" ").str[0] < "2025"
    assert (old == (after["wave"] < "2025")).all()
    bases = [Answers.of(Scope(), view).cells("everyone", WAVES)["n"].sum() for view in (plain, shuffled)]
    assert bases[0] == bases[1]


def test_the_band_holds_99_of_100_experiments():
    """Of 200 runs at 5 %, by the terms of the binomial distribution: under 0.5 % lie below, and under 0.5 % above."""
    terms = [math.comb(200, k) * 0.05**k * 0.95 ** (200 - k) for k in range(201)]
    fewest, most = band(200, 0.05)
    assert sum(terms[:fewest]) < 0.005 <= sum(terms[: fewest + 1])
    assert sum(terms[most + 1 :]) <= 0.005 < sum(terms[most:])


@pytest.mark.long
def test_rose_and_fell_stay_below_the_band_of_their_nominal_rate(demonstration):
    made = [run for each in runs(demonstration, COUNT) for run in each]
    rate = settings().false_discovery
    for key in ASKED:
        own = [run for run in made if run.key == key]
        assert len(own) == COUNT
        assert sum(run.called > 0 for run in own) <= band(COUNT, rate)[1]
        # One interval of twenty leaves out 0; changes of one run hang together.
        assert sum(run.left_out for run in own) / sum(run.tested for run in own) < 0.12
