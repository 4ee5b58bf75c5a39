"""The survey: its design is as promised, and what was planted stands in the answers within sampling error."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from data.demo.survey import correlations, expected, level_of_confidence, survey, treated
from data.demo.truth import ITEMS, LINKS, TRUTH, WAVES
from data.vocabularies.survey import DONT_KNOW, STAGES, measures


@pytest.fixture(scope="module")
def people(frames):
    return frames["responses"]


def positive(people, measure):
    classes = people[measure].map(dict(measures()[measure].classes))
    return (classes == "positive").astype(float).where(classes.notna() & (classes != DONT_KNOW))


def shares(people, measure, by):
    known = positive(people, measure).dropna()
    by, weight = by[known.index], people.loc[known.index, "weight"]
    return (known * weight).groupby(by).sum() / weight.groupby(by).sum()


def test_every_stage_is_asked_about():
    asked = {measures()[item.measure].stage for item in ITEMS}
    assert asked == {*STAGES, "benefit"}
    assert all(item.stage == measures()[item.measure].stage for item in ITEMS)
    assert all(sum(item.shares) == pytest.approx(1) for item in ITEMS)


def test_answers_are_answers_of_the_scale(people):
    for item in ITEMS:
        assert set(people[item.measure].dropna()) == set(measures()[item.measure].answers), item.measure
        unknown = (people[item.measure] == "Don't know").sum() / people[item.measure].notna().sum()
        assert unknown == pytest.approx(item.dont_know, abs=0.01)


def test_sampling_units_are_new_in_each_wave_and_lie_in_one_neighbourhood(people):
    by_unit = people.groupby("psu")
    assert by_unit["wave"].nunique().max() == 1
    assert by_unit["area"].nunique().max() == 1
    assert by_unit.size().eq(20).all()
    for first in range(len(WAVES) - 3):
        window = people[people["wave"].isin(WAVES[first : first + 4])]
        units = window.groupby("area")["psu"].nunique()
        assert len(units) == 60
        assert units.min() >= 8


def test_strata_are_the_districts(people, frames):
    areas = frames["areas"].set_index("code")
    district = people["area"].map(areas["parent_code"]).map(areas["name"])
    assert (people["stratum"] == district).all()


def test_weights_have_mean_one_and_vary_by_half(people):
    assert people.groupby("wave")["weight"].mean().to_numpy() == pytest.approx(1, abs=1e-4)
    assert people["weight"].std() == pytest.approx(0.5, abs=0.06)
    assert people["weight"].min() > 0


def test_weights_repair_the_age_of_the_sample(people, frames):
    adults = frames["population"].query("level == 'ward' and age not in ['Under 10', '10 to 15']")
    ages = adults["age"].replace({"16 to 17": "16 to 24", "18 to 24": "16 to 24"})
    census = adults["residents"].groupby(ages).sum()
    weighted = people.groupby("age_band")["weight"].sum() / people["weight"].sum()
    assert weighted.to_dict() == pytest.approx((census / census.sum()).to_dict(), abs=0.01)
    asked = people["age_band"].value_counts(normalize=True)
    assert asked["65 and over"] > weighted["65 and over"] + 0.05


def test_respondents_are_unique_and_asked_within_their_wave(people, frames):
    assert people["respondent"].is_unique
    assert people["respondent"].str.fullmatch("[0-9a-f]{16}").all()
    waves = frames["waves"].set_index("wave")
    assert (people["date"] >= people["wave"].map(waves["starts"])).all()
    assert (people["date"] <= people["wave"].map(waves["ends"])).all()
    assert waves.loc["2022-Q4", ["label", "starts", "ends"]].tolist() == [
        "October to December 2022", "2022-10-01", "2022-12-31"
    ]  # fmt: skip


def test_contact_is_asked_of_those_who_had_it(people, frames):
    had = people["contact_12m"] == "Yes"
    for name in ("satisfied_contact", "treated_fairly_contact", "outcome_wanted", "prior_opinion"):
        assert people.loc[had, name].notna().all()
        assert people.loc[~had, name].isna().all()
    asked = frames["questions"].set_index(["wave", "measure"])["answered"]
    assert asked["2026-Q3", "satisfied_contact"] == (had & (people["wave"] == "2026-Q3")).sum()
    assert asked["2026-Q3", "good_job_local"] == 2400


def test_the_reason_for_a_contact_is_mostly_what_else_people_say_of_it(people):
    reason, had = people["contact_reason"], people["contact_12m"] == "Yes"
    assert set(reason) == {"Victim", "Witness", "Suspect or stopped", "Other", "No contact"}
    assert ((reason == "No contact") == ~had).all()
    # Eight of ten who were stopped came to it that way; of victims who were not stopped, too.
    stopped, victim = (people[name] == "Yes" for name in ("stopped_12m", "victim_12m"))
    of_stopped = (reason == "Suspect or stopped")[had & stopped & ~victim]
    of_victims = (reason == "Victim")[had & victim & ~stopped]
    assert of_stopped.mean() == pytest.approx(0.8 + 0.2 * 0.05, abs=0.06)
    assert of_victims.mean() == pytest.approx(0.8, abs=0.03)


def test_questionnaire_b_words_some_questions_anew(frames):
    waves, questions = frames["waves"].set_index("wave"), frames["questions"]
    assert waves["questionnaire"].to_dict() == {wave: "A" if wave < "2025" else "B" for wave in WAVES}
    wordings = questions.groupby("measure")["wording"].nunique()
    assert set(wordings[wordings > 1].index) == {"listen", "influence"}
    first = questions.drop_duplicates("measure").set_index("measure")["wording"]
    assert all(first[item.measure] == measures()[item.measure].wording for item in ITEMS)


def test_shares_agree_with_those_that_the_truth_expects(people):
    truth = expected()
    truth = truth.assign(weighted=truth["share"] * truth["adults"]).groupby(["measure", "wave"])
    wanted = (truth["weighted"].sum() / truth["adults"].sum()).unstack("measure")
    found = pd.DataFrame({measure: shares(people, measure, people["wave"]) for measure in wanted})
    # A wave's standard error is about 0.014, and that of all waves together about 0.004.
    assert (found - wanted).abs().to_numpy().max() < 0.05
    assert (found - wanted).mean().abs().max() < 0.012


def test_county_starts_at_the_shares_that_were_planted():
    first = expected().query("wave == '2022-Q4'")
    for item in ITEMS:
        of = first[first["measure"] == item.measure]
        if len(of):
            number = list(measures()[item.measure].classes.values()).count("positive")
            assert np.average(of["share"], weights=of["adults"]) == pytest.approx(sum(item.shares[:number]), abs=0.004)


def test_informed_falls_by_six_points_in_the_last_year_and_good_job_does_not(people):
    informed, good = (shares(people, name, people["wave"]) for name in ("informed_local", "good_job_local"))
    assert informed["2026-Q3"] - informed["2025-Q3"] == pytest.approx(-0.06, abs=0.04)
    year = people["wave"].str[:4]
    assert shares(people, "good_job_local", year)["2026"] - shares(people, "good_job_local", year)[
        "2025"
    ] == pytest.approx(0.0, abs=0.025)
    assert good.between(0.58, 0.70).all()


def test_the_incident_is_felt_in_its_district(people):
    before, after = (
        people["date"].between("2022-10-01", "2024-02-10"),
        people["date"].between("2024-02-11", "2025-03-31"),
    )
    hit = people["stratum"] == TRUTH.incident.district

    def change(domain):
        when = after.map({True: "after", False: "before"})
        found = shares(people[domain], "good_job_local", when[domain])
        return found["after"] - found["before"]

    sampled = before | after
    assert change(sampled & hit) == pytest.approx(-0.12, abs=0.05)
    assert change(sampled & ~hit) == pytest.approx(-0.02, abs=0.025)
    assert change(sampled) == pytest.approx(-0.042, abs=0.025)


def test_one_initiative_works_and_the_other_does_not(people):
    places = treated()
    touched = {code for codes in places.values() for code in codes}
    for initiative in TRUTH.initiatives:
        assert len(places[initiative.name]) == initiative.neighbourhoods
        assert not set(places[initiative.name]) & set(places[TRUTH.incident.name])
        after = people["date"] >= initiative.date
        change = shares(people[after], "good_job_local", people["area"]) - shares(
            people[~after], "good_job_local", people["area"]
        )
        difference = change[places[initiative.name]].mean() - change[~change.index.isin(touched)].mean()
        assert difference == pytest.approx(initiative.points, abs=0.06)


def test_groups_differ_as_planted_among_people_otherwise_alike(people):
    known = positive(people, "good_job_local").dropna()
    people = people.loc[known.index]
    columns = {one.attribute: people[one.attribute].isin(one.groups).astype(float) for one in TRUTH.differences}
    cells = pd.get_dummies(people["area"] + people["wave"].lt("2024-Q2").astype(str)).astype(float)
    root = np.sqrt(people["weight"].to_numpy())
    matrix = np.column_stack([pd.DataFrame(columns), cells]) * root[:, None]
    sizes = np.linalg.solve(matrix.T @ matrix, matrix.T @ (known.to_numpy() * root))
    found = dict(zip(columns, sizes, strict=False))
    for one in TRUTH.differences:
        # Four standard errors of all sixteen waves.
        allowed = {"stopped_12m": 0.10, "ethnicity": 0.06}.get(one.attribute, 0.03)
        assert found[one.attribute] == pytest.approx(one.points, abs=allowed)


def test_neighbourhoods_differ_as_planted():
    levels = level_of_confidence()
    assert levels.std(ddof=0) == pytest.approx(TRUTH.levels.between_neighbourhoods, abs=1e-9)
    ordered = np.sort(levels)
    assert ordered[:6] == pytest.approx(ordered[0])
    assert ordered[-6:] == pytest.approx(ordered[-1])
    assert ordered[-1] - ordered[0] == pytest.approx(2 * TRUTH.levels.extreme)


def test_low_neighbourhoods_are_low_in_the_answers(people):
    levels = level_of_confidence()
    found = shares(people, "good_job_local", people["area"])
    assert np.corrcoef(found, levels[found.index])[0, 1] > 0.8
    low, high = levels.nsmallest(6).index, levels.nlargest(6).index
    assert found[low].max() < found[high].min()


def test_answers_of_one_sampling_unit_are_alike(people):
    """One-way analysis of variance: the correlation within a unit, neighbourhoods of a district included."""
    known = positive(people, "good_job_local")
    known = (known - known.groupby([people["wave"], people["stratum"]]).transform("mean")).dropna()
    units = known.groupby(people.loc[known.index, "psu"])
    size = units.size()
    between = (size * units.mean() ** 2).sum() / (len(size) - 6 * len(WAVES))
    within = ((known - units.transform("mean")) ** 2).sum() / (len(known) - len(size))
    correlation = (between - within) / (between + (size.mean() - 1) * within)
    assert correlation == pytest.approx(0.05, abs=0.02)


def test_links_of_the_cycle_are_correlations():
    found = correlations()
    assert np.diag(found) == pytest.approx(1)
    for link in LINKS:
        neighbours = found[STAGES.index(link.origin), STAGES.index(link.target)]
        assert link.strength - 0.001 <= neighbours < link.strength + 0.07


def test_the_weakest_link_is_the_weakest_in_the_answers(people):
    pairs = [
        ("informed_local", "fair"), ("fair", "good_job_local"), ("good_job_local", "would_inform"),
        ("would_inform", "gave_information"), ("gave_information", "matter"), ("matter", "informed_local"),
    ]  # fmt: skip
    found = {pair: positive(people, pair[0]).corr(positive(people, pair[1])) for pair in pairs}
    weakest = min(found, key=lambda pair: found[pair])
    assert weakest == ("gave_information", "matter")
    assert found[weakest] < 0.6 * sorted(found.values())[1]


def test_fair_treatment_counts_for_more_than_the_outcome(people):
    gap = {}
    for name in ("treated_fairly_contact", "outcome_wanted"):
        found = shares(people, "satisfied_contact", people[name])
        gap[name] = found["Yes"] - found["No"]
    assert gap["treated_fairly_contact"] > gap["outcome_wanted"] > 0.05


def test_another_seed_asks_other_people_of_the_same_county(people):
    other = survey(TRUTH, seed=7).responses
    assert len(other) == len(people)
    assert (other["respondent"] != people["respondent"]).all()
    assert (other["area"] == people["area"]).all()
    before, after = (shares(one, "good_job_local", one["stratum"]) for one in (people, other))
    assert (before - after).abs().max() < 0.05


def test_an_altered_truth_shows(people):
    flat = survey(replace(TRUTH, trends=(), incident=replace(TRUTH.incident, points_in_district=0.0)), seed=7).responses
    same = survey(TRUTH, seed=7).responses
    assert (flat["weight"] == same["weight"]).all()
    last = same["wave"] == "2026-Q3"
    raised = shares(flat[last], "informed_local", flat["wave"]) - shares(same[last], "informed_local", same["wave"])
    assert raised["2026-Q3"] == pytest.approx(0.06, abs=0.01)
