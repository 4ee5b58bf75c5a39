"""Areas against each other: limits found again from the counts, what is withheld, and every way to be refused."""

from __future__ import annotations

import json
import math
import sys

import numpy as np
import pytest
from scipy.optimize import brentq
from scipy.stats import betabinom, binom, norm
from statsmodels.stats.multitest import multipletests

from analytics import wording
from analytics.findings import QUESTIONS
from analytics.findings.neighbourhoods import area_map
from analytics.findings.stop_and_search import FAIRNESS, STREET, funnel, levels
from analytics.findings.stop_and_search.funnel import BESIDE, REASON_TO_LOOK
from analytics.findings.stop_and_search.ranges import NO_RATIO
from analytics.findings.ways_out import ways_out
from analytics.reading import reading_table
from analytics.scope import Scope
from data.vocabularies import forces
from tests.analytics.findings.test_stop_and_search import checked

CONTRACT = [
    "area", "name", "ratio", "low", "high", "limit_low_95", "limit_high_95", "limit_low_998", "limit_high_998",
    "flagged",
]  # fmt: skip
LIMITS = {
    "limit_low_95": 0.025, "limit_high_95": 0.975, "limit_low_998": 0.001, "limit_high_998": 0.999,
}  # fmt: skip
FIRST = 200
"""Number of the first district: names run the other way round than codes."""
LEAST, ABSENT, NONE = "Sparse", "Nowhere", "Zero"

USUAL = [
    (40, 205), (62, 290), (35, 180), (51, 260), (44, 210), (39, 201), (80, 410), (28, 150), (33, 160), (120, 590),
]  # fmt: skip
"""Searches of Black and White people in districts where they have about the same ratio."""


def district(number: int) -> str:
    return f"E07000{FIRST + number}"


def search(town, month, counts):
    """One file: in each district its searches of Black and White people."""
    rows = {}
    for place, pair in enumerate(counts):
        point = (-0.95 + place * 0.1, 51.05)
        rows |= {(group, point): number for group, number in zip(("Black", "White"), pair, strict=True)}
    town.stops(month, rows)


def write(town, square_areas, counts, residents=(1_000, 10_000), names=None, months=("2019-06",), absent=()):
    """Districts in a row, each with its searches of Black and White people in every month; all with these residents."""
    names = names or [f"District {chr(90 - place)}" for place in range(len(counts))]
    corners = {district(place): (-1.0 + place * 0.1, 51.0) for place in range(len(counts))}
    shapes = json.loads(square_areas("LAD22", corners, 0.1))
    for feature, name in zip(shapes["features"], names, strict=True):
        feature["properties"]["LAD22NM"] = name
    town.write("districts.geojson", json.dumps(shapes).encode())
    town.lookup(dict(zip(corners, names, strict=True)))
    people = dict(zip(("Black", "White"), residents, strict=True))
    town.census({code: (name, people) for code, name in zip(corners, names, strict=True) if name not in absent})
    for month in months:
        search(town, month, counts)
    return town.view()


@pytest.fixture
def outlier(town, square_areas):
    """Ten districts alike, one with three times their ratio, one of few searches, one without any of a group, and one
    that the census lacks."""
    counts = [*USUAL, (130, 200), (4, 30), (0, 15), (50, 50)]
    names = [*(f"District {chr(90 - place)}" for place in range(10)), "Hightown", LEAST, NONE, ABSENT]
    return write(town, square_areas, counts, names=names, absent=(ABSENT,))


def by_name(finding):
    return {row["name"]: row for row in json.loads(finding.as_json())["table"]}


def expected_of(counts, odds):
    """Common ratio, p value and limits of each area, from its binomial distribution by scipy: no clumps, areas alike.

    The common ratio solves sum(a - m p) = 0, p = ratio odds/(1 + ratio odds). The mid-P distribution F(k) - f(k)/2 is a
    straight line between two counts. An area's own part h of the information narrows its limits by
    sqrt(1 - 2h + sum(h^2 V)/V), which is sqrt(1 - h) where the variance is 1/information.
    """
    a, m = np.array([pair[0] for pair in counts]), np.array([sum(pair) for pair in counts])
    ratio = brentq(lambda theta: (a - m * theta * odds / (1 + theta * odds)).sum(), 1e-3, 1e3)
    share = ratio * odds / (1 + ratio * odds)
    information = m * share * (1 - share)
    narrow = np.sqrt(1 - information / information.sum())
    p_values, limits = [], {name: [] for name in LIMITS}
    for searches, every, own in zip(a, m, narrow, strict=True):
        law, steps = binom(every, share), np.arange(every + 1)
        middle = law.cdf(steps) - law.pmf(steps) / 2
        p_values.append(2 * norm.sf(abs(norm.ppf(middle[searches])) / own))
        for name, chance in LIMITS.items():
            count = np.interp(norm.cdf(norm.ppf(chance) * own), middle, steps)
            limits[name].append(count / (every - count) / odds)
    return ratio, np.array(p_values), limits


@pytest.mark.long
def test_limits_and_flags_are_those_of_the_binomial_distribution(outlier):
    finding = funnel(Scope(), outlier)
    found = by_name(finding)
    assert set(CONTRACT) <= set(finding.table.columns)
    assert list(finding.table["name"]) == sorted(finding.table["name"])
    counts = [*USUAL, (130, 200), (4, 30), (0, 15)]
    ratio, p_values, limits = expected_of(counts, 1_000 / 10_000)
    q_values = multipletests(p_values, method="fdr_bh")[1]
    for place, (a, b) in enumerate(counts[:11]):
        row = found["Hightown" if place == 10 else f"District {chr(90 - place)}"]
        assert (row["stops"], row["comparator_stops"], row["base"], row["flag"]) == (a, b, a + b, "")
        assert row["area"] == district(place)
        assert row["ratio"] == pytest.approx((a / 1_000) / (b / 10_000))
        assert (row["rate"], row["comparator_rate"]) == (pytest.approx(a), pytest.approx(b / 10))
        for name in LIMITS:
            assert row[name] == pytest.approx(limits[name][place], rel=1e-6), name
        assert row["p_value"] == pytest.approx(p_values[place], rel=1e-5)
        assert row["q_value"] == pytest.approx(q_values[place], rel=1e-5)
        assert row["flagged"] is (place == 10)
        expected = (a + b) * ratio * 0.1 / (1 + ratio * 0.1)
        assert row["expected"] == pytest.approx(expected)
        # The harmonic mean of the searches expected of the two groups.
        assert row["equal_to"] == pytest.approx(2 / (1 / expected + 1 / (a + b - expected)))
    assert q_values[10] < 0.1 < q_values[:10].min()
    (whole,) = json.loads(finding.as_json())["tables"]["whole"]
    assert whole["ratio"] == pytest.approx(ratio)
    assert (whole["tested"], whole["shown"], whole["outside"], whole["spread"]) == (13, 11, 1, 0)


def test_own_intervals_are_conditional_mid_p(outlier):
    row = by_name(funnel(Scope(), outlier))["Hightown"]

    def more(ratio):
        law = binom(330, ratio * 0.1 / (1 + ratio * 0.1))
        return law.sf(130) + law.pmf(130) / 2

    assert row["low"] == pytest.approx(brentq(lambda ratio: more(ratio) - 0.025, 0.1, 100), rel=1e-6)
    assert row["high"] == pytest.approx(brentq(lambda ratio: more(ratio) - 0.975, 0.1, 100), rel=1e-6)


def test_searches_in_clumps_have_the_same_interval_here_and_on_the_map_and_it_is_the_beta_binomial_one(
    town, square_areas
):
    """Thirteen districts over three months, most Black searches of each in one; in the last 10 to 10 searches."""
    months = ("2019-04", "2019-05", "2019-06")
    monthly = [
        [*(((11, 20, 29)[(number + month) % 3], 40) for number in range(12)), last]
        for month, last in enumerate([(2, 4), (6, 2), (2, 4)])
    ]
    for month, counts in zip(months[1:], monthly[1:], strict=True):
        search(town, month, counts)
    view = write(town, square_areas, monthly[0], months=months[:1])
    asked = Scope(area_level="district", group="Black", comparator="White", to_month=months[-1])
    finding = funnel(asked, view)
    factor = json.loads(finding.as_json())["tables"]["whole"][0]["dispersion"]
    assert factor > 2
    mapped = area_map(asked.but(layer="search_ratio"), view).table.set_index("area")
    for place, (a, b) in {0: (60, 120), 12: (10, 10)}.items():
        row, total = by_name(finding)[f"District {chr(90 - place)}"], a + b
        size = (total - factor) / (factor - 1)

        def more(ratio, a=a, total=total, size=size):
            share = ratio * 0.1 / (1 + ratio * 0.1)
            law = betabinom(total, share * size, (1 - share) * size)
            return law.sf(a) + law.pmf(a) / 2

        low, high = (
            brentq(lambda ratio, more=more, tail=tail: more(ratio) - tail, 0.01, 400) for tail in (0.025, 0.975)
        )
        assert (row["ratio"], row["low"], row["high"]) == pytest.approx((10 * a / b, low, high), rel=1e-6)
        there = mapped.loc[row["area"]]
        assert (there["low"], there["high"]) == pytest.approx((low, high), rel=1e-6)


def test_what_is_said_names_areas_and_ranks_none(outlier):
    finding = funnel(Scope(), outlier)
    assert finding.headline == "1 of 11 districts lies clearly outside the limits"
    ratio, p_values, _ = expected_of([*USUAL, (130, 200), (4, 30), (0, 15)], 0.1)
    base = sum(map(sum, USUAL)) + 330 + 34 + 15
    assert finding.answer.startswith(
        "Hightown lies clearly above the limits around the ratio of the Black to the White search rate within "
        f"districts, {ratio:.1f} ("
    )
    assert finding.answer.endswith(f"), June 2019, {base:,} searches in 13 districts tested together.")
    assert "Apart from that, nothing shows that districts vary more than by chance." in finding.caveats
    # One month can't tell how far searches clump: that is said first of what is to be known.
    assert finding.caveats[0].startswith("Limits and intervals take searches as independent")
    assert finding.caveats[1].startswith("How to read it: across stands how much a district can tell, where 100 tells")
    assert {REASON_TO_LOOK, STREET, FAIRNESS, BESIDE} <= set(finding.caveats)
    beyond = int((p_values[:11] < 0.05).sum())
    assert any(
        caveat.startswith("Of 11 districts fewer than 1 would lie outside the 95\u00a0% limits by chance; ")
        and f"; {beyond or 'none'} do" in caveat
        and caveat.endswith("with a false-discovery rate below 10\u00a0%, is called clearly outside: 1.")
        for caveat in finding.caveats
    )
    assert "rank" not in " ".join([finding.headline, finding.answer, *finding.caveats]).casefold()
    assert "13 areas tested together, 1 clearly outside the limits" in finding.provenance.rules
    assert finding.provenance.scope["area_level"] == "district"
    assert len({file.name for file in finding.provenance.files}) == 4
    checked(finding)


def test_what_cannot_be_given_says_why_and_gives_no_count_away(outlier):
    finding = funnel(Scope(), outlier)
    found = by_name(finding)
    figures = [name for name in finding.table if name not in ("area", "name", "stops", "comparator_stops", "flag")]
    for name, flag in (
        (LEAST, "withheld: fewer than 10 searches"),
        (NONE, "no search is recorded as Black"),
        (ABSENT, "no residents of one of the two groups are loaded"),
    ):
        assert found[name]["flag"] == flag
        given = {figure for figure in figures if found[name][figure] is not None}
        assert given <= ({"base"} if name == ABSENT else set()), name
    assert (found[LEAST]["stops"], found[LEAST]["comparator_stops"]) == (None, None)
    assert (found[NONE]["stops"], found[NONE]["comparator_stops"]) == (0, 15)
    assert any(
        caveat.startswith(
            "1 district has fewer than 10 searches of one of the two groups and no figure of its own, and counts"
        )
        for caveat in finding.caveats
    )
    every = sum(map(sum, USUAL)) + 330 + 34 + 15 + 100
    assert (
        f"No residents of both groups are loaded for {ABSENT}, so no ratio is given there: 100 searches of the two "
        f"groups ({wording.percent(100 / every)}) are in no figure here, and count in the rates of the whole force."
    ) in finding.caveats


def test_an_area_whose_ratio_could_be_anything_has_none_and_both_rates(outlier, monkeypatch):
    """As on the map; the fold is lowered, so that ranges of this town are too wide for it."""
    before = funnel(Scope(), outlier).table.set_index("name")
    fold = float((before["high"] / before["low"]).median())
    monkeypatch.setattr(sys.modules[funnel.__module__], "HUNDRED_FOLD", fold)
    after = funnel(Scope(), outlier).table.set_index("name")
    wide = before.index[(before["high"] > fold * before["low"]).fillna(False)]
    assert 0 < len(wide) < before["ratio"].notna().sum()
    assert list(after.index[after["flag"] == NO_RATIO]) == list(wide)
    same = ["rate", "comparator_rate", "stops", "comparator_stops"]
    assert (after.loc[wide, same] == before.loc[wide, same]).all(axis=None)
    assert after.loc[wide, ["ratio", "low", "high", "p_value", "q_value", "flagged"]].isna().all(axis=None)


def brute_force(counts, odds, force):
    """What each ratio may be, by plain grids of every centre, spread and ratio; last an area without searches.

    Log ratios are normal around a centre; priors: flat for it, half-Cauchy for the spread, its scale five median
    standard errors. Of each area the .5, .025 and .975 quantile and the chances of lying above 1 and above the force.
    """
    a, b = np.array([*counts, (0, 0)]).T
    common, _, _ = expected_of(counts, odds)
    share = common * odds / (1 + common * odds)
    scale = 5 * np.sqrt(np.median(1 / ((a + b)[:-1] * share * (1 - share))))
    theta, centre = np.linspace(-4, 5, 1_201), np.linspace(-0.5, 2, 101)
    p = 1 / (1 + np.exp(-theta - np.log(odds)))
    log = a[:, None] * np.log(p) + b[:, None] * np.log1p(-p)
    likelihood = np.exp(log - log.max(axis=1, keepdims=True))
    chance = np.zeros(likelihood.shape)
    for tau in np.linspace(0.01, 2.5, 150):
        prior = norm.pdf(theta[:, None], centre, tau)
        whole = likelihood @ prior
        weight = whole[:-1].prod(axis=0) * 1e20 / (1 + (tau / scale) ** 2)
        chance += likelihood * ((weight / whole) @ prior.T)
    chance /= chance.sum(axis=1, keepdims=True)
    upto = np.cumsum(chance, axis=1) - chance / 2
    return [
        [*(np.exp(np.interp(level, row, theta)) for level in (0.5, 0.025, 0.975)),
         *(1 - np.interp(np.log(ratio), theta, row) for ratio in (1, force))]
        for row in upto
    ]  # fmt: skip


def test_ratios_pulled_towards_the_others_are_what_brute_force_gives(outlier):
    finding = funnel(Scope(), outlier)
    tables = json.loads(finding.as_json())["tables"]
    found = {row["name"]: row for row in tables["pulled"]}
    assert list(found) == list(by_name(finding))
    names = [*(f"District {chr(90 - place)}" for place in range(10)), "Hightown", LEAST, NONE]
    counts = [*USUAL, (130, 200), (4, 30), (0, 15)]
    *expected, alone = brute_force(counts, 0.1, tables["whole"][0]["ratio"])
    for name, figures in zip(names, expected, strict=True):
        row = found[name]
        ratio, low, high, *chances = alone if name == LEAST else figures
        assert [row[column] for column in ("ratio_pulled", "low", "high")] == pytest.approx(
            [ratio, low, high], rel=0.03
        )
        assert [row["chance_above_1"], row["chance_above_force"]] == pytest.approx(chances, abs=0.02)
        assert row["ratio"] == by_name(finding)[name]["ratio"]
    assert found["Hightown"]["ratio"] > found["Hightown"]["ratio_pulled"]
    # The counts of one area are withheld, and those of another are shown, as one of them is 0.
    assert (found[LEAST]["flag"], found[LEAST]["own_share"]) == ("model only: fewer than 10 searches of a group", 0)
    assert (found[NONE]["flag"], found[NONE]["ratio"]) == ("no search is recorded as Black", None)
    assert found[NONE]["own_share"] > 0
    assert (found[ABSENT]["ratio_pulled"], found[ABSENT]["flag"]) == (
        None,
        "no residents of one of the two groups are loaded",
    )
    read = reading_table(finding, "pulled").set_index("Area")
    assert read.at[LEAST, "From its own searches"] == "0\u00a0%"
    assert read.at[ABSENT, "Pulled towards the others"] == ""
    assert sum(caveat.startswith("Pulled towards the others, a ratio is") for caveat in finding.caveats) == 1
    assert "Rao and Molina 2015" in finding.provenance.reference


def test_the_table_reads_and_says_on_which_side_an_area_lies(outlier):
    finding = funnel(Scope(), outlier)
    read = reading_table(finding).set_index("Area")
    assert read.at["Hightown", "Against the limits"] == "clearly above"
    assert set(read["Against the limits"]) == {"clearly above", "within", *filter(None, finding.table["flag"])}
    assert read.at[LEAST, "Against the limits"] == "withheld: fewer than 10 searches"
    assert (read.at["Hightown", "Per 1,000, both"], read.at["Hightown", "Searches, both"]) == (
        "130.0 and 20.0",
        "130 and 200",
    )
    assert (read.at[LEAST, "Searches, both"], read.at[NONE, "Searches, both"]) == ("", "0 and 15")
    assert read.at[LEAST, "Ratio"] == ""
    whole = reading_table(finding, "whole").iloc[0]
    assert (whole["Areas tested"], whole["Shown"], whole["Clearly outside"]) == ("13", "11", "1")


def test_areas_that_vary_widen_the_limits_and_the_range_is_said(town, square_areas):
    """Twelve districts whose ratios are 1, 2 or 4 times that of the lowest: none is apart from the others."""
    counts = [(50 * 2 ** (place % 3), 500) for place in range(12)]
    finding = funnel(Scope(), write(town, square_areas, counts))
    (whole,) = json.loads(finding.as_json())["tables"]["whole"]
    assert finding.headline == "No district of 12 lies clearly outside the limits"
    assert finding.answer.startswith("No district lies clearly outside the limits around the ratio")
    (varies,) = [said for said in finding.caveats if said.startswith("Districts vary more than by chance")]
    assert varies in finding.alt
    # The log ratios are 0 and log 2 either way: a standard deviation of log 2 times the root of 2/3.
    assert whole["spread"] == pytest.approx(math.log(2) * math.sqrt(2 / 3), rel=0.3)
    assert whole["most_high"] / whole["ratio"] == pytest.approx(math.exp(norm.ppf(0.975) * whole["spread"]), rel=1e-6)
    assert whole["most_low"] * whole["most_high"] == pytest.approx(whole["ratio"] ** 2)
    low, high = wording.times(whole["most_low"]), wording.times(whole["most_high"])
    assert varies.endswith(f"the limits allow for it: about 95 of 100 would have a ratio from {low} to {high}.")
    # By chance alone most would lie outside.
    _, p_values, _ = expected_of(counts, 0.1)
    assert (p_values < 0.002).sum() >= 6


@pytest.mark.long
def test_an_area_of_few_residents_and_many_searches_is_named_and_what_is_without_it(town, square_areas):
    """Eleven districts of 1,000 and 10,000 residents; all are searched alike but one, ten times as often.

    Its ratio is 1, that of the others 2. It has 1 of 11 residents and 3,000 of 5,500 searches.
    """
    view = write(town, square_areas, [(273, 2_727), *[(42, 208)] * 10], names=["Centre", *(f"D{n}" for n in range(10))])
    finding = funnel(Scope(), view)
    (said,) = [caveat for caveat in finding.caveats if "Centre" in caveat and "residents of both groups" in caveat]
    (whole,) = json.loads(finding.as_json())["tables"]["whole"]
    assert said == (
        "More than 2.5 times the searches for each resident of all districts together: Centre (9\u00a0% of the "
        "residents of both groups, 55\u00a0% of their searches). Who is searched there may live elsewhere. Without "
        f"it the ratio within districts would be 2.0 instead of {wording.times(whole['ratio'])}."
    )
    assert whole["ratio"] < 1.7


@pytest.mark.long
def test_few_areas_say_so_and_two_that_differ_are_not_called_outside(town, square_areas):
    finding = funnel(Scope(), write(town, square_areas, [(560, 2_000), (496, 2_000)]))
    assert finding.headline == "No district of 2 lies clearly outside the limits"
    assert any(caveat.startswith("With fewer than 10 districts, how far they vary") for caveat in finding.caveats)
    # Two areas lie equally far from what they have in common, and one p value under .1 flags both.
    assert all(0.02 < row["p_value"] < 0.1 for row in by_name(finding).values())
    assert not any(row["flagged"] for row in by_name(finding).values())


@pytest.mark.long
def test_clumps_widen_the_limits(town, square_areas):
    """The same searches in three months, twice: spread evenly, and with many of the Black ones in one month."""
    even, apart = (tuple(f"{year}-0{month}" for month in (4, 5, 6)) for year in (2019, 2020))
    write(town, square_areas, [(20, 100)] * 12, months=even)
    for place, month in enumerate(apart):
        search(town, month, [((8, 20, 32)[(number + place) % 3], 100) for number in range(12)])
    made = [funnel(Scope(from_month=months[0], to_month=months[-1]), town.view()) for months in (even, apart)]
    wholes = [json.loads(finding.as_json())["tables"]["whole"][0] for finding in made]
    assert [whole["ratio"] for whole in wholes] == pytest.approx([2, 2])
    assert wholes[0]["dispersion"] == 1
    assert wholes[1]["dispersion"] > 4
    rows = [by_name(finding)["District Z"] for finding in made]
    widths = [math.log(row["limit_high_95"] / row["limit_low_95"]) for row in rows]
    assert widths[1] / widths[0] == pytest.approx(math.sqrt(wholes[1]["dispersion"]), rel=0.15)


@pytest.mark.long
def test_two_areas_that_are_far_apart_tell_too_little_of_what_they_have_in_common(town, square_areas):
    assert funnel(Scope(), write(town, square_areas, [(60, 200), (30, 200)])).answer.startswith(
        "The districts of Surrey Police are too uneven: the ratio within them could be anything from 0."
    )


REFUSED = {
    "the groups are one": ({"group": "Black", "comparator": "Black"}, "Black can't be compared with itself"),
    "no file": ({"force": "kent"}, "No stop-and-search file of Kent Police is loaded."),
    "too few of a group": ({"group": "Asian"}, "Census 2021 holds no residents counted as Asian"),
    "a force": ({"area_level": "force"}, "A force is one area and has no other here to be set against"),
    "no smaller areas": ({"area_level": "neighbourhood"}, "No residents by ethnic group are loaded for neighbourhoods"),
}


@pytest.mark.parametrize(("parts", "why"), REFUSED.values(), ids=REFUSED)
def test_a_question_that_cannot_be_answered_is_refused_in_one_sentence(outlier, parts, why):
    finding = funnel(Scope.of(parts), outlier)
    assert finding.refused
    assert finding.answer.startswith(why)
    assert finding.answer.endswith(".")
    assert finding.answer.count(". ") == 0
    assert finding.chart() is None
    assert list(finding.table.columns) == list(funnel(Scope(), outlier).table.columns)


@pytest.mark.long
def test_without_residents_boundaries_or_a_second_district_there_is_no_funnel(town, square_areas):
    town.stops("2019-06", {"Black": 60, "White": 200})
    assert funnel(Scope(), town.view()).answer.startswith("No population is loaded")
    town.census({town.east: ("East", {"Black": 1_000, "White": 9_000})})
    town.lookup({town.east: "Eastern"})
    assert funnel(Scope(), town.view()).answer == (
        "No boundaries of the districts of Surrey Police are loaded, so its searches have no place in one."
    )
    town.boundaries(own=1)
    assert funnel(Scope(), town.view()).answer == (
        "Surrey Police has one district with a boundary loaded, and an area is set against others."
    )


@pytest.mark.long
def test_with_few_searches_in_an_area_or_few_areas_of_many_searches_there_is_no_funnel(town, square_areas):
    view = write(town, square_areas, [(8, 200), (9, 200), (40, 200)])
    assert funnel(Scope(), view).answer == (
        "Only one of 3 districts of Surrey Police has 10 or more searches of Black people and of White people in June "
        "2019, and an area is set against others."
    )
    town.stops("2019-07", {("Black", None): 200, ("White", None): 900})
    assert funnel(Scope(), town.view()).answer == (
        "37\u00a0% of the searches of both groups lie in districts of Surrey Police that have residents: under "
        "50\u00a0%, no area is set against others."
    )


@pytest.mark.long
def test_of_a_force_whose_districts_are_missing_from_the_census_one_is_not_enough(town, square_areas):
    names = ["North", "South", "Middle"]
    view = write(town, square_areas, [(40, 200)] * 3, names=names, absent=("North", "South"))
    assert funnel(Scope(), view).answer == (
        "Only 1 of 3 districts of Surrey Police has residents of both groups, and an area is set against others."
    )


def test_an_area_of_the_scope_counts_for_nothing(outlier):
    assert funnel(Scope(area=district(3)), outlier).as_json() == funnel(Scope(), outlier).as_json()


# Smaller areas

WARDS = [*USUAL, (90, 170), (33, 150)]


@pytest.fixture
def wards(town, square_areas):
    """Two districts of six wards each; residents of both are loaded by ethnic group."""
    town.boundaries()
    people = {"Black": 3_000, "White": 30_000}
    town.census({town.west: ("West", people), town.east: ("East", people)})
    corners = {f"E050000{10 + place}": (-1.0 + place / 12, 51.1) for place in range(12)}
    parents = {code: town.west if west < -0.51 else town.east for code, (west, _) in corners.items()}
    town.write("wards.geojson", square_areas("WD22", corners, 0.08, parents))
    lines = ["area_code,year,ethnicity_list,ethnicity,residents"]
    for code in corners:
        lines.append(f"{code},2021,census_2021,White: Irish,10000")
        lines.append(f'{code},2021,census_2021,"Black, Black British, Black Welsh, Caribbean or African: African",1000')
    town.write("wards.csv", "\n".join(lines).encode())

    def searched(month, counts):
        rows = {}
        for (west, south), pair in zip(corners.values(), counts, strict=True):
            rows |= {(group, (west + 0.04, south + 0.04)): n for group, n in zip(("Black", "White"), pair, strict=True)}
        town.stops(month, rows)
        return town.view()

    return searched


@pytest.mark.long
def test_the_finest_areas_with_enough_searches_come_first_and_others_can_be_asked_for(wards):
    view = wards("2021-06", WARDS)
    assert levels(Scope(), view) == ["district", "neighbourhood"]
    first = funnel(Scope(), view)
    assert first.provenance.scope["area_level"] == "neighbourhood"
    rows = by_name(first)
    assert len(rows) == 12
    ratios = [rows[name]["ratio"] for name in sorted(rows)]
    assert ratios == pytest.approx([10 * black / white for black, white in WARDS])
    wide = funnel(Scope(area_level="district"), view)
    assert wide.headline == "No district of 2 lies clearly outside the limits"
    assert {row["name"] for row in by_name(wide).values()} == {"East", "West"}


@pytest.mark.long
def test_where_few_small_areas_have_enough_searches_districts_come_first(wards):
    view = wards("2021-06", [(6, 150), (30, 150), (30, 150)] * 4)
    assert funnel(Scope(), view).provenance.scope["area_level"] == "district"
    asked = funnel(Scope(area_level="neighbourhood"), view)
    assert not asked.refused
    assert asked.table["flag"].str.startswith("withheld").sum() == 4
    assert asked.headline == "No neighbourhood of 8 lies clearly outside the limits"
    assert asked.answer.startswith("No neighbourhood that can be shown lies clearly outside")


@pytest.mark.long
def test_a_refusal_shows_the_way_to_other_areas(wards):
    view = wards("2021-06", [(9, 150)] * 6 + [(5, 150)] * 5 + [(30, 150)])
    asked = Scope(area_level="neighbourhood")
    finding = funnel(asked, view)
    assert finding.refused
    ways = ways_out(finding.key, Scope.of(dict(finding.provenance.scope)), view)
    assert [way.label for way in ways] == ["Show districts"]
    assert not funnel(ways[0].scope.only(QUESTIONS[finding.key].takes), view).refused


def test_the_demonstration_has_both_levels(demonstration):
    view = demonstration.view()
    for level in levels(Scope(), view):
        finding = funnel(Scope(area_level=level), view)
        assert not finding.refused
        read = checked(finding)
        for row in read["table"]:
            assert row["flagged"] in ((None,) if row["ratio"] is None else (True, False))
            if row["ratio"] is not None:
                assert row["low"] <= row["ratio"] <= row["high"]
                assert row["limit_low_998"] <= row["limit_low_95"] <= read["tables"]["whole"][0]["ratio"]


@pytest.mark.parametrize("force", sorted(forces()))
def test_every_force_is_answered_or_refused_in_one_sentence(real_store, force):
    view = real_store.view()
    finding = funnel(Scope(force), view)
    read = checked(finding)
    assert QUESTIONS[finding.key].answer(Scope.of(read["scope"]), view).as_json() == finding.as_json()
    if finding.refused:
        assert read["table"] == []
        return
    (whole,) = read["tables"]["whole"]
    assert whole["low"] <= whole["ratio"] <= whole["high"]
    assert whole["shown"] >= 2
    outside = [row["name"] for row in read["table"] if row["flagged"]]
    assert len(outside) == whole["outside"]
    assert [row["name"] for row in read["table"]] == sorted((row["name"] for row in read["table"]), key=str.casefold)
    for row in read["table"]:
        assert (row["ratio"] is None) == bool(row["flag"]), row
        assert row["stops"] is None or row["stops"] >= 10 or row["stops"] == 0
        if row["ratio"] is not None:
            high = math.inf if row["limit_high_95"] is None else row["limit_high_95"]
            beyond = not row["limit_low_95"] <= row["ratio"] <= high
            assert beyond == (row["p_value"] < 0.05)
            assert beyond or not row["flagged"]


def test_british_transport_police_has_no_districts_to_set_against_each_other(real_store):
    finding = funnel(Scope("btp"), real_store.view())
    assert finding.answer == (
        "British Transport Police has no area of its own, so it has no districts that could be set against each other."
    )
