"""The threshold test on the page: what it is of, what it shows and never says, what it refuses; and the two bars."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import beta

from analytics.findings.stop_and_search import FAIRNESS, bars, threshold_gaps
from analytics.findings.stop_and_search import threshold as model
from analytics.findings.stop_and_search.threshold import BESIDE, MEANING, NO_STOPS
from analytics.library.entries import methods
from analytics.library.measured import measured
from analytics.reading import reading_table, reading_titles
from analytics.scope import Scope
from benchmarks import threshold as simulation
from data.vocabularies import forces
from tests.analytics.findings.test_found import ARREST, NFA, SECTION_60, searched
from tests.analytics.findings.test_stop_and_search import checked

GROUPS = ("White", "Black", "Asian")
SIDES = re.compile(r"\b(lower|higher|unequal|discriminat\w+ against)\b", re.IGNORECASE)
"""What the test never says of a group by itself."""


def district(number: int) -> str:
    return f"E07000{200 + number}"


def point(number: int) -> tuple[float, float]:
    return (-0.95 + number * 0.1, 51.05)


def drawn(gap: float, areas: int = 10, residents: float = 8_000, seed: int = 5) -> simulation.Drawn:
    """Searches of a force whose thresholds are known."""
    world = replace(simulation.PLAIN, areas=areas, gap=gap, residents=residents)
    return simulation.draw(world, np.random.default_rng(seed))


def rows_of_searches(force: simulation.Drawn, groups=GROUPS, **more):
    """The rows of a file: searches for drugs, of which some found something."""
    rows = []
    for place, (searches, found) in enumerate(zip(force.searches, force.found, strict=True)):
        for group, number, hits in zip(groups, searches.astype(int), found.astype(int), strict=True):
            rows += searched(group, hits, ARREST, "True", point=point(place), **more)
            rows += searched(group, number - hits, NFA, point=point(place), **more)
    return rows


@pytest.fixture
def write(town, square_areas):
    """A function that loads a force of districts in a row, with residents and some months of searches."""

    def run(force: simulation.Drawn, *rows, groups=GROUPS, census=True, boundaries=True):
        corners = {district(place): (-1.0 + place * 0.1, 51.0) for place in range(len(force.searches))}
        names = {code: f"District {place}" for place, code in enumerate(corners)}
        if boundaries:
            town.write("districts.geojson", square_areas("LAD22", corners, 0.1))
        town.lookup(names)
        if census:
            counted = (dict(zip(groups, map(int, people), strict=True)) for people in force.people)
            town.census({code: (names[code], people) for code, people in zip(corners, counted, strict=True)})
        every = [*rows_of_searches(force, groups), *(part for more in rows for part in more)]
        town.write("2019-06-surrey-stop-and-search.csv", town.police_csv(every))
        return town.view()

    return run


def never_says_a_side(finding) -> None:
    said = [finding.headline, finding.answer, *finding.caveats, *finding.table["flag"], finding.alt]
    said += [text for row in reading_table(finding).to_numpy() for text in row]
    assert [text for text in said if SIDES.search(str(text))] == []


GAP = drawn(-0.05)


@pytest.mark.long
def test_the_gap_is_shown_at_both_prior_scales_and_no_side_is_told(write):
    finding = threshold_gaps(Scope(), write(GAP))
    checked(finding)
    assert not finding.refused
    table = json.loads(finding.as_json())["table"]
    assert [(row["group"], row["comparator"], row["prior_scale"]) for row in table] == [
        ("Black", "White", 1), ("Black", "White", 3), ("Asian", "White", 1), ("Asian", "White", 3),
    ]  # fmt: skip
    # The model's own answer to the same counts, cell by cell; it was drawn with a gap of five points.
    expected = {(gap.group, gap.scale): gap for gap in GAP.tested().gaps}
    for row, (name, scale) in zip(table, [("group", 1), ("group", 3), ("third", 1), ("third", 3)], strict=True):
        gap = expected[name, scale]
        # Draws are dealt to areas in their order, so that a thousand of them differ a little.
        close = (gap.high - gap.low) / 10
        if row["gap"] is not None:
            assert (row["gap"], row["low"], row["high"]) == pytest.approx((gap.gap, gap.low, gap.high), abs=close)
    assert table[0]["low"] <= GAP.gap <= table[0]["high"]
    assert (table[0]["base"], table[0]["areas"]) == (GAP.searches[:, :2].sum(), 10)
    assert finding.headline == "Experimental: a gap that other reasons may explain as well"
    assert finding.answer.startswith("Experimental, and no verdict: if the model held, ")
    assert finding.answer.endswith(f", {GAP.searches.sum():,.0f} searches in 10 districts.")
    assert finding.caveats[0].startswith("Such gaps appear without any where risk is spread otherwise")
    assert {MEANING, NO_STOPS, BESIDE, FAIRNESS} <= set(finding.caveats)
    never_says_a_side(finding)
    # A sign is shown, and what it would mean is said: so say the methods, and not that no side is told.
    sign = "+" if table[0]["gap"] > 0 else "−"
    assert f" by {sign}" in finding.answer
    assert "Gaps are shown with their sign; no verdict is given" in methods()["stop_and_search.threshold_gaps"].refuses


@pytest.mark.long
def test_where_no_gap_is_clear_that_is_all_that_is_said(write):
    finding = threshold_gaps(Scope(), write(drawn(0.0, seed=6)))
    assert not finding.refused
    assert all(low < 0 < high for low, high in zip(finding.table["low"], finding.table["high"], strict=True))
    assert finding.headline == "Experimental: no clear gap between thresholds"
    assert "No clear gap does not show that thresholds are equal." in BESIDE
    never_says_a_side(finding)


def test_what_was_counted_stands_beside_it(write):
    finding = threshold_gaps(Scope(), write(GAP))
    counted = {row["group"]: row for row in json.loads(finding.as_json())["tables"]["groups"]}
    # In the model's order: the group, the comparator, then the others.
    assert list(counted) == ["Black", "White", "Asian"]
    for place, name in enumerate(GROUPS):
        row = counted[name]
        assert row["searches"] == GAP.searches[:, place].sum()
        assert row["found"] == GAP.found[:, place].sum()
        assert row["population"] == GAP.people[:, place].astype(int).sum()
    assert list(reading_titles(finding).values()) == ["Gaps", "Counted"]


@pytest.mark.long
def test_only_searches_for_one_thing_under_powers_that_need_grounds_are_used(write):
    """Other objects, powers without suspicion and outcomes that are not given change nothing."""
    more = [
        searched("White", 300, ARREST, point=point(1), looked_for="Stolen goods"),
        searched("Black", 200, ARREST, point=point(2), power=SECTION_60),
        searched("White", 100, "", point=point(3)),
    ]
    finding = threshold_gaps(Scope(), write(GAP, *more))
    (black,) = (gap for gap in GAP.tested().gaps if (gap.group, gap.scale) == ("group", 3))
    row = json.loads(finding.as_json())["table"][1]
    assert row["base"] == GAP.searches[:, :2].sum()
    assert row["gap"] == pytest.approx(black.gap, abs=(black.high - black.low) / 10)
    assert any("searches for controlled drugs, the kind most looked for" in caveat for caveat in finding.caveats)


@pytest.mark.long
def test_districts_with_too_few_of_a_group_are_left_out_and_said(write):
    thin = replace(GAP, searches=GAP.searches.copy(), found=GAP.found.copy())
    thin.searches[4, 2], thin.found[4, 2] = 4, 0
    finding = threshold_gaps(Scope(), write(thin))
    assert set(finding.tables["threshold_gaps"]["areas"]) == {9}
    gone = int(thin.searches[4].sum())
    said = (
        f"{gone:,} such searches lie in 1 district where one of these groups has fewer than 5 or no known residents, "
        "or in none, and are left out."
    )
    assert said in finding.caveats


@pytest.mark.long
def test_with_few_districts_a_fourth_group_stands_in(write):
    """Five districts bear four groups, and not three: D > 2R/(R - 2)."""
    five = drawn(0.0, areas=5, residents=20_000, seed=3)
    with_fourth = replace(
        five, **{name: getattr(five, name)[:, [0, 1, 2, 2]] for name in ("searches", "found", "people")}
    )
    finding = threshold_gaps(Scope(), write(with_fourth, groups=(*GROUPS, "Other")))
    assert set(finding.table["group"]) == {"Black", "Asian", "Other"}
    assert set(finding.table["areas"]) == {5}
    assert any(
        "It needs more groups where there are so few districts: Asian people and people counted as Other" in caveat
        for caveat in finding.caveats
    )


@pytest.mark.parametrize(
    ("areas", "more", "sentence"),
    [
        (
            6,
            {},
            "The threshold test needs 7 districts, each with 5 searches for controlled drugs of each of three groups; "
            "of Black people, White people and Asian people Surrey Police has 6 districts in June 2019.",
        ),
        (10, {"boundaries": False}, "No boundaries of the districts of Surrey Police are loaded"),
        (10, {"census": False}, "No population is loaded"),
    ],
    ids=["districts", "boundaries", "residents"],
)
def test_what_it_can_not_be_made_of_is_refused_in_one_sentence(write, areas, more, sentence):
    finding = threshold_gaps(Scope(), write(drawn(-0.05, areas=areas), **more))
    assert finding.refused
    assert sentence in finding.answer
    assert set(finding.table["flag"].str.startswith("not given: ")) == {True}
    assert finding.table["gap"].isna().all()
    never_says_a_side(finding)


@pytest.mark.long
def test_finds_that_the_model_does_not_describe_are_refused(write):
    """All of some districts' searches find something and next to none of the others'."""
    place = np.arange(30).reshape(10, 3)
    found = np.where((place // 3 + place % 3) % 2 == 0, np.rint(0.9 * GAP.searches), np.rint(0.05 * GAP.searches))
    finding = threshold_gaps(Scope(), write(replace(GAP, found=found)))
    assert finding.refused
    assert "than the threshold test can explain" in finding.answer or "does not describe" in finding.answer
    assert finding.table["gap"].isna().all()


@pytest.mark.long
def test_a_group_of_which_the_prior_scales_disagree_has_no_figure(write, monkeypatch):
    made = model.tested_gaps

    def torn(*given):
        gaps = made(*given)
        apart = "What the threshold test says of Black hangs on its priors (not clear at 1, lower at 3)."
        parts = (replace(gap, refusal=apart, agree=False) if gap.group == "Black" else gap for gap in gaps.gaps)
        return replace(gaps, gaps=tuple(parts))

    monkeypatch.setattr(model, "tested_gaps", torn)
    finding = threshold_gaps(Scope(), write(GAP))
    assert finding.refused
    assert finding.answer == (
        "The threshold test has to assume something before it looks at searches, and two reasonable assumptions give "
        "gaps between Black people and White people that do not agree, so none is given; the find rates on this page "
        "need no such assumption."
    )
    of_black = finding.table[finding.table["group"] == "Black"]
    assert of_black[["gap", "low", "high"]].isna().all(axis=None)
    never_says_a_side(finding)


def test_false_gaps_are_told_as_they_were_measured():
    """In each case the share of forces without a gap in which the interval of both prior scales left 0 out."""
    (said,) = model.false_gaps()
    rows = [row for row in measured() if row.interval == model.TOLD and row.setting.startswith(model.EQUAL)]
    assert len(rows) >= 4
    for row in rows:
        share = round(100 * row.given * (1 - row.coverage))
        assert f"{share}\u00a0% where {row.setting.removeprefix(model.EQUAL)}" in said
    shares = [row.given * (1 - row.coverage) for row in rows]
    # docs/methods.md: from about a tenth to all of the forces.
    assert min(shares) < 0.25
    assert max(shares) > 0.95


@pytest.mark.long
def test_the_scope_of_a_district_is_that_of_its_force(write):
    view = write(GAP)
    whole, asked = threshold_gaps(Scope(), view), threshold_gaps(Scope(area=district(1)), view)
    assert asked.as_json() == whole.as_json()
    other = threshold_gaps(Scope(group="Asian", comparator="Black"), view)
    assert [row["group"] for row in json.loads(other.as_json())["table"]] == ["Asian", "Asian", "White", "White"]


def test_it_draws_and_reads(write):
    finding = threshold_gaps(Scope(), write(GAP))
    for mode in ("light", "dark"):
        figure = finding.chart(mode)
        assert next(str(text) for text in figure.layout.yaxis.ticktext) == "Black and White<br>prior scale 1"
        assert figure.layout.xaxis.range[0] == -figure.layout.xaxis.range[1]
    read = reading_table(finding)
    assert list(read.columns[:3]) == ["Groups", "Prior scale", "Gap if the model held, points"]
    assert re.fullmatch(r"[+−][\d.]+ \([+−][\d.]+ to [+−]?[\d.]+\)", read.iloc[0]["Gap if the model held, points"])


# The example of two bars


def test_every_place_of_the_example_has_the_same_rates():
    """The four rates found again with scipy's beta distribution, above bars that lie on both sides of each other."""
    table = bars(Scope(), _Empty()).table
    for name, searched_share, found_share in (("", 0.7115, 0.3931), ("second_", 0.6406, 0.4418)):
        for row in table.to_dict("records"):
            mean, weight, bar = (row[f"{name}{part}"] for part in ("mean_chance", "concentration", "bar"))
            law = beta(weight * mean, weight * (1 - mean))
            assert law.sf(bar) == pytest.approx(searched_share, abs=1e-9)
            assert law.expect(lambda x: x, lb=bar, conditional=True) == pytest.approx(found_share, abs=1e-6)
            assert (row[f"{name}search_rate"], row[f"{name}find_rate"]) == pytest.approx((searched_share, found_share))
    assert table["second_bar"].min() < 0.3 < table["second_bar"].max()
    assert set(table["bar"]) == {0.3}


def test_the_example_says_what_it_shows():
    finding = bars(Scope(), _Empty())
    checked(finding)
    assert "71\u00a0% of a first group and 64\u00a0% of a second are searched" in finding.answer
    assert "39\u00a0% and 44\u00a0% of these searches find something" in finding.answer
    assert [panel.label for panel in finding.panels] == [f"{share}\u00a0%" for share in range(20, 37, 2)]
    for panel in finding.panels:
        assert panel.label in panel.alt
        for mode in ("light", "dark"):
            assert len(panel.draw(mode).data) == 4
    assert len(reading_table(finding)) == len(finding.panels)


class _Empty:
    release = None


# Every real force


@pytest.mark.parametrize("force", sorted(set(forces()) - {"eskmere"}))
def test_every_force_is_answered_or_told_why_not(real_store, force):
    finding = threshold_gaps(Scope(force), real_store.view())
    checked(finding)
    never_says_a_side(finding)
    if finding.refused:
        assert finding.table["gap"].isna()[finding.table["group"] == "Black"].all()
    else:
        assert finding.table["gap"].notna().any()
