"""Areas whose residents are missing or suppressed: no rate, no small count, and no part in the force's figure."""

from __future__ import annotations

import pandas as pd
import pytest

from analytics.findings.engagement.reach import reach
from analytics.findings.neighbourhoods import area_map, profile
from analytics.findings.neighbourhoods.area_map import layer_of
from analytics.findings.neighbourhoods.profile import _whatever_is_asked as whatever_is_asked
from analytics.scope import Scope
from data.store import Store

WHOLE, SUPPRESSED, OTHER, ABSENT, FEW = (f"E0500000{number}" for number in range(1, 6))
CORNERS = {
    WHOLE: (-1.0, 51.0),
    SUPPRESSED: (-0.8, 51.0),
    OTHER: (-0.4, 51.0),
    ABSENT: (-0.4, 51.2),
    FEW: (-0.2, 51.0),
}
RESIDENTS = {WHOLE: (9000, 900), SUPPRESSED: (8000, ""), OTHER: (7000, 700), FEW: (6000, "")}
"""White and Black residents; blank is suppressed."""
MONTHLY = {WHOLE: (30, 12), SUPPRESSED: (25, 5), OTHER: (20, 10), ABSENT: (40, 2), FEW: (50, 1)}
"""White and Black searches in each of three months."""
MONTHS = ("2022-04", "2022-05", "2022-06")
NOT_KNOWN = "residents not known: the publisher suppressed counts"


@pytest.fixture
def wards(town, square_areas):
    town.boundaries()
    parents = {code: town.west if west < -0.5 else town.east for code, (west, _) in CORNERS.items()}
    town.write("wards.geojson", square_areas("WD22", CORNERS, 0.18, parents))
    lines = ["area_code,year,ethnicity_list,ethnicity,residents"]
    for code, (white, black) in RESIDENTS.items():
        lines.append(f"{code},2022,census_2021,White: Irish,{white}")
        lines.append(
            f'{code},2022,census_2021,"Black, Black British, Black Welsh, Caribbean or African: African",{black}'
        )
    town.write("wards.csv", "\n".join(lines).encode())
    for month in MONTHS:
        counts = {}
        for code, (white, black) in MONTHLY.items():
            west, south = CORNERS[code]
            counts |= {("White", (west + 0.1, south + 0.1)): white, ("Black", (west + 0.1, south + 0.1)): black}
        town.stops(month, counts)
    return town.view()


def of(view, **parts):
    found = area_map(Scope.of({"area_level": "neighbourhood", **parts}), view)
    assert not found.refused, found.answer
    return found


@pytest.mark.long
def test_a_small_count_of_an_area_without_residents_is_in_no_table(wards):
    found = of(wards, layer="search_ratio")
    shown, rates = found.table.set_index("area"), found.tables["rates"].set_index("area")
    for code, why in ((ABSENT, "no residents of one of the two groups are loaded"), (FEW, NOT_KNOWN)):
        assert rates.loc[code, ["stops", "comparator_stops"]].isna().all()
        assert rates.at[code, "flag"].startswith(f"withheld: fewer than 10 searches; {why}")
        assert pd.isna(shown.at[code, "base"])
        assert shown.at[code, "flag"].startswith(why)
        assert shown.at[code, "flag"].endswith("; withheld: fewer than 10 searches of one of the two groups")
        assert shown.at[code, "certainty"] == "not known"
        listed = found.map.listed.set_index("Neighbourhood")["Estimate"]
        assert listed[f"Area {code}"].startswith(why)
        counts = [3 * sum(MONTHLY[code]), *(3 * number for number in MONTHLY[code])]
        said = listed[f"Area {code}"] + found.map.table.set_index("area").at[code, "words"]
        assert not [count for count in counts if str(count) in said.replace(code, "")]


def test_of_an_area_with_suppressed_residents_of_a_group_there_is_no_ratio(wards):
    found = of(wards, layer="search_ratio")
    row = found.table.set_index("area").loc[SUPPRESSED]
    assert row["flag"] == f"{NOT_KNOWN} of one of the two groups"
    assert row[["estimate", "low", "high"]].isna().all()
    assert row["base"] == 3 * (25 + 5)
    assert row["certainty"] == "not known"
    assert "2 counts of residents left out, suppressed by the publisher: small, not zero." in found.caveats


def test_of_an_area_with_any_suppressed_residents_there_is_no_rate(wards):
    found = of(wards, layer="searches")
    shown = found.table.set_index("area")
    for code in (SUPPRESSED, FEW):
        assert pd.isna(shown.at[code, "estimate"])
        assert shown.at[code, "base"] == 3 * sum(MONTHLY[code])
        assert shown.at[code, "flag"] == f"{NOT_KNOWN} of them"
        assert shown.at[code, "certainty"] == "not known"
    assert shown.at[ABSENT, "flag"] == "no residents of this area are loaded"
    assert shown.at[WHOLE, "estimate"] == pytest.approx(1000 * 126 / 9900)
    # Two wards alone have residents that are known: 126 and 90 searches, 9,900 and 7,700 residents.
    whole = found.tables["force"].iloc[0]
    assert (whole["estimate"], whole["base"]) == (pytest.approx(1000 * 216 / 17_600), 216)
    assert "2 counts of residents left out, suppressed by the publisher: small, not zero." in found.caveats


def test_the_ratio_of_the_whole_force_is_of_the_areas_whose_residents_are_known(wards):
    found = of(wards, layer="search_ratio")
    whole = found.tables["force"].iloc[0]
    # Black: 36 and 30 searches of 900 and 700 residents; White: 90 and 60 of 9,000 and 7,000.
    assert whole["estimate"] == pytest.approx((66 / 1600) / (150 / 16_000))
    assert whole["base"] == 66 + 150
    assert whole["low"] < whole["estimate"] < whole["high"]
    said = " ".join(found.caveats)
    assert f"No residents of their own are loaded for Area {ABSENT}: no rate there" in said
    assert "Areas whose residents are not known because of suppressed counts have no rate" in said


@pytest.mark.long
def test_searches_in_no_area_are_in_no_ratio_and_said(wards, town):
    town.stops("2022-07", {("White", None): 35, ("Black", None): 7})
    before, after = of(wards, layer="search_ratio"), of(town.view(), layer="search_ratio")
    assert after.tables["force"]["base"].tolist() == before.tables["force"]["base"].tolist()
    total = 3 * sum(map(sum, MONTHLY.values())) + 42
    assert f"42 of {total} searches of the two groups" in " ".join(after.caveats)


def test_a_profile_says_that_residents_are_not_known(wards):
    found = profile(Scope(area=SUPPRESSED), wards)
    people = found.tables["people"].set_index("group")
    assert people.loc[["Everyone", "Black"], "residents"].isna().all()
    assert people.loc[["Everyone", "Black"], "flag"].str.startswith(NOT_KNOWN).all()
    assert people.at["White", "residents"] == 8000
    card = next(card for card in found.cards if card.title == "People")
    assert card.lines[0].text == "Residents not known: the publisher suppressed counts of them."
    assert not any("%" in line.text for line in card.lines)


@pytest.mark.long
def test_a_group_of_a_district_that_is_wholly_suppressed_is_not_known(town):
    town.boundaries()
    town.census(
        {town.east: ("East", {"White": 9000, "Black": 900}), town.west: ("West", {"White": 8000, "Black": None})}
    )
    for month in MONTHS:
        town.stops(month, {(group, (x, 51.25)): 20 for group in ("White", "Black") for x in (-0.25, -0.75)})
    view = town.view()
    for layer in ("searches", "search_ratio"):
        found = of(view, layer=layer, area_level="district")
        row = found.table.set_index("area").loc[town.west]
        assert pd.isna(row["estimate"])
        assert row["flag"].startswith(NOT_KNOWN)
        assert "1 count of residents left out, suppressed by the publisher: small, not zero." in found.caveats
    assert found.tables["force"]["estimate"].iloc[0] == pytest.approx((60 / 900) / (60 / 9000))


@pytest.mark.parametrize(
    "ask",
    [
        lambda view: area_map(Scope(force="eskmere", layer="events"), view),
        lambda view: profile(Scope(force="eskmere", area="X05000011"), view),
        lambda view: reach(Scope(force="eskmere"), view),
    ],
    ids=["map", "profile", "reach"],
)
def test_files_are_those_of_the_force_in_all_their_parts(demonstration, ask):
    view = Store(demonstration.root).view()  # of its own: it is changed below
    # Asked once: no force of the list begins with the name of another, and what can be asked is then known.
    before = [file.name for file in ask(view).provenance.files]
    loads = view.current_loads
    own = loads[loads["table"] == "events"].iloc[[0]]
    more = [own.assign(subject="eskmere / part 2", file="second.csv"), own.assign(subject="eskmere-x", file="x.csv")]
    view.__dict__["current_loads"] = pd.concat([loads, *more])
    layer_of.cache_clear()
    whatever_is_asked.cache_clear()
    assert sorted(file.name for file in ask(view).provenance.files) == sorted([*before, "second.csv"])
