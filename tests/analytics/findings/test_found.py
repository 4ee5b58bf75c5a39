"""What searches found and what followed them: rules, powers apart, what the files don't say, and published files."""

from __future__ import annotations

import csv
import gzip
import io
import json
import re
from collections import Counter

import numpy as np
import pytest
from statsmodels.stats.contingency_tables import StratifiedTable
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint

from analytics.disparity import searches_above
from analytics.findings.stop_and_search import FAIRNESS, find_rates, outcomes
from analytics.findings.stop_and_search.find_rates import ANYTHING, APART, infra_marginality
from analytics.findings.stop_and_search.followed import NOTHING
from analytics.findings.stop_and_search.shared import LEAST_KNOWN
from analytics.reading import reading_table, reading_titles
from analytics.scope import Scope
from data import counting, publishing
from data.demo.truth import TRUTH
from data.publishing import recount
from data.settings import settings
from data.vocabularies import forces, vocabulary
from tests.analytics.conftest import EAST, ETHNICITY, WEST
from tests.gaps import newcombe

NFA, ARREST = "A no further action disposal", "Arrest"
DRUGS = "Misuse of Drugs Act 1971 (section 23)"
SECTION_1 = "Police and Criminal Evidence Act 1984 (section 1)"
SECTION_60 = "Criminal Justice and Public Order Act 1994 (section 60)"
ORDER = "Sentencing Act 2020 (section 342E)"
NOT_SUSPECTED = APART["no suspicion"]


def searched(group, number, outcome=NFA, linked="", point=EAST, power=DRUGS, looked_for="Controlled drugs", **cells):
    """As many rows of a file."""
    row = {
        "Type": "Person search",
        "Self-defined ethnicity": ETHNICITY[group],
        "Officer-defined ethnicity": group,
        "Legislation": power,
        "Object of search": looked_for,
        "Outcome": outcome,
        "Outcome linked to object of search": linked,
        **({"Longitude": str(point[0]), "Latitude": str(point[1])} if point else {}),
        **cells,
    }
    return [row] * number


def of(group, found, linked, rest, **more):
    """Searches of which some found something, some of these linked; the rest found nothing."""
    return [
        *searched(group, linked, ARREST, "True", **more),
        *searched(group, found - linked, ARREST, "False", **more),
        *searched(group, rest, **more),
    ]


@pytest.fixture
def write(town):
    """A function that writes months of rows and gives the view."""

    def run(**months):
        for month, rows in months.items():
            name = f"{month[1:5]}-{month[5:]}-surrey-stop-and-search.csv"
            town.write(name, town.police_csv([part for rows_of in rows for part in rows_of]))
        return town.view()

    return run


def rows_of(finding, table="find_rates", **where):
    read = json.loads(finding.as_json())["tables"][table]
    return [row for row in read if all(row[name] == value for name, value in where.items())]


def row_of(finding, table="find_rates", **where):
    where = {"stratum": ANYTHING, **where} if table == "find_rates" else where
    (found,) = rows_of(finding, table, **where)
    return found


JUNE = {"m201906": [of("Black", 40, 30, 60), of("White", 90, 60, 210)]}
"""Black: 40 of 100 found something, 30 of these linked. White: 90 of 300, and 60."""


# Golden examples


def test_find_rates_by_both_rules_have_wilsons_interval(write):
    """One month: statsmodels has the same intervals of rates (Wilson) and of their difference (Newcombe)."""
    finding = find_rates(Scope(), write(**JUNE))
    for rule, group, found, base in (
        ("broad", "Black", 40, 100),
        ("broad", "White", 90, 300),
        ("strict", "Black", 30, 100),
        ("strict", "White", 60, 300),
        ("broad", "Everyone", 130, 400),
    ):
        row = row_of(finding, group=group, rule=rule)
        low, high = proportion_confint(found, base, method="wilson")
        assert (row["searches"], row["found"], row["flag"]) == (base, found, "interval by chance alone")
        assert (row["rate"], row["low"], row["high"]) == pytest.approx((found / base, low, high), rel=1e-9)
    for rule, found, other in (("broad", 40, 90), ("strict", 30, 60)):
        gap = row_of(finding, "gaps", rule=rule, compared="As a whole")
        low, high = confint_proportions_2indep(found, 100, other, 300, method="newcomb", compare="diff")
        assert (gap["gap"], gap["low"], gap["high"]) == pytest.approx((0.1, low, high), abs=1e-8)
        assert gap["base"] == 400
        assert gap["p_value"] is None
    assert finding.headline == "Find rates on grounds, not tested: Black 40\u00a0%, White 30\u00a0%"
    assert finding.answer == (
        "An outcome other than no further action followed 40\u00a0% (31 to 50\u00a0%) of the searches of Black people "
        "and 30\u00a0% (25 to 35\u00a0%) of those of White people under powers that need grounds, June 2019, 400 "
        "searches: a difference that was not tested (between −1 and +21 points)."
    )
    assert (
        "By outcomes that the file links to what was looked for 30\u00a0% (22 to 40\u00a0%) of searches of Black "
        "people and 20\u00a0% (16 to 25\u00a0%) of White people: a difference that was not tested (between +1 and +20 "
        "points)."
    ) in finding.caveats
    assert {FAIRNESS, infra_marginality()} <= set(finding.caveats)
    assert any("take searches as independent" in caveat for caveat in finding.caveats)
    assert "No difference was tested: fewer than 3 months can't show how far searches vary." in finding.caveats


@pytest.mark.long
def test_nothing_is_called_clear_on_one_or_two_months_however_large(write):
    """80 of 100 against 30 of 300 in each: clear by chance alone, and clumps can't be seen before the third month."""
    rows = [of("Black", 80, 80, 20), of("White", 30, 30, 270)]
    for number, month in enumerate(("m201906", "m201905", "m201904"), 1):
        finding = find_rates(Scope(), write(**{month: rows}))
        gap = row_of(finding, "gaps", rule="broad", compared="As a whole")
        (drugs,) = rows_of(finding, "objects")
        if number < 3:
            assert (gap["p_value"], drugs["p_value"], drugs["q_value"], drugs["verdict"]) == (None, None, None, "")
            assert finding.headline.startswith("Find rates on grounds, not tested: ")
            assert not any("clearly differ" in said for said in (finding.answer, *finding.caveats))
        else:
            assert max(gap["p_value"], drugs["p_value"]) < 1e-3
            assert drugs["verdict"] == "clearly above"
            assert finding.headline == "Find rates on grounds differ: Black 80\u00a0%, White 10\u00a0%"


def test_gaps_are_called_clear_all_together_and_never_by_an_interval_alone(write, monkeypatch):
    """Q-values as statsmodels has them over the gaps of both rules; at a rate below them nothing is clear."""
    months = {"m201906": (30, 60), "m201905": (34, 66), "m201904": (28, 72)}
    rows = {
        month: [of("Black", found, 30, 70), of("White", other, 20, 230)] for month, (found, other) in months.items()
    }
    view = write(**rows)
    finding = find_rates(Scope(), view)
    gaps = [row for row in rows_of(finding, "gaps") if row["p_value"] is not None]
    assert len(gaps) == 2
    expected = multipletests([row["p_value"] for row in gaps], method="fdr_bh")[1]
    assert [row["q_value"] for row in gaps] == pytest.approx(expected)
    assert "2 gaps tested" in " ".join(finding.provenance.rules)
    sides = {row["rule"]: (row["low"] > 0, row["verdict"]) for row in gaps}
    assert sides["strict"] == (True, "above")
    monkeypatch.setenv("CONFIDENCE_FALSE_DISCOVERY", str(min(expected) / 2))
    settings.cache_clear()
    gaps = rows_of(find_rates(Scope(), view), "gaps")
    assert {row["verdict"] for row in gaps if row["p_value"] is not None} == {"not clearly different"}
    settings.cache_clear()


def test_months_are_what_repeats(write):
    """Three months: the variance of the rate is that of the months, written out here (Cochran 1977, 3.12)."""
    counts = [(10, 50), (30, 60), (20, 40)]
    months = {
        f"m20190{month}": [of("Black", x, x, n - x), of("White", 60, 60, 140)] for month, (x, n) in enumerate(counts, 4)
    }
    found, base = (np.array(column, dtype=float) for column in zip(*counts, strict=True))
    row = row_of(find_rates(Scope(), write(**months)), group="Black", rule="broad")
    share = found.sum() / base.sum()
    held = base / base.sum()
    variance = ((found - share * base) ** 2 / (1 - held)).sum() / base.sum() ** 2
    assert row["rate"] == pytest.approx(0.4)
    assert row["flag"] == ""
    # Wilson's interval solves (p - q)^2 = c q (1 - q): c from both ends is the same, and wider than that of chance.
    ends = [(share - end) ** 2 / (end * (1 - end)) for end in (row["low"], row["high"])]
    assert ends[0] == pytest.approx(ends[1], rel=1e-9)
    # c = t^2 / n*, n* = p (1 - p) / V, with t of 1 to 2 degrees of freedom: between 4.303 and 12.706.
    t = np.sqrt(ends[0] * share * (1 - share) / variance)
    assert 4.302 < t < 12.707


def test_the_gap_within_districts_is_mantel_and_haenszels(write, town):
    """Alike in each district and apart as a whole; statsmodels pools the risk ratios."""
    town.boundaries()
    cells = {EAST: ((60, 100), (12, 20)), WEST: ((4, 20), (20, 100))}
    months = [
        of(group, found, found, base - found, point=point)
        for point, pair in cells.items()
        for group, (found, base) in zip(("Black", "White"), pair, strict=True)
    ]
    finding = find_rates(Scope(), write(m201906=[*months, of("Black", 20, 20, 0, point=None)]))
    within = row_of(finding, "gaps", rule="broad", compared="Within districts")
    assert within["gap"] == pytest.approx(0, abs=1e-12)
    assert (within["areas"], within["base"], within["searches"]) == (2, 240, 120)
    tables = [[[a, m - a], [b, n - b]] for (a, m), (b, n) in cells.values()]
    assert within["ratio"] == pytest.approx(StratifiedTable([np.array(t) for t in tables]).riskratio_pooled, rel=1e-9)
    assert within["low"] < 0 < within["high"]
    whole = row_of(finding, "gaps", rule="broad", compared="As a whole")
    assert whole["gap"] == pytest.approx(84 / 140 - 32 / 120)
    assert "Within the same districts: " in finding.answer
    assert finding.headline == "Find rates on grounds, not tested: Black 60\u00a0%, White 27\u00a0%"
    assert any("they count in every figure but the gap within districts" in caveat for caveat in finding.caveats)
    east = find_rates(Scope(area=town.east), town.view())
    one = row_of(east, "gaps", rule="broad", compared="Within districts")
    assert (one["gap"], one["flag"]) == (None, "not given: one district is shown")
    assert row_of(east, group="Black", rule="broad")["searches"] == 100


def test_without_boundaries_there_is_no_gap_within_districts(write):
    within = row_of(find_rates(Scope(), write(**JUNE)), "gaps", rule="broad", compared="Within districts")
    assert (within["gap"], within["flag"]) == (None, "not given: no boundaries of its districts")


def test_too_few_searches_with_a_place_give_no_gap_within_districts(write, town):
    town.boundaries()
    rows = [of("Black", 40, 30, 60, point=None), of("White", 90, 60, 210, point=None)]
    rows += [of(group, 12, 12, 12, point=point) for group in ("Black", "White") for point in (EAST, WEST)]
    within = row_of(find_rates(Scope(), write(m201906=rows)), "gaps", rule="broad", compared="Within districts")
    assert (within["gap"], within["flag"]) == (None, "not given: 19\u00a0% of searches lie in a district")


# Which searches


@pytest.mark.long
@pytest.mark.parametrize("power", [SECTION_60, "Police and Criminal Evidence Act 1984 (section 6)"])
def test_powers_without_suspicion_never_enter_the_rate_of_grounds(write, town, power):
    before = find_rates(Scope(), write(**JUNE))
    apart = [of("Black", 50, 50, 0, power=power), of("White", 20, 10, 180, power=power)]
    finding = find_rates(Scope(), write(m201906=[*JUNE["m201906"], *apart]))
    name = {"stratum": NOT_SUSPECTED}
    assert [row for row in rows_of(finding) if row["stratum"] != NOT_SUSPECTED] == rows_of(before)
    assert finding.tables["gaps"].equals(before.tables["gaps"])
    assert [(row["group"], row["found"], row["searches"]) for row in rows_of(finding, rule="broad", **name)] == [
        ("Everyone", 70, 250),
        ("White", 20, 200),
        ("Black", 50, 50),
    ]
    assert any(f"{NOT_SUSPECTED[1:]}: 250" in caveat for caveat in finding.caveats)
    alone = find_rates(Scope(power=vocabulary("powers").lookup(power)["name"]), town.view())
    assert alone.refused
    assert "need no suspicion, so they are in no find rate of grounds; they stand apart in the table." in alone.answer
    assert {row["stratum"] for row in rows_of(alone) if row["searches"]} == {NOT_SUSPECTED}


def test_orders_and_unknown_powers_are_told_apart(write):
    rows = [*JUNE["m201906"], of("White", 15, 15, 5, power=ORDER), of("White", 14, 14, 0, power="Witchcraft Act 1735")]
    finding = find_rates(Scope(), write(m201906=[*rows, of("White", 16, 16, 0, power="")]))
    apart = {row["stratum"]: row["searches"] for row in rows_of(finding, rule="broad", group="White")}
    assert apart[APART["order"]] == 20
    assert apart[APART[""]] == 30
    assert apart[ANYTHING] == 300


def test_every_power_has_a_class_that_the_strata_know():
    assert {row["class"] for row in vocabulary("powers").rows} == {"reasonable grounds", *APART} - {""}
    assert NOTHING in {row["outcome"] for row in vocabulary("outcomes").rows}


def test_objects_are_strata_that_add_up(write):
    rows = [
        of("Black", 40, 30, 60),
        of("White", 90, 60, 210),
        of("White", 11, 11, 30, looked_for="Stolen goods"),
        of("White", 12, 12, 8, looked_for=""),
    ]
    finding = find_rates(Scope(), write(m201906=rows))
    white = {row["stratum"]: (row["searches"], row["found"]) for row in rows_of(finding, group="White", rule="broad")}
    assert white == {
        ANYTHING: (361, 113),
        "Controlled drugs": (300, 90),
        "Stolen goods": (41, 11),
        "Object not recorded": (20, 12),
    }
    assert [row["group"] for row in rows_of(finding, stratum="Stolen goods", rule="broad")] == ["Everyone", "White"]


def test_groups_are_compared_where_the_same_was_looked_for(write):
    """By hand, thrice: for drugs 60 of 100 against 90 of 300, for weapons 20 of 80 against 21 of 80.

    The intervals are statsmodels', with as many searches as the gaps of the months leave. Both tested together:
    Benjamini and Hochberg's q is twice the smaller p-value, and the larger one.
    """
    for_weapons = {"looked_for": "Offensive weapons", "power": SECTION_1}
    for_fireworks = {"looked_for": "Fireworks", "power": SECTION_1}
    rows = [
        of("Black", 60, 60, 40),
        of("White", 90, 90, 210),
        of("Black", 20, 20, 60, **for_weapons),
        of("White", 21, 21, 59, **for_weapons),
        of("Black", 30, 30, 0, looked_for="Offensive weapons", power=SECTION_60),
        of("Black", 3, 3, 40, **for_fireworks),
        of("White", 40, 40, 40, **for_fireworks),
        of("White", 20, 20, 20, looked_for=""),
    ]
    finding = find_rates(Scope(), write(m201904=rows, m201905=rows, m201906=rows))
    drugs, weapons, fireworks = rows_of(finding, "objects")
    for row, name, (x, n, y, m) in (
        (drugs, "Controlled drugs", (180, 300, 270, 900)),
        (weapons, "Offensive weapons", (60, 240, 63, 240)),
    ):
        assert (row["stratum"], row["found"], row["searches"]) == (name, x, n)
        assert (row["comparator_found"], row["comparator_searches"], row["base"]) == (y, m, n + m)
        low, high = newcombe(x / 3, n / 3, y / 3, m / 3, months=3)
        assert (row["gap"], row["low"], row["high"]) == pytest.approx((x / n - y / m, low, high), abs=1e-8)
    assert (drugs["verdict"], weapons["verdict"]) == ("clearly above", "not clearly different")
    assert drugs["q_value"] == pytest.approx(2 * drugs["p_value"])
    assert weapons["q_value"] == pytest.approx(weapons["p_value"])
    assert (fireworks["gap"], fireworks["found"], fireworks["verdict"]) == (None, None, "")
    assert fireworks["flag"] == "withheld: fewer than 10 searches that found something"
    low, high = (round(100 * drugs[end]) for end in ("low", "high"))
    assert (
        "In searches for the same thing, 2 kinds tested together, find rates clearly differ for drugs: "
        "60\u00a0% of searches of Black people and 30\u00a0% of White people, +30 points "
        f"(+{low} to +{high} points); of the others none clearly."
    ) in finding.caveats


@pytest.mark.long
def test_a_rate_of_all_below_every_known_group_is_said_and_drawn(write):
    """40 of 100, 90 of 300 and 10 of 200 of unknown ethnicity: 140 of 600 is 23 %, below 30 and 40 %."""
    finding = find_rates(Scope(), write(m201906=[*JUNE["m201906"], of("Not stated", 10, 5, 190)]))
    assert finding.caveats[0] == (
        "Of all searches together, those of unknown ethnicity among them, 23\u00a0% had such an outcome, below the "
        "rate of every known group: of those of unknown ethnicity 5\u00a0% had."
    )
    assert list(finding.chart().layout.yaxis.ticktext) == [
        "White", "Black", "Asian", "Mixed", "Other", "Unknown ethnicity",
    ]  # fmt: skip
    between = find_rates(Scope(), write(m201906=[*JUNE["m201906"], of("Not stated", 70, 5, 130)]))
    assert not any("of every known group" in caveat for caveat in between.caveats)
    alone = find_rates(Scope(), write(**JUNE))
    assert "Unknown ethnicity" not in alone.chart().layout.yaxis.ticktext


@pytest.mark.long
def test_objects_that_cannot_be_right_are_said(write):
    """Under the power to search for drugs three quarters of 400 searches are said to be for drugs."""
    rows = [of("Black", 40, 30, 60), of("White", 90, 60, 110), of("White", 20, 20, 80, looked_for="Stolen goods")]
    finding = find_rates(Scope(), write(m201906=rows))
    assert (
        "Of the 400 searches by Surrey Police in June 2019 under “Misuse of Drugs Act 1971, section 23”, the power to "
        "search for drugs, 75\u00a0% are said to be for drugs: the objects in the file can't be right, and "
        "find rates by what was looked for say nothing."
    ) in finding.caveats
    assert finding.tables["objects"].empty
    assert not any("can't be right" in caveat for caveat in find_rates(Scope(), write(**JUNE)).caveats)


def test_vehicles_alone_are_left_out(write):
    rows = [*JUNE["m201906"], of("Black", 30, 30, 0, Type="Vehicle search")]
    finding = find_rates(Scope(), write(m201906=rows))
    assert row_of(finding, group="Black", rule="broad")["searches"] == 100
    assert "30 vehicle-only searches left out: no person was searched." in finding.caveats


def test_whose_word_counts(write):
    rows = [*JUNE["m201906"], of("Not stated", 20, 20, 20, **{"Officer-defined ethnicity": "Black"})]
    view = write(m201906=rows)
    assert row_of(find_rates(Scope(), view), group="Not stated", rule="broad")["searches"] == 40
    seen = find_rates(Scope(definition="officer"), view)
    assert row_of(seen, group="Black", rule="broad")["searches"] == 140
    assert "Ethnicity is what the officer saw; officers rarely record Mixed." in seen.caveats


# What the files don't say


@pytest.mark.long
def test_where_links_are_not_said_the_strict_rate_is_refused_in_words(write):
    """Of 130 searches with an outcome 104 say whether it is linked: four fifths. One less is too few."""
    rows = [of("Black", 40, 40, 60), of("White", 64, 24, 210), searched("White", 26, ARREST, "")]
    view = write(m201906=rows)
    finding = find_rates(Scope(), view)
    assert row_of(finding, group="Everyone", rule="strict")["known_share"] == pytest.approx(LEAST_KNOWN)
    assert row_of(finding, group="Everyone", rule="strict")["found"] == 64
    # Of White people 64 of 90 outcomes are said to be linked or not: no strict rate of theirs, and no gap.
    white = row_of(finding, group="White", rule="strict")
    assert (white["rate"], white["searches"]) == (None, None)
    assert white["flag"] == "not given: whether an outcome was linked is said for 71\u00a0%"
    assert row_of(finding, "gaps", rule="strict", compared="As a whole")["gap"] is None
    assert row_of(finding, group="White", rule="broad")["found"] == 90
    assert any("count both ways: strict find rates run from none of them" in caveat for caveat in finding.caveats)
    less = find_rates(Scope(), write(m201906=[*rows, searched("White", 1, ARREST, "")]))
    assert {row["rate"] for row in rows_of(less, rule="strict", group="Everyone")} == {None}
    said = (
        "Whether the outcome was linked to what was looked for is said for 79\u00a0% of the searches with an outcome "
        "but no further action, and for 26\u00a0% of all, so no strict find rate is given."
    )
    assert said in less.caveats
    assert not less.refused
    assert not any("By outcomes that the file links" in caveat for caveat in less.caveats)


def with_blanks(group, linked, not_linked, blank, rest):
    """Searches with an outcome that is linked, is not, or of which that is left out; the rest found nothing."""
    return [*of(group, linked + not_linked, linked, rest), *searched(group, blank, ARREST, "")]


def test_links_that_are_left_out_count_both_ways(write):
    """By hand. Black: 20 linked and 5 left out of 100, so 20 to 25 %. White: 30 and 15 of 300, so 10 to 15 %.

    The gap is 20 - 15 = 5 points at least and 25 - 10 = 15 at most. With those outcomes left out it would be clear
    (20 of 95 against 30 of 285: 2 to 20 points), over the whole range it is not.
    """
    rows = [with_blanks("Black", 20, 15, 5, 60), with_blanks("White", 30, 45, 15, 210)]
    finding = find_rates(Scope(), write(m201906=rows))
    for group, linked, blank, base in (("Black", 20, 5, 100), ("White", 30, 15, 300), ("Everyone", 50, 20, 400)):
        row = row_of(finding, group=group, rule="strict")
        assert (row["searches"], row["found"], row["rate"]) == (base, linked, None)
        assert row["low_if_none"] == pytest.approx(linked / base)
        assert row["high_if_all"] == pytest.approx((linked + blank) / base)
        assert row["low"] == pytest.approx(proportion_confint(linked, base, method="wilson")[0], rel=1e-9)
        assert row["high"] == pytest.approx(proportion_confint(linked + blank, base, method="wilson")[1], rel=1e-9)
        assert row["flag"] == "interval by chance alone; a range: some links are not given"
    gap = row_of(finding, "gaps", rule="strict", compared="As a whole")
    assert (gap["gap"], gap["rate"], gap["ratio"]) == (None, None, None)
    assert (gap["least_gap"], gap["most_gap"]) == (pytest.approx(0.05), pytest.approx(0.15))
    low, _ = confint_proportions_2indep(20, 100, 45, 300, method="newcomb", compare="diff")
    _, high = confint_proportions_2indep(25, 100, 30, 300, method="newcomb", compare="diff")
    assert (gap["low"], gap["high"]) == (pytest.approx(low, abs=1e-8), pytest.approx(high, abs=1e-8))
    left_out = confint_proportions_2indep(20, 95, 30, 285, method="newcomb", compare="diff")
    assert low < 0 < left_out[0]
    assert gap["p_value"] is None
    assert finding.caveats[0] == (
        "By outcomes that the file links to what was looked for, whatever the links that it leaves out would say: 20 "
        "to 25\u00a0% (13 to 34\u00a0%) of searches of Black people and 10 to 15\u00a0% (7 to 19\u00a0%) of White "
        "people: a difference that was not tested (between −3 and +25 points)."
    )
    read = reading_table(finding).query("Group == 'Black' and Found == 'an outcome linked to what was looked for'")
    assert set(read["Find rate"]) == {"20 to 25\u00a0% (13 to 34\u00a0%)"}
    read = reading_table(finding, "gaps").query("Found == 'an outcome linked to what was looked for'")
    assert read.iloc[0]["Gap, points"] == "+5 to +15 (−3 to +25)"


def test_a_difference_that_holds_whatever_is_left_out_is_told(write):
    """By hand, in each of three months: 50 to 55 of 100 against 30 to 45 of 300, so 35 to 45 points."""
    rows = [with_blanks("Black", 50, 20, 5, 25), with_blanks("White", 30, 45, 15, 210)]
    finding = find_rates(Scope(), write(m201904=rows, m201905=rows, m201906=rows))
    gap = row_of(finding, "gaps", rule="strict", compared="As a whole")
    assert (gap["least_gap"], gap["most_gap"]) == (pytest.approx(0.35), pytest.approx(0.45))
    assert gap["low"] > 0.2
    assert gap["p_value"] < 0.001
    assert any(": a difference of +35 to +45 points (" in caveat for caveat in finding.caveats)


def test_ends_on_both_sides_of_none_are_never_clear(write):
    """By hand, in each of three months: 100 to 120 of 500 against 110 to 130: 6 points fewer to 2 more."""
    rows = [with_blanks("Black", 100, 60, 20, 320), with_blanks("White", 110, 60, 20, 310)]
    finding = find_rates(Scope(), write(m201904=rows, m201905=rows, m201906=rows))
    gap = row_of(finding, "gaps", rule="strict", compared="As a whole")
    assert (gap["least_gap"], gap["most_gap"]) == (pytest.approx(-0.06), pytest.approx(0.02))
    assert (gap["low"] < 0 < gap["high"], gap["p_value"]) == (True, 1)


def test_within_districts_links_that_are_left_out_count_both_ways(write, town):
    """The ends are Mantel and Haenszel's difference with every link left out given to one group or to the other."""
    town.boundaries()
    cells = {EAST: ((20, 5, 100), (12, 4, 120)), WEST: ((30, 4, 90), (40, 8, 240))}
    rows = [
        [
            *searched(group, linked, ARREST, "True", point=point),
            *searched(group, blank, ARREST, "", point=point),
            *searched(group, base - linked - blank, NFA, point=point),
            *searched(group, 30, ARREST, "False", point=point),
        ]
        for point, pair in cells.items()
        for group, (linked, blank, base) in zip(("Black", "White"), pair, strict=True)
    ]
    within = row_of(find_rates(Scope(), write(m201906=rows)), "gaps", rule="strict", compared="Within districts")
    ends = []
    for more_a, more_b in ((0, 1), (1, 0)):
        tops = [
            ((a + more_a * u) * (n + 30) - (b + more_b * v) * (m + 30)) / (m + n + 60)
            for (a, u, m), (b, v, n) in cells.values()
        ]
        ends.append(sum(tops) / sum((m + 30) * (n + 30) / (m + n + 60) for (*_, m), (*_, n) in cells.values()))
    assert (within["least_gap"], within["most_gap"]) == pytest.approx(tuple(ends))
    assert within["gap"] is None
    assert within["low"] < ends[0] < ends[1] < within["high"]


def test_where_every_link_is_given_the_range_is_one_rate(write):
    finding = find_rates(Scope(), write(**JUNE))
    row = row_of(finding, group="Black", rule="strict")
    assert (row["rate"], row["low_if_none"], row["high_if_all"]) == pytest.approx((0.3, 0.3, 0.3))
    gap = row_of(finding, "gaps", rule="strict", compared="As a whole")
    assert (gap["gap"], gap["least_gap"], gap["most_gap"]) == pytest.approx((0.1, 0.1, 0.1))
    broad = row_of(finding, group="Black", rule="broad")
    assert (broad["low_if_none"], broad["high_if_all"]) == (None, None)


def test_no_further_action_that_is_linked_found_nothing_and_is_said(write):
    rows = [*JUNE["m201906"], searched("White", 100, NFA, "True")]
    finding = find_rates(Scope(), write(m201906=rows))
    for rule, found in (("broad", 90), ("strict", 60)):
        row = row_of(finding, group="White", rule=rule)
        assert (row["searches"], row["found"]) == (400, found)
    assert (
        "Of 100 searches the file links “no further action” to what was looked for; nothing counts as found there."
    ) in finding.caveats


def test_outcomes_that_are_not_given_are_in_no_rate(write):
    rows = [*JUNE["m201906"], searched("Black", 10, ""), searched("White", 10, "Sent to the moon")]
    finding = find_rates(Scope(), write(m201906=rows))
    row = row_of(finding, group="Black", rule="broad")
    assert (row["searches"], row["found"], row["known_share"]) == (100, 40, pytest.approx(100 / 110))
    said = (
        "What followed is not given, or not in our list, for 20 of 420 searches (5\u00a0%); they are in no find rate."
    )
    assert said in finding.caveats


def test_where_so_few_outcomes_are_given_there_is_no_find_rate(write):
    finding = find_rates(Scope(), write(m201906=[*JUNE["m201906"], searched("White", 200, "")]))
    assert finding.refused
    assert finding.answer == (
        "What followed is given for 67\u00a0% of the 600 searches by Surrey Police in June 2019 under powers that need "
        "grounds: too few for a find rate."
    )
    assert row_of(finding, group="Black", rule="broad")["rate"] == pytest.approx(0.4)


def test_where_so_few_are_given_of_one_group_there_is_no_comparison(write):
    """Of all 89 % say what followed, of Black people 67 %."""
    finding = find_rates(Scope(), write(m201906=[*JUNE["m201906"], searched("Black", 50, "")]))
    assert finding.answer == (
        "What followed is given for 67\u00a0% of the 150 searches of Black people by Surrey Police in June 2019 under "
        "powers that need grounds: too few for a find rate."
    )
    assert row_of(finding, group="White", rule="broad")["rate"] == pytest.approx(0.3)


# Small numbers


def test_small_counts_are_withheld_with_what_is_made_of_them(write):
    rows = [*JUNE["m201906"], of("Asian", 9, 9, 41), of("Mixed", 4, 4, 5), searched("Other", 40)]
    finding = find_rates(Scope(), write(m201906=rows))
    few = row_of(finding, group="Asian", rule="broad")
    assert (few["searches"], few["found"], few["rate"], few["low"]) == (50, None, None, None)
    assert few["flag"] == "withheld: fewer than 10 searches that found something"
    mixed = row_of(finding, group="Mixed", rule="broad")
    assert {mixed[name] for name in ("searches", "found", "rate", "low", "high", "known_share")} == {None}
    assert mixed["flag"] == "withheld: fewer than 10 searches"
    none = row_of(finding, group="Other", rule="broad")
    assert (none["searches"], none["found"], none["rate"], none["flag"]) == (40, 0, None, "nothing was found")
    text = " ".join([finding.headline, finding.answer, *finding.caveats])
    assert not re.search(r"(?<![\d.,])[49](?![\d.,])", text)


@pytest.mark.parametrize(
    ("rows", "that"),
    [
        ([of("Black", 5, 5, 4), of("White", 90, 60, 210)], ""),
        ([of("Black", 9, 9, 91), of("White", 90, 60, 210)], " that found something"),
    ],
)
def test_a_group_with_too_few_is_refused_and_the_others_shown(write, rows, that):
    finding = find_rates(Scope(), write(m201906=rows))
    assert finding.refused
    assert finding.answer == (
        f"Not enough searches: fewer than 10 searches of Black people by Surrey Police in June 2019{that}; choose "
        "another group."
    )
    assert row_of(finding, group="White", rule="broad")["found"] == 90


# Words


def test_both_pairs_of_bars_give_the_rates_that_are_said():
    """Simoiu, Corbett-Davies and Goel 2017: 71 and 64 % searched, 39 and 44 % of them found, either way round."""
    pairs = [((0.3, 0.352, 28.98), (0.351, 0.3878, 26.48)), ((0.304, 0.354, 30.59), (0.254, 0.3385, 6.19))]
    for pair in pairs:
        shown = [searches_above(*group) for group in pair]
        assert [round(100 * one.search_rate) for one in shown] == [71, 64]
        assert [round(100 * one.find_rate) for one in shown] == [39, 44]
    assert pairs[0][0][0] < pairs[0][1][0]
    assert pairs[1][0][0] > pairs[1][1][0]
    assert "71\u00a0% of one group and 64\u00a0% of another" in infra_marginality()
    assert "39\u00a0% and 44\u00a0% of these searches" in infra_marginality()


def test_tables_read_and_the_chart_draws(write):
    view = write(**JUNE)
    rates, followed = find_rates(Scope(), view), outcomes(Scope(), view)
    assert list(reading_titles(rates).values()) == ["Find rates", "Gap between groups", "Gap for the same object"]
    for finding, table in ((rates, "find_rates"), (rates, "gaps"), (rates, "objects"), (followed, "outcomes")):
        read = reading_table(finding, table)
        assert len(read)
        assert not any("_" in heading for heading in read.columns)
        assert not read.map(lambda text: text in ("nan", "None", "<NA>")).any(axis=None)
    black = reading_table(rates).query("Group == 'Black'").iloc[0]
    assert (black["Found"], black["Find rate"]) == ("any outcome but no further action", "40\u00a0% (31 to 50\u00a0%)")
    for mode in ("light", "dark"):
        assert rates.chart(mode) is not None


def test_the_demonstration_finds_as_often_as_was_planted(demonstration):
    """The same for every group and neighbourhood."""
    finding = find_rates(Scope(), demonstration.view())
    every = row_of(finding, group="Everyone", rule="broad")
    assert every["low"] < TRUTH.searches.found < every["high"]
    for gap in rows_of(finding, "gaps", rule="broad"):
        assert gap["low"] < 0 < gap["high"]
    assert finding.headline.startswith("No clear difference in find rates on grounds: Black ")


# Outcomes


def test_shares_of_outcomes_add_up_and_have_wilsons_interval(write):
    """One month: Wilson's interval as statsmodels has it; every search has one outcome, if only none given."""
    warning = "Khat or Cannabis warning"
    rows = [
        *(searched("Black", number, name) for name, number in ((NFA, 50), (ARREST, 20), (warning, 18), ("", 12))),
        *(searched("White", number, name) for name, number in ((NFA, 120), (ARREST, 30), ("Sent to the moon", 50))),
    ]
    finding = outcomes(Scope(), write(m201906=rows))
    black = {row["outcome"]: row for row in rows_of(finding, "outcomes", group="Black")}
    expected = {NOTHING: 50, ARREST: 20, "Drugs warning": 18, "Outcome not given": 12, "Outcome not in our list": 0}
    assert {name: row["searches"] for name, row in black.items()} == expected
    for name, row in black.items():
        if expected[name]:
            low, high = proportion_confint(expected[name], 100, method="wilson")
            assert (row["share"], row["low"], row["high"]) == pytest.approx((expected[name] / 100, low, high), rel=1e-9)
    for group in ("Black", "White", "Everyone"):
        shares = [row["share"] or 0 for row in rows_of(finding, "outcomes", group=group)]
        assert sum(shares) == pytest.approx(1, abs=1e-12)
    assert finding.headline == "No further action: Black 50\u00a0%, White 60\u00a0% of all searches"
    assert finding.answer == (
        "Of the 100 searches of Black people under all powers 50\u00a0% (40 to 60\u00a0%) ended in no further action "
        "and 20\u00a0% (13 to 29\u00a0%) in arrest; of the 200 searches of White people 60\u00a0% (53 to 67\u00a0%) "
        "and 15\u00a0% (11 to 21\u00a0%), June 2019; no test of a difference was made."
    )


@pytest.mark.long
def test_outcomes_of_both_groups_are_drawn_side_by_side(write):
    rows = [searched("Black", 50), searched("Black", 20, ARREST), searched("White", 90), searched("White", 4, ARREST)]
    finding = outcomes(Scope(), write(m201906=rows))
    assert [panel.label for panel in finding.panels] == [
        "Searches of Black people, by what followed",
        "Searches of White people, by what followed",
    ]
    assert finding.panels[0].alt.endswith(
        "No further action 71\u00a0% (60 to 81\u00a0%), 50; Arrest 29\u00a0% (19 to 40\u00a0%), 20"
    )
    assert "Arrest" not in finding.panels[1].alt
    for panel in finding.panels:
        for mode in ("light", "dark"):
            labels = panel.draw(mode).layout.yaxis.ticktext
            assert [str(label) for label in labels] == ["No further action", "Arrest"]
    few = outcomes(Scope(group="Asian"), write(m201906=[*rows, searched("Asian", 3)]))
    assert [panel.label for panel in few.panels] == ["Searches of White people, by what followed"]


def test_small_counts_of_outcomes_are_withheld(write):
    rows = [searched("Black", 60), searched("Black", 3, ARREST), searched("White", 90), searched("Asian", 8, ARREST)]
    finding = outcomes(Scope(), write(m201906=rows))
    arrests = row_of(finding, "outcomes", group="Black", outcome=ARREST)
    assert (arrests["searches"], arrests["share"], arrests["base"]) == (None, None, 63)
    assert arrests["flag"] == "withheld: fewer than 10 searches with this outcome"
    asian = rows_of(finding, "outcomes", group="Asian")
    assert {(row["searches"], row["base"], row["share"], row["flag"]) for row in asian} == {
        (None, None, None, "withheld: fewer than 10 searches")
    }


@pytest.mark.parametrize("number", [1, 9])
def test_of_very_few_searches_no_outcome_is_said(write, number):
    finding = outcomes(Scope(), write(m201906=[searched("White", number, ARREST)]))
    assert finding.headline == "Not enough searches"
    assert finding.answer == (
        "Not enough searches to say what followed: fewer than 10 searches of persons, June 2019, none of them recorded "
        "as Black."
    )
    assert finding.table["share"].isna().all()


def test_of_groups_without_a_search_it_is_said_that_there_is_none(write):
    view = write(m201906=[searched("Asian", 9, ARREST)])
    finding = outcomes(Scope(), view)
    assert (finding.headline, finding.answer) == (
        "No search is recorded as Black or White",
        "No search by Surrey Police in June 2019 is recorded as Black or White; check whether the force uses this "
        "category, or choose another group.",
    )
    many = outcomes(Scope(), write(m201906=[searched("Asian", 40), searched("White", 60)]))
    assert many.answer == (
        "100\u00a0% (96 to 100\u00a0%) of 100 searches of persons ended in no further action, June 2019, none of them "
        "recorded as Black."
    )


def test_where_no_outcome_is_given_it_is_said(write):
    finding = outcomes(Scope(), write(m201906=[searched("Black", 60, ""), searched("White", 90, "")]))
    assert finding.answer == "What followed is not given for any of the 150 searches of persons, June 2019."
    assert row_of(finding, "outcomes", group="Black", outcome="Outcome not given")["share"] == 1


# Stores of before


@pytest.mark.parametrize("ask", [find_rates, outcomes])
def test_a_release_of_before_the_cube_is_refused_with_the_way_out(write, town, ask, monkeypatch):
    with monkeypatch.context() as older:
        older.setattr(counting, "inputs", lambda cubes: {"code": "older"})
        kept = tuple(cube for cube in publishing.CUBES if cube.table.name != "outcomes_cube")
        older.setattr(publishing, "CUBES", kept)
        finding = ask(Scope(), write(**JUNE))
    assert finding.refused
    assert finding.answer == (
        "Release 1 was counted before outcomes of searches were; the command “python -m data recount --reason TEXT” "
        "counts it again."
    )
    recount(town.store, "Ada", "outcomes of searches")
    assert not ask(Scope(), town.view()).refused


# Every force of June 2019, counted from the text of the files


CAUSAL = re.compile(r"\b(effect|impact|caused|due to|because of|thanks to|result of|led to|drives)\b", re.IGNORECASE)
SHOWN = {"White": "White - ", "Black": "Black", "Asian": "Asian", "Mixed": "Mixed", "Other": "Other ethnic group - A"}
NO_GROUNDS = ("(section 60)", "1984 (section 6)")


@pytest.fixture(scope="session")
def june(real_files):
    """Searches of persons by force, group, whether grounds are needed, outcome and link, with the csv module."""
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
            grounds = bool(row["Legislation"]) and not row["Legislation"].endswith(NO_GROUNDS)
            link = row["Outcome linked to object of search"]
            nothing = "no further action" in row["Outcome"].casefold()
            counts[force][group, grounds, NFA if nothing else row["Outcome"], link] += 1
    return counts


def counted(june, force, group, chosen):
    return sum(
        number
        for (name, grounds, outcome, link), number in june[force].items()
        if group in (name, "Everyone") and chosen(grounds, outcome, link)
    )


RULE = {
    "broad": (
        lambda outcome, link: outcome != "",
        lambda outcome, link: outcome not in ("", NFA),
    ),
    "strict": (
        lambda outcome, link: outcome != "",
        lambda outcome, link: outcome not in ("", NFA) and link == "True",
    ),
}
"""Whether the file says what followed, and whether something was found, from the published words alone."""


@pytest.mark.parametrize("force", sorted(set(forces()) - {"eskmere", "england and wales"}))
def test_every_force_of_june_2019(real_store, june, force):
    view, scope = real_store.view(), Scope(force, from_month="2019-06", to_month="2019-06")
    made, followed = find_rates(scope, view), outcomes(scope, view)
    for finding in (made, followed):
        read = json.loads(finding.as_json(), parse_constant=lambda constant: pytest.fail(constant))
        assert read["answer"].endswith(".")
        assert finding.refused or len(read["headline"]) < 70
        for sentence in (read["headline"], read["answer"], *read["caveats"]):
            assert not CAUSAL.search(sentence)
            assert not re.search(r"nan|None|NA>|inf\b|  ", sentence), sentence
    if force not in june:
        assert made.refused
        assert followed.refused
        return
    for row in rows_of(made, stratum=ANYTHING):
        known, found = RULE[row["rule"]]
        base = counted(
            june, force, row["group"], lambda grounds, outcome, link, known=known: grounds and known(outcome, link)
        )
        hits = counted(
            june, force, row["group"], lambda grounds, outcome, link, found=found: grounds and found(outcome, link)
        )
        if row["searches"] is not None:
            assert row["searches"] == base
            assert row["found"] in ((None, hits) if base else (None, 0))
        if row["rate"] is not None:
            assert row["rate"] == pytest.approx(hits / base)
            assert row["low"] <= row["rate"] <= row["high"]
            assert min(base, hits) >= 10
        if row["low_if_none"] is not None:
            blank = counted(
                june,
                force,
                row["group"],
                lambda grounds, outcome, link: grounds and outcome not in ("", NFA) and not link,
            )
            assert (row["low_if_none"], row["high_if_all"]) == pytest.approx((hits / base, (hits + blank) / base))
            assert row["low"] <= row["low_if_none"] <= row["high_if_all"] <= row["high"]
            assert (row["rate"] is None) == (blank > 0)
    for group in (*SHOWN, "Not stated", "Everyone"):
        base = counted(june, force, group, lambda *_: True)
        for row in rows_of(followed, "outcomes", group=group):
            assert row["base"] in (None, base)
        arrests = counted(june, force, group, lambda grounds, outcome, link: outcome == ARREST)
        told = [row["searches"] for row in rows_of(followed, "outcomes", group=group, outcome=ARREST)]
        assert told in ([], [None], [arrests])
        assert (told == [arrests]) == (arrests >= 10 and base >= 10) or arrests == 0


def test_the_metropolitan_police_said_of_no_outcome_whether_it_was_linked(real_store):
    """April to September 2018: the field is blank throughout, so there is a broad rate and no strict one."""
    finding = find_rates(Scope("metropolitan"), real_store.view())
    assert not finding.refused
    assert {row["rate"] for row in rows_of(finding, rule="strict", group="Everyone") if row["known_share"] == 0} == {
        None
    }
    assert any("is said for 0\u00a0% of the searches with an outcome" in caveat for caveat in finding.caveats)
    within = row_of(finding, "gaps", rule="broad", compared="Within districts")
    assert within["areas"] > 30
    assert within["low"] < within["gap"] < within["high"]


def test_where_nobody_of_a_group_was_searched_it_is_not_called_few(write):
    finding = find_rates(Scope(), write(m201906=[searched("White", 90, ARREST)]))
    assert finding.refused
    assert finding.answer.startswith("No search by Surrey Police in June 2019 is recorded as Black; check whether")


def test_where_nothing_was_found_it_is_not_called_few(write):
    rows = [searched("White", 90, ARREST), searched("Black", 40)]
    finding = find_rates(Scope(), write(m201906=rows))
    assert finding.answer == (
        "Not one of the searches of Black people by Surrey Police in June 2019 under powers that need grounds found "
        "something; choose another group."
    )
