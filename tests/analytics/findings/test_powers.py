"""Under which powers people were searched and what for: shares, ratios, tests, refusals, published files."""

from __future__ import annotations

import csv
import gzip
import io
import json
import re
from collections import Counter

import numpy as np
import pytest
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint

from analytics.disparity import Estimate, ratio_of_ratios
from analytics.findings.searches import Searches
from analytics.findings.stop_and_search import FAIRNESS, by_object, by_power, disproportionality
from analytics.findings.stop_and_search.by_object import _headline
from analytics.findings.stop_and_search.by_power import unlike_grounds
from analytics.findings.stop_and_search.object_words import object_in_words
from analytics.findings.stop_and_search.powers import (
    GROUNDS,
    KINDS,
    NO_SUSPICION,
    NOT_LISTED,
    NOT_RECORDED,
    ORDER,
    UNDER,
    kind_of,
)
from analytics.findings.stop_and_search.shared import LEAST_KNOWN
from analytics.reading import reading_table, reading_titles
from analytics.scope import Scope
from data.vocabularies import forces, vocabulary
from tests.analytics.conftest import EAST, ETHNICITY, WEST

DRUGS = "Misuse of Drugs Act 1971 (section 23)"
SECTION_1 = "Police and Criminal Evidence Act 1984 (section 1)"
SECTION_60 = "Criminal Justice and Public Order Act 1994 (section 60)"
SECTION_60_NAME = "Criminal Justice and Public Order Act 1994, section 60"
BY_ORDER = "Sentencing Act 2020 (section 342E)"
PEOPLE = {"White": 80_000, "Black": 5_000, "Asian": 4_000, "Mixed": 2_000, "Other": 1_000}
NARROW = "interval by chance alone"


def searched(group, number, power=None, looked_for="Controlled drugs", point=EAST, **cells):
    """As many rows of a file; under the power to search for drugs, or for stolen or prohibited articles."""
    power = power if power is not None else DRUGS if looked_for in ("Controlled drugs", "") else SECTION_1
    row = {
        "Type": "Person search",
        "Self-defined ethnicity": ETHNICITY[group],
        "Officer-defined ethnicity": group,
        "Legislation": power,
        "Object of search": looked_for,
        **({"Longitude": str(point[0]), "Latitude": str(point[1])} if point else {}),
        **cells,
    }
    return [row] * number


@pytest.fixture
def write(town):
    """A function that writes months of rows and gives the view."""

    def run(months, force="surrey"):
        for month, rows in months.items():
            content = town.police_csv([part for rows_of in rows for part in rows_of])
            town.write(f"{month}-{force}-stop-and-search.csv", content)
        return town.view()

    return run


@pytest.fixture
def districts(town):
    """Two districts with residents."""
    town.boundaries()
    town.census({town.west: ("West", PEOPLE), town.east: ("East", PEOPLE)})


def rows_of(finding, table=None, **where):
    read = json.loads(finding.as_json())["tables"]
    rows = next(iter(read.values())) if table is None else read[table]
    return [row for row in rows if all(row[name] == value for name, value in where.items())]


def row_of(finding, table=None, **where):
    (found,) = rows_of(finding, table, **where)
    return found


def step_up(p_values):
    """Benjamini and Hochberg's adjusted p-values, written out: the least of m p / i over all that are no smaller."""
    order = sorted(range(len(p_values)), key=lambda i: p_values[i])
    adjusted, least = [0.0] * len(p_values), 1.0
    for rank in range(len(order), 0, -1):
        least = min(least, p_values[order[rank - 1]] * len(order) / rank)
        adjusted[order[rank - 1]] = least
    return adjusted


# Kinds of powers


def test_every_power_of_the_list_has_a_kind():
    kinds = {row["name"]: kind_of(row["name"]) for row in vocabulary("powers").rows}
    assert set(kinds.values()) == {GROUNDS, NO_SUSPICION, ORDER}
    assert kinds[SECTION_60_NAME] == NO_SUSPICION
    assert [name for name in kinds if kinds[name] == ORDER] == ["Sentencing Act 2020, section 342E"]
    assert (kind_of("Blank"), kind_of("Witchcraft Act 1735")) == (NOT_RECORDED, NOT_LISTED)
    assert set(UNDER) == set(KINDS)


# Under which power


JUNE = {
    "2019-06": [
        searched("Black", 80),
        searched("Black", 20, SECTION_60),
        searched("White", 190),
        searched("White", 10, SECTION_60),
    ]
}


@pytest.mark.long
def test_shares_have_wilsons_interval_and_their_difference_newcombes(write, districts):
    """One month: statsmodels has the same intervals; nothing is tested, and there is no ratio."""
    finding = by_power(Scope(), write(JUNE))
    for kind, black, white in ((GROUNDS, 80, 190), (NO_SUSPICION, 20, 10)):
        for group, count, base in (("Black", black, 100), ("White", white, 200), ("Everyone", black + white, 300)):
            row = row_of(finding, power=kind, group=group)
            low, high = proportion_confint(count, base, method="wilson")
            assert (row["searches"], row["base"]) == (count, base)
            assert (row["share"], row["share_low"], row["share_high"]) == pytest.approx((count / base, low, high))
            assert NARROW in row["flag"]
        row = row_of(finding, power=kind, group="Black")
        low, high = confint_proportions_2indep(black, 100, white, 200, method="newcomb", compare="diff")
        assert (row["gap"], row["gap_low"], row["gap_high"]) == pytest.approx(
            (black / 100 - white / 200, low, high), abs=1e-8
        )
        assert (row["p_value"], row["q_value"], row["verdict"]) == (None, None, "")
        assert row["rate"] == pytest.approx(1000 * black / 10_000)
        assert (row["ratio"], row["difference"], row["excess"]) == (None, None, None)
        assert "no ratio: fewer than 3 months can't show how far searches vary" in row["flag"]
    assert finding.headline == "No suspicion needed: Black 20\u00a0%, White 5\u00a0% of searches"
    assert finding.answer == (
        "20\u00a0% (13 to 29\u00a0%) of the searches of Black people and 5\u00a0% (3 to 9\u00a0%) of those of White "
        "people were under powers that need no suspicion, such as section 60, June 2019, 300 searches: a difference "
        "that was not tested (between +7 and +24 points). No ratio of rates is given; the table says why of each."
    )
    assert "No difference was tested: fewer than 3 months can't show how far searches vary." in finding.caveats
    assert FAIRNESS in finding.caveats


def months_of(rows, number=6):
    return {f"2019-{month:02d}": rows(month) for month in range(1, number + 1)}


def busy(month):
    """More of section 60 in some months, and of White people more in the east; the last four are under it."""
    more = month % 3
    return [
        *(
            searched(group, number + more, point=point)
            for point in (EAST, WEST)
            for group, number in (("Black", 20), ("White", 60))
        ),
        searched("Black", 5 + more, SECTION_60),
        searched("Black", 5 + more, SECTION_60, point=WEST),
        searched("White", 6 + more, SECTION_60),
        searched("White", 6, SECTION_60, point=WEST),
    ]


def test_the_ratio_under_each_kind_is_that_of_its_searches_alone(write, districts):
    """With one power of each kind, all figures are those of this power by itself; the points are worked out here."""
    view = write(months_of(busy))
    finding = by_power(Scope(), view)
    totals = {
        GROUNDS: (sum(2 * (20 + m % 3) for m in range(1, 7)), sum(2 * (60 + m % 3) for m in range(1, 7))),
        NO_SUSPICION: (sum(10 + 2 * (m % 3) for m in range(1, 7)), sum(12 + m % 3 for m in range(1, 7))),
    }
    for kind, power in ((GROUNDS, "Misuse of Drugs Act 1971, section 23"), (NO_SUSPICION, SECTION_60_NAME)):
        black, white = totals[kind]
        row = row_of(finding, power=kind, group="Black")
        assert row["searches"] == black
        assert row["rate"] == pytest.approx(1000 * black / 10_000)
        assert row["ratio"] == pytest.approx(16 * black / white)
        assert row["difference"] == pytest.approx(1000 * (black / 10_000 - white / 160_000))
        assert row["excess"] == pytest.approx(black - white / 16)
        assert row["low"] < row["ratio"] < row["high"]
        alone = row_of(disproportionality(Scope(power=power), view), group="Black")
        for name in ("ratio", "low", "high", "difference_low", "excess_high", "rate_low", "ratio_adjusted"):
            assert row[name] == alone[name], name
        assert row_of(finding, power=kind, group="White")["ratio"] is None
    assert "under powers that need grounds, 25.2 against " in finding.answer
    free, grounds = (row_of(finding, power=kind, group="Black") for kind in (NO_SUSPICION, GROUNDS))
    apart = ratio_of_ratios(*(Estimate(row["ratio"], row["low"], row["high"]) for row in (free, grounds)))
    (black, white), (other_black, other_white) = totals[NO_SUSPICION], totals[GROUNDS]
    assert free["against_grounds"] == pytest.approx(black / white / (other_black / other_white))
    assert (free["against_grounds_low"], free["against_grounds_p_value"]) == (apart.low, apart.p_value)
    assert free["against_grounds_q_value"] == apart.p_value
    clear = apart.low > 1 and apart.p_value < 0.1
    assert free["against_grounds_verdict"] == ("above" if clear else "not clearly different")
    assert row_of(finding, power=GROUNDS, group="Black")["against_grounds_verdict"] == ""
    assert free["against_grounds_verdict"] in set(reading_table(finding, "by_power")["Verdict on that"])
    assert grounds["against_grounds"] is None
    assert ". The second is 2.7 times (" in finding.answer
    assert [panel.label.partition(";")[0] for panel in finding.panels] == [
        "Share of searches under each kind of power",
        "Ratio of the Black to the White search rate, by kind of power",
    ]
    for panel in finding.panels:
        for mode in ("light", "dark"):
            assert list(panel.draw(mode).layout.yaxis.tickvals) == [0, 1]


@pytest.mark.long
def test_powers_without_suspicion_never_enter_the_figures_of_grounds(write, town, districts):
    with_them = by_power(Scope(), write(months_of(busy)))
    without = by_power(Scope(), write(months_of(lambda month: busy(month)[:-4])))
    for group in ("Black", "White"):
        one, other = (row_of(made, power=GROUNDS, group=group) for made in (with_them, without))
        for name in ("searches", "rate", "rate_low", "ratio", "low", "high", "excess"):
            assert one[name] == other[name], name
        assert other["share"] == 1
    assert not rows_of(without, power=NO_SUSPICION)
    assert without.headline == "No search is recorded under a power without suspicion"


def test_differences_are_tested_together(write, districts):
    finding = by_power(Scope(), write(months_of(busy)))
    rows = [row for row in rows_of(finding) if row["p_value"] is not None]
    assert [row["group"] for row in rows] == ["Black"] * 2
    assert [row["q_value"] for row in rows] == pytest.approx(step_up([row["p_value"] for row in rows]))
    for row in rows:
        clear = row["q_value"] < 0.1 and not row["gap_low"] <= 0 <= row["gap_high"]
        assert clear
        assert row["verdict"] == ("above" if row["gap"] > 0 else "below")
    assert "a difference of +" in finding.answer
    # Two kinds: the one difference is the other with its sign turned, and one test.
    assert any(rule.startswith("1 difference tested, 1 clear") for rule in finding.provenance.rules)
    assert any(rule.startswith("1 ratio pair tested, 1 clear") for rule in finding.provenance.rules)
    assert any(said.startswith("One ratio against another: called clear with") for said in finding.caveats)


@pytest.mark.long
def test_ratios_under_three_kinds_are_tested_together(write, districts):
    """Orders as a third kind, so that no difference mirrors another; six months in which numbers differ."""

    def rows(month):
        orders = (
            searched(group, number + month % 2, BY_ORDER, point=point)
            for point in (EAST, WEST)
            for group, number in (("Black", 4), ("White", 9))
        )
        return [*busy(month), *orders]

    finding = by_power(Scope(), write(months_of(rows)))
    told = [row for row in rows_of(finding) if row["against_grounds_p_value"] is not None]
    assert [row["power"] for row in told] == [NO_SUSPICION, ORDER]
    q = step_up([row["against_grounds_p_value"] for row in told])
    assert [row["against_grounds_q_value"] for row in told] == pytest.approx(q)
    clear = sum(
        one < 0.1 and not row["against_grounds_low"] <= 1 <= row["against_grounds_high"]
        for one, row in zip(q, told, strict=True)
    )
    assert f"2 ratio pairs tested, {clear} clear" in " ".join(finding.provenance.rules)
    assert "3 differences tested, " in " ".join(finding.provenance.rules)
    shares = [row for row in rows_of(finding) if row["p_value"] is not None]
    assert [row["q_value"] for row in shares] == pytest.approx(step_up([row["p_value"] for row in shares]))


def section_60(counts):
    """Months of searches under grounds that are alike, and under section 60 as many of both groups as are given."""
    return {
        f"2019-{month:02d}": [
            part
            for point in (EAST, WEST)
            for part in (
                searched("Black", 20 + month % 3, point=point),
                searched("White", 60 + month % 2, point=point),
                searched("Black", black, SECTION_60, point=point),
                searched("White", white, SECTION_60, point=point),
            )
        ]
        for month, (black, white) in enumerate(counts, 1)
    }


@pytest.mark.long
@pytest.mark.parametrize(
    ("counts", "alike"),
    [
        (((2, 2), (30, 31), (3, 3), (40, 39), (2, 2), (25, 26)), True),
        (((30, 0), (2, 30), (28, 1), (0, 25), (31, 2), (1, 33)), False),
    ],
)
def test_that_ups_and_downs_leave_the_ratio_alone_is_said_where_they_do(write, districts, counts, alike):
    finding = by_power(Scope(), write(section_60(counts)))
    row, white = (row_of(finding, power=NO_SUSPICION, group=group) for group in ("Black", "White"))
    surer = row["high"] / row["low"] < min(one["share_high"] / one["share_low"] for one in (row, white))
    assert surer == alike
    said = " ".join(finding.caveats)
    assert ("The ratio and the excess rest on how the searches of each month and district split" in said) == alike
    assert ("is no surer than the shares" in said) == (not alike)


@pytest.mark.long
def test_a_ratio_of_one_month_says_in_the_answer_that_it_is_by_chance(write, districts):
    """Section 60 in one of six months: how far its searches come in clumps can't be told, so it is no test either."""
    finding = by_power(Scope(), write(section_60([(12, 14), *[(0, 0)] * 5])))
    row = row_of(finding, power=NO_SUSPICION, group="Black")
    assert (row["dispersion"], row["against_grounds"]) == (None, None)
    assert "by chance alone" in row["flag"]
    assert ", by chance alone) under powers that need no suspicion" in finding.answer
    assert not any("ratio pair" in rule for rule in finding.provenance.rules)


@pytest.mark.long
def test_with_too_few_known_powers_there_is_no_share_rate_or_ratio(write, districts):
    """300 of 400 say a power: three quarters, and four fifths are asked for."""
    finding = by_power(Scope(), write({"2019-06": [*JUNE["2019-06"], searched("White", 100, "")]}))
    for kind, black in ((GROUNDS, 80), (NO_SUSPICION, 20)):
        row = row_of(finding, power=kind, group="Black")
        assert (row["searches"], row["base"]) == (black, 100)
        assert {row[name] for name in ("share", "share_low", "gap", "rate", "rate_low", "ratio")} == {None}
        assert row["flag"] == "not given: the kind of power is known for 75\u00a0%"
    assert row_of(finding, power=NOT_RECORDED, group="Everyone")["share"] == pytest.approx(0.25)
    drugs = row_of(finding, "powers", kind=GROUNDS)
    assert (drugs["searches"], drugs["share"], drugs["flag"]) == (
        270, None, "not given: the kind of power is known for 75\u00a0%"
    )  # fmt: skip
    assert finding.headline == "Under which power is not known for 25\u00a0% of searches"
    assert finding.answer == (
        "Under which kind of power people were searched is known for 75\u00a0% of 400 searches, June 2019: too few for "
        "a share, a rate or a ratio under a kind."
    )


@pytest.mark.long
def test_four_fifths_of_known_powers_are_enough_and_make_floors(write, districts):
    """300 of 375 say a power: exactly four fifths of all, of Black people and of White people."""
    blank = [searched("White", 50, ""), searched("Black", 25, "")]
    finding = by_power(Scope(), write({"2019-06": [*JUNE["2019-06"], *blank]}))
    row = row_of(finding, power=NO_SUSPICION, group="Black")
    assert (row["share"], row["rate"]) == pytest.approx((20 / 125, 2))
    assert (
        "The kind of power is not known for 75 of 375 searches (20\u00a0%): they are in the base of every share and in "
        "no rate under a kind, so these shares and rates are too low."
    ) in finding.caveats


@pytest.mark.long
@pytest.mark.parametrize(("group", "blank"), [("Black", 30), ("White", 60)])
def test_a_group_of_which_too_few_powers_are_known_is_compared_with_none(write, districts, group, blank):
    """Of the group 77 % say a power, of all more than four fifths."""
    finding = by_power(Scope(), write({"2019-06": [*JUNE["2019-06"], searched(group, blank, "")]}))
    black, white = (row_of(finding, power=GROUNDS, group=name) for name in ("Black", "White"))
    one, other = (black, white) if group == "Black" else (white, black)
    assert (one["share"], one["rate"], one["flag"]) == (
        None, None, "not given: the kind of power is known for 77\u00a0%"
    )  # fmt: skip
    assert other["share"] is not None
    assert other["rate"] is not None
    assert black["gap"] is None
    assert finding.answer.endswith(
        f"Of the searches of {group} people the kind of power is known for 77\u00a0%: too few for a share, a rate or a "
        "ratio under a kind."
    )
    if group == "White":
        assert black["flag"].endswith("no ratio: of White people the kind of power is known for 77\u00a0%")


def test_a_note_stands_once(write, districts):
    finding = by_power(Scope(), write(JUNE))
    for row in rows_of(finding):
        assert row["flag"].count(NARROW) <= 1
    assert row_of(finding, power=GROUNDS, group="White")["flag"] == NARROW


@pytest.mark.long
def test_the_same_share_in_every_month_is_no_difference(write, districts):
    rows = months_of(
        lambda month: [
            *(searched(group, 8 * number, point=point) for point in (EAST, WEST) for group, number in ALIKE),
            *(searched(group, number, SECTION_60, point=point) for point in (EAST, WEST) for group, number in ALIKE),
        ]
    )
    finding = by_power(Scope(), write(rows))
    row = row_of(finding, power=NO_SUSPICION, group="Black")
    assert row["gap"] == pytest.approx(0, abs=1e-12)
    assert row["verdict"] == "not clearly different"
    assert "no clear difference (between −" in finding.answer


ALIKE = (("Black", 3), ("White", 6))


@pytest.mark.long
def test_each_power_is_counted_with_its_kind(write, districts):
    rows = [
        *JUNE["2019-06"],
        searched("White", 30, "Firearms Act 1968 (section 47)"),
        searched("White", 12, BY_ORDER),
        searched("White", 11, "Witchcraft Act 1735"),
        searched("White", 9, ""),
    ]
    finding = by_power(Scope(), write({"2019-06": rows}))
    powers = {row["power"]: (row["kind"], row["searches"]) for row in rows_of(finding, "powers")}
    assert powers == {
        "Misuse of Drugs Act 1971, section 23": (GROUNDS, 270),
        SECTION_60_NAME: (NO_SUSPICION, 30),
        "Firearms Act 1968, section 47": (GROUNDS, 30),
        "Sentencing Act 2020, section 342E": (ORDER, 12),
        "Witchcraft Act 1735": (NOT_LISTED, 11),
        "Blank": (NOT_RECORDED, 9),
    }
    few = row_of(finding, "powers", power="Blank")
    assert (few["share"], few["low"], few["flag"]) == (None, None, "too few to say")
    low, high = proportion_confint(270, 362, method="wilson")
    drugs = row_of(finding, "powers", kind=GROUNDS, searches=270)
    assert (drugs["share"], drugs["low"], drugs["high"]) == pytest.approx((270 / 362, low, high))
    assert "Not in our list of powers: “Witchcraft Act 1735”." in finding.caveats
    everyone = {row["power"]: row["searches"] for row in rows_of(finding, group="Everyone")}
    assert everyone == {GROUNDS: 300, NO_SUSPICION: 30, ORDER: 12, NOT_LISTED: 11, NOT_RECORDED: 9}
    assert sum(row["searches"] for row in rows_of(finding, "powers")) == 362


def test_a_chosen_power_limits_nothing(write, districts):
    view = write(JUNE)
    assert by_power(Scope(power=SECTION_60_NAME), view).as_json() == by_power(Scope(), view).as_json()


def test_a_difference_that_is_not_clear_is_headed_so(real_store):
    """West Midlands, 2019: 13 and 4 % of searches, and the months leave the difference from 0 to 22 points."""
    made = by_power(Scope("west-midlands", from_month="2019-01", to_month="2019-12"), real_store.view())
    assert made.headline == "No suspicion needed: Black 13\u00a0%, White 4\u00a0% of searches, not clear"
    assert "no clear difference" in made.answer


@pytest.mark.long
def test_transport_police_have_shares_and_no_ratio(write, districts):
    finding = by_power(Scope("btp"), write(months_of(busy), force="btp"))
    assert not finding.refused
    assert {row["ratio"] for row in rows_of(finding)} == {row["rate"] for row in rows_of(finding)} == {None}
    assert row_of(finding, power=NO_SUSPICION, group="Black")["verdict"] == "above"
    assert finding.answer.endswith(
        "British Transport Police has no area of its own, so there are no residents to set its searches against; what "
        "needs none is told below."
    )
    assert len(finding.panels) == 1


@pytest.mark.long
def test_small_counts_are_withheld(write, districts):
    rows = [*JUNE["2019-06"], searched("Asian", 40), searched("Asian", 9, SECTION_60), searched("Mixed", 7)]
    finding = by_power(Scope(group="Asian"), write({"2019-06": rows}))
    asian = row_of(finding, power=NO_SUSPICION, group="Asian")
    assert {asian[name] for name in ("searches", "share", "gap", "rate", "ratio")} == {None}
    assert asian["flag"] == "withheld: fewer than 10 searches"
    mixed = row_of(finding, power=GROUNDS, group="Mixed")
    assert {mixed[name] for name in ("searches", "share", "gap", "rate", "ratio")} == {None}
    none = row_of(finding, power=NO_SUSPICION, group="Mixed")
    assert (none["searches"], none["base"], none["flag"]) == (0, None, "withheld: fewer than 10 searches")
    other = row_of(finding, power=GROUNDS, group="Other")
    assert (other["searches"], other["share"]) == (0, None)
    assert "no search is recorded as Other" in other["flag"]
    assert finding.headline == "No suspicion needed: 11\u00a0% of all searches"
    text = " ".join([finding.headline, finding.answer, *finding.caveats])
    assert not re.search(r"(?<![\d.,+−])[79](?![\d.,])", text)


@pytest.mark.long
def test_much_unknown_ethnicity_is_said_first(write, districts):
    finding = by_power(Scope(), write({"2019-06": [*JUNE["2019-06"], searched("Blank", 100)]}))
    assert finding.answer.startswith("Ethnicity is unknown for 25\u00a0% of searches. ")


def test_without_a_file_it_is_refused(write, town):
    finding = by_power(Scope("kent"), write(JUNE))
    assert (finding.refused, finding.answer) == (True, "No stop-and-search file of Kent Police is loaded.")


# What was looked for


LOOKED_FOR = {
    "2019-06": [
        searched("Black", 60),
        searched("Black", 40, looked_for="Offensive weapons"),
        searched("White", 90),
        searched("White", 70, looked_for="Offensive weapons"),
        searched("White", 40, looked_for="Stolen goods"),
    ]
}


def test_shares_of_objects_add_up_and_have_statsmodels_intervals(write):
    finding = by_object(Scope(), write(LOOKED_FOR))
    counts = {"Controlled drugs": (60, 90), "Offensive weapons": (40, 70), "Stolen goods": (0, 40)}
    assert [row["object"] for row in rows_of(finding, group="Everyone")] == list(counts)
    for name, (black, white) in counts.items():
        for group, count, base in (("Black", black, 100), ("White", white, 200)):
            row = row_of(finding, object=name, group=group)
            assert (row["searches"], row["base"]) == (count, base)
            if count:
                low, high = proportion_confint(count, base, method="wilson")
                assert (row["share"], row["share_low"], row["share_high"]) == pytest.approx((count / base, low, high))
    for group in ("Black", "White", "Everyone"):
        assert sum(row["share"] or 0 for row in rows_of(finding, group=group)) == pytest.approx(1)
    drugs = row_of(finding, object="Controlled drugs", group="Black")
    low, high = confint_proportions_2indep(60, 100, 90, 200, method="newcomb", compare="diff")
    assert (drugs["gap"], drugs["gap_low"], drugs["gap_high"]) == pytest.approx((0.15, low, high), abs=1e-8)
    assert drugs["verdict"] == ""
    assert row_of(finding, object="Stolen goods", group="Black")["flag"] == "no such search"
    assert finding.headline == "Searches for drugs: Black 60\u00a0%, White 45\u00a0%"
    assert finding.answer == (
        "60\u00a0% (50 to 69\u00a0%) of the searches of Black people and 45\u00a0% (38 to 52\u00a0%) of those of White "
        "people were for drugs, under powers that need grounds, June 2019, 300 searches of known object: a difference "
        "that was not tested (between +3 and +26 points). No difference for another object was tested."
    )


@pytest.mark.parametrize(
    ("gaps", "said"),
    [
        ({"Controlled drugs": (-0.01, "not clearly different"), "Firearms": (0.14, "above")}, "firearms"),
        ({"Controlled drugs": (-0.17, "below"), "Firearms": (0.15, "above")}, "drugs"),
        ({"Controlled drugs": (-0.01, "not clearly different"), "Firearms": (0.3, "not clearly different")}, "drugs"),
    ],
)
def test_what_was_looked_for_is_headed_by_the_largest_clear_difference(gaps, said):
    rows = {
        (name, group): {"object": name, "gap": gap, "verdict": verdict, "share": share}
        for name, (gap, verdict) in gaps.items()
        for group, share in (("Black", 0.21), ("White", 0.07))
    }
    headline = _headline(rows, ("Black", "White"), "Controlled drugs")
    assert headline == f"Searches for {said}: Black 21\u00a0%, White 7\u00a0%"


@pytest.mark.long
def test_only_searches_that_need_grounds_are_counted(write, town):
    before = by_object(Scope(), write(LOOKED_FOR))
    apart = [
        searched("Black", 50, SECTION_60, looked_for="Offensive weapons"),
        searched("White", 15, ""),
        searched("White", 15, BY_ORDER),
    ]
    finding = by_object(Scope(), write({"2019-06": [*LOOKED_FOR["2019-06"], *apart]}))
    assert finding.tables["by_object"].equals(before.tables["by_object"])
    assert any(
        caveat.startswith("Only searches under powers that need grounds are counted") for caveat in finding.caveats
    )
    alone = by_object(Scope(power=SECTION_60_NAME), town.view())
    assert (alone.refused, alone.answer) == (
        True,
        "No person was searched by Surrey Police in June 2019 under “Criminal Justice and Public Order Act 1994, "
        "section 60” under a power that needs grounds, so there is no share of what was looked for.",
    )


@pytest.mark.long
def test_objects_that_are_not_known_are_in_no_share(write):
    """Of 375 searches 300 say what was looked for: four fifths. One less is too few."""
    unknown = [
        searched("White", 25, looked_for=""),
        searched("White", 15, looked_for="A broomstick"),
        searched("White", 10, looked_for="Detailed object of search unavailable"),
        searched("Black", 25, looked_for=""),
    ]
    rows = [*LOOKED_FOR["2019-06"], *unknown]
    finding = by_object(Scope(), write({"2019-06": rows}))
    assert not finding.refused
    assert row_of(finding, object="Controlled drugs", group="Everyone")["known_share"] == pytest.approx(LEAST_KNOWN)
    assert row_of(finding, object="Controlled drugs", group="Black")["share"] == pytest.approx(0.6)
    assert (
        "What was looked for is not given, not detailed or not in our list for 75 of 375 searches (20\u00a0%); they "
        "are in no share."
    ) in finding.caveats
    less = by_object(Scope(), write({"2019-06": [*rows, searched("White", 1, looked_for="")]}))
    assert (less.refused, less.answer) == (
        True,
        "What was looked for is said of 80\u00a0% of the 376 searches by Surrey Police in June 2019 under powers that "
        "need grounds: too few for a share.",
    )


def test_a_group_of_which_too_little_is_said_has_no_share_and_no_difference(write):
    finding = by_object(Scope(), write({"2019-06": [*LOOKED_FOR["2019-06"], searched("Black", 30, looked_for="")]}))
    row = row_of(finding, object="Controlled drugs", group="Black")
    assert (row["searches"], row["share"], row["gap"]) == (None, None, None)
    assert row["flag"] == "not given: what was looked for is said of 77\u00a0%"
    assert finding.headline == "Searches for drugs: 50\u00a0%"
    assert finding.answer.endswith(
        "300 searches of known object; of Black people what was looked for is said of 77\u00a0%."
    )


def test_planted_differences_are_found_together_and_no_others(write):
    """Six months: Black people more for drugs, less for weapons; stolen goods alike."""

    def rows(month):
        more = 2 * (month % 3)
        return [
            searched("Black", 60 + more),
            searched("Black", 20, looked_for="Offensive weapons"),
            searched("Black", 20 + month % 2, looked_for="Stolen goods"),
            searched("White", 80 + more),
            searched("White", 80, looked_for="Offensive weapons"),
            searched("White", 40 + month % 2, looked_for="Stolen goods"),
            searched("Asian", 40 + month % 2),
            searched("Asian", 40, looked_for="Offensive weapons"),
            searched("Asian", 20, looked_for="Stolen goods"),
        ]

    finding = by_object(Scope(), write(months_of(rows)))
    told = {(row["group"], row["object"]): row for row in rows_of(finding) if row["p_value"] is not None}
    assert len(told) == 6
    values = list(told.values())
    assert [row["q_value"] for row in values] == pytest.approx(step_up([row["p_value"] for row in values]))
    verdicts = {key: row["verdict"] for key, row in told.items() if key[0] == "Black"}
    assert verdicts == {
        ("Black", "Controlled drugs"): "above",
        ("Black", "Offensive weapons"): "below",
        ("Black", "Stolen goods"): "not clearly different",
    }
    assert {row["verdict"] for key, row in told.items() if key[0] == "Asian"} == {"not clearly different"}
    assert "Of 2 other objects tested, 1 differs clearly: offensive weapons, −20 points (" in finding.answer
    for mode in ("light", "dark"):
        marks = [trace for trace in finding.chart(mode).data if trace.mode == "markers"]
        assert list(marks[1].marker.symbol) == ["diamond", "diamond", "circle"]
    assert finding.chart_title == "Share of searches for each object; filled: Black, hollow: White"


def test_of_groups_without_a_search_for_the_object_it_is_said_that_there_is_none(write):
    finding = by_object(Scope(), write({"2019-06": [searched("Asian", 6, looked_for="Firearms")]}))
    assert (finding.headline, finding.answer) == (
        "No search of either group for firearms",
        "No search for firearms is recorded as Black or White, by self-defined ethnicity, under powers that need "
        "grounds, June 2019; "
        "choose another group.",
    )


def test_the_answer_begins_with_drugs_only_where_they_were_looked_for_often_enough(write):
    rows = [*LOOKED_FOR["2019-06"][1::2], searched("White", 3)]
    finding = by_object(Scope(), write({"2019-06": rows}))
    assert finding.headline == "Searches for offensive weapons: Black 100\u00a0%, White 96\u00a0%"
    assert finding.answer.startswith("100\u00a0% (91 to 100\u00a0%) of the searches of Black people and 96\u00a0% (")


def test_of_two_objects_the_mirror_is_tested_once(write):
    """Two objects and no other: of each group one share is what the other leaves, so two tests of two groups, not four.

    One-sided p-values are those of one object; with four tests the q-values would be the same and the count not.
    """

    def rows(month):
        return [
            searched("Black", 60 + month),
            searched("Black", 40, looked_for="Offensive weapons"),
            searched("White", 40 + month),
            searched("White", 60, looked_for="Offensive weapons"),
            searched("Asian", 20 + month),
            searched("Asian", 30, looked_for="Offensive weapons"),
        ]

    finding = by_object(Scope(), write(months_of(rows)))
    told = [row for row in rows_of(finding) if row["p_value"] is not None]
    assert len(told) == 4
    for group in ("Black", "Asian"):
        one, other = (row for row in told if row["group"] == group)
        assert one["gap"] == pytest.approx(-other["gap"])
        assert one["q_value"] == other["q_value"]
        assert {one["verdict"], other["verdict"]} in ({"above", "below"}, {"not clearly different"})
    first = [next(row for row in told if row["group"] == group) for group in ("Black", "Asian")]
    assert [row["q_value"] for row in first] == pytest.approx(step_up([row["p_value"] for row in first]))
    assert any(rule.startswith("2 differences tested, ") for rule in finding.provenance.rules)


def test_objects_are_said_in_plain_words_and_stand_as_published_in_tables(write):
    """Every object of the list has words; what no list knows is said as it is."""
    assert all(row["in_words"] and row["in_words"][0].islower() for row in vocabulary("objects").rows)
    assert object_in_words("Evidence of offences under the Act") == "evidence of an unnamed offence"
    assert object_in_words("Moon rock") == "Moon rock"
    published = "Evidence of offences under the Act"
    rows = [searched("Black", 60, looked_for=published), searched("White", 40, looked_for=published)]
    finding = by_object(Scope(), write(months_of(lambda _: rows)))
    assert "were for evidence of an unnamed offence, under" in finding.answer
    assert published not in finding.answer + finding.headline
    assert {row["object"] for row in rows_of(finding)} == {published}
    assert set(reading_table(finding)["Looked for"]) == {published}
    (label,) = finding.chart().layout.yaxis.ticktext
    assert label.replace("<br>", " ").startswith("Evidence of an unnamed offence")


def test_tables_read(write, districts):
    view = write(months_of(busy))
    powers, objects = by_power(Scope(), view), by_object(Scope(), view)
    assert list(reading_titles(powers).values()) == ["Kinds of powers", "Each power"]
    for finding, table in ((powers, "by_power"), (powers, "powers"), (objects, "by_object")):
        read = reading_table(finding, table)
        assert len(read)
        assert not any("_" in heading for heading in read.columns)
        assert not read.map(lambda text: text in ("nan", "None", "<NA>")).any(axis=None)


# Every force of June 2019, counted from the text of the files


CAUSAL = re.compile(r"\b(effect|impact|caused|due to|because of|thanks to|result of|led to|drives)\b", re.IGNORECASE)
SHOWN = {"White": "White - ", "Black": "Black", "Asian": "Asian", "Mixed": "Mixed", "Other": "Other ethnic group - A"}
FREE = ("(section 60)", "1984 (section 6)")


@pytest.fixture(scope="session")
def june(real_files):
    """Searches of persons by force, group, kind of power and object, with the csv module."""
    counts = {}
    for path in sorted((real_files / "police_uk" / "2019-06").glob("*-stop-and-search.csv*")):
        content = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        force = path.name.removeprefix("2019-06-").partition("-stop-and-search")[0]
        counts[force] = Counter()
        for row in csv.DictReader(io.StringIO(content.decode("utf-8-sig"))):
            if row["Type"] == "Vehicle search":
                continue
            said, power = row["Self-defined ethnicity"], row["Legislation"]
            group = next((name for name, start in SHOWN.items() if said.startswith(start)), "Not stated")
            kind = NOT_RECORDED if not power else NO_SUSPICION if power.endswith(FREE) else GROUNDS
            counts[force][group, kind, row["Object of search"]] += 1
    return counts


def counted(june, force, group, chosen):
    return sum(
        number
        for (name, kind, looked_for), number in june[force].items()
        if group in (name, "Everyone") and chosen(kind, looked_for)
    )


@pytest.mark.parametrize("force", sorted(set(forces()) - {"eskmere", "england and wales"}))
def test_every_force_of_june_2019(real_store, june, force):
    view, scope = real_store.view(), Scope(force, from_month="2019-06", to_month="2019-06")
    powers, objects = by_power(scope, view), by_object(scope, view)
    for finding in (powers, objects):
        read = json.loads(finding.as_json(), parse_constant=lambda constant: pytest.fail(constant))
        assert read["answer"].endswith(".")
        assert finding.refused or len(read["headline"]) < 70
        for sentence in (read["headline"], read["answer"], *read["caveats"]):
            assert not CAUSAL.search(sentence)
            assert not re.search(r"nan|None|NA>|inf\b|  ", sentence), sentence
    if force not in june:
        assert powers.refused
        assert objects.refused
        return
    if not june[force]:
        assert powers.refused
        assert objects.refused
        return
    for row in rows_of(powers):
        own = counted(june, force, row["group"], lambda kind, _, row=row: kind == row["power"])
        base = counted(june, force, row["group"], lambda *_: True)
        assert (row["searches"] is None) == (0 < own < 10 and row["group"] != "Everyone")
        assert row["share"] is None or own >= 10
        assert row["searches"] in (None, own)
        assert row["base"] in (None, base)
        assert row["ratio"] is None
        if row["share"] is not None:
            assert row["share"] == pytest.approx(own / base)
            assert row["share_low"] <= row["share"] <= row["share_high"]
    unsaid = ("", "Detailed object of search unavailable")
    for row in rows_of(objects):
        base = counted(june, force, row["group"], lambda kind, name: kind == GROUNDS and name not in unsaid)
        of_object = {"Articles for use in theft": "Article for use in theft"}.get(row["object"], row["object"])
        own = counted(june, force, row["group"], lambda kind, name, it=of_object: kind == GROUNDS and name == it)
        assert row["base"] in (None, base)
        if row["share"] is not None:
            assert row["searches"] == own
            assert row["share"] == pytest.approx(own / base)


def test_the_metropolitan_police_have_a_ratio_under_each_kind(real_store):
    """April to September 2018: six months, 32 boroughs; section 60 apart, and the ratios that the page has of both."""
    view = real_store.view()
    finding = by_power(Scope("metropolitan"), view)
    free, grounds = (row_of(finding, power=kind, group="Black") for kind in (NO_SUSPICION, GROUNDS))
    for row in (free, grounds):
        assert row["low"] < row["ratio"] < row["high"]
        assert row["ratio_if_unknown_comparator"] <= row["ratio"] <= row["ratio_if_unknown_group"]
    alone = row_of(disproportionality(Scope("metropolitan", power=SECTION_60_NAME), view), group="Black")
    assert free["searches"] >= alone["stops"]
    whole = row_of(disproportionality(Scope("metropolitan"), view), group="Black")
    kinds = rows_of(finding, group="Black")
    assert sum(row["searches"] or 0 for row in kinds) == pytest.approx(whole["stops"], abs=20)
    shares = np.array([row["share"] or 0 for row in kinds])
    assert shares.sum() == pytest.approx(1, abs=0.001)


def test_a_rate_of_bursts_has_no_range_and_says_why(real_store):
    """2,689 searches in six months, nearly all in few: by hand .01 to 147 for every 1,000, which says nothing."""
    made = by_power(Scope("metropolitan", from_month="2018-04", to_month="2018-09"), real_store.view())
    rows = made.tables["by_power"].set_index(["power", "group"])
    none, grounds = rows.loc[("No suspicion needed", "Black")], rows.loc[("Reasonable grounds", "Black")]
    assert none["rate"] == pytest.approx(2.295, abs=0.001)
    assert none[["rate_low", "rate_high", "difference_low", "difference_high"]].isna().all()
    assert none[["low", "excess_low"]].notna().all()
    assert grounds[["rate_low", "difference_low"]].notna().all()
    assert "bursts" in none["flag"]
    assert any(said.startswith("The searches came in bursts: ") for said in made.caveats)
    assert any(
        said.startswith("Of the same searches the two ratios clearly differ and the shares do not")
        for said in made.caveats
    )


@pytest.mark.parametrize("group", ["Black", "Asian", "Mixed", "Other"])
def test_that_a_ratio_is_of_two_kinds_is_told_as_the_table_of_powers_has_it(real_store, group):
    """The headline counts the ratios alone; the table has shares beside them and tests the same."""
    scope = Scope("metropolitan", from_month="2018-04", to_month="2018-09", group=group, comparator="White")
    rows = {row["power"]: row for row in rows_of(by_power(scope, real_store.view())) if row["group"] == group}
    none, told = rows["No suspicion needed"], unlike_grounds(Searches.of(scope, real_store.view()))
    assert (told is not None) == (none["against_grounds_verdict"] in ("above", "below"))
    for one, row in zip(told or (), (rows["Reasonable grounds"], none), strict=bool(told)):
        assert [one[name] for name in ("ratio", "low", "high")] == [row[name] for name in ("ratio", "low", "high")]
