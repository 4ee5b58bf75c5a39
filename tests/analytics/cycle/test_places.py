"""Links of places and groups beside everybody else's."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from analytics.cycle import links, links_of_places


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


def test_the_link_of_a_place_is_its_slope_in_the_force_held_equal(weakened):
    frame, scores = weakened
    table = links_of_places(frame, scores, adjust=(), wave=None)
    one = table[(table["place"] == "N2") & (table["from"] == "engagement")].iloc[0]
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
        own = table[table["place"] == area]
        ratio = (own["high"] - own["low"]).mean() / 2 / 1.97 / alone["se"].mean()
        assert 0.8 < ratio < 1.25


def test_a_place_of_few_has_no_link_and_says_how_many(large):
    frame, scores = large
    few = frame.assign(area=frame["area"].where(frame.index >= 30, "few"))
    row = links_of_places(few, scores).query("place == 'few'").iloc[0]
    assert row["base"] < 30
    assert row[["strength", "low", "difference", "p_value"]].isna().all()


def test_the_link_of_a_group_is_its_slope_with_areas_and_waves_held_equal(large):
    """Apart from this package: what is held equal taken out by dummies in statsmodels, then the slope in the group."""
    frame, scores = large
    s, p = scores.score["engagement"], scores.positive["fair treatment"]
    known = (s.notna() & p.notna() & frame["sex"].notna()).to_numpy()
    people = frame[known]
    held = pd.get_dummies(people[["area", "wave", "sex"]].astype(str), drop_first=True, dtype=float)
    held = sm.add_constant(held)
    left = [sm.WLS(one[known], held, weights=people["weight"]).fit().resid for one in (s, p)]
    sd = np.sqrt(np.average((s[known] - np.average(s[known], weights=people["weight"])) ** 2, weights=people["weight"]))
    found = links_of_places(frame, scores, place="sex", adjust=("sex",)).query("`from` == 'engagement'")
    assert len(found) == 2
    for row in found.to_dict("records"):
        inside = (people["sex"] == row["place"]).to_numpy()
        own, rest = (
            (w * x * y).sum() / (w * x**2).sum()
            for part in (inside, ~inside)
            for w, x, y in [(people["weight"][part], left[0][part], left[1][part])]
        )
        assert row["strength"] == pytest.approx(sd * own)
        assert row["difference"] == pytest.approx(sd * (own - rest))
