"""Unknown ethnicity spread within objects, and sources of residents side by side: by hand, and real files."""

from __future__ import annotations

import csv
import gzip
import io
import json
from collections import Counter, defaultdict

import pytest

from analytics.findings.stop_and_search import comparable, disproportionality
from analytics.findings.stop_and_search.unknown_ethnicity import within_object
from analytics.reading import reading_table, reading_titles
from analytics.scope import Scope
from data import counting, publishing
from data.publishing import recount
from data.vocabularies import BROAD_GROUPS, forces

GOLDEN = {"White": 80_000, "Black": 5_000, "Asian": 4_000, "Mixed": 2_000, "Other": 1_000}
DRUGS = {"Object of search": "Controlled drugs"}
WEAPONS = {
    "Object of search": "Offensive weapons",
    "Legislation": "Police and Criminal Evidence Act 1984 (section 1)",
}
FIREWORKS = WEAPONS | {"Object of search": "Fireworks"}


@pytest.fixture
def town(town):
    town.boundaries(own=1)
    town.census({town.east: ("East", GOLDEN)})
    return town


def row(finding, group="Black"):
    (found,) = [row for row in json.loads(finding.as_json())["table"] if row["group"] == group]
    return found


def older_release(monkeypatch):
    """Publish as before there was a cube of outcomes."""
    monkeypatch.setattr(counting, "inputs", lambda cubes: {"code": "older"})
    kept = tuple(cube for cube in publishing.CUBES if cube.table.name != "outcomes_cube")
    monkeypatch.setattr(publishing, "CUBES", kept)


# Within what was looked for


@pytest.mark.long
def test_unknown_ethnicity_is_spread_within_each_object(town):
    """Drugs: 20 of 100 are Black, 100 unknown give 20 and 80. Weapons: 80 of 160, 160 unknown give 80 and 80."""
    town.stops("2019-05", {"Black": 20, "White": 80, "Not stated": 60, "Blank": 40}, **DRUGS)
    town.stops("2019-06", {"Black": 80, "White": 80, "Not stated": 160}, **WEAPONS)
    finding = disproportionality(Scope(), town.view())
    found = row(finding)
    assert (found["unknown_to_group"], found["unknown_to_comparator"]) == pytest.approx((100, 160))
    # (100/5,000)/(160/80,000) = 10 as recorded; (200/5,000)/(320/80,000) = 10 with as much unknown in both objects.
    assert found["ratio"] == pytest.approx(10)
    assert found["ratio_if_unknown_within_object"] == pytest.approx(10)
    assert "260 searches of unknown ethnicity spread within object" in finding.provenance.rules
    assert not any("the same thing are" in caveat for caveat in finding.caveats)


@pytest.mark.long
def test_a_spread_that_leaves_the_interval_is_said(town):
    """600 unknown for weapons alone give Black and White 300 each: (700/5,000)/(940/80,000) = 11.9 and not 10."""
    town.stops("2019-05", {"Black": 80, "White": 320}, **DRUGS)
    town.stops("2019-06", {"Black": 320, "White": 320, "Not stated": 600}, **WEAPONS)
    finding = disproportionality(Scope(), town.view())
    found = row(finding)
    assert found["ratio_if_unknown_within_object"] == pytest.approx(700 * 16 / 940)
    assert found["ratio_if_unknown_within_object"] > found["high"]
    assert (
        "If searches of unknown ethnicity were of each group as those of known ethnicity for the same thing are, the "
        "ratio would be 11.9 instead of 10.0, outside its interval." in finding.caveats
    )
    read = reading_table(finding).set_index("Figure")["Black"]
    assert read["If unknown ethnicity were as the known for the same object"] == "11.9"
    # Of the weapons alone, with one object, the ratio is as recorded; so it is with no search of unknown ethnicity.
    weapons = row(disproportionality(Scope(from_month="2019-06"), town.view()))
    assert weapons["ratio_if_unknown_within_object"] == pytest.approx(weapons["ratio"])
    drugs = row(disproportionality(Scope(from_month="2019-05", to_month="2019-05"), town.view()))
    assert (drugs["ratio_if_unknown_within_object"], drugs["flag"]) == (None, "every interval by chance alone")


def test_a_thing_that_only_unknown_ones_were_searched_for_takes_the_mix_of_all(town):
    town.stops("2019-05", {"Black": 20, "White": 80}, **DRUGS)
    town.stops("2019-06", {"Not stated": 50}, **FIREWORKS)
    finding = disproportionality(Scope(), town.view())
    assert row(finding)["unknown_to_group"] == pytest.approx(10)
    assert row(finding)["ratio_if_unknown_within_object"] == pytest.approx(row(finding)["ratio"])
    assert (
        "50 searches of unknown ethnicity spread within object, 50 of them for things without a known one by the mix "
        "of all" in finding.provenance.rules
    )


def test_a_group_that_is_withheld_is_given_nothing_that_is_shown(town):
    town.stops("2019-06", {"Black": 20, "White": 80, "Asian": 9, "Not stated": 50}, **DRUGS)
    found = row(disproportionality(Scope(), town.view()), "Asian")
    assert found["flag"] == "withheld: fewer than 10 searches"
    assert (found["ratio_if_unknown_within_object"], found["unknown_to_group"]) == (None, None)


@pytest.mark.long
def test_objects_that_are_not_said_or_cant_be_right_spread_nothing(town):
    town.stops("2019-05", {"Black": 20, "White": 80, "Not stated": 79}, **DRUGS)
    town.stops("2019-06", {"Black": 80, "White": 80, "Not stated": 21}, **(WEAPONS | {"Object of search": ""}))
    finding = disproportionality(Scope(), town.view())
    assert row(finding)["ratio_if_unknown_within_object"] is None
    why = "unknown ethnicity not spread by object: what was looked for is said of 79 of the 100"
    assert row(finding)["flag"] == f"every interval by chance alone; {why}"
    assert f"U{why[1:]}" in finding.provenance.rules


@pytest.mark.long
def test_objects_at_odds_with_the_power_spread_nothing(town):
    """The drugs power is for drugs alone, and the file says weapons of every search."""
    town.stops("2019-06", {"Black": 80, "White": 80, "Not stated": 20}, **{"Object of search": "Offensive weapons"})
    found = row(disproportionality(Scope(), town.view()))
    assert found["ratio_if_unknown_within_object"] is None
    assert found["flag"].endswith("unknown ethnicity not spread by object: objects in the file can't be right")


@pytest.mark.long
def test_a_release_of_before_outcomes_has_no_such_figure(town, monkeypatch):
    town.stops("2019-06", {"Black": 80, "White": 80, "Not stated": 20}, **WEAPONS)
    with monkeypatch.context() as older:
        older_release(older)
        found = row(disproportionality(Scope(), town.view()))
    assert found["ratio"] == pytest.approx(16)
    assert found["ratio_if_unknown_within_object"] is None
    assert found["flag"].endswith(
        "unknown ethnicity not spread by object: release counted before outcomes of searches were"
    )
    recount(town.store, "Ada", "outcomes of searches")
    assert row(disproportionality(Scope(), town.view()))["ratio_if_unknown_within_object"] == pytest.approx(16)


# Sources of residents


def other_source(town, **residents):
    """Residents of 2011 in a table of the force's own."""
    words = {"Black": "Black, Black British, Black Welsh, Caribbean or African: African", "White": "White: Irish"}
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(["area_code", "area_name", "year", "ethnicity_list", "ethnicity", "residents"])
    writer.writerows([town.east, "East", 2011, "census_2021", words[g], n] for g, n in residents.items())
    town.write("own.csv", text.getvalue().encode())


@pytest.mark.long
def test_one_source_has_no_table_of_sources(town):
    town.stops("2019-06", {"Black": 60, "White": 200}, **DRUGS)
    assert list(disproportionality(Scope(), town.view()).tables) == ["disproportionality", "definitions"]


@pytest.mark.long
def test_two_sources_stand_side_by_side(town):
    """60 of 5,000 against 200 of 80,000 is 4.8; of 4,000 against 60,000 it is 4.5."""
    town.stops("2019-06", {"Black": 60, "White": 200}, **DRUGS)
    other_source(town, Black=4_000, White=60_000)
    finding = disproportionality(Scope(population="Census 2021"), town.view())
    newest, older = json.loads(finding.as_json())["tables"]["denominators"]
    assert (newest["residents_source"], newest["year"], older["year"]) == ("Census 2021", 2021, 2011)
    for made, people_a, people_b in ((newest, 5_000, 80_000), (older, 4_000, 60_000)):
        assert (made["population"], made["comparator_population"]) == (people_a, people_b)
        assert (made["rate"], made["comparator_rate"]) == pytest.approx((60_000 / people_a, 200_000 / people_b))
        assert made["ratio"] == pytest.approx(60 / people_a / (200 / people_b))
        assert (made["missing_areas"], made["flag"]) == (0, "interval by chance alone")
    # The limits are of the odds of the split, so they move as the ratio does; the row is the first table's.
    assert older["low"] / newest["low"] == pytest.approx(4.5 / 4.8)
    for name in ("ratio", "low", "high", "rate_low", "rate_high", "comparator_rate_low", "comparator_rate_high"):
        assert newest[name] == row(finding)[name]
    assert not any("hangs on the source" in caveat for caveat in finding.caveats)
    assert {"own.csv", "census.csv"} <= {file.name for file in finding.provenance.files}
    assert reading_titles(finding) == {
        "disproportionality": "Groups",
        "definitions": "Whose word",
        "denominators": "Source of residents",
    }
    read = reading_table(finding, "denominators")
    assert read["Ratio"][0] == "4.8 (3.6 to 6.4)"
    assert not any("_" in heading for heading in read.columns)


def test_a_verdict_that_hangs_on_the_source_is_said(town):
    town.stops("2019-06", {"Black": 60, "White": 200}, **DRUGS)
    other_source(town, Black=24_000, White=80_000)
    finding = disproportionality(Scope(population="Census 2021"), town.view())
    (said,) = [caveat for caveat in finding.caveats if "hangs on the source" in caveat]
    # 60/24,000 against 200/80,000 are the same; limits are those of 4.8 times 1/4.8.
    assert said == (
        "Which rate is higher, or whether that is clear, hangs on the source of residents: the ratio is "
        "4.8 (3.6 to 6.4) with Census 2021, 5,000 Black and 80,000 White residents; 1.0 (0.74 to 1.3) with own, 2011, "
        "24,000 Black and 80,000 White residents."
    )


@pytest.mark.long
def test_a_source_without_residents_of_a_group_says_so(town):
    town.stops("2019-06", {"Black": 60, "White": 200}, **DRUGS)
    other_source(town, White=80_000)
    finding = disproportionality(Scope(population="Census 2021"), town.view())
    older = json.loads(finding.as_json())["tables"]["denominators"][1]
    assert (older["ratio"], older["flag"]) == (None, "no residents counted as Black")


# Every force of the real files


OUT_OF_STEP = {"lancashire": "objects in the file can't be right", "sussex": "what was looked for is said of"}
"""Forces whose files can't say it of searches in June 2019 by self-defined ethnicity."""


@pytest.fixture(scope="session")
def june(real_files):
    """Searches of persons in June 2019 by force: of each object, those of known groups and of unknown ethnicity."""
    starts = {
        "White": "White - ",
        "Black": "Black",
        "Asian": "Asian",
        "Mixed": "Mixed",
        "Other": "Other ethnic group - A",
    }
    counted = {}
    for path in sorted((real_files / "police_uk" / "2019-06").glob("*-stop-and-search.csv*")):
        content = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        objects = defaultdict(Counter)
        for line in csv.DictReader(io.StringIO(content.decode("utf-8-sig"))):
            if line["Type"] != "Vehicle search":
                words = line["Self-defined ethnicity"]
                group = next((name for name, start in starts.items() if words.startswith(start)), "")
                objects[line["Object of search"]][group] += 1
        counted[path.name.removeprefix("2019-06-").partition("-stop-and-search")[0]] = objects
    assert len(counted) > 35
    return counted


@pytest.mark.parametrize("force", sorted(forces()))
def test_every_force_answers_or_says_why_not(real_store, june, force):
    if force not in june:
        pytest.skip("no file of June 2019")
    view, scope = real_store.view(), Scope(force, from_month="2019-06", to_month="2019-06")
    made = disproportionality(scope, view)
    if made.refused:
        return
    searches = comparable(scope, view)
    found = row(made)
    assert (found["ratio_if_unknown_within_object"] is None) == (force in OUT_OF_STEP or not searches.unknown), found[
        "flag"
    ]
    if force in OUT_OF_STEP:
        assert f"not spread by object: {OUT_OF_STEP[force]}" in found["flag"]
        return
    within = within_object(searches).spread
    assert within is not None
    totals = sum(june[force].values(), Counter())
    for place, group in enumerate(BROAD_GROUPS):
        given = 0.0
        for counts in june[force].values():
            known = counts.total() - counts[""]
            part = counts[group] / known if known else totals[group] / (totals.total() - totals[""])
            given += counts[""] * part
        assert within.given[place] == pytest.approx(given)
    assert (
        found["ratio_if_unknown_comparator"] < found["ratio_if_unknown_within_object"] < found["ratio_if_unknown_group"]
    )
    for source in json.loads(made.as_json())["tables"]["denominators"]:
        assert source["flag"].startswith("not given: ") or source["low"] <= source["ratio"] <= source["high"]
