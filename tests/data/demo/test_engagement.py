"""Crime and engagement: they add up, are in order of time, and hold what was planted."""

import numpy as np
import pandas as pd
import pytest

from data.demo.census import residents
from data.demo.survey import treated
from data.demo.truth import AGES, MONTHS, PLANNED, TRUTH
from data.vocabularies import BROAD_GROUPS
from data.vocabularies.survey import attributes


def test_participants_of_each_attribute_add_up_to_those_of_the_event(frames):
    events, participants = frames["events"], frames["participants"]
    summed = participants.pivot_table(index="event", columns="attribute", values="participants", aggfunc="sum")
    assert set(summed) == {"age_band", "sex", "ethnicity", "disability"} <= set(attributes())
    summed = summed.reindex(events["event"])
    for attribute in summed:
        assert (summed[attribute].to_numpy() == events["participants"].to_numpy()).all()
    assert (participants["participants"] > 0).all()
    assert not participants.duplicated(["event", "attribute", "group"]).any()


def test_numbers_of_an_event_do_not_contradict_each_other(frames):
    events = frames["events"]
    assert events["event"].is_unique
    assert (events["participants"] >= events["first_time"]).all()
    assert (events["participants"] >= events["rated"]).all()
    assert (events["rated"] >= events["useful"]).all()
    assert events["date"].between("2022-10-01", "2026-09-30").all()


def test_some_groups_are_met_too_little(frames):
    participants = frames["participants"]
    known = participants[participants["group"] != "Not known"]
    adults = residents(TRUTH.seed, TRUTH.residents).adults
    census = {
        "age_band": dict(zip(AGES, adults.sum(axis=(0, 1, 2)), strict=True)),
        "ethnicity": dict(zip(BROAD_GROUPS, adults.sum(axis=(0, 2, 3)), strict=True)),
    }
    for attribute, group, planted in TRUTH.reach.index:
        if attribute in census:
            of = known[known["attribute"] == attribute]
            share = of.loc[of["group"] == group, "participants"].sum() / of["participants"].sum()
            resident = census[attribute][group] / sum(census[attribute].values())
            # Events are not held exactly where people live, hence the allowance.
            assert share / resident == pytest.approx(planted, abs=0.07), group
    unknown = participants.loc[participants["group"] == "Not known", "participants"].sum()
    assert unknown / participants["participants"].sum() == pytest.approx(TRUTH.reach.unknown, abs=0.01)


def test_methods_are_received_differently(frames):
    of_method = frames["events"].groupby("method")[["useful", "rated"]].sum()
    for method, planted in TRUTH.reach.useful:
        assert of_method.loc[method, "useful"] / of_method.loc[method, "rated"] == pytest.approx(planted, abs=0.04)


def test_feedback_has_an_action_or_a_reason_once_it_is_answered(frames):
    feedback = frames["feedback"]
    action, reason = feedback["action"].notna(), feedback["no_action_reason"].notna()
    assert (action == (feedback["status"] == "action taken")).all()
    assert (reason == (feedback["status"] == "no action")).all()
    told = feedback["told_on"].dropna()
    assert (feedback.loc[told.index, "status"] != "open").all()
    assert (told >= feedback.loc[told.index, "raised_on"]).all()
    assert feedback["told_on"].dropna().max() <= "2026-09-30"
    assert 0.05 < (feedback["status"] == "open").mean() < 0.2


def test_feedback_of_an_event_is_of_its_day_and_place(frames):
    feedback = frames["feedback"].dropna(subset=["event"])
    events = frames["events"].set_index("event")
    assert (feedback["raised_on"] == feedback["event"].map(events["date"])).all()
    assert (feedback["area"] == feedback["event"].map(events["area"])).all()


def test_plans_are_for_the_next_twelve_months(frames):
    assert sorted(frames["plans"]["month"].unique()) == list(PLANNED)
    assert len(PLANNED) == 12
    assert PLANNED[0] == "2026-10"
    assert frames["plans"].groupby(["area", "month"]).size().between(1, 3).all()


def test_milestones_are_what_was_planted(frames):
    milestones = frames["milestones"].set_index("name")
    assert milestones["kind"].value_counts().to_dict() == {"initiative": 2, "critical incident": 1}
    assert {name: list(areas) for name, areas in milestones["areas"].items()} == treated()
    assert milestones["date"].is_monotonic_increasing


def test_crime_has_every_month_area_and_kind_once(frames):
    crime = frames["crime"]
    assert len(crime) == len(MONTHS) * 60 * 14
    assert not crime.duplicated(["month", "area", "category"]).any()
    assert "Anti-social behaviour" in set(crime["category"])
    of_area = crime.groupby("area")["recorded"].sum()
    rate = of_area.to_numpy() / residents(TRUTH.seed, TRUTH.residents).by_broad.sum(axis=1)
    assert np.corrcoef(rate, residents(TRUTH.seed, TRUTH.residents).deprivation)[0, 1] > 0.5
    assert pd.Series(rate * 1000 / 4).median() == pytest.approx(100, abs=40)
