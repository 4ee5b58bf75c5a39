"""Children searched and more thorough searches: shares, gaps tested together, what files don't say, and real ones."""

from __future__ import annotations

import csv
import gzip
import io
import json
import re
from collections import Counter

import numpy as np
import pytest
from scipy.optimize import brentq
from scipy.stats import binom, poisson
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint

from analytics.findings.ages import years_of
from analytics.findings.stop_and_search import STREET, Conducted, children, more_thorough
from analytics.findings.stop_and_search.children import CHILDREN, YOUNG
from analytics.findings.stop_and_search.more_thorough import ANY_AGE
from analytics.findings.stop_and_search.residents_by_age import NEEDED
from analytics.findings.stop_and_search.shares import INDEPENDENT
from analytics.reading import reading_table, reading_titles
from analytics.scope import Scope
from data import counting, publishing
from data.publishing import recount
from data.vocabularies import forces
from tests.analytics.conftest import EAST, ETHNICITY, WEST

AGE, REMOVAL = "Age range", "Removal of more than just outer clothing"
CHANCE = "interval by chance alone"


def searched(group, number, age="18-24", removal="False", **cells):
    """As many rows of a file."""
    row = {
        "Type": "Person search",
        "Self-defined ethnicity": ETHNICITY[group],
        "Officer-defined ethnicity": group,
        "Legislation": "Misuse of Drugs Act 1971 (section 23)",
        AGE: age,
        REMOVAL: removal,
        **cells,
    }
    return [row] * number


@pytest.fixture
def write(town):
    """A function that writes months of rows and gives the view."""

    def run(**months):
        for month, rows in months.items():
            name = f"{month[1:5]}-{month[5:]}-surrey-stop-and-search.csv"
            town.write(name, town.police_csv([part for rows_of in rows for part in rows_of]))
        return town.view()

    return run


def rows_of(finding, table=None, **where):
    read = json.loads(finding.as_json())["tables"][table or finding.key.split(".")[1]]
    return [row for row in read if all(row[name] == value for name, value in where.items())]


def row_of(finding, table=None, **where):
    (found,) = rows_of(finding, table, **where)
    return found


JUNE = {
    "m201906": [
        searched("Black", 30, "10-17", "True"),
        searched("Black", 70, "25-34"),
        searched("White", 60, "10-17"),
        searched("White", 20, "over 34", "True"),
        searched("White", 220, "18-24"),
    ]
}
"""Black: 30 of 100 children, all 30 more thorough. White: 60 of 300 children, and 20 more thorough, all older."""


def test_shares_have_wilsons_interval_and_gaps_newcombes(write):
    """One month: statsmodels has the same intervals of the shares and of their difference."""
    view = write(**JUNE)
    for finding, kind, counts in (
        (children(Scope(), view), CHILDREN, {"Black": (30, 100), "White": (60, 300), "Everyone": (90, 400)}),
        (more_thorough(Scope(), view), ANY_AGE, {"Black": (30, 100), "White": (20, 300), "Everyone": (50, 400)}),
    ):
        for group, (found, base) in counts.items():
            row = row_of(finding, group=group, age_band=kind)
            low, high = proportion_confint(found, base, method="wilson")
            assert (row["searches"], row["base"], row["known_share"], row["flag"]) == (found, base, 1, CHANCE)
            assert (row["share"], row["low"], row["high"]) == pytest.approx((found / base, low, high), rel=1e-9)
            assert (row["share_if_none"], row["share_if_all"]) == (row["share"], row["share"])
        gap = row_of(finding, "gaps", group="Black", age_band=kind)
        (x, n), (other, others) = counts["Black"], counts["White"]
        low, high = confint_proportions_2indep(x, n, other, others, method="newcomb", compare="diff")
        assert gap["gap"] == pytest.approx(x / n - other / others)
        assert (gap["low"], gap["high"]) == pytest.approx((low, high), abs=1e-8)
        assert (gap["searches"], gap["comparator_searches"], gap["base"]) == (x, other, n + others)
    assert row_of(children(Scope(), view), group="White", age_band=YOUNG)["searches"] == 220


def test_the_answers_in_words(write):
    view = write(**JUNE)
    young, thorough = children(Scope(), view), more_thorough(Scope(), view)
    assert young.headline == "Share of searches that were of children: Black 30\u00a0%, White 20\u00a0%"
    assert young.answer == (
        "Of 400 searches of persons of known age by Surrey Police in June 2019, 90 were of children, people under 18: "
        "22\u00a0% (19 to 27\u00a0%). They were 30\u00a0% (22 to 40\u00a0%) of the searches of Black people and "
        "20\u00a0% (16 to 25\u00a0%) of those of White people: a difference that was not tested (between +1 and "
        "+20 points)."
    )
    assert thorough.headline == "More than outer clothing was removed: Black 30\u00a0%, White 7\u00a0%"
    assert thorough.answer.startswith(
        "More than outer clothing was removed in 12\u00a0% (10 to 16\u00a0%) of 400 searches of persons by Surrey "
        "Police in June 2019 of which the file says it. It was 30\u00a0% (22 to 40\u00a0%), 30 of 100, for Black "
    )
    assert "Of searches of children, people under 18, it was 33\u00a0% (24 to 44\u00a0%), 30 of 90." in thorough.answer
    assert any("jacket, gloves, headgear or footwear" in caveat for caveat in thorough.caveats)
    assert any("not told apart from them in published data" in caveat for caveat in thorough.caveats)
    assert any("is no count of children" in caveat for caveat in young.caveats)
    for finding in (young, thorough):
        assert len(finding.panels) == 2
        assert list(reading_titles(finding).values()) == ["Shares", "Gap between groups"]
        assert len(reading_table(finding)) == len(finding.table)


def test_months_are_what_repeats(write):
    """Three months: the variance of the share is that of the months, written out here (Cochran 1977, 3.12)."""
    counts = [(10, 50), (30, 60), (20, 40)]
    months = {
        f"m20190{month}": [
            searched("Black", x, "10-17"),
            searched("Black", n - x),
            searched("White", 60, "10-17"),
            searched("White", 140),
        ]
        for month, (x, n) in enumerate(counts, 4)
    }
    found, base = (np.array(column, dtype=float) for column in zip(*counts, strict=True))
    finding = children(Scope(), write(**months))
    row = row_of(finding, group="Black", age_band=CHILDREN)
    share = found.sum() / base.sum()
    variance = ((found - share * base) ** 2 / (1 - base / base.sum())).sum() / base.sum() ** 2
    assert (row["share"], row["flag"]) == (pytest.approx(0.4), "")
    ends = [(share - end) ** 2 / (end * (1 - end)) for end in (row["low"], row["high"])]
    assert ends[0] == pytest.approx(ends[1], rel=1e-9)
    # c = t^2 / n*, n* = p (1 - p) / V, with t of 1 to 2 degrees of freedom: between 4.303 and 12.706.
    assert 4.302 < np.sqrt(ends[0] * share * (1 - share) / variance) < 12.707
    low, high = confint_proportions_2indep(60, 150, 180, 600, method="newcomb", compare="diff")
    gap = row_of(finding, "gaps", group="Black", age_band=CHILDREN)
    assert gap["low"] < low < high < gap["high"]


def test_gaps_are_tested_together(write):
    """The false-discovery rates are those of statsmodels over every gap of the table; a withheld one is in none."""
    shares = {"Black": (40, 100), "White": (60, 300), "Asian": (25, 100), "Mixed": (3, 60), "Other": (12, 60)}
    month = [part for group, (x, n) in shares.items() for part in (searched(group, x, "10-17"), searched(group, n - x))]
    gaps = rows_of(children(Scope(), write(m201904=month, m201905=month, m201906=month)), "gaps")
    assert {row["comparator"] for row in gaps} == {"White"}
    told = [row for row in gaps if row["p_value"] is not None]
    assert len(told) == 7  # Mixed has too few children, and enough people of 18 to 24
    q = multipletests([row["p_value"] for row in told], method="fdr_bh")[1]
    assert [row["q_value"] for row in told] == pytest.approx(q, rel=1e-9)
    for row in told:
        clear = row["q_value"] < 0.1 and (row["low"] > 0 or row["high"] < 0)
        side = "above" if row["gap"] > 0 else "below"
        assert row["verdict"] == (side if clear else "not clearly different")
    mixed = row_of(children(Scope(), write()), "gaps", group="Mixed", age_band=CHILDREN)
    assert (mixed["searches"], mixed["gap"], mixed["verdict"]) == (None, None, "")
    assert mixed["base"] is None
    assert mixed["flag"] == "withheld: fewer than 10 such searches"


def test_an_unknown_age_is_in_no_share_and_its_range_stands_beside(write):
    month = [
        searched("Black", 20, "10-17"),
        searched("Black", 60),
        searched("Black", 10, ""),
        searched("Black", 10, "elderly"),
        searched("White", 40, "10-17"),
        searched("White", 60),
    ]
    finding = children(Scope(), write(m201906=month))
    row = row_of(finding, group="Black", age_band=CHILDREN)
    assert (row["searches"], row["base"], row["known_share"]) == (20, 80, 0.8)
    assert (row["share"], row["share_if_none"], row["share_if_all"]) == pytest.approx((0.25, 0.2, 0.4))
    assert (
        "Age is blank, or in no list, for 20 of 200 searches (10\u00a0%); they are in no share. If none or all of them "
        "were of children, the share would be 30 to 40\u00a0%."
    ) in finding.caveats


def test_where_too_little_is_said_there_is_a_range_and_no_share(write):
    month = [
        searched("Black", 40, removal="True"),
        searched("Black", 30),
        searched("Black", 30, removal=""),
        searched("White", 40, removal="True"),
        searched("White", 60),
    ]
    finding = more_thorough(Scope(), write(m201906=month))
    row = row_of(finding, group="Black", age_band=ANY_AGE)
    assert (row["searches"], row["base"], row["share"], row["low"]) == (40, 70, None, None)
    assert (row["share_if_none"], row["share_if_all"]) == pytest.approx((0.4, 0.7))
    assert row["flag"] == "not given: the file says it for 70\u00a0%"
    gap = row_of(finding, "gaps", group="Black", age_band=ANY_AGE)
    assert (gap["gap"], gap["flag"]) == (None, "not given: the file says it for 70\u00a0%")
    assert not finding.refused
    assert finding.headline == "More than outer clothing was removed in 47\u00a0% of searches"
    nearly = [searched("Black", 20, removal="True"), searched("Black", 10), searched("Black", 70, removal="")]
    finding = more_thorough(Scope(from_month="2019-07"), write(m201907=nearly))
    assert not finding.refused
    assert finding.answer == (
        "Whether more than outer clothing was removed is said for 30\u00a0% of 100 searches of persons by Surrey "
        "Police in July 2019: too few for a share; if none or all of the others were such searches it would be 20 to "
        "90\u00a0%."
    )


def test_where_the_field_is_blank_throughout_it_is_said(write):
    finding = more_thorough(
        Scope(), write(m201906=[searched("Black", 60, removal=""), searched("White", 60, removal="")])
    )
    assert finding.refused
    assert finding.answer == (
        "Whether more than outer clothing was removed is blank for all 120 searches of persons by Surrey Police in "
        "June 2019; blank is not no."
    )


def test_children_are_told_apart(write):
    month = [
        searched("Black", 20, "10-17", "True"),
        searched("Black", 20, "under 10"),
        searched("Black", 60, "", "True"),
        searched("White", 100, "18-24", "True"),
    ]
    finding = more_thorough(Scope(), write(m201906=month))
    row = row_of(finding, group="Black", age_band=CHILDREN)
    assert (row["searches"], row["base"], row["share"]) == (20, 40, 0.5)
    assert row_of(finding, group="White", age_band=CHILDREN)["flag"] == "no such search"
    assert row_of(finding, "gaps", group="Black", age_band=CHILDREN)["flag"] == (
        "of one of the groups nobody was so searched"
    )


def test_small_counts_are_withheld_and_a_zero_is_shown_without_a_figure(write):
    month = [
        searched("Black", 9, "10-17"),
        searched("Black", 91),
        searched("White", 200),
        searched("Asian", 9, "10-17"),
    ]
    finding = children(Scope(), write(m201906=month))
    black, white, asian = (row_of(finding, group=group, age_band=CHILDREN) for group in ("Black", "White", "Asian"))
    assert (black["searches"], black["share"], black["base"]) == (None, None, 100)
    assert black["flag"] == "withheld: fewer than 10 such searches"
    assert (white["searches"], white["share"], white["flag"]) == (0, None, "")
    assert (asian["searches"], asian["base"], asian["flag"]) == (None, None, "withheld: fewer than 10 searches")
    assert finding.answer == (
        "Of 309 searches of persons of known age by Surrey Police in June 2019, 18 were of children, people under 18: "
        "5.8\u00a0% (3.7 to 9\u00a0%)."
    )


def test_nobody_of_that_age_is_said(write):
    finding = children(Scope(), write(m201906=[searched("Black", 60), searched("White", 60)]))
    assert not finding.refused
    assert finding.headline == "No child was searched"
    assert finding.answer == "No child was searched: 120 searches of persons by Surrey Police in June 2019."
    gap = row_of(finding, "gaps", group="Black", age_band=CHILDREN)
    assert (gap["gap"], gap["flag"]) == (None, "of both groups there is none")


def test_none_recorded_is_not_none_where_some_is_not_said(write):
    """Of 160 searches 24, 15 %, are blank: a child may be among them, and clothing may have been removed."""
    rows = [
        searched("Black", 60),
        searched("White", 76),
        searched("White", 12, "", ""),
        searched("Black", 12, "", ""),
    ]
    view = write(m201906=rows)
    young, thorough = children(Scope(), view), more_thorough(Scope(), view)
    assert young.headline == "No search is recorded as of a child"
    assert young.answer == (
        "No search is recorded as of a child: 160 searches of persons by Surrey Police in June 2019; age is not said "
        "for 15\u00a0%."
    )
    assert thorough.headline == "Removal of more than outer clothing is recorded in no search"
    assert thorough.answer == (
        "Removal of more than outer clothing is recorded in no search: 160 searches of persons by Surrey Police in "
        "June 2019, of which the file says it for 85\u00a0%."
    )
    gap = row_of(thorough, "gaps", group="Black", age_band=ANY_AGE)
    assert (gap["searches"], gap["comparator_searches"], gap["flag"]) == (0, 0, "of both groups there is none")
    among = row_of(thorough, "gaps", group="Black", age_band=CHILDREN)
    assert among["flag"] == "of both groups nobody was so searched"
    said = more_thorough(Scope(from_month="2019-07"), write(m201907=[searched("Black", 60), searched("White", 60)]))
    assert said.headline == "More than outer clothing was removed in no search"


def test_vehicles_alone_are_no_persons(write):
    month = [*JUNE["m201906"], searched("Black", 50, "10-17", "True", Type="Vehicle search")]
    finding = children(Scope(), write(m201906=month))
    assert row_of(finding, group="Black", age_band=CHILDREN)["searches"] == 30


def test_filters_are_followed_and_a_district_limits_nothing(write, town):
    town.boundaries()
    point = {"Longitude": str(WEST[0]), "Latitude": str(WEST[1])}
    east = {"Longitude": str(EAST[0]), "Latitude": str(EAST[1])}
    month = [
        searched("Black", 20, "10-17", **point),
        searched("Black", 30, **east),
        searched("White", 60, **east),
        searched("White", 60, "10-17", Legislation="Police and Criminal Evidence Act 1984 (section 1)", **point),
    ]
    view = write(m201906=month)
    whole = Conducted.of(Scope(), view)
    assert whole.total(whole.children) == 80
    of_district = Conducted.of(Scope(area=town.west), view)
    assert of_district.total(of_district.everything) == 170
    drugs = Conducted.of(Scope(power="Misuse of Drugs Act 1971, section 23"), view)
    assert drugs.total(drugs.children) == 20
    seen = Conducted.of(Scope(definition="officer"), view)
    assert seen.by_month(seen.children).sum(axis=1)[: len(seen.groups)].sum() == 80


# Rates, where residents are counted by ethnic group and age together


def population(ages, year=2019):
    """A population table of one district: residents by group and age, given by the words for the age."""
    listed = {"White": "White: English, Welsh, Scottish, Northern Irish or British", "Black": BLACK_RESIDENTS}
    lines = [
        f'E07000211,East,{year},census_2021,"{listed[group]}",{sex},{age},{number}'
        for age, numbers in ages.items()
        for group, number in numbers.items()
        for sex in ("Female", "Male")
    ]
    head = "area_code,area_name,year,ethnicity_list,ethnicity,sex,age,residents"
    return "\n".join([head, *lines, ""]).encode()


@pytest.mark.long
def test_a_small_age_band_does_not_follow_from_the_other_one(write):
    """White: 4 under 10 and 60 of 10 to 17 are 64 children, so both bands are withheld; Black: none under 10."""
    rows = [searched("White", 4, "under 10"), *JUNE["m201906"]]
    finding = children(Scope(), write(m201906=rows))
    kinds = (CHILDREN, "Under 10", "10 to 17", YOUNG)
    counts = {
        group: [row_of(finding, group=group, age_band=kind)["searches"] for kind in kinds]
        for group in ("White", "Black", "Everyone")
    }
    assert counts == {"White": [64, None, None, 220], "Black": [30, 0, 30, 0], "Everyone": [94, None, None, 220]}
    second = row_of(finding, group="White", age_band="10 to 17")
    assert second["flag"] == "withheld: with the total it would tell a small count"
    assert {second[name] for name in ("share", "low", "high", "share_if_none", "share_if_all", "rate")} == {None}
    (said,) = [caveat for caveat in finding.caveats if caveat.startswith("Small counts are withheld")]
    assert "the other is withheld with it" in said
    assert "can be worked out from totals" not in said
    assert said not in children(Scope(), write(**JUNE)).caveats


BLACK_RESIDENTS = "Black, Black British, Black Welsh, Caribbean or African: African"


def test_a_rate_for_each_child_is_that_of_residents_of_the_same_group_and_age(write, town):
    """Black: 30 searches and 2 x (200 + 300) residents under 18, so 30 for every 1,000; mid-P limits by scipy."""
    town.boundaries(own=1)
    ages = {
        "0 to 9": {"White": 2000, "Black": 200},
        "10 to 17": {"White": 1000, "Black": 300},
        "18 to 24": {"White": 4000, "Black": 400},
        "25 and over": {"White": 30_000, "Black": 900},
    }
    town.write("own.csv", population(ages))
    finding = children(Scope(), write(**JUNE))
    row = row_of(finding, group="Black", age_band=CHILDREN)
    assert (row["residents"], row["rate"]) == (1000, pytest.approx(30))

    def mid_p(mean):
        return poisson.cdf(29, mean) + poisson.pmf(30, mean) / 2

    low, high = (brentq(lambda mean, aim=aim: mid_p(mean) - aim, 1, 100) for aim in (0.975, 0.025))
    assert (row["rate_low"], row["rate_high"]) == pytest.approx((low, high), rel=1e-6)
    assert row_of(finding, group="White", age_band=YOUNG)["rate"] == pytest.approx(1000 * 220 / 8000)
    assert row_of(finding, group="Everyone", age_band=CHILDREN)["residents"] == 7000
    assert not any("No rate for each resident" in caveat for caveat in finding.caveats)
    ratio = row_of(finding, "ratios", group="Black", age_band=CHILDREN)
    assert (ratio["rate"], ratio["comparator_rate"]) == (pytest.approx(30), pytest.approx(10))
    assert (ratio["ratio"], ratio["excess"]) == (pytest.approx(3), pytest.approx(20))

    def split_mid_p(of):
        """Of 90 searches 30 fall to the Black children, who are 1,000 of 7,000 and searched at `of` times the rate."""
        share = of / (of + 6)
        return binom.cdf(29, 90, share) + binom.pmf(30, 90, share) / 2

    low, high = (brentq(lambda of, aim=aim: split_mid_p(of) - aim, 0.5, 20) for aim in (0.975, 0.025))
    assert (ratio["low"], ratio["high"]) == pytest.approx((low, high), rel=1e-6)
    assert finding.headline == "Black children: searched at 3.0 times the White rate"
    assert f"a ratio of 3.0 ({low:.1f} to {high:.1f})" in finding.answer
    assert "by chance alone" in ratio["flag"]  # one month
    assert finding.panels[0].label == "Ratio of the Black to the White search rate at the same ages"
    # A share that is withheld has no ratio, which would give it away.
    shown = {row["age_band"] for row in rows_of(finding) if row["group"] == "White" and row["share"] is not None}
    assert {row["age_band"] for row in rows_of(finding, "ratios")} <= shown


@pytest.mark.long
def test_a_rate_says_of_which_residents_it_is(write, town):
    """Two districts, the file holds one; it is of 2021; and of Black people 30 searches stand against 20 children."""
    town.boundaries()
    ages = {
        "0 to 17": {"White": 2000, "Black": 10},
        "18 to 24": {"White": 4000, "Black": 400},
        "25 and over": {"White": 30_000, "Black": 900},
    }
    town.write("own.csv", population(ages, 2021))
    finding = children(Scope(), write(m201906=[*JUNE["m201906"], searched("White", 20, "")]))
    row = row_of(finding, group="Black", age_band=CHILDREN)
    assert (row["residents"], row["rate"]) == (20, pytest.approx(1500))
    assert row["flag"] == "interval by chance alone; more searches than residents"
    assert STREET in finding.caveats
    assert INDEPENDENT in finding.caveats
    assert "Marked: more searches of a group than residents of it" in finding.provenance.rules
    said = " ".join(finding.caveats)
    assert "The residents of West are missing from " in said
    assert "so every rate is too high." in said
    assert "Searches (June 2019) are set against residents of 2021, of the same ethnic group and ages." in said
    assert "of all ages" not in said
    assert "20 of 420 searches (5\u00a0%); they are in no share and in no rate, so that every rate is too low." in said
    without = more_thorough(Scope(), town.view())
    assert STREET not in without.caveats


@pytest.mark.parametrize(
    ("ages", "why"),
    [
        (("Under 16", "16 to 24", "25 and over"), "in bands that don't fit (Under 16, 16 to 24 and 25 and over)."),
        (("0-4", "10-17", "18-24", "25+"), None),
    ],
)
def test_where_bands_do_not_fit_there_is_no_rate(write, town, ages, why):
    town.boundaries(own=1)
    town.write("own.csv", population({age: {"White": 1000, "Black": 1000} for age in ages}))
    finding = children(Scope(), write(**JUNE))
    said = next(caveat for caveat in finding.caveats if caveat.startswith("No rate for each resident"))
    if why:
        assert said.endswith(why)
        assert {row["rate"] for row in rows_of(finding)} == {None}
    else:
        assert said.startswith("No rate for each resident of children, under 18 and under 10 is given: ")
        assert row_of(finding, group="Black", age_band="10 to 17")["rate"] == pytest.approx(15)


def test_a_census_without_ages_and_none_at_all_give_no_rate(write, town):
    finding = children(Scope(), write(**JUNE))
    assert any(caveat.startswith("No rate for each resident is given: No pop") for caveat in finding.caveats)
    town.boundaries(own=1)
    town.census({town.east: ("East", {"White": 80_000, "Black": 5_000})})
    finding = children(Scope(), town.view())
    lacks = f"No rate for each resident is given: Census 2021 holds no ages by ethnic group; {NEEDED}."
    assert lacks in finding.caveats


@pytest.mark.parametrize(
    ("said", "years"),
    [
        ("Aged 4 years and under", (0, 4)),
        ("Aged 10 to 14 years", (10, 14)),
        ("10-17", (10, 17)),
        ("Under 16", (0, 15)),
        ("65 and over", (65, 200)),
        ("85+", (85, 200)),
        ("Age 7", (7, 7)),
        ("Aged 1 year", (1, 1)),
        ("children", None),
    ],
)
def test_ages_are_read_from_words(said, years):
    assert years_of(said) == years


@pytest.mark.parametrize("ask", [children, more_thorough])
def test_a_release_of_before_the_cube_is_refused_with_the_way_out(write, town, ask, monkeypatch):
    with monkeypatch.context() as older:
        older.setattr(counting, "inputs", lambda cubes: {"code": "older"})
        kept = tuple(cube for cube in publishing.CUBES if cube.table.name != "conduct_cube")
        older.setattr(publishing, "CUBES", kept)
        finding = ask(Scope(), write(**JUNE))
    assert finding.refused
    assert finding.answer == (
        "Release 1 was counted before ages and the conduct of searches were; the command “python -m data recount "
        "--reason TEXT” counts it again."
    )
    recount(town.store, "Ada", "ages")
    assert not ask(Scope(), town.view()).refused


# Every force of June 2019, counted from the text of the files


CAUSAL = re.compile(r"\b(effect|impact|caused|due to|because of|thanks to|result of|led to|drives)\b", re.IGNORECASE)
SHOWN = {"White": "White - ", "Black": "Black", "Asian": "Asian", "Mixed": "Mixed", "Other": "Other ethnic group - A"}
AGES = {
    CHILDREN: ("under 10", "10-17"),
    "Under 10": ("under 10",),
    "10 to 17": ("10-17",),
    YOUNG: ("18-24",),
}


@pytest.fixture(scope="session")
def june(real_files):
    """Searches of persons by force, group, age band and removal, with the csv module."""
    counts = {}
    for path in sorted((real_files / "police_uk" / "2019-06").glob("*-stop-and-search.csv*")):
        content = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        force = path.name.removeprefix("2019-06-").partition("-stop-and-search")[0]
        counts[force] = Counter()
        for row in csv.DictReader(io.StringIO(content.decode("utf-8-sig"))):
            if row["Type"] == "Vehicle search":
                continue
            said = row["Self-defined ethnicity"]
            group = next((name for name, start in SHOWN.items() if said.startswith(start)), "Not stated")
            counts[force][group, row[AGE], row[REMOVAL]] += 1
    return counts


@pytest.mark.parametrize("force", sorted(set(forces()) - {"eskmere", "england and wales"}))
def test_every_force_of_june_2019(real_store, june, force):
    view, scope = real_store.view(), Scope(force, from_month="2019-06", to_month="2019-06")
    young, thorough = children(scope, view), more_thorough(scope, view)
    for finding in (young, thorough):
        read = json.loads(finding.as_json(), parse_constant=lambda constant: pytest.fail(constant))
        assert read["answer"].endswith(".")
        assert finding.refused or len(read["headline"]) < 70
        for sentence in (read["headline"], read["answer"], *read["caveats"]):
            assert not CAUSAL.search(sentence)
            assert not re.search(r"nan|None|NA>|inf\b|  ", sentence), sentence
    if force not in june:
        assert young.refused
        assert thorough.refused
        return

    def counted(group, chosen):
        return sum(n for (g, age, how), n in june[force].items() if group in (g, "Everyone") and chosen(age, how))

    def aged(group, band):
        return counted(group, lambda age, how: age in AGES[band])

    for row in rows_of(young):
        base = counted(row["group"], lambda age, how: age != "")
        of_children = {band: aged(row["group"], band) for band in PARTS}
        # Of two parts of a whole that is shown the larger would tell the one that is too small.
        hidden = [band for band, n in of_children.items() if small(n, base)]
        told = len(hidden) == 1 and row["age_band"] in PARTS and not small(aged(row["group"], CHILDREN), base)
        agree(row, aged(row["group"], row["age_band"]), base, second=told)
    for row in rows_of(thorough) if not thorough.refused else ():
        among = AGES[CHILDREN] if row["age_band"] == CHILDREN else ("", *sum(AGES.values(), ()), "25-34", "over 34")
        base = counted(row["group"], lambda age, how, among=among: age in among and how != "")
        x = counted(row["group"], lambda age, how, among=among: age in among and how == "True")
        agree(row, x, base)
    blank = not counted("Everyone", lambda age, how: how != "")
    assert thorough.refused == blank


PARTS = ("Under 10", "10 to 17")
"""The bands that children are made of."""


def small(x, base):
    return 0 < base < 10 or 0 < x < 10


def agree(row, x, base, second=False):
    """The counts are those of the files where they are shown, and shares are made of ten searches or more."""
    assert row["base"] in (None, base)
    assert row["searches"] in (None, x)
    assert (row["searches"] is None) == (second or small(x, base))
    if row["share"] is not None:
        assert row["share"] == pytest.approx(x / base)
        assert row["low"] <= row["share"] <= row["high"]
        assert min(x, base) >= 10
