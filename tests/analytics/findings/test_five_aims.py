"""The diagnostic by five aims: from made-up searches, logs, priorities and answers, counted and computed again here."""

from __future__ import annotations

import csv
import io
import json
import re

import numpy as np
import pytest
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import proportion_confint

from analytics import near_one
from analytics.briefings.spreadsheet import to_csv, to_excel
from analytics.columns import meaning
from analytics.findings import QUESTIONS
from analytics.findings.stop_and_search import Followed, by_object, diagnostic, disproportionality, linked, scorecard
from analytics.findings.stop_and_search.five_aims import alignment, effective, explained, exposure
from analytics.findings.stop_and_search.five_aims.alignment import Theme, aligned, crosswalk
from analytics.findings.stop_and_search.five_aims.criteria import (
    AIMS,
    FEW_MONTHS,
    HOPED,
    LOOK,
    NO_DATA,
    NO_YARDSTICK,
    NOTHING_OUT,
    UNCLEAR,
    of_tests,
    rest_of,
)
from analytics.findings.stop_and_search.five_aims.explained import TOPIC, without_event
from analytics.findings.stop_and_search.five_aims.exposure import flags_of
from analytics.findings.stop_and_search.five_aims.finding import BESIDE, NOT_PEOPLE, OURS
from analytics.reading import reading_table, reading_titles
from analytics.scope import Scope
from data import vocabularies
from data.cubes import EVERYONE
from data.vocabularies import forces, vocabulary
from tests.analytics.conftest import EAST, WEST
from tests.analytics.findings.test_found import ARREST, DRUGS, NFA, SECTION_60, of, searched
from tests.analytics.findings.test_stop_and_search import checked
from tests.gaps import newcombe

SECTION_1 = "Police and Criminal Evidence Act 1984 (section 1)"
WEAPONS, STOLEN = "Offensive weapons", "Stolen goods"
MONTHS = [f"2019-{month:02d}" for month in range(1, 7)]
PEOPLE = {"White": 80_000, "Black": 5_000, "Asian": 4_000, "Mixed": 2_000, "Other": 1_000}


def kind(looked_for, found, rest, power=SECTION_1, point=EAST, group="White"):
    return [
        *searched(group, found, ARREST, power=power, looked_for=looked_for, point=point),
        *searched(group, rest, NFA, power=power, looked_for=looked_for, point=point),
    ]


def months(town, *rows, months=MONTHS):
    for month in months:
        town.write(f"{month}-surrey-stop-and-search.csv", town.police_csv([row for part in rows for row in part]))


def table(town, name, **columns):
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(["force", *columns])
    writer.writerows([town.force, *row] for row in zip(*columns.values(), strict=True))
    town.write(f"{name}.csv", text.getvalue().encode())


def events(town, **columns):
    count = len(columns["date"])
    table(town, "events", event=[f"E{place}" for place in range(count)], **columns)


def row_of(finding, start):
    (row,) = [row for row in json.loads(finding.as_json())["table"] if row["question"].startswith(start)]
    return row


def rows_of(finding, name):
    return json.loads(finding.as_json())["tables"][name]


FINDS, DRUGS_ASKED, TALKED, FAIR, ALIGNED, EXPOSED, STOPPED = (
    "Do searches of some", "How much", "Was stop", "Do all ethnic", "Do searches look", "Is any district", "Do people",
)  # fmt: skip


# What is said of tests


def test_what_tests_come_to():
    assert of_tests([], []) == of_tests(["", ""], [0.0, 0.0]) == NO_DATA
    assert of_tests(["below", "not clearly different"], [-0.3, 0.0]) == LOOK
    assert of_tests(["above", "not clearly different"], [0.1, -0.09]) == NOTHING_OUT
    assert of_tests(["above", "not clearly different"], [0.1, -0.11]) == UNCLEAR
    # Of what was not tested nothing is ruled out.
    assert of_tests(["not clearly different", ""], [-0.05, -0.9]) == UNCLEAR


def test_what_is_ruled_out_is_said_of_one_and_of_many():
    assert rest_of([-0.05]) == " A gap of 10 points is ruled out for it."
    assert rest_of([-0.2]) == " For it a gap of 10 points or more is not ruled out."
    assert rest_of([-0.05, -0.09]) == " A gap of 10 points is ruled out for each of them."
    assert rest_of([-0.2, -0.09], "1 other kind of search") == (
        " For 1 of them a gap of 10 points or more is not ruled out. Not tested: 1 other kind of search."
    )


# The first aim


def test_a_kind_that_finds_clearly_less_is_named_and_the_rest_are_not(town):
    """Drugs find 25 of 100 in each month, weapons 24 of 100 and stolen goods 5 of 100."""
    months(town, kind("Controlled drugs", 25, 75, DRUGS), kind(WEAPONS, 24, 76), kind(STOLEN, 5, 95))
    finding = diagnostic(Scope(), town.view())
    row = row_of(finding, FINDS)
    assert (row["verdict"], row["base"]) == (LOOK, 6 * 300)
    assert row["number"] == pytest.approx(54 / 300)
    kinds = {row["object"]: row for row in rows_of(finding, "kinds")}
    assert {name: one["verdict"] for name, one in kinds.items()} == {
        "Controlled drugs": "above",
        WEAPONS: "above",
        STOLEN: "below",
    }
    stolen = kinds[STOLEN]
    low, high = newcombe(5, 100, 49, 200, months=6)
    assert stolen["gap"] == pytest.approx(30 / 600 - 6 * 49 / 1200)
    assert (stolen["gap_low"], stolen["gap_high"]) == pytest.approx((low, high), abs=1e-6)
    assert "Stolen goods (5\u00a0%" in row["why"]
    assert WEAPONS not in row["why"]


def test_of_two_kinds_the_rare_one_is_the_mirror_of_the_other(town):
    """Drugs find 9 of 24 in each month, all other things 2 of 12: together under 100 searches."""
    months(town, kind("Controlled drugs", 9, 15, DRUGS), kind(WEAPONS, 1, 5), kind(STOLEN, 1, 5))
    finding = diagnostic(Scope(), town.view())
    drugs, rest = rows_of(finding, "kinds")
    assert (drugs["searches"], rest["searches"], drugs["verdict"], rest["verdict"]) == (144, 72, "above", "below")
    low, high = newcombe(9, 24, 2, 12, months=6)
    assert (drugs["gap_low"], drugs["gap_high"]) == pytest.approx((low, high), abs=1e-6)
    assert (rest["gap"], rest["gap_low"], rest["gap_high"]) == pytest.approx(
        (-drugs["gap"], -drugs["gap_high"], -drugs["gap_low"])
    )
    assert row_of(finding, FINDS)["verdict"] == LOOK
    assert "Other objects, under 100 searches each (17\u00a0%" in row_of(finding, FINDS)["why"]


@pytest.mark.long
def test_nothing_is_said_to_stand_out_only_where_every_kind_is_tested(town):
    """Two kinds find alike in 2,400 searches each; with a third of 60 searches nothing is ruled out of that one."""
    alike = [kind("Controlled drugs", 100, 300, DRUGS), kind(WEAPONS, 100, 300)]
    months(town, *alike)
    finding = diagnostic(Scope(), town.view())
    row = row_of(finding, FINDS)
    assert row["verdict"] == NOTHING_OUT
    assert finding.headline == "Of 7 questions 1 could be told, and nothing there stands out"
    assert row["why"].endswith("its class. A gap of 10 points is ruled out for each of them.")
    months(town, *alike, kind(STOLEN, 2, 8))
    row = row_of(diagnostic(Scope(), town.view()), FINDS)
    assert row["verdict"] == UNCLEAR
    assert row["why"].endswith("is ruled out for each of them. Not tested: 1 other kind of search.")


def test_one_kind_is_told_as_one():
    tested, other = ({"verdict": word, "gap_low": -0.05} for word in ("not clearly different", ""))
    assert effective._why([tested, other, other], UNCLEAR) == (
        "The one kind of search that could be tested does not find clearly less than the others of its class. "
        "A gap of 10 points is ruled out for it. Not tested: 2 other kinds of search."
    )


@pytest.mark.parametrize("number", [1, 2])
def test_with_few_months_nothing_is_called_clear(town, number):
    """Stolen goods find 5 of 100 and drugs 25 of 100, which in six months is clear."""
    months(town, kind("Controlled drugs", 75, 225, DRUGS), kind(STOLEN, 15, 285), months=MONTHS[:number])
    finding = diagnostic(Scope(), town.view())
    row = row_of(finding, FINDS)
    assert (row["verdict"], row["number"]) == (UNCLEAR, pytest.approx(90 / 600))
    assert "interval by chance alone)" in row["why"]
    assert row["why"].endswith(FEW_MONTHS)
    for one in rows_of(finding, "kinds"):
        assert (one["verdict"], one["p_value"], one["flag"]) == ("", None, "interval by chance alone, so not tested")
        assert one["gap"] is not None
    assert "interval by chance alone" in row_of(finding, DRUGS_ASKED)["why"]


def test_searches_without_suspicion_are_never_set_against_those_on_grounds(town):
    """Under section 60 nothing much is found; it is alone in its class, so it is set against nothing."""
    rows = (kind("Controlled drugs", 25, 75, DRUGS), kind(WEAPONS, 24, 76), kind(WEAPONS, 2, 98, SECTION_60))
    months(town, *rows)
    finding = diagnostic(Scope(), town.view())
    (apart,) = [row for row in rows_of(finding, "kinds") if row["power_class"].startswith("Powers that need no")]
    assert (apart["gap"], apart["verdict"], apart["flag"]) == (None, "", "no other kind to set it against")
    assert row_of(finding, FINDS)["verdict"] != LOOK
    assert row_of(finding, FINDS)["base"] == 6 * 200


def test_the_share_for_drugs_is_of_searches_on_grounds_as_by_its_own_question(town):
    """100 of 200 a month on grounds are for drugs; 100 under section 60 are for whatever stands there."""
    psychoactive = "Psychoactive substances"
    rows = (kind("Controlled drugs", 25, 75, DRUGS), kind(WEAPONS, 24, 66), kind(psychoactive, 2, 8))
    months(town, *rows, kind("Controlled drugs", 2, 98, SECTION_60))
    row = row_of(diagnostic(Scope(), town.view()), DRUGS_ASKED)
    assert (row["number"], row["base"]) == (pytest.approx(600 / 1200), 1200)
    assert "of the searches under powers that need grounds whose object is recorded were for drugs" in row["why"]
    own = by_object(Scope(), town.view()).table
    (same,) = own[(own["object"] == "Controlled drugs") & (own["group"] == EVERYONE)].to_dict("records")
    assert (row["number"], row["low"], row["high"]) == (same["share"], same["share_low"], same["share_high"])


def test_without_a_search_on_grounds_no_share_for_drugs_is_given(town):
    months(town, kind("Controlled drugs", 2, 98, SECTION_60))
    row = row_of(diagnostic(Scope(), town.view()), DRUGS_ASKED)
    assert (row["verdict"], row["why"]) == (NO_DATA, "No search was made under a power that needs grounds.")


def test_objects_that_contradict_the_power_are_not_judged(town):
    """Under the drugs power the file says fireworks: moved in the list, as in one force's published files."""
    months(town, kind("Fireworks", 5, 95, DRUGS), kind(WEAPONS, 24, 76))
    finding = diagnostic(Scope(), town.view())
    for asked in (FINDS, DRUGS_ASKED):
        assert row_of(finding, asked)["verdict"] == NO_DATA
        assert row_of(finding, asked)["why"].startswith("The objects in the files can't be right")
    assert rows_of(finding, "kinds") == []


def test_what_is_looked_for_seldom_is_put_together(town):
    rare = [kind(name, 1, 1) for name in ("Fireworks", "Articles for use in criminal damage")]
    months(town, kind("Controlled drugs", 25, 75, DRUGS), kind(WEAPONS, 24, 76), *rare)
    names = {row["object"]: row for row in rows_of(diagnostic(Scope(), town.view()), "kinds")}
    assert set(names) == {"Controlled drugs", WEAPONS, "Other objects, under 100 searches each"}
    assert names["Other objects, under 100 searches each"]["searches"] == 24


def test_small_counts_of_a_kind_are_withheld(town):
    """Of 300 searches 6 found something: clearly less, and no figure is given of them."""
    months(town, kind("Controlled drugs", 25, 75, DRUGS), kind(STOLEN, 1, 49))
    finding = diagnostic(Scope(), town.view())
    stolen = next(row for row in rows_of(finding, "kinds") if row["object"] == STOLEN)
    assert stolen["verdict"] == "below"
    assert [stolen[name] for name in ("found", "rate", "low", "high", "gap", "gap_low", "p_value")] == [None] * 7
    assert stolen["flag"].startswith("withheld: fewer than 10 searches that found something")
    assert "Stolen goods (rate withheld)" in row_of(finding, FINDS)["why"]
    # The rate of drugs less its gap would be the rate that is withheld.
    drugs = next(row for row in rows_of(finding, "kinds") if row["object"] == "Controlled drugs")
    assert (drugs["verdict"], drugs["rate"]) == ("above", 0.25)
    assert [drugs[name] for name in ("gap", "gap_low", "gap_high", "p_value", "q_value")] == [None] * 5
    assert drugs["flag"] == "gap not given: that of the other kind is withheld"


def test_without_outcomes_there_is_no_data(town):
    months(town, searched("White", 50, ""), searched("White", 10, ARREST))
    row = row_of(diagnostic(Scope(), town.view()), FINDS)
    assert (row["verdict"], row["number"]) == (NO_DATA, None)
    assert row["why"] == "What followed is said for 17\u00a0% of the searches under powers that need grounds."


def test_the_share_of_searches_for_drugs_has_no_yardstick(town):
    """55 of 100 whose object is recorded, beside 5 for psychoactive substances; 20 not recorded are left out."""
    months(
        town,
        kind("Controlled drugs", 20, 35, DRUGS),
        kind("Psychoactive substances", 2, 3, DRUGS),
        kind(WEAPONS, 10, 30),
        kind("", 2, 18),
    )
    row = row_of(diagnostic(Scope(), town.view()), DRUGS_ASKED)
    low, high = proportion_confint(330, 600, method="wilson")
    assert (row["verdict"], row["base"], row["number_is"]) == (NO_YARDSTICK, 600, "share of searches")
    assert row["number"] == pytest.approx(0.55)
    # Months are alike, so they hold no variance and every search counts; Student's t is on 5 months.
    assert row["low"] < low
    assert row["high"] > high


# The second aim


@pytest.fixture
def two_districts(town):
    """East has 30 searches, West 19."""
    town.boundaries()
    month = {("White", EAST): 20, ("Black", EAST): 10, ("White", WEST): 19}
    town.stops("2019-06", month)
    return town


@pytest.mark.long
def test_a_place_with_20_searches_and_no_event_is_listed_and_one_event_takes_it_off(two_districts):
    west = two_districts.west
    log = {"date": ["2018-07-02", "2019-06-02"], "area": [west, west], "topic": ["Burglary", "Stop and search"]}
    events(two_districts, **log)
    finding = diagnostic(Scope(), two_districts.view())
    row = row_of(finding, TALKED)
    assert (row["verdict"], row["number"], row["base"], row["low"]) == (LOOK, 1, 1, None)
    (gap,) = rows_of(finding, "explained")
    assert gap == {"area": two_districts.east, "name": "East", "stops": 30, "last_event": None}
    assert row["why"].endswith("is logged in the year to June 2019: East.")
    events(
        two_districts,
        date=["2019-05-02", "2019-06-01"],
        area=[two_districts.west, two_districts.east],
        topic=["Stop and search", "How stop & search is used"],
    )
    finding = diagnostic(Scope(), two_districts.view())
    row = row_of(finding, TALKED)
    assert (row["verdict"], row["number"], row["base"]) == (HOPED, 0, 1)
    assert rows_of(finding, "explained") == []


@pytest.mark.long
def test_of_months_that_the_log_does_not_cover_nothing_is_held_against_a_place(two_districts):
    """The log begins in May 2019: whether anything was said in East in the ten months before is not known."""
    log = {"date": ["2019-05-02", "2019-06-02"], "area": [two_districts.west] * 2, "topic": ["Stop and search"] * 2}
    events(two_districts, **log)
    finding = diagnostic(Scope(), two_districts.view())
    row = row_of(finding, TALKED)
    assert (row["verdict"], row["number"], row["base"]) == (UNCLEAR, 1, 1)
    assert row["why"].endswith("June 2019: East. The log does not cover all of these twelve months.")
    assert any(caveat.startswith("The log covers only May to June 2019") for caveat in finding.caveats)


@pytest.mark.long
def test_an_event_of_before_the_twelve_months_or_on_something_else_does_not_count(two_districts):
    east = two_districts.east
    events(
        two_districts,
        date=["2018-06-30", "2019-06-02", "2019-06-03"],
        area=[east, east, ""],
        topic=["Stop and search", "Burglary", "Stop and search"],
    )
    finding = diagnostic(Scope(), two_districts.view())
    (gap,) = rows_of(finding, "explained")
    assert (gap["name"], gap["last_event"]) == ("East", "2018-06-30")
    assert "1 event on stop and search has no place in the log and counts for no area." in finding.caveats


@pytest.mark.long
@pytest.mark.parametrize(
    ("columns", "why"),
    [
        (None, "No log of engagement events is loaded."),
        ({"date": ["2019-06-01"], "level": ["strategic"]}, "The log does not say what events were about."),
        (
            {"date": ["2020-01-05"], "topic": ["Stop and search"]},
            "No event is logged in the year to June 2019; the log is of January 2020.",
        ),
        (
            {"date": ["2019-06-01", "2019-06-02"], "topic": ["Stop and search"] * 2, "area": ["", "E05999999"]},
            "The log does not say where events were, or names places that are not drawn.",
        ),
    ],
)
def test_without_a_log_that_tells_nothing_is_listed(two_districts, columns, why):
    if columns:
        events(two_districts, **columns)
    finding = diagnostic(Scope(), two_districts.view())
    row = row_of(finding, TALKED)
    assert (row["verdict"], row["why"], row["number"]) == (NO_DATA, why, None)
    assert rows_of(finding, "explained") == []


def test_groups_that_were_not_tested_are_counted():
    group = {"group": "Black", "verdict": "not clearly different", "difference_low": -0.05}
    assert explained._why([group, group], 1) == (
        "None of 2 ethnic groups with enough answers agrees clearly less than everyone else. "
        "A gap of 10 points is ruled out for each of them. Not tested: 1 other ethnic group."
    )
    assert explained._why([group], 0).startswith("The one ethnic group with enough answers does not agree clearly")


def test_topics_that_are_about_stop_and_search():
    for text in ("Stop and search", "stop-and-search", "Use of STOP & SEARCH", "Stop/search powers"):
        assert TOPIC.search(text), text
    for text in ("Bus stop in Search Lane", "Searches of young people", "Nonstop and searching"):
        assert not TOPIC.search(text), text


def test_areas_without_an_event_are_those_of_enough_searches_alone():
    stops = {"A": 20, "B": 19, "C": 50, "D": 50}
    told = {"C": "2019-01-01", "D": "2018-12-31", "B": None}
    assert without_event(stops, told, "2019-01-01") == ["A", "D"]


# The third aim


@pytest.mark.long
def test_matched_unmatched_and_not_assessed_are_all_searches(two_districts):
    """East names drugs alone; West names nothing that the crosswalk knows."""
    months(
        two_districts,
        kind("Controlled drugs", 5, 25, DRUGS),
        kind(WEAPONS, 2, 8),
        kind("Crossbow bolts", 1, 1),
        kind("Controlled drugs", 5, 10, DRUGS, point=WEST),
        kind("Controlled drugs", 1, 1, DRUGS, point=None),
        months=["2019-04", "2019-05", "2019-06"],
    )
    table(
        two_districts,
        "priorities",
        area=[two_districts.east, two_districts.east, two_districts.west],
        priority=["Drug dealing in the park", "Speeding past the school", "Something nobody thought of"],
        set_on=["2019-01-05"] * 3,
    )
    view = two_districts.view()
    finding = diagnostic(Scope(from_month="2019-04", to_month="2019-06"), view)
    counts = {row["outcome_of_match"]: row["searches"] for row in rows_of(finding, "alignment")}
    assert counts == {"matched": 90, "unmatched": 30, "not assessed": 6 + 45 + 6}
    assert sum(counts.values()) == 3 * 59
    row = row_of(finding, ALIGNED)
    assert (row["base"], row["verdict"]) == (120, HOPED)
    assert row["number"] == pytest.approx(60 / 80)
    short = row_of(diagnostic(Scope(from_month="2019-05", to_month="2019-06"), view), ALIGNED)
    assert (short["verdict"], short["number"]) == (UNCLEAR, pytest.approx(60 / 80))
    assert short["why"].endswith(FEW_MONTHS)
    themes = {row["theme"]: row for row in rows_of(finding, "themes")}
    assert (themes["Drugs"]["searches"], themes["Drugs"]["priorities"]) == (90 + 45 + 6, 1)
    assert themes["Drugs"]["priority_share"] == pytest.approx(0.5)
    assert (themes["Weapons"]["searches"], themes["Weapons"]["priorities"]) == (30, 0)
    assert "1 priority of 3 stand in no row of that list." in finding.caveats


@pytest.mark.long
def test_a_closed_or_later_priority_does_not_stand(two_districts):
    table(
        two_districts,
        "priorities",
        area=[two_districts.east] * 2,
        priority=["Drugs in the park", "Drugs at the station"],
        set_on=["2019-01-05", "2019-07-01"],
        status=["closed", "open"],
    )
    row = row_of(diagnostic(Scope(), two_districts.view()), ALIGNED)
    assert (row["verdict"], row["why"]) == (NO_DATA, "No published priority of this force is loaded.")


def test_a_blank_crosswalk_assesses_nothing(two_districts, monkeypatch, tmp_path):
    table(two_districts, "priorities", area=[two_districts.east], priority=["Drugs"], set_on=["2019-01-05"])
    followed = Followed.of(Scope(), two_districts.view())
    part = aligned(followed, ())
    assert part.criteria[0].verdict == NO_DATA
    counts = dict(zip(part.tables["alignment"]["outcome_of_match"], part.tables["alignment"]["searches"], strict=True))
    assert counts == {"matched": 0, "unmatched": 0, "not assessed": 49}
    (tmp_path / "priority_themes.csv").write_text("value,theme,objects\n", encoding="utf-8")
    (tmp_path / "objects.csv").write_text("value,label\nFireworks,Fireworks\n", encoding="utf-8")
    monkeypatch.setattr(vocabularies, "_FOLDER", tmp_path)
    for cached in (vocabularies._rows, vocabularies.vocabulary, crosswalk):
        cached.cache_clear()
    try:
        assert crosswalk() == ()
    finally:
        monkeypatch.undo()
        for cached in (vocabularies._rows, vocabularies.vocabulary, crosswalk):
            cached.cache_clear()


def test_every_object_of_the_crosswalk_is_one_of_the_list():
    objects = {row["label"] for row in vocabulary("objects").rows}
    assert {name for theme in crosswalk() for name in theme.objects} <= objects
    of_object = {}
    for theme in crosswalk():
        for name in theme.objects:
            assert of_object.setdefault(name, theme.theme) == theme.theme, name


def test_words_are_found_where_a_word_begins():
    theme = Theme("theft", "Theft", frozenset({STOLEN}))
    assert theme.is_in("Shop Thefts on the high street")
    assert not theme.is_in("Pilfertheft")
    assert alignment._themes_of("Speeding and drug driving", crosswalk()) == {"Drugs"}


# The fourth aim


def test_a_district_is_listed_only_where_both_are_clear():
    """By hand: the larger p-value of each, Benjamini and Hochberg's q-values by statsmodels."""
    ratio_p = np.array([0.001, 0.001, 0.6, 0.001, np.nan])
    gap_p = np.array([0.002, 0.7, 0.001, 0.002, 0.001])
    outside, high = np.array([True, True, False, True, True]), np.array([-0.05, 0.02, -0.05, 0.2, -0.1])
    flagged, q = flags_of(ratio_p, gap_p, outside, high)
    expected = multipletests([0.002, 0.7, 0.6, 0.002], method="fdr_bh")[1]
    assert list(q[:4]) == pytest.approx(list(expected))
    assert np.isnan(q[4])
    assert list(flagged) == [True, False, False, False, False]


def of_districts(town, square_areas, finds, over=MONTHS, unsaid=0):
    """Districts alike but the last, which has 5 times the ratio of the others, with how many searches found something.

    Of the first district `unsaid` more searches do not say what followed.
    """
    count = len(finds)
    codes = [f"E07000{300 + place}" for place in range(count)]
    names = [f"District {chr(76 - place)}" for place in range(count)]
    corners = {code: (-1.0 + place * 0.1, 51.0) for place, code in enumerate(codes)}
    shapes = json.loads(square_areas("LAD22", corners, 0.1))
    for feature, name in zip(shapes["features"], names, strict=True):
        feature["properties"]["LAD22NM"] = name
    town.write("districts.geojson", json.dumps(shapes).encode())
    town.lookup(dict(zip(codes, names, strict=True)))
    town.census({code: (name, PEOPLE) for code, name in zip(codes, names, strict=True)})
    rows = []
    for place, found in enumerate(finds):
        point = (-0.95 + place * 0.1, 51.05)
        black = 50 if place == count - 1 else 10
        rows.append(of("White", found, found, 40 - found, point=point))
        rows.append(of("Black", black // 5, black // 5, black - black // 5, point=point))
    rows.append(searched("White", unsaid, "", point=(-0.95, 51.05)))
    months(town, *rows, months=over)
    return names[-1]


@pytest.mark.long
def test_a_district_outside_the_limits_that_finds_less_is_listed_with_why(town, square_areas):
    last = of_districts(town, square_areas, [16] * 11 + [0])
    finding = diagnostic(Scope(), town.view())
    row = row_of(finding, EXPOSED)
    assert (row["verdict"], row["number"], row["base"], row["number_is"]) == (LOOK, 1, 12, "areas")
    areas = rows_of(finding, "areas")
    assert [one["name"] for one in areas] == sorted(one["name"] for one in areas)
    (listed,) = [one for one in areas if one["flagged"]]
    assert listed["name"] == last
    found, searches = 6 * 10, 6 * 90
    rest_found, rest = 6 * 11 * 18, 6 * 11 * 50
    assert (listed["searches"], listed["rate"]) == (searches, pytest.approx(found / searches))
    assert listed["gap"] == pytest.approx(found / searches - rest_found / rest)
    assert listed["why"].startswith("ratio 20.0, above the limits (")
    assert "find rate 11\u00a0%" in listed["why"]
    assert f"1 of 12 districts is unlike the others in both: {last} (ratio" in row["why"]


@pytest.mark.long
def test_a_district_that_is_unlike_in_one_alone_is_not_listed(town, square_areas):
    """The last has five times the ratio and finds as much, 32 of 90; the first finds less, at their ratio."""
    of_districts(town, square_areas, [2] + [16] * 10 + [22])
    finding = diagnostic(Scope(), town.view())
    row = row_of(finding, EXPOSED)
    assert (row["verdict"], row["number"]) == (UNCLEAR, 0)
    assert not any(one["flagged"] for one in rows_of(finding, "areas"))


@pytest.mark.long
def test_with_few_months_no_district_is_listed(town, square_areas):
    """The same last district as above, in two months instead of six."""
    of_districts(town, square_areas, [16] * 11 + [0], over=MONTHS[:2])
    finding = diagnostic(Scope(), town.view())
    row = row_of(finding, EXPOSED)
    assert (row["verdict"], row["why"], row["number"]) == (UNCLEAR, FEW_MONTHS, None)
    for one in rows_of(finding, "areas"):
        assert (one["flagged"], one["q_value"]) == (None, None)
        assert one["flag"].endswith("interval by chance alone, so not tested")


@pytest.mark.long
def test_a_district_that_does_not_say_what_followed_is_not_judged(town, square_areas):
    """Of 65 searches a month in the first 50 say it, 77 %; of all 655 in the force it is 98 %."""
    last = of_districts(town, square_areas, [16] * 11 + [0], unsaid=15)
    finding = diagnostic(Scope(), town.view())
    areas = {one["name"]: one for one in rows_of(finding, "areas")}
    first = areas["District L"]
    assert first["flag"] == "not given: what followed is said for 77\u00a0%"
    assert [first[name] for name in ("rate", "gap", "p_value", "flagged")] == [None] * 4
    # The others are set against each other alone: ten districts that find 18 of 50.
    assert areas[last]["gap"] == pytest.approx(10 / 90 - 18 / 50)
    assert row_of(finding, EXPOSED)["base"] == 11


def test_nothing_is_said_to_stand_out_only_where_every_district_is_judged():
    row = {"ratio": 1.0, "limit_low_95": 0.5, "limit_high_95": 2.0, "gap_low": -0.05, "flagged": False, "flag": ""}
    judged = [row | {"area": name, "name": name, "q_value": 0.9, "p_value": 0.9} for name in "ABC"]
    assert exposure._criterion(exposure._table(judged)).verdict == NOTHING_OUT
    made = exposure._criterion(exposure._table([*judged, {"area": "D", "name": "D", "flag": "not enough searches"}]))
    assert (made.verdict, made.base) == (UNCLEAR, 3)
    assert "Not judged: 1 other district." in made.why


# The whole


def test_no_data_is_never_as_hoped(town):
    town.stops("2019-06", {"White": 30})
    finding = diagnostic(Scope(), town.view())
    verdicts = {row["question"]: row["verdict"] for row in json.loads(finding.as_json())["table"]}
    assert set(verdicts.values()) <= {NO_DATA, NO_YARDSTICK}
    assert finding.headline == "Of 7 questions on the five aims none could be told"
    assert "none could be told:" in finding.answer
    assert finding.caveats[0] == OURS


def test_the_five_tests_and_the_five_aims_rest_on_one_find_rate(town):
    """30 of 120 in each of three months find something: a share of a quarter, whoever asks."""
    for month in ("2019-04", "2019-05", "2019-06"):
        rows = [*searched("White", 30, ARREST), *searched("White", 90)]
        town.write(f"{month}-surrey-stop-and-search.csv", town.police_csv(rows))
    (aim, *_) = diagnostic(Scope(), town.view()).table.to_dict("records")
    tests = scorecard(Scope(), town.view()).table
    (rate,) = tests[tests["criterion"].str.startswith("Find rate, any")].to_dict("records")
    assert (rate["met_by"], rate["base"]) == (90, 360)
    assert aim["number"] == pytest.approx(0.25) == rate["estimate"]
    assert (aim["low"], aim["high"]) == (rate["low"], rate["high"])


@pytest.mark.long
def test_the_demonstration_answers_every_aim(demonstration):
    finding = diagnostic(Scope(), demonstration.view())
    read = checked(finding)
    assert (read["claim"], read["refused"]) == (1, False)
    assert {row["aim"] for row in read["table"]} == {f"{number} {name}" for number, name in AIMS.items()}
    assert [card.title for card in finding.cards] == [f"{number}. {name}" for number, name in AIMS.items()]
    between = linked.linked(Scope(), demonstration.view())[1]
    assert row_of(finding, BESIDE)["why"] == f"{between.said} {NOT_PEOPLE}"
    # Nothing is planted in what searches find.
    assert row_of(finding, FINDS)["verdict"] in (NOTHING_OUT, UNCLEAR)
    assert row_of(finding, EXPOSED)["number"] == 0
    # Districts alike may all have a high ratio: that of the force stands beside them, as its own question has it.
    (whole,) = [
        row
        for row in json.loads(disproportionality(Scope(), demonstration.view()).as_json())["table"]
        if row["group"] == "Black"
    ]
    assert f"that of the force as a whole, {near_one.times(whole['ratio'])} (" in row_of(finding, EXPOSED)["why"]
    for name, frame in finding.tables.items():
        assert [column for column in frame.columns if not meaning(column)] == [], name
        read_as = reading_table(finding, name)
        assert not read_as.map(lambda text: text in ("nan", "None", "<NA>")).any(axis=None), name
        assert not any("_" in heading for heading in read_as.columns)
    assert set(reading_titles(finding)) == set(finding.tables)
    assert to_csv(finding)
    assert to_excel(finding)


@pytest.mark.long
def test_places_without_an_event_of_the_demonstration_are_counted_again(demonstration):
    view = demonstration.view()
    finding = diagnostic(Scope(), view)
    cube = view.rows("stops_cube").collect("pandas").to_native()
    cube = cube[cube["person"] & (cube["area_level"] == "neighbourhood") & cube["month"].between("2025-10", "2026-09")]
    stops = cube.groupby(cube["area"].astype(object))["stops"].sum()
    logged = view.rows("events").collect("pandas").to_native()
    talked = logged[(logged["topic"] == "Stop and search") & logged["date"].between("2025-10-01", "2026-09-30")]
    expected = {code for code, number in stops.items() if number >= 20} - set(talked["area"])
    assert {row["area"] for row in rows_of(finding, "explained")} == expected
    row = row_of(finding, TALKED)
    assert (row["number"], row["base"]) == (len(expected), int((stops >= 20).sum()))


CAUSAL = re.compile(r"\b(effect|impact|caused|due to|because of|result of|led to|drives|improved)\b", re.IGNORECASE)


def test_every_force_of_the_real_files_answers_or_says_why_not(real_store):
    view = real_store.view()
    held = sorted(set(view.current_loads.loc[view.current_loads["table"] == "stops", "subject"]))
    assert len(held) > 40
    for force in held:
        for key in ("stop_and_search.diagnostic", "stop_and_search.confidence_link"):
            finding = QUESTIONS[key].answer(Scope(force=force), view)
            read = checked(finding)
            if key.endswith("diagnostic") and not finding.refused:
                assert forces()[force]["short"] in read["answer"]
                for row in read["table"]:
                    assert row["why"].endswith("."), row
                    assert not CAUSAL.search(row["why"])
                    assert (row["number"] is None) or row["verdict"] != NO_DATA or row["base"]
