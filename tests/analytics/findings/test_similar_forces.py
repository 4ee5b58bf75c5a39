"""A force beside its most similar forces: counts added up by hand, one test, months in common, and every refusal."""

import csv
import json
import math
from collections import Counter

import numpy as np
import pytest
from scipy.stats import norm

from analytics import disparity
from analytics.findings.stop_and_search import similar_forces
from analytics.findings.stop_and_search.similar_forces import HIGHER, NOT_CLEAR, ONE, OWN, TOGETHER
from analytics.reading import reading_table, reading_titles
from analytics.scope import Scope
from data.settings import settings
from tests.analytics.conftest import EAST, WEST, Town
from tests.conftest import made_once

KENT, SUSSEX, THAMES = "E23000032", "E23000033", "E23000029"
MONTHS = ("2019-03", "2019-04", "2019-05", "2019-06")
SURREY = {"2019-03": (30, 100), "2019-04": (20, 60), "2019-05": (26, 80), "2019-06": (24, 90)}
KENTISH = {"2019-03": (12, 90), "2019-04": (9, 70), "2019-05": (14, 110)}
RESIDENTS = {"White": 40_000, "Black": 4_000, "Asian": 1_000, "Mixed": 900, "Other": 800}


@pytest.fixture
def similar(monkeypatch):
    """A function that sets the most similar forces."""

    def set_to(value):
        monkeypatch.setenv("CONFIDENCE_MOST_SIMILAR", value)
        settings.cache_clear()

    yield set_to
    monkeypatch.undo()
    settings.cache_clear()


@pytest.fixture(scope="module")
def forces_store(tmp_path_factory, police_csv):
    """Surrey (east) and Kent (west), each of one district; Sussex without residents, Thames Valley in June alone."""

    def make(store):
        town = Town(store.root.parent, police_csv)
        town.boundaries(own=1)
        for code, force in ((town.west, KENT), ("E07000061", SUSSEX), ("E07000180", THAMES)):
            text = f"LAD22CD,LAD22NM,PFA22CD,PFA22NM\n{code},{code},{force},{force}\n"
            town.write(f"lookup-{force}.csv", text.encode())
        east, west = RESIDENTS, {group: 2 * number for group, number in RESIDENTS.items()}
        town.census({town.east: ("East", east), town.west: ("West", west), "E07000180": ("Vale", east)})
        for month in MONTHS:
            black, white = SURREY[month]
            here = {("Black", EAST): black - 5, ("Black", None): 5, ("White", EAST): white - 9, ("White", None): 9}
            town.stops(month, here | {("Not stated", EAST): 10})
            if month in KENTISH:
                black, white = KENTISH[month]
                there = {("Black", WEST): black - 4, ("Black", None): 4, ("White", WEST): white - 8, ("White", None): 8}
                town.stops(month, there | {("Not stated", WEST): 2}, force="kent")
            town.stops(month, {("Black", None): 20, ("White", None): 50}, force="sussex")
        town.stops("2019-06", {("Black", None): 20, ("White", None): 50}, force="thames-valley")
        town.view()

    return made_once("similar", tmp_path_factory, make)[0]


def answer(store, **scope):
    return similar_forces(Scope("surrey", from_month="2019-03", to_month="2019-06", **scope), store.view())


def rows_of(finding, table="similar_forces"):
    return json.loads(finding.as_json())["tables"][table]


def row_of(finding, which):
    (found,) = (row for row in rows_of(finding) if row["which"] == which and row["ratio"] is not None)
    return found


@pytest.mark.long
def test_one_force_is_compared_over_the_months_that_both_have(forces_store, similar):
    """March to May: Surrey 76 of 4,000 and 240 of 40,000; Kent 35 of 8,000 and 270 of 80,000."""
    similar("surrey: kent, sussex, thames-valley, btp")
    finding = answer(forces_store)
    own, other, together = (row_of(finding, which) for which in (OWN, ONE, TOGETHER))
    assert (own["stops"], own["comparator_stops"], own["ratio"]) == (76, 240, pytest.approx(76 / 4 / (240 / 40)))
    for row in (other, together):
        assert (row["stops"], row["comparator_stops"], row["ratio"]) == (35, 270, pytest.approx(35 / 8 / (270 / 80)))
        assert (row["rate"], row["comparator_rate"]) == (pytest.approx(35 / 8), pytest.approx(270 / 80))
        assert row["difference"] == pytest.approx(35 / 8 - 270 / 80)
        assert row["excess"] == pytest.approx(35 - 8 * 270 / 80)
        assert row["unknown_share"] == pytest.approx(6 / 311)
        assert row["ratio_if_unknown_group"] == pytest.approx(41 / 8 / (270 / 80))
    figures = [name for name in own if name not in ("name", "which", "force", "find_rate", "flag")]
    assert [together[name] for name in figures] == pytest.approx([other[name] for name in figures])
    assert [row["name"] for row in rows_of(finding)] == [
        "British Transport Police", "Kent Police", "Surrey Police", "Sussex Police", "Thames Valley Police",
        "Most similar forces together",
    ]  # fmt: skip
    said = " ".join(finding.caveats)
    assert "Compared over 3 of the 4 months of Surrey Police, those that all compared forces have: without June" in said
    assert "Thames Valley Police has files for 1 of the 4 months of Surrey Police, under half" in said
    assert "British Transport Police has no area of its own, so there are no residents to set its" in said
    assert "Census 2021 holds no residents of the local authorities of Sussex Police" in said
    assert finding.provenance.scope["to"] == "2019-05"
    assert len([file for file in finding.provenance.files if file.name.endswith("stop-and-search.csv")]) == 6
    assert finding.provenance.settings["Most similar forces of Surrey Police, by CONFIDENCE_MOST_SIMILAR"] == (
        "British Transport Police, Kent Police, Sussex Police and Thames Valley Police"
    )


def test_without_districts_and_months_enough_nothing_is_tested(forces_store, similar):
    similar("surrey: kent")
    finding = answer(forces_store)
    (test,) = rows_of(finding, "against_similar")
    assert (test["verdict"], test["against_similar"], test["flag"]) == ("", None, "not tested")
    assert "Whether the ratios differ was not tested." in finding.answer
    assert any("was not tested: too few months" in caveat for caveat in finding.caveats)


def test_forces_can_be_read_without_a_table(forces_store, similar):
    similar("surrey: kent")
    finding = answer(forces_store)
    assert finding.headline == "Ratio 3.2, similar forces 1.3: not tested"
    assert finding.answer.startswith(
        "By Surrey Police there were 19.0 searches for every 1,000 Black residents against 6.0 for White residents, "
        "March to May 2019: a ratio of 3.2 ("
    )
    assert list(reading_titles(finding).values()) == ["Forces", "The test"]
    assert list(reading_table(finding)["Which"]) == [ONE, OWN, TOGETHER]
    assert len(finding.chart("light").data)


@pytest.mark.parametrize(
    ("setting", "scope", "why"),
    [
        ("", {}, "No most similar forces of Surrey Police are set. Whoever runs the dashboard names them in "),
        ("surrey: btp", {}, "None of the most similar forces of Surrey Police can be compared: British Transport Pol"),
        ("surrey: essex", {}, "None of the most similar forces of Surrey Police can be compared: Nothing loaded says "),
        ("surrey: kent", {"group": "Asian"}, "No search by Surrey Police from March to June 2019 is recorded as Asian"),
    ],
)
def test_what_can_not_be_compared_is_said_in_a_sentence(forces_store, similar, setting, scope, why):
    similar(setting)
    finding = answer(forces_store, **scope)
    assert finding.refused
    assert finding.answer.startswith(why)
    assert finding.answer.endswith(".")


def test_no_force_is_similar_to_an_invented_one(demonstration):
    finding = similar_forces(Scope(), demonstration.view())
    assert finding.answer == "Eskmere Police is invented, so no force is most similar to it."


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ("surrey: kentt", "“kentt” is none of the forces; perhaps “kent” is meant."),
        ("surrey", "no force stands after “surrey”; write it as “surrey: force, force”."),
        ("surrey: kent, surrey", "a force stands twice in the list of “surrey”; name each once, and not the force"),
        ("surrey: kent; surrey: sussex", "a force stands twice in the list of “surrey”; name each once, and not the"),
        ("zzz: kent", "“zzz” is none of the forces; write forces as files of data.police.uk do."),
    ],
)
def test_a_list_that_can_not_be_is_one_sentence(similar, value, why):
    from data.settings import SettingsError

    similar(value)
    with pytest.raises(SettingsError) as refusal:
        settings()
    assert str(refusal.value).startswith(f"CONFIDENCE_MOST_SIMILAR is “{value}”: {why}")


def test_lists_of_several_forces_are_told_apart(similar):
    similar(" Surrey: kent , SUSSEX; kent: surrey; ")
    assert settings().most_similar == {"surrey": ["kent", "sussex"], "kent": ["surrey"]}


# The one test, where both ratios are the same in truth


def drawn(random, group, comparator, clumps):
    """Searches of two groups by 8 districts and 12 months that come in clumps, and what is expected of each group."""
    share, ratio = random.gamma(4, 1 / 4, 8) / 8, np.exp(random.normal(0, 0.3, 8))
    shared = random.gamma(20, 1 / 20, 12) * random.gamma(5, 1 / 5, (8, 12)) / 12
    counts = []
    for expected in (group * share * ratio, comparator * share):
        own = random.gamma(1 / clumps, clumps, (8, 12)) if clumps else 1
        counts.append(random.poisson(expected[:, None] * shared * own))
    return *counts, float(group * (share * ratio).sum()), float(comparator * share.sum())


def called_different(draws, group, clumps):
    """Share of forces that are called different from four others, in truth with the same ratio."""
    random, called = np.random.default_rng(7), 0
    for _ in range(draws):
        members = [drawn(random, group * times, 5 * group * times, clumps) for times in (1, 0.5, 1, 2, 3)]
        ratios = []
        for some in (members[:1], members[1:]):
            a, b = (np.concatenate([member[at] for member in some]) for at in (0, 1))
            areas = np.repeat(np.arange(len(a)), 12)
            factor = disparity.split_dispersion(a.ravel(), b.ravel(), areas).factor
            people = [sum(member[at] for member in some) for at in (2, 3)]
            made = disparity.rate_ratio(int(a.sum()), people[0], int(b.sum()), people[1], factor or 1.0)
            ratios.append(disparity.Estimate(made.estimate, made.low, made.high))
        test = disparity.ratio_of_ratios(*ratios)
        called += not test.low <= 1 <= test.high
    return called / draws


def test_forces_alike_are_seldom_called_different():
    assert called_different(20, 60, 0.4) <= 0.2


@pytest.mark.long
@pytest.mark.parametrize(("group", "clumps"), [(60, 0), (60, 0.4), (300, 0.4), (1000, 0.2)])
def test_forces_alike_are_called_different_in_one_case_of_twenty(group, clumps):
    """Nominal is .05; three Monte Carlo standard errors of 600 draws are .027."""
    assert called_different(600, group, clumps) == pytest.approx(0.05, abs=0.027)


# Bedfordshire, Lancashire and the West Midlands, 2019, counted from the text of the files

FORCES = {"bedfordshire": "E23000026", "lancashire": "E23000003", "west-midlands": "E23000014"}


@pytest.fixture(scope="module")
def by_hand(real_files):
    """Searches of persons and residents by force and group, with the csv module alone."""
    searches, residents = Counter(), Counter()
    for force in FORCES:
        for path in (real_files / "police_uk").glob(f"2019-*/*-{force}-stop-and-search.csv"):
            with path.open(encoding="utf-8-sig") as file:
                for row in csv.DictReader(file):
                    if row["Type"] != "Vehicle search":
                        searches[force, row["Self-defined ethnicity"].partition("/")[0].partition(" - ")[0]] += 1
    with (real_files / "census" / "lad_to_csp_to_pfa_dec2016_lookup.csv").open(encoding="utf-8-sig") as file:
        of = {row["LAD16CD"]: row["PFA16CD"] for row in csv.DictReader(file)}
    with (real_files / "census" / "census2021_ethnic_group_by_sex_lad.csv").open(encoding="utf-8-sig") as file:
        for row in csv.DictReader(file):
            for force, code in FORCES.items():
                if of.get(row["Geography Code"]) == code:
                    for group in ("White", "Black"):
                        cells = [cell for column, cell in row.items() if column.startswith(group)]
                        residents[force, group] += sum(int(cell) for cell in cells if cell.isdigit())
    return searches, residents


@pytest.mark.real
def test_real_forces_together_are_their_searches_and_residents_added_up(real_store, similar, by_hand):
    similar("bedfordshire: west-midlands, lancashire")
    searches, residents = by_hand
    finding = similar_forces(Scope("bedfordshire", from_month="2019-01", to_month="2019-12"), real_store.view())
    own, together = row_of(finding, OWN), row_of(finding, TOGETHER)

    def by(forces):
        counts = [[sum(table[f, g] for f in forces) for g in ("Black", "White")] for table in (searches, residents)]
        (a, b), (people_a, people_b) = counts
        return a, b, people_a, people_b, a / people_a / (b / people_b)

    for row, forces in ((own, ["bedfordshire"]), (together, ["lancashire", "west-midlands"])):
        named = ("stops", "comparator_stops", "population", "comparator_population", "ratio")
        assert [row[name] for name in named] == pytest.approx(by(forces))
    assert (together["stops"], together["comparator_stops"]) == (4_001, 14_684)
    (test,) = rows_of(finding, "against_similar")
    against = own["ratio"] / together["ratio"]
    low, high = (math.log(own["ratio"] / own["low"]), math.log(own["high"] / own["ratio"]))
    less, more = (math.log(together["ratio"] / together["low"]), math.log(together["high"] / together["ratio"]))
    assert test["against_similar"] == pytest.approx(against)
    assert test["low"] == pytest.approx(against * math.exp(-math.hypot(low, more)))
    assert test["high"] == pytest.approx(against * math.exp(math.hypot(high, less)))
    towards = math.hypot(high, less) if against < 1 else math.hypot(low, more)
    assert test["p_value"] == pytest.approx(2 * norm.sf(1.959964 * abs(math.log(against)) / towards), rel=1e-4)
    assert test["verdict"] == ("clearly lower" if test["high"] < 1 else HIGHER if test["low"] > 1 else NOT_CLEAR)
    assert "stays open. As recorded: by Bedfordshire Police" in finding.answer
