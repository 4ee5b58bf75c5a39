"""What records of searches do not say: counts, bounds worked out here, the order, months, and published files."""

from __future__ import annotations

import csv
import gzip
import io
import json
import re
from collections import Counter

import pytest

from analytics.findings.searches import Searches
from analytics.findings.stop_and_search import by_object, disproportionality, quality, recording
from analytics.findings.stop_and_search.quality import _counted
from analytics.reading import reading_table, reading_titles
from analytics.scope import Scope
from data import counting, publishing
from data.publishing import recount
from data.vocabularies import forces
from tests.analytics.conftest import EAST, ETHNICITY

ARREST, NFA = "Arrest", "A no further action disposal"
DRUGS = "Misuse of Drugs Act 1971 (section 23)"
PEOPLE = {"White": 80_000, "Black": 5_000, "Asian": 4_000, "Mixed": 2_000, "Other": 1_000}
WHOLE = {
    "Type": "Person search",
    "Longitude": str(EAST[0]),
    "Latitude": str(EAST[1]),
    "Self-defined ethnicity": ETHNICITY["White"],
    "Officer-defined ethnicity": "White",
    "Legislation": DRUGS,
    "Object of search": "Controlled drugs",
    "Outcome": NFA,
    "Outcome linked to object of search": "False",
}


def searched(number, **cells):
    """As many rows that say everything, but for what is given; words are joined by low lines."""
    named = {column.replace(" ", "_").replace("-", "_"): column for column in WHOLE}
    return [WHOLE | {named[name]: value for name, value in cells.items()}] * number


@pytest.fixture
def write(town):
    """A function that writes months of rows and gives the view; one district of the force has residents."""
    town.boundaries(own=1)
    town.census({town.east: ("East", PEOPLE)})

    def run(**months):
        for month, rows in months.items():
            content = town.police_csv([part for rows_of in rows for part in rows_of])
            town.write(f"{month[1:5]}-{month[5:]}-surrey-stop-and-search.csv", content)
        return town.view()

    return run


BLACK = {"Self_defined_ethnicity": ETHNICITY["Black"], "Officer_defined_ethnicity": "Black"}
GAPS = [
    searched(100),
    searched(50, **BLACK),
    searched(20, Self_defined_ethnicity=ETHNICITY["Not stated"]),
    searched(10, Self_defined_ethnicity="", Officer_defined_ethnicity=""),
    searched(5, Officer_defined_ethnicity=""),
    searched(4, Longitude="", Latitude=""),
    searched(3, Longitude="-2.0", Latitude="53.0"),
    searched(6, Legislation=""),
    searched(2, Legislation="Witchcraft Act 1735"),
    searched(7, Object_of_search=""),
    searched(8, Object_of_search="Detailed object of search unavailable"),
    searched(9, Outcome=""),
    searched(30, Outcome=ARREST, Outcome_linked_to_object_of_search="True"),
    searched(15, Outcome=ARREST, Outcome_linked_to_object_of_search=""),
]
TOTAL = sum(len(rows) for rows in GAPS)
"""269 searches: 219 are of people whose own word is White, and 50 of Black people but for those without a word."""


def rows_of(finding, table="quality"):
    return json.loads(finding.as_json())["tables"][table]


def by_check(finding):
    return {row["check"]: row for row in rows_of(finding)}


@pytest.mark.long
def test_each_gap_is_counted(write):
    checks = by_check(quality(Scope(), write(m201906=GAPS)))
    assert {name: (row["searches"], row["of"]) for name, row in checks.items()} == {
        "Self-defined ethnicity unknown": (30, TOTAL),
        "Self-defined ethnicity not stated": (20, TOTAL),
        "Self-defined ethnicity blank": (10, TOTAL),
        "Self-defined ethnicity not in list": (0, TOTAL),
        "Officer-defined ethnicity blank": (15, TOTAL),
        "Officer-defined ethnicity not in list": (0, TOTAL),
        "Ethnicity known from neither word": (10, TOTAL),
        "No coordinates": (4, TOTAL),
        "In no district that is loaded": (3, TOTAL),
        "Power not recorded": (6, TOTAL),
        "Power not in our list": (2, TOTAL),
        "Object not given": (7, TOTAL),
        "Object not in our list": (0, TOTAL),
        "Object not detailed": (8, TOTAL),
        "Outcome not given": (9, TOTAL),
        "Outcome not in our list": (0, TOTAL),
        "Object at odds with the drugs power": (0, TOTAL - 8 - 15),
        "Link to the object not given": (15, 45),
        "Months without a file": (0, 1),
        "Hour of day not usable": (0, 1),
    }
    for row in checks.values():
        assert row["share"] == pytest.approx(row["searches"] / row["of"])
        assert (row["bears_on"] == "Nothing is missing.") == (row["searches"] == 0)


def test_bounds_are_what_could_be(write):
    """The ratio, and shares of the searches under powers that need grounds, from the numbers of rows above."""
    checks = by_check(quality(Scope(), write(m201906=GAPS)))
    black, white = 50, TOTAL - 50 - 30

    def ratio(a, b):
        return (a / 5_000) / (b / 80_000)

    unknown = checks["Self-defined ethnicity unknown"]
    assert (unknown["as_recorded"], unknown["bound_low"], unknown["bound_high"]) == pytest.approx(
        (ratio(black, white), ratio(black, white + 30), ratio(black + 30, white))
    )
    stated = checks["Self-defined ethnicity not stated"]
    assert (stated["as_recorded"], stated["bound_low"], stated["bound_high"]) == pytest.approx(
        (ratio(black, white), ratio(black, white + 20), ratio(black + 20, white))
    )
    blank = checks["Officer-defined ethnicity blank"]
    seen = TOTAL - 50 - 15
    assert (blank["as_recorded"], blank["bound_low"], blank["bound_high"]) == pytest.approx(
        (ratio(50, seen), ratio(50, seen + 15), ratio(65, seen))
    )
    grounds = TOTAL - 8
    known = grounds - 7 - 8
    given = checks["Object not given"]
    assert (given["as_recorded"], given["bound_low"], given["bound_high"]) == pytest.approx(
        (1.0, known / (known + 7), 1.0)
    )
    power = checks["Power not recorded"]
    assert (power["as_recorded"], power["bound_low"], power["bound_high"]) == pytest.approx((0, 0, 6 / TOTAL))
    outcome = checks["Outcome not given"]
    assert (outcome["as_recorded"], outcome["bound_low"], outcome["bound_high"]) == pytest.approx(
        (45 / (grounds - 9), 45 / grounds, 54 / grounds)
    )
    link = checks["Link to the object not given"]
    # Of 45 outcomes 30 say whether they are linked: under four fifths, so that no strict rate is given anywhere.
    assert link["as_recorded"] is None
    assert (link["bound_low"], link["bound_high"]) == pytest.approx((30 / (grounds - 9), 45 / (grounds - 9)))
    place = checks["No coordinates"]
    assert (place["as_recorded"], place["bound_low"]) == (pytest.approx(1 - 4 / TOTAL), None)


def test_what_bears_most_on_the_ratio_is_said_first(write):
    """Unknown ethnicity is 11 % and can move the ratio; links are missing of 33 %, and move no ratio."""
    finding = quality(Scope(), write(m201906=GAPS))
    assert [row["check"] for row in rows_of(finding)][:6] == [
        "Self-defined ethnicity unknown", "Self-defined ethnicity not stated", "Self-defined ethnicity blank",
        "Officer-defined ethnicity blank", "No coordinates", "In no district that is loaded",
    ]  # fmt: skip
    rest = [row["share"] for row in rows_of(finding) if row["share"]][6:]
    assert rest == sorted(rest, reverse=True)
    assert rest[0] == pytest.approx(15 / 45)
    low, high = (50 / 5_000) / (219 / 80_000), (80 / 5_000) / (189 / 80_000)
    span = f"{low:.1f} to {high:.1f}"
    assert finding.headline == f"Ethnicity unknown for 11\u00a0%: ratio from {span}"
    assert finding.answer == (
        f"Of {TOTAL} searches of persons, June 2019: self-defined ethnicity is unknown for 11\u00a0%, with whom the "
        f"Black to White ratio could be {span}; 3\u00a0% without a place, in no figure within districts; 1 month "
        "alone, too few to see how searches vary."
    )
    assert [line.text for line in finding.lines] == [
        finding.headline,
        "3\u00a0% without a place",
        "1 month alone, too few to see how searches vary",
    ]
    assert not any(line.look for line in finding.lines)


def test_the_unknown_range_is_that_of_the_ratio_itself(write):
    """One figure in one place: the bounds of the check are those that stand beside the ratio."""
    view = write(m201906=GAPS)
    unknown = by_check(quality(Scope(), view))["Self-defined ethnicity unknown"]
    (row,) = [
        row for row in json.loads(disproportionality(Scope(), view).as_json())["table"] if row["group"] == "Black"
    ]
    assert (unknown["bound_low"], unknown["bound_high"], unknown["share"]) == (
        row["ratio_if_unknown_comparator"],
        row["ratio_if_unknown_group"],
        row["unknown_share"],
    )


def test_what_is_recorded_and_what_is_not_are_all(write):
    """The five tests and the checks of records count the same power and the same word on ethnicity."""
    view = write(m201906=GAPS)
    checks, searches = by_check(quality(Scope(), view)), Searches.of(Scope(), view)
    for recorded, names in (
        (recording.power(searches), ("Power not recorded", "Power not in our list")),
        (recording.ethnicity(searches), ("Self-defined ethnicity blank", "Self-defined ethnicity not in list")),
    ):
        assert recorded.yes.sum() + sum(checks[name]["searches"] for name in names) == TOTAL


@pytest.mark.long
@pytest.mark.parametrize(("at_midnight", "gone"), [(5, 1), (4, 0)])
def test_months_whose_hours_are_dates_alone_are_told_by_month(write, at_midnight, gone):
    """Of 100 searches with a time 5 at 00:00 are too many, and 4 are not; the month before has none."""
    noon = [row | {"Date": "2019-05-05T12:30:00+00:00"} for row in searched(60)]
    late = [row | {"Date": "2019-06-05T12:30:00+00:00"} for row in searched(100 - at_midnight)]
    dates = [row | {"Date": "2019-06-06T00:00:00+00:00"} for row in searched(at_midnight)]
    finding = quality(Scope(), write(m201905=[noon], m201906=[late, dates]))
    hours = by_check(finding)["Hour of day not usable"]
    assert (hours["searches"], hours["of"], hours["unit"]) == (gone, 2, "months")
    told = [row for row in rows_of(finding, "by_month") if row["check"] == "Recorded at 00:00"]
    assert [(row["month"], row["searches"], row["of"], row["share"]) for row in told] == (
        [("2019-06", 5, 100, 0.05)] if gone else []
    )
    said = "The hour can't be used in June 2019 (5\u00a0%): so many searches are at exactly 00:00."
    assert (said in finding.caveats) == bool(gone)
    assert ("; hour not usable in 1 of 2 months." in finding.answer) == bool(gone)
    assert any("Of other months no such figure is kept." in caveat for caveat in finding.caveats)


@pytest.mark.long
def test_a_strict_rate_is_a_range_where_links_are_not_given(write):
    """Of 50 outcomes 5 leave the link out: 45 to 50 of 150, and no rate of the 145 that say it."""
    linked = searched(45, Outcome=ARREST, Outcome_linked_to_object_of_search="True")
    rows = [searched(100), linked, searched(5, Outcome=ARREST, Outcome_linked_to_object_of_search="")]
    link = by_check(quality(Scope(), write(m201906=rows)))["Link to the object not given"]
    assert (link["as_recorded"], link["bound_low"], link["bound_high"]) == (
        None,
        pytest.approx(0.3),
        pytest.approx(1 / 3),
    )
    assert link["bears_on"] == (
        "Find rate, outcome linked to the object: 30\u00a0% if none of these were among them and 33\u00a0% if all were."
    )


@pytest.mark.long
def test_where_no_power_is_recorded_no_share_of_powers_is(write):
    finding = quality(Scope(), write(m201906=[searched(100, Legislation="")]))
    power = by_check(finding)["Power not recorded"]
    assert (power["as_recorded"], power["bound_low"], power["bound_high"]) == (None, 0, 1)
    assert "as recorded" not in power["bears_on"]
    assert finding.headline == "1 month alone, too few to see how searches vary"
    assert finding.answer.endswith(
        ": self-defined ethnicity is known of all; all have a place; 1 month alone, too few to see how searches vary."
    )


@pytest.mark.long
def test_objects_that_contradict_the_power_are_found(write):
    """Under the power to search for drugs 25 of 125 searches are for something else: a fifth. One more is too many."""
    rows = [searched(100), searched(5, Legislation=""), searched(25, Object_of_search="Offensive weapons")]
    view = write(m201906=rows)
    odd = by_check(quality(Scope(), view))["Object at odds with the drugs power"]
    assert (odd["searches"], odd["of"], odd["unit"]) == (25, 125, "drugs searches")
    assert odd["bears_on"].endswith("section 23” only drugs can be looked for.")
    assert not by_object(Scope(), view).refused
    view = write(m201906=[*rows, searched(1, Object_of_search="Fireworks")])
    odd = by_check(quality(Scope(), view))["Object at odds with the drugs power"]
    assert odd["bears_on"].endswith("so many that the objects can't be right, and no share of them is given.")
    refused = by_object(Scope(), view)
    assert (refused.refused, refused.answer) == (
        True,
        "Of the 126 searches by Surrey Police in June 2019 under “Misuse of Drugs Act 1971, section 23”, the power to "
        "search for drugs, 79\u00a0% are said to be for drugs: the objects in the file can't be right, so no share is "
        "given.",
    )


def test_chosen_power_and_district_limit_what_is_checked(write, town):
    view = write(m201906=GAPS)
    one = by_check(quality(Scope(power="Misuse of Drugs Act 1971, section 23"), view))
    assert one["Power not recorded"]["searches"] == 0
    assert one["Object not given"]["of"] == TOTAL - 8
    east = by_check(quality(Scope(area=town.east), view))
    assert (east["No coordinates"]["searches"], east["No coordinates"]["of"]) == (0, TOTAL - 7)


def test_what_is_unknown_is_told_by_the_word_that_is_asked_for(write):
    """By officers 50 of 254 known searches are of Black people and 15 are of nobody known, by hand as above."""
    made = quality(Scope(definition="officer"), write(m201906=GAPS))
    checks = by_check(made)
    unknown, seen = checks["Officer-defined ethnicity unknown"], TOTAL - 50 - 15

    def ratio(a, b):
        return (a / 5_000) / (b / 80_000)

    assert (unknown["searches"], unknown["of"]) == (15, TOTAL)
    assert (unknown["as_recorded"], unknown["bound_low"], unknown["bound_high"]) == pytest.approx(
        (ratio(50, seen), ratio(50, seen + 15), ratio(65, seen))
    )
    assert "Self-defined ethnicity unknown" not in checks
    assert checks["Self-defined ethnicity not stated"]["searches"] == 20
    low, high = (f"{value:.1f}" for value in (ratio(50, seen + 15), ratio(65, seen)))
    assert made.lines[0].text == f"Ethnicity unknown for 6\u00a0%: ratio from {low} to {high}"


@pytest.mark.long
def test_months_without_a_file_and_by_month(write):
    april = [searched(40), searched(10, Object_of_search="")]
    june = [searched(60), searched(30, Object_of_search="")]
    finding = quality(Scope(), write(m201904=april, m201906=june))
    months = by_check(finding)["Months without a file"]
    assert (months["searches"], months["of"], months["unit"]) == (1, 3, "months")
    assert months["share"] == pytest.approx(1 / 3)
    assert months["bears_on"] == (
        "Every figure is over the other 2 months; what was recorded in it is not known, and is no zero."
    )
    assert finding.headline == "1 of 3 months without a file"
    assert finding.answer.endswith("; all have a place; 1 of 3 months without a file.")
    assert [line.look for line in finding.lines] == [False, False, True]
    assert [(row["check"], row["month"], row["searches"], row["of"]) for row in rows_of(finding, "by_month")] == [
        ("Object not given", "2019-04", 10, 50),
        ("Object not given", "2019-06", 30, 90),
    ]


@pytest.mark.long
def test_nothing_missing_is_said(write):
    finding = quality(Scope(), write(m201906=[searched(60), searched(20, **BLACK)]))
    assert finding.headline == "Nothing that is checked is missing"
    assert finding.answer == "Of 80 searches of persons, June 2019, nothing that is checked is missing."
    assert {row["share"] for row in rows_of(finding) if row["of"]} == {0}
    assert by_check(finding)["Link to the object not given"]["flag"] == "no outcomes"


@pytest.mark.long
def test_of_very_few_searches_no_share_is_said(write):
    finding = quality(Scope(), write(m201906=[searched(6), searched(3, Object_of_search="")]))
    assert finding.headline == "Too few searches to say"
    given = by_check(finding)["Object not given"]
    assert (given["share"], given["as_recorded"], given["flag"]) == (None, None, "too few to say")
    assert {row["share"] for row in rows_of(finding, "by_month")} == {None}


def test_without_residents_there_is_no_ratio_to_bound(town):
    town.write("2019-06-btp-stop-and-search.csv", town.police_csv([row for rows in GAPS for row in rows]))
    stated = by_check(quality(Scope("btp"), town.view()))["Self-defined ethnicity not stated"]
    assert (stated["searches"], stated["as_recorded"]) == (20, None)
    finding = quality(Scope("btp"), town.view())
    assert finding.lines[0].text == "Ethnicity unknown for 11\u00a0%"
    assert stated["bears_on"] == "Every figure by group leaves these searches out; there is no ratio to bound."


def test_tables_read_and_the_chart_marks_what_is_large(write):
    finding = quality(Scope(), write(m201906=GAPS))
    assert list(reading_titles(finding).values()) == ["What is missing", "By month"]
    for table in ("quality", "by_month"):
        read = reading_table(finding, table)
        assert not any("_" in heading for heading in read.columns)
        assert not read.map(lambda text: text in ("nan", "None", "<NA>")).any(axis=None)
    for mode in ("light", "dark"):
        symbols = [trace.marker.symbol for trace in finding.chart(mode).data if trace.mode == "markers"]
        assert symbols == ["circle", "diamond"]
        marks = [trace for trace in finding.chart(mode).data if trace.mode == "markers"]
        assert [len(trace.x) for trace in marks] == [12, 1]
        assert finding.chart(mode).layout.xaxis.range[1] > 1 / 3


@pytest.mark.long
def test_a_release_of_before_the_cube_checks_the_rest(write, town, monkeypatch):
    with monkeypatch.context() as older:
        older.setattr(counting, "inputs", lambda cubes: {"code": "older"})
        kept = tuple(cube for cube in publishing.CUBES if cube.table.name != "outcomes_cube")
        older.setattr(publishing, "CUBES", kept)
        finding = quality(Scope(), write(m201906=GAPS))
    assert not finding.refused
    assert "Object not given" not in by_check(finding)
    assert by_check(finding)["No coordinates"]["searches"] == 4
    assert finding.caveats[0].startswith("This release was counted before outcomes of searches were")
    recount(town.store, "Ada", "outcomes of searches")
    assert "Object not given" in by_check(quality(Scope(), town.view()))


# Every force of June 2019, counted from the text of the files


@pytest.fixture(scope="session")
def june(real_files):
    """Searches of persons by force that lack something, with the csv module."""
    counts = {}
    for path in sorted((real_files / "police_uk" / "2019-06").glob("*-stop-and-search.csv*")):
        content = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        force = path.name.removeprefix("2019-06-").partition("-stop-and-search")[0]
        counts[force] = Counter()
        for row in csv.DictReader(io.StringIO(content.decode("utf-8-sig"))):
            if row["Type"] == "Vehicle search":
                continue
            outcome = row["Outcome"]
            something = outcome != "" and "no further action" not in outcome.casefold()
            counts[force].update(
                {
                    "all": 1,
                    "Self-defined ethnicity not stated": "Not stated" in row["Self-defined ethnicity"],
                    "Self-defined ethnicity blank": row["Self-defined ethnicity"] == "",
                    "Officer-defined ethnicity blank": row["Officer-defined ethnicity"] == "",
                    "No coordinates": row["Longitude"] == "",
                    "Power not recorded": row["Legislation"] == "",
                    "Object not given": row["Object of search"] == "",
                    "Object not detailed": row["Object of search"] == "Detailed object of search unavailable",
                    "Outcome not given": outcome == "",
                    "outcomes": something,
                    "Link to the object not given": something and row["Outcome linked to object of search"] == "",
                }
            )
    return counts


@pytest.mark.parametrize("force", sorted(set(forces()) - {"eskmere", "england and wales"}))
def test_every_force_of_june_2019(real_store, june, force):
    finding = quality(Scope(force, from_month="2019-06", to_month="2019-06"), real_store.view())
    read = json.loads(finding.as_json(), parse_constant=lambda constant: pytest.fail(constant))
    assert read["answer"].endswith(".")
    assert finding.refused or len(read["headline"]) < 70
    for sentence in (read["headline"], read["answer"], *read["caveats"]):
        assert not re.search(r"nan|None|NA>|inf\b|  ", sentence), sentence
    if force not in june or not june[force]["all"]:
        assert finding.refused
        return
    told = {row["check"]: row for row in rows_of(finding)}
    for name, number in june[force].items():
        if name in told:
            assert told[name]["searches"] == number, name
            assert told[name]["of"] == june[force]["outcomes" if told[name]["unit"] == "outcomes" else "all"]
    for row in told.values():
        if row["bound_high"] is not None:
            assert row["bound_low"] <= (row["bound_low"] if row["as_recorded"] is None else row["as_recorded"])
            assert row["bound_low"] <= row["bound_high"]


@pytest.mark.parametrize(
    ("number", "unit", "said"),
    [
        (1, "searches", "1 search"),
        (15, "drugs searches", "15 searches"),
        (1, "outcomes", "1 outcome"),
        (1, "months", "1 month"),
    ],
)
def test_one_is_counted_as_one(number, unit, said):
    assert _counted({"searches": number, "unit": unit}) == said
