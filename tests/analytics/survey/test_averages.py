"""Averages of the shares of several measures: against each person's own average and sums of means."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm
from scipy.stats import t as student

from analytics.survey import averaged, combination, differences, domain_means, smoothed_within

STAGE = {"a": "s", "b": "s", "c": "s", "d": "alone"}


@pytest.fixture(scope="module")
def people():
    """1,200 people in 60 units of 5 strata and 3 areas, who all answered four questions that go together."""
    random = np.random.default_rng(5)
    unit = np.arange(1200) // 20
    level = random.normal(0, 0.3, 60)[unit] + random.normal(0, 1, 1200)
    answers = {
        name: (level + random.normal(0, 1, 1200) > cut).astype(float)
        for name, cut in zip("abcd", (0, 0.6, -0.4, 1), strict=True)
    }
    return pd.DataFrame(
        {"unit": unit, "stratum": unit % 5, "area": unit % 3, "weight": random.gamma(3, 0.3, 1200), **answers}
    )


def means_of(people, by=(), names="abcd"):
    """The shares of each question in each domain, as one result: the rows once for each question."""
    long = pd.concat([people.assign(measure=name, answer=people[name]) for name in names], ignore_index=True)
    return domain_means(long, "answer", ["measure", *by], "weight", "stratum", "unit", kind="share")


def test_it_is_the_mean_of_each_persons_average(people):
    """Where everyone answered every question, from `domain_means` of a number a person, which R's svymean checks."""
    found = averaged(means_of(people, ["area"]), "measure", STAGE).only(stage="s")
    own = domain_means(people.assign(y=people[["a", "b", "c"]].mean(axis=1)), "y", "area", "weight", "stratum", "unit")
    assert list(found.table["estimate"]) == pytest.approx(list(own.table["estimate"]), abs=1e-12)
    assert list(found.table["se"]) == pytest.approx(list(own.table["se"]), rel=1e-12)
    assert list(found.table["df"]) == list(own.table["df"])
    assert list(found.table["base"]) == list(own.table["base"])


def test_the_interval_is_wilsons_of_the_answers_that_its_variance_is_worth(people):
    row = averaged(means_of(people), "measure", STAGE).only(stage="s").table.iloc[0]
    p, t = row["estimate"], student.ppf(0.975, row["df"])
    n = min(p * (1 - p) / row["se"] ** 2, 3 * 1200)
    half = t * np.sqrt(p * (1 - p) / n + t**2 / (4 * n**2)) / (1 + t**2 / n)
    centre = (p + t**2 / (2 * n)) / (1 + t**2 / n)
    assert (row["low"], row["high"]) == pytest.approx((centre - half, centre + half), abs=1e-12)


def test_the_average_of_one_question_is_that_question(people):
    single = averaged(means_of(people, ["area"]), "measure", STAGE).only(stage="alone").table
    own = means_of(people, ["area"]).only(measure="d").table
    for name in ("estimate", "se", "low", "high", "base", "df"):
        assert list(single[name]) == pytest.approx(list(own[name]), abs=1e-12), name


def test_where_fewer_is_better_the_rest_counts(people):
    flipped = averaged(means_of(people.assign(b=1 - people["b"])), "measure", STAGE, turned={"b"}).table
    plain = averaged(means_of(people), "measure", STAGE).table
    for name in ("estimate", "se", "low", "high"):
        assert list(flipped[name]) == pytest.approx(list(plain[name]), abs=1e-12), name


def test_questions_that_not_everyone_answered_are_averaged_as_shares(people):
    """Half of them answered c: the sum of means with a third each, whose errors R's svycontrast checks."""
    some = people.assign(c=people["c"].where(people.index % 2 == 0))
    result = means_of(some)
    found = averaged(result, "measure", STAGE).only(stage="s").table.iloc[0]
    expected = combination(result, [1 / 3, 1 / 3, 1 / 3, 0])
    assert (found["estimate"], found["se"]) == pytest.approx((expected.estimate, expected.se), abs=1e-12)
    assert found["base"] == 600


def test_without_answers_to_one_of_its_questions_a_domain_has_no_average(people):
    some = people.assign(c=people["c"].where(people["area"] != 1))
    table = averaged(means_of(some, ["area"]), "measure", STAGE).only(stage="s").table.set_index("area")
    assert np.isnan(table.loc[1, ["estimate", "se", "low", "high"]].to_numpy(dtype=float)).all()
    assert (table.loc[1, "base"], table.loc[1, "n_eff"]) == (0, 0)
    assert table.loc[[0, 2], "estimate"].notna().all()


def test_averages_of_two_domains_are_compared_with_what_they_share(people):
    """Two areas of the same strata: the sum of means again, with a third of each question on either side."""
    result = means_of(people, ["area"])
    averages = averaged(result, "measure", STAGE)
    a, b = (int(averages.rows(stage="s", area=area)[0]) for area in (0, 1))
    found = differences(averages, averages, [a], [b]).iloc[0]
    sign = result.table["area"].map({0: 1 / 3, 1: -1 / 3}).fillna(0).where(result.table["measure"] != "d", 0)
    expected = combination(result, sign)
    assert (found["estimate"], found["se"]) == pytest.approx((expected.estimate, expected.se), rel=1e-9)


def test_smoothed_errors_go_together_as_they_do_in_all_areas(people):
    """By hand from the errors of three areas and the PSU totals of the questions, in plain loops."""
    result = smoothed_within(means_of(people, ["area"]), "measure")
    found = averaged(result, "measure", STAGE).only(stage="s").table.set_index("area")
    totals = {}
    for (name, area), rows in result.table.reset_index().groupby(["measure", "area"])["index"]:
        entries = result.totals.domain == rows.iloc[0]
        totals[name, area] = pd.Series(result.totals.linearised[entries], result.totals.psu[entries])

    def together(one, other):
        products = 0.0
        for units in (np.flatnonzero(result.sample.stratum == h) for h in range(5)):
            x, y = (side.reindex(units, fill_value=0.0).to_numpy() for side in (one, other))
            products += len(units) / (len(units) - 1) * float((x - x.mean()) @ (y - y.mean()))
        return products

    se = result.table.set_index(["measure", "area"])["se"]
    for area in range(3):
        variance = 0.0
        for m in "abc":
            for n in "abc":
                shared = sum(together(totals[m, d], totals[n, d]) for d in range(3))
                own = [sum(together(totals[k, d], totals[k, d]) for d in range(3)) for k in (m, n)]
                variance += shared / np.sqrt(own[0] * own[1]) * se[m, area] * se[n, area] / 9
        assert found.loc[area, "se"] == pytest.approx(np.sqrt(variance), rel=1e-9)


def test_what_can_not_be_averaged_is_refused(people):
    result = means_of(people)
    with pytest.raises(ValueError, match="stage is not among the columns of the domains: measure"):
        averaged(result, "stage", STAGE)
    with pytest.raises(ValueError, match="No measure of the result counts to anything"):
        averaged(result, "measure", {"z": "s"})
    with pytest.raises(ValueError, match="Only shares are averaged, and this result is a mean"):
        averaged(replace(result, kind="mean"), "measure", STAGE)


def test_without_degrees_of_freedom_there_is_no_interval(people):
    few = people[people["unit"].isin([0, 1])].assign(stratum=lambda rows: rows["unit"])
    table = averaged(means_of(few), "measure", STAGE).table
    assert table["estimate"].notna().all()
    assert table[["se", "low", "high"]].isna().all(axis=None)
    assert table["fallback"].all()


@pytest.mark.long
def test_intervals_hold_the_average():
    """150 surveys of 40 units: 95 % give or take two standard errors of 1.8 points."""
    random, held = np.random.default_rng(9), 0
    truth = float(np.mean([norm.sf(cut / np.sqrt(2 + 0.16)) for cut in (0, 0.6, -0.4)]))
    for _ in range(150):
        unit = np.arange(800) // 20
        level = random.normal(0, 0.4, 40)[unit] + random.normal(0, 1, 800)
        rows = {
            name: (level + random.normal(0, 1, 800) > cut).astype(float)
            for name, cut in zip("abc", (0, 0.6, -0.4), strict=True)
        }
        drawn = pd.DataFrame({"unit": unit, "stratum": 0, "weight": random.gamma(4, 0.25, 800), **rows})
        row = averaged(means_of(drawn, names="abc"), "measure", STAGE).table.iloc[0]
        held += row["low"] <= truth <= row["high"]
    assert 0.91 <= held / 150 <= 0.985
