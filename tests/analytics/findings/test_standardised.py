"""Rates standardised for age and sex: added up by hand, by age alone, census bands that fit or not, every refusal."""

import json
import math

import numpy as np
import pytest
from scipy.optimize import brentq
from scipy.stats import betabinom, binom, f

from analytics.findings.ages import in_bands, made_of
from analytics.findings.stop_and_search import children, standardised
from analytics.findings.stop_and_search.residents_by_age import NEEDED
from analytics.reading import reading_table, reading_titles
from analytics.scope import Scope
from data import counting, publishing
from data.cubes import CONDUCT_CUBE
from data.publishing import recount
from data.tables import Table
from data.vocabularies import ethnicity
from tests.analytics.conftest import EAST, ETHNICITY, GOLDEN

BANDS = {  # of the census, by the age band of searches
    "under 10": {"Under 10"},
    "10-17": {"10 to 15", "16 to 17"},
    "18-24": {"18 to 24"},
    "25-34": {"25 to 34"},
    "over 34": {"35 to 54", "55 to 64", "65 and over"},
}
LISTED = {
    "White": "White: English, Welsh, Scottish, Northern Irish or British",
    "Black": "Black, Black British, Black Welsh, Caribbean or African: African",
}


def rows_of(finding, table="standardised"):
    return json.loads(finding.as_json())["tables"][table]


def interval(a, n_a, b, n_b, standard, factor):
    """Fay's mid-P interval of a ratio of standardised rates by scipy, widened as the beta-binomial split of all is.

    Half of the quotients of L and U, and half of those of U and L: gamma variables with the mean and variance of a
    weighted sum of Poisson counts, and with the largest weight added. Their quotient is F but for a factor.
    """
    ends = []
    for x, n in ((a, n_a), (b, n_b)):
        w = np.array(standard) / sum(standard) / np.array(n)
        y, v, m = (w * x).sum(), (w**2 * x).sum(), w.max()
        ends.append([(y, y**2 / v), (y + m, (y + m) ** 2 / (v + m**2))])
    pairs = [(ends[0][0], ends[1][1]), (ends[0][1], ends[1][0])]
    total, group = sum(a) + sum(b), sum(a)

    def below(ratio):
        return sum(f(2 * one[1], 2 * two[1]).cdf(ratio * two[0] / one[0]) for one, two in pairs) / 2

    def of_all(level, law):
        def gap(log):
            share = 1 / (1 + math.exp(-log))
            return law(share).sf(group) + law(share).pmf(group) / 2 - level

        return brentq(gap, -9, 9) - math.log(group / (total - group))

    def clumped(p):
        size = (total - factor) / (factor - 1)
        return betabinom(total, p * size, (1 - p) * size)

    estimate, limits = ends[0][0][0] / ends[1][0][0], []
    for level in (0.025, 0.975):
        alone = brentq(lambda ratio, level=level: below(ratio) - level, estimate / 100, estimate * 100)
        times = of_all(level, clumped) / of_all(level, lambda p: binom(total, p)) if factor > 1 else 1
        limits.append(estimate * (alone / estimate) ** times)
    return estimate, *limits


def test_the_demonstration_is_standardised_as_its_rows_are_added_up_by_hand(demonstration):
    """Direct standardisation from the rows themselves: weights of all residents, searches of known age and sex."""
    view = demonstration.view()
    finding = standardised(Scope(), view)
    people, stops = (view.rows(name).collect("pandas").to_native() for name in ("population", "stops"))
    people = people[people["level"] == "district"]
    broad = {
        name: {value: group.broad for value, group in ethnicity(name).items()}
        for name in ("census_2021", "police_18_1")
    }
    stops = stops[stops["month"].between("2025-10", "2026-09") & (stops["type"] != "Vehicle search")]
    told = stops["self_defined_ethnicity"].map(broad["police_18_1"])
    lives = people["ethnicity"].map(broad["census_2021"])
    summed, base = {"Black": 0.0, "White": 0.0}, 0
    cells = {group: [] for group in summed}
    standard = []
    for age, bands in BANDS.items():
        for sex in ("Female", "Male"):
            there = people["age"].isin(bands) & (people["sex"] == sex)
            weight = people.loc[there, "residents"].sum() / people["residents"].sum()
            standard.append(int(people.loc[there, "residents"].sum()))
            for group in summed:
                searched = int(((stops["age_range"] == age) & (stops["gender"] == sex) & (told == group)).sum())
                living = int(people.loc[there & (lives == group), "residents"].sum())
                summed[group] += weight * searched / living
                cells[group].append((searched, living))
                base += searched
    (row,) = (row for row in rows_of(finding) if row["group"] == "Black")
    assert row["base"] == base
    assert row["rate_standardised"] == pytest.approx(1000 * summed["Black"])
    assert row["comparator_rate_standardised"] == pytest.approx(1000 * summed["White"])
    assert row["ratio_standardised"] == pytest.approx(summed["Black"] / summed["White"])
    # Groups of the demonstration are searched at every age alike, and Black residents are younger.
    assert row["ratio_standardised"] < row["ratio"] == pytest.approx(row["ratio_known"], rel=0.02)
    (a, n_a), (b, n_b) = (zip(*cells[group], strict=True) for group in ("Black", "White"))
    assert row["dispersion"] > 1
    _, low, high = interval(a, n_a, b, n_b, standard, row["dispersion"])
    assert (row["ratio_standardised_low"], row["ratio_standardised_high"]) == pytest.approx((low, high), rel=1e-6)
    assert finding.headline == "Same age and sex: a ratio of 4.1; as recorded 4.6"
    strata = {(row["age_band"], row["sex"]): row for row in rows_of(finding, "strata")}
    held = [place for place, row in strata.items() if row["stops"] is None]
    assert held == [("Under 10", "Male"), ("10 to 17", "Female")]
    assert strata["10 to 17", "Female"]["flag"] == "withheld: with the total it would tell a small count"
    assert strata["Under 10", "Female"]["stops"] == 0
    rules = " ".join(finding.provenance.rules)
    assert "Searches of the age 10 to 17 set against residents of: 10 to 15; 16 to 17" in rules
    assert list(reading_titles(finding).values()) == ["Groups", "Ages and sexes"]
    assert len(reading_table(finding, "strata")) == 10
    assert len(finding.chart("light").data)
    young = children(Scope(), view)
    assert "Searches of children for every 1,000 residents under 18: Black 24.2 (" in young.answer


@pytest.fixture
def write(town):
    """A function that writes a population by age (and sex), and searches: (group, age, gender) and how many."""

    def run(ages, searches, sexes=("Female", "Male")):
        lines = [
            f'E07000211,East,2019,census_2021,"{LISTED[group]}",{sex},{age},{number}'
            for age, numbers in ages.items()
            for group, number in numbers.items()
            for sex in sexes
        ]
        head = "area_code,area_name,year,ethnicity_list,ethnicity,sex,age,residents"
        town.boundaries(own=1)
        town.write("own.csv", "\n".join([head, *lines, ""]).encode())
        for month in ("2019-04", "2019-05", "2019-06"):
            rows = []
            for (group, age, gender), number in searches.items():
                cells = {"Type": "Person search", "Self-defined ethnicity": ETHNICITY[group], "Age range": age}
                place = {"Longitude": str(EAST[0]), "Latitude": str(EAST[1])}
                rows += [cells | place | {"Gender": gender}] * number
            town.write(f"{month}-surrey-stop-and-search.csv", town.police_csv(rows))
        return town.view()

    return run


FITS = {
    "0 to 9": {"White": 4000, "Black": 900},
    "10 to 17": {"White": 3000, "Black": 600},
    "18 to 24": {"White": 4000, "Black": 700},
    "25 to 34": {"White": 9000, "Black": 500},
    "35 and over": {"White": 30_000, "Black": 400},
}
SEARCHED = {
    ("White", "10-17", "Male"): 12,
    ("White", "18-24", "Male"): 30,
    ("White", "over 34", "Female"): 9,
    ("Black", "10-17", "Male"): 8,
    ("Black", "18-24", "Female"): 14,
}


@pytest.mark.long
def test_without_sexes_it_is_by_age_alone(write):
    finding = standardised(Scope(), write(FITS, SEARCHED, sexes=("",)))
    row = next(row for row in rows_of(finding) if row["group"] == "Black")
    white, black = ([FITS[age][group] for age in FITS] for group in ("White", "Black"))
    everyone = [a + b for a, b in zip(white, black, strict=True)]
    expected = interval([0, 24, 42, 0, 0], black, [0, 36, 90, 0, 27], white, everyone, 1)
    assert row["dispersion"] in (None, 1)
    shown = [row["ratio_standardised" + end] for end in ("", "_low", "_high")]
    assert shown == pytest.approx(expected, rel=1e-6)
    assert "own, 2019 does not tell sexes apart: by age alone." in finding.caveats
    assert {row["sex"] for row in rows_of(finding, "strata")} == {"Any"}
    assert finding.headline.startswith("Same age: a ratio of ")


@pytest.mark.long
@pytest.mark.parametrize(
    ("ages", "searches", "why"),
    [
        (
            {"Under 16": FITS["0 to 9"], "16 and over": FITS["35 and over"]},
            SEARCHED,
            "own, 2019 counts ages by ethnic gro",
        ),
        (FITS | {"0 to 9": {"White": 4000, "Black": 0}}, SEARCHED, "own, 2019 holds no residents counted as Black of "),
        (
            FITS,
            SEARCHED | {("Black", "", "Male"): 30},
            "The file says age and sex for 42\u00a0% of the searches of Blac",
        ),
        (
            FITS,
            SEARCHED | {("White", "10-17", ""): 90},
            "The file says age and sex for 36\u00a0% of the searches of Whi",
        ),
    ],
)
def test_what_can_not_be_standardised_is_refused_in_a_sentence(write, ages, searches, why):
    finding = standardised(Scope(), write(ages, searches))
    assert finding.refused
    assert finding.answer.startswith(why)
    assert finding.answer.endswith(".")


@pytest.mark.long
def test_without_ages_it_is_said_what_to_load_or_to_choose(golden_town, town):
    finding = standardised(Scope(), golden_town.view())
    assert finding.refused
    assert finding.answer == f"Census 2021 holds no ages by ethnic group; {NEEDED}."
    town.boundaries(own=1)
    town.census({town.east: ("East", GOLDEN)})
    town.stops("2021-06", {"Black": 60, "White": 200})
    lines = [f'E07000211,2015,census_2021,"{name}",,{age},500' for age in FITS for name in LISTED.values()]
    head = "area_code,year,ethnicity_list,ethnicity,sex,age,residents"
    town.write("other.csv", "\n".join([head, *lines, ""]).encode())
    said = "Census 2021 holds no ages by ethnic group; choose other, 2015 as the source of residents."
    assert standardised(Scope(), town.view()).answer == said
    assert f"No rate for each resident is given: {said}" in children(Scope(), town.view()).caveats


@pytest.mark.long
def test_a_release_of_before_genders_were_counted_is_refused_with_the_way_out(write, town, monkeypatch):
    without = Table(CONDUCT_CUBE.name, "", tuple(c for c in CONDUCT_CUBE.columns if c.name != "gender"))

    def counted(view, loads):
        return publishing.count_conduct(view, loads).drop(["gender"])

    with monkeypatch.context() as older:
        older.setattr(counting, "inputs", lambda cubes: {"code": "older"})
        cubes = [
            publishing.Cube(without, c.source, counted, c.step, c.by_area) if c.table is CONDUCT_CUBE else c
            for c in publishing.CUBES
        ]
        older.setattr(publishing, "CUBES", tuple(cubes))
        finding = standardised(Scope(), write(FITS, SEARCHED))
    assert finding.answer.startswith("Release 1 was counted before the genders of those searched were; the command ")
    assert not children(Scope(), town.view()).refused
    recount(town.store, "Ada", "genders")
    assert not standardised(Scope(), town.view()).refused


def test_bands_of_two_files_fit_where_they_leave_no_year_out():
    assert made_of(["0 to 4", "5 to 7", "8 to 9", "10 to 14"], 0, 9) == ["0 to 4", "5 to 7", "8 to 9"]
    assert made_of(["0 to 4", "8 to 9"], 0, 9) == []
    assert made_of(["35 to 64", "65+"], 35, 200) == ["35 to 64", "65+"]
    residents = {"16 to 17": 2, "18 to 24": 7, "Under 16": 5, "unknown": 1, "65 and over": 3}
    assert in_bands(residents, ["16-24", "65+", "35-44"]) == {"Under 16": 5, "16-24": 9, "65+": 3, "unknown": 1}
    assert in_bands(residents, ["16 to 24", "16 to 34"])["16 to 24"] == 9
