"""Stages and links of places beside the force, and of the force beside its past."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from analytics.cycle import (
    STAGES,
    below_the_force,
    links,
    links_of_places,
    stage_means,
    stages_of_places,
    stages_since,
)
from analytics.survey import q_values


@pytest.fixture(scope="module")
def weakened(large):
    """One place where people score lower on confidence, and one where engagement says nothing of fair treatment."""
    frame, scores = large
    random = np.random.default_rng(6)
    low, loose = (frame["area"] == "N1").to_numpy(), (frame["area"] == "N4").to_numpy()
    score = scores.score.copy()
    score.loc[low, "confidence"] -= 0.2
    score.loc[loose, "engagement"] = random.permutation(score.loc[loose, "engagement"])
    return frame, replace(scores, score=score)


def test_the_score_of_a_stage_is_a_weighted_mean(large):
    frame, scores = large
    known = scores.score["confidence"].notna()
    expected = np.average(scores.score["confidence"][known], weights=frame["weight"][known])
    assert stage_means(frame, scores, "confidence").table["estimate"][0] == pytest.approx(expected)
    with pytest.raises(ValueError, match="trust has no score, only engagement, fair treatment"):
        stage_means(frame, scores, "trust")


def test_a_stage_of_a_place_stands_beside_everybody_else(weakened):
    frame, scores = weakened
    table = stages_of_places(frame, scores)
    assert len(table) == 6 * len(STAGES)
    one = table[(table["area"] == "N1") & (table["stage"] == "confidence")].iloc[0]
    inside, known = frame["area"] == "N1", scores.score["confidence"].notna()
    own, rest = (
        np.average(scores.score["confidence"][part & known], weights=frame["weight"][part & known])
        for part in (inside, ~inside)
    )
    assert (one["score"], one["difference"]) == (pytest.approx(own), pytest.approx(own - rest))
    assert one["base"] == (inside & known).sum()
    assert one["difference_low"] < one["difference"] < one["difference_high"] < 0


def test_the_link_of_a_place_is_its_slope_in_the_force_held_equal(weakened):
    frame, scores = weakened
    table = links_of_places(frame, scores, adjust=(), wave=None)
    one = table[(table["area"] == "N2") & (table["from"] == "engagement")].iloc[0]
    s, p = scores.score["engagement"], scores.positive["fair treatment"]
    known = s.notna() & p.notna()

    def slope(part):
        """With a level for each place: the weighted sums of products within places."""
        up = down = 0.0
        for _, own in frame[part & known].groupby("area"):
            w, x, y = own["weight"], s[own.index], p[own.index]
            x = x - np.average(x, weights=w)
            up, down = up + (w * x * y).sum(), down + (w * x**2).sum()
        return up / down

    mean = np.average(s[known], weights=frame["weight"][known])
    sd = np.sqrt(np.average((s[known] - mean) ** 2, weights=frame["weight"][known]))
    inside = frame["area"] == "N2"
    assert one["strength"] == pytest.approx(sd * slope(inside))
    assert one["difference"] == pytest.approx(sd * (slope(inside) - slope(~inside)))
    assert one["base"] == (inside & known).sum()


def test_links_of_places_have_about_the_error_of_a_place_asked_alone(large):
    frame, scores = large
    table = links_of_places(frame, scores)
    for area in ("N0", "N3"):
        alone = links(frame, scores, domain=(frame["area"] == area).to_numpy()).table
        own = table[table["area"] == area]
        ratio = (own["high"] - own["low"]).mean() / 2 / 1.97 / alone["se"].mean()
        assert 0.8 < ratio < 1.25


def test_places_are_only_below_where_all_are_judged_together(weakened):
    frame, scores = weakened
    stages, between = below_the_force(stages_of_places(frame, scores), links_of_places(frame, scores))
    assert {*zip(stages["area"][stages["below"]], stages["stage"][stages["below"]], strict=True)} >= {
        ("N1", "confidence")
    }
    assert {*zip(between["area"][between["below"]], between["from"][between["below"]], strict=True)} >= {
        ("N4", "engagement")
    }
    together = q_values(np.concatenate([stages["p_value"], between["p_value"]]))
    assert np.concatenate([stages["q_value"], between["q_value"]]) == pytest.approx(together)


def test_a_place_of_few_has_no_link_and_says_how_many(large):
    frame, scores = large
    few = frame.assign(area=frame["area"].where(frame.index >= 30, "few"))
    row = links_of_places(few, scores).query("area == 'few'").iloc[0]
    assert row["base"] < 30
    assert row[["strength", "low", "difference", "p_value"]].isna().all()


def test_stages_of_the_force_stand_beside_its_own_past(large):
    frame, scores = large
    later = frame.assign(period=np.where(frame["wave"] == "2025-Q2", "after", "before"))
    score = scores.score.copy()
    score.loc[later["period"] == "after", "engagement"] -= 0.2
    table = stages_since(later, replace(scores, score=score), "period", "before", "after").set_index("stage")
    assert table.index.tolist() == [*STAGES]
    known = score["engagement"].notna()
    before, after = (
        np.average(score["engagement"][part], weights=frame["weight"][part])
        for part in (known & (later["period"] == name) for name in ("before", "after"))
    )
    one = table.loc["engagement"]
    assert (one["score"], one["change"]) == (pytest.approx(after), pytest.approx(after - before))
    assert one["verdict"] == "fell"
    assert table["q_value"].to_numpy() == pytest.approx(q_values(table["p_value"]))
    unclear = (table["low"] < 0) & (table["high"] > 0)
    assert set(table["verdict"][unclear]) == {"no clear change"}
    with pytest.raises(ValueError, match="Nobody was asked of engagement in both before and never"):
        stages_since(later, scores, "period", "before", "never")
