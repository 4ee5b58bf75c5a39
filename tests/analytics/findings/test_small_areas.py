"""Small-area estimates on the map: on the demonstration from the formulas, and what few answers may tell.

The formulas are those of docs/survey-methods.md; nothing of analytics.small_area is used.
"""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import brentq, minimize_scalar
from scipy.stats import norm

from analytics.findings.neighbourhoods import area_map, choices, profile
from analytics.findings.neighbourhoods.adults import adults
from analytics.findings.survey.small_areas import NoModel, small_areas
from analytics.reading import reading_table
from analytics.scope import Scope, ScopeError
from tests.analytics.findings.test_survey_figures import members, opinions
from tests.surveys import answers, publish, wave

POOLED = (("2022-Q4", "2024-Q4"), ("2025-Q1", "2026-Q3"))
"""First and last wave of each pool of up to 36 months: the questionnaire changed between them."""
MEASURE = "good_job_local"


@pytest.fixture(scope="module")
def view(demonstration):
    return demonstration.view()


@pytest.fixture(scope="module")
def people(view):
    names = ["wave", "row", "area", "stratum", "psu", "weight", MEASURE]
    rows = view.rows("responses").select(names).collect("pandas").to_native()
    return rows.sort_values(["wave", "row"], ignore_index=True)


class Own:
    """The answers of one area: share, spread, its linearised variance, and how unequal weights and clusters are."""

    def __init__(self, rows, sizes):
        rows = rows.assign(y=opinions(rows, MEASURE)).dropna(subset="y")
        w, y, total = rows["weight"], rows["y"], rows["weight"].sum()
        self.base, self.share = len(rows), float((w * y).sum() / total)
        self.spread = float((w * (y - self.share) ** 2).sum() / total)
        units = rows.assign(t=w * (y - self.share) / total).groupby(["wave", "stratum", "psu"])[["t", "weight"]].sum()
        self.units = [key[:2] for key in units.index]
        self.unequal, self.clustered = float((w**2).sum() / total**2), float((units["weight"] ** 2).sum() / total**2)
        self.variance = 0.0
        for stratum in set(self.units):
            t, m = units.loc[stratum, "t"].to_numpy(), sizes[stratum]
            # Units of the stratum that lie in other areas are zeros.
            self.variance += m / (m - 1) * ((t**2).sum() - t.sum() ** 2 / m)


def correlation(people, codes):
    """The correlation of two answers in one sampling unit of one area, from all areas and both pools."""
    sizes = people.groupby(["wave", "stratum"])["psu"].nunique()
    above = below = 0.0
    for first, last in POOLED:
        pool = people[people["wave"].between(first, last)]
        for inside in codes.values():
            area = Own(pool[pool["area"].isin(inside)], sizes)
            number = len(area.units)
            form = np.zeros((number, number))
            for a, one in enumerate(area.units):
                for b, other in enumerate(area.units):
                    if one == other:
                        form[a, b] = sizes[one] / (sizes[one] - 1) * ((a == b) - 1 / sizes[one])
            both = (np.eye(number) - 1 / number) @ form
            expected, freedom = np.trace(both) / number, np.trace(both) ** 2 / np.trace(both @ both)
            above += freedom * area.base * (area.variance / expected - area.spread * area.unequal)
            below += freedom * area.base * area.spread * (area.clustered - area.unequal)
    return above / below


@pytest.fixture(scope="module", params=["neighbourhood", "district"])
def written_out(request, view, people):
    """The level, its table on the map, and share, effective answers, adults and force's share from the rows."""
    codes = members(view, request.param)
    rho = correlation(people, codes)
    latest = people[people["wave"].between(*POOLED[1])]
    sizes = latest.groupby(["wave", "stratum"])["psu"].nunique()
    areas = {code: Own(latest[latest["area"].isin(inside)], sizes) for code, inside in sorted(codes.items())}
    share = np.array([area.share for area in areas.values()])
    effective = np.array([1 / ((1 - rho) * area.unequal + rho * area.clustered) for area in areas.values()])
    counts = view.rows("population").collect("pandas").to_native()
    counts = (
        counts[~counts["age"].isin(["Under 10", "10 to 15"]) & counts["age"].notna()]
        .groupby("area_code")["residents"]
        .sum()
    )
    adult = np.array([counts[code] for code in areas], dtype=float)
    y, weight = opinions(latest, MEASURE), latest["weight"]
    whole = float((weight * y).sum() / weight[y.notna()].sum())
    found = area_map(Scope(layer=MEASURE, area_level=request.param), view).table.set_index("area").loc[list(areas)]
    return request.param, found, share, effective, adult, whole


def restricted(sigma2, z, psi):
    """Twice the restricted log-likelihood of one variance between areas, with a constant alone."""
    w = 1 / (sigma2 + psi)
    mean = (w * z).sum() / w.sum()
    return np.log(w).sum() - math.log(w.sum()) - (w * (z - mean) ** 2).sum()


def by_model(z, psi, sigma2):
    w, g = 1 / (sigma2 + psi), sigma2 / (sigma2 + psi)
    mean = (w * z).sum() / w.sum()
    return g * z + (1 - g) * mean, g * psi + (1 - g) ** 2 / w.sum(), g, 2 / (w**2).sum()


def plugged_in(z, psi):
    best = minimize_scalar(
        lambda s: -restricted(s, z, psi), bounds=(1e-9, 0.2), method="bounded", options={"xatol": 1e-13}
    )
    theta, error, g, uncertainty = by_model(z, psi, best.x)
    return theta, error + 2 * psi**2 / (best.x + psi) ** 3 * uncertainty, g


def integrated(z, psi):
    """Over 4,000 standard deviations with a half-Cauchy prior of five median standard errors."""
    grid = np.linspace(1e-5, 1.5, 4000)
    scale = 5 * math.sqrt(np.median(psi))
    log = np.array([restricted(s**2, z, psi) / 2 - math.log1p((s / scale) ** 2) for s in grid])
    share = np.exp(log - log.max())
    share /= share.sum()
    theta, error, g, _ = (np.array(values) for values in zip(*(by_model(z, psi, s**2) for s in grid), strict=True))
    mean = share @ theta
    return mean, share @ (error + (theta - mean) ** 2), share @ g


@pytest.mark.long
def test_the_demonstration_is_what_the_formulas_say(written_out):
    level, found, share, effective, adult, whole = written_out
    z, psi = np.arcsin(np.sqrt(share)), 1 / (4 * effective)
    # Of 60 areas the variance between them is plugged in, of 6 it is integrated over.
    theta, error, g = plugged_in(z, psi) if level == "neighbourhood" else integrated(z, psi)
    near = 2e-6 if level == "neighbourhood" else 2e-4

    def points(c):
        return np.sin(theta + c) ** 2 + np.cos(2 * (theta + c)) * error

    c = brentq(lambda c: (adult * points(c)).sum() / adult.sum() - whole, -0.5, 0.5, xtol=1e-14)
    half = 1.959963985 * np.sqrt(error)
    assert list(found["estimate"].astype(float)) == pytest.approx(list(points(c)), abs=near)
    assert list(found["low"].astype(float)) == pytest.approx(list(np.sin(theta + c - half) ** 2), abs=near)
    assert list(found["high"].astype(float)) == pytest.approx(list(np.sin(theta + c + half) ** 2), abs=near)
    assert list(found["shrinkage"].astype(float)) == pytest.approx(list(g), abs=10 * near)
    chance = norm.cdf((theta + c - math.asin(math.sqrt(whole))) / np.sqrt(error))
    assert list(found["chance"].astype(float)) == pytest.approx(list(chance), abs=20 * near)
    assert list(found["direct"].astype(float)) == pytest.approx(list(share), abs=1e-9)
    assert 0.2 < g.min() < 1


@pytest.mark.long
def test_the_areas_add_up_to_the_force(written_out):
    _, found, _, _, adult, whole = written_out
    assert (adult * found["estimate"].astype(float)).sum() / adult.sum() == pytest.approx(whole, abs=1e-9)


def test_the_profile_has_the_figure_of_the_map(view):
    code = "X05000011"
    row = area_map(Scope(), view).table.set_index("area").loc[code]
    found = profile(Scope(area=code), view)
    own = found.tables["confidence"].iloc[0]
    for name in ("estimate", "low", "high", "direct", "shrinkage", "chance"):
        assert own[name] == row[name]
    (card,) = [card for card in found.cards if card.title == "Confidence"]
    said = [line.text for line in card.lines]
    assert f"{row['shrinkage'] * 100:.0f}\u00a0% of this figure comes from this neighbourhood's own answers" in said
    assert any(text.startswith(f"From its own answers alone: {row['direct'] * 100:.0f}") for text in said)
    assert "Chance of being above the force: under 1\u00a0%" in said


def test_one_sentence_says_that_extremes_are_pulled_in(view):
    said = [text for text in area_map(Scope(), view).caveats if "Extremes are pulled in" in text]
    assert len(said) == 1
    assert said[0].count(".") == 1
    assert "Fay-Herriot" in area_map(Scope(), view).provenance.method
    assert "people aged 16 and over by Invented census 2021" in " ".join(area_map(Scope(), view).provenance.rules)
    assert not any("Extremes" in text for text in area_map(Scope(layer="searches"), view).caveats)


CORNERS = {f"E0500000{number}": (-1.0 + 0.1 * number, 51.0) for number in range(1, 9)}
ASKED = dict(zip(CORNERS, ((90, 60), (70, 50), (40, 50), (25, 35), (26, 14), (8, 12), (6, 0), (0, 0)), strict=True))
"""Positive and negative answers of each area: from 150 down to none."""
SURE, FEW, HIDDEN, NOBODY = "E05000001", "E05000005", "E05000007", "E05000008"


@pytest.fixture
def wards(town, square_areas):
    """A function that publishes answers of areas, which are all drawn; with further columns of the wave."""
    town.boundaries()
    parents = {code: town.west if west < -0.5 else town.east for code, (west, _) in CORNERS.items()}
    town.write("wards.geojson", square_areas("WD22", CORNERS, 0.09, parents))
    town.view()

    def make(asked=ASKED, **about):
        said = [answer for pair in asked.values() for answer in answers(*pair)]
        areas = [code for code, pair in asked.items() for _ in range(sum(pair))]
        return publish(town.store, wave("a", "2026-03", about=about, trust_force=said, area=areas))

    return make


def shown(view, **parts):
    found = area_map(Scope(layer="trust_force", area_level="neighbourhood", **parts), view)
    assert not found.refused, found.answer
    return found


def test_every_drawn_area_has_a_figure_and_few_answers_stay_out_of_it(wards):
    found = shown(wards())
    table = found.table.set_index("area")
    assert table[["estimate", "low", "high", "chance"]].notna().all(axis=None)
    hidden = table.loc[[HIDDEN, NOBODY]]
    assert list(hidden["certainty"]) == ["model only", "model only"]
    assert hidden["base"].isna().all()
    assert hidden[["direct", "direct_low", "direct_high"]].isna().all(axis=None)
    # Six answers that are all positive and none at all: nobody can tell which is which.
    for name in ("estimate", "low", "high", "shrinkage", "chance", "flag", "direct_flag"):
        assert hidden.at[HIDDEN, name] == hidden.at[NOBODY, name], name
    assert set(hidden["shrinkage"]) == {0}
    assert hidden.at[HIDDEN, "flag"].startswith("model only: fewer than 10 answers")
    widths = (table["high"] - table["low"]).astype(float)
    assert widths[HIDDEN] == widths.max()
    assert "2 neighbourhoods have fewer than 10 answers: their figures are the model's alone." in found.answer
    words = found.map.table.set_index("area")["words"]
    assert words[HIDDEN].replace(HIDDEN, NOBODY) == words[NOBODY]
    listed = reading_table(found).set_index("Area")
    assert listed.at[f"Area {HIDDEN}", "From its own answers alone"] == "fewer than 10 answers"


def test_a_withheld_figure_can_not_be_had_from_the_model(wards):
    table = shown(wards()).table.set_index("area")
    few, sure = table.loc[FEW], table.loc[SURE]
    assert few["base"] == 40
    assert few["direct_flag"] == "not enough answers: 40"
    for row, whole in ((few, True), (sure, False)):
        low, high = (math.asin(math.sqrt(row[name])) for name in ("low", "high"))
        middle, error = (low + high) / 2, ((high - low) / 2 / 1.959963985) ** 2
        # Steps of .05 on the arcsine scale, about 5 points: each is some answers wide.
        assert (middle / 0.05 == pytest.approx(round(middle / 0.05), abs=1e-6)) is whole
        # The point and the chance follow from the same number.
        assert row["estimate"] == pytest.approx(math.sin(middle) ** 2 + math.cos(2 * middle) * error, abs=1e-9)
        force = math.asin(math.sqrt(sum(a for a, _ in ASKED.values()) / sum(map(sum, ASKED.values()))))
        assert row["chance"] == pytest.approx(norm.cdf((middle - force) / math.sqrt(error)), abs=1e-6)
    assert 0 < few["shrinkage"] < 1
    assert few[["difference", "difference_low", "difference_high", "p_value"]].isna().all()
    assert few["verdict"] == ""
    assert sure["direct"] == pytest.approx(90 / 150)
    assert sure["direct_low"] < sure["direct"] < sure["direct_high"]


@pytest.mark.long
def test_the_rounding_is_several_answers_wide(wards):
    seen = {
        round(float(shown(wards({**ASKED, FEW: (yes, 40 - yes)})).table.set_index("area").loc[FEW, "estimate"]), 2)
        for yes in range(18, 30)
    }
    assert 2 <= len(seen) <= 6


@pytest.mark.long
def test_answers_of_few_move_nothing_but_what_all_areas_share(wards):
    before, after = (
        shown(wards({**ASKED, HIDDEN: pair})).table.set_index("area")["estimate"].astype(float)
        for pair in ((6, 0), (0, 6))
    )
    assert before[HIDDEN] == before[NOBODY]
    assert after[HIDDEN] == after[NOBODY]
    # The force's share falls by 6 of 486 answers, and every area with it.
    assert abs(after[HIDDEN] - before[HIDDEN]) < 0.02
    assert abs((after - before)[SURE] - (after - before)[HIDDEN]) < 0.005


def test_without_a_population_areas_count_as_their_answers_weigh(wards):
    found = shown(wards(population="Adults aged 16 and over"))
    assert any("by what the answers of each weigh" in rule for rule in found.provenance.rules)
    table = found.table.set_index("area")
    weight = pd.Series({code: sum(pair) for code, pair in ASKED.items()})
    share = sum(positive for positive, _ in ASKED.values()) / weight.sum()
    # Figures of areas whose own is withheld go by steps.
    assert (weight * table["estimate"].astype(float)).sum() / weight.sum() == pytest.approx(share, abs=0.01)


def test_two_areas_have_no_model_and_say_so(wards):
    found = shown(wards({SURE: (90, 60), "E05000002": (70, 50)}))
    row = found.table.set_index("area").loc[SURE]
    assert row["estimate"] == pytest.approx(0.6)
    assert "chance" not in found.table
    assert found.map.kinds == ("estimate", "certainty")
    assert "Each figure is from an area's own answers alone: there is no model of all areas" in found.caveats[0]
    assert set(found.table.set_index("area").drop([SURE, "E05000002"])["certainty"]) == {"few"}


def frames(base, effective=None):
    codes = [f"A{place}" for place in range(len(base))]
    share = np.linspace(0.4, 0.6, len(base))
    shares = pd.DataFrame(
        {"area": codes, "estimate": share, "base": base, "n_eff": effective or base, "weight": 1.0 * np.array(base)}
    )
    figures = ("estimate", "low", "high", "difference", "difference_low", "difference_high", "p_value")
    return shares[["area"]].assign(**dict.fromkeys(figures, pd.NA), flag="not enough answers: 12"), shares


def test_what_is_wide_or_mostly_the_model_is_marked():
    # Shares that differ by less than their errors: the model finds little between areas.
    direct, shares = frames([12, 12, 12, 12])
    found = small_areas(direct, shares, ["A9"], 0.5, None).table.set_index("area")
    wide = (found["high"] - found["low"]).astype(float) >= 0.3
    assert wide.any()
    assert found["flag"].str.contains("too imprecise to use as a figure").tolist() == wide.tolist()
    many, same = frames([3000.0] * 70)
    same = same.assign(estimate=0.5 + 0.0001 * np.arange(70) / 70, n_eff=20.0)
    marked = small_areas(many, same, [], 0.5, None).table
    assert set(marked["flag"]) == {"mostly the model"}


@pytest.mark.parametrize(("base", "whole"), [([20, 20], 0.5), ([20, 20, 9], 0.5), ([20, 20, 20, 20], 0.0)])
def test_what_can_not_be_modelled_is_refused(base, whole):
    with pytest.raises(NoModel):
        small_areas(*frames(base), [], whole, None)


def test_adults_are_those_from_the_age_that_the_survey_says(view):
    source, found = adults(view, "eskmere", "district", "Adults aged 16 and over who live here", "2025-01", "2026-09")
    counts = view.rows("population").collect("pandas").to_native()
    counts = (
        counts[~counts["age"].isin(["Under 10", "10 to 15"]) & counts["age"].notna()]
        .groupby("area_code")["residents"]
        .sum()
    )
    assert source == "people aged 16 and over by Invented census 2021"
    assert dict(found) == dict(counts[found.index])
    # No band starts with 15, and who everybody is nobody says.
    assert adults(view, "eskmere", "district", "Adults aged 15 and over", "2025-01", "2026-09") is None
    assert adults(view, "eskmere", "district", "Everybody", "2025-01", "2026-09") is None


def test_a_chance_is_shown_where_there_is_one(view):
    for layer, kept in ((MEASURE, "chance"), ("searches", None)):
        assert choices.complete(Scope(layer=layer, shows="chance"), view).shows == kept
    assert choices.complete(Scope(layer="searches", shows="certainty"), view).shows == "certainty"
    with pytest.raises(ScopeError, match="there are estimate, certainty and chance"):
        Scope.of({"shows": "weather"})


def test_the_list_of_each_view_has_what_its_colours_show(view):
    drawn = area_map(Scope(), view).map
    assert list(drawn.listing("estimate").columns)[2] == "Certainty"
    assert list(drawn.listing("chance").columns)[2] == "Chance"
    assert "Arrows say the same" in drawn.said("chance")
    assert not drawn.hatched
    searches = area_map(Scope(layer="searches"), view).map
    assert searches.kinds == ("estimate", "certainty")
    assert list(searches.listing("certainty").columns) == list(searches.listed.columns)


def test_an_area_of_the_model_alone_is_hatched_in_every_view(wards):
    drawn = shown(wards()).map
    assert drawn.hatched
    for kind in drawn.kinds:
        (lines,) = [layer for layer in drawn.deck("light", kind).layers if layer.id == "hatching"]
        ends = np.array([end for line in lines.data for end in line["path"]])
        assert len(ends) > 8
        west = min(CORNERS[code][0] for code in (HIDDEN, NOBODY))
        assert ends[:, 0].min() >= west - 0.001
    assert "Hatched: fewer than 10 answers" in drawn.note
