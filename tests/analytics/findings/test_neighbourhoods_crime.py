"""Crime and anti-social behaviour by area: against the rows of the files, with gaps and other forces left out."""

from __future__ import annotations

import json

import pytest

from analytics.findings.neighbourhoods import area_map, profile
from analytics.findings.neighbourhoods.choices import layers
from analytics.scope import Scope

YEAR = ("2025-10", "2026-09")
HEADER = (
    "Crime ID,Month,Reported by,Falls within,Longitude,Latitude,Location,LSOA code,LSOA name,Crime type,"
    "Last outcome category,Context\n"
)


def street(town, month: str, kinds: dict[str, int], force: str = "surrey", east: bool = True) -> None:
    place = "-0.25,51.25" if east else "-0.75,51.25"
    rows = [
        f"{month}{kind}{n},{month},P,P,{place},On or near Road,,,{kind},,\n"
        for kind, number in kinds.items()
        for n in range(number)
    ]
    town.write(f"{month}-{force}-street.csv", (HEADER + "".join(rows)).encode())


@pytest.fixture
def drawn(town):
    """Two districts with residents, and a month of searches so that the force has a place on the page."""
    town.boundaries()
    town.census({town.west: ("West", {"White": 10_000}), town.east: ("East", {"White": 20_000})})
    return town


def of(view, **parts):
    found = area_map(Scope.of({"area_level": "district", **parts}), view)
    assert not found.refused, found.answer
    return found


@pytest.mark.parametrize("layer", ["crime", "disorder"])
def test_rates_are_those_of_the_rows_of_the_demonstration(demonstration, layer):
    view = demonstration.view()
    found = area_map(Scope.of({"layer": layer}), view)
    rows = view.rows("crime").collect("pandas").to_native()
    is_incident = rows["category"] == "Anti-social behaviour"
    rows = rows[rows["month"].between(*YEAR) & (is_incident if layer == "disorder" else ~is_incident)]
    residents = view.rows("residents_cube").collect("pandas").to_native()
    residents = residents[residents["level"] == "ward"].groupby("area_code")["residents"].sum()
    expected = 1000 * rows.groupby("area")["recorded"].sum() / residents
    shown = found.table.set_index("area")["estimate"].astype(float)
    assert len(shown) == 60
    assert dict(shown) == pytest.approx(expected.to_dict())
    assert found.table["base"].sum() == rows["recorded"].sum()
    assert (found.table["low"] < found.table["estimate"]).all()
    assert "for every" not in found.headline


def test_a_month_without_a_file_and_another_force_are_no_part_of_a_rate(drawn):
    street(drawn, "2024-01", {"Burglary": 30, "Anti-social behaviour": 12})
    street(drawn, "2024-03", {"Burglary": 10, "Drugs": 20}, east=False)
    street(drawn, "2024-02", {"Burglary": 500}, force="kent")
    found = of(drawn.view(), force="surrey", layer="crime")
    # By hand: 30 in the east of 20,000, 30 in the west of 10,000; what is anti-social behaviour is no crime.
    assert dict(zip(found.table["area"], found.table["estimate"], strict=True)) == pytest.approx(
        {drawn.east: 1.5, drawn.west: 3.0}
    )
    assert "No file for February 2024: these months are left out." in found.caveats
    disorder = of(drawn.view(), force="surrey", layer="disorder")
    assert dict(zip(disorder.table["area"], disorder.table["base"], strict=True)) == {drawn.east: 12, drawn.west: 0}
    assert [file.name for file in found.provenance.files if "street" in file.name] == [
        "2024-01-surrey-street.csv",
        "2024-03-surrey-street.csv",
    ]


def test_most_of_it_without_a_place_gives_no_rate(drawn):
    drawn.write("2024-01-surrey-street.csv", (HEADER + ",2024-01,P,P,,,,,,Burglary,,\n" * 90).encode())
    street(drawn, "2024-02", {"Burglary": 10})
    found = area_map(Scope.of({"force": "surrey", "layer": "crime", "area_level": "district"}), drawn.view())
    assert found.refused
    assert found.answer.startswith("10\u00a0% of 100 crimes lie in a district that is drawn")


@pytest.mark.long
def test_without_a_file_of_crime_there_is_no_layer_and_the_profile_says_so(drawn):
    drawn.stops("2024-01", {"White": 30})
    view = drawn.view()
    assert not {"crime", "disorder"} & set(layers(view, "surrey"))
    found = profile(Scope.of({"force": "surrey", "area": drawn.east}), view)
    texts = {card.title: card.lines[0].text for card in found.cards}
    assert texts["Crime"] == "Nothing is loaded for “Crimes per 1,000 people”."


@pytest.mark.long
def test_the_profile_has_crime_and_disorder(demonstration):
    view = demonstration.view()
    found = profile(Scope.of({"area": "X05000011"}), view)
    row = area_map(Scope.of({"layer": "crime"}), view).table.set_index("area").loc["X05000011"]
    card = next(card for card in found.cards if card.title == "Crime")
    assert card.lines[0].bold == f"{row['estimate']:.1f}"
    assert json.loads(found.as_json())["tables"]["disorder"][0]["area"] == "X05000011"
