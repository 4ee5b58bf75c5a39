"""What surveys can do to a figure: half a year, half a panel, a new question, too few of a group."""

from __future__ import annotations

import random

import numpy as np
import pytest

from analytics.findings import QUESTIONS, overview, trends
from analytics.findings.survey import choices, estimates
from analytics.scope import Scope
from data.store import Store
from data.vocabularies.survey import measures
from tests.surveys import answers, publish, wave

RISEN = {"trust_force": answers(200, 200)}, {"trust_force": answers(300, 100)}


def worry(positive, negative):
    return ["Very worried"] * positive + ["Not very worried"] * negative


def two(**measures):
    """Two waves a year apart: for each measure the answers of the first and of the second."""
    first, last = ({name: pair[place] for name, pair in measures.items()} for place in (0, 1))
    return wave("a", "2025-03", **first), wave("b", "2026-03", **last)


def test_worry_is_not_called_confidence(store):
    view = publish(
        store, wave("a", "2025-03", worry_crime=worry(200, 200)), wave("b", "2026-03", worry_crime=worry(300, 100))
    )
    headline, tiles = overview.headline(Scope(), view), overview.tiles(Scope(), view)
    assert (headline.refused, tiles.refused) == (True, True)
    assert "asks none of what the overview shows" in headline.answer
    found = trends.measure(Scope(), view)
    assert found.headline == "Worried about crime rose in the past year"
    assert "Lower is better." in " ".join(found.caveats)


def test_a_change_never_gives_away_a_withheld_end(store):
    view = publish(
        store, wave("a", "2025-03", trust_force=answers(4, 36)), wave("b", "2026-03", trust_force=answers(260, 140))
    )
    found = trends.measure(Scope(), view)
    assert found.tables["change"].empty
    assert "one of the two figures has too few answers" in found.answer
    headline, tiles = overview.headline(Scope(), view), overview.tiles(Scope(), view)
    assert headline.table["change"].isna().all()
    assert tiles.table["change"].isna().all()
    assert "rose" not in headline.headline


def test_a_difference_never_gives_away_a_withheld_rest(store):
    answered = [*answers(200, 200), *answers(3, 9)]
    view = publish(store, wave("a", "2026-03", trust_force=answered, sex=["Female"] * 400 + ["Male"] * 12))
    rows = trends.by_group(Scope(by="sex"), view).table.set_index("group")
    assert rows.loc["Female", "estimate"] == pytest.approx(0.5)
    assert rows.loc["Male", "estimate":"high"].isna().all()
    for name in ("difference", "difference_low", "difference_high", "p_value"):
        assert rows[name].isna().all(), name
    assert list(rows["verdict"]) == ["", ""]


def test_a_reason_for_contact_that_few_had_is_said_to_have_too_few_answers_and_drawn_nowhere(store):
    answered = [*answers(60, 60), *answers(40, 30), *answers(30, 19)]
    reasons = ["Victim"] * 120 + ["Witness"] * 70 + ["Suspect or stopped"] * 49
    view = publish(store, wave("a", "2026-03", trust_force=answered, contact_reason=reasons))
    found = trends.by_group(Scope(by="contact_reason"), view)
    rows = found.table.set_index("group")
    assert rows.loc["Suspect or stopped", "flag"] == "not enough answers: 49"
    assert rows.loc["Suspect or stopped", "estimate":"high"].isna().all()
    assert [panel.label for panel in found.panels] == ["Victim", "Witness"]
    assert "Suspect or stopped: not enough answers: 49" in found.answer
    assert found.headline.startswith("Reason for the contact:")
    # One answer more, and there is a figure and its bar.
    more = publish(
        store, wave("a", "2026-03", trust_force=[*answered, "Strongly agree"], contact_reason=[*reasons, reasons[-1]])
    )
    again = trends.by_group(Scope(by="contact_reason"), more)
    assert again.table.set_index("group").loc["Suspect or stopped", "estimate"] == pytest.approx(31 / 50)
    assert "Suspect or stopped" in [panel.label for panel in again.panels]


def test_respondents_of_a_panel_are_the_same_units_whatever_their_order(store):
    """600 people, 12 of whom change their mind: the change is far surer than of two samples."""
    draw = random.Random(3)  # noqa: S311
    people = [f"r{n:03d}" for n in range(600)]
    before = dict(zip(people, answers(360, 240), strict=True))
    after = {**before, **dict.fromkeys(people[400:412], "Strongly agree")}
    shuffled = draw.sample(people, len(people))
    about = {"shared": "respondents"}
    view = publish(
        store,
        wave("2025-Q1", "2025-03", about=about, trust_force=list(before.values()), respondent=people),
        wave("2026-Q1", "2026-03", about=about, trust_force=[after[r] for r in shuffled], respondent=shuffled),
    )
    (change,) = trends.measure(Scope(), view).tables["change"].to_dict("records")
    assert change["change"] == pytest.approx(0.02)
    # Of paired 0s and 1s the standard error is that of the differences: 12 ones among 600.
    se = np.sqrt((12 / 600 - 0.02**2) / 599)
    assert (change["change_high"] - change["change_low"]) / 2 == pytest.approx(1.96 * se, rel=0.12)
    assert change["verdict"] == "rose"


def test_a_break_is_found_whatever_the_waves_are_called(store):
    new = {"questionnaire": "new"}
    view = publish(
        store,
        wave("z", "2025-03", about={"questionnaire": "old"}, trust_force=answers(100, 300)),
        wave("a", "2025-12", about=new, trust_force=answers(300, 100)),
        wave("m", "2026-03", about=new, trust_force=answers(300, 100)),
    )
    found = trends.measure(Scope(), view)
    assert list(found.table["wave"]) == ["z", "a", "m"]
    assert list(found.table["broken"]) == ["", "new questionnaire", ""]
    assert found.tables["change"].empty
    assert "It is not compared with a year before: new questionnaire since then." in found.answer


@pytest.mark.parametrize(
    ("about", "asked", "words"),
    [
        ({"mode": "online"}, {}, "asked in another way"),
        ({}, {"asked_of": "victims alone"}, "asked of others"),
        ({}, {"wording": "Another question?"}, "new wording"),
    ],
)
def test_whatever_changes_what_is_asked_breaks_the_series(about, asked, words, store):
    first = wave("a", "2025-03", about={"mode": "face to face"}, trust_force=answers(200, 200))
    last = wave("b", "2026-03", about={"mode": "face to face", **about}, asked=asked, trust_force=answers(300, 100))
    found = trends.measure(Scope(), publish(store, first, last))
    assert list(found.table["broken"]) == ["", words]
    assert found.tables["change"].empty
    if asked.get("asked_of"):
        assert any("Asked of victims alone." in caveat for caveat in found.caveats)


def test_headline_and_tiles_say_the_same_of_confidence(store):
    """A change that is clear alone and not among five."""
    flat = {name: answers(200, 200) for name in ("fair", "listen")}
    informed = {
        "seen_heard": ["Yes"] * 200 + ["No"] * 200,
        "would_report": ["Very likely"] * 200 + ["Not very likely"] * 200,
    }
    view = publish(
        store,
        wave("a", "2025-03", trust_force=answers(200, 200), **flat, **informed),
        wave("b", "2026-03", trust_force=answers(231, 169), **flat, **informed),
    )
    (alone,) = trends.measure(Scope(), view).tables["change"].to_dict("records")
    assert (alone["change_low"] > 0, 0.02 < alone["p_value"] < 0.05) == (True, True)
    headline, tiles = overview.headline(Scope(), view), overview.tiles(Scope(), view)
    assert "not clearly changed" in headline.headline
    assert {tile.verdict for tile in tiles.tiles} == {"no clear change"}


def test_before_the_first_wave_a_page_says_so(store):
    view = publish(store, wave("a", "2026-03", trust_force=answers(200, 200)))
    for found in (overview.headline(Scope(to_month="2020-01"), view), overview.tiles(Scope(to_month="2020-01"), view)):
        assert found.refused
        assert "up to January 2020" in found.answer
    assert trends.measure(Scope(to_month="2020-01"), view).refused


@pytest.mark.long
@pytest.mark.parametrize("given", [answers(10, 20), answers(0, 0, 200)])
def test_a_survey_too_small_for_any_figure_is_withheld_everywhere(given, store):
    half = len(given) // 2
    rows = wave(
        "a", "2026-03", trust_force=given, area=["A"] * half + ["B"] * (len(given) - half), sex=["Female"] * len(given)
    )
    view = publish(store, rows, areas={"A": "Ashby", "B": "Barton"})
    for question in (overview.headline, overview.tiles, trends.measure, trends.by_group, trends.by_area):
        found = question(Scope(), view)
        assert found.answer
        assert found.table["estimate"].isna().all()


def test_an_area_without_anybody_in_the_last_wave(store):
    area = ["A"] * 200 + ["B"] * 200
    view = publish(
        store,
        wave("a", "2025-03", trust_force=answers(200, 200), area=area),
        wave("b", "2026-03", trust_force=answers(200, 200), area=["A"] * 400),
        areas={"A": "Ashby", "B": "Barton"},
    )
    found = overview.headline(Scope(area="B"), view)
    assert found.headline == "Not enough answers to say how confidence is"


def test_own_answers_stand_beside_published_figures_of_the_same_name(store, load):
    figures = [f"Dec-2{year},Police do a good job in the local area,5{year}" for year in range(2, 5)]
    load({"perception.csv": "\n".join(["date,measure,proportion", *figures]).encode()})
    own = {"survey": "Public Attitude Survey", "force": "metropolitan"}
    view = publish(store, wave("2026-Q1", "2026-03", about=own, trust_force=answers(200, 200)))
    assert choices.surveys(view, "metropolitan") == ["Public Attitude Survey", "Public Attitude Survey, published"]
    published = trends.measure(Scope(force="metropolitan", survey="Public Attitude Survey, published"), view)
    assert len(published.table) == 3


def test_an_older_tile_says_of_when_it_is(store):
    view = publish(
        store,
        wave("a", "2025-03", trust_force=answers(200, 200), fair=answers(150, 250)),
        wave("b", "2026-03", trust_force=answers(200, 200)),
    )
    tiles = {tile.label: tile for tile in overview.tiles(Scope(), view).tiles}
    assert tiles["Confidence"].base == "400 answers"
    assert tiles["Treated fairly"].base == "400 answers, a"


def test_whoever_weighs_nothing_is_in_no_base(store):
    weights = [1.0] * 40 + [0.0] * 60
    view = publish(store, wave("a", "2026-03", trust_force=answers(50, 50), weight=weights))
    (row,) = trends.measure(Scope(), view).table.to_dict("records")
    assert row["flag"] == "not enough answers: 40"


def test_without_a_wave_a_year_before_the_one_before_is_compared_with(store):
    waves = (wave("spring", "2026-03", **RISEN[0]), wave("summer", "2026-06", **RISEN[1]))
    view = publish(store, *waves)
    found = trends.measure(Scope(), view)
    assert found.headline == "Trust the force rose since spring"
    assert "In spring it was 50\u00a0%: a change of +25 points" in found.answer


def test_the_year_before_is_compared_with_though_the_period_leaves_it_out(store):
    view = publish(store, wave("a", "2025-03", **RISEN[0]), wave("b", "2026-04", **RISEN[1]))
    found = trends.measure(Scope(from_month="2026-01"), view)
    assert len(found.table) == 1
    assert found.headline == "Trust the force rose in the past year"
    assert "A year before it was 50\u00a0%" in found.answer


def test_points_fit_the_percentages_beside_them(store):
    """39.4 and 36.6 are written as 39 and 37: −3 points would look wrong beside them."""
    view = publish(store, *two(trust_force=(answers(394, 606), answers(366, 634))))
    said = trends.measure(Scope(), view).answer
    assert said.startswith("37\u00a0%")
    assert "it was 39\u00a0%: a change of −2.8 points" in said


@pytest.mark.long
@pytest.mark.parametrize(
    ("months", "pooled"), [(["2024-03", "2025-03", "2026-03"], 1), (["2026-01", "2026-02", "2026-03"], 3)]
)
def test_a_pool_is_a_year_and_not_a_number_of_waves(months, pooled, store):
    made = [wave(month, month, trust_force=answers(100, 100), area=["A"] * 200) for month in months]
    found = trends.by_area(Scope(), publish(store, *made, areas={"A": "Ashby"}))
    assert found.table["base"].tolist() == [200 * pooled]


def test_a_national_survey_is_shown_under_its_own_name_and_last(store):
    national = {"force": "england and wales", "survey": "Crime Survey"}
    view = publish(
        store, wave("a", "2026-03", about=national, trust_force=answers(200, 200)), wave("b", "2026-03", **RISEN[0])
    )
    assert choices.forces(view) == ["surrey", "england and wales"]
    found = trends.measure(Scope(force="england and wales"), view)
    assert found.table["estimate"].tolist() == [0.5]


def test_what_the_file_does_not_say_of_its_design_is_told(store):
    view = publish(store, wave("a", "2026-03", **RISEN[0]))
    rules = trends.measure(Scope(), view).provenance.rules
    assert "Each respondent is a sampling unit: the file names none" in rules
    assert "One stratum a wave: the file names none" in rules


ASKED = answers(60, 60)
THIN = {
    "an area silent in the last year": [
        wave("a", "2024-03", trust_force=ASKED, area=["A"] * 60 + ["B"] * 60, sex=["Male"] * 120),
        wave("b", "2026-03", trust_force=ASKED, area=["B"] * 120, sex=["Male"] * 120),
    ],
    "nobody who knows in the last year": [
        wave("a", "2025-03", trust_force=ASKED, area=["A"] * 120),
        wave("b", "2026-03", trust_force=["Don't know"] * 50, area=["A"] * 50, sex=["Male"] * 50),
    ],
    "nobody with an area": [wave("b", "2026-03", trust_force=ASKED, sex=["Male"] * 120)],
    "one respondent": [wave("a", "2026-03", trust_force=["Strongly agree"], area=["A"], sex=["Male"])],
    "no answer at all": [wave("a", "2026-03", trust_force=[None] * 5, area=["A"] * 5)],
}


@pytest.mark.long
@pytest.mark.parametrize("area", [None, "A"])
@pytest.mark.parametrize("made", THIN.values(), ids=THIN)
def test_thin_surveys_are_answered_or_refused_in_words(made, area, store):
    view = publish(store, *made, areas={"A": "Ashby", "B": "Barton"})
    for question in QUESTIONS.values():
        if question.key.startswith(("trends.", "overview.")):
            found = question.answer(Scope(area=area).only(question.takes), view)
            assert found.answer.endswith(".")
            table = found.table
            told = "estimate" not in table or table["estimate"].notna().any() or table["flag"].astype(bool).all()
            assert found.refused or told


def test_an_area_that_nobody_was_asked_in_has_no_groups(store):
    view = publish(store, *THIN["an area silent in the last year"], areas={"A": "Ashby", "B": "Barton"})
    found = trends.by_group(Scope(area="A"), view)
    assert (found.refused, found.answer) == (True, "Nobody in this area was asked in January to March 2026.")


def test_the_number_of_answers_of_one_small_group_does_not_follow_from_the_total(store):
    """4 of a group: with every other number printed they would be the rest of the total."""
    groups = ["Female"] * 200 + ["Male"] * 120 + ["Another"] * 80 + ["Rare"] * 4
    view = publish(store, wave("a", "2026-03", trust_force=answers(300, 104), sex=groups))
    found = trends.by_group(Scope(by="sex"), view)
    rows = found.table.set_index("group")
    assert set(rows.index[rows["base"].isna()]) == {"Rare", "Another"}
    assert rows.loc["Another", ["n_eff", "deff", "df"]].isna().all()
    assert not rows.loc["Another", ["estimate", "low", "high"]].isna().any()
    assert rows.loc["Another", "flag"].endswith(estimates.COMPANY)
    assert "number of answers withheld" in found.answer
    waves = found.tables["waves"].set_index("group")
    assert set(waves.index[waves["base"].isna()]) == {"Rare", "Another"}


def test_nor_does_it_in_two_periods(store):
    def people(name, ends, few):
        groups = ["Female"] * 200 + ["Male"] * 120 + ["Rare"] * few
        return wave(name, ends, trust_force=answers(200, 120 + few), sex=groups)

    view = publish(store, people("a", "2025-03", 60), people("b", "2026-03", 4))
    rows = trends.compare(Scope(by="sex"), view).table.set_index("name")
    assert set(rows.index[rows["base"].isna()]) == {"Rare", "Male"}
    assert not rows["was_base"].isna().any()


def test_two_small_groups_hide_each_other(store):
    groups = ["Female"] * 200 + ["Male"] * 120 + ["Rare"] * 4 + ["Rarer"] * 3
    view = publish(store, wave("a", "2026-03", trust_force=answers(300, 27), sex=groups))
    rows = trends.by_group(Scope(by="sex"), view).table.set_index("group")
    assert set(rows.index[rows["base"].isna()]) == {"Rare", "Rarer"}


@pytest.mark.long
@pytest.mark.parametrize("area", [None, "X07000003", "X05000010"])
def test_a_change_has_one_verdict_wherever_it_is_told(area, demonstration):
    view = demonstration.view()
    told = overview.what_changed(Scope(area=area), view).table
    told = told[told["area"].isna()] if area is None else told
    listed = trends.change(Scope(area=area), view).table.set_index("measure")["verdict"]
    for row in told.to_dict("records"):
        change = trends.measure(Scope(area=area, measure=row["measure"]), view).tables["change"]
        own = change["verdict"].iloc[0] if len(change) else ""
        assert own == row["verdict"] == listed[row["measure"]], row["measure"]


def test_what_leaves_out_0_alone_and_is_not_clear_among_all_measures_says_so(store):
    """p = .03 of one among twelve measures: q = .36."""
    others = [name for name, m in measures().items() if "Strongly agree" in m.classes and name != "trust_force"]
    still = {name: answers(200, 200) for name in others[:11]}
    assert len(still) == 11
    view = publish(
        store,
        wave("a", "2025-03", trust_force=answers(200, 200), **still),
        wave("b", "2026-03", trust_force=answers(231, 169), **still),
    )
    found = trends.measure(Scope(measure="trust_force"), view)
    assert found.tables["change"].at[0, "change_low"] > 0
    assert found.tables["change"].at[0, "verdict"] == "no clear change"
    assert "no clear change in the past year" in found.headline
    assert found.answer.endswith("Among the changes of all measures it is not clear.")


@pytest.mark.long
def test_a_year_that_pools_fewer_months_is_not_called_a_year_before(demonstration):
    """After the new questionnaire of January 2025 the year before holds nine months."""
    found = trends.measure(Scope(area="X07000003"), demonstration.view())
    assert " In January to September 2025 it was" in found.answer
    assert "A year before" not in found.answer
    assert found.headline.endswith("since January to September 2025")
    (tile, *_) = overview.tiles(Scope(area="X07000003"), demonstration.view()).tiles
    assert tile.alt.startswith("Confidence: ")
    assert "2022" not in tile.alt


def test_a_rolling_year_that_shares_waves_with_the_one_before_says_so(demonstration):
    found = trends.measure(Scope(points="rolling", to_month="2026-09"), demonstration.view())
    assert found.answer.endswith("Both share 3 waves, and only the others can have changed.")


def test_a_default_that_is_said_aloud_is_the_same_question(demonstration):
    view = demonstration.view()
    said = Scope(dont_know="left_out", smooth="no", points="waves")
    assert choices.complete(said, view) == choices.complete(Scope(), view)
    # In an area years are usual, and waves a choice.
    assert choices.complete(said.but(area="X07000003"), view).points == "waves"


def test_one_area_and_one_group_have_nothing_to_be_set_against(store):
    """Everyone lives in one district and is of one group: no test was made, so none is said to find no difference."""
    both = {"trust_force": answers(100, 100), "area": ["E1"] * 200, "sex": ["Male"] * 200}
    view = publish(store, wave("a", "2025-03", **both), wave("b", "2026-03", **both), areas={"E1": "One"})
    assert trends.by_area(Scope(), view).headline == "1 district: none can be set against the rest"
    assert trends.by_group(Scope(by="sex"), view).headline == "Sex: no group can be set against everyone else"
    places = overview.where_to_look(Scope(), view)
    assert places.answer.endswith("None can be set against the rest of the force, and none clearly changed.")


def test_where_to_look_says_since_when_an_area_changed(demonstration):
    """The year before the last one holds nine months, since the questionnaire was new: it is not called a year."""
    (line,) = (
        line for line in overview.where_to_look(Scope(), demonstration.view()).lines if line.bold == "Stony Linton"
    )
    assert "rose by 23 points (9 to 36) since January to September 2025" in line.text


@pytest.mark.long
def test_areas_that_nothing_loaded_knows_are_called_areas(store, tmp_path):
    """W1 to W3 stand in no boundary and no list, so nobody can say that they are districts."""
    places = [f"W{n % 3 + 1}" for n in range(300)]
    waves = [
        wave(name, ends, trust_force=answers(180, 120), area=places)
        for name, ends in (("a", "2025-03"), ("b", "2026-03"))
    ]
    view = publish(store, *waves)
    found = trends.by_area(Scope(), view)
    assert found.headline == "None of 3 areas is clearly different from the rest"
    assert "district" not in found.answer
    told = [overview.where_to_look(Scope(), view), overview.what_changed(Scope(), view)]
    assert [one.key for one in told if "district" in f"{one.headline} {one.answer} {' '.join(one.caveats)}"] == []
    assert "3 areas" in told[0].headline
    # With boundaries for each of them they are what these say.
    known = publish(Store(tmp_path / "known"), *waves, areas={f"W{n}": f"Ward {n}" for n in (1, 2, 3)})
    assert trends.by_area(Scope(), known).headline == "None of 3 districts is clearly different from the rest"
