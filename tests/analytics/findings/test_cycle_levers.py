"""Three levers over areas: counted again from the rows of the demonstration, and every reason why there is nothing."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analytics.briefings.spreadsheet import to_csv, to_excel
from analytics.claims import blocked, sentences_of
from analytics.columns import meaning
from analytics.cycle import levers as over_areas
from analytics.findings import QUESTIONS
from analytics.findings.cycle.lever_records import actions_closed, events_held
from analytics.findings.cycle.levers import Compared
from analytics.findings.survey.answers import NoAnswers
from analytics.reading import reading_table, reading_titles
from analytics.scope import Scope
from data.vocabularies import DEMONSTRATION
from tests.surveys import answers, publish, wave

FORCE = DEMONSTRATION["slug"]
YEAR, BEFORE = ("2025-Q4", "2026-Q1", "2026-Q2", "2026-Q3"), ("2025-Q1", "2025-Q2", "2025-Q3")
"""Questionnaire B began in 2025-Q1, so the year before has three waves."""
GOOD = ("Excellent", "Good")
WEEKLY = ("More than once a week", "About once a week")
MONTHS = tuple(f"{year}-{month:02d}" for year in (2025, 2026) for month in range(1, 13))[9:21]


@pytest.fixture(scope="module")
def view(demonstration):
    return demonstration.view()


@pytest.fixture(scope="module")
def found(view):
    return QUESTIONS["cycle.levers"].answer(Scope(), view)


def rows(view, table):
    return view.rows(table).collect("pandas").to_native()


def share(people, measure, positive):
    """Weighted share of positive answers by area, those who don't know left out."""
    told = people[people[measure].notna() & (people[measure] != "Don't know")]
    return (told["weight"] * told[measure].isin(positive)).groupby(told["area"]).sum() / told.groupby("area")[
        "weight"
    ].sum()


def test_every_area_is_counted_again_from_the_rows_of_the_files(view, found):
    people = rows(view, "responses")
    now, then = (people[people["wave"].isin(waves)] for waves in (YEAR, BEFORE))
    table = found.tables["areas"].set_index("area")
    change = share(now, "good_job_local", GOOD) - share(then, "good_job_local", GOOD)
    assert table["change"].astype(float).to_numpy() == pytest.approx(change[table.index].to_numpy())
    weekly = share(now, "visibility", WEEKLY)
    assert table["visibility"].astype(float).to_numpy() == pytest.approx(weekly[table.index].to_numpy())
    held = rows(view, "events")
    number = held[held["date"].str[:7].isin(MONTHS)].groupby("area").size().reindex(table.index, fill_value=0)
    census = rows(view, "population")
    census = census[census["ethnicity"].notna() & census["area_code"].isin(table.index)]
    residents = census.groupby("area_code")["residents"].sum()[table.index].astype(float)
    assert table["engagement"].astype(float).to_numpy() == pytest.approx((1000 * number / residents).to_numpy())
    kept = rows(view, "priorities")
    done = kept[(kept["status"] == "closed") & kept["action"].notna()]
    done = done[done["reviewed_on"].fillna(done["set_on"]).str[:7].isin(MONTHS)]
    assert (
        table["problem_solving"].astype(int).tolist()
        == done.groupby("area").size().reindex(table.index, fill_value=0).astype(int).tolist()
    )


def test_nothing_was_planted_in_events_and_closed_priorities_and_nothing_is_found(found):
    """The truth of the demonstration draws both without a look at confidence; `data.demo.truth` plants neither."""
    table = found.table.set_index("lever")
    for lever in ("engagement", "problem solving"):
        assert table.loc[lever, "low"] < 0 < table.loc[lever, "high"]
    assert not table["clear"].any()
    assert found.headline == "No lever clearly goes with the change of confidence between areas"
    assert found.claim == 1


def test_levers_that_are_counted_are_weighted_least_squares(view):
    """Without patrols, which are asked, it is statsmodels' regression weighted by how sure each change is."""
    from statsmodels.regression.linear_model import WLS

    held = Compared.of(Scope(), view)
    names = ["engagement", "problem solving"]
    made = over_areas(held.table, names)
    x = held.table[names].astype(float)
    weights = 1 / (made.between + held.table["variance"])
    fitted = WLS(held.table["change"].astype(float), ((x - x.mean()) / x.std()).assign(always=1.0), weights).fit(
        cov_type="HC1", use_t=True
    )
    assert made.table["effect"].to_numpy() == pytest.approx(fitted.params.to_numpy()[:2])
    assert made.table[["low", "high"]].to_numpy() == pytest.approx(fitted.conf_int().to_numpy()[:2])


def test_words_tables_and_files_say_what_they_should(found):
    assert len(found.headline) < 70
    assert [blocked(text, found.claim) for text in sentences_of(found) if blocked(text, found.claim)] == []
    assert set(reading_titles(found)) == set(found.tables)
    for name, table in found.tables.items():
        assert [column for column in table.columns if not meaning(column)] == []
        read = reading_table(found, name)
        assert not any("_" in heading for heading in read.columns)
        assert not read.map(lambda text: text in ("nan", "None", "<NA>")).any(axis=None)
        assert to_csv(found, name)
    assert to_excel(found)[:2] == b"PK"
    assert [panel.label for panel in found.panels] == ["Engagement events", "Visible patrols", "Problem solving"]
    assert {panel.draw("dark").to_plotly_json()["layout"]["height"] for panel in found.panels} == {300}
    assert found.tables["by_number"]["areas"].sum() == len(found.tables["areas"]) == 60
    assert any("engagement" in file.name for file in found.provenance.files)


def test_a_lever_that_nobody_recorded_is_left_out_and_named(view):
    """Priorities are of the last year alone."""
    before = QUESTIONS["cycle.levers"].answer(Scope(to_month="2024-09"), view)
    assert before.table["lever"].tolist() == ["engagement", "visibility"]
    assert before.caveats[3] == (
        "Problem solving is not among the levers: no priority is recorded as closed with an action in the year to "
        "September 2024."
    )


@pytest.mark.parametrize(
    ("month", "why"),
    [
        ("2023-09", "has waves of one year alone up to September 2023: a change of confidence needs those of the"),
        ("2025-03", "No change of confidence can be told of any neighbourhood: not compared across a break of the"),
    ],
)
def test_without_two_years_that_can_be_compared_it_is_refused(view, month, why):
    refused = QUESTIONS["cycle.levers"].answer(Scope(to_month=month), view)
    assert refused.refused
    assert why in refused.answer


def test_without_a_record_of_engagement_it_is_refused(view):
    with pytest.raises(NoAnswers, match="No engagement event of Surrey Police is loaded, so areas can't be told apart"):
        events_held(view, "surrey", "neighbourhood", MONTHS)
    with pytest.raises(NoAnswers, match="No engagement event of Eskmere Police in January 2019 is loaded"):
        events_held(view, FORCE, "neighbourhood", ("2019-01",))
    with pytest.raises(NoAnswers, match="no neighbourhood priority of Surrey Police is loaded"):
        actions_closed(view, "surrey", "neighbourhood", MONTHS)


def test_under_twenty_areas_it_is_refused(store):
    people = {"trust_force": answers(60, 40), "area": ["E1"] * 60 + ["E2"] * 40}
    year = publish(store, wave("a", "2025-03", **people), wave("b", "2026-03", **people), areas={"E1": "A", "E2": "B"})
    refused = QUESTIONS["cycle.levers"].answer(Scope(), year)
    assert refused.answer == "Residents tells of fewer than 20 areas that are drawn, and as many are needed."


def test_a_measure_that_was_not_asked_has_no_figures_beside_the_change(view):
    from analytics.findings.survey import changes, choices

    full = choices.complete(Scope(), view)
    told = changes.beside(full, view, "neighbourhood", "good_job_local", "duty_obey")
    assert told["change"].notna().all()
    assert told[["beside", "beside_variance", "covariance"]].isna().all(axis=None)
    assert isinstance(told, pd.DataFrame)
    assert np.isfinite(told["variance"]).all()
