"""The five tests: figures counted apart, verdicts, and no verdict of met without data."""

from __future__ import annotations

import csv
import gzip
import io
import json
import re
from collections import Counter

import numpy as np
import pytest
from statsmodels.stats.proportion import proportion_confint

from analytics.findings import QUESTIONS
from analytics.findings.stop_and_search import disproportionality, find_rates, scorecard
from analytics.findings.stop_and_search.scorecard import _TOLD, NO_SUM, OWN
from analytics.library.yardsticks import TESTS, criteria
from analytics.reading import reading_table, reading_titles
from analytics.scope import Scope
from data.settings import settings
from data.vocabularies import forces, vocabulary
from tests.analytics.conftest import EAST, ETHNICITY, WEST
from tests.conftest import POLICE_COLUMNS

NFA, ARREST = "A no further action disposal", "Arrest"
DRUGS = "Misuse of Drugs Act 1971 (section 23)"
VERDICTS = {"met", "not met", "not clear", "no data"}
CAUSAL = re.compile(r"\b(effect|impact|caused|due to|because of|thanks to|result of|led to|drives)\b", re.IGNORECASE)
PEOPLE = {"Black": 50_000, "White": 50_000, "Asian": 9000, "Mixed": 3000, "Other": 2000}


@pytest.fixture(autouse=True)
def _fresh():
    settings.cache_clear()
    yield
    settings.cache_clear()


OWN_COLUMNS = {
    "Body-worn video on": "filmed",
    "Grounds grade": "grounds",
    "Supervisor reviewed": "reviewed",
    "Receipt given": "receipt",
    "Force used": "force",
}
"""Columns that a force may add to its own file, and the criterion of each."""
COLUMNS = [*POLICE_COLUMNS, *OWN_COLUMNS]


def searched(number, group="White", point=EAST, **cells):
    """As many rows of a file."""
    row = {
        "Type": "Person search",
        "Date": "2019-06-15T12:00:00+00:00",
        "Self-defined ethnicity": ETHNICITY[group],
        "Officer-defined ethnicity": "White" if group in ("Not stated", "Blank") else group,
        "Legislation": DRUGS,
        "Object of search": "Controlled drugs",
        "Outcome": NFA,
        "Outcome linked to object of search": "",
        "Longitude": str(point[0]),
        "Latitude": str(point[1]),
        **cells,
    }
    return [row] * number


def whole():
    """Searches of which everything is given: three tenths found something, all of it linked."""
    found = {"Outcome": ARREST, "Outcome linked to object of search": "True", "Part of a policing operation": "False"}
    told = {"Part of a policing operation": "True"}
    own = dict.fromkeys(OWN_COLUMNS, "True") | {"Grounds grade": "green"}
    return [
        row
        for point in (EAST, WEST)
        for group in ("White", "Black")
        for row in searched(280, group, point, **told, **own) + searched(120, group, point, **found, **own)
    ]


def without(rows, *columns):
    return [row | dict.fromkeys(columns, "") for row in rows]


@pytest.fixture
def write(town):
    """A function that writes months of rows, with districts and their residents, and gives the view."""

    def run(rows, months=("2019-06",), people=True, places=True):
        if places:
            town.boundaries()
        if people:
            town.census({town.west: ("West", PEOPLE), town.east: ("East", PEOPLE)})
        for month in months:
            town.write(f"{month}-surrey-stop-and-search.csv", town.police_csv(rows, COLUMNS))
        return town.view()

    return run


def rows_of(finding):
    names = {one.criterion: one.key for one in criteria()}
    read = json.loads(finding.as_json())["table"]
    return {names[row["criterion"]]: row for row in read}


def verdicts_of(finding):
    return {key: row["verdict"] for key, row in rows_of(finding).items()}


def five_of(finding):
    return {row["test"]: row["verdict"] for row in json.loads(finding.as_json())["tables"]["tests"]}


# Yardsticks


def test_every_criterion_is_counted_and_stands_in_the_one_list():
    assert [one.key for one in criteria()] == list(_TOLD)
    assert list(dict.fromkeys(one.test for one in criteria())) == list(TESTS)
    assert len({one.criterion for one in criteria()}) == len(criteria())
    for one in criteria():
        assert getattr(settings(), one.setting) > 0
        assert all((one.duty.endswith("."), one.source, one.read)), one.key


@pytest.mark.long
def test_every_yardstick_is_said_to_be_our_own_and_printed(write):
    finding = scorecard(Scope(), write(whole()))
    table = json.loads(finding.as_json())["tables"]["yardsticks"]
    assert [row["criterion"] for row in table] == [one.criterion for one in criteria()]
    assert all(row["yardstick"].endswith(", our own") for row in table)
    printed = {name for name in finding.provenance.settings if name.startswith("Yardstick, ")}
    assert len(printed) == len(criteria())
    assert {OWN, NO_SUM} <= set(finding.caveats)


# Known answers


@pytest.mark.long
def test_what_records_hold_is_a_count_of_all_and_another_share_has_wilsons_interval(write):
    """190 of 200 searches have a known power, 180 an ethnicity, 160 of them a group; 8 are of an operation."""
    rows = (
        searched(142, **{"Part of a policing operation": "False"})
        + searched(8, **{"Part of a policing operation": "True"})
        + searched(20, "Not stated", **{"Part of a policing operation": "False"})
        + searched(20, "Blank")
        + searched(6, Legislation="")
        + searched(4, Legislation="A law that nobody knows")
    )
    told = rows_of(scorecard(Scope(), write(rows, people=False)))
    for key, yes, found in (("power", 190, "met"), ("ethnicity", 180, "not met")):
        row = told[key]
        assert (row["estimate"], row["low"], row["high"]) == (yes / 200, None, None)
        assert (row["met_by"], row["base"], row["known_share"], row["verdict"]) == (yes, 200, 1.0, found)
        assert row["flag"].startswith("a count of all records, so without an interval")
    # 160 of the 180: who does not state an ethnicity was asked, and gave none.
    assert told["ethnicity"]["flag"].endswith("an ethnicity is given for 89\u00a0%, the others are not stated")
    # 8 of 170, 2.4 to 9 %, lie below 10 %, and one month can't show how far that varies.
    row = told["informed"]
    assert (row["low"], row["high"]) == pytest.approx(proportion_confint(8, 170, method="wilson"), rel=1e-9)
    assert (row["verdict"], round(row["high"], 2)) == ("not clear", 0.09)
    assert row["flag"] == "interval by chance alone: not clear whatever it says, with fewer than 3 months"


@pytest.mark.long
def test_under_three_months_no_share_or_ratio_as_a_whole_is_met_or_not_met(write):
    months = ("2019-04", "2019-05", "2019-06")
    for number, month in enumerate(months, 1):
        finding = scorecard(Scope(), write(whole(), months=(month,), places=number == 1, people=number == 1))
        told = {key: row["verdict"] for key, row in rows_of(finding).items() if key != "ratio_within"}
        promise = [said for said in finding.caveats if "at most 1 of 40" in said]
        reason = any("fewer than 3 months" in said and "is not clear, whatever" in said for said in finding.caveats)
        counted = {"power", "ethnicity", "force"}
        assert {told[key] for key in counted} == {"met"}
        if number < 3:
            assert {said for key, said in told.items() if key not in counted} == {"not clear"}
            assert reason
            # Districts are what repeats in the ratio within them: of it alone the chance can be told.
            assert ["of the 1 told so" in said for said in promise] == [True]
        else:
            assert set(told.values()) == {"met"}
            assert not reason
            alike = [key for key, row in rows_of(finding).items() if row["flag"].endswith("all months are alike")]
            assert set(alike) == {"grounds", "filmed", "reviewed", "receipt"}
            others = len(told) + 1 - len(alike) - len(counted)
            assert [f"of the other {others} fewer" in said for said in promise] == [True]


@pytest.mark.long
def test_the_rates_of_both_groups_stand_beside_their_ratio(write):
    """2,400 of 100,000 residents of each group in three months."""
    told = rows_of(scorecard(Scope(), write(whole(), months=("2019-04", "2019-05", "2019-06"))))
    for key, said in (("ratio", ""), ("ratio_within", "as a whole ")):
        assert told[key]["flag"] == f"Black to White, {said}24.0 and 24.0 per 1,000 in 3 months"


def test_where_there_is_no_ratio_a_short_reason_stands(write):
    row = rows_of(scorecard(Scope(), write(whole(), people=False)))["ratio"]
    assert row["flag"] == "no ratio: no residents to set searches against"


def test_the_searches_that_are_so_stand_beside_their_share(write):
    told = rows_of(scorecard(Scope(), write(whole(), months=("2019-04", "2019-05", "2019-06"))))
    for row in told.values():
        if row["measured_as"] == "share" and row["verdict"] == "met":
            assert row["met_by"] / row["base"] == pytest.approx(row["estimate"])


def _of_hundred(yes):
    return ((yes, "True"), (100 - yes, "False"))


def test_months_are_what_repeats(write, town):
    """Three months of 100: the ends solve Wilson's equation with the variance of the months, written out here."""
    found = np.array([2.0, 10.0, 30.0])
    for month, yes in zip(("2019-04", "2019-05", "2019-06"), found, strict=True):
        part = [searched(number, **{"Part of a policing operation": said}) for number, said in _of_hundred(int(yes))]
        rows = [row for own in part for row in own]
        town.write(f"{month}-surrey-stop-and-search.csv", town.police_csv(rows))
    row = rows_of(scorecard(Scope(), town.view()))["informed"]
    share = found.sum() / 300
    variance = ((found - share * 100) ** 2 / (1 - 1 / 3)).sum() / 300**2
    ends = [(share - end) ** 2 / (end * (1 - end)) for end in (row["low"], row["high"])]
    assert ends[0] == pytest.approx(ends[1], rel=1e-9)
    # c = t^2 / n*, n* = p (1 - p) / V, with Student's t of 2 degrees of freedom: 4.3027.
    assert np.sqrt(ends[0] * share * (1 - share) / variance) == pytest.approx(4.3027, abs=1e-4)
    assert row["verdict"] == "not clear"


def test_where_all_are_so_the_interval_is_that_of_chance(write):
    """1,600 of 1,600 in each of three months: Wilson's lower end is n / (n + z^2)."""
    told = rows_of(scorecard(Scope(), write(whole(), months=("2019-04", "2019-05", "2019-06"))))["filmed"]
    assert (told["estimate"], told["high"]) == (1.0, 1.0)
    assert told["low"] == pytest.approx(4800 / (4800 + 1.959964**2), rel=1e-6)
    assert told["verdict"] == "met"


def test_find_rates_and_ratios_are_those_of_their_own_questions(write):
    view = write(whole(), months=("2019-04", "2019-05", "2019-06"))
    told = rows_of(scorecard(Scope(), view))
    rates = json.loads(find_rates(Scope(), view).as_json())["tables"]["find_rates"]
    for key, rule in (("found", "broad"), ("linked", "strict")):
        (row,) = (
            one for one in rates if (one["group"], one["rule"], one["stratum"]) == ("Everyone", rule, "Any object")
        )
        assert (row["rate"], row["low"], row["high"], row["searches"]) == tuple(
            told[key][name] for name in ("estimate", "low", "high", "base")
        )
    (ratio,) = (
        row for row in json.loads(disproportionality(Scope(), view).as_json())["table"] if row["group"] == "Black"
    )
    for key, names in (
        ("ratio", ("ratio", "low", "high")),
        ("ratio_within", ("ratio_adjusted", "adjusted_low", "adjusted_high")),
    ):
        assert [told[key][name] for name in ("estimate", "low", "high")] == [ratio[name] for name in names]


def test_no_criterion_is_cut_beside_its_row(town):
    """Of a ratio the third line is its yardstick."""
    town.stops("2019-06", {"Black": 60, "White": 200})
    (axis,) = [scorecard(Scope(), town.view()).chart().layout.yaxis.ticktext]
    assert len(axis) >= len(criteria()) + len(TESTS)
    assert [text for text in axis if "…" in text] == []


def test_which_tests_are_met_is_said_first(write):
    rows = without(whole(), "Grounds grade", "Receipt given", "Part of a policing operation")
    finding = scorecard(Scope(), write(rows, months=("2019-04", "2019-05", "2019-06")))
    assert five_of(finding) == {
        "Legality": "no data",
        "Necessity": "met",
        "Proportionality": "met",
        "Accountability": "no data",
        "Best information": "no data",
    }
    assert finding.headline == "Met: necessity, proportionality; some data missing: the other three"
    assert len(finding.headline) < 70
    assert finding.answer.startswith(
        "By our own reading and yardsticks, Surrey Police, April to June 2019, 4,800 searches of persons: met: "
        "necessity and proportionality; not met: none; no data: best information, and parts of legality and "
        "accountability."
    )


def test_a_test_that_is_not_met_says_by_what(write):
    rows = searched(90) + searched(10, Outcome=ARREST, **{"Outcome linked to object of search": "True"})
    finding = scorecard(Scope(), write(rows, months=("2019-04", "2019-05", "2019-06"), people=False))
    assert five_of(finding)["Necessity"] == "not met"
    row = rows_of(finding)["found"]
    assert (row["estimate"], row["base"], row["verdict"]) == (pytest.approx(0.1), 300, "not met")
    assert "; not met: necessity; no data: " in finding.answer
    # The figures stand in the rows; who has them read out has them too.
    assert finding.alt.startswith(finding.answer)
    assert " Not met: find rate, any outcome but no further action, 10\u00a0% (" in finding.alt
    assert " against at least 25\u00a0%; find rate, outcome linked to the object, " in finding.alt
    assert finding.headline.startswith("Not met: necessity")


def test_where_everything_is_there_and_enough_every_test_is_met(write):
    finding = scorecard(Scope(), write(whole(), months=("2019-04", "2019-05", "2019-06")))
    assert set(verdicts_of(finding).values()) == {"met"}
    assert finding.headline == "Met: all five tests"


def test_what_a_force_s_own_file_says_is_counted_over_what_says_either(write):
    """800 searches: video 700 yes, 60 no, 40 blank; grounds 60 green and 40 amber of 100 graded."""
    rows = (
        searched(300, **{"Body-worn video on": "True", "Supervisor reviewed": "True"})
        + searched(400, **{"Body-worn video on": "True", "Supervisor reviewed": "False"})
        + searched(60, **{"Body-worn video on": "False", "Grounds grade": "green"})
        + searched(40, **{"Grounds grade": "amber", "Force used": "False"})
    )
    told = rows_of(scorecard(Scope(), write(rows, people=False)))
    expected = {"filmed": (700, 760, 0.95), "grounds": (60, 100, 0.125), "reviewed": (300, 700, 0.875)}
    for key, (yes, base, known) in expected.items():
        low, high = proportion_confint(yes, base, method="wilson")
        row = told[key]
        assert (row["estimate"], row["low"], row["high"]) == pytest.approx((yes / base, low, high), rel=1e-9)
        assert (row["base"], row["known_share"]) == (base, pytest.approx(known))
    assert (told["force"]["met_by"], told["force"]["base"], told["force"]["verdict"]) == (40, 800, "not met")
    assert told["receipt"]["flag"] == "not in the files"


def test_a_column_that_says_it_for_too_few_has_no_data(write):
    rows = searched(79, **{"Receipt given": "True"}) + searched(21)
    row = rows_of(scorecard(Scope(), write(rows, people=False)))["receipt"]
    assert (row["verdict"], row["flag"]) == ("no data", "said for 79\u00a0% of searches")


def test_where_no_search_is_marked_as_part_of_an_operation_nothing_is_said(write):
    """A force that writes False everywhere may not use the column: neither met nor not met."""
    rows = searched(500, **{"Part of a policing operation": "False"})
    row = rows_of(scorecard(Scope(), write(rows, people=False)))["informed"]
    assert (row["verdict"], row["estimate"], row["base"]) == ("no data", None, 500)
    assert row["flag"] == "none is marked so; is the column in use?"


def test_of_a_district_a_force_s_own_columns_are_not_counted(write):
    months = ("2019-04", "2019-05", "2019-06")
    found = rows_of(scorecard(Scope(area="East"), write(whole(), months=months)))
    assert found["filmed"]["flag"] == "not counted by district"
    assert found["power"]["verdict"] == "met"
    assert found["power"]["base"] == 2400


# No data


FLIPS = {
    "Legislation": {"power", "found", "linked"},
    "Outcome": {"found", "linked"},
    "Outcome linked to object of search": {"linked"},
    "Self-defined ethnicity": {"ethnicity", "ratio", "ratio_within"},
    "Part of a policing operation": {"informed"},
    **{column: {key} for column, key in OWN_COLUMNS.items()},
}
"""Columns of a file, and the criteria of which nothing can be said without each."""


@pytest.mark.long
@pytest.mark.parametrize("column", FLIPS)
def test_a_column_taken_away_leaves_its_criteria_without_data(column, write, town):
    view = write(whole())
    before = verdicts_of(scorecard(Scope(), view))
    assert "no data" not in {before[key] for key in FLIPS[column]}
    town.write("2019-06-surrey-stop-and-search.csv", town.police_csv(without(whole(), column), COLUMNS))
    finding = scorecard(Scope(), town.view())
    after = rows_of(finding)
    assert {after[key]["verdict"] for key in FLIPS[column]} == {"no data"}
    for key in FLIPS[column]:
        assert [after[key][name] for name in ("estimate", "low", "high")] == [None, None, None]
        assert after[key]["flag"]
    kept = set(after) - FLIPS[column]
    assert {key: after[key]["verdict"] for key in kept} == {key: before[key] for key in kept}


@pytest.mark.long
def test_without_residents_there_is_no_ratio_and_everything_else(write):
    months = ("2019-04", "2019-05", "2019-06")
    found = verdicts_of(scorecard(Scope(), write(whole(), months=months, people=False)))
    assert {found["ratio"], found["ratio_within"]} == {"no data"}
    assert {found["power"], found["found"], found["linked"]} == {"met"}


def test_without_districts_there_is_no_ratio_within_them(write):
    found = verdicts_of(scorecard(Scope(), write(whole(), places=False)))
    assert found["ratio_within"] == "no data"


def test_no_data_is_not_met_however_low_the_yardstick(write, monkeypatch):
    for one in criteria():
        monkeypatch.setenv(f"CONFIDENCE_{one.setting.upper()}", "99" if one.setting == "yardstick_ratio" else "0.001")
    settings.cache_clear()
    rows = without(whole(), *FLIPS)
    finding = scorecard(Scope(), write(rows, people=False))
    assert set(verdicts_of(finding).values()) == {"no data"}
    assert set(five_of(finding).values()) == {"no data"}
    assert finding.headline == "No data: all five tests"


def test_fewer_searches_than_are_shown_are_withheld(write):
    row = rows_of(scorecard(Scope(), write(searched(9), people=False)))["power"]
    assert (row["estimate"], row["base"], row["verdict"]) == (None, None, "no data")
    assert row["flag"] == "withheld: fewer than 10 searches"


def test_a_find_rate_of_few_finds_is_withheld_and_its_verdict_told(write):
    """9 of 399 found something: the count is withheld as on What was found, and 25 % is far off."""
    rows, months = searched(130) + searched(3, Outcome=ARREST), ("2019-04", "2019-05", "2019-06")
    row = rows_of(scorecard(Scope(), write(rows, months=months, people=False)))["found"]
    assert (row["estimate"], row["low"], row["base"], row["verdict"]) == (None, None, 399, "not met")
    assert row["flag"] == "withheld: fewer than 10 searches that found something"


def test_where_some_links_are_not_given_the_verdict_is_that_of_the_range(write):
    """50 of 200 found something by links that are given, 60 if all others did too: both ends have Wilson's interval."""
    linked = searched(50, Outcome=ARREST, **{"Outcome linked to object of search": "True"})
    rows = searched(140) + linked + searched(10, Outcome=ARREST)
    row = rows_of(scorecard(Scope(), write(rows, people=False)))["linked"]
    low, high = proportion_confint(50, 200, method="wilson")[0], proportion_confint(60, 200, method="wilson")[1]
    assert (round(low, 3), round(high, 3)) == (0.195, 0.367)
    assert (row["estimate"], row["base"], row["verdict"]) == (None, 200, "not clear")  # 20 % lies between the ends
    assert row["flag"] == (
        "25 to 30\u00a0% (19.5 to 36.7\u00a0%), open by its interval; "
        "interval by chance alone: not clear whatever it says, with fewer than 3 months"
    )


def test_links_that_leave_a_verdict_open_are_told_from_an_interval_that_does(monkeypatch, write):
    """As above, from 25 to 30 %: against 27 % it is the links that reach over the yardstick."""
    monkeypatch.setenv("CONFIDENCE_YARDSTICK_LINKED", "0.27")
    settings.cache_clear()
    linked = searched(50, Outcome=ARREST, **{"Outcome linked to object of search": "True"})
    rows = searched(140) + linked + searched(10, Outcome=ARREST)
    row = rows_of(scorecard(Scope(), write(rows, people=False)))["linked"]
    assert row["flag"].startswith("25 to 30\u00a0% (19.5 to 36.7\u00a0%), by links not given")


def test_one_power_alone_says_nothing_of_whether_powers_are_recorded(write):
    power = next(row["name"] for row in vocabulary("powers").rows if row["value"] == DRUGS)
    row = rows_of(scorecard(Scope(power=power), write(whole())))["power"]
    assert (row["verdict"], row["flag"]) == ("no data", "searches of one power are shown")


@pytest.mark.long
def test_unknown_ethnicity_can_leave_a_ratio_open(write):
    """Equal rates as recorded; half as many again of unknown ethnicity can carry the ratio to 0.67 or to 1.5."""
    rows = whole() + searched(400, "Not stated")
    row = rows_of(scorecard(Scope(), write(rows, months=("2019-04", "2019-05", "2019-06"))))["ratio"]
    assert row["verdict"] == "not clear"
    assert row["flag"] == (
        "Black to White, 24.0 and 24.0 per 1,000 in 3 months; from 0.67 to 1.5 if unknown ethnicity were all or none"
    )


@pytest.mark.long
def test_a_yardstick_is_a_setting(write, monkeypatch):
    view = write(whole(), months=("2019-04", "2019-05", "2019-06"))
    assert verdicts_of(scorecard(Scope(), view))["found"] == "met"
    monkeypatch.setenv("CONFIDENCE_YARDSTICK_FOUND", "0.5")
    settings.cache_clear()
    finding = scorecard(Scope(), view)
    assert verdicts_of(finding)["found"] == "not met"
    assert rows_of(finding)["found"]["yardstick"] == "at least 50\u00a0%, our own"
    assert five_of(finding)["Necessity"] == "not met"


def test_nothing_is_added_up_and_no_force_set_against_another(write):
    finding = scorecard(Scope(), write(whole()))
    words = " ".join([finding.headline, finding.answer, *finding.caveats]).casefold()
    assert not re.search(r"\b(score|rank|grade [a-e]|points out of|out of five)\b", words)
    assert "force" not in finding.table.columns
    for sentence in (finding.headline, finding.answer, *finding.caveats):
        assert not CAUSAL.search(sentence), sentence


def test_every_table_reads(write):
    finding = scorecard(Scope(), write(whole()))
    assert list(reading_titles(finding).values()) == ["Criteria", "The five tests", "Yardsticks and sources"]
    read = reading_table(finding)
    assert set(read["Verdict"]) <= VERDICTS
    assert list(reading_table(finding, "tests")["Test"]) == list(TESTS)
    assert (reading_table(finding, "yardsticks")[["Source", "What of it was read"]] != "").all(axis=None)


def test_an_empty_store_is_refused_in_words(town):
    finding = scorecard(Scope(), town.view())
    assert finding.refused
    assert finding.answer == "No stop-and-search file is loaded."


# Every force of June 2019, counted from the text of the files


@pytest.fixture(scope="session")
def june(real_files):
    """Searches of persons by force, power, self-defined ethnicity and operation, with the csv module."""
    counts = {}
    for path in sorted((real_files / "police_uk" / "2019-06").glob("*-stop-and-search.csv*")):
        content = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        force = path.name.removeprefix("2019-06-").partition("-stop-and-search")[0]
        rows = csv.DictReader(io.StringIO(content.decode("utf-8-sig")))
        counts[force] = Counter(
            (row["Legislation"] != "", row["Self-defined ethnicity"] != "", row["Part of a policing operation"])
            for row in rows
            if row["Type"] != "Vehicle search"
        )
    return counts


@pytest.mark.parametrize("force", sorted(set(forces()) - {"eskmere", "england and wales"}))
def test_every_force_of_june_2019_answers_or_says_why_not(real_store, june, force):
    finding = scorecard(Scope(force, from_month="2019-06", to_month="2019-06"), real_store.view())
    read = json.loads(finding.as_json(), parse_constant=lambda constant: pytest.fail(constant))
    assert read["answer"].endswith(".")
    assert finding.refused or len(read["headline"]) < 70
    for sentence in (read["headline"], read["answer"], *read["caveats"]):
        assert not CAUSAL.search(sentence)
        assert not re.search(r"nan|None|NA>|inf\b|  ", sentence), sentence
    if force not in june:
        assert finding.refused
        return
    told = rows_of(finding)
    base = june[force].total()
    for key, place in (("power", 0), ("ethnicity", 1)):
        yes = sum(number for held, number in june[force].items() if held[place])
        row = told[key]
        assert row["verdict"] in VERDICTS
        if base < 10 or not yes:
            assert row["verdict"] == "no data"
        else:
            assert row["base"] == base
            assert row["estimate"] == pytest.approx(yes / base)
    parts = Counter({said: 0 for said in ("True", "False")})
    for (_, _, said), number in june[force].items():
        parts[said] += number
    known, row = parts["True"] + parts["False"], told["informed"]
    if known < max(10, 0.8 * base) or not parts["True"]:
        assert row["verdict"] == "no data"
    else:
        assert (row["base"], row["estimate"]) == (known, pytest.approx(parts["True"] / known))
    for row in told.values():
        assert (row["verdict"] == "no data") <= (row["estimate"] is None and row["flag"] != "")


def test_the_question_is_one_of_the_list():
    assert QUESTIONS["stop_and_search.scorecard"].answer is scorecard


def test_the_drawing_says_of_a_test_with_some_criteria_told_that_a_part_is_missing(real_store):
    """Metropolitan, 2018: powers, find rate and ethnicity are told; of part of an operation nothing is."""
    made = scorecard(Scope("metropolitan", from_month="2018-04", to_month="2018-09"), real_store.view())
    notes = [re.sub("<[^>]+>", "", note.text) for note in made.chart().layout.annotations]
    assert [notes.count(said) for said in ("Part missing", "Not met", "No data")] == [3, 1, 1]
