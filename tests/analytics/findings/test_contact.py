"""Treatment or outcome, and good or bad contact: from made-up respondents and the demonstration, computed again here.

From the rows and in plain loops, one person and one sampling unit at a time; nothing of analytics is used but what is
tested. The regression is solved from the rows of people, not from four groups.
"""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest
from scipy.stats import t as student

from analytics.briefings.spreadsheet import to_csv, to_excel
from analytics.columns import meaning
from analytics.findings import QUESTIONS, choices, cycle
from analytics.findings.survey import choices as survey_choices
from analytics.reading import reading_table, reading_titles
from analytics.scope import Scope
from data import counting
from data.settings import settings
from data.survey_cubes import NOT_KNOWN
from tests.surveys import publish, wave

TREATMENT, ASYMMETRY = "cycle.treatment_or_outcome", "cycle.contact_asymmetry"
YEAR = ["2025-Q4", "2026-Q1", "2026-Q2", "2026-Q3"]
FORBIDDEN = re.compile(
    r"\b(effect|impact|caused|due to|because of|thanks to|result of|led to|drives|improved|boosted|works)\b", re.I
)
AGREE, DISAGREE = "Strongly agree", "Tend to disagree"


def ask(key, view, **scope):
    return QUESTIONS[key].answer(Scope.of(scope), view)


def rows_of(view):
    return view.rows("responses").collect("pandas").to_native().sort_values(["wave", "row"], ignore_index=True)


def form(units):
    """Design-based covariance of totals by wave, stratum and unit: a frame of one column a total."""
    total = np.zeros((units.shape[1],) * 2)
    for _, stratum in units.groupby(level=[0, 1]):
        m = len(stratum)
        if m > 1:
            centred = (stratum - stratum.mean()).to_numpy()
            total += m / (m - 1) * centred.T @ centred
    return total


def regression(people, y, inside, first, second):
    """Weighted least squares from the rows with the sandwich of its scores over every unit that was sampled."""
    x = np.column_stack([np.ones(len(people)), first, second]).astype(float)
    there = (inside & y.notna()).to_numpy()
    w = np.where(there, people["weight"], 0.0)
    value = y.fillna(0).to_numpy(dtype=float)
    inverse = np.linalg.inv(x.T @ (w[:, None] * x))
    beta = inverse @ x.T @ (w * value)
    scores = pd.DataFrame(x * (w * (value - x @ beta))[:, None])
    keys = [people[name].reset_index(drop=True) for name in ("wave", "stratum", "psu")]
    variance = inverse @ form(scores.groupby(keys).sum()) @ inverse
    units = people.loc[there, ["wave", "stratum", "psu"]].drop_duplicates()
    df = len(units) - len(units[["wave", "stratum"]].drop_duplicates()) - 2
    for contrast in ([0, 1, 0], [0, 0, 1], [0, 1, -1]):
        estimate, se = float(np.dot(contrast, beta)), float(np.sqrt(np.dot(contrast, variance @ contrast)))
        half = student.ppf(0.975, df) * se
        yield estimate, estimate - half, estimate + half, se, df, 2 * student.sf(abs(estimate) / se, df)


def shares(people, y, groups):
    """Weighted shares of groups, and the covariance of their linearised totals."""
    totals, found = {}, []
    keys = [people[name] for name in ("wave", "stratum", "psu")]
    for name, inside in groups.items():
        own = y.where(inside)
        weight = people["weight"].where(own.notna(), 0.0)
        share = float((weight * own.fillna(0)).sum() / weight.sum())
        totals[name] = (weight * (own - share).fillna(0) / weight.sum()).groupby(keys).sum()
        found.append((share, int(own.notna().sum())))
    return found, form(pd.DataFrame(totals))


def opinion(people, measure, positive):
    answers = people[measure].astype(object)
    return answers.isin(positive).astype(float).where(answers.notna() & (answers != "Don't know"))


@pytest.fixture(scope="module")
def view(demonstration):
    return demonstration.view()


@pytest.fixture(scope="module")
def people(view):
    every = rows_of(view)
    return every[every["wave"].isin(YEAR)].reset_index(drop=True)


def test_treatment_and_outcome_of_the_demonstration_are_those_of_its_rows(view, people):
    found = ask(TREATMENT, view)
    y = opinion(people, "good_job_local", {"Excellent", "Good"})
    fairly, wanted = (people[name] == "Yes" for name in ("treated_fairly_contact", "outcome_wanted"))
    had = people["contact_12m"] == "Yes"
    groups = {
        (one, other): had & (fairly == (one == "Yes")) & (wanted == (other == "Yes"))
        for one in ("Yes", "No")
        for other in ("Yes", "No")
    }
    expected, covariance = shares(people, y, groups)
    cells = found.tables["cells"]
    assert list(zip(cells["treated_fairly"], cells["outcome_wanted"], strict=True)) == list(groups)
    assert cells[["estimate", "base"]].to_numpy(dtype=float) == pytest.approx(np.array(expected), abs=1e-9)
    assert list(cells["se"]) == pytest.approx(list(np.sqrt(np.diag(covariance))), rel=1e-9)
    assert (cells["low"] < cells["estimate"]).all()
    assert (cells["estimate"] < cells["high"]).all()
    names = ["difference", "difference_low", "difference_high", "se", "df", "p_value"]
    compared = found.tables["comparison"][names].to_numpy(dtype=float)
    assert compared == pytest.approx(np.array(list(regression(people, y, had, fairly, wanted))), abs=1e-9)
    assert found.headline == "Fair treatment goes more with confidence than the outcome does"
    assert (found.claim_name, found.refused) == ("associated", False)


def test_good_and_bad_contact_of_the_demonstration_are_those_of_its_rows(view, people):
    found = ask(ASYMMETRY, view)
    y = opinion(people, "good_job_local", {"Excellent", "Good"})
    answered = people["satisfied_contact"].astype(object)
    happy = answered.isin(["Very satisfied", "Fairly satisfied"])
    unhappy = answered.notna() & (answered != "Don't know") & ~happy
    (none, good, bad), c = shares(people, y, {"none": people["contact_12m"] == "No", "good": happy, "bad": unhappy})
    table = found.tables["experience"]
    assert table[["estimate", "base"]].to_numpy(dtype=float) == pytest.approx(np.array([none, good, bad]), abs=1e-9)
    gaps = found.tables["asymmetry"]
    expected = [good[0] - none[0], none[0] - bad[0], 2 * none[0] - good[0] - bad[0]]
    assert list(gaps["difference"]) == pytest.approx(expected, abs=1e-9)
    coefficients = np.array([[-1, 1, 0], [1, 0, -1], [2, -1, -1]])
    assert list(gaps["se"]) == pytest.approx(list(np.sqrt(np.diag(coefficients @ c @ coefficients.T))), rel=1e-9)
    half = student.ppf(0.975, gaps["df"].to_numpy(dtype=float)) * gaps["se"].to_numpy(dtype=float)
    assert list(gaps["difference_high"] - gaps["difference"]) == pytest.approx(list(half), rel=1e-9)
    assert found.headline == "Confidence differs more with bad contact than with good"
    satisfied = happy.astype(float).where(happy | unhappy)
    opinions, _ = shares(
        people, satisfied, {name: people["prior_opinion"] == name for name in ("High", "Mixed", "Low")}
    )
    prior = found.tables["prior"]
    assert list(prior["group"]) == ["High", "Mixed", "Low"]
    assert prior[["estimate", "base"]].to_numpy(dtype=float) == pytest.approx(np.array(opinions), abs=1e-9)
    assert list(prior["verdict"]) == ["above", "not clearly different", "below"]
    assert [panel.label for panel in found.panels] == [
        "Good job locally, by contact in the past year",
        "Satisfied with contact, by opinion before it",
    ]
    assert not any("cannot be tested" in caveat for caveat in found.caveats)


@pytest.mark.parametrize("key", [TREATMENT, ASYMMETRY])
def test_measure_and_area_change_nothing_and_the_last_month_does(key, view):
    found = ask(key, view)
    scope = Scope(measure="fair", area="X07000003", from_month="2026-01").only(QUESTIONS[key].takes)
    assert QUESTIONS[key].answer(scope, view).answer == found.answer
    earlier = ask(key, view, to="2025-12")
    assert earlier.answer != found.answer
    assert "year to December 2025" in earlier.answer
    assert len(found.provenance.files) == len(YEAR)


@pytest.mark.parametrize("key", [TREATMENT, ASYMMETRY])
def test_files_tables_and_words_say_what_they_should(key, view):
    found = ask(key, view)
    assert len(found.headline) < 70
    assert found.answer.endswith(".")
    assert "September 2026" in found.answer
    words = " ".join([found.headline, found.answer, *found.caveats, *(panel.label for panel in found.panels)])
    assert FORBIDDEN.search(words) is None
    assert set(reading_titles(found)) == set(found.tables)
    for name, table in found.tables.items():
        assert [column for column in table.columns if not meaning(column)] == []
        read = reading_table(found, name)
        assert not any("_" in heading for heading in read.columns)
        assert not read.map(lambda text: text in ("nan", "None", "<NA>")).any(axis=None)
        assert to_csv(found, name)
    assert to_excel(found)[:2] == b"PK"


def respondents(treated=0.0, wanted=0.0, size=2_000, seed=1, **more):
    """People of whom half had contact, in 100 units; those treated fairly, or with the outcome wanted, trust more."""
    random = np.random.default_rng(seed)
    had, fairly, lucky = random.random(size) < 0.6, random.random(size) < 0.6, random.random(size) < 0.5
    share = 0.3 + (treated * fairly + wanted * lucky) * had
    yes = random.random(size) < share
    return {
        "trust_force": list(np.where(yes, AGREE, DISAGREE)),
        "contact_12m": list(np.where(had, "Yes", "No")),
        "treated_fairly_contact": list(np.where(had, np.where(fairly, "Yes", "No"), None)),
        "outcome_wanted": list(np.where(had, np.where(lucky, "Yes", "No"), None)),
        "psu": [f"u{n % 100}" for n in range(size)],
        "weight": list(random.gamma(4, 0.25, size)),
        **more,
    }


@pytest.mark.parametrize(
    ("treated", "wanted", "headline"),
    [
        (0.45, 0.15, "Fair treatment goes more with confidence than the outcome does"),
        (0.15, 0.45, "The outcome goes more with confidence than fair treatment does"),
        (0.30, 0.30, "Fair treatment or the outcome: no clear difference"),
    ],
)
def test_what_was_planted_is_named(treated, wanted, headline, store):
    found = ask(TREATMENT, publish(store, wave("a", "2026-03", **respondents(treated, wanted))))
    assert found.headline == headline
    rows = rows_of(store.view()).assign(stratum="")
    y = opinion(rows, "trust_force", {AGREE})
    fairly, lucky = (rows[name] == "Yes" for name in ("treated_fairly_contact", "outcome_wanted"))
    expected = list(regression(rows, y, rows["contact_12m"] == "Yes", fairly, lucky))
    names = ["difference", "difference_low", "difference_high", "se", "df", "p_value"]
    compared = found.tables["comparison"][names].to_numpy(dtype=float)
    assert compared == pytest.approx(np.array(expected), abs=1e-9)


def test_a_group_with_too_few_answers_withholds_what_would_give_it_away(store):
    people = respondents(0.3, 0.1, size=400)
    fairly, lucky = people["treated_fairly_contact"], people["outcome_wanted"]
    both = [place for place, pair in enumerate(zip(fairly, lucky, strict=True)) if pair == ("No", "No")]
    for place in both[23:]:
        lucky[place] = "Yes"
    found = ask(TREATMENT, publish(store, wave("a", "2026-03", **people)))
    cells = found.tables["cells"].set_index(["treated_fairly", "outcome_wanted"])
    assert cells.loc[("No", "No"), "flag"] == "not enough answers: 23"
    assert cells.loc[("No", "No"), "estimate":"high"].isna().all()
    assert cells["estimate"].notna().sum() == 3
    comparison = found.tables["comparison"]
    assert comparison["difference"].isna().all()
    assert set(comparison["flag"]) == {"not given: one of its figures has too few answers"}
    assert found.headline == "Fair treatment or the outcome: not enough answers"
    assert "not enough answers: 23" in found.answer


def experience(none, good, bad, **more):
    """A thousand people without contact and 400 with each kind of it, of whom so many in 100 trust."""
    counts = {"none": (1000, none), "good": (400, good), "bad": (400, bad)}
    trust = [AGREE if n % 100 < share else DISAGREE for size, share in counts.values() for n in range(size)]
    return {
        "trust_force": trust,
        "contact_12m": ["No"] * 1000 + ["Yes"] * 800,
        "satisfied_contact": [None] * 1000 + ["Fairly satisfied"] * 400 + ["Very dissatisfied"] * 400,
        **more,
    }


@pytest.mark.parametrize(
    ("shares", "headline", "gaps"),
    [
        ((60, 65, 30), "Confidence differs more with bad contact than with good", (0.05, 0.30, 0.25)),
        ((40, 75, 35), "Confidence differs more with good contact than with bad", (0.35, 0.05, -0.30)),
        ((50, 65, 35), "Gain with good contact, loss with bad: no clear difference", (0.15, 0.15, 0.0)),
        ((50, 20, 50), "Neither a gain with good contact nor a loss with bad is clear", (-0.30, 0.0, 0.30)),
    ],
)
def test_gain_and_loss_are_set_against_each_other(shares, headline, gaps, store):
    """Standard errors by hand: independent groups, p (1 - p) / n, each person a unit."""
    found = ask(ASYMMETRY, publish(store, wave("a", "2026-03", **experience(*shares))))
    assert found.headline == headline
    table = found.tables["asymmetry"]
    assert list(table["difference"]) == pytest.approx(gaps, abs=1e-12)
    none, good, bad = (p / 100 * (1 - p / 100) / n for p, n in zip(shares, (1000, 400, 400), strict=True))
    variances = [none + good, none + bad, 4 * none + good + bad]
    assert list(table["se"]) == pytest.approx(list(np.sqrt(np.array(variances) * 1800 / 1799)), rel=0.002)


def test_without_earlier_opinion_the_claim_is_said_to_be_untestable_and_has_no_chart(store):
    found = ask(ASYMMETRY, publish(store, wave("a", "2026-03", **experience(60, 65, 30))))
    assert found.caveats[0].startswith(
        "Whether a low opinion beforehand goes with contact that is badly received cannot "
    )
    assert "cannot be tested with these data: Residents did not ask" in found.caveats[0]
    assert [panel.label for panel in found.panels] == ["Trust the force, by contact in the past year"]
    assert found.tables["prior"].empty
    assert found.chart() is None


def test_neither_satisfied_nor_dissatisfied_is_not_satisfied_and_dont_know_is_left_out(store):
    made = experience(60, 65, 30)
    made["satisfied_contact"][-100:-20] = ["Neither satisfied nor dissatisfied"] * 80
    made["satisfied_contact"][-20:] = ["Don't know"] * 20
    found = ask(ASYMMETRY, publish(store, wave("a", "2026-03", **made)))
    assert list(found.tables["experience"]["base"]) == [1000, 400, 380]
    assert any(rule.startswith("20 answers of people who did not say") for rule in found.provenance.rules)


def test_more_than_a_tenth_left_out_is_said_beside_the_figures(store):
    made = respondents(0.3, 0.1)
    had = [place for place, said in enumerate(made["contact_12m"]) if said == "Yes"]
    for place in had[: len(had) // 5]:
        made["outcome_wanted"][place] = None
    found = ask(TREATMENT, publish(store, wave("a", "2026-03", **made)))
    left_out = len(had) // 5
    assert f"{left_out} answers ({left_out / len(had):.0%}".replace("%", "\u00a0%)") in " ".join(found.caveats)


@pytest.mark.parametrize("key", [TREATMENT, ASYMMETRY])
def test_a_survey_that_did_not_ask_is_refused_in_words(key, store):
    asked = [AGREE] * 60 + [DISAGREE] * 60
    view = publish(store, wave("a", "2026-03", trust_force=asked, sex=["Female"] * 120))
    found = ask(key, view)
    assert found.refused
    assert found.answer.startswith("Residents did not ask whether they ")
    assert not cycle.told_of(Scope(), view)


def test_a_survey_that_asks_nothing_of_confidence_is_refused(store):
    made = respondents(0.3, 0.1)
    made["fair"] = made.pop("trust_force")
    found = ask(TREATMENT, publish(store, wave("a", "2026-03", **made)))
    assert (found.refused, found.answer) == (True, "Residents asks nothing of confidence.")


def test_a_year_in_which_nobody_was_asked_is_refused(store):
    silent = {"trust_force": [AGREE] * 60 + [DISAGREE] * 60, "contact_12m": ["Yes"] * 120}
    view = publish(
        store,
        wave("a", "2024-03", **{**silent, "satisfied_contact": [None] * 120}),
        wave("b", "2026-03", **experience(60, 65, 30)),
    )
    found = ask(ASYMMETRY, view, to="2024-03")
    assert found.refused
    assert found.answer == (
        "Residents asked nobody whether they had contact and were satisfied with it in January to March 2024."
    )
    assert cycle.told_of(Scope(to_month="2024-03"), view)


def test_words_of_other_mappings_are_not_guessed(store):
    made = respondents(0.3, 0.1)
    made["treated_fairly_contact"] = [
        said and {"Yes": "yes ", "No": "NO"}[said] for said in made["treated_fairly_contact"]
    ]
    assert not ask(TREATMENT, publish(store, wave("a", "2026-03", **made))).refused
    made["outcome_wanted"] = [said and {"Yes": "1", "No": "2"}[said] for said in made["outcome_wanted"]]
    assert ask(TREATMENT, publish(store, wave("a", "2026-03", **made))).refused


def test_a_release_of_before_joint_groupings_is_refused_with_the_way_out(store, monkeypatch):
    from data.publishing import recount
    from data.vocabularies import survey

    with monkeypatch.context() as older:
        older.setattr(counting, "inputs", lambda cubes: {"code": "older"})
        older.setattr("data.survey_cubes.joint_groupings", dict)
        view = publish(store, wave("a", "2026-03", **respondents(0.45, 0.15)))
        found = ask(TREATMENT, view)
    assert found.refused
    assert "python -m data recount --reason TEXT" in found.answer
    assert cycle.told_of(Scope(), view)
    recount(store, "Ada", "joint groupings")
    assert survey.joint_groupings().keys() == {"contact_experience", "treatment_and_outcome", "ethnicity_and_stopped"}
    assert ask(TREATMENT, store.view()).headline.startswith("Fair treatment goes more")


def test_joint_groupings_are_no_groupings_to_choose(view):
    held = survey_choices.groupings(view, "eskmere", survey_choices.surveys(view, "eskmere")[0])
    apart = {"contact_experience", "treatment_and_outcome", "ethnicity_and_stopped", "prior_opinion", NOT_KNOWN}
    assert not apart & set(held)
    assert "contact_12m" in held


def test_without_any_survey_nothing_is_told(tmp_path):
    from data.store import Store

    empty = Store(tmp_path / "none").view()
    assert not cycle.told_of(Scope(), empty)
    assert ask(TREATMENT, empty).answer == "No survey is loaded."
    assert choices.forces(empty) == []
    assert settings().fewest_answers == 50
