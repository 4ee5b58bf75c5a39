"""Stop and search from file to Finding: golden examples, small numbers, gaps, and every force of June 2019."""

from __future__ import annotations

import csv
import gzip
import io
import json
import re
from collections import Counter

import numpy as np
import pytest
from scipy import stats
from scipy.optimize import brentq

from analytics import near_one
from analytics.__main__ import main
from analytics.claims import blocked, sentences_of
from analytics.findings import QUESTIONS, choices
from analytics.findings.stop_and_search import FAIRNESS, INDEPENDENT, STREET, disproportionality, months, rates, trend
from analytics.findings.stop_and_search.disproportionality import _short_rate, _short_times
from analytics.reading import reading_table
from analytics.scope import Scope
from data.settings import Settings
from data.vocabularies import forces

STOP_AND_SEARCH = (rates, disproportionality, trend)
PEOPLE = {"White": 80_000, "Black": 5_000, "Asian": 4_000, "Mixed": 2_000, "Other": 1_000}
EAST, WEST = (-0.25, 51.25), (-0.75, 51.25)
CAUSAL = re.compile(
    r"\b(effect|impact|caused|due to|because of|thanks to|result of|led to|drives|improved|boosted|works)\b",
    re.IGNORECASE,
)


def one_district(town, people=PEOPLE):
    town.boundaries(own=1)
    town.census({town.east: ("East", people)})


def row(finding, group="Black"):
    (found,) = [row for row in json.loads(finding.as_json())["table"] if row["group"] == group]
    return found


def sentences(finding):
    return [finding.headline, finding.answer, *finding.caveats]


# Golden examples


def test_60_of_5000_against_200_of_80000(town):
    """Rates 12.0 and 2.5, ratio 4.80 (3.57 to 6.38): conditional mid-P, found again here by brute force."""
    one_district(town)
    town.stops("2019-06", {"Black": 60, "White": 200})
    finding = disproportionality(Scope(), town.view())
    found = row(finding)
    assert (found["rate"], found["comparator_rate"]) == (pytest.approx(12.0), pytest.approx(2.5))
    assert [round(found[name], 2) for name in ("ratio", "low", "high")] == [4.8, 3.57, 6.38]

    def more(ratio, half_of_60=0.5):
        share = ratio * 5_000 / (ratio * 5_000 + 80_000)
        return stats.binom.sf(60, 260, share) + half_of_60 * stats.binom.pmf(60, 260, share)

    assert found["low"] == pytest.approx(brentq(lambda ratio: more(ratio) - 0.025, 0.1, 100), rel=1e-6)
    assert found["high"] == pytest.approx(brentq(lambda ratio: more(ratio) - 0.975, 0.1, 100), rel=1e-6)
    # 60 - 5,000 * 200 / 80,000 = 47.5 searches beyond the other rate, 9.5 for every 1,000.
    assert (found["difference"], found["excess"]) == (pytest.approx(9.5), pytest.approx(47.5))
    assert (found["stops"], found["comparator_stops"], found["base"]) == (60, 200, 260)
    assert found["flag"] == "every interval by chance alone"  # one month
    assert finding.headline == "Black people were searched at 4.8 times the rate of White people"
    assert finding.answer == (
        "12.0 searches for every 1,000 Black residents against 2.5 for White residents, June 2019, 260 searches: "
        "a ratio of 4.8 (3.6 to 6.4)."
    )
    assert {STREET, FAIRNESS, INDEPENDENT} <= set(finding.caveats)
    for ask in (rates, trend):
        assert INDEPENDENT in ask(Scope(), town.view()).caveats
    assert "No ratio within districts is given: there is one district." in finding.caveats


@pytest.mark.long
def test_a_gap_that_is_where_people_live(town):
    """Two districts with equal rates in each: 6.24 as recorded, 1.00 within districts.

    West: 1 search for every 1,000 of both groups; east: 20. 181 of 10,000 against 29 of 10,000 is 6.24.
    """
    town.boundaries()
    town.census(
        {town.west: ("West", {"Black": 1_000, "White": 9_000}), town.east: ("East", {"Black": 9_000, "White": 1_000})}
    )
    town.stops("2019-06", {("Black", WEST): 1, ("White", WEST): 9, ("Black", EAST): 180, ("White", EAST): 20})
    found = row(disproportionality(Scope(), town.view()))
    assert round(found["ratio"], 2) == 6.24
    assert round(found["ratio_adjusted"], 2) == 1.0
    assert found["adjusted_low"] < 1 < found["adjusted_high"]
    assert (found["adjusted_areas"], found["adjusted_share"]) == (2, 1.0)


def test_a_period_is_pooled_and_not_the_mean_of_its_months(town):
    """10 of 5,000 to 160 of 80,000 is 1; 90 to 40 is 36. Pooled 100 to 200: 8, not (1 + 36) / 2 = 18.5."""
    one_district(town)
    town.stops("2019-05", {"Black": 10, "White": 160})
    town.stops("2019-06", {"Black": 90, "White": 40})
    assert row(disproportionality(Scope(), town.view()))["ratio"] == pytest.approx(8.0)
    made = trend(Scope(), town.view())
    monthly = {(r["month"], r["group"]): r["rate"] for r in json.loads(made.as_json())["table"]}
    assert monthly["2019-05", "Black"] == pytest.approx(2.0)
    assert monthly["2019-06", "Black"] == pytest.approx(18.0)
    assert made.headline == "Lowest 2.0 (May 19), highest 18.0 (Jun 19) per 1,000 Black residents"


# Unknown ethnicity


@pytest.mark.long
def test_a_large_unknown_share_is_said_before_the_number(town):
    """130 of 390 searches are a third. Extremes: 60 to 330, and 190 to 200."""
    one_district(town)
    town.stops("2019-06", {"Black": 60, "White": 200, "Not stated": 100, "Blank": 30})
    finding = disproportionality(Scope(), town.view())
    found = row(finding)
    assert found["unknown_share"] == pytest.approx(1 / 3)
    assert found["ratio_if_unknown_comparator"] == pytest.approx(60 / 5_000 / (330 / 80_000))
    assert found["ratio_if_unknown_group"] == pytest.approx(190 / 5_000 / (200 / 80_000))
    assert found["tipping_share"] is None  # even if all were White the rate of Black people is higher
    said = "Ethnicity is unknown for 33\u00a0% of searches."
    assert finding.answer.startswith(f"{said} As recorded: 12.0 searches")
    assert finding.answer.endswith(
        "a ratio of 4.8 (3.6 to 6.4). If every search of unknown ethnicity were of White people, the ratio would be "
        "2.9; if every one were of Black people, 15.2."
    )
    assert finding.headline == "Unknown ethnicity: 33\u00a0%; as recorded, Black 4.8 times the White rate"
    assert (
        "Self-defined ethnicity is not known for 130 of 390 searches (33\u00a0%): 100 not stated, 30 blank."
        in finding.caveats
    )


@pytest.mark.long
def test_a_range_that_crosses_1_is_said_before_the_number(town):
    one_district(town, PEOPLE | {"Black": 8_000})
    town.stops("2019-06", {"Black": 40, "White": 250, "Asian": 400, "Not stated": 160})
    finding = disproportionality(Scope(), town.view())
    found = row(finding)
    # 40 of 8,000 to 250 of 80,000 is 1.6; 40 to 410 is 0.98; 200 to 250 is 8.
    assert (round(found["ratio"], 2), round(found["ratio_if_unknown_comparator"], 2)) == (1.6, 0.98)
    assert found["low"] > 1
    assert found["unknown_share"] < 0.2
    # (40 + 160 x) / 8,000 = (250 + 160 (1 - x)) / 80,000 has the solution x = 1 / 176.
    assert found["tipping_share"] == pytest.approx(1 / 176)
    assert finding.headline == "Black or White people searched more? Unknown ethnicity leaves it open"
    assert finding.answer.startswith(
        "Ethnicity is unknown for 19\u00a0% of searches, enough to leave open which of the two rates is higher. As "
        "recorded: 5.0 searches"
    )
    assert finding.answer.endswith(
        "If every search of unknown ethnicity were of White people, the ratio would be 0.98; if every one were of "
        "Black people, 8.0."
    )


@pytest.mark.long
def test_a_range_that_crosses_1_is_said_of_an_unclear_difference_too(town):
    one_district(town)
    town.stops("2019-06", {"Black": 12, "White": 200, "Not stated": 20})
    finding = disproportionality(Scope(), town.view())
    assert finding.headline == "No clear difference in search rates of Black and White people"
    assert finding.answer.startswith("Ethnicity is unknown for 9\u00a0% of searches, enough to leave open which")


@pytest.mark.long
def test_a_word_that_no_list_knows_is_counted_apart(town):
    one_district(town)
    town.stops("2019-06", {"Black": 60, "White": 200})
    town.stops("2019-05", {"White": 5}, **{"Self-defined ethnicity": "Martian"})
    finding = rates(Scope(), town.view())
    assert row(finding, "Not recognised")["stops"] == 5
    assert (
        "Self-defined ethnicity is not known for 5 of 265 searches (2\u00a0%): 0 not stated, 0 blank, "
        "5 not in our list of groups." in finding.caveats
    )


@pytest.mark.long
def test_officer_defined_ethnicity_all_blank(town):
    one_district(town)
    town.stops("2019-06", {"Black": 60, "White": 200}, **{"Officer-defined ethnicity": ""})
    scope = Scope(definition="officer")
    for ask in (disproportionality, trend):
        finding = ask(scope, town.view())
        assert finding.refused
        assert finding.answer == (
            "The officer-defined ethnicity is not known for any of the 260 searches by Surrey Police in June 2019, "
            "so groups can't be compared."
        )
    counted = rates(scope, town.view())
    assert counted.answer == (
        "260 searches of persons, June 2019; the officer-defined ethnicity is not known for any of them."
    )
    assert row(counted, "Not stated")["stops"] == 260


def test_whose_word_counts(town):
    one_district(town)
    town.stops("2019-06", {"Black": 60, "White": 200}, **{"Officer-defined ethnicity": "Asian"})
    assert row(rates(Scope(definition="officer"), town.view()), "Asian")["stops"] == 260
    assert row(rates(Scope(), town.view()), "Black")["stops"] == 60


# Gaps, filters, what is left out


@pytest.mark.long
def test_both_words_on_ethnicity_stand_beside_each_other(town):
    """By hand: 60 to 200 by their own word; of them 20 more are Black to the officer, and 20 fewer White."""
    one_district(town)
    own = {"Black": 60, "White": 180}
    town.stops("2019-06", own)
    town.stops("2019-07", {"White": 20}, **{"Officer-defined ethnicity": "Black"})
    finding = disproportionality(Scope(from_month="2019-06", to_month="2019-07"), town.view())
    self, officer = finding.tables["definitions"].to_dict("records")
    assert [row["definition"] for row in (self, officer)] == ["self", "officer"]
    assert [(row["stops"], row["comparator_stops"]) for row in (self, officer)] == [(60, 200), (80, 180)]
    assert [row["ratio"] for row in (self, officer)] == pytest.approx([4.8, 80 / 5 / (180 / 80)])
    alone = row(disproportionality(Scope(definition="officer"), town.view()))
    assert [officer[name] for name in ("low", "high", "excess")] == [alone[name] for name in ("low", "high", "excess")]
    span = near_one.between(officer["low"], officer["high"])
    assert finding.tiles[1].base == f"self-defined; officer-defined 7.1 ({span})"
    said = f"By officer-defined ethnicity the ratio is 7.1 ({span}), with 0\u00a0% of searches unknown."
    assert any(caveat.startswith(said) for caveat in finding.caveats)
    read = reading_table(finding, "definitions").set_index("Figure")
    assert list(read.columns) == ["Self-defined ethnicity", "Officer-defined ethnicity"]
    assert read.loc["Searches", "Officer-defined ethnicity"] == "80 and 180"
    assert [text.replace("<br>", " ") for text in finding.chart().layout.yaxis.ticktext][:2] == [
        "As recorded, self-defined", "As recorded, officer-defined",
    ]  # fmt: skip


def test_missing_months_are_gaps(town):
    one_district(town)
    for month in ("2019-01", "2019-04"):
        town.stops(month, {"Black": 60, "White": 200})
    made = trend(Scope(), town.view())
    gaps = [r for r in json.loads(made.as_json())["table"] if r["month"] in ("2019-02", "2019-03")]
    assert len(gaps) == 10
    assert {r["flag"] for r in gaps} == {"no file for this month"}
    assert {r[name] for r in gaps for name in ("stops", "rate", "low", "high")} == {None}
    said = "No file is loaded for February 2019 and March 2019: a gap, not a zero. Rates are over the months there are."
    assert said in made.caveats
    assert "(2 of 4 months)" in made.answer
    assert row(rates(Scope(), town.view()))["stops"] == 120
    assert made.chart("light") is not None


def test_an_empty_month_is_named(town):
    one_district(town)
    town.stops("2019-05", {"Black": 60, "White": 200})
    town.stops("2019-06", {})
    made = trend(Scope(), town.view())
    june = [r for r in json.loads(made.as_json())["table"] if r["month"] == "2019-06"]
    assert {(r["stops"], r["rate"], r["low"]) for r in june} == {(0, None, None)}
    assert {r["flag"] for r in june if r["group"] == "Black"} == {"no search is recorded as Black"}
    assert made.answer == (
        "12.0 (9.2 to 15.3) searches for every 1,000 Black residents in May 2019, 60 searches of them in the 1 of 2 "
        "months with 10 or more; the others have fewer."
    )
    said = "No search is recorded in the file for June 2019; if searches are missing from it, rates are too low."
    assert said in made.caveats
    assert not any("gap" in caveat for caveat in made.caveats)


def test_a_month_with_nothing_but_an_empty_file(town):
    town.stops("2019-06", {})
    for ask in STOP_AND_SEARCH:
        finding = ask(Scope(), town.view())
        assert finding.refused
        assert finding.answer == "The stop-and-search files of Surrey Police for June 2019 hold no search of a person."


def test_a_month_without_a_file(town):
    town.stops("2019-06", {"Black": 60})
    for ask in STOP_AND_SEARCH:
        finding = ask(Scope(from_month="2018-01", to_month="2018-03"), town.view())
        assert finding.refused
        assert finding.answer == (
            "Surrey Police has no stop-and-search file for January to March 2018; its files are of June 2019."
        )


@pytest.mark.long
def test_searches_of_vehicles_alone_are_left_out(town):
    one_district(town)
    town.stops("2019-05", {"Black": 60, "White": 200})
    town.stops("2019-06", {"White": 70}, Type="Vehicle search")
    town.stops("2019-04", {"White": 30}, Type="Person and Vehicle search")
    finding = rates(Scope(), town.view())
    assert row(finding, "White")["stops"] == 230
    assert "70 vehicle-only searches left out: no person was searched." in finding.caveats


@pytest.mark.long
def test_one_district_of_two(town):
    town.boundaries()
    town.census({town.west: ("West", PEOPLE), town.east: ("East", PEOPLE)})
    town.stops(
        "2019-06",
        {("Black", WEST): 20, ("White", WEST): 40, ("Black", EAST): 60, ("White", EAST): 200, ("Black", None): 7},
    )
    finding = disproportionality(Scope(area=town.east), town.view())
    found = row(finding)
    assert (found["stops"], found["comparator_stops"]) == (60, 200)
    assert round(found["ratio"], 2) == 4.8
    assert (found["ratio_adjusted"], found["adjusted_areas"], found["adjusted_share"]) == (None, None, None)
    assert finding.tiles[-1].value == "not given"
    assert finding.tiles[-1].base == "one district is shown"
    assert row(disproportionality(Scope(), town.view()))["stops"] == 87


@pytest.mark.long
def test_one_power(town):
    one_district(town)
    town.stops("2019-05", {"Black": 60, "White": 200})
    town.stops(
        "2019-06", {"Black": 50, "White": 50}, Legislation="Criminal Justice and Public Order Act 1994 (section 60)"
    )
    section_60 = "Criminal Justice and Public Order Act 1994, section 60"
    assert row(disproportionality(Scope(power=section_60), town.view()))["stops"] == 50
    assert row(disproportionality(Scope(), town.view()))["stops"] == 110
    none = disproportionality(Scope(power=section_60, to_month="2019-05"), town.view())
    assert none.answer == (
        "The stop-and-search files of Surrey Police for May 2019 hold no search of a person "
        "under “Criminal Justice and Public Order Act 1994, section 60”."
    )


@pytest.mark.parametrize("power", ["s60", "Witchcraft Act 1735"])
def test_a_power_that_the_force_never_used_is_refused_with_those_it_has(town, power):
    one_district(town)
    town.stops("2019-06", {"Black": 60, "White": 200})
    for ask in STOP_AND_SEARCH:
        finding = ask(Scope(power=power), town.view())
        assert (finding.refused, finding.answer) == (
            True,
            f"“{power}” is not a power that Surrey Police has searches under; there are: Misuse of Drugs Act 1971, "
            "section 23.",
        )


@pytest.mark.parametrize("name", ["East", "east", "EAST"])
def test_a_district_may_be_named(town, name):
    town.boundaries()
    town.census({town.west: ("West", PEOPLE), town.east: ("East", PEOPLE)})
    town.stops("2019-06", {("Black", EAST): 60, ("White", EAST): 200, ("White", WEST): 50})
    finding = disproportionality(Scope(area=name), town.view())
    assert finding.provenance.scope["area"] == town.east
    assert finding.as_json() == disproportionality(Scope(area=town.east), town.view()).as_json()


def test_the_period_of_two_loads_of_a_month_is_the_later_one(town):
    one_district(town)
    town.stops("2019-06", {"Black": 60, "White": 200})
    town.view()
    town.stops("2019-06", {"Black": 61, "White": 200})
    finding = rates(Scope(), town.view())
    assert row(finding)["stops"] == 61
    assert [file.rows for file in finding.provenance.files if "stop" in file.name] == [261]


# Small numbers


@pytest.mark.long
def test_a_small_group_is_withheld_with_every_figure_of_it(town):
    one_district(town)
    town.stops("2019-06", {"Black": 60, "White": 200, "Asian": 9, "Other": 10})
    finding = rates(Scope(), town.view())
    found = row(finding, "Asian")
    assert {found[name] for name in ("stops", "rate", "low", "high", "dispersion")} == {None}
    assert found["flag"] == "withheld: fewer than 10 searches"
    assert row(finding, "Other")["stops"] == 10
    assert finding.answer.endswith("Asian withheld, fewer than 10 searches; no search is recorded as Mixed.")
    assert (
        "Small counts are withheld so that nobody reads a rate into them, not to keep them secret: that of Asian can "
        "be worked out from the totals, since the files are published." in finding.caveats
    )
    compared = disproportionality(Scope(), town.view())
    asian = row(compared, "Asian")
    assert {v for k, v in asian.items() if k not in ("group", "comparator", "unknown_share", "flag")} == {None}
    assert asian["flag"] == "withheld: fewer than 10 searches"
    assert not any(
        re.search(r"(?<![\d.,])9(?![\d.,])", sentence) for made in (finding, compared) for sentence in sentences(made)
    )


def test_two_small_groups_can_be_worked_out_together_and_it_is_said(town):
    one_district(town)
    town.stops("2019-06", {"Black": 60, "White": 200, "Asian": 9, "Other": 3})
    said = "those of Asian and Other together can be worked out from the totals, and each from the files"
    for ask in (rates, disproportionality):
        caveats = ask(Scope(), town.view()).caveats
        assert any(said in caveat for caveat in caveats)
        assert not any("bound" in caveat for caveat in caveats)


@pytest.mark.long
def test_a_zero_of_published_files_is_shown_without_a_rate(town):
    """Nobody is recorded as Other: the force may not use the category, and the totals give the 0 away exactly."""
    one_district(town)
    for month in ("2019-05", "2019-06"):
        town.stops(month, {"Black": 60, "White": 200, "Asian": 20, "Mixed": 20})
    view = town.view()
    why = "no search is recorded as Other; check whether the force uses this category"
    counted = rates(Scope(), view)
    other = row(counted, "Other")
    assert (other["stops"], other["rate"], other["low"], other["flag"]) == (0, None, None, why)
    notes = [note.text for note in counted.chart().layout.annotations]
    assert not [note for note in notes if "…" in note]
    compared = disproportionality(Scope(), view)
    other = row(compared, "Other")
    assert (other["stops"], other["ratio"], other["flag"]) == (0, None, why)
    said = (
        "No search is recorded as Other in any file of Surrey Police that is loaded; check whether the force uses this "
        "category. The 0 is what the files hold, and no rate is made from it."
    )
    for made in (counted, compared, trend(Scope(), view)):
        assert said in made.caveats
        assert not any("withheld" in sentence for sentence in sentences(made))
    # 200 of 80,000 White and 60 of 5,000 Black residents: 2.5 and 12 of 1,000 residents counted as Other.
    expected = {"about 2 would be expected at the White rate": Scope(group="Other")}
    expected["about 12 would be expected at the Black rate"] = Scope(comparator="Other")
    for said, scope in expected.items():
        refused = disproportionality(scope.but(from_month="2019-06"), view)
        assert (refused.refused, refused.answer) == (
            True,
            f"No search by Surrey Police in June 2019 is recorded as Other, where {said}; check whether the force uses "
            "this category, or choose another group.",
        )
    assert "longer period" not in trend(Scope(group="Other", from_month="2019-06"), view).answer


@pytest.mark.long
def test_a_zero_of_a_group_that_the_force_records_elsewhere_is_no_question_of_the_category(town):
    one_district(town)
    town.stops("2019-05", {"Black": 60, "White": 200, "Other": 20})
    town.stops("2019-06", {"Black": 60, "White": 200})
    last = Scope(from_month="2019-06")
    assert row(rates(last, town.view()), "Other")["flag"] == "no search is recorded as Other"
    assert disproportionality(last.but(group="Other"), town.view()).answer == (
        "No search by Surrey Police in June 2019 is recorded as Other, where about 2 would be expected at the White "
        "rate; choose another group or a longer period."
    )


@pytest.mark.long
def test_a_refusal_names_the_district_and_the_power_that_leave_so_few(town):
    town.boundaries()
    town.census({town.west: ("West", PEOPLE), town.east: ("East", PEOPLE)})
    town.stops("2019-06", {("Black", EAST): 60, ("White", EAST): 200, ("Black", WEST): 3, ("White", WEST): 90})
    scope = Scope(area=town.west, power="Misuse of Drugs Act 1971, section 23")
    where = "under “Misuse of Drugs Act 1971, section 23” in this district"
    assert disproportionality(scope, town.view()).answer.startswith(
        f"Not enough searches: fewer than 10 searches of Black people by Surrey Police in June 2019 {where}; choose"
    )
    assert disproportionality(scope.but(group="Other"), town.view()).answer.startswith(
        f"No search by Surrey Police in June 2019 {where} is recorded as Other, where about 1 "
    )
    assert f"fewer than 10 searches of Black people {where}; choose" in trend(scope, town.view()).answer


@pytest.mark.long
@pytest.mark.parametrize("group", ["Mixed", "Other"])
def test_groups_whose_name_says_nothing_of_people_are_counted_as_them(town, group):
    one_district(town)
    town.stops("2019-06", {"Black": 60, "White": 200, group: 9})
    scope = Scope(group=group)
    assert disproportionality(scope, town.view()).answer == (
        f"Not enough searches: fewer than 10 searches of people counted as {group} by Surrey Police in June 2019; "
        "choose another group."
    )
    town.stops("2019-07", {"White": 200, group: 90})
    made = disproportionality(scope, town.view())
    assert made.headline.startswith(f"People counted as {group} were searched at ")
    assert f"for every 1,000 residents counted as {group} against" in made.answer
    assert not any(f"{group} people" in sentence for sentence in sentences(made))


def test_a_comparison_with_a_small_group_is_refused(town):
    one_district(town)
    town.stops("2019-06", {"Black": 9, "White": 200})
    finding = disproportionality(Scope(), town.view())
    assert finding.refused
    assert finding.answer == (
        "Not enough searches: fewer than 10 searches of Black people by Surrey Police in June 2019; choose another "
        "group."
    )
    figures = finding.table.drop(columns=["group", "comparator", "unknown_share", "flag", "stops", "comparator_stops"])
    assert len(figures) == 4
    assert figures.isna().all(axis=None), "the rows stay, with their reasons; no figure does"
    assert (row(finding)["stops"], row(finding)["comparator_stops"]) == (None, None)
    monthly = trend(Scope(), town.view())
    assert monthly.answer == "June 2019 has fewer than 10 searches of Black people; choose another group."


def test_the_remedy_of_too_few_searches_is_one_that_there_is(town):
    one_district(town)
    for month in ("2019-04", "2019-05", "2019-06"):
        town.stops(month, {"Black": 4, "White": 200})
    town.stops("2019-03", {"White": 20}, Legislation="Criminal Justice and Public Order Act 1994 (section 60)")
    view = town.view()
    last = Scope(from_month="2019-06", to_month="2019-06")
    assert disproportionality(last, view).answer.endswith("in June 2019; choose another group or a longer period.")
    assert trend(Scope(), view).answer == (
        "Every month has fewer than 10 searches of Black people; choose another group."
    )
    drugs = "Misuse of Drugs Act 1971, section 23"
    for ask in (disproportionality, trend):
        assert ask(last.but(power=drugs, area=town.east), view).answer.endswith(
            "; choose another group, a longer period, all powers or the whole force area."
        )


def test_few_expected_searches_are_said(town):
    """12 and 40 searches: at equal rates 52 * 1,000 / 81,000 = 0.6 of the smaller group."""
    one_district(town, PEOPLE | {"Black": 1_000})
    town.stops("2019-06", {"Black": 12, "White": 40})
    finding = disproportionality(Scope(), town.view())
    assert row(finding)["flag"] == "few searches; every interval by chance alone"
    assert finding.caveats[0].startswith("Few searches:")
    assert finding.caveats[1] == INDEPENDENT
    assert finding.headline.startswith("Few searches (12): Black people at ")
    assert "52 searches (few: 12 of Black people): a ratio of" in finding.answer
    assert finding.chart_title == "Rough, on few searches: all three comparisons agree"


def test_two_equal_rates_are_no_clear_difference(town):
    one_district(town, PEOPLE | {"Black": 80_000})
    town.stops("2019-06", {"Black": 52, "White": 50})
    finding = disproportionality(Scope(), town.view())
    assert finding.headline == "No clear difference in search rates of Black and White people"
    assert row(finding)["low"] < 1 < row(finding)["high"]


# Residents


def test_without_a_population_there_are_counts_and_no_rates(town):
    town.stops("2019-06", {"Black": 60, "White": 200})
    why = "No population is loaded, so there are counts but no rates; load a census file by ethnic group."
    counted = rates(Scope(), town.view())
    assert not counted.refused
    assert counted.answer == f"260 searches of persons, June 2019; {why}"
    assert (row(counted)["stops"], row(counted)["rate"]) == (60, None)
    assert INDEPENDENT not in counted.caveats
    assert disproportionality(Scope(), town.view()).answer == why
    assert trend(Scope(), town.view()).answer == f"60 searches of Black people in June 2019. {why}"


def test_without_boundaries_nobody_knows_whose_residents_they_are(town):
    town.census({town.east: ("East", PEOPLE)})
    town.stops("2019-06", {"Black": 60, "White": 200})
    finding = disproportionality(Scope(), town.view())
    assert finding.refused
    assert "Nothing loaded says which local authorities belong to Surrey Police" in finding.answer


def test_without_residents_the_searches_of_each_month_are_counted(town):
    town.stops("2019-05", {"Black": 31, "White": 90, "Asian": 4})
    town.stops("2019-06", {"Black": 60, "White": 200})
    town.stops("2019-08", {"Black": 45, "White": 12})
    finding = trend(Scope(), town.view())
    checked(finding)
    assert not finding.refused
    assert finding.headline == "Lowest 31 (May 19), highest 60 (Jun 19): searches of Black people"
    assert finding.answer.startswith(
        "Searches of Black people in a month: lowest 31 in May 2019, highest 60 in June 2019, May to August 2019 (3 of "
        "4 months), 136 in all; no test of a change was made. "
    )
    counted = finding.table.set_index(["group", "month"])
    assert counted.loc["Black", "stops"].fillna(-1).tolist() == [31, 60, -1, 45]
    assert counted.loc[("Black", "2019-07"), "flag"] == "no file for this month"
    assert counted.loc[("Asian", "2019-05"), "flag"].startswith("withheld")
    assert counted["rate"].isna().all()


def test_with_a_lookup_alone_there_is_a_ratio_and_none_within_districts(town):
    town.lookup({town.east: "East", town.west: "West"})
    town.census({town.east: ("East", PEOPLE), town.west: ("West", PEOPLE)})
    town.stops("2019-06", {"Black": 60, "White": 200})
    finding = disproportionality(Scope(), town.view())
    found = row(finding)
    assert (round(found["ratio"], 2), found["ratio_adjusted"], found["adjusted_share"]) == (4.8, None, 0.0)
    assert "No ratio within districts is given: no boundaries of its districts." in finding.caveats


@pytest.mark.long
def test_a_suppressed_count_is_left_out_and_never_zero(town):
    town.boundaries()
    town.census({town.west: ("West", PEOPLE | {"Black": None}), town.east: ("East", PEOPLE)})
    town.stops("2019-06", {"Black": 60, "White": 200})
    finding = disproportionality(Scope(), town.view())
    assert row(finding)["rate"] == pytest.approx(60 / 5_000 * 1_000)
    assert "1 count of residents left out, suppressed by the publisher: small, not zero." in finding.caveats
    assert "Suppressed counts of residents left out: 1" in finding.provenance.rules


@pytest.mark.long
def test_a_group_whose_residents_are_all_suppressed(town):
    one_district(town, PEOPLE | {"Black": None})
    town.stops("2019-06", {"Black": 60, "White": 200, "Asian": 50})
    why = "Census 2021 holds no residents counted as Black, so there is no rate to compare."
    for scope in (Scope(), Scope(group="Asian", comparator="Black")):
        finding = disproportionality(scope, town.view())
        assert (finding.refused, finding.answer) == (True, why)
    assert trend(Scope(), town.view()).answer == why
    asian = disproportionality(Scope(group="Asian"), town.view())
    assert row(asian, "Black")["flag"] == "no residents counted as Black"
    assert row(asian, "Black")["ratio"] is None
    assert not asian.refused


@pytest.mark.long
def test_searches_of_one_group_without_a_place(town):
    """No search of Black people lies in a district, so there is nothing to compare within districts."""
    town.boundaries()
    town.census({town.west: ("West", PEOPLE), town.east: ("East", PEOPLE)})
    town.stops("2019-06", {("Black", None): 20, ("White", WEST): 100, ("White", EAST): 100})
    finding = disproportionality(Scope(), town.view())
    assert row(finding)["ratio_adjusted"] is None
    why = "no search of Black people lies in a district"
    assert finding.tiles[-1].base == why
    assert f"No ratio within districts is given: {why} that has residents." in finding.caveats


@pytest.mark.long
def test_one_district_that_outweighs_the_other(town):
    """Opposite gaps in two districts leave an interval of many powers of ten, which says nothing."""
    town.boundaries()
    town.census({town.west: ("West", PEOPLE), town.east: ("East", PEOPLE)})
    town.stops("2019-06", {("Black", WEST): 300, ("White", WEST): 100, ("Black", EAST): 1, ("White", EAST): 400})
    finding = disproportionality(Scope(), town.view())
    assert row(finding)["ratio_adjusted"] is None
    assert finding.tiles[-1].base == "too uneven: 50\u00a0% lie in East"
    assert (
        "No ratio within districts is given: the districts are too uneven. 401 of the 801 searches of both groups that "
        "have a district lie in East, and the interval would be more than 100-fold wide or can't be told."
        in finding.caveats
    )


@pytest.mark.long
@pytest.mark.parametrize(
    "name", ["[x](http://a.example) **b** <script>alert(1)</script>", "=1+1", "a,b\"c'd", "Æ and Ø", "“"]
)
def test_hostile_names_of_areas(town, name):
    town.boundaries((name, f"{name} and more"))
    town.census({town.east: (name, PEOPLE)})
    town.stops("2019-06", {("Black", EAST): 60, ("White", EAST): 200})
    for ask in STOP_AND_SEARCH:
        finding = ask(Scope(), town.view())
        assert json.loads(finding.as_json())["refused"] is False
        assert (finding.chart("dark") is None) == (ask is trend)  # one month has no course
    missing = [caveat for caveat in disproportionality(Scope(), town.view()).caveats if "are missing from" in caveat]
    assert len(missing) == 1


# What cannot be asked


def test_nothing_loaded(town):
    for ask in STOP_AND_SEARCH:
        finding = ask(Scope(), town.view())
        assert (finding.refused, finding.answer) == (True, "No stop-and-search file is loaded.")
        assert json.loads(finding.as_json())["table"] == []
        assert finding.chart() is None


@pytest.mark.parametrize(
    ("scope", "sentence"),
    [
        (Scope("kent"), "No stop-and-search file of Kent Police is loaded."),
        (
            Scope(group="Asian", comparator="Asian"),
            "Asian can't be compared with itself; choose another group to compare with.",
        ),
        (Scope(area="E07000001"), "“E07000001” is not a district of Surrey Police with a boundary loaded."),
    ],
    ids=["unknown force", "one group twice", "unknown area"],
)
def test_a_scope_that_cannot_be_answered(town, scope, sentence):
    one_district(town)
    town.stops("2019-06", {"Black": 60, "White": 200})
    for ask in STOP_AND_SEARCH:
        finding = ask(scope, town.view())
        assert (finding.refused, finding.answer, finding.headline) == (True, sentence, sentence)


def test_provenance_names_every_file_that_counts(town):
    one_district(town)
    town.stops("2019-05", {"Black": 60, "White": 200})
    town.stops("2019-06", {"Black": 60, "White": 200}, force="kent")
    provenance = disproportionality(Scope("surrey"), town.view()).provenance
    assert sorted(file.name for file in provenance.files) == [
        "2019-05-surrey-stop-and-search.csv",
        "census.csv",
        "districts.geojson",
        "lookup.csv",
    ]
    assert provenance.scope == {
        "force": "surrey",
        "from": "2019-05",
        "to": "2019-05",
        "group": "Black",
        "comparator": "White",
        "definition": "self",
        "power": "all",
        "population": "Census 2021",
    }
    assert provenance.base == "260 searches of persons, May 2019, by self-defined ethnicity"
    assert provenance.settings["Searches withheld below"] == "10"
    assert provenance.settings["Boundary sets preferred"] == "The one with most areas"


def test_the_boundary_sets_of_the_settings_are_printed(town, monkeypatch):
    one_district(town)
    town.stops("2019-06", {"Black": 60, "White": 200})
    view = town.view()
    changed = Settings(boundary_sets="LAD22 districts, LAD19 districts")
    monkeypatch.setattr("analytics.findings.searches.settings", lambda: changed)
    made = rates(Scope(), view).provenance.settings
    assert made["Boundary sets preferred"] == "LAD22 districts and LAD19 districts"


# Months


DOUBLED = ("2019-02", "2019-04", "2019-06")
SIX = ("2019-01", "2019-02", "2019-03", "2019-04", "2019-05", "2019-06")


def six_months(town, people=PEOPLE, more=2):
    """Two districts, and months in which every group is searched so many times as often in both."""
    town.boundaries()
    town.census({town.west: ("West", people), town.east: ("East", people)})
    for month in SIX:
        times = more if month in DOUBLED else 1
        counts = {("Black", WEST): 20, ("White", WEST): 60, ("Black", EAST): 30, ("White", EAST): 80}
        town.stops(month, {cell: round(count * times) for cell, count in counts.items()})


@pytest.mark.long
def test_what_moves_every_group_and_district_alike_widens_the_rates_and_not_the_ratio(town):
    """Months of 50 and 100: variance 750 over a mean of 75 is a factor of 10, by the split between groups under 1."""
    six_months(town)
    view = town.view()
    found = row(disproportionality(Scope(), view))
    months = [50, 100, 50, 100, 50, 100]
    phi = np.var(months, ddof=1) / np.mean(months)
    assert phi == pytest.approx(10)
    kurtosis = float(stats.nbinom.stats(75 / (phi - 1), 1 / phi, moments="k"))
    df = 2 / (2 / 5 + kurtosis / 6)
    factor = phi * (stats.t.ppf(0.975, df) / stats.norm.ppf(0.975)) ** 2
    assert found["rate_dispersion"] == pytest.approx(factor)
    x = 450 / factor
    for name, tail in (("rate_low", 0.025), ("rate_high", 0.975)):
        mean = found[name] / 1_000 * 10_000 / factor
        assert (stats.gamma.cdf(mean, x) + stats.gamma.cdf(mean, x + 1)) / 2 == pytest.approx(tail)
    assert row(rates(Scope(), view))["dispersion"] == found["rate_dispersion"]
    assert (row(rates(Scope(), view))["low"], found["flag"]) == (found["rate_low"], "")
    assert 1 / found["low"] * found["ratio"] < 1.25 < found["rate"] / found["rate_low"]


@pytest.mark.long
def test_the_difference_takes_the_groups_together_month_by_month(town):
    six_months(town)
    found = row(disproportionality(Scope(), town.view()))
    monthly = np.array([50, 100] * 3) / 10 - np.array([140, 280] * 3) / 160
    # The comparator's months are as far apart and hold more searches: fewer degrees of freedom, which decide.
    phi = np.var([140, 280] * 3, ddof=1) / 210
    df = 2 / (2 / 5 + float(stats.nbinom.stats(210 / (phi - 1), 1 / phi, moments="k")) / 6)
    black = np.var([50, 100] * 3, ddof=1) / 75
    df = min(df, 2 / (2 / 5 + float(stats.nbinom.stats(75 / (black - 1), 1 / black, moments="k")) / 6))
    low, high = stats.t.interval(0.95, df, monthly.mean(), stats.sem(monthly))
    assert (found["difference_low"], found["difference_high"]) == pytest.approx((6 * low, 6 * high))


def test_a_month_that_moves_every_district_alike_has_the_interval_of_its_own_searches(town):
    """Two districts and six months have 5 degrees of freedom, too few; the months stand in, which are wider."""
    six_months(town)
    monthly = json.loads(trend(Scope(), town.view()).as_json())["table"]
    whole = row(rates(Scope(), town.view()))["dispersion"]
    assert {r["dispersion"] for r in monthly if r["group"] == "Black"} == {whole}


@pytest.mark.long
def test_two_months_leave_chance_alone_and_say_so(town):
    one_district(town)
    for month in ("2019-05", "2019-06"):
        town.stops(month, {"Black": 60, "White": 200})
    view = town.view()
    for ask in (rates, trend):
        made = ask(Scope(), view)
        assert INDEPENDENT in made.caveats[:2]
        black = [r for r in json.loads(made.as_json())["table"] if r["group"] == "Black"]
        assert {(r["flag"], r["dispersion"]) for r in black} == {("interval by chance alone", None)}
    assert made.headline == "12.0 in each month shown for every 1,000 Black residents"
    assert "rates, the difference and the excess" not in disproportionality(Scope(), view).caveats[1]
    low = stats.gamma.ppf(0.025, 120) / 5
    assert row(rates(Scope(), view))["low"] == pytest.approx(low, rel=0.01)


def test_the_lowest_and_the_highest_month_are_told_with_their_intervals(town):
    six_months(town, more=1.2)
    made = trend(Scope(), town.view())
    assert made.headline == "Lowest 5.0 (Jan 19), highest 6.0 (Feb 19) per 1,000 Black residents"
    low, high = (
        next(r for r in json.loads(made.as_json())["table"] if (r["month"], r["group"]) == (month, "Black"))
        for month in ("2019-01", "2019-02")
    )
    assert made.answer == (
        f"Searches for every 1,000 Black residents in a month: lowest 5.0 ({low['low']:.1f} to {low['high']:.1f}) in "
        f"January 2019, highest 6.0 ({high['low']:.1f} to {high['high']:.1f}) in February 2019, January to June 2019, "
        "330 searches of them; no test of a change was made."
    )


def test_a_month_whose_range_says_nothing_has_none_and_the_sentence_says_so(town):
    """Two districts can't tell how far searches of a month vary; the doubled months do, and leave few independent."""
    six_months(town)
    made = trend(Scope(), town.view())
    black = {one["month"]: one for one in json.loads(made.as_json())["table"] if one["group"] == "Black"}
    low, high = black["2019-01"], black["2019-02"]
    factor = low["dispersion"]
    assert stats.gamma.ppf(0.975, 50 / factor + 0.5) > 10 * stats.gamma.ppf(0.025, 50 / factor + 0.5)
    assert (low["low"], low["high"]) == (None, None)
    assert "no range of the rate" in low["flag"]
    assert high["low"] is not None
    assert f"lowest 5.0 (no range) in January 2019, highest 10.0 ({high['low']:.1f} to" in made.answer
    assert any(said.startswith("The searches came in bursts: ") for said in made.caveats)


# What to bear in mind


@pytest.mark.long
def test_fairness_and_missing_residents_come_before_the_gaps(town):
    town.boundaries()
    town.census({town.east: ("East", PEOPLE)})
    for month in ("2019-01", "2019-04"):
        town.stops(month, {"Black": 60, "White": 200}, **{"Officer-defined ethnicity": ""})
    town.stops("2019-05", {})
    caveats = disproportionality(Scope(), town.view()).caveats
    assert caveats[0].startswith("The intervals of the ratio and the excess take searches as independent")
    assert caveats[1].startswith("The residents of West are missing from Census 2021.")
    assert caveats[2] == FAIRNESS
    assert FAIRNESS == (
        "A disparity is not proof of discrimination, and no disparity is not proof of fairness. These tests can "
        "disagree; read them together."
    )
    assert [c for c in caveats if c.startswith("No file is loaded")]


def test_several_areas_that_are_missing_are_one_sentence(town):
    town.census({town.east: ("East", PEOPLE)})
    town.lookup({town.east: "East", town.west: "West", "E07000214": "Far", "E07000212": "Near"})
    town.stops("2019-06", {"Black": 60, "White": 200})
    missing = [c for c in disproportionality(Scope(), town.view()).caveats if "missing" in c]
    assert missing == [
        "The residents of West, Far and Near are missing from Census 2021. Searches there are counted and their "
        "residents are not, so every rate is too high."
    ]


def test_the_share_of_the_unknown_that_would_make_the_rates_equal_is_said(town):
    one_district(town, PEOPLE | {"Black": 8_000})
    town.stops("2019-06", {"Black": 40, "White": 250, "Asian": 400, "Not stated": 160})
    made = disproportionality(Scope(), town.view())
    said = "If 1\u00a0% of the searches of unknown ethnicity were of Black people and the rest of White people, "
    assert f"{said}both rates would be the same." in made.caveats
    read = reading_table(made).set_index("Figure")
    assert read.loc["Share of unknown ethnicity for equal rates", "Black"] == "1\u00a0%"


@pytest.mark.long
def test_searches_that_lie_nowhere_are_counted_in_one_sentence(town):
    town.boundaries()
    town.census({town.west: ("West", PEOPLE), town.east: ("East", PEOPLE)})
    town.stops("2019-06", {("Black", EAST): 60, ("White", EAST): 200, ("White", None): 7, ("Black", (2.0, 55.0)): 1})
    said = (
        "7 searches were published without coordinates and 1 lies outside every district that is loaded; they count in "
        "every figure but the ratio within districts."
    )
    for ask in STOP_AND_SEARCH:
        assert said in ask(Scope(), town.view()).caveats
    assert not any("coordinates" in c for c in rates(Scope(area=town.east), town.view()).caveats)


@pytest.mark.long
def test_searches_in_districts_that_the_census_lacks_have_a_place_all_the_same(town):
    """Every search lies in West, which has no row: the refusal is not that they have no place."""
    town.boundaries()
    town.census({town.east: ("East", PEOPLE)})
    town.stops("2019-06", {("Black", WEST): 60, ("White", WEST): 200})
    made = disproportionality(Scope(), town.view())
    found = row(made)
    assert (found["placed_share"], found["adjusted_share"]) == (1.0, 0.0)
    why = "0\u00a0% of searches lie in districts that Census 2021 has residents of"
    assert made.tiles[-1].base == why
    assert f"No ratio within districts is given: {why}." in made.caveats


@pytest.mark.long
def test_searches_without_a_place_are_another_reason(town):
    town.boundaries()
    town.census({town.west: ("West", PEOPLE), town.east: ("East", PEOPLE)})
    town.stops("2019-06", {("Black", EAST): 60, ("White", None): 200})
    made = disproportionality(Scope(), town.view())
    assert row(made)["placed_share"] == pytest.approx(60 / 260)
    assert made.tiles[-1].base == "23\u00a0% of searches lie in a district"


@pytest.mark.long
def test_more_searches_than_residents_say_little_and_not_where_people_live(town):
    one_district(town, PEOPLE | {"Black": 20})
    town.stops("2019-06", {"Black": 60, "White": 200})
    made = disproportionality(Scope(), town.view())
    assert made.headline == "More searches than residents: a rate for each resident says little"
    assert "live" not in made.headline + made.answer
    assert made.chart_title == "For the record: a rate for each resident says little here"
    assert row(made)["flag"].endswith("more searches than residents")
    assert [tile.base.endswith("; says little") for tile in made.tiles] == [True, True, True, True, False, False]
    alone = rates(Scope(), town.view())
    assert alone.caveats[0] in made.answer
    assert row(alone)["flag"].endswith("more searches than residents")
    assert row(alone, "White")["flag"] == "interval by chance alone"


# What a card can hold, and what is said first


@pytest.mark.parametrize(
    ("ratio", "card"),
    [(4.8, "4.8 times"), (10.4, "10 times"), (133.4, "133 times"), (1234.5, "1,234"), (0.73, "0.73"), (1.004, "1.004")],
)
def test_a_ratio_on_a_card_is_never_cut(ratio, card):
    assert _short_times(ratio) == card


def test_a_rate_on_a_card_is_never_cut():
    assert [_short_rate(rate) for rate in (12.3, 0.97, 0.0021, 1_139.9, 1_123_456.7)] == [
        "12.3",
        "0.97",
        "0.002",
        "1,139.9",
        "1,123,457",
    ]


@pytest.mark.long
def test_the_range_of_unknown_ethnicity_stands_under_its_share(town):
    one_district(town)
    town.stops("2019-06", {"Black": 60, "White": 200, "Not stated": 40})
    tile = disproportionality(Scope(), town.view()).tiles[4]
    assert (tile.label, tile.value, tile.interval, tile.base) == (
        "Unknown ethnicity",
        "13\u00a0%",
        "4.0 to 8.0 times",
        "if none or all were Black",
    )
    town.stops("2019-07", {"Black": 60, "White": 200})
    none = disproportionality(Scope(from_month="2019-07"), town.view()).tiles[4]
    assert (none.value, none.interval) == ("none", "")


def test_a_wide_range_is_said_at_once_after_the_number_however_few_are_unknown(town):
    """30 of 290 are unknown. Extremes: 12 to 248 of 80,000 and 42 to 218: 3.5 times the lower one, and more than 1."""
    one_district(town, PEOPLE | {"Black": 1_000})
    town.stops("2019-06", {"Black": 12, "White": 218, "Asian": 30, "Not stated": 30})
    finding = disproportionality(Scope(), town.view())
    found = row(finding)
    assert found["unknown_share"] < 0.2
    assert found["ratio_if_unknown_group"] / found["ratio_if_unknown_comparator"] == pytest.approx(42 / 12 * 248 / 218)
    assert finding.headline == "Few searches (12): Black people at 4.4 times the White rate"
    assert finding.answer.startswith("12.0 searches for every 1,000 Black residents against 2.7 for White residents")
    assert finding.answer.endswith(
        " If every search of unknown ethnicity (10\u00a0%) were of White people, the ratio would be 3.9; if every one "
        "were of Black people, 15.4."
    )
    assert (
        "Range of unknown ethnicity said beside the ratio: its upper end is 4.0 times the lower one, more than 3"
        in finding.provenance.rules
    )


def test_a_narrow_range_of_few_unknown_is_not_said_first(town):
    one_district(town)
    town.stops("2019-06", {"Black": 60, "White": 200, "Not stated": 20})
    finding = disproportionality(Scope(), town.view())
    assert finding.answer.startswith("12.0 searches")
    assert "unknown ethnicity" not in finding.answer
    assert not [rule for rule in finding.provenance.rules if "nknown ethnicity said" in rule]


@pytest.mark.long
def test_an_unclear_difference_is_not_called_a_range_of_times(town):
    one_district(town, PEOPLE | {"Black": 1_000})
    town.stops("2019-06", {"Black": 12, "White": 900, "Not stated": 30})
    finding = disproportionality(Scope(), town.view())
    found = row(finding)
    assert found["low"] < 1 < found["high"]
    assert 1 < found["ratio_if_unknown_comparator"] < found["ratio_if_unknown_group"] / 3
    assert finding.headline == "No clear difference in search rates of Black and White people"
    assert "If every search of unknown ethnicity (3\u00a0%) were of White people, " in finding.answer


@pytest.mark.long
def test_the_numbers_of_searches_on_a_page_are_reconciled(town):
    one_district(town)
    town.stops("2019-05", {"Black": 60, "White": 200, "Asian": 50, "Not stated": 20})
    town.stops("2019-06", {"White": 7}, Type="Vehicle search")
    assert (
        "337 rows counted: 330 of persons, 260 of them of the two groups compared and 20 of unknown ethnicity."
        in disproportionality(Scope(), town.view()).caveats
    )


@pytest.mark.long
def test_other_months_that_are_loaded_are_named(town):
    one_district(town)
    for month in ("2019-01", "2019-02", "2019-04", "2019-06"):
        town.stops(month, {"Black": 60, "White": 200})
    for ask in STOP_AND_SEARCH:
        caveats = ask(Scope(from_month="2019-04", to_month="2019-04"), town.view()).caveats
        assert "Also loaded, outside this period: January to February 2019 and June 2019." in caveats
        assert not any("Also loaded" in caveat for caveat in ask(Scope(), town.view()).caveats)


@pytest.mark.long
def test_a_month_far_above_the_others_is_named(town):
    one_district(town)
    for month, searches in (("2019-01", 200), ("2019-02", 190), ("2019-03", 560), ("2019-04", 210)):
        town.stops(month, {"Black": 60, "White": searches - 60})
    said = (
        "The file of Surrey Police for March 2019 has 560 rows, 2.8 times the median of the other months within a year "
        "of it: see whether it holds more than its month; it weighs heavily on every figure."
    )
    for ask in (*STOP_AND_SEARCH, months):
        assert said in ask(Scope(), town.view()).caveats
    assert not any("median" in caveat for caveat in rates(Scope(from_month="2019-04"), town.view()).caveats)


def test_one_month_has_a_sentence_and_no_chart(town):
    one_district(town)
    town.stops("2019-05", {"Black": 60, "White": 200})
    town.stops("2019-06", {"Black": 60, "White": 200})
    assert trend(Scope(), town.view()).chart() is not None
    one = trend(Scope(from_month="2019-06"), town.view())
    assert one.chart() is None
    assert one.answer.startswith("12.0 (")


def test_one_name_for_unknown_ethnicity(town):
    one_district(town)
    town.stops("2019-06", {"Black": 60, "White": 200, "Not stated": 30, "Blank": 10})
    view = town.view()
    compared, counted = disproportionality(Scope(), view), rates(Scope(), view)
    assert "Unknown ethnicity" in {tile.label for tile in compared.tiles}
    assert any("unknown ethnicity" in str(label) for label in compared.chart().layout.yaxis.ticktext)
    assert "If unknown ethnicity were all or none" in set(reading_table(compared)["Figure"])
    read = reading_table(counted).set_index("Group")
    assert read.loc["Unknown ethnicity", "Searches"] == "40"
    assert "Not stated" not in read.index


# The scope that is printed


@pytest.mark.parametrize("key", [key for key in QUESTIONS if key.startswith(("stop_and_search.", "data."))])
def test_a_printed_scope_is_one_that_can_be_asked(golden_town, key, capsys):
    """The command line takes back what it printed, and answers the same."""
    view = golden_town.view()
    asked = Scope(area=golden_town.east, group="Asian", comparator="Black").only(QUESTIONS[key].takes)
    for scope in (Scope(), asked, Scope("kent")):
        first = QUESTIONS[key].answer(scope, view)
        printed = dict(first.provenance.scope)
        assert set(printed) <= set(QUESTIONS[key].takes)
        words = [part for name, value in printed.items() for part in ("--scope", f"{name}={value}")]
        assert main(["answer", key, "--store", str(golden_town.store.root), *words]) == 0
        assert json.loads(capsys.readouterr().out) == json.loads(first.as_json())


# Every force of June 2019


SHOWN = {"White": "White - ", "Black": "Black", "Asian": "Asian", "Mixed": "Mixed", "Other": "Other ethnic group - A"}


@pytest.fixture(scope="session")
def june_2019(real_files):
    """Searches of persons by force and broad group, counted with the csv module straight from the files."""
    counts = {}
    for path in sorted((real_files / "police_uk" / "2019-06").glob("*-stop-and-search.csv*")):
        content = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        force = path.name.removeprefix("2019-06-").partition("-stop-and-search")[0]
        persons = [r for r in csv.DictReader(io.StringIO(content.decode("utf-8-sig"))) if r["Type"] != "Vehicle search"]
        counts[force] = Counter(broad(r["Self-defined ethnicity"]) for r in persons)
    return counts


def broad(value):
    """The broad group by the first words of a published value."""
    return next((group for group, start in SHOWN.items() if value.startswith(start)), "Not stated")


def checked(finding):
    """A finding as read back from its JSON, with what must hold of every one."""
    read = json.loads(finding.as_json(), parse_constant=lambda constant: pytest.fail(constant))
    assert read["answer"].strip()
    assert read["answer"].endswith(".")
    assert read["headline"].strip()
    assert finding.refused or len(read["headline"]) < 70, read["headline"]
    for sentence in sentences(finding):
        assert not CAUSAL.search(sentence), sentence
        assert not re.search(r"nan|None|NA>|inf\b|  ", sentence), sentence
    return read


def check_intervals(record, names):
    for low, estimate, high in names:
        if record[estimate] is None:
            assert record[low] is None
            assert record[high] is None
        else:
            assert record[low] <= record[estimate] <= record[high], (low, record)


@pytest.mark.parametrize("force", sorted(forces()))
def test_every_force_of_june_2019(real_store, june_2019, force):
    scope = Scope(force, from_month="2019-06", to_month="2019-06")
    view = real_store.view()
    made = {ask.__name__: ask(scope, view) for ask in STOP_AND_SEARCH}
    read = {name: checked(finding) for name, finding in made.items()}
    for name, finding in made.items():
        printed = dict(finding.provenance.scope)
        assert set(printed) <= set(QUESTIONS[finding.key].takes)
        assert QUESTIONS[finding.key].answer(Scope.of(printed), view).as_json() == finding.as_json(), name
    for finding in made.values():
        if finding.key != "stop_and_search.trend":
            assert finding.refused == (finding.chart("light") is None) or not finding.table["rate"].notna().any()
        else:
            assert finding.chart("light") is None  # one month has no course
        assert not any(len(tile.value) > 9 or len(tile.label) > 20 for tile in finding.tiles)
    if force not in june_2019:
        name = forces()[force]["short"]
        assert {made["answer"] for made in read.values()} == {
            f"{name} has no stop-and-search file for June 2019; its files are of April to September 2018."
            if choices.months(view, force)
            else f"No stop-and-search file of {name} is loaded."
        }
        return
    expected = june_2019[force]
    # Counts, and of withheld groups that they are small: nothing is lost between the file and the answer.
    assert not read["rates"]["refused"]
    for record in read["rates"]["table"]:
        group = record["group"]
        if record["stops"] is None:
            assert 0 < expected[group] < 10
            assert record["flag"] == "withheld: fewer than 10 searches"
            assert (record["rate"], record["low"], record["high"]) == (None, None, None)
        else:
            assert record["stops"] == expected[group]
            assert record["stops"] >= 10 or record["stops"] == 0 or group == "Not stated"
            if record["stops"] == 0 and group != "Not stated":
                assert record["flag"].startswith(f"no search is recorded as {group}")
                assert record["rate"] is None
        check_intervals(record, [("low", "rate", "high")])
    assert read["rates"]["provenance"]["base"].startswith(
        f"{expected.total():,} search{'es' if expected.total() != 1 else ''} of persons"
    )
    assert f"{expected.total():,} searches of persons" in read["rates"]["answer"]
    for record in read["disproportionality"]["table"]:
        small = min(expected[record["group"]], expected["White"]) < 10
        assert (record["ratio"] is None) == small
        none = 0 in (expected[record["group"]], expected["White"])
        assert record["flag"].startswith("no search is recorded" if none else "withheld") == small
        if small:
            continue
        check_intervals(
            record,
            [
                ("low", "ratio", "high"),
                ("rate_low", "rate", "rate_high"),
                ("comparator_rate_low", "comparator_rate", "comparator_rate_high"),
                ("difference_low", "difference", "difference_high"),
                ("excess_low", "excess", "excess_high"),
                ("adjusted_low", "ratio_adjusted", "adjusted_high"),
                ("ratio_if_unknown_comparator", "ratio", "ratio_if_unknown_group"),
            ],
        )
        assert record["unknown_share"] == pytest.approx(expected["Not stated"] / expected.total())
        # One figure has one interval, wherever it stands.
        (alone,) = [r for r in read["rates"]["table"] if r["group"] == record["group"]]
        assert (record["rate_low"], record["rate_high"]) == (alone["low"], alone["high"])
    for record in read["trend"]["table"]:
        check_intervals(record, [("low", "rate", "high")])
    refused = read["disproportionality"]["refused"]
    if force == "btp":
        assert refused
        assert read["disproportionality"]["answer"] == (
            "British Transport Police has no area of its own, so there are no residents to set its searches against; "
            "what needs none is told below."
        )
    elif force == "city-of-london":
        assert refused
        assert (
            "Census 2021 counts the residents of City of London and Westminster in one row"
            in (read["disproportionality"]["answer"])
        )
        older = checked(rates(scope.but(population="Census 2011"), view))
        assert "for every 1,000 residents" in older["answer"]
    else:
        assert refused == (min(expected["Black"], expected["White"]) < 10)


def test_city_of_london_with_the_older_census(real_store):
    finding = disproportionality(Scope("city-of-london", population="Census 2011"), real_store.view())
    read = checked(finding)
    assert not read["refused"]
    # Residents of the City at the Census 2011 (QS201EW): 7,375, of them 5,799 White and 193 Black.
    (black,) = [r for r in read["table"] if r["group"] == "Black"]
    assert black["rate"] == pytest.approx(black["stops"] / 193 * 1_000)
    assert black["comparator_rate"] == pytest.approx(black["comparator_stops"] / 5_799 * 1_000)
    assert read["headline"] == "More searches than residents: a rate for each resident says little"
    assert "gap" not in finding.chart_title
    assert [tile.value for tile in finding.tiles][1] == "10 times"


@pytest.mark.parametrize(
    ("force", "ends"),
    [("dyfed-powys", ("2.7", "38.4")), ("lancashire", ("2.0", "26.7")), ("surrey", ("3.3", "14.7"))],
)
def test_wide_ranges_of_real_forces_are_said_beside_the_ratio(real_store, force, ends):
    """Their ends stand after the ratio itself, which leads: 2.3 of Lancashire is not "2.0 to 26.7"."""
    made = disproportionality(Scope(force), real_store.view())
    ratio = near_one.times(row(made)["ratio"])
    assert made.headline == f"Black people were searched at {ratio} times the White rate, as recorded"
    first, last = (
        f"a ratio of {ratio} (",
        f"were of White people, the ratio would be {ends[0]}; if every one were of Black",
    )
    assert made.answer.index(first) < made.answer.index(last)
    assert f"people, {ends[1]}." in made.answer
    assert any(rule.startswith("Range of unknown ethnicity said beside") for rule in made.provenance.rules)


def test_the_range_of_the_metropolitan_is_narrow_enough(real_store):
    made = disproportionality(Scope("metropolitan"), real_store.view())
    assert made.headline == "Black people were searched at 4.6 times the rate of White people"


def test_eighteen_searches_are_called_few_and_the_end_near_1_is_told_from_it(real_store):
    made = disproportionality(Scope("cambridgeshire"), real_store.view())
    ratio = near_one.times(row(made)["ratio"])
    assert made.headline == f"Few searches (18): Black people at {ratio} times the White rate"
    assert "(few: 18 of Black people)" in made.answer
    assert "4.8 (1.05 to 22.0) among people of the same districts" in made.answer
    assert made.tiles[-1].interval == "1.05 to 22.0 times"
    assert made.caveats[0].startswith("Few searches")
    assert made.caveats[1] == INDEPENDENT


def test_the_west_midlands_recorded_nobody_as_other(real_store):
    made = rates(Scope("west-midlands"), real_store.view())
    other = row(made, "Other")
    assert (other["stops"], other["rate"]) == (0, None)
    assert other["flag"] == "no search is recorded as Other; check whether the force uses this category"
    assert not any("withheld" in sentence for sentence in sentences(made))


def test_october_2020_stands_out_in_surrey(real_store):
    made = disproportionality(Scope("surrey"), real_store.view())
    said = [caveat for caveat in made.caveats if "times the median" in caveat]
    assert said == list(months(Scope("surrey"), real_store.view()).caveats)
    assert said[0].startswith("The file of Surrey Police for October 2020 has 1,290 rows, 2.6 times the median")


def test_bedfordshire_shows_its_whole_year(real_store):
    made = rates(Scope("bedfordshire"), real_store.view())
    assert (made.provenance.scope["from"], made.provenance.scope["to"]) == ("2019-01", "2019-12")
    assert "Also loaded, outside this period: March 2023." in made.caveats


def test_why_section_60_of_the_metropolitan_has_no_ratio_within_districts(real_store):
    power = "Criminal Justice and Public Order Act 1994, section 60"
    made = disproportionality(Scope("metropolitan", power=power), real_store.view())
    (why,) = [caveat for caveat in made.caveats if caveat.startswith("No ratio within districts")]
    assert "1,026 of the 2,225 searches of both groups that have a district lie in Kensington and Chelsea" in why
    assert made.tiles[-1].base == "too uneven: 46\u00a0% lie in Kensington and Chelsea"


@pytest.mark.parametrize("force", ["dorset", "northamptonshire"])
def test_searches_in_districts_younger_than_the_census(real_store, force):
    """Districts of 2019 and 2021 are not in the Census 2011: the searches have a place, and no residents there."""
    scope = Scope(force, from_month="2019-06", to_month="2019-06", population="Census 2011")
    made = disproportionality(scope, real_store.view())
    assert row(made)["placed_share"] > 0.9
    assert row(made)["adjusted_share"] == 0.0
    assert made.tiles[-1].base == "0\u00a0% of searches lie in districts that Census 2011 has residents of"


@pytest.mark.parametrize("force", ["surrey", "lancashire"])
def test_every_pair_of_groups_and_both_definitions(real_store, force):
    groups = ("White", "Black", "Asian", "Mixed", "Other")
    view = real_store.view()
    for definition in ("self", "officer"):
        for group in groups:
            for comparator in groups:
                scope = Scope(force, group=group, comparator=comparator, definition=definition)
                finding = disproportionality(scope, view)
                checked(finding)
                assert group != comparator or finding.answer.startswith(f"{group} can't be compared with itself")


def test_every_question_answers_without_a_scope(real_store):
    for question in QUESTIONS.values():
        finding = question.answer(Scope(), real_store.view())
        made = checked(finding)
        assert (made["key"], made["question"]) == (question.key, question.asks)
        assert [sentence for sentence in sentences_of(finding) if blocked(sentence, finding.claim)] == []


def test_a_ratio_that_another_count_clearly_moves_says_so_at_once(real_store):
    """The intervals by the officer's word and by the older census lie wholly above that shown."""
    made = disproportionality(Scope("lancashire"), real_store.view())
    shown, others = row(made), made.tables["definitions"].iloc[1:]
    assert (others["low"] > shown["high"]).all()
    assert "Counted otherwise the ratio is 4.4 (3.8 to 5.1) by officer-defined ethnicity" in made.answer
    older = made.tables["denominators"].query("residents_source == 'Census 2011'").iloc[0]
    assert older["ratio"] == pytest.approx(96 / older["population"] / (5_401 / older["comparator_population"]))
    assert made.caveats[0].startswith(f"By another source of residents the ratio is {near_one.times(older['ratio'])} (")
    assert f", {older['population']:,.0f} Black and {older['comparator_population']:,.0f} White" in made.caveats[0]


def test_a_ratio_made_of_two_kinds_of_powers_says_both(real_store):
    """4.2 of 21,541 and 19,995 searches on grounds, 12.0 of 2,689 and 879 without: divided by hand."""
    made = disproportionality(Scope("metropolitan", from_month="2018-04", to_month="2018-09"), real_store.view())
    assert [round(x / y / (24_230 / 20_874) * row(made)["ratio"], 1) for x, y in ((21_541, 19_995), (2_689, 879))] == [
        4.2, 12.0,
    ]  # fmt: skip
    (said,) = [one for one in made.caveats if "two kinds of powers" in one]
    assert "4.2 (4.1 to 4.4) under powers that need grounds and 12.0 (10.5 to 13.9)" in said
    assert "Under which power" in said


# More than half unknown


def test_of_mostly_unknown_ethnicity_nothing_is_told_by_group(real_store):
    """West Midlands, 2019: officers' word is blank in 16,614 of 23,347 searches, and two groups alone are recorded."""
    view, scope = real_store.view(), Scope("west-midlands", definition="officer")
    for ask in (disproportionality, trend):
        made = ask(scope, view)
        assert made.refused
        assert "not known for 71\u00a0% of them" in made.answer
        assert "choose self-defined ethnicity" in made.answer
    made = rates(scope, view)
    assert made.headline == "23,347 searches of persons, year to December 2019"
    assert "with more than half unknown, neither a rate nor a ratio of groups says anything" in made.answer
    assert {one["group"]: one["stops"] for one in json.loads(made.as_json())["table"]}["Asian"] == 6_003
    assert made.table["rate"].isna().all()


def test_much_unknown_ethnicity_is_said_before_every_rate(real_store):
    """Bedfordshire: 26 % of 2,786 searches are of nobody known; by officers 1 %."""
    view = real_store.view()
    for ask in (rates, trend):
        assert ask(Scope("bedfordshire"), view).answer.startswith(
            "Ethnicity is unknown for 26\u00a0% of searches. As recorded: "
        )
        assert "Ethnicity is unknown" not in ask(Scope("bedfordshire", definition="officer"), view).answer


def test_a_ratio_that_no_unknown_ethnicity_turns_says_so(real_store):
    """Metropolitan, 2018: 11,323 unknown. White rate with all of them 7.4, far from 20.7 (by hand)."""
    made = disproportionality(Scope("metropolitan", from_month="2018-04", to_month="2018-09"), real_store.view())
    assert (
        "Even if every search of unknown ethnicity were of White people, the Black rate would be the higher one."
        in made.caveats
    )
    assert made.chart_title == "The gap remains in all five comparisons"


def test_without_a_search_it_is_said_how_many_would_be_expected(real_store):
    """Cumbria, June 2019: 94 of 96 searches are of White people."""
    made = disproportionality(Scope("cumbria"), real_store.view())
    assert "is recorded as Black, where fewer than 1 would be expected at the White rate; check" in made.answer
