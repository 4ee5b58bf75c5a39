"""Respondents of a survey: one row each, in the words that were given, with their units and areas."""

import pandas as pd
import pytest

from data.respondents import last_year, respondents, surveys, waves
from tests.conftest import made_once
from tests.surveys import FORCE, SURVEY, publish, wave

WARDS = {"E05000001": "Upper", "E05000002": "Lower"}


@pytest.fixture(scope="module")
def view(tmp_path_factory):
    """Three waves: the oldest is over a year older than the newest, and no two ask the same."""

    def make(store):
        return publish(
            store,
            wave("2024-Q3", "2024-09", fair=["Strongly agree"]),
            wave(
                "2026-Q1",
                "2026-03",
                area=["upper", "E05000002", None, "Elsewhere"],
                weight=[1.0, 2.0, 0.5, 0.0],
                stratum=["north", None, "north", "north"],
                psu=["1", "1", None, None],
                respondent=["x", "y", "z", None],
                fair=["Strongly agree", "Don't know", None, "Tend to disagree"],
                sex=["Female", "Male", None, "Female"],
            ),
            wave("2026-Q3", "2026-09", good_job_local=["Excellent", "Poor"]),
            areas=WARDS,
            level="ward",
        ).release

    return made_once("respondents", tmp_path_factory, make)[0].view()


def test_one_row_a_respondent_in_the_words_that_were_given(view):
    found = respondents(view, FORCE, SURVEY, ["2026-Q1"])
    assert list(found) == ["wave", "weight", "stratum", "psu", "area", "parent", "sex", "fair"]
    assert found["fair"].fillna("").tolist() == ["Strongly agree", "Don't know", "", "Tend to disagree"]
    assert found["weight"].tolist() == [1.0, 2.0, 0.5, 0.0]
    assert found["area"].fillna("").tolist() == ["E05000001", "E05000002", "", "Elsewhere"]
    assert found["parent"].isna().all()
    assert found["stratum"].tolist() == ["north", "", "north", "north"]
    units = found["psu"].tolist()
    assert units[:3] == ["1", "1", "respondent z"]
    assert units[3].startswith("respondent in row 5 of ")


def test_of_several_waves_what_one_did_not_ask_is_missing(view):
    found = respondents(view, FORCE, SURVEY, ["2026-Q3", "2026-Q1"])
    assert found["wave"].tolist() == ["2026-Q1"] * 4 + ["2026-Q3"] * 2
    assert found["good_job_local"].notna().tolist() == [False] * 4 + [True] * 2
    assert pd.isna(found["fair"].iloc[-1])


def test_the_waves_of_the_last_year(view):
    assert surveys(view) == [(FORCE, SURVEY)]
    assert waves(view, FORCE, SURVEY)["wave"].tolist() == ["2024-Q3", "2026-Q1", "2026-Q3"]
    assert last_year(view, FORCE, SURVEY)["wave"].tolist() == ["2026-Q1", "2026-Q3"]


def test_where_no_answers_are_held_there_is_no_survey(store):
    assert surveys(store.view()) == []


def test_the_demonstration_has_a_row_for_each_respondent_with_the_area_above(demonstration):
    view = demonstration.view()
    ((force, survey),) = surveys(view)
    year = last_year(view, force, survey)
    found = respondents(view, force, survey, year["wave"])
    assert len(found) == year["respondents"].sum() == 9_600
    assert found[["weight", "psu", "area", "parent"]].notna().all().all()
